"""Finding a driver by name."""

from __future__ import annotations

import gc
import sys
import weakref
from pathlib import Path
from typing import Protocol

import pytest

from pytest_docker_tools.client import Client
from pytest_docker_tools.drivers import client_of, driver_of, installed, open_driver
from pytest_docker_tools.exceptions import BackendNotFound, UsageError
from pytest_docker_tools.testing import MemoryDriver

from .conftest import write_distribution

HEAD = """\
from pytest_docker_tools.hookspecs import hookimpl
from pytest_docker_tools.testing import MemoryDriver

class Opened(MemoryDriver):
    pass

@hookimpl
def open_driver(settings):
"""


class Install(Protocol):
    """Installs a distribution that offers one driver."""

    def __call__(self, backend: str, code: str) -> None: ...


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Install:
    """Give what installs a distribution with one driver, named after its backend, for one test."""
    monkeypatch.syspath_prepend(tmp_path)

    def install(backend: str, code: str) -> None:
        module = f"driver_of_{backend}"
        (tmp_path / f"{module}.py").write_text(code)
        write_distribution(tmp_path, f"{backend} = {module}")
        # So that the module is not left imported.
        monkeypatch.delitem(sys.modules, module, raising=False)

    return install


def test_the_chosen_driver_is_opened(install: Install) -> None:
    """The driver of that name is opened with the settings that it is given, a copy of them, or none."""
    install("mine", f"{HEAD}    driver = Opened()\n    driver.settings = settings\n    return driver\n")
    given = {"url": "x"}
    driver = open_driver("mine", given)
    assert type(driver).__name__ == "Opened"
    assert vars(driver)["settings"] == given
    assert vars(driver)["settings"] is not given
    assert vars(open_driver("mine"))["settings"] == {}


def test_only_the_chosen_driver_is_imported(install: Install) -> None:
    """A driver that is not chosen is listed, but not imported, so that it may even be broken."""
    install("chosen", f"{HEAD}    return Opened()\n")
    install("broken", "raise RuntimeError('imported')\n")
    assert isinstance(open_driver("chosen"), MemoryDriver)
    assert {"broken", "chosen"} <= set(installed())
    assert "driver_of_broken" not in sys.modules


def test_an_unknown_backend(install: Install) -> None:
    """A name that no driver has is an error that lists the installed ones and says where a name is chosen."""
    install("first", "raise RuntimeError('imported')\n")
    install("second", "raise RuntimeError('imported')\n")
    with pytest.raises(BackendNotFound) as caught:
        open_driver("frist")
    message = str(caught.value)
    assert "'frist'" in message
    assert ", ".join(installed()) in message
    for expected in ("first", "second", "--docker-backend", "PYTEST_DOCKER_BACKEND", "docker_backend"):
        assert expected in message


@pytest.mark.parametrize("code", [f"{HEAD}    return 'no driver'\n", f"{HEAD}    return None\n", "x = 1\n"])
def test_a_module_without_a_driver(install: Install, code: str) -> None:
    """A module that gives something else than a driver, or nothing, is an error that names its backend."""
    install("odd", code)
    with pytest.raises(BackendNotFound, match="'odd' is installed, but gave"):
        open_driver("odd")


def test_the_driver_behind_a_client() -> None:
    """A client of this library has a driver; what else the fixture `docker_client` may return is a usage error."""
    driver = MemoryDriver()
    assert driver_of(Client(driver)) is driver
    with pytest.raises(UsageError, match="docker_client fixture returned object"):
        driver_of(object())


FOREIGN = """\
from pytest_docker_tools.hookspecs import hookimpl
from pytest_docker_tools.testing import MemoryDriver

@hookimpl
def adapt_client(client):
    return MemoryDriver() if type(client).__name__ == 'Foreign' else None
"""


class Foreign:
    """A client of somebody else's."""


def test_the_driver_over_a_foreign_client(install: Install) -> None:
    """A client that an installed driver knows gets one driver, for as long as it lives."""
    install("adapting", FOREIGN)
    client = Foreign()
    driver = driver_of(client)
    assert isinstance(driver, MemoryDriver)
    assert driver_of(client) is driver
    assert driver_of(Foreign()) is not driver
    gone = weakref.ref(client)
    del client
    gc.collect()
    assert gone() is None


def test_a_client_that_a_driver_brings() -> None:
    """A driver's own client is what tests get, and has that driver; without one it is a client of this library."""

    class Native(MemoryDriver):
        def native_client(self) -> Foreign:
            return foreign

    foreign, native, plain = Foreign(), Native(), MemoryDriver()
    assert client_of(native) is foreign
    assert driver_of(foreign) is native
    assert isinstance(client_of(plain), Client)
    assert driver_of(client_of(plain)) is plain
