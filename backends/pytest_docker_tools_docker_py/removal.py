"""A removal by requests that are sent now, and whose answers are read later."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http.client import HTTPException
from typing import Any

from docker import APIClient
from docker.errors import DockerException
from requests import PreparedRequest, RequestException, Response
from urllib3.exceptions import HTTPError
from urllib3.util import wait_for_read

from pytest_docker_tools.deadline import Deadline
from pytest_docker_tools.driver import Removal

__tracebackhide__ = True

# Of addresses with whose connections it can be seen whether there is something to read.
SCHEMES = ("http", "https", "tcp", "unix")
# Requests that are on their way: fewer than docker-py keeps connections.
_AT_ONCE = 8
_FINE = (200, 204, 404)
_ERRORS = (OSError, HTTPException, HTTPError, RequestException, DockerException)


class Answer:
    """What the engine owes to a request. Once that is read, the connection is docker-py's again."""

    def __init__(self, pool: Any, patience: float | None) -> None:
        if pool.proxy is not None:
            raise OSError("A proxy may want more than the request.")
        self._pool, self._connection = pool, pool._get_conn()
        self._connection.timeout = patience

    def ask(self, request: PreparedRequest, path: str) -> None:
        """Send the request."""
        try:
            self._connection.request(request.method, path, headers=dict(request.headers))
        except BaseException:
            self.drop()
            raise

    @property
    def has_begun(self) -> bool:
        """Whether there is something to read."""
        return wait_for_read(self._connection.sock, 0)

    def is_fine(self) -> bool:
        """Read it, and say whether what was asked for is done."""
        try:
            response = self._connection.getresponse()
            response.read()
        except _ERRORS:
            self.drop()
            return False
        self._pool._put_conn(self._connection)
        return response.status in _FINE

    def drop(self) -> None:
        """Do not wait for it."""
        self._connection.close()


class Sender(APIClient):
    """docker-py's client, which takes each request for granted. `owed` is what the engine owes to the last one."""

    def __init__(self, api: APIClient, deadline: Deadline) -> None:
        vars(self).update(vars(api))
        self._deadline = deadline

    def send(self, request: PreparedRequest, **kwargs: Any) -> Response:
        """Send a request."""
        adapter: Any = self.get_adapter(str(request.url))
        verify, cert, proxies = kwargs["verify"], kwargs["cert"], kwargs["proxies"]
        pool = adapter.get_connection_with_tls_context(request, verify, proxies=proxies, cert=cert)
        self.owed = Answer(pool, self._deadline.left)
        self.owed.ask(request, adapter.request_url(request, proxies))
        granted = Response()
        granted.status_code = 204
        return granted


class RemovalByRequests(Removal):
    """Requests, each of which removes something. It is one of `running` until it is over."""

    def __init__(
        self,
        api: APIClient,
        requests: Sequence[Callable[[APIClient], object]],
        deadline: Deadline,
        running: set[RemovalByRequests],
    ) -> None:
        self._sender, self._deadline, self._running = Sender(api, deadline), deadline, running
        self._left = list(requests)
        self._owed: list[Answer] = []
        self._is_refused = False
        running.add(self)
        self._ask()

    def poll(self) -> bool | None:
        for answer in [answer for answer in self._owed if answer.has_begun]:
            self._owed.remove(answer)
            self._is_refused |= not answer.is_fine()
        self._ask()
        if not self._owed or self._deadline.passed:
            self.end()
        return None if self._owed else not self._is_refused

    def _ask(self) -> None:
        while self._left and len(self._owed) < _AT_ONCE:
            try:
                self._left.pop(0)(self._sender)
                self._owed.append(self._sender.owed)
            except _ERRORS:
                self._is_refused = True

    def end(self) -> None:
        """Wait for nothing more."""
        self._is_refused |= bool(self._owed or self._left)
        for answer in self._owed:
            answer.drop()
        self._owed, self._left = [], []
        self._running.discard(self)
