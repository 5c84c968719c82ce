"""What is removed while tests go on: when it begins, what waits for what, and what comes of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from typing import Any

import pytest

from pytest_docker_tools import witnesses
from pytest_docker_tools.backlog import TITLE, Backlog
from pytest_docker_tools.driver import Driver, Kind, Removal
from pytest_docker_tools.exceptions import (
    Conflict,
    DeadlineExceeded,
    DriverError,
    EngineError,
    EngineUnavailable,
)
from pytest_docker_tools.ledger import Entry
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from .conftest import Run, RunWorkers

HEADER = "import pytest\nfrom pytest_docker_tools import *\n"
REMOVED = ("begin_removal", "remove")
Put = Callable[..., Entry]


@pytest.fixture
def driver(engine: MemoryEngine) -> MemoryDriver:
    """A driver of the engine."""
    return MemoryDriver(engine)


@pytest.fixture
def lines() -> list[str]:
    """What the backlog has reported."""
    return []


@pytest.fixture
def backlog(lines: list[str]) -> Backlog:
    """A backlog with nothing in it."""
    return Backlog(lines.append, lambda *noted, **how: None, nullcontext)


def made(driver: Driver, kind: Kind = "container", **options: Any) -> Entry:
    """Make something, and give its entry."""
    number = len(driver.ids(kind))
    if kind == "container":
        ref = driver.create_container({"image": "app", **options})
        driver.start(ref)
    elif kind == "network":
        ref = driver.create_network({"name": f"net-{number}", **options})
    else:
        ref = driver.create_volume({"name": f"vol-{number}", **options})
    return Entry(kind, ref, driver, f"the_{kind}", None, None)


def asked(engine: MemoryEngine) -> list[tuple[str, str, list[str]]]:
    """Give what was to be removed: the verb, the kind and the refs."""
    return [
        (call.verb, call.arguments["kind"], call.arguments["refs"]) for call in engine.calls if call.verb in REMOVED
    ]


def refs(*entries: Entry) -> list[str]:
    return [entry.ref for entry in entries]


def is_there(driver: Driver, entry: Entry) -> bool:
    return driver.inspect(entry.kind, [entry.ref]) != [None]


class TestOrder:
    def test_one_command_for_many(self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine) -> None:
        """What was put there begins later, in one command for each kind, containers with force and their volumes."""
        found = [made(driver, kind) for kind in ("volume", "container", "network", "container", "volume")]
        for entry in found:
            backlog.put(entry)
        assert asked(engine) == []
        backlog.drain()
        containers, networks, volumes = (refs(*found[1::2]), refs(found[2]), refs(found[0], found[4]))
        assert asked(engine) == [
            ("begin_removal", "container", containers),
            ("begin_removal", "network", networks),
            ("begin_removal", "volume", volumes),
        ]
        flags = [(call.arguments["force"], call.arguments["volumes"]) for call in engine.calls if call.verb in REMOVED]
        assert flags == [(True, True), (False, False), (False, False)]

    def test_containers_come_first(self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine) -> None:
        """Networks and volumes wait until the containers are gone that were put there before, and no others."""
        engine.removes_after = 1
        first, network, later = made(driver), made(driver, "network"), made(driver)
        backlog.put(first)
        backlog.put(network)
        backlog.advance()
        backlog.put(later)
        backlog.advance()
        assert asked(engine) == [
            ("begin_removal", "container", [first.ref]),
            ("begin_removal", "container", [later.ref]),
        ]
        backlog.advance()
        assert not is_there(driver, first)
        assert is_there(driver, later)
        assert asked(engine)[2:] == [("begin_removal", "network", [network.ref])]

    def test_not_too_many_commands(self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine) -> None:
        """No more than two commands go on at the same time; others begin when one is over."""
        engine.removes_after = 2
        entries = [made(driver) for _ in range(3)]
        begun = []
        for entry in entries:
            backlog.put(entry)
            backlog.advance()
            begun.append(len(asked(engine)))
        assert begun == [1, 2, 2]
        backlog.advance()
        assert len(asked(engine)) == 3
        assert [is_there(driver, entry) for entry in entries] == [False, True, True]

    def test_each_engine_by_itself(self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine) -> None:
        """What belongs to different drivers is in different commands, and waits for its own containers only."""
        engine.removes_after, other = 5, MemoryDriver(MemoryEngine())
        container, network = made(driver), made(other, "network")
        backlog.put(container)
        backlog.put(network)
        backlog.advance()
        assert asked(engine) == [("begin_removal", "container", [container.ref])]
        assert asked(other.engine) == [("begin_removal", "network", [network.ref])]

    def test_does_not_wait(self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine) -> None:
        """Looking at it waits for nothing, draining it does, and leaves nothing to be done."""
        engine.removes_after = 3
        entry = made(driver)
        backlog.put(entry)
        backlog.advance()
        assert (is_there(driver, entry), len(backlog)) == (True, 1)
        backlog.drain()
        assert (is_there(driver, entry), len(backlog)) == (False, 0)
        backlog.advance()
        backlog.drain()
        assert len(asked(engine)) == 1

    def test_is_bounded(self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine) -> None:
        """Who puts one more there than it takes waits until others are gone."""
        engine.removes_after = 2
        entries = [made(driver) for _ in range(40)]
        there = []
        for entry in entries:
            backlog.put(entry)
            there.append(len(engine.containers))
        assert there[15] == 40
        assert there[16] == 23
        assert len(backlog) <= 16
        backlog.drain()
        assert not engine.containers


class TestRefusals:
    def test_are_tried_once_more_and_told(
        self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine, lines: list[str]
    ) -> None:
        """What the engine refuses is told with its fixture and the engine's words, and the others go."""
        used, free = made(driver, "network"), made(driver, "network")
        made(driver, network=used.ref)
        for entry in (used, free):
            entry.end(removed=True)
            backlog.put(entry)
        backlog.drain()
        [line] = lines
        assert line.startswith(f"network 'the_network': '{used.ref[:12]}' was not removed. ")
        assert "active endpoints" in line
        assert (is_there(driver, used), used.removed) == (True, False)
        assert (is_there(driver, free), free.removed) == (False, True)

    def test_that_were_none(
        self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine, lines: list[str]
    ) -> None:
        """Where nobody knows what came of it, and all is gone after another try, there is nothing to tell."""
        engine.fail("begin_removal", EngineError("no"))
        entry = made(driver)
        backlog.put(entry)
        backlog.drain()
        assert [verb for verb, _, _ in asked(engine)] == ["begin_removal", "remove"]
        assert not is_there(driver, entry)
        assert lines == []

    def test_a_driver_that_cannot_begin(self, engine: MemoryEngine, backlog: Backlog) -> None:
        """A driver without a way to do it removes all with one call, when it would begin."""

        class Older(MemoryDriver):
            begin_removal = Driver.begin_removal

        driver = Older(engine)
        entries = [made(driver) for _ in range(3)]
        for entry in entries:
            backlog.put(entry)
        assert asked(engine) == []
        backlog.advance()
        assert asked(engine) == [("remove", "container", refs(*entries))]
        assert (len(backlog), len(engine.containers)) == (0, 0)

    @pytest.mark.parametrize("error", [EngineUnavailable("it is gone"), DeadlineExceeded("it is slow")])
    def test_of_an_engine_that_does_not_answer(
        self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine, lines: list[str], error: DriverError
    ) -> None:
        """An engine that does not answer is not asked again for each, and all are told."""
        engine.fail("begin_removal", error)
        engine.fail("remove", error)
        entries = [made(driver) for _ in range(3)]
        for entry in entries:
            backlog.put(entry)
        backlog.drain()
        assert [verb for verb, _, _ in asked(engine)] == ["begin_removal", "remove"]
        assert len(lines) == 3
        assert all(str(error) in line for line in lines)

    def test_does_not_hold_up_what_is_behind(
        self, backlog: Backlog, driver: MemoryDriver, engine: MemoryEngine, lines: list[str]
    ) -> None:
        """After containers that cannot be removed it is the networks' turn."""
        for verb in REMOVED:
            engine.fail(verb, Conflict("not this one"))
        container, network = made(driver), made(driver, "network")
        backlog.put(container)
        backlog.put(network)
        backlog.drain()
        assert not is_there(driver, network)
        assert [line.partition(" was not removed. ")[2] for line in lines] == ["not this one"]


class Interrupting(Removal):
    """Is interrupted when somebody waits for it, and then over."""

    def __init__(self, removal: Removal) -> None:
        self.removal = removal
        self.looks = 0

    def poll(self) -> bool | None:
        self.looks += 1
        if self.looks == 2:
            raise KeyboardInterrupt
        return self.removal.poll() if self.looks > 2 else None


class Idle(Removal):
    """Is over when somebody has waited for it, and not when it is looked at again and again."""

    def __init__(self) -> None:
        self.looks, self.is_over = 0, False

    def poll(self) -> bool | None:
        self.looks += 1
        assert self.looks < 10
        return True if self.is_over else None

    def wait(self, timeout: float | None = None) -> bool | None:
        self.is_over = True
        return True


def test_waits_idly(backlog: Backlog, engine: MemoryEngine) -> None:
    """Who waits for the end does not look again and again."""

    class Waiting(MemoryDriver):
        def begin_removal(self, kind: Kind, refs: Sequence[str], **options: Any) -> Removal | None:
            return Idle()

    backlog.put(made(Waiting(engine)))
    backlog.drain()
    assert len(backlog) == 0


def test_an_interrupt_comes_out_when_all_is_removed(
    backlog: Backlog, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C while it is waited for leaves nothing behind."""

    class Interrupted(MemoryDriver):
        def begin_removal(self, kind: Kind, refs: Sequence[str], **options: Any) -> Removal | None:
            removal = super().begin_removal(kind, refs, **options)
            return Interrupting(removal) if removal and kind == "container" else removal

    driver = Interrupted(engine)
    entries = [made(driver), made(driver, "network")]
    for entry in entries:
        backlog.put(entry)
    with pytest.raises(KeyboardInterrupt):
        backlog.drain()
    assert not any(is_there(driver, entry) for entry in entries)
    assert len(backlog) == 0


# In runs of pytest

ORDER = HEADER + "it = container(image='app')\ndef test_one(it): ...\ndef test_two(it): ...\n"


def verbs(engine: MemoryEngine) -> list[str]:
    """Give what was made and removed."""
    return [call.verb for call in engine.calls if call.verb in ("create_container", *REMOVED)]


def test_the_next_test_does_not_wait(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """The container of the next test is made while the former one is still there, and all are gone in the end."""
    engine.removes_after = 5
    pytester.makepyfile(
        HEADER
        + "it = container(image='app')\nseen = []\n"
        + "def test_one(it): seen.append(it.driver.engine)\n"
        + "def test_two(it): assert len(seen[0].containers) == 2\n"
    )
    run().assert_outcomes(passed=2)
    assert verbs(engine) == ["create_container", "begin_removal", "create_container", "begin_removal"]
    assert not engine.containers


def test_begins_when_the_test_is_over(pytester: pytest.Pytester, run: Run) -> None:
    """What a test has left begins to be removed before the next one, also if that has no fixtures."""
    pytester.makepyfile(
        HEADER
        + "it = container(image='app')\nseen = []\ndef test_one(it): seen.append(it.driver.engine)\n"
        + "def test_two(): assert seen[0].calls[-1].verb == 'begin_removal'\n"
    )
    run().assert_outcomes(passed=2)


def test_a_container_that_goes_at_once_waits_for_no_other(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine
) -> None:
    """What is removed later does not hold up a container that is removed at once."""
    engine.removes_after = 50
    pytester.makepyfile(
        HEADER
        + "it, named = container(image='app'), container(image='app', name='named')\nseen = []\n"
        + "def test_one(it): seen.append(it.driver.engine)\ndef test_two(named): ...\n"
        + "def test_three(): assert [found.name == 'named' for found in seen[0].containers.values()] == [False]\n"
    )
    run().assert_outcomes(passed=3)


def test_one_command_for_what_a_test_has_left(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """All that ends with a test, whatever its scope, is removed by one command of each kind."""
    pytester.makepyfile(
        HEADER
        + "wide = container(image='app', scope='module')\nnet = network()\n"
        + "a, b = [container(image='app', network='{net.name}') for _ in range(2)]\ndef test_it(wide, a, b): ...\n"
    )
    run().assert_outcomes(passed=1)
    assert [(verb, kind, len(refs)) for verb, kind, refs in asked(engine)] == [
        ("begin_removal", "container", 3),
        ("begin_removal", "network", 1),
    ]


def test_all_is_gone_when_the_client_ends(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A client of the user's own, of any scope, ends after all that was made with it is removed."""
    pytester.makepyfile(
        HEADER
        + """
from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

ours = MemoryEngine()
ours.add_image('app', MemoryImage())
ours.removes_after = 50
left = []

@pytest.fixture
def docker_client():
    with Client(MemoryDriver(ours)) as client:
        yield client
        left.append(len(ours.containers))

a, b = [container(image='app') for _ in range(2)]
def test_one(a, b): ...
def test_two(a):
    assert left == [0]
    assert len(ours.containers) == 1
    assert [len(call.arguments['refs']) for call in ours.calls if call.verb == 'begin_removal'] == [2]
"""
    )
    run().assert_outcomes(passed=2)


STAYS = HEADER + "net = network()\ndef test_it(net):\n    net.connect(net.client.containers.run('app', detach=True))\n"
STAYS_LINES = [f"*= {TITLE} =*", "network 'net' (*.py:3): '*' was not removed. *active endpoints*"]


def test_what_stays_is_told_at_the_end(pytester: pytest.Pytester, run: Run) -> None:
    """What could not be removed fails no test, and is told at the end with its fixture and the engine's words."""
    pytester.makepyfile(STAYS)
    result = run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(STAYS_LINES)


def test_what_stays_of_a_worker_is_told_at_the_end(pytester: pytest.Pytester, run_workers: RunWorkers) -> None:
    """What a worker of xdist could not remove is told by the controller."""
    pytester.makepyfile(STAYS)
    result, [worker] = run_workers(1)
    worker.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(STAYS_LINES)


def test_what_no_client_has_waited_for(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is still to be removed at the end of the run is removed then."""
    engine.removes_after = 50
    monkeypatch.setattr(witnesses, "after_client", lambda request: None)
    pytester.makeconftest(
        "import pytest\nfrom pytest_docker_tools.client import Client\n"
        "from pytest_docker_tools.testing import MemoryDriver\n"
        "@pytest.fixture\ndef docker_client(docker_client): return Client(MemoryDriver(docker_client.driver.engine))\n"
    )
    pytester.makepyfile(HEADER + "it = container(image='app')\ndef test_it(it): ...")
    run().assert_outcomes(passed=1)
    assert not engine.containers


def test_what_a_closed_client_cannot_remove_is_told(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A client that is closed too early fails no test either, and what stays is told."""
    pytester.makepyfile(HEADER + "it = container(image='app')\ndef test_it(it): it.driver.close()")
    result = run()
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["container 'it' (*:3): '*' was not removed. This driver was closed*"])


@pytest.mark.parametrize("ends", ["assert False", "raise KeyboardInterrupt", "pytest.exit('enough')"])
def test_a_run_that_ends_early_leaves_nothing(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, ends: str
) -> None:
    """What was to be removed in a run that ends early is removed all the same."""
    engine.removes_after = 50
    pytester.makepyfile(
        HEADER
        + "net = network()\nwide = container(image='app', scope='session')\n"
        + "it = container(image='app', network='{net.name}')\n"
        + f"def test_one(it): ...\ndef test_two(it, wide): {ends}\ndef test_three(it): ...\n"
    )
    run("-x")
    assert not engine.containers
    assert Counter(kind for _, kind, _ in asked(engine))["network"] == 2
    assert {network.name for network in engine.networks.values()} == {"bridge", "host", "none"}


def test_an_interrupt_while_the_client_waits(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A second Ctrl-C, while the end of the removals is waited for, leaves nothing."""
    engine.removes_after = 50
    engine.fail("begin_removal", KeyboardInterrupt(), after=True)
    pytester.makepyfile(HEADER + "it = container(image='app')\ndef test_it(it): ...\n")
    assert run().ret == pytest.ExitCode.INTERRUPTED
    assert not engine.containers


def test_a_parameter_of_a_wide_scope(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What ends between the fixtures of one test begins to be removed before the next one is set up."""
    pytester.makepyfile(
        HEADER
        + "@pytest.mark.parametrize('text', ['a', 'b'], scope='module')\ndef test_it(text, it): ...\n"
        + "it = container(image='app', environment={'TEXT': '{text}'}, scope='module')\n"
    )
    run().assert_outcomes(passed=2)
    assert verbs(engine) == ["create_container", "begin_removal", "create_container", "begin_removal"]
