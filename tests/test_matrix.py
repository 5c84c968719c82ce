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


def shares(variable: str) -> list[tuple[set[str], str]]:
    """Give each number of those who share tests, and the factors of the rows that have it."""
    written = settings()["testenv"]["set_env"]
    lines = re.findall(rf"^(\S+): {variable} = (\d+/\d+)$", written, re.MULTILINE)
    return [({*one}, share) for factors, share in lines for one in itertools.product(*alternatives(factors))]


def alternatives(factors: str) -> list[list[str]]:
    """Read factors as tox does: of "py{310,312}-podman", two and one."""
    found = []
    for factor in re.findall(r"[^-{]*(?:\{[^}]*\})?[^-{]*", factors):
        head, _, rest = factor.partition("{")
        inner, _, tail = rest.partition("}")
        found += [[f"{head}{one}{tail}" for one in inner.split(",")]] if factor else []
    return found


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_every_pair_is_run(first: str, second: str) -> None:
    """Each value of one kind is run together with each value of the other."""
    for pair in itertools.product(KINDS[first], KINDS[second]):
        assert pair in IMPOSSIBLE or any(row.issuperset(pair) for row in rows()), pair


@pytest.mark.parametrize(
    ("variable", "driver", "count"),
    [
        ("TESTS_SHARE", "any", 8),
        ("TESTS_SHARE_OF_DRIVER", "dockercli", 4),
        ("TESTS_SHARE_OF_DRIVER", "dockerpy", 2),
        ("TESTS_SHARE_OF_DRIVER", "podman", 2),
    ],
)
def test_no_test_is_left_out(variable: str, driver: str, count: int) -> None:
    """Rows that share tests have all numbers of them: those of a driver, or all that have one."""
    sharing = [row for row in rows() if row & (KINDS["driver"] if driver == "any" else {driver})]
    found = [share for row in sharing for factors, share in shares(variable) if row.issuperset(factors)]
    assert sorted(found) == [f"{number}/{count}" for number in range(1, count + 1)]


@pytest.mark.parametrize(
    "factors", ["client20", "client28", "dockercli-system", "dockercli-newer", "dockerpy", "podman"]
)
def test_nothing_of_the_contract_is_left_out(factors: str) -> None:
    """Each client of docker, each engine with them, and each driver has all of it from the two rows that it is in."""
    having = [row for row in rows() if row.issuperset(factors.split("-"))]
    found = [share for row in having for those, share in shares("TESTS_SHARE_OF_CONTRACT") if row >= those]
    assert sorted(found) == ["1/2", "2/2"]


def test_the_matrix_leaves_no_test_out() -> None:
    """In it, each combination of anything but Pythons has, with all of them, all that the rows of a driver share."""
    pythons = {"dockercli": 4, "dockerpy": 2, "podman": 2}
    for driver, count in pythons.items():
        of_driver = [(factors, share) for factors, share in shares("TESTS_SHARE_OF_DRIVER") if driver in factors]
        assert {factor for factors, _ in of_driver for factor in factors} == {driver, *KINDS["python"]}
        assert {share for _, share in of_driver} == {f"{number}/{count}" for number in range(1, count + 1)}


@pytest.mark.parametrize(("driver", "other"), [("dockercli", "builder"), ("dockerpy", "pytest"), ("podman", "pytest")])
def test_the_matrix_has_the_whole_contract(driver: str, other: str) -> None:
    """Rows that are alike but for the builder, or where there is none for pytest, do all of the contract together."""
    shared = shares("TESTS_SHARE_OF_CONTRACT")
    found = [share for factor in KINDS[other] for factors, share in shared if {driver, factor} >= factors]
    assert sorted(found) == ["1/2", "2/2"]
