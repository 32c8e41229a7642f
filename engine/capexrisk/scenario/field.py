"""What a record declares of an input beside its type: step, meaning, unit and neutral value."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo

from .words import Words

__all__ = ["InputField", "input_field", "input_field_of", "with_unit"]


@dataclass(frozen=True)
class InputField:
    """Declaration of one input.

    Attributes
    ----------
    step : str
        Where MODEL.md uses it: ``"Step 10.2"``, ``"Start"``, ``"Draws"``; "" where no path does.
    meaning : str
        One phrase, without its unit and without a full stop; it may hold places for `Words`.
    unit : str
        ``"$bn"``, ``"a year"``, ``"bp"``; "" for a pure number.
    neutral : object
        The value that switches its mechanism off, as the record holds it; None if it has none.
    """

    step: str
    meaning: str
    unit: str = ""
    neutral: object = None

    @property
    def text(self) -> str:
        """Meaning and unit, a sentence in general words.

        >>> InputField("Step 2", "Highest index spread", "bp").text
        'Highest index spread, bp.'
        """
        return with_unit(Words().fill(self.meaning), self.unit)

    def __call__(self, schema: dict[str, Any]) -> None:
        """Describe the input in a JSON Schema: pydantic calls this for the field."""
        schema["description"] = f"{self.step}. {self.text}" if self.step else self.text


def input_field(
    step: str, meaning: str, *, unit: str = "", neutral: object = None, **options: Any
) -> Any:
    """Declare an input: the right-hand side of a record's field.

    With a neutral value it may be left out of a file. At that value it is left out of the stored
    case and of the digest: what was stored before there was such an input stays what it was.

    Parameters
    ----------
    step, meaning, unit, neutral
        As in `InputField`; a neutral list is given as a tuple.
    **options
        Passed on to `pydantic.Field`.
    """
    declared = InputField(step, meaning, unit, neutral)
    if neutral is not None:
        options = {"default": neutral, "validate_default": True, **options}
    return Field(json_schema_extra=declared, **options)


def with_unit(meaning: str, unit: str) -> str:
    """Meaning and unit of an input, a sentence."""
    return f"{meaning}, {unit}." if unit else f"{meaning}."


def input_field_of(info: FieldInfo) -> InputField | None:
    """The declaration behind a field; None if the field is no input."""
    declared = info.json_schema_extra
    return declared if isinstance(declared, InputField) else None
