"""Fixture factories for pytest that describe a test environment of containers, and make, check and remove it."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .factories.build import build
    from .factories.container import container
    from .factories.fetch import fetch
    from .factories.image import image
    from .factories.image_or_build import image_or_build
    from .factories.network import network
    from .factories.volume import volume
    from .templates import fxtr

__tracebackhide__ = True

# The only place that has it: the metadata of the distribution is made from it.
__version__ = "4.0.0.dev0"

__all__ = ["build", "container", "fetch", "fxtr", "image", "image_or_build", "network", "volume"]
_MODULES = ("exceptions", "factories", "probes", "wrappers")


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used: pytest imports this package at every start."""
    if name in _MODULES:
        return import_module(f"{__name__}.{name}")
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    module = import_module(f"{__name__}.{'templates' if name == 'fxtr' else 'factories'}")
    value = globals()[name] = getattr(module, name)
    return value


def __dir__() -> list[str]:
    return sorted([*globals(), *__all__])
