"""Ways to spoil a scenario, each a function of a generator and the tables that it changes."""

from __future__ import annotations

import math
from collections.abc import Callable
from random import Random
from typing import Any

from hypothesis import strategies as st

from tests.hostile.figures import JUNK

Table = dict[str, Any]
Spoiler = Callable[[Random, Table], None]
NAMES = (
    *("../../x", "..", "/etc/passwd", "a/b", "a\\b", "C:x", "\\\\host\\x", "~root"),
    *("<script>alert(1)</script>", "&amp;", '"onload="x', "'", "`id`", "$(id)", "{{ 7 * 7 }}"),
    *("=1+1", "@SUM(1)", "+1", "-1", "a\tb", "a\nb", "a\x00b", "\x7f", "\u202ex", "\ud7ff"),
    *("", " ", ".", "-", "con", "system", "MARKET", "horizon", "Oracle ", "ORACLE", "x" * 41),
    *("x" * 100_000, "\u0130", "\ufb00", "\U0001f4a3", "e\u0301", "Ωmega 2", "A. O. (Smith) + Co"),
)
EVIDENCE = ("", "assumed", "assumed:", "sure: x", "assumed: " + "x" * 100_000, "reported: \x00 <b>")


def _tables_of(table: Table) -> list[Table]:
    """The file itself, its sections, and the tables within these, as far as they are any."""
    found = [table]
    for section in table.values():
        if isinstance(section, dict):
            found += [section, *(inner for inner in section.values() if isinstance(inner, dict))]
    return [one for one in found if one]


def _somewhere(random: Random, table: Table) -> tuple[Table, str]:
    """A table, and a key of it."""
    section = random.choice(_tables_of(table) or [{"": table}])
    return section, random.choice(list(section))


def misspell(random: Random, table: Table) -> None:
    """A letter of a key is missing, comes twice, or is another."""
    section, key = _somewhere(random, table)
    at = random.randrange(len(key)) if key else 0
    letter = random.choice(["", 2 * key[at : at + 1], random.choice("xyz_.- é")])
    section[key[:at] + letter + key[at + 1 :]] = section.pop(key)


def forget(random: Random, table: Table) -> None:
    """A key is missing."""
    section, key = _somewhere(random, table)
    del section[key]


def add(random: Random, table: Table) -> None:
    """A key too many."""
    section, _ = _somewhere(random, table)
    section[random.choice([*NAMES, "extends", "run", "name", "evidence", "capex_0000_usd_bn"])] = 1


def exceed(random: Random, table: Table) -> None:
    """A number beyond every bound, or beside its own."""
    section, key = _somewhere(random, table)
    sizes = [
        math.nan,
        math.inf,
        -math.inf,
        1e308,
        -1e308,
        10**400,
        -(10**30),
        -1.0,
        -1e-300,
        5e-324,
    ]
    size = random.choice([*sizes, 1e8 + 1, 1e3 + 1, 101.0, 5.1, 1.0000001])
    value = section[key]
    if isinstance(value, list) and value and random.random() < 0.7:
        row = random.choice(value) if isinstance(value[0], list) and value[0] else value
        row[random.randrange(len(row))] = size
    else:
        section[key] = size


def lengthen(random: Random, table: Table) -> None:
    """A list of another length; a figure that becomes a list."""
    section, key = _somewhere(random, table)
    value = section[key]
    longer = value if isinstance(value, list) else [value]
    section[key] = random.choice([[], longer[:-1], longer + longer, longer * 1000, [longer]])


def rename(random: Random, table: Table) -> None:
    """An issuer, or the scenario, gets a name out of a bad dream."""
    name = random.choice(NAMES)
    issuers = table.get("issuers")
    if isinstance(issuers, dict) and issuers and random.random() < 0.8:
        issuers[name] = issuers.pop(random.choice(list(issuers)))
    else:
        table["name"] = name


def empty(random: Random, table: Table) -> None:
    """A section without anything in it."""
    table[random.choice(["issuers", "market", "thresholds", "events"])] = {}


def multiply(random: Random, table: Table) -> None:
    """More issuers or events than there may be."""
    issuers = table.get("issuers")
    if isinstance(issuers, dict) and issuers and random.random() < 0.5:
        one = next(iter(issuers.values()))
        issuers |= {f"Issuer {number}": one for number in range(random.choice([64, 65, 300]))}
    else:
        event = {"quarter": table.get("start", "2026Q1"), "what": "anchor_loss"}
        table["events"] = [event] * random.choice([2, 101, 3000])


def vouch(random: Random, table: Table) -> None:
    """Evidence that is none, or of nothing."""
    section, key = _somewhere(random, table)
    section["evidence"] = {random.choice([key, "nothing", "access.bonds"]): random.choice(EVIDENCE)}


def _with_junk(junk: Any) -> Spoiler:
    def replace(random: Random, table: Table) -> None:
        section, key = _somewhere(random, table)
        section[key] = junk

    return replace


spoil: st.SearchStrategy[Spoiler] = st.one_of(
    st.sampled_from(
        [misspell, forget, add, exceed, lengthen, rename, empty, multiply, vouch, exceed]
    ),
    JUNK.map(_with_junk),
)
