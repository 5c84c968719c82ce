"""What podman's command line does otherwise, on a stand-in for it."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Endpoint
from pytest_docker_tools.drivers import open_driver
from pytest_docker_tools.exceptions import (
    Conflict,
    DriverError,
    EngineError,
    EngineUnavailable,
    EngineWarning,
    Forbidden,
    ImageNotFound,
    NotFound,
    PortUnavailable,
    UnsupportedOption,
)
from pytest_docker_tools_podman.driver import PodmanDriver

# Writes down what it is given, and prints what it was told to for the first word of a command.
STAND_IN = """
import json, os, sys
with open(os.path.join(os.path.dirname(sys.argv[0]), "calls"), "a") as calls:
    calls.write(json.dumps(sys.argv[1:]) + "\\n")
print(OUTPUT.get(sys.argv[1], "1d" * 32))
"""
NETWORK = {
    "name": "net",
    "id": "1" * 64,
    "driver": "bridge",
    "internal": False,
    "ipv6_enabled": False,
    "subnets": [{"subnet": "192.0.2.0/24", "gateway": "192.0.2.1"}],
    "labels": {"a": "b"},
}

IMAGE = {"Id": "1" * 64, "RepoTags": [], "Os": "linux", "Architecture": "amd64"}

Podman = Callable[..., PodmanDriver]
Calls = Callable[[], list[list[str]]]


@pytest.fixture(autouse=True)
def _default_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("CONTAINER_HOST", "CONTAINER_CONNECTION"):
        monkeypatch.delenv(name, raising=False)


@pytest.fixture
def podman(tmp_path: Path) -> Podman:
    """Give a driver of a podman that prints {first word of a command: output}."""

    def podman(**output: str) -> PodmanDriver:
        return PodmanDriver(binary=written(tmp_path, f"OUTPUT = {output!r}\n{STAND_IN}"))

    return podman


@pytest.fixture
def calls(tmp_path: Path) -> Calls:
    """Give the arguments of each command that was run."""
    return lambda: [json.loads(line) for line in (tmp_path / "calls").read_text().splitlines()]


def written(folder: Path, code: str) -> str:
    program = folder / "podman"
    program.write_text(f"#!{sys.executable} -S\n{code}")
    program.chmod(0o755)
    return str(program)


def test_is_found_by_its_name() -> None:
    """The driver comes through the door that all drivers come through."""
    driver = open_driver("podman", {"timeout": 5})
    assert isinstance(driver, PodmanDriver)
    recipe = driver.recipe()
    assert recipe
    assert (recipe.backend, recipe.settings["timeout"]) == ("podman", 5)


@pytest.mark.parametrize(
    ("options", "flags"),
    [
        ({"environment": {"A": None}}, ["--unsetenv=A"]),
        ({"environment": {"CONTAINER_HOST": "x", "HOSTNAME": "y"}}, ["--env-file=/dev/stdin"]),
        ({"log_config": {"Config": {"tag": "a,b"}}}, ['--log-opt="tag=a,b"']),
        ({"labels": {"a": "b,c"}}, ["--label=a=b,c"]),
        ({"healthcheck": {"test": "true", "retries": 1}}, ["--health-cmd=true", "--health-retries=1"]),
        ({"healthcheck": {"test": ["NONE"]}}, ["--no-healthcheck"]),
        ({"healthcheck": {"test": "true", "interval": 0, "retries": 0}}, ["--health-cmd=true"]),
        ({"shm_size": 0}, []),
        ({"shm_size": "1k"}, ["--shm-size=1024"]),
    ],
)
def test_creating_a_container(podman: Podman, calls: Calls, options: dict[str, Any], flags: list[str]) -> None:
    """A container is created with podman's own flags, with commas quoted where it splits at them."""
    podman().create_container({"image": "x", **options})
    assert calls() == [["create", "--pull=never", *flags, "--", "x"]]


def test_running_a_container(tmp_path: Path) -> None:
    """What podman, or a helper of it, says when a container starts is no warning about the container."""
    code = "import sys; print('1d' * 32); sys.argv[1] != 'create' and sys.stderr.write('failed to connect to syslog')"
    assert PodmanDriver(binary=written(tmp_path, code)).run_container({"image": "x"}) == "1d" * 32


@pytest.mark.parametrize(
    ("keyword", "value"),
    [
        ("environment", {"HOSTNAME": None}),
        ("healthcheck", {"interval": 10**9}),
        ("log_config", {"Config": {"max-size": "1m", "max-file": "3"}}),
        ("mounts", [{"Target": "/a", "VolumeOptions": {"NoCopy": True}}]),
        ("mounts", [{"Target": "/a", "VolumeOptions": {"Labels": {"a": "b"}}}]),
    ],
)
def test_what_a_container_cannot_have(podman: Podman, keyword: str, value: Any) -> None:
    """What podman would drop without a word is refused."""
    with pytest.raises(UnsupportedOption) as raised:
        podman().create_container({"image": "x", keyword: value})
    assert raised.value.keyword == keyword


@pytest.mark.parametrize(
    ("keyword", "value", "said"),
    [
        ("extra_hosts", {"a": "host-gateway"}, 'invalid IP address in add-host: "host-gateway"'),
        ("ports", {80: "8000-8010"}, "host and container port ranges have different lengths: 11 vs 1"),
        ("tmpfs", {"/x": "uid=7"}, 'unknown mount option "uid=7": invalid mount option'),
    ],
)
def test_what_it_refuses(tmp_path: Path, keyword: str, value: Any, said: str) -> None:
    """What podman refuses of a value is said of its keyword."""
    driver = PodmanDriver(binary=written(tmp_path, f"import sys; sys.exit('Error: ' + {said!r})"))
    with pytest.raises(UnsupportedOption, match="podman said: ") as raised:
        driver.create_container({"image": "x", "name": "y", keyword: value})
    assert raised.value.keyword == keyword


def test_what_it_refuses_of_a_build(tmp_path: Path) -> None:
    """So is what it refuses of a build's."""
    said = 'invalid value for add-host: invalid IP address in add-host: "host-gateway"'
    driver = PodmanDriver(binary=written(tmp_path, f"import sys; sys.exit('Error: ' + {said!r})"))
    with pytest.raises(UnsupportedOption, match="podman said: ") as raised:
        driver.build_image({"fileobj": b"FROM x", "extra_hosts": {"a": "host-gateway"}})
    assert raised.value.keyword == "extra_hosts"


def test_an_option_of_a_network_that_it_does_not_have(tmp_path: Path) -> None:
    """What podman refuses of a network's options is said of their keyword."""
    said = "unsupported bridge network option a"
    driver = PodmanDriver(binary=written(tmp_path, f"import sys; sys.exit('Error: ' + {said!r})"))
    with pytest.raises(UnsupportedOption, match=said) as raised:
        driver.create_network({"name": "net", "options": {"a": "b"}})
    assert raised.value.keyword == "options"


def test_what_it_warns_of(tmp_path: Path) -> None:
    """What podman says of a container that it has created is a warning, but not what it says of itself."""
    said = ["Your kernel does not support it.", 'time="1" level=warning msg="no"', "Port mappings have been discarded"]
    code = "import sys; print('1d' * 32); sys.stderr.write({!r})"
    driver = PodmanDriver(binary=written(tmp_path, code.format("\n".join(said))))
    with pytest.warns(EngineWarning) as found:
        driver.create_container({"image": "x"})
    assert [str(item.message) for item in found] == [said[0], said[2]]


@pytest.mark.parametrize("platform", ["linux", "linux/amd64", "linux/x86_64"])
def test_an_image_for_the_platform(podman: Podman, platform: str) -> None:
    """A container is created of an image that is for the platform which is asked for."""
    driver = podman(inspect=json.dumps([IMAGE]))
    assert driver.create_container({"image": IMAGE["Id"], "platform": platform}) == "1d" * 32


@pytest.mark.parametrize("platform", ["windows", "linux/arm64", "linux/arm64/v8"])
def test_an_image_for_another_platform(podman: Podman, calls: Calls, platform: str) -> None:
    """No container is created of an image for another platform, which podman would take by its id."""
    driver = podman(inspect=json.dumps([IMAGE]))
    with pytest.raises(ImageNotFound, match="is for linux/amd64, not for"):
        driver.create_container({"image": IMAGE["Id"], "platform": platform})
    assert [call[0] for call in calls()] == ["inspect"]


def test_a_variable_of_a_command_cannot_be_unset(podman: Podman) -> None:
    """Podman can unset a variable when it creates a container, and not when it executes a command."""
    with pytest.raises(UnsupportedOption, match="'A' cannot be unset"):
        podman().execute("x", ["true"], environment={"A": None})


def test_networks_have_dockers_keys(podman: Podman, calls: Calls) -> None:
    """A network is known by its name, as in what podman says of containers, which are looked for."""
    driver = podman(inspect=json.dumps([NETWORK]), ps="2" * 64)
    assert driver.inspect("network", ["net"]) == [
        {
            "Id": "net",
            "Name": "net",
            "Labels": {"a": "b"},
            "Driver": "bridge",
            "Internal": False,
            "EnableIPv6": False,
            "Options": None,
            "IPAM": {"Config": [{"Subnet": "192.0.2.0/24", "Gateway": "192.0.2.1"}]},
            "Containers": {"2" * 64: {}},
        }
    ]
    assert calls()[1][-3:] == ["--filter=network=net", "--filter=status=running", "--filter=status=paused"]


def test_options_of_a_network(podman: Podman, calls: Calls) -> None:
    """The size of packets has docker's name or podman's."""
    podman().create_network({"name": "net", "options": {"com.docker.network.driver.mtu": 1400}})
    assert calls() == [["network", "create", "--opt=mtu=1400", "--", "net"]]


def test_labels_of_a_volume(podman: Podman, calls: Calls) -> None:
    """Labels of a volume, unlike those of a container, are split at commas."""
    podman().create_volume({"name": "vol", "labels": {"a": "b,c"}})
    assert calls() == [["volume", "create", '--label="a=b,c"', "--", "vol"]]


def test_a_volume_in_memory(podman: Podman, calls: Calls) -> None:
    """A size, which podman would take for something else, is refused; other options are not."""
    with pytest.raises(UnsupportedOption, match="quota"):
        podman().create_volume({"driver_opts": {"type": "tmpfs", "device": "tmpfs", "o": "uid=7,size=1m"}})
    podman().create_volume({"driver_opts": {"type": "tmpfs", "device": "tmpfs", "o": "uid=7"}})
    assert calls() == [["volume", "create", "--opt=type=tmpfs", "--opt=device=tmpfs", "--opt=o=uid=7", "--"]]


@pytest.mark.parametrize(("platform", "flag"), [("linux", "--os=linux"), ("linux/arm64", "--platform=linux/arm64")])
def test_platform_of_a_build(tmp_path: Path, podman: Podman, calls: Calls, platform: str, flag: str) -> None:
    """A system without an architecture has a flag of its own."""
    driver = podman(build="")
    with pytest.raises(EngineError, match="no id"):
        driver.build_image({"path": str(tmp_path), "platform": platform})
    assert flag in calls()[0]


@pytest.mark.parametrize(
    ("reference", "insecure"),
    [
        ("127.0.0.1:5000/x", True),
        ("127.3.2.1/x", True),
        ("localhost:5000/x", True),
        ("[::1]:5000/x", True),
        ("127.example.org/x", False),
        ("example.org:5000/x", False),
        ("localhost.example.org/x", False),
    ],
)
def test_pulling(podman: Podman, calls: Calls, reference: str, insecure: bool) -> None:
    """A registry of this machine may do without TLS, as with docker, and no other one."""
    podman(inspect='[{"Id": "1"}]').pull_image({"repository": reference})
    assert ("--tls-verify=false" in calls()[0]) is insecure


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"auth_config": {"username": "me", "password": "hunter2"}, "all_tags": True}, "all tags"),
        ({"auth_config": {"registrytoken": "hunter2"}}, "registrytoken"),
        ({"auth_config": {}}, "wherever the user has one"),
    ],
)
def test_logins_that_podman_cannot_have(podman: Podman, options: dict[str, Any], why: str) -> None:
    """A login that podman would not heed is refused."""
    with pytest.raises(UnsupportedOption, match=why) as raised:
        podman().pull_image({"repository": "example.org/x", **options})
    assert raised.value.keyword == "auth_config"
    assert "hunter2" not in str(raised.value)


def test_pulling_all_tags(podman: Podman, calls: Calls) -> None:
    """All tags are listed by the name that they were pulled by."""
    assert podman(pull="").pull_image({"repository": "docker.io/library/x", "all_tags": True}) == "docker.io/library/x"
    assert calls() == [["pull", "--all-tags=true", "--", "docker.io/library/x"]]


def test_removing_containers(podman: Podman, calls: Calls) -> None:
    """A container that runs is not waited for, and one that is missing keeps none from being removed."""
    podman().remove("container", ["web"], force=True, volumes=True)
    assert calls() == [["rm", "--ignore", "--force", "--time=0", "--volumes", "--", "web"]]


def test_removing_an_image_with_several_names(podman: Podman, calls: Calls) -> None:
    """An image is removed by its names first, and never with the flag that removes its containers."""
    image, names = "1" * 64, ["a:1", "b:2"]
    driver = podman(inspect=json.dumps([{"Id": image, "RepoTags": names}]))
    driver.remove("image", [f"sha256:{image}"], force=True)
    driver.remove("image", ["a:1"], force=True)
    assert [call for call in calls() if call[0] == "rmi"] == [
        ["rmi", "--", *names, f"sha256:{image}"],
        ["rmi", "--", "a:1"],
    ]


def test_version(podman: Podman) -> None:
    """A version has docker's keys."""
    client = {"APIVersion": "4", "Version": "4.3", "OsArch": "linux/amd64", "Os": "linux"}
    found = podman(version=json.dumps({"Client": client})).version()
    assert (found["Version"], found["ApiVersion"], found["Os"], found["Arch"]) == ("4.3", "4", "linux", "amd64")


class TestEndpoint:
    def test_of_this_machine(self, podman: Podman) -> None:
        """Without a service, it is where podman's own would listen."""
        found = podman(info='"/run/podman/podman.sock"').endpoint()
        assert found == Endpoint("unix:///run/podman/podman.sock", "127.0.0.1", local=True)

    def test_of_a_connection(self, podman: Podman, calls: Calls, monkeypatch: pytest.MonkeyPatch) -> None:
        """A connection has a name, by which podman knows its address."""
        monkeypatch.setenv("CONTAINER_CONNECTION", "far")
        found = podman(system='"ssh://me@192.0.2.8:22/run/podman.sock"').endpoint()
        assert (found.host, found.local) == ("192.0.2.8", False)
        assert calls() == [
            ["system", "connection", "ls", "--format", '{{if eq .Name "far"}}{{json .URI}}{{end}}'],
        ]

    def test_of_a_variable(self, podman: Podman, monkeypatch: pytest.MonkeyPatch) -> None:
        """An address comes before all others."""
        monkeypatch.setenv("CONTAINER_CONNECTION", "far")
        monkeypatch.setenv("CONTAINER_HOST", "tcp://192.0.2.9:88")
        assert podman().endpoint().host == "192.0.2.9"


def test_configuration_is_that_of_the_opening(podman: Podman, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file that chooses the engine is found from every folder, and by other processes."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CONTAINERS_CONF", "mine.conf")
    assert podman().recipe().settings["environment"]["CONTAINERS_CONF"] == str(tmp_path / "mine.conf")


@pytest.mark.parametrize(
    ("text", "error"),
    [
        ('unable to connect to Podman socket: Get "http://d/v4.3.1/libpod/_ping"', EngineUnavailable),
        ('short-name "x" did not resolve to an alias and no unqualified-search registries are defined', ImageNotFound),
        ("x: image not known", ImageNotFound),
        ('no container with name or ID "x" found: no such container', NotFound),
        ("unable to find network with name or ID x: network not found", NotFound),
        ("inspecting object: network x: network not found", NotFound),
        ("no such volume x", NotFound),
        ('container 1 is already connected to network "x": network is already connected', Forbidden),
        ('"x" has associated containers with it. Use -f to forcibly delete containers and pods', Forbidden),
        ("subnet 192.0.2.0/24 is already used on the host or by another config", Forbidden),
        ("network name x already used: network already exists", Conflict),
        ('the container name "x" is already in use by 1. You have to remove that container', Conflict),
        ("can only kill running containers. 1 is in state created: container state improper", Conflict),
        ("volume x is being used by the following container(s): 1: volume is being used", Conflict),
        ('unable to delete image "1" by ID with more than one tag ([a:1 b:2]): please force removal', Conflict),
        ("image used by 1: image is in use by a container: consider listing external containers", Conflict),
        ("cannot listen on the TCP port: listen tcp4 :80: bind: address already in use", PortUnavailable),
    ],
)
def test_its_texts(tmp_path: Path, text: str, error: type[DriverError]) -> None:
    """What podman says is the error that the same is with docker."""
    driver = PodmanDriver(binary=written(tmp_path, f"import sys; sys.exit('Error: ' + {text!r})"))
    with pytest.raises(error) as raised:
        driver.start("x")
    assert type(raised.value) is error
