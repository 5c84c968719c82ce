"""What is recorded of what fixtures need, and of what held them up."""

from __future__ import annotations

import pytest

from .conftest import SLOW, Recorded, named, phases


def test_needs(recorded: Recorded) -> None:
    """A fixture needs those before it, also through quick ones of the suite's own, each once."""
    record = recorded("def test_it(web, lone): ...")
    needs = {fixture.name: [needed.name for needed in fixture.needs] for fixture in record.fixtures}
    assert needs.pop("lone") == []
    assert needs["web"] == ["db", "slow"]
    assert needs["slow"] == needs["db"] == ["net"]
    assert "quick" not in needs


@pytest.mark.parametrize(("seconds", "needs"), [(SLOW, ["slow"]), (0.99 * SLOW, ["net"])])
def test_how_long_a_slow_one_takes(recorded: Recorded, seconds: float, needs: list[str]) -> None:
    """A fixture of the suite's own is one to be needed if it takes so long that somebody could see it."""
    record = recorded(
        """
        from pytest_docker_tools import container
        it = container(image='app', depends_on=['slow'])
        def test_it(it): ...
    """,
        slow=[seconds],
    )
    assert [needed.name for needed in named(record, "it").needs] == needs


def test_needs_are_those_of_the_same_test(recorded: Recorded) -> None:
    """Of a fixture that is made anew for each test, what needs it in the second test needs the second one."""
    record = recorded("def test_one(web): ...\ndef test_two(web): ...")
    webs = [fixture for fixture in record.fixtures if fixture.name == "web"]
    assert [[needed.test for needed in web.needs] for web in webs] == [[web.test, web.test] for web in webs]
    nets = {needed for fixture in record.fixtures if fixture.name == "db" for needed in fixture.needs}
    assert nets == {named(record, "net")}


def test_the_client_is_needed_by_all(recorded: Recorded) -> None:
    """A client that takes long is a fixture of the suite's own, but nothing that is said of each other one."""
    record = recorded(
        """
        import pytest
        @pytest.fixture(scope='session')
        def docker_client(docker_client):
            return docker_client
        def test_it(lone): ...
    """,
        docker_client=[0, SLOW],
    )
    assert named(record, "docker_client").factory == ""
    assert named(record, "lone").needs == []


def test_a_fixture_that_was_slow_once(recorded: Recorded) -> None:
    """A fixture of the suite's own that was slow for one test is not what another test waited for."""
    record = recorded(
        """
        import pytest
        from pytest_docker_tools import container
        @pytest.fixture
        def sometimes(): ...
        it = container(image='app', depends_on=['sometimes'])
        def test_one(it): ...
        def test_two(it): ...
    """,
        sometimes=[SLOW, 0],
    )
    its = [fixture for fixture in record.fixtures if fixture.name == "it"]
    assert [[needed.name for needed in it.needs] for it in its] == [["sometimes"], []]


def test_fixtures_of_other_tests_are_none_of_its_business(recorded: Recorded) -> None:
    """Of a test without containers nothing is recorded, however slow."""
    record = recorded("""
        import pytest
        @pytest.fixture
        def slow(): ...
        def test_slow(slow): ...
    """)
    assert (record.fixtures, record.spans, record.bodies) == ([], [], [])


def test_overridden_fixtures_are_two(recorded: Recorded) -> None:
    """A fixture, and the one of the same name that it overrides, are not taken for each other."""
    record = recorded("""
        from pytest_docker_tools import container
        db = container(image='app', labels={'net': '{db.name}'})
        def test_it(db): ...
    """)
    outer, inner = sorted((one for one in record.fixtures if one.name == "db"), key=lambda one: len(one.needs[0].needs))
    assert inner.needs == [outer]
    assert phases(record, outer) == ["create", "copy", "start", "wait", "remove"]
    assert phases(record, inner) == ["start", "wait", "remove"]


def test_what_was_held_up(recorded: Recorded) -> None:
    """What could have been begun but for a plain fixture before it is recorded with that, and nothing else is."""
    record = recorded("""
        import pytest
        from pytest_docker_tools import container
        first = container(image='app')
        second = container(image='app')
        third = container(image='app', labels={'second': '{second.id}'})
        wide = container(image='app', scope='session')
        @pytest.fixture
        def plain(): ...
        def test_it(wide, first, plain, second, third): ...
        def test_again(plain, wide): ...
    """)
    assert {one.name: one.held_by for one in record.fixtures if one.held_by} == {"second": ["plain"]}
