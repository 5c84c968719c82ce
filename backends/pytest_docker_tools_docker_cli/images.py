"""The verbs for images."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace

from pytest_docker_tools import normalise, registries
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Facts, Options, Progress
from pytest_docker_tools.exceptions import DriverError, ImageNotFound, NotFound
from pytest_docker_tools.references import HUB, familiar, quoted, registry_of

from . import errors
from .builds import Builds
from .client_configuration import configured, entry
from .command import check, keywords
from .kinds import one_fact
from .runner import Command, Result

__tracebackhide__ = True


class Images(Builds):
    """The verbs for images."""

    def pull_image(self, options: Options, *, on_progress: Progress | None = None, timeout: float | None = None) -> str:
        chosen = self._normalised("pull", options)
        reference, todo = normalise.image_reference(chosen), Command(self.pull_arguments(chosen))
        with self.prepared(todo, chosen) as prepared:
            result = self._progress(prepared, Deadline(timeout), on_progress)
        if result.exit_code:
            written = keywords(self.pull_options, self._in_the_table(chosen))
            raise self._not_pulled(reference, chosen.get("auth_config"), result, written)
        if chosen.get("all_tags"):
            return self.listed(reference)
        return str(self._facts("image", reference, "find the image that it pulled", self._deadline(None))["Id"])

    def pull_arguments(self, chosen: Options) -> tuple[str, ...]:
        """Give the arguments of the command that pulls with these options. Raises `UnsupportedOption`."""
        reference = check("repository", normalise.image_reference(chosen))
        flags = self._arguments("pull", self.pull_options, self._in_the_table(chosen))
        return (*self.pull_command(reference), *flags, "--", reference)

    def _in_the_table(self, chosen: Options) -> Options:
        return {keyword: value for keyword, value in chosen.items() if keyword in self.pull_options}

    def pull_command(self, reference: str) -> Sequence[str]:
        """Give the command that pulls this image."""
        return ("pull",)

    def prepared(self, todo: Command, options: Options) -> AbstractContextManager[Command]:
        """Give the command that pulls with these options, with what it reads in files while the context lasts."""
        login, registry = options.get("auth_config"), registry_of(str(options["repository"]))
        key = "https://index.docker.io/v1/" if registry == HUB else registry
        return configured(todo, self.runner.environment, logins=None if login is None else {key: entry(login)})

    def listed(self, repository: str) -> str:
        """Give the name under which the engine lists the images of a repository."""
        return familiar(repository)

    def _not_pulled(
        self, reference: str, login: Mapping[str, str] | None, result: Result, keywords: Mapping[str, str]
    ) -> DriverError:
        result = replace(result, stderr=_complaint(result.stderr))
        kind = errors.classify(self.phrases, result.complaint)
        kind = ImageNotFound if issubclass(kind, NotFound) else kind
        advice = registries.advice(kind, result.complaint, reference, login, self.runner.name)
        return self._error(f"pull {reference!r}", result, kind=kind, keywords=keywords, advice=advice)

    def version(self, *, timeout: float | None = None) -> Facts:
        asking = ("version", "--format", "{{json .}}")
        asked = "ask for the version"
        facts = self._read(asked, self._do(asked, asking, self._deadline(timeout)), one_fact)
        client = facts.get("Client") or {}
        # A client that is the engine itself has no server.
        found = dict(facts.get("Server") or client)
        return {**found, "Client": {"Name": self.runner.name, "Version": client.get("Version")}}

    def tag_image(self, ref: str, repository: str, tag: str = "latest", *, timeout: float | None = None) -> None:
        todo = ("tag", "--", ref, f"{repository}:{tag}")
        self._do(f"tag image {quoted(ref)} as '{repository}:{tag}'", todo, self._deadline(timeout))


def _complaint(log: bytes) -> bytes:
    """Give the end of what a pull said: above it is progress."""
    lines = log.splitlines(keepends=True)
    starts = [number for number, line in enumerate(lines) if line.startswith(b"Error")]
    return b"".join(lines[starts[-1] if starts else -1 :])
