#!/usr/bin/env bats
# vexevt-react, as it is met in a shell: real commands, real crashes.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  umask 022
  here=$PWD
}

teardown() {
  [[ -z ${tool-} ]] || kill -9 "$tool" 2>/dev/null || true
  [[ -z ${server-} ]] || kill "$server" 2>/dev/null || true
  [[ -z ${small-} ]] || umount "$small"
}

# deletes COUNT: a stream of so many events, of /srv/1 and on.
deletes() {
  local n
  for ((n = 1; n <= $1; ++n)); do printf '{"type":"fs.delete","path":"/srv/%d","pid":4000000}\n' "$n"; done | vexevt-capture --import -
}

# workflow [LINE]...: w.toml with one workflow, "w", set off by a delete; the lines are its keys and steps.
workflow() {
  { printf '[[workflow]]\nname = "w"\non = "type = fs.delete"\n'; printf '%s\n' "$@"; } >w.toml
}

react() {
  vexevt-react --state state "$@"
}

# outcomes FILE: what the actions and runs in it came to.
outcomes() {
  vexevt-cat --template '{action.step} {action.outcome}{audit.operation} {audit.outcome}' "$1" | sed 's/ *$//; s/^ *//'
}

# alive PID: whether it is there, and not just left to be waited for by init.
alive() {
  grep -q "^State:.[^Z]" "/proc/$1/status" 2>/dev/null
}

# until_true COMMAND...: tries it until it holds.
until_true() {
  local n
  for ((n = 0; n < 2000; ++n)); do
    "$@" && return
    sleep 0.01
  done
  return 1
}

@test "an event sets off commands, and each is told with its cause" {
  workflow '[[workflow.step]]' 'name = "note"' "run = ['sh', '-c', 'echo \"\$1\" >>$here/log', 'sh', '{path}']"
  deletes 1 >in.evt
  run -0 react -f w.toml in.evt -o out.evt
  [ -z "$output" ]
  [ "$(cat log)" = /srv/1 ]
  [ "$(outcomes out.evt)" = $'run began\nnote started\nnote done\nrun done' ]
  id=$(vexevt-cat --template '{id}' in.evt)
  [ "$(vexevt-cat --format json out.evt | grep -c "\"causes\":\[\"$id\"\]")" -eq 4 ]
}

@test "nothing of an event is read by a shell" {
  workflow '[[workflow.step]]' "run = ['sh', '-c', 'printf %s\\\\n \"\$1\" >>$here/log', 'sh', 'x{path}']" \
    '[[workflow.step]]' 'after = "step-1"' 'shell = true' "run = 'printf %s\\\\n \"\$VEXEVT_PATH\" >>$here/log'"
  printf '{"type":"fs.delete","path":"/$(touch %s/bad);`touch %s/bad` *"}\n' "$here" "$here" | vexevt-capture --import - >in.evt
  run -0 react -f w.toml in.evt -o /dev/null
  [ "$(sed 's/^x//' log | uniq | wc -l)" -eq 1 ]
  [ ! -e bad ]
}

@test "what was done is undone in reverse where a step fails" {
  workflow '[[workflow.step]]' 'name = "a"' "run = ['touch', '$here/a']" "undo = { run = ['rm', '$here/a'] }" \
    '[[workflow.step]]' 'name = "b"' 'after = "a"' "run = ['touch', '$here/b']" "undo = { run = ['rm', '$here/b'] }" \
    '[[workflow.step]]' 'name = "c"' 'after = "b"' "run = ['sh', '-c', 'ls $here/a $here/b && exit 7']" 'retry = { times = 2, first = "1ms" }'
  deletes 1 >in.evt
  run -0 react -f w.toml in.evt -o out.evt
  [ "$output" = "vexevt-react: warning: workflow 'w': run 1 was undone: step 'c' exited with status 7" ]
  [ ! -e a ] && [ ! -e b ]
  [ "$(outcomes out.evt | tail -7 | tr '\n' ,)" = "c started,c failed,b undo started,b undone,a undo started,a undone,run undone," ]
  run -0 react list
  [[ ${lines[1]} == *"  w "*" undone "*"step 'c' exited with status 7" ]]
  run -0 react show 1
  [[ $output == *"run 1 of w: undone"*"c: failed, attempt 2"*"exited with status 7"*"| $here/a"* ]]
  [[ $output == *"undo: rm $here/a"* ]]
}

@test "kill -9 at any point: side effects are those of a whole run, or of none" {
  # Each run adds a line to three files; its undo takes it away. So after any number of crashes the files agree.
  local step lines=()
  for step in 1 2 3; do
    lines+=('[[workflow.step]]' "name = \"s$step\"" 'shell = true' 'timeout = "20s"'
      "run = 'flock $here/lock sh -c \"grep -qx \$VEXEVT_KEY $here/f$step || echo \$VEXEVT_KEY >>$here/f$step\"; sleep 0.01'"
      'retry = { times = 5, first = "5ms" }'
      "undo = { shell = true, run = 'flock $here/lock sed -i /^\$VEXEVT_KEY\$/d $here/f$step' }")
    [ "$step" -eq 1 ] || lines+=("after = \"s$((step - 1))\"")
  done
  workflow 'key = ["name"]' 'concurrency = 4' "${lines[@]}"
  touch f1 f2 f3
  deletes 60 >in.evt
  local n pause
  for ((n = 0; n < 12; ++n)); do
    vexevt-react --state state -f w.toml --once --checkpoint place in.evt -o /dev/null 2>/dev/null &
    tool=$!
    printf -v pause '0.%03d' $((RANDOM % 150 + 10))
    sleep "$pause"
    kill -9 "$tool" 2>/dev/null || true
    wait "$tool" 2>/dev/null || true
  done
  run -0 react -f w.toml --once --checkpoint place in.evt -o /dev/null
  sort f1 >one
  sort f2 >two
  sort f3 >three
  cmp one two
  cmp two three
  run -0 sqlite3 state/react.db 'SELECT count(*) FROM runs WHERE state NOT IN (2, 3)'
  [ "$output" = 0 ]
  # Every event has had its run, and those that were done are those in the files.
  [ "$(sqlite3 state/react.db 'SELECT count(DISTINCT event_sequence) FROM runs')" -eq 60 ]
  sqlite3 state/react.db 'SELECT key FROM runs WHERE state = 2' | sort >finished
  cmp one finished
  [ -s finished ]
}

@test "a killed run leaves nothing behind that goes on" {
  workflow '[[workflow.step]]' "run = ['sh', '-c', 'setsid sleep 300 & echo \$! >$here/pid; wait']"
  deletes 1 >in.evt
  vexevt-react --state state -f w.toml in.evt -o /dev/null &
  tool=$!
  until_true test -s pid
  kill -9 "$tool"
  wait "$tool" || true
  alive "$(cat pid)"
  run -0 react -f w.toml /dev/null -o /dev/null
  [[ $output == *"killed 1 processes that an earlier run has left"* ]]
  run ! alive "$(cat pid)"
}

@test "a step that takes too long is ended, with all that it started" {
  workflow '[[workflow.step]]' "run = ['sh', '-c', 'sleep 300 & echo \$! >$here/pid; wait']" 'timeout = "1s"'
  deletes 1 >in.evt
  run -0 react -f w.toml in.evt -o /dev/null
  [[ $output == *"took longer than it may" ]]
  run ! alive "$(cat pid)"
}

@test "of its output so much is kept as it may" {
  workflow 'limits = { output = "1K" }' '[[workflow.step]]' "run = ['head', '-c', '1000000', '/dev/zero']"
  deletes 1 >in.evt
  run -0 react -f w.toml in.evt -o out.evt
  [[ $(vexevt-cat --format json out.evt) == *"[998976 bytes more]"* ]]
}

@test "commands have a clean environment" {
  workflow 'environment = { WHERE = "{dir}" }' '[[workflow.step]]' "run = ['sh', '-c', 'env >$here/env; pwd; ulimit -a']"
  deletes 1 >in.evt
  SECRET=1 run -0 react -f w.toml in.evt -o /dev/null
  run ! grep -q SECRET env
  grep -qx 'WHERE=/srv' env
  grep -qx 'VEXEVT_NAME=1' env
  grep -qx 'PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin' env
}

@test "as root, commands run as the user that the workflow names" {
  [ "$(id -u)" -eq 0 ] || skip "needs root"
  workflow 'user = "nobody"' '[[workflow.step]]' "run = ['sh', '-c', 'id -un; touch $here/file']"
  deletes 1 >in.evt
  run -0 react -f w.toml in.evt -o out.evt
  [[ $output == *"exited with status 1" ]]
  [ ! -e file ]
  [[ $(vexevt-cat --format json out.evt) == *'nobody\ntouch:'* ]]
}

@test "a user that there is not, or whom we can't become, is told with its place" {
  workflow 'user = "no-such-user"' '[[workflow.step]]' 'run = ["true"]'
  run -2 react -f w.toml
  [[ $output == "vexevt-react: w.toml:"*"there is no user 'no-such-user'" ]]
}

@test "a file that others can write is refused" {
  workflow '[[workflow.step]]' 'run = ["true"]'
  chmod 664 w.toml
  run -3 react -f w.toml /dev/null
  [ "$output" = "vexevt-react: others can write 'w.toml': what it says would be executed (chmod go-w)" ]
  chmod 644 w.toml
  mkdir open
  chmod 777 open
  mv w.toml open/
  run -3 react -f open/w.toml --check
  [[ $output == *"others can write '$here/open'"* ]]
  chmod 1777 open
  run -0 react -f open/w.toml --check
  echo /srv/1 >open/paths.txt
  printf '[lists]\npaths = { file = "paths.txt" }\n' >>open/w.toml
  run -0 react -f open/w.toml --check
  chmod 666 open/paths.txt
  run -3 react -f open/w.toml --check
  [[ $output == *"others can write '"*"open/paths.txt'"* ]]
}

@test "a state that others can write, or that is in use, is refused" {
  workflow '[[workflow.step]]' 'run = ["true"]'
  mkdir state
  chmod 777 state
  run -3 react -f w.toml /dev/null
  [[ $output == *"'state' is writable for others"* ]]
  rmdir state
  mkfifo pipe
  vexevt-react --state state -f w.toml pipe -o /dev/null &
  tool=$!
  exec 7>pipe
  until_true test -p state/nudge
  run -3 react -f w.toml /dev/null
  [[ $output == *"is in use by another vexevt-react (pid $tool)" ]]
  exec 7>&-
  wait "$tool"
}

@test "a full disk ends the run before anything is done that it could not note; with room the next start goes on" {
  mkdir small
  [ "$(id -u)" -eq 0 ] && mount -t tmpfs -o size=400k,mode=700 none small 2>/dev/null || skip "cannot mount"
  small=$here/small
  workflow '[[workflow.step]]' "run = ['sh', '-c', 'echo \$VEXEVT_NAME >>$here/log']" "idempotent = true"
  deletes 300 >in.evt
  run -3 vexevt-react --state small -f w.toml --once in.evt -o /dev/null
  [[ $output == *"cannot use 'small/react.db': database or disk is full" ]]
  mount -o remount,size=40m small
  run -0 vexevt-react --state small -f w.toml --once in.evt -o /dev/null
  [ "$(sort -u log | wc -l)" -eq 300 ]
  [ "$(sqlite3 small/react.db 'SELECT count(*) FROM runs WHERE state = 2')" -eq 300 ]
}

@test "a dry run says what would be done, by the time of the events" {
  workflow 'key = ["path"]' 'cooldown = "1m"' '[[workflow.step]]' 'name = "a"' "run = ['touch', '$here/{name} x']" \
    "undo = { run = ['rm', '{path2}'] }" '[[workflow.step]]' 'name = "b"' "when = 'pid = 1'" 'run = ["true"]'
  for second in 00 30 59; do
    printf '{"type":"fs.delete","path":"/a","time":"2026-01-01T00:00:%s.000000000Z"}\n' "$second"
  done | vexevt-capture --import - >in.evt
  printf '{"type":"fs.delete","path":"/a","time":"2026-01-01T00:01:30.000000000Z"}\n' | vexevt-capture --import - >>in.evt
  run -0 react -f w.toml --dry-run in.evt
  [ "${#lines[@]}" -eq 8 ]
  [ "${lines[0]}" = "2026-01-01T00:00:00.000000000Z w (/a)" ]
  [ "${lines[1]}" = "  a: touch '$here/a x'" ]
  [ "${lines[2]}" = "    undo: cannot begin: the event has no 'path2'" ]
  [ "${lines[3]}" = "  b: skipped" ]
  [ "${lines[4]}" = "2026-01-01T00:01:30.000000000Z w (/a)" ]
  [ ! -e state ]
}

@test "runs are cancelled and retried while vexevt-react runs, and while it does not" {
  workflow '[[workflow.step]]' 'name = "a"' "run = ['touch', '$here/a']" "undo = { run = ['test', '!', '-e', '$here/block'] }" \
    '[[workflow.step]]' 'name = "b"' 'after = "a"' "run = ['sleep', '300']"
  touch block
  mkfifo pipe
  vexevt-react --state state -f w.toml pipe -o out.evt 2>messages &
  tool=$!
  exec 7>pipe
  deletes 1 >&7
  until_true test -e a
  run -0 react cancel 1
  [ -z "$output" ]
  until_true grep -q 'run 1 is stuck: it was cancelled' messages
  run -0 react list --dead
  [[ ${lines[0]} == *"w, run 1: it was cancelled" ]]
  [[ ${lines[1]} == *"fs.delete"*"/srv/1" ]]
  run -2 react cancel 1
  [ "$output" = "vexevt-react: run 1 is stuck: there is nothing to cancel" ]
  rm block
  run -0 react retry 1
  until_true grep -q 'run 1 was undone' messages
  exec 7>&-
  wait "$tool"
  run -0 react retry 1
  [ "$output" = "vexevt-react: no vexevt-react runs on this state: it will be done when one starts" ]
  run -2 react show 99
  [ "$output" = "vexevt-react: there is no run 99" ]
  run -2 react show x
  [[ $output == *"'x' is no number of a run"* ]]
}

@test "SIGTERM lets a step end, and the next start goes on" {
  workflow '[[workflow.step]]' 'name = "a"' "run = ['sh', '-c', 'touch $here/begun; until [ -e $here/go ]; do sleep 0.01; done; echo a >>$here/log']" \
    '[[workflow.step]]' 'name = "b"' 'after = "a"' "run = ['sh', '-c', 'echo b >>$here/log']"
  deletes 1 >in.evt
  vexevt-react --state state -f w.toml -i unix-listen:sock -o /dev/null &
  tool=$!
  until_true test -S sock
  vexevt-cat --format frames in.evt -o unix:sock
  until_true test -e begun
  kill "$tool"
  touch go
  wait "$tool"
  [ "$(cat log)" = a ]
  run -0 react -f w.toml --once /dev/null -o /dev/null
  [ "$(cat log)" = $'a\nb' ]
}

@test "SIGHUP reads the workflows again; a wrong file leaves the old ones" {
  workflow '[[workflow.step]]' "run = ['sh', '-c', 'echo old >>$here/log']"
  mkfifo pipe
  vexevt-react --state state -f w.toml pipe -o /dev/null 2>messages &
  tool=$!
  exec 7>pipe
  deletes 1 >&7
  until_true grep -q old log
  workflow '[[workflow.step]]' 'rn = "true"'
  kill -HUP "$tool"
  until_true grep -q "workflows not reloaded, the old ones stay: w.toml:5:" messages
  workflow '[[workflow.step]]' "run = ['sh', '-c', 'echo new >>$here/log']"
  kill -HUP "$tool"
  until_true grep -q "read 'w.toml' again" messages
  deletes 1 >&7
  until_true grep -q new log
  exec 7>&-
  wait "$tool"
}

@test "--once also runs what waits; else the next start does" {
  workflow 'debounce = { idle = "1s" }' '[[workflow.step]]' "run = ['sh', '-c', 'echo \$VEXEVT_EVENTS >>$here/log']"
  deletes 5 >in.evt
  run -0 react -f w.toml in.evt -o /dev/null
  [ ! -e log ]
  run -0 react -f w.toml --once /dev/null -o /dev/null
  [ "$(cat log)" = 5 ]
}

# serve STATUS: an HTTP server that answers each request so, and keeps them in the file requests; its port is $port.
serve() {
  printf '#!/bin/sh\nwhile IFS= read -r line && [ "$line" != "$(printf "\\r")" ]; do echo "$line"; done >>%s/requests\nprintf "HTTP/1.1 %s\\r\\nContent-Length: 0\\r\\nConnection: close\\r\\n\\r\\n"\n' "$here" "$1" >answer
  chmod +x answer
  socat -d -d TCP-LISTEN:0,bind=127.0.0.1,fork EXEC:"$here/answer" 2>served &
  server=$!
  until_true grep -q 'listening on' served
  port=$(sed -n 's/.*listening on .*:\([0-9]*\)$/\1/p' served)
}

@test "a request is sent, and its answer decides" {
  serve "204 No Content"
  workflow '[[workflow.step]]' 'name = "a"' "http = { url = 'http://127.0.0.1:$port/hook?path={path}', method = 'PUT', headers = { X-Key = '{key}' } }" \
    '[[workflow.step]]' 'name = "b"' 'after = "a"' "run = ['touch', '$here/b']"
  printf '{"type":"fs.delete","path":"/a b&c"}\n' | vexevt-capture --import - >in.evt
  run -0 react -f w.toml in.evt -o out.evt
  [ "$(outcomes out.evt | tail -1)" = "run done" ]
  grep -q '^PUT /hook?path=%2Fa%20b%26c HTTP/1.1' requests
  [ -e b ]
  kill "$server"
  serve "403 Forbidden"
  workflow '[[workflow.step]]' 'name = "a"' "http = 'http://127.0.0.1:$port/'" "undo = { run = ['touch', '$here/undone'] }"
  deletes 1 >in.evt
  run -0 react -f w.toml in.evt -o /dev/null
  [[ $output == *"step 'a' failed: the answer was status 403" ]]
  [ ! -e undone ]
  kill "$server"
}

@test "gaps are passed on" {
  workflow '[[workflow.step]]' 'run = ["true"]'
  echo '{"type":"vexevt.lost","gap":{"lost":3}}' | vexevt-capture --import - >in.evt
  run -0 bash -c 'vexevt-react --state state -f w.toml in.evt | vexevt-cat --template "{type} {gap.lost}\n"'
  [ "$output" = "vexevt.lost 3" ]
}

@test "metrics tell of runs" {
  workflow '[[workflow.step]]' 'run = ["true"]'
  deletes 3 >in.evt
  run -0 react -f w.toml in.evt -o /dev/null --metrics m.prom
  grep -q '^vexevt_react_runs_done_total{.*} 3' m.prom
  grep -q '^vexevt_react_runs{.*} 0' m.prom
}

@test "what is wrong on the command line is told" {
  run -2 react
  [[ $output == *"a file of workflows is wanted: -f WORKFLOWS"* ]]
  printf '[[machine]]\nname = "m"\nstates = ["a", "b"]\n[[machine.transition]]\nfrom = "a"\nto = "b"\non = "pth = 1"\n' >w.toml
  printf '[[workflow]]\nname = "w"\non = "pid = 1"\n[[workflow.step]]\nrun = ["true"]\n' >>w.toml
  run -2 react -f w.toml --check
  [[ $output == "vexevt-react: w.toml:7:7: unknown field 'pth'"* ]]
  run -3 react -f none.toml
  [[ $output == *"cannot open 'none.toml': No such file or directory" ]]
  run -3 react list
  [[ $output == *"cannot open 'state': No such file or directory" ]]
  run -2 react show
  [[ $output == *"RUN"* ]]
}
