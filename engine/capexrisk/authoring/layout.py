"""Headings of a table of firms."""

from __future__ import annotations

from typing import Final

__all__ = ["CONFIDENCE", "EVIDENCE", "FIXED", "HEADER_ROW"]

FIXED: Final = ("key", "meaning", "unit", "left out", "look for")  # what stands before the firms
CONFIDENCE: Final = "confidence"
EVIDENCE: Final = "evidence"
HEADER_ROW: Final = 1
