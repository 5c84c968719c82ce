"""Pulling and naming images."""

from __future__ import annotations

import base64
import threading
import time
from collections.abc import Callable
from typing import Any

import pytest

from ...driver import Driver
from ...exceptions import (
    DeadlineExceeded,
    EngineError,
    ImageNotFound,
    NotFound,
    Unauthorized,
    UnsupportedOperation,
    UnsupportedOption,
)
from ..capabilities import allowed, needs, skip_without
from ..fixtures import Accepts, FactsOf, Named, Publish
from ..registry import ARCHITECTURE, PASSWORD, USERNAME, Registry


class TestPullImage:
    def test_tag(self, driver: Driver, publish: Publish, facts: FactsOf) -> None:
        """An image is pulled by its tag, wherever that is written, and its id is given."""
        published = publish(tag="v1", labels={"a": "b"})
        for options in (
            {"repository": published.repository, "tag": "v1"},
            {"repository": published.reference, "tag": None},
        ):
            pulled = driver.pull_image(options)
            assert facts(pulled, "image")["Id"] == pulled
            assert facts(pulled, "image")["Config"]["Labels"] == published.labels
            assert facts(pulled, "image")["RepoTags"] == [published.reference]

    def test_latest(self, driver: Driver, publish: Publish, facts: FactsOf) -> None:
        """Without a tag it is the latest, and no other tag."""
        other = publish(tag="other")
        latest = publish(repository=other.repository)
        pulled = driver.pull_image({"repository": latest.repository})
        assert facts(pulled, "image")["RepoTags"] == [latest.reference]
        assert driver.inspect("image", [other.reference]) == [None]

    def test_again(self, driver: Driver, publish: Publish, facts: FactsOf) -> None:
        """A tag that has moved since is pulled anew."""
        old = publish()
        first = driver.pull_image({"repository": old.repository})
        new = publish(repository=old.repository)
        assert driver.pull_image({"repository": new.repository}) != first
        assert facts(new.reference, "image")["Config"]["Labels"] == new.labels
        driver.remove("image", [first], force=True)

    def test_digest(self, driver: Driver, publish: Publish, facts: FactsOf) -> None:
        """An image is pulled by its digest, in either spelling, and not the latest of the repository."""
        published = publish(tag="v1")
        publish(repository=published.repository)
        pulled = driver.pull_image({"repository": published.repository, "tag": published.digest})
        assert facts(pulled, "image")["Config"]["Labels"] == published.labels
        assert published.by_digest in facts(pulled, "image")["RepoDigests"]
        assert driver.pull_image({"repository": published.by_digest}) == pulled

    def test_platform(self, driver: Driver, publish: Publish) -> None:
        """The platform can be named."""
        published = publish()
        assert driver.pull_image({"repository": published.repository, "platform": f"linux/{ARCHITECTURE}"})

    @needs("connection")
    def test_another_platform(self, driver: Driver, publish: Publish, facts: FactsOf) -> None:
        """Of an image for several platforms the one that is named is pulled; one that there is not is ImageNotFound."""
        published = publish(platforms=("linux/amd64", "linux/s390x"))
        pulled = driver.pull_image({"repository": published.repository, "platform": "linux/s390x"})
        assert (facts(pulled, "image")["Os"], facts(pulled, "image")["Architecture"]) == ("linux", "s390x")
        with pytest.raises(ImageNotFound, match="platform"):
            driver.pull_image({"repository": published.repository, "platform": "linux/riscv64"})

    def test_all_tags(self, driver: Driver, publish: Publish, facts: FactsOf, accepts: Accepts) -> None:
        """All tags of a repository can be pulled; its name is given, by which the images are found."""
        first = publish(tag="one")
        second = publish(repository=first.repository, tag="two")
        with allowed(accepts("pull", "all_tags")):
            repository = driver.pull_image({"repository": first.repository, "all_tags": True})
            pulled = {facts(published.reference, "image")["Id"] for published in (first, second)}
            found = driver.ids("image", {"reference": repository})
            assert {facts(image, "image")["Id"] for image in found} == pulled

    @pytest.mark.parametrize("options", [{"repository": "any", "tag": "v1"}, {"repository": "any:v1"}])
    def test_one_of_all_tags(self, driver: Driver, options: dict[str, Any]) -> None:
        """All tags and one of them cannot both be meant."""
        with pytest.raises(UnsupportedOption) as raised:
            driver.pull_image({**options, "all_tags": True})
        assert raised.value.keyword == "all_tags"

    def test_progress(self, driver: Driver, publish: Publish) -> None:
        """Lines are reported, without their ends and colours."""
        lines: list[str] = []
        driver.pull_image({"repository": publish().repository}, on_progress=lines.append)
        assert lines
        assert not [line for line in lines if "\x1b" in line or line.endswith("\n")]

    @needs("connection")
    def test_progress_comes_while_it_runs(self, driver: Driver, publish: Publish) -> None:
        """Lines are reported before the image is there."""
        published = publish(held=True)
        before: list[str] = []

        def report(line: str) -> None:
            if not published.held.is_set():
                before.append(line)
                published.release()

        driver.pull_image({"repository": published.repository}, on_progress=report, timeout=60)
        assert before

    def test_what_the_progress_raises(self, driver: Driver, publish: Publish, children: Callable[[], set[int]]) -> None:
        """An error of the callback ends the pull, and is the caller's."""
        before = children()

        def stop(line: str) -> None:
            raise KeyError(line)

        with pytest.raises(KeyError):
            driver.pull_image({"repository": publish().repository}, on_progress=stop)
        assert children() == before

    def test_missing(self, driver: Driver, publish: Publish) -> None:
        """A tag or a repository that the registry does not have is ImageNotFound, and named, with what to check."""
        repository = publish(tag="v1").repository
        for wanted in (repository, f"{repository}:nope", f"{repository}-nope"):
            with pytest.raises(ImageNotFound, match=f"{wanted}.*Check the name"):
                driver.pull_image({"repository": wanted})

    def test_unauthorized(self, driver: Driver, publish: Publish) -> None:
        """A registry that wants credentials is Unauthorized, with what to do."""
        published = publish(private=True)
        with pytest.raises(Unauthorized, match=f"{published.repository}.* wants a login.*auth_config"):
            driver.pull_image({"repository": published.repository})
        assert driver.inspect("image", [published.reference]) == [None]

    def test_credentials(self, driver: Driver, publish: Publish, accepts: Accepts) -> None:
        """An image is pulled with credentials, in both forms of them."""
        published = publish(private=True)
        pair = base64.b64encode(f"{USERNAME}:{PASSWORD}".encode()).decode()
        for login in ({"username": USERNAME, "password": PASSWORD}, {"auth": pair}):
            with allowed(accepts("pull", "auth_config")):
                assert driver.pull_image({"repository": published.repository, "auth_config": login})
                driver.remove("image", [published.reference])

    def test_wrong_credentials(self, driver: Driver, publish: Publish, accepts: Accepts) -> None:
        """Credentials that are refused are Unauthorized, which says so, and no part of the error."""
        repository, wrong = publish(private=True).repository, {"username": USERNAME, "password": "hunter3"}
        error = Unauthorized if accepts("pull", "auth_config") else UnsupportedOption
        with pytest.raises(error, match="refused the login" if error is Unauthorized else "") as raised:
            driver.pull_image({"repository": repository, "auth_config": wrong})
        assert "hunter3" not in f"{raised.value!r} {raised.value.command} {raised.value.stderr}"

    @pytest.mark.parametrize(
        "login",
        [
            "me:hunter3",
            {"username": "me"},
            {"password": "hunter3"},
            {"auth": "hunter3"},
            {"username": "me", "password": ["hunter3"]},
            {"username": "me", "password": "hunter3", "colour": "red"},
            {"username": "me", "password": "hunter3", "serveraddress": "https://other.example.org/v2/"},
        ],
    )
    def test_what_is_no_login(self, driver: Driver, login: Any) -> None:
        """What are no credentials, or those of another registry, is refused, and no part of the error."""
        with pytest.raises(UnsupportedOption) as raised:
            driver.pull_image({"repository": "127.0.0.1:1/nothing", "auth_config": login})
        assert raised.value.keyword == "auth_config"
        assert "hunter3" not in repr(raised.value)

    @needs("connection")
    def test_no_registry(self, driver: Driver) -> None:
        """A registry that does not answer is the engine's error, not a missing engine."""
        with pytest.raises(EngineError, match=r"127\.0\.0\.1:1/nothing") as raised:
            driver.pull_image({"repository": "127.0.0.1:1/nothing"})
        assert not isinstance(raised.value, (NotFound, Unauthorized))

    @needs("connection")
    def test_failing_registry(self, driver: Driver, can_host: bool) -> None:
        """A registry that fails is the engine's error, with what the registry answered."""
        skip_without("host", can_host)
        with Registry(status=500) as registry, pytest.raises(EngineError, match="500") as raised:
            driver.pull_image({"repository": f"{registry.address}/any"})
        assert not isinstance(raised.value, (NotFound, Unauthorized))

    @needs("connection")
    def test_deadline(
        self,
        driver: Driver,
        publish: Publish,
        children: Callable[[], set[int]],
        threads: Callable[[], set[threading.Thread]],
    ) -> None:
        """A pull that is not done in time is DeadlineExceeded, and nothing of ours is left."""
        before, started, published = children(), time.monotonic(), publish(held=True)
        with pytest.raises(DeadlineExceeded):
            driver.pull_image({"repository": published.repository}, timeout=1)
        assert time.monotonic() - started < 15
        published.release()
        assert children() == before
        assert not threads()

    @pytest.mark.parametrize("options", [{}, {"repository": "any", "colour": "red"}])
    def test_what_cannot_be_meant(self, driver: Driver, options: dict[str, Any]) -> None:
        """There is no pull without a repository, and no keyword that there is not."""
        with pytest.raises(UnsupportedOption) as raised:
            driver.pull_image(options)
        assert raised.value.keyword == ("colour" if options else "repository")


class TestTagImage:
    def test_one_more_name(
        self, driver: Driver, can_tag_image: bool, own_image: str, named: Named, facts: FactsOf
    ) -> None:
        """An image can have several names, and keeps the others when one is removed."""
        first, second = named("image"), named("image", "v1")
        with allowed(can_tag_image, UnsupportedOperation):
            driver.tag_image(own_image, first)
            driver.tag_image(first, *second.rsplit(":", 1))
            names = {f"{own_image}:latest", f"{first}:latest", second}
            assert set(facts(own_image, "image")["RepoTags"]) == names
            driver.remove("image", [first, second])
            assert facts(own_image, "image")["RepoTags"] == [f"{own_image}:latest"]

    def test_several_names(self, driver: Driver, can_tag_image: bool, own_image: str, named: Named) -> None:
        """An image with several names is removed by its id with force only."""
        with allowed(can_tag_image, UnsupportedOperation):
            driver.tag_image(own_image, named("image"))
            [facts] = driver.inspect("image", [own_image])
            assert facts is not None
            with pytest.raises(EngineError):
                driver.remove("image", [facts["Id"]])
            driver.remove("image", [facts["Id"]], force=True)
            assert driver.inspect("image", [own_image]) == [None]

    def test_missing(self, driver: Driver, can_tag_image: bool) -> None:
        """An image that is not there has no names."""
        with pytest.raises(NotFound if can_tag_image else UnsupportedOperation):
            driver.tag_image("no-such-image", "other")
