# SPDX-License-Identifier: BSD-3-Clause
"""Times csxtools on raw FastCCD frames: its dark and gain correction and its rotation.

    python3 run_csxtools.py FRAMES COUNT

reads COUNT frames of 1040 x 1152 16-bit words, takes the first as the dark of every gain, and
prints the milliseconds for a frame of each step, the best of twelve passes on one thread.
"""

import importlib.util
import os
import sys
import time
import types

os.environ["OMP_NUM_THREADS"] = "1"
# The package's own first module needs a data broker that the compiled steps do not.
package = types.ModuleType("csxtools")
package.__path__ = list(importlib.util.find_spec("csxtools").submodule_search_locations)
sys.modules["csxtools"] = package

import numpy as np  # noqa: E402
from csxtools.fastccd import correct_images  # noqa: E402
from csxtools.image import rotate90  # noqa: E402

frames = np.fromfile(sys.argv[1], "<u2").reshape(int(sys.argv[2]), 1040, 1152)
dark = np.repeat((frames[:1] & 0x1FFF).astype(np.float32), 3, axis=0)
best = [1e9, 1e9]
for _ in range(12):
    start = time.perf_counter()
    corrected = correct_images(frames, dark)
    middle = time.perf_counter()
    rotate90(corrected, "cw")
    best = [min(best[0], middle - start), min(best[1], time.perf_counter() - middle)]
print(*(1000 * x / len(frames) for x in best))
