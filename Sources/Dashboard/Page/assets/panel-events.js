// SPDX-License-Identifier: BSD-3-Clause
// What a person should know, newest first, with what to do about it.

import { adviceFor } from "/assets/advice.js";
import { element, setText, timeOfDay } from "/assets/format.js";

const names = { info: "Note", warning: "Warning", error: "Error" };
const signs = { info: "●", warning: "▲", error: "■" };

export function makeEventsPanel(section, store, invalidate) {
  const list = section.querySelector(".events");
  const caption = section.querySelector("[data-caption]");
  const filter = section.querySelector("#event-filter");
  const live = document.querySelector("#live");
  const opened = Date.now();
  filter.addEventListener("change", () => {
    list.replaceChildren();
    invalidate();
  });
  section.querySelector("[data-seen]").addEventListener("click", () => {
    for (const event of store.events) event.seen = true;
    invalidate();
    section.dispatchEvent(new CustomEvent("seen", { bubbles: true }));
  });

  function row(event) {
    const what = adviceFor(event);
    return element("li", { "data-severity": event.severity, "data-key": event.key },
      element("span", { class: "event-sign", "aria-hidden": "true", text: signs[event.severity] ?? "●" }),
      element("div", {},
        element("p", { class: "event-head" }, element("span", { class: "event-kind", text: names[event.severity] ?? event.severity }),
          element("time", { text: timeOfDay(event.time), datetime: new Date(event.time * 1000).toISOString() }), element("span", { class: "event-scan", text: event.scan ?? "" })),
        element("p", { text: event.message }),
        ...(what ? [element("p", { class: "event-remedy" }, element("b", { text: "What to do: " }), what)] : [])));
  }

  store.on(["event"], (message) => {
    const event = { message: message.text.message, severity: message.text.severity };
    // What came before the page was opened is in the list, but is not read out.
    if (store.ahead !== undefined && message.time > store.clock(opened) && event.severity !== "info") {
      live.textContent = `${names[event.severity] ?? "Event"}: ${event.message}. ${adviceFor(event)}`;
    }
    invalidate();
  });
  return () => {
    const shown = store.events.filter((event) => filter.value === "all" || event.severity !== "info").slice(-120).reverse();
    const keys = new Set(shown.map((event) => event.key));
    const rows = new Map([...list.children].map((node) => [node.dataset.key, node]));
    for (const [key, node] of rows) if (!keys.has(key)) node.remove();
    shown.forEach((event, i) => {
      const node = rows.get(event.key) ?? row(event);
      node.classList.toggle("is-seen", event.seen);
      if (list.children[i] !== node) list.insertBefore(node, list.children[i] ?? null);
    });
    const number = (severity) => store.events.filter((event) => event.severity === severity && !event.seen).length;
    const [errors, warnings] = [number("error"), number("warning")];
    const unseen = [errors ? `${errors} error${errors > 1 ? "s" : ""}` : "", warnings ? `${warnings} warning${warnings > 1 ? "s" : ""}` : ""].filter(Boolean).join(", ");
    setText(caption, unseen || (store.events.length ? "all seen" : "none yet"));
    return store.events.length > 0;
  };
}
