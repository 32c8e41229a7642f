"""The figures of what was left with a run: causes, what moves an answer, failing paths."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from matplotlib.axes import Axes
from matplotlib.figure import Figure

from capexrisk.archive.why import key_of
from capexrisk.report.content import causes as of_causes
from capexrisk.report.content import reversed as of_paths
from capexrisk.report.content import sensitivity as of_inputs
from capexrisk.report.content.part import PATHS, WHY
from capexrisk.report.plots.canvas import Margins, one_panel, stamp_of
from capexrisk.report.plots.drawing import Drawing
from capexrisk.report.plots.rows import height_of
from capexrisk.report.plots.sensitivity import MOST_ROWS, stamp_of_inputs, tornado
from capexrisk.report.plots.shocks import states
from capexrisk.report.plots.svg import svg_text
from capexrisk.report.plots.waterfall import waterfall
from capexrisk.study.why import Why

Draw = Callable[[Axes], Axes]
Drawn = tuple[Drawing, Figure]


def drawings_of_why(why: Why) -> Iterator[Drawn]:
    """A waterfall of each event's causes, a tornado of each answer, failing paths of each event."""
    for causes in why.causes:
        stamp = stamp_of(causes.scenario, causes.paths, causes.seed)
        says = f"Bars: what each mechanism adds to the chance. {of_causes.event_words(causes)}"
        rows = len(causes.mechanisms) + 2
        key = key_of("causes", causes.event)
        yield _drawn(key, WHY, key, says, stamp, _by(waterfall, causes), rows)
    for found in why.sensitivities:
        says = f"Bars: what each group of inputs moves. {of_inputs.answer_words(found)}"
        rows = min(MOST_ROWS, len(of_inputs.numbers(found, "swing")))
        stamp = stamp_of_inputs(found)
        key = key_of("sensitivity", found.names[0])
        yield _drawn(key, WHY, key, says, stamp, _by(tornado, found), rows)
    for reverse in why.reverses:
        stamp = stamp_of(reverse.scenario, reverse.paths, reverse.seed)
        key = key_of("reverse", reverse.event.name)
        first = reverse.scenario.issuers[reverse.event.members[0]].name
        for name, whose in (("market_spread", "system"), ("capex", first)):
            what = of_paths.STATE_WORDS[name]
            says = f"Curves: failing paths beside all, {what}. {of_paths.event_words(reverse)}"
            draw = _by(states, reverse, name, whose)
            yield _drawn(f"{key}-{name}", PATHS, key, says, stamp, draw)


def _by(plot: Callable[..., Axes], *arguments: object) -> Draw:
    return lambda ax: plot(*arguments, ax=ax)


def _drawn(
    name: str, section: str, key: str, says: str, stamp: str, draw: Draw, rows: int | None = None
) -> Drawn:
    height = None if rows is None else height_of(rows)
    figure = one_panel(stamp, lambda _, ax: draw(ax), Margins(), height)
    return Drawing(name, section, key, says, svg_text(figure, name)), figure
