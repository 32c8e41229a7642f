"""Events: what a scenario says will happen in a given quarter, on every path."""

from __future__ import annotations

from typing import Annotated, Any, Final, Literal

from pydantic import Field, StringConstraints, model_validator

from .market import REGIMES
from .quantities import Number
from .quarters import QUARTER
from .section import CONFIDENCES, Record, Refused, split_evidence

__all__ = ["Event"]

What = Literal["technology_shock", "spread_jump", "market_regime", "software_stress", "tenant_loss"]
# Sizes above `least` and below `most`, and what they are.
_SIZES: Final = {
    "technology_shock": (0.0, 1.0, "share of AI demand that is lost, more than 0 and less than 1"),
    "spread_jump": (-1.0, 100.0, "rise of the market spread, 0.5 for half as much again"),
    "software_stress": (-100.0, 100.0, "software stress added"),
}


class Event(Record):
    """Something that happens in a quarter, beside what is drawn."""

    quarter: str = Field(
        description="Quarter in which it happens, such as 2026Q2.",
        json_schema_extra={"pattern": QUARTER},
    )
    what: What = Field(description="What happens.")
    size: Annotated[Number, Field(gt=-100.0, lt=100.0)] | None = Field(
        default=None,
        description="Technology shock: share of AI demand lost. Spread jump: relative rise. "
        "Software stress: what is added.",
    )
    regime: Literal["open", "stressed", "shut"] | None = Field(
        default=None, description="Market regime: the one that the bond market is put into."
    )
    evidence: Annotated[str, StringConstraints(max_length=4000)] = Field(
        default="", description='"confidence: source, address".'
    )

    def model_case(self, quarters: list[str]) -> dict[str, Any]:
        """The event under MODEL.md's names, its quarter as a place among `quarters`."""
        case: dict[str, Any] = {"quarter": quarters.index(self.quarter), "what": self.what}
        if self.size is not None:
            case["size"] = self.size
        if self.regime is not None:
            case["regime"] = REGIMES.index(self.regime)
        return case

    @model_validator(mode="after")
    def _has_what_it_takes(self) -> Event:
        if self.what in _SIZES:
            least, most, meaning = _SIZES[self.what]
            if self.size is None:
                raise Refused("missing", f"give the {meaning}", ("size",))
            if not least < self.size < most:
                raise Refused(f"{self.size:g} is out of range", f"give the {meaning}", ("size",))
        elif self.size is not None:
            raise Refused(f"a {self.what} has no size", "remove it", ("size",))
        if self.what == "market_regime" and self.regime is None:
            raise Refused("missing", f"give one of {', '.join(REGIMES)}", ("regime",))
        if self.what != "market_regime" and self.regime is not None:
            raise Refused(f"a {self.what} has no regime", "remove it", ("regime",))
        if self.evidence:
            confidence, source = split_evidence(self.evidence)
            if confidence not in CONFIDENCES or not source:
                raise Refused(
                    f"{self.evidence!r} is no evidence",
                    f"write a confidence ({', '.join(CONFIDENCES)}), a colon and the source",
                    ("evidence",),
                )
        return self
