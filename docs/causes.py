"""The table of causes.md, printed from the catalogue of mechanisms."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from capexrisk.scenario import Words
from capexrisk.study.mechanisms import MECHANISMS, Mechanism

PAGE = Path(__file__).with_name("causes.md")
BEGIN, END = "<!-- mechanisms: from the catalogue -->", "<!-- end -->"
HEAD = "| name | mechanism | switched off | by |\n|---|---|---|---|"


def page(text: str) -> str:
    """The page with its table as the catalogue has it."""
    before, _, rest = text.partition(f"{BEGIN}\n")
    rows = "\n".join(map(_row, MECHANISMS))
    return f"{before}{BEGIN}\n{HEAD}\n{rows}\n{END}{rest.partition(END)[2]}"


def _row(mechanism: Mechanism) -> str:
    words = Words()
    cells = (
        f"`{mechanism.name}`",
        words.fill(mechanism.words),
        words.fill(mechanism.off),
        ", ".join(_switches(mechanism)),
    )
    return f"| {' | '.join(cells)} |"


def _switches(mechanism: Mechanism) -> Iterator[str]:
    for key, value in {**mechanism.market, **mechanism.each_issuer}.items():
        yield f"`{key} = {_value(value)}`"
    for key in mechanism.spot:
        yield f"`{key}` at the spot earnings of the start, 1 at most"
    for key in mechanism.unlimited:
        yield f"`{key}` without limit, unless 0"
    for what in mechanism.events:
        yield f"no {what} event"


def _value(value: object) -> str:
    if isinstance(value, tuple):
        return f"[{', '.join(map(_value, value))}]"
    return f'"{value}"' if isinstance(value, str) else f"{value:g}"
