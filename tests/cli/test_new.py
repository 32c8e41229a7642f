"""``capexrisk new``: a scenario from filings or a table of firms."""

from __future__ import annotations

import pytest

from tests.cli.command import DEFAULT, ROOT, call
from tests.unit.authoring.tables import write_table

ALPHABET = ROOT / "tests" / "unit" / "filings" / "companyfacts" / "alphabet.json"
DAY = ("--as-of", "2026-02-13")


def test_a_template_is_written_and_nothing_else(tmp_path):
    found = call(
        "new", "--table", "t.csv", "--firm", "Acme", "--market", DEFAULT, *DAY, cwd=tmp_path
    )
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout == "t.csv: 62 keys, needed ones first, for Acme\n"
    text = (tmp_path / "t.csv").read_text("utf-8")
    assert text.startswith("key,meaning,unit,left out,look for,Acme,Acme: confidence,Acme: ev")
    assert "\ncapex_2026_usd_bn," in text and "\ncapex_2028_usd_bn," in text
    assert [path.name for path in tmp_path.iterdir()] == ["t.csv"]
    again = call("new", "--table", "t.csv", cwd=tmp_path)
    assert (again.returncode, again.stderr) == (
        *(2, "capexrisk: --table: t.csv exists already; give another file\n"),
    )


def test_firms_of_a_table_and_of_filings_become_a_scenario(tmp_path):
    write_table(tmp_path / "firms.csv", "Acme")
    found = call(
        *("new", ALPHABET, "--from-table", "firms.csv", "--market", DEFAULT),
        *(*DAY, "--quarters", "8", "--out", "mine.toml"),
        cwd=tmp_path,
    )
    assert found.returncode == 0, found.stderr
    *listed, last = found.stdout.splitlines()
    assert all(line.startswith("inherited: issuer") for line in listed)
    assert last.startswith("mine.toml: ok: 2 issuers, 2026Q1 to 2027Q4, digest ")
    assert last.endswith(f"; {len(listed)} figures inherited")
    checked = call("validate", "mine.toml", cwd=tmp_path)
    warned = [line for line in found.stderr.splitlines() if line.startswith("mine.toml: warning:")]
    assert checked.returncode == 0
    assert [line for line in checked.stderr.splitlines() if "warning" in line] == warned


def test_a_figure_that_does_not_fit_is_refused_at_its_cell(tmp_path):
    write_table(tmp_path / "firms.csv", "Acme", capex_2024_usd_bn="5")
    found = call(
        *("new", "--from-table", "firms.csv", "--market", "neutral", *DAY, "--out", "mine.toml"),
        cwd=tmp_path,
    )
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(
        "capexrisk: firms.csv: row 10, column E: capex_2024_usd_bn: 2024 is before the start year"
    )
    assert not (tmp_path / "mine.toml").exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "facts: no firm; give companyfacts files, --from-table or --table"),
        (("--from-table", "f.csv"), "--out: no file to write; give one"),
        (("--table", "t.ods"), "--table: t.ods is neither; give a name that ends with .csv or"),
        (("--table", "t.csv", "--out", "x.toml"), "--table: writes a table and nothing else; give"),
        (("--table", "t.csv", "--firm", "a/b"), "--firm: an issuer's name may not contain '/'"),
        (("--firm", "Acme", "f.json"), "--firm: names a column of --table; give that as well"),
        (
            ("f.json", "--start", "soon", "--out", "x.toml"),
            "--start: 'soon' is not a quarter; give",
        ),
        (
            ("f.json", "--market", "no.toml", "--out", "x.toml"),
            "--market: there is no no.toml; give",
        ),
        (
            (ALPHABET, ALPHABET, "--market", "neutral", "--out", "x.toml"),
            "facts: two files are of Alphabet; give one a firm",
        ),
        (("no.json", "--market", "neutral", "--out", "x.toml"), "no.json: no such file; check"),
    ],
)
def test_what_cannot_be_is_refused_in_one_line(tmp_path, arguments, said):
    found = call("new", *arguments, cwd=tmp_path)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith(f"capexrisk: {said}") and found.stderr.count("\n") == 1
    assert list(tmp_path.iterdir()) == []
