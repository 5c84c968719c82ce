"""Makes the benchmarks importable, which are not installed, and not the library beside them, which is."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

ROOT = Path(__file__).parents[2]

spec = spec_from_file_location("benchmarks", ROOT / "benchmarks" / "__init__.py")
assert spec is not None
sys.modules.setdefault("benchmarks", module_from_spec(spec))
