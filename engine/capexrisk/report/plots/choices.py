"""Names that a caller may choose from: issuers, years, metrics."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from capexrisk.archive.results import Results
from capexrisk.errors import suggest


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
    raise ValueError(f"{name!r}: no such {what}; {suggest(name, known)}")


def refuse_means(results: Results, what: str) -> None:
    """Refuse a run that collected too little for a plot.

    Raises
    ------
    ValueError
    """
    if results.manifest.run.collect != "everything":
        raise ValueError(f'{what}: this run has no such figures; run with collect="everything"')


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
