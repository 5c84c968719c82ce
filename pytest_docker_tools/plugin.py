"""pytest's door to this library: options, the `docker_client` fixture, and sections in reports.

pytest imports this at every start, so nothing of the library is imported here before a fixture or a report needs it.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Generator, Iterator
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .client import Client

__tracebackhide__ = True

pytest.register_assert_rewrite("pytest_docker_tools.testing")

_FACTORY_MODULE = f"{__package__}.factory"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("docker", "containers")
    group.addoption(
        "--docker-backend",
        metavar="NAME",
        help="The driver that fixtures of containers, images, networks and volumes use (default: environment "
        "PYTEST_DOCKER_BACKEND, then ini docker_backend, then docker-cli).",
    )
    group.addoption(
        "--reuse-containers",
        action="store_true",
        help="Keep containers, networks and volumes, which need a name, and use them again in the next run.",
    )
    parser.addini("docker_backend", "The driver, where neither --docker-backend nor PYTEST_DOCKER_BACKEND names one.")
    parser.addini(
        "docker_pull_policy",
        "When fetch() asks the registry: always, or only for an image that is missing on the engine.",
        default="always",
    )
    parser.addini(
        "docker_image_prefix",
        "What fetch() puts before the name of an image that names no registry, e.g. mirror.example.org/hub.",
        default="",
    )
    parser.addini("docker_timeout", "Seconds that one call of the container engine may take (default: the driver's).")


@pytest.fixture(scope="session")
def docker_client(pytestconfig: pytest.Config) -> Iterator[Client]:
    """The container engine that this run uses, in the shape of docker-py's client."""
    from contextlib import closing

    from .drivers import client_of, open_driver

    with closing(open_driver(backend_of(pytestconfig), _settings(pytestconfig))) as driver:
        yield client_of(driver)


def backend_of(config: pytest.Config) -> str:
    """Give the name of the driver that was chosen for this run."""
    from .drivers import DEFAULT_BACKEND

    chosen = config.getoption("docker_backend") or os.environ.get("PYTEST_DOCKER_BACKEND")
    return str(chosen or config.getini("docker_backend") or DEFAULT_BACKEND)


def _settings(config: pytest.Config) -> dict[str, Any]:
    text = config.getini("docker_timeout")
    if not text:
        return {}
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise pytest.UsageError(f"The ini option docker_timeout takes a number of seconds above 0, not {text!r}.")
    return {"timeout": seconds}


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Tell the reports which test runs."""
    if _FACTORY_MODULE not in sys.modules:
        return (yield)
    from . import reports

    reports.begin(item)
    try:
        return (yield)
    finally:
        reports.end(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what containers wrote to the report of a test that failed."""
    report = yield
    if _FACTORY_MODULE in sys.modules:
        from . import reports

        reports.complete(item, call, report)
    return report
