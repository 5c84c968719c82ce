"""A run that is made up, in seconds from 100, and a reader of pages."""

from __future__ import annotations

from collections.abc import Iterator
from html.parser import HTMLParser

import pytest

from pytest_docker_tools.timings.record import Body, Fixture, Record, Span

TEST = "test_it.py::test_it"
VOID = {"meta", "input"}


@pytest.fixture
def record() -> Record:
    """A run of 10 s: a database, filled by a fixture of the suite itself, then two servers that were there already."""
    db = Fixture("db", TEST, "container", "session", "", turn=(101.0, 103.0))
    migration = Fixture("migration", TEST, home=TEST, needs=[db], turn=(103.0, 103.5))
    api = Fixture("api", TEST, "container", home=TEST, needs=[db, migration], held_by=["tmp_path"], turn=(104.0, 105.0))
    web = Fixture("web", TEST, "container", home=TEST, needs=[db, migration], turn=(105.0, 105.5), failed=True)
    spans = [
        Span(db, "create", TEST, 101.0, 101.5),
        Span(db, "wait", TEST, 101.5, 103.0),
        Span(web, "wait", TEST, 104.0, 105.5, failed=True),
        Span(api, "start", TEST, 104.0, 105.0, "thread"),
        Span(api, "remove", TEST, 107.0, 107.5),
        Span(db, "remove", TEST, 107.0, 109.0, "background"),
    ]
    return Record("main", 100.0, 110.0, [db, migration, api, web], spans, [Body(TEST, 105.5, 107.0)])


class Parser(HTMLParser):
    """Collects elements with their attributes, and the text in each."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.elements: list[tuple[str, dict[str, str]]] = []
        self.texts: list[tuple[str, str]] = []
        self.open: list[str] = []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, {name: value or "" for name, value in attrs}))
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        if self.open:
            self.texts.append((self.open[-1], data))

    def of_class(self, name: str) -> list[dict[str, str]]:
        """Give the attributes of the elements that have a class."""
        return [attributes for _, attributes in self.elements if name in attributes.get("class", "").split()]

    def text(self, tag: str) -> Iterator[str]:
        """Give the texts of the elements with a tag."""
        return (text for found, text in self.texts if found == tag)
