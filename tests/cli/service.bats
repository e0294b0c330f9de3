#!/usr/bin/env bats
# What a tool tells systemd, whose end is socat here.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  started=()
  socat -u UNIX-RECV:notify.sock OPEN:told,creat,append 3>&- &
  started+=($!)
  await test -S notify.sock
  export NOTIFY_SOCKET=$PWD/notify.sock
}

teardown() {
  local pid
  for pid in "${started[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
}

# await COMMAND...: until it succeeds; the bound is for what would else hang.
await() {
  local deadline=$((SECONDS + 20))
  until "$@"; do
    ((SECONDS < deadline)) || { echo "timed out: $*" >&2; return 1; }
    read -rt 0.02 <> <(:) || true
  done
}

pings() { grep -o WATCHDOG=1 told | wc -l; }
# Ten more than there are now.
more_pings() {
  local now
  now=$(pings)
  ten_more() { (($(pings) >= now + 10)); }
  await ten_more
}

@test "READY=1, then STOPPING=1" {
  vexevt-capture --generate build -n 10 -o a.evt
  vexevt-filter -q 'type exists' a.evt
  await grep -q STOPPING=1 told
  [ "$(grep -o READY=1 told | wc -l)" -eq 2 ]
}

@test "a full pipe is no hang: the watchdog hears from a filter that waits for its reader" {
  mkfifo out
  exec 8<>out
  WATCHDOG_USEC=40000 vexevt-filter 'type exists' <(vexevt-capture --generate build -n 100000) >&8 2>err 3>&- &
  started+=($!)
  await grep -q READY=1 told
  # Its pipe holds 1 MiB and its input is 24: by now it is stuck, and will be.
  more_pings
  more_pings
  kill -0 "${started[1]}"
}

@test "the watchdog hears from a router that waits, blocked or at its end" {
  vexevt-capture --generate build -n 100000 -o a.evt
  mkfifo go
  cat >rules.toml <<'TOML'
otherwise = "slow"
[[endpoint]]
name = "slow"
to = "exec:read -r _ < go; cat > slow.evt"
queue = "1M"
TOML
  WATCHDOG_USEC=40000 vexevt-route rules.toml a.evt 2>err 3>&- &
  started+=($!)
  await grep -q READY=1 told
  more_pings
  sed -i 's/1M/100M/' rules.toml  # now all of it fits, and the rest of the wait is for the end
  await grep -q "generation 2" err
  more_pings
  echo >go
  wait "${started[1]}"
  cmp a.evt slow.evt
}

@test "the watchdog hears from a capture that waits for its reader, and from one that has nothing to do" {
  mkfifo out
  exec 8<>out
  WATCHDOG_USEC=40000 vexevt-capture --generate build >&8 2>err 3>&- &
  started+=($!)
  await grep -q READY=1 told
  more_pings
  more_pings
  mkfifo in
  exec 9<>in
  WATCHDOG_USEC=40000 vexevt-filter 'type exists' <in >idle.evt 2>err 3>&- &
  kill -9 "${started[1]}"
  started+=($!)
  more_pings
}

@test "a reload is done for systemd once the new rules are in force" {
  cat >rules.toml <<'TOML'
otherwise = "a"
[[endpoint]]
name = "a"
to = "a.evt"
TOML
  mkfifo in
  vexevt-route rules.toml <in 2>err 3>&- &
  local route=$!
  started+=("$route")
  exec 9>in
  await grep -q READY=1 told
  : >told
  kill -HUP "$route"
  await grep -q READY=1 told
  grep -q "generation 2" err
  [[ $(<told) == RELOADING=1*MONOTONIC_USEC=*READY=1* ]]
  : >told
  # Requests that come while it reads lead to one more reading, and to one answer at least.
  kill -HUP "$route"
  kill -HUP "$route"
  await grep -q READY=1 told
  exec 9>&-
  wait "$route"
}
