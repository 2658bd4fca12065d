// SPDX-License-Identifier: BSD-3-Clause
// What the banner says of runs that are good and of runs that are not; evaluated in the page by drive.py.
// Gives the cases that it judges otherwise, as text.

(async () => {
  const { judge, noScanToEnd, timeLeft } = await import("/assets/judge.js");
  const { Store } = await import("/assets/store.js");
  const { leastSpan, timeTicks } = await import("/assets/time-ticks.js");
  const faults = [];
  // These runs are no matter of the page's own panels.
  const keep = (event) => event.stopImmediatePropagation();
  document.addEventListener("outdated", keep, { capture: true });
  const now = Date.now();
  const seconds = now / 1000;
  const open = { state: "open", since: now - 1e6 };
  const good = { frames_per_second: 40, frames_received: 9000, frames_used: 9000, frames_lost: 0, bytes_unrecorded: 0, disk_free_bytes: 8e11, beam_per_second: 2e7, projections_folded: 20, projections_held_back: 0, remaining_s: 3600 };
  const scan = { identifier: "NS_7", frame_count: 30 }; // in hand, of 49 frames
  const acquiring = { state: "acquiring", reconstruction: "running", when_behind: "cut", recording: "recording" };

  /** A run's last two minutes, a status each second; `at` gives what is unusual so many seconds before now. */
  function run(at = () => ({}), text = {}, header = {}) {
    const store = new Store();
    for (let before = 120; before >= 0; before--) {
      const usual = { ...good, recorded_bytes: 1e9 - 1e6 * before };
      store.take({ topic: "status", header: { sequence: 120 - before, generation: 1, ...header }, time: seconds - before, quality: { ...usual, ...at(before) }, text: { ...acquiring, ...text }, arrays: {} });
    }
    return store;
  }

  function event(store, severity, before, message, header = {}) {
    store.take({ topic: "event", header: { sequence: before, generation: 1, timestamp_ns: before, ...header }, time: seconds - before, quality: {}, text: { severity, message }, arrays: {} });
    return store;
  }

  function errors(store, values) {
    values.forEach((data_error, i) => store.take({ topic: "projection", header: { sequence: i, generation: 1, identifier: `s${i}` }, time: seconds - 100 + i, quality: { data_error }, text: {}, arrays: {} }));
    return store;
  }

  /** `place`: which of the reasons has to say it. */
  function expect(name, store, level, words, connection = open, time = now, place = 0) {
    const verdict = judge(store, connection, time);
    const said = verdict.reasons[place]?.words ?? "";
    const isRight = verdict.level === level && said.includes(words) && (!["act", "look"].includes(level) || Boolean(verdict.reasons[place]?.remedy));
    if (!isRight) faults.push(`${name}: ${verdict.level}, “${said}”; expected ${level}, “${words}” and what to do`);
  }

  expect("nothing came", new Store(), "wait", "Nothing has been received");
  expect("all is well", run(), "good", "Frames come in, none is lost and all is recorded");
  expect("nothing to record", run(undefined, { recording: "off" }), "good", "Nothing is recorded, as configured");
  expect("it waits for frames", run(() => ({ frames_received: 0, frames_used: 0 }), { state: "waiting" }), "wait", "Waiting for the first frame.");

  // Where it listens is said at once; what may be wrong, when nothing has come for long.
  const nothing = { frames_received: 0, frames_used: 0, frames_per_second: 0, messages_received: 0 };
  const listens = { state: "waiting", source: "tcp://127.0.0.1:37013" };
  const patient = (name, store, isRemedied) => {
    expect(name, store, "wait", "Waiting for the first frame from tcp://127.0.0.1:37013.");
    const { remedy = "" } = judge(store, open, now).reasons[0];
    if (/source\.connect/.test(remedy) !== isRemedied) faults.push(`${name}: what to do is “${remedy}”`);
  };
  patient("it has waited for long", run(() => nothing, listens), true);
  patient("it has waited for long, and a start has come", run(() => ({ ...nothing, messages_received: 1 }), listens), false);
  const silentFor = (silent_s) => {
    const store = new Store();
    store.take({ topic: "status", header: { sequence: 0, generation: 1 }, time: seconds, quality: { ...good, ...nothing, silent_s }, text: { ...acquiring, ...listens }, arrays: {} });
    return store;
  };
  patient("it has just begun to wait", silentFor(undefined), false);
  patient("a page comes to a run that has waited for long", silentFor(150), true);
  expect("it finishes", run(undefined, { state: "finishing" }), "good", "the rest is being finished");
  expect("it is done", run(undefined, { state: "done" }), "good", "everything is written");
  expect("it is done and gone", run(undefined, { state: "done" }), "good", "The program has ended", { state: "lost", since: now - 60000 });
  const isOver = { state: "done" };
  const problem = (name, store, words) => {
    const verdict = judge(store, open, now);
    const isSaid = verdict.headline === "Done, with problems" && verdict.reasons[0].words.startsWith("The run is done");
    if (!isSaid) faults.push(`${name}: “${verdict.headline}”, “${verdict.reasons[0].words}”`);
    expect(name, store, "look", words, open, now, 1);
  };
  problem("it is done, and some was not recorded", run(() => ({ bytes_unrecorded: 4e8 }), isOver), "400 MB were not recorded");
  problem("it is done, and frames were lost", run(() => ({ frames_lost: 800 }), isOver), "800 frames were lost in this run");
  problem("it is done, and frames were faulty", run(() => ({ frames_unusable: 800 }), isOver), "800 frames of this run could not be used");
  problem("it is done, and most tilts are out", run(() => ({ projections_held_back: 15 }), isOver), "15 of 35 projections");
  problem("it is done, with an error", event(run(undefined, isOver), "error", 7200, "the volume could not be written"), "could not be written");
  const few = { projections_held_back: 3, frames_lost: 9, frames_unusable: 9, frames_per_second: 0, remaining_s: 0, disk_free_bytes: 8e10, latency_stxm_recent_p99_ms: 9500 };
  expect("it is done, and little was wrong", event(run((before) => ({ ...few, beam_per_second: 1e6 + before }), isOver), "warning", 20, "3 messages did not arrive"), "good", "everything is written");
  const headline = judge(run(undefined, isOver), open, now).headline;
  if (headline !== "Done") faults.push(`it is done: the headline is “${headline}”`);
  expect("contact is lost", run(), "look", "No contact", { state: "lost", since: now - 5000 });
  expect("contact is lost for long", run(), "act", "No contact", { state: "lost", since: now - 20000 });
  expect("it says nothing", run(), "act", "has said nothing", open, now + 9000);
  expect("the recorder fails", run(undefined, { recording: "failing" }), "act", "NOT RECORDING");
  expect("some was not recorded", run((before) => ({ bytes_unrecorded: before < 30 ? 4e8 : 0 })), "act", "NOT RECORDING: 400 MB");
  expect("the disk is full", run(() => ({ disk_free_bytes: 3e9 })), "act", "The disk has 3");
  expect("the disk will not do", run(() => ({ disk_free_bytes: 8e10, remaining_s: 1e6 })), "look", "The disk has 80");
  expect("frames stopped", run((before) => ({ frames_per_second: before < 30 ? 0 : 40 })), "look", "No frame has come for");
  expect("frames stopped long ago", run((before) => ({ frames_per_second: before < 70 ? 0 : 40 })), "act", "No frame has come for");
  const silent = (before) => ({ frames_per_second: before < 70 ? 0 : 40 });
  expect("frames stopped between scans", run((before) => ({ frames_per_second: before < 30 ? 0 : 40, scan_frames_expected: 30, scans_unfinished: 1 }), {}, scan), "look", "No frame has come for 30 s.");
  expect("frames stopped within a scan", run((before) => ({ ...silent(before), scan_frames_expected: 49, scans_unfinished: 1 }), {}, scan), "act", "in the middle of a scan (30 of 49 frames)");
  const brief = run((before) => ({ frames_per_second: before < 30 ? 0 : 40, scan_frames_expected: 49, scans_unfinished: 1 }), {}, scan);
  expect("frames stopped within a scan, lately", brief, "look", "in the middle of a scan (30 of 49 frames)");
  if (/usual/.test(judge(brief, open, now).reasons[0].remedy)) faults.push("a silence within a scan is called usual");
  const given = event(run((before) => ({ ...silent(before), scan_frames_expected: 49, scans_unfinished: 1 }), {}, scan), "info", 80, "was given up on request after 30 of 49 frames", { identifier: "NS_7" });
  expect("frames stopped after a scan was given up", given, "act", "No frame has come for 1 min 10 s.");
  // The run ends a scan whose source is silent for long, which makes it no pause between scans.
  const left = (before, more = {}) => ({ frames_per_second: before < 35 ? 0 : 40, frames_lost: before < 5 ? 19 : 0, scan_frames_expected: 49, scans_unfinished: before < 5 ? 0 : 1, ...more });
  const ended = (store, ...messages) => {
    messages.forEach((message, i) => event(store, "warning", 5 - i, message, { identifier: "NS_7" }));
    for (const each of store.events) each.seen = true;
    return store;
  };
  const silentEnd = ["no frame and no stop came any more", "ended with 30 of 49 frames"];
  const fellSilent = "No frame has come for 35 s: the source fell silent in the middle of a scan (30 of 49 frames), which was ended with these.";
  const died = ended(run(left, {}, scan), ...silentEnd);
  expect("the source died within a scan, which was ended", died, "look", fellSilent);
  if (!/shutter/.test(judge(died, open, now).reasons[0].remedy)) faults.push("the source died within a scan: what to see to is not said");
  expect("the source died within a scan, whose events did not come", run(left, {}, scan), "look", fellSilent);
  expect("the source died within a scan, which is in work", ended(run((before) => left(before, { scans_unfinished: 1 }), {}, scan), ...silentEnd), "look", fellSilent);
  expect("the source died within the last scan", ended(run((before) => left(before, { remaining_s: 0, tilt_count: 12, energy_count: 2, scans_finished: 24 }), {}, scan), ...silentEnd), "look", fellSilent);
  expect("the source died long ago", ended(run((before) => left(before, silent(before)), {}, scan), ...silentEnd), "act", "1 min 10 s: the source fell silent in the middle of a scan");
  expect("its source stopped a short scan", ended(run(left, {}, scan), silentEnd[1]), "look", "No frame has come for 35 s.");
  expect("its source gave a scan up that was ended", ended(run(left, {}, scan), ...silentEnd, "was given up by its source after it had been ended here"), "look", "No frame has come for 35 s.");

  const allIn = { remaining_s: 0, tilt_count: 12, energy_count: 2, scans_finished: 24 };
  expect("all scans are in", run((before) => ({ ...silent(before), ...allIn })), "look", "and all 24 scans are in.");
  expect("the last scan does not come", run((before) => ({ ...silent(before), ...allIn, remaining_s: 1 })), "act", "No frame has come for 1 min 10 s.");
  for (const [words, quality] of [["all in", allIn], ["1 s", { ...allIn, remaining_s: 1 }], ["1 min 05 s", { ...allIn, remaining_s: 65 }], ["–", {}]]) {
    if (timeLeft(quality)[0] !== words) faults.push(`the time left is “${timeLeft(quality)[0]}”; expected “${words}”`);
  }

  // Scans that can be ended.
  const end = (frame_count, scan_frames_expected, scans_unfinished) => noScanToEnd({ header: { frame_count }, quality: { scan_frames_expected, scans_unfinished } });
  if (end(30, 49, 1) || end(30, 0, 1) || end(undefined, undefined, undefined)) faults.push("a scan that goes on cannot be ended");
  if (!/all 49 frames/.test(end(49, 49, 2)) || !end(50, 49, 1) || !end(30, 49, 0)) faults.push("a scan that is over can be ended");
  const late49 = new Store();
  late49.take({ topic: "status", header: { sequence: 0, generation: 1, ...scan }, time: seconds, quality: { ...good, frames_per_second: 0, silent_s: 90, scan_frames_expected: 49 }, text: acquiring, arrays: {} });
  expect("a page comes into a silence", late49, "act", "No frame has come for 1 min 30 s, in the middle of a scan");
  const fell = run((before) => ({ frames_per_second: before < 30 ? 0 : 40, frames_lost: before < 15 ? 19 : 0, frames_used: 9000 - 40 * Math.max(0, before - 30) }));
  if (!judge(fell, open, now).reasons.some(({ words, remedy }) => words === "19 frames did not come: the source fell silent." && /shutter/.test(remedy))) faults.push("the source fell silent: that frames did not come is not said");
  expect("the source waits", run((before) => ({ frames_per_second: before < 70 ? 0 : 40, scans_unfinished: 2 }), { when_behind: "wait" }), "good", "in work while the source waits");
  expect("some frames are lost", run((before) => ({ frames_used: 9000 - 40 * before, frames_lost: before < 30 ? 7 : 0 })), "look", "7 frames were lost in the last minute");
  expect("many frames are lost", run((before) => ({ frames_used: 9000 - 40 * before, frames_lost: before < 30 ? 800 : 0 })), "act", "frames were lost in the last minute");
  expect("many were lost once", run(() => ({ frames_lost: 800 })), "look", "frames were lost in this run");
  const use = (bad) => run((before) => ({ frames_received: 9000 - 40 * before, frames_used: 8000 - 40 * before, frames_unusable: before < 30 ? bad : 0 }));
  expect("a few frames are faulty", use(20), "good", "");
  expect("some frames are faulty", use(150), "look", "150 frames of the last minute could not be used");
  expect("all frames are faulty", run((before) => ({ frames_received: 9000 - 40 * before, frames_used: 3000, frames_without_position: 6000 - 40 * before })), "act", "None of the 2\u202f400 frames of the last minute could be used");
  expect("frames wait for their turn", run((before) => ({ frames_received: 9000 - 40 * before, frames_used: 6600, frames_unusable: before < 30 ? 1 : 0 })), "look", "1 frame of the last minute could not be used");
  expect("many were faulty once", run(() => ({ messages_malformed: 800 })), "look", "800 frames of this run could not be used");
  expect("frames come without a start", run(() => ({ frames_received: 49, frames_used: 0, frames_per_second: 0 }), { state: "waiting" }), "look", "Frames come, but no scan has started: 49 so far");
  const unread = run((before) => ({ frames_received: 0, frames_used: 0, messages_received: 500 - before, messages_unread: 500 - before }), { state: "waiting" });
  expect("messages come that cannot be read", unread, "look", "Messages come, but no scan has started: 500 so far");
  expect("a start has just come", run((before) => ({ frames_received: 0, frames_used: 0, messages_received: before < 1 ? 1 : 0 }), { state: "waiting" }), "wait", "Waiting for the first frame");
  expect("the beam fades", run((before) => ({ beam_per_second: (before < 10 ? 1.1e7 : 2e7) + before })), "look", "The beam has fallen by 45");
  expect("the beam is gone", run((before) => ({ beam_per_second: (before < 1 ? 1e6 : 2e7) + before })), "act", "The beam is down to 5");
  expect("the last scan fits worse", errors(run(), [0.05, 0.051, 0.049, 0.05, 0.12]), "look", "The last scan fits worse");
  expect("scans fit alike", errors(run(), [0.05, 0.051, 0.049, 0.05, 0.06]), "good", "");
  expect("some tilts are out", run(() => ({ projections_held_back: 3 })), "look", "3 projections are held back");
  expect("most tilts are out", run(() => ({ projections_held_back: 15 })), "act", "15 of 35 projections");
  expect("it is late", run(() => ({ latency_stxm_recent_p99_ms: 9500 })), "look", "What you see is late");
  expect("it waits by choice", run(() => ({ latency_stxm_recent_p99_ms: 9500, scans_unfinished: 2 }), { when_behind: "wait" }), "good", "Frames wait their turn");
  expect("all is in, which waited by choice", run((before) => ({ latency_stxm_recent_p99_ms: 9500, frames_per_second: before < 5 ? 0 : 40, scans_unfinished: 0, intake_queue_depth: 0, remaining_s: 0 }), { when_behind: "wait" }), "good", "All announced scans are in, none is lost");
  expect("a run before is taken up", run((before) => ({ messages_to_take_up: 100 + before, frames_lost: 150 - before, frames_unusable: 150 - before })), "good", "taken up: 100 messages left");
  expect("a run before was taken up", run((before) => ({ messages_to_take_up: before < 5 ? 0 : before, frames_lost: before < 6 ? 150 : 0 })), "good", "Frames come in and all is recorded");
  expect("frames are lost after a run was taken up", run((before) => ({ messages_to_take_up: before < 5 ? 0 : before, frames_lost: before < 2 ? 500 : 0 })), "look", "500 frames were lost since the run before");
  expect("frames are lost long after", run((before) => ({ messages_to_take_up: before > 100 ? before : 0, frames_lost: before < 2 ? 500 : 0 })), "act", "500 frames were lost in the last minute");

  expect("it is paused", run(undefined, { reconstruction: "paused" }), "look", "The reconstruction is paused");
  expect("it is paused, and messages wait", run(() => ({ intake_queue_depth: 1234 }), { reconstruction: "paused" }), "look", "1\u202f234 messages wait");
  expect("a warning", event(run(), "warning", 20, "3 messages did not arrive"), "look", "3 messages did not arrive.");
  expect("an old warning", event(run(), "warning", 400, "3 messages did not arrive"), "good", "");
  expect("a note", event(run(), "info", 20, "the scan ended"), "good", "");
  expect("an error", event(run(), "error", 600, "the volume could not be written"), "act", "could not be written");
  const seen = event(run(), "error", 600, "the volume could not be written");
  for (const each of seen.events) each.seen = true;
  expect("an error that somebody has seen", seen, "good", "");

  // Events of the next run may come before its first status; those of the run before are over.
  const next = event(run(), "error", 60, "the volume could not be written");
  event(next, "error", -1, "NO RESULTS ARE WRITTEN", { generation: 2 });
  next.take({ topic: "status", header: { sequence: 0, generation: 2 }, time: seconds + 2, quality: good, text: acquiring, arrays: {} });
  expect("the next run begins with an error", next, "act", "NO RESULTS ARE WRITTEN");
  if (next.events.filter((event) => !event.seen).length !== 1) faults.push("errors of the run before go on in the next");

  // Ticks of a time axis tell one from another, however long it is.
  for (const span of [leastSpan, 17, 59, 300, 5000, 40000, 90000, 1e6, 1e7]) {
    for (const start of [seconds, seconds + 0.7, seconds + 47000]) {
      const { tickvals, ticktext } = timeTicks(start, start + span, 5);
      const isIn = tickvals.every((tick) => tick >= start * 1000 && tick <= (start + span) * 1000);
      if (!ticktext.length || ticktext.length > 5 || new Set(ticktext).size < ticktext.length || !isIn) faults.push(`an axis of ${span} s has the ticks ${ticktext.join(", ")}`);
    }
  }

  // Messages of two scans alternate: each has a line of its own, in the order of time.
  const two = run();
  for (let i = 0; i < 2000; i++) {
    const header = { identifier: `NS_${i % 2}`, sequence: i, generation: 1, rotation_angle_deg: i % 2 };
    two.take({ topic: "object", header, time: seconds + i, quality: { data_error: i % 2 ? 0.05 : 0.5, overlap_error: 0.1, coverage: i % 2 }, text: {}, arrays: {} });
  }
  const lines = two.scans.all;
  if (lines.length !== 2 || lines.some(({ data }) => new Set(data.values).size !== 1)) faults.push("the curves mix scans");
  if (lines.some(({ data: { times } }) => times.some((time, i) => time < times[i - 1]))) faults.push("the points of a scan are not in the order of time");
  for (let i = 0; i < 500; i++) {
    for (let k = 0; k < 20; k++) two.take({ topic: "object", header: { identifier: `T_${i}`, sequence: 20 * i + k, generation: 1 }, time: seconds + 3000 + 20 * i + k, quality: { data_error: 0.1 }, text: {}, arrays: {} });
  }
  const points = two.scans.all.reduce((sum, { data }) => sum + data.times.length, 0);
  if (points > 3000 || two.scans.all.length > 401) faults.push(`500 scans have ${points} points in ${two.scans.all.length} lines`);

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
  document.removeEventListener("outdated", keep, { capture: true });
  return faults;
})()
