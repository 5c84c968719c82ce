"""The engine that containers are made on, by way of the docker command."""

from __future__ import annotations

import subprocess
import time

from .process import CommandFailed

LABEL = "pytest-docker-tools.benchmark"
# Seconds for which none of the containers that are to be removed goes. The engine, or somebody else, may be at it.
PATIENCE = 30.0


def containers(run: str) -> set[str]:
    """Give the ids of the containers that a run of benchmarks has made and that are there."""
    return set(_docker("ps", "--all", "--quiet", "--no-trunc", "--filter", f"label={LABEL}={run}").split())


def remove(run: str) -> int:
    """Remove what a run of benchmarks has made, and give how many containers that were.

    Raises `CommandFailed` where one cannot be removed.
    """
    count, found, until = 0, containers(run), time.monotonic() + PATIENCE
    while found:
        # One that somebody else removes at the same time is no error.
        command = ["docker", "rm", "--force", "--volumes", *found]
        said = subprocess.run(command, capture_output=True, text=True, check=False).stderr
        left = containers(run)
        if found - left:
            count, until = count + len(found - left), time.monotonic() + PATIENCE
        elif time.monotonic() > until:
            raise CommandFailed(f"{len(left)} containers cannot be removed:\n{said}")
        else:
            time.sleep(0.1)
        found = left
    return count


def description() -> str:
    """Give the versions of the client and of the engine."""
    return _docker("version", "--format", "docker {{.Client.Version}}, engine {{.Server.Version}}").strip()


def _docker(*arguments: str) -> str:
    return subprocess.run(["docker", *arguments], stdout=subprocess.PIPE, text=True, check=True).stdout
