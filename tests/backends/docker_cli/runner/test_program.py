"""The program that is run: where it is, its environment and first words, and who sees the secrets among them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.exceptions import DeadlineExceeded, EngineError, EngineUnavailable
from pytest_docker_tools_docker_cli import Command, Runner

from ..conftest import Recording, WriteClient
from .conftest import NEVER, command


class TestProgram:
    def test_missing_is_said_on_first_use(self) -> None:
        """A runner of a missing program can be made, and says what to install when it is used."""
        runner = Runner("no-such-client", install="Install it.")
        with pytest.raises(EngineUnavailable, match=r"There is no 'no-such-client' on the PATH\. Install it\."):
            runner.run(command("version"), NEVER)

    def test_that_cannot_be_run_is_said(self, tmp_path: Path) -> None:
        """A program that the system refuses is an unavailable engine."""
        (tmp_path / "client").write_text("#!/no/such/interpreter\n")
        (tmp_path / "client").chmod(0o755)
        with pytest.raises(EngineUnavailable, match="cannot be run"):
            Runner(str(tmp_path / "client")).run(command(), NEVER)

    def test_environment_and_directory_are_fixed(
        self, recording: Recording, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """What a test does to its own environment and directory later does not change the engine."""
        runner, recorded = recording
        before = os.getcwd()
        monkeypatch.setenv("DOCKER_HOST", "tcp://elsewhere")
        monkeypatch.setenv("PATH", "")
        monkeypatch.chdir(tmp_path)
        runner.run(command(), NEVER)
        assert recorded()["directory"] == before
        assert "DOCKER_HOST" not in recorded()["environment"]

    def test_environment_can_be_changed(self, write_client: WriteClient, tmp_path: Path) -> None:
        """A runner's own variables replace or remove those of the process."""
        write_client("import os; print(os.environ.get('NEW'), os.environ.get('HOME'))")
        runner = Runner(str(tmp_path / "client"), {"NEW": "1", "HOME": None})
        assert runner.run(command(), NEVER).text == "1 None"

    def test_first_words(self, tmp_path: Path, recording: Recording) -> None:
        """They come before those of each command, in what is run, shown and said."""
        runner = Runner(str(tmp_path / "client"), first_words=("the engine", "x"))
        assert runner.run(command("ps", "--all"), NEVER).command == "client 'the engine' x ps --all"
        assert recording[1]()["argv"] == ["the engine", "x", "ps", "--all"]
        runner.close()
        with pytest.raises(EngineUnavailable, match=r"^'client 'the engine' x ps' was not done"):
            runner.run(command("ps"), NEVER)

    def test_prefix(self, tmp_path: Path, write_client: WriteClient) -> None:
        """What the client writes before its lines is not what it complains of; elsewhere in a line it stays."""
        write_client("import sys; sys.exit('a.b: Error: no a.b: x\\na.b: exit status 1\\naxb: y')")
        result = Runner(str(tmp_path / "client"), prefix="a.b: ").run(command(), NEVER)
        assert result.complaint == "Error: no a.b: x\nexit status 1\naxb: y"
        assert result.stderr == b"a.b: Error: no a.b: x\na.b: exit status 1\naxb: y\n"


class TestSecrets:
    def test_reach_the_environment_only(self, recording: Recording) -> None:
        """Secret values are in the command's environment, not among its arguments, and what is unset is not there."""
        runner, recorded = recording
        runner.run(command("create", secrets={"PASSWORD": "hunter2"}, unset=frozenset({"HOME"})), NEVER)
        assert recorded()["argv"] == ["create"]
        assert recorded()["environment"]["PASSWORD"] == "hunter2"
        assert "HOME" not in recorded()["environment"]

    def test_are_not_shown(self, write_client: WriteClient) -> None:
        """No representation, message or shown command has a secret value."""
        secret = command(
            "volume", "create", "--opt=o=user=me,password=hunter2", secrets={"P": "hunter2"}, stdin=b"hunter2"
        )
        runner = write_client("import time; time.sleep(600)")
        with pytest.raises(DeadlineExceeded) as raised:
            runner.run(secret, Deadline(0.2))
        assert "hunter2" not in f"{secret.shown('docker')} {raised.value} {raised.value.command}"
        assert "hunter2" not in repr(Command((), {"P": "hunter2"}, stdin=b"hunter2"))

    @pytest.mark.parametrize(
        "word",
        [
            "--network=name=n,driver-opt=a=hunter2",
            '--network=name=n,"driver-opt=a=1,hunter2"',
            '--mount=type=volume,target=/x,"volume-opt=o=a,password=hunter2"',
            '--log-opt="token=a,hunter2"',
            "--driver-opt=a=hunter2",
        ],
    )
    def test_are_not_shown_of_options(self, word: str) -> None:
        """What a client takes only as an argument, and may be secret, is not shown."""
        shown = command("create", word).shown("docker")
        assert "hunter2" not in shown + repr(command("create", word))
        assert word.partition("=")[0] in shown

    @pytest.mark.parametrize("word", ["a\0b", "\ud800"])
    def test_that_no_process_can_be_given_are_refused_in_a_sentence(self, write_client: WriteClient, word: str) -> None:
        """A name that cannot be an argument is an error that shows it, and nothing is run."""
        with pytest.raises(EngineError, match=r"inspect' was not run: .*which no process can be given") as caught:
            write_client("raise SystemExit(0)").run(command("inspect", "--", word), NEVER)
        assert repr(word) in str(caught.value)

    def test_too_long_are_refused_in_a_sentence(self, write_client: WriteClient) -> None:
        """An environment that the system does not take is an error that says what to do."""
        with pytest.raises(EngineError, match="longer than this system allows"):
            write_client("").run(command("create", secrets={"BIG": "x" * 4_000_000}), NEVER)
