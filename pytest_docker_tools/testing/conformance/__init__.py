"""The conformance suite: what the contract of a driver promises, as tests.

A test module beside a driver adopts it, and `pytest test_conformance.py --docker-backend=mine` runs it:

    import pytest
    from pytest_docker_tools.testing.conformance import *
    pytest_plugins = ["pytest_docker_tools.testing.fixtures"]

    @pytest.fixture(scope="session")
    def image() -> str:
        return "localhost/busybox"

What is different about a driver is said by the driver: `refuses` has the keywords that it does not carry out, `lacks`
what it cannot do. What is different about its engine is said by overriding a fixture, as `image` here:
`refused_options` for single rows of the tables, `reported` for what the engine reports otherwise, `can_processes` and
its like for what cannot be done. An expectation more is one more test in that module. One less is
`del TestExecute.test_tty`, with the reason beside it.
"""

from __future__ import annotations

from .archives import TestGetArchive, TestPutArchive
from .attachments import TestAttachments
from .build import TestBuildImage
from .build_output import TestBuildOutput
from .build_secrets import TestBuildSecrets
from .connection import (
    TestClient,
    TestClose,
    TestEndpoint,
    TestListening,
    TestMissing,
    TestRecipe,
    TestStillRuns,
    TestVersion,
)
from .create import TestCreateContainer
from .deadlines import TestDeadEngine, TestDeadlines
from .errors import TestErrors, TestSecrets
from .execute import TestExecute
from .keywords import TestKeywords
from .kinds import TestIds, TestInspect, TestRemove
from .life import TestHealth, TestKill, TestPause, TestRestart, TestStart, TestStop, TestWait
from .log import TestFollow, TestLogs
from .networks import TestConnect, TestCreateNetwork, TestCreateVolume
from .pull import TestPullImage, TestTagImage
from .removal import TestBeginRemoval
from .run import TestRunContainer
from .side_by_side import TestThreads

__all__ = [
    "TestAttachments",
    "TestBeginRemoval",
    "TestBuildImage",
    "TestBuildOutput",
    "TestBuildSecrets",
    "TestClient",
    "TestClose",
    "TestConnect",
    "TestCreateContainer",
    "TestCreateNetwork",
    "TestCreateVolume",
    "TestDeadEngine",
    "TestDeadlines",
    "TestEndpoint",
    "TestErrors",
    "TestExecute",
    "TestFollow",
    "TestGetArchive",
    "TestHealth",
    "TestIds",
    "TestInspect",
    "TestKeywords",
    "TestKill",
    "TestListening",
    "TestLogs",
    "TestMissing",
    "TestPause",
    "TestPullImage",
    "TestPutArchive",
    "TestRecipe",
    "TestRemove",
    "TestRestart",
    "TestRunContainer",
    "TestSecrets",
    "TestStart",
    "TestStillRuns",
    "TestStop",
    "TestTagImage",
    "TestThreads",
    "TestVersion",
    "TestWait",
]
