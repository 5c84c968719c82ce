"""Where a port of a container is reached: a test for each row of the table, and for what stands below it."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import addresses
from pytest_docker_tools.client import Client
from pytest_docker_tools.driver import Endpoint, Facts, Filters, Kind
from pytest_docker_tools.exceptions import NotFound, UsageError
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage
from pytest_docker_tools.wrappers import Container

from .conftest import Run

WEB, TESTS, OTHER = "1" * 64, "2" * 64, "3" * 64
EVERYWHERE = [("0.0.0.0", "4711"), ("::", "4711")]
FAMILIES = [("::", "4712"), ("0.0.0.0", "4711")]

RunsIn = Callable[[Facts], None]


class Driver(MemoryDriver):
    """A driver of an engine at some endpoint, with these containers, that says whether it was asked for any."""

    def __init__(self, url: str = "unix:///run/engine.sock", host: str = "127.0.0.1") -> None:
        super().__init__()
        self._at = Endpoint(url, host, local=url.startswith("unix:"))
        self.containers: dict[str, Facts] = {}
        self.asked = False

    def endpoint(self) -> Endpoint:
        return self._at

    def inspect(self, kind: Kind, refs: Sequence[str], *, timeout: float | None = None) -> list[Facts | None]:
        self.asked = True
        return [self.containers.get(ref) for ref in refs]

    def ids(self, kind: Kind, filters: Filters | None = None, *, timeout: float | None = None) -> list[str]:
        self.asked = True
        return [*self.containers]


def remote(host: str) -> Driver:
    """Give a driver of an engine on another machine."""
    return Driver(f"tcp://{host}:2376", host)


def facts(
    *published: tuple[str, str],
    mode: str = "default",
    status: str = "running",
    container: str = WEB,
    asked: Sequence[str] = (),
    ports: dict[str, Any] | None = None,
    **networks: dict[str, str],
) -> Facts:
    """Give the facts of a container whose port 80 has these bindings, and what it has on networks."""
    bound = [{"HostIp": host, "HostPort": port} for host, port in published]
    return {
        "Id": container,
        "Name": "/web",
        "State": {"Status": status},
        "HostConfig": {"NetworkMode": mode, "PortBindings": {port: [] for port in asked}},
        "NetworkSettings": {
            "Ports": {"80/tcp": bound or None, **(ports or {})},
            "Networks": {name: {"NetworkID": f"id-{name}", **found} for name, found in networks.items()},
        },
    }


def own(mode: str = "default", **networks: Any) -> Facts:
    """Give the facts of the container that the tests are in."""
    return facts(container=TESTS, mode=mode, **networks)


@pytest.fixture
def driver() -> Driver:
    """A driver of an engine on this machine."""
    return Driver()


@pytest.fixture(autouse=True)
def mounts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The mounts of the process that runs the tests: at first those of a machine on which containers run."""
    mounts = tmp_path / "mountinfo"
    monkeypatch.setattr(addresses, "_MOUNTS", mounts)
    monkeypatch.setattr("socket.gethostname", lambda: "machine")
    mounts.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"99 22 0:50 / /var/lib/docker/containers/{TESTS}/mounts/shm rw - tmpfs shm rw\n"
    )
    return mounts


@pytest.fixture
def tests_in(driver: Driver, mounts: Path) -> RunsIn:
    """Put the tests in a container."""

    def tests_in(container: Facts) -> None:
        driver.containers[TESTS] = container
        mounts.write_text(
            "123 84 0:49 / / rw master:3 - overlay overlay rw\n"
            f"141 123 8:1 /var/lib/docker/containers/{TESTS}/hostname /etc/hostname rw - ext4 /dev/sda1 rw\n"
        )

    return tests_in


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


def test_bindings() -> None:
    """All that a port is bound to is listed IPv4 first, in the engine's order otherwise."""
    found = addresses.bindings(facts(*FAMILIES, ("", "4713"), ("127.0.0.2", "4714")), "80/tcp")
    assert found == [("0.0.0.0", 4711), ("0.0.0.0", 4713), ("127.0.0.2", 4714), ("::", 4712)]


@pytest.mark.parametrize("mode", ["default", "host"])
def test_no_number(driver: Driver, mode: str) -> None:
    """The name of a service is an error that says what a port is."""
    with pytest.raises(UsageError, match="A port is a number, alone or with its protocol"):
        addresses.address_of(facts(mode=mode), "http", driver)


@pytest.mark.parametrize(("port", "key"), [(80, "80/tcp"), ("80", "80/tcp"), ("53/udp", "53/udp")])
def test_port_key(port: str | int, key: str) -> None:
    """A port may be written as a number, as a string, or with its protocol."""
    assert addresses.port_key(port) == key


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "http://127.0.0.1:4711"),
        ({"path": "/"}, "http://127.0.0.1:4711/"),
        ({"path": "/a?b=c"}, "http://127.0.0.1:4711/a?b=c"),
        ({"path": "a"}, "http://127.0.0.1:4711/a"),
        ({"scheme": "redis", "path": "/0"}, "redis://127.0.0.1:4711/0"),
        ({"port": 53, "scheme": "dns"}, "dns://[::1]:4712"),
    ],
)
def test_url(engine: MemoryEngine, given: dict[str, Any], expected: str) -> None:
    """A URL has the address, IPv6 in brackets, any scheme, and a path only if one is given."""
    engine.add_image("web", MemoryImage())
    client = Client(MemoryDriver(engine))
    ports = {"80/tcp": ("127.0.0.1", 4711), "53/tcp": ("::1", 4712)}
    made = client.containers.create("web", ports=ports)
    made.start()
    made.reload()
    assert Container(made).url(**{"port": "80/tcp", **given}) == expected
