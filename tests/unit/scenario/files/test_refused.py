"""Every bad input is one line: file, key, value and mend."""

# ruff: noqa: E501  a figure and its message read best on one line

from __future__ import annotations

import json
import os
import pickle
import re
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from capexrisk.errors import CapexriskError, ScenarioError
from capexrisk.scenario import load_run_section, load_scenario, scenario_from_case

TWELVE = "[1,1,1,1,1,1,1,1,1,1,1,1]"
ORACLE = "issuers.Oracle."

REFUSED = [
    # wrong kinds and figures
    (ORACLE + "cash_usd_bn", "-3", "-3 is negative; give 0 or more"),
    (ORACLE + "cash_usd_bn", "nan", "nan is not finite; give a number"),
    (ORACLE + "cash_usd_bn", "-inf", "-inf is not finite; give a number"),
    (ORACLE + "cash_usd_bn", '"5"', "'5' is not a number; give a number"),
    (ORACLE + "cash_usd_bn", "true", "true is not a number; give a number"),
    (ORACLE + "cash_usd_bn", "[5]", "a list is not a number; give a number"),
    (ORACLE + "cash_usd_bn", "{a = 5}", "a table is not a number; give a number"),
    (ORACLE + "cash_usd_bn", "1e9", "1000000000.0 is above 100000000; give 100000000 or less"),
    (ORACLE + "cash_usd_bn", "1" + "0" * 400, "a number of endless digits; give one of sensible size"),
    (ORACLE + "spread_bp", "1e6", "1000000.0 is above 100000; give 100000 or less"),
    (ORACLE + "core_growth_per_year", "14", "14 is above 2; give 2 or less"),
    ("market.linked_speed_per_year", "101", "101 is above 100; give 100 or less"),
    # negative balances and flows
    *((ORACLE + key, "-1", "-1 is negative; give 0 or more") for key in (
        "bonds_usd_bn", "secured_debt_usd_bn", "private_debt_usd_bn", "construction_usd_bn",
        "dividends_usd_bn_per_year", "market_cap_usd_bn", "revolver_usd_bn", "cash_min_usd_bn",
        "leases_not_commenced_usd_bn", "maturities_2026_usd_bn", "capex_2026_usd_bn",
    )),
    # shares, advances, access
    ("market.tax", "1.5", "1.5 is above 1; give 1 or less"),
    ("market.boom_debt_share0", "-0.1", "-0.1 is negative; give 0 or more"),
    ("market.anchor_share", "1", "1 is not below 1; give less than 1"),
    (ORACLE + "committed", "1.01", "1.01 is above 1; give 1 or less"),
    (ORACLE + "secured_advance", "2", "2 is above 1; give 1 or less"),
    (ORACLE + "equity_access_per_year", "2", "2 is above 1; give 1 or less"),
    (ORACLE + "finance_lease_share", "1", "1 is not below 1; give less than 1"),
    # what must be positive
    *((ORACLE + key, "0", "0 is not above 0; give more than 0") for key in (
        "core_revenue_usd_bn_per_year", "build_lag_years", "spread_bp",
    )),
    *(("market." + key, "0", "0 is not above 0; give more than 0") for key in (
        "demand0_usd_bn_per_year", "demand_saturation_usd_bn_per_year", "revenue_yield_per_year",
        "oas0_bp", "oas_cap_bp", "fear_spread_bp", "oas_speed_per_year", "premium_speed_per_year",
        "util_power", "bond_market_usd_bn", "absorb.bonds_usd_bn_per_year",
    )),
    ("market.tail_dof", "4.9", "4.9 is below 5; give 5 or more"),
    (ORACLE + "core_beta", "1.1", "1.1 is above 1; give 1 or less"),
    (ORACLE + "capex_beta", "-1.1", "-1.1 is below -1; give -1 or more"),
    (ORACLE + "seasonality", "[1, 1, 1, 1.1]", "its mean is 1.025; divide each by 1.025, the mean is 1"),
    (ORACLE + "seasonality", "[1, 1, 1]", "has 3 values; give 4"),
    (ORACLE + "capex_quarter_split", "[0.2, 0.2, 0.2, 0.2]", "its sum is 0.8; give four shares that sum to 1"),
    # lists
    ("market.oas_mean_bp", "[95, 230]", "has 2 values; give 3"),
    ("market.oas_mean_bp", "95", "95 is not a list; give a list"),
    ("market.correlation", "[]", "has 0 values; give 5"),
    (ORACLE + "capex_plan_usd_bn", "[1, 2]", "has 2 numbers; give 12, one for each quarter"),
    (ORACLE + "maturities_usd_bn", "[1, 2]", "has 2 numbers; give 12, one for each quarter"),
    (ORACLE + "leases_usd_bn", "[]", "has 0 numbers; give 12, one for each quarter"),
    # years
    (ORACLE + "capex_2025_usd_bn", "3", "2025 is before the start year; give capex_2026_usd_bn or a later year"),
    (ORACLE + "maturities_2025_usd_bn", "3", "2025 is before the start year; give maturities_2026_usd_bn or a later year"),
    # words, horizon, names
    ("market.regime0", '"opne"', "'opne' is not known; did you mean open?"),
    ("market.regime0", '"x"', "'x' is not known; give one of open, stressed, shut"),
    ("quarters", "0", "0 is below 1; give 1 or more"),
    ("quarters", "81", "81 is above 80; give 80 or less"),
    ("quarters", "12.0", "12.0 is not a whole number; give a whole number"),
    ("start", '"2026Q5"', "'2026Q5' is not a quarter; give a year and a quarter, \"2026Q1\""),
    ("start", '"2026Q1\\n"', "'2026Q1\\n' is not a quarter; give a year and a quarter, \"2026Q1\""),
    ("start", "2026", "2026 is not text; give text"),
    ("as_of", "2026", "2026 is not a date such as 2026-02-13; give a date such as 2026-02-13"),
    ("name", '"../x"', "'../x' is not a usable name; give a name of letters, digits, spaces and . _ + -, up to 80"),
    # unknown keys
    ("foo", "3", "not a known key; remove it, or see the scenario schema"),
    ("thresholds.foo", "3", "not a known key; remove it, or see the scenario schema"),
    ("market.oas_speed", "3", "not a known key; did you mean oas_speed_per_year?"),
    (ORACLE + "name", '"x"', "not a known key; the issuer's is that of its table"),
    (ORACLE + "capex_by_year_usd_bn", "{2026 = 3}", "not a known key; name each year"),
    ("issuer_defaults.build_lag", "3", "not a known key; did you mean build_lag_years?"),
    ("market.tenant_share", "3", "not a known key; it is anchor_share now; capexrisk upgrade brings a file of an earlier edition up to date"),
    ("market.cash_flow_noise", "3", "not a known key; it is issuer_defaults.cash_flow_noise, or an issuer's; capexrisk upgrade brings a file of an earlier edition up to date"),
    ("thresholds.prefund", "3", "not a known key; remove it, or see the scenario schema"),
    ("market.oil_sigma_per_sqrt_year", "3", "not a known key; did you mean oas_sigma_per_sqrt_year?"),
    ("market.iron_sigma_per_sqrt_year", "3", "not a known key; remove it, or see the scenario schema"),
    # evidence
    (ORACLE + "evidence.cash_usd_bn", '"sure: me"', "'sure' is not a confidence; begin with one of reported, derived, guidance, analyst estimate, recalled-not-sourced, assumed, and a colon"),
    (ORACLE + "evidence.cash_usd_bn", '"assumed:"', "'assumed:' names no source; give the reason after the colon"),
    (ORACLE + "evidence.cash_usd_bn", '"reported"', "'reported' names no source; give source and address after the colon"),
    (ORACLE + "evidence.capex_2027_usd_bn", '"assumed: x"', "evidence for an input that is not given here; give the input as well"),
    ("market.evidence.access", '{bonds = "x"}', 'a table is not text; quote the key, evidence."access.<key>"'),
]  # fmt: skip


@pytest.mark.parametrize(
    ("key", "value", "message"), REFUSED, ids=[f"{row[0]}={row[1][:20]}" for row in REFUSED]
)
def test_figures_in_a_file(write, key, value, message):
    table, _, last = key.rpartition(".")
    head = f"[{table}]\n" if table else ""
    path = write(f'extends = "base.toml"\n{head}{last} = {value}\n')
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value) == f"{path}: {key}: {message}"


@pytest.mark.parametrize(
    ("key", "value", "place", "message"),
    [
        ("market.oas_mean_bp", "[1, 0, 2]", "market.oas_mean_bp[1]", "0 is not above 0; give more than 0"),
        ("market.access.bonds", "[1, 1, 1.2]", "market.access.bonds[2]", "1.2 is above 1; give 1 or less"),
        ("market.hazard_per_year", "[[0,1,-1],[1,0,1],[1,1,0]]", "market.hazard_per_year[0][2]", "-1 is negative; give 0 or more"),
        ("market.hazard_per_year", "[[0,1,1],[1,0.5,1],[1,1,0]]", "market.hazard_per_year[1][1]", "0.5 is a rate from stressed to itself; give 0 on the diagonal"),
        ("market.hazard_per_year", "[[0,1],[1,0,1],[1,1,0]]", "market.hazard_per_year[0]", "has 2 values; give 3"),
        ("issuers.Meta.capex_plan_usd_bn", TWELVE.replace("1]", "-1]"), "issuers.Meta.capex_plan_usd_bn[11]", "-1 is negative; give 0 or more"),
        ("issuers.Meta.capex_2028_usd_bn", "3", "issuers.Meta.capex_2027_usd_bn", "missing; give every year from the start year on"),
    ],
)  # fmt: skip
def test_places_inside_lists_and_years(default_path, key, value, place, message):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(default_path, [f"{key}={value}"])
    assert str(caught.value).split(": ", 1)[1] == f"{place}: {message}"


def identity(change):
    matrix = [[1.0 if row == column else 0.0 for column in range(5)] for row in range(5)]
    for (row, column), value in change.items():
        matrix[row][column] = value
    return matrix


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({(1, 1): 0.9}, "market.correlation[1][1]: 0.9 stands on the diagonal; give 1 there"),
        ({(0, 1): 0.2, (1, 0): 0.1}, "market.correlation[1][0]: not symmetric, 0.1 is 0.2 in [0][1]; give the same number in both places"),
        ({(0, 1): 1.2, (1, 0): 1.2}, "market.correlation[0][1]: 1.2 is above 1; give 1 or less (and 1 more)"),
        ({(0, 1): 0.9, (1, 0): 0.9, (1, 2): 0.9, (2, 1): 0.9}, "market.correlation: not positive definite, its smallest eigenvalue is -0.273; move the correlations towards 0"),
        ({(0, 1): 1.0, (1, 0): 1.0}, "market.correlation: not positive definite, its smallest eigenvalue is 0; move the correlations towards 0"),
    ],
)  # fmt: skip
def test_correlations(default_path, change, message):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(default_path, {"market.correlation": identity(change)})
    assert str(caught.value) == f"--set: {message}"


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("run.paths=0", "run.paths: 0 is below 1; give 1 or more"),
        ("run.paths=10000000000000", "run.paths: 10000000000000 is above 1000000000000; give 1000000000000 or less"),
        ("run.paths=1e6", "run.paths: 1000000.0 is not a whole number; give a whole number"),
        ("run.seed=-1", "run.seed: -1 is negative; give 0 or more"),
        ("run.seed=18446744073709551616", "run.seed: 18446744073709551616 is above 18446744073709551615; give 18446744073709551615 or less"),
        ("run.jobs=0", "run.jobs: 0 is out of range; give 1 to 10,000, or -1 for all cores"),
        ("run.backend=thread", "run.backend: 'thread' is not known; did you mean threading?"),
        ("run.sampler=sobel", "run.sampler: 'sobel' is not known; did you mean sobol?"),
        ("run.path=3", "run.path: not a known key; did you mean paths?"),
        ("run=3", "run: 3 is not a table; give a table"),
    ],
)  # fmt: skip
def test_run_section(default_path, override, message):
    with pytest.raises(ScenarioError) as caught:
        load_run_section(default_path, [override])
    assert str(caught.value) == f"--set: {message}"


def test_the_largest_run_that_may_be_asked_for(default_path):
    overrides = ["run.paths=1000000000000", "run.seed=18446744073709551615", "run.jobs=1"]
    assert load_run_section(default_path, overrides).paths == 10**12


def test_both_forms_and_neither(write):
    both = write(
        'extends = "base.toml"\n[issuers.Meta]\ncapex_2026_usd_bn = 3\n'
        f"capex_plan_usd_bn = {TWELVE}\nleases_not_commenced_usd_bn = 3\nleases_usd_bn = {TWELVE}\n"
    )
    with pytest.raises(ScenarioError) as caught:
        load_scenario(both)
    assert str(caught.value) == (
        f"{both}: issuers.Meta.capex_plan_usd_bn: given beside capex_2026_usd_bn; "
        "give one of the two"
    )
    text = (both.parent / "base.toml").read_text("utf-8")
    given = ("capex_20", "evidence.capex_20")
    neither = write("\n".join(ln for ln in text.splitlines() if not ln.startswith(given)))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(neither)
    assert str(caught.value) == (
        f"{neither}: issuers.Alphabet.capex_plan_usd_bn: missing; "
        "give capex_plan_usd_bn or capex_<year>_usd_bn; missing too: "
        "issuers.Amazon.capex_plan_usd_bn, issuers.Microsoft.capex_plan_usd_bn, "
        "issuers.Meta.capex_plan_usd_bn, issuers.Oracle.capex_plan_usd_bn, "
        "issuers.CoreWeave.capex_plan_usd_bn"
    )


# What starts where it could not be: figures that are laid on the default scenario, and the line.
BOOKS = [
    (
        ["market.value_revenue=0", "issuers.CoreWeave.ocf_usd_bn_per_year=-1"],
        (
            "--set: issuers.CoreWeave.ocf_usd_bn_per_year: -1.0 $bn a year leaves shares no measure of "
            "value; give market.value_revenue, the value of shares per $ of revenue"
        ),
    ),
    (
        ["market.absorb.high_yield_usd_bn_per_year=0"],
        (
            "{file}: issuers.Oracle.fall_leverage: there is no high-yield market; "
            "give market.access.high_yield and market.absorb.high_yield_usd_bn_per_year"
        ),
    ),
    (
        ["market.absorb.high_yield_usd_bn_per_year=0", "issuers.Oracle.fall_leverage=99"],
        (
            "{file}: issuers.CoreWeave.high_yield: there is no high-yield market; "
            "give market.access.high_yield and market.absorb.high_yield_usd_bn_per_year"
        ),
    ),
    (
        ["issuers.Oracle.fall_leverage=9", "issuers.Oracle.leverage_limit=9"],
        (
            "--set: issuers.Oracle.fall_leverage: 9.0 is not below leverage_limit, 9.0: bonds would "
            "end before the grade is lost; give less than the limit, or leave it out"
        ),
    ),
    (
        ["issuers.Oracle.fall_leverage=2"],
        (
            "--set: issuers.Oracle.fall_leverage: 2.0 is not above the leverage at the start, 5.07; "
            "give more, or high_yield = true"
        ),
    ),
]


@pytest.mark.parametrize(("overrides", "message"), BOOKS, ids=range(len(BOOKS)))
def test_a_start_that_contradicts_itself(default_path, overrides, message):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(default_path, overrides)
    assert str(caught.value) == message.format(file=default_path)


def test_what_may_be_left_out_is_nothing(write):
    text = (write("").parent / "base.toml").read_text("utf-8")
    path = write("\n".join(line for line in text.splitlines() if not line.startswith("maturities_")
                           and "evidence.maturities_" not in line))  # fmt: skip
    for issuer in load_scenario(path).parameters["issuers"]:
        assert issuer["maturities"] == [0.0] * 12


@pytest.mark.parametrize(
    ("key", "hint"),
    [
        ("lease_term_years", "give the term of leases_not_commenced_usd_bn"),
        ("capex_growth_fade_years", "give the years in which the first growth fades"),
        ("capex_quarter_split", "give the shares that split capex_<year>_usd_bn"),
        ("build_lag_years", "give it: mean time from spending to service, years"),
    ],
)
def test_missing_figures(write, key, hint):
    text = (write("").parent / "base.toml").read_text("utf-8")
    lines = [line for line in text.splitlines() if key not in line]
    with pytest.raises(ScenarioError, match=rf"issuers\.\w+\.{key}: missing; {hint}"):
        load_scenario(write("\n".join(lines)))


def test_a_misspelt_issuer_in_an_overlay(write):
    path = write('extends = "base.toml"\n[issuers.Oracel]\ncash_usd_bn = 3\n')
    with pytest.raises(ScenarioError, match=r"issuers\.Oracel\.\w+: missing; did you mean issuers"):
        load_scenario(path)


@pytest.mark.parametrize(
    ("name", "message"),
    [
        ("oracle", "issuers.oracle: the same name as 'Oracle'; give each issuer a name of its own"),
        (
            "\uff2frac\u217be",
            "a name of its own",
        ),  # full-width O, one sign for l... folds elsewhere
        ("System", "'System' is a label of the results; give the issuer another name"),
        ("market", "'market' is a label of the results; give the issuer another name"),
        (" Oracle", "' Oracle' begins or ends badly"),
        ("Oracle ", "'Oracle ' begins or ends badly"),
        ("-Oracle", "'-Oracle' begins or ends badly"),
        ("", "has 0 characters; give at least 1"),
        ("x" * 61, "has 61 characters; give at most 60"),
        ("\U00020000" * 60, "a name too long for a file's; give 45 characters"),
        ("a/b", "may not contain '/'"),
        ("a\\b", "may not contain '\\\\'"),
        ("a*b", "may not contain '*'"),
        ("NA", "'NA' is read as no value in a table; write the name out"),
        ("null", "'null' is read as no value in a table; write the name out"),
        ("<b>", "may not contain '<'"),
        ("a\u0007b", "may not contain '\\x07'"),
        ("a\u202eb", "may not contain '\\u202e'"),
        ("a\nb", "may not contain '\\n'"),
        ("=SUM(A1)", "may not contain '='"),
    ],
)
def test_issuer_names(case, name, message):
    if name.startswith("\uff2f"):
        name = "\uff2fracle"
    case["issuers"].append(case["issuers"][4] | {"name": name})
    with pytest.raises(ScenarioError) as caught:
        scenario_from_case(case, start="2026Q1")
    assert message in str(caught.value)
    assert str(caught.value).isprintable()


def test_numbers_of_issuers(case, write):
    one = case["issuers"][0]
    case["issuers"] = [one | {"name": f"Issuer {index}"} for index in range(64)]
    assert len(scenario_from_case(case, start="2026Q1").issuers) == 64
    case["issuers"].append(one)
    with pytest.raises(ScenarioError, match="case: issuers: has 65 issuers; give 1 to 64"):
        scenario_from_case(case, start="2026Q1")
    case["issuers"] = []
    with pytest.raises(ScenarioError, match="issuers: has 0 issuers; give 1 to 64"):
        scenario_from_case(case, start="2026Q1")
    with pytest.raises(ScenarioError, match="missing"):
        load_scenario(write(""))


def test_two_tables_of_one_name(write):
    path = write("[issuers.Oracle]\ncash_usd_bn = 1\n\n[issuers.Oracle]\ncash_usd_bn = 2\n")
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value).startswith(f"{path}: line 4: ")
    assert "there twice; keep one" in str(caught.value)


def test_a_sector_without_ai_capital(case):
    for issuer in case["issuers"]:
        issuer["buildout_capital"] = 0
    with pytest.raises(
        ScenarioError, match="buildout_capital_usd_bn of all issuers sums to 0; give"
    ):
        scenario_from_case(case, start="2026Q1")
    case["issuers"][0] |= {"buildout_capital": 1, "relative_yield": 0}
    with pytest.raises(
        ScenarioError, match="both buildout_capital_usd_bn and relative_yield; give"
    ):
        scenario_from_case(case, start="2026Q1")


@pytest.mark.parametrize("key", ["market", "issuers", "issuer_defaults", "thresholds"])
def test_a_number_where_a_table_belongs(write, key):
    path = write(f'{key} = 3\nextends = "base.toml"\n')
    with pytest.raises(ScenarioError, match=f"{key}: (3 )?is not a table; give"):
        load_scenario(path)


def test_files_that_cannot_be_read(tmp_path):
    def refusal(path):
        with pytest.raises(ScenarioError) as caught:
            load_scenario(path)
        assert "\n" not in str(caught.value)
        return str(caught.value)

    assert refusal(tmp_path / "no.toml") == f"{tmp_path}/no.toml: no such file; check the path"
    assert refusal(tmp_path) == f"{tmp_path}: is a folder; name a TOML file"
    assert "cannot be read" in refusal(tmp_path / "a\0b")
    latin = tmp_path / "latin.toml"
    latin.write_bytes(b'name = "caf\xe9"')
    assert refusal(latin) == f"{latin}: is not UTF-8 (byte 11); save it as UTF-8"
    broken = tmp_path / "broken.toml"
    broken.write_text("quarters = 12\nstart 2026\n", "utf-8")
    assert refusal(broken).startswith(f"{broken}: line 2: Expected '='")
    large = tmp_path / "large.toml"
    large.write_text("#" * (2**20 + 1), "utf-8")
    assert "is larger than 1 MiB" in refusal(large)
    deep = tmp_path / "deep.toml"
    deep.write_text("x = " + "[" * 5000 + "]" * 5000, "utf-8")
    assert "is not sensible TOML" in refusal(deep)
    digits = tmp_path / "digits.toml"
    digits.write_text("x = 1" + "0" * 5000, "utf-8")
    assert "is not sensible TOML" in refusal(digits)
    if hasattr(os, "mkfifo"):
        os.mkfifo(tmp_path / "pipe.toml")
        assert "is not a regular file" in refusal(tmp_path / "pipe.toml")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_without_permission(write):
    path = write("quarters = 12")
    path.chmod(0)
    with pytest.raises(ScenarioError, match="may not be read; check the file's permissions"):
        load_scenario(path)


def test_a_file_without_permission_whoever_runs_the_tests(write, monkeypatch):
    path = write("quarters = 12")

    def refuse(*_args, **_kwargs):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(type(path), "open", refuse)
    with pytest.raises(ScenarioError, match="may not be read; check the file's permissions"):
        load_scenario(path)


@pytest.mark.parametrize(
    ("key", "misspelt"),
    [("cash_usd_bn", "csh_usd_bn"), ("hazard_per_year", "hazrd_per_year")],
)
def test_a_key_that_is_missing_because_it_is_misspelt(tmp_path, default_path, key, misspelt):
    """What stands there is what the reader sees: it leads, not what is missing for it."""
    path = tmp_path / "mine.toml"
    whole = default_path.read_text("utf-8")
    path.write_text(re.sub(rf"^{key}\b", misspelt, whole, count=1, flags=re.M), "utf-8")
    with pytest.raises(ScenarioError, match=f"{misspelt}: not a known key; did you mean {key}"):
        load_scenario(path)


def test_errors_pickle_with_all_they_say():
    inner = ScenarioError("b", "2 is bad", "give 1")
    error = ScenarioError("a", "1 is bad", "give 2", (inner,))
    again = pickle.loads(pickle.dumps(error))
    assert str(again) == "a: 1 is bad; give 2 (and 1 more)"
    assert str(again.others[0]) == "b: 2 is bad; give 1"
    assert isinstance(again, CapexriskError)


def refusal(case):
    try:
        scenario_from_case(case, start="2026Q1")
    except ScenarioError as error:
        return str(error)
    return ""


@given(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
        lambda inner: st.lists(inner, max_size=3)
        | st.dictionaries(st.text(max_size=8), inner, max_size=3),
        max_leaves=6,
    ),
    st.sampled_from(["market", "issuers", "thresholds", "quarters", "market/correlation",
                     "market/access", "market/regime0", "issuers/0", "issuers/0/name", "issuers/0/capex_plan"]),
)  # fmt: skip
def test_rubbish_is_refused_in_one_line_or_taken(value, place):
    root = Path(__file__).parents[4]
    case = json.loads((root / "tests/reference/case.json").read_text("utf-8"))
    *above, last = [int(part) if part.isdigit() else part for part in place.split("/")]
    inner = case
    for key in above:
        inner = inner[key]
    inner[last] = value
    assert refusal(case).isprintable()


def test_the_import_is_light():
    code = (
        "import sys, capexrisk.scenario; "
        "print([m for m in ('numba','pandas','scipy','matplotlib','numpy') if m in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True,
        env={**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)},
    )  # fmt: skip
    assert found.stdout.strip() == "[]"
