# SPDX-License-Identifier: BSD-3-Clause
"""Receive `rec` as the beamline's display does, and say what it would show.

    beamline_display.py ENDPOINT COUNT

Takes a message of cosmicstreams by its own keys, cuts 128 pixels off each side, and shows the modulus
transposed. Prints a line of JSON for each message.
"""

import json
import sys

import numpy as np
import zmq


def main():
    with zmq.Context() as context, context.socket(zmq.SUB) as socket:
        socket.setsockopt(zmq.LINGER, 0)
        socket.setsockopt(zmq.SUBSCRIBE, b"rec")
        socket.connect(sys.argv[1])
        for _ in range(int(sys.argv[2])):
            if not socket.poll(120_000):
                sys.exit("no message within 30 s")
            topic, header, payload = socket.recv_multipart()
            header = json.loads(header)
            dtype = np.dtype(header["dtype"]).newbyteorder(header["byteorder"])
            shape = (header["shape_y"], header["shape_x"])
            image = np.frombuffer(payload, dtype).reshape(shape, order=header["order"])
            shown = np.abs(image[128:-128, 128:-128]).T
            border = np.abs(image).sum(dtype=float) - shown.sum(dtype=float)
            print(json.dumps({
                "topic": topic.decode(), "identifier": header["identifier"],
                "width": shown.shape[0], "height": shown.shape[1],
                "pixel_m": [header["obj_pixelsize_y"], header["obj_pixelsize_x"]],
                "border": border, "median": float(np.median(shown)), "least": float(shown.min()),
            }), flush=True)


if __name__ == "__main__":
    main()
