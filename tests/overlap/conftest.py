"""What the tests of work side by side share: an engine that notes when calls begin and end, and lets some wait."""

from __future__ import annotations

import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

import pytest

from pytest_docker_tools.testing import MemoryEngine, MemoryImage
from pytest_docker_tools.testing.memory.network import PREDEFINED

# Seconds within which what a call waits for has to come. It is the failure that it does not.
PATIENCE = 20.0
KINDS = {"create_container": "container", "create_network": "network", "create_volume": "volume"}
# What the modules of projects begin with, two containers, and the modes that are not the default.
HEADER = "from stage import note, wait_for\nfrom pytest_docker_tools import *\nimport pytest\n"
TWO = "a = container(image='app', name='aa')\nb = container(image='app', name='bb')\n"
OFF = ("-o", "docker_overlap=off")
GRAPH = ("-o", "docker_overlap=graph")


class Stage(MemoryEngine):
    """An engine that notes in `events` when each creation, start, pull, build and removal begins and ends."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[str] = []
        self._noted = threading.Condition()
        #: The threads in which calls were made, by their events.
        self.threads: dict[str, str] = {}
        #: What a call waits for, by its event, before it does anything.
        self.holds: dict[str, Callable[[], object]] = {}

    @contextmanager
    def called(self, verb: str, arguments: dict[str, Any]) -> Iterator[None]:
        what = self._what(verb, arguments)
        self.note(f"{what} begins")
        if what in self.holds:
            self.holds[what]()
        try:
            with super().called(verb, arguments):
                yield
        finally:
            self.note(f"{what} ends")

    def note(self, event: str) -> None:
        """Note an event."""
        with self._noted:
            self.events.append(event)
            self.threads[event] = threading.current_thread().name
            self._noted.notify_all()

    def meet(self, *calls: str) -> None:
        """Let some calls, such as "create_container a", wait until all of them have begun."""
        barrier = threading.Barrier(len(calls))
        for call in calls:
            self.holds[call] = lambda: barrier.wait(PATIENCE)

    def after(self, call: str, event: str) -> None:
        """Let a call wait for an event."""

        self.holds[call] = lambda: self.wait_for(event)

    def wait_for(self, event: str) -> None:
        """Wait until an event is noted."""
        with self._noted:
            assert self._noted.wait_for(lambda: event in self.events, PATIENCE), f"No {event!r}: {self.events}"

    def told(self, *verbs: str) -> list[str]:
        """Give the events of some verbs, all of those that make or remove something if none is named."""
        wanted = verbs or (*KINDS, "start", "remove", "pull_image", "build_image")
        return [event for event in self.events if event.split()[0] in wanted]

    def made(self, verb: str = "create_container") -> list[str]:
        """Give the names of what was created, in that order."""
        return [event.split()[1] for event in self.events if event.startswith(f"{verb} ") and event.endswith("begins")]

    def _what(self, verb: str, arguments: dict[str, Any]) -> str:
        options = arguments.get("options", {})
        named = options.get("name") or options.get("repository") or options.get("tag")
        refs = [named] if named else arguments.get("refs") or [arguments.get("ref")]
        return " ".join([verb, *(self._name(arguments.get("kind", "container"), str(ref)) for ref in refs)])

    def _name(self, kind: str, ref: str) -> str:
        found = self.find(kind, ref)
        return str(getattr(found, "name", ref))


def side_by_side(engine: Stage) -> bool:
    """Say whether any call was made beside another one."""
    return {*engine.threads.values()} != {threading.main_thread().name}


def ours() -> list[threading.Thread]:
    """Give the threads that make calls."""
    return [thread for thread in threading.enumerate() if thread.name == "pytest-docker-tools"]


def join() -> None:
    """Wait until all calls are made."""
    for thread in ours():
        thread.join(PATIENCE)


@pytest.fixture
def engine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Stage]:
    """An engine that has the images `app` and `broken`; projects have `note` and the like in the module `stage`.

    Nothing may be left on it, and no thread of ours.
    """
    engine = Stage()
    engine.add_image("app:latest", MemoryImage(logs=b"hello from the app\n"))
    engine.add_image("broken:latest", MemoryImage(logs=b"no config\n", exits_with=4))
    module: Any = ModuleType("stage")
    module.note, module.wait_for, module.join = engine.note, engine.wait_for, join
    monkeypatch.setitem(sys.modules, "stage", module)
    yield engine
    assert [container.name for container in engine.containers.values()] == []
    assert [network.name for network in engine.networks.values() if network.name not in PREDEFINED] == []
    assert [*engine.volumes] == []
    assert ours() == []
