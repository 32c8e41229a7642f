"""Names that a caller may choose from: issuers, years, metrics."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from capexrisk.archive.results import Results
from capexrisk.errors import suggest
from capexrisk.estimate.metrics import HORIZON


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


def rows_of(
    table: pd.DataFrame, metric: str, issuer: str, period: str | int | None, what: str = "metric"
) -> pd.DataFrame:
    """Rows of a tidy table of one metric, issuer and period.

    Parameters
    ----------
    table : DataFrame
    metric, issuer : str
    period : str or int or None
        None for the whole horizon, or for the last of the periods of what has no such row.
    what : str
        What there is of each metric, for the message.

    Raises
    ------
    ValueError
        If there are none; the message names the first part that is wrong.
    """
    for column, name, kind in (
        ("metric", metric, what),
        ("issuer", issuer, f"issuer with {metric}"),
    ):
        one_of(name, table[column].unique(), kind)
        table = table[table[column] == name]
    periods = list(table["period"].unique())
    if period is None:
        # Of quarters and years, in any order: a quarter sorts after the year that it ends.
        period = HORIZON if HORIZON in periods else max(periods)
    return table[table["period"] == one_of(period, periods, f"period of {metric}")]
