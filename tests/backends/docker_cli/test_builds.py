"""Builds on stand-ins for the client: which builder it uses, secrets, and what a log says of a failure."""

from __future__ import annotations

import gzip
import io
import json
import stat
import tarfile
from collections.abc import Callable, Collection
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools.exceptions import BuildFailed, EngineUnavailable, UnsupportedOption
from pytest_docker_tools_docker_cli import DockerCLIDriver, Runner, build_log
from pytest_docker_tools_docker_cli.build_secrets import build_secrets
from pytest_docker_tools_docker_cli.builders import Builder, listed

WriteClient = Callable[[str], Runner]
Builds = Callable[[Collection[str]], DockerCLIDriver]

CLASSIC = frozenset({"--memory", "--rm", "--shm-size", "--tag"})
BUILDKIT = frozenset({"--platform", "--secret", "--tag"})
BUILDX = BUILDKIT | {"--load", "--shm-size"}
# Lists the flags of its builder, and writes down what it is given.
CLIENT = """
import json, os, sys
if "--help" in sys.argv:
    print("Usage:\\n\\nOptions:\\n" + "".join(f"      {flag} string   What it does\\n" for flag in FLAGS))
elif sys.argv[1] == "version":
    print(json.dumps({"Server": {"Version": "20.10.24"}}))
elif sys.argv[1] == "build":
    record = {"argv": sys.argv[2:], "environment": dict(os.environ), "files": {}}
    record["stdin"] = sys.stdin.buffer.read().hex()
    for word in sys.argv:
        if word.startswith("--secret=") and ",src=" in word:
            file = word.partition(",src=")[2]
            modes = [os.stat(path).st_mode for path in (file, os.path.dirname(file))]
            record["files"][file] = [open(file, "rb").read().hex(), *modes]
    json.dump(record, open(os.path.join(os.path.dirname(sys.argv[0]), "record"), "w"))
    for word in sys.argv:
        if word.startswith("--iidfile="):
            open(word.partition("=")[2], "w").write("sha256:1")
else:
    print(json.dumps({"Id": "sha256:1", "Os": "linux", "Architecture": "amd64"}))
"""


@pytest.fixture
def builds(write_client: WriteClient) -> Builds:
    """Give a driver of a client whose builder has these flags."""

    def builds(flags: Any) -> DockerCLIDriver:
        return DockerCLIDriver(binary=write_client(f"FLAGS = {sorted(flags)!r}\n{CLIENT}").program)

    return builds


@pytest.fixture
def record(tmp_path: Path) -> Callable[[], dict[str, Any]]:
    """Give what the client was given for a build."""
    return lambda: dict(json.loads((tmp_path / "record").read_text()))


@pytest.fixture
def sent(builds: Builds, record: Callable[[], dict[str, Any]]) -> Callable[[bytes], bytes]:
    """Build from an archive, and give what the client reads."""

    def sent(archive: bytes) -> bytes:
        builds(CLASSIC).build_image({"fileobj": archive, "custom_context": True})
        return bytes.fromhex(record()["stdin"])

    return sent


def test_an_archive_with_a_pax_header(sent: Callable[[bytes], bytes]) -> None:
    """It is compressed, as the client does not know it for an archive."""
    archive = io.BytesIO()
    with tarfile.open(fileobj=archive, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": "x"}) as members:
        members.addfile(tarfile.TarInfo("Dockerfile"))
    assert gzip.decompress(sent(archive.getvalue())) == archive.getvalue()


@pytest.mark.parametrize("byte", [b"x", b"g"])
def test_a_compressed_archive(sent: Callable[[bytes], bytes], byte: bytes) -> None:
    """It is sent as it is, also where a byte of it is that by which a PAX header is known."""
    archive = b"\x1f\x8b" + bytes(154) + byte + bytes(600)
    assert sent(archive) == archive


class TestBuilder:
    def test_is_known_by_its_flags(self) -> None:
        """The flags are those of the help's list, not of its texts."""
        text = "Usage:  docker build [OPTIONS]\n\n  -m, --memory bytes   As --secret\n      --rm   Remove --load\n"
        assert listed(text) == Builder(frozenset({"--memory", "--rm"}))

    @pytest.mark.parametrize(
        ("flags", "options", "keyword"),
        [
            (CLASSIC, {"secrets": {"a": "b"}}, "secrets"),
            (CLASSIC, {"platform": "linux/arm64"}, "platform"),
            (BUILDKIT, {"container_limits": {"memory": 1}}, "container_limits"),
            (BUILDKIT, {"squash": True}, "squash"),
            (BUILDKIT, {"shmsize": 1}, "shmsize"),
            (BUILDX, {"shmsize": 1}, "shmsize"),
            (BUILDX, {"isolation": "default"}, "isolation"),
        ],
    )
    def test_refuses_what_it_would_ignore(
        self, builds: Builds, flags: Any, options: dict[str, Any], keyword: str
    ) -> None:
        """What the client would take without effect is refused, with the builder that does it."""
        with pytest.raises(UnsupportedOption, match=r"DOCKER_BUILDKIT=[01]") as raised:
            builds(flags).build_image({"fileobj": b"FROM x", **options})
        assert raised.value.keyword == keyword

    @pytest.mark.parametrize(
        ("flags", "options"),
        [
            (CLASSIC, {"container_limits": {"memory": 1}, "shmsize": 1, "squash": True, "platform": "linux/x86_64"}),
            (BUILDKIT, {"secrets": {"a": "b"}, "platform": "linux/arm64"}),
            (BUILDKIT, {"rm": False, "forcerm": True, "gzip": True}),
        ],
    )
    def test_is_asked_for_the_rest(self, builds: Builds, flags: Any, options: dict[str, Any]) -> None:
        """What it can do, refuses itself, or what has no meaning for it, is left to it."""
        assert builds(flags).build_image({"fileobj": b"FROM x", **options}) == "sha256:1"

    @pytest.mark.parametrize(("flags", "is_loaded"), [(CLASSIC, False), (BUILDKIT, False), (BUILDX, True)])
    def test_image_gets_to_the_engine(
        self, builds: Builds, record: Callable[[], dict[str, Any]], flags: Any, is_loaded: bool
    ) -> None:
        """A builder that may run in a container of its own is told to hand over the image."""
        builds(flags).build_image({"fileobj": b"FROM x"})
        assert ("--load" in record()["argv"]) is is_loaded


class TestSecrets:
    def test_are_in_the_clients_environment(self, builds: Builds, record: Callable[[], dict[str, Any]]) -> None:
        """A secret that is text is read by the client in its environment, and is on no disk."""
        builds(BUILDX).build_image({"fileobj": b"FROM x", "secrets": {"token": "two\nlines", "key": b"bytes"}})
        given = record()
        names = [word.partition(",env=")[2] for word in given["argv"] if word.startswith("--secret=")]
        assert [given["environment"][name] for name in names] == ["two\nlines", "bytes"]
        assert given["files"] == {}

    @pytest.mark.parametrize("content", [b"\0", b"\xff", b"x" * 200_000], ids=["nul", "binary", "long"])
    def test_are_in_a_file(self, builds: Builds, record: Callable[[], dict[str, Any]], content: bytes) -> None:
        """What no variable can have is in a file that nobody else can read, and which is gone afterwards."""
        builds(BUILDX).build_image({"fileobj": b"FROM x", "secrets": {"token": content}})
        [(file, (found, mode, folder_mode))] = record()["files"].items()
        assert bytes.fromhex(found) == content
        assert (stat.S_IMODE(mode), stat.S_IMODE(folder_mode)) == (0o600, 0o700)
        assert not Path(file).exists()

    def test_of_a_file_on_disk(self, builds: Builds, record: Callable[[], dict[str, Any]], tmp_path: Path) -> None:
        """A path is that of a file, whatever its name; a relative one is from where the driver was opened."""
        (file := tmp_path / 'odd,na"me').write_text("hunter2")
        builds(BUILDX).build_image({"fileobj": b"FROM x", "secrets": {"token": file}})
        assert "hunter2" in record()["environment"].values()
        with pytest.raises(BuildFailed, match=r"'token' cannot be read from '/.*/nowhere'"):
            builds(BUILDX).build_image({"fileobj": b"FROM x", "secrets": {"token": Path("nowhere")}})

    def test_are_hidden(self, tmp_path: Path) -> None:
        """Their lines are in no text that is passed on, also those of which another is a part; short ones are."""
        found = build_secrets({"a": b"hunter2\n  hunter2-and-more\nno\n", "b": b"\xffhunter3"}, "/", tmp_path)
        assert found.hide("-hunter2-and-more- hunter2 \ufffdhunter3 no") == "-***- *** *** no"
        seen: list[str] = []
        report = found.hidden_from(seen.append)
        assert report
        report("hunter2!")
        assert seen == ["***!"]
        assert "hunter" not in repr(found)


CLASSIC_LOG = """\
DEPRECATED: The legacy builder is deprecated and will be removed in a future release.
            Install the buildx component to build images with BuildKit:
            https://docs.docker.com/go/buildx/

Sending build context to Docker daemon  2.048kB
Step 1/2 : FROM base
 ---> 78a7f227b0be
Step 2/2 : RUN make
 ---> Running in 959bd6f4b5d2
making
ERROR: no rule
Error: exit status 1
Removing intermediate container 959bd6f4b5d2
The command '/bin/sh -c make' returned a non-zero code: 2
"""
BUILDKIT_LOG = f"""\
#1 [internal] load build definition from Dockerfile
#1 sha256:{"a" * 64}
#1 DONE 0.0s
#4 [1/2] FROM base
#5 [2/2] RUN make
#5 sha256:{"b" * 64}
#5 0.143 making
#6 [other 1/1] RUN sleep 600
#5 0.150 #5 1.5 is no time
#6 CANCELED
#5 ERROR: executor failed running [/bin/sh -c make]: exit code: 2
------
 > [2/2] RUN make:
------
"""
PODMAN_LOG = """\
STEP 1/2: FROM base
STEP 2/2: RUN make
making
no end of the lineError: building at STEP "RUN make": while running runtime: exit status 2
"""


class TestLog:
    @pytest.mark.parametrize(
        ("log", "reason", "step"),
        [
            (
                CLASSIC_LOG,
                "The command '/bin/sh -c make' returned a non-zero code: 2",
                ["Step 2/2 : RUN make", "making", "ERROR: no rule", "Error: exit status 1"],
            ),
            (
                BUILDKIT_LOG + "executor failed running [/bin/sh -c make]: exit code: 2\n",
                "executor failed running [/bin/sh -c make]: exit code: 2",
                ["[2/2] RUN make", "making", "#5 1.5 is no time"],
            ),
            (
                BUILDKIT_LOG + "ERROR: failed to solve: exit code: 2\n\n1 warning found\n",
                "failed to solve: exit code: 2\n1 warning found",
                ["[2/2] RUN make", "making", "#5 1.5 is no time"],
            ),
            (
                PODMAN_LOG,
                'building at STEP "RUN make": while running runtime: exit status 2',
                ["STEP 2/2: RUN make", "making"],
            ),
            ("Sending build context to Docker daemon  2kB\nError response from daemon: no\n", "no", []),
            ("", "", []),
        ],
        ids=["classic", "BuildKit", "buildx", "podman", "no step", "nothing"],
    )
    def test_of_a_step(self, log: str, reason: str, step: list[str]) -> None:
        """Reason and step are those that the builder tells, without what the client adds to them."""
        assert build_log.reason(log) == reason
        assert build_log.failing_step(log) == step

    def test_words_of_a_step_are_not_the_clients(self, write_client: WriteClient) -> None:
        """A step whose command has words of an error of the client's is a step that failed all the same."""
        said = "The command '/bin/sh -c echo Cannot connect to the Docker daemon' returned a non-zero code: 1"
        driver = DockerCLIDriver(binary=write_client(f"import sys\nsys.exit({said!r})").program)
        with pytest.raises(BuildFailed):
            driver.build_image({"fileobj": b"FROM x"})

    def test_words_of_the_client(self, write_client: WriteClient) -> None:
        """An engine that is not there is told as everywhere."""
        said = "ERROR: Cannot connect to the Docker daemon at unix:///x. Is the docker daemon running?"
        driver = DockerCLIDriver(binary=write_client(f"import sys\nsys.exit({said!r})").program)
        with pytest.raises(EngineUnavailable):
            driver.build_image({"fileobj": b"FROM x"})

    def test_a_plugin_that_is_missing(self, write_client: WriteClient) -> None:
        """What the client says in several lines is told whole."""
        said = (
            "ERROR: BuildKit is enabled but the buildx component is missing or broken.\n"
            "       Install the buildx component to build images with BuildKit:\n"
        )
        driver = DockerCLIDriver(binary=write_client(f"import sys\nsys.exit({said!r})").program)
        with pytest.raises(BuildFailed, match=r"component is missing or broken\.\n +Install the buildx component"):
            driver.build_image({"fileobj": b"FROM x"})

    def test_the_notice_is_not_reported(self) -> None:
        """What the client says of its own builder is no progress."""
        seen: list[str] = []
        report = build_log.without_notice(seen.append)
        assert report
        for line in CLASSIC_LOG.splitlines()[:7]:
            report(line)
        assert seen == ["Sending build context to Docker daemon  2.048kB", "Step 1/2 : FROM base", " ---> 78a7f227b0be"]
