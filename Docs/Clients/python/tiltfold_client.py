# SPDX-License-Identifier: BSD-3-Clause
"""Follow a running TiltFold from Python: previews (port 37017) and objects (port 37016).

    from tiltfold_client import PreviewSubscriber

    with PreviewSubscriber("tcp://127.0.0.1:37017", topics=["object", "volume"]) as previews:
        for preview in previews:
            print(preview.topic, preview.header["quality"])
            for name, array in preview.arrays.items():
                print(name, array.shape, array.dtype, preview.unit(name))

Needs pyzmq and NumPy. The messages are described in Docs/Reference/WireProtocol.md. Nothing that
arrives is run as code, and arrays are read-only views of the bytes that arrived.
"""

import json
import math
from dataclasses import dataclass, field
from typing import Dict, Iterable, Iterator, List, Optional, Sequence

import numpy as np
import zmq

SCHEMA = "tiltfold-preview/1"
DEFAULT_ENDPOINT = "tcp://127.0.0.1:37017"
REC_BORDER = 128

ELEMENT_TYPES = ("uint8", "uint16", "int32", "float32", "float64", "complex64")


class DecodeError(ValueError):
    """A message that cannot be read."""


@dataclass
class Preview:
    """One preview: what it shows, what it is about, and its arrays by name."""

    topic: str
    header: dict
    arrays: Dict[str, np.ndarray] = field(default_factory=dict)

    def unit(self, name: str) -> str:
        """The unit of an array's elements; "1" for pure numbers."""
        return self._described(name).get("unit", "1")

    def pixel_size(self, name: str) -> Optional[float]:
        """The size of an array's pixel or voxel in metres, where it has a scale."""
        return self._described(name).get("pixel_size_m")

    def _described(self, name: str) -> dict:
        for described in self.header.get("arrays", []):
            if described["name"] == name:
                return described
        raise KeyError(name)


def _array(described: dict, payload: bytes) -> np.ndarray:
    """One array, [row, column] or [x, z, y], as a read-only view of the payload."""
    try:
        name, shape = described["dtype"], tuple(int(extent) for extent in described["shape"])
    except (KeyError, TypeError, ValueError) as error:
        raise DecodeError(f"an array without dtype and shape: {error!r}") from None
    if name not in ELEMENT_TYPES:
        raise DecodeError(f"dtype {name!r} is not one of {', '.join(ELEMENT_TYPES)}")
    if described.get("byteorder", "<") != "<" or described.get("order", "C") != "C":
        raise DecodeError("an array that is not little-endian rows")
    dtype = np.dtype(name).newbyteorder("<")
    expected = dtype.itemsize * math.prod(shape)
    if min(shape, default=0) < 0 or len(payload) != expected:
        raise DecodeError(f"{len(payload)} bytes where {shape} of {name} takes {expected}")
    return np.frombuffer(payload, dtype=dtype).reshape(shape)


def _object(payload: bytes) -> dict:
    try:
        value = json.loads(payload)
    except (ValueError, RecursionError) as error:
        raise DecodeError(f"the header is not JSON: {error}") from None
    if not isinstance(value, dict):
        raise DecodeError("the header is not a JSON object")
    return value


def decode_preview(parts: Sequence[bytes]) -> Preview:
    """Decode a preview: [topic, JSON, array, array, ...]."""
    if len(parts) < 2:
        raise DecodeError(f"{len(parts)} parts where a preview has 2 or more")
    header = _object(parts[1])
    if header.get("schema") != SCHEMA:
        raise DecodeError(f"schema {header.get('schema')!r} is not {SCHEMA!r}")
    described = header.get("arrays", [])
    if not isinstance(described, list) or len(described) != len(parts) - 2:
        raise DecodeError(f"{len(parts) - 2} arrays came, not those that the header describes")
    if not all(isinstance(d, dict) and isinstance(d.get("name"), str) for d in described):
        raise DecodeError("an array without a name")
    arrays = {d["name"]: _array(d, payload) for d, payload in zip(described, parts[2:])}
    return Preview(bytes(parts[0]).decode(errors="replace"), header, arrays)


def decode_rec(parts: Sequence[bytes], border: int = REC_BORDER):
    """Decode an object from port 37016: (header, complex image without its border)."""
    if len(parts) != 3 or bytes(parts[0]) != b"rec":
        raise DecodeError("not a rec message")
    header = _object(parts[1])
    described = dict(header, shape=[header.get("shape_y"), header.get("shape_x")])
    image = _array(described, parts[2])
    rows, columns = image.shape
    return header, image[border : rows - border, border : columns - border]


class PreviewSubscriber:
    """Receives previews; iterate over it, or call `receive` with a timeout.

    topics: names of topics ("status", "object", ...); none is all of them. The last value of each
        topic comes at once, later ones as they are made. Old ones are dropped rather than piled up.
    server_key: the public CURVE key (Z85) of a publisher that wants encryption.
    """

    def __init__(
        self,
        endpoint: str = DEFAULT_ENDPOINT,
        topics: Iterable[str] = (),
        server_key: Optional[str] = None,
        high_water_mark: int = 100,
    ):
        self._context = zmq.Context()
        self._socket = self._context.socket(zmq.SUB)
        self._socket.setsockopt(zmq.LINGER, 0)
        self._socket.setsockopt(zmq.RCVHWM, high_water_mark)
        if server_key:
            public, secret = zmq.curve_keypair()
            self._socket.curve_publickey, self._socket.curve_secretkey = public, secret
            self._socket.curve_serverkey = server_key.encode()
        for topic in list(topics) or [""]:
            self._socket.setsockopt_string(zmq.SUBSCRIBE, topic)
        self._socket.connect(endpoint)

    def receive(self, timeout: Optional[float] = None) -> Optional[Preview]:
        """The next preview, or None when none came within `timeout` seconds."""
        parts = self.receive_parts(timeout)
        return None if parts is None else decode_preview(parts)

    def receive_parts(self, timeout: Optional[float] = None) -> Optional[List[bytes]]:
        """The parts of the next message as they came, or None."""
        milliseconds = None if timeout is None else int(timeout * 1000)
        if not self._socket.poll(milliseconds):
            return None
        return self._socket.recv_multipart()

    def __iter__(self) -> Iterator[Preview]:
        while True:
            preview = self.receive()
            if preview is not None:
                yield preview

    def close(self) -> None:
        """Stop receiving."""
        self._socket.close()
        self._context.term()

    def __enter__(self) -> "PreviewSubscriber":
        return self

    def __exit__(self, *_) -> None:
        self.close()
