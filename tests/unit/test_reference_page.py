"""The reference page documents every public name."""

from __future__ import annotations

import re
from pathlib import Path

import capexrisk
from capexrisk import errors

PAGE = Path(__file__).parents[2] / "docs" / "api.md"


def test_every_public_name_is_on_the_page():
    named = re.findall(r"^\.\. auto\w+:: capexrisk\.(\w+)$", PAGE.read_text(), re.M)
    assert sorted({*named, *errors.__all__} - {"errors"}) == sorted(
        {*capexrisk.__all__, *errors.__all__} - {"__version__"}
    )
