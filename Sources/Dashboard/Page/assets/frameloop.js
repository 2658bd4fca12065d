// SPDX-License-Identifier: BSD-3-Clause
// Draws each panel at most once per animation frame, and only where it can be seen.

const dirty = new Set();
const visible = new WeakSet();
const entries = new WeakMap();
let isAsked = false;

const observer = new IntersectionObserver(
  (changes) => {
    for (const change of changes) {
      if (change.isIntersecting) visible.add(change.target);
      else visible.delete(change.target);
    }
    ask();
  },
  { rootMargin: "120px" },
);

function ask() {
  if (isAsked) return;
  isAsked = true;
  requestAnimationFrame(draw);
}

function draw() {
  isAsked = false;
  for (const section of [...dirty]) {
    if (!visible.has(section)) continue; // stays dirty until somebody looks
    dirty.delete(section);
    try {
      if (entries.get(section)() && section.dataset.state !== "data") {
        section.dataset.state = "data";
        section.dataset.since = Math.round(performance.now()); // ms after the page was asked for
        section.dispatchEvent(new Event("drawn"));
      }
    } catch (error) {
      console.error(`Panel ${section.id} cannot be drawn:`, error);
    }
  }
}

/** Takes a panel; `render` draws it and returns whether it had something to show. */
export function addPanel(section, render) {
  entries.set(section, render);
  observer.observe(section);
  new ResizeObserver(() => invalidate(section)).observe(section);
  invalidate(section);
}

/** Marks what panels show as of something that is over, until they are drawn with what is new. */
document.addEventListener("outdated", ({ detail }) => {
  for (const section of document.querySelectorAll('[data-panel][data-state="data"]')) {
    if (entries.has(section) && (!detail || detail.includes(section.id))) section.dataset.state = "outdated";
  }
});

/** Says that a panel is to be drawn anew. */
export function invalidate(section) {
  dirty.add(section);
  ask();
}

/** Draws all anew: the colours have changed. */
export function invalidateAll() {
  for (const section of document.querySelectorAll("[data-panel]")) if (entries.has(section)) invalidate(section);
}
