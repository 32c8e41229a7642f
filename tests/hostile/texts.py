"""Texts of scenario files that would take a machine, or make a reader stumble."""

from __future__ import annotations

DEEP = ".".join("a" * 60)
MEGABYTE = 2**20 - 20
TEXTS = {
    "nothing": "",
    "a comment": "#" * MEGABYTE,
    "a null": 'name = "a\0b"',
    "two marks of order": "\ufeff\ufeffquarters = 1",
    "a key twice": "quarters = 1\nquarters = 2",
    "a table over a key": "market = 1\n[market]\ntax = 1",
    "lists in lists": "x = " + "[" * 5_000 + "]" * 5_000,
    "tables in tables": "x = " + "{a = " * 5_000 + "1" + "}" * 5_000,
    "a deep key": "a." * 3_000 + "a = 1",
    "a deep key of the market": "market." + "a." * 900 + "a = 1",
    "a deep table": f"[issuers.{'.'.join('a' * 2_000)}]\nx = 1",
    "a deep evidence": f"[market]\nevidence.{'.'.join('a' * 2_000)} = 1",
    "deep keys in tables in tables": f"x = {f'{{{DEEP} = ' * 25}1{'}' * 25}",
    "the deepest key": ("a." * 10**6)[: MEGABYTE // 8] + "a = 1",
    "an endless number": "quarters = 1" + "0" * 500_000,
    "an endless fraction": "quarters = 0." + "1" * 500_000,
    "an endless hexadecimal": "quarters = 0x" + "f" * 500_000,
    "an endless key": "x" * 1_000_000 + " = 1",
    "an endless word": 'start = "' + "x" * 1_000_000 + '"',
    "an endless list": "x = [" + "1," * 500_000 + "]",
    "endless keys": "".join(f"k{number} = 1\n" for number in range(80_000)),
    "endless issuers": "".join(f"[issuers.i{number}]\n" for number in range(40_000)),
    "endless defaults": "".join(f"[issuers.i{n}]\nx=1\n" for n in range(30_000)),
    "endless events": "[[events]]\nquarter = '2026Q1'\nwhat = 'anchor_loss'\n" * 15_000,
    "endless groups": "".join(f"[uncertainty.groups.g{n}]\n" for n in range(30_000)),
    "endless correlations": "[[uncertainty.correlations]]\ngroups = ['a', 'b']\n" * 15_000,
    "endless inputs": "[uncertainty.groups.a]\ninputs = [" + "'market.tax'," * 70_000 + "]",
    "endless tables of a list": "[[events]]\n" * 90_000,
    "an escape that is none": 'name = "\\ud800"',
    "a date that is none": "as_of = 2026-02-30",
    "carriage returns": "quarters = 1\rstart = '2026Q1'\r",
}
