# SPDX-License-Identifier: BSD-3-Clause
"""Events as the beamline's control system sends them, made by Python's own pickle and NumPy.

    python pystxmcontrol_events.py FOLDER            writes numpyN-protocolP.events for P in 2 to 5
    python pystxmcontrol_events.py --publish         sends them with pyzmq's send_pyobj, then one
                                                     frame of 1040 x 1152, then JSON text

The files in this folder were made with NumPy 1.26.4 and 2.4.6. A file holds messages, each with its
length before it (4 bytes, little-endian). PystxmcontrolBytesTests knows what is in
them; numpy2-protocol3 is left out.
"""

import json
import pathlib
import pickle
import struct
import sys

import numpy as np

ROWS, COLUMNS = 3, 4


def pixels(seed, dtype="<u2"):
    """Words that name their frame and place: 49152 + 100 seed + place."""
    words = 49152 + 100 * seed + np.arange(ROWS * COLUMNS).reshape(ROWS, COLUMNS)
    return words.astype(dtype)


def frame(seed, mode, dwell, index, x, y, **more):
    data = {
        "ccd_mode": mode,
        "dwell": dwell,
        "index": index,
        "xPos": x,
        "yPos": y,
        "energy": np.float64(708.2),
        "energyIndex": np.int64(1),
        "scanRegion": "Region1",
        "ccd_frame_num": 65534 + seed,
        "motorPositions": {"SampleX": 1.25, "SampleR": np.float32(-12.5), "Energy": 708.2},
        "note": None,
    }
    data.update(more)
    return {"event": " Frame ", "data": data}


def events():
    metadata = {
        "header": "/cosmic-dtn/groups/2018/01/180101/NS_180101001.stxm",
        "zonePlate": {"diameter": 360.0, "outerZone": 45.0, "A0": -7.0, "A1": 3.5},
        "geometry": {"distance": 121.0, "psize": 30.0, "shape": (1040, 1152), "rebin": [1, 1]},
        "isDoubleExp": 1,
        "double_exposure": True,
        "dwell1": 200.0,
        "dwell2": np.float64(20.0),
        "energy": 708.2,
        "energyIndex": 1,
        "scanRegion": "Region1",
        "exp_num_total": 8,
        "dark_num_x": 5,
        "translations": [(3.0, 10.0), (3.0, 10.07), (3.07, np.float64(10.0)), (3.07, 10.07)],
        "sample": "Li\u00b5\u03b1",
        "huge": 2**80,
        "negative": -(2**40),
    }
    metadata["self"] = metadata["geometry"]  # shared, through the memo
    yield {"event": "start", "data": {"name": "scan"}, "metadata": metadata}
    yield frame(0, "dark", 20.0, 0, 0.0, 0.0, ccd_frame=pixels(0))
    yield frame(1, "exp", 20.0, 0, 10.0, 3.0, ccd_frame=pixels(1),
                xVal=np.linspace(0, 1, 3), elapsedTime=3.5, lineIndex=0, type="Ptychography Image")
    # Since 2025 the pixels stand deeper.
    yield frame(2, "exp", 200.0, 0, 10.0, 3.0, rawData={"CCD": {"data": pixels(2), "meta": {}}})
    # Column order, the other byte order, wide numbers, a strided view, a stack of one.
    yield frame(3, "exp", 20.0, 1, 10.07, 3.0, ccd_frame=np.asfortranarray(pixels(3)))
    yield frame(4, "exp", 200.0, 1, 10.07, 3.0, ccd_frame=pixels(4, ">u2"))
    yield frame(5, "exp", 20.0, 2, 10.0, 3.07, ccd_frame=pixels(5, "<i4"))
    wide = np.repeat(pixels(6), 2, axis=1)
    yield frame(6, "exp", 200.0, 2, 10.0, 3.07, ccd_frame=wide[:, ::2])
    yield frame(7, "exp", np.float64(20), np.int64(3), np.float32(10.0625), np.float64(3.0625),
                ccd_frame=pixels(7)[None])
    yield {"event": "STOP", "data": None}


def publish():
    import zmq

    context = zmq.Context()
    # XPUB is PUB that tells of its subscribers.
    socket = context.socket(zmq.XPUB)
    port = socket.bind_to_random_port("tcp://127.0.0.1")
    print(port, flush=True)
    socket.recv()
    for protocol in range(2, 6):
        for event in events():
            socket.send_pyobj(event, protocol=protocol)
    large = np.arange(1040 * 1152, dtype=np.uint32).astype(np.uint16).reshape(1040, 1152)
    large[0, 0] = 57005
    socket.send_pyobj(frame(8, "exp", 20.0, 0, 10.0, 3.0, ccd_frame=large))
    socket.send_string(json.dumps(
        {"event": "ccd_data", "data": {"identifier": "NS_180101001_ccdframes_1_0.stxm"}}
    ))
    socket.send_pyobj({"event": "abort", "data": None})
    socket.close()
    context.term()


if __name__ == "__main__":
    if sys.argv[1] == "--publish":
        publish()
    else:
        major = np.__version__.split(".")[0]
        for protocol in range(2, 6):
            name = f"numpy{major}-protocol{protocol}.events"
            with open(pathlib.Path(sys.argv[1]) / name, "wb") as file:
                for event in events():
                    message = pickle.dumps(event, protocol)
                    file.write(struct.pack("<I", len(message)) + message)
