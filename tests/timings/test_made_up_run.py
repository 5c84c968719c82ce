"""The script with which the page is looked at."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

SCRIPT = Path(__file__).parents[2] / "scripts" / "timings_page.py"


def test_the_script_writes_a_page(tmp_path: Path) -> None:
    """It makes up a run with so many tests, on so many workers."""
    subprocess.run([sys.executable, SCRIPT, "8", tmp_path / "page.html", "--workers=2"], check=True)
    written = (tmp_path / "page.html").read_text("utf-8")
    assert written.count('<div class="process">') == 2
    assert written.count('title="tests/shop/test_it.py::') >= 8
