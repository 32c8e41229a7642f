"""Paths that are left out, in words."""

from __future__ import annotations


def quarantine_note(broken: int, paths: int, first: int, quarter: str) -> str:
    """One line on paths left out because they are not finite."""
    return (
        f"{broken:,} of {paths:,} paths are not finite and count nowhere; "
        f"the first is path {first}, in {quarter}"
    )
