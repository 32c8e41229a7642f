"""The command, in this process or one of its own, and scenario files for it."""

from __future__ import annotations

import io
import os
import re
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, redirect_stderr, redirect_stdout
from pathlib import Path

import pytest

from capexrisk.archive.results import Results
from capexrisk.cli import main as command_line
from capexrisk.report.plots.figures import RunFigures
from capexrisk.study.comparison import Comparison

ROOT = Path(__file__).parents[2]
DEFAULT = ROOT / "configs" / "hyperscalers-2026.toml"
COMMAND = Path(sys.executable).with_name("capexrisk")
# A terminal's width must not decide what a test sees.
ENVIRONMENT = {**os.environ, "COLUMNS": "100"}


Finished = subprocess.CompletedProcess[str]


def call(*arguments: str | Path, cwd: Path) -> Finished:
    """Run ``capexrisk`` with these arguments in this process, which imports and compiles once."""
    out, err = io.StringIO(), io.StringIO()
    with (
        pytest.MonkeyPatch.context() as patch,
        redirect_stdout(out),
        redirect_stderr(err),
    ):
        patch.chdir(cwd)
        patch.setattr(sys, "argv", ["capexrisk", *map(str, arguments)])
        patch.setenv("COLUMNS", ENVIRONMENT["COLUMNS"])
        with pytest.raises(SystemExit) as ended:
            command_line.main()
    return Finished(arguments, int(ended.value.code or 0), out.getvalue(), err.getvalue())


def only_tables(results: Results, figures: RunFigures, *, with_tables: bool) -> None:
    """In the place of `write_report_files` after a run: no figures and pages."""
    assert with_tables
    results.write(figures.directory)


def only_comparison(
    comparison: Comparison, directory: Path, *_: object, made: Sequence[str], png: bool
) -> None:
    """In the place of `write_comparison`: no figures and pages."""
    comparison.write(directory)
    for name in made:
        folder = directory / "runs" / name
        folder.mkdir(parents=True)
        comparison.runs[name].write(folder)


@contextmanager
def undrawn() -> Iterator[None]:
    """Runs and comparisons of this process write no figures and pages, most of their time."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("capexrisk.report.files.write.write_report_files", only_tables)
        patch.setattr("capexrisk.report.files.comparison_page.write_comparison", only_comparison)
        yield


def call_process(*arguments: str | Path, cwd: Path) -> Finished:
    """Run the installed ``capexrisk`` as a user does; text from pipes, so no terminal looks on."""
    return subprocess.run(
        [COMMAND, *arguments],
        cwd=cwd,
        env=ENVIRONMENT,
        capture_output=True,
        text=True,
        timeout=240,  # a first use compiles
        check=False,
    )


def write_small_scenario(folder: Path) -> Path:
    """Write small.toml: Oracle of the default scenario over four quarters: few figures to draw.

    Demand is as much smaller as it is alone, so that nothing is to be warned of.
    """
    head, *issuers = DEFAULT.read_text("utf-8").split("\n[issuers.")
    (chosen,) = [text for text in issuers if text.startswith("Oracle]")]
    text = f"{head}\n[issuers.{chosen}".replace("\nquarters = 12\n", "\nquarters = 4\n")
    for key, amount in (("demand0", 12), ("demand_saturation", 67)):
        text = re.sub(rf"\n{key}_usd_bn_per_year = .*", f"\n{key}_usd_bn_per_year = {amount}", text)
    path = folder / "small.toml"
    path.write_text(text, "utf-8")
    return path


def listing(folder: Path) -> list[str]:
    """Everything below a folder, hidden or not."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
