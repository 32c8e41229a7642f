"""A firm as its filings show it, with the keys of an issuer's table."""

from __future__ import annotations

from collections.abc import Sequence

from capexrisk.filings import Draft
from capexrisk.scenario.section import by_year_key

from .firms import Firm, Given

__all__ = ["firm_of"]

SPENT = "capex_usd_bn_per_year"


def firm_of(draft: Draft, place: str, labels: Sequence[str]) -> Firm:
    """Figures of a firm for a scenario over these quarters.

    Debt that falls due is by calendar year where the scenario begins with one, else by quarter: a
    file spreads a year's amount evenly over all its quarters.

    Parameters
    ----------
    draft : Draft
    place : str
        Its file, for messages.
    labels : sequence of str
        Quarters of the horizon.
    """
    figures = {
        key: Given(figure.value, figure.evidence, place) for key, figure in draft.figures.items()
    }
    ladder = draft.ladder
    if ladder is not None and labels[0].endswith("Q1"):
        years = {int(label[:4]) for label in labels}
        for year, amount in ladder.by_year(labels[0]).items():
            if year in years:
                key = by_year_key("maturities_by_year_usd_bn", year)
                figures[key] = Given(amount, f"derived: {ladder.evidence}", place)
    elif ladder is not None:
        due = tuple(ladder.quarters.get(label, 0.0) for label in labels)
        figures["maturities_usd_bn"] = Given(due, f"derived: {ladder.evidence}", place)
    spent = draft.beside.get(SPENT)
    return Firm(
        draft.name,
        place,
        figures,
        spent=spent.value if spent is not None and isinstance(spent.value, float) else None,
        refused=draft.refusals,
    )
