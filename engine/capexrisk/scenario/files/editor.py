"""The JSON Schema of a scenario file, for editors."""

from __future__ import annotations

from typing import Any

from capexrisk.scenario.issuer import LONGEST_NAME
from capexrisk.scenario.plan import RunSection
from capexrisk.scenario.schema import MOST_ISSUERS, Scenario
from capexrisk.scenario.section import CONFIDENCES

__all__ = ["json_schema"]

Schema = dict[str, Any]


def json_schema() -> Schema:
    """JSON Schema (draft 2020-12) of the TOML form, partial files that extend another included.

    It knows keys, kinds, bounds and lengths. What needs two inputs at once, and what must be
    given at all, only loading checks.
    """
    whole = Scenario.model_json_schema()
    definitions = {name: _table(definition) for name, definition in whole["$defs"].items()}
    definitions["Uncertainty"]["properties"]["remove"] = {
        "type": "array",
        "items": {"type": "string"},
        "description": "Groups of the file that this one extends, which are taken out.",
    }
    properties = {
        key: part for key, part in _table(whole)["properties"].items() if key != "issuers"
    }
    issuer = {"$ref": "#/$defs/Issuer"}
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "capexrisk scenario",
        "description": "What is simulated, and in [run] how. Money in $bn, spreads in bp.",
        "type": "object",
        "additionalProperties": False,
        "properties": {
            "extends": {
                "type": "string",
                "description": "File in this folder or below on which this one is laid.",
            },
            **properties,
            "issuer_defaults": {**issuer, "description": "Inputs shared by all issuers."},
            "issuers": {
                "type": "object",
                "description": "One table for each issuer, in the order of the results.",
                "maxProperties": MOST_ISSUERS,
                "propertyNames": {"minLength": 1, "maxLength": LONGEST_NAME},
                "additionalProperties": issuer,
            },
            "run": _table(RunSection.model_json_schema()),
        },
        "$defs": definitions,
    }


def _table(schema: Schema) -> Schema:
    """One record's schema as a table of a file: nothing required, no nulls, years in the keys."""
    properties: Schema = {}
    patterns: Schema = {}
    for key, full in schema["properties"].items():
        part = _without_null({k: v for k, v in full.items() if k != "title"})
        if key == "evidence" and part["type"] == "object":
            part["additionalProperties"] = {
                "type": "string",
                "pattern": f"^({'|'.join(CONFIDENCES)}): *\\S",
            }
            properties[key] = part
        elif "_by_year_" in key:
            amount = part["additionalProperties"]
            pattern = f"^{key.replace('_by_year_', '_[0-9]{4}_')}$"
            patterns[pattern] = {**amount, "description": part["description"]}
        elif key != "name" or "start" in schema["properties"]:
            properties[key] = part
    table: Schema = {"type": "object", "additionalProperties": False, "properties": properties}
    return {**table, "patternProperties": patterns} if patterns else table


def _without_null(part: Schema) -> Schema:
    """TOML has no null: what may be left out is simply not required."""
    if part.get("default", 0) is None:
        del part["default"]
    choices = [choice for choice in part.pop("anyOf", []) if choice != {"type": "null"}]
    return {**choices[0], **part} if choices else part
