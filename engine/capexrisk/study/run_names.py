"""Names of runs that are told beside each other."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from capexrisk.archive.results import Results


def by_name(runs: Sequence[Results]) -> dict[str, Results]:
    """Runs under the names of their scenarios."""
    names = numbered([run.manifest.scenario.name for run in runs])
    return dict(zip(names, runs, strict=True))


def names_of(places: Sequence[Path], runs: Sequence[Results]) -> list[str]:
    """Names of the scenarios; where two are the same, those of their files and directories."""
    names = [run.manifest.scenario.name for run in runs]
    folded = [name.casefold() for name in names]
    read = (place.resolve().name.removesuffix(".toml") for place in places)
    return numbered(
        [
            file if folded.count(name.casefold()) > 1 else name
            for name, file in zip(names, read, strict=True)
        ]
    )


def numbered(names: Sequence[str]) -> list[str]:
    """Make names unique, ignoring case, by numbering those that occur again.

    >>> numbered(["base", "glut", "Base"])
    ['base', 'glut', 'Base-2']
    """
    found: list[str] = []
    for name in names:
        count, unique = 1, name
        while unique.casefold() in {known.casefold() for known in found}:
            count += 1
            unique = f"{name}-{count}"
        found.append(unique)
    return found
