"""The page: what a browser, and who cannot see, gets of it."""

from __future__ import annotations

import re

import pytest

from pytest_docker_tools.timings.page import page
from pytest_docker_tools.timings.record import Body, Fixture, Record, Span, read, written

from .conftest import Parser

HOSTILE = [
    "<script>alert(1)</script>",
    "\"><img src=x onerror='alert(1)'>",
    "$style ${script} {braces} %s </style></title>",
    "&lt;b&gt; &amp;",
    "\u6570\u636e\u5e93 \u062f\u06cc\u062a\u0627",
    "n" * 5000,
]


def parsed(*records: Record) -> Parser:
    """Give the elements of a page, which are all closed in the end."""
    found = Parser(page(records))
    assert found.open == []
    return found


def test_bars_are_where_the_record_has_them(record: Record) -> None:
    """Each span is a bar at its place, of its phase, in the lane of its fixture."""
    found = parsed(record)
    bars = [bar for bar in found.of_class("bar") if "tabindex" in bar]
    spans = sorted((span.begin - 100, span.end - 100, span.phase, span.failed) for span in record.spans)
    places = []
    for bar in bars:
        begin, width = (float(number) * 10 for number in re.findall(r"--\w:([\d.]+)", bar["style"]))
        kind, *failed = bar["class"].split()[1:]
        places.append((round(begin, 4), round(begin + width, 4), kind, bool(failed)))
    own, body = (3, 3.5, "own", False), (5.5, 7, "body", False)
    assert sorted(places) == sorted([*spans, own, body])


def test_lanes_say_what_they_need(record: Record) -> None:
    """A lane has its fixture's name, what there is to say of it, and the ids of the lanes that it needs."""
    lanes = {lane["data-title"]: lane for lane in parsed(record).of_class("row") if "id" in lane}
    assert [*lanes] == ["db", "migration", "api", "web"]
    assert lanes["api"]["data-needs"].split() == [lanes["db"]["id"], lanes["migration"]["id"]]
    assert "tmp_path" in lanes["api"]["data-about"]
    assert lanes["db"]["aria-label"] == "db, container"


def test_it_can_be_used_without_a_mouse_and_without_eyes(record: Record) -> None:
    """Bars can have the focus and have a text, as have lanes; what is drawn only is hidden from readers."""
    found = parsed(record)
    bars = [bar for bar in found.of_class("bar") if "title" in bar]
    assert {bar.get("role") for bar in bars} == {"img", None}
    assert all(bar["title"].count("\n") >= 1 for bar in bars)
    assert {bar["tabindex"] for bar in bars if "role" in bar} == {"0"}
    outlines = [lane for lane in found.of_class("lane") if "aria-hidden" in lane]
    assert len(outlines) == 2
    assert "bar turn" not in [bar["class"] for bar in found.of_class("bar") if "title" not in bar]
    assert dict(found.elements)["html"] == {"lang": "en"}
    assert {"h1", "h2", "table", "th", "details", "summary", "dl"} <= {tag for tag, _ in found.elements}
    assert "failed" in [mark["title"] for mark in found.of_class("failure")]


def test_sums(record: Record) -> None:
    """The page begins with the sums of the run, and has those of each phase, and of each fixture."""
    found = parsed(record)
    assert [*found.text("dd")] == ["10.00 s", "7.00 s", "5.50 s", "1.3", "4.00 s"]
    assert {"work of the engine, 2 fixtures made", "tests waited, 40% of their time"} <= {*found.text("dt")}
    assert [*found.text("b")] == ["0.50 s", "1.00 s", "3.00 s", "2.50 s"]
    cells = "".join(text for tag, text in found.texts if tag in ("td", "bdi", "th"))
    assert "dbcontainer14.000.50-1.502.00" in cells.replace("\n", "")


@pytest.mark.parametrize("name", HOSTILE, ids=["script", "attribute", "template", "entities", "unicode", "long"])
def test_names_are_nothing_but_text(name: str) -> None:
    """A name of a fixture, of a test or of a worker is found as it is, wherever it is shown, and makes no element."""

    def made_up(name: str) -> Record:
        fixture = Fixture(name, name, "container", "module", name, turn=(0.0, 1.0))
        fixture.needs, fixture.held_by = [fixture], [name]
        return Record(name, 0.0, 1.0, [fixture], [Span(fixture, "wait", name, 0.0, 1.0)], [Body(name, 0.0, 1.0)])

    found, plain = (parsed(made_up(text), made_up(text)) for text in (name, "plain"))
    assert [tag for tag, _ in found.elements] == [tag for tag, _ in plain.elements]
    assert name in found.text("h3")
    assert name in found.text("bdi")
    [first, *_] = [lane for lane in found.of_class("row") if "id" in lane]
    assert first["data-title"] == name
    assert f"Needs {name}, which" in first["data-about"]
    attributes = {key for _, attributes in found.elements for key in attributes}
    assert attributes == {key for _, attributes in plain.elements for key in attributes}


def test_characters_that_turn_text_around() -> None:
    """What is no character to be seen, or to be written, or changes the direction of those after it, is left out."""
    fixture = Fixture("a\u202eb\x00\udcff\x1b[31mc", "", "container", turn=(0.0, 1.0))
    found = page([Record("main", 0.0, 1.0, [fixture])])
    assert 'data-title="abc"' in found
    assert not {"\u202e", "\x00", "\x1b", "\udcff"} & {*found}


def test_nothing_is_fetched(record: Record) -> None:
    """The page refers to nothing outside of itself, and forbids itself to."""
    text = page([record])
    # The name of SVG's namespace is asked of the element itself.
    assert "//" not in re.sub(r"^\s*//.*", "", text, flags=re.MULTILINE)
    found = Parser(text)
    attributes = [attribute for _, attributes in found.elements for attribute in attributes]
    assert not {"src", "href", "srcset", "action", "data", "background"} & {*attributes}
    assert not re.search(r"url\(|@import|@font-face|fetch\(|XMLHttpRequest|import\(", text)
    [policy] = [meta["content"] for tag, meta in found.elements if tag == "meta" and "http-equiv" in meta]
    assert policy.startswith("default-src 'none';")


def test_scripts_write_no_markup(record: Record) -> None:
    """What the script shows it sets as text."""
    assert not re.search(r"innerHTML|outerHTML|insertAdjacent|document\.write|eval", page([record]))


def test_a_large_run(record: Record) -> None:
    """With many fixtures the tests are folded, and the page has a bounded size for each."""
    small = parsed(record)
    assert ["open" in group for group in small.of_class("group")] == [True, True]
    for number in range(2000):
        fixture = Fixture("it", f"test_it.py::test_{number}", "container")
        record.fixtures.append(fixture)
        record.spans.append(Span(fixture, "wait", fixture.test, 101.0, 102.0))
    text = page([record])
    assert len(text) < 2000 * 1200
    groups = Parser(text).of_class("group")
    assert len(groups) == 2002
    assert not any("open" in group for group in groups)


def test_workers(record: Record) -> None:
    """Each worker has its lanes, below its name; a run without workers has no such name."""
    assert [*parsed(record).text("h3")] == []
    other = read(written(record))
    record.process, other.process = "gw0", "gw1"
    found = parsed(record, other)
    assert [*found.text("h3")] == ["gw0", "gw1"]
    ids = [attributes["id"] for _, attributes in found.elements if "id" in attributes]
    assert len(set(ids)) == len(ids)


def test_a_run_that_took_no_time() -> None:
    """There is a page also where no fixture was set up, and where the clock did not move."""
    fixture = Fixture("db", "", "container", turn=(1.0, 1.0))
    still = Record("main", 1.0, 1.0, [fixture], [Span(fixture, "wait", "", 1.0, 1.0)])
    for record in (Record("main", 1.0, 1.0), still):
        assert [*parsed(record).text("dd")] == ["0.00 s", "0.00 s", "0.00 s", "1.0", "0.00 s"]
