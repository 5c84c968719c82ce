"""What the page on migration says is the same, is: a suite as one was written for version 3."""

from __future__ import annotations

import pytest

from .conftest import BASE

CONFTEST = f"""
import io
import pytest
from pytest_docker_tools import build, container, fxtr, image, image_or_build, network, volume, wrappers

base = image(name={BASE!r})
web_image = build(path="web", nocache=True, labels=MARK)
inline_image = build(fileobj=io.BytesIO(b'FROM {BASE}\\nCMD ["sleep", "600"]\\n'), nocache=True, labels=MARK)
either_image = image_or_build(environ_key="NO_SUCH_VARIABLE", path="web", nocache=True, labels=MARK)

class Named:
    def __init__(self, network):
        self.name = network.name
        self.network = network

backend = network(wrapper_class=Named)
seed = volume(initial_content={{"folder": None, "other/file.txt": b"text"}})

@pytest.fixture
def level():
    return "info"

@pytest.fixture
def settings():
    return {{"LEVEL": "{{as it is}}"}}

class Web(wrappers.Container):
    def ready(self):
        return super().ready() and "8080" in self.get_open_tcp_ports()

web = container(
    image="{{web_image.id}}",
    ports={{"8080/tcp": None}},
    environment={{"LEVEL": "{{level}}"}},
    wrapper_class=Web,
    timeout=60,
)
cache = container(
    image="{{inline_image.id}}",
    network="{{backend.name}}",
    volumes={{"{{seed.name}}": {{"bind": "/data"}}}},
    environment=fxtr("settings"),
)
by_object = container(image="{{inline_image.id}}", environment=settings)

def chosen(fixture_name, config):
    return "module" if config.getoption("--reuse-containers", None) else "session"

lasting = container(image="{{inline_image.id}}", scope=chosen)
"""
MODULE = """
import socket
import pytest
from pytest_docker_tools import container
from pytest_docker_tools.exceptions import ContainerError, ContainerFailed, ContainerNotReady, TimeoutError
from pytest_docker_tools.wrappers.container import wait_for_callable

def connects(container):
    socket.create_connection(container.get_addr("8080/tcp"), 10).close()
    return True

def test_ports(web):
    assert connects(web)
    assert web.ports["8080/tcp"][0] != 8080
    assert web.env["LEVEL"] == "info"

def test_restart(web):
    web.restart()
    assert connects(web)

def test_networks_and_volumes(cache, backend):
    assert cache.ips.primary == cache.ips[backend]
    found = cache.get_files("/data")
    assert found["data/other/file.txt"] == b"text"
    assert found["data/folder"] is None

def test_values(cache, by_object):
    assert cache.env["LEVEL"] == by_object.env["LEVEL"] == "{as it is}"

def test_commands(cache):
    assert cache.exec_run("echo hello").output == b"hello\\n"
    assert cache.logs() == ""

@pytest.mark.parametrize("number", range(2))
def test_scopes(lasting, number, docker_client):
    assert lasting.id in [found.id for found in docker_client.containers.list(ignore_removed=True)]

def test_images(either_image):
    assert either_image.attrs["Os"] == "linux"

def test_errors():
    assert issubclass(ContainerFailed, ContainerError) and issubclass(ContainerNotReady, ContainerError)
    with pytest.raises(TimeoutError):
        wait_for_callable("never", lambda: False, 1)
"""
OVERLOADED = """
import pytest
from pytest_docker_tools import container

@pytest.fixture
def level():
    return "debug"

def test_overloaded(web):
    assert web.env["LEVEL"] == "debug"

one = container(image="{inline_image.id}", environment={"NUMBER": "1"})
two = container(image="{inline_image.id}", environment={"NUMBER": "2"})

@pytest.fixture(params=["one", "two"])
def either(request):
    return request.getfixturevalue(request.param)

user = container(image="{inline_image.id}", environment={"ADDRESS": "{either.ips.primary}"})

def test_chosen(user, either):
    assert user.env["ADDRESS"] == either.ips.primary
"""


def test_a_suite_for_version_3(pytester: pytest.Pytester, backend: str, mark: str) -> None:
    """It passes as it is, with every backend."""
    dockerfile = f'FROM {BASE}\nCMD ["httpd", "-f", "-p", "8080"]\n'
    (pytester.mkdir("web") / "Dockerfile").write_text(dockerfile)
    pytester.makeconftest(f"MARK = {{'made-for': {mark!r}}}\n{CONFTEST}")
    pytester.makepyfile(test_it=MODULE, test_overloaded=OVERLOADED)
    options = [f"--docker-backend={backend}", "-p", "no:cacheprovider"]
    pytester.runpytest_subprocess(*options, timeout=600).assert_outcomes(passed=12)
