"""What a container wrote, as it can be shown."""

from __future__ import annotations

from pytest_docker_tools.output import shown


def test_control_characters_are_escaped() -> None:
    """Control characters become escapes; letters, newlines and tabs stay."""
    assert shown("a\tä\n\x1b[0m\x00\r", 100) == "a\tä\n\\x1b[0m\\x00\\r"


def test_only_the_end_is_shown() -> None:
    """A long output is cut to its end, and says so, however few lines it has."""
    assert shown("x" * 1_000_000 + "end", 5) == "(the last 5 characters)\nxxend"
    assert shown("12345", 5) == "12345"
