// SPDX-License-Identifier: BSD-3-Clause
// Errors and coverage of each scan by itself: while one scan iterates, the next one is collected already.

import { Series } from "/assets/series.js";

const mostScans = 400;
const newest = 3; // scans that keep all their points
const budget = 2400; // points of a curve, of all older scans together

/** The names of the curves that a scan has. */
export const scanCurves = ["data", "overlap", "coverage"];

export class ScanCurves {
  #scans = new Map(); // identifier -> {scan, start, angle, data, overlap, coverage}

  /** Takes the figures of a message of a scan: {data, overlap, coverage}, what is known of them. */
  add({ identifier, rotation_angle_deg: angle }, time, figures) {
    const name = identifier ?? "";
    let entry = this.#scans.get(name);
    if (!entry) {
      entry = { scan: name, start: time, angle, ...Object.fromEntries(scanCurves.map((curve) => [curve, new Series()])) };
      this.#scans.set(name, entry);
      this.#thin();
    }
    entry.start = Math.min(entry.start, time);
    entry.angle ??= angle;
    for (const curve of scanCurves) entry[curve].add(time, figures[curve]);
  }

  /** All scans, in the order in which they began. */
  get all() {
    return [...this.#scans.values()].sort((a, b) => a.start - b.start);
  }

  /** Of scans that are long over a few points will do. */
  #thin() {
    const all = this.all;
    for (const { scan } of all.slice(0, Math.max(0, all.length - mostScans))) this.#scans.delete(scan);
    const old = all.slice(0, -newest);
    const most = Math.max(4, Math.floor(budget / Math.max(1, old.length)));
    for (const entry of old) for (const curve of scanCurves) entry[curve].thin(Math.min(60, most));
  }
}
