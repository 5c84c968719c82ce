"""pytest's door to this library: options, the `docker_client` fixture, and sections in reports.

pytest imports this at every start, so nothing of the library is imported here before a fixture, a report or an option
needs it; but for what lets the workers of xdist find each other, which their controller imports.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Generator, Iterator, Sequence
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from .client import Client

__tracebackhide__ = True

pytest.register_assert_rewrite("pytest_docker_tools.testing")

_FACTORY_MODULE = f"{__package__}.factory"
_SUMMARY_MODULE = f"{__package__}.terminal.summary"
_AROUND_TESTS = f"{__package__}.around_tests"
_GUARD_MODULE = f"{__package__}.guard"
_RUNS_MODULE = f"{__package__}.runs"
_TIMINGS_MODULE = f"{__package__}.timings"
_LOGS = ("all", "tail", "none")
_REUSE = ("off", "named", "auto")
_OVERLAP = ("ordered", "graph", "off")


def pytest_addoption(parser: pytest.Parser) -> None:
    """Declare the options."""
    group = parser.getgroup("docker", "containers")
    _add_options_of_runs(group)
    _add_report_options(group)
    _add_settings_of_engines(parser)
    _add_run_settings(parser)


def _add_options_of_runs(group: pytest.OptionGroup) -> None:
    group.addoption(
        "--docker-backend",
        metavar="NAME",
        help="The driver that fixtures of containers, images, networks and volumes use (default: environment "
        "PYTEST_DOCKER_BACKEND, then ini docker_backend, then docker-cli).",
    )
    group.addoption(
        "--reuse-containers",
        action="store_true",
        help="Keep containers, networks and volumes, which need a name, and use them again in the next run (also: "
        "environment PYTEST_DOCKER_REUSE, then ini docker_reuse).",
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


def _add_report_options(group: pytest.OptionGroup) -> None:
    group.addoption(
        "--docker-cleanup",
        nargs="?",
        const="dead",
        type=_what_to_clean_up,
        metavar="all",
        help="Run no test, but remove the containers, networks and volumes of runs that are over (=all: also those "
        "that were kept for later runs, or for failed tests), and say what stays, and why.",
    )
    group.addoption(
        "--docker-plan",
        action="store_true",
        help="Show the fixtures of factories behind each test, with the command that makes each, and run nothing.",
    )
    group.addoption(
        "--docker-timings",
        action="store_true",
        help="Say at the end where the time went: for each fixture of a factory the seconds of its pull, build, "
        "creation, start, copies, wait and removal, and how long tests waited.",
    )
    group.addoption(
        "--docker-timings-page",
        metavar="FILE",
        help="Write the run as a timeline, a page for a browser, into FILE: what was done side by side, and what "
        "waited for what.",
    )


def _add_settings_of_engines(parser: pytest.Parser) -> None:
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
    parser.addini(
        "docker_publish_address",
        "The address of the engine's machine at which ports are published that name none, e.g. 127.0.0.1 (default: "
        "all of its addresses, as engines do).",
        default="",
    )


def _add_run_settings(parser: pytest.Parser) -> None:
    parser.addini(
        "docker_overlap",
        "What of a test is made at the same time: ordered (nothing before the other fixtures that precede it), graph "
        "(all that has what it needs), or off.",
        default="ordered",
    )
    parser.addini("docker_logs", "What --docker-logs is where it is not given: all, tail or none.", default="tail")
    parser.addini(
        "docker_reuse",
        "Whether what is made is kept for the next run: off, named (as --reuse-containers), or auto (needs no names).",
        default="off",
    )
    parser.addini("docker_reuse_ttl", "Seconds after which what is kept is made anew (default: it stays for ever).")
    parser.addini(
        "docker_ttl",
        "Seconds after which any run may remove what this one has made, as if it were killed (default: only a run that "
        "can see that it was).",
    )
    parser.addini("docker_timeout", "Seconds that one call of the container engine may take (default: the driver's).")


def _what_to_clean_up(given: str) -> str:
    if given not in ("dead", "all"):
        # A path that follows is taken for the option's value.
        raise argparse.ArgumentTypeError(f"takes no tests, as it runs none, and no value but 'all', not {given!r}")
    return given


def pytest_configure(config: pytest.Config) -> None:
    """Refuse what no ini option can mean, before a test fails and its report would need it."""
    _require_one_of("The ini option docker_logs", config.getini("docker_logs"), _LOGS)
    _require_one_of("The ini option docker_overlap", config.getini("docker_overlap"), _OVERLAP)
    _require_one_of("The ini option docker_reuse", config.getini("docker_reuse"), _REUSE)
    _require_one_of("The environment variable PYTEST_DOCKER_REUSE", os.environ.get("PYTEST_DOCKER_REUSE"), _REUSE)
    for option in ("docker_reuse_ttl", "docker_timeout", "docker_ttl"):
        _require_seconds(config, option)
    if config.getoption("docker_timings_page"):
        from .timings import ending

        ending.require_writable(config)
    if config.getoption("docker_plan"):
        # Nothing is run, so that pytest-xdist has nothing to distribute.
        config.option.dist, config.option.tx = "no", []


def _require_one_of(where: str, given: str | None, accepted: Sequence[str]) -> None:
    if given and given not in accepted:
        raise pytest.UsageError(f"{where} takes {', '.join(accepted[:-1])} or {accepted[-1]}, not {given!r}.")


def _require_seconds(config: pytest.Config, option: str) -> None:
    text = config.getini(option)
    try:
        seconds = float(text or "1")
    except ValueError:
        seconds = 0.0
    if not 0 < seconds < float("inf"):
        raise pytest.UsageError(f"The ini option {option} takes a number of seconds above 0, not {text!r}.")


def pytest_cmdline_main(config: pytest.Config) -> int | None:
    """Clean up, if that is wanted, in place of a run."""
    wanted = config.getoption("docker_cleanup")
    if wanted is None or config.getoption("help") or config.getoption("version"):
        return None
    from contextlib import closing

    from . import cleanup
    from .drivers import open_chosen
    from .exceptions import DockerToolsError

    try:
        with closing(open_chosen(config)) as driver:
            is_fine = cleanup.run(driver, print, everything=wanted == "all")
    except DockerToolsError as error:
        raise pytest.UsageError(str(error)) from None
    except KeyboardInterrupt:
        return pytest.ExitCode.INTERRUPTED
    return pytest.ExitCode.OK if is_fine else pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(tryfirst=True)
def pytest_runtestloop(session: pytest.Session) -> bool | None:
    """Show the plan, if it is wanted, in place of a run. Its errors are failures."""
    config = session.config
    is_broken = session.testsfailed and not config.getoption("continue_on_collection_errors")
    if not config.getoption("docker_plan") or is_broken:
        return None
    from contextlib import closing

    from . import plan
    from .drivers import open_chosen
    from .exceptions import BackendNotFound, EngineUnavailable

    try:
        with closing(open_chosen(config)) as driver:
            session.testsfailed += plan.show(session, driver)
    except (BackendNotFound, EngineUnavailable) as error:
        raise pytest.UsageError(str(error)) from None
    return True


@pytest.fixture(scope="session")
def docker_client(pytestconfig: pytest.Config) -> Iterator[Client]:
    """The container engine that this run uses, in the shape of docker-py's client."""
    from contextlib import closing

    from .drivers import client_of, open_chosen
    from .terminal import header

    with closing(open_chosen(pytestconfig)) as driver:
        client = client_of(driver)
        if not pytestconfig.pluginmanager.has_plugin(_AROUND_TESTS):
            # Nothing is made that would have to be guarded.
            header.announce(pytestconfig, client, is_guarded=True)
        yield client


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Let the hooks take part that go around fixtures and tests, once there are factories, and record if wanted."""
    manager = item.config.pluginmanager
    if _FACTORY_MODULE in sys.modules and not manager.has_plugin(_AROUND_TESTS):
        from . import around_tests

        manager.register(around_tests, _AROUND_TESTS)
    if item.config.getoption("docker_timings") or item.config.getoption("docker_timings_page"):
        from . import timings

        timings.begin(item.config)
    return (yield)


@pytest.hookimpl(wrapper=True, trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> Generator[None, object, object]:
    """Leave nothing, say what was kept, and hand what there is to say to the controller of xdist."""
    if _AROUND_TESTS in sys.modules:
        from . import around_tests

        result = yield from around_tests.finish(session.config)
    else:
        result = yield
    if _RUNS_MODULE in sys.modules:
        from . import runs

        if runs.has_shared(session.config):
            from . import guard

            guard.remove_shared(session.config)
    if _SUMMARY_MODULE in sys.modules:
        from .terminal import summary

        summary.hand_over(session.config)
    if _TIMINGS_MODULE in sys.modules:
        from .timings import ending

        ending.finish(session.config)
    if _GUARD_MODULE in sys.modules:
        from . import guard

        guard.note_end(session.config)
    return result


def pytest_unconfigure(config: pytest.Config) -> None:
    """Say that this run is over."""
    if _GUARD_MODULE in sys.modules:
        from . import guard

        guard.end(config)
    elif _RUNS_MODULE in sys.modules:
        from . import runs

        runs.close(config)


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell a worker of xdist which run it is of."""
    from . import runs

    runs.tell_worker(node)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node: Any) -> None:
    """Take what a worker of xdist has to say."""
    output = getattr(node, "workeroutput", {})
    said = output.get("pytest-docker-tools")
    if said:
        from .terminal import summary

        summary.take_over(node.config, said)
    timed = output.get("pytest-docker-tools-timings")
    if timed:
        from .timings import ending

        ending.take_over(node.config, timed)


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show what there is to say at the end of the run."""
    if _SUMMARY_MODULE in sys.modules:
        from .terminal import summary

        summary.show(config, terminalreporter)
    if _TIMINGS_MODULE in sys.modules:
        from .timings import ending

        ending.show(config, terminalreporter)
