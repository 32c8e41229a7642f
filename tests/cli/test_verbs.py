"""Help, version, schema, validate, sources, doctor: what costs little."""

from __future__ import annotations

import re
import subprocess
import sys

import pytest

import capexrisk
from capexrisk.cli import main as command_line
from capexrisk.errors import CapexriskError, KernelFault
from capexrisk.scenario import digest, load_scenario
from tests.cli.command import COMMAND, DEFAULT, ROOT, call

VERBS = ("run", "rare", "validate", "sources", "report", "bench", "schema", "doctor")
HEAVY = {"numba", "pandas", "matplotlib", "numpy", "scipy", "pyarrow", "joblib", "pydantic"}


def imported_by(*arguments: str) -> set[str]:
    """Top-level modules that the command loads."""
    found = subprocess.run(
        [sys.executable, "-X", "importtime", COMMAND, *arguments],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    names = re.findall(r"^import time:.*\|\s*(\S+)$", found.stderr, re.MULTILINE)
    assert "click" in names
    return {name.partition(".")[0] for name in names}


def test_help_names_every_verb_and_loads_nothing_heavy(tmp_path):
    found = call("--help", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    for verb in VERBS:
        assert re.search(rf"^  {verb}  ", found.stdout, re.MULTILINE)
    assert (
        "Exit codes: 0 fine, 1 the run failed, 2 usage or scenario wrong, 130 interrupted."
        in " ".join(found.stdout.split())
    )
    assert not HEAVY & imported_by("--help")


def test_the_scenario_s_verbs_load_no_compiler(tmp_path):
    assert not (HEAVY - {"pydantic", "numpy"}) & imported_by("validate", str(DEFAULT))


def test_version(tmp_path):
    found = call("--version", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (0, f"capexrisk {capexrisk.__version__}\n")


def invoke(monkeypatch, capsys, *arguments: str) -> tuple[int, str, str]:
    """The command in this process, where starting one would show nothing more."""
    monkeypatch.setattr(sys, "argv", ["capexrisk", *arguments])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    printed = capsys.readouterr()
    return int(ended.value.code or 0), printed.out, printed.err


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_every_verb(monkeypatch, capsys, verb):
    code, out, err = invoke(monkeypatch, capsys, verb, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"Usage: capexrisk {verb}")


def test_every_option_of_run_says_what_it_does(monkeypatch, capsys):
    _, out, _ = invoke(monkeypatch, capsys, "run", "--help")
    options = ("paths", "seed", "sampler", "jobs", "backend", "out", "overwrite", "keep-paths")
    for option in (*options, "quiet"):
        assert re.search(rf"--{option}\b.* \w+", out), option
    assert "--set KEY=VALUE" in out


def test_no_verb_shows_the_help(monkeypatch, capsys):
    code, out, err = invoke(monkeypatch, capsys)
    assert (code, err) == (2, "")
    assert "Commands:" in out


@pytest.mark.parametrize(
    ("error", "code", "line"),
    [
        (KernelFault("broke its rule"), 1, "capexrisk: broke its rule\n"),
        (CapexriskError("wrong\n  twice"), 2, "capexrisk: wrong twice\n"),
        (OSError(28, "No space left", "a/b"), 1, "capexrisk: a/b: No space left\n"),
        (OSError("disk trouble"), 1, "capexrisk: disk trouble\n"),
    ],
    ids=["kernel", "user", "disk full", "disk"],
)
def test_an_error_is_one_line_and_a_code(monkeypatch, capsys, error, code, line):
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("capexrisk.scenario.load_scenario", fail)
    assert invoke(monkeypatch, capsys, "validate", str(DEFAULT)) == (code, "", line)


def test_an_interrupt_is_one_line_and_130(monkeypatch, capsys):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("capexrisk.scenario.load_scenario", interrupt)
    code, out, err = invoke(monkeypatch, capsys, "validate", str(DEFAULT))
    # The empty line before it leaves the terminal's ^C alone.
    assert (code, out, err.strip()) == (130, "", "capexrisk: interrupted")


def test_an_error_of_ours_is_not_hidden(monkeypatch):
    """A bug shows its traceback: one line would leave nobody a trace of it."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("capexrisk.scenario.load_scenario", fail)
    monkeypatch.setattr(sys, "argv", ["capexrisk", "validate", str(DEFAULT)])
    with pytest.raises(ZeroDivisionError):
        command_line.main()


def test_schema_is_the_committed_file(tmp_path):
    found = call("schema", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    committed = (ROOT / "configs" / "scenario.schema.json").read_text("utf-8")
    assert found.stdout == committed, "run `make schema`"


def test_validate(tmp_path):
    found = call("validate", DEFAULT, "--set", "quarters=11", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    start = digest(load_scenario(DEFAULT, ["quarters=11"]))[:16]
    assert found.stdout == (
        f"{DEFAULT}: ok: 6 issuers, 2026Q1 to 2028Q3, digest {start}; "
        "capacity serves 81 % of AI demand at the start\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_sources_lists_every_input(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "300")
    code, out, err = invoke(monkeypatch, capsys, "sources", str(DEFAULT))
    assert (code, err) == (0, "")
    assert "Oracle.cash_usd_bn" in out and "MISSING" not in out
    assert "www.panabee.com" in out
    assert "394 inputs: 312 assumed, " in out


def test_sources_names_an_input_without_evidence(tmp_path):
    text = DEFAULT.read_text("utf-8").split("\n")
    oracle = text.index("[issuers.Oracle]")
    line = next(
        index
        for index, content in enumerate(text[oracle:], start=oracle)
        if content.startswith("evidence.cash_usd_bn")
    )
    (tmp_path / "x.toml").write_text("\n".join(text[:line] + text[line + 1 :]), "utf-8")
    found = call("sources", "x.toml", cwd=tmp_path)
    assert found.returncode == 2
    assert found.stderr == (
        "capexrisk: x.toml: issuers.Oracle.cash_usd_bn: has no source; "
        'add it to the evidence table as "confidence: source, address"\n'
    )
    assert "MISSING" in found.stdout


def test_sources_take_what_is_set_as_assumed(monkeypatch, capsys):
    monkeypatch.setenv("COLUMNS", "300")
    override = "issuers.Oracle.cash_usd_bn=5"
    code, out, _ = invoke(monkeypatch, capsys, "sources", str(DEFAULT), "--set", override)
    assert code == 0 and "set on the command line" in out


def test_doctor(monkeypatch, capsys):
    code, out, err = invoke(monkeypatch, capsys, "doctor")
    assert (code, err) == (0, "")
    for name in ("python", "numba", "machine", "vectors", "cache"):
        assert re.search(rf"^{name} +\S", out, re.MULTILINE)
    assert re.search(r"^self-test +ok$", out, re.MULTILINE)


def test_doctor_tells_of_wrong_bits(monkeypatch, capsys):
    monkeypatch.setattr("capexrisk.kernel.selftest.known_answer_holds", lambda: False)
    code, out, err = invoke(monkeypatch, capsys, "doctor")
    assert code != 0 and "self-test" not in out
    assert err.startswith("capexrisk: the random bits are not the published ones")


def test_sources_print_brackets_as_they_stand(tmp_path):
    """Not as rich's markup: a note must not vanish from an audit."""
    text = DEFAULT.read_text("utf-8")
    marked = text.replace(
        '"assumed: the rest is offices', '"assumed: [note 3] [/x] the rest is offices', 1
    )
    assert marked != text
    path = tmp_path / "marked.toml"
    path.write_text(marked, "utf-8")
    found = call("sources", path, cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    assert "[note 3] [/x] the rest" in found.stdout
