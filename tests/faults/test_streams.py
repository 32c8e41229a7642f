"""What is printed, into whatever it goes: another encoding, a pipe, nobody's eyes."""

from __future__ import annotations

import csv
import errno
import io
import os
import re
import sys
import warnings
from pathlib import Path

import pytest
from rich.console import Console

from capexrisk.cli import main as command_line
from capexrisk.cli.plain import PLAIN, SIGNS
from capexrisk.cli.terminal import show, stdout_console
from tests.cli.command import DEFAULT, call, undrawn, write_small_scenario

SEEN = "33.8 ± 0.1, 0.001–0.007 −5 × 2 … 台積電 Société ≤ 1"


@pytest.mark.parametrize("encoding", ["ascii", "latin-1", "cp1252", "cp437", "utf-8"])
def test_any_encoding_takes_what_is_printed(monkeypatch, encoding):
    out, err = (io.TextIOWrapper(io.BytesIO(), encoding=encoding) for _ in range(2))
    monkeypatch.setattr(sys, "stdout", out)
    monkeypatch.setattr(sys, "stderr", err)
    monkeypatch.setattr(sys, "argv", ["capexrisk", "validate", "nowhere-±.toml"])
    with pytest.raises(SystemExit):
        command_line.main()
    print(SEEN, file=out, flush=True)
    err.flush()
    written = out.buffer.getvalue().decode(encoding)
    if encoding == "ascii":
        assert written == "33.8 +/- 0.1, 0.001-0.007 -5 x 2 ... ??? Societe <= 1\n"
    if encoding == "utf-8":
        assert written == f"{SEEN}\n"
    assert "nowhere-" in err.buffer.getvalue().decode(encoding)


def test_every_sign_has_a_plain_form():
    assert all(plain.isascii() for plain in SIGNS.values())
    assert "½é·".encode("ascii", PLAIN) == b"12e-"  # halves are letters of their own to Unicode


def test_a_warning_is_one_line():
    before = warnings.formatwarning
    try:
        call("validate", "x", cwd=DEFAULT.parent)
        line = warnings.formatwarning(UserWarning("of\ntwo lines"), UserWarning, "x.py", 3)
    finally:
        warnings.formatwarning = before
    assert line == "capexrisk: warning: of two lines\n"


def test_a_pipe_gets_no_colours_whatever_a_kernel_asks_for(monkeypatch, capsys):
    """Jupyter's kernel sets FORCE_COLOR for what it starts, and a cell then searches in vain."""
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):
        monkeypatch.setenv(name, "1")
    assert Console().is_terminal and not stdout_console().is_terminal
    show("[bold]capex[/bold]")
    assert capsys.readouterr().out == "capex\n"


def test_no_verb_makes_a_console_of_its_own():
    """But for bars on stderr."""
    for path in (DEFAULT.parents[1] / "engine" / "capexrisk" / "cli").glob("*.py"):
        made = re.findall(r"\bConsole\(", path.read_text("utf-8"))
        assert not made or path.name in ("terminal.py", "progress.py"), path.name


@pytest.mark.parametrize("verb", ["run", "compare"])
def test_what_is_kept_is_said_where_nothing_can_be_printed(tmp_path, monkeypatch, verb):
    """As into a full disk: the work is done, and its message does not say otherwise."""
    write_small_scenario(tmp_path)
    (tmp_path / "other.toml").write_text('extends = "small.toml"\nname = "other"\n')
    files = ["small.toml"] if verb == "run" else ["small.toml", "other.toml"]
    asked = [verb, *files, "--paths", "256", "--outer", "0", "--out", "x"]
    heard = io.StringIO()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(sys, "argv", ["capexrisk", *asked])
    monkeypatch.setattr(sys, "stderr", heard)
    with undrawn(), Path("/dev/full").open("w") as full:
        monkeypatch.setattr(sys, "stdout", full)
        with pytest.raises(SystemExit) as ended:
            command_line.main()
    assert ended.value.code == 1 and (tmp_path / "x" / "manifest.json").is_file()
    what = {"run": "the run", "compare": "the comparison"}[verb]
    assert heard.getvalue() == (
        "capexrisk: standard output: No space left on device; make room there, or take another "
        f"place; {what} is finished, its report is x/report.html\n"
    )


@pytest.mark.parametrize(
    ("code", "place"),
    [(errno.ENOSPC, "standard output: "), (errno.EIO, "standard output: "), (errno.EMFILE, "")],
)
def test_an_error_without_a_file_is_of_stdout_if_it_can_be(tmp_path, monkeypatch, code, place):
    def fail(**_: object) -> None:
        raise OSError(code, "of the system")

    monkeypatch.setattr(command_line, "capexrisk", fail)
    found = call(cwd=tmp_path)
    assert found.returncode == 1
    assert found.stderr.startswith(f"capexrisk: {place}{os.strerror(code)}; ")


def test_the_exit_code_tells_where_no_message_can(monkeypatch):
    monkeypatch.setattr(sys, "argv", ["capexrisk", "validate", "nowhere.toml"])
    with Path("/dev/full").open("w", buffering=1) as full:
        monkeypatch.setattr(sys, "stderr", full)
        with pytest.raises(SystemExit) as ended:
            command_line.main()
    assert ended.value.code == 2


def test_a_target_that_is_missed_is_told_even_if_quiet(tmp_path):
    write_small_scenario(tmp_path)
    asked = ("--paths", "262144", "--target", "negative_fcf/Oracle: rel 0.00000001%")
    with undrawn():
        found = call("run", "small.toml", *asked, "--outer", "0", "-q", "--out", "x", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (0, "")
    (line,) = found.stderr.splitlines()
    assert line.startswith("capexrisk: negative_fcf/Oracle/2026: rel 1e-08%: not reached, ")


def test_sources_are_as_wide_as_their_content_or_a_table(tmp_path):
    write_small_scenario(tmp_path)
    found = call("sources", "small.toml", "--out", "x.csv", cwd=tmp_path)
    assert found.returncode == 0
    assert all(
        line == line.rstrip() and "   " not in line[4:] for line in found.stdout.splitlines()
    )
    rows = list(csv.DictReader((tmp_path / "x.csv").read_text("utf-8").splitlines()))
    assert len(rows) == 141 and rows[0].keys() == {
        *("input", "value", "unit", "confidence", "source", "address")
    }
    oracle = next(row for row in rows if row["input"] == "issuers.Oracle.capex_2026_usd_bn")
    assert float(oracle["value"]) > 0.0 and oracle["confidence"] and oracle["source"]
