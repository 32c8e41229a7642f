"""How fast the explorer follows the hand: a browser moves a slider, and waits for the charts.

    python -m benchmarks.explorer [SCENARIO] [--moves 200] [--axe axe.min.js]

Headless Chromium and the engine share the machine. Beside it, in the same run: a file that is
edited and run by `capexrisk run`.
"""

from __future__ import annotations

import argparse
import os
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.browser.conftest import browser_path

DEFAULT = "configs/hyperscalers-2026.toml"
STAGES = {
    "controls that can be moved": "#groups input[type=range]",
    "first picture": "body[data-shown]",
    "picture of all paths": "body[data-fine=true]",
}
# From the event of a move to the frame after the charts that answer it are in the page.
MOVE = """
(share) => new Promise((done) => {
  const slider = document.querySelector("#groups input[type=range]");
  slider.value = share;
  const asked = Number(slider.value);
  const seen = new MutationObserver(() => {
    const text = new URLSearchParams(document.body.dataset.shown);
    const shares = [...text].filter(([key]) => key.startsWith("group."));
    if (!shares.some(([, share]) => Number(share) === asked)) return;
    seen.disconnect();
    requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
  });
  seen.observe(document.body, { attributes: true });
  const began = performance.now();
  slider.dispatchEvent(new Event("input", { bubbles: true }));
})
"""
# A hand that moves for a second, 60 times; the answers that were drawn meanwhile, and the time
# from its rest to the full number of paths.
DRAG = """
() => new Promise((done) => {
  const slider = document.querySelector("#groups input[type=range]");
  let drawn = 0, moves = 0, rested = null;
  const seen = new MutationObserver(() => {
    if (rested === null) drawn += 1;
    else if (document.body.dataset.fine === "true") {
      seen.disconnect();
      done({ drawn, refined: performance.now() - rested });
    }
  });
  seen.observe(document.body, { attributes: true, attributeFilter: ["data-shown"] });
  const move = () => {
    moves += 1;
    slider.value = 0.2 + 0.01 * moves;
    slider.dispatchEvent(new Event("input", { bubbles: true }));
    if (moves < 60) return;
    clearInterval(timer);
    rested = performance.now();
  };
  const timer = setInterval(move, 1000 / 60);
})
"""


def main() -> None:
    """Measure, and print a line for each figure."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("scenario", nargs="?", default=DEFAULT)
    parser.add_argument("--moves", type=int, default=200)
    parser.add_argument("--beside", action="store_true", help="time capexrisk run as well")
    parser.add_argument("--axe", type=Path, help="axe.min.js of the package axe-core")
    asked = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} processors")
    with sync_playwright() as engine:
        arguments = ["--no-sandbox"] if os.geteuid() == 0 else []
        browser = engine.chromium.launch(executable_path=browser_path(), args=arguments)
        page = browser.new_page(viewport={"width": 1440, "height": 900})
        page.goto("data:text/html,a browser that already runs")
        began = time.perf_counter()
        command = [sys.executable, "-m", "capexrisk", "explore", asked.scenario, "--no-browser"]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:
            try:
                assert server.stdout is not None
                link = server.stdout.readline().rpartition(" ")[2].strip()
                print(f"address printed: {time.perf_counter() - began:.2f} s")
                measure(page, link, began, asked.moves, asked.axe, server.pid)
                print(f"memory of the server, most: {peak(server.pid):.0f} MB")
            finally:
                server.terminate()
        browser.close()
    if asked.beside:
        edit_and_run(asked.scenario)
    print(f"load after: {os.getloadavg()[0]:.1f}")


def measure(page: Page, link: str, began: float, moves: int, axe: Path | None, server: int) -> None:
    """Everything that a browser tells, and the server's processor time."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    page.goto(link, wait_until="commit")
    for what, selector in STAGES.items():
        page.wait_for_selector(selector)
        print(
            f"{what}: {time.perf_counter() - began:.2f} s after the command, of which the server "
            f"has computed {processor_time(server):.2f} s"
        )
    warmed(page)
    before = processor_time(server)
    lags = [page.evaluate(MOVE, 0.1 + 0.8 * ((37 * k) % 101) / 100) for k in range(moves)]
    taken = 1e3 * (processor_time(server) - before) / moves
    lags.sort()
    print(
        f"{moves} moves, last move to charts drawn: median {statistics.median(lags):.0f} ms, "
        f"P95 {lags[int(0.95 * moves)]:.0f} ms, most {lags[-1]:.0f} ms; "
        f"{page.evaluate('document.body.dataset.paths')} paths at the end"
    )
    print(f"processor time of the server: {taken:.0f} ms a move, in two threads")
    page.wait_for_selector("body[data-fine=true]")
    drags = [page.evaluate(DRAG) for _ in range(5)]
    print(
        f"updates in a drag of 1 s: {[drag['drawn'] for drag in drags]}; from rest to 262,144 "
        f"paths: {[round(drag['refined']) for drag in drags]} ms"
    )
    foreign = [url for url in asked if not url.startswith((link.partition("?")[0], "data:"))]
    print(f"requests: {len(asked)}, to other places: {len(foreign)}")
    if axe is not None:
        check(page, axe)


def warmed(page: Page) -> None:
    """Some moves that do not count: the number of points settles."""
    for k in range(10):
        page.evaluate(MOVE, 0.3 + 0.03 * k)


def check(page: Page, axe: Path) -> None:
    """Print what axe-core complains about; evaluated by the debugger, past the page's policy."""
    page.evaluate(axe.read_text("utf-8"))
    found = page.evaluate("axe.run()")
    print(f"axe: {len(found['violations'])} violations, {len(found['passes'])} rules passed")
    for violation in found["violations"]:
        print(f"  {violation['id']}: {violation['help']}; {violation['nodes'][0]['html'][:150]}")


def processor_time(process: int) -> float:
    """Seconds that a process has computed so far."""
    fields = Path(f"/proc/{process}/stat").read_text("utf-8").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def peak(process: int) -> float:
    """Largest memory of a process so far, MB."""
    status = Path(f"/proc/{process}/status").read_text("utf-8")
    (line,) = [line for line in status.splitlines() if line.startswith("VmHWM")]
    return int(line.split()[1]) / 1e3


def edit_and_run(scenario: str) -> None:
    """Time `capexrisk run` of a file with one figure changed, with its report."""
    with tempfile.TemporaryDirectory() as folder:
        began = time.perf_counter()
        arguments = ["--set", "market.tax=0.2", "--outer", "0", "--out", f"{folder}/run", "--quiet"]
        command = [sys.executable, "-m", "capexrisk", "run", scenario, *arguments]
        subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
        print(f"capexrisk run of the edited file: {time.perf_counter() - began:.1f} s")


if __name__ == "__main__":
    main()
