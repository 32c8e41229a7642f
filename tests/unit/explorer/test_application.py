"""Numbers in a page's questions."""

from __future__ import annotations

import json

import pytest

from capexrisk.errors import ArgumentError
from capexrisk.explorer.application import _number


@pytest.mark.parametrize(
    "sent", ["Infinity", "-Infinity", "NaN", "1e999", "1" * 400, "true", "null"]
)
def test_what_is_no_number_is_refused_in_a_line(sent):
    with pytest.raises(ArgumentError, match=r"^path: is no number; give one$"):
        _number(json.loads(f'{{"path": {sent}}}'), "path", 0.0)


def test_a_number_is_taken_as_it_is():
    assert _number({"path": 2**62 + 1}, "path") == 2**62 + 1
    assert _number({}, "low", -1.5) == -1.5
