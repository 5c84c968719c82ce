"""Files of containers, as archives."""

from __future__ import annotations

import io
import tarfile
from typing import IO

import pytest

from ...driver import Driver
from ...exceptions import EngineError, NotFound
from ..capabilities import needs
from ..fixtures import Content, Create


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
        container = run()
        driver.put_archive(container, "/tmp", archive_of(a=b"1"))
        with driver.get_archive(container, "/tmp/a") as archive:
            assert unpacked(archive) == {"a": b"1"}

    def test_of_a_folder(self, driver: Driver, create: Create) -> None:
        """A folder is rooted at its last part, also in a container that has not been started."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of(a=b"1", b=b"2"))
        with driver.get_archive(container, "/tmp") as archive:
            assert unpacked(archive) == {"tmp/a": b"1", "tmp/b": b"2"}

    @pytest.mark.parametrize("state", ["created", "running", "paused", "exited"])
    def test_in_any_state(self, driver: Driver, create: Create, content: Content, state: str) -> None:
        """Files can be had from, and put into, a container in any state."""
        container = create()
        if state != "created":
            driver.start(container)
        if state == "paused":
            driver.pause(container)
        if state == "exited":
            driver.kill(container)
            driver.wait(container, timeout=30)
        driver.put_archive(container, "/etc", archive_of(new=b"content"))
        assert content(container, "/etc/new") == b"content"

    def test_of_a_large_file(self, driver: Driver, create: Create) -> None:
        """An archive may be larger than what fits in a pipe, both ways."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of(big=b"x" * 20_000_000))
        with driver.get_archive(container, "/tmp/big") as archive:
            assert len(unpacked(archive)["big"]) == 20_000_000

    def test_that_nobody_reads(self, driver: Driver, create: Create) -> None:
        """An archive need not be read to its end."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of(big=b"x" * 1_000_000))
        with driver.get_archive(container, "/tmp/big") as archive:
            assert len(archive.read(512)) == 512

    def test_missing_path(self, driver: Driver, create: Create) -> None:
        """A path that is not there is NotFound before anything is read."""
        container = create()
        with pytest.raises(NotFound, match="/no/such"), driver.get_archive(container, "/no/such"):
            pass

    def test_missing_container(self, driver: Driver) -> None:
        """A container that is not there is NotFound."""
        with pytest.raises(NotFound, match="no-such-container"), driver.get_archive("no-such-container", "/"):
            pass


class TestPutArchive:
    @pytest.mark.parametrize("as_file", [False, True])
    def test_unpacks(self, driver: Driver, create: Create, content: Content, as_file: bool) -> None:
        """Bytes and files are unpacked, over what is there."""
        container = create()
        for text in (b"old", b"content"):
            packed = archive_of(new=text)
            driver.put_archive(container, "/etc", io.BytesIO(packed) if as_file else packed)
        assert content(container, "/etc/new") == b"content"

    @needs("processes")
    def test_the_container_sees_it(self, driver: Driver, run: Create) -> None:
        """What was unpacked, with its mode, is there for the processes of a running container."""
        container = run()
        driver.put_archive(container, "/etc", archive_of(new=b"content"))
        found = driver.execute(container, ["sh", "-c", "cat /etc/new; stat -c ' %a' /etc/new"])
        assert found.stdout == b"content 640\n"

    @needs("links")
    def test_a_link(self, driver: Driver, create: Create) -> None:
        """A symbolic link stays one, both ways."""
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as archive:
            member = tarfile.TarInfo("link")
            member.type, member.linkname = tarfile.SYMTYPE, "/etc/passwd"
            archive.addfile(member)
        container = create()
        driver.put_archive(container, "/tmp", packed.getvalue())
        with driver.get_archive(container, "/tmp/link") as stream, tarfile.open(fileobj=stream, mode="r|*") as found:
            assert [(member.name, member.linkname) for member in found] == [("link", "/etc/passwd")]

    @needs("owners")
    def test_owners(self, driver: Driver, create: Create) -> None:
        """Files keep their owners, both ways."""
        container = create()
        driver.put_archive(container, "/etc", archive_of(new=b"content"))
        with driver.get_archive(container, "/etc/new") as archive, tarfile.open(fileobj=archive, mode="r|*") as found:
            member = next(iter(found))
            assert (member.uid, member.gid, member.mode & 0o777) == (1000, 1001, 0o640)

    def test_a_volume(self, driver: Driver, create: Create, content: Content) -> None:
        """What is put into a volume is there for other containers, also before any of them was started."""
        first = create(volumes=["/data"])
        driver.put_archive(first, "/data", archive_of(new=b"content"))
        assert content(create(volumes_from=[first]), "/data/new") == b"content"
        driver.remove("container", [first], volumes=True)

    def test_missing_folder(self, driver: Driver, create: Create) -> None:
        """A folder that is not there is NotFound."""
        with pytest.raises(NotFound, match="/no/such"):
            driver.put_archive(create(), "/no/such", archive_of(a=b""))

    def test_no_folder(self, driver: Driver, create: Create) -> None:
        """What is no folder is the engine's error."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of(file=b""))
        with pytest.raises(EngineError, match="/tmp/file"):
            driver.put_archive(container, "/tmp/file", archive_of(a=b""))

    def test_missing_container(self, driver: Driver) -> None:
        """A container that is not there is told from a folder that is not."""
        with pytest.raises(NotFound, match="no-such-container"):
            driver.put_archive("no-such-container", "/tmp", archive_of(a=b""))

    def test_no_archive(self, driver: Driver, create: Create) -> None:
        """What is no archive is the engine's error."""
        container = create()
        with pytest.raises(EngineError):
            driver.put_archive(container, "/tmp", b"this is no archive" * 100)
