// SPDX-License-Identifier: BSD-3-Clause
// Asks twice where something cannot be undone.

/** Asks by the page's dialogue; calls `go` where the answer is yes. */
export function askTwice(title, words, go) {
  const dialog = document.querySelector("#confirm");
  dialog.querySelector("h2").textContent = `${title}?`;
  dialog.querySelector("p").textContent = words;
  dialog.returnValue = "";
  dialog.onclose = () => {
    if (dialog.returnValue === "yes") go();
  };
  dialog.showModal();
}
