"""A container in words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

import pytest

from pytest_docker_tools.client import Client
from pytest_docker_tools.failures.description import CHARACTERS, LINES, Logs, describe
from pytest_docker_tools.failures.look import Look, Unknown
from pytest_docker_tools.ledger import Entry
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine
from pytest_docker_tools.wrappers import Container


@pytest.fixture
def entry(engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch) -> Entry:
    """A running container with a password in its environment, whose engine has a client."""
    monkeypatch.setattr(MemoryDriver, "client_command", lambda self: ("memory",))
    driver = MemoryDriver(engine)
    options = {"image": "app", "name": "shop-db", "environment": {"PASSWORD": "hunter2"}, "ports": {"80/tcp": 8080}}
    ref = driver.create_container(options)
    driver.start(ref)
    entry = Entry("container", ref, driver, "db", object(), None)
    entry.container = Container(Client(driver).containers.get(ref))
    return entry


def described(entry: Entry, seen: Look, *, logs: Logs = "tail", stays: bool = False) -> dict[str, str]:
    """Give the description by its labels, and the log as `output`."""
    text = describe(entry, seen, logs=logs, stays=stays, file=None)
    above, _, log = text.partition("\nlog:")
    about, _, output = log.partition("\n")
    rows = (row.split(":", 1) for row in re.split(r"\n(?=\w)", above))
    return {**{label: re.sub("\n +", "\n", row.strip()) for label, row in rows}, "log": about.strip(), "output": output}


def changed(entry: Entry, state: Mapping[str, Any], **facts: Any) -> Look:
    """Give a look at the container in another state."""
    known = entry.facts
    return Look({**known, **facts, "State": {**known["State"], **state}})


def test_a_running_container(entry: Entry) -> None:
    """Image, name, state, addresses and commands are told, and nothing of the environment."""
    text = describe(entry, Look(entry.facts), logs="tail", stays=True, file="logs/db.log")
    assert text.split("\n") == [
        "image:  app",
        f"name:   shop-db (id {entry.ref[:12]})",
        "state:  running",
        "ready:  yes, when it was last looked at",
        "ports:  80/tcp at 127.0.0.1:8080",
        "look:   memory exec -it shop-db sh",
        "        memory logs shop-db",
        "        memory inspect shop-db",
        "file:   logs/db.log",
    ]


@pytest.mark.parametrize("prefix", ["", "sha256:"])
def test_the_image(entry: Entry, prefix: str) -> None:
    """An id says less than what the fixture refers to, and is shown in short, in either form that engines have."""
    entry.image = "{app.id}"
    seen = Look({**entry.facts, "Config": {**entry.facts["Config"], "Image": f"{prefix}{'ab' * 32}"}})
    assert described(entry, seen)["image"] == f"{{app.id}} ({prefix}{'ab' * 6})"


def test_how_long_the_commands_can_be_used(entry: Entry) -> None:
    """Below the commands it says how long the container is there, and after its removal there are none."""
    assert "--docker-keep=failed" in described(entry, Look(entry.facts))["look"]
    entry.end(removed=True)
    assert described(entry, Look(entry.facts))["look"] == "it is removed by now; --docker-keep=failed keeps it"
    assert "look" not in described(entry, Look(None))


@pytest.mark.parametrize(
    ("state", "facts", "expected"),
    [
        ({"Status": "exited", "ExitCode": 3}, {}, "exited, exit code 3"),
        ({"Status": "exited", "ExitCode": 137, "OOMKilled": True}, {}, "exited, exit code 137, out of memory"),
        ({"Status": "running", "OOMKilled": True}, {}, "running, out of memory"),
        ({"Status": "restarting", "ExitCode": 1}, {"RestartCount": 4}, "restarting, exit code 1, restarts: 4"),
        ({"Status": "created", "Error": "no such\x1bprogram"}, {}, r"created, no such\x1bprogram"),
        ({"Status": "paused"}, {"RestartCount": 0}, "paused"),
    ],
)
def test_states(entry: Entry, state: dict[str, Any], facts: dict[str, Any], expected: str) -> None:
    """Exit code, want of memory, restarts and the engine's error are told where there are any."""
    found = described(entry, changed(entry, state, **facts))
    assert found["state"] == expected
    assert ("exec" in found["look"]) is (state["Status"] == "running")


@pytest.mark.parametrize(
    ("health", "expected"),
    [
        (None, None),
        ({"Status": "", "FailingStreak": 0, "Log": None}, None),
        ({"Status": "none"}, None),
        ({"Status": "starting", "FailingStreak": 0, "Log": []}, "starting"),
        (
            {"Status": "healthy", "FailingStreak": 0, "Log": [{"ExitCode": 0, "Output": ""}]},
            "healthy, the last check ended with exit code 0",
        ),
        (
            {
                "Status": "unhealthy",
                "FailingStreak": 3,
                "Log": [{"ExitCode": 0, "Output": "old"}, {"ExitCode": 1, "Output": "no\nanswer\x07\n"}],
            },
            "unhealthy, failed checks in a row: 3, the last check ended with exit code 1: no\nanswer\\x07",
        ),
    ],
)
def test_health(entry: Entry, health: dict[str, Any] | None, expected: str | None) -> None:
    """The health check's status, failures and last output are told where the container has a check."""
    assert described(entry, changed(entry, {"Health": health})).get("health") == expected


def test_what_readiness_missed(entry: Entry) -> None:
    """What the last look for readiness found missing is told, or that it was nothing, or that there was no look."""
    assert entry.container
    assert described(entry, Look(entry.facts))["ready"] == "yes, when it was last looked at"
    entry.failed = True
    assert "ready" not in described(entry, Look(entry.facts))
    entry.container.waits_for = "nothing listens on its port 80/tcp"
    assert described(entry, Look(entry.facts))["ready"] == "no: nothing listens on its port 80/tcp"


def test_a_port_without_a_way_to_it(entry: Entry) -> None:
    """A port that is not reached from here has a sentence in place of the address."""
    facts = {**entry.facts, "HostConfig": {"NetworkMode": "container:gone"}}
    assert "gone" in described(entry, Look(facts))["ports"]


def test_what_is_not_known(entry: Entry) -> None:
    """Of a container that cannot be seen, what was known of it before, and why it cannot."""
    found = described(entry, Look(Unknown("the engine does not answer")))
    assert (found["image"], found["state"]) == ("app", "unknown: the engine does not answer")
    found = described(entry, Look(entry.facts, b"a log\n", state_is_old=True))
    assert (found["state"], found["output"]) == ("running, when it was last looked at", "a log")
    assert "ports" not in found
    assert described(entry, Look(None))["state"].startswith("it does not exist any more")
    assert described(entry, Look(entry.facts, Unknown("no way")))["log"] == "it cannot be read: no way"


def test_a_container_without_wrapper(entry: Entry) -> None:
    """One that its wrapper class refused, and nobody could look at, has its id at least."""
    entry.container = None
    assert entry.ref[:12] in described(entry, Look(Unknown("no answer")))["name"]


@pytest.mark.parametrize(
    ("log", "since", "about", "output"),
    [
        (b"a\nb\n", None, "all of it", "a\nb"),
        (b"a\nb\n", 1.0, "since this test began", "a\nb"),
        (b"", None, "nothing was written", ""),
        (b"", 1.0, "nothing was written since this test began", ""),
        (b"no end", None, "all of it", "no end"),
        (b"caf\xc3\xa9 \xff\x1b[31m\r\n", None, "all of it", r"café \xff\x1b[31m\r"),
    ],
)
def test_logs(entry: Entry, log: bytes, since: float | None, about: str, output: str) -> None:
    """The log ends the description, with escapes for what is no text, and it says of what time it is."""
    found = described(entry, Look(entry.facts, log, since=since))
    assert (found["log"], found["output"]) == (about, output)


@pytest.mark.parametrize(
    ("log", "output"),
    [
        (b"".join(b"%d\n" % number for number in range(LINES + 1)), "\n".join(map(str, range(1, LINES + 1)))),
        (b"x" * CHARACTERS + b"end\n", "x" * (CHARACTERS - 4) + "end"),
    ],
)
def test_long_logs(entry: Entry, log: bytes, output: str) -> None:
    """A log that is long in lines or characters is cut to its end, and says so, unless all of it is wanted."""
    found = described(entry, Look(entry.facts, log, since=1.0))
    assert found["log"] == "since this test began, the end of it, --docker-logs=all shows it all"
    assert found["output"] == output
    found = described(entry, Look(entry.facts, log), logs="all")
    assert (found["log"], found["output"]) == ("all of it", log.decode().rstrip("\n"))


def test_no_log_is_mentioned_where_none_is_wanted(entry: Entry) -> None:
    """Without a log that was read, there is no word of it."""
    assert "log:" not in describe(entry, Look(entry.facts), logs="none", stays=False, file=None)
