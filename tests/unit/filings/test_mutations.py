"""Whatever happens to a file, a figure is right or refused.

A made firm's quarters are known. Its file is changed by up to six changes at once, of kinds that
real files show: facts and tags that are missing, copies in other forms, of the other sign or in
another scale, restated years, other currencies, nonsense dates, filings of the future, labels of
periods that mean nothing, values that are no numbers. What is drafted must be what the firm's books
say of the anchor that was found. (A number that is wrong in one filing, without a copy or a total
that contradicts it, cannot be found out; nor can a line whose tag nobody ever saw.) Real files must
go on giving what they gave.
"""

from __future__ import annotations

import datetime as dt
import functools
import json
import tempfile
from collections.abc import Callable
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capexrisk.errors import FilingsError
from capexrisk.filings import Draft, draft
from tests.unit.filings import made
from tests.unit.filings.made import BALANCES, FLOWS, Firm

KEYS = {
    made.OCF: ("ocf_usd_bn_per_year", "operating_cash_flow"),
    made.CAPEX: ("capex_usd_bn_per_year", "capex"),
    made.DA: ("depreciation_amortisation_usd_bn_per_year", "depreciation_amortisation"),
    made.BUYBACKS: ("buybacks_usd_bn_per_year", "buybacks"),
    made.DIVIDENDS: ("dividends_usd_bn_per_year", "dividends"),
    made.REVENUE: ("core_revenue_usd_bn_per_year", "revenue"),
}
RUNGS = {
    **dict.fromkeys(("InNextTwelveMonths", "InYearTwo", "InYearThree"), 900),
    **dict.fromkeys(("InYearFour", "InYearFive", "AfterYearFive"), 1550),
}
MAY_GO = (made.CAPEX, made.DA, made.REVENUE, made.CURRENT, made.NONCURRENT, made.SECURITIES)
RECENT = 10  # facts of a tag
NEVER = dt.date(2027, 6, 30)  # after all filings, before those of the future
FILES = Path(__file__).parent / "companyfacts"
Tags = dict[str, Any]
Change = Callable[[Tags, Random], None]


def base() -> Tags:
    firm = Firm()
    firm.ladder(15, RUNGS)
    return firm.content()


BASE = json.dumps(base())
ENDS = [f"{end}" for end in Firm().ends]


def facts_of(tags: Tags, random: Random) -> tuple[str, list[dict[str, Any]]]:
    """A tag that has facts in USD, and they."""
    tag = random.choice(sorted(tags))
    return tag, tags[tag]["units"].setdefault("USD", [])


def one_of(facts: list[dict[str, Any]], random: Random) -> dict[str, Any]:
    """One of the facts of the latest periods: what is drafted is made of these."""
    return random.choice(sorted(facts, key=lambda fact: str(fact["end"]))[-RECENT:])


def drop_fact(tags: Tags, random: Random) -> None:
    _, facts = facts_of(tags, random)
    if facts:
        facts.remove(one_of(facts, random))


def drop_filing(tags: Tags, random: Random) -> None:
    _, facts = facts_of(tags, random)
    if facts:
        accession = one_of(facts, random)["accn"]
        facts[:] = [fact for fact in facts if fact["accn"] != accession]


def drop_newest(tags: Tags, random: Random) -> None:
    _, facts = facts_of(tags, random)
    last = max((fact["end"] for fact in facts), default="")
    facts[:] = [fact for fact in facts if fact["end"] != last]


def drop_tag(tags: Tags, random: Random) -> None:
    tag = random.choice(MAY_GO)
    # A total tells that the line is missing; without it nobody could.
    if made.BOTH in tags and made.DEBT in tags:
        tags.pop(tag, None)


def other_form(tags: Tags, random: Random) -> None:
    _, facts = facts_of(tags, random)
    if facts:
        fact = one_of(facts, random)
        form = random.choice(["8-K", "DEF 14A", "PRE 14A", "S-1", "20-F", "6-K"])
        facts.append({**fact, "val": 3 * fact["val"] + 7, "form": form, "filed": "2026-06-01"})


def other_sign(tags: Tags, random: Random) -> None:
    _, facts = facts_of(tags, random)
    if facts:
        fact = one_of(facts, random)
        facts.append(
            {**fact, "val": -fact["val"], "accn": made.OTHER_FILING, "filed": fact["filed"]}
        )


def other_scale(tags: Tags, random: Random) -> None:
    _, facts = facts_of(tags, random)
    if facts:
        fact = one_of(facts, random)
        scale = random.choice([1e-6, 1e-3, 1e3])
        facts.append({**fact, "val": round(scale * fact["val"]), "accn": made.OTHER_FILING})


def restated_year(tags: Tags, random: Random) -> None:
    """A year told anew in a later annual report by other rules, the nine months not."""
    tag = random.choice(sorted(FLOWS))
    facts = tags.get(tag, {"units": {"USD": []}})["units"].get("USD", [])
    years = [fact for fact in facts if fact["form"] == "10-K" and fact["end"] < "2025"]
    if years:
        fact = random.choice(years)
        facts.append(
            {
                **fact,
                "val": round(1.3 * fact["val"]),
                "accn": made.OTHER_FILING,
                "filed": "2026-02-04",
            }
        )


def other_currency(tags: Tags, random: Random) -> None:
    tag, facts = facts_of(tags, random)
    if facts:
        newer = {**facts[-1], "end": "2026-03-31", "filed": "2026-05-01", "val": 1}
        tags[tag]["units"]["EUR"] = [newer]


def nonsense_dates(tags: Tags, random: Random) -> None:
    _, facts = facts_of(tags, random)
    if facts:
        fact = one_of(facts, random)
        dates = random.choice([("1900-01-01", "2199-12-31"), ("1025-01-01", fact["end"])])
        facts.append({**fact, "start": dates[0], "end": dates[1], "val": 5})


def of_the_future(tags: Tags, random: Random) -> None:
    _, facts = facts_of(tags, random)
    if facts:
        facts.append({**one_of(facts, random), "val": 77, "filed": "2028-02-01"})


def twelve_months(tags: Tags, random: Random) -> None:
    tag = random.choice(sorted(FLOWS))
    end = random.choice(["2025-06-30", "2025-09-30", "2025-03-31"])
    start = f"{int(end[:4]) - 1}{dt.date.fromisoformat(end) + made.DAY:-%m-%d}"
    if tag in tags:
        tags[tag]["units"].setdefault("USD", []).append(
            {
                "start": start,
                "end": end,
                "val": 9 * 10**9,
                "accn": made.OTHER_FILING,
                "form": "10-Q",
            }
            | {"filed": "2025-11-04"}
        )


def labels(tags: Tags, random: Random) -> None:
    for found in tags.values():
        for fact in found["units"].get("USD", []):
            fact |= {"fy": random.choice([None, 1999, 2025]), "fp": random.choice(["FY", "Q3"])}
            if random.random() < 0.3:
                fact["frame"] = random.choice(["CY2025", "CY2024Q1", "CY2025Q4I"])


def shuffled(tags: Tags, random: Random) -> None:
    for found in tags.values():
        random.shuffle(found["units"].get("USD", []))


def no_number(tags: Tags, random: Random) -> None:
    _, facts = facts_of(tags, random)
    if facts:
        one_of(facts, random)["val"] = random.choice(["1", None, True, 1e40, [], {}])


def no_date(tags: Tags, random: Random) -> None:
    _, facts = facts_of(tags, random)
    if facts:
        key = random.choice(["start", "end", "filed"])
        one_of(facts, random)[key] = random.choice(["", "20250101", 20250101, "2025-02-30"])


CHANGES = (
    *(drop_fact, drop_filing, drop_newest, drop_tag, other_form, other_sign, other_scale),
    *(restated_year, other_currency, nonsense_dates, of_the_future, twelve_months),
    *(labels, shuffled, no_number, no_date),
)


FOR_ANY_FILE = tuple(one for one in CHANGES if one not in (drop_tag, restated_year, twelve_months))


def refuse_wrong(found: Draft) -> None:
    """Compare every figure with the firm's books, as of the anchor that was found."""
    last = ENDS.index(f"{found.anchor}")
    given = {**found.figures, **found.beside}
    for tag, (key, column) in KEYS.items():
        if key in given:
            four = sum(FLOWS[tag](k) for k in range(last - 3, last + 1)) / 1e3
            assert given[key].value == pytest.approx(four, abs=1e-9), key
        for row in found.quarters:
            amount = row.amounts[column]
            if amount is not None:
                own = FLOWS[tag](ENDS.index(f"{row.end}")) / 1e3
                assert amount == pytest.approx(own, abs=1e-9), (column, row.quarter)
    for key, tags in (
        ("cash_usd_bn", (made.CASH, made.SECURITIES)),
        ("bonds_usd_bn", (made.NONCURRENT, made.CURRENT)),
    ):
        if key in given:
            assert given[key].value == pytest.approx(
                sum(BALANCES[tag](last) for tag in tags) / 1e3, abs=1e-9
            ), key
    if found.ladder is not None:
        rungs = [*found.ladder.rungs.values(), found.ladder.after]
        assert rungs == [amount / 1e3 for amount in RUNGS.values()]


def changed(text: str, changes: list[Change], seed: int) -> Draft | None:
    """What is drafted of a file after changes; None if the file is refused."""
    content = json.loads(text)
    random = Random(seed)
    # What is no number comes last: the other changes reckon with it.
    for change in sorted(changes, key=lambda change: change in (no_number, no_date)):
        change(content["facts"]["us-gaap"], random)
    with tempfile.TemporaryDirectory() as folder:
        try:
            return draft(made.write(Path(folder), content), as_of=NEVER)
        except FilingsError:
            return None


@given(
    changes=st.lists(st.sampled_from(CHANGES), min_size=1, max_size=6),
    seed=st.integers(0, 2**32 - 1),
)
def test_a_figure_is_right_or_refused(changes, seed):
    found = changed(BASE, changes, seed)
    if found is not None:
        refuse_wrong(found)


@functools.cache
def intact(name: str) -> tuple[str, Draft]:
    path = FILES / f"{name}.json"
    return path.read_text(), draft(path, as_of=NEVER)


@given(
    name=st.sampled_from(sorted(path.stem for path in FILES.glob("*.json"))),
    changes=st.lists(st.sampled_from(FOR_ANY_FILE), min_size=1, max_size=4),
    seed=st.integers(0, 2**32 - 1),
)
def test_real_files_give_what_they_gave_or_refuse(name, changes, seed):
    text, was = intact(name)
    found = changed(text, changes, seed)
    if found is None:
        return
    given, before = ({**one.figures, **one.beside} for one in (found, was))
    if found.anchor == was.anchor:
        for key in given.keys() - {"seasonality", "coupon_per_year"}:
            # Another tag that tells the same within 2 % may stand in.
            assert given[key].value == pytest.approx(before[key].value, rel=0.02, abs=1e-9), key
    told = {row.quarter: row.amounts for row in was.quarters}
    for row in found.quarters:
        for column, amount in row.amounts.items():
            own = told.get(row.quarter, {}).get(column)
            if amount is not None and own is not None:
                assert amount == pytest.approx(own, rel=0.02, abs=1e-9), (row.quarter, column)
    if found.ladder is not None and was.ladder is not None and found.ladder.date == was.ladder.date:
        assert found.ladder.rungs.items() <= was.ladder.rungs.items()


def test_the_unchanged_file_gives_all(tmp_path):
    found = draft(made.write(tmp_path, json.loads(BASE)), as_of=NEVER)
    refuse_wrong(found)
    assert {key for key, _ in KEYS.values()} <= {*found.figures, *found.beside}
    assert found.ladder is not None
