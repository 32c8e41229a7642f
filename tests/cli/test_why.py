"""What causes, sensitivity and reverse leave with a run, and where it shows."""

from __future__ import annotations

import shutil

import pytest

from tests.cli.command import call, listing, undrawn, write_small_scenario

CAPEX = "issuers.Oracle.capex_2026_usd_bn=240"  # so that a few hundred paths see failures
EVENT = ("--event", "funding_failure/Oracle")
QUICK = ("--points", "16", "--orders", "2")


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A folder with a run, in which somebody has asked for the causes of Oracle's failure."""
    folder = tmp_path_factory.mktemp("folder")
    write_small_scenario(folder)
    with undrawn():
        run = call(
            *("run", "small.toml", "--paths", "1024", "--outer", "0", "--set", CAPEX),
            *("--out", "run", "-q"),
            cwd=folder,
        )
    assert run.returncode == 0, run.stderr
    return folder


@pytest.fixture(scope="module")
def asked(folder):
    return call("causes", "run", *EVENT, *QUICK, cwd=folder)


def test_a_run_keeps_the_answer_and_says_so(folder, asked):
    assert (asked.returncode, asked.stderr) == (0, "")
    file = "run/why/causes-funding_failure-Oracle-2026Q4.parquet"
    assert asked.stdout.endswith(f"\nKept in {file}; `capexrisk report run` shows it\n")
    assert (folder / file).is_file()
    assert not list(folder.rglob("*.tmp"))


def test_the_report_shows_it_and_a_longer_run_keeps_it(folder, asked):
    said = call("report", "run", cwd=folder)
    assert (said.returncode, said.stdout) == (0, "run/report.html\n"), said.stderr
    page = (folder / "run" / "report.html").read_text("utf-8")
    assert "What causes it? Oracle: funding failure by 2026Q4" in page
    assert "capexrisk causes" not in page and "<code>capexrisk reverse run --event" in page
    assert (folder / "run" / "figures" / "causes-funding_failure-Oracle-2026Q4.svg").is_file()
    assert "## Why" in (folder / "run" / "report.md").read_text("utf-8")
    with undrawn():
        longer = call("resume", "run", "--paths", "2048", "-q", cwd=folder)
    assert longer.returncode == 0, longer.stderr
    assert [path.name for path in (folder / "run" / "why").iterdir()] == [
        "causes-funding_failure-Oracle-2026Q4.parquet"
    ]
    assert call("verify", "run", "--sample", "2", cwd=folder).returncode == 0


def test_what_is_not_of_the_run_is_refused_in_one_line(folder, asked, tmp_path):
    copy = shutil.copytree(folder / "run", tmp_path / "run")
    (file,) = (copy / "why").iterdir()
    file.write_bytes(b"no table")
    for verb in ("report", "verify"):
        found = call(verb, "run", cwd=tmp_path)
        assert (found.returncode, found.stdout) == (2, "")
        assert found.stderr.startswith(f"capexrisk: run/why/{file.name}: cannot be read")
        assert found.stderr.count("\n") == 1


def test_a_run_that_cannot_be_written_keeps_nothing_and_the_answer_stands(folder, tmp_path):
    """A file in the place of the folder: root may write into folders that are read only."""
    copy = shutil.copytree(folder / "run", tmp_path / "run")
    shutil.rmtree(copy / "why", ignore_errors=True)
    (copy / "why").write_text("in the way")
    before = listing(copy)
    found = call("causes", "run", *EVENT, *QUICK, cwd=tmp_path)
    assert found.returncode == 0 and "Oracle: funding failure by 2026Q4" in found.stdout
    assert found.stderr == (
        "capexrisk: warning: the run does not keep it: run/why: a file is in the way, "
        "where a folder should be; move it away\n"
    )
    assert listing(copy) == before


def test_a_link_is_refused_before_anything_is_computed(folder, tmp_path):
    copy = shutil.copytree(folder / "run", tmp_path / "run")
    shutil.rmtree(copy / "why", ignore_errors=True)
    (copy / "why").symlink_to(tmp_path)
    said = "capexrisk: run/why: is a link, which may lead anywhere; remove it\n"
    for verb, of in (("causes", "--event"), ("sensitivity", "--of"), ("reverse", "--event")):
        found = call(verb, "run", of, EVENT[1], cwd=tmp_path)
        assert (found.returncode, found.stdout, found.stderr) == (2, "", said), verb


def test_reverse_of_a_run_takes_its_scenario_and_seed(folder, invoke, monkeypatch):
    monkeypatch.chdir(folder)
    code, out, err = invoke("reverse", "run", "--event", "funding_failure/Orakel")
    assert (code, out) == (2, "") and "there is no issuer 'Orakel' here" in err
    code, out, err = invoke("reverse", "run", *EVENT, "--set", CAPEX)
    assert (code, out) == (2, "")
    assert err == "capexrisk: --set: run is a run; give its scenario's file instead\n"
