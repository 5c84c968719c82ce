"""What is docker-py's own: suites that are written for its client, and clients that suites bring themselves."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any

import docker
import pytest

from pytest_docker_tools import seeding
from pytest_docker_tools.driver import Driver
from pytest_docker_tools.files import Entry

from .conftest import BASE, Left

Project = Callable[..., pytest.RunResult]

HEADER = f"""
import io
import docker
import pytest
from docker.models import containers, images, networks, volumes
from pytest_docker_tools import *
from pytest_docker_tools import exceptions

BASE = {BASE!r}
MARK = {{'made-for': '{{mark}}'}}
"""
ENVIRONMENT = """
net = network(labels=MARK)
site = volume(labels=MARK, initial_content={'index.html': b'it works'})
base = image(name=BASE)
# With layers that no other test's image has, as the engine may remove those together with it.
DOCKERFILE = f"FROM {BASE}\\nENV MARK={MARK['made-for']}\\nRUN echo built > /app\\n".encode()
app = build(fileobj=io.BytesIO(DOCKERFILE), nocache=True, labels=MARK)
web = container(
    image='{app.id}', command='httpd -f -p 80 -h /site', network='{net.name}', labels=MARK,
    volumes={'{site.name}': {'bind': '/site', 'mode': 'ro'}}, ports={'80/tcp': None},
)
"""
# Also where no docker_client is asked for by a test.
USES = """
def test_files(web):
    assert web.get_text('/site/index.html') == 'it works'
    assert web.exec_run('cat /app') == (0, b'built\\n')

def test_objects(web, net, site, base, app, docker_client):
    assert isinstance(net, networks.Network)
    assert isinstance(site, volumes.Volume)
    assert isinstance(base, images.Image)
    assert isinstance(app, images.Image)
    assert isinstance(web._container, containers.Container)
    for thing in (net, site, app, web._container):
        assert thing.client is docker_client
        thing.reload()
    assert net.attrs['Labels']['made-for'] == site.attrs['Labels']['made-for'] == web.labels['made-for']
    assert [item.id for item in net.containers] == [web.id]
    assert web._container.image == app
"""


@pytest.fixture(scope="session")
def backend() -> str:
    """The one over docker-py."""
    return "docker-py"


@pytest.fixture
def project(pytester: pytest.Pytester, mark: str) -> Project:
    """Write a test module, and run pytest on it, with docker-py unless it is told otherwise."""

    def project(module: str, *arguments: str, backend: str = "docker-py") -> pytest.RunResult:
        pytester.makepyfile(test_it=HEADER.replace("{mark}", mark) + module)
        return pytester.runpytest_subprocess(f"--docker-backend={backend}", "-p", "no:cacheprovider", *arguments)

    return project


@pytest.fixture
def official() -> Iterator[docker.DockerClient]:
    """A client that has nothing to do with us."""
    with closing(docker.from_env()) as client:
        yield client


@pytest.mark.parametrize("arguments", [(), ("-n2",)])
def test_fixtures_are_docker_pys_objects(project: Project, left: Left, arguments: tuple[str, ...]) -> None:
    """Images, networks and volumes are the official client's own objects, containers are wrapped around them."""
    project(ENVIRONMENT + USES, *arguments).assert_outcomes(passed=2)
    assert left() == []


def test_a_suite_for_the_official_client(project: Project, left: Left) -> None:
    """What tests know of docker-py's client works: it is that client."""
    module = """
LABEL = 'made-for=' + MARK['made-for']

def test_is_it(docker_client):
    assert type(docker_client) is docker.DockerClient
    assert docker_client.ping()
    assert docker_client.version()['ApiVersion'] == docker_client.api.api_version
    assert docker_client.info()['ServerVersion']

def test_listing(docker_client, web):
    assert docker_client.containers.list(filters={'label': LABEL}) == [web._container]
    web.stop(timeout=0)
    assert docker_client.containers.list(filters={'label': LABEL}) == []
    assert docker_client.containers.list(all=True, filters={'label': LABEL, 'status': 'exited'}) == [web._container]

def test_containers(docker_client, base):
    command = ['sh', '-c', 'echo out; exit 3']
    made = docker_client.containers.create(base, command, labels=MARK, name='a-' + MARK['made-for'])
    assert docker_client.containers.get('a-' + MARK['made-for']).attrs['Config']['Image'] == base.id
    made.start()
    assert made.wait()['StatusCode'] == 3
    assert made.logs() == b'out\\n'
    made.remove()
    with pytest.raises(docker.errors.NotFound):
        made.reload()
    assert docker_client.containers.run(BASE, 'echo ran', remove=True, labels=MARK) == b'ran\\n'

def test_networks_and_volumes(docker_client, web):
    network = docker_client.networks.create('n-' + MARK['made-for'], labels=MARK)
    network.connect(web.id)
    web.reload()
    assert web.ips[network]
    network.disconnect(web.id)
    network.remove()
    volume = docker_client.volumes.create('v-' + MARK['made-for'], labels=MARK)
    assert docker_client.volumes.get(volume.name).attrs['Mountpoint']
    volume.remove()
    with pytest.raises(docker.errors.NotFound):
        docker_client.volumes.get(volume.name)
"""
    project(ENVIRONMENT + module).assert_outcomes(passed=4)
    assert left() == []


def test_what_is_gone(project: Project) -> None:
    """After its fixture, or after somebody else removed it, a container is not found, as either library says."""
    module = """
ended = []

def test_before(web):
    ended.append(web)

def test_after(docker_client):
    [web] = ended
    with pytest.raises(docker.errors.NotFound):
        docker_client.containers.get(web.id)

@pytest.mark.parametrize('error', [docker.errors.NotFound, docker.errors.APIError, exceptions.NotFound])
def test_meanwhile(docker_client, web, error):
    docker_client.containers.get(web.id).remove(force=True)
    for use in (web.reload, web.start, web.logs, lambda: web.exec_run('true'), lambda: web.get_files('/'), web.remove):
        with pytest.raises(error, match=web.id[:12]) as raised:
            use()
        assert raised.value.status_code == 404
    with pytest.raises(docker.errors.ImageNotFound):
        docker_client.images.get('nowhere/nothing:1')
"""
    project(ENVIRONMENT + module).assert_outcomes(passed=5)


def test_pulling(project: Project, driver: Driver, registry: str, mark: str) -> None:
    """An image is pulled by a fixture, and by the client."""
    reference = f"{registry}/app-{mark}"
    driver.tag_image(BASE, reference, "1")
    subprocess.run(["docker", "push", "-q", f"{reference}:1"], check=True, capture_output=True)
    driver.remove("image", [f"{reference}:1"])
    module = f"""
pulled = fetch(repository='{reference}', tag='1')
missing = fetch(repository='{reference}', tag='2')

def test_by_a_fixture(pulled, docker_client):
    assert isinstance(pulled, images.Image)
    assert '{reference}:1' in pulled.tags
    assert docker_client.images.pull('{reference}', tag='1') == pulled

def test_missing(missing): ...
"""
    try:
        result = project(module)
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines([f"E *ImageNotFound: docker-py could not pull '{reference}:2': manifest *"])
    finally:
        driver.remove("image", [f"{reference}:1"], force=True)


REUSED = """
net = network(name='net-{mark}', labels=MARK)
site = volume(name='site-{mark}', labels=MARK)
web = container(name='web-{mark}', image=BASE, command='sleep 600', init=True, labels=MARK)
"""


class TestReuse:
    def test_again(self, project: Project, official: docker.DockerClient, mark: str) -> None:
        """A second run uses what the first one made, which the official client sees in between."""
        module = REUSED.replace("{mark}", mark) + "def test_it(net, site, web): print('id', web.id, net.id)"
        first = project(module, "--reuse-containers", "-s")
        official.containers.get(f"web-{mark}").stop(timeout=0)
        second = project(module, "--reuse-containers", "-s")
        for result in (first, second):
            result.assert_outcomes(passed=1)
        assert [line for line in first.outlines if line.startswith("id ")] == [
            line for line in second.outlines if line.startswith("id ")
        ]

    @pytest.mark.parametrize("kind", ["network", "volume", "container"])
    def test_foreign(self, project: Project, official: docker.DockerClient, mark: str, kind: str) -> None:
        """What somebody else has made under that name is never touched."""
        name = {"network": "net", "volume": "site", "container": "web"}[kind]
        labels = {"made-for": mark}
        makers: dict[str, Callable[[], Any]] = {
            "container": lambda: official.containers.create(BASE, "true", name=f"web-{mark}", labels=labels),
            "network": lambda: official.networks.create(f"net-{mark}", labels=labels),
            "volume": lambda: official.volumes.create(f"site-{mark}", labels=labels),
        }
        made = makers[kind]()
        result = project(REUSED.replace("{mark}", mark) + f"def test_it({name}): ...", "--reuse-containers")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([f"*does not appear to be a reusable {kind}*"])
        made.reload()

    def test_stale(self, project: Project, official: docker.DockerClient, mark: str) -> None:
        """What was made for another definition is replaced, with the reusable containers that use it."""
        ours = {
            "made-for": mark,
            "creator": "pytest-docker-tools",
            "pytest-docker-tools.reusable": "true",
            "pytest-docker-tools.signature": "of something else",
        }
        network = official.networks.create(f"net-{mark}", labels=ours)
        web, other = (
            official.containers.run(
                BASE, "sleep 600", init=True, detach=True, name=f"{name}-{mark}", labels=ours, network=network.name
            )
            for name in ("web", "other")
        )
        official.volumes.create(f"site-{mark}", labels=ours)
        result = project(
            REUSED.replace("{mark}", mark) + "def test_it(net, site, web):\n"
            "    assert site.attrs['Labels']['pytest-docker-tools.signature'] != 'of something else'\n",
            "--reuse-containers",
        )
        result.assert_outcomes(passed=1)
        for gone in (network.reload, web.reload, other.reload):
            with pytest.raises(docker.errors.NotFound):
                gone()
        assert official.networks.get(f"net-{mark}").containers == []
        assert official.containers.get(f"web-{mark}").status == "running"


class TestOwnClient:
    @pytest.mark.parametrize("chosen", ["docker-cli", "docker-py"])
    @pytest.mark.parametrize("scope", ["session", "function"])
    def test_is_adapted(self, project: Project, pytester: pytest.Pytester, left: Left, scope: str, chosen: str) -> None:
        """An official client that the suite makes itself is what the fixtures use, under any backend, in any scope."""
        pytester.makeconftest(
            "import docker, pytest\n"
            "class Client(docker.DockerClient):\n"
            "    closed = False\n"
            "    def close(self):\n        self.closed = True\n        super().close()\n"
            f"@pytest.fixture(scope='{scope}')\n"
            "def docker_client():\n    client = Client.from_env()\n    yield client\n"
            "    assert not client.closed\n    assert client.ping()\n    client.close()\n"
        )
        module = ENVIRONMENT.replace("labels=MARK)\nweb", f"labels=MARK, scope='{scope}')\nweb") + USES
        module = module.replace("image(name=BASE)", f"image(name=BASE, scope='{scope}')")
        module += (
            "def test_driver(web, docker_client):\n"
            "    assert type(web.driver).__name__ == 'DockerPyDriver'\n"
            "    assert type(docker_client).__name__ == 'Client'\n"
        )
        project(module, backend=chosen).assert_outcomes(passed=3)
        assert left() == []

    def test_workers_share_over_it(self, project: Project, pytester: pytest.Pytester, left: Left) -> None:
        """What workers of xdist have in common is made once over such clients, and removed at the end of the run."""
        pytester.makeconftest(
            "import docker, pytest\n"
            "@pytest.fixture(scope='session')\n"
            "def docker_client():\n    client = docker.from_env()\n    yield client\n    client.close()\n"
        )
        text = (
            "it = network(scope='session', shared=True, labels=MARK)\n"
            "def test_it(it):\n    with open('ids', 'a') as ids:\n        print(it.id, file=ids)\n"
        )
        project(text, "-n2", "--dist=each", backend="docker-cli").assert_outcomes(passed=2)
        ids = (pytester.path / "ids").read_text().split()
        assert len(ids) == 2
        assert len({*ids}) == 1
        assert left() == []

    def test_its_deadline(self, project: Project, pytester: pytest.Pytester) -> None:
        """Its timeout is that of the fixtures' calls."""
        pytester.makeconftest(
            "import docker, pytest, socket\n"
            "@pytest.fixture\n"
            "def docker_client():\n"
            "    with socket.create_server(('127.0.0.1', 0)) as silent:\n"
            "        url = 'tcp://127.0.0.1:%d' % silent.getsockname()[1]\n"
            "        yield docker.DockerClient(base_url=url, version='1.41', timeout=1)\n"
        )
        result = project("it = container(image=BASE)\ndef test_it(it): ...")
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E *DeadlineExceeded: docker-py could not *after 1 seconds*"])


def test_volumes_are_filled_side_by_side(driver: Driver, named: Callable[[str], str]) -> None:
    """What fills volumes is built and removed by the engine's builder without getting in each other's way."""
    names = [named("volume") for _ in range(40)]

    def fill(name: str) -> None:
        driver.create_volume({"name": name})
        seeding.seed(driver, name, {"file": Entry(b"content")}, {})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(fill, names))


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
