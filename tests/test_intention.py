"""What a fixture would do, told by its definition, on a driver in memory: docker-py's calls."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import build, container, fetch, fxtr, image, network, volume
from pytest_docker_tools.definition import definition_of
from pytest_docker_tools.exceptions import NotReusable, TemplateError, UnsupportedOption, UsageError
from pytest_docker_tools.intention import intention
from pytest_docker_tools.probes import Exec, LogLine
from pytest_docker_tools.testing import MemoryDriver
from pytest_docker_tools.types import EndpointConfig, LogConfig

HERE = Path(__file__).parent
SECRET = "hunter2"

Told = Callable[..., list[str]]


@pytest.fixture
def told(pytestconfig: pytest.Config) -> Told:
    """What gives the lines that are told of a fixture named `it`."""

    def told(made: object, driver: MemoryDriver | None = None) -> list[str]:
        definition = definition_of(made)
        assert definition is not None
        return intention(definition, "it", driver or MemoryDriver(), pytestconfig)

    return told


@pytest.fixture
def settings() -> dict[str, str]:
    """A fixture for others to refer to."""
    return {}


def named(db: Any, cache: Any) -> Any:
    """A function for keywords."""


def is_up(container: Any) -> bool:
    """A function of a container."""
    return True


class TestReferences:
    @pytest.mark.parametrize(
        ("made", "lines"),
        [
            (container(image="{app.id}", name="{a[b].c!r:>3}"), ["image={app.id}, name={a[b].c!r:>3}"]),
            (container(image="a", hostname="{a}-{{b}}-{c}"), ["image='a', hostname='{a}-{b}-{c}'"]),
            (container(image=fxtr("app"), user=fxtr("user")), ["image={app}, user={user}"]),
            (container(image="a", hostname=named), ["image='a', hostname={named(db,cache)}"]),
            (container(image="a", hostname=lambda db: db), ["image='a', hostname={lambda(db)}"]),
            (container(image="a", tmpfs={"{v}": "ro"}), ["image='a', tmpfs={'{v}': 'ro'}"]),
            (container(image="a", dns=["{dns.ips.primary}"]), ["image='a', dns=[{dns.ips.primary}]"]),
            (
                container(image="a", networks=[fxtr("net")]),
                [
                    "image='a', network={net}, networking_config={'{net}': {}}",
                    "networks=[{net}]",
                ],
            ),
        ],
    )
    def test_stay_as_text(self, told: Told, made: object, lines: list[str]) -> None:
        """A reference is shown where its value will be, with the fixture's name."""
        first, *others = lines
        assert told(made) == [f"client.containers.create({first})", *others]

    @pytest.mark.parametrize(
        ("made", "beside"),
        [
            (container(image="a", environment=fxtr("settings")), "environment={settings}"),
            (container(image="a", labels=lambda: {"x": "y"}), "labels={lambda()}"),
            (container(image="a", command=fxtr("words")), "command={words}"),
            (container(image="a", ports={"80/tcp": "{port}"}), "ports={'80/tcp': {port}}"),
            (container(image="a", mem_limit=fxtr("memory")), "mem_limit={memory}"),
            (container(image="a", mem_limit="{size}m"), "mem_limit='{size}m'"),
            (container(image="a", networks=fxtr("nets"), aliases=["b"]), "networks={nets}, aliases=['b']"),
            (container(image="a", ulimits=[fxtr("limit")]), "ulimits=[{limit}]"),
        ],
    )
    def test_are_beside_the_call_where_it_cannot_have_them(self, told: Told, made: object, beside: str) -> None:
        """What cannot be read before the fixture is there is taken out, and shown by its keyword."""
        assert told(made) == ["client.containers.create(image='a')", beside]

    def test_to_a_fixture_object(self, told: Told) -> None:
        """A fixture itself is shown by its name."""
        lines = told(container(image="a", environment=settings))
        assert lines == ["client.containers.create(image='a')", "environment={settings}"]


class TestErrors:
    def test_of_a_value(self, told: Told) -> None:
        """A value that no run could use, and that refers to nothing, is the error of the run."""
        with pytest.raises(UnsupportedOption, match="'mem_limit' cannot be used here: 'much' is not a size"):
            told(container(image="a", mem_limit="much"))

    def test_of_a_refused_keyword(self, told: Told) -> None:
        """A keyword that the driver refuses is refused, whatever it refers to."""

        class Refusing(MemoryDriver):
            refuses = {"container": {"init_path": "there is none."}}  # noqa: RUF012

        with pytest.raises(UnsupportedOption, match="there is none"):
            told(container(image="a", init_path=fxtr("path")), Refusing())

    def test_of_keywords_that_contradict_each_other(self, told: Told) -> None:
        """What a factory finds wrong before it asks the engine is found here."""
        with pytest.raises(UsageError, match="says what 'networks' says"):
            told(container(image="a", network_mode="b", networks=["c"]))

    def test_of_a_name(self, told: Told) -> None:
        """A fixture that has no name of its own is the error of the run."""
        with pytest.raises(TemplateError, match="no name of its own"):
            told(container(image=fetch(repository="a")))


class TestBuild:
    def test_finds_its_folder(self, told: Told) -> None:
        """A relative path is shown as the folder that will be built."""
        assert told(build(path="factories")) == [f"client.images.build(path={str(HERE / 'factories')!r})"]

    def test_without_its_folder(self, told: Told) -> None:
        """A folder that is not there is an error that says where it was looked for."""
        with pytest.raises(UsageError, match=f"build 'it' .*{HERE / 'nowhere'}"):
            told(build(path="nowhere"))

    def test_of_what_refers_to_fixtures(self, told: Told) -> None:
        """A folder that a fixture will name is not looked for."""
        assert told(build(path="{folder}/x", tag="{tag}")) == ["client.images.build(path='{folder}/x', tag={tag})"]
        assert told(build(fileobj=fxtr("dockerfile"))) == ["client.images.build(fileobj={dockerfile})"]

    def test_of_a_dockerfile(self, told: Told) -> None:
        """A Dockerfile is not shown, and can still be read by the fixture."""
        made = build(fileobj=io.BytesIO(b"FROM scratch"), stages={"one": "a:one"})
        assert told(made) == told(made) == ["client.images.build(fileobj=<12 bytes>)", "stages={'one': 'a:one'}"]
        definition = definition_of(made)
        assert definition is not None
        assert definition.values["fileobj"] == b"FROM scratch"

    def test_of_secrets(self, told: Told) -> None:
        """A file with a secret has to be there, and is not opened."""
        made = build(fileobj=b"", secrets={"a": SECRET, "b": Path(__file__)})
        assert told(made) == ["client.images.build(fileobj=<0 bytes>, secrets={'a': ***, 'b': ***})"]
        with pytest.raises(UsageError, match="secret 'a' in the file 'nowhere'"):
            told(build(fileobj=b"", secrets={"a": Path("nowhere")}))


class TestOthers:
    @pytest.mark.parametrize(
        ("made", "lines"),
        [
            (image(name="redis:7"), ["name='redis:7'"]),
            (fetch(repository="redis", tag="7"), ["client.images.pull(repository='redis', tag='7')"]),
            (fetch(repository="a", policy="missing"), ["client.images.pull(repository='a')", "policy='missing'"]),
            (network(), ["client.networks.create(name='pytest-RANDOM')"]),
            (network(name="a", network_scope="local"), ["client.networks.create(name='a', scope='local')"]),
            (volume(), ["client.volumes.create(name='pytest-RANDOM')"]),
            (
                volume(name="a", initial_content={"b": SECRET}),
                ["client.volumes.create(name='a')", "initial_content={'b': ***}"],
            ),
            (
                container(image="a", timeout=5, files={"/b": SECRET}, wait_for=[LogLine("up"), Exec("a", exit_code=2)]),
                [
                    "client.containers.create(image='a')",
                    "timeout=5, files={'/b': ***}, wait_for=[LogLine(pattern='up'), Exec(command='a', exit_code=2)]",
                ],
            ),
            (container(image="a", wait_for=is_up), ["client.containers.create(image='a')", "wait_for=is_up()"]),
            (container(image="a", depends_on=["db"]), ["client.containers.create(image='a')"]),
        ],
    )
    def test_what_they_do(self, told: Told, made: object, lines: list[str]) -> None:
        """There is the call that makes it, and what else was asked of the factory."""
        assert told(made) == lines

    def test_ini_options(self, pytester: pytest.Pytester) -> None:
        """What ini options say of pulls is as it will be, but for what a fixture may name."""
        pytester.makeini("[pytest]\ndocker_pull_policy = missing\ndocker_image_prefix = mirror.example.org/hub\n")
        config = pytester.parseconfigure()
        for repository, expected in (("redis", "'mirror.example.org/hub/redis'"), ("{name}/a", "'{name}/a'")):
            definition = definition_of(fetch(repository=repository))
            assert definition is not None
            lines = intention(definition, "it", MemoryDriver(), config)
            assert lines == [f"client.images.pull(repository={expected})", "policy='missing'"]

    @pytest.mark.parametrize("made", [container(image="a"), network(), volume()])
    def test_what_is_kept_has_a_name(
        self, made: object, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where things are kept for later runs, a name that is missing is an error, or is one that stays the same."""
        definition = definition_of(made)
        assert definition is not None
        config = pytester.parseconfigure("--reuse-containers")
        with pytest.raises(NotReusable, match=rf"'it' \(.*{definition.factory}\(name="):
            intention(definition, "it", MemoryDriver(), config)
        monkeypatch.setenv("PYTEST_DOCKER_REUSE", "auto")
        assert "name='pytest-it-KEY'" in intention(definition, "it", MemoryDriver(), config)[0]

    def test_networks(self, told: Told) -> None:
        """The networks of a container are in its creation, and all that was said of them beside it."""
        made = container(image="a", networks={"b": EndpointConfig(aliases=["c"]), "{net.name}": None}, aliases="d")
        assert told(made) == [
            "client.containers.create(image='a', network='b', networking_config={'b': {'aliases': ['c', 'd']}, "
            "'{net.name}': {'aliases': ['d']}})",
            "networks={'b': {'Aliases': ['c']}, '{net.name}': None}",
        ]


@pytest.mark.parametrize(
    "made",
    [
        container(image="a", environment={"A": SECRET, "B": "{b}"}),
        container(image="a", environment=[f"A={SECRET}"]),
        container(image="a", log_config=LogConfig("a", {"token": SECRET})),
        container(image="a", mounts=[{"target": "/a", "VolumeOptions": {"DriverConfig": {"Options": {"o": SECRET}}}}]),
        container(image="a", networks={"n": {"driver_opt": {"a": SECRET}}}),
        container(image="a", storage_opt={"a": SECRET}),
        build(fileobj=SECRET.encode(), buildargs={"A": SECRET}, secrets={"B": SECRET}),
        fetch(repository="a", auth_config={"username": "me", "password": SECRET}),
        network(options={"a": SECRET}, ipam={"Options": {"a": SECRET}}),
        volume(driver_opts={"o": f"password={SECRET}"}, initial_content={"a": SECRET, "b": SECRET.encode()}),
    ],
)
def test_no_secrets(told: Told, made: object) -> None:
    """No value that may be a secret is told."""
    lines = told(made)
    assert lines
    assert SECRET not in "".join(lines)
