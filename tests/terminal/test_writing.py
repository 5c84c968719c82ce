"""What is written on a terminal in between what pytest writes there."""

from __future__ import annotations

import pytest

from pytest_docker_tools.terminal.writing import printable

from ..conftest import OnTerminal, seen

# Writes a line before a test's own fixtures.
CONFTEST = """
import pytest
from pytest_docker_tools.terminal import writing

@pytest.fixture
def line(request):
    writing.insert(request.config, 'a line \\x1b[31mfor you')
"""
TESTS = """
def test_one(): ...
def test_two(line): print('two')
def test_three(line): ...
"""


@pytest.mark.parametrize(
    ("arguments", "lines"),
    [
        ([], ["test_a.py .", "a line for you", "test_a.py .", "a line for you", "test_a.py ."]),
        (["-q"], [".", "a line for you", ".", "a line for you", "."]),
        (["-s"], ["test_a.py .", "a line for you", "test_a.py two", ".", "a line for you", "test_a.py ."]),
        (
            ["-v"],
            [
                "test_a.py::test_one PASSED",
                "a line for you",
                "test_a.py::test_two PASSED",
                "a line for you",
                "test_a.py::test_three PASSED",
                "a line for you",
                "test_b.py::test_it PASSED",
            ],
        ),
    ],
)
def test_insert(on_terminal: OnTerminal, pytester: pytest.Pytester, arguments: list[str], lines: list[str]) -> None:
    """A line is above that of the running test, whose name goes down; dots stay where they are."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_a=TESTS, test_b="def test_it(line): ...")
    written = [line.partition(" " * 5)[0] for line in seen(on_terminal(*arguments))]
    first = written.index(lines[0])
    assert written[first : first + len(lines)] == lines


def test_insert_above_a_name(on_terminal: OnTerminal, pytester: pytest.Pytester) -> None:
    """Where nothing but the name of a file is there yet, no line is left with that alone."""
    pytester.makeconftest(CONFTEST)
    pytester.makepyfile(test_a="def test_it(line): ...")
    assert "\n\na line for you\ntest_a.py ." in "\n".join(seen(on_terminal()))


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("a\tb", "a\tb"),
        ("\x1b[31mred\x1b[0m", "red"),
        ("\x1b]0;title\x07text", "text"),
        ("\x1b]8;;http://x\x1b\\link", "link"),
        ("10%\r20%\b\x00\x7f\x9b2J", "10%20%2J"),
        ("caf\u00e9 \u4f60", "caf\u00e9 \u4f60"),
        ("\u202egnp.exe\u200b\ud800", "gnp.exe"),
    ],
)
def test_printable(line: str, expected: str) -> None:
    """What is left of a line is what can be read."""
    assert printable(line) == expected
