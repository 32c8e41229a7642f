"""The desk between pages and engine: one run at a time, the newest question of a page next.

While the hand moves, few points a net answer within `AIM`; when it rests, all of them do. A
question that a newer one of the same page has overtaken is dropped, also while it is computed.
"""

from __future__ import annotations

import time
from collections import OrderedDict
from collections.abc import Callable, Collection
from contextlib import suppress
from threading import Lock
from typing import Final, NamedTuple

from capexrisk.errors import RunStopped
from capexrisk.explorer.figures import FREE_CASH_FLOW, PARTS, Figures, Floats, Part, read_figures
from capexrisk.explorer.schedule import Moves
from capexrisk.explorer.view import View
from capexrisk.lowering import LoweredScenario
from capexrisk.points.draws import Draws
from capexrisk.run.session import Session
from capexrisk.scenario import Scenario

__all__ = ["Answer", "Desk", "Overtaken"]

MOVING: Final = 1_024  # at most, while the hand moves
LEAST: Final = 64  # fewer make errors that are too large to see anything move
FIRST: Final = LEAST  # the first picture is soon replaced
AIM: Final = 0.06  # seconds
MOST_PAGES: Final = 64
MOST_BASES: Final = 32  # of figures of the scenario as it stands, some 0.2 MB each


class Overtaken(Exception):
    """A newer question of the same page came in."""


class Answer(NamedTuple):
    """Figures of a view beside those of the scenario as it stands, on the same points.

    Attributes
    ----------
    points : int
        Of each of the 32 nets.
    moved : bool
        Whether it is another scenario than the one that stands.
    figures, base : Figures
        Of the view; of the scenario.
    """

    points: int
    moved: bool
    figures: Figures
    base: Figures


class Desk:
    """Answers the questions of pages, one after the other.

    Parameters
    ----------
    scenario : Scenario
        As it stands.
    seed : int
        0 to 2**64 - 1.
    points : int
        Points of each net when the hand rests.
    """

    def __init__(self, scenario: Scenario, *, seed: int, points: int) -> None:
        issuer = scenario.issuers[0].name
        quarter = scenario.quarter_labels()[0]
        with_histograms = [
            f"{FREE_CASH_FLOW}/{issuer}/{quarter}/p50",
            f"market_spread_bp/system/{quarter}/p50",
        ]
        self._first = View(issuer, scenario.calendar_years()[0].label, {}, {}, Moves())
        self._session = Session(scenario, with_histograms, points=points, seed=seed)
        self._moving = min(FIRST, self._session.points)
        self._bases: OrderedDict[tuple[int, str, str], Figures] = OrderedDict()
        self._newest: OrderedDict[str, object] = OrderedDict()
        self._engine, self._pages = Lock(), Lock()
        self._closed = False

    def answer(
        self,
        page: str,
        view: View,
        moved: Scenario | None,
        *,
        fine: bool,
        parts: Collection[Part] = PARTS,
    ) -> Answer:
        """Answer a question.

        Parameters
        ----------
        page : str
            Which page asks.
        view : View
        moved : Scenario or None
            What the view makes of the scenario; None for as it stands.
        fine : bool
            Whether the hand rests.
        parts : collection of str
            Charts that are in sight.

        Raises
        ------
        Overtaken
            If the page asks something newer meanwhile, or the desk closes.
        KernelFault
            See `Session.read`.
        """
        ticket = object()
        with self._pages:
            self._newest.pop(page, None)
            self._newest[page] = ticket
            if len(self._newest) > MOST_PAGES:
                self._newest.popitem(last=False)

        def overtaken() -> bool:
            return self._closed or self._newest.get(page) is not ticket

        with self._engine:
            if overtaken():
                raise Overtaken
            points = self._session.points if fine else self._moving
            try:
                base = self._base(view, points, overtaken)
                began = time.perf_counter()
                figures = base
                if moved is not None:
                    figures = self._read(view, moved, points, overtaken, parts, base.edges)
            except RunStopped:
                raise Overtaken from None
            if moved is not None and not fine:
                self._pace(time.perf_counter() - began)
            return Answer(points, moved is not None, figures, base)

    def warm_up(self) -> None:
        """Load the compiled code, by the answer that most pages ask for first."""
        with suppress(Overtaken):
            self.answer("", self._first, None, fine=False)

    @property
    def points(self) -> int:
        """Points of each net when the hand rests."""
        return self._session.points

    @property
    def draws(self) -> Draws:
        """The points."""
        return self._session.draws

    def lowered(self, scenario: Scenario) -> LoweredScenario:
        """A scenario as it is simulated here."""
        return self._session.lowered(scenario)

    def close(self) -> None:
        """End the engine; what is being computed is dropped."""
        self._closed = True
        self._session.close()

    def _base(self, view: View, points: int, overtaken: Callable[[], bool]) -> Figures:
        """Figures of the scenario as it stands; those looked at last are kept."""
        key = points, view.issuer, view.year
        if key not in self._bases:
            self._bases[key] = self._read(view, None, points, overtaken)
            if len(self._bases) > MOST_BASES:
                self._bases.popitem(last=False)
        self._bases.move_to_end(key)
        return self._bases[key]

    def _read(
        self,
        view: View,
        moved: Scenario | None,
        points: int,
        overtaken: Callable[[], bool],
        parts: Collection[Part] = PARTS,
        ghost: Floats | None = None,
    ) -> Figures:
        return self._session.read(
            lambda totals, lowered: read_figures(totals, lowered, view, parts, ghost),
            {} if moved is None else moved,
            points=points,
            abandoned=overtaken,
        )

    def _pace(self, seconds: float) -> None:
        """Fewer points where an answer took too long, more where twice as many have room."""
        if seconds > AIM:
            wanted = max(self._moving // 2, LEAST)
        elif seconds < 0.5 * AIM:
            wanted = min(self._moving * 2, MOVING)
        else:
            return
        self._moving = min(wanted, self._session.points)
