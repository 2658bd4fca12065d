// SPDX-License-Identifier: BSD-3-Clause
// The correlation of both energies' densities, and the histogram of polar angles with its fit.

import { Chart } from "/assets/chart.js";
import { colorScale, phaseColors, themeColor } from "/assets/colormaps.js";
import { count, energy, known, number, percent, setText } from "/assets/format.js";

const peaks = ["low", "high"];

export function makeCorrelationPanel(section, store, invalidate) {
  const caption = section.querySelector("[data-caption]");
  const chart = new Chart(section.querySelector(".chart-host"), { label: "Correlation of both energies", height: 306, again: invalidate });
  store.on(["chemistry", "histogram"], invalidate);
  return () => {
    const message = store.latest.chemistry;
    const counts = message?.arrays.correlation;
    if (!counts) return false;
    if (!chart.isDue) return true;
    const [rows, columns] = counts.shape;
    const fullFirst = message.quality.correlation_full_first ?? 1;
    const fullSecond = message.quality.correlation_full_second ?? 1;
    const z = [];
    let total = 0;
    let most = 1;
    for (let row = 0; row < rows; row++) {
      const line = [];
      for (let column = 0; column < columns; column++) {
        const value = counts.values[row * columns + column];
        total += value;
        if (value > most) most = value;
        line.push(value > 0 ? Math.log10(value) : null);
      }
      z.push(line);
    }
    const middle = (full, extent) => Array.from({ length: extent }, (_, i) => ((i + 0.5) / extent) * full);
    const decades = Array.from({ length: Math.floor(Math.log10(most)) + 1 }, (_, i) => i);
    const quality = store.quality("histogram");
    const rays = peaks.filter((peak) => known(quality[`${peak}_center_deg`])).map((peak) => {
      const slope = Math.tan((quality[`${peak}_center_deg`] * Math.PI) / 180);
      const reach = Math.min(fullFirst, fullSecond / slope);
      return {
        x: [0, reach], y: [0, reach * slope], type: "scatter", mode: "lines", hoverinfo: "skip",
        name: `peak at ${number(quality[`${peak}_center_deg`])}°`,
        line: { color: `rgb(${phaseColors[peak === "low" ? "lithiated" : "delithiated"]})`, width: 2, dash: "dash" },
      };
    });
    const less = message.quality.correlation_less_pre_edge ? " less the pre-edge" : "";
    const words = (eV) => `OD per voxel${less}, ${energy(eV)}`;
    setText(caption, `${count(total)} voxels`);
    return chart.draw(
      [
        {
          type: "heatmap", z, x: middle(fullFirst, columns), y: middle(fullSecond, rows), zmin: 0, zmax: Math.log10(most), colorscale: colorScale("cividis"),
          hovertemplate: "%{x:.3g}, %{y:.3g}: 10<sup>%{z:.1f}</sup> voxels<extra></extra>", name: "voxels", showlegend: false,
          colorbar: {
            thickness: 8, len: 1, outlinewidth: 0, tickvals: decades, ticktext: decades.map((d) => (10 ** d).toLocaleString("en").replace(/,/g, "\u202f")),
            tickfont: { size: 10 }, title: { text: "voxels", side: "right", font: { size: 10.5 } }, x: 1.01,
          },
        },
        ...rays,
      ],
      {
        margin: { r: 62, b: 38 },
        xaxis: { title: { text: words(message.quality.correlation_energy_first_eV) }, range: [0, fullFirst], nticks: 5, showgrid: false },
        yaxis: { title: { text: words(message.quality.correlation_energy_second_eV) }, range: [0, fullSecond], nticks: 5, showgrid: false },
      },
      `${count(total)} voxels` + rays.map((ray) => `, ${ray.name}`).join(""),
    );
  };
}

export function makeHistogramPanel(section, store, invalidate) {
  const caption = section.querySelector("[data-caption]");
  const chart = new Chart(section.querySelector(".chart-host"), { label: "Polar histogram", height: 306, again: invalidate });
  store.on(["histogram"], invalidate);
  return () => {
    const message = store.latest.histogram;
    const weight = message?.arrays.weight;
    if (!weight) return false;
    if (!chart.isDue) return true;
    const { polar_angle: angle, fit } = message.arrays;
    const { quality } = message;
    const [lithiated, delithiated] = [phaseColors.lithiated, phaseColors.delithiated];
    const mix = (share) => `rgb(${lithiated.map((part, i) => Math.round(delithiated[i] + (part - delithiated[i]) * share))})`;
    // Colours run from one pure phase to the other as compositions do, roughly.
    const low = known(quality.low_center_deg) ? quality.low_center_deg : 27.5;
    const high = known(quality.high_center_deg) ? quality.high_center_deg : 65;
    const colors = Array.from(angle.values, (value) => mix(Math.min(1, Math.max(0, 1 - (value - low) / (high - low || 1)))));
    const most = weight.values.reduce((a, b) => Math.max(a, b), 0);
    const traces = [{
      type: "bar", x: Array.from(angle.values), y: Array.from(weight.values), marker: { color: colors, line: { width: 0 } }, name: "voxels", showlegend: false,
      hovertemplate: "%{x:.1f}°: %{y:.4g}<extra></extra>",
    }];
    if (fit) {
      traces.push({
        type: "scatter", mode: "lines", x: Array.from(angle.values), y: Array.from(fit.values), name: "two Gaussians",
        line: { color: themeColor("ink"), width: 1.6 }, hoverinfo: "skip",
      });
    }
    const found = peaks.filter((peak) => known(quality[`${peak}_center_deg`]));
    // Words over two peaks that are close lean away from one another.
    const isTight = found.length === 2 && Math.abs(high - low) < 28;
    // A peak of a pure phase lies beyond its spectrum's angle as often as before it.
    const sentence = found.map((peak) => {
      const share = quality[`${peak}_composition`];
      return `${number(quality[`${peak}_center_deg`])}°${known(share) ? `, ${percent(Math.min(1, Math.max(0, share)))} LiFePO₄` : ""}`;
    });
    setText(caption, sentence.length ? "line: two Gaussians" : "no two peaks yet");
    return chart.draw(
      traces,
      {
        bargap: 0,
        margin: { b: 38, t: 34 },
        xaxis: { title: { text: "polar angle, degree" }, range: [0, 90], dtick: 15, showgrid: false },
        yaxis: { title: { text: "weight, OD" }, nticks: 4, rangemode: "tozero", range: [0, most * 1.12], exponentformat: "none" },
        showlegend: false,
        annotations: found.map((peak, i) => ({
          x: quality[`${peak}_center_deg`], y: 1.02, yref: "paper", yanchor: "bottom", showarrow: false, align: "center",
          xanchor: isTight ? ["right", "left"][i] : "center", text: sentence[i].replace(", ", "<br>"), font: { size: 10.5, color: themeColor("ink") },
        })),
        shapes: found.map((peak) => ({
          type: "line", x0: quality[`${peak}_center_deg`], x1: quality[`${peak}_center_deg`], yref: "paper", y0: 0, y1: 1,
          line: { color: themeColor("line-strong"), width: 1, dash: "dot" }, layer: "below",
        })),
      },
      sentence.length ? `peaks at ${sentence.join(" and at ")}` : "no two peaks yet",
    );
  };
}
