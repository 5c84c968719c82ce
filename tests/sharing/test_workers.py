"""What the workers of xdist have in common, on an engine in memory; at the same time in `tests/engine/sharing`."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run, RunWorkers
from .conftest import HEADER, SHOP, created, left, run_folders


def test_workers_have_one(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """Each worker uses what the first has made, and at the end of the run nothing is left of it, not even a folder."""
    pytester.makepyfile(test_it=SHOP)
    seen: list[list[str]] = []
    controller, workers = run_workers(3, before=lambda number: seen.append(left(engine)))
    for worker in workers:
        worker.assert_outcomes(passed=1)
    ids = (pytester.path / "ids").read_text().splitlines()
    assert len(ids) == 3
    assert len({*ids}) == 1
    assert [len(names) for names in seen] == [0, 3, 3]
    assert [len(created(engine, kind)) for kind in ("container", "network", "volume")] == [1, 1, 1]
    assert left(engine) == []
    assert run_folders() == []
    controller.stdout.no_fnmatch_line("*left on the engine*")


@pytest.mark.parametrize("arguments", [[], ["-n0"]])
def test_without_workers_it_is_a_fixture(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, arguments: list[str]
) -> None:
    """Without workers, shared=True is as if it were not there, and needs no recipe of the driver."""
    pytester.makepyfile(test_it=SHOP)
    run(*arguments).assert_outcomes(passed=1)
    assert left(engine) == []
    [options] = created(engine, "container")
    assert not options["labels"]["pytest-docker-tools.shared"]


def test_two_runs_do_not_share(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """A run that starts while another one goes on makes its own, under another name, and removes only that."""
    pytester.makepyfile(test_it=SHOP)
    inner: list[list[str]] = []

    def before(number: int) -> None:
        if number == 1:
            before_it = left(engine)
            _, [worker] = run_workers(1)
            worker.assert_outcomes(passed=1)
            inner.append(left(engine))
            assert inner == [before_it]

    _, workers = run_workers(2, before=before)
    for worker in workers:
        worker.assert_outcomes(passed=1)
    assert len(inner[0]) == 3
    first, second, third = (pytester.path / "ids").read_text().splitlines()
    assert first == third != second


def test_with_reuse_it_is_kept_for_the_next_run(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """Where what is made is reused, workers and runs have the same one, and the end of a run removes nothing."""
    pytester.makepyfile(test_it=SHOP)
    for _ in range(2):
        _, workers = run_workers(2, "-o", "docker_reuse=auto")
        for worker in workers:
            worker.assert_outcomes(passed=1)
    assert len({*(pytester.path / "ids").read_text().splitlines()}) == 1
    assert len(left(engine)) == 3


def test_what_is_copied_into_it_is_copied_once(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A worker that finds a container leaves the files in it as they are by now."""
    pytester.makepyfile(
        test_it=HEADER
        + """
it = container(image='app', scope='session', shared=True, files={'/etc/count': b''})

def test_it(it, pytestconfig):
    assert it.get_text('/etc/count') == 'x' * int(pytestconfig.workerinput['workerid'][2:])
    it.put_files({'/etc/count': it.get_text('/etc/count') + 'x'})
"""
    )
    _, workers = run_workers(3)
    for worker in workers:
        worker.assert_outcomes(passed=1)


def test_each_parameter_has_its_own(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """What is made for a parameter is the same for a worker that has had others before, and for one that has not."""
    pytester.makepyfile(
        test_it=HEADER
        + """
which = pytest.fixture(scope='session', params=['a', 'b'])(lambda request: request.param)
net = network(scope='session', shared=True, labels={'which': '{which}'})
it = container(image='app', scope='session', shared=True, network='{net.name}')

def test_it(it, which): ...
"""
    )
    pytester.makeconftest(
        "def pytest_collection_modifyitems(config, items):\n"
        "    if getattr(config, 'workerinput', {}).get('workerid') == 'gw1':\n        del items[0]\n"
    )
    _, workers = run_workers(2)
    assert [worker.parseoutcomes() for worker in workers] == [{"passed": 2}, {"passed": 1}]
    assert len(created(engine, "container")) == len(created(engine, "network")) == 2
    assert left(engine) == []


@pytest.mark.parametrize("uses", ["", "it = container(image='app')\n"])
def test_a_run_that_shares_nothing_has_no_part_in_it(pytester: pytest.Pytester, uses: str) -> None:
    """A controller whose workers have nothing in common opens no driver, and imports none of this at its end."""
    pytester.makepyfile(test_it=f"{HEADER if uses else ''}{uses}def test_it(): ...")
    pytester.makeconftest(
        "import sys\n"
        "def pytest_unconfigure(config):\n"
        "    if not hasattr(config, 'workerinput'):\n"
        "        assert 'pytest_docker_tools.runs' in sys.modules\n"
        "        assert 'pytest_docker_tools.sharing' not in sys.modules\n"
        "        print('looked')"
    )
    result = pytester.runpytest_subprocess("-n1", "-p", "no:cacheprovider")
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["looked"])
    assert result.ret == 0
