"""The rows of tox.ini: what CI runs of all that the library is to work with."""

from __future__ import annotations

import configparser
import itertools
import re
from pathlib import Path

import pytest

KINDS = {
    "python": {"py310", "py311", "py312", "py313"},
    "pytest": {"pytest80", "pytestlatest"},
    "driver": {"dockercli", "dockerpy", "podman"},
    "client": {"client20", "client28"},
    "builder": {"classic", "buildkit"},
    "engine": {"system", "newer"},
}
# What could depend on each other. What has no client, builder or engine of its own to choose is named.
PAIRS = [
    ("python", "pytest"),
    ("driver", "pytest"),
    ("driver", "engine"),
    ("client", "pytest"),
    ("client", "builder"),
    ("client", "engine"),
    ("builder", "engine"),
]
IMPOSSIBLE = {("podman", "system"), ("podman", "newer")}


def settings() -> configparser.ConfigParser:
    found = configparser.ConfigParser(interpolation=None)
    found.read(Path(__file__).parents[1] / "tox.ini")
    return found


def rows() -> list[set[str]]:
    """Give the factors of each environment that CI runs."""
    return [set(name.split("-")) for name in settings()["tox"]["env_list"].split()]


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_every_pair_is_run(first: str, second: str) -> None:
    """Each value of one kind is run together with each value of the other."""
    for pair in itertools.product(KINDS[first], KINDS[second]):
        assert pair in IMPOSSIBLE or any(row.issuperset(pair) for row in rows()), pair


def test_no_test_is_left_out() -> None:
    """Each share of what is the same on all engines has a Python and a pytest, and a row that needs an engine."""
    shares = dict(re.findall(r"^(py\d+-pytest\w+): SHARE = (\d+)/8$", settings()["testenv"]["set_env"], re.MULTILINE))
    assert sorted(shares.values()) == [str(number) for number in range(1, 9)]
    for name in shares:
        assert any(row > set(name.split("-")) and row & KINDS["driver"] for row in rows()), name
