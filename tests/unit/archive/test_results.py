"""Results in memory and on disk."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

import capexrisk
from capexrisk.archive.directory import MANIFEST
from capexrisk.archive.manifest import QuarantinedPath
from capexrisk.archive.results import (
    CHUNKS,
    DISTRIBUTIONS,
    REPLICATES,
    SUMMARY_CSV,
    SUMMARY_PARQUET,
    TABLES,
    load_results,
)
from capexrisk.errors import ResultsError, UnknownName
from capexrisk.estimate.names import resolve
from capexrisk.lowering import lower
from capexrisk.study.comparison import compare
from capexrisk.study.simulation import simulate
from tests.unit.conftest import RUN_PATHS
from tests.unit.manifests import changed
from tests.unit.scenarios import small_scenario


@pytest.fixture(scope="module")
def run(results, tmp_path_factory):
    directory = tmp_path_factory.mktemp("run")
    results.write(directory)
    return directory


@pytest.fixture
def spoilt(run, tmp_path):
    return shutil.copytree(run, tmp_path / "run")


def test_what_is_written_is_read_to_the_bit(results, run):
    read = load_results(run)
    pd.testing.assert_frame_equal(read.summary, results.summary, check_exact=True)
    pd.testing.assert_frame_equal(read.distributions, results.distributions, check_exact=True)
    np.testing.assert_array_equal(read.replicates, results.replicates)
    assert changed(read, files={}, sha256=None).manifest == results.manifest
    assert set(read.manifest.files) == {*TABLES} - (
        {REPLICATES} if not results.replicates.size else set()
    )
    assert capexrisk.load_results(str(run)).paths == results.paths


def test_a_run_writes_its_tables_and_its_manifest(run, sampler):
    names = {path.name for path in run.iterdir()}
    of_nets = {REPLICATES} if sampler == "sobol" else set()
    assert names == {MANIFEST, SUMMARY_CSV, SUMMARY_PARQUET, DISTRIBUTIONS, CHUNKS} | of_nets
    assert b"\r" not in (run / SUMMARY_CSV).read_bytes()


def test_the_csv_holds_the_same_bits(results, run):
    """Written with as many digits as it takes."""
    read = pd.read_csv(run / SUMMARY_CSV)
    pd.testing.assert_frame_equal(
        read, results.to_frame(), check_exact=True, check_dtype=False, check_index_type=False
    )


def test_rows_of_one_span_add_up_once(results, run):
    """What each issuer raises in its years is what it raises over the horizon, and what all do."""
    read = pd.read_csv(run / SUMMARY_CSV)
    raised = read[read["metric"] == "raised_bonds"]
    assert set(raised["span"]) == {"year", "horizon"}  # 2028Q1 is a year here
    own = raised[raised["whose"] == "issuer"].pivot_table("value", "issuer", "span", "sum")
    np.testing.assert_allclose(own["year"], own["horizon"], rtol=1e-12)
    (of_all,) = raised.loc[raised["whose"] == "system", "value"]
    assert of_all == pytest.approx(own["horizon"].sum(), rel=1e-12)
    assert set(read[read["whose"] == "system"]["issuer"]) == {"system"}


def test_a_quarter_that_is_a_year_is_told_once(run):
    read = pd.read_csv(run / SUMMARY_CSV)
    spans = read[read["period"] == "2028Q1"].groupby("metric")["span"].unique()
    assert list(spans["free_cash_flow"]) == ["quarter"] and list(spans["negative_fcf"]) == ["year"]
    assert set(read[read["period"] == "horizon"]["span"]) == {"horizon"}


@pytest.mark.parametrize("name", [DISTRIBUTIONS, REPLICATES])
def test_other_tables_mark_sums_as_the_summary_does(run, name):
    if not (run / name).exists():
        pytest.skip("too few batches")
    columns = ["issuer", "period", "metric", "whose", "span"]
    marks = {tuple(row) for row in pd.read_parquet(run / SUMMARY_PARQUET)[columns].to_numpy()}
    found = {tuple(row) for row in pd.read_parquet(run / name)[columns].to_numpy()}
    assert found and found <= marks
    assert {row[-1] for row in found} == {"quarter", "year", "horizon"}


def test_replicates_have_names_and_keys(results, run):
    if not results.replicates.size:
        pytest.skip("too few batches")
    read = pd.read_parquet(run / REPLICATES)
    keys = ["issuer", "period", "metric", "statistic"]
    replicates = [f"replicate_{k}" for k in range(1, 33)]
    assert list(read.columns) == [*keys, *replicates, "whose", "span"]
    pd.testing.assert_frame_equal(read[keys], results.summary[keys])
    np.testing.assert_array_equal(read["replicate_7"], results.replicates[:, 6])


def test_every_net_says_something_of_every_estimate(results, sampler):
    """Their mean is the value, 0 or 1 of a bound; NaN where there is nothing to estimate."""
    values = results.summary["value"].to_numpy().copy()
    if sampler == "plain":
        assert results.replicates.shape == (len(values), 0)
        return
    assert results.replicates.shape == (len(values), 32)
    bounds = results.summary["statistic"].map({"upper_bound": 0.0, "lower_bound": 1.0})
    expected = bounds.fillna(results.summary["value"]).to_numpy()
    # Quantiles beyond which too few paths lie have no error, and their nets nothing to say.
    unknown = np.isnan(results.replicates).any(axis=1)
    assert results.summary["standard_error"][unknown].isna().all() and unknown.mean() < 0.1
    found = results.replicates.mean(axis=1)[~unknown]
    np.testing.assert_allclose(found, expected[~unknown], rtol=1e-9, atol=1e-9)


def test_a_run_of_too_few_batches_has_no_file_of_what_they_say(tmp_path):
    run = simulate(small_scenario(quarters=1), paths=64, sampler="plain", n_jobs=1)
    run.write(tmp_path)
    assert not (tmp_path / REPLICATES).exists()
    assert load_results(tmp_path).replicates.shape == (len(run.summary), 0)


def test_nets_of_another_table(spoilt, results):
    if not results.replicates.size:
        pytest.skip("too few batches")
    table = pd.read_parquet(spoilt / REPLICATES)
    others = {
        "other rows": table.iloc[:5],
        "another order": table.iloc[::-1],
        "another key": table.assign(metric="capex"),
    }
    for other in others.values():
        other.to_parquet(spoilt / REPLICATES, index=False)
        assert refusal(spoilt) == f"{spoilt / REPLICATES}: does not fit summary.parquet; run again"
    table.drop(columns="replicate_3").to_parquet(spoilt / REPLICATES, index=False)
    assert "no column 'replicate_3'" in refusal(spoilt)
    table.assign(replicate_3="x").to_parquet(spoilt / REPLICATES, index=False)
    assert "column 'replicate_3' is not a number" in refusal(spoilt)


def test_what_a_reader_asks_first(results, sampler):
    assert results.issuers == ["Amazon", "Oracle", "CoreWeave"]
    assert results.quarters == [
        "2026Q3", "2026Q4", "2027Q1", "2027Q2", "2027Q3", "2027Q4", "2028Q1",
    ]  # fmt: skip
    assert results.years == ["2026Q3-Q4", "2027", "2028Q1"]
    assert results.paths == RUN_PATHS[sampler]
    assert results.quarantine_note is None
    assert repr(results) == (
        f"Results('small': 3 issuers, 2026Q3 to 2028Q1, {RUN_PATHS[sampler]:,} paths, seed 4)"
    )


def test_a_frame_of_one_s_own(results):
    frame = results.to_frame()
    frame["value"] = 0.0
    assert (results.summary["value"] != 0.0).any()


def test_estimates_select(results):
    chosen = results.estimates("free_cash_flow", issuer="Oracle", period="2027", statistic="p5")
    assert len(chosen) == 1
    assert set(results.estimates("free_cash_flow", issuer="Oracle")["issuer"]) == {"Oracle"}
    assert len(results.estimates("free_cash_flow")) > len(chosen)
    assert results.estimates("funding_failure", statistic="p5").empty


@pytest.mark.parametrize(
    ("metric", "part", "said"),
    [
        ("free_cash_flw", {}, "there is no metric 'free_cash_flw' here; did you mean free_cash_"),
        ("capex", {"issuer": "Orakle"}, "there is no issuer 'Orakle' here; did you mean Oracle?"),
        ("capex", {"period": "2026"}, "there is no period '2026' here; did you mean 2026Q"),
        ("capex", {"statistic": "sd"}, "there is no statistic 'sd' here; give one of mean, p5"),
    ],
)
def test_a_misspelt_name_is_refused(results, metric, part, said):
    with pytest.raises(UnknownName) as caught:
        results.estimates(metric, **part)
    assert said in str(caught.value)


def test_what_a_run_may_lack_has_no_rows():
    """A right name of which there is nothing here: nobody plans buybacks."""
    results = simulate(small_scenario(2, ["CoreWeave"]), paths=32)
    assert results.estimates("no_buyback").empty


@pytest.mark.parametrize("from_disk", [False, True])
def test_one_estimate_by_its_name(results, run, from_disk):
    found = load_results(run) if from_disk else results
    for text, key in (
        ("free_cash_flow/Oracle", ("Oracle", "2028Q1", "free_cash_flow", "mean")),
        ("free_cash_flow/Oracle/2027/cfar95", ("Oracle", "2027", "free_cash_flow", "cfar95")),
        ("outside_funding/system", ("system", "horizon", "outside_funding", "mean")),
    ):
        (row,) = results.summary[
            (results.summary[["issuer", "period", "metric", "statistic"]] == list(key)).all(axis=1)
        ].itertuples(index=False)
        assert found.estimate(text) == row[3:9]
    bound = found.estimate("funding_failure/Amazon/2026Q3")
    assert bound.is_bound and bound.observed == 0.0 and bound.n == results.paths
    with pytest.raises(UnknownName, match="no issuer 'Orakle' here; did you mean Oracle"):
        found.estimate("funding_failure/Orakle")


def test_names_mean_the_same_before_and_after_a_run(results, scenario):
    lowered = lower(scenario)
    for name in list(results.lookup)[::13]:
        assert resolve(f"{name.metric}/{name.issuer}/{name.period}/{name.statistic}", lowered) == (
            name
        )
        short = f"{name.metric}/{name.issuer}"
        assert results.estimate(short) == results.lookup[resolve(short, lowered)]


def test_quarantine_note(results, sampler):
    broken = (QuarantinedPath(path=17, quarter="2026Q4"),)
    noted = changed(results, run={"paths_quarantined": 2, "quarantine": broken})
    assert noted.quarantine_note == (
        f"2 of {RUN_PATHS[sampler]:,} paths are not finite and count nowhere; "
        "the first is path 17, in 2026Q4"
    )


def refusal(directory) -> str:
    with pytest.raises(ResultsError) as caught:
        load_results(directory)
    message = str(caught.value)
    assert "\n" not in message and str(directory) in message
    return message


def test_a_directory_that_is_no_run(tmp_path):
    assert refusal(tmp_path) == (
        f"{tmp_path}: no manifest.json here; give the directory of a finished run"
    )
    missing = tmp_path / "missing"
    assert refusal(missing) == f"{missing}: is no directory; give that of a finished run"


def test_a_run_that_was_not_finished(tmp_path):
    """By its own name, by that of its results, and where somebody has copied it."""
    for place in ("x.unfinished", "y"):
        (tmp_path / place / "checkpoint").mkdir(parents=True)
        (tmp_path / place / "checkpoint" / "job.json").write_text("{}")
    said = f"is not finished; resume it with capexrisk resume {tmp_path / 'x'}"
    for place in ("x", "x.unfinished"):
        assert refusal(tmp_path / place) == f"{tmp_path / place}: {said}"
    copy = tmp_path / "y"
    said = f"is not finished; name it y.unfinished, then capexrisk resume {copy}"
    assert refusal(copy) == f"{copy}: {said}"


def test_a_file_instead_of_a_directory(run):
    assert "is no directory; give that of a finished run" in refusal(run / SUMMARY_CSV)


@pytest.mark.parametrize(
    "text", ["{", "", "[]", "7", "{}", '"text"', '{"format": 1}', "\udcff"], ids=repr
)
def test_a_broken_manifest(spoilt, text):
    (spoilt / MANIFEST).write_bytes(text.encode("utf-8", "surrogateescape"))
    message = refusal(spoilt)
    assert message.startswith(f"{spoilt / MANIFEST}: cannot be read (")
    assert message.endswith("); run again")


@pytest.mark.parametrize("version", [0, 2, 4, "3", None])
def test_another_format(spoilt, version):
    manifest = json.loads((spoilt / MANIFEST).read_text())
    (spoilt / MANIFEST).write_text(json.dumps({**manifest, "format_version": version}))
    assert refusal(spoilt) == (
        f"{spoilt / MANIFEST}: format_version {version!r} is not 3; "
        "read it with the version of capexrisk that wrote it"
    )


@pytest.mark.parametrize("name", [SUMMARY_PARQUET, DISTRIBUTIONS])
@pytest.mark.parametrize("content", [None, b"", b"PAR1 is not enough"])
def test_a_table_that_is_missing_or_broken(spoilt, name, content):
    (spoilt / name).unlink()
    if content is not None:
        (spoilt / name).write_bytes(content)
    assert refusal(spoilt).endswith("); run again")


def test_public_names():
    assert set(capexrisk.__all__) <= set(dir(capexrisk))
    for name in capexrisk.__all__:
        assert getattr(capexrisk, name) is not None
    with pytest.raises(AttributeError, match="no attribute 'simulat'"):
        capexrisk.simulat  # noqa: B018


@pytest.mark.parametrize("lacking", ["scenario", "run", "code", "chunks"])
def test_a_manifest_without_its_parts_is_refused(results, tmp_path, lacking):
    """The tables beside it are whole: only the manifest is not."""
    results.write(tmp_path)
    whole = json.loads((tmp_path / MANIFEST).read_text("utf-8"))
    for part in ({}, None):
        manifest = whole | {lacking: part}
        if part is None:
            del manifest[lacking]
        (tmp_path / MANIFEST).write_text(json.dumps(manifest), "utf-8")
        with pytest.raises(ResultsError, match=r"manifest\.json: .*; run again"):
            load_results(tmp_path)


def test_a_run_may_be_called_like_a_home(results, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    results.write("~/run")
    assert load_results(Path("~/run")) == load_results(tmp_path / "~" / "run") == results
    other = simulate(small_scenario(quarters=1), paths=32, n_jobs=1)
    compare({"a": other, "b": other}).write(Path("~"))
    assert [path.name for path in tmp_path.iterdir()] == ["~"]
