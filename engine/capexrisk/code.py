"""Which code this is: its version, its commit where git knows one, a digest of what makes numbers.

The digest covers every source and data file that a number passes through on its way to the tables.
Files that only keep, send, read or show numbers are left out: an unfinished run can be resumed
after a change to one of them. Forgetting a file here would be worse than listing one too many,
because other numbers would pass for the same ones. So the list names what is left out, and a new
file or room counts by itself.
"""

from __future__ import annotations

import functools
import hashlib
import json
import os
import subprocess
from collections.abc import Iterator, Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from typing import Any, Final

__version__ = "0.1.0"

PACKAGE: Final = Path(__file__).resolve().parent
WITHOUT_A_SAY: Final = (
    *("__init__.py", "__main__.py", "code.py", "errors.py"),
    *("scenario/files", "scenario/changes.py", "scenario/inputs.py"),
    *(
        "run/signals.py",
        "run/speed.py",
        "run/measurement.py",
        "run/workers",
        "archive",
        "study",
        "report",
        "cli",
    ),
)
KINDS: Final = (".py", ".npz")
MOST_SECONDS: Final = 2.0  # for git, on a slow disk
STATUS: Final = (
    *("git", "--no-optional-locks", "status", "--porcelain=v2", "--branch", "--no-ahead-behind"),
    *("--untracked-files=no", "--", "engine"),
)
COMMIT: Final = "# branch.oid "
SHOWN: Final = 12  # digits of a commit or digest in a line of text


@functools.cache
def code_digest() -> str:
    """SHA-256, in hexadecimal, of every file that can change a number.

    The same for a checkout and an installed package, on any machine: of the lines that
    ``sha256sum`` prints for these files, named by their paths inside the package and in the order
    of these, with ends of lines as on Unix.
    """
    listed = hashlib.sha256()
    for name, path in sorted((path.relative_to(PACKAGE).as_posix(), path) for path in _files()):
        content = path.read_bytes()
        if path.suffix == ".py":
            content = content.replace(b"\r\n", b"\n")
        listed.update(f"{hashlib.sha256(content).hexdigest()}  {name}\n".encode())
    return listed.hexdigest()


@functools.cache
def code_record() -> dict[str, Any]:
    """What a manifest says of the code; JSON-ready.

    Returns
    -------
    dict
        version; revision, the commit in 40 or 64 hexadecimal digits, None where it is not known;
        changed, whether tracked files of the engine differ from that commit, None where it cannot
        be told; digest (`code_digest`).
    """
    revision, changed = _of_checkout(PACKAGE.parents[1])
    return {
        "version": __version__,
        "revision": revision or _of_installation(),
        "changed": changed,
        "digest": code_digest(),
    }


def code_in_words(record: Mapping[str, Any]) -> str:
    """Version, commit and digest of a `code_record`, shortened."""
    words = [record["version"]]
    if record["revision"] is not None:
        changes = " with changes" if record["changed"] else ""
        words.append(f"commit {record['revision'][:SHOWN]}{changes}")
    return ", ".join([*words, f"digest {record['digest'][:SHOWN]}"])


def _files() -> Iterator[Path]:
    silent = [PACKAGE / name for name in WITHOUT_A_SAY]
    for path in PACKAGE.rglob("*"):
        if path.suffix in KINDS and not any(path.is_relative_to(entry) for entry in silent):
            yield path


def _of_checkout(root: Path) -> tuple[str | None, bool | None]:
    """Commit of the repository whose engine/ holds the package, and whether engine/ differs.

    Never of another one that an environment happens to lie in: there is git's own entry in `root`,
    and git may not look above it, nor where a variable points.
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
    except (OSError, ValueError, subprocess.SubprocessError):  # no git, or it does not answer
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
