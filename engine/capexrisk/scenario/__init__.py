"""WHAT is simulated: frozen records from TOML, with a digest and a source for every figure."""

from .digest import digest
from .files.editor import json_schema
from .files.load import load_run_section, load_scenario, scenario_from_case
from .plan import RunSection
from .quarters import CalendarYear, calendar_years, quarter_labels
from .schema import Scenario
from .sources import FigureSource, sources

__all__ = [
    "CalendarYear",
    "FigureSource",
    "RunSection",
    "Scenario",
    "calendar_years",
    "digest",
    "json_schema",
    "load_run_section",
    "load_scenario",
    "quarter_labels",
    "scenario_from_case",
    "sources",
]
