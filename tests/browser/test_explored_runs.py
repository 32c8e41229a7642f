"""Finished runs in the explorer as a browser shows them, and the page in a notebook's cell."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest

import capexrisk as cr
from capexrisk.explorer.address import Address
from capexrisk.explorer.assets import page_assets
from capexrisk.explorer.runs.application import Runs
from capexrisk.explorer.server import Explorer
from capexrisk.report.writing.numbers import percentage
from capexrisk.scenario import change_inputs
from capexrisk.study.simulation import simulate
from tests.browser.cell import show, written
from tests.browser.conftest import ATTACK, DESKTOP, PAPER, PHONE, Opened
from tests.browser.test_report import CONTRAST
from tests.unit.manifests import changed
from tests.unit.scenarios import small_scenario
from tests.unit.uncertain import uncertain

DRAWN, BEHIND = "input[name=run]", "input[name=behind]"


@dataclass
class Served:
    """Runs that are explored, and where."""

    runs: dict[str, cr.Results]
    address: Address


@pytest.fixture(scope="module")
def runs() -> dict[str, cr.Results]:
    base = uncertain()
    taxed = change_inputs(base, {"market.tax": 0.4, "issuers.Oracle.cash_usd_bn": 1.0})
    alone = small_scenario()
    issuers = tuple(issuer for issuer in alone.issuers if issuer.name != "Oracle")
    return {
        "base": simulate(base, paths=2_048, seed=2, outer=32, inner=128),
        "taxed": changed(simulate(taxed, paths=2_048, seed=2), scenario={"title": ATTACK}),
        "fewer": simulate(
            alone.model_copy(update={"issuers": issuers}), paths=512, seed=2, collect="means"
        ),
    }


@pytest.fixture(scope="module")
def served(runs) -> Iterator[Served]:
    actions = Runs(runs, ["runs/base", "runs/taxed", "runs/fewer"]).actions
    with Explorer(Address.new(), page_assets(), actions) as server:
        Thread(target=server.serve_forever, args=(0.01,), daemon=True).start()
        yield Served(runs, server.address)
        server.shutdown()


def opened(context, served: Served, query: str = "") -> Opened:
    found = Opened(context.new_page())
    found.page.on("console", lambda message: found.complaints.append(message.text))
    found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
    found.page.on("request", lambda request: found.requests.append(request.url))
    found.page.goto(f"{served.address.link}?{query}")
    rested(found.page)
    return found


@pytest.fixture
def context(browser) -> Iterator[object]:
    size = {"width": DESKTOP[0], "height": DESKTOP[1]}
    found = browser.new_context(viewport=size, reduced_motion="reduce")
    yield found
    found.close()


def rested(page, query: str = "") -> None:
    shown = f"[data-shown*='{query}']" if query else ""
    page.wait_for_selector(f"body[data-fine=true]{shown}", timeout=30_000)


def failure_of(results: cr.Results, issuer: str) -> str:
    return percentage(results.estimate(f"funding_failure/{issuer}"))


def cell(page, issuer: str) -> str:
    return page.locator("#table tbody tr", has_text=issuer).first.locator("td").nth(0).inner_text()


def test_runs_are_chosen_and_the_address_says_which(context, served):
    found = opened(context, served)
    page, runs = found.page, served.runs
    assert page.locator("h1").inner_text() == ATTACK  # the second is drawn, the first behind it
    assert cell(page, "Oracle").startswith(failure_of(runs["taxed"], "Oracle"))
    assert page.locator("#charts figure svg").count() >= 7
    assert "Market: tax" in page.locator(".differs").inner_text()
    assert "Differences are paired" in page.locator("#errors").inner_text()
    assert page.locator("#failures .key").inner_text().endswith("base")
    page.locator(f"{BEHIND}[value=taxed]").check()  # the two change places
    rested(page, "run=base")
    query = parse_qs(page.evaluate("document.body.dataset.shown"))
    assert (query["run"], query["behind"]) == (["base"], ["taxed"])
    assert cell(page, "Oracle").startswith(failure_of(runs["base"], "Oracle"))
    assert "over the inputs" in cell(page, "Oracle")
    assert "over the inputs, P5 to P95" in page.locator("#failures .key").inner_text()
    page.locator("#table button", has_text="Oracle").click()
    page.locator("input[name=year]").nth(1).check()
    rested(page, "issuer=Oracle&year=2027")
    page.wait_for_url(lambda url: "year=2027" in url)  # it is written a moment later
    again = opened(context, served, urlsplit(page.url).query)
    for part in ("#table", "#summary", "#year figcaption", "aside"):
        assert again.page.locator(part).inner_text() == page.locator(part).inner_text()
    assert found.complaints == again.complaints == []
    asked = (*found.requests, *again.requests)
    assert all(url.startswith((served.address.origin, "data:")) for url in asked)


def test_a_run_of_other_issuers_that_keeps_less(context, served):
    """The page has the issuers of the run that is drawn, and says what is missing."""
    page = opened(context, served, "run=base&behind=&issuer=Oracle").page
    assert "alone" in page.evaluate("document.body.className")
    assert page.locator("#table td.by").first.is_hidden()
    page.locator(f"{DRAWN}[value=fewer]").focus()
    page.keyboard.press("Space")
    rested(page, "run=fewer")
    assert "Oracle" not in page.locator("#table").inner_text()
    assert page.evaluate("document.activeElement.value") == "fewer"
    for part in ("#fan", "#year", "#market"):
        assert "keeps no distributions" in page.locator(part).inner_text()
    assert page.locator("#market svg").count() == 1  # utilisation
    page.locator(f"{BEHIND}[value=base]").check()
    rested(page, "behind=base")
    assert "issuers only in base" in page.locator("aside .note").all_inner_texts()[0]
    assert "not of pairs" in page.locator("#errors").inner_text()


def test_an_address_that_names_no_run_says_so(browser, served):
    page = browser.new_page()
    page.goto(f"{served.address.link}?run=nobody")
    page.locator("#trouble", has_text="run 'nobody' in the address").wait_for()
    assert page.locator("h1").inner_text() == "The address cannot be shown"  # nor does it load
    assert not page.locator("#copy").is_visible()
    page.locator("#trouble button").click()
    rested(page, "run=taxed")
    page.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_it_fits_and_stands_out(browser, served, scheme):
    context = browser.new_context(color_scheme=scheme)
    page = opened(context, served, "run=base&behind=taxed&issuer=Oracle").page
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate(CONTRAST) == []
    for width, height in (PHONE, DESKTOP, PAPER):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    unnamed = page.evaluate(
        """() => [...document.querySelectorAll("input, button")].filter((one) =>
          !(one.labels?.length || one.textContent.trim())).map((one) => one.outerHTML)"""
    )
    assert unnamed == []
    context.close()


def test_the_page_in_a_notebook_s_cell(context, runs):
    """In a frame without an address: messages carry its questions, the object keeps its state."""
    pytest.importorskip("anywidget", reason="anywidget is not installed")
    widget = cr.explore(runs, "issuer=Oracle")
    widget._esm = widget._esm.replace("PATIENCE = 30_000", "PATIENCE = 500")
    page = context.new_page()
    shown = show(page, widget)
    frame = shown.frame
    frame.locator("body[data-fine=true]").wait_for(timeout=30_000)
    assert cell(frame, "Oracle").startswith(failure_of(runs["taxed"], "Oracle"))
    assert frame.locator("#charts figure svg").count() >= 7
    frame.locator(f"{DRAWN}[value=base]").check()
    frame.locator("body[data-shown*='run=base']").wait_for()
    written(page, widget, "run=base")
    assert widget.changes == {}
    assert widget.scenario == runs["base"].manifest.scenario
    assert shown.complaints == []
    assert all(url.startswith(("blob:", "data:", "about:")) for url in shown.requests)
    page.locator("#cell > p").wait_for(state="hidden")  # a busy machine may have been silent
    page.evaluate("() => { window.ask = () => new Promise(() => {}); }")  # the kernel ends
    frame.locator(f"{DRAWN}[value=taxed]").check()
    page.locator("#cell > p", has_text="kernel has not answered for").wait_for(timeout=10_000)
    widget.close()
