"""What is told of errors and refusals over docker-py."""

from __future__ import annotations

from pathlib import Path

import pytest

from .conftest import Project


class TestWhatIsTold:
    def test_a_dead_engine(self, project: Project, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
        """An address without an engine is one sentence, without a word of how the libraries below found it."""
        monkeypatch.setenv("DOCKER_HOST", f"unix://{tmp_path}/dead.sock")
        result = project("it = container(image=BASE)\ndef test_it(it): ...")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E *EngineUnavailable: docker-py could not *dead.sock*DOCKER_HOST*No such file*"])
        for below in ("*urllib3*", "*requests*", "*docker/api*", "*The above exception*", "*During handling*"):
            result.stdout.no_fnmatch_line(below)

    def test_what_the_engine_refuses(self, project: Project) -> None:
        """What the engine says is in one sentence, and nothing that was sent is shown, however much is asked for."""
        module = """
wrong = container(image=BASE, labels=MARK, user='a:b:c', environment={'PASSWORD': 'hunter' + '2'}, mac_address='x')
unbuilt = build(
    fileobj=io.BytesIO(b'FROM ' + BASE.encode() + b'\\nRUN false'), buildargs={'TOKEN': 'hunter' + '2'}, nocache=True
)
def test_wrong(wrong): ...
def test_unbuilt(unbuilt): ...
"""
        result = project(module, "--showlocals", "-vv")
        result.assert_outcomes(errors=2)
        result.stdout.fnmatch_lines(
            ["E *EngineError: docker-py could not * container *", "E *BuildFailed: docker-py could not build *"]
        )
        assert "hunter2" not in result.stdout.str() + result.stderr.str()

    def test_a_dockerfile_for_buildkit(self, project: Project) -> None:
        """A Dockerfile that the classic builder cannot build is told with the backend that can."""
        module = """
app = build(fileobj=io.BytesIO(b'FROM ' + BASE.encode() + b'\\nRUN --mount=type=cache,target=/x true'))
def test_it(app): ...
"""
        result = project(module)
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E *classic builder*--docker-backend=docker-cli with buildx*"])

    @pytest.mark.parametrize(
        ("option", "text"),
        [
            ("init_path='/init'", "'init_path' cannot be used here: engines do not take it any more. Use 'init'."),
            (
                "ports={'80/tcp': None}, network_mode=fxtr('host')",
                "'ports' cannot be used here: with network_mode='host' *",
            ),
        ],
    )
    def test_an_option_that_docker_py_refuses(self, project: Project, option: str, text: str) -> None:
        """What docker-py does not take names the keyword, and is no TypeError."""
        host = "@pytest.fixture\ndef host(): return 'host'\n"
        result = project(f"{host}it = container(image=BASE, {option})\ndef test_it(it): ...")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([f"E *UnsupportedOption: {text}"])
