"""A container as a test sees it."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from pytest_docker_tools import addresses
from pytest_docker_tools.client import Client
from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.exceptions import (
    Conflict,
    NotFound,
    UsageError,
)
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.testing.conformance.archives import archive_of
from pytest_docker_tools.wrappers import Container


def test_facts(web: Container) -> None:
    """Name, labels, environment and state are those of the engine."""
    assert web.name == "web"
    assert web.labels["one"] == "1"
    assert {"A": "image", "B": "x=y", "C": ""}.items() <= web.env.items()
    assert web.status == "running"
    assert web.attrs["Id"] == web.id
    assert repr(web) == f"<Container: web {web.id[:12]}>"


def test_status_is_that_of_this_moment(web: Container) -> None:
    """The state is asked for, not remembered."""
    web.stop()
    assert web.status == "exited"
    assert web.wait()["StatusCode"] is not None


@pytest.mark.parametrize(("is_seen", "status"), [(True, "running"), (False, "exited")])
def test_status_of_what_is_seen_to_run(
    web: Container, client: Client, monkeypatch: pytest.MonkeyPatch, is_seen: bool, status: str
) -> None:
    """The engine is not asked for the state of a container whose process is seen to run."""
    client.containers.get(web.id).kill()
    monkeypatch.setattr(MemoryDriver, "still_runs", lambda driver, facts: is_seen)
    assert web.status == status


def test_addresses(web: Container, client: Client) -> None:
    """An address is found by the network or its name; one that it is not on is an error with those it is on."""
    assert web.ips.primary == web.ips["net"] == web.ips[client.networks.get("net")]
    assert dict(web.ips) == {"net": web.ips.primary}
    with pytest.raises(KeyError, match="net"):
        web.ips["bridge"]


def test_no_primary_address_on_two_networks(web: Container, client: Client) -> None:
    """A container on two networks has no primary address, and says which networks there are."""
    client.networks.create("second").connect(web.id)
    web.reload()
    with pytest.raises(UsageError, match="2 networks"):
        web.ips.primary  # noqa: B018
    assert web.ips["second"]


def test_ports(web: Container) -> None:
    """Host ports are numbers, found by any form of the port; one that is not published is an error."""
    [port] = web.ports["80/tcp"]
    assert web.ports[80] == web.ports["80"] == [port]
    assert list(web.ports) == ["80/tcp"]
    assert web.get_addr("80/tcp") == ("127.0.0.1", port)
    with pytest.raises(KeyError, match="published: 80/tcp"):
        web.ports["443/tcp"]


def test_an_address_is_found_in_the_time_that_is_left(web: Container, monkeypatch: pytest.MonkeyPatch) -> None:
    """While the container is waited for, the engine gets no more time for what an address takes than is left."""
    allowed: list[float | None] = []

    def ids(driver: MemoryDriver, kind: str, *, timeout: float | None) -> list[str]:
        allowed.append(timeout)
        return []

    monkeypatch.setattr(MemoryDriver, "ids", ids)
    monkeypatch.setattr("socket.gethostname", lambda: "0123456789ab")
    monkeypatch.setattr(addresses, "_MOUNTS", Path("nowhere"))
    web.get_addr(80)
    with web.looking_until(time.monotonic() + 3):
        web.get_addr(80)
    assert allowed[0] is None
    assert allowed[1] is not None
    assert allowed[1] <= 3


def test_logs_are_text(web: Container) -> None:
    """Logs are text, with escapes for what is none, and can be cut."""
    assert web.logs() == "café \\xff\n2\n3\n"
    assert web.logs(tail=1) == "3\n"
    assert web.log_bytes().startswith(b"caf\xc3\xa9 \xff")


def test_files(web: Container) -> None:
    """Files are put in, and read as bytes by their names below the path, or one of them as text."""
    web.put_files({"/etc/app/a.txt": "ä", "/etc/app/folder": None})
    assert web.get_files("/etc/app") == {"app": None, "app/a.txt": "ä".encode(), "app/folder": None}
    assert web.get_text("/etc/app/a.txt") == "ä"
    assert web.get_text("/etc/app/a.txt", encoding="latin-1") == "Ã¤"
    with pytest.raises(IsADirectoryError, match=r"'/etc/app' in container 'web' is no file"):
        web.get_text("/etc/app")
    for read in (web.get_files, web.get_text):
        with pytest.raises(NotFound, match="/nowhere"):
            read("/nowhere")


def test_files_of_a_link(web: Container) -> None:
    """A path that is a link is read as what it leads to."""
    web.put_archive("/", archive_of({"etc/a": b"1"}, links={"etc/b": "a"}))
    assert web.get_text("/etc/b") == "1"
    assert web.get_files("/etc/b") == {"b": b"1"}


def test_files_from_disk(web: Container, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path on disk is taken from the working directory."""
    (tmp_path / "conf").mkdir()
    (tmp_path / "conf" / "a").write_text("1")
    monkeypatch.chdir(tmp_path)
    web.stop()
    web.put_files({"/etc/app": Path("conf")})
    assert web.get_files("/etc/app") == {"app": None, "app/a": b"1"}
    with pytest.raises(UsageError, match=str(tmp_path / "gone")):
        web.put_files({"/etc/app": Path("gone")})


@pytest.mark.parametrize(
    ("options", "expected"),
    [
        ({}, b"oute"),
        ({"demux": True}, (b"out", b"e")),
        ({"stderr": False}, b"out"),
        ({"stdout": False}, b"e"),
        ({"stdout": False, "demux": True}, (None, b"e")),
    ],
)
def test_exec_run(web: Container, engine: MemoryEngine, options: dict[str, bool], expected: object) -> None:
    """The output of a command is that of both streams, or a pair, or of the stream that was asked for."""
    engine.on_execute(lambda facts, words: ExecResult(3, b"out", b"e"))
    assert web.exec_run("anything", **options) == (3, expected)  # type: ignore[arg-type]


def test_exec_run_where_nothing_runs(web: Container) -> None:
    """A command in a container that does not run is a Conflict."""
    web.kill()
    with pytest.raises(Conflict):
        web.exec_run("anything")


def test_removal(web: Container, client: Client) -> None:
    """A container that was removed is not found any more."""
    web.remove(force=True)
    with pytest.raises(NotFound):
        web.reload()
    with pytest.raises(NotFound):
        web.remove()


def test_the_engines_own_resolver_is_no_open_port(web: Container, engine: MemoryEngine) -> None:
    """What an engine itself runs in a container of a user-defined network is not among the open ports."""
    engine.add_image("resolved", MemoryImage(listens=("80/tcp", "127.0.0.11:4711/tcp")))
    made = web.driver.create_container({"image": "resolved"})
    web.driver.start(made)
    assert Container(Client(web.driver).containers.get(made)).get_open_tcp_ports() == ["80"]
