"""What the client's texts mean."""

from __future__ import annotations

import pytest

from pytest_docker_tools.exceptions import (
    Conflict,
    DriverError,
    EngineError,
    EngineUnavailable,
    Forbidden,
    ImageNotFound,
    NotFound,
    PortUnavailable,
    ResourceExhausted,
    Unauthorized,
    UnsupportedOperation,
    UnsupportedOption,
)
from pytest_docker_tools_docker_cli import PHRASES, Result
from pytest_docker_tools_docker_cli.errors import classify, clean, error_for

TEXTS: list[tuple[type[DriverError], str]] = [
    (EngineUnavailable, "Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?"),
    (EngineUnavailable, 'error during connect: Get "http://x": dial tcp: lookup x: no such host'),
    (EngineUnavailable, "permission denied while trying to connect to the Docker daemon socket at unix:///x"),
    (EngineUnavailable, "Failed to initialize: unable to resolve docker endpoint: open ca.pem: no such file"),
    (EngineUnavailable, 'Current context "x" is not found on the file system, please check your config file'),
    (UnsupportedOperation, "unknown flag: --x"),
    (UnsupportedOperation, '"--x" requires API version 1.43, but the Docker daemon API version is 1.41'),
    (ResourceExhausted, "Error response from daemon: Error processing tar file: write /x: no space left on device"),
    (ResourceExhausted, "Error response from daemon: no available IPv4 addresses on this network's address pools: x"),
    (ResourceExhausted, "Error: could not find free subnet from subnet pools"),
    (ResourceExhausted, "Error response from daemon: all predefined address pools have been fully subnetted"),
    (ImageNotFound, "Error response from daemon: No such image: x:latest"),
    (ImageNotFound, "image with reference x was found but does not match the specified platform"),
    (ImageNotFound, "manifest for x:y not found: manifest unknown: manifest unknown"),
    (ImageNotFound, "pull access denied for x, repository does not exist or may require 'docker login': denied: x"),
    (ImageNotFound, "Error response from daemon: name unknown"),
    (ImageNotFound, "no matching manifest for linux/riscv64 in the manifest list entries"),
    (NotFound, "Error: No such container: x"),
    (NotFound, "Error response from daemon: network x not found"),
    (NotFound, "Error response from daemon: get x: no such volume"),
    (NotFound, "Error response from daemon: Could not find the file /x in container y"),
    (NotFound, 'Error response from daemon: plugin "x" not found'),
    (Forbidden, "error while removing network: network x id y has active endpoints"),
    (Forbidden, "Pool overlaps with other one on this address space"),
    (Forbidden, "bridge is a pre-defined network and cannot be removed"),
    (Conflict, 'Conflict. The container name "/x" is already in use by container "y".'),
    (Conflict, "network with name x already exists"),
    (Conflict, "remove x: volume is in use - [y]"),
    (Conflict, "Container x is not running"),
    (
        Conflict,
        'cannot remove container "/x": container is running: stop the container before removing or force remove',
    ),
    (Conflict, "conflict: unable to delete x (must be forced) - image is being used by stopped container y"),
    (PortUnavailable, "Bind for 0.0.0.0:80 failed: port is already allocated"),
    (PortUnavailable, "Error starting userland proxy: listen tcp4 0.0.0.0:80: bind: address already in use"),
    (Unauthorized, 'Head "http://x/v2/y/manifests/z": no basic auth credentials'),
    (Unauthorized, "unauthorized: authentication required"),
    (Unauthorized, "denied: requested access to the resource is denied"),
    (Unauthorized, "Error response from daemon: unauthorized"),
    (Unauthorized, "Error response from daemon: denied"),
    (EngineError, "open /denied: no such file"),
    (EngineError, 'exec: "/etc/passwd": permission denied: unknown'),
    (EngineError, "could not find bridge docker0: route ip+net: no such network interface"),
    (EngineError, "something that nobody has seen before"),
    # What it logs of its own trouble, with the removal of what it could not start, is not why it could not.
    (EngineError, 'time="2026-11-23T04:05:12Z" level=error msg="x: no such container"\nError: x: executable not found'),
    (NotFound, 'time="2026-11-23T04:05:12Z" level=error msg="x: no such container"'),
]


@pytest.mark.parametrize(("error", "text"), TEXTS)
def test_classify(error: type[DriverError], text: str) -> None:
    """Each known text of the client is its class of error, in any case; any other is EngineError."""
    assert classify(PHRASES, text) is error
    assert classify(PHRASES, text.upper()) is error


@pytest.mark.parametrize(
    "text",
    [
        "docker: Error response from daemon: it failed.\n\nRun 'docker run --help' for more information",
        "docker: Error response from daemon: it failed.\nSee 'docker run --help'.",
        "Error: it failed.\n",
        "Error response from daemon: it failed.\nexit status 1\n",
        "Error response from daemon: it failed.\nError: failed to start containers: x\n",
        "Error: 2 errors occurred:\n\t* it failed.\n\n",
        "DEPRECATED: The legacy builder is deprecated.\n            Install the buildx component:\n\n"
        "\x1b[91mit failed.\x1b[0m\n",
    ],
)
def test_clean(text: str) -> None:
    """What the client puts around the engine's words is left out."""
    assert clean(text) == "it failed."


def test_clean_logged() -> None:
    """What a client logs of its own trouble says less than the words besides, if there are any."""
    logged = 'time="2026-11-23T04:05:12Z" level=error msg="Removing container 1: no such container"'
    assert clean(f"{logged}\nError: it failed.\n") == "it failed."
    assert clean(logged) == logged


def make(stderr: str, kind: type[DriverError], **more: str) -> DriverError:
    result = Result("docker create", 1, b"", stderr.encode())
    return error_for(
        result,
        "create a container",
        kind=kind,
        program="docker",
        engine="unix:///run/docker.sock",
        other_engine="DOCKER_HOST or a context",
        keywords={"--cpus": "nano_cpus"},
        **more,
    )


def test_an_error_is_a_sentence_and_has_the_details() -> None:
    """An error says what was asked, what happened and what to do; the command and its output are attributes."""
    error = make("Error: No such image: x:latest\n", ImageNotFound)
    assert str(error).startswith("docker could not create a container: No such image: x:latest. ")
    assert "fetch()" in str(error)
    assert (error.command, error.exit_code, error.stderr) == ("docker create", 1, "Error: No such image: x:latest")


def test_advice_can_be_replaced() -> None:
    """A verb may know better what to do than the class of its error."""
    assert str(make("No such image: x", ImageNotFound, advice="Look.")).endswith("x. Look.")


def test_an_engine_that_does_not_answer_is_named() -> None:
    """The error says which engine was tried, and how to choose another."""
    error = make("Cannot connect to the Docker daemon", EngineUnavailable)
    assert "the engine at unix:///run/docker.sock does not answer" in str(error)
    assert "choose another one with DOCKER_HOST or a context" in str(error)


def test_an_engine_whose_socket_belongs_to_others() -> None:
    """The error says that it is the user who may not, not the engine that is away."""
    error = make("permission denied while trying to connect to the Docker daemon socket", EngineUnavailable)
    assert "the engine at unix:///run/docker.sock does not let your user in" in str(error)


def test_a_refused_flag_is_an_unsupported_option() -> None:
    """A flag that this client or engine does not have is told by the keyword that it is for."""
    error = make("unknown flag: --cpus", UnsupportedOperation)
    assert isinstance(error, UnsupportedOption)
    assert error.keyword == "nano_cpus"
    assert type(make("unknown flag: --other", UnsupportedOperation)) is UnsupportedOperation


def test_a_refused_value_that_looks_like_a_flag() -> None:
    """A value that is refused, and looks like a flag, is not taken for the flag that it is the value of."""
    error = make('invalid argument "--help" for "--cpus" flag: no number', UnsupportedOperation)
    assert isinstance(error, UnsupportedOption)
    assert error.keyword == "nano_cpus"


def test_a_failure_without_words_has_the_exit_code() -> None:
    """Where the client says nothing, its exit code is what there is to say."""
    assert "exit code 1" in str(make("", EngineError))
