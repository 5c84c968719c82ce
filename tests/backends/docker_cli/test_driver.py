"""The driver on stand-ins for its client."""

from __future__ import annotations

import subprocess
import sys
from contextlib import nullcontext
from pathlib import Path

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.drivers import open_driver
from pytest_docker_tools.exceptions import Conflict, EngineError, Forbidden, NotFound
from pytest_docker_tools_docker_cli import DockerCLIDriver

from .conftest import CREATED, Recording, WriteClient, driver_on

# Has containers one and two, and prints what `inspect` finds as lines or as one array.
INSPECT = """
import json, sys
known = {"one": {"Id": "1" * 64, "Name": "/one"}, "two": {"Id": "2" * 64, "Name": "/two"}}
found = [known[ref] for ref in sys.argv[sys.argv.index("--") + 1:] if ref in known]
print(json.dumps(found, indent=1) if ARRAY else "\\n".join(map(json.dumps, found)))
missing = [ref for ref in sys.argv[sys.argv.index("--") + 1:] if ref not in known]
for ref in missing:
    print(f"Error: No such container: {ref}", file=sys.stderr)
sys.exit(bool(missing))
"""

# Removes one after the other, and stops at the first that it cannot remove.
STOPS = """
import json, os, sys
path = os.path.join(os.path.dirname(sys.argv[0]), "removed")
for name in sys.argv[sys.argv.index("--") + 1:]:
    if name == "used":
        sys.exit("Error: used has active endpoints")
    print(name, file=open(path, "a"))
"""


class TestInspect:
    def test_no_json(self, write_client: WriteClient) -> None:
        """A program that is not the client, and prints something else, is an error that shows what it printed."""
        with pytest.raises(EngineError, match="printed 'Hello!', which is no answer to that"):
            driver_on(write_client("print('Hello!')")).inspect("container", ["one"])

    @pytest.mark.parametrize("printed", ["1", '"x"', "[1]", "null"])
    def test_other_json(self, write_client: WriteClient, printed: str) -> None:
        """So is one that prints JSON of something else."""
        driver = driver_on(write_client(f"print({printed!r})"))
        with pytest.raises(EngineError, match="no answer to that"):
            driver.inspect("container", ["one"])
        with pytest.raises(EngineError, match="no answer to that"):
            driver.version()

    @pytest.mark.parametrize("array", [False, True])
    def test_forms(self, write_client: WriteClient, array: bool) -> None:
        """Facts come as lines or as one array, without a word of what is missing, and end in their places."""
        driver = driver_on(write_client(INSPECT.replace("ARRAY", repr(array))))
        found = driver.inspect("container", ["none", "two", "one", "none", "one"])
        assert [facts and facts["Name"] for facts in found] == [None, "/two", "/one", None, "/one"]
        assert driver.inspect("container", ["none"]) == [None]

    def test_what_is_not_understood_is_an_error(self, write_client: WriteClient) -> None:
        """Only a missing one is None; whatever else the client says is raised."""
        driver = driver_on(write_client("import sys; sys.exit('Error: the disk is full')"))
        with pytest.raises(EngineError, match="could not inspect containers: the disk is full"):
            driver.inspect("container", ["x"])


class TestRemove:
    def test_one_that_is_missing_hides_no_other_trouble(self, write_client: WriteClient) -> None:
        """What is gone is fine, and what cannot be removed is raised, of whatever class its text is."""
        code = "import sys; sys.exit('Error: No such volume: a\\nError: remove b: volume is in use - [c]')"
        with pytest.raises(Conflict, match="volume is in use"):
            driver_on(write_client(code)).remove("volume", ["a", "b"])

    @pytest.mark.parametrize(("vanish", "found"), [(1, ["a" * 64, "b" * 64]), (9, None)])
    def test_what_vanishes_while_it_is_listed(
        self, write_client: WriteClient, tmp_path: Path, vanish: int, found: list[str] | None
    ) -> None:
        """A client that lists nothing because something was removed meanwhile is asked again, though not for ever."""
        code = (
            f"import sys\nasked = open({str(tmp_path / 'asked')!r}, 'a+')\nasked.write('x')\nasked.seek(0)\n"
            f"if len(asked.read()) <= {vanish}: sys.exit('Error: No such image: c')\nprint('a' * 64, 'b' * 64)"
        )
        driver = driver_on(write_client(code))
        with pytest.raises(NotFound) if found is None else nullcontext():
            assert driver.ids("image") == found

    def test_missing_ones_are_fine(self, write_client: WriteClient) -> None:
        """A client that complains about missing ones only has done all that was asked."""
        driver_on(write_client("import sys; sys.exit('Error: No such volume: a')")).remove("volume", ["a"])

    def test_the_others_are_removed(self, write_client: WriteClient, tmp_path: Path) -> None:
        """One that cannot be removed keeps no other from being removed, whatever the client does."""
        with pytest.raises(Forbidden, match="used has active endpoints"):
            driver_on(write_client(STOPS)).remove("network", ["one", "used", "two"])
        assert {"one", "two"} <= set((tmp_path / "removed").read_text().split())

    def test_waits_for_a_removal_in_progress(self, write_client: WriteClient, tmp_path: Path) -> None:
        """What somebody else is removing is waited for."""
        count = tmp_path / "count"
        code = f"""
import os, sys
tries = len(open({str(count)!r}, "a+b").read() or b"") + os.path.getsize({str(count)!r})
open({str(count)!r}, "ab").write(b"x")
if sys.argv[1] == "rm":
    sys.exit("Error response from daemon: removal of container web is already in progress")
if tries < 4:
    print('{{"Id": "1", "Name": "/web"}}')
else:
    sys.exit("Error: No such container: web")
"""
        driver_on(write_client(code)).remove("container", ["web"])
        assert count.stat().st_size == 5


class TestCreateNetwork:
    def test_of_a_swarm(self, write_client: WriteClient) -> None:
        """The id of a network of several machines is a shorter one."""
        name = "wlqnvajmmzskn84bqbdi1ytuy"
        assert driver_on(write_client(f"print({name!r})")).create_network({"name": "net"}) == name

    @pytest.mark.parametrize("printed", ["", "1d" * 16, "two words"])
    def test_that_prints_no_id(self, write_client: WriteClient, printed: str) -> None:
        """What is printed in place of an id, or is the half of one, is no id."""
        with pytest.raises(EngineError, match="no answer to that"):
            driver_on(write_client(f"print({printed!r})")).create_network({"name": "net"})


class TestCreateContainer:
    def test_arguments(self, recording: Recording) -> None:
        """Options come before the operands, words of the container after them, and no value of the environment."""
        runner, recorded = recording
        options = {
            "image": "image",
            "name": "-x",
            "entrypoint": ["sh", "-c"],
            "command": ["--", "-y"],
            "environment": {"A": "hunter2", "HOME": "hunter2", "UNSET": None},
        }
        assert driver_on(runner).create_container(options) == CREATED
        record = recorded()
        assert record["argv"] == [
            *("create", "--pull=never", "--name=-x", "--entrypoint=sh"),
            *("--env=A", "--env=UNSET", "--env-file=/dev/stdin", "--", "image", "-c", "--", "-y"),
        ]
        assert record["environment"]["A"] == "hunter2"
        assert record["environment"]["HOME"] != "hunter2"
        assert record["file"] == "HOME=hunter2\n"

    def test_an_image_object(self, recording: Recording) -> None:
        """An object that stands for an image is known by its id."""

        class Image:
            id = "sha256:1"

        runner, recorded = recording
        driver_on(runner).create_container({"image": Image()})
        assert recorded()["argv"][-1] == "sha256:1"

    def test_the_clients_environment(self, recording: Recording, monkeypatch: pytest.MonkeyPatch) -> None:
        """What only changes the form of output is neutral; builder, context and platform are the user's."""
        chosen = {"DOCKER_BUILDKIT": "0", "DOCKER_CONTEXT": "mine", "DOCKER_DEFAULT_PLATFORM": "linux/arm64"}
        for name, value in {**chosen, "BUILDKIT_PROGRESS": "tty", "DOCKER_CLI_HINTS": "true"}.items():
            monkeypatch.setenv(name, value)
        runner, recorded = recording
        driver_on(runner).create_container({"image": "x"})
        found = recorded()["environment"]
        assert chosen.items() <= found.items()
        assert found["DOCKER_CLI_HINTS"] == "false"
        assert "BUILDKIT_PROGRESS" not in found


def test_is_found_by_its_name() -> None:
    """The driver comes through the door that all drivers come through."""
    driver: Driver = open_driver("docker-cli", {"timeout": 5})
    assert isinstance(driver, DockerCLIDriver)
    assert driver.timeout == 5
    driver.close()


def test_missing_is_said_of_the_container(write_client: WriteClient) -> None:
    """An archive for a container that is not there says so, whatever the client says."""
    code = "import sys; sys.exit('must be a directory' if sys.argv[1] == 'cp' else 'Error: No such container: x')"
    with pytest.raises(NotFound, match="there is no container 'x'"):
        driver_on(write_client(code)).put_archive("x", "/", b"")


@pytest.mark.parametrize(
    "code",
    [
        # Without the modules that Windows does not have.
        "import sys; sys.modules.update(dict.fromkeys(('fcntl', 'grp', 'pty', 'pwd', 'resource', 'termios', 'tty')))\n"
        "import pytest_docker_tools_docker_cli.driver",
        # Being asked for the hook costs no import of the rest.
        "import sys, pytest_docker_tools_docker_cli\n"
        "assert not [name for name in sys.modules if name.startswith('pytest_docker_tools_docker_cli.')]",
    ],
)
def test_imports(code: str) -> None:
    """The package can be imported on every system, and lightly."""
    subprocess.run([sys.executable, "-c", code], check=True)


def test_a_pool_is_one(recording: Recording) -> None:
    """What is no subnet because of a comma is not taken for two of them."""
    subnet = "192.0.2.0/25,192.0.2.128/25"
    driver_on(recording[0]).create_network({"name": "n", "ipam": {"Config": [{"Subnet": subnet}]}})
    assert recording[1]()["argv"] == ["network", "create", f'--subnet="{subnet}"', "--", "n"]
