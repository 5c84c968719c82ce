"""One container: its facts, its life, and its files."""

from __future__ import annotations

import io
import tarfile
from typing import Any

from pytest_docker_tools.testing.capabilities import needs
from pytest_docker_tools.testing.conformance.archives import archive_of

from ..conftest import BASE
from .conftest import Make, Raises, label


class TestContainer:
    def test_facts(self, client: Any, run: Make, mark: str) -> None:
        """Names, ids, labels and the image are those of the engine."""
        made = run(labels=label(mark))
        assert made.name == made.attrs["Name"].lstrip("/")
        assert made.id == made.attrs["Id"]
        assert made.short_id == made.id[:12]
        assert made.labels == label(mark)
        assert made.image == client.images.get(BASE)
        assert repr(made) == f"<Container: {made.short_id}>"

    def test_without_labels_and_ports(self, create: Make) -> None:
        """What there is not is an empty dict."""
        made = create()
        assert (made.labels, made.ports) == ({}, {})

    def test_equality(self, client: Any, create: Make) -> None:
        """Two looks at one object are equal, and the same in a set; other objects, and ids, are not."""
        made = create()
        same, other = client.containers.get(made.id), create()
        assert made == same
        assert len({made, same}) == 1
        assert made not in (other, made.id, client.images.get(BASE))

    def test_ports(self, run: Make) -> None:
        """Ports map to what they are published as."""
        made = run(ports={"80/tcp": ("127.0.0.1", None), 81: None})
        made.reload()
        assert set(made.ports) == {"80/tcp", "81/tcp"}
        [binding] = made.ports["80/tcp"]
        assert binding["HostIp"] == "127.0.0.1"
        assert binding["HostPort"].isdecimal()

    def test_health(self, run: Make) -> None:
        """Health is what the check found at the last look, or unknown."""
        assert run().health == "unknown"
        checked = run(healthcheck={"test": ["CMD-SHELL", "true"], "interval": 100_000_000})
        checked.reload()
        assert checked.health in ("starting", "healthy")

    def test_life(self, run: Make) -> None:
        """Containers are paused, stopped, started, restarted and killed; nothing is given back."""
        made = run()
        for act, status in (
            (made.pause, "paused"),
            (made.unpause, "running"),
            (lambda: made.stop(timeout=0), "exited"),
            (lambda: made.stop(timeout=0), "exited"),
            (made.start, "running"),
            (made.start, "running"),
            (lambda: made.restart(timeout=0), "running"),
            (lambda: made.kill("SIGKILL"), "exited"),
        ):
            assert act() is None
            made.wait(timeout=30) if status == "exited" else None
            made.reload()
            assert made.status == status

    def test_attrs_are_of_the_last_look(self, run: Make) -> None:
        """What an object knows does not change by itself."""
        made = run()
        made.reload()
        made.kill(signal=9)
        assert made.status == "running"

    def test_wait(self, run: Make, raises: Raises) -> None:
        """The exit code is in a dict; a time-out is an error."""
        made = run(["sh", "-c", "exit 4"])
        answer = made.wait()
        assert isinstance(answer, dict)
        assert answer["StatusCode"] == 4
        assert made.wait(timeout=30, condition="not-running")["StatusCode"] == 4
        with raises("late"):
            run().wait(timeout=1)

    def test_refusals(self, create: Make, run: Make, raises: Raises) -> None:
        """What the state of a container forbids is a conflict."""
        with raises("Conflict"):
            create().kill()
        with raises("Conflict"):
            create().exec_run("true")
        with raises("Conflict"):
            run().remove()

    def test_remove(self, client: Any, run: Make, raises: Raises) -> None:
        """A running container is removed by force; one that is gone is NotFound, also by force."""
        made = run(volumes=["/data"])
        made.reload()
        [mount] = made.attrs["Mounts"]
        assert made.remove(v=True, force=True) is None
        with raises("NotFound"):
            client.volumes.get(mount["Name"])
        for act in (made.reload, made.remove, lambda: made.remove(force=True), made.start, made.logs):
            with raises("NotFound"):
                act()

    def test_a_command_that_cannot_start(self, client: Any, create: Make, raises: Raises) -> None:
        """A container whose command is not there cannot be started."""
        with raises("any of the engine"):
            create("no-such-command").start()


class TestArchives:
    def test_put_and_get(self, run: Make) -> None:
        """An archive is unpacked, and given again in chunks with what is known of the path."""
        made = run()
        assert made.put_archive("/", archive_of({"in/a": b"content", "in/folder": None})) is True
        assert made.put_archive("/in", io.BytesIO(archive_of({"b": b"\xff"}))) is True
        chunks, stat = made.get_archive("/in")
        with tarfile.open(fileobj=io.BytesIO(b"".join(chunks))) as archive:
            assert sorted(archive.getnames()) == ["in", "in/a", "in/b", "in/folder"]
        assert stat["name"] == "in"
        assert stat["mode"] == 1 << 31 | 0o755

    def test_stat(self, run: Make) -> None:
        """A file's name, size, mode, time and target are given; special bits are where Go has them."""
        made = run()
        made.exec_run(["sh", "-c", "echo content > /file; chmod 4751 /file; touch -d @1000000000 /file"])
        chunks, stat = made.get_archive("/file")
        assert stat == {
            "name": "file",
            "size": 8,
            "mode": 1 << 23 | 0o751,
            "mtime": "2001-09-09T01:46:40Z",
            "linkTarget": "",
        }
        assert len(b"".join(chunks)) % 512 == 0

    @needs("links")
    def test_stat_of_a_link(self, run: Make) -> None:
        """A link is given itself, with its target."""
        made = run()
        assert made.exec_run("ln -s /etc/passwd /link").exit_code == 0
        chunks, stat = made.get_archive("/link")
        list(chunks)
        assert {key: stat[key] for key in ("name", "size", "mode", "linkTarget")} == {
            "name": "link",
            "size": 11,
            "mode": 1 << 27 | 0o777,
            "linkTarget": "/etc/passwd",
        }

    def test_chunks(self, create: Make) -> None:
        """Chunks have the size that was asked for."""
        chunks, _ = create().get_archive("/etc/passwd", chunk_size=512)
        assert {len(chunk) for chunk in chunks} == {512}
        chunks, _ = create().get_archive("/etc/passwd", None)
        assert b"".join(chunks)

    def test_missing(self, create: Make, raises: Raises) -> None:
        """A path or folder that is not there is NotFound."""
        made = create()
        with raises("NotFound"):
            made.get_archive("/no/such")
        with raises("NotFound"):
            made.put_archive("/no/such", archive_of({"a": b""}))
