"""An object model over a driver, in the shape of docker-py's: `Client`, and its containers, images, networks, volumes.

What of docker-py's is here, and what differs, says docs/client.md. The rest raises an AttributeError that names the
docker-py backend.
"""

from __future__ import annotations

from .client import Client
from .containers import Container
from .images import Image
from .model import inspect
from .networks import Network
from .volumes import Volume

__all__ = ["Client", "Container", "Image", "Network", "Volume", "inspect"]
