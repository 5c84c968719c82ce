"""A web server, and a volume with the site that it serves."""

from __future__ import annotations

import os
from pathlib import Path

from pytest_docker_tools import container, fetch, volume

busybox = fetch(repository=os.environ.get("BUSYBOX_IMAGE", "busybox:1"), policy="missing")

site = volume(
    initial_content={
        # A file, by its text or its bytes.
        "index.html": "<h1>It works</h1>\n",
        # A folder on disk, with what is in it.
        "static": Path("static"),
        # An empty folder.
        "uploads": None,
    }
)

web = container(
    image="{busybox.id}",
    command=["httpd", "-f", "-p", "8080", "-h", "/www"],
    volumes={"{site.name}": {"bind": "/www"}},
    ports={"8080/tcp": None},
)
