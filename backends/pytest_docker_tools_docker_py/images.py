"""The verbs for images."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import docker
from docker import errors as theirs

from pytest_docker_tools import normalise, registries
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Facts, Options, Progress
from pytest_docker_tools.exceptions import NotFound
from pytest_docker_tools.references import familiar, quoted

from . import errors
from .builds import Builds
from .calls import View
from .options import arguments, blamed
from .streams import Item, Report

__tracebackhide__ = True


class Images(Builds):
    """The verbs for images."""

    def pull_image(self, options: Options, *, on_progress: Progress | None = None, timeout: float | None = None) -> str:
        chosen = arguments("pull", options)
        reference = normalise.image_reference(chosen)
        pull = partial(_pulled, options={**chosen, "repository": reference, "tag": None}, reference=reference)
        report = Report(on_progress)
        with self.calls.stream(f"pull {reference!r}", pull, Deadline(timeout)) as items:
            report.read(items)
        if report.error:
            raise _not_pulled(reference, chosen.get("auth_config"), report.error)
        if chosen.get("all_tags"):
            return familiar(reference)
        return self._id(reference, "find the image that it pulled")

    def version(self, *, timeout: float | None = None) -> Facts:
        found = self.calls.run("ask for the version", lambda api: dict(api.version()), self._deadline(timeout))
        return {**found, "Client": {"Name": "docker-py", "Version": docker.__version__}}

    def tag_image(self, ref: str, repository: str, tag: str = "latest", *, timeout: float | None = None) -> None:
        asked = f"tag image {quoted(ref)} as '{repository}:{tag}'"
        self.calls.run(asked, lambda api: api.tag(ref, repository, tag), self._deadline(timeout))


def _pulled(api: View, options: Mapping[str, Any], reference: str) -> Iterator[Item]:
    try:
        with blamed(options):
            items = api.pull(stream=True, decode=True, **options)
        yield from items
    except theirs.APIError as error:
        raise _not_pulled(reference, options.get("auth_config"), errors.said_by(error), error) from None


def _not_pulled(
    reference: str, login: Mapping[str, str] | None, said: str, error: theirs.APIError | None = None
) -> errors.EngineError:
    kind = errors.classify(said, error.status_code if error else None)
    kind = errors.ImageNotFound if issubclass(kind, NotFound) else kind
    advice = registries.advice(kind, said, reference, login)
    return errors.refusal(kind, f"pull {reference!r}", said, advice=advice, response=error.response if error else None)
