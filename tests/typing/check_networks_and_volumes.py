"""Only type-checked: so does every keyword of networks and volumes."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools import fxtr, network, volume
from pytest_docker_tools.types import IPAMConfig, IPAMPool


@pytest.fixture
def settings() -> object:
    return object()


def chosen(settings: object) -> object:
    return settings


network_of_values = network(
    name="web",
    driver="bridge",
    options={"com.docker.network.driver.mtu": 1400},
    ipam=IPAMConfig(pool_configs=[IPAMPool(subnet="192.0.2.0/24")]),
    check_duplicate=True,
    internal=True,
    labels={"a": "b"},
    enable_ipv6=True,
    attachable=True,
    ingress=True,
    network_scope="local",
)

network_of_templates = network(
    name="{settings}",
    driver="{settings}",
    options="{settings}",
    ipam="{settings}",
    check_duplicate="{settings}",
    internal="{settings}",
    labels="{settings}",
    enable_ipv6="{settings}",
    attachable="{settings}",
    ingress="{settings}",
    network_scope="{settings}",
)

network_of_names = network(
    name=fxtr("settings"),
    driver=fxtr("settings"),
    options=fxtr("settings"),
    ipam=fxtr("settings"),
    check_duplicate=fxtr("settings"),
    internal=fxtr("settings"),
    labels=fxtr("settings"),
    enable_ipv6=fxtr("settings"),
    attachable=fxtr("settings"),
    ingress=fxtr("settings"),
    network_scope=fxtr("settings"),
)

network_of_fixtures = network(
    name=settings,
    driver=settings,
    options=settings,
    ipam=settings,
    check_duplicate=settings,
    internal=settings,
    labels=settings,
    enable_ipv6=settings,
    attachable=settings,
    ingress=settings,
    network_scope=settings,
)

network_of_functions = network(
    name=chosen,
    driver=chosen,
    options=chosen,
    ipam=chosen,
    check_duplicate=chosen,
    internal=chosen,
    labels=chosen,
    enable_ipv6=chosen,
    attachable=chosen,
    ingress=chosen,
    network_scope=chosen,
)

volume_of_values = volume(
    name="web",
    driver="bridge",
    driver_opts={"type": "tmpfs"},
    labels={"a": "b"},
    initial_content={"a": b"1", "b": "{text}", "c": None, "d": Path("folder")},
)

volume_of_templates = volume(
    name="{settings}",
    driver="{settings}",
    driver_opts="{settings}",
    labels="{settings}",
    initial_content="{settings}",
)

volume_of_names = volume(
    name=fxtr("settings"),
    driver=fxtr("settings"),
    driver_opts=fxtr("settings"),
    labels=fxtr("settings"),
    initial_content=fxtr("settings"),
)

volume_of_fixtures = volume(
    name=settings,
    driver=settings,
    driver_opts=settings,
    labels=settings,
    initial_content=settings,
)

volume_of_functions = volume(
    name=chosen,
    driver=chosen,
    driver_opts=chosen,
    labels=chosen,
    initial_content=chosen,
)
