"""Direction numbers of the Sobol sequence, as chosen by Joe and Kuo.

S. Joe and F. Y. Kuo, "Constructing Sobol sequences with better two-dimensional projections",
SIAM Journal on Scientific Computing 30 (2008), 2635-2654; their list new-joe-kuo-6.21201.
"""

from __future__ import annotations

import hashlib
from functools import cache
from importlib.resources import files

import numpy as np
from numpy.typing import NDArray

from capexrisk.errors import KernelFault
from capexrisk.kernel.points import DIGITS

MOST_DIMENSIONS = 21_201
CHECKSUM = "4288084eaa2087d8357d08e491e877f013c47bd8381c37d846ae8bc298c757ed"


@cache
def _table() -> tuple[NDArray[np.int64], NDArray[np.uint64]]:
    """Primitive polynomials, as bits, and initial odd numbers (dimensions, 18), from the file."""
    file = files("capexrisk.points") / "data" / "joe-kuo-21201.npz"
    found = hashlib.sha256(file.read_bytes()).hexdigest()
    if found != CHECKSUM:
        raise KernelFault(f"{file.name}: is not the file this version came with; install it again")
    with file.open("rb") as stream, np.load(stream, allow_pickle=False) as table:
        return table["poly"].astype(np.int64), table["vinit"].astype(np.uint64)


@cache
def direction_numbers(dimensions: int) -> NDArray[np.uint64]:
    """Direction numbers of the first dimensions, (DIGITS, dimensions); read-only.

    Number j of a dimension is added, without carries, to every point whose index has digit j: its
    highest bit is worth 1/2, and bit 63 - j is its last.

    Parameters
    ----------
    dimensions : int
        1 to MOST_DIMENSIONS.
    """
    polynomials, first = (part[:dimensions] for part in _table())
    degrees = np.frexp(polynomials)[1] - 1  # the number of bits, less one
    odd = np.ones((DIGITS, dimensions), dtype=np.uint64)  # all 1 in dimension 1
    for degree in range(1, int(degrees.max()) + 1):
        members = np.flatnonzero(degrees == degree)
        known = min(degree, DIGITS)
        odd[:known, members] = first[members, :known].T
        for j in range(known, DIGITS):
            number = odd[j - degree, members] ^ (odd[j - degree, members] << np.uint64(degree))
            for back in range(1, degree):
                holds = (polynomials[members] >> (degree - back)) & 1
                number ^= (odd[j - back, members] << np.uint64(back)) * holds.astype(np.uint64)
            odd[j, members] = number
    numbers = odd << (63 - np.arange(DIGITS, dtype=np.uint64))[:, None]
    numbers.flags.writeable = False
    return numbers
