"""What the engine streams: output of containers, and what builds and pulls report."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pytest_docker_tools.build_output import without_colour
from pytest_docker_tools.driver import Progress

__tracebackhide__ = True

Item = Mapping[str, Any]

STDERR = 2
_HEADER = 8


def frames(pieces: Iterable[bytes]) -> Iterator[tuple[int, bytes]]:
    """Take apart what a process without a terminal writes, wherever it is cut: the stream's number, and its bytes."""
    buffer = bytearray()
    for piece in pieces:
        buffer += piece
        while len(buffer) >= _HEADER:
            end = _HEADER + int.from_bytes(buffer[4:_HEADER], "big")
            if len(buffer) < end:
                break
            yield buffer[0], bytes(buffer[_HEADER:end])
            del buffer[:end]


def lines(pieces: Iterable[bytes]) -> Iterator[bytes]:
    """Give lines with their ends as soon as they are whole, and what is left in the end."""
    rest = b""
    for piece in pieces:
        *whole, rest = (rest + piece).split(b"\n")
        yield from (line + b"\n" for line in whole)
    if rest:
        yield rest


class Report:
    """Reads what a build or a pull reports: each line goes to `on_progress`, all of them are in `lines`."""

    def __init__(self, on_progress: Progress | None) -> None:
        self.items: list[Item] = []
        self.lines: list[str] = []
        self.image: str | None = None
        self.error: str | None = None
        self._on_progress = on_progress
        self._part = ""

    def read(self, items: Iterable[Item]) -> None:
        """Read to the end, or to an error."""
        for item in items:
            self.items.append(item)
            self._take(item)
        if self._part:
            self._add(self._part)

    def _take(self, item: Item) -> None:
        self.error = item.get("error") or self.error
        self.image = (item.get("aux") or {}).get("ID") or self.image
        *whole, self._part = (self._part + item.get("stream", "")).split("\n")
        for line in whole:
            self._add(line)
        # How much of a layer has come is for terminals, which can write over it.
        if item.get("status") and not item.get("progressDetail"):
            self._add(": ".join(part for part in (item.get("id"), item["status"]) if part))

    def _add(self, line: str) -> None:
        line = without_colour(line).rstrip("\r")
        self.lines.append(line)
        if self._on_progress is not None:
            self._on_progress(line)
