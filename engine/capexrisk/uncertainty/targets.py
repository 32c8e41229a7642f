"""Which numbers of a scenario a group moves: its patterns, resolved."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Any, Final, TypeAlias

from capexrisk.errors import ScenarioError, nearest, suggest
from capexrisk.scenario import Bounds, Input, Scenario, inputs
from capexrisk.scenario.files.paths import read_path, write_path

__all__ = [
    "Catalogue",
    "Moved",
    "Target",
    "catalogue_of",
    "changes",
    "leaves",
    "moved_by",
    "replaced",
]

Path: TypeAlias = tuple[str, ...]
Positions: TypeAlias = tuple[int, ...]
Catalogue: TypeAlias = Mapping[Path, Input]

ANY: Final = "*"
SECTIONS: Final = ("market", "issuers")  # that are simulated anew at each point
# Keys of lists whose entries have a given sum, or make a positive definite matrix: what a point
# breaks of that would be seen by nothing, or by the paths.
BOUND_TOGETHER: Final = ("seasonality", "capex_quarter_split", "correlation")
_POSITIONS: Final = re.compile(r"((?:\[[0-9]+\])*)$")
_BARE_STAR: Final = re.compile(r"(?<![^.])\*(?![^.])")


@dataclass(frozen=True)
class Target:
    """One number of a scenario that is moved.

    Attributes
    ----------
    path : tuple of str
        Keys of its input, ``("issuers", "Oracle", "cash_usd_bn")``.
    positions : tuple of int
        Its place in the input; () where the input is a number.
    base : float
        What the scenario gives.
    bounds : Bounds
        What is accepted.
    """

    path: Path
    positions: Positions
    base: float
    bounds: Bounds

    @property
    def name(self) -> str:
        """``"market.oas_mean_bp[1]"``."""
        return write_path((*self.path, *self.positions))


@dataclass(frozen=True)
class Moved:
    """An input of a group, or a part of one: what one draw moves if each has its own.

    Attributes
    ----------
    path, positions
        As in `Target`; without positions all numbers of a list move alike.
    targets : tuple of Target
    """

    path: Path
    positions: Positions
    targets: tuple[Target, ...]

    @property
    def name(self) -> str:
        """``"market.oas_mean_bp[1]"``."""
        return write_path((*self.path, *self.positions))

    @property
    def issuer(self) -> str | None:
        """The issuer that it belongs to, if any."""
        return self.path[1] if self.path[0] == "issuers" else None


def catalogue_of(scenario: Scenario) -> Catalogue:
    """Every input that a scenario gives, by its keys."""
    return {read_path(one.path, scenario.name): one for one in inputs(scenario)}


def moved_by(pattern: str, catalogue: Catalogue, where: str) -> list[Moved]:
    """What a pattern stands for, in the order of the catalogue.

    Parameters
    ----------
    pattern : str
        ``"issuers.*.cash_usd_bn"``, ``"market.oas_mean_bp[1]"``.
    catalogue : mapping
    where : str
        The place of the pattern, for messages.

    Raises
    ------
    ScenarioError
        It is no path, matches no input, or one that no draw may move.
    """
    ends = _POSITIONS.search(pattern)
    positions = tuple(int(number) for number in re.findall("[0-9]+", ends[1] if ends else ""))
    written = pattern[: ends.start()] if ends else pattern
    keys = read_path(_BARE_STAR.sub(f'"{ANY}"', written), where)
    if ANY in keys:
        found = [path for path in catalogue if _matches(path, keys)]
    else:
        found = [keys] if keys in catalogue else []
    if not found:
        raise _no_match(pattern, keys, catalogue, where)
    for path in found:
        _refuse_still(path, where)
    return [
        Moved(path, positions, tuple(_targets(catalogue[path], path, positions, where)))
        for path in found
    ]


def changes(
    catalogue: Catalogue, targets: Sequence[Target], numbers: Sequence[float]
) -> dict[str, object]:
    """New values of the inputs that are moved, as `change_inputs` takes them."""
    found: dict[str, object] = {}
    for target, number in zip(targets, numbers, strict=True):
        path = write_path(target.path)
        value = found.get(path, catalogue[target.path].value)
        found[path] = replaced(value, target.positions, float(number))
    return found


def replaced(value: Any, positions: Positions, number: Any) -> Any:
    """A number, or a tuple of tuples with a number, or a column of numbers, at these positions."""
    if not positions:
        return number
    first, *rest = positions
    inner = replaced(value[first], tuple(rest), number)
    return (*value[:first], inner, *value[first + 1 :])


def _matches(path: Path, keys: Path) -> bool:
    return len(path) == len(keys) and all(
        key in (ANY, part) for part, key in zip(path, keys, strict=True)
    )


def _refuse_still(path: Path, where: str) -> None:
    """Refuse an input that stays the same at every point of a run."""
    if path[0] not in SECTIONS:
        raise ScenarioError(
            where,
            f"{write_path(path)} is the same at every point of the inputs",
            "name inputs of the market and of issuers",
        )
    if path[-1] in BOUND_TOGETHER:
        raise ScenarioError(
            where,
            f"{write_path(path)} has entries that bind each other, so none may move",
            "name another input",
        )


def _targets(one: Input, path: Path, positions: Positions, where: str) -> Iterator[Target]:
    value = one.value
    for depth, position in enumerate(positions):
        name = write_path((*path, *positions[:depth]))
        if not isinstance(value, tuple):
            raise ScenarioError(where, f"{name} is no list", f"leave out [{position}]")
        if position >= len(value):
            raise ScenarioError(
                where, f"{name} has {len(value)} entries", f"give [0] to [{len(value) - 1}]"
            )
        value = value[position]
    for below, number in leaves(value):
        if type(number) is not float or one.bounds is None:
            raise ScenarioError(
                where,
                f"{one.path} is {_kind(number)}",
                "name inputs that are numbers with fractions",
            )
        yield Target(path, (*positions, *below), number, one.bounds)


def leaves(value: object, at: Positions = ()) -> Iterator[tuple[Positions, object]]:
    """Every number of a list with its place; all else as it is."""
    if isinstance(value, tuple):
        for position, part in enumerate(value):
            yield from leaves(part, (*at, position))
    else:
        yield at, value


def _kind(value: object) -> str:
    if isinstance(value, bool):
        return "true or false"
    return "counted in whole numbers" if isinstance(value, int) else "a word"


def _no_match(pattern: str, keys: Path, catalogue: Catalogue, where: str) -> ScenarioError:
    """Say that nothing matches, and suggest the nearest input, with the same stars."""
    *above, last = keys
    same_table = [path for path in catalogue if _matches(path, (*above, ANY))]
    near = nearest(last, (path[-1] for path in same_table))
    hint = "give a path that `capexrisk sources` lists"
    if keys[0] == "issuer_defaults":
        hint = f"give {_written(('issuers', ANY, *keys[1:]))}"
    elif near is not None:
        hint = f"did you mean {_written((*above, near))}?"
    elif not same_table:
        hint = suggest(_written(keys), (_with_stars(path, keys) for path in catalogue), hint)
    what = "matches no input" if ANY in keys else "is no input that the scenario gives"
    return ScenarioError(where, f"{pattern!r} {what}", hint)


def _with_stars(path: Path, keys: Path) -> str:
    """A path, with a star wherever the keys of a pattern have one."""
    return _written(
        tuple(ANY if key == ANY else part for part, key in zip_longest(path, keys[: len(path)]))
    )


def _written(keys: Path) -> str:
    """Dotted path with bare stars."""
    return ".".join(ANY if key == ANY else write_path((key,)) for key in keys)
