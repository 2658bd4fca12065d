# SPDX-License-Identifier: BSD-3-Clause
"""Fourier shell correlation by corrct, the oracle of ShellComparisonTests.

Run: pip install corrct==3.0.0; python shell_correlation.py (writes shell_correlation.txt beside it)

Two volumes [x, z, y] of 128 voxels a side share twelve Gaussian blobs and have noise of their own from
a generator that Swift repeats bit by bit. Conventions differ: corrct deals each Fourier voxel to the
two shells next to it by linear weights, takes the modulus of each shell's sum, and leaves the mean in;
ours rounds to the nearest shell, takes the real part, and takes the mean off. Its threshold counts a
sphere's surface, ours the voxels of the shell. On shells of some hundred voxels none of it shows.
"""

from pathlib import Path

import numpy as np
from corrct.processing.post import compute_frc

SIDE = 128


def noise(count, state):
    """Numbers of variance 1 from a linear congruential generator, modulo 2^32."""
    values = np.empty(count)
    for i in range(count):
        state = (1664525 * state + 1013904223) % 2**32
        values[i] = state / 2**32
    return (values - 0.5) * np.sqrt(12.0)


def blobs():
    axis = np.arange(SIDE, dtype=np.float64)
    volume = np.zeros((SIDE, SIDE, SIDE))
    for k in range(12):
        center = [45 + (17 * k) % 37, 45 + (23 * k) % 31, 45 + (29 * k) % 35]
        width = 0.9 + 0.15 * (k % 5)
        parts = [np.exp(-((axis - c) ** 2) / (2 * width**2)) for c in center]
        volume += (1 + k % 3) * np.einsum("x,z,y->xzy", *parts)
    return volume


signal = blobs()
halves = [
    (signal + 0.01 * noise(SIDE**3, seed).reshape(signal.shape)).astype(np.float32)
    for seed in (1, 2)
]
curve, _ = compute_frc(*halves, smooth=None, taper_ratio=None)
lines = ["# corrct 3.0.0, compute_frc(a, b, smooth=None, taper_ratio=None), shells 0 to 63"]
lines += [f"{value:.6f}" for value in curve]
Path(__file__).with_suffix(".txt").write_text("\n".join(lines) + "\n")
