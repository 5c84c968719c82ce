"""An HTTP API that depends on another service: GET / tells the address that DNS has for example.com."""

from __future__ import annotations

import json
import signal
import socket
import sys
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Handler(BaseHTTPRequestHandler):
    # The client may keep its connection for the next request.
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        if self.path != "/":
            self.reply(HTTPStatus.NOT_FOUND, {"error": f"there is nothing at {self.path}"})
            return
        try:
            self.reply(HTTPStatus.OK, {"result": socket.gethostbyname("example.com")})
        except OSError as error:
            self.reply(HTTPStatus.BAD_GATEWAY, {"error": f"example.com was not resolved: {error}"})

    def reply(self, status: HTTPStatus, value: dict[str, str]) -> None:
        body = json.dumps(value).encode()
        self.send_response(status)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)


if __name__ == "__main__":
    # The first process of a container gets no default action for SIGTERM.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    ThreadingHTTPServer(("", 8080), Handler).serve_forever()
