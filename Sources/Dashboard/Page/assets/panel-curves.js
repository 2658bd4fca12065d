// SPDX-License-Identifier: BSD-3-Clause
// How the errors fall and the coverage rises, over the time that the page has been open.

import { Chart } from "/assets/chart.js";
import { themeColor } from "/assets/colormaps.js";
import { degrees, known, number, percent } from "/assets/format.js";

// Close enough that a narrow range has some, wide apart where the errors of scans hardly ever are.
const errorTicks = [1e-4, 1e-3, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2];

export function makeCurvesPanel(section, store, invalidate) {
  const chart = new Chart(section.querySelector(".chart-host"), { label: "Errors and coverage over time", height: 300, again: invalidate });
  const dates = (series) => series.times.map((time) => new Date(time * 1000));

  store.on(["object", "stxm", "diffraction", "status"], invalidate);
  return () => {
    const { overlap, data, coverage } = store.curves;
    if (overlap.times.length + data.times.length + coverage.times.length === 0) return false;
    if (!chart.isDue) return true;
    // A new scan begins anew: no line leads from one to the next.
    const broken = (series) => series.values.map((value, i) => {
      const isFirst = store.scanStarts.some(({ time }) => time > series.times[i - 1] && time <= series.times[i]);
      return isFirst ? null : value;
    });
    const line = (series, name, color, extra = {}) => ({
      x: dates(series), y: broken(series), name, type: "scatter", mode: series.times.length < 3 ? "lines+markers" : "lines",
      line: { color: themeColor(color), width: 1.6 }, hovertemplate: "%{y:.3g}<extra>" + name + "</extra>", ...extra,
    });
    const first = Math.min(...[overlap, data, coverage].filter((s) => s.times.length).map((s) => s.times[0]));
    const starts = store.scanStarts.filter((start) => start.time > first).slice(-60);
    // A label wherever the one before leaves room.
    const last = Math.max(...[overlap, data, coverage].filter((s) => s.times.length).map((s) => s.times.at(-1)));
    let labelled = -Infinity;
    const labels = starts.filter(({ time, angle }) => {
      if (!known(angle) || time - labelled < (last - first) * 0.1) return false;
      labelled = time;
      return true;
    });
    return chart.draw(
      [
        line(data, "data error", "series-1"),
        line(overlap, "overlap error", "series-2"),
        line(coverage, "coverage", "series-3", { yaxis: "y2", line: { color: themeColor("series-3"), width: 1.2, dash: "dot" }, hovertemplate: "%{y:.0%}<extra>coverage</extra>" }),
      ],
      {
        margin: { r: 56 },
        xaxis: { type: "date", nticks: 6, tickformat: "%H:%M:%S" },
        yaxis: { type: "log", title: { text: "error" }, tickvals: errorTicks, ticktext: errorTicks.map(String) },
        yaxis2: { overlaying: "y", side: "right", range: [0, 1.04], tickmode: "array", tickvals: [0, 0.25, 0.5, 0.75, 1], tickformat: ".0%", showgrid: false, title: { text: "coverage" } },
        shapes: starts.map(({ time }) => ({
          type: "line", x0: new Date(time * 1000), x1: new Date(time * 1000), yref: "paper", y0: 0, y1: 1,
          line: { color: themeColor("line-strong"), width: 1 }, layer: "below",
        })),
        annotations: labels.map(({ time, angle }) => ({
          x: new Date(time * 1000), y: 0, yref: "paper", yanchor: "bottom", xanchor: "left", showarrow: false,
          text: degrees(angle, 0), font: { size: 9.5, color: themeColor("ink-soft") },
        })),
      },
      `data error ${number(data.last, 2)}, overlap error ${number(overlap.last, 2)}, coverage ${percent(coverage.last)}`,
    );
  };
}
