#!/usr/bin/env bats
# A tool that may have no thread beside its own: where it needs one it says so before it begins, else it goes on without.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  # The limit does not hold for the user root, nor for who may raise it; the files of the test are root's all the same.
  alone=(prlimit --nproc=1)
  ((EUID != 0)) || alone=(setpriv --ruid 61234 --bounding-set "-sys_resource,-sys_admin" "${alone[@]}")
  # To look for leaks takes a thread.
  alone+=(env "ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0")
  "${alone[@]}" true || skip "no such limit here"
}

teardown() {
  [[ -z ${socat-} ]] || kill "$socat" || :
}

@test "--metrics says that it can't start its thread, and leaves no socket" {
  for address in 127.0.0.1:0 unix:m.sock m.prom; do
    run -3 --separate-stderr "${alone[@]}" vexevt-filter --metrics "$address" 'type exists' </dev/null
    [ "$stderr" = "vexevt-filter: --metrics: cannot start a thread: Resource temporarily unavailable" ]
  done
  [ ! -e m.sock ]
}

@test "--hash says that it can't start its thread" {
  mkdir w
  run -3 --separate-stderr "${alone[@]}" vexevt-capture --from inotify --hash 1M w -o out.evt
  [ "$stderr" = "vexevt-capture: --hash: cannot start a thread: Resource temporarily unavailable" ]
}

@test "a service that can't tell its watchdog does not begin" {
  socat -u UNIX-RECV:notify.sock OPEN:told,creat,append 3>&- &
  socat=$!
  until [[ -S notify.sock ]]; do :; done
  export NOTIFY_SOCKET=$PWD/notify.sock WATCHDOG_USEC=1000000
  run -3 --separate-stderr "${alone[@]}" vexevt-filter 'type exists' </dev/null
  [ "$stderr" = "vexevt-filter: watchdog: cannot start a thread: Resource temporarily unavailable" ]
}

@test "lines of JSON are read by the one thread that there is" {
  vexevt-capture --generate build -n 10000 --format json -o in.json
  vexevt-filter 'type exists' in.json -o with.evt
  "${alone[@]}" vexevt-filter 'type exists' in.json -o without.evt
  cmp with.evt without.evt
}
