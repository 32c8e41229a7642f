"""A plot that is asked for what there is not says in one line what was given and what there is."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from matplotlib.figure import Figure

from tests.unit.manifests import changed
from tests.unit.report.synthetic import synthetic

made_up = cache(synthetic)
CASH = "free_cash_flow_while_alive"
WRONG = [
    ("fan", ("Astr",), "'Astr': no such issuer; did you mean Aster?"),
    ("fan", ("Dust",), "'Dust': no such issuer; give one of Aster, Borealis, Cumulus"),
    ("distribution", ("Astr", 2027), "'Astr': no such issuer; did you mean Aster?"),
    ("distribution", ("Aster", 2040), "'2040': no such year; give one of 2026Q3-Q4, 2027, 2028"),
    ("funding_mix", ("Astr",), "'Astr': no such issuer; did you mean Aster?"),
    ("market", ("demnd",), "'demnd': no such metric of the market; did you mean demand?"),
    ("waterfall", ("Astr", 2027, 0), "'Astr': no such issuer; did you mean Aster?"),
    ("waterfall", ("Aster", 2040, 0), "'2040': no such quarter or year; give one of 2026Q3,"),
    ("exceedance", ("funding_failure",), "'funding_failure': no such metric with a distribution;"),
    ("exceedance", (CASH,), f"'system': no such issuer with {CASH}; give one of Aster, Borealis"),
    ("exceedance", (CASH, "Aster", 2040), f"'2040': no such period of {CASH}; give one of 2026Q3"),
    ("convergence", ("failure",), "'failure': no such metric; did you mean any_failure?"),
    ("convergence", (CASH, "Astr"), f"'Astr': no such issuer with {CASH}; did you mean Aster?"),
    ("convergence", (CASH, "Aster", "2028Q5"), f"'2028Q5': no such period of {CASH}; did you mean"),
    (
        "convergence",
        (CASH, "Aster", 2027, "p6"),
        f"'p6': no such statistic of {CASH}; give one of mean, p5, p25",
    ),
    ("survival", ("Aster",), "ax: 'Aster' is no Axes; give one, or none for a new figure"),
    ("fan", ("Aster", np.array([1])), "ax: array([1]) is no Axes; give one, or none"),
]


@pytest.mark.parametrize(
    ("name", "arguments", "says"),
    WRONG,
    ids=[f"{name}{number}" for number, (name, *_) in enumerate(WRONG)],
)
def test_what_there_is_not(name: str, arguments: tuple[object, ...], says: str) -> None:
    with pytest.raises(ValueError) as caught:
        getattr(made_up().plot, name)(*arguments)
    assert str(caught.value).startswith(says) and "\n" not in str(caught.value)


def test_no_such_plot() -> None:
    with pytest.raises(AttributeError, match=r"^survivl: no such plot; did you mean survival\?"):
        made_up().plot.survivl()


def test_a_statistic_is_named_before_a_period_that_nobody_gave() -> None:
    says = "'probabilty': no such statistic of funding_failure; did you mean probability?"
    with pytest.raises(ValueError, match=says.replace("?", r"\?")):
        made_up().plot.convergence("funding_failure", "Cumulus", statistic="probabilty")


def test_an_exceedance_needs_distributions() -> None:
    means = changed(made_up(), run={"collect": "means"})
    with pytest.raises(ValueError, match=r"exceedance: this run has no such figures; run with"):
        means.plot.exceedance()


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (("funding_failure", "Cumulus"), "Cumulus, 2028Q4, probability"),
        (("outside_funding",), "horizon, mean"),
        ((CASH, "Aster"), "Aster, 2028Q4, mean"),
    ],
)
def test_convergence_is_of_the_horizon_or_of_the_last_quarter(
    arguments: tuple[str, ...], says: str
) -> None:
    ax = made_up().plot.convergence(*arguments, ax=Figure().subplots())
    assert says in [text.get_text() for text in ax.texts]


def test_an_exceedance_is_of_the_horizon_or_of_the_last_quarter() -> None:
    ax = made_up().plot.exceedance(CASH, "Aster", ax=Figure().subplots())
    assert any(text.get_text().startswith("in 2028Q4, with") for text in ax.texts)
