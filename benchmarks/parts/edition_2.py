"""The frozen peers of the model's second edition, compared with each other."""

from __future__ import annotations

from typing import Any

from benchmarks.parts.implementations import compare, entries_of
from benchmarks.peers.edition_2.contract import contract_case
from benchmarks.settings import Settings

PEERS = ("edition_2.numpy_peer", "edition_2.jax_peer")


def measure(settings: Settings) -> dict[str, Any]:
    return {"rows": compare(entries_of(PEERS, contract_case()), settings)}
