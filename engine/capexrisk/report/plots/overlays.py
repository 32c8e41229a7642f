"""All figures of a comparison, as PNG and SVG files, by names that its page refers to.

Of the market: "spread", "utilisation", "demand", "bond-share". Of each issuer, after its name:
"-free-cash-flow", "-failure".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from pathlib import Path

from matplotlib.figure import Figure

from capexrisk.archive.results import Results
from capexrisk.report.plots import overlaid
from capexrisk.report.plots.canvas import Margins
from capexrisk.report.plots.figures import Drawing, one_panel, write_drawings

OF_MARKET = (
    ("spread", "market_spread_bp", "spread of the bond market"),
    ("utilisation", "utilisation", "utilisation of AI capacity"),
    ("demand", "ai_demand", "AI demand"),
    ("bond-share", "ai_share_of_bond_market", "AI share of the bond market"),
)


def write_overlays(
    runs: Mapping[str, Results], issuers: Sequence[str], directory: Path
) -> list[Drawing]:
    """Write the figures of several runs side by side into directory/figures.

    Parameters
    ----------
    runs : mapping of str to Results
        Up to five, by name.
    issuers : sequence of str
        For whom there are figures.
    directory : Path
        An existing directory; ``figures`` is made in it.

    Returns
    -------
    list of Drawing
        For the page.
    """
    return write_drawings(_overlays(runs, issuers), directory)


def _overlays(
    runs: Mapping[str, Results], issuers: Sequence[str]
) -> Iterator[tuple[str, str, Figure]]:
    """Name, description, figure."""
    for name, metric, what in OF_MARKET:
        plot = partial(overlaid.market, metric=metric)
        yield name, f"Curves: {what} by quarter, for each run", one_panel(runs, plot, Margins())
    for issuer in issuers:
        yield (
            f"{issuer}-free-cash-flow",
            f"Ranges: free cash flow of {issuer} by year, for each run",
            one_panel(runs, partial(overlaid.free_cash_flow, issuer=issuer), Margins()),
        )
        yield (
            f"{issuer}-failure",
            f"Curves: chance of funding failure of {issuer} by quarter, for each run",
            one_panel(runs, partial(overlaid.failure, issuer=issuer), Margins()),
        )
