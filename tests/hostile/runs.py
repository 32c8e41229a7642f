"""Thousands of run directories with noise in their files: what came of reading them.

``python -m tests.hostile.runs --count 40000`` prints the table of tests/README.md.
"""

from __future__ import annotations

import argparse
import tempfile
from collections import Counter
from pathlib import Path
from random import Random

from tests.hostile import stored


def main() -> None:
    """Try as many as asked for."""
    parser = argparse.ArgumentParser(prog="python -m tests.hostile.runs", description=__doc__)
    parser.add_argument("--count", type=int, default=40_000)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    random, outcomes = Random(chosen.seed), Counter[str]()
    with tempfile.TemporaryDirectory() as folder:
        directory = Path(folder) / "run"
        whole = stored.write_run(directory)
        for _ in range(chosen.count):
            outcomes[stored.spoil_bytes(directory, whole, random)] += 1
    print(dict(outcomes))


if __name__ == "__main__":
    main()
