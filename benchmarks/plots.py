"""Plots of the README: the tables for the eye. Medians, whiskers from least to greatest."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator

from benchmarks.numbers import digits
from capexrisk.report.plots.svg import inline
from capexrisk.run.measurement import Spread, spread

Data = dict[str, Any]
# Okabe and Ito's colours, told apart by colour-blind eyes.
BLUE, ORANGE, GREEN, GREY = "#0072B2", "#D55E00", "#009E73", "#8A8A8A"
WIDTH = 7.2  # inches; the README's column
STYLE = {
    "figure.facecolor": "white",
    "font.size": 9,
    "axes.titlesize": 10,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.axisbelow": True,
    "axes.grid": True,
    "grid.color": "#E2E2E2",
    "grid.linewidth": 0.6,
    "legend.frameon": False,
    "lines.markersize": 4.5,
    "svg.fonttype": "none",  # letters, not outlines of letters
    "svg.hashsalt": "capexrisk",  # the same figures give the same file
}
FONT = "DejaVu Sans, Verdana, sans-serif"  # the one it was laid out for, and one that is as wide
LONG_PLACE = re.compile(r'( [xy]="-?\d+\.\d\d)\d+')


def save(draw: Callable[[Data], Figure | None], data: Data, file: Path, description: str) -> bool:
    """Draw and write; False where there is nothing to draw."""
    with mpl.rc_context(STYLE):
        figure = draw(data)
        if figure is None:
            return False
        for axes in figure.axes:
            axes.minorticks_off()  # between powers of ten; they would be half of a file
        drawn = io.StringIO()
        figure.savefig(drawn, format="svg", metadata={"Date": None})
    text = inline(drawn.getvalue(), description)
    text = LONG_PLACE.sub(r"\1", text.replace("<svg", f'<svg font-family="{FONT}"', 1))
    text = "\n".join(line.strip() for line in text.splitlines())
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")
    return True


def _figure(height: float, columns: int = 1) -> tuple[Figure, list[Axes]]:
    figure = Figure(figsize=(WIDTH, height), layout="constrained")
    return figure, list(np.atleast_1d(figure.subplots(1, columns)))


def _dots(axes: Axes, names: list[str], values: list[Spread], colours: list[str]) -> None:
    """Points on a log scale, the first on top, each with its range and its number."""
    places = np.arange(len(names))[::-1]
    medians = np.array([value.median for value in values])
    reach = [[v.median - v.low for v in values], [v.high - v.median for v in values]]
    axes.errorbar(medians, places, xerr=reach, fmt="none", ecolor="#333333", capsize=2, lw=0.9)
    axes.scatter(medians, places, color=colours, s=34, zorder=3)
    axes.set_xscale("log")
    least, most = min(v.low for v in values), max(v.high for v in values)
    axes.set_xlim(least / 1.6, most * 3.5)
    axes.set_ylim(-0.6, len(names) - 0.4)
    for place, value in zip(places, values, strict=True):
        axes.annotate(digits(value.median), (value.high, place), (5, 0),
                      textcoords="offset points", va="center")  # fmt: skip
    axes.set_yticks(places, names)
    axes.tick_params(axis="y", length=0)
    axes.grid(axis="y", lw=0.4)


def _points(axes: Axes, x: list[float], values: list[Spread], colour: str, label: str) -> None:
    medians = np.array([value.median for value in values])
    reach = [[v.median - v.low for v in values], [v.high - v.median for v in values]]
    axes.errorbar(x, medians, yerr=reach, fmt="o", color=colour, capsize=2, lw=0.9, label=label)


def _power_line(axes: Axes, x: list[float], values: list[Spread], fit: Data) -> None:
    """The fitted line, through the middle of the points it was fitted to."""
    fitted = [(a, v.median) for a, v in zip(x, values, strict=True) if a >= fit["from"]]
    logs = np.log([place for place, _ in fitted])
    level = np.mean(np.log([value for _, value in fitted])) - fit["exponent"] * logs.mean()
    ends = np.array([fitted[0][0], fitted[-1][0]], dtype=float)
    text = f"exponent {fit['exponent']:.3f} ± {fit['standard_error']:.3f}"
    axes.plot(ends, np.exp(level) * ends ** fit["exponent"], color=GREY, lw=1.2, label=text)


def implementations(data: Data) -> Figure | None:
    here = [row for row in data["rows"] if "missing" not in row]
    names = [row["name"].replace(", written", ",\nwritten") for row in here]
    values = [spread([1e6 * s for s in row["seconds_per_path"]]) for row in here]
    colours = [BLUE if row["name"].startswith("engine") else GREY for row in here]
    figure, (axes,) = _figure(0.9 + 0.36 * len(here))
    _dots(axes, names, values, colours)
    axes.set_xlabel("µs a path, one core (log scale; less is better)")
    return figure


def small_model(data: Data) -> Figure | None:
    here = [row for row in data["rows"] if "missing" not in row]
    values = [spread([1e6 * s for s in row["seconds_per_sample"]]) for row in here]
    colours = [BLUE if row["tool"].startswith("capexrisk") else GREY for row in here]
    figure, (axes,) = _figure(0.9 + 0.36 * len(here))
    _dots(axes, [row["tool"] for row in here], values, colours)
    axes.set_xlabel("µs a sample (log scale; less is better)")
    return figure


def workers(data: Data) -> Figure | None:
    counts = sorted({row["workers"] for row in data["rows"]})
    if len(counts) < 2:
        return None
    figure, (axes,) = _figure(3.2)
    axes.plot(counts, counts, color=GREY, lw=1, ls="--", label="one for one")
    for shift, (backend, colour) in enumerate((("threading", BLUE), ("loky", ORANGE))):
        rows = [row for row in data["rows"] if row["backend"] == backend]
        alone = rows[0]["seconds"]
        values = [spread([a / b for a, b in zip(alone, r["seconds"], strict=True)]) for r in rows]
        places = [row["workers"] * (1 + 0.012 * (2 * shift - 1)) for row in rows]
        _points(axes, places, values, colour, backend)
    axes.set(xlabel="workers", ylabel="times as fast as one worker", xticks=counts, ylim=(0, None))
    axes.legend(loc="upper left")
    return figure


def paths(data: Data) -> Figure | None:
    sizes = [row["paths"] for row in data["rows"]]
    figure, (left, right) = _figure(2.9, 2)
    values = [spread(row["simulation_seconds"]) for row in data["rows"]]
    _points(left, sizes, values, BLUE, "simulation")
    if data["fit"]:
        _power_line(left, sizes, values, data["fit"])
    whole = [spread(row["process_seconds"]) for row in data["rows"]]
    _points(left, sizes, whole, ORANGE, "whole process")
    left.set(xscale="log", yscale="log", xlabel="paths", ylabel="seconds", title="Time")
    left.legend(loc="upper left")
    peaks = [spread(row["peak_mib"]) for row in data["rows"]]
    _points(right, sizes, peaks, BLUE, "")
    most = max(peak.high for peak in peaks)
    right.set(xscale="log", xlabel="paths", ylabel="MiB", title="Peak memory", ylim=(0, 1.2 * most))
    return figure


def size(data: Data) -> Figure | None:
    figure, panels = _figure(2.9, 2)
    for axes, axis in zip(panels, ("issuers", "quarters"), strict=True):
        rows = [row for row in data["rows"] if row["axis"] == axis]
        sizes = [row["size"] for row in rows]
        values = [spread([1e6 * s for s in row["seconds_per_path"]]) for row in rows]
        _points(axes, sizes, values, BLUE, "measured")
        _power_line(axes, sizes, values, data["fits"][axis])
        axes.set(xscale="log", yscale="log", xlabel=axis, ylabel="µs a path")
        axes.set_xticks(sizes, [str(n) for n in sizes])
        lowest, highest = min(v.low for v in values), max(v.high for v in values)
        ticks = [t for t in (1, 2, 5, 10, 20, 50, 100, 200, 500) if lowest / 2 < t < 2 * highest]
        axes.set_yticks(ticks, [str(t) for t in ticks])
        axes.legend(loc="upper left")
    panels[0].set_title("12 quarters")
    panels[1].set_title("6 issuers")
    return figure


def cold_start(data: Data) -> Figure | None:
    figure, panels = _figure(1.9, 2)
    colours = (ORANGE, "#E69F00", "#56B4E9", BLUE, GREEN)
    for axes, cache in zip(panels, ("empty", "filled"), strict=True):
        rounds, left = data["inside"][cache], 0.0
        for stage, colour in zip(rounds[0], colours, strict=True):
            seconds = spread([one[stage] for one in rounds]).median
            axes.barh([0], [seconds], left=left, color=colour, height=0.5, label=stage)
            left += seconds
        axes.set(xlabel="seconds", yticks=[], title=f"Compiler's cache {cache}", ylim=(-0.45, 0.45))
        axes.grid(axis="y", visible=False)
        axes.xaxis.set_major_locator(MaxNLocator(5))
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=5)
    return figure


def limits(data: Data) -> Figure | None:
    from benchmarks.roofline import roofline

    return roofline(data, *_figure(3.4))


def coverage(data: Data) -> Figure | None:
    from benchmarks.accuracy_plots import convergence

    figures = dict.fromkeys(row["figure"] for row in data["convergence"])
    return convergence(data["convergence"], *_figure(2.6, len(figures)))


def accuracy(data: Data) -> Figure | None:
    from benchmarks.accuracy_plots import paths_by_probability

    return paths_by_probability(data, *_figure(3.4))


PARTS = {
    "implementations": implementations, "small_model": small_model, "workers": workers,
    "paths": paths, "size": size, "cold_start": cold_start, "limits": limits,
    "coverage": coverage, "accuracy": accuracy,
}  # fmt: skip
