"""Containers in networks."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ..conftest import Run

HEADER = """
import pytest
from pytest_docker_tools import *
from pytest_docker_tools.types import EndpointConfig, IPAMConfig, IPAMPool, NetworkingConfig

front = network(ipam=IPAMConfig(pool_configs=[IPAMPool(subnet='10.77.0.0/16')]))
back = network()

def attached(it):
    return it.attrs['NetworkSettings']['Networks']
"""


@pytest.mark.parametrize(
    "networks",
    [
        "network='{front.name}', aliases=['db']",
        "networks=['{front.name}'], aliases=['db']",
        "networks=[front], aliases='db'",
        "network='{front.name}', networks={'{front.name}': EndpointConfig(aliases=['db'])}",
        "networks={front: {'aliases': ['db']}}",
        "networks={fxtr('front'): EndpointConfig(aliases=['{name}'])}",
        "networking_config=NetworkingConfig({'{front.name}': EndpointConfig(aliases=['db'])})",
    ],
)
def test_names_in_a_network(pytester: pytest.Pytester, run: Run, networks: str) -> None:
    """A container has the names that it was given in its network, however that is written, and is in no other."""
    pytester.makepyfile(
        HEADER
        + f"""
@pytest.fixture
def name():
    return 'db'

it = container(image='app', {networks})

def test_it(it, front):
    assert set(attached(it)) == {{front.name}}
    assert 'db' in attached(it)[front.name]['Aliases']
"""
    )
    run().assert_outcomes(passed=1)


def test_several_networks(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container is in all of its networks before it starts, with its names in all, and an address of its own."""
    pytester.makepyfile(
        HEADER
        + """
it = container(
    image='app',
    aliases=['everywhere'],
    networks={'{front.name}': EndpointConfig(ipv4_address='10.77.0.99', aliases=['db']), '{back.name}': None},
)

def test_it(it, front, back):
    assert set(attached(it)) == {front.name, back.name}
    assert attached(it)[front.name]['IPAddress'] == it.ips[front] == '10.77.0.99'
    assert {'db', 'everywhere'} <= set(attached(it)[front.name]['Aliases'])
    assert 'everywhere' in attached(it)[back.name]['Aliases']
"""
    )
    run().assert_outcomes(passed=1)
    assert MemoryDriver(engine).ids("network", {"label": "creator=pytest-docker-tools"}) == []


@pytest.mark.parametrize(
    ("options", "text"),
    [
        ("aliases=['db']", "container(aliases=...) needs network="),
        ("networks=[], aliases=['db']", "container(aliases=...) needs network="),
        ("networks=['{front.name}'], networking_config={'{front.name}': {}}", "Leave them out, or move"),
        ("networks=['{front.name}'], network_mode='host'", "container(network_mode=...) says what 'networks' says"),
        ("network='{front.name}', network_mode='host'", "'network' cannot be used here"),
        ("networks={'{front.name}': {'alias': 'db'}}", "'networks' cannot be used here: it has no 'alias'"),
        ("networks=5", "'networks' cannot be used here"),
        ("networks=[{'front': {}}]", "container(networks=...) takes networks, or names of them, not dict"),
        ("networks={None: {}}", "container(networks=...) takes networks, or names of them, not NoneType"),
    ],
)
def test_what_cannot_be_meant(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, options: str, text: str
) -> None:
    """What contradicts itself is an error of the fixture, in words that name the keyword, and nothing stays."""
    pytester.makepyfile(HEADER + f"it = container(image='app', {options})\ndef test_it(it): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"E *{text}*".replace("[", "[[]")])
    assert MemoryDriver(engine).ids("container") == []


def test_no_networks_is_none(pytester: pytest.Pytester, run: Run) -> None:
    """An empty list of networks leaves a container in the default one."""
    pytester.makepyfile(
        HEADER + "it = container(image='app', networks=[])\ndef test_it(it): assert set(attached(it)) == {'bridge'}"
    )
    run().assert_outcomes(passed=1)
