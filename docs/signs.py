"""The table of signs.md: what each mechanism does to the chances of failure.

``python -m docs.signs`` (``make signs``) measures it anew and prints it into the page.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from math import floor, log10
from pathlib import Path
from typing import Any

import pandas as pd

import capexrisk as cr
from capexrisk.scenario import Scenario, change_inputs, load_scenario
from capexrisk.scenario.event import ScheduledEvent

ROOT = Path(__file__).parents[1]
PAGE = Path(__file__).with_name("signs.md")
BEGIN, END = "<!-- signs: measured -->", "<!-- end -->"
PATHS, SEED = 2**20, 2026
EVERYONE = ("Alphabet", "Amazon", "Microsoft", "Meta", "Oracle", "CoreWeave")
BUILDERS = ("Oracle", "CoreWeave")
SATURATION = "market.demand_saturation_usd_bn_per_year"


@dataclass(frozen=True)
class Sign:
    """A change of the default scenario, and what it must do to the chance of failure.

    Attributes
    ----------
    change : str
        What is changed, in words.
    sign : int
        1 if it raises the chance of each of `issuers`, -1 if it lowers it.
    issuers : tuple of str
    factor : float
        How many times as likely failure must be, or more.
    market, each_issuer : mapping
        New values of inputs, of the market by path, of every issuer by key.
    events : tuple of mapping
        What happens on every path.
    """

    change: str
    sign: int
    issuers: tuple[str, ...]
    factor: float = 1.0
    market: Mapping[str, Any] = field(default_factory=dict)
    each_issuer: Mapping[str, Any] = field(default_factory=dict)
    events: tuple[Mapping[str, str], ...] = ()

    def laid_on(self, scenario: Scenario) -> Scenario:
        """The scenario with this change."""
        inputs = {
            f"issuers.{issuer.name}.{key}": value
            for issuer in scenario.issuers
            for key, value in self.each_issuer.items()
        }
        changed = change_inputs(scenario, {**self.market, **inputs})
        events = tuple(ScheduledEvent.model_validate(event) for event in self.events)
        return changed.model_copy(update={"events": events})

    @property
    def expected(self) -> str:
        """What it must do, in words."""
        how = "lower" if self.sign < 0 else "higher"
        if self.factor > 1.0:
            how = f"{self.factor:g} times or more"
        whose = "each" if self.issuers == EVERYONE else ", ".join(self.issuers)
        return f"{whose}: {how}"


SIGNS = (
    Sign("no programme of shares", 1, ("Oracle",), each_issuer={"equity_mix": 0.0}),
    Sign("no runs", -1, EVERYONE, market={"market.run_quarters": (0.0, 0.0, 0.0)}),
    Sign("scarcity not chased", -1, EVERYONE, market={"market.chase_per_year": 0.0}),
    Sign("scarcity chased twice as fast", 1, EVERYONE, market={"market.chase_per_year": 3.0}),
    Sign("no prepayments", 1, BUILDERS, each_issuer={"prepaid_share": 0.0}),
    Sign(
        "high yield always open",
        -1,
        ("CoreWeave",),
        market={"market.access.high_yield": (1.0, 1.0, 1.0)},
    ),
    Sign(
        "market shut for all of 2027",
        1,
        ("Oracle",),
        factor=3.0,
        events=tuple(
            {"quarter": f"2027Q{k}", "what": "market_regime", "regime": "shut"} for k in range(1, 5)
        ),
    ),
    Sign(
        "anchor customer lost in 2026Q3",
        1,
        ("Oracle",),
        factor=2.0,
        events=({"quarter": "2026Q3", "what": "anchor_loss"},),
    ),
    Sign("a third of the saturation", 1, BUILDERS, market={SATURATION: 500.0}),
    Sign("twice the saturation", -1, BUILDERS, market={SATURATION: 3000.0}),
)


def measure(paths: int = PATHS, seed: int = SEED) -> pd.DataFrame:
    """Chances of failure by the end of each change, beside the default scenario's.

    Returns
    -------
    DataFrame
        Indexed by scenario (the change in words) and issuer: base with base_error, value, and
        difference with the standard_error that common random numbers leave.
    """
    default = load_scenario(ROOT / "configs" / "hyperscalers-2026.toml")
    scenarios = {"as it is": default} | {sign.change: sign.laid_on(default) for sign in SIGNS}
    runs = {
        name: cr.simulate(scenario, paths=paths, seed=seed, collect="means")
        for name, scenario in scenarios.items()
    }
    table = cr.compare(runs).table
    failures = table[(table["metric"] == "funding_failure") & (table["period"] == "2028Q4")]
    failures = failures.set_index(["scenario", "issuer"])
    errors = [runs["as it is"].estimate(f"funding_failure/{name}") for name in EVERYONE]
    base_error = pd.Series([one.standard_error for one in errors], EVERYONE, name="base_error")
    return failures.join(base_error, on="issuer")


def scores(table: pd.DataFrame) -> Iterator[tuple[str, str, float]]:
    """Each change and issuer, with the standard errors by which it does what it must.

    The error of the base counts in full where a multiple of it is to be reached: at most, the two
    correlate.
    """
    for sign in SIGNS:
        for issuer in sign.issuers:
            row = table.loc[(sign.change, issuer)]
            beyond = row["difference"] - (sign.factor - 1.0) * row["base"]
            error = row["standard_error"] + (sign.factor - 1.0) * row["base_error"]
            yield sign.change, issuer, float(sign.sign * beyond / error)


def page(text: str, table: pd.DataFrame) -> str:
    """The page with its table as measured."""
    before, _, rest = text.partition(f"{BEGIN}\n")
    return f"{before}{BEGIN}\n{printed(table)}\n{END}{rest.partition(END)[2]}"


def printed(table: pd.DataFrame) -> str:
    """The table in percent: the base, then a difference with its error in each row."""
    first = table.loc[SIGNS[0].change]
    base = [_percent(first.loc[name, "base"], first.loc[name, "base_error"]) for name in EVERYONE]
    lines = [
        ["what is changed", "must be", *EVERYONE],
        ["---", "---", *["--:"] * len(EVERYONE)],
        ["nothing", "", *base],
    ]
    for sign in SIGNS:
        cells = []
        for name in EVERYONE:
            row = table.loc[(sign.change, name)]
            cell = _percent(row["difference"], row["standard_error"], signed=True)
            cells.append(f"**{cell}**" if name in sign.issuers else cell)
        lines.append([sign.change, sign.expected, *cells])
    return "\n".join(" ".join(f"| {' | '.join(line)} |".split()) for line in lines)


def _percent(value: float, error: float, *, signed: bool = False) -> str:
    """A share in percent, to two digits of its error."""
    value, error = 100.0 * value, 100.0 * error
    digits = max(1 - floor(log10(error)), 0)
    text = f"{value:+.{digits}f}" if signed else f"{value:.{digits}f}"
    return f"{text.replace('-', '−')} ± {error:.{digits}f}"


def main() -> None:
    """Write the page anew."""
    PAGE.write_text(page(PAGE.read_text("utf-8"), measure()), "utf-8")


if __name__ == "__main__":
    main()
