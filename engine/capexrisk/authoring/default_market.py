"""The scenario of the library whose market new ones take, unless told otherwise."""

from __future__ import annotations

from typing import Final

DEFAULT_MARKET: Final = "hyperscalers-2026"  # of the library, wherever one stands
