#!/usr/bin/env bats
# vexevt-stats alert, as it is met in a shell.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
}

# at SECOND COMM [TYPE]: an event as JSON.
at() {
  printf '{"time":"2026-01-01T00:%02d:%02d.000000000Z","type":"%s","comm":"%s"}\n' $(($1 / 60)) $(($1 % 60)) "${3:-fs.write}" "$2"
}

# writes COMM FROM TO: an event each second, from FROM to before TO.
writes() {
  local second
  for ((second = $2; second < $3; ++second)); do at "$second" "$1"; done
}

# events NAME: standard input as a stream in NAME.evt, in the order of its times.
events() {
  sort -s -t'"' -k4,4 | vexevt-capture --import - -o "$1.evt"
}

# rules TEXT…: alerts.toml
rules() {
  printf '%s\n' "$@" >alerts.toml
}

busy=('[[alert]]' 'name = "busy writer"' 'query = "count by comm every 10s"' 'when = "count >= 5"')

# told FILE [OPTION]…: time, state and process of each alert that is told.
told() {
  vexevt-stats alert -f alerts.toml --clock event "$@" | vexevt-cat --template '{time} {attr.state} {attr.comm}\n' |
    sed 's/2026-01-01T00:\(..:..\).000000000Z/\1/'
}

@test "fires, and is resolved, by the time of the events" {
  { writes cc 0 40; writes ld 15 18; at 90 as; } | events in
  rules "${busy[@]}" 'for = "20s"'
  run -0 told in.evt
  [ "${lines[0]}" = "00:30 firing cc" ]
  [ "${lines[1]}" = "00:50 resolved cc" ]
  [ "${#lines[@]}" -eq 2 ]
}

@test "an alert is an event, the same in every run, that says why" {
  writes cc 0 20 | events in
  rules "${busy[@]}" 'severity = "high"' 'labels = { team = "storage" }' 'summary = "{comm}: {count} in 10 s"' \
    'annotations = { runbook = "https://runbooks/{comm}" }'
  vexevt-stats alert -f alerts.toml in.evt -o one.evt
  vexevt-stats alert -f alerts.toml in.evt -o two.evt
  cmp one.evt two.evt
  run -0 vexevt-cat one.evt --template \
    '{type} {priority} {observability.name}|{observability.message}|{observability.value} {attr.alert} {attr.team} {attr.runbook}\n'
  [ "$output" = "vexevt.alert high busy writer|cc: 10 in 10 s|10.0 busy writer storage https://runbooks/cc" ]
  cause=$(vexevt-cat one.evt --format json | jq -r '.causes[0]')
  vexevt-stats 'count by comm every 10s' in.evt | vexevt-filter "id = $cause" | vexevt-cat --format json | grep -q '"count":10'
}

@test "as text it is a line" {
  writes cc 0 20 | events in
  rules "${busy[@]}"
  run -0 vexevt-stats alert -f alerts.toml in.evt --format text
  [[ $output == *'vexevt.alert'*'name="busy writer"'*'state=firing'*'comm=cc'* ]]
  [ "${#lines[@]}" -eq 1 ]
}

@test "an alert whose stream falls silent is resolved by the time that goes by" {
  writes cc 0 11 | events in
  mkfifo pipe
  { cat in.evt; exec sleep 30; } >pipe &
  writer=$!
  rules '[[alert]]' 'name = "x"' 'query = "count by comm every 100ms"' 'when = "count >= 1"'
  run -0 timeout 20 bash -c "vexevt-stats alert -f alerts.toml pipe -n 22 | vexevt-cat --template '{attr.state}\n'"
  kill "$writer"
  [ "${lines[20]}" = firing ]
  [ "${lines[21]}" = resolved ]
}

@test "a window that events are missing of fires only what more events could not change" {
  { writes cc 0 8; writes ld 0 2; at 9 - vexevt.lost; writes cc 10 12; writes ld 10 12; at 20 as; } | events in
  rules "${busy[@]}" '[[alert]]' 'name = "idle"' 'query = "count by comm every 10s"' 'when = "count < 5"'
  run -0 bash -c "vexevt-stats alert -f alerts.toml --clock event in.evt |
    vexevt-cat --template '{time} {attr.alert} {attr.state} {attr.comm} {attr.lower_bound}\n' | cut -d: -f3- | grep ' idle \| busy '"
  [ "${lines[0]}" = "10.000000000Z busy writer firing cc true" ]
  [ "${lines[1]}" = "20.000000000Z busy writer resolved cc true" ]
  [ "${lines[2]}" = "20.000000000Z idle firing cc " ]
  [ "${lines[3]}" = "20.000000000Z idle firing ld " ]
  [ "${#lines[@]}" -eq 4 ]
}

@test "a window that the end of the stream cuts short is no less than it is" {
  { writes cc 0 20; writes ld 0 13; } | events in
  rules '[[alert]]' 'name = "idle"' 'query = "count by comm every 10s"' 'when = "count < 5"'
  run -0 told in.evt
  [ -z "$output" ]
}

@test "rules without a query look at events" {
  { at 0 cc vexevt.anomaly; at 5 ld fs.write; at 20 cc vexevt.anomaly; at 90 as; } | events in
  rules '[[alert]]' 'name = "odd"' 'when = "type = vexevt.anomaly"' 'by = ["comm"]' 'keep_firing_for = "1m"'
  run -0 told in.evt
  [ "${lines[0]}" = "00:00 firing cc" ]
  [ "${lines[1]}" = "01:20 resolved cc" ]
  [ "${#lines[@]}" -eq 2 ]
}

@test "what is not as it was before is an alert" {
  local second i
  for second in {0..49}; do
    for ((i = 0; i < (second == 45 ? 80 : 20); ++i)); do at "$second" cc; done
  done | vexevt-capture --import - -o in.evt
  rules '[[alert]]' 'name = "odd"' 'query = "anomaly(rate) by comm every 1s"' 'when = "anomaly_rate > 6"' \
    'summary = "{rate}, {anomaly_rate_low} to {anomaly_rate_high} was expected"'
  run -0 vexevt-stats alert -f alerts.toml --clock event in.evt --format csv
  [ "${lines[0]}" = "time,attr.alert,attr.state,priority,attr.since,observability.value,observability.message" ]
  [[ ${lines[1]} == '2026-01-01T00:00:46.000000000Z,odd,firing,normal,'*'"80.0, 15.0 to 25.0 was expected"' ]]
  [[ ${lines[2]} == '2026-01-01T00:00:47.000000000Z,odd,resolved,'* ]]
  [ "${#lines[@]}" -eq 3 ]
}

@test "alerts are told in groups, and inhibited and silenced ones not" {
  { writes cc 0 10; writes ld 0 10; writes as 0 10; at 3 cc fs.delete; at 40 x; } | events in
  rules '[group]' 'by = ["alert"]' 'wait = "5s"' "${busy[@]}" \
    '[[alert]]' 'name = "deletes"' 'query = "count [type = fs.delete] by comm every 10s"' 'when = "count >= 1"'
  run -0 bash -c "vexevt-stats alert -f alerts.toml --clock event in.evt |
    vexevt-cat --template '{attr.alert} {attr.state} {attr.firing}\n'"
  [ "${lines[0]}" = "busy writer firing 3" ]
  [ "${lines[1]}" = "deletes firing " ]
  cat >>alerts.toml <<'END'
[[inhibit]]
source = "alert = deletes"
target = "alert = \"busy writer\""
equal = ["comm"]
[[silence]]
when = "comm = ld"
until = "2026-02-01"
comment = "known"
END
  sed -i '/^\[group\]/,/^wait/d' alerts.toml
  run -0 told in.evt
  [ "$(grep firing <<<"$output")" = "00:10 firing as
00:10 firing cc" ]  # of cc the deletes
  [[ $output != *ld* ]]
}

@test "a workflow takes an alert" {
  writes cc 0 20 | events in
  rules "${busy[@]}" 'severity = "high"'
  cat >workflows.toml <<'END'
[[workflow]]
name = "note"
on = "type = vexevt.alert and attr.state = firing and priority >= high"
[[workflow.step]]
run = ["/bin/sh", "-c", "echo \"$1 $2\" >>\"$3\"", "sh", "{attr.alert}", "{attr.comm}", "PWD/noted"]
END
  sed -i "s|PWD|$PWD|" workflows.toml
  vexevt-stats alert -f alerts.toml in.evt | vexevt-react -f workflows.toml --state state --once >/dev/null
  [ "$(cat noted)" = "busy writer cc" ]
}

@test "metrics tell of alerts" {
  { writes cc 0 10; writes ld 0 11; } | events in
  rules "${busy[@]}" '[[silence]]' 'when = "comm = ld"'
  vexevt-stats alert -f alerts.toml --metrics m.prom in.evt -o /dev/null
  grep -qxF 'vexevt_alerts{tool="vexevt-stats",alert="busy writer",state="firing"} 2' m.prom
  grep -qxF 'vexevt_alerts{tool="vexevt-stats",alert="busy writer",state="pending"} 0' m.prom
  grep -qxF 'vexevt_alerts_muted{tool="vexevt-stats"} 1' m.prom
  grep -qxF 'vexevt_alerts_told_total{tool="vexevt-stats"} 1' m.prom
}

@test "rules are read again on SIGHUP, and alerts that did not change go on" {
  writes cc 0 11 | events one
  { at 21 cc; at 31 cc; } | events two
  mkfifo pipe
  rules "${busy[@]}"
  vexevt-stats alert -f alerts.toml --clock event pipe --format json >out 2>messages &
  tool=$!
  {
    cat one.evt
    until grep -q firing out; do :; done
    rules '# a comment' "${busy[@]}" '[[alert]]' 'name = "other"' 'query = "count every 10s"' 'when = "count < 5"'
    kill -HUP "$tool"
    until grep -q 'generation 2' messages; do :; done
    rules nonsense
    kill -HUP "$tool"
    until grep -q 'generation 2 stays' messages; do :; done
    cat two.evt
  } >pipe
  wait "$tool"
  jq -r '.attributes | "\(.alert) \(.state) \(.generation)"' out | sort >told
  cat told
  [ "$(cat told)" = "busy writer firing 1
busy writer resolved 2
other firing 2" ]
}

@test "what has no room is told as lost" {
  for comm in a b c d; do writes "$comm" 0 10; done | events in
  rules "${busy[@]}" 'most = 3'
  run -0 bash -c "vexevt-stats alert -f alerts.toml in.evt | vexevt-filter 'type = vexevt.lost' | vexevt-cat --template '{gap.lost} {gap.cause}\n'"
  [ "$output" = "1 alert 'busy writer': more alerts at once than its limit" ]
}

# kept FILE...: as told, with what is kept in the directory state.
kept() {
  told --state state "$@"
}

@test "what fires is told once over several runs, and resolved by a later one" {
  rules "${busy[@]}" 'for = "20s"'
  writes cc 0 25 | events live
  run -0 kept live.evt
  [ -z "$output" ]
  writes cc 25 38 | events more && cat more.evt >>live.evt
  run -0 kept live.evt
  [ "$output" = "00:30 firing cc" ]
  { writes cc 38 44; writes ld 45 48; } | events more && cat more.evt >>live.evt
  run -0 kept live.evt
  [ -z "$output" ]
  at 90 as | events more && cat more.evt >>live.evt
  run -0 kept live.evt
  [ "$output" = "00:50 resolved cc" ]
}

# killed SIZE: a run over live.evt, which waits for more, killed once out.evt has that size.
killed() {
  vexevt-stats alert -f alerts.toml --clock event --state state --append -o out.evt --follow live.evt &
  local tool=$!
  until [ "$(stat -c %s out.evt 2>/dev/null || echo 0)" -ge "$1" ]; do
    kill -0 "$tool" || return 1
  done
  kill -9 "$tool"
  wait "$tool" || true
}

@test "a run that was killed goes on from its state, and each alert is in its file once" {
  rules '[group]' 'by = ["alert"]' 'wait = "5s"' 'interval = "15s"' '[flapping]' 'half_life = "1m"' \
    "${busy[@]}" 'for = "10s"' \
    '[[alert]]' 'name = "sliding"' 'query = "count, p50(size), topk(2, path) by comm every 5s over 20s"' 'when = "count >= 12"' 'clear = "count < 6"' \
    '[[alert]]' 'name = "odd"' 'query = "anomaly(count) by comm every 1s"' 'when = "anomaly_count > 1"' 'keep_firing_for = "8s"' \
    '[[alert]]' 'name = "deletes"' 'when = "type = fs.delete"' 'by = ["comm"]' 'keep_firing_for = "10s"'
  {
    writes cc 0 40; writes ld 15 33; at 21 cc fs.delete; writes cc 52 80; writes ld 90 94; at 95 ld fs.delete
    for _ in {1..20}; do at 65 cc; done
    writes cc 100 125; at 170 as
  } | events whole
  vexevt-stats alert -f alerts.toml --clock event --state expected whole.evt -o expected.evt
  [ "$(vexevt-cat expected.evt --template '{attr.alert}\n' | sort -u | wc -l)" -eq 4 ]
  for part in 1 11 24 38 57 76 99 120 140; do
    rm -rf state out.evt
    vexevt-cat --format frames -n "$part" whole.evt >live.evt
    size=$(stat -c %s live.evt)
    vexevt-stats alert -f alerts.toml --clock event --state state --append -o out.evt live.evt
    tail -c "+$((size + 1))" whole.evt >>live.evt
    killed "$(stat -c %s expected.evt)"
    ((part % 2)) || killed 0  # and once more, at whatever point it is by then
    vexevt-stats alert -f alerts.toml --clock event --state state --append -o out.evt live.evt
    cmp out.evt expected.evt
    vexevt-stats alert -f alerts.toml --clock event --state state --append -o out.evt live.evt
    cmp out.evt expected.evt
  done
}

@test "what came between two pipes is not known, so that it resolves nothing" {
  rules "${busy[@]}"
  writes cc 0 25 | events one
  run -0 kept - <one.evt
  [ "$output" = "00:10 firing cc" ]
  run -0 kept - </dev/null
  [ -z "$output" ]
  { writes cc 308 310; at 311 ld; at 325 as; } | events two
  run -0 kept - <two.evt
  [ "$output" = "05:20 resolved cc" ]  # and not before, by the windows that were not seen, or not whole
}

@test "what a killed run had read from a pipe is a gap" {
  rules "${busy[@]}"
  local alert=(vexevt-stats alert -f alerts.toml --clock event --state state)
  writes cc 0 11 | events one
  "${alert[@]}" <one.evt -o one.out
  mkfifo pipe
  "${alert[@]}" -o out.evt <pipe &
  tool=$!
  exec 7>pipe
  { writes ld 10 21; at 31 as; } | events two
  cat two.evt >&7
  until [ -s out.evt ]; do kill -0 "$tool"; done
  kill -9 "$tool"
  wait "$tool" || true
  exec 7>&-
  { at 38 as; at 55 as; } | events three
  run -4 "${alert[@]}" --strict -o next.evt < <(cat three.evt)
  run -0 vexevt-cat next.evt --template '{type} {attr.comm} {attr.state} {time}\n'
  [ "${lines[0]}" = "vexevt.lost   2026-01-01T00:00:38.000000000Z" ]
  [ "${lines[1]}" = "vexevt.alert cc resolved 2026-01-01T00:00:50.000000000Z" ]  # the first window that was seen whole
  [ "${#lines[@]}" -eq 2 ]
}

@test "a rule that has changed begins anew, and what it had told is resolved" {
  writes cc 0 11 | events live
  rules "${busy[@]}" '[[alert]]' 'name = "other"' 'query = "count by comm every 5s"' 'when = "count >= 5"'
  kept live.evt >/dev/null
  rules "${busy[@]}" 'severity = "high"' '[[alert]]' 'name = "other"' 'query = "count by comm every 5s"' 'when = "count >= 5"'
  at 31 as | events more && cat more.evt >>live.evt
  run -0 --separate-stderr kept live.evt
  [ "$output" = "00:10 resolved cc
00:15 resolved cc" ]
  [ "$stderr" = "vexevt-stats: alert 'busy writer' is no more what it was: those that fired are resolved" ]
}

@test "a state that is damaged, in use, or beside a checkpoint is refused, and stays" {
  writes cc 0 11 | events live
  rules "${busy[@]}"
  kept live.evt >/dev/null
  run -2 vexevt-stats alert -f alerts.toml --state state --checkpoint ck live.evt
  [[ $output == *"leave out --checkpoint" ]]
  exec 7<state
  flock 7
  run -3 vexevt-stats alert -f alerts.toml --state state live.evt
  [ "$output" = "vexevt-stats: another run keeps its state in 'state'" ]
  exec 7<&-
  truncate -s -1 state/alert.state
  cp state/alert.state before
  run -3 vexevt-stats alert -f alerts.toml --state state live.evt
  [ "$output" = "vexevt-stats: cannot go on from 'state/alert.state': it is damaged" ]
  run -3 vexevt-stats alerts --state state
  [ "$output" = "vexevt-stats: cannot go on from 'state/alert.state': it is damaged" ]
  cmp before state/alert.state
}

@test "lists what waits and fires, also while a run has the state" {
  { writes cc 0 31; writes ld 20 31; } | events live
  rules "${busy[@]}" 'for = "20s"' 'severity = "high"' 'summary = "{comm}: {count} in 10 s"'
  kept live.evt >/dev/null
  exec 7<state
  flock 7
  run -0 vexevt-stats alerts --state state
  [ "$output" = "2026-01-01T00:00:30.000000000Z
ALERT        STATE    SINCE                           SEVERITY    TOLD  LABELS   SUMMARY
busy writer  firing   2026-01-01T00:00:10.000000000Z  high        yes   comm=cc  cc: 10 in 10 s
busy writer  pending  2026-01-01T00:00:30.000000000Z  high        no    comm=ld  ld: 10 in 10 s" ]
  run -0 bash -c "vexevt-stats alerts --json --state state | jq -c '.time, (.alerts[] | [.alert, .state, .told, .labels.comm, .value])'"
  [ "$output" = '"2026-01-01T00:00:30.000000000Z"
["busy writer","firing",true,"cc",10]
["busy writer","pending",false,"ld",10]' ]
  run -2 vexevt-stats alerts
  [[ $output == *"--state DIR"* ]]
  run -3 vexevt-stats alerts --state nowhere
  [ "$output" = "vexevt-stats: no run of vexevt-stats alert keeps its state in 'nowhere'" ]
}

@test "says what is wrong with rules, and where" {
  run -2 vexevt-stats alert </dev/null
  [[ $output == *"rules are wanted: -f RULES"* ]]
  run -3 vexevt-stats alert -f nowhere.toml --check
  rules '[[alert]]' 'name = "x"' 'query = "count, sum(sise) every 10s"' 'when = "count > 1"'
  run -2 vexevt-stats alert -f alerts.toml --check
  [[ $output == *"alerts.toml:3:21: unknown field 'sise' (did you mean 'size'?)"* ]]
  rules '[[alert]]' 'name = "x"' 'query = "count session gap 10s"' 'when = "count > 1"'
  run -2 vexevt-stats alert -f alerts.toml --check
  [[ $output == *"alerts.toml:3:9: an alert's query has windows of time"* ]]
  rules '[[alert]]' 'name = "x"' 'query = "forecast(sum(length)) reach 90% of /no/such as full every 1h"' 'when = "full_in < 4h"'
  run -2 vexevt-stats alert -f alerts.toml --check
  [[ $output == *"alerts.toml:3:9: cannot look at the file system of '/no/such'"* ]]
  rules '[[alert]]' 'name = "x"' 'query = "count every 10s"' 'when = "cuont > 1"'
  run -2 vexevt-stats alert -f alerts.toml --check
  [[ $output == *"alerts.toml:4:9: unknown field 'cuont' (did you mean 'count'?)"* ]]
  rules "${busy[@]}"
  run -0 vexevt-stats alert -f alerts.toml --check
}

# ready FILE [OPTION]…: the alerts that rules of packaging/alerts tell of in.evt: name, state and message.
ready() {
  vexevt-stats alert -f "$BATS_TEST_DIRNAME/../../packaging/alerts/$1" --clock event in.evt |
    vexevt-cat --template '{attr.alert} {attr.state} {observability.message}\n' | grep '[a-z]'
}

# many SECONDS TYPE MORE…: two hundred events spread over so long.
many() {
  local i second
  for ((i = 0; i < 200; ++i)); do
    second=$((i * $1 / 200))
    printf '{"time":"2026-01-01T00:%02d:%02d.000000000Z","type":"%s","comm":"cc","pid":7%s}\n' \
      $((second / 60)) $((second % 60)) "$2" "$3"
  done
}

@test "ready rules are right" {
  local file
  for file in "$BATS_TEST_DIRNAME"/../../packaging/alerts/*.toml; do vexevt-stats alert --check -f "$file"; done
}

@test "ready: error rate" {
  { for _ in 1 2 3 4; do many 239 fs.open ',"result":"ENOENT"'; done; at 300 x; } | events in
  run -0 ready error-rate.toml
  [ "${lines[0]}" = "error rate firing cc: 1.0 of 100 operations in 30 s failed" ]
  [[ ${lines[1]} == "error rate resolved "* ]]
  { for _ in 1 2 3 4; do many 239 fs.open; done; at 300 x; } | events in
  run -1 ready error-rate.toml
}

@test "ready: runaway writer" {
  { many 60 fs.write ',"length":100000000'; at 900 x; } | events in
  run -0 ready runaway-writer.toml
  [ "${lines[0]}" = "runaway writer firing cc (7) has written 20000000000 bytes in 5 min" ]
  [[ ${lines[1]} == "runaway writer resolved "* ]]
  { many 60 fs.write ',"length":10000000'; at 900 x; } | events in
  run -1 ready runaway-writer.toml
  vexevt-capture --generate --seed 7 -n 300000 | vexevt-filter 'type = fs.create' -o in.evt
  run -1 ready runaway-writer.toml
}

@test "ready: loss" {
  { echo '{"time":"2026-01-01T00:00:02.000000000Z","type":"vexevt.lost","gap":{"lost":3,"cause":"fanotify"}}'; at 40 x; at 700 x; } | events in
  run -0 ready loss.toml
  [ "${lines[0]}" = "events are missing firing fanotify lost 3 events (0: nobody knows how many)" ]
  [[ ${lines[1]} == "events are missing resolved "* ]]
}

@test "ready: unusual" {
  { echo '{"time":"2026-01-01T00:00:02.000000000Z","type":"vexevt.anomaly","observability":{"name":"rate","value":9}}'; at 900 x; } | events in
  run -0 ready unusual.toml
  [ "${lines[0]}" = "unusual firing rate is 9.0" ]
  [[ ${lines[1]} == "unusual resolved "* ]]
}

# filling WINDOWS: a write of a hundredth of 10G in each window of five minutes, then little else.
filling() {
  local i minute
  for ((i = 0; i < $1 + 30; ++i)); do
    minute=$((5 * i + 2))
    printf '{"time":"2026-01-01T%02d:%02d:00.000000000Z","type":"fs.write","length":%d}\n' $((minute / 60)) $((minute % 60)) \
      $((i < $1 ? 107374183 : 1))
  done
}

# The file system stands for itself in forecast.bats; of a size that is given it is known when that is reached.
@test "ready: disk full" {
  sed 's|90% of /srv|10G|' "$BATS_TEST_DIRNAME/../../packaging/alerts/disk-full.toml" >alerts.toml
  filling 70 | vexevt-capture --import - -o in.evt
  run -0 bash -c "vexevt-stats alert -f alerts.toml --clock event in.evt |
    vexevt-cat --template '{time} {attr.alert} {attr.state} {attr.path} {observability.message}\n'"
  [[ ${lines[0]} == "2026-01-01T04:2"[05]":00.000000000Z disk fills up firing /srv /srv will be 90 % full within 4 hours"* ]]
  [[ ${lines[1]} == *" disk fills up resolved "* ]]
  [ "${#lines[@]}" -eq 2 ]
  filling 20 | vexevt-capture --import - -o in.evt
  run -0 vexevt-stats alert -f alerts.toml --clock event in.evt -o out.evt
  [ ! -s out.evt ]
}
