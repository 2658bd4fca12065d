# SPDX-License-Identifier: BSD-3-Clause
"""A wrapped phase of four turns with noise and unlit borders, unwrapped by scikit-image.

    pip install scikit-image
    python3 unwrap_phase.py > unwrap_phase.txt

prints a line for each lit pixel: row, column, the wrapped phase in rad, the whole turns that
skimage.restoration.unwrap_phase (0.26) adds to it, and the true phase, which is 0 in vacuum.
"""

import numpy as np
from skimage.restoration import unwrap_phase

SIDE = 56
rng = np.random.default_rng(5)
row, column = np.mgrid[:SIDE, :SIDE]


def bump(height, r, c, width):
    return height * np.exp(-((row - r) ** 2 + (column - c) ** 2) / (2 * width**2))


truth = -bump(26.0, 26, 30, 9.0) - bump(8.0, 38, 18, 5.0) + bump(4.0, 16, 16, 4.0)
noise = 0.35 * rng.standard_normal(truth.shape)
wrapped = np.angle(np.exp(1j * (truth + noise)))
lit = (row - 27.5) ** 2 + (column - 27.5) ** 2 < 26.5**2
lit &= ~((abs(row - 44) < 3) & (abs(column - 36) < 4))
unwrapped = unwrap_phase(np.ma.array(wrapped, mask=~lit))
turns = np.rint((unwrapped.filled(0) - wrapped) / (2 * np.pi)).astype(int)
for r, c in zip(*np.nonzero(lit)):
    print(r, c, f"{wrapped[r, c]:.5f}", turns[r, c], f"{truth[r, c]:.4f}")
