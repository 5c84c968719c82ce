"""What the engine streams, wherever it is cut."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from pytest_docker_tools_docker_py.streams import Report, frames, lines

FRAMES = b"\x01\0\0\0\0\0\0\x02a\n\x02\0\0\0\0\0\0\x00\x02\0\0\0\0\0\x01\x00" + b"e" * 256 + b"\x01\0\0\0\0\0\0\x01z"


def cut(content: bytes, size: int) -> Iterator[bytes]:
    return (content[start : start + size] for start in range(0, len(content), size))


@pytest.mark.parametrize("size", [1, 2, 7, 8, 9, 13, 300])
def test_frames(size: int) -> None:
    """Frames are found wherever the stream is cut, also empty ones; what is not whole is not given."""
    expected = [(1, b"a\n"), (2, b""), (2, b"e" * 256), (1, b"z")]
    assert list(frames(cut(FRAMES, size))) == expected
    assert list(frames(cut(FRAMES[:-1], size))) == expected[:-1]


@pytest.mark.parametrize("size", [1, 2, 3, 100])
def test_lines(size: int) -> None:
    """Lines are found wherever the log is cut, with their ends, and the last one may have none."""
    assert list(lines(cut(b"one\n\ntwo\r\n\xff", size))) == [b"one\n", b"\n", b"two\r\n", b"\xff"]
    assert list(lines(cut(b"", size))) == []


def test_lines_come_as_soon_as_they_are_whole() -> None:
    """A line does not wait for the next one."""
    pieces = iter([b"one\ntw", b"o\n"])
    found = lines(pieces)
    assert next(found) == b"one\n"
    assert list(pieces) == [b"o\n"]


class TestReport:
    def test_of_a_build(self) -> None:
        """Output is put together to lines, without colours and their ends; the image is what comes beside it."""
        seen: list[str] = []
        report = Report(seen.append)
        report.read(
            [
                {"stream": "Step 1/2 : FROM x"},
                {"stream": "\n"},
                {"stream": "\x1b[91mone\ntwo\r\n"},
                {"stream": "\x1b[0m"},
                {"aux": {"ID": "sha256:1"}},
                {"stream": "last"},
            ]
        )
        assert seen == report.lines == ["Step 1/2 : FROM x", "one", "two", "last"]
        assert (report.image, report.error) == ("sha256:1", None)

    def test_of_a_pull(self) -> None:
        """Each step is a line with its layer; how much of one has come is none."""
        report = Report(None)
        report.read(
            [
                {"status": "Pulling from x", "id": "latest"},
                {"status": "Downloading", "id": "1a2b", "progressDetail": {"current": 1}, "progress": "[>  ]"},
                {"status": "Pull complete", "id": "1a2b", "progressDetail": {}},
                {"status": "Digest: sha256:1"},
            ]
        )
        assert report.lines == ["latest: Pulling from x", "1a2b: Pull complete", "Digest: sha256:1"]

    def test_of_a_failure(self) -> None:
        """What went wrong is told from the output."""
        report = Report(None)
        report.read([{"stream": "one\n"}, {"errorDetail": {"message": "no"}, "error": "no"}])
        assert (report.lines, report.error) == (["one"], "no")
