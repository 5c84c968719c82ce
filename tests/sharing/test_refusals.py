"""What cannot be shared is told, where it is written or where it is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pytest_docker_tools.exceptions import UsageError
from pytest_docker_tools.factories import container, network, volume
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ..conftest import Run, RunWorkers
from .conftest import HEADER, SHOP, created, left


@pytest.mark.parametrize("factory", [container, network, volume])
@pytest.mark.parametrize(
    ("keywords", "words"),
    [
        ({"shared": "yes", "scope": "session"}, r"\w+\(shared=...\) takes True or False, not 'yes'."),
        ({"shared": True}, r"\w+\(\) has shared=True, .* takes scope='session' with it, not 'function'."),
        ({"shared": True, "scope": "module"}, r"\w+\(\) has shared=True, .* takes scope='session' with it, not 'mod.*"),
    ],
)
def test_what_cannot_be_shared_is_told_where_it_is_written(
    factory: Callable[..., object], keywords: dict[str, Any], words: str
) -> None:
    """A scope other than the session, and what is neither True nor False, is refused at once."""
    with pytest.raises(UsageError, match=words):
        factory(**keywords, **({"image": "app"} if factory is container else {}))


@pytest.mark.parametrize("arguments", [[], ["-o", "docker_reuse=auto"]])
def test_a_scope_that_a_function_chooses_is_told(pytester: pytest.Pytester, run: Run, arguments: list[str]) -> None:
    """A function that chooses another scope than the session's is an error of the fixture, also without workers."""
    pytester.makepyfile(
        test_it=HEADER
        + "a, b = [network(shared=True, scope=lambda fixture_name, config, s=s: s) for s in ['session', 'module']]\n"
        + "def test_a(a): ...\ndef test_b(b): ..."
    )
    result = run(*arguments)
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(["E *UsageError: network 'b' (*test_it.py:4) has shared=True, *, not 'module'."])


def test_it_needs_what_is_shared(pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine) -> None:
    """What needs a resource of each worker's own, also through a plain fixture, cannot be shared; without workers it
    can.
    """
    pytester.makepyfile(
        test_it=HEADER
        + """
own = network(scope='session')

@pytest.fixture(scope='session')
def name(own):
    return own.name

it = container(image='app', scope='session', shared=True, network='{name}')

def test_it(it): ...
"""
    )
    _, [worker] = run_workers(1)
    worker.assert_outcomes(errors=1)
    worker.stdout.fnmatch_lines(
        ["E *UsageError: container 'it' (*test_it.py:11) * needs the network 'own', *scope='session', shared=True*"]
    )
    assert left(engine) == []


def test_values_of_each_worker_are_told(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A worker whose definition is not that of the first one says in which keywords, and each says it for itself."""
    pytester.makepyfile(
        test_it=HEADER
        + """
@pytest.fixture(scope='session')
def who(pytestconfig):
    return pytestconfig.workerinput['workerid']

it = container(image='app', scope='session', shared=True, environment={'WHO': '{who}'}, labels={'who': '{who}'})

def test_it(it): ...
"""
    )
    _, workers = run_workers(3)
    workers[0].assert_outcomes(passed=1)
    for worker in workers[1:]:
        worker.assert_outcomes(errors=1)
        worker.stdout.fnmatch_lines(
            ["E *exceptions.UsageError: container 'it' (*test_it.py:9) *, for: environment, labels. *"]
        )
    assert left(engine) == []


def test_a_client_without_a_recipe_is_told(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the controller could not open the engine, nothing is made."""
    monkeypatch.setattr(MemoryDriver, "recipe", lambda self: None)
    pytester.makepyfile(test_it=SHOP)
    _, [worker] = run_workers(1)
    worker.assert_outcomes(errors=1)
    worker.stdout.fnmatch_lines(
        ["E *UsageError: network 'net' (*test_it.py:5) cannot be shared *Leave out shared=True."]
    )
    assert created(engine, "network") == []


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_a_name_that_is_taken(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, kind: str
) -> None:
    """What somebody else has under the user's name is refused, and stays as it is."""
    keywords = "image='app', " if kind == "container" else ""
    pytester.makepyfile(
        test_it=HEADER + f"it = {kind}({keywords}name='taken', scope='session', shared=True)\ndef test_it(it): ..."
    )
    driver = MemoryDriver(engine)
    {
        "container": driver.create_container,
        "network": driver.create_network,
        "volume": driver.create_volume,
    }[kind]({"name": "taken", **({"image": "app"} if kind == "container" else {})})
    _, workers = run_workers(2)
    for worker in workers:
        worker.assert_outcomes(errors=1)
    workers[0].stdout.fnmatch_lines(["E *Conflict*taken*"])
    workers[1].stdout.fnmatch_lines([f"E *FailedElsewhere: {kind} 'it' *this run's worker gw0: Conflict: *taken*"])
    assert left(engine) == ["taken"]


def test_the_name_of_a_reusable_one_is_told(
    pytester: pytest.Pytester, run: Run, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """A name that a run with --reuse-containers has kept is refused with what to do, as without workers."""
    pytester.makepyfile(
        test_it=HEADER + "it = network(name='taken', scope='session', shared=True)\ndef test_it(it): ..."
    )
    run("--reuse-containers").assert_outcomes(passed=1)
    _, [worker] = run_workers(1)
    worker.assert_outcomes(errors=1)
    worker.stdout.fnmatch_lines(["E *Conflict*'taken'*a run with --reuse-containers has kept. Use that option again*"])
