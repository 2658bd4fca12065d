#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The twin of the experiment of Yu et al. (Nat. Commun. 9, 921, 2018): plates as harvested from a
# half-charged electrode are measured by a simulated detector at all tilts and both energies and
# reconstructed live; a stack of many energies is measured at 0 degrees; then a table shows the
# paper's values, the truth and what was found.
# `make paper-twin` and `make paper-twin-small` build and call this; BIN is the folder of the programs.
#
#   SIZE=full             or small: 30 plates, 40 tilts, 121 points, for newcomers and tests
#   RESULTS=paper-twin-results   where results go (a folder of an earlier twin is replaced)
#   KEEP=1                keep the recordings (up to 5 GB)
#   SEED=1                the sample
#   STACK=1               0 leaves out the stack of energies
#   PORT=37013            frames come in here; rec goes out at PORT+3, previews at PORT+4
#   LIMIT=7200            seconds after which it is given up
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
size=${SIZE:-full}
name=paper-twin
bin=${BIN:-$here/.build/release}
results=${RESULTS:-paper-twin-results}
seed=${SEED:-1}
port=${PORT:-37013}
limit=${LIMIT:-7200}
. "$here/Simulator/live-run.sh"

case $size in
full)
  room=9000
  middle=080
  sample=()
  energies=700,702.7,705.2,706.2,706.8,707.2,707.6,707.9,708.2,708.5,708.8,709.2,709.6,709.9,710.2
  energies+=,710.5,710.8,711.2,711.8,712.6,714,716
  settings=()
  small=()
  ;;
small)
  room=1500
  middle=020
  sample=(--plates 30 --diameter-nm 320 --volume-side 60 --tilts 40 --scan 11x11 --raw-tilt 20)
  energies=700,702.7,705.2,706.5,707.5,708.2,709,709.6,710.2,711,712.5,716
  settings=(--set ptychography.iterations=130 --set ptychography.likelihood_iterations=50
    --set tomography.volume_side=72 --set tomography.volume_height=72)
  small=(--small)
  ;;
*) fail "SIZE is $size; expected full or small" ;;
esac
take_folder "$room"
check_ports
take_configuration "$here/Config/paper-twin.yaml"
recording=$results/recording.h5
truth=$results/truth.h5
stack=$results/stack-spectra
[ "${KEEP:-0}" = 1 ] || removed_at_end=("$recording" "$stack/recording.h5")
mkdir -p "$results/tilt-0"
end_with_script
began=$SECONDS

say "The tomogram: $size size; the simulator's words are in $results/simulator.log."
setsid "$bin/detector-simulator" run --instrument paper-twin --bind "tcp://127.0.0.1:$port" \
  --truth "$truth" --seed "$seed" "${sample[@]}" >"$results/simulator.log" 2>&1 &
simulator=$!
setsid "$bin/tiltfold" live --config "$config" --results "$results" --recording "$recording" \
  "${settings[@]}" --exit-after-tomogram &
live=$!
wait_for_both "$results/simulator.log"

if [ "${STACK:-1}" = 1 ]; then
  say ""
  say "The stack of energies at 0 degrees:"
  mkdir -p "$stack"
  setsid "$bin/detector-simulator" run --instrument paper-twin --bind "tcp://127.0.0.1:$port" \
    --truth "$stack/truth.h5" --seed "$seed" --tomogram paper-twin-stack "${sample[@]}" \
    --tilts 1 --first-angle 0 --last-angle 0 --raw-tilt=-1 --energies "$energies" \
    >"$stack/simulator.log" 2>&1 &
  simulator=$!
  setsid "$bin/tiltfold" live --config "$config" --results "$stack" --recording "$stack/recording.h5" \
    "${settings[@]}" --set ptychography.iterations=150 \
    --set "preprocessing.attenuator.transmissions=[[699, 0.01086], [720, 0.02031]]" \
    --exit-after-tomogram &
  live=$!
  wait_for_both "$stack/simulator.log"
  "$bin/tiltfold" spectra "$stack"/scans/*.cxi --references "$here/Config/references/lifepo4-fe-l3.csv" \
    --results "$stack" --tomogram "$results/tomogram.h5" ||
    say "tiltfold spectra ended with status $?: the rows of the spectra are missing."
fi
took=$((SECONDS - began))

# Every other frame of the scan at 0 degrees by itself: the ring correlation of figure S5.
"$bin/tiltfold" reconstruct "$recording" --scan "paper-twin_tilt${middle}_energy0" \
  --config "$config" --probe "$results/scans/paper-twin_tilt${middle}_energy0.cxi" \
  --output "$results/tilt-0/scan.cxi" "${settings[@]}" --quiet ||
  say "tiltfold reconstruct ended with status $?: the ring correlation is missing."

say ""
passed=0
"$bin/detector-simulator" paper-table --truth "$truth" --results "$results" --seconds "$took" \
  --scan "$results/tilt-0/scan.cxi" "${small[@]}" || passed=$?
say ""
if [ "${KEEP:-0}" != 1 ]; then
  say "The recording had $(du -m "$recording" | cut -f 1) MB and is removed (KEEP=1 keeps it)."
  rm -f -- "${removed_at_end[@]}"
fi
"$bin/tiltfold" report "$results"
list_files
case $passed in
0) ;;
1) fail "a figure is out of its bounds" ;;
*) fail "the table could not be made: detector-simulator paper-table ended with status $passed" ;;
esac
