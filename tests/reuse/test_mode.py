"""Whether a run keeps what it makes, and for how long."""

from __future__ import annotations

import time

import pytest

from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ..conftest import Run
from .conftest import HEADER, said, there, used_elsewhere

NAMED = HEADER + "it = network(name='the-net')\ndef test_it(it): ..."
UNNAMED = HEADER + "it = network()\ndef test_it(it): ..."
EXPIRES = "pytest-docker-tools.expires"


@pytest.mark.parametrize(
    ("flag", "environment", "ini", "expected"),
    [
        (False, None, None, "off"),
        (True, None, None, "named"),
        (False, "named", None, "named"),
        (False, "auto", None, "auto"),
        (False, None, "named", "named"),
        (False, None, "auto", "auto"),
        (False, "off", "auto", "off"),
        (False, "named", "auto", "named"),
        (False, "", "auto", "auto"),
        (True, "off", None, "named"),
        (True, None, "off", "named"),
        (True, "auto", None, "auto"),
        (True, None, "auto", "auto"),
        (True, "off", "auto", "named"),
    ],
)
def test_where_it_is_said(
    pytester: pytest.Pytester,
    monkeypatch: pytest.MonkeyPatch,
    run: Run,
    engine: MemoryEngine,
    flag: bool,
    environment: str | None,
    ini: str | None,
    expected: str,
) -> None:
    """The environment beats the ini file; the option means that something is kept, as these two say, or by name."""
    if environment is not None:
        monkeypatch.setenv("PYTEST_DOCKER_REUSE", environment)
    if ini:
        pytester.makeini(f"[pytest]\ndocker_reuse = {ini}\n")
    pytester.makepyfile(test_it=NAMED)
    run(*(["--reuse-containers"] if flag else [])).assert_outcomes(passed=1)
    assert list(there(engine)) == ([] if expected == "off" else ["the-net"])
    pytester.makepyfile(test_it=UNNAMED)
    outcome = {"errors" if expected == "named" else "passed": 1}
    run(*(["--reuse-containers"] if flag else [])).assert_outcomes(**outcome)
    assert len(there(engine)) == {"off": 0, "named": 1, "auto": 2}[expected]


@pytest.mark.parametrize("where", ["environment", "ini"])
def test_other_values_are_refused(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, run: Run, where: str
) -> None:
    """What is none of the values ends the run before its first test, in a sentence that lists them."""
    if where == "ini":
        pytester.makeini("[pytest]\ndocker_reuse = yes\n")
    else:
        monkeypatch.setenv("PYTEST_DOCKER_REUSE", "yes")
    pytester.makepyfile(test_it=NAMED)
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    name = "ini option docker_reuse" if where == "ini" else "environment variable PYTEST_DOCKER_REUSE"
    result.stderr.fnmatch_lines([f"ERROR: The {name} takes off, named or auto, not 'yes'."])


def network(engine: MemoryEngine) -> dict[str, str]:
    [facts] = MemoryDriver(engine).inspect("network", ["the-net"])
    assert facts is not None
    return dict(facts["Labels"])


def end_time(engine: MemoryEngine) -> None:
    """Let the time to live of the network be over."""
    [found] = [network for network in engine.networks.values() if network.name == "the-net"]
    found.labels = {**found.labels, EXPIRES: str(int(time.time()))}


def test_time_to_live(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What is kept has a time to live if the ini file says so, and is made anew when that is over, and not before."""
    pytester.makepyfile(test_it=NAMED)
    run("--reuse-containers").assert_outcomes(passed=1)
    assert network(engine)[EXPIRES] == ""
    MemoryDriver(engine).remove("network", ["the-net"])
    pytester.makeini("[pytest]\ndocker_reuse_ttl = 3600.5\n")
    run("--reuse-containers").assert_outcomes(passed=1)
    assert 3500 < int(network(engine)[EXPIRES]) - time.time() < 3602
    assert said(run("--reuse-containers")) == ["network it (the-net): reused"]
    end_time(engine)
    first = there(engine)
    assert said(run("--reuse-containers")) == ["network it (the-net): made anew, as its time to live is over"]
    assert there(engine) != first
    assert int(network(engine)[EXPIRES]) > time.time()


def test_time_that_ends_while_another_run_goes_on(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What another run has begun to use is used on when its time to live is over."""
    pytester.makepyfile(test_it=NAMED)
    run("--reuse-containers").assert_outcomes(passed=1)
    end_time(engine)
    first = there(engine)
    with used_elsewhere(engine, "network", "the-net"):
        assert said(run("--reuse-containers")) == ["network it (the-net): reused"]
    assert there(engine) == first
    run("--reuse-containers").assert_outcomes(passed=1)
    assert there(engine) != first


@pytest.mark.parametrize("text", ["soon", "0", "-1", "nan", "inf", "1h"])
def test_a_time_to_live_is_a_number(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, text: str) -> None:
    """What is no number of seconds ends the run before its first test, also of one that keeps nothing."""
    pytester.makeini(f"[pytest]\ndocker_reuse_ttl = {text}\n")
    pytester.makepyfile(test_it=NAMED)
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines([f"ERROR: The ini option docker_reuse_ttl takes a number*above 0, not '{text}'."])
