// SPDX-License-Identifier: BSD-3-Clause
// A projection of the reduced volume at an angle: stands in for the picture of a tilt that was
// finished before the page was opened.

/** Sums voxels [x, z, y] along the beam after a tilt about y; a positive tilt turns +z towards +x. */
export function reproject({ values, shape }, angle) {
  const [nx, nz, ny] = shape;
  const [sine, cosine] = [Math.sin((angle * Math.PI) / 180), Math.cos((angle * Math.PI) / 180)];
  const sums = new Float32Array(ny * nx);
  for (let x = 0; x < nx; x++) {
    for (let z = 0; z < nz; z++) {
      const place = (x - (nx - 1) / 2) * cosine + (z - (nz - 1) / 2) * sine + (nx - 1) / 2;
      const left = Math.floor(place);
      const share = place - left;
      const from = (x * nz + z) * ny;
      for (let y = 0; y < ny; y++) {
        const value = values[from + y];
        if (value === 0) continue;
        if (left >= 0 && left < nx) sums[y * nx + left] += value * (1 - share);
        if (left >= -1 && left < nx - 1) sums[y * nx + left + 1] += value * share;
      }
    }
  }
  return { values: sums, rows: ny, columns: nx };
}
