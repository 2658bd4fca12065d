// SPDX-License-Identifier: BSD-3-Clause
// Charts by Plotly, which the process serves and the page reads once its pictures stand; a plain
// sketch until then. Each is drawn once a second at most.

import { themeColor } from "/assets/colormaps.js";
import { element } from "/assets/format.js";
import { invalidateAll } from "/assets/frameloop.js";
import { sketch } from "/assets/sketch.js";

let library;
let isMissing = false;
let isAsked = false;

/** Where the library stands: "coming", "here" or "missing". */
export const chartLibrary = () => (library ? "here" : isMissing ? "missing" : "coming");

/** Asks for Plotly; panels draw again when it is there. */
export function fetchPlotly() {
  if (isAsked) return;
  isAsked = true;
  const script = element("script", { src: "/plotly.min.js", async: true });
  script.onload = () => {
    library = window.Plotly;
    isMissing = !library;
    invalidateAll();
  };
  script.onerror = () => {
    isMissing = true;
    invalidateAll();
  };
  document.head.append(script);
}

function merged(base, extra) {
  const result = { ...base };
  for (const [key, value] of Object.entries(extra)) {
    const isPlain = value && typeof value === "object" && !Array.isArray(value);
    result[key] = isPlain && base[key] ? merged(base[key], value) : value;
  }
  return result;
}

export class Chart {
  #drawnAt = 0;
  #later;
  #isStarted = false;
  #sketched;

  /** `again` is called when what was held back is due. */
  constructor(host, { label, height = 190, again }) {
    this.label = label;
    this.again = again;
    this.height = height;
    this.box = element("div", { class: "chart", role: "img", "aria-label": `${label}: no data yet`, "data-chart": label });
    this.box.style.height = `${height}px`;
    host.append(this.box);
  }

  /** Whether it would be drawn now; where not, `again` is called when it is due. */
  get isDue() {
    const wait = this.#drawnAt + 1000 - performance.now();
    const isNews = library && this.#sketched; // Plotly has just come
    if (wait <= 0 || !this.#isStarted || isNews) return true;
    this.#later ??= setTimeout(() => {
      this.#later = undefined;
      this.again?.();
    }, wait);
    return false;
  }

  /** Draws; `words` say for a screen reader what it shows. Returns whether it is on the screen. */
  draw(traces, layout, words) {
    this.box.setAttribute("aria-label", `${this.label}: ${words}`);
    if (!this.isDue) return true;
    this.#drawnAt = performance.now();
    this.#isStarted = true;
    if (!library) return this.#sketch(traces, layout);
    this.#sketched?.remove();
    this.#sketched = undefined;
    const base = this.#base();
    const complete = merged(base, layout);
    for (const key of Object.keys(layout)) {
      if (/^[xy]axis\d?$/.test(key)) complete[key] = merged(base[key[0] + "axis"], layout[key]);
    }
    library.react(this.box, traces, complete, { displayModeBar: false, responsive: false, scrollZoom: false });
    return true;
  }

  #sketch(traces, layout) {
    if (isMissing) this.box.title = "A plain drawing: Plotly was not found. Run .ci/plotly and load the page again for more.";
    if (!this.#sketched) {
      this.#sketched = element("canvas", { class: "chart-sketch", "aria-hidden": "true" });
      this.box.append(this.#sketched);
    }
    sketch(this.#sketched, traces, layout, {
      width: Math.max(120, this.box.clientWidth), height: this.height, ink: themeColor("ink-soft"), line: themeColor("line"),
    });
    return true;
  }

  #base() {
    const ink = themeColor("ink-soft");
    const axis = {
      color: ink, gridcolor: themeColor("line"), zerolinecolor: themeColor("line-strong"), linecolor: themeColor("line-strong"),
      tickfont: { size: 10.5 }, title: { font: { size: 11 }, standoff: 4 }, automargin: false, fixedrange: true, ticks: "",
    };
    return {
      width: Math.max(120, this.box.clientWidth),
      height: this.height,
      margin: { l: 46, r: 12, t: 8, b: 34 },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: "system-ui, sans-serif", size: 11, color: ink },
      hoverlabel: { bgcolor: themeColor("panel"), bordercolor: themeColor("line-strong"), font: { color: themeColor("ink"), size: 11 } },
      showlegend: true,
      legend: { orientation: "h", x: 0, y: 1.02, xanchor: "left", yanchor: "bottom", font: { size: 10.5 }, bgcolor: "rgba(0,0,0,0)" },
      xaxis: axis,
      yaxis: axis,
    };
  }
}
