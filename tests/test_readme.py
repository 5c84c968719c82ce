"""The examples of the README are true."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from pytest_docker_tools.testing import MemoryEngine, MemoryImage

from .conftest import Run

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text()
BLOCK = re.compile(r"(?:<!-- from: (?P<source>\S+) -->\n)?```python\n# (?P<name>\S+)\n(?P<code>.*?)```", re.DOTALL)
BLOCKS = list(BLOCK.finditer(README))
QUOTED = [block for block in BLOCKS if block["source"]]
RUN = [block for block in BLOCKS if not block["source"]]


def test_every_block_is_checked() -> None:
    """Every piece of Python in the README is one that the tests below quote or run."""
    assert README.count("```python") == len(BLOCKS)
    assert QUOTED
    assert RUN


@pytest.mark.parametrize("block", QUOTED, ids=lambda block: block["source"])
def test_quoted_code_is_in_the_example(block: re.Match[str]) -> None:
    """What the README shows of an example stands in it to the letter."""
    assert block["code"].strip() in (ROOT / block["source"]).read_text()


@pytest.mark.parametrize(
    "block", [block for block in RUN if block["name"] != "conftest.py"], ids=lambda block: block["name"]
)
def test_code_runs(
    block: re.Match[str],
    pytester: pytest.Pytester,
    run: Run,
    engine: MemoryEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A test module of the README passes, together with the conftest.py that precedes it."""
    monkeypatch.delenv("IMAGE_ID", raising=False)
    engine.registry["redis:7"] = MemoryImage(listens=("6379/tcp",), logs=b"Ready to accept connections\n")
    engine.add_image("redis:7", engine.registry["redis:7"])
    (pytester.mkdir("app") / "Dockerfile").write_text("FROM scratch\n")
    previous = [other for other in RUN if other["name"] == "conftest.py" and other.start() < block.start()]
    pytester.makeconftest(previous[-1]["code"])
    pytester.makepyfile(**{block["name"].removesuffix(".py"): block["code"]})
    result = run()
    assert result.ret == 0
    assert "passed" in result.parseoutcomes()
