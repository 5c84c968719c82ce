"""The contract between the library and an engine."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver, ExecResult, Recipe
from pytest_docker_tools.exceptions import DriverError, UnsupportedOperation

VERBS = sorted(Driver.__abstractmethods__)


def with_verbs(names: list[str]) -> Any:
    """Give a driver class that has these verbs, none of which does anything."""
    return type("Partial", (Driver,), dict.fromkeys(names, lambda *arguments, **options: None))


def test_a_whole_driver_can_be_made() -> None:
    """A driver needs the verbs of the first tier, and no others."""
    assert isinstance(with_verbs(VERBS)(), Driver)


@pytest.mark.parametrize("verb", VERBS)
def test_a_missing_verb(verb: str) -> None:
    """A driver that lacks a verb of the first tier cannot be constructed, and the verb is named."""
    with pytest.raises(TypeError, match=rf"abstract.*\b{verb}\b"):
        with_verbs([name for name in VERBS if name != verb])()


@pytest.mark.parametrize(("verb", "arguments"), [("version", ()), ("tag_image", ("app", "team/app"))])
def test_the_second_tier(verb: str, arguments: tuple[str, ...]) -> None:
    """A verb that came later is not required; calling it says which driver lacks it, and what to do."""
    driver = with_verbs(VERBS)()
    with pytest.raises(UnsupportedOperation, match=rf"^The driver Partial has no '{verb}'\. Choose .*--docker-backend"):
        getattr(driver, verb)(*arguments)
    assert issubclass(UnsupportedOperation, DriverError)


def test_sockets_can_be_seen_without_a_verb_for_them() -> None:
    """A driver that knows nothing better has its containers' sockets read by `cat`, within the deadline."""
    asked: list[Any] = []

    def execute(*arguments: Any, **options: Any) -> ExecResult:
        asked.append((arguments[1:], options))
        return ExecResult(127, b"", b"")

    driver = with_verbs(VERBS)()
    type(driver).execute = execute
    assert driver.listening({"Id": "0" * 64, "State": {"Pid": 0}}, timeout=3) is None
    [((ref, command), options)] = asked
    assert (ref, command[0], options) == ("0" * 64, "cat", {"timeout": 3})


@pytest.mark.parametrize("verb", [*VERBS, "listening", "version", "tag_image"])
def test_every_verb_is_specified(verb: str) -> None:
    """The docstrings are the specification, and what talks to an engine has a deadline."""
    function = getattr(Driver, verb)
    assert function.__doc__
    if verb not in ("endpoint", "recipe", "close"):
        assert inspect.signature(function).parameters["timeout"].kind is inspect.Parameter.KEYWORD_ONLY


def test_a_recipe_is_json() -> None:
    """A recipe crosses to another process as JSON, also one without settings."""
    recipe = Recipe("docker-cli")
    assert json.loads(json.dumps([recipe.backend, recipe.settings])) == ["docker-cli", {}]
