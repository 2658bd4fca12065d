// SPDX-License-Identifier: BSD-3-Clause
// Perceptual colour maps that are safe for colour-blind eyes, from a few anchors each. The anchors
// follow viridis, cividis, inferno and twilight (CC0, matplotlib).

const anchors = {
  viridis: "440154 472d7b 3b528b 2c728e 21918c 28ae80 5ec962 addc30 fde725",
  cividis: "00224e 123570 3b496c 575d6d 707173 8a8678 a59c74 c3b369 e1cc55 fee838",
  inferno: "000004 1b0c41 4a0c6b 781c6d a52c60 cf4446 ed6925 fb9b06 f7d13d fcffa4",
  grey: "000000 ffffff",
  twilight: "e2d9e2 b5c5cf 7ba1c2 6276ba 5e43a5 4c1c6e 2f1436 601a4b 8f2f4f b25652 c69075 d5beb0 e2d9e2",
};

const parsed = (hex) => [0, 2, 4].map((i) => parseInt(hex.slice(i, i + 2), 16));

function table(hexes) {
  const colors = hexes.split(" ").map(parsed);
  const bytes = new Uint8ClampedArray(256 * 4);
  for (let i = 0; i < 256; i++) {
    const place = (i / 255) * (colors.length - 1);
    const lower = Math.min(Math.floor(place), colors.length - 2);
    for (let c = 0; c < 3; c++) {
      bytes[4 * i + c] = colors[lower][c] + (colors[lower + 1][c] - colors[lower][c]) * (place - lower);
    }
    bytes[4 * i + 3] = 255;
  }
  return bytes;
}

const tables = Object.fromEntries(Object.entries(anchors).map(([name, hexes]) => [name, table(hexes)]));
const words = Object.fromEntries(
  Object.entries(tables).map(([name, bytes]) => [name, new Uint32Array(bytes.buffer)]),
);

/** The 256 colours of a map as RGBA bytes. */
export const colorBytes = (name) => tables[name];

/** The same as words for ImageData. */
export const colorWords = (name) => words[name];

/** A map as a Plotly colour scale. */
export function colorScale(name) {
  const bytes = tables[name];
  return Array.from({ length: 17 }, (_, i) => {
    const at = Math.round((i / 16) * 255) * 4;
    return [i / 16, `rgb(${bytes[at]},${bytes[at + 1]},${bytes[at + 2]})`];
  });
}

/** Phases: red LiFePO4, blue FePO4, mauve between; [red, green, blue], 0 to 255. */
export const phaseColors = { lithiated: [224, 72, 56], mixed: [196, 160, 196], delithiated: [58, 128, 232] };

/** The colour of a composition, LiFePO4 share 0 to 1, by threshold X, percent; 50: continuous. */
export function compositionColor(share, threshold) {
  const { lithiated, mixed, delithiated } = phaseColors;
  if (threshold < 50) {
    if (share > 1 - threshold / 100) return lithiated;
    if (share < threshold / 100) return delithiated;
    return mixed;
  }
  return lithiated.map((red, i) => delithiated[i] + (red - delithiated[i]) * share);
}

const probe = document.createElement("i");
probe.hidden = true;

/** A colour of the style sheet as the browser has resolved it, "rgb(...)". */
export function themeColor(name) {
  if (!probe.isConnected) document.body.append(probe);
  probe.style.color = `var(--${name})`;
  return getComputedStyle(probe).color;
}
