"""What podman reads about registries, in files for one pull."""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_docker_tools.contexts import contextmanager
from pytest_docker_tools.references import registry_of
from pytest_docker_tools_docker_cli import Command
from pytest_docker_tools_docker_cli.client_configuration import entries, entry, own_folder, read, write

__tracebackhide__ = True

# Registries that docker asks without TLS, too.
_LOOPBACK = re.compile(r"(localhost|127(\.\d+){3}|\[::1\])[:/]")


def is_loopback(reference: str) -> bool:
    """Say whether an image is at a registry of this machine."""
    return _LOOPBACK.match(reference) is not None


@contextmanager
def with_login(
    todo: Command, environment: Mapping[str, str], reference: str, login: Mapping[str, str]
) -> Iterator[Command]:
    """Give a command as it runs with a login for an image's registry, in place of those that the user has for it."""
    registry, content = registry_of(reference), _own_logins(environment)
    others = {name: other for name, other in content["auths"].items() if _registry_named(name) != registry}
    content["auths"] = {**others, registry: entry(login)}
    # A helper would come first.
    content["credHelpers"].pop(registry, None)
    with tempfile.TemporaryDirectory(prefix="podman-auth-") as folder:
        file = Path(folder, "auth.json")
        write(file, content)
        yield replace(todo, secrets={**todo.secrets, "REGISTRY_AUTH_FILE": str(file)})


@contextmanager
def without_tls(todo: Command, reference: str) -> Iterator[Command]:
    """Give a command as it runs when the registry may do without TLS, where podman does not heed its own flag."""
    with tempfile.TemporaryDirectory(prefix="podman-registries-") as folder:
        file = Path(folder, "registries.conf")
        file.write_text(f'[[registry]]\nlocation = "{registry_of(reference)}"\ninsecure = true\n')
        yield replace(todo, secrets={**todo.secrets, "CONTAINERS_REGISTRIES_CONF": str(file)})


def _registry_named(name: str) -> str:
    """Give the registry that a login is for, also one for some of its repositories, or with the scheme of a URL."""
    return registry_of(re.sub("^https?://", "", name) + "/")


def _own_logins(environment: Mapping[str, str]) -> dict[str, dict[str, Any]]:
    """Give all logins that the user has, the first where several files have one for a registry."""
    found: dict[str, dict[str, Any]] = {"auths": {}, "credHelpers": {}}
    for file in reversed(_files(environment)):
        content = read(file)
        for name, logins in found.items():
            logins.update(entries(content, name))
    return found


def _files(environment: Mapping[str, str]) -> list[Path]:
    """Give the files that podman looks for logins in, the first first."""
    docker = own_folder(environment) / "config.json"
    if environment.get("REGISTRY_AUTH_FILE"):
        return [Path(environment["REGISTRY_AUTH_FILE"])]
    if environment.get("DOCKER_CONFIG"):
        return [docker]
    home = environment.get("HOME") or os.path.expanduser("~")
    run = environment.get("XDG_RUNTIME_DIR") or (f"/run/containers/{os.getuid()}" if hasattr(os, "getuid") else home)
    settings = environment.get("XDG_CONFIG_HOME") or os.path.join(home, ".config")
    return [*(Path(folder, "containers", "auth.json") for folder in (run, settings)), docker]
