"""The roofline: how much arithmetic each level of memory lets through, and the kernel."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from capexrisk.run.measurement import spread

GREYS = ("#222222", "#5A5A5A", "#8A8A8A", "#B4B4B4")
POINT = "#0072B2"


def roofline(data: dict[str, Any], figure: Figure, panels: list[Axes]) -> Figure | None:
    counted = data["counts"]
    if "missing" in counted:
        return None
    (axes,) = panels
    moved = counted["bytes_loaded"] + counted["bytes_stored"]
    intensity = counted["flops"] / moved
    rate = spread(data["paths_per_second"]).median * counted["flops"] / counted["paths"] / 1e9
    peak = spread(data["flops_per_second"]).median / 1e9
    ends = np.array([0.02, 20.0])
    grid = np.geomspace(*ends, 400)
    for row, colour in zip(data["memory"], GREYS, strict=False):
        bandwidth = spread(row["read_bytes_per_second"]).median / 1e9
        label = f"{row['level']}, {bandwidth:.0f} GB/s"
        axes.plot(grid, np.minimum(peak, bandwidth * grid), color=colour, lw=1.4, label=label)
    axes.annotate(f"arithmetic, {peak:.0f} Gflop/s", (ends[1], peak), (0, 4),
                  textcoords="offset points", ha="right", fontsize=8)  # fmt: skip
    axes.plot([intensity], [rate], "o", color=POINT, markersize=7)
    axes.annotate(f"the kernel,\n{rate:.0f} Gflop/s", (intensity, rate), (8, 0), va="center",
                  textcoords="offset points", color=POINT, fontweight="bold")  # fmt: skip
    axes.set(xscale="log", yscale="log", xlim=ends, ylim=(None, 2.2 * peak),
             xlabel="flops a byte loaded or stored", ylabel="Gflop/s, one core")  # fmt: skip
    axes.legend(loc="lower right", title="if every byte is read from")
    return figure
