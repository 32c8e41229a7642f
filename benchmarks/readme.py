"""Generated sections of the README, between `<!-- bench:NAME -->` and `<!-- /bench:NAME -->`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from benchmarks import plots, tables
from benchmarks.machine import ROOT

README = ROOT / "benchmarks" / "README.md"
MISSING = "Not measured yet on this machine."
ALT = {
    "implementations": "Time of a path of the whole model on one core, by implementation",
    "small_model": "Time of a sample of the small model, by tool, log scale",
    "workers": "Speed-up by number of workers, threads and processes",
    "paths": "Time and peak memory of a run by number of paths",
    "size": "Time of a path by number of issuers and of quarters, log scales",
    "cold_start": "Stages of a process up to the end of its first chunk",
    "coverage": "Estimates and 95 % intervals closing in on the truth, by number of paths",
    "accuracy": "Paths to a relative error of 5 % by probability and method, log scales",
    "limits": "Roofline: arithmetic a byte against arithmetic a second, log scales",
}


def render(results: dict[str, Any], directory: Path) -> None:
    """Put tables and plots of `results` into the README; prose around them stays."""
    text = README.read_text(encoding="utf-8")
    for name, section in _made(results, directory).items():
        pattern = rf"(<!-- bench:{name} -->).*?(<!-- /bench:{name} -->)"
        marked = re.compile(pattern, re.DOTALL)
        if not marked.search(text):
            raise ValueError(f"{README}: the markers of bench:{name} are missing")
        text = marked.sub(lambda m, s=section: f"{m[1]}\n{s}\n{m[2]}", text)
    README.write_text(text, encoding="utf-8")


def sections(results: dict[str, Any], directory: Path) -> str:
    """The same for a terminal."""
    return "\n\n".join(f"## {name}\n\n{s}" for name, s in _made(results, directory).items())


def _made(results: dict[str, Any], directory: Path) -> dict[str, str]:
    directory.mkdir(exist_ok=True)
    made = {"machine": tables.machine(results)}
    for name, table in tables.PARTS.items():
        part = results["parts"].get(name)
        if part is None:
            made[name] = MISSING
            continue
        blocks = [tables.caption(part), table(part["data"])]
        if "missing" not in part["data"] and (draw := plots.PARTS.get(name)):
            file = directory / f"{name.replace('_', '-')}.svg"
            if plots.save(draw, part["data"], file, ALT[name]):
                relative = file.relative_to(README.parent).as_posix()
                blocks.insert(1, f"![{ALT[name]}]({relative})")
        made[name] = "\n\n".join(blocks)
    return made
