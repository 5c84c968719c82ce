"""The verb that builds images."""

from __future__ import annotations

import gzip
import os
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, ClassVar

from pytest_docker_tools import classic_builder
from pytest_docker_tools.build_output import without_colour
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Options, Progress
from pytest_docker_tools.exceptions import (
    BuildFailed,
    DriverError,
    EngineUnavailable,
    UnsupportedOperation,
    UnsupportedOption,
)
from pytest_docker_tools.normalise import is_remote

from . import build_log, errors
from .build_secrets import BuildSecrets, build_secrets, shown_flags
from .builders import USE_BUILDKIT, Builder, listed
from .client_configuration import configured
from .command import check, keywords
from .environment import Environment, build_arguments
from .kinds import Kinds
from .runner import Command, Result

__tracebackhide__ = True

# What of `options.BuildOptions` is written otherwise. The engine sees by itself how an archive is compressed.
_NOT_IN_THE_TABLE = {
    *("buildargs", "custom_context", "dockerfile", "encoding", "fileobj", "path"),
    *("quiet", "secrets", "use_config_proxy"),
}


class Builds(Kinds):
    """The verb that builds images."""

    # Whether the client has several builders, and lists only those flags that the one it uses heeds.
    has_builders: ClassVar[bool] = True
    _builder: Builder | None = None

    def build_image(
        self, options: Options, *, on_progress: Progress | None = None, timeout: float | None = None
    ) -> str:
        chosen = self._normalised("build", options)
        deadline = Deadline(timeout)
        if "path" in chosen:
            chosen["path"] = self._folder(chosen["path"])
        with tempfile.TemporaryDirectory(prefix="docker-build-") as folder:
            iidfile = Path(folder, "iid")
            secrets = build_secrets(chosen.get("secrets", {}), self.runner.directory, Path(folder))
            todo = self._building(chosen, secrets, iidfile, deadline)
            report = secrets.hidden_from(None if chosen.get("quiet") else build_log.without_notice(on_progress))
            proxies = chosen.get("use_config_proxy", True)
            # Where the client has files of its own, which it would leave behind if it had to be ended.
            todo = replace(todo, secrets={**todo.secrets, "TMPDIR": folder} if self.has_builders else todo.secrets)
            with configured(todo, self.runner.environment, proxies=proxies) as prepared:
                result = self._settled(lambda: self._progress(prepared, deadline, report), self._is_disturbed_build)
            if result.exit_code:
                log = secrets.hide(without_colour(result.stderr.decode(errors="replace")))
                raise self._build_failed(chosen, log, replace(result, stderr=log.encode()), self._is_classic(deadline))
            image = iidfile.read_text().strip() if iidfile.exists() else ""
            if not image:
                raise self._unread("build an image", result, "no id of one")
        return self._built(image, chosen.get("platform"), deadline)

    def _is_disturbed_build(self, result: Result) -> bool:
        # Of its log, what steps have written says nothing about it.
        return self._is_disturbed(replace(result, stderr=build_log.reason(result.complaint).encode()))

    def _folder(self, path: str) -> str:
        if is_remote(path):
            return check("path", path)
        folder = os.path.join(self.runner.directory, path)
        if not os.path.isdir(folder):
            raise BuildFailed(f"There is no folder {folder!r} to build an image from. Correct 'path'.")
        return folder

    def _building(self, chosen: Options, secrets: BuildSecrets, iidfile: Path, deadline: Deadline) -> Command:
        """Give the command, which writes the image's id to a file."""
        output = [f"--iidfile={iidfile}"]
        if self.has_builders:
            builder, written = self._used_builder(deadline), keywords(self.build_options, self._plain(chosen))
            builder.check({**written, **secrets.keywords}, self._engine_version)
            output += builder.output
        variables = self._build_variables(chosen)
        arguments = self._build_arguments(chosen, [*output, *secrets.flags, *variables.flags])
        stdin = None if "path" in chosen else _content(chosen)
        values = {**variables.secrets, **secrets.variables}
        return Command(arguments, values, variables.unset, stdin, self.build_patience)

    def _shown_build(self, chosen: Options) -> Sequence[str]:
        """Give the command's arguments, without those that depend on the builder and on where its files are."""
        variables = self._build_variables(chosen)
        return self._build_arguments(chosen, [*shown_flags(chosen.get("secrets", {})), *variables.flags])

    def _build_variables(self, chosen: Options) -> Environment:
        return build_arguments(chosen.get("buildargs", {}), reserved=self.reserved_variables)

    def _build_arguments(self, chosen: Options, more: Sequence[str]) -> tuple[str, ...]:
        return (*self.build_command, *self.build_flags(chosen), *more, "--", chosen.get("path", "-"))

    def build_flags(self, chosen: Options) -> list[str]:
        """Give the flags for what was chosen, but for those of secrets and variables."""
        return [*_dockerfile(chosen), *self._arguments("build", self.build_options, self._plain(chosen))]

    def _plain(self, chosen: Options) -> dict[str, Any]:
        """Give what the table of keywords is about."""
        elsewhere = _NOT_IN_THE_TABLE - self.build_options.keys()
        plain = {keyword: value for keyword, value in chosen.items() if keyword not in elsewhere}
        if plain.get("rm", True):
            # Else a build that fails leaves a container behind.
            plain.setdefault("forcerm", True)
        return plain

    def _used_builder(self, deadline: Deadline) -> Builder:
        if self._builder is None:
            # A build may take as long as it likes, but not this.
            at_most = self._deadline(None) if deadline.left is None else deadline
            self._builder = listed(self.runner.run(Command((*self.build_command, "--help")), at_most).text)
        return self._builder

    def _is_classic(self, deadline: Deadline) -> bool:
        return self.has_builders and not self._used_builder(deadline).is_buildkit

    def _engine_version(self) -> str:
        return str(self.version()["Version"])

    def _built(self, image: str, platform: str | None, deadline: Deadline) -> str:
        """Give the id by which the engine knows what was built. Raises where it is not what was asked for."""
        facts = self._facts("image", image, "find the image that it built", self._deadline(None))
        if self._is_classic(deadline):
            classic_builder.check_platform(platform, facts, USE_BUILDKIT)
        return str(facts["Id"])

    def _build_failed(self, chosen: Options, log: str, result: Result, is_classic: bool) -> DriverError:
        what = chosen.get("tag") or chosen.get("path", "fileobj")
        said = build_log.reason(log) or f"exit code {result.exit_code}"
        # What is said of a step has its words, too.
        if not build_log.is_of_a_step(said):
            keyword = errors.refused_keyword({**build_log.REFUSED, **self.refused_values}, said)
            if keyword is not None:
                return UnsupportedOption(keyword, f"{self.runner.name} said: {said}", **result.details)
            kind = errors.classify(self.phrases, said)
            if kind in (EngineUnavailable, UnsupportedOperation):
                written = keywords(self.build_options, self._plain(chosen))
                return self._error(f"build {what!r}", result, kind=kind, keywords=written)
        lines = [said, *build_log.failing_step(log)]
        if is_classic and classic_builder.is_too_old(said, chosen):
            lines.append(USE_BUILDKIT)
        message = f"{self.runner.name} could not build {what!r}: " + "\n".join(lines)
        return BuildFailed(message, log=log, **result.details)


def _dockerfile(chosen: Options) -> list[str]:
    name = chosen.get("dockerfile")
    if not name:
        return []
    # docker-py takes it from the folder, the client from its working directory.
    in_folder = "path" in chosen and not is_remote(chosen["path"])
    return [f"--file={os.path.join(chosen['path'], name) if in_folder else name}"]


def _content(chosen: Options) -> bytes:
    """Give what the client reads from its stdin.

    An archive that begins with a PAX header it would take for a Dockerfile. It, and the engine, see by themselves how
    an archive is compressed.
    """
    content: bytes = chosen["fileobj"]
    # What is compressed may have any byte there.
    has_pax_header = content[156:157] in (b"x", b"g") and content[257:262] == b"ustar"
    return gzip.compress(content, 1) if chosen.get("custom_context") and has_pax_header else content
