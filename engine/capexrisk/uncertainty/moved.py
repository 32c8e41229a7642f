"""A scenario's parameters with some numbers moved, without reading the scenario anew.

`scenario.change_inputs` checks everything and takes milliseconds; here each number is known to lie
within the bounds of its input, and only what several inputs make together is checked.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.lowering.columns import COLUMNS, exp
from capexrisk.scenario import Scenario
from capexrisk.scenario.case import parameters
from capexrisk.scenario.opening import (
    Parameters,
    capacity_weight,
    contradicts_itself,
    opening_books,
    refuse_books,
    refuse_no_capacity,
    start_of,
)
from capexrisk.scenario.quantities import SMALLEST
from capexrisk.scenario.section import StrictModel, by_year_field
from capexrisk.uncertainty.targets import Positions, Target, replaced


class _Field(NamedTuple):
    """A field of a record, and the numbers in it that move."""

    name: str
    key: str | int | None  # of a record in it, or the year; None if the numbers are its own
    columns: tuple[tuple[int, Positions], ...]  # column of the new number, and its place


class MovedScenario:
    """Parameters of a scenario as functions of the numbers that move.

    Parameters
    ----------
    scenario : Scenario
    targets : sequence of Target
        The numbers that move, of the market and of issuers.
    """

    def __init__(self, scenario: Scenario, targets: Sequence[Target]) -> None:
        self._scenario = scenario
        self._market = _fields(targets, ("market",))
        self._issuers = [_fields(targets, ("issuers", i.name)) for i in scenario.issuers]

    def parameters(self, row: Sequence[float]) -> Parameters:
        """The parameters with these numbers, one for each target.

        Raises
        ------
        Refused
            If the numbers contradict each other.
        """
        found = self._with([float(number) for number in row])
        refuse_no_capacity(found)
        start = start_of(found)
        for who, issuer in enumerate(found["issuers"]):
            refuse_books(who, issuer, found["market"], start)
        return found

    def columns(self, numbers: NDArray[np.float64]) -> tuple[Parameters, NDArray[np.bool_]]:
        """The parameters of several points at once, and whether each is sound.

        Parameters
        ----------
        numbers : ndarray, shape (points, targets)

        Returns
        -------
        parameters : dict
            With a column, shape (points,), in the place of each number that moves.
        sound : ndarray of bool, shape (points,)
            Whether `parameters` would not refuse the point.
        """
        found = self._with(np.ascontiguousarray(numbers.T))
        start, market = start_of(found, COLUMNS), found["market"]
        sound = np.broadcast_to(capacity_weight(found, COLUMNS) >= SMALLEST, len(numbers)).copy()
        for issuer in found["issuers"]:
            books = opening_books(issuer, market, start, COLUMNS)
            sound &= np.logical_not(contradicts_itself(issuer, market, books))
        return found, sound

    def _with(self, row: Sequence[Any] | NDArray[np.float64]) -> Parameters:
        """Parameters with a number or a column for each target."""
        scenario = self._scenario
        still = scenario.parameters
        market = still["market"]
        if self._market:
            moved = parameters(_with_numbers(scenario.market, self._market, row))
            market = {**moved, "regime0": market["regime0"]}
        issuers = [
            scenario.issuer_parameters(who, _with_numbers(issuer, fields, row), exp)
            if fields
            else still["issuers"][who]
            for who, (issuer, fields) in enumerate(
                zip(scenario.issuers, self._issuers, strict=True)
            )
        ]
        return {**still, "market": market, "issuers": issuers}


def _fields(targets: Sequence[Target], at: tuple[str, ...]) -> tuple[_Field, ...]:
    """The fields of a section that move."""
    found: dict[tuple[str, str | int | None], list[tuple[int, Positions]]] = {}
    for column, target in enumerate(targets):
        if target.path[: len(at)] != at:
            continue
        key, *inner = target.path[len(at) :]
        name = by_year_field(key)
        within: str | int | None = inner[0] if inner else None
        if name != key:  # a number for each year: the year is what the key adds to the field
            within = int(key.removeprefix(name.partition("_by_year_")[0] + "_")[:4])
        found.setdefault((name, within), []).append((column, target.positions))
    return tuple(_Field(name, key, tuple(columns)) for (name, key), columns in found.items())


def _with_numbers(
    record: Any, fields: tuple[_Field, ...], row: Sequence[Any] | NDArray[np.float64]
) -> Any:
    """A copy of a record with new numbers, or columns, in these fields."""
    update: dict[str, Any] = {}
    for name, key, columns in fields:
        outer = update.get(name, getattr(record, name))
        value = outer if key is None else _member(outer, key)
        for column, positions in columns:
            value = replaced(value, positions, row[column])
        update[name] = value if key is None else _with_member(outer, key, value)
    return record.model_copy(update=update)


def _member(outer: Any, key: str | int) -> Any:
    return getattr(outer, str(key)) if isinstance(outer, StrictModel) else outer[key]


def _with_member(outer: Any, key: str | int, value: Any) -> Any:
    if isinstance(outer, StrictModel):
        return outer.model_copy(update={str(key): value})
    return {**outer, key: value}
