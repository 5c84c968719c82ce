"""The forms of docker-py's options."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_docker_tools import normalise
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.normalise import PortBinding, VolumeBind

GIB = 1024**3


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (None, []),
        ("", []),
        ([], []),
        ("redis-server --save ''", ["redis-server", "--save", ""]),
        (("sleep", 5, 1.5), ["sleep", "5", "1.5"]),
        (["sh", "-c", ""], ["sh", "-c", ""]),
    ],
)
def test_words(value: Any, expected: list[str]) -> None:
    """A command is a string that is split as a shell would, or a list, whose empty words stay."""
    assert normalise.words("command", value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [("one", ["one"]), (["a", 1], ["a", "1"]), ((), []), ((str(item) for item in (1, 2)), ["1", "2"])],
)
def test_texts(value: Any, expected: list[str]) -> None:
    """A list of strings may have numbers, or be one string."""
    assert normalise.texts("dns", value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({}, []),
        ({"A": 1, "B": True, "C": "", "D": None}, [("A", "1"), ("B", "True"), ("C", ""), ("D", None)]),
        ({"A": b"x", "B": "two\nlines"}, [("A", "x"), ("B", "two\nlines")]),
        (["A=1", "B=x=y", "C=", "D"], [("A", "1"), ("B", "x=y"), ("C", ""), ("D", None)]),
        ("A=1", [("A", "1")]),
    ],
)
def test_environment(value: Any, expected: normalise.Pairs) -> None:
    """An environment is a dict or a list of "NAME=value", and a name without a value is unset."""
    assert normalise.environment(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [({"a": 1, "b": None, 3: "x=y"}, {"a": "1", "b": "", "3": "x=y"}), (["a", "b=1"], {"a": "", "b=1": ""})],
)
def test_labels(value: Any, expected: dict[str, str]) -> None:
    """Labels are a dict, or a list of names, in which a "=" has no meaning."""
    assert normalise.labels(value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"a": "1", "b": None}, [("a", "1"), ("b", "")]),
        (["a:1", "b:::1", "c"], [("a", "1"), ("b", "::1"), ("c", "")]),
        ([("a", 1), ["b", None]], [("a", "1"), ("b", "")]),
        ("a:1", [("a", "1")]),
    ],
)
def test_pairs(value: Any, expected: list[tuple[str, str]]) -> None:
    """Pairs are a dict, or a list of strings or of pairs; the first separator of a string counts."""
    assert normalise.pairs("extra_hosts", value) == expected


@pytest.mark.parametrize(
    ("key", "value", "expected"),
    [
        (80, None, [("80", "tcp", None, None)]),
        ("80", "", [("80", "tcp", None, None)]),
        ("80/udp", 8080, [("80", "udp", None, "8080")]),
        ("80/TCP", "8080", [("80", "tcp", None, "8080")]),
        ("80/tcp", 0, [("80", "tcp", None, "0")]),
        ("80/tcp", "8080-8090", [("80", "tcp", None, "8080-8090")]),
        ("80/tcp", ("127.0.0.1", 8080), [("80", "tcp", "127.0.0.1", "8080")]),
        ("80/tcp", ("::1", None), [("80", "tcp", "::1", None)]),
        ("80/tcp", ("", 8080), [("80", "tcp", None, "8080")]),
        ("80/tcp", ("127.0.0.1",), [("80", "tcp", "127.0.0.1", None)]),
        ("80/tcp", (8080,), [("80", "tcp", None, "8080")]),
        ("80/tcp", {"HostIp": "", "HostPort": "8080"}, [("80", "tcp", None, "8080")]),
        ("80/tcp", {"HostIp": "127.0.0.1"}, [("80", "tcp", "127.0.0.1", None)]),
        ("80/tcp", [1, ("127.0.0.1", 2)], [("80", "tcp", None, "1"), ("80", "tcp", "127.0.0.1", "2")]),
        ("80/tcp", [], []),
    ],
)
def test_ports(key: Any, value: Any, expected: list[tuple[str, str, str | None, str | None]]) -> None:
    """A port is bound to a free host port, a fixed one, one of an address, or several."""
    assert normalise.ports({key: value}) == [PortBinding(*binding) for binding in expected]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"data": {"bind": "/data"}}, VolumeBind("data", "/data", "rw")),
        ({"data": {"bind": "/data", "mode": "ro"}}, VolumeBind("data", "/data", "ro")),
        ({"/host": {"bind": "/data", "ro": True}}, VolumeBind("/host", "/data", "ro")),
        ({"/host": {"bind": "/data", "ro": False}}, VolumeBind("/host", "/data", "rw")),
        ({"/host": {"bind": "/data", "propagation": "rslave"}}, VolumeBind("/host", "/data", "rw,rslave")),
        (["/data"], VolumeBind(None, "/data", None)),
        (["data:/data"], VolumeBind("data", "/data", None)),
        (["data:/data:ro,z"], VolumeBind("data", "/data", "ro,z")),
        ("data:/data", VolumeBind("data", "/data", None)),
    ],
)
def test_volumes(value: Any, expected: VolumeBind) -> None:
    """Volumes are a dict by source, or a list as for `-v`, in which one path alone is an anonymous volume."""
    assert normalise.volumes(value) == [expected]


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (0, 0),
        (-1, -1),
        (1024, 1024),
        ("", 0),
        ("1024", 1024),
        ("10b", 10),
        ("1k", 1024),
        ("128M", 128 * 1024**2),
        ("128mb", 128 * 1024**2),
        ("1.5g", GIB * 3 // 2),
        (" 2GB ", 2 * GIB),
    ],
)
def test_size(value: Any, expected: int) -> None:
    """A size is a number of bytes, or a string with a unit that is a power of 1024."""
    assert normalise.size("mem_limit", value) == expected


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ({"test": "true", "start_period": 5}, {"test": "true", "start_period": 5}),
        (
            {"Test": ["CMD", "x"], "StartPeriod": 5, "Retries": 2},
            {"test": ["CMD", "x"], "start_period": 5, "retries": 2},
        ),
    ],
)
def test_healthcheck(value: Any, expected: dict[str, Any]) -> None:
    """A health check may have docker-py's names or the engine's."""
    assert normalise.healthcheck(value) == expected


def test_image() -> None:
    """An image is a name, or an object that has an id."""

    class Image:
        id = "sha256:00"

    assert normalise.image("redis") == "redis"
    assert normalise.image(Image()) == "sha256:00"


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({"repository": "redis"}, "redis:latest"),
        ({"repository": "redis", "tag": ""}, "redis:latest"),
        ({"repository": "redis:7"}, "redis:7"),
        ({"repository": "redis", "tag": "7"}, "redis:7"),
        ({"repository": "redis:6", "tag": "7"}, "redis:7"),
        ({"repository": "example.test:5000/redis"}, "example.test:5000/redis:latest"),
        ({"repository": "example.test:5000/redis", "tag": 7}, "example.test:5000/redis:7"),
        ({"repository": "redis@sha256:00"}, "redis@sha256:00"),
        ({"repository": "redis", "tag": "sha256:00"}, "redis@sha256:00"),
    ],
)
def test_image_reference(options: dict[str, Any], expected: str) -> None:
    """What to pull is named once, by a tag, a digest or `latest`; an explicit tag wins."""
    assert normalise.image_reference(options) == expected


@pytest.mark.parametrize(
    ("reference", "expected"),
    [
        ("redis", ("redis", None)),
        ("redis:7", ("redis", "7")),
        ("example.test:5000/redis", ("example.test:5000/redis", None)),
        ("example.test:5000/redis:7", ("example.test:5000/redis", "7")),
        ("redis@sha256:00", ("redis", "sha256:00")),
    ],
)
def test_split_reference(reference: str, expected: tuple[str, str | None]) -> None:
    """A colon before a slash belongs to the port of a registry."""
    assert normalise.split_reference(reference) == expected


@pytest.mark.parametrize(("value", "expected"), [([1], [1]), (({"a": 1},), [{"a": 1}]), ({2}, [2])])
def test_sequence_of(value: Any, expected: list[Any]) -> None:
    """A list of anything may be any kind of collection."""
    assert normalise.sequence_of("devices", value) == expected


@pytest.mark.parametrize(
    ("function", "arguments", "keyword"),
    [
        (normalise.words, ("command", "no 'end"), "command"),
        (normalise.words, ("command", 5), "command"),
        (normalise.words, ("command", ["sleep", None]), "command"),
        (normalise.texts, ("dns", {"a": 1}), "dns"),
        (normalise.texts, ("dns", b"a"), "dns"),
        (normalise.texts, ("dns", [["a"]]), "dns"),
        (normalise.texts, ("dns", [b"a"]), "dns"),
        (normalise.environment, (5,), "environment"),
        (normalise.environment, ({"": "x"},), "environment"),
        (normalise.environment, (["=x"],), "environment"),
        (normalise.environment, ({"A=B": "x"}, "buildargs"), "buildargs"),
        (normalise.labels, (5,), "labels"),
        (normalise.pairs, ("links", [("a", "b", "c")]), "links"),
        (normalise.pairs, ("links", [5]), "links"),
        (normalise.pairs, ("links", 5), "links"),
        (normalise.ports, ([80],), "ports"),
        (normalise.ports, ({"http": 80},), "ports"),
        (normalise.ports, ({"80-90/tcp": None},), "ports"),
        (normalise.ports, ({"80/tcp": "127.0.0.1:80"},), "ports"),
        (normalise.ports, ({"80/tcp": True},), "ports"),
        (normalise.ports, ({"80/tcp": 80.5},), "ports"),
        (normalise.ports, ({"80/tcp": ("127.0.0.1", 80, 81)},), "ports"),
        (normalise.ports, ({"80/tcp": [[80]]},), "ports"),
        (normalise.volumes, ({"data": "/data"},), "volumes"),
        (normalise.volumes, ({"data": {"mode": "rw"}},), "volumes"),
        (normalise.volumes, ({"data": {"bind": "/data", "ro": True, "mode": "ro"}},), "volumes"),
        (normalise.volumes, ([""],), "volumes"),
        (normalise.volumes, (5,), "volumes"),
        (normalise.size, ("shm_size", "many"), "shm_size"),
        (normalise.size, ("shm_size", "g"), "shm_size"),
        (normalise.size, ("shm_size", "1t"), "shm_size"),
        (normalise.size, ("shm_size", "1mib"), "shm_size"),
        (normalise.size, ("shm_size", "inf"), "shm_size"),
        (normalise.size, ("shm_size", "nan"), "shm_size"),
        (normalise.size, ("shm_size", True), "shm_size"),
        (normalise.size, ("shm_size", 1.5), "shm_size"),
        (normalise.healthcheck, ("true",), "healthcheck"),
        (normalise.healthcheck, ({"start_interval": 1},), "healthcheck"),
        (normalise.image, (None,), "image"),
        (normalise.image, ("",), "image"),
        (normalise.image, (5,), "image"),
        (normalise.text, ("user", True), "user"),
        (normalise.number, ("pids_limit", "1.5"), "pids_limit"),
        (normalise.number, ("pids_limit", False), "pids_limit"),
        (normalise.switch, ("init", "yes"), "init"),
        (normalise.one_of, ("rm", False, True), "rm"),
        (normalise.assignments, ("sysctls", ["a=1"]), "sysctls"),
        (normalise.volumes_from, ("volumes_from", 5), "volumes_from"),
        (normalise.binds, ("volumes", {"/a:b": {"bind": "/b"}}), "volumes"),
        (normalise.binds, ("volumes", ["./here:/b"]), "volumes"),
        (normalise.check_build, ({},), "path"),
        (normalise.check_build, ({"path": "app", "fileobj": b""},), "path"),
        (normalise.check_build, ({"path": "app", "custom_context": True},), "custom_context"),
        (normalise.check_build, ({"path": "app", "encoding": "gzip"},), "encoding"),
        (normalise.check_build, ({"fileobj": b"", "dockerfile": "x"},), "dockerfile"),
        (normalise.sequence_of, ("devices", "a"), "devices"),
        (normalise.sequence_of, ("devices", {"a": 1}), "devices"),
        (normalise.sequence_of, ("devices", 5), "devices"),
    ],
)
def test_what_cannot_be_meant(function: Callable[..., Any], arguments: tuple[Any, ...], keyword: str) -> None:
    """A form that there is not is refused in a sentence that names the keyword."""
    with pytest.raises(UnsupportedOption, match=rf"^'{keyword}' cannot be used here: .+\.$") as caught:
        function(*arguments)
    assert caught.value.keyword == keyword


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        (None, {}),
        ({"label": "a=1", "name": ["b", "c"]}, {"label": ["a=1"], "name": ["b", "c"]}),
        (
            {"dangling": True, "exited": 3, "label": ("a", 1)},
            {"dangling": ["true"], "exited": ["3"], "label": ["a", "1"]},
        ),
    ],
)
def test_filters(given: Any, expected: dict[str, list[str]]) -> None:
    """A filter has one value or several, which may be numbers or True."""
    assert normalise.filters(given) == expected


@pytest.mark.parametrize(
    "options", [{"path": "app", "dockerfile": "x"}, {"fileobj": b"", "custom_context": True, "dockerfile": "x"}]
)
def test_a_build_that_can_be_meant(options: dict[str, Any]) -> None:
    """A build has a folder, or a file that is a Dockerfile or has one."""
    normalise.check_build({"path": None, "fileobj": None, **options})


def test_values_are_not_shown() -> None:
    """A variable that cannot be meant is named without its value, which may be a secret."""
    with pytest.raises(UnsupportedOption) as caught:
        normalise.environment({"A=B": "hunter2"})
    assert "hunter2" not in str(caught.value)
