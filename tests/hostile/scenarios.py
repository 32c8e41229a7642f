"""Thousands of scenarios, drawn by hypothesis: what came of them.

``python -m tests.hostile.scenarios --count 10000`` prints the table of tests/README.md. A scenario
that is neither refused in one line nor finite and balanced is kept as a file in ``--keep``, and so
is one whose figures turn out too extreme while it is run.
"""

from __future__ import annotations

import argparse
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path
from typing import Any

from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.hostile.tables import scenarios
from tests.hostile.toml import write_toml
from tests.hostile.verdicts import REFUSED, TOO_EXTREME, Verdict, judge

MOST_RULES = 40


def try_scenarios(count: int, number: int, keep: Path) -> tuple[Counter[Verdict], list[str]]:
    """Judge `count` scenarios of a seed.

    Returns
    -------
    Counter of Verdict
    list of str
        Files of the scenarios with a defect, and what it was.
    """
    found: Counter[Verdict] = Counter()
    defects: list[str] = []

    @seed(number)
    @settings(
        max_examples=count,
        phases=[Phase.generate],
        database=None,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    @given(scenarios())
    def judge_one(table: dict[str, Any]) -> None:
        tried = sum(found.values()) + len(defects)
        if tried and tried % 500 == 0:
            print(f"{tried} ...", flush=True)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "x.toml"
            path.write_bytes(write_toml(table).encode("utf-8", "surrogatepass"))
            try:
                verdict = judge(path)
                found[verdict] += 1
                if verdict.outcome == TOO_EXTREME:
                    (keep / f"extreme-{number}-{tried}.toml").write_bytes(path.read_bytes())
            except Exception as error:  # noqa: BLE001 - of whatever kind, it is counted
                name = keep / f"{number}-{tried}.toml"
                name.write_bytes(path.read_bytes())
                last = traceback.extract_tb(error.__traceback__)[-1]
                place = f"{Path(last.filename).name}:{last.lineno}"
                defects.append(f"{name}: {type(error).__name__}: {str(error)[:300]} ({place})")

    judge_one()
    return found, defects


def report(found: Counter[Verdict], defects: list[str]) -> str:
    """The outcome as a table of Markdown."""
    by_outcome: Counter[str] = Counter()
    rules: Counter[tuple[str, str]] = Counter()
    quarantined = 0
    for verdict, times in found.items():
        by_outcome[verdict.outcome] += times
        quarantined += times if verdict.quarantined else 0
        if verdict.rule:
            rules[verdict.outcome, verdict.rule] += times
    lines = ["| outcome | scenarios |", "|---|---|"]
    lines += [f"| {outcome} | {times:,} |" for outcome, times in by_outcome.most_common()]
    lines += [f"| of these with paths left out | {quarantined:,} |"]
    lines += [
        f"| a defect | {len(defects):,} |",
        "",
        "| refused because | scenarios |",
        "|---|---|",
    ]
    shown = rules.most_common(MOST_RULES)
    for (outcome, rule), times in shown:
        when = "" if outcome == REFUSED else f"{outcome}: "
        lines.append(f"| {when}{rule.replace('|', '/')} | {times:,} |")
    rest = rules.total() - sum(times for _, times in shown)
    lines += [f"| {len(rules) - len(shown)} other rules | {rest:,} |", "", *defects]
    return "\n".join(lines)


def main() -> None:
    """Try as many as asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.scenarios", description=__doc__)
    parser.add_argument("--count", type=int, default=10_000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--keep", type=Path, default=Path("runs/hostile"))
    chosen = parser.parse_args()
    chosen.keep.mkdir(parents=True, exist_ok=True)
    begin = time.perf_counter()
    found, defects = try_scenarios(chosen.count, chosen.seed, chosen.keep)
    print(report(found, defects))
    print(f"\n{time.perf_counter() - begin:,.0f} s")


if __name__ == "__main__":
    main()
