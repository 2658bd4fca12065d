// SPDX-License-Identifier: BSD-3-Clause
// What the page knows: the newest message of each topic, and what it gathered while it was open.

import { known } from "/assets/format.js";
import { ScanCurves } from "/assets/scan-curves.js";
import { Series } from "/assets/series.js";

const series = (...names) => Object.fromEntries(names.map((name) => [name, new Series()]));
const energyKey = (header) => (known(header.energy_eV) ? header.energy_eV.toFixed(1) : "all");

export class Store {
  events = [];
  /** What the program's clock is ahead of this computer's, s; undefined until a status came. */
  ahead;
  #listeners = new Map();
  #tomogram;

  constructor() {
    this.#forget();
  }

  /** Another run has begun: nothing of the one before belongs to it but its events. */
  #forget() {
    this.latest = {};
    this.byEnergy = { volume: new Map(), chemistry: new Map() };
    this.curves = series(
      "frames", "beam", "latency", "intake", "recorder", "messages", "received",
      "lost", "faulty", "disk", "recorded", "unrecorded", "used",
    );
    this.scans = new ScanCurves();
    this.scanErrors = []; // {scan, angle, error}: of each finished scan
    this.tilts = new Map(); // angle -> {angle, index, pictures: energy -> thumbnail, halfPeriod}
    this.arrived = 0; // ms, when the last status came
    this.takenUp = -Infinity; // s, when messages of a run before were last in work
    this.#tomogram = undefined;
  }

  /** Calls `listener` when one of the topics came. */
  on(topics, listener) {
    for (const topic of topics) this.#listeners.set(topic, [...(this.#listeners.get(topic) ?? []), listener]);
  }

  /** Takes a decoded frame. */
  take(message) {
    const { topic, header } = message;
    const before = this.latest[topic];
    if (topic === "event") {
      if (!this.#takeEvent(message)) return;
    } else if (before && before.header.sequence === header.sequence && before.time === message.time) {
      return; // seen already
    }
    if (before && before.header.generation !== header.generation && message.time > before.time) {
      this.#forget();
      // Of the run before. Events of the new one may come before its first status.
      for (const event of this.events) event.seen ||= event.generation !== header.generation;
      this.#tell();
    }
    // Half a second old at most. Other messages that a late page gets may be of any age.
    if (topic === "status" && known(message.time)) this.ahead = message.time - Date.now() / 1000;
    if (!this.#belongs(header, topic)) return;
    this.latest[topic] = message;
    this.byEnergy[topic]?.set(energyKey(header), message);
    this.#gather(message);
    for (const listener of this.#listeners.get(topic) ?? []) listener(message);
  }

  /** The time by the program's clock, s since 1970, for a time of this computer's, ms. */
  clock(now = Date.now()) {
    return now / 1000 + (this.ahead ?? 0);
  }

  quality(topic) {
    return this.latest[topic]?.quality ?? {};
  }

  /** The energies of which there are messages of a topic, the lowest first. */
  energies(topic) {
    return [...this.byEnergy[topic].keys()].sort((a, b) => a - b);
  }

  #takeEvent(message) {
    const key = `${message.header.sequence}|${message.header.timestamp_ns}`;
    if (this.events.some((event) => event.key === key)) return false;
    this.events.push({
      key,
      generation: message.header.generation,
      time: message.time,
      severity: message.text.severity ?? "info",
      message: message.text.message ?? "",
      scan: message.header.identifier,
      seen: false,
    });
    this.events.sort((a, b) => a.time - b.time);
    if (this.events.length > 400) this.events.splice(0, this.events.length - 400);
    return true;
  }

  /**
   * Whether a message is of the tomogram that is shown. Another one takes its place when its first message comes;
   * what is still finished of the one before is then left out.
   */
  #belongs(header, topic) {
    if (!header.tomogram_id || !["volume", "chemistry", "histogram", "alignment", "projection"].includes(topic)) return true;
    const name = `${header.tomogram_id}|${header.generation ?? 0}`;
    if (this.#tomogram !== undefined && this.#tomogram !== name) {
      const newest = this.latest.status?.header.tomogram_id;
      if (newest !== undefined && newest !== header.tomogram_id) return false;
      for (const map of Object.values(this.byEnergy)) map.clear();
      for (const topic of ["volume", "chemistry", "histogram", "alignment"]) delete this.latest[topic];
      this.tilts.clear();
      this.#tell(["tilts", "volume", "chemistry", "correlation", "histogram", "resolution"]);
    }
    this.#tomogram = name;
    return true;
  }

  /** Says that what these panels show belongs to something that is over; none is all of them. */
  #tell(panels) {
    document.dispatchEvent(new CustomEvent("outdated", { detail: panels }));
  }

  #gather(message) {
    const { topic, header, quality, time, arrays } = message;
    const { curves } = this;
    switch (topic) {
      case "status":
        this.arrived = Date.now();
        // What a run before has recorded is no matter of the last minute.
        if (quality.messages_to_take_up > 0) {
          Object.assign(curves, series("received", "lost", "faulty", "used"));
          this.takenUp = time;
        }
        curves.frames.add(time, quality.frames_per_second);
        curves.latency.add(time, quality.latency_stxm_recent_p99_ms);
        curves.intake.add(time, quality.intake_queue_depth);
        curves.recorder.add(time, quality.recorder_queue_depth);
        curves.messages.add(time, quality.messages_received);
        curves.received.add(time, quality.frames_received);
        curves.lost.add(time, quality.frames_lost);
        curves.faulty.add(time, faulty(quality));
        curves.disk.add(time, quality.disk_free_bytes);
        curves.recorded.add(time, quality.recorded_bytes);
        curves.unrecorded.add(time, quality.bytes_unrecorded);
        curves.used.add(time, quality.frames_used);
        if (quality.beam_per_second !== curves.beam.last) curves.beam.add(time, quality.beam_per_second, 0);
        break;
      case "object":
        this.scans.add(header, time, { data: quality.data_error, overlap: quality.overlap_error, coverage: quality.coverage });
        break;
      case "stxm":
      case "diffraction":
        this.scans.add(header, time, { coverage: quality.coverage });
        break;
      case "projection":
        this.#noteProjection(header, quality, arrays);
        break;
    }
  }

  #noteProjection(header, quality, arrays) {
    const angle = header.rotation_angle_deg;
    if (known(quality.data_error)) {
      this.scanErrors = this.scanErrors.filter((entry) => entry.scan !== header.identifier);
      this.scanErrors.push({ scan: header.identifier, angle, error: quality.data_error });
      if (this.scanErrors.length > 1000) this.scanErrors.shift();
    }
    const density = arrays.optical_density;
    if (!known(angle) || !density) return;
    const key = angle.toFixed(2);
    const tilt = this.tilts.get(key) ?? { angle, pictures: new Map() };
    tilt.index = header.tilt_index ?? tilt.index; // one that was dropped comes again as another
    tilt.pictures.set(energyKey(header), thumbnail(density, arrays.coverage));
    if (known(quality.frc_half_period_m)) tilt.halfPeriod = quality.frc_half_period_m;
    this.tilts.set(key, tilt);
  }
}

/** What came and could not be used, by the counts of a status. */
export function faulty(quality) {
  return ["frames_unusable", "frames_without_position", "frames_without_scan", "messages_malformed", "messages_unread"]
    .reduce((sum, name) => sum + (quality[name] ?? 0), 0);
}

/** A small copy, at most 72 pixels a side, so that the whole frame need not be kept. */
function thumbnail(density, coverage) {
  const [rows, columns] = density.shape;
  const factor = Math.max(1, Math.ceil(Math.max(rows, columns) / 72));
  const height = Math.floor(rows / factor);
  const width = Math.floor(columns / factor);
  const values = new Float32Array(width * height);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      let sum = 0;
      let weight = 0;
      for (let r = row * factor; r < (row + 1) * factor; r++) {
        for (let c = column * factor; c < (column + 1) * factor; c++) {
          const at = r * columns + c;
          if ((coverage?.values[at] ?? 1) < 0.1) continue;
          sum += density.values[at];
          weight += 1;
        }
      }
      values[row * width + column] = weight ? sum / weight : NaN;
    }
  }
  return { values, rows: height, columns: width };
}
