"""One issuer of a scenario."""

from __future__ import annotations

import re
import unicodedata
from typing import Annotated, Any

from pydantic import Field, StrictInt, StringConstraints, field_validator, model_validator

from .quantities import (
    Factor,
    Growth,
    Interest,
    Loading,
    Money,
    PositiveBasisPoints,
    PositiveMoney,
    PositiveYears,
    Seasonality,
    Share,
    ShareBelowOne,
    Volatility,
)
from .section import Refused, Section

__all__ = ["BY_YEAR", "FORMS", "Issuer", "folded_name", "usable_name"]

SEASONALITY_TOLERANCE = 1e-6  # figures typed with seven digits pass
SPLIT_TOLERANCE = 1e-6
FORBIDDEN_IN_NAMES = frozenset("/\\\"'`,<>=;:|*?[]{}#%$@^~&!")
LONGEST_NAME = 40
RESERVED_NAMES = ("system", "market")  # labels of results beside the issuers

BY_YEAR = re.compile(r"(capex|maturities)_([0-9]{4})_usd_bn")

# The two ways to give a list over the quarters: as it is, or by the key (or pattern) beside it.
FORMS = {
    "capex_plan_usd_bn": re.compile(r"capex_[0-9]{4}_usd_bn"),
    "maturities_usd_bn": re.compile(r"maturities_[0-9]{4}_usd_bn"),
    "leases_usd_bn": re.compile(r"leases_not_commenced_usd_bn"),
}

PerQuarter = tuple[Money, ...]
PerYear = dict[StrictInt, Money]
QuarterSplit = Annotated[tuple[Share, ...], Field(min_length=4, max_length=4)]


def folded_name(name: str) -> str:
    """Form in which two issuer names count as one."""
    return unicodedata.normalize("NFKC", name).casefold()


def usable_name(name: str) -> str:
    """The name itself, if an issuer may have it: labels and files are named after it.

    Raises
    ------
    Refused
        If it could be a path, markup or a formula, or looks like another.
    """
    if not 1 <= len(name) <= LONGEST_NAME:
        raise Refused(f"a name of {len(name)} characters", f"give 1 to {LONGEST_NAME}")
    bad = next((c for c in name if c in FORBIDDEN_IN_NAMES or not c.isprintable()), None)
    if bad is not None:
        raise Refused(
            f"an issuer's name may not contain {bad!r}",
            "use letters, digits, spaces and . - + ( )",
        )
    if not name[0].isalnum() or name.endswith(" "):
        raise Refused(
            f"{name!r} begins or ends badly",
            "begin with a letter or digit, and end without a space",
        )
    if folded_name(name) in RESERVED_NAMES:
        raise Refused(f"{name!r} is a label of the results", "give the issuer another name")
    return name


class Issuer(Section):
    """An issuer's balance sheet, plans, access and habits; keys as in MODEL.md."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=LONGEST_NAME)]

    core_revenue_usd_bn_per_year: PositiveMoney = Field(
        description="Start. Revenue of the core business, last four quarters, $bn."
    )
    ocf_usd_bn_per_year: PositiveMoney = Field(
        description="Start. Operating cash flow, last four quarters, $bn."
    )
    cash_usd_bn: Money = Field(description="Start. Cash and marketable securities, $bn.")
    bonds_usd_bn: Money = Field(description="Start. Bonds and other unsecured debt, $bn.")
    secured_debt_usd_bn: Money = Field(description="Start. Secured debt, $bn.")
    private_debt_usd_bn: Money = Field(description="Start. Private credit, $bn.")
    coupon_per_year: Interest = Field(description="Start. Mean interest on all debt, a year.")
    ai_capital_usd_bn: Money = Field(description="Start. AI capital in service, $bn.")
    construction_usd_bn: Money = Field(description="Start. AI capital under construction, $bn.")
    seasonality: Seasonality = Field(
        description="Step 8. Operating cash flow of calendar quarters 1 to 4, mean 1."
    )
    dividends_usd_bn_per_year: Money = Field(description="Step 10. Dividends, $bn a year.")
    buybacks_usd_bn_per_year: Money = Field(
        description="Step 10. Buybacks while cash allows, $bn a year."
    )
    market_cap_usd_bn: Money = Field(description="Step 10.7. Market capitalisation, $bn.")
    spread_bp: PositiveBasisPoints = Field(description="Step 7. Bond spread at the start, bp.")
    credit_tier: Factor = Field(
        description="Step 10.2. Exponent of bond access: above 1 is shut out earlier."
    )
    leverage_limit: Factor = Field(
        description="Step 10.2. Owed money over operating cash flow at which bonds end, turns."
    )
    prefund: Factor = Field(
        description="Step 10.2. Bonds wished for ahead of need, as a share of capex."
    )
    finance_lease_share: ShareBelowOne = Field(
        description="Step 10. Share of capex financed at source by finance leases."
    )
    depreciation_amortisation_usd_bn_per_year: Money = Field(
        description="Step 11. Depreciation and amortisation, last four quarters, $bn."
    )
    depreciation_other_usd_bn_per_year: Money = Field(
        description="Step 11. The part of it on other than AI capital, $bn a year."
    )
    cash_target_usd_bn: Money = Field(description="Step 10.1. Cash above this is spent first, $bn.")
    cash_min_usd_bn: Money = Field(description="Step 10.5. Cash is never spent below this, $bn.")
    revolver_usd_bn: Money = Field(description="Step 10.6. Committed undrawn credit lines, $bn.")
    core_growth_per_year: Growth = Field(description="Step 6. Growth of core revenue, a year.")
    core_growth_sigma_per_year: Volatility = Field(
        description="Once a path. Standard deviation of that growth, a year."
    )
    core_sigma_per_sqrt_year: Volatility = Field(
        description="Step 6. Volatility of core revenue, per square root of a year."
    )
    core_beta: Loading = Field(description="Step 6. Correlation of core revenue with the economy.")
    capex_growth_sigma_per_year: Volatility = Field(
        description="Once a path. Standard deviation of the growth of capex, a year."
    )
    capex_sigma_per_sqrt_year: Volatility = Field(
        description="Step 9. Volatility of capex, per square root of a year."
    )
    capex_beta: Loading = Field(description="Step 9. Correlation of capex with the sector's.")
    relative_yield: Factor = Field(
        description="Step 4. Revenue per $ of AI capital, relative to the market's yield."
    )
    contracted_share: Share = Field(description="Step 5. Share of AI capacity sold take-or-pay.")
    idio_sigma_per_sqrt_year: Volatility = Field(
        description="Step 7. Volatility of the issuer's own spread, per square root of a year."
    )
    discipline_per_year: Factor = Field(
        description="Step 9. Slowing of capex a year per 100 bp of widening."
    )
    committed: Share = Field(description="Steps 9, 10.8. Share of capex that cannot be cut.")
    ai_share: Share = Field(description="Step 11. AI share of capex.")
    bond_quarter_cap_usd_bn: Money = Field(description="Step 10.2. Most bonds in a quarter, $bn.")
    build_lag_years: PositiveYears = Field(
        description="Step 4. Mean time from spending to service, years."
    )
    secured_advance: Share = Field(description="Step 10.3. Secured debt per $ of AI capital.")
    private_advance: Share = Field(description="Step 10.4. Private credit per $ of AI capital.")
    equity_access_per_year: Share = Field(
        description="Step 10.7. Share of the market value that can be issued in a year."
    )

    capex_plan_usd_bn: PerQuarter | None = Field(
        default=None, description="Step 9. Planned capex, $bn in each quarter."
    )
    capex_by_year_usd_bn: PerYear = Field(
        default_factory=dict, description="Step 9. Guided capex of a calendar year, $bn."
    )
    capex_quarter_split: QuarterSplit | None = Field(
        default=None, description="Step 9. Shares of a guided year's quarters, sum 1."
    )
    capex_growth_first_per_year: Growth | None = Field(
        default=None, description="Step 9. Growth of capex right after the guidance, a year."
    )
    capex_growth_long_run_per_year: Growth | None = Field(
        default=None, description="Step 9. Growth of capex in the long run, a year."
    )
    capex_growth_fade_years: PositiveYears | None = Field(
        default=None, description="Step 9. Time in which the first growth fades, years."
    )
    maturities_usd_bn: PerQuarter | None = Field(
        default=None, description="Step 10. Debt falling due, $bn in each quarter."
    )
    maturities_by_year_usd_bn: PerYear = Field(
        default_factory=dict, description="Step 10. Debt falling due in a calendar year, $bn."
    )
    leases_usd_bn: PerQuarter | None = Field(
        default=None, description="Step 8. Payments on new leases, $bn in each quarter."
    )
    leases_not_commenced_usd_bn: Money | None = Field(
        default=None, description="Step 8. Total of leases signed but not yet commenced, $bn."
    )
    lease_term_years: PositiveYears | None = Field(
        default=None, description="Step 8. Term over which they are paid, years."
    )
    lease_ramp_quarters: Annotated[StrictInt, Field(ge=1, le=400)] | None = Field(
        default=None, description="Step 8. Quarters until all of them have commenced."
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

    @field_validator("name")
    @classmethod
    def _usable_name(cls, name: str) -> str:
        return usable_name(name)

    @field_validator("seasonality")
    @classmethod
    def _mean_one(cls, seasonality: Seasonality) -> Seasonality:
        mean = sum(seasonality) / 4
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
    def _check_cash(self) -> Issuer:
        if self.cash_min_usd_bn > self.cash_target_usd_bn:
            raise Refused(
                f"{self.cash_min_usd_bn!r} is above cash_target_usd_bn, "
                f"{self.cash_target_usd_bn!r}",
                "give the target or less",
                ("cash_min_usd_bn",),
            )
        return self

    @model_validator(mode="after")
    def _one_form_each(self) -> Issuer:
        figures = self.figures()
        for listed, pattern in FORMS.items():
            guided = next((key for key in figures if pattern.fullmatch(key)), None)
            example = pattern.pattern.replace("[0-9]{4}", "<year>")
            if (listed in figures) == (guided is None):
                continue
            if guided is None:
                raise Refused("missing", f"give {listed} or {example}", (listed,))
            raise Refused(f"given beside {guided}", "give one of the two", (listed,))
        if self.capex_plan_usd_bn is None:
            self._need("capex_quarter_split", "the shares that split capex_<year>_usd_bn")
            self._need("capex_growth_first_per_year", "the growth after the guidance")
            self._need("capex_growth_long_run_per_year", "the growth in the long run")
            self._need("capex_growth_fade_years", "the years in which the first growth fades")
        if self.leases_usd_bn is None:
            self._need("lease_term_years", "the term of leases_not_commenced_usd_bn")
            self._need("lease_ramp_quarters", "the ramp of leases_not_commenced_usd_bn")
        return self

    def _need(self, key: str, meaning: str) -> None:
        if getattr(self, key) is None:
            raise Refused("missing", f"give {meaning}", (key,))
