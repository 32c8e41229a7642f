"""What anyone could have said without a model: issuers ranked, last year's figure grown."""

from __future__ import annotations

from collections.abc import Callable
from math import inf
from typing import Any, Final

from capexrisk.scenario import Scenario
from capexrisk.scenario.opening import Books, opening_books, start_of

BASE_RATE: Final = "base rate, known in hindsight"

Parameters = dict[str, Any]  # of an issuer, under MODEL.md's names


def rankings(scenario: Scenario) -> dict[str, dict[str, float]]:
    """By ranking, a number for each issuer from its books at the start: higher, likelier to fail.

    An issuer whose operating cash flow is not positive ranks highest by net debt over it.
    """
    parameters = scenario.parameters
    market, start = parameters["market"], start_of(parameters)
    books = {
        issuer.name: (opening_books(i, market, start), i)
        for issuer, i in zip(scenario.issuers, parameters["issuers"], strict=True)
    }
    return {
        name: {issuer: rank(*one) for issuer, one in books.items()}
        for name, rank in RANKINGS.items()
    }


def _net_debt(books: Books, issuer: Parameters) -> float:
    return books.debt - float(issuer["cash"])


def _over_cash_flow(books: Books, issuer: Parameters) -> float:
    return _net_debt(books, issuer) / issuer["ocf"] if issuer["ocf"] > 0.0 else inf


RANKINGS: Final[dict[str, Callable[[Books, Parameters], float]]] = {
    "net debt / revenue": lambda books, issuer: _net_debt(books, issuer) / books.revenue,
    "net debt / operating cash flow": _over_cash_flow,
    "debt / revenue": lambda books, issuer: books.debt / books.revenue,
    "smaller revenue": lambda books, issuer: -books.revenue,
}
