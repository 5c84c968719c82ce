"""What is made side by side on a real engine, in pytest runs of small projects.

Who waits for another one that pytest sets up later waits in vain if they are made one after the other.
"""

from __future__ import annotations

import threading

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.testing.fixtures import Publish

from .conftest import Interrupt, Left, Module, Project, wait_until

# A probe that is met when there are so many of the project's containers that run, and its network and volume.
TOGETHER = """
MINE = {'label': 'made-for=' + MARK['made-for']}

def together(container):
    ids = container.driver.ids
    running = ids('container', {**MINE, 'status': 'running'})
    return len(running) == COUNT and bool(ids('network', MINE)) and bool(ids('volume', MINE))

net = network(labels=MARK)
vol = volume(labels=MARK, initial_content={'file': b'content'})
"""
SLEEP = "container(image=BASE, command='sleep 600', labels=MARK, init=True"


def test_an_environment_is_made_side_by_side(project: Project, left: Left) -> None:
    """Four containers, a network and a volume are made at the same time, and what needs some of them after those."""
    result = project(
        TOGETHER
        + "COUNT = 4\n"
        + "".join(f"{name} = {SLEEP}, wait_for=together)\n" for name in "abcd")
        + f"last = {SLEEP}, network='{{net.name}}', volumes={{'{{vol.name}}': {{'bind': '/vol'}}}},\n"
        + "    depends_on=[a, d])\n"
        + """
def test_it(last, a, b, c, d, net, vol):
    assert last.get_text('/vol/file') == 'content'
    assert last.ips[net]
    started = [one.attrs['State']['StartedAt'] for one in (a, b, c, d)]
    assert max(started) < last.attrs['Created']

def test_again(d, c, b, a, vol, net): ...
"""
    )
    result.assert_outcomes(passed=2)
    assert left() == []


@pytest.mark.parametrize(
    ("broken", "lines"),
    [
        ("container(image=BASE, command='nonsense', labels=MARK)", ["E *EngineError*executable file*not found*"]),
        ("container(image='nowhere/nothing:1', labels=MARK)", ["E *ImageNotFound*'nowhere/nothing:1'*"]),
        (f"{SLEEP}, wrapper_class=Raises)", [">  *raise ValueError('not today')", "E * ValueError: not today"]),
    ],
    ids=["start", "image", "ready"],
)
def test_one_among_many_fails(project: Project, left: Left, broken: str, lines: list[str]) -> None:
    """What fails among others is the error of its fixture, and the others are removed, taken or not."""
    result = project(
        TOGETHER
        + """
from pytest_docker_tools.wrappers import Container

COUNT = 2

class Raises(Container):
    def ready(self):
        if self.driver.ids('network', MINE):
            raise ValueError('not today')
        return False

"""
        + f"a = {SLEEP})\nbroken = {broken}\nc = {SLEEP}, network='{{net.name}}')\n"
        + "def test_it(a, broken, c, net, vol): ...\ndef test_other(vol): ...\n"
    )
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines([">   broken = *", *lines])
    result.stdout.no_fnmatch_line("*could not be removed*")
    assert left() == []


def test_ctrl_c_in_the_middle(module: Module, interrupt: Interrupt, mark: str, driver: Driver, left: Left) -> None:
    """An interrupt while one is taken and several are waited for ends pytest, and removes everything that was made."""
    never = f"{SLEEP}, ports={{'9/tcp': None}}, timeout=300)"
    module(f"a = {SLEEP})\nb = {never}\nc = {never}\nnet = network(labels=MARK)\ndef test_it(a, b, c, net): ...\n")
    interrupt(lambda: len(driver.ids("container", {"label": f"made-for={mark}", "status": "running"})) == 3)
    assert left() == []


def test_a_pull_and_a_build_at_once(project: Project, driver: Driver, publish: Publish, mark: str, left: Left) -> None:
    """An image is built, and a container is started, while another image is being pulled."""
    published = publish(held=True)
    built: list[str] = []

    def release() -> None:
        wait_until(lambda: driver.ids("image", {"label": f"made-for={mark}"}) != [], 25)
        wait_until(lambda: left() != [], 25)
        built.append("while the layer was held")
        published.release()

    releasing = threading.Thread(target=release)
    releasing.start()
    result = project(
        f"pulled = fetch(repository={published.reference!r}, scope='function')\n"
        f"built = build(fileobj=__import__('io').BytesIO(b'FROM scratch'), labels=MARK, scope='function',"
        " nocache=True)\n"
        f"a = {SLEEP})\n"
        "def test_it(pulled, built, a): ...\n"
    )
    releasing.join()
    result.assert_outcomes(passed=1)
    assert built
    assert left() == []


def test_ctrl_c_in_a_pull(
    module: Module, interrupt: Interrupt, publish: Publish, mark: str, driver: Driver, left: Left
) -> None:
    """An interrupt does not wait for the end of a pull, beside which other things were made."""
    published = publish(held=True)
    module(
        f"pulled = fetch(repository={published.reference!r}, scope='function')\na = {SLEEP})\nb = {SLEEP})\n"
        "def test_it(pulled, a, b): ...\n"
    )
    interrupt(lambda: len(driver.ids("container", {"label": f"made-for={mark}", "status": "running"})) == 2)
    assert left() == []
