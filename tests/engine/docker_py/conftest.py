"""What is docker-py's own: projects on its backend, and a client of it that has nothing to do with us."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing

import docker
import pytest

from ..conftest import BASE

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
