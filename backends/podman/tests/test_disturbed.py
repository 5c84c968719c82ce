"""What podman's command line gives up over when other processes remove something, on a stand-in for it."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_docker_tools.exceptions import BuildFailed, EngineError
from pytest_docker_tools_docker_cli import kinds
from pytest_docker_tools_podman.driver import PodmanDriver

# Fails as often as it is told to, with what it is told to say; then it finds, lists, or builds an image.
STAND_IN = """
import os, sys
with open(os.path.join(os.path.dirname(sys.argv[0]), "calls"), "a+") as calls:
    calls.write("x")
    if calls.tell() <= TIMES:
        sys.exit(SAID)
for flag in sys.argv:
    if flag.startswith("--iidfile="):
        open(flag.partition("=")[2], "w").write(ID)
print("shop" if sys.argv[1] == "network" else ID if sys.argv[1] == "images" else '{"Id": "%s"}' % ID)
"""
IMAGE, OTHER = "1" * 64, "2" * 64
READING = f'Error: reading image "{OTHER}": locating image with ID "{OTHER}": image not known'
LOCATING = f'Error: locating item named "manifest" for image with ID "{OTHER}": file does not exist'
SIZING = f'Error: reading data blob size "sha256:{OTHER}" for "{OTHER}": size for item is not known'
CACHED = "Error: checking if cached image exists from a previous build: getting top layer info: layer not known"
COMMITTING = f'Error: committing the finished image: creating image "{OTHER}": layer not known'
REUSING = 'Error: trying to reuse blob sha256:1 at destination: locating layer for blob "sha256:1": layer not known'
ENDED = (
    'time="2026-11-22T21:28:20Z" level=error msg="container not running"\n'
    f"Error: cannot remove container {OTHER} as it could not be stopped: sending SIGKILL to container {OTHER}: "
    "container state improper: stopped"
)
GONE = "Error: route ip+net: no such network interface"
STEP_FAILED = 'Error: building at STEP "RUN x": while running runtime: exit status 1'

Podman = Callable[[int, str], PodmanDriver]


@pytest.fixture
def podman(tmp_path: Path) -> Podman:
    """Give a driver of a podman that fails so many times, and says this then."""

    def podman(times: int, said: str) -> PodmanDriver:
        program = tmp_path / "podman"
        program.write_text(f"#!{sys.executable} -S\nTIMES, SAID, ID = {times}, {said!r}, {IMAGE!r}\n{STAND_IN}")
        program.chmod(0o755)
        return PodmanDriver(binary=str(program))

    return podman


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let podman be asked again at once."""
    monkeypatch.setattr(kinds, "_PAUSES", (0.0,) * len(kinds._PAUSES))


@pytest.fixture
def calls(tmp_path: Path) -> Callable[[], int]:
    """Give how often podman was run."""
    return lambda: len((tmp_path / "calls").read_text())


@pytest.mark.parametrize("said", [READING, LOCATING, SIZING])
def test_an_image_is_found(podman: Podman, said: str) -> None:
    """An image is there, also if podman gives up at first over another one."""
    assert podman(2, said).inspect("image", ["x"]) == [{"Id": IMAGE}]


@pytest.mark.parametrize("said", [READING, LOCATING, SIZING])
def test_images_are_listed(podman: Podman, said: str) -> None:
    """Those that are there are listed, also if podman gives up at first over one."""
    assert podman(2, said).ids("image") == [IMAGE]


@pytest.mark.parametrize("said", [CACHED, COMMITTING, REUSING])
def test_an_image_is_built(podman: Podman, said: str) -> None:
    """An image is built, also if podman gives up at first over another one, or a layer that it was about to use."""
    assert podman(2, f"STEP 1/2: FROM x\n{said}").build_image({"fileobj": b"FROM x"}) == IMAGE


def test_a_network_is_created(podman: Podman, calls: Callable[[], int]) -> None:
    """A network is created, also if an interface of another one is removed while podman looks at all of them."""
    assert podman(2, GONE).create_network({"name": "shop"}) == "shop"
    assert calls() == 3


def test_what_never_settles(podman: Podman, calls: Callable[[], int]) -> None:
    """Podman is not asked for ever, and an image that it could not look for is not said to be missing."""
    with pytest.raises(EngineError, match="could not inspect images: reading image") as raised:
        podman(99, READING).inspect("image", ["x"])
    assert type(raised.value) is EngineError
    assert calls() == 8


def test_what_is_never_listed(podman: Podman) -> None:
    """Images that podman could not list are not said to be missing."""
    with pytest.raises(EngineError, match="could not list images: reading image") as raised:
        podman(99, READING).ids("image")
    assert type(raised.value) is EngineError


def test_what_a_step_says(podman: Podman, calls: Callable[[], int]) -> None:
    """A build that failed for another reason is not run again, whatever a step has written."""
    with pytest.raises(BuildFailed):
        podman(1, f"{CACHED}\n{STEP_FAILED}").build_image({"fileobj": b"FROM x"})
    assert calls() == 1


def test_what_a_removal_warns_of(podman: Podman) -> None:
    """What podman warns of while it removes images is nothing that it could not do."""
    warning = f'time="1" level=warning msg="Failed to determine parent of image: {LOCATING}, ignoring the error"'
    podman(1, f"{warning}\nError: x: image not known").remove("image", ["x"])


def test_a_container_that_ends_while_it_is_removed(podman: Podman, calls: Callable[[], int]) -> None:
    """A container that ends by itself right before podman kills it is removed all the same."""
    podman(2, ENDED).remove("container", [OTHER], force=True)
    assert calls() == 3
