"""Figures of firms from their filings: companyfacts files of the SEC, read by dates and forms."""

from .draft import draft
from .facts import Fact, Facts, read_companyfacts
from .record import FLOWS, Draft, Figure, Identity, Ladder, QuarterRow

__all__ = [
    "FLOWS",
    "Draft",
    "Fact",
    "Facts",
    "Figure",
    "Identity",
    "Ladder",
    "QuarterRow",
    "draft",
    "read_companyfacts",
]
