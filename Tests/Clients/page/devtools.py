# SPDX-License-Identifier: BSD-3-Clause
"""Headless Chromium by its DevTools protocol, with the standard library alone."""

import base64
import json
import os
import shutil
import signal
import socket
import struct
import subprocess
import tempfile
import time
import urllib.request

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


class DevToolsError(Exception):
    """What the browser refused, or that it is not there."""


def find_browser():
    """The path of a Chromium; None where there is none."""
    named = os.environ.get("CHROMIUM")
    return shutil.which(named) if named else next(filter(None, map(shutil.which, NAMES)), None)


class WebSocket:
    """A client's side, for text messages."""

    def __init__(self, url, timeout=60):
        host, _, path = url.removeprefix("ws://").partition("/")
        name, _, port = host.partition(":")
        self.socket = socket.create_connection((name, int(port)), timeout=timeout)
        key = base64.b64encode(os.urandom(16)).decode()
        self.socket.sendall(
            f"GET /{path} HTTP/1.1\r\nHost: {host}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n"
            f"Sec-WebSocket-Key: {key}\r\nSec-WebSocket-Version: 13\r\n\r\n".encode()
        )
        self.stream = self.socket.makefile("rb")
        if b" 101 " not in self.stream.readline():
            raise DevToolsError("the browser did not open its WebSocket")
        while self.stream.readline().strip():
            pass

    def send(self, text):
        payload, mask = text.encode(), os.urandom(4)
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", 0x81, 0x80 | size)
        elif size < 65536:
            head = struct.pack("!BBH", 0x81, 0x80 | 126, size)
        else:
            head = struct.pack("!BBQ", 0x81, 0x80 | 127, size)
        repeated = mask * (size // 4 + 1)
        masked = int.from_bytes(payload, "big") ^ int.from_bytes(repeated[:size], "big")
        self.socket.sendall(head + mask + masked.to_bytes(size, "big"))

    def receive(self):
        parts = []
        while True:
            head = self._read(2)
            size = head[1] & 127
            if size == 126:
                size = struct.unpack("!H", self._read(2))[0]
            elif size == 127:
                size = struct.unpack("!Q", self._read(8))[0]
            payload = self._read(size)
            opcode = head[0] & 15
            if opcode == 8:
                raise DevToolsError("the browser closed the connection")
            if opcode in (9, 10):
                continue
            parts.append(payload)
            if head[0] & 0x80:
                return b"".join(parts).decode()

    def _read(self, size):
        data = self.stream.read(size)
        if len(data) < size:
            raise DevToolsError("the browser is gone")
        return data

    def close(self):
        self.socket.close()


class Browser:
    """One page of a headless Chromium; what it complains about is gathered in `complaints`."""

    def __init__(self, program, arguments=()):
        self.folder = tempfile.mkdtemp(prefix="tiltfold-browser-")
        self.complaints, self.next_id = [], 0
        self.process = subprocess.Popen(
            [
                program, "--headless=new", "--no-sandbox", "--remote-debugging-port=0", f"--user-data-dir={self.folder}",
                "--hide-scrollbars", "--no-first-run", "--disable-extensions", "--disable-dev-shm-usage", "--mute-audio",
                "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--disable-background-networking", *arguments, "about:blank",
            ],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True,
        )
        try:
            self.socket = WebSocket(self._page())
            for domain in ("Runtime", "Log", "Page", "Network"):
                self.call(f"{domain}.enable")
        except BaseException:
            self.close()
            raise

    def _page(self):
        file, end = os.path.join(self.folder, "DevToolsActivePort"), time.time() + 60
        while time.time() < end:
            if self.process.poll() is not None:
                raise DevToolsError("Chromium ended at once; as root it needs --no-sandbox")
            if os.path.exists(file) and (lines := open(file).read().split()):
                try:
                    with urllib.request.urlopen(f"http://127.0.0.1:{lines[0]}/json/list", timeout=10) as answer:
                        pages = [entry for entry in json.load(answer) if entry["type"] == "page"]
                    if pages:
                        return pages[0]["webSocketDebuggerUrl"]
                except OSError:
                    pass
            time.sleep(0.1)
        raise DevToolsError("Chromium did not open its DevTools port within 60 s")

    def call(self, method, **parameters):
        """Sends a command and returns its result."""
        self.next_id += 1
        number = self.next_id
        self.socket.send(json.dumps({"id": number, "method": method, "params": parameters}))
        while True:
            message = json.loads(self.socket.receive())
            if message.get("id") == number:
                if "error" in message:
                    raise DevToolsError(f"{method}: {message['error'].get('message')}")
                return message["result"]
            self._note(message)

    def _note(self, message):
        method, parameters = message.get("method"), message.get("params", {})
        if method == "Runtime.exceptionThrown":
            details = parameters["exceptionDetails"]
            self.complaints.append(details.get("exception", {}).get("description") or details.get("text", ""))
        elif method == "Runtime.consoleAPICalled" and parameters.get("type") in ("error", "assert", "warning"):
            words = " ".join(str(a.get("value", a.get("description", ""))) for a in parameters.get("args", []))
            self.complaints.append(f"console.{parameters['type']}: {words}")
        elif method == "Log.entryAdded" and parameters["entry"].get("level") == "error":
            entry = parameters["entry"]
            self.complaints.append(f"{entry.get('source')}: {entry.get('text')} {entry.get('url', '')}")

    def evaluate(self, expression, gesture=False):
        """The value of an expression in the page; promises are waited for."""
        result = self.call("Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=gesture)
        if "exceptionDetails" in result:
            details = result["exceptionDetails"]
            raise DevToolsError(details.get("exception", {}).get("description") or details["text"])
        return result["result"].get("value")

    def resize(self, width, height, touch=False, scale=1):
        self.call("Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=scale, mobile=False)
        self.call("Emulation.setTouchEmulationEnabled", enabled=touch)

    def scheme(self, name):
        """Says which colours the system prefers, "light" or "dark"."""
        self.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": name}])

    def key(self, name, text=""):
        codes = {"ArrowLeft": 37, "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40, "Home": 36, "End": 35, "Enter": 13}
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=name, code=name, text=text if kind == "keyDown" else "", windowsVirtualKeyCode=codes.get(name, 0))

    def screenshot(self, path, clip=None, scale=1):
        options = {"clip": {**clip, "scale": scale}, "captureBeyondViewport": True} if clip else {}
        data = self.call("Page.captureScreenshot", format="png", **options)["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(data))

    def close(self):
        if getattr(self, "socket", None):
            try:
                self.call("Browser.close")
            except (DevToolsError, OSError, ValueError):
                pass
            self.socket.close()
        try:
            self.process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
        shutil.rmtree(self.folder, ignore_errors=True)
