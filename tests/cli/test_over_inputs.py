"""``--outer`` and ``--inner``: runs over the inputs, continued, compared and refused."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pandas as pd
import pytest

from capexrisk.archive.inputs import INPUT_TABLES
from capexrisk.archive.results import Results, load_results
from capexrisk.report.plots.figures import RunFigures
from capexrisk.report.pool import DrawingPool
from capexrisk.scenario import load_scenario
from tests.cli.command import only_tables, write_small_scenario

Command = Callable[..., tuple[int, str, str]]
PATHS = ("--paths", "2048", "-q")
GROUPS = """
[run]
paths = 2048
seed = 5
outer = 32
inner = 128

[uncertainty.groups."growth of the core"]
inputs = ["issuers.*.core_growth_per_year"]
how = "add"
law = "normal"
sd = 0.05
evidence = "assumed: for a test"

[uncertainty.groups."ceiling of demand"]
inputs = ["market.demand_saturation_usd_bn_per_year"]
how = "multiply"
law = "lognormal"
sigma = 0.3
evidence = "assumed: for a test"
"""


@pytest.fixture
def command(tmp_path, monkeypatch, invoke) -> Command:
    """The command in this process, without drawing; small.toml, and unsure.toml with ranges."""
    small = write_small_scenario(tmp_path)
    (tmp_path / "unsure.toml").write_text(f'extends = "{small.name}"\n{GROUPS}', "utf-8")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("capexrisk.report.files.write.write_report_files", only_tables)
    return invoke


def points(out: str) -> tuple[int, int]:
    """Points, and paths at each, of a run on disk."""
    inputs = load_results(Path(out)).inputs
    assert inputs is not None
    return inputs.record.outer, inputs.record.inner


def same(first: str, second: str) -> bool:
    return all(
        Path(first, name).read_bytes() == Path(second, name).read_bytes()
        for name in ("summary.csv", *INPUT_TABLES)
    )


def test_laws_are_read_where_inputs_are_drawn(command):
    """With ``--outer 0`` nothing is drawn by them, so that one of them refuses no run."""
    wide = GROUPS.replace("sd = 0.05", "sd = 5.0")  # far beyond what growth may be
    Path("wide.toml").write_text(f'extends = "small.toml"\n{wide}', "utf-8")
    code, _, error = command("run", "wide.toml", *PATHS, "--out", "a")
    assert code == 2 and "growth of the core" in error and error.count("\n") == 1
    code, _, error = command("run", "wide.toml", *PATHS, "--outer", "0", "--out", "b")
    assert (code, error) == (0, "")


def test_the_file_says_how_many_and_the_command_has_the_last_word(command):
    assert command("run", "unsure.toml", *PATHS, "--out", "a") == (0, "", "")
    assert points("a") == (32, 128)
    assert {name for name in INPUT_TABLES if Path("a", name).is_file()} == {*INPUT_TABLES}
    asked = ("--outer", "40", "--inner", "256")
    assert command("run", "unsure.toml", *PATHS, *asked, "--out", "b") == (0, "", "")
    assert points("b") == (64, 256)  # whole nets
    # Neither moves a bit of the inputs as they stand.
    a, b = (Path(out, "summary.csv").read_bytes() for out in ("a", "b"))
    assert a == b


def test_no_points_leave_the_inputs_as_they_stand(command):
    assert command("run", "unsure.toml", *PATHS, "--outer", "0", "--out", "none") == (0, "", "")
    assert load_results(Path("none")).inputs is None
    assert not any(Path("none", name).exists() for name in INPUT_TABLES)
    assert command("run", "small.toml", *PATHS, "--seed", "5", "--out", "sure") == (0, "", "")
    assert load_results(Path("sure")).inputs is None  # no ranges, no points
    none, sure = (Path(out, "summary.csv").read_bytes() for out in ("none", "sure"))
    assert none == sure


def test_an_interrupt_between_paths_and_inputs_ends_the_drawing(command, monkeypatch):
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    stopped = []
    monkeypatch.setattr("capexrisk.cli.run_to_completion.over_the_inputs", interrupted)
    monkeypatch.setattr(
        DrawingPool, "stop", lambda _: stopped.append(Path("x.unfinished").is_dir())
    )
    assert command("run", "unsure.toml", *PATHS, "--out", "x")[0] == 130
    assert stopped[0]  # before anything is cleared


def test_what_needs_no_inputs_is_drawn_before_these_are_told(command, monkeypatch):
    begun = []

    def begin(_: object, results: Results, *, whole: bool) -> None:
        begun.append((results, whole))

    monkeypatch.setattr(RunFigures, "begin", begin)
    assert command("run", "unsure.toml", *PATHS, "--out", "x") == (0, "", "")
    ((early, whole),) = begun  # the rest by `write_report_files`, which writes nothing here
    assert early.inputs is None and not whole


def test_a_finished_run_goes_on_to_more_points(command):
    assert command("run", "unsure.toml", *PATHS, "--out", "x") == (0, "", "")
    assert command("run", "unsure.toml", *PATHS, "--outer", "128", "--out", "whole")[0] == 0
    assert command("resume", "x", "--outer", "128", "-q") == (0, "", "")
    assert points("x") == (128, 128)
    assert same("x", "whole")
    code, _, err = command("resume", "x", "--outer", "64", "-q")
    assert code == 2 and "x: is finished" in err
    assert points("x") == (128, 128)


def test_the_printed_table_has_both_lines(command):
    code, out, err = command("run", "unsure.toml", "--paths", "2048", "--out", "x")
    assert code == 0
    assert "capexrisk: warning: 32 points of the inputs tell P5 and P95 over them badly" in err
    assert "asked for" not in err
    _, _, err = command("run", "unsure.toml", "--paths", "2048", "--outer", "1", "--out", "y")
    assert "32 points of the inputs (1 asked for, rounded up) tell P5 and P95 over them" in err
    lines = out.splitlines()
    (first, _) = (number for number, line in enumerate(lines) if line.startswith("Oracle"))
    assert "±" in lines[first] or "–" in lines[first] or ">" in lines[first]
    assert lines[first + 1].startswith(" predictive ")
    assert lines[first + 2].startswith(" P5 to P95 ")
    words = " ".join(out.split())
    assert "2 groups of judgements move" in words
    assert "by 2 draws at each of 32 points, with 128 paths a point." in words
    assert command("verify", "x", "--all", "-q")[0] == 0


def test_scenarios_are_compared_at_the_same_points(command):
    arguments = ("compare", "unsure.toml", "worse.toml", *PATHS, "--out", "both")
    Path("worse.toml").write_text(
        'extends = "unsure.toml"\nname = "worse"\n[issuers.Oracle]\ncash_usd_bn = 3\n'
        'evidence.cash_usd_bn = "assumed: for a test"\n',
        "utf-8",
    )
    code, _, err = command(*arguments)
    assert (code, err) == (0, "")
    table = pd.read_csv("both/comparison.csv")
    cash = table[(table["metric"] == "lowest_cash") & (table["statistic"] == "mean")]
    assert (cash["difference"] < 0.0).all()
    told = table.dropna(subset=["inputs_p50_low", "inputs_p50_high"])
    assert "raised_bonds" in set(told["metric"])
    assert (told["inputs_p5"] < told["inputs_p50"]).all()
    assert (told["inputs_p50"] < told["inputs_p95"]).all()


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--outer", "-1"), "--outer: -1 is out of range; give 0 to 67,108,864"),
        (("--outer", "100000000"), "--outer: 100000000 is out of range; give 0 to 67,108,864"),
        (("--inner", "100"), "--inner: 100 is not a power of two from 128 to 8,192"),
        (
            ("--outer", "0", "--inner", "256"),
            "--inner: has no effect with 0 points (outer); leave one of them out",
        ),
        (("--inner", "64"), "--inner: 64 is not a power of two from 128 to 8,192"),
    ],
)
def test_other_numbers_are_refused_in_a_line(command, arguments, message):
    code, out, err = command("run", "unsure.toml", *PATHS, *arguments, "--out", "x")
    assert (code, out) == (2, "") and message in err and err.count("\n") == 1
    assert not Path("x").exists()


def test_more_points_than_memory_are_refused_before_anything_is_written(command):
    code, out, err = command("run", "unsure.toml", *PATHS, "--outer", "60000000", "--out", "x")
    assert code != 0 and out == "" and err.count("\n") == 1
    assert "the totals of 67,108,864 points of the inputs would take" in err
    assert not list(Path().glob("x*"))


def test_points_of_inputs_without_ranges_are_refused(command):
    """If they are asked for: a default does no harm."""
    code, out, err = command("run", "small.toml", *PATHS, "--outer", "64", "--out", "x")
    assert (code, out) == (2, "")
    name = load_scenario(Path("small.toml")).name
    assert err == f"capexrisk: --outer: 64: no input of {name} has a distribution; give 0\n"
    assert not Path("x").exists()


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("inner = 100", "run.inner: 100 is no number of halves; give one of 128, 256, 512"),
        ("outer = -1", "run.outer: -1 is negative; give 0 or more"),
        ("outer = 1.5", "run.outer: 1.5 is not a whole number"),
        ("outter = 1", "run.outter: not a known key; did you mean outer"),
    ],
)
def test_a_run_table_is_refused_in_a_line(command, line, message):
    Path("x.toml").write_text(f'extends = "small.toml"\n[run]\n{line}\n', "utf-8")
    code, out, err = command("run", "x.toml", *PATHS, "--out", "x")
    assert (code, out) == (2, "") and message in err and err.count("\n") == 1
    assert not Path("x").exists()
