# SPDX-License-Identifier: BSD-3-Clause
"""Follow and steer a running TiltFold from Python.

    from tiltfold_client import TiltFold

    run = TiltFold("tcp://127.0.0.1:37017")
    for message in run.messages("object", "chemistry", timeout=60):
        print(message)
        image = message["object"] if message.topic == "object" else message["rgb_along_beam"]

    run.last("status")["status"].quality["frames_per_second"]
    run.ask("set", key="ptychography.iterations", value=200)

Needs pyzmq and NumPy. All messages are described in Docs/Reference/WireProtocol.md. Nothing that arrives
is run as code, and arrays are read-only views of the bytes that arrived; copy one to change it.
"""

import argparse
import json
import math
import os
import sys
import time
from dataclasses import dataclass, field
from socket import EAI_NONAME, gaierror, getaddrinfo
from typing import Callable, Dict, Iterator, List, Optional, Sequence, Tuple

import numpy as np
import zmq

SCHEMA = "tiltfold-preview/1"
PREVIEWS = "tcp://127.0.0.1:37017"
REC = "tcp://127.0.0.1:37016"
CONTROL = "tcp://127.0.0.1:37018"
REC_BORDER = 128
ENDPOINT = f"HOST:PORT is expected, such as {PREVIEWS}"
SERVER_KEY = "the server key cannot be one; the 40 characters of the run's previews.curve_public_key are expected"

TOPICS = (
    "status", "diffraction", "stxm", "object", "probe", "projection",
    "volume", "chemistry", "histogram", "alignment", "event",
)
PER_ENERGY = ("volume", "projection")
ELEMENT_TYPES = ("uint8", "uint16", "int32", "float32", "float64", "complex64")


class DecodeError(ValueError):
    """A message that cannot be read."""


class Misuse(ValueError):
    """Something that was asked for and cannot be; the text says what is wrong, and what to do."""


class Refused(RuntimeError):
    """A control request that was not followed; the text says why, and what to do."""


@dataclass
class Preview:
    """One preview: what it shows, what it is about, and its arrays by name.

    message["object"] is the array of that name; `quality` has its figures, `text` its words, `header` all
    of its JSON.
    """

    topic: str
    header: dict
    arrays: Dict[str, np.ndarray] = field(default_factory=dict)

    @property
    def quality(self) -> Dict[str, float]:
        """The figures by name; each name has its unit. What is not known is absent."""
        return self.header.get("quality") or {}

    @property
    def text(self) -> Dict[str, str]:
        """The words by name: an event's `message` and `severity`, the `state` of the run."""
        return self.header.get("text") or {}

    def __getitem__(self, name: str) -> np.ndarray:
        return self.arrays[name]

    def __contains__(self, name: str) -> bool:
        return name in self.arrays

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

    def __repr__(self) -> str:
        header = self.header
        about = [header.get("identifier") or header.get("tomogram_id")]
        if "rotation_angle_deg" in header:
            about.append(f"{header['rotation_angle_deg']:+.1f} deg")
        if "energy_eV" in header:
            about.append(f"{header['energy_eV']:.1f} eV")
        arrays = [f"{name} {'x'.join(map(str, a.shape))} {a.dtype}" for name, a in self.arrays.items()]
        words = ", ".join([word for word in about if word] + arrays)
        return f"<{self.topic} {header.get('sequence')}: {words}>"


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


def decode_rec(parts: Sequence[bytes], border: int = REC_BORDER) -> Tuple[dict, np.ndarray]:
    """Decode an object from port 37016: (header, complex image without its border)."""
    if len(parts) != 3 or bytes(parts[0]) != b"rec":
        raise DecodeError("not a rec message")
    header = _object(parts[1])
    described = dict(header, shape=[header.get("shape_y"), header.get("shape_x")])
    image = _array(described, parts[2])
    rows, columns = image.shape
    return header, image[border : rows - border, border : columns - border]


def checked(endpoint: str) -> str:
    """An endpoint in full, from tcp://HOST:PORT or HOST:PORT. Raises `Misuse`."""
    full = endpoint if "://" in endpoint else f"tcp://{endpoint}"
    scheme, _, place = full.partition("://")
    host, _, port = place.rpartition(":")
    if scheme == "ipc" and place:
        return full
    if scheme != "tcp":
        wrong = f"nothing of a run is at {scheme}://"
    elif not host or not (port.isascii() and port.isdecimal()):
        wrong = "a host and the number of a port belong in it"
    elif len(port) > 5 or not 1 <= int(port) <= 65535:
        wrong = f"a port is 1 to 65535, not {port}"
    elif host == "*":
        wrong = "* is every address of the run's machine; name that machine, or 127.0.0.1 for this one"
    else:
        return full
    raise Misuse(f"{endpoint!r} is no endpoint: {wrong}; {ENDPOINT}")


def _look_up(endpoint: str) -> None:
    """Raises `Misuse` where nobody knows the host's name, which ZeroMQ looks up for ever without a word."""
    if endpoint.startswith("tcp://"):
        host = endpoint[len("tcp://") :].rpartition(":")[0].rpartition(";")[2]
        try:
            getaddrinfo(host.strip("[]"), None)
        except (gaierror, UnicodeError) as error:
            # A name server that does not answer has not said that there is none.
            if isinstance(error, UnicodeError) or error.errno == EAI_NONAME:
                raise Misuse(
                    f"nothing can come from {endpoint}: the name {host} is not known here; is it written "
                    "right? Else give the machine's address in numbers"
                ) from None


class TiltFold:
    """A running TiltFold. Nothing is connected before it is used.

    previews, control, rec: its keys `previews.bind`, `control.bind` and `previews.rec_bind`; HOST:PORT will do.
    server_key: its key `previews.curve_public_key` (40 characters of Z85), where it has one.

    Raises `Misuse`, here or when it is used, where one of these cannot be right.
    """

    def __init__(
        self,
        previews: str = PREVIEWS,
        control: str = CONTROL,
        rec: str = REC,
        server_key: Optional[str] = None,
    ):
        self.previews, self.control, self.rec = checked(previews), checked(control), checked(rec)
        self.unread = 0  # messages that could not be read and were passed over
        self._server_key = server_key
        self._is_heard = False
        self._context = zmq.Context()

    def messages(
        self,
        *topics: str,
        timeout: Optional[float] = None,
        newest: bool = False,
        idle: Optional[float] = None,
    ) -> Iterator[Optional[Preview]]:
        """Previews as they come, the last of each topic at once.

        A message that cannot be read is counted in `unread` and passed over.

        topics: names such as "object" or "chemistry"; none is all of them.
        timeout: the iteration ends when nothing came for this many seconds; None waits for ever.
        idle: yields None whenever nothing came for this many seconds, so that a window can be served without
            joining anew, which makes the run send the last messages again, to everybody.
        newest: skips what something newer of its topic (and energy) has followed already, for readers that
            take longer than the run does. Events are never skipped.
        """
        for topic in topics:
            if topic not in TOPICS:
                raise Misuse(f"topic {topic!r} is not one of {', '.join(TOPICS)}")
        seen = {}
        with self._socket(zmq.SUB, self.previews) as socket:
            for topic in topics or ("",):
                socket.setsockopt_string(zmq.SUBSCRIBE, topic)
            quiet = time.monotonic()
            while True:
                left = None if timeout is None else max(0.0, timeout - (time.monotonic() - quiet))
                step = left if idle is None else idle if left is None else min(idle, left)
                if not socket.poll(None if step is None else math.ceil(step * 1000)):
                    if idle is None or (timeout is not None and time.monotonic() - quiet >= timeout):
                        return
                    yield None
                    continue
                waiting = [socket.recv_multipart()]
                while newest and socket.poll(0):
                    waiting.append(socket.recv_multipart())
                yield from self._fresh(self._read(waiting), seen, newest)
                quiet = time.monotonic()

    def _read(self, waiting: List[List[bytes]]) -> Iterator[Preview]:
        for parts in waiting:
            try:
                yield decode_preview(parts)
            except DecodeError as error:
                self._pass_over(error)

    def _pass_over(self, error: DecodeError) -> None:
        self.unread += 1
        if self.unread == 1:
            print(f"tiltfold_client: {error}; such messages are passed over", file=sys.stderr)

    def last(self, *topics: str, timeout: float = 2.0) -> Dict[str, Preview]:
        """The last preview of each topic by its name, as far as there are any within `timeout` seconds.

        Of `volume` and `projection`, which have one of each energy, it is the latest.
        """
        wanted = set(topics or TOPICS)
        found: Dict[str, Preview] = {}
        end = time.monotonic() + timeout
        for message in self.messages(*topics, timeout=timeout):
            found[message.topic] = message
            if time.monotonic() >= end or wanted <= set(found):
                break
        return found

    def silence(self, awaited: str) -> str:
        """Why nothing came, for people: no previews at all, or "no `awaited`" among them."""
        self._is_heard = self._is_heard or bool(self.last("status", timeout=1.0))
        if self._is_heard:
            return f"previews came from {self.previews}, but no {awaited}."
        key = "this server key" if self._server_key else "no curve_public_key (else --server-key)"
        return (
            f"nothing came from {self.previews}; does a run go on there, with previews.enabled: true and {key}?"
        )

    def objects(self, timeout: Optional[float] = None) -> Iterator[Tuple[dict, np.ndarray]]:
        """Objects from port 37016, the last at once: (header, complex image [row, column])."""
        with self._socket(zmq.SUB, self.rec) as socket:
            socket.setsockopt(zmq.SUBSCRIBE, b"rec")
            while socket.poll(None if timeout is None else max(0, int(timeout * 1000))):
                try:
                    yield decode_rec(socket.recv_multipart())
                except DecodeError as error:
                    self._pass_over(error)

    def ask(self, request: str, timeout: float = 10.0, **keys) -> dict:
        """Send a control request; the answer, with what was done in `text`.

        run.ask("pause"), run.ask("set", key="ptychography.beta", value=0.8), run.ask("hold_back",
        tilt_index=3): Docs/Reference/WireProtocol.md has all requests. Raises `Refused` where it was not
        followed, `TimeoutError` where nobody answered.
        """
        with self._socket(zmq.REQ, self.control) as socket:
            socket.send_json({"request": request, **keys})
            if not socket.poll(int(timeout * 1000)):
                raise TimeoutError(
                    f"nobody answers at {self.control}; does a run go on, with control.enabled: true?"
                )
            answer = _object(socket.recv())
        if not answer.get("ok"):
            raise Refused(answer.get("text", "refused"))
        return answer

    def close(self) -> None:
        """Give all connections back, also those of iterations that nobody takes further."""
        self._context.destroy(linger=0)

    def __enter__(self) -> "TiltFold":
        return self

    def __exit__(self, *_) -> None:
        self.close()

    def _socket(self, kind: int, endpoint: str) -> zmq.Socket:
        socket = self._context.socket(kind)
        socket.setsockopt(zmq.LINGER, 0)
        if kind == zmq.SUB:
            socket.setsockopt(zmq.RCVHWM, 1000)
        if self._server_key:
            if len(self._server_key) != 40:
                raise Misuse(SERVER_KEY)
            socket.curve_publickey, socket.curve_secretkey = zmq.curve_keypair()
            try:
                socket.curve_serverkey = self._server_key.encode()
            except zmq.ZMQError:
                raise Misuse(SERVER_KEY) from None
        try:
            _look_up(endpoint)
            socket.connect(endpoint)
        except zmq.ZMQError as error:
            raise Misuse(f"{endpoint!r} is no endpoint: {error.strerror}; {ENDPOINT}") from None
        return socket

    @staticmethod
    def _fresh(messages: Iterator[Preview], seen: dict, newest: bool) -> List[Preview]:
        """Without what came before: last values are sent to all again when somebody joins."""
        fresh: Dict[tuple, Preview] = {}
        for message in messages:
            header = message.header
            place = (header.get("generation"), header.get("sequence"))
            slot = (message.topic, place)
            if message.topic != "event":
                energy = header.get("energy_eV") if message.topic in PER_ENERGY else None
                # What is to be skipped shares its place with what comes after it.
                slot = (message.topic, energy) if newest else (message.topic, energy, place)
                if seen.get((message.topic, energy)) == place:
                    continue
                seen[message.topic, energy] = place
            elif slot in seen:
                continue
            else:
                seen[slot] = place
            fresh.pop(slot, None)
            fresh[slot] = message
        return list(fresh.values())


class Arguments(argparse.ArgumentParser):
    """The arguments of a script that follows a run. Raises `Misuse` where they are wrong."""

    def add_run(self, count: Optional[str] = None) -> None:
        """Which run, and for how long; `count`: the help of --count, where there is one."""
        self.add_argument("endpoint", nargs="?", default=PREVIEWS, help="its previews.bind (%(default)s)")
        if count:
            self.add_argument("--count", type=_above_zero(int, "a whole number"), help=count)
        self.add_argument(
            "--timeout", type=_above_zero(float, "a number"), help="end when nothing came for so many seconds"
        )
        self.add_argument("--server-key", help="its previews.curve_public_key")

    def error(self, message: str) -> None:
        raise Misuse(f"{message}; --help tells all arguments")


def _above_zero(kind: type, name: str) -> Callable:
    def read(text: str):
        try:
            value = kind(text)
        except ValueError:
            value = 0
        if not 0 < value < 1e9:
            raise argparse.ArgumentTypeError(f"{text!r} where {name} above 0 is expected")
        return value

    return read


def run_script(main: Callable[[], int]) -> None:
    """Runs a script's main and exits: one line tells what went wrong, with 2 for an argument, else 1."""
    try:
        code = main()
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = 0
    except BrokenPipeError:
        # Whoever read the output has enough (| head).
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        code = 0
    except Misuse as error:
        print(error, file=sys.stderr)
        code = 2
    except (OSError, Refused, zmq.ZMQError) as error:
        print(f"this went wrong on the way: {error}", file=sys.stderr)
        code = 1
    sys.exit(code)
