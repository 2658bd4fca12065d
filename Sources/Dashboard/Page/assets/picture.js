// SPDX-License-Identifier: BSD-3-Clause
// One picture of measured values: colour map, colour bar with unit, scale bar, value at the pointer.

import { colorWords } from "/assets/colormaps.js";
import { compact, element, known, length, number, roundDown, setText, unitWords } from "/assets/format.js";

/** The values between which a picture shows most of what it has. */
export function robustRange(values, { low = 0.005, high = 0.995, positive = false } = {}) {
  const step = Math.max(1, Math.floor(values.length / 5000));
  const sample = [];
  for (let i = 0; i < values.length; i += step) {
    const value = values[i];
    if (Number.isFinite(value) && (!positive || value > 0)) sample.push(value);
  }
  if (sample.length === 0) return positive ? [1, 10] : [0, 1];
  sample.sort((a, b) => a - b);
  const at = (share) => sample[Math.round(share * (sample.length - 1))];
  let range = [at(low), at(high)];
  if (range[0] === range[1]) range = [sample[0], sample.at(-1)];
  if (range[0] === range[1]) range = positive ? [range[0] / 2, range[0] * 2] : [range[0] - 0.5, range[0] + 0.5];
  return range;
}

/** Values as pixels of a canvas of their own size. */
export function colored(values, rows, columns, { map = "viridis", low, high, log = false }) {
  const canvas = new OffscreenCanvas(columns, rows);
  const context = canvas.getContext("2d");
  const picture = context.createImageData(columns, rows);
  const words = new Uint32Array(picture.data.buffer);
  const colors = colorWords(map);
  const bottom = log ? Math.log(low) : low;
  const scale = 255 / ((log ? Math.log(high) : high) - bottom || 1);
  for (let i = 0; i < words.length; i++) {
    const value = values[i];
    if (value !== value) continue; // not measured: transparent
    const place = ((log ? Math.log(value > 0 ? value : low) : value) - bottom) * scale;
    words[i] = colors[place <= 0 ? 0 : place >= 255 ? 255 : place | 0];
  }
  context.putImageData(picture, 0, 0);
  return canvas;
}

/** A number that has room below a bar. */
const short = (value) => (Math.abs(value) >= 1e4 ? compact(Number(value.toPrecision(2))) : number(value, 2));

export class Picture {
  #content;
  #drawn;
  #area = { left: 0, top: 0, width: 1, height: 1 }; // of the canvas that the picture takes

  /** Puts a figure into `host`; `label` names it for those who cannot see it. */
  constructor(host, { title, label = title, bar = true, tools = [] }) {
    this.title = element("span", { class: "picture-title", text: title });
    this.readout = element("bdi", { dir: "ltr" }); // too long, it is cut at its start: names differ at their ends
    this.label = label;
    this.canvas = element("canvas", { role: "img", "aria-label": `${label}: no data yet`, "data-picture": title });
    this.frame = element("div", { class: "picture-frame" }, this.canvas);
    this.bar = element("canvas", { class: "picture-bar", width: 256, height: 1, "aria-hidden": "true" });
    this.high = element("span");
    this.unit = element("span", { class: "picture-unit" });
    this.low = element("span");
    // Below the picture, which has the whole width of its column so.
    const scale = element("div", { class: "picture-scale", "aria-hidden": "true" }, this.bar, this.low, this.unit, this.high);
    const caption = element("figcaption", {}, this.title, ...tools, element("span", { class: "picture-readout" }, this.readout));
    this.figure = element("figure", { class: "picture" }, caption, this.frame, ...(bar ? [scale] : []));
    host.append(this.figure);
    this.canvas.addEventListener("pointermove", (event) => this.#point(event));
    this.canvas.addEventListener("pointerleave", () => setText(this.readout, this.note ?? ""));
  }

  /**
   * Shows values [row, column], or `picture`, a canvas of the same size, where colours are not a map.
   *
   * content: {values, rows, columns, unit, pixelSize, map, low, high, log, picture, cross, describe, aspect}
   * `aspect` is that of the frame where it is not the picture's own: pixels stay square, the rest is empty.
   */
  show(content) {
    const { values, log } = content;
    if (!content.picture && (!known(content.low) || !known(content.high))) {
      [content.low, content.high] = robustRange(values, { positive: log });
      if (log) content.low = Math.max(content.low, content.high / 1e5);
    }
    this.#content = content;
    this.#drawn = content.picture ?? colored(values, content.rows, content.columns, content);
    this.#describe();
    this.draw();
  }

  /** Says something beside the title, while nobody points at a value. */
  say(note) {
    this.note = note;
    if (!this.canvas.matches(":hover")) setText(this.readout, note);
  }

  /** Draws what it has again: the size or the cross has changed. */
  draw(cross = this.#content?.cross) {
    if (!this.#content) return;
    this.#content.cross = cross;
    const { rows, columns, pixelSize } = this.#content;
    const aspect = this.#content.aspect ?? Math.min(2, Math.max(0.5, columns / rows));
    this.frame.style.aspectRatio = String(aspect);
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const width = Math.max(8, Math.round(this.frame.clientWidth * ratio));
    const height = Math.max(8, Math.round(width / aspect));
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    const context = this.canvas.getContext("2d");
    context.clearRect(0, 0, width, height);
    const scale = Math.min(width / columns, height / rows);
    const area = { left: (width - columns * scale) / 2, top: 0, width: columns * scale, height: rows * scale };
    this.#area = { left: area.left / width, top: 0, width: area.width / width, height: area.height / height };
    context.imageSmoothingEnabled = scale < 1.5;
    context.imageSmoothingQuality = "high";
    context.drawImage(this.#drawn, area.left, area.top, area.width, area.height);
    this.canvas.plain = this.#drawn; // what was measured, without cross and scale bar
    if (cross) drawCross(context, cross, area, ratio);
    if (known(pixelSize)) drawScaleBar(context, scale / pixelSize, ratio);
  }

  #describe() {
    const { rows, columns, unit, low, high, log, map, picture, describe, pixelSize } = this.#content;
    const words = unitWords(unit ?? "1");
    const size = known(pixelSize) ? `, ${length(pixelSize * columns)} wide` : "";
    const range = picture ? "" : `, ${number(low)} to ${number(high)} ${words}${log ? ", log scale" : ""}`;
    this.canvas.setAttribute("aria-label", `${this.label}: ${columns} by ${rows} pixels${size}${range}. ${describe ?? ""}`.trim());
    if (picture) return;
    setText(this.high, short(high));
    setText(this.low, short(low));
    setText(this.unit, [words, log ? "log" : ""].filter(Boolean).join(", "));
    drawBar(this.bar, map ?? "viridis");
  }

  /** The pixel under a pointer or next to it, {row, column, x, y: fractions of the picture, isInside}. */
  place(event) {
    const box = this.canvas.getBoundingClientRect();
    const area = this.#area;
    const x = ((event.clientX - box.left) / box.width - area.left) / area.width;
    const y = ((event.clientY - box.top) / box.height - area.top) / area.height;
    const { rows, columns } = this.#content ?? { rows: 1, columns: 1 };
    const inside = (value, extent) => Math.min(extent - 1, Math.max(0, Math.floor(value * extent)));
    const within = (value) => Math.min(1, Math.max(0, value));
    return { x: within(x), y: within(y), row: inside(y, rows), column: inside(x, columns), isInside: x === within(x) && y === within(y) };
  }

  #point(event) {
    if (!this.#content) return;
    const { row, column, isInside } = this.place(event);
    if (!isInside) return setText(this.readout, this.note ?? "");
    const { values, columns, unit, read } = this.#content;
    if (read) setText(this.readout, read(row, column));
    else if (values) setText(this.readout, `${number(values[row * columns + column])} ${unitWords(unit ?? "1")}`.trim());
  }
}

/** Fills a canvas of 256 by 1 pixels with a map, the lowest value left. */
export function drawBar(canvas, map) {
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(256, 1);
  new Uint32Array(pixels.data.buffer).set(colorWords(map));
  context.putImageData(pixels, 0, 0);
}

/** A bar of a round length at the lower left, `perMeter` canvas pixels long for each metre. */
export function drawScaleBar(context, perMeter, ratio) {
  const { width, height } = context.canvas;
  const meters = roundDown((width * 0.34) / perMeter);
  const long = meters * perMeter;
  if (!(long > 4)) return;
  const font = 11 * ratio;
  const margin = 7 * ratio;
  context.font = `600 ${font}px system-ui, sans-serif`;
  const label = length(meters);
  const plate = Math.max(long, context.measureText(label).width) + 10 * ratio;
  context.fillStyle = "rgba(8, 12, 18, 0.62)";
  context.beginPath();
  context.roundRect(margin, height - margin - font - 10 * ratio, plate, font + 10 * ratio, 3 * ratio);
  context.fill();
  context.fillStyle = "#fff";
  context.textBaseline = "alphabetic";
  context.textAlign = "center";
  context.fillText(label, margin + plate / 2, height - margin - 7.5 * ratio);
  context.fillRect(margin + (plate - long) / 2, height - margin - 4.5 * ratio, long, 2 * ratio);
}

function drawCross(context, { x, y }, { left, top, width, height }, ratio) {
  const gap = 6 * ratio;
  context.save();
  context.translate(left, top);
  for (const [color, thick] of [["rgba(0,0,0,0.55)", 3], ["rgba(255,255,255,0.9)", 1]]) {
    context.strokeStyle = color;
    context.lineWidth = thick * ratio * 0.75;
    context.beginPath();
    context.moveTo(0, y * height);
    context.lineTo(Math.max(0, x * width - gap), y * height);
    context.moveTo(Math.min(width, x * width + gap), y * height);
    context.lineTo(width, y * height);
    context.moveTo(x * width, 0);
    context.lineTo(x * width, Math.max(0, y * height - gap));
    context.moveTo(x * width, Math.min(height, y * height + gap));
    context.lineTo(x * width, height);
    context.stroke();
  }
  context.restore();
}
