"""The outer level of a two-level run: scenarios at points of nets over the uncertain inputs.

Each replicate has a net over the inputs and, for the paths, two nets of its own, all scrambled
independently of each other and of those of a run with the inputs as they stand. Outer point k of a
replicate takes the k-th stretch of each of its two nets of paths: the two halves of its paths are
independent of each other, which shows how much of a spread over the points is that of paths
(`estimate.over_inputs`). Inner points are those of the scenario as it stands: see `points.frozen`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import Final, NamedTuple

import numpy as np
from numpy.typing import NDArray

from capexrisk.kernel.points import DIGITS, path_number
from capexrisk.kernel.sources import Source
from capexrisk.lowering import LoweredScenario, with_parameters
from capexrisk.points.frozen import FrozenPoints, scrambled_directions
from capexrisk.scenario import Scenario
from capexrisk.scenario.opening import Parameters
from capexrisk.uncertainty.design import InputDesign
from capexrisk.uncertainty.moved import MovedScenario

HALVES: Final = 2
# Replicates of the sequence: those of a plain run come first, then the halves, then the inputs.
OF_HALVES: Final = 32
OF_INPUTS: Final = OF_HALVES + 32 * HALVES
AT_ONCE: Final = 32  # points that are lowered together
STRETCHES_KEPT: Final = 64  # of them: chunks go round 32 replicates; 0.4 MB each for six issuers
TO_52_BITS: Final = np.uint64(12)
Stretch = list[LoweredScenario | None]  # None where a point's scenario is refused


class Half(NamedTuple):
    """Half of the paths of an outer point."""

    source: Source
    paths: int


@dataclass(frozen=True)
class OuterPoints:
    """The outer points of a two-level run; sent to the workers, so it pickles.

    Attributes
    ----------
    scenario : Scenario
        With the inputs as they stand.
    base : LoweredScenario
        The same, lowered.
    design : InputDesign
        What moves, and how.
    paths : FrozenPoints
        Points of the paths.
    inner : int
        Paths of each outer point, in two halves.
    points : int
        Outer points of a replicate.
    """

    scenario: Scenario
    base: LoweredScenario
    design: InputDesign
    paths: FrozenPoints
    inner: int
    points: int

    def numbers(self, replicate: int, first: int, count: int) -> NDArray[np.float64]:
        """Numbers of the inputs that move at consecutive points, (points, targets)."""
        return self._numbers([replicate], first, count)

    def lower_ahead(self, replicates: Sequence[int]) -> None:
        """Lower the first stretch of several replicates together: in half the time of each alone.

        It is kept, for a run that begins with it.
        """
        self._ahead.update(zip(replicates, self._lowered_stretches(replicates, 0), strict=True))

    def lowered(self, replicate: int, first: int, count: int) -> Iterator[LoweredScenario | None]:
        """The scenario at consecutive points, lowered; None where it is refused."""
        for point in range(first, first + count):
            stretch, place = divmod(point, AT_ONCE)
            ahead = self._ahead.get(replicate) if stretch == 0 else None
            yield (ahead or self._stretch(replicate, stretch))[place]

    def parameters(self, numbers: NDArray[np.float64]) -> Parameters:
        """The scenario's parameters with these numbers.

        Raises
        ------
        Refused
            If the numbers contradict each other.
        """
        return self._moved.parameters(numbers.tolist())

    def halves(self, replicate: int, first: int, count: int) -> Iterator[tuple[Half, Half]]:
        """The halves of the paths of consecutive points; a half is to be used before the next."""
        each = self.inner // HALVES
        sources = [
            self.paths.source(path_number(OF_HALVES + HALVES * replicate + half, 0))
            for half in range(HALVES)
        ]
        for stretch in self._stretches(first, count):
            ahead = np.uint64(stretch * each)
            one, other = (
                Half(source._replace(first_path=source.first_path + ahead), each)
                for source in sources
            )
            yield one, other

    def _stretches(self, first: int, count: int) -> Sequence[int]:
        """Which stretch of a replicate's paths each of consecutive points takes."""
        return range(first, first + count)

    def _numbers(self, replicates: Sequence[int], first: int, count: int) -> NDArray[np.float64]:
        """`numbers` of the same points of several replicates, one after the other."""
        index = np.arange(first, first + count)
        dimensions, seed = self.design.dimensions, self.paths.seed
        nets = (scrambled_directions(dimensions, seed, OF_INPUTS + net) for net in replicates)
        return self.design.values(np.concatenate([net_points(net, index) for net in nets]))

    @cached_property
    def _ahead(self) -> dict[int, Stretch]:
        return {}

    @cached_property
    def _stretch(self) -> Callable[[int, int], Stretch]:
        return lru_cache(STRETCHES_KEPT)(self._lowered_stretch)

    def _lowered_stretch(self, replicate: int, stretch: int) -> Stretch:
        return self._lowered_stretches([replicate], stretch)[0]

    def _lowered_stretches(self, replicates: Sequence[int], stretch: int) -> list[Stretch]:
        """The scenario at a stretch of each replicate, whole: many take little longer than one."""
        first = AT_ONCE * stretch
        count = min(AT_ONCE, self.points - first)
        numbers = self._numbers(replicates, first, count)
        parameters, sound = self._moved.columns(numbers)
        if not sound.all():
            parameters, _ = self._moved.columns(numbers[sound])
        points, start = int(np.count_nonzero(sound)), self.scenario.start_quarter
        found = iter(with_parameters(self.base, parameters, start, points))
        scenarios = [next(found) if one else None for one in sound]
        return [scenarios[k : k + count] for k in range(0, len(scenarios), count)]

    @cached_property
    def _moved(self) -> MovedScenario:
        return MovedScenario(self.scenario, self.design.entries)

    def __reduce__(self) -> tuple[type, tuple[object, ...]]:
        # Without what is worked out of the rest.
        return OuterPoints, (
            self.scenario,
            self.base,
            self.design,
            self.paths,
            self.inner,
            self.points,
        )


def net_points(directions: NDArray[np.uint64], index: NDArray[np.int64]) -> NDArray[np.float64]:
    """Points of a scrambled net, (points, dimensions), strictly between 0 and 1.

    Parameters
    ----------
    directions : ndarray, shape (DIGITS + 1, dimensions)
        See `kernel.points.scramble`.
    index : ndarray of int, shape (points,)
    """
    bits = np.repeat(directions[DIGITS][None], len(index), axis=0)
    for digit in range(int(index.max(initial=0)).bit_length()):
        has = (index >> digit) & 1 == 1
        bits[has] ^= directions[digit]
    return ((bits >> TO_52_BITS).astype(np.float64) + 0.5) * 2.0**-52
