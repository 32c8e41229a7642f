"""The page of a backtest in a browser: quiet, alone, as wide as its window."""

from __future__ import annotations

from pathlib import Path

import pytest

from capexrisk.report.files.backtest_page import write_backtest
from capexrisk.scenario import load_scenario
from capexrisk.study.backtest.against import backtest
from capexrisk.study.simulation import simulate
from capexrisk.tables.actuals import read_actuals
from tests.browser.conftest import ATTACK, DESKTOP, PHONE
from tests.cli.command import DEFAULT, ROOT

sizes = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """The default scenario against 2026, with sources that would like to be scripts."""
    results = simulate(load_scenario(DEFAULT), paths=2_048, seed=2, outer=32, inner=128)
    rows, _ = read_actuals(ROOT / "configs" / "data" / "actual_2026.csv")
    rows = [row._replace(source_title=ATTACK, confidence=ATTACK) for row in rows]
    return write_backtest(backtest(results, rows, paths=512), tmp_path_factory.mktemp("backtest"))


@sizes
def test_nothing_goes_wrong_and_nothing_is_asked_for(opened, report, size):
    found = opened(size)
    assert found.complaints == []
    assert found.requests == [report.as_uri()]


@sizes
def test_it_fits_the_window(opened, size):
    page = opened(size).page
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_every_figure_and_issuer_is_told(opened):
    page = opened(DESKTOP).page
    assert page.locator("section[aria-labelledby=figures] tbody tr").count() == 41
    assert page.locator("section[aria-labelledby=sources] tbody tr").count() == 47
    assert page.locator("main svg").count() == 6
