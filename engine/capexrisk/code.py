"""Identity of the code: version, commit if git knows one, digest of the files that make numbers.

The digest covers every source and data file that a number passes through on its way to the tables.
Files that only store, send, read or show numbers are left out: an unfinished run can be resumed
after a change to one of them. Missing a file would be worse than including one too many, because
different numbers would pass for the same ones. So the list names what is left out, and a new file
or room is included by default.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import platform
import subprocess
from collections.abc import Iterable, Iterator
from importlib.metadata import PackageNotFoundError, distribution, version
from pathlib import Path
from typing import Final

__version__ = "0.1.0"

PACKAGE: Final = Path(__file__).resolve().parent
WITHOUT_A_SAY: Final = (
    *("__init__.py", "__main__.py", "code.py", "errors.py"),
    *(
        "kernel/selftest.py",
        "kernel/simulate_distance.py",
        "estimate/lookup.py",
        "estimate/paired.py",
    ),
    *("estimate/budget_split.py", "estimate/differences.py", "estimate/shapley.py"),
    "estimate/false_discovery.py",
    *("estimate/given_data.py", "estimate/nested_effects.py"),
    *("uncertainty/given.py", "uncertainty/ranges.py", "uncertainty/wording.py"),
    *("estimate/density.py", "estimate/parts.py", "estimate/weighted.py", "run/outcomes.py"),
    *("scenario/files", "scenario/changes.py", "scenario/inputs.py", "scenario/words.py"),
    *("run/measurement.py", "run/net_shares.py", "run/path_means.py", "run/session.py"),
    *("run/signals.py", "run/speed.py", "run/workers"),
    *("archive", "tables", "study", "filings", "calibration", "authoring"),
    *("report", "explorer", "cli", "shipped"),
)
# Rooms above the questions asked of the model: they read or show what these found.
ABOVE_QUESTIONS: Final = (
    *("cli", "explorer", "report", "authoring", "filings", "calibration", "tables", "archive"),
    *("__init__.py", "__main__.py", "code.py", "errors.py"),
)
KINDS: Final = (".py", ".npz")
MOST_SECONDS: Final = 2.0  # for git, on a slow disk
STATUS: Final = (
    *("git", "--no-optional-locks", "status", "--porcelain=v2", "--branch", "--no-ahead-behind"),
    *("--untracked-files=no", "--", "engine"),
)
COMMIT: Final = "# branch.oid "
# Libraries whose version may change a bit of a chunk's totals; then all that results pass through.
LIBRARIES_OF_TOTALS: Final = ("numpy", "numba", "llvmlite")
LIBRARIES_OF_RESULTS: Final = (*LIBRARIES_OF_TOTALS, "scipy", "pandas", "joblib", "pyarrow")


@functools.cache
def code_digest() -> str:
    """SHA-256, in hexadecimal, of every file that can change a number.

    It is the same for a checkout and an installed package, on any machine: the digest of the lines
    that ``sha256sum`` prints for these files, named by their paths inside the package, sorted by
    these paths, with Unix line endings.
    """
    return _digest_without(WITHOUT_A_SAY)


@functools.cache
def questions_digest() -> str:
    """The same of every file that can change what a question finds: causes and the like."""
    return _digest_without(ABOVE_QUESTIONS)


def _digest_without(left_out: tuple[str, ...]) -> str:
    listed = hashlib.sha256()
    for name, path in sorted(_files(left_out)):
        content = path.read_bytes()
        if path.suffix == ".py":
            content = content.replace(b"\r\n", b"\n")
        listed.update(f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode())
    return listed.hexdigest()


@functools.cache
def code_identity() -> dict[str, str]:
    """Versions that may change a bit of a chunk's totals; all workers and attempts must agree.

    Of Python only the minor version: its patch releases compile to the same bytecode.
    """
    python = ".".join(platform.python_version_tuple()[:2])
    return {"code": code_digest()} | versions(LIBRARIES_OF_TOTALS) | {"python": python}


def revision() -> tuple[str | None, bool | None]:
    """Commit of the code, and whether tracked files of the engine differ from it.

    Returns
    -------
    (str or None, bool or None)
        40 or 64 hexadecimal digits; either is None if unknown.
    """
    commit, changed = _of_checkout(PACKAGE.parents[1])
    return commit or _of_installation(), changed


def versions(libraries: Iterable[str]) -> dict[str, str]:
    """Installed versions of Python and of each of these libraries."""
    return {"python": platform.python_version()} | {name: _version(name) for name in libraries}


@functools.cache
def _version(library: str) -> str:
    try:
        return version(library)
    except PackageNotFoundError:
        return "not installed"


def _files(left_out: tuple[str, ...]) -> Iterator[tuple[str, Path]]:
    """Files of code and data but these, with their names inside the package."""
    silent = tuple(f"{name}/" for name in left_out)
    for path in PACKAGE.rglob("*"):
        if path.suffix in KINDS:
            name = path.relative_to(PACKAGE).as_posix()
            if not f"{name}/".startswith(silent):
                yield name, path


def _of_checkout(root: Path) -> tuple[str | None, bool | None]:
    """Commit of the repository whose engine/ holds the package, and whether engine/ differs.

    Never that of an enclosing repository in which an environment happens to lie: `root` must have
    git's own entry, and git may neither look above it nor follow an environment variable.
    """
    if PACKAGE.parent.name != "engine" or not (root / ".git").exists():
        return None, None
    others = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")}
    try:
        said = subprocess.run(
            STATUS,
            cwd=root,
            env={**others, "GIT_CEILING_DIRECTORIES": str(root.parent)},
            capture_output=True,
            text=True,
            timeout=MOST_SECONDS,
            check=True,
        ).stdout.splitlines()
    except (OSError, ValueError, subprocess.SubprocessError):  # git is missing or does not answer
        return None, None
    commits = [line.removeprefix(COMMIT) for line in said if line.startswith(COMMIT)]
    if not commits or commits == ["(initial)"]:
        return None, None
    return commits[0], any(not line.startswith("#") for line in said)


def _of_installation() -> str | None:
    """Commit from which pip built the package, if it was given a repository (PEP 610)."""
    try:
        installed = distribution("capexrisk")
        if Path(str(installed.locate_file("capexrisk"))).resolve() != PACKAGE:
            return None
        told = json.loads(installed.read_text("direct_url.json") or "{}")
        commit = told["vcs_info"]["commit_id"]
    except (PackageNotFoundError, OSError, ValueError, KeyError, TypeError):
        return None
    return commit if isinstance(commit, str) else None
