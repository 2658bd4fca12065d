// SPDX-License-Identifier: BSD-3-Clause
// The chemical map: red LiFePO4, blue FePO4, as bright as there is iron; threshold X parts the phases.

import { compositionColor, phaseColors } from "/assets/colormaps.js";
import { element, known, number, percent, setText } from "/assets/format.js";
import { cut, SliceTrio } from "/assets/slices.js";
import { Space } from "/assets/space.js";

/** Colours of compositions (0 to 1) as bright as their iron (0 to 1), as a canvas. */
function phasePicture(iron, share, rows, columns, threshold) {
  const canvas = new OffscreenCanvas(columns, rows);
  const context = canvas.getContext("2d");
  const picture = context.createImageData(columns, rows);
  for (let i = 0; i < iron.length; i++) {
    const bright = Math.sqrt(Math.min(1, Math.max(0, iron[i] || 0)));
    const color = bright > 0 ? compositionColor(share[i], threshold) : [0, 0, 0];
    for (let c = 0; c < 3; c++) picture.data[4 * i + c] = color[c] * bright;
    picture.data[4 * i + 3] = 255;
  }
  context.putImageData(picture, 0, 0);
  return canvas;
}

export function makeChemistryPanel(section, store, invalidate) {
  const grid = section.querySelector(".trio");
  const caption = section.querySelector("[data-caption]");
  const slider = section.querySelector("#threshold");
  const sliderWords = section.querySelector("#threshold-words");
  const shares = section.querySelector(".phase-shares");
  let loaded;
  let bright = 1;
  const threshold = () => Number(slider.value);
  const slices = new SliceTrio(grid, { label: "Chemical map", paint, bar: false, onMove: invalidate });
  const cell = element("div", { class: "slice" });
  grid.append(cell);
  cell.append(element("div", { class: "space-caption" }, element("span", { class: "picture-title", text: "3-D" })));
  const space = new Space(cell, { label: "Chemical map", onMove: () => space.draw() });
  Object.assign(space.style, { mode: 2, floor: 0.2, opacity: 40 });
  space.setColors("viridis", phaseColors);
  const floor = element("input", { type: "range", min: 2, max: 80, value: 20, "aria-label": "Chemical map: hide what has less iron, percent of the most", oninput: () => {
    space.style.floor = floor.value / 100;
    setText(floorWords, `${floor.value} %`);
    space.draw();
  } });
  const floorWords = element("output", { text: "20 %" });
  cell.append(element("label", { class: "slice-place" }, element("span", { text: "hide below" }), floor, floorWords));
  slider.addEventListener("input", invalidate);

  function source(view, index) {
    const { arrays } = store.latest.chemistry;
    const lithiated = arrays[`lithiated_${view.name}`];
    const delithiated = arrays[`delithiated_${view.name}`];
    const { iron_volume: ironVolume, composition_volume: shareVolume } = arrays;
    if ((index === null || !ironVolume) && lithiated && delithiated) {
      const size = lithiated.values.length;
      const iron = new Float32Array(size);
      const share = new Float32Array(size);
      for (let i = 0; i < size; i++) {
        const l = Math.max(0, lithiated.values[i]);
        const sum = l + Math.max(0, delithiated.values[i]);
        iron[i] = sum;
        share[i] = sum > 0 ? l / sum : 0;
      }
      return { iron, share, rows: lithiated.shape[0], columns: lithiated.shape[1], pixelSize: lithiated.pixelSize, full: bright };
    }
    if (!ironVolume) return undefined;
    const place = index ?? Math.floor(ironVolume.shape[{ x: 0, z: 1, y: 2 }[view.fixed]] / 2);
    const iron = cut(ironVolume.values, ironVolume.shape, view, place);
    const share = cut(shareVolume.values, shareVolume.shape, view, place);
    return {
      iron: Float32Array.from(iron.values, (value) => value / 255), share: Float32Array.from(share.values, (value) => value / 255),
      rows: iron.rows, columns: iron.columns, pixelSize: ironVolume.pixelSize, full: 1,
    };
  }

  function paint(view, index) {
    const found = source(view, index);
    if (!found) return undefined;
    const { iron, share, rows, columns, pixelSize, full } = found;
    const scaled = full === 1 ? iron : iron.map((value) => value / full);
    return {
      picture: phasePicture(scaled, share, rows, columns, threshold()), rows, columns, pixelSize,
      describe: "Red is LiFePO4, blue is FePO4, brightness is iron.",
      read: (row, column) => {
        const i = row * columns + column;
        return scaled[i] > 0.05 ? `${percent(share[i])} LiFePO₄ · iron ${percent(scaled[i])}` : "no iron";
      },
    };
  }

  /** The parts of the iron in each phase, by threshold X. */
  function phaseShares({ arrays }) {
    const { iron_volume: iron, composition_volume: share } = arrays;
    if (!iron || !share) return;
    const x = (threshold() / 100) * 255;
    let [lithiated, delithiated, total] = [0, 0, 0];
    for (let i = 0; i < iron.values.length; i++) {
      const weight = iron.values[i];
      if (weight < 12) continue;
      total += weight;
      if (share.values[i] > 255 - x) lithiated += weight;
      else if (share.values[i] < x) delithiated += weight;
    }
    if (!total) return;
    const parts = [["LiFePO₄-rich", lithiated, "lithiated"], ["mixed", total - lithiated - delithiated, "mixed"], ["FePO₄-rich", delithiated, "delithiated"]];
    shares.replaceChildren(...parts.map(([name, part, kind]) =>
      element("li", {}, element("i", { class: `swatch ${kind}`, "aria-hidden": "true" }), `${name} ${percent(part / total)}`)));
  }

  store.on(["chemistry"], invalidate);
  return () => {
    const current = store.latest.chemistry;
    if (!current) return false;
    const { arrays, quality } = current;
    setText(sliderWords, threshold() >= 50 ? "50 %: colours run on" : `${threshold()} %`);
    bright = 1e-6;
    for (const name of ["along_beam", "across_axis", "from_side"]) {
      const l = arrays[`lithiated_${name}`]?.values ?? [];
      const d = arrays[`delithiated_${name}`]?.values ?? [];
      for (let i = 0; i < l.length; i++) if (l[i] + d[i] > bright) bright = l[i] + d[i];
    }
    const { iron_volume: iron, composition_volume: share } = arrays;
    if (iron) slices.setVolume(iron.shape, iron.pixelSize);
    slices.render();
    if (iron && share && loaded !== current) {
      loaded = current;
      // Weighted by iron, so that empty neighbours do not colour the edges.
      const pairs = new Uint8Array(2 * iron.values.length);
      for (let i = 0; i < iron.values.length; i++) {
        pairs[2 * i] = Math.round((iron.values[i] * share.values[i]) / 255);
        pairs[2 * i + 1] = iron.values[i] - pairs[2 * i];
      }
      space.setVolume(pairs, iron.shape, iron.pixelSize, 2);
    }
    space.style.threshold = threshold() / 100;
    space.draw();
    phaseShares(current);
    const charge = known(quality.state_of_charge)
      ? `state of charge ${percent(quality.state_of_charge, 1)}${known(quality.state_of_charge_uncertainty) ? ` ± ${number(quality.state_of_charge_uncertainty * 100, 2)}` : ""}`
      : "";
    setText(caption, [charge, known(quality.tilts) ? `${quality.tilts} tilts` : "", quality.complete === 1 ? "complete" : ""].filter(Boolean).join(" · "));
    return true;
  };
}
