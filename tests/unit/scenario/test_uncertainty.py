"""The table [uncertainty]: what a file may say, what is refused, and how files are laid."""

# ruff: noqa: E501  a line of a file and its message read best on one line

from __future__ import annotations

import json
import tomllib
from typing import get_args

import pytest

from capexrisk.errors import ScenarioError
from capexrisk.scenario import (
    Scenario,
    change_inputs,
    digest,
    json_schema,
    load_scenario,
    scenario_from_case,
)
from capexrisk.scenario.uncertainty import Group, GroupCorrelation

EVIDENCE = 'evidence = "assumed: a test"\n'
TAX = 'inputs = ["market.tax"]\n'
NORMAL = TAX + 'how = "add"\nlaw = "normal"\nsd = 0.01\n' + EVIDENCE
PERT = TAX + 'how = "set"\nlaw = "pert"\nlow = 0.1\nmode = 0.15\nhigh = 0.2\n' + EVIDENCE
TWO = f"[uncertainty.groups.a]\n{NORMAL}[uncertainty.groups.b]\n{PERT}"


def pair(*groups, size="0.5"):
    return f"[[uncertainty.correlations]]\ngroups = {json.dumps(groups)}\ncorrelation = {size}\n{EVIDENCE}"


def file(text):
    return f'extends = "base.toml"\n{text}'


def group(text, name="a"):
    return file(f"[uncertainty.groups.{name}]\n{text}")


@pytest.fixture
def write(write, tmp_path):
    """Over the default scenario without the ranges that it has itself."""
    head, _, rest = (tmp_path / "base.toml").read_text("utf-8").partition("\n[uncertainty.")
    (tmp_path / "base.toml").write_text(head + rest[rest.index("\n[run]") :], "utf-8")
    return write


def test_what_a_file_says(write):
    found = load_scenario(write(file(TWO + pair("a", "b")))).uncertainty
    assert found.groups["a"].sd == 0.01 and found.groups["a"].draw == "one"
    assert found.groups["b"].mode == 0.15 and found.groups["b"].inputs == ("market.tax",)
    assert [one.correlation for one in found.correlations] == [0.5]


def test_a_scenario_without_the_table_is_what_it_was(write):
    plain, uncertain = load_scenario(write(file(""))), load_scenario(write(file(TWO)))
    assert plain.uncertainty.groups == {} and plain.uncertainty.correlations == ()
    assert "uncertainty" not in plain.model_dump(exclude_unset=True)
    assert "uncertainty" not in uncertain.model_case()
    assert digest(uncertain) == digest(plain)
    again = scenario_from_case(uncertain.model_case(), start=uncertain.start)
    assert again.uncertainty == plain.uncertainty


def test_it_is_stored_and_read_back(write):
    scenario = load_scenario(write(file(TWO + pair("a", "b"))))
    text = scenario.model_dump_json(exclude_unset=True)
    assert Scenario.model_validate_json(text).uncertainty == scenario.uncertainty


def test_changed_inputs_keep_it(write):
    scenario = load_scenario(write(file(TWO)))
    assert change_inputs(scenario, {"market.tax": 0.2}).uncertainty == scenario.uncertainty


JOINT = 'inputs = ["market.tax", "market.oas0_bp"]\nhow = "add"\nlaw = "normal"\n' + EVIDENCE
# What is added to a group that is fine, or replaces a line of it; then place and message.
REFUSED = [
    # keys of the group
    (NORMAL + "x = 1\n", "x", "not a known key; remove it, or see the scenario schema"),
    (NORMAL.replace("sd", "sdd"), "sdd", "not a known key; did you mean sd?"),
    (NORMAL.replace(TAX, ""), "inputs", "missing; give it: paths of the inputs that it moves, \"issuers.*.cash_usd_bn\"; * stands for every issuer, or every key"),
    (NORMAL.replace(TAX, "inputs = []\n"), "inputs", "has 0 values; give 1"),
    (NORMAL.replace(TAX, 'inputs = "market.tax"\n'), "inputs", "'market.tax' is not a list; give a list"),
    (NORMAL.replace(TAX, "inputs = [5]\n"), "inputs[0]", "5 is not text; give text"),
    (NORMAL.replace('"add"', '"plus"'), "how", "'plus' is not known; give one of add, multiply, set"),
    (NORMAL.replace('"add"', '"ad"'), "how", "'ad' is not known; did you mean add?"),
    (NORMAL + 'draw = "all"\n', "draw", "'all' is not known; give one of one, each"),
    (NORMAL.replace('"normal"', '"gauss"'), "law", "'gauss' is not known; give one of normal, lognormal, uniform, triangular, pert, quantiles, sample"),
    (NORMAL.replace(EVIDENCE, ""), "evidence", "missing; give it: why it is this wide, \"confidence: source, address\""),
    (NORMAL.replace("assumed: a test", "sure"), "evidence", "'sure' is not evidence; write a confidence (reported, derived, guidance, analyst estimate, recalled-not-sourced, assumed), a colon and the source"),
    # keys of its law
    (NORMAL.replace("sd = 0.01\n", ""), "sd", "missing; give standard deviation"),
    (NORMAL + "low = 0.1\n", "low", "a normal law has none; it takes sd and mean"),
    (PERT.replace("mode = 0.15\n", ""), "mode", "missing; give likeliest value"),
    (PERT + "sd = 0.1\n", "sd", "a pert law has none; it takes low and mode and high"),
    (PERT.replace("pert", "uniform"), "mode", "a uniform law has none; it takes low and high"),
    (NORMAL.replace("add", "set"), "mean", "missing; give the mean of what is set"),
    (NORMAL.replace("normal", "lognormal").replace("sd", "sigma"), "how", "a lognormal draw is never below 0, so it is not added; give how = \"multiply\" or \"set\""),
    # spread
    (NORMAL.replace("0.01", "0"), "sd", "0 is not above 0; give more than 0"),
    (NORMAL.replace("0.01", "-0.01"), "sd", "-0.01 is not above 0; give more than 0"),
    (NORMAL.replace("0.01", "nan"), "sd", "nan is not finite; give a number"),
    (NORMAL.replace("0.01", "inf"), "sd", "inf is not finite; give a number"),
    (NORMAL.replace("0.01", "1e-200"), "sd", "1e-200 is next to nothing; give 0 or a sensible size"),
    (NORMAL.replace("0.01", "1e9"), "sd", "1000000000.0 is above 100000000; give 100000000 or less"),
    (NORMAL.replace("0.01", "true"), "sd", "true is not a number; give a number"),
    (NORMAL.replace("0.01", '"wide"'), "sd", "'wide' is not a number; give a number"),
    (PERT.replace("0.15", "0.3"), "mode", "0.3 is above high, 0.2; give high or less"),
    (PERT.replace("0.15", "0.05"), "low", "0.1 is above mode, 0.05; give mode or less"),
    (PERT.replace("0.15", "0.1").replace("0.2", "0.1"), "high", "0.1 is low as well; give more than low"),
    (PERT.replace("pert", "uniform").replace("mode = 0.15\n", "").replace("0.2", "0.1"), "low", "0.1 is not below high, 0.1; give less than high"),
    (TAX + 'how = "set"\nlaw = "quantiles"\np5 = 0.1\np50 = 0.1\np95 = 0.2\n' + EVIDENCE, "p5", "0.1 is not below p50, 0.1; give less than p50"),
    (TAX + 'how = "set"\nlaw = "quantiles"\np5 = 0.1\np50 = 0.11\np95 = 0.2\n' + EVIDENCE, "p50", "0.11 is so near p5 or p95 that no smooth law has these quantiles; give more than 0.11249 and less than 0.18751, or another law"),
    (TAX + 'how = "set"\nlaw = "sample"\nvalues = [0.1]\n' + EVIDENCE, "values", "has no spread; give two values or more, not all equal"),
    (TAX + 'how = "set"\nlaw = "sample"\nvalues = [0.1, 0.1]\n' + EVIDENCE, "values", "has no spread; give two values or more, not all equal"),
    (TAX + 'how = "set"\nlaw = "sample"\nvalues = []\n' + EVIDENCE, "values", "is empty; give two values or more, not all equal"),
    # a covariance
    (JOINT + "covariance = [[1e-4, 0], [1e-4]]\n", "covariance[1]", "has 1 value; give 2, as many as rows"),
    (JOINT + "covariance = [[1e-4, 0], [1e-5, 1e-4]]\n", "covariance[1][0]", "not symmetric, 1e-05 is 0.0 in [0][1]; give the same number in both places"),
    (JOINT + "covariance = [[1e-4, 0], [0, -1e-4]]\n", "covariance[1][1]", "a variance of -0.0001; give more than 0"),
    (JOINT + "covariance = [[1e-4, 2e-4], [2e-4, 1e-4]]\n", "covariance", "not positive definite, the smallest eigenvalue of its correlations is -1; move the covariances towards 0"),
    (JOINT + "covariance = []\n", "covariance", "is empty; give a row for each input"),
    (JOINT + "covariance = [[1e17, 0], [0, 1e-4]]\n", "covariance[0][0]", "1e+17 is above 10000000000000000; give 10000000000000000 or less"),
    (JOINT + "covariance = [[1e-4, 0], [0, 1e-4]]\nsd = 0.1\n", "sd", "a normal law with a covariance has none; it takes covariance"),
    (JOINT + 'covariance = [[1e-4, 0], [0, 1e-4]]\ndraw = "one"\n', "draw", "a covariance has a draw for each input; give draw = \"each\""),
    (JOINT.replace("add", "multiply") + "covariance = [[1e-4, 0], [0, 1e-4]]\n", "how", "'multiply' does not go with a covariance of a normal law; give how = \"add\""),
    (JOINT.replace("normal", "lognormal").replace("add", "multiply") + "covariance = [[101, 0], [0, 1e-4]]\n", "covariance[0][0]", "a variance of 101 is out of range; give 100 or less"),
    (JOINT.replace("normal", "sample") + "values = [1, 2]\ncovariance = [[1e-4, 0], [0, 1e-4]]\n", "covariance", "a sample law has none; it takes values"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "message"), REFUSED, ids=range(len(REFUSED)))
def test_a_group_refused(write, text, key, message):
    path = write(group(text))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value) == f"{path}: uncertainty.groups.a.{key}: {message}"


TABLES = [
    (f"{TWO}{pair('a', 'a')}", "correlations[0].groups", "'a' with itself; name two groups"),
    (f"{TWO}{pair('a', 'c')}", "correlations[0].groups[1]", "no group is named 'c'; give one of a, b"),
    (f"{TWO}{pair('a')}", "correlations[0].groups", "has 1 value; give 2"),
    (f"{TWO}{pair('a', 'b')}{pair('b', 'a')}", "correlations[1].groups", "given twice; give one correlation for two groups"),
    (f"{TWO}{pair('a', 'b', size='1')}", "correlations[0].correlation", "1 is not below 1; give less than 1"),
    (f"{TWO}{pair('a', 'b', size='-1.5')}", "correlations[0].correlation", "-1.5 is not above -1; give more than -1"),
    (f"{TWO}{pair('a', 'b').replace(EVIDENCE, '')}", "correlations[0].evidence", "missing; give it: why they move together, \"confidence: source, address\""),
    (f"{TWO}[uncertainty.groups.c]\n{JOINT}covariance = [[1e-4, 0], [0, 1]]\n{pair('a', 'c')}", "correlations[0].groups[1]", "'c' has a covariance of its own; correlate other groups"),
    (pair('a', 'b'), "correlations[0].groups[0]", "no group is named 'a'; write it under uncertainty.groups"),
    ("[uncertainty]\ngroup = 1\n", "group", "not a known key; did you mean groups?"),
    ("[uncertainty]\ngroups = 1\n", "groups", "1 is not a table; give a table"),
    ("[uncertainty.groups]\na = 1\n", "groups.a", "1 is not a table; give a table"),
    (f'[uncertainty.groups."<b>"]\n{NORMAL}', 'groups."<b>"', "a group may not be named '<b>'; give up to 60 letters, digits, spaces and . , + - ' ( )"),
    (f"[uncertainty.groups.{'x' * 61}]\n{NORMAL}", f'groups."{"x" * 60}..."', f"a group may not be named '{'x' * 60}'; give up to 60 letters, digits, spaces and . , + - ' ( )"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "key", "message"), TABLES, ids=range(len(TABLES)))
def test_a_table_refused(write, text, key, message):
    path = write(file(text))
    with pytest.raises(ScenarioError) as caught:
        load_scenario(path)
    assert str(caught.value) == f"{path}: uncertainty.{key}: {message}"


SLIPS = {
    "a key": NORMAL.replace("sd", "sdd"),
    "a law": NORMAL.replace('"normal"', '"gauss"'),
    "a spread": NORMAL.replace("0.01", "0"),
    "no inputs": NORMAL.replace(TAX, "inputs = []\n"),
}


@pytest.mark.parametrize("slip", SLIPS)
def test_the_schema_sees_a_slip(slip):
    jsonschema = pytest.importorskip("jsonschema")
    validator = jsonschema.Draft202012Validator(json_schema())
    assert list(validator.iter_errors(tomllib.loads(TWO + pair("a", "b")))) == []
    assert list(validator.iter_errors({"uncertainty": {"remove": ["a"]}})) == []
    assert list(validator.iter_errors(tomllib.loads(f"[uncertainty.groups.a]\n{SLIPS[slip]}")))


def test_the_page_names_every_key_and_law(default_path):
    page = (default_path.parents[1] / "docs" / "uncertainty.md").read_text("utf-8")
    laws = get_args(Group.model_fields["law"].annotation)
    for word in (*Group.model_fields, *laws, *GroupCorrelation.model_fields):
        assert f"`{word}`" in page or f"{word} = " in page, word


# ---------------------------------------------------------------------------------- files over files, and --set


@pytest.fixture
def below(write):
    """A file with two correlated groups, to be extended."""
    return write(file(TWO + pair("a", "b")), "below.toml")


def over(write, text):
    return load_scenario(write(f'extends = "below.toml"\n{text}')).uncertainty


def test_a_group_is_laid_key_by_key(write, below):
    found = over(write, f"[uncertainty.groups.a]\nsd = 0.02\n{EVIDENCE}")
    assert found.groups["a"].sd == 0.02 and found.groups["a"].inputs == ("market.tax",)
    assert found.groups["b"].mode == 0.15 and len(found.correlations) == 1


def test_a_group_is_added(write, below):
    found = over(write, f"[uncertainty.groups.c]\n{NORMAL}")
    assert list(found.groups) == ["a", "b", "c"]


def test_a_law_that_is_given_again_loses_the_old_keys(write, below):
    found = over(
        write, f'[uncertainty.groups.b]\nlaw = "normal"\nmean = 0.2\nsd = 0.01\n{EVIDENCE}'
    )
    assert found.groups["b"].sd == 0.01 and found.groups["b"].mode is None
    assert found.groups["b"].how == "set"


def test_a_change_needs_evidence_of_its_own(write, below):
    with pytest.raises(
        ScenarioError, match=r"below\.toml: uncertainty\.groups\.a\.evidence: missing"
    ):
        over(write, "[uncertainty.groups.a]\nsd = 0.02\n")


def test_correlations_are_replaced(write, below):
    found = over(write, f"[uncertainty.groups.c]\n{NORMAL}{pair('a', 'c', size='0.1')}")
    assert [one.groups for one in found.correlations] == [("a", "c")]


def test_a_group_is_removed_with_its_correlations(write, below):
    found = over(write, '[uncertainty]\nremove = ["a"]\n')
    assert list(found.groups) == ["b"] and found.correlations == ()
    set_ = load_scenario(below, ["uncertainty.remove=['b']"]).uncertainty
    assert list(set_.groups) == ["a"] and set_.correlations == ()


def test_a_group_is_replaced_by_one_that_is_written_anew(write, below):
    text = f'[uncertainty]\nremove = ["b"]\n[uncertainty.groups.b]\n{NORMAL}'
    found = over(write, text)
    assert found.groups["b"] == found.groups["a"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('remove = ["aa"]', "no group is named 'aa'; did you mean a?"),
        ('remove = "a"', 'is no list of groups; write it as ["one group", "another"]'),
        ("remove = [1]", 'is no list of groups; write it as ["one group", "another"]'),
    ],
)
def test_what_cannot_be_removed_is_refused(write, below, text, message):
    with pytest.raises(ScenarioError) as caught:
        over(write, f"[uncertainty]\n{text}\n")
    assert str(caught.value).endswith(f".toml: uncertainty.remove: {message}")


def test_a_file_without_a_base_removes_nothing(write):
    with pytest.raises(ScenarioError, match="remove groups of the file that this one extends"):
        load_scenario(write(file('[uncertainty]\nremove = ["a"]\n')))


def test_an_override_sets_one_key_and_says_so(below):
    found = load_scenario(below, ["uncertainty.groups.a.sd=0.03"]).uncertainty
    assert found.groups["a"].sd == 0.03
    assert found.groups["a"].evidence == "assumed: set on the command line"
    assert found.groups["b"].evidence == "assumed: a test"


def test_overrides_change_a_law(below):
    keys = ('law="uniform"', "low=0.1", "high=0.2")
    found = load_scenario(below, [f"uncertainty.groups.b.{key}" for key in keys]).uncertainty
    assert (found.groups["b"].law, found.groups["b"].mode) == ("uniform", None)


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("uncertainty.groups.aa.sd=1", "--set: uncertainty.groups.aa.sd: no group is named 'aa'; did you mean a?"),
        ("uncertainty.groups.zzz.sd=1", "--set: uncertainty.groups.zzz.sd: no group is named 'zzz'; give one of a, b"),
        ("uncertainty.groups.a.sd=-1", "--set: uncertainty.groups.a.sd: -1 is not above 0; give more than 0"),
        ("uncertainty.groups.a.sdd=1", "--set: uncertainty.groups.a.sdd: not a known key; did you mean sd?"),
    ],
)  # fmt: skip
def test_overrides_refused(below, override, message):
    with pytest.raises(ScenarioError) as caught:
        load_scenario(below, [override])
    assert str(caught.value) == message


def test_a_group_that_no_file_has_cannot_be_set(write):
    with pytest.raises(ScenarioError, match="no group is named 'a'; write it in a file"):
        load_scenario(write(file("")), ["uncertainty.groups.a.sd=1"])
