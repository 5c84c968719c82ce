"""A container class that speaks to what is in the container, and knows when that is ready."""

from __future__ import annotations

import os
import socket

from pytest_docker_tools import container, fetch, wrappers


class Redis(wrappers.Container):
    def ask(self, request: str) -> str:
        """Send a command, and give the first line of the answer."""
        with socket.create_connection(self.get_addr("6379/tcp"), timeout=30) as connection:
            connection.sendall(f"{request}\r\n".encode())
            return connection.makefile().readline().rstrip()

    def ready(self) -> bool:
        # It listens before it has read its data; until then it answers with an error.
        return super().ready() and self.ask("PING") == "+PONG"


redis_image = fetch(repository=os.environ.get("REDIS_IMAGE", "redis:7"), policy="missing")

redis = container(image="{redis_image.id}", ports={"6379/tcp": None}, wrapper_class=Redis)
