"""The page of a run: one file that loads nothing."""

from __future__ import annotations

import re
from pathlib import Path

from capexrisk.archive.results import Results
from capexrisk.report.content.answer import IssuerAnswer, answer
from capexrisk.report.content.findings import Finding, find, threshold_text, warnings
from capexrisk.report.content.grids import Grids
from capexrisk.report.content.inputs import assumptions, confidence_table, hindsight
from capexrisk.report.content.over_inputs import OVER_INPUTS, judgements, what_is_drawn
from capexrisk.report.content.provenance import changes, facts
from capexrisk.report.content.verdicts import sentence, verdict
from capexrisk.report.files.page import REPORT, Entry, Part, figures_by_section, render_page
from capexrisk.report.plots.cash_flow import MOST_PANELS
from capexrisk.report.plots.figures import MOST_ISSUERS, Drawing, draw_figures
from capexrisk.report.writing.cells import Grid
from capexrisk.report.writing.estimates import Estimates, last_quarters, likeliest_to_fail
from capexrisk.study.cautions import cautions

MOST_YEARS = 6
RANGE = re.compile(r"(?<=[0-9])–(?=[0-9])")


def write_report(results: Results, directory: Path, drawings: list[Drawing] | None = None) -> Path:
    """Write report.html into a directory.

    Parameters
    ----------
    results : Results
    directory : Path
        An existing directory.
    drawings : list of Drawing, optional
        What `write_figures` returned for these results; otherwise the figures are drawn anew.

    Returns
    -------
    Path
        The file.
    """
    path = directory / REPORT
    path.write_text(render(results, drawings or draw_figures(results)), encoding="utf-8")
    return path


def render(results: Results, drawings: list[Drawing]) -> str:
    """The page as text."""
    return render_page("report.html.j2", _context(results, drawings))


def _context(results: Results, drawings: list[Drawing]) -> dict[str, object]:
    estimates = Estimates(results)
    ends = last_quarters(results)
    years = years_shown(results)
    grids = Grids(results, estimates, {year: ends[year] for year in years})
    drawn = likeliest_to_fail(results, MOST_ISSUERS)
    found = answer(results, estimates)
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
        "figures": figures_by_section(drawings),
        "system": _system(grids, drawn),
        "drawn": drawn,
        "years": years,
        "panels": MOST_PANELS,
        "inputs_by_section": inputs,
        "judgements": judgements(results) if results.inputs is not None else [],
        "over_inputs_key": OVER_INPUTS,
        "what_is_drawn": "" if results.inputs is None else what_is_drawn(results),
        "confidence": confidence_table(inputs),
        "changed": changes(results),
        "cautions": [*hindsight(results), *cautions(results.manifest.scenario)],
        "facts": facts(results),
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
