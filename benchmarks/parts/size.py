"""Time of a path in the kernel as the scenario grows: issuers and quarters. One core."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.contender import Contender
from benchmarks.machine import allowed_cores
from benchmarks.power_law import power_law
from benchmarks.scenarios import of_size
from benchmarks.settings import Settings, enough_paths, tell
from capexrisk.run.measurement import interleave, spread

ISSUERS = (1, 2, 4, 8, 16, 32, 64)
QUARTERS = (4, 8, 12, 20, 40, 80)
FITTED_FROM = 4
SECONDS = 0.3  # a row of a round, as a share of the settings' second


def kernels() -> Callable[..., None]:
    from functools import cache

    from benchmarks.kernel import kernel
    from capexrisk.lowering import lower

    of = cache(lambda axis, size: kernel(lower(of_size(**{axis: size}))))

    def work(axis: str, size: int, paths: int) -> None:
        of(axis, size)(paths)

    return work


def measure(settings: Settings) -> dict[str, Any]:
    places = [("issuers", n) for n in ISSUERS] + [("quarters", n) for n in QUARTERS]
    with Contender("benchmarks.parts.size:kernels", cores=allowed_cores()[-1:]) as contender:

        def seconds(place: tuple[str, int], paths: int) -> float:
            axis, size = place
            return float(contender.ask(axis=axis, size=size, paths=paths)["seconds"])

        wanted = SECONDS * settings.seconds
        paths = {
            place: enough_paths(lambda n, place=place: seconds(place, n), wanted, start=256)
            for place in places
        }

        def turn(place: tuple[str, int]) -> Callable[[int], float]:
            return lambda number: seconds(place, paths[place]) / paths[place]

        tell(f"{settings.rounds} rounds of {len(places)} scenarios")
        found = interleave({place: turn(place) for place in places}, settings.rounds)
    rows = [
        {"axis": axis, "size": size, "paths": paths[axis, size], "seconds_per_path": times}
        for (axis, size), times in found.items()
    ]
    return {"rows": rows, "fits": {axis: _fit(rows, axis) for axis in ("issuers", "quarters")}}


def _fit(rows: list[dict[str, Any]], axis: str) -> dict[str, float]:
    points = [
        (row["size"], spread(row["seconds_per_path"]).median)
        for row in rows
        if row["axis"] == axis and row["size"] >= FITTED_FROM
    ]
    return {"from": FITTED_FROM} | power_law(*zip(*points, strict=True))
