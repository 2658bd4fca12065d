# SPDX-License-Identifier: BSD-3-Clause
"""A made-up sample of LiFePO4 and FePO4 plates and what a run would show of it.

Only the standard library is needed. Volumes are flat lists in the order [x, z, y], y fastest.
"""

import array
import math
import random

FINE = 96  # voxels a side of the running volume
REDUCED = 48  # voxels a side of what is shown in 3-D
VOXEL_M = 3.75e-9
ENERGIES = (708.2, 710.2)
MATRIX = ((11.80, 5.33), (5.45, 11.86))  # OD per micrometre: rows energies; LiFePO4, FePO4


class Sample:
    """Plates, their volumes, and projections at any tilt."""

    def __init__(self, seed=7, plates=30):
        generator = random.Random(seed)
        self.iron = array.array("f", bytes(4 * FINE**3))
        self.share = array.array("f", bytes(4 * FINE**3))
        for number in range(plates):
            self._add_plate(generator, number)
        self.density = [self._density(row) for row in range(2)]
        self.reduced_density = [reduce_volume(volume) for volume in self.density]
        self.reduced_iron = reduce_volume(self.iron)
        weighted = array.array("f", (i * s for i, s in zip(self.iron, self.share)))
        self.reduced_share = [
            w / i if i > 0.02 else 0.0 for w, i in zip(reduce_volume(weighted), self.reduced_iron)
        ]

    def _add_plate(self, generator, number):
        radius, height = 0.36 * FINE, 0.40 * FINE
        distance, turn = radius * math.sqrt(generator.random()), generator.uniform(0, 2 * math.pi)
        center = (
            FINE / 2 + distance * math.cos(turn),
            FINE / 2 + distance * math.sin(turn),
            FINE / 2 + generator.uniform(-height, height),
        )
        normal = _unit([generator.gauss(0, 1) for _ in range(3)])
        side = _unit(_cross(normal, [generator.gauss(0, 1) for _ in range(3)]))
        other = _cross(normal, side)
        half = (
            generator.uniform(2.0, 3.2),
            generator.uniform(8, 14),
            generator.uniform(6, 11),
        )
        kind = number % 5
        core, rim = ((0.95, 0.95), (0.04, 0.04), (0.95, 0.9), (0.9, 0.08), (0.06, 0.1))[kind]
        reach = [
            sum(abs(axis[i]) * size for axis, size in zip((normal, side, other), half)) + 1
            for i in range(3)
        ]
        spans = [
            range(max(0, int(center[i] - reach[i])), min(FINE, int(center[i] + reach[i]) + 2))
            for i in range(3)
        ]
        for x in spans[0]:
            for z in spans[1]:
                for y in spans[2]:
                    offset = (x + 0.5 - center[0], z + 0.5 - center[1], y + 0.5 - center[2])
                    depth = normal[0] * offset[0] + normal[1] * offset[1] + normal[2] * offset[2]
                    if abs(depth) >= half[0]:
                        continue
                    place = [
                        abs(sum(a * b for a, b in zip(axis, offset))) / size
                        for axis, size in zip((normal, side, other), half)
                    ]
                    if max(place) >= 1:
                        continue
                    at = (x * FINE + z) * FINE + y
                    self.iron[at] = 1
                    self.share[at] = core if max(place[1], place[2]) < 0.6 else rim

    def _density(self, row):
        lithiated, delithiated = (value * VOXEL_M * 1e6 for value in MATRIX[row])
        return array.array(
            "f",
            (i * (lithiated * s + delithiated * (1 - s)) for i, s in zip(self.iron, self.share)),
        )

    def slices(self, values):
        """The middle slices: along the beam [y, x], across the axis [z, x], from the side [y, z]."""
        middle = FINE // 2
        along = [
            values[(x * FINE + middle) * FINE + y] for y in range(FINE) for x in range(FINE)
        ]
        across = [
            values[(x * FINE + z) * FINE + middle] for z in range(FINE) for x in range(FINE)
        ]
        side = [values[(middle * FINE + z) * FINE + y] for y in range(FINE) for z in range(FINE)]
        return {"along_beam": along, "across_axis": across, "from_side": side}

    def projection(self, angle, energy):
        """Optical density [row, column] at a tilt, REDUCED pixels a side."""
        n, values = REDUCED, self.reduced_density[energy]
        sine, cosine = math.sin(math.radians(angle)), math.cos(math.radians(angle))
        sums = [0.0] * (n * n)
        middle = (n - 1) / 2
        for x in range(n):
            for z in range(n):
                place = (x - middle) * cosine + (z - middle) * sine + middle
                left = math.floor(place)
                share = place - left
                start = (x * n + z) * n
                for y in range(n):
                    value = values[start + y]
                    if value:
                        if 0 <= left < n:
                            sums[y * n + left] += 2 * value * (1 - share)
                        if -1 <= left < n - 1:
                            sums[y * n + left + 1] += 2 * value * share
        return sums


def reduce_volume(values):
    """Means of blocks of FINE / REDUCED voxels a side."""
    factor = FINE // REDUCED
    result = []
    for x in range(REDUCED):
        for z in range(REDUCED):
            for y in range(REDUCED):
                total = 0.0
                for i in range(factor):
                    for j in range(factor):
                        start = ((x * factor + i) * FINE + z * factor + j) * FINE + y * factor
                        total += sum(values[start : start + factor])
                result.append(total / factor**3)
    return result


def enlarge(values, size, wanted):
    """A picture of `size` a side at `wanted` a side, linear between pixels."""
    result = []
    for row in range(wanted):
        r = min(size - 1.001, max(0, (row + 0.5) * size / wanted - 0.5))
        r0, fr = int(r), r - int(r)
        for column in range(wanted):
            c = min(size - 1.001, max(0, (column + 0.5) * size / wanted - 0.5))
            c0, fc = int(c), c - int(c)
            at = r0 * size + c0
            top = values[at] * (1 - fc) + values[at + 1] * fc
            bottom = values[at + size] * (1 - fc) + values[at + size + 1] * fc
            result.append(top * (1 - fr) + bottom * fr)
    return result


def probe(size):
    """A zone plate's defocused focus as pairs of real and imaginary parts, [size, size]."""
    pairs = array.array("f")
    middle = size / 2
    for row in range(size):
        for column in range(size):
            radius = math.hypot(row - middle, column - middle)
            value = 60 * math.exp(-((radius / 11) ** 2)) + 9 * math.exp(-((radius / 26) ** 2)) * math.cos(
                radius / 2.6
            )
            turn = 0.011 * radius**2
            pairs.extend((value * math.cos(turn), value * math.sin(turn)))
    return pairs


def diffraction(size, seed):
    """The expected photons of a pattern [size, size]: bright ring, dark middle, speckle."""
    generator = random.Random(seed)
    coarse = [generator.expovariate(1) for _ in range(40 * 40)]
    speckle = enlarge(coarse, 40, size)
    result = []
    middle = size / 2
    for row in range(size):
        for column in range(size):
            radius = math.hypot(row - middle, column - middle) * 96 / size
            ring = 900 / (1 + math.exp((radius - 15) * 2)) / (1 + math.exp((6 - radius) * 3))
            halo = 160 * speckle[row * size + column] / (1 + (radius / 9) ** 3.2)
            result.append(ring * (0.6 + 0.4 * speckle[row * size + column]) + halo + 0.03)
    return result


def _unit(vector):
    size = math.sqrt(sum(v * v for v in vector))
    return [v / size for v in vector]


def _cross(a, b):
    return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]]
