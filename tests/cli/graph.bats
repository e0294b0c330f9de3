#!/usr/bin/env bats
# vexevt-correlate graph, as it is met in a shell.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  export TZ=UTC
}

# at SECOND TYPE PID PATH [PATH2]: an event as JSON.
at() {
  printf '{"time":"2026-01-01T00:00:%02d.000000000Z","type":"%s","pid":%d,"path":"%s"%s,"host":"h"}\n' \
    "$1" "$2" "$3" "$4" "${5:+,\"path2\":\"$5\"}"
}

# A secret is read and written out under a name that is changed, and read again.
leak() {
  { at 1 fs.read 7 /secret; at 2 fs.write 7 /out.tmp; at 3 fs.rename 7 /out.tmp /out; at 4 fs.read 8 /out; at 5 fs.read 7 /late; } |
    vexevt-capture --import - -o in.evt
}

@test "ancestors, descendants and what lies between" {
  leak
  run -0 vexevt-correlate graph --ancestors /out in.evt
  [ "$output" = "/out (was /out.tmp)
2026-01-01 00:00:02.000  written, renamed by process[7] (2 times, until 00:00:03.000)
2026-01-01 00:00:01.000    read /secret
2026-01-01 00:00:01.000    run by host:h" ]
  run -0 vexevt-correlate graph --descendants /secret --depth 2 in.evt
  [ "$output" = "/secret
2026-01-01 00:00:01.000  read by process[7]
2026-01-01 00:00:02.000    wrote, renamed /out (was /out.tmp) (2 times, until 00:00:03.000)" ]
  run -0 vexevt-correlate graph --between /secret pid:8 in.evt
  [ "$output" = "process[8]
2026-01-01 00:00:04.000  read /out (was /out.tmp)
2026-01-01 00:00:02.000    written, renamed by process[7] (2 times, until 00:00:03.000)
2026-01-01 00:00:01.000      read /secret" ]
  run -0 --separate-stderr vexevt-correlate graph --ancestors /never in.evt
  [ -z "$output" ]
  [ "$stderr" = "vexevt-correlate: warning: no event tells of '/never'" ]
}

@test "a match leads back to what its events were about" {
  leak
  vexevt-correlate -e 'r: [type = fs.read and path = /secret] then w: [type = fs.rename]' --by pid --name leak in.evt -o matches.evt
  run -0 vexevt-correlate graph --ancestors match:leak in.evt matches.evt
  [ "$output" = "match:leak
2026-01-01 00:00:03.000  caused by /secret
2026-01-01 00:00:03.000  caused by /out (was /out.tmp)
2026-01-01 00:00:02.000    written, renamed by process[7] (2 times, until 00:00:03.000)
2026-01-01 00:00:01.000      read /secret
2026-01-01 00:00:01.000      run by host:h" ]
}

@test "--since leaves out what was before" {
  leak
  run -0 vexevt-correlate graph --ancestors /out --since 2026-01-01T00:00:02Z in.evt
  [[ $output != */secret* ]]
}

@test "JSON has a line for each node and edge" {
  leak
  vexevt-correlate graph --format json --ancestors /out in.evt >out.json
  [ "$(jq -r 'select(.type == "node") | .name' out.json | sort | paste -sd ' ')" = "/out /secret host:h pid:7" ]
  [ "$(jq -r 'select(.type == "edge") | "\(.kind) \(.count)"' out.json | sort | paste -sd ,)" = "read 1,rename 1,runs 1,write 1" ]
  id=$(vexevt-filter 'type = fs.rename' in.evt --format json | jq -r .id)
  [ "$(jq -r 'select(.kind == "rename") | .event' out.json)" = "$id" ]
}

# A name with all that could end something.
hostile() {
  printf '%s\n' '{"type":"fs.write","pid":1,"path":"/a\"b\\N\n-->]]><x>&amp;{}\u001b[31m\uffff","comm":"a\"\\","host":"h"}' \
    '{"type":"vexevt.lost","gap":{"lost":3}}' | vexevt-capture --import - -o in.evt
}

@test "Graphviz draws it, whatever the names" {
  command -v dot >/dev/null || skip "no Graphviz"
  hostile
  vexevt-correlate graph --format dot in.evt >out.dot
  dot -Tsvg out.dot >out.svg 2>messages
  [ ! -s messages ]
  grep -qF '/a&quot;b\\N\n&#45;&#45;&gt;]]&gt;&lt;x&gt;&amp;amp;{}\x1b[31m' out.svg
}

@test "GraphML is XML, whatever the names" {
  command -v xmllint >/dev/null || skip "no xmllint"
  hostile
  vexevt-correlate graph --format graphml in.evt >out.xml
  xmllint --noout out.xml
  name=$(xmllint --xpath "string(//*[local-name()='node'][*='file']/*[@key='name'])" out.xml)
  [ "$name" = '/a"b\\N\n-->]]><x>&amp;{}\x1b[31m\xef\xbf\xbf' ]
  # What was escaped for people reads back to what it was.
  [ "$(xmllint --xpath "count(//*[local-name()='edge'])" out.xml)" = 2 ]
}

@test "a gap is told, on standard error and in the answer" {
  hostile
  for format in text dot graphml json; do
    run -0 --separate-stderr vexevt-correlate graph --format "$format" in.evt
    [[ $output == *"3 events are missing in the stream"* ]]
    [[ $stderr == *"warning: 3 events are missing in the stream"* ]]
  done
  run -4 vexevt-correlate graph --strict in.evt
}

@test "a graph that is full says where it ends" {
  leak
  run -0 --separate-stderr vexevt-correlate graph --most-nodes 3 in.evt
  [[ $output == *"the graph is full: it knows nothing of events from 2026-01-01T00:00:02.000000000Z on"* ]]
  [[ $stderr == *"the graph is full"* ]]
}

@test "bad questions are refused" {
  for words in "--ancestors pid:x" "--depth 0" "--ancestors /a --descendants /b" "--ancestors /a --ancestors /b" "--between /a" \
    "--most-nodes 0" "--format svg"; do
    # shellcheck disable=SC2086  # words of a command line
    run -2 vexevt-correlate graph $words
    [[ $output == "vexevt-correlate: "* ]]
  done
  run -3 vexevt-correlate graph missing.evt
}

@test "a failing output is told" {
  leak
  run -3 bash -c 'vexevt-correlate graph in.evt >/dev/full'
  [[ $output == *"No space left on device"* ]]
}

@test "who wrote this: what was really captured" {
  ((EUID == 0)) || skip "fanotify needs root"
  [ "$(stat -Lc %i /proc/self/ns/pid)" = 4026531836 ] || skip "not the initial pid namespace: short-lived processes are not told"
  mkdir w
  vexevt-capture --from fanotify --explain w >/dev/null || skip "no fanotify"
  echo secret >w/secret
  # Each writes its own; cp reads the secret, and the copy comes to its place by a rename.
  vexevt-capture --from fanotify --types 'fs.*' -o in.evt w -- \
    bash -c 'cp w/secret w/copy.tmp; mv w/copy.tmp w/copy; echo other >w/other; cat w/other >/dev/null; cat w/copy >w/last'
  run -0 vexevt-correlate graph --ancestors "$PWD/w/copy" in.evt
  [[ $output == "$PWD/w/copy (was $PWD/w/copy.tmp)"$'\n'* ]]
  [[ $output == *"created, written by cp["* ]]
  [[ $output == *"renamed by mv["* ]]
  [[ $output == *"read $PWD/w/secret"* ]]
  [[ $output == *"forked by bash["* ]]
  [[ $output != *w/other* ]]
  run -0 vexevt-correlate graph --between "$PWD/w/secret" "$PWD/w/last" --format json in.evt
  [ "$(jq -r 'select(.kind == "file") | .name' <<<"$output" | sort | paste -sd ' ')" = "$PWD/w/copy $PWD/w/last $PWD/w/secret" ]
  [ "$(jq -r 'select(.kind == "process") | .comm' <<<"$output" | paste -sd ' ')" = "cp cat" ]
}
