"""When containers of a real engine are ready, and what is said when they are not."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from pytest_docker_tools import probes, readiness, tasks
from pytest_docker_tools.client import Client
from pytest_docker_tools.driver import Driver
from pytest_docker_tools.testing.fixtures import Named
from pytest_docker_tools.wrappers import Container

from .conftest import Left, Project

PYTHON = "localhost/pytest-docker-tools/python"
# A shell script as a container's command.
SHELL = """
from pytest_docker_tools import probes

def sh(script, **options):
    options.setdefault('stop_signal', 'KILL')
    return container(image=options.pop('image', BASE), command=['sh', '-c', script], labels=MARK, **options)
"""
SERVER = "exec httpd -f -p 80"
BINDS_UDP = (
    "import socket, time; time.sleep(0.5); s = socket.socket(type=socket.SOCK_DGRAM); s.bind(('', 53)); s.recv(1)"
)


@pytest.mark.parametrize(
    ("definition", "claim"),
    [
        pytest.param("sh('sleep 600')", "it.ports == {}", id="nothing is published"),
        pytest.param(
            f"sh('sleep 0.5; {SERVER}', ports={{'80/tcp': None}})", "it.get_open_tcp_ports() == ['80']", id="late"
        ),
        pytest.param(
            f"sh('httpd -p 80; sleep 0.5; {SERVER.replace('80', '81')}', ports={{'80/tcp': None, '81/tcp': None}})",
            "it.get_open_tcp_ports() == ['80', '81']",
            id="several ports",
        ),
        pytest.param(
            f"container(image={PYTHON!r}, command=['python3', '-c', {BINDS_UDP!r}],"
            " ports={'53/udp': None}, labels=MARK, stop_signal='KILL')",
            "it.get_open_udp_ports() == ['53']",
            id="udp",
        ),
        pytest.param(
            "sh('httpd -p 80; sleep 0.5; killall httpd; sleep 0.5; echo again; sleep 0.5; " + SERVER + "',"
            " ports={'80/tcp': None}, wait_for=probes.LogLine('^again$'))",
            "it.get_open_tcp_ports() == ['80']",
            id="opens, closes and opens again",
        ),
        pytest.param(
            f"sh('test -e /tried || {{{{ touch /tried; sleep 0.2; exit 3; }}}}; {SERVER}', ports={{'80/tcp': None}},"
            " restart_policy={'Name': 'on-failure', 'MaximumRetryCount': 5})",
            "it.get_open_tcp_ports() == ['80'] and it.attrs['RestartCount'] == 1",
            id="restarted by the engine",
        ),
        pytest.param("sh('sleep 600', network_mode='none')", "dict(it.ips) == {}", id="no network"),
        pytest.param("sh('sleep 600', network_mode='host')", "dict(it.ips) == {}", id="the network of the host"),
        pytest.param(
            f"sh('sleep 600', network_mode='container:{{first.id}}')\nfirst = sh('{SERVER}', ports={{'80/tcp': None}})",
            "dict(it.ips) == {} and it.get_open_tcp_ports() == ['80']",
            id="the network of another container",
        ),
    ],
)
def test_ready(project: Project, left: Left, definition: str, claim: str) -> None:
    """A container is ready once it can be used, in each mode of networks, and not before."""
    project(SHELL + f"it = {definition}\ndef test_it(it):\n    assert {claim}").assert_outcomes(passed=1)
    assert left() == []


@pytest.mark.parametrize(
    ("definition", "said"),
    [
        pytest.param(
            "sh('exec httpd -f -p 127.0.0.1:80', ports={'80/tcp': None}, timeout=1)",
            "nothing listens on its port 80/tcp",
            id="only on its own loopback interface",
        ),
        pytest.param(
            f"sh('{SERVER}', ports={{'80/tcp': None, '81/tcp': None, '82/udp': None}}, timeout=1)",
            "nothing listens on its port 81/tcp, 82/udp",
            id="one of several",
        ),
        pytest.param(
            "sh('sleep 600', wait_for=probes.LogLine('ready'), timeout=1)", "'ready' is not found in its log", id="log"
        ),
        pytest.param(
            f"sh('{SERVER}', ports={{'80/tcp': None}}, wait_for=probes.Http('/nothing'), timeout=1)",
            r"GET http://\S+/nothing was answered with status 404",
            id="http",
        ),
        pytest.param(
            "sh('sleep 600', wait_for=probes.Exec(['sh', '-c', 'echo not yet; exit 3']), timeout=5)",
            "the command \"sh -c 'echo not yet; exit 3'\" ended with exit code 3: not yet",
            id="exec",
        ),
        pytest.param(
            "sh('sleep 600', wait_for=probes.Exec(['no-such-command']), timeout=5)",
            "the command 'no-such-command' ended with exit code 12[67]: .*no-such-command",
            id="exec of nothing",
        ),
        pytest.param(
            "sh('sleep 600', wait_for=probes.Healthy(), timeout=3,"
            " healthcheck={'test': 'echo no db; exit 1', 'interval': 200_000_000, 'retries': 1})",
            "its health check says unhealthy; the last try ended with exit code 1: no db",
            id="health",
        ),
        pytest.param(
            "sh('sleep 600', wait_for=lambda container: container.exec_run('false').exit_code == 0, timeout=5)",
            r"<lambda>\(\) returned False",
            id="function",
        ),
        pytest.param(
            "sh('sleep 600', wait_for=probes.Exited(), timeout=1)", "it has not ended; its state is 'running'", id="end"
        ),
        pytest.param(
            "sh('exit 3', restart_policy={'Name': 'always'}, ports={'80/tcp': None}, timeout=2)",
            "(its state is 'restarting', after exit code 3|nothing listens on its port 80/tcp|it has stopped)",
            id="restarted for ever",
        ),
    ],
)
def test_not_ready(project: Project, left: Left, definition: str, said: str) -> None:
    """When time is over, the error says which probe failed last, and how."""
    result = project(SHELL + f"it = {definition}\ndef test_it(it): ...")
    result.assert_outcomes(errors=1)
    assert re.search(rf"^E .*ContainerNotReady: .* was not ready within \S+ seconds: {said}", str(result.stdout), re.M)
    assert left() == []


@pytest.mark.parametrize(
    ("definition", "wait_for"),
    [
        ("healthcheck={'test': 'test -e /go', 'interval': 200_000_000}", "probes.Healthy()"),
        ("", "probes.LogLine(r'^listens on port \\d+$')"),
        ("", "probes.Http('/site/{name}', status=200)"),
        ("", "probes.Http(fxtr('path'), port='{port}')"),
        ("", "probes.Exec(['test', '-e', '/site/{name}'])"),
        ("", "lambda container: 'site' in container.get_files('/site')"),
        ("", "asks"),
        ("", "fxtr('asks')"),
        ("", "[probes.LogLine('listens'), probes.Exec('test -e /go'), lambda container: True]"),
    ],
)
def test_wait_for(project: Project, left: Left, definition: str, wait_for: str) -> None:
    """What is waited for is waited for, and may have references to fixtures."""
    result = project(
        SHELL
        + f"""
@pytest.fixture
def name():
    return 'page'

@pytest.fixture
def path(name):
    return f'/site/{{name}}'

@pytest.fixture
def port():
    return '80/tcp'

@pytest.fixture
def asks(name):
    return lambda container: container.get_text('/site/page') == 'hello\\n'

it = sh(
    'httpd -p 80 -h /; sleep 0.7; mkdir /site; echo hello > /site/page; echo listens on port 80; touch /go; sleep 600',
    ports={{'80/tcp': None}}, wait_for={wait_for}, {definition}
)

def test_it(it):
    assert it.get_text('/site/page') == 'hello\\n'
    assert it.exec_run('test -e /go').exit_code == 0
"""
    )
    result.assert_outcomes(passed=1)
    assert left() == []


def test_a_container_that_does_its_work_once(project: Project, left: Left) -> None:
    """One that is to end is ready when it has, its log stays, and what depends on it comes after."""
    result = project(
        SHELL
        + """
data = volume(labels=MARK)
into = {'{data.name}': {'bind': '/data', 'mode': 'rw'}}
migration = sh('sleep 0.5; echo migrated; echo 7 > /data/version', volumes=into, wait_for=probes.Exited())
api = sh('cat /data/version; sleep 600', volumes=into, depends_on=[migration], wait_for=probes.LogLine('7'))
again = sh('echo 8 > /data/version; exit 5', volumes=into, depends_on=['api'], wait_for=probes.Exited(5))

def test_it(api, migration, again):
    assert migration.status == 'exited'
    assert migration.logs() == 'migrated\\n'
    assert api.get_text('/data/version') == '8\\n'
    migration.start()
    assert migration.logs() == 'migrated\\n' * 2
    assert migration.status == 'exited'
"""
    )
    result.assert_outcomes(passed=1)
    assert left() == []


@pytest.fixture
def calls(driver: Driver, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The verbs that are called, of those that ask an engine for something."""
    called: list[str] = []

    def noted(verb: str, original: Callable[..., object]) -> Callable[..., object]:
        def call(*arguments: Any, **options: Any) -> object:
            called.append(verb)
            return original(*arguments, **options)

        return call

    for verb in ("run_container", "inspect", "execute", "logs", "health"):
        monkeypatch.setattr(driver, verb, noted(verb, getattr(driver, verb)))
    return called


@pytest.mark.parametrize("seconds", [0, 1.5])
def test_looks(driver: Driver, image: str, named: Named, calls: list[str], seconds: float) -> None:
    """Until a container that was run is ready, soon or late, the engine is asked once what has become of it."""
    script = f"sleep {seconds}; {SERVER}"
    options = {"image": image, "name": named("container"), "command": ["sh", "-c", script], "stop_signal": "KILL"}
    container = driver.run_container({**options, "ports": {"80/tcp": None}})
    made = Container(Client(driver).containers.get(container))
    tasks.run(readiness.reached(made, 30, has_looked=True))
    assert made.get_open_tcp_ports() == ["80"]
    assert calls == ["run_container", "inspect"]


def test_looks_at_one_that_ends(driver: Driver, image: str, named: Named, calls: list[str]) -> None:
    """Whether a container has ended that is to end is asked when its process has."""
    options = {"image": image, "name": named("container"), "command": ["sh", "-c", "sleep 1.5; exit 3"]}
    made = Container(Client(driver).containers.get(driver.run_container(options)))
    made.wait_for = [probes.Exited(3)]
    del calls[:]
    tasks.run(readiness.reached(made, 30, has_looked=True))
    # Its process ends a moment before the engine takes note of it.
    assert 1 <= len(calls) <= 4
    assert set(calls) == {"inspect"}


def test_one_that_fails_at_its_work(project: Project, left: Left) -> None:
    """One that was to end with 0, and ends otherwise, is an error at once, with its log; nothing comes after it."""
    result = project(
        SHELL
        + """
migration = sh('echo no such table; exit 1', wait_for=probes.Exited(), timeout=300)
api = sh('sleep 600', depends_on=[migration], wait_for=lambda container: pytest.exit('too early'))
def test_it(api): ...
"""
    )
    result.assert_outcomes(errors=1)
    result.stdout.fnmatch_lines(["E *ContainerFailed*ended with exit code 1 before it was ready*", "E *no such table"])
    assert left() == []
