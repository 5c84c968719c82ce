"""At which address ports are published."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.exceptions import UsageError
from pytest_docker_tools.publishing import bind
from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from .conftest import Run

HEADER = "from pytest_docker_tools import *\n"


def bound(given: Any, address: str = "127.0.0.1") -> Any:
    options = {"image": "a", "ports": given}
    bind(options, address)
    return options["ports"]


class TestBind:
    @pytest.mark.parametrize(
        ("given", "expected"),
        [
            ({"80/tcp": None}, {"80/tcp": [("127.0.0.1", "")]}),
            ({80: 8080, "53/udp": "5353"}, {"80/tcp": [("127.0.0.1", "8080")], "53/udp": [("127.0.0.1", "5353")]}),
            ({"80": ("0.0.0.0", 80)}, {"80/tcp": [("0.0.0.0", "80")]}),
            ({"80": [1, ("::1", 2), (None, 3)]}, {"80/tcp": [("127.0.0.1", "1"), ("::1", "2"), ("127.0.0.1", "3")]}),
            ({"80": []}, {"80/tcp": []}),
        ],
    )
    def test_what_names_no_address(self, given: Any, expected: Any) -> None:
        """What names no address gets this one; what names one, or is published nowhere, stays as it is."""
        found = bound(given)
        assert {
            key: [(one["HostIp"], one["HostPort"]) for one in several] for key, several in found.items()
        } == expected

    def test_without_an_address(self) -> None:
        """Where the ini option is empty nothing is changed."""
        assert bound({"80": None}, "") == {"80": None}

    def test_of_a_container_without_ports(self) -> None:
        """What publishes nothing does so still."""
        assert bound(None) is None
        options: dict[str, Any] = {"image": "a"}
        bind(options, "::1")
        assert options == {"image": "a"}

    def test_all_ports(self) -> None:
        """What publishes at every address, and cannot do otherwise, is refused."""
        with pytest.raises(UsageError, match=r"publish_all_ports=True\).*'127.0.0.1'. Name the ports instead"):
            bind({"publish_all_ports": True}, "127.0.0.1")

    @pytest.mark.parametrize("address", ["localhost", "127.0.0.1:80", "lo", " "])
    def test_what_is_no_address(self, address: str) -> None:
        """A name, or an address with a port, is refused."""
        with pytest.raises(UsageError, match=f"takes an address of the engine's machine.*not '{address}'"):
            bound({"80": None}, address)


class TestIniOption:
    @pytest.fixture(autouse=True)
    def _chosen(self, pytester: pytest.Pytester) -> None:
        pytester.makeini("[pytest]\ndocker_publish_address = 127.0.0.1\n")

    def test_of_a_container(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A container's ports are published there, and reached there."""
        engine.add_image("open", MemoryImage(listens=("80/tcp", "81/tcp")))
        pytester.makepyfile(
            HEADER + "it = container(image='open', ports={'80/tcp': None, '81/tcp': ('0.0.0.0', None)})\n"
            "def test_it(it):\n"
            "    bindings = it.attrs['NetworkSettings']['Ports']\n"
            "    assert [one['HostIp'] for one in bindings['80/tcp']] == ['127.0.0.1']\n"
            "    assert [one['HostIp'] for one in bindings['81/tcp']] == ['0.0.0.0']\n"
        )
        run().assert_outcomes(passed=1)

    def test_in_a_plan(self, pytester: pytest.Pytester, run: Run) -> None:
        """A plan shows it."""
        pytester.makepyfile(HEADER + "it = container(image='app', ports={'80/tcp': None})\ndef test_it(it): ...")
        run("--docker-plan").stdout.fnmatch_lines(["*docker create *--publish=127.0.0.1::80/tcp *"])

    def test_is_part_of_what_is_reused(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """What was published at another address is made anew."""
        engine.add_image("open", MemoryImage(listens=("80/tcp",)))
        pytester.makepyfile(
            HEADER + "it = container(image='open', name='it', ports={'80': None})\ndef test_it(it): ..."
        )
        run("--reuse-containers").assert_outcomes(passed=1)
        run("--reuse-containers").stdout.fnmatch_lines(["container it (it): reused"])
        result = run("--reuse-containers", "-o", "docker_publish_address=")
        result.stdout.fnmatch_lines(["container it (it): made anew, as this has changed: ports"])
