// SPDX-License-Identifier: BSD-3-Clause
//
// The solver's loops over complex pixels and tomography's over voxels. They are in C because function multiversioning gives them
// wide instructions where the processor has them, without flags that would end the program where it
// has not; Docs/Decisions/0007-kernels-in-c.md has the measurements.
//
// Complex arrays are pairs of floats. A "_stride" is the distance between rows in complex numbers.
// Nothing overlaps unless it is the same array at the same place.

#ifndef CKERNELS_H
#define CKERNELS_H

// ψ += P x: completes exit waves in place.
void ck_add_product(void *wave, long wave_stride, const void *probe, long probe_stride,
                    const void *x, long x_stride, long rows, long columns);

// ψ += P x + Q y.
void ck_add_products(void *wave, long wave_stride, const void *probe, long probe_stride,
                     const void *x, long x_stride, const void *other, long other_stride,
                     const void *y, long y_stride, long rows, long columns);

// ψ = P x.
void ck_product(void *wave, long wave_stride, const void *probe, long probe_stride, const void *x,
                long x_stride, long rows, long columns);

// The difference map's reflection: with p = P x, v = ψ − p stays in `wave`, p − v goes to `out`.
void ck_reflect(void *wave, long wave_stride, const void *probe, long probe_stride, const void *x,
                long x_stride, void *out, long out_stride, long rows, long columns);

// Σ += P* ψ.
void ck_add_conjugate_product(void *sum, long sum_stride, const void *probe, long probe_stride,
                              const void *wave, long wave_stride, long rows, long columns);

// Both sums of a least-squares fit: Σ += P* ψ and weight += |P|².
void ck_add_normal_terms(void *sum, long sum_stride, float *weight, long weight_stride,
                         const void *factor, long factor_stride, const void *wave,
                         long wave_stride, long rows, long columns);

// RAAR's end of a frame: Σ += P* D and ψ ← a D + b ψ.
void ck_finish_raar(void *wave, long wave_stride, const void *projected, long projected_stride,
                    const void *probe, long probe_stride, void *sum, long sum_stride, long rows,
                    long columns, float a, float b);

// The same with ψ ← a D + b (ψ − P O).
void ck_finish_raar_apart(void *wave, long wave_stride, const void *projected,
                          long projected_stride, const void *probe, long probe_stride,
                          const void *object, long object_stride, void *sum, long sum_stride,
                          long rows, long columns, float a, float b);

// The difference map's end of a frame: ψ ← v + D and Σ += P* ψ.
void ck_finish_difference_map(void *wave, long wave_stride, const void *projected,
                              long projected_stride, const void *probe, long probe_stride,
                              void *sum, long sum_stride, long rows, long columns);

// PIE: O += P* (D − P O) / (c |P|² + floor).
void ck_update_object(void *object, long object_stride, const void *projected,
                      long projected_stride, const void *probe, long probe_stride, long rows,
                      long columns, float c, float floor);

// weight += |P|².
void ck_add_intensity(float *weight, long weight_stride, const void *probe, long probe_stride,
                      long rows, long columns);

// O = Σ / weight where the weight is above the threshold and 1 elsewhere. Returns Σ weight |O|² over
// the former.
double ck_divide(void *object, const void *sum, const float *weight, long count, float threshold);

// The largest of values that are not negative; 0 of none.
float ck_largest(const float *values, long count);

// out = a u + b v, in place of either where wanted.
void ck_combine(void *out, float a, const void *u, float b, const void *v, long count);

// Σ −= weight ψ.
void ck_subtract_weighted(void *sum, const float *weight, const void *wave, long count);

// The factor of a pixel by r = I / |ψ|²: offset + slope r where r ≤ bend, else √(square + root r).
typedef struct {
  float offset, slope, bend, square, root;
} ck_modulus_step;

// P_M of one mode on a run of far-field pixels: measured moduli, the wave's phases, √b being one
// more mode. intensity < 0 is unmeasured and gets the factor `keep`, 1 over a pattern's pixels; others
// that of the step. Returns Σ |factor ψ|². Meanwhile `count` pixels at `ahead`, of which only the place counts, come nearer to
// the processor.
double ck_project_moduli(void *wave, const float *intensity, const float *background, long count,
                         float keep, ck_modulus_step step, const void *ahead);

// power = Σ_modes |ψ|²: sets it, or adds to it.
void ck_power(float *power, const void *wave, long count, int adds);

// power ← the factor that P_M multiplies every mode by. Returns Σ factor² power.
double ck_modulus_factors(float *power, const float *intensity, const float *background,
                          long count, float keep, ck_modulus_step step);

// ψ ← factor ψ.
void ck_scale(void *wave, const float *factors, long count);

// Σ (√(scale² power + background) − √intensity)² over measured pixels.
double ck_modulus_residual(const float *power, const float *intensity, const float *background,
                           long count, float scale);

// Half of Poisson's deviance, Σ q − I + I log(I / q) over measured pixels, q = scale² power +
// background, I = intensity. The logarithm is exact to 1e-6.
double ck_photon_deviance(const float *power, const float *intensity, const float *background,
                          long count, float scale);

// The background's sums over frames, over measured pixels, with g = scale · power,
// q = g + background + floor and e = gain · (the step's factor at intensity / q − 1):
// model += g, gradient += e, inverse += 1 / q, part += g / q, scaling += g e.
void ck_add_background(float *model, float *gradient, float *inverse, float *part,
                       float *scaling, const float *power, const float *intensity, const float *background,
                       long count, float scale, float floor, ck_modulus_step step, float gain);

// Rays and the voxel columns that they cross: those of ray r are the numbers starts[r] to
// starts[r + 1] − 1 of `voxels`, the column's number, and `lengths`, the length inside, voxels.
typedef struct {
  long count;
  const long *starts;
  const int *voxels;
  const float *lengths;
} ck_rays;

// ART over all rays one after the other, slices first ... end − 1 of `height`, [column, slice]. With
// a the ray's lengths, r = measured − a·v and c = steps[ray] weight r: v ← max(low, v + c a),
// squares[slice] += weight r² and path[slice] += norms[ray] c². measured and weights: [ray, slice].
void ck_fold_rays(float *volume, long height, long first, long end, ck_rays rays,
                  const float *steps, const float *norms, const float *measured,
                  const float *weights, float low, float *squares, float *path);

// sums[ray, slice] += a·v.
void ck_integrate_rays(const float *volume, long height, long first, long end, ck_rays rays,
                       float *sums);

// v += Σ over rays of values[ray, slice] a.
void ck_spread_rays(float *volume, long height, long first, long end, ck_rays rays,
                    const float *values);

// The derivative of Σ √(|∇v|² + floor) with respect to each voxel of the slabs first ... end − 1 along x
// of a volume [x, z, y]. `flux` [z, y] holds what flows out of the slab before, zero where there is
// none, and then what flows out of the last. `behind` is the slab behind the last one where it is not
// to be read from the volume, else null. `row_room` has room for two rows. With `norms` [x], the sums
// of squares of each slab go there; without, v ← max(low, v − step · derivative). The derivative goes
// to `slopes` where that is not null.
void ck_variation_slabs(float *volume, long size_x, long size_z, long size_y, long first, long end,
                        const float *behind, float *flux, float *row_room, float floor, float step,
                        float low, double *norms, float *slopes);

// The largest absolute value; 0 of none.
float ck_largest_magnitude(const float *values, long count);

#endif
