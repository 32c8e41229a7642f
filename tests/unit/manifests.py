"""Results under another manifest than their own."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pydantic import BaseModel

from capexrisk.archive.results import Results


def changed(results: Results, **parts: Any) -> Results:
    """The results with other fields in parts of the manifest, which nobody checks.

    ``changed(results, run={"seed": 10}, versions={})``
    """
    manifest = results.manifest
    update = {
        name: super(type(own), own).model_copy(update=value)
        if isinstance(own, BaseModel)
        else value
        for name, value in parts.items()
        for own in [getattr(manifest, name)]
    }
    return replace(results, manifest=manifest.model_copy(update=update))
