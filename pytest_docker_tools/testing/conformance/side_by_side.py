"""Calls from several threads at once."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

from ...driver import Driver
from ..capabilities import needs
from ..fixtures import Content, Create
from .archives import archive_of


class TestThreads:
    def test_containers(self, driver: Driver, create: Create, content: Content) -> None:
        """Sixteen threads make, use and remove containers side by side."""

        def live(number: int) -> tuple[int, bytes]:
            container = create(labels={"number": str(number)})
            driver.put_archive(container, "/tmp", archive_of({"number": b"%d" % number}))
            driver.start(container)
            found = content(container, "/tmp/number")
            driver.remove("container", [container], force=True, volumes=True)
            return number, found

        with ThreadPoolExecutor(16) as pool:
            results = list(pool.map(live, range(16)))
        assert results == [(number, b"%d" % number) for number in range(16)]

    @needs("processes")
    def test_commands(self, driver: Driver, run: Create) -> None:
        """Sixteen threads run commands in one container, each with its own environment."""
        container = run()

        def say(number: int) -> tuple[bytes, bytes]:
            script = "echo $NUMBER; echo $NUMBER >&2"
            result = driver.execute(container, ["sh", "-c", script], environment={"NUMBER": number, "HOME": "/x"})
            return result.stdout, result.stderr

        with ThreadPoolExecutor(16) as pool:
            results = list(pool.map(say, range(32)))
        assert results == [(b"%d\n" % number, b"%d\n" % number) for number in range(32)]
