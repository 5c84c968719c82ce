"""What is wrong with a definition is told at its line, or by its fixture."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run
from .conftest import project


@pytest.mark.parametrize("holder", ["test_it.py", "conftest.py"])
@pytest.mark.parametrize(
    ("definition", "message"),
    [
        ("container(image='app', enviroment={})", "no keyword 'enviroment'. Did you mean 'environment'?"),
        ("container(image='app', detach=False)", "no keyword 'detach'"),
        ("container(image='app', command='echo {')", "command=...*'echo {' is no template*{{"),
        ("container(image='app', labels={'json': '{\"a\": 1}'})", "labels=...*is*{{"),
        ("container()", "needs an image"),
        ("fetch()", "needs a repository"),
        ("build()", "needs a folder"),
        ("build(pth='x')", "no keyword 'pth'. Did you mean 'path'?"),
        ("network(drivr='x')", "no keyword 'drivr'. Did you mean 'driver'?"),
        ("volume(lables={})", "no keyword 'lables'. Did you mean 'labels'?"),
        ("fetch(repo='x')", "no keyword 'repo'"),
        ("image(nam='x')", "no keyword 'nam'. Did you mean 'name'?"),
        ("image()", "needs a name"),
        ("container(image='x', scop='session')", "no keyword 'scop'. Did you mean 'scope'?"),
        ("volume(initial_contents={})", "Did you mean 'initial_content'?"),
        ("fxtr('a b')", "name of a fixture"),
        ("fxtr('class')", "name of a fixture"),
        ("container(image='app', wrapper_class=5)", "wrapper_class=...*takes a class, not 5"),
        ("image_or_build('K', pth='x')", "image_or_build() has no keyword 'pth'. Did you mean 'path'?"),
        ("container(image='app', command='{class}')", "command=...*'{class}'*begins with no name*"),
        ("container(image='app', fixture_name=5)", "takes the name of the fixture, not 5"),
        ("container(image='app', scope='test')", "scope=...*one of session, package, module, class, function*"),
        ("container(image='app', scope=5)", "scope=...*not 5"),
        ("container(image='app', ports={80: None}, network_mode='host')", "ports=...*no meaning*'host'*"),
        ("build(fileobj='FROM scratch')", "fileobj=...*takes a file, or bytes*"),
        ("image_or_build(environ_key=5, path='x')", "name of an environment variable, not 5"),
    ],
)
def test_what_cannot_be_meant_is_refused_where_it_is_written(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, holder: str, definition: str, message: str
) -> None:
    """An unknown keyword or a string that is no template is an error at the line of the factory's call, at import."""
    line = f"\nit = {definition}\n"
    in_test = holder == "test_it.py"
    project(pytester, (line if in_test else "") + "def test_it(): ...", "" if in_test else line)
    result = run()
    output = result.stdout.str() + result.stderr.str()
    lines = pytest.LineMatcher(output.splitlines())
    lines.fnmatch_lines([f"*{holder}:*", f"E  *{message.replace('[', '[[]')}*"] if in_test else [f"E  *{message}*"])
    assert "INTERNALERROR" not in output
    assert result.ret != 0
    assert engine.calls == []


@pytest.mark.parametrize("holder", ["test_it.py", "conftest.py"])
@pytest.mark.parametrize(
    ("definition", "lines"),
    [
        (
            "container(image='app', dns=['{fakedns.ips.primary}'])",
            ["container(dns=...) at *:5 refers to a fixture 'fakedns'*{{*", "*fixture 'fakedns' not found*"],
        ),
        (
            "container(image='app', command='{base.nothing}')",
            ["*E *container(command=...) at *'{base.nothing}'*nothing*"],
        ),
        ("container(image='app', command='{base.attrs[nothing]}')", ["*E *container(command=...)*no key 'nothing'*"]),
        ("container(image=image(name='app'))", ["*E *container(image=...)*assign it to a name first*"]),
        ("container(image='app', command=lambda base: base.oops)", ["*E *AttributeError*oops*"]),
        ("container(image='app', timeout='{base.id}')", ["*E *timeout*seconds*"]),
        ("container(image='app', timeout=-1)", ["*E *timeout*seconds*not -1*"]),
        ("container(image='app', timeout=float('nan'))", ["*E *timeout*seconds*not nan*"]),
        (
            "container(image='app', wrapper_class=lambda made: None)",
            ["*E *subclass of *wrappers.Container*'NoneType'*"],
        ),
        ("build(fileobj=lambda base: 'FROM scratch')", ["*E *fileobj=...*takes a file, or bytes*"]),
        ("container(image=pytest.fixture(name='my-image')(lambda: 1))", ["*E *image=...*'my-image'*name cannot be*"]),
        ("volume(initial_content=5)", ["*E *dict of names and contents, not as int*"]),
        ("volume(initial_content={5: b''})", ["*E *name of a file is a string, not 5*"]),
        ("container(image='app', files={'a': b''})", ["*E *UsageError*'a' is no path in a container*"]),
        ("build(fileobj=b'FROM scratch', stages=5)", ["*E *stages=...*dict of stages and tags, not int*"]),
        ("container(image='app', environment={'A': b'[xff]'})".replace("[", chr(92)).replace("]", ""), ["*E *UTF-8*"]),
    ],
)
def test_a_reference_that_leads_nowhere_is_an_error_of_its_fixture(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, holder: str, definition: str, lines: list[str]
) -> None:
    """An unknown fixture, attribute or key is reported for the tests that need it, with factory, keyword and text."""
    written = f"\nbase = image(name='app')\nit = {definition}\n"
    in_test = holder == "test_it.py"
    tests = "def test_it(it): ...\ndef test_other(base): ..."
    project(pytester, (written if in_test else "") + tests, "" if in_test else written)
    result = run()
    result.assert_outcomes(passed=1, errors=1)
    result.stdout.fnmatch_lines(lines)
    assert not engine.containers


def test_the_traceback_ends_at_the_users_line(pytester: pytest.Pytester, run: Run) -> None:
    """The report of an error of ours shows the line that called the factory, and none of our own code."""
    project(pytester, "\n\nmissing = container(\n    image='nowhere',\n)\ndef test_it(missing): ...")
    result = run()
    result.stdout.fnmatch_lines(
        ["*missing = container(*", "E  *ImageNotFound*fetch(repository='nowhere')*", "test_it.py:5: *"]
    )
    result.stdout.no_fnmatch_line("*pytest_docker_tools/*")
