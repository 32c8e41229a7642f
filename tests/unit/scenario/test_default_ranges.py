"""The ranges of the scenario that ships, and of those that extend it."""

from __future__ import annotations

import re

import numpy as np
import pytest

from capexrisk.errors import ScenarioError
from capexrisk.scenario import change_inputs, load_scenario
from capexrisk.scenario.section import split_evidence
from capexrisk.uncertainty import input_design
from capexrisk.uncertainty.targets import catalogue_of, changes

ADDRESS = re.compile(r"https?://\S+$")
DATE = re.compile(r"2026-[0-9]{2}-[0-9]{2}")
SOURCED = ("reported", "derived", "guidance", "analyst estimate")


@pytest.fixture
def scenario(default_path):
    return load_scenario(default_path)


@pytest.fixture
def design(scenario):
    return input_design(scenario)


def evidence_of(scenario):
    table = scenario.uncertainty
    yield from ((name, group.evidence) for name, group in table.groups.items())
    yield from ((" and ".join(one.groups), one.evidence) for one in table.correlations)


def test_there_are_enough_groups(scenario):
    assert len(scenario.uncertainty.groups) >= 30


def test_what_is_called_sourced_has_an_address_that_the_data_hold(scenario, rows_then):
    known = "\n".join(row["source_url"] for row in rows_then)
    sourced = 0
    for name, evidence in evidence_of(scenario):
        confidence, source = split_evidence(evidence)
        if confidence in SOURCED:
            address = ADDRESS.search(source)
            assert address is not None, name
            assert address[0] in known, name
            sourced += 1
    assert sourced


def test_nothing_that_was_published_later_is_cited(scenario, rows_then, addresses_since):
    day = str(scenario.as_of)
    late = {
        row["source_url"]
        for row in rows_then
        if any(date > day for date in DATE.findall(" ".join(row.values())))
    }
    assert late
    late |= addresses_since
    for name, evidence in evidence_of(scenario):
        address = ADDRESS.search(evidence)
        assert address is None or address[0] not in late, name
        assert all(date <= day for date in DATE.findall(evidence)), name


def test_hardly_any_draw_is_refused(scenario, design):
    """At most one in a thousand: those are tried in which Oracle is nearest to losing its grade."""
    catalogue = catalogue_of(scenario)
    uniforms = np.random.default_rng(1).uniform(size=(10_000, design.dimensions))
    numbers = design.values(uniforms)
    column = {entry.name: at for at, entry in enumerate(design.entries)}
    fall = numbers[:, column["issuers.Oracle.fall_leverage"]]
    cash_flow = numbers[:, column["issuers.Oracle.ocf_usd_bn_per_year"]]
    refused = 0
    for row in numbers[np.argsort(fall * cash_flow)[:11]]:
        try:
            change_inputs(scenario, changes(catalogue, design.entries, row))
        except ScenarioError:
            refused += 1
    assert refused <= 10


def test_no_number_is_often_on_its_bound(design):
    """A number is put there where several laws together leave the bounds."""
    uniforms = np.random.default_rng(2).uniform(size=(10_000, design.dimensions))
    numbers = design.values(uniforms)
    for entry, column in zip(design.entries, numbers.T, strict=True):
        least, most = entry.bounds
        assert np.mean((column <= least) | (column >= most)) <= 0.01, entry.name


def test_scenarios_that_extend_it_keep_within_bounds(default_path):
    built = 0
    for path in sorted(default_path.parent.glob("*.toml")):
        other = load_scenario(path)
        if other.uncertainty.groups:
            assert input_design(other).dimensions, path.name
            built += 1
    assert built > 1
