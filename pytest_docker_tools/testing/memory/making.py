"""Building and pulling images, and making networks and volumes, of the engine in memory."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from ... import normalise, registries
from ...driver import Options, Progress
from ...exceptions import BuildFailed, Conflict, Forbidden, ImageNotFound, Unauthorized, UnsupportedOption
from ...normalise import normalised
from .engine import MemoryEngine
from .image import MemoryImage, content_id
from .mounts import MemoryVolume
from .network import MemoryNetwork, Pool, default_pools

__tracebackhide__ = True

# What says how to build, and where the result is named, but not what is in it.
_NOT_CONTENT = {"cache_from", "encoding", "forcerm", "gzip", "nocache", "path", "pull", "quiet", "rm", "secrets", "tag"}


def build(engine: MemoryEngine, given: Options, on_progress: Progress | None) -> str:
    """Build an image from `options.BuildOptions` and give its id, the same one for the same content."""
    options = normalised("build", given)
    dockerfile, context = _context(options)
    lines = [line for line in dockerfile.decode(errors="replace").splitlines() if line.strip()]
    _report(on_progress, (f"Step {number}/{len(lines)} : {line}" for number, line in enumerate(lines, 1)))
    # Without the lock, so that several builds can be seen to overlap.
    built = engine.builds(options)
    labelled = replace(built, labels={**built.labels, **options.get("labels", {})})
    content = {name: value for name, value in sorted(options.items()) if name not in _NOT_CONTENT}
    with engine.changed:
        image_id = engine.images.add(labelled, options.get("tag"), content, context).id
    _report(on_progress, [f"Successfully built {image_id.removeprefix('sha256:')[:12]}"])
    return image_id


def _context(options: Mapping[str, Any]) -> tuple[bytes, dict[str, bytes]]:
    """Give the Dockerfile, and all files of the folder by path."""
    if "fileobj" in options:
        return (b"" if options.get("custom_context") else options["fileobj"]), {}
    folder = Path(options["path"])
    if not folder.is_dir():
        raise BuildFailed(f'unable to prepare context: path "{folder}" not found. Give the folder of the Dockerfile.')
    dockerfile = folder / options.get("dockerfile", "Dockerfile")
    if not dockerfile.is_file():
        raise BuildFailed(f"Cannot locate specified Dockerfile: {dockerfile}. Make it, or name it with 'dockerfile'.")
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return dockerfile.read_bytes(), {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def _report(on_progress: Progress | None, lines: Iterable[str]) -> None:
    for line in lines:
        if on_progress:
            on_progress(line)


def pull(engine: MemoryEngine, given: Options, on_progress: Progress | None) -> str:
    """Take an image from the registry and give its id; or all of a repository, and give that."""
    options = normalised("pull", given)
    reference = normalise.image_reference(options)
    repository, tag = normalise.split_reference(reference)
    _check_login(engine, reference, repository, options.get("auth_config"))
    with engine.changed:
        found = _published(engine, repository, reference, bool(options.get("all_tags")))
        if not found:
            raise ImageNotFound(
                f"could not pull {reference!r}: manifest for {reference} not found: manifest unknown. Check the name "
                "and the tag, or add it to the engine's 'registry'."
            )
        pulled = [engine.images.add(image, name) for name, image in found]
        for stored in pulled:
            digest = f"{repository}@{stored.id}"
            stored.digests += [] if digest in stored.digests else [digest]
    _report(on_progress, [f"{tag}: Pulling from {repository}", f"Status: Downloaded newer image for {reference}"])
    return reference if options.get("all_tags") else pulled[0].id


def _check_login(engine: MemoryEngine, reference: str, repository: str, login: Mapping[str, str] | None) -> None:
    wanted, given = engine.logins.get(repository), login or {}
    if wanted and (given.get("username"), given.get("password")) != wanted:
        said = "unauthorized: authentication required" if given else "no basic auth credentials"
        advice = registries.advice(Unauthorized, said, reference, login)
        raise Unauthorized(f"could not pull {reference!r}: {said}. {advice}")


def _published(
    engine: MemoryEngine, repository: str, reference: str, all_tags: bool
) -> list[tuple[str | None, MemoryImage]]:
    """Give the images that are to be pulled, and what they are called then: nothing, where a digest names one."""
    tagged = {name: image for name, image in engine.registry.items() if name.startswith(f"{repository}:")}
    if all_tags:
        return list(tagged.items())
    if reference in tagged:
        return [(reference, tagged[reference])]
    found = (image for image in tagged.values() if reference == f"{repository}@{content_id(image)}")
    return [(None, image) for image in itertools.islice(found, 1)]


def create_network(engine: MemoryEngine, given: Options) -> str:
    """Create a network from `options.CreateNetworkOptions` and give its id."""
    options = normalised("network", given)
    name, ipv6 = options.get("name"), bool(options.get("enable_ipv6"))
    if not name:
        raise UnsupportedOption("name", "a network cannot be created without one.")
    if any(network.name == name for network in engine.networks.values()):
        raise Conflict(f"network with name {name} already exists. Remove it, or choose another name.")
    ipam = options.get("ipam", {})
    network = MemoryNetwork(
        name,
        options.get("driver", "bridge"),
        _pools(engine, ipam, ipv6),
        ipam,
        options.get("options", {}),
        options.get("labels", {}),
        options.get("scope", "local"),
        bool(options.get("internal")),
        bool(options.get("attachable")),
        bool(options.get("ingress")),
        ipv6,
    )
    engine.networks[network.id] = network
    return network.id


def _pools(engine: MemoryEngine, ipam: Mapping[str, Any], ipv6: bool) -> list[Pool]:
    configured = ipam.get("Config") or []
    if not configured:
        return default_pools(next(engine.network_numbers), ipv6)
    pools = [_pool(settings) for settings in configured]
    for network in engine.networks.values():
        for taken in network.pools:
            for pool in pools:
                if pool.overlaps(taken):
                    raise Forbidden(
                        f"Pool overlaps with other one on this address space: {pool.subnet}. Choose another."
                    )
    return pools


def _pool(settings: Mapping[str, Any]) -> Pool:
    try:
        return Pool.of(settings)
    except KeyError:
        raise UnsupportedOption("ipam", "a pool needs a subnet such as 10.5.0.0/16.") from None
    except ValueError as error:
        raise UnsupportedOption(
            "ipam", f"a pool needs a subnet such as 10.5.0.0/16, and addresses in it ({error})."
        ) from None


def create_volume(engine: MemoryEngine, given: Options) -> str:
    """Create a volume from `options.VolumeOptions`, or find the one that has the name already, and give the name."""
    options = normalised("volume", given)
    volume = MemoryVolume(
        driver=options.get("driver", "local"),
        options=options.get("driver_opts"),
        labels=options.get("labels", {}),
        anonymous="name" not in options,
    )
    volume.name = options.get("name", volume.name)
    return engine.volumes.setdefault(volume.name, volume).name
