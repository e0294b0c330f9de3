#!/usr/bin/env bats
# vexevt-capture --barrier: what happened before it has left the far end when it returns.

# shellcheck disable=SC2030,SC2031 # what a case sets, it uses itself
bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  mkdir w
  pids=()
}

teardown() {
  if ((${#pids[@]} > 0)); then kill -KILL "${pids[@]}" 2>/dev/null || true; fi
}

# in_background COMMAND...: its pid is $!. Bats waits for whoever has descriptor 3.
in_background() {
  "$@" 3>&- &
  pids+=($!)
}

# capture_to OUTPUT [OPTION]...: a capture of w that listens at c.sock, once it watches. $capture is its pid.
capture_to() {
  local output=$1
  shift
  : >log
  in_background vexevt-capture --from inotify --verbose --control c.sock "$@" w -o "$output" 2>log
  capture=$!
  until grep -q "watching '" log; do
    kill -0 "$capture" || { cat log >&2; return 1; }
  done
}

# Ends the capture, and waits for all to end well.
finish() {
  kill -TERM "$capture"
  local pid
  for pid in "${pids[@]}"; do wait "$pid"; done
  pids=()
}

# each_round_is_in FILE...: many rounds, each of which must find its own event where the pipeline ends.
each_round_is_in() {
  local n
  for n in {1..20}; do
    touch "w/f$n"
    vexevt-capture --barrier c.sock --timeout 60s
    grep -q "fs.create.*/w/f$n\"" "$@" || { echo "f$n is not in $*"; return 1; }
  done
}

@test "through capture, filter and cat into a file" {
  mkfifo a b
  in_background vexevt-filter 'type = fs.create' a -o b
  in_background vexevt-cat --format json b -o out.json
  capture_to a
  each_round_is_in out.json
  finish
  # The socket goes with the capture.
  [ ! -e c.sock ]
}

@test "the capture's own file is an end" {
  capture_to out.json --format json
  each_round_is_in out.json
  [ "$(stat -c %a c.sock)" = 600 ]
  finish
}

@test "frames in a file are an end" {
  mkfifo a
  in_background vexevt-filter 'name glob "f*"' a -o out.evt
  capture_to a
  touch w/f1
  vexevt-capture --barrier c.sock --timeout 60s
  run -0 vexevt-cat --format json out.evt
  [[ $output == *'"type":"fs.create"'*"/w/f1\""*'"type":"vexevt.barrier"'* ]]
  finish
}

@test "a filter that writes nothing is an end" {
  mkfifo a
  in_background vexevt-filter --count-only 'type = fs.create' a >count
  capture_to a
  touch w/x
  vexevt-capture --barrier c.sock --timeout 60s
  finish
  [ "$(cat count)" = 1 ]
}

@test "all ends of a router are waited for" {
  mkfifo a b
  cat >rules.toml <<'RULES'
[[endpoint]]
name = "file"
to = "file.evt"

[[endpoint]]
name = "pipe"
to = "b"

[[rule]]
name = "all"
when = 'type = fs.create'
to = ["file", "pipe"]
RULES
  in_background vexevt-cat --format json b -o out.json
  reader=$!
  in_background vexevt-route rules.toml a
  capture_to a
  each_round_is_in out.json
  grep -q "/w/f20" file.evt
  # One end that does not get there is enough to wait for.
  kill -STOP "$reader"
  touch w/late
  run -3 vexevt-capture --barrier c.sock --timeout 2s
  [[ $output == *"'c.sock': after 2s, the barrier has left by 1 of 2 ends" ]]
  grep -q "/w/late" file.evt
  run ! grep -q "/w/late" out.json
  kill -CONT "$reader"
  vexevt-capture --barrier c.sock --timeout 60s
  grep -q "/w/late" out.json
  finish
}

@test "a stopped pipeline is told after the time-out, and loses nothing" {
  mkfifo a b
  in_background vexevt-filter 'type = fs.create' a -o b
  filter=$!
  in_background vexevt-cat --format json b -o out.json
  capture_to a
  kill -STOP "$filter"
  touch w/x
  run -3 vexevt-capture --barrier c.sock --timeout 2s
  [[ $output == "vexevt-capture: 'c.sock': after 2s, the barrier has not left the pipeline" ]]
  kill -CONT "$filter"
  vexevt-capture --barrier c.sock --timeout 60s
  grep -q '/w/x"' out.json
  finish
}

@test "several at once" {
  mkfifo a
  in_background vexevt-cat --format json a -o out.json
  capture_to a
  local waiting=() n
  for n in {1..24}; do
    vexevt-capture --barrier c.sock --timeout 60s 3>&- &
    waiting+=($!)
  done
  for n in "${waiting[@]}"; do wait "$n"; done
  finish
  [ "$(grep -c vexevt.barrier out.json)" = 24 ]
}

@test "a busy generator's barriers pass" {
  in_background vexevt-capture --generate --control c.sock -o /dev/null
  capture=$!
  # Its socket is there a moment before anybody listens.
  until vexevt-capture --barrier c.sock --timeout 60s 2>/dev/null; do kill -0 "$capture"; done
  vexevt-capture --barrier c.sock --timeout 60s
  finish
}

@test "fanotify, as root" {
  [ "$(id -u)" = 0 ] || skip "not root"
  run -0 vexevt-capture --explain w
  [[ $output == *"source: fanotify"* ]] || skip "no fanotify"
  mkfifo a
  in_background vexevt-cat --format json a -o out.json
  capture_to a --from fanotify
  each_round_is_in out.json
  finish
}

@test "where no capture is, or one that ends" {
  run -3 vexevt-capture --barrier none.sock
  [[ $output == *"cannot connect to 'none.sock': No such file or directory" ]]
  # A capture that is stopped before it could answer.
  capture_to out.evt
  kill -STOP "$capture"
  in_background vexevt-capture --barrier c.sock --timeout 60s 2>said
  waiter=$!
  # It has asked once its connection is there: the kernel accepts for the stopped capture.
  until [ "$(grep -c "c.sock" /proc/net/unix)" -ge 2 ]; do kill -0 "$waiter"; done
  kill -KILL "$capture"
  local status=0
  wait "$waiter" || status=$?
  pids=()
  [ "$status" = 3 ]
}

@test "what is no request gets no barrier, and harms nobody" {
  command -v python3 >/dev/null || skip "no python3"
  capture_to out.json --format json
  local request
  for request in nonsense '' 'barrier ../../x' "barrier 0123456789abcdef0123456789abcdeF" "$(printf 'x%.0s' {1..5000})"; do
    run -0 python3 -c 'import socket, sys
client = socket.socket(socket.AF_UNIX)
client.connect("c.sock")
try:
  client.sendall(sys.argv[1].encode() + b"\n")
  print(client.recv(100))
except (BrokenPipeError, ConnectionResetError):
  print(b"")' "$request"
    [ "$output" = "b''" ]
  done
  each_round_is_in out.json
  finish
  run ! grep -q '"token":"[^"]*[^0-9a-f"]' out.json
}
