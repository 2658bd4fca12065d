# SPDX-License-Identifier: BSD-3-Clause
"""Puts our object of a measured scan beside cdtools' from the same file and the same probe.

    tiltfold reconstruct siemens_star.cxi --iterations 80 --output star-result.cxi
    python3 star_beside_peer.py siemens_star.cxi star-result.cxi EPOCHS PICTURE.png

needs cdtools, h5py and matplotlib. Both get the illumination of the file as their first probe.
"""
import sys

import h5py
import matplotlib
import numpy as np
import torch

matplotlib.use("Agg")
import matplotlib.pyplot as plt  # noqa: E402
from cdtools.datasets import Ptycho2DDataset  # noqa: E402
from cdtools.models import FancyPtycho  # noqa: E402

source, ours, epochs, picture = sys.argv[1], sys.argv[2], int(sys.argv[3]), sys.argv[4]
with h5py.File(source) as file:
    entry = file["entry_1"]
    detector = entry["instrument_1/detector_1"]
    photons = detector["data"][()].astype(np.float32)
    distance = float(detector["distance"][()])
    pitch = float(detector["x_pixel_size"][()])
    energy = float(entry["instrument_1/source_1/energy"][()])
    start = entry["instrument_1/source_1/illumination"][()]
    places = entry["sample_1/geometry_1/translation"][()]
# CXI keeps joules.
wavelength = 1.986445857e-25 / energy
pixel = wavelength * distance / (photons.shape[-1] * pitch)
# Rows run along -y and columns along -x, and the scan's signs follow.
translation = np.zeros((len(places), 3))
translation[:, 0], translation[:, 1] = -places[:, 0], -places[:, 1]
data = Ptycho2DDataset(
    torch.as_tensor(translation, dtype=torch.float32),
    torch.as_tensor(photons),
    wavelength=wavelength,
    detector_geometry=dict(
        distance=distance,
        basis=torch.tensor([[0, -pitch], [-pitch, 0], [0, 0]], dtype=torch.float32),
        corner=None,
    ),
    mask=torch.ones(photons.shape[1:], dtype=torch.bool),
)
model = FancyPtycho.from_dataset(data, n_modes=1, probe_support_radius=None)
start = start * np.sqrt(photons.sum((1, 2)).mean() / (np.abs(start) ** 2).sum())
with torch.no_grad():
    model.probe.data = torch.as_tensor(start.astype(np.complex64))[None] / model.probe_norm
for loss in model.Adam_optimize(epochs, data, lr=0.005, batch_size=10):
    print(f"loss {loss:.4g}", flush=True)
theirs = model.obj.detach().numpy()
theirs = theirs[0] if theirs.ndim == 3 else theirs
with h5py.File(ours) as file:
    mine = file["entry_1/image_latest/data"][()]
mine = mine[0] if mine.ndim == 3 else mine


def middle(image):
    """The scanned part, free of its phase ramp."""
    extent = [int(np.ptp(places[:, axis]) / pixel) for axis in (1, 0)]
    first = [(side - part) // 2 for side, part in zip(image.shape, extent)]
    part = image[first[0] : first[0] + extent[0], first[1] : first[1] + extent[1]]
    for axis in (0, 1):
        ahead = np.take(part, range(1, part.shape[axis]), axis)
        behind = np.take(part, range(part.shape[axis] - 1), axis)
        slope = np.angle(np.vdot(behind, ahead))
        places_along = np.arange(part.shape[axis])
        part = part * np.exp(-1j * slope * np.expand_dims(places_along, 1 - axis))
    return np.angle(part * np.exp(-1j * np.angle(part.sum())))


figure, axes = plt.subplots(1, 2, figsize=(8, 4.3), dpi=110)
for axis, image, title in (
    (axes[0], mine, "TiltFold, RAAR, 80 iterations"),
    (axes[1], theirs, f"cdtools, Adam, {epochs} epochs"),
):
    phase = middle(image)
    low, high = np.percentile(phase, [1, 99])
    axis.imshow(phase, cmap="gray", vmin=low, vmax=high, interpolation="nearest")
    rows, columns = phase.shape
    length = 500e-9 / pixel
    axis.plot([8, 8 + length], [rows - 8, rows - 8], color="yellow", linewidth=3)
    axis.text(8, rows - 12, "500 nm (nominal)", color="yellow", va="bottom", fontsize=8)
    axis.set_title(title, fontsize=9)
    axis.axis("off")
figure.tight_layout()
figure.savefig(picture)
