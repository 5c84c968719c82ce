"""The verbs for images."""

from __future__ import annotations

import json
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_docker_tools import normalise
from pytest_docker_tools.driver import Facts, Options, Progress
from pytest_docker_tools.exceptions import (
    BuildFailed,
    DriverError,
    EngineUnavailable,
    ImageNotFound,
    NotFound,
    UnsupportedOperation,
    UnsupportedOption,
)

from . import errors
from .base import CommandLine
from .command import check
from .environment import build_arguments
from .errors import quoted
from .process import Deadline
from .runner import Command, Result

__tracebackhide__ = True

_REMOTE = re.compile(r"(https?://|git://|github\.com/|git@)")
# The lines of a failed build that are shown at once; the error has the whole log.
_SHOWN = 20


class Images(CommandLine):
    """The verbs for images."""

    def build_image(
        self, options: Options, *, on_progress: Progress | None = None, timeout: float | None = None
    ) -> str:
        chosen = dict(options)
        deadline = Deadline(timeout)
        report = None if chosen.pop("quiet", False) else on_progress
        operand, stdin, flags = self._context(chosen)
        variables = build_arguments(chosen.pop("buildargs", None) or {}, reserved=self.reserved_variables)
        if chosen.get("rm", True):
            # Else a build that fails leaves a container behind.
            chosen.setdefault("forcerm", True)
        flags += self._arguments(self.build_options, chosen)
        with tempfile.TemporaryDirectory(prefix="docker-build-") as folder:
            iidfile = Path(folder, "iid")
            arguments = ("build", f"--iidfile={iidfile}", *flags, *variables.flags, "--", operand)
            todo = Command(arguments, variables.secrets, variables.unset, stdin)
            result = self._progress(todo, deadline, report)
            if result.exit_code:
                raise self._build_failed(chosen.get("tag") or (operand if stdin is None else "fileobj"), result)
            image = iidfile.read_text().strip()
        return str(self._facts("image", image, "find the image that it built", self._deadline(None))["Id"])

    def _context(self, chosen: dict[str, Any]) -> tuple[str, bytes | None, list[str]]:
        """Take what is built from out of the options: the operand, what comes on stdin, and the flags."""
        path, archive = chosen.pop("path", None), chosen.pop("fileobj", None)
        custom, dockerfile = chosen.pop("custom_context", False), chosen.pop("dockerfile", None)
        encoding = chosen.pop("encoding", None)
        if (path is None) == (archive is None):
            raise UnsupportedOption("path", "a build needs either 'path' or 'fileobj'.")
        if archive is not None:
            if dockerfile and not custom:
                raise UnsupportedOption("dockerfile", "'fileobj' is the Dockerfile, as 'custom_context' is not given.")
            # The engine sees by itself how an archive is compressed.
            return "-", archive, [f"--file={dockerfile}"] if dockerfile else []
        if encoding or custom:
            raise UnsupportedOption("encoding" if encoding else "custom_context", "it is for 'fileobj' only.")
        return self._folder(os.fspath(path), dockerfile)

    def _folder(self, path: str, dockerfile: Any) -> tuple[str, None, list[str]]:
        if _REMOTE.match(path):
            return check("path", path), None, [f"--file={dockerfile}"] if dockerfile else []
        folder = os.path.join(self.runner.directory, path)
        if not os.path.isdir(folder):
            raise BuildFailed(f"There is no folder {folder!r} to build an image from. Correct 'path'.")
        # docker-py takes it from the folder, the client from its working directory.
        return folder, None, [f"--file={os.path.join(folder, dockerfile)}"] if dockerfile else []

    def _progress(self, todo: Command, deadline: Deadline, report: Progress | None) -> Result:
        """Run with both outputs in one, each line of which is reported; it is the result's `stderr`."""
        log = bytearray()
        with self.runner.lines(todo, deadline) as lines:
            for line in lines:
                log += line
                _report(report, line)
        return Result(todo.shown(self.runner.name), lines.exit_code or 0, b"", bytes(log))

    def _build_failed(self, what: str, result: Result) -> DriverError:
        log = errors.without_colour(result.stderr.decode(errors="replace"))
        said = errors.clean(log).splitlines() or [f"exit code {result.exit_code}"]
        # The last line alone is the client's for sure; what is above may be from a step.
        kind = errors.classify(self.phrases, said[-1])
        if kind in (EngineUnavailable, UnsupportedOperation):
            return self._error(f"build {what!r}", result, kind=kind, table=self.build_options)
        step = _failing_step(said)
        shown = [said[-1], *(step or said[:-1])]
        return BuildFailed(
            f"{self.runner.name} could not build {what!r}: " + "\n".join(shown[:1] + shown[1:][-_SHOWN:]),
            log=log,
            command=result.command,
            exit_code=result.exit_code,
            stderr=result.complaint,
        )

    def pull_image(self, options: Options, *, on_progress: Progress | None = None, timeout: float | None = None) -> str:
        chosen = dict(options)
        reference = normalise.image_reference(chosen)
        for part in ("repository", "tag"):
            chosen.pop(part, None)
        flags = self._arguments(self.pull_options, chosen)
        todo = Command(("pull", *flags, "--", check("repository", reference)))
        with self.runner.lines(todo, Deadline(timeout), stderr=False) as lines:
            for line in lines:
                _report(on_progress, line)
        if lines.exit_code:
            result = Result(todo.shown(self.runner.name), lines.exit_code, b"", bytes(lines.stderr))
            raise self._not_pulled(reference, result)
        return str(self._facts("image", reference, "find the image that it pulled", self._deadline(None))["Id"])

    def _not_pulled(self, reference: str, result: Result) -> DriverError:
        kind = errors.classify(self.phrases, result.complaint)
        if issubclass(kind, NotFound):
            advice = "Check the name and the tag, and whether the registry wants a login."
            return self._error(f"pull {reference!r}", result, kind=ImageNotFound, advice=advice)
        return self._error(f"pull {reference!r}", result, kind=kind, table=self.pull_options)

    def version(self, *, timeout: float | None = None) -> Facts:
        asking = ("version", "--format", "{{json .Server}}")
        facts: Mapping[str, Any] | None = json.loads(
            self._do("ask for the version", asking, self._deadline(timeout)).text
        )
        return dict(facts or {})

    def tag_image(self, ref: str, repository: str, tag: str = "latest", *, timeout: float | None = None) -> None:
        todo = ("tag", "--", ref, f"{repository}:{tag}")
        self._do(f"tag image {quoted(ref)} as '{repository}:{tag}'", todo, self._deadline(timeout))


def _report(report: Progress | None, line: bytes) -> None:
    if report is not None:
        report(errors.without_colour(line.decode(errors="replace")).rstrip("\r\n"))


def _failing_step(lines: list[str]) -> list[str]:
    """Give what a log has of the step that failed, as one of the two builders writes it."""
    failed = [found[1] for found in (re.match(r"(#\d+ )ERROR", line) for line in lines) if found]
    if failed:
        return [line for line in lines if line.startswith(failed[-1])]
    steps = [number for number, line in enumerate(lines) if re.match(r"Step \d+/\d+ : ", line)]
    return lines[steps[-1] :] if steps else []
