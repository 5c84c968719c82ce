"""Environments, passed so that nobody sees their values."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools_docker_cli.environment import build_arguments, environment


def test_values_go_by_the_clients_environment() -> None:
    """A variable is a flag with its name; its value is what the child has in its own environment."""
    made = environment({"A": "1\n2", "B": 3, "C": b"x", "D": True})
    assert made.flags == ["--env=A", "--env=B", "--env=C", "--env=D"]
    assert made.secrets == {"A": "1\n2", "B": "3", "C": "x", "D": "True"}


def test_a_list_is_read_as_docker_py_does() -> None:
    """In a list, a name without a value unsets, and the last of several values counts."""
    made = environment(["A=1", "B", "A=2="])
    assert (made.secrets, made.unset) == ({"A": "2="}, frozenset({"B"}))


def test_none_unsets() -> None:
    """A variable to be unset is a name that the child does not have, with the flag of the client."""
    made = environment({"A": None}, unset_flag="--unsetenv")
    assert (made.flags, made.secrets, made.unset) == (["--unsetenv=A"], {}, frozenset({"A"}))


def test_what_the_client_cannot_unset_is_refused() -> None:
    """A client without a flag for it cannot unset, which is said of the variable."""
    with pytest.raises(UnsupportedOption, match="'A' cannot be unset"):
        environment({"A": None}, unset_flag=None)


@pytest.mark.parametrize(
    "name", ["HOME", "PATH", "DOCKER_HOST", "https_proxy", "LD_PRELOAD", "GODEBUG", "SSL_CERT_FILE", "OTEL_X"]
)
def test_names_that_the_client_reads_go_by_a_file(name: str) -> None:
    """The client's own environment does not change, however the container's looks."""
    made = environment({name: " x=y ", "A": "1"})
    assert (made.flags, made.secrets, made.lines) == (["--env=A"], {"A": "1"}, f"{name}= x=y \n")


def test_names_that_the_client_does_not_read_need_no_file() -> None:
    """A value of many lines is fine for any other name, also for one that begins like a reserved one."""
    assert environment({"GOOGLE_CREDENTIALS": "a\nb"}).lines == ""


@pytest.mark.parametrize("value", ["a\nb", "a\r", None, "x" * 65536])
def test_what_a_file_cannot_say_is_refused(value: Any) -> None:
    """A reserved name cannot be unset or have lines, and the error does not show its value."""
    with pytest.raises(UnsupportedOption, match="'HOME'") as raised:
        environment({"HOME": value})
    assert raised.value.keyword == "environment"
    assert value is None or repr(value) not in str(raised.value)


@pytest.mark.parametrize("value", [{"": "x"}, {"A=B": "x"}, {"A": "x\0"}, 5])
def test_what_is_no_environment_is_refused(value: Any) -> None:
    """Names and values that no process can have are refused before anything is run."""
    with pytest.raises(UnsupportedOption):
        environment(value)


def test_the_file_is_the_standard_input() -> None:
    """Reserved names are read by the client from its input, so that no file is made."""
    with environment({"HOME": "/x", "A": "1"}).passed() as (flags, stdin):
        assert (flags, stdin) == (["--env=A", "--env-file=/dev/stdin"], b"HOME=/x\n")


def test_a_real_file_is_private_and_does_not_stay(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no /dev/stdin, a file that only the user can read lasts as long as the command."""
    monkeypatch.setattr("pytest_docker_tools_docker_cli.environment._STDIN", "/no/stdin")
    with environment({"HOME": "/x"}).passed() as (flags, stdin):
        path = Path(flags[0].partition("=")[2])
        assert (path.read_text(), stdin) == ("HOME=/x\n", None)
        assert path.stat().st_mode & 0o777 == 0o600
    assert not path.parent.exists()


def test_build_arguments_go_by_the_clients_environment() -> None:
    """A build argument is a flag with its name, also one that is a proxy; None leaves the Dockerfile's own value."""
    made = build_arguments({"A": "secret", "B": None, "HTTP_PROXY": "http://proxy"})
    assert made.flags == ["--build-arg=A", "--build-arg=B", "--build-arg=HTTP_PROXY"]
    assert (made.secrets, made.unset) == ({"A": "secret", "HTTP_PROXY": "http://proxy"}, frozenset({"B"}))


def test_build_arguments_that_the_client_reads_are_refused() -> None:
    """A build argument cannot have a name that changes what the client does."""
    with pytest.raises(UnsupportedOption, match="'PATH'"):
        build_arguments({"PATH": "/x"})


def test_values_are_not_shown() -> None:
    """No value is part of the representation."""
    assert "hunter2" not in repr(environment({"A": "hunter2", "HOME": "hunter2"}))
    assert os.environ.get("A") is None


@pytest.mark.parametrize("name", ["PLAIN", "HOME"])
def test_what_is_no_text_is_refused(name: str) -> None:
    """Half of a surrogate pair cannot be given to a process, which is said of the variable that has it."""
    with pytest.raises(UnsupportedOption, match=f"'{name}' has half of a surrogate pair"):
        environment({name: "\ud800"})


def test_bytes_that_are_no_text_are_passed_on() -> None:
    """A value that os.environ gives for bytes which are no UTF-8 reaches the client as those bytes."""
    with environment({"HOME": "a\udcff"}).passed() as (_, stdin):
        assert stdin == b"HOME=a\xff\n"
