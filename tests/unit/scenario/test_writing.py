"""Values as they stand in a scenario file: what is written is read back."""

from __future__ import annotations

import tomllib

import pytest

from capexrisk.scenario.files.writing import write_line, write_value


@pytest.mark.parametrize(
    "value",
    [
        *(0.0, 137.0, 0.233, 1e-6, 1e15, -2.5, 7, True),
        *((1.0, 0.25), [[0.0, 1.5], [2.0, 3.25]]),
        *("plain", 'a "quote" \\ and [x]', "two\nlines\ttab", "del \x7f", "\u2028 and é"),
    ],
)
def test_a_value_is_read_back(value):
    read = tomllib.loads(f"x = {write_value(value)}")["x"]
    assert read == (list(value) if isinstance(value, tuple) else value)


def test_a_line_of_evidence_is_read_back():
    said = 'reported: "10-K" \x7f'
    read = tomllib.loads("\n".join(write_line("access.bonds", 0.5, said)))
    assert read == {"access": {"bonds": 0.5}, "evidence": {"access.bonds": said}}
