// SPDX-License-Identifier: BSD-3-Clause
//
// Rays through a volume whose slices lie next to one another: a ray's length in a voxel acts on one
// run of floats, the voxel's column.
//
// Runs of a column are held in registers while some crossings pass: 256 slices in 16 registers of
// AVX-512, 64 in 8 of AVX2. After 32 crossings the next run of the same columns has its turn, while
// their lines are still near. Each slice's sum is taken in the order of crossing whatever the width,
// so that it depends neither on how slices are dealt to threads nor on the width of registers.

#include "include/CKernels.h"
#include "vectors.h"

#define INLINE static inline __attribute__((always_inline))
#define UNROLL _Pragma("clang loop unroll(full)")
// Slices that are worked on at a time; a ray's columns of so many stay in the second-level cache.
#define SLICES 256
// Crossings that pass before the next run of slices has its turn.
#define GROUP 32
// How many crossings ahead memory is asked for.
#define AHEAD 3

// `vectors` and `asks` are constants where these are called, and the loops over them gone.

INLINE void integrate_run(const float *volume, long height, const int *voxels, const float *lengths,
                          int count, int last, float *sums, const int vectors, const int asks) {
  ck_v16 sum[16];
  UNROLL for (int k = 0; k < vectors; k++) sum[k] = CK_LOAD16(sums + 16 * k);
  for (int j = 0; j < count; j++) {
    const float *column = volume + (long)voxels[j] * height;
    float length = lengths[j];
    if (asks) {
      const float *next = volume + (long)voxels[j + AHEAD < last ? j + AHEAD : last] * height;
      UNROLL for (int k = 0; k < vectors; k++) __builtin_prefetch(next + 16 * k, 0, 3);
    }
    UNROLL for (int k = 0; k < vectors; k++) sum[k] += length * CK_LOAD16(column + 16 * k);
  }
  UNROLL for (int k = 0; k < vectors; k++) CK_STORE16(sums + 16 * k, sum[k]);
}

INLINE void spread_run(float *volume, long height, const int *voxels, const float *lengths,
                       int count, const float *values, float low, const int vectors) {
  ck_v16 value[16], lows = low - (ck_v16){};
  UNROLL for (int k = 0; k < vectors; k++) value[k] = CK_LOAD16(values + 16 * k);
  for (int j = 0; j < count; j++) {
    float *column = volume + (long)voxels[j] * height;
    float length = lengths[j];
    UNROLL for (int k = 0; k < vectors; k++) {
      ck_v16 sum = CK_LOAD16(column + 16 * k) + length * value[k];
      CK_STORE16(column + 16 * k, CK_LARGER16(sum, lows));
    }
  }
}

INLINE void integrate(const float *volume, long height, const int *voxels, const float *lengths,
                      int crossings, int slices, float *sums, const int vectors) {
  for (int j = 0; j < crossings; j += GROUP) {
    int count = j + GROUP < crossings ? GROUP : crossings - j, last = crossings - 1 - j, y = 0;
    for (; y + 16 * vectors <= slices; y += 16 * vectors)
      integrate_run(volume + y, height, voxels + j, lengths + j, count, last, sums + y, vectors,
                    vectors == 16);
    for (; y + 16 <= slices; y += 16)
      integrate_run(volume + y, height, voxels + j, lengths + j, count, last, sums + y, 1, 0);
    for (; y < slices; y++)
      for (int i = j; i < j + count; i++)
        sums[y] += lengths[i] * volume[(long)voxels[i] * height + y];
  }
}

INLINE void spread(float *volume, long height, const int *voxels, const float *lengths,
                   int crossings, int slices, const float *values, float low, const int vectors) {
  for (int j = 0; j < crossings; j += GROUP) {
    int count = j + GROUP < crossings ? GROUP : crossings - j, y = 0;
    for (; y + 16 * vectors <= slices; y += 16 * vectors)
      spread_run(volume + y, height, voxels + j, lengths + j, count, values + y, low, vectors);
    for (; y + 16 <= slices; y += 16)
      spread_run(volume + y, height, voxels + j, lengths + j, count, values + y, low, 1);
    for (; y < slices; y++)
      for (int i = j; i < j + count; i++) {
        float *voxel = volume + (long)voxels[i] * height + y;
        float sum = *voxel + lengths[i] * values[y];
        *voxel = sum > low ? sum : low;
      }
  }
}

// One ray through up to SLICES slices.
INLINE void fold_ray(float *volume, long height, const int *voxels, const float *lengths,
                     int crossings, int slices, float step, float norm, const float *measured,
                     const float *weights, float low, float *squares, float *path,
                     const int vectors) {
  _Alignas(64) float sums[SLICES];
  for (int k = 0; k < slices; k++) sums[k] = 0;
  integrate(volume, height, voxels, lengths, crossings, slices, sums, vectors);
  for (int k = 0; k < slices; k++) {
    float residual = measured[k] - sums[k], weighted = weights[k] * residual;
    float correction = step * weighted;
    squares[k] += weighted * residual;
    path[k] += norm * correction * correction;
    sums[k] = correction;
  }
  spread(volume, height, voxels, lengths, crossings, slices, sums, low, vectors);
}

INLINE void fold_rays(float *volume, long height, long first, long end, ck_rays rays,
                      const float *steps, const float *norms, const float *measured,
                      const float *weights, float low, float *squares, float *path,
                      const int vectors) {
  for (long y = first; y < end; y += SLICES) {
    int slices = y + SLICES < end ? SLICES : (int)(end - y);
    for (long ray = 0; ray < rays.count; ray++) {
      int crossings = (int)(rays.starts[ray + 1] - rays.starts[ray]);
      if (crossings == 0) continue;
      fold_ray(volume + y, height, rays.voxels + rays.starts[ray],
               rays.lengths + rays.starts[ray], crossings, slices, steps[ray], norms[ray],
               measured + ray * height + y, weights + ray * height + y, low, squares + y,
               path + y, vectors);
    }
  }
}

INLINE void integrate_rays(const float *volume, long height, long first, long end, ck_rays rays,
                           float *sums, const int vectors) {
  for (long y = first; y < end; y += SLICES) {
    int slices = y + SLICES < end ? SLICES : (int)(end - y);
    for (long ray = 0; ray < rays.count; ray++)
      integrate(volume + y, height, rays.voxels + rays.starts[ray],
                rays.lengths + rays.starts[ray], (int)(rays.starts[ray + 1] - rays.starts[ray]),
                slices, sums + ray * height + y, vectors);
  }
}

INLINE void spread_rays(float *volume, long height, long first, long end, ck_rays rays,
                        const float *values, const int vectors) {
  for (long y = first; y < end; y += SLICES) {
    int slices = y + SLICES < end ? SLICES : (int)(end - y);
    for (long ray = 0; ray < rays.count; ray++)
      spread(volume + y, height, rays.voxels + rays.starts[ray],
             rays.lengths + rays.starts[ray], (int)(rays.starts[ray + 1] - rays.starts[ray]),
             slices, values + ray * height + y, -__builtin_inff(), vectors);
  }
}

// Each loop for the widest registers that the processor has. Not `target_clones`: the number of
// registers decides how many slices a run has.
#if defined(__x86_64__)
#define VARIANTS(name, parameters, arguments)                                            \
  __attribute__((target("avx512f"))) static void name##_wide parameters arguments(16)    \
  __attribute__((target("avx2,fma"))) static void name##_middle parameters arguments(4)  \
  static void name##_narrow parameters arguments(2)
#define CHOOSE(name, arguments)                            \
  if (__builtin_cpu_supports("avx512f"))                   \
    name##_wide arguments;                                 \
  else if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) \
    name##_middle arguments;                               \
  else                                                     \
    name##_narrow arguments
#else
#define VARIANTS(name, parameters, arguments) static void name##_narrow parameters arguments(2)
#define CHOOSE(name, arguments) name##_narrow arguments
#endif

#define FOLD(vectors)                                                                     \
  {                                                                                       \
    fold_rays(volume, height, first, end, rays, steps, norms, measured, weights, low,     \
              squares, path, vectors);                                                    \
  }
VARIANTS(fold, (float *volume, long height, long first, long end, ck_rays rays, const float *steps,
                const float *norms, const float *measured, const float *weights, float low,
                float *squares, float *path), FOLD)

void ck_fold_rays(float *volume, long height, long first, long end, ck_rays rays,
                  const float *steps, const float *norms, const float *measured,
                  const float *weights, float low, float *squares, float *path) {
  CHOOSE(fold, (volume, height, first, end, rays, steps, norms, measured, weights, low, squares,
                path));
}

#define INTEGRATE(vectors) \
  { integrate_rays(volume, height, first, end, rays, sums, vectors); }
VARIANTS(integrate, (const float *volume, long height, long first, long end, ck_rays rays,
                     float *sums), INTEGRATE)

void ck_integrate_rays(const float *volume, long height, long first, long end, ck_rays rays,
                       float *sums) {
  CHOOSE(integrate, (volume, height, first, end, rays, sums));
}

#define SPREAD(vectors) \
  { spread_rays(volume, height, first, end, rays, values, vectors); }
VARIANTS(spread, (float *volume, long height, long first, long end, ck_rays rays,
                  const float *values), SPREAD)

void ck_spread_rays(float *volume, long height, long first, long end, ck_rays rays,
                    const float *values) {
  CHOOSE(spread, (volume, height, first, end, rays, values));
}
