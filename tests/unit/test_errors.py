"""The family of errors: what each says of itself, that it pickles, and what is suggested."""

from __future__ import annotations

import pickle

import pytest

from capexrisk import errors
from capexrisk.errors import ArgumentError, CapexriskError, nearest, suggest

FAMILY = [
    found
    for name in errors.__all__
    if isinstance(found := getattr(errors, name), type) and found is not CapexriskError
]
RUN_FAILED = {"KernelFault", "OutputLost", "RunStopped", "WorkersLost"}
TRANSIENT = {"ClusterError", "RunDirectoryError", "RunStopped", "WorkersLost"}


def test_every_error_of_the_package_is_in_the_family():
    found = [*CapexriskError.__subclasses__(), *errors.PlacedError.__subclasses__()]
    assert set(found) == set(FAMILY)
    assert all(found.__module__ == "capexrisk.errors" for found in FAMILY)


@pytest.mark.parametrize("found", FAMILY, ids=lambda found: found.__name__)
def test_each_has_an_exit_code_and_says_whether_a_retry_can_help(found):
    assert found.exit_code == (1 if found.__name__ in RUN_FAILED else 2)
    assert found.transient == (found.__name__ in TRANSIENT)


@pytest.mark.parametrize(
    "error",
    [
        ArgumentError("paths", "0 is out of range; give 1 or more"),
        errors.ScenarioError("x.toml", "is empty", "write it"),
        errors.ResumeMismatch("x", {"seed": ("1", "2")}),
        errors.KernelFault("broke its rule"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_errors_reach_other_processes_as_they_are(error):
    again = pickle.loads(pickle.dumps(error))
    assert (type(again), str(again), vars(again)) == (type(error), str(error), vars(error))


def test_an_argument_s_error_is_a_value_error():
    assert isinstance(ArgumentError("seed", "x"), ValueError)
    assert str(ArgumentError("seed", "-1 is out of range; give 0")) == (
        "seed: -1 is out of range; give 0"
    )


def test_a_word_that_is_close_is_suggested_whatever_its_case():
    assert nearest("orakle", ["Meta", "Oracle"]) == "Oracle"
    assert nearest("ORACLE", ["oracle", "Oracel"]) == "oracle"
    assert nearest("x", ["Meta", "Oracle"]) is None
    assert nearest("x", []) is None


def test_what_there_is_is_listed_up_to_eight():
    assert suggest("orakle", ["Meta", "Oracle"]) == "did you mean Oracle?"
    assert suggest("zzz", ["Meta", "Oracle"]) == "give one of Meta, Oracle"
    assert suggest("zzz", ["Meta"], "leave it out") == "leave it out"
    assert suggest("zzz", "abcdefghijk") == "give one of a, b, c, d, e, f, g, h and 3 more"
