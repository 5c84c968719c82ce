"""Fixtures as with any driver."""

from __future__ import annotations

import os

from pytest_docker_tools import container, fetch

busybox = fetch(repository=os.environ.get("BUSYBOX_IMAGE", "busybox:1"), policy="missing")

web = container(image="{busybox.id}", command=["httpd", "-f", "-p", "8080"], ports={"8080/tcp": None})
