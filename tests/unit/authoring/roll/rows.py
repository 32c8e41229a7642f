"""Actuals written for a test, and a scenario rolled with them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from pathlib import Path

from capexrisk.authoring.roll.forward import Change, Rolled, roll
from capexrisk.filings import Draft
from capexrisk.scenario import Scenario
from capexrisk.tables.actuals import named_as, read_actuals

HEAD = "issuer,period,metric,value,unit,confidence,source_title,source_url"
DAY = dt.date(2026, 10, 6)


def write_rows(path: Path, *rows: str) -> Path:
    """A file of rows such as ``Oracle,2026Q1,capex,18.6``, in USD bn if no unit follows."""
    told = (row if row.count(",") == 4 else f"{row},USD bn" for row in rows)
    lines = [HEAD, *(f"{row},reported,release,https://r.example" for row in told)]
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def rolled(
    scenario: Scenario,
    path: Path,
    *rows: str,
    to: str = "2026Q4",
    drafts: Mapping[str, Draft] | None = None,
) -> Rolled:
    """The scenario brought to a quarter with these rows."""
    names = [issuer.name for issuer in scenario.issuers]
    actuals, _ = read_actuals(write_rows(path, *rows), sourced=True)
    return roll(scenario, drafts or {}, named_as(actuals, names), to=to, as_of=DAY)


def figures(found: Rolled, *table: str) -> dict[str, Change]:
    """Changes of a table by key."""
    return {change.key: change for change in found.changes if change.table == table}
