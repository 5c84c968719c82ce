"""Whole environments: pytest runs of small projects on a real engine."""

from __future__ import annotations

import subprocess
from collections.abc import Callable

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.items import Item

from .conftest import BASE, Interrupt, Left, Module, Project


@pytest.fixture
def client(backend: str) -> list[str]:
    """The command line that reaches the same engine as the backend does."""
    return ["podman"] if backend == "podman" else ["docker"]


WEB = """
net = network(labels=MARK)
site = volume(initial_content={'index.html': b'it works', 'empty': None}, labels=MARK)
web = container(
    image=BASE, command='httpd -f -p 80 -h /site', network='{net.name}', labels=MARK,
    volumes={'{site.name}': {'bind': '/site', 'mode': 'ro'}}, ports={'80/tcp': None},
)
"""
REQUEST = """
from urllib.request import urlopen

def get(container):
    return urlopen('http://{}:{}/index.html'.format(*container.get_addr('80/tcp'))).read()
"""


def test_an_environment_works_and_is_removed(
    project: Project, left: Left, seeding_left: Callable[[], list[Item]]
) -> None:
    """A seeded volume is served over HTTP on a network, after a restart too, and nothing of it all is left."""
    result = project(
        WEB
        + REQUEST
        + """
def test_it(web, net, site, docker_client):
    assert get(web) == b'it works'
    assert web.ips[net] == web.ips.primary
    assert '80' in web.get_open_tcp_ports()
    files = web.get_files('/site')
    assert files == {'site': None, 'site/index.html': b'it works', 'site/empty': None}
    assert web.get_text('/site/index.html') == 'it works'
    assert web.exec_run('cat /site/index.html') == (0, b'it works')
    # All of the engine cannot be listed while others remove theirs.
    ours = {'label': 'made-for=' + MARK['made-for']}
    assert web.id in [item.id for item in docker_client.containers.list(filters=ours)]
    web.restart(timeout=0)
    assert get(web) == b'it works'
    web.pause()
    assert not web.ready()
    web.unpause()
    assert get(web) == b'it works'
    web.stop(timeout=0)
    assert web.status == 'exited'
    web.start()
    assert get(web) == b'it works'
    web.kill()
    assert web.wait()['StatusCode'] == 137
"""
    )
    result.assert_outcomes(passed=1)
    assert left() == []
    assert seeding_left() == []


def test_under_xdist(project: Project, left: Left) -> None:
    """Two workers each make their own environments at the same time, and nothing is left."""
    result = project(
        WEB
        + REQUEST
        + "@pytest.mark.parametrize('i', range(6))\ndef test_it(i, web):\n    assert get(web) == b'it works'\n",
        "-n2",
    )
    result.assert_outcomes(passed=6)
    assert left() == []


def test_ctrl_c_leaves_nothing(
    module: Module,
    interrupt: Interrupt,
    mark: str,
    driver: Driver,
    left: Left,
) -> None:
    """An interrupt while a container is waited for ends pytest, and removes everything that was made."""
    module(
        WEB + "late = container(image=BASE, command='sleep 600', labels=MARK,"
        " ports={'9/tcp': None}, environment={'WEB': '{web.name}'}, timeout=300)\ndef test_it(late): ...\n"
    )
    interrupt(lambda: len(driver.ids("container", {"label": f"made-for={mark}", "status": "running"})) == 2)
    assert left() == []


def test_stages_are_tagged(
    project: Project, driver: Driver, pytester: pytest.Pytester, mark: str, own_image: str
) -> None:
    """Each stage gets its own tag, which keeps it when images are pruned; the image's content comes from it."""
    folder = pytester.mkdir("app")
    (folder / "Dockerfile").write_text(
        f"FROM {own_image} AS builder\nRUN echo made > /made\nFROM {own_image}\nCOPY --from=builder /made /made\n"
    )
    tags = [f"localhost/{mark}:app", f"localhost/{mark}:builder"]
    try:
        result = project(
            f"app = build(path='app', tag='{tags[0]}', stages={{'builder': '{tags[1]}'}}, labels=MARK)\n"
            "it = container(image='{app.id}', command='sleep 600')\n"
            "def test_it(it, app):\n    assert it.get_text('/made') == 'made\\n'\n"
            f"    assert app.tags == ['{tags[0]}']"
        )
        result.assert_outcomes(passed=1)
        # This is what would be pruned.
        assert driver.ids("image", {"label": f"made-for={mark}", "dangling": "true"}) == []
        assert None not in driver.inspect("image", tags)
    finally:
        driver.remove("image", tags, force=True)


def test_fetch_from_a_registry(project: Project, driver: Driver, registry: str, mark: str, client: list[str]) -> None:
    """An image is pulled from a real registry, and a container made of it."""
    reference = f"{registry}/app-{mark}"
    driver.tag_image(BASE, reference, "1")
    insecure = ["--tls-verify=false"] if client == ["podman"] else []
    subprocess.run([*client, "push", "-q", *insecure, f"{reference}:1"], check=True, capture_output=True)
    driver.remove("image", [f"{reference}:1"])
    try:
        result = project(
            f"base = fetch(repository='{reference}:1')\nit = container(image='{{base.id}}', command='sleep 600')\n"
            "def test_it(it, base):\n    assert it.attrs['Image'] == base.id"
        )
        result.assert_outcomes(passed=1)
    finally:
        driver.remove("image", [f"{reference}:1"], force=True)


@pytest.mark.parametrize("given", [True, False])
def test_image_or_build(
    project: Project, pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch, given: bool
) -> None:
    """The image that the environment names is used; without one, one is built."""
    (pytester.mkdir("app") / "Dockerfile").write_text(f"FROM {BASE}\nLABEL built=here\n")
    if given:
        monkeypatch.setenv("IMAGE_ID", BASE)
    result = project(
        "app = image_or_build('IMAGE_ID', path='app', labels=MARK, nocache=True)\n"
        f"def test_it(app):\n    assert ('built' in app.labels) is {not given}"
    )
    result.assert_outcomes(passed=1)


def test_an_internal_network(project: Project) -> None:
    """A port of a container on an internal network is waited for, though it is published nowhere."""
    result = project(
        "inside = network(internal=True, labels=MARK)\n"
        "web = container(image=BASE, network='{inside.name}', ports={'80/tcp': None}, labels=MARK,\n"
        "    command=['sh', '-c', 'sleep 0.3; exec httpd -f -p 80'])\n"
        "def test_it(web):\n    assert web.get_open_tcp_ports() == ['80']"
    )
    result.assert_outcomes(passed=1)


def test_a_long_command_may_take_its_time(project: Project) -> None:
    """A command in a container is not ended by the deadline of the engine's calls."""
    result = project(
        "it = container(image=BASE, command='sleep 600', labels=MARK)\n"
        "def test_it(it):\n    assert it.exec_run(['sh', '-c', 'sleep 11; echo done']).output == b'done\\n'",
        "-o",
        "docker_timeout=10",
    )
    result.assert_outcomes(passed=1)


def test_an_image_without_anything(project: Project) -> None:
    """The port of an image that has one static program and no shell is seen."""
    result = project(
        f"import io\napp = build(fileobj=io.BytesIO(b'FROM {BASE} AS base\\nFROM scratch\\n"
        "COPY --from=base /bin/busybox /busybox\\n'), labels=MARK, nocache=True)\n"
        "web = container(image='{app.id}', entrypoint=['/busybox', 'httpd'], command='-f -p 80', labels=MARK,"
        " ports={'80/tcp': None})\n"
        "def test_it(web):\n    assert web.get_open_tcp_ports() == ['80']"
    )
    result.assert_outcomes(passed=1)
