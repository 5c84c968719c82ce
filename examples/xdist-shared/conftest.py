"""A container that all workers of pytest-xdist have in common."""

from __future__ import annotations

import os

from pytest_docker_tools import container, fetch

redis_image = fetch(repository=os.environ.get("REDIS_IMAGE", "redis:7"), policy="missing")

redis = container(image="{redis_image.id}", ports={"6379/tcp": None}, scope="session", shared=True)
