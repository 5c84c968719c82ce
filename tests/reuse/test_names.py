"""The name by which a later run finds what a fixture has made."""

from __future__ import annotations

import re
import shutil

import pytest

from pytest_docker_tools.driver import Kind
from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run
from .conftest import HEADER, said, there, verbs

NET = "net = network(scope={scope!r})\n"


@pytest.fixture
def auto(pytester: pytest.Pytester) -> None:
    """The project's ini file lets names be made up."""
    pytester.makeini("[pytest]\ndocker_reuse = auto\n")


def names(engine: MemoryEngine) -> set[str]:
    return {name for name in there(engine) if not name.endswith(".unfinished")}


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
@pytest.mark.parametrize("given", ["", "name=None", "name=''"])
def test_a_name_is_demanded(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: str, given: str) -> None:
    """A resource without a name cannot be found again, which is an error that shows where to put one."""
    image = "image='app', " if kind == "container" else ""
    pytester.makepyfile(test_it=f"{HEADER}it = {kind}({image}{given})\ndef test_it(it): ...")
    result = run("--reuse-containers")
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"E  *--reuse-containers*{kind} 'it' (*test_it.py:4)*{kind}(name=...)*docker_reuse*"])
    assert verbs(engine, "create_") == []


@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_none_is_demanded_otherwise(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: str) -> None:
    """Without reuse, no name, and one that is None, mean one that nobody has."""
    image = "image='app', " if kind == "container" else ""
    made = "".join(f"it_{number} = {kind}({image}{given})\n" for number, given in enumerate(["", "name=None"]))
    pytester.makepyfile(test_it=f"{HEADER}{made}def test_it(it_0, it_1):\n    assert it_0.name != it_1.name")
    run().assert_outcomes(passed=1)
    assert names(engine) == set()


@pytest.mark.usefixtures("auto")
@pytest.mark.parametrize("kind", ["container", "network", "volume"])
def test_a_given_name_wins(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: Kind) -> None:
    """A name that the user chose stays, also one that refers to a fixture, and others are made up."""
    image = "image='app', " if kind == "container" else ""
    pytester.makepyfile(
        test_it=f"{HEADER}\n@pytest.fixture\ndef mine():\n    return 'mine'\n"
        f"it = {kind}({image}name='{{mine}}')\nother = {kind}({image})\ndef test_it(it, other): ..."
    )
    run().assert_outcomes(passed=1)
    [chosen, made_up] = sorted(names(engine))
    assert chosen == "mine"
    assert re.fullmatch("pytest-other-[0-9a-f]{12}", made_up)


@pytest.mark.usefixtures("auto")
def test_it_is_the_same_in_every_run(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From wherever pytest is started, with whichever tests, and whatever is written around it, a name is the same."""
    folder = pytester.mkdir("sub")
    (folder / "conftest.py").write_text(HEADER + NET.format(scope="session"))
    (folder / "test_it.py").write_text("def test_first(net): ...\ndef test_second(net): ...")
    run().assert_outcomes(passed=2)
    first = names(engine)
    assert len(first) == 1
    (folder / "conftest.py").write_text(HEADER + "\n\nother = 5\n" + NET.format(scope="session"))
    run("sub/test_it.py::test_second").assert_outcomes(passed=1)
    # Without an ini file, the root is where the arguments are.
    (pytester.path / "tox.ini").unlink()
    monkeypatch.setenv("PYTEST_DOCKER_REUSE", "auto")
    monkeypatch.chdir(folder)
    run("test_it.py").assert_outcomes(passed=2)
    assert names(engine) == first


@pytest.mark.usefixtures("auto")
def test_it_is_the_same_in_every_process(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A process with other hashes of its own makes up the same name, also of a fixture with parameters."""
    pytester.makepyfile(
        test_it=HEADER + "@pytest.fixture(params=['a'])\ndef letter(request):\n    return request.param\n"
        "net = network(labels={'letter': '{letter}'})\ndef test_it(net):\n    print('called', net.name)"
    )
    run().assert_outcomes(passed=1)
    pytester.makeconftest("""
        import pytest
        from pytest_docker_tools.client import Client
        from pytest_docker_tools.testing import MemoryDriver

        @pytest.fixture(scope='session')
        def docker_client():
            return Client(MemoryDriver())
    """)
    [name] = names(engine)
    pytester.runpytest_subprocess("-s").stdout.fnmatch_lines([f"*called {name}*"])


@pytest.mark.usefixtures("auto")
def test_fixtures_have_names_of_their_own(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Of other files, classes and levels of overriding, of one object in two files, and beside it, fixtures differ."""
    fixture = NET.format(scope="function")
    pytester.makeconftest(HEADER + fixture)
    (pytester.path / "shared_fixtures.py").write_text(HEADER + "common = network()\n")
    sub = pytester.mkdir("sub")
    (sub / "conftest.py").write_text(HEADER + fixture)
    (sub / "test_sub.py").write_text("def test_it(net): ...")
    pytester.makepyfile(
        test_a="from shared_fixtures import common\ndef test_it(net): ...\ndef test_other(net, common): ...",
        test_b=HEADER + "from shared_fixtures import common\n"
        "net = network(labels={'upper': '{net.name}'})\nother = network()\n"
        "def test_it(net, other, common): ...\n"
        "class TestIt:\n    net = network()\n    def test_it(self, net): ...\n"
        "class TestOther(TestIt): ...\n",
    )
    pytester.syspathinsert()
    run().assert_outcomes(passed=6)
    found = sorted(name.rpartition("-")[0] for name in names(engine))
    # Of the conftest, of that in sub, of test_b, of both classes.
    assert found == ["pytest-common"] * 2 + ["pytest-net"] * 5 + ["pytest-other"]


@pytest.mark.usefixtures("auto")
def test_projects_have_names_of_their_own(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same files in another folder make up other names, also those of a plugin that two projects have."""
    plugins = pytester.mkdir("plugins")
    (plugins / "the_plugin.py").write_text(HEADER + "of_plugin, overridden = network(), network()\n")
    pytester.syspathinsert(plugins)
    for name in ("one", "two"):
        project = pytester.mkdir(name)
        shutil.copy(pytester.path / "tox.ini", project)
        (project / "conftest.py").write_text(HEADER + "overridden = network(depends_on=['overridden'])\n")
        (project / "test_it.py").write_text(HEADER + "net = network()\ndef test_it(net, of_plugin, overridden): ...")
        monkeypatch.chdir(project)
        run("-p", "the_plugin").assert_outcomes(passed=1)
    found = sorted(name.rpartition("-")[0] for name in names(engine))
    # Of the last one, the plugin's and the project's own.
    assert found == ["pytest-net"] * 2 + ["pytest-of_plugin"] * 2 + ["pytest-overridden"] * 4


PARAMETERS = (
    HEADER
    + """
class Odd:
    pass

@pytest.fixture(params=['a', 'b'])
def letter(request):
    return request.param

@pytest.fixture(params=[{'x': 1}, Odd(), Odd()], ids=['dict', 'odd', 'other'])
def middle(request, letter):
    return letter

@pytest.fixture(params=[1, 2])
def unneeded(request):
    return request.param
"""
)


@pytest.mark.usefixtures("auto")
@pytest.mark.parametrize(
    ("fixture", "test", "expected"),
    [
        ("", "def test_it(net, unneeded): ...", 1),
        ("", "@pytest.mark.parametrize('number', [1, 2])\ndef test_it(net, number): ...", 1),
        ("labels={'a': '{letter}'}", "def test_it(net, unneeded): ...", 2),
        ("labels={'a': '{middle}'}", "def test_it(net): ...", 6),
        ("depends_on=['middle']", "def test_it(net): ...", 6),
        (
            "labels={'a': '{letter}'}",
            "@pytest.mark.parametrize('letter', ['x', 'y', 'z'], indirect=True)\ndef test_it(net): ...",
            3,
        ),
        (
            "labels={'a': '{letter}'}",
            "@pytest.mark.parametrize('letter', ['x', 'y', 'z'])\ndef test_it(net): ...",
            3,
        ),
        (
            "labels={'a': '{letter}'}",
            "@pytest.mark.parametrize('letter', ['a', 'x'], indirect=True)\ndef test_it(net): ...\n"
            "@pytest.mark.parametrize('letter', ['x', 'y'], indirect=True)\ndef test_other(net): ...",
            3,
        ),
        ("", "def test_it(request, letter):\n    request.getfixturevalue('net')", 1),
        ("labels={'a': '{letter}'}", "def test_it(request, letter):\n    request.getfixturevalue('net')", 2),
    ],
)
def test_parameters(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, fixture: str, test: str, expected: int
) -> None:
    """What a fixture needs has parameters, for each of which it has a name; other parameters make no difference."""
    pytester.makepyfile(test_it=f"{PARAMETERS}\nnet = network({fixture})\n{test}")
    result = run()
    assert result.ret == pytest.ExitCode.OK
    first = there(engine)
    assert len(first) == expected
    assert len(said(result)) == expected
    # Each is found again.
    assert len(said(run())) == expected
    assert there(engine) == first


@pytest.mark.usefixtures("auto")
def test_parameters_of_its_own(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What is parametrised itself, by a hook or a mark, has a name for each parameter."""
    pytester.makepyfile(
        test_it=HEADER + "net = network(depends_on=['net_kind'])\n"
        "@pytest.fixture\ndef net_kind(request):\n    return request.param\n"
        "@pytest.mark.parametrize('net_kind', [None, 1.5, True, 'é', ['a', 2]], indirect=True)\n"
        "def test_it(net): ..."
    )
    run().assert_outcomes(passed=5)
    assert len(names(engine)) == 5


@pytest.mark.usefixtures("auto")
@pytest.mark.parametrize("kind", ["container", "network", "volume"])
@pytest.mark.parametrize("name", ["x", "_hidden", "größe", "名前", "a" * 200, "with space/and:more", "../up", "-dash"])
def test_strange_names(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, kind: str, name: str) -> None:
    """Whatever a fixture is called, engines take the name that is made of it, and a host may have it."""
    image = "image='app', " if kind == "container" else ""
    pytester.makepyfile(
        test_it=f"{HEADER}it = {kind}({image}fixture_name={name!r})\n"
        f"def test_it(request):\n    request.getfixturevalue({name!r})"
    )
    run().assert_outcomes(passed=1)
    [found] = names(engine)
    assert re.fullmatch(r"pytest-[a-zA-Z0-9_.-]+-[0-9a-f]{12}", found)
    assert len(found) < 64


@pytest.mark.usefixtures("auto")
def test_names_that_look_alike(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Fixtures whose names differ in what a name on an engine cannot have are different."""
    long = "a" * 80
    fixtures = "".join(
        f"it_{number} = network(fixture_name={name!r})\n"
        for number, name in enumerate(["ä", "ö", f"{long}1", f"{long}2"])
    )
    pytester.makepyfile(test_it=f"{HEADER}{fixtures}def test_it(ä, ö, {long}1, {long}2): ...")
    run().assert_outcomes(passed=1)
    assert len(names(engine)) == 4
