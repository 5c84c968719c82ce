"""What workers cannot have in common, and what fails, on a real engine."""

from __future__ import annotations

from pytest_docker_tools.driver import Driver

from ..conftest import Left, Project
from .conftest import EACH, Events


class TestErrors:
    """What cannot be had in common, and what fails."""

    def test_values_of_each_worker(self, project: Project, nothing_left: None) -> None:
        """What is different in each worker is an error in all but one of them, with the keyword."""
        result = project(
            "it = container(image=BASE, command='sleep 600', init=True, scope='session', shared=True, "
            "environment={'WHO': '{worker_id}'}, labels=MARK)\ndef test_it(it): ...",
            "-n2",
            EACH,
        )
        result.assert_outcomes(passed=1, errors=1)
        result.stdout.fnmatch_lines(["E *UsageError: container 'it' (*test_it.py:*, for: environment. *worker_id*"])

    def test_a_name_that_is_taken(
        self, project: Project, driver: Driver, left: Left, mark: str, events: Events
    ) -> None:
        """What somebody else has under the user's name stays as it is, and the workers say so, also for a volume."""
        made = driver.create_volume({"name": f"data-{mark}", "labels": {"made-for": mark}})
        result = project(
            "it = volume(name='data-' + MARK['made-for'], scope='session', shared=True, labels=MARK, "
            "initial_content={'a': b'1'})\ndef test_it(it): ...",
            "-n2",
            EACH,
        )
        result.assert_outcomes(errors=2)
        result.stdout.fnmatch_lines_random(
            [
                f"E *Conflict: *data-{mark}*",
                f"E *FailedElsewhere: volume 'it' *could not be made by this run's worker gw?: Conflict: *data-{mark}*",
            ]
        )
        assert left() == [made]
        assert driver.inspect("volume", [f"{made}.unfinished"]) == [None]

    def test_it_is_tried_once(self, project: Project, events: Events, nothing_left: None) -> None:
        """One that fails is made by one worker, and the others say what that has said."""
        # With a port, as without one it would be ready if it was seen to run for a moment.
        result = project(
            "it = container(image=BASE, command=['sh', '-c', 'echo no config; exit 3'], scope='session', shared=True, "
            "ports={'80/tcp': None}, labels=MARK)\ndef test_it(it): ...",
            "-n3",
            EACH,
        )
        result.assert_outcomes(errors=3)
        # The short summary may say it once more.
        said = [line for line in result.outlines if line.startswith("E  ")]
        assert sum("exceptions.ContainerFailed: Container" in line for line in said) == 1
        assert sum("FailedElsewhere: container 'it'" in line for line in said) == 2
        assert said.count("E   no config") == 3
        assert len(events("create_container")) == 1
