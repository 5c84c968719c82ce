"""Builds and pulls, on an engine of canned answers."""

from __future__ import annotations

import json
from http.server import BaseHTTPRequestHandler
from typing import Any

import docker
import pytest

from pytest_docker_tools.exceptions import (
    BuildFailed,
    EngineError,
    ImageNotFound,
    Unauthorized,
    UnsupportedOption,
)
from pytest_docker_tools_docker_py.driver import DockerPyDriver

from .conftest import FakeEngine, chunked


class TestBuildImage:
    @pytest.mark.parametrize(
        ("dockerfile", "said"),
        [
            ("FROM x", "the --mount option requires BuildKit. Refer to https://docs.docker.com/go/buildkit/"),
            ("FROM x", "dockerfile parse error line 2: Unknown flag: link"),
            ("FROM x\nRUN <<EOF\necho\nEOF", "dockerfile parse error line 3: unknown instruction: ECHO"),
            ("# syntax=docker/dockerfile:1\nFROM x\nNEW y", "dockerfile parse error line 3: unknown instruction: NEW"),
        ],
    )
    def test_what_needs_buildkit(
        self, engine: FakeEngine, driver: DockerPyDriver, tmp_path: Any, dockerfile: str, said: str
    ) -> None:
        """A Dockerfile for the other builder is told, with the backend that has it."""
        engine.tell("POST /build", {"message": said}, 400)
        (tmp_path / "Dockerfile").write_text(dockerfile)
        for options in ({"fileobj": dockerfile.encode()}, {"path": str(tmp_path)}):
            with pytest.raises(BuildFailed, match=r"classic builder.*choose --docker-backend=docker-cli with buildx"):
                driver.build_image(options)

    @pytest.mark.parametrize(
        "said",
        [
            "dockerfile parse error line 2: unknown instruction: RNU",
            "dockerfile parse error line 2: Unknown flag: chwon",
            "COPY failed: file not found in build context",
        ],
    )
    def test_other_failures_need_none(self, engine: FakeEngine, driver: DockerPyDriver, said: str) -> None:
        """What fails for another reason, such as a slip of the pen, is not told to be the builder's."""
        engine.tell("POST /build", {"message": said}, 400)
        with pytest.raises(BuildFailed, match=f"'app': {said}") as raised:
            driver.build_image({"fileobj": b"FROM x\nRNU y << 3", "tag": "app"})
        assert "builder" not in str(raised.value)

    def test_what_the_engine_refuses(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """A keyword that the engine does not take is named."""
        engine.tell("POST /build", {"message": "squash is only supported with experimental mode"}, 400)
        with pytest.raises(UnsupportedOption, match=r"'squash'.*experimental"):
            driver.build_image({"fileobj": b"FROM x", "squash": True})

    def test_has_what_docker_pys_error_has(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """Reason and log are where docker-py has them, too."""
        items = b'{"stream": "Step 1/1 : RUN x\\n"}{"stream": "no\\n"}{"error": "returned a non-zero code: 7"}'
        engine.answers["POST /build"] = lambda handler: chunked(handler, items)
        with pytest.raises(docker.errors.BuildError) as raised:
            driver.build_image({"fileobj": b"FROM x"})
        assert raised.value.msg == "returned a non-zero code: 7"
        assert [item.get("stream") for item in raised.value.build_log] == ["Step 1/1 : RUN x\n", "no\n", None]
        assert isinstance(raised.value, BuildFailed)
        assert raised.value.log == "Step 1/1 : RUN x\nno\nreturned a non-zero code: 7\n"

    def test_nothing_is_left_behind(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """The containers of steps are removed, whether the build fails or not, where nothing else is asked for."""
        asked: list[str] = []

        def build(handler: BaseHTTPRequestHandler) -> None:
            asked.append(handler.path)
            chunked(handler, b'{"error": "no"}')

        engine.answers["POST /build"] = build
        for options in ({}, {"rm": False}, {"forcerm": False}):
            with pytest.raises(BuildFailed):
                driver.build_image({"fileobj": b"FROM x", **options})
        found = [
            (f"rm={rm}" in path, f"forcerm={force}" in path)
            for path, (rm, force) in zip(asked, [(True, True), (False, False), (True, False)], strict=True)
        ]
        assert found == [(True, True)] * 3

    def test_a_file_that_cannot_be_read(self, driver: DockerPyDriver, tmp_path: Any) -> None:
        """What cannot be packed is a build that failed."""
        with pytest.raises(BuildFailed, match="No such file"):
            driver.build_image({"path": str(tmp_path), "dockerfile": "../nothing"})


class TestPullImage:
    @pytest.mark.parametrize("streamed", [False, True])
    @pytest.mark.parametrize(
        ("said", "error"),
        [
            ("manifest for x:latest not found: manifest unknown", ImageNotFound),
            ('Head "http://r/v2/x": no basic auth credentials', Unauthorized),
            ("dial tcp: connection refused", EngineError),
        ],
    )
    def test_refused(
        self, engine: FakeEngine, driver: DockerPyDriver, said: str, error: type[Exception], streamed: bool
    ) -> None:
        """What the registry says is the same error, whether it comes at once or in the course of the pull."""
        if streamed:
            engine.answers["POST /images/create"] = lambda handler: chunked(
                handler, json.dumps({"error": said}).encode()
            )
        else:
            engine.tell("POST /images/create", {"message": said}, 404 if error is ImageNotFound else 500)
        with pytest.raises(error, match=f"pull 'x:latest': {said}"):
            driver.pull_image({"repository": "x"})

    def test_credentials(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """Credentials of a pull are sent with it, and with nothing else."""
        headers: list[Any] = []

        def pull(handler: BaseHTTPRequestHandler) -> None:
            headers.append(handler.headers["X-Registry-Auth"])
            chunked(handler, b"{}")

        engine.answers["POST /images/create"] = pull
        engine.tell("GET /images/x:latest/json", {"Id": "sha256:1"})
        assert driver.pull_image({"repository": "x", "auth_config": {"username": "me", "password": "p"}}) == "sha256:1"
        assert driver.pull_image({"repository": "x"}) == "sha256:1"
        assert headers[0]
        assert headers[1] is None

    def test_all_tags(self, engine: FakeEngine, driver: DockerPyDriver) -> None:
        """All tags have the name under which the engine lists them."""
        engine.answers["POST /images/create"] = lambda handler: chunked(handler, b"{}")
        assert driver.pull_image({"repository": "docker.io/library/x", "all_tags": True}) == "x"
