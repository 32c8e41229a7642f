"""The report as a browser shows it."""

from __future__ import annotations

import pytest
from PIL import Image

from capexrisk.report.files.run_page import write_report
from capexrisk.report.plots.of_why import drawings_of_why
from tests.browser.conftest import ATTACK, DESKTOP, PAPER, PHONE
from tests.unit.report.made_up_why import made_up_why

SECTIONS = ("answer", "issuers", "system", "why", "paths", "assumptions", "limits", "computed")
# What is written against what it stands on, by WCAG 2: every element with text of its own.
CONTRAST = """
() => {
  const channel = (value) => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  const parse = (text) => {
    const [r, g, b, a = 1] = text.match(/[\\d.]+/g).map(Number);
    return [r, g, b, a];
  };
  const light = ([r, g, b]) =>
    0.2126 * channel(r / 255) + 0.7152 * channel(g / 255) + 0.0722 * channel(b / 255);
  const ground = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement)
      layers.push(parse(getComputedStyle(at).backgroundColor));
    return layers.reverse().reduce(
      (below, [r, g, b, a]) => [r, g, b].map((c, i) => a * c + (1 - a) * below[i]),
      [255, 255, 255],
    );
  };
  const poor = [];
  for (const element of document.querySelectorAll("body *:not(svg *):not(script)")) {
    const own = [...element.childNodes].some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !element.checkVisibility()) continue;
    const [a, b] = [light(parse(getComputedStyle(element).color)), light(ground(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5) poor.push(`${element.tagName} ${ratio.toFixed(2)} ${element.textContent}`);
  }
  return poor;
}
"""


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_nothing_goes_wrong_and_nothing_is_asked_for(opened, report, size):
    found = opened(size)
    assert found.page.title() == ATTACK
    assert found.page.locator("h1").inner_text() == ATTACK
    assert found.complaints == []
    assert found.requests == [report.as_uri()]


def test_the_policy_stops_what_asks_all_the_same(opened, report):
    """The browser itself refuses; no name server is needed for that."""
    found = opened(DESKTOP)
    found.page.evaluate(
        """() => {
          const add = (tag, attributes) =>
            document.body.append(Object.assign(document.createElement(tag), attributes));
          add("img", { src: "https://example.org/x.png" });
          add("script", { src: "https://example.org/x.js" });
          add("script", { textContent: "alert(2)" });
          add("iframe", { src: "https://example.org/" });
          fetch("https://example.org/").catch(() => {});
        }"""
    )
    found.page.wait_for_timeout(300)
    assert found.requests[:1] == [report.as_uri()]
    refused = [text for text in found.complaints if "Content Security Policy" in text]
    assert len(refused) >= 5
    assert "2" not in found.complaints  # the text of the alert


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_it_fits_the_window(opened, size):
    page = opened(size).page
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]


def test_it_fits_paper(opened):
    page = opened(PAPER).page
    page.emulate_media(media="print")
    assert page.evaluate("document.documentElement.scrollWidth") <= PAPER[0]


def test_the_answer_is_on_the_first_screen(opened):
    page = opened(DESKTOP).page
    table = page.locator(".answer tfoot tr:last-child").bounding_box()
    assert table["y"] + table["height"] <= DESKTOP[1]
    # Who burns cash, who fails, who loses its grade, who fails together; money and errors follow.
    assert page.locator(".answer .findings dt").nth(3).bounding_box()["y"] <= DESKTOP[1]


@pytest.mark.slow
@pytest.mark.parametrize(("size", "least"), [(PHONE, 10_000), (DESKTOP, 20_000)])
def test_it_can_be_photographed(opened, tmp_path, size, least):
    page = opened(size).page
    path = tmp_path / "page.png"
    page.screenshot(path=path, full_page=True)
    with Image.open(path) as image:
        assert image.width == size[0] and image.height > 3 * size[1]
        assert len(image.convert("RGB").getcolors(2**24)) > 100  # text, figures, shades
    assert path.stat().st_size > least


def test_it_prints(opened):
    page = opened(DESKTOP).page
    issuers = page.locator("section.issuer").count()
    pages = page.pdf(format="A4").count(b"/Type /Page\n")
    assert issuers + 4 <= pages <= issuers + 10  # an issuer has one, all together no more than ten


def column(table, number: int) -> list[float | None]:
    cells = table.locator(f"tbody td:nth-child({number})").evaluate_all(
        "(cells) => cells.map((cell) => cell.dataset.sort)"
    )
    return [float(text) if text else None for text in cells]


def names(table) -> list[str]:
    return table.locator("tbody th").all_inner_texts()


def test_tables_sort_by_click(opened):
    page = opened(DESKTOP).page
    table = page.locator("table.sortable", has_text="Chance of funding failure by the end of each")
    heading = table.locator("thead th").nth(3)
    before, given = names(table), column(table, 4)
    assert given != sorted(given, reverse=True)
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "descending"
    assert column(table, 4) == sorted(given, reverse=True)
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") == "ascending"
    assert column(table, 4) == sorted(given)
    heading.locator("button").click()
    assert heading.get_attribute("aria-sort") is None
    assert names(table) == before


def test_tables_sort_by_keyboard(opened):
    page = opened(DESKTOP).page
    table = page.locator(".answer table.sortable")
    before = names(table)
    button = table.locator("thead button").first
    button.focus()
    page.keyboard.press("Enter")
    assert names(table) == sorted(before)
    page.keyboard.press("Space")
    assert names(table) == sorted(before, reverse=True)
    assert table.locator("tfoot th").first.inner_text() == "Any issuer"
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.textContent").startswith("Negative free cash flow")
    outline = page.evaluate("getComputedStyle(document.activeElement).outline")
    assert "solid 3px" in outline


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_sections_are_reached_by_keyboard(opened, size):
    page = opened(size).page
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"
    assert page.locator(".skip").bounding_box()["x"] >= 0.0  # it comes into sight
    reached = []
    for _ in range(40):
        page.keyboard.press("Tab")
        target = page.evaluate("document.activeElement.getAttribute('href')")
        if target is None or not target.startswith("#"):
            break
        reached.append(target.removeprefix("#"))
    assert [name for name in reached if name in SECTIONS] == list(SECTIONS)
    page.locator("nav a[href='#assumptions']").focus()
    page.keyboard.press("Enter")
    box = page.locator("#assumptions").bounding_box()
    bar = page.locator("nav").bounding_box() if size == PHONE else {"y": 0.0, "height": 0.0}
    assert bar["y"] + bar["height"] <= box["y"] + 1.0 < size[1]
    # The next stop is in that section.
    page.keyboard.press("Tab")
    assert page.evaluate("!!document.activeElement.closest('[aria-labelledby=assumptions]')")


def test_the_contents_stay_in_sight(opened):
    for size in (PHONE, DESKTOP):
        page = opened(size).page
        page.evaluate("window.scrollTo(0, 3000)")
        assert 0.0 <= page.locator("nav").bounding_box()["y"] < 100.0


def test_inputs_are_filtered(opened):
    page = opened(DESKTOP).page
    page.locator(".tools input").fill("oracle reported")
    shown = page.locator("details.inputs tbody tr:visible")
    assert page.locator(".tools output").inner_text() == f"{shown.count()} found"
    assert 0 < shown.count() < 52
    assert all("reported" in text for text in shown.all_inner_texts())
    page.locator(".tools input").fill("")
    page.locator(".tools button").click()
    assert page.locator("details.inputs tbody tr:visible").count() == 391


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_text_stands_out_from_its_ground(opened, size):
    page = opened(size).page
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("size", [PHONE, DESKTOP], ids=["phone", "desktop"])
def test_what_was_found_of_why_fits_and_stands_out(browser, results, tmp_path, size):
    why = made_up_why(results.manifest.scenario)
    drawings = [drawing for drawing, _ in drawings_of_why(why)]
    page = browser.new_page(viewport={"width": size[0], "height": size[1]})
    page.goto(write_report(results, tmp_path, lambda: drawings, why).as_uri())
    table = page.locator(".answer tfoot tr:last-child").bounding_box()
    assert size == PHONE or table["y"] + table["height"] <= DESKTOP[1]
    page.evaluate("document.querySelectorAll('details').forEach((d) => { d.open = true; })")
    assert page.evaluate("document.documentElement.scrollWidth") <= size[0]
    assert page.evaluate(CONTRAST) == []
    assert page.locator("[aria-labelledby=why] figure, [aria-labelledby=paths] figure").count() == 4
    page.close()


def test_it_reads_without_its_script(browser, report):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(report.as_uri())
    assert page.locator("h2").count() == len(SECTIONS)
    assert not page.locator(".tools").is_visible()
    assert page.locator("th button").count() == 0
    context.close()
