"""The verb ``explore``: an address that answers, an end by Ctrl-C."""

from __future__ import annotations

import re
import signal
import subprocess
import urllib.request

import pytest

from capexrisk.errors import DimensionError
from tests.cli.command import COMMAND, DEFAULT, ENVIRONMENT, call

LINK = r"http://127\.0\.0\.1:\d+/[\w-]{32}/"


@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGTERM])
def test_it_prints_its_address_and_ends_by_a_signal(sign, tmp_path):
    command = [COMMAND, "explore", DEFAULT, "--no-browser", "--link", "?market.tax=0.2"]
    with subprocess.Popen(
        command, cwd=tmp_path, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        told = process.stdout.readline().decode()
        link = re.fullmatch(rf"hyperscalers-2026: ({LINK}\?market\.tax=0\.2)\n", told)[1]
        # No proxy stands between a page and its own machine.
        opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
        with opener.open(link, timeout=30) as page:
            assert b"<title>capexrisk explorer</title>" in page.read()
        process.send_signal(sign)
        rest, complaints = process.stdout.read(), process.stderr.read()
    assert (process.returncode, complaints) == (0, b"")
    assert rest == b"Ctrl-C ends it.\n"
    assert not any(tmp_path.iterdir())


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["nowhere.toml"], "nowhere.toml: no such file"),
        ([DEFAULT, "--link", "http://example.org/"], "--link: 'http://example.org/' says nothing"),
    ],
)
def test_what_cannot_be_explored_is_refused(arguments, said, tmp_path):
    ended = call("explore", *arguments, cwd=tmp_path)
    assert ended.returncode == 2 and said in ended.stderr
    assert ended.stdout == ""


def test_a_scenario_that_cannot_be_explored_ends_it(monkeypatch, tmp_path):
    """Also where that is found while the page is already served."""

    def refuse(scenario):
        raise DimensionError("has too many dimensions; give fewer issuers or quarters")

    monkeypatch.setattr("capexrisk.explorer.subject.Subject", refuse)
    ended = call("explore", DEFAULT, "--no-browser", cwd=tmp_path)
    assert ended.returncode == 2 and "too many dimensions" in ended.stderr
    assert "Traceback" not in ended.stderr


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """A finished run, and one that is damaged."""
    from capexrisk.study.simulation import simulate
    from tests.unit.scenarios import small_scenario

    place = tmp_path_factory.mktemp("explored")
    results = simulate(small_scenario(), paths=64, seed=1)
    for name in ("run", "again", "damaged", "old"):
        place.joinpath(name).mkdir()
        results.write(place / name)
    table = place / "damaged" / "summary.parquet"
    table.write_bytes(table.read_bytes()[:-100])
    manifest = place / "old" / "manifest.json"
    manifest.write_text(
        re.sub(r'"format_version": \d+', '"format_version": 1', manifest.read_text())
    )
    return place


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["run", DEFAULT], f"{DEFAULT} is no directory of a run; give one scenario, or finished"),
        ([DEFAULT, DEFAULT], "is one of several scenarios; give one scenario, or finished runs"),
        (["run", "nowhere"], "nowhere is no directory of a run"),
        (["run/summary.parquet"], "is a file of a finished run; give its directory, run"),
        (["."], "no manifest.json here; give the directory of a finished run"),
        (["run", "damaged"], "damaged/summary.parquet: cannot be read"),
        (["old"], "old/manifest.json: "),
        ([], "Missing argument"),
    ],
)
def test_runs_that_cannot_be_explored_are_refused(folder, arguments, said):
    ended = call("explore", *arguments, "--no-browser", cwd=folder)
    assert ended.returncode == 2 and said in ended.stderr
    assert ended.stdout == "" and len(ended.stderr.splitlines()) == 1


def test_runs_are_served_until_a_signal(folder):
    command = [COMMAND, "explore", "run", "again", "--no-browser"]
    with subprocess.Popen(
        command, cwd=folder, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        told = process.stdout.readline().decode()
        assert re.fullmatch(rf"run, again: {LINK}\n", told)
        process.send_signal(signal.SIGINT)
        complaints = process.stderr.read()
    assert (process.returncode, complaints) == (0, b"")
