"""The engine's peer by hand in C: `c/model.c`, compiled for this machine by the compilers it has.

`prepare(case)` takes the first variant that is available; `available()` tells why the others are
not. A variant is a compiler, whether it is given intrinsics of x86-64, and where exp and log come
from, with the width of vectors that was fastest with AVX-512. How many paths make a block is tried:
the fastest of `BLOCKS` on this machine is kept.
"""

from __future__ import annotations

import ctypes
import functools
import hashlib
import os
import re
import shutil
import subprocess
import tempfile
import time
from collections.abc import Sequence
from math import exp, inf, log, sqrt
from pathlib import Path
from types import SimpleNamespace
from typing import Any, NamedTuple

import numpy as np

from benchmarks.peers import contract

NAME = "C"
DELTA = 0.25
SOURCES = Path(__file__).parent / "c"
GROUP_PROFIT_THRESHOLD = 1000.0  # where a case has none

FLAGS = (
    "-std=c11",
    "-O3",
    "-march=native",
    "-ffast-math",
    "-ffp-contract=fast",
    "-fopenmp",
    "-shared",
    "-fPIC",
)


class Variant(NamedTuple):
    """A compiler and the settings that were fastest with it."""

    compilers: tuple[str, ...]  # the first that is installed
    flags: tuple[str, ...]


GCC = ("gcc",)
CLANG = ("clang-22", "clang-21", "clang-20", "clang-19", "clang")
OWN_MATH = "-DOWN_MATH"
WIDE = "-mprefer-vector-width=512"
NARROW = "-mprefer-vector-width=256"  # clang knows no wider functions of libmvec

BLOCKS = (32, 64, 128)  # paths side by side
TRIAL_PATHS, TRIALS = 16_384, 5

PORTABLE = "-DPORTABLE"  # no intrinsics of one processor, as in the engine

VARIANTS = {
    "C, gcc, AVX intrinsics, inlined exp and log": Variant(GCC, (OWN_MATH, WIDE)),
    "C, clang, AVX intrinsics, inlined exp and log": Variant(CLANG, (OWN_MATH, WIDE)),
    "C, gcc, inlined exp and log": Variant(GCC, (PORTABLE, OWN_MATH, WIDE)),
    "C, clang, inlined exp and log": Variant(CLANG, (PORTABLE, OWN_MATH, WIDE)),
    "C, gcc, libmvec": Variant(GCC, (PORTABLE, WIDE)),
    "C, clang, libmvec": Variant(CLANG, (PORTABLE, "-fveclib=libmvec", NARROW)),
}


def compiler_of(variant: Variant) -> str | None:
    return next((found for name in variant.compilers if (found := shutil.which(name))), None)


def available() -> dict[str, str | None]:
    """Every variant with None, or with the reason why it cannot be had here."""
    return {
        name: None if compiler_of(variant) else f"no {variant.compilers[-1]}"
        for name, variant in VARIANTS.items()
    }


@functools.cache
def library(variant: Variant, block: int, issuers: int, quarters: int) -> ctypes.CDLL:
    """The compiled peer, kept under the sources, the compiler and the settings it was made from."""
    compiler = compiler_of(variant)
    if compiler is None:
        raise RuntimeError(f"no {variant.compilers[-1]}")
    version = subprocess.run([compiler, "--version"], capture_output=True, text=True, check=True)
    shape = [f"-DISSUERS={issuers}", f"-DQUARTERS={quarters}", f"-DBLOCK={block}"]
    options = [*FLAGS, *variant.flags, *shape]
    stamp = hashlib.sha256(repr((version.stdout, options, processor())).encode())
    for source in sorted(SOURCES.glob("*.[ch]")):
        stamp.update(source.read_bytes())
    cache = Path(tempfile.gettempdir()) / f"capexrisk-peers-{os.getuid()}"
    cache.mkdir(mode=0o700, exist_ok=True)
    target = cache / f"model-{stamp.hexdigest()[:16]}.so"
    if not target.exists():
        part = target.with_suffix(f".{os.getpid()}")
        command = [compiler, *options, str(SOURCES / "model.c"), "-o", str(part), "-lm"]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            # The first line goes into the published table: a reason, no paths of this machine.
            reason = "the OpenMP library is missing" if "omp" in done.stderr else "see its messages"
            name = Path(compiler).name
            raise RuntimeError(f"{name}: {reason}\n{' '.join(command)}\n{done.stderr}")
        part.replace(target)
    return ctypes.CDLL(str(target))


def processor() -> str:
    """What -march=native depends on."""
    info = Path("/proc/cpuinfo")
    found = re.search(r"^flags.*$", info.read_text(), re.MULTILINE) if info.exists() else None
    return found.group() if found else ""


def prepare(case: contract.Case, variant: str | None = None, threads: int = 1) -> contract.Simulate:
    """A function (paths, seed) -> Figures, on `threads` cores.

    Parameters
    ----------
    case : dict
        Of whole calendar years.
    variant : str, optional
        One of `VARIANTS`; the first that is available if left out.
    threads : int
        Totals do not depend on it.
    """
    if variant is None:
        variant = next(name for name, reason in available().items() if reason is None)
    found = {block: prepare_block(case, VARIANTS[variant], block, threads) for block in BLOCKS}
    seconds = dict.fromkeys(BLOCKS, inf)
    for seed in range(TRIALS):
        for block, simulate in found.items():
            clock = time.perf_counter()
            simulate(TRIAL_PATHS, seed)
            seconds[block] = min(seconds[block], time.perf_counter() - clock)
    return found[min(BLOCKS, key=seconds.__getitem__)]


def prepare_block(
    case: contract.Case, variant: Variant, block: int, threads: int = 1
) -> contract.Simulate:
    """`prepare` for a variant and block of one's own."""
    issuers, quarters = len(case["issuers"]), case["quarters"]
    if quarters % 4:
        raise ValueError("the C peer takes whole calendar years")
    run = library(variant, block, issuers, quarters).simulate
    given = parameters(case)
    amounts, events = len(list(contract.amounts(case))), len(list(contract.events(case)))

    def simulate(paths: int, seed: int) -> contract.Figures:
        totals = np.zeros(2 * amounts + events)
        failed = run(
            ctypes.byref(given),
            ctypes.c_uint64(seed),
            ctypes.c_int64(paths),
            ctypes.c_int(threads),
            totals.ctypes.data_as(ctypes.c_void_p),
        )
        if failed:
            raise MemoryError("the C peer has no memory")
        sums, squares, counts = np.split(totals, [amounts, 2 * amounts])
        return contract.figures(case, sums, squares, counts, paths)

    return simulate


# ----------------------------------------------------------------------------- the scenario for C


def fields(record: str, quarters: int) -> list[tuple[str, Any]]:
    """Names and types of a record of parameters.h."""
    header = (SOURCES / "parameters.h").read_text()
    body = re.search(r"typedef struct \{([^}]*)\} " + record, header)
    assert body is not None
    lengths = {"QUARTERS": quarters}
    found = re.findall(r"^ +double (\w+)(?:\[(\w+)\])?;", body.group(1), re.MULTILINE)
    return [
        (
            name,
            ctypes.c_double * (lengths.get(length) or int(length)) if length else ctypes.c_double,
        )
        for name, length in found
    ]


def record(name: str, quarters: int, values: dict[str, float | Sequence[float]]) -> Any:
    """A record of parameters.h with these values, one for each of its fields."""
    layout = fields(name, quarters)
    filled = type(name, (ctypes.Structure,), {"_fields_": layout})()
    assert {field for field, _ in layout} == values.keys()
    for field, kind in layout:
        value = values[field]
        setattr(filled, field, float(value) if kind is ctypes.c_double else kind(*value))
    return filled


def parameters(case: contract.Case) -> Any:
    """The `parameters` of parameters.h, its records laid end to end."""
    quarters = case["quarters"]
    start = starting_point(case)
    issuers = range(len(case["issuers"]))
    parts = [
        record("market_parameters", quarters, market_values(case, start)),
        record("market_schedule", quarters, market_schedule(case)),
        *(record("issuer_parameters", quarters, issuer_values(case, start, i)) for i in issuers),
        *(record("issuer_schedule", quarters, issuer_schedule(case, i)) for i in issuers),
    ]
    content = b"".join(bytes(part) for part in parts)
    return ctypes.create_string_buffer(content, len(content))


def starting_point(case: contract.Case) -> SimpleNamespace:
    """The section "Start" of MODEL.md, as far as it is the same on all paths."""
    market, firms = case["market"], case["issuers"]
    capacity = [
        market["revenue_yield"] * firm["relative_yield"] * firm["ai_capital"] for firm in firms
    ]
    power = market["util_power"]
    glut = sum(capacity) / market["demand0"]
    used = (1.0 + glut**power) ** (-1.0 / power)
    issued = market["issuance0"] / market["absorb"]["bonds"]
    return SimpleNamespace(
        capacity=capacity,
        utilisation=used,
        spot=used * max(1.0, 1.0 / glut) ** market["scarcity"],
        premium=market["premium_beta"] * issued / (1.0 - exp(-market["premium_speed"] * DELTA)),
        debt=[firm["bonds"] + firm["secured_debt"] + firm["private_debt"] for firm in firms],
    )


def probability(rate: float) -> float:
    """Of at least one event in a quarter."""
    return 1.0 - exp(-rate * DELTA)


def market_schedule(case: contract.Case) -> dict[str, list[float]]:
    market, quarters = case["market"], range(case["quarters"])
    growth = [(1.0 + market["ig_growth"]) ** (k * DELTA) for k in quarters]
    return {
        "growth": growth,
        "share_factor": [1.0 / (market["ig_market"] * factor) for factor in growth],
    }


def issuer_schedule(case: contract.Case, i: int) -> dict[str, list[float]]:
    market, firm, quarters = case["market"], case["issuers"][i], range(case["quarters"])
    noise = 0.5 * firm["capex_sigma"] ** 2 * DELTA
    # Of the path's own growth: the step from k to k + 1 quarters of sigma^2 t^2 / 2.
    growth = 0.5 * firm["capex_growth_sigma"] ** 2 * DELTA**2
    return {
        "plan": firm["capex_plan"],
        "maturities": firm["maturities"],
        "leases": firm["leases"],
        "lease_debt": [market["lease_multiple"] * 4.0 * leases for leases in firm["leases"]],
        "season": [firm["seasonality"][k % 4] for k in quarters],
        "capex_drift": [-noise - growth * (2 * k + 1) for k in quarters],
    }


def market_values(case: contract.Case, start: SimpleNamespace) -> dict[str, Any]:
    market = case["market"]
    nu, kappa = market["tail_dof"], market["oas_speed"]
    root = np.linalg.cholesky(np.array(market["correlation"], dtype=float))
    step = sqrt((1.0 - exp(-2.0 * kappa * DELTA)) / (2.0 * kappa))
    hazard, debt_start = market["hazard"], sum(start.debt)
    worth = [firm["market_cap"] for firm in case["issuers"]]
    thresholds = case.get("thresholds", {})
    kept = (
        "technology_multiple:tech_hazard_multiple technology_loss:tech_loss_mean vigilante "
        "vigilante_share fear_spread fear_glut fear_software fear_failure comfort_utilisation "
        "regime_start:regime0 jump_mean jump_sigma demand_start:demand0 software_beta scarcity "
        "saturation_sigma:demand_saturation_sigma speed_sigma:demand_speed_sigma "
        "yield_sigma:revenue_yield_sigma utilisation_power:util_power tenant_hazard tenant_glut "
        "tenant_share tenant_recovery fixed_cost:ai_fixed_cost obsolescence spread_leverage "
        "leverage_cap:leverage_cap_spread spread_cap:spread_cap_bp cash_flow_noise race rivalry "
        "glut_discipline discipline_cap private_gamma private_glut equity_beta fail_tolerance "
        "risk_free secured_extra:secured_extra_bp book_depreciation premium_beta failure_jump_cap"
    )
    pairs = [(word.split(":")[0], word.split(":")[-1]) for word in kept.split()]
    return {name: market[key] for name, key in pairs} | {
        "log_saturation": log(market["demand_saturation"]),
        "log_speed": log(market["demand_speed"]) if market["demand_speed"] > 0.0 else -600.0,
        "log_yield": log(market["revenue_yield"]),
        "root": root[np.tril_indices(5)],
        "mixing_scale": sqrt((nu - 2.0) / nu),
        "mixing_mean": 1.0 - 2.0 / (9.0 * nu),
        "mixing_sigma": sqrt(2.0 / (9.0 * nu)),
        "technology_probability": probability(market["tech_rate"]),
        "debt_share_start": market["ai_debt_share0"] * market["ig_market"],
        "log_fear_spread": log(market["fear_spread_bp"]),
        "hazard_lower": [hazard[0][1], hazard[1][0], hazard[2][0]],
        "hazard_upper": [hazard[0][2], hazard[1][2], hazard[2][1]],
        "log_spread_start": log(market["oas0_bp"]),
        "log_spread_mean": [log(mean) for mean in market["oas_mean_bp"]],
        "spread_decay": exp(-kappa * DELTA),
        "spread_step": [sigma * step for sigma in market["oas_sigma"]],
        "log_spread_cap": log(market["oas_cap_bp"]),
        "jump_probability": probability(market["jump_rate"]),
        "log_demand_start": log(market["demand0"]),
        "demand_drift": -0.5 * market["demand_sigma"] ** 2,
        "demand_step": market["demand_sigma"] * sqrt(DELTA),
        "software_decay": exp(-market["software_speed"] * DELTA),
        "software_step": market["software_sigma"] * sqrt(DELTA),
        "capital_decay": exp(-market["depreciation"] * DELTA),
        "utilisation_start": start.utilisation,
        "log_tenant_kept": log(max(1.0 - market["tenant_share"], 1e-30)),
        "variable_margin": 1.0 - market["ai_variable_cost"],
        "idio_decay": exp(-market["idio_speed"] * DELTA),
        "after_tax": 1.0 - market["tax"],
        **{f"access_{channel}": access for channel, access in market["access"].items()},
        **{f"absorb_{channel}": most * DELTA for channel, most in market["absorb"].items()},
        "private_extra": market["private_extra_bp"] * 1e-4,
        "revolver_extra": market["revolver_extra_bp"] * 1e-4,
        "premium_start": start.premium,
        "premium_decay": exp(-market["premium_speed"] * DELTA),
        "failure_jump": market["failure_jump"] / debt_start if debt_start > 0.0 else 0.0,
        "smallest": worth.index(min(worth)),
        "profit_threshold": thresholds.get("group_profit", GROUP_PROFIT_THRESHOLD),
    }


def issuer_values(case: contract.Case, start: SimpleNamespace, i: int) -> dict[str, Any]:
    market, firm = case["market"], case["issuers"][i]
    debt, capacity, b = start.debt[i], start.capacity[i], firm["contracted_share"]
    earned = b + (1.0 - b) * start.spot
    ai_profit = capacity * ((1.0 - market["ai_variable_cost"]) * earned - market["ai_fixed_cost"])
    core_cash = firm["ocf"] + (1.0 - market["tax"]) * (firm["coupon"] * debt - ai_profit)
    share = capacity / sum(start.capacity)
    lease_debt = market["lease_multiple"] * 4.0 * firm["leases"][0]
    net_debt = max(debt + lease_debt - firm["cash"], 0.0)
    leverage = min(market["leverage_cap_spread"], net_debt / firm["ocf"])
    relative_spread = log(firm["spread_bp"] / market["oas0_bp"])
    own_share = 1.0 - firm["finance_lease_share"]
    kept = (
        "core_growth core_growth_sigma capex_growth_sigma ocf cash bonds secured_debt private_debt "
        "coupon ai_capital construction relative_yield contracted_share ai_share "
        "spread:spread_bp finance_lease_share cash_target cash_min prefund leverage_limit "
        "bond_quarter_cap secured_advance private_advance revolver"
    )
    pairs = [(word.split(":")[0], word.split(":")[-1]) for word in kept.split()]
    return {name: firm[key] for name, key in pairs} | {
        "core_revenue": firm["core_revenue"] * DELTA * exp(0.375 * firm["core_growth"]),
        "core_margin": core_cash / firm["core_revenue"],
        "core_drift": -0.5 * firm["core_sigma"] ** 2,
        "core_market": firm["core_sigma"] * sqrt(DELTA) * firm["core_beta"],
        "core_own": firm["core_sigma"] * sqrt(DELTA) * sqrt(1.0 - firm["core_beta"] ** 2),
        "capex_market": firm["capex_sigma"] * sqrt(DELTA) * firm["capex_beta"],
        "capex_own": firm["capex_sigma"] * sqrt(DELTA) * sqrt(1.0 - firm["capex_beta"] ** 2),
        "idio_step": firm["idio_sigma"] * sqrt(DELTA),
        "cash_flow_floor": 0.05 * firm["ocf"],
        # Without a share at the start nothing falls behind.
        "log_share_start": log(share / firm["relative_yield"]) if share > 0.0 else -1e30,
        "pipeline_outflow": 1.0 - exp(-2.0 * DELTA / firm["build_lag"]),
        "log_spread_offset": relative_spread - market["spread_leverage"] * leverage - start.premium,
        "discipline": firm["discipline"] * (1.0 - firm["committed"]) * DELTA / 100.0,
        "own_share": own_share,
        "inverse_own_share": 1.0 / own_share,
        "flexible": (1.0 - firm["committed"]) * own_share,
        "dividends": firm["dividends"] * DELTA,
        "buybacks": firm["buybacks"] * DELTA,
        "prefund_below": market["prefund_until"] * firm["cash_target"],
        "bond_access": [access ** firm["credit_tier"] for access in market["access"]["bonds"]],
        "equity": firm["equity_access"] * DELTA * firm["market_cap"] / firm["ocf"],
        "depreciation_amortisation": firm["depreciation_amortisation"] * DELTA,
        "depreciation_other": firm["depreciation_other"] * DELTA,
    }
