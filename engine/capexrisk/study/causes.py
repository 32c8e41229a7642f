"""What causes an event in the model: mechanisms switched off, on common random numbers.

The columns of the table: metric, issuer and period of an event; mechanism; measure; value,
standard_error, ci_low, ci_high, and n, the paths. Measures, all on the same points:

- chance: of the event, where "all" mechanisms act and where "none" does;
- shapley: the mechanism's share of the difference between the two, see `estimate.shapley`;
- alone: what it adds where no other acts;
- prevented: what goes away if it alone is switched off; prevented_share: of the chance with all.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil, nan
from typing import Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capexrisk.errors import (
    ArgumentError,
    EventError,
    UnknownName,
    suggest,
    whole_number,
    whole_number_in_range,
)
from capexrisk.estimate import by_replicate
from capexrisk.estimate.intervals import FEW, clopper_pearson, standard_error, student_half_width
from capexrisk.estimate.metrics import SYSTEM, failures_metric
from capexrisk.estimate.paired import paired
from capexrisk.estimate.shapley import draw_orders, over_all, over_orders, walks
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.run.net_shares import NetShares
from capexrisk.run.plan import MOST_POINTS, REPLICATES, RunPlan
from capexrisk.scenario import Scenario
from capexrisk.scenario.plan import Backend
from capexrisk.study.coalitions import Coalitions, Switchboard
from capexrisk.study.mechanisms import ALL, MECHANISMS, NONE, Mechanism, acting
from capexrisk.study.plotted import Plotted
from capexrisk.study.rare.failure import find_event

Floats = NDArray[np.float64]

ALL_COALITIONS: Final = 8  # mechanisms up to which every coalition is computed
DEFAULT_POINTS: Final = 4096
MOST_ORDERS: Final = 10_000
COLUMNS: Final = (
    *("metric", "issuer", "period", "mechanism", "measure"),
    *("value", "standard_error", "ci_low", "ci_high", "n"),
)


@dataclass(frozen=True, kw_only=True, repr=False, eq=False)
class Causes(Plotted):
    """Causes of an event, and of the failures of every issuer by the same quarter.

    Attributes
    ----------
    event : str
        The event asked for, ``metric/issuer/period``.
    events : tuple of str
        All events, the one asked for first.
    scenario : Scenario
    mechanisms, off : tuple of Mechanism
        Those that act in the scenario, and those that are off in it already.
    orders : int
        Orders over which the Shapley values are means, of all nets together; 0 where all
        coalitions were computed.
    paths, seed : int
    table : DataFrame
        A row for each event, mechanism and measure: see the module.
    """

    event: str
    events: tuple[str, ...]
    scenario: Scenario
    mechanisms: tuple[Mechanism, ...]
    off: tuple[Mechanism, ...]
    orders: int
    paths: int
    seed: int
    table: pd.DataFrame

    @property
    def until(self) -> str:
        """The quarter by which the failures of all issuers are counted."""
        alone = (name for name in self.events if name.startswith("funding_failure/"))
        return next(alone).rpartition("/")[2]

    def of(self, measure: str, event: str | None = None) -> pd.DataFrame:
        """Rows of one measure and event, indexed by mechanism.

        Parameters
        ----------
        measure : {"chance", "shapley", "alone", "prevented", "prevented_share"}
        event : str, optional
            One of `events`, with or without its period. Default: the one asked for.

        Raises
        ------
        UnknownName
        """
        known = tuple(dict.fromkeys(self.table["measure"]))
        if measure not in known:
            raise UnknownName(f"{measure}: is no measure; {suggest(measure, known)}")
        metric, issuer, period = self.named(event).split("/")
        chosen = (
            (self.table["metric"] == metric)
            & (self.table["issuer"] == issuer)
            & (self.table["period"] == period)
            & (self.table["measure"] == measure)
        )
        return self.table[chosen].set_index("mechanism")[list(COLUMNS[5:])]

    def named(self, event: str | None = None) -> str:
        """The full name of one of the events; the one asked for by default; raises as `of`."""
        if event is None:
            return self.event
        for name in self.events:
            if event in (name, name.rpartition("/")[0]):
                return name
        raise UnknownName(f"{event}: its causes were not asked for; {suggest(event, self.events)}")

    def __repr__(self) -> str:
        return (
            f"Causes({self.event} of {self.scenario.name!r}: {len(self.mechanisms)} mechanisms, "
            f"{self.paths:,} paths, seed {self.seed})"
        )


def causes(
    scenario: Scenario,
    event: str,
    *,
    points: int = DEFAULT_POINTS,
    orders: int | None = None,
    seed: int = 0,
    n_jobs: int | None = -1,
    backend: Backend | None = None,
    scheduler: str | None = None,
) -> Causes:
    """What causes an event: what each mechanism of the model adds to its chance.

    Mechanisms of `study.mechanisms.MECHANISMS` are switched off alone, all but one, and in
    coalitions, on the same points: counterfactuals of the model, which are not those of the world.
    The failures of all issuers, alone and together, come from the same simulations.

    Parameters
    ----------
    scenario : Scenario
        As it stands; ranges of its inputs are not drawn.
    event : str
        A failure, by the tidy table's names: ``"funding_failure/Oracle"``,
        ``"funding_failure/Oracle/2027"``, ``"failures_at_least_2/system"``; see `rare_event`.
    points : int
        Points of each of the 32 nets; rounded up to a power of two.
    orders : int, optional
        Orders of the mechanisms drawn for each net, an even number to 10,000. Default: twice as
        many as mechanisms act, one order with its rotations and reverses. Where eight or fewer act,
        all coalitions are computed and none is drawn.
    seed : int
        0 to 2**64 - 1. The same seed gives the same bits for any number of workers.
    n_jobs, backend, scheduler
        Workers, as for `simulate`.

    Returns
    -------
    Causes
        Errors come from the 32 nets, each with its own points and orders: they cover both.

    Raises
    ------
    UnknownName, EventError
        If the scenario has no such failure, or it was not seen under any coalition.
    ArgumentError
        If a number is out of range, too few points see the event, or no mechanism acts.
    KernelFault
        If more than one path in 10,000 is not finite.
    ClusterError, WorkersLost
        As `simulate`.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml")
    >>> found = cr.causes(scenario, "funding_failure/CoreWeave", points=64, orders=2, seed=1)
    >>> shapley, chance = found.of("shapley")["value"], found.of("chance")["value"]
    >>> bool(abs(shapley.sum() - (chance["all"] - chance["none"])) < 1e-12)
    True
    """
    seed = whole_number("seed", seed)
    orders = None if orders is None else whole_number("orders", orders)
    if orders is not None and (not 2 <= orders <= MOST_ORDERS or orders % 2):
        problem = f"{orders} is out of range; give an even number from 2 to {MOST_ORDERS:,}"
        raise ArgumentError("orders", problem)
    points = whole_number_in_range("points", points, 1, MOST_POINTS)
    plan = RunPlan(
        paths=REPLICATES * points,
        seed=seed,
        jobs=n_jobs,
        backend=backend,
        scheduler=scheduler,
    )
    base = lower(scenario, "means")
    events = _events(event, base)
    mechanisms = acting(scenario)
    if not mechanisms:
        raise ArgumentError("scenario", "all mechanisms are off in it; give one in which one acts")
    k, switchboard = len(mechanisms), Switchboard(scenario, mechanisms)
    drawn = draw_orders(k, orders or 2 * k, REPLICATES, seed)
    coalitions = Coalitions(NetShares(base, events, plan), switchboard, len(events), k)
    everything = (1 << k) - 1
    coalitions.ask([0, everything, *(1 << i for i in range(k))])
    coalitions.ask([everything ^ 1 << i for i in range(k)])
    _refuse_unseen(events[0], coalitions.values, plan.points)
    if k <= ALL_COALITIONS:
        coalitions.ask(range(1 << k))
        shapley = over_all(coalitions.values)
    else:
        coalitions.ask_by_net([np.unique(walks(of_net)).tolist() for of_net in drawn])
        of_nets = [over_orders(coalitions.values[:, r], drawn[r]) for r in range(REPLICATES)]
        shapley = np.stack(of_nets, axis=1)
    found = _Measured(coalitions.values, shapley, plan.run_paths)
    rows = [
        (*name.split("/"), *row)
        for number, name in enumerate(events)
        for row in found.rows(number, mechanisms)
    ]
    return Causes(
        event=events[0],
        events=events,
        scenario=scenario,
        mechanisms=mechanisms,
        off=tuple(one for one in MECHANISMS if one not in mechanisms),
        orders=0 if k <= ALL_COALITIONS else drawn.shape[1] * REPLICATES,
        paths=plan.run_paths,
        seed=seed,
        table=pd.DataFrame(rows, columns=list(COLUMNS)),
    )


def _events(event: str, lowered: LoweredScenario) -> tuple[str, ...]:
    """The event asked for, and failures of all issuers, alone and together, by the same quarter."""
    asked = find_event(event, lowered)
    quarter = lowered.quarters[asked.quarters - 1]
    alone = [f"funding_failure/{name}/{quarter}" for name in lowered.issuers]
    several = len(lowered.issuers)
    together = [
        f"{failures_metric(count)}/{SYSTEM}/{quarter}"
        for count in sorted({1, min(2, several), several})
    ]
    return tuple(dict.fromkeys((asked.name, *alone, *together)))


def _refuse_unseen(event: str, values: Floats, points: int) -> None:
    """Refuse an event that too few paths show; `values` are those of the first coalitions."""
    paths = REPLICATES * points
    tried = values[~np.isnan(values[:, 0, 0])][:, :, 0].mean(axis=1)
    hits = round(paths * float(values[-1, :, 0].mean()))
    if not tried.any():
        bound = 100.0 * clopper_pearson(0, paths)[1]
        raise EventError(
            f"event {event!r}: not seen on {paths:,} paths, nor with any of {len(tried) - 1} other "
            f"sets of mechanisms; its chance is below {bound:.2g} %; give more points, or ask "
            "`capexrisk rare` how rare it is"
        )
    if hits < FEW:
        least = 1 << ceil(2 * points * FEW / max(hits, 1) - 1).bit_length()  # twice the hits
        raise ArgumentError(
            "points",
            f"{points:,} a net see {event} on {hits} of {paths:,} paths, too few to tell causes; "
            f"give {least:,} or more",
        )


Row = tuple[str, str, float, float, float, float, int]


@dataclass(frozen=True)
class _Measured:
    """Measures of each event from the values of coalitions on nets, with errors from the nets.

    Attributes
    ----------
    values : ndarray, shape (2**k, R, events)
    shapley : ndarray, shape (k, R, events)
    paths : int
    """

    values: Floats
    shapley: Floats
    paths: int

    def rows(self, event: int, mechanisms: tuple[Mechanism, ...]) -> Iterator[Row]:
        """Mechanism, measure and estimate, row by row."""
        values, shapley = self.values[..., event], self.shapley[..., event]
        names = [mechanism.name for mechanism in mechanisms]
        none, everything = values[0], values[-1]
        bits = 1 << np.arange(len(names))
        alone = values[bits]
        others = values[(len(values) - 1) ^ bits]
        yield from self._chance(NONE, none)
        yield from self._chance(ALL, everything)
        yield from self._differences("shapley", names, np.zeros(()), shapley)
        yield from self._differences("alone", names, none, alone)
        yield from self._differences("prevented", names, others, everything)
        for name, other in zip(names, others, strict=True):
            yield name, "prevented_share", *self._share(other, everything), self.paths

    def _chance(self, name: str, values: Floats) -> Iterator[Row]:
        """A chance with the interval that a run gives it, which never leaves 0 to 1."""
        ((*_, value, error, _, _, n),) = self._differences("chance", [name], np.zeros(()), values)
        each = self.paths // REPLICATES
        hits = np.rint(values * each).astype(np.int64)
        inside = by_replicate.share(hits, np.full(hits.size, each)).estimate
        yield name, "chance", value, error, inside.ci_low, inside.ci_high, n

    def _differences(
        self, measure: str, names: list[str], first: Floats, second: Floats
    ) -> Iterator[Row]:
        shape = (len(names), self.values.shape[1])
        first, second = np.broadcast_to(first, shape), np.broadcast_to(second, shape)
        found = paired(first, second, np.full(len(names), self._unseen))
        for name, *numbers in zip(names, *found[:4], strict=True):
            value, error, low, high = map(float, numbers)
            yield name, measure, value, error, low, high, self.paths

    @property
    def _unseen(self) -> float:
        """Change of a net's share if one more of its paths differed."""
        return REPLICATES / self.paths

    def _share(self, other: Floats, everything: Floats) -> tuple[float, float, float, float]:
        """Share of an event that does not happen without a mechanism, linearised; NaN of few."""
        chance = float(everything.mean())
        if self.paths * chance < FEW:
            return nan, nan, nan, nan
        gone = everything - other
        share = float(gone.mean()) / chance
        several = everything.size
        unseen = self._unseen / np.sqrt(several * (several - 1))
        spread = standard_error(gone - share * everything)
        error = float(np.hypot(spread, unseen)) / chance
        half = student_half_width(several) * error
        return share, error, share - half, share + half
