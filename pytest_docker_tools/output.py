"""What a container wrote, as it can be shown to a person."""

from __future__ import annotations

__tracebackhide__ = True


def decoded(log: bytes) -> str:
    """Give bytes of a log as text, those that are no UTF-8 as escapes."""
    return log.decode(errors="backslashreplace")


def shown(text: str, characters: int) -> str:
    """Give the end of an output, at most so many characters, which cannot command a terminal."""
    cut = f"(the last {characters} characters)\n" if len(text) > characters else ""
    return cut + printable(text[-characters:])


def printable(text: str) -> str:
    """Give a text in which control characters, but newline and tab, are escapes."""
    return "".join(char if char.isprintable() or char in "\n\t" else _escaped(char) for char in text)


def _escaped(char: str) -> str:
    return char.encode("unicode_escape").decode()
