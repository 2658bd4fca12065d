# SPDX-License-Identifier: BSD-3-Clause
"""Optical density and target maps of a small stack by MANTiS, and its own HDF5 file of it.

    pip install --no-deps mantis-xray; pip install numpy scipy h5py
    python3 mantis.py stack.hdf5 > mantis.txt

writes a stack of counts with its I0 as MANTiS does (DataExchange, [x, y, energy]) and prints, for
each pixel in the order x then y, the optical density at every energy and then the thickness of two
targets by calc_svd_maps. Only numbers of MANTiS are used here, none of its text.
"""

import contextlib
import io
import sys

import numpy as np

with contextlib.redirect_stdout(io.StringIO()):
    from mantis_xray.analysis import analyze, data_stack, data_struct
    from mantis_xray.file_plugins import file_dataexch_hdf5

rng = np.random.default_rng(4)
columns, rows = 4, 3
energy = np.array([700.0, 705.0, 707.0, 708.2, 709.0, 710.2, 712.0])
i0 = 900 + 12 * (energy - 700)
# Known further out, for MANTiS moves the first and last energy of I0 by 0.001 eV.
i0_energy = np.arange(690.0, 723.0)
targets = np.array(
    [[0.3, 0.5, 3.0, 11.8, 6.0, 5.4, 2.8], [0.3, 0.4, 1.2, 5.3, 7.2, 11.9, 3.4]]
)
amounts = rng.uniform(0, 0.1, (columns, rows, 2))
density = amounts @ targets + 0.01 * rng.standard_normal((columns, rows, len(energy)))
counts = (i0 * np.exp(-density)).astype(np.float32)

with contextlib.redirect_stdout(io.StringIO()):
    structure = data_struct.h5()
    stack = data_stack.data(structure)
    stack.absdata = counts
    stack.n_cols, stack.n_rows, stack.n_ev = columns, rows, len(energy)
    stack.ev = energy
    stack.x_dist = 0.05 * np.arange(columns)
    stack.y_dist = 0.05 * np.arange(rows)
    stack.data_dwell = np.ones(len(energy))
    stack.fill_h5_struct_from_stk()
    stack.evi0, stack.i0data = i0_energy.copy(), 900 + 12 * (i0_energy - 700)
    stack.i0_dwell = None
    stack.calculate_optical_density()
    stack.evi0 = i0_energy
    stack.fill_h5_struct_normalization()
    file_dataexch_hdf5.write_h5(sys.argv[1], structure)
    analysis = analyze.analyze(stack)
    analysis.target_spectra = targets
    analysis.n_target_spectra = 2
    analysis.tspectrum_loaded = 1
    analysis.tspec_names = ["a", "b"]
    analysis.calc_svd_maps(usefittedspectra=False)
maps = analysis.target_svd_maps
print("energy", *energy)
print("i0", *i0)  # at the energies of the stack
for row in targets:
    print("target", *row)
for x in range(columns):
    for y in range(rows):
        print("counts", *(f"{v:.9g}" for v in counts[x, y]))
        print("od", *(f"{v:.12g}" for v in stack.od3d[x, y]))
        print("svd", *(f"{v:.12g}" for v in maps[x, y]))
