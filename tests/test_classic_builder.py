"""What the engine's classic builder does not do, and how that is told."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools.classic_builder import check_platform, is_too_old
from pytest_docker_tools.exceptions import UnsupportedOption

MADE = {"Os": "linux", "Architecture": "amd64"}
UNREAD = "dockerfile parse error line 3: unknown instruction: ECHO"


@pytest.mark.parametrize("asked", [None, "", "linux", "linux/amd64", "Linux/AMD64", "linux/x86_64", "linux/x86-64"])
def test_the_platform_of_the_base(asked: str | None) -> None:
    """The platform that was built for may be asked for, in all its spellings."""
    check_platform(asked, MADE, "advice")


@pytest.mark.parametrize(
    "asked", ["linux/arm64", "linux/aarch64", "linux/arm/v7", "linux/armhf", "windows", "windows/amd64"]
)
def test_another_platform(asked: str) -> None:
    """Another one is refused, with what was built and what to do."""
    with pytest.raises(UnsupportedOption, match=r"built an image for linux/amd64\. Do this\.") as raised:
        check_platform(asked, MADE, "Do this.")
    assert raised.value.keyword == "platform"


@pytest.mark.parametrize(
    ("said", "dockerfile"),
    [
        ("the --mount option requires BuildKit", "FROM x"),
        ("Dockerfile parse error line 2: unknown flag: link", "FROM x"),
        (UNREAD, "FROM x\nRUN <<EOF\necho\nEOF"),
        (UNREAD, "FROM x\nCOPY --chown=1 <<-'END' /x\n"),
        (UNREAD, "# syntax = docker/dockerfile:1\nFROM x"),
    ],
)
def test_what_it_is_too_old_for(tmp_path: Path, said: str, dockerfile: str) -> None:
    """It is too old for flags that it says not to know, and for what it cannot read, wherever the Dockerfile is."""
    (tmp_path / "Other").write_text(dockerfile)
    for options in ({"fileobj": dockerfile.encode()}, {"path": str(tmp_path), "dockerfile": "Other"}):
        assert is_too_old(said, options)


@pytest.mark.parametrize(
    ("said", "dockerfile"),
    [
        ("unknown flag: chwon", "FROM x"),
        (UNREAD, "FROM x\nRUN echo $((1 << 3))"),
        (UNREAD, "FROM x\n# syntax=docker/dockerfile:1"),
        ("COPY failed: no such file", "FROM x\nRUN <<EOF\n"),
    ],
)
def test_what_has_another_reason(said: str, dockerfile: str) -> None:
    """A slip of the pen is not said to be its age."""
    assert not is_too_old(said, {"fileobj": dockerfile.encode()})


@pytest.mark.parametrize("options", [{"fileobj": b"\x1f\nRUN <<EOF\n", "custom_context": True}, {"path": "/no/such"}])
def test_a_dockerfile_that_cannot_be_seen(options: dict[str, object]) -> None:
    """Nothing is guessed about a Dockerfile in an archive, or where there is none."""
    assert not is_too_old(UNREAD, options)
