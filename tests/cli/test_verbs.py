"""Help, version, schema, validate, sources, doctor: what costs little."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

import capexrisk
from capexrisk.cli import main as command_line
from capexrisk.cli.main import VERBS
from capexrisk.errors import CapexriskError, KernelFault
from capexrisk.scenario import digest, load_scenario
from tests.cli.command import COMMAND, DEFAULT, ROOT, call

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
    table = found.stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split(maxsplit=1) for line in table] == list(map(list, VERBS.items()))
    assert (
        "Exit codes: 0 fine, 1 the run failed, 2 usage or scenario wrong, 130 interrupted."
        in " ".join(found.stdout.split())
    )
    assert not HEAVY & imported_by("--help")


def test_the_scenario_s_verbs_load_no_compiler(tmp_path):
    assert not (HEAVY - {"pydantic", "numpy"}) & imported_by("validate", str(DEFAULT))


def test_every_verb_is_in_the_table():
    files = {path.stem for path in Path(command_line.__file__).parent.glob("*.py")}
    verbs = {name for name in files if f"``capexrisk {name}``" in docstring_of(name)}
    assert verbs == set(VERBS)


def docstring_of(name: str) -> str:
    return Path(command_line.__file__).with_name(f"{name}.py").read_text("utf-8").split("\n")[0]


def test_the_package_runs_as_a_module(tmp_path):
    found = subprocess.run(
        [sys.executable, "-m", "capexrisk", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert found.stdout == f"capexrisk {capexrisk.__version__}\n"


def test_version(tmp_path):
    found = call("--version", cwd=tmp_path)
    assert (found.returncode, found.stdout) == (0, f"capexrisk {capexrisk.__version__}\n")


@pytest.mark.parametrize("verb", VERBS)
def test_help_of_every_verb(invoke, verb):
    code, out, err = invoke(verb, "--help")
    assert (code, err) == (0, "")
    usage, first, *_ = out.split("\n\n")
    assert usage.startswith(f"Usage: capexrisk {verb} ") and first.strip() == VERBS[verb]


def test_every_option_of_run_says_what_it_does(invoke):
    _, out, _ = invoke("run", "--help")
    options = ("paths", "seed", "sampler", "jobs", "backend", "out", "overwrite", "keep-paths")
    for option in (*options, "quiet"):
        assert re.search(rf"--{option}\b.* \w+", out), option
    assert "--set KEY=VALUE" in out


def test_no_verb_shows_the_help(invoke):
    code, out, err = invoke()
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
def test_an_error_is_one_line_and_a_code(invoke, monkeypatch, error, code, line):
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("capexrisk.cli.validate.load_scenario", fail)
    assert invoke("validate", str(DEFAULT)) == (code, "", line)


def test_an_interrupt_is_one_line_and_130(invoke, monkeypatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("capexrisk.cli.validate.load_scenario", interrupt)
    code, out, err = invoke("validate", str(DEFAULT))
    # The empty line before it leaves the terminal's ^C alone.
    assert (code, out, err.strip()) == (130, "", "capexrisk: interrupted")


def test_an_error_of_ours_is_not_hidden(monkeypatch):
    """A bug shows its traceback: one line would leave nobody a trace of it."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("capexrisk.cli.validate.load_scenario", fail)
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
        "capacity serves 81 % of demand at the start\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_sources_lists_every_input(invoke, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    code, out, err = invoke("sources", str(DEFAULT))
    assert (code, err) == (0, "")
    assert "Oracle.cash_usd_bn" in out and "MISSING" not in out
    assert "www.panabee.com" in out
    assert "391 inputs: 312 assumed, " in out


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


def test_sources_take_what_is_set_as_assumed(invoke, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    override = "issuers.Oracle.cash_usd_bn=5"
    code, out, _ = invoke("sources", str(DEFAULT), "--set", override)
    assert code == 0 and "set on the command line" in out


def test_doctor(invoke):
    code, out, err = invoke("doctor")
    assert (code, err) == (0, "")
    for name in ("python", "numba", "machine", "vectors", "cache"):
        assert re.search(rf"^{name} +\S", out, re.MULTILINE)
    assert re.search(r"^self-test +ok$", out, re.MULTILINE)


def test_doctor_tells_of_wrong_bits(invoke, monkeypatch):
    monkeypatch.setattr("capexrisk.cli.doctor.known_answer_holds", lambda: False)
    code, out, err = invoke("doctor")
    assert code == 1 and "self-test" not in out
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
