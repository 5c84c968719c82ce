"""What docker-py has and no driver has a verb for: it is refused in a sentence, never dropped."""

from __future__ import annotations

from typing import Any

from .exceptions import UnsupportedOption

__tracebackhide__ = True


class DockerPyShaped:
    """Says for everything that docker-py has and a class does not where to find it."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        raise AttributeError(
            f"{type(self).__name__!r} has no attribute {name!r}. If docker-py has it, choose that with "
            "--docker-backend=docker-py."
        )


def refuse(**given: object) -> None:
    """Raise `UnsupportedOption` for the first of these keywords that asks for something."""
    for keyword, value in given.items():
        if value:
            raise UnsupportedOption(
                keyword,
                "no driver can do that. The client of docker-py can, which docker_client is with "
                "--docker-backend=docker-py.",
            )
