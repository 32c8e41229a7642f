"""What a path is worth to a firm: its payoff in the game.

payoff_i = sum over years of d_y FCF_iy + d_T multiple (E_i - r P_i)+, if it survives,
           + d_T unfinished * C_i, if it survives,
           - d_f loss * market_cap_i, if it fails in quarter f.

d is the discount factor: of the middle of a year's quarters, of the horizon's end, of the end of
the failing quarter. E_i is the operating cash flow of the trailing year, or its profit; where the
horizon ends inside a calendar year, a year's mean of the last calendar years that have four
quarters together. FCF after failure is 0. Market capitalisation is that at the start.

C_i is what has been spent on the build-out and was not in service by the middle of the trailing
year, so that it earned nothing in half of it: of spending t years before that,
(1 + 2t/lag) exp(-2t/lag), as the pipeline of step 4 has it, t from the middle of a calendar year.
At cost a late dollar neither earns nor loses; at 0 whatever is spent near the horizon is lost.

P_i is the free cash flow that has piled up, below 0 for what was spent beyond it, and r the
risk-free rate after tax: cash flow and profit of the model come after interest on what the
spending cost, while FCF has that cost already. r P takes the interest out again, so that it counts
once; what a firm pays above the risk-free rate stays a cost of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import isfinite
from typing import TYPE_CHECKING, Final, Literal, get_args

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import ArgumentError, suggest

if TYPE_CHECKING:
    from capexrisk.lowering import LoweredScenario

Floats = NDArray[np.float64]
Terminal = Literal["ocf", "profit"]
QUARTERS: Final = 4


@dataclass(frozen=True, kw_only=True)
class Payoff:
    """What the firms of a game maximise.

    Attributes
    ----------
    discount : float
        Rate a year, 0 to 1.
    multiple : float
        Of a survivor's trailing year, 0 to 100. 10 is what a level perpetuity is worth at 10 %.
    terminal : {"ocf", "profit"}
        What is multiplied: operating cash flow, as if what was built lasted for ever; or profit,
        which sets its book depreciation aside to renew it.
    failure_loss : float
        Lost at failure beside the future, as a share of the market capitalisation at the start, 0
        to 10. G. Andrade and S. Kaplan (Journal of Finance 53, 1998) put the costs of distress at
        10 to 20 % of a firm's value.
    unfinished : float
        Worth of a dollar of build-out capital not yet in service, 0 to 10; 1 is at cost.
    """

    discount: float = 0.10
    multiple: float = 10.0
    terminal: Terminal = "ocf"
    failure_loss: float = 0.2
    unfinished: float = 1.0

    def __post_init__(self) -> None:
        for name, most in (
            ("discount", 1.0),
            ("multiple", 100.0),
            ("failure_loss", 10.0),
            ("unfinished", 10.0),
        ):
            value = getattr(self, name)
            if not isfinite(value) or not 0.0 <= value <= most:
                raise ArgumentError(name, f"{value:g} is out of range; give 0 to {most:g}")
        known = get_args(Terminal)
        if self.terminal not in known:
            raise ArgumentError(
                "terminal", f"{self.terminal!r} is unknown; {suggest(self.terminal, known)}"
            )

    def names(self, lowered: LoweredScenario) -> list[str]:
        """Outcomes of a path that the payoff is worked out of."""
        amounts = ("fcf_year", f"{self.terminal}_year", "capex_year")
        return [
            *(
                f"{name}/{firm}/{y}"
                for name in amounts
                for firm in lowered.issuers
                for y in lowered.years
            ),
            *(f"tiers/F4/{firm}" for firm in lowered.issuers),
        ]

    def of_paths(self, lowered: LoweredScenario, outcomes: Floats) -> Floats:
        """Payoff of every issuer on every path, $bn.

        Parameters
        ----------
        lowered : LoweredScenario
        outcomes : ndarray, shape (paths, n)

        Returns
        -------
        ndarray, shape (paths, issuers)
        """
        scenario, issuers = lowered.scenario, len(lowered.issuers)
        years = [year.quarters for year in scenario.calendar_years()]
        cells = issuers * len(years)
        shape = (len(outcomes), issuers, len(years))
        cash_flow = outcomes[:, :cells].reshape(shape)
        earned = outcomes[:, cells : 2 * cells].reshape(shape)
        capex = outcomes[:, 2 * cells : 3 * cells].reshape(shape)
        failed_in = outcomes[:, 3 * cells :]
        horizon = scenario.quarters
        market = scenario.parameters["market"]
        firms = scenario.parameters["issuers"]
        caps, shares, lags = (
            np.array([firm[key] for firm in firms])
            for key in ("market_cap", "buildout_share", "build_lag")
        )

        middles = np.array([(own.start + own.stop) / 2.0 for own in years])
        trailing, quarters = _trailing(years)
        spent = (
            cash_flow[..., :-trailing].sum(axis=-1) + cash_flow[..., -trailing:].sum(axis=-1) / 2.0
        )
        a_year = earned[..., -trailing:].sum(axis=-1) * QUARTERS / quarters
        interest = market["risk_free"] * (1.0 - market["tax"])
        future = self.multiple * np.maximum(a_year - interest * spent, 0.0)
        ago = np.maximum(horizon - quarters / 2.0 - middles, 0.0) / QUARTERS
        stages = 2.0 * ago / lags[:, None]  # (issuers, years)
        waiting = shares[:, None] * (1.0 + stages) * np.exp(-stages)
        future = future + self.unfinished * (capex * waiting).sum(axis=-1)
        survives = failed_in >= horizon
        end = np.where(
            survives,
            self._factor(horizon) * future,
            -self._factor(failed_in + 1.0) * self.failure_loss * caps,
        )
        found: Floats = cash_flow @ self._factor(middles) + end
        return found

    def _factor(self, quarters: Floats | float) -> Floats:
        factor: Floats = (1.0 + self.discount) ** (-np.asarray(quarters) / QUARTERS)
        return factor


def _trailing(years: list[range]) -> tuple[int, int]:
    """How many of the last calendar years have four quarters together, and how many they have."""
    quarters = 0
    for count, own in enumerate(reversed(years), start=1):
        quarters += len(own)
        if quarters >= QUARTERS:
            return count, quarters
    return len(years), quarters
