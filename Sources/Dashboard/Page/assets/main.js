// SPDX-License-Identifier: BSD-3-Clause
// Puts the page together: one store, one connection, a panel for each topic, and the banner.

import { chartLibrary, fetchPlotly } from "/assets/chart.js";
import { Connection } from "/assets/connection.js";
import { count, degrees, element, energy, known, setText, timeOfDay } from "/assets/format.js";
import { addPanel, invalidate, invalidateAll } from "/assets/frameloop.js";
import { judge, mayAsk, scansOfTomogram, timeLeft } from "/assets/judge.js";
import { makeChemistryPanel } from "/assets/panel-chemistry.js";
import { makeControlPanel } from "/assets/panel-control.js";
import { makeCurvesPanel } from "/assets/panel-curves.js";
import { makeEventsPanel } from "/assets/panel-events.js";
import { makeHealthPanel } from "/assets/panel-health.js";
import { makeResolutionPanel } from "/assets/panel-resolution.js";
import { makeScanPanel } from "/assets/panel-scan.js";
import { makeCorrelationPanel, makeHistogramPanel } from "/assets/panel-statistics.js";
import { makeTiltsPanel } from "/assets/panel-tilts.js";
import { makeVolumePanel } from "/assets/panel-volume.js";
import { Store } from "/assets/store.js";

// The page is painted before anything is made of it; a page in the background is not painted at all.
await new Promise((resolve) => {
  requestAnimationFrame(() => setTimeout(resolve));
  setTimeout(resolve, 300);
});

const find = (selector) => document.querySelector(selector);
const store = new Store();
const arrivals = {}; // "open" and topics -> ms after the page was asked for, of the first message
let control;
let link = { state: "connecting", since: Date.now() };

const scheme = location.protocol === "https:" ? "wss:" : "ws:";
const connection = new Connection(`${scheme}//${location.host}/stream`, {
  onFrame: (message) => {
    arrivals[message.topic] ??= Math.round(performance.now());
    store.take(message);
    if (message.topic === "status" || message.topic === "event") showBanner();
  },
  onState: (state) => {
    link = state;
    if (state.state === "open") arrivals.open ??= Math.round(performance.now());
    showConnection();
    showBanner();
    if (control) for (const name of asking) invalidate(find(`#${name}`));
    if (state.state === "open") control?.connected();
  },
});

const asking = ["control", "tilts", "resolution"]; // have buttons that ask something of the run
const ask = (...request) => control.ask(...request);
const canAsk = () => mayAsk(store, connection);
let couldAsk = false;
store.on(["status"], () => {
  if (couldAsk === canAsk()) return;
  couldAsk = !couldAsk;
  for (const name of asking) invalidate(find(`#${name}`));
});

function panel(name, make) {
  const section = find(`#${name}`);
  const again = () => invalidate(section);
  const made = make(section, again);
  addPanel(section, typeof made === "function" ? made : made.render);
  return made;
}

panel("scan", (section, again) => makeScanPanel(section, store, again));
panel("curves", (section, again) => makeCurvesPanel(section, store, again));
panel("tilts", (section, again) => makeTiltsPanel(section, store, again, ask, canAsk));
panel("volume", (section, again) => makeVolumePanel(section, store, again));
panel("chemistry", (section, again) => makeChemistryPanel(section, store, again));
panel("correlation", (section, again) => makeCorrelationPanel(section, store, again));
panel("histogram", (section, again) => makeHistogramPanel(section, store, again));
panel("resolution", (section, again) => makeResolutionPanel(section, store, again, ask, canAsk));
panel("health", (section, again) => makeHealthPanel(section, store, again));
panel("events", (section, again) => makeEventsPanel(section, store, again));
control = panel("control", (section, again) => makeControlPanel(section, store, again, connection));
if (connection.state === "open") control.connected();

// The banner: one look.

const signs = { good: "✓", look: "!", act: "✕", wait: "…" };

function showBanner() {
  const verdict = judge(store, link);
  const banner = find("#banner");
  if (banner.dataset.level !== verdict.level) banner.dataset.level = verdict.level;
  setText(find("#banner-sign"), signs[verdict.level]);
  setText(find("#banner-headline"), verdict.headline);
  // Read out when the verdict changes, not with each second that its words count.
  const said = `${verdict.level} ${verdict.reasons[0]?.words ?? ""}`.replace(/[\d.,\s]+(s|min|h|ms|%|[kMGT]?B)?\b/g, " ");
  if (banner.dataset.said !== said) {
    banner.dataset.said = said;
    setText(find("#verdict"), `${verdict.headline}. ${verdict.reasons[0]?.words ?? ""} ${verdict.reasons[0]?.remedy ?? ""}`.trim());
  }
  const reasons = find("#banner-reasons");
  const words = verdict.reasons.slice(0, 2).map((reason) => [reason.words, reason.remedy ?? ""]);
  if (verdict.reasons.length > 2) words.push([`and ${verdict.reasons.length - 2} more`, ""]);
  const key = JSON.stringify(words);
  if (reasons.dataset.key !== key) {
    reasons.dataset.key = key;
    reasons.replaceChildren(...words.map(([what, remedy]) => element("li", {}, element("span", { text: what }), remedy ? element("em", { text: ` ${remedy}` }) : "")));
  }
  document.title = `${verdict.headline} · TiltFold`;
  showProgress();
}

function showProgress() {
  const status = store.latest.status;
  if (!status) return;
  const { header, quality } = status;
  const total = scansOfTomogram(quality);
  const done = quality.tomogram_scans_finished ?? quality.scans_finished;
  const bar = find("#progress");
  bar.hidden = !(total > 0);
  if (total > 0) {
    bar.max = total;
    bar.value = Math.min(done, total);
    bar.setAttribute("aria-label", `${count(done)} of ${count(total)} scans finished`);
  }
  const set = (name, value) => setText(find(`#at-${name}`), value);
  set("tilt", known(header.tilt_index) ? `${header.tilt_index + 1}${quality.tilt_count ? ` of ${count(quality.tilt_count)}` : ""}` : "–");
  set("angle", degrees(header.rotation_angle_deg));
  set("energy", energy(header.energy_eV));
  set("scans", `${count(done)}${total > 0 ? ` of ${count(total)}` : ""}`);
  const [left, meaning] = timeLeft(quality);
  set("left", left);
  find("#at-left").title = meaning;
}

function showConnection() {
  const pill = find("#connection");
  // Of a run that has said that it is done nobody needs to be found.
  const isOver = link.state === "lost" && store.latest.status?.text.state === "done";
  pill.dataset.state = isOver ? "over" : link.state;
  const wait = link.retryAt ? Math.max(0, Math.ceil((link.retryAt - Date.now()) / 1000)) : 0;
  if (isOver) return setText(pill, "Run over");
  setText(pill, { open: "Live", connecting: "Connecting …", lost: wait > 0 ? `No contact · again in ${wait} s` : "No contact · trying" }[link.state]);
}
find("#connection").addEventListener("click", () => connection.reconnect());

setInterval(() => {
  setText(find("#clock"), timeOfDay(Date.now() / 1000));
  if (link.state !== "open") showConnection();
  showBanner();
}, 1000);
showConnection();
showBanner();
document.addEventListener("seen", showBanner);

// Light and dark.

const themes = ["auto", "light", "dark"];
function showTheme() {
  const theme = document.documentElement.dataset.theme;
  setText(find("#theme"), { auto: "Auto", light: "Light", dark: "Dark" }[theme]);
  find("#theme").setAttribute("aria-label", `Colours: ${theme}. Press for the next of auto, light, dark`);
  invalidateAll();
}
find("#theme").addEventListener("click", () => {
  const next = themes[(themes.indexOf(document.documentElement.dataset.theme) + 1) % themes.length];
  document.documentElement.dataset.theme = next;
  try {
    localStorage.setItem("tiltfold-theme", next);
  } catch {
    /* not kept */
  }
  showTheme();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", showTheme);
showTheme();

// Volume and chemical map can be as wide as the page, both at once: one alone would leave a hole beside
// it. The keys 1 to 9 and 0 jump to panels.

const wideners = [...document.querySelectorAll("[data-widen]")];
for (const button of wideners) {
  button.addEventListener("click", () => {
    const isWide = button.getAttribute("aria-pressed") !== "true";
    for (const each of wideners) {
      each.closest("section").classList.toggle("is-wide", isWide);
      each.setAttribute("aria-pressed", String(isWide));
    }
    button.scrollIntoView({ block: "nearest" });
  });
}
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("input, select, textarea, dialog")) return;
  const place = "1234567890".indexOf(event.key);
  const section = document.querySelectorAll("[data-panel]")[place];
  if (place < 0 || !section) return;
  section.scrollIntoView({ block: "start" });
  section.focus({ preventScroll: true });
});

/** For those who test the page: which panels have something to show, and since when. */
window.tiltfold = {
  store,
  charts: chartLibrary,
  panels: () => Object.fromEntries([...document.querySelectorAll("[data-panel]")].map((node) => [node.id, node.dataset.state ?? "empty"])),
  arrivals,
  since: () => Object.fromEntries([...document.querySelectorAll("[data-panel]")].map((node) => [node.id, Number(node.dataset.since)])),
};

// Pictures first: the charts' library is read when they stand, or soon in any case.
const patience = setTimeout(fetchPlotly, 2000);
find("#scan").addEventListener("drawn", () => {
  clearTimeout(patience);
  if (window.requestIdleCallback) requestIdleCallback(fetchPlotly, { timeout: 2000 });
  else setTimeout(fetchPlotly, 300);
}, { once: true });
