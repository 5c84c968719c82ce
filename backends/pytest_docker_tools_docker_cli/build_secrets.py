"""Secrets of a build, passed so that no value is seen in the list of processes, nor in what is told of the build.

The client reads them in its own environment; what cannot be in one, in a file that only its owner can read.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from pytest_docker_tools.driver import Progress
from pytest_docker_tools.exceptions import BuildFailed

from . import private_file

__tracebackhide__ = True

_VARIABLE = "PYTEST_DOCKER_TOOLS_SECRET_"
# Bytes of one variable that every system takes.
_LONGEST = 30_000
# Shorter lines of a secret would be found in what has nothing to do with it.
_SHORTEST_HIDDEN = 4


@dataclass
class BuildSecrets:
    """Flags, and the variables that the client needs for them."""

    flags: list[str] = field(default_factory=list)
    variables: dict[str, str] = field(default_factory=dict, repr=False)
    _lines: set[str] = field(default_factory=set, repr=False)

    def add(self, name: str, content: bytes, folder: Path) -> None:
        """Pass one more; the folder is for what needs a file."""
        text = content.decode(errors="replace")
        self._lines |= {line.strip() for line in text.splitlines() if len(line.strip()) >= _SHORTEST_HIDDEN}
        place = f"{_VARIABLE}{len(self.flags)}"
        if len(content) <= _LONGEST and b"\0" not in content and text.encode() == content:
            self.variables[place] = text
            self.flags.append(f"--secret=id={name},env={place}")
        else:
            private_file.write(folder / place, content)
            self.flags.append(f"--secret=id={name},src={folder / place}")

    @property
    def keywords(self) -> dict[str, str]:
        """The keyword of docker-py's that the flags come of, by flag."""
        return {"--secret": "secrets"} if self.flags else {}

    def hide(self, text: str) -> str:
        """Give a text without them."""
        return self._hidden.sub("***", text) if self._lines else text

    @cached_property
    def _hidden(self) -> re.Pattern[str]:
        # The longest first, as one may be a part of another.
        return re.compile("|".join(map(re.escape, sorted(self._lines, key=len, reverse=True))))

    def hidden_from(self, report: Progress | None) -> Progress | None:
        """Give what passes on lines without them."""
        return report and (lambda line: report(self.hide(line)))


def build_secrets(given: Mapping[str, bytes | Path], directory: str, folder: Path) -> BuildSecrets:
    """Render `secrets`. Relative paths are from `directory`; files are put in `folder`, which nobody else can read."""
    made = BuildSecrets()
    for name, content in given.items():
        made.add(name, content if isinstance(content, bytes) else _read(name, Path(directory, content)), folder)
    return made


def shown_flags(given: Mapping[str, bytes | Path]) -> list[str]:
    """Give the flags as they are shown, with the user's own files and, for values, the variables of short ones."""
    places = [
        f"src={content}" if isinstance(content, Path) else f"env={_VARIABLE}{number}"
        for number, content in enumerate(given.values())
    ]
    return [f"--secret=id={name},{place}" for name, place in zip(given, places, strict=True)]


def _read(name: str, file: Path) -> bytes:
    try:
        return file.read_bytes()
    except OSError as error:
        raise BuildFailed(f"The secret {name!r} cannot be read from {str(file)!r}: {error.strerror}.") from None
