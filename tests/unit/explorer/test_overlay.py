"""What is moved, as a file: it gives the same scenario when it is read again."""

from __future__ import annotations

import shlex
import shutil

import pytest

from capexrisk.authoring import written
from capexrisk.errors import ArgumentError, ScenarioError
from capexrisk.explorer.overlay import save
from capexrisk.explorer.schedule import Moves
from capexrisk.explorer.subject import EVIDENCE, Subject
from capexrisk.explorer.view import read_view
from capexrisk.scenario import change_inputs, digest, load_scenario
from tests.cli.command import DEFAULT, listing

NONE = Moves()
QUERY = (
    "issuers.Oracle.cash_usd_bn=5&issuers.Meta.capex_2026_usd_bn=80&market.regime0=stressed"
    "&market.oas_mean_bp[1]=250&market.access.bonds[2]=0.3"
)


def write(file, name, scenario, changes, query, moves=NONE):
    """Save what is moved in a scenario."""
    moved = Subject(scenario).moved(changes, moves)
    return save(file, name, scenario, changes, moved, query, file)


@pytest.fixture(scope="module")
def moved():
    scenario = load_scenario(DEFAULT)
    subject = Subject(scenario)
    view = read_view(QUERY, subject)
    every = dict.fromkeys(scenario.uncertainty.groups, 0.4321098765432101)  # of more than 12 digits
    return scenario, subject.changes(every, view.values)


@pytest.fixture
def file(tmp_path):
    shutil.copy(DEFAULT, tmp_path)
    return tmp_path / DEFAULT.name


def test_it_is_read_as_what_was_moved(file, moved):
    scenario, changes = moved
    path = write(file, "moved", scenario, changes, QUERY)
    found = load_scenario(path)
    expected = change_inputs(scenario, changes, evidence=EVIDENCE)
    assert found.market.evidence == expected.market.evidence
    sections = (found.market, *found.issuers), (expected.market, *expected.issuers)
    for ours, theirs in zip(*sections, strict=True):
        assert ours.inputs.keys() == theirs.inputs.keys()
        for key, value in theirs.inputs.items():
            assert ours.inputs[key] == value
    assert digest(found) == digest(expected)
    assert found.uncertainty == scenario.uncertainty
    assert found.name == "moved"


def test_events_are_kept_with_what_was_moved_of_them(tmp_path):
    for name in ("deepseek-moment.toml", DEFAULT.name):
        shutil.copy(DEFAULT.with_name(name), tmp_path)
    file = tmp_path / "deepseek-moment.toml"
    scenario = load_scenario(file)
    event = next(event for event in scenario.events if event.size is not None)
    at = f"events.{event.quarter}.{event.what}"
    path = write(file, "less", scenario, {at: 0.5 * event.size}, f"{at}=x")
    found = load_scenario(path).events
    assert [(e.quarter, e.what) for e in found] == [(e.quarter, e.what) for e in scenario.events]
    assert next(e for e in found if e.what == event.what).size == 0.5 * event.size


@pytest.mark.parametrize(
    ("moves", "expected"),
    [
        (Moves({0: "2027Q3"}), [("2027Q3", "demand_shock"), ("2026Q2", "market_regime")]),
        (Moves({1: None}), [("2026Q2", "demand_shock")]),
        (Moves({0: None, 1: None}), []),
        (
            Moves({0: None}, ({"what": "anchor_loss", "quarter": "2028Q4"},)),
            [("2026Q2", "market_regime"), ("2028Q4", "anchor_loss")],
        ),
    ],
)
def test_events_that_are_moved_replace_all(tmp_path, moves, expected):
    for name in ("deepseek-moment.toml", DEFAULT.name):
        shutil.copy(DEFAULT.with_name(name), tmp_path)
    file = tmp_path / "deepseek-moment.toml"
    scenario = load_scenario(file)
    changes = {"market.tax": 0.3}
    found = load_scenario(write(file, "less", scenario, changes, "x", moves))
    assert [(event.quarter, event.what) for event in found.events] == expected
    assert found.market.tax == 0.3
    for event in found.events:
        if event not in scenario.events:
            assert event.evidence == EVIDENCE


@pytest.mark.parametrize("name", ["", "../up", "a/b", ".hidden", "x" * 60, "a b", "a\nb"])
def test_a_name_is_one_of_a_file_here(file, moved, name):
    with pytest.raises(ArgumentError, match="is not a name"):
        write(file, name, *moved, QUERY)
    assert listing(file.parent) == [file.name]


def test_nothing_is_written_over(file, moved):
    with pytest.raises(ArgumentError, match="exists already"):
        write(file, file.stem, *moved, QUERY)


def test_a_scenario_of_the_library_is_not_hidden(file, moved):
    """A run of that name would compute another, and what extends it would extend itself."""
    with pytest.raises(ArgumentError, match="'anchor-loss' is a scenario of the library"):
        write(file, "anchor-loss", *moved, QUERY)
    assert listing(file.parent) == [file.name]


def test_of_two_that_save_one_name_at_once_one_is_refused(file, moved, monkeypatch):
    """The other is there when the first has checked its draft."""
    load = written.load_run_section

    def late(path):
        monkeypatch.setattr(written, "load_run_section", load)
        write(file, "one", moved[0], {"market.tax": 0.3}, "market.tax=0.3")
        return load(path)

    monkeypatch.setattr(written, "load_run_section", late)
    with pytest.raises(ArgumentError, match="exists already"):
        write(file, "one", *moved, QUERY)
    assert load_scenario(file.with_name("one.toml")).market.tax == 0.3
    assert listing(file.parent) == sorted([file.name, "one.toml"])


def test_a_range_that_no_longer_fits_is_told_so_that_it_can_be_mended_here(file, moved):
    path = "market.demand0_usd_bn_per_year"
    with pytest.raises(ScenarioError, match=rf"{path} out of its bounds.*move that input less far"):
        write(file, "bad", moved[0], {path: 1e-6}, f"{path}=1e-06")
    assert listing(file.parent) == [file.name]


def test_its_command_can_be_pasted(file, moved):
    path = write(file, "moved", *moved, "issuers.O'Neil.cash_usd_bn=5&group.growth of demand=1")
    line = path.read_text("utf-8").splitlines()[1]
    command = line.removeprefix("# To go on from here: ")
    assert shlex.split(command) == [
        *("capexrisk", "explore", str(file)),
        *("--link", "?issuers.O'Neil.cash_usd_bn=5&group.growth+of+demand=1"),
    ]


def test_a_query_of_several_lines_writes_one(file, moved):
    path = write(file, "moved", moved[0], {"market.tax": 0.3}, "market.tax=0.3\n[market]\r\u2028x")
    command = path.read_text("utf-8").splitlines()[1].removeprefix("# To go on from here: ")
    assert shlex.split(command)[-1] == "?market.tax=0.3%0A[market]%0D%E2%80%A8x"


def test_a_file_that_was_edited_meanwhile_is_not_extended(file, moved):
    text = file.read_text("utf-8")
    file.write_text(text.replace("\ntax = ", "\ntax = 0.35 # "), "utf-8")
    with pytest.raises(ScenarioError, match=r"mine\.toml: a file that it extends has changed"):
        write(file, "mine", moved[0], {"issuers.Oracle.cash_usd_bn": 5.0}, "x")
    assert listing(file.parent) == [file.name]


def test_nothing_moved_is_not_saved(file, moved):
    with pytest.raises(ArgumentError, match="nothing is moved"):
        write(file, "same", moved[0], {}, "")


def test_a_scenario_that_is_refused_leaves_no_file(file, moved):
    with pytest.raises(ScenarioError, match=r"bad\.toml.*tax"):
        save(file, "bad", moved[0], {"market.tax": 2.0}, moved[0], "market.tax=2", file)
    assert listing(file.parent) == [file.name]
