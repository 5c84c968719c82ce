"""Reading the kernel's tables of sockets."""

# ruff: noqa: E501 - the tables are as wide as the kernel writes them.

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import listening
from pytest_docker_tools.driver import Driver, ExecResult, Facts
from pytest_docker_tools.listening import Socket
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

TCP = """\
  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000:18EB 00000000:0000 0A 00000000:00000000 00:00000000 00000000   999        0 40231 1 0000000000000000 100 0 0 10 0
   1: 0B00007F:9C41 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 40112 1 0000000000000000 100 0 0 10 0
   2: 0200A8C0:18EB 0100A8C0:D2F0 01 00000000:00000000 00:00000000 00000000   999        0 41873 2 0000000000000000 20 4 30 10 -1
   3: 0200A8C0:18EB 0100A8C0:D2F4 06 00000000:00000000 03:00001653 00000000     0        0 0 3 0000000000000000
"""
TCP6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 00000000000000000000000000000000:1F90 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51833 1 0000000000000000 100 0 0 10 0
   1: 00000000000000000000000001000000:0050 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51840 1 0000000000000000 100 0 0 10 0
   2: B80D0120000000000000000005000000:01BB 00000000000000000000000000000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 51841 1 0000000000000000 100 0 0 10 0
   3: 0000000000000000FFFF00000100007F:1F90 0000000000000000FFFF00000100007F:A0B2 01 00000000:00000000 00:00000000 00000000     0        0 51899 1 0000000000000000 20 4 30 10 -1
"""
UDP = """\
   sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  301: 00000000:0035 00000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 60311 2 0000000000000000 0
  322: 0100007F:C350 0100007F:0035 01 00000000:00000000 00:00000000 00000000     0        0 60390 2 0000000000000000 0
"""
UDP6 = """\
  sl  local_address                         remote_address                        st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode ref pointer drops
  301: 00000000000000000000000001000000:0035 00000000000000000000000000000000:0000 07 00000000:00000000 00:00000000 00000000     0        0 60312 2 0000000000000000 0
"""
IN_TCP = frozenset({Socket("tcp", "0.0.0.0", 6379), Socket("tcp", "127.0.0.11", 40001)})
IN_TCP6 = frozenset({Socket("tcp", "::", 8080), Socket("tcp", "::1", 80), Socket("tcp", "2001:db8::5", 443)})
IN_UDP = frozenset({Socket("udp", "0.0.0.0", 53)})
IN_UDP6 = frozenset({Socket("udp", "::1", 53)})


@pytest.fixture(autouse=True)
def little_endian(monkeypatch: pytest.MonkeyPatch) -> None:
    """These tables were written on a machine with the low byte first."""
    monkeypatch.setattr(sys, "byteorder", "little")


@pytest.fixture
def proc(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder in place of /proc, with a process 77 that is of no container."""
    monkeypatch.setattr(listening, "Path", lambda path: tmp_path / path.strip("/"))
    process = tmp_path / "proc" / "77"
    (process / "net").mkdir(parents=True)
    (process / "cgroup").write_text("0::/system.slice/sshd.service\n")
    (process / "net" / "tcp").write_text(TCP)
    return process


class Container:
    """A container of an engine in memory whose process id is 77 for those who ask."""

    def __init__(self) -> None:
        self.engine = MemoryEngine()
        self.engine.add_image("app")
        self.driver: Driver = MemoryDriver(self.engine)
        self.id = self.driver.create_container({"image": "app"})
        self.driver.start(self.id)
        self.commands: list[Any] = []

    def answers(self, exit_code: int, output: str) -> None:
        """Have `cat` end like this in the container."""

        def answer(container: Facts, words: object) -> ExecResult:
            self.commands.append(words)
            return ExecResult(exit_code, output.encode(), b"")

        self.engine.on_execute(answer)

    def listening(self) -> frozenset[Socket] | None:
        """Ask as a driver does that has no better way."""
        [facts] = self.driver.inspect("container", [self.id])
        assert facts is not None
        facts["State"]["Pid"] = 77
        return Driver.listening(self.driver, facts)


@pytest.fixture
def container() -> Container:
    return Container()


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        (TCP, IN_TCP),
        (TCP6, IN_TCP6),
        (UDP, IN_UDP),
        (UDP6, IN_UDP6),
        (TCP.splitlines()[0], frozenset()),
        ("", frozenset()),
    ],
)
def test_each_table(table: str, expected: frozenset[Socket]) -> None:
    """Of each table those sockets are given that listen, or for UDP are not connected."""
    assert listening.parse(table) == expected


@pytest.mark.parametrize("tables", [(TCP, TCP6, UDP, UDP6), (UDP6, TCP, UDP, TCP6)])
def test_all_tables_at_once(tables: tuple[str, ...]) -> None:
    """Tables may follow each other in any order, since each line says what it is."""
    assert listening.parse("".join(tables)) == IN_TCP | IN_TCP6 | IN_UDP | IN_UDP6


def test_the_other_byte_order(monkeypatch: pytest.MonkeyPatch) -> None:
    """On a machine with the high byte first, addresses are written as one reads them."""
    monkeypatch.setattr(sys, "byteorder", "big")
    assert listening.parse(TCP.replace("0B00007F", "7F00000B")) == IN_TCP


def test_the_containers_process_is_read(proc: Path, container: Container) -> None:
    """Where the container's process is seen from here nothing is run in the container, which may have no `cat`."""
    (proc / "cgroup").write_text(f"12:pids:/docker/{container.id}\n0::/docker/{container.id}\n")
    (proc / "net" / "udp6").write_text(UDP6)
    assert container.listening() == IN_TCP | IN_UDP6
    assert container.commands == []


def test_a_foreign_process_is_not_believed(proc: Path, container: Container) -> None:
    """A process that has the id here, but is not the container's, says nothing; `cat` in the container does."""
    container.answers(0, UDP)
    assert container.listening() == IN_UDP
    assert container.commands == [["cat", "/proc/net/tcp", "/proc/net/tcp6", "/proc/net/udp", "/proc/net/udp6"]]


def test_a_process_that_is_not_here(proc: Path, container: Container) -> None:
    """Without such a process, as for an engine elsewhere, `cat` in the container is asked."""
    (proc / "cgroup").unlink()
    container.answers(1, TCP + UDP)
    assert container.listening() == IN_TCP | IN_UDP


@pytest.mark.parametrize(("exit_code", "output"), [(127, "not found"), (126, "denied"), (1, ""), (0, "")])
def test_what_cannot_be_known(proc: Path, container: Container, exit_code: int, output: str) -> None:
    """A container without `cat`, or without /proc, is one of which nobody can tell."""
    container.answers(exit_code, output)
    assert container.listening() is None


@pytest.fixture
def cgroup(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, container: Container) -> Path:
    """The folder of the container's control group of version 2, as yet without any file."""
    monkeypatch.setattr(listening, "_CGROUPS", tmp_path / "cgroup")
    folder = tmp_path / "cgroup" / "system.slice" / f"docker-{container.id}.scope"
    folder.mkdir(parents=True)
    return folder


VERSION_1 = "12:pids:/docker/{id}\n8:freezer:/docker/{id}\n0::/docker/{id}\n"
VERSION_2 = "0::/system.slice/docker-{id}.scope\n"


@pytest.mark.parametrize(
    ("stat", "groups", "events", "runs"),
    [
        ("77 (app) S 1", VERSION_2, "populated 1\nfrozen 0\n", True),
        ("77 (app) D 1", VERSION_2, "populated 1\nfrozen 0\n", True),
        ("77 (app) S 1", VERSION_2, "populated 1\nfrozen 1\n", False),
        ("77 (app) S 1", VERSION_2, "populated 1\n", False),
        ("77 (app) S 1", VERSION_2, None, False),
        ("77 (app) S 1", "12:pids:/docker/{id}\n", "populated 1\nfrozen 0\n", False),
        ("77 (app) S 1", VERSION_1, None, True),
        ("77 (is Z) Z (a) R 1", VERSION_1, None, True),
        ("77 (app) D 1", VERSION_1, None, False),
        ("77 (app) Z 1", VERSION_1, None, False),
        ("77 (app) X 1", VERSION_1, None, False),
        ("77 (app) S 1", "8:freezer:/\n0::/system.slice/sshd.service", None, False),
        ("77 (app) S 1", None, None, False),
        (None, VERSION_1, None, False),
    ],
)
def test_a_process_that_still_runs(
    proc: Path, container: Container, cgroup: Path, stat: str | None, groups: str | None, events: str | None, runs: bool
) -> None:
    """A process runs if it is the container's, has not ended, and is not frozen, in either version of control groups."""
    (proc / "cgroup").unlink()
    for file, text in ((proc / "stat", stat), (proc / "cgroup", groups), (cgroup / "cgroup.events", events)):
        if text is not None:
            file.write_text(text.replace("{id}", container.id))
    assert Driver.still_runs(container.driver, {"Id": container.id, "State": {"Pid": 77}}) is runs


def test_a_program_whose_name_is_no_text(proc: Path, container: Container) -> None:
    """A program may have any bytes as its name."""
    (proc / "cgroup").write_text(VERSION_1.replace("{id}", container.id))
    (proc / "stat").write_bytes(b"77 (\xff) S 1")
    assert listening.still_runs({"Id": container.id, "State": {"Pid": 77}})


@pytest.mark.parametrize(
    ("address", "loopback"),
    [("127.0.0.1", True), ("::1", True), ("::ffff:127.0.0.1", True), ("0.0.0.0", False), ("::", False)],
)
def test_loopback(address: str, loopback: bool) -> None:
    """A socket on the loopback interface is told in each form of its address."""
    assert listening.Socket("tcp", address, 80).is_loopback is loopback
