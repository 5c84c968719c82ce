"""Processes of one user meet in one folder, which nobody else can have put there."""

from __future__ import annotations

import os
import platform
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_docker_tools import locks, meeting
from pytest_docker_tools.exceptions import UsageError

NOBODY = 12345
NAME = f"pytest-docker-tools-{platform.node()}"


@pytest.fixture
def home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A home of the test's own, with a folder for temporary files in it, and no other place to meet in."""
    monkeypatch.setenv("HOME", str(tmp_path))
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    return tmp_path


def in_temporary(home: Path) -> Path:
    return home / "temporary" / f"pytest-docker-tools-{os.getuid()}"


def refuse(monkeypatch: pytest.MonkeyPatch, refused: Callable[[Path], bool]) -> None:
    """Let some folders not be made, as where a disk cannot be written."""
    really_make = Path.mkdir

    def mkdir(self: Path, mode: int = 0o777, parents: bool = False, exist_ok: bool = False) -> None:
        if refused(self):
            raise PermissionError(str(self))
        really_make(self, mode, parents, exist_ok)

    monkeypatch.setattr(Path, "mkdir", mkdir)


def test_it_is_in_the_cache(home: Path) -> None:
    """The folder is made in ~/.cache, and nobody else can look into it."""
    assert meeting.folder() == home / ".cache" / NAME
    assert meeting.folder().stat().st_mode & 0o777 == 0o700
    assert meeting.folder() == home / ".cache" / NAME


def test_the_cache_may_be_elsewhere(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """XDG_CACHE_HOME names another cache, which is made if need be."""
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "some" / "cache"))
    assert meeting.folder() == home / "some" / "cache" / NAME
    assert meeting.folder().is_dir()


@pytest.mark.parametrize("chosen", ["", "cache", "~/cache"])
def test_a_cache_that_is_no_absolute_path(monkeypatch: pytest.MonkeyPatch, home: Path, chosen: str) -> None:
    """An XDG_CACHE_HOME that would be another folder in other processes does not count."""
    monkeypatch.setenv("XDG_CACHE_HOME", chosen)
    monkeypatch.setenv("LOCALAPPDATA", str(home / "only on Windows"))
    assert meeting.folder() == home / ".cache" / NAME


def test_a_user_without_a_home(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Where there is no home, no folder "~" is made, and processes meet in the folder for temporary files."""
    monkeypatch.setattr(os.path, "expanduser", lambda path: path)
    monkeypatch.chdir(home)
    assert meeting.folder() == in_temporary(home)
    assert in_temporary(home).stat().st_mode & 0o777 == 0o700
    assert [path.name for path in home.iterdir()] == ["temporary"]


def test_on_windows(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """On Windows the folder is below XDG_CACHE_HOME, LOCALAPPDATA, or each user's own folder for temporary files."""
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.delattr(os, "getuid")
    monkeypatch.setenv("LOCALAPPDATA", str(home / "local"))
    assert meeting.folder() == home / "local" / NAME
    meeting.folder().chmod(0o777)
    assert meeting.folder() == home / "local" / NAME
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "xdg"))
    assert meeting.folder() == home / "xdg" / NAME
    refuse(monkeypatch, lambda path: path.parent.name == "xdg")
    assert meeting.folder() == home / "temporary" / "pytest-docker-tools"


def test_a_cache_that_cannot_be_made(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Where the cache cannot be made, processes meet in the folder for temporary files."""
    refuse(monkeypatch, lambda path: ".cache" in path.parts)
    assert meeting.folder() == in_temporary(home)


def test_no_folder_at_all(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """Where none can be made, that is one sentence with where that was tried, and what to do."""
    refuse(monkeypatch, lambda path: True)
    with pytest.raises(
        UsageError, match=rf"none of these can be .*: {home}/\.cache/.*, {in_temporary(home)}\. Let XDG"
    ):
        meeting.folder()


def test_no_temporary_folder(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """That there is no folder for temporary files counts only where it is needed."""

    def nowhere() -> str:
        raise FileNotFoundError("No usable temporary directory found")

    monkeypatch.setattr(tempfile, "gettempdir", nowhere)
    assert meeting.folder() == home / ".cache" / NAME
    refuse(monkeypatch, lambda path: True)
    with pytest.raises(UsageError, match="none of these can be written"):
        meeting.folder()


def as_nobody(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run code as a user who is not root."""
    drop = f"import os\nif os.getuid() == 0:\n    os.setgroups([])\n    os.setgid({NOBODY})\n    os.setuid({NOBODY})\n"
    # What only root may be able to read is imported before.
    code = "import fcntl, shutil, tempfile\nfrom pytest_docker_tools import meeting\n" + drop + code
    environment["PYTHONPATH"] = os.environ.get("PYTHONPATH", "")
    return subprocess.run([sys.executable, "-c", code], env=environment, capture_output=True, text=True, cwd="/")


@pytest.mark.parametrize(
    "environment",
    [{"HOME": "/"}, {"HOME": "/root"}, {}, {"HOME": "/", "XDG_CACHE_HOME": "/root/cache"}],
    ids=["no home of its own", "a home that it cannot read", "no home", "a cache that it cannot make"],
)
def test_an_unprivileged_user(environment: dict[str, str]) -> None:
    """A user whose cache cannot be written meets in the folder for temporary files, and has locks there."""
    code = (
        "tempfile.tempdir = tempfile.mkdtemp()\n"
        "place = meeting.folder()\n"
        "assert place == place.parent / f'pytest-docker-tools-{os.getuid()}', place\n"
        "assert str(place.parent) == tempfile.tempdir\n"
        "assert meeting.name_of(place) == meeting.name_of(place)\n"
        "shutil.rmtree(tempfile.tempdir)\n"
    )
    result = as_nobody(code, **environment)
    assert result.returncode == 0, result.stderr


def make_group_writable(place: Path) -> None:
    place.mkdir(parents=True)
    place.chmod(0o770)


def make_writable_by_all(place: Path) -> None:
    place.mkdir(parents=True)
    place.chmod(0o703)


def make_a_link(place: Path) -> None:
    place.parent.mkdir(parents=True, exist_ok=True)
    (place.parent / "elsewhere").mkdir(mode=0o700)
    place.symlink_to("elsewhere")


OPEN = [make_group_writable, make_writable_by_all, make_a_link]


@pytest.mark.parametrize("make", OPEN)
@pytest.mark.parametrize("where", ["cache", "temporary"])
def test_a_folder_that_is_open_to_others(
    monkeypatch: pytest.MonkeyPatch, home: Path, make: Callable[[Path], None], where: str
) -> None:
    """A folder into which others can write, or that leads to another one, is refused with what to do."""
    place = home / ".cache" / NAME
    if where == "temporary":
        place = in_temporary(home)
        refuse(monkeypatch, lambda path: ".cache" in path.parts)
    make(place)
    with pytest.raises(UsageError, match=f"'{place}', in which .* is not a folder that only you can write. Remove it"):
        meeting.folder()


def test_a_folder_of_somebody_else(monkeypatch: pytest.MonkeyPatch, home: Path) -> None:
    """A folder that another user has put there, and would share, is refused with what to do."""
    refuse(monkeypatch, lambda path: ".cache" in path.parts)
    other = os.getuid() + 1
    monkeypatch.setattr(os, "getuid", lambda: other)
    in_temporary(home).mkdir(mode=0o700)
    with pytest.raises(UsageError, match=f"pytest-docker-tools-{other}', in which .* is not a folder that only you"):
        meeting.folder()


@pytest.mark.parametrize("there", ["a folder that cannot be written", "a file", "a link to nothing"])
def test_what_is_in_the_place_of_the_cache(monkeypatch: pytest.MonkeyPatch, home: Path, there: str) -> None:
    """Where the folder in the cache cannot be used, as root may have made it, it is in that for temporary files."""
    place = home / ".cache" / NAME
    place.parent.mkdir()
    if there == "a file":
        place.touch()
    elif there == "a link to nothing":
        place.symlink_to("nothing")
    else:
        place.mkdir()
        monkeypatch.setattr(os, "access", lambda path, mode: path != place)
    assert meeting.folder() == in_temporary(home)


def test_the_name(home: Path, tmp_path: Path) -> None:
    """A folder has a name that stays, and that no other one has."""
    name = meeting.name_of(meeting.folder())
    assert re.fullmatch("[0-9a-f]{16}", name)
    assert meeting.name_of(meeting.folder()) == name
    other = tmp_path / "other"
    assert meeting.name_of(other) != name


def test_processes_that_ask_for_the_name_at_once(tmp_path: Path) -> None:
    """Processes that ask for a name that is not there yet get the same one."""
    code = (
        "import sys\nfrom pathlib import Path\nfrom pytest_docker_tools import meeting\n"
        "print('ready', flush=True)\nsys.stdin.readline()\nprint(meeting.name_of(Path(sys.argv[1])))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    pipe = subprocess.PIPE
    processes = [subprocess.Popen(command, stdin=pipe, stdout=pipe, text=True) for _ in range(6)]
    for process in processes:
        assert process.stdout
        assert process.stdout.readline() == "ready\n"
    for process in processes:
        assert process.stdin
        process.stdin.write("\n")
        process.stdin.flush()
    assert {process.communicate(timeout=60)[0] for process in processes} == {meeting.name_of(tmp_path) + "\n"}


def test_one_process_makes_the_name(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """While one process makes the name, others wait for it."""
    waiting = list[bool]()
    really_write = meeting.write

    def write(file: Path, text: str) -> None:
        waiting.append(locks.attempt(tmp_path / "name.lock") is None)
        really_write(file, text)

    monkeypatch.setattr(meeting, "write", write)
    meeting.name_of(tmp_path)
    assert waiting == [True]


def test_what_is_written_is_whole(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A file, which is the user's alone, has its old text until it has all of the new one, if it ever has."""
    file = tmp_path / "folder" / "file"
    meeting.write(file, "old é")
    assert file.read_text("utf-8") == "old é"
    assert file.stat().st_mode & 0o777 == 0o600

    def killed(self: Path, target: Path) -> None:
        assert file.read_text("utf-8") == "old é"
        raise KeyboardInterrupt

    monkeypatch.setattr(Path, "replace", killed)
    with pytest.raises(KeyboardInterrupt):
        meeting.write(file, "new")
    assert file.read_text("utf-8") == "old é"
