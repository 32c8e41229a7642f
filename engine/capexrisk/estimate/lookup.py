"""Lookup by name in the tidy table of a finished run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from functools import cached_property

import pandas as pd

from capexrisk.estimate.independent import OBSERVED, Estimate
from capexrisk.estimate.names import Name, Place, choose

KEY = ["issuer", "period", "metric", "statistic"]
NUMBERS = ["value", "standard_error", "ci_low", "ci_high", "n"]


def estimates_of(rows: pd.DataFrame, statistic: str) -> list[Estimate]:
    """Rows of a table with these numbers, as estimates of one statistic."""
    columns = (rows[name].tolist() for name in NUMBERS)
    return [Estimate(statistic, *numbers) for numbers in zip(*columns, strict=True)]


class Lookup(Mapping[Name, Estimate]):
    """Index of the tidy table by name, in its order; bounds count as "probability".

    Parameters
    ----------
    summary : DataFrame
        A tidy table: see `table`.
    """

    def __init__(self, summary: pd.DataFrame) -> None:
        labels = (summary[column].tolist() for column in KEY)
        self._rows = {
            Name(issuer, period, metric, "probability" if statistic in OBSERVED else statistic): row
            for row, (issuer, period, metric, statistic) in enumerate(zip(*labels, strict=True))
        }
        self._statistics = summary["statistic"].tolist()
        self._numbers = [summary[column].tolist() for column in NUMBERS]

    def __getitem__(self, name: Name) -> Estimate:
        row = self._rows[name]
        value, error, low, high, n = (numbers[row] for numbers in self._numbers)
        return Estimate(self._statistics[row], value, error, low, high, n)

    def __iter__(self) -> Iterator[Name]:
        return iter(self._rows)

    def __len__(self) -> int:
        return len(self._rows)

    def row(self, name: Name) -> int:
        """Index of an estimate's row.

        Raises
        ------
        KeyError
            If there is none.
        """
        return self._rows[name]

    def rows_of(self, metric: str) -> list[int]:
        """Indices of a metric's rows, in the order of the table."""
        return self._by_metric.get(metric, [])

    def find(self, text: str) -> Estimate:
        """Find the estimate that a text names, as for `names.resolve`.

        Raises
        ------
        UnknownName
            If there is no such row.
        """
        return self[self.resolve(text)]

    def resolve(self, text: str) -> Name:
        """The name that a text means; raises as `find`."""
        return choose(text, self.metrics, lambda metric: self.metrics[metric])

    @cached_property
    def _by_metric(self) -> dict[str, list[int]]:
        found: dict[str, list[int]] = {}
        for name, row in self._rows.items():
            found.setdefault(name.metric, []).append(row)
        return found

    @cached_property
    def metrics(self) -> dict[str, list[Place]]:
        """The places where each metric has rows."""
        found: dict[str, dict[tuple[str, str], list[str]]] = {}
        for issuer, period, metric, statistic in self._rows:
            found.setdefault(metric, {}).setdefault((issuer, period), []).append(statistic)
        return {
            metric: [Place(*place, tuple(statistics)) for place, statistics in places.items()]
            for metric, places in found.items()
        }
