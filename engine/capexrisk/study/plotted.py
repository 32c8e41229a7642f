"""What a study found has plots, which are loaded when somebody draws."""

from __future__ import annotations

from typing import TYPE_CHECKING

from capexrisk.archive.content import ComparedByContent

if TYPE_CHECKING:
    from capexrisk.report.plots.accessors import PlotsOf


class Plotted(ComparedByContent):
    """Something that a study found, with plots of it."""

    @property
    def plot(self) -> PlotsOf:
        """Plots, such as ``causes.plot.waterfall()``; ``dir(causes.plot)`` lists them."""
        # Plots are a higher layer, imported lazily: only when something is drawn.
        from capexrisk.report.plots.accessors import PlotsOf

        return PlotsOf(self)
