"""Files that extend files, and --set."""

# ruff: noqa: E501  an override and its message read best on one line

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capexrisk.errors import ScenarioError
from capexrisk.scenario import (
    digest,
    inputs,
    load_run_section,
    load_scenario,
    load_with_run_section,
)
from capexrisk.scenario.files.overlay import lay


def issuer(scenario, name):
    return next(one for one in scenario.issuers if one.name == name)


def evidence(scenario, table, key):
    return next(one for one in inputs(scenario) if (one.table, one.key) == (table, key))


def test_an_overlay_changes_what_it_gives(write):
    path = write('extends = "base.toml"\nquarters = 8\n[issuers.Oracle]\ncash_usd_bn = 5\n')
    base, over = load_scenario(path.parent / "base.toml"), load_scenario(path)
    assert (over.quarters, issuer(over, "Oracle").cash_usd_bn) == (8, 5.0)
    assert over.market == base.market
    assert issuer(over, "Meta") == issuer(base, "Meta")
    assert [one.name for one in over.issuers] == [one.name for one in base.issuers]


def test_the_evidence_of_a_changed_figure_is_dropped(write):
    path = write(
        'extends = "base.toml"\n[issuers.Oracle]\ncash_usd_bn = 5\nrevolver_usd_bn = 7\n'
        'evidence.revolver_usd_bn = "assumed: one more bank"\n[market]\naccess.bonds = [1, 1, 0]\n'
    )
    over = load_scenario(path)
    assert evidence(over, "Oracle", "cash_usd_bn").confidence == ""
    assert evidence(over, "Oracle", "revolver_usd_bn").source == "one more bank"
    assert evidence(over, "Oracle", "bonds_usd_bn").confidence == "reported"
    assert evidence(over, "market", "access.bonds").confidence == ""
    assert evidence(over, "market", "access.secured").confidence == "assumed"


def test_an_issuer_that_overrides_a_default_loses_its_evidence(write):
    path = write('extends = "base.toml"\n[issuers.Meta]\nbuild_lag_years = 2\n')
    over = load_scenario(path)
    assert evidence(over, "Meta", "build_lag_years").confidence == ""
    assert evidence(over, "Amazon", "build_lag_years").confidence == "assumed"


def test_defaults_of_an_overlay_do_not_touch_an_issuers_own_figures(write):
    path = write('extends = "base.toml"\n[issuer_defaults]\nbuild_lag_years = 2\n')
    over = load_scenario(path)
    assert issuer(over, "Meta").build_lag_years == 2
    assert issuer(over, "CoreWeave").build_lag_years == 0.6


def test_a_chain_of_files(write):
    write('extends = "base.toml"\nquarters = 8\n[market]\ntax = 0.2\n', "sub/mid.toml")
    (write("", "sub/x").parent / "base.toml").write_bytes(
        (write("", "x").parent / "base.toml").read_bytes()
    )
    path = write('extends = "sub/mid.toml"\nquarters = 4\n')
    over = load_scenario(path)
    assert (over.quarters, over.market.tax) == (4, 0.2)


def test_names_are_a_files_own(write):
    over = load_scenario(write('extends = "base.toml"\n', "severe.toml"))
    assert (over.name, over.title, over.description) == ("severe", "", "")


def test_run_sections_merge(write):
    text = 'extends = "base.toml"\n[run]\npaths = 7\nsampler = "plain"\n'
    run = load_run_section(write(text))
    assert (run.paths, run.seed, run.sampler) == (7, 2026, "plain")
    run = load_run_section(write(""))
    assert (run.paths, run.sampler) == (262_144, "sobol")


def test_both_are_read_at_once_as_one_by_one(write) -> None:
    path, overrides = (
        write('extends = "base.toml"\n[run]\npaths = 300\n'),
        ("run.seed=9", "market.risk_free_per_year=0.05"),
    )
    both = load_with_run_section(path, overrides)
    assert both == (load_scenario(path, overrides), load_run_section(path, overrides))
    assert (both[1].paths, both[1].seed, both[0].market.risk_free_per_year) == (300, 9, 0.05)


def test_an_overlay_may_add_an_issuer(write):
    text = 'extends = "base.toml"\n[issuers."Blue Co."]\n' + "".join(
        f"{key} = {value}\n"
        for key, value in {
            "core_revenue_usd_bn_per_year": 1,
            "ocf_usd_bn_per_year": 1,
            "cash_usd_bn": 1,
            "bonds_usd_bn": 0,
            "buildout_capital_usd_bn": 0,
            "construction_usd_bn": 0,
            "seasonality": [1, 1, 1, 1],
            "dividends_usd_bn_per_year": 0,
            "buybacks_usd_bn_per_year": 0,
            "market_cap_usd_bn": 1,
            "spread_bp": 100,
            "depreciation_amortisation_usd_bn_per_year": 0,
            "depreciation_other_usd_bn_per_year": 0,
            "cash_target_usd_bn": 0,
            "cash_min_usd_bn": 0,
            "revolver_usd_bn": 0,
            "core_growth_per_year": 0,
            "capex_2026_usd_bn": 1,
            "maturities_2026_usd_bn": 0,
            "leases_not_commenced_usd_bn": 0,
        }.items()
    )
    path = write(text)
    assert [one.name for one in load_scenario(path).issuers][-1] == "Blue Co."
    changed = load_scenario(path, ['issuers."Blue Co.".cash_usd_bn=2'])
    assert issuer(changed, "Blue Co.").cash_usd_bn == 2


@pytest.mark.parametrize(
    "given_form",
    [
        "capex_plan_usd_bn=[1,2,3,4,5,6,7,8,9,10,11,12]",
        "maturities_usd_bn=[1,2,3,4,5,6,7,8,9,10,11,12]",
        "leases_usd_bn=[1,2,3,4,5,6,7,8,9,10,11,12]",
    ],
)
def test_one_form_of_a_list_replaces_the_other(default_path, given_form):
    scenario = load_scenario(default_path, [f"issuers.Meta.{given_form}"])
    name = given_form.split("_usd_bn")[0]
    assert scenario.model_case()["issuers"][3][name] == list(range(1, 13))
    back = {"capex_plan": "capex_2026", "maturities": "maturities_2026"}.get(
        name, "leases_not_commenced"
    )
    again = load_scenario(
        default_path, [f"issuers.Meta.{given_form}", f"issuers.Meta.{back}_usd_bn=60"]
    )
    assert again.model_case()["issuers"][3][name] != list(range(1, 13))


@pytest.mark.parametrize(
    ("override", "read"),
    [
        (
            "issuers.Oracle.capex_2026_usd_bn=60",
            lambda s: s.model_case()["issuers"][4]["capex_plan"][2],
        ),
        ('issuers."Oracle".cash_usd_bn = 15', lambda s: issuer(s, "Oracle").cash_usd_bn),
        ("market.access.bonds=[15, 1, 1]", None),
        ("issuer_defaults.lease_ramp_quarters=15", lambda s: issuer(s, "Meta").lease_ramp_quarters),
        ("market.oas0_bp=1.5e1", lambda s: s.market.oas0_bp),
    ],
)
def test_forms_of_set(default_path, override, read):
    if read is None:
        with pytest.raises(ScenarioError, match=r"market\.access\.bonds\[0\]: 15 is above 1"):
            load_scenario(default_path, [override])
    else:
        assert read(load_scenario(default_path, [override])) == pytest.approx(15)


def test_set_words_dates_and_evidence(default_path):
    scenario = load_scenario(
        default_path, ["market.regime0=stressed", "as_of=2026-03-01", "market.oas0_bp=90"]
    )
    assert scenario.market.regime0 == "stressed"
    assert scenario.model_case()["market"]["regime0"] == 1
    assert scenario.as_of.isoformat() == "2026-03-01"
    found = evidence(scenario, "market", "oas0_bp")
    assert (found.confidence, found.source) == ("assumed", "set on the command line")
    assert scenario.title  # only a file drops the name and title below it


def test_as_text_and_as_a_mapping(default_path):
    mapped = load_scenario(default_path, {"market.tax": 0.3})
    assert load_scenario(default_path, ["market.tax=0.3"]) == mapped
    assert mapped.market.tax == 0.3


def test_one_key_set_twice_is_refused(default_path):
    """However it is written: nobody can tell which of the two was meant."""
    for first, second in (
        ("issuers.Oracle.cash_usd_bn=3", 'issuers."Oracle".cash_usd_bn=[1.5]'),
        ("issuers.Oracle.cash_usd_bn=3", "issuers.Oracle.cash_usd_bn=[1.5]"),
    ):
        with pytest.raises(ScenarioError) as caught:
            load_scenario(default_path, [first, "market.tax=0.3", second])
        assert str(caught.value) == (
            "--set: issuers.Oracle.cash_usd_bn: is set to 3 and to [1.5]; give one of them"
        )


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("issuers.Oracel.cash_usd_bn=3", "issuers.Oracel.cash_usd_bn: no issuer is named 'Oracel'; did you mean Oracle?"),
        ("issuers.oracle.cash_usd_bn=3", "did you mean Oracle?"),
        ("issuers.Foo.cash_usd_bn=3", "give one of Alphabet, Amazon, Microsoft, Meta, Oracle"),
        ("issuers.Oracle.csh_usd_bn=3", "issuers.Oracle.csh_usd_bn: not a known key; did you mean cash_usd_bn?"),
        ("issuers.Oracle.cash=3", "did you mean cash_usd_bn?"),
        ("issuers.Oracle.capex=3", "give one of capex_plan_usd_bn, capex_YEAR_usd_bn, "),
        ("market.acces.bonds=[1,1,1]", "market.acces: not a known key; did you mean access?"),
        ("market.tax", "'market.tax' gives no value; write it as"),
        ("market.tax=", "gives no value"),
        ("=3", "'' is not a path of keys"),
        ("market..tax=3", "is not a path of keys"),
        ("market tax=3", "is not a path of keys"),
        ("market.tax\nfoo=3", "is not a path of keys"),
        ("market=3", "market: is a table; set one key of it"),
        ("issuers.Meta=3", "issuers.Meta: is a table; set one key of it"),
        ("extends=y.toml", "extends: cannot be set; write it in a file"),
        ("market.tax=0.1\nfoo = 3", "market.tax: '0.1\\nfoo = 3' is not a number"),
        ("market.tax=x", "market.tax: 'x' is not a number; give a number"),
    ],
)  # fmt: skip
def test_bad_set(default_path, override, message):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(default_path, [override])
    assert str(caught.value).startswith("--set: ")
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    "extends",
    [
        "/etc/passwd",
        "../base.toml",
        "sub/../../base.toml",
        "C:\\\\base.toml",
        "..\\\\base.toml",
        "",
    ],
)
def test_extends_stays_in_its_folder(write, extends):
    path = write(f'extends = "{extends}"\n', "inner/x.toml")
    with pytest.raises(ScenarioError, match=r"x\.toml: extends: .*name a file in this folder"):
        load_scenario(path)


def test_extends_does_not_follow_a_link_out(write, tmp_path_factory):
    outside = tmp_path_factory.mktemp("outside") / "secret.toml"
    outside.write_text("quarters = 3", "utf-8")
    path = write('extends = "link.toml"\n')
    (path.parent / "link.toml").symlink_to(outside)
    with pytest.raises(ScenarioError, match="leads out of the folder"):
        load_scenario(path)


def test_circles_and_long_chains(write):
    with pytest.raises(ScenarioError, match="end the circle"):
        load_scenario(write('extends = "x.toml"\n'))
    write('extends = "x.toml"\n', "y.toml")
    with pytest.raises(ScenarioError, match=r"y\.toml: extends: .*end the circle"):
        load_scenario(write('extends = "y.toml"\n'))
    for step in range(20):
        write(f'extends = "c{step + 1}.toml"\n', f"c{step}.toml")
    with pytest.raises(ScenarioError, match="longer than 8 files"):
        load_scenario(write('extends = "c0.toml"\n'))


def test_the_message_names_the_file_that_gave_the_figure(write):
    write('extends = "base.toml"\n[market]\ntax = -1\n', "mid.toml")
    path = write('extends = "mid.toml"\n[issuer_defaults]\nbuild_lag_years = 0\n')
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    folder = path.parent
    assert str(caught.value) == (
        f"{folder}/mid.toml: market.tax: -1 is negative; give 0 or more (and 1 more)"
    )
    assert [str(other) for other in caught.value.others] == [
        f"{folder}/x.toml: issuer_defaults.build_lag_years: 0 is not above 0; give more than 0"
    ]


@given(st.dictionaries(st.sampled_from("abc"), st.integers(), min_size=1))
def test_laying_twice_is_laying_once(figures):
    base = {"market": {"a": 0, "evidence": {"a": "assumed: x"}}, "quarters": 1}
    over = {"market": figures}
    once = lay(base, over)
    assert lay(once, over) == once
    assert ("a" in once["market"]["evidence"]) == ("a" not in figures)
    assert base["market"]["a"] == 0  # what lies below is not changed


def test_nothing_set_is_nothing_changed(default_path):
    assert digest(load_scenario(default_path, {})) == digest(load_scenario(default_path))
