"""Suites that are written for docker-py's client: its objects, calls and errors."""

from __future__ import annotations

import subprocess
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from pytest_docker_tools import seeding
from pytest_docker_tools.driver import Driver
from pytest_docker_tools.files import Entry

from ..conftest import BASE, Left
from .conftest import ENVIRONMENT, USES, Project


@pytest.mark.parametrize("arguments", [(), ("-n2",)])
def test_fixtures_are_docker_pys_objects(project: Project, left: Left, arguments: tuple[str, ...]) -> None:
    """Images, networks and volumes are the official client's own objects, containers are wrapped around them."""
    project(ENVIRONMENT + USES, *arguments).assert_outcomes(passed=2)
    assert left() == []


SUITE = """
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


def test_a_suite_for_the_official_client(project: Project, left: Left) -> None:
    """What tests know of docker-py's client works: it is that client."""
    project(ENVIRONMENT + SUITE).assert_outcomes(passed=4)
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


def test_volumes_are_filled_side_by_side(driver: Driver, named: Callable[[str], str]) -> None:
    """What fills volumes is built and removed by the engine's builder without getting in each other's way."""
    names = [named("volume") for _ in range(40)]

    def fill(name: str) -> None:
        driver.create_volume({"name": name})
        seeding.seed(driver, name, {"file": Entry(b"content")}, {})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(fill, names))
