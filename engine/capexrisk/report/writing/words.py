"""The field's words for what the tidy table calls by short names."""

CAUSES = {
    "window": "market window",
    "leverage": "leverage limit",
    "rationing": "rationing",
    "tenant": "tenant lost",
    "glut": "glut",
    "overspending": "overspending",
}
TIERS = {
    "first_negative_fcf": "A year of negative free cash flow",
    "no_buyback": "A quarter without the planned buyback",
    "need_beyond_cash": "Need beyond spare cash",
    "capex_cut": "Capex cut for want of funding",
    "funding_failure": "Funding failure",
    "net_debt_positive": "Net debt",
    "fallen_angel": "Fallen angel: above its leverage limit",
}
# Said instead where the event cannot happen, and the table has no row for it.
IMPOSSIBLE = {
    "no_buyback": "No buyback is planned",
    "fallen_angel": "Starts above its leverage limit",
}
CHANNELS = {
    "bonds": "Bonds",
    "secured": "Secured (ABS, CMBS)",
    "private": "Private credit",
    "revolver": "Revolver",
    "equity": "Equity",
    "finance_leases": "Finance leases",
}
# Parts of a scenario that are no issuer's.
SECTIONS = {"market": "Market", "thresholds": "Thresholds", "events": "Events"}
LONGEST_LABEL = 20
NUMBERS = ("No", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten")


def at_least(count: int, issuers: int) -> str:
    """Label of "this many issuers or more".

    >>> [at_least(k, 3) for k in (1, 2, 3)]
    ['Any issuer', 'Two or more', 'All three']
    """
    number = NUMBERS[count] if count < len(NUMBERS) else str(count)
    if count == 1:
        return "Any issuer"
    return f"All {number.lower()}" if count == issuers else f"{number} or more"


def counted(number: int, noun: str) -> str:
    """A number with its noun.

    >>> counted(1, "path"), counted(20_000, "path")
    ('1 path', '20,000 paths')
    """
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def shortened(name: str) -> str:
    """A name for a label; of a long one the beginning and the end, which tell it from others.

    >>> shortened("Nebulous Compute Holdings 12")
    'Nebulous Co…dings 12'
    """
    if len(name) <= LONGEST_LABEL:
        return name
    return f"{name[: LONGEST_LABEL - 9]}…{name[-8:]}"


def listed(names: list[str], most: int | None = None) -> str:
    """Names in a sentence; at most `most` of them, then how many more there are.

    >>> listed(["A", "B", "C"]), listed(["A", "B", "C", "D"], 2)
    ('A, B and C', 'A, B and 2 more')
    """
    if most is not None and len(names) > most:
        names = [*names[:most], f"{len(names) - most:,} more"]
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} and {names[-1]}"


def unbroken(text: str) -> str:
    """Replace spaces by non-breaking ones, except before brackets.

    >>> unbroken("about 1 in 20 (5.0–5.4 %)").count(" ")
    1
    """
    return text.replace(" ", "\N{NO-BREAK SPACE}").replace("\N{NO-BREAK SPACE}(", " (")
