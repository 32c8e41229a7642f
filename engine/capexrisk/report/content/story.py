"""One path in words: what was due in each quarter, what was raised where, what failed and why."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any

import pandas as pd

from capexrisk.model.vocabulary import CAUSES, GRADES, RUNGS
from capexrisk.report.writing.numbers import signed
from capexrisk.report.writing.words import listed
from capexrisk.scenario import Words

HIGH_YIELD = GRADES[1]
SMALLEST = 0.005  # $bn; less is written 0.00


def story(path: pd.DataFrame, words: Words, issuers: list[str] | None = None) -> Iterator[str]:
    """Tell a path line by line.

    Parameters
    ----------
    path : DataFrame
        What `replay` returns.
    words : Words
        Of its scenario.
    issuers : list of str, optional
        Issuers to tell of. Default: all.

    Yields
    ------
    str
        A line for the market of each quarter, then one for each issuer. Money in $bn.
    """
    grades: dict[str, str] = {}  # by issuer, in the quarter before
    for quarter, rows in path.groupby("quarter", sort=False):
        market = rows.iloc[0]
        yield (
            f"{quarter}: bond market {market['regime']}, "
            f"spread {signed(market['market_spread_bp'], 0)} bp, "
            f"utilisation {100.0 * market['utilisation']:.0f} %, "
            f"demand for {words.capacity} {signed(market['demand'], 0)} a year"
        )
        for row in rows.to_dict("records"):
            if issuers is None or row["issuer"] in issuers:
                yield f"  {row['issuer']}: {_of_issuer(row, words, grades.get(row['issuer']))}"
                grades[row["issuer"]] = row["grade"]


def _of_issuer(row: Mapping[Hashable, Any], words: Words, before: str | None) -> str:
    """An issuer's quarter; `before` is its grade in the quarter before, None in the first."""
    amount = {str(name): float(row[name]) for name in row if name in _AMOUNTS}
    if row["failed"] and not _happens(amount):
        return "failed before"
    flows = [f"operating cash flow {signed(amount['operating_cash_flow'], 2)}"]
    if amount["prepayments"] >= SMALLEST:
        flows.append(f"of which prepayments {signed(amount['prepayments'], 2)}")
    flows += [
        f"{name.replace('_', ' ')} {signed(amount[name], 2)}"
        for name in ("capex_to_fund", "dividends", "investments", "due")
        if amount[name] >= SMALLEST
    ]
    parts = [", ".join(flows)]
    if row["grade"] == HIGH_YIELD and before != HIGH_YIELD:  # it borrows in another market
        parts.insert(0, HIGH_YIELD if before is None else f"FALLS to {HIGH_YIELD}")
    if amount["need"] >= SMALLEST:
        raised = [
            f"{rung.words} {signed(amount[source], 2)}"
            for source, rung in RUNGS.items()
            if amount[source] >= SMALLEST
        ]
        parts.append(f"needs {signed(amount['need'], 2)}: {listed(raised)}")
    else:
        parts.append(_surplus(amount))
    if amount["raised_to_cash"] >= SMALLEST:
        parts.append(f"raised ahead of need {signed(amount['raised_to_cash'], 2)}")
    if row["cause"]:
        what = "FAILS" if row["failed"] else "first cut"
        parts.append(f"{what}, cause: {words.fill(CAUSES[str(row['cause'])])}")
    parts.append(f"cash {signed(amount['cash'], 1)}, debt {signed(amount['debt'], 1)}")
    return "; ".join(parts)


_AMOUNTS = frozenset(
    {
        *("operating_cash_flow", "prepayments", "capex_to_fund", "dividends"),
        *("investments", "due", "need", *RUNGS),
        *("surplus", "buybacks", "revolver_repaid", "raised_to_cash", "cash", "debt"),
    }
)


def _surplus(amount: dict[str, float]) -> str:
    text = f"surplus {signed(amount['surplus'], 2)}"
    if amount["buybacks"] >= SMALLEST:
        text += f", of which buybacks {signed(amount['buybacks'], 2)}"
    return text


def _happens(amount: dict[str, float]) -> bool:
    """Whether anything flows; nothing does after a failure."""
    return any(abs(amount[name]) >= SMALLEST for name in ("operating_cash_flow", "need", "surplus"))
