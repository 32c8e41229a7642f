"""The answer in a terminal."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest
from rich.console import Console

from capexrisk.archive.results import Results
from capexrisk.report.content import tables
from capexrisk.report.content.answer import answer
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.numbers import percentage
from capexrisk.report.writing.spread import predictive_in_per_cent, spread_in_per_cent
from tests.unit.manifests import changed


def printed(results: Results, width: int) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(tables.Headline(results))
    return stream.getvalue()


@pytest.mark.parametrize("width", [80, 100])
def test_the_terminal_shows_all_of_it_in_its_width(results: Results, width: int) -> None:
    text = printed(results, width)
    assert max(len(line) for line in text.splitlines()) <= width
    assert "…" not in text
    assert "2,048 paths, seed 2" in text
    found = answer(results, Estimates(results))
    for issuer in found.issuers:
        lines = [line for line in text.splitlines() if line.startswith(issuer.name)]
        assert len(lines) == 2
        for line, chances in zip(lines, (issuer.negative, issuer.failed), strict=True):
            assert all(percentage(chance, "") in line for chance in chances.values())
        names = [cause for cause, _ in issuer.causes]
        cause = " or ".join(names) or "n/a"
        if len(names) == 1:
            cause = f"{names[0]} {percentage(issuer.causes[0][1], '')}"
        assert lines[1].rstrip().endswith(cause)
    two = any(len(issuer.causes) > 1 for issuer in found.issuers)
    assert ("Of two constraints either" in " ".join(text.split())) == two
    (line,) = (line for line in text.splitlines() if line.startswith("Two or more"))
    assert line.rstrip().endswith(percentage(found.together[1].failure, ""))


def test_the_terminal_takes_any_run(odd: Results) -> None:
    text = printed(odd, 80)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "…" not in text
    assert ("see report.html" in text) == (len(odd.years) > tables.YEARS_IN_TERMINAL)
    assert all(year in text for year in (*odd.years[:2], odd.years[-1]))  # the end, of any horizon
    assert ("n/a" in text.partition("± is half")[0]) == ("n/a:" in text)


@pytest.mark.parametrize("width", [80, 100])
def test_below_each_chance_stands_its_range(uncertain_run: Results, width: int) -> None:
    text = printed(uncertain_run, width)
    assert max(len(line) for line in text.splitlines()) <= width
    found = answer(uncertain_run, Estimates(uncertain_run))
    lines = text.splitlines()
    rows = [(issuer.name, issuer.negative_over_inputs) for issuer in found.issuers]
    rows += [(issuer.name, issuer.failed_over_inputs) for issuer in found.issuers]
    rows += [(each.label, each.over_inputs) for each in found.together]
    labels = (*uncertain_run.issuers, *(each.label for each in found.together))
    starts = [number for number, line in enumerate(lines) if line.startswith(labels)]
    assert len(starts) == len(rows)
    for (label, by_year), start in zip(rows, starts, strict=True):
        assert lines[start].startswith(label)
        for line, head, said in (
            (lines[start + 1], " predictive ", predictive_in_per_cent),
            (lines[start + 2], " P5 to P95 ", spread_in_per_cent),
        ):
            assert line.startswith(head)
            cells = [part.strip() for part in line[len(head) :].split("  ") if part.strip()]
            assert cells == [said(spread, "") for spread in by_year.values()]
    words = " ".join(text.split())
    assert "by 6 draws at each of 64 points, with 128 paths a point." in words
    unknown = any("n/a" in line for line in lines if line.startswith(" P5 to P95"))
    assert unknown == ("n/a there:" in words)


def test_no_range_stands_in_a_run_without_points(uncertain_run: Results) -> None:
    text = printed(replace(uncertain_run, inputs=None), 80)
    assert " to " not in text.split("±")[0] and "P95" not in text and "redictive" not in text


def test_a_reader_is_told_where_inputs_are_not_drawn(uncertain_run: Results) -> None:
    """Where ranges are given; a scenario without any has nothing else to reckon with."""
    said = "The inputs stand as they are"
    assert said not in printed(uncertain_run, 80)
    alone = replace(uncertain_run, inputs=None)
    assert said in printed(alone, 80)
    without = alone.manifest.scenario.uncertainty.model_copy(update={"groups": {}})
    assert said not in printed(changed(alone, scenario={"uncertainty": without}), 80)


def test_a_name_is_no_markup(results: Results) -> None:
    marked = changed(results, scenario={"title": "[red]A[/red] title"})
    assert "[red]A[/red] title" in printed(marked, 80)
