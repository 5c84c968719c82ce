"""The verb that builds images."""

from __future__ import annotations

import io
import os
import re
from collections.abc import Iterator, Mapping
from functools import partial
from typing import Any

import requests
from docker import errors as theirs

from pytest_docker_tools import classic_builder
from pytest_docker_tools.build_output import shortened
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Facts, Options, Progress
from pytest_docker_tools.exceptions import DriverError, UnsupportedOption
from pytest_docker_tools.normalise import is_remote

from . import errors
from .base import Base, inspect
from .calls import View
from .options import USE_BUILDKIT, arguments, blamed
from .streams import Item, Report

__tracebackhide__ = True

_STEP = re.compile(r"Step \d+/\d+ : ")
_NOISE = re.compile(" ---> |Removing intermediate container ")
# Two options that the engine refuses in words of its own.
_REFUSED = {
    "isolation": re.compile("(unsupported|unrecognized|invalid) isolation", re.IGNORECASE),
    "squash": re.compile("squash is only supported"),
}


class Builds(Base):
    """The verb that builds images."""

    def build_image(
        self, options: Options, *, on_progress: Progress | None = None, timeout: float | None = None
    ) -> str:
        chosen = dict(options)
        report = Report(None if chosen.pop("quiet", False) else on_progress)
        chosen = self._build_arguments(chosen)
        what = chosen.get("tag") or (chosen.get("path") or "fileobj")
        asked = f"build {what!r}"
        with self.calls.stream(asked, partial(_built, options=chosen), Deadline(timeout)) as items:
            report.read(items)
        if report.error or not report.image:
            raise _build_failed(asked, report, chosen)
        facts = self._image(report.image, "find the image that it built")
        classic_builder.check_platform(chosen.get("platform"), facts, USE_BUILDKIT)
        return str(facts["Id"])

    def _build_arguments(self, options: Mapping[str, Any]) -> dict[str, Any]:
        chosen = arguments("build", options)
        if "path" in chosen:
            chosen["path"] = self._folder(chosen["path"])
        # Else a build that fails leaves a container behind.
        chosen.setdefault("rm", True)
        chosen.setdefault("forcerm", chosen["rm"])
        return chosen

    def _folder(self, path: str) -> str:
        if is_remote(path):
            return path
        folder = os.path.join(self.directory, path)
        if not os.path.isdir(folder):
            raise errors.BuildFailed(f"There is no folder {folder!r} to build an image from. Correct 'path'.")
        return folder

    def _id(self, ref: str, asked: str) -> str:
        return str(self._image(ref, asked)["Id"])

    def _image(self, ref: str, asked: str) -> Facts:
        return self.calls.run(asked, lambda api: inspect(api, "image", ref), self._deadline(None))


def _built(api: View, options: Mapping[str, Any]) -> Iterator[Item]:
    file = {"fileobj": io.BytesIO(options["fileobj"])} if "fileobj" in options else {}
    try:
        with blamed(options):
            items = api.build(decode=True, **{**options, **file})
        yield from items
    except theirs.APIError as error:
        yield {"error": errors.said_by(error)}
    except requests.RequestException:
        raise
    except OSError as error:
        # A file of the folder that cannot be read, or a Dockerfile outside of it.
        yield {"error": str(error)}


def _build_failed(asked: str, report: Report, chosen: Mapping[str, Any]) -> DriverError:
    said = report.error or "the engine says neither why nor which image it is"
    for keyword, words in _REFUSED.items():
        if keyword in chosen and words.search(said):
            return UnsupportedOption(keyword, f"the engine said: {said}", stderr=said)
    steps = [number for number, line in enumerate(report.lines) if _STEP.match(line)]
    shown = [line for line in report.lines[steps[-1] :] if not _NOISE.match(line)] if steps else report.lines
    lines = [f"docker-py could not {asked}: {said}", *shortened(shown)]
    if classic_builder.is_too_old(said, chosen):
        lines.append(f"It is the engine's classic builder that does not know this. {USE_BUILDKIT}")
    error = errors.BuildFailed(
        "\n".join(lines), log="".join(f"{line}\n" for line in [*report.lines, said]), stderr=said
    )
    error.explanation = error.msg = said
    error.build_log = iter(report.items)
    return error
