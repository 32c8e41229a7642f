"""Tables of a comparison: a figure of an issuer in every run, a column each."""

from __future__ import annotations

from capexrisk.estimate.metrics import SYSTEM, failures_metric, metric_of, of_whom
from capexrisk.estimate.names import Name
from capexrisk.report.content.side_by_side import across, shared_issuers
from capexrisk.report.writing.cells import EMPTY, Cell, Grid, Row, chance, written
from capexrisk.report.writing.estimates import Estimates
from capexrisk.study.comparison import Comparison

MOST_ISSUERS = 12


def shown_issuers(comparison: Comparison) -> list[str]:
    """Issuers of the base that another run has as well, at most a dozen."""
    return shared_issuers(comparison)[:MOST_ISSUERS]


def are_drawn(comparison: Comparison) -> bool:
    """Whether a run draws the inputs as well, so that there are predictive chances."""
    return any(results.inputs is not None for results in comparison.runs.values())


def failures(comparison: Comparison) -> Grid:
    """Chance of funding failure by the end, by issuer and run, with what the inputs do to it."""
    end = comparison.runs[comparison.base].quarters[-1]
    rows = [
        Row(issuer, _chances(comparison, Name(issuer, end, "funding_failure", "probability")))
        for issuer in shown_issuers(comparison)
    ]
    any_issuer = Name(SYSTEM, end, failures_metric(1), "probability")
    foot = [Row("Any issuer", _chances(comparison, any_issuer))]
    caption = f"Chance of funding failure by the end of {end}, %"
    return Grid(caption, "Issuer", list(comparison.runs), rows, foot, sortable=True)


def _chances(comparison: Comparison, name: Name) -> list[Cell]:
    """A chance in each run that has it, with predictive chance and range where they are known."""
    found = zip(across(comparison, name), comparison.runs.values(), strict=True)
    return [
        Cell(EMPTY)
        if one is None
        else chance(
            one, over_inputs=Estimates(results).spread(name.metric, name.issuer, name.period)
        )
        for one, results in found
    ]


def row_across(comparison: Comparison, issuer: str, metric: str, period: str, label: str) -> Row:
    """A chance or a mean in each run that has it."""
    of = metric_of(metric, of_whom(issuer))
    name = Name(issuer, period, metric, of.statistics[0])
    found = across(comparison, name)
    cells = [Cell(EMPTY) if one is None else written(one, of.unit) for one in found]
    return Row(label, cells)
