"""Classes of the user's around what fixtures are."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run, names

WRAPPED = """
from pytest_docker_tools import *

class Mine:
    def __init__(self, found):
        self.found, self.id, self.name = found, found.id, getattr(found, 'name', None)

    def title(self):
        return f'mine: {type(self.found).__name__}'
"""


@pytest.mark.parametrize(
    ("definition", "kind"),
    [
        ("network(wrapper_class=Mine)", "Network"),
        ("volume(wrapper_class=Mine)", "Volume"),
        ("image(name='app', wrapper_class=Mine)", "Image"),
        ("build(path='.', wrapper_class=Mine)", "Image"),
        ("fetch(repository='app', policy='missing', wrapper_class=Mine)", "Image"),
        ("image_or_build('NO_SUCH_VARIABLE', path='.', wrapper_class=Mine)", "Image"),
        ("image_or_build('PATH_OF_APP', path='.', wrapper_class=Mine)", "Image"),
    ],
)
def test_the_value_is_of_the_class(
    pytester: pytest.Pytester, run: Run, monkeypatch: pytest.MonkeyPatch, definition: str, kind: str
) -> None:
    """The fixture's value is what the class makes of it, for tests and for references."""
    monkeypatch.setenv("PATH_OF_APP", "app")
    (pytester.path / "Dockerfile").write_text("FROM scratch\n")
    pytester.makepyfile(
        WRAPPED
        + f"""
it = {definition}
user = container(image='app', environment={{'ID': '{{it.id}}', 'TITLE': lambda it: it.title()}})

def test_it(it, user):
    assert it.title() == user.env['TITLE'] == 'mine: {kind}'
    assert it.id == user.env['ID']
"""
    )
    run().assert_outcomes(passed=1)


def test_a_class_that_fails(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """What a class raises is the error of its fixture, and what was made for it is removed."""
    pytester.makepyfile(
        WRAPPED + "def fails(found):\n    raise ValueError('not today')\n"
        "it = network(wrapper_class=fails)\ndef test_it(it): ...\n"
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *ValueError: not today"])
    assert names(engine) == set()


@pytest.mark.parametrize("factory", ["network(", "volume(", "image(name='app', ", "build(path='.', "])
def test_what_is_no_class(pytester: pytest.Pytester, run: Run, factory: str) -> None:
    """What cannot be called is refused where it is written."""
    pytester.makepyfile(WRAPPED + f"it = {factory}wrapper_class=5)\ndef test_it(it): ...\n")
    run().stdout.fnmatch_lines([f"E *{factory.partition('(')[0]}(wrapper_class=...) takes a class, not 5."])


@pytest.mark.parametrize("name", ["driver", "look", "patience", "waits_for"])
def test_a_name_that_is_taken(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, name: str) -> None:
    """A class whose attribute would take the place of one that this project needs is refused where it is given."""
    pytester.makepyfile(
        "from pytest_docker_tools import container, wrappers\n"
        "class Browser(wrappers.Container):\n"
        f"    @property\n    def {name}(self): return 'a browser'\n"
        "it = container(image='app', wrapper_class=Browser)\n"
        "def test_it(it): ..."
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"E *UsageError: container(wrapper_class=...) takes a class without *{name!r}*"])
    assert engine.calls == []


def test_names_that_are_free(pytester: pytest.Pytester, run: Run) -> None:
    """A class may have methods of its own under the names of the verbs, also with other parameters."""
    pytester.makepyfile(
        """
        from pytest_docker_tools import container, wrappers

        class Server(wrappers.Container):
            def start(self, name): return name
            def stop(self, name): return name
            def wait(self): return "waited"
            def url(self): return "http://server"

        it = container(image='app', wrapper_class=Server)

        def test_it(it):
            it.restart()
            it.kill()
            assert (it.wait(), it.url(), it.start("a"), it.stop("b")) == ("waited", "http://server", "a", "b")
        """
    )
    run().assert_outcomes(passed=1)


def test_seconds_of_a_class(pytester: pytest.Pytester, run: Run) -> None:
    """A timeout that a class has is seconds, as that of a keyword."""
    pytester.makepyfile(
        "from pytest_docker_tools import container, wrappers\n"
        "class Slow(wrappers.Container):\n    timeout = '5s'\n"
        "it = container(image='app', wrapper_class=Slow)\ndef test_it(it): ..."
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *UsageError: container(timeout=...) takes a number of seconds*not '5s'*"])
