"""The type checker sees every keyword, in every form in which a value may be written."""

from __future__ import annotations

import ast
import inspect
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from pytest_docker_tools import build, container, fetch, image, network, options, volume

# A value, a template, fxtr(...), a fixture, a function.
FORMS = 5
FACTORIES: list[tuple[Callable[..., Any], type]] = [
    (build, options.BuildOptions),
    (container, options.ContainerOptions),
    (fetch, options.PullOptions),
    (image, options.ImageOptions),
    (network, options.NetworkOptions),
    (volume, options.VolumeOptions),
]
# What is pytest's, or is no reference.
PLAIN = {"scope", "autouse", "fixture_name", "depends_on", "shared", "wrapper_class"}


@pytest.mark.parametrize(("factory", "known"), FACTORIES, ids=[factory.__name__ for factory, _ in FACTORIES])
def test_every_keyword_is_checked_in_every_form(factory: Callable[..., Any], known: type) -> None:
    """Each keyword of a factory is in the files beside this one, with a value and with each kind of reference."""
    own = [item.name for item in inspect.signature(factory).parameters.values() if item.kind is item.KEYWORD_ONLY]
    keywords = {*known.__annotations__, *own} - PLAIN
    found: Counter[str] = Counter()
    for file in Path(__file__).parent.glob("check_*.py"):
        for node in ast.walk(ast.parse(file.read_text())):
            if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == factory.__name__:
                found.update(item.arg for item in node.keywords if item.arg)
    assert {keyword for keyword in keywords if found[keyword] < FORMS} == set()
