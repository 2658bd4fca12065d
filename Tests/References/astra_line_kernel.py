# SPDX-License-Identifier: BSD-3-Clause
"""ASTRA's line kernel and what double precision makes of it, for TomographyTests/AstraCaseTests.swift.

    pip install astra-toolbox numpy scipy      # 2.5.0, without CUDA
    python astra_line_kernel.py > astra_line_kernel.txt

Volumes are [x, z] about (N - 1)/2. A point appears at x' = x cos t + z sin t and rays run along
z' = -x sin t + z cos t; ASTRA's own axes are (x, -z), its matrix has the rows [-z, x].

Lines of the table:
    ray SIZE TILT COLUMN VOXEL:LENGTH ...     one row of the matrix, voxel = x N + z
    art|sart|sirt SIZE SWEEPS NORM VALUE ...  every 19th voxel after the sweeps, and sqrt(sum v^2)
"""
import astra
import numpy as np

SIZE, TILTS = 16, [-80.0, -45.0, -33.3, 0.0, 12.0, 45.0, 77.0, 90.0]
LARGE, STEPS = 64, 40


def matrix(size, tilts):
    """The line kernel's matrix, [tilt size + column, x size + z], double precision."""
    vectors = []
    for degrees in tilts:
        t = np.deg2rad(degrees)
        # The ray's direction, the detector's centre and the way from pixel to pixel, (x, -z).
        vectors.append([-np.sin(t), -np.cos(t), 0, 0, np.cos(t), -np.sin(t)])
    geometry = astra.create_proj_geom("parallel_vec", size, np.array(vectors))
    projector = astra.create_projector("line", geometry, astra.create_vol_geom(size, size))
    rows = astra.matrix.get(astra.projector.matrix(projector)).astype(float).tocsr()
    # ASTRA's row r, counted from the top, is at y = (N - 1)/2 - r = -z, so r is z.
    place = np.arange(size * size)
    z, x = place // size, place % size
    turned = rows.tocoo()
    import scipy.sparse
    return scipy.sparse.csr_matrix(
        (turned.data, (turned.row, (x * size + z)[turned.col])), shape=rows.shape)


def measured(size, tilts):
    """The chords of a disc, a little disturbed: no volume projects to it exactly."""
    values = np.zeros((len(tilts), size))
    for k, degrees in enumerate(tilts):
        t = np.deg2rad(degrees)
        middle = 6.3 * np.cos(t) - 9.7 * np.sin(t)
        for i in range(size):
            u = i - (size - 1) / 2 - middle
            values[k, i] = 0.2 * np.sqrt(max(0, 15.0**2 - u * u)) + 0.05 * ((7 * k + 3 * i) % 5 - 2)
    return values


def art(a, b, sweeps, relaxation):
    v = np.zeros(a.shape[1])
    for _ in range(sweeps):
        for i in range(a.shape[0]):
            row = slice(a.indptr[i], a.indptr[i + 1])
            where, lengths = a.indices[row], a.data[row]
            norm = lengths @ lengths
            if norm > 0:
                step = relaxation * (b[i] - lengths @ v[where]) / norm
                v[where] = np.maximum(0, v[where] + step * lengths)
    return v


def at_once(a, b, blocks, sweeps, relaxation):
    """v <- max(0, v + relaxation V^-1 A^T W^-1 (b - A v)) block after block."""
    v = np.zeros(a.shape[1])
    for _ in range(sweeps):
        for block in blocks:
            part = a[block]
            w, c = np.asarray(part.sum(1)).ravel(), np.asarray(part.sum(0)).ravel()
            r = np.where(w > 0, (b[block] - part @ v) / np.where(w > 0, w, 1), 0)
            v = np.maximum(0, v + relaxation * (part.T @ r) / np.where(c > 0, c, 1))
    return v


def main():
    a = matrix(SIZE, TILTS)
    for k, tilt in enumerate(TILTS):
        for i in range(SIZE):
            row = a[k * SIZE + i]
            entries = sorted((int(j), x) for j, x in zip(row.indices, row.data) if x > 1e-6)
            print("ray", SIZE, tilt, i, *(f"{j}:{x:.6f}" for j, x in entries))
    tilts = [-80 + 157 * k / (STEPS - 1) for k in range(STEPS)]
    a, b = matrix(LARGE, tilts), measured(LARGE, tilts).ravel()
    single = [slice(k * LARGE, (k + 1) * LARGE) for k in range(STEPS)]
    for name, sweeps, v in [
        ("art", 3, art(a, b, 3, 0.7)),
        ("sart", 3, at_once(a, b, single, 3, 0.7)),
        ("sirt", 12, at_once(a, b, [slice(None)], 12, 1.0)),
    ]:
        print(name, LARGE, sweeps, f"{np.linalg.norm(v):.7g}", *(f"{x:.7g}" for x in v[::19]))


main()
