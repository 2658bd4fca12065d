# SPDX-License-Identifier: BSD-3-Clause
"""Save every finished projection of a running TiltFold, with what it is about.

    python3 save_projections.py projections                  HDF5 where Python has h5py, else NumPy files
    python3 save_projections.py projections --format npy

Of each scan one file SCAN.h5, with the optical density, its coverage and standard error, and all keys of
the message as attributes; or SCAN.npy (optical density), SCAN.coverage.npy, SCAN.error.npy and SCAN.json.
A file takes its name when it is whole. Those of an earlier run stay: a scan of the same name is then SCAN-2.
"""

import json
import math
import os
import pathlib
import re
import sys
import tempfile

import numpy as np

from tiltfold_client import Arguments, Misuse, TiltFold, run_script

try:
    import h5py
except ImportError:
    h5py = None

SUFFIXES = {"optical_density": "", "coverage": ".coverage", "optical_density_error": ".error"}


def file_name(header):
    """The scan's name as a file's: nothing in it leads elsewhere."""
    name = re.sub(r"[^A-Za-z0-9._+-]", "_", header.get("identifier", "")).lstrip(".") or "projection"
    return name[:200]


def owner(path):
    """The run and the scan that a file is of; None where that cannot be told."""
    try:
        if path.suffix == ".json":
            header = json.loads(path.read_text())
            return header.get("generation"), header.get("identifier")
        with h5py.File(path) as file:
            return int(file.attrs["generation"]), file.attrs["identifier"]
    except (OSError, KeyError, ValueError):
        return None


def free_name(folder, header, ending):
    """A name that no file of another run or scan has."""
    name, number = file_name(header), 1
    while True:
        path = folder / f"{name}{f'-{number}' if number > 1 else ''}{ending}"
        if not path.exists() or owner(path) == (header.get("generation"), header.get("identifier")):
            return path
        number += 1


def save_hdf5(path, message):
    """One HDF5 file, written under another name first."""
    partial = path.with_name(path.name + ".partial")
    with h5py.File(partial, "w") as file:
        for key, value in message.header.items():
            if key in ("quality", "text"):
                for name, inner in value.items():
                    file.attrs[name] = inner
            elif key != "arrays":
                file.attrs[key] = value
        for name, array in message.arrays.items():
            data = file.create_dataset(name, data=array, compression="gzip", shuffle=True)
            data.attrs["units"] = message.unit(name)
            if message.pixel_size(name) is not None:
                data.attrs["pixel_size_m"] = message.pixel_size(name)
    os.replace(partial, path)


def save_numpy(path, message):
    """NumPy files for the arrays and one of JSON, the JSON last."""
    for name, array in message.arrays.items():
        target = path.with_name(path.name + SUFFIXES.get(name, f".{name}") + ".npy")
        partial = target.with_name(target.name + ".partial")
        with open(partial, "wb") as file:
            np.save(file, array)
        os.replace(partial, target)
    partial = path.with_name(path.name + ".json.partial")
    partial.write_text(json.dumps(message.header, indent=2) + "\n")
    os.replace(partial, path.with_name(path.name + ".json"))


def save(folder, message, form):
    """Saves one projection; returns the file that holds what it is about."""
    if form == "h5":
        path = free_name(folder, message.header, ".h5")
        save_hdf5(path, message)
        return path
    path = free_name(folder, message.header, ".json")
    save_numpy(path.with_suffix(""), message)
    return path


def make_folder(text):
    """The folder, in which files can be made. Raises `Misuse`."""
    if "://" in text:
        raise Misuse(f"{text} stands where a folder is expected: save_projections.py FOLDER ENDPOINT")
    folder = pathlib.Path(text)
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return folder
    except OSError as error:
        raise Misuse(
            f"nothing can be written into {folder} ({error.strerror}); name a folder that can be made, or written to"
        ) from None


def main():
    parser = Arguments(description="Save every finished projection of a running TiltFold.")
    parser.add_argument("folder", help="where to; it is made")
    parser.add_run(count="end after so many")
    parser.add_argument("--format", choices=("h5", "npy"), default="h5" if h5py else "npy", help="(%(default)s)")
    options = parser.parse_args()
    if options.format == "h5" and h5py is None:
        parser.error("h5 needs h5py: pip install h5py, or --format npy")
    saved, is_told = 0, (options.timeout or math.inf) <= 5  # the end tells it soon enough
    awaited = "projection yet; there is one when a scan is finished"
    with TiltFold(options.endpoint, server_key=options.server_key) as run:
        folder = make_folder(options.folder)
        for message in run.messages("projection", timeout=options.timeout, idle=5.0):
            if message is None:
                if saved == 0 and not is_told:
                    print(f"{run.silence(awaited)} Waiting on; Ctrl-C ends.", file=sys.stderr, flush=True)
                    is_told = True
                continue
            try:
                path = save(folder, message, options.format)
            except (OSError, RuntimeError) as error:  # h5py has both
                reason = os.strerror(error.errno) if getattr(error, "errno", None) else error
                words = "make room there, or start again with another folder"
                print(f"{file_name(message.header)} was not saved in {folder} ({reason}); {words}", file=sys.stderr)
                return 1
            print(path, flush=True)
            saved += 1
            if saved == options.count:
                return 0
        if saved == 0:
            print(run.silence(awaited), file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    run_script(main)
