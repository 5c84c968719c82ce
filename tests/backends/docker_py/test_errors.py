"""What the engine's answers mean, in the classes of both libraries."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable
from typing import Any

import docker.errors
import pytest
import requests

from pytest_docker_tools import exceptions
from pytest_docker_tools.driver import Driver
from pytest_docker_tools_docker_py import errors
from pytest_docker_tools_docker_py.errors import classify, refusal, translated

from .conftest import FakeEngine

OURS = (
    exceptions.NotFound,
    exceptions.Conflict,
    exceptions.Forbidden,
    exceptions.PortUnavailable,
    exceptions.Unauthorized,
    exceptions.BuildFailed,
)
SAID: list[tuple[int | None, str, type[exceptions.EngineError]]] = [
    (404, "No such image: x:latest", exceptions.ImageNotFound),
    (404, "image with reference x was found but does not match the specified platform", exceptions.ImageNotFound),
    (404, "manifest for x:y not found: manifest unknown: manifest unknown", exceptions.ImageNotFound),
    (None, "manifest for x:y not found: manifest unknown: manifest unknown", exceptions.ImageNotFound),
    (
        404,
        "pull access denied for x, repository does not exist or may require 'docker login': denied: x",
        exceptions.ImageNotFound,
    ),
    (500, "name unknown", exceptions.ImageNotFound),
    (500, "no matching manifest for linux/riscv64 in the manifest list entries", exceptions.ImageNotFound),
    (404, "No such container: x", exceptions.NotFound),
    (400, "could not get container for a: No such container: a", exceptions.NotFound),
    (404, "network x not found", exceptions.NotFound),
    (404, "get x: no such volume", exceptions.NotFound),
    (500, "unrecognized image ID sha256:1", exceptions.NotFound),
    (404, "something new", exceptions.NotFound),
    (403, "network x id y has active endpoints", exceptions.Forbidden),
    (403, "Pool overlaps with other one on this address space", exceptions.Forbidden),
    (500, "endpoint with name x already exists in network y", exceptions.Forbidden),
    (403, "something new", exceptions.Forbidden),
    (409, 'Conflict. The container name "/x" is already in use by container "y".', exceptions.Conflict),
    (500, "container x is not connected to network y", exceptions.Conflict),
    (500, "Container x is not paused", exceptions.Conflict),
    (409, "something new", exceptions.Conflict),
    (500, "Bind for 0.0.0.0:80 failed: port is already allocated", exceptions.PortUnavailable),
    (500, "listen tcp4 0.0.0.0:80: bind: address already in use", exceptions.PortUnavailable),
    (500, 'Head "http://x/v2/y/manifests/z": no basic auth credentials', exceptions.Unauthorized),
    (500, "unauthorized: authentication required", exceptions.Unauthorized),
    (500, "denied: requested access to the resource is denied", exceptions.Unauthorized),
    (500, "unauthorized", exceptions.Unauthorized),
    (500, "denied", exceptions.Unauthorized),
    (401, "something new", exceptions.Unauthorized),
    (400, 'exec: "/etc/passwd": permission denied: unknown', exceptions.EngineError),
    (500, "something new", exceptions.EngineError),
]


@pytest.mark.parametrize(("status", "said", "expected"), SAID)
def test_classify(status: int | None, said: str, expected: type[exceptions.EngineError]) -> None:
    """The engine's words, and its status where they are new, are a class of error, which is docker's as well."""
    error = refusal(classify(said, status), "do it", said)
    assert isinstance(error, expected)
    assert isinstance(error, docker.errors.APIError)
    assert [kind for kind in OURS if isinstance(error, kind)] == [kind for kind in OURS if issubclass(expected, kind)]
    assert type(error) is classify(said.upper(), status)


@pytest.mark.parametrize(
    ("error", "ours", "theirs"),
    [
        (errors.NotFound, exceptions.NotFound, docker.errors.NotFound),
        (errors.ImageNotFound, exceptions.ImageNotFound, docker.errors.ImageNotFound),
        (errors.ImageNotFound, exceptions.NotFound, docker.errors.NotFound),
        (errors.Conflict, exceptions.Conflict, docker.errors.APIError),
        (errors.Conflict, exceptions.EngineError, requests.HTTPError),
        (errors.BuildFailed, exceptions.BuildFailed, docker.errors.BuildError),
        (errors.EngineUnavailable, exceptions.EngineUnavailable, docker.errors.DockerException),
    ],
)
def test_can_be_caught_as_either(error: type[Exception], ours: type[Exception], theirs: type[Exception]) -> None:
    """Tests that know one of the libraries catch what they expect, and read our sentence."""
    for expected in (ours, theirs):
        with pytest.raises(expected, match=r"^our sentence$"):
            raise error("our sentence")


def test_has_what_those_of_docker_py_have(engine: FakeEngine, driver: Driver) -> None:
    """Status, explanation and answer are where docker-py has them; what it said is where ours have it."""
    engine.tell("POST /containers/x/kill", {"message": "Container x is not running"}, 409)
    with pytest.raises(docker.errors.APIError) as raised:
        driver.kill("x")
    error: Any = raised.value
    assert (error.status_code, error.explanation, error.is_client_error()) == (409, "Container x is not running", True)
    assert error.response.json() == {"message": "Container x is not running"}
    assert error.stderr == "Container x is not running"
    assert str(error) == "docker-py could not kill container 'x': Container x is not running."


def test_what_is_missing_has_the_status_of_that(driver: Driver) -> None:
    """The error for an object that has to be there is docker's as well, with its status."""
    for kind, ours, theirs in (
        ("container", exceptions.NotFound, docker.errors.NotFound),
        ("image", exceptions.ImageNotFound, docker.errors.ImageNotFound),
    ):
        error: Any = driver.missing(kind, "x")  # type: ignore[arg-type]
        assert isinstance(error, ours)
        assert isinstance(error, theirs)
        assert error.status_code == 404
        assert str(error) == f"There is no {kind} 'x' on the engine at {driver.endpoint().url}."


@pytest.mark.parametrize("body", [b"", b"<html>", {"message": ""}])
def test_an_answer_without_words(engine: FakeEngine, driver: Driver, body: Any) -> None:
    """Where the engine says nothing that can be understood, its status is what there is to say."""
    engine.tell("POST /containers/x/kill", body, 502)
    with pytest.raises(exceptions.EngineError, match=r"status 502|<html>"):
        driver.kill("x")


@pytest.mark.parametrize(
    ("verb", "request_"),
    [
        (
            lambda driver: driver.create_container({"image": "x", "environment": {"PASSWORD": "hunter2"}}),
            "POST /containers/create",
        ),
        (lambda driver: driver.create_volume({"driver_opts": {"o": "password=hunter2"}}), "POST /volumes/create"),
        (
            lambda driver: driver.pull_image(
                {"repository": "x", "auth_config": {"username": "me", "password": "hunter2"}}
            ),
            "POST /images/create",
        ),
        (
            lambda driver: driver.build_image({"fileobj": b"FROM x", "buildargs": {"PASSWORD": "hunter2"}}),
            "POST /build",
        ),
    ],
)
@pytest.mark.parametrize("answers", [True, False])
# docker-py leaves what it has packed for a build to the garbage collector, if nothing answers.
@pytest.mark.filterwarnings("ignore:unclosed file:ResourceWarning")
def test_no_secrets(
    engine: FakeEngine, driver: Driver, verb: Callable[[Driver], object], request_: str, answers: bool
) -> None:
    """What was sent is neither in an error nor in one that led to it, whether the engine refuses or is gone."""
    if answers:
        engine.tell(request_, {"message": "not today"}, 500)
    else:
        # An answer that is none.
        engine.answers[request_] = lambda handler: handler.connection.shutdown(socket.SHUT_RDWR)
    with pytest.raises(exceptions.DriverError, match="not today" if answers else "does not answer") as raised:
        verb(driver)
    error: BaseException | None = raised.value
    while error:
        assert "hunter2" not in repr(error) + str(vars(error).get("log"))
        error = error.__cause__ or error.__context__
    gc.collect()


def test_what_is_nobodys_stays_as_it_is() -> None:
    """An error of ours, and one that is a mistake in the code, are not told as the engine's."""
    for error in (exceptions.UnsupportedOption("x", "y"), KeyError("x"), StopIteration()):
        assert translated(error, "do it", "unix:///x") is error
