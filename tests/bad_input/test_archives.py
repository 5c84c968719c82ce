"""Files that cannot go where they should, and paths that nothing is at."""

from __future__ import annotations

import os

import pytest

from .conftest import Table, Told

BELOW = "UsageError: {!r} is no name of a file below the folder that is to be filled."
UNSEEN = (
    "UsageError: {!r} would not be seen in container …: what the engine has there is mounted at {!r}, over what is "
    "copied there. Choose another path, or mount a volume there."
)
CONTENT = "UsageError: The content of 'a' is a {}; it can be bytes, str, None or a pathlib.Path."

TABLE: Table = {
    **{
        f"outside_{number}": (f"volume(initial_content={{{name!r}: 'x'}})", BELOW.format(name))
        for number, name in enumerate(["../a", "a/../../b", "/../../etc/passwd", "/", "", ".", "a\0b", "\ud800"])
    },
    "content_number": ("volume(initial_content={'a': 5})", CONTENT.format("int")),
    "content_file": ("volume(initial_content={'a': io.BytesIO(b'geheim')})", CONTENT.format("BytesIO")),
    "content_surrogate": (
        "volume(initial_content={'a': 'geheim\\ud800'})",
        "UsageError: The content of 'a' has half of a surrogate pair, which is no text: give it as bytes.",
    ),
    "no_dict": (
        "volume(initial_content=['a'])",
        "UsageError: Files are given as a dict of names and contents, not as list.",
    ),
    "missing": (
        "volume(initial_content={'a': Path('nowhere')})",
        "UsageError: 'a' is to be copied from disk, but there is no …/nowhere.",
    ),
    "loop": (
        "os.symlink('loop', 'loop')\nit = volume(initial_content={'a': Path('loop')})\ndef test_it(it): ...",
        "UsageError: 'a' is to be copied from disk, but there is no …/loop.",
    ),
    "pipe": (
        "os.mkfifo('pipe')\nit = volume(initial_content={'a': Path('pipe')})\ndef test_it(it): ...",
        "UsageError: '…/pipe' is to be copied, but is no file, folder or link.",
    ),
    "device": (
        "volume(initial_content={'a': Path('/dev/null')})",
        "UsageError: '/dev/null' is to be copied, but is no file, folder or link.",
    ),
    "in_memory": (
        "volume(initial_content={'a': 'x'}, driver_opts={'type': 'tmpfs'})",
        "UsageError: The volume 'it' (…) is to be filled, but a volume in memory has its files only while a container "
        "runs. Use put_files() of that container.",
    ),
    "relative": (
        "container(image='app', files={'a': 'x'})",
        "UsageError: 'a' is no path in a container: it has to begin with a slash.",
    ),
    "file_and_folder": (
        "container(image='app', files={'/a': 'x', '/a/b': 'y'})",
        "UsageError: 'a' cannot be a file and have 'a/b' in it.",
    ),
    "proc": ("container(image='app', files={'/proc/x': 'x'})", UNSEEN.format("/proc/x", "/proc")),
    "hosts": ("container(image='app', files={'/etc/hosts': 'x'})", UNSEEN.format("/etc/hosts", "/etc/hosts")),
    "read_number": (
        "it = container(image='app')\ndef test_it(it): it.get_files(5)",
        "UsageError: What is read from a container is named by a path, a string, not 5.",
    ),
    "put_text": (
        "it = container(image='app')\ndef test_it(it): it.put_archive('/', 'text')",
        "UnsupportedOption: 'data' cannot be used here: it takes the bytes of a tar archive, or a file, not str.",
    ),
    "context_file": (
        "build(path='/etc/passwd')",
        "UsageError: '/etc/passwd' is a file. build(path=...) takes the folder, and dockerfile= the name of a "
        "Dockerfile.",
    ),
    "context_missing": (
        "build(path='nowhere')",
        "UsageError: The build 'it' (…) is to be built from the folder 'nowhere', but there is no …/nowhere.",
    ),
    "secret_missing": (
        "build(fileobj=b'FROM x', secrets={'a': Path('nowhere')})",
        "UsageError: The build 'it' (…) has its secret 'a' in the file 'nowhere', but there is no …/nowhere.",
    ),
}


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="A pipe with a name, and /dev, are not on every system.")
def test_files_that_cannot_be_copied(told: Told) -> None:
    """Each is told with its name and never with its content, and nothing stays of what was to have it."""
    told(TABLE)
