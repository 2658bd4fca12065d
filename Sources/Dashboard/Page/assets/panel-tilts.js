// SPDX-License-Identifier: BSD-3-Clause
// All tilts: a thumbnail each, shift, residual, whether it takes part; and what to do with one.

import { Chart } from "/assets/chart.js";
import { themeColor } from "/assets/colormaps.js";
import { degrees, element, known, length, number, setText } from "/assets/format.js";
import { askTwice } from "/assets/confirm.js";
import { colored, robustRange } from "/assets/picture.js";
import { reproject } from "/assets/reproject.js";

const requests = [
  ["hold_back", "Hold back", "h", "Takes the tilt out of the volume; it can be taken back"],
  ["drop_tilt", "Drop", "d", "Takes the tilt out for good"],
  ["take_back", "Take back", "t", "Lets the tilt take part again"],
];

// What a tilt can be, with the mark of its tile and the words for it.
const states = {
  new: ["", "not folded yet"],
  in: ["", "takes part"],
  held: ["held back", "held back"],
  asked: ["left out", "left out on request"],
  unfolded: ["not folded", "not folded"],
  dropped: ["dropped", "dropped"],
};
const near = 0.011; // degrees within which two angles are one
const onRequest = "held back on request";

/** What can be asked for a tilt: the first word of a request, as in `requests`. */
function isPossible(request, { state }) {
  if (state === "unfolded" || state === "dropped") return false;
  return request === "take_back" ? state !== "in" : request === "drop_tilt" || !["held", "asked"].includes(state);
}

export function makeTiltsPanel(section, store, invalidate, ask, canAsk) {
  const strip = section.querySelector(".strip");
  const caption = section.querySelector("[data-caption]");
  const words = section.querySelector(".tilt-words");
  const actions = section.querySelector(".tilt-actions");
  const chart = new Chart(section.querySelector(".chart-host"), { label: "Shifts and residuals of all tilts", height: 176, again: invalidate });
  const tiles = new Map(); // key -> {node, canvas, ...}
  let selected;

  const buttons = requests.map(([request, label, key, title]) => {
    const button = element("button", {
      type: "button", text: label, title: `${title} (${key})`, disabled: true,
      onclick: () => act(request, label),
    });
    actions.append(button);
    return button;
  });

  function act(request, label) {
    const tilt = rows().find((row) => row.key === selected);
    if (!tilt || !canAsk() || !isPossible(request, tilt)) return;
    const tomogram = store.latest.alignment?.header.tomogram_id;
    const fields = { rotation_angle_deg: Number(tilt.angle.toFixed(4)), ...(tomogram ? { tomogram_id: tomogram } : {}) };
    const name = `${label} ${degrees(tilt.angle)}`;
    if (request !== "drop_tilt") return ask(request, fields, name);
    askTwice(name, "The tilt is taken out for good and has to be measured again. To try the volume without it, hold it back.", () => ask(request, fields, name));
  }

  const seen = (angle) => [...store.tilts.values()].find((tilt) => Math.abs(tilt.angle - angle) < near);

  /** The angles at which something was measured that is not in the tomogram, and why. */
  function leftOut(reasons) {
    return Object.entries(reasons).map(([name, reason]) => ({ angle: Number(name.match(/^left_out_(-?[\d.]+)$/)?.[1] ?? NaN), reason }))
      .filter(({ angle }) => known(angle));
  }

  /** All tilts that are known, by angle. */
  function rows() {
    const found = [];
    const nearest = (angle) => found.find((row) => Math.abs(row.angle - angle) < near);
    const arrays = store.latest.alignment?.arrays ?? {};
    const reasons = store.latest.alignment?.text ?? {};
    const value = (name, i) => arrays[name]?.values[i];
    const angles = Array.from(arrays.rotation_angle?.values ?? []);
    const accepted = angles.map((_, i) => (value("accepted", i) ?? 1) > 0.5);
    angles.forEach((angle, i) => {
      const index = value("tilt_index", i);
      const reason = accepted[i] ? undefined : reasons[`held_back_${index}`];
      found.push({
        angle, index, rows: value("shift_rows", i), columns: value("shift_columns", i),
        residual: value("residual", i), confidence: value("confidence", i), reason: reason === onRequest ? undefined : reason,
        state: accepted[i] ? "in" : reason === onRequest ? "asked" : "held",
      });
    });
    for (const { angle, reason } of leftOut(reasons)) {
      // One energy is in, the other is not.
      if (nearest(angle)) nearest(angle).lacks = reason;
      else found.push({ angle: seen(angle)?.angle ?? angle, index: seen(angle)?.index, said: reason, state: /^dropped/.test(reason) ? "dropped" : "unfolded" });
    }
    for (const { angle, index } of store.tilts.values()) if (!nearest(angle)) found.push({ angle, index, state: "new" });
    for (const row of found) row.key = row.angle.toFixed(2);
    return found.sort((a, b) => a.angle - b.angle);
  }

  function pictureOf(angle) {
    const tilt = seen(angle);
    const pictures = tilt?.pictures;
    if (pictures?.size) return { picture: pictures.get([...pictures.keys()].sort((a, b) => a - b)[0]), isSeen: true, halfPeriod: tilt.halfPeriod };
    const volume = store.byEnergy.volume.get(store.energies("volume")[0])?.arrays.optical_density_volume;
    return { volume, isSeen: false };
  }

  function tile(row) {
    let entry = tiles.get(row.key);
    if (!entry) {
      const canvas = element("canvas", { width: 72, height: 72, "aria-hidden": "true", "data-picture": `Tilt ${degrees(row.angle)}` });
      const angle = element("span", { class: "tile-angle", text: degrees(row.angle, Math.abs(row.angle % 1) > 0.05 ? 1 : 0) });
      const mark = element("span", { class: "tile-mark" });
      const node = element("div", {
        class: "tile", role: "option", id: `tilt-${row.key}`, "aria-selected": "false",
        onclick: () => choose(row.key),
      }, canvas, angle, mark);
      entry = { node, canvas, mark, drawn: undefined };
      tiles.set(row.key, entry);
    }
    return entry;
  }

  function paint(entry, row) {
    const found = pictureOf(row.angle);
    const source = found.picture ?? found.volume;
    if (!source || entry.drawn === source) return false;
    if (!found.isSeen && entry.drawn && entry.drawn !== source && performance.now() - entry.drawnAt < 20000) return false;
    entry.drawn = source;
    entry.drawnAt = performance.now();
    const picture = found.picture ?? reproject(found.volume, row.angle);
    const [low, high] = robustRange(picture.values);
    const context = entry.canvas.getContext("2d");
    context.clearRect(0, 0, 72, 72);
    context.imageSmoothingEnabled = true;
    const scale = 72 / Math.max(picture.rows, picture.columns);
    const [width, height] = [picture.columns * scale, picture.rows * scale];
    context.globalAlpha = found.isSeen ? 1 : 0.75;
    context.drawImage(colored(picture.values, picture.rows, picture.columns, { map: "viridis", low: Math.min(0, low), high }), (72 - width) / 2, (72 - height) / 2, width, height);
    context.globalAlpha = 1;
    entry.node.dataset.seen = String(found.isSeen);
    return !found.isSeen; // re-projections cost some time
  }

  function choose(key) {
    selected = key;
    for (const [name, { node }] of tiles) node.setAttribute("aria-selected", String(name === key));
    const entry = tiles.get(key);
    strip.setAttribute("aria-activedescendant", entry.node.id);
    entry.node.scrollIntoView({ block: "nearest", inline: "nearest" });
    invalidate();
  }

  strip.addEventListener("keydown", (event) => {
    const all = rows();
    const at = all.findIndex((row) => row.key === selected);
    const next = { ArrowRight: at + 1, ArrowLeft: Math.max(0, at - 1), Home: 0, End: all.length - 1 }[event.key];
    const request = requests.find(([, , key]) => key === event.key);
    if (next !== undefined && all[Math.min(next, all.length - 1)]) choose(all[Math.min(next, all.length - 1)].key);
    else if (request && selected && !event.ctrlKey && !event.metaKey) act(request[0], request[1]);
    else return;
    event.preventDefault();
  });

  function describe(all) {
    const row = all.find((row) => row.key === selected);
    buttons.forEach((button, i) => {
      button.disabled = !row || !canAsk() || !isPossible(requests[i][0], row);
    });
    if (!row) return setText(words, all.length ? "Choose a tilt to hold it back, drop it or take it back." : "");
    const half = pictureOf(row.angle).halfPeriod;
    setText(words, [
      `${degrees(row.angle)}${known(row.index) ? `, tilt index ${row.index} (from 0)` : ""}: ${row.said ?? states[row.state][1]}${row.reason ? `: ${row.reason}` : ""}`,
      row.lacks,
      known(row.rows) ? `shift ${number(row.rows, 2)} px down, ${number(row.columns, 2)} px right` : "",
      known(row.residual) ? `residual ${number(row.residual, 2)} OD` : "",
      known(row.confidence) ? `confidence ${number(row.confidence, 2)}` : "",
      known(half) ? `resolution ${length(half)} half period` : "",
      pictureOf(row.angle).isSeen ? "" : "picture: re-projected from the volume",
    ].filter(Boolean).join(" · "));
  }

  function drawChart(all) {
    const aligned = all.filter((row) => known(row.rows));
    const angles = aligned.map((row) => row.angle);
    const dots = (values, name, color, yaxis, symbol) => ({
      x: angles, y: values, name, type: "scatter", mode: "lines+markers", yaxis,
      line: { color: themeColor(color), width: 1 }, marker: { size: 5, symbol, color: themeColor(color), opacity: aligned.map((row) => (row.state === "in" ? 1 : 0.35)) },
      hovertemplate: "%{x:.1f}°: %{y:.3g}<extra>" + name + "</extra>",
    });
    const row = aligned.find((row) => row.key === selected);
    // A thousandth of a pixel is no news: the axis spans one at least.
    const shifts = aligned.flatMap((row) => [row.rows, row.columns]);
    const isFlat = shifts.every((shift) => Math.abs(shift) < 0.5);
    return chart.draw(
      [
        dots(aligned.map((row) => row.rows), "shift down", "series-1", "y", "circle"),
        dots(aligned.map((row) => row.columns), "shift right", "series-2", "y", "square"),
        dots(aligned.map((row) => row.residual), "residual", "series-3", "y2", "diamond"),
      ],
      {
        margin: { r: 60 },
        xaxis: { title: { text: "tilt, degree" }, nticks: 9, zeroline: false },
        yaxis: { title: { text: "shift, px" }, nticks: 5, exponentformat: "none", ...(isFlat ? { range: [-0.55, 0.55] } : {}) },
        yaxis2: { overlaying: "y", side: "right", title: { text: "residual, OD" }, showgrid: false, rangemode: "tozero", tickmode: "auto", nticks: 4 },
        shapes: row ? [{ type: "line", x0: row.angle, x1: row.angle, yref: "paper", y0: 0, y1: 1, line: { color: themeColor("accent"), width: 1.5 } }] : [],
      },
      `${aligned.length} tilts; largest residual ${number(Math.max(...aligned.map((row) => row.residual).filter(known)), 2)} OD`,
    );
  }

  store.on(["alignment", "projection", "volume"], invalidate);
  return () => {
    const all = rows();
    if (all.length === 0) return false;
    let reprojected = 0;
    let isLeft = false;
    const nodes = all.map((row) => {
      const entry = tile(row);
      if (reprojected < 8) reprojected += paint(entry, row) ? 1 : 0;
      else isLeft = true;
      const [mark, words] = states[row.state];
      const said = `${words}${row.lacks ? ` in part, ${row.lacks}` : ""}`;
      const name = known(row.index) ? `, index ${row.index}` : "";
      entry.node.dataset.accepted = ["new", "in"].includes(row.state) ? row.state : "out";
      setText(entry.mark, row.lacks && row.state === "in" ? "in part" : row.state === "in" && known(row.residual) ? number(row.residual, 2) : mark);
      entry.node.title = `${degrees(row.angle)}: ${said}${known(row.index) ? `. For “tiltfold control” it is --index ${row.index}, counted from 0` : ""}`;
      entry.node.setAttribute("aria-label", `Tilt ${degrees(row.angle)}${name}, ${said}${known(row.residual) ? `, residual ${number(row.residual, 2)}` : ""}`);
      return entry.node;
    });
    if (nodes.length !== strip.children.length || nodes.some((node, i) => strip.children[i] !== node)) {
      // Who looks at the newest tilts goes on seeing the newest.
      const isAtEnd = strip.scrollLeft + strip.clientWidth >= strip.scrollWidth - 8;
      strip.replaceChildren(...nodes);
      if (isAtEnd) strip.scrollLeft = strip.scrollWidth;
    }
    if (isLeft) setTimeout(invalidate, 30);
    const those = (state) => all.filter((row) => row.state === state).length;
    const out = [["held", "held back"], ["asked", "left out"], ["unfolded", "not folded"], ["dropped", "dropped"]]
      .filter(([state]) => those(state)).map(([state, words]) => `${those(state)} ${words}`);
    const partly = all.filter((row) => row.lacks && row.state === "in").length;
    if (partly) out.push(`${partly} in part`);
    setText(caption, [`${those("in")} in the volume`, ...(out.length ? out : ["none held back"])].join(" · "));
    describe(all);
    return drawChart(all);
  };
}
