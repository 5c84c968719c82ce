"""The driver on stand-ins for its client, and what a driver for another client has to say."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any, ClassVar

import pytest

from pytest_docker_tools.driver import Driver, Kind
from pytest_docker_tools.drivers import open_driver
from pytest_docker_tools.exceptions import (
    Conflict,
    EngineError,
    EngineUnavailable,
    EngineWarning,
    Forbidden,
    NotFound,
    Unauthorized,
)
from pytest_docker_tools.normalise import Verb
from pytest_docker_tools_docker_cli import PHRASES, Command, DockerCLIDriver, Phrases, Runner

from .conftest import CREATED

WriteClient = Callable[[str], Runner]
Recording = tuple[Runner, Callable[[], dict[str, Any]]]

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


# Has volumes, of which a filter names some, and several filters all that any of them does.
VOLUMES = """
import sys
known = {"label=a": ["one", "two"], "label=b": ["two", "three"], "name=o": ["one", "two"]}
filters = [word.partition("=")[2] for word in sys.argv if word.startswith("--filter=")]
found = {name for chosen in filters for name in known[chosen]} if filters else {"one", "two", "three"}
print("\\n".join(sorted(found)))
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


class OtherDriver(DockerCLIDriver):
    """A driver for another client: what differs, and nothing else."""

    backend = "other"
    program = "other"
    install = "Install other."
    engine_variables = ("OTHER_HOST", "HOME")
    phrases: ClassVar[Phrases] = ((Conflict, ("name is had",)), *PHRASES)
    refuses: ClassVar[Mapping[Verb, Mapping[str, str]]] = {"container": {"links": "other has none."}}
    comma_flags: ClassVar[Mapping[str, Collection[str]]] = {"create": {"--cap-add", "--log-opt"}, "ps": {"--filter"}}
    unset_flags: ClassVar[Mapping[str, str]] = {"create": "--unsetenv"}
    host_variable = "OTHER_HOST"
    other_engine = "OTHER_HOST"
    any_filter = frozenset({"volume"})
    absent_states = frozenset({"dead"})
    part_of_a_name: ClassVar[Mapping[Kind, re.Pattern[str]]] = {"volume": re.compile(".*")}
    exec_failure = 255
    force_flags: ClassVar[Mapping[Kind, Sequence[str]]] = {"container": ("--force", "--time=0")}


class WrappedDriver(DockerCLIDriver):
    """A driver for a script around docker."""

    program = "client"
    first_words = ("engine",)
    prefix = "client: "
    host_variable = ""

    def address_command(self) -> Sequence[str]:
        return ("where",)


def driver_on(runner: Runner, kind: type[DockerCLIDriver] = DockerCLIDriver) -> DockerCLIDriver:
    return kind(binary=runner.program)


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


class TestOtherClient:
    def test_what_differs_is_data(self, recording: Recording) -> None:
        """Flags, tables and separators of another client are what its class says."""
        runner, recorded = recording
        driver = driver_on(runner, OtherDriver)
        driver.create_container({"image": "x", "cap_add": ["A,B"], "environment": {"UNSET": None}})
        assert recorded()["argv"] == ["create", "--pull=never", '--cap-add="A,B"', "--unsetenv=UNSET", "--", "x"]
        driver.remove("container", ["web"], force=True)
        assert recorded()["argv"] == ["rm", "--force", "--time=0", "--", "web"]

    def test_commas_in_filters(self, recording: Recording) -> None:
        """A client that splits filters at commas is given quoted ones, of the commands that it does so with."""
        runner, recorded = recording
        driver_on(runner, OtherDriver).ids("container", {"label": "a=b,c"})
        assert recorded()["argv"][-1] == '--filter="label=a=b,c"'
        driver_on(runner, OtherDriver).ids("network", {"label": "a=b,c"})
        assert recorded()["argv"][-1] == "--filter=label=a=b,c"

    @pytest.mark.parametrize(
        ("filters", "expected"),
        [
            (None, ["one", "three", "two"]),
            ({"label": "a"}, ["one", "two"]),
            ({"label": ["a", "b"]}, ["two"]),
            ({"label": "b", "name": "o"}, ["two"]),
        ],
    )
    def test_filters(self, write_client: WriteClient, filters: Any, expected: list[str]) -> None:
        """Of a client that lists what matches any filter, what matches all of them is given."""
        assert driver_on(write_client(VOLUMES), OtherDriver).ids("volume", filters) == expected

    def test_states_that_there_are_not(self, recording: Recording) -> None:
        """A state that the engine does not know is not asked for; if it is the only one, there is nothing to list."""
        runner, recorded = recording
        driver = driver_on(runner, OtherDriver)
        assert driver.ids("container", {"status": "dead"}) == []
        driver.ids("container", {"status": ["dead", "exited"]})
        assert recorded()["argv"][-1] == "--filter=status=exited"

    def test_a_part_of_a_name(self, write_client: WriteClient) -> None:
        """What the client would find by the beginning of its name is not removed by it."""
        runner = write_client("""
import sys
sys.exit("this is not to be removed") if sys.argv[1] != "inspect" else print('{"Name": "volume"}')
""")
        driver_on(runner, OtherDriver).remove("volume", ["vol"])

    def test_its_exit_code(self, write_client: WriteClient) -> None:
        """What the client says of a command that it cannot execute has the exit code that stands for it."""
        code = "import sys; print('Error: unable to find user x', file=sys.stderr); sys.exit(255)"
        assert driver_on(write_client(code), OtherDriver).execute("x", "y").exit_code == 126
        assert driver_on(write_client(code)).execute("x", "y").exit_code == 255

    def test_its_address(self, write_client: WriteClient, monkeypatch: pytest.MonkeyPatch) -> None:
        """The engine is named by the client's own variable, else by what the client says."""
        runner = write_client("""print('"/run/other.sock"')""")
        assert driver_on(runner, OtherDriver).endpoint().url == "unix:///run/other.sock"
        monkeypatch.setenv("OTHER_HOST", "tcp://192.0.2.1:1")
        assert driver_on(runner, OtherDriver).endpoint().host == "192.0.2.1"

    @pytest.mark.parametrize(
        ("code", "said"), [("import sys; sys.exit('no such thing')", "no such thing"), ("", "nothing")]
    )
    def test_a_client_without_an_engine(self, write_client: WriteClient, code: str, said: str) -> None:
        """Where a client does not know its engine, there is what it says, and how to choose one."""
        with pytest.raises(EngineUnavailable, match=rf"but: {said}\. Choose one with OTHER_HOST"):
            driver_on(write_client(code), OtherDriver).endpoint()

    def test_a_client_that_is_the_engine(self, write_client: WriteClient) -> None:
        """A client without a server has a version of its own."""
        runner = write_client("""print('{"Client": {"Version": "1"}}')""")
        assert driver_on(runner).version() == {"Version": "1", "Client": {"Name": "client", "Version": "1"}}

    def test_its_texts(self, write_client: WriteClient) -> None:
        """Texts of another client are its own errors."""
        runner = write_client("import sys; sys.exit('that name is had')")
        with pytest.raises(Conflict, match="client could not start container 'x': that name is had"):
            driver_on(runner, OtherDriver).start("x")

    @pytest.mark.parametrize(
        ("environment", "words"),
        [
            ({}, ["other"]),
            ({"PAGER": "less"}, ["other"]),
            ({"OTHER_HOST": "tcp://me:hunter2@engine"}, ["env", "OTHER_HOST=tcp://me:***@engine", "other"]),
            ({"HOME": None}, ["env", "HOME=", "other"]),
        ],
    )
    def test_how_a_person_begins_a_command(self, environment: dict[str, str | None], words: list[str]) -> None:
        """A command for a driver whose engine the tests have chosen has the variables that choose it, as shown."""
        assert list(OtherDriver(environment=environment).client_command()) == words

    def test_a_script_with_first_words(self, recording: Recording) -> None:
        """They come first in what is run, in what is shown, and in what a person is told to type."""
        runner, recorded = recording
        driver = driver_on(runner, WrappedDriver)
        driver.create_container({"image": "x"})
        assert recorded()["argv"] == ["engine", "create", "--pull=never", "--", "x"]
        assert driver.shown("container", {"image": "x"}) == "client engine create --pull=never -- x"
        assert list(driver.client_command()) == ["client", "engine"]

    def test_a_script_that_knows_engines_by_name(self, write_client: WriteClient) -> None:
        """Without a variable that has the address, the command that prints it is asked."""
        runner = write_client(
            "import sys; print('\"tcp://192.0.2.1:1\"' if sys.argv[1:] == ['engine', 'where'] else 0)"
        )
        assert driver_on(runner, WrappedDriver).endpoint().host == "192.0.2.1"

    @pytest.mark.parametrize("said", ["No such network: x", "network x not found"])
    def test_a_script_that_writes_its_name(self, write_client: WriteClient, said: str) -> None:
        """What the script writes before docker's lines does not keep them from being understood, nor is it repeated."""
        text = f"client: Error response from daemon: {said}\nclient: exit status 1"
        driver = driver_on(write_client(f"import sys; sys.exit({text!r})"), WrappedDriver)
        driver.remove("network", ["x"])
        with pytest.raises(NotFound, match=f"^client could not start container 'x': {said}\\.$"):
            driver.start("x")

    def test_a_script_that_writes_its_name_before_a_warning(self, write_client: WriteClient) -> None:
        """A warning of the engine's is one also there."""
        runner = write_client(f"import sys; print('client: WARNING: no room', file=sys.stderr); print({'1d' * 32!r})")
        with pytest.warns(EngineWarning, match="no room"):
            driver_on(runner, WrappedDriver).create_container({"image": "x"})

    def test_its_recipe(self, recording: Recording) -> None:
        """Another process is told the backend, the client and what chooses the engine."""
        recipe = driver_on(recording[0], OtherDriver).recipe()
        assert recipe.backend == "other"
        assert recipe.settings["binary"] == recording[0].program
        assert recipe.settings["environment"].keys() == {"OTHER_HOST", "HOME"}
        assert json.loads(json.dumps(recipe.settings)) == recipe.settings


def test_progress_and_failure_of_a_pull(write_client: WriteClient) -> None:
    """Progress may be on either stream, and what comes last alone says why a pull failed."""
    lines: list[str] = []
    code = (
        "import sys; print('one', flush=True); print('manifest unknown', file=sys.stderr); sys.exit('Error: no luck')"
    )
    with pytest.raises(EngineError, match="could not pull 'x:latest': no luck") as raised:
        driver_on(write_client(code)).pull_image({"repository": "x"}, on_progress=lines.append)
    assert type(raised.value) is EngineError
    assert lines == ["one", "manifest unknown", "Error: no luck"]


def test_a_failure_of_a_pull_in_several_lines(write_client: WriteClient) -> None:
    """All lines from the error on are what the client says."""
    code = (
        "import sys; print('Error: before\\nTrying'); sys.exit('Error: errors:\\ndenied: first\\nunauthorized: second')"
    )
    with pytest.raises(Unauthorized, match="'x:latest': errors:\ndenied: first\nunauthorized") as raised:
        driver_on(write_client(code)).pull_image({"repository": "x"})
    assert "before" not in str(raised.value)


@pytest.mark.parametrize(
    ("repository", "listed"), [("example.org/x", "example.org/x"), ("docker.io/library/x", "x"), ("team/x", "team/x")]
)
def test_all_tags_of_a_pull(recording: Recording, repository: str, listed: str) -> None:
    """All tags have the name under which the engine lists them."""
    driver = driver_on(recording[0])
    assert driver.pull_image({"repository": repository, "all_tags": True}) == listed
    assert recording[1]()["argv"] == ["pull", "--all-tags=true", "--", repository]


@pytest.mark.parametrize(
    ("repository", "key"),
    [
        *((name, "https://index.docker.io/v1/") for name in ("x", "team/x:1", "docker.io/team/x", "index.docker.io/x")),
        ("localhost:5000/x", "localhost:5000"),
        ("example.org/team/x@sha256:1", "example.org"),
    ],
)
def test_where_a_login_is_written(recording: Recording, repository: str, key: str) -> None:
    """The client finds a login by the registry's address, but that of Docker Hub, which is called otherwise."""
    options = {"repository": repository, "auth_config": {"username": "me", "password": "hunter2"}}
    with driver_on(recording[0]).prepared(Command(("pull",)), options) as prepared:
        written = json.loads(Path(prepared.secrets["DOCKER_CONFIG"], "config.json").read_text())
    assert written["auths"][key] == {"auth": "bWU6aHVudGVyMg=="}
    assert written["credHelpers"][key] == ""


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
