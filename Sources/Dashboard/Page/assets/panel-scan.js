// SPDX-License-Identifier: BSD-3-Clause
// The scan in hand: diffraction, STXM map, object, probe.

import { count, degrees, element, energy, known, number, percent, setText } from "/assets/format.js";
import { Picture, robustRange } from "/assets/picture.js";
import { modulus, opticalDensity, phase } from "/assets/wire.js";

const ends = { iterations: "all iterations done", stagnation: "converged", cut: "cut short for newer scans" };

function choice(name, options, onChange) {
  const buttons = options.map(([value, words]) =>
    element("button", {
      type: "button", text: words, "aria-pressed": "false",
      onclick: () => select(value),
    }),
  );
  function select(value) {
    buttons.forEach((button, i) => button.setAttribute("aria-pressed", String(options[i][0] === value)));
    onChange(value);
  }
  return { node: element("span", { class: "choice", role: "group", "aria-label": name }, ...buttons), select };
}

export function makeScanPanel(section, store, invalidate) {
  const host = section.querySelector(".pictures");
  const caption = section.querySelector("[data-caption]");
  const bar = section.querySelector("progress");
  let pattern = "mean";
  let probeView = "amplitude";
  const patternChoice = choice("Which pattern", [["mean", "mean"], ["latest", "latest"]], (value) => {
    pattern = value;
    invalidate();
  });
  const probeChoice = choice("Which part of the probe", [["amplitude", "size"], ["phase", "phase"]], (value) => {
    probeView = value;
    invalidate();
  });
  const pictures = {
    diffraction: new Picture(host, { title: "Diffraction", label: "Diffraction pattern", tools: [patternChoice.node] }),
    stxm: new Picture(host, { title: "STXM map", label: "Scanning transmission map" }),
    amplitude: new Picture(host, { title: "Object: amplitude" }),
    phase: new Picture(host, { title: "Object: phase" }),
    density: new Picture(host, { title: "Object: OD", label: "Optical density of the object" }),
    probe: new Picture(host, { title: "Probe", tools: [probeChoice.node] }),
  };
  patternChoice.select("mean");
  probeChoice.select("amplitude");
  const drawn = new Map(); // picture -> what it was drawn from

  /** Of which scan a picture is, where that is not the one in hand; with the scan's name all pictures would say the same. */
  function origin({ header }) {
    const current = store.latest.status?.header.identifier;
    return header.identifier && current && header.identifier !== current ? `of ${header.identifier}` : "";
  }

  /** Draws what came newly, or in another view; what is drawn already is only fitted to its place. */
  function show(picture, source, make, view, note = "") {
    if (!source) return;
    picture.say([note, origin(source)].filter(Boolean).join(" "));
    const before = drawn.get(picture);
    if (before?.source === source && before.view === view) return picture.draw();
    drawn.set(picture, { source, view });
    picture.show(make());
  }

  function diffraction() {
    const message = store.latest.diffraction;
    if (!message) return;
    const isMean = pattern === "mean" && Boolean(message.arrays.mean_photons);
    show(pictures.diffraction, message, () => {
      const photons = isMean ? message.arrays.mean_photons : message.arrays.photons;
      const [rows, columns] = photons.shape;
      return {
        values: photons.values, rows, columns, unit: photons.unit, map: "inferno", log: true,
        describe: isMean ? `Mean of ${count(message.quality.mean_frames)} patterns.` : "The latest pattern.",
      };
    }, isMean);
  }

  function stxm() {
    const message = store.latest.stxm;
    show(pictures.stxm, message, () => {
      const map = Object.values(message.arrays)[0];
      return {
        values: map.values, rows: map.shape[0], columns: map.shape[1], unit: map.unit, pixelSize: map.pixelSize, map: "cividis",
        aspect: 1, // it fills row after row; the rest of the frame is what is not measured
      };
    }, undefined, known(message?.header.frame_count) ? `${count(message.header.frame_count)} points` : "");
  }

  function object() {
    const message = store.latest.object;
    if (!message) return;
    const array = message.arrays.object ?? Object.values(message.arrays)[0];
    const common = { rows: array.shape[0], columns: array.shape[1], pixelSize: array.pixelSize };
    show(pictures.amplitude, message, () => ({ ...common, values: modulus(array.values), unit: "1", map: "grey" }));
    show(pictures.phase, message, () => ({ ...common, values: phase(array.values), unit: "rad", map: "viridis" }));
    show(pictures.density, message, () => {
      const values = opticalDensity(array.values);
      const [low, high] = robustRange(values);
      return { ...common, values, unit: "OD", map: "viridis", low: Math.min(0, Math.max(low, -0.1 * high)), high };
    });
  }

  function probe() {
    const message = store.latest.probe;
    if (!message) return;
    const isPhase = probeView === "phase";
    show(pictures.probe, message, () => {
      const array = message.arrays.probe ?? Object.values(message.arrays)[0];
      return {
        values: isPhase ? phase(array.values) : modulus(array.values),
        rows: array.shape[0], columns: array.shape[1], pixelSize: array.pixelSize,
        unit: isPhase ? "rad" : array.unit, map: isPhase ? "twilight" : "inferno",
        ...(isPhase ? { low: -Math.PI, high: Math.PI } : {}),
      };
    }, isPhase);
  }

  function words() {
    const { header, quality, text } = store.latest.status ?? store.latest.object ?? store.latest.stxm ?? { header: {}, quality: {}, text: {} };
    // The object may still be that of the scan before.
    const own = [store.latest.object, store.latest.stxm].find((message) => message && (!header.identifier || message.header.identifier === header.identifier));
    const scan = own?.quality ?? {};
    const expected = quality.scan_frames_expected || scan.frames_expected;
    const frames = header.frame_count;
    const parts = [
      header.identifier,
      known(header.rotation_angle_deg) ? `tilt ${degrees(header.rotation_angle_deg)}` : "",
      known(header.energy_eV) ? energy(header.energy_eV) : "",
      known(frames) ? `frame ${count(frames)}${expected ? ` of ${count(expected)}` : ""}` : "",
      known(scan.coverage) ? `${percent(scan.coverage)} in the object` : "",
      known(scan.iteration) ? `iteration ${count(scan.iteration)}` : "",
      known(scan.data_error) ? `data error ${number(scan.data_error, 2)}` : "",
      text.end ? `last scan: ${ends[text.end] ?? text.end}` : "",
    ];
    setText(caption, parts.filter(Boolean).join(" · "));
    bar.hidden = !(expected && known(frames));
    if (!bar.hidden) {
      bar.max = expected;
      bar.value = Math.min(frames, expected);
    }
  }

  store.on(["diffraction", "stxm", "object", "probe", "status"], invalidate);
  return () => {
    diffraction();
    stxm();
    object();
    probe();
    words();
    return ["diffraction", "stxm", "object", "probe"].every((topic) => store.latest[topic]);
  };
}
