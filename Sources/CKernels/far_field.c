// SPDX-License-Identifier: BSD-3-Clause
//
// Far-field waves and measured intensities: runs of `count` pixels.

#include "include/CKernels.h"
#include "vectors.h"

// Added to |ψ|², so that a vanishing wave gets the modulus zero and nothing divides by zero.
#define TINY 1e-28f

// The background is one more incoherent mode, √b: what is measured is the power of all of them, and
// the same factor takes each to the nearest point that has it. `keep` is 1 / pixels, the waves are
// unscaled transforms, so that b, photons over pixels, is pixels² larger beside their powers.
//
// With r = I / |ψ|² the factor is offset + slope r up to the bend and √(square + root r) beyond it;
// ModulusStep says which. A bend below 0 leaves the second alone, as P_M has it.

static inline __attribute__((always_inline)) float factor_at(float ratio, ck_modulus_step step) {
  float square = step.square + step.root * ratio;
  float far = __builtin_sqrtf(square > 0 ? square : 0);
  return ratio <= step.bend ? step.offset + step.slope * ratio : far;
}

CK_CLONES
double ck_project_moduli(void *wave, const float *intensity, const float *background, long count,
                         float keep, ck_modulus_step step, const void *ahead) {
  float *w = wave;
  const float *next = ahead;
  float lift = 1 / (keep * keep);
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
      ck_v8 whole = power + lift * CK_LOAD(background + i) + TINY;
      ck_v8 ratio = CK_MAX(measured, CK_ZERO) / whole;
      ck_v8 far = CK_SQRT(CK_MAX(step.square + step.root * ratio, CK_ZERO));
      ck_v8 factor = CK_SELECT(ratio <= step.bend, step.offset + step.slope * ratio, far);
      factor = CK_SELECT(measured < CK_ZERO, keep + CK_ZERO, factor);
      sum += factor * factor * power;
      CK_STORE(w + 2 * i, a * CK_LOW_PAIRS(factor));
      CK_STORE(w + 2 * i + 8, b * CK_HIGH_PAIRS(factor));
    }
    total += CK_SUM(sum);
  }
  for (; i < count; i++) {
    float re = w[2 * i], im = w[2 * i + 1], power = re * re + im * im;
    float wanted = intensity[i] > 0 ? intensity[i] : 0;
    float whole = power + lift * background[i] + TINY;
    float factor = factor_at(wanted / whole, step);
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
                          long count, float keep, ck_modulus_step step) {
  float lift = 1 / (keep * keep);
  double total = 0;
  for (long i = 0; i < count; i++) {
    float wanted = intensity[i] > 0 ? intensity[i] : 0;
    float whole = power[i] + lift * background[i] + TINY;
    float factor = factor_at(wanted / whole, step);
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
      ck_v8 model = scale * scale * CK_LOAD(power + i) + CK_LOAD(background + i);
      ck_v8 difference = CK_SQRT(model) - CK_SQRT(CK_MAX(measured, CK_ZERO));
      difference = CK_SELECT(measured < CK_ZERO, CK_ZERO, difference);
      sum += difference * difference;
    }
    total += CK_SUM(sum);
  }
  for (; i < count; i++) {
    float model = scale * scale * power[i] + background[i];
    float wanted = intensity[i] > 0 ? intensity[i] : 0;
    float difference = __builtin_sqrtf(model) - __builtin_sqrtf(wanted);
    total += intensity[i] < 0 ? 0 : difference * difference;
  }
  return total;
}

// log x of positive x: the exponent, and 2 artanh((m − 1) / (m + 1)) of the mantissa m, which lies
// between √½ and √2.
#define CK_LOG(name, x)                                                     \
  ck_m8 name##_bits = (ck_m8)(x) - 0x3f3504f3;                              \
  ck_m8 name##_power = name##_bits >> 23;                                   \
  ck_v8 name##_m = (ck_v8)((name##_bits & 0x007fffff) + 0x3f3504f3);        \
  ck_v8 name##_t = (name##_m - 1.0f) / (name##_m + 1.0f);                   \
  ck_v8 name##_s = name##_t * name##_t;                                     \
  ck_v8 name =                                                              \
      0.69314718f * __builtin_convertvector(name##_power, ck_v8) +          \
      2.0f * name##_t *                                                     \
          (1.0f + name##_s * (1.0f / 3 + name##_s * (1.0f / 5 + name##_s * (1.0f / 7))))

CK_CLONES
double ck_photon_deviance(const float *power, const float *intensity, const float *background,
                          long count, float scale) {
  double total = 0;
  long i = 0;
  while (i + 8 <= count) {
    long end = i + 256 < count ? i + 256 : count;
    ck_v8 sum = CK_ZERO;
    for (; i + 8 <= end; i += 8) {
      ck_v8 measured = CK_LOAD(intensity + i);
      ck_v8 wanted = CK_MAX(measured, CK_ZERO);
      ck_v8 q = scale * scale * CK_LOAD(power + i) + CK_LOAD(background + i) + TINY;
      ck_v8 ratio = (wanted + TINY) / q;
      CK_LOG(logarithm, ratio);
      ck_v8 term = q - wanted + wanted * logarithm;
      sum += CK_SELECT(measured < CK_ZERO, CK_ZERO, term);
    }
    total += CK_SUM(sum);
  }
  for (; i < count; i++) {
    float wanted = intensity[i] > 0 ? intensity[i] : 0;
    float q = scale * scale * power[i] + background[i] + TINY;
    float term = q - wanted + wanted * __builtin_logf((wanted + TINY) / q);
    total += intensity[i] < 0 ? 0 : term;
  }
  return total;
}

CK_CLONES
void ck_add_background(float *model, float *gradient, float *inverse, float *part,
                       float *scaling, const float *power, const float *intensity,
                       const float *background, long count, float scale, float floor,
                       ck_modulus_step step, float gain) {
  long i = 0;
  for (; i + 8 <= count; i += 8) {
    ck_v8 raw = CK_LOAD(intensity + i);
    ck_v8 there = CK_SELECT(raw < CK_ZERO, CK_ZERO, CK_ZERO + 1.0f);
    ck_v8 g = there * scale * CK_LOAD(power + i);
    ck_v8 q = 1.0f / (g + CK_LOAD(background + i) + floor);
    ck_v8 ratio = CK_MAX(raw, CK_ZERO) * q;
    ck_v8 far = CK_SQRT(CK_MAX(step.square + step.root * ratio, CK_ZERO));
    ck_v8 factor = CK_SELECT(ratio <= step.bend, step.offset + step.slope * ratio, far);
    ck_v8 excess = there * gain * (factor - 1.0f);
    CK_STORE(model + i, CK_LOAD(model + i) + g);
    CK_STORE(gradient + i, CK_LOAD(gradient + i) + excess);
    CK_STORE(inverse + i, CK_LOAD(inverse + i) + there * q);
    CK_STORE(part + i, CK_LOAD(part + i) + g * q);
    CK_STORE(scaling + i, CK_LOAD(scaling + i) + g * excess);
  }
  for (; i < count; i++) {
    float measured = intensity[i] > 0 ? intensity[i] : 0;
    float there = intensity[i] < 0 ? 0 : 1;
    float g = there * scale * power[i];
    float q = 1 / (g + background[i] + floor);
    float excess = there * gain * (factor_at(measured * q, step) - 1);
    model[i] += g;
    gradient[i] += excess;
    inverse[i] += there * q;
    part[i] += g * q;
    scaling[i] += g * excess;
  }
}
