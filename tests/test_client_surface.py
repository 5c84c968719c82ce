"""The table in docs/client.md is true, and whole: docker-py's surface, and what of it `Client` has."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import docker
import pytest
from docker.models import containers, images, networks, volumes

from pytest_docker_tools.client import Client
from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools.options import BuildOptions, ContainerOptions
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage


class Row(NamedTuple):
    """What the table says of one name: whether it is here, which keywords are refused, and which are here besides."""

    here: bool
    refused: set[str]
    besides: set[str]


def read_table() -> dict[str, Row]:
    text = (Path(__file__).parents[1] / "docs" / "client.md").read_text()
    rows = re.findall(r"^\| `([\w.]+)` \| (yes|no) \|(.*)\|$", text, re.MULTILINE)
    assert len(rows) == len({name for name, _, _ in rows}), "A name is in the table twice."
    return {name: Row(here == "yes", keywords("refused", note), keywords("besides", note)) for name, here, note in rows}


def keywords(what: str, note: str) -> set[str]:
    found = re.search(rf"{what}: ((?:`\w+`(?:, )?)+)", note)
    return set(re.findall(r"\w+", found[1])) if found else set()


TABLE = read_table()
HERE = sorted(name for name, row in TABLE.items() if row.here)

# docker-py's methods that hand their arguments on: to which of the low-level client, and which of its parameters
# they fill in themselves.
LOW = docker.APIClient
HANDED_ON: dict[str, tuple[Callable[..., Any], set[str]]] = {
    "client.images.build": (LOW.build, {"decode"}),
    "client.images.pull": (LOW.pull, {"stream", "decode"}),
    "client.images.remove": (LOW.remove_image, set()),
    "client.networks.create": (LOW.create_network, set()),
    "client.networks.get": (LOW.inspect_network, {"net_id"}),
    "client.networks.list": (LOW.networks, set()),
    "client.ping": (LOW.ping, set()),
    "client.version": (LOW.version, set()),
    "client.volumes.create": (LOW.create_volume, set()),
    "client.volumes.list": (LOW.volumes, set()),
    "Container.logs": (LOW.logs, {"container"}),
    "Container.remove": (LOW.remove_container, {"container"}),
    "Container.restart": (LOW.restart, {"container"}),
    # It takes some so as to refuse them.
    "Container.start": (lambda: None, set()),
    "Container.stop": (LOW.stop, {"container"}),
    "Container.wait": (LOW.wait, {"container"}),
    "Image.tag": (LOW.tag, {"image"}),
    "Network.connect": (LOW.connect_container_to_network, {"net_id"}),
    "Network.disconnect": (LOW.disconnect_container_from_network, {"net_id"}),
}
OF_CREATE = {
    *containers.RUN_CREATE_KWARGS,
    *containers.RUN_HOST_CONFIG_KWARGS,
    *("network", "networking_config", "ports", "volumes"),
}
# Keywords that docker-py takes out of **kwargs.
TAKEN_OUT: dict[str, set[str]] = {
    "client.containers.create": OF_CREATE,
    "client.containers.run": {*OF_CREATE, "detach", "stream"},
    "client.networks.list": {"greedy"},
}
OPTIONS: dict[str, type] = {
    "client.containers.create": ContainerOptions,
    "client.containers.run": ContainerOptions,
    "client.images.build": BuildOptions,
}


@pytest.fixture
def ours() -> dict[str, Any]:
    """An object of each class of ours, by the name that the table has for it."""
    engine = MemoryEngine()
    engine.add_image("app", MemoryImage())
    client = Client(MemoryDriver(engine))
    return {
        **by_name(client),
        "Container": client.containers.create("app"),
        "Image": client.images.get("app"),
        "Network": client.networks.create("net"),
        "Volume": client.volumes.create("vol"),
    }


@pytest.fixture(scope="module")
def theirs() -> dict[str, Any]:
    """An object of each class of docker-py's. None of them contacts an engine."""
    return {
        **by_name(docker.DockerClient(base_url="tcp://127.0.0.1:1", version="1.41")),
        "Container": containers.Container(attrs={"Id": "x"}),
        "Image": images.Image(attrs={"Id": "x"}),
        "Network": networks.Network(attrs={"Id": "x"}),
        "Volume": volumes.Volume(attrs={"Name": "x"}),
    }


def by_name(client: Any) -> dict[str, Any]:
    kinds = ("containers", "images", "networks", "volumes")
    return {"client": client, **{f"client.{kind}": getattr(client, kind) for kind in kinds}}


def public(objects: Mapping[str, Any]) -> set[str]:
    return {f"{name}.{attribute}" for name, thing in objects.items() for attribute in dir(thing) if attribute[0] != "_"}


def find(objects: Mapping[str, Any], name: str) -> Any:
    owner, _, attribute = name.rpartition(".")
    # Not of the object: a property of docker-py's may ask the engine.
    found = getattr(type(objects[owner]), attribute, None)
    return found if inspect.isfunction(found) else None


def named(function: Callable[..., Any], *, positional: bool = False) -> dict[str, Any]:
    """Give the parameters that have a name, or those that need not be named, and their defaults, in order."""
    kinds = {inspect.Parameter.POSITIONAL_OR_KEYWORD, *(() if positional else [inspect.Parameter.KEYWORD_ONLY])}
    found = inspect.signature(function).parameters.values()
    return {item.name: item.default for item in found if item.name != "self" and item.kind in kinds}


def takes_any_positions(function: Callable[..., Any]) -> bool:
    return any(item.kind is item.VAR_POSITIONAL for item in inspect.signature(function).parameters.values())


def test_the_table_has_every_name_of_docker_py(theirs: dict[str, Any]) -> None:
    """Every public name of docker-py's client, collections and models is in the table, and no other."""
    assert set(TABLE) == public(theirs)


def test_what_is_here_is_marked(ours: dict[str, Any]) -> None:
    """A name is marked as here exactly if it is."""
    assert {name for name, row in TABLE.items() if row.here} == public(ours) & set(TABLE)


def test_there_is_little_else(ours: dict[str, Any]) -> None:
    """What is here and not docker-py's is what objects need among themselves."""
    besides = {name.rpartition(".")[2] for name in public(ours) - set(TABLE)}
    assert besides == {"driver", "kind", "log_bytes", "patience"}


@pytest.mark.parametrize("name", HERE)
def test_parameters(name: str, ours: dict[str, Any], theirs: dict[str, Any]) -> None:
    """What is a method in docker-py is one here, with its parameters, in its order, with its defaults."""
    method, model = find(ours, name), find(theirs, name)
    assert (method is None) == (model is None)
    if method is None:
        return
    low, filled_in = HANDED_ON.get(name, (lambda: None, set()))
    handed_on = {key: default for key, default in named(low).items() if key not in filled_in}
    expected, given = {**named(model), **handed_on}, named(method)
    options = set(OPTIONS[name].__annotations__) if name in OPTIONS else set()
    assert [item for item in given.items() if item[0] in expected] == [
        item for item in expected.items() if item[0] in given
    ]
    assert {*given, *options} - TABLE[name].besides == {*expected, *TAKEN_OUT.get(name, ())}
    in_positions = {**named(model), **(handed_on if takes_any_positions(model) else {})}
    assert set(in_positions) <= set(named(method, positional=True))


@pytest.mark.parametrize(
    ("name", "keyword"), [(name, keyword) for name in HERE for keyword in sorted(TABLE[name].refused)]
)
def test_refusals(name: str, keyword: str, ours: dict[str, Any]) -> None:
    """A keyword that the table says is refused is an error with its name, before anything is done."""
    owner, _, attribute = name.rpartition(".")
    method = getattr(ours[owner], attribute)
    found = inspect.signature(method).parameters
    required = ["x" for item in found.values() if item.default is item.empty and item.kind is not item.VAR_KEYWORD]
    with pytest.raises(UnsupportedOption, match=keyword) as raised:
        method(*required, **{keyword: not found[keyword].default})
    assert raised.value.keyword == keyword


@pytest.mark.parametrize("name", sorted(set(TABLE) - set(HERE)))
def test_what_is_not_here(name: str, ours: dict[str, Any]) -> None:
    """What is not here is an AttributeError that names the backend which has it."""
    owner, _, attribute = name.rpartition(".")
    with pytest.raises(AttributeError, match=rf"'{attribute}'.*--docker-backend=docker-py"):
        getattr(ours[owner], attribute)
