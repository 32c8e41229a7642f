#!/usr/bin/env bash
# scipy 1.17.1: `scipy.stats.qmc.Sobol(d, seed=1)` and `Sobol(d, rng=1)` are different points.
#
# A user would guess: SciPy 1.15 renamed the keyword `seed` to `rng`, both work for an interim
# period, and the documentation says of an integer that it goes to `numpy.random.default_rng`, as
# that of `seed` did before; so the same integer gives the same net.
# Seen: `seed=1` gives the points that it gave in 1.14.1; `rng=1` gives others, those of
# `rng=default_rng(1)`. No warning is raised, and the same holds for Halton and Latin hypercubes.
# So a net that is reproduced by its seed is another net once the keyword is renamed.
#
# Needs Python 3.11 to 3.13 and a package index. Fails if the behaviour changes.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
for pins in "scipy==1.14.1 numpy==2.2.6" "scipy==1.17.1 numpy==2.4.6"; do
    "${PYTHON:-python3}" -m venv --clear "$folder/venv"
    # shellcheck disable=SC2086 # two words on purpose
    "$folder/venv/bin/pip" install --quiet --disable-pip-version-check $pins
    "$folder/venv/bin/python" -W error - "$folder/points.npy" <<'PYTHON'
import os
import sys

import numpy as np
import scipy
from scipy.stats import qmc

kept = sys.argv[1]
engines = (qmc.Sobol, qmc.Halton, qmc.LatinHypercube)
by_seed = np.array([engine(d=2, seed=1).random(4) for engine in engines])
print(f"scipy {scipy.__version__}, Sobol(2, seed=1), first point: {by_seed[0, 0]}")
if not os.path.exists(kept):
    np.save(kept, by_seed)  # those of the old version
    sys.exit()
by_rng = np.array([engine(d=2, rng=1).random(4) for engine in engines])
by_generator = np.array([engine(d=2, rng=np.random.default_rng(1)).random(4) for engine in engines])
print(f"scipy {scipy.__version__}, Sobol(2, rng=1),  first point: {by_rng[0, 0]}")
assert np.array_equal(by_seed, np.load(kept)), "seed=1 no longer gives the points of 1.14.1"
assert np.array_equal(by_rng, by_generator), "rng=1 is no longer default_rng(1)"
for engine, one, other in zip(engines, by_seed, by_rng, strict=True):
    assert not np.array_equal(one, other), f"{engine.__name__}: seed=1 and rng=1 agree now"
print("as stated: the integer is the same, the points are not")
PYTHON
done
