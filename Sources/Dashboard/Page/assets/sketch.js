// SPDX-License-Identifier: BSD-3-Clause
// A plain drawing of a chart's traces, for the moment before Plotly is there, or where it is missing.

import { colorWords } from "/assets/colormaps.js";
import { known, number, roundDown } from "/assets/format.js";

const toNumber = (value) => (value === null || value === undefined ? NaN : Number(value));
const isLog = (axis) => axis?.type === "log";

function extent(values, axis) {
  if (axis?.range) return axis.range.map(Number); // also of dates
  const shown = values.filter((value) => Number.isFinite(value) && (!isLog(axis) || value > 0));
  if (shown.length === 0) return [0, 1];
  let [low, high] = [Math.min(...shown), Math.max(...shown)];
  if (axis?.rangemode === "tozero") low = Math.min(0, low);
  if (low === high) [low, high] = [low - 0.5, high + 0.5];
  if (isLog(axis)) return [Math.log10(low), Math.log10(high)];
  const room = (high - low) * 0.05;
  return [axis?.rangemode === "tozero" && low === 0 ? 0 : low - room, high + room];
}

function ticks(axis, [low, high]) {
  if (axis?.tickvals) {
    const place = (value) => (isLog(axis) ? Math.log10(value) : Number(value));
    return axis.tickvals.map((value, i) => [place(value), axis.ticktext?.[i] ?? (axis.tickformat === ".0%" ? `${value * 100}%` : number(value))])
      .filter(([value]) => value >= low && value <= high);
  }
  if (isLog(axis)) return [];
  const step = axis?.dtick ?? roundDown((high - low) / 3);
  const found = [];
  for (let value = Math.ceil(low / step) * step; value <= high + step * 1e-6; value += step) found.push([value, number(Number(value.toPrecision(6)))]);
  return found;
}

/** Draws into a canvas of `width` x `height` CSS pixels; `colors`: {ink, line}. */
export function sketch(canvas, traces, layout, { width, height, ink, line }) {
  const ratio = Math.min(devicePixelRatio || 1, 2);
  canvas.width = width * ratio;
  canvas.height = height * ratio;
  const context = canvas.getContext("2d");
  context.scale(ratio, ratio);
  const box = { left: 46, right: width - (layout.margin?.r ?? 12), top: 28, bottom: height - (layout.margin?.b ?? 34) };
  const of = (trace) => (trace.yaxis === "y2" ? "yaxis2" : "yaxis");
  const xRange = extent(traces.flatMap((trace) => trace.x.map(toNumber)), layout.xaxis);
  const yRanges = {};
  for (const name of ["yaxis", "yaxis2"]) {
    const members = traces.filter((trace) => of(trace) === name);
    if (members.length) yRanges[name] = extent(members.flatMap((trace) => trace.y.map(toNumber)), layout[name]);
  }
  const across = (value) => box.left + ((value - xRange[0]) / (xRange[1] - xRange[0])) * (box.right - box.left);
  const up = (value, name) => {
    const [low, high] = yRanges[name];
    const place = isLog(layout[name]) ? Math.log10(value) : value;
    return box.bottom - ((place - low) / (high - low)) * (box.bottom - box.top);
  };

  context.font = "10.5px system-ui, sans-serif";
  context.fillStyle = ink;
  context.strokeStyle = line;
  if (layout.xaxis?.visible === false) {
    context.textAlign = "center";
    context.fillText(layout.annotations?.[0]?.text ?? "", width / 2, height / 2, width - 20);
    return;
  }
  context.textBaseline = "top";
  context.textAlign = "center";
  for (const [value, words] of ticks(layout.xaxis, xRange)) context.fillText(words, across(value), box.bottom + 5);
  context.fillText(layout.xaxis?.title?.text ?? "", (box.left + box.right) / 2, box.bottom + 19);
  context.textBaseline = "middle";
  for (const name of Object.keys(yRanges)) {
    const isRight = name === "yaxis2";
    context.textAlign = isRight ? "left" : "right";
    for (const [value, words] of ticks(layout[name], yRanges[name])) {
      const top = box.bottom - ((value - yRanges[name][0]) / (yRanges[name][1] - yRanges[name][0])) * (box.bottom - box.top);
      context.fillText(words, isRight ? box.right + 4 : box.left - 5, top);
      if (!isRight) context.strokeRect(box.left, top, box.right - box.left, 0);
    }
  }

  context.save();
  context.beginPath();
  context.rect(box.left, box.top, box.right - box.left, box.bottom - box.top);
  context.clip();
  for (const trace of traces) {
    if (trace.type === "heatmap") heatmap(context, trace, across, up);
    else if (trace.type === "bar") {
      const wide = Math.max(1, across(trace.x[1]) - across(trace.x[0]));
      trace.x.forEach((x, i) => {
        context.fillStyle = trace.marker.color[i];
        const top = up(trace.y[i], "yaxis");
        context.fillRect(across(x) - wide / 2, top, wide, box.bottom - top);
      });
    } else curve(context, trace, across, (value) => up(value, of(trace)));
  }
  context.restore();

  let left = box.left;
  context.textAlign = "left";
  for (const trace of traces.filter((trace) => trace.showlegend !== false && trace.name)) {
    context.fillStyle = trace.line?.color ?? trace.marker?.color ?? ink;
    context.fillRect(left, 11, 16, 2);
    context.fillStyle = ink;
    context.fillText(trace.name, left + 21, 12);
    left += 36 + context.measureText(trace.name).width;
  }
}

function curve(context, trace, across, up) {
  const color = trace.line?.color ?? trace.marker?.color;
  context.strokeStyle = context.fillStyle = color;
  context.lineWidth = trace.line?.width ?? 1;
  context.setLineDash({ dash: [6, 4], dot: [2, 3] }[trace.line?.dash] ?? []);
  let isDown = false;
  context.beginPath();
  trace.x.forEach((x, i) => {
    const [left, top] = [across(toNumber(x)), up(toNumber(trace.y[i]))];
    if (!Number.isFinite(left) || !Number.isFinite(top)) isDown = false;
    else if (isDown && trace.mode !== "markers") context.lineTo(left, top);
    else {
      context.moveTo(left, top);
      isDown = true;
    }
  });
  context.stroke();
  context.setLineDash([]);
  if (!trace.mode?.includes("markers")) return;
  trace.x.forEach((x, i) => {
    const isShown = trace.marker?.size?.[i] !== 0;
    if (isShown && known(toNumber(trace.y[i]))) context.fillRect(across(toNumber(x)) - 2, up(trace.y[i]) - 2, 4, 4);
  });
}

function heatmap(context, trace, across, up) {
  const [wide, high] = [across(trace.x[1]) - across(trace.x[0]), up(trace.y[0], "yaxis") - up(trace.y[1], "yaxis")];
  const colors = colorWords("cividis");
  trace.z.forEach((row, i) => row.forEach((value, j) => {
    if (value === null) return;
    const word = colors[Math.min(255, Math.max(0, Math.round((value / trace.zmax) * 255)))];
    context.fillStyle = `rgb(${word & 255},${(word >> 8) & 255},${(word >> 16) & 255})`;
    context.fillRect(across(trace.x[j]) - wide / 2, up(trace.y[i], "yaxis") - high / 2, wide + 0.5, high + 0.5);
  }));
}
