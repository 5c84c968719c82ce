"""A changed copy of the user's configuration of the client, for one command.

For what the client reads there only: a login that must be in no list of processes, and proxies that it would hand to
every container and build.
"""

from __future__ import annotations

import base64
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from pytest_docker_tools.contexts import contextmanager

from . import private_file
from .runner import Command

__tracebackhide__ = True

_FILE = "config.json"
# Of newer clients, where it comes before the file.
_OTHER_LOGINS = "DOCKER_AUTH_CONFIG"

# What `auths` of a configuration has for a registry: "auth" (user:password in base 64), "identitytoken" ...
Login = Mapping[str, str]


@contextmanager
def configured(
    todo: Command,
    environment: Mapping[str, str],
    *,
    logins: Mapping[str, Login] | None = None,
    proxies: bool = True,
) -> Iterator[Command]:
    """Give a command as it runs with a changed configuration, which is there as long as the context lasts.

    `environment` says where the user's own is; all of it holds but what is changed. `logins` are by registry, as the
    client spells it, and come before the user's own and those that credential helpers have. Without `proxies`, those
    of the configuration reach no container and no build. With nothing to change it is the command itself.
    """
    if logins is None and proxies:
        yield todo
        return
    own = own_folder(environment)
    content = read(own / _FILE)
    if logins is not None:
        content["auths"] = {**entries(content, "auths"), **{name: dict(login) for name, login in logins.items()}}
        # A helper comes before `auths`; the name of none is no helper.
        content["credHelpers"] = {**entries(content, "credHelpers"), **dict.fromkeys(logins, "")}
        todo = replace(todo, unset=todo.unset | {_OTHER_LOGINS})
    if not proxies:
        content.pop("proxies", None)
    # Only its owner may look into it.
    with tempfile.TemporaryDirectory(prefix="docker-config-") as folder:
        _link_all(own, Path(folder))
        write(Path(folder, _FILE), content)
        yield replace(todo, secrets={**todo.secrets, "DOCKER_CONFIG": folder})


def entry(login: Mapping[str, str]) -> Login:
    """Give what a configuration has for a login, which is docker-py's `auth_config` in its one form."""
    kept = {name: login[name] for name in ("email", "identitytoken", "registrytoken") if name in login}
    if "username" not in login:
        return kept
    pair = f"{login['username']}:{login.get('password', '')}"
    return {"auth": base64.b64encode(pair.encode()).decode(), **kept}


def own_folder(environment: Mapping[str, str]) -> Path:
    """Give the folder that the client reads its configuration in; it need not be there."""
    home = environment.get("USERPROFILE" if os.name == "nt" else "HOME") or os.path.expanduser("~")
    return Path(os.path.abspath(environment.get("DOCKER_CONFIG") or Path(home, ".docker")))


def read(file: Path) -> dict[str, Any]:
    """Give what is in a configuration. One that is not there, or broken, is empty, as it is for the client."""
    try:
        content = json.loads(file.read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def entries(content: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Give one of the dictionaries in a configuration, empty where it has none."""
    found = content.get(name)
    return dict(found) if isinstance(found, dict) else {}


def write(file: Path, content: Mapping[str, Any]) -> None:
    """Write a configuration that nobody but its owner can read."""
    private_file.write(file, json.dumps(content).encode())


def _link_all(source: Path, target: Path) -> None:
    """Let the other files and folders be the user's own: contexts, plugins, certificates, builders ..."""
    for item in source.iterdir() if source.is_dir() else ():
        if item.name != _FILE:
            _link(item, target / item.name)


def _link(source: Path, target: Path) -> None:
    try:
        target.symlink_to(source, target_is_directory=source.is_dir())
    except OSError:
        # Not everybody may make links on Windows.
        copy = shutil.copytree if source.is_dir() else shutil.copy2
        copy(source, target)
