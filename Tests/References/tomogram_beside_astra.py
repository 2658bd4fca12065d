# SPDX-License-Identifier: BSD-3-Clause
"""Puts our volume beside ASTRA's from the same aligned projections.

    tiltfold tomogram HAADF.mrc --output haadf.h5
    python3 tomogram_beside_astra.py haadf.h5 ITERATIONS PICTURE.png

needs astra-toolbox, h5py and matplotlib. ASTRA runs SIRT over its line kernel on the CPU, not below
zero, slice after slice; what it gets are the projections and angles of our file, those of tilts that
take part. Prints how far both volumes agree and what each leaves of the projections where they can
be trusted; ASTRA knows nothing of trust and takes what was shifted in from outside for empty.
"""
import sys

import astra
import h5py
import matplotlib
import numpy as np

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402

source, iterations, picture = sys.argv[1], int(sys.argv[2]), sys.argv[3]
with h5py.File(source) as file:
    entry = file["entry"]
    takes_part = entry["alignment/accepted"][:] == 1
    projections = entry["projections_0/data"][:][takes_part]
    trusted = entry["projections_0/coverage"][:][takes_part] > 0.5
    angles = np.radians(entry["projections_0/rotation_angle"][:][takes_part])
    ours = entry["volume_0/data"][:]
    voxel = float(entry["voxel_size"][()])
    quantity = entry["volume_0/data"].attrs["long_name"]
    title = entry["title"].asstr()[()]

side, height = ours.shape[0], ours.shape[2]
grid = astra.create_vol_geom(side, side)
# Rows of ASTRA's slices run against its y; with the angles' signs turned they run along our z.
rays = astra.create_proj_geom("parallel", 1.0, projections.shape[2], -angles)
projector = astra.create_projector("line", rays, grid)
theirs = np.zeros_like(ours)
squares = {"ours": 0.0, "theirs": 0.0}
for y in range(height):
    sinogram = np.ascontiguousarray(projections[:, y, :])
    data = astra.data2d.create("-sino", rays, sinogram)
    result = astra.data2d.create("-vol", grid)
    configuration = astra.astra_dict("SIRT")
    configuration["ProjectorId"] = projector
    configuration["ProjectionDataId"] = data
    configuration["ReconstructionDataId"] = result
    configuration["option"] = {"MinConstraint": 0}
    algorithm = astra.algorithm.create(configuration)
    astra.algorithm.run(algorithm, iterations)
    theirs[:, :, y] = astra.data2d.get(result).T
    astra.algorithm.delete(algorithm)
    astra.data2d.delete([data, result])
    for name, volume in (("ours", ours), ("theirs", theirs)):
        number, again = astra.create_sino(np.ascontiguousarray(volume[:, :, y].T), projector)
        squares[name] += float(((again - sinogram)[trusted[:, y, :]] ** 2).sum())
        astra.data2d.delete(number)

power = float((projections[trusted] ** 2).sum())
print(f"correlation of the volumes: {np.corrcoef(ours.ravel(), theirs.ravel())[0, 1]:.4f}")
print(f"relative difference: {np.linalg.norm(ours - theirs) / np.linalg.norm(theirs):.4f}")
for name, sum_of_squares in squares.items():
    print(f"residual of {name}: {100 * np.sqrt(sum_of_squares / power):.2f} % of the projections")

figure, axes = plt.subplots(2, 3, figsize=(11.6, 7.6), dpi=100)
top = np.percentile(ours[ours > 0.05 * ours.max()], 99.5)
for row, (name, volume) in enumerate(
    (("TiltFold, ART", ours), (f"ASTRA, SIRT x {iterations}", theirs))
):
    slices = (
        ("along the beam (x, y)", volume[:, side // 2, :].T),
        ("across the axis (x, z)", volume[:, :, height // 2].T),
        ("from the side (z, y)", volume[side // 2].T),
    )
    for axis, (place, image) in zip(axes[row], slices):
        shown = axis.imshow(image, cmap="gray", vmin=0, vmax=top, interpolation="nearest")
        axis.set_title(f"{name}: {place}", fontsize=9)
        axis.axis("off")
        length = 200 / voxel
        bottom = image.shape[0] - 0.05 * image.shape[0]
        axis.plot([8, 8 + length], [bottom, bottom], color="yellow", linewidth=3)
        axis.text(8, bottom - 5, "200 nm", color="yellow", va="bottom", fontsize=8)
figure.suptitle(title)
figure.tight_layout(rect=(0, 0, 0.9, 1))
bar = figure.colorbar(shown, cax=figure.add_axes((0.91, 0.1, 0.012, 0.8)))
bar.set_label(quantity)
figure.savefig(picture)
