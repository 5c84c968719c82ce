"""What is told of the containers of failing tests on a real engine, and what is kept of them."""

from __future__ import annotations

import subprocess
from xml.etree import ElementTree

import pytest

from pytest_docker_tools.driver import Driver

from .conftest import WAIT_FOR_GO, Left, Project

# Waits, in a test module, until something holds of a container.
UNTIL = """
import time

def until(holds):
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.05)
"""
CRASH = (
    UNTIL
    + r"""
db = container(
    image=BASE, labels=MARK, environment={'PASSWORD': 'hunter2'},
    command=['sh', '-c', r'printf "\033]0;title\007FATAL: no space left\n"; WAIT_FOR_GO; exit 3'],
)
web = container(
    image=BASE, labels=MARK, command='httpd -f -p 80', ports={'80/tcp': None}, environment={'DB': '{db.id}'}
)

def test_it(db, web):
    db.put_files({'/go': ''})
    until(lambda: db.status == 'exited')
    print('address', *web.get_addr('80/tcp'), web.name)
    assert web == 'reached'
""".replace("WAIT_FOR_GO", WAIT_FOR_GO)
)


def test_a_crash(project: Project, driver: Driver, pytester: pytest.Pytester) -> None:
    """A report has exit code, log, addresses and commands, and a junit file has it too; values of variables are not."""
    result = project(CRASH, "--junitxml=report.xml", "-vv")
    result.assert_outcomes(failed=1)
    [address] = [line.split()[1:] for line in result.outlines if line.startswith("address ")]
    host, port, name = address
    words = " ".join(driver.client_command())
    lines = [
        "*- docker container db -*",
        "image:  *busybox*",
        "name:   * (id *)",
        "state:  exited, exit code 3",
        f"look:   {words} logs *",
        "log:    all of it",
        r"\x1b[]]0;title\x07FATAL: no space left",
        "*- docker container web -*",
        "state:  running",
        f"ports:  80/tcp at {host}:{port}",
        f"look:   {words} exec -it {name} sh",
        f"        {words} logs {name}",
        f"        {words} inspect {name}",
        "        (until its fixture ends; --docker-keep=failed keeps it)",
        "log:    nothing was written",
    ]
    result.stdout.fnmatch_lines(lines)
    junit = pytester.path / "report.xml"
    [failure] = ElementTree.parse(junit).getroot().iter("failure")
    pytest.LineMatcher((failure.text or "").splitlines()).fnmatch_lines(lines)
    assert "hunter2" not in result.stdout.str() + junit.read_text()


def test_out_of_memory(project: Project, backend: str) -> None:
    """A container that had too little memory is told by its exit code, and by the engine's own word for it."""
    result = project(
        UNTIL + "it = container(image=BASE, labels=MARK, mem_limit='16m', memswap_limit='16m',\n"
        f"    command=['sh', '-c', '{WAIT_FOR_GO}; x=a; while true; do x=$x$x; done'])\n"
        "def test_it(it):\n    it.put_files({'/go': ''})\n    until(lambda: it.status == 'exited')\n    assert False\n"
    )
    result.assert_outcomes(failed=1)
    # podman is told of it by systemd, or by a control group of version 2.
    word = "" if backend == "podman" else ", out of memory"
    result.stdout.fnmatch_lines([f"state:  exited, exit code 137{word}*"])


def test_a_failing_health_check(project: Project) -> None:
    """The status, the failures and what the check said last are told."""
    result = project(
        UNTIL
        + """
it = container(
    image=BASE, labels=MARK, command='sleep 600',
    healthcheck={'test': ['CMD-SHELL', 'echo no answer from the queue; exit 1'], 'interval': 200_000_000, 'retries': 2},
)

def test_it(it):
    def fails():
        it.reload()
        return (it.driver.health(it.attrs) or {}).get('Status') == 'unhealthy'
    until(fails)
    assert False
"""
    )
    result.assert_outcomes(failed=1)
    result.stdout.re_match_lines(
        [
            r"health: unhealthy, failed checks in a row: \d+, the last check ended with exit code 1: "
            "no answer from the queue$"
        ]
    )


def test_a_container_that_is_restarted(project: Project) -> None:
    """How often the engine has restarted a container is told."""
    result = project(
        UNTIL + f"it = container(image=BASE, labels=MARK, command=['sh', '-c', '{WAIT_FOR_GO}; exit 4'],\n"
        "    restart_policy={'Name': 'on-failure', 'MaximumRetryCount': 1})\n"
        "def test_it(it):\n    it.put_files({'/go': ''})\n"
        "    until(lambda: it.status == 'exited' and it.attrs['RestartCount'])\n    assert False\n"
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["state:  exited, exit code 4, restarts: 1"])


def test_only_what_was_written_since_the_test_began(project: Project) -> None:
    """Of a session container that two tests use, each shows what was written for it."""
    result = project(
        UNTIL
        + """
it = container(image=BASE, labels=MARK, scope='session', command=['sh', '-c', 'echo at first; tail -f /tmp/said'],
    files={'/tmp/said': b''})

@pytest.mark.parametrize('word', ['one', 'two'])
def test_it(it, word):
    it.exec_run(['sh', '-c', f'echo said {word} >> /tmp/said'])
    until(lambda: f'said {word}' in it.logs())
    assert False
"""
    )
    result.assert_outcomes(failed=2)
    first, _, second = result.stdout.str().partition("_ test_it[two] _")
    assert [line for line in first.splitlines() if line in ("at first", "said one", "said two")] == [
        "at first",
        "said one",
    ]
    assert "log:    since this test began\nsaid two\n" in second
    assert "\nat first" not in second
    assert "\nsaid one" not in second


@pytest.mark.parametrize(
    ("body", "word"),
    [("it.remove(force=True)", "remove=False"), ("it.kill()\n    until(lambda: gone(it))", "remove=True")],
)
def test_a_container_that_is_gone(project: Project, body: str, word: str) -> None:
    """One that the test has removed, or that has removed itself, is told to be gone, without commands."""
    result = project(
        UNTIL + "def gone(it):\n    return it.driver.inspect('container', [it.id]) == [None]\n"
        f"it = container(image=BASE, labels=MARK, command='sleep 600', {word})\n"
        f"def test_it(it):\n    {body}\n    assert False\n"
    )
    result.assert_outcomes(failed=1)
    result.stdout.fnmatch_lines(["*docker container it*", "image:  *busybox*", "state:  it does not exist any more*"])
    result.stdout.no_fnmatch_line("look:*")


KEPT = """
net = network(scope='session', labels=MARK)
data = volume(scope='session', initial_content={'a': b'1'}, labels=MARK)
db = container(image=BASE, command='sleep 600', network='{net.name}', labels=MARK, scope='session',
    volumes={'{data.name}': {'bind': '/data'}})
app = container(image=BASE, command='sleep 600', network='{net.name}', labels=MARK, environment={'DB': '{db.name}'})
spare = container(image=BASE, command='sleep 600', labels=MARK)
late = container(image=BASE, command='sleep 600', ports={'80/tcp': None}, timeout=0.3, labels=MARK)

def test_fails(app):
    assert False

def test_passes(db, spare): ...

def test_setup(late): ...
"""


@pytest.mark.parametrize("arguments", [[], ["-n2"]], ids=["alone", "xdist"])
def test_what_failed_tests_used_is_kept(project: Project, driver: Driver, left: Left, arguments: list[str]) -> None:
    """With --docker-keep=failed all of a failed test's resources are there until the printed commands are run."""
    result = project(KEPT, "--docker-keep=failed", *arguments)
    result.assert_outcomes(failed=1, passed=1, errors=1)
    containers = [facts for facts in driver.inspect("container", left()) if facts]
    assert [facts["State"]["Status"] for facts in containers] == ["running"] * 3
    assert len(left()) == 5
    words = " ".join(driver.client_command())
    result.stdout.fnmatch_lines(["*kept for failed tests (--docker-keep=failed)*", "*::test_fails"])
    for fixture in ("app", "db", "late"):
        result.stdout.fnmatch_lines([f"  container {fixture}: *", f"    {words} exec -it * sh"])
    result.stdout.no_fnmatch_line("  container spare: *")
    removals = [line for line in result.outlines if line.startswith(f"  {words} rm -f -v ")]
    for line in removals:
        subprocess.run(line, shell=True, check=True, capture_output=True)
    assert len(removals) == 1 or arguments
    assert left() == []


def test_nothing_is_kept_without_a_failure(project: Project, left: Left) -> None:
    """With --docker-keep=failed, everything of tests that pass is removed."""
    result = project(KEPT, "--docker-keep=failed", "--deselect=test_it.py::test_fails", "-k", "not test_setup")
    result.assert_outcomes(passed=1, deselected=2)
    assert left() == []
    result.stdout.no_fnmatch_line("*kept for*")


def test_reports_of_workers(project: Project, pytester: pytest.Pytester, left: Left) -> None:
    """Under xdist reports have their sections, and logs are files that do not collide."""
    result = project(
        UNTIL
        + """
it = container(image=BASE, labels=MARK, command=['sh', '-c', 'echo written; sleep 600'])

@pytest.mark.parametrize('path', ['a/b', 'a-b', 'a b', 'x' * 300])
def test_it(it, path):
    until(it.logs)
    assert False
""",
        "-n2",
        "--docker-logs-dir=logs",
        "--junitxml=report.xml",
    )
    result.assert_outcomes(failed=4)
    assert result.stdout.str().count("docker container it") == 4
    files = list((pytester.path / "logs").glob("*/it-*.log"))
    assert [file.read_bytes() for file in files] == [b"written\n"] * 4
    for file in files:
        result.stdout.fnmatch_lines([f"file:   {file}"])
    failures = ElementTree.parse(pytester.path / "report.xml").getroot().iter("failure")
    assert all("docker container it" in (failure.text or "") for failure in failures)
    assert left() == []
