"""Help, version, schema, validate, sources, doctor: what costs little."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import click
import pytest

import capexrisk
from capexrisk.cli import main as command_line
from capexrisk.cli.main import VERBS
from capexrisk.errors import CapexriskError, KernelFault
from capexrisk.scenario import digest, load_scenario
from tests.cli.command import COMMAND, DEFAULT, ROOT, call, call_process

HEAVY = {"numba", "pandas", "matplotlib", "numpy", "scipy", "pyarrow", "joblib", "pydantic"}


COMPILER = {"numba", "pandas", "matplotlib", "scipy", "pyarrow", "joblib"}


# The exit code of each call, and the top-level modules that are loaded after it.
CALLS = """
import json, sys
from capexrisk.cli.main import main
told = []
for call in json.loads(sys.argv[1]):
    sys.argv = ["capexrisk", *call]
    try:
        main()
    except SystemExit as ended:
        told.append((ended.code, sorted({name.partition(".")[0] for name in sys.modules})))
print(json.dumps(told))
"""


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
    found = call_process("--help", cwd=tmp_path)
    assert (found.returncode, found.stderr) == (0, "")
    table = found.stdout.partition("Commands:\n")[2].splitlines()
    assert [line.split(maxsplit=1) for line in table] == list(map(list, VERBS.items()))
    assert (
        "Exit codes: 0 fine, 1 the run failed, 2 usage or scenario wrong, 130 interrupted."
        in " ".join(found.stdout.split())
    )
    assert not HEAVY & imported_by("--help")


def test_the_scenario_s_verbs_load_no_compiler(tmp_path):
    light = {"pydantic", "numpy", "scipy"}  # the laws of ranges are scipy's
    assert not (HEAVY - light) & imported_by("validate", str(DEFAULT))


def test_help_and_refusals_load_no_compiler():
    """All in one process, where a module once loaded stays."""
    refused = [
        ("run", "nothing.toml"),
        ("run", DEFAULT, "--set", "issuers.Oracle.cash_usd_bn=-1"),
        ("run", DEFAULT, "--sampler", "sobel"),
        ("forecast", "nothing.toml"),
        ("rare", DEFAULT),
        ("bench", "nothing.toml"),
        ("compare", DEFAULT, "nothing.toml"),
        ("compare", DEFAULT, ROOT / "configs"),
        ("resume", "nothing"),
        *((verb, ROOT / "configs") for verb in ("report", "verify", "quarters")),
        ("replay", ROOT / "configs", "--path", "1"),
        ("backtest", ROOT / "configs", "--actual", "nothing.csv"),
    ]
    calls = [*((verb, "--help") for verb in VERBS), *refused]
    found = subprocess.run(
        [sys.executable, "-c", CALLS, json.dumps(calls, default=str)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    told = json.loads(found.stdout.splitlines()[-1])
    assert [code for code, _ in told] == [0] * len(VERBS) + [2] * len(refused)
    loaded = {
        " ".join(map(str, call)): set(names) for call, (_, names) in zip(calls, told, strict=True)
    }
    assert {call: names & COMPILER for call, names in loaded.items() if names & COMPILER} == {}


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
    found = call_process("--version", cwd=tmp_path)
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
        (
            OSError(28, "No space left", "a/b"),
            1,
            ("capexrisk: a/b: No space left on device; make room there, or take another place\n"),
        ),
        (
            OSError("disk trouble"),
            1,
            "capexrisk: disk trouble; try again, or take another place\n",
        ),
        (
            RuntimeError("Symlink loop from 'a'"),
            1,
            "capexrisk: Symlink loop from 'a'; take another place\n",
        ),
    ],
    ids=["kernel", "user", "disk full", "disk", "links"],
)
def test_an_error_is_one_line_and_a_code(invoke, monkeypatch, error, code, line):
    def fail(*_: object, **__: object) -> None:
        raise error

    monkeypatch.setattr("capexrisk.cli.validate.load_with_run_section", fail)
    assert invoke("validate", str(DEFAULT)) == (code, "", line)


def test_what_a_shell_completes_is_not_judged():
    run = command_line.capexrisk.get_command(click.Context(command_line.capexrisk), "run")
    words = ["small.toml", "--seed", "1", "--seed", "2"]
    assert run.make_context("run", list(words), resilient_parsing=True).params["overwrite"] is False
    with pytest.raises(click.UsageError, match="--seed: is given 2 times"):
        run.make_context("run", list(words))


def test_closed_output_is_no_error(monkeypatch):
    monkeypatch.setattr(sys, "stdout", None)
    monkeypatch.setattr(sys, "argv", ["capexrisk", "sources", str(DEFAULT)])
    with pytest.raises(SystemExit) as ended:
        command_line.main()
    assert not ended.value.code


def test_bytes_that_are_no_text_are_no_name(invoke):
    said = "'x\\udcff': is no UTF-8 text; give another name"
    assert invoke("sources", str(DEFAULT), "--out", "x\udcff") == (2, "", f"capexrisk: {said}\n")


def test_an_interrupt_is_one_line_and_130(invoke, monkeypatch):
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("capexrisk.cli.validate.load_with_run_section", interrupt)
    code, out, err = invoke("validate", str(DEFAULT))
    # The empty line before it leaves the terminal's ^C alone.
    assert (code, out, err.strip()) == (130, "", "capexrisk: interrupted")


def test_an_error_of_ours_is_not_hidden(monkeypatch):
    """A bug shows its traceback: one line would leave nobody a trace of it."""

    def fail(*_: object, **__: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setattr("capexrisk.cli.validate.load_with_run_section", fail)
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
        f"{DEFAULT}: of 251 assumed inputs 4 have no range, and 7 take none, being words or "
        "counts; `capexrisk sources` marks them\n"
    )
    assert list(tmp_path.iterdir()) == []


def test_sources_lists_every_input(invoke, monkeypatch):
    monkeypatch.setenv("COLUMNS", "300")
    code, out, err = invoke("sources", str(DEFAULT))
    assert (code, err) == (0, "")
    assert "Oracle.cash_usd_bn" in out and "MISSING" not in out
    assert "www.panabee.com" in out
    assert "391 inputs: 251 assumed, " in out


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


UNCERTAIN = """
extends = "base.toml"
[uncertainty.groups."capital spending"]
inputs = ["issuers.*.capex_growth_first_per_year"]
how = "add"
law = "normal"
sd = 0.06
evidence = "derived: [note 3] [/x] how far guidance was off"
[uncertainty.groups.spreads]
inputs = ["market.oas_mean_bp"]
how = "multiply"
law = "uniform"
low = 0.6
high = 1.4
evidence = "assumed: nobody knows them better"
[uncertainty.groups.tax]
inputs = ["market.tax"]
how = "add"
law = "normal"
sd = 0.06
evidence = "assumed: a law may change"
[[uncertainty.correlations]]
groups = ["capital spending", "spreads"]
correlation = -0.25
evidence = "assumed: dear money is spent slowly"
"""


@pytest.fixture
def uncertain(tmp_path):
    text = DEFAULT.read_text("utf-8")  # without ranges of its own
    head, run = text[: text.index("\n[uncertainty.")], text[text.index("\n[run]") :]
    (tmp_path / "base.toml").write_text(head + run, "utf-8")
    path = tmp_path / "x.toml"
    path.write_text(UNCERTAIN, "utf-8")
    return path


def test_sources_list_ranges_groups_and_correlations(uncertain):
    found = call("sources", "x.toml", cwd=uncertain.parent)
    assert (found.returncode, found.stderr) == (0, "")
    lines = found.stdout.splitlines()
    spreads = "58.9 to 125, 139 to 295, 276 to 586"
    given = f"market.oas_mean_bp = (92.0, 217.0, 431.0): assumed; P5 to P95 {spreads}"
    assert given in lines
    first = (
        "capital spending; normal, mean 0, sd 0.06; added; "
        "issuers.Alphabet.capex_growth_first_per_year; 0.131 to 0.329; derived"
    )
    assert lines[lines.index(first) + 1] == "    [note 3] [/x] how far guidance was off"
    assert "issuers.Oracle.capex_growth_first_per_year; -0.0487 to 0.149" in lines
    assert "market.oas_mean_bp[1]; 139 to 295" in lines
    tax = next(line for line in lines if line.startswith("tax; "))
    assert "0.0546 to 0.249; 0.62 %" in tax
    pair = "capital spending; spreads; -0.25; assumed"
    assert lines[lines.index(pair) + 1] == "    dear money is spent slowly"
    assert lines[-1] == "8 with a range: 3 groups, 1 correlation, 3 draws"
    # The same inputs as `validate` counts, each marked.
    assert sum(line.endswith(": assumed; no range") for line in lines) == 240
    assert sum(line.endswith(": assumed; takes no range") for line in lines) == 7
    assert lines[-2].startswith("of the assumed ones 240 have no range, 7 take none")


def test_validate_counts_assumed_inputs_without_a_range(uncertain):
    found = call("validate", "x.toml", cwd=uncertain.parent)
    assert (found.returncode, found.stderr) == (0, "")
    assert found.stdout.splitlines()[1] == (
        "x.toml: of 251 assumed inputs 240 have no range, and 7 take none, being words or counts; "
        "`capexrisk sources` marks them"
    )


@pytest.mark.parametrize("verb", ["validate", "sources"])
def test_a_group_that_moves_nothing_is_refused(uncertain, verb):
    keys = 'uncertainty.groups.tax.inputs=["issuers.*.tax"]'
    found = call(verb, "x.toml", "--set", keys, cwd=uncertain.parent)
    assert (found.returncode, found.stdout) == (2, "")
    assert found.stderr == (
        "capexrisk: x.toml: uncertainty.groups.tax.inputs[0]: 'issuers.*.tax' matches no input; "
        "give a path that `capexrisk sources` lists\n"
    )


def test_doctor(invoke):
    code, out, err = invoke("doctor")
    assert (code, err) == (0, "")
    for name in ("python", "numba", "machine", "vectors", "cache"):
        assert re.search(rf"^{name} +\S", out, re.MULTILINE)
    assert re.search(r"^self-test +ok$", out, re.MULTILINE)


def test_doctor_tells_of_wrong_bits(invoke, monkeypatch):
    monkeypatch.setattr("capexrisk.kernel.selftest.known_answer_holds", lambda: False)
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
