"""Containers with files."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryDriver, MemoryEngine

from ..conftest import Run

HEADER = "from pathlib import Path\nimport pytest\nfrom pytest_docker_tools import *\n"


def test_files_are_there_before_the_start(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Files of every kind are copied in after the container was made and before it is started, in one go."""
    (pytester.mkdir("disk") / "file").write_text("from disk")
    pytester.makepyfile(
        HEADER
        + """
@pytest.fixture
def settings():
    return {'level': 'debug'}

it = container(image='app', files={
    '/etc/app.conf': 'level={settings[level]}', '/etc/app/empty': b'', '/opt/app': Path('disk'),
    '/srv/{settings[level]}': lambda settings: settings['level'],
})

def test_it(it):
    assert it.get_text('/etc/app.conf') == 'level=debug'
    assert it.get_text('/etc/app/empty') == ''
    assert it.get_text('/opt/app/file') == 'from disk'
    assert it.get_text('/srv/debug') == 'debug'
    assert 'files' not in str(it.attrs['Config'])
"""
    )
    run().assert_outcomes(passed=1)
    steps = [verb for verb, _ in engine.calls if verb in ("create_container", "put_archive", "start")]
    assert steps == ["create_container", "put_archive", "start"]


def test_files_that_would_not_be_seen(pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
    """Files below a tmpfs are an error of the fixture, and nothing stays."""
    pytester.makepyfile(
        HEADER + "it = container(image='app', tmpfs=['/run'], files={'/run/app.pid': b'1'})\ndef test_it(it): ..."
    )
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *UsageError: '/run/app.pid' would not be seen in container *tmpfs*'/run'*"])
    assert MemoryDriver(engine).ids("container") == []


def test_a_missing_path_is_told_before_anything_is_made(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine
) -> None:
    """A path that is not on disk is an error with where it was looked for, and no container is made."""
    pytester.makepyfile(HEADER + "it = container(image='app', files={'/a': Path('gone')})\ndef test_it(it): ...")
    result = run()
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines([f"E *UsageError: '/a' is to be copied*{pytester.path / 'gone'}."])
    assert "create_container" not in [verb for verb, _ in engine.calls]
