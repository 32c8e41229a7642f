"""The scenario of the library whose market new ones take, unless told otherwise."""

from __future__ import annotations

from pathlib import Path
from typing import Final

DEFAULT_MARKET: Final = Path("configs/hyperscalers-2026.toml")
