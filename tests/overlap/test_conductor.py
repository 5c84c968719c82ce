"""What goes on at the same time, what waits for what, and in which threads, in whole runs of pytest."""

from __future__ import annotations

import threading
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import pytest

from pytest_docker_tools.closure import Instance
from pytest_docker_tools.driver import ExecResult
from pytest_docker_tools.overlap import conductor
from pytest_docker_tools.overlap.workers import Workers
from pytest_docker_tools.tasks import Call, Task, call
from pytest_docker_tools.testing import MemoryImage

from ..conftest import Run
from .conftest import Stage

HEADER = "from stage import note, wait_for\nfrom pytest_docker_tools import *\nimport pytest\n"
TWO = "a = container(image='app', name='aa')\nb = container(image='app', name='bb')\n"
OFF = ("-o", "docker_overlap=off")
GRAPH = ("-o", "docker_overlap=graph")


def test_two_are_made_at_the_same_time(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What does not depend on each other is created, and started, side by side; what depends on both, after both."""
    engine.meet("create_container aa", "create_container bb")
    engine.meet("start aa", "start bb")
    pytester.makepyfile(
        HEADER
        + TWO
        + "c = container(image='app', name='cc', environment={'A': '{a.id}', 'B': '{b.id}'})\n"
        + "def test_it(c, a, b):\n    assert c.env['A'] == a.id"
    )
    run().assert_outcomes(passed=1)
    events = engine.told()
    begins = events.index("create_container cc begins")
    assert begins > max(events.index("start aa ends"), events.index("start bb ends"))
    assert [event for event in events if event.startswith("remove") and event.endswith("begins")] == [
        "remove cc begins",
        "remove bb begins",
        "remove aa begins",
    ]


@pytest.mark.parametrize("wait_for", ["probes.Exec('true')", "probes.LogLine('hello')", "None"])
def test_two_are_looked_at_at_the_same_time(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch, wait_for: str
) -> None:
    """Whether they are ready is asked of both side by side, where that takes a call of the engine."""
    verb = {"E": "execute", "L": "logs", "N": "listening"}[wait_for.removeprefix("probes.")[0]]
    engine.meet(f"{verb} aa", f"{verb} bb")
    ports = "ports={'80/tcp': None}, " if verb == "listening" else ""
    engine.add_image("app:latest", MemoryImage(logs=b"hello", listens=("80/tcp",) if ports else ()))
    engine.on_execute(lambda container, words: ExecResult(0, b"", b""))
    options = f"{ports}wait_for={wait_for}"
    pytester.makepyfile(
        HEADER
        + "from pytest_docker_tools import probes\n"
        + "".join(f"{name} = container(image='app', name='{name * 2}', {options})\n" for name in "ab")
        + "def test_it(a, b): ..."
    )
    run().assert_outcomes(passed=1)


def test_all_steps_are_made_at_the_same_time(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Of what takes several calls, each goes on beside those of others."""
    engine.meet("build_image a-stage", "build_image b-stage")
    engine.meet("build_image a", "build_image b")
    pytester.makepyfile(
        HEADER
        + "from io import BytesIO\n"
        + "".join(
            f"{name} = build(fileobj=BytesIO(b'FROM scratch AS x'), tag='{name}', stages={{'x': '{name}-stage'}})\n"
            for name in "ab"
        )
        + "def test_it(a, b): ..."
    )
    run().assert_outcomes(passed=1)


def test_what_has_all_it_needs_is_begun(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """While pytest waits for one container, another one is begun as soon as what that needs is there."""
    engine.after("create_container aa", "create_container cc begins")
    pytester.makepyfile(
        HEADER + TWO + "c = container(image='app', name='cc', environment={'B': '{b.id}'})\ndef test_it(a, b, c): ..."
    )
    run().assert_outcomes(passed=1)


def test_every_kind_takes_part(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Pulls, builds, networks, volumes and their files, and containers, go on at the same time."""
    engine.registry["registry.example/db:latest"] = MemoryImage()
    engine.meet(
        "pull_image registry.example/db",
        "build_image built",
        "create_network net",
        "create_volume vol",
        "create_container aa",
    )
    pytester.makepyfile(
        HEADER
        + """
from io import BytesIO

pulled = fetch(repository='registry.example/db', scope='function')
built = build(fileobj=BytesIO(b'FROM scratch'), tag='built', scope='function')
net = network(name='net')
vol = volume(name='vol', initial_content={'file': b'content'})
a = container(image='app', name='aa')
db = container(image='{pulled.id}', network='{net.name}', volumes={'{vol.name}': {'bind': '/data', 'mode': 'rw'}})

def test_it(pulled, built, net, vol, a, db):
    assert db.get_text('/data/file') == 'content'
"""
    )
    run().assert_outcomes(passed=1)


def test_so_many_calls_at_the_same_time(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """There is a bound on the calls that go on at the same time, up to which they do."""
    names = [f"cc{number}" for number in range(conductor.WORKERS + 3)]
    engine.meet(*(f"create_container {name}" for name in names[: conductor.WORKERS]))
    fixtures = "".join(f"{name} = container(image='app', name='{name}')\n" for name in names)
    pytester.makepyfile(HEADER + fixtures + f"def test_it({', '.join(names)}): ...")
    run().assert_outcomes(passed=1)
    going_on, most = 0, 0
    for event in engine.told():
        going_on += 1 if event.endswith("begins") else -1
        most = max(most, going_on)
    assert most == conductor.WORKERS


@pytest.mark.usefixtures("unguarded")
def test_off(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """With docker_overlap = off all is made in pytest's order, one after the other, in its thread."""
    pytester.makepyfile(
        HEADER
        + TWO
        + """
@pytest.fixture
def plain():
    note('plain')

def test_it(b, plain, a):
    note('test')
"""
    )
    run(*OFF).assert_outcomes(passed=1)
    verbs = ["create_container", "start"]
    expected = [f"{verb} {name * 2} {how}" for name in "ba" for verb in verbs for how in ("begins", "ends")]
    expected[4:4] = ["plain"]
    expected += ["test", *(f"remove {name * 2} {how}" for name in "ab" for how in ("begins", "ends"))]
    assert engine.told(*verbs, "remove", "plain", "test") == expected
    assert {*engine.threads.values()} == {threading.main_thread().name}


@pytest.mark.usefixtures("unguarded")
@pytest.mark.parametrize("arguments", [(), GRAPH])
def test_what_is_alone_is_made_in_the_main_thread(
    pytester: pytest.Pytester, run: Run, engine: Stage, arguments: tuple[str, ...]
) -> None:
    """Where nothing could go on beside it, a container is made without a thread, so that an interrupt ends its call."""
    pytester.makepyfile(
        HEADER
        + TWO
        + """
c = container(image='app', name='cc', environment={'A': '{a.id}'})
d = container(image='app', name='dd', environment=lambda request: {'A': request.getfixturevalue('a').id})

def test_one(a): ...
def test_chain(c): ...
def test_at_run_time(request):
    request.getfixturevalue('b')
    request.getfixturevalue('a')
def test_nested(d): ...
"""
    )
    run(*arguments).assert_outcomes(passed=4)
    assert {*engine.threads.values()} == {threading.main_thread().name}


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


def test_user_code_is_in_the_main_thread(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Callables in keywords, `ready()`, wrappers and probes run in pytest's thread, whatever goes on."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(
        HEADER
        + """
import threading
from pytest_docker_tools.wrappers import Container

def here(what):
    assert threading.current_thread() is threading.main_thread(), what
    return what

class Own(Container):
    def __init__(self, container):
        here('init')
        super().__init__(container)

    def ready(self):
        here('ready')
        return super().ready()

def probe(container):
    return here('probe')

a = container(image='app', name='aa', wrapper_class=Own, environment=lambda: {'A': here('a')}, wait_for=probe)
b = container(image='app', name='bb', wrapper_class=Own, environment=lambda: {'B': here('b')}, wait_for=probe)

def test_it(a, b): ...
"""
    )
    run().assert_outcomes(passed=1)


def test_no_thread_is_left_in_the_test(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the body of a test begins, all threads that made calls for it are gone, also if they end slowly."""
    work = Workers._work

    def work_and_linger(self: Workers) -> None:
        work(self)
        threading.Event().wait(0.3)

    monkeypatch.setattr(Workers, "_work", work_and_linger)
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(
        HEADER
        + TWO
        + """
import threading

def test_it(a, b):
    assert [thread.name for thread in threading.enumerate() if thread.name == 'pytest-docker-tools'] == []
"""
    )
    run().assert_outcomes(passed=1)
    assert engine.threads["create_container aa begins"] == "pytest-docker-tools"


MEMORY = """
import pytest
from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

@pytest.fixture(scope='session')
def docker_client():
    engine = MemoryEngine()
    engine.add_image('app:latest')
    with Client(MemoryDriver(engine)) as client:
        yield client
    assert not engine.containers
"""


def test_a_test_may_fork(pytester: pytest.Pytester) -> None:
    """Python has nothing to warn of in a test that forks, as no other thread is alive."""
    pytest.importorskip("fcntl", reason="Windows does not fork.")
    pytester.makeconftest(MEMORY)
    pytester.makepyfile(
        "from pytest_docker_tools import *\n"
        + TWO
        + """
import os

def test_it(a, b):
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
"""
    )
    pytester.runpytest_subprocess("-W", "error", "-p", "no:cacheprovider").assert_outcomes(passed=1)


def test_nothing_is_said_in_the_test(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What captures output, logs and warnings for a test has nothing of its containers."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(
        HEADER
        + TWO
        + """
def test_it(capsys, capfd_is_not_used_with_capsys, caplog, recwarn, a, b):
    assert tuple(capsys.readouterr()) == ('', '')
    assert caplog.get_records('setup') == []
    assert recwarn.list == []

@pytest.fixture
def capfd_is_not_used_with_capsys(): ...
"""
    )
    run().assert_outcomes(passed=1)


def test_without_threads(pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has no thread left, all is made in the main one."""

    def refuse(self: threading.Thread) -> None:
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    pytester.makepyfile(HEADER + TWO + "def test_it(a, b): ...")
    run().assert_outcomes(passed=1)
    assert {*engine.threads.values()} == {threading.main_thread().name}


def test_a_clock_that_stands_still(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Containers get ready side by side also where a fixture has stopped the clock."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(
        HEADER
        + TWO
        + """
import time

@pytest.fixture(autouse=True)
def frozen(monkeypatch):
    now = time.monotonic()
    monkeypatch.setattr(time, 'monotonic', lambda: now)

def test_it(a, b): ...
"""
    )
    run().assert_outcomes(passed=1)


def test_setup_plan_makes_nothing(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """--setup-plan shows what would be set up, makes nothing, and calls no function of a keyword."""
    pytester.makepyfile(
        HEADER + TWO.replace(")", ", environment=lambda: note('called') or {})") + "def test_it(a, b): ..."
    )
    result = run("--setup-plan", *GRAPH)
    result.stdout.fnmatch_lines(["*SETUP    F a*", "*SETUP    F b*"])
    assert engine.events == []


@pytest.mark.parametrize("option", ["--setup-show", "--setup-only"])
def test_setup_show_is_as_ever(pytester: pytest.Pytester, run: Run, engine: Stage, option: str) -> None:
    """--setup-show and --setup-only show pytest's order, and each fixture is made once."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(HEADER + TWO + "def test_it(a, b): ...")
    shown = [line.split("(")[0].split() for line in run(option).outlines if "SETUP" in line or "TEARDOWN" in line]
    ours = [words for words in shown if words[2] in ("a", "b")]
    assert ours == [["SETUP", "F", "a"], ["SETUP", "F", "b"], ["TEARDOWN", "F", "b"], ["TEARDOWN", "F", "a"]]
    assert sorted(engine.made()) == ["aa", "bb"]


@pytest.mark.usefixtures("unguarded")
def test_pytest_that_tells_nothing(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Where pytest does not say what a test needs, all is made in its order, and the end of the run says so, once."""
    pytester.makeconftest(
        """
from types import SimpleNamespace

def pytest_itemcollected(item):
    item._fixtureinfo = SimpleNamespace(argnames=item._fixtureinfo.argnames)
"""
    )
    pytester.makepyfile(HEADER + TWO + "def test_it(a, b): ...\ndef test_two(a): ...\n")
    result = run()
    result.assert_outcomes(passed=2)
    assert {*engine.threads.values()} == {threading.main_thread().name}
    said = [line for line in result.outlines if line.startswith("They were made one after the other, as this version")]
    assert len(said) == 1


def test_pytest_that_does_not_tell_which_fixture(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where a request does not say which fixture it sets up, its hooks do, so that nothing is made twice."""

    def asked_for(request: pytest.FixtureRequest) -> Instance:
        return Instance(str(request.fixturename), str(request.scope), request.node, None, None, list)

    monkeypatch.setattr(conductor, "asked_for", asked_for)
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(HEADER + TWO + "def test_it(a, b): ...")
    run().assert_outcomes(passed=1)


CHANGES_PLAIN = """
import pytest

@pytest.hookimpl(wrapper=True)
def pytest_fixture_setup(fixturedef, request):
    value = yield
    if fixturedef.argname == 'plain':
        fixturedef.cached_result = ('right', *fixturedef.cached_result[1:])
    return value
"""


def test_a_value_that_another_plugin_changes(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What was begun with a value that is not the one pytest has is removed, with what needs it, and made again."""
    pytester.makeconftest(CHANGES_PLAIN)
    pytester.makepyfile(
        HEADER
        + """
net = network(name='net', labels={'is': '{plain}'})
a = container(image='app', name='aa', network='{net.name}', environment={'IS': '{plain}'})
b = container(image='app', name='bb')

@pytest.fixture
def plain():
    return 'wrong'

def test_it(net, b, a):
    assert (net.attrs['Labels']['is'], a.env['IS']) == ('right', 'right')
"""
    )
    result = run()
    result.assert_outcomes(passed=1)
    result.stdout.no_fnmatch_line("*could not be removed*")
    assert engine.made("create_network") == ["net", "net"]


def test_a_changed_value_is_seen_at_run_time(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """Also where user code asks at run time for what was begun with another value, and goes on itself."""
    pytester.makeconftest(CHANGES_PLAIN)
    pytester.makepyfile(
        HEADER
        + """
def others(request):
    return {'C': request.getfixturevalue('c').env['IS']}

a = container(image='app', name='aa', environment=others)
b = container(image='app', name='bb')
c = container(image='app', name='cc', environment={'IS': '{plain}'})

@pytest.fixture
def plain():
    return 'wrong'

def test_it(plain, b, a, c):
    assert a.env['C'] == 'right'
"""
    )
    run().assert_outcomes(passed=1)
    assert sorted(engine.made()) == ["aa", "bb", "cc", "cc"]


def test_what_asks_for_itself(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """User code that asks at run time for what it is part of is an error, and nothing waits for ever."""
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture
def get(request):
    return request.getfixturevalue

def own_name(get):
    return get('a').name

first = container(image='app', name='first')
a = container(image='app', name='aa', environment={'A': own_name})

def test_it(get, first, a): ...
"""
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*UsageError: container 'a' (*:13) is asked for at run time while it is made.*"])


def test_what_asks_for_what_pytest_waits_for(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """User code that asks at run time for what pytest is setting up is an error, and nothing is left."""
    engine.after("create_container aa", "asks")
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture
def get(request):
    return request.getfixturevalue

def name_of_a(get):
    note('asks')
    return get('a').name

a = container(image='app', name='aa')
b = container(image='app', name='bb', environment={'A': name_of_a})

def test_it(get, a, b): ...
"""
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.no_fnmatch_line("E  *ValueError*")
    run(*OFF).assert_outcomes(passed=1)


def test_what_another_one_asks_for_goes_on(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """User code may ask at run time for others, which are made, or taken, while what it is part of waits."""
    pytester.makepyfile(
        HEADER
        + """
c = container(image='app', name='cc')
d = container(image='app', name='dd')

def others(request):
    return {'C': request.getfixturevalue('c').name, 'D': request.getfixturevalue('d').name}

a = container(image='app', name='aa', environment=others)
b = container(image='app', name='bb')

def test_it(b, a, c):
    assert a.env['C'] == c.name
"""
    )
    run().assert_outcomes(passed=1)
    assert sorted(engine.made()) == ["aa", "bb", "cc", "dd"]


def test_what_waits_does_not_go_on(pytestconfig: pytest.Config) -> None:
    """What waits for a call, as other work has led to that meanwhile, is let alone."""
    one = call(int)

    async def work() -> int:
        return await one

    making: Any = SimpleNamespace(task=Task(work()))
    making.task.go_on()
    conductor.Conductor(pytestconfig)._go_on(making)
    assert making.task.waits_for is one
    assert not one.is_begun
    making.task.give_up()


def test_what_is_said_is_reported_while_it_is_waited_for(pytestconfig: pytest.Config) -> None:
    """Lines that a call in a thread reports, such as those of a pull, are passed on before it is done."""
    reported: list[str] = []
    waiting = conductor.Conductor(pytestconfig)

    def pull(on_progress: Callable[[str], object]) -> None:
        on_progress("line")
        waiting._wait([one])
        assert reported == ["line"]

    one: Call[None] = call(pull, report=reported.append)
    one.be_done_elsewhere()
    assert one._error is None


def test_a_wait_is_for_what_is_new(pytestconfig: pytest.Config) -> None:
    """That a call was done ends one wait only, so that nobody asks again and again for nothing."""
    waiting = conductor.Conductor(pytestconfig)
    waiting._workers.changed.set()
    waiting._wait([])
    assert not waiting._workers.changed.is_set()
