# SPDX-License-Identifier: BSD-3-Clause
"""Receive COUNT messages from ENDPOINT with the Python client and say what was understood.

Writes one line of JSON for each: topic, header, and for each array its shape, dtype, first, last
and sum. PythonClientTests.swift starts it against a publisher and compares.

    check_client.py ENDPOINT COUNT
    check_client.py mistakes          what the examples say to wrong arguments, and where nothing comes;
                                      needs matplotlib, prints what is not as expected and exits with 1
"""

import concurrent.futures
import contextlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import threading

ROOT = pathlib.Path(__file__).resolve().parents[2]
EXAMPLES = ROOT / "Docs" / "Clients" / "python"
sys.path.insert(0, str(EXAMPLES))

from print_status import line  # noqa: E402
import zmq  # noqa: E402
from tiltfold_client import SCHEMA, Misuse, TiltFold, checked, decode_preview, decode_rec  # noqa: E402

NO_ENDPOINT = ("no endpoint", "HOST:PORT is expected, such as tcp://127.0.0.1:37017")
NO_WINDOW = ("there is no display for a window here", "--save map.png")

# Arguments, exit code, words of the one line. QUIET is where nobody is, TALKING where there is a status alone.
MISTAKES = [
    ("print_status.py http://x", 2, (*NO_ENDPOINT, "http://")),
    ("print_status.py 127.0.0.1:99999", 2, (*NO_ENDPOINT, "1 to 65535, not 99999")),
    ("print_status.py tcp://127.0.0.1", 2, NO_ENDPOINT),
    ("print_status.py tcp://*:37017", 2, (*NO_ENDPOINT, "127.0.0.1 for this one")),
    ("print_status.py 'no such host:37017' --timeout 0.5", 2, ("the name no such host is not known",)),
    ("print_status.py tcp://no..host:37017 --timeout 0.5", 2, ("the name no..host is not known",)),
    ("print_status.py --all nonsense", 2, ("nonsense is not one of status, diffraction",)),
    ("print_status.py --all volume QUIET", 2, ("the endpoint goes before --all",)),
    ("print_status.py --count 0", 2, ("'0' where a whole number above 0",)),
    ("print_status.py --timeout nan", 2, ("'nan' where a number above 0",)),
    ("print_status.py --server-key abc", 2, ("40 characters", "previews.curve_public_key")),
    ("print_status.py --none-such", 2, ("--none-such", "--help")),
    ("print_status.py QUIET --timeout 0.5", 1, ("nothing came from QUIET", "previews.enabled: true")),
    ("print_status.py TALKING --all volume --timeout 0.5", 1, ("previews came from TALKING, but no volume yet",)),
    ("save_projections.py FILE/x QUIET", 2, ("nothing can be written into FILE/x", "name a folder")),
    ("save_projections.py QUIET", 2, ("QUIET stands where a folder is expected",)),
    ("save_projections.py FOLDER/never http://x", 2, NO_ENDPOINT),
    ("save_projections.py FOLDER QUIET --timeout 0.5", 1, ("nothing came from QUIET", "previews.enabled: true")),
    ("save_projections.py FOLDER TALKING --timeout 0.5", 1, ("previews came from TALKING, but no projection yet",)),
    ("show_chemical_map.py --save FOLDER/none/x.png", 2, ("FOLDER/none/x.png: it cannot be written",)),
    ("show_chemical_map.py --save FOLDER/map.xyz", 2, (".xyz is no picture format", "end the name with .png")),
    ("show_chemical_map.py --save FOLDER/map", 2, ("no ending is no picture format",)),
    ("show_chemical_map.py QUIET --save FOLDER/a.png --timeout 0.5", 1, ("nothing came from QUIET",)),
    ("show_chemical_map.py TALKING --save FOLDER/b.png --timeout 0.5", 1, ("no chemical map yet", "two energies")),
    ("show_chemical_map.py QUIET", 1, NO_WINDOW),
    ("MPLBACKEND=svg show_chemical_map.py QUIET", 1, (*NO_WINDOW, "MPLBACKEND=svg")),
    ("MPLBACKEND=none_such show_chemical_map.py QUIET", 1, (*NO_WINDOW, "MPLBACKEND=none_such")),
]


def number(value):
    value = complex(value)
    return [value.real, value.imag]


def summary(array):
    flat = array.reshape(-1)
    return {
        "shape": list(array.shape),
        "dtype": str(array.dtype),
        "first": number(flat[0]),
        "last": number(flat[-1]),
        "sum": number(flat.astype(complex).sum()),
    }


@contextlib.contextmanager
def talking():
    """The endpoint of a publisher that has a status for everybody who asks for one, time and again."""
    is_over = threading.Event()
    with zmq.Context() as context, context.socket(zmq.XPUB) as socket:
        # Told of each follower: several of one topic come at a time.
        socket.setsockopt(zmq.XPUB_VERBOSE, 1)
        port = socket.bind_to_random_port("tcp://127.0.0.1")
        header = json.dumps({"schema": SCHEMA, "generation": 1, "sequence": 1, "arrays": []})

        def publish():
            while not is_over.is_set():
                if socket.poll(50):
                    socket.recv()
                socket.send_multipart([b"status", header.encode()])

        thread = threading.Thread(target=publish)
        thread.start()
        try:
            yield f"tcp://127.0.0.1:{port}"
        finally:
            is_over.set()
            thread.join()


def complaint(command, code, words, places):
    """What is wrong with what an example says; None where nothing is."""

    def placed(text):
        for name, place in places.items():
            text = text.replace(name, place)
        return text

    *backend, script, rest = (command + " ").split(" ", 1 + command.startswith("MPLBACKEND"))
    environment = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
    environment.pop("MPLBACKEND", None)
    environment.update(pair.split("=") for pair in backend)
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / script), *shlex.split(placed(rest))],
        env=environment, stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=240,
    )
    is_line = done.stdout == "" and len(done.stderr.splitlines()) == 1
    if is_line and done.returncode == code and all(placed(word) in done.stderr for word in words):
        return None
    return f"{command}: expected {code} and {words}, but {done.returncode} and\n{done.stdout}{done.stderr}"


def lasting_complaint(mistake, places):
    """The same of up to three tries where a status must come within a second."""
    for _ in range(3 if "TALKING" in mistake[0] else 1):
        found = complaint(*mistake, places)
        if found is None:
            break
    return found


def check_mistakes():
    with tempfile.TemporaryDirectory() as folder, talking() as endpoint, zmq.Context() as context:
        # Bound, so that no other program can be there, and not a publisher.
        with context.socket(zmq.REP) as nobody, concurrent.futures.ThreadPoolExecutor(4) as pool:
            quiet = f"tcp://127.0.0.1:{nobody.bind_to_random_port('tcp://127.0.0.1')}"
            places = {"QUIET": quiet, "TALKING": endpoint, "FOLDER": folder, "FILE": __file__}
            found = list(pool.map(lambda mistake: lasting_complaint(mistake, places), MISTAKES))
        found = [words for words in found if words]
        if left := os.listdir(folder):
            found.append(f"left behind: {left}")
    assert checked("127.0.0.1:37017") == checked("tcp://127.0.0.1:37017") == "tcp://127.0.0.1:37017"
    with TiltFold(control="127.0.0.1:37018") as run:
        assert run.control == "tcp://127.0.0.1:37018"
        try:
            next(run.messages("nonsense"))
            found.append("a topic that is none was followed")
        except Misuse:
            pass
    sys.exit("\n".join(found) or 0)


def main():
    if sys.argv[1:] == ["mistakes"]:
        return check_mistakes()
    endpoint, count = sys.argv[1], int(sys.argv[2])
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(endpoint)
        for _ in range(count):
            if not socket.poll(60_000):
                sys.exit("no message within 60 s")
            parts = socket.recv_multipart()
            if parts[0] == b"rec":
                header, image = decode_rec(parts)
                seen = {"topic": "rec", "header": header, "arrays": {"object": summary(image)}}
            else:
                preview = decode_preview(parts)
                arrays = {name: summary(array) for name, array in preview.arrays.items()}
                seen = {"topic": preview.topic, "header": preview.header, "arrays": arrays}
                seen["line"] = line(preview)
            print(json.dumps(seen), flush=True)


if __name__ == "__main__":
    main()
