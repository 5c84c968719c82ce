"""The guide for authors of drivers tells of the rows that are left out."""

from __future__ import annotations

import re
from collections.abc import Mapping

from ...conftest import GUIDE
from .conftest import REFUSED_BY_BUILDER, BuilderKind


def test_the_table_of_rows() -> None:
    """The guide has every row that depends on the builder, as the suite of this project leaves them out."""
    table = GUIDE.partition("| with | rows |")[2].partition("\n\n")[0]
    kinds: Mapping[str, BuilderKind] = {
        "the classic builder": "classic",
        "BuildKit of a client before 23": "BuildKit",
        "BuildKit of buildx": "buildx",
    }
    for name, kind in kinds.items():
        told = re.search(rf"^\| {name} \| (.*?)[|;]", table, re.MULTILINE)
        assert told
        assert set(re.findall("`(.*?)`", told[1])) - {"squash"} == REFUSED_BY_BUILDER[kind]
