# SPDX-License-Identifier: BSD-3-Clause
"""Show the chemical map of a running TiltFold, or save it as a picture; needs matplotlib.

    python3 show_chemical_map.py                       a window that follows the run
    python3 show_chemical_map.py --save map.png        the map as it is, to a file
    python3 show_chemical_map.py --save map.png --complete    once the tomogram is complete

Red is LiFePO4, blue FePO4; the brighter, the more of both.
"""

import math
import os
import pathlib
import sys
import time

import numpy as np

from tiltfold_client import Arguments, Misuse, TiltFold, run_script

VIEWS = {
    "along_beam": ("along the beam", "x", "y"),
    "across_axis": ("across the rotation axis", "x", "z"),
    "from_side": ("from the side", "z", "y"),
}
LITHIATED, DELITHIATED = np.array([1, 0.16, 0.13]), np.array([0.13, 0.33, 1])


def legend(size=64):
    """Colours [brightness, composition, 3]: LiFePO4 share to the right, iron upwards."""
    share = np.linspace(0, 1, size)[None, :, None]
    iron = np.linspace(0, 1, size)[:, None, None]
    # Mixed by power, as TiltFold mixes them, so that purple is not the darkest hue.
    return iron * np.sqrt(share * LITHIATED**2 + (1 - share) * DELITHIATED**2)


def nice_length(extent):
    """A round length, 1, 2 or 5 times a power of ten, of about a quarter of an extent."""
    power = 10 ** math.floor(math.log10(extent / 4))
    return max(step * power for step in (1, 2, 5) if step * power <= extent / 4)


def add_scale_bar(axes, columns, rows, pixel_m):
    """A bar with its length, at the lower left of a picture in pixels."""
    length_m = nice_length(columns * pixel_m)
    x, y, length = 0.05 * columns, 0.93 * rows, length_m / pixel_m
    axes.plot([x, x + length], [y, y], color="white", linewidth=3, solid_capstyle="butt")
    words = f"{length_m * 1e9:.0f} nm" if length_m < 1e-6 else f"{length_m * 1e6:g} um"
    axes.text(x + length / 2, y - 0.02 * rows, words, color="white", ha="center", va="bottom")


def draw(figure, message):
    """The three middle slices of the map with a scale bar and a legend."""
    figure.clear()
    places = figure.subplots(1, 4, width_ratios=(3, 3, 3, 1.4))
    for axes, (view, (title, across, down)) in zip(places, VIEWS.items()):
        picture = message[f"rgb_{view}"]
        axes.imshow(picture, interpolation="nearest")
        axes.set(title=title, xlabel=across, ylabel=down, xticks=[], yticks=[])
        add_scale_bar(axes, picture.shape[1], picture.shape[0], message.pixel_size(f"rgb_{view}"))
    axes = places[-1]
    axes.imshow(legend(), origin="lower", extent=(0, 100, 0, 100), aspect="equal")
    axes.set(title="colours", xlabel="LiFePO$_4$ share (%)", ylabel="iron (% of the brightest)")
    quality = message.quality
    words = f"{message.header.get('tomogram_id', 'tomogram')}, {quality.get('tilts', 0):.0f} tilts"
    if "state_of_charge" in quality:
        words += f", state of charge {100 * quality['state_of_charge']:.1f} %"
        if "state_of_charge_uncertainty" in quality:
            words += f" $\\pm$ {100 * quality['state_of_charge_uncertainty']:.1f}"
    figure.suptitle(words + (", complete" if quality.get("complete") else ""))


def make_figure(is_window):
    """A figure, in a window or for a file; ends the script where there is none."""
    if not is_window:
        os.environ["MPLBACKEND"] = "agg"
    backend = os.environ.get("MPLBACKEND")
    try:
        from matplotlib import pyplot

        figure = pyplot.figure(figsize=(13, 4.2), layout="constrained")
        if not is_window or type(figure.canvas).required_interactive_framework:
            return figure
    except Exception as error:  # of any of its many backends
        if getattr(error, "name", "") == "matplotlib":
            sys.exit("matplotlib is missing: pip install matplotlib")
        if not is_window:
            raise
    sys.exit(
        "there is no display for a window here"
        + (f", or none with MPLBACKEND={backend}" if backend else "")
        + ": name a file by --save map.png, or log in with one (ssh -X)"
    )


def served(figure):
    """Gives a window its time; whether it is still open."""
    from matplotlib import pyplot

    pyplot.pause(0.05)
    return pyplot.fignum_exists(figure.number)


def check_picture(path, figure):
    """Raises `Misuse` where no picture can be written there."""
    formats = figure.canvas.get_supported_filetypes()
    if path.suffix[1:].lower() not in formats:
        raise Misuse(
            f"--save {path}: {path.suffix or 'no ending'} is no picture format known here; end the name with .png, "
            f"or one of {', '.join(sorted(formats))}"
        )
    is_new = not path.exists()
    try:
        with open(path, "ab"):
            pass
        if is_new:
            path.unlink()
    except OSError as error:
        raise Misuse(
            f"--save {path}: it cannot be written ({error.strerror}); name a file in a folder that can be written to"
        ) from None


def main():
    parser = Arguments(description="Show the chemical map of a running TiltFold.")
    parser.add_run()
    parser.add_argument("--save", metavar="FILE", type=pathlib.Path, help="write the map to a file and end")
    parser.add_argument("--complete", action="store_true", help="wait until the tomogram is complete")
    options = parser.parse_args()
    begun, is_drawn = time.monotonic(), False
    is_told = (options.timeout or math.inf) <= 5  # the end tells it soon enough
    awaited = "chemical map yet; it takes a tilt at two energies"
    if options.complete:
        awaited = f"complete {awaited}, and the whole tomogram"
    with TiltFold(options.endpoint, server_key=options.server_key) as run:
        figure = make_figure(is_window=not options.save)
        if options.save:
            check_picture(options.save, figure)
        # A window must be served now and then; a file can wait.
        idle = 5.0 if options.save else 0.2
        for message in run.messages("chemistry", timeout=options.timeout, newest=True, idle=idle):
            if message and (message.quality.get("complete") or not options.complete):
                draw(figure, message)
                is_drawn = True
                if options.save:
                    figure.savefig(options.save, dpi=150)
                    print(f"wrote {options.save}")
                    return 0
            elif not is_drawn and not is_told and time.monotonic() - begun > 5:
                print(f"{run.silence(awaited)} Waiting on; Ctrl-C ends.", file=sys.stderr, flush=True)
                is_told = True
            if not options.save and not served(figure):
                return 0
        if not is_drawn:
            print(run.silence(awaited), file=sys.stderr)
            return 1
    return 0


if __name__ == "__main__":
    run_script(main)
