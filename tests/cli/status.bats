#!/usr/bin/env bats
# vexevt status: what it says of tools that run. Others may run on this host: each case looks at its own by their id.

bats_require_minimum_version 1.5.0

load events

setup() {
  cd "$BATS_TEST_TMPDIR"
}

teardown() {
  exec 7>&-
  if [[ ${last-} ]]; then wait "$last" || true; fi
}

# start: cat | filter | cat, reading what is written to descriptor 7. The id of the last one is $last.
start() {
  mkfifo in
  vexevt-cat --format frames <in 3>&- | vexevt-filter 'path != "/srv/2"' 3>&- | vexevt-cat --format json >out 3>&- &
  last=$!
  exec 7>in
}

# mine [JQ]: what the status says of that pipeline.
mine() {
  vexevt status --json 2>/dev/null | jq -c --argjson pid "$last" ".pipelines[] | select(any(.tools[]; .pid == \$pid)) | ${1:-.}"
}

# await JQ WANTED: until that is what the status says.
await() {
  until [ "$(mine "$1")" = "$2" ]; do kill -0 "$last"; done
}

@test "the tools of a pipeline stand in order, and their ledgers add up" {
  start
  await '[.tools[].tool]' '["vexevt-cat","vexevt-filter","vexevt-cat"]'
  events 1 5 >&7
  await '[.in, .out, .filtered, .dropped, .between]' '[5,4,1,0,0]'
  await '[.well, .tools[].state]' '[true,"waiting","waiting","waiting"]'
  [ "$(mine '[.tools[] | .in, .out, .filtered]')" = '[5,5,0,5,4,1,4,4,0]' ]
  [ "$(mine '[.tools[].between]')" = '[null,0,0]' ]
  [ "$(mine '.tools[0].bytes_in')" -eq "$(events 1 5 | wc -c)" ]
  [ "$(mine '.tools[2].bytes_out')" -eq "$(stat -c %s out)" ]
  # The pipe between two has one name.
  mine -r | jq -e '.tools[0].output == .tools[1].input and (.tools[1].input | startswith("pipe:["))'
  [ "$(mine '.tools[2].output')" = "\"$PWD/out\"" ]
}

@test "people get a table" {
  start
  await '[.tools[].tool]' '["vexevt-cat","vexevt-filter","vexevt-cat"]'
  events 1 5 >&7
  await '[.out, .between]' '[4,0]'
  vexevt status >text
  [[ $(head -n 1 text) =~ ^TOOL\ +PID\ +RUNS\ +IN\ +OUT\ +LOST\ +LAG\ +STATE\ +INPUT\ -\>\ OUTPUT$ ]]
  grep -A 1 "^vexevt-cat  *$last " text >row
  [[ $(head -n 1 row) =~ ^vexevt-cat\ +$last\ +[^\ ]+\ +4\ +4\ +0\ +-\ waiting\ pipe:\[[0-9]+\]\ -\>\ "$PWD/out"$ ]]
  [ "$(tail -n 1 row)" = "  = 5 in, 4 out, 1 filtered, 0 lost here, 0 between tools" ]
}

@test "--check tells of a loss, by its status too" {
  start
  events 1 2 >&7
  await '.out' 1
  vexevt status --check --json >json || true
  jq -e --argjson pid "$last" 'all(.pipelines[].tools[]; .pid != $pid)' json
  echo '{"type":"vexevt.lost","gap":{"lost":3}}' | vexevt-capture --import - >&7
  await '.out' 2
  run -1 --separate-stderr vexevt status --check
  grep -A 1 "^vexevt-cat  *$last " <<<"$output" | grep -qx '  ! 3 events were lost before it, in 1 gaps'
  [ "$(mine '[.well, (.tools[] | .gaps, .lost)]')" = '[false,1,3,1,3,1,3]' ]
}

@test "a tool that was stopped is still seen" {
  start
  events 1 5 >&7
  await '.out' 4
  kill -STOP "$last"
  events 6 9 >&7
  await '[.tools[1].out, .tools[2].in, .between]' '[8,4,4]'
  kill -CONT "$last"
  await '[.tools[2].in, .between]' '[8,0]'
}

@test "tools of other users are counted" {
  [ "$(id -u)" -eq 0 ] || skip "needs root"
  start
  await '[.tools[].tool]' '["vexevt-cat","vexevt-filter","vexevt-cat"]'
  run -0 --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$VEXEVT_BIN/vexevt" status --json
  jq -e --argjson pid "$last" '.hidden >= 3 and all(.pipelines[].tools[]; .pid != $pid)' <<<"$output"
  run -0 --separate-stderr setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$VEXEVT_BIN/vexevt" status
  [[ $stderr =~ ^'vexevt: '[0-9]+' tools of other users are not shown'$ ]]
}

@test "a tool that captures is shown with what it captures by" {
  mkdir w
  vexevt-capture --from inotify w </dev/null 3>&- | vexevt-cat --format json >out 3>&- &
  last=$!
  await '[.tools[].tool]' '["vexevt-capture","vexevt-cat"]'
  [ "$(mine '.tools[0].input')" = '"inotify"' ]
  : >w/a
  await '.tools[1].in > 0 and .between == 0' true
  kill "$(mine '.tools[0].pid')"
}

@test "a router is shown with its endpoints, and only one whose only endpoint is its output is before who reads that" {
  printf '%s\n' '[[endpoint]]' 'name = "log"' 'to = "log.evt"' '[[endpoint]]' 'name = "out"' 'to = "-"' \
    '[[rule]]' 'name = "all"' 'to = ["log", "out"]' >two.toml
  sed '1,3d; s/"log", //' two.toml >one.toml
  mkfifo in
  vexevt-route two.toml <in 3>&- | vexevt-route one.toml 3>&- | vexevt-cat --format json >out 3>&- &
  last=$!
  exec 7>in
  await '[.tools[].tool]' '["vexevt-route","vexevt-cat"]'
  events 1 3 >&7
  await '[.in, .out, .between]' '[3,3,0]'
  vexevt status --json 2>/dev/null | jq -e 'any(.pipelines[]; (.tools | length) == 1 and .tools[0].output == "log.evt -")'
  [ "$(vexevt-cat --stat --format json log.evt | jq .events)" -eq 3 ]
}
