#!/usr/bin/env bats
# vexevt-correlate, as it is met in a shell.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
}

# at SECOND TYPE PATH [PID]: an event as JSON.
at() {
  printf '{"time":"2026-01-01T00:00:%02d.000000000Z","type":"%s","path":"%s","pid":%d}\n' "$1" "$2" "$3" "${4:-1}"
}

@test "finds a sequence, with what was bound and its causes" {
  { at 1 fs.open /a; at 2 fs.write /b; at 3 fs.delete /a; } | vexevt-capture --import - -o in.evt
  run -0 vexevt-correlate -e 'o: [type = fs.open] then [type = fs.delete and path = o.path]' --by pid --name gone in.evt --format json
  [ "${#lines[@]}" -eq 1 ]
  [[ ${lines[0]} == *'"type":"vexevt.match"'* ]]
  [[ ${lines[0]} == *'"pattern":"gone"'* ]]
  [[ ${lines[0]} == *'o.path'*'/a'* ]]
  first=$(vexevt-cat --format json in.evt | sed -n '1s/.*"id":"\([0-9a-f]*\)".*/\1/p')
  [[ ${lines[0]} == *'"causes":["'"$first"* ]]
}

@test "a match is the same event in every run" {
  { at 1 fs.open /a; at 2 fs.delete /a; } | vexevt-capture --import - -o in.evt
  vexevt-correlate -e '[type = fs.open] then [type = fs.delete]' in.evt -o one.evt
  vexevt-correlate -e '[type = fs.open] then [type = fs.delete]' in.evt -o two.evt
  cmp one.evt two.evt
}

@test "counts within a window, by key" {
  for i in 1 2 3 4; do at "$i" fs.delete "/$i" 7; done | vexevt-capture --import - -o in.evt
  run -0 bash -c "vexevt-correlate -e 'count [type = fs.delete] > 2' --within 10s --by pid in.evt | vexevt-cat --template '{match.pattern} {match.count} {attr.pid}\n'"
  [ "$output" = "pattern 3 7" ]
  run -0 vexevt-correlate -e 'count [type = fs.delete] > 2' --within 2s in.evt
  [ -z "$output" ]
}

@test "an absence is told once its time is over, by a later event" {
  { at 1 fs.open /a; at 9 fs.open /b; } | vexevt-capture --import - -o in.evt
  run -0 bash -c "vexevt-correlate -e 'o: [type = fs.open] then not [type = fs.close]' --within 5s in.evt | vexevt-cat --template '{attr.o.path}\n'"
  [ "$output" = "/a" ]
}

@test "an absence is told while no event comes" {
  at 1 fs.open /a | vexevt-capture --import - -o in.evt
  mkfifo pipe
  { cat in.evt; exec sleep 30; } >pipe &
  writer=$!
  run -0 bash -c "timeout 20 vexevt-correlate -n 1 -e 'o: [type = fs.open] then not [type = fs.close]' --within 100ms pipe | vexevt-cat --template '{attr.o.path}\n'"
  kill "$writer"
  [ "$output" = "/a" ]
}

@test "over a gap an absence is uncertain" {
  { at 1 fs.open /a; echo '{"type":"vexevt.lost","time":"2026-01-01T00:00:02.000000000Z","gap":{"lost":3}}'; at 9 fs.open /b; } |
    vexevt-capture --import - -o in.evt
  run -0 bash -c "vexevt-correlate -e 'o: [type = fs.open] then not [type = fs.close]' --within 5s in.evt | vexevt-cat --template '{type} {match.uncertain}\n'"
  [ "${lines[0]}" = "vexevt.lost " ]
  [ "${lines[1]}" = "vexevt.match true" ]
}

@test "late events are put into their order" {
  { at 2 fs.delete /a; at 1 fs.open /a; at 9 fs.open /z; } | vexevt-capture --import - -o in.evt
  run -0 vexevt-correlate -e '[type = fs.open] then [type = fs.delete]' in.evt
  [ -z "$output" ]
  run -0 bash -c "vexevt-correlate --lateness 3s -e '[type = fs.open] then [type = fs.delete]' in.evt | vexevt-cat --template '{type}\n'"
  [ "$output" = "vexevt.match" ]
}

@test "what is later still goes to a place of its own" {
  { at 1 fs.open /a; at 5 fs.open /b; at 4 fs.write /a; at 2 fs.delete /a; at 6 fs.open /c; } | vexevt-capture --import - -o in.evt
  run -0 bash -c "vexevt-correlate --lateness 1s --late late.evt -e '[type = fs.open] then [type = fs.delete]' in.evt | vexevt-cat --template '{type}\n'"
  [ -z "$output" ]
  run -0 vexevt-cat late.evt --template '{time} {type}\n'
  [ "$output" = "2026-01-01T00:00:02.000000000Z fs.delete" ]
  vexevt-correlate --state state --lateness 1s --late again.evt -e '[type = fs.open] then [type = fs.delete]' in.evt -o /dev/null
  cmp again.evt late.evt
  run -0 bash -c "vexevt-correlate --lateness 1s -e '[type = fs.open] then [type = fs.delete]' in.evt | vexevt-cat --template '{type}\n'"
  [ "$output" = "vexevt.match" ]
  run -2 vexevt-correlate --late out.evt -o out.evt -e '[pid = 1]' in.evt
  [[ $output == *"can't be both the output and the one of late events" ]]
  run -3 vexevt-correlate --late /dev/full -e '[pid = 9] then [pid = 8]' in.evt -o /dev/null
  [[ $output == *"cannot write '/dev/full': No space left on device" ]]
}

@test "patterns see the matches of patterns before them" {
  cat >p.toml <<'EOF'
[[pattern]]
name = "burst"
match = "count [type = fs.delete] >= 2"
by = ["pid"]
within = "10s"

[[pattern]]
name = "bursts of several processes"
match = "distinct(attr.pid) [type = vexevt.match and match.pattern = burst] >= 2"
within = "1m"
severity = "critical"
EOF
  for i in 1 2 3 4; do at "$i" fs.delete "/$i" "$((i % 2))"; done | vexevt-capture --import - -o in.evt
  run -0 bash -c "vexevt-correlate -f p.toml in.evt | vexevt-cat --template '{match.pattern} {match.count}\n'"
  [ "${lines[0]}" = "burst 2" ]
  [ "${lines[1]}" = "burst 2" ]
  [ "${lines[2]}" = "bursts of several processes 2" ]
  [ "${#lines[@]}" -eq 3 ]
}

@test "steps in any order, of so many some, and a mean" {
  { at 1 fs.delete /a; at 2 fs.open /a; at 3 fs.write /b; } | vexevt-capture --import - -o in.evt
  run -0 bash -c "vexevt-correlate -e '( o: [type = fs.open] and d: [type = fs.delete] )' --by path in.evt | vexevt-cat --template '{match.count} {attr.path}\n'"
  [ "$output" = "2 /a" ]
  run -0 bash -c "vexevt-correlate -e '2 of ( [type = fs.open], [type = fs.write], [type = fs.rename] )' in.evt | vexevt-cat --template '{match.count}\n'"
  [ "$output" = 2 ]
  run -0 bash -c "vexevt-correlate -e 'mean(pid) [type = fs.*] >= 1' --within 1m in.evt | vexevt-cat --template '{match.count} {attr.mean}\n'"
  [ "$output" = "1 1.0" ]
}

@test "a file of patterns" {
  cat >p.toml <<'EOF'
[[pattern]]
name = "first"
match = "[type = fs.open] next [type = fs.write]"
severity = "critical"

[[pattern]]
name = "second"
match = "[type = fs.write] then [type = fs.delete]"
EOF
  { at 1 fs.open /a; at 2 fs.write /a; at 3 fs.delete /a; } | vexevt-capture --import - -o in.evt
  run -0 bash -c "vexevt-correlate -f p.toml in.evt | vexevt-cat --template '{match.pattern} {priority}\n'"
  [ "${lines[0]}" = "first critical" ]
  [ "${lines[1]}" = "second normal" ]
}

@test "the pattern file is read again on SIGHUP, and what had begun goes on" {
  printf '[[pattern]]\nname = "p"\nmatch = "[type = fs.open] then [type = fs.delete]"\n' >p.toml
  at 1 fs.open /a | vexevt-capture --import - -o one.evt
  at 2 fs.delete /a | vexevt-capture --import - -o two.evt
  mkfifo pipe
  vexevt-correlate -f p.toml pipe -o out.evt 2>messages &
  tool=$!
  { cat one.evt; until grep -q 'generation 2' messages; do kill -HUP "$tool" 2>/dev/null; done; cat two.evt; } >pipe
  wait "$tool"
  run -0 vexevt-cat out.evt --template '{match.pattern} {match.count}'
  [ "$output" = "p 2" ]
}

@test "bad patterns are told with their place" {
  run -2 vexevt-correlate -e '[pth = 1]'
  [ "$output" = "vexevt-correlate: pattern:2: unknown field 'pth' (did you mean 'path'?)" ]
  run -2 vexevt-correlate -e '[pid = 1] than [pid = 2]'
  [[ $output == "vexevt-correlate: pattern:11: expected 'then', 'next' or 'then any', not 'than'" ]]
  printf '[[pattern]]\nmatch = "[pid = 1]"\nwithn = "3s"\n' >p.toml
  run -2 vexevt-correlate -f p.toml
  [[ $output == "vexevt-correlate: p.toml:3:9: unknown key 'withn'"* ]]
  run -2 vexevt-correlate
  [[ $output == *"a pattern is wanted"* ]]
  run -2 vexevt-correlate -e 'distinct(path [pid = 1] > 3' --within 1s
  [ "$output" = "vexevt-correlate: pattern:9: the '(' that stands here has no ')'" ]
  for fields in '' 'pid,' ',pid'; do
    run -2 vexevt-correlate -e '[pid = 1]' --by "$fields"
    [ "${lines[0]}" = "vexevt-correlate: --by: a field's name is missing" ]
  done
  run -2 vexevt-correlate -e '[pid = 1]' --name= a.evt
  [ "${lines[0]}" = "vexevt-correlate: --name: the argument is empty" ]
  for option in --name --patterns; do
    run -2 vexevt-correlate -e '[pid = 1]' "$option" ''
    [ "${lines[0]}" = "vexevt-correlate: $option: the argument is empty" ]
  done
  printf '[[pattern]]\nname = ""\nmatch = "[pid = 1]"\n' >p.toml
  run -2 vexevt-correlate -f p.toml
  [ "$output" = "vexevt-correlate: p.toml:2:8: the name is empty: matches bear it" ]
  printf '[[pattern]]\nmatch = "[pid = 1]"\nwithn = "3s"\n' >p.toml
  run -2 vexevt-correlate -f p.toml --by pid
  [[ $output == *"with -f the file says it"* ]]
}

@test "metrics tell of each pattern" {
  { at 1 fs.open /a; at 2 fs.delete /a; at 3 fs.open /b; } | vexevt-capture --import - -o in.evt
  vexevt-correlate -e '[type = fs.open] then [type = fs.delete]' --name gone --within 1h --metrics m.prom in.evt -o /dev/null
  grep -q 'vexevt_pattern_matches_total{.*pattern="gone".*} 1' m.prom
  grep -q 'vexevt_pattern_partials{.*pattern="gone".*} 1' m.prom
}

# pairs: 24 events in which files are opened and deleted, some twice as they come.
pairs() {
  local i
  for i in 1 2 3 4 5 6 7 8; do
    at "$((3 * i))" fs.open "/$i" "$((i % 2))"
    at "$((3 * i + 2))" fs.write "/$i"
    ((i < 3)) || at "$((3 * i + 1))" fs.delete "/$((i - 2))" "$((i % 2))"
    ((i % 3)) || at "$((3 * i))" fs.open "/$i" "$((i % 2))"
  done
}

patterns() {
  cat >p.toml <<'TOML'
[[pattern]]
name = "gone"
match = "o: [type = fs.open] then [type = fs.delete and path = o.path]"
by = ["pid"]
suppress = "5s"

[[pattern]]
name = "not written"
match = "o: [type = fs.open] then not [type = fs.write and path = o.path]"
within = "4s"

[[pattern]]
name = "many"
match = "distinct(path) [type = fs.open] >= 3"
within = "20s"
TOML
}

# killed SIZE ARGUMENT...: a run over live.evt, which waits for more, killed once out.evt has that size.
killed() {
  local size=$1
  shift
  vexevt-correlate "$@" --clock event --follow live.evt &
  local tool=$!
  until [ "$(stat -c %s out.evt 2>/dev/null || echo 0)" -ge "$size" ]; do
    kill -0 "$tool" || return 1
  done
  kill -9 "$tool"
  wait "$tool" || true
}

@test "a run that was killed goes on from its state, and each match is in its file once" {
  patterns
  pairs | vexevt-capture --import - -o whole.evt
  vexevt-correlate -f p.toml --lateness 2s --state expected whole.evt -o expected.evt
  [ "$(vexevt-cat expected.evt --template '.\n' | wc -l)" -ge 5 ]
  for part in 1 2 4 7 8 10 11 16; do
    rm -rf state out.evt
    vexevt-cat --format frames -n "$part" whole.evt >live.evt
    size=$(stat -c %s live.evt)
    vexevt-correlate -f p.toml --lateness 2s --state state --append -o out.evt live.evt
    tail -c "+$((size + 1))" whole.evt >>live.evt
    killed "$(stat -c %s expected.evt)" -f p.toml --lateness 2s --state state --append -o out.evt
    # And once more, at whatever point it is by then.
    ((part % 2)) || killed 0 -f p.toml --lateness 2s --state state --append -o out.evt
    run -0 vexevt-correlate -f p.toml --lateness 2s --state state --append -o out.evt live.evt
    ((part % 2 == 0)) || [[ $output == *"which come again"* ]]
    cmp out.evt expected.evt
    # And nothing is left to tell.
    vexevt-correlate -f p.toml --lateness 2s --state state --append -o out.evt live.evt
    cmp out.evt expected.evt
  done
}

@test "a run that was killed tells matches to a pipe again, as the same events" {
  patterns
  pairs | vexevt-capture --import - -o live.evt
  vexevt-correlate -f p.toml --state expected live.evt -o expected.evt
  killed "$(stat -c %s expected.evt)" -f p.toml --state state -o out.evt
  vexevt-correlate -f p.toml --state state live.evt | cat - out.evt | vexevt-filter --dedupe 1h --by id type=vexevt.match -o once.evt
  cmp once.evt expected.evt
}

@test "a run that is stopped keeps its state, and cuts nothing" {
  patterns
  pairs | vexevt-capture --import - -o whole.evt
  vexevt-correlate -f p.toml --state expected whole.evt -o expected.evt
  vexevt-cat --format frames -n 9 whole.evt >live.evt
  size=$(stat -c %s live.evt)
  vexevt-correlate -f p.toml --state state --append -o out.evt --clock event --follow live.evt &
  tool=$!
  until [ -s out.evt ]; do kill -0 "$tool"; done
  kill "$tool"
  wait "$tool"
  tail -c "+$((size + 1))" whole.evt >>live.evt
  run -0 vexevt-correlate -f p.toml --state state --append -o out.evt live.evt
  [ -z "$output" ]
  cmp out.evt expected.evt
}

@test "state goes on from one pipe to the next" {
  at 1 fs.open /a | vexevt-capture --import - | vexevt-correlate --state state -e '[type = fs.open] then [type = fs.delete]'
  run -0 bash -c "$(declare -f at); at 2 fs.delete /a | vexevt-capture --import - |
    vexevt-correlate --state state -e '[type = fs.open] then [type = fs.delete]' | vexevt-cat --template '{type} {match.count}\n'"
  [ "$output" = "vexevt.match 2" ]
}

@test "what a killed run had read from a pipe is a gap" {
  local find=(vexevt-correlate --state state --within 5s -e 'o: [type = fs.open] then not [type = fs.close]')
  at 1 fs.open /a | vexevt-capture --import - | "${find[@]}"
  mkfifo pipe
  "${find[@]}" -o out.evt <pipe &
  tool=$!
  exec 7>pipe
  { at 2 fs.open /b; at 9 fs.open /c; } | vexevt-capture --import - >&7
  until [ -s out.evt ]; do kill -0 "$tool"; done
  kill -9 "$tool"
  wait "$tool" || true
  exec 7>&-
  at 20 fs.open /d | vexevt-capture --import - >last.evt
  run -4 "${find[@]}" --strict -o next.evt < <(cat last.evt)
  run -0 vexevt-cat next.evt --template '{type} {attr.o.path} {match.uncertain}\n'
  [ "${lines[0]}" = "vexevt.lost  " ]
  [ "${lines[1]}" = "vexevt.match /a true" ]
  [ "${#lines[@]}" -eq 2 ]
}

@test "what is held for its order is kept with the state" {
  { at 5 fs.delete /a; } | vexevt-capture --import - -o live.evt
  run -0 vexevt-correlate --state state --lateness 3s -e '[type = fs.open] then [type = fs.delete]' live.evt
  [ -z "$output" ]
  { at 4 fs.open /a; at 9 fs.open /b; } | vexevt-capture --import - >>live.evt
  run -0 bash -c "vexevt-correlate --state state --lateness 3s -e '[type = fs.open] then [type = fs.delete]' live.evt | vexevt-cat --template '{type}\n'"
  [ "$output" = "vexevt.match" ]
}

@test "the state of a pattern that has changed is dropped, and that is told" {
  at 1 fs.open /a | vexevt-capture --import - -o live.evt
  vexevt-correlate --state state --name p -e '[type = fs.open] then [type = fs.delete]' live.evt
  at 2 fs.delete /a | vexevt-capture --import - >>live.evt
  run -0 vexevt-correlate --state state --name p -e '[type = fs.open] then any [type = fs.delete]' live.evt
  [ "$output" = "vexevt-correlate: pattern 'p' is no more what it was: what it had kept is dropped" ]
}

@test "a state that is damaged, in use, or beside a checkpoint is refused" {
  at 1 fs.open /a | vexevt-capture --import - -o live.evt
  vexevt-correlate --state state -e '[pid = 1]' live.evt -o /dev/null
  run -2 vexevt-correlate --state state --checkpoint ck -e '[pid = 1]' live.evt
  [[ $output == *"leave out --checkpoint" ]]
  exec 7<state
  flock 7
  run -3 vexevt-correlate --state state -e '[pid = 1]' live.evt
  [ "$output" = "vexevt-correlate: another run keeps its state in 'state'" ]
  exec 7<&-
  truncate -s -1 state/correlate.state
  run -3 vexevt-correlate --state state -e '[pid = 1]' live.evt
  [ "$output" = "vexevt-correlate: cannot go on from 'state/correlate.state': it is damaged" ]
}
