"""Tables of the part `limits`: what a path costs, what the machine could do, how far they are."""

from __future__ import annotations

from typing import Any

from benchmarks.markdown import table
from benchmarks.numbers import digits, with_range
from capexrisk.run.measurement import Spread, spread

Data = dict[str, Any]


def limits(data: Data) -> str:
    blocks = [_machine(data)]
    if "missing" in data["counts"]:
        return "\n\n".join([*blocks, f"Counts: not here: {data['counts']['missing']}."])
    return "\n\n".join([*blocks, _counts(data), _kinds(data["counts"]), _distance(data["bounds"])])


def _machine(data: Data) -> str:
    def billions(rates: list[float]) -> str:
        return with_range(Spread(*(rate / 1e9 for rate in spread(rates))))

    rows = [
        ["arithmetic, Gflop/s", billions(data["flops_per_second"])],
        ["divisions, 10⁹/s", billions(data["divisions_per_second"])],
    ]
    for row in data["memory"]:
        where = f"{row['level']} ({row['kib']:,} KiB)"
        rows += [
            [f"{where}, read, GB/s", billions(row["read_bytes_per_second"])],
            [f"{where}, read and write back, GB/s", billions(row["update_bytes_per_second"])],
        ]
    return table(("one core can", "median (range)"), rows)


def _counts(data: Data) -> str:
    counted = data["counts"]
    rate = spread(data["paths_per_second"]).median

    def a_path(name: str) -> float:
        return float(counted[name] / counted["paths"])

    flops, loaded, stored = a_path("flops"), a_path("bytes_loaded"), a_path("bytes_stored")
    amounts = {
        "instructions": a_path("instructions"),
        "flops": flops,
        "of these divisions and roots": a_path("divisions"),
        "bytes loaded": loaded,
        "bytes stored": stored,
    }
    rows = [[name, digits(n), digits(n * rate / 1e9)] for name, n in amounts.items()]
    rows.append(["flops a byte", digits(flops / (loaded + stored)), ""])
    made = table(("the kernel", "a path", "10⁹ a second"), rows)
    return (
        f"{made}\n\nA block of {counted['paths']} paths works in {counted['state_kib']:.0f} KiB "
        f"of state and {counted['outcomes_kib']:.0f} KiB of outcomes."
    )


def _kinds(counted: Data) -> str:
    total = counted["instructions"]
    rows = [[kind, f"{100 * n / total:.1f}"] for kind, n in counted["kinds"].items()]
    widths = ", ".join(f"{n / total:.0%} {width}-bit" for width, n in counted["widths"].items())
    made = table(("executed instructions", "%"), rows)
    return f"{made}\n\nOf all instructions {widths} vectors."


def _distance(bounds: Data) -> str:
    names = {"arithmetic": "if only its arithmetic took time"}
    rows = [
        [
            names.get(name, f"if only its loads and stores did, all in {name}"),
            digits(1e6 * least),
            digits(bounds["distance"][name]),
        ]
        for name, least in bounds["least_seconds"].items()
    ]
    measured = f"measured, {digits(1e6 * bounds['measured_seconds'])} µs"
    return table(("a path takes", "µs", f"{measured}, is so many times that"), rows)
