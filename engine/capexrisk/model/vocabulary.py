"""Vocabulary of the model, defined once: regimes, channels, flows, tiers, causes, draws.

Scenarios, the compiled core, tables, reports and files take names, order and words from here. Each
mapping is keyed by name, in the order of MODEL.md.

Draws are the random inputs of a path (MODEL.md, "Draws"). Each source of draws lays them out in its
own order: Philox by address (`kernel.independent`), the Sobol sequence by dimension and supplied
draws by row (`points.layout`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal, NamedTuple

REGIMES = ("open", "stressed", "shut")
GRADES = ("investment grade", "high yield")


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A channel through which money comes from outside.

    Attributes
    ----------
    words : str
        In a sentence.
    label : str
        In a table or a legend.
    colour : str
        Of the palette of plots.
    base : {"grade", "pledge"}, optional
        For lenders that ration what all issuers ask: the limit on a single issuer. Grade: the
        room to a limit on leverage or on assets, smaller where spreads are wide, in the bond
        market of the issuer's grade; may be sold ahead of need, and total sales move that market's
        premium. Pledge: a share of what is built and being built.
    health : bool
        Whether these lenders withdraw with the health of private credit.
    owed_as : str, optional
        The channel in whose balance it is owed; none if it is not owed.
    opening : str, optional
        Key of an issuer's balance at the start; none where that is 0.
    pooled : bool
        Whether the balance may pay the spread of a pool of collateral, where that is lower.
    at_source : bool
        Whether it pays before there is a need, so that it is not a rung of the waterfall.
    """

    words: str
    label: str
    colour: str
    base: Literal["grade", "pledge"] | None = None
    health: bool = False
    owed_as: str | None = None
    opening: str | None = None
    pooled: bool = False
    at_source: bool = False


CHANNELS = {
    "share_programme": Channel(
        words="share programme", label="Shares, as a programme", colour="grey"
    ),
    "bonds": Channel(
        words="investment-grade bonds",
        label="Bonds, investment grade",
        colour="blue",
        base="grade",
        owed_as="bonds",
        opening="bonds",
    ),
    "high_yield": Channel(
        words="high-yield bonds",
        label="Bonds, high yield",
        colour="black",
        base="grade",
        owed_as="bonds",
    ),
    "secured": Channel(
        words="secured debt",
        label="Secured (ABS, CMBS)",
        colour="sky",
        base="pledge",
        owed_as="secured",
        opening="secured_debt",
        pooled=True,
    ),
    "private": Channel(
        words="private credit",
        label="Private credit",
        colour="green",
        base="pledge",
        health=True,
        owed_as="private",
        opening="private_debt",
    ),
    "revolver": Channel(words="revolver", label="Revolver", colour="pink", owed_as="revolver"),
    "equity": Channel(
        words="shares as a last resort", label="Shares, as a last resort", colour="orange"
    ),
    "finance_leases": Channel(
        words="finance leases",
        label="Finance leases",
        colour="red",
        owed_as="secured",
        at_source=True,
    ),
}
RATIONED = tuple(name for name, entry in CHANNELS.items() if entry.base is not None)
# Bond markets, in the order of the grades: investment grade is 0, high yield 1.
BOND_MARKETS = tuple(name for name, entry in CHANNELS.items() if entry.base == "grade")
PLEDGED = tuple(name for name, entry in CHANNELS.items() if entry.base == "pledge")
AHEAD_OF_NEED = ("share_programme", *BOND_MARKETS)  # what exceeds the need goes to cash
OWED_AS = {name: entry.owed_as for name, entry in CHANNELS.items() if entry.owed_as is not None}
BALANCES = tuple(name for name, owed_as in OWED_AS.items() if owed_as == name)
FLOWS = (*CHANNELS, "capex_cut", "buybacks", "prepayments", "investments")


@dataclass(frozen=True)
class Rung:
    """A source that meets part of a need: its words, and the colour of its kind."""

    words: str
    colour: str


def _sources(names: tuple[str, ...], colour: str) -> dict[str, Rung]:
    return {name: Rung(CHANNELS[name].words, colour) for name in names}


# The funding waterfall from top to bottom (step 10).
RUNGS = {
    "cash_above_target": Rung("cash above target", "green"),
    **_sources(AHEAD_OF_NEED, "blue"),
    **_sources(PLEDGED, "blue"),
    "cash_to_minimum": Rung("cash to minimum", "green"),
    **_sources(("revolver", "equity"), "sky"),
    "capex_cut": Rung("capex cut", "orange"),
    "dividend_cut": Rung("dividends cut", "orange"),
    "unmet": Rung("unmet", "red"),
}

TIERS = ("F0", "F1", "F2", "F3", "F4")
# Numbered from 1 in this order; 0 is none. In words, with a place for the scenario's own.
CAUSES = {
    "run": "run",
    "window": "shut market",
    "leverage": "leverage limit",
    "rationing": "rationing",
    "anchor": "loss of {anchor}",
    "glut": "glut",
    "overspending": "overspending",
}
CAUSES_OF_CUTS = tuple(CAUSES)[1:]  # a run is the cause of failures alone


class Draw(NamedTuple):
    """A random input of the model.

    Attributes
    ----------
    name : str
    of : {"market", "issuer"}
        Drawn for the market, or for each issuer.
    when : {"path", "quarter"}
        Drawn once a path, or every quarter.
    law : {"normal", "uniform"}
        Standard normal, or uniform on (0, 1).
    pair : int
        The name in an address of Philox, which yields two numbers: the two draws of a pair, in
        their order here. It affects every published result: never reuse one; 12 is taken by the
        bits that scramble nets. A new pair leaves all other draws unchanged.
    words : str
        What it decides.
    """

    name: str
    of: Literal["market", "issuer"]
    when: Literal["path", "quarter"]
    law: Literal["normal", "uniform"]
    pair: int
    words: str


# Draws of a group are made together: pairs of consecutive numbers, normals first, in the order of
# their rows in the state of a block.
MARKET_PATH = (
    Draw("saturation", "market", "path", "normal", 1, "level at which demand saturates"),
    Draw("speed", "market", "path", "normal", 1, "speed at which demand grows"),
    Draw("revenue_yield", "market", "path", "normal", 2, "revenue a unit of capital can earn"),
    Draw("spare", "market", "path", "uniform", 2, "nothing: the second number of its pair"),
)
ISSUER_PATH = (
    Draw("core_growth", "issuer", "path", "normal", 3, "growth of core revenue"),
    Draw("capex_growth", "issuer", "path", "normal", 3, "growth of the capex programme"),
)
MARKET_QUARTER = (
    Draw("spread", "market", "quarter", "normal", 4, "market spread"),
    Draw("demand", "market", "quarter", "normal", 4, "demand for capacity"),
    Draw("capex", "market", "quarter", "normal", 5, "capex programmes of all issuers"),
    Draw("macro", "market", "quarter", "normal", 5, "core revenue of all issuers"),
    Draw("linked", "market", "quarter", "normal", 6, "stress of borrowers in the linked sector"),
    Draw("jump_size", "market", "quarter", "normal", 6, "size of a jump of the market spread"),
    Draw("mixing", "market", "quarter", "normal", 7, "common size of the market's normals"),
    Draw("jump", "market", "quarter", "uniform", 7, "whether the market spread jumps"),
)
# These move the market from one state to another, which makes results jump.
SWITCHES = (
    Draw("regime", "market", "quarter", "uniform", 8, "regime of the bond market"),
    Draw("shock", "market", "quarter", "uniform", 8, "whether a demand shock comes"),
    Draw("shock_size", "market", "quarter", "uniform", 9, "size of a demand shock"),
    Draw("anchor", "market", "quarter", "uniform", 9, "whether the anchor customer is lost"),
)
ISSUER_QUARTER = (
    Draw("own_revenue", "issuer", "quarter", "normal", 10, "an issuer's core revenue"),
    Draw("own_cash_flow", "issuer", "quarter", "normal", 10, "noise of an issuer's cash flow"),
    Draw("own_capex", "issuer", "quarter", "normal", 11, "an issuer's capex programme"),
    Draw("own_spread", "issuer", "quarter", "normal", 11, "an issuer's spread"),
)
DRAWS = (*MARKET_PATH, *ISSUER_PATH, *MARKET_QUARTER, *SWITCHES, *ISSUER_QUARTER)
