#!/usr/bin/env bats
# What every tool keeps of the stream contract (lib/cli/pipeline.h), seen on vexevt-filter: exit statuses, limits, signals, closed pipes,
# full disks, terminals, metrics.

bats_require_minimum_version 1.5.0
load events

setup() {
  cd "$BATS_TEST_TMPDIR"
  events 1 5 >a.evt
  all='type = fs.*'
}

# Waits for a line that starts with $1 on descriptor 8, the standard error of a tool in the background.
expect_line() {
  local line
  while IFS= read -r -t 20 line <&8; do
    [[ $line == "$1"* ]] && return
  done
  echo "no line $1"
  return 1
}

# Starts vexevt-filter with arguments "$@" on a pipe that stays open: writes into descriptor 7; its output is out.evt, its messages
# come from descriptor 8. Its id is $tool, its metrics are at $port. Returns once it has its signal handlers.
start_on_pipe() {
  local line
  mkfifo in err
  vexevt-filter --verbose --metrics 127.0.0.1:0 "$@" <in >out.evt 2>err &
  tool=$!
  exec 7>in 8<err
  IFS= read -r -t 20 line <&8
  [[ $line =~ ^'vexevt-filter: metrics at http://127.0.0.1:'([0-9]+)/metrics$ ]]
  port=${BASH_REMATCH[1]}
}

@test "a usage error is one line, a hint and 2" {
  run -2 --separate-stderr vexevt-filter --fromat=text "$all" a.evt
  [ -z "$output" ]
  [ "$stderr" = "vexevt-filter: unknown option '--fromat' (did you mean '--format'?)
try 'vexevt-filter --help'" ]
  run -2 vexevt-filter 'pth = "/x"' a.evt
  run -2 vexevt-filter -n x "$all" a.evt
}

@test "an input that is not there is 3, with its name" {
  run -3 --separate-stderr vexevt-filter "$all" nowhere.evt
  [ "$stderr" = "vexevt-filter: cannot open 'nowhere.evt': No such file or directory" ]
}

@test "names in messages cannot draw on the terminal" {
  run -3 --separate-stderr vexevt-filter "$all" $'a\e[31m\nb.evt'
  [ "$stderr" = "vexevt-filter: cannot open 'a\\x1b[31m\\x0ab.evt': No such file or directory" ]
}

@test "bad data is 3 with its offset, after all events before it" {
  head -c -8 a.evt >cut.evt
  local good
  good=$(events 1 4 | wc -c)
  run -3 vexevt-filter "$all" -o out.evt cut.evt
  run -3 --separate-stderr vexevt-filter "$all" -o /dev/null cut.evt
  [ "$stderr" = "vexevt-filter: cut.evt: offset $good: truncated event" ]
  cmp -n "$good" out.evt a.evt
  [ "$(stat -c %s out.evt)" -eq "$good" ]
}

@test "a full disk is 3, in every form and for help too" {
  local form
  for form in frames text json csv tsv; do
    run -3 --separate-stderr bash -c "vexevt-filter --format $form '$all' a.evt >/dev/full"
    [[ $stderr == vexevt-filter:*"No space left on device" ]]
  done
  run -3 --separate-stderr bash -c 'vexevt-filter --help >/dev/full'
  run -3 --separate-stderr bash -c 'vexevt doctor >/dev/full'
}

@test "losses are 4 with --strict, and only then" {
  gap 7 >>a.evt
  run -0 vexevt-filter -o /dev/null "$all" a.evt
  run -4 vexevt-filter -o /dev/null --strict "$all" a.evt
  run -4 --separate-stderr vexevt-filter -o /dev/null --strict --verbose "$all" a.evt
  [ "$stderr" = "vexevt-filter: 6 in, 6 out, 0 filtered, 7 lost before, in 1 gaps" ]
  gap >>a.evt
  run -0 --separate-stderr vexevt-filter -o /dev/null --verbose "$all" a.evt
  [[ $stderr == *">=7 lost before, in 2 gaps" ]]
}

@test "-n stops after so many events written" {
  [ "$(vexevt-filter -n 2 "$all" a.evt | seqs)" = "1 2 " ]
  [ "$(vexevt-filter -n 1 'path = "/srv/4"' a.evt | seqs)" = "4 " ]
  [ "$(vexevt-filter -n 0 "$all" a.evt | wc -c)" -eq 0 ]
}

@test "-n ends although the input goes on" {
  start_on_pipe -n 2 "$all"
  cat a.evt >&7
  wait "$tool"
  [ "$(seqs <out.evt)" = "1 2 " ]
}

@test "--since, --until and --duration go by the events' time" {
  [ "$(vexevt-filter --since 2026-11-23T12:00:03Z "$all" a.evt | seqs)" = "3 4 5 " ]
  [ "$(vexevt-filter --until 2026-11-23T12:00:03Z "$all" a.evt | seqs)" = "1 2 " ]
  [ "$(vexevt-filter --duration 2s "$all" a.evt | seqs)" = "1 2 " ]
}

@test "an event is out while the input stays open" {
  mkfifo in out
  vexevt-filter "$all" <in >out &
  exec 7>in 8<out
  cat a.evt >&7
  [ "$(head -c "$(stat -c %s a.evt)" <&8 | seqs)" = "1 2 3 4 5 " ]
  exec 7>&-
  wait $!
}

@test "a closed pipe ends it quietly, by SIGPIPE" {
  run bash -c "vexevt-filter '$all' a.evt 2>err | true; echo \${PIPESTATUS[0]}"
  [[ $output == 141 || $output == 0 ]]  # true may go after all was written
  [ ! -s err ]
}

@test "it notices a closed pipe although there is nothing to write" {
  mkfifo in out
  vexevt-filter 'type = fs.exec' <in >out 2>err &
  local tool=$!
  exec 7>in 8<out
  cat a.evt >&7
  exec 8<&-
  local status=0
  wait "$tool" || status=$?
  [ "$status" -eq 141 ]
  [ ! -s err ]
}

@test "where SIGPIPE is ignored a closed pipe is an error like others" {
  mkfifo out
  (trap '' PIPE; exec vexevt-filter "$all" - <a.evt >out 2>err) &
  local tool=$! status=0
  : <out
  wait "$tool" || status=$?
  [[ $status -eq 3 || $status -eq 0 ]]  # all of it may be in the pipe before its reader goes
}

@test "SIGTERM: one that reads a pipe goes on until its input ends" {
  start_on_pipe "$all"
  events 1 2 >&7
  kill -TERM "$tool"
  kill -USR1 "$tool"
  expect_line '{"tool":"vexevt-filter",'
  events 3 4 >&7
  exec 7>&-
  wait "$tool"
  [ "$(seqs <out.evt)" = "1 2 3 4 " ]
}

@test "a second SIGTERM ends it at once" {
  start_on_pipe "$all"
  while kill -TERM "$tool" 2>/dev/null; do
    kill -0 "$tool" 2>/dev/null || break
  done
  local status=0
  wait "$tool" || status=$?
  [ "$status" -eq 143 ]
}

@test "SIGUSR1 prints the state as a line of JSON" {
  gap 3 >>a.evt
  start_on_pipe 'path = "/srv/2"'
  cat a.evt >&7
  local line in=0
  while [ "$in" != 6 ]; do
    kill -USR1 "$tool"
    IFS= read -r -t 20 line <&8
    in=$(jq .vexevt_events_in_total <<<"$line")
  done
  [ "$(jq -c '[.vexevt_events_out_total, .vexevt_gaps_total, .vexevt_events_lost_total]' <<<"$line")" = "[2,1,3]" ]
  exec 7>&-
  wait "$tool"
}

@test "--metrics answers over HTTP while it runs" {
  start_on_pipe "$all"
  exec 9<>"/dev/tcp/127.0.0.1/$port"
  printf 'GET /metrics HTTP/1.1\r\n\r\n' >&9
  grep -q '^vexevt_events_in_total{tool="vexevt-filter"} 0$' <&9
  exec 7>&- 9>&-
  wait "$tool"
}

@test "--metrics FILE.prom holds the last counts" {
  vexevt-filter --metrics m.prom -o /dev/null 'path = "/srv/2"' a.evt
  grep -qx 'vexevt_events_in_total{tool="vexevt-filter"} 5' m.prom
  grep -qx 'vexevt_events_out_total{tool="vexevt-filter"} 1' m.prom
}

@test "a terminal gets lines, and never frames" {
  run -0 script -qec "vexevt-filter '$all' a.evt" /dev/null
  [ "${#lines[@]}" -eq 5 ]
  [[ ${lines[0]} == *fs.read*/srv/1* ]]
  run -2 script -qec "vexevt-filter --format frames '$all' a.evt" /dev/null
  [[ $output == *"frames are not for a terminal"* ]]
}

@test "a terminal sees progress, and no other does" {
  run -0 script -qec "vexevt-filter --progress '$all' a.evt >out.evt" /dev/null
  cmp out.evt a.evt
  run -0 --separate-stderr vexevt-filter --progress -o out.evt "$all" a.evt
  [ -z "$stderr" ]
}

@test "messages to the journal carry their priority" {
  exec 9>err
  local stream
  stream=$(stat -Lc %d:%i /dev/fd/9)
  JOURNAL_STREAM=$stream run -3 bash -c "vexevt-filter '$all' nowhere.evt 2>&9"
  [ "$(<err)" = "<3>vexevt-filter: cannot open 'nowhere.evt': No such file or directory" ]
}

@test "every tool has -h, --help and --version, on standard output and within 79 columns" {
  local tool
  for tool in "$VEXEVT_BIN"/vexevt*; do
    for option in -h --help --version --help-fields; do
      run -0 --separate-stderr "$tool" "$option"
      [ -z "$stderr" ]
      [ -n "$output" ]
    done
    "$tool" -h | awk 'length > 79 { print FILENAME ": " $0; bad = 1 } END { exit bad }'
    "$tool" --help | sed '/^Examples:/,$d' | awk 'length > 79 { print; bad = 1 } END { exit bad }'
    [[ $("$tool" --version) == "${tool##*/} "[0-9]* ]]
  done
}

@test "a closed standard output or input is told, and nothing else is written or read in its place" {
  run -3 --separate-stderr bash -c 'vexevt-cat --format json a.evt >&-'
  [ "$stderr" = "vexevt-cat: cannot write 'standard output': it is closed" ]
  run -3 --separate-stderr bash -c 'vexevt-cat --help >&-'
  [ "$stderr" = "vexevt-cat: cannot write 'standard output': it is closed" ]
  run -3 --separate-stderr bash -c 'vexevt --list >&-'
  [ "$stderr" = "vexevt: cannot write 'standard output': it is closed" ]
  run -3 --separate-stderr bash -c 'vexevt-cat <&-'
  [ "$stderr" = "vexevt-cat: cannot read 'standard input': it is closed" ]
  cp a.evt b.evt
  vexevt-filter "$all" a.evt -o out.evt >&- 2>&- <&-
  cmp a.evt out.evt
  cmp a.evt b.evt
}

@test "help that does not fit on the disk is 3" {
  for option in -h --help --help-fields --version; do
    run -3 --separate-stderr bash -c "vexevt-cat $option >/dev/full"
    [ "$stderr" = "vexevt-cat: cannot write 'standard output': No space left on device" ]
  done
}
