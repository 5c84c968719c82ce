"""Containers that write too much, or that do harm to themselves."""

from __future__ import annotations

from ..conftest import WAIT_FOR_GO, Left, Project
from .conftest import Row, Table, Told

# What ends a container may end with it, and then some clients say that.
END = "try: it.exec_run({!r})\nexcept Exception: pass\n"

LIFE: Table = {
    "network": Row(
        "container(**PLAIN, network='{other.name}')",
        "UsageError: The container has no address: it does not run, or its network mode gives it none.",
        "other.disconnect(it.id)\nother.remove()\nit.reload()\nit.ips.primary",
        before="other = network(labels=MARK)",
    ),
    "volume": Row(
        "container(**PLAIN, volumes={'{other.name}': {'bind': '/data'}})",
        "Conflict: … could not remove volumes: …",
        "docker_client.volumes.get(other.name)\nit.driver.remove('volume', [other.name])",
        before="other = volume(labels=MARK)",
    ),
    "removed": Row(
        "container(**PLAIN)",
        "NotFound: … could not read the log of container …",
        "it.driver.remove('container', [it.id], force=True)\nit.logs()",
    ),
    "removes_itself": Row(
        f"container(**{{**PLAIN, 'command': ['sh', '-c', '{WAIT_FOR_GO}']}}, remove=True)",
        "NotFound: There is no container '…' on the engine at …",
        f"{END.format('touch /go')}end = time.monotonic() + 60\nwhile time.monotonic() < end:\n    it.reload()",
    ),
    "killed": Row(
        "container(**PLAIN)",
        "Conflict: … could not execute a command in container …: it is exited, not running.",
        f"{END.format('kill 1')}it.wait()\nit.exec_run('true')",
    ),
    "killed_while_waiting": Row(
        "container(**PLAIN, wait_for=lambda c: c.exec_run('kill 1') and False)",
        "ContainerFailed: Container … ended with exit code 143 before it was ready.\nIt wrote nothing.",
    ),
    "removed_while_waiting": Row(
        "container(**PLAIN, wait_for=lambda c: c.driver.remove('container', [c.id], force=True))",
        "ContainerFailed: Container … was removed before it was ready.",
    ),
}

LOUD = """
loud = container(
    image=BASE, init=True, labels=MARK, command=['sh', '-c', {script!r} + '; touch /done; sleep 600'],
    wait_for=Exec('test -e /done'), timeout=120,
)
def test_loud(loud):
    assert False
good = container(image=BASE, command='sleep 600', init=True, labels=MARK)
def test_good(good): ...
"""
HUGE = "head -c 20000000 /dev/zero | tr '\\0' x"
BINARY = r"printf '\0\377\033[2J\007\rbell\b\n'; head -c 500000 /dev/urandom; printf '\nthe end\n'"


def test_life(told: Told) -> None:
    """What a test, or a probe, does to a container and to what that uses is told, and holds up nothing."""
    told(LIFE)


def test_a_huge_log(project: Project, left: Left) -> None:
    """Of megabytes without a line end a report shows little, and of binary ones nothing that is not printable."""
    both = LOUD.format(script=HUGE) + LOUD.format(script=BINARY).replace("loud", "binary").replace("good", "well")
    result = project("from pytest_docker_tools.probes import *\n" + both)
    result.assert_outcomes(failed=2, passed=2)
    written = result.stdout.str()
    assert "INTERNALERROR" not in written
    assert len(written) < 100_000
    assert {char for char in written if not char.isprintable()} <= {"\n", "\t"}
    result.stdout.fnmatch_lines(["the end"])
    assert left() == []
