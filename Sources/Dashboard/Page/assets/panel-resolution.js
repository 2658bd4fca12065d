// SPDX-License-Identifier: BSD-3-Clause
// Resolution: the Fourier shell correlation of each energy's volume, and the ring correlation of scans.

import { Chart } from "/assets/chart.js";
import { themeColor } from "/assets/colormaps.js";
import { element, energy, known, length, number } from "/assets/format.js";
import { hasBegun } from "/assets/judge.js";

const mostEnergies = 16;

/** Why there is no curve, in words. */
function absence(message, hasFigure) {
  if (hasFigure) return "the volume is not measured yet";
  if (message?.quality.complete !== 1) return "not measured yet";
  return "not measured: no energy has eight tilts";
}

export function makeResolutionPanel(section, store, invalidate, ask, canAsk) {
  const host = section.querySelector(".chart-host");
  const figures = section.querySelector(".figures");
  const chart = new Chart(host, { label: "Fourier shell correlation", height: 222, again: invalidate });
  const measure = section.querySelector("[data-measure]");
  measure.addEventListener("click", () => ask("measure_resolution", {}, "Measure the resolution"));

  function shells(message) {
    const found = [];
    // An energy with too few tilts has no curve; those after it may.
    for (let k = 0; k < mostEnergies; k++) {
      if (!message?.arrays[`fsc_frequency_${k}`]) continue;
      found.push({
        k,
        frequency: Array.from(message.arrays[`fsc_frequency_${k}`].values),
        correlation: Array.from(message.arrays[`fsc_correlation_${k}`]?.values ?? []),
        halfBit: Array.from(message.arrays[`fsc_half_bit_${k}`]?.values ?? []),
        halfPeriod: message.quality[`fsc_half_period_m_${k}`] ?? store.quality("status")[`fsc_half_period_m_${k}`],
      });
    }
    return found;
  }

  function energyName(k) {
    const key = store.energies("volume")[k];
    return known(Number(key)) ? energy(Number(key)) : `energy ${k + 1}`;
  }

  store.on(["alignment", "projection", "status"], invalidate);
  return () => {
    const message = store.latest.alignment;
    measure.disabled = !canAsk() || !hasBegun(store.latest.status);
    const found = shells(message);
    const rings = [...store.tilts.values()].filter((tilt) => known(tilt.halfPeriod)).sort((a, b) => a.angle - b.angle);
    const frc = store.quality("projection").frc_half_period_m ?? store.quality("status").frc_half_period_m;
    const crowther = message?.quality.crowther_full_period_m;
    const entries = [
      ...found.map((shell) => [`Volume, ${energyName(shell.k)}`, known(shell.halfPeriod) ? `${length(shell.halfPeriod)}` : "not reached", "FSC, 1/2 bit, half period"]),
      ["Latest scan", known(frc) ? length(frc) : "–", "FRC, 1/2 bit, half period"],
      ...(known(crowther) ? [["Crowther limit", length(crowther / 2), `half period, by ${number(message.quality.fsc_tilts ?? message.quality.tilts)} tilts`]] : []),
    ];
    figures.replaceChildren(...entries.map(([name, value, how]) => element("div", {}, element("dt", { text: name }), element("dd", {}, element("b", { text: value }), element("small", { text: how })))));
    if (found.length === 0 && rings.length === 0) {
      const words = absence(message, entries.some(([, value]) => /nm/.test(value)));
      chart.draw([], { annotations: [{ text: words, showarrow: false, xref: "paper", yref: "paper", x: 0.5, y: 0.5, font: { size: 12 } }], xaxis: { visible: false }, yaxis: { visible: false } }, words);
      return Boolean(message);
    }
    if (found.length === 0) {
      return chart.draw(
        [{ x: rings.map((tilt) => tilt.angle), y: rings.map((tilt) => tilt.halfPeriod * 1e9), type: "scatter", mode: "markers", name: "FRC of each tilt", marker: { color: themeColor("series-1"), size: 6 }, hovertemplate: "%{x:.1f}°: %{y:.3g} nm<extra></extra>" }],
        { xaxis: { title: { text: "tilt, degree" } }, yaxis: { title: { text: "half period, nm" }, rangemode: "tozero" } },
        `ring correlation of ${rings.length} tilts`,
      );
    }
    const reach = Math.max(...found.flatMap((shell) => shell.frequency));
    const ticks = Array.from({ length: 5 }, (_, i) => ((i + 1) / 5) * reach);
    return chart.draw(
      [
        ...found.map((shell) => ({
          x: shell.frequency, y: shell.correlation, type: "scatter", mode: "lines", name: energyName(shell.k), line: { color: themeColor(`series-${(shell.k % 3) + 1}`), width: 1.8 },
          hovertemplate: "%{x:.3f} /nm: %{y:.2f}<extra></extra>",
        })),
        { x: found[0].frequency, y: found[0].halfBit, type: "scatter", mode: "lines", name: "1/2 bit", line: { color: themeColor("ink-soft"), width: 1.2, dash: "dash" }, hoverinfo: "skip" },
      ],
      {
        margin: { b: 40 },
        xaxis: { title: { text: "half period, nm" }, range: [0, reach], tickvals: ticks, ticktext: ticks.map((f) => (0.5 / f).toPrecision(2)) },
        yaxis: { title: { text: "correlation" }, range: [-0.1, 1.05], dtick: 0.5 },
        shapes: found.filter((shell) => known(shell.halfPeriod)).map((shell) => ({
          type: "line", x0: 0.5e-9 / shell.halfPeriod, x1: 0.5e-9 / shell.halfPeriod, yref: "paper", y0: 0, y1: 1,
          line: { color: themeColor(`series-${(shell.k % 3) + 1}`), width: 1, dash: "dot" },
        })),
      },
      found.map((shell) => `${energyName(shell.k)}: ${length(shell.halfPeriod)} half period`).join(", "),
    );
  };
}
