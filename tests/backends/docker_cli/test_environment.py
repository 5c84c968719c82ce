"""Environments, passed so that nobody sees their values."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from pytest_docker_tools.exceptions import UnsupportedOption
from pytest_docker_tools_docker_cli.environment import Environment, build_arguments, environment


def test_values_go_by_the_clients_environment() -> None:
    """A variable is a flag with its name; its value is what the child has in its own environment."""
    made = environment({"A": "1\n2", "B": "x=y", "C": ""})
    assert made.flags == ["--env=A", "--env=B", "--env=C"]
    assert made.secrets == {"A": "1\n2", "B": "x=y", "C": ""}


def test_none_unsets() -> None:
    """A variable to be unset is a name that the child does not have, with the flag of the client."""
    made = environment({"A": None}, unset_flag="--unsetenv")
    assert (made.flags, made.secrets, made.unset) == (["--unsetenv=A"], {}, frozenset({"A"}))


def test_what_the_client_cannot_unset_is_refused() -> None:
    """A client without a flag for it cannot unset, which is said of the variable."""
    with pytest.raises(UnsupportedOption, match="'A' cannot be unset"):
        environment({"A": None}, unset_flag=None)


@pytest.mark.parametrize(
    "name",
    [
        *("HOME", "PATH", "TMPDIR", "DOCKER_HOST", "https_proxy", "NO_PROXY", "all_proxy", "ftp_proxy"),
        *("BUILDKIT_HOST", "BUILDX_BUILDER", "SSH_AUTH_SOCK", "XDG_RUNTIME_DIR", "LD_PRELOAD", "DYLD_LIBRARY_PATH"),
        *("OTEL_X", "GODEBUG", "GOGC", "SSL_CERT_FILE", "SSL_CERT_DIR", "RES_OPTIONS", "LOCALDOMAIN", "HOSTALIASES"),
        *("SystemRoot", "PATHEXT", "ProgramData", "AppData", "UserProfile", "HOMEDRIVE"),
    ],
)
def test_names_that_the_client_reads_go_by_a_file(name: str) -> None:
    """The client's own environment does not change, however the container's looks."""
    made = environment({name: " x=y ", "A": "1"})
    assert (made.flags, made.secrets, made.lines) == (["--env=A"], {"A": "1"}, f"{name}= x=y \n")


def test_names_that_the_client_does_not_read_need_no_file() -> None:
    """A value of many lines is fine for any other name, also for one that begins like a reserved one."""
    assert environment({"GOOGLE_CREDENTIALS": "a\nb"}).lines == ""


@pytest.mark.parametrize("value", ["a\nb", "a\r", None, "x" * 65536])
def test_what_a_file_cannot_say_is_refused(value: str | None) -> None:
    """A reserved name cannot be unset or have lines, and the error does not show its value."""
    with pytest.raises(UnsupportedOption, match="'HOME'") as raised:
        environment({"HOME": value})
    assert raised.value.keyword == "environment"
    assert value is None or repr(value) not in str(raised.value)


@pytest.mark.parametrize("name", ["A", "HOME"])
@pytest.mark.parametrize(("render", "keyword"), [(environment, "environment"), (build_arguments, "buildargs")])
def test_what_no_process_can_have_is_refused(
    render: Callable[[dict[str, str | None]], Environment], keyword: str, name: str
) -> None:
    """A value that no process can have is refused before anything is run, and is not shown."""
    with pytest.raises(UnsupportedOption, match=f"'{name}'") as raised:
        render({name: "hunter2\0"})
    assert raised.value.keyword == keyword
    assert "hunter2" not in str(raised.value)


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
