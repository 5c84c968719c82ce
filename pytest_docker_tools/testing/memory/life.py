"""What happens to the containers of the engine in memory. Every function is called with the engine's lock held."""

from __future__ import annotations

import re
import secrets
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ...exceptions import Conflict, DriverError, EngineError, Forbidden
from ...normalise import normalised
from .container import KILLED, ORDERLY, MemoryContainer
from .files import FOLDERS, FileSystem, FileTree, relative
from .mounts import MemoryVolume, Mounter
from .network import Endpoint
from .options import config, endpoint, host_config

if TYPE_CHECKING:
    from .engine import MemoryEngine

__tracebackhide__ = True

_SIGNALS = {"HUP": 1, "INT": 2, "QUIT": 3, "KILL": 9, "USR1": 10, "USR2": 12, "TERM": 15}
_ENDING = ("INT", "QUIT", "TERM")
_NAME = re.compile(r"[a-zA-Z0-9][a-zA-Z0-9_.-]+")


def create(engine: MemoryEngine, given: Mapping[str, Any]) -> MemoryContainer:
    """Create a container from `options.ContainerOptions`."""
    options = normalised("container", given)
    stored = engine.images.need(options["image"])
    container = MemoryContainer(_free_name(engine, options.get("name")), stored)
    container.config = config(options, stored.image, container.id)
    mode = _network_mode(engine, options)
    container.host_config = host_config(options, mode)
    container.endpoints = _endpoints(engine, options, mode)
    _mount(engine, container, options)
    engine.containers[container.id] = container
    return container


def _free_name(engine: MemoryEngine, name: str | None) -> str:
    name = name or f"memory_{secrets.token_hex(6)}"
    if not _NAME.fullmatch(name):
        raise EngineError(
            f"Invalid container name ({name}): it takes at least two of letters, digits and _.-. Choose another name."
        )
    for container in engine.containers.values():
        if container.name == name:
            raise Conflict(
                f'Conflict. The container name "/{name}" is already in use by container "{container.id}". '
                "Remove that container, or choose another name."
            )
    return name


def _network_mode(engine: MemoryEngine, options: Mapping[str, Any]) -> str:
    mode = str(options.get("network_mode", "default"))
    kind, _, other = mode.partition(":")
    if kind != "container" or not other:
        return mode
    return f"container:{engine.container(other).id}"


def _endpoints(engine: MemoryEngine, options: Mapping[str, Any], mode: str) -> dict[str, Endpoint]:
    settings = options.get("networking_config", {})
    if mode.startswith("container:"):
        return {}
    refs = {"bridge" if mode == "default" else mode: {}, **settings}
    return {engine.network(ref).name: endpoint(ref, options) for ref, options in refs.items()}


def _mount(engine: MemoryEngine, container: MemoryContainer, options: Mapping[str, Any]) -> None:
    image = FileTree(container.image.files, [*FOLDERS, container.config["WorkingDir"]])

    volumes = dict(engine.volumes)

    def volume(name: str | None, made: Mapping[str, Any]) -> MemoryVolume:
        labels, driver = made.get("labels"), made.get("driver") or options.get("volume_driver") or "local"
        new = MemoryVolume(labels=labels, driver=driver, anonymous=name is None)
        new.name = name or new.name
        return volumes.setdefault(new.name, new)

    mounter = Mounter(volume, engine.folders)
    container.host_config["Binds"] = mounter.add_binds(options.get("volumes", [])) or None
    mounter.add_mounts(options.get("mounts", []))
    for ref in container.host_config["VolumesFrom"] or ():
        mounter.add_from(engine.container(ref.partition(":")[0]).mounts)
    mounter.add_declared(container.image.volumes)
    # Where one mount is refused, no volume is made for another.
    engine.volumes.update(volumes)
    container.mounts = list(mounter.points.values())
    for mount in container.mounts:
        # As an engine does: what the image has at that place is seen in a new volume.
        if mount.type == "volume" and mount.files.is_empty():
            mount.files.take(image, mount.destination)
    container.files = _files(container, image)


def _files(container: MemoryContainer, root: FileTree) -> FileSystem:
    mounted = {relative(mount.destination): mount.files for mount in container.mounts}
    read_only = {relative(mount.destination) for mount in container.mounts if not mount.writable}
    if container.host_config["ReadonlyRootfs"]:
        read_only.add("")
    return FileSystem(root, mounted, read_only)


def start(engine: MemoryEngine, container: MemoryContainer) -> None:
    """Start a container, which gets addresses and host ports. Where that fails, it stays as it was."""
    if container.status == "paused":
        raise Conflict(f"Container {container.id} is paused, and cannot be started. Unpause it.")
    if container.running:
        return
    try:
        if container.image.start_error:
            raise EngineError(container.image.start_error)
        _attach(engine, container)
        ports = _publish(engine, container)
    except DriverError as error:
        _detach(engine, container)
        container.exit_code, container.error = (127 if container.image.start_error else 128), str(error)
        raise
    container.begin(next(engine.pids), ports)
    pass_time(engine, container, looks=0)


def _attach(engine: MemoryEngine, container: MemoryContainer) -> None:
    kind, _, other = container.host_config["NetworkMode"].partition(":")
    if kind == "container" and other and not engine.container(other).running:
        raise Conflict(f"cannot join network of a non running container: {other}. Start that one first.")
    for found in container.endpoints.values():
        engine.network(found.network).attach(container.id, found)


def _detach(engine: MemoryEngine, container: MemoryContainer) -> None:
    for network in engine.networks.values():
        network.detach(container.id)
    engine.host_ports.release(container.id)


def _publish(engine: MemoryEngine, container: MemoryContainer) -> dict[str, list[dict[str, str]] | None]:
    if not any(found.addresses for found in container.endpoints.values()):
        return {}
    exposed = container.config.get("ExposedPorts", {})
    bindings = dict(container.host_config["PortBindings"])
    if container.host_config["PublishAllPorts"]:
        bindings = {**{port: [{"HostIp": "", "HostPort": ""}] for port in exposed}, **bindings}
    return engine.host_ports.publish(container.id, exposed, bindings)


def pass_time(engine: MemoryEngine, container: MemoryContainer, looks: int = 1) -> None:
    """Count looks at a container, which ends by itself when it is due."""
    if container.running:
        container.looks += looks
        if container.is_due:
            run_out(engine, container)


def run_out(engine: MemoryEngine, container: MemoryContainer) -> None:
    """Let a container that is to end by itself do so now."""
    image = container.image
    if container.running and (image.exits_with is not None or image.oom):
        finish(engine, container, KILLED if image.exits_with is None else image.exits_with, oom=image.oom)


def finish(engine: MemoryEngine, container: MemoryContainer, exit_code: int, *, oom: bool = False) -> None:
    """End a running container, which loses its addresses and ports and, with `auto_remove`, goes."""
    _detach(engine, container)
    container.end(exit_code, oom)
    if container.host_config["AutoRemove"]:
        remove(engine, container, force=False, volumes=True)
    engine.changed.notify_all()


def stop(engine: MemoryEngine, container: MemoryContainer) -> None:
    """Let a container end orderly, if it runs."""
    if container.running:
        finish(engine, container, ORDERLY)


def kill(engine: MemoryEngine, container: MemoryContainer, signal: str | int) -> None:
    """Send a signal to a container that runs."""
    name = _signal(signal)
    container.require_running()
    if name == "KILL":
        finish(engine, container, KILLED)
    elif name in (*_ENDING, _signal(container.config.get("StopSignal", "TERM"))):
        finish(engine, container, ORDERLY)


def _signal(signal: str | int) -> str:
    """Give the bare name of a signal that is written as 15, "15", "TERM" or "SIGTERM"."""
    name = str(signal).upper().removeprefix("SIG")
    for known, number in _SIGNALS.items():
        if name in (known, str(number)):
            return known
    raise EngineError(f"Invalid signal: {signal}. The engine in memory has {', '.join(_SIGNALS)}.")


def remove(engine: MemoryEngine, container: MemoryContainer, *, force: bool, volumes: bool) -> None:
    """Remove a container, perhaps with its anonymous volumes."""
    if container.running and not force:
        raise Conflict(
            f"You cannot remove a {container.status} container {container.id}. Stop it first, or force the removal."
        )
    if container.running:
        _detach(engine, container)
        container.end(KILLED, oom=False)
    engine.containers.pop(container.id, None)
    for mount in container.mounts:
        if volumes and mount.anonymous and not engine.users(mount.name):
            engine.volumes.pop(mount.name, None)
    engine.changed.notify_all()


def connect(engine: MemoryEngine, container: MemoryContainer, ref: str, options: Mapping[str, Any] | None) -> None:
    """Attach a container, in any state, to one more network."""
    network, mode = engine.network(ref), container.host_config["NetworkMode"]
    if mode == "host" or mode.startswith("container:"):
        raise Forbidden(f"container in the network mode {mode} cannot be connected to any other network. Change it.")
    if network.name in container.endpoints:
        raise Forbidden(f"endpoint with name {container.name} already exists in network {network.name}.")
    made = endpoint(ref, normalised("connect", options))
    if container.running:
        network.attach(container.id, made)
    container.endpoints[network.name] = made


def disconnect(engine: MemoryEngine, container: MemoryContainer, ref: str) -> None:
    """Detach a container, in any state, from a network."""
    network = engine.network(ref)
    if network.name not in container.endpoints:
        raise Conflict(f"container {container.id} is not connected to network {network.name}.")
    network.detach(container.id)
    del container.endpoints[network.name]
