"""How uncertain the inputs are: groups of inputs that move together, their laws, correlations."""

from __future__ import annotations

import re
from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import Field, StringConstraints, field_validator, model_validator

from capexrisk.errors import suggest

from .market import SMALLEST_EIGENVALUE
from .quantities import Number
from .section import Refused, StrictModel, refuse_no_evidence
from .words import PHRASE

__all__ = ["LAW_KEYS", "Covariance", "Group", "GroupCorrelation", "Uncertainty"]

MOST_GROUPS: Final = 300
MOST_CORRELATIONS: Final = 1000
MOST_INPUTS: Final = 300  # patterns of a group, and rows of its covariance
MOST_VALUES: Final = 10_000
LONGEST_NAME: Final = 60
LONGEST_PATTERN: Final = 200
MOST: Final = 1e8  # as money: a slip of the units is caught before it overflows
MOST_SIGMA: Final = 10.0  # of a log: one in six is then 20,000 times the median
MOST_SKEW: Final = 1.66711  # of a3 / a2, Keelin (2016), section 3.4: a density is positive below it

Pattern = Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_PATTERN)]
How = Literal["add", "multiply", "set"]
LawName = Literal["normal", "lognormal", "uniform", "triangular", "pert", "quantiles", "sample"]
Place = Annotated[Number, Field(ge=-MOST, le=MOST)]
Spread = Annotated[Number, Field(gt=0, le=MOST)]
LogSpread = Annotated[Number, Field(gt=0, le=MOST_SIGMA)]
Covariance = tuple[tuple[Annotated[Number, Field(ge=-(MOST**2), le=MOST**2)], ...], ...]


class _Keys(NamedTuple):
    """Keys of a law: what it needs, and what it may have besides."""

    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


_LAWS: Final[Mapping[LawName, _Keys]] = {
    "normal": _Keys(("sd",), ("mean",)),
    "lognormal": _Keys(("sigma",), ("median",)),
    "uniform": _Keys(("low", "high")),
    "triangular": _Keys(("low", "mode", "high")),
    "pert": _Keys(("low", "mode", "high")),
    "quantiles": _Keys(("p5", "p50", "p95")),
    "sample": _Keys(("values",)),
}
_JOINT: Final = _Keys(("covariance",))
_HOW_OF_JOINT: Final = {"normal": "add", "lognormal": "multiply"}
# Where a law lies if nothing is said: where it moves nothing.
_NEUTRAL: Final = {("mean", "add"): 0.0, ("mean", "multiply"): 1.0, ("median", "multiply"): 1.0}
LAW_KEYS: Final = (
    *("law", "mean", "sd", "median", "sigma", "low", "mode", "high", "p5", "p50", "p95"),
    *("values", "covariance"),
)


class Group(StrictModel):
    """Inputs that one judgement moves, and the law of what moves them."""

    inputs: Annotated[tuple[Pattern, ...], Field(min_length=1, max_length=MOST_INPUTS)] = Field(
        description='Paths of the inputs that it moves, "issuers.*.cash_usd_bn"; * stands for '
        "every issuer, or every key."
    )
    how: How = Field(
        description="Whether a draw is added to each input, multiplies it, or takes its place."
    )
    draw: Literal["one", "each"] = Field(
        default="one", description="One draw for all inputs, or one for each."
    )
    law: LawName = Field(description="Law of a draw.")
    mean: Place | None = Field(
        default=None,
        description="Normal: mean; left out, 0 where it is added and 1 where it multiplies.",
    )
    sd: Spread | None = Field(default=None, description="Normal: standard deviation.")
    median: Spread | None = Field(
        default=None, description="Lognormal: median; left out, 1 where it multiplies."
    )
    sigma: LogSpread | None = Field(
        default=None, description="Lognormal: standard deviation of the log."
    )
    low: Place | None = Field(default=None, description="Uniform, triangular, pert: least value.")
    mode: Place | None = Field(default=None, description="Triangular, pert: likeliest value.")
    high: Place | None = Field(
        default=None, description="Uniform, triangular, pert: greatest value."
    )
    p5: Place | None = Field(default=None, description="Quantiles: one in twenty lies below it.")
    p50: Place | None = Field(default=None, description="Quantiles: median.")
    p95: Place | None = Field(default=None, description="Quantiles: one in twenty lies above it.")
    values: Annotated[tuple[Place, ...], Field(max_length=MOST_VALUES)] | None = Field(
        default=None, description="Sample: values as they were observed, two or more."
    )
    covariance: Annotated[Covariance, Field(max_length=MOST_INPUTS)] | None = Field(
        default=None,
        description="Normal, lognormal: covariance of the draws (of their logs), a row for each "
        "input, instead of sd or sigma.",
    )
    evidence: Annotated[str, StringConstraints(max_length=4000)] = Field(
        description='Why it is this wide, "confidence: source, address".'
    )

    @property
    def each(self) -> bool:
        """Whether each input has a draw of its own."""
        return self.draw == "each" or self.covariance is not None

    @property
    def centre(self) -> float:
        """Mean of a normal law, median of a lognormal one, given or neutral."""
        key = "mean" if self.law == "normal" else "median"
        given: float | None = getattr(self, key)
        return _NEUTRAL[key, self.how] if given is None else given

    @field_validator("evidence")
    @classmethod
    def _has_confidence_and_source(cls, evidence: str) -> str:
        refuse_no_evidence(evidence)
        return evidence

    @field_validator("values")
    @classmethod
    def _spread_out(cls, values: tuple[float, ...] | None) -> tuple[float, ...] | None:
        if values is not None and len(set(values)) < 2:
            what = "has no spread" if values else "is empty"
            raise Refused(what, "give two values or more, not all equal")
        return values

    @field_validator("covariance")
    @classmethod
    def _a_covariance(cls, rows: Covariance | None) -> Covariance | None:
        if rows is not None:
            _check_covariance(rows)
        return rows

    @model_validator(mode="after")
    def _has_the_keys_of_its_law(self) -> Group:
        joint = self.covariance is not None and self.law in _HOW_OF_JOINT
        keys = _JOINT if joint else _LAWS[self.law]
        own = (*keys.needed, *keys.optional)
        named = f"a {self.law} law with a covariance" if joint else f"a {self.law} law"
        for key in LAW_KEYS[1:]:
            if getattr(self, key) is not None and key not in own:
                raise Refused(f"{named} has none", f"it takes {' and '.join(own)}", (key,))
        for key in keys.needed:
            if getattr(self, key) is None:
                meaning = (type(self).model_fields[key].description or "").rstrip(".")
                raise Refused("missing", f"give {meaning.partition(': ')[2]}", (key,))
        for key in keys.optional:
            if getattr(self, key) is None and (key, self.how) not in _NEUTRAL:
                if self.how == "add":
                    raise Refused(
                        "a lognormal draw is never below 0, so it is not added",
                        'give how = "multiply" or "set"',
                        ("how",),
                    )
                raise Refused("missing", f"give the {key} of what is set", (key,))
        if joint:
            self._check_joint()
        else:
            self._check_order()
        return self

    def _check_joint(self) -> None:
        how = _HOW_OF_JOINT[self.law]
        if self.how != how:
            raise Refused(
                f"{self.how!r} does not go with a covariance of a {self.law} law",
                f'give how = "{how}"',
                ("how",),
            )
        if self.draw == "one" and "draw" in self.model_fields_set:
            raise Refused("a covariance has a draw for each input", 'give draw = "each"', ("draw",))
        assert self.covariance is not None
        most = MOST if self.law == "normal" else MOST_SIGMA
        for row, values in enumerate(self.covariance):
            if values[row] > most**2:
                raise Refused(
                    f"a variance of {values[row]:g} is out of range",
                    f"give {most**2:g} or less",
                    ("covariance", row, row),
                )

    def _check_order(self) -> None:
        given = [
            (key, value)
            for key in ("low", "mode", "high", "p5", "p50", "p95")
            if (value := getattr(self, key)) is not None
        ]
        for (key, value), (above, greater) in pairwise(given):
            may_be_equal = "mode" in (key, above)
            if value > greater or (value == greater and not may_be_equal):
                relation = "above" if may_be_equal else "not below"
                raise Refused(
                    f"{value!r} is {relation} {above}, {greater!r}",
                    f"give {above} or less" if may_be_equal else f"give less than {above}",
                    (key,),
                )
        if self.low is not None and self.low == self.high:
            raise Refused(f"{self.high!r} is low as well", "give more than low", ("high",))
        if self.p5 is not None and self.p50 is not None and self.p95 is not None:
            skew = abs(self.p5 + self.p95 - 2.0 * self.p50) / (0.45 * (self.p95 - self.p5))
            if skew >= MOST_SKEW:
                share = 0.225 * MOST_SKEW * (self.p95 - self.p5)
                middle = (self.p5 + self.p95) / 2.0
                raise Refused(
                    f"{self.p50!r} is so near p5 or p95 that no smooth law has these quantiles",
                    f"give more than {middle - share:.6g} and less than {middle + share:.6g}, "
                    "or another law",
                    ("p50",),
                )


class GroupCorrelation(StrictModel):
    """Correlation of the draws of two groups, as normals before their laws are laid on."""

    groups: Annotated[tuple[str, ...], Field(min_length=2, max_length=2)] = Field(
        description="Names of two groups."
    )
    correlation: Annotated[Number, Field(gt=-1, lt=1)] = Field(
        description="Correlation of their normal scores."
    )
    evidence: Annotated[str, StringConstraints(max_length=4000)] = Field(
        description='Why they move together, "confidence: source, address".'
    )

    @field_validator("evidence")
    @classmethod
    def _has_confidence_and_source(cls, evidence: str) -> str:
        refuse_no_evidence(evidence)
        return evidence

    @field_validator("groups")
    @classmethod
    def _of_two(cls, groups: tuple[str, ...]) -> tuple[str, ...]:
        if groups[0] == groups[1]:
            raise Refused(f"{groups[0]!r} with itself", "name two groups")
        return groups


class Uncertainty(StrictModel):
    """The table ``[uncertainty]``: what is not known of the inputs. No path depends on it."""

    groups: Annotated[Mapping[str, Group], Field(max_length=MOST_GROUPS)] = Field(
        default_factory=dict,
        description="One table for each group of inputs that move together, by a short name.",
        json_schema_extra={
            "propertyNames": {"pattern": PHRASE, "maxLength": LONGEST_NAME},
        },
    )
    correlations: Annotated[tuple[GroupCorrelation, ...], Field(max_length=MOST_CORRELATIONS)] = (
        Field(
            default=(), description="Correlations of draws between groups; 0 where none is given."
        )
    )

    @field_validator("groups")
    @classmethod
    def _usable_names(cls, groups: Mapping[str, Group]) -> Mapping[str, Group]:
        for name in groups:
            if len(name) > LONGEST_NAME or not re.search(PHRASE, name):
                raise Refused(
                    f"a group may not be named {name[:LONGEST_NAME]!r}",
                    f"give up to {LONGEST_NAME} letters, digits, spaces and . , + - ' ( )",
                    (name,),
                )
        return groups

    @model_validator(mode="after")
    def _of_known_groups(self) -> Uncertainty:
        otherwise = "" if self.groups else "write it under uncertainty.groups"
        seen: set[frozenset[str]] = set()
        for index, one in enumerate(self.correlations):
            at = ("correlations", index, "groups")
            for place, name in enumerate(one.groups):
                if name not in self.groups:
                    raise Refused(
                        f"no group is named {name!r}",
                        suggest(name, self.groups, otherwise),
                        (*at, place),
                    )
                if self.groups[name].covariance is not None:
                    raise Refused(
                        f"{name!r} has a covariance of its own",
                        "correlate other groups",
                        (*at, place),
                    )
            pair = frozenset(one.groups)
            if pair in seen:
                raise Refused("given twice", "give one correlation for two groups", at)
            seen.add(pair)
        return self


def _check_covariance(rows: Covariance) -> None:
    """Refuse what is no covariance matrix.

    Raises
    ------
    Refused
    """
    for row, values in enumerate(rows):
        if len(values) != len(rows):
            number = f"has {len(values)} value{'' if len(values) == 1 else 's'}"
            raise Refused(number, f"give {len(rows)}, as many as rows", (row,))
        if values[row] <= 0:
            raise Refused(f"a variance of {values[row]!r}", "give more than 0", (row, row))
        for column in range(row):
            if values[column] != rows[column][row]:
                raise Refused(
                    f"not symmetric, {values[column]!r} is {rows[column][row]!r} in "
                    f"[{column}][{row}]",
                    "give the same number in both places",
                    (row, column),
                )
    from numpy import array, outer, sqrt  # late: a scenario is also read where nothing is run
    from numpy.linalg import eigvalsh

    matrix = array(rows)
    if not len(matrix):
        raise Refused("is empty", "give a row for each input")
    sd = sqrt(matrix.diagonal())
    smallest = float(eigvalsh(matrix / outer(sd, sd))[0])
    if smallest < SMALLEST_EIGENVALUE:
        raise Refused(
            f"not positive definite, the smallest eigenvalue of its correlations is {smallest:.3g}",
            "move the covariances towards 0",
        )
