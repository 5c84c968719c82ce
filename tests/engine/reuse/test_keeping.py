"""What a run keeps, and how the next one uses it, on a real engine."""

from __future__ import annotations

import re
import socket
from contextlib import nullcontext
from pathlib import Path

import pytest

from pytest_docker_tools import items
from pytest_docker_tools.driver import Driver, Kind
from pytest_docker_tools.testing.fixtures import Named

from ..conftest import BASE, Project, wait_until
from .conftest import FIXTURES, KEPT, REUSE, WHOLE, Made, Reuse, different, said, site

CHANGES = """
def test_it(web):
    Path('found').write_bytes(web.exec_run('cat /data/kept /etc/a').output)
    web.put_files({'/data/kept': 'in the volume, ', '/etc/a': 'in the container'})
"""


def test_a_run_uses_what_the_one_before_has_kept(reuse: Reuse, made: Made, pytester: pytest.Pytester) -> None:
    """The second run has the same container, network and volume, with what the first one's tests have put there."""
    assert reuse(site(CHANGES)) == dict.fromkeys(FIXTURES, "made, as there was none")
    first = made()
    assert set(first) == {*FIXTURES}
    assert reuse(site(CHANGES)) == dict.fromkeys(FIXTURES, "reused")
    assert made() == first
    assert (pytester.path / "found").read_text() == "in the volume, in the container"


NAMED_OR_NOT = """
net = network(name='net-' + MARK['made-for'], labels=MARK)
spare = network(labels=MARK)

def test_it(net): ...
def test_spare(spare): ...
"""


def test_each_way_to_ask_for_reuse_demands_names(project: Project, made: Made, monkeypatch: pytest.MonkeyPatch) -> None:
    """The option, the variable and the ini option do the same: what has a name is kept, what has none is an error."""
    found = []
    for variable, arguments, how in (
        ("", [REUSE], "made, as there was none"),
        ("named", [], "reused"),
        ("", ["-o", "docker_reuse=named"], "reused"),
    ):
        monkeypatch.setenv("PYTEST_DOCKER_REUSE", variable)
        result = project(NAMED_OR_NOT, *arguments)
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines(["E *network 'spare'*none*network(name=...)*"])
        assert said(result.outlines) == {"net": how}
        found.append(made())
    assert found == [found[0]] * 3


@pytest.mark.parametrize("kind", KEPT)
def test_a_foreign_one_is_refused(kind: Kind, project: Project, driver: Driver, named: Named) -> None:
    """What no run with reuse has made is not touched, and said not to be reusable."""
    name = named(kind)
    create = {"container": driver.create_container, "network": driver.create_network, "volume": driver.create_volume}
    create[kind]({"name": name, "labels": {"creator": "somebody"}, **({"image": BASE} if kind == "container" else {})})
    before = driver.inspect(kind, [name])
    image = "image=BASE, " if kind == "container" else ""
    result = project(f"it = {kind}({image}name='{name}', labels=MARK)\ndef test_it(it): ...", REUSE)
    result.assert_outcomes(errors=1)
    said = f"E *wants to reuse the {kind} '{name}', which does not appear to be a reusable {kind}*Remove it*"
    result.stdout.fnmatch_lines([said])
    assert driver.inspect(kind, [name]) == before


def test_a_stopped_one_is_started(reuse: Reuse, made: Made, driver: Driver, mark: str, backend: str) -> None:
    """One that was stopped is started and waited for, and reached where it listens now."""
    reuse(site(WHOLE + "    Path('port').write_text(str(web.get_addr('80/tcp')[1]))"))
    before, port = made(), int(Path("port").read_text())
    driver.stop(f"web-{mark}", grace=0)
    # Podman chooses the ports of a container once.
    with nullcontext() if backend == "podman" else socket.create_server(("", port)):
        assert reuse(site())["web"] == "reused"
    assert made() == before


def test_a_paused_one_goes_on(reuse: Reuse, made: Made, driver: Driver, mark: str) -> None:
    """One that was paused is used again."""
    reuse(site())
    before = made()
    driver.pause(f"web-{mark}")
    assert reuse(site())["web"] == "reused"
    assert made() == before


FRAGILE = """
it = container(
    name='it-' + MARK['made-for'], image=BASE, command='sh /main', files={'/main': 'httpd -p 80; exec sleep 600'},
    init=True, ports={'80/tcp': None}, timeout=TIMEOUT, labels=MARK,
)
def test_it(it):
    assert it.get_open_tcp_ports() == ['80']
"""


@pytest.mark.parametrize(
    ("broken", "stopped", "why"),
    [
        pytest.param(
            "killall httpd", False, "was not ready within 5 seconds: nothing listens on its port 80/tcp", id="running"
        ),
        pytest.param("rm /main", True, r"of image '\S+' ended with exit code \d+ before it was ready", id="stopped"),
    ],
)
def test_one_that_broke_is_made_anew(
    broken: str, stopped: bool, why: str, reuse: Reuse, made: Made, driver: Driver, mark: str
) -> None:
    """One that runs is looked at as a new one is; one that cannot be used is made anew, and it is said why."""
    reuse("TIMEOUT = 30" + FRAGILE)
    before = made()
    assert driver.execute(f"it-{mark}", broken).exit_code == 0
    if stopped:
        driver.stop(f"it-{mark}", grace=0)
    how = reuse("TIMEOUT = 5" + FRAGILE)
    assert re.match(rf"made anew, as what there was could not be used: Container 'it-{mark}' {why}", how["it"])
    assert different(before, made()) == {"it"}


def test_one_that_is_done_is_not_run_again(reuse: Reuse, made: Made) -> None:
    """A container that was to end, and has, is used as it is."""
    text = """
job = container(
    name='job-' + MARK['made-for'], image=BASE, command=['sh', '-c', 'echo ran >> /ran'],
    wait_for=probes.Exited(), labels=MARK,
)
def test_it(job):
    assert job.get_text('/ran') == 'ran\\n'
"""
    text = "from pytest_docker_tools import probes" + text
    reuse(text)
    before = made()
    assert reuse(text) == {"job": "reused"}
    assert made() == before


@pytest.mark.usefixtures("unknown")
def test_what_has_lived_long_enough_is_made_anew(reuse: Reuse, made: Made, driver: Driver, mark: str) -> None:
    """With docker_reuse_ttl, a resource is used again until so many seconds after it was made."""
    text = "net = network(name='net-' + MARK['made-for'], labels=MARK)\ndef test_it(net): ..."
    reuse(text, REUSE, "-o", "docker_reuse_ttl=1")
    first = made()
    wait_until(lambda: all(item.has_expired for item in items.labelled(driver, "network", "made-for", mark)))
    assert reuse(text, REUSE, "-o", "docker_reuse_ttl=3600") == {"net": "made anew, as its time to live is over"}
    second = made()
    assert different(first, second) == {"net"}
    assert reuse(text, REUSE, "-o", "docker_reuse_ttl=1") == {"net": "reused"}
    assert made() == second
