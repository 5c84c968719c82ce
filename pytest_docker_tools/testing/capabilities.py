"""What a driver can do or cannot, as fixtures, and what the conformance suite does where it cannot."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from typing import Any

import pytest

from ..driver import Capability, Driver
from ..exceptions import DriverError, EngineError, UnsupportedOption

__tracebackhide__ = True

__all__ = [
    "can_connection",
    "can_host",
    "can_links",
    "can_network_ids",
    "can_owners",
    "can_processes",
    "can_recipe",
    "can_tag_image",
    "can_unset",
    "can_version",
    "needs_connection",
    "needs_host",
    "needs_links",
    "needs_network_ids",
    "needs_owners",
    "needs_processes",
    "needs_recipe",
    "needs_unset",
]


def needs(*capabilities: Capability) -> pytest.MarkDecorator:
    """Mark a test or a class that is skipped, and says so, where the driver does not have these capabilities."""
    return pytest.mark.usefixtures(*(f"needs_{capability}" for capability in capabilities))


def skip_without(capability: str, can: bool) -> None:
    """Skip the test that runs, in the one form in which the suite skips."""
    if not can:
        pytest.skip(f"capability: {capability}")


def allowed(can: bool, otherwise: type[DriverError] = UnsupportedOption) -> AbstractContextManager[object]:
    """Expect what is inside to go well where the driver can do it, else to raise `otherwise`."""
    return nullcontext() if can else pytest.raises(otherwise)


@contextmanager
def unless_engine_says(word: str) -> Iterator[None]:
    """Let what is inside go well, or be refused by the engine itself for a reason with this word."""
    try:
        yield
    except EngineError as error:
        if word not in str(error):
            raise


@pytest.fixture(scope="session")
def can_processes(driver: Driver) -> bool:
    """Whether commands run."""
    return driver.can("processes")


@pytest.fixture(scope="session")
def can_connection(driver: Driver) -> bool:
    """Whether there is a connection, to an engine that may be dead or hang."""
    return driver.can("connection")


@pytest.fixture(scope="session")
def can_host(driver: Driver) -> bool:
    """Whether containers have the ports and folders of this machine."""
    return driver.can("host") and driver.endpoint().local


@pytest.fixture(scope="session")
def can_owners(driver: Driver) -> bool:
    """Whether archives keep the owners of files."""
    return driver.can("owners")


@pytest.fixture(scope="session")
def can_links(driver: Driver) -> bool:
    """Whether an archive of a symbolic link has the link."""
    return driver.can("links")


@pytest.fixture(scope="session")
def can_network_ids(driver: Driver) -> bool:
    """Whether networks have ids that are not their names."""
    return driver.can("network_ids")


@pytest.fixture(scope="session")
def can_recipe(driver: Driver) -> bool:
    """Whether another process can open the same engine."""
    return driver.can("recipe")


@pytest.fixture(scope="session")
def can_unset(driver: Driver) -> bool:
    """Whether a command can be executed without a variable that its container has."""
    return driver.can("unset")


@pytest.fixture(scope="session")
def can_version(driver: Driver) -> bool:
    """Whether the driver has this verb of the second tier."""
    return type(driver).version is not Driver.version


@pytest.fixture(scope="session")
def can_tag_image(driver: Driver) -> bool:
    """Whether the driver has this verb of the second tier."""
    return type(driver).tag_image is not Driver.tag_image


def _needs(capability: Capability) -> Any:
    @pytest.fixture(name=f"needs_{capability}")
    def needs(request: pytest.FixtureRequest) -> None:
        """Skip where the driver does not have the capability."""
        skip_without(capability, request.getfixturevalue(f"can_{capability}"))

    return needs


needs_processes = _needs("processes")
needs_connection = _needs("connection")
needs_host = _needs("host")
needs_owners = _needs("owners")
needs_links = _needs("links")
needs_network_ids = _needs("network_ids")
needs_recipe = _needs("recipe")
needs_unset = _needs("unset")
