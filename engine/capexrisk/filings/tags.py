"""Which tags may tell an item, in order; which of them counts is decided by dates."""

from __future__ import annotations

from typing import Final

CAPEX: Final = (
    "PaymentsToAcquirePropertyPlantAndEquipment",
    "PaymentsToAcquireProductiveAssets",
    "PaymentsToAcquireOtherProductiveAssets",
    "PaymentsToDevelopRealEstateAssets",
    "PaymentsForCapitalImprovements",
    "PaymentsToExploreAndDevelopOilAndGasProperties",
    "PaymentsToAcquireOilAndGasPropertyAndEquipment",
)
REVENUE: Final = (
    "Revenues",
    "RevenueFromContractWithCustomerExcludingAssessedTax",
    "RevenueFromContractWithCustomerIncludingAssessedTax",
    "SalesRevenueNet",
)
DEPRECIATION_AMORTISATION: Final = (
    "DepreciationDepletionAndAmortization",
    "DepreciationAmortizationAndAccretionNet",
    "DepreciationAndAmortization",
)
DEPRECIATION: Final = "Depreciation"
AMORTISATION: Final = "AmortizationOfIntangibleAssets"
# Alive beside depreciation alone, they say that it is not the whole of the cash flow's line.
OTHER_AMORTISATION: Final = (
    "AmortizationOfIntangible",
    "AmortizationOfAcquired",
    "AdjustmentForAmortization",
    "CapitalizedComputerSoftwareAmortization",
    "OtherDepreciationAndAmortization",
)
# The total first, which holds what preferred shares get.
DIVIDENDS: Final = ("PaymentsOfDividends", "PaymentsOfDividendsCommonStock")
OTHER_DIVIDENDS: Final = (
    "PaymentsOfDividends",
    "PaymentsOfOrdinaryDividends",
    "PaymentsOfCapitalDistribution",
    "DividendsCommonStock",
    "Dividends",
)
BUYBACKS: Final = ("PaymentsForRepurchaseOfCommonStock",)
OTHER_BUYBACKS: Final = (
    "PaymentsForRepurchaseOf",
    "StockRepurchased",
    "TreasuryStockValueAcquired",
)
INTEREST: Final = ("InterestExpense", "InterestExpenseNonoperating", "InterestExpenseDebt")
CAPITALISED_INTEREST: Final = "InterestCostsCapitalized"
LEASE_INTEREST: Final = "FinanceLeaseInterestExpense"
NEW_FINANCE_LEASES: Final = "RightOfUseAssetObtainedInExchangeForFinanceLeaseLiability"
FINANCE_LEASES: Final = (
    "FinanceLeaseLiability",
    "FinanceLeaseLiabilityNoncurrent",
    "FinanceLeasePrincipalPayments",
)

CASH: Final = "CashAndCashEquivalentsAtCarryingValue"
SECURITIES: Final = (
    "MarketableSecuritiesCurrent",
    "ShortTermInvestments",
    "AvailableForSaleSecuritiesDebtSecuritiesCurrent",
)
CASH_AND_SECURITIES: Final = "CashCashEquivalentsAndShortTermInvestments"

# Long-term debt without what falls due within a year; those with finance leases say which to take.
NONCURRENT: Final = {
    "LongTermDebtNoncurrent": "",
    "LongTermNotesAndLoans": "",
    "LongTermNotesPayable": "",
    "LongTermDebtAndCapitalLeaseObligations": "FinanceLeaseLiabilityNoncurrent",
}
CURRENT_WITH_SHORT_TERM: Final = "DebtCurrent"
CURRENT: Final = {
    "LongTermDebtCurrent": "",
    "NotesPayableCurrent": "",
    "LongTermDebtAndCapitalLeaseObligationsCurrent": "FinanceLeaseLiabilityCurrent",
}
SHORT_TERM: Final = ("CommercialPaper", "ShortTermBorrowings", "OtherShortTermBorrowings")
SECURED: Final = "SecuredDebt"
PARTS: Final = ("SeniorNotes", "UnsecuredDebt", SECURED, "LineOfCredit")
# Totals that only check the sum: carrying or face value, with or without short-term debt.
TOTALS: Final = (
    "DebtLongtermAndShorttermCombinedAmount",
    "LongTermDebt",
    "LongTermDebtAndCapitalLeaseObligationsIncludingCurrentMaturities",
)
FACE_VALUE: Final = "DebtInstrumentCarryingAmount"
LADDER: Final = "LongTermDebtMaturitiesRepaymentsOfPrincipal"
REST_OF_YEAR: Final = LADDER + "RemainderOfFiscalYear"
RUNGS: Final = tuple(
    LADDER + rung
    for rung in ("InNextTwelveMonths", "InYearTwo", "InYearThree", "InYearFour", "InYearFive")
)
AFTER: Final = LADDER + "AfterYearFive"
