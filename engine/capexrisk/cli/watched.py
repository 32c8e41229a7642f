"""``python -m capexrisk.cli.watched``: the command, which ends when whoever started it is gone."""

from __future__ import annotations

import os
import signal
import sys
from threading import Thread

__all__ = ["end_with_input"]


def end_with_input() -> None:
    """End this process as Ctrl-C does, once its standard input is closed.

    A pipe is closed by the system when the process at its other end is killed.
    """
    Thread(target=_wait, name="capexrisk-watch", daemon=True).start()


def _wait() -> None:
    while os.read(sys.stdin.fileno(), 1):
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == "__main__":
    from capexrisk.cli.main import main

    end_with_input()
    main()
