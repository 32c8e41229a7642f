"""The instructions of every hot loop over paths, compiled as the engine compiles it and counted.

Run as a module it prints those of the loops it is given, or of all, as JSON; `test_vector_code`
runs it for a processor of its choice.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from typing import Any

import numba
import numpy as np

from capexrisk.kernel import (
    draws,
    funding,
    issuer_close,
    issuer_quarter,
    market_quarter,
    points,
    recording,
    rotated,
)
from capexrisk.kernel import tally as totals
from capexrisk.kernel.detail import EVERYTHING
from capexrisk.kernel.simulate import read_issuer, read_scheduled, rows_of, workspace
from capexrisk.model.parameters import DELTA
from capexrisk.numeric.jit import FASTMATH
from capexrisk.points.layout import sobol_net
from tests.unit.kernel.blocks import lowered, reference_case, with_quarters

OPERATION = r"\bv(?:add|sub|mul|div|sqrt|min|max|cmp\w*?|fn?m(?:add|sub)\d+)"
PACKED = re.compile(OPERATION + r"pd\s[^\n]*ymm")
WIDEST = re.compile(OPERATION + r"pd\s[^\n]*zmm")
SCALAR = re.compile(OPERATION + r"sd\s[^\n]*xmm")
PRODUCTS = re.compile(r"\bvpmuludq\s[^\n]*ymm")  # of whole numbers: the work of Philox
BITS = re.compile(r"\bvp(?:add|sub|srl|sra|sll|cmpgt)[dq]\s[^\n]*ymm")
MOVES = re.compile(r"\bv?mov(?:sd|q)\s[^\n]*\(")  # of one number, from or to memory
CALL = re.compile(r"\bcallq?\s")
LABEL = re.compile(r"^(\.LBB\w+):")
JUMP = re.compile(r"^\s+j\w+\s+(\.LBB\w+)")

HOT: dict[str, Any] = {}
OF_POINTS = ("point_rows", "project", "rotate_rows")


def hot(function: Callable[..., Any]) -> Callable[..., Any]:
    """A loop in an entry point of its own, with the options of `numeric.jit.entry`."""
    HOT[function.__name__] = numba.njit(
        fastmath=FASTMATH,
        error_model="numpy",
        nogil=True,
        no_cpython_wrapper=True,
        no_cfunc_wrapper=True,
    )(function)
    return function


# Each is given what `simulate.run_quarter` gives it, in the same form: the state as one array, an
# issuer's rows as a part of it, records read from tables, numbers out of the schedule.


@hot
def draw_market(work, market, schedule, tally, moves, k):
    draws.draw_market(work.state, np.uint64(k), k, work.seed, work.points, work.tails)


@hot
def draw_issuer(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        own = rows_of(work.state, i)
        key = schedule.issuer_keys[i]
        path, seed, net_points = np.uint64(k), work.seed, work.points
        draws.draw_issuer(own, path, k, i, key, seed, net_points, work.tails)


@hot
def point_rows(work, market, schedule, tally, moves, k):
    points.point_rows(work.state, k, k, k, work.points)


@hot
def project(work, market, schedule, tally, moves, k):
    rotated.project(work.points.shared, work.points.net.rotation.all_v, k)


@hot
def rotate_rows(work, market, schedule, tally, moves, k):
    rotation = work.points.net.rotation
    rotated.rotate_rows(work.state, k, k, work.points.shared, rotation.all_u, k)


@hot
def open_market(work, market, schedule, tally, moves, k):
    scheduled = read_scheduled(schedule.events, k)
    market_quarter.open_market(work.state, market, scheduled, schedule.growth[k])


@hot
def use_capacity(work, market, schedule, tally, moves, k):
    scheduled = read_scheduled(schedule.events, k)
    market_quarter.use_capacity(work.state, market, scheduled, float(k))


@hot
def find_pack(work, market, schedule, tally, moves, k):
    market_quarter.find_pack(work.state)


@hot
def ration(work, market, schedule, tally, moves, k):
    growth = schedule.growth[k]
    market_quarter.ration(work.state, market.access_bonds, market.absorb_bonds, growth, False)


@hot
def ration_by_health(work, market, schedule, tally, moves, k):
    growth = schedule.growth[k]
    market_quarter.ration(work.state, market.access_private, market.absorb_private, growth, True)


@hot
def close_market(work, market, schedule, tally, moves, k):
    market_quarter.close_market(work.state, market, schedule.growth[k], float(k))


@hot
def build(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        issuer = read_issuer(schedule.issuers, i)
        issuer_quarter.build(work.state, rows_of(work.state, i), issuer, market)


@hot
def grow(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        issuer = read_issuer(schedule.issuers, i)
        issuer_quarter.grow(work.state, rows_of(work.state, i), issuer, market)


@hot
def price_debt(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        issuer = read_issuer(schedule.issuers, i)
        leases = schedule.leases[i, k]
        issuer_quarter.price_debt(work.state, rows_of(work.state, i), issuer, market, leases)


@hot
def operate(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        own, issuer = rows_of(work.state, i), read_issuer(schedule.issuers, i)
        leases, season = schedule.leases[i, k], schedule.season[i, k]
        issuer_quarter.operate(work.state, own, issuer, market, leases, season, EVERYTHING)


@hot
def race(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        own, issuer = rows_of(work.state, i), read_issuer(schedule.issuers, i)
        plan, time = schedule.capex_plan[i, k], (k + 1) * DELTA
        issuer_quarter.race(work.state, own, issuer, market, plan, time)


@hot
def plan_capex(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        issuer = read_issuer(schedule.issuers, i)
        plan = schedule.capex_plan[i, k]
        issuer_quarter.plan_capex(work.state, rows_of(work.state, i), issuer, market, plan)


@hot
def ask_bonds(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        own, issuer = rows_of(work.state, i), read_issuer(schedule.issuers, i)
        leases, maturity = schedule.leases[i, k], schedule.maturities[i, k]
        date = float(k)
        funding.ask_bonds(work.state, own, issuer, market, maturity, leases, date, EVERYTHING)


@hot
def serve_bonds_ask_secured(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        own, issuer = rows_of(work.state, i), read_issuer(schedule.issuers, i)
        funding.serve_bonds_ask_secured(work.state, own, issuer, market, EVERYTHING)


@hot
def serve_secured_ask_private(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        own, issuer = rows_of(work.state, i), read_issuer(schedule.issuers, i)
        funding.serve_secured_ask_private(work.state, own, issuer, market, EVERYTHING)


@hot
def climb_last_rungs(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        own, issuer = rows_of(work.state, i), read_issuer(schedule.issuers, i)
        funding.climb_last_rungs(work.state, own, issuer, market, EVERYTHING)


@hot
def spend(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        funding.spend(rows_of(work.state, i), read_issuer(schedule.issuers, i), EVERYTHING)


@hot
def close_books(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        issuer = read_issuer(schedule.issuers, i)
        issuer_close.close_books(work.state, rows_of(work.state, i), issuer, market, EVERYTHING)


@hot
def close_accounts(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        issuer = read_issuer(schedule.issuers, i)
        issuer_close.close_accounts(rows_of(work.state, i), issuer, market, EVERYTHING)


@hot
def date_distress(work, market, schedule, tally, moves, k):
    struck = 0
    for i in range(schedule.issuers.shape[0]):
        own, issuer = rows_of(work.state, i), read_issuer(schedule.issuers, i)
        smallest = i == schedule.smallest
        struck += issuer_close.date_distress(work.state, own, issuer, market, smallest, float(k))
    return struck


@hot
def date_balances(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        own, issuer = rows_of(work.state, i), read_issuer(schedule.issuers, i)
        issuer_close.date_balances(own, issuer, market, schedule.leases[i, k], float(k))


@hot
def sum_rows(work, market, schedule, tally, moves, k):
    totals.sum_rows(work.outcomes, tally)


@hot
def count_cells(work, market, schedule, tally, moves, k):
    totals.count_cells(work.outcomes, k, tally)


@hot
def record_market(work, market, schedule, tally, moves, k):
    recording.record_market(work.state, work.outcomes, moves, k)


@hot
def record_issuer(work, market, schedule, tally, moves, k):
    for i in range(schedule.issuers.shape[0]):
        recording.record_issuer(rows_of(work.state, i), work.outcomes, moves, i, k)


@hot
def record_issuer_year(work, market, schedule, tally, moves, k):
    year = schedule.year[k]
    for i in range(schedule.issuers.shape[0]):
        recording.record_issuer_year(rows_of(work.state, i), work.outcomes, moves, i, year)


@hot
def record_outside(work, market, schedule, tally, moves, k):
    issuers, threshold = schedule.issuers.shape[0], schedule.outside_funding_threshold
    recording.record_outside(work.state, work.outcomes, moves, issuers, threshold)


def assembly(compiled: Any) -> str:
    """A loop's machine code for the processor that numba compiles for."""
    scenario = lowered(with_quarters(reference_case(), 1))
    net = sobol_net(scenario.market, scenario.schedule)
    arguments = (
        workspace(scenario.layout, net if compiled.__name__ in OF_POINTS else None),
        scenario.market,
        scenario.schedule,
        totals.empty_tally(scenario.layout),
        recording.recording(scenario.layout),
    )
    compiled.compile((*(numba.typeof(argument) for argument in arguments), numba.int64))
    (code,) = compiled.inspect_asm().values()
    return str(code)


def innermost_loops(code: str) -> list[str]:
    """The loops that hold no other: from a label to the last jump back to it."""
    lines = code.splitlines()
    labels: dict[str, int] = {}
    ends: dict[int, int] = {}
    for number, line in enumerate(lines):
        if label := LABEL.match(line):
            labels[label[1]] = number
        elif (jump := JUMP.match(line)) and jump[1] in labels:
            ends[labels[jump[1]]] = number
    return [
        "\n".join(lines[begin : end + 1])
        for begin, end in ends.items()
        if not any(begin < other and ends[other] <= end for other in ends)
    ]


def count(code: str) -> dict[str, int]:
    """Instructions by kind.

    Scalar ones only inside innermost loops: elsewhere they are done once a block, not once a path.
    Vector ones anywhere: the compiler may write out a loop over 64 paths without a jump.
    """
    return {
        "packed": len(PACKED.findall(code)),
        "widest": len(WIDEST.findall(code)),
        "scalar": sum(len(SCALAR.findall(loop)) for loop in innermost_loops(code)),
        "moves": sum(len(MOVES.findall(loop)) for loop in innermost_loops(code)),
        "products": len(PRODUCTS.findall(code)),
        "bits": len(BITS.findall(code)),
        "calls": len(CALL.findall(code)),
    }


if __name__ == "__main__":
    names = sys.argv[1:] or list(HOT)
    json.dump({name: count(assembly(HOT[name])) for name in names}, sys.stdout)
