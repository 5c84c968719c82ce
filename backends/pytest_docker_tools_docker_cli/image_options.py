"""The keywords of docker-py's builds and pulls that the client has flags for.

What a build is made from, its arguments, secrets and proxies are no plain flags; the verb itself renders them.
"""

from __future__ import annotations

from collections.abc import Mapping

from pytest_docker_tools.normalise import joined

from .command import Option, Table, assignments, each, switch, text

__tracebackhide__ = True

_LIMITS = {
    "memory": "--memory",
    "memswap": "--memory-swap",
    "cpushares": "--cpu-shares",
    "cpusetcpus": "--cpuset-cpus",
}


def _limits(keyword: str, value: Mapping[str, object]) -> list[str]:
    return [f"{_LIMITS[name]}={limit}" for name, limit in value.items()]


BUILD: Table = {
    "cache_from": Option("--cache-from", each),
    "container_limits": Option("", _limits),
    "extra_hosts": Option("--add-host", joined),
    "forcerm": Option("--force-rm", switch),
    "gzip": Option("--compress", switch),
    "isolation": Option("--isolation", text),
    "labels": Option("--label", assignments),
    "network_mode": Option("--network", text),
    "nocache": Option("--no-cache", switch),
    "platform": Option("--platform", text),
    "pull": Option("--pull", switch),
    "rm": Option("--rm", switch),
    "shmsize": Option("--shm-size", text),
    "squash": Option("--squash", switch),
    "tag": Option("--tag", text),
    "target": Option("--target", text),
}

PULL: Table = {
    "all_tags": Option("--all-tags", switch),
    "platform": Option("--platform", text),
}

_CLASSIC_ONLY = "refused where BuildKit builds, which does not heed it"
_NOTHING_TO_DO = "without a meaning where BuildKit builds"

# Which of its builders the client uses is the choice of the user's environment.
APPROXIMATED: Mapping[str, str] = {
    "cache_from": "images on the engine; where BuildKit builds, what registries have of a cache",
    "container_limits": _CLASSIC_ONLY,
    "forcerm": _NOTHING_TO_DO,
    "gzip": _NOTHING_TO_DO,
    "isolation": _CLASSIC_ONLY,
    "network_mode": "no networks of the engine where BuildKit builds: 'none', 'host' and 'default'",
    "platform": "refused where the classic builder has built for another one, that of the base",
    "rm": _NOTHING_TO_DO,
    "secrets": "refused where the classic builder builds, which has none",
    "shmsize": "refused where the BuildKit of an engine before 23.0 builds, which does not heed it",
    "squash": "refused where BuildKit builds, and by engines without experimental features",
}
