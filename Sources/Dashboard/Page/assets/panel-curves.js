// SPDX-License-Identifier: BSD-3-Clause
// How the errors fall and the coverage rises, over the time that the page has been open.

import { Chart } from "/assets/chart.js";
import { themeColor } from "/assets/colormaps.js";
import { degrees, known, number, percent } from "/assets/format.js";
import { scanCurves } from "/assets/scan-curves.js";
import { leastSpan, timeTicks } from "/assets/time-ticks.js";

// Close enough that a narrow range has some, wide apart where the errors of scans hardly ever are.
const errorTicks = [1e-4, 1e-3, 0.005, 0.01, 0.015, 0.02, 0.03, 0.04, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1, 2];

export function makeCurvesPanel(section, store, invalidate) {
  const chart = new Chart(section.querySelector(".chart-host"), { label: "Errors and coverage over time", height: 300, again: invalidate });

  store.on(["object", "stxm", "diffraction", "status"], invalidate);
  return () => {
    const scans = store.scans.all;
    if (!scans.some((scan) => scanCurves.some((name) => scan[name].times.length))) return false;
    if (!chart.isDue) return true;
    // Each scan is a line of its own; none leads from one to the next. Few points are dots, too.
    const line = (name, words, color, extra = {}) => {
      const [x, y, size] = [[], [], []];
      for (const { [name]: { times, values } } of scans) {
        if (times.length === 0) continue;
        x.push(...times.map((time) => new Date(time * 1000)), new Date(times.at(-1) * 1000));
        y.push(...values, null);
        size.push(...times.map(() => (times.length < 3 ? 4 : 0)), 0);
      }
      return {
        x, y, name: words, type: "scatter", mode: size.some(Boolean) ? "lines+markers" : "lines", connectgaps: false,
        line: { color: themeColor(color), width: 1.6 }, marker: { size, color: themeColor(color) }, hovertemplate: "%{y:.3g}<extra>" + words + "</extra>", ...extra,
      };
    };
    const lastOf = (name) => scans.findLast((scan) => scan[name].times.length)?.[name].last;
    const first = scans[0].start;
    const last = Math.max(...scans.flatMap((scan) => scanCurves.map((name) => scan[name].times.at(-1) ?? 0)));
    // A page that was opened just now has little to show: its curves grow to the right.
    const end = Math.max(last, first + leastSpan);
    const room = (end - first) * 0.02;
    const [left, right] = [first - room, end + room];
    const wide = section.clientWidth - 130; // of the plot, about
    const starts = scans.slice(1).map(({ start, angle }) => ({ time: start, angle })).slice(-60);
    // A label wherever the one before leaves room.
    let labelled = -Infinity;
    const labels = starts.filter(({ time, angle }) => {
      if (!known(angle) || time - labelled < (end - first) * 0.1) return false;
      labelled = time;
      return true;
    });
    return chart.draw(
      [
        line("data", "data error", "series-1"),
        line("overlap", "overlap error", "series-2"),
        line("coverage", "coverage", "series-3", { yaxis: "y2", line: { color: themeColor("series-3"), width: 1.2, dash: "dot" }, hovertemplate: "%{y:.0%}<extra>coverage</extra>" }),
      ],
      {
        margin: { r: 56 },
        xaxis: { type: "date", range: [new Date(left * 1000), new Date(right * 1000)], tickmode: "array", ...timeTicks(left, right, Math.max(2, Math.min(6, Math.floor(wide / 80)))) },
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
      `data error ${number(lastOf("data"), 2)}, overlap error ${number(lastOf("overlap"), 2)}, coverage ${percent(lastOf("coverage"))}, of ${scans.length} scan${scans.length === 1 ? "" : "s"}`,
    );
  };
}
