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
#   PORT=37013            frames come in here; rec goes out at PORT+3, previews at PORT+4
#   LIMIT=600             seconds after which the demonstration is given up
set -euo pipefail

here=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bin=${BIN:-$here/.build/release}
results=${RESULTS:-demo-results}
seed=${SEED:-1}
tilts=${TILTS:-24}
port=${PORT:-37013}
limit=${LIMIT:-600}

say() { printf '%s\n' "$*"; }
fail() {
  printf 'demo: %s\n' "$*" >&2
  exit 1
}

# A folder is replaced only if an earlier demonstration made it.
marker=.made-by-tiltfold-demo
if [ -e "$results" ]; then
  if [ -e "$results/$marker" ]; then
    rm -rf -- "$results"
  elif [ -n "$(ls -A "$results")" ]; then
    fail "$results is not from an earlier demo; name another folder with RESULTS="
  fi
fi
mkdir -p "$results"
: >"$results/$marker"

needed=$((tilts * 260 + 500)) # MB: two energies x 49 frames of 2.4 MB for each tilt, and results
free=$(($(df -Pk "$results" | awk 'NR == 2 { print $4 }') / 1024))
[ "$free" -ge "$needed" ] || fail "the recording needs $needed MB and $results has $free MB; see RESULTS="
for used in "$port" $((port + 3)) $((port + 4)); do
  if (exec 3<>"/dev/tcp/127.0.0.1/$used") 2>/dev/null; then
    fail "port $used is taken; choose others with PORT="
  fi
done

config=$results/demo.yaml
sed -e "s/127\.0\.0\.1:37013/127.0.0.1:$port/" \
  -e "s/127\.0\.0\.1:37016/127.0.0.1:$((port + 3))/" \
  -e "s/127\.0\.0\.1:37017/127.0.0.1:$((port + 4))/" \
  "$here/Config/demo.yaml" >"$config"
recording=$results/recording.h5
truth=$results/truth.h5
log=$results/simulator.log

simulator=
live=
finish() { # ends only what this script started, and leaves no recording behind
  status=$?
  trap - EXIT INT TERM
  for pid in $live $simulator; do
    kill -INT "$pid" 2>/dev/null || continue
    for _ in $(seq 50); do
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  [ "${KEEP:-0}" = 1 ] || rm -f -- "$recording"
  exit "$status"
}
trap finish EXIT
trap 'exit 130' INT
trap 'exit 143' TERM

"$bin/detector-simulator" run --bind "tcp://127.0.0.1:$port" --truth "$truth" \
  --tilts "$tilts" --seed "$seed" --wait-for-subscriber ${RATE:+--rate "$RATE"} >"$log" 2>&1 &
simulator=$!
"$bin/tiltfold" live --config "$config" --results "$results" --recording "$recording" \
  --exit-after-tomogram &
live=$!

# Waits for both; the one that fails takes the other with it.
until_time=$((SECONDS + limit))
while [ -n "$live" ]; do
  [ "$SECONDS" -lt "$until_time" ] || fail "not finished after $limit s (LIMIT=)"
  if ! kill -0 "$live" 2>/dev/null; then
    wait "$live" || fail "tiltfold live ended with status $?; the simulator's words are in $log"
    live=
  elif [ -n "$simulator" ] && ! kill -0 "$simulator" 2>/dev/null; then
    wait "$simulator" || fail "the simulator ended with status $?: $(tail -n 3 "$log")"
    simulator=
  else
    sleep 0.2
  fi
done
for _ in $(seq 100); do
  if [ -z "$simulator" ] || ! kill -0 "$simulator" 2>/dev/null; then break; fi
  sleep 0.1
done
if [ -n "$simulator" ]; then
  kill -0 "$simulator" 2>/dev/null && fail "the simulator did not end; its words are in $log"
  wait "$simulator" || fail "the simulator ended with status $?: $(tail -n 3 "$log")"
  simulator=
fi

say ""
passed=0
"$bin/detector-simulator" score --truth "$truth" --results "$results" || passed=$?
say ""
if [ "${KEEP:-0}" != 1 ]; then
  say "The recording had $(du -m "$recording" | cut -f 1) MB and is removed (KEEP=1 keeps it)."
  rm -f -- "$recording"
fi
say "Written to $results:"
(cd "$results" && find . -type f ! -name "$marker" -printf '  %P (%k kB)\n' | sort)
[ "$passed" -eq 0 ] || fail "a figure is out of its bounds"
