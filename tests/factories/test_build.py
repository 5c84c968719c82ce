"""Images that are built."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.testing import MemoryEngine

from ..conftest import Run

HEADER = "import io\nfrom pytest_docker_tools import *\n"


def builds(engine: MemoryEngine) -> list[dict[str, Any]]:
    """Give the options of all builds."""
    return [arguments["options"] for verb, arguments in engine.calls if verb == "build_image"]


def test_path_below_the_invocation_directory_comes_first(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine
) -> None:
    """A relative path is looked for where pytest was started, then next to the file that calls build."""
    for folder in ("near", "sub/near", "sub/far"):
        path = pytester.path / folder
        path.mkdir(parents=True)
        (path / "Dockerfile").write_text("FROM scratch\n")
    (pytester.path / "sub" / "test_it.py").write_text(
        HEADER + "near = build(path='near')\nfar = build(path='far')\ndef test_it(near, far): ..."
    )
    run().assert_outcomes(passed=1)
    assert [options["path"] for options in builds(engine)] == [
        str(pytester.path / "near"),
        str(pytester.path / "sub" / "far"),
    ]


def test_a_missing_folder_lists_where_it_was_looked_for(pytester: pytest.Pytester, run: Run) -> None:
    """A folder that is in neither place is an error with both."""
    (pytester.mkdir("sub") / "test_it.py").write_text(HEADER + "it = build(path='gone')\ndef test_it(it): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"E *'gone'*{pytester.path / 'gone'} and no {pytester.path / 'sub' / 'gone'}*"])


def test_fileobj_is_read_once(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """A Dockerfile in a file object serves every build, also of a function-scoped fixture, and may be closed."""
    pytester.makepyfile(
        HEADER
        + """
import pytest

with io.BytesIO(b'FROM scratch') as file:
    it = build(fileobj=file, scope='function')

text = build(fileobj=io.StringIO('FROM scratch'), scope='function')

@pytest.mark.parametrize('turn', [1, 2])
def test_it(turn, it, text): ...
"""
    )
    run().assert_outcomes(passed=2)
    assert [options["fileobj"] for options in builds(engine)] == [b"FROM scratch"] * 4


def test_stages_are_built_first(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Each stage is built with its tag, in order, before the image; all with the same options and references."""
    pytester.makepyfile(
        HEADER
        + """
import pytest

@pytest.fixture(scope='session')
def version():
    return '7'

it = build(
    fileobj=io.BytesIO(b'FROM scratch'), tag='it:{version}', buildargs={'VERSION': '{version}'},
    stages={'one': 'it:one-{version}', 'two': 'it:two'},
)

def test_it(it): ...
"""
    )
    run().assert_outcomes(passed=1)
    assert [(options.get("target"), options["tag"]) for options in builds(engine)] == [
        ("one", "it:one-7"),
        ("two", "it:two"),
        (None, "it:7"),
    ]
    assert all(options["buildargs"] == {"VERSION": "7"} for options in builds(engine))


@pytest.mark.parametrize("given", ["app", ""])
def test_image_or_build(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch, given: str
) -> None:
    """The image that the variable names is used; where it is unset or empty, one is built."""
    monkeypatch.setenv("IMAGE_ID", given)
    pytester.makepyfile(
        HEADER + "it = image_or_build('IMAGE_ID', fileobj=io.BytesIO(b'FROM scratch'))\ndef test_it(it): ..."
    )
    run().assert_outcomes(passed=1)
    assert len(builds(engine)) == (0 if given else 1)


def test_a_path_that_is_a_file(pytester: pytest.Pytester, run: Run) -> None:
    """The path of a Dockerfile is an error that says where its name belongs."""
    (pytester.mkdir("app") / "Dockerfile").write_text("FROM scratch\n")
    pytester.makepyfile(HEADER + "it = build(path='app/Dockerfile')\ndef test_it(it): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *is a file*dockerfile=*"])


def test_secrets(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Secrets may be templates and files, which are looked for as folders are."""
    for folder in (".", "sub"):
        (pytester.path / folder).mkdir(exist_ok=True)
        (pytester.path / folder / f"in-{folder.strip('.') or 'top'}").write_text("hunter2")
    (pytester.path / "sub" / "test_it.py").write_text(
        HEADER
        + """
import pytest
from pathlib import Path

@pytest.fixture(scope='session')
def vault():
    return {'token': '{hunter2}'}

it = build(fileobj=io.BytesIO(b'FROM scratch'), secrets={
    'text': '{vault[token]}!', 'bytes': b'{', 'top': Path('in-top'), 'sub': Path('in-sub'),
})

def test_it(it): ...
"""
    )
    run().assert_outcomes(passed=1)
    assert builds(engine)[0]["secrets"] == {
        "text": "{hunter2}!",
        "bytes": b"{",
        "top": pytester.path / "in-top",
        "sub": pytester.path / "sub" / "in-sub",
    }


def test_a_secret_that_is_nowhere(pytester: pytest.Pytester, run: Run) -> None:
    """The file of a secret that is not there is an error with the places where it was looked for."""
    (pytester.mkdir("sub") / "test_it.py").write_text(
        HEADER
        + "from pathlib import Path\nit = build(fileobj=io.BytesIO(b'FROM scratch'), secrets={'key': Path('gone')})\n"
        "def test_it(it): ..."
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"E *'key'*'gone'*{pytester.path / 'gone'}*{pytester.path / 'sub' / 'gone'}*"])


@pytest.mark.parametrize("secrets", ["{'key': 'hunter2', 'no id': 'hunter2'}", "{'key': 'hunter2', 'other': 5}"])
def test_secrets_are_not_shown(pytester: pytest.Pytester, run: Run, secrets: str) -> None:
    """Values of secrets are in no error and in no listing."""
    pytester.makepyfile(
        vault=f"SECRETS = {secrets}\n",
        test_it=f"{HEADER}from vault import SECRETS\n"
        "it = build(fileobj=io.BytesIO(b'FROM scratch'), secrets=SECRETS)\ndef test_it(it): ...",
    )
    result = run("-vv", "--showlocals", "--setup-show")
    result.assert_outcomes(errors=1)
    shown = result.stdout.str() + run("--fixtures", "-v").stdout.str()
    assert "'secrets' cannot be used here" in shown
    assert "hunter2" not in shown
