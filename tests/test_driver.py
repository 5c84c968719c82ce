"""The contract between the library and an engine."""

from __future__ import annotations

import inspect
import json
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver, ExecResult, Recipe
from pytest_docker_tools.exceptions import DriverError, PortUnavailable, UnsupportedOperation
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

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


class TestRunContainer:
    def test_is_made_of_two(self) -> None:
        """A driver that knows nothing better creates and starts, in one deadline."""
        asked: list[Any] = []

        def create(self: Driver, options: Any, *, timeout: float | None) -> str:
            asked.append((options, timeout))
            return "id"

        def start(self: Driver, ref: str, *, timeout: float | None) -> None:
            asked.append((ref, timeout))

        driver = with_verbs(VERBS)()
        type(driver).create_container, type(driver).start = create, start
        assert driver.run_container({"image": "x"}, timeout=60) == "id"
        (options, first), (ref, second) = asked
        assert (options, first, ref) == ({"image": "x"}, 60, "id")
        assert 50 < second < 60
        driver.run_container({"image": "x"})
        assert [timeout for _, timeout in asked[2:]] == [None, None]

    @pytest.mark.parametrize("failing", ["create_container", "start"])
    def test_names_what_could_not_be_started(self, failing: str) -> None:
        """An error has the id of a container that is there, and of none if there is none."""
        engine = MemoryEngine()
        engine.add_image("app")
        engine.fail(failing, PortUnavailable("taken"))
        with pytest.raises(PortUnavailable, match="taken") as raised:
            MemoryDriver(engine).run_container({"image": "app"})
        assert raised.value.created == next(iter(engine.containers), None)
        assert len(engine.containers) == (failing == "start")


def test_a_removal_may_have_to_be_waited_for() -> None:
    """A driver that came before begins no removal."""
    assert with_verbs(VERBS)().begin_removal("container", ["x"]) is None


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


@pytest.mark.parametrize("verb", [*VERBS, "begin_removal", "listening", "run_container", "version", "tag_image"])
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
