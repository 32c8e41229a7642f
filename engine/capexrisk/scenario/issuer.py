"""One issuer of a scenario."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from math import fsum
from typing import Annotated, Any, Final

from pydantic import (
    Field,
    SerializerFunctionWrapHandler,
    Strict,
    StrictInt,
    StringConstraints,
    field_validator,
    model_serializer,
    model_validator,
)

from .field import input_field
from .quantities import (
    Factor,
    Growth,
    Interest,
    Loading,
    Money,
    PositiveBasisPoints,
    PositiveFactor,
    PositiveMoney,
    PositiveYears,
    Seasonality,
    Share,
    ShareBelowOne,
    SignedMoney,
    Volatility,
)
from .section import Refused, Section, by_year_key

__all__ = ["OTHER_FORM", "Issuer", "folded_name", "usable_name"]

SEASONALITY_TOLERANCE = 1e-6  # shares typed with seven digits pass
SPLIT_TOLERANCE = 1e-6
# A slash parts the names of estimates; the others are markup, formulas, or wild cards of a shell.
FORBIDDEN_IN_NAMES = frozenset('/\\"`<>=;:|*?[]{}#%$@^~')
LONGEST_NAME = 60
LONGEST_IN_BYTES = 180  # files are named after issuers, and no name of a file has over 255 bytes
RESERVED_NAMES = ("system", "market")  # labels of results beside the issuers
# What readers of a table take for a missing value, `pandas.read_csv` among them.
NO_VALUE = ("na", "nan", "null", "none")

BY_YEAR = re.compile(r"(capex|maturities)_([0-9]{4})_usd_bn")

# The two fields that may give a list over the quarters: as it is, or shorter.
# Keys that are needed beside another, and what they say of it.
WITH_GUIDANCE: Final = {
    "capex_quarter_split": "the shares that split capex_<year>_usd_bn",
    "capex_growth_first_per_year": "the growth after the guidance",
    "capex_growth_long_run_per_year": "the growth in the long run",
    "capex_growth_fade_years": "the years in which the first growth fades",
}
WITH_LEASES: Final = {
    "lease_term_years": "the term of leases_not_commenced_usd_bn",
    "lease_ramp_quarters": "the ramp of leases_not_commenced_usd_bn",
}
OTHER_FORM = {
    "capex_plan_usd_bn": "capex_by_year_usd_bn",
    "maturities_usd_bn": "maturities_by_year_usd_bn",
    "leases_usd_bn": "leases_not_commenced_usd_bn",
}

MAY_BE_LEFT_OUT = ("maturities_usd_bn", "leases_usd_bn")  # nothing falls due, nothing is leased

EVEN = (1.0, 1.0, 1.0, 1.0)
NEVER = 99.0  # leverage that counts as none

Flag = Annotated[bool, Strict()]
PerQuarter = tuple[Money, ...]
PerYear = dict[StrictInt, Money]
QuarterSplit = Annotated[tuple[Share, ...], Field(min_length=4, max_length=4)]


def folded_name(name: str) -> str:
    """Normalised, case-folded form of a name; no two issuers may share it."""
    return unicodedata.normalize("NFKC", name).casefold()


def usable_name(name: str) -> str:
    """Return the name if an issuer may have it: labels and files are named after it.

    Raises
    ------
    Refused
        If it could be a path, markup or a formula, or looks like another.
    """
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Refused(f"a name of {len(name)} characters", f"give 1 to {LONGEST_NAME}")
    if len(name.encode()) > LONGEST_IN_BYTES:
        raise Refused("a name too long for a file's", f"give {LONGEST_IN_BYTES // 4} characters")
    bad = next((c for c in name if c in FORBIDDEN_IN_NAMES or not c.isprintable()), None)
    if bad is not None:
        raise Refused(
            f"an issuer's name may not contain {bad!r}",
            "use letters, digits, spaces and . , & ' ! - + ( )",
        )
    if not name[0].isalnum() or name.endswith(" "):
        raise Refused(
            f"{name!r} begins or ends badly",
            "begin with a letter or digit, and end without a space",
        )
    if folded_name(name) in RESERVED_NAMES:
        raise Refused(f"{name!r} is a label of the results", "give the issuer another name")
    if folded_name(name) in NO_VALUE:
        raise Refused(f"{name!r} is read as no value in a table", "write the name out")
    return name


class Issuer(Section):
    """An issuer's balance sheet, plans, access and habits; keys as in MODEL.md, with the unit."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]

    # The business at the start
    core_revenue_usd_bn_per_year: PositiveMoney = input_field(
        "Start", "Revenue of the core business, last four quarters", unit="$bn a year"
    )
    ocf_usd_bn_per_year: SignedMoney = input_field(
        "Start", "Operating cash flow, last four quarters", unit="$bn a year"
    )
    seasonality: Seasonality = input_field(
        "Step 8", "Operating cash flow of calendar quarters 1 to 4, mean 1", neutral=EVEN
    )
    core_growth_per_year: Growth = input_field(
        "Step 6", "Growth of core revenue", unit="a year", neutral=0.0
    )
    core_growth_sigma_per_year: Volatility = input_field(
        "Once a path", "Standard deviation of that growth", unit="a year", neutral=0.0
    )
    core_sigma_per_sqrt_year: Volatility = input_field(
        "Step 6", "Volatility of core revenue", unit="per square root of a year", neutral=0.0
    )
    core_beta: Loading = input_field(
        "Step 6", "Correlation of core revenue with the economy", neutral=0.0
    )
    cash_flow_noise: Volatility = input_field(
        "Step 8", "Log standard deviation of a quarter's core cash flow", neutral=0.0
    )
    incremental_margin: Share = input_field(
        "Step 8", "Least cash margin of core revenue that is added", neutral=0.0
    )
    depreciation_amortisation_usd_bn_per_year: Money = input_field(
        "Step 11",
        "Depreciation and amortisation, last four quarters",
        unit="$bn a year",
        neutral=0.0,
    )
    depreciation_other_usd_bn_per_year: Money = input_field(
        "Step 11", "The part of it on other than build-out capital", unit="$bn a year", neutral=0.0
    )
    # The balance sheet at the start
    cash_usd_bn: Money = input_field("Start", "Cash and marketable securities", unit="$bn")
    bonds_usd_bn: Money = input_field(
        "Start", "Bonds and other unsecured debt", unit="$bn", neutral=0.0
    )
    secured_debt_usd_bn: Money = input_field("Start", "Secured debt", unit="$bn", neutral=0.0)
    private_debt_usd_bn: Money = input_field("Start", "Private credit", unit="$bn", neutral=0.0)
    coupon_per_year: Interest = input_field(
        "Start", "Mean interest on all debt", unit="a year", neutral=0.0
    )
    maturities_usd_bn: PerQuarter | None = input_field(
        "Step 10", "Debt falling due in each quarter", unit="$bn", default=None
    )
    maturities_by_year_usd_bn: PerYear = input_field(
        "Step 10", "Debt falling due in a calendar year", unit="$bn", default_factory=dict
    )
    leases_usd_bn: PerQuarter | None = input_field(
        "Step 8", "Payments on new leases in each quarter", unit="$bn", default=None
    )
    leases_not_commenced_usd_bn: Money | None = input_field(
        "Step 8", "Total of leases signed but not yet commenced", unit="$bn", default=None
    )
    lease_term_years: PositiveYears | None = input_field(
        "Step 8", "Term over which they are paid", unit="years", default=None
    )
    lease_ramp_quarters: Annotated[StrictInt, Field(ge=1, le=400)] | None = input_field(
        "Step 8", "Time until all of them have commenced", unit="quarters", default=None
    )
    revolver_usd_bn: Money = input_field(
        "Step 10.6", "Committed undrawn credit lines", unit="$bn", neutral=0.0
    )
    market_cap_usd_bn: Money = input_field("Step 10.7", "Market capitalisation", unit="$bn")
    spread_bp: PositiveBasisPoints = input_field("Step 7", "Bond spread at the start", unit="bp")
    # The build-out
    buildout_capital_usd_bn: Money = input_field(
        "Start", "Build-out capital in service", unit="$bn", neutral=0.0
    )
    construction_usd_bn: Money = input_field(
        "Start", "Build-out capital under construction", unit="$bn", neutral=0.0
    )
    other_capital_usd_bn: Money = input_field(
        "Step 10.2", "Plant outside the build-out, for the asset limit", unit="$bn", neutral=0.0
    )
    build_lag_years: PositiveYears = input_field(
        "Step 4", "Mean time from spending to service", unit="years"
    )
    relative_yield: Factor = input_field(
        "Step 4", "Revenue per $ of build-out capital, relative to the market's yield", neutral=1.0
    )
    contracted_share: Share = input_field(
        "Step 5", "Share of capacity sold take-or-pay", neutral=0.0
    )
    capex_plan_usd_bn: PerQuarter | None = input_field(
        "Step 9", "Planned capex of each quarter", unit="$bn", default=None
    )
    capex_by_year_usd_bn: PerYear = input_field(
        "Step 9",
        "Guided capex of a calendar year, the last of which later years grow from",
        unit="$bn",
        default_factory=dict,
    )
    capex_quarter_split: QuarterSplit | None = input_field(
        "Step 9", "Shares of a guided year's quarters, sum 1", default=None
    )
    capex_growth_first_per_year: Growth | None = input_field(
        "Step 9", "Growth of capex right after the guidance", unit="a year", default=None
    )
    capex_growth_long_run_per_year: Growth | None = input_field(
        "Step 9", "Growth of capex in the long run", unit="a year", default=None
    )
    capex_growth_fade_years: PositiveYears | None = input_field(
        "Step 9", "Time in which the first growth fades", unit="years", default=None
    )
    buildout_share: Share = input_field("Step 11", "Build-out's share of capex")
    committed: Share = input_field("Steps 9, 10.8", "Share of capex that cannot be cut")
    capex_growth_sigma_per_year: Volatility = input_field(
        "Once a path", "Standard deviation of the growth of capex", unit="a year", neutral=0.0
    )
    capex_sigma_per_sqrt_year: Volatility = input_field(
        "Step 9", "Volatility of capex", unit="per square root of a year", neutral=0.0
    )
    capex_beta: Loading = input_field(
        "Step 9", "Correlation of capex with the sector's", neutral=0.0
    )
    discipline_per_year: Factor = input_field(
        "Step 9", "Slowing of capex per 100 bp of widening", unit="a year", neutral=0.0
    )
    # Other uses of cash
    dividends_usd_bn_per_year: Money = input_field(
        "Step 10", "Dividends", unit="$bn a year", neutral=0.0
    )
    buybacks_usd_bn_per_year: Money = input_field(
        "Step 10", "Buybacks while cash allows", unit="$bn a year", neutral=0.0
    )
    investments_usd_bn_per_year: Money = input_field(
        "Step 10",
        "Acquisitions and stakes, while the market is open",
        unit="$bn a year",
        neutral=0.0,
    )
    cash_target_usd_bn: Money = input_field(
        "Step 10.1", "Cash above this is spent first", unit="$bn", neutral=0.0
    )
    cash_min_usd_bn: Money = input_field(
        "Step 10.5", "Cash is never spent below this", unit="$bn", neutral=0.0
    )
    cash_cover_years: Factor = input_field(
        "Step 10", "Cash target in years of the quarter's own capex", unit="years", neutral=0.0
    )
    # Access to money
    leverage_limit: Factor = input_field(
        "Step 10.2", "Owed money over operating cash flow at which bonds end", unit="turns"
    )
    asset_limit: ShareBelowOne = input_field(
        "Step 10.2", "Owed money over assets at which bonds end", neutral=0.0
    )
    high_yield: Flag = input_field(
        "Step 7", "Whether the issuer starts as high yield", neutral=False
    )
    fall_leverage: PositiveFactor = input_field(
        "Step 7",
        "Owed money over operating cash flow at which an issuer falls to high yield, 99 for never",
        unit="turns",
        neutral=NEVER,
    )
    bond_quarter_cap_usd_bn: Money = input_field("Step 10.2", "Most bonds in a quarter", unit="$bn")
    equity_mix: Share = input_field(
        "Step 10.2", "Share of what is asked of markets that is raised as shares", neutral=0.0
    )
    equity_access_per_year: Share = input_field(
        "Step 10.7", "Share of the market value that can be issued", unit="a year", neutral=0.0
    )
    prepaid_share: Share = input_field(
        "Step 10", "Share of build-out capex that customers prepay", neutral=0.0
    )
    finance_lease_share: ShareBelowOne = input_field(
        "Step 10", "Share of capex financed at source by finance leases", neutral=0.0
    )
    secured_advance: Share = input_field(
        "Step 10.3", "Secured debt per $ of build-out capital", neutral=0.0
    )
    private_advance: Share = input_field(
        "Step 10.4", "Private credit per $ of build-out capital", neutral=0.0
    )
    idio_sigma_per_sqrt_year: Volatility = input_field(
        "Step 7",
        "Volatility of the issuer's own spread",
        unit="per square root of a year",
        neutral=0.0,
    )

    @model_validator(mode="before")
    @classmethod
    def _gather_years(cls, table: Any) -> Any:
        """Gather ``capex_2026_usd_bn``, ``capex_2027_usd_bn``, ... into one field."""
        if not isinstance(table, dict):
            return table
        gathered: dict[str, Any] = {}
        for key, value in table.items():
            match = BY_YEAR.fullmatch(key)
            if match is None:
                gathered[key] = value
            else:
                field = f"{match[1]}_by_year_usd_bn"
                gathered[field] = {**gathered.get(field, {}), int(match[2]): value}
        return gathered

    @model_serializer(mode="wrap")
    def _spell_years(self, write: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """Write each year under a key of its own, as in the file: what `_gather_years` reads."""
        table: dict[str, Any] = {}
        for field, value in write(self).items():
            if "_by_year_" in field:
                table |= {by_year_key(field, year): amount for year, amount in value.items()}
            else:
                table[field] = value
        return table

    @field_validator("name")
    @classmethod
    def _usable_name(cls, name: str) -> str:
        return usable_name(name)

    @field_validator("seasonality")
    @classmethod
    def _mean_one(cls, seasonality: Seasonality) -> Seasonality:
        mean = fsum(seasonality) / 4
        if abs(mean - 1) > SEASONALITY_TOLERANCE:
            raise Refused(f"its mean is {mean:.7g}", f"divide each by {mean:.7g}, the mean is 1")
        return seasonality

    @field_validator("capex_quarter_split")
    @classmethod
    def _sum_one(cls, split: QuarterSplit | None) -> QuarterSplit | None:
        if split is not None and abs(sum(split) - 1) > SPLIT_TOLERANCE:
            raise Refused(f"its sum is {sum(split):.7g}", "give four shares that sum to 1")
        return split

    @model_validator(mode="after")
    def _one_form_each(self) -> Issuer:
        for listed, other in OTHER_FORM.items():
            shorter = getattr(self, other)  # None or an empty dict where it is not given
            given = shorter is not None and shorter != {}
            if getattr(self, listed) is not None:
                if given:
                    year = next(iter(shorter)) if isinstance(shorter, dict) else ""
                    key = by_year_key(other, year)
                    raise Refused(f"given beside {key}", "give one of the two", (listed,))
            elif not given and listed not in MAY_BE_LEFT_OUT:
                example = by_year_key(other, "<year>")
                raise Refused("missing", f"give {listed} or {example}", (listed,))
        if self.capex_plan_usd_bn is None:
            self._need(WITH_GUIDANCE)
        if self.leases_not_commenced_usd_bn is not None:
            self._need(WITH_LEASES)
        return self

    def _need(self, keys: Mapping[str, str]) -> None:
        missing = [key for key in keys if getattr(self, key) is None]
        if missing:
            first, *others = missing
            too = f" (missing too: {', '.join(others)})" if others else ""
            raise Refused("missing", f"give {keys[first]}{too}", (first,))
