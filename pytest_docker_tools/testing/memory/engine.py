"""The state of an engine in memory, and what a test may make it do."""

from __future__ import annotations

import itertools
import secrets
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, NamedTuple, TypeAlias, TypeVar

from ...contexts import contextmanager
from ...driver import Driver, ExecResult
from ...exceptions import NotFound, UsageError
from .container import MemoryContainer
from .files import FileTree
from .image import MemoryImage, StoredImage
from .image_store import ImageStore
from .life import finish
from .mounts import MemoryVolume
from .network import PREDEFINED, HostPorts, MemoryNetwork, default_pools

__tracebackhide__ = True

Found: TypeAlias = "MemoryContainer | StoredImage | MemoryNetwork | MemoryVolume"
OnExecute = Callable[[dict[str, Any], Sequence[str]], "ExecResult | None"]
OnBuild = Callable[[Mapping[str, Any]], MemoryImage]
T = TypeVar("T", MemoryContainer, MemoryNetwork)
# Those that are made of others are no calls of the engine.
_NO_CALLS = {"close", "endpoint", "recipe", "run_container", "still_runs"}
VERBS = {name for name in vars(Driver) if not name.startswith("_")} - _NO_CALLS


class Call(NamedTuple):
    """A verb that was called on a driver of this engine, and its arguments by name, without the deadline."""

    verb: str
    arguments: dict[str, Any]


class Fault(NamedTuple):
    """What the next call of a verb raises, before its work or after it."""

    error: BaseException
    after: bool


class MemoryEngine:
    """Containers, images, networks and volumes in memory, for several `MemoryDriver`s, as two runs share an engine.

    `calls` are the verbs that were called, oldest first. `registry` has the images that can be pulled, by reference,
    and `logins` the username and password of each repository that wants them. What `begin_removal` has begun
    goes on for as many looks as `removes_after` says. All methods may be called from any
    thread.
    """

    def __init__(self) -> None:
        self.url = f"memory://{secrets.token_hex(4)}"
        self.calls: list[Call] = []
        self.registry: dict[str, MemoryImage] = {}
        self.logins: dict[str, tuple[str, str]] = {}
        self.removes_after = 0
        self.containers: dict[str, MemoryContainer] = {}
        self.images = ImageStore()
        self.networks: dict[str, MemoryNetwork] = {}
        self.volumes: dict[str, MemoryVolume] = {}
        self.folders: dict[str, FileTree] = {}
        self.host_ports = HostPorts()
        self.pids = itertools.count(4_000_001)
        self.network_numbers = itertools.count(1)
        # Held while the state is read or changed, and told of each change. User code is called without it.
        self.changed = threading.Condition()
        self.executes: OnExecute = lambda container, words: None
        self.builds: OnBuild = lambda options: MemoryImage()
        self._faults: dict[str, list[Fault]] = {}
        for name in PREDEFINED:
            pools = default_pools(0, ipv6=False) if name == "bridge" else []
            network = MemoryNetwork(name, "null" if name == "none" else name, pools)
            self.networks[network.id] = network

    # What a test arranges

    def add_image(self, reference: str, image: MemoryImage | None = None) -> str:
        """Add an image under a name and give its id."""
        with self.changed:
            return self.images.add(image or MemoryImage(), reference).id

    def on_execute(self, handler: OnExecute) -> None:
        """Have a function answer `execute`: it takes the container's inspect JSON and the words of the command.

        A None that it returns means that the container does not have that program, as it is without a handler.
        """
        self.executes = handler

    def on_build(self, handler: OnBuild) -> None:
        """Have a function answer `build_image`: it takes the options and gives an image, or raises `BuildFailed`."""
        self.builds = handler

    def fail(self, verb: str, error: BaseException, *, after: bool = False) -> None:
        """Have the next call of a verb raise this error, instead of its work or `after` it is done.

        Called several times for one verb, it arranges for as many calls.
        """
        if verb not in VERBS:
            raise UsageError(f"There is no verb {verb!r} that could fail. Choose one of {', '.join(sorted(VERBS))}.")
        with self.changed:
            self._faults.setdefault(verb, []).append(Fault(error, after))

    def write_log(self, container: str, text: bytes) -> None:
        """Have a container write lines to stdout."""
        with self.changed:
            self.container(container).write(text)
            self.changed.notify_all()

    def end_container(self, container: str, exit_code: int = 0, *, oom: bool = False) -> None:
        """Have a running container end by itself."""
        with self.changed:
            found = self.container(container)
            found.require_running()
            finish(self, found, exit_code, oom=oom)

    # What the driver does

    @contextmanager
    def called(self, verb: str, arguments: dict[str, Any]) -> Iterator[None]:
        """Note a call, and raise around its work what a test has arranged."""
        with self.changed:
            self.calls.append(Call(verb, arguments))
            faults = self._faults.get(verb)
            fault = faults.pop(0) if faults else None
        if fault and not fault.after:
            raise fault.error
        yield
        if fault:
            raise fault.error

    def find(self, kind: str, ref: str) -> Found | None:
        """Give what has that id or name, or an image whose id begins so."""
        if kind == "container":
            return _find(self.containers, ref.removeprefix("/"))
        if kind == "image":
            return self.images.find(ref)
        return _find(self.networks, ref) if kind == "network" else self.volumes.get(ref)

    def container(self, ref: str) -> MemoryContainer:
        """Give a container, or raise `NotFound`."""
        found = _find(self.containers, ref.removeprefix("/"))
        if found is None:
            raise NotFound(f"No such container: {ref}. It was removed, or never made in this engine.")
        return found

    def network(self, ref: str) -> MemoryNetwork:
        """Give a network, or raise `NotFound`."""
        found = _find(self.networks, ref)
        if found is None:
            raise NotFound(f"network {ref} not found. It was removed, or never made in this engine.")
        return found

    def all(self, kind: str) -> Sequence[Found]:
        """Give all objects of a kind, newest first."""
        tables: dict[str, Mapping[str, Found]] = {
            "container": self.containers,
            "image": self.images.images,
            "network": self.networks,
            "volume": self.volumes,
        }
        return list(tables[kind].values())[::-1]

    def facts(self, found: Found) -> dict[str, Any]:
        """Give the inspect JSON of an object."""
        if isinstance(found, StoredImage):
            return found.facts(self.images.tags_of(found))
        if isinstance(found, MemoryNetwork):
            return found.facts({container.id: container.name for container in self.containers.values()})
        return found.facts()

    def facts_for_filters(self, found: Found) -> dict[str, Any]:
        """Give the inspect JSON and, as `system df` has it, how often a volume is used."""
        if isinstance(found, MemoryVolume):
            return {**found.facts(), "UsageData": {"RefCount": len(self.users(found.name))}}
        return self.facts(found)

    def users(self, volume: str) -> list[str]:
        """Give the ids of the containers, in every state, that mount a volume."""
        containers = self.containers.values()
        return [found.id for found in containers if any(mount.name == volume for mount in found.mounts)]


def _find(table: Mapping[str, T], ref: str) -> T | None:
    if ref in table:
        return table[ref]
    return next((found for found in table.values() if found.name == ref), None)
