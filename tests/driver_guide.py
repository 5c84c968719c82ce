"""Reading the guide for authors of drivers: the files that it shows, as a project on disk."""

from __future__ import annotations

import re
from pathlib import Path

from .conftest import write_distribution

BACKENDS = Path(__file__).parents[1] / "backends"
GUIDE = (BACKENDS / "README.md").read_text()
# A path, and the file, which follows the sentence that names it.
BLOCKS = re.findall(r"`([\w./]+)`[^`]*\n\n```(?:python|ini|toml|sh)\n(.*?)```", GUIDE, re.DOTALL)


def write_project(folder: Path) -> None:
    """Write the files, and what an installation would add for them."""
    for name, content in BLOCKS:
        path = folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    (folder / "bin" / "dock").chmod(0o755)
    entry_point = re.search(r"pytest_docker_tools.drivers =\n\s+(.*)", (folder / "setup.cfg").read_text())
    assert entry_point
    write_distribution(folder, entry_point[1])
