// SPDX-License-Identifier: BSD-3-Clause
// What to do about an event, by its words. Events that say it themselves have no entry.

const advice = [
  // What somebody has asked for needs no advice.
  [/on request/, ""],
  [/NOTHING IS RECORDED|RECORDING FAILS|NOT RECORDING/, "Make room on the disk or mend it. The recording goes on by itself; stop the scan if the data must not be lost."],
  [/NO RESULTS ARE WRITTEN/, "Make room, or give another folder, and run “tiltfold replay” on the recording."],
  [/DISK IS SLOWER/, "Slow the scan down, or record to a faster disk."],
  [/RECORDING .* WAS REMOVED/, "Copy the old file from /proc before the run ends."],
  [/did not arrive|ended with \d+ of|frames? (was|were) lost/, "A few do no harm. If it goes on: end other programs on this computer, look at the network, slow the scan down."],
  [/came before any start/, "Nothing to do: they wait for the start."],
  [/no (frame and no )?stop came/, "Nothing to do, if the scan was complete. See whether the control system has stopped it."],
  [/given up by its source|not folded: it was given up/, "If that was not meant, take this tilt again."],
  [/has no tilt/, "Say where it belongs by the control request “place”, or give a sidecar file."],
  [/came after its result was taken/, "They are in the recording, and a replay uses them. If it goes on, see why the source sends them so late."],
  [/frames are too few/, "Measure this tilt again. The events before say why so few frames came."],
  [/no projection could be placed/, "See in the events why each was refused: angles, energies, the sample's place. Then run “tiltfold replay” on the recording."],
  [/registration cannot place/, "Look at these tilts in the strip: is the sample in view? Take them again, or run “tiltfold replay” with other registration parameters."],
  [/laid on the tilt's other energy/, "Compare both energies of this tilt: has the sample drifted or left the view between them? Take the tilt again."],
  [/held back/, "Look at this tilt in the strip: is the sample in view? “Re-align”, then “Take back”, or take the tilt again."],
  [/lets .* photons a second through/, "Look at the ring current, the shutter and the monochromator."],
  [/direct beam was not found|direct beam falls on/, "Find the centre by “tiltfold calibrate center”."],
  [/single photons read/, "Calibrate by “tiltfold calibrate photons”."],
  [/says no position|positions span/, "See that the control system sends positions, in metres."],
  [/cannot be read/, "A stray message does no harm. If it goes on, see whether source.dialect fits the sender."],
  [/was finished after \d+ iterations because/, "The computer is slower than the scans. A replay runs all iterations; fewer iterations keep up now."],
  [/film of optical density/, "Set tomography.subtract_film for the next run, if the film is not wanted."],
  [/no usable frame came/, "Look at the pattern: shutter, beam, detector. Take the scan again."],
  [/dark cannot be used|frames cannot be cleaned/, "Compare the detector's size and readout with the configuration."],
  [/took too many|too few frames/, "Nothing to do now."],
];

/** What to do about a warning or an error; empty where nothing is to be done. */
export function adviceFor({ message, severity }) {
  if (severity === "info") return "";
  for (const [pattern, words] of advice) if (pattern.test(message)) return words;
  return severity === "error" ? "Read the log of the terminal, and keep the recording: a replay can do it again." : "";
}
