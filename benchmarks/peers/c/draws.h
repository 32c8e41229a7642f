/*
 * Named draws: every number is a function of (seed, path, quarter, name, issuer).
 *
 * Uniform numbers come from Philox4x32-10 (Salmon et al., SC 2011), two for each counter, normals
 * from them by Acklam's quantile (2003, relative error 1.2e-9).
 */
#ifndef DRAWS_H
#define DRAWS_H

#include "vecmath.h"

/* The address of a row of draws but for its path. */
typedef struct {
    uint64_t first_path;
    uint64_t seed;
    uint32_t quarter; // 0xFFFF for what is drawn once a path
    uint32_t name;
    uint32_t issuer; // 0 for the market
} address;

/*
 * Lanes of 64 bits that hold words of 32. What a lane has above its low 32 bits is not cleared,
 * because the product does not look at it. Compilers do not all find the instruction by themselves;
 * with PORTABLE they are left to it, and the list of tails is made one number at a time.
 */
#if defined __AVX512F__ && !defined PORTABLE
#include <immintrin.h>
enum { LANES = 8 };
typedef uint64_t words __attribute__((vector_size(64)));
typedef double numbers __attribute__((vector_size(64), may_alias));
INLINE words product(words a, uint64_t b)
{
    return (words)_mm512_mul_epu32((__m512i)a, _mm512_set1_epi64((long long)b));
}
#elif defined __AVX2__ && !defined PORTABLE
#include <immintrin.h>
enum { LANES = 4 };
typedef uint64_t words __attribute__((vector_size(32)));
typedef double numbers __attribute__((vector_size(32), may_alias));
INLINE words product(words a, uint64_t b)
{
    return (words)_mm256_mul_epu32((__m256i)a, _mm256_set1_epi64x((long long)b));
}
#else
#if defined __AVX512F__
enum { LANES = 8 };
#elif defined __AVX2__
enum { LANES = 4 };
#else
enum { LANES = 2 };
#endif
typedef uint64_t words __attribute__((vector_size(8 * LANES)));
typedef double numbers __attribute__((vector_size(8 * LANES), may_alias));
INLINE words product(words a, uint64_t b) { return (a & 0xFFFFFFFFu) * b; }
#endif

/* 52 bits into the mantissa of a number in [1, 2), then to the middle of a step above 0. */
INLINE numbers uniform(words high, words low)
{
    words fraction = (low << 32 | (high & 0xFFFFFFFFu)) >> 12;
    return (numbers)(fraction | 0x3FF0000000000000u) - (1.0 - 0x1p-53);
}

/* Two rows of numbers in (0, 1). */
INLINE void uniform_rows(double *restrict a, double *restrict b, address at)
{
    const uint64_t m0 = 0xD2511F53u, m1 = 0xCD9E8D57u;
    uint32_t k0[10], k1[10];
    for (uint32_t round = 0; round < 10; round++) {
        k0[round] = (uint32_t)at.seed + round * 0x9E3779B9u;
        k1[round] = (uint32_t)(at.seed >> 32) + round * 0xBB67AE85u;
    }
    /* Half of the first two rounds is the same for all paths of a block. */
    const uint64_t quarter = at.first_path >> 32 | (uint64_t)at.quarter << 16;
    const uint64_t first_p1 = m1 * at.name;
    const uint64_t first_c0 = first_p1 >> 32 ^ quarter ^ k0[0];
    const uint64_t second_p0 = m0 * (uint32_t)first_c0;
    words path;
    for (int lane = 0; lane < LANES; lane++)
        path[lane] = (uint32_t)at.first_path + (uint32_t)lane;
    for (int p = 0; p < BLOCK; p += LANES, path += LANES) {
        words p0 = product(path, m0);
        words p1 = product(p0 >> 32 ^ (at.issuer ^ k1[0]), m1);
        words c0 = p1 >> 32 ^ ((uint32_t)first_p1 ^ k0[1]), c1 = p1;
        words c2 = (second_p0 >> 32 ^ k1[1]) ^ p0, c3 = (words){0} + second_p0;
#pragma GCC unroll 8
        for (int round = 2; round < 10; round++) {
            p0 = product(c0, m0);
            p1 = product(c2, m1);
            c0 = p1 >> 32 ^ c1 ^ (uint64_t)k0[round];
            c2 = p0 >> 32 ^ c3 ^ (uint64_t)k1[round];
            c1 = p1;
            c3 = p0;
        }
        *(numbers *)(a + p) = uniform(c0, c1);
        *(numbers *)(b + p) = uniform(c2, c3);
    }
}

/*
 * Standard normals in place of uniform numbers.
 *
 * The quantile's central rational serves 95 % of them. The others are listed first, without a
 * branch, and get the tail's rational (a logarithm, a root) in a packed loop of their own.
 */
typedef struct {
    int at[DRAWS + 8];
    double z[DRAWS] __attribute__((aligned(64)));
} tail_list;

INLINE void normals_in_place(double *restrict row, int count, tail_list *restrict list)
{
    const double central = 0.47575; // 1/2 - 0.02425
    int *restrict at = list->at, tails = 0;
    double *restrict tail = list->z;
#if defined __AVX512VL__ && !defined PORTABLE
    __m256i index = _mm256_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7);
    for (int j = 0; j < count; j += 8, index = _mm256_add_epi32(index, _mm256_set1_epi32(8))) {
        __m512d side = _mm512_sub_pd(_mm512_load_pd(row + j), _mm512_set1_pd(0.5));
        __mmask8 far = _mm512_cmp_pd_mask(_mm512_abs_pd(side), _mm512_set1_pd(central), _CMP_GT_OQ);
        _mm256_storeu_si256((__m256i *)(at + tails), _mm256_maskz_compress_epi32(far, index));
        tails += __builtin_popcount(far);
    }
#else
    for (int j = 0; j < count; j++) {
        at[tails] = j;
        tails += fabs(row[j] - 0.5) > central;
    }
#endif
    for (int t = 0; t < tails; t++)
        tail[t] = row[at[t]];
#pragma omp simd
    for (int t = 0; t < tails; t++) {
        double side = tail[t] - 0.5;
        double s = sqrt(-2.0 * vlog(0.5 - fabs(side)));
        double c = -7.784894002430293e-03;
        c = c * s - 3.223964580411365e-01;
        c = c * s - 2.400758277161838;
        c = c * s - 2.549732539343734;
        c = c * s + 4.374664141464968;
        c = c * s + 2.938163982698783;
        double d = 7.784695709041462e-03;
        d = d * s + 3.224671290700398e-01;
        d = d * s + 2.445134137142996;
        d = d * s + 3.754408661907416;
        d = d * s + 1.0;
        tail[t] = (side > 0.0 ? -c : c) / d;
    }
#pragma omp simd
    for (int j = 0; j < count; j++) {
        double q = row[j] - 0.5;
        double r = q * q;
        double a = -3.969683028665376e01;
        a = a * r + 2.209460984245205e02;
        a = a * r - 2.759285104469687e02;
        a = a * r + 1.383577518672690e02;
        a = a * r - 3.066479806614716e01;
        a = a * r + 2.506628277459239;
        double b = -5.447609879822406e01;
        b = b * r + 1.615858368580409e02;
        b = b * r - 1.556989798598866e02;
        b = b * r + 6.680131188771972e01;
        b = b * r - 1.328068155288572e01;
        b = b * r + 1.0;
        row[j] = a * q / b;
    }
    for (int t = 0; t < tails; t++)
        row[at[t]] = tail[t];
}

#endif
