// SPDX-License-Identifier: BSD-3-Clause
// A value over time.

import { known } from "/assets/format.js";

const longest = 1500; // points of a curve; then every other one goes

/** A curve over time that thins itself out. */
export class Series {
  times = [];
  values = [];

  add(time, value, spacing = 0.4) {
    if (!known(value)) return;
    const last = this.times.length - 1;
    if (last >= 0 && time - this.times[last] < spacing) {
      if (time >= this.times[last]) this.values[last] = value;
      return;
    }
    this.times.push(time);
    this.values.push(value);
    if (this.times.length > longest) {
      this.times = this.times.filter((_, i) => i % 2 === 0);
      this.values = this.values.filter((_, i) => i % 2 === 0);
    }
  }

  get last() {
    return this.values.at(-1);
  }

  /** Leaves at most `most` points, the first and the last among them. */
  thin(most) {
    const count = this.times.length;
    if (count <= most) return;
    const kept = Array.from({ length: most }, (_, i) => Math.round((i * (count - 1)) / (most - 1)));
    this.times = kept.map((i) => this.times[i]);
    this.values = kept.map((i) => this.values[i]);
  }

  /** The change of the value over the last `seconds`. */
  growth(seconds) {
    if (this.times.length < 2) return 0;
    const end = this.times.at(-1);
    let first = this.times.length - 1;
    while (first > 0 && end - this.times[first] < seconds) first -= 1;
    return this.values.at(-1) - this.values[first];
  }
}
