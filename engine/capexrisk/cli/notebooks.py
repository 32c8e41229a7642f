"""``capexrisk notebooks``: the notebooks in a folder of one's own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from importlib.util import find_spec
from os.path import lexists
from pathlib import Path
from typing import Final

import click

from capexrisk.archive.directory import remove_empty
from capexrisk.archive.system_errors import placed
from capexrisk.cli.verb import Verb, saying
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
    _copy_to(directory)
    first = min((directory / "notebooks").glob("*.ipynb"))
    with saying(f"{directory} is written"):
        print(f"{first}: open it in Jupyter")
        if find_spec("ipykernel") is None:
            print("Jupyter finds no Python here yet: pip install 'capexrisk[notebooks]' jupyterlab")


def _copy_to(directory: Path) -> None:
    """Copy all folders, or none of them."""
    new = not directory.exists()
    try:
        with placed(directory):
            for source, target in FOLDERS.items():
                for file in _files(LIBRARY / source):
                    copy = directory / target / file.relative_to(LIBRARY / source)
                    copy.parent.mkdir(parents=True, exist_ok=True)
                    copy.write_bytes(file.read_bytes())
    except BaseException:
        for target in FOLDERS.values():
            shutil.rmtree(directory / Path(target).parts[0], ignore_errors=True)
        if new:
            remove_empty([directory])
        raise


def _files(folder: Path) -> Iterator[Path]:
    """The files of a folder and those below it, without caches and what is hidden."""
    for file in folder.rglob("*"):
        parts = file.relative_to(folder).parts
        if file.is_file() and not any(part.startswith((".", "__")) for part in parts):
            yield file
