"""The verb that builds images."""

from __future__ import annotations

import gzip
import os
import re
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pytest_docker_tools import normalise
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Options, Progress
from pytest_docker_tools.exceptions import BuildFailed, DriverError, EngineUnavailable, UnsupportedOperation

from . import errors
from .command import check, keywords
from .environment import build_arguments
from .kinds import Kinds
from .runner import Command, Result

__tracebackhide__ = True

# The lines of a failed build that are shown at once; the error has the whole log.
_SHOWN = 20


class Builds(Kinds):
    """The verb that builds images."""

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
        flags += self._arguments("build", self.build_options, chosen)
        with tempfile.TemporaryDirectory(prefix="docker-build-") as folder:
            iidfile = Path(folder, "iid")
            arguments = (*self.build_command, f"--iidfile={iidfile}", *flags, *variables.flags, "--", operand)
            todo = Command(arguments, variables.secrets, variables.unset, stdin, self.build_patience)
            result = self._progress(todo, deadline, report)
            if result.exit_code:
                what = chosen.get("tag") or (operand if stdin is None else "fileobj")
                raise self._build_failed(what, result, keywords(self.build_options, chosen))
            image = iidfile.read_text().strip()
        return str(self._facts("image", image, "find the image that it built", self._deadline(None))["Id"])

    def _context(self, chosen: dict[str, Any]) -> tuple[str, bytes | None, list[str]]:
        """Take what is built from out of the options: the operand, what comes on stdin, and the flags."""
        normalise.check_build(chosen)
        path, archive = chosen.pop("path", None), chosen.pop("fileobj", None)
        custom, dockerfile = chosen.pop("custom_context", False), chosen.pop("dockerfile", None)
        # The engine sees by itself how an archive is compressed.
        chosen.pop("encoding", None)
        if archive is not None:
            return "-", _archive(archive) if custom else archive, [f"--file={dockerfile}"] if dockerfile else []
        return self._folder(os.fspath(path), dockerfile)

    def _folder(self, path: str, dockerfile: Any) -> tuple[str, None, list[str]]:
        if normalise.is_remote(path):
            return check("path", path), None, [f"--file={dockerfile}"] if dockerfile else []
        folder = os.path.join(self.runner.directory, path)
        if not os.path.isdir(folder):
            raise BuildFailed(f"There is no folder {folder!r} to build an image from. Correct 'path'.")
        # docker-py takes it from the folder, the client from its working directory.
        return folder, None, [f"--file={os.path.join(folder, dockerfile)}"] if dockerfile else []

    def _build_failed(self, what: str, result: Result, keywords: Mapping[str, str]) -> DriverError:
        log = errors.without_colour(result.stderr.decode(errors="replace"))
        said = errors.clean(log).splitlines() or [f"exit code {result.exit_code}"]
        # The last line alone is the client's for sure; what is above may be from a step.
        kind = errors.classify(self.phrases, said[-1])
        if kind in (EngineUnavailable, UnsupportedOperation):
            return self._error(f"build {what!r}", result, kind=kind, keywords=keywords)
        step = _failing_step(said)
        shown = [said[-1], *(step or said[:-1])]
        return BuildFailed(
            f"{self.runner.name} could not build {what!r}: " + "\n".join(shown[:1] + shown[1:][-_SHOWN:]),
            log=log,
            command=result.command,
            exit_code=result.exit_code,
            stderr=result.complaint,
        )


def _archive(content: bytes) -> bytes:
    """Give an archive that the client does not take for a Dockerfile, as it does one that begins with a PAX header.

    It, and the engine, see by themselves how an archive is compressed.
    """
    return gzip.compress(content, 1) if content[156:157] in (b"x", b"g") else content


def _failing_step(lines: list[str]) -> list[str]:
    """Give what a log has of the step that failed, as one of the builders writes it."""
    failed = [found[1] for found in (re.match(r"(#\d+ )ERROR", line) for line in lines) if found]
    if failed:
        return [line for line in lines if line.startswith(failed[-1])]
    steps = [number for number, line in enumerate(lines) if re.match(r"(?i)step \d+/\d+ ?: ", line)]
    return lines[steps[-1] :] if steps else []
