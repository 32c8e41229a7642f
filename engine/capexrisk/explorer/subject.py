"""What of a scenario may be moved: the groups of ``[uncertainty]``, and every input."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Final, NamedTuple

import numpy as np

from capexrisk.errors import UnknownName, suggest
from capexrisk.explorer.schedule import Moves
from capexrisk.scenario import Input, Scenario, change_inputs
from capexrisk.scenario.files.paths import write_path
from capexrisk.uncertainty.design import ORDER, InputDesign, input_design
from capexrisk.uncertainty.draws import Draw, moved_to
from capexrisk.uncertainty.targets import BOUND_TOGETHER, Target, catalogue_of, changes, leaves

__all__ = ["EVIDENCE", "LEAST", "MOST", "Leaf", "Subject", "end_of"]

# Shares of a law between which a group is moved: beyond them a judgement says nothing.
LEAST: Final = 0.01
MOST: Final = 0.99
EVIDENCE: Final = "assumed: set in the explorer"
_NEUTRAL: Final = {"add": 0.0, "multiply": 1.0}


class Leaf(NamedTuple):
    """One number of an input, or an input that is a word, a flag or a count.

    Attributes
    ----------
    input : Input
    path : tuple of str
        Keys of the input.
    positions : tuple of int
        Place in the input; () where it is no list.
    value : float, int, str or bool
        What the scenario says.
    """

    input: Input
    path: tuple[str, ...]
    positions: tuple[int, ...]
    value: object


class Subject:
    """A scenario, with what may be moved in it.

    Parameters
    ----------
    scenario : Scenario

    Attributes
    ----------
    design : InputDesign or None
        Of the groups; None without any.
    """

    def __init__(self, scenario: Scenario) -> None:
        self.scenario = scenario
        self._catalogue = catalogue_of(scenario)
        self.design: InputDesign | None = input_design(scenario, catalogue=self._catalogue)

    @cached_property
    def leaves(self) -> Mapping[str, Leaf]:
        """What may be given a value of its own, by path: ``"market.oas_mean_bp[1]"``."""
        return {
            write_path((*path, *positions)): Leaf(one, path, positions, value)
            for path, one in self._catalogue.items()
            if one.value != ""  # an event without a size
            and path[-1] not in BOUND_TOGETHER  # no entry of which may move alone
            for positions, value in leaves(one.value)
        }

    @cached_property
    def draws(self) -> Mapping[str, tuple[Draw, ...]]:
        """The draws of each group."""
        found: dict[str, list[Draw]] = {}
        for draw in () if self.design is None else self.design.draws:
            found.setdefault(draw.group, []).append(draw)
        return {group: tuple(draws) for group, draws in found.items()}

    def share_as_it_stands(self, group: str) -> float:
        """Share of a group's law below the scenario as it stands, 0.01 to 0.99."""
        assert self.design is not None
        draw = self.draws[group][0]
        unmoved = _NEUTRAL.get(draw.how, self.design.entries[draw.entries[0]].base)
        return min(max(float(draw.law.distribution(unmoved)), LEAST), MOST)

    def changes(
        self, shares: Mapping[str, float], values: Mapping[str, object]
    ) -> dict[str, object]:
        """New values of inputs, as `change_inputs` takes them.

        Parameters
        ----------
        shares : mapping of str to float
            Groups that are moved, each to this quantile of its law; all inputs of a group move
            alike. Groups that move the same number act in the order of a run over the inputs.
        values : mapping of str to value
            `leaves` with a value of their own, in place of what groups make of them.

        Raises
        ------
        UnknownName
            If there is no such group or input.
        """
        moved = self._by_groups(shares)
        whole: dict[str, object] = {}
        for written, value in values.items():
            leaf = self.leaf(written)
            if type(leaf.value) is float and isinstance(value, float):
                assert leaf.input.bounds is not None  # a number has them
                target = Target(leaf.path, leaf.positions, leaf.value, leaf.input.bounds)
                moved[target] = value
            else:
                whole[leaf.input.path] = value
        return changes(self._catalogue, list(moved), list(moved.values())) | whole

    def moved(self, changes: Mapping[str, object], events: Moves) -> Scenario:
        """The scenario with what is moved; each input and event has `EVIDENCE`.

        Raises
        ------
        ScenarioError
            If it is refused.
        """
        scenario = self.scenario
        if changes:
            scenario = change_inputs(scenario, changes, evidence=EVIDENCE)
        return events.laid_on(scenario, EVIDENCE) if events else scenario

    def _by_groups(self, shares: Mapping[str, float]) -> dict[Target, float]:
        """The numbers that groups move, and where they are moved to."""
        for group in shares:
            if group not in self.draws:
                hint = suggest(group, self.draws, "" if self.draws else "the scenario has none")
                raise UnknownName(f"no group is named {group!r}; {hint}")
        found: dict[Target, float] = {}
        every = [draw for group in shares for draw in self.draws[group]]
        for draw in sorted(every, key=lambda draw: ORDER.index(draw.how)):
            assert self.design is not None
            drawn = draw.law.quantile(np.array(shares[draw.group]))
            for column in draw.entries:
                target = self.design.entries[column]
                now = np.array(found.get(target, target.base))
                found[target] = float(moved_to(now, draw.how, drawn))
        return {
            target: min(max(number, target.bounds.least), target.bounds.most)
            for target, number in found.items()
        }

    def leaf(self, written: str) -> Leaf:
        """The leaf at a path.

        Raises
        ------
        UnknownName
            If there is none.
        """
        if written not in self.leaves:
            hint = suggest(written, self.leaves, "give a path that `capexrisk sources` lists")
            raise UnknownName(f"{written}: there is no such input; {hint}")
        return self.leaves[written]


def end_of(scenario: Scenario) -> str:
    """The end of the horizon: a year, or a quarter where it ends within one."""
    return scenario.quarter_labels()[-1].removesuffix("Q4")
