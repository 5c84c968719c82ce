"""The verb that creates containers."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pytest_docker_tools import api_versions
from pytest_docker_tools.completion import complete
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Options

from .client_configuration import configured
from .command import check, comma_separated, keywords
from .environment import environment
from .kinds import Kinds
from .runner import Command
from .security import profiles_as_files

__tracebackhide__ = True

# What of `options.ContainerOptions` is written otherwise.
_NOT_IN_THE_TABLE = {"command", "entrypoint", "environment", "image", "networking_config"}


class Creation(Kinds):
    """The verb that creates containers."""

    def create_container(self, options: Options, *, timeout: float | None = None) -> str:
        deadline = self._deadline(timeout)
        chosen = self._normalised("container", options)
        asked = f"create a container from {chosen['image']!r}"
        with self._creating(chosen, deadline) as (todo, keywords):
            result = self._do(asked, todo, deadline, keywords=keywords)
        complete(self, result.text, chosen, self.warnings.findall(result.complaint), deadline)
        return result.text

    @contextlib.contextmanager
    def _creating(self, chosen: Options, deadline: Deadline) -> Iterator[tuple[Command, Mapping[str, str]]]:
        """Give the command that creates a container, and the keywords of its flags, as long as its files are there."""
        entrypoint, words = self._words(chosen, deadline)
        variables = environment(
            chosen.get("environment", {}),
            reserved=self.reserved_variables,
            unset_flag=self.unset_flags.get("create"),
        )
        plain = {keyword: value for keyword, value in chosen.items() if keyword not in _NOT_IN_THE_TABLE}
        with contextlib.ExitStack() as stack:
            if "security_opt" in plain:
                plain["security_opt"] = stack.enter_context(profiles_as_files(plain["security_opt"]))
            network, endpoint = _first_network(chosen)
            plain |= network
            flags = self._arguments("create", self.container_options, plain)
            flags += self._arguments("create", self.endpoint_options, endpoint)
            self.refuse_what_is_ignored(chosen, deadline)
            variable_flags, stdin = stack.enter_context(variables.passed())
            arguments = ("create", "--pull=never", *flags, *entrypoint, *variable_flags, "--", chosen["image"], *words)
            todo = Command(arguments, variables.secrets, variables.unset, stdin)
            proxies = chosen.get("use_config_proxy", True)
            todo = stack.enter_context(configured(todo, self.runner.environment, proxies=proxies))
            of_endpoint = dict.fromkeys(keywords(self.endpoint_options, endpoint), "networking_config")
            yield todo, {**of_endpoint, **keywords(self.container_options, plain)}

    def refuse_what_is_ignored(self, chosen: Options, deadline: Deadline) -> None:
        """Raise for what the client hands on to an engine that would not heed it."""
        api_versions.refuse_what_is_ignored(
            chosen, lambda: str(self.version(timeout=deadline.at_most(self.timeout))["ApiVersion"])
        )

    def _words(self, chosen: Options, deadline: Deadline) -> tuple[Sequence[str], Sequence[str]]:
        """Give the flag and the operands that entrypoint and command are."""
        entrypoint, words = chosen.get("entrypoint"), [check("command", word) for word in chosen.get("command", [])]
        if entrypoint is None:
            return [], words
        first, *rest = [check("entrypoint", word) for word in entrypoint] or [""]
        if not first and not words:
            # Clearing the image's entrypoint, the client forgets the image's command too.
            facts = self._inspected("image", [chosen["image"]], deadline)[0]
            words = (facts or {}).get("Config", {}).get("Cmd") or []
        return [f"--entrypoint={first}"], [*rest, *words]


def _first_network(chosen: Options) -> tuple[dict[str, str], dict[str, Any]]:
    """Give a container's first network, with what has no flag of its own written beside it, and what else is asked."""
    name = chosen.get("network_mode")
    if name is None:
        return {}, {}
    endpoint = dict(chosen.get("networking_config", {}).get(name, {}))
    details = [f"driver-opt={key}={value}" for key, value in endpoint.pop("driver_opt", {}).items()]
    return {"network_mode": comma_separated([f"name={name}", *details]) if details else name}, endpoint
