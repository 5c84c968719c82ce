"""Images: building, pulling and naming them."""

from __future__ import annotations

import io
import re
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import (
    BuildFailed,
    DeadlineExceeded,
    EngineError,
    ImageNotFound,
    NotFound,
    UnsupportedOption,
)

Named = Callable[[str], str]
Facts = Callable[..., dict[str, Any]]
Build = Callable[..., str]


@pytest.fixture
def build(driver: Driver, named: Named) -> Build:
    """Build an image, which is gone after the test."""

    def build(on_progress: Callable[[str], object] | None = None, timeout: float | None = 120, **options: Any) -> str:
        return driver.build_image(
            {"tag": named("image"), "nocache": True, **options}, on_progress=on_progress, timeout=timeout
        )

    return build


@pytest.fixture
def context(tmp_path: Path, image: str) -> Path:
    """A folder to build from, with two Dockerfiles."""
    (tmp_path / "Dockerfile").write_text(
        f'FROM {image} AS first\nARG GREETING=default\nRUN echo "$GREETING" > /greeting\n'
        "FROM first\nCOPY file /file\nLABEL which=last\n"
    )
    (tmp_path / "file").write_text("content")
    (tmp_path / "sub").mkdir()
    (tmp_path / "sub" / "Other").write_text(f"FROM {image}\nLABEL which=other\n")
    return tmp_path


@pytest.fixture
def content(driver: Driver, named: Named) -> Callable[[str, str], bytes]:
    """Read a file of an image."""

    def content(image: str, path: str) -> bytes:
        container = driver.create_container({"image": image, "name": named("container")})
        with driver.get_archive(container, path) as archive, tarfile.open(fileobj=archive, mode="r|*") as found:
            member = found.extractfile(next(iter(found)))
            assert member is not None
            return member.read()

    return content


class TestBuildImage:
    def test_a_folder(self, build: Build, context: Path, facts: Facts, content: Callable[..., bytes]) -> None:
        """A folder is built, and the id given is the engine's own."""
        built = build(path=str(context))
        assert facts(built, "image")["Id"] == built
        assert facts(built, "image")["Config"]["Labels"]["which"] == "last"
        assert content(built, "/file") == b"content"
        assert content(built, "/greeting") == b"default\n"

    def test_dockerfile_is_of_the_folder(self, build: Build, context: Path, facts: Facts) -> None:
        """A Dockerfile is looked for in the folder, not where the tests run; one outside has an absolute path."""
        for dockerfile in ("sub/Other", str(context / "sub" / "Other")):
            built = build(path=str(context), dockerfile=dockerfile)
            assert facts(built, "image")["Config"]["Labels"]["which"] == "other"

    def test_a_dockerfile_alone(self, build: Build, image: str, facts: Facts) -> None:
        """Bytes are a Dockerfile without a folder."""
        built = build(fileobj=f"FROM {image}\nLABEL a=b\n".encode())
        assert facts(built, "image")["Config"]["Labels"]["a"] == "b"

    def test_an_archive(self, build: Build, context: Path, facts: Facts) -> None:
        """Bytes can be an archive of a folder, also a compressed one."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz") as archive:
            archive.add(context, ".")
        built = build(fileobj=packed.getvalue(), custom_context=True, encoding="gzip", dockerfile="sub/Other")
        assert facts(built, "image")["Config"]["Labels"]["which"] == "other"

    def test_options(self, driver: Driver, build: Build, context: Path, facts: Facts, named: Named) -> None:
        """Names, labels, stages and limits are what was asked for."""
        tag = named("image") + ":v1"
        options: dict[str, Any] = {
            "extra_hosts": {"a": "192.0.2.1"},
            "forcerm": True,
            "labels": {"a": "b=c"},
            "network_mode": "none",
            "rm": True,
            "shmsize": 8 * 1024**2,
        }
        built = build(path=str(context), tag=tag, target="first", **options)
        assert facts(built, "image")["RepoTags"] == [tag]
        assert facts(built, "image")["Config"]["Labels"] == {"a": "b=c"}
        driver.remove("image", [tag])

    def test_arguments(self, build: Build, context: Path, content: Callable[..., bytes]) -> None:
        """Build arguments reach the build, with any value; None leaves the Dockerfile's own."""
        built = build(path=str(context), buildargs={"GREETING": "a 'b' \\ c", "HTTP_PROXY": None})
        assert content(built, "/greeting") == b"a 'b' \\ c\n"
        assert content(build(path=str(context), buildargs={"GREETING": None}), "/greeting") == b"default\n"

    def test_arguments_are_no_arguments_of_a_process(self, build: Build, context: Path) -> None:
        """While it is built, the list of processes does not show the values of build arguments."""
        secret = "hunter2-in-the-open"
        process = subprocess.Popen(
            ["sh", "-c", "for i in $(seq 200); do cat /proc/[0-9]*/cmdline 2>/dev/null; done"], stdout=subprocess.PIPE
        )
        build(path=str(context), buildargs={"GREETING": secret})
        process.terminate()
        assert secret.encode() not in process.communicate()[0]

    def test_progress(self, build: Build, image: str) -> None:
        """Each line is reported while the build goes on, without its end and colours; quiet reports none."""
        seen: list[tuple[float, str]] = []
        dockerfile = f"FROM {image}\nRUN echo one >&2 && sleep 1\nRUN echo two\n".encode()
        build(lambda line: seen.append((time.monotonic(), line)), fileobj=dockerfile)
        when = {
            word: moment for moment, line in seen for word in ("one", "two") if re.search(f"^([^R]* )?{word}$", line)
        }
        assert when["two"] - when["one"] > 0.5
        assert not [line for _, line in seen if "\x1b" in line or line.endswith("\n")]
        seen.clear()
        build(lambda line: seen.append((0, line)), fileobj=dockerfile, quiet=True)
        assert seen == []

    def test_what_the_progress_raises(self, build: Build, image: str, children: Callable[[], set[int]]) -> None:
        """An error of the callback ends the build, and is the caller's."""
        before = children()

        def stop(line: str) -> None:
            raise KeyError(line)

        with pytest.raises(KeyError):
            build(stop, fileobj=f"FROM {image}\nRUN sleep 600\n".encode())
        assert children() == before

    def test_failing_step(self, driver: Driver, build: Build, image: str, named: Named) -> None:
        """A step that fails is said with its output; the error has the whole log, and no container is left."""
        label = named("image")
        dockerfile = f"FROM {image}\nLABEL {label}=1\nRUN echo before\nRUN echo the reason >&2; exit 7\n"
        with pytest.raises(BuildFailed, match=r"returned a non-zero code: 7|exit code: 7") as raised:
            build(fileobj=dockerfile.encode())
        # What the steps before it made is the engine's cache, and not the driver's to remove.
        driver.remove("image", driver.ids("image", {"label": label}))
        assert re.search("^([^R]* )?the reason$", str(raised.value), re.MULTILINE)
        assert not re.search("^([^R]* )?before$", str(raised.value), re.MULTILINE)
        assert re.search("^([^R]* )?before$", raised.value.log, re.MULTILINE)
        assert raised.value.command is not None
        assert raised.value.command.startswith("docker build")
        assert driver.ids("container", {"label": label}) == []

    def test_missing_folder(self, build: Build) -> None:
        """A folder that is not there is said before anything is run."""
        with pytest.raises(BuildFailed, match="There is no folder '/no/such'"):
            build(path="/no/such")

    def test_missing_dockerfile(self, build: Build, tmp_path: Path) -> None:
        """A folder without a Dockerfile cannot be built."""
        with pytest.raises(BuildFailed, match="Dockerfile"):
            build(path=str(tmp_path))

    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"path": ".", "fileobj": b"FROM scratch"},
            {"fileobj": b"FROM scratch", "dockerfile": "x"},
            {"path": ".", "custom_context": True},
            {"path": ".", "container_limits": {"memory": 1}},
        ],
    )
    def test_what_cannot_be_meant(self, build: Build, options: dict[str, Any]) -> None:
        """Options that contradict each other, or cannot be had, are refused."""
        with pytest.raises(UnsupportedOption):
            build(**options)

    def test_deadline(self, build: Build, image: str, children: Callable[[], set[int]]) -> None:
        """A build that is not done in time is DeadlineExceeded, and no process of ours is left."""
        before = children()
        with pytest.raises(DeadlineExceeded):
            build(fileobj=f"FROM {image}\nRUN sleep 600\n".encode(), timeout=1)
        assert children() == before


@pytest.fixture
def published(driver: Driver, registry: str, image: str, named: Named) -> Iterator[tuple[str, str]]:
    """Repository and tag of an image that is in the registry, and not on the engine."""
    repository, tag = f"{registry}/{named('image')}", "published"
    driver.tag_image(image, repository, tag)
    subprocess.run(["docker", "push", f"{repository}:{tag}"], check=True, capture_output=True, timeout=60)
    driver.remove("image", [f"{repository}:{tag}"])
    yield repository, tag
    # By its names there, never by its id: it is the image that all tests are made of.
    found = driver.inspect("image", [image])[0] or {}
    driver.remove("image", [name for name in found["RepoTags"] if name.startswith(repository)])
    found = driver.inspect("image", [image])[0] or {}
    driver.remove("image", [name for name in found["RepoDigests"] if name.startswith(repository)])


class TestPullImage:
    def test_tag(self, driver: Driver, published: tuple[str, str], image: str, facts: Facts) -> None:
        """An image is pulled by its tag, wherever that is written, and each line of progress is reported."""
        repository, tag = published
        lines: list[str] = []
        pulled = driver.pull_image({"repository": repository, "tag": tag}, on_progress=lines.append)
        assert pulled == facts(image, "image")["Id"]
        assert f"{repository}:{tag}" in facts(pulled, "image")["RepoTags"]
        assert any(line.startswith("Digest: sha256:") for line in lines)
        assert driver.pull_image({"repository": f"{repository}:{tag}", "tag": None}) == pulled

    def test_digest(self, driver: Driver, published: tuple[str, str], facts: Facts) -> None:
        """An image is pulled by its digest, in either spelling."""
        repository, tag = published
        pulled = driver.pull_image({"repository": repository, "tag": tag})
        digest = next(
            found.partition("@")[2] for found in facts(pulled, "image")["RepoDigests"] if found.startswith(repository)
        )
        assert driver.pull_image({"repository": repository, "tag": digest}) == pulled
        assert driver.pull_image({"repository": f"{repository}@{digest}", "platform": "linux/amd64"}) == pulled

    def test_missing(self, driver: Driver, published: tuple[str, str]) -> None:
        """A tag or a repository that the registry does not have is ImageNotFound, with what to do."""
        repository, _ = published
        for wanted in (repository, f"{repository}:nope", f"{repository}-nope"):
            with pytest.raises(ImageNotFound, match="Check the name and the tag"):
                driver.pull_image({"repository": wanted})

    def test_no_registry(self, driver: Driver) -> None:
        """A registry that does not answer is the engine's error, not a missing engine."""
        with pytest.raises(EngineError, match=r"127\.0\.0\.1:1/nothing:latest.*refused") as raised:
            driver.pull_image({"repository": "127.0.0.1:1/nothing"})
        assert type(raised.value) is EngineError

    def test_unsupported(self, driver: Driver) -> None:
        """What this driver cannot do is refused."""
        for option in ({"all_tags": True}, {"auth_config": {"username": "me", "password": "hunter2"}}):
            with pytest.raises(UnsupportedOption) as raised:
                driver.pull_image({"repository": "any", **option})
            assert "hunter2" not in str(raised.value)


class TestTagImage:
    def test_one_more_name(self, driver: Driver, image: str, named: Named, facts: Facts) -> None:
        """An image can have several names, and keeps the others when one is removed."""
        first, second = named("image"), named("image")
        driver.tag_image(image, first)
        driver.tag_image(first, second, "v1")
        assert {f"{first}:latest", f"{second}:v1"} <= set(facts(image, "image")["RepoTags"])
        driver.remove("image", [first, f"{second}:v1"])
        assert facts(image, "image")["Id"]

    def test_missing(self, driver: Driver) -> None:
        """An image that is not there has no names."""
        with pytest.raises(NotFound):
            driver.tag_image("no-such-image", "other")
