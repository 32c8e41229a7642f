"""The library: scenarios that come with the package and are found by name, wherever one stands."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

__all__ = ["LIBRARY", "library_names", "located"]

# In a checkout links to the repository's own folders; a wheel has their files.
LIBRARY: Final = Path(__file__).parents[2] / "shipped"


def library_names() -> list[str]:
    """Names of the library's scenarios."""
    return sorted(path.stem for path in (LIBRARY / "configs").glob("*.toml"))


def located(path: str | os.PathLike[str], folder: Path = Path()) -> Path:
    """A scenario's file: as it is named, with ".toml", or that of the library, the first there is.

    >>> located("anchor-loss").name, located("mine.toml").name
    ('anchor-loss.toml', 'mine.toml')
    """
    given = folder / path
    bare = bool(Path(path).name) and given.suffix != ".toml" and Path(path).parent == Path()
    if not bare or _is_file(given):
        return given
    beside = given.with_name(f"{given.name}.toml")
    if not _is_file(beside) and given.name in library_names():
        return LIBRARY / "configs" / beside.name
    return beside if _is_file(beside) else given


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no file can have
        return False
