# SPDX-License-Identifier: BSD-3-Clause
"""Linear combination fits, interpolation and the two Gaussians of a histogram, by SciPy and lmfit.

    pip install numpy scipy lmfit
    python3 spectra.py > spectra.txt

prints lines of a word and numbers:

    energy  E ...            the energies of the data, eV
    grid    E ...            the energies of the references
    ref     v ...            a reference on that grid (twice: LiFePO4, FePO4)
    linear, cubic  v ...     the first reference at the data's energies (numpy.interp; the natural
                             scipy.interpolate.CubicSpline)
    data    v ...            a measured spectrum
    plain   l d R sl sd      numpy.linalg.lstsq, R, and standard errors of both
    bounded l d R            scipy.optimize.nnls
    line    l d c s R        lstsq with a constant and a line from -1 to 1
    edge    l d R            lstsq with the mean below 705.5 eV subtracted from data and references
    bounded4 a b c d         scipy.optimize.nnls with four references
    refs4   v ...            these references at the data's energies (four lines)
    hist    v ...            a histogram over 90 bins from 0 to 90 degrees
    gauss   m s h m s h      lmfit's two Gaussians: centre, sigma, height of each
    gausserr em em           lmfit's standard errors of the centres
    smooth  v ...            a row of noise smoothed by a Gaussian (scipy.ndimage), sigma 0.9 pixels
"""

import numpy as np
from lmfit.models import GaussianModel
from scipy.interpolate import CubicSpline
from scipy.ndimage import gaussian_filter
from scipy.optimize import nnls

rng = np.random.default_rng(11)


def show(word, *values):
    print(word, *(f"{v:.12g}" for v in np.concatenate([np.atleast_1d(v) for v in values])))


def peak(e, centre, width):
    return 1 / (1 + ((e - centre) / width) ** 2)


grid = np.arange(699.0, 716.01, 0.25)
lfp = 0.3 + 11 * peak(grid, 708.1, 0.8) + 3 * peak(grid, 710.3, 1.2)
fp = 0.3 + 5 * peak(grid, 708.6, 0.8) + 10.5 * peak(grid, 710.2, 0.9)
energy = np.array([700.0, 702.7, 705.2, 706.4, 707.3, 707.9, 708.2, 708.7, 709.4, 710.2, 710.9, 712.1, 714.3])
show("energy", energy)
show("grid", grid)
show("ref", lfp)
show("ref", fp)
a = np.column_stack([np.interp(energy, grid, r) for r in (lfp, fp)])
show("linear", a[:, 0])
show("cubic", CubicSpline(grid, lfp, bc_type="natural")(energy))
n = len(energy)


def r_factor(data, fit):
    return ((data - fit) ** 2).sum() / (data**2).sum()


truths = [(0.05, 0.02), (0.0, 0.06), (0.03, -0.004), (0.001, 0.001), (0.08, 0.0)]
for l, d in truths:
    data = a @ (l, d) + 0.02 * rng.standard_normal(n) + 0.03 - 0.01 * (energy - 707) / 7
    show("data", data)
    c, *_ = np.linalg.lstsq(a, data, rcond=None)
    fit = a @ c
    covariance = np.linalg.inv(a.T @ a) * ((data - fit) ** 2).sum() / (n - 2)
    show("plain", c, r_factor(data, fit), np.sqrt(np.diag(covariance)))
    c, _ = nnls(a, data)
    show("bounded", c, r_factor(data, a @ c))
    x = 2 * (energy - energy[0]) / (energy[-1] - energy[0]) - 1
    b = np.column_stack([a, np.ones(n), x])
    c, *_ = np.linalg.lstsq(b, data, rcond=None)
    show("line", c, r_factor(data, b @ c))
    below = energy < 705.5
    b = a - a[below].mean(axis=0)
    e = data - data[below].mean()
    c, *_ = np.linalg.lstsq(b, e, rcond=None)
    show("edge", c, r_factor(e, b @ c))

refs4 = np.column_stack([a, 4 * peak(energy, 707.2, 0.7) + 0.2, np.linspace(1, 2, n)])
for column in refs4.T:
    show("refs4", column)
for _ in range(6):
    data = refs4 @ (0.03 * rng.standard_normal(4)) + 0.01 * rng.standard_normal(n)
    show("data4", data)
    c, _ = nnls(refs4, data)
    show("bounded4", c)

angle = (np.arange(90) + 0.5) * 1.0
heights = 900 * np.exp(-((angle - 27.48) ** 2) / (2 * 4.1**2)) + 250 * np.exp(
    -((angle - 65.0) ** 2) / (2 * 5.6**2)
)
heights = rng.poisson(heights + 3).astype(float)
show("hist", heights)
model = GaussianModel(prefix="a_") + GaussianModel(prefix="b_")
start = model.make_params(
    a_center=25, a_sigma=5, a_amplitude=9000, b_center=68, b_sigma=5, b_amplitude=3000
)
best = model.fit(heights, start, x=angle, fit_kws={"xtol": 1e-14, "ftol": 1e-14, "gtol": 1e-14})
values = best.params
show(
    "gauss",
    [values[k].value for k in ("a_center", "a_sigma", "a_height", "b_center", "b_sigma", "b_height")],
)
show("gausserr", [values[k].stderr for k in ("a_center", "b_center")])
field = gaussian_filter(rng.standard_normal((24, 160)), 0.9, mode="wrap")
field *= 0.05 / field.std()
for row in field:
    print("smooth", *(f"{v:.5g}" for v in row))
