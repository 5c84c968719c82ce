"""Building images: what from, and with which keywords."""

from __future__ import annotations

import io
import re
import tarfile
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from ...driver import Driver
from ...exceptions import BuildFailed, UnsupportedOption
from ..capabilities import allowed, needs
from ..fixtures import Accepts, Build, Content, Create, FactsOf, Named, Publish


class Effect(NamedTuple):
    """Options of a build, and what a command that is one of its steps writes then.

    `id` is the keyword, with a word more where it has several rows. `expected` is a regular expression.
    """

    id: str
    options: dict[str, Any]
    command: str
    expected: str


# Of control groups of either version, which have other names and units.
LIMITS = (
    "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes memory.max; cat memory/memory.memsw.limit_in_bytes "
    "memory.swap.max; cat cpu/cpu.shares cpu.weight; grep Cpus_allowed_list /proc/self/status"
)
MEGABYTE = 1024**2

EFFECTS = [
    Effect(
        "container_limits",
        {"container_limits": {"memory": "64m", "memswap": "96m", "cpushares": 300, "cpusetcpus": "0"}},
        LIMITS,
        rf"{64 * MEGABYTE}\n({96 * MEGABYTE}|{32 * MEGABYTE})\n(300|12)\nCpus_allowed_list:\t0\n",
    ),
    Effect("extra_hosts", {"extra_hosts": {"db.test": "192.0.2.1"}}, "cat /etc/hosts", r"192\.0\.2\.1\s+db\.test"),
    Effect("isolation", {"isolation": "default"}, "echo", "\n"),
    Effect("network_mode", {"network_mode": "none"}, "cat /proc/net/route", r"\AIface.*\n\Z"),
    Effect("shmsize", {"shmsize": "8m"}, "mount", r"on /dev/shm .*\bsize=8192k"),
    Effect("use_config_proxy", {"use_config_proxy": False}, "env", r"\A(?![\s\S]*(?i:proxy))"),
]
# What a .dockerignore has, and what it leaves of a folder.
IGNORED = {
    "": "a.log a.txt sub/b.log sub/keep",
    "*.log": "a.txt sub/b.log sub/keep",
    "**/*.log": "a.txt sub/keep",
    "sub": "a.log a.txt",
    "sub/*\n!sub/keep": "a.log a.txt sub/keep",
    "*\n!a.txt": "a.txt",
    "# a.txt\n\n/a.log\nsub/": "a.txt",
    "*.log\n!a.log\nsub/k?ep": "a.log a.txt sub/b.log",
}
# Never the same twice.
UUID = "cat /proc/sys/kernel/random/uuid"


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


class TestBuildImage:
    @needs("processes")
    def test_a_folder(self, build: Build, image: str, tmp_path: Path, facts: FactsOf) -> None:
        """A folder is built, and the id given is the engine's own."""
        built = build(path=str(folder(tmp_path, image)))
        assert facts(built, "image")["Id"] == built
        assert facts(built, "image")["Config"]["Labels"]["which"] == "last"

    @needs("processes")
    @pytest.mark.parametrize("gzip", [False, True])
    def test_content(
        self, build: Build, image: str, tmp_path: Path, create: Create, content: Content, gzip: bool
    ) -> None:
        """Files of the folder, and what commands have made, are in the image, however the folder gets to the engine."""
        container = create(image=build(path=str(folder(tmp_path, image)), gzip=gzip))
        assert content(container, "/file") == b"content"
        assert content(container, "/greeting") == b"default\n"

    @needs("processes")
    @pytest.mark.parametrize("ignored", IGNORED)
    def test_dockerignore(
        self, build: Build, image: str, tmp_path: Path, create: Create, content: Content, ignored: str
    ) -> None:
        """What .dockerignore names is no part of the folder."""
        (tmp_path / "sub").mkdir()
        for name in IGNORED[""].split():
            (tmp_path / name).write_text(name)
        (tmp_path / "Dockerfile").write_text(
            f"FROM {image}\nCOPY . /found/\nRUN cd /found && find * -type f | grep -v Dockerfile | sort > /seen\n"
        )
        (tmp_path / ".dockerignore").write_text(ignored)
        found = content(create(image=build(path=str(tmp_path))), "/seen").decode().split()
        assert found == IGNORED[ignored].split()

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

    @needs("processes")
    @pytest.mark.parametrize("effect", EFFECTS, ids=[effect.id for effect in EFFECTS])
    def test_effect(
        self, build: Build, image: str, create: Create, content: Content, effect: Effect, accepts: Accepts
    ) -> None:
        """What a keyword asks for is what a step finds, unless it is refused."""
        dockerfile = f"FROM {image}\nRUN {{ {effect.command}; }} > /seen 2> /dev/null\n".encode()
        with allowed(accepts("build", effect.id, *effect.options)):
            seen = content(create(image=build(fileobj=dockerfile, **effect.options)), "/seen").decode()
            assert re.search(effect.expected, seen)

    @needs("processes")
    def test_cache(self, build: Build, own_image: str, facts: FactsOf, named: Named) -> None:
        """What was built is not built again, also where an image is named for that, unless nothing is to be reused."""

        def layers(**options: Any) -> list[str]:
            return list(facts(build(fileobj=dockerfile, **options), "image")["RootFS"]["Layers"])

        # Some builders look at all images on that base, and fail if somebody else removes one of them.
        dockerfile, first = f"FROM {own_image}\nRUN {UUID} > /made\n".encode(), named("image")
        made = layers(nocache=False, tag=first)
        assert layers(nocache=False) == made
        assert layers(nocache=False, cache_from=[first]) == made
        assert layers(nocache=True) != made

    @needs("processes")
    def test_pull(self, driver: Driver, build: Build, publish: Publish, facts: FactsOf) -> None:
        """A base that is on the engine is asked for at its registry only if that is wanted."""
        old = publish(labels={"which": "old"})
        driver.pull_image({"repository": old.reference})
        publish(repository=old.repository, labels={"which": "new"})
        dockerfile = f"FROM {old.reference}\nLABEL a=b\n".encode()
        for pull, expected in ((False, "old"), (True, "new")):
            built = build(fileobj=dockerfile, pull=pull)
            assert facts(built, "image")["Config"]["Labels"]["which"] == expected

    @needs("processes")
    def test_platform(self, build: Build, facts: FactsOf, accepts: Accepts) -> None:
        """An image is for the platform that was asked for; a builder that would make one for another is refused."""
        own = facts(build(fileobj=b"FROM scratch\nLABEL a=b\n", platform="linux"), "image")
        other = "arm64" if own["Architecture"] == "amd64" else "amd64"
        with allowed(accepts("build", "platform other")):
            built = build(fileobj=b"FROM scratch\nLABEL a=b\n", platform=f"linux/{other}")
            assert (facts(built, "image")["Os"], facts(built, "image")["Architecture"]) == ("linux", other)

    @needs("processes")
    def test_squash(self, build: Build, image: str, facts: FactsOf, accepts: Accepts) -> None:
        """All steps make one layer."""
        base = facts(image, "image")["RootFS"]["Layers"]
        with allowed(accepts("build", "squash")):
            built = build(fileobj=f"FROM {image}\nRUN echo a > /a\nRUN echo b > /b\n".encode(), squash=True)
            assert len(facts(built, "image")["RootFS"]["Layers"]) == len(base) + 1

    @needs("processes")
    @pytest.mark.parametrize("rm", [None, True, False])
    def test_containers_of_steps(
        self, driver: Driver, build: Build, image: str, named: Named, accepts: Accepts, rm: bool | None
    ) -> None:
        """The containers of steps are gone, unless they are to be kept."""
        label = named("volume")
        build(fileobj=f"FROM {image}\nLABEL {label}=1\nRUN true\n".encode(), rm=rm)
        kept = driver.ids("container", {"label": label})
        driver.remove("container", kept)
        assert bool(kept) is (rm is False and accepts("build", "rm kept"))

    @needs("processes")
    @pytest.mark.parametrize(
        ("options", "is_kept"), [({}, False), ({"rm": False, "forcerm": True}, False), ({"rm": False}, True)]
    )
    def test_containers_of_a_step_that_fails(
        self,
        driver: Driver,
        build: Build,
        image: str,
        named: Named,
        accepts: Accepts,
        options: dict[str, Any],
        is_kept: bool,
    ) -> None:
        """The container of a step that fails is gone too, unless it is to be kept."""
        label = named("volume")
        with pytest.raises(BuildFailed):
            build(fileobj=f"FROM {image}\nLABEL {label}=1\nRUN false\n".encode(), **options)
        kept = driver.ids("container", {"label": label})
        driver.remove("container", kept)
        driver.remove("image", driver.ids("image", {"label": label}), force=True)
        assert bool(kept) is (is_kept and accepts("build", "rm kept"))

    @needs("processes")
    def test_a_cache_of_steps(
        self, build: Build, image: str, named: Named, create: Create, content: Content, accepts: Accepts
    ) -> None:
        """A builder that has secrets has folders that stay from one build to the next; another says what it lacks."""
        mount = f"--mount=type=cache,id={named('volume')},target=/kept"
        first, second = (
            f"FROM {image}\nRUN {mount} echo {word} >> /kept/file; cp /kept/file /seen\n".encode() for word in "ab"
        )
        if accepts("build", "secrets"):
            build(fileobj=first, nocache=False)
            assert content(create(image=build(fileobj=second, nocache=False)), "/seen") == b"a\nb\n"
        else:
            with pytest.raises(BuildFailed, match="BuildKit"):
                build(fileobj=first)

    @needs("processes")
    def test_arguments(self, build: Build, image: str, tmp_path: Path, create: Create, content: Content) -> None:
        """Build arguments reach the build, with any value; None leaves the Dockerfile's own."""
        path = str(folder(tmp_path, image))
        for arguments, expected in (
            ({"GREETING": "a 'b' \\ c", "HTTP_PROXY": None}, b"a 'b' \\ c\n"),
            ({"GREETING": None}, b"default\n"),
        ):
            assert content(create(image=build(path=path, buildargs=arguments)), "/greeting") == expected

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
