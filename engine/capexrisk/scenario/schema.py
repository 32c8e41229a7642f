"""A whole scenario: everything that decides what is simulated."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from functools import cached_property
from math import fsum
from typing import Annotated, Any, Final, Self

from pydantic import (
    Field,
    Strict,
    StrictInt,
    StringConstraints,
    field_validator,
    model_validator,
)

from capexrisk.model.vocabulary import REGIMES

from . import case, profiles
from .event import ScheduledEvent
from .field import input_field
from .issuer import Issuer, folded_name
from .market import Market, Thresholds
from .opening import refuse_books, refuse_no_capacity, start_of
from .quarters import QUARTER, CalendarYear, calendar_years, parse_quarter, quarter_labels
from .section import Refused, StrictModel, given
from .uncertainty import Uncertainty
from .words import Words

__all__ = ["FROM_A_FILE", "MOST_ISSUERS", "MOST_QUARTERS", "NAME", "Scenario"]

MOST_ISSUERS: Final = 64
MOST_EVENTS: Final = 100
MOST_QUARTERS: Final = 80
FROM_A_FILE: Final = "give a Scenario, as load_scenario() returns it"
NAME: Final = r"^[A-Za-z0-9][A-Za-z0-9 ._+-]{0,79}$"

Text = Annotated[str, StringConstraints(max_length=4000)]


class Scenario(StrictModel):
    """Market, issuers and horizon. Build one with `load_scenario` or `scenario_from_case`."""

    name: Annotated[
        str,
        StringConstraints(pattern=NAME),
        Field(description="Short name, for file names and tables."),
    ]
    title: Text = Field(default="", description="One line for the head of a report.")
    description: Text = Field(default="", description="What the scenario says, in prose.")
    as_of: Annotated[dt.date, Strict(), Field(description="Day on which its inputs were known.")]
    start: str = Field(
        description="First quarter, such as 2026Q1.", json_schema_extra={"pattern": QUARTER}
    )
    quarters: Annotated[StrictInt, Field(ge=1, le=MOST_QUARTERS)] = Field(
        description="Length of the horizon, quarters."
    )
    words: Words = Field(
        default_factory=Words, description="What reports call the boom; no number depends on it."
    )
    market: Market
    issuers: tuple[Issuer, ...]
    thresholds: Thresholds
    events: tuple[ScheduledEvent, ...] = input_field(
        "", "What happens in given quarters, on every path", neutral=()
    )
    uncertainty: Uncertainty = Field(
        default_factory=Uncertainty,
        description="How uncertain the inputs are; no path of this scenario depends on it.",
    )

    def model_copy(self, *, update: Mapping[str, Any] | None = None, deep: bool = False) -> Self:
        """A copy with other values of some fields, which are checked as those of a file are.

        Raises
        ------
        ScenarioError
            If a value is refused, or there is no such field.
        """
        if not update:
            return super().model_copy(deep=deep)
        from .files.messages import Places, validate  # late: messages speak of all records

        content = {field: getattr(self, field) for field in type(self).model_fields}
        places = Places(self.name)
        places.issuers = [(issuer.name, frozenset()) for issuer in self.issuers]
        return validate(type(self), {**content, **{k: given(v) for k, v in update.items()}}, places)

    @property
    def start_quarter(self) -> int:
        """Calendar quarter (1 to 4) of the first quarter."""
        return parse_quarter(self.start)[1]

    def quarter_labels(self) -> list[str]:
        """Labels of the quarters, ``["2026Q1", ...]``."""
        return quarter_labels(self.start, self.quarters)

    def calendar_years(self) -> list[CalendarYear]:
        """Calendar years with the quarters of each that lie inside the horizon."""
        return calendar_years(self.start, self.quarters)

    @cached_property
    def parameters(self) -> dict[str, Any]:
        """All parameters under the names of MODEL.md, lists over the quarters expanded.

        Worked out once and shared: not to be changed.

        Returns
        -------
        dict
            ``quarters``, ``market`` (``regime0`` as 0, 1 or 2), ``issuers`` (a list of dicts),
            ``thresholds`` and ``events``; plain floats, ints, strings, lists and dicts, money in
            $bn.
        """
        quarters = self.quarter_labels()
        market = case.parameters(self.market)
        return {
            "quarters": self.quarters,
            "market": {**market, "regime0": REGIMES.index(self.market.regime0)},
            "issuers": [
                self.issuer_parameters(index, issuer) for index, issuer in enumerate(self.issuers)
            ],
            "thresholds": case.parameters(self.thresholds),
            "events": [event.model_case(quarters) for event in self.events],
        }

    def model_case(self) -> dict[str, Any]:
        """What is stored and digested: `parameters` without those at their neutral values.

        A new copy each time; `scenario_from_case` is the way back.
        """
        return case.without_neutral(type(self), self.parameters)

    def start_capacity_to_demand(self) -> float:
        """Glut G_0 of MODEL.md: revenue capacity of all issuers over demand at the start."""
        weighted = fsum(i.relative_yield * i.buildout_capital_usd_bn for i in self.issuers)
        capacity = self.market.revenue_yield_per_year * weighted
        return capacity / self.market.demand0_usd_bn_per_year

    def issuer_parameters(
        self, index: int, issuer: Issuer, exp: Callable[[Any], Any] | None = None
    ) -> dict[str, Any]:
        """Parameters of an issuer with this number; `exp` as for `profiles.capex_plan`."""
        horizon = (issuer, self.start, self.quarters)
        try:
            return {
                **case.parameters(issuer),
                "capex_plan": profiles.capex_plan(*horizon, exp),
                "maturities": profiles.maturities(*horizon),
                "leases": profiles.leases(*horizon),
            }
        except Refused as refused:
            at = ("issuers", index, *refused.at)
            raise Refused(refused.value, refused.hint, at) from None

    @field_validator("start")
    @classmethod
    def _a_quarter(cls, start: str) -> str:
        try:
            parse_quarter(start)
        except ValueError:
            raise Refused(
                f"{start!r} is not a quarter", 'give a year and a quarter, "2026Q1"'
            ) from None
        return start

    @field_validator("issuers")
    @classmethod
    def _some_issuers(cls, issuers: tuple[Issuer, ...]) -> tuple[Issuer, ...]:
        if not 1 <= len(issuers) <= MOST_ISSUERS:
            raise Refused(f"has {len(issuers)} issuers", f"give 1 to {MOST_ISSUERS}")
        seen: dict[str, str] = {}
        for index, issuer in enumerate(issuers):
            other = seen.setdefault(folded_name(issuer.name), issuer.name)
            if other != issuer.name or index != [i.name for i in issuers].index(issuer.name):
                raise Refused(
                    f"the same name as {other!r}", "give each issuer a name of its own", (index,)
                )
        if sum(issuer.buildout_capital_usd_bn for issuer in issuers) <= 0:
            raise Refused(
                "buildout_capital_usd_bn of all issuers sums to 0", "give at least one issuer some"
            )
        return issuers

    @field_validator("events")
    @classmethod
    def _each_event_once(cls, events: tuple[ScheduledEvent, ...]) -> tuple[ScheduledEvent, ...]:
        if len(events) > MOST_EVENTS:
            raise Refused(f"has {len(events)} events", f"give {MOST_EVENTS} at most")
        for index, event in enumerate(events):
            same = (event.quarter, event.what)
            if same in [(other.quarter, other.what) for other in events[:index]]:
                raise Refused(
                    f"a second {event.what} in {event.quarter}", "give one, of their size", (index,)
                )
        return events

    @model_validator(mode="after")
    def _events_lie_inside_the_horizon(self) -> Scenario:
        labels = self.quarter_labels()
        for index, event in enumerate(self.events):
            if event.quarter not in labels:
                raise Refused(
                    f"{event.quarter!r} is not a quarter of the horizon",
                    f"give one of {labels[0]} to {labels[-1]}",
                    ("events", index, "quarter"),
                )
        return self

    @model_validator(mode="after")
    def _lists_fit_the_horizon_and_books_the_market(self) -> Scenario:
        refuse_no_capacity(self.parameters)
        start = start_of(self.parameters)
        for index, issuer in enumerate(self.parameters["issuers"]):
            refuse_books(index, issuer, self.parameters["market"], start)
        return self
