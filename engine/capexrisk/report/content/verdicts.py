"""The answer as one small table, and in a sentence an issuer."""

from __future__ import annotations

from capexrisk.archive.results import Results
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.table import SYSTEM
from capexrisk.report.writing.cells import EMPTY, Cell, Grid, Row, worded
from capexrisk.report.writing.estimates import Estimates, end_of_horizon, observed
from capexrisk.report.writing.numbers import UNKNOWN, percentage
from capexrisk.report.writing.odds import odds_and_range
from capexrisk.report.writing.words import CAUSES, at_least, unbroken


def verdict(results: Results, estimates: Estimates) -> Grid:
    """One row an issuer: negative free cash flow at its likeliest, funding failure, and why.

    Rows of all issuers together stand in the foot.
    """
    last = results.quarters[-1]
    rows = []
    for issuer in results.issuers:
        year, chance = likeliest_year(results, estimates, issuer)
        failure = estimates.probability("funding_failure", issuer, last)
        cells = [worded(chance, f"in {year}"), worded(failure), _cause(estimates, issuer)]
        rows.append(Row(issuer, cells))
    together = []
    count = len(results.issuers)
    for k in sorted({1, min(2, count), count}) if count > 1 else ():
        metric = "any_failure" if k == 1 else f"failures_at_least_{k}"
        cells = [Cell(EMPTY), worded(estimates.probability(metric, SYSTEM, last)), Cell(EMPTY)]
        together.append(Row(at_least(k, count), cells))
    columns = [
        "Negative free cash flow, likeliest year",
        f"Funding failure by the end of {end_of_horizon(results)}",
        "Main cause, share of failures",
    ]
    return Grid("The answer by issuer", "Issuer", columns, rows, together, sortable=True)


def likeliest_year(results: Results, estimates: Estimates, issuer: str) -> tuple[str, Estimate]:
    """The year in which negative free cash flow is likeliest, the first of equals; its chance."""
    found = {year: estimates.probability("negative_fcf", issuer, year) for year in results.years}
    year = max(found, key=lambda name: observed(found[name]))
    return year, found[year]


def sentence(results: Results, estimates: Estimates, issuer: str) -> str:
    """What a run says of an issuer."""
    failure = estimates.probability("funding_failure", issuer, results.quarters[-1])
    year, burning = likeliest_year(results, estimates, issuer)
    found = estimates.main_cause(issuer)
    why = ""
    if found is not None:
        share = unbroken(percentage(found[1]))
        why = f"; main cause: {CAUSES[found[0]]}, in {share} of its failures"
    return (
        f"Cannot fund its commitments by the end of {end_of_horizon(results)}: "
        f"{unbroken(odds_and_range(failure))}{why}. Negative free cash flow is likeliest in "
        f"{year}: {unbroken(odds_and_range(burning))}."
    )


def _cause(estimates: Estimates, issuer: str) -> Cell:
    found = estimates.main_cause(issuer)
    if found is None:
        return Cell(UNKNOWN)
    return Cell(CAUSES[found[0]].capitalize(), note=percentage(found[1]))
