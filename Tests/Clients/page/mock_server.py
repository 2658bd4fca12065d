#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-3-Clause
"""Serves the dashboard's page over a run that nobody measures, to look at it and to test it.

    python3 Tests/Clients/page/mock_server.py --port 8090
    python3 Tests/Clients/page/mock_server.py --port 8090 --scenario trouble

HTTP and WebSocket are written with the standard library. It binds to 127.0.0.1 and ends after
--seconds, when its input is closed (--until-eof) or with Ctrl-C.
"""

import argparse
import base64
import hashlib
import http.server
import json
import os
import pathlib
import struct
import sys
import threading
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent))
import mock_run  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[3]
TYPES = {".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8"}
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-eval'; style-src 'self' 'unsafe-inline'; img-src 'self' data: blob:; "
    "connect-src 'self'; worker-src 'self' blob:; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)


class Hub:
    """The last value of each topic, the last events, and the pages that are open."""

    def __init__(self):
        self.lock = threading.Lock()
        self.latest, self.events, self.pages = {}, [], []

    def publish(self, topic, slot, data):
        with self.lock:
            if topic == "event":
                self.events = (self.events + [data])[-200:]
            else:
                self.latest[topic, slot] = data
            for page in self.pages:
                page.offer(topic, slot, data)

    def join(self, page):
        with self.lock:
            for data in self.events:
                page.offer("event", None, data)
            for (topic, slot), data in self.latest.items():
                page.offer(topic, slot, data)
            self.pages.append(page)

    def leave(self, page):
        with self.lock:
            self.pages.remove(page)


class Page:
    """One WebSocket; of each topic the newest waits."""

    def __init__(self, connection):
        self.connection = connection
        self.condition = threading.Condition()
        self.waiting, self.texts, self.events, self.is_open = {}, [], [], True

    def offer(self, topic, slot, data):
        with self.condition:
            if topic == "event":
                self.events.append(data)
            else:
                self.waiting[topic, slot] = data
            self.condition.notify()

    def say(self, text):
        with self.condition:
            self.texts.append(text)
            self.condition.notify()

    def close(self):
        with self.condition:
            self.is_open = False
            self.condition.notify()

    def write(self):
        """Sends what waits until the page is gone."""
        while True:
            with self.condition:
                while self.is_open and not (self.waiting or self.texts or self.events):
                    self.condition.wait(5)
                if not self.is_open:
                    return
                texts, self.texts = self.texts, []
                binaries, self.events = self.events + list(self.waiting.values()), []
                self.waiting = {}
            try:
                for text in texts:
                    self._send(0x81, text.encode())
                for data in binaries:
                    self._send(0x82, data)
            except OSError:
                return

    def _send(self, opcode, payload):
        size = len(payload)
        if size < 126:
            head = struct.pack("!BB", opcode, size)
        elif size < 65536:
            head = struct.pack("!BBH", opcode, 126, size)
        else:
            head = struct.pack("!BBQ", opcode, 127, size)
        self.connection.sendall(head + payload)


def read_message(stream):
    """The next text of a page; None at the end."""
    while True:
        head = stream.read(2)
        if len(head) < 2 or head[0] & 15 == 8:
            return None
        size = head[1] & 127
        if size == 126:
            size = struct.unpack("!H", stream.read(2))[0]
        elif size == 127:
            size = struct.unpack("!Q", stream.read(8))[0]
        mask = stream.read(4)
        payload = bytes(byte ^ mask[i % 4] for i, byte in enumerate(stream.read(size)))
        if head[0] & 15 == 1:
            return payload.decode()


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_):
        pass

    def do_GET(self):
        path = self.path.split("?")[0]
        if path == "/stream":
            return self.stream()
        if path == "/plotly.min.js":
            return self.file(self.server.plotly)
        if path == "/api/status":
            return self.answer(200, "application/json", b"{}")
        name = "index.html" if path == "/" else path.lstrip("/")
        wanted = (self.server.folder / name).resolve()
        if self.server.folder not in wanted.parents:
            return self.answer(404, "text/plain", b"nothing there\n")
        self.file(wanted)

    def file(self, path):
        if not path.is_file():
            return self.answer(404, "text/plain", b"nothing there\n")
        self.answer(200, TYPES.get(path.suffix, "application/octet-stream"), path.read_bytes())

    def answer(self, code, kind, body):
        self.send_response(code)
        for name, value in (("Content-Type", kind), ("Content-Length", str(len(body))), ("Content-Security-Policy", POLICY), ("Cache-Control", "no-cache")):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def stream(self):
        key = self.headers["Sec-WebSocket-Key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"
        self.send_response(101)
        self.send_header("Upgrade", "websocket")
        self.send_header("Connection", "Upgrade")
        self.send_header("Sec-WebSocket-Accept", base64.b64encode(hashlib.sha1(key.encode()).digest()).decode())
        self.end_headers()
        page = Page(self.connection)
        self.server.hub.join(page)
        writer = threading.Thread(target=page.write, daemon=True)
        writer.start()
        try:
            while (text := read_message(self.rfile)) is not None:
                page.say(json.dumps(self.reply(json.loads(text))))
        except (OSError, ValueError):
            pass
        finally:
            page.close()
            self.server.hub.leave(page)
            self.close_connection = True

    def reply(self, request):
        token = self.server.token
        if token and request.get("token") != token:
            words = "the token is wrong" if request.get("token") else "control from another machine needs the token, dashboard.token"
            return {"id": request.get("id"), "schema": "tiltfold/1", "ok": False, "text": words}
        return {"id": request.get("id"), **self.server.run.control(request)}


class Server(http.server.ThreadingHTTPServer):
    daemon_threads = True


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--port", type=int, default=8090, help="0 takes a free one")
    parser.add_argument("--page", type=pathlib.Path, default=ROOT / "Sources/Dashboard/Page")
    parser.add_argument("--plotly", type=pathlib.Path, default=None, help="plotly.min.js; by default where .ci/plotly puts it")
    parser.add_argument("--scenario", choices=["good", "trouble", "waiting"], default="good")
    parser.add_argument("--scan-seconds", type=float, default=6)
    parser.add_argument("--folded", type=int, default=14, help="tilts that are done at the start")
    parser.add_argument("--token", default=None, help="asks for it before control")
    parser.add_argument("--seconds", type=float, default=3600, help="how long it serves")
    parser.add_argument("--until-eof", action="store_true", help="ends when its input is closed")
    options = parser.parse_args()
    home = os.environ.get("XDG_DATA_HOME") or os.path.expanduser("~/.local/share")
    server = Server(("127.0.0.1", options.port), Handler)
    server.folder = options.page.resolve()
    server.plotly = options.plotly or pathlib.Path(home) / "tiltfold/plotly.min.js"
    server.token, server.hub = options.token, Hub()
    server.run = mock_run.MockRun(server.hub.publish, options.scan_seconds, options.folded, options.scenario)
    server.run.everything()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]}/", flush=True)
    if options.until_eof:
        threading.Thread(target=lambda: (sys.stdin.read(), os._exit(0)), daemon=True).start()
    end = time.time() + options.seconds
    number = 0
    try:
        while time.time() < end:
            began = time.time()
            server.run.tick(number)
            number += 1
            time.sleep(max(0.02, 0.25 - (time.time() - began)))
    except KeyboardInterrupt:
        pass


if __name__ == "__main__":
    main()
