"""Calls of the engine that end in time.

docker-py waits as long as the engine is silent, longer if it says a word now and then, and has no way to end that. So
each call is made in a thread of its own, and its caller waits for results until the deadline, until `close`, or until
Ctrl-C. When nobody waits any more, the thread's connection is shut down, which ends it.
"""

from __future__ import annotations

import contextlib
import queue
import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any, Generic, TypeVar, cast

from docker import APIClient
from docker.errors import APIError
from requests import PreparedRequest, Response
from requests.adapters import BaseAdapter

from pytest_docker_tools.contexts import contextmanager
from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.exceptions import DeadlineExceeded, DriverError

from .errors import EngineUnavailable, said_by, translated, unavailable

__tracebackhide__ = True

T = TypeVar("T")

# Seconds between two looks whether there is still somebody who wants the result.
_GLANCE = 0.1
# Seconds for a thread to end, and for an engine that was asked to make something to say that it has.
_MOMENT = 1.0
# A producer that is faster than its reader waits.
_WAITING = 100
# Seconds in which an engine takes a connection or is not there, also for what may take for ever.
_CONNECT = 60.0


class _Abandoned(Exception):
    """Nobody waits for the result."""


class View(APIClient):
    """docker-py's client as one call has it: the same connections, and requests that end with the call."""

    def __init__(self, api: APIClient, call: Call[Any]) -> None:
        vars(self).update(vars(api))
        # `send` knows better; and docker-py would add to a number.
        self.timeout = None  # type: ignore[assignment]
        self._call = call

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Send a request, and read the answer where docker-py wants it whole."""
        whole = not kwargs.get("stream")
        kwargs.update(stream=True, timeout=self._call.patience())
        response = self._call.answered(super().send(request, **kwargs))
        if whole:
            # Only now, when the call can end it.
            self._call.has_read(response, response.content)
        return response

    def get_adapter(self, url: str) -> BaseAdapter:
        """Give the client's own adapter, which tells the call of the connection that it takes."""
        adapter: Any = super().get_adapter(url)

        def choose_pool(*args: Any, **kwargs: Any) -> Any:
            pool = adapter.get_connection_with_tls_context(*args, **kwargs)
            own = _shallow_copy(pool)
            take = own._get_conn
            own._get_conn = lambda timeout=None: self._call.uses(take(timeout))
            # The client may have closed the pool meanwhile, and keeps no connection then.
            own._put_conn = pool._put_conn
            return own

        own = _shallow_copy(adapter)
        own.get_connection_with_tls_context = choose_pool
        return cast(BaseAdapter, own)


def _shallow_copy(thing: Any) -> Any:
    """Give an object with the same state, methods of which can be replaced."""
    made = object.__new__(type(thing))
    vars(made).update(vars(thing))
    return made


class Call(Iterator[T], Generic[T]):
    """What comes of one call, in the order in which it does. It has not been made before it is started."""

    def __init__(self, calls: Calls, asked: str, deadline: Deadline) -> None:
        self.over = False
        self.asked = asked
        self._calls, self._deadline = calls, deadline
        self._results: queue.Queue[tuple[T | None, BaseException | None]] = queue.Queue(_WAITING)
        self._abandoned = False
        # Where an answer is awaited, and answers that are being read.
        self._connection: Any = None
        self._answers: list[Response] = []
        self._thread: threading.Thread | None = None
        self._has_ended = threading.Event()

    def start(self, work: Callable[[View], Iterable[T]]) -> None:
        """Let a thread do the work."""
        self._thread = threading.Thread(target=self._run, args=(work,), name="docker-py", daemon=True)
        self._thread.start()

    # In the thread

    def _run(self, work: Callable[[View], Iterable[T]]) -> None:
        try:
            self._make(work)
        finally:
            self._has_ended.set()

    def _make(self, work: Callable[[View], Iterable[T]]) -> None:
        end: BaseException = StopIteration()
        try:
            for result in work(self._calls.connected(self)):
                self._put(result, None)
        except DriverError as error:
            end = error
        except BaseException as error:
            # Not raised from this one, whose frames hold all that was sent, passwords too.
            end = translated(error, self.asked, self._calls.url)
        for response in self._answers:
            response.close()
        with contextlib.suppress(_Abandoned):
            self._put(None, end)

    def _put(self, result: T | None, error: BaseException | None) -> None:
        while not self._abandoned:
            with contextlib.suppress(queue.Full):
                self._results.put((result, error), timeout=_GLANCE)
                return
        raise _Abandoned

    def patience(self) -> tuple[float, float | None]:
        """Give the seconds to connect in, and those that the engine may be silent: a little more than is waited."""
        if self._abandoned:
            raise _Abandoned
        left = self._deadline.left
        return self._deadline.at_most(_CONNECT) + _GLANCE, None if left is None else left + _GLANCE

    def uses(self, connection: Any) -> Any:
        """Take note of the connection over which the engine is asked."""
        self._connection = connection
        return connection

    def answered(self, response: Response) -> Response:
        """Take note of what the engine answers; the connection may soon be another call's."""
        self._answers.append(response)
        self._connection = None
        if self._abandoned:
            self._shut()
        return response

    def has_read(self, response: Response, content: bytes) -> None:
        """Forget an answer, which has been read to its end."""
        self._answers.remove(response)

    # For the caller

    def __next__(self) -> T:
        result, error = self._next()
        if error is None:
            return result  # type: ignore[return-value]
        self.over = True
        self._calls.refuse_if_closed(self.asked)
        raise error

    def _next(self) -> tuple[T | None, BaseException | None]:
        while not self._abandoned and not self.over:
            self._calls.refuse_if_closed(self.asked)
            with contextlib.suppress(queue.Empty):
                return self._results.get(timeout=self._deadline.at_most(_GLANCE))
            if self._deadline.passed:
                raise self._late()
        return None, StopIteration()

    def _late(self) -> DeadlineExceeded:
        return DeadlineExceeded(
            f"docker-py could not {self.asked}: the engine at {self._calls.url} was not done after "
            f"{self._deadline.seconds:g} seconds. See whether it answers; if it is only slow, allow it more time (the "
            "ini option docker_timeout is what a call gets that is given no time of its own)."
        )

    def settle(self) -> None:
        """Give the engine a moment to begin its answer, after an interrupt: what it makes can then be found."""
        if self._connection is not None:
            self.join()

    def abandon(self) -> None:
        """End the call. What it has not given yet is lost."""
        self._abandoned = True
        if not self.over:
            self._shut()

    def _shut(self) -> None:
        sockets: list[Callable[[], Any]] = [lambda: self._connection.sock]
        sockets += [partial(_socket_of, response) for response in self._answers]
        for find in sockets:
            # There is none before a connection is made, nor after an answer was read to its end.
            with contextlib.suppress(AttributeError, OSError):
                find().shutdown(socket.SHUT_RDWR)

    def join(self) -> None:
        """Wait a moment for the thread to end, which an interrupt may have kept from starting."""
        if self._thread is not None and self._has_ended.wait(_MOMENT):
            self._thread.join(_MOMENT)


def _socket_of(response: Response) -> Any:
    raw = cast(Any, response.raw)._fp.fp.raw
    return getattr(raw, "_sock", raw)


class Calls:
    """All calls of one driver.

    `connect` gives docker-py's client, which does not know the version of the engine yet; it is called when the first
    call is made. An `api` is one that there is.
    """

    def __init__(self, connect: Callable[[], APIClient], url: Callable[[], str], api: APIClient | None = None) -> None:
        self.api = api
        self._connect, self._url = connect, url
        self._connecting, self._lock = threading.Lock(), threading.Lock()
        self._knows_version = api is not None
        self._running: set[Call[Any]] = set()
        self._closed = False

    @property
    def url(self) -> str:
        """The engine's address, for messages."""
        return self._url()

    @property
    def connected_api(self) -> APIClient | None:
        """docker-py's client, None before a call has found out the version of the engine."""
        return self.api if self._knows_version else None

    def run(self, asked: str, work: Callable[[View], T], deadline: Deadline) -> T:
        """Give the result of a call. `asked` completes "docker-py could not ..."."""
        with self.stream(asked, lambda api: [work(api)], deadline) as results:
            [result] = results
        return result

    @contextmanager
    def stream(self, asked: str, work: Callable[[View], Iterable[T]], deadline: Deadline) -> Iterator[Iterator[T]]:
        """Give the results of a call as they come. There are none once the context is left."""
        call: Call[T] = Call(self, asked, deadline)
        self._register(call)
        ends_soon = True
        try:
            call.start(work)
            yield call
        except DriverError:
            ends_soon = call.over
            raise
        except BaseException:
            call.settle()
            raise
        finally:
            call.abandon()
            if ends_soon:
                call.join()
            with self._lock:
                self._running.discard(call)

    def _register(self, call: Call[Any]) -> None:
        with self._lock:
            self.refuse_if_closed(call.asked)
            self._running.add(call)

    def connected(self, call: Call[Any]) -> View:
        """Give docker-py's client to a call, in the thread of which that is made if it must be."""
        with self._connecting:
            if self.api is None:
                self.api = self._connect()
        view = View(self.api, call)
        if not self._knows_version:
            self.api._version = view._version = self._ask_version(view)  # type: ignore[attr-defined]
            self._knows_version = True
        return view

    def _ask_version(self, view: View) -> str:
        asked = "reach the engine"
        try:
            return str(view.version(api_version=False)["ApiVersion"])
        except (APIError, LookupError, TypeError) as error:
            said = said_by(error) if isinstance(error, APIError) else "what answers is no engine"
            raise unavailable(asked, self.url, said) from None

    def refuse_if_closed(self, asked: str) -> None:
        """Raise `EngineUnavailable` after `close`."""
        if self._closed:
            raise EngineUnavailable(f"docker-py could not {asked}: the connection to the engine has been closed.")

    def close(self) -> None:
        """End what is in flight, whose callers get `EngineUnavailable`, and refuse what comes."""
        with self._lock:
            self._closed = True
            running = list(self._running)
        for call in running:
            call.abandon()
