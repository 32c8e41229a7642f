"""Plots of coverage and of time to accuracy."""

from __future__ import annotations

from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from benchmarks.plots import BLUE, GREEN, GREY, ORANGE

Data = dict[str, Any]
COLOURS = {"plain": ORANGE, "sobol": BLUE}
LINES = {
    "counting": (GREY, "--"),
    "nets": ("#56B4E9", "-"),
    "importance": (BLUE, "-"),
    "splitting": (GREEN, "-"),
    "OpenTURNS subset": ("#E69F00", ":"),
    "OpenTURNS importance": (ORANGE, ":"),
    "OpenTURNS cross-entropy": ("#CC79A7", ":"),
}
OF_CASH_FLOW = "cash flow"


def convergence(rows: list[Data], figure: Figure, panels: list[Axes]) -> Figure:
    """A panel for each figure: both samplers' intervals about the truth, which is a line."""
    for axes, name in zip(panels, dict.fromkeys(row["figure"] for row in rows), strict=True):
        here = [row for row in rows if row["figure"] == name]
        axes.axhline(here[0]["truth"], color="#222222", lw=1.0, label="truth")
        for shift, (sampler, colour) in zip((0.94, 1.06), COLOURS.items(), strict=True):
            mine = [row for row in here if row["sampler"] == sampler]
            values = np.array([row["value"] for row in mine])
            reach = [
                [row["value"] - row["low"] for row in mine],
                [row["high"] - row["value"] for row in mine],
            ]
            x = shift * np.array([row["paths"] for row in mine])
            axes.errorbar(
                x,
                values,
                yerr=reach,
                fmt="o",
                ms=2.5,
                color=colour,
                lw=1,
                capsize=1.5,
                label=sampler,
            )
        axes.set(xscale="log", xlabel="paths")
        axes.set_title(name.replace("/", "\n", 1), fontsize=8.5)
        axes.yaxis.set_major_locator(MaxNLocator(5))
        axes.tick_params(labelsize=7.5)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=3)
    return figure


def paths_by_probability(data: Data, figure: Figure, panels: list[Axes]) -> Figure:
    """Cash flow of the small model: what each method takes as the failure becomes rarer."""
    (axes,) = panels
    for method, (colour, style) in LINES.items():
        rows = [
            row
            for row in data["rows"]
            if row["method"] == method
            and row["problem"].startswith(OF_CASH_FLOW)
            and "missing" not in row
            and not (row["seeds"] and abs(row["bias"]) > max(0.1, 4.0 * row["bias_error"]))
        ]
        x = [row["probability"] for row in rows]
        axes.plot(
            x,
            [row["paths_to_wanted"] for row in rows],
            style,
            marker="o",
            color=colour,
            label=method,
        )
    axes.set(xscale="log", yscale="log", xlabel="probability (rarer to the right)")
    axes.set_ylabel(f"paths to an error of {100 * data['wanted']:.0f} %")
    axes.invert_xaxis()
    axes.set_title("Free cash flow of the small model below a limit")
    figure.legend(*axes.get_legend_handles_labels(), loc="outside right upper", fontsize=8)
    return figure
