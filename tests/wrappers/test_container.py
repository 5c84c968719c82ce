"""A container as a test sees it."""

from __future__ import annotations

import time
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import addresses
from pytest_docker_tools.client import Client
from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.exceptions import (
    Conflict,
    ContainerNotReady,
    DeadlineExceeded,
    NotFound,
    UnsupportedOption,
    UsageError,
)
from pytest_docker_tools.probes import Check
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.testing.conformance.archives import archive_of
from pytest_docker_tools.wrappers import Container


@pytest.fixture
def client(engine: MemoryEngine) -> Client:
    engine.add_image("web", MemoryImage(listens=("80/tcp",), logs=b"caf\xc3\xa9 \xff\n2\n3\n", env={"A": "image"}))
    return Client(MemoryDriver(engine))


@pytest.fixture
def web(client: Client) -> Container:
    """A container on a network, with a published port."""
    client.networks.create("net")
    made = client.containers.create(
        "web",
        name="web",
        network="net",
        ports={"80/tcp": None},
        environment={"B": "x=y", "C": ""},
        labels={"one": "1"},
    )
    made.start()
    made.reload()
    return Container(made)


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


class TestPaused:
    def test_is_undone(self, web: Container) -> None:
        """The container is paused in the context, and ready after it."""
        web.wait_until_ready()
        with web.paused():
            assert web.attrs["State"]["Status"] == "paused"
        assert web.attrs["State"]["Status"] == "running"
        assert web.waits_for is None

    def test_what_comes_after_it(self, web: Container) -> None:
        """What is waited for is waited for again, and its error is raised."""
        web.wait_for, web.timeout = [Check(lambda container: False)], 0
        with pytest.raises(ContainerNotReady), web.paused():
            pass
        assert web.status == "running"

    def test_is_undone_after_an_error(self, web: Container) -> None:
        """It goes on too when the test fails in the context, whose error is raised."""
        with pytest.raises(ZeroDivisionError), web.paused():
            raise ZeroDivisionError
        assert web.status == "running"

    @pytest.mark.parametrize("left", ["running", "exited", None])
    def test_what_the_test_did_itself(self, web: Container, left: str | None) -> None:
        """What was already undone, and what was ended or removed meanwhile, is left as it is."""
        with web.paused():
            web.unpause()
            if left == "exited":
                web.kill()
            if left is None:
                web.remove(force=True)
        assert left is None or web.status == left


class TestDisconnected:
    def test_is_undone(self, web: Container, client: Client) -> None:
        """The container is on no network in the context, and after it on the same one, with its names there."""
        network = client.networks.get("net")
        for given in (network, "net"):
            with web.disconnected(given):
                assert dict(web.ips) == {}
            assert list(web.ips) == ["net"]
            assert web.waits_for is None

    def test_options_are_kept(self, web: Container, client: Client) -> None:
        """Names, addresses and options that were asked for are asked for again."""
        pool = {"Config": [{"Subnet": "198.18.7.0/24"}]}
        client.networks.create("wide", ipam=pool)
        client.networks.get("wide").connect(web.id, aliases=["www"], ipv4_address="198.18.7.9", driver_opt={"a": "b"})
        web.reload()
        before = web.attrs["NetworkSettings"]["Networks"]["wide"]
        with web.disconnected("wide"):
            assert list(web.ips) == ["net"]
        after = web.attrs["NetworkSettings"]["Networks"]["wide"]
        for key in ("Aliases", "IPAddress", "IPAMConfig", "DriverOpts"):
            assert after[key] == before[key]

    def test_what_comes_after_it(self, web: Container) -> None:
        """What is waited for is waited for again, and its error is raised."""
        web.wait_for, web.timeout = [Check(lambda container: False)], 0
        with pytest.raises(ContainerNotReady), web.disconnected("net"):
            pass
        assert list(web.ips) == ["net"]

    def test_is_undone_where_the_look_fails(self, web: Container, monkeypatch: pytest.MonkeyPatch) -> None:
        """An engine that detaches the container, and then does not answer, is asked to attach it again."""
        looks = iter([Container.reload, None])

        def reload(container: Container) -> None:
            if (look := next(looks, Container.reload)) is None:
                raise DeadlineExceeded("too late")
            look(container)

        with monkeypatch.context() as patched:
            patched.setattr(web, "reload", partial(reload, web))
            with pytest.raises(DeadlineExceeded), web.disconnected("net"):
                pass
        web.reload()
        assert list(web.ips) == ["net"]

    def test_another_network(self, web: Container) -> None:
        """A network that the container is not on is an error that names those it is on."""
        with (
            pytest.raises(UsageError, match=r"'web' is not on the network 'other'\. It is on: net"),
            web.disconnected("other"),
        ):
            pass

    @pytest.mark.parametrize("left", ["running", "exited", None])
    def test_what_the_test_did_itself(self, web: Container, client: Client, left: str | None) -> None:
        """What was attached again, ended or removed meanwhile is no error."""
        with web.disconnected("net"):
            client.networks.get("net").connect(web.id)
            if left == "exited":
                web.kill()
            if left is None:
                web.remove(force=True)
        assert left is None or web.status == left

    def test_a_driver_without_hardware_addresses(self, web: Container, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where no hardware address can be asked for, the container gets another one."""
        asked = []
        connect = MemoryDriver.connect

        def refusing(driver: MemoryDriver, network: str, container: str, options: Any, **given: Any) -> None:
            asked.append(options.get("mac_address"))
            if options.get("mac_address"):
                raise UnsupportedOption("mac_address", "no")
            connect(driver, network, container, options, **given)

        monkeypatch.setattr(MemoryDriver, "connect", refusing)
        with web.disconnected("net"):
            pass
        assert asked[0] is not None
        assert asked[1:] == [None]
        assert web.ips["net"]


class TestKill:
    def test_waits_for_the_end(self, web: Container) -> None:
        """After SIGKILL the container has ended, and is known to."""
        web.wait_until_ready()
        web.kill()
        assert web.attrs["State"]["ExitCode"] == 137
        assert dict(web.ips) == {}

    @pytest.mark.parametrize(
        ("signal", "waits"),
        [(None, True), (9, True), ("9", True), ("KILL", True), ("SIGKILL", True), ("SIGHUP", False), (1, False)],
    )
    def test_whose_end_is_waited_for(
        self, web: Container, monkeypatch: pytest.MonkeyPatch, signal: str | int | None, waits: bool
    ) -> None:
        """No container survives SIGKILL, however it is written; any other signal may be survived."""
        waited: list[str] = []
        monkeypatch.setattr(MemoryDriver, "wait", lambda driver, ref, timeout: waited.append(ref))
        web.kill(signal)
        assert waited == [web.id] * waits

    def test_however_little_time_it_has_to_get_ready(self, web: Container, monkeypatch: pytest.MonkeyPatch) -> None:
        """The end is waited for also where the container's own time is over at once."""
        allowed: list[float] = []
        wait = MemoryDriver.wait

        def waiting(driver: MemoryDriver, ref: str, *, timeout: float) -> int:
            allowed.append(timeout)
            return wait(driver, ref, timeout=timeout)

        monkeypatch.setattr(MemoryDriver, "wait", waiting)
        web.timeout = 0
        web.kill()
        assert web.attrs["State"]["Status"] == "exited"
        assert allowed == [1]

    def test_a_container_that_goes(self, client: Client) -> None:
        """One that the engine removes at its end is gone, and that is fine."""
        made = client.containers.create("web", remove=True)
        made.start()
        container = Container(client.containers.get(made.id))
        container.kill()
        with pytest.raises(NotFound):
            container.reload()
