"""Volumes with files."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ..conftest import Run

HEADER = "from pathlib import Path\nimport pytest\nfrom pytest_docker_tools import *\n"
READER = "it = container(image='app', volumes={'{vol.name}': {'bind': '/data'}})\n"


def test_content_of_every_kind(pytester: pytest.Pytester, run: Run) -> None:
    """Bytes, text, references, empty files, folders and paths on disk are there for who mounts the volume."""
    (pytester.mkdir("disk") / "file").write_text("{from disk}")
    pytester.makepyfile(
        HEADER
        + READER
        + """
@pytest.fixture
def text():
    return 'text'

vol = volume(initial_content={
    'bytes': b'{as it is}', 'str': 'ä', 'empty': b'', 'nothing': '', 'folder': None, 'a/b/c': b'deep',
    '{text}.txt': '{{{text}}}', 'reference': fxtr('text'), 'call': lambda text: text.encode(), 'disk': Path('disk'),
})

def test_it(it):
    found = it.get_files('/data')
    assert {name[5:]: content for name, content in found.items() if content is not None} == {
        'bytes': b'{as it is}', 'str': 'ä'.encode(), 'empty': b'', 'nothing': b'', 'a/b/c': b'deep',
        'text.txt': b'{text}', 'reference': b'text', 'call': b'text', 'disk/file': b'{from disk}',
    }
    assert found['data/folder'] is None
"""
    )
    run().assert_outcomes(passed=1)


def test_a_relative_path_is_looked_for_as_that_of_build(pytester: pytest.Pytester, run: Run) -> None:
    """A relative path on disk is looked for where pytest was started, then next to the file that calls volume."""
    for folder, content in (("near", "started here"), ("sub/near", "not this"), ("sub/far", "next to it")):
        path = pytester.path / folder
        path.mkdir(parents=True)
        (path / "file").write_text(content)
    (pytester.path / "sub" / "test_it.py").write_text(
        HEADER
        + READER
        + "vol = volume(initial_content={'near': Path('near'), '/': Path('far')})\n"
        + "def test_it(it):\n"
        + "    assert it.get_text('/data/near/file') == 'started here'\n"
        + "    assert it.get_text('/data/file') == 'next to it'\n"
    )
    run().assert_outcomes(passed=1)


def test_a_missing_path_is_told_before_anything_is_made(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine
) -> None:
    """A path that is in neither place is an error with both, and there is no volume then."""
    (pytester.mkdir("sub") / "test_it.py").write_text(
        HEADER + "vol = volume(initial_content={'a': Path('gone')})\ndef test_it(vol): ..."
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(
        [f"E *UsageError: 'a' is to be *no {pytester.path / 'gone'} and no {pytester.path / 'sub' / 'gone'}."]
    )
    assert "create_volume" not in [verb for verb, _ in engine.calls]


@pytest.mark.parametrize("content", ["None", "{}"])
def test_nothing_to_put_in(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, content: str) -> None:
    """Without content, nothing is built to fill the volume."""
    pytester.makepyfile(HEADER + f"vol = volume(initial_content={content})\ndef test_it(vol): ...")
    run().assert_outcomes(passed=1)
    assert "build_image" not in [verb for verb, _ in engine.calls]
    assert MemoryDriver(engine).ids("volume") == []


def test_a_volume_in_memory(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Files for a volume that an engine keeps only while a container runs are an error that says what to do."""
    pytester.makepyfile(
        HEADER
        + "vol = volume(driver_opts={'type': 'tmpfs', 'device': 'tmpfs'}, initial_content={'a': b'1'})\n"
        + "def test_it(vol): ..."
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *UsageError: *'vol'*memory*put_files*"])
    assert "create_volume" not in [verb for verb, _ in engine.calls]


def test_users_values_are_not_changed(pytester: pytest.Pytester, run: Run) -> None:
    """One dict of files serves several fixtures, and is after them as it was before."""
    pytester.makepyfile(
        HEADER
        + """
FILES = {'a': b'1'}
one = volume(initial_content=FILES)
two = volume(initial_content=FILES)

def test_it(one, two):
    assert FILES == {'a': b'1'}
"""
    )
    run().assert_outcomes(passed=1)
