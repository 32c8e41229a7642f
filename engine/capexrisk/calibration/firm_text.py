"""What quarters of firms told, in words and as a part of a scenario's file."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from capexrisk.scenario.files.paths import write_path

from .firms import Correlation, FirmCalibration, FlowEstimates
from .scenario_text import comment, group_text, input_text, joint_law, rounded

__all__ = ["firm_sentences", "scenario_part"]

SPREADS_OF_A_PERT = 2.5  # between its mode and its ends


def firm_sentences(found: FirmCalibration) -> list[str]:
    """What was left out, what all firms share, and what quarters cannot tell."""
    cash, capex = found.cash_flow, found.capex
    vol, noise = np.exp(cash.movement.mean)
    vol_error, noise_error = cash.movement.error_of_another
    capex_vol, speed = np.exp(capex.movement.mean)
    capex_error = capex.movement.error_of_another[0]
    speed_error = np.sqrt(capex.movement.mean_covariance[1, 1])
    (core_beta, core_error), (capex_beta, beta_error) = found.core_beta, found.capex_beta
    return [
        *(f"Left out: {sentence}" for sentence in found.panel.left_out),
        (
            f"A firm that is not in the history: core_sigma {vol:.3f} (error of the log "
            f"{vol_error:.2f}), cash_flow_noise {noise:.3f} ({noise_error:.2f}), capex_sigma "
            f"{capex_vol:.3f} ({capex_error:.2f})."
        ),
        (
            f"Growth of cash flow: {_growth(cash)}. Growth of capex: {_growth(capex)}; a scenario "
            "takes capex from its plan, so it is not written."
        ),
        f"Deviations of capex fade at {speed:.2f} a year (error of the log {speed_error:.2f}).",
        (
            f"Four-quarter changes are correlated between firms: cash flow "
            f"{_correlation(cash.correlation)}, capex {_correlation(capex.correlation)}; a firm's "
            f"cash flow with its own capex {_correlation(found.together)}, which no input takes."
        ),
        (
            f"Loadings, pulled towards 0.5: core_beta {core_beta:.2f} (error {core_error:.2f}), "
            f"capex_beta {capex_beta:.2f} ({beta_error:.2f})."
        ),
        (
            "Cash flow here is that of the whole firm, build-out, interest and customers' "
            "prepayments included; the scenario's core is without them."
        ),
        (
            "A few years of one boom do not tell what growth will be: this is the past's, and "
            "its error says only how well the past's is known."
        ),
        "Seasons have a mean of 1 and so no joint law; their errors stand in the evidence.",
    ]


def scenario_part(found: FirmCalibration) -> str:
    """TOML: each firm's inputs with their evidence, and groups of their joint laws."""
    cash, capex = found.cash_flow, found.capex
    head = [
        (
            f"Cash flow of {len(cash.firms)} firms and capex of {len(capex.firms)}, from "
            f"{found.panel.name}, pooled."
        ),
        "Groups of your own that move the same inputs would count twice: a file that extends yours",
        "takes them out with remove = [...] under [uncertainty], which --extends FILE writes.",
        *firm_sentences(found),
    ]
    firms = dict.fromkeys((*found.cash_flow.firms, *found.capex.firms))
    sections = ["\n".join(_firm(found, firm)) for firm in firms]
    speed = rounded(float(np.exp(capex.movement.mean[1])))
    error = np.sqrt(capex.movement.mean_covariance[1, 1])
    market = input_text(
        "capex_speed_per_year", speed, f"{_source(found, capex)}; error of the log {error:.2f}"
    )
    return "\n\n".join([comment(head), *sections, f"[market]\n{market}", *_groups(found)]) + "\n"


def _firm(found: FirmCalibration, firm: str) -> Iterator[str]:
    """The lines of one firm's table."""
    yield f"[{write_path(('issuers', firm))}]"
    cash, capex = found.cash_flow, found.capex
    if firm in cash.firms:
        k = cash.firms.index(firm)
        source = _source(found, cash, k)
        seasons, errors = cash.seasons[k], cash.season_errors[k]
        factors = [rounded(float(one), 6) for one in seasons[:3]]
        factors.append(round(4.0 - sum(factors), 6))
        listed = ", ".join(f"{one:.3f}" for one in errors)
        yield input_text("seasonality", factors, f"{source}; errors {listed}")
        logs, sds = cash.movement.firms[k], cash.movement.errors[k]
        growth = float(cash.growth.firms[k, 0] + 0.5 * np.exp(2.0 * logs[0]))
        error = cash.growth.errors[k, 0]
        yield input_text("core_growth_per_year", rounded(growth), f"{source}; error {error:.3f}")
        spread, few = float(cash.growth.sd[0]), 2.0 * max(len(cash.firms) - 1, 1)
        yield input_text(
            "core_growth_sigma_per_year",
            rounded(spread),
            f"{_source(found, cash)}: how lasting growth differs between firms; error "
            f"{spread / np.sqrt(few):.3f}",
        )
        for key, log, sd in zip(
            ("core_sigma_per_sqrt_year", "cash_flow_noise"), logs, sds, strict=True
        ):
            value = rounded(float(np.exp(log)))
            yield input_text(key, value, f"{source}; error of the log {sd:.2f}")
        beta, error = found.core_beta
        if cash.correlation.told:
            yield input_text(
                "core_beta", rounded(beta), f"{_source(found, cash)}; error {error:.2f}"
            )
    if firm in capex.firms:
        k = capex.firms.index(firm)
        sd = capex.movement.errors[k, 0]
        value = rounded(float(np.exp(capex.movement.firms[k, 0])))
        evidence = f"{_source(found, capex, k)}; error of the log {sd:.2f}"
        yield input_text("capex_sigma_per_sqrt_year", value, evidence)
        beta, error = found.capex_beta
        if capex.correlation.told:
            evidence = f"{_source(found, capex)}; error {error:.2f}"
            yield input_text("capex_beta", rounded(beta), evidence)


def _groups(found: FirmCalibration) -> Iterator[str]:
    cash, capex = found.cash_flow, found.capex

    def named(flow: FlowEstimates, *keys: str) -> list[str]:
        return [write_path(("issuers", firm, key)) for firm in flow.firms for key in keys]

    yield group_text(
        "movement of cash flow, calibrated",
        named(cash, "core_sigma_per_sqrt_year", "cash_flow_noise"),
        joint_law("lognormal", cash.movement.covariance),
        f"{_source(found, cash)}; covariance of the logs",
    )
    yield group_text(
        "growth of cash flow, calibrated",
        named(cash, "core_growth_per_year"),
        joint_law("normal", cash.growth.covariance),
        f"{_source(found, cash)}; how well past growth is known",
    )
    volatility = capex.movement.covariance[::2, ::2]
    with_speed = capex.movement.with_mean[::2, 1:]
    joint = np.block(
        [[volatility, with_speed], [with_speed.T, capex.movement.mean_covariance[1:, 1:]]]
    )
    yield group_text(
        "movement of capex, calibrated",
        [*named(capex, "capex_sigma_per_sqrt_year"), "market.capex_speed_per_year"],
        joint_law("lognormal", joint),
        f"{_source(found, capex)}; covariance of the logs",
    )
    loadings = (("core_beta", cash, found.core_beta), ("capex_beta", capex, found.capex_beta))
    for key, flow, (beta, error) in loadings:
        if not flow.correlation.told:
            continue
        low = rounded(max(beta - SPREADS_OF_A_PERT * error, 0.0))
        high = rounded(min(beta + SPREADS_OF_A_PERT * error, 1.0))
        law = f'how = "set"\nlaw = "pert"\nlow = {low}\nmode = {rounded(beta)}\nhigh = {high}\n'
        name = f"{key.replace('_', ' ')}, calibrated"
        yield group_text(name, named(flow, key), law, f"{_source(found, flow)}; error {error:.2f}")


def _source(found: FirmCalibration, flow: FlowEstimates, firm: int | None = None) -> str:
    if firm is None:
        return f"derived: {found.panel.name}, {len(flow.firms)} firms, pooled"
    return (
        f"derived: {found.panel.name}, {flow.quarters[firm]} quarters, "
        f"pooled with {len(flow.firms) - 1} firms"
    )


def _growth(flow: FlowEstimates) -> str:
    mean, error = flow.growth.mean[0], np.sqrt(flow.growth.mean_covariance[0, 0])
    apart = f"firms differ by {100 * flow.growth.sd[0]:.1f}"
    return f"{100 * mean:.1f} % a year in logs (error {100 * error:.1f}), {apart}"


def _correlation(one: Correlation) -> str:
    if not one.told:
        return "not told, fewer than three common years"
    return f"{one.value:.2f} (error {one.error:.2f}, {one.years} years)"
