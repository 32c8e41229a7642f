"""Files that are no companyfacts, or hold nothing to use: one line, with place, value and mend."""

from __future__ import annotations

import datetime as dt
import json

import pytest

from capexrisk.errors import FilingsError
from capexrisk.filings import draft, read_companyfacts
from capexrisk.filings import facts as reading
from tests.unit.filings import made
from tests.unit.filings.made import CAPEX, Firm

KEY = "capex_usd_bn_per_year"


def refused(path, **options) -> str:
    with pytest.raises(FilingsError) as caught:
        draft(path, **options)
    line = str(caught.value)
    assert line.startswith(f"{path}: ") and "\n" not in line and ";" in line
    return line.removeprefix(f"{path}: ")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ([], "is not companyfacts: it has no facts"),
        ({}, "is not companyfacts: it has no facts"),
        ({"facts": []}, "is not companyfacts"),
        ({"facts": {"ifrs-full": {}}}, "the firm files under IFRS; give its figures by hand"),
        ({"facts": {"dei": {}}}, "has no us-gaap facts"),
        ({"facts": {"us-gaap": {}}}, "has no 10-K or 10-Q"),
    ],
)
def test_not_companyfacts(tmp_path, content, words):
    assert refused(made.write(tmp_path, content)).startswith(words)


@pytest.mark.parametrize(
    ("top", "words"),
    [
        ({"cik": None}, "cik is None, no number of the SEC"),
        ({"cik": True}, "cik is True, no number"),
        ({"cik": "12x"}, "cik is '12x', no number"),
        ({"entityName": ""}, "has no entityName"),
        ({"entityName": 3}, "has no entityName"),
    ],
)
def test_without_name_or_number(tmp_path, top, words):
    assert refused(Firm().write(tmp_path, **top)).startswith(words)


def test_the_number_as_text_with_zeros(tmp_path):
    assert draft(Firm().write(tmp_path, cik="0001769628")).cik == 1769628


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (b"", "line 1: is not JSON"),
        (b'{"facts": ', "line 1: is not JSON"),
        (b"\xff\xfe{}", "is not JSON: byte 0 is not UTF-8"),
        (b"[" * 200_000, "is not sensible JSON"),
        (b'{"cik": ' + b"9" * 5_000 + b"}", "is not sensible JSON"),
    ],
)
def test_not_json(tmp_path, text, words):
    path = tmp_path / "facts.json"
    path.write_bytes(text)
    assert refused(path).startswith(words)


def test_files_that_cannot_be_read(tmp_path, monkeypatch):
    assert refused(tmp_path / "none.json") == "no such file; check the path"
    assert refused(tmp_path) == "is not a regular file; name a companyfacts file"
    path = Firm().write(tmp_path)
    monkeypatch.setattr(reading, "LARGEST_FILE", 1)
    assert "is larger than" in refused(path)


def test_days_before_everything(tmp_path):
    words = refused(Firm().write(tmp_path), as_of=dt.date(1995, 1, 1))
    assert words == "has no 10-K or 10-Q filed by 1995-01-01; give a later day or another file"


def test_facts_filed_after_the_day_do_not_count(tmp_path):
    path = Firm().write(tmp_path)
    early = read_companyfacts(path, as_of=dt.date(2024, 1, 1))
    assert max(fact.filed for tag in early.tags() for fact in early.of(tag)) <= early.as_of


def test_no_cash_flow(tmp_path):
    firm = Firm()
    del firm.tags[made.OCF]
    words = "tells no operating cash flow of a quarter, half-year or year; give the figures by hand"
    assert refused(firm.write(tmp_path)) == words


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"val": "12"}, "'12' is no amount of money"),
        ({"val": None}, "None is no amount of money"),
        ({"val": True}, "True is no amount of money"),
        ({"val": float("nan")}, "nan is no amount of money"),
        ({"val": 1e300}, "1e+300 is no amount of money"),
        ({"end": "2025-13-01"}, "a fact has no valid dates"),
        ({"end": None}, "a fact has no valid dates"),
        ({"filed": "yesterday"}, "a fact has no valid dates"),
        ({"start": 3}, "a fact has no valid dates"),
        ({"start": "2026-01-31"}, "a period begins on 2026-01-31 and ends on"),
        ({"form": None}, "a fact names no form"),
        ({"accn": 7}, "a fact names no filing"),
    ],
)
def test_a_damaged_fact_refuses_its_items_only(tmp_path, change, words):
    content = Firm().content()
    content["facts"]["us-gaap"][CAPEX]["units"]["USD"][-1] |= change
    found = draft(made.write(tmp_path, content))
    assert found.refusals[KEY].startswith(f"{CAPEX}: {words}")
    assert found.figures["ocf_usd_bn_per_year"].value > 0


@pytest.mark.parametrize("tag", [{}, {"units": None}, {"units": {"USD": 3}}, None, 7, [1]])
def test_a_damaged_tag_refuses_its_items_only(tmp_path, tag):
    content = Firm().content()
    content["facts"]["us-gaap"][CAPEX] = tag
    found = draft(made.write(tmp_path, content))
    assert KEY in found.refusals and "ocf_usd_bn_per_year" in found.figures


def test_a_fact_without_accession(tmp_path):
    content = Firm().content()
    del content["facts"]["us-gaap"][CAPEX]["units"]["USD"][-1]["accn"]
    assert "names no filing" in draft(made.write(tmp_path, content)).refusals[KEY]


def test_other_taxonomies_and_units_are_passed_over(tmp_path):
    content = Firm().content()
    content["facts"] |= {"ffd": {"X": {"units": {}}}, "dei": {"Y": None}}
    content["facts"]["us-gaap"]["Shares"] = {"units": {"shares": [{"accn": 1}], "Y": 3}}
    assert KEY in draft(made.write(tmp_path, content)).beside


def test_memory_does_not_grow_with_what_is_not_read(tmp_path):
    # Labels and the fields of facts that are not used are gone once the file is parsed.
    import tracemalloc

    content = Firm().content()
    facts = content["facts"]["us-gaap"]
    for number in range(60):
        facts[f"Other{number}"] = {"description": "x" * 40_000, "units": facts[CAPEX]["units"]}
    path = made.write(tmp_path, content)
    size = path.stat().st_size
    tracemalloc.start()
    found = read_companyfacts(path)
    kept, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert len(found.tags()) > 60
    assert peak < 3 * size and kept < size / 2


def test_json_numbers_may_have_fractions(tmp_path):
    content = json.loads(Firm().write(tmp_path).read_text())
    for fact in content["facts"]["us-gaap"][CAPEX]["units"]["USD"]:
        fact["val"] = float(fact["val"])
    assert draft(made.write(tmp_path, content)).beside[KEY].value > 0
