"""A budget of paths, split between points of the inputs and paths at each."""

from __future__ import annotations

import pytest

from capexrisk.errors import ArgumentError, UnknownName
from capexrisk.scenario.plan import INNER, MOST_OUTER
from capexrisk.study.budget import budget_split
from tests.unit.scenarios import small_scenario
from tests.unit.uncertain import uncertain

NAMES = ["free_cash_flow/Amazon/2027", "funding_failure/Oracle"]


def test_a_split_can_be_run():
    split = budget_split(uncertain(), NAMES, paths=2**18, seed=1)
    assert split.paths in INNER
    assert split.points * split.paths <= 2**18
    assert split.points >= 256


def test_what_paths_hide_takes_more_of_them():
    """Failures are rarer than years of a negative mean: their spread drowns in the paths' noise."""
    of_means = budget_split(uncertain(), NAMES[:1], paths=2**22, seed=1)
    of_failures = budget_split(uncertain(), NAMES[1:], paths=2**22, seed=1)
    assert of_failures.paths >= of_means.paths


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ((small_scenario(), NAMES), "no input of small has a distribution"),
        ((uncertain(), []), "is not a list of names"),
        ((uncertain(), "any_failure/system"), "is not a list of names"),
    ],
    ids=["no ranges", "no names", "one string"],
)
def test_bad_arguments_get_a_line(arguments, words):
    with pytest.raises(ArgumentError, match=words):
        budget_split(*arguments)


def test_a_split_of_any_budget_can_be_run():
    """Rare failures would take more paths at each point than a run has."""
    split = budget_split(uncertain(), NAMES[1:], paths=10**12, seed=1)
    assert split.paths in INNER
    assert split.points <= MOST_OUTER


@pytest.mark.parametrize("paths", [0, -1, 10**400, 1e6, True])
def test_paths_that_are_no_budget(paths):
    with pytest.raises((ArgumentError, TypeError), match="paths"):
        budget_split(uncertain(), NAMES, paths=paths)


def test_too_few_paths_and_unknown_names_get_a_line():
    with pytest.raises(ArgumentError, match=r"^paths: budget of 1000 paths"):
        budget_split(uncertain(), NAMES, paths=1_000)
    with pytest.raises(UnknownName, match="Oracl"):
        budget_split(uncertain(), ["funding_failure/Oracl"])
