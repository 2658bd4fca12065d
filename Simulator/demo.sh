#!/usr/bin/env bash
# SPDX-License-Identifier: BSD-3-Clause
#
# The demonstration: a simulated FastCCD streams a whole tomogram over TCP loopback, tiltfold
# reconstructs it live, and the result is scored against what the simulator knows.
# `make demo` builds and calls this; BIN is the folder of the programs.
#
#   RESULTS=demo-results  where results go (a folder of an earlier demo is replaced)
#   KEEP=1                keep the recording (about 6 GB)
#   SEED=1 TILTS=24       the sample and the number of tilts
#   RATE=                 frames per second; empty: as fast as they are taken
#   PORT=37013            frames come in here; rec goes out at PORT+3, previews at PORT+4,
#                         requests are taken at PORT+5, and the page is at PORT+6 (8080 with 37013)
#   LIMIT=600             seconds after which the demonstration is given up
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
name=demo
bin=${BIN:-$here/.build/release}
results=${RESULTS:-demo-results}
seed=${SEED:-1}
tilts=${TILTS:-24}
port=${PORT:-37013}
limit=${LIMIT:-600}
. "$here/Simulator/live-run.sh"

take_folder $((tilts * 260 + 500)) # two energies x 49 frames of 2.4 MB for each tilt, and results
check_ports
take_configuration "$here/Config/demo.yaml"
recording=$results/recording.h5
truth=$results/truth.h5
log=$results/simulator.log
[ "${KEEP:-0}" = 1 ] || removed_at_end=("$recording")
end_with_script

setsid "$bin/detector-simulator" run --bind "tcp://127.0.0.1:$port" --truth "$truth" \
  --tilts "$tilts" --seed "$seed" --wait-for-subscriber ${RATE:+--rate "$RATE"} >"$log" 2>&1 &
simulator=$!
setsid "$bin/tiltfold" live --config "$config" --results "$results" --recording "$recording" \
  --exit-after-tomogram &
live=$!
wait_for_both "$log"

say ""
passed=0
"$bin/detector-simulator" score --truth "$truth" --results "$results" || passed=$?
say ""
if [ "${KEEP:-0}" != 1 ]; then
  say "The recording had $(du -m "$recording" | cut -f 1) MB and is removed (KEEP=1 keeps it)."
  rm -f -- "$recording"
fi
list_files
[ "$passed" -eq 0 ] || fail "a figure is out of its bounds"
