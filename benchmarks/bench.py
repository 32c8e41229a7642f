"""Measure, keep the figures, and show them.

    python -m benchmarks.bench [PART ...] [--quick] [--render-only]

Each part has its own section of benchmarks/results/<machine>.json, so one can be measured again
alone. Tables and plots of benchmarks/README.md are made from that file.
"""

from __future__ import annotations

import json
import time
from datetime import UTC, datetime
from importlib import import_module
from pathlib import Path
from typing import Any

import click

from benchmarks import machine, readme
from benchmarks.settings import ROUNDS, Settings

PARTS = (
    *("implementations", "edition_2", "small_model", "workers", "paths", "size", "cold_start"),
    *("limits", "coverage", "accuracy"),
)
RESULTS = machine.ROOT / "benchmarks" / "results"


@click.command
@click.argument("parts", nargs=-1, type=click.Choice(PARTS), metavar="[PART]...")
@click.option(
    "--rounds", type=click.IntRange(1), help=f"Interleaved rounds; {ROUNDS} if not given."
)
@click.option("--most-paths", type=click.IntRange(10**4), help="Largest run of the part paths.")
@click.option("--machine", "name", help="Name of the results. Default: from processor and cores.")
@click.option("--quick", is_flag=True, help="A short check of the harness, kept in a file apart.")
@click.option("--overwrite", is_flag=True, help="Let a quick check replace the full results.")
@click.option("--render-only", is_flag=True, help="Measure nothing; tables and plots anew.")
def main(
    parts: tuple[str, ...],
    rounds: int | None,
    most_paths: int | None,
    name: str | None,
    quick: bool,
    overwrite: bool,
    render_only: bool,
) -> None:
    """Measure PARTS (all of them if none is named): implementations, edition_2, small_model,
    workers, paths, size, cold_start, limits, coverage, accuracy."""
    name = name or machine.slug()
    apart = quick and not overwrite
    file = RESULTS / (f"{name}.quick.json" if apart else f"{name}.json")
    if not render_only:
        settings = Settings.make(quick=quick, rounds=rounds, most_paths=most_paths)
        chosen = parts or PARTS
        for number, part in enumerate(chosen, start=1):
            click.echo(f"{part} (part {number} of {len(chosen)}):", err=True)
            _keep(file, part, _measure(part, settings))
    results = _read(file)
    if not results["parts"]:
        known = ", ".join(sorted(found.stem for found in RESULTS.glob("*.json"))) or "none"
        raise click.ClickException(
            f"{file}: no results; measure first, or name a machine of which there are: {known}"
        )
    if apart:
        click.echo(readme.sections(results, RESULTS / "quick"))
    else:
        readme.render(results, RESULTS)
        click.echo(f"benchmarks/README.md shows {file.relative_to(machine.ROOT)}")


def _measure(part: str, settings: Settings) -> dict[str, Any]:
    before, started, clock = machine.load(), datetime.now(UTC), time.perf_counter()
    revision = machine.revision()
    data = import_module(f"benchmarks.parts.{part}").measure(settings)
    return {
        "date": started.isoformat(timespec="seconds"),
        "minutes": round((time.perf_counter() - clock) / 60, 1),
        "quick": settings.quick,
        "rounds": settings.rounds,
        "revision": revision,
        "versions": machine.versions(),
        "machine": machine.describe(),
        "load_before": before,
        "load_after": machine.load(),
        "data": data,
    }


def _read(file: Path) -> dict[str, Any]:
    if not file.exists():
        return {"format": 1, "machine": machine.describe(), "parts": {}}
    results: dict[str, Any] = json.loads(file.read_text(encoding="utf-8"))
    return results


def _keep(file: Path, part: str, section: dict[str, Any]) -> None:
    """Each part is written as soon as it is measured: an interrupted session loses one at most."""
    results = _read(file)
    results["machine"] = section["machine"]
    results["parts"][part] = section
    file.parent.mkdir(exist_ok=True)
    text = json.dumps(results, indent=1, ensure_ascii=False)
    file.write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
