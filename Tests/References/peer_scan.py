# SPDX-License-Identifier: BSD-3-Clause
"""The peers' simulated scan as plain numbers, and the peers' judgement of an object of ours.

usage: peer_scan.py export DATA.npz FOLDER
       peer_scan.py score DATA.npz ROWS COLUMNS OFFSET_ROWS OFFSET_COLUMNS OBJECT...

Runs in the folder of the peers' scripts, whose `score` it uses (TILTFOLD_PEERS). `export` writes
frames.f32 [frame, row, column] (photons, DC at [N/2, N/2]), corners.f32 [frame, 2] (row and column
of a frame's pixel [0, 0]) and probe.c64, and prints pattern size, frames, pixel size in metres.
`score` reads objects [row, column] of complex64 whose pixel [0, 0] lies at minus the offset, and
prints each one's error, free of phase, scale, ramp and a shift.
"""
import os
import sys

import numpy as np

sys.path.insert(0, os.getcwd())


def export(data, folder):
    os.makedirs(folder, exist_ok=True)
    data["intens"].astype("<f4").tofile(f"{folder}/frames.f32")
    data["pos"].astype("<f4").tofile(f"{folder}/corners.f32")
    data["probe0"].astype("<c8").tofile(f"{folder}/probe.c64")
    frames, size = data["intens"].shape[:2]
    print(size, frames, float(data["dx"]))


def error(path, shape, hint, data):
    from score import score

    found = np.fromfile(path, "<c8").reshape(shape)
    errors = [score(found, data)[0], score(found, data, hint)[0]]
    return min(value if value == value else 9.0 for value in errors)


command, data = sys.argv[1], dict(np.load(sys.argv[2]))
if command == "export":
    export(data, sys.argv[3])
else:
    rows, columns, *hint = (int(value) for value in sys.argv[3:7])
    for path in sys.argv[7:]:
        print(error(path, (rows, columns), hint, data))
