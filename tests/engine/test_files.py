"""Files that go into volumes and containers of a real engine, and come out."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from pytest_docker_tools import items
from pytest_docker_tools.client import Client
from pytest_docker_tools.driver import Driver
from pytest_docker_tools.exceptions import EngineError, NotFound, UsageError
from pytest_docker_tools.testing.conformance.archives import ESCAPED, ODD_NAMES
from pytest_docker_tools.testing.fixtures import Create
from pytest_docker_tools.wrappers import Container

from .conftest import Interrupt, Left, Module, Project

Wrapped = Callable[..., Container]

BIG = 100_000_000


@pytest.fixture
def disk(pytester: pytest.Pytester) -> Iterator[Path]:
    """A folder of files and links that only their owner may read."""
    umask = os.umask(0o077)
    try:
        folder = pytester.mkdir("disk")
        (folder / "sub" / "empty").mkdir(parents=True)
        (folder / "sub" / "file").write_text("from disk")
        (folder / "program").write_text("#!/bin/sh\necho runs\n")
        (folder / "program").chmod(0o700)
        (folder / "link").symlink_to("sub/file")
        yield folder
    finally:
        os.umask(umask)


@pytest.fixture
def wrapped(driver: Driver, run: Create, create: Create) -> Wrapped:
    """Give a container as a test has it, started or not."""

    def wrapped(started: bool = True, **options: object) -> Container:
        ref = run(**options) if started else create(**options)
        return Container(Client(driver).containers.get(ref))

    return wrapped


SEEDED = """
vol = volume(labels=MARK, initial_content={
    'a/b/c': b'deep', 'empty': b'', 'text': 'ä', 'folder': None, 'disk': Path('disk'), "o'd\\n -name": 'odd',
})
it = container(
    image=BASE, command='sleep 600', init=True, user='1000', labels=MARK, volumes={'{vol.name}': {'bind': '/data'}},
)
"""


@pytest.mark.parametrize("workers", [(), ("-n2",)])
def test_a_volume_that_a_user_reads(
    project: Project, disk: Path, driver: Driver, left: Left, workers: tuple[str, ...]
) -> None:
    """A user who is not root reads and runs what was put in, whatever the modes on disk and the umask; none is left."""
    result = project(
        SEEDED
        + """
@pytest.mark.parametrize('turn', range(2))
def test_it(turn, it):
    found = it.get_files('/data')
    assert found['data/folder'] is found['data/disk/sub/empty'] is found['data/disk/link'] is None
    assert {name[5:]: content for name, content in found.items() if content is not None} == {
        'a/b/c': b'deep', 'empty': b'', 'text': 'ä'.encode(), "o'd\\n -name": b'odd',
        'disk/sub/file': b'from disk', 'disk/program': b'#!/bin/sh\\necho runs\\n',
    }
    assert it.exec_run('cat /data/a/b/c /data/disk/link /data/text') == (0, b'deepfrom disk' + 'ä'.encode())
    assert it.exec_run('/data/disk/program') == (0, b'runs\\n')
    assert it.exec_run('ls /data/folder /data/disk/sub/empty').exit_code == 0
    assert it.exec_run('find /data -mindepth 1 -not -user 0 -o -mindepth 1 -not -group 0') == (0, b'')
    assert it.exec_run('find /data -mindepth 1 -type d -not -perm 755') == (0, b'')
""",
        *workers,
    )
    result.assert_outcomes(passed=2)
    assert left() == []


def test_a_container_with_files(project: Project, disk: Path, left: Left) -> None:
    """The program of a container finds its files when it starts; folders that the image has stay as they are."""
    result = project(
        """
from pytest_docker_tools.wrappers.container import wait_for_callable

plain = container(image=BASE, command='sleep 600', init=True, labels=MARK)
vol = volume(labels=MARK)
it = container(
    image=BASE, command=['sh', '-c', 'cat /etc/app/x.conf; exec sleep 600'], init=True, user='1000', labels=MARK,
    files={'/etc/app/x.conf': 'configured\\n', '/tmp/a': b'', '/tmp': None, '/opt/disk': Path('disk'), '/srv/new': None,
           '/data/in-volume': b'1', '/root/x': b''},
    volumes={'{vol.name}': {'bind': '/data'}},
)

def modes(container, *paths):
    return container.exec_run(['stat', '-c', '%n %a %u:%g', *paths], user='0').output

def test_it(it, plain):
    wait_for_callable('it is configured', lambda: it.logs() == 'configured\\n')
    assert it.exec_run('/opt/disk/program') == (0, b'runs\\n')
    assert modes(it, '/', '/etc', '/tmp', '/root') == modes(plain, '/', '/etc', '/tmp', '/root')
    assert modes(it, '/srv/new', '/etc/app') == b'/srv/new 755 0:0\\n/etc/app 755 0:0\\n'
    assert it.get_text('/data/in-volume') == '1'
"""
    )
    result.assert_outcomes(passed=1)
    assert left() == []


def test_a_reused_container_is_left_as_it_is(project: Project, mark: str) -> None:
    """With --reuse-containers, files are copied once, and again when they change."""
    text = f"it = container(image=BASE, name='it-{mark}', command='sleep 600', init=True, labels=MARK, files=FILES)\n"
    text += "def test_it(it):\n    assert it.get_text('/etc/x') == FOUND\n    it.put_files({'/etc/x': 'changed'})\n"
    for content, found in (("one", "one"), ("one", "changed"), ("two", "two")):
        chosen = f"FILES, FOUND = {{'/etc/x': {content!r}}}, {found!r}\n"
        project(chosen + text, "--reuse-containers").assert_outcomes(passed=1)


@pytest.mark.parametrize("started", [False, True])
def test_what_was_put_is_read(wrapped: Wrapped, started: bool) -> None:
    """Files with any names are put into a container, running or not, and read back."""
    it = wrapped(started)
    files = {f"/odd/{name}": name.encode(**ESCAPED) for name in ODD_NAMES}
    it.put_files({**files, "/odd/folder": None, "/odd/empty": ""})
    found = it.get_files("/odd")
    assert {f"/{name}": content for name, content in found.items() if content is not None} == {
        **files,
        "/odd/empty": b"",
    }
    assert found["odd"] is found["odd/folder"] is None
    it.put_files({"/odd/empty": "no more", "/odd/folder/a": b"1"})
    assert (it.get_text("/odd/empty"), it.get_text("/odd/folder/a")) == ("no more", "1")


def test_links(wrapped: Wrapped) -> None:
    """A path that is a link is read as what it leads to, and a link below it is None; a file may have two names."""
    it = wrapped()
    script = "mkdir /in; echo 1 > /in/a; ln /in/a /in/b; ln -s a /in/c; ln -s /in /to; ln -s to/c /deep; ln -s /x /odd"
    assert it.exec_run(["sh", "-c", script]).exit_code == 0
    assert it.get_files("/in") == {"in": None, "in/a": b"1\n", "in/b": b"1\n", "in/c": None}
    assert it.get_files("/to") == it.get_files("/to/") == {"to": None, "to/a": b"1\n", "to/b": b"1\n", "to/c": None}
    assert it.get_text("/deep") == it.get_text("/in/c") == it.get_text("/to/c") == it.get_text("in/b") == "1\n"
    assert it.get_files("/deep") == {"deep": b"1\n"}
    for path in ("/odd", "/no/such"):
        with pytest.raises(NotFound, match=path):
            it.get_text(path)
    with pytest.raises(IsADirectoryError, match="/to"):
        it.get_text("/to")


def test_all_files(wrapped: Wrapped) -> None:
    """All of a container can be read, with names as paths."""
    it = wrapped(started=False)
    it.put_files({"/new/file": b"1"})
    found = it.get_files("/")
    assert found["/new/file"] == b"1"
    assert found["/"] is found["/etc"] is None


def test_a_link_on_the_way(wrapped: Wrapped) -> None:
    """Files below a link to a folder are in that folder, and the link stays."""
    it = wrapped()
    it.exec_run(["sh", "-c", "mkdir -m 700 /real; ln -s /real /way"])
    it.put_files({"/way/new/a": b"1", "/way": None})
    assert it.exec_run(["sh", "-c", "stat -c '%a %F' /real /real/new; readlink /way"]).output == (
        b"700 directory\n755 directory\n/real\n"
    )
    assert it.get_text("/real/new/a") == "1"


def test_another_kind(wrapped: Wrapped) -> None:
    """No file takes the place of a folder, nor a folder that of a file."""
    it = wrapped()
    it.put_files({"/in/folder/a": b"1", "/in/file": b"2"})
    for path, content in (("/in/folder", b""), ("/in/file", None)):
        with pytest.raises(EngineError, match=path):
            it.put_files({path: content})
    assert it.get_files("/in")["in/folder/a"] == b"1"


def test_what_would_be_hidden(wrapped: Wrapped, backend: str) -> None:
    """Files below a tmpfs are refused where it would hide them, else they are there."""
    for started in (False, True):
        it = wrapped(started, tmpfs={"/run/app": ""}, mounts=[{"Type": "tmpfs", "Target": "/run/more"}])
        for path in ("/run/app/a", "/run/more/a"):
            if backend == "podman":
                it.put_files({path: b"1"})
                continue
            with pytest.raises(UsageError, match=f"'{path}' would not be seen"):
                it.put_files({path: b"1"})
    if backend == "podman":
        assert it.exec_run("cat /run/app/a /run/more/a") == (0, b"11")


def test_a_read_only_root(wrapped: Wrapped, backend: str) -> None:
    """Where the engine refuses to copy into a read-only root, the error says what to do; else the file is there."""
    it = wrapped(started=False, read_only=True)
    if backend != "podman":
        with pytest.raises(EngineError, match=r"read-only.* has a read-only root.*volume\(initial_content="):
            it.put_files({"/etc/x": b"1"})
        return
    it.put_files({"/etc/x": b"1"})
    it.driver.start(it.id)
    assert it.exec_run("cat /etc/x") == (0, b"1")


MEASURED = """
import re, sys
from pathlib import Path
from pytest_docker_tools import copying, seeding
from pytest_docker_tools import items
from pytest_docker_tools.client import Client
from pytest_docker_tools.drivers import open_driver
from pytest_docker_tools.files import entries
from pytest_docker_tools.wrappers import Container

def peak():
    return int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) * 1024

backend, ref, volume, file, what = sys.argv[1:]
driver = open_driver(backend, {})
it = Container(Client(driver).containers.get(ref))
it.put_files({'/first': b'1'})
it.get_files('/first')
content = bytes(%d) if what == 'bytes' else b''
before = peak()
if what == 'get':
    assert len(it.get_files('/big')['big']) == %d
elif what == 'volume':
    seeding.seed(driver, volume, entries({'big': Path(file)}, lambda path: [Path(path)]), {})
else:
    it.put_files({'/big': Path(file) if what == 'disk' else content})
print(peak() - before)
driver.close()
""" % (BIG, BIG)  # noqa: UP031


def test_large_files(
    driver: Driver, backend: str, wrapped: Wrapped, named: Callable[[str], str], tmp_path: Path
) -> None:
    """A hundred megabytes go in without being held in memory, or held again, and come out being held once."""
    file = tmp_path / "file"
    with file.open("wb") as big:
        big.truncate(BIG)
    it = wrapped(started=False)
    volume = driver.create_volume({"name": named("volume")})

    def peak(what: str) -> int:
        command = [sys.executable, "-c", MEASURED, backend, it.id, volume, str(file), what]
        return int(subprocess.run(command, check=True, capture_output=True, text=True).stdout)

    assert max(peak("disk"), peak("bytes"), peak("volume")) < BIG / 4
    assert peak("get") < 1.4 * BIG


def test_an_interrupt_while_a_volume_is_filled(
    pytester: pytest.Pytester,
    module: Module,
    interrupt: Interrupt,
    driver: Driver,
    left: Left,
    seeding_left: Callable[[], list[items.Item]],
    mark: str,
) -> None:
    """Ctrl-C while files are on their way into a volume leaves no volume, no helper container and no image."""
    with (pytester.path / "big").open("wb") as big:
        big.truncate(10 * BIG)
    module(f"vol = volume(name='{mark}', labels=MARK, initial_content={{'big': Path('big')}})\ndef test_it(vol): ...")
    interrupt(lambda: driver.ids("container", {"volume": mark}) != [])
    assert left() == []
    assert driver.ids("container", {"volume": mark}) == []
    assert seeding_left() == []
