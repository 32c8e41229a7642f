"""A notebook shows every plot: the style must not take back that matplotlib is interactive."""

from __future__ import annotations

import os
import subprocess
import sys

# As a notebook's back end does: interactive from when it is loaded, which a first plot causes.
BACKEND = """
import matplotlib
from matplotlib.backends.backend_agg import *
matplotlib.interactive(True)
"""
SCRIPT = """
import matplotlib
from capexrisk.report.plots.canvas import drawing

class Empty(dict): pass

try:
    with drawing(Empty(), None):
        raise KeyError
except KeyError:
    pass
print(matplotlib.is_interactive())
"""


def test_interactive_stays_interactive(tmp_path):
    (tmp_path / "shown_at_once.py").write_text(BACKEND)
    found = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        env={**os.environ, "MPLBACKEND": "module://shown_at_once", "PYTHONPATH": str(tmp_path)},
        capture_output=True,
        text=True,
        timeout=120,
        check=True,
    )
    assert found.stdout == "True\n"
