"""The explorer as a browser shows it: sliders that move, an address that is the state."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Callable, Iterator
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
from PIL import Image

from capexrisk.explorer import full_run
from capexrisk.explorer.address import Address
from capexrisk.explorer.application import Application
from capexrisk.explorer.assets import page_assets
from capexrisk.explorer.opening import Opening
from capexrisk.explorer.server import Explorer
from capexrisk.explorer.subject import Subject
from capexrisk.explorer.view import read_view
from capexrisk.report.writing.numbers import percentage
from capexrisk.run.session import Session
from capexrisk.scenario import load_scenario
from tests.browser.cell import show, written
from tests.browser.conftest import DESKTOP, PAPER, PHONE, Opened
from tests.browser.test_report import CONTRAST
from tests.cli.command import DEFAULT
from tests.unit.crowd import MOST, crowd

POINTS = 64
ANOTHER = DEFAULT.with_name("deepseek-moment.toml")
MOVED = "issuer=Oracle&year=2027&market.tax=0.3"


class Served:
    """An explorer that can die and come back."""

    def __init__(self, folder, scenario=None) -> None:
        self.file = folder / DEFAULT.name
        for one in (DEFAULT, ANOTHER):
            shutil.copy(one, folder)
        self.scenario = load_scenario(self.file) if scenario is None else scenario
        self.application = Application(self.file, self.scenario, points=POINTS)
        self.application.begin()
        self.address = Address.new()
        self.begin()

    def begin(self) -> None:
        self.server = Explorer(self.address, page_assets(), self.application.actions)
        self.address = self.server.address
        Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def end(self) -> None:
        self.server.shutdown()
        self.server.server_close()


@pytest.fixture(scope="module")
def served(tmp_path_factory) -> Iterator[Served]:
    explorer = Served(tmp_path_factory.mktemp("explorer"))
    yield explorer
    explorer.end()
    explorer.application.close()


@pytest.fixture
def explored(browser, served) -> Iterator[Callable[..., Opened]]:
    """Opens the explorer at a state; what it complained about and asked for is kept."""
    contexts = []

    def open_it(query: str = "", size: tuple[int, int] = DESKTOP, **options) -> Opened:
        context = browser.new_context(
            viewport={"width": size[0], "height": size[1]}, reduced_motion="reduce", **options
        )
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.goto(f"{served.address.link}?{query}")
        rested(found.page)
        return found

    yield open_it
    for context in contexts:
        context.close()


def rested(page, query: str = "") -> None:
    """Wait until all paths are drawn, of a state if one is given."""
    shown = f"[data-shown*='{query}']" if query else ""
    page.wait_for_selector(f"body[data-fine=true]{shown}", timeout=30_000)


def state(page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def failure_of(page, issuer: str) -> str:
    row = page.locator("#table tbody tr", has_text=issuer).first
    return row.locator("td").nth(0).text_content()  # also where its lines break elsewhere


def test_a_slider_moves_the_answer_and_the_address(explored, served):
    found = explored("issuer=CoreWeave")
    page = found.page
    before = page.locator("#summary").inner_text()
    assert page.locator("#charts figure svg").count() >= 6
    slider = page.locator("#groups input[type=range]").first
    name = page.locator("#groups label").first.inner_text().lower()
    box = slider.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    for share in (0.6, 0.7, 0.8, 0.9, 0.97):
        page.mouse.move(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
    page.mouse.up()
    rested(page, "group.")
    assert page.locator("#summary").inner_text() != before
    assert "more than in the scenario as it stands" in page.locator("#summary").inner_text()
    ((key, (share,)),) = [entry for entry in state(page).items() if entry[0].startswith("group.")]
    assert key.lower() == f"group.{name}" and 0.9 < float(share) <= 0.99
    assert page.locator("#moved-list button").all_inner_texts()[0].lower().startswith(name)
    page.locator("#reset").click()
    page.wait_for_selector("body:not([data-shown*='group.'])[data-fine=true]")
    assert page.locator("#summary").inner_text() == before
    assert list(state(page)) == ["issuer", "year"]
    assert found.complaints == []
    assert all(url.startswith((served.address.origin, "data:")) for url in found.requests)


def test_a_link_shows_the_same_figures(explored, served):
    """In two windows, and those of the engine on the same points."""
    one, two = explored(MOVED), explored(MOVED)
    texts = [each.page.locator("#table").inner_text() for each in (one, two)]
    assert texts[0] == texts[1]
    subject = Subject(served.scenario)
    view = read_view(MOVED, subject)
    name = "funding_failure/Oracle"
    with Session(served.scenario, [name], points=POINTS, seed=0) as session:
        expected = session.estimate(subject.changes(view.shares, view.values))[name].estimate
    assert failure_of(one.page, "Oracle").startswith(percentage(expected))
    assert one.page.locator("tr.chosen").inner_text().startswith("Oracle")
    assert one.page.locator("input[name=year]:checked").input_value() == "2027"
    two.page.locator("#table button", has_text="CoreWeave").click()
    rested(two.page, "CoreWeave")
    assert one.page.locator("tr.chosen").inner_text().startswith("Oracle")  # each has its own
    assert one.complaints == two.complaints == []


def test_the_keyboard_does_everything(explored, served):
    page = explored().page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    page.locator("#search").focus()
    page.keyboard.type("issuers.oracle.cash_usd")
    page.keyboard.press("Tab")
    while page.evaluate("document.activeElement.textContent") != "Move":
        page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    assert page.evaluate("document.activeElement.type") == "range"
    page.keyboard.press("Home")
    rested(page, "cash_usd_bn")
    assert state(page)["issuers.Oracle.cash_usd_bn"] == ["0"]
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "number"
    page.keyboard.press("Control+A")
    page.keyboard.type("7.5")
    page.keyboard.press("Enter")
    rested(page, "cash_usd_bn=7.5")
    row = page.locator("#table button", has_text="Meta")
    row.focus()
    page.keyboard.press("Enter")
    rested(page, "Meta")
    assert page.evaluate("document.activeElement.textContent") == "Meta"  # not thrown to the top
    page.locator("input[name=year]").first.focus()
    page.keyboard.press("ArrowRight")
    rested(page, f"year={served.scenario.calendar_years()[1].label}")
    assert "solid 3px" in page.evaluate("getComputedStyle(document.activeElement).outline")
    bars = page.locator("#year .plot")
    bars.focus()
    fullest = int(bars.get_attribute("aria-valuenow"))
    page.keyboard.press("ArrowRight")
    assert int(bars.get_attribute("aria-valuenow")) == fullest + 1
    assert "% of paths" in bars.get_attribute("aria-valuetext")
    assert bars.locator("svg > rect").count() == 1  # the frame around it


@pytest.fixture
def unlisted(browser, served) -> Iterator[tuple[object, list]]:
    """The page at rest, its scenarios not listed yet; and what it asked for, held back."""
    page = browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]})
    held = []

    def hold(route) -> None:
        held.append(route)

    page.route("**/library", hold)
    page.goto(served.address.link)
    rested(page)
    yield page, held
    page.close()


def test_no_control_moves_away_from_under_the_hand(unlisted):
    """The library is listed after the first figures; what stands below it stays where it is."""
    page, held = unlisted
    slider = page.locator("#groups input[type=range]").first
    before = slider.bounding_box()
    assert page.locator("#scenario").is_disabled()
    held.pop().abort()  # as if the server were busy: asked again with the next figures
    says = page.locator("#library-says").inner_text()
    page.locator("#table tbody button").nth(1).click()
    rested(page, "issuer=Amazon")
    held.pop().continue_()
    page.wait_for_selector("#scenario:enabled")
    assert page.locator("#library-says").inner_text() == says
    assert slider.bounding_box() == before


def test_a_folder_without_other_scenarios_moves_nothing_either(unlisted):
    page, held = unlisted
    slider = page.locator("#groups input[type=range]").first
    before = slider.bounding_box()
    held.pop().fulfill(json={"scenarios": []})
    page.wait_for_selector("#library-says:has-text('No other scenario')")
    assert slider.bounding_box() == before and page.locator("#scenario").is_disabled()


@pytest.mark.slow
def test_a_scenario_of_the_library_is_laid_over(explored, served):
    page = explored("issuer=CoreWeave&market.tax=0.3").page
    page.wait_for_selector("#scenario:enabled")
    choices = page.locator("#scenario option")
    assert choices.evaluate_all("(all) => all.map((one) => one.value)")[:2] == ["", ANOTHER.stem]
    page.locator("#scenario").select_option(ANOTHER.stem)
    rested(page, f"scenario={ANOTHER.stem}")
    assert state(page)["market.tax"] == ["0.3"]
    assert f"than in {DEFAULT.stem} as it stands" in page.locator("#summary").inner_text()
    assert page.locator("#failures .key").inner_text().endswith(f"As {DEFAULT.stem} stands")
    assert page.locator("#line li").count() == 2
    page.locator("#line input.number").fill("0.2")
    page.keyboard.press("Enter")
    rested(page, "events.2026Q2.demand_shock=0.2")
    page.locator("#scenario").select_option("")
    page.wait_for_selector("body:not([data-shown*=scenario])[data-fine=true]")
    assert list(state(page)) == ["issuer", "year", "market.tax"]  # its events are gone with it
    assert page.locator("#line li").count() == 0


@pytest.mark.slow
def test_events_are_moved_along_the_time_line(explored, served):
    found = explored(f"scenario={ANOTHER.stem}&issuer=CoreWeave")
    page = found.page
    before = failure_of(page, "CoreWeave")
    slider = page.locator("#line [type=range]").first
    slider.focus()
    page.keyboard.press("ArrowRight")
    rested(page, "event.1=2026Q3")
    assert slider.get_attribute("aria-valuetext") == "2026Q3"
    page.locator("#line [type=checkbox]").nth(1).focus()
    page.keyboard.press("Space")
    rested(page, "event.2=off")
    assert page.evaluate("document.activeElement.type") == "checkbox"
    page.locator("#line input.number").first.fill("0.1")
    page.keyboard.press("Enter")
    rested(page, "events.2026Q2.demand_shock=0.1")
    assert failure_of(page, "CoreWeave") != before
    page.locator("#add-kind").select_option("market_regime")
    page.locator("#add").click()
    rested(page, "event.new=market_regime")
    page.keyboard.press("End")
    rested(page, f"event.new=market_regime+{served.scenario.quarter_labels()[-1]}+shut")
    page.locator("#save").click()
    page.locator("#file").fill("events-moved")
    page.keyboard.press("Enter")
    page.locator("#saved", has_text="Written").wait_for()
    events = load_scenario(served.file.with_name("events-moved.toml")).events
    assert [(event.quarter, event.value) for event in events] == [
        ("2026Q3", 0.1),
        (served.scenario.quarter_labels()[-1], "shut"),
    ]
    page.locator("#close").click()
    page.locator("#line button", has_text="Remove").click()
    page.wait_for_selector("body:not([data-shown*='event.new'])[data-fine=true]")
    page.locator("#reset").click()
    page.wait_for_selector("body:not([data-shown*='event.'])[data-fine=true]")
    assert failure_of(page, "CoreWeave") == before
    assert found.complaints == []


@pytest.mark.slow
def test_a_path_is_told(explored, served):
    found = explored("issuer=Oracle&year=2027")
    page = found.page
    page.locator("#year .plot svg").scroll_into_view_if_needed()
    box = page.locator("#year .plot svg").bounding_box()
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.locator("#tale-quarters li").first.wait_for()
    assert page.locator("#tale-quarters li").count() == served.scenario.quarters
    assert page.evaluate("document.activeElement.id") == "tale-name"
    page.wait_for_url("**&path=*")
    clicked = page.url
    page.locator("#tale-by button", has_text="Worst").click()
    page.wait_for_url(lambda url: url != clicked)
    (path,) = state(page)["path"]
    worst = page.locator("#tale-quarters").inner_text()
    page.locator("#table button", has_text="CoreWeave").click()
    page.locator("#tale-said", has_text="CoreWeave").wait_for()  # on the same path
    assert state(page)["path"] == [path] and page.locator("#tale-quarters").inner_text() != worst
    again = explored(f"issuer=Oracle&year=2027&path={path}")
    again.page.locator("#tale-quarters li").first.wait_for()
    assert again.page.locator("#tale-quarters").inner_text() == worst
    page.locator("#tale-close").click()
    assert not page.locator("#tale").is_visible()
    page.locator("#year .plot").focus()
    page.keyboard.press("End")  # the bar without an upper end
    page.keyboard.press("Home")
    page.keyboard.press("Enter")
    page.locator("#tale").wait_for()
    assert found.complaints == again.complaints == []


def test_what_is_refused_leaves_the_figures(explored):
    page = explored("issuer=Foo&market.tax=0.3").page
    assert "names issuer “Foo”, which is not here" in page.locator("#trouble").inner_text()
    before = failure_of(page, "Oracle")
    field = page.locator("#own input.number")
    field.fill("0,25")
    field.press("Enter")
    assert "“0,25” is not taken: write a number such as 40.5" in page.locator("#own").inner_text()
    assert state(page)["market.tax"] == ["0.3"] and field.get_attribute("aria-invalid") == "true"
    field.fill("2")
    field.press("Enter")
    page.wait_for_selector("body[data-fine=refused]")
    assert "market.tax: 2" in page.locator("#trouble").inner_text()
    assert failure_of(page, "Oracle") == before
    field.fill("0.3")
    field.press("Enter")
    rested(page)
    assert not page.locator("#trouble").is_visible()


def test_an_address_that_names_nothing_says_so(browser, served):
    page = browser.new_page()
    page.goto(f"{served.address.link}?group.nothing=0.5")
    page.wait_for_selector("body[data-fine=refused]")
    assert "no group is named 'nothing'" in page.locator("#trouble").inner_text()
    page.locator("#reset").click()
    rested(page)
    assert not page.locator("#trouble").is_visible()
    page.close()


def test_what_is_refused_is_not_told_as_compiling(browser, served):
    """The note of a first answer that takes long comes after four seconds: here at once."""
    page = browser.new_page()
    page.add_init_script(
        "const set = setTimeout;"
        "window.setTimeout = (act, wait) => wait === 4000 ? (window.late = act, 0) : set(act, wait)"
    )
    page.goto(f"{served.address.link}?group.nothing=0.5")
    page.wait_for_selector("body[data-fine=refused]")
    page.evaluate("late()")
    assert page.locator("#status").inner_text() == "refused"
    page.close()


def test_a_copied_row_of_the_table_has_spaces_between_its_figures(explored):
    page = explored().page
    for cell in page.locator("#table td:has(small)").all():
        assert f" {cell.locator('small').first.text_content()}" in cell.text_content()


def test_a_browser_is_led_to_the_page(browser, served):
    page = browser.new_page()
    with Opening() as opening:
        page.goto(opening.file(f"{served.address.link}?{MOVED}").as_uri())
        rested(page, "market.tax=0.3")
    assert page.url.startswith(served.address.link)
    page.close()


def test_a_server_that_dies_and_comes_back(explored, served):
    page = explored(MOVED).page
    served.end()
    slider = page.locator("#own input[type=range]")
    slider.focus()
    page.keyboard.press("ArrowLeft")
    page.wait_for_selector("#trouble:not([hidden])")
    told = page.locator("#trouble").inner_text()
    assert "at a new address" in told and served.address.token not in told
    assert f"capexrisk explore {served.file} --link '?issuer=Oracle&year=2027&market.tax" in told
    served.begin()
    page.wait_for_selector("#trouble", state="hidden")
    page.wait_for_selector("body[data-fine=true]:not([data-shown*='market.tax=0.3'])")


def test_a_fault_is_told_once(explored, served, monkeypatch):
    page = explored().page
    asked = []

    def faulty(question):
        asked.append(question)
        raise RuntimeError("the engine is on fire")

    monkeypatch.setitem(served.server.actions, "answer", faulty)
    page.locator("#table button", has_text="Meta").click()
    page.wait_for_selector("body[data-fine=refused]")
    told = page.locator("#trouble").inner_text()
    assert told == "the explorer has a fault; RuntimeError: the engine is on fire"
    page.wait_for_timeout(1_200)  # longer than until a lost server is asked again
    assert len(asked) == 1


def test_it_is_saved_and_run(explored, served, monkeypatch):
    page = explored(MOVED).page
    page.locator("#save").click()
    page.locator("#file").fill("higher-tax")
    assert not page.locator("#full").is_visible()
    page.keyboard.press("Enter")
    page.locator("#saved", has_text="Written").wait_for()
    found = load_scenario(served.file.with_name("higher-tax.toml"))
    assert found.market.tax == 0.3
    assert found.market.evidence["tax"] == "assumed: set in the explorer"
    page.locator("#write").click()
    page.locator("#saved", has_text="exists already").wait_for()
    page.locator("#file").fill("../evil")
    assert page.locator("#saved").inner_text() == ""  # it was about another name
    page.locator("#write").click()
    assert "“../evil” is no name for a file" in page.locator("#saved").inner_text()
    monkeypatch.setattr(full_run, "COMMAND", (sys.executable, "-c", ""))
    page.locator("#full").click()
    page.locator("#running", has_text="The report is there").wait_for()
    assert page.locator("#running code").inner_text().endswith("runs/higher-tax/report.html")


@pytest.mark.slow
def test_the_page_in_a_notebook_s_cell(browser, explored, served, monkeypatch):
    """As it is in a window: the library, events and a path told too; the object says what is so."""
    widgets = pytest.importorskip("capexrisk.explorer.widget", reason="anywidget is missing")
    for what in ("begin", "close"):  # the engine is there, and others need it
        monkeypatch.setattr(served.application, what, lambda: None)
    widget = widgets.ExplorerWidget(served.application, MOVED, 900)
    page = browser.new_page()
    shown = show(page, widget)
    frame = shown.frame
    frame.locator("body[data-fine=true]").wait_for(timeout=30_000)
    assert failure_of(frame, "Oracle") == failure_of(explored(MOVED).page, "Oracle")
    assert widget.changes == {"market.tax": 0.3} and widget.scenario.market.tax == 0.3
    frame.locator("#tale-by button", has_text="Worst").click()
    frame.locator("#tale-quarters li").first.wait_for()
    written(page, widget, "path=")
    frame.locator("#scenario").select_option(ANOTHER.stem)  # the page begins anew
    frame.locator("#line li").first.wait_for()
    frame.locator(f"body[data-fine=true][data-shown*='scenario={ANOTHER.stem}']").wait_for()
    frame.locator("#line [type=checkbox]").first.uncheck()
    written(page, widget, "event.1=off")
    assert widget.scenario.events == load_scenario(ANOTHER).events[1:]
    assert widget.scenario.market.tax == 0.3
    assert not shown.complaints
    assert all(url.startswith(("blob:", "data:", "about:")) for url in shown.requests)
    widget.close()
    page.close()


@pytest.mark.slow
def test_many_issuers(browser, tmp_path):
    """Sixty-four: a move is answered within 20 s, also on a machine that is busy."""
    served = Served(tmp_path, crowd())
    found = Opened(browser.new_page(viewport={"width": DESKTOP[0], "height": DESKTOP[1]}))
    page = found.page
    page.on("console", lambda message: found.complaints.append(message.text))
    page.on("pageerror", lambda error: found.complaints.append(str(error)))
    page.goto(served.address.link)
    page.wait_for_selector("body[data-fine=true]", timeout=120_000)
    assert page.locator("#table tbody tr").count() == MOST + 3
    assert page.evaluate("document.documentElement.scrollWidth") <= DESKTOP[0]
    last = served.scenario.issuers[-1].name
    page.locator("#table button", has_text=last).click()
    page.locator("#search").fill(f'"{last}".cash_usd_bn')
    page.locator("#inputs button").first.click()
    page.locator("#own input.number").fill("1")
    page.keyboard.press("Enter")
    page.wait_for_selector("body[data-shown*='cash_usd_bn=1']", timeout=20_000)
    assert last in page.locator("#summary").inner_text()
    assert found.complaints == []
    page.close()
    served.end()
    served.application.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_text_stands_out_from_its_ground(explored, scheme):
    page = explored(MOVED, color_scheme=scheme).page
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate(CONTRAST) == []


def test_every_control_has_a_name(explored):
    page = explored(MOVED).page
    page.locator("#search").fill("cash")
    without = page.evaluate(
        """() => [...document.querySelectorAll("input, select, button")].filter((one) =>
          !(one.labels?.length || one.getAttribute("aria-label") || one.textContent.trim()))
          .map((one) => one.outerHTML)"""
    )
    assert without == []
    ids = page.evaluate("[...document.querySelectorAll('[id]')].map((one) => one.id)")
    assert len(ids) == len(set(ids))


def test_it_fits_window_phone_and_paper(explored, tmp_path):
    page = explored(MOVED, size=PHONE).page
    answer, controls = (page.locator(part).bounding_box()["y"] for part in ("#table", "aside"))
    assert answer < controls and page.locator(".sideways").is_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE[0]
    path = tmp_path / "page.png"
    page.screenshot(path=path)
    with Image.open(path) as image:
        assert len(image.convert("RGB").getcolors(2**24)) > 100
    page.set_viewport_size({"width": DESKTOP[0], "height": DESKTOP[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= DESKTOP[0]
    page.set_viewport_size({"width": 1280, "height": DESKTOP[1]})
    assert page.evaluate(
        "[...document.querySelectorAll('.wide')].every((one) => one.scrollWidth <= one.clientWidth)"
    )
    page.emulate_media(media="print")
    page.set_viewport_size({"width": PAPER[0], "height": PAPER[1]})
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER[0]
    assert 1 <= page.pdf(format="A4").count(b"/Type /Page\n") <= 4
