"""docs/uncertainty.md has every column of the table over the inputs, in its order."""

from __future__ import annotations

import re
from pathlib import Path

from capexrisk.estimate.differences import POINT
from capexrisk.estimate.input_columns import COLUMNS

PAGE = Path(__file__).parents[3] / "docs" / "uncertainty.md"


def test_the_page_lists_the_columns():
    table = PAGE.read_text("utf-8").partition("<!-- columns -->\n")[2].partition("<!-- end -->")[0]
    rows = [line.split("|")[1] for line in table.splitlines()[2:]]
    assert [name for row in rows for name in re.findall(r"\w+", row)] == list(COLUMNS)


def test_the_page_names_the_columns_of_a_point():
    text = PAGE.read_text("utf-8").partition("`inputs_points.parquet`")[2].partition("\n\n")[0]
    assert [name for name in re.findall(r"`(\w+)`", text) if name in POINT] == list(POINT)
