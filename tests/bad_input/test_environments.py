"""Settings that cannot be meant, and logs that no terminal should see."""

from __future__ import annotations

import pytest

from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from ..conftest import Run
from .conftest import GOOD, Table, Told, require_calm

CHOICE = "takes {}, not 'nonsense'."
SECONDS = "The ini option {} takes a number of seconds above 0, not {!r}."


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        ("docker_logs=nonsense", f"The ini option docker_logs {CHOICE.format('all, tail or none')}"),
        ("docker_overlap=nonsense", f"The ini option docker_overlap {CHOICE.format('ordered, graph or off')}"),
        ("docker_reuse=nonsense", f"The ini option docker_reuse {CHOICE.format('off, named or auto')}"),
        ("docker_reuse_ttl=soon", SECONDS.format("docker_reuse_ttl", "soon")),
        ("docker_ttl=-1", SECONDS.format("docker_ttl", "-1")),
        ("docker_ttl=nan", SECONDS.format("docker_ttl", "nan")),
        ("docker_ttl=inf", SECONDS.format("docker_ttl", "inf")),
    ],
)
def test_a_setting_that_ends_the_run(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, setting: str, sentence: str
) -> None:
    """An option with a value that it does not have is one sentence before any test, and an error of usage."""
    pytester.makepyfile(GOOD)
    result = run("-o", setting)
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    assert f"ERROR: {sentence}" in [*result.stderr.lines, *result.outlines]
    require_calm(result, engine)


def test_a_variable_that_ends_the_run(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So is a variable of the environment."""
    monkeypatch.setenv("PYTEST_DOCKER_REUSE", "nonsense")
    pytester.makepyfile(GOOD)
    result = run()
    assert result.ret == pytest.ExitCode.USAGE_ERROR
    result.stderr.fnmatch_lines(["*environment variable PYTEST_DOCKER_REUSE takes off, named or auto, not 'nonsense'."])
    require_calm(result, engine)


@pytest.mark.parametrize(
    ("setting", "definition", "sentence"),
    [
        (
            "docker_pull_policy=nonsense",
            "fetch(repository='app')",
            "UsageError: The ini option docker_pull_policy takes 'missing' or 'always', not 'nonsense'.",
        ),
        (
            "docker_image_prefix=https://mirror",
            "fetch(repository='app')",
            "UsageError: The ini option docker_image_prefix takes what names of images begin with, such as "
            "'mirror.example.org/hub', not 'https://mirror'.",
        ),
    ],
)
def test_a_setting_that_ends_a_fixture(told: Told, setting: str, definition: str, sentence: str) -> None:
    """A setting of one factory is told by the fixtures of that."""
    told({"it": (definition, sentence)}, "-o", setting)


@pytest.mark.parametrize(
    ("setting", "sentence"),
    [
        (
            "docker_host_address=http://x:1",
            "E *UsageError: The ini option docker_host_address takes a name or an address without scheme or port, such "
            "as host.docker.internal or 192.0.2.7, not 'http://x:1'.",
        ),
        (
            "docker_publish_address=nonsense",
            "E *UsageError: The ini option docker_publish_address takes an address of the engine's machine, such as "
            "127.0.0.1, not 'nonsense'.",
        ),
    ],
)
def test_a_setting_of_containers(
    pytester: pytest.Pytester, run: Run, engine: MemoryEngine, setting: str, sentence: str
) -> None:
    """A setting of containers is told by each of them, and tests without one run."""
    pytester.makepyfile(f"{GOOD}\ndef test_other(net, vol): ...")
    result = run("-o", setting)
    result.assert_outcomes(errors=1, passed=1)
    result.stdout.fnmatch_lines([sentence])
    require_calm(result, engine)


LOGS = {
    "huge": b"x" * 20_000_000,
    "lines": b"x\n" * 50_000,
    "binary": bytes(range(256)) * 1000,
    "commands": b"\x1b[2J\x1b]0;title\x07\r\x08\x00\xff\n" * 1000,
    "nothing": b"",
}


@pytest.mark.parametrize("log", LOGS)
def test_logs(pytester: pytest.Pytester, run: Run, engine: MemoryEngine, log: str) -> None:
    """Whatever a container writes, a report is short, has no control character, and the run goes on."""
    engine.add_image("loud:latest", MemoryImage(logs=LOGS[log]))
    pytester.makepyfile(
        "from pytest_docker_tools import *\nfrom pytest_docker_tools.probes import *\n"
        "it = container(image='loud')\n"
        "never = container(image='loud', wait_for=LogLine('no such line'), timeout=0.01)\n"
        "def test_it(it): assert False\ndef test_never(never): ..."
    )
    pytester.makepyfile(test_zz_good=GOOD)
    result = run()
    result.assert_outcomes(failed=1, errors=1, passed=1)
    result.stdout.fnmatch_lines(["E *ContainerNotReady*'no such line' is not found in its log*"])
    result.stdout.fnmatch_lines(["*docker container it*"])
    written = result.stdout.str()
    assert len(written) < 100_000
    assert {char for char in written if not char.isprintable()} <= {"\n", "\t"}
    require_calm(result, engine)


FAULTS: Table = {
    "probe_raises": (
        "container(image='app', wait_for=lambda c: 1 / 0, timeout=0.01)",
        "ContainerNotReady: Container … was not ready within 0.01 seconds: <lambda>() raised ZeroDivisionError: "
        "division by zero. Give it longer with timeout= if it is only slow.\nThe last it wrote:\nhello from the app",
    ),
    "removes_itself": (
        "container(image='app', wait_for=lambda c: c._container.remove(force=True))",
        "ContainerFailed: Container … was removed before it was ready.",
    ),
    "network_removed": (
        "net = network()\nit = container(image='app', network='{net.name}')\n"
        "def test_it(net, it):\n    net.disconnect(it.id)\n    net.remove()\n    it.reload()\n    it.ips.primary",
        "UsageError: The container has no address: it does not run, or its network mode gives it none.",
    ),
    "removed": (
        "it = container(image='app')\ndef test_it(it):\n    it._container.remove(force=True)\n    it.logs()",
        "NotFound: No such container: …. It was removed, or never made in this engine.",
    ),
}


def test_containers_that_do_harm(told: Told) -> None:
    """What a test or a probe does to its own container, or to its network, is told, and holds up nothing."""
    told(FAULTS)
