"""When a removal begins, what waits for what, and how its end is waited for."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pytest_docker_tools.backlog import Backlog
from pytest_docker_tools.driver import Kind, Removal
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from .conftest import REMOVED, asked, is_there, made, refs


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
