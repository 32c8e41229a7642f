"""What comes of a scenario file: refused in one located line, or run, finite and balanced."""

from __future__ import annotations

import re
import warnings
from pathlib import Path
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import KernelFault, ScenarioError
from capexrisk.kernel import issuer_rows as s
from capexrisk.kernel import market_rows as m
from capexrisk.kernel.block import BLOCK, PITCH
from capexrisk.kernel.simulate import trace_block
from capexrisk.kernel.sources import independent_source
from capexrisk.lowering import LoweredScenario, lower
from capexrisk.model.parameters import Issuer
from capexrisk.model.vocabulary import CAUSES, CHANNELS, OWED_AS, RATIONED
from capexrisk.scenario import load_run_section, load_scenario
from capexrisk.study.simulation import simulate
from capexrisk.uncertainty import InputDesign, input_design
from capexrisk.uncertainty.ranges import range_by
from tests.oracle.identities import waterfall_imbalance

REFUSED = "refused"
BALANCED = "finite and balanced"
TOO_EXTREME = "refused while running"
# Of the largest flow or balance of the quarter: rounding leaves some 1e-15 of the need, which is
# taken apart in ten steps, and of the cash.
TOLERANCE = 1e-9
MOST_CELLS = 24  # issuers times quarters of which every quantile is taken, too: it takes longest
FLOWS = {
    "capex": s.SPENT,
    "ocf": s.OCF,
    **{channel: s.FLOW[channel].amount for channel in CHANNELS},
    "unmet": s.UNMET,
    "buyback": s.BUYBACKS.amount,
    "investments": s.INVESTMENTS.amount,
    "revolver_repaid": s.REPAID,
    "cash": s.CASH,
}
Floats = NDArray[np.float64]


class Defect(AssertionError):
    """Neither refused as it should be, nor run as it should be."""


class Verdict(NamedTuple):
    """What came of a scenario, the rule that refused it, and the paths left out of 64."""

    outcome: str
    rule: str = ""
    quarantined: int = 0


def judge(path: Path) -> Verdict:
    """Load a file, and run it if it can be loaded.

    Raises
    ------
    Defect
        If a refusal is not one located line, a number is not finite on a path that counts, an
        issuer's sources are not its uses, or there was a warning.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        try:
            scenario = load_scenario(path)
            check_design(input_design(scenario, str(path)))
        except ScenarioError as error:
            check_message(error, path)
            return Verdict(REFUSED, rule_of(error))
        load_or_refuse_run_section(path)
        lowered = lower(scenario)
        quarantined = check_block(lowered)
        try:
            small = len(lowered.issuers) * len(lowered.quarters) <= MOST_CELLS
            results = simulate(
                scenario,
                paths=BLOCK,
                sampler="plain",
                n_jobs=1,
                collect="everything" if small else "means",
            )
        except KernelFault as fault:
            if "\n" in str(fault) or "too extreme" not in str(fault):
                raise Defect(f"not a clear line: {fault}") from fault
            return Verdict(TOO_EXTREME, _general(str(fault)), quarantined)
        seen = results.summary[results.summary["n"] > 0]
        if not np.isfinite(seen["value"]).all():
            raise Defect(f"an estimate is not finite: {seen[~np.isfinite(seen['value'])]}")
    return Verdict(BALANCED, quarantined=quarantined)


def load_or_refuse_run_section(path: Path) -> None:
    """What says how it is run is another record, and read by itself."""
    try:
        load_run_section(path)
    except ScenarioError as error:
        check_message(error, path)


def check_design(design: InputDesign | None) -> None:
    """Every number that a design draws is finite and in its bounds, at the edges too."""
    if design is None:
        return
    edges = [5e-324, 2.0**-53, 0.3, 0.5, 1.0 - 2.0**-53]
    uniforms = np.array([np.full(design.dimensions, edge) for edge in edges])
    random = np.random.default_rng(0).random((10, design.dimensions))
    values = design.values(np.concatenate([uniforms, np.clip(random, 1e-9, 1.0 - 1e-9)]))
    bounds = np.array([entry.bounds for entry in design.entries])
    if not ((bounds[:, 0] <= values) & (values <= bounds[:, 1])).all():
        raise Defect("a number that is drawn is out of its bounds")
    for drawn in design.draws:
        for column in drawn.entries:
            low, high = range_by(drawn, design.entries[column])
            if not low <= high:
                raise Defect(f"{drawn.name}: a range from {low} to {high}")


def check_message(error: ScenarioError, path: Path) -> None:
    """One line of place, value and mend; the place is in this file."""
    line = str(error)
    if not line.isprintable() or len(line) > 2_000:
        raise Defect(f"not one line: {line[:300]!r}")
    if not (error.where.startswith(str(path)) and error.value and error.hint):
        raise Defect(f"no place, no value or no mend: {line}")
    for other in error.others:
        check_message(other, path)


def check_block(lowered: LoweredScenario) -> int:
    """Every number of 64 paths is finite, every issuer balanced in every quarter; paths left out.

    A path is left out where the engine itself says that it is not finite.
    """
    trace, outcomes = trace_block(
        lowered.market, lowered.schedule, lowered.layout, source=independent_source(0)
    )
    quarters = len(lowered.quarters)
    rows = trace.reshape(quarters, -1, PITCH)[:, :, :BLOCK]
    good = rows[-1, m.BAD_QUARTER // PITCH] == quarters
    wrong = ~np.isfinite(rows[:, :, good])
    wrong[:, m.COLLATERAL // PITCH] = False  # only the lower one of it and another is ever used
    if wrong.any():
        quarter, row, _ = np.argwhere(wrong)[0]
        issuer, own = divmod(row - m.SIZE // PITCH, s.SIZE // PITCH)
        where = f"issuer {issuer}, row {own}" if issuer >= 0 else f"market, row {row}"
        raise Defect(f"not finite in a path that counts: quarter {quarter}, {where}")
    if not np.isfinite(outcomes[:, good]).all():
        raise Defect(f"outcome {np.argwhere(~np.isfinite(outcomes[:, good]))[0]} is not finite")
    worst = imbalance(lowered, rows[:, :, good])
    if worst > TOLERANCE:
        raise Defect(f"sources are not uses: {worst:.3g} of the largest flow")
    broken = broken_rules(lowered, rows[:, :, good])
    if broken:
        raise Defect(f"not seen: {broken}")
    return int(BLOCK - good.sum())


class Traced:
    """Rows of a block by issuer, quarter and path."""

    def __init__(self, lowered: LoweredScenario, rows: Floats) -> None:
        self.issuers = [Issuer(*map(float, one)) for one in lowered.schedule.issuers]
        self.rows = rows
        self.k = np.arange(rows.shape[0])[None, :, None]

    def of(self, row: int) -> Floats:
        """A row of every issuer, (issuer, quarter, path)."""
        places = [(m.SIZE + i * s.SIZE + row) // PITCH for i in range(len(self.issuers))]
        return np.array([self.rows[:, place] for place in places])

    def of_market(self, row: int) -> Floats:
        """A row of the market, (1, quarter, path)."""
        return self.rows[None, :, row // PITCH]

    def figure(self, name: str) -> Floats:
        """A figure of every issuer, (issuer, 1, 1)."""
        return np.array([getattr(issuer, name) for issuer in self.issuers])[:, None, None]

    @property
    def acts(self) -> NDArray[np.bool_]:
        """Whether an issuer has not failed in an earlier quarter."""
        return self.k <= self.of(s.FAILURE_QUARTER)


def imbalance(lowered: LoweredScenario, rows: Floats) -> float:
    """The largest relative gap of any issuer, quarter and path.

    Between sources and uses of cash; and between the change of debt, or of what customers have
    prepaid, and what changed it.
    """
    if not rows.shape[-1]:
        return 0.0
    traced = Traced(lowered, rows)
    of = traced.of
    found = {name: of(row) for name, row in FLOWS.items()}
    found["dividends_paid"] = np.where(
        traced.acts, traced.figure("dividends") - of(s.DIVIDEND_CUT), 0.0
    )
    found["due"] = of(s.DUE)
    cash = traced.figure("cash")
    paid = _relative(
        waterfall_imbalance(found, cash[:, 0, 0]), [*found.values(), of(s.NET)], found["cash"], cash
    )
    opening = np.sum(lowered.schedule.opening, axis=1)[:, None, None]
    changes = [*(found[name] for name in OWED_AS), -found["due"], -found["revolver_repaid"]]
    owed = _relative(_change(of(s.DEBT), opening) - sum(changes), changes, of(s.DEBT), opening)
    changes = [of(s.PREPAYMENTS.amount), -of(s.EARNED)]
    nothing = np.zeros_like(opening)
    prepaid = _relative(
        _change(of(s.ADVANCE), nothing) - sum(changes), changes, of(s.ADVANCE), nothing
    )
    return max(paid, owed, prepaid)


def _change(balance: Floats, opening: Floats) -> Floats:
    return np.diff(balance, axis=1, prepend=np.broadcast_to(opening, balance[:, :1].shape))


def _relative(gap: Floats, flows: list[Floats], balance: Floats, opening: Floats) -> float:
    """The largest gap, of the largest flow or balance of its quarter."""
    before = np.concatenate(
        [np.broadcast_to(opening, balance[:, :1].shape), balance[:, :-1]], axis=1
    )
    largest = np.max([np.abs(flow) for flow in (*flows, balance, before)], axis=0)
    return float(np.max(np.abs(gap) / np.where(largest > 0.0, largest, 1.0)))


def broken_rules(lowered: LoweredScenario, rows: Floats) -> list[str]:
    """Rules of step 10 that some issuer breaks in some quarter on some path."""
    if not rows.shape[-1]:
        return []
    traced, market = Traced(lowered, rows), lowered.market
    of, acts = traced.of, traced.acts
    flows = {name: of(flow.amount) for name, flow in s.FLOW.items()}
    regime = traced.of_market(m.REGIME)
    high, fails = of(s.GRADE) > 0.0, traced.k == of(s.FAILURE_QUARTER)
    unmet = of(s.UNMET) > market.fail_tolerance * np.maximum(of(s.NET), 0.0)
    run = of(s.RUN_MARGIN) < 0.0
    by_run = of(s.FAILURE_CAUSE) == 1 + list(CAUSES).index("run")
    broken = {
        "shares as a programme in the open regime alone": (flows["share_programme"] > 0.0)
        & (regime > 0.0),
        "investments in the open regime alone": (flows["investments"] > 0.0) & (regime > 0.0),
        "each grade in its own market": np.where(high, flows["bonds"], flows["high_yield"]) > 0.0,
        "what has fallen stays": np.diff(of(s.GRADE), axis=1) < 0.0,
        "nothing flows after failure": np.any(list(flows.values()), axis=0) & ~acts,
        "no flow is negative": np.min(list(flows.values()), axis=0) < 0.0,
        "who fails has an unmet need or a run, and the other way round": acts
        & (fails != (unmet | run)),
        "a run is the cause where nothing is unmet": fails & (by_run == unmet),
        "a run needs a threshold": run & (np.array(market.run_quarters)[regime.astype(int)] == 0.0),
    }
    for name in RATIONED:
        number = s.FLOW[name].number
        access = np.array(market.channel_access[number])[regime[0].astype(int)]
        most = market.channel_absorb[number] * lowered.schedule.growth[:, None] * access
        broken[f"{name} within what is absorbed"] = flows[name].sum(axis=0) > most * (1.0 + 1e-12)
    return [rule for rule, where in broken.items() if np.any(where)]


def rule_of(error: ScenarioError) -> str:
    """What was wrong, without the figures."""
    return _general(error.value)


def _general(text: str) -> str:
    text = re.sub(r"'(?:[^'\\]|\\.)*'(\.\.\.)?|\"(?:[^\"\\]|\\.)*\"|'.*\.\.\.", "'...'", text)
    text = re.sub(r"[+-]?(?:\d[\d_,]*\.?\d*(?:e[+-]?\d+)?|inf|nan)\b(\.\.\.)?", "#", text)
    return re.sub(r"\b\d{4}Q\d\b|#Q#", "#", text)
