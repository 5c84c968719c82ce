"""Files of containers, as archives."""

from __future__ import annotations

import io
import tarfile
from collections.abc import Mapping
from typing import IO, Any

import pytest

from ...driver import Driver
from ...exceptions import EngineError, NotFound
from ..capabilities import needs
from ..fixtures import Content, Create

# In UTF-8 but for the last.
ODD_NAMES = [
    "a b",
    "-dash",
    "quo'te\"",
    "new\nline",
    "back\\slash",
    "%s",
    "ü",
    "l" * 200,
    "d" * 90 + "/" + "e" * 90,
    "\udcff",
]
ESCAPED: dict[str, Any] = {"encoding": "utf-8", "errors": "surrogateescape"}


def archive_of(
    files: Mapping[str, bytes | None], *, links: Mapping[str, str] | None = None, mode: int = 0o640
) -> bytes:
    """Give a tar archive of files, of folders (None), and of symbolic links, owned by 1000:1001."""
    packed = io.BytesIO()
    with tarfile.open(fileobj=packed, mode="w", **ESCAPED) as archive:
        for name, content in files.items():
            member = _member(name, tarfile.DIRTYPE if content is None else tarfile.REGTYPE)
            member.size, member.mode = len(content or b""), mode
            archive.addfile(member, io.BytesIO(content or b""))
        for name, target in (links or {}).items():
            member = _member(name, tarfile.SYMTYPE)
            member.linkname = target
            archive.addfile(member)
    return packed.getvalue()


def _member(name: str, kind: bytes) -> tarfile.TarInfo:
    member = tarfile.TarInfo(name)
    member.type, member.uid, member.gid = kind, 1000, 1001
    return member


def unpacked(archive: IO[bytes]) -> dict[str, bytes]:
    """Give the files of an archive."""
    with tarfile.open(fileobj=archive, **ESCAPED) as found:
        return {member.name: (found.extractfile(member) or io.BytesIO()).read() for member in found if member.isfile()}


def headers(driver: Driver, container: str, path: str) -> dict[str, tarfile.TarInfo]:
    """Give what a path of a container has, by name."""
    with driver.get_archive(container, path) as archive, tarfile.open(fileobj=archive, **ESCAPED) as found:
        return {member.name: member for member in found}


class InPieces(io.BytesIO):
    """A file that knows the largest piece that was read of it."""

    largest = 0

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(size)
        self.largest = max(self.largest, len(piece))
        return piece


class TestGetArchive:
    def test_of_a_file(self, driver: Driver, run: Create) -> None:
        """A file is an archive of itself."""
        container = run()
        driver.put_archive(container, "/tmp", archive_of({"a": b"1"}))
        with driver.get_archive(container, "/tmp/a") as archive:
            assert unpacked(archive) == {"a": b"1"}

    def test_twice(self, driver: Driver, create: Create) -> None:
        """What is given can be read again from its beginning."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({"a": b"1"}))
        with driver.get_archive(container, "/tmp/a") as archive:
            first = archive.read()
            archive.seek(0)
            assert archive.read() == first

    def test_of_a_folder(self, driver: Driver, create: Create) -> None:
        """A folder is rooted at its last part, also in a container that has not been started."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({"a": b"1", "b": b"2"}))
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
        driver.put_archive(container, "/etc", archive_of({"new": b"content"}))
        assert content(container, "/etc/new") == b"content"

    def test_of_a_large_file(self, driver: Driver, create: Create) -> None:
        """An archive may be larger than what fits in a pipe, both ways."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({"big": b"x" * 20_000_000}))
        with driver.get_archive(container, "/tmp/big") as archive:
            assert len(unpacked(archive)["big"]) == 20_000_000

    def test_of_links(self, driver: Driver, create: Create) -> None:
        """Below a path, symbolic links stay what they are."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({"in/a": b"1"}, links={"in/b": "a", "in/c": "/nowhere"}))
        found = headers(driver, container, "/tmp/in")
        assert {name: member.linkname for name, member in found.items() if member.issym()} == {
            "in/b": "a",
            "in/c": "/nowhere",
        }

    def test_that_nobody_reads(self, driver: Driver, create: Create) -> None:
        """An archive need not be read to its end."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({"big": b"x" * 1_000_000}))
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
            packed = archive_of({"new": text})
            driver.put_archive(container, "/etc", io.BytesIO(packed) if as_file else packed)
        assert content(container, "/etc/new") == b"content"

    def test_a_large_file(self, driver: Driver, create: Create, content: Content) -> None:
        """A file is read in pieces, from where it stands."""
        container = create()
        archive = InPieces(b"skipped" + archive_of({"big": b"x" * 20_000_000}))
        archive.seek(7)
        driver.put_archive(container, "/tmp", archive)
        assert archive.largest <= 1_000_000
        assert content(container, "/tmp/big") == b"x" * 20_000_000

    def test_odd_names(self, driver: Driver, create: Create) -> None:
        """A name may have any bytes, and be long."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({f"odd/{name}": name.encode(**ESCAPED) for name in ODD_NAMES}))
        with driver.get_archive(container, "/tmp/odd") as archive:
            assert unpacked(archive) == {f"odd/{name}": name.encode(**ESCAPED) for name in ODD_NAMES}

    def test_folders_on_the_way(self, driver: Driver, create: Create) -> None:
        """Folders that the archive does not have stay as they are, or are made for everybody to read."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({"kept": None}, mode=0o1730))
        before = headers(driver, container, "/tmp/kept")["kept"]
        driver.put_archive(container, "/", archive_of({"tmp/kept/new/deep/file": b""}))
        found = headers(driver, container, "/tmp/kept")
        kept = found["kept"]
        assert (kept.mode, kept.uid, kept.gid) == (before.mode, before.uid, before.gid)
        assert kept.mode & 0o7777 == 0o1730
        assert [found[name].mode & 0o7777 for name in ("kept/new", "kept/new/deep")] == [0o755, 0o755]
        assert (found["kept/new"].uid, found["kept/new"].gid) == (0, 0)

    def test_a_link_on_the_way(self, driver: Driver, create: Create, content: Content) -> None:
        """What is unpacked below a link to a folder is in that folder."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({"folder": None}, links={"way": "/tmp/folder"}, mode=0o755))
        driver.put_archive(container, "/", archive_of({"tmp/way/new": b"content"}))
        assert content(container, "/tmp/folder/new") == b"content"

    @pytest.mark.parametrize("kind", ["file", "folder"])
    def test_another_kind(self, driver: Driver, create: Create, kind: str) -> None:
        """No file takes the place of a folder, with all that is in it, and no folder that of a file."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({"in/file": b"1", "in/folder/file": b"2"}))
        with pytest.raises(EngineError, match=f"/tmp/in/{kind}"):
            driver.put_archive(container, "/", archive_of({f"tmp/in/{kind}": None if kind == "file" else b""}))
        with driver.get_archive(container, "/tmp/in") as archive:
            assert unpacked(archive) == {"in/file": b"1", "in/folder/file": b"2"}

    @needs("processes")
    def test_the_container_sees_it(self, driver: Driver, run: Create) -> None:
        """What was unpacked, with its mode, is there for the processes of a running container."""
        container = run()
        driver.put_archive(container, "/etc", archive_of({"new": b"content"}))
        found = driver.execute(container, ["sh", "-c", "cat /etc/new; stat -c ' %a' /etc/new"])
        assert found.stdout == b"content 640\n"

    @needs("links")
    def test_a_link(self, driver: Driver, create: Create) -> None:
        """A symbolic link stays one, both ways."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({}, links={"link": "/etc/passwd"}))
        found = headers(driver, container, "/tmp/link")
        assert {name: member.linkname for name, member in found.items()} == {"link": "/etc/passwd"}

    @needs("owners")
    def test_owners(self, driver: Driver, create: Create) -> None:
        """Files keep their owners, both ways."""
        container = create()
        driver.put_archive(container, "/etc", archive_of({"new": b"content"}))
        member = headers(driver, container, "/etc/new")["new"]
        assert (member.uid, member.gid, member.mode & 0o777) == (1000, 1001, 0o640)

    def test_a_volume(self, driver: Driver, create: Create, content: Content) -> None:
        """What is put into a volume is there for other containers, also before any of them was started."""
        first = create(volumes=["/data"])
        driver.put_archive(first, "/data", archive_of({"new": b"content"}))
        assert content(create(volumes_from=[first]), "/data/new") == b"content"
        driver.remove("container", [first], volumes=True)

    def test_missing_folder(self, driver: Driver, create: Create) -> None:
        """A folder that is not there is NotFound."""
        with pytest.raises(NotFound, match="/no/such"):
            driver.put_archive(create(), "/no/such", archive_of({"a": b""}))

    def test_no_folder(self, driver: Driver, create: Create) -> None:
        """What is no folder is the engine's error."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({"file": b""}))
        with pytest.raises(EngineError, match="/tmp/file"):
            driver.put_archive(container, "/tmp/file", archive_of({"a": b""}))

    def test_a_file_in_the_way(self, driver: Driver, create: Create) -> None:
        """A file where the archive needs a folder is the engine's error, and no missing folder."""
        container = create()
        driver.put_archive(container, "/tmp", archive_of({"file": b""}))
        with pytest.raises(EngineError) as raised:
            driver.put_archive(container, "/", archive_of({"tmp/file/a": b""}))
        assert not isinstance(raised.value, NotFound)

    def test_missing_container(self, driver: Driver) -> None:
        """A container that is not there is told from a folder that is not."""
        with pytest.raises(NotFound, match="no-such-container"):
            driver.put_archive("no-such-container", "/tmp", archive_of({"a": b""}))

    def test_no_archive(self, driver: Driver, create: Create) -> None:
        """What is no archive is the engine's error."""
        container = create()
        with pytest.raises(EngineError):
            driver.put_archive(container, "/tmp", b"this is no archive" * 100)
