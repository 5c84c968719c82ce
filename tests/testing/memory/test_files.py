"""Files of containers and volumes in memory."""

from __future__ import annotations

import io
import tarfile

import pytest

from pytest_docker_tools.exceptions import EngineError, UnsupportedOption
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from .conftest import facts_of, running


def packed(**files: bytes) -> bytes:
    """Give a tar archive of files, with "__" for a slash."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as archive:
        for name, content in files.items():
            member = tarfile.TarInfo(name.replace("__", "/"))
            member.size = len(content)
            archive.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


def unpacked(driver: MemoryDriver, ref: str, path: str) -> dict[str, bytes | None]:
    """Give what is at a path of a container, by name, with None for a folder."""
    with driver.get_archive(ref, path) as stream, tarfile.open(fileobj=stream, mode="r|") as archive:
        found: dict[str, bytes | None] = {}
        for member in archive:
            file = archive.extractfile(member)
            found[member.name] = file.read() if file else None
        return found


@pytest.fixture
def app(driver: MemoryDriver, engine: MemoryEngine) -> str:
    """A container whose image has some files."""
    engine.add_image("app", MemoryImage(files={"/srv/a": b"1", "/srv/deep/b": b"2"}, working_dir="/work"))
    return driver.create_container({"image": "app"})


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        ("/srv", {"srv": None, "srv/a": b"1", "srv/deep": None, "srv/deep/b": b"2"}),
        ("/srv/.", {".": None, "./a": b"1", "./deep": None, "./deep/b": b"2"}),
        ("srv/a", {"a": b"1"}),
        ("/srv/deep/", {"deep": None, "deep/b": b"2"}),
        ("/work", {"work": None}),
    ],
)
def test_a_path_is_the_root_of_its_archive(
    driver: MemoryDriver, app: str, path: str, expected: dict[str, bytes | None]
) -> None:
    """An archive is rooted at the last part of its path, and may be taken before the container runs."""
    assert unpacked(driver, app, path) == expected


def test_put_and_get(driver: MemoryDriver, app: str) -> None:
    """What is unpacked into a folder is found there, over what was there, whether given as bytes or as a stream."""
    driver.put_archive(app, "/srv", packed(a=b"new", x__y=b"3"))
    driver.put_archive(app, "/srv/x", io.BytesIO(packed(z=b"4")))
    assert unpacked(driver, app, "/srv/a") == {"a": b"new"}
    assert unpacked(driver, app, "/srv/x") == {"x": None, "x/y": b"3", "x/z": b"4"}
    other = driver.create_container({"image": "app"})
    assert unpacked(driver, other, "/srv/a") == {"a": b"1"}


def test_links(driver: MemoryDriver, app: str) -> None:
    """A symbolic link stays one, and a hard link becomes a file."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w") as archive:
        file = tarfile.TarInfo("file")
        file.size = 1
        archive.addfile(file, io.BytesIO(b"1"))
        for name, kind in (("soft", tarfile.SYMTYPE), ("hard", tarfile.LNKTYPE)):
            link = tarfile.TarInfo(name)
            link.type, link.linkname = kind, "file"
            archive.addfile(link)
    driver.put_archive(app, "/tmp", buffer.getvalue())
    assert unpacked(driver, app, "/tmp/hard") == {"hard": b"1"}
    with driver.get_archive(app, "/tmp/soft") as stream, tarfile.open(fileobj=stream) as archive:
        assert archive.getmember("soft").linkname == "file"


def test_what_cannot_be_unpacked(driver: MemoryDriver, app: str) -> None:
    """A member that leads out of the folder is an error."""
    with pytest.raises(EngineError, match="leads out"):
        driver.put_archive(app, "/srv", packed(**{"..__..__a": b""}))


def test_read_only(driver: MemoryDriver) -> None:
    """Nothing is unpacked into a read-only root or mount, but into a volume in it."""
    volumes = ["data:/data", "fixed:/fixed:ro"]
    ref = driver.create_container({"image": "server", "read_only": True, "volumes": volumes})
    driver.put_archive(ref, "/data", packed(a=b"1"))
    for path in ("/tmp", "/fixed"):
        with pytest.raises(EngineError, match="read-only"):
            driver.put_archive(ref, path, packed(a=b"1"))


def test_a_volume_is_shared(driver: MemoryDriver) -> None:
    """What a container that was never started got into a volume, others find where they mount it."""
    driver.create_volume({"name": "data"})
    seeder = driver.create_container({"image": "server", "volumes": {"data": {"bind": "/seed", "mode": "rw"}}})
    driver.put_archive(seeder, "/seed", packed(a=b"1", d__b=b"2"))
    driver.remove("container", [seeder], volumes=True)
    reader = running(driver, volumes=["data:/srv/data:ro"])
    assert unpacked(driver, reader, "/srv/data/d") == {"d": None, "d/b": b"2"}
    assert unpacked(driver, reader, "/srv")["srv/data/a"] == b"1"


def test_a_new_volume_has_what_the_image_has_there(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """An empty volume is filled from the image, one with files is left as it is."""
    engine.add_image("app", MemoryImage(files={"/data/a": b"image"}))
    first = driver.create_container({"image": "app", "volumes": ["data:/data"]})
    assert unpacked(driver, first, "/data/a") == {"a": b"image"}
    driver.put_archive(first, "/data", packed(a=b"mine"))
    second = driver.create_container({"image": "app", "volumes": ["data:/data"]})
    assert unpacked(driver, second, "/data/a") == {"a": b"mine"}


def test_mounts(driver: MemoryDriver, engine: MemoryEngine) -> None:
    """Mounts of each kind are shown, whichever option they come from."""
    engine.add_image("db", MemoryImage(volumes=("/declared", "/named")))
    mounts = [
        {"Target": "/bound", "Source": "/host", "Type": "bind", "ReadOnly": True},
        {"Target": "/scratch", "Source": None, "Type": "tmpfs"},
        {"Target": "/made", "Source": "made", "VolumeOptions": {"Labels": {"a": "1"}}},
    ]
    ref = driver.create_container({"image": "db", "volumes": {"named": {"bind": "/named"}}, "mounts": mounts})
    facts = facts_of(driver, ref)
    found = {mount["Destination"]: mount for mount in facts["Mounts"]}
    assert {path: mount["Type"] for path, mount in found.items()} == {
        "/bound": "bind",
        "/scratch": "tmpfs",
        "/made": "volume",
        "/declared": "volume",
        "/named": "volume",
    }
    assert (found["/bound"]["Source"], found["/bound"]["RW"]) == ("/host", False)
    assert (found["/named"]["Name"], len(found["/declared"]["Name"])) == ("named", 64)
    assert facts["HostConfig"]["Binds"] == ["named:/named:rw"]
    assert facts_of(driver, "made", "volume")["Labels"] == {"a": "1"}
    heir = facts_of(driver, driver.create_container({"image": "server", "volumes_from": [ref]}))
    assert {mount["Destination"] for mount in heir["Mounts"]} == found.keys()


def test_mounts_that_cannot_be(driver: MemoryDriver) -> None:
    """A relative target, and a name that no volume can have, are refused; a relative source by its keyword."""
    for volumes in (["a:b"], ["a!:/b"]):
        with pytest.raises(EngineError, match="invalid"):
            driver.create_container({"image": "server", "volumes": volumes})
    with pytest.raises(UnsupportedOption, match="'volumes'"):
        driver.create_container({"image": "server", "volumes": ["./a:/b"]})


def test_volumes(driver: MemoryDriver) -> None:
    """A volume has its facts, and creating one whose name is taken gives the one that is there."""
    name = driver.create_volume({"name": "data", "labels": {"a": "1"}, "driver_opts": {"type": "tmpfs"}})
    assert driver.create_volume({"name": "data", "labels": {"a": "2"}}) == name == "data"
    facts = facts_of(driver, "data", "volume")
    assert (facts["Name"], facts["Driver"], facts["Labels"]) == ("data", "local", {"a": "1"})
    assert facts["Options"] == {"type": "tmpfs"}
    assert driver.inspect("volume", ["dat"]) == [None]
    assert len(driver.create_volume({})) == 64


def test_volumes_that_nobody_has(driver: MemoryDriver) -> None:
    """A volume dangles when the containers that had it are gone."""
    ref = driver.create_container({"image": "server", "volumes": ["data:/data", "/anonymous"]})
    assert len(driver.ids("volume")) == 2
    assert driver.ids("volume", {"dangling": "true"}) == []
    driver.remove("container", [ref], volumes=True)
    assert driver.ids("volume", {"dangling": "true"}) == ["data"]
