"""Files of earlier editions: every key that was renamed, moved or dropped, comments kept."""

from __future__ import annotations

import tomllib

import pytest

from capexrisk.authoring.upgrade import upgrade
from capexrisk.errors import ScenarioError
from capexrisk.scenario.files.renamed import DROPPED, EVENTS, LISTED, MOVED, NEEDED, RENAMED
from capexrisk.scenario.issuer import Issuer
from capexrisk.scenario.market import Market
from tests.cli.command import DEFAULT, call

# As the library of the edition before wrote them.
OLD = """# The boom of 2026.
extends = "base.toml"
name = "mine"

[market]   # the surroundings
tenant_share = 0.35  # half of Microsoft's backlog
evidence.tenant_share = "assumed: a third"
cash_flow_noise = 0.07
evidence.cash_flow_noise = "derived: its accounts, https://example.com/a"
leverage_cap_spread = 14
evidence.leverage_cap_spread = "assumed: beyond this the market no longer counts"
issuance0_usd_bn_per_year = 100  # of all
correlation = [
    [1, 0, 0, 0, 0], [0, 1, 0, 0, 0], [0, 0, 1, 0, 0],
    [0, 0, 0, 1, 0],
    [0, 0, 0, 0, 1]
]

[market.access]
bonds = [1, 0.5, 0.2]

[issuer_defaults]
prefund = 0.2

[issuers.Oracle]
"ai_share" = 0.9
credit_tier = 1.5

[issuers.Oracle.evidence]
ai_share = "assumed: nearly all"

[[events]]
quarter = "2026Q2"
what = "tenant_loss"
evidence = "assumed: tenant_share = 0.35 stays in this text"
"""


def test_tables_of_the_editions_agree_with_the_records():
    for kind, record in (("market", Market), ("issuers", Issuer)):
        old = {*RENAMED[kind], *DROPPED[kind]}
        assert not old & set(record.model_fields)
        assert set(RENAMED[kind].values()) <= set(record.model_fields)
    assert set(MOVED) <= set(Issuer.model_fields) and not set(MOVED) & set(Market.model_fields)
    assert {*LISTED, *NEEDED} <= set(Market.model_fields)
    assert not set(EVENTS) & set(EVENTS.values())


def test_every_line_says_what_became_of_it():
    found = upgrade(OLD, "x")
    assert found.changes == (
        "line 6: market.tenant_share is now anchor_share",
        "line 8: market.cash_flow_noise moves to issuer_defaults",
        (
            "line 10: market.leverage_cap_spread is dropped: leverage counts without an end; "
            "see cash_flow_floor"
        ),
        "line 12: market.issuance0_usd_bn_per_year is now a list, of which the rest is 0",
        (
            "line 23: issuer_defaults.prefund is dropped: firms borrow ahead up to their cash "
            "target; see prefund_speed"
        ),
        "line 26: issuers.Oracle.ai_share is now buildout_share",
        (
            "line 27: issuers.Oracle.credit_tier is dropped: there are two bond markets; see "
            "high_yield and fall_leverage"
        ),
        "line 34: the event tenant_loss is now anchor_loss",
    )
    new = tomllib.loads(found.text)
    assert new["market"]["anchor_share"] == 0.35
    assert new["market"]["evidence"] == {"anchor_share": "assumed: a third"}
    assert new["market"]["issuance0_usd_bn_per_year"] == [100, 0]
    assert new["issuer_defaults"] == {
        "cash_flow_noise": 0.07,
        "evidence": {"cash_flow_noise": "derived: its accounts, https://example.com/a"},
    }
    assert new["issuers"]["Oracle"] == {
        "buildout_share": 0.9,
        "evidence": {"buildout_share": "assumed: nearly all"},
    }
    assert new["events"][0]["what"] == "anchor_loss"
    assert new["events"][0]["evidence"].endswith("tenant_share = 0.35 stays in this text")
    for comment in ("# The boom of 2026.", "# the surroundings", "# half of Microsoft's backlog"):
        assert comment in found.text
    assert "# No longer an input: credit_tier = 1.5\n" in found.text
    assert upgrade(found.text, "x").changes == ()


@pytest.mark.parametrize(
    "text",
    [
        '[issuers.A]\nprefund = 1\nevidence.prefund = """assumed: of\ntwo lines"""\n',
        'market = {tenant_share = 0.3}\nname = "x"\n',
        'market.tenant_share = 0.3\nname = "x"\n',
    ],
)
def test_what_cannot_be_rewritten_line_by_line_is_refused(text):
    with pytest.raises(ScenarioError, match=r"^x: keys of an earlier .*; give each below the head"):
        upgrade(text, "x")


def test_a_whole_file_gets_what_it_must_give_now():
    found = upgrade("[market]\ntax = 0.2\n", "x")
    assert tomllib.loads(found.text)["market"] == {
        "tax": 0.2,
        **{key: value for key, (value, _) in NEEDED.items()},
        "evidence": {key: why for key, (_, why) in NEEDED.items()},
    }
    assert len(found.changes) == len(NEEDED)


WHOLE = """[market]
tax = 0.2
cash_flow_noise = 0.07

[market.evidence]
cash_flow_noise = "assumed: some"

[issuer_defaults]
high_yield = false

[issuer_defaults.evidence]
high_yield = "assumed: none"
"""


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("[market]", "[market]  # the surroundings"),
        ("[market]", "[ market ]"),
        ("[market.evidence]", '[ market . "evidence" ] # why'),
        ("[issuer_defaults]", "[issuer_defaults] # all of them"),
        ("\n[market.evidence]\n", "evidence."),
        ("\n[issuer_defaults.evidence]\n", "evidence."),
        ("\n", "\r\n"),
    ],
)
def test_headings_and_line_ends_stay_as_they_were_written(old, new):
    text = WHOLE.replace(old, new)
    found = upgrade(text, "x")
    content = tomllib.loads(found.text)
    assert content["market"]["evidence"] == {key: why for key, (_, why) in NEEDED.items()}
    assert content["issuer_defaults"] == {
        "high_yield": False,
        "cash_flow_noise": 0.07,
        "evidence": {"high_yield": "assumed: none", "cash_flow_noise": "assumed: some"},
    }
    assert found.text.count("\r\n") == (found.text.count("\n") if "\r" in text else 0)
    if new.startswith("["):
        assert new in found.text


def test_a_key_that_means_something_else_is_told_and_left_alone():
    found = upgrade("extends = 'x'\n[market]\nspread_leverage = 0.15\ntenant_share = 0.3\n", "x")
    assert len(found.changes) == 2 and "spread_leverage = 0.15\n" in found.text
    assert found.changes[1].startswith("market.spread_leverage is an elasticity to one plus lever")


def test_files_of_this_edition_stay_as_they_are():
    for path in sorted(DEFAULT.parent.glob("*.toml")):
        text = path.read_text("utf-8")
        found = upgrade(text, path.name)
        assert (found.text, found.changes) == (text, ())


def as_of_the_edition_before(text: str) -> str:
    """The default scenario in the keys of the edition before, as far as it had them."""
    for kind in RENAMED:
        for old, new in RENAMED[kind].items():
            text = text.replace(f"\n{new} =", f"\n{old} =")
            text = text.replace(f"\nevidence.{new} =", f"\nevidence.{old} =")
    lines = text.split("\n[uncertainty")[0].splitlines(keepends=True)
    return "".join(line for line in lines if not any(key in line.split(" = ")[0] for key in NEEDED))


def test_the_command_writes_a_scenario_that_is_accepted(tmp_path):
    (tmp_path / "old.toml").write_text(as_of_the_edition_before(DEFAULT.read_text("utf-8")))
    refused = call("run", "old.toml", cwd=tmp_path)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert refused.stderr.startswith("capexrisk: old.toml: market.") and (
        "; capexrisk upgrade brings a file of an earlier edition up to date (and " in refused.stderr
    )
    found = call("upgrade", "old.toml", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    *changes, last = found.stdout.splitlines()
    assert last == f"old.upgraded.toml: ok, {len(changes)} changes" and len(changes) > 20
    checked = call("validate", "old.upgraded.toml", cwd=tmp_path)
    assert checked.returncode == 0 and checked.stdout.startswith("old.upgraded.toml: ok: 6 issuers")
    again = call("upgrade", "old.toml", cwd=tmp_path)
    assert again.stderr == (
        "capexrisk: --out: old.upgraded.toml exists already; give another file\n"
    )
    same = call("upgrade", "old.upgraded.toml", "--out", "x.toml", cwd=tmp_path)
    assert same.stdout == "old.upgraded.toml: is of this edition; nothing was written\n"
    assert not (tmp_path / "x.toml").exists()


def test_what_is_still_missing_is_said(tmp_path):
    (tmp_path / "part.toml").write_text('name = "x"\n[market]\ntenant_share = 0.3\n')
    found = call("upgrade", "part.toml", "--out", "new.toml", cwd=tmp_path)
    assert found.returncode == 2 and "line 3: market.tenant_share is now" in found.stdout
    assert found.stderr.startswith("new.toml: written, and not yet a scenario: new.toml: as_of: ")
    assert found.stderr.count("\n") == 1 and (tmp_path / "new.toml").is_file()
