"""What is left with a run of why: written, read again, and refused where it is not the run's."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from random import Random

import pandas as pd
import pyarrow.parquet as pq
import pytest

from capexrisk.archive.directory import WHY
from capexrisk.archive.results import load_results
from capexrisk.archive.why import KEY, file_name
from capexrisk.errors import ResultsError, RunDirectoryError
from capexrisk.report.content.causes import main_mechanisms
from capexrisk.study.answers_left import leave_with_run, left_with_run
from capexrisk.study.causes import causes
from capexrisk.study.sensitivity.analysis import COLUMNS, Sensitivity
from capexrisk.study.simulation import simulate
from tests.unit.scenarios import small_scenario

EVENT = "funding_failure/CoreWeave"
SCENARIO = small_scenario(quarters=4)


@pytest.fixture(scope="module")
def run(tmp_path_factory):
    directory = tmp_path_factory.mktemp("whole") / "run"
    directory.mkdir()
    simulate(SCENARIO, paths=1024, seed=1, n_jobs=1).write(directory)
    return directory


@pytest.fixture(scope="module")
def found():
    return causes(SCENARIO, EVENT, points=32, orders=2, seed=1, n_jobs=1)


@pytest.fixture
def place(run, found, tmp_path):
    """A run of its own with causes left in it."""
    directory = tmp_path / "run"
    shutil.copytree(run, directory)
    leave_with_run(found, directory)
    return directory


@pytest.fixture(scope="module")
def manifest(run):
    return load_results(run).manifest


def test_a_run_has_nothing_until_somebody_asks(run, manifest):
    why = left_with_run(run, manifest)
    assert not why and why.causes_by("2027Q2") is None


def test_causes_come_back_as_they_were(place, found, manifest):
    why = left_with_run(place, manifest)
    (read,) = why.causes
    pd.testing.assert_frame_equal(read.table, found.table, check_exact=True)
    for name in ("event", "events", "mechanisms", "off", "orders", "paths", "seed"):
        assert getattr(read, name) == getattr(found, name), name
    assert why.causes_by("2027Q2") is read and not why.other_code
    assert replace(read, event="failure_with:Oracle/CoreWeave/horizon").until == "2027Q2"
    assert main_mechanisms(read, "CoreWeave") == main_mechanisms(found, "CoreWeave") != []
    # The file is a tidy table for others as well.
    (file,) = (place / WHY).iterdir()
    assert file.name == "causes-funding_failure-CoreWeave-2027Q2.parquet"
    pd.testing.assert_frame_equal(pd.read_parquet(file), found.table)


def test_each_answer_of_a_sensitivity_is_left_alone(place, manifest):
    names = ("funding_failure/CoreWeave/2027Q2", "free_cash_flow/Oracle/2027Q1-Q2/p5")
    keys = [(*name.split("/"), "probability")[:4] for name in names]
    rows = [
        (*key, group, "swing", value, 0.1, value - 0.2, value + 0.2, 128)
        for key, values in zip(keys, ((1.0, 2.0), (3.0, 4.0)), strict=True)
        for group, value in zip(("plans", "demand"), values, strict=True)
    ]
    found = Sensitivity(
        scenario=SCENARIO,
        names=names,
        seed=1,
        default_ranges=True,
        table=pd.DataFrame(rows, columns=list(COLUMNS)),
    )
    files = [path.name for path in leave_with_run(found, place)]
    assert files == [
        "sensitivity-funding_failure-CoreWeave-2027Q2.parquet",
        "sensitivity-free_cash_flow-Oracle-2027Q1--Q2-p5.parquet",
    ]
    read = {one.names[0]: one for one in left_with_run(place, manifest).sensitivities}
    assert set(read) == set(names)
    for name, one in read.items():
        assert one.default_ranges and one.seed == 1 and len(one.table) == 2
        pd.testing.assert_frame_equal(one.of("swing"), found.of("swing", name))


def test_another_answer_replaces_one_of_the_same_name(place, found, manifest):
    leave_with_run(replace(found, seed=7), place)
    (read,) = left_with_run(place, manifest).causes
    assert read.seed == 7
    assert [path.name for path in (place / WHY).iterdir()] == [file_name("causes", found.event)]


def test_names_with_hyphens_stay_apart():
    names = {
        file_name("reverse", f"failure_with:{first}/{second}/2027Q1")
        for first, second in (("A-B", "C"), ("A", "B-C"), ("A-", "B-C"), ("A--B", "C"))
    }
    assert len(names) == 4


def test_an_answer_of_another_scenario_is_refused(place, found, manifest):
    other = simulate(small_scenario(quarters=5), paths=32, seed=1, n_jobs=1)
    with pytest.raises(ResultsError, match=r"parquet: is about another scenario than the run"):
        left_with_run(place, other.manifest)
    other.write(place)
    with pytest.raises(ResultsError, match="another run has taken its place; ask again"):
        leave_with_run_of(found, place, manifest)


def leave_with_run_of(found, place, manifest):
    """Leave what was asked of a run whose directory another one has by now."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("capexrisk.study.answers_left.read_manifest", lambda _: manifest)
        leave_with_run(found, place)


def test_other_code_is_named(place, found, manifest):
    older = manifest.model_copy(
        update={"code": manifest.code.model_copy(update={"digest": "0" * 64})}
    )
    assert left_with_run(place, older).other_code == (found.event,)


def test_other_code_of_the_question_is_named(place, found, manifest, monkeypatch):
    monkeypatch.setattr("capexrisk.study.answers_left.questions_digest", lambda: "0" * 64)
    assert left_with_run(place, manifest).other_code == (found.event,)


def test_a_link_in_the_place_of_the_folder_is_refused(place, found, tmp_path):
    shutil.rmtree(place / WHY)
    (tmp_path / "elsewhere").mkdir()
    (place / WHY).symlink_to(tmp_path / "elsewhere")
    with pytest.raises(RunDirectoryError, match="is a link, which may lead anywhere; remove it"):
        leave_with_run(found, place)
    assert not any((tmp_path / "elsewhere").iterdir())


def spoil(file, record=None, **columns):
    table = pq.read_table(file)
    metadata = {KEY: json.dumps(record)} if record is not None else table.schema.metadata
    frame = table.to_pandas().assign(**columns)
    pq.write_table(
        type(table).from_pandas(frame, preserve_index=False).replace_schema_metadata(metadata), file
    )


@pytest.mark.parametrize(
    ("record", "columns", "said"),
    [
        ({}, {}, "cannot be read"),
        ({"format_version": 1, "question": "why"}, {}, "'why': Input should be 'causes'"),
        (None, {"issuer": "Enron"}, "issuer 'Enron' is not of this run; remove it"),
        (None, {"value": 1e200}, "value of 1e+200 is no figure"),
        (None, {"mechanism": 1.0}, "column 'mechanism' is not text"),
        (None, {"metric": "any_failure"}, "lacks what an answer holds"),
    ],
)
def test_a_spoilt_answer_is_one_line(place, manifest, record, columns, said):
    (file,) = (place / WHY).iterdir()
    spoil(file, record, **columns)
    with pytest.raises(ResultsError) as refused:
        left_with_run(place, manifest)
    assert said in str(refused.value) and str(refused.value).startswith(f"{file}: ")


def test_noise_is_read_right_or_refused(place, found, manifest):
    (file,) = (place / WHY).iterdir()
    whole, random = file.read_bytes(), Random(1)
    refused = 0
    for _ in range(60):
        noisy = bytearray(whole)
        noisy[random.randrange(len(whole))] ^= 1 << random.randrange(8)
        file.write_bytes(noisy)
        try:
            (read,) = left_with_run(place, manifest).causes
            assert read.table.equals(found.table)
        except ResultsError:
            refused += 1
    assert refused > 30
