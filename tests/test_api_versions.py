"""What engines take and do not heed."""

from __future__ import annotations

from typing import Any

import pytest

from pytest_docker_tools.api_versions import need, refuse_what_is_ignored
from pytest_docker_tools.exceptions import UnsupportedOption

SUBPATH = {"mounts": [{"Type": "volume", "Target": "/a", "VolumeOptions": {"Subpath": "b"}}]}
ADDRESS = {"networking_config": {"net": {"mac_address": "02:42:ac:11:00:02"}}}
MEMORY = {"kernel_memory": 8_000_000}


@pytest.mark.parametrize(
    ("version", "options", "keyword"),
    [("1.44", SUBPATH, "mounts"), ("1.43", ADDRESS, "networking_config"), ("1.42", MEMORY, "kernel_memory")],
)
def test_what_is_ignored(version: str, options: dict[str, Any], keyword: str) -> None:
    """What an engine of that version would not heed is refused by its keyword, with the version."""
    with pytest.raises(UnsupportedOption, match=rf"API {version}|has {version}") as raised:
        refuse_what_is_ignored(options, lambda: version)
    assert raised.value.keyword == keyword


@pytest.mark.parametrize(
    ("version", "options"), [("1.45", SUBPATH), ("1.100", SUBPATH), ("1.44", ADDRESS), ("1.41", MEMORY)]
)
def test_what_is_heeded(version: str, options: dict[str, Any]) -> None:
    """An engine of that version heeds it."""
    refuse_what_is_ignored(options, lambda: version)


def test_nobody_is_asked_in_vain() -> None:
    """The version, which may cost a call, is asked for only where it matters, and then once."""
    asked: list[str] = []

    def ask() -> str:
        asked.append("1.44")
        return asked[-1]

    refuse_what_is_ignored({"mounts": [{"Type": "bind", "Target": "/a"}], "networking_config": {"net": {}}}, ask)
    assert asked == []
    refuse_what_is_ignored({**ADDRESS, "mounts": []}, ask)
    assert len(asked) == 1


def test_what_needs_a_later_version() -> None:
    """Versions are compared by their numbers."""
    need("1.100", "1.44", "mac_address", "MAC address")
    with pytest.raises(UnsupportedOption, match=r"needs an engine with API 1\.44; this has 1\.5"):
        need("1.5", "1.44", "mac_address", "MAC address")
