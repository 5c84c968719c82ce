"""What `container(wait_for=...)` can wait for.

A container runs, has its addresses and listens on its published ports before any of these is asked. They are asked in
their order, again and again, until all of them hold in one look: a server that answers, and then restarts while the
next probe is still waited for, is asked anew.
"""

from __future__ import annotations

import inspect
import re
import shlex
from abc import ABC, abstractmethod
from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, cast

from .exceptions import Conflict, DeadlineExceeded, UsageError
from .output import decoded, printable, shown
from .templates import Number, Text, Value

if TYPE_CHECKING:
    from .driver import Facts
    from .wrappers.container import Container

__tracebackhide__ = True

__all__ = ["Exec", "Exited", "Healthy", "Http", "LogLine", "Probe"]

ENDED = ("exited", "dead")
# Characters of an output that a sentence has.
_SHOWN = 400
# No time will mend these in the function of a user.
_MISTAKES = (ImportError, NameError)


class Probe(ABC):
    """A question to a container, which says what is still missing.

    A dataclass that is derived from this may have references to fixtures in its fields, as those here.
    """

    @abstractmethod
    def missing(self, container: Container) -> str | None:
        """Look once. None where all is well, else what is not, as a part of a sentence.

        `container.attrs` hold as of a moment ago. A call should take no longer than `container.patience()` seconds.
        What is raised, other than `DeadlineExceeded`, ends the wait.
        """


@dataclass(frozen=True)
class Healthy(Probe):
    """The health check of the container, or of its image, succeeds.

    An engine tries it for the first time after its `interval`, which is 30 s where nothing else is said.
    """

    def missing(self, container: Container) -> str | None:
        """Ask the engine what the check has found. Raises `UsageError` where there is none."""
        if not has_health_check(container.attrs):
            raise UsageError(
                f"container(wait_for=Healthy()): container {container.name!r} has no health check, and its image has "
                "none. Give it one with container(healthcheck=...), or wait for something else."
            )
        found = container.driver.health(container.attrs, timeout=container.patience()) or {}
        if found.get("Status") == "healthy":
            return None
        return f"its health check says {found.get('Status') or 'nothing'}{_last_check(found)}"


def has_health_check(container: Facts) -> bool:
    """Say whether a container, whose facts these are, has a health check, of its own or of its image."""
    test = (container["Config"].get("Healthcheck") or {}).get("Test")
    return bool(test) and test != ["NONE"]


def _last_check(health: Facts) -> str:
    tries = health.get("Log") or []
    if not tries:
        return ", as it has not been tried yet"
    last = tries[-1]
    return f"; the last try ended with exit code {last['ExitCode']}{_said(last.get('Output') or '')}"


@dataclass(frozen=True)
class LogLine(Probe):
    """A regular expression is found, so many `times`, in what the container has written since it was last started.

    `^` and `$` are the ends of a line. In a pattern, a literal brace is doubled, as in every string of a factory.
    """

    pattern: Text
    times: Number = 1

    def missing(self, container: Container) -> str | None:
        """Search the log. Raises `UsageError` for what is no regular expression."""
        pattern, times = self._pattern(), _whole("LogLine(times=...)", self.times)
        log = decoded(container.log_bytes(since=container.log_begins())).replace("\r\n", "\n")
        found = sum(1 for _ in pattern.finditer(log))
        if found >= times:
            return None
        often = f" {times} times, but {found}" if times > 1 else ""
        return f"{str(self.pattern)!r} is not found in its log{often}"

    def _pattern(self) -> re.Pattern[str]:
        try:
            return re.compile(str(self.pattern), re.MULTILINE)
        except re.error as error:
            raise UsageError(f"LogLine({str(self.pattern)!r}) is no regular expression: {error}.") from None


@dataclass(frozen=True)
class Http(Probe):
    """A GET of a path is answered, within 5 s, with this status, or one of these; redirects are not followed.

    `port` is the container's, such as "8080/tcp"; it may be left out where one TCP port is published. Certificates of
    `https` are not verified.
    """

    path: Text = "/"
    status: Value[int | Collection[int]] = range(200, 400)
    port: Value[str | int] | None = None
    scheme: Text = "http"

    def missing(self, container: Container) -> str | None:
        """Send the request. Raises `UsageError` where it is not clear to where."""
        from . import http_request  # what it needs takes a while to import

        if self.scheme not in ("http", "https"):
            raise UsageError(f"Http(scheme=...) takes 'http' or 'https', not {self.scheme!r}.")
        statuses = self._statuses()
        url = container.url(self._port(container), scheme=str(self.scheme), path=str(self.path) or "/")
        answer = http_request.get(url, container.patience())
        url = printable(url)
        if isinstance(answer, str):
            return f"GET {url} was not answered: {answer}"
        return None if answer in statuses else f"GET {url} was answered with status {answer}"

    def _statuses(self) -> Collection[int]:
        status = cast(Any, self.status)
        several = isinstance(status, Collection) and not isinstance(status, str)
        return {_whole("Http(status=...)", item) for item in (status if several else [status])}

    def _port(self, container: Container) -> str | int:
        if self.port is not None:
            return cast("str | int", self.port)
        published = [key for key in container.ports if key.endswith("/tcp")]
        if len(published) != 1:
            raise UsageError(
                f"container(wait_for=Http(...)): container {container.name!r} publishes "
                f"{', '.join(published) or 'no TCP port'}. Say which one is meant: Http(port='80/tcp')."
            )
        return published[0]


@dataclass(frozen=True)
class Exec(Probe):
    """A command in the container ends with this exit code. A string is split as a shell would."""

    command: Value[Sequence[Text]]
    exit_code: Number = 0

    def missing(self, container: Container) -> str | None:
        """Run the command."""
        command, expected = cast("str | Sequence[str]", self.command), _whole("Exec(exit_code=...)", self.exit_code)
        try:
            code, output = container.exec_run(command)
        except Conflict:
            return "it has stopped since the last look"
        if code == expected:
            return None
        words = command if isinstance(command, str) else shlex.join(map(str, command))
        return f"the command {words!r} ended with exit code {code}{_said(decoded(cast(bytes, output)))}"


@dataclass(frozen=True)
class Exited(Probe):
    """The container has ended with this exit code: it does its work once, such as a migration. Its log stays."""

    exit_code: Number = 0

    def missing(self, container: Container) -> str | None:
        """Look at its state."""
        state, code = container.attrs["State"], _whole("Exited(exit_code=...)", self.exit_code)
        if state["Status"] not in ENDED:
            return f"it has not ended; its state is {state['Status']!r}"
        return None if state["ExitCode"] == code else f"it ended with exit code {state['ExitCode']}, not {code}"


class Check(Probe):
    """What a function, called with the container, returns is true. What it raises means not yet."""

    def __init__(self, function: Callable[[Any], Any]) -> None:
        self.function = function

    def missing(self, container: Container) -> str | None:
        """Call the function. `ImportError` and `NameError`, which no time mends, are raised."""
        try:
            answer = self.function(container)
        except (DeadlineExceeded, *_MISTAKES):
            raise
        except Exception as error:
            return f"{self} raised {type(error).__name__}{_said(str(error))}"
        return None if answer else f"{self} returned {answer!r}"

    def __str__(self) -> str:
        return f"{getattr(self.function, '__name__', type(self.function).__name__)}()"


# Those whose answer takes a call of the engine, or of the container.
ASKING = (Exec, Healthy, Http, LogLine)


def _whole(what: str, value: Any) -> int:
    """Give a whole number, which a template may have as text. Raises `UsageError`."""
    try:
        return int(value)
    except (TypeError, ValueError):
        raise UsageError(f"{what} takes a whole number, not {value!r}.") from None


def _said(output: str) -> str:
    said = shown(output.strip(), _SHOWN)
    return f": {said}" if said else ""


def expects_end(container: Container) -> bool:
    """Say whether a container is to end by itself."""
    return any(isinstance(probe, Exited) for probe in container.wait_for)


def is_done(container: Container) -> bool:
    """Say whether a container has ended as it was to, by its facts."""
    return any(isinstance(probe, Exited) and probe.missing(container) is None for probe in container.wait_for)


def checked(wait_for: Any) -> tuple[Probe, ...]:
    """Give the probes in a value of `wait_for`, in which references are replaced. Raises `UsageError`."""
    several = wait_for if isinstance(wait_for, (list, tuple)) else [] if wait_for is None else [wait_for]
    probes = tuple(probe(item) for item in several)
    if any(isinstance(item, Exited) for item in probes):
        for other in probes:
            if isinstance(other, (Exec, Healthy, Http)):
                raise UsageError(
                    f"container(wait_for=[...]) has Exited(), for a container that ends, and {type(other).__name__}(), "
                    "which takes one that runs. Leave one of them out."
                )
    return probes


def probe(item: Any) -> Probe:
    """Give a probe, which a function of the container is made one. Raises `UsageError` for anything else."""
    if isinstance(item, Probe):
        return item
    if callable(item) and not isinstance(item, type):
        _raise_if_not_called_so(item)
        return Check(item)
    raise UsageError(
        f"container(wait_for=...) takes a probe, a function of the container, or a list of them, not {item!r}. Probes "
        "are Exec, Exited, Healthy, Http and LogLine, of pytest_docker_tools.probes."
    )


def _raise_if_not_called_so(function: Callable[..., Any]) -> None:
    """Raise `UsageError` for a function that cannot be called with a container alone, or gives a coroutine."""
    try:
        inspect.signature(function).bind(None)
    except ValueError:
        # Not every function of C has one.
        return
    except TypeError as error:
        raise UsageError(f"container(wait_for=...): {function!r} is called with the container: {error}.") from None
    if inspect.iscoroutinefunction(function):
        raise UsageError(f"container(wait_for=...): {function!r} is async, and nobody would await it. Make it a def.")


def sentence(probe: Probe, missing: Any) -> str:
    """Give what a probe says is missing. Raises `UsageError` where it says something else."""
    if not isinstance(missing, str) or not missing:
        raise UsageError(f"{probe}.missing() returned {missing!r}, not None or what is missing.")
    return missing
