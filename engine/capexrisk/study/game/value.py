"""What a path is worth to a firm: its payoff in the game.

payoff_i = sum over years of d_y U_iy
           + d_T multiple (E_i)+ + unfinished * sum over years of d_y C_iy, if it survives,
           - d_f loss * market_cap_i, if it fails in quarter f;

U_iy = OCF + interest - advances - capex, E_i = OCF + interest - advances, or profit + interest.

That is the value of the whole firm, to owners, lenders and customers who prepaid: free cash flow
before any financing, discounted at the cost of capital (F. Modigliani and M. Miller, American
Economic Review 48, 1958). Spending counts when it is made, the part that is leased as well. The
discount rate is what all who finance it ask. So whatever passes between them and the firm is taken
out of the model's cash flow, or it would count twice:

- *interest*, after tax and less what cash earns, on debt, on leases and on cash that was spent. It
  is added back, in every year and in the last one, which the multiple stands for;
- *advances*, a loan that customers make. They count when they are served, not when received:
  `advances` is what was received less what was earned. Over the horizon it sums to the balance
  that is not served yet, a debt of the firm, and the last year earns none of it;
- *leases* of what is built: a leased dollar is a dollar of `capex`, what is still owed for it at
  the end included.

Hence the identity that the tests hold it to: a project that earns the cost of capital on what it
spends, and no more, changes the payoff by 0, however it is financed. Finance matters by what it
brings about: spending that is cut, a failure, rivals that borrow less.

d is the discount factor: of the middle of a year's quarters, of the horizon's end, of the end of
the failing quarter. E_i is of the trailing year; where the horizon ends inside a calendar year, a
year's mean of the last calendar years that have four quarters together. Flows after failure are 0.
Market capitalisation is that at the start.

C_iy is what was spent on the build-out in year y and was not in service in the trailing year, so
that it earned nothing: of a quarter's spending n quarters before an earning one
(1-q)^n + n q (1-q)^(n-1), q = 1 - exp(-1 / (2 lag)), as the pipeline of step 4 has it; a mean
over the quarters of y, in which spending is taken as even, and those of the trailing year.
It is carried at cost with the cost of capital since (hence d_y, not d_T): at 1 a late dollar
neither earns nor loses; at 0 whatever is spent near the horizon is lost.
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
AMOUNTS: Final = ("ocf_year", "profit_year", "interest_year", "advances_year", "capex_year")
QUARTERS: Final = 4


@dataclass(frozen=True, kw_only=True)
class Payoff:
    """What the firms of a game maximise.

    Attributes
    ----------
    discount : float
        Cost of capital a year, 0 to 1.
    multiple : float
        Of a survivor's trailing year, 0 to 100. 10 is what a level perpetuity is worth at 10 %.
    terminal : {"ocf", "profit"}
        What is multiplied, before interest and advances: operating cash flow, as if what was built
        lasted for ever; or profit, which sets its book depreciation aside to renew it.
    failure_loss : float
        Lost at failure beside the future, as a share of the market capitalisation at the start, 0
        to 1. G. Andrade and S. Kaplan (Journal of Finance 53, 1998) put the costs of distress at
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
            ("failure_loss", 1.0),
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
        return [
            *(
                f"{name}/{firm}/{year}"
                for name in AMOUNTS
                for firm in lowered.issuers
                for year in lowered.years
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
        return self.in_scenario(lowered)(outcomes)

    def in_scenario(self, lowered: LoweredScenario) -> PathValue:
        """The payoff as a function of paths alone."""
        scenario = lowered.scenario
        years = [year.quarters for year in scenario.calendar_years()]
        _, quarters = _trailing(years)
        return PathValue(
            payoff=self,
            years=years,
            horizon=scenario.quarters,
            waiting=_waiting(lowered, range(scenario.quarters - quarters, scenario.quarters)),
            caps=np.array([firm["market_cap"] for firm in scenario.parameters["issuers"]]),
        )


@dataclass(frozen=True, kw_only=True)
class PathValue:
    """Payoff of every issuer on paths of one scenario; it needs the scenario itself no more.

    Attributes
    ----------
    payoff : Payoff
    years : list of range
        Quarters of each calendar year.
    horizon : int
        Quarters.
    waiting : ndarray, shape (issuers, years)
        Share of spending that is not in service in the trailing year.
    caps : ndarray, shape (issuers,)
        Market capitalisations at the start, $bn.
    """

    payoff: Payoff
    years: list[range]
    horizon: int
    waiting: Floats
    caps: Floats

    def __call__(self, outcomes: Floats) -> Floats:
        """Of outcomes (paths, n), $bn (paths, issuers); see `Payoff.of_paths`."""
        payoff, years, issuers = self.payoff, self.years, self.caps.size
        cells = len(AMOUNTS) * issuers * len(years)
        amounts = outcomes[:, :cells].reshape(-1, len(AMOUNTS), issuers, len(years))
        cash_flow, profit, interest, advances, capex = np.moveaxis(amounts, 1, 0)
        failed_in = outcomes[:, cells:]
        factors = self._factor(np.array([(own.start + own.stop) / 2.0 for own in years]))

        operations = cash_flow + interest - advances
        earned = operations if payoff.terminal == "ocf" else profit + interest
        trailing, quarters = _trailing(years)
        a_year = earned[..., -trailing:].sum(axis=-1) * QUARTERS / quarters
        future = self._factor(self.horizon) * payoff.multiple * np.maximum(a_year, 0.0)
        unfinished = capex * self.waiting
        end = np.where(
            failed_in >= self.horizon,
            future + payoff.unfinished * (unfinished @ factors),
            -self._factor(failed_in + 1.0) * payoff.failure_loss * self.caps,
        )
        found: Floats = (operations - capex) @ factors + end
        return found

    def _factor(self, quarters: Floats | float) -> Floats:
        factor: Floats = (1.0 + self.payoff.discount) ** (-np.asarray(quarters) / QUARTERS)
        return factor


def _waiting(lowered: LoweredScenario, earning: range) -> Floats:
    """Share of each year's spending that is not in service in some quarters, (issuers, years)."""
    firms = lowered.scenario.parameters["issuers"]
    shares = np.array([firm["buildout_share"] for firm in firms])[:, None]
    lags = np.array([firm["build_lag"] for firm in firms])[:, None, None]
    stays = np.exp(-2.0 / (QUARTERS * lags))
    waiting = []
    for year in lowered.scenario.calendar_years():
        steps = np.maximum(np.subtract.outer(earning, year.quarters), 0)
        left = stays**steps + steps * (1.0 - stays) * stays ** np.maximum(steps - 1, 0)
        waiting.append(left.mean(axis=(1, 2)))
    found: Floats = shares * np.stack(waiting, axis=1)
    return found


def _trailing(years: list[range]) -> tuple[int, int]:
    """How many of the last calendar years have four quarters together, and how many they have."""
    quarters = 0
    for count, own in enumerate(reversed(years), start=1):
        quarters += len(own)
        if quarters >= QUARTERS:
            return count, quarters
    return len(years), quarters
