#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Drives the dashboard of a simulated run: detector-simulator, tiltfold live and a browser.

    python3 Tests/Clients/page/simulated_run.py --bin .build/release --pictures shots

It waits until some tilts are folded, opens the page as somebody who comes late, and fails as
drive.py does. Only what it started is ended. Exit status 3: there is no Chromium.
"""

import argparse
import json
import pathlib
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
sys.path.insert(0, str(HERE))
import devtools  # noqa: E402
import drive  # noqa: E402

PORTS = {37013: "the source", 37016: "rec", 37017: "previews", 37018: "control", 8080: "the dashboard"}


def free_ports(count):
    """Ports that are free now."""
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def figures(url):
    """The figures of the newest status; empty before there is one."""
    try:
        with urllib.request.urlopen(f"{url}api/status", timeout=5) as answer:
            return json.load(answer).get("quality", {})
    except (OSError, ValueError):
        return {}


def end(process):
    """Ends a process in good order, else by force."""
    if process.poll() is None:
        process.send_signal(signal.SIGINT)
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / ".build/release", help="folder of the programs")
    parser.add_argument("--tilts", type=int, default=12)
    parser.add_argument("--folded", type=int, default=6, help="projections to wait for before the page is opened")
    parser.add_argument("--rate", type=float, default=0, help="frames per second; 0: as fast as they are taken")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a key of the configuration")
    parser.add_argument("--measure", action="store_true", help="asks for the resolution, from eight tilts on, before pictures are taken")
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--limit-kb", type=float, default=0)
    parser.add_argument("--first-paint", type=float, default=0)
    parser.add_argument("--settle", type=float, default=1.5)
    parser.add_argument("--timeout", type=float, default=180, help="seconds until projections are folded, and until panels have data")
    parser.add_argument("--record", action="store_true", help="records the run, 240 MB for each tilt, and removes the recording at the end")
    options = parser.parse_args()
    options.without = []
    program = devtools.find_browser()
    if not program:
        print("There is no Chromium here: apt-get install --yes chromium, or name one by CHROMIUM.", file=sys.stderr)
        return 3
    with tempfile.TemporaryDirectory(prefix="tiltfold-page-") as folder:
        return run(options, program, pathlib.Path(folder))


def run(options, program, folder):
    ports = dict(zip(PORTS, free_ports(len(PORTS))))
    text = (ROOT / "Config/demo.yaml").read_text()
    for old, new in ports.items():
        text = text.replace(f"127.0.0.1:{old}", f"127.0.0.1:{new}")
    (folder / "run.yaml").write_text(text)
    url = f"http://127.0.0.1:{ports[8080]}/"
    log = open(folder / "log.txt", "w+")
    simulator = subprocess.Popen(
        [options.bin / "detector-simulator", "run", "--bind", f"tcp://127.0.0.1:{ports[37013]}", "--truth", folder / "truth.h5",
         "--tilts", str(options.tilts), "--wait-for-subscriber", *(["--rate", str(options.rate)] if options.rate else [])],
        stdout=log, stderr=log,
    )
    settings = ["dashboard.enabled=true", *options.set]
    live = subprocess.Popen(
        [options.bin / "tiltfold", "live", "--config", folder / "run.yaml", "--results", folder / "results",
         "--recording", folder / "recording.h5" if options.record else "none", *(f"--set={one}" for one in settings)],
        stdout=log, stderr=log,
    )
    browser, faults = None, []
    try:
        until = time.time() + options.timeout
        while figures(url).get("projections_folded", 0) < options.folded:
            if time.time() > until or live.poll() is not None:
                log.seek(0)
                print(f"FAULT: {options.folded} projections were not folded; the run said:\n{log.read()[-3000:]}")
                return 1
            time.sleep(0.5)
        browser = devtools.Browser(program)
        visit = drive.Drive(browser, url, options)
        visit.open()
        visit.look()
        if options.measure:
            visit.until("(tiltfold.store.quality('alignment').tilts ?? 0) >= 8", options.timeout, "eight tilts do not come")
            browser.evaluate("document.querySelector('[data-measure]').click()")
            visit.until("Boolean(tiltfold.store.latest.alignment.arrays.fsc_frequency_0)", options.timeout, "the resolution is not measured")
        if options.pictures:
            visit.pictures(options.pictures)
        faults = visit.faults + list(dict.fromkeys(browser.complaints))
    finally:
        if browser:
            browser.close()
        end(simulator)
        end(live)
        log.close()
    for fault in faults:
        print(f"FAULT: {fault}")
    print(f"{len(faults)} faults" if faults else "no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
