"""The page of a run: one file that loads nothing."""

from __future__ import annotations

import re
import shlex
from collections.abc import Callable
from pathlib import Path

from capexrisk.archive.results import Results
from capexrisk.archive.why import shown_name
from capexrisk.report.content.answer import IssuerAnswer, answer
from capexrisk.report.content.findings import Finding, find, threshold_text, warnings
from capexrisk.report.content.grids import Grids
from capexrisk.report.content.inputs import assumptions, confidence_table, hindsight
from capexrisk.report.content.over_inputs import (
    OVER_INPUTS,
    TOO_FEW,
    judgements,
    what_is_covered,
    what_is_drawn,
)
from capexrisk.report.content.provenance import changes, facts
from capexrisk.report.content.verdicts import sentence, verdict
from capexrisk.report.content.what_it_takes import parts_of_paths, question
from capexrisk.report.content.why import parts_of_why, questions
from capexrisk.report.files.page import REPORT, Entry, Part, figures_by_section, render_page
from capexrisk.report.plots.cash_flow import MOST_PANELS
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.figures import MOST_ISSUERS, draw_figures
from capexrisk.report.writing.cells import Grid
from capexrisk.report.writing.estimates import Estimates, last_quarters, likeliest_to_fail
from capexrisk.study.cautions import cautions
from capexrisk.study.why import NOTHING, Why

MOST_YEARS = 6
RANGE = re.compile(r"(?<=[0-9])–(?=[0-9])")


def write_report(
    results: Results,
    directory: Path,
    draw: Callable[[], list[Drawing]] | None = None,
    why: Why = NOTHING,
) -> Path:
    """Write report.html into a directory.

    Parameters
    ----------
    results : Results
    directory : Path
        An existing directory.
    draw : callable, optional
        Gives the drawings of these results, such as those that were begun. It is called last: what
        the page says is put together while others draw. Otherwise the figures are drawn anew.
    why : Why, optional
        What was left with the run.

    Returns
    -------
    Path
        The file.
    """
    path = directory / REPORT
    said = _said(results, why, shown_name(directory))
    drawings = draw_figures(results, why) if draw is None else draw()
    path.write_text(_page(said, drawings), encoding="utf-8")
    return path


def render(results: Results, drawings: list[Drawing], why: Why = NOTHING, run: str = "RUN") -> str:
    """The page as text; `run` is how its commands name the run."""
    return _page(_said(results, why, run), drawings)


def _page(said: dict[str, object], drawings: list[Drawing]) -> str:
    return render_page("report.html.j2", said | {"figures": figures_by_section(drawings)})


def _said(results: Results, why: Why, run: str) -> dict[str, object]:
    """What the page shows beside its figures."""
    estimates = Estimates(results)
    ends = last_quarters(results)
    years = years_shown(results)
    grids = Grids(results, estimates, {year: ends[year] for year in years})
    drawn = likeliest_to_fail(results, MOST_ISSUERS)
    found = answer(results, estimates, why)
    parts = [_part(issuer, found.end, k, grids) for k, issuer in enumerate(found.issuers, 1)]
    inputs = assumptions(results)
    return {
        "warnings": warnings(results),
        "contents": _contents(parts, over_inputs=results.inputs is not None),
        "results": results,
        "words": results.words,
        "scenario": results.manifest.scenario,
        "run": results.manifest.run,
        "findings": [
            Finding(question, _joined(text))
            for question, text in find(results, estimates, found, years)
        ],
        "headline": [grids.negative_cash_flow(), grids.failure()],
        "verdict": verdict(found),
        "parts": parts,
        "system": _system(grids, drawn),
        "drawn": drawn,
        "years": years,
        "panels": MOST_PANELS,
        "inputs_by_section": inputs,
        "judgements": judgements(results) if results.inputs is not None else [],
        "over_inputs_key": OVER_INPUTS,
        "too_few": TOO_FEW,
        "covered": what_is_covered([results]),
        "what_is_drawn": "" if results.inputs is None else what_is_drawn(results),
        "confidence": confidence_table(inputs),
        "changed": changes(results),
        "cautions": [*hindsight(results), *cautions(results.manifest.scenario)],
        "facts": facts(results),
        "causes_asked": found.asked,
        "why": parts_of_why(why),
        "paths": parts_of_paths(why),
        "other_code": why.other_code,
        "commands": {
            "why": questions(results, why, run),
            "paths": [] if why.reverses else [question(results, run)],
            "report": f"capexrisk report {shlex.quote(run)}",
        },
    }


def _contents(parts: list[Part], *, over_inputs: bool) -> list[Entry]:
    few = parts if len(parts) <= MOST_ISSUERS else []  # more would push the rest out of sight
    issuers = [Entry(part.anchor, part.name) for part in few]
    together = {
        "together": "Failures together",
        "funding": "Funding from outside",
        "market": "The market",
        "profit": "Profit",
    }
    return [
        Entry("answer", "The answer", [Entry("by-year", "Year by year")]),
        Entry("issuers", "Issuer by issuer", issuers),
        Entry("system", "The system", [Entry(*line) for line in together.items()]),
        Entry("why", "Why"),
        Entry("paths", "What would have to happen"),
        Entry("assumptions", "Assumptions"),
        *([Entry("uncertainty", "Uncertainty of the inputs")] if over_inputs else []),
        Entry("limits", "Limits"),
        Entry("computed", "How it was computed"),
    ]


def years_shown(results: Results) -> list[str]:
    """Years that fit the page: the first five and the last, of many."""
    years = results.years
    return years if len(years) <= MOST_YEARS else [*years[: MOST_YEARS - 1], years[-1]]


def _joined(text: str) -> str:
    """Text whose ranges have no line break after their dash; browsers would break there."""
    return RANGE.sub("\N{WORD JOINER}–\N{WORD JOINER}", text)


def _part(issuer: IssuerAnswer, end: str, number: int, grids: Grids) -> Part:
    tables = (grids.amounts, grids.distress, grids.causes, grids.extremes)
    return Part(
        name=issuer.name,
        anchor=f"issuer-{number}",
        sentence=_joined(sentence(issuer, end)),
        grids=[build(issuer.name) for build in tables],
    )


def _system(grids: Grids, drawn: list[str]) -> dict[str, Grid]:
    results = grids.results
    return {
        "together": grids.failures_together(),
        "joint": grids.joint(drawn),
        "conditional": grids.conditional(drawn),
        "market": grids.market(),
        "profit": grids.group_profit(threshold_text(results, "group_profit")),
        "funding": grids.outside_funding(threshold_text(results, "outside_funding")),
    }
