# SPDX-License-Identifier: BSD-3-Clause
"""A run that nobody measures: it makes a message of every topic, on and on.

Each scan takes `scan_s` seconds; `folded` tilts are done when it starts.
"""

import array
import json
import math
import random
import struct
import time

import sample as made

TILTS = 24
SIDE = 14  # scan points a side
FRAMES = SIDE * SIDE
OBJECT = 128
PATTERN = 96
SCHEMA = "tiltfold-preview/1"
SOURCE = "tcp://127.0.0.1:37013"
VOXEL = made.VOXEL_M * 1e6  # um


def frame(topic, header, arrays=()):
    """A binary frame of /stream: length, JSON, arrays, each at a multiple of 8."""
    described, payloads = [], []
    for name, shape, values, unit, size in arrays:
        dtype = "float32"
        if isinstance(values, tuple):
            dtype, values = values
        elif isinstance(values, (bytes, bytearray)):
            dtype = "uint8"
        else:
            values = array.array("f", values)
        entry = {"name": name, "shape": shape, "dtype": dtype, "byteorder": "<", "order": "C", "unit": unit}
        if size:
            entry["pixel_size_m"] = size
        described.append(entry)
        payloads.append(bytes(values))
    quality = {k: v for k, v in header.get("quality", {}).items() if math.isfinite(v)}
    head = json.dumps({"topic": topic, **header, "quality": quality, "arrays": described}).encode()
    data = bytearray(struct.pack("<I", len(head)) + head)
    for payload in payloads:
        data.extend(bytes(-len(data) % 8))
        data.extend(payload)
    return bytes(data)


def to_bytes(values, full):
    return bytes(min(255, max(0, round(255 * v / full))) for v in values)


class MockRun:
    """Makes frames; `publish(topic, slot, frame)` takes them."""

    def __init__(self, publish, scan_s=6.0, folded=14, scenario="good", tilts=TILTS):
        self.publish, self.scan_s, self.scenario = publish, scan_s, scenario
        self.sample = made.Sample()
        self.generator = random.Random(3)
        self.tilts = tilts
        self.angles = [-80 + 157 * i / (tilts - 1) for i in range(tilts)]
        self.folded = folded
        self.states = {}  # tilt -> "held" or "dropped"
        self.rows = [self.generator.gauss(0, 3.5) for _ in range(tilts)]
        self.columns = [self.generator.gauss(0, 4.5) for _ in range(tilts)]
        self.residuals = [0.028 + abs(self.generator.gauss(0, 0.006)) for _ in range(tilts)]
        self.sequences, self.paused, self.paused_at = {}, False, 0.0
        self.started_run = time.time()
        self.probe = made.probe(PATTERN)
        self.pattern = made.diffraction(PATTERN, 1)
        self.started = time.time() - 2 * folded * scan_s
        self.scan_started = time.time()
        self.energy = 0
        self.errors = {"data": 0.3, "overlap": 0.4}
        self.projections, self.after_end = {}, 0
        self.measured = True
        self.parameters = {
            "ptychography.iterations": ["integer", 200, 1, 5000, None, "1", "Iterations of each scan", "holds at once"],
            "ptychography.beta": ["number", 0.75, 0.1, 1.0, None, "1", "How strongly each iteration corrects", "from the next scan on"],
            "tomography.relaxation": ["number", 0.35, 0.01, 1.5, None, "1", "Step of the algebraic reconstruction", "from the next tomogram on"],
            "registration.minimum_confidence": ["number", None, 0.0, 1.0, "left to the data", "1", "Below it a tilt is held back", "holds at once"],
            "ptychography.background": ["flag", True, None, None, None, None, "Whether background is retrieved", "from the next scan on"],
        }
        self._scan_pictures()

    # What stands in every message.

    def header(self, topic, scan=False, **more):
        number = self.sequences.get(topic, 0)
        self.sequences[topic] = number + 1
        header = {"schema": SCHEMA, "sequence": number, "generation": int(self.started_run), "timestamp_ns": time.time_ns(), "tomogram_id": "plates"}
        if scan:
            header.update(
                identifier=f"NS_{2 * self.folded + self.energy:06d}", rotation_angle_deg=round(self.angles[self.tilt], 3),
                tilt_index=self.tilt, energy_eV=made.ENERGIES[self.energy], energy_index=self.energy,
            )
        header.update(more)
        return header

    @property
    def tilt(self):
        return min(self.folded, self.tilts - 1)

    @property
    def progress(self):
        # During a pause frames wait: some of the scan in hand, however late in it the pause began.
        now = self.paused_at if self.paused else time.time()
        # A scan may have begun in the same moment.
        return max(0.0, min(0.9 if self.paused else 1.0, (now - self.scan_started) / self.scan_s))

    def scan_quality(self):
        done = self.progress
        return {
            "iteration": int(200 * done), "overlap_error": self.errors["overlap"], "data_error": self.errors["data"],
            "frames_expected": FRAMES, "coverage": min(1, done * 1.2), "frames_dropped": 0,
        }

    def _scan_pictures(self):
        """What the scan in hand would show when it is done."""
        key = (self.tilt, self.energy)
        if key not in self.projections:
            self.projections[key] = made.enlarge(self.sample.projection(self.angles[self.tilt], self.energy), made.REDUCED, made.FINE)
        density = self.projections[key]
        margin = (OBJECT - made.FINE) // 2
        self.density = [0.0] * OBJECT**2
        for row in range(made.FINE):
            start = (row + margin) * OBJECT + margin
            self.density[start : start + made.FINE] = density[row * made.FINE : (row + 1) * made.FINE]

    # One message each.

    def send(self, topic, header, arrays=(), slot=None):
        self.publish(topic, slot, frame(topic, header, arrays))

    def status(self):
        done = 2 * self.folded + self.energy
        elapsed = time.time() - self.started
        trouble = self.scenario == "trouble"
        quality = {
            "messages_received": 60000, "frames_received": done * FRAMES + int(self.progress * FRAMES), "frames_used": done * FRAMES + int(self.progress * FRAMES) - 3,
            "darks_received": 480, "frames_lost": 0 if not trouble else int(elapsed / 3), "frames_duplicate": 2, "frames_unusable": 1, "frames_without_scan": 0, "frames_after_end": self.after_end,
            "messages_malformed": 0, "messages_unread": 0, "bytes_unrecorded": 0 if not trouble else 4.1e8, "frames_per_second": 0 if self.paused else FRAMES / self.scan_s + self.generator.gauss(0, 1),
            "scan_frames_expected": FRAMES, "scans_started": done + 1, "scans_finished": done, "scans_unfinished": 2, "projections_folded": done - 1, "projections_held_back": 1,
            "recorder_queue_depth": self.generator.randrange(4), "intake_queue_depth": int(40 * (time.time() - self.paused_at)) if self.paused else self.generator.randrange(12), "previews_skipped": 41,
            "recorded_bytes": done * FRAMES * 2.4e6 + self.progress * FRAMES * 2.4e6, "iteration": int(200 * self.progress),
            "overlap_error": self.errors["overlap"], "data_error": 0.052 + 0.002 * math.sin(done), "frc_half_period_m": 9.4e-9, "elapsed_s": elapsed,
            "remaining_s": elapsed / max(1, done) * (2 * self.tilts - done), "state_of_charge": 0.472 + 0.01 * math.sin(done),
            "latency_stxm_p50_ms": 21 + self.generator.random(), "latency_stxm_p90_ms": 38 + self.generator.random(), "latency_stxm_p99_ms": 64 + 6 * self.generator.random(), "latency_stxm_recent_p99_ms": 58 + 9 * self.generator.random(),
            "latency_frame_p99_ms": 12.0, "disk_free_bytes": (3.1e9 - elapsed * 1e6) if trouble else (812e9 - done * 5e8), "beam_per_second": (2.31e7 + 2e5 * math.sin(done)) * (0.55 if trouble else 1),
            "tilt_count": self.tilts, "energy_count": 2, "fsc_half_period_m_0": 11.2e-9, "fsc_half_period_m_1": 11.6e-9, "fsc_tilts": self.folded,
        }
        if self.scenario == "waiting":
            counts = ("messages_received", "frames_received", "frames_used", "frames_lost", "frames_duplicate", "frames_unusable", "messages_malformed", "scan_frames_expected", "scans_started", "scans_finished", "scans_unfinished", "intake_queue_depth", "recorder_queue_depth", "recorded_bytes", "bytes_unrecorded")
            quality = {**dict.fromkeys(counts, 0), "frames_per_second": 0, "disk_free_bytes": 812e9, "elapsed_s": 0}
            text = {"state": "waiting", "reconstruction": "running", "when_behind": "cut", "recording": "recording", "source": SOURCE}
            return self.send("status", self.header("status", quality=quality, text=text))
        text = {"state": "acquiring", "reconstruction": "paused" if self.paused else "running", "when_behind": "cut", "recording": "failing" if trouble else "recording", "end": "iterations", "source": SOURCE}
        self.send("status", self.header("status", scan=True, frame_count=int(self.progress * FRAMES), quality=quality, text=text))

    def diffraction(self):
        gauss = self.generator.gauss
        shift = 1 + 0.15 * math.sin(time.time() * 3)
        photons = array.array("f", (max(0.0, p * shift + gauss(0, 1) * math.sqrt(p)) for p in self.pattern))
        quality = {**self.scan_quality(), "index": int(self.progress * FRAMES), "mean_frames": 1 + int(self.progress * FRAMES)}
        spread = 1 / math.sqrt(quality["mean_frames"])
        mean = array.array("f", (max(0.0, p + gauss(0, spread) * math.sqrt(p)) for p in self.pattern))
        for row in range(PATTERN):
            photons[row * PATTERN + 70] = mean[row * PATTERN + 70] = math.nan
        self.send("diffraction", self.header("diffraction", scan=True, frame_count=int(self.progress * FRAMES), quality=quality), [("photons", [PATTERN, PATTERN], photons, "photon", None), ("mean_photons", [PATTERN, PATTERN], mean, "photon", None)])

    def stxm(self):
        count = max(2, int(self.progress * FRAMES))
        small = made.enlarge(self.density, OBJECT, SIDE * 3)
        values = [math.nan] * FRAMES
        for i in range(count):
            row, column = divmod(i, SIDE)
            mean = sum(small[(row * 3 + a) * SIDE * 3 + column * 3 + b] for a in range(3) for b in range(3)) / 9
            values[i] = 96000 * math.exp(-mean) * (1 + 0.006 * self.generator.gauss(0, 1))
        self.send("stxm", self.header("stxm", scan=True, frame_count=count, quality=self.scan_quality()), [("photons", [SIDE, SIDE], values, "photon", 50e-9)])

    def object(self):
        noise = 0.25 * math.exp(-4 * self.progress) + 0.01
        self.errors = {"data": 0.05 + 0.3 * math.exp(-6 * self.progress), "overlap": 0.02 + 0.4 * math.exp(-5 * self.progress)}
        gauss = self.generator.gauss
        pairs = array.array("f")
        for od in self.density:
            size = math.exp(-od / 2) + gauss(0, noise)
            turn = -0.4 * od + gauss(0, noise)
            pairs.extend((size * math.cos(turn), size * math.sin(turn)))
        header = self.header("object", scan=True, frame_count=int(self.progress * FRAMES), quality=self.scan_quality())
        self.send("object", header, [("object", [OBJECT, OBJECT], ("complex64", pairs), "1", made.VOXEL_M)])
        self.send("probe", {**header, "sequence": header["sequence"]}, [("probe", [PATTERN, PATTERN], ("complex64", self.probe), "sqrt(photon)", made.VOXEL_M)])

    def projection(self):
        coverage = [1.0 if math.hypot(i // OBJECT - 64, i % OBJECT - 64) < 62 else 0.0 for i in range(OBJECT**2)]
        noisy = [od + self.generator.gauss(0, 0.02) for od in self.density]
        quality = {**self.scan_quality(), "data_error": 0.052 + 0.001 * self.generator.random(), "vacuum_in_view": 1, "frc_half_period_m": 9.4e-9 + 1e-9 * self.generator.random()}
        header = self.header("projection", scan=True, frame_count=FRAMES, quality=quality, text={"end": "iterations"})
        self.send("projection", header, [("optical_density", [OBJECT, OBJECT], noisy, "1", made.VOXEL_M), ("coverage", [OBJECT, OBJECT], coverage, "1", made.VOXEL_M)], slot=self.energy)

    def volume(self, energy):
        n, r = made.FINE, made.REDUCED
        full = max(self.sample.reduced_density[energy])
        views = self.sample.slices(self.sample.density[energy])
        noise = 0.0012
        arrays = [(f"optical_density_{name}", [n, n], [max(0, v + self.generator.gauss(0, noise)) for v in values], "1", made.VOXEL_M) for name, values in views.items()]
        arrays.append(("optical_density_volume", [r, r, r], to_bytes(self.sample.reduced_density[energy], full), "1", made.VOXEL_M * n / r))
        quality = {"residual": 0.031, "confidence": 0.98, "shift_row_px": 1.2, "shift_column_px": -0.7, "optical_density_full": full, "tilts": self.folded}
        header = self.header("volume", quality=quality, energy_eV=made.ENERGIES[energy], energy_index=energy)
        self.send("volume", header, arrays, slot=energy)

    def chemistry(self):
        n, r = made.FINE, made.REDUCED
        iron = self.sample.slices(self.sample.iron)
        share = self.sample.slices(self.sample.share)
        arrays = []
        gauss = self.generator.gauss
        for name in iron:
            arrays.append((f"lithiated_{name}", [n, n], [max(0, i * (s + gauss(0, 0.03))) for i, s in zip(iron[name], share[name])], "1", made.VOXEL_M))
            arrays.append((f"delithiated_{name}", [n, n], [max(0, i * (1 - s + gauss(0, 0.03))) for i, s in zip(iron[name], share[name])], "1", made.VOXEL_M))
        arrays.append(("iron_volume", [r, r, r], to_bytes(self.sample.reduced_iron, 1), "1", made.VOXEL_M * n / r))
        arrays.append(("composition_volume", [r, r, r], to_bytes(self.sample.reduced_share, 1), "1", made.VOXEL_M * n / r))
        counts, weights, full = self._statistics()
        arrays.append(("correlation", [64, 64], counts, "1", None))
        quality = {"tilts": self.folded, "complete": 0, "state_of_charge": 0.472, "state_of_charge_uncertainty": 0.006, "iron_full": 1.0, "correlation_full_first": full, "correlation_full_second": full, "correlation_energy_first_eV": 708.2, "correlation_energy_second_eV": 710.2, "correlation_less_pre_edge": 0}
        self.send("chemistry", self.header("chemistry", quality=quality), arrays)
        angles = [(i + 0.5) / 2 for i in range(180)]
        fit = [self.peak * (math.exp(-(((a - 27.5) / 4.2) ** 2) / 2) + 0.9 * math.exp(-(((a - 65) / 4.6) ** 2) / 2)) for a in angles]
        quality = {**quality, "low_center_deg": 27.5, "low_width_deg": 4.2, "low_composition": 0.93, "low_composition_width_percent": 8, "high_center_deg": 65.0, "high_width_deg": 4.6, "high_composition": 0.02, "high_composition_width_percent": 9}
        self.send("histogram", self.header("histogram", quality=quality), [("polar_angle", [180], angles, "degree", None), ("weight", [180], weights, "1", None), ("fit", [180], fit, "1", None)])

    def _statistics(self):
        if not hasattr(self, "counts"):
            generator = random.Random(5)
            full = 0.062
            counts, weights = [0.0] * 4096, [0.0] * 180
            for i, s in zip(self.sample.iron[::3], self.sample.share[::3]):
                if i == 0:
                    continue
                thick = min(1.0, abs(generator.gauss(0.85, 0.2)))
                mixed = s + generator.gauss(0, 0.07)
                pair = [thick * VOXEL * (row[0] * mixed + row[1] * (1 - mixed)) + generator.gauss(0, 0.0012) for row in made.MATRIX]
                column, row = (int(64 * value / full) for value in pair)
                if 0 <= row < 64 and 0 <= column < 64:
                    counts[row * 64 + column] += 3
                angle = math.degrees(math.atan2(pair[1], pair[0]))
                if 0 <= angle < 90:
                    weights[int(angle * 2)] += 1.5 * sum(pair)
            self.counts, self.weights, self.full = counts, weights, full
            self.peak = max(weights[40:70]) * 0.95
        return self.counts, self.weights, self.full

    def alignment(self):
        # Tilt 5 does not fit, tilt 2 had too few frames; the others are as somebody asks.
        dropped = [i for i in range(self.folded) if self.states.get(i) == "drop_tilt"]
        tilts = [i for i in range(self.folded) if i not in dropped and i != 2]
        count = len(tilts)
        accepted = [0.0 if i in self.states or i == 5 else 1.0 for i in tilts]
        of = lambda values: [values[i] for i in tilts]  # noqa: E731
        residuals = [math.nan if not a else r for a, r in zip(accepted, of(self.residuals))]
        ones = [1.0] * count
        column = lambda name, values, unit: (name, [count], values, unit, None)  # noqa: E731
        arrays = [
            column("tilt_index", ("int32", array.array("i", tilts)), "1"), column("rotation_angle", of(self.angles), "degree"), column("shift_rows", of(self.rows), "pixel"), column("shift_columns", of(self.columns), "pixel"),
            column("rotation", [0.0] * count, "degree"), column("scale", ones, "1"), column("residual", residuals, "1"),
            column("confidence", [0.55 if not a else 0.985 for a in accepted], "1"), column("accepted", accepted, "1"),
        ]
        quality = {"tilts": sum(accepted), "complete": 0}
        text = {f"held_back_{i}": "held back on request" if i in self.states else "it correlates by 0.55 with the volume, less than 0.7" for i, a in zip(tilts, accepted) if not a}
        for i in dropped:
            text[f"left_out_{round(self.angles[i], 2)}"] = "dropped on request"
        if self.folded > 2:
            text[f"left_out_{round(self.angles[2], 2)}"] = "not folded at 708.2 eV: 6 of 196 frames are too few (ptychography.minimum_frames is 9)"
        if self.folded > 8:
            # One energy of it is in.
            text[f"left_out_{round(self.angles[8], 2)}"] = "not folded at 710.2 eV: the scan had no usable frame"
        if self.measured and count >= 8:
            frequency = [i / 48 / (2 * made.VOXEL_M * 1e9) for i in range(1, 48)]
            for k in range(2):
                arrays += [
                    (f"fsc_frequency_{k}", [47], frequency, "1/nm", None),
                    (f"fsc_correlation_{k}", [47], [1 / (1 + math.exp((f - 0.042 + 0.002 * k) * 130)) + self.generator.gauss(0, 0.012) for f in frequency], "1", None),
                    (f"fsc_half_bit_{k}", [47], [min(1.0, 0.17 + 0.9 / (1 + i)) for i in range(47)], "1", None),
                ]
                quality[f"fsc_half_period_m_{k}"] = 11.2e-9 + 0.4e-9 * k
            quality.update(fsc_tilts=count, crowther_full_period_m=2 * math.pi * 180e-9 / 24)
        self.send("alignment", self.header("alignment", quality=quality, text=text), arrays)

    def event(self, severity, message, scan=None, age=0):
        header = self.header("event", text={"message": message, "severity": severity})
        header["timestamp_ns"] -= int(age * 1e9)
        if scan:
            header["identifier"] = scan
        header.pop("tomogram_id")
        self.send("event", header)

    # The run.

    def everything(self):
        """Fills all topics, as for a page that comes late."""
        if self.scenario == "waiting":
            return self.status()
        self.event("info", "the direct beam falls on [519.8, 575.1] ± 0.03 px, by 49 frames; the tomogram is made with that", "NS_000000", age=900)
        self.event("warning", "3 messages of the source did not arrive", "NS_000006", age=700)
        self.event("warning", f"its projection is held back: it correlates by 0.55 with the volume, less than 0.7; tilt {self.angles[5]:.1f} degrees", "NS_000010", age=500)
        self.event("info", "ended with 196 of 196 frames", "NS_000027", age=20)
        if self.scenario == "trouble":
            self.event("error", "RECORDING FAILS: no space left on device. The reconstruction goes on; what comes now is not recorded and is counted. Make room on the disk or mend it: the recording goes on by itself")
        self.status()
        self.diffraction()
        self.stxm()
        self.object()
        for energy in (1, 0):
            self.volume(energy)
        self.projection()
        self.chemistry()
        self.alignment()

    def tick(self, number):
        """Called four times a second."""
        if number % 2 == 0:
            self.status()
        if self.paused or self.scenario == "waiting":
            return
        self.diffraction()
        self.stxm()
        if number % 3 == 0:
            self.object()
        if self.progress < 1 or self.folded >= self.tilts:
            return
        self.projection()
        self.volume(self.energy)
        if self.energy == 1:
            self.folded += 1
            self.chemistry()
            if self.folded == self.tilts:
                self.folded = self.tilts
        self.alignment()
        self.energy = 1 - self.energy
        self.scan_started = time.time()
        if self.folded < self.tilts:
            self._scan_pictures()

    def control(self, request):
        """The answer to a control request."""
        name = request.get("request")
        say = lambda ok, text, **more: {"schema": "tiltfold/1", "ok": ok, "text": text, **more}  # noqa: E731
        if name == "pause" or name == "resume":
            if name == "pause" and not self.paused:
                self.paused, self.paused_at = True, time.time()
            elif name == "resume" and self.paused:
                self.scan_started = time.time() - self.progress * self.scan_s
                self.paused = False
            self.event("info", "the reconstruction is paused; recording goes on" if self.paused else "the reconstruction goes on")
            return say(True, "paused" if self.paused else "goes on")
        if name in ("hold_back", "drop_tilt", "take_back"):
            angle = request.get("rotation_angle_deg")
            place = min(range(self.tilts), key=lambda i: abs(self.angles[i] - angle))
            if name == "take_back":
                self.states.pop(place, None)
            else:
                self.states[place] = name
            self.alignment()
            self.event("info", f"tilt {self.angles[place]:.1f} degrees: {name.replace('_', ' ')}, as asked")
            return say(True, f"tilt {place} at {self.angles[place]:.1f} degrees: done, the volume is made anew")
        if name == "parameters":
            keys = ("kind", "value", "minimum", "maximum", "absent", "unit", "meaning", "effect")
            listed = [{"key": key, **{k: v for k, v in zip(keys, row) if v is not None}} for key, row in self.parameters.items()]
            return say(True, f"{len(listed)} keys can be set", parameters=listed)
        if name == "set":
            row = self.parameters.get(request.get("key"))
            if not row:
                return say(False, f"there is no key {request.get('key')}")
            before, row[1] = row[1], request.get("value")
            self.event("info", f"{request['key']} is {row[1]}, was {before}: {row[7]}")
            return say(True, f"{request['key']} is {row[1]}, was {before}: {row[7]}")
        if name == "finish_scan" and self.paused:
            return say(False, "frames that came during the pause wait; resume first")
        if name in ("finish_scan", "abort_scan"):
            came, now = int(self.progress * FRAMES), f"NS_{2 * self.folded + self.energy:06d}"
            if request.get("scan", now) != now:
                return say(False, f"no scan {request['scan']} goes on")
            self.after_end += FRAMES - came
            self.event("info", f"was {'ended' if name == 'finish_scan' else 'given up'} on request after {came} of {FRAMES} frames; those that still come are recorded and take no part", now)
            return say(True, f"ended: {now}")
        if name in ("realign", "snapshot", "measure_resolution"):
            self.event("info", f"{name.replace('_', ' ')}: done, as asked")
            return say(True, "done")
        return say(False, f"request is {name!r}; expected one of the known ones")


