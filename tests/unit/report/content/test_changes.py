"""Headline changes: which, in which order, how written."""

from __future__ import annotations

import pytest
from rich.console import Console

from capexrisk.report.content.changes import (
    KEY_OF_BLANK,
    KEY_OVER_INPUTS,
    Change,
    Changes,
    headline_changes,
    key,
    plus,
    sentence,
)
from capexrisk.study.comparison import Comparison, compare


def change(**fields: object) -> Change:
    usual = {
        "issuer": "Oracle",
        "metric": "free_cash_flow",
        "words": "free cash flow 2027",
        "unit": "$bn",
        "base": -20.137,
        "value": -8.66,
        "difference": 11.477,
        "half_width": 0.024,
        "change": 0.4,
        "gain": 2.5,
    }
    return Change(**(usual | fields))


@pytest.mark.parametrize(
    ("fields", "texts"),
    [
        ({}, ("−20.1", "−8.7", "+11.5 ± 0.1")),
        ({"half_width": 3.2}, ("−20", "−9", "+11 ± 4")),
        (
            {"unit": "%", "base": 0.0225, "value": 0.0263, "difference": 0.0038,
             "half_width": 0.0021},
            ("0.022", "0.026", "+0.004 ± 0.003"),
        ),
        (
            {"unit": "bp", "base": 162.2, "value": 2205.4, "difference": 2043.2,
             "half_width": 0.4},
            ("162", "2,205", "+2,043 ± 1"),
        ),
        (
            {"base": 538.1, "value": 538.1, "difference": -0.0123, "half_width": 0.0021},
            ("538", "538", "−0.012 ± 0.003"),
        ),
    ],
)  # fmt: skip
def test_digits_follow_the_error(fields, texts):
    """One digit of the error, rounded up; of the difference three digits at most."""
    assert change(**fields).texts() == texts


def test_a_difference_has_its_sign():
    assert [plus(x, 1) for x in (1.25, -1.25, 0.0, 0.01)] == ["+1.2", "−1.2", "0.0", "0.0"]


def test_a_sentence_names_failures_first_and_each_kind_once():
    changes = [
        change(),
        change(issuer="Meta", words="free cash flow 2028"),
        change(issuer="system", metric="any_failure", words="any funding failure by 2028Q4",
               unit="%", base=24.5, value=44.3, difference=19.8, half_width=0.2),
        change(metric="funding_failure", words="funding failure by 2028Q4", unit="%",
               base=5.2, value=19.7, difference=14.5, half_width=0.2),
    ]  # fmt: skip
    assert sentence(changes).replace("\N{NO-BREAK SPACE}", " ").replace("\N{WORD JOINER}", "") == (
        "Any funding failure by 2028Q4: 44.3 % instead of 24.5 % (+19.8 ± 0.2 points); "
        "Oracle, funding failure by 2028Q4: 19.7 % instead of 5.2 % (+14.5 ± 0.2 points); "
        "Oracle, free cash flow 2027: −$8.7bn instead of −$20.1bn (+$11.5bn ± 0.1)."
    )
    assert sentence([]) == "No headline figure differs beyond sampling error."


def test_headlines_of_a_comparison(comparison: Comparison):
    (other,) = comparison.others
    found = headline_changes(comparison, other)
    sizes = [abs(one.change) for one in found if one.change == one.change]
    assert sizes == sorted(sizes, reverse=True) and len(found) > 20
    assert all(abs(one.difference) > one.half_width for one in found)
    labels = {one.label for one in found}
    assert "Any funding failure by 2028Q4" in labels and "Oracle: free cash flow 2027" in labels
    row = comparison.table.set_index(["issuer", "period", "metric", "statistic"]).loc[
        ("Oracle", "2028Q4", "funding_failure", "probability")
    ]
    (one,) = (c for c in found if c.label == "Oracle: funding failure by 2028Q4")
    assert one.difference == pytest.approx(100.0 * row["difference"])
    assert one.half_width == pytest.approx(50.0 * (row["ci_high"] - row["ci_low"]))


def test_a_terminal_of_80_columns_shows_it(comparison: Comparison):
    console = Console(width=80, record=True)
    with console.capture() as captured:
        console.print(Changes(comparison))
    lines = captured.get().splitlines()
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("Held against hyperscalers-2026 (2,048 paths)")
    assert any("Oracle: " in line and " ± " in line for line in lines)


def test_equal_runs_are_said_to_be_equal(results):
    console = Console(width=80)
    with console.capture() as captured:
        console.print(Changes(compare({"one": results, "two": results})))
    assert "nothing differs" in captured.get()


def test_the_key_explains_what_stands_there_and_no_more() -> None:
    told, blank = change(low=3.0, high=19.0), change()
    assert (told.over_inputs, blank.over_inputs) == ("+3 to +19", "")
    for shown, words in (
        ([blank], (False, False)),
        ([told], (True, False)),
        ([told, blank], (True, True)),
    ):
        assert tuple(part in key(shown) for part in (KEY_OVER_INPUTS, KEY_OF_BLANK)) == words
