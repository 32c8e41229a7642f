"""What might have been left with a run, with made-up figures."""

from __future__ import annotations

from math import nan

import numpy as np
import pandas as pd

from capexrisk.estimate.independent import Estimate
from capexrisk.lowering import lower
from capexrisk.scenario import Scenario
from capexrisk.study.causes import COLUMNS as OF_CAUSES
from capexrisk.study.causes import Causes
from capexrisk.study.mechanisms import MECHANISMS
from capexrisk.study.rare.design_point import DesignPoint
from capexrisk.study.rare.failure import find_event
from capexrisk.study.replay import replay
from capexrisk.study.reverse import FIGURES, KEYS, Reverse, Story
from capexrisk.study.sensitivity.analysis import COLUMNS as OF_SENSITIVITY
from capexrisk.study.sensitivity.analysis import Sensitivity
from capexrisk.study.why import Why

CHANCE, PATHS = 0.04, 131_072
# Of an issuer's failures: what goes away without the mechanism, and half of the interval.
PREVENTED = {"window": (0.93, 0.01), "race": (0.5, 0.02), "prepayments": (-0.6, 0.04)}
TIED = {"window": (0.5, 0.3), "race": (0.9, 0.2), "prepayments": (0.0, 0.3)}
UNKNOWN = dict.fromkeys(PREVENTED, (nan, nan))
SWINGS = {"what frightens lenders": (0.03, 0.09), "plans for 2026": (0.01, 0.15)}


def made_up_why(scenario: Scenario) -> Why:
    """Causes of all failures, sensitivity of the first issuer's, what it takes for the last's."""
    return Why((causes(scenario),), (sensitivity(scenario),), (reverse(scenario),))


def causes(scenario: Scenario) -> Causes:
    """The first issuer's failures have one main cause, the second's two; the last's are too few."""
    end = scenario.quarter_labels()[-1]
    shares = {issuer.name: PREVENTED for issuer in scenario.issuers}
    names = list(shares)
    shares |= {names[1]: TIED, names[-1]: UNKNOWN}
    keys = [("funding_failure", name, end) for name in names]
    keys += [("any_failure", "system", end)]
    rows = []
    for key in keys:
        chance = (CHANCE, 0.0005, CHANCE - 0.001, CHANCE + 0.001, PATHS)
        rows += [
            (*key, "none", "chance", 1e-6, nan, 0.0, 3e-5, PATHS),
            (*key, "all", "chance", *chance),
        ]
        for mechanism, (share, half) in shares.get(key[1], PREVENTED).items():
            for measure, value in (
                ("shapley", 0.01),
                ("alone", 0.0),
                ("prevented", share * CHANCE),
            ):
                ends = (1e-5, value - 2e-5, value + 2e-5, PATHS)
                rows.append((*key, mechanism, measure, value, *ends))
            of_chance = (share, half / 2, share - half, share + half, PATHS)
            rows.append((*key, mechanism, "prevented_share", *of_chance))
    return Causes(
        event="/".join(keys[0]),
        events=tuple("/".join(key) for key in keys),
        scenario=scenario,
        mechanisms=tuple(one for one in MECHANISMS if one.name in PREVENTED),
        off=(),
        orders=0,
        paths=PATHS,
        seed=1,
        table=pd.DataFrame(rows, columns=list(OF_CAUSES)),
    )


def sensitivity(scenario: Scenario) -> Sensitivity:
    """Two groups, the second of which moves more."""
    key = ("funding_failure", scenario.issuers[0].name, scenario.quarter_labels()[-1])

    def row(group: str, measure: str, value: float, half: float = 0.002) -> tuple[object, ...]:
        ends = (half / 2, value - half, value + half)
        return (*key, "probability", group, measure, value, *ends, 1024)

    rows = [row("", "at_median", CHANCE), row("", "sd", 0.03), row("", "inputs_share", 0.14)]
    for group, (low, high) in SWINGS.items():
        rows += [row(group, "at_p5", low), row(group, "at_p95", high)]
        rows += [row(group, "swing", high - low), row(group, "first_order", high)]
        rows += [row(group, "narrowing", high / 2)]
    return Sensitivity(
        scenario=scenario,
        names=("/".join(key),),
        seed=1,
        default_ranges=False,
        table=pd.DataFrame(rows, columns=list(OF_SENSITIVITY)),
    )


def reverse(scenario: Scenario) -> Reverse:
    """A path of the model that is said to be the likeliest, and to be two stories as well."""
    event = find_event(f"funding_failure/{scenario.issuers[-1].name}", lower(scenario, "means"))
    name, quarters = scenario.issuers[-1].name, scenario.quarter_labels()
    path = replay(scenario, 3, seed=1)
    last = (path["issuer"] == name) & (path["quarter"] == quarters[-1])
    path.loc[last, ["failed", "cause"]] = [True, "window"]
    end = (0.1, 0.9, 1.1, 500)
    shocks = [
        (name, quarter, whose, who, statistic, value, *figures)
        for name, quarter, whose, value in (
            ("spread", quarters[0], "system", 2.0),
            ("capex_growth", "", name, -1.0),
        )
        for who, statistic, figures in (
            ("failing", "mean", end),
            ("design point", "value", (nan, nan, nan, 1)),
        )
    ]
    states = [
        (state, quarter, whose, who, statistic, by * 10.0, 0.2, by * 10.0 - 0.5, by * 10.0 + 0.5, 9)
        for state, whose in (("market_spread", "system"), ("capex", name), ("cash", name))
        for quarter in quarters
        for who, by in (("failing", 2.0), ("all", 1.0))
        for statistic in ("p5", "mean", "p95")
    ]
    share = Estimate("probability", 0.73, 0.01, 0.71, 0.75, 500)
    story = Story(share, path, {name: quarters[-1]}, {name: "run"})
    rarer = share._replace(value=0.27, ci_low=0.25, ci_high=0.29)
    return Reverse(
        scenario=scenario,
        event=event,
        probability=Estimate("probability", 0.0024, 1e-4, 0.0022, 0.0026, 5_000_000),
        design=DesignPoint(np.array([2.0, -1.0]), 5.0**0.5, 3072, 0, None),
        path=path,
        shocks=pd.DataFrame(shocks, columns=["name", *KEYS, *FIGURES]),
        states=pd.DataFrame(states, columns=["name", *KEYS, *FIGURES]),
        stories=(story, story._replace(share=rarer)),
        silhouette=0.1,
        paths=87_064,
        seed=1,
    )
