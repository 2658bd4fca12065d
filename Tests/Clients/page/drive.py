#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Drives the dashboard in a headless Chromium and says what is wrong with it.

    python3 Tests/Clients/page/drive.py http://127.0.0.1:8080/ --pictures shots
    python3 Tests/Clients/page/drive.py --mock --pictures shots

Fails (exit status 1) on errors in the console, panels without data, pictures that stay blank and
things without a name for screen readers. Exit status 3: there is no Chromium. With --pictures it
saves one picture of each panel and of the whole page, light, dark and on a tablet. With --mock it
serves the page itself over made-up data and also presses the buttons.
"""

import argparse
import json
import pathlib
import statistics
import subprocess
import sys
import time

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE))
import devtools  # noqa: E402
import mock_run  # noqa: E402

PANELS = ("scan", "volume", "chemistry", "tilts", "curves", "correlation", "histogram", "resolution", "health", "control", "events")

# What the banner must say of each kind of made-up data.
VERDICTS = {"good": ("good", "Frames come in"), "trouble": ("act", "NOT RECORDING"), "waiting": ("wait", f"Waiting for the first frame from {mock_run.SOURCE}.")}

BLANKS = """(() => {
  const blank = [];
  const isDue = (node) => node.checkVisibility() && node.closest("[data-panel]")?.dataset.state === "data";
  for (const canvas of document.querySelectorAll("canvas[data-picture]")) {
    if (!isDue(canvas) || !canvas.width) continue;
    const small = new OffscreenCanvas(40, 40).getContext("2d", {willReadFrequently: true});
    small.drawImage(canvas.plain ?? canvas, 0, 0, 40, 40); // without its cross and scale bar
    const colors = new Set(new Uint32Array(small.getImageData(0, 0, 40, 40).data.buffer));
    if (colors.size < 3) blank.push(canvas.dataset.picture);
  }
  for (const chart of document.querySelectorAll("[data-chart]")) {
    const drawn = chart.querySelector(".scatterlayer path, .heatmaplayer image, .barlayer path, .chart-sketch");
    if (isDue(chart) && !drawn && !/not measured/.test(chart.ariaLabel)) blank.push(chart.dataset.chart);
  }
  return blank;
})()"""

NAMELESS = """(() => {
  const name = (node) => node.ariaLabel || node.textContent.trim() || node.labels?.[0]?.textContent.trim()
    || node.getAttribute("aria-labelledby") || node.title;
  const wanted = "button, input, select, section, [role]:not([role=status]), canvas:not([aria-hidden]), progress";
  return [...document.querySelectorAll(wanted)].filter((node) => node.checkVisibility() && !node.closest(".js-plotly-plot > *") && !name(node))
    .map((node) => node.outerHTML.slice(0, 120));
})()"""

# Modules that the page had to find one behind the other.
UNANNOUNCED = """(() => {
  const said = new Set([...document.querySelectorAll("link[rel=modulepreload], script[src]")].map((node) => node.href || node.src));
  return performance.getEntriesByType("resource").map((entry) => entry.name).filter((name) => /\\/assets\\/.*\\.js$/.test(name) && !said.has(name));
})()"""

# Words that go on in the next line, or that have no room.
BROKEN = """(() => {
  const isBroken = (part) => {
    const range = document.createRange();
    range.selectNodeContents(part);
    return new Set([...range.getClientRects()].map((box) => box.top)).size > 1;
  };
  return [...document.querySelectorAll(".parameter label")]
    .filter((label) => label.scrollWidth > label.clientWidth || [...label.childNodes].some((part) => part.nodeType === Node.TEXT_NODE && isBroken(part)))
    .map((label) => label.textContent);
})()"""

PAINT = "(location.protocol === 'data:' ? undefined : performance.getEntriesByName('first-contentful-paint')[0]?.startTime)"
OVERFLOW = "document.documentElement.scrollWidth - document.documentElement.clientWidth"


def fewer_colors(path):
    """Makes a picture one of 256 colours, where Pillow is there."""
    try:
        from PIL import Image
    except ImportError:
        return
    with Image.open(path) as picture:
        reduced = picture.convert("RGB").quantize(256, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
    reduced.save(path, optimize=True)


class Drive:
    """One visit of the page."""

    def __init__(self, browser, url, options):
        self.browser, self.url, self.options = browser, url, options
        self.faults = []

    def until(self, expression, seconds, what):
        """Waits until an expression is true, for half a minute at least: others use the machine, too."""
        seconds = max(30, seconds)
        end = time.time() + seconds
        while time.time() < end:
            if self.browser.evaluate(expression):
                return True
            time.sleep(0.1)
        self.faults.append(f"{what} (waited {seconds:g} s)")
        return False

    def open(self):
        browser = self.browser
        browser.scheme("light")
        browser.resize(1680, 2300)  # all panels in view, so that all are drawn
        # A person's browser runs already: the first page of a new one waits for its processes.
        paints = []
        for _ in range(self.options.visits):
            browser.call("Page.navigate", url="data:text/html,<link rel=icon href=data:,><p>.")
            time.sleep(0.5)
            browser.call("Page.navigate", url=self.url)
            self.until(f"Boolean({PAINT})", self.options.timeout, "nothing was painted")
            paints.append(browser.evaluate(f"{PAINT} ?? null"))
        self.until("Boolean(window.tiltfold)", self.options.timeout, "the page did not start")
        wanted = json.dumps([name for name in PANELS if name not in self.options.without])
        ready = f"{wanted}.every((name) => tiltfold.panels()[name] === 'data')"
        if not self.until(ready, self.options.timeout, "panels stay without data"):
            state = browser.evaluate("tiltfold.panels()")
            self.faults.append("without data: " + ", ".join(name for name in PANELS if state.get(name) != "data"))
        since = browser.evaluate("tiltfold.since()")
        complete = max((since.get(name) or 0 for name in PANELS if name not in self.options.without), default=0)
        paint = None if None in paints else statistics.median(paints)
        arrivals = browser.evaluate("tiltfold.arrivals")
        arrived = max(arrivals.values()) - arrivals["open"]
        each = ", ".join(f"{one:.0f}" for one in paints if one)
        print(f"first paint after {paint:.0f} ms (of {each}), a message of each topic {arrived} ms after the connection stood, all panels drawn after {complete} ms ({since})" if paint else "no first paint was noted")
        if self.options.first_paint and (paint is None or paint > self.options.first_paint):
            self.faults.append(f"the first paint took {paint} ms, more than {self.options.first_paint:g}")
        self.until("tiltfold.charts() !== 'coming'", self.options.timeout, "Plotly does not come")
        self.fit(1680)

    def fit(self, width, touch=False):
        """Makes the window as high as the page."""
        self.browser.resize(width, 1050, touch)
        time.sleep(0.3)
        height = self.browser.evaluate("Math.ceil(document.documentElement.scrollHeight)")
        self.browser.resize(width, max(900, height + 10), touch)
        time.sleep(self.options.settle)

    def look(self):
        """Looks for blanks, nameless things and what is wider than the page."""
        end = time.time() + 15
        while (blank := self.browser.evaluate(BLANKS)) and time.time() < end:
            time.sleep(0.5)
        self.faults += [f"blank: {name}" for name in blank]
        self.faults += [f"index.html does not announce {name}" for name in self.browser.evaluate(UNANNOUNCED)]
        self.faults += [f"has no name: {html}" for html in self.browser.evaluate(NAMELESS)]

    def pictures(self, folder):
        folder.mkdir(parents=True, exist_ok=True)
        browser = self.browser
        limit = self.options.limit_kb * 1000

        def shoot(name, clip=None):
            # Smaller where a picture would be too large for a document.
            path = folder / f"{name}.png"
            if clip is None:
                width, height = browser.evaluate("[innerWidth, document.documentElement.scrollHeight]")
                clip = {"x": 0, "y": 0, "width": width, "height": min(height, 1200) if limit else height}
            for scale in (1, 0.85, 0.7, 0.6, 0.5, 0.42, 0.36, 0.3):
                browser.screenshot(str(path), clip, scale)
                if limit and path.stat().st_size > limit:
                    fewer_colors(path)
                if not limit or path.stat().st_size <= limit:
                    break

        for name in PANELS:
            box = browser.evaluate(f"(() => {{ const b = document.getElementById('{name}').getBoundingClientRect(); return [b.x + scrollX, b.y + scrollY, b.width, b.height]; }})()")
            shoot(f"dashboard-{name}", dict(zip(("x", "y", "width", "height"), box)))
        banner = browser.evaluate("(() => { const b = document.querySelector('.top').getBoundingClientRect(); return [b.x, b.y, b.width, b.height]; })()")
        shoot("dashboard-banner", dict(zip(("x", "y", "width", "height"), banner)))
        shoot("dashboard-light")
        for name, width, touch, scheme in (("dark", 1680, False, "dark"), ("tablet", 1180, True, "light"), ("tablet-upright", 820, True, "dark"), ("phone", 420, True, "light")):
            browser.scheme(scheme)
            self.fit(width, touch)
            shoot(f"dashboard-{name}")
            if (over := browser.evaluate(OVERFLOW)) > 0:
                self.faults.append(f"at {width} pixels the page is {over} too wide")
        browser.scheme("light")
        self.fit(1680)

    def press(self):
        """Presses buttons and keys, as somebody would."""
        browser = self.browser
        answered = "document.querySelector('.answer').dataset.ok === 'true'"
        button = lambda words: f"[...document.querySelectorAll('#control .control-buttons button')].find((b) => b.textContent === '{words}')"  # noqa: E731

        def press(words):
            # Between two scans there is none to end.
            self.until(f"!{button(words)}.disabled", 10, f"{words} cannot be pressed")
            browser.evaluate(f"{button(words)}.click()")

        press("Pause")
        self.until(answered, 10, "Pause was not answered")
        self.until("/paused/.test(document.querySelector('#banner').textContent)", 10, "the banner does not say that the run is paused")
        self.until(f"{button('Finish scan now')}.disabled && /resume first/.test({button('Finish scan now')}.title)", 10, "a scan whose frames wait can be finished during a pause")
        if browser.evaluate(f"{button('Abort scan')}.disabled"):
            self.faults.append("a scan cannot be given up during a pause")
        press("Resume")
        self.until("document.querySelector('.answer').textContent.startsWith('Resume')", 10, "Resume was not answered")
        for label, words in (("Abort scan", "given up"), ("Finish scan now", "minimum_frames")):
            press(label)
            self.until("document.querySelector('#confirm').open", 5, f"{label} does not ask whether it is meant")
            scan = "tiltfold.store.latest.status.header.identifier"
            self.until(f"(({{textContent: words}}) => /The scan NS_[0-9]+, frame/.test(words) && words.includes('{words}'))(document.querySelector('#confirm p'))", 5, f"{label} does not name the scan")
            named = browser.evaluate(f"document.querySelector('#confirm p').textContent.includes({scan})")
            browser.evaluate("document.querySelector('#confirm [value=yes]').click()")
            # Between the question and the answer the next scan may have begun.
            self.until(f"document.querySelector('.answer').textContent.startsWith('{label}: {'ended: NS_' if named else ''}')", 10, f"{label} was not answered")
        browser.evaluate("document.querySelector('#control details').open = true")
        self.until("document.querySelectorAll('.parameter').length > 2", 10, "no parameters are listed")
        self.faults += [f"the name of a parameter is broken or cut: {name}" for name in browser.evaluate(BROKEN)]
        browser.evaluate("(() => { const form = document.querySelector('.parameter'); form.querySelector('input').value = 300; form.requestSubmit(); })()")
        self.until("document.querySelector('.answer').textContent.includes('is 300')", 10, "a parameter was not set")
        browser.evaluate("document.querySelector('#control details').open = false")
        # The tilt strip by keys.
        browser.evaluate("document.querySelector('.strip').focus()")
        for name in ("Home", "ArrowRight", "ArrowRight", "ArrowRight"):
            browser.key(name)
        browser.key("h", "h")
        self.until("document.querySelector('.tile[aria-selected=true]')?.dataset.accepted === 'out'", 10, "a tilt was not held back by key")
        self.until("/ · 1 held back · 1 left out · 1 not folded · 1 in part/.test(document.querySelector('#tilts [data-caption]').textContent)", 10, "the tilts are not counted by why they are out")
        browser.key("t", "t")
        self.until("document.querySelector('.tile[aria-selected=true]')?.dataset.accepted === 'in'", 10, "a tilt was not taken back by key")
        browser.key("d", "d")
        self.until("document.querySelector('#confirm').open", 5, "Drop does not ask whether it is meant")
        browser.evaluate("document.querySelector('#confirm [value=yes]').click()")
        self.until("document.querySelector('.tile[aria-selected=true] .tile-mark').textContent === 'dropped'", 10, "a tilt that was dropped is not shown as dropped")
        self.until("[...document.querySelectorAll('.tilt-actions button')].every((button) => button.disabled)", 5, "of a tilt that was dropped something can be asked")
        # Slices are linked: a step in one view moves the slider of another.
        before = browser.evaluate("document.querySelector('#volume input[aria-label$=\"along x\"]').value")
        browser.evaluate("document.querySelector('#volume .picture canvas').focus()")
        for _ in range(4):
            browser.key("ArrowRight")
        self.until(f"document.querySelector('#volume input[aria-label$=\"along x\"]').value !== '{before}'", 5, "slices are not linked")
        browser.evaluate("document.querySelector('#volume .space-lines').focus()")
        browser.key("ArrowRight")
        browser.key("+", "+")
        browser.evaluate("(() => { const x = document.querySelector('#threshold'); x.value = 20; x.dispatchEvent(new Event('input', {bubbles: true})); })()")
        self.until("document.querySelector('#threshold-words').textContent === '20 %'", 5, "the threshold does not move")
        time.sleep(self.options.settle)

    def verdicts(self):
        """What the banner says of runs that are good and of runs that are not, and what is advised at events."""
        for cases in ("verdict_cases.js", "advice_cases.js"):
            self.faults += self.browser.evaluate((HERE / cases).read_text())

    def banner(self, level, words):
        """What the banner says of the run at hand, and that it says what to do."""
        shown = "document.querySelector('#banner').dataset.level"
        self.until(f"{shown} === '{level}'", 20, f"the banner is not at '{level}'")
        said = self.browser.evaluate("document.querySelector('#banner').innerText")
        if words not in said:
            self.faults.append(f"the banner says {said!r}; expected {words!r} in it")
        heard = self.browser.evaluate("document.querySelector('#verdict').textContent")
        if words not in heard:
            self.faults.append(f"who cannot see the banner hears {heard!r}; expected {words!r} in it")

    def reconnect(self, restart):
        """Ends the server and starts it again: the page says so and comes back by itself."""
        restart("stop")
        self.until("document.querySelector('#connection').dataset.state === 'lost'", 20, "a lost connection is not shown")
        restart("start")
        self.until("document.querySelector('#connection').dataset.state === 'open'", 20, "the page did not come back by itself")


class Mock:
    """The mock server as a process of its own."""

    def __init__(self, *arguments):
        self.arguments, self.port = arguments, 0
        self.start()

    def start(self):
        command = [sys.executable, str(HERE / "mock_server.py"), "--port", str(self.port), "--until-eof", *self.arguments]
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.url = self.process.stdout.readline().strip()
        self.port = int(self.url.rstrip("/").rpartition(":")[2])

    def stop(self):
        self.process.stdin.close()
        self.process.wait(10)


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("url", nargs="?", help="the dashboard's address")
    parser.add_argument("--mock", action="store_true", help="serve made-up data and press the buttons, too")
    parser.add_argument("--scenario", default="good", choices=VERDICTS, help="of --mock: good, trouble or waiting")
    parser.add_argument("--pictures", type=pathlib.Path, help="folder for pictures")
    parser.add_argument("--limit-kb", type=float, default=0, help="the most kB of a picture, for documents: larger ones are made smaller, whole pages are cut after 1200 pixels")
    parser.add_argument("--timeout", type=float, default=60, help="seconds until all panels have data")
    parser.add_argument("--settle", type=float, default=1.5, help="seconds to wait before a picture is taken")
    parser.add_argument("--first-paint", type=float, default=0, help="the most milliseconds until the first paint, the median; 0: any")
    parser.add_argument("--visits", type=int, default=1, help="how often the page is opened")
    parser.add_argument("--without", nargs="*", default=[], help="panels that need not have data")
    options = parser.parse_args()
    if options.scenario == "waiting":
        options.without = [name for name in PANELS if name not in ("health", "control")]
    if bool(options.url) == options.mock:
        parser.error("give an address or --mock")
    program = devtools.find_browser()
    if not program:
        print("There is no Chromium here: apt-get install --yes chromium, or name one by CHROMIUM.", file=sys.stderr)
        return 3
    mock = Mock("--scenario", options.scenario) if options.mock else None
    browser = devtools.Browser(program)
    try:
        drive = Drive(browser, options.url or mock.url, options)
        drive.open()
        drive.look()
        if mock:
            drive.banner(*VERDICTS[options.scenario])
            drive.verdicts()
        if options.pictures:
            drive.pictures(options.pictures)
        if mock and options.scenario == "good":
            drive.press()
            drive.look()
        faults = drive.faults + list(dict.fromkeys(browser.complaints))
        if mock:  # a refused connection is an error in the console, and meant
            drive.faults = []
            drive.reconnect(lambda what: getattr(mock, what)())
            faults += drive.faults
    finally:
        browser.close()
        if mock and mock.process.poll() is None:
            mock.stop()
    for fault in faults:
        print(f"FAULT: {fault}")
    print(f"{len(faults)} faults" if faults else "no faults")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
