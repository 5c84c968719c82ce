"""The page about keywords is what the drivers say of themselves."""

from __future__ import annotations

import runpy
from pathlib import Path

ROOT = Path(__file__).parents[1]


def test_the_page_is_up_to_date() -> None:
    """docs/keywords.md is what scripts/keyword_table.py writes now."""
    written = runpy.run_path(str(ROOT / "scripts" / "keyword_table.py"))
    assert (ROOT / "docs" / "keywords.md").read_text() == written["page"]()
