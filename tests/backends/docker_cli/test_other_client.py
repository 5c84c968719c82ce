"""What a driver for another client has to say."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any, ClassVar

import pytest

from pytest_docker_tools.driver import Kind
from pytest_docker_tools.exceptions import Conflict, EngineUnavailable, EngineWarning, NotFound
from pytest_docker_tools.normalise import Verb
from pytest_docker_tools_docker_cli import PHRASES, DockerCLIDriver, Phrases

from .conftest import Recording, WriteClient, driver_on

# Has volumes, of which a filter names some, and several filters all that any of them does.
VOLUMES = """
import sys
known = {"label=a": ["one", "two"], "label=b": ["two", "three"], "name=o": ["one", "two"]}
filters = [word.partition("=")[2] for word in sys.argv if word.startswith("--filter=")]
found = {name for chosen in filters for name in known[chosen]} if filters else {"one", "two", "three"}
print("\\n".join(sorted(found)))
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
