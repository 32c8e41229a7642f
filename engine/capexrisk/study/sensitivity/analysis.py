"""Which groups of uncertain inputs move an answer, and by how much: `sensitivity`.

The columns of the table: metric, issuer, period and statistic of an answer; group; measure; value,
standard_error, ci_low, ci_high; n, paths or points behind it. Measures:

- at_median: the answer with all inputs at their medians; at_p5, at_p95: with one group at an end of
  its range. Where the scenario has no ranges, as_given: with its own inputs; at_lower, at_upper:
  with one of them a tenth down and up. swing: the upper end less the lower, its error paired. In
  the answer's unit;
- sd: standard deviation of the answer over the inputs; inputs_share: share of the variance of one
  path's outcome that comes from the inputs;
- first_order, total, shapley: shares of the variance over the inputs, see
  `estimate.nested_effects`; narrowing: share by which the standard deviation would shrink if the
  group were known;
- shock_first_order, shock_total, shock_shapley: the same of the draws of a path, shares of the
  variance of one path's outcome with the inputs as they stand.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final

import pandas as pd

from capexrisk.archive.results import Results
from capexrisk.errors import (
    ArgumentError,
    UnknownName,
    suggest,
    whole_number,
    whole_number_in_range,
)
from capexrisk.estimate.independent import Estimate
from capexrisk.estimate.names import Name, resolve
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.run.plan import MOST_POINTS, RunPlan
from capexrisk.scenario import Scenario
from capexrisk.scenario.plan import DEFAULT_INNER, DEFAULT_OUTER
from capexrisk.study.plotted import Plotted
from capexrisk.study.rare.failure import Event, find_event
from capexrisk.study.sensitivity.effects import Row, effects, names_of_quantiles
from capexrisk.study.sensitivity.one_at_a_time import (
    OF_DEFAULTS,
    OF_RANGES,
    ends_by_default,
    ends_of_groups,
    one_at_a_time,
)
from capexrisk.study.sensitivity.sample import FOR_QUANTILES, Sample, sample, sample_of_run
from capexrisk.study.sensitivity.shocks import shock_effects
from capexrisk.uncertainty import InputDesign, input_design

COLUMNS: Final = (
    *("metric", "issuer", "period", "statistic", "group", "measure"),
    *("value", "standard_error", "ci_low", "ci_high", "n"),
)
NUMBERS: Final = COLUMNS[6:]
FEWEST_OUTER: Final = 256
MOST_SINGLY: Final = 15  # with the others 16 players: their points fill whole batches
DEFAULT_POINTS: Final = 256


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Sensitivity(Plotted):
    """What moves some answers of a scenario.

    Attributes
    ----------
    scenario : Scenario
    names : tuple of str
        The answers in full, ``metric/issuer/period``.
    seed : int
    default_ranges : bool
        Whether the scenario has no ranges of its inputs, so that every input was moved alone by 10
        % either way and no effects are known.
    table : DataFrame
        See the module.
    """

    scenario: Scenario
    names: tuple[str, ...]
    seed: int
    default_ranges: bool
    table: pd.DataFrame

    def of(self, measure: str, name: str | None = None) -> pd.DataFrame:
        """Rows of one measure and answer, indexed by group.

        Parameters
        ----------
        measure : str
            See the module; such as ``"shapley"``.
        name : str, optional
            One of those asked for. Default: the first.

        Raises
        ------
        UnknownName
        """
        known = tuple(dict.fromkeys(self.table["measure"]))
        if measure not in known:
            raise UnknownName(f"{measure}: is no measure here; {suggest(measure, known)}")
        if name is not None and name not in self.names:
            raise UnknownName(f"{name}: was not asked for; {suggest(name, self.names)}")
        wanted = (self.names[0] if name is None else name).split("/")
        rows = self.table["measure"] == measure
        for column, text in zip(COLUMNS[:3], wanted, strict=False):
            rows &= self.table[column] == text
        if len(wanted) > 3:
            rows &= self.table["statistic"] == wanted[3]
        return self.table[rows].set_index("group")[list(NUMBERS)]

    def estimate(self, measure: str, group: str = "", name: str | None = None) -> Estimate:
        """One number; raises as `of`, and KeyError for a group without it."""
        row = self.of(measure, name).loc[group].to_dict()
        value, error, low, high = (float(row[column]) for column in NUMBERS[:4])
        return Estimate(measure, value, error, low, high, int(row["n"]))

    @property
    def cases(self) -> tuple[str, str, str]:
        """Measures of the answer in the middle, and with a group at its lower and upper end."""
        return OF_DEFAULTS if self.default_ranges else OF_RANGES

    def __repr__(self) -> str:
        return f"Sensitivity({self.scenario.name!r}: {', '.join(self.names)}, seed {self.seed})"


def sensitivity(  # noqa: PLR0913 - all by keyword, each a user's choice
    source: Results | Scenario,
    metrics: Sequence[str],
    *,
    outer: int = DEFAULT_OUTER,
    inner: int = DEFAULT_INNER,
    singly: int = MOST_SINGLY,
    rounds: int = 1,
    points: int = DEFAULT_POINTS,
    shocks: bool = False,
    seed: int | None = None,
    n_jobs: int | None = -1,
) -> Sensitivity:
    """Say which groups of uncertain inputs move some answers, and by how much.

    Parameters
    ----------
    source : Results or Scenario
        The outer points of a run over its inputs are used as they are, where it has kept these
        answers there (headline means and probabilities); else points are simulated.
    metrics : sequence of str
        Names of means, probabilities, or of quantiles at each point, such as
        ``"funding_failure/Oracle"``.
    outer, inner : int
        Points of the inputs, 256 or more, and paths at each, as for `simulate`; of a run over the
        inputs its own.
    singly : int
        Groups whose total and Shapley effects are told one by one, 1 to 62: those with the largest
        first-order effects. All others are one group together.
    rounds : int
        How often the nested points are drawn, 0 to 1000: each takes 64 (singly + 1)² points of 128
        paths, of 1,024 for quantiles. 0 leaves total and Shapley effects out.
    points : int
        Paths of each of the 32 nets with one group at an end of its range.
    shocks : bool
        Whether to tell as well which draws of a path decide; of failures only.
    seed : int, optional
        0 to 2**64 - 1. Default: that of the run, or 0.
    n_jobs : int
        Workers, as for `simulate`; the same seed gives the same numbers for any number of them.

    Returns
    -------
    Sensitivity

    Raises
    ------
    UnknownName
        If the scenario has no such estimate.
    ArgumentError
        If a number is out of range, no group moves an answer, or the points are too few to tell.
    EventError
        If `shocks` are asked of what is no failure, or of one that too few paths reach.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml")
    >>> found = cr.sensitivity(scenario, ["funding_failure/Oracle"], outer=256, rounds=0, points=8)
    >>> found.of("swing").shape
    (101, 5)
    """
    results = source if isinstance(source, Results) else None
    if results is None and not isinstance(source, Scenario):
        kind = type(source).__name__
        raise TypeError(f"source: is of type {kind}; give Results or a Scenario")
    scenario = source.manifest.scenario if isinstance(source, Results) else source
    if seed is None:
        seed = results.manifest.run.seed if results is not None else 0
    seed, inner = whole_number("seed", seed), whole_number("inner", inner)
    if results is not None and results.inputs is not None:
        outer, inner = results.inputs.record.outer, results.inputs.record.inner
        if outer < FEWEST_OUTER:
            problem = (
                f"the run has {outer} points of the inputs; run again with --outer 256 or more"
            )
            raise ArgumentError("source", problem)
    outer = whole_number_in_range("outer", outer, FEWEST_OUTER, 2**26)
    singly = whole_number_in_range("singly", singly, 1, 62)
    rounds = whole_number_in_range("rounds", rounds, 0, 1000)
    points = whole_number_in_range("points", points, 1, MOST_POINTS)
    if isinstance(metrics, str) or not metrics:
        raise ArgumentError("metrics", f"{metrics!r} is not a list of names")
    plan = RunPlan(paths=1, seed=seed, jobs=n_jobs, outer=outer, inner=inner)
    lowered = lower(scenario)
    names = tuple(dict.fromkeys(resolve(text, lowered) for text in metrics))
    design = input_design(scenario)
    if design is not None and names_of_quantiles(names) and inner < FOR_QUANTILES:
        problem = f"{inner} paths at a point tell no quantiles; give {FOR_QUANTILES:,} or more"
        raise ArgumentError("inner", problem)
    events = [find_event(str(name), lowered) for name in names] if shocks else []
    # First, since they may be refused.
    of_shocks = [
        row
        for name, event in zip(names, events, strict=False)
        for row in _shocks(name, event, lowered, plan)
    ]
    rows = list(_effects(results, lowered, plan, design, names, singly, rounds))
    texts = {str(name): name for name in names}
    ends = ends_by_default(scenario) if design is None else ends_of_groups(scenario, design)
    measures = OF_DEFAULTS if design is None else OF_RANGES
    tornado = one_at_a_time(
        scenario, list(texts), ends, measures, points=points, seed=seed, n_jobs=n_jobs
    )
    rows += [(texts[text], group, measure, one) for text, group, measure, one in tornado]
    rows += of_shocks
    return Sensitivity(
        scenario=scenario,
        names=tuple(texts),
        seed=seed,
        default_ranges=design is None,
        table=_table(rows),
    )


def _effects(
    results: Results | None,
    lowered: LoweredScenario,
    plan: RunPlan,
    design: InputDesign | None,
    names: Sequence[Name],
    singly: int,
    rounds: int,
) -> Iterator[Row]:
    if design is None:
        return
    found: Sample
    if results is not None and results.inputs is not None:
        found = sample_of_run(results, design, names, plan.jobs)
    else:
        nested = plan.over_inputs
        assert nested is not None
        found = sample(lowered, nested, design, names)
    yield from effects(lowered, plan, design, found, most=singly, rounds=rounds)


def _shocks(name: Name, event: Event, lowered: LoweredScenario, plan: RunPlan) -> Iterator[Row]:
    groups, found = shock_effects(lowered, event, replace(plan, outer=0))
    for measure in ("first_order", "shapley", "total"):
        numbers = zip(*(part.tolist() for part in getattr(found, measure)), strict=True)
        for group, (value, error, low, high) in zip(groups, numbers, strict=True):
            label = f"shock_{measure}"
            yield name, group, label, Estimate(label, value, error, low, high, found.points)


def _table(rows: Sequence[Row]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            (name.metric, name.issuer, name.period, name.statistic, group, measure, *one[1:])
            for name, group, measure, one in rows
        ],
        columns=list(COLUMNS),
    )
