// SPDX-License-Identifier: BSD-3-Clause
//
// Eight floats, four complex numbers, at a time. Compiled for AVX2 and for any processor. Sixteen
// floats at a time for loops over voxels, compiled for AVX-512 too.

#ifndef CKERNELS_VECTORS_H
#define CKERNELS_VECTORS_H

#if defined(__x86_64__)
#define CK_CLONES __attribute__((target_clones("arch=x86-64-v3", "default")))
#define CK_WIDE_CLONES __attribute__((target_clones("avx512f", "arch=x86-64-v3", "default")))
#else
#define CK_CLONES
#define CK_WIDE_CLONES
#endif

typedef float ck_v8 __attribute__((vector_size(32), aligned(4), may_alias));
typedef int ck_m8 __attribute__((vector_size(32)));

// Macros, for a function that takes or returns vectors would have another calling convention in
// each clone.
#define CK_LOAD(p) (*(const ck_v8 *)(p))
#define CK_STORE(p, v) (*(ck_v8 *)(p) = (v))
#define CK_RE(a) __builtin_shufflevector(a, a, 0, 0, 2, 2, 4, 4, 6, 6)
#define CK_IM(a) __builtin_shufflevector(a, a, 1, 1, 3, 3, 5, 5, 7, 7)
#define CK_SWAP(a) __builtin_shufflevector(a, a, 1, 0, 3, 2, 5, 4, 7, 6)
#define CK_EVEN(a, b) __builtin_shufflevector(a, b, 0, 2, 4, 6, 8, 10, 12, 14)
#define CK_ODD(a, b) __builtin_shufflevector(a, b, 1, 3, 5, 7, 9, 11, 13, 15)
#define CK_LOW_PAIRS(f) __builtin_shufflevector(f, f, 0, 0, 1, 1, 2, 2, 3, 3)
#define CK_HIGH_PAIRS(f) __builtin_shufflevector(f, f, 4, 4, 5, 5, 6, 6, 7, 7)
#define CK_SIGN ((ck_v8){-1, 1, -1, 1, -1, 1, -1, 1})
#define CK_REAL_ONE ((ck_v8){1, 0, 1, 0, 1, 0, 1, 0})
#define CK_ZERO ((ck_v8){0, 0, 0, 0, 0, 0, 0, 0})

// a b and a* b of four complex numbers.
#define CK_MULTIPLY(a, b) (CK_RE(a) * (b) + CK_IM(a) * (CK_SIGN * CK_SWAP(b)))
#define CK_CONJUGATE_MULTIPLY(a, b) (CK_RE(a) * (b) - CK_IM(a) * (CK_SIGN * CK_SWAP(b)))
// |a|² of four complex numbers, each twice.
#define CK_SQUARED_MODULUS(a) ((a) * (a) + CK_SWAP((a) * (a)))
// |z|² of the eight complex numbers in a and b.
#define CK_SQUARED_MODULI(a, b) (CK_EVEN((a) * (a), (b) * (b)) + CK_ODD((a) * (a), (b) * (b)))

#define CK_MAX(a, b) __builtin_elementwise_max(a, b)
#define CK_SQRT(a) __builtin_elementwise_sqrt(a)
#define CK_ABS(a) __builtin_elementwise_abs(a)
// a where the mask is set, b elsewhere.
#define CK_SELECT(mask, a, b) \
  ((ck_v8)(((ck_m8)(a) & (ck_m8)(mask)) | ((ck_m8)(b) & ~(ck_m8)(mask))))
#define CK_SUM(a) \
  ((double)(a)[0] + (a)[1] + (a)[2] + (a)[3] + (a)[4] + (a)[5] + (a)[6] + (a)[7])

typedef float ck_v16 __attribute__((vector_size(64), aligned(4), may_alias));
typedef int ck_m16 __attribute__((vector_size(64)));

#define CK_LOAD16(p) (*(const ck_v16 *)(p))
#define CK_STORE16(p, v) (*(ck_v16 *)(p) = (v))
#define CK_ZERO16 ((ck_v16){0})
// The larger of two numbers in one instruction, as the library's maximum, which minds what is not a
// number, would not be.
#define CK_LARGER16(a, b) \
  ((ck_v16)(((ck_m16)(a) & ((a) > (b))) | ((ck_m16)(b) & ~((a) > (b)))))

typedef struct {
  float re, im;
} ck_complex;

#endif
