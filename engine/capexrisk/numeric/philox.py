"""Philox4x32-10: stateless random bits, as a function of an address.

Salmon, Moraes, Dror and Shaw, "Parallel random numbers: as easy as 1, 2, 3" (SC 2011).
Checked against the known-answer vectors published with Random123.
"""

from __future__ import annotations

import numpy as np

from capexrisk.numeric.jit import scalar
from capexrisk.numeric.vecmath import bits_float

MULTIPLIER_0 = np.uint64(0xD2511F53)
MULTIPLIER_1 = np.uint64(0xCD9E8D57)
WEYL_0 = np.uint64(0x9E3779B9)
WEYL_1 = np.uint64(0xBB67AE85)
WORD = np.uint64(0xFFFFFFFF)
HALF = np.uint64(32)
ROUNDS = 10

TO_52_BITS = np.uint64(12)
ONE = np.uint64(0x3FF0000000000000)
ONE_LESS_HALF_STEP = 1.0 - 2.0**-53


@scalar
def product(word, factor):
    """64-bit product of word and factor, both of 32 bits; higher bits of `word` are ignored.

    Processors have an instruction for exactly this, several times faster than a 64-bit product.
    """
    return (word & WORD) * factor


@scalar
def philox(counter_0, counter_1, counter_2, counter_3, key_0, key_1):
    """Four 32-bit words for a 128-bit counter and a 64-bit key, all held in uint64.

    Bits of a word above its 32 are cleared only at the end, not in every round.
    """
    for _ in range(ROUNDS):
        product_0 = product(counter_0, MULTIPLIER_0)
        product_1 = product(counter_2, MULTIPLIER_1)
        counter_0 = (product_1 >> HALF) ^ counter_1 ^ key_0
        counter_2 = (product_0 >> HALF) ^ counter_3 ^ key_1
        counter_1 = product_1
        counter_3 = product_0
        key_0 = (key_0 + WEYL_0) & WORD
        key_1 = (key_1 + WEYL_1) & WORD
    return counter_0 & WORD, counter_1 & WORD, counter_2 & WORD, counter_3 & WORD


@scalar
def uniform(high, low):
    """Uniform number on the grid (j + 1/2) 2**-52, j = 0..2**52 - 1, from two 32-bit words.

    It is strictly between 0 and 1, so that its logarithm and its normal quantile are finite.
    The bits are written into the mantissa of a number in [1, 2): one exact step fewer than a
    conversion from integer, for which AVX2 has no instruction.
    """
    fraction = ((high << HALF) | low) >> TO_52_BITS
    return bits_float(np.int64(fraction | ONE)) - ONE_LESS_HALF_STEP
