"""Ports that are not published: of containers without a network of their own, and errors of others."""

from __future__ import annotations

import pytest

from pytest_docker_tools import addresses
from pytest_docker_tools.driver import Facts
from pytest_docker_tools.exceptions import NotFound, UsageError

from .conftest import EVERYWHERE, OTHER, TESTS, Driver, RunsIn, facts, own, remote


class TestNetworkModes:
    """The container has no network of its own."""

    @pytest.mark.parametrize(
        ("driver", "expected"), [(Driver(), "127.0.0.1"), (remote("engine.example"), "engine.example")]
    )
    def test_host(self, driver: Driver, expected: str) -> None:
        """With network_mode="host" a port is reached where the engine's machine is, without being published."""
        assert addresses.address_of(facts(mode="host"), "8080/tcp", driver) == (expected, 8080)

    def test_host_from_a_container(self, driver: Driver, tests_in: RunsIn) -> None:
        """From another container that is the gateway."""
        tests_in(own(mine={"Gateway": "172.17.0.1"}))
        assert addresses.address_of(facts(mode="host"), 8080, driver) == ("172.17.0.1", 8080)

    @pytest.mark.parametrize("depth", [1, 2])
    def test_container(self, driver: Driver, depth: int) -> None:
        """With network_mode="container:x" it is what x has published."""
        driver.containers = {OTHER: facts(*EVERYWHERE), TESTS: facts(mode=f"container:{OTHER}")}
        web = facts(mode=f"container:{[OTHER, TESTS][depth - 1]}")
        assert addresses.address_of(web, 80, driver) == ("127.0.0.1", 4711)

    def test_container_on_the_same_network(self, driver: Driver, tests_in: RunsIn) -> None:
        """Where x is on a network of the tests, it is the address of x there."""
        tests_in(own(app={"IPAddress": "172.20.0.2"}))
        driver.containers[OTHER] = facts(app={"IPAddress": "172.20.0.3"})
        assert addresses.address_of(facts(mode=f"container:{OTHER}"), 80, driver) == ("172.20.0.3", 80)

    def test_container_that_is_gone(self, driver: Driver) -> None:
        """An x that has been removed is an error that names it."""
        with pytest.raises(NotFound, match=OTHER):
            addresses.address_of(facts(mode=f"container:{OTHER}"), 80, driver)

    def test_none(self, driver: Driver) -> None:
        """With network_mode="none" there is no way, and the error says why."""
        with pytest.raises(UsageError, match=r"'web' cannot be reached, as network_mode='none'"):
            addresses.address_of(facts(mode="none", none={"IPAddress": ""}), 80, driver)


class TestNotPublished:
    """The port leads nowhere; the error says what to do."""

    @pytest.mark.parametrize(
        ("web", "message"),
        [
            (facts(), r"'web' is not published\. Ask for it with container\(ports=\{'80/tcp': None\}\)"),
            (facts(ports={"443/tcp": [{}]}), r"'web' is not published\. Ask for it"),
            (facts(ports={"80/udp": [{}]}), r"80/tcp of container 'web' is not published, but 80/udp is"),
            (facts(asked=["80/tcp"]), "the engine publishes nothing of an internal network"),
            (facts(asked=["80/tcp"], status="exited"), "published only while the container runs, and now it is exited"),
        ],
        ids=["not at all", "another", "another protocol", "internal network", "stopped"],
    )
    def test_message(self, driver: Driver, web: Facts, message: str) -> None:
        """What is missing is told apart: the keyword, the protocol, a network, or the container itself."""
        with pytest.raises(UsageError, match=message):
            addresses.address_of(web, 80, driver)
