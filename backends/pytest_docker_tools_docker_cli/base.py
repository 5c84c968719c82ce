"""What every verb of a command-line driver needs, and the verbs that are the same for every kind."""

from __future__ import annotations

import json
import os
import re
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, ClassVar

from pytest_docker_tools.driver import Driver, Endpoint, Facts, Filters, Kind, Recipe
from pytest_docker_tools.exceptions import (
    DriverError,
    EngineError,
    EngineUnavailable,
    NotFound,
)

from . import command, errors, options
from .endpoint import endpoint_at
from .environment import RESERVED
from .process import Deadline
from .runner import Command, Result, Runner

__tracebackhide__ = True

DEFAULT_TIMEOUT = 60.0
# As many as fit in the arguments of a command on every system.
_BATCH = 200
_PART_OF_AN_ID = re.compile("[0-9a-f]{1,63}")


class CommandLine(Driver):
    """A driver that runs a client program. What differs between clients is data of the class."""

    backend: ClassVar[str] = "docker-cli"
    program: ClassVar[str] = "docker"
    install: ClassVar[str] = (
        "Install the docker client (a package named docker-cli, docker-ce-cli or docker.io), or choose another "
        "backend with --docker-backend."
    )
    # Variables that decide which engine the client speaks to, so that another process can be told.
    engine_variables: ClassVar[tuple[str, ...]] = (
        "DOCKER_API_VERSION",
        "DOCKER_CERT_PATH",
        "DOCKER_CONFIG",
        "DOCKER_CONTEXT",
        "DOCKER_HOST",
        "DOCKER_TLS",
        "DOCKER_TLS_VERIFY",
        "HOME",
        "USERPROFILE",
    )
    # Those of them that are folders.
    engine_folders: ClassVar[tuple[str, ...]] = ("DOCKER_CERT_PATH", "DOCKER_CONFIG")
    # Set or removed, so that the client's output has the one form that is read here.
    fixed_variables: ClassVar[Mapping[str, str | None]] = {"BUILDKIT_PROGRESS": None, "DOCKER_CLI_HINTS": "false"}

    phrases: ClassVar[errors.Phrases] = errors.PHRASES
    container_options: ClassVar[command.Table] = options.CONTAINER
    build_options: ClassVar[command.Table] = options.BUILD
    pull_options: ClassVar[command.Table] = options.PULL
    network_options: ClassVar[command.Table] = options.NETWORK
    volume_options: ClassVar[command.Table] = options.VOLUME
    connect_options: ClassVar[command.Table] = options.CONNECT
    # Flags whose values the client splits at commas although docker's does not.
    comma_flags: ClassVar[frozenset[str]] = frozenset()
    reserved_variables: ClassVar[re.Pattern[str]] = RESERVED
    # The flag that removes a variable which the image has.
    unset_flag: ClassVar[str] = "--env"
    remove_commands: ClassVar[Mapping[Kind, Sequence[str]]] = {
        "container": ("rm",),
        "image": ("rmi",),
        "network": ("network", "rm"),
        "volume": ("volume", "rm"),
    }
    force_flags: ClassVar[Mapping[Kind, Sequence[str]]] = {"container": ("--force",), "image": ("--force",)}
    list_commands: ClassVar[Mapping[Kind, Sequence[str]]] = {
        "container": ("ps", "--all", "--quiet", "--no-trunc"),
        "image": ("images", "--quiet", "--no-trunc"),
        "network": ("network", "ls", "--quiet", "--no-trunc"),
        "volume": ("volume", "ls", "--quiet"),
    }

    def __init__(
        self,
        *,
        binary: str | None = None,
        environment: Mapping[str, str | None] | None = None,
        timeout: float | None = None,
    ) -> None:
        """Fix client, environment and working directory as they are now.

        `binary` is the client's name or path, `environment` has variables to set, or to remove (None), `timeout` the
        seconds that a call may take when its caller does not say.
        """
        self.runner = Runner(
            binary or self.program,
            {**self.fixed_variables, **self._absolute_folders(), **(environment or {})},
            install=self.install,
        )
        self.timeout = DEFAULT_TIMEOUT if timeout is None else timeout
        self._endpoint: Endpoint | None = None

    def _absolute_folders(self) -> dict[str, str]:
        return {name: os.path.abspath(os.environ[name]) for name in self.engine_folders if os.environ.get(name)}

    # Which engine

    def endpoint(self) -> Endpoint:
        if self._endpoint is None:
            self._endpoint = endpoint_at(self._address())
        return self._endpoint

    def _address(self) -> str:
        """Give the engine's address; the client's context has it where DOCKER_HOST does not."""
        named = self.runner.environment.get("DOCKER_HOST")
        if named:
            return named
        asking = Command(("context", "inspect", "--format", "{{json .Endpoints.docker.Host}}"))
        result = self.runner.run(asking, self._deadline(None))
        if result.exit_code:
            raise EngineUnavailable(
                f"{self.program} has no usable context: {errors.clean(result.complaint)}. Choose one with DOCKER_HOST, "
                "DOCKER_CONTEXT or 'docker context use'.",
                command=result.command,
                exit_code=result.exit_code,
                stderr=result.complaint,
            )
        return str(json.loads(result.text))

    def recipe(self) -> Recipe:
        chosen = {name: self.runner.environment.get(name) for name in self.engine_variables}
        settings = {"binary": self.runner.program or self.program, "environment": chosen, "timeout": self.timeout}
        return Recipe(self.backend, settings)

    def close(self) -> None:
        self.runner.close()

    # Running a command

    def _deadline(self, timeout: float | None, extra: float = 0) -> Deadline:
        return Deadline(self.timeout + extra if timeout is None else timeout)

    def _do(
        self, asked: str, todo: Command | Sequence[str], deadline: Deadline, *, table: command.Table | None = None
    ) -> Result:
        """Run a command whose failure is the engine's. `asked` completes "docker could not ..."."""
        todo = todo if isinstance(todo, Command) else Command(tuple(todo))
        result = self.runner.run(todo, deadline)
        if result.exit_code:
            raise self._error(asked, result, table=table)
        return result

    def _error(
        self,
        asked: str,
        result: Result,
        *,
        kind: type[DriverError] | None = None,
        table: command.Table | None = None,
        advice: str | None = None,
    ) -> DriverError:
        kind = kind or errors.classify(self.phrases, result.complaint)
        return errors.error_for(
            result,
            asked,
            kind=kind,
            program=self.runner.name,
            engine=self._engine() if kind is EngineUnavailable else "",
            keywords=command.keywords(table or {}),
            advice=advice,
        )

    def _engine(self) -> str:
        try:
            return self.endpoint().url
        except DriverError:
            return "the client's default address"

    def _arguments(self, table: command.Table, chosen: Mapping[str, Any]) -> list[str]:
        return command.arguments(table, chosen, self.comma_flags)

    # Verbs that are the same for every kind

    def inspect(self, kind: Kind, refs: Sequence[str], *, timeout: float | None = None) -> list[Facts | None]:
        return self._inspected(kind, refs, self._deadline(timeout))

    def _inspected(self, kind: Kind, refs: Sequence[str], deadline: Deadline) -> list[Facts | None]:
        found: list[Facts | None] = []
        for start in range(0, len(refs), _BATCH):
            found += self._inspect(kind, refs[start : start + _BATCH], deadline)
        return [
            facts if facts and _is_meant(kind, ref, facts) else None for ref, facts in zip(refs, found, strict=True)
        ]

    def _inspect(self, kind: Kind, refs: Sequence[str], deadline: Deadline) -> list[Facts | None]:
        asking = Command(("inspect", f"--type={kind}", "--format", "{{json .}}", "--", *refs))
        result = self.runner.run(asking, deadline)
        if result.exit_code:
            self._refuse(f"inspect {kind}s", result, self._complaints(result, NotFound))
        try:
            found = parse_facts(result.stdout.decode(errors="replace"))
        except ValueError:
            raise EngineError(
                f"{self.runner.name} inspect gave something that is no JSON: {result.text[:200]!r}. See whether "
                f"'{self.runner.program}' is the client.",
                command=result.command,
            ) from None
        if len(found) == len(refs):
            return list(found)
        # Nothing is printed in the place of one that is missing.
        placed = [found.pop(0) if found and ref in _names(found[0]) else None for ref in refs]
        if len(refs) > 1 and found:
            return [facts for ref in refs for facts in self._inspect(kind, [ref], deadline)]
        return placed

    def _facts(self, kind: Kind, ref: str, asked: str, deadline: Deadline) -> Facts:
        """Give the inspect JSON of one that must be there."""
        facts = self._inspected(kind, [ref], deadline)[0]
        if facts is None:
            raise NotFound(f"{self.runner.name} could not {asked}: there is no {kind} {errors.quoted(ref)}.")
        return facts

    def ids(self, kind: Kind, filters: Filters | None = None, *, timeout: float | None = None) -> list[str]:
        wanted = [f"--filter={name}={value}" for name, given in (filters or {}).items() for value in _several(given)]
        result = self._do(f"list {kind}s", [*self.list_commands[kind], *wanted], self._deadline(timeout))
        return list(dict.fromkeys(result.text.split()))

    def remove(
        self,
        kind: Kind,
        refs: Sequence[str],
        *,
        force: bool = False,
        volumes: bool = False,
        timeout: float | None = None,
    ) -> None:
        deadline = self._deadline(timeout)
        flags = [
            *(self.force_flags.get(kind, ()) if force else ()),
            *(["--volumes"] if volumes and kind == "container" else []),
        ]
        refused: list[tuple[Result, list[str]]] = []
        for start in range(0, len(refs), _BATCH):
            present = self._meant(kind, refs[start : start + _BATCH], deadline)
            if present:
                removing = Command((*self.remove_commands[kind], *flags, "--", *present))
                result = self.runner.run(removing, deadline)
                complaints = self._complaints(result, NotFound) if result.exit_code else []
                complaints = [line for line in complaints if not self._gone_soon(kind, line, deadline)]
                refused.append((result, complaints))
        for result, complaints in refused:
            self._refuse(f"remove {kind}s", result, complaints)

    def _meant(self, kind: Kind, refs: Sequence[str], deadline: Deadline) -> list[str]:
        """Leave out names that are missing, but could be read as the beginning of an id of something else."""
        unsure = [ref for ref in refs if _PART_OF_AN_ID.fullmatch(ref) and kind in ("container", "network")]
        if not unsure:
            return list(refs)
        known = dict(zip(unsure, self._inspected(kind, unsure, deadline), strict=True))
        return [ref for ref in refs if ref not in known or known[ref]]

    def _gone_soon(self, kind: Kind, complaint: str, deadline: Deadline) -> bool:
        """Wait for what somebody else, or the engine itself after --rm, is removing already."""
        named = re.search(r"removal of container (\S+) is already in progress", complaint)
        while named and not deadline.passed:
            if self._inspected(kind, [named[1]], deadline) == [None]:
                return True
            time.sleep(deadline.at_most(0.05))
        return False

    def _complaints(self, result: Result, *fine: type[DriverError]) -> list[str]:
        """Give the lines of stderr that say something else than what is fine here."""
        lines = errors.clean(result.complaint).splitlines()
        return [line for line in lines if not issubclass(errors.classify(self.phrases, line), fine)]

    def _refuse(self, asked: str, result: Result, complaints: Sequence[str]) -> None:
        """Raise what the complaints say, if there are any."""
        if complaints:
            kinds = [errors.classify(self.phrases, line) for line in complaints]
            known = [kind for kind in kinds if kind is not EngineError]
            raise self._error(asked, result, kind=(known or kinds)[0])


def parse_facts(text: str) -> list[Facts]:
    """Read what `inspect` prints of those that it finds: an object a line, or one array."""
    if text.lstrip().startswith("["):
        found: list[Facts] = json.loads(text)
        return found
    return [json.loads(line) for line in text.split("\n") if line.strip()]


def _names(facts: Facts) -> set[str]:
    """Give the id and the names by which something is found; the keys differ between clients and kinds."""
    single = [facts.get(key) for key in ("Id", "id", "Name", "name")]
    several = [*(facts.get("RepoTags") or ()), *(facts.get("RepoDigests") or ())]
    return {
        *(str(name).lstrip("/") for name in single if name),
        *several,
        *(tag.removesuffix(":latest") for tag in several),
    }


def _is_meant(kind: Kind, ref: str, facts: Facts) -> bool:
    """Tell whether it was found by its name, where it could also have been by the beginning of its id."""
    return kind not in ("container", "network") or not _PART_OF_AN_ID.fullmatch(ref) or ref in _names(facts)


def _several(given: str | Sequence[str]) -> Iterable[str]:
    values = [given] if isinstance(given, (str, bool)) else given
    return [str(value).lower() if isinstance(value, bool) else str(value) for value in values]
