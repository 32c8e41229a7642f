"""The address of the explorer, and who may ask for it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final, Self

from capexrisk.errors import ArgumentError

__all__ = ["LOOPBACK", "Address", "query_of"]

LOOPBACK: Final = "127.0.0.1"


@dataclass(frozen=True)
class Address:
    """Where the explorer is: port, token and query of a page's address.

    Attributes
    ----------
    port : int
        0 for a free one.
    token : str
        First part of every path.
    query : str
        What is moved; see `view.read_view`.
    """

    port: int
    token: str
    query: str = ""

    @classmethod
    def new(cls, query: str = "") -> Self:
        """An address that nobody knows: another port and another token at each start."""
        return cls(0, secrets.token_urlsafe(24), query)

    @property
    def origin(self) -> str:
        """Scheme, host and port."""
        return f"http://{self.host}"

    @property
    def host(self) -> str:
        """Host and port, as a browser sends them."""
        return f"{LOOPBACK}:{self.port}"

    @property
    def link(self) -> str:
        """The whole address."""
        return f"{self.origin}/{self.token}/" + (f"?{self.query}" if self.query else "")

    def knows(self, path: str) -> str | None:
        """What follows the token of a path; None where the token is wrong or missing."""
        _, token, rest = (*path.split("/", 2), "", "")[:3]
        right = secrets.compare_digest(token.encode(), self.token.encode())
        return rest if right and path.count("/") > 1 else None


def query_of(link: str) -> str:
    """What a link says is moved: all that follows its question mark, or that alone.

    Port and token of a link are never taken: whoever sent it knows them.

    Raises
    ------
    ArgumentError
        If it moves nothing.
    """
    before, mark, query = link.strip().partition("?")
    if not mark:
        if "://" in before or "=" not in before:
            problem = f"{link!r} says nothing of what is moved; give what follows its ?"
            raise ArgumentError("link", problem)
        query = before
    return query.partition("#")[0]
