"""The labels that say which containers, networks and volumes this project made. (An image's would change its id.)"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from . import normalise
from .driver import Facts, Kind

__tracebackhide__ = True

CREATOR = "creator"
CREATED_BY_US = "pytest-docker-tools"
REUSABLE = "pytest-docker-tools.reusable"
SIGNATURE = "pytest-docker-tools.signature"
CREATION = "pytest-docker-tools.creation"


def added(options: Mapping[str, Any], labels: Mapping[str, str]) -> dict[str, Any]:
    """Give options with these labels, and the mark of this project, next to the user's own."""
    own = normalise.labels("labels", options.get("labels") or {})
    return {**options, "labels": {**own, CREATOR: CREATED_BY_US, **labels}}


def of(kind: Kind, facts: Facts) -> dict[str, str]:
    """Give the labels in the inspect JSON of a container, network or volume."""
    holder = facts["Config"] if kind == "container" else facts
    return dict(holder.get("Labels") or {})


def is_reusable(kind: Kind, facts: Facts) -> bool:
    """Say whether a run with --reuse-containers made this."""
    labels = of(kind, facts)
    return labels.get(CREATOR) == CREATED_BY_US and labels.get(REUSABLE) == "true"
