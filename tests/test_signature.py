"""What a definition is told from others by."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import docker.types
import pytest

from pytest_docker_tools import types
from pytest_docker_tools.client import Client
from pytest_docker_tools.normalise import Verb, normalised
from pytest_docker_tools.signature import changed, definition, read, signature, written
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine
from pytest_docker_tools.testing.conformance import attachments, build, keywords

from .conftest import NEEDED


class Pair(NamedTuple):
    """A tuple with names."""

    left: str
    right: str


CONFORMANCE: list[tuple[Verb, dict[str, Any]]] = [
    *(("container", row.options) for row in keywords.CONTAINER),
    *(("network", row.options) for row in keywords.NETWORK),
    *(("volume", row.options) for row in keywords.VOLUME),
    *(("build", row.options) for row in build.EFFECTS),
    *(("connect", {row.keyword: row.value}) for row in attachments.ROWS),
    *(("container", {"networking_config": {"a": {row.keyword: row.value}}}) for row in attachments.ROWS),
]
# In pairs, what says the same.
FORMS: list[tuple[Verb, dict[str, Any], dict[str, Any]]] = [
    ("container", {"environment": {"A": 1, "B": None}}, {"environment": ["B", "A=1"]}),
    ("container", {"environment": {"A": b"1"}}, {"environment": {"A": "1"}}),
    ("container", {"labels": {"a": "", "b": None}}, {"labels": ["b", "a"]}),
    ("container", {"labels": {"a": ""}}, {"labels": {"a"}}),
    ("container", {"ports": {80: ("127.0.0.1", 1)}}, {"ports": {"80/tcp": {"HostIp": "127.0.0.1", "HostPort": "1"}}}),
    ("container", {"ports": {"80/tcp": None, "53/udp": 5}}, {"ports": {"53/udp": ["5"], "80": [None]}}),
    ("container", {"extra_hosts": {"b": "::1", "a": "::2"}}, {"extra_hosts": ["a:::2", ("b", "::1")]}),
    ("container", {"links": {"db": "a"}}, {"links": [("db", "a")]}),
    ("container", {"tmpfs": {"/b": "", "/a": "size=1m"}}, {"tmpfs": ["/b", "/a:size=1m"]}),
    ("container", {"volumes": {"v": {"bind": "/b", "mode": "ro"}}}, {"volumes": ["v:/b:ro"]}),
    ("container", {"volumes": {"v": {"bind": "/b", "ro": True}}}, {"volumes": ("v:/b:ro",)}),
    ("container", {"volumes_from": "a,b:ro"}, {"volumes_from": ["a", "b:ro"]}),
    ("container", {"network": "net"}, {"network_mode": "net"}),
    ("container", {"remove": True}, {"auto_remove": True}),
    ("container", {"command": "sh -c 'a b'"}, {"command": ("sh", "-c", "a b")}),
    ("container", {"mem_limit": "1k"}, {"mem_limit": 1024}),
    ("container", {"user": 0}, {"user": "0"}),
    ("container", {"cap_add": ["B", "A"]}, {"cap_add": ("B", "A")}),
    ("container", {"privileged": False, "cpu_shares": 0, "hostname": None, "sysctls": {}}, {}),
    (
        "container",
        {"mounts": [types.Mount("/a", "v", read_only=True)]},
        {"mounts": [docker.types.Mount("/a", "v", read_only=True)]},
    ),
    ("container", {"ulimits": [types.Ulimit("nofile", 1)]}, {"ulimits": [docker.types.Ulimit(name="nofile", soft=1)]}),
    (
        "container",
        {"log_config": types.LogConfig("syslog", {"tag": "a"})},
        {"log_config": docker.types.LogConfig(type="syslog", config={"tag": "a"})},
    ),
    (
        "container",
        {"healthcheck": types.Healthcheck("true", 5)},
        {"healthcheck": docker.types.Healthcheck(test="true", interval=5)},
    ),
    (
        "container",
        {"device_requests": [types.DeviceRequest(count=-1)]},
        {"device_requests": [docker.types.DeviceRequest(count=-1)]},
    ),
    (
        "container",
        {"networking_config": types.NetworkingConfig({"net": types.EndpointConfig(aliases=["a"])})},
        {"networking_config": {"net": docker.types.EndpointConfig("1.41", aliases=["a"])}},
    ),
    (
        "network",
        {"ipam": types.IPAMConfig("default", [types.IPAMPool("192.0.2.0/24")])},
        {"ipam": docker.types.IPAMConfig(pool_configs=[docker.types.IPAMPool(subnet="192.0.2.0/24")])},
    ),
    ("network", {"options": {"a": 1, "b": 2}}, {"options": {"b": "2", "a": "1"}}),
    ("volume", {"driver_opts": {"a": 1, "b": None}}, {"driver_opts": {"b": "", "a": "1"}}),
    ("build", {"path": Path("app"), "secrets": {"a": "x"}}, {"path": "app", "secrets": {"a": b"x"}}),
]


def of(verb: Verb, options: Mapping[str, Any]) -> dict[str, str]:
    needed = {} if "fileobj" in options else NEEDED.get(verb, {})
    return definition(verb, {**needed, **options})


@pytest.mark.parametrize(("verb", "options"), CONFORMANCE)
def test_what_every_driver_is_asked_for_can_be_signed(verb: Verb, options: dict[str, Any]) -> None:
    """All options of the conformance suite have a definition, which is the same again and names their keywords."""
    found = of(verb, options)
    assert of(verb, dict(options)) == found
    assert found.keys() == normalised(verb, {**NEEDED.get(verb, {}), **options}).keys()
    assert signature(found) != signature(of(verb, {})) or found == of(verb, {})


@pytest.mark.parametrize(("verb", "one", "another"), FORMS)
def test_forms_of_one_thing(verb: Verb, one: dict[str, Any], another: dict[str, Any]) -> None:
    """In which of its forms a keyword is written, and in which order its keys are, does not count."""
    assert of(verb, one) == of(verb, another)


def test_order_of_lists_counts() -> None:
    """What is in another order in a list is not the same."""
    assert changed(of("container", {"dns": ["a", "b"]}), of("container", {"dns": ["b", "a"]})) == ["dns"]


ORDERS = """
from pytest_docker_tools.signature import definition, signature
from pytest_docker_tools.types import EndpointConfig, Mount

names = ["alpha", "beta", "gamma", "delta"]
for order in (names, names[::-1]):
    pairs = dict.fromkeys(order, "x")
    options = {
        "image": "x",
        "cap_add": set(order),
        "device_requests": [{"Capabilities": {frozenset([name, "gpu"]) for name in order}}],
        "devices": set(order),
        "dns": frozenset(order),
        "environment": pairs,
        "extra_hosts": {(name, "::1") for name in order},
        "labels": set(order),
        "links": pairs,
        "mounts": [Mount("/x", labels=pairs)],
        "networking_config": {"net": EndpointConfig(aliases=set(order), links=pairs)},
        "volumes": {name: {"bind": f"/{name}"} for name in order},
    }
    print(signature(definition("container", options, {"files": pairs})))
print(list(set(names)))
"""


def test_no_order_of_keys_and_sets_counts() -> None:
    """Dicts in another order, and sets of another process, at any depth, have the same signature."""
    signatures, orders = set(), set()
    for seed in range(4):
        environment = {**os.environ, "PYTHONHASHSEED": str(seed)}
        command = [sys.executable, "-c", ORDERS]
        run = subprocess.run(command, env=environment, capture_output=True, text=True, check=True)
        *found, order = run.stdout.splitlines()
        signatures.update(found)
        orders.add(order)
    assert len(orders) > 1, "all processes have the same order of sets"
    assert len(signatures) == 1


def test_objects_stand_for_what_they_are() -> None:
    """An image is its id, a path its text, and a tuple with names a tuple."""
    engine = MemoryEngine()
    engine.add_image("app")
    with Client(MemoryDriver(engine)) as client:
        image = client.images.get("app")
    assert of("container", {"image": image}) == of("container", {"image": image.id})
    assert of("build", {"path": Path("app"), "dockerfile": Path("x")}) == of(
        "build", {"path": "app", "dockerfile": "x"}
    )
    assert of("container", {"links": [Pair("a", "b")]}) == of("container", {"links": [("a", "b")]})


def test_bytes_count() -> None:
    """What a build is made from counts, also where it is no text, and a secret that is one is not its path."""
    one, another = (of("build", {"fileobj": content}) for content in (b"FROM a", b"\xff"))
    assert changed(one, another) == ["fileobj"]
    secrets = [of("build", {"path": ".", "secrets": {"a": value}}) for value in (b"x", b"y", Path("x"))]
    assert len({signature(found) for found in secrets}) == 3


def test_what_counts_besides() -> None:
    """What is given besides counts, in place of the option of that name where there is one."""
    tagged = definition("container", {"image": "app:1"}, {"image": "sha256:1", "files": {}})
    assert tagged == definition("container", {"image": "app:2"}, {"files": {}, "image": "sha256:1"})
    assert changed(tagged, definition("container", {"image": "app:1"}, {"image": "sha256:2"})) == ["files", "image"]


def test_the_name_does_not_count() -> None:
    """By its name a resource is found, so that it is no part of its definition."""
    assert of("network", {"name": "a"}) == of("network", {"name": "b"}) == {}


def test_what_changed_is_told_by_keyword() -> None:
    """Keywords that are new, gone or other ones have changed, in the order of the alphabet."""
    assert changed({"same": "1", "old": "1", "other": "1"}, {"other": "2", "same": "1", "new": "1"}) == [
        "new",
        "old",
        "other",
    ]


def test_a_label_has_the_definition() -> None:
    """What is written is read again, whatever the order of its keys, and has no value that is in it."""
    found = of("container", {"environment": {"PASSWORD": "hunter2"}, "command": "serve"})
    assert read(written(found)) == found
    assert written(dict(reversed(found.items()))) == written(found)
    assert "hunter2" not in written(found)


@pytest.mark.parametrize("text", [None, "", "?", "[]", "1", "null"])
def test_a_label_without_a_definition(text: str | None) -> None:
    """What other versions, or others, may have written there is none."""
    assert read(text) is None
