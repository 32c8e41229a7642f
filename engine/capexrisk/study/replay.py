"""Replay of one path of a run, with every flow of every quarter that the summary adds up.

Columns of a replay, money in $bn of the quarter:

- quarter, issuer;
- the market: regime, market_spread_bp, utilisation, demand, boom_share_of_bond_market;
- grade, spread_bp, operating_cash_flow, of which customers' prepayments, capex_planned, of which
  capex_to_fund is not leased at source, dividends as planned, investments, due (debt falling due);
- need, capex_to_fund + dividends + investments + due - operating_cash_flow where positive, and how
  it is met, rung by rung of `model.vocabulary.RUNGS`: cash_above_target, share_programme, bonds,
  ..., capex_cut, dividend_cut, unmet, which add up to it;
- surplus where that is negative, and where it goes: revolver_repaid, buybacks, surplus_to_cash;
  raised_to_cash is asked of markets ahead of need;
- the quarter as it ends: capex spent, of which finance_leases, free_cash_flow, profit, cash, debt,
  advance (prepaid by customers, not yet earned), liquidity and the burn of a quarter, which lenders
  compare;
- failed, true from the failing quarter on; cause, the binding cause of a failure or of the first
  cut of capex in the quarter in which it happens, else "".
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from capexrisk.archive.manifest import RunRecord
from capexrisk.archive.results import Results
from capexrisk.errors import ArgumentError, refuse_type, whole_number, whole_number_in_range
from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.points import path_number
from capexrisk.kernel.simulate import trace_block
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.model.parameters import Issuer
from capexrisk.model.vocabulary import AHEAD_OF_NEED, CAUSES, GRADES, REGIMES, RUNGS
from capexrisk.points.draws import Draws, SuppliedDraws
from capexrisk.run.chunks import draws_of
from capexrisk.run.plan import RunPlan
from capexrisk.scenario import Scenario
from capexrisk.scenario.plan import ADDRESSES, Sampler

Floats = NDArray[np.float64]

_OF_MARKET = {
    "utilisation": m.UTILISATION,
    "demand": m.DEMAND,
    "boom_share_of_bond_market": m.BOND_SHARE,
}
_OF_ISSUER = {
    "spread_bp": s.SPREAD,
    "operating_cash_flow": s.OCF,
    "capex_planned": s.PLANNED,
    "capex": s.SPENT,
    "free_cash_flow": s.FREE_CASH_FLOW,
    "profit": s.PROFIT,
    "need": s.NEED,
    "surplus": s.SURPLUS,
    "cash_above_target": s.CASH_FIRST,
    "cash_to_minimum": s.CASH_LAST,
    "dividend_cut": s.DIVIDEND_CUT,
    "unmet": s.UNMET,
    **{name: rows.amount for name, rows in s.FLOW.items()},
    "revolver_repaid": s.REPAID,
    "cash": s.CASH,
    "debt": s.DEBT,
    "advance": s.ADVANCE,
    "liquidity": s.LIQUIDITY,
    "burn": s.BURN,
}
COLUMNS = (
    *("quarter", "issuer", "regime", "market_spread_bp", *_OF_MARKET, "grade", "spread_bp"),
    *("operating_cash_flow", "prepayments", "capex_planned", "capex_to_fund", "dividends"),
    *("investments", "due"),
    *("need", *RUNGS),
    *("surplus", "revolver_repaid", "buybacks", "surplus_to_cash", "raised_to_cash"),
    *("capex", "finance_leases", "free_cash_flow", "profit", "cash", "debt"),
    *("advance", "liquidity", "burn", "failed", "cause"),
)


def replay(
    run: Results | Scenario, path: int, *, seed: int = 0, sampler: Sampler = "sobol"
) -> pd.DataFrame:
    """Replay every quarter of one path, issuer by issuer.

    The path is recomputed from the scenario, the seed and its number alone. The first call on a
    machine compiles, which takes some ten seconds.

    Parameters
    ----------
    run : Results or Scenario
        Results, including those read from disk, supply the scenario, the seed and the sampler.
    path : int
        With results: 0 to ``paths - 1``, the points of the first net, then those of the second, and
        so on; or a number as ``--keep-paths`` writes it into the column ``path``. With a scenario:
        such a number (for the sampler "sobol", net times 2**40 plus point).
    seed : int
        With a scenario: as for `simulate`.
    sampler : {"sobol", "plain"}
        With a scenario: as for `simulate`.

    Returns
    -------
    DataFrame
        One row per quarter and issuer; the columns are listed at the head of this file.

    Raises
    ------
    ValueError
        If the run has no such path.

    Examples
    --------
    >>> import capexrisk as cr
    >>> scenario = cr.load_scenario("configs/hyperscalers-2026.toml")
    >>> path = cr.replay(scenario, 3, seed=1).query("issuer == 'Oracle'")
    >>> path["quarter"].tolist()[:3]
    ['2026Q1', '2026Q2', '2026Q3']
    """
    if isinstance(run, Results):
        scenario, number = run.manifest.scenario, _number(run.manifest.run, path)
        seed, sampler = run.manifest.run.seed, run.manifest.run.sampler
    else:
        refuse_type("run", run, Scenario, "give Results or a Scenario")
        scenario, number = run, whole_number_in_range("path", path, 0, ADDRESSES - 1)
    lowered = lower(scenario)
    draws = draws_of(lowered, RunPlan(paths=1, seed=seed, sampler=sampler))
    return replay_number(lowered, draws, number)


def replay_number(lowered: LoweredScenario, draws: Draws, number: int) -> pd.DataFrame:
    """Replay the path of a number, on draws that are there; in the columns of `replay`."""
    source = draws.source(number - number % BLOCK)
    trace, _ = trace_block(lowered.market, lowered.schedule, lowered.layout, source=source)
    return _table(lowered, _Path(trace, number % BLOCK))


def replay_draws(lowered: LoweredScenario, uniforms: Floats) -> pd.DataFrame:
    """Replay the path of supplied draws, in the columns of `replay`.

    Parameters
    ----------
    lowered : LoweredScenario
        Lowered for "everything".
    uniforms : ndarray, shape (draws,)
        Numbers between 0 and 1 in the order of `layout.supplied_order`.
    """
    supplied = SuppliedDraws(uniforms[:, None], len(lowered.issuers), len(lowered.quarters))
    trace, _ = trace_block(
        lowered.market, lowered.schedule, lowered.layout, source=supplied.source(0)
    )
    return _table(lowered, _Path(trace, 0))


def _number(run: RunRecord, path: int) -> int:
    """Number of a path that is given by its position in the run, or by that number."""
    nets = run.replicates if run.sampler == "sobol" else 1
    points = run.paths // nets
    path = whole_number("path", path)
    if 0 <= path < run.paths:
        return path_number(path // points, path % points)
    if any(0 <= path - path_number(net, 0) < points for net in range(1, nets)):
        return path
    raise ArgumentError("path", f"{path} is not in this run; give 0 to {run.paths - 1:,}")


@dataclass(frozen=True)
class _Path:
    """A single path of a traced block."""

    trace: Floats  # (T, state)
    place: int

    def market(self, row: int) -> Floats:
        """A row of the market in every quarter, (T,)."""
        return self.trace[:, row + self.place]

    def issuer(self, row: int, i: int) -> Floats:
        """A row of an issuer in every quarter, (T,)."""
        return self.trace[:, m.SIZE + i * s.SIZE + row + self.place]


def _table(lowered: LoweredScenario, path: _Path) -> pd.DataFrame:
    shared = {
        "quarter": np.array(lowered.quarters, dtype=object),
        "regime": np.array(REGIMES, dtype=object)[path.market(m.REGIME).astype(int)],
        "market_spread_bp": np.exp(path.market(m.LOG_SPREAD)),
        **{name: path.market(row) for name, row in _OF_MARKET.items()},
    }
    frames = [
        pd.DataFrame({**shared, "issuer": name, **_issuer(lowered, path, i)})
        for i, name in enumerate(lowered.issuers)
    ]
    table = pd.concat(frames, keys=range(len(frames))).sort_index(level=1, sort_remaining=True)
    return table[list(COLUMNS)].reset_index(drop=True)


def _issuer(lowered: LoweredScenario, path: _Path, i: int) -> dict[str, NDArray[np.generic]]:
    issuer = Issuer(*(float(number) for number in lowered.schedule.issuers[i]))
    found = {name: path.issuer(row, i) for name, row in _OF_ISSUER.items()}
    k = np.arange(len(lowered.quarters))
    failure = path.issuer(s.FAILURE_QUARTER, i)
    left = found["need"] - found["cash_above_target"]
    raised_to_cash = np.zeros(k.size)
    for name in AHEAD_OF_NEED:
        used = np.minimum(found[name], left)
        raised_to_cash += found[name] - used
        left = left - used
        found[name] = used
    spare = found["surplus"] - found["revolver_repaid"] - found["buybacks"]
    return {
        **found,
        "capex_to_fund": (1.0 - issuer.finance_lease_share) * found["capex_planned"],
        "dividends": np.where(k <= failure, issuer.dividends, 0.0),
        "due": path.issuer(s.DUE_BONDS, i) + path.issuer(s.DUE_SECURED, i),
        "grade": np.array(GRADES, dtype=object)[path.issuer(s.GRADE, i).astype(int)],
        "raised_to_cash": raised_to_cash,
        "surplus_to_cash": spare,
        "failed": k >= failure,
        "cause": _causes(path, i, k),
    }


def _causes(path: _Path, i: int, k: NDArray[np.int64]) -> NDArray[np.object_]:
    """Binding cause in the quarter of the failure, or of the first cut of capex."""
    causes = np.full(k.size, "", dtype=object)
    for quarter, cause in (
        (s.CUT_QUARTER, s.CUT_CAUSE),
        (s.FAILURE_QUARTER, s.FAILURE_CAUSE),  # failure first, if both have a date
    ):
        last = int(path.issuer(cause, i)[-1])
        if last:
            causes[k == path.issuer(quarter, i)[-1]] = list(CAUSES)[last - 1]
    return causes
