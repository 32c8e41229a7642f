/*
 * exp and log for loops over paths, and small helpers.
 *
 * With OWN_MATH they are straight-line arithmetic that the compiler inlines and vectorises, within
 * a few units in the last place for the arguments a simulation has (no NaN, infinity, subnormal).
 * Without it they are the C library's, whose vector variants the compiler calls.
 */
#ifndef VECMATH_H
#define VECMATH_H

#include <math.h>
#include <stdint.h>
#include <string.h>

#define INLINE static inline __attribute__((always_inline))

INLINE uint64_t bits_of(double x)
{
    uint64_t bits;
    memcpy(&bits, &x, sizeof bits);
    return bits;
}

INLINE double from_bits(uint64_t bits)
{
    double x;
    memcpy(&x, &bits, sizeof x);
    return x;
}

INLINE double least(double a, double b) { return a < b ? a : b; }
INLINE double most(double a, double b) { return a > b ? a : b; }
INLINE double positive(double x) { return x > 0.0 ? x : 0.0; }

#ifdef OWN_MATH

/* x = n ln 2 + r; e^r by a minimax polynomial, 2^n by adding n to the exponent. |x| < 700. */
INLINE double vexp(double x)
{
    double n = __builtin_rint(x * 1.4426950408889634);
    double r = x - n * 0.6931471805599453;
    double s = 2.748841676377637e-07;
    s = s * r + 2.7639784468945516e-06;
    s = s * r + 2.480191785511361e-05;
    s = s * r + 1.9841171345649718e-04;
    s = s * r + 1.38888884988733e-03;
    s = s * r + 8.33333338469582e-03;
    s = s * r + 4.166666666842753e-02;
    s = s * r + 0.16666666666557656;
    s = s * r + 0.49999999999997286;
    s = s * r + 1.0000000000000064;
    s = s * r + 1.0;
    return from_bits(bits_of(s) + ((uint64_t)(int64_t)n << 52));
}

/* x = 2^k (1 + f), 1 + f around 1; ln(1 + f) = 2 atanh(f / (2 + f)), a series in the square. */
INLINE double vlog(double x)
{
    const uint64_t sqrt_half = 0x3FE6A09E667F3BCDu;
    uint64_t shifted = bits_of(x) - sqrt_half;
    double k = (double)((int64_t)shifted >> 52);
    double f = from_bits((shifted & 0x000FFFFFFFFFFFFFu) + sqrt_half) - 1.0;
    double s = f / (2.0 + f);
    double z = s * s;
    double p = 0.16838709621653802;
    p = p * z + 0.18121842891505163;
    p = p * z + 0.22223437540552232;
    p = p * z + 0.28571415976013925;
    p = p * z + 0.400000000620486;
    p = p * z + 0.6666666666655215;
    p = p * z + 2.0000000000000004;
    return k * 0.6931471805599453 + s * p;
}

#else

INLINE double vexp(double x) { return exp(x); }
INLINE double vlog(double x) { return log(x); }

#endif

#endif
