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
from capexrisk.model.vocabulary import CHANNELS
from capexrisk.scenario import load_run_section, load_scenario
from capexrisk.study.simulation import simulate
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
    return int(BLOCK - good.sum())


def imbalance(lowered: LoweredScenario, rows: Floats) -> float:
    """The largest relative gap between sources and uses of any issuer, quarter and path."""
    if not rows.shape[-1]:
        return 0.0
    issuers = [Issuer(*(float(number) for number in one)) for one in lowered.schedule.issuers]

    def of(row: int) -> Floats:  # (issuer, quarter, path)
        return np.array(
            [rows[:, (m.SIZE + i * s.SIZE + row) // PITCH] for i in range(len(issuers))]
        )

    found = {name: of(row) for name, row in FLOWS.items()}
    k = np.arange(rows.shape[0])[None, :, None]
    planned = np.array([issuer.dividends for issuer in issuers])[:, None, None]
    found["dividends_paid"] = np.where(
        k <= of(s.FAILURE_QUARTER), planned - of(s.DIVIDEND_CUT), 0.0
    )
    found["due"] = of(s.DUE)
    opening = np.array([issuer.cash for issuer in issuers])
    gap = np.abs(waterfall_imbalance(found, opening))
    largest = np.max([np.abs(flow) for flow in (*found.values(), of(s.NET))], axis=0)
    largest[:, 1:] = np.maximum(largest[:, 1:], np.abs(found["cash"][:, :-1]))
    largest[:, 0] = np.maximum(largest[:, 0], np.abs(opening[:, None]))
    return float(np.max(gap / np.where(largest > 0.0, largest, 1.0)))


def rule_of(error: ScenarioError) -> str:
    """What was wrong, without the figures."""
    return _general(error.value)


def _general(text: str) -> str:
    text = re.sub(r"'(?:[^'\\]|\\.)*'(\.\.\.)?|\"(?:[^\"\\]|\\.)*\"|'.*\.\.\.", "'...'", text)
    text = re.sub(r"[+-]?(?:\d[\d_,]*\.?\d*(?:e[+-]?\d+)?|inf|nan)\b(\.\.\.)?", "#", text)
    return re.sub(r"\b\d{4}Q\d\b|#Q#", "#", text)
