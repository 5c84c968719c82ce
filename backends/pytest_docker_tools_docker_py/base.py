"""What every verb needs, and the verbs that are the same for every kind."""

from __future__ import annotations

import os
import re
import time
from collections.abc import Callable, Mapping, Sequence
from functools import cached_property, partial
from typing import Any, cast

from docker import APIClient, DockerClient
from docker import errors as theirs

from pytest_docker_tools import normalise
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Driver, Endpoint, Facts, Filters, Kind, Recipe, Removal
from pytest_docker_tools.references import PART_OF_AN_ID

from . import connection, errors
from .calls import Calls, View
from .connection import Connection
from .options import APPROXIMATED, REFUSED
from .removal import SCHEMES, RemovalByRequests

__tracebackhide__ = True

BACKEND = "docker-py"
DEFAULT_TIMEOUT = 60.0


class Base(Driver):
    """A driver over docker-py's low-level client: one of its own, or that of a client which somebody else has made."""

    refuses = REFUSED
    approximates = APPROXIMATED

    def __init__(
        self,
        *,
        base_url: str | None = None,
        tls: Mapping[str, Any] | None = None,
        timeout: float | None = None,
        api: APIClient | None = None,
    ) -> None:
        """Fix the engine: that of `api`, at `base_url` with `tls` (see `Connection`), or named by the environment.

        `timeout` is the seconds that a call may take when its caller does not say. An `api` is not closed.
        """
        if timeout is None:
            timeout = api.timeout if api is not None and api.timeout else DEFAULT_TIMEOUT
        self.timeout = float(timeout)
        self.calls = Calls(self._connect, lambda: self.endpoint().url, api)
        self._removals: set[RemovalByRequests] = set()
        self._is_own = api is None
        self._given = (base_url, tls)
        self._environment, self.directory = connection.environment(), os.getcwd()

    # Which engine

    @cached_property
    def _connection(self) -> Connection:
        base_url, tls = self._given
        if not self._is_own and self.calls.api is not None:
            return connection.of_client(self.calls.api)
        return connection.from_environment(self._environment) if base_url is None else Connection(base_url, tls)

    def endpoint(self) -> Endpoint:
        return self._connection.endpoint

    def recipe(self) -> Recipe | None:
        there = self._connection
        settings = {"base_url": there.url, "tls": there.tls and dict(there.tls), "timeout": self.timeout}
        return Recipe(BACKEND, settings) if there.is_complete else None

    def client_command(self) -> Sequence[str]:
        return ("docker",) if self._given[0] is None and self._is_own else ("docker", "--host", self.endpoint().url)

    def _connect(self) -> APIClient:
        try:
            return self._connection.open(self.timeout)
        except theirs.DockerException as error:
            raise errors.unavailable("reach the engine", self.endpoint().url, errors.reason(error)) from None

    def native_client(self) -> DockerClient:
        self.calls.run("reach the engine", lambda api: None, self._deadline(None))
        client = DockerClient.__new__(DockerClient)
        client.api = cast(APIClient, self.calls.api)
        return client

    def close(self) -> None:
        self.calls.close()
        for removal in list(self._removals):
            removal.end()
        if self._is_own and self.calls.api is not None:
            self.calls.api.close()

    def missing(self, kind: Kind, ref: str) -> errors.NotFound:
        error = errors.ImageNotFound if kind == "image" else errors.NotFound
        return error(str(super().missing(kind, ref)))

    # What every verb needs

    def _deadline(self, timeout: float | None, extra: float = 0) -> Deadline:
        return Deadline(self.timeout + extra if timeout is None else timeout)

    # Verbs that are the same for every kind

    def inspect(self, kind: Kind, refs: Sequence[str], *, timeout: float | None = None) -> list[Facts | None]:
        def look(api: View) -> dict[str, Facts | None]:
            return {ref: find(api, kind, ref) for ref in dict.fromkeys(refs)}

        found = self.calls.run(f"inspect {kind}s", look, self._deadline(timeout)) if refs else {}
        return [found[ref] for ref in refs]

    def ids(self, kind: Kind, filters: Filters | None = None, *, timeout: float | None = None) -> list[str]:
        wanted = normalise.filters(filters)

        def look(api: View) -> list[Facts]:
            verbs: dict[Kind, Callable[[], Any]] = {
                "container": lambda: api.containers(all=True, filters=wanted),
                "image": lambda: api.images(filters=wanted),
                "network": lambda: api.networks(filters=wanted),
                "volume": lambda: api.volumes(filters=wanted)["Volumes"],
            }
            return verbs[kind]() or []

        found = self.calls.run(f"list {kind}s", look, self._deadline(timeout))
        return list(dict.fromkeys(str(facts["Name" if kind == "volume" else "Id"]) for facts in found))

    def remove(
        self,
        kind: Kind,
        refs: Sequence[str],
        *,
        force: bool = False,
        volumes: bool = False,
        timeout: float | None = None,
    ) -> None:
        asked, deadline = f"remove {kind}s", self._deadline(timeout)

        def remove(api: View) -> list[theirs.APIError]:
            refused = [_remove(api, kind, ref, force=force, volumes=volumes) for ref in refs]
            return [error for error in refused if error is not None]

        refused = self.calls.run(asked, remove, deadline) if refs else []
        made = [errors.translated(error, asked, self.endpoint().url) for error in refused]
        known = [error for error in made if type(error) is not errors.EngineError]
        if made:
            raise (known or made)[0] from None

    def begin_removal(
        self,
        kind: Kind,
        refs: Sequence[str],
        *,
        force: bool = False,
        volumes: bool = False,
        timeout: float | None = None,
    ) -> Removal | None:
        self.calls.refuse_if_closed(f"remove {kind}s")
        api = self.calls.connected_api
        # The answer for an image is more than its status, and what may be part of an id has to be looked at.
        is_clear = kind != "image" and refs and not any(not ref or PART_OF_AN_ID.fullmatch(ref) for ref in refs)
        if api is None or not is_clear or not self.endpoint().url.startswith(SCHEMES):
            return None
        requests = [partial(_ask_to_remove, kind=kind, ref=ref, force=force, volumes=volumes) for ref in refs]
        return RemovalByRequests(api, requests, self._deadline(timeout), self._removals)


def inspect(api: APIClient, kind: Kind, ref: str) -> Facts:
    """Give the inspect JSON of what the engine takes for this one. Raises docker-py's `NotFound`."""
    verbs: dict[Kind, Callable[[str], Facts]] = {
        "container": api.inspect_container,
        "image": api.inspect_image,
        "network": api.inspect_network,
        "volume": api.inspect_volume,
    }
    return verbs[kind](ref)


def find(api: APIClient, kind: Kind, ref: str) -> Facts | None:
    """Give the inspect JSON of what has this id or name, None where there is nothing."""
    may_be_part = kind in ("container", "network") and PART_OF_AN_ID.fullmatch(ref)
    try:
        facts = inspect(api, kind, ref) if ref else None
    except theirs.NotFound:
        return None
    except theirs.APIError as error:
        said = errors.said_by(error).lower()
        if may_be_part and re.search("multiple ids found|is ambiguous", said):
            return None
        # No image can have such a name.
        if kind == "image" and "invalid reference format" in said:
            return None
        raise
    # What begins an id of something else is no name of it.
    if facts and may_be_part and ref not in (facts["Id"], facts["Name"].lstrip("/")):
        return None
    return facts


def _remove(api: View, kind: Kind, ref: str, *, force: bool, volumes: bool) -> theirs.APIError | None:
    """Remove one, and give the error where that is refused. One that is missing is fine."""
    if not ref or (PART_OF_AN_ID.fullmatch(ref) and find(api, kind, ref) is None):
        return None
    try:
        _ask_to_remove(api, kind, ref, force=force, volumes=volumes)
    except theirs.APIError as error:
        said = errors.said_by(error)
        if issubclass(errors.classify(said, error.status_code), errors.NotFound):
            return None
        if "is already in progress" not in said:
            return error
        # Somebody else, or the engine itself after --rm, is at it.
        while find(api, kind, ref) is not None:
            time.sleep(0.05)
    return None


def _ask_to_remove(api: APIClient, kind: Kind, ref: str, *, force: bool, volumes: bool) -> None:
    if kind == "container":
        api.remove_container(ref, v=volumes, force=force)
    elif kind == "image":
        api.remove_image(ref, force=force)
    elif kind == "network":
        api.remove_network(ref)
    else:
        api.remove_volume(ref)
