"""What every verb of a command-line driver needs, and what differs between clients."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any, ClassVar, TypeVar

from pytest_docker_tools.build_output import without_colour
from pytest_docker_tools.credentials import hidden
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Driver, Endpoint, Kind, Progress, Recipe
from pytest_docker_tools.endpoint import endpoint_at
from pytest_docker_tools.exceptions import DriverError, EngineError, EngineUnavailable, UnsupportedOption
from pytest_docker_tools.normalise import Verb, normalised
from pytest_docker_tools.references import PART_OF_AN_ID

from . import command, errors, image_options, options
from .environment import RESERVED
from .runner import Command, Result, Runner

__tracebackhide__ = True

T = TypeVar("T")
DEFAULT_TIMEOUT = 60.0


class CommandLine(Driver):
    """A driver that runs a client program. What differs between clients is data of the class."""

    backend: ClassVar[str] = "docker-cli"
    program: ClassVar[str] = "docker"
    # Words that come before those of each command, as "engine" in "boxctl engine ps".
    first_words: ClassVar[Sequence[str]] = ()
    # What it writes before each line that it says itself, such as "boxctl: ".
    prefix: ClassVar[str] = ""
    install: ClassVar[str] = (
        "Install the docker client (a package named docker-cli, docker-ce-cli or docker.io), or choose another "
        "backend with --docker-backend."
    )
    # The variable with an engine's address, and the words in which users are told how to choose another one.
    host_variable: ClassVar[str] = "DOCKER_HOST"
    other_engine: ClassVar[str] = "DOCKER_HOST, DOCKER_CONTEXT or 'docker context use'"
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
    # Those of them that are paths.
    engine_paths: ClassVar[tuple[str, ...]] = ("DOCKER_CERT_PATH", "DOCKER_CONFIG")
    # Set or removed, so that the client's output has the one form that is read here.
    fixed_variables: ClassVar[Mapping[str, str | None]] = {"BUILDKIT_PROGRESS": None, "DOCKER_CLI_HINTS": "false"}

    phrases: ClassVar[errors.Phrases] = errors.PHRASES
    container_options: ClassVar[command.Table] = options.CONTAINER
    build_options: ClassVar[command.Table] = image_options.BUILD
    pull_options: ClassVar[command.Table] = image_options.PULL
    network_options: ClassVar[command.Table] = options.NETWORK
    volume_options: ClassVar[command.Table] = options.VOLUME
    connect_options: ClassVar[command.Table] = options.CONNECT
    endpoint_options: ClassVar[command.Table] = options.ENDPOINT
    refuses: ClassVar[Mapping[Verb, Mapping[str, str]]] = options.REFUSED
    approximates: ClassVar[Mapping[Verb, Mapping[str, str]]] = {
        **options.APPROXIMATED,
        "build": image_options.APPROXIMATED,
    }
    # By command, flags whose values the client splits at commas.
    comma_flags: ClassVar[Mapping[str, Collection[str]]] = {
        "network create": {"--gateway", "--ip-range", "--subnet"},
        "network connect": {"--alias", "--driver-opt", "--link-local-ip"},
    }
    reserved_variables: ClassVar[re.Pattern[str]] = RESERVED
    # By command, the flag that removes a variable which the image or the container has.
    unset_flags: ClassVar[Mapping[str, str]] = {"create": "--env", "exec": "--env"}
    build_command: ClassVar[Sequence[str]] = ("build",)
    # Seconds that a build gets to undo what it has done when it is ended; docker's engine does that by itself.
    build_patience: ClassVar[float] = 0
    # What it says of a container that it has created.
    warnings: ClassVar[re.Pattern[str]] = re.compile(r"^(?:WARNING: |(?=Your kernel ))(.+)$", re.MULTILINE)
    # By docker-py's keyword, what it says of a value that it does not take, where that names no flag.
    refused_values: ClassVar[Mapping[str, re.Pattern[str]]] = {}
    # What it says where it gives up because another process was removing something that nobody had asked it about.
    disturbed: ClassVar[re.Pattern[str] | None] = None
    # What it says where it gives up removing a container that ended, or restarted, by itself at that moment.
    ended_meanwhile: ClassVar[re.Pattern[str] | None] = None
    # The exit code with which the client itself says that a command cannot be executed, besides 126 and 127.
    exec_failure: ClassVar[int | None] = None
    copy_command: ClassVar[Sequence[str]] = ("cp",)
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
    # Kinds of which the client lists what matches any of several filters, where docker's lists what matches all.
    any_filter: ClassVar[frozenset[Kind]] = frozenset()
    # States of a container that this engine does not have, and does not take in a filter.
    absent_states: ClassVar[frozenset[str]] = frozenset()
    # References that may be read as the beginning of an id, or a name, of something else.
    part_of_a_name: ClassVar[Mapping[Kind, re.Pattern[str]]] = {
        "container": PART_OF_AN_ID,
        "network": PART_OF_AN_ID,
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
            {**self.fixed_variables, **self._absolute_paths(), **(environment or {})},
            first_words=self.first_words,
            prefix=self.prefix,
            install=self.install,
        )
        self._given = environment or {}
        self.timeout = DEFAULT_TIMEOUT if timeout is None else timeout
        self._endpoint: Endpoint | None = None

    def _absolute_paths(self) -> dict[str, str]:
        return {name: os.path.abspath(os.environ[name]) for name in self.engine_paths if os.environ.get(name)}

    # Which engine

    def endpoint(self) -> Endpoint:
        if self._endpoint is None:
            self._endpoint = endpoint_at(self._address())
        return self._endpoint

    def _address(self) -> str:
        """Give the engine's address in the form of DOCKER_HOST."""
        named = self.runner.environment.get(self.host_variable)
        if named:
            return named
        result = self.runner.run(Command(tuple(self.address_command())), self._deadline(None))
        if result.exit_code or not result.text:
            said = errors.clean(result.complaint) or "nothing"
            raise EngineUnavailable(
                f"{self.program} does not say which engine it speaks to, but: {said}. Choose one with "
                f"{self.other_engine}.",
                **result.details,
            )
        return self._read("say which engine it speaks to", result, lambda text: str(json.loads(text)))

    def address_command(self) -> Sequence[str]:
        """Give the command that prints the engine's address as JSON, where `host_variable` does not have it."""
        return ("context", "inspect", "--format", "{{json .Endpoints.docker.Host}}")

    def recipe(self) -> Recipe:
        chosen = {name: self.runner.environment.get(name) for name in self.engine_variables}
        settings = {"binary": self.runner.program or self.program, "environment": chosen, "timeout": self.timeout}
        return Recipe(self.backend, settings)

    def client_command(self) -> Sequence[str]:
        # What the tests have chosen for this driver, a terminal does not have.
        chosen = [f"{name}={value or ''}" for name, value in self._given.items() if name in self.engine_variables]
        return (*(["env", *map(hidden, chosen)] if chosen else []), self.runner.name, *self.first_words)

    def close(self) -> None:
        self.runner.close()

    # Running a command

    def _deadline(self, timeout: float | None, extra: float = 0) -> Deadline:
        return Deadline(self.timeout + extra if timeout is None else timeout)

    def _do(
        self,
        asked: str,
        todo: Command | Sequence[str],
        deadline: Deadline,
        *,
        keywords: Mapping[str, str] | None = None,
    ) -> Result:
        """Run a command whose failure is the engine's. `asked` completes "docker could not ..."."""
        todo = todo if isinstance(todo, Command) else Command(tuple(todo))
        result = self.runner.run(todo, deadline)
        if result.exit_code:
            raise self._error(asked, result, keywords=keywords)
        return result

    def _read(self, asked: str, result: Result, read: Callable[[str], T]) -> T:
        """Give what `read` makes of what a command printed, unless it raises a ValueError. `asked` is as in `_do`."""
        try:
            return read(result.text)
        except ValueError:
            # As little of it as tells what it is: later there may be secrets of a container's.
            raise self._unread(asked, result, repr(hidden(result.text[:60]))) from None

    def _unread(self, asked: str, result: Result, printed: str) -> EngineError:
        return EngineError(
            f"{self.runner.name} could not {asked}: it printed {printed}, which is no answer to that. See whether "
            f"{self.runner.program!r} is the client.",
            **result.details,
        )

    def _progress(self, todo: Command, deadline: Deadline, report: Progress | None) -> Result:
        """Run with both outputs in one, each line of which is reported; it is the result's `stderr`."""
        log = bytearray()
        with self.runner.lines(todo, deadline) as lines:
            for line in lines:
                log += line
                _report(report, line)
        return self.runner.result(todo, lines.exit_code or 0, b"", bytes(log))

    def _error(
        self,
        asked: str,
        result: Result,
        *,
        kind: type[DriverError] | None = None,
        keywords: Mapping[str, str] | None = None,
        advice: str | None = None,
    ) -> DriverError:
        keyword = errors.refused_keyword(self.refused_values, result.complaint)
        if keyword is not None and keyword in (keywords or {}).values():
            return UnsupportedOption(
                keyword,
                f"{self.runner.name} said: {errors.clean(result.complaint)}",
                **result.details,
            )
        kind = kind or errors.classify(self.phrases, result.complaint)
        return errors.error_for(
            result,
            asked,
            kind=kind,
            program=self.runner.name,
            engine=self._engine() if kind is EngineUnavailable else "",
            other_engine=self.other_engine,
            keywords=keywords,
            advice=advice,
        )

    def _engine(self) -> str:
        try:
            return self.endpoint().url
        except DriverError:
            return "the client's default address"

    def _normalised(self, verb: Verb, chosen: Mapping[str, Any] | None) -> dict[str, Any]:
        return normalised(verb, chosen, self.refuses)

    def _arguments(self, verb: str, table: command.Table, chosen: Mapping[str, Any]) -> list[str]:
        return command.arguments(table, chosen, self.comma_flags.get(verb, ()))


def _report(report: Progress | None, line: bytes) -> None:
    if report is not None:
        report(without_colour(line.decode(errors="replace")).rstrip("\r\n"))
