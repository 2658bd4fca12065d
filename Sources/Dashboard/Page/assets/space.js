// SPDX-License-Identifier: BSD-3-Clause
// The rotatable 3-D view: rays through a 3-D texture by WebGL2, and over it the box, its axes and a
// scale bar. The view is orthographic, so that one bar holds everywhere. Drawn only when asked.

import { colorBytes, themeColor } from "/assets/colormaps.js";
import { element } from "/assets/format.js";
import { drawScaleBar } from "/assets/picture.js";
import { fragmentShader, vertexShader } from "/assets/shaders.js";

const start = { yaw: -0.62, pitch: 0.42, zoom: 1 };
const largest = 560; // pixels a side that are computed

export class Space {
  #gl;
  #program;
  #places = {};
  #size;
  #texture;
  #volume; // what it was last given
  #map;
  #settled;
  #isMoving = false;
  #isStarted = false;
  #colors = ["viridis", {}];
  #view = { ...start };
  #pointers = new Map();

  /** Puts the view into `host`. */
  constructor(host, { label, onMove = () => {} }) {
    this.style = { mode: 0, floor: 0.16, opacity: 30, threshold: 0.5 };
    this.canvas = element("canvas", { class: "space-rays", "aria-hidden": "true", "data-picture": `${label}, 3-D` });
    this.overlay = element("canvas", {
      class: "space-lines pointable", tabindex: 0, role: "img",
      "aria-label": `${label} in 3-D: arrow keys turn it, plus and minus zoom, Home puts it back`,
    });
    this.message = element("p", { class: "space-message", hidden: true });
    this.body = element("div", { class: "space" }, this.canvas, this.overlay, this.message);
    host.append(this.body);
    this.onMove = onMove;
    this.#listen();
  }

  /**
   * Takes the graphics card when there is something to show: that costs time, and the page is to stand first. What
   * is shown first is coarse, as while it is turned.
   */
  #start() {
    this.#isStarted = true;
    this.#coarsen(600);
    this.#gl = this.canvas.getContext("webgl2", { alpha: true, antialias: false, preserveDrawingBuffer: true });
    if (!this.#gl) return this.#complain("The 3-D view needs WebGL 2, which this browser does not offer. The slices show the same volume.");
    this.canvas.addEventListener("webglcontextlost", (event) => {
      event.preventDefault();
      this.#complain("The graphics of this device have gone; the 3-D view comes back with them. The slices show the same volume.");
    });
    this.canvas.addEventListener("webglcontextrestored", () => this.#restore());
    this.#begin();
  }

  #begin() {
    try {
      this.#prepare();
      this.#upload();
    } catch (error) {
      this.#complain(`The 3-D view does not work on this device: ${error.message}. The slices show the same volume.`);
    }
  }

  /** Makes everything anew on a graphics card that has come back. */
  #restore() {
    this.#gl = this.canvas.getContext("webgl2");
    if (!this.#gl) return;
    this.#texture = undefined;
    this.#map = undefined;
    this.message.hidden = true;
    this.#begin();
    if (this.#gl && this.#volume) this.setVolume(...this.#volume);
    this.draw();
  }

  #complain(words) {
    this.#gl = undefined;
    this.message.hidden = false;
    this.message.textContent = words;
  }

  #prepare() {
    const gl = this.#gl;
    const shader = (kind, source) => {
      const made = gl.createShader(kind);
      gl.shaderSource(made, source);
      gl.compileShader(made);
      if (!gl.getShaderParameter(made, gl.COMPILE_STATUS)) throw new Error(gl.getShaderInfoLog(made));
      return made;
    };
    this.#program = gl.createProgram();
    gl.attachShader(this.#program, shader(gl.VERTEX_SHADER, vertexShader));
    gl.attachShader(this.#program, shader(gl.FRAGMENT_SHADER, fragmentShader));
    gl.linkProgram(this.#program);
    if (!gl.getProgramParameter(this.#program, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(this.#program));
    gl.useProgram(this.#program);
    const names = ["volume", "map", "turn", "extent", "reach", "aspect", "steps", "floorValue", "opacity",
      "threshold", "style", "lithiated", "mixed", "delithiated"];
    for (const name of names) this.#places[name] = gl.getUniformLocation(this.#program, name);
    gl.uniform1i(this.#places.volume, 0);
    gl.uniform1i(this.#places.map, 1);
    gl.bindVertexArray(gl.createVertexArray());
  }

  /** Takes a volume [x, z, y]: bytes with one channel, or two where `channels` is 2. */
  setVolume(bytes, [x, z, y], pixelSize, channels = 1) {
    this.#size = { x, y, z, pixelSize, steps: Math.max(x, y, z) };
    this.#volume = [bytes, [x, z, y], pixelSize, channels];
    if (!this.#isStarted) this.#start();
    const gl = this.#gl;
    if (!gl) return;
    if (this.#texture) gl.deleteTexture(this.#texture);
    this.#texture = gl.createTexture();
    gl.activeTexture(gl.TEXTURE0);
    gl.bindTexture(gl.TEXTURE_3D, this.#texture);
    gl.pixelStorei(gl.UNPACK_ALIGNMENT, 1);
    const [inside, outside] = channels === 2 ? [gl.RG8, gl.RG] : [gl.R8, gl.RED];
    gl.texImage3D(gl.TEXTURE_3D, 0, inside, y, z, x, 0, outside, gl.UNSIGNED_BYTE, bytes);
    for (const key of ["TEXTURE_MIN_FILTER", "TEXTURE_MAG_FILTER"]) gl.texParameteri(gl.TEXTURE_3D, gl[key], gl.LINEAR);
    for (const key of ["TEXTURE_WRAP_S", "TEXTURE_WRAP_T", "TEXTURE_WRAP_R"]) {
      gl.texParameteri(gl.TEXTURE_3D, gl[key], gl.CLAMP_TO_EDGE);
    }
  }

  /** Takes the colours: the name of a map, or of phases {lithiated, mixed, delithiated}. */
  setColors(map, phases = {}) {
    this.#colors = [map, phases];
    if (this.#gl) this.#upload();
  }

  #upload() {
    const gl = this.#gl;
    const [map, phases] = this.#colors;
    this.#map ??= gl.createTexture();
    gl.activeTexture(gl.TEXTURE1);
    gl.bindTexture(gl.TEXTURE_2D, this.#map);
    gl.texImage2D(gl.TEXTURE_2D, 0, gl.RGBA, 256, 1, 0, gl.RGBA, gl.UNSIGNED_BYTE, new Uint8Array(colorBytes(map).buffer));
    for (const key of ["TEXTURE_MIN_FILTER", "TEXTURE_MAG_FILTER"]) gl.texParameteri(gl.TEXTURE_2D, gl[key], gl.LINEAR);
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_WRAP_S, gl.CLAMP_TO_EDGE);
    for (const [name, color] of Object.entries(phases)) {
      gl.uniform3fv(this.#places[name], color.map((part) => part / 255));
    }
  }

  /** Draws; coarser while it is turned. */
  draw() {
    if (!this.#size) return;
    const ratio = Math.min(devicePixelRatio || 1, 2);
    const wide = this.body.clientWidth;
    const high = this.body.clientHeight;
    if (wide < 8 || high < 8) return;
    const turn = this.#turn();
    this.#drawRays(wide, high, ratio, turn);
    this.#drawLines(wide, high, ratio, turn);
  }

  #extents() {
    const { x, y, z } = this.#size;
    const longest = Math.max(x, y, z);
    return [x / longest, y / longest, z / longest];
  }

  get #reach() {
    return 0.86 / this.#view.zoom;
  }

  /** Columns of the matrix from the view (right, down, away) to the box (x, y, z). */
  #turn() {
    const { yaw, pitch } = this.#view;
    const [cy, sy, cp, sp] = [Math.cos(yaw), Math.sin(yaw), Math.cos(pitch), Math.sin(pitch)];
    return [
      [cy, 0, -sy], // right
      [sy * sp, cp, cy * sp], // down
      [sy * cp, -sp, cy * cp], // away
    ];
  }

  #drawRays(wide, high, ratio, turn) {
    const gl = this.#gl;
    if (!gl || !this.#texture) return;
    const scale = Math.min(ratio, largest / Math.max(wide, high)) * (this.#isMoving ? 0.5 : 1);
    const width = Math.round(wide * scale);
    const height = Math.round(high * scale);
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
    }
    gl.viewport(0, 0, width, height);
    gl.clearColor(0, 0, 0, 0);
    gl.clear(gl.COLOR_BUFFER_BIT);
    gl.uniformMatrix3fv(this.#places.turn, false, turn.flat());
    gl.uniform3fv(this.#places.extent, this.#extents());
    gl.uniform1f(this.#places.reach, this.#reach);
    gl.uniform1f(this.#places.aspect, width / height);
    gl.uniform1f(this.#places.steps, Math.min(128, 1.9 * this.#size.steps) * (this.#isMoving ? 0.6 : 1));
    gl.uniform1f(this.#places.floorValue, this.style.floor);
    gl.uniform1f(this.#places.opacity, this.style.opacity);
    gl.uniform1f(this.#places.threshold, this.style.threshold);
    gl.uniform1i(this.#places.style, this.style.mode);
    gl.drawArrays(gl.TRIANGLES, 0, 3);
  }

  #drawLines(wide, high, ratio, turn) {
    const canvas = this.overlay;
    if (canvas.width !== Math.round(wide * ratio) || canvas.height !== Math.round(high * ratio)) {
      canvas.width = Math.round(wide * ratio);
      canvas.height = Math.round(high * ratio);
    }
    const context = canvas.getContext("2d");
    context.clearRect(0, 0, canvas.width, canvas.height);
    const perUnit = canvas.height / (2 * this.#reach);
    const half = this.#extents().map((extent) => extent / 2);
    const project = (corner) => {
      const along = turn.map((axis) => axis.reduce((sum, part, i) => sum + part * corner[i], 0));
      return [canvas.width / 2 + along[0] * perUnit, canvas.height / 2 + along[1] * perUnit, along[2]];
    };
    const corners = Array.from({ length: 8 }, (_, i) => half.map((size, axis) => (i & (1 << axis) ? size : -size)));
    const shown = corners.map(project);
    const farthest = Math.max(...shown.map((corner) => corner[2]));
    context.strokeStyle = themeColor("ink-faint");
    context.lineWidth = ratio;
    for (let i = 0; i < 8; i++) {
      for (const bit of [1, 2, 4]) {
        if (i & bit) continue;
        const [a, b] = [shown[i], shown[i | bit]];
        context.globalAlpha = a[2] > farthest - 1e-6 || b[2] > farthest - 1e-6 ? 0.25 : 0.75;
        context.beginPath();
        context.moveTo(a[0], a[1]);
        context.lineTo(b[0], b[1]);
        context.stroke();
      }
    }
    context.globalAlpha = 1;
    context.fillStyle = themeColor("ink-soft");
    context.font = `600 ${11 * ratio}px system-ui, sans-serif`;
    context.textAlign = "center";
    context.textBaseline = "middle";
    ["x", "y (axis)", "z (beam)"].forEach((name, axis) => {
      // Beside the edge that lies outermost, so that no label falls on the sample.
      const middles = corners.filter((_, i) => !(i & (1 << axis))).map((corner) => project(corner.map((part, i) => (i === axis ? 0 : part))));
      const outward = ([left, top]) => [left - canvas.width / 2, top - canvas.height / 2];
      const [across, down] = middles.map(outward).reduce((a, b) => (Math.hypot(...a) + 0.01 * a[1] >= Math.hypot(...b) + 0.01 * b[1] ? a : b));
      const far = 1 + (14 * ratio) / Math.max(1, Math.hypot(across, down));
      const margin = 26 * ratio;
      const inside = (value, extent, end = margin) => Math.min(extent - end, Math.max(margin, value));
      const left = inside(canvas.width / 2 + across * far, canvas.width);
      // Above the scale bar, where that is below.
      const end = left < canvas.width * 0.5 ? 38 * ratio : margin;
      context.fillText(name, left, inside(canvas.height / 2 + down * far, canvas.height, end));
    });
    drawScaleBar(context, perUnit / (this.#size.steps * this.#size.pixelSize), ratio);
  }

  #listen() {
    const target = this.overlay;
    let pinch = 0;
    target.addEventListener("pointerdown", (event) => {
      target.setPointerCapture(event.pointerId);
      this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
      pinch = 0;
    });
    target.addEventListener("pointermove", (event) => {
      const before = this.#pointers.get(event.pointerId);
      if (!before) return;
      this.#pointers.set(event.pointerId, [event.clientX, event.clientY]);
      if (this.#pointers.size === 2) {
        const [a, b] = [...this.#pointers.values()];
        const distance = Math.hypot(a[0] - b[0], a[1] - b[1]);
        if (pinch) this.#change(0, 0, distance / pinch);
        pinch = distance;
      } else this.#change((event.clientX - before[0]) * 0.01, (event.clientY - before[1]) * 0.01);
    });
    for (const name of ["pointerup", "pointercancel"]) {
      target.addEventListener(name, (event) => this.#pointers.delete(event.pointerId));
    }
    target.addEventListener("wheel", (event) => {
      if (document.activeElement !== target) return; // the page scrolls until the view is in use
      event.preventDefault();
      this.#change(0, 0, Math.exp(-event.deltaY * 0.0015));
    }, { passive: false });
    target.addEventListener("keydown", (event) => {
      const turns = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, -0.1], ArrowDown: [0, 0.1] };
      if (turns[event.key]) this.#change(...turns[event.key]);
      else if (event.key === "+" || event.key === "=") this.#change(0, 0, 1.15);
      else if (event.key === "-") this.#change(0, 0, 1 / 1.15);
      else if (event.key === "Home") {
        this.#view = { ...start };
        this.#change(0, 0);
      } else return;
      event.preventDefault();
    });
  }

  #change(yaw, pitch, zoom = 1) {
    this.#view.yaw -= yaw;
    this.#view.pitch = Math.min(1.55, Math.max(-1.55, this.#view.pitch + pitch));
    this.#view.zoom = Math.min(6, Math.max(0.6, this.#view.zoom * zoom));
    this.#coarsen(180);
    this.onMove();
  }

  /** Draws coarsely for so many ms, and then finely. */
  #coarsen(patience) {
    this.#isMoving = true;
    clearTimeout(this.#settled);
    this.#settled = setTimeout(() => {
      this.#isMoving = false;
      this.onMove();
    }, patience);
  }
}
