"""Definition of a metric, an entry of the catalogue in `metrics`."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import KW_ONLY, dataclass
from functools import cached_property
from typing import Literal, NamedTuple

from capexrisk.model.parameters import Issuer, Market

Of = Literal["issuer", "system"]
Period = Literal["quarter", "year", "horizon"]
Unit = Literal["$bn", "$bn a year", "bp", "fraction", "probability", "issuers"]
Estimator = Literal[
    "amount", "count", "chance", "share", "by date", "by cause", "failures", "joint", "joint given"
]
Labels = Literal["other", "count", "smallest", "count_but_smallest"]
Levels = tuple[int, ...] | Literal["all", "some"]

CFAR_TAIL = 0.05
CFAR_LEVEL = 1.0 - CFAR_TAIL
QUANTILES = (CFAR_TAIL, 0.25, 0.5, 0.75, 0.95)  # cash flow at risk takes the first
AT_RISK, SHORTFALL = f"cfar{100 * CFAR_LEVEL:g}", f"es{100 * CFAR_LEVEL:g}"
MEAN = ("mean",)
AMOUNT = (*MEAN, *(f"p{100 * level:g}" for level in QUANTILES))
CASH_FLOW = (*AMOUNT, AT_RISK, SHORTFALL)
PROBABILITY = ("probability",)


class Impossible(NamedTuple):
    """Condition under which something cannot happen to an issuer: its chance is 0.

    Attributes
    ----------
    words : str
        Text that a report shows instead: why.
    parameter : str
        The issuer's parameter that decides, by its name in MODEL.md.
    of : callable
        Whether it holds where the parameter has this value.
    """

    words: str
    parameter: str
    of: Callable[[float], bool]


@dataclass(frozen=True)
class Metric:
    """A metric, or a family of metrics that differ only in a label.

    Parameters
    ----------
    name : str
        As in the tidy table, with its label in braces: ``raised_{channel}``.
    words : str
        How a report names it, with ``{}`` for its label and places for the scenario's words.
    quantities : dict
        The quantity of `kernel.outcomes` that it is estimated from, by kind of period.
    of : {"issuer", "system"}
        Whether it describes an issuer, or the group and the market.
    statistics : tuple of str
        For an amount without a histogram only the mean is estimated.
    estimator : str
        How it is estimated: as an "amount"; as the mean of a "count"; as the mean of each path's
        "chance"; as the "share" of paths whose count is one of `hits`; as the share of paths on
        which a date has passed ("by date"), that have this cause ("by cause"), on which so many
        issuers have failed ("failures"), or on which both issuers have ("joint"), also relative to
        the paths on which the other one has ("joint given").
    unit : {"$bn", "$bn a year", "bp", "fraction", "probability", "issuers"}
    meaning : str
        Definition, where the words do not say it all.
    worse : {"low", "high"}, optional
        Which direction is worse.
    over : tuple of str or str
        Its labels: these, or every "other" issuer, every "count" of failures from 2 on, the
        "smallest" issuer, every count among the others ("count_but_smallest").
    hits, among : tuple of int, "some" or "all"
        Levels of a count that are hits, and levels of the paths that form the denominator; "some"
        means above 0.
    cumulative : bool
        Whether it counts everything up to the end of a quarter.
    survivors : bool
        Whether it leaves out the paths on which the issuer failed before the period.
    impossible : tuple of Impossible
        Any of them suffices.
    caps, targets : callable, optional
        Values that many paths may share, by the parameters of the market, and of an issuer.
    axis : str
        Label of a plot's axis, where that is more than the unit.
    level : (str, str), optional
        The parameter of the market beyond which funding is likelier to shut, and its words.
    """

    name: str
    words: str
    quantities: dict[Period, str]
    _: KW_ONLY
    of: Of
    statistics: tuple[str, ...] = PROBABILITY
    estimator: Estimator = "share"
    unit: Unit = "probability"
    meaning: str = ""
    worse: Literal["low", "high"] | None = None
    over: tuple[str, ...] | Labels = ("",)
    hits: Levels = "some"
    among: Levels = "all"
    cumulative: bool = False
    survivors: bool = False
    impossible: tuple[Impossible, ...] = ()
    caps: Callable[[Market], tuple[float, ...]] | None = None
    targets: Callable[[Issuer], tuple[float, ...]] | None = None
    axis: str = ""
    level: tuple[str, str] | None = None

    @cached_property
    def pattern(self) -> re.Pattern[str]:
        """Regular expression for the names that it expands to, its label as the first group."""
        if isinstance(self.over, tuple):
            label = "|".join(self.over)
        else:
            label = r"\d+" if "{count}" in self.name else ".+"
        before, brace, after = self.name.partition("{")
        after = after.partition("}")[2]
        # The smallest issuer may follow a count; it is not a label then.
        after = re.escape(after).replace(re.escape("{smallest}"), ".+")
        return re.compile(f"{re.escape(before)}({label if brace else ''}){after}")


class Interleaved(NamedTuple):
    """Metrics whose rows are interleaved in the tidy table.

    Attributes
    ----------
    metrics : tuple of Metric
    by : tuple of str
        Attributes of `lines.Line` by which the rows are sorted. Ties are in the order of the
        metrics, then of the labels, then of the periods.
    """

    metrics: tuple[Metric, ...]
    by: tuple[str, ...] = ()
