"""What is simulated: frozen records read from TOML, with a digest and evidence for each input."""

from .changes import change_events, change_inputs
from .digest import digest, digest_of_uncertainty
from .files.editor import json_schema
from .files.load import (
    load_run_section,
    load_scenario,
    load_with_run_section,
    scenario_from_case,
)
from .inputs import Bounds, Input, inputs, overrides_of
from .plan import RunSection
from .quarters import CalendarYear, calendar_years, quarter_labels
from .schema import Scenario
from .words import Words

__all__ = [
    "Bounds",
    "CalendarYear",
    "Input",
    "RunSection",
    "Scenario",
    "Words",
    "calendar_years",
    "change_events",
    "change_inputs",
    "digest",
    "digest_of_uncertainty",
    "inputs",
    "json_schema",
    "load_run_section",
    "load_scenario",
    "load_with_run_section",
    "overrides_of",
    "quarter_labels",
    "scenario_from_case",
]
