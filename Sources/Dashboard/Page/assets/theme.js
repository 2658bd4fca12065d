// SPDX-License-Identifier: BSD-3-Clause
// Read before the first paint, so that a dark room stays dark.
(() => {
  let theme = "auto";
  try {
    theme = localStorage.getItem("tiltfold-theme") ?? "auto";
  } catch {
    /* no storage: the system decides */
  }
  document.documentElement.dataset.theme = theme;
})();
