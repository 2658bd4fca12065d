# SPDX-License-Identifier: BSD-3-Clause
"""The arithmetic of the ALS preprocessor on made-up frames, by NumPy.

Written from a description of ACME_Data_Cleaning_And_Assembly (allevitan, 2022-2024): mean dark,
lower overscan word, running median of 21 rows, bounds of -1000 and 50 ADU, 0.55 ADU, negative
values cut, saturation spread by one pixel within a tile. The frames come from integers that
BeamlineCleaningTests.swift makes in the same way.

    python3 beamline_cleaning.py > beamline_cleaning.txt

prints the mean of the unmasked pixels of each of 12 x 12 blocks, with and without the cut, then
the number of masked pixels of each block, then 48 single pixels with their row and column.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

ROWS, COLUMNS = 1040, 1152


def noise(seed):
    """Integers from -10 to 10, the same in every language."""
    x = (np.arange(ROWS * COLUMNS, dtype=np.uint64) + np.uint64(seed * 1000003)) & np.uint64(0xFFFFFFFF)
    x = (x * np.uint64(2654435761)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(15)
    x = (x * np.uint64(2246822519)) & np.uint64(0xFFFFFFFF)
    x ^= x >> np.uint64(13)
    return ((x % np.uint64(21)).astype(np.int64) - 10).reshape(ROWS, COLUMNS)


def dark(seed):
    column = np.arange(COLUMNS)[None, :]
    return 0xC000 + 500 + column % 37 + noise(seed)


def exposure(seed):
    row = np.arange(ROWS)[:, None]
    column = np.arange(COLUMNS)[None, :]
    raw = dark(seed) + 20 + row // 40 - column // 100
    # Light on everything but overscan, and levels that reach the upper bound in some tiles.
    raw = raw + np.where((column % 12 != 0) & (column % 12 != 11), (row + column) % 60, 0)
    raw = raw + np.where((row >= 600) & (row < 700) & (column // 12 == 20), 80, 0)
    # Saturation, overscan words included.
    raw = np.where((row >= 200) & (row < 260) & (column >= 303) & (column < 341), 0xDFFF, raw)
    return raw


def tiles(image):
    """[tile, row, column]: 96 of the upper half, then 96 of the lower half, turned by 180 degrees."""
    halves = []
    for place, half in enumerate([image[:487], np.rot90(image[553:], 2)]):
        cut = half.reshape(487, 96, 12).transpose(1, 0, 2).copy()
        if place == 0:
            cut[59] = np.roll(cut[59], -1, axis=-1)
        halves.append(cut)
    return np.concatenate(halves)


def picture(cut):
    """The 960 x 960 picture as seen looking downstream."""
    upper, lower = (half[:, 6:486, 1:11].transpose(1, 0, 2).reshape(480, 960) for half in (cut[:96], cut[96:]))
    return np.flip(np.vstack([upper, np.rot90(lower, 2)]).T, (0, 1))


def clean(raw, mean_dark, cut_negative):
    above = tiles(raw).astype(float) - mean_dark
    lower = np.minimum(above[:, :, 0], above[:, :, 11])
    padded = np.pad(lower, ((0, 0), (10, 10)), mode="edge")
    level = np.median(sliding_window_view(padded, 21, axis=1), axis=-1)
    level = np.clip(level, -1000, 50)
    cleaned = above - level[:, :, None] - 0.55
    if cut_negative:
        cleaned = np.maximum(cleaned, 0)
    saturated = tiles(raw)[:, :, 1:11] >= 57343
    padded = np.pad(saturated, ((0, 0), (1, 1), (1, 1)))
    spread = sliding_window_view(padded, (3, 3), axis=(1, 2)).any(axis=(-1, -2))
    mask = np.zeros(cleaned.shape, bool)
    mask[:, :, 1:11] = spread
    return picture(np.where(mask, np.nan, cleaned))


def main():
    mean_dark = np.mean([tiles(dark(seed)).astype(float) for seed in (1, 2, 3)], axis=0)
    raw = exposure(9)
    for cut_negative in (True, False):
        cleaned = clean(raw, mean_dark, cut_negative)
        blocks = cleaned.reshape(12, 80, 12, 80)
        print(" ".join(f"{x:.5f}" for x in np.nanmean(blocks, axis=(1, 3)).ravel()))
    print(" ".join(str(x) for x in np.isnan(blocks).sum(axis=(1, 3)).ravel()))
    for k in range(48):
        row, column = (k * 397 + 11) % 960, (k * 631 + 5) % 960
        print(row, column, f"{cleaned[row, column]:.5f}")


main()
