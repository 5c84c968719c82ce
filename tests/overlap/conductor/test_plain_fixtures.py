"""What waits for fixtures of the project's own, and for a skip, in whole runs of pytest."""

from __future__ import annotations

import pytest

from ...conftest import Run
from ..conftest import GRAPH, HEADER, TWO, Stage

PLAIN = (
    TWO
    + """
@pytest.fixture
def plain():
    note('plain begins')
    {body}
    note('plain ends')

def test_it({order}): ...
"""
)


@pytest.mark.parametrize("order", ["plain, a, b", "a, plain, b"])
def test_a_plain_fixture_comes_before_what_follows_it(
    pytester: pytest.Pytester, run: Run, engine: Stage, order: str
) -> None:
    """Nothing is begun before the plain fixtures that precede it are set up, as they may prepare the world for it."""
    pytester.makepyfile(HEADER + PLAIN.format(body="", order=order))
    run().assert_outcomes(passed=1)
    events = engine.told("create_container", "plain")
    assert events.index("create_container bb begins") > events.index("plain ends")
    is_first = order.startswith("plain")
    assert (events.index("create_container aa begins") > events.index("plain ends")) == is_first


def test_after_a_plain_fixture_all_goes_on(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What a plain fixture has held up is made side by side."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(HEADER + PLAIN.format(body="", order="plain, a, b"))
    run().assert_outcomes(passed=1)


def test_graph_does_not_wait_for_plain_fixtures(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """With docker_overlap = graph, what does not need a plain fixture is begun while that is set up."""
    body = "wait_for('create_container aa ends'); wait_for('create_container bb ends')"
    pytester.makepyfile(HEADER + PLAIN.format(body=body, order="plain, a, b"))
    run(*GRAPH).assert_outcomes(passed=1)


def test_graph_waits_for_what_is_needed(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Also with graph, what needs a plain fixture is begun after that."""
    pytester.makepyfile(
        HEADER
        + """
a = container(image='app', name='aa', environment={'URL': '{plain}'})
b = container(image='app', name='bb')

@pytest.fixture
def plain(b):
    note('plain begins')
    return 'url'

def test_it(a): ...
"""
    )
    run(*GRAPH).assert_outcomes(passed=1)
    events = engine.told("create_container", "start", "plain")
    assert events.index("start bb ends") < events.index("plain begins") < events.index("create_container aa begins")


@pytest.mark.parametrize(
    ("skipping", "order"),
    [
        ("@pytest.mark.skip", "a, b"),
        ("@pytest.mark.skipif('True', reason='so')", "a, b"),
        ("@pytest.mark.skipped_by_conftest", "a, b"),
        ("", "skips, a, b"),
        ("@pytest.mark.usefixtures('skips')", "a, b"),
    ],
)
@pytest.mark.parametrize("arguments", [(), GRAPH])
def test_a_skip_comes_before_all(
    pytester: pytest.Pytester,
    run: Run,
    engine: Stage,
    skipping: str,
    order: str,
    arguments: tuple[str, ...],
) -> None:
    """For a test that is skipped before its containers nothing is begun; with graph, a fixture skips too late for that.

    What was begun in vain then is removed.
    """
    pytester.makeconftest(
        """
import pytest

def pytest_configure(config):
    config.addinivalue_line('markers', 'skipped_by_conftest')

def pytest_runtest_setup(item):
    if item.get_closest_marker('skipped_by_conftest'):
        pytest.skip('by the conftest')
"""
    )
    pytester.makepyfile(
        HEADER
        + TWO
        + "@pytest.fixture\ndef skips():\n    pytest.skip('not today')\n"
        + f"{skipping}\ndef test_it({order}): ..."
    )
    result = run(*arguments)
    result.assert_outcomes(skipped=1)
    result.stdout.no_fnmatch_line("*could not be removed*")
    if not (arguments and "skips" in skipping + order and "skipif" not in skipping):
        assert engine.told() == []
