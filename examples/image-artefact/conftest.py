"""The image under test: the one that APP_IMAGE names, or, without that, the one in the folder app."""

from __future__ import annotations

import os

from pytest_docker_tools import container, image_or_build

app_image = image_or_build(
    environ_key="APP_IMAGE",
    path="app",
    buildargs={"BUSYBOX_IMAGE": os.environ.get("BUSYBOX_IMAGE", "busybox:1")},
)

app = container(image="{app_image.id}", ports={"8080/tcp": None})
