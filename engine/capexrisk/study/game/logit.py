"""Logit equilibria: where no profile is an equilibrium, how firms that err a little would mix.

Player i chooses a with probability proportional to exp(lambda * u_i(a)), u_i(a) being what a earns
it on the average over the others' choices (R. McKelvey and T. Palfrey, Games and Economic Behavior
10, 1995). At lambda = 0 all choices are as likely; as lambda grows the branch that begins there
leads to a Nash equilibrium of the game, mixed where it must be. The branch is followed by a
predictor and corrector along its length, which turns with it (T. Turocy, Games and Economic
Behavior 51, 2005). Who mixes so misses the best reply by log(choices) / lambda at most.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

import numpy as np

from capexrisk.study.game.payoffs import Floats

PRECISION: Final = 100.0  # lambda at the end, for payoffs of unit spread
FIRST_STEP, LEAST_STEP, MOST_STEPS = 0.05, 1e-7, 5000
RESIDUAL: Final = 1e-10
QUICK, SLOW = 4, 10  # corrections after which the step is lengthened, or halved


@dataclass(frozen=True)
class Logit:
    """A logit equilibrium of mean payoffs.

    Attributes
    ----------
    mix, error : tuple of ndarray
        Of each player the probability of each choice, and its standard error over replicates.
    precision : float
        lambda, one over the unit of the payoffs.
    regret : float
        Most that a player gains on the average by its best reply; the payoffs' unit.
    """

    mix: tuple[Floats, ...]
    error: tuple[Floats, ...]
    precision: float
    regret: float


def logit_equilibrium(payoffs: Floats) -> Logit | None:
    """Follow the branch from equal chances; errors by leaving each replicate out once.

    Parameters
    ----------
    payoffs : ndarray, shape (*choices, R, players)

    Returns
    -------
    Logit or None
            None if the branch cannot be followed so far, or its numbers overflow on the way.
    """
    try:
        with np.errstate(over="raise", invalid="raise", divide="raise"):
            return _at_the_end(payoffs)
    except (ArithmeticError, np.linalg.LinAlgError):
        return None


def _at_the_end(payoffs: Floats) -> Logit | None:
    mean = payoffs.mean(axis=-2)
    spreads = [np.ptp(mean[..., i], axis=i).mean() for i in range(mean.shape[-1])]
    scale = float(np.mean(spreads)) or 1.0
    game = _Game(mean / scale)
    logs = game.follow(PRECISION)
    if logs is None:
        return None
    several = payoffs.shape[-2]
    left_out = [
        _Game(np.delete(payoffs, one, axis=-2).mean(axis=-2) / scale).corrected(logs, PRECISION)
        for one in range(several)
    ]
    without = np.exp(np.array(left_out))
    error = np.sqrt((several - 1) * without.var(axis=0))
    return Logit(
        mix=game.split(np.exp(logs)),
        error=game.split(error),
        precision=PRECISION / scale,
        regret=scale * game.regret(logs),
    )


class _Game:
    """Equations of a logit equilibrium; unknown are the logs of all chances, player by player."""

    def __init__(self, mean: Floats) -> None:
        self.mean = mean
        self.choices = mean.shape[:-1]
        self.ends = np.cumsum((0, *self.choices))

    def split(self, numbers: Floats) -> tuple[Floats, ...]:
        return tuple(
            numbers[begin:end] for begin, end in zip(self.ends[:-1], self.ends[1:], strict=True)
        )

    def expected(self, mix: tuple[Floats, ...], player: int, kept: tuple[int, ...]) -> Floats:
        """What a player earns by the choices of those who are kept, the others mixing."""
        found: Floats = self.mean[..., player]
        for other in reversed(range(len(self.choices))):
            if other not in kept:
                found = np.tensordot(found, mix[other], axes=(other, 0))
        return found

    def equations(self, logs: Floats, precision: float) -> tuple[Floats, Floats]:
        """Residuals (N,), and their derivatives by logs and precision (N, N + 1)."""
        mix = self.split(np.exp(logs))
        residuals, slopes = np.empty(logs.size), np.zeros((logs.size, logs.size + 1))
        for i, several in enumerate(self.choices):
            first, own = self.ends[i], slice(self.ends[i] + 1, self.ends[i + 1])
            earned = self.expected(mix, i, (i,))
            residuals[first] = mix[i].sum() - 1.0
            slopes[first, first : first + several] = mix[i]
            over = earned[1:] - earned[0]
            residuals[own] = logs[own] - logs[first] - precision * over
            slopes[own, own] = np.eye(several - 1)
            slopes[own, first] -= 1.0
            slopes[own, -1] = -over
            for j in range(len(self.choices)):
                if j == i:
                    continue
                both = self.expected(mix, i, (i, j))
                if j < i:
                    both = both.T
                theirs = slice(self.ends[j], self.ends[j + 1])
                slopes[own, theirs] -= precision * (both[1:] - both[0]) * mix[j]
        return residuals, slopes

    def corrected(self, logs: Floats, precision: float) -> Floats:
        """Solution at a given precision, by Newton's method from one that is near."""
        for _ in range(50):
            with np.errstate(over="ignore", invalid="ignore"):
                residuals, slopes = self.equations(logs, precision)
            if not np.isfinite(residuals).all():
                break
            if np.abs(residuals).max() < RESIDUAL:
                return logs
            try:
                step = np.linalg.solve(slopes[:, :-1], residuals)
            except np.linalg.LinAlgError:
                break
            logs = logs - step * min(1.0, 2.0 / float(np.abs(step).max()))
        return np.full(logs.size, np.nan)

    def follow(self, precision: float) -> Floats | None:
        """Logs of the chances where the branch first reaches a precision; None if it does not."""
        equal = np.concatenate([np.full(several, -np.log(several)) for several in self.choices])
        point, step = np.append(equal, 0.0), FIRST_STEP
        direction = np.zeros(point.size)
        direction[-1] = 1.0
        for _ in range(MOST_STEPS):
            _, slopes = self.equations(point[:-1], point[-1])
            direction = _along(slopes, direction)
            tried, corrections = self._step(point + step * direction, direction)
            if tried is None:
                step *= 0.5
                if step < LEAST_STEP:
                    break
                continue
            if tried[-1] >= precision:
                share = (precision - point[-1]) / (tried[-1] - point[-1])
                near = point[:-1] + share * (tried[:-1] - point[:-1])
                found = self.corrected(near, precision)
                if np.isfinite(found).all():
                    return found
                step *= 0.5
                continue
            point = tried
            step *= 1.5 if corrections <= QUICK else 1.0
        return None

    def _step(self, point: Floats, direction: Floats) -> tuple[Floats | None, int]:
        """Correct a predicted point in the plane across the direction; None if it does not help."""
        start = point
        for corrections in range(SLOW):
            with np.errstate(over="ignore", invalid="ignore"):
                residuals, slopes = self.equations(point[:-1], point[-1])
            if not np.isfinite(residuals).all():
                return None, corrections
            if np.abs(residuals).max() < RESIDUAL:
                return point, corrections
            off = np.append(residuals, direction @ (point - start))
            try:
                point = point - np.linalg.solve(np.vstack([slopes, direction]), off)
            except np.linalg.LinAlgError:
                return None, corrections
        return None, SLOW

    def regret(self, logs: Floats) -> float:
        """Most that a player gains by its best reply."""
        mix = self.split(np.exp(logs))
        earned = [self.expected(mix, i, (i,)) for i in range(len(self.choices))]
        return max(float(own.max() - own @ mix[i] / mix[i].sum()) for i, own in enumerate(earned))


def _along(slopes: Floats, before: Floats) -> Floats:
    """Unit vector along the branch, pointing as the one before does."""
    across = np.linalg.svd(slopes)[2][-1]
    along: Floats = across if across @ before >= 0.0 else -across
    return along
