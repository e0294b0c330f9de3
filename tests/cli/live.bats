#!/usr/bin/env bats
# vexevt-stats --live: in a terminal, which is tmux's, and without one.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  export LC_ALL=C.UTF-8 TZ=UTC
  unset NO_COLOR TMUX
}

teardown() {
  tmux -S tmux.sock kill-server 2>/dev/null || :
}

# at SECOND TYPE PATH LENGTH COMM: an event as JSON.
at() {
  printf '{"time":"2026-01-01T00:00:%02d.000000000Z","type":"%s","path":"%s","length":%d,"comm":"%s","pid":7,"latency":%d000}\n' \
    "$1" "$2" "$3" "$4" "$5" "$1"
}

# sample: some events in in.evt.
sample() {
  {
    at 1 fs.write /srv/a 100 cc
    at 2 fs.write /srv/a 100 cc
    at 2 fs.write /srv/b 4096 vi
    at 3 fs.read /srv/c 10 cc
    echo '{"time":"2026-01-01T00:00:03Z","type":"vexevt.alert","observability":{"name":"disk","message":"/srv is full"}}'
    echo '{"time":"2026-01-01T00:00:03Z","type":"vexevt.lost","gap":{"lost":3}}'
    at 3 fs.delete '/srv/d\u001b[31m' 0 vi
  } | vexevt-capture --import - -o in.evt
}

# terminal COLUMNS ROWS COMMAND: runs it in a terminal of that size; what the terminal was set to is in before and, once
# it has ended, in after, and its status in status.
terminal() {
  tmux -S tmux.sock -f /dev/null -u new-session -d -x "$1" -y "$2" \
    "stty -g >before; tty >tty; echo at the shell; $3; echo \$? >status; stty -g >after; echo back; exec cat"
}

screen() {
  tmux -S tmux.sock capture-pane -p "$@"
}

press() {
  tmux -S tmux.sock send-keys "$@"
}

# shows PATTERN: waits until a line of the screen matches.
shows() {
  until screen | grep -q -e "$1"; do
    ((SECONDS < 100)) || { echo "no '$1' in:" && screen && return 1; }
  done
}

# until_file NAME: waits until it is there and has something in it.
until_file() {
  until [ -s "$1" ]; do
    ((SECONDS < 100)) || { screen && return 1; }
  done
}

@test "shows a stream that has ended until q" {
  sample
  terminal 80 24 'vexevt-stats --live in.evt'
  shows 'ended'
  screen >got
  cat >want <<'END'
2/s  ▅█  total 6  lost 3  alerts 1  ended  2026-01-01T00:00:03Z
all events
PATH                                                COUNT  BYTES  LATENCY  FAILED
END
  press q
  until_file after
  cat got
  diff want got
}
