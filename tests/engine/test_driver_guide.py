"""The driver in the guide for authors of drivers works."""

from __future__ import annotations

import os

import pytest

from ..conftest import write_driver_of_the_guide
from .conftest import BASE

# What takes the driver's own client, its errors and its refusals, and is soon done.
PART = "TestIds or TestInspect or TestMissing or TestRecipe or TestEndpoint or TestDeadEngine or privileged"


@pytest.fixture(autouse=True)
def written(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files of the guide, with an image that is here, and the script where it is found."""
    write_driver_of_the_guide(pytester.path)
    module = pytester.path / "tests" / "test_conformance.py"
    module.write_text(module.read_text().replace("busybox:latest", BASE))
    monkeypatch.setenv("PYTHONPATH", str(pytester.path))
    monkeypatch.setenv("PATH", str(pytester.path / "bin"), prepend=os.pathsep)


def test_a_part_of_the_suite(pytester: pytest.Pytester) -> None:
    """The driver passes a part of the conformance suite."""
    options = ["--docker-backend=dock", "-p", "no:cacheprovider", "-k", PART]
    result = pytester.runpytest_subprocess("tests/test_conformance.py", *options, timeout=600)
    assert result.ret == 0
    assert result.parseoutcomes()["passed"] > 20


def test_a_fixture(pytester: pytest.Pytester) -> None:
    """A container is made, and looked into, with the driver."""
    module = pytester.makepyfile(
        test_it=f"""
        from pytest_docker_tools import container

        it = container(image={BASE!r}, command="sleep 600", init=True)

        def test_it(it):
            assert it.exec_run("echo hello").output == b"hello\\n"
        """
    )
    result = pytester.runpytest_subprocess(module, "--docker-backend=dock", timeout=600)
    result.assert_outcomes(passed=1)
    result.stdout.fnmatch_lines(["dock (*"])
