"""The design of uncertain inputs: from uniform numbers to new numbers of a scenario."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import ArgumentError, ScenarioError
from capexrisk.scenario import Scenario, change_inputs
from capexrisk.scenario.uncertainty import Group, How

from .copula import Copula, Member, copula_of
from .draws import Draw, draws_of, moved_inputs, moved_to, place_of
from .targets import Catalogue, Target, catalogue_of, changes

__all__ = ["InputDesign", "input_design"]

Floats = NDArray[np.float64]

MOST_DRAWS: Final = 1000
ORDER: Final[tuple[How, ...]] = ("set", "add", "multiply")
NEAR_MIDDLE: Final = 0.55  # share of each law at which the scenario is tried


@dataclass(frozen=True, eq=False)
class InputDesign:
    """How uniform numbers become inputs; build one with `input_design`.

    Attributes
    ----------
    draws : tuple of Draw
        One for each dimension.
    entries : tuple of Target
        The numbers that are moved, each once.
    copula : Copula
    """

    draws: tuple[Draw, ...]
    entries: tuple[Target, ...]
    copula: Copula

    @property
    def dimensions(self) -> int:
        """Number of draws of a point."""
        return len(self.draws)

    @property
    def names(self) -> tuple[str, ...]:
        """Label of each dimension."""
        return tuple(draw.name for draw in self.draws)

    @property
    def moved(self) -> tuple[tuple[str, ...], ...]:
        """Keys of each input that is moved, once."""
        return tuple(dict.fromkeys(entry.path for entry in self.entries))

    def values(self, uniforms: Floats) -> Floats:
        """New numbers of the inputs at given points.

        Where several draws move one number, those that set it come first, then those that add,
        then those that multiply; a number that leaves its bounds is put on the bound.

        Parameters
        ----------
        uniforms : ndarray, shape (n, dimensions)
            In (0, 1).

        Returns
        -------
        ndarray, shape (n, entries)
            Each row depends on its own uniforms alone, to the bit.

        Raises
        ------
        ArgumentError
            The uniforms have another shape, or are not inside (0, 1).
        """
        uniforms = np.asarray(uniforms, float)
        if uniforms.ndim != 2 or uniforms.shape[1] != self.dimensions:
            raise ArgumentError(
                "uniforms", f"the shape is {uniforms.shape}; give (points, {self.dimensions})"
            )
        if not ((uniforms > 0.0) & (uniforms < 1.0)).all():
            raise ArgumentError("uniforms", "not all are inside (0, 1); leave out 0 and 1")
        # A dimension a row, each in one piece: numpy may round a piece with gaps differently.
        return self.values_at(self.copula.shares(np.ascontiguousarray(uniforms.T)))

    def values_at(self, shares: Floats) -> Floats:
        """New numbers of the inputs where each draw takes the quantile of a given share of its law.

        Parameters
        ----------
        shares : ndarray, shape (dimensions, n)
            In (0, 1), correlated already.

        Returns
        -------
        ndarray, shape (n, entries)
        """
        numbers = np.empty((len(self.entries), shares.shape[1]))
        numbers[:] = np.array([entry.base for entry in self.entries])[:, None]
        for how in ORDER:
            for draw, share in zip(self.draws, shares, strict=True):
                if draw.how == how:
                    drawn = draw.law.quantile(share)
                    for column in draw.entries:
                        numbers[column] = moved_to(numbers[column], how, drawn)
        least, most = np.array([entry.bounds for entry in self.entries]).T[..., None]
        np.clip(numbers, least, most, out=numbers)
        return np.ascontiguousarray(numbers.T)


def input_design(
    scenario: Scenario, at: str = "", catalogue: Catalogue | None = None
) -> InputDesign | None:
    """Design of a scenario's uncertain inputs; None if it has none.

    Parameters
    ----------
    scenario : Scenario
    at : str
        Its file, for messages; by default its name stands there.
    catalogue : mapping, optional
        Of the scenario, where it is known: see `catalogue_of`.

    Raises
    ------
    ScenarioError
        A group names no input, a law leaves an input's bounds, correlations contradict each
        other, or the scenario is refused near the middle of all laws.
    """
    groups = scenario.uncertainty.groups
    if not groups:
        return None
    at = at or scenario.name
    catalogue = catalogue_of(scenario) if catalogue is None else catalogue
    moved = {name: moved_inputs(name, group, catalogue, at) for name, group in groups.items()}
    count = sum(len(moved[name]) if group.each else 1 for name, group in groups.items())
    if count > MOST_DRAWS:
        raise ScenarioError(
            f"{at}: uncertainty.groups",
            f"has {count} draws",
            f'give {MOST_DRAWS} at most; draw = "one" moves many inputs with one',
        )
    every = (one for inputs_of in moved.values() for one in inputs_of)
    entries = tuple(dict.fromkeys(target for one in every for target in one.targets))
    columns = {target: column for column, target in enumerate(entries)}
    draws = tuple(
        draw
        for name, group in groups.items()
        for draw in draws_of(name, group, moved[name], columns, at)
    )
    _refuse_set_twice(draws, entries, at)
    members = [Member(draw.group, groups[draw.group].each, draw.issuer) for draw in draws]
    copula = copula_of(members, scenario.uncertainty, _covariances(groups), at)
    design = InputDesign(draws, entries, copula)
    _try(design, scenario, catalogue, at)
    return design


def _covariances(groups: Mapping[str, Group]) -> dict[str, Floats]:
    return {
        name: np.array(group.covariance)
        for name, group in groups.items()
        if group.covariance is not None
    }


def _refuse_set_twice(draws: Sequence[Draw], entries: Sequence[Target], at: str) -> None:
    setter: dict[int, str] = {}
    for draw in draws:
        for column in draw.entries if draw.how == "set" else ():
            if column in setter:
                raise ScenarioError(
                    place_of(at, draw.group, "inputs"),
                    f"{entries[column].name} is set by {setter[column]!r} as well",
                    "set it in one group; others may add and multiply",
                )
            setter[column] = draw.group


def _try(design: InputDesign, scenario: Scenario, catalogue: Catalogue, at: str) -> None:
    """Refuse a design that breaks what binds several numbers, such as shares that sum to 1."""
    (row,) = design.values(np.full((1, design.dimensions), NEAR_MIDDLE))
    try:
        change_inputs(scenario, changes(catalogue, design.entries, row))
    except ScenarioError as error:
        place = error.where.removeprefix(f"{scenario.name}: ")
        raise ScenarioError(
            f"{at}: uncertainty.groups",
            f"near the middle of all laws {place} is refused ({error.value})",
            f"move it so that it still holds: {error.hint}",
        ) from None
