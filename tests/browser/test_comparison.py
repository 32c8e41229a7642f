"""The page of a comparison in a browser: quiet, alone, as wide as its window."""

from __future__ import annotations

from pathlib import Path

import pytest

from capexrisk.report.files.comparison_page import write_comparison
from capexrisk.scenario import load_scenario
from capexrisk.study.comparison import compare
from capexrisk.study.simulation import simulate
from tests.browser.conftest import ATTACK, DESKTOP, PHONE
from tests.cli.command import DEFAULT
from tests.unit.manifests import changed

sizes = pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])


@pytest.fixture(scope="module")
def report(tmp_path_factory) -> Path:
    """Two scenarios, with titles that would like to be scripts."""
    changes = {"name": "glut", "market.demand_saturation_usd_bn_per_year": 400}
    runs = []
    for scenario in (load_scenario(DEFAULT), load_scenario(DEFAULT, changes)):
        results = simulate(scenario, paths=2_048, seed=2)
        runs.append(changed(results, scenario={"title": ATTACK, "description": ATTACK}))
    return write_comparison(compare(runs), tmp_path_factory.mktemp("comparison"))


@sizes
def test_nothing_goes_wrong_and_nothing_is_asked_for(opened, report, size):
    found = opened(size)
    assert found.complaints == []
    assert found.requests == [report.as_uri()]


@sizes
def test_it_fits_the_window(opened, size):
    page = opened(size).page
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_tables_sort(opened):
    page = opened(DESKTOP).page
    head = page.locator("table.sortable th button").nth(1)
    before = page.locator("table.sortable").first.locator("tbody th").all_inner_texts()
    head.click()
    head.click()
    after = page.locator("table.sortable").first.locator("tbody th").all_inner_texts()
    assert sorted(before) == sorted(after) and before != after


@pytest.mark.slow
@sizes
def test_it_can_be_photographed(opened, tmp_path, size):
    picture = tmp_path / "page.png"
    opened(size).page.screenshot(path=picture, full_page=True)
    assert picture.stat().st_size > 100_000


def test_issuers_share_pages_in_print(opened):
    page = opened(DESKTOP).page
    issuers = page.locator("section.issuer").count()
    assert 3 <= page.pdf(format="A4").count(b"/Type /Page\n") <= issuers + 1
