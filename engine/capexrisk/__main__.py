"""``python -m capexrisk``: the command without its script."""

from __future__ import annotations

from capexrisk.cli.main import main

if __name__ == "__main__":
    main()
