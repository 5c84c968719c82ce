"""A container that a test pauses, disconnects or kills."""

from __future__ import annotations

from functools import partial
from typing import Any

import pytest

from pytest_docker_tools.client import Client
from pytest_docker_tools.exceptions import (
    ContainerNotReady,
    DeadlineExceeded,
    NotFound,
    UnsupportedOption,
    UsageError,
)
from pytest_docker_tools.probes import Check
from pytest_docker_tools.testing import MemoryDriver
from pytest_docker_tools.wrappers import Container


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
