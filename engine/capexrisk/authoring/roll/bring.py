"""A scenario's file brought to a later quarter: sources are read, the new file is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from capexrisk.archive.atomic import write_atomically
from capexrisk.authoring.written import as_extended, check_extension, write_scenario
from capexrisk.errors import ArgumentError
from capexrisk.scenario import Scenario, load_scenario
from capexrisk.tables.actuals import named_as, read_actuals
from capexrisk.tables.periods import last_day_before, quarter_at

from .filed import drafts_of
from .forward import Rolled, check_start
from .forward import roll as bring
from .text import elapsed_csv, rolled_text

__all__ = ["RolledScenario", "beside", "roll"]

ELAPSED = "-elapsed.csv"


@dataclass(frozen=True)
class RolledScenario:
    """A scenario at a later start, checked, and not yet a file.

    Attributes
    ----------
    file : Path
        The old scenario's.
    base : Scenario
        The old one.
    found : Rolled
        What changes, and from what; what is stale; what was not used.
    without : tuple of str
        Rows that tell nothing in numbers.
    """

    file: Path
    base: Scenario
    found: Rolled
    without: tuple[str, ...]

    def write(self, path: Path | str) -> Scenario:
        """Write the file that extends the old one, and the reported quarters beside it.

        Raises
        ------
        ArgumentError
            The old file is neither in its folder nor below, or the quarters' file exists.
        OSError
        """
        out = Path(path)
        extends = as_extended(self.file, out)
        if beside(out).exists():
            raise ArgumentError("out", f"{beside(out)} exists already; give another file")
        scenario = write_scenario(out, rolled_text(self.found, self.base, extends, out.stem))
        write_atomically(beside(out), elapsed_csv(self.found))
        return scenario


def beside(out: Path) -> Path:
    """The file of elapsed quarters."""
    return out.with_name(out.stem + ELAPSED)


def roll(
    scenario: Path | str,
    *,
    to: str,
    facts: Iterable[Path | str] = (),
    actual: Iterable[Path | str] = (),
    as_of: dt.date | None = None,
) -> RolledScenario:
    """Bring a scenario to a later quarter by filings and by what is reported.

    Parameters
    ----------
    scenario : pathlib.Path or str
    to : str
        The new start, such as 2026Q4; the horizon ends where it did.
    facts : iterable of pathlib.Path or str
        Companyfacts files of the SEC, or ``NAME=FILE``.
    actual : iterable of pathlib.Path or str
        Tables of what happened, CSV or workbooks (docs/rolling.md).
    as_of : date, optional
        Day of the new scenario; later filings do not count. Default: the day before it starts.

    Raises
    ------
    ArgumentError
        The new start lies outside the horizon, or nothing is given of what happened.
    FilingsError, TableError
        A source cannot be used.
    ScenarioError
        The old file is wrong, or the new one would be.

    Examples
    --------
    >>> import capexrisk as cr
    >>> later = cr.roll(
    ...     "configs/hyperscalers-2026.toml", to="2026Q4", actual=["configs/data/realised_2026.csv"]
    ... )
    >>> later.found.quarters, "issuers" in {change.table[0] for change in later.found.changes}
    (9, True)
    """
    file, filed, tables = Path(scenario), [str(one) for one in facts], list(actual)
    base = load_scenario(file)
    check_start(base, to)
    if not filed and not tables:
        raise ArgumentError("facts", "nothing is known of what happened; give --facts or --actual")
    day = last_day_before(quarter_at(to)) if as_of is None else as_of
    read = [read_actuals(Path(path), sourced=True) for path in tables]
    rows = named_as(
        (row for rows, _ in read for row in rows), [issuer.name for issuer in base.issuers]
    )
    found = bring(base, drafts_of(filed, base, day), rows, to=to, as_of=day)
    text = rolled_text(found, base, file.name, "rolled")
    check_extension(file, text, f"{file} at {to}")
    return RolledScenario(file, base, found, tuple(line for _, lines in read for line in lines))
