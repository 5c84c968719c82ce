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
