"""The labels that say which containers, networks and volumes this project made, and for whom.

Of images only the one that volumes are filled through has them: they would change the id of any other.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import normalise
from .driver import Facts, Kind

__tracebackhide__ = True

CREATOR = "creator"
CREATED_BY_US = "pytest-docker-tools"
#: "true" for what a run keeps for later ones.
REUSABLE = "pytest-docker-tools.reusable"
#: "true" for what the workers of a run have in common.
SHARED = "pytest-docker-tools.shared"
#: What it was made from (see `signature`).
SIGNATURE = "pytest-docker-tools.signature"
DEFINITION = "pytest-docker-tools.definition"
#: The second of the epoch from which it may be taken for dead, whoever made it; for what is reusable, for old.
EXPIRES = "pytest-docker-tools.expires"
#: Different for each creation.
CREATION = "pytest-docker-tools.creation"
#: The run that made it, and which process of it (see `runs`).
RUN = "pytest-docker-tools.run"
OWNER = "pytest-docker-tools.owner"
#: That process for who does not meet it (see `processes`), and the container that it is in (see `owners`).
PROCESS = "pytest-docker-tools.process"
CONTAINER = "pytest-docker-tools.container"
#: "failed" where the run keeps what failed tests have used.
KEEP = "pytest-docker-tools.keep"
#: "true" for the image, and the container, that a volume is filled through.
SEEDING = "pytest-docker-tools.seeding"
#: The name of the volume that is not whole for as long as the one with this label is beside it.
UNFINISHED = "pytest-docker-tools.unfinished"


def added(options: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """Give options with these labels, and the mark of this project, next to the user's own."""
    own = normalise.labels("labels", options.get("labels") or {})
    return {**options, "labels": {**own, CREATOR: CREATED_BY_US, **labels}}


def of(kind: Kind, facts: Facts) -> dict[str, str]:
    """Give the labels in the inspect JSON of a container, image, network or volume."""
    holder = facts["Config"] if kind in ("container", "image") else facts
    return dict(holder.get("Labels") or {})
