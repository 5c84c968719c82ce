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
_SUMMARY_MODULE = f"{__package__}.terminal.summary"
_LOGS = ("all", "tail", "none")


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
    group.addoption(
        "--docker-logs",
        choices=_LOGS,
        help="What the report of a failing test shows of its containers' logs since the test began: all, the tail, or "
        "none (default: ini docker_logs, then tail).",
    )
    group.addoption(
        "--docker-logs-dir",
        metavar="DIR",
        help="Write the whole log of each container of a failing test into a folder for that test below DIR.",
    )
    group.addoption(
        "--docker-keep",
        choices=("failed",),
        help="Keep the containers of failed tests, with their networks and volumes, and say at the end how to look at "
        "them and how to remove them.",
    )
    group.addoption(
        "--docker-plan",
        action="store_true",
        help="Show the fixtures of factories behind each test, with the command that makes each, and run nothing.",
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
    parser.addini(
        "docker_host_address",
        "The name or address at which the tests reach published ports (default: told by the engine's address).",
        default="",
    )
    parser.addini("docker_logs", "What --docker-logs is where it is not given: all, tail or none.", default="tail")
    parser.addini("docker_timeout", "Seconds that one call of the container engine may take (default: the driver's).")


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what no ini option can mean, before a test fails and its report would need it."""
    logs = config.getini("docker_logs")
    if logs not in _LOGS:
        raise pytest.UsageError(f"The ini option docker_logs takes all, tail or none, not {logs!r}.")
    if config.getoption("docker_plan"):
        # Nothing is run, so that pytest-xdist has nothing to distribute.
        config.option.dist, config.option.tx = "no", []


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Show the plan, if it is wanted, in place of a run. Its errors are failures."""
    config = session.config
    is_broken = session.testsfailed and not config.getoption("continue_on_collection_errors")
    if not config.getoption("docker_plan") or is_broken:
        return None
    from contextlib import closing

    from . import plan
    from .drivers import open_driver
    from .exceptions import BackendNotFound, EngineUnavailable

    try:
        with closing(open_driver(backend_of(config), _settings(config))) as driver:
            session.testsfailed += plan.show(session, driver)
    except (BackendNotFound, EngineUnavailable) as error:
        raise pytest.UsageError(str(error)) from None
    return True


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
def pytest_fixture_setup(
    fixturedef: pytest.FixtureDef[Any], request: pytest.FixtureRequest
) -> Generator[None, object, object]:
    """Say which engine there is as soon as there is a client of it, whoever has made that."""
    value = yield
    if fixturedef.argname == "docker_client" and f"{__package__}.drivers" in sys.modules:
        from .terminal import header

        header.announce(request.config, value)
    return value


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Note which test begins."""
    if _FACTORY_MODULE in sys.modules:
        from . import ledger

        ledger.of(item.config).begin(item)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(
    item: pytest.Item, call: pytest.CallInfo[None]
) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Add what is known of containers to the report of a test that failed."""
    report = yield
    if _FACTORY_MODULE in sys.modules:
        from .failures import sections

        sections.complete(item, call, report)
    return report


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    """Say what was kept, and hand what there is to say to the controller of xdist."""
    if _FACTORY_MODULE in sys.modules:
        from .failures import keeping

        keeping.tell(session.config)
    if _SUMMARY_MODULE in sys.modules:
        from .terminal import summary

        summary.hand_over(session.config)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of xdist has to say."""
    said = getattr(node, "workeroutput", {}).get("pytest-docker-tools")
    if said:
        from .terminal import summary

        summary.take_over(node.config, said)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what there is to say at the end of the run."""
    if _SUMMARY_MODULE in sys.modules:
        from .terminal import summary

        summary.show(config, terminalreporter)
