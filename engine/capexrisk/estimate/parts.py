"""Totals split into independent parts, so that damage to one loses no other.

Each net is a part. Independent paths have one histogram for all batches, and so are one part.
"""

from __future__ import annotations

from array import array
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from capexrisk.estimate.outer import OuterTotals
from capexrisk.estimate.totals import OF_REPLICATES, Totals
from capexrisk.kernel.points import DIGITS

Arrays = Mapping[str, NDArray[np.generic]]
HISTOGRAM = "histogram"
LEVELS, LEDGERS = "levels", "ledgers"  # chunks of each replicate; their ledgers, one after another
BROKEN = "broken"
OUTER = "outer_"  # then the name of an array of the outer points


def part_count(totals: Totals) -> int:
    """Number of parts."""
    return len(totals.histogram)


def replicates_of(totals: Totals, part: int) -> slice:
    """The replicates of a part."""
    return slice(None) if totals.independent else slice(part, part + 1)


def arrays_of(totals: Totals, part: int) -> dict[str, NDArray[np.generic]]:
    """The arrays of a part; some are views of the totals."""
    own = replicates_of(totals, part)
    ledgers = totals.ledger[own]
    return {
        **{name: getattr(totals, name)[own] for name in OF_REPLICATES},
        HISTOGRAM: totals.histogram[part],
        BROKEN: np.array(_broken(totals, part), dtype=np.int64).reshape(-1, 2),
        LEVELS: np.array([len(entries) // 3 for entries in ledgers], dtype=np.int64),
        LEDGERS: np.concatenate([np.array(entries, dtype=np.int64) for entries in ledgers]),
        **_outer(totals, part),
    }


def restore(totals: Totals, part: int, arrays: Arrays) -> None:
    """Restore a part into totals that have none of it yet.

    Raises
    ------
    ValueError
        If the arrays are not those of this part; the totals are then unchanged.
    """
    own = replicates_of(totals, part)
    for name, like in arrays_of(totals, part).items():
        if name not in arrays or arrays[name].dtype != like.dtype:
            raise ValueError(f"no {name}, or of another kind")
        grows = name in (BROKEN, LEDGERS) or name.startswith(OUTER)
        if arrays[name].shape[1 if grows else 0 :] != like.shape[1 if grows else 0 :]:
            raise ValueError(f"{name} of another shape")
    levels: NDArray[np.int64] = arrays[LEVELS].astype(np.int64)
    if (levels < 0).any() or 3 * levels.sum() != arrays[LEDGERS].size:
        raise ValueError("ledgers of another length")
    if totals.outer is not None:
        found = {name: arrays[OUTER + name] for name, _ in totals.outer_points(part).arrays()}
        if len({len(values) for values in found.values()}) != 1:
            raise ValueError("outer points of unequal numbers")
        totals.outer[part].append(OuterTotals(**found))  # type: ignore[arg-type]
    for name in OF_REPLICATES:
        getattr(totals, name)[own] = arrays[name]
    totals.histogram[part] = arrays[HISTOGRAM]
    totals.broken += [(int(path), int(quarter)) for path, quarter in arrays[BROKEN]]
    ends = np.cumsum(3 * levels)[:-1]
    for entries, own_ledger in zip(
        totals.ledger[own], np.split(arrays[LEDGERS], ends), strict=True
    ):
        entries.extend(array("q", own_ledger.tobytes()))


def _outer(totals: Totals, part: int) -> dict[str, NDArray[np.generic]]:
    if totals.outer is None:
        return {}
    return {OUTER + name: values for name, values in totals.outer_points(part).arrays()}


def _broken(totals: Totals, part: int) -> list[tuple[int, int]]:
    if totals.independent:
        return totals.broken
    return [(path, quarter) for path, quarter in totals.broken if path >> DIGITS == part]
