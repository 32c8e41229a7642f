"""``capexrisk draft``: a scenario's issuers from their filings."""

from __future__ import annotations

import datetime as dt
import re
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from capexrisk.authoring.default_market import DEFAULT_MARKET
from capexrisk.cli.options import new_file
from capexrisk.cli.verb import Verb
from capexrisk.errors import ArgumentError, ScenarioError
from capexrisk.scenario.files.location import LIBRARY, located

if TYPE_CHECKING:
    from capexrisk.filings import Draft, Figure, Identity
    from capexrisk.scenario import Scenario

HALF_A_MILLION = 0.0005  # $bn
ROWS = {  # what is shown of each firm, under its label
    "operating cash flow": ("ocf_usd_bn_per_year", "operating_cash_flow"),
    "capex": ("capex_usd_bn_per_year", "capex"),
    "depreciation": ("depreciation_amortisation_usd_bn_per_year", "depreciation_amortisation"),
    "buybacks": ("buybacks_usd_bn_per_year", "buybacks"),
    "dividends": ("dividends_usd_bn_per_year", "dividends"),
    "revenue": ("core_revenue_usd_bn_per_year", "revenue"),
}
SINGLE = {
    "free cash flow": "free_cash_flow_usd_bn_per_year",
    "interest expense": "interest_expense_usd_bn_per_year",
    "cash and securities": "cash_usd_bn",
    "debt, carrying amount": "bonds_usd_bn",
    "debt, face value": "face_value_of_debt_usd_bn",
}


@click.command(cls=Verb)
@click.argument("facts", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path),
    callback=new_file,
    help="The scenario to write; its quarters of history stand beside it as CSV.",
)
@click.option(
    "--as-of",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Use only what was filed by this day. Default: all that the files hold.",
)
@click.option(
    "--extends",
    metavar="FILE",
    default=DEFAULT_MARKET,
    help="Scenario whose market holds, in the folder of --out or of the library. "
    f"Default: {DEFAULT_MARKET}.",
)
def draft(facts: tuple[Path, ...], out: Path, as_of: dt.datetime | None, extends: str) -> None:
    """Draft issuers from the SEC's companyfacts, a JSON file a firm.

    Download https://data.sec.gov/api/xbrl/companyfacts/CIK##########.json, the number with leading
    zeros. Each figure is written with its evidence, or it is refused and the reason given; keys
    that companyfacts do not give stand as comments. Money is in $bn.
    """
    csv = out.with_name(f"{out.stem}-quarters.csv")
    if csv.exists():
        raise click.UsageError(f"--out: {csv} exists already; give another file")
    base_file = located(extends, out.parent)
    mend = "name a scenario in the folder of --out or below, or one of the library"
    if not base_file.is_file():
        raise ArgumentError("extends", f"there is no {base_file}; {mend}")
    if base_file.parent == out.parent:
        extends = base_file.name
    elif base_file.parent != LIBRARY / "configs" and not base_file.resolve().is_relative_to(
        out.parent.resolve()
    ):
        raise ArgumentError("extends", f"{extends} leads out of the folder; {mend}")

    from capexrisk.archive.atomic import write_atomically
    from capexrisk.scenario.schema import NAME

    if re.fullmatch(NAME, out.stem) is None:
        problem = f"{out.stem!r} is no name of a scenario; use letters, digits, spaces and . _ + -"
        raise ArgumentError("out", problem)

    from capexrisk.filings import draft as draft_issuer
    from capexrisk.filings.scenario_file import drafted_scenario, history
    from capexrisk.scenario import load_scenario
    from capexrisk.scenario.files.load import read_tables

    base = load_scenario(base_file)
    drafts = [draft_issuer(path, as_of=None if as_of is None else as_of.date()) for path in facts]
    found = drafted_scenario(
        drafts,
        base=base,
        extends=extends,
        name=out.stem,
        defaults=read_tables(base_file).get("issuer_defaults"),
    )
    for one, name, kept in zip(drafts, found.names, found.kept, strict=True):
        _show(one, name, base, kept)
    write_atomically(csv, history(drafts, found.names).encode())
    write_atomically(out, found.text.encode())
    print(f"{out}: {_count(drafts)}; quarters: {csv}")
    if as_of is not None and as_of.date() < base.as_of:
        words = f"{extends} is of {base.as_of}, later than --as-of {as_of.date()}"
        mend = (
            "its market, plans and other firms are known with hindsight; extend an older scenario"
        )
        print(f"{out}: warning: {words}: {mend}", file=sys.stderr)
    for one, name, kept in zip(drafts, found.names, found.kept, strict=True):
        _warn(one, name, found.start, kept)
    try:
        load_scenario(out)
    except ScenarioError as problem:
        print(f"{out}: warning: it does not run yet: {problem}", file=sys.stderr)


def _count(drafts: list[Draft]) -> str:
    figures = sum(len(one.figures) for one in drafts)
    refused = sum(len(one.refusals) for one in drafts)
    firms = "1 issuer" if len(drafts) == 1 else f"{len(drafts)} issuers"
    items = "1 item" if refused == 1 else f"{refused} items"
    return f"{firms}, {figures} figures and their evidence, {items} refused"


def _show(found: Draft, name: str, base: Scenario, kept: dict[str, object]) -> None:
    """Print a firm's figures, what holds, and what is refused."""
    place = "new"
    if name in {issuer.name for issuer in base.issuers}:
        place = "older than the base's, which stays" if kept else "in the place of the base's"
    print(f"{name} ({found.entity}, CIK {found.cik}), {place}, balances of {found.anchor}, $bn")
    last = found.quarters[-4:]
    print(_line("", "4 quarters", [row.quarter for row in last]))
    given = {**found.figures, **found.beside}
    for label, (key, flow) in ROWS.items():
        print(_line(label, _amount(given.get(key)), [_number(row.amounts[flow]) for row in last]))
    for label, key in SINGLE.items():
        print(_line(label, _amount(given.get(key)), []))
    if found.ladder is not None:
        due = ", ".join(f"{year} {amount:.3f}" for year, amount in found.ladder.by_year("").items())
        print(f"  falls due: {due}; after {_number(found.ladder.after)}")
    for one in found.identities:
        print(f"  {one.name}: {_verdict(one)}")
    for key, reason in found.refusals.items():
        print(f"  refused: {key}: {reason}")
    print()


def _verdict(one: Identity) -> str:
    """Both sides of an identity, and how far they are apart."""
    apart = abs(one.left - one.right)
    if apart < HALF_A_MILLION:
        return f"{one.left:.3f}, holds"
    share = apart / max(abs(one.left), abs(one.right))
    verdict = f"{apart:.3f} or {100.0 * share:.2g} % apart"
    return f"{one.left:.3f} and {one.right:.3f}, {verdict}{'' if one.holds else ': does not hold'}"


def _warn(found: Draft, name: str, start: str, kept: dict[str, object]) -> None:
    """Print what of a firm is doubtful, and what of it is older than the base's and not taken."""
    from capexrisk.scenario import quarter_labels

    for line in found.warnings:
        print(f"{name}: warning: {line}", file=sys.stderr)
    if kept:
        pairs = (
            f"{key} {kept[key]} (filings: {figure.value})"
            for key, figure in found.figures.items()
            if key in kept and isinstance(figure.value, float)
        )
        words = f"balances of {found.anchor} are older than the base's, which stay"
        print(f"{name}: warning: {words}: {', '.join(pairs)}; give newer filings", file=sys.stderr)
    elif found.quarters and quarter_labels(found.quarters[-1].quarter, 2)[1] != start:
        words = f"balances of {found.anchor} stand at the start of {start}"
        print(f"{name}: warning: {words}; give newer filings", file=sys.stderr)


def _line(label: str, total: str, quarters: list[str]) -> str:
    return f"  {label:22}{total:>12}" + "".join(f"{cell:>10}" for cell in quarters)


def _amount(figure: Figure | None) -> str:
    return "refused" if figure is None else _number(figure.value)


def _number(value: object) -> str:
    return f"{value:.3f}" if isinstance(value, int | float) else "-"
