# SPDX-License-Identifier: BSD-3-Clause
"""Print one line for each preview of a running TiltFold.

    python3 print_status.py                                  everything on this machine
    python3 print_status.py tcp://127.0.0.1:37017 status event
"""

import sys

from tiltfold_client import DEFAULT_ENDPOINT, PreviewSubscriber


def line(preview):
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
    words += [f"{name}={value:.4g}" for name, value in sorted(header.get("quality", {}).items())]
    words += [f"{name}: {value}" for name, value in sorted(header.get("text", {}).items())]
    for name, array in preview.arrays.items():
        extent = "x".join(str(n) for n in array.shape)
        words.append(f"[{name} {extent} {array.dtype} {preview.unit(name)}]")
    return "  ".join(words)


def main():
    endpoint = sys.argv[1] if len(sys.argv) > 1 else DEFAULT_ENDPOINT
    with PreviewSubscriber(endpoint, topics=sys.argv[2:]) as previews:
        for preview in previews:
            print(line(preview), flush=True)


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        pass
