"""What the workers of xdist do once per run: a pull, or a build, of the same definition."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from . import locks, meeting, runs
from .definition import Setup
from .driver import Driver
from .exceptions import UsageError
from .normalise import Verb
from .signature import definition, signature
from .tasks import Work, call

__tracebackhide__ = True


async def done(
    setup: Setup, verb: Verb, options: Mapping[str, Any], make: Callable[[], Work[str]], **besides: Any
) -> str:
    """Give what `make` gives, a reference to images, or what it gave to the first worker that asked for the same.

    The same is what has the same options of a verb, and the same `besides`, for as long as the engine has it. A fixture
    whose scope is shorter than the session asks again, in each worker, as it would without workers.
    """
    if setup.instance.scope != "session" or not runs.is_of_several(setup.config):
        return await make()
    try:
        run = runs.of(setup.config)
    except UsageError:
        # Where workers cannot meet, each does it.
        return await make()
    # A name made from what may be secret is of no use without the id of the run.
    endpoint = await call(setup.driver.endpoint)
    asked = runs.key(run.id, endpoint.url, verb, signature(definition(verb, options, besides)))
    answer = run.folder / "images" / asked
    with await locks.taken(answer.with_suffix(".lock")), run.trying(answer, setup.title):
        if answer.exists() and await call(_is_there, setup.driver, answer.read_text()):
            return answer.read_text()
        ref = await make()
        meeting.write(answer, ref)
    return ref


def _is_there(driver: Driver, ref: str) -> bool:
    # A repository may have no tag "latest".
    return driver.inspect("image", [ref]) != [None] or bool(driver.ids("image", {"reference": ref}))
