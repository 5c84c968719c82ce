"""What several properties claim."""

from __future__ import annotations

import re
from typing import Any

from pytest_docker_tools.exceptions import DockerToolsError, UnsupportedOption
from pytest_docker_tools.normalise.values import Form


def assert_sentence(error: DockerToolsError) -> None:
    """An error of ours is a sentence with something in it."""
    assert re.search(r"\w+ \w+", str(error))
    assert str(error).rstrip()[-1] in ".?!:…])}'\""


def assert_kept_or_refused(form: Form, value: Any) -> Any:
    """A value has a form, which is its own form, and the same each time; or it is refused by name. None is the latter."""
    try:
        found = form("keyword", value)
    except UnsupportedOption as error:
        assert error.keyword == "keyword"
        assert str(error).startswith("'keyword' cannot be used here: ")
        assert str(error).endswith(".")
        return None
    assert same(form("keyword", value), found)
    assert same(form("keyword", found), found)
    return found


def same(one: Any, another: Any) -> bool:
    """Say whether two values are equal, and of the same types, at any depth, as NaN is equal to itself."""
    return repr(one) == repr(another)
