"""Which numbers a pattern stands for."""

# ruff: noqa: E501  a pattern and its message read best on one line

from __future__ import annotations

import pytest

from capexrisk.errors import ScenarioError
from capexrisk.scenario import change_inputs, inputs
from capexrisk.scenario.event import ScheduledEvent
from capexrisk.uncertainty.targets import catalogue_of, changes, moved_by

ISSUERS = ("Alphabet", "Amazon", "Microsoft", "Meta", "Oracle", "CoreWeave")


SHOCK = ScheduledEvent(quarter="2026Q3", what="demand_shock", size=0.2)


@pytest.fixture(scope="module")
def catalogue(base):
    return catalogue_of(base.model_copy(update={"events": (SHOCK,)}))


def names(pattern, catalogue):
    return [[target.name for target in one.targets] for one in moved_by(pattern, catalogue, "x")]


def test_a_star_stands_for_every_issuer_in_their_order(catalogue):
    found = moved_by("issuers.*.cash_usd_bn", catalogue, "x")
    assert [one.name for one in found] == [f"issuers.{name}.cash_usd_bn" for name in ISSUERS]
    assert [one.issuer for one in found] == list(ISSUERS)


def test_a_star_stands_for_every_key(catalogue):
    found = names("market.absorb.*", catalogue)
    keys = ("bonds", "high_yield", "secured", "private")
    assert found == [[f"market.absorb.{key}_usd_bn_per_year"] for key in keys]


def test_a_list_moves_whole_or_by_position(catalogue):
    spreads = [f"market.oas_mean_bp[{position}]" for position in range(3)]
    assert names("market.oas_mean_bp", catalogue) == [spreads]
    assert names("market.oas_mean_bp[1]", catalogue) == [spreads[1:2]]
    assert names("market.hazard_per_year[0][1]", catalogue) == [["market.hazard_per_year[0][1]"]]
    assert len(names("market.hazard_per_year[0]", catalogue)[0]) == 3


def test_quoted_names(catalogue):
    assert names('issuers."Oracle".cash_usd_bn', catalogue) == [["issuers.Oracle.cash_usd_bn"]]


def test_targets_know_value_and_bounds(base, catalogue):
    (one,) = moved_by("market.oas_mean_bp[1]", catalogue, "x")
    (target,) = one.targets
    assert target.base == base.market.oas_mean_bp[1]
    given = next(entry for entry in inputs(base) if entry.path == "market.oas_mean_bp")
    assert target.bounds == given.bounds


@pytest.mark.parametrize(
    ("pattern", "message"),
    [
        ("market.oas0", "'market.oas0' is no input that the scenario gives; did you mean market.oas0_bp?"),
        ("issuers.*.cash_usd", "'issuers.*.cash_usd' matches no input; did you mean issuers.*.cash_usd_bn?"),
        ("issuers.Orakle.cash_usd_bn", "'issuers.Orakle.cash_usd_bn' is no input that the scenario gives; did you mean issuers.Oracle.cash_usd_bn?"),
        ("*.zzz", "'*.zzz' matches no input; give a path that `capexrisk sources` lists"),
        ("issuer_defaults.build_lag_years", "'issuer_defaults.build_lag_years' is no input that the scenario gives; give issuers.*.build_lag_years"),
        ("market.regime0", "market.regime0 is a word; name inputs that are numbers with fractions"),
        ("issuers.*.high_yield", "issuers.CoreWeave.high_yield is true or false; name inputs that are numbers with fractions"),
        ("issuers.Oracle.lease_ramp_quarters", "issuers.Oracle.lease_ramp_quarters is counted in whole numbers; name inputs that are numbers with fractions"),
        ("market.oas_mean_bp[3]", "market.oas_mean_bp has 3 entries; give [0] to [2]"),
        ("market.oas_mean_bp[99999999999]", "market.oas_mean_bp has 3 entries; give [0] to [2]"),
        ("market.hazard_per_year[0][7]", "market.hazard_per_year[0] has 3 entries; give [0] to [2]"),
        ("thresholds.outside_funding_usd_bn", "thresholds.outside_funding_usd_bn is the same at every point of the inputs; name inputs of the market and of issuers"),
        ("events.2026Q3.demand_shock", "events.2026Q3.demand_shock is the same at every point of the inputs; name inputs of the market and of issuers"),
        ("issuers.Oracle.seasonality[0]", "issuers.Oracle.seasonality has entries that bind each other, so none may move; name another input"),
        ("market.correlation[0][1]", "market.correlation has entries that bind each other, so none may move; name another input"),
        ("issuers.Amazon.capex_quarter_split", "issuers.Amazon.capex_quarter_split has entries that bind each other, so none may move; name another input"),
        ("market.tax[0]", "market.tax is no list; leave out [0]"),
        ("market.oas_mean_bp[-1]", "'market.oas_mean_bp[-1]' is not a path of keys; join keys with dots and quote a name with spaces, issuers.\"Blue Co\".cash_usd_bn"),
        ("", "'' is not a path of keys; join keys with dots and quote a name with spaces, issuers.\"Blue Co\".cash_usd_bn"),
        ("a\nb = 1\nc", "'a\\nb = 1\\nc' is not a path of keys; join keys with dots and quote a name with spaces, issuers.\"Blue Co\".cash_usd_bn"),
    ],
)  # fmt: skip
def test_a_pattern_that_moves_nothing_is_refused_with_its_place(catalogue, pattern, message):
    with pytest.raises(ScenarioError) as caught:
        moved_by(pattern, catalogue, "x.toml: place")
    assert str(caught.value) == f"x.toml: place: {message}"


def test_changes_build_the_scenario(base, catalogue):
    targets = [
        target
        for pattern in (
            "market.hazard_per_year[0][1]",
            "market.tax",
            "market.hazard_per_year[2][0]",
        )
        for one in moved_by(pattern, catalogue, "x")
        for target in one.targets
    ]
    changed = change_inputs(base, changes(catalogue, targets, [0.5, 0.25, 0.75]))
    assert changed.market.tax == 0.25
    hazards = base.market.hazard_per_year
    assert changed.market.hazard_per_year == (
        (0.0, 0.5, hazards[0][2]),
        hazards[1],
        (0.75, *hazards[2][1:]),
    )
