"""Reuse without names on a real engine."""

from __future__ import annotations

import re

import pytest

from ..conftest import Project
from .conftest import AUTO, Made, Reuse, different

NAMELESS = """
net = network(labels=MARK, options=OPTIONS)
data = volume(labels=MARK, initial_content={'a': b'1'})
db = container(
    image=BASE, command='sleep 600', init=True, network='{net.name}', volumes={'{data.name}': {'bind': '/data'}},
    labels=MARK,
)
app = container(image=BASE, command='sleep 600', init=True, labels=MARK, depends_on=['db'])

@pytest.fixture(params=['a', 'b'])
def version(request):
    return request.param

each = container(image=BASE, command='sleep 600', init=True, labels=MARK, environment={'VERSION': '{version}'})

def test_it(app, db):
    assert db.get_text('/data/a') == '1'

def test_each(each, version):
    assert each.env['VERSION'] == version
"""


def fixtures(names: set[str]) -> list[str]:
    """Give the fixtures that automatic names are of."""
    return sorted(name.split("-")[1] for name in names)


def test_no_names_are_needed(reuse: Reuse, made: Made) -> None:
    """With docker_reuse=auto, each fixture and parameter finds its own; a change takes along what needs it, however."""
    text = "OPTIONS = None" + NAMELESS
    assert set(reuse(text, *AUTO).values()) == {"made, as there was none"}
    first = made()
    assert fixtures({*first}) == ["app", "data", "db", "each", "each", "net"]
    assert set(reuse(text, *AUTO).values()) == {"reused"}
    assert made() == first
    how = reuse("OPTIONS = {'com.docker.network.driver.mtu': '1400'}" + NAMELESS, *AUTO)
    assert fixtures(different(first, made())) == ["app", "db", "net"]
    words, _, removed = how["net"].partition("; removed with it: ")
    assert words == "made anew, as this has changed: options"
    assert fixtures(set(removed.split(", "))) == ["app", "db"]


ON_WORKERS = """
import os

net = network(labels=MARK, options=OPTIONS)
it = container(image=BASE, command='sleep 600', init=True, labels=MARK, network='{net.name}')

@pytest.mark.parametrize('turn', range(8))
def test_it(turn, it):
    Path(os.environ['PYTEST_XDIST_WORKER']).touch()
    assert it.status == 'running'
"""


def test_workers_use_the_same(project: Project, made: Made, pytester: pytest.Pytester) -> None:
    """Workers of xdist have one of each in common, also when it is made anew, and it is told once, also with -q."""
    found: list[dict[str, str]] = []
    for options, net, it in (
        ("None", "made, as there was none", "made, as there was none"),
        ("None", "reused", "reused"),
        ("{'com.docker.network.driver.mtu': '1400'}", "made anew, as *removed with it: *", "made, as there was none"),
    ):
        result = project(f"OPTIONS = {options}{ON_WORKERS}", *AUTO, "-n2", "-q")
        result.assert_outcomes(passed=8)
        # Of what it reuses. It may also say what runs of other tests have left that were killed.
        lines = [line for line in result.outlines if re.match(r"(container|network) \w+ \(", line)]
        assert len(lines) == 2
        result.stdout.fnmatch_lines_random([f"network net (pytest-net-*): {net}", f"container it (pytest-it-*): {it}"])
        found.append(made())
    assert found[0] == found[1]
    assert fixtures(different(found[1], found[2])) == fixtures({*found[2]}) == ["it", "net"]
    assert all((pytester.path / worker).exists() for worker in ("gw0", "gw1"))
