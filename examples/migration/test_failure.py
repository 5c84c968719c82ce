"""A migration that fails is the error that is seen, not what would come of it."""

from __future__ import annotations

import pytest

from pytest_docker_tools import container, probes
from pytest_docker_tools.exceptions import ContainerFailed

migration = container(
    image="{python.id}",
    command=["python3", "-c", "import sys; sys.exit('no space left for tables')"],
    wait_for=probes.Exited(),
)


def test_failure(request: pytest.FixtureRequest) -> None:
    """The app is not started; the error has the exit code and the log of the migration."""
    with pytest.raises(ContainerFailed, match=r"(?s)exit code 1.*no space left for tables"):
        request.getfixturevalue("app")
