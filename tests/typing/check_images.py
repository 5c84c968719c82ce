"""Only type-checked: every keyword of images takes a value, a template, a name, a fixture, a function."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from pytest_docker_tools import build, fetch, fxtr, image


@pytest.fixture
def settings() -> object:
    return object()


def chosen(settings: object) -> object:
    return settings


build_of_values = build(
    path="app",
    fileobj=io.BytesIO(b"FROM scratch"),
    buildargs={"A": "1", "B": None},
    cache_from=["app:1"],
    container_limits={"memory": "1g"},
    custom_context=True,
    dockerfile="Dockerfile",
    encoding="gzip",
    extra_hosts={"db": "192.0.2.1"},
    forcerm=True,
    gzip=True,
    isolation="default",
    labels={"a": "b"},
    network_mode="none",
    nocache=True,
    platform="linux/amd64",
    pull=True,
    quiet=True,
    rm=True,
    secrets={"token": "{token}", "key": Path("key.pem"), "raw": b"1"},
    shmsize=1024,
    squash=True,
    tag="app:2",
    target="one",
    use_config_proxy=True,
    stages={"one": "app:one"},
)

build_of_templates = build(
    path="{settings}",
    fileobj="{settings}",
    buildargs="{settings}",
    cache_from="{settings}",
    container_limits="{settings}",
    custom_context="{settings}",
    dockerfile="{settings}",
    encoding="{settings}",
    extra_hosts="{settings}",
    forcerm="{settings}",
    gzip="{settings}",
    isolation="{settings}",
    labels="{settings}",
    network_mode="{settings}",
    nocache="{settings}",
    platform="{settings}",
    pull="{settings}",
    quiet="{settings}",
    rm="{settings}",
    secrets="{settings}",
    shmsize="{settings}",
    squash="{settings}",
    tag="{settings}",
    target="{settings}",
    use_config_proxy="{settings}",
    stages="{settings}",
)

build_of_names = build(
    path=fxtr("settings"),
    fileobj=fxtr("settings"),
    buildargs=fxtr("settings"),
    cache_from=fxtr("settings"),
    container_limits=fxtr("settings"),
    custom_context=fxtr("settings"),
    dockerfile=fxtr("settings"),
    encoding=fxtr("settings"),
    extra_hosts=fxtr("settings"),
    forcerm=fxtr("settings"),
    gzip=fxtr("settings"),
    isolation=fxtr("settings"),
    labels=fxtr("settings"),
    network_mode=fxtr("settings"),
    nocache=fxtr("settings"),
    platform=fxtr("settings"),
    pull=fxtr("settings"),
    quiet=fxtr("settings"),
    rm=fxtr("settings"),
    secrets=fxtr("settings"),
    shmsize=fxtr("settings"),
    squash=fxtr("settings"),
    tag=fxtr("settings"),
    target=fxtr("settings"),
    use_config_proxy=fxtr("settings"),
    stages=fxtr("settings"),
)

build_of_fixtures = build(
    path=settings,
    fileobj=settings,
    buildargs=settings,
    cache_from=settings,
    container_limits=settings,
    custom_context=settings,
    dockerfile=settings,
    encoding=settings,
    extra_hosts=settings,
    forcerm=settings,
    gzip=settings,
    isolation=settings,
    labels=settings,
    network_mode=settings,
    nocache=settings,
    platform=settings,
    pull=settings,
    quiet=settings,
    rm=settings,
    secrets=settings,
    shmsize=settings,
    squash=settings,
    tag=settings,
    target=settings,
    use_config_proxy=settings,
    stages=settings,
)

build_of_functions = build(
    path=chosen,
    fileobj=chosen,
    buildargs=chosen,
    cache_from=chosen,
    container_limits=chosen,
    custom_context=chosen,
    dockerfile=chosen,
    encoding=chosen,
    extra_hosts=chosen,
    forcerm=chosen,
    gzip=chosen,
    isolation=chosen,
    labels=chosen,
    network_mode=chosen,
    nocache=chosen,
    platform=chosen,
    pull=chosen,
    quiet=chosen,
    rm=chosen,
    secrets=chosen,
    shmsize=chosen,
    squash=chosen,
    tag=chosen,
    target=chosen,
    use_config_proxy=chosen,
    stages=chosen,
)

fetch_of_values = fetch(
    repository="redis",
    tag="app:2",
    all_tags=True,
    auth_config={"username": "me", "password": "{password}"},
    platform="linux/amd64",
    policy="missing",
)

fetch_of_templates = fetch(
    repository="{settings}",
    tag="{settings}",
    all_tags="{settings}",
    auth_config="{settings}",
    platform="{settings}",
    policy="{settings}",
)

fetch_of_names = fetch(
    repository=fxtr("settings"),
    tag=fxtr("settings"),
    all_tags=fxtr("settings"),
    auth_config=fxtr("settings"),
    platform=fxtr("settings"),
    policy=fxtr("settings"),
)

fetch_of_fixtures = fetch(
    repository=settings,
    tag=settings,
    all_tags=settings,
    auth_config=settings,
    platform=settings,
    policy=settings,
)

fetch_of_functions = fetch(
    repository=chosen,
    tag=chosen,
    all_tags=chosen,
    auth_config=chosen,
    platform=chosen,
    policy=chosen,
)

image_of_values = image(
    name="web",
)

image_of_templates = image(
    name="{settings}",
)

image_of_names = image(
    name=fxtr("settings"),
)

image_of_fixtures = image(
    name=settings,
)

image_of_functions = image(
    name=chosen,
)
