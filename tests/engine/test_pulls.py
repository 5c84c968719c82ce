"""Pulling from real registries, an open and a private one, with each way to log in."""

from __future__ import annotations

import base64
import json
import os
import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import ImageNotFound, Unauthorized, UnsupportedOption
from pytest_docker_tools.testing.registry import PASSWORD, USERNAME, Registry
from pytest_docker_tools.testing.unresponsive import Open

from .conftest import Project, Push

Opened = Callable[[], Driver]

RIGHT = {"username": USERNAME, "password": PASSWORD}
WRONG = {"username": USERNAME, "password": "hunter3"}


@pytest.fixture
def opened(driver: Driver, open_backend: Open) -> Iterator[Opened]:
    """Open a driver that sees the environment as it is then."""
    made: list[Driver] = []

    def opened() -> Driver:
        made.append(open_backend({}))
        return made[-1]

    yield opened
    for other in made:
        other.close()


@pytest.fixture
def private(driver: Driver, push: Push, private_registry: str) -> Iterator[str]:
    """The repository of an image in the private registry."""
    repository = f"{private_registry}/{push('latest', 'v1')}"
    yield repository
    driver.remove("image", [repository, f"{repository}:v1"], force=True)


@pytest.fixture
def configuration(tmp_path: Path, backend: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Let the user have this configuration of the client, and no other."""
    monkeypatch.delenv("REGISTRY_AUTH_FILE", raising=False)
    monkeypatch.setenv("DOCKER_CONFIG", str(tmp_path))

    def configuration(**content: Any) -> None:
        (tmp_path / "config.json").write_text(json.dumps(content))

    return configuration


@pytest.fixture
def helper(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], str]:
    """Give the name of a credential helper, which has this password for every registry."""
    monkeypatch.setenv("PATH", f"{tmp_path}{os.pathsep}{os.environ['PATH']}")

    def helper(password: str) -> str:
        program = tmp_path / "docker-credential-tests"
        answer = json.dumps({"ServerURL": "any", "Username": USERNAME, "Secret": password})
        program.write_text(f"#!/bin/sh\ncat > /dev/null\necho '{answer}'\n")
        program.chmod(0o755)
        return "tests"

    return helper


def stored(login: dict[str, str]) -> dict[str, str]:
    """Give a login as it is in a configuration."""
    return {"auth": base64.b64encode(f"{login['username']}:{login['password']}".encode()).decode()}


class TestOpenRegistry:
    def test_by_tag_and_digest(self, driver: Driver, push: Push, registry: str) -> None:
        """An image is pulled by its tag, and by the digest that it then has."""
        repository = f"{registry}/{push('v1')}"
        pulled = driver.pull_image({"repository": repository, "tag": "v1"})
        [facts] = driver.inspect("image", [pulled])
        assert facts
        digests = [digest for digest in facts["RepoDigests"] if digest.startswith(f"{repository}@")]
        assert digests
        driver.remove("image", [f"{repository}:v1"], force=True)
        assert driver.pull_image({"repository": digests[0]}) == pulled
        driver.remove("image", [pulled], force=True)

    def test_all_tags(self, driver: Driver, push: Push, registry: str) -> None:
        """All tags of a repository are pulled, and no other."""
        repository = f"{registry}/{push('v1', 'v2')}"
        names = [f"{repository}:v1", f"{repository}:v2"]
        assert driver.pull_image({"repository": repository, "all_tags": True}) == repository
        assert driver.inspect("image", names).count(None) == 0
        assert len(driver.ids("image", {"reference": repository})) == 2
        driver.remove("image", names, force=True)

    def test_missing(self, driver: Driver, push: Push, registry: str) -> None:
        """What an open registry does not have is told from what wants a login."""
        repository = f"{registry}/{push()}"
        for wanted in ({"repository": f"{repository}:no"}, {"repository": f"{repository}-no", "all_tags": True}):
            with pytest.raises(ImageNotFound, match=f"The registry {registry} has no such image") as raised:
                driver.pull_image(wanted)
            assert "log" not in str(raised.value).replace(repository, "").lower()


class TestPrivateRegistry:
    def test_without_a_login(self, private: str, configuration: Callable[..., None], opened: Opened) -> None:
        """It is said that there is none, also for an image that is not there."""
        configuration()
        for wanted in (private, f"{private}-no"):
            with pytest.raises(Unauthorized, match=r"wants a login.*login 127\.0\.0\.1:\d+'"):
                opened().pull_image({"repository": wanted})

    def test_with_a_login(self, driver: Driver, private: str) -> None:
        """The right one pulls, by itself and for all that is asked for with it; a wrong one is said to be wrong."""
        assert driver.pull_image({"repository": f"{private}:v1", "auth_config": RIGHT})
        with pytest.raises(Unauthorized, match="refused the login"):
            driver.pull_image({"repository": private, "auth_config": WRONG})
        with pytest.raises(ImageNotFound, match="no such image"):
            driver.pull_image({"repository": f"{private}:no", "auth_config": RIGHT})

    def test_all_tags(self, driver: Driver, backend: str, private: str) -> None:
        """All tags are pulled with a login; podman, which takes none then, says so."""
        options = {"repository": private, "all_tags": True, "auth_config": RIGHT}
        if backend == "podman":
            with pytest.raises(UnsupportedOption, match="podman login"):
                driver.pull_image(options)
        else:
            assert len(driver.ids("image", {"reference": driver.pull_image(options)})) == 2

    def test_own_login(
        self, private: str, private_registry: str, backend: str, configuration: Callable[..., None], opened: Opened
    ) -> None:
        """The user's own login is used, for all tags too, unless another one, or none, is asked for."""
        configuration()
        file = f"--authfile={os.environ['DOCKER_CONFIG']}/config.json"
        program = ["podman", "login", "--tls-verify=false", file] if backend == "podman" else ["docker", "login"]
        command = [*program, "--username", USERNAME, "--password-stdin", private_registry]
        subprocess.run(command, input=PASSWORD.encode(), check=True, capture_output=True)
        driver = opened()
        assert driver.pull_image({"repository": private})
        assert driver.pull_image({"repository": private, "all_tags": True})
        with pytest.raises(Unauthorized):
            driver.pull_image({"repository": private, "auth_config": WRONG})
        with pytest.raises(UnsupportedOption if backend == "podman" else Unauthorized):
            driver.pull_image({"repository": private, "auth_config": {}})

    def test_wrong_own_login(
        self, private: str, private_registry: str, configuration: Callable[..., None], opened: Opened
    ) -> None:
        """A stored login that is refused is said to be so; the right one that is given comes before it."""
        configuration(auths={private_registry: stored(WRONG)})
        driver = opened()
        with pytest.raises(Unauthorized, match="wants a login, or another one than it was given"):
            driver.pull_image({"repository": private})
        assert driver.pull_image({"repository": private, "auth_config": RIGHT})

    @pytest.mark.parametrize("keyword", ["credHelpers", "credsStore"])
    def test_credential_helper(
        self,
        private: str,
        private_registry: str,
        backend: str,
        keyword: str,
        configuration: Callable[..., None],
        helper: Callable[[str], str],
        opened: Opened,
    ) -> None:
        """A helper's login is used, unless another one is asked for, which comes before a helper's wrong one."""
        if backend == "podman" and keyword == "credsStore":
            keyword = "credHelpers"
        name = helper(PASSWORD)
        configuration(**{keyword: {private_registry: name} if keyword == "credHelpers" else name})
        assert opened().pull_image({"repository": private})
        helper("hunter3")
        with pytest.raises(Unauthorized):
            opened().pull_image({"repository": private})
        assert opened().pull_image({"repository": private, "auth_config": RIGHT})


class TestFetch:
    def test_a_login_and_a_mirror(self, project: Project, private: str, private_registry: str) -> None:
        """What names no registry comes from the one of the ini option, with a login, and a container made of it."""
        name = private.partition("/")[2]
        result = project(
            f"app = fetch(repository={name!r}, tag='v1', auth_config={RIGHT!r})\n"
            "it = container(image='{app.id}', command='sleep 600', init=True)\n"
            "def test_it(it, app):\n"
            f"    assert app.labels['pushed'] == {name + ':v1'!r}\n"
            f"    assert {private + ':v1'!r} in app.tags\n",
            "-o",
            f"docker_image_prefix={private_registry}",
        )
        result.assert_outcomes(passed=1)

    def test_all_tags(self, project: Project, driver: Driver, push: Push, registry: str) -> None:
        """The value for all tags is a list of images."""
        repository = f"{registry}/{push('v1', 'v2')}"
        result = project(
            f"images = fetch(repository={repository!r}, all_tags=True)\n"
            "def test_it(images):\n"
            f"    tags = {{tag for image in images for tag in image.tags}}\n"
            f"    assert tags == {{{repository + ':v1'!r}, {repository + ':v2'!r}}}\n"
        )
        result.assert_outcomes(passed=1)
        driver.remove("image", [f"{repository}:v1", f"{repository}:v2"], force=True)

    def test_missing_asks_no_registry(self, driver: Driver, project: Project) -> None:
        """An image that is there is taken from the engine when its registry is gone; one that is not is an error."""
        with Registry() as registry:
            published = registry.publish()
            driver.pull_image({"repository": published.repository})
        module = (
            f"by_tag = fetch(repository={published.repository!r})\n"
            f"by_digest = fetch(repository={published.by_digest!r})\n"
            f"not_there = fetch(repository={published.repository!r}, tag='other')\n"
            f"always = fetch(repository={published.repository!r}, policy='always')\n"
            "def test_there(by_tag, by_digest): assert by_tag == by_digest\n"
            "def test_not_there(not_there): ...\n"
            "def test_always(always): ...\n"
        )
        result = project(module, "-o", "docker_pull_policy=missing")
        result.assert_outcomes(passed=1, errors=2)
        driver.remove("image", [published.reference, published.by_digest], force=True)
