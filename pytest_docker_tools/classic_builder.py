"""What the engine's classic builder does not do, for drivers that may build with it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .exceptions import UnsupportedOption
from .platforms import is_for, platform_of

__tracebackhide__ = True

# Flags of instructions that it does not know, or says not to have.
_FLAGS = "checksum|chmod|exclude|keep-git-dir|link|mount|network|parents|security|unpack"
_REFUSED = re.compile(rf"requires? buildkit|unknown flag: ({_FLAGS})\b", re.IGNORECASE)
_NOT_READ = re.compile("dockerfile parse error|unknown instruction", re.IGNORECASE)
_HEREDOC = re.compile(r"^\s*(RUN|COPY|ADD)\s.*<<-?[\"']?\w", re.IGNORECASE | re.MULTILINE)
_SYNTAX = re.compile(r"\s*#\s*syntax\s*=", re.IGNORECASE)


def is_too_old(said: str, options: Mapping[str, Any]) -> bool:
    """Say whether it is for want of BuildKit that it fails with these words.

    `options` are `options.BuildOptions`, as the driver was given them, with an absolute `path`.
    """
    if _REFUSED.search(said):
        return True
    dockerfile = _dockerfile(options) if _NOT_READ.search(said) else ""
    return bool(_HEREDOC.search(dockerfile) or _SYNTAX.match(dockerfile))


def _dockerfile(options: Mapping[str, Any]) -> str:
    """Give the text of the Dockerfile, nothing where it cannot be seen from here."""
    if "fileobj" in options:
        return "" if options.get("custom_context") else bytes(options["fileobj"]).decode(errors="replace")
    try:
        return Path(options["path"], options.get("dockerfile") or "Dockerfile").read_text(errors="replace")
    except OSError:
        return ""


def check_platform(asked: str | None, image: Mapping[str, Any], advice: str) -> None:
    """Raise `UnsupportedOption` for an image of another platform than was asked for: it took that of its base.

    `asked` is a `platform`, `image` the inspect JSON, and `advice` says which builder is to be used instead.
    """
    if asked and not is_for(image, asked):
        raise UnsupportedOption(
            "platform",
            f"the classic builder does not heed it, and has built an image for {platform_of(image)}. {advice}",
        )
