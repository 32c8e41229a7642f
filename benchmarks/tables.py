"""Tables of the README, from the figures of a results file. No row is left out."""

from __future__ import annotations

from typing import Any

from benchmarks import accuracy_tables, limit_tables, scaling_tables
from benchmarks.markdown import table
from benchmarks.numbers import microseconds, with_range
from capexrisk.run.measurement import ratios, spread

Data = dict[str, Any]
HIDDEN_VERSIONS = ("scipy", "pandas", "pyarrow", "joblib")


def machine(results: Data) -> str:
    m = results["machine"]
    caches = ", ".join(
        f"{level} {kib // 1024} MiB" if kib >= 1024 else f"{level} {kib} KiB"
        for level, kib in m["caches_kib"].items()
    )
    what = "virtual machine" if m["virtual"] else "machine"
    return (
        f"{m['processor']}, {m['cores']} cores of a {what}, {m['vector_bits']}-bit vectors, "
        f"{caches}; {m['memory_gib']:.0f} GiB of memory; {m['system']}."
    )


def caption(part: Data) -> str:
    """Where the figures of a part come from."""
    revision, versions = part["revision"], part["versions"]
    commit = revision["commit"] or "unknown revision"
    changed = " with changes" if revision.get("engine_or_configs_changed") else ""
    shown = ", ".join(
        f"{name} {number}"
        for name, number in versions.items()
        if name not in (*HIDDEN_VERSIONS, "capexrisk", "gcc", "clang")
    )
    before, after = part["load_before"][0], part["load_after"][0]
    quick = "**A quick check of the harness, not a measurement.** " if part["quick"] else ""
    return (
        f"{quick}{part['date'][:10]}, revision {commit}{changed}, {part['rounds']} interleaved "
        f"rounds, load average {before:.1f} before and {after:.1f} after; {shown}."
    )


def implementations(data: Data) -> str:
    return compared(data) + "\n\n" + _two_cores(data["two_cores"])


def compared(data: Data) -> str:
    """Rows of implementations, the first of which is what the others are compared with."""
    here = [row for row in data["rows"] if "missing" not in row]
    engine = here[0]["seconds_per_path"]
    rows = []
    for row in data["rows"]:
        if "missing" in row:
            rows.append([row["name"], f"not here: {row['missing']}", *[""] * 5])
            continue
        agrees = "–"
        if "agrees" in row:
            agrees = f"{'yes' if row['agrees'] else '**no**'}, {row['worst_distance']:.1f}"
        cold = row["prepare_seconds"] + row["first_call_seconds"]
        rows.append([
            row["name"],
            with_range(spread([1e6 * s for s in row["seconds_per_path"]])),
            f"{row['paths']:,}",
            with_range(ratios(row["seconds_per_path"], engine)),
            f"{cold:.1f}",
            f"{row['peak_mib']:.0f}",
            agrees,
        ])  # fmt: skip
    head = ("implementation", "µs a path", "paths a round", f"time ÷ {here[0]['name']}",
            "cold start, s", "peak MiB", "agrees, worst SE")  # fmt: skip
    return table(head, rows)


def _two_cores(data: Data) -> str:
    if "missing" in data:
        return f"Two cores: not here: {data['missing']}."
    one, two = (data["seconds_by_workers"][n] for n in ("1", "2"))
    return (
        f"The whole run with two workers on two cores is {with_range(ratios(one, two))} times "
        f"as fast as with one ({data['paths']:,} paths)."
    )


def cold_start(data: Data) -> str:
    commands = [[f"`{name}`", with_range(spread(s))] for name, s in data["commands"].items()]
    stages = list(data["inside"]["empty"][0])
    inside = [
        [stage, *(with_range(spread([r[stage] for r in data["inside"][cache]]))
                  for cache in ("empty", "filled"))]
        for stage in stages
    ]  # fmt: skip
    totals = [
        with_range(spread([sum(r.values()) for r in data["inside"][cache]]))
        for cache in ("empty", "filled")
    ]
    head = ("inside a process", "cache empty, s", "cache filled, s")
    return "\n\n".join([
        table((f"command ({data['run_paths']:,} paths)", "s"), commands),
        table(head, [*inside, ["until the first chunk's end", *totals]]),
    ])  # fmt: skip


def small_model(data: Data) -> str:
    if "missing" in data:
        return f"Not here: {data['missing']}."
    own = data["rows"][0]["seconds_per_sample"]  # capexrisk's
    rows = []
    for row in data["rows"]:
        if "missing" in row:
            rows.append([row["tool"], "", "not here: not installed", "", "", ""])
            continue
        furthest = row["furthest_from_engine"]
        rows.append([
            row["tool"], row["version"], f"{row['samples']:,}",
            microseconds(row["seconds_per_sample"]),
            with_range(ratios(row["seconds_per_sample"], own)),
            f"{furthest['standard_errors']:.1f} ({furthest['figure']})",
        ])  # fmt: skip
    head = (
        "tool",
        "version",
        "samples",
        "µs a sample",
        "time ÷ capexrisk",
        "furthest from capexrisk, SE",
    )
    return table(head, rows)


PARTS = {
    "implementations": implementations,
    "edition_2": compared,
    "small_model": small_model,
    "workers": scaling_tables.workers,
    "paths": scaling_tables.paths,
    "size": scaling_tables.size,
    "cold_start": cold_start,
    "limits": limit_tables.limits,
    "coverage": accuracy_tables.coverage,
    "accuracy": accuracy_tables.accuracy,
}
