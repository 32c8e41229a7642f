"""What is needed later is loaded while paths are simulated, which needs no Python."""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module
from threading import Thread


def load_meanwhile(*modules: str) -> None:
    """Load modules in a thread; an error of one is met, and told, where it is used."""
    Thread(target=_load, args=(modules,)).start()


def _load(modules: tuple[str, ...]) -> None:
    with suppress(Exception):
        for module in modules:
            import_module(module)
