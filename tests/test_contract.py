"""The contract with drivers, as version 1 has it. Published drivers rely on it.

What is here may be added to, by verbs that have an implementation; a change of anything else is another contract.
"""

from __future__ import annotations

import dataclasses
import inspect
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from pytest_docker_tools import driver as contract
from pytest_docker_tools import hookspecs
from pytest_docker_tools.driver import Driver, Endpoint, ExecResult, Recipe

ABSTRACT = Driver.__abstractmethods__
# A line each: "abstract", "inherited" or "hook", and a signature.
FROZEN = Path(__file__).with_name("contract_1.txt")


def signature(name: str, function: Callable[..., object]) -> str:
    """Give a function as one line: its name, parameters, annotations and defaults."""
    return name + str(inspect.signature(function)).replace("'", "").replace("self, ", "").replace("self", "")


def signatures(names: Iterable[str]) -> list[str]:
    return [signature(name, getattr(Driver, name)) for name in sorted(names)]


def public_verbs() -> set[str]:
    return {name for name, value in vars(Driver).items() if inspect.isfunction(value) and not name.startswith("_")}


def frozen(tier: str) -> list[str]:
    found = (line.partition(" ") for line in FROZEN.read_text().splitlines())
    return [rest for word, _, rest in found if word == tier]


def test_the_version() -> None:
    """What is written down here is version 1."""
    assert contract.CONTRACT == 1
    assert contract.KINDS == ("container", "image", "network", "volume")


def test_what_a_driver_must_have() -> None:
    """The abstract verbs and their signatures are those of the version."""
    assert signatures(ABSTRACT) == frozen("abstract")


def test_what_a_driver_inherits() -> None:
    """The concrete verbs that the version began with are there, with their signatures; later ones may be added."""
    assert set(frozen("inherited")) <= set(signatures(public_verbs() - ABSTRACT))


def test_the_hooks() -> None:
    """The hooks that a driver's package implements have the arguments that it expects."""
    assert [signature(name, getattr(hookspecs, name)) for name in ("adapt_client", "open_driver")] == frozen("hook")


@pytest.mark.parametrize(
    ("value", "fields"),
    [
        (ExecResult, ["exit_code", "stdout", "stderr"]),
        (Endpoint, ["url", "host", "local"]),
        (Recipe, ["backend", "settings"]),
    ],
)
def test_the_values(value: type, fields: list[str]) -> None:
    """What verbs give has its fields in this order."""
    if dataclasses.is_dataclass(value):
        assert [field.name for field in dataclasses.fields(value)] == fields
    else:
        assert list(value._fields) == fields  # type: ignore[attr-defined]
