"""A run is a function of scenario, seed and paths: workers, chunks and order have no say."""

from __future__ import annotations

import copy
from collections import Counter
from pathlib import Path
from typing import Any

import joblib
import numpy as np
import pandas as pd
import pytest
import scipy.stats
from joblib.parallel import BACKENDS, ThreadingBackend, register_parallel_backend

from capexrisk.archive.results import SUMMARY_CSV, Results
from capexrisk.estimate.lines import Lines
from capexrisk.estimate.metrics import HORIZON, METRICS, SYSTEM
from capexrisk.estimate.table import EstimateTable
from capexrisk.estimate.totals import Totals
from capexrisk.kernel.cells import cell_edges
from capexrisk.kernel.points import path_number
from capexrisk.lowering import lower
from capexrisk.model.vocabulary import CAUSES, CAUSES_OF_CUTS, CHANNELS
from capexrisk.run.chunks import draws_of, run_chunk
from capexrisk.run.plan import REPLICATES, RunPlan
from capexrisk.scenario import Scenario, scenario_from_case
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import ISSUERS, reference_case, small_scenario

# Three chunks, the last one short and not a multiple of a block; and 32 nets of a chunk each.
PATHS = {"plain": 40_000, "sobol": 65_536}
CHUNKS = {"plain": 3, "sobol": 32}
SEED = 77
only_plain = pytest.mark.parametrize("sampler", ["plain"], indirect=True)


@pytest.fixture(scope="module")
def scenario() -> Scenario:
    return small_scenario()


@pytest.fixture(scope="module", params=["sobol", "plain"])
def sampler(request) -> str:
    return request.param


def run(scenario: Scenario, sampler: str, **options: Any) -> Results:
    return simulate(
        scenario, **{"paths": PATHS[sampler], "seed": SEED, "sampler": sampler, **options}
    )


@pytest.fixture(scope="module")
def expected(scenario, sampler) -> Results:
    """One worker, no joblib."""
    return run(scenario, sampler, n_jobs=1, backend="sequential")


def assert_same_bits(found: pd.DataFrame, wanted: pd.DataFrame) -> None:
    """Equal to the last bit, NaN to NaN."""
    assert list(found.columns) == list(wanted.columns)
    for name in wanted.columns:
        left, right = found[name].to_numpy(), wanted[name].to_numpy()
        if left.dtype == np.float64:
            left, right = left.view(np.int64), right.view(np.int64)
        assert np.array_equal(left, right), name


def assert_same_run(found: Results, wanted: Results) -> None:
    assert_same_bits(found.summary, wanted.summary)
    assert_same_bits(found.distributions, wanted.distributions)
    left, right = found.replicates.view(np.int64), wanted.replicates.view(np.int64)
    assert np.array_equal(left, right)


@pytest.mark.parametrize(
    ("backend", "jobs"),
    [
        (None, -1),
        (None, 1),
        (None, 2),
        ("threading", 1),
        ("threading", 2),
        ("threading", 4),
        ("sequential", 4),
        ("loky", 2),
    ],
)
def test_workers_and_back_ends_change_no_bit(scenario, sampler, expected, tmp_path, backend, jobs):
    found = run(scenario, sampler, n_jobs=jobs, backend=backend)
    assert_same_run(found, expected)
    for name, results in (("found", found), ("expected", expected)):
        (tmp_path / name).mkdir()
        results.write(tmp_path / name)
    csv = (tmp_path / "found" / SUMMARY_CSV).read_bytes()
    assert csv == (tmp_path / "expected" / SUMMARY_CSV).read_bytes()


class CountingBackend(ThreadingBackend):
    """A user's own back end: threads that are counted."""

    tasks = 0

    def submit(self, *args: Any, **kwargs: Any) -> Any:
        CountingBackend.tasks += 1
        return super().submit(*args, **kwargs)


@pytest.fixture
def counting():
    register_parallel_backend("counting", CountingBackend)
    CountingBackend.tasks = 0
    yield CountingBackend
    del BACKENDS["counting"]


def test_an_active_parallel_config_is_honoured(scenario, sampler, expected, counting):
    """The user's dask or ray is used, and changes no bit."""
    with joblib.parallel_config(backend="counting"):
        found = run(scenario, sampler, n_jobs=2)
    assert counting.tasks == CHUNKS[sampler]
    assert_same_run(found, expected)


def test_a_back_end_that_is_asked_for_goes_before_the_config(scenario, counting):
    with joblib.parallel_config(backend="counting"):
        simulate(scenario, paths=100, n_jobs=2, backend="threading")
    assert counting.tasks == 0


@pytest.mark.parametrize("first", [0, 1], ids=["backwards", "the first one last"])
def test_chunks_may_be_computed_in_any_order(scenario, sampler, expected, first):
    """As long as they are added in theirs."""
    lowered = lower(scenario)
    plan = RunPlan(paths=PATHS[sampler], seed=SEED, sampler=sampler)
    chunks = list(plan.chunks())
    assert len(chunks) == CHUNKS[sampler]
    order = [*chunks[1:], chunks[0]] if first else chunks[::-1]
    draws = draws_of(lowered, plan)
    done = {chunk.number: run_chunk(lowered, draws, chunk) for chunk in order}
    totals = Totals(lowered.layout, REPLICATES, independent=sampler == "plain")
    for number in sorted(done):
        totals.add(done[number])
    assert_same_bits(EstimateTable(totals, lowered).to_frame(sampler), expected.summary)


def test_a_run_repeated_in_the_same_process_is_the_same(scenario, sampler, expected):
    """Nothing is carried over: other scenarios, samplers and seeds come between."""
    simulate(small_scenario(quarters=2, issuers=["Oracle"]), paths=100, seed=1)
    for other in ("plain", "sobol"):
        simulate(scenario, paths=100, seed=1, sampler=other)
    assert_same_run(run(scenario, sampler), expected)


def test_two_seeds_differ(scenario, sampler, expected):
    """In every amount that is drawn; the start is the same for both."""
    other = run(scenario, sampler, seed=SEED + 1)
    means = [results.estimates("free_cash_flow", statistic="mean") for results in (expected, other)]
    assert (means[0]["value"].to_numpy() != means[1]["value"].to_numpy()).all()
    # And by no more than chance: 5.2 standard errors of the difference, once in 10^5 over 27;
    # with errors of 31 degrees of freedom each, once in 15,000.
    gap = means[0]["value"].to_numpy() - means[1]["value"].to_numpy()
    error = np.hypot(means[0]["standard_error"], means[1]["standard_error"])
    assert (np.abs(gap) < 5.2 * error).all()


def kept(scenario: Scenario, directory: Path, sampler: str, **options: Any) -> pd.DataFrame:
    """Single paths of a run, by their numbers."""
    directory.mkdir()
    run(scenario, sampler, keep_paths=directory, **options)
    plan = RunPlan(paths=options.get("paths", PATHS[sampler]), seed=SEED, sampler=sampler)
    chunks = list(plan.chunks())
    files = sorted(directory.iterdir())
    assert len(files) == len(chunks)
    parts = [pd.read_parquet(file) for file in files]
    for part, chunk in zip(parts, chunks, strict=True):
        end = chunk.first_path + chunk.paths
        assert part["path"].tolist() == list(range(chunk.first_path, end))
    return pd.concat(parts, ignore_index=True).sort_values("path", ignore_index=True)


@pytest.fixture(scope="module")
def single(scenario, sampler, tmp_path_factory) -> pd.DataFrame:
    return kept(scenario, tmp_path_factory.mktemp("kept") / "large", sampler)


@pytest.mark.parametrize("paths", [1, 20_000])
def test_a_larger_run_contains_the_smaller_one(scenario, sampler, single, tmp_path, paths):
    """Path by path, across the ends of files; of nets their first points."""
    smaller = kept(scenario, tmp_path / "small", sampler, paths=paths, n_jobs=2)
    points = {1: 1, 20_000: 1024}[paths]
    first = {
        "plain": list(range(paths)),
        "sobol": [path_number(r, point) for r in range(32) for point in range(points)],
    }[sampler]
    assert smaller["path"].tolist() == first
    assert_same_bits(smaller, single[single["path"].isin(first)])


def test_the_size_of_a_chunk_changes_no_point_of_a_net(scenario, tmp_path, monkeypatch):
    """Four chunks a net instead of one: the same paths, and sums in another order."""
    results = []
    tables = []
    for points in (8_192, 128):
        monkeypatch.setattr("capexrisk.run.plan.CHUNK_POINTS", points)
        tables.append(kept(scenario, tmp_path / str(points), "sobol", paths=16_384))
        results.append(run(scenario, "sobol", paths=16_384))
    assert_same_bits(*tables)
    whole, cut = (found.summary for found in results)
    counted = whole["statistic"].isin(["probability", "p50", "upper_bound", "lower_bound"])
    still = (whole["statistic"] == "p50") & (whole["standard_error"] == 0.0)  # told as the mean
    counted &= ~of_chances(whole) & ~still
    assert counted.sum() > 300
    assert_same_bits(cut[counted], whole[counted])
    means = (whole["statistic"] == "mean") | of_chances(whole) | still
    # Errors come from differences of means, so they keep fewer digits.
    for name, digits in (("value", 1e-12), ("standard_error", 1e-6)):
        np.testing.assert_allclose(cut.loc[means, name], whole.loc[means, name], rtol=digits)


def of_chances(summary: pd.DataFrame) -> pd.Series:
    """Probabilities that are means of chances: sums of doubles, not counts."""
    return summary["metric"].str.startswith("regime_") | (summary["metric"] == "anchor_lost")


def test_keeping_paths_changes_no_bit(scenario, sampler, expected, tmp_path):
    assert_same_run(run(scenario, sampler, keep_paths=tmp_path), expected)


OF_ISSUERS, OF_SURVIVORS, OF_SYSTEM = (
    {
        quantity: metric.name
        for metric in METRICS
        if metric.of == of and metric.survivors == survivors and "mean" in metric.statistics
        for quantity in metric.quantities.values()
    }
    for of, survivors in (("issuer", False), ("issuer", True), ("system", False))
)


def metric_of(flow: str) -> str:
    return f"raised_{flow}" if flow in CHANNELS else f"{flow}_amount"


class Kept:
    """What numpy makes of single paths, by the keys of the summary."""

    def __init__(self, single: pd.DataFrame, results: Results) -> None:
        self.single = single
        self.results = results
        self.never = len(results.quarters)

    def amounts(self) -> dict[tuple[str, str, str], np.ndarray]:
        """Columns that have a mean, by (issuer, period, metric); NaN where a path is left out."""
        found = {}
        for column in self.single.columns:
            name, *place = column.split("/")
            values = self.single[column].to_numpy()
            if name == "flows_year":
                flow, *where = place
                found[*where, metric_of(flow)] = values
                if flow in ("finance_leases", "prepayments", "investments"):
                    found[*where, f"{flow}_while_alive"] = self.while_alive(values, *where)
            elif name == "flows_total":
                found[place[1], HORIZON, metric_of(place[0])] = values
            elif name == "outside_total":
                found[SYSTEM, HORIZON, metric_of(place[0])] = values
            elif name in OF_SYSTEM:
                found[SYSTEM, (place or [HORIZON])[0], OF_SYSTEM[name]] = values
            elif name in OF_ISSUERS:
                found[place[0], (place[1:] or [HORIZON])[0], OF_ISSUERS[name]] = values
                if name in OF_SURVIVORS:
                    alive = self.while_alive(values, *place)
                    found[*place, OF_SURVIVORS[name]] = alive
        return found

    def while_alive(self, values: np.ndarray, issuer: str, period: str) -> np.ndarray:
        """Values of the paths on which an issuer has not failed before a quarter or a year."""
        quarters = self.results.quarters
        starts = quarters if period in quarters else [quarter[:4] for quarter in quarters]
        first = starts.index(period if period in quarters else period[:4])
        return np.where(self.single[f"tiers/F4/{issuer}"] >= first, values, np.nan)

    def without_row(self) -> set[tuple[str, str]]:
        """Issuers to which an event cannot happen: who plans no buyback, or cannot fall."""
        return {
            (issuer["name"], metric)
            for issuer in self.results.manifest.scenario.parameters["issuers"]
            for metric, possible in (
                ("no_buyback", issuer["buybacks"] > 0.0),
                ("fall_to_high_yield", not issuer["high_yield"] and issuer["fall_leverage"] < 99.0),
            )
            if not possible
        }

    def events(self) -> dict[tuple[str, str, str], np.ndarray]:
        """Whether each path is a hit, by (issuer, period, metric)."""
        tiers = {
            "tiers/F0": "first_negative_fcf",
            "tiers/F1": "no_buyback",
            "tiers/F2": "need_beyond_cash",
            "tiers/F3": "capex_cut",
            "tiers/F4": "funding_failure",
            "net_debt": "net_debt_positive",
            "fall_to_high_yield": "fall_to_high_yield",
        }
        single, results = self.single, self.results
        without_row = self.without_row()
        found = {}
        for issuer in results.issuers:
            for prefix, metric in tiers.items():
                if (issuer, metric) in without_row:
                    continue
                for k, quarter in enumerate(results.quarters):
                    found[issuer, quarter, metric] = single[f"{prefix}/{issuer}"] <= k
            for prefix, event, causes in (
                ("failure_cause", "funding_failure", CAUSES),
                ("cut_cause", "capex_cut", CAUSES_OF_CUTS),
            ):
                for cause in causes:
                    hit = single[f"{prefix}/{issuer}"] == list(CAUSES).index(cause) + 1
                    found[issuer, HORIZON, f"{event}_by_{cause}"] = hit
            for year in results.years:
                negative = single[f"fcf_year/{issuer}/{year}"] < 0.0
                found[issuer, year, "negative_fcf"] = negative
        fails = {i: single[f"tiers/F4/{i}"].to_numpy() for i in results.issuers}
        for first in results.issuers:
            for second in results.issuers:
                if first != second:
                    both = (fails[first] < self.never) & (fails[second] < self.never)
                    found[first, HORIZON, f"failure_with:{second}"] = both
        for k, quarter in enumerate(results.quarters):
            number = sum((dates <= k).astype(int) for dates in fails.values())
            found[SYSTEM, quarter, "any_failure"] = number >= 1
            found[SYSTEM, quarter, "failures_at_least_2"] = number >= 2
            found[SYSTEM, quarter, "failures_at_least_3"] = number >= 3
        above = single["outside_funding"] > 1500.0
        found[SYSTEM, HORIZON, "outside_funding_above_threshold"] = above
        for year in results.manifest.scenario.calendar_years():
            above = single[f"group_profit/{year.label}"] > 1000.0 * len(year.quarters) / 4.0
            found[SYSTEM, year.label, "group_profit_above_threshold"] = above
        return found


@pytest.fixture(scope="module")
def paths(single, expected) -> Kept:
    return Kept(single, expected)


@pytest.fixture(scope="module")
def rows(expected) -> dict[tuple[str, str, str, str], Any]:
    return {tuple(row[1:5]): row for row in expected.summary.itertuples()}


def zero_widths(results: Results) -> dict[tuple[str, str, str], float]:
    """What is nearer to zero counts as zero, by (issuer, period, metric)."""
    lines = Lines(lower(results.manifest.scenario))
    return {
        (line.issuer, line.period, line.name): cell_edges()[0] * lines.unit(line)
        for line in lines
        if not line.without_histogram
    }


def error_of_mean(values: np.ndarray, replicate: np.ndarray) -> float:
    """From the paths if they are independent, else from the replicates' deviations; without NaN."""
    off = values - np.nanmean(values)
    if replicate.any():
        of_each = np.count_nonzero(~np.isnan(values)) / np.unique(replicate).size
        off = pd.Series(off).groupby(replicate).sum().to_numpy() / of_each
    return float(np.nanstd(off, ddof=1) / np.sqrt(np.count_nonzero(~np.isnan(off))))


def test_means_are_numpy_s_of_the_kept_paths(paths, rows):
    """Every mean of the table; sums of 65,536 doubles in another order differ by 1e-12 of size."""
    amounts = paths.amounts()
    replicate = paths.single["path"].to_numpy() >> 40
    for (*key, statistic), row in rows.items():
        if statistic == "mean":
            values = amounts[tuple(key)]
            size = np.nanmean(np.abs(values))
            assert row.value == pytest.approx(np.nanmean(values), abs=1e-12 * size + 1e-300), key
            assert row.n == np.count_nonzero(~np.isnan(values)), key
            if np.count_nonzero(np.nan_to_num(values)) < 10:
                assert np.isnan(row.standard_error), key
                continue
            error = error_of_mean(values, replicate)
            # Squares are summed, not deviations: their rounding shows where the spread is small.
            assert row.standard_error == pytest.approx(error, rel=1e-6, abs=1e-9 * size), key
    assert {key[:3] for key in rows if key[3] == "mean"} == set(amounts)


def test_quantiles_are_those_of_the_kept_paths_within_a_cell(paths, rows):
    amounts = paths.amounts()
    zero = zero_widths(paths.results)
    compared = 0
    for (*key, statistic), row in rows.items():
        if statistic in ("p5", "p25", "p50", "p75", "p95"):
            level = float(statistic[1:]) / 100
            exact = np.nanquantile(amounts[tuple(key)], level, method="inverted_cdf")
            if abs(exact) < zero[tuple(key)]:
                assert row.value == 0.0, key
            else:
                assert row.value == pytest.approx(exact, rel=1 / 64), key
            compared += 1
    assert compared == 775  # 155 amounts with a distribution, five levels each


def test_counts_are_those_of_the_kept_paths(paths, rows):
    """To the path: no tolerance."""
    events = paths.events()
    n = paths.results.paths
    left = {key[:3] for key in rows if key[3] in ("probability", "upper_bound", "lower_bound")}
    for key, hit in events.items():
        hits = int(np.count_nonzero(hit))
        statistic = {0: "upper_bound", n: "lower_bound"}.get(hits, "probability")
        row = rows[*key, statistic]
        assert row.n == n, key
        if statistic == "probability":
            assert row.value == hits / n, key
        left.remove(key)
    # What is left is conditional, or without the smallest, and follows from these; or is a chance.
    assert all("_given_" in metric or "_without:" in metric or "_or_" in metric
               or metric.startswith("regime_") or metric == "anchor_lost"
               for _, _, metric in left)  # fmt: skip


def test_chances_are_means_of_the_kept_paths(paths, rows):
    """Errors of replicates count one path more than is seen to differ: less than 1e-4 of them."""
    single, replicate = paths.single, paths.single["path"].to_numpy() >> 40
    columns = {("anchor_lost", q): f"anchor_lost_chance/{q}" for q in paths.results.quarters}
    for regime in ("open", "stressed", "shut"):
        for quarter in paths.results.quarters:
            columns[f"regime_{regime}", quarter] = f"regime_chance/{regime}/{quarter}"
    for (metric, quarter), column in columns.items():
        values = single[column].to_numpy()
        row = rows[SYSTEM, quarter, metric, "probability"]
        assert row.value == pytest.approx(values.mean(), rel=1e-12), column
        least = 1.0 / values.size
        error = np.hypot(error_of_mean(values, replicate), least)
        assert row.standard_error == pytest.approx(error, rel=0.05), column


def test_chances_agree_with_counts(paths):
    """By quarter, the difference of the two on each path is 0 on average; false-alarm rate 1e-4."""
    single, replicate = paths.single, paths.single["path"].to_numpy() >> 40
    scores = []
    for k, quarter in enumerate(paths.results.quarters):
        seen = {"anchor_lost_chance": single["anchor_lost"] <= k}
        for number, regime in enumerate(("open", "stressed", "shut")):
            seen[f"regime_chance/{regime}"] = single[f"regime/{quarter}"] == number
        for name, event in seen.items():
            apart = (event - single[f"{name}/{quarter}"]).to_numpy()
            scores.append(abs(apart.mean()) / error_of_mean(apart, replicate))
    several = len(np.unique(replicate))
    most = scipy.stats.t.isf(0.5e-4 / len(scores), several - 1 if several > 1 else 1_000_000)
    assert max(scores) < most


def test_conditional_shares_are_those_of_the_kept_paths(single, expected, rows):
    never = len(expected.quarters)
    for issuer in ISSUERS:
        failed = single[f"tiers/F4/{issuer}"] < never
        for number, cause in enumerate(CAUSES, start=1):
            of = single.loc[failed, f"failure_cause/{issuer}"] == number
            metric = f"funding_failure_by_{cause}_given_funding_failure"
            assert_share(rows, (issuer, HORIZON, metric), of)
        for other in ISSUERS:
            if other != issuer:
                of = single.loc[single[f"tiers/F4/{other}"] < never, f"tiers/F4/{issuer}"] < never
                assert_share(rows, (issuer, HORIZON, f"failure_given_failure_of:{other}"), of)
        for year, end in zip(expected.years, (1, 5, 6), strict=True):
            alive = single[f"tiers/F4/{issuer}"] > end
            of = single.loc[alive, f"fcf_year/{issuer}/{year}"] < 0.0
            assert_share(rows, (issuer, year, "negative_fcf_given_survival"), of)


def assert_share(rows: dict, key: tuple[str, str, str], of: pd.Series) -> None:
    (row,) = [rows[*key, s] for s in ("probability", "upper_bound", "lower_bound")
              if (*key, s) in rows]  # fmt: skip
    assert row.n == of.size, key
    if row.statistic == "probability" and of.size:
        assert row.value == of.mean(), key
    elif of.size:
        assert of.mean() == (0.0 if row.statistic == "upper_bound" else 1.0), key


def test_distributions_count_the_kept_paths(paths, expected):
    amounts, zero = paths.amounts(), zero_widths(expected)
    for key, cells in expected.distributions.groupby(["issuer", "period", "metric"]):
        values = amounts[key]
        for low, high, count in cells[["lower", "upper", "count"]].to_numpy()[::7]:
            if low == high:
                inside = np.abs(values) < zero[key]
            elif low > 0.0:
                inside = (low <= values) & (values < high)
            else:
                inside = (low < values) & (values <= high)
            assert np.count_nonzero(inside) == count, (key, low)


def with_newcomer(place: int) -> Scenario:
    """A firm that owns no build-out capital, owes nothing and plans nothing joins the three.

    By MODEL.md it has no capacity (step 5), no weight in the pack (9), no need and no wish, so no
    ask (10), no debt to fail with (12): it adds zeros to every sum over issuers. Its cash flow is
    positive whatever is drawn, and its market value the largest, so that who is smallest stays.
    """
    case = reference_case(7, ISSUERS)
    newcomer = copy.deepcopy(case["issuers"][0])
    newcomer["name"] = "Newcomer"
    zeros = (
        "buildout_capital",
        "construction",
        "bonds",
        "secured_debt",
        "private_debt",
        "dividends",
    )
    newcomer |= dict.fromkeys(zeros, 0.0)
    newcomer |= {key: [0.0] * 7 for key in ("capex_plan", "maturities", "leases")}
    newcomer["market_cap"] = 9000.0
    case["issuers"].insert(place, newcomer)
    return scenario_from_case(case, start="2026Q3")


@only_plain
@pytest.mark.parametrize("place", [0, 3], ids=["in front", "at the end"])
def test_an_idle_newcomer_leaves_the_others_alone(tmp_path, sampler, single, place):
    """To the bit, path by path: their outcomes, and the market's.

    Independent draws alone: the dimension of an issuer's draw depends on who else is there.
    """
    found = kept(with_newcomer(place), tmp_path / "paths", sampler, paths=4096)
    own = [column for column in found.columns if "/Newcomer" in column]
    assert (found["tiers/F4/Newcomer"] == 7.0).all()
    assert (found["raised/Newcomer"] == 0.0).all()
    assert (found["ocf_quarter/Newcomer/2027Q1"] > 0.0).all()
    group = [column for column in found.columns if column.startswith(("group_profit", "profit_ab"))]
    without_smallest = [c for c in found.columns if c.startswith("failures_but_smallest")]
    assert len(own) > 50 and len(group) == 6 and len(without_smallest) == 7
    others = found.drop(columns=[*own, *group])
    assert_same_bits(others, single.iloc[:4096].drop(columns=group))


@only_plain
def test_a_newcomer_who_acts_is_felt(tmp_path, sampler, single):
    """Or the test above would not guard anything: the smallest of asks moves the others."""
    case = reference_case(7, ISSUERS)
    case["issuers"].append({**case["issuers"][0], "name": "Newcomer"})
    newcomer = scenario_from_case(case, start="2026Q3")
    found = kept(newcomer, tmp_path / "paths", sampler, paths=64)
    for column in ("utilisation/2027Q1", "fcf_year/Oracle/2027"):
        assert (found[column] != single[column].iloc[:64]).all()


@only_plain
def test_the_order_of_issuers_changes_no_count(scenario, sampler, expected):
    """Sums over issuers are added in another order, so only what is discrete is exact.

    Independent draws alone: the dimension of an issuer's draw depends on its place.
    """
    turned = run(small_scenario(issuers=ISSUERS[::-1]), sampler, n_jobs=2).summary
    key = ["issuer", "period", "metric", "statistic"]
    both = expected.summary.merge(turned, on=key, suffixes=("", "_turned"))
    counts = Counter(both["statistic"])
    assert len(both) == len(turned) == len(expected.summary) and counts["probability"] > 100
    # Rounding decides a path's event with a chance of some 1e-11: not once in 40,000 paths.
    shares = both[(both["statistic"] == "probability") & ~of_chances(both)]
    assert (shares["value"] == shares["value_turned"]).all()
    means = both[(both["statistic"] == "mean") | of_chances(both)]
    scale = means["value"].abs() + means["standard_error"].fillna(0.0)
    assert ((means["value"] - means["value_turned"]).abs() <= 1e-9 * scale).all()
