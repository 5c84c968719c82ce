"""Environments of containers, passed so that no value is seen in the list of processes.

The client reads the value of `--env=NAME` in its own environment. Names that mean something to the client itself must
not get there; they go in a file.
"""

from __future__ import annotations

import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from pytest_docker_tools.contexts import contextmanager
from pytest_docker_tools.exceptions import UnsupportedOption

from . import private_file
from .command import check

__tracebackhide__ = True

PROXIES = re.compile(r"(HTTPS?|FTP|NO|ALL)_PROXY", re.IGNORECASE)
# What docker's clients, the loader of programs, Go's runtime and the resolver read, on any system.
RESERVED = re.compile(
    r"(DOCKER|BUILDKIT|BUILDX|SSH|XDG|LD|DYLD|OTEL)_.*"
    r"|HOME|PATH|TMPDIR|TEMP|TMP|SSL_CERT_FILE|SSL_CERT_DIR|RES_OPTIONS|LOCALDOMAIN|HOSTALIASES"
    r"|GO(DEBUG|GC|MAXPROCS|MEMLIMIT|TRACEBACK|COVERDIR|RACE)"
    r"|SYSTEMROOT|SYSTEMDRIVE|COMSPEC|PATHEXT|WINDIR|APPDATA|LOCALAPPDATA|PROGRAM(DATA|FILES)|USERPROFILE"
    r"|HOMEDRIVE|HOMEPATH",
    re.IGNORECASE,
)
_STDIN = "/dev/stdin"
_LONGEST_LINE = 64 * 1024 - 1


@dataclass
class Environment:
    """Flags, and what the child that gets them needs: variables with their values, and names it must not have."""

    flags: list[str] = field(default_factory=list)
    secrets: dict[str, str] = field(default_factory=dict, repr=False)
    unset: frozenset[str] = frozenset()
    lines: str = field(default="", repr=False)

    @property
    def shown_flags(self) -> list[str]:
        """All flags, with a name in place of a file that is to be written."""
        return [*self.flags, f"--env-file={_STDIN}"] if self.lines else self.flags

    @contextmanager
    def passed(self) -> Iterator[tuple[list[str], bytes | None]]:
        """Give all flags, and what the command must have as its stdin, as long as the context lasts."""
        if not self.lines:
            yield self.flags, None
        elif os.path.exists(_STDIN):
            yield [*self.flags, f"--env-file={_STDIN}"], self._file()
        else:
            with tempfile.TemporaryDirectory() as folder:
                file = Path(folder, "environment")
                private_file.write(file, self._file())
                yield [*self.flags, f"--env-file={file}"], None

    def _file(self) -> bytes:
        # With the bytes that os.environ gives for what is no UTF-8.
        return self.lines.encode(errors="surrogateescape")


def environment(
    value: Mapping[str, str | None], *, reserved: re.Pattern[str] = RESERVED, unset_flag: str | None = "--env"
) -> Environment:
    """Render variables; None unsets one."""
    made = Environment()
    # The values of both end in one environment of a process, where a name stands once.
    for name, item in value.items():
        check("environment", name, "the name of a variable")
        if reserved.fullmatch(name) or PROXIES.fullmatch(name):
            made.lines += _line(name, item)
        elif item is None and unset_flag is None:
            raise UnsupportedOption("environment", f"{name!r} cannot be unset with this backend, only set.")
        elif item is None:
            made.flags.append(f"{unset_flag}={name}")
            made.unset |= {name}
        else:
            made.flags.append(f"--env={name}")
            made.secrets[name] = _checked("environment", name, item)
    return made


def build_arguments(value: Mapping[str, str | None], *, reserved: re.Pattern[str] = RESERVED) -> Environment:
    """Render docker-py's `buildargs`; None leaves the Dockerfile's own value."""
    made = Environment()
    for name, item in value.items():
        check("buildargs", name, "the name of an argument")
        if reserved.fullmatch(name):
            raise UnsupportedOption(
                "buildargs", f"{name!r} means something to the client itself. Give the argument another name."
            )
        made.flags.append(f"--build-arg={name}")
        if item is None:
            made.unset |= {name}
        else:
            made.secrets[name] = _checked("buildargs", name, item)
    return made


def _line(name: str, value: str | None) -> str:
    trouble = "be unset"
    if value is not None:
        line = f"{name}={_checked('environment', name, value)}\n"
        if len(line.encode(errors="surrogateescape")) <= _LONGEST_LINE and not re.search(r"[\r\n]", value):
            return line
        trouble = "have a value of more than one line, or of 64 KiB,"
    raise UnsupportedOption(
        "environment",
        f"{name!r} means something to the client itself and cannot {trouble} with this backend. Set it in the "
        "container's command instead.",
    )


def _checked(keyword: str, name: str, value: str) -> str:
    return check(keyword, value, repr(name))
