// SPDX-License-Identifier: BSD-3-Clause
// What the banner says of runs that are good and of runs that are not; evaluated in the page by drive.py.
// Gives the cases that it judges otherwise, as text.

(async () => {
  const { judge } = await import("/assets/judge.js");
  const { Store } = await import("/assets/store.js");
  const faults = [];
  const now = Date.now();
  const seconds = now / 1000;
  const open = { state: "open", since: now - 1e6 };
  const good = { frames_per_second: 40, frames_received: 9000, frames_used: 9000, frames_lost: 0, bytes_unrecorded: 0, disk_free_bytes: 8e11, beam_per_second: 2e7, projections_folded: 20, projections_held_back: 0, remaining_s: 3600 };
  const acquiring = { state: "acquiring", reconstruction: "running", when_behind: "cut", recording: "recording" };

  /** A run's last two minutes, a status each second; `at` gives what is unusual so many seconds before now. */
  function run(at = () => ({}), text = {}) {
    const store = new Store();
    for (let before = 120; before >= 0; before--) {
      const usual = { ...good, recorded_bytes: 1e9 - 1e6 * before };
      store.take({ topic: "status", header: { sequence: 120 - before, generation: 1 }, time: seconds - before, quality: { ...usual, ...at(before) }, text: { ...acquiring, ...text }, arrays: {} });
    }
    return store;
  }

  function event(store, severity, before, message) {
    store.take({ topic: "event", header: { sequence: before, generation: 1, timestamp_ns: before }, time: seconds - before, quality: {}, text: { severity, message }, arrays: {} });
    return store;
  }

  function errors(store, values) {
    values.forEach((data_error, i) => store.take({ topic: "projection", header: { sequence: i, generation: 1, identifier: `s${i}` }, time: seconds - 100 + i, quality: { data_error }, text: {}, arrays: {} }));
    return store;
  }

  function expect(name, store, level, words, connection = open, time = now) {
    const verdict = judge(store, connection, time);
    const said = verdict.reasons[0]?.words ?? "";
    const isRight = verdict.level === level && said.includes(words) && (!["act", "look"].includes(level) || Boolean(verdict.reasons[0].remedy));
    if (!isRight) faults.push(`${name}: ${verdict.level}, “${said}”; expected ${level}, “${words}” and what to do`);
  }

  expect("nothing came", new Store(), "wait", "Nothing has been received");
  expect("all is well", run(), "good", "Frames come in, none is lost and all is recorded");
  expect("nothing to record", run(undefined, { recording: "off" }), "good", "Nothing is recorded, as configured");
  expect("it waits for frames", run(undefined, { state: "waiting" }), "wait", "Waiting for the first frame");
  expect("it finishes", run(undefined, { state: "finishing" }), "good", "the rest is being finished");
  expect("it is done", run(undefined, { state: "done" }), "good", "everything is written");
  expect("it is done and gone", run(undefined, { state: "done" }), "good", "The program has ended", { state: "lost", since: now - 60000 });
  expect("contact is lost", run(), "look", "No contact", { state: "lost", since: now - 5000 });
  expect("contact is lost for long", run(), "act", "No contact", { state: "lost", since: now - 20000 });
  expect("it says nothing", run(), "act", "has said nothing", open, now + 9000);
  expect("the recorder fails", run(undefined, { recording: "failing" }), "act", "NOT RECORDING");
  expect("some was not recorded", run((before) => ({ bytes_unrecorded: before < 30 ? 4e8 : 0 })), "act", "NOT RECORDING: 400 MB");
  expect("the disk is full", run(() => ({ disk_free_bytes: 3e9 })), "act", "The disk has 3");
  expect("the disk will not do", run(() => ({ disk_free_bytes: 8e10, remaining_s: 1e6 })), "look", "The disk has 80");
  expect("frames stopped", run((before) => ({ frames_per_second: before < 30 ? 0 : 40 })), "look", "No frame has come for");
  expect("frames stopped long ago", run((before) => ({ frames_per_second: before < 70 ? 0 : 40 })), "act", "No frame has come for");
  expect("the source waits", run((before) => ({ frames_per_second: before < 70 ? 0 : 40, scans_unfinished: 2 }), { when_behind: "wait" }), "good", "in work while the source waits");
  expect("some frames are lost", run((before) => ({ frames_used: 9000 - 40 * before, frames_lost: before < 30 ? 7 : 0 })), "look", "7 frames were lost in the last minute");
  expect("many frames are lost", run((before) => ({ frames_used: 9000 - 40 * before, frames_lost: before < 30 ? 800 : 0 })), "act", "frames were lost in the last minute");
  expect("many were lost once", run(() => ({ frames_lost: 800 })), "look", "frames were lost in this run");
  expect("the beam fades", run((before) => ({ beam_per_second: (before < 10 ? 1.1e7 : 2e7) + before })), "look", "The beam has fallen by 45");
  expect("the beam is gone", run((before) => ({ beam_per_second: (before < 1 ? 1e6 : 2e7) + before })), "act", "The beam is down to 5");
  expect("the last scan fits worse", errors(run(), [0.05, 0.051, 0.049, 0.05, 0.12]), "look", "The last scan fits worse");
  expect("scans fit alike", errors(run(), [0.05, 0.051, 0.049, 0.05, 0.06]), "good", "");
  expect("some tilts are out", run(() => ({ projections_held_back: 3 })), "look", "3 projections are held back");
  expect("most tilts are out", run(() => ({ projections_held_back: 15 })), "act", "15 of 35 projections");
  expect("it is late", run(() => ({ latency_stxm_recent_p99_ms: 9500 })), "look", "What you see is late");
  expect("it waits by choice", run(() => ({ latency_stxm_recent_p99_ms: 9500 }), { when_behind: "wait" }), "good", "Frames wait their turn");
  expect("it is paused", run(undefined, { reconstruction: "paused" }), "look", "The reconstruction is paused");
  expect("a warning", event(run(), "warning", 20, "3 messages did not arrive"), "look", "3 messages did not arrive.");
  expect("an old warning", event(run(), "warning", 400, "3 messages did not arrive"), "good", "");
  expect("a note", event(run(), "info", 20, "the scan ended"), "good", "");
  expect("an error", event(run(), "error", 600, "the volume could not be written"), "act", "could not be written");
  const seen = event(run(), "error", 600, "the volume could not be written");
  for (const each of seen.events) each.seen = true;
  expect("an error that somebody has seen", seen, "good", "");

  /** A run whose clock is so many seconds ahead of this computer's, and then so many. */
  function clock(...ahead) {
    const store = new Store();
    ahead.forEach((by, i) => store.take({ topic: "status", header: { sequence: i, generation: 1 }, time: seconds + by, quality: good, text: acquiring, arrays: {} }));
    return store;
  }
  expect("an old warning, the program an hour ahead", event(clock(3600), "warning", -3600 + 400, "3 messages did not arrive"), "good", "");
  expect("a new warning, the program an hour ahead", event(clock(3600), "warning", -3600 + 20, "3 messages did not arrive"), "look", "3 messages");
  expect("an error, the program an hour behind", event(clock(-3600), "error", 3600 + 600, "the volume could not be written"), "act", "could not be written");
  expect("an error after the program's clock was put back", event(clock(0, -3600), "error", 3600 + 600, "the volume could not be written"), "act", "could not be written");
  const late = event(new Store(), "error", 7200, "the volume could not be written");
  if (late.ahead !== undefined) faults.push("an old event sets the clock of a page that came late");
  return faults;
})()
