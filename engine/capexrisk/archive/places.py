"""Where a run is while it is not finished, and what to type to go on."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Final

from capexrisk.archive.checkpoint import JOB

UNFINISHED: Final = ".unfinished"
CHECKPOINT: Final = "checkpoint"


def named(place: Path) -> Path:
    """A place by its own name, where it was given as "." or the like."""
    return place.resolve() if place.name in ("", "..") else place


def unfinished(out: Path) -> Path:
    """Where a run is until it is finished, and its results are at `out`."""
    out = named(out)
    return out.parent / f"{out.name}{UNFINISHED}"


def finished(place: Path) -> Path:
    """Where its results will be; `place` may be either."""
    place = named(place)
    return place.parent / place.name.removesuffix(UNFINISHED)


def holds_job(folder: Path) -> bool:
    """Whether a directory is that of an unfinished run."""
    return (folder / CHECKPOINT / JOB).is_file()


def resume_command(out: Path) -> str:
    """What to type to go on."""
    return f"capexrisk resume {shlex.quote(str(out))}"
