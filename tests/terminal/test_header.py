"""The line that says which engine there is: where, and how often."""

from __future__ import annotations

import re
from typing import Any

import pytest

from pytest_docker_tools.driver import Endpoint, Facts, Recipe
from pytest_docker_tools.exceptions import DeadlineExceeded, EngineUnavailable, UnsupportedOperation
from pytest_docker_tools.terminal.header import described
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ..conftest import OnTerminal, Run, seen

UNGUARDED = "; if pytest is killed, what it leaves stays until the next run"
LINE = rf"MemoryDriver, engine 1\.0-memory \(API 1\.41\) at memory://\w+{UNGUARDED}"
CLIENT = """
import pytest
from pytest_docker_tools import container
from pytest_docker_tools.client import Client
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

@pytest.fixture(scope={scope!r})
def docker_client():
    engine = MemoryEngine()
    engine.add_image('app', MemoryImage())
    with Client(MemoryDriver(engine)) as client:
        yield client

it = container(image='app')
"""
TESTS = """
def test_none(): ...
def test_one(it): ...
def test_two(it): ...
"""


@pytest.fixture(params=["session", "function"])
def project(pytester: pytest.Pytester, request: pytest.FixtureRequest) -> None:
    """A project with one client, and one with several."""
    pytester.makeconftest(CLIENT.format(scope=request.param))
    pytester.makepyfile(test_it=TESTS)


def found(pattern: str, text: str) -> int:
    """Give the number of places where a pattern is in a text."""
    return len(re.findall(pattern, text, re.MULTILINE))


@pytest.mark.usefixtures("project")
class TestOnATerminal:
    @pytest.mark.parametrize("argument", ["-v", "-q", "-s", "--capture=sys"])
    def test_is_said_once(self, on_terminal: OnTerminal, argument: str) -> None:
        """The line is there as soon as there is a client, before the first test that has one, and once."""
        text = "\n".join(seen(on_terminal(argument)))
        assert found("^docker: ", text) == 1
        assert re.search(rf"(\.|PASSED +\[ 33%\])\ndocker: {LINE}\n", text)
        assert "3 passed" in text

    def test_is_little(self, on_terminal: OnTerminal) -> None:
        """With -qq it is not there."""
        assert "docker" not in on_terminal("-qq").replace("docker-tools", "")

    def test_is_said_by_no_worker(self, on_terminal: OnTerminal) -> None:
        """With pytest-xdist it is said once, at the end."""
        text = "\n".join(seen(on_terminal("-n2")))
        assert found(f"^=+ docker =+\n({LINE}\n)+=+ 3 passed", text) == 1


class TestElsewhere:
    @pytest.mark.parametrize("argument", ["-v", "-q"])
    def test_is_said_at_the_end(self, pytester: pytest.Pytester, run: Run, argument: str) -> None:
        """Where the output goes to a file, it is said once, at the end."""
        pytester.makepyfile("from pytest_docker_tools import container\nit = container(image='app')\n" + TESTS)
        assert found(rf"^=+ docker =+\n{LINE}\n[^d]*3 passed", run(argument).stdout.str()) == 1

    @pytest.mark.parametrize("arguments", [["-qq"], ["--setup-plan"]])
    def test_nothing_is_asked(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, arguments: list[str]
    ) -> None:
        """Where it is not said, the engine is not asked for its version."""
        pytester.makepyfile("from pytest_docker_tools import container\nit = container(image='app')\n" + TESTS)
        result = run(*arguments)
        assert result.ret == 0
        assert "docker =" not in result.stdout.str()
        assert "version" not in [verb for verb, _ in engine.calls]

    def test_the_same_workers_say_it_once(self, pytester: pytest.Pytester) -> None:
        """What all workers of pytest-xdist say is one line."""
        pytester.makeconftest(
            CLIENT.format(scope="session").replace("MemoryEngine()", "MemoryEngine()\n    engine.url = 'memory://x'")
        )
        pytester.makepyfile(test_it=TESTS)
        result = pytester.runpytest_subprocess("-n2")
        result.assert_outcomes(passed=3)
        assert found(f"^MemoryDriver, engine .* at memory://x{UNGUARDED}$", result.stdout.str()) == 1

    @pytest.mark.parametrize(
        "client",
        [
            "'a string'",
            "type('Broken', (), {'driver': property(lambda self: 1 / 0)})()",
            "__import__('unittest.mock').mock.MagicMock()",
        ],
    )
    def test_fails_no_run(self, pytester: pytest.Pytester, run: Run, client: str) -> None:
        """A client that is nobody's, and one that is broken, is none of its business."""
        pytester.makepyfile(f"""
            import pytest
            import pytest_docker_tools.factories

            @pytest.fixture
            def docker_client():
                return {client}

            def test_it(docker_client): ...
        """)
        result = run()
        result.assert_outcomes(passed=1)
        assert "docker =" not in result.stdout.str()


class Answering(MemoryDriver):
    """A driver whose answers a test chooses; an error is raised."""

    def __init__(self, facts: Any = None, recipe: Any = None, endpoint: Any = None) -> None:
        super().__init__()
        self.answers = facts, recipe, endpoint
        self.timeouts: list[float | None] = []

    def _answer(self, number: int) -> Any:
        if isinstance(self.answers[number], Exception):
            raise self.answers[number]
        return self.answers[number]

    def version(self, *, timeout: float | None = None) -> Facts:
        self.timeouts.append(timeout)
        return dict(self._answer(0) or {})

    def recipe(self) -> Recipe | None:
        found: Recipe | None = self._answer(1)
        return found

    def endpoint(self) -> Endpoint:
        return self._answer(2) or Endpoint("unix:///a.sock", "127.0.0.1", True)


class TestDescribed:
    @pytest.mark.parametrize(
        ("driver", "line"),
        [
            (Answering(), "Answering at unix:///a.sock"),
            (Answering({"Version": "2"}, Recipe("mine")), "mine, engine 2 at unix:///a.sock"),
            (
                Answering({"Version": "2", "ApiVersion": "1.9", "Client": {"Name": "me", "Version": "3"}}),
                "Answering (me 3), engine 2 (API 1.9) at unix:///a.sock",
            ),
            (Answering({"Client": {"Name": "me", "Version": None}}), "Answering at unix:///a.sock"),
            (Answering(UnsupportedOperation("no"), Recipe("mine")), "mine at unix:///a.sock"),
            (Answering(DeadlineExceeded("late"), EngineUnavailable("no"), EngineUnavailable("no")), "Answering"),
        ],
    )
    def test_what_answers(self, driver: Answering, line: str) -> None:
        """The line has what is known, asked for once, and not for long."""
        assert described(driver) == line
        assert len(driver.timeouts) == 1
        assert 0 < (driver.timeouts[0] or 0) <= 5
