"""A browser, and pages to open in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from capexrisk.archive.results import Results
from capexrisk.report.files.run_page import write_report
from capexrisk.scenario import load_scenario
from capexrisk.study.simulation import simulate
from tests.cli.command import DEFAULT
from tests.unit.manifests import changed

playwright = pytest.importorskip(
    "playwright.sync_api", reason="playwright is not installed: pip install -e '.[test]'"
)

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
PHONE, DESKTOP = (390, 844), (1440, 900)
PAPER = (688, 1017)  # A4 between its margins, 14 mm
ATTACK = "</title><script>alert(1)</script>\"'&"


def browser_path() -> str | None:
    """The first browser that is there."""
    return next((found for name in NAMES if (found := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    path = browser_path()
    if path is None:
        pytest.skip("no Chromium here; as root on Debian, tests/browser/chromium.sh installs it")
    # Whatever it asks for elsewhere is not found.
    arguments = ["--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"]
    if os.geteuid() == 0:
        arguments.append("--no-sandbox")  # Chromium refuses to start as root with one
    with playwright.sync_playwright() as engine:
        try:
            found = engine.chromium.launch(executable_path=path, args=arguments)
        except playwright.Error as error:
            pytest.skip(f"{path} does not start: {str(error).splitlines()[0]}")
        yield found
        found.close()


@dataclass
class Opened:
    """A page in a browser, with what it complained about and asked for."""

    page: object
    complaints: list[str] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)


@pytest.fixture(scope="session")
def results() -> Results:
    """The default scenario, with a title that would like to be a script."""
    found = simulate(load_scenario(DEFAULT), paths=2_048, seed=2)
    return changed(found, scenario={"title": ATTACK, "description": ATTACK})


@pytest.fixture(scope="session")
def report(results, tmp_path_factory) -> Path:
    """Its report."""
    return write_report(results, tmp_path_factory.mktemp("report"))


@pytest.fixture
def opened(browser, report) -> Iterator[Callable[[tuple[int, int]], Opened]]:
    """Opens the report in a window of a size; what it printed and asked for is kept."""
    contexts = []

    def open_it(size: tuple[int, int]) -> Opened:
        context = browser.new_context(viewport={"width": size[0], "height": size[1]})
        contexts.append(context)
        found = Opened(context.new_page())
        found.page.on("console", lambda message: found.complaints.append(message.text))
        found.page.on("pageerror", lambda error: found.complaints.append(str(error)))
        found.page.on("dialog", lambda dialog: found.complaints.append(dialog.message))
        found.page.on("request", lambda request: found.requests.append(request.url))
        found.page.goto(report.as_uri())
        return found

    yield open_it
    for context in contexts:
        context.close()
