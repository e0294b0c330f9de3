#!/usr/bin/env bats
# vexevt-route as people meet it: files, sockets and commands, readers that are slow or gone, rules that change.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  vexevt-capture --generate build --seed 5 -n 2000 -o a.evt
  started=()
}

teardown() {
  local pid
  for pid in "${started[@]}"; do kill -9 "$pid" 2>/dev/null || true; done
}

seqs() { vexevt-cat --template '{seq}' "$@"; }

# rules TEXT: rules.toml, replaced as editors do.
rules() {
  cat >rules.new
  mv rules.new rules.toml
}

# await COMMAND...: until it succeeds; the bound is for what would else hang.
await() {
  local deadline=$((SECONDS + 20))
  until "$@"; do
    ((SECONDS < deadline)) || { echo "timed out: $*" >&2; return 1; }
    read -rt 0.02 <> <(:) || true
  done
}

two_files() {
  rules <<'TOML'
otherwise = "rest"
[[rule]]
name = "removals"
when = 'type in (fs.delete, fs.rmdir)'
to = "removed"
[[endpoint]]
name = "removed"
to = "removed.evt"
[[endpoint]]
name = "rest"
to = "rest.evt"
TOML
}

@test "each event goes where the first rule that holds says, byte for byte" {
  two_files
  vexevt-route rules.toml a.evt
  vexevt-filter 'type in (fs.delete, fs.rmdir)' a.evt | cmp - removed.evt
  vexevt-filter -v 'type in (fs.delete, fs.rmdir)' a.evt | cmp - rest.evt
}

@test "reads standard input, and appends to files" {
  two_files
  vexevt-route rules.toml <a.evt
  vexevt-route rules.toml <a.evt
  [ "$(cat removed.evt rest.evt | vexevt-filter -c 'seq > 0')" -eq 4000 ]
}

@test "an endpoint that is the input is refused" {
  two_files
  cp a.evt rest.evt
  run -2 --separate-stderr vexevt-route rules.toml rest.evt
  [ "$stderr" = "vexevt-route: endpoint 'rest': 'rest.evt': input file is output file" ]
  cmp a.evt rest.evt
  run -2 vexevt-route rules.toml <rest.evt
}

@test "match = all: every rule that holds, each endpoint once" {
  rules <<'TOML'
match = "all"
[[rule]]
when = 'type = fs.delete'
to = ["one", "two"]
[[rule]]
when = 'type in (fs.delete, fs.create)'
to = "two"
[[endpoint]]
name = "one"
to = "one.evt"
[[endpoint]]
name = "two"
to = "two.evt"
TOML
  vexevt-route rules.toml a.evt
  vexevt-filter 'type = fs.delete' a.evt | cmp - one.evt
  vexevt-filter 'type in (fs.delete, fs.create)' a.evt | cmp - two.evt
}

@test "set and boost change the copy that goes out" {
  rules <<'TOML'
[[rule]]
to = "-"
set = { team = "sec", level = 3 }
boost = "critical"
[[endpoint]]
name = "-"
to = "-"
TOML
  vexevt-route rules.toml a.evt >b.evt
  [ "$(vexevt-filter -c 'attr.team = "sec" and attr.level = 3 and priority = critical' b.evt)" -eq 2000 ]
  cmp <(seqs a.evt) <(seqs b.evt)
}

@test "a marked sample says its share" {
  rules <<'TOML'
[[rule]]
sample = { rate = "25%", by = "path", mark = true }
to = "-"
[[endpoint]]
name = "-"
to = "-"
TOML
  vexevt-route rules.toml a.evt >b.evt
  [ "$(vexevt-filter -c 'attr.sample.rate = 0.25' b.evt)" = "$(vexevt-filter --sample 25% --by path -c 'type exists' a.evt)" ]
}

@test "gaps go to every endpoint" {
  two_files
  load events
  gap 7 >gap.evt
  vexevt-route rules.toml gap.evt
  cmp gap.evt removed.evt
  cmp gap.evt rest.evt
  run -4 vexevt-route --strict rules.toml gap.evt
}

@test "wrong rules: file, line, column, and what was meant" {
  two_files
  sed -i 's/fs.delete/fs.delte/' rules.toml
  run -2 --separate-stderr vexevt-route rules.toml a.evt
  [ "$stderr" = "vexevt-route: rules.toml:4:18: unknown type 'fs.delte' (did you mean 'fs.delete'?)" ]
  two_files
  sed -i 's/to = "removed"/to = "removd"/' rules.toml
  run -2 --separate-stderr vexevt-route --check rules.toml
  [ "$stderr" = "vexevt-route: rules.toml:5:6: no endpoint is named 'removd' (did you mean 'removed'?)" ]
  two_files
  sed -i 's/to = "rest.evt"/to = "nats:x"/' rules.toml
  run -2 --separate-stderr vexevt-route --check rules.toml
  [[ $stderr == "vexevt-route: rules.toml:11:6: "*"not in this version" ]]
  [ ! -e removed.evt ]
  two_files
  vexevt-route --check rules.toml
}

@test "--explain says which rules hold and why" {
  two_files
  run -0 vexevt-route --explain '{"type":"fs.delete","path":"/srv/a"}' rules.toml
  [ "${lines[0]}" = "rule 'removals' holds: to removed" ]
  [[ ${lines[1]} == *"type in (fs.delete, fs.rmdir)"*"fs.delete"* ]]
  [ "${lines[-1]}" = "goes to: removed" ]
  vexevt-filter 'type = fs.create' -n 1 a.evt >one.evt
  run -0 vexevt-route --explain one.evt rules.toml
  [ "${lines[0]}" = "rule 'removals' does not hold" ]
  [ "${lines[-1]}" = "goes to: rest" ]
  run -2 vexevt-route --explain '{"type":"fs.delte"}' rules.toml
}

@test "--dry-run says what would go where, and sends nothing" {
  two_files
  removed=$(vexevt-filter -c 'type in (fs.delete, fs.rmdir)' a.evt)
  sed -i 's/^to = "removed.evt"/to = "exec:touch ran"\nspill = "spill"\non_full = "spill"/' rules.toml
  run -0 --separate-stderr vexevt-route --dry-run rules.toml a.evt
  [ -z "$stderr" ]
  [[ ${lines[0]} =~ ^RULE\ +HELD\ +KEPT\ BACK$ ]]
  [[ ${lines[1]} =~ ^removals\ +$removed\ +0$ ]]
  [[ ${lines[2]} =~ ^ENDPOINT\ +EVENTS$ ]]
  [[ ${lines[3]} =~ ^removed\ +$removed$ ]]
  [[ ${lines[4]} =~ ^rest\ +$((2000 - removed))$ ]]
  [ "${#lines[@]}" -eq 5 ]
  run ! ls ran rest.evt spill
  sed -i /otherwise/d rules.toml
  run -0 vexevt-route --dry-run rules.toml a.evt
  [[ ${lines[-1]} =~ ^\(nowhere\)\ +$((2000 - removed))$ ]]
}

@test "--check warns of what is said in vain" {
  two_files
  vexevt-route --check rules.toml
  printf '[[endpoint]]\nname = "other"\nto = "-"\n' >>rules.toml
  run -0 --separate-stderr vexevt-route --check rules.toml
  [ "$stderr" = "vexevt-route: warning: rules.toml:12:1: nothing is sent to endpoint 'other'" ]
}

@test "--test holds rules to examples" {
  two_files
  cat >good.test <<'TOML'
[[case]]
event = '{"type":"fs.delete","path":"/srv/a"}'
to = ["removed"]
[[case]]
event = '{"type":"fs.create","path":"/srv/a"}'
to = ["rest"]
TOML
  vexevt-route --test good.test rules.toml
  sed 's/"rest"/"removed"/' good.test >bad.test
  run -1 vexevt-route --test bad.test rules.toml
  [ "$output" = "bad.test:4:1: case 2: goes to rest, not to removed" ]
}

@test "an empty --test or --explain, of a variable that is not set, is no run" {
  two_files
  for option in --test --explain --checkpoint; do
    run -2 vexevt-route "$option" '' rules.toml a.evt
    [ "${lines[0]}" = "vexevt-route: $option: the argument is empty" ]
  done
  [ ! -e rest.evt ]
}

@test "exec: the command gets the events, and its failure is ours" {
  rules <<'TOML'
otherwise = "cmd"
[[endpoint]]
name = "cmd"
to = "exec:cat > out.evt"
TOML
  vexevt-route rules.toml a.evt
  cmp a.evt out.evt
  sed -i 's/out.evt/out.evt; exit 5/' rules.toml
  run -3 --separate-stderr vexevt-route rules.toml a.evt
  [ "$stderr" = "vexevt-route: endpoint 'cmd': 'cat > out.evt; exit 5' exited with 5" ]
}

@test "standard output that is closed ends it quietly, the other endpoints whole" {
  rules <<'TOML'
otherwise = ["out", "file"]
[[endpoint]]
name = "out"
to = "-"
[[endpoint]]
name = "file"
to = "file.evt"
TOML
  run -141 bash -c 'set -o pipefail; vexevt-capture --generate build --seed 5 -n 200000 | vexevt-route rules.toml 2>err | head -c 1000 >/dev/null; exit ${PIPESTATUS[1]}'
  [ ! -s err ]
  seqs file.evt | awk '$1 != NR { exit 1 }'
}

@test "what can't be delivered is counted, exit 3" {
  rules <<'TOML'
otherwise = "gone"
[[endpoint]]
name = "gone"
to = "unix:nobody.sock"
retry = { first = "1ms", max = "1ms" }
breaker = { failures = 3 }
TOML
  run -3 --separate-stderr vexevt-route rules.toml a.evt
  [[ $stderr == *"cannot connect to 'nobody.sock': No such file or directory"* ]]
  [[ ${stderr_lines[-1]} == "vexevt-route: endpoint 'gone': 2000 events were not delivered" ]]
}

@test "what an endpoint gives up goes to its dead letters, which say from where and why" {
  rules <<'TOML'
otherwise = ["siem", "all"]
[[endpoint]]
name = "siem"
to = "unix:siem.sock"
retry = { first = "1ms", max = "1ms" }
breaker = { failures = 3 }
dead_letter = "letters"
[[endpoint]]
name = "all"
to = "all.evt"
[[endpoint]]
name = "letters"
to = "letters.evt"
TOML
  load events
  { cat a.evt; gap 7; } >b.evt
  run -0 --separate-stderr vexevt-route rules.toml b.evt
  cmp b.evt all.evt
  [ "${stderr_lines[-1]}" = "vexevt-route: warning: endpoint 'siem': 2000 events went to 'letters'" ]
  # The gap is for every endpoint, and comes there once.
  [ "$(vexevt-filter 'type = vexevt.lost' letters.evt | vexevt-cat --template '{seq}')" = 99 ]
  [ "$(vexevt-filter -c 'attr.dead.endpoint = "siem" and attr.dead.reason contains "siem.sock"' letters.evt)" = ">=2000" ]
  # There is someone again: sent once more, in order.
  vexevt-cat --format frames -i unix-listen:siem.sock >got.evt 3>&- &
  started+=($!)
  await test -S siem.sock
  vexevt-filter 'attr.dead.endpoint = "siem"' letters.evt >again.evt
  vexevt-route rules.toml again.evt
  arrived() { [ "$(stat -c %s got.evt)" -eq "$(stat -c %s again.evt)" ]; }
  await arrived
  cmp again.evt got.evt
}

@test "an endpoint that drops loses what is least urgent, tells it there, and --strict sees it" {
  rules <<'TOML'
match = "all"
[[rule]]
when = 'type = fs.delete'
to = "slow"
boost = "high"
[[rule]]
when = 'type != fs.delete'
to = "slow"
[[rule]]
to = "all"
[[endpoint]]
name = "slow"
to = "exec:read -r _ < go; exec cat > slow.evt"
queue = "2M"
on_full = "drop"
[[endpoint]]
name = "all"
to = "all.evt"
TOML
  mkfifo in go
  vexevt-capture --generate build --seed 6 -n 50000 -o big.evt
  vexevt-route --strict rules.toml <in 2>err 3>&- &
  local route=$! status=0
  started+=("$route")
  cat big.evt >in
  arrived() { [ "$(stat -c %s all.evt)" -eq "$(stat -c %s big.evt)" ]; }
  await arrived
  echo >go
  wait "$route" || status=$?
  started=()
  [ "$status" -eq 4 ]
  cmp big.evt all.evt
  # All that is urgent is there, in order; what is missing is told to the event.
  cmp <(vexevt-filter "type = fs.delete" slow.evt | vexevt-cat --template "{type} {seq}" | grep -v lost) \
    <(vexevt-filter 'type = fs.delete' big.evt | vexevt-cat --template '{type} {seq}')
  vexevt-cat --format json slow.evt | jq -r 'if .gap then "lost \(.gap.lost)" else .id[16:] end' >lines
  local expected=1 word rest lost=0
  while read -r word rest; do
    if [ "$word" = lost ]; then
      expected=$((expected + rest)) lost=$((lost + rest))
    else
      ((16#$word == expected++))
    fi
  done <lines
  [ "$expected" -eq 50001 ]
  grep -qx "vexevt-route: warning: endpoint 'slow': $lost events were dropped" err
}

@test "unix-listen: any number read, each from when it came" {
  rules <<'TOML'
otherwise = "feed"
[[endpoint]]
name = "feed"
to = "unix-listen:feed.sock"
TOML
  mkfifo in
  vexevt-route rules.toml <in 2>err 3>&- &
  local route=$! one
  started+=("$route")
  exec 9>in
  vexevt-cat --format frames -n 500 a.evt >&9
  await test -S feed.sock
  vexevt-cat --format frames -i unix:feed.sock >first.evt 3>&- 9>&- &
  one=$!
  has() { [ "$(stat -c %s "$1" 2>/dev/null)" = "$(stat -c %s "$2")" ]; }
  vexevt-cat --format frames -n 500 a.evt >half.evt
  await has first.evt half.evt
  vexevt-cat --format frames -i unix:feed.sock >second.evt 3>&- 9>&- &
  started+=("$one" $!)
  # Until the second is in, each mark goes to the first alone.
  marked() { vexevt-cat --format frames -n 1 a.evt >&9; [ -s second.evt ]; }
  await marked
  vexevt-filter 'seq > 1500' a.evt >rest.evt
  cat rest.evt >&9
  exec 9>&-
  wait "$route" "$one" "${started[2]}"
  started=()
  cmp rest.evt <(tail -c "$(stat -c %s rest.evt)" first.evt)
  cmp second.evt <(tail -c "$(stat -c %s second.evt)" first.evt)
  [ "$(stat -c %s second.evt)" -lt "$(stat -c %s first.evt)" ]
}

@test "a full disk: said, waited for, nothing lost" {
  ((EUID == 0)) || skip "mounting needs root"
  mkdir disk
  mount -t tmpfs -o size=64k none disk 2>/dev/null || skip "no right to mount"
  head -c 40000 /dev/zero >disk/filler
  rules <<'TOML'
otherwise = "disk"
[[endpoint]]
name = "disk"
to = "disk/a.evt"
retry = { first = "1ms", max = "10ms" }
breaker = { failures = 1000000 }
TOML
  vexevt-route rules.toml a.evt 2>err 3>&- &
  started+=($!)
  local ok=0
  await grep -q "No space left on device" err && { mount -o remount,size=4m disk && wait "${started[0]}"; } || ok=$?
  started=()
  cmp a.evt disk/a.evt || ok=1
  umount disk
  [ "$ok" -eq 0 ]
}

@test "spilled to disk, and there again after kill -9, in order" {
  rules <<'TOML'
otherwise = "slow"
[[endpoint]]
name = "slow"
to = "unix:slow.sock"
queue = "4K"
on_full = "spill"
spill = "spill"
retry = { first = "1ms", max = "10ms" }
TOML
  mkfifo in
  vexevt-route rules.toml <in 2>err 3>&- &
  local route=$!
  started+=("$route")
  exec 9>in
  cat a.evt >&9
  # Nobody reads: all but the 4 KiB of the queue lie in the spill once the bytes are there.
  spilled() { (($(cat spill/*.spill 2>/dev/null | wc -c) > $(stat -c %s a.evt) - 6000)); }
  await spilled
  kill -9 "$route"
  wait "$route" || true
  exec 9>&-
  started=()
  vexevt-cat --format frames -i unix-listen:slow.sock >got.evt 3>&- &
  local reader=$!
  started+=("$reader")
  await test -S slow.sock
  vexevt-route rules.toml a.evt
  total() { [ "$(seqs got.evt 2>/dev/null | tail -n 1)" = 2000 ] && (($(seqs got.evt | wc -l) > 2000)); }
  await total
  # What was in memory is gone with the process; the rest comes in order, then the new run.
  local first
  first=$(seqs got.evt | head -n 1)
  ((first > 1 && first < 40))
  cmp <(seqs got.evt) <(seq "$first" 2000; seq 1 2000)
}

@test "a reader that stops holds up the pipeline, and nothing is lost" {
  rules <<'TOML'
otherwise = "slow"
[[endpoint]]
name = "slow"
to = "exec:echo $$ > pid.new; mv pid.new pid; exec cat > slow.evt"
queue = "64K"
TOML
  mkfifo in
  vexevt-route rules.toml <in 2>err 3>&- &
  started+=($!)
  exec 9>in
  await test -s pid
  kill -STOP "$(<pid)"
  vexevt-capture --generate build --seed 6 -n 50000 -o big.evt
  cat big.evt >&9 &
  local writer=$!
  kill -CONT "$(<pid)"
  wait "$writer"
  exec 9>&-
  wait "${started[0]}"
  started=()
  cmp big.evt slow.evt
}

@test "failover: another takes over when one dies, nothing lost or doubled" {
  rules <<'TOML'
otherwise = "pair"
[[endpoint]]
name = "pair"
members = ["unix:first.sock", "unix:second.sock"]
balance = "failover"
retry = { first = "1h", max = "1h" }
TOML
  vexevt-cat --format frames -n 500 -i unix-listen:first.sock >first.evt 3>&- &
  local first=$!
  vexevt-cat --format frames -i unix-listen:second.sock >second.evt 3>&- &
  started+=($!)
  await test -S first.sock
  await test -S second.sock
  mkfifo in
  vexevt-route rules.toml <in 2>err 3>&- &
  local route=$!
  started+=("$route")
  exec 9>in
  vexevt-cat --format frames -n 500 a.evt >&9
  wait "$first"  # has had its 500, and goes
  vexevt-filter 'seq > 500' a.evt >&9
  exec 9>&-
  wait "$route"
  last() { [ "$(seqs second.evt | tail -n 1)" = 2000 ]; }
  await last
  cmp <(cat first.evt second.evt) a.evt
}

@test "rules change under traffic: refused when wrong, nothing lost or doubled" {
  two_files
  mkfifo in
  vexevt-route rules.toml <in 2>err 3>&- &
  local route=$! n
  started+=("$route")
  exec 9>in
  vexevt-capture --generate build --seed 8 -n 300000 -o big.evt
  cat big.evt >&9 &
  local writer=$!
  for n in 1 2 3 4 5; do
    two_files
    sed -i "s/rest.evt/rest.$n.evt/" rules.toml  # that endpoint is another one now; the first is the same
    await grep -q -c "read 'rules.toml' again" err
    sed -i 's/fs.delete/fs.delte/' rules.toml
  done
  await grep -q "rules not reloaded, generation [0-9]* stays: rules.toml:4:18: unknown type 'fs.delte'" err
  kill -HUP "$route"
  wait "$writer"
  exec 9>&-
  wait "$route"
  started=()
  vexevt-filter 'type in (fs.delete, fs.rmdir)' big.evt | cmp - removed.evt
  cmp <(cat removed.evt rest*.evt | seqs | sort -n) <(seq 300000)
}

@test "its state by rule and endpoint, on SIGUSR1" {
  two_files
  mkfifo in
  vexevt-route rules.toml <in 2>err 3>&- &
  local route=$!
  started+=("$route")
  exec 9>in
  cat a.evt >&9
  arrived() { [ "$(cat removed.evt rest.evt 2>/dev/null | wc -c)" -eq "$(stat -c %s a.evt)" ]; }
  await arrived
  kill -USR1 "$route"
  await test -s err
  exec 9>&-
  wait "$route"
  started=()
  removed=$(vexevt-filter -c 'type in (fs.delete, fs.rmdir)' a.evt)
  [ "$(jq '."vexevt_rule_held_total{rule=\"removals\"}"' err)" -eq "$removed" ]
  [ "$(jq '."vexevt_endpoint_events_total{endpoint=\"rest\"}"' err)" -eq $((2000 - removed)) ]
}

@test "--profile-rules says what each rule cost" {
  two_files
  removed=$(vexevt-filter -c 'type in (fs.delete, fs.rmdir)' a.evt)
  run -0 --separate-stderr vexevt-route --profile-rules --metrics r.prom rules.toml a.evt
  [[ ${stderr_lines[0]} =~ ^RULE\ +LOOKED\ AT\ +HELD\ +NS\ +%$ ]]
  [[ ${stderr_lines[1]} =~ ^removals\ +2000\ +$removed\ +[0-9]+\.[0-9]\ +100\.0$ ]]
  [[ $(<r.prom) == *'vexevt_rule_cost_seconds{tool="vexevt-route",rule="removals"} 0.0'* ]]
}

@test "events of a broken stream before the break are delivered, exit 3" {
  two_files
  head -c -5 a.evt >cut.evt
  run -3 --separate-stderr vexevt-route rules.toml cut.evt
  [[ $stderr == "vexevt-route: cut.evt: offset "*": truncated event" ]]
  [ "$(cat removed.evt rest.evt | vexevt-filter -c 'seq > 0')" -eq 1999 ]
}
