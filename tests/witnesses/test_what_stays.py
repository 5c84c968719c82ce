"""What needs, or works on, something that stays goes at once; so does what failed; what is kept stays."""

from __future__ import annotations

import pytest

from pytest_docker_tools.driver import Kind, Recipe
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from ..conftest import Run, RunWorkers
from .conftest import AT_ONCE, HEADER, LATER, TEST, how


@pytest.mark.parametrize(
    "options",
    [
        "ports={'80/tcp': 8080}",
        "ports={'80/tcp': [None, ('127.0.0.1', 8080)]}",
        "network='bridge'",
        "network='elsewhere'",
        "networks=['{net.name}', 'elsewhere']",
        "networking_config={'elsewhere': {}}",
        "networking_config={'{net.name}': {}, 'elsewhere': {}}, network='{net.name}'",
        "volumes={'elsewhere': {'bind': '/data'}}",
        "volumes={'/tmp': {'bind': '/data'}}",
        "volumes=['/tmp:/data']",
        "mounts=[types.Mount(target='/data', source='/tmp', type='bind')]",
        "mounts=[types.Mount(target='/data', source='elsewhere')]",
        "network='{wide_net.name}'",
        "volumes={'{wide_data.name}': {'bind': '/data'}}",
        "environment={'DB': '{wide_db.name}'}",
        "depends_on=['wide_db']",
        "environment={'TEXT': '{plain}'}",
        "environment={'TEXT': '{wide_plain}'}",
        "environment={'TEXT': lambda plain: plain}",
        "depends_on=['plain']",
        "environment={'TEXT': '{number}'}",
        "environment={'TEXT': lambda request: 'text'}",
        "environment={'TEXT': lambda docker_client: 'text'}",
        "environment={'TEXT': '{indirect.name}'}",
    ],
)
def test_what_has_part_in_something_else(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, options: str
) -> None:
    """What has part in something that stays, or is the user's own, is gone before its fixture is over."""
    MemoryDriver(engine).create_network({"name": "elsewhere"})
    MemoryDriver(engine).create_volume({"name": "elsewhere"})
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture(params=[1])
def number(request): return request.param

indirect = network(labels={'text': '{plain}'})
"""
        + f"it = container(image='app', labels={{'it': 'yes'}}, {options})"
        + TEST
    )
    run().assert_outcomes(passed=1)
    # It is the first that ends.
    assert next(call.verb for call in engine.calls if call.verb in (LATER, AT_ONCE)) == AT_ONCE


@pytest.mark.parametrize("kind", ["network", "volume"])
@pytest.mark.parametrize("needs", ["{plain}", "{wide_db.name}"])
def test_networks_and_volumes_that_need_what_stays(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: Kind, needs: str
) -> None:
    """Networks and volumes go at once, too, where they need what stays, or is the user's own."""
    pytester.makepyfile(f"{HEADER}it = {kind}(labels={{'a': '{needs}'}}){TEST}")
    run().assert_outcomes(passed=1)
    assert how(engine, kind) == {AT_ONCE}


def test_a_value_of_parametrize(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A value that parametrize gives is nobody's."""
    pytester.makepyfile(
        HEADER
        + "it = container(image='app', environment={'TEXT': '{text}'})\n"
        + "@pytest.mark.parametrize('text', ['a', 'b'])\ndef test_it(text, it): ..."
    )
    run().assert_outcomes(passed=2)
    assert how(engine, "container") == {LATER}


def test_what_the_client_needs(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What a client of the user's own needs is nothing that a container needs: the client ends after that is gone."""
    pytester.makeconftest(
        "import pytest\n@pytest.fixture\ndef docker_client(docker_client, tmp_path): return docker_client"
    )
    pytester.makepyfile(f"{HEADER}it = container(image='app'){TEST}")
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == {LATER}


def test_what_pytest_does_not_tell(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where pytest does not tell what is behind a fixture, all is gone before its fixture is over."""
    monkeypatch.setattr("pytest_docker_tools.closure.upstream", lambda request: [])
    pytester.makepyfile(f"{HEADER}it = container(image='app'){TEST}")
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == {AT_ONCE}


def test_what_could_not_be_made(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What did not get ready is gone before its error is told."""
    engine.add_image("broken", MemoryImage(exits_with=4))
    pytester.makepyfile(f"{HEADER}it = container(image='broken'){TEST}")
    run().assert_outcomes(errors=1)
    assert how(engine, "container") == {AT_ONCE}


@pytest.mark.parametrize("option", ["--docker-keep=failed", "--reuse-containers"])
def test_what_is_kept(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, option: str) -> None:
    """What is kept for a failed test, or the next run, is not removed later either."""
    name = "name='it'" if "reuse" in option else ""
    pytester.makepyfile(
        f"from pytest_docker_tools import *\nit = container(image='app', {name})\ndef test_it(it): assert 0"
    )
    run(option).assert_outcomes(failed=1)
    assert how(engine, "container") == set()
    assert len(engine.containers) == 1


@pytest.mark.parametrize("kind", ["network", "volume"])
def test_what_is_named_and_stays(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: str) -> None:
    """What has part in something of another test, by its name, goes at once, though pytest knows nothing of that."""
    named = {
        "network": "network='wide'",
        "volume": "volumes={'wide': {'bind': '/data'}}",
    }[kind]
    pytester.makepyfile(
        HEADER
        + f"named = {kind}(name='wide', scope='session')\ndef test_first(named): ...\n"
        + f"it = container(image='app', {named})"
        + TEST
    )
    run().assert_outcomes(passed=2)
    assert how(engine, "container") == {AT_ONCE}


@pytest.mark.parametrize("keyword", ["network='{all.name}', ", "environment={'NEEDS': '{all.name}'}, ", ""])
def test_what_workers_have_in_common(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine, keyword: str
) -> None:
    """What works in, or may be put into, something that all workers have goes at once, though both are of the session.

    Such as a network that the test uses, too.
    """
    pytester.makepyfile(
        HEADER
        + "all = network(scope='session', shared=True)\n"
        + f"it = container(image='app', {keyword}scope='session')\ndef test_it(it, all): ..."
    )
    with pytest.MonkeyPatch.context() as patch:
        # The controller would open an engine of its own.
        patch.setattr(MemoryDriver, "recipe", lambda self: Recipe("none"))
        _, [worker] = run_workers(1)
    worker.assert_outcomes(passed=1)
    assert how(engine, "container") == {AT_ONCE}


def test_a_volume_that_workers_have_in_common(
    pytester: pytest.Pytester, run_workers: RunWorkers, engine: MemoryEngine
) -> None:
    """What needs a volume that all workers have goes at once, though both are of the session."""
    pytester.makepyfile(
        HEADER
        + "all = volume(scope='session', shared=True)\n"
        + "it = container(image='app', environment={'DATA': '{all.name}'}, scope='session')"
        + TEST
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MemoryDriver, "recipe", lambda self: Recipe("none"))
        _, [worker] = run_workers(1)
    worker.assert_outcomes(passed=1)
    assert how(engine, "container") == {AT_ONCE}


def test_what_holds_it_goes_first(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A network or volume that goes at once waits for what is still to be removed, and holds it."""
    engine.removes_after = 50
    pytester.makepyfile(
        HEADER
        + "named_net, named_data = network(name='net'), volume(name='data')\n"
        + "it = container(image='app', network='{named_net.name}', volumes={'{named_data.name}': {'bind': '/data'}})"
        + TEST
    )
    run().assert_outcomes(passed=1)
    assert how(engine, "container") == {LATER}
    assert how(engine, "network") == how(engine, "volume") == {AT_ONCE}
    assert not engine.volumes
