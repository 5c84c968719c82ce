"""What errors say, and what they keep to themselves."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from ...driver import Driver
from ...exceptions import BuildFailed, DriverError, EngineError
from ..capabilities import allowed, needs
from ..fixtures import Accepts, Build, Create, Named, Publish
from ..registry import PASSWORD, USERNAME

SECRET = "hunter2-in-the-open"
# Reads the arguments of all processes until a file is there, and then once more. Says when some have a secret, which is
# split here.
LOOK = """
import pathlib, sys
done, *parts = sys.argv[1:]
print("looking", flush=True)
is_last = False
while not is_last:
    is_last = pathlib.Path(done).exists()
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if "".join(parts).encode() in path.read_bytes():
                print("seen in", path.read_bytes(), flush=True)
        except OSError:
            pass
"""
# What goes wrong, and a word that the person who asked for it knows.
WRONG: dict[str, tuple[Callable[[Driver], object], str]] = {
    "archive": (lambda driver: driver.put_archive("no-such-thing", "/tmp", b""), "no-such-thing"),
    "build": (lambda driver: driver.build_image({"path": "/no/such/thing"}), "/no/such/thing"),
    "container": (
        lambda driver: driver.create_container({"image": "localhost/no-such-thing"}),
        "localhost/no-such-thing",
    ),
    "execution": (lambda driver: driver.execute("no-such-thing", ["true"]), "no-such-thing"),
    "network": (lambda driver: driver.connect("no-such-thing", "no-such-thing"), "no-such-thing"),
    "option": (lambda driver: driver.create_volume({"colour": "red"}), "colour"),
    "start": (lambda driver: driver.start("no-such-thing"), "no-such-thing"),
}


def shown(error: DriverError) -> str:
    """Give all that can be seen of an error."""
    log = error.log if isinstance(error, BuildFailed) else ""
    return "\n".join([str(error), repr(error), str(error.command), error.stderr, log, repr(error.__cause__)])


@contextmanager
def nobody_sees(secret: str, folder: Path) -> Iterator[None]:
    """Look at the arguments of all processes of this machine for as long as the context is open."""
    (done := folder / "done").unlink(missing_ok=True)
    look = [sys.executable, "-c", LOOK, str(done), secret[:3], secret[3:]]
    with subprocess.Popen(look, stdout=subprocess.PIPE, text=True) as looking:
        assert looking.stdout
        assert looking.stdout.readline() == "looking\n"
        try:
            yield
        finally:
            done.touch()
        assert looking.communicate(timeout=60)[0] == ""


class TestErrors:
    @pytest.mark.parametrize(("wrong", "word"), WRONG.values(), ids=list(WRONG))
    def test_are_sentences(self, driver: Driver, wrong: Callable[[Driver], object], word: str) -> None:
        """An error says what was asked in the words of the person who asked, and not in those of a program."""
        with pytest.raises(DriverError, match=word) as raised:
            wrong(driver)
        text = str(raised.value)
        assert " " in text
        assert text == text.strip()
        assert not text.startswith(("Error", "{", "b'", "<"))
        assert "Traceback" not in text

    def test_say_what_the_engine_says(self, create: Create, driver: Driver) -> None:
        """What the engine does not like is its error, in its words."""
        with pytest.raises(EngineError, match=r"(?i)invalid|volume name"):
            driver.start(create(volumes={"a/b": {"bind": "/x"}}))

    def test_have_no_values_of_an_environment(self, create: Create, named: Named) -> None:
        """Values of an environment are no part of an error."""
        with pytest.raises(DriverError) as raised:
            create(image=named("image"), environment={"PASSWORD": SECRET, "HOME": SECRET})
        assert SECRET not in shown(raised.value)

    @needs("processes")
    def test_have_no_build_arguments(self, build: Build, image: str) -> None:
        """Values of build arguments are no part of an error."""
        # Before the first stage, the argument makes no image that would be left over.
        dockerfile = f"ARG PASSWORD\nFROM {image}\nRUN exit 7\n".encode()
        with pytest.raises(BuildFailed) as raised:
            build(fileobj=dockerfile, buildargs={"PASSWORD": SECRET})
        assert SECRET not in shown(raised.value)


class TestSecrets:
    @needs("processes")
    def test_of_containers(self, driver: Driver, run: Create, tmp_path: Path) -> None:
        """No process shows values of an environment among its arguments."""
        secrets = {"PASSWORD": SECRET, "HOME": SECRET}
        with nobody_sees(SECRET, tmp_path):
            driver.execute(run(environment=secrets), ["sleep", "0.5"], environment=secrets)

    @needs("processes")
    def test_of_containers_that_are_run(self, driver: Driver, image: str, named: Named, tmp_path: Path) -> None:
        """Nor does one that creates and starts a container in one go."""
        options = {"image": image, "name": named("container"), "environment": {"PASSWORD": SECRET, "HOME": SECRET}}
        with nobody_sees(SECRET, tmp_path):
            container = driver.run_container({**options, "command": ["sh", "-c", "echo $PASSWORD $HOME"]})
        driver.wait(container, timeout=30)
        assert driver.logs(container).decode() == f"{SECRET} {SECRET}\n"

    @needs("processes")
    def test_of_builds(self, build: Build, image: str, tmp_path: Path) -> None:
        """No process shows build arguments among its own."""
        dockerfile = f"FROM {image}\nARG PASSWORD\nRUN sleep 0.5\n".encode()
        with nobody_sees(SECRET, tmp_path):
            build(fileobj=dockerfile, buildargs={"PASSWORD": SECRET})

    @needs("connection")
    def test_of_pulls(self, driver: Driver, publish: Publish, accepts: Accepts, tmp_path: Path) -> None:
        """No process shows a password for a registry among its arguments."""
        options = {"auth_config": {"username": USERNAME, "password": PASSWORD}}
        with nobody_sees(PASSWORD, tmp_path), allowed(accepts("pull", "auth_config")):
            driver.pull_image({"repository": publish(private=True).repository, **options})
