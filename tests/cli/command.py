"""The installed command in a process of its own, and scenario files for it."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
DEFAULT = ROOT / "configs" / "hyperscalers-2026.toml"
COMMAND = Path(sys.executable).with_name("capexrisk")
# A terminal's width must not decide what a test sees.
ENVIRONMENT = {**os.environ, "COLUMNS": "100"}


def call(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run ``capexrisk`` with these arguments; text from pipes, so no terminal looks on."""
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
    text = text.replace("_per_year = 330\n", "_per_year = 22\n")
    text = text.replace("_per_year = 1500\n", "_per_year = 100\n")
    path = folder / "small.toml"
    path.write_text(text, "utf-8")
    return path


def listing(folder: Path) -> list[str]:
    """Everything below a folder, hidden or not."""
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))
