# SPDX-License-Identifier: BSD-3-Clause
"""Voxels of a few blobs, with what SciPy and scikit-image make of them.

    pip install scipy scikit-image
    python3 particles.py > particles.txt

prints one line for each array, its name, then its numbers in C order; the first line has the three
extents. SciPy 1.17, scikit-image 0.26.
"""

import numpy as np
from scipy import ndimage
from skimage.measure import regionprops
from skimage.morphology import h_maxima, remove_small_objects
from skimage.segmentation import watershed

SHAPE = (20, 16, 18)
HEIGHT = 60
FEWEST = 12
rng = np.random.default_rng(11)
ALL = np.ones((3, 3, 3), bool)


def show(name, array):
    print(name, *np.asarray(array).ravel().tolist())


print("extents", *SHAPE)
noise = ndimage.gaussian_filter(rng.standard_normal(SHAPE), 1.5)
mask = noise > np.quantile(noise, 0.62)
mask[3:12, 4:13, 5:14] |= True
mask[6:9, 7:10, 8:11] = False  # a hole
mask[9:11, 4:13, 9] = False  # a tunnel along z
mask ^= rng.random(SHAPE) < 0.01  # single voxels in and out
show("mask", mask.astype(int))
squares = ndimage.distance_transform_edt(mask) ** 2
assert np.abs(squares - np.rint(squares)).max() < 1e-9
show("squared_distance", np.rint(squares).astype(int))
filled = ndimage.binary_fill_holes(mask)
show("filled", filled.astype(int))
in_slices = mask.copy()
for axis in range(3):
    for i in range(SHAPE[axis]):
        at = [slice(None)] * 3
        at[axis] = i
        in_slices[tuple(at)] |= ndimage.binary_fill_holes(mask[tuple(at)])
show("filled_in_slices", in_slices.astype(int))
show("components_faces", ndimage.label(mask)[0])
show("components_corners", ndimage.label(mask, ALL)[0])
show("large", remove_small_objects(mask, max_size=FEWEST - 1).astype(int))

height = ndimage.gaussian_filter(rng.standard_normal(SHAPE), 1.0)
height = 200 + np.rint(400 * (height - height.min()) / np.ptp(height)).astype(int)
height[~mask] = 0
show("height", height)
peaks = h_maxima(height, HEIGHT) > 0
markers, count = ndimage.label(peaks & mask, ALL)
show("maxima", (peaks & mask).astype(int))
basins = watershed(-height, markers, mask=mask, connectivity=ALL)
show("markers", markers)
show("basins", basins)
for region in regionprops(ndimage.label(mask, ALL)[0])[:1]:
    show("centroid", region.centroid)
    # Eigenvalues of the inertia tensor are sums of two variances each.
    inertia = np.asarray(region.inertia_tensor_eigvals)
    show("variances", sorted(inertia.sum() / 2 - inertia, reverse=True))
