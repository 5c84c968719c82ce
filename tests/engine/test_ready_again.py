"""Containers of a real engine that were stopped, paused or disconnected, and are ready again."""

from __future__ import annotations

from ipaddress import IPv6Address

import pytest

from .conftest import Left, Project

# Goes on when its log says so, and has a web server then.
WEB = """
from urllib.request import urlopen
from pytest_docker_tools.probes import LogLine

it = container(
    image=BASE, command=['sh', '-c', 'sleep 0.3; echo up; exec httpd -f -p 80 -h /etc'], ports={'80/tcp': None},
    wait_for=LogLine('^up$'), stop_signal='KILL', labels=MARK,
)

def get(it):
    return urlopen(it.url('80/tcp', path='/passwd')).status
"""
AGAIN = """
def test_restart(it):
    before = it.attrs['State']['StartedAt']
    it.restart(timeout=0)
    assert get(it) == 200
    assert it.attrs['State']['StartedAt'] != before
    assert it.logs() == 'up\\n' * 2

def test_start(it):
    it.stop(timeout=0)
    assert it.attrs['State']['Status'] == 'exited'
    assert not it.ips
    it.start()
    assert get(it) == 200

def test_kill(it):
    it.kill()
    assert it.attrs['State']['Status'] == 'exited'
    assert it.attrs['State']['ExitCode'] == 137
    it.restart()
    assert get(it) == 200
    it.kill('HUP')
    assert it.status in ('running', 'exited')

def test_a_signal(it):
    it.kill('CONT')
    assert get(it) == 200

def test_what_others_do(it, docker_client):
    other = docker_client.containers.get(it.id)
    other.pause()
    assert it.status == 'paused'
    other.unpause()
    assert it.status == 'running'
    other.kill()
    other.wait()
    assert it.status == 'exited'
"""
PAUSED = """
def test_paused(it):
    with it.paused():
        assert it.attrs['State']['Status'] == 'paused'
        assert not it.ready()
        assert it.waits_for == "its state is 'paused'"
    assert it.status == 'running'
    assert get(it) == 200

def test_paused_and_not_ready(it):
    it.timeout = 0.3
    with it.paused(), pytest.raises(Exception, match="its state is 'paused'"):
        it.wait_until_ready()

def test_paused_and_ended(it):
    with it.paused():
        it.unpause()
        it.kill()
    assert it.status == 'exited'

def test_paused_and_removed(it):
    with it.paused():
        it.remove(force=True)

def test_paused_and_failed(it):
    with pytest.raises(ZeroDivisionError), it.paused():
        1 / 0
    assert get(it) == 200
"""


@pytest.mark.parametrize(("tests", "count"), [(AGAIN, 5), (PAUSED, 5)], ids=["started", "paused"])
def test_ready_again(project: Project, left: Left, tests: str, count: int) -> None:
    """restart, start and unpause return when the container is ready again, and its ports are those of now."""
    project(WEB + tests).assert_outcomes(passed=count)
    assert left() == []


NETWORKS = """
from pytest_docker_tools.exceptions import UsageError
from pytest_docker_tools.wrappers.container import wait_for_callable

front = network(labels=MARK)
back = network(labels=MARK)
web = container(
    image=BASE, command='httpd -f -p 80 -h /etc', networks=['{front.name}', '{back.name}'], aliases=['www'],
    ports={'80/tcp': None}, stop_signal='KILL', labels=MARK,
)
client = container(image=BASE, command='sleep 600', network='{front.name}', stop_signal='KILL', labels=MARK)

def knows(client, container, network):
    assert 'www' in container.attrs['NetworkSettings']['Networks'][network.name]['Aliases']
    return not HAS_NAME_SERVER or container.ips[network] in client.exec_run('nslookup www').output.decode()

def reaches(client, container, network):
    asking = ['sh', '-c', f'echo GET / | nc -w 5 {container.ips[network]} 80']
    # A neighbour may know the hardware address of before for a while.
    wait_for_callable('an answer', lambda: b'HTTP' in client.exec_run(asking).output)
    return True
"""
DISCONNECTED = """
def test_it(web, client, front, back):
    assert knows(client, web, front)
    assert reaches(client, web, front)
    with web.disconnected(front):
        assert set(web.ips) == {back.name}
        assert not HAS_NAME_SERVER or client.exec_run('nslookup www').exit_code != 0
    assert set(web.ips) == {front.name, back.name}
    assert knows(client, web, front)
    with web.disconnected(back.name), web.disconnected(front):
        assert dict(web.ips) == {}
    assert set(web.ips) == {front.name, back.name}
    assert web.ready()
    assert web.get_addr('80/tcp')
    assert knows(client, web, front)
    assert reaches(client, web, front)
"""
DISCONNECTED_AND = """
def test_not_on_it(web, client, back):
    with pytest.raises(UsageError, match=f"is not on the network '{back.name}'. It is on: "):
        with client.disconnected(back):
            pass

def test_by_hand(web, front):
    with web.disconnected(front):
        front.connect(web._container)
    assert front.name in web.ips

def test_removed(web, front):
    with web.disconnected(front):
        web.remove(force=True)

def test_ended(web, front):
    with web.disconnected(front):
        web.kill()
    assert front.name in web.attrs['NetworkSettings']['Networks']
"""


def test_disconnected(project: Project, backend: str, left: Left) -> None:
    """Without a network, a container is not reached there; afterwards it is, and has its name there."""
    # That of podman stops answering for a while when networks change, also without us.
    has_name_server = f"HAS_NAME_SERVER = {backend != 'podman'}\n"
    project(NETWORKS + has_name_server + DISCONNECTED).assert_outcomes(passed=1)
    assert left() == []


def test_disconnected_and_something_else(project: Project, left: Left) -> None:
    """It is back in the network afterwards, unless it has gone meanwhile, whoever has seen to that."""
    project(NETWORKS + DISCONNECTED_AND).assert_outcomes(passed=4)
    assert left() == []


def test_a_fixed_address_is_kept(project: Project, wide_network: str, subnet: int, left: Left) -> None:
    """The addresses that a container was given by the user are its own again after it was disconnected."""
    four, six = f"198.18.{subnet}.77", str(IPv6Address(f"2001:db8:{subnet:x}::77"))
    result = project(
        f"""
from pytest_docker_tools.types import EndpointConfig
it = container(
    image=BASE, command='sleep 600', stop_signal='KILL', labels=MARK,
    networks={{{wide_network!r}: EndpointConfig(ipv4_address={four!r}, ipv6_address={six!r})}},
)

def test_it(it):
    with it.disconnected({wide_network!r}):
        assert not it.ips
    facts = it.attrs['NetworkSettings']['Networks'][{wide_network!r}]
    assert [facts['IPAddress'], facts['GlobalIPv6Address']] == [{four!r}, {six!r}]
"""
    )
    result.assert_outcomes(passed=1)
    assert left() == []
