"""As many tests as in `test_containers`, which do nothing."""

from __future__ import annotations

import pytest


@pytest.mark.parametrize("number", range(200))
def test_nothing(number: int) -> None:
    """Nothing is done."""
