"""Names that a caller may choose from: issuers, years, metrics."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

import pandas as pd

from capexrisk.report.writing.words import listed

MOST = 12  # names in a message


def one_of(name: str | int, names: Iterable[str], what: str) -> str:
    """A name, if it is one of these.

    Parameters
    ----------
    name : str or int
        An int is a year.
    names : iterable of str
    what : str
        What they are names of, for the message.

    Raises
    ------
    ValueError
        For any other name; the message gives the nearest, or all of them.
    """
    name, known = str(name), list(names)
    if name in known:
        return name
    by_case = {one.casefold(): one for one in known}
    close = get_close_matches(name.casefold(), by_case, n=1, cutoff=0.65)
    hint = f"did you mean {by_case[close[0]]!r}?" if close else f"there are {listed(known, MOST)}"
    raise ValueError(f"{name!r} is no {what} here; {hint}")


def rows_of(table: pd.DataFrame, metric: str, issuer: str, period: str) -> pd.DataFrame:
    """Rows of a tidy table of one metric, issuer and period.

    Raises
    ------
    ValueError
        If there are none; the message names the first part that is wrong.
    """
    parts = (("metric", metric, "metric"), ("issuer", issuer, f"issuer with {metric}"))
    for column, name, what in (*parts, ("period", period, f"period of {metric}")):
        one_of(name, table[column].unique(), what)
        table = table[table[column] == name]
    return table
