"""Where to look for the inputs of an issuer that companyfacts do not give."""

from __future__ import annotations

from typing import Final

__all__ = ["JUDGEMENT", "LOOK_FOR"]

JUDGEMENT: Final = "a judgement; the base's issuers show one with its reason"
LOOK_FOR: Final = {
    "core_revenue_usd_bn_per_year": "the income statement, four quarters added",
    "ocf_usd_bn_per_year": "the cash flow statement, four quarters added",
    "seasonality": "operating cash flow by quarter of three years or more",
    "core_growth_per_year": "guidance and consensus for revenue or operating cash flow",
    "core_sigma_per_sqrt_year": "how far a year's revenue growth has been off its trend",
    "depreciation_amortisation_usd_bn_per_year": "the first lines of the cash flow statement",
    "depreciation_other_usd_bn_per_year": "depreciation by class in the note on property",
    "cash_usd_bn": "the balance sheet: cash, and securities that are current",
    "bonds_usd_bn": "the balance sheet and the note on debt, less what is secured or private",
    "secured_debt_usd_bn": "'secured', 'asset-backed', 'delayed draw' in the note on debt",
    "private_debt_usd_bn": "'private placement', 'credit agreement', 'joint venture' in the notes",
    "coupon_per_year": "the table of notes with their rates; interest paid over mean debt",
    "maturities_by_year_usd_bn": "'future maturities' in the note on debt of the annual report",
    "leases_not_commenced_usd_bn": "'leases that have not yet commenced' in the note on leases",
    "lease_term_years": "the terms told beside them",
    "lease_ramp_quarters": "the years in which they are said to commence",
    "revolver_usd_bn": "'credit facility', 'undrawn', 'available' in the note on debt",
    "market_cap_usd_bn": "shares of all classes on the cover, times the price",
    "spread_bp": "quotes of the firm's bonds, or the index of its rating",
    "buildout_capital_usd_bn": "the note on property: kinds that the build-out adds to, in use",
    "construction_usd_bn": "'construction in progress' in the note on property",
    "other_capital_usd_bn": "the rest of property, plant and equipment",
    "build_lag_years": "construction in progress over a year's capex",
    "contracted_share": "remaining performance obligations against revenue; take-or-pay contracts",
    "capex_by_year_usd_bn": "the guidance for capital expenditures in the results' release",
    "capex_quarter_split": "how last year's capex was spread over its quarters",
    "capex_growth_first_per_year": "what is said of the year after the guidance",
    "buildout_share": "what is said of the build-out as a share of capex",
    "committed": "'purchase commitments' due within a year against planned capex",
    "dividends_usd_bn_per_year": "the cash flow statement, four quarters added",
    "buybacks_usd_bn_per_year": "the cash flow statement, and the authorisation that is left",
    "investments_usd_bn_per_year": "acquisitions and stakes announced",
    "cash_min_usd_bn": "the least cash that the firm has held, or says it needs",
    "high_yield": "the rating: BB+ or lower",
    "leverage_limit": "covenants, and the leverage at which agencies say they would downgrade",
    "finance_lease_share": "assets obtained by finance leases, below the cash flow statement",
    "bond_quarter_cap_usd_bn": "the largest sale of bonds so far",
    "equity_access_per_year": "programmes to sell shares at the market",
    "prepaid_share": "customers' advances and deferred revenue for capacity",
}
