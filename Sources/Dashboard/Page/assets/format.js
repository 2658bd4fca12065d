// SPDX-License-Identifier: BSD-3-Clause
// Numbers in words that a person reads: few digits, a unit, a dash where nothing is known.

export const known = (value) => typeof value === "number" && Number.isFinite(value);
const dash = "–";
const minus = (text) => text.replace("-", "−");

/** A number of about `digits` significant digits. */
export function number(value, digits = 3) {
  if (!known(value)) return dash;
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) {
    const exponent = Math.floor(Math.log10(size));
    const power = String(exponent).replace(/[-\d]/g, (c) => "⁰¹²³⁴⁵⁶⁷⁸⁹⁻"["0123456789-".indexOf(c)]);
    return minus(`${Number((value / 10 ** exponent).toPrecision(Math.min(digits, 2)))}·10${power}`);
  }
  const rounded = Number(value.toPrecision(digits));
  return minus(Math.abs(rounded) >= 10000 ? grouped(rounded) : String(rounded));
}

const grouped = (value) => Math.round(value).toString().replace(/\B(?=(\d{3})+$)/g, "\u202f");

/** A whole number, thousands set apart. */
export const count = (value) => (known(value) ? minus(grouped(value)) : dash);

/** A number with a unit prefix: 1.2 k, 3.4 M. */
export function compact(value) {
  if (!known(value)) return dash;
  const size = Math.abs(value);
  const [divisor, prefix] =
    size >= 1e12 ? [1e12, " T"] : size >= 1e9 ? [1e9, " G"] : size >= 1e6 ? [1e6, " M"] : size >= 1e4 ? [1e3, " k"] : [1, ""];
  return minus(Number((value / divisor).toPrecision(3)) + prefix);
}

export function bytes(value) {
  if (!known(value)) return dash;
  const units = ["B", "kB", "MB", "GB", "TB", "PB"];
  let size = value;
  let unit = 0;
  while (size >= 1000 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${Number(size.toPrecision(3))} ${units[unit]}`;
}

/** A length in metres as nm or µm. */
export function length(meters) {
  if (!known(meters)) return dash;
  const nanometers = meters * 1e9;
  return Math.abs(nanometers) < 1000 ? `${number(nanometers)} nm` : `${number(nanometers / 1000)} µm`;
}

export function duration(seconds) {
  if (!known(seconds)) return dash;
  const whole = Math.max(0, Math.round(seconds));
  if (whole < 60) return `${whole} s`;
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes} min ${String(whole % 60).padStart(2, "0")} s`;
  const hours = Math.floor(minutes / 60);
  if (hours < 48) return `${hours} h ${String(minutes % 60).padStart(2, "0")} min`;
  return `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const percent = (share, digits = 0) => (known(share) ? minus(`${(share * 100).toFixed(digits)} %`) : dash);
export const degrees = (value, digits = 1) =>
  known(value) ? minus(`${value > 0 ? "+" : ""}${value.toFixed(digits)}°`) : dash;
export const energy = (value) => (known(value) ? `${value.toFixed(1)} eV` : dash);
export const milliseconds = (value) => (known(value) ? (value < 1000 ? `${number(value, 2)} ms` : `${number(value / 1000, 2)} s`) : dash);

/** The time of day of seconds since 1970. */
export const timeOfDay = (seconds) =>
  new Date(seconds * 1000).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });

/** A unit as it stands beside a number; nothing for pure numbers. */
export const unitWords = (unit) => ({ 1: "", "sqrt(photon)": "√photon", um: "µm", degree: "°", photon: "photons" })[unit] ?? unit;

/** The highest round step that is at most `value`: 1, 2 or 5 times a power of ten. */
export function roundDown(value) {
  const power = 10 ** Math.floor(Math.log10(value));
  const lead = value / power;
  return (lead >= 5 ? 5 : lead >= 2 ? 2 : 1) * power;
}

/** An element: its name, properties (class, text, data-..., aria-..., on...), children. */
export function element(name, properties = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key === "text") node.textContent = value;
    else if (key.startsWith("on")) node.addEventListener(key.slice(2), value);
    else node.setAttribute(key, value === true ? "" : value);
  }
  node.append(...children);
  return node;
}

/** Sets text where it changed, so that a screen reader is not told the same again. */
export function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}
