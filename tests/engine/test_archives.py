"""Files of containers, as archives."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Callable
from typing import IO

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import EngineError, NotFound

Create = Callable[..., str]


def archive_of(**files: bytes) -> bytes:
    """Give a tar archive of files, owned by 1000:1001."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size, member.uid, member.gid, member.mode = len(content), 1000, 1001, 0o640
            archive.addfile(member, io.BytesIO(content))
    return packed.getvalue()


def unpacked(archive: IO[bytes]) -> dict[str, bytes]:
    """Give the files of an archive that can be read only once."""
    with tarfile.open(fileobj=archive, mode="r|*") as found:
        return {member.name: (found.extractfile(member) or io.BytesIO()).read() for member in found if member.isfile()}


class TestGetArchive:
    def test_of_a_file(self, driver: Driver, run: Create) -> None:
        """A file is an archive of itself."""
        with driver.get_archive(run(), "/etc/group") as archive:
            assert list(unpacked(archive)) == ["group"]

    def test_of_a_folder(self, driver: Driver, create: Create) -> None:
        """A folder is rooted at its last part, also in a container that has not been started."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of(a=b"1", b=b"2"))
        with driver.get_archive(container, "/tmp") as archive:
            assert unpacked(archive) == {"tmp/a": b"1", "tmp/b": b"2"}

    def test_of_a_large_file(self, driver: Driver, run: Create) -> None:
        """An archive may be larger than what fits in a pipe, or in memory at once."""
        container = run()
        driver.execute(container, ["dd", "if=/dev/zero", "of=/big", "bs=1M", "count=30"])
        with driver.get_archive(container, "/big") as archive:
            assert len(unpacked(archive)["big"]) == 30 * 1024**2

    def test_missing_path(self, driver: Driver, run: Create) -> None:
        """A path that is not there is NotFound before anything is read."""
        container = run()
        with pytest.raises(NotFound, match="/no/such"), driver.get_archive(container, "/no/such"):
            pass

    def test_missing_container(self, driver: Driver) -> None:
        """A container that is not there is NotFound."""
        with pytest.raises(NotFound), driver.get_archive("no-such-container", "/"):
            pass


class TestPutArchive:
    @pytest.mark.parametrize("as_file", [False, True])
    @pytest.mark.parametrize("started", [False, True])
    def test_unpacks(self, driver: Driver, create: Create, as_file: bool, started: bool) -> None:
        """Bytes and files are unpacked with owner and mode, in a container of any state."""
        container = create()
        if started:
            driver.start(container)
        packed = archive_of(new=b"content")
        driver.put_archive(container, "/etc", io.BytesIO(packed) if as_file else packed)
        driver.start(container)
        found = driver.execute(container, ["sh", "-c", "cat /etc/new; stat -c ' %u:%g %a' /etc/new"])
        assert found.stdout == b"content 1000:1001 640\n"

    def test_a_large_one(self, driver: Driver, run: Create) -> None:
        """An archive may be larger than what fits in a pipe."""
        container = run()
        driver.put_archive(container, "/tmp", archive_of(big=b"x" * 20_000_000))
        assert driver.execute(container, ["stat", "-c", "%s", "/tmp/big"]).stdout == b"20000000\n"

    @pytest.mark.parametrize("path", ["/no/such", "/etc/passwd"])
    def test_no_folder(self, driver: Driver, create: Create, path: str) -> None:
        """A folder that is not there, or is none, is NotFound."""
        with pytest.raises(NotFound, match="must be a directory"):
            driver.put_archive(create(), path, archive_of(a=b""))

    def test_missing_container(self, driver: Driver) -> None:
        """A container that is not there is told from a folder that is not."""
        with pytest.raises(NotFound, match="there is no container 'no-such-container'"):
            driver.put_archive("no-such-container", "/tmp", archive_of(a=b""))

    def test_no_archive(self, driver: Driver, create: Create) -> None:
        """What is no archive is the engine's error."""
        with pytest.raises(EngineError):
            driver.put_archive(create(), "/tmp", b"this is no archive" * 100)
