"""The model's words: entries that fit each other."""

from __future__ import annotations

import pytest

from capexrisk.kernel.issuer_rows import FLOW
from capexrisk.kernel.outcomes import CATALOGUE
from capexrisk.model import vocabulary
from capexrisk.model.vocabulary import (
    BALANCES,
    BOND_MARKETS,
    CHANNELS,
    FLOWS,
    OWED_AS,
    PLEDGED,
    RATIONED,
    RUNGS,
)
from capexrisk.report.plots.canvas import PALETTE

KINDS = ("distribution", "mean", "count")


def test_a_need_is_filled_from_these_in_this_order():
    """Step 10 of MODEL.md, all of it."""
    assert tuple(RUNGS) == (
        *("cash_above_target", "share_programme", *RATIONED, "cash_to_minimum"),
        *("revolver", "equity"),
        *("capex_cut", "dividend_cut", "unmet"),
    )
    assert RATIONED == ("bonds", "high_yield", "secured", "private")
    assert (*BOND_MARKETS, *PLEDGED) == RATIONED
    assert "finance_leases" in CHANNELS


@pytest.mark.parametrize("name", CHANNELS)
def test_a_channel_is_owed_in_a_balance_that_is_there(name):
    channel = CHANNELS[name]
    assert channel.owed_as is None or channel.owed_as in BALANCES
    assert channel.opening is None or name in BALANCES
    assert not (channel.base == "pledge" and channel.owed_as is None)  # a base that never fills
    assert channel.words == channel.words.lower()


def test_channels_and_rungs_have_colours_of_the_palette():
    assert {entry.colour for entry in (*CHANNELS.values(), *RUNGS.values())} <= set(PALETTE)
    colours = [channel.colour for channel in CHANNELS.values()]
    assert len(set(colours)) == len(colours)


def test_every_flow_has_rows_of_its_own():
    assert tuple(FLOW) == FLOWS
    rows = [row for flow in FLOW.values() for row in (flow.amount, flow.total)]
    rows += [FLOW[name].balance for name in BALANCES]
    assert len(set(rows)) == len(rows)
    for name, owed_as in OWED_AS.items():
        assert FLOW[name].balance == FLOW[owed_as].balance


def test_quantities_stand_by_kind_and_only_counts_have_levels():
    """Layouts tell kinds by row: histograms first, then other amounts, then counts."""
    kinds = [KINDS.index(quantity.kind) for quantity in CATALOGUE]
    assert kinds == sorted(kinds)
    assert all((quantity.kind == "count") == bool(quantity.levels) for quantity in CATALOGUE)


def test_names_are_spelled_once():
    quantities = tuple(quantity.name for quantity in CATALOGUE)
    for names in (FLOWS, vocabulary.REGIMES, vocabulary.TIERS, quantities):
        assert len(set(names)) == len(names)
