"""Scheduled events: what happens in a given quarter, on every path."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal, NamedTuple

from pydantic import Field, StringConstraints, model_validator

from capexrisk.model.vocabulary import REGIMES

from .field import InputField
from .quantities import Number
from .quarters import QUARTER
from .section import Refused, StrictModel, refuse_no_evidence

__all__ = ["EVENTS", "SIZES", "ScheduledEvent"]

What = Literal["demand_shock", "spread_jump", "market_regime", "linked_stress", "anchor_loss"]


class Size(NamedTuple):
    """Open interval in which the size of a kind of event lies."""

    above: float
    below: float


SIZES: Final = {
    "demand_shock": Size(0.0, 1.0),
    "spread_jump": Size(-1.0, 100.0),
    "linked_stress": Size(-100.0, 100.0),
}
# What the number or word of each kind of event means.
EVENTS: Final = {
    "demand_shock": InputField(
        "Events", "Share of demand that is lost, more than 0 and less than 1"
    ),
    "spread_jump": InputField("Events", "Rise of the market spread, 0.5 for half as much again"),
    "linked_stress": InputField("Events", "Stress of {linked} added"),
    "market_regime": InputField("Events", "Regime that the bond market is put into"),
    "anchor_loss": InputField("Events", "Loss of {anchor}"),
}


class ScheduledEvent(StrictModel):
    """Something that happens in a quarter, beside what is drawn."""

    quarter: str = Field(
        description="Quarter in which it happens, such as 2026Q2.",
        json_schema_extra={"pattern": QUARTER},
    )
    what: What = Field(description="What happens.")
    size: Annotated[Number, Field(gt=-100.0, lt=100.0)] | None = Field(
        default=None,
        description="Demand shock: share of demand lost. Spread jump: relative rise. "
        "Stress of the linked sector: what is added.",
    )
    regime: Literal["open", "stressed", "shut"] | None = Field(
        default=None, description="Market regime: the one that the bond market is put into."
    )
    evidence: Annotated[str, StringConstraints(max_length=4000)] = Field(
        default="", description='"confidence: source, address".'
    )

    @property
    def value(self) -> float | str:
        """Its size or its regime; "" if it has neither."""
        if self.size is not None:
            return self.size
        return "" if self.regime is None else self.regime

    def model_case(self, quarters: list[str]) -> dict[str, Any]:
        """The event under MODEL.md's names, its quarter as a place among `quarters`."""
        case: dict[str, Any] = {"quarter": quarters.index(self.quarter), "what": self.what}
        if self.size is not None:
            case["size"] = self.size
        if self.regime is not None:
            case["regime"] = REGIMES.index(self.regime)
        return case

    @model_validator(mode="after")
    def _has_what_it_takes(self) -> ScheduledEvent:
        if self.what in SIZES:
            above, below = SIZES[self.what]
            meaning = EVENTS[self.what].meaning
            hint = f"give the {meaning[:1].lower()}{meaning[1:]}"
            if self.size is None:
                raise Refused("missing", hint, ("size",))
            if not above < self.size < below:
                raise Refused(f"{self.size:g} is out of range", hint, ("size",))
        elif self.size is not None:
            raise Refused(f"a {self.what} has no size", "remove it", ("size",))
        if self.what == "market_regime" and self.regime is None:
            raise Refused("missing", f"give one of {', '.join(REGIMES)}", ("regime",))
        if self.what != "market_regime" and self.regime is not None:
            raise Refused(f"a {self.what} has no regime", "remove it", ("regime",))
        if self.evidence:
            refuse_no_evidence(self.evidence, ("evidence",))
        return self
