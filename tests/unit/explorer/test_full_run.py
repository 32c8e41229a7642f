"""The full run of a saved scenario: one at a time, told to its end, ended with the explorer."""

from __future__ import annotations

import shutil
import signal
import sys
import time

import pytest

from capexrisk.errors import ArgumentError
from capexrisk.explorer import full_run
from capexrisk.explorer.full_run import FullRun
from tests.cli.command import DEFAULT


@pytest.fixture
def run(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    made = FullRun()
    yield made
    made.close()


def instead(monkeypatch, code):
    """Python code in place of the command; it gets the arguments."""
    monkeypatch.setattr(full_run, "COMMAND", (sys.executable, "-c", code))


def ended(run, seconds=20.0):
    until = time.monotonic() + seconds
    while (told := run.told())["running"]:
        assert time.monotonic() < until
        time.sleep(0.02)
    return told


def test_the_report_is_told_at_the_end(run, tmp_path, monkeypatch):
    assert run.told() == {"running": False}
    instead(monkeypatch, "import sys; open('asked', 'w').write(repr(sys.argv[1:]))")
    run.begin(tmp_path / "mine.toml")
    told = ended(run)
    assert told["report"] == str(tmp_path / "runs" / "mine" / "report.html")
    asked = [str(tmp_path / "mine.toml"), "--out", str(tmp_path / "runs" / "mine")]
    assert (tmp_path / "asked").read_text("utf-8") == repr(asked)


def test_why_it_failed_is_told(run, tmp_path, monkeypatch):
    instead(
        monkeypatch, "import sys; print('a warning\\nthe reason', file=sys.stderr); sys.exit(2)"
    )
    run.begin(tmp_path / "mine.toml")
    assert ended(run)["failed"] == "the reason"
    instead(monkeypatch, "import sys; sys.exit(3)")
    run.begin(tmp_path / "mine.toml")
    assert ended(run)["failed"] == "it ended with the code 3"


@pytest.mark.parametrize(
    "deaf", ["", "import signal; signal.signal(signal.SIGTERM, signal.SIG_IGN); "]
)
def test_one_at_a_time_and_none_outlives_the_explorer(run, tmp_path, monkeypatch, deaf):
    monkeypatch.setattr(full_run, "PATIENCE", 0.05)
    instead(monkeypatch, f"{deaf}open('begun', 'w'); import time; time.sleep(60)")
    run.begin(tmp_path / "mine.toml")
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    assert run.told()["running"]
    with pytest.raises(ArgumentError, match="another full run is under way"):
        run.begin(tmp_path / "mine.toml")
    run.close()
    assert "failed" in ended(run)
    with pytest.raises(ArgumentError, match="this explorer has ended"):
        run.begin(tmp_path / "mine.toml")


def test_it_ends_when_the_explorer_is_killed(run, tmp_path, monkeypatch):
    watch = "from capexrisk.cli.watched import end_with_input; end_with_input(); "
    instead(monkeypatch, f"{watch}open('begun', 'w'); import time; time.sleep(60)")
    run.begin(tmp_path / "mine.toml")
    while not (tmp_path / "begun").exists():
        time.sleep(0.01)
    assert run.told()["running"]
    run._process.stdin.close()  # as the system does
    assert ended(run)["failed"] == f"it ended with the code {-signal.SIGTERM}"


def test_no_file_beside_the_scenario_is_run(run, tmp_path):
    (tmp_path / "click.py").write_text("open('taken', 'w')", "utf-8")
    run.begin(tmp_path / "nowhere.toml")
    assert "nowhere.toml: no such file" in ended(run)["failed"]
    assert not (tmp_path / "taken").exists()


@pytest.mark.slow
def test_it_is_the_command_that_a_user_gives(run, tmp_path):
    text = f'extends = "{DEFAULT.name}"\n[run]\npaths = 2048\nouter = 0\n'
    shutil.copy(DEFAULT, tmp_path)
    file = tmp_path / "mine.toml"
    file.write_text(text, "utf-8")
    run.begin(file)
    told = ended(run, 300.0)
    assert "failed" not in told
    assert (tmp_path / "runs" / "mine" / "report.html").stat().st_size > 100_000
    run.begin(file)
    assert "already" in ended(run, 60.0)["failed"]
