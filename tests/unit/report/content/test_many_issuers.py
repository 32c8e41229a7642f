"""What sentences say of many issuers."""

from __future__ import annotations

import pytest

from capexrisk.estimate.independent import Estimate
from capexrisk.report.content.answer import Answer, IssuerAnswer
from capexrisk.report.content.findings import _burning, _failing

PATHS = 10_000


def chance(p: float) -> Estimate:
    return Estimate("probability", p, 0.001, p - 0.002, p + 0.002, PATHS)


def of(negative: list[float], failing: list[float]) -> Answer:
    issuers = [
        IssuerAnswer(
            name=f"Firm{k}",
            negative={"2026": chance(n)},
            failed={"2026": chance(f)},
            negative_over_inputs={"2026": None},
            failed_over_inputs={"2026": None},
            causes=[],
            why="",
        )
        for k, (n, f) in enumerate(zip(negative, failing, strict=True))
    ]
    return Answer("2026", issuers, [])


def said(text: str) -> str:
    return text.replace("\N{NO-BREAK SPACE}", " ")


def test_nearly_all_are_told_by_their_exceptions() -> None:
    answer = of([0.9] * 13 + [0.95, 0.2], [0.1] * 15)
    text = said(_burning(answer, ["2026"]))
    assert "in 2026 all 15 but Firm14, most of all Firm13 (95.0 % ± 0.2)." in text
    alike = of([0.9] * 14 + [0.2], [0.1] * 15)
    assert said(_burning(alike, ["2026"])).endswith(": in 2026 all 15 but Firm14.")
    few = of([0.9] * 7 + [0.2] * 8, [0.1] * 15)
    assert "and 1 more" in _burning(few, ["2026"])


@pytest.mark.parametrize(
    ("chances", "words"),
    [
        ([0.97, 0.96, 0.96, 0.9, 0.6, 0.1], "3 other issuers, 2 of them more likely than not, the"),
        ([0.97, 0.96, 0.96, 0.2, 0.1, 0.1], "3 other issuers, the likeliest about 1 in 5 ("),
    ],
)
def test_how_likely_the_others_are_is_not_hidden(chances: list[float], words: str) -> None:
    assert words in said(_failing(of([0.9] * 6, chances)))
