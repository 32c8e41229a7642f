"""How much is measured."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import click

ROUNDS = 5  # the least for a comparison


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What a part is told.

    Parameters
    ----------
    rounds : int
        Interleaved rounds of every comparison.
    seconds : float
        How long one contender works in one round, about.
    most_paths : int
        Largest run of the part `paths`.
    quick : bool
        A check that the harness works, whose figures mean little.
    """

    rounds: int = ROUNDS
    seconds: float = 1.0
    most_paths: int = 10**8
    quick: bool = False

    @classmethod
    def make(cls, *, quick: bool, rounds: int | None, most_paths: int | None) -> Settings:
        if quick:
            return cls(
                rounds=rounds or 2, seconds=0.1, most_paths=most_paths or 100_000, quick=True
            )
        return cls(rounds=rounds or ROUNDS, most_paths=most_paths or 10**8)


def tell(text: str) -> None:
    """Progress, beside the tables that go to the standard output."""
    click.echo(f"  {text}", err=True)


def enough_paths(seconds: Callable[[int], float], wanted: float, start: int = 1_000) -> int:
    """Number of paths that takes about `wanted` seconds, to two digits.

    A number is run twice before it is believed: some tools compile anew for each.
    """
    paths = start
    while True:
        seconds(paths)
        spent = seconds(paths)
        if spent > wanted / 5 or paths >= 10**8:
            break
        paths = min(paths * 4, 10**8)
    paths = max(int(paths * wanted / spent), 64)
    digits = 10 ** max(len(str(paths)) - 2, 0)
    return paths // digits * digits
