// SPDX-License-Identifier: BSD-3-Clause
// The running volume of one energy: three linked slices and the 3-D view.

import { element, energy, known, number, setText } from "/assets/format.js";
import { drawBar } from "/assets/picture.js";
import { cut, SliceTrio } from "/assets/slices.js";
import { Space } from "/assets/space.js";

export function makeVolumePanel(section, store, invalidate) {
  const grid = section.querySelector(".trio");
  const caption = section.querySelector("[data-caption]");
  const energies = section.querySelector(".choice");
  let chosen;
  let loaded;
  let range = [0, 1];
  const slices = new SliceTrio(grid, { label: "Volume", paint, bar: false, onMove: invalidate });
  const scale = section.querySelector(".scale");
  drawBar(scale.querySelector("canvas"), "viridis");
  const cell = element("div", { class: "slice" });
  grid.append(cell);
  const mode = element("select", { "aria-label": "How the volume is drawn", onchange: restyle },
    element("option", { value: "0", text: "shaded" }), element("option", { value: "1", text: "brightest" }));
  cell.append(element("div", { class: "space-caption" }, element("span", { class: "picture-title", text: "3-D" }), mode));
  const space = new Space(cell, { label: "Volume", onMove: () => space.draw() });
  const floor = element("input", { type: "range", min: 2, max: 80, value: 16, "aria-label": "Volume: hide what is fainter, percent of the brightest", oninput: restyle });
  const floorWords = element("output", { text: "16 %" });
  cell.append(element("label", { class: "slice-place" }, element("span", { text: "hide below" }), floor, floorWords));
  space.setColors("viridis");

  function restyle() {
    space.style.mode = Number(mode.value);
    space.style.floor = floor.value / 100;
    setText(floorWords, `${floor.value} %`);
    space.draw();
  }

  const message = () => store.byEnergy.volume.get(chosen) ?? store.latest.volume;

  function paint(view, index) {
    const { arrays, quality } = message();
    const middle = arrays[`optical_density_${view.name}`];
    const volume = arrays.optical_density_volume;
    const [low, high] = range;
    if ((index === null || !volume) && middle) {
      return { values: middle.values, rows: middle.shape[0], columns: middle.shape[1], unit: "OD per voxel", pixelSize: middle.pixelSize, low, high };
    }
    if (!volume) return undefined;
    const slice = cut(volume.values, volume.shape, view, index ?? Math.floor(volume.shape[{ x: 0, z: 1, y: 2 }[view.fixed]] / 2));
    const full = quality.optical_density_full ?? 1;
    slice.values = Float32Array.from(slice.values, (value) => (value / 255) * full);
    return { ...slice, unit: "OD per voxel", pixelSize: volume.pixelSize, low, high };
  }

  function chooseEnergies() {
    const all = store.energies("volume");
    if (!all.includes(chosen)) chosen = all[0];
    if (energies.childElementCount !== all.length || all.some((key, i) => energies.children[i].dataset.key !== key)) {
      energies.replaceChildren(...all.map((key) => element("button", {
        type: "button", "data-key": key, text: known(Number(key)) ? energy(Number(key)) : key,
        onclick: () => {
          chosen = key;
          invalidate();
        },
      })));
    }
    for (const button of energies.children) button.setAttribute("aria-pressed", String(button.dataset.key === chosen));
  }

  store.on(["volume"], invalidate);
  return () => {
    chooseEnergies();
    const current = message();
    if (!current) return false;
    const { arrays, quality } = current;
    const volume = arrays.optical_density_volume;
    let high = 0;
    for (const name of ["along_beam", "across_axis", "from_side"]) {
      for (const value of arrays[`optical_density_${name}`]?.values ?? []) if (value > high) high = value;
    }
    range = [0, high || quality.optical_density_full || 1];
    setText(scale.querySelector("[data-high]"), `${number(range[1], 2)} OD per voxel`);
    setText(scale.querySelector("small"), volume ? `Middle slices are full size; others have ${Math.max(...volume.shape)} voxels a side.` : "");
    if (volume) slices.setVolume(volume.shape, volume.pixelSize);
    slices.render();
    if (volume && loaded !== current) {
      loaded = current;
      space.setVolume(volume.values, volume.shape, volume.pixelSize);
    }
    space.draw();
    const any = arrays.optical_density_along_beam ?? volume;
    setText(caption, [
      known(any?.pixelSize) ? `voxel ${number(any.pixelSize * 1e9)} nm` : "",
      known(quality.tilts) ? `${quality.tilts} tilts` : "",
      known(quality.residual) ? `last residual ${number(quality.residual, 2)} OD` : "",
      quality.complete === 1 ? "complete" : "",
    ].filter(Boolean).join(" · "));
    return true;
  };
}
