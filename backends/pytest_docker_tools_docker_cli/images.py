"""The verbs for images."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import replace

from pytest_docker_tools import normalise
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Facts, Options, Progress
from pytest_docker_tools.exceptions import DriverError, ImageNotFound, NotFound
from pytest_docker_tools.references import quoted

from . import errors
from .builds import Builds
from .command import check, keywords
from .runner import Command, Result

__tracebackhide__ = True


class Images(Builds):
    """The verbs for images."""

    def pull_image(self, options: Options, *, on_progress: Progress | None = None, timeout: float | None = None) -> str:
        chosen = dict(options)
        reference = normalise.image_reference(chosen)
        for part in ("repository", "tag"):
            chosen.pop(part, None)
        flags = self._arguments("pull", self.pull_options, chosen)
        todo = Command((*self.pull_command(reference), *flags, "--", check("repository", reference)))
        result = self._progress(todo, Deadline(timeout), on_progress)
        if result.exit_code:
            raise self._not_pulled(reference, result, keywords(self.pull_options, chosen))
        return str(self._facts("image", reference, "find the image that it pulled", self._deadline(None))["Id"])

    def pull_command(self, reference: str) -> Sequence[str]:
        """Give the command that pulls this image."""
        return ("pull",)

    def _not_pulled(self, reference: str, result: Result, keywords: Mapping[str, str]) -> DriverError:
        # What is above the last line is progress.
        result = replace(result, stderr=b"".join(result.stderr.splitlines()[-1:]))
        kind = errors.classify(self.phrases, result.complaint)
        if issubclass(kind, NotFound):
            advice = "Check the name and the tag, and whether the registry wants a login."
            return self._error(f"pull {reference!r}", result, kind=ImageNotFound, advice=advice)
        return self._error(f"pull {reference!r}", result, kind=kind, keywords=keywords)

    def version(self, *, timeout: float | None = None) -> Facts:
        asking = ("version", "--format", "{{json .}}")
        facts = json.loads(self._do("ask for the version", asking, self._deadline(timeout)).text)
        # A client that is the engine itself has no server.
        return dict(facts.get("Server") or facts["Client"])

    def tag_image(self, ref: str, repository: str, tag: str = "latest", *, timeout: float | None = None) -> None:
        todo = ("tag", "--", ref, f"{repository}:{tag}")
        self._do(f"tag image {quoted(ref)} as '{repository}:{tag}'", todo, self._deadline(timeout))
