"""Creating containers on stand-ins for the client: what is no plain flag."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.exceptions import EngineError, EngineWarning, PortUnavailable, UnsupportedOption
from pytest_docker_tools_docker_cli import DockerCLIDriver, Runner

from .conftest import CREATED

WriteClient = Callable[[str], Runner]
Recording = tuple[Runner, Callable[[], dict[str, Any]]]

# Writes down every command, and cannot do those that have one of some words.
COMMANDS = """
import json, os, sys
with open(os.path.join(os.path.dirname(sys.argv[0]), "commands"), "a") as file:
    print(json.dumps(sys.argv[1:]), file=file)
if set(sys.argv) & set(CANNOT):
    sys.exit("Error response from daemon: it is the wrong day")
print("1d" * 32)
"""
# Has an image with a command, and writes down what it is created with.
IMAGE = """
import json, os, sys
if sys.argv[1] == "inspect":
    print(json.dumps({"Id": "sha256:1", "RepoTags": ["x:latest"], "Config": {"Cmd": ["serve", "-v"]}}))
else:
    json.dump(sys.argv[1:], open(os.path.join(os.path.dirname(sys.argv[0]), "created"), "w"))
    print("1d" * 32)
"""
# Writes down the configuration that it reads, and the text of a security profile.
FILES = """
import json, os, sys
found = {"folder": os.environ.get("DOCKER_CONFIG")}
if found["folder"]:
    found["config"] = json.load(open(os.path.join(found["folder"], "config.json")))
    found["others"] = sorted(os.listdir(found["folder"]))
for word in sys.argv:
    if word.startswith("--security-opt=seccomp="):
        found["file"] = word.split("=", 2)[2]
        found["profile"] = open(found["file"]).read()
json.dump(found, open(os.path.join(os.path.dirname(sys.argv[0]), "found"), "w"))
print("1d" * 32)
"""
# Creates a container, and says something of it.
WARNING = """
import sys
sys.stderr.write({said!r})
print("1d" * 32)
"""
SUBPATH = {"mounts": [{"Source": "v", "Target": "/x", "VolumeOptions": {"Subpath": "a"}}]}
SEVERAL_NETWORKS = {
    "image": "x",
    "network": "b",
    "networking_config": {"a": {"aliases": ["one"]}, "b": {"aliases": ["two"]}, "c": None},
}


def flags_of(recording: Recording, **options: Any) -> list[str]:
    """Give the flags with which a container is created."""
    runner, recorded = recording
    DockerCLIDriver(binary=runner.program).create_container({"image": "x", **options})
    argv: list[str] = recorded()["argv"]
    assert (argv[:2], argv[-2:]) == (["create", "--pull=never"], ["--", "x"])
    return argv[2:-2]


class TestFirstNetwork:
    @pytest.mark.parametrize(
        ("options", "flags"),
        [
            ({}, []),
            ({"network": "a"}, ["--network=a"]),
            ({"network_mode": "container:x"}, ["--network=container:x"]),
            (
                {"network": "a", "networking_config": {"a": {"aliases": ["b", "c"], "ipv4_address": "192.0.2.9"}}},
                ["--network=a", "--network-alias=b", "--network-alias=c", "--ip=192.0.2.9"],
            ),
            (
                {"networking_config": {"a": {"ipv6_address": "2001:db8::9", "link_local_ips": ["169.254.0.9"]}}},
                ["--network=a", "--ip6=2001:db8::9", "--link-local-ip=169.254.0.9"],
            ),
            (
                {"network": "a", "links": {"b": "c"}, "networking_config": {"a": {"links": {"d": None}}}},
                ["--link=b:c", "--network=a", "--link=d"],
            ),
        ],
    )
    def test_flags(self, recording: Recording, options: dict[str, Any], flags: list[str]) -> None:
        """What is said of the first network are flags of the creation."""
        assert flags_of(recording, **options) == flags

    def test_options_of_its_driver(self, recording: Recording) -> None:
        """What has no flag is written beside the network's name, quoted where it has a comma."""
        endpoint = {"driver_opt": {"a": "1", "b": "2,3"}, "aliases": ["c"]}
        flags = flags_of(recording, network="n", networking_config={"n": endpoint})
        assert flags == ['--network=name=n,driver-opt=a=1,"driver-opt=b=2,3"', "--network-alias=c"]

    def test_a_flag_that_the_client_does_not_have(self, write_client: WriteClient) -> None:
        """What an older client cannot be told of the first network is refused by the keyword that says it."""
        driver = DockerCLIDriver(binary=write_client("import sys; sys.exit('unknown flag: --link-local-ip')").program)
        options = {"image": "x", "networking_config": {"n": {"link_local_ips": ["169.254.0.9"]}}}
        with pytest.raises(UnsupportedOption, match="client refused --link-local-ip") as raised:
            driver.create_container(options)
        assert raised.value.keyword == "networking_config"


class TestFurtherNetworks:
    @pytest.fixture
    def commands(self, tmp_path: Path) -> Callable[[], list[list[str]]]:
        """What gives the commands that the client got, without the flags that are always there."""
        return lambda: [json.loads(line) for line in (tmp_path / "commands").read_text().splitlines()]

    def test_are_connected(self, write_client: WriteClient, commands: Callable[[], list[list[str]]]) -> None:
        """A container is connected to its other networks as soon as it is created, with what is said of each."""
        driver = DockerCLIDriver(binary=write_client(COMMANDS.replace("CANNOT", "[]")).program)
        assert driver.create_container(SEVERAL_NETWORKS) == CREATED
        assert commands() == [
            ["create", "--pull=never", "--network=b", "--network-alias=two", "--", "x"],
            ["network", "connect", "--alias=one", "--", "a", CREATED],
            ["network", "connect", "--", "c", CREATED],
        ]

    @pytest.mark.parametrize("cannot", [["c"], ["c", "rm"]])
    def test_nothing_stays_if_that_fails(
        self, write_client: WriteClient, commands: Callable[[], list[list[str]]], cannot: list[str]
    ) -> None:
        """A container that cannot be connected is removed, and the error is about the network, whatever happens."""
        driver = DockerCLIDriver(binary=write_client(COMMANDS.replace("CANNOT", repr(cannot))).program)
        with pytest.raises(EngineError, match="connect container '1d1d1d1d1d1d' to network 'c': it is the wrong day"):
            driver.create_container(SEVERAL_NETWORKS)
        assert commands()[-1] == ["rm", "--force", "--volumes", "--", CREATED]


class TestRunning:
    def test_is_one_command(self, recording: Recording) -> None:
        """A container is created and started by one command, with the flags that its creation has."""
        runner, recorded = recording
        options = {
            "image": "x",
            "command": ["a", "b"],
            "environment": {"HOME": "secret", "A": "b"},
            "network": "n",
            "networking_config": {"n": {"aliases": ["c"]}},
            "labels": {"d": "e"},
        }
        driver = DockerCLIDriver(binary=runner.program)
        driver.create_container(options)
        created = recorded()
        assert driver.run_container(options) == CREATED
        ran = recorded()
        assert created["argv"][0] == "create"
        assert ran["argv"] == ["run", "--detach", *created["argv"][1:]]
        assert ran["file"] == created["file"] == "HOME=secret\n"
        assert ran["environment"] == created["environment"]

    def test_files(self, write_client: WriteClient, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """What is in files for a creation is in files for this command."""
        (tmp_path / "config.json").write_text('{"proxies": {}, "currentContext": "mine"}')
        monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))
        driver = DockerCLIDriver(binary=write_client(FILES).program)
        driver.run_container({"image": "x", "use_config_proxy": False, "security_opt": ['seccomp={"a": 1}']})
        found = json.loads((tmp_path / "found").read_text())
        assert found["config"] == {"currentContext": "mine"}
        assert found["profile"] == '{"a": 1}'
        assert not Path(found["folder"]).exists()

    def test_in_several_networks(self, write_client: WriteClient, tmp_path: Path) -> None:
        """A container is in all its networks before it starts, and in none if that fails."""
        driver = DockerCLIDriver(binary=write_client(COMMANDS.replace("CANNOT", "[]")).program)
        assert driver.run_container(SEVERAL_NETWORKS) == CREATED
        commands = [json.loads(line) for line in (tmp_path / "commands").read_text().splitlines()]
        assert [words[0] for words in commands] == ["create", "network", "network", "start"]

    @pytest.mark.parametrize(
        ("prints", "says", "asked"),
        [
            ("0" * 64, "driver failed: port is already allocated.", "start container '000000000000'"),
            ("", "Bind for 0.0.0.0:80 failed: port is already allocated.", "create a container from 'x'"),
        ],
    )
    def test_what_fails(self, write_client: WriteClient, prints: str, says: str, asked: str) -> None:
        """An error says whether the container is there, and has its id then."""
        code = f"import sys; print({prints!r}); sys.exit('docker: Error response from daemon: ' + {says!r})"
        driver = DockerCLIDriver(binary=write_client(code).program)
        with pytest.raises(PortUnavailable, match=f"client could not {asked}: {re.escape(says)}") as raised:
            driver.run_container({"image": "x"})
        assert raised.value.created == (prints or None)

    def test_a_flag_that_is_refused(self, write_client: WriteClient) -> None:
        """What the client cannot be told is refused by the keyword that says it."""
        driver = DockerCLIDriver(binary=write_client("import sys; sys.exit('unknown flag: --ip')").program)
        with pytest.raises(UnsupportedOption) as raised:
            driver.run_container({"image": "x", "networking_config": {"n": {"ipv4_address": "192.0.2.9"}}})
        assert raised.value.keyword == "networking_config"
        assert raised.value.created is None

    def test_an_image_whose_command_is_written_out(self, write_client: WriteClient, tmp_path: Path) -> None:
        """With an empty entrypoint, the image's command is written out."""
        DockerCLIDriver(binary=write_client(IMAGE).program).run_container({"image": "x", "entrypoint": ""})
        ran = json.loads((tmp_path / "created").read_text())
        assert ran == ["run", "--detach", "--pull=never", "--entrypoint=", "--", "x", "serve", "-v"]


class TestProcess:
    @pytest.mark.parametrize(
        ("options", "flags", "words"),
        [
            ({"command": ["a", "b c"]}, [], ["a", "b c"]),
            ({"entrypoint": ["sh", "-c"], "command": "a"}, ["--entrypoint=sh"], ["-c", "a"]),
            ({"entrypoint": [], "command": "a"}, ["--entrypoint="], ["a"]),
            ({"entrypoint": ""}, ["--entrypoint="], ["serve", "-v"]),
            ({"entrypoint": [""], "command": []}, ["--entrypoint="], ["serve", "-v"]),
        ],
    )
    def test_entrypoint_and_command(
        self, write_client: WriteClient, tmp_path: Path, options: dict[str, Any], flags: list[str], words: list[str]
    ) -> None:
        """The first word of an entrypoint is a flag; with an empty one, the image's command is written out."""
        driver = DockerCLIDriver(binary=write_client(IMAGE).program)
        driver.create_container({"image": "x", **options})
        created = json.loads((tmp_path / "created").read_text())
        assert created == ["create", "--pull=never", *flags, "--", "x", *words]

    @pytest.mark.parametrize("keyword", ["command", "entrypoint"])
    def test_words_that_no_process_can_have(self, recording: Recording, keyword: str) -> None:
        """A word that no process can be given is refused by its keyword."""
        with pytest.raises(UnsupportedOption, match="NUL") as raised:
            flags_of(recording, **{keyword: ["a\0"]})
        assert raised.value.keyword == keyword


class TestFiles:
    @pytest.fixture
    def found(self, write_client: WriteClient, tmp_path: Path) -> Callable[..., dict[str, Any]]:
        """What creates a container, and gives what the client then found in files."""

        def create(**options: Any) -> dict[str, Any]:
            DockerCLIDriver(binary=write_client(FILES).program).create_container({"image": "x", **options})
            found: dict[str, Any] = json.loads((tmp_path / "found").read_text())
            return found

        return create

    @pytest.fixture(autouse=True)
    def configuration(self, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
        """The user's configuration of the client, with proxies."""
        folder = tmp_path / "configuration"
        folder.mkdir()
        (folder / "contexts").mkdir()
        (folder / "config.json").write_text('{"proxies": {"default": {}}, "currentContext": "mine"}')
        monkeypatch.setenv("DOCKER_CONFIG", str(folder))
        return folder

    def test_without_proxies(self, found: Callable[..., dict[str, Any]], configuration: Path) -> None:
        """A container without the configuration's proxies is created with all else that the configuration has."""
        record = found(use_config_proxy=False)
        assert record["config"] == {"currentContext": "mine"}
        assert record["others"] == ["config.json", "contexts"]
        assert not Path(record["folder"]).exists()
        assert "proxies" in (configuration / "config.json").read_text()

    @pytest.mark.parametrize("options", [{}, {"use_config_proxy": True}])
    def test_with_proxies(
        self, found: Callable[..., dict[str, Any]], configuration: Path, options: dict[str, Any]
    ) -> None:
        """Else the configuration is the user's own."""
        record = found(**options)
        assert record["folder"] == str(configuration)
        assert "proxies" in record["config"]

    def test_a_security_profile(self, found: Callable[..., dict[str, Any]]) -> None:
        """The text of a security profile is in a file as long as the client runs."""
        record = found(security_opt=['seccomp={"a": 1}', "no-new-privileges"])
        assert record["profile"] == '{"a": 1}'
        assert not Path(record["file"]).exists()


class TestWhatAnEngineIgnores:
    @pytest.fixture
    def create(self, write_client: WriteClient) -> Callable[..., str]:
        """What creates a container on an engine with a version of the API."""

        def create(api: str, **options: Any) -> str:
            facts = json.dumps({"Server": {"ApiVersion": api}})
            client = write_client(f"import sys; print({facts!r} if sys.argv[1] == 'version' else {CREATED!r})")
            return DockerCLIDriver(binary=client.program).create_container({"image": "x", **options})

        return create

    @pytest.mark.parametrize(
        ("api", "options", "keyword"), [("1.44", SUBPATH, "mounts"), ("1.42", {"kernel_memory": "8m"}, "kernel_memory")]
    )
    def test_is_refused(self, create: Callable[..., str], api: str, options: dict[str, Any], keyword: str) -> None:
        """What the client hands on to an engine that does not heed it is refused by its keyword."""
        with pytest.raises(UnsupportedOption, match=f"API {api}|has {api}") as raised:
            create(api, **options)
        assert raised.value.keyword == keyword

    @pytest.mark.parametrize(
        ("api", "options"), [("1.45", SUBPATH), ("1.100", SUBPATH), ("1.41", {"kernel_memory": 9})]
    )
    def test_on_an_engine_that_heeds_it(self, create: Callable[..., str], api: str, options: dict[str, Any]) -> None:
        """On an engine that heeds it, it is asked for."""
        assert create(api, **options) == CREATED


class TestWarnings:
    @pytest.mark.filterwarnings("error::pytest_docker_tools.exceptions.EngineWarning")
    def test_that_are_errors(self, write_client: WriteClient, tmp_path: Path) -> None:
        """Where a warning is an error, nothing of the container stays."""
        code = "import sys; sys.stderr.write('WARNING: it is the wrong day')"
        driver = DockerCLIDriver(binary=write_client(COMMANDS.replace("CANNOT", "[]") + code).program)
        with pytest.raises(EngineWarning, match="the wrong day"):
            driver.create_container({"image": "x"})
        commands = [json.loads(line) for line in (tmp_path / "commands").read_text().splitlines()]
        assert commands[-1] == ["rm", "--force", "--volumes", "--", CREATED]

    @pytest.mark.parametrize("said", ["WARNING: {}\n", "some progress\nWARNING: {}\nmore\n", "{}\n"])
    def test_of_the_engine(self, write_client: WriteClient, said: str) -> None:
        """What the engine warns of, after a mark or without it, is a warning, and the container is there."""
        warning = "Your kernel does not support swap limit capabilities. Limitation discarded."
        driver = DockerCLIDriver(binary=write_client(WARNING.format(said=said.format(warning))).program)
        with pytest.warns(EngineWarning) as found:
            assert driver.create_container({"image": "x"}) == CREATED
        assert [str(item.message) for item in found] == [warning]

    def test_of_one_that_runs(self, write_client: WriteClient) -> None:
        """So is what it warns of a container that was started as well."""
        driver = DockerCLIDriver(binary=write_client(WARNING.format(said="WARNING: it is the wrong day")).program)
        with pytest.warns(EngineWarning, match="it is the wrong day") as found:
            assert driver.run_container({"image": "x"}) == CREATED
        assert [item.filename for item in found] == [__file__]

    def test_several(self, write_client: WriteClient) -> None:
        """Each of them is a warning of its own."""
        driver = DockerCLIDriver(binary=write_client(WARNING.format(said="WARNING: one\nWARNING: two\n")).program)
        with pytest.warns(EngineWarning) as found:
            driver.create_container({"image": "x"})
        assert [str(item.message) for item in found] == ["one", "two"]
