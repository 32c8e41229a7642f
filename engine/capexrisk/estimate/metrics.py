"""The catalogue of metrics: every estimate of a run, in the order of its tidy table.

It is pure data. The table is a loop over it (`lines`, `table`), names are resolved with it
(`names`), and pages, plots, workbooks and comparisons take units and words from it.
"""

from __future__ import annotations

from functools import cache

from capexrisk.estimate import issuer_metrics as issuer
from capexrisk.estimate import system_metrics as system
from capexrisk.estimate.metric import Interleaved, Metric, Of, Period
from capexrisk.model.vocabulary import CHANNELS

SYSTEM = "system"
HORIZON = "horizon"

SECTIONS = (
    Interleaved(issuer.AMOUNTS, by=("who", "without_histogram")),
    Interleaved(issuer.FLOWS_WHILE_ALIVE, by=("who",)),
    Interleaved(issuer.NEGATIVE_YEARS, by=("who", "when")),
    Interleaved(issuer.DISTRESS, by=("who",)),
    Interleaved(issuer.METRICS_OF_FAILURES, by=("who", "which")),
    Interleaved(issuer.METRICS_OF_CUTS, by=("who", "which")),
    Interleaved(issuer.PAIRS, by=("who", "which")),
    Interleaved(system.AMOUNTS),
    Interleaved(system.CHANCES, by=("when",)),
    Interleaved(system.FAILURES, by=("when",)),
    Interleaved(system.FAILURES_OF_OTHERS, by=("when",)),
    Interleaved(system.EXPECTED),
)
METRICS = tuple(metric for section in SECTIONS for metric in section.metrics)


@cache
def metric_of(name: str, of: Of) -> Metric:
    """The metric with a name from the tidy table, of an issuer or of the system.

    Raises
    ------
    KeyError
        If there is none.
    """
    for metric in METRICS:
        if metric.of == of and metric.pattern.fullmatch(name):
            return metric
    raise KeyError(name)


def of_whom(issuer: str) -> Of:
    """Whether an issuer label in the tidy table means an issuer or the system."""
    return "system" if issuer == SYSTEM else "issuer"


def amounts_of(of: Of, period: Period) -> list[Metric]:
    """Amounts of issuers, or of the system, that have quantiles for this kind of period."""
    return [
        metric
        for metric in METRICS
        if metric.of == of and period in metric.quantities and "p50" in metric.statistics
    ]


def failures_metric(count: int) -> str:
    """Name of the metric that counts paths with at least so many failures."""
    return "any_failure" if count == 1 else f"failures_at_least_{count}"


def flow_metric(flow: str) -> str:
    """Name of a flow's metric: raised through a channel, or an amount cut or bought back."""
    return f"raised_{flow}" if flow in CHANNELS else f"{flow}_amount"
