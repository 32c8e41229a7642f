"""The catalogue of metrics expanded for a scenario: issuer, period and rows of each metric."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import cached_property, partial
from operator import attrgetter
from typing import TYPE_CHECKING, NamedTuple

from capexrisk.estimate.metric import MEAN, Metric, Period
from capexrisk.estimate.metrics import HORIZON, METRICS, SECTIONS, SYSTEM
from capexrisk.model.parameters import Issuer
from capexrisk.model.vocabulary import CAUSES, CHANNELS, FLOWS, REGIMES, TIERS

if TYPE_CHECKING:
    from capexrisk.lowering import LoweredScenario

JOINT = "joint"  # of pairs of issuers; not a quantity of a path, but counted like one
LABELS = {"flow": FLOWS, "channel": tuple(CHANNELS), "tier": TIERS, "regime": REGIMES}


class Line(NamedTuple):
    """A metric of an issuer or the system in one period; each of its statistics is a table row.

    Attributes
    ----------
    metric : Metric
    name, issuer, period : str
        Labels of the tidy table.
    quantity : str
    statistics : tuple of str
        Those that the run can estimate.
    who, which, when : int
        Number of the issuer (0 for the system), of the label, and of the period. For a label that
        counts issuers, the count itself.
    """

    metric: Metric
    name: str
    issuer: str
    period: str
    quantity: str
    statistics: tuple[str, ...]
    who: int
    which: int
    when: int

    @property
    def without_histogram(self) -> bool:
        """Whether only one number can be estimated."""
        return len(self.statistics) == 1


class Lines:
    """All lines of a scenario's tidy table.

    Parameters
    ----------
    lowered : LoweredScenario
        Its layout says what a run collects; metrics that are not collected have no line.
    """

    def __init__(self, lowered: LoweredScenario) -> None:
        self.lowered = lowered
        self._periods: dict[Period, tuple[str, ...]] = {
            "quarter": lowered.quarters,
            "year": lowered.years,
            "horizon": (HORIZON,),
        }

    def __iter__(self) -> Iterator[Line]:
        """Yield the lines in the order of the table."""
        for section in SECTIONS:
            found = [
                line
                for metric in section.metrics
                for which, name in self._names_of(metric)
                for line in self._lines_of(metric, which, name)
            ]
            if section.by:
                found.sort(key=attrgetter(*section.by))
            yield from found

    @cached_property
    def metrics(self) -> dict[str, list[tuple[Metric, int]]]:
        """Each name in the table, mapped to its metrics with the numbers of their labels."""
        found: dict[str, list[tuple[Metric, int]]] = {}
        for metric in METRICS:
            for which, name in self._names_of(metric):
                found.setdefault(name, []).append((metric, which))
        return found

    def of(self, name: str) -> list[Line]:
        """The lines of the metric with this name; those with a histogram first, as in the table."""
        lines = [
            line
            for metric, which in self.metrics.get(name, ())
            for line in self._lines_of(metric, which, name)
        ]
        lines.sort(key=attrgetter("without_histogram"))
        return lines

    @cached_property
    def issuers(self) -> list[Issuer]:
        """Parameters of each issuer."""
        return [Issuer(*numbers) for numbers in self.lowered.schedule.issuers.tolist()]

    def atoms(self, line: Line) -> tuple[float, ...]:
        """Values of an amount that many paths may share."""
        caps, targets = line.metric.caps, line.metric.targets
        of_market = caps(self.lowered.market) if caps else ()
        return (*of_market, *(targets(self.issuers[line.who]) if targets else ()))

    @cached_property
    def _units(self) -> list[float]:
        lowered = self.lowered
        units: list[float] = lowered.layout.units(lowered.schedule.money_units).tolist()
        return units

    def unit(self, line: Line) -> float:
        """What the histogram of a line's amount is in."""
        return self._units[self.row(line)]

    def row(self, line: Line) -> int:
        """Index of a line's row in the outcomes of a path."""
        layout = self.lowered.layout
        places = {"issuer": line.who, "quarter": line.when, "year": line.when}
        row = 0
        for axis in self._axes[line.quantity]:
            row = row * layout.axes[axis] + places.get(axis, line.which)
        return layout.first[line.quantity] + row

    def row_of_failure(self, issuer: int) -> int:
        """Index of the row that dates an issuer's funding failure."""
        layout = self.lowered.layout
        return layout.first["tiers"] + TIERS.index("F4") * layout.axes["issuer"] + issuer

    def first_quarter(self, line: Line) -> int:
        """Number of the first quarter of a line's period inside the horizon."""
        if line.period in self.lowered.quarters:
            return self.lowered.quarters.index(line.period)
        return [quarter[:4] for quarter in self.lowered.quarters].index(line.period[:4])

    @cached_property
    def _axes(self) -> dict[str, tuple[str, ...]]:
        """Axes of each quantity that the run collects."""
        axes = {name: found.axes for name, found in self.lowered.layout.quantities.items()}
        return {**axes, JOINT: ("issuer", "other")}

    def _names_of(self, metric: Metric) -> Iterator[tuple[int, str]]:
        """The names of a metric, each with the number of its label."""
        collected = [q for q in metric.quantities.values() if q in self._axes]
        if not collected or not self._issuers_of(metric):
            return
        smallest = self.lowered.issuers[self.lowered.schedule.smallest]
        for which, label in self._labels_of(metric, self._axes[collected[0]]):
            labels = defaultdict(partial(str, label), smallest=smallest)
            yield which, metric.name.format_map(labels)

    def _labels_of(self, metric: Metric, axes: tuple[str, ...]) -> Iterator[tuple[int, str]]:
        issuers = self.lowered.issuers
        if isinstance(metric.over, tuple):
            of_axis = next((LABELS[axis] for axis in axes if axis in LABELS), metric.over)
            known = tuple(CAUSES) if metric.estimator == "by cause" else of_axis
            yield from ((known.index(label), label) for label in metric.over)
        elif metric.over == "other":
            yield from enumerate(issuers if len(issuers) > 1 else ())
        elif metric.over == "smallest":
            yield from enumerate(issuers[1:2])  # none if there is only one issuer
        else:
            most = len(issuers) - (metric.over == "count_but_smallest")
            yield from ((count, str(count)) for count in range(2, most + 1))

    def _issuers_of(self, metric: Metric) -> list[int]:
        """Numbers of the issuers that have a metric; 0 for the system."""
        if metric.of == "system":
            return [0]
        return [
            who
            for who, issuer in enumerate(self.issuers)
            if not any(never.of(getattr(issuer, never.parameter)) for never in metric.impossible)
        ]

    def _lines_of(self, metric: Metric, which: int, name: str) -> Iterator[Line]:
        """Yield a metric's lines in the order of issuers, then of periods."""
        layout = self.lowered.layout
        for who in self._issuers_of(metric):
            if metric.over == "other" and who == which:
                continue
            issuer = SYSTEM if metric.of == "system" else self.lowered.issuers[who]
            for kind, quantity in metric.quantities.items():
                if quantity not in self._axes:
                    continue
                # For an amount without a histogram only the mean is known.
                known = metric.statistics
                if metric.estimator == "amount" and layout.first[quantity] >= layout.distributions:
                    known = MEAN
                for when, period in enumerate(self._periods[kind]):
                    yield Line(metric, name, issuer, period, quantity, known, who, which, when)
