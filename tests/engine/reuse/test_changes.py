"""What is made anew on a real engine, with what, and what stops that."""

from __future__ import annotations

from pathlib import Path

import pytest

from pytest_docker_tools.driver import Driver
from pytest_docker_tools.testing.fixtures import Build, Create, Named

from ..conftest import BASE, Module, Project, wait_until
from .conftest import EMPTY, FIXTURES, REUSE, Made, Reuse, Start, different, site


def test_what_has_changed_is_made_anew(reuse: Reuse, made: Made, mark: str) -> None:
    """Another value of a keyword replaces the resource, with what needs it; the rest is used again."""
    chosen: dict[str, str] = {}
    reuse(site(EMPTY))
    for setting, value, fixture, keyword in (
        ("environment", "{'A': '1', 'B': '3'}", "web", "environment"),
        ("labels", "{'new': '1'}", "web", "labels"),
        ("file", "'other'", "web", "files"),
        ("seed", "'other'", "data", "initial_content"),
        ("options", "{}", "net", "options"),
    ):
        before, chosen[setting] = made(), value
        expected = dict.fromkeys(FIXTURES, "reused") | {fixture: f"made anew, as this has changed: {keyword}"}
        if fixture != "web":
            expected["web"] = "made, as there was none"
            expected[fixture] += f"; removed with it: container web-{mark}"
        assert reuse(site(EMPTY, **chosen)) == expected
        assert different(before, made()) == {fixture, "web"}


def test_what_has_changed_on_disk_is_made_anew(reuse: Reuse, made: Made, pytester: pytest.Pytester) -> None:
    """Files on disk, for a volume and a container, are compared by what is in them."""
    text = site(EMPTY, seed="Path('seed')", file="Path('copied')")
    seed, copied = pytester.path / "seed", pytester.path / "copied"
    seed.write_text("1")
    copied.write_text("1")
    reuse(text)
    first = made()
    copied.write_text("2")
    assert reuse(text)["web"] == "made anew, as this has changed: files"
    second = made()
    assert different(first, second) == {"web"}
    seed.write_text("2")
    copied.touch()
    assert reuse(text)["data"].startswith("made anew, as this has changed: initial_content")
    assert different(second, made()) == {"data", "web"}


def test_a_tag_that_was_moved(named: Named, build: Build, driver: Driver, reuse: Reuse, made: Made) -> None:
    """A container is made anew when its image's tag has become that of another image."""
    tag = named("image", tag="1")
    driver.tag_image(BASE, *tag.rsplit(":", 1))
    text = site(EMPTY, image=repr(tag))
    reuse(text)
    before = made()
    build(fileobj=f"FROM {BASE}\nCMD other\n".encode(), tag=tag)
    assert reuse(text)["web"] == "made anew, as this has changed: image"
    assert different(before, made()) == {"web"}


def test_a_foreign_container_keeps_a_stale_network(
    project: Project, reuse: Reuse, made: Made, driver: Driver, mark: str, run: Create
) -> None:
    """Nothing at all is removed where something that is not ours would have to be."""
    reuse(site(EMPTY))
    before = made()
    foreign = run(network=f"net-{mark}")
    result = project(site(EMPTY, options="{}"), REUSE)
    result.assert_outcomes(errors=1)
    [facts] = driver.inspect("container", [foreign])
    assert facts
    name = facts["Name"].lstrip("/")
    result.stdout.fnmatch_lines([f"E *'net-{mark}' anew*'{name}'*not appear to be a reusable*nothing was removed*"])
    assert made() == before
    assert facts["State"]["Status"] == "running"


HELD = """
import time

def test_it(web):
    Path('here').touch()
    while Path('hold').exists():
        time.sleep(0.01)
    web.reload()
    assert web.status == 'running'
"""


def test_what_another_run_uses_stays(
    project: Project, reuse: Reuse, start: Start, module: Module, made: Made, mark: str
) -> None:
    """A run that goes on shares what it has, and keeps all of it where another one would make any of it anew."""
    Path("hold").touch()
    module(site(HELD))
    first = start()
    wait_until(Path("here").exists)
    before = made()
    assert reuse(site()) == dict.fromkeys(FIXTURES, "reused")
    for change, kind, name in (({"options": "{}"}, "network", "net"), ({"seed": "'other'"}, "volume", "data")):
        result = project(site(EMPTY, **change), REUSE)
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([f"E *{kind} '{name}-{mark}' anew*is using it at this moment*nothing was removed*"])
    assert made() == before
    Path("hold").unlink()
    first.end()
