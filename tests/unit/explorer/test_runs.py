"""Finished runs on a page: the figures of their tables, the differences of a comparison."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import norm

from capexrisk.archive.results import load_results
from capexrisk.errors import ArgumentError, UnknownName
from capexrisk.estimate.names import Name
from capexrisk.explorer.figures import FREE_CASH_FLOW
from capexrisk.explorer.runs.application import APART, DRAWN, PAIRED, Runs
from capexrisk.explorer.runs.differences import difference
from capexrisk.explorer.runs.figures import NO_CAUSE, NO_DISTRIBUTIONS, histogram
from capexrisk.explorer.runs.view import RunView, read_run_view
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.numbers import percentage
from capexrisk.report.writing.spread import spread_in_per_cent
from capexrisk.scenario import change_inputs
from capexrisk.study.comparison import compare
from capexrisk.study.simulation import simulate
from tests.unit.manifests import changed
from tests.unit.uncertain import uncertain

PATHS = 2_048
LOOKED = "issuer=Oracle&year=2027"


@pytest.fixture(scope="module")
def runs():
    base = uncertain()
    taxed = change_inputs(base, {"market.tax": 0.4, "issuers.Oracle.cash_usd_bn": 1.0})
    one = simulate(base, paths=PATHS, seed=2, outer=32, inner=128)
    return {
        "base": one,
        "taxed": simulate(taxed, paths=PATHS, seed=2),
        "other": simulate(taxed, paths=PATHS, seed=3),
        "means": simulate(base, paths=PATHS, seed=2, collect="means"),
    }


@pytest.fixture(scope="module")
def page(runs):
    return Runs(runs)


def ask(page, query=""):
    return page.actions["answer"]({"query": query})


def test_a_run_alone_shows_its_own_figures(runs):
    page = Runs({"base": runs["base"]})
    answer = ask(page, LOOKED)
    assert answer["behind"] == "" and answer["differs"] == answer["notes"] == []
    written = {str(name): estimate for name, estimate in runs["base"].lookup.items()}
    assert len(answer["figures"]) > 150
    for name, (value, low, high, behind) in answer["figures"].items():
        found = written[name]
        assert (value, low, high) == tuple(
            None if np.isnan(x) else x for x in (found.value, found.ci_low, found.ci_high)
        )
        assert behind is None
    end = runs["base"].quarters[-1]
    failure = runs["base"].lookup[Name("Oracle", end, "funding_failure", "probability")]
    row = next(row for row in answer["rows"] if row["issuer"] == "Oracle")
    assert row["failure"] == percentage(failure) and row["failure_change"] == ""
    json.dumps(answer, allow_nan=False)


def test_differences_are_those_of_a_comparison(page, runs):
    answer = ask(page, f"run=taxed&behind=base&{LOOKED}")
    changes = difference(("base", runs["base"]), ("taxed", runs["taxed"])).changes
    table = compare({"base": runs["base"], "taxed": runs["taxed"]}).table
    keys = zip(*(table[part] for part in Name._fields), strict=True)
    rows = dict(zip((str(Name(*key)) for key in keys), table.to_dict("records"), strict=True))
    assert answer["behind"] == "base" and PAIRED in answer["errors"]
    seen = 0
    assert all(base is not None for _, _, _, base in answer["figures"].values())
    for name, (value, half) in changes.items():
        row = rows[str(name)]
        assert np.isnan(value) or value == row["difference"]
        if not np.isnan(half):
            wider = max(row["difference"] - row["ci_low"], row["ci_high"] - row["difference"])
            assert half == wider
            seen += half > 0.0
    assert seen > 50
    differing = {one["input"]: one["values"] for one in answer["differs"]}
    assert differing["Market: tax"].endswith("→ 0.4")
    assert differing["Oracle: cash_usd_bn"].endswith("→ 1") and len(differing) == 2
    assert "than in base" in answer["summary"]


def test_runs_of_other_numbers_have_wider_errors(page, runs):
    paired, apart = (
        ask(page, f"run=taxed&behind={behind}&{LOOKED}") for behind in ("base", "other")
    )
    assert APART in apart["errors"] and "another seed" in apart["notes"][0]
    mean = Name("Oracle", "2027", FREE_CASH_FLOW, "mean")
    run = ("taxed", runs["taxed"])
    near, far = (difference((name, runs[name]), run).changes[mean] for name in ("base", "other"))
    assert near.half < 0.7 * far.half
    assert apart["figures"][str(mean)][0] == paired["figures"][str(mean)][0]


def test_different_code_is_said(runs):
    patched = changed(runs["taxed"], code={"digest": "0" * 64})
    answer = ask(Runs({"base": runs["base"], "patched": patched}))
    assert "made by different code" in answer["notes"][-1]


def test_a_histogram_is_the_run_s(runs):
    view = RunView("base", "taxed", "Oracle", "2027")
    found = histogram(runs["base"], runs["taxed"], view)
    edges, shares, base = (np.array(found[key]) for key in ("edges", "shares", "base"))
    assert shares.sum() == pytest.approx(1.0) and base.sum() == pytest.approx(1.0)
    for results, own in ((runs["base"], shares), (runs["taxed"], base)):
        below = np.concatenate([[0.0], own.cumsum()])
        for statistic, level in (("p5", 0.05), ("p50", 0.5), ("p95", 0.95)):
            value = results.estimate(f"{FREE_CASH_FLOW}/Oracle/2027/{statistic}").value
            # Straight within a bin; a bin holds up to a tenth of the paths.
            assert np.interp(value, edges, below) == pytest.approx(level, abs=0.01)
    half = np.array(found["half"])
    alive = runs["base"].estimate(f"{FREE_CASH_FLOW}/Oracle/2027").n
    assert half == pytest.approx(norm.ppf(0.975) * np.sqrt(shares * (1.0 - shares) / alive))
    assert histogram(runs["base"], None, view)["base"] is None


def test_ranges_over_the_inputs_stand_beside_the_errors(page, runs):
    answer = ask(page, f"run=base&behind=taxed&{LOOKED}")
    end, estimates = runs["base"].quarters[-1], Estimates(runs["base"])
    spread = estimates.spread("funding_failure", "Oracle", end)
    row = next(row for row in answer["rows"] if row["issuer"] == "Oracle")
    assert row["failure_over"] == spread_in_per_cent(spread)
    assert DRAWN in answer["errors"]
    assert set(answer["over_inputs"]["curve"]) == {"2026Q4", "2027Q4", "2028Q1"}
    for low, high, words in answer["over_inputs"]["curve"].values():
        assert 0.0 <= low <= high <= 1.0 and words
    without = ask(page, f"run=taxed&behind=base&{LOOKED}")
    assert without["over_inputs"] is None and "failure_over" not in without["rows"][0]


def test_what_a_run_does_not_keep_is_said(page):
    answer = ask(page, "run=means&behind=base")
    for part in ("fan", "year", "market"):
        assert answer["missing"].pop(part) == NO_DISTRIBUTIONS
    assert "who falls to high yield" in answer["missing"].pop("grade") and not answer["missing"]
    assert answer["histogram"] is None
    assert {row["cause"] for row in answer["rows"]} == {NO_CAUSE}
    assert any(name.startswith("utilisation/") for name in answer["figures"])
    assert answer["behind"] == "base"


def test_a_run_that_shares_nothing_has_no_ghost(runs):
    table = runs["base"].summary.assign(period="another")
    apart = replace(runs["base"], summary=table)
    answer = ask(Runs({"base": runs["base"], "apart": apart}), "run=base&behind=apart")
    assert answer["behind"] == "" and "shares no issuer and no period" in answer["notes"][0]
    assert all(numbers[3] is None for numbers in answer["figures"].values())


def test_an_address_says_which_run_is_drawn_and_which_is_behind(runs):
    assert read_run_view("", runs) == RunView("taxed", "base", "Amazon", "2026Q3-Q4")
    assert read_run_view("behind=&year=2027", runs) == RunView("taxed", "", "Amazon", "2027")
    assert read_run_view("run=base", runs).behind == "taxed"
    assert read_run_view("", {"base": runs["base"]}).behind == ""
    for query, error, said in (
        ("run=nobody", UnknownName, "run 'nobody' in the address"),
        ("behind=nobody", UnknownName, "behind 'nobody'"),
        ("run=base&behind=base", ArgumentError, "is the run that is drawn"),
        ("issuer=Nobody", UnknownName, "issuer 'Nobody'"),
        ("market.tax=0.2", ArgumentError, "says nothing of finished runs"),
        ("a=1&" * 9, ArgumentError, "too long"),
        ("run=" + "x" * 5_000, ArgumentError, "too long"),
    ):
        with pytest.raises(error, match=said):
            read_run_view(query, runs)


def test_the_catalogue_is_that_of_the_run_that_is_drawn(page, runs):
    found = page.actions["catalogue"]({"query": "run=other"})
    assert [run["name"] for run in found["runs"]] == list(runs)
    assert found["issuers"] == runs["other"].issuers
    assert "32 points of the inputs" in found["runs"][0]["about"]


def test_no_engine_is_loaded(runs, tmp_path):
    for name in ("base", "taxed"):
        tmp_path.joinpath(name).mkdir()
        runs[name].write(tmp_path / name)
    program = (
        "import sys; from pathlib import Path\n"
        "from capexrisk.explorer.runs.application import Runs\n"
        "page = Runs.read([Path('base'), Path('taxed')])\n"
        "page.actions['catalogue']({}), page.actions['answer']({})\n"
        "heavy = {'numba', 'llvmlite', 'matplotlib', 'joblib', 'capexrisk.run.session'}\n"
        "print(page.name, *sorted(heavy & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    name = load_results(tmp_path / "base").manifest.scenario.name
    assert name == runs["base"].manifest.scenario.name
    assert done.stdout == "base, taxed\n"  # the directories', since the scenarios' are the same
