# SPDX-License-Identifier: BSD-3-Clause
"""Print how a running TiltFold stands, a line for each change, and its events.

    python3 print_status.py                                  on this machine, until Ctrl-C
    python3 print_status.py tcp://127.0.0.1:37017 --count 1  once
    python3 print_status.py --all volume chemistry           every message of topics, with its arrays
"""

import math
import sys
import time

from tiltfold_client import TOPICS, Arguments, TiltFold, run_script


def line(preview):
    """A message in one line: what it is about, its figures, words and arrays."""
    header = preview.header
    words = [f"{preview.topic:<11}"]
    if "identifier" in header:
        words.append(header["identifier"])
    if "rotation_angle_deg" in header:
        words.append(f"{header['rotation_angle_deg']:+.1f} deg")
    if "energy_eV" in header:
        words.append(f"{header['energy_eV']:.1f} eV")
    if "frame_count" in header:
        words.append(f"{header['frame_count']} frames")
    words += [f"{name}={value:.4g}" for name, value in sorted(preview.quality.items())]
    words += [f"{name}: {value}" for name, value in sorted(preview.text.items())]
    for name, array in preview.arrays.items():
        extent = "x".join(str(n) for n in array.shape)
        words.append(f"[{name} {extent} {array.dtype} {preview.unit(name)}]")
    return "  ".join(words)


def status(preview):
    """How the run stands, in one line for people."""
    header, quality = preview.header, preview.quality
    words = [preview.text.get("state", "?")]
    if preview.text.get("reconstruction") == "paused":
        words.append("PAUSED on request")
    if "identifier" in header:
        place = header["identifier"]
        if "rotation_angle_deg" in header:
            place += f" at {header['rotation_angle_deg']:+.1f} deg"
        if "energy_eV" in header:
            place += f", {header['energy_eV']:.1f} eV"
        words.append(place)
        expected = quality.get("scan_frames_expected", 0)
        words.append(f"{header.get('frame_count', 0)}" + (f" of {expected:.0f}" if expected else "") + " frames")
    words.append(f"{quality.get('frames_per_second', 0):.0f} frames/s")
    words.append(f"{quality.get('scans_finished', 0):.0f} scans done, {quality.get('projections_folded', 0):.0f} folded")
    if quality.get("frames_lost"):
        words.append(f"{quality['frames_lost']:.0f} FRAMES LOST")
    if preview.text.get("recording") == "failing":
        words.append("NOTHING IS RECORDED")
    if "remaining_s" in quality:
        words.append(f"{quality['remaining_s'] / 60:.0f} min to go")
    return " | ".join(words)


def event(preview):
    """An event: when it happened, and the scan that it is about."""
    scan = preview.header.get("identifier")
    message = preview.text.get("message", "")
    happened = time.localtime(preview.header.get("timestamp_ns", time.time_ns()) * 1e-9)
    return f"{time.strftime('%H:%M:%S', happened)} {preview.text.get('severity', 'event')}: {scan + ': ' if scan else ''}{message}"


def main():
    parser = Arguments(description="Print how a running TiltFold stands.")
    parser.add_run(count="end after so many lines")
    parser.add_argument("--all", nargs="*", metavar="TOPIC", help=f"all messages of some topics: {', '.join(TOPICS)}")
    options = parser.parse_args()
    topics = ("status", "event") if options.all is None else options.all
    for topic in topics:
        if topic not in TOPICS:
            parser.error(f"--all: {topic} is not one of {', '.join(TOPICS)} (the endpoint goes before --all)")
    printed, before = 0, None
    is_told = (options.timeout or math.inf) <= 5  # the end tells it soon enough
    awaited = f"{' or '.join(topics) or 'message'} yet"
    with TiltFold(options.endpoint, server_key=options.server_key) as run:
        for message in run.messages(*topics, timeout=options.timeout, idle=5.0):
            if message is None:
                if printed == 0 and not is_told:
                    print(f"{run.silence(awaited)} Waiting on; Ctrl-C ends.", file=sys.stderr, flush=True)
                    is_told = True
                continue
            if options.all is not None:
                words = line(message)
            else:
                words = event(message) if message.topic == "event" else status(message)
            if words == before and options.all is None:
                continue
            before = words
            print(words, flush=True)
            printed += 1
            if printed == options.count:
                return 0
        if printed == 0:
            print(run.silence(awaited), file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    run_script(main)
