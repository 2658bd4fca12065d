// SPDX-License-Identifier: BSD-3-Clause
// What can be asked of a run: pause, resume, end a scan, set parameters, re-align, snapshot.

import { askTwice } from "/assets/confirm.js";
import { count, element, known, number, setText } from "/assets/format.js";
import { hasBegun, isPaused, mayAsk, noScanToEnd } from "/assets/judge.js";

const buttons = [
  ["pause", "Pause", "Stops iterating; frames are recorded on"],
  ["resume", "Resume", "Goes on"],
  ["finish_scan", "Finish scan now", "Ends the scan in hand with the frames that are there", "ends with the frames that are there. It is folded, unless these are fewer than ptychography.minimum_frames."],
  ["abort_scan", "Abort scan", "Gives the scan in hand up; it is not folded", "is given up: reconstructed, but not folded into the volume."],
  ["realign", "Re-align", "Aligns all tilts again"],
  ["snapshot", "Snapshot", "Writes what there is to files"],
];

/** Why each request would be refused or do nothing, by the run's status; those that have a reason cannot be pressed. */
function refusals(status, isOpen) {
  if (!isOpen) return Object.fromEntries(buttons.map(([request]) => [request, status?.text.state === "done" ? "The run is over" : "No contact with TiltFold"]));
  const paused = isPaused(status);
  const empty = hasBegun(status) ? "" : "No scan has begun";
  const noScan = empty || noScanToEnd(status);
  return {
    pause: paused ? "The reconstruction is paused" : "",
    resume: status.text.reconstruction === "running" ? "The reconstruction is not paused" : "",
    // Frames that came meanwhile wait: the scan would end without them.
    finish_scan: noScan || (paused ? "Frames that came during the pause wait: resume first" : ""),
    abort_scan: noScan,
    realign: empty,
    snapshot: empty,
  };
}

/** A parameter's name, which may be broken after a dot or an underscore and nowhere else. */
const breakable = (key) => key.split(/(?<=[._])/).flatMap((part, i) => (i ? [element("wbr"), part] : [part]));

const asksForToken = ({ text = "" }) => /token/i.test(text) && !/own machine only/.test(text);

export function makeControlPanel(section, store, invalidate, connection) {
  const answer = section.querySelector(".answer");
  const token = section.querySelector(".token");
  const list = section.querySelector(".parameters");
  const host = section.querySelector(".control-buttons");
  const made = Object.fromEntries(buttons.map(([request, label, title, warning]) => {
    const button = element("button", { type: "button", text: label, title, class: request === "abort_scan" ? "danger" : undefined, onclick: () => confirmed(request, label, warning) });
    host.append(button);
    return [request, button];
  }));
  const rows = new Map();
  let isListed = false;
  let generation;

  /** Asks twice where something cannot be undone; then it is for the scan that was named, and no later one. */
  function confirmed(request, label, warning) {
    if (!warning) return ask(request, {}, label);
    const { header = {}, quality = {} } = store.latest.status ?? {};
    const { identifier: scan, frame_count: came } = header;
    const expected = quality.scan_frames_expected;
    const frames = known(came) ? `, frame ${count(came)}${expected > 0 ? ` of ${count(expected)}` : ""},` : "";
    askTwice(label, `${scan ? `The scan ${scan}${frames}` : "The scan in hand"} ${warning}`, () => ask(request, scan ? { scan } : {}, label));
  }

  /** What an earlier run has answered says nothing of this one. */
  function forgetAnswer(status) {
    const newest = status?.header.generation;
    if (newest === undefined || newest === generation) return;
    if (generation !== undefined) {
      answer.dataset.ok = "";
      setText(answer, "");
    }
    generation = newest;
  }

  /** Sends a request and says what came of it. */
  async function ask(request, fields, label) {
    answer.dataset.ok = "";
    setText(answer, `${label} …`);
    const reply = await connection.ask(request, fields);
    if (!reply.ok && asksForToken(reply)) {
      token.hidden = false;
      token.querySelector("input").focus();
    }
    answer.dataset.ok = String(Boolean(reply.ok));
    setText(answer, `${label}: ${reply.text || (reply.ok ? "done" : "refused")}`);
    if (reply.ok && request === "set") listParameters(fields.key);
    return reply;
  }

  token.addEventListener("submit", (event) => {
    event.preventDefault();
    connection.useToken(token.querySelector("input").value.trim());
    token.hidden = true;
    setText(answer, "The token is kept in this tab; ask again.");
    listParameters();
  });

  /** Lists what can be set. Values that are being typed stay, but for that of `changed`, which was just set. */
  async function listParameters(changed) {
    const reply = await connection.ask("parameters");
    isListed = reply.ok === true;
    if (!reply.ok) {
      if (asksForToken(reply)) token.hidden = false;
      if (!list.childElementCount) setText(section.querySelector(".parameters-note"), reply.text ?? "");
      return;
    }
    setText(section.querySelector(".parameters-note"), "");
    const parameters = reply.parameters ?? [];
    if (parameters.length !== rows.size || parameters.some(({ key }) => !rows.has(key))) {
      rows.clear();
      list.replaceChildren(...parameters.map(parameterRow));
      return;
    }
    for (const { key, value } of parameters) rows.get(key)(value, key === changed);
  }

  function parameterRow(parameter) {
    const { key, kind, value, minimum, maximum, absent, unit, meaning, effect } = parameter;
    const id = `parameter-${key.replaceAll(".", "-")}`;
    const input = kind === "flag"
      ? element("input", { id, type: "checkbox", checked: value === true })
      : element("input", {
          id, type: "number", min: minimum, max: maximum, step: kind === "integer" ? 1 : "any", value: value ?? "",
          placeholder: absent ? "auto" : "", required: !absent,
        });
    const bounds = kind === "flag" ? "" : `${number(minimum)} to ${number(maximum)}${unit && unit !== "1" ? ` ${unit}` : ""}${absent ? `; empty: ${absent}` : ""}`;
    const note = element("small", { id: `${id}-note`, text: [meaning, bounds, effect].filter(Boolean).join(" · ") });
    input.setAttribute("aria-describedby", note.id);
    const button = element("button", { type: "submit", text: "Set", "aria-label": `Set ${key}` });
    let shown = kind === "flag" ? input.checked : input.value;
    rows.set(key, (news, isForced) => {
      const isTouched = (kind === "flag" ? input.checked : input.value) !== shown;
      if (isTouched && !isForced) return;
      if (kind === "flag") input.checked = news === true;
      else input.value = news ?? "";
      shown = kind === "flag" ? input.checked : input.value;
    });
    return element("form", {
      class: "parameter",
      onsubmit: (event) => {
        event.preventDefault();
        const wanted = kind === "flag" ? input.checked : input.value === "" ? null : Number(input.value);
        ask("set", { key, value: wanted }, `Set ${key} to ${wanted ?? "its default"}`);
      },
    }, element("label", { for: id }, ...breakable(key)), input, button, note);
  }

  section.querySelector("details").addEventListener("toggle", (event) => {
    if (event.target.open && !isListed) listParameters();
  });
  store.on(["status"], invalidate);
  return {
    ask,
    connected: () => {
      if (section.querySelector("details").open) listParameters();
    },
    render: () => {
      const status = store.latest.status;
      forgetAnswer(status);
      const reasons = refusals(status, mayAsk(store, connection));
      for (const [request, , title] of buttons) {
        made[request].disabled = Boolean(reasons[request]);
        made[request].title = reasons[request] || title;
      }
      return Boolean(status);
    },
  };
}
