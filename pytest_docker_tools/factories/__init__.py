"""The fixture factories, one module each."""

from __future__ import annotations

from .build import build
from .container import container
from .fetch import fetch
from .image import image
from .image_or_build import image_or_build
from .network import network
from .volume import volume

__all__ = ["build", "container", "fetch", "image", "image_or_build", "network", "volume"]
