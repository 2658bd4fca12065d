# SPDX-License-Identifier: BSD-3-Clause
"""Registrations of one scene by other people's programs, for Tests/RegistrationTests.

Needs numpy, scikit-image (0.26) and pystackreg (0.2.8). Prints what the tests hold.
"""
import numpy as np
from pystackreg import StackReg
from skimage.registration import phase_cross_correlation

BLOBS = [(1.0, 20.0, 25.0, 3.0), (0.7, 27, 33, 2), (0.5, 24, 22, 4), (0.9, 30, 28, 1.8)]


def scene(rows=0.0, columns=0.0, rotation=0.0, scale=1.0):
    """The scene of SimilarityTests: r goes to scale R(rotation) r + shift about the centre."""
    r, c = np.mgrid[0:48, 0:56].astype(float)
    y, x = r - 23.5 - rows, c - 27.5 - columns
    cosine, sine = np.cos(rotation) / scale, np.sin(rotation) / scale
    v, u = cosine * y - sine * x + 23.5, sine * y + cosine * x + 27.5
    return sum(h * np.exp(-((v - a) ** 2 + (u - b) ** 2) / (2 * w * w)) for h, a, b, w in BLOBS)


print("phase_cross_correlation: displacement, shift that lays the image on the reference")
for rows, columns in [(2.3, -4.6), (-3.75, 1.2), (0.4, 0.1), (5.13, 2.87)]:
    shift, _, _ = phase_cross_correlation(
        scene(), scene(rows, columns), normalization=None, upsample_factor=100
    )
    print(rows, columns, np.round(shift, 3))

print("StackReg SCALED_ROTATION: what was done to the image, what lays it on the reference")
for rows, columns, degrees, scale in [(2.3, -1.7, 1.2, 1.01), (-0.8, 0.6, -2.0, 0.985)]:
    image = scene(rows, columns, np.deg2rad(degrees), scale)
    m = StackReg(StackReg.SCALED_ROTATION).register(scene(), image)
    # pystackreg's matrix takes points (x, y) of the reference to the image.
    back = np.linalg.inv(m)
    centre = back @ np.array([27.5, 23.5, 1.0])
    found = np.hypot(back[0, 0], back[1, 0])
    angle = np.rad2deg(np.arctan2(back[1, 0], back[0, 0]))
    print(
        (rows, columns, degrees, scale),
        "rows %.4f columns %.4f degrees %.4f scale %.5f"
        % (centre[1] - 23.5, centre[0] - 27.5, angle, found),
    )
