"""Fixtures and tests of one run that have the same resource, and for how long it is in use."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from pytest_docker_tools import locks, meeting
from pytest_docker_tools.driver import Kind
from pytest_docker_tools.exceptions import EngineUnavailable
from pytest_docker_tools.reuse import use
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ...conftest import Run
from ..conftest import HEADER, key, said, there, used_elsewhere, verbs
from .conftest import is_used


class TestInOneRun:
    def test_many_tests(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """A fixture that each test asks for anew has the same container in all of them, of which one line tells."""
        pytester.makepyfile(
            test_it=HEADER
            + "it = container(image='app', name='it')\nids = set()\n"
            + "@pytest.mark.parametrize('number', range(5))\ndef test_it(it, number):\n"
            + "    ids.add(it.id)\n    assert len(ids) == 1"
        )
        for how in ("made, as there was none", "reused"):
            result = run("--reuse-containers")
            result.assert_outcomes(passed=5)
            assert said(result) == [f"container it (it): {how}"]
        assert verbs(engine, "create_") == ["create_container"]

    def test_one_name_of_two_definitions(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """Two fixtures that want different things of one name at a time are an error that says who has it."""
        pytester.makepyfile(
            test_it=HEADER
            + "one = container(image='app', name='it')\ntwo = container(image='app', name='it', tty=True)\n"
            + "def test_it(one, two): ...\ndef test_other(two): ..."
        )
        result = run("--reuse-containers")
        result.assert_outcomes(errors=1, passed=1)
        result.stdout.fnmatch_lines(
            [
                "E  *NotReusable: container 'two' (*test_it.py:5) makes the container 'it' anew, as this has changed: "
                "tty. For that the container 'it' would have to be removed. The fixture 'one' is using it at this "
                "moment, so nothing was removed. Wait for its end, or choose another name."
            ]
        )
        # One after the other they may have it.
        assert said(result) == [
            "container one (it): made, as there was none",
            "container two (it): made anew, as this has changed: tty",
        ]

    def test_a_fixture_that_is_over_has_nothing(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine
    ) -> None:
        """A fixture that has failed, and had that name, is not said to be the one that uses it."""
        pytester.makepyfile(
            test_it=HEADER
            + "one = container(image='app', name='it', scope='session')\n"
            + "two = container(image='app', name='it', tty=True)\n"
            + "def test_one(one): ...\ndef test_two(two): ..."
        )
        run("--reuse-containers", "test_it.py::test_one").assert_outcomes(passed=1)
        MemoryDriver(engine).stop("it")
        engine.fail("start", EngineUnavailable("the engine is gone"))
        with used_elsewhere(engine, "container", "it"):
            result = run("--reuse-containers")
        result.assert_outcomes(errors=2)
        result.stdout.fnmatch_lines(["E  *NotReusable: container 'two'* Another run, or another worker of this one, *"])

    def test_one_name_of_one_definition(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """Two fixtures that want the same have one container, which is in use until the last one is over."""
        pytester.makepyfile(
            test_it=HEADER
            + "one = container(image='app', name='it', scope='session')\ntwo = container(image='app', name='it')\n"
            + "def test_it(one, two):\n    assert one.id == two.id\ndef test_other(two): ..."
        )
        result = run("--reuse-containers")
        result.assert_outcomes(passed=2)
        assert said(result) == ["container one (it): made, as there was none"]
        assert list(there(engine)) == ["it"]

    def test_it_is_in_use_until_its_fixture_ends(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine
    ) -> None:
        """What a fixture has made, or found, is in use for as long as that, and not afterwards."""
        pytester.makepyfile(
            test_it=HEADER
            + "from pytest_docker_tools import lasting, locks, meeting\n"
            + "net = network(name='net', scope='session')\nit = container(image='app', name='it')\n"
            + "def used(docker_client, kind, name):\n"
            + "    key = lasting.key(docker_client.driver, kind, name)\n"
            + "    return len(locks.holders(meeting.folder() / 'uses' / key))\n"
            + "def test_both(docker_client, net, it):\n"
            + "    assert used(docker_client, 'network', 'net') == used(docker_client, 'container', 'it') == 1\n"
            + "def test_net(docker_client):\n"
            + "    assert used(docker_client, 'network', 'net') == 1\n"
            + "    assert used(docker_client, 'container', 'it') == 0\n"
        )
        for _ in range(2):
            run("--reuse-containers").assert_outcomes(passed=2)
            assert not is_used(engine, "network", "net")
            assert not is_used(engine, "container", "it")

    @pytest.mark.usefixtures("unguarded")
    def test_others_wait_for_their_turn(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """It is nobody else's turn while a resource is looked for, made and used for the first time, and then it is."""
        inspect, taken = MemoryDriver.inspect, []

        def is_taken() -> bool:
            lock = locks.attempt(use.turn(meeting.folder(), key(engine, "network", "it")))
            if lock is not None:
                lock.release()
            return lock is None

        def watched(driver: MemoryDriver, kind: Kind, refs: Sequence[str], **options: Any) -> Any:
            taken.append(is_taken())
            return inspect(driver, kind, refs, **options)

        monkeypatch.setattr(MemoryDriver, "inspect", watched)
        pytester.makepyfile(test_it=HEADER + "it = network(name='it')\ndef test_it(it): ...")
        run("--reuse-containers").assert_outcomes(passed=1)
        run("--reuse-containers").assert_outcomes(passed=1)
        # Looked for twice. What was made is looked at, what was found has been.
        assert taken == [True] * 3
        assert not is_taken()

    def test_a_report_of_a_failure(self, pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
        """A report does not say of a reusable container that it goes, however reuse was asked for."""
        monkeypatch.setattr(MemoryDriver, "client_command", lambda self: ("memory",))
        monkeypatch.setenv("PYTEST_DOCKER_REUSE", "auto")
        pytester.makepyfile(test_it=HEADER + "it = container(image='app')\ndef test_it(it):\n    assert False")
        for _ in range(2):
            result = run()
            result.assert_outcomes(failed=1)
            result.stdout.fnmatch_lines(["look:   memory exec -it pytest-it-*"])
            result.stdout.no_fnmatch_line("*--docker-keep*")
