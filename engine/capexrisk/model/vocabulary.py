"""Catalogues of the model's names: data that every room reads, and that imports nothing.

Draws: the random inputs of a path (MODEL.md, "Draws"). Each source of draws lays them out in an
order of its own: Philox by address (`kernel.independent`), Sobol's sequence by dimension and
supplied draws by row (`points.layout`).
"""

from __future__ import annotations

from typing import Literal, NamedTuple


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
        their order here. Part of every published result: never use one again, and 12 is taken by
        the bits that scramble nets. A new pair disturbs no other draw.
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
    Draw("saturation", "market", "path", "normal", 1, "level at which AI demand saturates"),
    Draw("speed", "market", "path", "normal", 1, "speed at which AI demand grows"),
    Draw("revenue_yield", "market", "path", "normal", 2, "AI revenue a unit of capital can earn"),
    Draw("spare", "market", "path", "uniform", 2, "nothing: the second number of its pair"),
)
ISSUER_PATH = (
    Draw("core_growth", "issuer", "path", "normal", 3, "growth of core revenue"),
    Draw("capex_growth", "issuer", "path", "normal", 3, "growth of the capex programme"),
)
MARKET_QUARTER = (
    Draw("spread", "market", "quarter", "normal", 4, "market spread"),
    Draw("demand", "market", "quarter", "normal", 4, "AI demand"),
    Draw("capex", "market", "quarter", "normal", 5, "capex programmes of all issuers"),
    Draw("macro", "market", "quarter", "normal", 5, "core revenue of all issuers"),
    Draw("software", "market", "quarter", "normal", 6, "stress of software borrowers"),
    Draw("jump_size", "market", "quarter", "normal", 6, "size of a jump of the market spread"),
    Draw("mixing", "market", "quarter", "normal", 7, "common size of the market's normals"),
    Draw("jump", "market", "quarter", "uniform", 7, "whether the market spread jumps"),
)
# These move the market from one state to another, and results jump with them.
SWITCHES = (
    Draw("regime", "market", "quarter", "uniform", 8, "regime of the bond market"),
    Draw("technology", "market", "quarter", "uniform", 8, "whether a technology shock comes"),
    Draw("technology_size", "market", "quarter", "uniform", 9, "size of a technology shock"),
    Draw("tenant", "market", "quarter", "uniform", 9, "whether the large tenant is lost"),
)
ISSUER_QUARTER = (
    Draw("own_revenue", "issuer", "quarter", "normal", 10, "an issuer's core revenue"),
    Draw("own_cash_flow", "issuer", "quarter", "normal", 10, "noise of an issuer's cash flow"),
    Draw("own_capex", "issuer", "quarter", "normal", 11, "an issuer's capex programme"),
    Draw("own_spread", "issuer", "quarter", "normal", 11, "an issuer's spread"),
)
DRAWS = (*MARKET_PATH, *ISSUER_PATH, *MARKET_QUARTER, *SWITCHES, *ISSUER_QUARTER)
