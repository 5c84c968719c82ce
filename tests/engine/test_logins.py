"""What a client is given to log in with, as a program in its place sees it, and what is left of that afterwards."""

from __future__ import annotations

import base64
import json
import os
import shutil
import stat
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import DeadlineExceeded, Unauthorized
from pytest_docker_tools.testing.fixtures import Publish
from pytest_docker_tools.testing.registry import PASSWORD, USERNAME
from pytest_docker_tools.testing.unresponsive import Open

SECRETS = (PASSWORD, base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode(), "hunter3")
RIGHT = {"username": USERNAME, "password": PASSWORD}
WRONG = {**RIGHT, "password": "hunter3"}
# Notes its arguments, its environment, and the file with logins that it is given, and is the client for all else.
RECORDER = """#!{python}
import json, os, sys

folder = os.environ.get("DOCKER_CONFIG")
file = os.environ.get("REGISTRY_AUTH_FILE") or folder and os.path.join(folder, "config.json")
seen = {{"argv": sys.argv, "environment": dict(os.environ), "file": file}}
if sys.argv[1] == "pull":
    seen.update(modes=[os.stat(path).st_mode for path in (file, os.path.dirname(file))])
    seen.update(owner=os.stat(file).st_uid, content=json.load(open(file)), beside=os.listdir(os.path.dirname(file)))
with open({record!r}, "a") as record:
    record.write(json.dumps(seen) + "\\n")
os.execv({client!r}, sys.argv)
"""


class Recorded:
    """A driver of a recording client, and what that has seen."""

    def __init__(self, driver: Driver, record: Path, own: Path) -> None:
        self.driver = driver
        self.own = own
        self._record = record

    @property
    def pull(self) -> dict[str, Any]:
        """What the only pull was given."""
        calls = [json.loads(line) for line in self._record.read_text().splitlines()]
        [pull] = [call for call in calls if call["argv"][1] == "pull"]
        return dict(pull)


@pytest.fixture
def recorded(tmp_path: Path, backend: str, open_backend: Open, monkeypatch: pytest.MonkeyPatch) -> Iterator[Recorded]:
    """A recording client, with a configuration of the user's own, and a folder of its own for temporary files."""
    name = "podman" if backend == "podman" else "docker"
    for folder in ("bin", "own/contexts", "tmp"):
        (tmp_path / folder).mkdir(parents=True)
    client, record, own = shutil.which(name), tmp_path / "record", tmp_path / "own"
    (tmp_path / "bin" / name).write_text(RECORDER.format(python=sys.executable, record=str(record), client=client))
    (tmp_path / "bin" / name).chmod(0o755)
    (own / "config.json").write_text(json.dumps({"auths": {"other.example.org": {"auth": "eDp5"}}}))
    monkeypatch.delenv("REGISTRY_AUTH_FILE", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(own))
    monkeypatch.setenv("PATH", f"{tmp_path / 'bin'}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    with closing(open_backend({})) as driver:
        yield Recorded(driver, record, own)


@pytest.fixture
def nothing_is_left(tmp_path: Path, recorded: Recorded) -> Iterator[None]:
    """No temporary file is there when the test ends, and no secret was in arguments or environment of any command."""
    yield
    assert list((tmp_path / "tmp").iterdir()) == []
    assert not os.path.exists(recorded.pull["file"])
    seen = json.dumps([recorded.pull["argv"], recorded.pull["environment"]])
    assert not [secret for secret in SECRETS if secret in seen]


@pytest.mark.usefixtures("nothing_is_left")
class TestTemporaryConfiguration:
    def test_what_it_is(self, recorded: Recorded, publish: Publish, backend: str) -> None:
        """Only its owner can read it; it has the login, and the user's others, whose own file stays as it was."""
        before = (recorded.own / "config.json").read_bytes()
        published = publish(private=True)
        assert recorded.driver.pull_image({"repository": published.repository, "auth_config": RIGHT})
        pull, address = recorded.pull, published.repository.partition("/")[0]
        assert [stat.S_IMODE(mode) for mode in pull["modes"]] == [0o600, 0o700]
        assert pull["owner"] == os.getuid()
        assert pull["content"]["auths"] == {"other.example.org": {"auth": "eDp5"}, address: {"auth": SECRETS[1]}}
        assert ("contexts" in pull["beside"]) is (backend == "docker-cli")
        assert (recorded.own / "config.json").read_bytes() == before

    def test_after_a_refusal(self, recorded: Recorded, publish: Publish) -> None:
        """Nothing is left when the registry refuses the login, which is not in the error."""
        with pytest.raises(Unauthorized) as raised:
            recorded.driver.pull_image({"repository": publish(private=True).repository, "auth_config": WRONG})
        assert "hunter3" not in f"{raised.value!r} {raised.value.command} {raised.value.stderr}"

    def test_after_a_deadline(self, recorded: Recorded, publish: Publish) -> None:
        """Nothing is left when the pull is not done in time."""
        published = publish(private=True, held=True)
        with pytest.raises(DeadlineExceeded) as raised:
            recorded.driver.pull_image({"repository": published.repository, "auth_config": RIGHT}, timeout=2)
        assert PASSWORD not in f"{raised.value!r} {raised.value.command}"

    def test_after_an_interrupt(self, recorded: Recorded, publish: Publish) -> None:
        """Nothing is left when the test run is interrupted."""

        def interrupt(line: str) -> None:
            raise KeyboardInterrupt

        options = {"repository": publish(private=True).repository, "auth_config": RIGHT}
        with pytest.raises(KeyboardInterrupt):
            recorded.driver.pull_image(options, on_progress=interrupt)
