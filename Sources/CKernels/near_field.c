// SPDX-License-Identifier: BSD-3-Clause
//
// Probe, object and exit waves: patches of [rows, columns] pixels.

#include "include/CKernels.h"
#include "vectors.h"

#define AT(p, stride, row) ((float *)(p) + 2 * (stride) * (row))
#define C_AT(p, stride, row) ((const float *)(p) + 2 * (stride) * (row))

CK_CLONES
void ck_add_product(void *wave, long wave_stride, const void *probe, long probe_stride,
                    const void *x, long x_stride, long rows, long columns) {
  for (long row = 0; row < rows; row++) {
    float *w = AT(wave, wave_stride, row);
    const float *p = C_AT(probe, probe_stride, row), *o = C_AT(x, x_stride, row);
    long i = 0;
    for (; i + 8 <= 2 * columns; i += 8) {
      ck_v8 P = CK_LOAD(p + i), X = CK_LOAD(o + i);
      CK_STORE(w + i, CK_LOAD(w + i) + CK_MULTIPLY(P, X));
    }
    for (; i < 2 * columns; i += 2) {
      w[i] += p[i] * o[i] - p[i + 1] * o[i + 1];
      w[i + 1] += p[i] * o[i + 1] + p[i + 1] * o[i];
    }
  }
}

CK_CLONES
void ck_add_products(void *wave, long wave_stride, const void *probe, long probe_stride,
                     const void *x, long x_stride, const void *other, long other_stride,
                     const void *y, long y_stride, long rows, long columns) {
  for (long row = 0; row < rows; row++) {
    float *w = AT(wave, wave_stride, row);
    const float *p = C_AT(probe, probe_stride, row), *o = C_AT(x, x_stride, row);
    const float *q = C_AT(other, other_stride, row), *v = C_AT(y, y_stride, row);
    long i = 0;
    for (; i + 8 <= 2 * columns; i += 8) {
      ck_v8 P = CK_LOAD(p + i), X = CK_LOAD(o + i), Q = CK_LOAD(q + i), Y = CK_LOAD(v + i);
      CK_STORE(w + i, CK_LOAD(w + i) + CK_MULTIPLY(P, X) + CK_MULTIPLY(Q, Y));
    }
    for (; i < 2 * columns; i += 2) {
      w[i] += p[i] * o[i] - p[i + 1] * o[i + 1] + q[i] * v[i] - q[i + 1] * v[i + 1];
      w[i + 1] += p[i] * o[i + 1] + p[i + 1] * o[i] + q[i] * v[i + 1] + q[i + 1] * v[i];
    }
  }
}

CK_CLONES
void ck_product(void *wave, long wave_stride, const void *probe, long probe_stride, const void *x,
                long x_stride, long rows, long columns) {
  for (long row = 0; row < rows; row++) {
    float *w = AT(wave, wave_stride, row);
    const float *p = C_AT(probe, probe_stride, row), *o = C_AT(x, x_stride, row);
    long i = 0;
    for (; i + 8 <= 2 * columns; i += 8) {
      ck_v8 P = CK_LOAD(p + i), X = CK_LOAD(o + i);
      CK_STORE(w + i, CK_MULTIPLY(P, X));
    }
    for (; i < 2 * columns; i += 2) {
      w[i] = p[i] * o[i] - p[i + 1] * o[i + 1];
      w[i + 1] = p[i] * o[i + 1] + p[i + 1] * o[i];
    }
  }
}

CK_CLONES
void ck_reflect(void *wave, long wave_stride, const void *probe, long probe_stride, const void *x,
                long x_stride, void *out, long out_stride, long rows, long columns) {
  for (long row = 0; row < rows; row++) {
    float *w = AT(wave, wave_stride, row), *u = AT(out, out_stride, row);
    const float *p = C_AT(probe, probe_stride, row), *o = C_AT(x, x_stride, row);
    long i = 0;
    for (; i + 8 <= 2 * columns; i += 8) {
      ck_v8 P = CK_LOAD(p + i), X = CK_LOAD(o + i);
      ck_v8 projected = CK_MULTIPLY(P, X);
      ck_v8 v = CK_LOAD(w + i) - projected;
      CK_STORE(w + i, v);
      CK_STORE(u + i, projected - v);
    }
    for (; i < 2 * columns; i += 2) {
      float re = p[i] * o[i] - p[i + 1] * o[i + 1], im = p[i] * o[i + 1] + p[i + 1] * o[i];
      w[i] -= re;
      w[i + 1] -= im;
      u[i] = re - w[i];
      u[i + 1] = im - w[i + 1];
    }
  }
}

CK_CLONES
void ck_add_conjugate_product(void *sum, long sum_stride, const void *probe, long probe_stride,
                              const void *wave, long wave_stride, long rows, long columns) {
  for (long row = 0; row < rows; row++) {
    float *s = AT(sum, sum_stride, row);
    const float *p = C_AT(probe, probe_stride, row), *w = C_AT(wave, wave_stride, row);
    long i = 0;
    for (; i + 8 <= 2 * columns; i += 8) {
      ck_v8 P = CK_LOAD(p + i), W = CK_LOAD(w + i);
      CK_STORE(s + i, CK_LOAD(s + i) + CK_CONJUGATE_MULTIPLY(P, W));
    }
    for (; i < 2 * columns; i += 2) {
      s[i] += p[i] * w[i] + p[i + 1] * w[i + 1];
      s[i + 1] += p[i] * w[i + 1] - p[i + 1] * w[i];
    }
  }
}

CK_CLONES
void ck_add_normal_terms(void *sum, long sum_stride, float *weight, long weight_stride,
                         const void *factor, long factor_stride, const void *wave,
                         long wave_stride, long rows, long columns) {
  for (long row = 0; row < rows; row++) {
    float *s = AT(sum, sum_stride, row), *g = weight + weight_stride * row;
    const float *p = C_AT(factor, factor_stride, row), *w = C_AT(wave, wave_stride, row);
    long i = 0;
    for (; i + 16 <= 2 * columns; i += 16) {
      ck_v8 A = CK_LOAD(p + i), B = CK_LOAD(p + i + 8);
      CK_STORE(s + i, CK_LOAD(s + i) + CK_CONJUGATE_MULTIPLY(A, CK_LOAD(w + i)));
      CK_STORE(s + i + 8, CK_LOAD(s + i + 8) + CK_CONJUGATE_MULTIPLY(B, CK_LOAD(w + i + 8)));
      CK_STORE(g + i / 2, CK_LOAD(g + i / 2) + CK_SQUARED_MODULI(A, B));
    }
    for (; i < 2 * columns; i += 2) {
      s[i] += p[i] * w[i] + p[i + 1] * w[i + 1];
      s[i + 1] += p[i] * w[i + 1] - p[i + 1] * w[i];
      g[i / 2] += p[i] * p[i] + p[i + 1] * p[i + 1];
    }
  }
}

CK_CLONES
void ck_finish_raar(void *wave, long wave_stride, const void *projected, long projected_stride,
                    const void *probe, long probe_stride, void *sum, long sum_stride, long rows,
                    long columns, float a, float b) {
  for (long row = 0; row < rows; row++) {
    float *w = AT(wave, wave_stride, row), *s = AT(sum, sum_stride, row);
    const float *p = C_AT(probe, probe_stride, row);
    const float *d = C_AT(projected, projected_stride, row);
    long i = 0;
    for (; i + 8 <= 2 * columns; i += 8) {
      ck_v8 P = CK_LOAD(p + i), D = CK_LOAD(d + i);
      CK_STORE(s + i, CK_LOAD(s + i) + CK_CONJUGATE_MULTIPLY(P, D));
      CK_STORE(w + i, a * D + b * CK_LOAD(w + i));
    }
    for (; i < 2 * columns; i += 2) {
      s[i] += p[i] * d[i] + p[i + 1] * d[i + 1];
      s[i + 1] += p[i] * d[i + 1] - p[i + 1] * d[i];
      w[i] = a * d[i] + b * w[i];
      w[i + 1] = a * d[i + 1] + b * w[i + 1];
    }
  }
}

CK_CLONES
void ck_finish_raar_apart(void *wave, long wave_stride, const void *projected,
                          long projected_stride, const void *probe, long probe_stride,
                          const void *object, long object_stride, void *sum, long sum_stride,
                          long rows, long columns, float a, float b) {
  for (long row = 0; row < rows; row++) {
    float *w = AT(wave, wave_stride, row), *s = AT(sum, sum_stride, row);
    const float *p = C_AT(probe, probe_stride, row), *o = C_AT(object, object_stride, row);
    const float *d = C_AT(projected, projected_stride, row);
    long i = 0;
    for (; i + 8 <= 2 * columns; i += 8) {
      ck_v8 P = CK_LOAD(p + i), D = CK_LOAD(d + i), O = CK_LOAD(o + i);
      CK_STORE(s + i, CK_LOAD(s + i) + CK_CONJUGATE_MULTIPLY(P, D));
      CK_STORE(w + i, a * D + b * (CK_LOAD(w + i) - CK_MULTIPLY(P, O)));
    }
    for (; i < 2 * columns; i += 2) {
      s[i] += p[i] * d[i] + p[i + 1] * d[i + 1];
      s[i + 1] += p[i] * d[i + 1] - p[i + 1] * d[i];
      w[i] = a * d[i] + b * (w[i] - (p[i] * o[i] - p[i + 1] * o[i + 1]));
      w[i + 1] = a * d[i + 1] + b * (w[i + 1] - (p[i] * o[i + 1] + p[i + 1] * o[i]));
    }
  }
}

CK_CLONES
void ck_finish_difference_map(void *wave, long wave_stride, const void *projected,
                              long projected_stride, const void *probe, long probe_stride,
                              void *sum, long sum_stride, long rows, long columns) {
  for (long row = 0; row < rows; row++) {
    float *w = AT(wave, wave_stride, row), *s = AT(sum, sum_stride, row);
    const float *p = C_AT(probe, probe_stride, row);
    const float *d = C_AT(projected, projected_stride, row);
    long i = 0;
    for (; i + 8 <= 2 * columns; i += 8) {
      ck_v8 P = CK_LOAD(p + i), W = CK_LOAD(w + i) + CK_LOAD(d + i);
      CK_STORE(w + i, W);
      CK_STORE(s + i, CK_LOAD(s + i) + CK_CONJUGATE_MULTIPLY(P, W));
    }
    for (; i < 2 * columns; i += 2) {
      w[i] += d[i];
      w[i + 1] += d[i + 1];
      s[i] += p[i] * w[i] + p[i + 1] * w[i + 1];
      s[i + 1] += p[i] * w[i + 1] - p[i + 1] * w[i];
    }
  }
}

CK_CLONES
void ck_update_object(void *object, long object_stride, const void *projected,
                      long projected_stride, const void *probe, long probe_stride, long rows,
                      long columns, float c, float floor) {
  for (long row = 0; row < rows; row++) {
    float *o = AT(object, object_stride, row);
    const float *p = C_AT(probe, probe_stride, row);
    const float *d = C_AT(projected, projected_stride, row);
    long i = 0;
    for (; i + 8 <= 2 * columns; i += 8) {
      ck_v8 P = CK_LOAD(p + i), O = CK_LOAD(o + i), D = CK_LOAD(d + i);
      ck_v8 residual = D - CK_MULTIPLY(P, O);
      ck_v8 weight = c * CK_SQUARED_MODULUS(P) + floor;
      CK_STORE(o + i, O + CK_CONJUGATE_MULTIPLY(P, residual) / weight);
    }
    for (; i < 2 * columns; i += 2) {
      float re = d[i] - (p[i] * o[i] - p[i + 1] * o[i + 1]);
      float im = d[i + 1] - (p[i] * o[i + 1] + p[i + 1] * o[i]);
      float weight = c * (p[i] * p[i] + p[i + 1] * p[i + 1]) + floor;
      o[i] += (p[i] * re + p[i + 1] * im) / weight;
      o[i + 1] += (p[i] * im - p[i + 1] * re) / weight;
    }
  }
}

CK_CLONES
void ck_add_intensity(float *weight, long weight_stride, const void *probe, long probe_stride,
                      long rows, long columns) {
  for (long row = 0; row < rows; row++) {
    float *g = weight + weight_stride * row;
    const float *p = C_AT(probe, probe_stride, row);
    long i = 0;
    for (; i + 16 <= 2 * columns; i += 16) {
      ck_v8 A = CK_LOAD(p + i), B = CK_LOAD(p + i + 8);
      CK_STORE(g + i / 2, CK_LOAD(g + i / 2) + CK_SQUARED_MODULI(A, B));
    }
    for (; i < 2 * columns; i += 2) g[i / 2] += p[i] * p[i] + p[i + 1] * p[i + 1];
  }
}

CK_CLONES
double ck_divide(void *object, const void *sum, const float *weight, long count,
                 float threshold) {
  float *o = object;
  const float *s = sum;
  double total = 0;
  for (long first = 0; first < count; first += 1024) {
    // Single precision carries a few hundred terms; the total is double.
    long end = first + 1024 < count ? first + 1024 : count, i = first;
    ck_v8 part = CK_ZERO;
    for (; i + 8 <= end; i += 8) {
      ck_v8 g = CK_LOAD(weight + i);
      ck_v8 inverse = CK_SELECT(g > threshold, 1.0f / g, CK_ZERO);
      ck_v8 unlit = CK_SELECT(g > threshold, CK_ZERO, CK_ZERO + 1.0f);
      ck_v8 a = CK_LOAD(s + 2 * i) * CK_LOW_PAIRS(inverse);
      ck_v8 b = CK_LOAD(s + 2 * i + 8) * CK_HIGH_PAIRS(inverse);
      part += g * CK_SQUARED_MODULI(a, b);
      CK_STORE(o + 2 * i, a + CK_LOW_PAIRS(unlit) * CK_REAL_ONE);
      CK_STORE(o + 2 * i + 8, b + CK_HIGH_PAIRS(unlit) * CK_REAL_ONE);
    }
    total += CK_SUM(part);
    for (; i < end; i++) {
      int lit = weight[i] > threshold;
      float inverse = lit ? 1 / weight[i] : 0;
      float re = inverse * s[2 * i], im = inverse * s[2 * i + 1];
      total += lit ? weight[i] * (re * re + im * im) : 0;
      o[2 * i] = lit ? re : 1;
      o[2 * i + 1] = im;
    }
  }
  return total;
}

CK_CLONES
float ck_largest(const float *values, long count) {
  ck_v8 most = CK_ZERO;
  float largest = 0;
  long i = 0;
  for (; i + 8 <= count; i += 8) most = CK_MAX(most, CK_LOAD(values + i));
  for (int k = 0; k < 8; k++) largest = most[k] > largest ? most[k] : largest;
  for (; i < count; i++) largest = values[i] > largest ? values[i] : largest;
  return largest;
}

CK_CLONES
void ck_combine(void *out, float a, const void *u, float b, const void *v, long count) {
  float *x = out;
  const float *p = u, *q = v;
  for (long i = 0; i < 2 * count; i++) x[i] = a * p[i] + b * q[i];
}

CK_CLONES
void ck_subtract_weighted(void *sum, const float *weight, const void *wave, long count) {
  float *s = sum;
  const float *w = wave;
  for (long i = 0; i < count; i++) {
    s[2 * i] -= weight[i] * w[2 * i];
    s[2 * i + 1] -= weight[i] * w[2 * i + 1];
  }
}
