"""The engine serves any boom: no word of a single one stands in it, but in its examples.

Firms are named where an issuer is an example of an argument.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ENGINE = Path(__file__).parents[2] / "engine"
# What earlier editions called what is general now.
FORMER = "renamed.py"
KINDS = (".py", ".md", ".html", ".j2", ".css", ".js", ".mplstyle")
FILES = [
    path
    for path in sorted(ENGINE.rglob("*"))
    if path.suffix in KINDS
    and path.parent.name != "vendor"  # libraries of others, as they are
    and path.name != FORMER
    and "shipped" not in path.parts  # links, to what is of one boom
]
OF_ONE_BOOM = re.compile(
    r"\bAI\b|\b[Aa]i_|_ai\b|artificial intelligence|tenant|(?<!\"|r)software|hyperscal|data.?cent"
    r"|\bGPU|\bchips?\b|\bLLMs?\b|semiconductor|telecom|fibre|shipping line|\bLNG\b"
    r"|OpenAI|Anthropic|Nvidia",
    re.IGNORECASE,
)
# Examples name files and issuers of the library: a doctest, to the next empty line.
EXAMPLE = re.compile(r'^ *>>> .*\n(?:(?!.*""").*\S.*\n)*', re.MULTILINE)


# The scenario whose market new ones take, unless told otherwise: named in one place.
NAMED = 'DEFAULT_MARKET: Final = "hyperscalers-2026"'


def _found(text: str) -> list[str]:
    """Words of one boom in a text, without its examples."""
    text = EXAMPLE.sub("", text).replace(NAMED, "")
    return [match[0] for match in OF_ONE_BOOM.finditer(text)]


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ENGINE)))
def test_no_word_of_one_boom_is_left(path: Path) -> None:
    assert _found(path.read_text("utf-8")) == []


def test_it_would_be_found() -> None:
    text = 'x = "AI capex"\n    >>> load("hyperscalers")\n    6 data centres\n    """\n    GPUs\n'
    assert _found(text) == ["AI", "GPU"]
