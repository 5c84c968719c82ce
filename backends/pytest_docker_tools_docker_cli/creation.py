"""The verbs that create containers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

from pytest_docker_tools import api_versions
from pytest_docker_tools.completion import complete, further_networks
from pytest_docker_tools.contexts import contextmanager
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Options
from pytest_docker_tools.exceptions import DriverError
from pytest_docker_tools.references import quoted

from .client_configuration import configured
from .command import assignments, check, comma_separated, keywords
from .environment import Environment, environment
from .kinds import Kinds, created
from .runner import Command, Result
from .security import profiles_as_files, without_profiles

__tracebackhide__ = True

# What of `options.ContainerOptions` is written otherwise.
_NOT_IN_THE_TABLE = {"command", "entrypoint", "environment", "image", "networking_config"}


class Creation(Kinds):
    """The verbs that create containers."""

    def create_container(self, options: Options, *, timeout: float | None = None) -> str:
        deadline = self._deadline(timeout)
        chosen = self._with_command(self._normalised("container", options), deadline)
        with self._creating(("create",), chosen, deadline) as todo:
            result = self._do(_asked(chosen), todo, deadline, keywords=self._creation_keywords(chosen))
        container = self._id(result, chosen)
        complete(self, container, chosen, self.warnings.findall(result.complaint), deadline)
        return container

    def run_container(self, options: Options, *, timeout: float | None = None) -> str:
        deadline = self._deadline(timeout)
        chosen = self._normalised("container", options)
        if further_networks(chosen):
            # It has to be in all of them before it starts.
            return super().run_container(options, timeout=timeout)
        chosen = self._with_command(chosen, deadline)
        with self._creating(("run", "--detach"), chosen, deadline) as todo:
            result = self.runner.run(todo, deadline)
        if result.exit_code:
            raise self._not_run(chosen, result)
        container = self._id(result, chosen)
        complete(self, container, chosen, self.warnings.findall(result.complaint), deadline)
        return container

    def _id(self, result: Result, chosen: Options) -> str:
        return self._read(_asked(chosen), result, partial(created, None))

    def _not_run(self, chosen: Options, result: Result) -> DriverError:
        # The client prints the id of what it has created, whether it can start that or not.
        if not result.text:
            return self._error(_asked(chosen), result, keywords=self._creation_keywords(chosen))
        container = self._id(result, chosen)
        error = self._error(f"start container {quoted(container)}", result)
        error.created = container
        return error

    @contextmanager
    def _creating(self, words: Sequence[str], chosen: Options, deadline: Deadline) -> Iterator[Command]:
        """Give the command, whose first words these are, that creates a container, as long as its files are there."""
        variables = self._variables(chosen)
        with contextlib.ExitStack() as stack:
            profiles = stack.enter_context(profiles_as_files(chosen.get("security_opt", [])))
            flags = self._creation_flags(chosen, profiles)
            self.refuse_what_is_ignored(chosen, deadline)
            variable_flags, stdin = stack.enter_context(variables.passed())
            arguments = _creation_arguments(words, chosen, [*flags, *variable_flags])
            todo = Command(arguments, variables.secrets, variables.unset, stdin)
            proxies = chosen.get("use_config_proxy", True)
            yield stack.enter_context(configured(todo, self.runner.environment, proxies=proxies))

    def _shown_creation(self, chosen: Options) -> Sequence[str]:
        """Give the command's arguments, with names in place of the files that it is to read."""
        flags = self._creation_flags(chosen, without_profiles(chosen.get("security_opt", [])))
        return _creation_arguments(("create",), chosen, [*flags, *self._variables(chosen).shown_flags])

    def _variables(self, chosen: Options) -> Environment:
        return environment(
            chosen.get("environment", {}),
            reserved=self.reserved_variables,
            unset_flag=self.unset_flags.get("create"),
        )

    def _creation_flags(self, chosen: Options, profiles: Sequence[str]) -> list[str]:
        plain, endpoint = _parts(chosen)
        plain |= {"security_opt": profiles} if profiles else {}
        flags = self._arguments("create", self.container_options, plain)
        return [*flags, *self._arguments("create", self.endpoint_options, endpoint), *_process(chosen)[0]]

    def _creation_keywords(self, chosen: Options) -> Mapping[str, str]:
        """Give the keywords of the command's flags."""
        plain, endpoint = _parts(chosen)
        of_endpoint = dict.fromkeys(keywords(self.endpoint_options, endpoint), "networking_config")
        return {**of_endpoint, **keywords(self.container_options, plain)}

    def refuse_what_is_ignored(self, chosen: Options, deadline: Deadline) -> None:
        """Raise for what the client hands on to an engine that would not heed it."""
        api_versions.refuse_what_is_ignored(
            chosen, lambda: str(self.version(timeout=deadline.at_most(self.timeout))["ApiVersion"])
        )

    def _with_command(self, chosen: dict[str, Any], deadline: Deadline) -> dict[str, Any]:
        """Say the image's command where, clearing its entrypoint, the client would forget that too."""
        entrypoint = chosen.get("entrypoint")
        if entrypoint is None or "".join(entrypoint[:1]) or chosen.get("command"):
            return chosen
        facts = self._inspected("image", [chosen["image"]], deadline)[0]
        return {**chosen, "command": (facts or {}).get("Config", {}).get("Cmd") or []}


def _asked(chosen: Options) -> str:
    return f"create a container from {chosen['image']!r}"


def _creation_arguments(words: Sequence[str], chosen: Options, flags: Sequence[str]) -> tuple[str, ...]:
    return (*words, "--pull=never", *flags, "--", check("image", chosen["image"]), *_process(chosen)[1])


def _process(chosen: Options) -> tuple[list[str], list[str]]:
    """Give the flag and the operands that entrypoint and command are."""
    entrypoint, words = chosen.get("entrypoint"), [check("command", word) for word in chosen.get("command", [])]
    if entrypoint is None:
        return [], words
    first, *rest = [check("entrypoint", word) for word in entrypoint] or [""]
    return [f"--entrypoint={first}"], [*rest, *words]


def _parts(chosen: Options) -> tuple[dict[str, Any], dict[str, Any]]:
    """Give what is in the table of a container's keywords, and what is in that of an endpoint's."""
    plain = {keyword: value for keyword, value in chosen.items() if keyword not in _NOT_IN_THE_TABLE}
    network, endpoint = _first_network(chosen)
    return plain | network, endpoint


def _first_network(chosen: Options) -> tuple[dict[str, str], dict[str, Any]]:
    """Give a container's first network, with what has no flag of its own written beside it, and what else is asked."""
    name = chosen.get("network_mode")
    if name is None:
        return {}, {}
    endpoint = dict(chosen.get("networking_config", {}).get(name, {}))
    details = [f"driver-opt={item}" for item in assignments("networking_config", endpoint.pop("driver_opt", {}))]
    return {"network_mode": comma_separated([f"name={name}", *details]) if details else name}, endpoint
