"""A scenario file that is written only if it can be read."""

from __future__ import annotations

import os
import secrets
from contextlib import suppress
from pathlib import Path

from capexrisk.errors import ArgumentError, ScenarioError
from capexrisk.scenario import (
    Scenario,
    digest,
    digest_of_uncertainty,
    load_run_section,
    load_scenario,
)
from capexrisk.scenario.files.load import load_extension
from capexrisk.scenario.files.location import LIBRARY, located

__all__ = ["as_extended", "check_extension", "write_scenario"]

CHANGED = "a file that it extends has changed since it was read"
UNDER_WAY = ".draft.toml"  # beside the file, so that it extends what the file will


def write_scenario(
    path: Path, text: str, *, new: bool = False, same_as: Scenario | None = None
) -> Scenario:
    """Write a scenario file, read it, and give it its name.

    Parameters
    ----------
    path : Path
    text : str
        TOML.
    new : bool
        Whether no file of that name may be there.
    same_as : Scenario, optional
        What must be simulated by it, with the same ranges.

    Raises
    ------
    ScenarioError
        It is refused, or another scenario; no file is left, and the place is one of the file that
        would have been.
    FileExistsError
        It was to be new. Of two that write one name at once, one is told so.
    OSError
    """
    if new and path.exists():  # before the work; the last word is had below
        raise FileExistsError(path)
    under_way = path.with_name(f"{path.name}-{secrets.token_hex(4)}{UNDER_WAY}")
    try:
        with under_way.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
            file.flush()
            os.fsync(file.fileno())
        scenario = load_scenario(under_way)
        load_run_section(under_way)
        _check_ranges(scenario, str(under_way))
        if same_as is not None and _digests(scenario) != _digests(same_as):
            raise ScenarioError(str(path), CHANGED, "start anew from what is there now")
        if new:
            path.open("xb").close()
        under_way.replace(path)
    except ScenarioError as refused:
        all_ = (refused, *refused.others)
        first, *others = (
            ScenarioError(one.where.replace(str(under_way), str(path)), one.value, one.hint)
            for one in all_
        )
        raise ScenarioError(first.where, first.value, first.hint, tuple(others)) from None
    finally:
        with suppress(OSError):
            under_way.unlink()
    return scenario


def check_extension(base: Path, text: str, label: str) -> Scenario:
    """Refuse a text that would be no scenario as a file that extends `base`.

    Raises
    ------
    ScenarioError
        Its place begins with `label`.
    """
    scenario = load_extension(base, text, label)
    _check_ranges(scenario, label)
    return scenario


def _digests(scenario: Scenario) -> tuple[str, str]:
    return digest(scenario), digest_of_uncertainty(scenario)


def _check_ranges(scenario: Scenario, label: str) -> None:
    """Refuse ranges that a run over the inputs refuses."""
    if scenario.uncertainty.groups:
        from capexrisk.uncertainty import input_design  # late: loads scipy

        input_design(scenario, label)


def as_extended(base: Path, out: Path) -> str:
    """A scenario as a file that extends it names it.

    Raises
    ------
    ArgumentError
        It lies neither in the folder of that file nor below, nor is it named of the library.
    """
    if located(base).parent == LIBRARY / "configs":
        return base.name
    try:
        return base.resolve().relative_to(out.parent.resolve()).as_posix()
    except ValueError:
        raise ArgumentError(
            "out", f"{out} cannot extend {base}; give a file in {base.parent} or above it"
        ) from None
