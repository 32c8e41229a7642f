"""The answer in a terminal."""

from __future__ import annotations

import io

import pytest
from rich.console import Console

from capexrisk.archive.results import Results
from capexrisk.report.content import tables
from capexrisk.report.content.answer import answer
from capexrisk.report.writing.estimates import Estimates
from capexrisk.report.writing.numbers import percentage
from tests.unit.manifests import changed


def printed(results: Results, width: int) -> str:
    stream = io.StringIO()
    Console(file=stream, width=width).print(tables.headline_table(results))
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
        cause = "n/a" if issuer.cause is None else percentage(issuer.cause[1], "")
        assert lines[1].rstrip().endswith(cause)
    (line,) = (line for line in text.splitlines() if line.startswith("Two or more"))
    assert line.rstrip().endswith(percentage(found.together[1].failure, ""))


def test_the_terminal_takes_any_run(odd: Results) -> None:
    text = printed(odd, 80)
    assert max(len(line) for line in text.splitlines()) <= 80
    assert "…" not in text
    more = odd.years[tables.YEARS_IN_TERMINAL :]
    assert ("see report.html" in text) == bool(more)
    assert all(year in text for year in odd.years[: tables.YEARS_IN_TERMINAL])


def test_a_name_is_no_markup(results: Results) -> None:
    marked = changed(results, scenario={"title": "[red]A[/red] title"})
    assert "[red]A[/red] title" in printed(marked, 80)
