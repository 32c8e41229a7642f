"""The words of one boom: what reports call what the model knows by general names."""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field, StringConstraints

from .section import StrictModel

__all__ = ["PHRASE", "Words", "capitalised"]

# Letters and digits of any script, and signs that mean nothing in HTML, Markdown or a formula.
PHRASE: Final = r"^[^\W_]([^\W_]|[ .,+()'-])*$"

Phrase = Annotated[str, StringConstraints(pattern=PHRASE, max_length=40)]


class Words(StrictModel):
    """What reports call the boom and what belongs to it; no number depends on them.

    Texts of the package hold a place for each: ``{anchor}``, or ``{Anchor}`` where a sentence
    begins. Files, columns and keys keep the general names.
    """

    boom: Phrase = Field(
        default="the boom", description='The boom, as after "the share of": "the canals".'
    )
    capacity: Phrase = Field(
        default="capacity", description='What is built, without an article: "canal capacity".'
    )
    anchor: Phrase = Field(
        default="the anchor customer",
        description='The customer whose loss all feel, as after "loss of": "the coal mines".',
    )
    linked: Phrase = Field(
        default="the linked sector",
        description='The sector that shares its lenders, as after "stress of": "shipping".',
    )
    bond_market: Phrase = Field(
        default="bond market",
        description='The market whose spread is drawn, without an article: "loan market".',
    )

    def fill(self, text: str, *labels: str, **names: str) -> str:
        """Put the words into a text of the package.

        Parameters
        ----------
        text : str
            May hold ``{boom}``, ``{capacity}``, ``{anchor}``, ``{linked}``, ``{bond_market}``, and
            the same with a capital letter.
        *labels, **names : str
            For other places, as in `str.format`.

        Examples
        --------
        >>> Words(anchor="the mines").fill("{Anchor} in {}: loss of {anchor}", "1793")
        'The mines in 1793: loss of the mines'
        """
        own: dict[str, Any] = dict(self)
        capitals = {name.capitalize(): capitalised(words) for name, words in own.items()}
        return text.format(*labels, **own, **capitals, **names)


def capitalised(text: str) -> str:
    """A text with a capital first letter, the rest as it is.

    >>> capitalised("loss of the Duke's mines")
    "Loss of the Duke's mines"
    """
    return text[:1].upper() + text[1:]
