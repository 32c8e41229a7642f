"""What the parts of a scenario share: strictness, and evidence beside the inputs."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Annotated, Any, Final, Self

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

__all__ = [
    "CONFIDENCES",
    "CONTROLS",
    "NEARLY_ZERO",
    "Refused",
    "Section",
    "StrictModel",
    "by_year_field",
    "by_year_key",
    "given",
    "refuse_no_evidence",
    "split_evidence",
]

NEARLY_ZERO: Final = 1e-100
# They drive a terminal, or no file can hold them: all but tab and the ends of lines.
CONTROLS: Final = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")
CONFIDENCES: Final = (
    "reported",
    "derived",
    "guidance",
    "analyst estimate",
    "recalled-not-sourced",
    "assumed",
)

Place = tuple[str | int, ...]  # below a field: keys and positions
Evidence = Annotated[
    Mapping[str, str],
    Field(description='Key of an input to "confidence: source, address".'),
]

_YEAR = re.compile("_[0-9]{4}_")


class Refused(ValueError):
    """A house message from a validator: what is wrong, how to mend it, and where below it."""

    def __init__(self, value: str, hint: str, at: Place = ()) -> None:
        super().__init__(f"{value}; {hint}")
        self.value = value
        self.hint = hint
        self.at = at


class StrictModel(BaseModel):
    """Frozen, keyword-only; unknown keys are refused."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    def __hash__(self) -> int:
        return hash(_hashable(self))

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """Copy without validation; what was worked out of the old values is not copied."""
        copied = super().model_copy(update=update, deep=deep)
        for name in copied.__dict__.keys() - type(self).model_fields.keys():
            del copied.__dict__[name]
        return copied

    @field_validator("*")
    @classmethod
    def _no_odd_leaf(cls, value: object) -> object:
        """Refuse magnitudes below 1e-100, typing slips that overflow, and text that is none."""
        for at, leaf in _leaves(value):
            if isinstance(leaf, str):
                odd = CONTROLS.search(leaf)
                if odd is not None:
                    raise Refused(f"may not contain {odd.group()!r}", "take it out", at)
            elif 0.0 < abs(leaf) < NEARLY_ZERO:
                raise Refused(f"{leaf!r} is next to nothing", "give 0 or a sensible size", at)
        return value


class Section(StrictModel):
    """A table of inputs, each of which may carry a line of evidence."""

    evidence: Evidence = Field(default_factory=dict)

    @cached_property
    def inputs(self) -> Mapping[str, object]:
        """Every input given, by its TOML key, in the order of the record.

        Sub-tables are spelled with a dot (``access.bonds``), inputs of a calendar year with
        the year (``capex_2026_usd_bn``).
        """
        return dict(_inputs(self))

    @field_validator("evidence")
    @classmethod
    def _has_confidence_and_source(cls, evidence: Evidence) -> Evidence:
        for key, text in evidence.items():
            confidence, source = split_evidence(text)
            if confidence not in CONFIDENCES:
                raise Refused(
                    f"{confidence!r} is not a confidence",
                    f"begin with one of {', '.join(CONFIDENCES)}, and a colon",
                    (key,),
                )
            if not source:
                need = "the reason" if confidence == "assumed" else "source and address"
                raise Refused(f"{text!r} names no source", f"give {need} after the colon", (key,))
        return evidence

    @model_validator(mode="after")
    def _evidence_is_of_inputs(self) -> Section:
        for key in self.evidence:
            if key not in self.inputs:
                raise Refused(
                    "evidence for an input that is not given here",
                    "give the input as well",
                    ("evidence", key),
                )
        return self


def split_evidence(text: str) -> tuple[str, str]:
    """Confidence and the rest of evidence, which may be wrapped."""
    confidence, _, source = " ".join(text.split()).partition(":")
    return confidence.rstrip(), source.lstrip()


def refuse_no_evidence(text: str, at: Place = ()) -> None:
    """Refuse what is not a confidence and a source.

    Raises
    ------
    Refused
    """
    confidence, source = split_evidence(text)
    if confidence not in CONFIDENCES or not source:
        raise Refused(
            f"{text!r} is not evidence",
            f"write a confidence ({', '.join(CONFIDENCES)}), a colon and the source",
            at,
        )


def by_year_key(field: str, year: int | str) -> str:
    """TOML key of one year of a field kept by year.

    >>> by_year_key("capex_by_year_usd_bn", 2026)
    'capex_2026_usd_bn'
    """
    return field.replace("_by_year_", f"_{year}_")


def by_year_field(key: str) -> str:
    """Field that keeps a key of one year; a key without a year is its own field.

    >>> by_year_field("capex_2026_usd_bn"), by_year_field("cash_usd_bn")
    ('capex_by_year_usd_bn', 'cash_usd_bn')
    """
    return _YEAR.sub("_by_year_", key, count=1)


def given(value: object) -> object:
    """What was given of a record and of those in it, as tables, to be checked anew."""
    if isinstance(value, StrictModel):
        fields = [field for field in type(value).model_fields if field in value.model_fields_set]
        return {field: given(getattr(value, field)) for field in fields}
    if isinstance(value, Mapping):
        return {key: given(part) for key, part in value.items()}
    return tuple(map(given, value)) if isinstance(value, tuple | list) else value


def _hashable(value: object) -> object:
    """What equal values have in common and Python can hash: tables are equal in any order."""
    if isinstance(value, StrictModel):
        return tuple(_hashable(getattr(value, field)) for field in type(value).model_fields)
    if isinstance(value, Mapping):
        return frozenset((key, _hashable(part)) for key, part in value.items())
    return tuple(map(_hashable, value)) if isinstance(value, tuple | list) else value


def _leaves(value: object, at: Place = ()) -> Iterator[tuple[Place, float | str]]:
    """Every number and text in a value, with its place in it."""
    if isinstance(value, float | str):
        yield at, value
    elif isinstance(value, tuple):
        for index, part in enumerate(value):
            yield from _leaves(part, (*at, index))
    elif isinstance(value, Mapping):
        for key, part in value.items():
            yield from _leaves(part, (*at, key))


def _inputs(section: StrictModel) -> Iterator[tuple[str, object]]:
    for field in type(section).model_fields:
        value = getattr(section, field)
        if field in ("evidence", "name") or value is None or field not in section.model_fields_set:
            continue
        if isinstance(value, StrictModel):
            yield from ((f"{field}.{key}", part) for key, part in _inputs(value))
        elif isinstance(value, Mapping):
            yield from ((by_year_key(field, year), part) for year, part in value.items())
        else:
            yield field, value
