"""What a container is waited for by, and what it is set up after."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from ..conftest import Run

HEADER = "import pytest\nfrom pytest_docker_tools import *\nfrom pytest_docker_tools import probes\n"


@pytest.fixture(autouse=True)
def images(engine: MemoryEngine) -> None:
    engine.add_image("migration", MemoryImage(exits_with=0, exits_after=2, logs=b"migrated\n"))


@pytest.mark.parametrize(
    "wait_for",
    [
        "probes.LogLine('^hello from the {name}$')",
        "[probes.LogLine('hello'), probes.LogLine(pattern=fxtr('name'), times='{times}')]",
        "lambda container: container.labels['name'] == 'app'",
        "is_named",
        "[is_named, probes.LogLine(lambda name: name)]",
        "probe",
        "fxtr('probe')",
        "[probe, is_named]",
        "fxtr('several')",
        "probes.Check(is_named)",
    ],
)
def test_probes_and_references(pytester: pytest.Pytester, run: Run, wait_for: str) -> None:
    """A probe may have references; a function is called with the container; a fixture may give either, or a list."""
    pytester.makepyfile(
        HEADER
        + f"""
@pytest.fixture
def name():
    return 'app'

@pytest.fixture
def times():
    return 1

asked = []

def is_named(container):
    asked.append(container)
    return container.labels['name'] == 'app'

@pytest.fixture
def probe(name):
    return lambda container: is_named(container) and name == 'app'

@pytest.fixture
def several(probe):
    return (probe, probes.LogLine('hello'))

it = container(image='app', labels={{'name': '{{name}}'}}, wait_for={wait_for})

def test_it(it):
    assert it.wait_for
    assert all(container is it for container in asked)
"""
    )
    run().assert_outcomes(passed=1)


def test_a_probe_that_fails(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A container that does not get ready is removed, and the error shows what was missing last."""
    pytester.makepyfile(
        HEADER + "it = container(image='app', wait_for=probes.LogLine('godot'), timeout=0.05)\ndef test_it(it): ..."
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *ContainerNotReady*within 0.05 seconds: 'godot' is not found in its log.*"])
    assert not engine.containers


def test_after_what_the_class_waits_for(pytester: pytest.Pytester, run: Run) -> None:
    """A class's probes are asked first, those of the fixture then; and the class's time holds where none is given."""
    pytester.makepyfile(
        HEADER
        + """
from pytest_docker_tools import wrappers

asked = []

class Patient(wrappers.Container):
    timeout = 77.0
    wait_for = probes.Check(lambda container: asked.append('class') or True)

it = container(image='app', wrapper_class=Patient, wait_for=lambda container: asked.append('fixture') or True)
other = container(image='app', wrapper_class=Patient, timeout=5, depends_on=[it])

def test_it(it, other):
    assert asked == ['class', 'fixture', 'class']
    assert (it.timeout, other.timeout) == (77.0, 5.0)
"""
    )
    run().assert_outcomes(passed=1)


@pytest.mark.parametrize("wrong", ["'healthy'", "5", "[probes.LogLine]", "{'log': 'ready'}"])
def test_what_is_no_probe(pytester: pytest.Pytester, run: Run, wrong: str) -> None:
    """Anything else is refused where it is written."""
    pytester.makepyfile(HEADER + f"it = container(image='app', wait_for={wrong})\ndef test_it(it): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *UsageError: container(wait_for=...) takes a probe, a function*"])


def test_a_fixture_that_gives_no_probe(pytester: pytest.Pytester, run: Run) -> None:
    """What comes from a fixture is checked when that is known."""
    pytester.makepyfile(
        HEADER
        + "@pytest.fixture\ndef probe():\n    return 'healthy'\n"
        + "it = container(image='app', wait_for=probe)\ndef test_it(it): ..."
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *UsageError: container(wait_for=...) takes a probe, a function*'healthy'*"])


@pytest.mark.parametrize("keyword", ["remove", "auto_remove"])
def test_one_that_ends_is_not_removed_by_the_engine(pytester: pytest.Pytester, run: Run, keyword: str) -> None:
    """A container that does its work once cannot be one that the engine removes."""
    definition = f"container(image='migration', wait_for=probes.Exited(), {keyword}=True)"
    pytester.makepyfile(HEADER + f"it = {definition}\ndef test_it(it): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *UsageError*Exited()*lose its exit code*Leave out remove=*"])


def test_reuse(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """With --reuse-containers, one that has done its work does not do it again; what is waited for may change."""
    test = "def test_it(it):\n    assert it.status == 'exited'\n    assert it.logs() == 'migrated\\n'"
    for wait_for in ("probes.Exited()", "[probes.Exited(), probes.LogLine('migrated')]"):
        pytester.makepyfile(HEADER + f"it = container(name='it', image='migration', wait_for={wait_for})\n" + test)
        run("--reuse-containers").assert_outcomes(passed=1)
    assert [name for name, _ in engine.calls if name in ("create_container", "start")] == ["create_container", "start"]


@pytest.mark.parametrize("depends_on", ["[db, 'net']", "(fxtr('db'), net)", "['net', 'db', 'plain']"])
@pytest.mark.parametrize(
    "factory",
    [
        "container(image='app', {})",
        "network({})",
        "volume({})",
        "image(name='app', scope='function', {})",
        "build(path='app', scope='function', {})",
        "fetch(repository='app', scope='function', policy='missing', {})",
        "image_or_build('NO_SUCH_VARIABLE', path='app', scope='function', {})",
    ],
)
def test_depends_on(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, factory: str, depends_on: str) -> None:
    """Every factory's fixture is set up after those it depends on, and removed before them."""
    (pytester.mkdir("app") / "Dockerfile").write_text("FROM scratch\n")
    pytester.makepyfile(
        HEADER
        + f"""
net = network()
db = container(image='app')
it = {factory.format(f"depends_on={depends_on}")}

@pytest.fixture
def plain():
    return []

@pytest.fixture
def after(request, it):
    return set(request.fixturenames)

def test_it(after):
    assert {{'it', 'db', 'net'}} <= after
"""
    )
    result = run("--setup-show", "-v")
    result.assert_outcomes(passed=1)
    steps = [
        line.split()[2].partition("(")[0] for line in result.outlines if line.split()[:1] in (["SETUP"], ["TEARDOWN"])
    ]
    names = [name for name in steps if name in ("it", "db", "net")]
    assert names[2] == names[3] == "it"
    assert {*names[:2]} == {*names[4:]} == {"db", "net"}
    assert not engine.containers


@pytest.mark.parametrize("wrong", ["'db'", "[5]", "[lambda db: db]", "[None]", "None", "{'db': 1}"])
def test_what_cannot_be_depended_on(pytester: pytest.Pytester, run: Run, wrong: str) -> None:
    """What names no fixtures is refused where it is written."""
    pytester.makepyfile(HEADER + f"it = container(image='app', depends_on={wrong})\ndef test_it(it): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *UsageError: container(depends_on=...) takes a list of fixtures*"])


@pytest.mark.parametrize(
    ("name", "error"), [("'two words'", "*fxtr() takes the name*"), ("'nobody'", "*'nobody'*does not know there*")]
)
def test_names_that_are_none(pytester: pytest.Pytester, run: Run, name: str, error: str) -> None:
    """A name that no fixture has, or can have, is an error that says so."""
    pytester.makepyfile(HEADER + f"it = container(image='app', depends_on=[{name}])\ndef test_it(it): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([error])


def test_what_was_just_run_is_inspected_once(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A container whose process is seen to run takes one call to be run, and one to be looked at."""
    monkeypatch.setattr(MemoryDriver, "still_runs", lambda driver, container: True)
    engine.add_image("server", MemoryImage(listens=("80/tcp",), listens_after=3))
    pytester.makepyfile(
        HEADER
        + """
it = container(image='server', ports={'80/tcp': None})

def test_it(it):
    assert it.get_open_tcp_ports() == ['80']
"""
    )
    run().assert_outcomes(passed=1)
    calls = [verb for verb, _ in engine.calls if verb in ("create_container", "start", "inspect")]
    assert calls == ["create_container", "start", "inspect"]
