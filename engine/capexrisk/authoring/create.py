"""A scenario from nothing: its sources are read, put together, and written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from capexrisk.errors import ArgumentError, ScenarioError, whole_number_in_range
from capexrisk.filings import draft
from capexrisk.filings.scenario_file import refuse_two_files
from capexrisk.scenario import Scenario, quarter_labels
from capexrisk.scenario.files.location import located
from capexrisk.scenario.files.paths import write_path
from capexrisk.scenario.quarters import parse_quarter
from capexrisk.scenario.schema import MOST_QUARTERS

from .default_market import DEFAULT_MARKET
from .filed import firm_of
from .firms import Firm, merged, read_firms
from .new import Inherited, new_scenario
from .surroundings import NEUTRAL, Surroundings, neutral_surroundings, surroundings_of
from .written import write_scenario

__all__ = ["NewScenario", "first_quarter", "market_of", "new"]


@dataclass(frozen=True)
class NewScenario:
    """A scenario that is not yet a file.

    Attributes
    ----------
    text : str
        Its file, TOML.
    firms : tuple of Firm
        Their figures, each with its evidence and its place.
    inherited : tuple of Inherited
        Figures that nobody gave: from the market's scenario, or from a rule.
    warnings : tuple of str
        What is doubtful in filings, with their file.
    """

    text: str
    firms: tuple[Firm, ...]
    inherited: tuple[Inherited, ...]
    warnings: tuple[str, ...]

    def write(self, path: Path | str) -> Scenario:
        """Write the file, whole or not at all; what it says is checked as a run does.

        Raises
        ------
        ScenarioError
            It is refused; of a figure the place is where it was given.
        OSError
        """
        try:
            return write_scenario(Path(path), self.text)
        except ScenarioError as refused:
            raise self._at_its_source(refused) from None

    def _at_its_source(self, refused: ScenarioError) -> ScenarioError:
        for firm in self.firms:
            for key, given in firm.figures.items():
                if refused.key.partition("[")[0] == write_path(("issuers", firm.name, key)):
                    return ScenarioError(f"{given.place}: {key}", refused.value, refused.hint)
        return refused


def new(
    facts: Iterable[Path | str] = (),
    *,
    table: Path | str | None = None,
    market: Path | str = DEFAULT_MARKET,
    start: str | None = None,
    quarters: int = 12,
    as_of: dt.date | None = None,
    name: str = "new",
) -> NewScenario:
    """A scenario from firms' filings, from a table of firms, or from both.

    What a firm does not tell is taken from the market's scenario, or by a rule, and listed in
    `inherited`. Where filings and the table tell a figure of the same firm, the table counts.

    Parameters
    ----------
    facts : iterable of pathlib.Path or str
        Companyfacts files of the SEC, one a firm.
    table : pathlib.Path or str, optional
        CSV or a workbook, as ``capexrisk new --table`` writes it.
    market : pathlib.Path or str, optional
        Scenario whose market, ranges and habits are taken over; or "neutral", a market that stays
        open and still.
    start : str, optional
        First quarter, such as 2026Q4. Default: that of `as_of`.
    quarters : int
    as_of : date, optional
        Day of the scenario; later filings do not count. Default: today.
    name : str
        Its short name.

    Raises
    ------
    ArgumentError
        There is no firm, or an argument is none.
    FilingsError, TableError
        A source cannot be used.
    ScenarioError
        A firm lacks revenue, cash flow, cash, or a plan; the market's file is wrong.

    Examples
    --------
    >>> import capexrisk as cr
    >>> facts = "tests/unit/filings/companyfacts/alphabet.json"
    >>> made = cr.new([facts], market="neutral", as_of=dt.date(2026, 2, 13))
    >>> made.firms[0].name, len(made.inherited) > 10
    ('Alphabet', True)
    """
    day = dt.date.today() if as_of is None else as_of
    first = first_quarter(start, day)
    around = market_of(market)
    quarters = whole_number_in_range("quarters", quarters, 1, MOST_QUARTERS)
    labels = quarter_labels(first, quarters)
    drafts = [(path, draft(Path(path), as_of=day)) for path in facts]
    filed = [firm_of(drafted, str(path), labels) for path, drafted in drafts]
    refuse_two_files([firm.name for firm in filed])
    firms = merged(filed, [] if table is None else read_firms(Path(table)))
    if not firms:
        raise ArgumentError("facts", "no firm; give companyfacts files, or a table of firms")
    made = new_scenario(name, firms, around, start=first, quarters=quarters, as_of=day)
    return NewScenario(
        text=made.text,
        firms=tuple(firms),
        inherited=tuple(made.inherited),
        warnings=tuple(f"{path}: {line}" for path, one in drafts for line in one.warnings),
    )


def first_quarter(start: str | None, day: dt.date) -> str:
    """The first quarter: as given, or that of a day.

    Raises
    ------
    ArgumentError
    """
    first = start or f"{day.year}Q{(day.month + 2) // 3}"
    try:
        parse_quarter(first)
    except ValueError:
        problem = f"{first!r} is not a quarter; give one such as 2026Q4"
        raise ArgumentError("start", problem) from None
    return first


def market_of(market: Path | str) -> Surroundings:
    """The market that stands around new firms.

    Raises
    ------
    ArgumentError
        There is no such file.
    ScenarioError
        The file is no scenario.
    """
    if str(market) == NEUTRAL:
        return neutral_surroundings()
    if not located(market).is_file():
        raise ArgumentError("market", f"there is no {market}; give a scenario, or {NEUTRAL}")
    return surroundings_of(Path(market))
