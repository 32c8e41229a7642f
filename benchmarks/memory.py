"""Peak memory of a run as the number of paths grows: it must not.

    python benchmarks/memory.py [PATHS ...]

Each run is a process of its own, as `capexrisk run` is; the compiler's cache is warm.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parent.parent
CHILD = """
import resource, sys
import capexrisk as cr
scenario = cr.load_scenario(sys.argv[1])
results = cr.simulate(scenario, paths=int(sys.argv[2]), seed=1)
unit = 2**20 if sys.platform == "darwin" else 2**10  # bytes there, KiB elsewhere
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / unit
seconds = results.manifest["times"]["simulation_seconds"]
print(f"{int(sys.argv[2]):>12,} {peak:>10.0f} {seconds:>10.1f}")
"""


def main() -> None:
    scenario = str(ROOT / "configs" / "hyperscalers-2026.toml")
    print(f"{'paths':>12} {'peak MB':>10} {'seconds':>10}")
    for paths in sys.argv[1:] or ["100000", "1000000", "10000000"]:
        subprocess.run([sys.executable, "-c", CHILD, scenario, paths], check=True)


if __name__ == "__main__":
    main()
