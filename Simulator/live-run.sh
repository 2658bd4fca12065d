# SPDX-License-Identifier: BSD-3-Clause
#
# What demo.sh and paper-twin.sh share: a simulated detector that `tiltfold live` runs against.
# Sourced, not run. The caller sets `name`, `results`, `port`, `limit` and `bin`.

say() { printf '%s\n' "$*"; }
fail() {
  printf '%s: %s\n' "$name" "$*" >&2
  exit 1
}

# take_folder MB: empties a folder that an earlier run of this name made, or takes a new one with
# so much room.
take_folder() {
  local marker=.made-by-tiltfold-$name
  if [ -e "$results" ]; then
    if [ -e "$results/$marker" ]; then
      rm -rf -- "$results"
    elif [ -n "$(ls -A "$results")" ]; then
      fail "$results is not from an earlier $name; name another folder with RESULTS="
    fi
  fi
  mkdir -p "$results"
  : >"$results/$marker"
  local free=$(($(df -Pk "$results" | awk 'NR == 2 { print $4 }') / 1024))
  [ "$free" -ge "$1" ] || fail "the run needs $1 MB and $results has $free MB; see RESULTS="
}

# The page of a run with ports of its own is beside them.
page=8080
[ "$port" = 37013 ] || page=$((port + 6))

check_ports() {
  local used
  for used in "$port" $((port + 3)) $((port + 4)) $((port + 5)) "$page"; do
    if (exec 3<>"/dev/tcp/127.0.0.1/$used") 2>/dev/null; then
      fail "port $used is taken; choose others with PORT="
    fi
  done
}

# take_configuration FILE: a copy of a configuration with this run's ports.
take_configuration() {
  sed -e "s/127\.0\.0\.1:37013/127.0.0.1:$port/" \
    -e "s/127\.0\.0\.1:37016/127.0.0.1:$((port + 3))/" \
    -e "s/127\.0\.0\.1:37017/127.0.0.1:$((port + 4))/" \
    -e "s/127\.0\.0\.1:37018/127.0.0.1:$((port + 5))/" \
    -e "s/127\.0\.0\.1:8080/127.0.0.1:$page/" "$1" >"$results/$name.yaml"
  config=$results/$name.yaml
}

simulator=
live=
removed_at_end=()
finish() { # ends only what the script started
  local status=$? pid
  trap - EXIT TERM
  # A second one leaves at once: tiltfold says what that means, and nothing more is removed.
  trap 'leave' INT
  # The programs have sessions of their own: Ctrl-C comes to them from here, once.
  for pid in $live $simulator; do
    kill -INT "$pid" 2>/dev/null || continue
    for _ in $(seq 1200); do # what there is, is written
      kill -0 "$pid" 2>/dev/null || break
      sleep 0.1
    done
    kill -KILL "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  done
  [ "${#removed_at_end[@]}" -eq 0 ] || rm -f -- "${removed_at_end[@]}"
  exit "$status"
}
leave() {
  trap - INT
  local pid
  kill -INT $live $simulator 2>/dev/null || true
  sleep 1
  for pid in $live $simulator; do kill -KILL "$pid" 2>/dev/null || true; done
  [ "${#removed_at_end[@]}" -eq 0 ] || say "left behind: ${removed_at_end[*]}" >&2
  exit 130
}
end_with_script() {
  trap finish EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM
}

# wait_for_both LOG: until tiltfold live and the simulator are done; the one that fails takes the
# other with it.
wait_for_both() {
  local log=$1 until_time=$((SECONDS + limit))
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
}

list_files() {
  say "Written to $results:"
  (cd "$results" && find . -type f ! -name '.made-by-*' ! -path './scans/*' ! -path './*/scans/*' \
    -printf '  %P (%k kB)\n' | sort)
}
