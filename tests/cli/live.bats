#!/usr/bin/env bats
# vexevt-stats --live: in a terminal, which is tmux's, and without one.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  export LC_ALL=C.UTF-8 TZ=UTC
  unset NO_COLOR TMUX
}

teardown() {
  local socket
  for socket in tmux.*; do tmux -S "$socket" kill-server 2>/dev/null || :; done
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
# it has ended, in after, and its status in status. What follows is about the last one.
terminal() {
  rm -f before after status
  socket=tmux.$((++terminals))
  tmux -S "$socket" -f /dev/null -u new-session -d -x "$1" -y "$2" \
    "stty -g >before; tty >tty; echo at the shell; $3; echo \$? >status; stty -g >after; echo back; exec cat"
}

screen() {
  tmux -S "$socket" capture-pane -p "$@"
}

press() {
  tmux -S "$socket" send-keys "$@"
}

# shows PATTERN: waits until a line of the screen matches.
shows() {
  until screen | grep -q -e "$1"; do
    ((SECONDS < 200)) || { echo "no '$1' in:" && screen && return 1; }
  done
}

# until_file NAME: waits until it is there and has something in it.
until_file() {
  until [ -s "$1" ]; do
    ((SECONDS < 200)) || { screen && return 1; }
  done
}

# hides PATTERN: waits until no line of the screen matches.
hides() {
  until ! screen | grep -q -e "$1"; do
    ((SECONDS < 200)) || { echo "still '$1' in:" && screen && return 1; }
  done
}

# row NUMBER PATTERN: waits until that line of the screen matches.
row() {
  until screen | sed -n "$1p" | grep -q -e "$2"; do
    ((SECONDS < 200)) || { echo "no '$2' at line $1 of:" && screen && return 1; }
  done
}

# restored: the terminal is as it was before.
restored() {
  shows '^back'
  shows '^at the shell'
  cmp before after
}

@test "shows a stream that has ended until q" {
  sample
  terminal 80 24 'vexevt-stats --live in.evt'
  shows 'ended'
  screen | sed 's/ *$//' >got
  cat >want <<'END'
1.5/s  ▅█  total 6  lost 3  alerts 1  ended  2026-01-01T00:00:03Z
all events
PATH                                               COUNT  BYTES  LATENCY  FAILED
/srv/a                                               >=2  >=200    1.5us     >=0
/srv/b                                               >=1   >=4K      2us     >=0
/srv/c                                               >=1   >=10      3us     >=0
/srv/d\x1b[31m                                       >=1    >=0      3us     >=0
COMM                                          PID  COUNT  BYTES  LATENCY  FAILED
cc                                            7      >=3  >=210      2us     >=0
vi                                            7      >=2   >=4K    2.5us     >=0
TYPE                         COUNT  P50_LATENCY  P99_LATENCY  P50_SIZE  P99_SIZE
fs.write                       >=3          2us          2us         -         -
fs.delete                      >=1          3us          3us         -         -
fs.read                        >=1          3us          3us         -         -
vexevt.alert                   >=1            -            -         -         -
ANOMALIES AND ALERTS
Jan 01 00:00:03.000000 vexevt.alert - name=disk message="/srv is full"






q quit  ? keys  s sort  Enter drill down  / filter  Backspace undo  p pause
END
  diff want got
  press q
  restored
  [ "$(cat status)" = 0 ]
}

@test "keys sort, drill down, filter and undo" {
  sample
  terminal 80 24 'cat in.evt | vexevt-stats --live "count, max(length) by path"'
  shows ended
  shows '^PATH *COUNT  MAX_LENGTH$'
  row 4 '^/srv/a '
  press s
  shows 'MAX_LENGTH▾$'
  row 4 '^/srv/b '
  press j Enter
  shows '^only path = /srv/a$'
  row 4 '^/srv/a '
  hides '^vi '
  press / 'comm = x' Enter
  shows '^only (path = /srv/a) and (comm = x)$'
  hides '^cc '
  press BSpace
  shows '^only path = /srv/a$'
  press BSpace
  shows '^all events$'
  shows '^vi '
  press / 'pth = 1' Enter
  shows "^1: unknown field 'pth' (did you mean 'path'?)"
  press C-u 'type = fs.read' Enter
  shows '^only type = fs.read$'
  hides '^fs.write'
  press r
  shows 'total 0'
  press '?'
  shows '^Backspace  take the last filter back$'
  press x
  shows '^only type = fs.read$'
  press q
  restored
}

@test "holds still while it is paused, and loses nothing" {
  sample
  mkfifo pipe
  terminal 80 24 'sh -c "echo \$\$ >pid; exec vexevt-stats --live --interval 100ms pipe 2>state"'
  exec 5>pipe
  cat in.evt >&5
  shows 'total 6'
  press p
  shows '^paused'
  cat in.evt in.evt >&5
  until grep -q '"vexevt_events_in_total":21,' state; do
    kill -USR1 "$(cat pid)"
    ((SECONDS < 200))
  done
  shows 'total 6'
  press p
  shows 'total 18'
  press q
  restored
  exec 5>&-
}

@test "gives the terminal back on signals" {
  sample
  for signal in TERM INT; do
    rm -f pid
    mkfifo pipe
    terminal 80 24 'sh -c "echo \$\$ >pid; exec vexevt-stats --live pipe"'
    exec 5>pipe
    cat in.evt >&5
    shows 'total 6'
    [ "$(stty -g -F "$(cat tty)")" != "$(cat before)" ]
    kill -s "$signal" "$(cat pid)"
    restored
    exec 5>&-
    rm pipe
  done
}

@test "gives the terminal back while it is stopped" {
  sample
  cat >job <<'END'
set -m
(echo $BASHPID >pid; exec vexevt-stats --live in.evt)
stty -g >stopped
echo it is stopped
until [ -e go ]; do :; done
fg
END
  terminal 80 24 'bash job'
  shows 'total 6'
  kill -TSTP "$(cat pid)"
  shows '^it is stopped'
  shows '^at the shell'
  cmp before stopped
  touch go
  shows 'total 6'
  press q
  restored
}

@test "gives the terminal back when the stream is damaged, and says so" {
  sample
  { cat in.evt; printf 'no event is like this'; } >bad.evt
  terminal 80 24 'vexevt-stats --live bad.evt'
  shows 'total 6'
  press q
  restored
  shows '^vexevt-stats: .*bad.evt'
  [ "$(cat status)" = 3 ]
}

@test "goes along with the size of the terminal" {
  sample
  terminal 80 24 'vexevt-stats --live in.evt'
  shows '^ANOMALIES'
  tmux -S "$socket" resize-window -x 40 -y 10
  shows '^PATH *COUNT  BYTES  LATENCY$'
  hides '^ANOMALIES'
  screen | awk 'length($0) > 40 { exit 1 }'
  press BTab
  shows '^ANOMALIES'
  tmux -S "$socket" resize-window -x 100 -y 30
  shows '^COMM'
  press q
  until_file after
  cmp before after
}

@test "answers keys while there is always more to read, and counts all of it" {
  terminal 80 24 'vexevt-capture --generate -n 1000000 | vexevt-stats --live'
  shows '^fs.write'
  press '?'
  shows '^Tab '
  press x
  shows 'total 1M'
  press q
  restored
}

@test "has colours only where they are wanted" {
  sample
  terminal 80 24 'vexevt-stats --live in.evt'
  shows 'alerts 1'
  screen -e | grep -q $'\e\\[[0-9;]*31m'
  press q
  restored
  terminal 80 24 'NO_COLOR=1 vexevt-stats --live in.evt'
  shows 'alerts 1'
  screen -e >codes
  run -1 grep $'\e\\[[0-9;]*3[0-7]m' codes
  press q
  restored
  terminal 80 24 'LC_ALL=C vexevt-stats --live in.evt'
  shows 'alerts 1'
  screen >text
  run -1 grep '[^ -~]' text
  press q
  restored
  terminal 80 24 'LC_ALL=xx_XX.UTF-8 vexevt-stats --live in.evt'
  shows '█  total 6'
  press q
  restored
}

@test "prints the tables where nothing can be drawn" {
  sample
  run -0 vexevt-stats --live --once 'count by comm' in.evt
  [ "${lines[0]}" = "1.5/s  ▅█  total 6  lost 3  alerts 1  ended  2026-01-01T00:00:03Z" ]
  [ "${lines[1]}" = "COMM  COUNT" ]
  [ "${lines[2]}" = "cc      >=3" ]
  [[ $output != *$'\e'* ]]
  run -0 env LC_ALL=C vexevt-stats --live --once in.evt
  [ "${lines[0]}" = "1.5/s  =#  total 6  lost 3  alerts 1  ended  2026-01-01T00:00:03Z" ]
  # As plots: a locale that is not installed is one of UTF-8 by its name.
  run -0 env LC_ALL=xx_XX.UTF-8 vexevt-stats --live --once in.evt
  [ "${lines[0]}" = "1.5/s  ▅█  total 6  lost 3  alerts 1  ended  2026-01-01T00:00:03Z" ]
  terminal 80 24 'TERM=dumb vexevt-stats --live in.evt'
  restored
  shows '^/srv/a'
}

@test "prints the tables again and again while the stream goes on" {
  sample
  mkfifo pipe
  { cat in.evt; exec sleep 30; } >pipe &
  writer=$!
  run -0 timeout 20 vexevt-stats --live --interval 100ms -n 2 pipe
  kill "$writer"
  [ "$(grep -c 'total 6' <<<"$output")" -ge 1 ]
  [ "$(grep -c '  total ' <<<"$output")" -eq 2 ]
}

@test "says what does not go together" {
  sample
  run -2 vexevt-stats --live 'cuont by type' in.evt
  [[ $output == *"query:1: "* ]]
  run -2 vexevt-stats --live --format json in.evt
  run -2 vexevt-stats --live --partial 1s in.evt
  run -2 vexevt-stats --live --plot auto in.evt
  run -2 vexevt-stats --live 'count, anomaly(rate) every 1s' in.evt
  run -2 vexevt-stats --once count in.evt
  run -2 vexevt-stats --live --interval 1ms in.evt
  run -3 vexevt-stats --live -i missing.evt
  terminal 80 24 'TERM=nothing vexevt-stats --live in.evt'
  restored
  shows "nothing is known of the terminal 'nothing'"
}

@test "the screen in the man page is what there is to see" {
  page=$VEXEVT_BIN/../man/vexevt-stats.1
  example=$(sed -n 's/^\.\\" screen: //p' "$page")
  $example -o in.evt
  sed -n '/^\.\\" screen: /,/^\.\\" end/{//!p}' "$page" >want
  terminal 70 19 'LC_ALL=C vexevt-stats --live in.evt'
  shows ' ended '
  screen | sed 's/ *$//' >got
  diff want got
}
