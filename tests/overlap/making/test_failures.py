"""What fails, or skips, or ends the run, among what is made side by side, in whole runs of pytest."""

from __future__ import annotations

import pytest

from pytest_docker_tools.exceptions import EngineError

from ...conftest import Run
from ..conftest import Stage
from .conftest import HEADER, RAISES, THREE


def test_a_failure_is_told_where_it_belongs(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What fails beside others is the error of its own fixture, at its line; what needs it is not begun, all else goes.

    The report says what is known of the failing container, in pytest's order, and nothing of one that nobody has used.
    """
    engine.after("create_container bb", "create_container cc begins")
    engine.after("create_container aa", "ready bb")
    pytester.makepyfile(
        HEADER + THREE + RAISES.format(body="raise ValueError('not today')") + "def test_it(a, b, c, d): ..."
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [
            "*ERROR at setup of test_it*",
            ">   b = container(image='app', name='bb', wrapper_class=Raises)",
            ">       raise ValueError('not today')",
            "E  *ValueError: not today",
            "*docker container a *",
            "*docker container b *",
            "hello from the app",
        ]
    )
    for line in ("*docker container c *", "*failed as well*", "*could not be removed*"):
        result.stdout.no_fnmatch_line(line)
    assert sorted(engine.made()) == ["aa", "bb", "cc"]


@pytest.mark.parametrize("ci", ["true", ""])
def test_of_two_failures_the_first_one_is_told(
    pytester: pytest.Pytester, run: Run, engine: Stage, monkeypatch: pytest.MonkeyPatch, ci: str
) -> None:
    """The error is that of the fixture that pytest comes to first, others, that failed before, are sections."""
    monkeypatch.setenv("CI", ci)

    def fail() -> None:
        engine.wait_for("remove bb ends")
        raise EngineError("start broke")

    engine.holds["start aa"] = fail
    engine.fail("build_image", EngineError("build_image broke"))
    pytester.makepyfile(
        HEADER
        + """
from io import BytesIO

other = build(fileobj=BytesIO(b'FROM scratch'), tag='other', scope='function')
a = container(image='app', name='aa')
b = container(image='broken', name='bb')
ok = volume(name='ok')

def test_it(a, ok, other, b): ...
def test_next(): ...
"""
    )
    result = run()
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines(
        [
            "E  *EngineError: start broke",
            "*docker container b *",
            "no config",
            "*docker build 'other' (*), which failed as well*",
            "EngineError: build_image broke",
            "*docker container 'b' (*), which failed as well*",
            "ContainerFailed: Container 'bb' of image 'broken' ended with exit code 4 before it was ready.",
        ]
    )
    assert result.stdout.str().count("failed as well") == 2


def test_what_failed_besides_is_told_of_the_setup_only(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What failed beside a setup is not told again of the teardown after it, nor of later tests."""
    engine.after("start aa", "remove bb ends")
    pytester.makepyfile(
        HEADER
        + """
a = container(image='broken', name='aa')
b = container(image='broken', name='bb')

@pytest.fixture
def plain():
    yield
    raise ValueError('teardown')

def test_it(plain, a, b): ...
def test_other(plain): ...
"""
    )
    result = run()
    result.assert_outcomes(errors=3, passed=1)
    assert result.stdout.str().count("failed as well") == 1


@pytest.mark.parametrize(
    ("raises", "outcome"),
    [
        ("pytest.skip('so')", {"skipped": 1}),
        ("pytest.fail('so')", {"errors": 1}),
        ("raise SystemExit(3)", {"errors": 1}),
        ("pytest.xfail('so')", {"xfailed": 1}),
    ],
)
def test_outcomes_are_as_ever(
    pytester: pytest.Pytester, run: Run, engine: Stage, raises: str, outcome: dict[str, int]
) -> None:
    """A skip, a failure, or an exit, in what is begun early has the outcome that it has anywhere in a fixture."""
    engine.after("start aa", "ready bb")
    pytester.makepyfile(HEADER + THREE + RAISES.format(body=raises) + "def test_it(a, b, c): ...")
    result = run()
    result.assert_outcomes(**outcome)
    result.stdout.no_fnmatch_line("*failed as well*")


@pytest.mark.parametrize(("raises", "is_told"), [("pytest.skip('so')", False), ("pytest.fail('so')", True)])
def test_a_skip_besides_is_no_failure(
    pytester: pytest.Pytester, run: Run, engine: Stage, raises: str, is_told: bool
) -> None:
    """What would have skipped a test that has failed is not told as a failure, as what would have failed is."""
    pytester.makepyfile(
        HEADER + RAISES.format(body=raises) + "a = container(image='broken', name='aa')\ndef test_it(a, b): ..."
    )
    engine.after("start aa", "ready bb")
    result = run()
    result.assert_outcomes(errors=1)
    assert ("failed as well" in result.stdout.str()) == is_told


def test_exit(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """pytest.exit in what is begun early ends the run when its fixture's turn comes, and leaves nothing."""
    engine.after("start aa", "ready bb")
    pytester.makepyfile(
        HEADER + THREE + RAISES.format(body="pytest.exit('enough', 7)") + "def test_it(a, b, c): ...\ndef test_b(): ..."
    )
    result = run()
    assert result.ret == 7
    result.stdout.fnmatch_lines(["*Exit: enough*"])


@pytest.mark.parametrize("option", ["-x", "--maxfail=1"])
def test_exitfirst(pytester: pytest.Pytester, run: Run, engine: Stage, option: str) -> None:
    """With -x and --maxfail nothing is left, also of what has a wide scope and was not taken."""
    pytester.makepyfile(
        HEADER
        + """
a = container(image='broken', name='aa', scope='session')
b = container(image='app', name='bb', scope='session')
net = network(scope='session')

def test_one(a, net, b): ...
def test_two(b): ...
"""
    )
    result = run(option)
    result.assert_outcomes(errors=1)
    assert engine.told("start").count("start bb ends") <= 1


def test_a_reference_that_cannot_be_resolved(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """A keyword that cannot be resolved is the error of its own fixture, and named as ever."""
    engine.meet("create_container aa", "create_container bb")
    pytester.makepyfile(
        HEADER + THREE + "d = container(image='app', environment={'A': '{a.nothing}'})\ndef test_it(a, b, d): ..."
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [">   d = container(image='app', environment=*", "E  *TemplateError: container(environment=...) at *"]
    )


def test_what_depends_on_itself(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """A recursion is pytest's error, and what was begun beside it is removed."""
    pytester.makepyfile(
        HEADER
        + THREE
        + """
x = container(image='app', environment={'Y': '{y.name}'})
y = container(image='app', environment={'X': '{x.name}'})

def test_it(a, x, b, c): ...
"""
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E  *recursive dependency involving fixture 'x' detected"])


def test_what_pytest_refuses_is_not_kept(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """What pytest does not set up after all, as a scope is too wide, is removed."""
    pytester.makepyfile(
        HEADER
        + """
narrow = container(image='app', name='narrow')
wide = container(image='app', name='wide', scope='session', environment={'NARROW': '{narrow.name}'})

def test_it(wide, narrow): ...
"""
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["*ScopeMismatch*"])


@pytest.mark.parametrize("is_ready", [True, False])
def test_what_cannot_be_removed_is_said(pytester: pytest.Pytester, run: Run, engine: Stage, is_ready: bool) -> None:
    """Of what was made in vain, and cannot be removed, the end of the run tells; the rest is removed."""
    engine.after("create_container aa", "cc waits")
    pytester.makepyfile(
        HEADER
        + f"""
a = container(image='broken', name='aa')
b = container(image='app', name='bb')
c = container(image='app', name='cc', wait_for=lambda container: note('cc waits') or {is_ready})

def test_it(a, b, c): ...
"""
    )

    def fail() -> None:
        raise EngineError("it is stuck")

    engine.holds["remove cc"] = fail
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        ["*docker fixtures*", "container 'c' (*) was not needed, and could not be removed: it is stuck"]
    )
    [left] = engine.containers.values()
    assert left.name == "cc"
    engine.containers.clear()


def test_a_failure_keeps_what_is_to_be_kept(pytester: pytest.Pytester, run: Run, engine: Stage) -> None:
    """With --docker-keep=failed, what the failing test has got, or has failed with, is kept, and nothing else."""
    engine.meet("create_container aa", "create_container bb", "create_container cc")
    pytester.makepyfile(
        HEADER + THREE.replace("image='app', name='bb'", "image='broken', name='bb'") + "def test_it(a, b, c): ..."
    )
    run("--docker-keep=failed").assert_outcomes(errors=1)
    assert sorted(container.name for container in engine.containers.values()) == ["aa", "bb"]
    engine.containers.clear()
