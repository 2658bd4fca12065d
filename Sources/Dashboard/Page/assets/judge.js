// SPDX-License-Identifier: BSD-3-Clause
// One look: is the measurement good? Every rule gives a level, what is the matter, and what to do.

import { bytes, count, duration, known, milliseconds, number, percent } from "/assets/format.js";
import { faulty } from "/assets/store.js";

const order = { good: 0, wait: 0, look: 1, act: 2 };
const median = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];

/** Seconds until the disk is full at the pace of the last minutes; undefined where that cannot be told. */
export function diskSeconds(store) {
  const free = store.quality("status").disk_free_bytes;
  const { recorded } = store.curves;
  if (!known(free) || recorded.times.length < 5) return undefined;
  const end = recorded.times.at(-1);
  const first = recorded.times.findIndex((time) => end - time <= 120);
  const grown = recorded.values.at(-1) - recorded.values[first];
  const took = end - recorded.times[first];
  return grown > 0 && took > 3 ? (free * took) / grown : undefined;
}

/** "act", "look" or "": whether there is room enough, for the rest of the tomogram where that is known. */
export function diskLevel(store) {
  const { disk_free_bytes: free, remaining_s: rest } = store.quality("status");
  const left = diskSeconds(store);
  if (free < 5e9 || left < 600) return "act";
  const isShort = known(left) && known(rest) ? left < rest : left < 3600;
  return free < 20e9 || isShort ? "look" : "";
}

/** Seconds for which no frame has come. */
function quietSeconds(store) {
  const { times, values } = store.curves.frames;
  let quiet = times.length - 1;
  while (quiet > 0 && values[quiet] === 0) quiet -= 1;
  const seen = times.length ? times.at(-1) - times[quiet] : 0;
  return Math.max(seen, store.quality("status").silent_s ?? 0); // a page may have come later than the silence
}

const endings = /^(was (ended|given up)|ended with|no stop came)/;
const givenUp = /^was (ended|given up)/;
const silentEnding = /^no frame and no stop came/;

/**
 * Where the scan that started last has not all of its frames, and its source has not ended it either:
 * "in the middle of a scan (30 of 49 frames)". The run ends such a scan by itself after a while; it stays
 * one that its source left. Empty elsewhere.
 */
function middleOfScan({ header, quality }, store) {
  const { identifier, frame_count: came } = header;
  const expected = quality.scan_frames_expected;
  if (!(came < expected)) return "";
  const told = store.events.filter((event) => event.scan === identifier && event.generation === header.generation).map((event) => event.message);
  const says = (pattern) => told.some((message) => pattern.test(message));
  const isLeft = says(silentEnding);
  if (isLeft ? says(givenUp) : says(endings)) return "";
  const words = `in the middle of a scan (${count(came)} of ${count(expected)} frames)`;
  return isLeft || quality.scans_unfinished === 0 ? `: the source fell silent ${words}, which was ended with these` : `, ${words}`;
}

/** How many scans the tomogram has; undefined where that is not known. */
export function scansOfTomogram({ tilt_count: tilts, energy_count: energies }) {
  return tilts > 0 ? tilts * (energies ?? 1) : undefined;
}

/** Whether all announced scans are in. */
export function areAllIn(quality) {
  return quality.remaining_s === 0;
}

/** [the time left in words, what that means]. */
export function timeLeft(quality) {
  if (areAllIn(quality)) return ["all in", "All announced scans are in"];
  return [duration(quality.remaining_s), ""];
}

const compare = "The events say why. Compare the detector's size and readout, the positions and source.dialect with the configuration.";

const rules = [
  ({ connection, now, status }) => {
    if (connection.state === "open") return;
    const seconds = (now - connection.since) / 1000;
    if (connection.state === "connecting" && seconds < 4) return ["wait", "Connecting to TiltFold."];
    return [seconds > 15 ? "act" : "look", `No contact with TiltFold for ${duration(seconds)}; what you see is old.`,
      "The measurement may go on without this page. See that the program runs and that the network is there."];
  },
  ({ connection, store, now, status }) => {
    if (connection.state !== "open" || !store.arrived || now - store.arrived < 5000) return;
    return ["act", `TiltFold has said nothing for ${duration((now - store.arrived) / 1000)}.`, "Look at its terminal: it may be stuck or have ended."];
  },
  ({ status, q, store }) => {
    if (status.text.recording === "failing" || store.curves.unrecorded.growth(60) > 0) {
      return ["act", `NOT RECORDING${known(q.bytes_unrecorded) && q.bytes_unrecorded > 0 ? `: ${bytes(q.bytes_unrecorded)} not recorded so far` : ""}.`,
        "Make room on the disk, or mend it; the recording goes on by itself."];
    }
  },
  ({ q, store }) => {
    const left = diskSeconds(store);
    if (!known(q.disk_free_bytes)) return;
    const words = `The disk has ${bytes(q.disk_free_bytes)} left${known(left) ? `, enough for ${duration(left)} at this pace` : ""}.`;
    const level = diskLevel(store);
    if (level === "act") return [level, words, "Make room now, or record to another disk."];
    if (level === "look") return [level, words, "Make room before the tomogram ends."];
  },
  ({ status, q, store }) => {
    const { received, messages } = store.curves;
    if (status.text.state !== "waiting") return;
    const remedy = "Start TiltFold before the scan, or see that the control system sends the start";
    if (q.frames_received > 0) return ["look", `Frames come, but no scan has started: ${count(q.frames_received)} so far.`, `${remedy}.`];
    // A start is a message, too: a few say nothing.
    if (received.growth(60) > 0 || messages.growth(60) > 3) return ["look", `Messages come, but no scan has started: ${count(q.messages_received)} so far.`, `${remedy}, and that source.dialect fits the sender.`];
  },
  ({ status, q, store }) => {
    if (status.text.state !== "acquiring" || isPaused(status) || q.frames_per_second > 0) return;
    // The source waits for what is in work.
    if (waitsByChoice(status) && (q.intake_queue_depth > 0 || q.scans_unfinished > 0)) return;
    const seconds = quietSeconds(store);
    if (!(seconds > 20)) return;
    const words = `No frame has come for ${duration(seconds)}`;
    const rest = middleOfScan(status, store);
    const level = seconds > 60 ? "act" : "look";
    const remedy = "See whether the scan runs, the shutter opens and the detector sends.";
    const isOver = areAllIn(q) && store.quality("alignment").complete === 1;
    if (rest && !isOver) return [level, `${words}${rest}.`, remedy];
    if (areAllIn(q)) {
      const all = scansOfTomogram(q) ?? q.scans_finished;
      const said = `${words}, and all ${known(all) ? `${count(all)} ` : ""}scans are in`;
      if (isOver) return ["look", `${said}; the tomogram is complete.`, "Begin the next scan, or end the program by Ctrl-C."];
      return ["look", `${said}.`, "End the program by Ctrl-C, which completes the tomogram."];
    }
    return [level, `${words}.`, level === "act" ? `${remedy} A scan that was given up has to be measured again.` : "Between scans that is usual."];
  },
  ({ status, q, store }) => {
    const { lost: course, used: usedCourse } = store.curves;
    const [lost, used] = [course.growth(60), usedCourse.growth(60)];
    const missed = q.frames_per_second === 0 && !isPaused(status) ? course.growth(Math.min(60, quietSeconds(store))) : 0;
    if (missed > 0) return ["look", `${frames(missed)} did not come: the source fell silent.`, "See whether the scan, the shutter and the detector run."];
    if (lost > 0 && status.time - store.takenUp < 60) return ["look", `${frames(lost)} ${were(lost)} lost since the run before was broken off.`, "What was sent while nothing listened is not there. Watch whether it goes on."];
    if (lost > 0 && lost > 0.05 * (used + lost)) return ["act", `${frames(lost)} ${were(lost)} lost in the last minute, ${percent(lost / (used + lost))}.`, "The network or this computer is too slow: end other programs, or slow the scan down."];
    if (lost > 0) return ["look", `${frames(lost)} ${were(lost)} lost in the last minute.`, "A few do no harm; watch whether it goes on."];
  },
  ({ status, q, store }) => {
    const { faulty: course, used: usedCourse, received } = store.curves;
    const [bad, used, came] = [course.growth(60), usedCourse.growth(60), received.growth(60)];
    if (!(bad > 0)) return;
    // What waits for its turn is not used yet either.
    if (came > 0 && used <= 0 && bad >= 0.5 * came && !isPaused(status)) return ["act", `None of the ${frames(came)} of the last minute could be used.`, compare];
    if (bad > 0.05 * (used + bad)) return ["look", `${named(bad, q)} of the last minute could not be used.`, compare];
  },
  ({ store }) => {
    const { values } = store.curves.beam;
    if (values.length < 3) return;
    const usual = median(values.slice(0, -1));
    const change = values.at(-1) / usual - 1;
    if (change < -0.7) return ["act", `The beam is down to ${percent(1 + change)} of what it was.`, "See whether the ring is up, the shutter open and the beamline aligned."];
    if (Math.abs(change) > 0.25) return ["look", `The beam has ${change < 0 ? "fallen" : "risen"} by ${percent(Math.abs(change))}.`, "Look at the ring current and the monochromator. Optical densities hold where vacuum is in view."];
  },
  ({ store }) => {
    const errors = store.scanErrors;
    if (errors.length < 4) return;
    const usual = median(errors.slice(0, -1).map((entry) => entry.error));
    const last = errors.at(-1);
    if (last.error > 1.8 * usual) return ["look", `The last scan fits worse: data error ${number(last.error, 2)}, usually ${number(usual, 2)}.`, "Look at its pattern, probe and object: has the sample moved or the focus drifted?"];
  },
  ({ status, q }) => {
    if (status.text.state === "acquiring" && !waitsByChoice(status) && q.latency_stxm_recent_p99_ms > late) return ["look", `What you see is late: ${milliseconds(q.latency_stxm_recent_p99_ms)} from frame to map in the last minute.`, "The computer is busy. Nothing is lost while it is recorded."];
  },
  ({ status, q }) => {
    if (!isPaused(status)) return;
    const wait = q.intake_queue_depth > 0 ? ` ${count(q.intake_queue_depth)} message${q.intake_queue_depth === 1 ? " waits" : "s wait"}.` : "";
    return ["look", `The reconstruction is paused; recording goes on.${wait}`, "“Resume” lets it go on."];
  },
  ({ store, now }) => {
    const recent = store.events.filter((event) => !event.seen && store.clock(now) - event.time < (event.severity === "error" ? 1800 : 180) && event.severity !== "info");
    const worst = recent.findLast((event) => event.severity === "error") ?? recent.at(-1);
    if (worst) return [worst.severity === "error" ? "act" : "look", told(worst), "See the events; “Seen” takes it off here."];
  },
];

// Where no frame could be read, messages are all that is known.
const named = (number, q) => (q.frames_received > 0 ? frames(number) : `${count(number)} message${number === 1 ? "" : "s"}`);
const frames = (number) => `${count(number)} frame${number === 1 ? "" : "s"}`;
const were = (number) => (number === 1 ? "was" : "were");
const told = ({ scan, message }) => `${scan ? `${scan}: ` : ""}${message}${message.endsWith(".") ? "" : "."}`;

/** What stays wrong with a run, also when it is done. */
const lasting = [
  ({ q, store }) => {
    const isNews = store.curves.lost.growth(60) > 0 && store.latest.status.text.state !== "done";
    if (q.frames_lost > 0.02 * q.frames_received && !isNews) return ["look", `${frames(q.frames_lost)} ${were(q.frames_lost)} lost in this run.`, "Not lately. The events say when."];
  },
  ({ q, store }) => {
    const bad = faulty(q);
    const isNews = store.curves.faulty.growth(60) > 0 && store.latest.status.text.state !== "done";
    if (bad > 0.02 * q.frames_received && !isNews) return ["look", `${named(bad, q)} of this run could not be used.`, "Not lately. The events say when."];
  },
  ({ q }) => {
    const [held, folded] = [q.projections_held_back ?? 0, q.projections_folded ?? 0];
    const share = held / Math.max(1, held + folded);
    if (held > 3 && share > 0.3) return ["act", `${count(held)} of ${count(held + folded)} projections are held back.`, "Most tilts do not fit the volume: see whether the sample is in view at each tilt, and the tilt angles."];
    if (held > 1 && share > 0.08) return ["look", `${count(held)} projections are held back.`, "Look at them in the tilt strip; “Re-align” may bring them back."];
  },
];

/** Whether frames wait for the computation by choice, as in simulations and replays. */
export function waitsByChoice({ text }) {
  return text.when_behind === "wait";
}

/** How late a picture may be before something must have waited, ms. */
export const late = 1000;

/** Whether a request would be taken: there is contact, and the run is not over. */
export function mayAsk(store, connection) {
  const state = store.latest.status?.text.state;
  return connection.state === "open" && state !== undefined && state !== "done";
}

/** Whether there is something to act on: a scan has begun. */
export function hasBegun(status) {
  return Boolean(status) && !["preparing", "waiting"].includes(status.text.state);
}

/**
 * Why no scan can be ended; empty where one may go on. Of a scan whose number of frames was not announced
 * nobody knows when it is over.
 */
export function noScanToEnd({ header, quality }) {
  const { frame_count: came } = header;
  const expected = quality.scan_frames_expected;
  if (expected > 0 && came >= expected) return `No scan goes on: all ${count(expected)} frames of the last one are in`;
  if (quality.scans_unfinished === 0) return "No scan goes on";
  return "";
}

/** Whether somebody lets the reconstruction rest. */
export function isPaused({ text }) {
  return text.reconstruction === "paused";
}

const states = {
  preparing: "Preparing: transforms are planned, addresses taken.",
  finishing: "All frames are in; the rest is being finished.",
};

const patience = 120; // s without any message after which it is said what may be wrong

/** What is waited for, and where; and what to see to when it does not come. */
function awaited({ status, q, store }) {
  const { times } = store.curves.frames; // one of each status
  const waited = q.silent_s ?? (times.length ? times.at(-1) - times[0] : 0);
  const isLong = waited >= patience && !(q.messages_received > 0) && !(q.frames_received > 0);
  return {
    words: `Waiting for the first frame${status.text.source ? ` from ${status.text.source}` : ""}.`,
    remedy: isLong ? "Nothing has come yet: start the source, or see that source.connect names it." : undefined,
  };
}

/** {level, headline, reasons: [{level, words, remedy}]}; level is wait, good, look or act. */
export function judge(store, connection, now = Date.now()) {
  const status = store.latest.status;
  const reasons = [];
  const context = { store, connection, now, status, q: status?.quality ?? {} };
  if (status?.text.state === "done") return judgeDone(context);
  [...rules, ...lasting].forEach((rule, i) => {
    if (!status && i > 0) return;
    const found = rule(context);
    if (found) reasons.push({ level: found[0], words: found[1], remedy: found[2] });
  });
  // An event that says what a rule has said already is not said twice.
  const isRecordingSaid = reasons.some((reason) => reason.words.startsWith("NOT RECORDING"));
  if (isRecordingSaid) reasons.splice(0, reasons.length, ...reasons.filter((reason) => !/RECORDING FAILS|NOTHING IS RECORDED/.test(reason.words)));
  reasons.sort((a, b) => order[b.level] - order[a.level]);
  const worst = reasons[0]?.level;
  if (worst === "act") return { level: "act", headline: "Act now", reasons };
  if (worst === "look") return { level: "look", headline: "Look at this", reasons };
  if (!status) return { level: "wait", headline: "Waiting", reasons: reasons.length ? reasons : [{ words: "Nothing has been received yet." }] };
  const { state } = status.text;
  if (state === "acquiring") return { level: "good", headline: "Good", reasons: [{ words: praise(context) }] };
  if (state === "finishing") return { level: "good", headline: "Good", reasons: [{ words: states.finishing }] };
  return { level: "wait", headline: "Waiting", reasons: [state === "waiting" ? awaited(context) : { words: states[state] ?? state }] };
}

/** Of a run that is over only what lasts counts: nothing of the moment, and no tilts to be brought back. */
function judgeDone(context) {
  const { store, connection, q } = context;
  const reasons = lasting.map((rule) => rule(context)).filter(Boolean)
    .filter(([level, words]) => level === "act" || !/held back/.test(words))
    .map(([, words, remedy]) => ({ level: "look", words, remedy: remedy.replace("Not lately. ", "") }));
  if (q.bytes_unrecorded > 0) reasons.unshift({ level: "look", words: `${bytes(q.bytes_unrecorded)} were not recorded.`, remedy: "A replay of the recording lacks them. The events say when." });
  const error = store.events.findLast((event) => event.severity === "error" && !event.seen);
  if (error) reasons.push({ level: "look", words: told(error), remedy: "See the events; “Seen” takes it off here." });
  const end = connection.state === "open" ? "" : " The program has ended.";
  const isLacking = q.bytes_unrecorded > 0 || store.events.some((event) => event.generation === context.status?.header.generation && /NO RESULTS ARE WRITTEN/.test(event.message));
  const done = { level: "good", words: `The run is done; ${isLacking ? "what it has" : "everything"} is written.${end}` };
  return reasons.length
    ? { level: "look", headline: "Done, with problems", reasons: [done, ...reasons] }
    : { level: "good", headline: "Done", reasons: [done] };
}

function praise({ q, status }) {
  const left = q.messages_to_take_up;
  if (left > 0) return `What the run before has recorded is taken up: ${count(left)} message${left === 1 ? "" : "s"} left. What comes meanwhile is recorded and waits its turn.`;
  const parts = [
    areAllIn(q) ? "All announced scans are in" : waitsByChoice(status) && q.frames_per_second === 0 ? "What came is in work while the source waits" : "Frames come in",
    q.frames_lost ? "" : "none is lost",
    status.text.recording === "recording" ? "all is recorded" : "",
  ].filter(Boolean);
  const words = parts.length > 1 ? `${parts.slice(0, -1).join(", ")} and ${parts.at(-1)}` : parts[0];
  const isBusy = q.intake_queue_depth > 0 || q.scans_unfinished > 0;
  const wait = waitsByChoice(status) && isBusy && q.latency_stxm_recent_p99_ms > late
    ? ` Frames wait their turn, as configured (compute.when_behind: wait): the computation sets the pace.` : "";
  return `${words}.${wait}${status.text.recording === "off" ? " Nothing is recorded, as configured." : ""}`;
}
