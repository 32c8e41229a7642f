"""Labels."""

from __future__ import annotations

import pytest

from capexrisk.report.writing import words


@pytest.mark.parametrize(
    ("count", "issuers", "label"),
    [
        (1, 6, "Any issuer"),
        (2, 6, "Two or more"),
        (6, 6, "All six"),
        (2, 2, "Both"),
        (1, 1, "Any issuer"),
        (12, 64, "12 or more"),
        (64, 64, "All 64"),
    ],
)
def test_counts_of_issuers(count: int, issuers: int, label: str) -> None:
    assert words.at_least(count, issuers) == label


def test_lists_and_numbers() -> None:
    assert words.counted(1, "path") == "1 path"
    assert words.counted(20_000, "path") == "20,000 paths"
    assert words.listed([]) == ""
    assert words.listed(["A"]) == "A"
    assert words.listed(["A", "B", "C"]) == "A, B and C"
    assert words.listed(["A", "B", "C", "D"], 2) == "A, B and 2 more"


def test_long_names_keep_what_tells_them_apart() -> None:
    names = [f"Nebulous Compute Holdings {number}" for number in range(10, 30)]
    short = [words.shortened(name) for name in names]
    assert len(set(short)) == len(names)
    assert max(map(len, short)) <= words.LONGEST_LABEL
    assert words.shortened("CoreWeave") == "CoreWeave"
