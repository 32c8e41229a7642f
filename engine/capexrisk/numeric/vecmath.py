"""Branch-free exp, log and related functions, which LLVM vectorises.

`math.exp` and `math.log` are calls into the C library and keep a loop scalar. These are
straight-line arithmetic on the bits of a double, so a loop over paths that contains them
vectorises to the full width of the machine. Errors are tested in ulps against mpmath.
NaN in gives NaN out, so that a path that went wrong is noticed.
"""

from __future__ import annotations

from typing import Any

from llvmlite import ir
from numba import types
from numba.core import cgutils
from numba.extending import intrinsic

from capexrisk.numeric.jit import scalar

LOG2_E = 1.4426950408889634
LN2_HIGH = 6.93147180369123816490e-01  # fdlibm's split: n * LN2_HIGH is exact for |n| < 2**20
LN2_LOW = 1.90821492927058770002e-10
ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it rounds to the nearest integer
ROUND_BITS = 0x4338000000000000
TWO_52 = 4503599627370496.0
TWO_52_BITS = 0x4330000000000000
ONE_BITS = 0x3FF0000000000000
SQRT_HALF_BITS = 0x3FE6A09E667F3BCD
FRACTION = 0x000FFFFFFFFFFFFF

EXP_MIN = -708.0
EXP_TOP = ROUND + 1024.0  # 2**1024 is inf


@intrinsic
def float_bits(typing_context: Any, x: Any) -> Any:
    """The 64 bits of a double as an integer."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.IntType(64))

    return types.int64(types.float64), generate


@intrinsic
def bits_float(typing_context: Any, bits: Any) -> Any:
    """The double with these 64 bits."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.bitcast(args[0], ir.DoubleType())

    return types.float64(types.int64), generate


@intrinsic
def trailing_zeros(typing_context: Any, bits: Any) -> Any:
    """Index of the lowest set bit of a nonzero word."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        return builder.cttz(args[0], ir.Constant(ir.IntType(1), 1))

    return types.uint64(types.uint64), generate


@intrinsic
def where(typing_context: Any, condition: Any, x: Any, y: Any) -> Any:
    """x where the condition holds, else y; without a branch, which `x if condition else y` is."""

    def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
        holds = context.cast(builder, args[0], condition, types.boolean)
        return builder.select(holds, args[1], args[2])

    return types.float64(condition, types.float64, types.float64), generate


def _extreme(name: str) -> Any:
    @intrinsic
    def extreme(typing_context: Any, x: Any, y: Any) -> Any:
        def generate(context: Any, builder: Any, signature: Any, args: Any) -> Any:
            double = ir.DoubleType()
            kind = ir.FunctionType(double, [double, double])
            function = cgutils.get_or_insert_function(builder.module, kind, f"llvm.{name}.f64")
            return builder.call(function, args, fastmath=("nnan", "nsz"))

        return types.float64(types.float64, types.float64), generate

    return extreme


# Of two numbers, neither NaN: LLVM is told so. On a path that is not finite either may come out;
# the quarantine, which looks at other rows, leaves it out. A choice by comparison, as `at_most` is,
# becomes a store under a mask if one of the two is what the row holds already: on processors with
# AVX2 but without AVX-512 that may take ten times as long as a store.
minimum, maximum = _extreme("minnum"), _extreme("maxnum")


@scalar
def at_most(x, bound):
    """min(x, bound) that passes a NaN in `x` through."""
    return bound if x > bound else x


@scalar
def at_least(x, bound):
    """max(x, bound) that passes a NaN in `x` through."""
    return bound if x < bound else x


@scalar
def positive_part(x):
    """x where x > 0, else 0; NaN stays NaN."""
    return 0.0 if x < 0.0 else x


@scalar
def nan_if_beyond(x):
    """0 for |x| < 1e144, else NaN, as for NaN: the squares of a trillion such x still add up."""
    scaled = x * 1e10
    return 0.0 * (scaled * scaled)


@scalar
def nan_if_square_beyond(x):
    """0 for x < 1e288, a sum of squares of numbers below 1e144, else NaN, as for NaN."""
    return 0.0 * (x * 1e20)


@scalar
def exp(x):
    """e**x within 1 ulp for -708 <= x <= 709.4; inf above, e**-708 (3e-308) below.

    x = n ln 2 + r with |r| <= ln 2 / 2; e**r by a minimax polynomial of degree 11 (Remez), within
    4e-18, with two terms fewer than Taylor's, even and odd terms summed separately to halve the
    chain of products; 2**n by writing n into the exponent.
    """
    x = at_least(x, EXP_MIN)
    shifted = at_most(x * LOG2_E + ROUND, EXP_TOP)
    n = shifted - ROUND
    r = (x - n * LN2_HIGH) - n * LN2_LOW
    s = r * r
    even = 2.7630233526297499e-07
    odd = 2.5000067424147195e-08
    even = even * s + 2.4801493137360147e-05
    odd = odd * s + 2.7557586280919829e-06
    even = even * s + 0.0013888888943596523
    odd = odd * s + 0.00019841269506766769
    even = even * s + 0.04166666666653027
    odd = odd * s + 0.0083333333334943357
    even = even * s + 0.50000000000000106
    odd = odd * s + 0.16666666666666413
    power = (odd * r + even) * r + 1.0
    power = power * r + 1.0
    scale = bits_float((float_bits(shifted) - ROUND_BITS + 1023) << 52)
    return power * scale


@scalar
def log(x):
    """ln x within 1 ulp for positive normal x; not finite where x is not finite.

    fdlibm's: x = 2**k (1 + f) with sqrt(1/2) <= 1 + f < sqrt(2), s = f / (2 + f), and
    ln(1 + f) = f - (f**2/2 - s (f**2/2 + R(s**2))). Zero and negative x are the caller's to avoid.
    """
    shifted = float_bits(x) + (ONE_BITS - SQRT_HALF_BITS)
    k = bits_float(((shifted >> 52) & 0x7FF) | TWO_52_BITS) - (TWO_52 + 1023.0)
    f = bits_float((shifted & FRACTION) + SQRT_HALF_BITS) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (0.3999999999940941908 + w * (0.2222219843214978396 + w * 0.1531383769920937332))
    odd = z * (
        0.6666666666666735130
        + w * (0.2857142874366239149 + w * (0.1818357216161805012 + w * 0.1479819860511658591))
    )
    half_square = 0.5 * f * f
    series = k * LN2_HIGH - ((half_square - (s * (half_square + (even + odd)) + k * LN2_LOW)) - f)
    return series + (x - x)
