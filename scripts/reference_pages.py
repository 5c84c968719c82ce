"""Writes the pages of docs/reference that are tables: of the public names, and of options, ini options and variables.

Usage: python scripts/reference_pages.py
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from pkgutil import resolve_name
from types import FunctionType, ModuleType
from typing import Any

from pytest_docker_tools import plugin

REFERENCE = Path(__file__).parents[1] / "docs" / "reference"
# The page of each public module. Public are the names in ONLY, else its `__all__`, else the names of its own.
MODULES = {
    "pytest_docker_tools": "factories.md",
    "pytest_docker_tools.wrappers": "wrappers.md",
    "pytest_docker_tools.wrappers.container": "wrappers.md",
    "pytest_docker_tools.probes": "probes.md",
    "pytest_docker_tools.types": "types.md",
    "pytest_docker_tools.exceptions": "errors.md",
    "pytest_docker_tools.client": "client.md",
    "pytest_docker_tools.driver": "driver.md",
    "pytest_docker_tools.endpoint": "driver.md",
    "pytest_docker_tools.listening": "driver.md",
    "pytest_docker_tools.removal": "driver.md",
    "pytest_docker_tools.normalise": "normalise.md",
    "pytest_docker_tools.hookspecs": "hooks.md",
    "pytest_docker_tools.testing": "testing.md",
}
ONLY = {
    "pytest_docker_tools.wrappers.container": ["wait_for_callable"],
    "pytest_docker_tools.endpoint": ["Endpoint", "endpoint_at"],
    "pytest_docker_tools.listening": ["Socket"],
    # These two are taken as a whole.
    "pytest_docker_tools.testing": ["MemoryDriver", "MemoryEngine", "MemoryImage", "conformance", "fixtures"],
}
ELSEWHERE = {"pytest_docker_tools.fxtr": "references.md"}
# What the library itself reads. What a client reads is its own.
VARIABLES = {
    "PYTEST_DOCKER_BACKEND": "The driver, where `--docker-backend` names none.",
    "PYTEST_DOCKER_REUSE": "`off`, `named` or `auto`, as the ini option `docker_reuse`, before which it comes.",
    "XDG_CACHE_HOME": "The folder below which runs and workers meet; without it `~/.cache`.",
    "LOCALAPPDATA": "The same on Windows.",
}
# Where each of them is explained.
GUIDES = {
    "../backends.md": ("--docker-backend", "docker_backend", "PYTEST_DOCKER_BACKEND"),
    "../addresses.md": ("docker_host_address", "docker_publish_address"),
    "../cleanup.md": ("--docker-cleanup", "docker_ttl"),
    "../failures.md": ("--docker-logs", "--docker-logs-dir", "--docker-keep", "docker_logs"),
    "../images.md": ("docker_pull_policy", "docker_image_prefix"),
    "../plan.md": ("--docker-plan",),
    "../reuse.md": ("--reuse-containers", "docker_reuse", "docker_reuse_ttl", "PYTEST_DOCKER_REUSE"),
    "../speed.md": ("docker_overlap",),
    "../timings.md": ("--docker-timings", "--docker-timings-page"),
    "../xdist.md": ("XDG_CACHE_HOME",),
}
NAMES = """# Public names

What test modules, plugins and drivers import. [What stays as it is](../stability.md) says what else can be built on.
All else of the package may change without notice.

This page is written by `scripts/reference_pages.py`.
"""
OPTIONS = """# Options, ini options, environment variables

This page is written by `scripts/reference_pages.py`, from what pytest is told.

## Command line

| option | means |
| --- | --- |
{options}
## Ini options

In `pytest.ini`, or the section of pytest in `pyproject.toml`, `tox.ini` or `setup.cfg`.

| ini option | default | means |
| --- | --- | --- |
{ini}
## Environment variables

| variable | means |
| --- | --- |
{variables}
Those that say where the engine is, such as `DOCKER_HOST`, `DOCKER_CONTEXT` or `CONTAINER_HOST`, are the client's own.
"""


class Declared:
    """Takes what the plugin declares, in place of pytest's parser."""

    def __init__(self) -> None:
        self.options: list[tuple[str, dict[str, Any]]] = []
        self.ini: list[tuple[str, str, str]] = []

    def getgroup(self, name: str, description: str) -> Declared:
        return self

    def addoption(self, name: str, **settings: Any) -> None:
        self.options.append((name, settings))

    def addini(self, name: str, means: str, default: str = "") -> None:
        self.ini.append((name, default, means))


def declared() -> Declared:
    """Give what the plugin declares."""
    found = Declared()
    plugin.pytest_addoption(found)  # type: ignore[arg-type]
    return found


def names(module: ModuleType) -> list[str]:
    """Give the public names of a module: the classes and functions that it lists, else those that it defines."""
    if module.__name__ in ONLY:
        return ONLY[module.__name__]
    own = [name for name, value in vars(module).items() if getattr(value, "__module__", "") == module.__name__]
    listed = getattr(module, "__all__", None) or [name for name in own if not name.startswith("_")]
    return [name for name in listed if isinstance(getattr(module, name), (type, FunctionType))]


def public() -> Iterator[tuple[str, str, str]]:
    """Give each public name, what it is, and its page."""
    for path, page in MODULES.items():
        module = import_module(path)
        for name in names(module):
            full = f"{path}.{name}"
            yield full, first_sentence(resolve_name(full)), ELSEWHERE.get(full, page)


def first_sentence(thing: object) -> str:
    """Give how a docstring begins."""
    paragraph = " ".join((inspect.getdoc(thing) or "").partition("\n\n")[0].split())
    return re.split(r"(?<=\.) ", paragraph)[0]


def names_page() -> str:
    """Give the page of public names."""
    text, last = NAMES, ""
    for full, means, page in public():
        module, _, name = full.rpartition(".")
        if module != last:
            text += f"\n## {module}\n\n| name | in short |\n| --- | --- |\n"
        text += row(f"[`{name}`]({page}#{full})", means)
        last = module
    return text


def options_page() -> str:
    """Give the page of options."""
    found = declared()
    options = [row(guided(name, value(settings)), cell(settings["help"])) for name, settings in found.options]
    ini = [row(guided(name), f"`{default}`" if default else "", cell(means)) for name, default, means in found.ini]
    variables = [row(guided(name), means) for name, means in VARIABLES.items()]
    return OPTIONS.format(options="".join(options), ini="".join(ini), variables="".join(variables))


def row(*cells: str) -> str:
    """Give a row of a table."""
    return f"| {' | '.join(cells)} |\n"


def guided(name: str, value: str = "") -> str:
    """Give an option as code, which leads to where it is explained."""
    page = next((page for page, options in GUIDES.items() if name in options), None)
    return f"[`{name}{value}`]({page})" if page else f"`{name}{value}`"


def value(settings: dict[str, Any]) -> str:
    """Give what an option is followed by."""
    if settings.get("action") == "store_true":
        return ""
    choices = settings.get("choices", ())
    taken = settings.get("metavar") or (f"{{{','.join(choices)}}}" if len(choices) > 1 else choices[0])
    return f"[={taken}]" if settings.get("nargs") else f"={taken}"


def cell(text: str) -> str:
    """Give a text for a table, options and variables in it as code."""
    return re.sub(r"(?<![\w`-])(--[\w-]+|docker_\w+|PYTEST_\w+)", r"`\1`", text.replace("|", r"\|"))


PAGES = {"index.md": names_page, "options.md": options_page}

if __name__ == "__main__":
    for file, page in PAGES.items():
        (REFERENCE / file).write_text(page())
