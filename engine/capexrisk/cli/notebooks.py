"""``capexrisk notebooks``: the notebooks in a folder of one's own."""

from __future__ import annotations

import shutil
from importlib.util import find_spec
from os.path import lexists
from pathlib import Path
from typing import Final

import click

from capexrisk.cli.verb import Verb
from capexrisk.scenario.files.location import LIBRARY

# As they stand in the repository, so that the paths in the notebooks hold.
FOLDERS: Final = {
    "notebooks": "notebooks",
    "configs": "configs",
    "companyfacts": "tests/unit/filings/companyfacts",
}


@click.command(cls=Verb)
@click.argument("directory", metavar="DIR", type=click.Path(path_type=Path))
def notebooks(directory: Path) -> None:
    """Copy the notebooks, and the library that they read.

    Writes DIR/notebooks, and beside it scenarios and filings. Any Jupyter opens them.
    """
    if lexists(directory) and (not directory.is_dir() or any(directory.iterdir())):
        raise click.UsageError(f"DIR: {directory} exists already; give another directory")
    for source, target in FOLDERS.items():
        shutil.copytree(LIBRARY / source, directory / target, ignore=_caches)
    first = min((directory / "notebooks").glob("*.ipynb"))
    print(f"{first}: open it in Jupyter")
    if find_spec("ipykernel") is None:
        print("Jupyter finds no Python here yet: pip install 'capexrisk[notebooks]' jupyterlab")


def _caches(_: str, names: list[str]) -> list[str]:
    return [name for name in names if name.startswith((".", "__"))]
