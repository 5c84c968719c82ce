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
# What could depend on each other. A driver and a pytest do not: drivers know nothing of pytest.
PAIRS = [
    ("python", "pytest"),
    ("driver", "engine"),
    ("client", "pytest"),
    ("client", "builder"),
    ("client", "engine"),
    ("builder", "engine"),
]
# It has no engine of its own to choose.
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
    """Read factors as tox does: of "py{310,312}-dockerpy", two and one."""
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
        ("TESTS_SHARE", "any", 7),
        ("TESTS_SHARE_OF_DRIVER", "dockercli", 4),
        ("TESTS_SHARE_OF_DRIVER", "dockerpy", 2),
    ],
)
def test_no_test_is_left_out(variable: str, driver: str, count: int) -> None:
    """Rows that share tests have all numbers of them: those of a driver, or all that have one."""
    sharing = [row for row in rows() if row & (KINDS["driver"] if driver == "any" else {driver})]
    found = [share for row in sharing for factors, share in shares(variable) if row.issuperset(factors)]
    assert sorted(found) == [f"{number}/{count}" for number in range(1, count + 1)]


@pytest.mark.parametrize("client", sorted(KINDS["client"]))
def test_each_client_has_all_builds(client: str) -> None:
    """The rows of a client share what is tried with each of its builders."""
    having = [row for row in rows() if client in row]
    found = [share for row in having for factors, share in shares("TESTS_SHARE_OF_BUILDS") if row >= factors]
    assert sorted(found) == ["1/2", "2/2"]


def test_podman_has_one_row() -> None:
    """It runs all that is about podman."""
    [row] = [row for row in rows() if "podman" in row]
    assert [factors for factors, _ in shares("TESTS_SHARE_OF_DRIVER") if row >= factors] == []


def test_the_matrix_leaves_no_test_out() -> None:
    """In it, each combination of anything but Pythons has, with all of them, all that the rows of a driver share."""
    counts = {("DRIVER", "dockercli"): 4, ("DRIVER", "dockerpy"): 2, ("BUILDS", "dockercli"): 2}
    for (what, driver), count in counts.items():
        of_driver = [(factors, share) for factors, share in shares(f"TESTS_SHARE_OF_{what}") if driver in factors]
        assert {factor for factors, _ in of_driver for factor in factors} == {driver, *KINDS["python"]}
        assert {share for _, share in of_driver} == {f"{number}/{count}" for number in range(1, count + 1)}
