// SPDX-License-Identifier: BSD-3-Clause
//
// Total variation: rows of voxels along y and their neighbours.
//
// The flux along an axis is the difference to the next voxel over the size of the gradient. What
// flows into a voxel less what flows out is the derivative of the variation with respect to it. The
// rows behind one need only its outflow, so that a row can be changed as soon as that is known: a slab
// of outflow along x and a row of that along z are all that is kept.

#include "include/CKernels.h"
#include "vectors.h"

// Voxels that are worked on at a time, a multiple of 16.
#define RUN 256

CK_WIDE_CLONES
static double row_gradient(const float *row, const float *next_x, const float *next_z,
                             float *flux_x, float *flux_z, float *gradient, long count,
                             float floor) {
  double total = 0;
  // Along y: flux[0] flows into the first voxel of a run.
  float flux[RUN + 1];
  flux[RUN] = 0;
  for (long start = 0; start < count; start += RUN) {
    long size = start + RUN < count ? RUN : count - start, i = 0;
    // The last voxel of all has no neighbour along y.
    long inner = start + size < count ? size : size - 1;
    const float *v = row + start, *x = next_x + start, *z = next_z + start;
    float *fx = flux_x + start, *fz = flux_z + start, *g = gradient + start;
    flux[0] = flux[RUN];
    for (; i + 16 <= inner; i += 16) {
      ck_v16 here = CK_LOAD16(v + i), a = CK_LOAD16(v + i + 1) - here;
      ck_v16 b = CK_LOAD16(x + i) - here, c = CK_LOAD16(z + i) - here;
      ck_v16 inverse = 1.0f / CK_SQRT(a * a + b * b + c * c + floor);
      CK_STORE16(flux + i + 1, inverse * a);
      b *= inverse;
      c *= inverse;
      CK_STORE16(g + i, CK_LOAD16(fx + i) + CK_LOAD16(fz + i) - b - c);
      CK_STORE16(fx + i, b);
      CK_STORE16(fz + i, c);
    }
    for (; i < size; i++) {
      float a = i < inner ? v[i + 1] - v[i] : 0, b = x[i] - v[i], c = z[i] - v[i];
      float inverse = 1 / __builtin_elementwise_sqrt(a * a + b * b + c * c + floor);
      flux[i + 1] = inverse * a;
      g[i] = fx[i] + fz[i] - inverse * b - inverse * c;
      fx[i] = inverse * b;
      fz[i] = inverse * c;
    }
    ck_v16 squares = CK_ZERO16;
    for (i = 0; i + 16 <= size; i += 16) {
      ck_v16 slope = CK_LOAD16(g + i) + CK_LOAD16(flux + i) - CK_LOAD16(flux + i + 1);
      CK_STORE16(g + i, slope);
      squares += slope * slope;
    }
    for (int k = 0; k < 16; k++) total += squares[k];
    for (; i < size; i++) {
      g[i] += flux[i] - flux[i + 1];
      total += g[i] * g[i];
    }
  }
  return total;
}

CK_WIDE_CLONES
static void step_down(float *values, const float *slopes, long count, float step, float low) {
  ck_v16 lows = low - CK_ZERO16;
  long i = 0;
  for (; i + 16 <= count; i += 16) {
    ck_v16 value = CK_LOAD16(values + i) - step * CK_LOAD16(slopes + i);
    CK_STORE16(values + i, CK_LARGER16(value, lows));
  }
  for (; i < count; i++) {
    float value = values[i] - step * slopes[i];
    values[i] = value > low ? value : low;
  }
}

void ck_variation_slabs(float *volume, long size_x, long size_z, long size_y, long first, long end,
                        const float *behind, float *flux, float *row_room, float floor, float step,
                        float low, double *norms, float *slopes) {
  float *gradient = row_room, *flux_z = row_room + size_y;
  for (long x = first; x < end; x++) {
    double total = 0;
    for (long y = 0; y < size_y; y++) flux_z[y] = 0;
    for (long z = 0; z < size_z; z++) {
      long place = (x * size_z + z) * size_y;
      float *row = volume + place;
      const float *next_x = x + 1 == end && behind ? behind + z * size_y
                            : x + 1 == size_x      ? row
                                                   : row + size_z * size_y;
      const float *next_z = z + 1 == size_z ? row : row + size_y;
      float *slope = slopes ? slopes + place : gradient;
      total += row_gradient(row, next_x, next_z, flux + z * size_y, flux_z, slope, size_y, floor);
      if (!norms) step_down(row, slope, size_y, step, low);
    }
    if (norms) norms[x] = total;
  }
}

CK_WIDE_CLONES
float ck_largest_magnitude(const float *values, long count) {
  ck_v16 most = CK_ZERO16;
  float largest = 0;
  long i = 0;
  for (; i + 16 <= count; i += 16) {
    ck_v16 magnitude = CK_ABS(CK_LOAD16(values + i));
    most = CK_LARGER16(magnitude, most);
  }
  for (int k = 0; k < 16; k++) largest = most[k] > largest ? most[k] : largest;
  for (; i < count; i++) {
    float magnitude = __builtin_fabsf(values[i]);
    largest = magnitude > largest ? magnitude : largest;
  }
  return largest;
}
