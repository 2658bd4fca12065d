// SPDX-License-Identifier: BSD-3-Clause
// What the page advises at sentences of a run; evaluated in the page by drive.py.
// Gives the sentences at which it advises otherwise, as text.

(async () => {
  const { adviceFor } = await import("/assets/advice.js");
  const cases = [
    // severity, the sentence, what the advice has in it; empty: no advice
    ["info", "ended with 196 of 196 frames", ""],
    ["warning", "ended with 49 of 196 frames", "look at the network"],
    ["warning", "no frame and no stop came any more", "Nothing to do"],
    ["warning", "frames came before any start; they wait for it", "wait for the start"],
    ["warning", "frames came after its result was taken; they are recorded and take no part", "a replay uses them"],
    ["info", "was ended on request after 12 of 49 frames; those that still come are recorded and take no part", ""],
    ["info", "was given up on request after 12 of 49 frames; those that still come are recorded and take no part", ""],
    ["warning", "was given up by its source", "take this tilt again"],
    ["warning", "is reconstructed and kept, not folded: it was given up. Measure it again", "take this tilt again"],
    ["warning", "is reconstructed and kept, not folded: 6 of 49 frames are too few (ptychography.minimum_frames is 9); measure it again", "Measure this tilt again"],
    ["warning", "has too few frames to compare halves of them", "Nothing to do now"],
    ["warning", "its projection is held back: it correlates by 0.55 with the volume, less than 0.7", "Re-align"],
    ["info", "its projection is kept and takes no part: its tilt is held back on request", ""],
    ["warning", "tilt 2 is held back on request, until it is taken back", ""],
    ["warning", "tomogram plates: tilt 2 is left out on request", ""],
    ["warning", "tilt 2 at +12.5 degrees was taken back, and stays held back: it correlates by 0.55 with the volume", "Look at this tilt"],
    ["warning", "tomogram plates: tilts 3, 5 are left out: the registration cannot place them", "registration parameters"],
    ["warning", "tomogram plates: tilt 3 is left out: the registration cannot place it", "registration parameters"],
    ["warning", "tomogram plates: tilt 3 at 710.2 eV could not be laid on the tilt's other energy, and is left out", "both energies"],
    ["error", "tomogram plates: no projection could be placed; nothing to write", "tiltfold replay"],
    ["error", "no usable frame came; nothing to reconstruct", "shutter, beam, detector"],
    ["error", "frame 12 says no position and the start planned none for it; it is recorded and takes no part", "sends positions"],
    ["error", "RECORDING FAILS: no space left on device", "Make room"],
    ["warning", "something that nobody has thought of", ""],
    ["error", "something that nobody has thought of", "log of the terminal"],
  ];
  return cases.flatMap(([severity, message, expected]) => {
    const said = adviceFor({ severity, message });
    const isRight = expected ? said.includes(expected) : said === "";
    return isRight ? [] : [`advice at “${message}”: “${said}”; expected ${expected ? `“${expected}” in it` : "none"}`];
  });
})()
