"""What is timed."""

from __future__ import annotations

from dataclasses import dataclass

# What a scenario does not use is not to be part of what all of its commands take.
_NO_XDIST = ("-p", "no:xdist", "-p", "no:xdist.looponfail")
_REUSE = "--reuse-containers"


@dataclass(frozen=True)
class Scenario:
    """A piece of work, and the commands that do it. `suite` and `bare_suite` are files in suites, `script` in shell."""

    name: str
    title: str
    suite: str
    #: The shell script that does the same work.
    script: str | None = None
    #: What pytest runs by itself, without this library and the reference.
    bare_suite: str | None = None
    #: Of pytest.
    arguments: tuple[str, ...] = _NO_XDIST
    #: How often each command runs in a round. Short ones need more runs to tell them apart.
    repeat: int = 1

    @property
    def keeps(self) -> bool:
        """Whether containers stay from one run to the next."""
        return _REUSE in self.arguments


SCENARIOS = (
    Scenario(
        "containers",
        "30 tests, each with a container of its own",
        "containers/test_containers.py",
        script="containers",
    ),
    Scenario(
        "ports",
        "20 tests, each with a container of its own that publishes a port and answers one request",
        "containers/test_ports.py",
        script="ports",
    ),
    Scenario(
        "services",
        "One test of 8 independent services that listen after 2 s (shell: all at once)",
        "containers/test_services.py",
        script="services",
    ),
    Scenario(
        "start-up",
        "One empty test, the plugin installed, no factory imported",
        "empty/test_nothing.py",
        bare_suite="empty/test_nothing.py",
        repeat=5,
    ),
    Scenario(
        "reuse",
        "One test of 5 containers that an earlier run has left, each with a published port",
        "containers/test_reuse.py",
        arguments=(*_NO_XDIST, _REUSE),
    ),
    Scenario(
        "workers",
        "40 tests, each with a container of its own, on 2 workers of pytest-xdist",
        "containers/test_workers.py",
        arguments=("-n", "2"),
    ),
    Scenario(
        "many",
        "200 tests, each with a container of its own (bare pytest: 200 empty tests)",
        "many/test_containers.py",
        bare_suite="many/test_nothing.py",
    ),
)
