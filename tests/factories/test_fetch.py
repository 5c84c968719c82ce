"""Images that are pulled."""

from __future__ import annotations

from typing import Any
from unittest.mock import Mock

import pytest

from pytest_docker_tools import fetch, fxtr
from pytest_docker_tools.exceptions import EngineUnavailable, UsageError
from pytest_docker_tools.testing import MemoryDriver, MemoryEngine, MemoryImage

from ..conftest import Run

HEADER = "import pytest\nfrom pytest_docker_tools import *\n"
OLD, NEW = MemoryImage(labels={"is": "old"}), MemoryImage(labels={"is": "new"})


def pulls(engine: MemoryEngine) -> list[Any]:
    """Give the repositories of all pulls."""
    return [arguments["options"]["repository"] for verb, arguments in engine.calls if verb == "pull_image"]


@pytest.fixture
def moved(engine: MemoryEngine) -> MemoryEngine:
    """An engine with an image whose name stands for a newer one in the registry."""
    engine.add_image("moved", OLD)
    engine.registry["moved:latest"] = NEW
    return engine


class TestPolicy:
    @pytest.mark.parametrize(
        ("keyword", "ini", "expected"),
        [
            (None, None, "new"),
            (None, "always", "new"),
            (None, "missing", "old"),
            ("'missing'", None, "old"),
            ("'missing'", "always", "old"),
            ("'always'", "missing", "new"),
            ("'{policy}'", None, "old"),
            ("fxtr('policy')", None, "old"),
            ("policy", None, "old"),
            ("lambda policy: policy", None, "old"),
            ("None", "missing", "old"),
        ],
    )
    def test_where_it_is_said(
        self,
        pytester: pytest.Pytester,
        run: Run,
        moved: MemoryEngine,
        keyword: str | None,
        ini: str | None,
        expected: str,
    ) -> None:
        """The keyword beats the ini option; without either the registry is asked."""
        pytester.makeini("[pytest]\n" + (f"docker_pull_policy = {ini}\n" if ini else ""))
        pytester.makepyfile(
            HEADER
            + "@pytest.fixture(scope='session')\ndef policy():\n    return 'missing'\n"
            + f"it = fetch(repository='moved'{f', policy={keyword}' if keyword else ''})\n"
            + f"def test_it(it): assert it.labels['is'] == {expected!r}\n"
        )
        run().assert_outcomes(passed=1)
        assert len(pulls(moved)) == (expected == "new")

    @pytest.mark.parametrize("policy", ["if-missing", "", True, 5, ["missing"]])
    def test_a_wrong_value_at_import(self, policy: Any) -> None:
        """A policy that there is not is refused where it is written."""
        with pytest.raises(UsageError, match=r"fetch\(policy=\.\.\.\) takes 'missing' or 'always', not "):
            fetch(repository="x", policy=policy)

    def test_a_reference_is_not_judged_at_import(self) -> None:
        """What stands for a policy is known when the fixture is set up."""
        for policy in ("{policy}", fxtr("policy"), lambda policy: policy):
            fetch(repository="x", policy=policy)

    @pytest.mark.parametrize(
        ("keyword", "ini", "said"),
        [
            ("'{policy}'", "missing", "fetch(policy=...) takes 'missing' or 'always', not 'never'*"),
            ("None", "never", "The ini option docker_pull_policy takes 'missing' or 'always', not 'never'*"),
        ],
    )
    def test_a_wrong_value_at_setup(
        self, pytester: pytest.Pytester, run: Run, keyword: str, ini: str, said: str
    ) -> None:
        """A wrong value of a reference, or of the ini option, says which of them it is."""
        pytester.makeini(f"[pytest]\ndocker_pull_policy = {ini}\n")
        pytester.makepyfile(
            HEADER
            + "@pytest.fixture(scope='session')\ndef policy():\n    return 'never'\n"
            + f"it = fetch(repository='moved', policy={keyword})\ndef test_it(it): ...\n"
        )
        result = run()
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines([f"E *UsageError: {said}".replace("[", "[[]")])

    @pytest.mark.parametrize(
        ("options", "is_pulled"),
        [
            ("platform='linux/amd64'", False),
            ("platform='LINUX/amd64'", False),
            ("platform='linux/arm64'", True),
            ("platform='linux/amd64/v3'", True),
            ("platform='linux'", True),
            ("tag='latest'", False),
            ("tag='other'", True),
        ],
    )
    def test_what_counts_as_there(
        self, pytester: pytest.Pytester, run: Run, moved: MemoryEngine, options: str, is_pulled: bool
    ) -> None:
        """An image counts as there by its tag, and if it is, as far as is known, for the platform that is asked for."""
        moved.registry["moved:other"] = NEW
        pytester.makepyfile(
            HEADER + f"it = fetch(repository='moved', policy='missing', {options})\ndef test_it(it): ..."
        )
        run().assert_outcomes(passed=1)
        assert bool(pulls(moved)) is is_pulled

    def test_a_digest(self, pytester: pytest.Pytester, run: Run, moved: MemoryEngine) -> None:
        """An image that was pulled by its digest is there by its digest."""
        pytester.makepyfile(
            HEADER
            + "it = fetch(repository='moved')\n"
            + "again = fetch(repository='moved@{it.id}', policy='missing')\n"
            + "def test_it(it, again): assert again == it\n"
        )
        run().assert_outcomes(passed=1)
        assert len(pulls(moved)) == 1


class TestWhatCannotBePulled:
    def test_it_is_on_the_engine(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """Where a pull fails, and the engine has an image of that name, the error says how to use it."""
        engine.add_image("local:1", OLD)
        pytester.makepyfile(HEADER + "it = fetch(repository='local', tag='1')\ndef test_it(it): ...")
        result = run()
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(
            ["E *ImageNotFound: could not pull*The engine has an image of this name*'missing'*"]
        )

    @pytest.mark.parametrize(
        "keywords", ["repository='nowhere'", "repository='local', all_tags=True", "repository='local', platform='a/b'"]
    )
    def test_it_is_not(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, keywords: str) -> None:
        """Where the engine has none, not for this platform, or nobody can tell whether it has all, nothing is added."""
        engine.add_image("local:latest", OLD)
        pytester.makepyfile(HEADER + f"it = fetch({keywords})\ndef test_it(it): ...")
        result = run()
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E *ImageNotFound: could not pull*"])
        result.stdout.no_fnmatch_line("*The engine has an image*")

    def test_the_engine_does_not_answer_either(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        """Where it cannot be said whether the engine has the image, the error is that of the pull."""
        gone = EngineUnavailable("the engine is gone")
        monkeypatch.setattr(MemoryDriver, "inspect", Mock(side_effect=gone))
        pytester.makepyfile(HEADER + "it = fetch(repository='nowhere')\ndef test_it(it): ...")
        result = run()
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E *ImageNotFound: could not pull*"])
        result.stdout.no_fnmatch_line("*the engine is gone*")


class TestAllTags:
    @pytest.mark.parametrize("policy", ["always", "missing"])
    def test_value(self, pytester: pytest.Pytester, run: Run, moved: MemoryEngine, policy: str) -> None:
        """The value is a list of images, which the registry is always asked for."""
        moved.registry["moved:old"] = OLD
        pytester.makepyfile(
            HEADER
            + f"images = fetch(repository='moved', all_tags=True, policy={policy!r})\n"
            + "def test_it(images): assert sorted(image.labels['is'] for image in images) == ['new', 'old']\n"
        )
        run().assert_outcomes(passed=1)
        assert len(pulls(moved)) == 1

    def test_with_a_tag(self, pytester: pytest.Pytester, run: Run) -> None:
        """All tags and one of them cannot both be meant."""
        pytester.makepyfile(HEADER + "it = fetch(repository='moved:1', all_tags=True)\ndef test_it(it): ...")
        result = run()
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E *UnsupportedOption: 'all_tags' *one tag, '1', is asked for too*"])


class TestPrefix:
    @pytest.mark.parametrize(
        ("prefix", "repository", "expected"),
        [
            ("mirror.test/hub/", "redis:7", "mirror.test/hub/redis:7"),
            ("mirror.test", "team/app", "mirror.test/team/app"),
            ("mirror.test/hub/", "library/redis", "mirror.test/hub/library/redis"),
            ("mirror.test/hub/", "docker.io/redis", "docker.io/redis"),
            ("mirror.test/hub/", "localhost/redis", "localhost/redis"),
            ("mirror.test/hub/", "host:5000/redis", "host:5000/redis"),
            ("mirror.test/hub/", "example.test/redis", "example.test/redis"),
            ("", "redis", "redis"),
        ],
    )
    def test_where_it_is_put(
        self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine, prefix: str, repository: str, expected: str
    ) -> None:
        """What names no registry, and nothing else, is pulled from below the prefix, and known by that name then."""
        tag = "" if ":7" in repository else ":latest"
        engine.registry[f"{expected}{tag}"] = NEW
        pytester.makeini(f"[pytest]\ndocker_image_prefix = {prefix}\n")
        pytester.makepyfile(
            HEADER
            + f"image = fetch(repository={repository!r})\nit = container(image='{{image.id}}')\n"
            + f"def test_it(it, image):\n    assert image.tags == ['{expected}{tag}']\n"
            + "    assert it.attrs['Image'] == image.id\n"
        )
        run().assert_outcomes(passed=1)
        assert pulls(engine) == [expected]

    def test_what_is_missing(self, pytester: pytest.Pytester, run: Run, engine: MemoryEngine) -> None:
        """With the policy "missing" the image is looked for under the name that it is pulled by."""
        engine.add_image("redis", OLD)
        engine.registry["mirror.test/redis:latest"] = NEW
        pytester.makeini("[pytest]\ndocker_image_prefix = mirror.test\ndocker_pull_policy = missing\n")
        module = HEADER + "image = fetch(repository='redis')\ndef test_it(image): assert image.labels['is'] == 'new'\n"
        pytester.makepyfile(module)
        for _ in range(2):
            run().assert_outcomes(passed=1)
        assert pulls(engine) == ["mirror.test/redis"]

    def test_an_address(self, pytester: pytest.Pytester, run: Run) -> None:
        """An address of the web is no beginning of an image's name."""
        pytester.makeini("[pytest]\ndocker_image_prefix = https://mirror.test/hub\n")
        pytester.makepyfile(HEADER + "it = fetch(repository='redis')\ndef test_it(it): ...")
        result = run()
        result.assert_outcomes(errors=1)
        result.stdout.fnmatch_lines(["E *UsageError: *docker_image_prefix*not 'https://mirror.test/hub'*"])

    @pytest.mark.parametrize("what", ["image(name='redis')", "container(image='redis')"])
    def test_an_image_that_is_missing(self, pytester: pytest.Pytester, run: Run, what: str) -> None:
        """What asks for a missing image by name is told to use what fetch gives, whatever its name then is."""
        pytester.makeini("[pytest]\ndocker_image_prefix = mirror.test\n")
        pytester.makepyfile(HEADER + f"it = {what}\ndef test_it(it): ...")
        result = run()
        result.assert_outcomes(errors=1)
        text = "fetch(repository='redis') in its place" if what.startswith("image") else "image='{that_fixture.id}'"
        result.stdout.fnmatch_lines([f"E *ImageNotFound: *{text}*"])
