"""Building images."""

from __future__ import annotations

import io
import re
import tarfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ...driver import Driver
from ...exceptions import BuildFailed, DeadlineExceeded, UnsupportedOption
from ..capabilities import allowed, needs
from ..fixtures import Build, Content, Create, FactsOf, Named

OPTIONS: list[dict[str, Any]] = [
    {"extra_hosts": {"a": "192.0.2.1"}},
    {"forcerm": True},
    {"gzip": True},
    {"network_mode": "none"},
    {"platform": "linux"},
    {"rm": True},
    {"shmsize": 8 * 1024**2},
]


def folder(path: Path, image: str) -> Path:
    """Make a folder to build from, with two Dockerfiles, the first of which has two stages."""
    (path / "Dockerfile").write_text(
        f'FROM {image} AS first\nARG GREETING=default\nRUN echo "$GREETING" > /greeting\n'
        "FROM first\nCOPY file /file\nLABEL which=last\n"
    )
    (path / "file").write_text("content")
    (path / "sub").mkdir()
    (path / "sub" / "Other").write_text(f"FROM {image}\nLABEL which=other\n")
    return path


def says(text: str) -> re.Pattern[str]:
    """Give what finds a line that a step writes, which some builders begin with step and time."""
    return re.compile(rf"^([^R]* )?{text}$", re.MULTILINE)


class TestBuildImage:
    @needs("processes")
    def test_a_folder(self, build: Build, image: str, tmp_path: Path, facts: FactsOf) -> None:
        """A folder is built, and the id given is the engine's own."""
        built = build(path=str(folder(tmp_path, image)))
        assert facts(built, "image")["Id"] == built
        assert facts(built, "image")["Config"]["Labels"]["which"] == "last"

    @needs("processes")
    def test_content(self, build: Build, image: str, tmp_path: Path, create: Create, content: Content) -> None:
        """Files of the folder, and what commands have made, are in the image."""
        container = create(image=build(path=str(folder(tmp_path, image))))
        assert content(container, "/file") == b"content"
        assert content(container, "/greeting") == b"default\n"

    @needs("processes")
    @pytest.mark.parametrize("absolute", [False, True])
    def test_dockerfile_is_of_the_folder(
        self, build: Build, image: str, tmp_path: Path, facts: FactsOf, absolute: bool
    ) -> None:
        """A Dockerfile is looked for in the folder, not where the tests run; it may have an absolute path."""
        folder(tmp_path, image)
        dockerfile = str(tmp_path / "sub" / "Other") if absolute else "sub/Other"
        built = build(path=str(tmp_path), dockerfile=dockerfile)
        assert facts(built, "image")["Config"]["Labels"]["which"] == "other"

    @needs("processes")
    def test_dockerfile_outside(self, build: Build, image: str, tmp_path: Path, facts: FactsOf) -> None:
        """A Dockerfile need not be in the folder."""
        folder(tmp_path, image)
        (tmp_path / "empty").mkdir()
        built = build(path=str(tmp_path / "empty"), dockerfile=str(tmp_path / "sub" / "Other"))
        assert facts(built, "image")["Config"]["Labels"]["which"] == "other"

    @needs("processes")
    def test_a_dockerfile_alone(self, build: Build, image: str, facts: FactsOf) -> None:
        """Bytes are a Dockerfile without a folder."""
        built = build(fileobj=f"FROM {image}\nLABEL a=b\n".encode())
        assert facts(built, "image")["Config"]["Labels"]["a"] == "b"

    @needs("processes")
    @pytest.mark.parametrize("encoding", [None, "gzip"])
    def test_an_archive(self, build: Build, image: str, tmp_path: Path, facts: FactsOf, encoding: Any) -> None:
        """Bytes can be an archive of a folder, also a compressed one."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w:gz" if encoding else "w") as archive:
            archive.add(folder(tmp_path, image), ".")
        built = build(fileobj=packed.getvalue(), custom_context=True, encoding=encoding, dockerfile="sub/Other")
        assert facts(built, "image")["Config"]["Labels"]["which"] == "other"

    def test_tag_and_labels(self, build: Build, image: str, facts: FactsOf, named: Named) -> None:
        """Name and labels are what was asked for."""
        tag = named("image", "v1")
        built = build(fileobj=f"FROM {image}\n".encode(), tag=tag, labels={"a": "b=c", "own": tag})
        found = facts(tag, "image")
        assert (found["Id"], found["RepoTags"]) == (built, [tag])
        assert found["Config"]["Labels"] == {"a": "b=c", "own": tag}

    @needs("processes")
    def test_target(self, build: Build, image: str, tmp_path: Path, facts: FactsOf) -> None:
        """A stage before the last one can be what is built."""
        built = build(path=str(folder(tmp_path, image)), target="first")
        assert "which" not in (facts(built, "image")["Config"].get("Labels") or {})

    @pytest.mark.parametrize("options", OPTIONS, ids=[next(iter(options)) for options in OPTIONS])
    def test_keyword(
        self, build: Build, image: str, facts: FactsOf, refused_options: frozenset[str], options: dict[str, Any]
    ) -> None:
        """An image can be built with any keyword that is not refused."""
        with allowed(not refused_options & options.keys()):
            assert facts(build(fileobj=f"FROM {image}\n".encode(), labels={"a": "b"}, **options), "image")

    @needs("processes")
    def test_arguments(self, build: Build, image: str, tmp_path: Path, create: Create, content: Content) -> None:
        """Build arguments reach the build, with any value; None leaves the Dockerfile's own."""
        path = str(folder(tmp_path, image))
        for arguments, expected in (
            ({"GREETING": "a 'b' \\ c", "HTTP_PROXY": None}, b"a 'b' \\ c\n"),
            ({"GREETING": None}, b"default\n"),
        ):
            assert content(create(image=build(path=path, buildargs=arguments)), "/greeting") == expected

    @needs("processes")
    def test_progress_comes_while_it_runs(self, build: Build, image: str) -> None:
        """Each line is reported when it is written, without its end and colours."""
        seen: list[tuple[float, str]] = []
        dockerfile = f"FROM {image}\nRUN echo one >&2 && sleep 1\nRUN echo two\n".encode()
        build(lambda line: seen.append((time.monotonic(), line)), fileobj=dockerfile)
        when = {word: moment for moment, line in seen for word in ("one", "two") if says(word).search(line)}
        assert when["two"] - when["one"] > 0.5
        assert not [line for _, line in seen if "\x1b" in line or line.endswith("\n")]

    @needs("processes")
    def test_all_of_the_progress(self, build: Build, image: str) -> None:
        """No line is lost, nor is one reported twice."""
        seen: list[str] = []
        build(seen.append, fileobj=f"FROM {image}\nRUN for i in $(seq 100 130); do echo line-$i; done\n".encode())
        found = [match[0] for line in seen for match in re.finditer(r"line-\d+", line)]
        assert found == [f"line-{number}" for number in range(100, 131)]

    @needs("processes")
    def test_quiet(self, build: Build, image: str) -> None:
        """A quiet build reports nothing."""
        seen: list[str] = []
        build(seen.append, fileobj=f"FROM {image}\nRUN echo one\n".encode(), quiet=True)
        assert seen == []

    @needs("processes")
    def test_what_the_progress_raises(self, build: Build, image: str, children: Callable[[], set[int]]) -> None:
        """An error of the callback ends the build, and is the caller's."""
        before = children()

        def stop(line: str) -> None:
            raise KeyError(line)

        with pytest.raises(KeyError):
            build(stop, fileobj=f"FROM {image}\nRUN sleep 600\n".encode())
        assert children() == before

    @needs("processes")
    def test_failing_step(self, driver: Driver, build: Build, image: str, named: Named) -> None:
        """A step that fails is said with its output; the error has the whole log, and no container is left."""
        label = named("volume")
        dockerfile = f"FROM {image}\nLABEL {label}=1\nRUN echo before\nRUN echo the reason >&2; exit 7\n"
        with pytest.raises(BuildFailed, match=r"\b7\b") as raised:
            build(fileobj=dockerfile.encode())
        # What the steps before it made is the engine's cache, and not the driver's to remove.
        driver.remove("image", driver.ids("image", {"label": label}), force=True)
        assert says("the reason").search(str(raised.value))
        assert not says("before").search(str(raised.value))
        assert says("before").search(raised.value.log)
        assert driver.ids("container", {"label": label}) == []

    def test_missing_folder(self, build: Build) -> None:
        """A folder that is not there is BuildFailed, and named."""
        with pytest.raises(BuildFailed, match="/no/such"):
            build(path="/no/such")

    @pytest.mark.parametrize("dockerfile", [None, "Other"])
    def test_missing_dockerfile(self, build: Build, tmp_path: Path, dockerfile: str | None) -> None:
        """So is a folder without that Dockerfile."""
        with pytest.raises(BuildFailed, match=dockerfile or "Dockerfile"):
            build(path=str(tmp_path), dockerfile=dockerfile)

    @needs("processes")
    def test_missing_base(self, build: Build, named: Named) -> None:
        """A base image that is nowhere is BuildFailed, and named."""
        with pytest.raises(BuildFailed, match=(base := named("image"))):
            build(fileobj=f"FROM {base}\n".encode())

    @needs("processes")
    def test_what_is_no_instruction(self, build: Build, image: str) -> None:
        """A Dockerfile that cannot be read is BuildFailed."""
        with pytest.raises(BuildFailed, match=r"(?i)nonsense"):
            build(fileobj=f"FROM {image}\nNONSENSE\n".encode())

    @pytest.mark.parametrize(
        "options",
        [
            {},
            {"path": ".", "fileobj": b"FROM scratch"},
            {"fileobj": b"FROM scratch", "dockerfile": "x"},
            {"path": ".", "custom_context": True},
            {"fileobj": b"FROM scratch", "colour": "red"},
        ],
    )
    def test_what_cannot_be_meant(self, build: Build, options: dict[str, Any]) -> None:
        """Options that contradict each other, or that there are not, are refused."""
        with pytest.raises(UnsupportedOption) as raised:
            build(**options)
        assert raised.value.keyword in {"path", *options}

    @needs("processes")
    def test_deadline(
        self, build: Build, image: str, children: Callable[[], set[int]], threads: Callable[[], set[threading.Thread]]
    ) -> None:
        """A build that is not done in time is DeadlineExceeded, and nothing of ours is left."""
        before, started = children(), time.monotonic()
        with pytest.raises(DeadlineExceeded):
            build(fileobj=f"FROM {image}\nRUN sleep 600\n".encode(), timeout=1)
        assert time.monotonic() - started < 15
        assert children() == before
        assert not threads()
