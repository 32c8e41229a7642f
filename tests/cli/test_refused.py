"""Every bad input: exit code 2, one line that names place, value and mend, and nothing written."""

from __future__ import annotations

import pytest

from tests.cli.command import DEFAULT, call, listing

BASE = 'extends = "base.toml"\n'
ORACLE = BASE + "[issuers.Oracle]\n"
MARKET = BASE + "[market]\n"
NO_CORRELATION = (
    "correlation = [[1, 0.9, 0, 0, 0], [0.9, 1, 0.9, 0, 0], [0, 0.9, 1, 0, 0], "
    "[0, 0, 0, 1, 0], [0, 0, 0, 0, 1]]\n"
)

# What the file x.toml says, and what is said of it.
FILES = {
    "bad TOML": (
        BASE + "quarters = = 4\n",
        "x.toml: line 2: Invalid value; write it as TOML",
    ),
    "misspelt key": (
        ORACLE + "cash_usd_b = 5\n",
        "x.toml: issuers.Oracle.cash_usd_b: not a known key; did you mean cash_usd_bn?",
    ),
    "wrong type": (
        ORACLE + 'cash_usd_bn = "5"\n',
        "x.toml: issuers.Oracle.cash_usd_bn: '5' is not a number; give a number",
    ),
    "NaN": (
        ORACLE + "cash_usd_bn = nan\n",
        "x.toml: issuers.Oracle.cash_usd_bn: nan is not finite; give a number",
    ),
    "negative balance": (
        ORACLE + "cash_usd_bn = -3\n",
        "x.toml: issuers.Oracle.cash_usd_bn: -3 is negative; give 0 or more",
    ),
    "probability above 1": (
        MARKET + "anchor_recovery = 1.2\n",
        "x.toml: market.anchor_recovery: 1.2 is above 1; give 1 or less",
    ),
    "list of the wrong length": (
        MARKET + "oas_mean_bp = [95, 230]\n",
        "x.toml: market.oas_mean_bp: has 2 values; give 3",
    ),
    "duplicate issuer": (
        ORACLE + "cash_usd_bn = 3\n[issuers.Oracle]\ncash_usd_bn = 4\n",
        (
            "x.toml: line 4: Cannot declare ('issuers', 'Oracle') twice; "
            "a key or table is there twice; keep one"
        ),
    ),
    "wrong [run] table": (
        BASE + "[run]\npaths = 0\n",
        "x.toml: run.paths: 0 is below 1; give 1 or more",
    ),
    "unknown sampler": (
        BASE + '[run]\nsampler = "plan"\n',
        "x.toml: run.sampler: 'plan' is not known; did you mean plain?",
    ),
}

# Arguments, and what is said of them. base.toml is the default scenario, occupied a directory.
ARGUMENTS = {
    "missing file": (["run", "y.toml"], "y.toml: no such file; check the path"),
    "no paths": (
        ["run", "base.toml", "--paths", "0"],
        "--paths: 0 is out of range; give 1 to 1,000,000,000,000",
    ),
    "too many paths": (
        ["run", "base.toml", "--paths", "10000000000000"],
        "--paths: 10000000000000 is out of range; give 1 to 1,000,000,000,000",
    ),
    "too many paths for nets": (
        ["run", "base.toml", "--paths", "100000000000"],
        (
            "--paths: 100,000,000,000 is more than the 68,719,476,736 of the sobol sampler; "
            "take the plain sampler"
        ),
    ),
    "unknown sampler": (
        ["run", "base.toml", "--sampler", "foo"],
        "--sampler: 'foo' is unknown; give one of sobol, plain",
    ),
    "no number": (
        ["run", "base.toml", "--paths", "many"],
        "Invalid value for '--paths': 'many' is not a valid integer.",
    ),
    "seed": (
        ["run", "base.toml", "--seed", "-1"],
        "--seed: -1 is out of range; give 0 to 2**64 - 1",
    ),
    "no workers": (
        ["run", "base.toml", "--jobs", "0"],
        "--jobs: 0 is out of range; give 1 to 10,000, or -1 for all cores",
    ),
    "unknown back end": (
        ["run", "base.toml", "--backend", "spark"],
        "--backend: 'spark' is unknown; give one of threading, loky, sequential, dask",
    ),
    "override of an unknown issuer": (
        ["run", "base.toml", "--set", "issuers.Orakel.cash_usd_bn=5"],
        "--set: issuers.Orakel.cash_usd_bn: no issuer is named 'Orakel'; did you mean Oracle?",
    ),
    "override without value": (
        ["run", "base.toml", "--set", "quarters"],
        "--set: 'quarters' gives no value; write it as issuers.NAME.cash_usd_bn=5",
    ),
    "output exists": (
        ["run", "base.toml", "--out", "occupied"],
        "occupied: exists already; give another directory with --out, or --overwrite",
    ),
    "output exists, and paths to be rounded": (
        ["run", "base.toml", "--paths", "300", "--out", "occupied"],
        "occupied: exists already; give another directory with --out, or --overwrite",
    ),
    "output is not a run": (
        ["run", "base.toml", "--out", "occupied", "--overwrite"],
        (
            "occupied: is not a run (manifest.json is missing), so it is not replaced; "
            "give another directory with --out"
        ),
    ),
    "output cannot be written": (
        ["run", "base.toml", "--out", "base.toml/a/out"],
        "base.toml/a/out: cannot be written (Not a directory); give another directory with --out",
    ),
    "report of no run": (
        ["report", "occupied"],
        "occupied: no manifest.json here; give the directory of a finished run",
    ),
    "report of nothing": (
        ["report", "nowhere"],
        "nowhere: is no directory; give that of a finished run",
    ),
    "report of an unfinished run": (
        ["report", "a.unfinished"],
        ("a.unfinished: is not finished; resume it with capexrisk resume a"),
    ),
    "unknown verb": (
        ["frobnicate", "base.toml"],
        (
            "'frobnicate': no such command; give one of validate, sources, draft, calibrate, new, "
            "roll, upgrade, forecast and 19 more"
        ),
    ),
    "misspelt verb": (["runn"], "'runn': no such command; did you mean run?"),
    "unknown option": (
        ["run", "base.toml", "--path", "5"],
        "No such option '--path'. (Did you mean one of: '--keep-paths', '--paths'?)",
    ),
    "no scenario": (["run"], "Missing argument 'SCENARIO'."),
}


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "base.toml").write_bytes(DEFAULT.read_bytes())
    (tmp_path / "occupied").mkdir()
    (tmp_path / "a.unfinished").mkdir()
    (tmp_path / "occupied" / "mine.txt").write_text("x")
    return tmp_path


@pytest.fixture
def assert_refused(folder, monkeypatch, invoke):
    """That a call exits with 2, says one line, and leaves the folder as it was."""
    monkeypatch.chdir(folder)

    def refused(arguments: list[str], message: str) -> None:
        before = listing(folder)
        assert invoke(*arguments) == (2, "", f"capexrisk: {message}\n")
        assert listing(folder) == before

    return refused


@pytest.mark.parametrize("name", FILES)
def test_a_bad_file(folder, assert_refused, name):
    text, message = FILES[name]
    (folder / "x.toml").write_text(text)
    assert_refused(["run", "x.toml"], message)


@pytest.mark.parametrize("name", ARGUMENTS)
def test_a_bad_argument(assert_refused, name):
    arguments, message = ARGUMENTS[name]
    assert_refused(arguments, message)


@pytest.mark.parametrize("verb", ["validate", "sources"])
def test_other_verbs_refuse_alike(folder, assert_refused, verb):
    text, message = FILES["negative balance"]
    (folder / "x.toml").write_text(text)
    assert_refused([verb, "x.toml"], message)


def test_a_correlation_that_is_none_names_its_smallest_eigenvalue(folder):
    """1 - 0.9 sqrt(2): of the three that are bound to each other."""
    (folder / "x.toml").write_text(MARKET + NO_CORRELATION)
    found = call("validate", "x.toml", cwd=folder)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr.startswith("capexrisk: x.toml: market.correlation: ")
    assert "smallest eigenvalue" in found.stderr and "-0.27" in found.stderr
    assert found.stderr.count("\n") == 1


def test_several_errors_are_one_line_that_counts_them(folder):
    (folder / "x.toml").write_text(ORACLE + "cash_usd_bn = -3\nbonds_usd_bn = -4\n")
    found = call("validate", "x.toml", cwd=folder)
    assert found.returncode == 2
    assert found.stderr.startswith("capexrisk: x.toml: issuers.Oracle.cash_usd_bn: -3 is negative;")
    assert found.stderr.endswith(" (and 1 more)\n") and found.stderr.count("\n") == 1
