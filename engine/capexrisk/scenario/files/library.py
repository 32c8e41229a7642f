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


def located(path: str | os.PathLike[str], folder: Path = Path()) -> Path:
    """A scenario's file: as it is named, with ".toml", or that of the library, the first there is.

    >>> located("anchor-loss").name, located("mine.toml").name
    ('anchor-loss.toml', 'mine.toml')
    """
    given = folder / path
    if given.suffix == ".toml" or Path(path).parent != Path() or given.is_file():
        return given
    beside = given.with_name(f"{given.name}.toml")
    if beside.is_file() or given.name not in library_names():
        return beside if beside.is_file() else given
    return LIBRARY / "configs" / beside.name
