"""The library: scenarios that come with the package and are found by name, wherever one stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

__all__ = ["LIBRARY", "library_names", "located"]

# In a checkout links to the repository's own folders; a wheel has their files.
LIBRARY: Final = Path(__file__).parents[2] / "library"


def library_names() -> list[str]:
    """Names of the library's scenarios."""
    return sorted(path.stem for path in (LIBRARY / "configs").glob("*.toml"))


def located(path: str | os.PathLike[str]) -> Path:
    """A scenario's file: as it is named, or that of the library if there is no such file.

    >>> located("hyperscalers-2026").name, located("mine.toml").name
    ('hyperscalers-2026.toml', 'mine.toml')
    """
    given = Path(path)
    if given.suffix == ".toml" or given.parent != Path() or given.is_file():
        return given
    found = LIBRARY / "configs" / f"{given.name}.toml"
    return found if given.name in library_names() else given
