"""The page of the inputs: printed from the records, every key and no other."""

from __future__ import annotations

import re

import pytest

from capexrisk.scenario import inputs
from capexrisk.scenario.section import by_year_field
from docs.inputs import PAGE, page
from tests.unit.three_issuers import three_issuers

TEXT = PAGE.read_text("utf-8")
ROWS = dict(re.findall(r"^\| `([^`]+)` \| (.*) \|$", TEXT, re.MULTILINE))


def test_it_is_printed_from_the_records() -> None:
    """Else: make tables."""
    assert page(TEXT) == TEXT


@pytest.mark.parametrize(
    "given", [one for one in inputs(three_issuers()) if one.table != "events"], ids=lambda o: o.path
)
def test_every_input_is_there_with_meaning_unit_and_range(given) -> None:
    key = by_year_field(given.key).replace("_by_year_", "_YEAR_")
    meaning, unit, left_out, accepted, *_ = (cell.strip() for cell in ROWS[key].split("|"))
    assert meaning and unit == given.unit
    assert left_out != "needed" or given.neutral is None
    assert all(str(choice).lower() in accepted for choice in given.choices)
    assert bool(re.search(r"\d to ", accepted)) == (given.bounds is not None)
