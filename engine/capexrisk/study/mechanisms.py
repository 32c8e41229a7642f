"""The mechanisms that can be switched off to see what they cause, as data.

A mechanism is what may or may not act in the model: it is switched off by values of inputs at which
it does nothing, and by leaving out scheduled events. No two of them touch the same input, so that
any set can be switched off together, in any order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

from capexrisk.scenario import Scenario, change_inputs
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.opening import start_of

__all__ = ["ALL", "MECHANISMS", "NONE", "Mechanism", "acting", "without"]

ALL, NONE = "all", "none"  # in the place of a mechanism's name: all act, none acts
STAYS_OPEN: Final = ((0.0, 0.0, 0.0),) * 3
MOST_MONEY: Final = 1e8  # $bn a year: more than there is, and what an input may be
NO_LIMIT: Final = 1000.0  # turns; nobody owes as much
ALL_ASSETS: Final = 0.999  # an input that must be below 1
NEVER_FALLS: Final = 99.0
CHANNELS: Final = ("bonds", "high_yield", "secured", "private")


@dataclass(frozen=True, kw_only=True)
class Mechanism:
    """A mechanism, and how it is switched off.

    Attributes
    ----------
    name : str
    words : str
        What it is, with places for the scenario's `Words`.
    off : str
        What holds instead where it is switched off, a clause.
    market, each_issuer : mapping
        Values of inputs at which it is off, by key: of the market, and of every issuer.
    spot : tuple of str
        Keys of the market that become the spot earnings of capacity at the start, 1 at most: then
        no figure of the start moves.
    unlimited : tuple of str
        Keys of the market that become boundless, unless they are 0: no market is opened.
    events : tuple of str
        Kinds of scheduled events that are left out.
    """

    name: str
    words: str
    off: str
    market: Mapping[str, object] = field(default_factory=dict)
    each_issuer: Mapping[str, object] = field(default_factory=dict)
    spot: tuple[str, ...] = ()
    unlimited: tuple[str, ...] = ()
    events: tuple[str, ...] = ()

    def changes(self, scenario: Scenario) -> dict[str, object]:
        """The inputs that switch it off in a scenario, by path."""
        given = scenario.market.inputs
        unlimited = {key: MOST_MONEY for key in self.unlimited if given.get(key)}
        spot = dict.fromkeys(self.spot, min(1.0, start_of(scenario.parameters).spot))
        moved = {**self.market, **spot, **unlimited}
        of_market = {f"market.{key}": value for key, value in moved.items()}
        of_issuers = {
            write_path(("issuers", issuer.name, key)): value
            for issuer in scenario.issuers
            for key, value in self.each_issuer.items()
        }
        return of_market | of_issuers


MECHANISMS: Final = (
    Mechanism(
        name="window",
        words="A stressed or shut market",
        off="the bond market stays open, and private lenders do not withdraw",
        market={"hazard_per_year": STAYS_OPEN, "regime0": "open", "private_gamma": 0.0},
        events=("market_regime",),
    ),
    Mechanism(
        name="leverage",
        words="Leverage limits and grades",
        off="leverage limits no bonds (without cash flow: up to all assets), nobody falls to high "
        "yield, and spreads do not rise with leverage",
        market={"spread_leverage": 0.0},
        each_issuer={
            "leverage_limit": NO_LIMIT,
            "asset_limit": ALL_ASSETS,
            "fall_leverage": NEVER_FALLS,
        },
    ),
    Mechanism(
        name="rationing",
        words="Rationing among borrowers",
        off="markets that are open take any amount, at no premium",
        market={"premium_beta": 0.0},
        unlimited=tuple(f"absorb.{channel}_usd_bn_per_year" for channel in CHANNELS),
    ),
    Mechanism(
        name="anchor",
        words="Loss of {anchor}",
        off="{anchor} cannot be lost",
        market={"anchor_hazard_per_year": 0.0},
        events=("anchor_loss",),
    ),
    Mechanism(
        name="glut",
        words="A glut of {capacity}",
        off="idle capacity earns what it would in full use, or what it earned at the start if that "
        "was less; it frightens nobody and slows nobody",
        spot=("spot_floor",),
        market={
            "fear_glut": 0.0,
            "anchor_glut": 0.0,
            "private_glut": 0.0,
            "glut_discipline_per_year": 0.0,
        },
    ),
    Mechanism(
        name="overspending",
        words="Capex off its plan",
        off="capital spending does not scatter about its plan, in a quarter or in its growth",
        each_issuer={"capex_sigma_per_sqrt_year": 0.0, "capex_growth_sigma_per_year": 0.0},
    ),
    Mechanism(
        name="race",
        words="The race and the chase",
        off="nobody follows the others' spending or chases what is scarce",
        market={"rivalry_per_year": 0.0, "race": 0.0, "chase_per_year": 0.0},
    ),
    Mechanism(
        name="run",
        words="Runs",
        off="lenders and suppliers wait until the last cash is gone",
        market={"run_quarters": (0.0, 0.0, 0.0)},
    ),
    Mechanism(
        name="prefunding",
        words="Borrowing ahead of need",
        off="nobody borrows before money is needed",
        market={"prefund_speed": 0.0},
    ),
    Mechanism(
        name="prepayments",
        words="Customers' prepayments",
        off="customers prepay nothing",
        each_issuer={"prepaid_share": 0.0},
    ),
    Mechanism(
        name="contagion",
        words="Failures of others",
        off="a failure widens no spreads and frightens nobody",
        market={"failure_jump": 0.0},
    ),
)


def without(scenario: Scenario, mechanisms: Iterable[Mechanism]) -> Scenario:
    """The scenario with some mechanisms switched off."""
    changes: dict[str, object] = {}
    left_out: set[str] = set()
    for mechanism in mechanisms:
        changes |= mechanism.changes(scenario)
        left_out.update(mechanism.events)
    changed = change_inputs(scenario, changes)
    events = tuple(event for event in scenario.events if event.what not in left_out)
    return changed.model_copy(update={"events": events})


def acting(scenario: Scenario) -> tuple[Mechanism, ...]:
    """The mechanisms that are not off already: those whose switch moves a number of the model."""
    moved = (without(scenario, [one]).parameters != scenario.parameters for one in MECHANISMS)
    return tuple(one for one, moves in zip(MECHANISMS, moved, strict=True) if moves)
