"""A container of a failing test in words, as far as they may be shown to anyone: no values of its environment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from .. import addresses
from ..exceptions import DockerToolsError
from ..output import decoded, printable
from ..references import is_image_id
from . import commands
from .look import PATIENCE, Look, Unknown

if TYPE_CHECKING:
    from ..driver import Facts
    from ..ledger import Entry

__tracebackhide__ = True

Logs = Literal["all", "tail", "none"]
# The most that is shown of the end of a log, and of what a health check said last.
LINES = 100
CHARACTERS = 20_000
CHECK_CHARACTERS = 1000
_WIDTH = 8


def describe(entry: Entry, seen: Look, *, logs: Logs, stays: bool, file: str | None) -> str:
    """Give several lines about a container, which end with its log as `logs` has it.

    `stays` says that the container is there after its fixture, `file` where all of its log is.
    """
    facts = seen.facts if isinstance(seen.facts, dict) else entry.facts
    is_new = facts is seen.facts and not seen.state_is_old
    rows = {
        "image": _image(entry, facts),
        "name": f"{_name(entry, facts)} (id {entry.ref[:12]})",
        "state": _state(seen),
        "health": _health(facts) if is_new else None,
        "ready": _ready(entry),
        "ports": _ports(entry, facts) if is_new and not entry.removed else None,
        "look": None if seen.facts is None else _commands(entry, facts, stays),
        "file": file,
        "log": _about_log(seen, logs),
    }
    above = "\n".join(_row(label, text) for label, text in rows.items() if text)
    return f"{printable(above)}\n{_log(seen, logs)}".rstrip("\n")


def _row(label: str, text: str) -> str:
    return f"{label + ':':{_WIDTH}}{text.rstrip()}".replace("\n", "\n" + " " * _WIDTH)


def _image(entry: Entry, facts: Facts) -> str | None:
    """Give its name, or for one that is known by its id what the fixture refers to."""
    image: str | None = facts.get("Config", {}).get("Image")
    if image is None or entry.image is None or not is_image_id(image):
        return image
    return f"{entry.image} ({image[:-52]})"


def _name(entry: Entry, facts: Facts) -> str:
    return str(facts.get("Name", entry.ref)).lstrip("/")


def _state(seen: Look) -> str:
    if seen.facts is None:
        return "it does not exist any more: the test has removed it, or with remove=True the engine, when it ended"
    if isinstance(seen.facts, Unknown):
        return f"unknown: {seen.facts}"
    state, restarts = seen.facts["State"], seen.facts.get("RestartCount")
    said = [
        str(state["Status"]),
        f"exit code {state.get('ExitCode')}" if state["Status"] in ("dead", "exited", "restarting") else "",
        "out of memory" if state.get("OOMKilled") else "",
        f"restarts: {restarts}" if restarts else "",
        str(state.get("Error") or ""),
        "when it was last looked at" if seen.state_is_old else "",
    ]
    return ", ".join(filter(None, said))


def _ready(entry: Entry) -> str | None:
    """Give what the last look for readiness has found, if there was one."""
    if entry.container is None:
        return None
    if entry.container.waits_for:
        return f"no: {entry.container.waits_for}"
    return None if entry.failed else "yes, when it was last looked at"


def _health(facts: Facts) -> str | None:
    health = facts["State"].get("Health") or {}
    # Without a check, podman has an empty status.
    if health.get("Status") in (None, "", "none"):
        return None
    said = [str(health["Status"])]
    if health.get("FailingStreak"):
        said.append(f"failed checks in a row: {health['FailingStreak']}")
    for check in (health.get("Log") or [])[-1:]:
        output = str(check.get("Output") or "").strip()[-CHECK_CHARACTERS:]
        said.append(f"the last check ended with exit code {check.get('ExitCode')}{output and ': '}{output}")
    return ", ".join(said)


def _ports(entry: Entry, facts: Facts) -> str:
    published = facts["NetworkSettings"].get("Ports") or {}
    return "\n".join(_address(entry, facts, key) for key, places in published.items() if places)


def _address(entry: Entry, facts: Facts, key: str) -> str:
    chosen = entry.container.host_address if entry.container else None
    try:
        host, port = addresses.address_of(facts, key, entry.driver, host_address=chosen, timeout=PATIENCE)
    except DockerToolsError as error:
        return f"{key}: {error}"
    return f"{key} at {addresses.joined(host, port)}"


def _commands(entry: Entry, facts: Facts, stays: bool) -> str:
    if entry.removed:
        return "it is removed by now" + ("" if stays else "; --docker-keep=failed keeps it")
    running = facts.get("State", {}).get("Status") == "running"
    lines = commands.to_look_at(entry.driver.client_command(), "container", _name(entry, facts), running=running)
    return "\n".join([*lines, *([] if stays else [f"(until {entry.until} ends; --docker-keep=failed keeps it)"])])


def _about_log(seen: Look, logs: Logs) -> str | None:
    if seen.log is None:
        return None
    if isinstance(seen.log, Unknown):
        return f"it cannot be read: {seen.log}"
    since = "since this test began" if seen.since else ""
    if not seen.log:
        return f"nothing was written {since}"
    text = decoded(seen.log)
    cut = "the end of it, --docker-logs=all shows it all" if logs == "tail" and _tail(text) != text else ""
    return ", ".join(filter(None, [since, cut])) or "all of it"


def _log(seen: Look, logs: Logs) -> str:
    if not isinstance(seen.log, bytes):
        return ""
    text = decoded(seen.log)
    return printable(_tail(text) if logs == "tail" else text)


def _tail(text: str) -> str:
    """Give the last lines, or less where they are long."""
    end = text.removesuffix("\n").split("\n")[-LINES:]
    return ("\n".join(end) + text[len(text.removesuffix("\n")) :])[-CHARACTERS:]
