#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Drives the dashboard of a simulated run: detector-simulator, tiltfold live and a browser.

    python3 Tests/Clients/page/simulated_run.py --bin .build/release --pictures shots

With --press it also steers the run by the page's own buttons and keys: pause, resume, a threshold, a
tilt held back and taken back, one dropped, tilts aligned anew, a scan ended and one given up, a snapshot. Each has to be acknowledged by the run and told as an event, and to show.

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


def status(url, part):
    """A part of the newest status, "quality" or "text"; empty before there is one."""
    try:
        with urllib.request.urlopen(f"{url}api/status", timeout=5) as answer:
            return json.load(answer).get(part, {})
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


class Steering:
    """Steers a run by its page, as somebody would, and sees what comes of it."""

    ANSWER = "document.querySelector('#control .answer')"

    def __init__(self, visit, url, results, timeout):
        self.visit, self.browser, self.url = visit, visit.browser, url
        self.results, self.timeout = results, timeout

    def acknowledged(self, label, words):
        """Waits for the run's own answer to a request: its label, that it is done, and in which words."""
        said = f"{self.ANSWER}.textContent"
        if not self.visit.until(f"{said}.startsWith({json.dumps(label)}) && !{said}.endsWith('…') && {self.ANSWER}.dataset.ok !== ''", 20, f"{label}: no answer"):
            return False
        is_done = self.browser.evaluate(f"{self.ANSWER}.dataset.ok === 'true' && /{words}/.test({said})")
        if not is_done:
            self.visit.faults.append(f"{label} was answered by: {self.browser.evaluate(said)}")
        return is_done

    def told(self, words, since):
        """Waits for an event that came after the first `since` of the store, and for its line in the list."""
        self.visit.until(f"tiltfold.store.events.slice({since}).some((event) => /{words}/.test(event.message))", self.timeout, f"no event says /{words}/")
        self.visit.until(f"[...document.querySelectorAll('#events .events li')].some((line) => /{words}/.test(line.textContent))", 10, f"the list of events does not show /{words}/")

    def events(self):
        """How many events the page has."""
        return self.browser.evaluate("tiltfold.store.events.length")

    def click(self, label):
        """Presses a button of the control panel. Between two scans there is none to end, and the page shows so."""
        button = f"[...document.querySelectorAll('#control .control-buttons button')].find((b) => b.textContent === {json.dumps(label)} && !b.disabled)"
        if not self.visit.until(f"Boolean({button})", 20, f"{label} cannot be pressed"):
            return False
        return self.browser.evaluate(f"(() => {{ const button = {button}; button?.click(); return Boolean(button); }})()")

    def rest(self):
        """Pauses and resumes."""
        before = self.events()
        if not (self.click("Pause") and self.acknowledged("Pause", "the reconstruction rests")):
            return
        self.told("the reconstruction rests", before)
        self.visit.until("/paused/.test(document.querySelector('#banner').textContent)", 10, "the banner does not say that the run is paused")
        if (word := status(self.url, "text").get("reconstruction")) != "paused":
            self.visit.faults.append(f"after Pause the run's status says {word}")
        self.visit.until("[...document.querySelectorAll('#control .control-buttons button')].some((b) => b.textContent === 'Resume' && !b.disabled)", 10, "Resume cannot be pressed")
        before = self.events()
        if not (self.click("Resume") and self.acknowledged("Resume", "the reconstruction goes on")):
            return
        self.told("the reconstruction goes on", before)
        self.visit.until("tiltfold.store.latest.status.text.reconstruction === 'running'", 10, "after Resume the status does not say that the run goes on")

    def threshold(self, key, value):
        """Sets a parameter by its form; it holds in the run, not on the page alone."""
        before, browser = self.events(), self.browser
        browser.evaluate("document.querySelector('#control details').open = true")
        field = f"#parameter-{key.replace('.', '-')}"
        if not self.visit.until(f"Boolean(document.querySelector('{field}'))", 20, f"{key} is not among the parameters"):
            return
        browser.evaluate(f"(() => {{ const input = document.querySelector('{field}'); input.value = '{value}.00'; input.form.requestSubmit(); }})()")
        words = key.replace(".", "\\.") + f" is {value}(\\.0+)?, was "
        if self.acknowledged(f"Set {key}", words):
            self.told(words, before)
            # The list is asked for anew, and says what the run has: not what was typed.
            self.visit.until(f"document.querySelector('{field}').value === '{value}'", 20, f"the parameters do not say that {key} is {value}")
        browser.evaluate("document.querySelector('#control details').open = false")

    def hold_back(self):
        """Holds a tilt back by key, and takes it back."""
        browser = self.browser
        if not self.visit.until("Boolean(document.querySelector('#tilts .tile[data-accepted=in]'))", 20, "no tilt takes part"):
            return
        browser.evaluate("document.querySelector('#tilts .tile[data-accepted=in]').click()")
        chosen = "document.querySelector('#tilts .tile[aria-selected=true]')?.dataset.accepted"
        for key, label, acknowledgement, event, state in (
            ("h", "Hold back", "is held back until it is taken back", "is held back on request", "out"),
            ("t", "Take back", "is laid on the volumes again", "takes part again|stays held back", "in"),
        ):
            before = self.events()
            browser.evaluate("document.querySelector('#tilts .strip').focus()")
            browser.key(key, key)
            if not self.acknowledged(label, acknowledgement):
                return
            self.told(event, before)
            # Whether a tilt that is taken back fits is for the registration to say, and its event does.
            if browser.evaluate(f"tiltfold.store.events.slice({before}).some((event) => /stays held back/.test(event.message))"):
                return
            self.visit.until(f"{chosen} === '{state}'", 30, f"after {label} the tilt is not shown as {state}")

    def drop(self):
        """Drops the last tilt that takes part, and sees it shown as dropped; a run that is new enough says so."""
        browser = self.browser
        tile = "[...document.querySelectorAll('#tilts .tile[data-accepted=in]')].at(-1)"
        if not self.visit.until(f"Boolean({tile})", 20, "no tilt takes part"):
            return
        browser.evaluate(f"{tile}.click()")
        before = self.events()
        browser.evaluate("document.querySelector('#tilts .strip').focus()")
        browser.key("d", "d")
        if not (self.meant("Drop", "out for good") and self.acknowledged("Drop", "is dropped|drop")):
            return
        self.told("is dropped on request", before)
        chosen = "document.querySelector('#tilts .tile[aria-selected=true]')"
        self.visit.until(f"{chosen}?.querySelector('.tile-mark').textContent === 'dropped'", 30, "after Drop the tilt is not shown as dropped")
        self.visit.until("[...document.querySelectorAll('#tilts .tilt-actions button')].every((button) => button.disabled)", 5, "of a tilt that was dropped something can be asked")

    def meant(self, label, words):
        """Says yes to the question whether it is meant; it has to say `words`."""
        browser = self.browser
        if not self.visit.until("document.querySelector('#confirm').open", 5, f"{label} does not ask whether it is meant"):
            return False
        said = browser.evaluate("document.querySelector('#confirm p').textContent")
        if words not in said:
            self.visit.faults.append(f"{label} asks {said!r}; expected {words!r} in it")
        browser.evaluate("document.querySelector('#confirm [value=yes]').click()")
        return True

    def end_scan(self, label, event):
        """Ends the scan in hand. Where it has ended by itself meanwhile, the run says so and the next one is tried."""
        said = f"{self.ANSWER}.textContent"
        going = "((s) => s.header.frame_count > 0 && s.header.frame_count < s.quality.scan_frames_expected)(tiltfold.store.latest.status)"
        for _ in range(5):
            if not self.visit.until(going, self.timeout, f"{label}: no scan is in hand"):
                return
            before = self.events()
            self.browser.evaluate(f"{self.ANSWER}.textContent = ''")  # of the try before
            if not (self.click(label) and self.meant(label, "The scan simulated_")):
                return
            self.visit.until(f"{said}.startsWith({json.dumps(label)}) && {self.ANSWER}.dataset.ok !== ''", 20, f"{label}: no answer")
            if self.browser.evaluate(f"{self.ANSWER}.dataset.ok === 'true'"):
                return self.told(event, before)
            if not self.browser.evaluate(f"/goes on/.test({said})"):
                break
            scan = self.browser.evaluate("tiltfold.store.latest.status.header.identifier")
            self.visit.until(f"tiltfold.store.latest.status.header.identifier !== {json.dumps(scan)}", self.timeout, f"{label}: no other scan comes")
        self.visit.faults.append(f"{label} was answered by: {self.browser.evaluate(said)}")

    def realign(self):
        """Has all tilts aligned anew; with too few of them the run says so."""
        before = self.events()
        if self.click("Re-align") and self.acknowledged("Re-align", "align"):
            self.told("tilts are aligned jointly", before)

    def snapshot(self):
        """Has everything written as it stands."""
        before = self.events()
        if not (self.click("Snapshot") and self.acknowledged("Snapshot", "are written as they stand to")):
            return
        self.told("the snapshot .* is written", before)
        if not list(self.results.glob("snapshots/*/*.h5")):
            self.visit.faults.append("the snapshot has no tomogram")

    def all(self):
        """One after the other; what fails is a fault of the visit, and the rest is tried all the same."""
        # These need a run that goes on.
        self.end_scan("Finish scan now", "ended on request after")
        self.end_scan("Abort scan", "given up on request after")
        self.realign()
        self.rest()
        self.threshold("chemistry.segmentation_threshold_percent", 20)
        self.hold_back()
        self.drop()
        self.snapshot()


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--bin", type=pathlib.Path, default=ROOT / ".build/release", help="folder of the programs")
    parser.add_argument("--tilts", type=int, help="12 by default, 24 with --press")
    parser.add_argument("--folded", type=int, default=6, help="projections to wait for before the page is opened")
    parser.add_argument("--rate", type=float, help="frames per second; 0: as fast as they are taken, the default but with --press, which needs scans that go on")
    parser.add_argument("--set", action="append", default=[], metavar="KEY=VALUE", help="a key of the configuration")
    parser.add_argument("--measure", action="store_true", help="asks for the resolution, from eight tilts on, before pictures are taken")
    parser.add_argument("--press", action="store_true", help="steers the run by the page's buttons, after pictures are taken; needs --record, and sets it")
    parser.add_argument("--pictures", type=pathlib.Path)
    parser.add_argument("--limit-kb", type=float, default=0)
    parser.add_argument("--first-paint", type=float, default=0)
    parser.add_argument("--visits", type=int, default=1, help="how often the page is opened; the median of its first paints counts")
    parser.add_argument("--settle", type=float, default=1.5)
    parser.add_argument("--timeout", type=float, default=180, help="seconds until projections are folded, and until panels have data")
    parser.add_argument("--record", action="store_true", help="records the run, 240 MB for each tilt, and removes the recording at the end")
    options = parser.parse_args()
    options.without = []
    # A run that records nothing refuses to rest: what came meanwhile would be lost.
    options.record = options.record or options.press
    options.tilts = options.tilts or (24 if options.press else 12)
    options.rate = (12 if options.press else 0) if options.rate is None else options.rate
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
        while status(url, "quality").get("projections_folded", 0) < options.folded:
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
        if options.press:
            Steering(visit, url, folder / "results", options.timeout).all()
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
