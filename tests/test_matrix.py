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


@pytest.mark.parametrize(
    ("variable", "driver", "count"),
    [
        ("SHARE", "any", 8),
        ("DRIVER_SHARE", "dockercli", 4),
        ("DRIVER_SHARE", "dockerpy", 2),
        ("DRIVER_SHARE", "podman", 2),
    ],
)
def test_no_test_is_left_out(variable: str, driver: str, count: int) -> None:
    """Rows that share tests have all numbers of them: those of a driver, or all that have one."""
    written = settings()["testenv"]["set_env"]
    of_factors = re.findall(rf"^([\w-]+): {variable} = (\d+/\d+)$", written, re.MULTILINE)
    sharing = [row for row in rows() if row & (KINDS["driver"] if driver == "any" else {driver})]
    found = [share for row in sharing for factors, share in of_factors if row.issuperset(factors.split("-"))]
    assert sorted(found) == [f"{number}/{count}" for number in range(1, count + 1)]
