"""A year of one issuer beside general Monte Carlo tools: `benchmarks/small_model/compare.py`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks.contender import NotHereError, once
from benchmarks.settings import Settings, tell


def comparison() -> Callable[[int], list[dict[str, Any]]]:
    from benchmarks.small_model.compare import measure as compare

    return compare


def measure(settings: Settings) -> dict[str, Any]:
    tell(f"{settings.rounds} rounds of every tool")
    try:
        answer = once(
            "benchmarks.parts.small_model:comparison", request={"rounds": settings.rounds}
        )
    except NotHereError as error:
        return {"missing": str(error)}
    return {"rows": answer["value"], "peak_mib": answer["peak_mib"]}
