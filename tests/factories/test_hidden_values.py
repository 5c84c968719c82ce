"""Values that may be secrets, in the errors of all factories."""

from __future__ import annotations

import pytest

from pytest_docker_tools.options import MAY_BE_SECRET

from ..conftest import Run

# A use of each such keyword, in which VALUE is what may be a secret.
USES = {
    "environment": "container(image='app', environment={'TOKEN': VALUE})",
    "log_config": "container(image='app', log_config={'config': {'splunk-token': VALUE}})",
    "mounts": "container(image='app', mounts=[Mount('/x', driver_config={'options': {'o': VALUE}})])",
    "files": "container(image='app', files={'/etc/app.json': VALUE})",
    "buildargs": "build(path='app', buildargs={'TOKEN': VALUE})",
    "secrets": "build(path='app', secrets={'token': VALUE})",
    "auth_config": "fetch(repository='app', auth_config={'username': 'me', 'password': VALUE})",
    "driver_opts": "volume(driver_opts={'o': VALUE})",
    "initial_content": "volume(initial_content={'app.json': VALUE})",
}
IN_A_LIST = "container(image='app', environment=['A=1', 'TOKEN=' + VALUE])"
IN_A_BUILD = "image_or_build('IMAGE_ID', path='app', buildargs={'TOKEN': VALUE})"
PROJECT = """
import pytest
from pytest_docker_tools import *
from pytest_docker_tools.types import Mount
from vault import VALUE

@pytest.fixture(scope='session')
def vault():
    return {{'here': 1}}

it = {use}

def test_it(it): ...
"""


def test_every_keyword_has_a_use() -> None:
    """No keyword whose value may be a secret is untried."""
    assert USES.keys() == MAY_BE_SECRET


@pytest.mark.parametrize(
    ("use", "value"),
    [
        *((use, '{"password": "hunter2"}') for use in [*USES.values(), IN_A_LIST, IN_A_BUILD]),
        *((USES["environment"], value) for value in ("hunter2}", "{vault[here]}{hunter2.", "{0.hunter2}")),
    ],
)
def test_no_template(pytester: pytest.Pytester, run: Run, use: str, value: str) -> None:
    """A string with a stray brace is an error that does not show it, but where it is and what to do."""
    pytester.makepyfile(vault=f"VALUE = {value!r}", test_it=PROJECT.format(use=use))
    result = run("-vv")
    keyword = next(name for name in USES if f"{name}=" in use)
    result.stdout.fnmatch_lines([f"E *TemplateError*({keyword}=...) at *test_it.py:10: *literal brace*lambda: value*"])
    result.stdout.no_fnmatch_line("*hunter2*")


@pytest.mark.parametrize(
    ("use", "value"),
    [
        *((use, "{vault[hunter2]}") for use in [*USES.values(), IN_A_LIST, IN_A_BUILD]),
        *((USES["environment"], value) for value in ("{vault.hunter2}", "{vault[here]:hunter2}", "{vault:hunter2}")),
    ],
)
def test_what_a_fixture_does_not_have(pytester: pytest.Pytester, run: Run, use: str, value: str) -> None:
    """A string that cannot be filled in is an error that does not show it, but which fixture it refers to."""
    pytester.makepyfile(vault=f"VALUE = {value!r}", test_it=PROJECT.format(use=use))
    result = run("-vv", "--showlocals")
    result.assert_outcomes(errors=1)
    keyword = next(name for name in USES if f"{name}=" in use)
    result.stdout.fnmatch_lines([f"E *TemplateError*({keyword}=...) at *test_it.py:10: *cannot be filled in*'vault'*"])
    result.stdout.no_fnmatch_line("*hunter2*")


def test_as_it_is(pytester: pytest.Pytester, run: Run) -> None:
    """A function gives a value with braces as it is, as the error says."""
    use = "container(image='app', environment={'TOKEN': lambda: VALUE})"
    pytester.makepyfile(
        vault="VALUE = '{x'", test_it=PROJECT.format(use=use).replace("...", "assert it.env['TOKEN'] == VALUE")
    )
    run().assert_outcomes(passed=1)


def test_other_errors_are_shown(pytester: pytest.Pytester, run: Run) -> None:
    """What is said of a fixture, and not of a string, is said of these keywords too."""
    use = "container(image='app', environment={'TOKEN': pytest.fixture(name='no name')(lambda: 1)})"
    pytester.makepyfile(vault="VALUE = ''", test_it=PROJECT.format(use=use))
    run().stdout.fnmatch_lines(["E *environment=*the fixture 'no name' is used here*"])
