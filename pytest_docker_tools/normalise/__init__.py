"""The forms in which docker-py's options may be written, each brought to one form.

For drivers, which render options. `normalised` brings all options of a verb to their forms; the other functions are for
what has to be known of some before, or of what is no option.
"""

from __future__ import annotations

from .images import image_reference, is_remote, split_reference
from .networking import endpoint
from .storage import VolumeBind, volumes
from .tables import TABLES, Verb, normalised, takes_any_text
from .values import filters, joined, labels, words

__all__ = [
    "TABLES",
    "Verb",
    "VolumeBind",
    "endpoint",
    "filters",
    "image_reference",
    "is_remote",
    "joined",
    "labels",
    "normalised",
    "split_reference",
    "takes_any_text",
    "volumes",
    "words",
]
