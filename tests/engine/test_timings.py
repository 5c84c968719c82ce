"""Where the time of a run goes, on a real engine."""

from __future__ import annotations

import re
from collections.abc import Mapping
from html.parser import HTMLParser

import pytest

from .conftest import Project

TESTS = """
built = build(fileobj=__import__('io').BytesIO(b'FROM ' + BASE.encode()), nocache=True, labels=MARK)
net = network(scope='session', labels=MARK)
full = volume(initial_content={'a': b'b'}, labels=MARK)
db = container(
    image='{built.id}', command='httpd -f -p 8080', ports={'8080/tcp': None}, network='{net.name}', files={'/x': 'y'},
    volumes={'{full.name}': {'bind': '/full'}}, labels=MARK,
)

def test_one(db): ...
def test_two(db): ...
"""
PHASES = {
    "built (build)": {"build"},
    "net (network)": {"create", "remove"},
    "full (volume)": {"create", "copy", "remove"},
    "db (container)": {"create", "start", "copy", "wait", "remove"},
}


# Image and network live as long as the session.
MADE = {"built (build)": 1, "net (network)": 1, "full (volume)": 2, "db (container)": 2}


class _Lanes(HTMLParser):
    """Collects the kinds of the bars in the lane of each fixture."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.lanes: dict[str, list[str]] = {}
        self.lane = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = dict(attrs)
        self.lane = (known.get("data-title") if known.get("class") == "row" else None) or self.lane
        kind = known.get("class") or ""
        if kind.startswith("bar ") and self.lane and "title" in known:
            self.lanes.setdefault(self.lane, []).append(kind.split()[1])


def rows(lines: list[str]) -> Mapping[str, list[str]]:
    """Give the cells of a table, by its first column."""
    [head] = [number for number, line in enumerate(lines) if line.startswith("seconds ")]
    found = (re.match(r"(\w+ \(\w+\)) (.*)", line) for line in lines[head + 1 :])
    return {"": lines[head].split()[1:], **{row[1]: row[2].split() for row in found if row}}


def table(lines: list[str]) -> Mapping[str, set[str]]:
    """Give the phases that a table has a number for, by its first column."""
    (_, (_, _, *phases)), *found = rows(lines).items()
    return {
        title: {phase for phase, cell in zip(phases, cells[2:], strict=True) if cell != "-"} for title, cells in found
    }


def made(lines: list[str]) -> Mapping[str, int]:
    """Give how many were made, by the first column of a table."""
    return {title: int(cells[0]) for title, cells in rows(lines).items() if title}


def test_timings(project: Project, pytester: pytest.Pytester) -> None:
    """Table and page have all that the engine did for each fixture, and nothing that it did not."""
    result = project(TESTS, "--docker-timings", "--docker-timings-page=timings.html")
    result.assert_outcomes(passed=2)
    assert table(result.outlines) == PHASES
    assert made(result.outlines) == MADE
    lanes = _Lanes((pytester.path / "timings.html").read_text("utf-8")).lanes
    found = {title: {*lanes[title.split()[0]]} - {"turn"} for title in PHASES}
    assert found == PHASES
    assert lanes["db"].count("create") == 2
    result.stdout.fnmatch_lines(["*generated docker timings: *timings.html*"])


def test_timings_of_workers(project: Project, pytester: pytest.Pytester) -> None:
    """Of two workers of xdist only one has built the image, as each says of itself."""
    result = project(TESTS, "-n2", "--dist=each", "--docker-timings", "--docker-timings-page=timings.html")
    result.assert_outcomes(passed=4)
    assert table(result.outlines) == PHASES
    assert made(result.outlines) == {title: count * 2 for title, count in MADE.items()} | {"built (build)": 1}
    text = (pytester.path / "timings.html").read_text("utf-8")
    assert re.findall("<h3>(.*)</h3>", text) == ["gw0", "gw1"]
    lanes = _Lanes(text).lanes
    assert (lanes["built"].count("build"), lanes["built"].count("turn"), lanes["net"].count("create")) == (1, 2, 2)
