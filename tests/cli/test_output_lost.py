"""Where nothing can be printed, and where a terminal is closed: what is said and what is kept."""

from __future__ import annotations

import errno
import io
import os
import signal
import sys
from pathlib import Path

import click
import pytest

from capexrisk.archive.results import load_results
from capexrisk.cli import main as command_line
from capexrisk.cli.options import new_file
from capexrisk.cli.progress import progress
from capexrisk.cli.verb import Verb
from tests.cli.command import undrawn, write_small_scenario

FACTS = Path(__file__).parents[1] / "unit" / "filings" / "companyfacts" / "alphabet.json"
FULL = "standard output: No space left on device; make room there, or take another place"


class Full(io.StringIO):
    """A stream as /dev/full: it takes text until it is flushed."""

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.fixture
def lost(monkeypatch, tmp_path, capsys):
    """A command whose output is lost: its exit code, and the last line on stderr."""
    monkeypatch.chdir(tmp_path)
    write_small_scenario(tmp_path)

    def call(*arguments: str) -> tuple[int, str]:
        monkeypatch.setattr(sys, "argv", ["capexrisk", *arguments])
        monkeypatch.setattr(sys, "stdout", Full())
        with pytest.raises(SystemExit) as ended:
            command_line.main()
        return int(ended.value.code or 0), capsys.readouterr().err.splitlines()[-1]

    return call


@pytest.mark.parametrize(
    ("arguments", "written"),
    [
        (("sources", "small.toml", "--out", "s.csv"), "s.csv"),
        (("new", "--table", "t.csv"), "t.csv"),
        (("new", str(FACTS), "--out", "n.toml"), "n.toml"),
        (("upgrade", "old.toml"), "old.upgraded.toml"),
        (("upgrade", "old.toml", "--out", "u.toml"), "u.toml"),
        (("notebooks", "copies"), "copies"),
    ],
)
def test_what_is_written_is_told_where_nothing_can_be_printed(lost, tmp_path, arguments, written):
    new = Path("small.toml").read_text("utf-8")
    (tmp_path / "old.toml").write_text(new.replace("fixed_cost", "ai_fixed_cost"), "utf-8")
    code, line = lost(*arguments)
    assert (code, line) == (1, f"capexrisk: {FULL}; {written} is written")
    assert (tmp_path / written).exists()


def test_an_interrupt_comes_too_late_when_all_is_written(invoke, tmp_path, monkeypatch):
    """While files are brought to the disk; then a run is told to be finished."""

    def sync(folder: Path) -> None:
        signal.raise_signal(signal.SIGINT)

    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.chdir(tmp_path)
    write_small_scenario(tmp_path)
    monkeypatch.setattr("capexrisk.archive.unfinished.sync_tree", sync)
    asked = ("run", "small.toml", "--paths", "64", "--out")
    with undrawn():
        assert invoke(*asked, "x", "-q") == (0, "", "")
        monkeypatch.setattr("capexrisk.cli.run_to_completion.show", interrupted)
        code, _, error = invoke(*asked, "y")
    said = "capexrisk: interrupted; the run is finished, its report is y/report.html\n"
    assert (code, error.lstrip("\n")) == (130, said)
    assert load_results(Path("x")) == load_results(Path("y"))


def test_an_error_that_no_stream_gives_is_not_told_as_one(tmp_path):
    @click.command(cls=Verb)
    @click.option("--out", type=click.Path(path_type=Path), callback=new_file)
    def write(out: Path) -> None:
        out.touch()
        raise OSError(errno.EMFILE, os.strerror(errno.EMFILE))

    with pytest.raises(OSError, match="Too many open files"):
        write.main(["--out", str(tmp_path / "x")], standalone_mode=False)


def test_nothing_is_said_to_be_written_that_is_not(lost):
    assert lost("validate", "small.toml") == (1, f"capexrisk: {FULL}")


def test_an_interrupt_counts_before_the_terminal_that_is_gone(invoke, monkeypatch):
    """Click prints an empty line after an interrupt, which a closed terminal does not take."""

    def hang_up(*_: object, **__: object) -> None:
        try:
            raise KeyboardInterrupt("64 paths are kept")
        except KeyboardInterrupt:
            try:
                raise OSError(errno.EIO, "of the first line")
            except OSError:
                raise OSError(errno.EIO, os.strerror(errno.EIO)) from None

    monkeypatch.setattr("capexrisk.cli.validate.load_with_run_section", hang_up)
    assert invoke("validate", "small.toml") == (
        *(130, ""),
        "capexrisk: interrupted; 64 paths are kept\n",
    )


def test_a_bar_on_a_closed_terminal_ends_no_run(monkeypatch):
    class Closed(io.StringIO):
        def write(self, text: str) -> int:
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        def isatty(self) -> bool:
            return True

    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Closed())
    with progress(10, quiet=False) as advance:
        assert advance is not None
        advance(5)
