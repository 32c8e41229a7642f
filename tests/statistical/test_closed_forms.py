"""The engine where the answer is known: scenarios stripped down until a closed form remains.

Every test is a set of standard scores judged together by Bonferroni: over fresh seeds it fails
once in 10,000 if the code is right (`scores.assert_chance`). Seeds are fixed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from scipy.integrate import quad
from scipy.stats import norm

from capexrisk.kernel import issuer_rows, market_rows
from capexrisk.kernel.block import BLOCK
from capexrisk.kernel.simulate import simulate_chunk, trace_block
from capexrisk.kernel.sources import independent_source
from capexrisk.model.parameters import Issuer
from tests.statistical.scores import assert_chance, mean_scores, normal_scores, share_scores
from tests.unit.kernel.blocks import (
    Case,
    changed_case,
    lowered,
    reference_case,
    trace,
    with_quarters,
)

pytestmark = pytest.mark.slow

BLOCKS = 4_000
QUARTER = 0.25

NOBODY_REACTS: dict[str, Any] = {
    "correlation": [[float(i == j) for j in range(5)] for i in range(5)],
    "tail_dof": 1e6,  # normal to one part in a million
    "hazard": [[0.0] * 3 for _ in range(3)],
    "oas_mean_bp": [95.0] * 3,
    "oas_sigma": [0.18] * 3,
    "oas_cap_bp": 1e5,
    "jump_rate": 0.0,
    "shock_rate": 0.0,
    "shock_hazard_multiple": 1.0,
    "vigilante": 0.0,
    "fear_spread": 0.0,
    "fear_glut": 0.0,
    "fear_linked": 0.0,
    "fear_failure": 0.0,
    "demand_sigma": 0.0,
    "demand_saturation_sigma": 0.0,
    "demand_speed_sigma": 0.0,
    "linked_beta": 0.0,
    "anchor_hazard": 0.0,
    "obsolescence": 0.0,
    "spread_leverage": 0.0,
    "premium_beta": 0.0,
    "failure_jump": 0.0,
    "rivalry": 0.0,
    "race": 0.0,
    "chase": 0.0,
    "glut_discipline": 0.0,
}


def quiet_case(quarters: int = 12, **market: Any) -> Case:
    """One issuer that can pay for anything, in a market that reacts to nothing."""
    case = with_quarters(reference_case(), quarters)
    case["issuers"] = [{**case["issuers"][0], "cash": 1e5, "discipline": 0.0}]
    return changed_case(case, market={**NOBODY_REACTS, **market})


def rows(
    case: Case, *wanted: str, seed: int, start: str = "2026Q1", blocks: int = BLOCKS
) -> list[np.ndarray]:
    """Rows of the market or of the first issuer over many paths, each (T, paths)."""
    scenario = lowered(case, start)
    begins = [
        getattr(market_rows, row)
        if hasattr(market_rows, row)
        else market_rows.SIZE + getattr(issuer_rows, row)
        for row in wanted
    ]
    gathered: list[list[np.ndarray]] = [[] for _ in wanted]
    for block in range(blocks):
        states, _ = trace_block(
            scenario.market,
            scenario.schedule,
            scenario.layout,
            source=independent_source(seed, block * BLOCK),
        )
        for row, begin in zip(gathered, begins, strict=True):
            row.append(states[:, begin : begin + BLOCK].copy())
    return [np.concatenate(row, axis=1) for row in gathered]


def times(quarters: int) -> np.ndarray:
    """End of each quarter in years."""
    return QUARTER * np.arange(1, quarters + 1)


def with_start(series: np.ndarray, first: float) -> np.ndarray:
    return np.concatenate([np.full((1, series.shape[1]), first), series])


def counts_of(case: Case, name: str, *, seed: int, paths: int = 100_000) -> np.ndarray:
    """Counts of a quantity's values."""
    scenario = lowered(case)
    layout = scenario.layout
    tally, _ = simulate_chunk(
        scenario.market, scenario.schedule, layout, source=independent_source(seed), paths=paths
    )
    shape = layout.shape(name)
    first = layout.first[name] - layout.amounts
    return tally.counts[first : first + int(np.prod(shape))].reshape(*shape, -1)


# --- spreads


def test_ornstein_uhlenbeck_moments_at_every_quarter():
    """kappa = 1, theta = 0.015, sigma = 0.01, x_0 = 0.01 over five years, x the log spread."""
    case = quiet_case(
        20,
        oas_speed=1.0,
        oas0_bp=float(np.exp(0.01)),
        oas_mean_bp=[float(np.exp(0.015))] * 3,
        oas_sigma=[0.01] * 3,
    )
    (x,) = rows(case, "LOG_SPREAD", seed=1)
    t = times(20)
    mean = 0.015 - 0.005 * np.exp(-t)
    variance = 0.01**2 * (1.0 - np.exp(-2.0 * t)) / 2.0
    tail = norm.sf(0.03, mean[-1], np.sqrt(variance[-1]))
    # The figures of this set as they are tabulated elsewhere.
    assert mean[-1] == pytest.approx(0.0149663103, abs=1e-10)
    assert variance[-1] == pytest.approx(4.999773e-5, rel=1e-7)
    assert tail == pytest.approx(0.0167460911, abs=1e-10)
    assert_chance(
        moments=normal_scores(x, mean, variance),
        tail=share_scores((x[-1] > 0.03).sum(), x.shape[1], tail),
        # Successive values correlate by exp(-kappa / 4): the step, not the moments alone.
        steps=normal_scores(
            x[1:] - x[:-1] * np.exp(-QUARTER),
            np.full(19, 0.015 * (1.0 - np.exp(-QUARTER))),
            np.full(19, 0.01**2 * (1.0 - np.exp(-2.0 * QUARTER)) / 2.0),
        ),
    )


def test_jumps_of_the_spread():
    """Bernoulli(1 - exp(-rate / 4)) jumps of N(mean, sigma^2) are all that moves it."""
    rate, m, s = 0.6, 0.2, 0.15
    case = quiet_case(
        8, jump_rate=rate, jump_mean=m, jump_sigma=s, oas_sigma=[0.0] * 3, oas_mean_bp=[79.0] * 3
    )
    (x,) = rows(case, "LOG_SPREAD", seed=2)
    mu, decay = np.log(79.0), np.exp(-case["market"]["oas_speed"] * QUARTER)
    before = with_start(x[:-1], mu)
    jumps = (x - mu - (before - mu) * decay).ravel()
    p = 1.0 - np.exp(-rate * QUARTER)
    second = m**2 + s**2
    fourth = m**4 + 6.0 * m**2 * s**2 + 3.0 * s**4
    assert_chance(
        count=share_scores((np.abs(jumps) > 1e-12).sum(), jumps.size, p),
        mean=mean_scores(jumps, p * m, p * second - (p * m) ** 2),
        square=mean_scores(jumps**2, p * second, p * fourth - (p * second) ** 2),
    )


# --- regimes


def one_quarter(hazard: list[list[float]], boost: float = 1.0) -> np.ndarray:
    """Transition matrix of a quarter, step 1 of MODEL.md: at most one move a quarter."""
    matrix = np.zeros((3, 3))
    for s in range(3):
        rates = np.array([rate * (boost if to > s else 1.0) for to, rate in enumerate(hazard[s])])
        total = rates.sum()
        leave = 1.0 - np.exp(-total * QUARTER)
        matrix[s] = leave * rates / total if total > 0.0 else 0.0
        matrix[s, s] = 1.0 - leave
    return matrix


HAZARD = [[0.0, 0.9, 0.3], [1.6, 0.0, 0.7], [0.5, 2.5, 0.0]]


@pytest.mark.parametrize("start", [0, 1, 2])
def test_regimes_are_powers_of_the_transition_matrix(start):
    case = quiet_case(12, hazard=HAZARD, regime0=start)
    counts = counts_of(case, "regime", seed=3 + start)[:, :3]
    step = one_quarter(HAZARD)
    expected = [np.linalg.matrix_power(step, k + 1)[start] for k in range(12)]
    assert_chance(regimes=share_scores(counts, counts[0].sum(), expected))


def chances_of(case: Case, name: str, *, seed: int, paths: int = 100_000) -> np.ndarray:
    """Each path's amounts of a quantity, (rows, paths)."""
    scenario = lowered(case)
    first = scenario.layout.first[name]
    _, kept = simulate_chunk(
        scenario.market,
        scenario.schedule,
        scenario.layout,
        source=independent_source(seed),
        paths=paths,
        keep=range(first, first + int(np.prod(scenario.layout.shape(name)))),
    )
    return kept.T


@pytest.mark.parametrize("start", [0, 1, 2])
def test_chances_of_regimes_are_exact_where_nothing_multiplies_the_hazards(start):
    case = quiet_case(12, hazard=HAZARD, regime0=start)
    found = chances_of(case, "regime_chance", seed=1, paths=200).reshape(3, 12, -1)
    step = one_quarter(HAZARD)
    expected = np.array([np.linalg.matrix_power(step, k + 1)[start] for k in range(12)]).T
    np.testing.assert_allclose(found, np.broadcast_to(expected[..., None], found.shape), rtol=1e-12)


def test_chances_of_regimes_count_what_shocks_add():
    rate, multiple = 0.8, 6.0
    case = quiet_case(10, hazard=HAZARD, shock_rate=rate, shock_hazard_multiple=multiple)
    found = chances_of(case, "regime_chance", seed=8).reshape(3, 10, -1)
    p = 1.0 - np.exp(-rate * QUARTER)
    step = (1.0 - p) * one_quarter(HAZARD) + p * one_quarter(HAZARD, multiple)
    expected = np.array([np.linalg.matrix_power(step, k + 1)[0] for k in range(10)]).T
    variance = found.var(axis=-1)
    assert (variance < expected * (1.0 - expected) / 2).all()
    assert_chance(chances=mean_scores(found, expected, variance))


def test_demand_shocks_multiply_the_hazards_that_worsen():
    """Shocks are independent: the matrix is a mixture of the calm one and the boosted one."""
    rate, multiple = 0.8, 6.0
    case = quiet_case(10, hazard=HAZARD, shock_rate=rate, shock_hazard_multiple=multiple)
    counts = counts_of(case, "regime", seed=6)[:, :3]
    p = 1.0 - np.exp(-rate * QUARTER)
    step = (1.0 - p) * one_quarter(HAZARD) + p * one_quarter(HAZARD, multiple)
    expected = [np.linalg.matrix_power(step, k + 1)[0] for k in range(10)]
    assert_chance(regimes=share_scores(counts, counts[0].sum(), expected))


def test_the_anchor_survives_exponentially():
    hazard = 0.5
    case = quiet_case(12, anchor_hazard=hazard, anchor_glut=0.0)
    dates = counts_of(case, "anchor_lost", seed=7)
    lost = np.cumsum(dates[:12])
    assert_chance(lost=share_scores(lost, dates.sum(), 1.0 - np.exp(-hazard * times(12))))


def test_the_chance_of_the_anchor_s_loss_is_exact_without_a_glut():
    hazard = 0.5
    case = quiet_case(12, anchor_hazard=hazard, anchor_glut=0.0)
    found = chances_of(case, "anchor_lost_chance", seed=7, paths=200)
    expected = 1.0 - np.exp(-hazard * times(12))
    np.testing.assert_allclose(found, np.repeat(expected[:, None], 200, axis=1), rtol=1e-12)


# --- demand


def test_demand_shocks_take_exponential_losses_of_demand():
    rate, mean = 0.7, 0.12
    case = quiet_case(8, shock_rate=rate, shock_loss_mean=mean, demand_speed=0.0)
    (demand,) = rows(case, "DEMAND", seed=8)
    log_demand = np.log(with_start(demand, case["market"]["demand0"]))
    losses = -np.diff(log_demand, axis=0).ravel()
    losses[losses < 1e-12] = 0.0
    p = 1.0 - np.exp(-rate * QUARTER)
    survival = [(np.abs(log_demand[k + 1] - log_demand[0]) < 1e-12).sum() for k in range(8)]
    assert_chance(
        untouched=share_scores(survival, demand.shape[1], np.exp(-rate * times(8))),
        mean=mean_scores(losses, p * mean, 2.0 * p * mean**2 - (p * mean) ** 2),
        square=mean_scores(losses**2, 2.0 * p * mean**2, (24.0 * p - 4.0 * p * p) * mean**4),
        large=share_scores((losses > 3.0 * mean).sum(), losses.size, p * np.exp(-3.0)),
    )


def test_demand_without_noise_is_the_logistic_recursion():
    """Exact, and the same on every path; 1e-12 is the rounding of 40 quarters."""
    case = quiet_case(40, demand_speed=0.8, demand_saturation=1500.0)
    demand = trace(case).market("DEMAND")
    expected, level = [], case["market"]["demand0"]
    for _ in range(40):
        level *= np.exp(0.8 * (1.0 - level / 1500.0) * QUARTER)
        expected.append(level)
    np.testing.assert_allclose(demand, np.array(expected)[:, None] * np.ones(BLOCK), rtol=1e-12)


def test_what_is_drawn_once_a_path_is_lognormal():
    case = quiet_case(
        1, demand_saturation_sigma=0.6, demand_speed_sigma=0.3, revenue_yield_sigma=0.2
    )
    m = case["market"]
    drawn = rows(case, "SATURATION", "SPEED", "YIELD", seed=9)
    medians = (m["demand_saturation"], m["demand_speed"], m["revenue_yield"])
    logs = np.stack([np.log(row[0]) for row in drawn])
    variances = np.square([0.6, 0.3, 0.2])
    assert_chance(
        moments=normal_scores(logs, np.log(medians), variances),
        independent=[
            mean_scores((logs[i] - logs[i].mean()) * (logs[j] - logs[j].mean()), 0.0, v)
            for i, j, v in (
                (0, 1, variances[0] * variances[1]),
                (0, 2, variances[0] * variances[2]),
                (1, 2, variances[1] * variances[2]),
            )
        ],
    )


def mixed_mean(function: Callable[[float], float], nu: float) -> float:
    """E[function(mixing factor)], by quadrature."""

    def integrand(z: float) -> float:
        chi_square = max(0.1, 1.0 - 2.0 / (9.0 * nu) + z * np.sqrt(2.0 / (9.0 * nu)))
        return float(norm.pdf(z) * function(((nu - 2.0) / nu) ** 0.5 * chi_square**-1.5))

    return float(quad(integrand, -12.0, 12.0, points=[-6.0, -4.0, -2.0, 0.0], limit=200)[0])


def market_normals(case: Case, seed: int) -> np.ndarray:
    """The five normals found again in what each moves: (5, quarters x paths)."""
    m = case["market"]
    x, demand, capex, macro, linked = rows(
        case, "LOG_SPREAD", "DEMAND", "Z_CAPEX", "Z_MACRO", "LINKED", seed=seed
    )
    mu, kappa, sigma = np.log(m["oas0_bp"]), m["oas_speed"], m["demand_sigma"]
    decay = np.exp(-kappa * QUARTER)
    step = m["oas_sigma"][0] * np.sqrt((1.0 - np.exp(-2.0 * kappa * QUARTER)) / (2.0 * kappa))
    growth = np.diff(np.log(with_start(demand, m["demand0"])), axis=0)
    faded = np.exp(-m["linked_speed"] * QUARTER)
    return np.stack(
        [
            (x - mu - (with_start(x[:-1], mu) - mu) * decay) / step,
            (growth + 0.5 * sigma**2 * QUARTER) / (sigma * 0.5),
            capex,
            macro,
            (linked - with_start(linked[:-1], 0.0) * faded) / (m["linked_sigma"] * 0.5),
        ]
    ).reshape(5, -1)


def mixed_case(nu: float, correlation: np.ndarray) -> Case:
    return quiet_case(
        4,
        correlation=correlation.tolist(),
        tail_dof=nu,
        demand_sigma=0.15,
        demand_speed=0.0,
        oas_mean_bp=[79.0] * 3,
    )


def test_the_variance_of_the_mixture_is_what_the_model_says():
    """By quadrature, no paths: 0.6 % above 1 at 8 degrees of freedom, 7 % at 5."""
    assert mixed_mean(np.square, 8.0) == pytest.approx(1.0, abs=0.006)
    assert mixed_mean(np.square, 5.0) == pytest.approx(1.0, abs=0.07)


def test_the_five_market_normals_have_their_correlation_and_the_mixture_its_variance():
    nu = 8.0
    correlation = np.array(reference_case()["market"]["correlation"], dtype=float)
    z = market_normals(mixed_case(nu, correlation), seed=10)
    second, fourth = mixed_mean(np.square, nu), mixed_mean(lambda f: f**4, nu)
    products = [
        mean_scores(
            z[i] * z[j],
            correlation[i, j] * second,
            (1.0 + 2.0 * correlation[i, j] ** 2) * fourth - (correlation[i, j] * second) ** 2,
        )
        for i in range(5)
        for j in range(i + 1)
    ]
    assert_chance(products=products, means=[mean_scores(row, 0.0, second) for row in z])


@pytest.mark.parametrize("nu", [5.0, 20.0])
def test_the_five_market_normals_share_one_mixing_factor(nu):
    """ln|z_i| = ln f + ln|e_i|: uncorrelated normals leave Var(ln f) as their covariance.

    Logs, because the fourth moments of z hang on events of one in ten million.
    """
    z = market_normals(mixed_case(nu, np.eye(5)), seed=14)
    log_mean = mixed_mean(np.log, nu)
    normal_mean, normal_variance = -0.5 * (np.euler_gamma + np.log(2.0)), np.pi**2 / 8.0
    mixing = mixed_mean(lambda f: (np.log(f) - log_mean) ** 2, nu)
    fourth = mixed_mean(lambda f: (np.log(f) - log_mean) ** 4, nu)
    logs = np.log(np.abs(z)) - log_mean - normal_mean
    variance = fourth + 2.0 * mixing * normal_variance + normal_variance**2 - mixing**2
    shared = [mean_scores(logs[i] * logs[j], mixing, variance) for i in range(5) for j in range(i)]
    means = [mean_scores(row, 0.0, mixing + normal_variance) for row in logs]
    assert_chance(shared=shared, means=means)


# --- issuer


def test_core_revenue_and_planned_capex_are_martingales_about_their_plans():
    """Lognormal about growth and plan, the corrections for variance exact; the calendar in Q3."""
    quarters = 12
    case = quiet_case(quarters)
    issuer = case["issuers"][0]
    revenue, planned, spent, eta = rows(
        case, "REVENUE", "PLANNED", "SPENT", "IDIOSYNCRATIC", seed=11, start="2026Q3"
    )
    t = times(quarters)
    plan = np.array(issuer["capex_plan"])
    growth, growth_sigma = issuer["core_growth"], issuer["core_growth_sigma"]
    first = issuer["core_revenue"] * QUARTER * np.exp(0.375 * growth)
    core_variance = growth_sigma**2 * t**2 + issuer["core_sigma"] ** 2 * t
    core_mean = first * np.exp(growth * t + 0.5 * growth_sigma**2 * t**2)
    kappa = case["market"]["capex_speed"]
    deviation = issuer["capex_sigma"] ** 2 * (1.0 - np.exp(-2.0 * kappa * t)) / (2.0 * kappa)
    capex_variance = issuer["capex_growth_sigma"] ** 2 * t**2 + deviation
    fading = np.exp(-2.0 * case["market"]["idio_speed"] * QUARTER)
    eta_variance = (
        issuer["idio_sigma"] ** 2
        * QUARTER
        * (1.0 - fading ** np.arange(1, quarters + 1))
        / (1.0 - fading)
    )
    np.testing.assert_array_equal(spent, planned)  # nothing is cut
    assert_chance(
        core=normal_scores(
            np.log(revenue),
            np.log(first) + (growth - 0.5 * issuer["core_sigma"] ** 2) * t,
            core_variance,
        ),
        core_mean=mean_scores(revenue, core_mean, core_mean**2 * np.expm1(core_variance)),
        capex=normal_scores(np.log(planned), np.log(plan) - 0.5 * capex_variance, capex_variance),
        capex_mean=mean_scores(planned, plan, plan**2 * np.expm1(capex_variance)),
        eta=normal_scores(eta, np.zeros(quarters), eta_variance),
    )


def core_cash_flow(case: Case, start: str, seed: int, blocks: int) -> tuple[np.ndarray, np.ndarray]:
    """(core flow with season and noise, core flow without), each (T, paths)."""
    scenario = lowered(case, start)
    margin = scenario.schedule.issuers[0, Issuer._fields.index("core_margin")]
    ocf, run_rate, revenue = rows(
        case, "OCF", "RUN_RATE", "REVENUE", seed=seed, start=start, blocks=blocks
    )
    core = margin * revenue
    return ocf - (run_rate - core), core


@pytest.mark.parametrize("start", ["2026Q1", "2026Q3"])
def test_cash_flow_noise_has_mean_one_in_every_season(start):
    case = quiet_case(8)
    sigma = case["issuers"][0]["cash_flow_noise"]
    seasonal, core = core_cash_flow(case, start, seed=12, blocks=BLOCKS)
    season = np.array(case["issuers"][0]["seasonality"])
    season = season[(int(start[-1]) - 1 + np.arange(8)) % 4]
    ratio = seasonal / (core * season[:, None])
    assert_chance(
        mean=mean_scores(ratio, 1.0, np.expm1(sigma**2)),
        logs=normal_scores(np.log(ratio), np.full(8, -0.5 * sigma**2), np.full(8, sigma**2)),
    )


def test_planned_capex_returns_to_its_plan():
    """The step of the deviation, not its moments alone: a quarter leaves exp(-kappa / 4) of it."""
    kappa, sigma = 1.6, 0.3
    case = quiet_case(8, capex_speed=kappa)
    case["issuers"][0] |= {"capex_sigma": sigma, "capex_growth_sigma": 0.0}
    (planned,) = rows(case, "PLANNED", seed=15)
    t = times(8)
    plan = np.array(case["issuers"][0]["capex_plan"])
    variance = sigma**2 * (1.0 - np.exp(-2.0 * kappa * t)) / (2.0 * kappa)
    deviation = np.log(planned) - (np.log(plan) - 0.5 * variance)[:, None]
    steps = deviation - with_start(deviation[:-1], 0.0) * np.exp(-kappa * QUARTER)
    assert_chance(steps=normal_scores(steps, np.zeros(8), np.full(8, variance[0])))


@pytest.mark.parametrize("start", ["2026Q1", "2026Q2", "2026Q4"])
def test_the_seasons_of_a_year_sum_to_the_year(start):
    """Without growth and noise any four quarters bring four times the mean one, to rounding."""
    case = quiet_case(8)
    case["issuers"][0] |= {
        "core_growth": 0.0,
        "core_growth_sigma": 0.0,
        "core_sigma": 0.0,
        "cash_flow_noise": 0.0,
    }
    seasonal, core = core_cash_flow(case, start, seed=13, blocks=1)
    four_quarters = np.array([seasonal[k : k + 4].sum(axis=0) for k in range(5)])
    np.testing.assert_allclose(four_quarters, 4.0 * core[:5], rtol=1e-12)
    assert np.ptp(seasonal[:4] / core[:4]) > 0.5  # there is a season at all
