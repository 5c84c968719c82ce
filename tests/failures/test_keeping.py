"""What --docker-keep=failed keeps, and says at the end of the run."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from ..conftest import Run

HEADER = "from pytest_docker_tools import *\nimport pytest\n"
SHOP = (
    HEADER
    + """
net = network(name='shop-net')
data = volume(name='shop-data')
db = container(
    image='app', name='shop-db', network='{net.name}', volumes={'{data.name}': {'bind': '/data'}}
)
other = container(image='app', name='other')

def test_passes(other): ...

def test_fails(db):
    assert False
"""
)


@pytest.fixture(autouse=True)
def client(monkeypatch: pytest.MonkeyPatch) -> None:
    """The engine in memory has a command line."""
    monkeypatch.setattr(MemoryDriver, "client_command", lambda self: ("memory",))


def left(engine: MemoryEngine) -> list[str]:
    """Give the names of what is on the engine."""
    predefined = {"bridge", "host", "none"}
    networks = [network.name for network in engine.networks.values() if network.name not in predefined]
    return sorted([*(container.name for container in engine.containers.values()), *networks, *engine.volumes])


def test_what_a_failed_test_used_is_kept(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Containers, networks and volumes of the failed test stay, those of others do not; the end of the run says how."""
    pytester.makepyfile(test_it=SHOP)
    result = run("--docker-keep=failed")
    result.assert_outcomes(passed=1, failed=1)
    assert left(engine) == ["shop-data", "shop-db", "shop-net"]
    result.stdout.fnmatch_lines(
        [
            "*= kept for failed tests (--docker-keep=failed) =*",
            "test_it.py::test_fails",
            "  container db: shop-db",
            "    memory exec -it shop-db sh",
            "    memory logs shop-db",
            "    memory inspect shop-db",
            "  volume data: shop-data",
            "    memory volume inspect shop-data",
            "  network net: shop-net",
            "    memory network inspect shop-net",
            "All of this keeps its names and ports until it is removed:",
            "  memory rm -f -v shop-db; memory network rm shop-net; memory volume rm shop-data",
        ]
    )
    result.stdout.no_fnmatch_line("*other*container*")
    result.stdout.no_fnmatch_line("*until its fixture ends*")


@pytest.mark.parametrize("arguments", [[], ["--docker-keep=failed", "--deselect=test_it.py::test_fails"]])
def test_nothing_is_kept_otherwise(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, arguments: list[str]
) -> None:
    """Without the option, or without a failure, everything is removed, and nothing is said."""
    pytester.makepyfile(test_it=SHOP)
    result = run(*arguments)
    assert left(engine) == []
    result.stdout.no_fnmatch_line("*kept for*")


# A session's fixture is set up before the other one.
@pytest.mark.parametrize(("scope", "kept"), [("function", ["bad", "db"]), ("session", ["bad"])])
def test_a_container_that_did_not_get_ready_is_kept(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, scope: str, kept: list[str]
) -> None:
    """Where setup fails, the container that did not get ready is kept, with those before it."""
    engine.add_image("broken", MemoryImage(exits_with=4))
    pytester.makepyfile(
        HEADER
        + f"db = container(image='app', name='db')\nbad = container(image='broken', name='bad', scope={scope!r})\n"
        + "def test_it(db, bad): ..."
    )
    result = run("--docker-keep=failed")
    result.assert_outcomes(errors=1)
    assert left(engine) == kept
    assert " exec " not in "".join(line for line in result.outlines if "bad" in line)
    result.stdout.fnmatch_lines(["state:  exited, exit code 4", "look:   memory logs bad", "  container bad: bad"])


def test_a_wider_scope_is_kept_at_its_end(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A session container stays after the session if any of its tests has failed, and is told for each of these."""
    pytester.makepyfile(
        HEADER
        + """
db = container(image='app', name='db', scope='session')
mail = container(image='app', name='mail', scope='session')

def test_first(db):
    assert False

def test_second(db, mail): ...

def test_third(db):
    assert False
"""
    )
    result = run("--docker-keep=failed")
    result.assert_outcomes(passed=1, failed=2)
    assert left(engine) == ["db"]
    kept = result.stdout.str().partition("kept for")[2]
    assert kept.count("container db: db") == 2
    assert kept.count("memory rm -f -v db\n") == 1


@pytest.mark.parametrize("argument", ["-x", "--maxfail=1"])
def test_a_run_that_stops_early(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, argument: str) -> None:
    """Where the run stops at a failure, before the scope of its fixtures is over, these are kept and told as well."""
    pytester.makepyfile(
        HEADER
        + "db = container(image='app', name='db', scope='session')\n"
        + "def test_first(db):\n    assert False\ndef test_second(db): ..."
    )
    result = run("--docker-keep=failed", argument)
    result.assert_outcomes(failed=1)
    assert left(engine) == ["db"]
    result.stdout.fnmatch_lines(["  container db: db", "  memory rm -f -v db"])


def test_an_attempt_that_is_repeated(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What an attempt used that failed is kept, once, and not what the next one uses, which passes."""
    pytester.makeconftest(
        "from _pytest.runner import runtestprotocol\n"
        "def pytest_runtest_protocol(item, nextitem):\n"
        "    for attempt in ('first', 'second'):\n"
        "        item._initrequest()\n"
        "        runtestprotocol(item, nextitem=nextitem)\n"
        "    return True\n"
    )
    pytester.makepyfile(
        HEADER + "db = container(image='app')\nattempts = []\n"
        "def test_it(db):\n    attempts.append(db.name)\n    assert len(attempts) == 2"
    )
    result = run("--docker-keep=failed")
    [kept] = left(engine)
    assert result.stdout.str().count(f"  container db: {kept}\n") == 1
    result.stdout.fnmatch_lines([f"name:   {kept} *"])


def test_a_failure_that_the_test_expected(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container that did not get ready in a test that passes is removed."""
    engine.add_image("broken", MemoryImage(exits_with=4))
    pytester.makepyfile(
        HEADER
        + """
bad = container(image='broken')

def test_it(request):
    with pytest.raises(Exception, match='exit code 4'):
        request.getfixturevalue('bad')
"""
    )
    run("--docker-keep=failed").assert_outcomes(passed=1)
    assert left(engine) == []


@pytest.mark.parametrize("body", ["pytest.skip()", "pytest.xfail()"])
def test_what_is_no_failure(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, body: str) -> None:
    """A test that is skipped, or fails as expected, keeps nothing."""
    pytester.makepyfile(HEADER + f"db = container(image='app')\ndef test_it(db):\n    {body}")
    run("--docker-keep=failed")
    assert left(engine) == []


def test_an_interrupt_is_no_failure(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """An interrupted run keeps, and tells, what tests used that had failed before, and nothing of the test it met."""
    pytester.makepyfile(
        HEADER
        + """
db = container(image='app', name='db', scope='session')
mail = container(image='app', name='mail')

def test_fails(db):
    assert False

def test_is_interrupted(db, mail):
    raise KeyboardInterrupt
"""
    )
    result = run("--docker-keep=failed")
    assert result.ret == pytest.ExitCode.INTERRUPTED
    assert left(engine) == ["db"]
    result.stdout.fnmatch_lines(["  container db: db", "  memory rm -f -v db"])


def test_what_is_gone_is_not_said_to_be_kept(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container that has removed itself, or that the test has removed, is not among what was kept."""
    pytester.makepyfile(
        HEADER + "db = container(image='app')\ndef test_it(db):\n    db.remove(force=True)\n    assert False"
    )
    result = run("--docker-keep=failed")
    result.assert_outcomes(failed=1)
    result.stdout.no_fnmatch_line("*kept for*")


def test_an_engine_that_does_not_answer_has_it_all_the_same(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine
) -> None:
    """What cannot be looked at when it is kept is told by its id."""
    pytester.makepyfile(
        HEADER
        + """
from pytest_docker_tools.exceptions import DeadlineExceeded

db = container(image='app')

def test_it(db, docker_client):
    for _ in range(2):
        docker_client.driver.engine.fail('inspect', DeadlineExceeded('too late'))
    assert False
"""
    )
    result = run("--docker-keep=failed")
    [ref] = engine.containers
    result.stdout.fnmatch_lines([f"  container db: {ref}", f"  memory rm -f -v {ref}"])


def test_a_name_that_was_kept_is_told(pytester: pytest.Pytester, run: Run) -> None:
    """A later test of the run that wants the same name is told why it is taken."""
    pytester.makepyfile(
        HEADER
        + "db = container(image='app', name='db')\ndef test_first(db):\n    assert False\ndef test_second(db): ..."
    )
    result = run("--docker-keep=failed")
    result.assert_outcomes(failed=1, errors=1)
    result.stdout.fnmatch_lines(["E  *Conflict*'db'*--docker-keep=failed has kept*"])


def test_reusable_containers_stay_anyway(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """With --reuse-containers there is nothing to be kept besides, and nothing to be said."""
    pytester.makepyfile(test_it=SHOP)
    result = run("--docker-keep=failed", "--reuse-containers")
    result.assert_outcomes(passed=1, failed=1)
    assert left(engine) == ["other", "shop-data", "shop-db", "shop-net"]
    result.stdout.no_fnmatch_line("*kept for*")
    run("--docker-keep=failed", "--reuse-containers").assert_outcomes(passed=1, failed=1)


def test_without_a_command_line(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the engine has no command line, names are told."""
    monkeypatch.setattr(MemoryDriver, "client_command", lambda self: ())
    pytester.makepyfile(test_it=SHOP)
    result = run("--docker-keep=failed")
    result.stdout.fnmatch_lines(["  container db: shop-db", "  volume data: shop-data", "  network net: shop-net"])


def test_the_option_has_one_value(pytester: pytest.Pytester, run: Run) -> None:
    """Anything but `failed` is refused by pytest."""
    assert run("--docker-keep=all").ret == pytest.ExitCode.USAGE_ERROR
