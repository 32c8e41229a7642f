"""The tables of summary.md, printed from the catalogue of metrics.

``python -m docs.tables`` (``make tables``) prints them into the page, and those of manifest.md,
inputs.md and causes.md.
"""

from __future__ import annotations

import re
from pathlib import Path

from capexrisk.estimate.metric import Metric, Of
from capexrisk.estimate.metrics import METRICS
from capexrisk.scenario import Words
from docs import causes, fields, inputs

PAGE = Path(__file__).with_name("summary.md")
BEGIN, END = "<!-- {}: from the catalogue -->", "<!-- end -->"
HEAD = "| metric | period | unit | in reports | what |\n|---|---|---|---|---|"


def main() -> None:
    """Write the pages anew."""
    for path, printed in (
        (PAGE, page),
        *((other.PAGE, other.page) for other in (fields, inputs, causes)),
    ):
        path.write_text(printed(path.read_text("utf-8")), "utf-8")


def page(text: str) -> str:
    """The page with its tables as the catalogue has them."""
    for of in ("issuer", "system"):
        begin = BEGIN.format(of)
        before, _, rest = text.partition(f"{begin}\n")
        text = f"{before}{begin}\n{table(of)}\n{END}{rest.partition(END)[2]}"
    return text


def table(of: Of) -> str:
    """All metrics of issuers, or of the system."""
    metrics = [metric for metric in METRICS if metric.of == of]
    lists = {
        match[1]: metric.over
        for metric in metrics
        if (match := re.search(r"{(\w+)}", metric.name)) and isinstance(metric.over, tuple)
    }
    lines = [f"{name.upper()}: {', '.join(labels)}." for name, labels in lists.items()]
    return "\n".join([HEAD, *map(_row, metrics), "", *lines])


def _row(metric: Metric) -> str:
    periods = "by quarter" if metric.cumulative else ", ".join(metric.quantities)
    label = re.search(r"{(\w+)}", metric.name)
    words = Words().fill(metric.words, label[1].upper() if label else "")
    name = re.sub(r"{(\w+)}", lambda match: match[1].upper(), metric.name)
    return " ".join(f"| {name} | {periods} | {metric.unit} | {words} | {metric.meaning} |".split())


if __name__ == "__main__":
    main()
