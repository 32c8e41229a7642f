"""The address of the explorer, and who may ask for it."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import Final, Self
from urllib.parse import urlsplit

from capexrisk.errors import ArgumentError

__all__ = ["LOOPBACK", "Address"]

LOOPBACK: Final = "127.0.0.1"
LEAST_TOKEN: Final = 16  # characters; a new one has 32, of 192 random bits
MOST_TOKEN: Final = 64


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
    def new(cls) -> Self:
        """An address that nobody knows."""
        return cls(0, secrets.token_urlsafe(24))

    @classmethod
    def of(cls, link: str) -> Self:
        """The address of a link; what follows its question mark alone is enough.

        Raises
        ------
        ArgumentError
            If it is not one of an explorer.
        """
        parts = urlsplit(link.strip())
        if not parts.netloc:
            return cls(0, cls.new().token, parts.query or parts.path.removeprefix("?"))
        token = parts.path.strip("/")
        try:
            port = parts.port
        except ValueError:
            port = None
        sound = token.replace("-", "").replace("_", "").isalnum() and token.isascii()
        if parts.hostname != LOOPBACK or not port or not sound:
            problem = f"is no address of an explorer; give http://{LOOPBACK}:PORT/TOKEN/?..."
            raise ArgumentError("link", problem)
        if not LEAST_TOKEN <= len(token) <= MOST_TOKEN:
            raise ArgumentError("link", "its token is too short or too long; copy all of it")
        return cls(port, token, parts.query)

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
