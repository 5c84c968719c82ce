"""What a container wrote, as it can be shown to a person."""

from __future__ import annotations

__tracebackhide__ = True


def decoded(log: bytes) -> str:
    """Give bytes of a log as text, those that are no UTF-8 as escapes."""
    return log.decode(errors="backslashreplace")


def shown(text: str, characters: int) -> str:
    """Give the end of an output, at most so many characters, which cannot command a terminal.

    Control characters but newline and tab become escapes.
    """
    end = text[-characters:]
    cut = f"(the last {characters} characters)\n" if len(text) > characters else ""
    return cut + "".join(char if char.isprintable() or char in "\n\t" else _escaped(char) for char in end)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()
