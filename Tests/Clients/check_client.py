# SPDX-License-Identifier: BSD-3-Clause
"""Receive COUNT messages from ENDPOINT with the Python client and say what was understood.

Writes one line of JSON for each: topic, header, and for each array its shape, dtype, first, last
and sum. PythonClientTests.swift starts it against a publisher and compares.
"""

import json
import pathlib
import sys

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "Docs" / "Clients" / "python"))

from print_status import line  # noqa: E402
import zmq  # noqa: E402
from tiltfold_client import decode_preview, decode_rec  # noqa: E402


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


def main():
    endpoint, count = sys.argv[1], int(sys.argv[2])
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.setsockopt(zmq.SUBSCRIBE, b"")
        socket.setsockopt(zmq.LINGER, 0)
        socket.connect(endpoint)
        for _ in range(count):
            if not socket.poll(20_000):
                sys.exit("no message within 20 s")
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
