// SPDX-License-Identifier: BSD-3-Clause
// Three linked slices through a volume [x, z, y]: pointing into one moves the other two.
//
// The middle slices come at full size; others are cut out of the reduced volume.

import { element, length, setText } from "/assets/format.js";
import { Picture } from "/assets/picture.js";

const views = [
  { name: "along_beam", title: "Along the beam", across: "x", down: "y", fixed: "z" },
  { name: "across_axis", title: "Across the axis", across: "x", down: "z", fixed: "y" },
  { name: "from_side", title: "From the side", across: "z", down: "y", fixed: "x" },
];

/** Cuts the slice at `index` along the fixed axis of a view out of values [x, z, y]. */
export function cut(values, [nx, nz, ny], view, index) {
  const extent = { x: nx, y: ny, z: nz };
  const stride = { x: nz * ny, z: ny, y: 1 };
  const rows = extent[view.down];
  const columns = extent[view.across];
  const result = new values.constructor(rows * columns);
  const start = index * stride[view.fixed];
  for (let row = 0; row < rows; row++) {
    let from = start + row * stride[view.down];
    for (let column = 0; column < columns; column++, from += stride[view.across]) {
      result[row * columns + column] = values[from];
    }
  }
  return { values: result, rows, columns };
}

export class SliceTrio {
  #place = { x: 0.5, y: 0.5, z: 0.5 };
  #extent = null; // voxels of the reduced volume
  #size = {}; // metres of each side

  /** `paint(view, index)` gives the content of a Picture for a slice; index is null for the middle. */
  constructor(host, { label, paint, bar, onMove = () => {} }) {
    this.paint = paint;
    this.onMove = onMove;
    this.sliders = {};
    this.outputs = {};
    this.pictures = views.map((view) => {
      const cell = element("div", { class: "slice" });
      host.append(cell);
      const picture = new Picture(cell, { title: view.title, label: `${label}, slice ${view.title.toLowerCase()}`, bar });
      const slider = element("input", {
        type: "range", min: 0, max: 1, step: 1, value: 0, disabled: true,
        "aria-label": `${label}: place of the slice along ${view.fixed}`,
        oninput: () => this.#slide(view.fixed),
      });
      const output = element("output", { text: "middle" });
      this.sliders[view.fixed] = slider;
      this.outputs[view.fixed] = output;
      cell.append(element("label", { class: "slice-place" }, element("span", { text: view.fixed }), slider, output));
      picture.canvas.tabIndex = 0;
      picture.canvas.classList.add("pointable");
      picture.canvas.addEventListener("pointerdown", (event) => {
        picture.canvas.setPointerCapture(event.pointerId);
        this.#point(view, picture, event);
      });
      picture.canvas.addEventListener("pointermove", (event) => {
        if (event.buttons) this.#point(view, picture, event);
      });
      picture.canvas.addEventListener("keydown", (event) => this.#key(view, event));
      return picture;
    });
  }

  /** Takes the extent [x, z, y] of the reduced volume and the size of its voxels. */
  setVolume(shape, pixelSize) {
    const [x, z, y] = shape;
    const extent = { x, y, z };
    const isNew = !this.#extent || ["x", "y", "z"].some((axis) => this.#extent[axis] !== extent[axis]);
    this.#extent = extent;
    this.#size = { x: x * pixelSize, y: y * pixelSize, z: z * pixelSize };
    if (!isNew) return;
    for (const axis of ["x", "y", "z"]) {
      this.sliders[axis].max = extent[axis] - 1;
      this.sliders[axis].disabled = false;
      this.sliders[axis].value = this.#index(axis);
    }
  }

  #index(axis) {
    const extent = this.#extent[axis];
    return Math.min(extent - 1, Math.floor(this.#place[axis] * extent));
  }

  #isMiddle(axis) {
    return !this.#extent || this.#index(axis) === Math.floor(this.#extent[axis] / 2);
  }

  render() {
    views.forEach((view, i) => {
      const isMiddle = this.#isMiddle(view.fixed);
      const content = this.paint(view, isMiddle ? null : this.#index(view.fixed));
      if (!content) return;
      content.cross = this.#extent ? { x: this.#place[view.across], y: this.#place[view.down] } : undefined;
      this.pictures[i].show(content);
      const offset = this.#extent ? (this.#place[view.fixed] - 0.5) * this.#size[view.fixed] : 0;
      setText(this.outputs[view.fixed], isMiddle ? "middle" : `${offset > 0 ? "+" : ""}${length(offset)}`);
    });
  }

  #move(changes) {
    if (!this.#extent) return;
    for (const [axis, value] of Object.entries(changes)) {
      this.#place[axis] = Math.min(0.9999, Math.max(0, value));
      this.sliders[axis].value = this.#index(axis);
    }
    this.onMove();
  }

  #slide(axis) {
    this.#move({ [axis]: (Number(this.sliders[axis].value) + 0.5) / this.#extent[axis] });
  }

  #point(view, picture, event) {
    const { x, y } = picture.place(event);
    this.#move({ [view.across]: x, [view.down]: y });
  }

  #key(view, event) {
    if (!this.#extent) return;
    const steps = {
      ArrowLeft: [view.across, -1], ArrowRight: [view.across, 1],
      ArrowUp: [view.down, -1], ArrowDown: [view.down, 1],
      PageUp: [view.fixed, 1], PageDown: [view.fixed, -1],
    };
    if (event.key === "Home") this.#move({ x: 0.5, y: 0.5, z: 0.5 });
    else if (steps[event.key]) {
      const [axis, step] = steps[event.key];
      this.#move({ [axis]: this.#place[axis] + step / this.#extent[axis] });
    } else return;
    event.preventDefault();
  }
}
