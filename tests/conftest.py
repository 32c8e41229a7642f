"""Settings of the whole test run."""

import os

import hypothesis

from capexrisk.report import pool

# Commands in this process draw alone: two workers of the tests have two cores already.
pool.MOST = 0

# No window, whatever the machine: before anything imports matplotlib.
os.environ.setdefault("MPLBACKEND", "Agg")

# deadline: the first example pays for compiling. derandomize: the same examples in every run, so
# that a failure is the change's and not the day's. `HYPOTHESIS_PROFILE=search make test` looks
# further.
hypothesis.settings.register_profile("suite", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("search", deadline=None, max_examples=2_000)
hypothesis.settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "suite"))
