"""Parameters of a record under MODEL.md's names, and the way back to the names of a file.

A case is plain data: numbers, words, lists and dicts. It is what the model takes, and what the
digest is of.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from typing import Any, NamedTuple, get_args

from .field import input_field_of
from .quantities import model_name
from .section import StrictModel

__all__ = ["inner_tables", "parameters", "with_file_names", "without_neutral"]


class _Parameter(NamedTuple):
    field: str
    name: str  # in MODEL.md
    neutral: object  # as a case holds it; None if there is none


def parameters(record: StrictModel) -> dict[str, Any]:
    """All parameters of a record, defaults included: a new dict of plain values."""
    return {name: _plain(getattr(record, field)) for field, name, _ in _parameters_of(type(record))}


def without_neutral(record: type[StrictModel], case: Mapping[str, Any]) -> dict[str, Any]:
    """Copy of a record's case, without the parameters that are at their neutral values."""
    neutral = {name: value for _, name, value in _parameters_of(record) if value is not None}
    tables = inner_tables(record)
    kept: dict[str, Any] = {}
    for name, value in case.items():
        if name in neutral and value == neutral[name]:
            continue
        if name not in tables:
            kept[name] = _plain(value)
        elif isinstance(value, list):
            kept[name] = [without_neutral(tables[name], entry) for entry in value]
        else:
            kept[name] = without_neutral(tables[name], value)
    return kept


def with_file_names(record: type[StrictModel], case: object) -> Any:
    """A case with the keys of a file, its lists as tuples; what is not known stays as it is."""
    if isinstance(case, list | tuple):
        return tuple(with_file_names(record, entry) for entry in case)
    if not isinstance(case, Mapping):
        return case
    fields = {model_name(field): field for field in record.model_fields}
    tables = inner_tables(record)
    named: dict[Any, Any] = {}
    for name, value in case.items():
        field = fields.get(name)
        inner = tables.get(field) if field else None
        named[field or name] = _tuples(value) if inner is None else with_file_names(inner, value)
    return named


@functools.cache
def inner_tables(record: type[StrictModel]) -> dict[str, type[StrictModel]]:
    """Fields of a record that hold a record, or several, of this type."""
    return {
        field: kind
        for field, info in record.model_fields.items()
        for kind in (info.annotation, *get_args(info.annotation))
        if isinstance(kind, type) and issubclass(kind, StrictModel)
    }


@functools.cache
def _parameters_of(record: type[StrictModel]) -> tuple[_Parameter, ...]:
    """What a record must give, and what it may leave out because it has a neutral value."""
    found = []
    for field, info in record.model_fields.items():
        declared = input_field_of(info)
        neutral = None if declared is None else declared.neutral
        if info.is_required() or neutral is not None:
            found.append(_Parameter(field, model_name(field), _plain(neutral)))
    return tuple(found)


def _plain(value: object) -> object:
    if type(value) is float:  # nearly all are
        return value
    if isinstance(value, StrictModel):
        return parameters(value)
    return [_plain(part) for part in value] if isinstance(value, tuple | list) else value


def _tuples(value: object) -> object:
    return tuple(_tuples(part) for part in value) if isinstance(value, list) else value
