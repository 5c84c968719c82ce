"""Files into containers and out of them, in memory."""

from __future__ import annotations

import tarfile
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import copying
from pytest_docker_tools.driver import Facts
from pytest_docker_tools.exceptions import EngineError, NotFound, UsageError
from pytest_docker_tools.files import Content
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine
from pytest_docker_tools.testing.conformance.archives import archive_of


@pytest.fixture
def driver(engine: MemoryEngine) -> MemoryDriver:
    return MemoryDriver(engine)


def created(driver: MemoryDriver, **options: Any) -> Facts:
    [facts] = driver.inspect("container", [driver.create_container({"image": "app", "name": "it", **options})])
    assert facts is not None
    return facts


def put(driver: MemoryDriver, container: Facts, files: dict[str, Content]) -> None:
    copying.put(driver, container, copying.rooted(files, lambda path: [Path(path)]))


class TestPut:
    def test_what_was_put_is_read(self, driver: MemoryDriver) -> None:
        """Files are where they were to be."""
        it = created(driver)
        put(driver, it, {"/etc/app/a.conf": "ä", "/etc/app/empty": b"", "/srv/folder": None})
        assert copying.get(driver, it, "/etc/app") == {"app": None, "app/a.conf": "ä".encode(), "app/empty": b""}
        assert copying.get(driver, it, "/srv") == {"srv": None, "srv/folder": None}

    def test_nothing(self, driver: MemoryDriver, engine: MemoryEngine) -> None:
        """Without files, the engine is not asked."""
        it = created(driver)
        engine.calls.clear()
        put(driver, it, {})
        assert engine.calls == []

    def test_a_folder_that_is_there(self, driver: MemoryDriver) -> None:
        """A folder that the container has keeps its mode and owner, named or on the way."""
        it = created(driver)
        driver.put_archive(it["Id"], "/", archive_of({"var": None}, mode=0o1700))
        put(driver, it, {"/var": None})
        put(driver, it, {"/var/new": b"1"})
        with driver.get_archive(it["Id"], "/var") as archive, tarfile.open(fileobj=archive) as found:
            var = found.getmember("var")
        assert (var.mode, var.uid, var.gid) == (0o1700, 1000, 1001)
        assert copying.get(driver, it, "/var/new") == {"new": b"1"}

    def test_a_folder_in_place_of_a_file(self, driver: MemoryDriver) -> None:
        """A folder where the container has a file is the engine's error."""
        it = created(driver)
        put(driver, it, {"/file": b""})
        with pytest.raises(EngineError, match="/file"):
            put(driver, it, {"/file": None})

    @pytest.mark.parametrize("name", ["etc/a", "a", "./a"])
    def test_a_relative_name(self, name: str) -> None:
        """A name that does not begin with a slash is refused."""
        with pytest.raises(UsageError, match=f"'{name}' is no path in a container: it has to begin with a slash"):
            copying.rooted({name: b""}, lambda path: [])

    @pytest.mark.parametrize(
        "options",
        [
            {"tmpfs": {"/run/app/": "size=1m"}},
            {"tmpfs": ["/run/app"]},
            {"mounts": [{"Type": "tmpfs", "Target": "/run/app"}]},
            {"tmpfs": ["/run"]},
        ],
    )
    def test_a_tmpfs(self, driver: MemoryDriver, options: dict[str, Any]) -> None:
        """Files that a tmpfs would hide are refused, with where it is mounted."""
        it = created(driver, **options)
        with pytest.raises(UsageError, match=r"'/run/app/a' would not be seen in container 'it': a tmpfs .* '/run"):
            put(driver, it, {"/etc/a": b"", "/run/app/a": b""})

    @pytest.mark.parametrize("path", ["/dev/x", "/proc/x/y", "/sys/x", "/etc/hosts", "/etc/resolv.conf"])
    def test_what_the_engine_has(self, driver: MemoryDriver, path: str) -> None:
        """Files that the engine mounts its own over are refused."""
        with pytest.raises(UsageError, match=f"'{path}' would not be seen"):
            put(driver, created(driver), {path: b""})

    def test_what_is_beside_a_tmpfs(self, driver: MemoryDriver) -> None:
        """A volume below a tmpfs, one in place of what the engine has, and a name that only begins alike, are seen."""
        volumes = ["vol:/run/app/data", "hosts:/etc/hosts"]
        it = created(driver, tmpfs=["/run/app"], volumes=volumes)
        put(driver, it, {"/run/app/data/a": b"1", "/run/application": b"2", "/etc/hosts/a": b"3", "/device": b"4"})
        assert copying.get(driver, it, "/run/app/data/a") == {"a": b"1"}

    def test_a_copy_of_what_is_below(self, driver: MemoryDriver) -> None:
        """A tmpfs that begins with a copy of what is below it hides nothing."""
        put(driver, created(driver, tmpfs={"/run": "rw,tmpcopyup"}), {"/run/a": b""})

    def test_a_read_only_root(self, driver: MemoryDriver) -> None:
        """A container with a read-only root is named, with what to do instead."""
        with pytest.raises(EngineError, match=r"marked read-only.*'it' has a read-only root.*volume\(initial"):
            put(driver, created(driver, read_only=True), {"/etc/a": b""})

    def test_other_errors(self, driver: MemoryDriver, engine: MemoryEngine) -> None:
        """Another refusal of the engine is as it is."""
        engine.fail("put_archive", EngineError("no space left"))
        with pytest.raises(EngineError, match=r"^no space left$"):
            put(driver, created(driver), {"/etc/a": b""})


class TestGet:
    @pytest.fixture
    def it(self, driver: MemoryDriver) -> Facts:
        """A container with a folder of files, and links to them."""
        it = created(driver)
        links = {"in/relative": "a", "to-folder": "/in", "to-file": "in/relative", "odd": "/nowhere", "loop": "loop"}
        driver.put_archive(it["Id"], "/", archive_of({"in/a": b"1", "in/sub/b": b"2"}, links=links))
        return it

    @pytest.mark.parametrize("path", ["/in", "in", "/in/", "//in/."])
    def test_a_folder(self, driver: MemoryDriver, it: Facts, path: str) -> None:
        """Names begin with the last part of the path, however it is written; folders and links are None."""
        found = {"in": None, "in/a": b"1", "in/relative": None, "in/sub": None, "in/sub/b": b"2"}
        assert copying.get(driver, it, path) == found

    def test_a_link(self, driver: MemoryDriver, it: Facts) -> None:
        """A path that is a link stands for what it leads to, under the link's name."""
        assert copying.get(driver, it, "/to-file") == {"to-file": b"1"}
        assert copying.get(driver, it, "/to-folder")["to-folder/sub/b"] == b"2"

    def test_a_link_that_leads_nowhere(self, driver: MemoryDriver, it: Facts) -> None:
        """A broken link is NotFound, by its name and that of its target."""
        with pytest.raises(NotFound, match=r"'/odd' in container 'it' leads to '/nowhere': "):
            copying.get(driver, it, "/odd")

    def test_a_link_to_itself(self, driver: MemoryDriver, it: Facts) -> None:
        """A link that never ends is NotFound."""
        with pytest.raises(NotFound, match="'/loop' in container 'it' is a link that leads to itself"):
            copying.get(driver, it, "/loop")

    def test_missing(self, driver: MemoryDriver, it: Facts) -> None:
        """What is not there is NotFound, by its path."""
        with pytest.raises(NotFound, match="/no/such"):
            copying.get(driver, it, "/no/such")
