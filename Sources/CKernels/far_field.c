// SPDX-License-Identifier: BSD-3-Clause
//
// Far-field waves and measured intensities: runs of `count` pixels.

#include "include/CKernels.h"
#include "vectors.h"

// Added to |ψ|², so that a vanishing wave gets the modulus zero and nothing divides by zero.
#define TINY 1e-28f

CK_CLONES
double ck_project_moduli(void *wave, const float *intensity, const float *background, long count,
                         float keep, const void *ahead) {
  float *w = wave;
  const float *next = ahead;
  double total = 0;
  long i = 0;
  while (i + 8 <= count) {
    // Single precision carries a few hundred terms; the total is double.
    long end = i + 1024 < count ? i + 1024 : count;
    ck_v8 sum = CK_ZERO;
    for (; i + 8 <= end; i += 8) {
      __builtin_prefetch(next + 2 * i, 0, 2);
      ck_v8 a = CK_LOAD(w + 2 * i), b = CK_LOAD(w + 2 * i + 8);
      ck_v8 power = CK_SQUARED_MODULI(a, b);
      ck_v8 measured = CK_LOAD(intensity + i);
      ck_v8 wanted = CK_MAX(measured - CK_LOAD(background + i), CK_ZERO);
      ck_v8 factor = CK_SQRT(wanted / (power + TINY));
      factor = CK_SELECT(measured < CK_ZERO, keep + CK_ZERO, factor);
      sum += factor * factor * power;
      CK_STORE(w + 2 * i, a * CK_LOW_PAIRS(factor));
      CK_STORE(w + 2 * i + 8, b * CK_HIGH_PAIRS(factor));
    }
    total += CK_SUM(sum);
  }
  for (; i < count; i++) {
    float re = w[2 * i], im = w[2 * i + 1], power = re * re + im * im;
    float wanted = intensity[i] - background[i];
    float factor = __builtin_sqrtf((wanted > 0 ? wanted : 0) / (power + TINY));
    factor = intensity[i] < 0 ? keep : factor;
    total += factor * factor * power;
    w[2 * i] = factor * re;
    w[2 * i + 1] = factor * im;
  }
  return total;
}

CK_CLONES
void ck_power(float *power, const void *wave, long count, int adds) {
  const float *w = wave;
  long i = 0;
  for (; i + 8 <= count; i += 8) {
    ck_v8 a = CK_LOAD(w + 2 * i), b = CK_LOAD(w + 2 * i + 8);
    ck_v8 square = CK_SQUARED_MODULI(a, b);
    CK_STORE(power + i, adds ? CK_LOAD(power + i) + square : square);
  }
  for (; i < count; i++) {
    float square = w[2 * i] * w[2 * i] + w[2 * i + 1] * w[2 * i + 1];
    power[i] = adds ? power[i] + square : square;
  }
}

CK_CLONES
double ck_modulus_factors(float *power, const float *intensity, const float *background,
                          long count, float keep) {
  double total = 0;
  for (long i = 0; i < count; i++) {
    float wanted = intensity[i] - background[i];
    float factor = __builtin_sqrtf((wanted > 0 ? wanted : 0) / (power[i] + TINY));
    factor = intensity[i] < 0 ? keep : factor;
    total += factor * factor * power[i];
    power[i] = factor;
  }
  return total;
}

CK_CLONES
void ck_scale(void *wave, const float *factors, long count) {
  float *w = wave;
  for (long i = 0; i < count; i++) {
    w[2 * i] *= factors[i];
    w[2 * i + 1] *= factors[i];
  }
}

CK_CLONES
double ck_modulus_residual(const float *power, const float *intensity, const float *background,
                           long count, float scale) {
  double total = 0;
  long i = 0;
  while (i + 8 <= count) {
    long end = i + 1024 < count ? i + 1024 : count;
    ck_v8 sum = CK_ZERO;
    for (; i + 8 <= end; i += 8) {
      ck_v8 measured = CK_LOAD(intensity + i);
      ck_v8 wanted = CK_SQRT(CK_MAX(measured - CK_LOAD(background + i), CK_ZERO));
      ck_v8 difference = scale * CK_SQRT(CK_LOAD(power + i)) - wanted;
      difference = CK_SELECT(measured < CK_ZERO, CK_ZERO, difference);
      sum += difference * difference;
    }
    total += CK_SUM(sum);
  }
  for (; i < count; i++) {
    float wanted = intensity[i] - background[i];
    float difference = scale * __builtin_sqrtf(power[i]) - __builtin_sqrtf(wanted > 0 ? wanted : 0);
    total += intensity[i] < 0 ? 0 : difference * difference;
  }
  return total;
}

CK_CLONES
void ck_add_background(float *model, float *squares, float *products, const float *power,
                       const float *intensity, long count, float scale) {
  for (long i = 0; i < count; i++) {
    float measured = intensity[i];
    float g = measured < 0 ? 0 : scale * power[i];
    model[i] += g;
    squares[i] += g * g;
    products[i] += g * measured;
  }
}
