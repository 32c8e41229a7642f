"""``capexrisk run`` and ``report`` from end to end."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pandas as pd
import pytest

from capexrisk.archive.manifest import QuarantinedPath
from capexrisk.archive.results import load_results
from capexrisk.cli import main as command_line
from capexrisk.errors import KernelFault
from capexrisk.report.files.run_page import render
from capexrisk.scenario import inputs, load_scenario
from capexrisk.study.simulation import simulate
from tests.cli.command import call, call_process, listing, only_tables, write_small_scenario
from tests.unit.manifests import changed

FILES = {
    "manifest.json",
    "summary.csv",
    "summary.parquet",
    "distributions.parquet",
    "replicates.parquet",
    "chunks.parquet",
    "report.html",
    "report.md",
    "report.xlsx",
}
REPORTS = {name for name in FILES if name.startswith("report.")}


# What is told of 2,000 paths.
ROUNDED = "capexrisk: 2,048 paths instead of 2,000, to fill 32 nets of 64 points\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory) -> Path:
    folder = tmp_path_factory.mktemp("runs")
    write_small_scenario(folder)
    return folder


@pytest.fixture(scope="module")
def first(folder):
    """A process of its own, two threads, paths kept, everything printed."""
    return call_process(
        "run", "small.toml", "--paths", "2000", "--seed", "5", "--jobs", "2", "--keep-paths",
        "--out", "a/first", cwd=folder,
    )  # fmt: skip


@pytest.fixture(scope="module")
def second(folder, first):
    """One thread, another figure, nothing printed, over an earlier run."""
    (folder / "b").mkdir()
    (folder / "b" / "manifest.json").write_text("{}")
    (folder / "b" / "of the old run.txt").write_text("x")
    return call(
        "run", "small.toml", "--paths", "2000", "--seed", "5", "--jobs", "1", "--quiet",
        "--set", "issuers.Oracle.cash_usd_bn=12", "--out", "b", "--overwrite", cwd=folder,
    )  # fmt: skip


@pytest.fixture(scope="module")
def third(folder):
    """One loky process."""
    return call(
        "run", "small.toml", "--paths", "2000", "--seed", "5", "--jobs", "1",
        "--backend", "loky", "-q", "--out", "c", cwd=folder,
    )  # fmt: skip


@pytest.fixture(scope="module")
def plain(folder):
    """Independent paths."""
    return call(
        "run", "small.toml", "--paths", "2000", "--seed", "5", "--sampler", "plain",
        "--out", "plain", cwd=folder,
    )  # fmt: skip


def test_all_files_are_there(folder, first):
    assert (first.returncode, first.stderr) == (0, ROUNDED)
    out = folder / "a" / "first"
    assert {path.name for path in out.iterdir()} == FILES | {"figures", "paths", "checkpoint"}
    assert listing(out / "paths") == [f"chunk-{number:06d}.parquet" for number in range(32)]
    figures = listing(out / "figures")
    assert {Path(name).suffix for name in figures} == {".svg"} and len(figures) >= 8
    assert "<html" in (out / "report.html").read_text("utf-8")
    assert [name for name in listing(folder) if Path(name).name.startswith(".")] == []


def test_the_files_hold_the_run(folder, first):
    results = load_results(folder / "a" / "first")
    run = results.manifest.run
    assert (run.paths, run.paths_asked, run.seed, run.jobs) == (2048, 2000, 5, 2)
    assert (run.sampler, run.replicates) == ("sobol", 32)
    assert run.backend == "threading"  # the scenario's
    csv = pd.read_csv(folder / "a" / "first" / "summary.csv")
    assert len(csv) == len(results.summary)
    assert set(csv["method"]) == {"sobol"}
    kept = pd.read_parquet(folder / "a" / "first" / "paths")
    assert len(kept) == kept["path"].nunique() == 2048


def test_progress_is_silent_where_no_terminal_looks_on(first, plain):
    assert (first.stderr, plain.stderr) == (ROUNDED, "")


def test_independent_paths_are_as_many_as_are_asked_for(folder, plain):
    assert (plain.returncode, plain.stderr) == (0, "")
    assert "2,000 paths" in plain.stdout
    results = load_results(folder / "plain")
    run = results.manifest.run
    assert (run.paths, run.paths_asked) == (2000, 2000)
    assert (run.sampler, run.replicates) == ("plain", 1)
    assert set(results.summary["method"]) == {"plain"}
    page = (folder / "plain" / "report.html").read_text("utf-8")
    assert '<tr><th scope="row">Sampler</th><td>independent paths</td></tr>' in page


def test_the_report_names_the_nets(folder, first):
    page = (folder / "a" / "first" / "report.html").read_text("utf-8")
    assert '<tr><th scope="row">Sampler</th><td>32 Sobol nets of 64 points, ' in page


def test_the_table_is_printed(first):
    assert "Oracle" in first.stdout
    assert "2,048 paths" in first.stdout
    assert first.stdout.endswith("Report: a/first/report.html\n")
    assert "\x1b" not in first.stdout  # colours are for terminals


def test_quiet_says_nothing(second, third):
    for found in (second, third):
        assert (found.returncode, found.stdout, found.stderr) == (0, "", "")


def test_overwrite_replaces_the_run_as_a_whole(folder, second):
    assert {path.name for path in (folder / "b").iterdir()} == FILES | {"figures", "checkpoint"}


def test_without_keep_paths_none_are_kept(folder, third):
    assert {path.name for path in (folder / "c").iterdir()} == FILES | {"figures", "checkpoint"}


def test_set_changes_the_result(folder, first, second):
    old, new = (load_results(folder / name) for name in ("a/first", "b"))
    assert old.manifest.scenario_digest != new.manifest.scenario_digest
    # At the same draws: with less cash at the start its lowest is lower.
    lowest = [
        results.estimates("lowest_cash", issuer="Oracle", statistic="mean")["value"].item()
        for results in (old, new)
    ]
    assert lowest[1] < lowest[0]


def test_workers_and_back_ends_write_the_same_bytes(folder, first, third):
    csv = [(folder / name / "summary.csv").read_bytes() for name in ("a/first", "c")]
    assert csv[0] == csv[1]


def test_report_draws_a_finished_run_again(folder, third):
    out = folder / "c"
    before = {name: (out / name).read_bytes() for name in FILES - REPORTS}
    for path in [*(out / "figures").iterdir(), *(out / name for name in REPORTS)]:
        path.unlink()
    found = call("report", "c", cwd=folder)
    assert (found.returncode, found.stderr, found.stdout) == (0, "", "c/report.html\n")
    assert {path.name for path in out.iterdir()} == FILES | {"figures", "checkpoint"}
    assert len(listing(out / "figures")) >= 8
    for name, content in before.items():
        assert (out / name).read_bytes() == content


def test_report_says_where_its_pictures_are(folder, third, monkeypatch):
    def undrawn_report(results, figures):
        assert figures.png
        return figures.directory / "report.html"

    monkeypatch.setattr("capexrisk.report.files.write.write_report_files", undrawn_report)
    found = call("report", "c", "--png", cwd=folder)
    assert found.stdout.splitlines()[1:] == ["c/figures: every figure as SVG and as PNG"]


def test_a_report_of_less_than_everything_is_refused(tmp_path):
    scenario = load_scenario(write_small_scenario(tmp_path))
    (tmp_path / "run").mkdir()
    simulate(scenario, paths=32, collect="means").write(tmp_path / "run")
    found = call("report", "run", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "capexrisk: run: a report needs a run that collects everything, and this one collected "
        '"means"; run again without collect\n'
    )


def test_too_many_broken_paths_exit_1_and_leave_nothing(folder, monkeypatch, capsys):
    """No scenario that the schema accepts has them: the run is made to say so."""

    def broken(*_, **__):
        raise KernelFault("7 of 2,048 paths are not finite; the figures are too extreme")

    before = listing(folder)
    monkeypatch.chdir(folder)
    monkeypatch.setattr("capexrisk.cli.run_to_completion.simulate_paths", broken)
    monkeypatch.setattr(
        "sys.argv", ["capexrisk", "run", "small.toml", "--paths", "2048", "--out", "x/y"]
    )
    assert command_line._exit_code() == 1
    out, err = capsys.readouterr()
    assert out == ""
    assert err == "capexrisk: 7 of 2,048 paths are not finite; the figures are too extreme\n"
    assert listing(folder) == before


def run_here(monkeypatch, folder: Path, *arguments: str) -> int:
    """The command in this process, without drawing."""
    monkeypatch.chdir(folder)
    monkeypatch.setattr("capexrisk.report.files.write.write_report_files", only_tables)
    monkeypatch.setattr(sys, "argv", ["capexrisk", *arguments])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    return int(ended.value.code or 0)


def test_a_few_broken_paths_are_a_warning(monkeypatch, tmp_path, capsys):
    scenario = load_scenario(write_small_scenario(tmp_path))
    results = simulate(scenario, paths=100, sampler="plain")
    broken = (QuarantinedPath(path=17, quarter="2026Q2"),)
    results = changed(results, run={"paths_quarantined": 1, "quarantine": broken})
    monkeypatch.setattr(
        "capexrisk.cli.run_to_completion.simulate_paths", lambda *_: (results, None)
    )
    asked = ("--paths", "100", "--sampler", "plain", "--out", "o", "--quiet")
    assert run_here(monkeypatch, tmp_path, "run", "small.toml", *asked) == 0
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err == (
        "capexrisk: warning: 1 of 100 paths are not finite and count nowhere; "
        "the first is path 17, in 2026Q2\n"
    )


def test_what_the_run_table_says_is_run_and_goes_to_runs(monkeypatch, tmp_path):
    """No option: paths, sampler and seed of the file, and the directory runs/NAME."""
    path = write_small_scenario(tmp_path)
    name = load_scenario(path).name
    overrides = ("--set", "run.paths=300", "--set", "run.seed=9", "--set", "run.jobs=1")
    assert run_here(monkeypatch, tmp_path, "run", "small.toml", "-q", *overrides) == 0
    manifest = json.loads((tmp_path / "runs" / name / "manifest.json").read_text())
    run = manifest["run"]
    assert (run["paths"], run["paths_asked"], run["seed"]) == (512, 300, 9)
    assert run["sampler"] == "sobol"


@pytest.mark.parametrize(
    ("arguments", "sampler", "paths"),
    [((), "plain", 300), (("--sampler", "sobol"), "sobol", 512)],
)
def test_the_run_table_s_sampler_gives_way_to_the_option(
    monkeypatch, tmp_path, arguments, sampler, paths
):
    with write_small_scenario(tmp_path).open("a", encoding="utf-8") as small:
        small.write('\n[run]\nsampler = "plain"\n')
    options = ("-q", "--paths", "300", "--out", "o", *arguments)
    assert run_here(monkeypatch, tmp_path, "run", "small.toml", *options) == 0
    run = json.loads((tmp_path / "o" / "manifest.json").read_text())["run"]
    assert (run["sampler"], run["paths"], run["paths_asked"]) == (sampler, paths, 300)


def test_a_run_says_what_validate_warns_of(monkeypatch, tmp_path, capsys):
    path = write_small_scenario(tmp_path)
    text = "\n".join(
        line for line in path.read_text("utf-8").splitlines() if "evidence.tax " not in line
    )
    path.write_text(text, "utf-8")
    assert run_here(monkeypatch, tmp_path, "run", "small.toml", "--paths", "1024", "-q") == 0
    count = len(inputs(load_scenario(path)))
    line = f"evidence: 1 of {count} inputs have no source, the first is market.tax; give it, or"
    assert capsys.readouterr().err.startswith(f"capexrisk: warning: {line}")
    page = render(load_results(tmp_path / "runs" / load_scenario(path).name), [])
    assert f"<li>{line}" in page and "1 have no source." in page


def test_whole_nets_need_no_word(monkeypatch, tmp_path, capsys):
    write_small_scenario(tmp_path)
    arguments = ("run", "small.toml", "--jobs", "1", "--paths")
    for paths, told in (("512", ""), ("513", "capexrisk: 1,024 paths instead of 513, ")):
        assert run_here(monkeypatch, tmp_path, *arguments, paths, "--out", paths) == 0
        err = capsys.readouterr().err
        assert err.startswith(told) and err.count("\n") == (1 if told else 0)


def write_crowd(folder: Path) -> None:
    """Write crowd.toml: 64 issuers over 80 quarters, 21,572 draws a path."""
    head, oracle = write_small_scenario(folder).read_text("utf-8").split("[issuers.Oracle]")
    issuers = [f"[issuers.O{number}]{oracle}" for number in range(64)]
    text = "\n".join([head.replace("\nquarters = 4\n", "\nquarters = 80\n"), *issuers])
    (folder / "crowd.toml").write_text(text, "utf-8")


def test_more_draws_than_dimensions_are_one_line_and_leave_nothing(tmp_path):
    write_crowd(tmp_path)
    before = listing(tmp_path)
    found = call("run", "crowd.toml", "--out", "a/b", "--keep-paths", cwd=tmp_path)
    assert found.stderr.endswith(
        "capexrisk: sampler: 64 issuers over 80 quarters make 21,572 draws a path, and Sobol's "
        "sequence has 21,201 dimensions; take the plain sampler\n"
    )
    assert (found.returncode, found.stdout) == (2, "")
    assert listing(tmp_path) == before


def test_a_terminal_gets_a_bar(monkeypatch, tmp_path, capsys):
    """With paths per second and the total; --quiet hides it there as well."""
    monkeypatch.setenv("FORCE_COLOR", "1")  # rich then takes a pipe for a terminal
    write_small_scenario(tmp_path)
    arguments = ("run", "small.toml", "--paths", "40000", "--jobs", "1", "--out")
    assert run_here(monkeypatch, tmp_path, *arguments, "a") == 0
    bar = capsys.readouterr().err
    assert "Simulating" in bar and "/65536" in bar and "paths/s" in bar
    assert run_here(monkeypatch, tmp_path, *arguments, "b", "--quiet") == 0
    assert capsys.readouterr() == ("", "")


def test_a_failing_figure_leaves_no_run(monkeypatch, tmp_path):
    """The disk is full at the last moment: all of it is gone again."""
    write_small_scenario(tmp_path)

    def fail(_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("capexrisk.report.pool.Begun.finish", fail)
    arguments = ["run", "small.toml", "--paths", "100", "-q", "--out", "a/o"]
    monkeypatch.setattr(sys, "argv", ["capexrisk", *arguments])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert ended.value.code == 1
    assert listing(tmp_path) == ["small.toml"]


def test_a_run_stops_at_its_targets_and_says_so(monkeypatch, tmp_path, capsys):
    write_small_scenario(tmp_path)
    code = run_here(
        monkeypatch, tmp_path, "run", "small.toml",
        "--target", "negative_fcf/Oracle/2026: abs 0.05",
        "--target", "capex_cut/Oracle: rel 0.0001%", "--paths", "100", "--out", "stopped",
    )  # fmt: skip
    assert code == 0
    said = capsys.readouterr()
    assert "negative_fcf/Oracle/2026: abs 0.05: reached, " in said.out
    assert "rel 0.0001%: not reached" in said.out and not said.err
    # A number that is the most is rounded down.
    run = load_results(tmp_path / "stopped").manifest.run
    assert run.paths == 64 and [one.reached for one in run.targets] == [True, False]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["--target", "negative_fcf/Orakle/2027: rel 5%"], "no issuer 'Orakle' here; did you mean"),
        (["--target", "negative_fcf/Oracle/2026: 5%"], "write NAME: rel 5%, or NAME: abs 0.002"),
        (["--max-time", "0"], "--max-time: 0 is out of range; give more than 0"),
        (
            ["--target", "negative_fcf/Oracle/2026: rel 1e-9%", "--paths", "9000000"],
            "and 8,388,608 are allowed; allow more, or ask for less",
        ),
    ],
)
def test_targets_that_are_refused_leave_nothing(monkeypatch, tmp_path, capsys, arguments, said):
    write_small_scenario(tmp_path)
    before = listing(tmp_path)
    assert run_here(monkeypatch, tmp_path, "run", "small.toml", *arguments) == 2
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == 1 and said in lines[0]
    assert listing(tmp_path) == before
