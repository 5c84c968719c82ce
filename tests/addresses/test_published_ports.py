"""Where a published port is reached: on this machine, on another, and at docker_host_address."""

from __future__ import annotations

import pytest

from pytest_docker_tools import addresses
from pytest_docker_tools.exceptions import UsageError
from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from ..conftest import Run
from .conftest import EVERYWHERE, FAMILIES, TESTS, Driver, RunsIn, facts, own, remote


class TestOnTheMachine:
    """The tests run where the engine does."""

    @pytest.mark.parametrize(
        ("published", "expected"),
        [
            (EVERYWHERE, ("127.0.0.1", 4711)),
            (FAMILIES, ("127.0.0.1", 4711)),
            ([("", "4711")], ("127.0.0.1", 4711)),
            ([("::", "4712")], ("::1", 4712)),
            ([("127.0.0.2", "4711")], ("127.0.0.2", 4711)),
            ([("192.0.2.7", "4711"), ("0.0.0.0", "4713")], ("192.0.2.7", 4711)),
            ([("::1", "4712"), ("127.0.0.2", "4711")], ("127.0.0.2", 4711)),
        ],
    )
    def test_published(self, driver: Driver, published: list[tuple[str, str]], expected: tuple[str, int]) -> None:
        """A published port is reached at the address that it is bound to, IPv4 first, with the port of that binding."""
        assert addresses.address_of(facts(*published), "80/tcp", driver) == expected

    def test_nothing_is_asked(self, driver: Driver) -> None:
        """The engine is asked for no container, although a machine has mounts of those that run on it."""
        driver.containers[TESTS] = own(mine={"Gateway": "172.17.0.1"})
        assert addresses.own_container(driver) is None
        assert not driver.asked


class TestRemote:
    """The engine is on another machine."""

    @pytest.mark.parametrize(
        ("published", "expected"),
        [
            (EVERYWHERE, ("engine.example", 4711)),
            (FAMILIES, ("engine.example", 4711)),
            ([("192.0.2.7", "4711")], ("engine.example", 4711)),
            ([("127.0.0.1", "4710"), ("0.0.0.0", "4711")], ("engine.example", 4711)),
        ],
    )
    def test_published(self, published: list[tuple[str, str]], expected: tuple[str, int]) -> None:
        """A published port is reached at the engine's host, also when it is bound to one address of that."""
        assert addresses.address_of(facts(*published), 80, remote("engine.example")) == expected

    def test_at_an_address_of_ipv6(self) -> None:
        """At an engine with an IPv6 address, the port is that of IPv6."""
        assert addresses.address_of(facts(*FAMILIES), 80, remote("2001:db8::7")) == ("2001:db8::7", 4712)

    def test_loopback(self) -> None:
        """What is bound to a loopback address there cannot be reached from here, which is an error."""
        with pytest.raises(UsageError, match=r"'web' is published at 127\.0\.0\.1 \(port 4711\).*docker_host_address"):
            addresses.address_of(facts(("127.0.0.1", "4711")), 80, remote("engine.example"))

    @pytest.mark.parametrize("host", ["localhost", "127.0.0.1"])
    def test_loopback_here(self, host: str) -> None:
        """At an engine that is reached at this machine's loopback interface, what is bound to that is reached too."""
        assert addresses.address_of(facts(("127.0.0.1", "4711")), 80, remote(host)) == (host, 4711)

    def test_from_a_container(self, tests_in: RunsIn) -> None:
        """Networks do not count, as nobody knows that they are the same engine's."""
        tests_in(own(app={"IPAddress": "172.20.0.2"}))
        driver = remote("engine.example")
        driver.containers[TESTS] = own(app={"IPAddress": "172.20.0.2"})
        web = facts(*EVERYWHERE, app={"IPAddress": "172.20.0.3"})
        assert addresses.address_of(web, 80, driver) == ("engine.example", 4711)


class TestHostAddress:
    """The ini option docker_host_address is set."""

    @pytest.mark.parametrize("driver", [Driver(), remote("engine.example")], ids=["local", "remote"])
    @pytest.mark.parametrize("published", [EVERYWHERE, [("127.0.0.1", "4711")], [("192.0.2.7", "4711")]])
    def test_published(self, driver: Driver, tests_in: RunsIn, published: list[tuple[str, str]]) -> None:
        """Published ports are reached there, wherever engine and tests are, and whatever they are bound to."""
        tests_in(own(app={"IPAddress": "172.20.0.2"}))
        web = facts(*published, app={"IPAddress": "172.20.0.3"})
        assert addresses.address_of(web, 80, driver, host_address="gate.example") == ("gate.example", 4711)

    def test_of_ipv6(self, driver: Driver) -> None:
        """With an IPv6 address the port is that of IPv6."""
        assert addresses.address_of(facts(*FAMILIES), 80, driver, host_address="2001:db8::9") == ("2001:db8::9", 4712)

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("", None),
            (" gate.example ", "gate.example"),
            ("192.0.2.7", "192.0.2.7"),
            ("2001:db8::9", "2001:db8::9"),
            ("[2001:db8::9]", "2001:db8::9"),
        ],
    )
    def test_chosen(self, text: str, expected: str | None) -> None:
        """It is a name or an address, or empty."""
        assert addresses.chosen_host(text) == expected

    @pytest.mark.parametrize("text", ["tcp://gate.example", "gate.example:2375", "gate.example/", "a b"])
    def test_not_chosen(self, text: str) -> None:
        """A scheme, or a port, is an error that shows what is meant."""
        with pytest.raises(UsageError, match=r"docker_host_address takes .* without scheme or port"):
            addresses.chosen_host(text)

    def test_of_a_project(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A project's option is heeded by its containers."""
        engine.add_image("web", MemoryImage(listens=("80/tcp",)))
        pytester.makeini("[pytest]\ndocker_host_address = gate.example\n")
        pytester.makepyfile(
            "from pytest_docker_tools import container\n"
            "web = container(image='web', ports={'80/tcp': 4711})\n"
            "def test_it(web):\n    assert web.url(80) == 'http://gate.example:4711'\n"
        )
        run().assert_outcomes(passed=1)
