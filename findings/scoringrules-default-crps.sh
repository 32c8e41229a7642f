#!/usr/bin/env bash
# scoringrules 0.10.0: the default of `crps_ensemble` favours ensembles that are too narrow.
#
# A user would guess: the default estimates the score of the distribution that the members are drawn
# from, so that on average an ensemble from the truth scores best.
# Seen: the default estimator "qd" scores the members' own step function, which is worse by
# E|X - X'| / (2 m) for m members. With 5 members from the truth, N(0, 1), the mean score is 0.677,
# while the truth scores 0.564; members from N(0, 0.7) score 0.657, better than the truth's.
# `estimator="pwm"` and "fair" give 0.564 for the first and put the truth first.
#
# Needs Python 3.11 to 3.13 and a package index. Fails if the behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
"${PYTHON:-python3}" -m venv "$folder/venv"
"$folder/venv/bin/pip" install --quiet --disable-pip-version-check \
    scoringrules==0.10.0 numpy==2.4.6 scipy==1.17.1
"$folder/venv/bin/python" - <<'PYTHON'
from importlib.metadata import version

import numpy as np
import scoringrules

random = np.random.default_rng(1)
outcomes = random.standard_normal(200_000)
members = random.standard_normal((200_000, 5))  # from the same law as the outcomes
exact = 1.0 / np.sqrt(np.pi)  # score of N(0, 1) under itself


def score(spread: float, **options: str) -> float:
    """Mean score of five members from N(0, spread)."""
    return float(scoringrules.crps_ensemble(outcomes, spread * members, **options).mean())


print(f"scoringrules {version('scoringrules')}; the truth scores {exact:.3f}")
for options in ({}, {"estimator": "pwm"}, {"estimator": "fair"}):
    print(f"{options or 'default'}: truth {score(1.0, **options):.3f}, ", end="")
    print(f"too narrow {score(0.7, **options):.3f}")
assert score(1.0) > exact + 0.1, "the default is no longer biased"
assert score(0.7) < score(1.0), "the default no longer favours members that are too narrow"
for name in ("pwm", "fair"):
    assert abs(score(1.0, estimator=name) - exact) < 0.005, name
    assert score(1.0, estimator=name) < score(0.7, estimator=name), name
print("as stated: by default members that are too narrow score better than those of the truth")
PYTHON
