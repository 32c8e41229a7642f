"""What was set beside a scenario's file, and what is known too late, is told."""

from __future__ import annotations

import shlex
from dataclasses import replace
from pathlib import Path

from capexrisk.archive.results import Results
from capexrisk.report.content.inputs import hindsight
from capexrisk.report.content.provenance import changes, command, facts
from capexrisk.report.files.markdown import markdown
from capexrisk.report.plots.canvas import panels, stamp
from capexrisk.scenario import Scenario, digest, load_scenario, overrides_of
from tests.unit.report.synthetic import synthetic

DEFAULT = Path(__file__).parents[4] / "configs" / "hyperscalers-2026.toml"
SET = [
    "issuers.Oracle.capex_2026_usd_bn=40",
    "market.access.bonds=[1, 0.5, 0.25]",
    "issuers.Oracle.high_yield=true",
    "market.regime0=stressed",
]


def of(scenario: Scenario) -> Results:
    made_up = synthetic()
    return replace(made_up, manifest=made_up.manifest.model_copy(update={"scenario": scenario}))


def test_the_command_repeats_what_was_set() -> None:
    results = of(load_scenario(DEFAULT, SET))
    words = shlex.split(command(results))
    told = [words[at + 1] for at, word in enumerate(words) if word == "--set"]
    assert len(told) == len(SET)
    assert digest(load_scenario(DEFAULT, told)) == digest(results.manifest.scenario)


def test_the_command_in_a_mail_is_to_be_copied() -> None:
    made_up = synthetic()
    market = load_scenario(DEFAULT, SET[1:2]).market
    scenario = made_up.manifest.scenario.model_copy(update={"market": market})
    results = replace(made_up, manifest=made_up.manifest.model_copy(update={"scenario": scenario}))
    (line,) = (line for line in markdown(results).splitlines() if "To repeat it" in line)
    assert line == f"- To repeat it: `{command(results)}`"
    assert "market.access.bonds=[1, 0.5, 0.25]" in line


def test_a_changed_run_says_so() -> None:
    results = of(load_scenario(DEFAULT, SET[:1]))
    assert changes(results) == "issuers.Oracle.capex_2026_usd_bn = 40"
    assert dict(facts(results))["Changed"] == changes(results)
    figure, _ = panels(1)
    stamp(figure, results)
    assert figure.get_supxlabel().startswith("hyperscalers-2026, changed · ")


def test_a_file_as_it_is_has_no_mark() -> None:
    results = of(load_scenario(DEFAULT))
    assert overrides_of(results.manifest.scenario) == []
    assert changes(results) == "" and "Changed" not in dict(facts(results))
    assert "--set" not in command(results)


def test_judgements_of_later_days_are_counted() -> None:
    scenario = load_scenario(DEFAULT)
    (line,) = hindsight(of(scenario))
    later = DEFAULT.read_text("utf-8").count("set with the first half of 2026 in view")
    # An issuer's default counts for each issuer that takes it.
    assert int(line.removeprefix("evidence: ").partition(" ")[0]) >= later > 0
    assert "set with the first half of 2026 in view" in line and "2026-02-13" in line
    assert hindsight(synthetic()) == []
