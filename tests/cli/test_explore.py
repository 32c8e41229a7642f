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
