// SPDX-License-Identifier: BSD-3-Clause
// The run's health: rate, latency, queues, losses, disk, beam, time left, each with its recent course.

import { themeColor } from "/assets/colormaps.js";
import { bytes, compact, count, duration, element, known, milliseconds, number, percent, setText } from "/assets/format.js";
import { diskLevel, diskSeconds, late, timeLeft, waitsByChoice } from "/assets/judge.js";

/** A line of a value's course without axes; the figure beside it says the value. */
function sparkline(canvas, series, color) {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  const width = Math.round(canvas.clientWidth * ratio);
  const height = Math.round(canvas.clientHeight * ratio);
  if (!width || !height) return;
  canvas.width = width;
  canvas.height = height;
  const context = canvas.getContext("2d");
  const values = series.values.slice(-240);
  const times = series.times.slice(-240);
  if (values.length < 2) return;
  const high = Math.max(...values);
  const low = Math.min(0, ...values);
  const span = high - low || 1;
  const left = times[0];
  const long = times.at(-1) - left || 1;
  const place = (i) => [((times[i] - left) / long) * (width - 2 * ratio) + ratio, height - 1.5 * ratio - ((values[i] - low) / span) * (height - 3 * ratio)];
  context.beginPath();
  for (let i = 0; i < values.length; i++) context.lineTo(...place(i));
  context.strokeStyle = color;
  context.lineWidth = 1.4 * ratio;
  context.lineJoin = "round";
  context.stroke();
  context.lineTo(width - ratio, height);
  context.lineTo(ratio, height);
  context.globalAlpha = 0.14;
  context.fillStyle = color;
  context.fill();
}

const sum = (...values) => values.filter(known).reduce((a, b) => a + b, 0);

const tiles = [
  { name: "Frames", curve: "frames", value: (q) => `${number(q.frames_per_second)} /s`, note: (q) => `${count(q.frames_used)} used of ${count(q.frames_received)}${q.frames_after_end > 0 ? `; ${count(q.frames_after_end)} of ended scans` : ""}` },
  {
    name: "Frame to map", curve: "latency",
    value: (q) => milliseconds(q.latency_stxm_recent_p99_ms),
    note: (q, store, status) => (waitsByChoice(status) && q.latency_stxm_recent_p99_ms > late ? "frames wait for the computation, as configured; " : "") + (known(q.latency_stxm_p50_ms) ? `p99 of the last minute; of the run ${milliseconds(q.latency_stxm_p99_ms)}, p50 ${milliseconds(q.latency_stxm_p50_ms)}` : "not measured"),
    level: (q, store, status) => (q.latency_stxm_recent_p99_ms > late && !waitsByChoice(status) ? "look" : ""),
  },
  { name: "Lost", curve: "lost", value: (q) => count(q.frames_lost), note: (q) => `${count(q.frames_unusable ?? 0)} unusable, ${count(q.frames_duplicate ?? 0)} doubles, ${count(sum(q.messages_malformed))} malformed`, level: (q) => (q.frames_lost > 0 ? "look" : "") },
  { name: "Queues", curve: "intake", value: (q) => `${count(q.intake_queue_depth)} + ${count(q.recorder_queue_depth)}`, note: (q) => `to process + to record; ${count(q.scans_unfinished)} scans in work${q.messages_to_take_up > 0 ? `; ${count(q.messages_to_take_up)} of the run before` : ""}` },
  {
    name: "Disk left", curve: "disk", value: (q) => bytes(q.disk_free_bytes),
    note: (q, store) => {
      const left = diskSeconds(store);
      return `${bytes(q.recorded_bytes)} recorded${known(left) ? `; full in ${duration(left)}` : ""}`;
    },
    level: (q, store) => diskLevel(store),
  },
  { name: "Beam", curve: "beam", value: (q) => (known(q.beam_per_second) ? `${compact(q.beam_per_second)} ph/s` : "–"), note: () => "through vacuum, last scan" },
  { name: "Time left", value: (q) => timeLeft(q)[0], title: (q) => timeLeft(q)[1], note: (q) => `${duration(q.elapsed_s)} so far` },
  { name: "State of charge", value: (q) => percent(q.state_of_charge, 1), note: () => "FePO₄ of all iron phosphate" },
];

export function makeHealthPanel(section, store, invalidate) {
  const host = section.querySelector(".tiles");
  const made = tiles.map((tile) => {
    const canvas = tile.curve ? element("canvas", { class: "spark", "aria-hidden": "true" }) : undefined;
    const value = element("dd", { class: "health-value", text: "–" });
    const note = element("dd", { class: "health-note" });
    const node = element("div", { class: "health" }, element("dt", { text: tile.name }), value, note, ...(canvas ? [canvas] : []));
    host.append(node);
    return { ...tile, node, canvas, valueNode: value, noteNode: note };
  });
  const details = section.querySelector("[data-details]");

  store.on(["status"], invalidate);
  return () => {
    const status = store.latest.status;
    if (!status) return false;
    for (const tile of made) {
      setText(tile.valueNode, tile.value(status.quality, store));
      setText(tile.noteNode, tile.note(status.quality, store, status));
      tile.node.title = tile.title?.(status.quality) ?? "";
      tile.node.dataset.level = tile.level?.(status.quality, store, status) ?? "";
      if (tile.canvas) sparkline(tile.canvas, store.curves[tile.curve], themeColor("series-1"));
    }
    if (details.closest("details").open) {
      details.replaceChildren(...Object.entries(status.quality).sort().map(([key, value]) =>
        element("div", {}, element("dt", { text: key.replaceAll("_", " ") }), element("dd", { text: key.endsWith("bytes") ? bytes(value) : key.endsWith("_m") || /_m_\d$/.test(key) ? `${number(value * 1e9)} nm` : Number.isInteger(value) ? count(value) : number(value) }))));
    }
    return true;
  };
}
