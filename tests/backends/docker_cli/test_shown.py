"""The commands that are shown before they are run, compared with those that stand-ins for the client are then given."""

from __future__ import annotations

import json
import shlex
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Made
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools_docker_cli import DockerCLIDriver, Runner

WriteClient = Callable[[str], Runner]
Argv = Callable[[], list[str]]

SECRET = "hunter2"
# Writes down its arguments, and does what is needed for the verb to go on.
CLIENT = """
import json, os, sys
argv = sys.argv[1:]
if argv[0] in ("build", "create", "network", "pull", "volume") and "--help" not in argv:
    json.dump(argv, open(os.path.join(os.path.dirname(sys.argv[0]), "argv"), "w"))
for word in argv:
    if word.startswith("--iidfile="):
        open(word.partition("=")[2], "w").write("sha256:1")
facts = {"Id": "sha256:1", "Os": "linux", "Architecture": "amd64", "RepoTags": ["x:latest"]}
print("1d" * 32 if "create" in argv else json.dumps(facts))
"""
CONTAINERS: list[dict[str, Any]] = [
    {"image": "x", "command": "sh -c 'a b'", "entrypoint": ["a", "b"], "name": "n", "ports": {"80/tcp": 8080}},
    {"image": "x", "network": "n", "networking_config": {"n": {"aliases": ["b"], "ipv4_address": "192.0.2.9"}}},
    {"image": "x", "healthcheck": {"test": "true"}, "labels": {"a": "b c"}, "volumes": {"v": {"bind": "/v"}}},
    {"image": "x", "environment": {"A": "1", "B": None}, "mounts": [{"target": "/a", "source": "v"}], "tty": True},
    {"image": "x", "environment": {"PATH": "/bin"}},
    {"image": "{app.id}", "hostname": "{name}", "dns": ["{dns.ips.primary}"]},
]


@pytest.fixture
def driver(write_client: WriteClient) -> DockerCLIDriver:
    """A driver of the stand-in."""
    return DockerCLIDriver(binary=write_client(CLIENT).program)


@pytest.fixture
def argv(tmp_path: Path) -> Argv:
    """What gives the arguments that the stand-in was given."""
    return lambda: list(json.loads((tmp_path / "argv").read_text()))


def shown(driver: DockerCLIDriver, verb: Made, options: dict[str, Any]) -> list[str]:
    """Give the words of the command after the program's name."""
    program, *words = shlex.split(driver.shown(verb, options))
    assert program == "client"
    return words


class TestIsWhatIsRun:
    @pytest.mark.parametrize("options", CONTAINERS)
    def test_for_a_container(self, driver: DockerCLIDriver, argv: Argv, options: dict[str, Any]) -> None:
        """A container is created by the command that is shown."""
        driver.create_container(options)
        assert shown(driver, "container", options) == argv()

    @pytest.mark.parametrize(
        ("verb", "options"),
        [
            ("network", {"name": "a", "ipam": {"Config": [{"Subnet": "192.0.2.0/24"}]}, "internal": True}),
            ("volume", {"name": "a", "labels": {"b": "c d"}}),
            ("volume", {}),
            ("pull", {"repository": "a/b", "tag": "c", "platform": "linux/arm64"}),
            ("pull", {"repository": "a", "all_tags": True}),
            ("pull", {"repository": "{registry.address}/a:{tag}"}),
        ],
    )
    def test_for_others(self, driver: DockerCLIDriver, argv: Argv, verb: Made, options: dict[str, Any]) -> None:
        """So are networks and volumes, and so is an image pulled."""
        verbs = {"network": driver.create_network, "volume": driver.create_volume, "pull": driver.pull_image}
        verbs[verb](options)
        assert shown(driver, verb, options) == argv()

    @pytest.mark.parametrize(
        "options",
        [
            {"fileobj": b"FROM x", "tag": "a:b", "buildargs": {"A": SECRET, "B": None}},
            {"path": ".", "dockerfile": "other", "labels": {"a": "b"}, "nocache": True, "target": "one"},
            {"path": "https://example.org/a.git", "dockerfile": "other", "rm": False},
        ],
    )
    def test_for_a_build(self, driver: DockerCLIDriver, argv: Argv, options: dict[str, Any], tmp_path: Path) -> None:
        """An image is built by the command that is shown, which also says where its id is to be written."""
        if options.get("path") == ".":
            options = {**options, "path": str(tmp_path)}
        driver.build_image(options)
        assert shown(driver, "build", options) == [word for word in argv() if not word.startswith("--iidfile=")]


class TestFiles:
    """What the client is to read in files is not there yet."""

    def test_security_profile(self, driver: DockerCLIDriver) -> None:
        """The text of a profile is named, as the client takes it from a file."""
        words = shown(driver, "container", {"image": "x", "security_opt": ['seccomp={"a": 1}', "label=disable"]})
        assert words[2:4] == ["--security-opt=seccomp=profile.json", "--security-opt=label=disable"]

    @pytest.mark.parametrize(
        ("verb", "options"),
        [
            ("container", {"image": "x", "use_config_proxy": False}),
            ("build", {"path": "x", "use_config_proxy": False}),
            ("pull", {"repository": "x", "auth_config": {"username": "me", "password": SECRET}}),
        ],
    )
    def test_configuration(self, driver: DockerCLIDriver, verb: Made, options: dict[str, Any]) -> None:
        """A configuration that is made for the command is named by its variable."""
        words = driver.shown(verb, options).split()
        assert words[:2] == ["DOCKER_CONFIG=***", "client"]
        assert SECRET not in "".join(words)

    def test_passwords(self, driver: DockerCLIDriver) -> None:
        """The password in a URL is not shown."""
        words = shown(driver, "build", {"path": f"https://me:{SECRET}@example.org/a.git"})
        assert words[-1] == "https://me:***@example.org/a.git"

    def test_secrets(self, driver: DockerCLIDriver) -> None:
        """A secret is where the client finds it, the user's own file where there is one."""
        words = shown(driver, "build", {"path": "x", "secrets": {"a": SECRET, "b": Path("/no/file")}})
        assert words[2:4] == ["--secret=id=a,env=PYTEST_DOCKER_TOOLS_SECRET_0", "--secret=id=b,src=/no/file"]


@pytest.mark.parametrize(
    ("verb", "options"),
    [
        ("container", {"image": "x", "environment": {"A": SECRET, "PATH": SECRET}}),
        ("container", {"image": "x", "log_config": {"Type": "x", "Config": {"a": SECRET}}}),
        ("container", {"image": "x", "network": "n", "networking_config": {"n": {"driver_opt": {"a": SECRET}}}}),
        ("build", {"fileobj": SECRET.encode(), "buildargs": {"A": SECRET}, "secrets": {"B": SECRET}}),
        ("network", {"name": "a", "options": {"a": SECRET}}),
        ("volume", {"name": "a", "driver_opts": {"a": SECRET}}),
    ],
)
def test_no_secrets(driver: DockerCLIDriver, verb: Made, options: dict[str, Any]) -> None:
    """No value that may be a secret is shown."""
    assert SECRET not in driver.shown(verb, options)


@pytest.mark.parametrize(
    ("verb", "options", "keyword"),
    [
        ("container", {"image": "x", "ports": {"80/tcp": "{port}"}}, "ports"),
        ("container", {"image": "x", "init_path": "/init"}, "init_path"),
        ("container", {"image": "x", "command": ["a\0b"]}, "command"),
        ("network", {}, "name"),
        ("build", {"path": "x", "buildargs": {"DOCKER_HOST": "a"}}, "buildargs"),
    ],
)
def test_what_cannot_be_carried_out(driver: DockerCLIDriver, verb: Made, options: dict[str, Any], keyword: str) -> None:
    """A keyword that is refused, or cannot be read, is named."""
    with pytest.raises(UnsupportedOption) as raised:
        driver.shown(verb, options)
    assert raised.value.keyword == keyword


def test_runs_nothing(driver: DockerCLIDriver, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No client is run, and no file written, whatever is asked: not for a cleared entrypoint, nor for a folder."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    monkeypatch.setattr(driver.runner, "program", None)
    options = {"security_opt": ["seccomp={}"], "use_config_proxy": False, "environment": {"PATH": "a"}}
    driver.shown("container", {"image": "x", "entrypoint": "", "kernel_memory": "8m", **options})
    driver.shown("build", {"path": "nowhere", "secrets": {"a": Path("nowhere")}, "shmsize": 1})
    driver.shown("pull", {"repository": "x", "auth_config": {"username": "me", "password": SECRET}})
