"""Security options of a container."""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from pytest_docker_tools.contexts import contextmanager

from .command import check

__tracebackhide__ = True

_PROFILE = re.compile(r"seccomp[=:]\s*(?=\{)")


@contextmanager
def profiles_as_files(options: Sequence[str]) -> Iterator[list[str]]:
    """Give security options with a file in place of the text of a seccomp profile.

    docker-py takes the text, and the client a file, which is there as long as the context lasts.
    """
    with contextlib.ExitStack() as stack:
        yield [_with_file(option, stack) for option in options]


def without_profiles(options: Sequence[str]) -> list[str]:
    """Give security options with a name in place of the text of a seccomp profile, as they are shown."""
    return ["seccomp=profile.json" if _PROFILE.match(option) else option for option in options]


def _with_file(option: str, stack: contextlib.ExitStack) -> str:
    found = _PROFILE.match(option)
    if not found:
        return option
    file = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="docker-seccomp-")), "profile.json")
    check("security_opt", option)
    file.write_text(option[found.end() :], encoding="utf-8")
    return f"seccomp={file}"
