"""What the log of a build that failed says, as each of the builders writes it."""

from __future__ import annotations

import re
from collections.abc import Sequence

from pytest_docker_tools.build_output import shortened
from pytest_docker_tools.driver import Progress

from . import errors

__tracebackhide__ = True

_NOTICE = "DEPRECATED: The legacy builder"
# What the client says on its own at the end, from the last line that begins so; before there was buildx the last line.
_OWN_WORDS = "ERROR: "
# What podman says comes after what a step wrote without an end of the line.
_AFTER_OUTPUT = re.compile(".*(?=Error: building at STEP )")
_BUILDKIT_FAILED = re.compile(r"(#\d+ )ERROR")
_TIME = re.compile(r"^\d+\.\d+ ")
_STEP = re.compile(r"step \d+/\d+ ?: ", re.IGNORECASE)
# What BuildKit writes of a step besides its output, and what is written where it is another builder's, or of no step.
_OF_BUILDKIT = re.compile(r"sha256:[0-9a-f]{64}$|ERROR: ")
_BESIDE_STEPS = re.compile(r" ---> |Removing intermediate container |Sending build context to |#\d+ |-+$| > \[")
# Said of a step, of whose command it has the words.
_OF_A_STEP = re.compile(
    "returned a non-zero code|executor failed running|did not complete successfully|while running runtime"
)
# What a builder refuses of the options, by docker-py's keywords.
REFUSED = {
    "isolation": re.compile("(unsupported|unrecognized) isolation", re.IGNORECASE),
    "network_mode": re.compile("network mode .* not supported"),
    "tag": re.compile('^invalid tag "'),
}


def without_notice(report: Progress | None) -> Progress | None:
    """Give what passes on all lines but those in which the client warns of its own builder."""
    if report is None:
        return None
    is_notice = False

    def pass_on(line: str) -> None:
        nonlocal is_notice
        is_notice = line.startswith(_NOTICE) or (is_notice and not line[:1].strip())
        if not is_notice:
            report(line)

    return pass_on


def reason(log: str) -> str:
    """Give the client's own words about what went wrong, nothing where it says nothing."""
    lines = log.splitlines()
    own = [number for number, line in enumerate(lines) if line.startswith(_OWN_WORDS)]
    if own and not _steps(lines):
        return errors.clean("\n".join(lines[own[-1] :]))
    return errors.clean(_AFTER_OUTPUT.sub("", "".join(errors.clean(log).splitlines()[-1:])))


def is_of_a_step(said: str) -> bool:
    """Say whether a reason is that a step failed."""
    return bool(_OF_A_STEP.search(said))


def failing_step(log: str) -> list[str]:
    """Give the step that failed, and the last lines that it wrote."""
    lines = [line for line in log.splitlines() if line.strip()]
    failed, steps = [found[1] for found in map(_BUILDKIT_FAILED.match, lines) if found], _steps(lines)
    if failed:
        written = [line.removeprefix(failed[-1]) for line in lines if line.startswith(failed[-1])]
        step = [_TIME.sub("", line, count=1) for line in written if not _OF_BUILDKIT.match(line)]
    else:
        # Without a step, what is there is the client's.
        found = lines[steps[-1] :] if steps else errors.clean(log).splitlines()
        step = [line for line in found[:-1] if not _BESIDE_STEPS.match(line)]
    return shortened(step)


def _steps(lines: Sequence[str]) -> list[int]:
    """Give the lines with which a step of the classic builder's, or of podman's, begins."""
    return [number for number, line in enumerate(lines) if _STEP.match(line)]
