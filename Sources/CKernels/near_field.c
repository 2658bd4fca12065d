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
void ck_add_probe(void *sum, long sum_stride, float *weight, long weight_stride,
                  const void *object, long object_stride, const void *probe, long probe_stride,
                  const void *projected, long projected_stride, long rows, long columns) {
  for (long row = 0; row < rows; row++) {
    float *s = AT(sum, sum_stride, row), *g = weight + weight_stride * row;
    const float *o = C_AT(object, object_stride, row), *p = C_AT(probe, probe_stride, row);
    const float *d = C_AT(projected, projected_stride, row);
    long i = 0;
    for (; i + 16 <= 2 * columns; i += 16) {
      ck_v8 A = CK_LOAD(o + i), B = CK_LOAD(o + i + 8);
      CK_STORE(s + i, CK_LOAD(s + i) + CK_CONJUGATE_MULTIPLY(A, CK_LOAD(d + i)) -
                          CK_SQUARED_MODULUS(A) * CK_LOAD(p + i));
      CK_STORE(s + i + 8, CK_LOAD(s + i + 8) + CK_CONJUGATE_MULTIPLY(B, CK_LOAD(d + i + 8)) -
                              CK_SQUARED_MODULUS(B) * CK_LOAD(p + i + 8));
      CK_STORE(g + i / 2, CK_LOAD(g + i / 2) + CK_SQUARED_MODULI(A, B));
    }
    for (; i < 2 * columns; i += 2) {
      float square = o[i] * o[i] + o[i + 1] * o[i + 1];
      s[i] += o[i] * d[i] + o[i + 1] * d[i + 1] - square * p[i];
      s[i + 1] += o[i] * d[i + 1] - o[i + 1] * d[i] - square * p[i + 1];
      g[i / 2] += square;
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
