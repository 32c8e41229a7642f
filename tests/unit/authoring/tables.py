"""Tables of firms as a user fills them in."""

from __future__ import annotations

import csv
from pathlib import Path

FIGURES = {
    "core_revenue_usd_bn_per_year": ("20", "reported", "annual report 2025, https://acme.example"),
    "ocf_usd_bn_per_year": ("5", "reported", "annual report 2025, https://acme.example"),
    "cash_usd_bn": ("4", "reported", "annual report 2025, https://acme.example"),
    "capex_2026_usd_bn": ("8", "guidance", "call of February, https://acme.example/call"),
    "bonds_usd_bn": ("10", "", ""),
    "seasonality": ("0.9; 1.1; 1; 1", "assumed", "as last year"),
    "high_yield": ("no", "assumed", "rated BBB"),
    "lease_ramp_quarters": ("8", "", ""),
}


def write_table(path: Path, *firms: str, **cells: str) -> Path:
    """A table of firms with the same figures; `cells` replaces values by key."""
    figures = FIGURES | {key: (value, "", "") for key, value in cells.items()}
    head = ["key", "meaning", "unit", "left out"]
    for firm in firms:
        head += [firm, f"{firm}: confidence", f"{firm}: evidence"]
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(head)
        for key, told in figures.items():
            writer.writerow([key, "", "", "", *told * len(firms)])
    return path
