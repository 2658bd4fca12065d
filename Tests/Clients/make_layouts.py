# SPDX-License-Identifier: BSD-3-Clause
"""Writes small scan files in the layouts of the programs around the ALS, by h5py alone.

usage: make_layouts.py LAYOUT FILE

Every number in them follows a rule that the tests know: frame f has the word
0xC000 + 100 + f at [row 1, column 2] and 0xC000 + 100 elsewhere, unless said.
"""
import json
import sys

import h5py
import numpy as np

EV = 1.602176634e-19
ROWS, COLUMNS = 6, 8
POINTS = 12  # more than ten, so that "10" sorts before "2"


def scan_meta(double=False, **more):
    """The metadata of pystxmcontrol: um, mm, eV, ms, positions (y, x)."""
    meta = {
        "header": "/cosmic-dtn/2023/10/231005/NS_231005012.stxm",
        "energy": 708.2, "energyIndex": 0, "scanRegion": "Region1",
        "isDoubleExp": double, "double_exposure": double,
        "dwell1": 300.0 if double else 30.0, "dwell2": 30.0,
        "dark_num_x": 5, "dark_num_y": 5, "n_repeats": 1, "repetition": 1,
        "exp_num_total": POINTS * (2 if double else 1), "defocus": float("nan"),
        "geometry": {"distance": 121.0, "psize": 30.0, "shape": 960, "resolution": 5e-9},
        "zonePlate": {"diameter": 360, "outerZone": 45, "A0": None},
        # three rows of four points: y slow, x fast, 0.07 um and 0.05 um apart
        "translations": [[0.07 * (p // 4), 10 + 0.05 * (p % 4)] for p in range(POINTS)],
    }
    meta.update(more)
    return meta


def words(value, extra=0):
    frame = np.full((ROWS, COLUMNS), 0xC000 + value, "<u2")
    frame[1, 2] += extra
    return frame


def stxm(path, double=False, long_first=False, old=False, first=0, missing=()):
    with h5py.File(path, "w") as f:
        f["metadata"] = json.dumps(scan_meta(double))
        entry = f.create_group("entry0")
        entry.attrs["NX_class"] = "NXentry"
        entry["definition"] = "NXstxm"
        entry["start_time"] = "2023-10-05T11:22:33"
        if old:
            # Before version 3: the scanned image is counter0, motors stand in the entry.
            entry["version"] = "2.1"
            entry["counter0/binned_values"] = np.zeros((1, 3, 4))
            entry["motors/SampleX"] = 12.5
        else:
            entry["version"] = "3.0"
            entry["instrument/motors/SampleTheta"] = np.array([-33.5])
            entry["ccd0/data"] = np.zeros((1, 3, 4))
        turn = 2 if double else 1
        dark = entry.create_group("ccd0/dark")
        for n in range(5 * turn):
            is_long = double and (n % 2 == 0) == long_first
            dark[str(n + first)] = words(110 if is_long else 100)
        exp = entry.create_group("ccd0/exp")
        for n in range(POINTS * turn):
            if n in missing:
                continue
            is_long = double and (n % 2 == 0) == long_first
            light = 10 * (n // turn + 1) if is_long else n // turn + 1
            exp[str(n + first)] = words((110 if is_long else 100) + light, n)


def stxm_image(path):
    with h5py.File(path, "w") as f:
        f["entry0/definition"] = "NXstxm"
        f["entry0/start_time"] = "2023-10-05T11:22:33"
        f["entry0/counter0/data"] = np.arange(2 * 3 * 4.0).reshape(2, 3, 4)
        f["entry0/counter0/energy"] = np.array([708.2, 710.2])
        f["entry0/counter0/stxm_scan_type"] = "sample image stack"


def cosmiccam_raw(path, stacks=("dark_frames", "exp_frames"), meta=True):
    """Raw frames in CXI: cosmiccam has two stacks, cosmic2 one with the darks first."""
    darks = np.stack([words(100) for n in range(5)])
    exposures = np.stack([words(101 + n, n) for n in range(POINTS)])
    with h5py.File(path, "w") as f:
        if meta:
            f["metadata"] = json.dumps(scan_meta())
        if len(stacks) == 2:
            f["entry_1/data_1/" + stacks[0]] = darks
            f["entry_1/data_1/" + stacks[1]] = exposures
        else:
            f["entry_1/data_1/" + stacks[0]] = np.concatenate([darks, exposures])
        if not meta:
            f["entry_1/instrument_1/source_1/energy"] = 708.2 * EV
            f["entry_1/instrument_1/detector_1/distance"] = 0.121
            f["entry_1/instrument_1/detector_1/x_pixel_size"] = 30e-6
            f["entry_1/sample_1/geometry_1/translation"] = translations()


def translations():
    return np.array([[5e-8 * (p % 4), 7e-8 * (p // 4), 0] for p in range(POINTS)])


def patterns(n=8):
    """Counts with the bright disc in the middle; frame f is brighter by f."""
    y, x = np.mgrid[:n, :n] - n // 2
    disc = 100.0 * (x * x + y * y <= 4)
    return np.stack([disc + f for f in range(POINTS)]).astype("f4")


def cosmicp(path, places="all", corner_only=False, mask_corner=True):
    """Cleaned frames as cosmicp and ACME leave them: geometry, masks, start probe."""
    data = patterns()
    n = data.shape[1]
    distance, pixel = 0.121, 1e-4
    with h5py.File(path, "w") as f:
        f["cxi_version"] = 140
        f["entry_1/instrument_1/source_1/energy"] = 708.2 * EV
        detector = f.create_group("entry_1/instrument_1/detector_1")
        detector.create_dataset(
            "data", data=data, chunks=(1, n, n), maxshape=(None, n, n)
        ).attrs["axes"] = "translation:y:x"
        detector["corner_position"] = [n / 2 * pixel, n / 2 * pixel, distance]
        if not corner_only:
            detector["distance"] = distance
            detector["x_pixel_size"] = pixel
            detector["y_pixel_size"] = pixel
            detector["basis_vectors"] = [[0, -pixel, 0], [-pixel, 0, 0]]
        mask = np.zeros((n, n), "u4")
        mask[0, 1] = 1
        detector["mask"] = mask
        lit = patterns()[0] >= 100
        detector["Fillumination_mask"] = np.fft.ifftshift(lit) if mask_corner else lit
        probe = np.fft.fftshift(np.fft.ifft2(np.fft.ifftshift(np.sqrt(data[0]))))
        f["entry_1/instrument_1/source_1/data_illumination"] = probe.astype("c8")
        if places in ("all", "geometry"):
            f["entry_1/sample_1/geometry_1/translation"] = translations()
        if places == "all":
            target = "/entry_1/sample_1/geometry_1/translation"
            f["entry_1/data_1/translation"] = h5py.SoftLink(target)
            detector["translation"] = h5py.SoftLink(target)
        if places == "detector":
            detector["translation"] = translations()
        if places == "data":
            f["entry_1/data_1/translation"] = translations()
        f["entry_1/data_1/data"] = h5py.SoftLink("/entry_1/instrument_1/detector_1/data")


def sharp_result(path, latest=None):
    """What SHARP adds to a scan: results by number, nothing of our own."""
    cosmicp(path)
    with h5py.File(path, "a") as f:
        for number in (1, 2, 10):
            group = f.create_group("entry_1/image_%d" % number)
            group["data"] = np.full((14, 15), number + 1j, "c8")
            group["process_1/final_illumination"] = np.full((8, 8), number, "c8")
            group["process_1/final_background"] = np.full((8, 8), 0.5 * number, "f4")
        if latest:
            f["entry_1/image_latest"] = h5py.SoftLink("/entry_1/image_%d" % latest)


LAYOUTS = {
    "stxm": stxm,
    "stxm-double": lambda p: stxm(p, double=True),
    "stxm-long-first": lambda p: stxm(p, double=True, long_first=True),
    "stxm-old": lambda p: stxm(p, old=True),
    "stxm-from-1": lambda p: stxm(p, first=1),
    "stxm-missing": lambda p: stxm(p, double=True, missing=(0, 5, 23)),
    "stxm-image": stxm_image,
    "cosmiccam-raw": cosmiccam_raw,
    "cosmic2-raw": lambda p: cosmiccam_raw(p, stacks=("raw_data",)),
    "cosmicp-raw": lambda p: cosmiccam_raw(p, meta=False),
    "cosmicp": cosmicp,
    "acme": lambda p: cosmicp(p, places="geometry", mask_corner=False),
    "als-5321": lambda p: cosmicp(p, places="detector", corner_only=True),
    "ptypy": lambda p: cosmicp(p, places="data"),
    "sharp": sharp_result,
    "sharp-latest": lambda p: sharp_result(p, latest=2),
}

if __name__ == "__main__":
    LAYOUTS[sys.argv[1]](sys.argv[2])
