"""Where a port is reached by tests in a container: a test for each row of the table."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import addresses
from pytest_docker_tools.exceptions import UsageError

from .conftest import EVERYWHERE, FAMILIES, OTHER, TESTS, WEB, Driver, RunsIn, facts, own


class TestInAContainer:
    """The tests run in a container of the engine."""

    @pytest.mark.parametrize("published", [[], EVERYWHERE, [("127.0.0.1", "4711")]])
    def test_on_the_same_network(self, driver: Driver, tests_in: RunsIn, published: list[tuple[str, str]]) -> None:
        """On a network of both the container itself is reached, at its own port, published or not."""
        tests_in(own(first={"IPAddress": ""}, second={"IPAddress": "172.21.0.2"}))
        web = facts(
            *published,
            first={"IPAddress": ""},
            other={"IPAddress": "172.22.0.3"},
            second={"IPAddress": "172.21.0.3"},
        )
        assert addresses.address_of(web, 80, driver) == ("172.21.0.3", 80)

    def test_on_the_same_network_of_ipv6(self, driver: Driver, tests_in: RunsIn) -> None:
        """Where a network has no IPv4, the address is one of IPv6."""
        tests_in(own(six={"GlobalIPv6Address": "2001:db8::2"}))
        web = facts(six={"IPAddress": "", "GlobalIPv6Address": "2001:db8::3"})
        assert addresses.address_of(web, 80, driver) == ("2001:db8::3", 80)

    def test_on_other_networks(self, driver: Driver, tests_in: RunsIn) -> None:
        """Without a network of both, a published port is reached at the gateway of the tests' own container."""
        tests_in(own(inside={"Gateway": ""}, mine={"Gateway": "172.17.0.1"}))
        web = facts(*EVERYWHERE, theirs={"IPAddress": "172.30.0.3", "Gateway": "172.30.0.1"})
        assert addresses.address_of(web, "80", driver) == ("172.17.0.1", 4711)

    @pytest.mark.parametrize(
        ("gateways", "expected"),
        [
            ({"Gateway": "172.17.0.1"}, ("172.17.0.1", 4711)),
            ({"Gateway": "", "IPv6Gateway": "2001:db8::1"}, ("2001:db8::1", 4712)),
        ],
    )
    def test_the_gateway_of_each_family(
        self, driver: Driver, tests_in: RunsIn, gateways: dict[str, str], expected: tuple[str, int]
    ) -> None:
        """A gateway goes with the port that is bound to addresses of its own family."""
        tests_in(own(mine=gateways))
        assert addresses.address_of(facts(*FAMILIES), 80, driver) == expected

    def test_an_address_of_the_machine(self, driver: Driver, tests_in: RunsIn) -> None:
        """What is bound to one address of the machine is reached there, not at the gateway."""
        tests_in(own(mine={"Gateway": "172.17.0.1"}))
        web = facts(("127.0.0.1", "4710"), ("192.0.2.7", "4711"))
        assert addresses.address_of(web, 80, driver) == ("192.0.2.7", 4711)

    @pytest.mark.parametrize(
        ("mine", "published"),
        [
            ({"mine": {"Gateway": "172.17.0.1"}}, [("127.0.0.1", "4711")]),
            ({"mine": {"Gateway": "172.17.0.1"}}, [("::1", "4711")]),
            ({}, EVERYWHERE),
        ],
    )
    def test_no_way(
        self, driver: Driver, tests_in: RunsIn, mine: dict[str, Any], published: list[tuple[str, str]]
    ) -> None:
        """A loopback address of the machine, or a container without a gateway, is an error that says what helps."""
        tests_in(own(**mine))
        with pytest.raises(UsageError, match=r"port 4711\).*ports=\{'80/tcp': None\}.*give both containers a network"):
            addresses.address_of(facts(*published), 80, driver)

    def test_in_the_network_of_the_machine(self, driver: Driver, tests_in: RunsIn) -> None:
        """With network_mode="host" the tests reach what those on the machine do."""
        tests_in(own(mode="host"))
        assert addresses.address_of(facts(("127.0.0.1", "4711")), 80, driver) == ("127.0.0.1", 4711)

    def test_in_the_network_of_another(self, driver: Driver, tests_in: RunsIn) -> None:
        """With network_mode="container:x" the networks of x are those of the tests."""
        tests_in(own(mode=f"container:{OTHER}"))
        driver.containers[OTHER] = facts(app={"IPAddress": "172.20.0.2"})
        assert addresses.address_of(facts(app={"IPAddress": "172.20.0.3"}), 80, driver) == ("172.20.0.3", 80)

    def test_of_another_engine(self, driver: Driver, tests_in: RunsIn) -> None:
        """An engine that does not know the tests' container runs beside them, or below."""
        tests_in(own(mine={"Gateway": "172.17.0.1"}))
        driver.containers.clear()
        assert addresses.address_of(facts(*EVERYWHERE), 80, driver) == ("127.0.0.1", 4711)

    @pytest.mark.parametrize(
        "mount",
        [
            f"/run/containers/storage/overlay-containers/{TESTS}/userdata/hosts /etc/hosts",
            f"/var/lib/docker/100000.100000/containers/{TESTS}/resolv.conf /etc/resolv.conf",
        ],
    )
    def test_is_seen_by_its_mounts(self, driver: Driver, tests_in: RunsIn, mounts: Path, mount: str) -> None:
        """The files that every engine mounts have the id of the container in their path."""
        tests_in(own(mine={"Gateway": "172.17.0.1"}))
        mounts.write_text(f"142 123 8:1 {mount} rw - ext4 /dev/sda1 rw\n")
        assert addresses.own_container(driver) == driver.containers[TESTS]

    def test_is_seen_by_its_host_name(self, driver: Driver, mounts: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        """Where the mounts are hidden, or say nothing, the host name is the beginning of the id."""
        monkeypatch.setattr("socket.gethostname", lambda: TESTS[:12])
        mounts.unlink()
        driver.containers = {WEB: facts(), TESTS: own(mine={"Gateway": "172.17.0.1"})}
        assert addresses.own_container(driver) == driver.containers[TESTS]
