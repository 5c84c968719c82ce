"""Security options: a profile's text becomes a file."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools_docker_cli.security import profiles_as_files


@pytest.mark.parametrize(
    "options",
    [
        [],
        ["no-new-privileges", "seccomp=unconfined", "apparmor:{odd}"],
        ["seccomp=/etc/profile.json", "label=type:seccomp={}"],
    ],
)
def test_others_stay(options: list[str]) -> None:
    """What is no text of a profile is as it was written."""
    with profiles_as_files(options) as found:
        assert found == options


@pytest.mark.parametrize("separator", ["=", ":", "= \n"])
def test_a_profile_is_a_file(separator: str) -> None:
    """The text of a profile is in a file that only its owner can reach, as long as the context lasts."""
    profile = '{"defaultAction": "SCMP_ACT_ALLOW",\n "comment": "\N{SNOWMAN}"}'
    with profiles_as_files(["no-new-privileges", f"seccomp{separator}{profile}"]) as found:
        first, option = found
        file = Path(option.removeprefix("seccomp="))
        assert first == "no-new-privileges"
        assert file.read_text(encoding="utf-8") == profile
        assert file.parent.stat().st_mode & 0o077 == 0
    assert not file.parent.exists()


def test_each_profile_has_its_own_file() -> None:
    """Several texts are several files, which are gone whatever happens meanwhile."""
    files: list[Path] = []

    def fail() -> None:
        with profiles_as_files(['seccomp={"a": 1}', 'seccomp={"b": 2}']) as found:
            files.extend(Path(option.partition("=")[2]) for option in found)
            assert [file.read_text() for file in files] == ['{"a": 1}', '{"b": 2}']
            raise LookupError

    with pytest.raises(LookupError):
        fail()
    assert not any(file.exists() for file in files)
