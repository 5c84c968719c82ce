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

from pytest_docker_tools import normalise
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Options, Progress

from . import errors
from .base import Base, inspect
from .calls import View
from .options import BUILD, arguments, blamed
from .streams import Item, Report

__tracebackhide__ = True

# The lines of a failed build that are shown at once; the error has the whole log.
_SHOWN = 20
_STEP = re.compile(r"Step \d+/\d+ : ")
# What the classic builder says of a Dockerfile that is written for the other.
_BUILDKIT = re.compile("requires? buildkit|dockerfile parse error|unknown instruction|unknown flag", re.IGNORECASE)


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
            raise _build_failed(asked, report)
        return self._id(report.image, "find the image that it built")

    def _build_arguments(self, options: Mapping[str, Any]) -> dict[str, Any]:
        chosen = arguments(BUILD, options)
        normalise.check_build(chosen)
        if "path" in chosen:
            chosen["path"] = self._folder(chosen["path"])
        # Else a build that fails leaves a container behind.
        chosen.setdefault("rm", True)
        chosen.setdefault("forcerm", chosen["rm"])
        return chosen

    def _folder(self, path: str) -> str:
        if normalise.is_remote(path):
            return path
        folder = os.path.join(self.directory, path)
        if not os.path.isdir(folder):
            raise errors.BuildFailed(f"There is no folder {folder!r} to build an image from. Correct 'path'.")
        return folder

    def _id(self, ref: str, asked: str) -> str:
        return str(self.calls.run(asked, lambda api: inspect(api, "image", ref), self._deadline(None))["Id"])


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


def _build_failed(asked: str, report: Report) -> errors.BuildFailed:
    said = report.error or "the engine says neither why nor which image it is"
    steps = [number for number, line in enumerate(report.lines) if _STEP.match(line)]
    shown = report.lines[steps[-1] :][-_SHOWN:] if steps else report.lines[-_SHOWN:]
    advice = ""
    if _BUILDKIT.search(said):
        advice = (
            "\ndocker-py builds with the engine's classic builder, which has nothing of BuildKit's (RUN --mount, "
            "heredocs, what '# syntax' names): choose --docker-backend=docker-cli with buildx."
        )
    log = "".join(f"{line}\n" for line in [*report.lines, said])
    message = "\n".join([f"docker-py could not {asked}: {said}", *shown]) + advice
    error = errors.BuildFailed(message, log=log, stderr=said)
    error.explanation = error.msg = said
    error.build_log = iter(report.items)
    return error
