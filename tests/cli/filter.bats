#!/usr/bin/env bats
# vexevt-filter as people meet it. Events are written as JSON, and read back as JSON.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  cat >a.json <<'JSON'
{"type":"fs.create","path":"/srv/a.txt","pid":10,"uid":0,"gid":0,"ppid":1,"comm":"sh","flags":["credentials"],"time":"2026-11-23T12:00:00.000000000Z","id":"00000000000000010000000000000001"}
{"type":"fs.write","path":"/srv/a.txt","pid":10,"uid":1000,"gid":0,"ppid":1,"comm":"vim","flags":["credentials"],"time":"2026-11-23T12:00:01.000000000Z","id":"00000000000000010000000000000002"}
{"type":"fs.write","path":"/srv/a.txt","pid":10,"uid":1000,"gid":0,"ppid":1,"comm":"vim","flags":["credentials"],"time":"2026-11-23T12:00:02.000000000Z","id":"00000000000000010000000000000003"}
{"type":"fs.delete","path":"/etc/b.conf","pid":11,"comm":"rm","time":"2026-11-23T12:00:07.000000000Z","id":"00000000000000010000000000000004"}
JSON
  vexevt-capture --import a.json -o a.evt
}

# The sequence numbers of the events on standard input.
seqs() { vexevt-cat --template '{seq} ' | tr -d '\n'; }

@test "keeps what the expression holds for, byte for byte" {
  vexevt-filter 'type = fs.delete' a.evt >b.evt
  [ "$(seqs <b.evt)" = "4 " ]
  cmp b.evt <(tail -c "$(stat -c %s b.evt)" a.evt)
  vexevt-filter 'type exists' a.evt | cmp - a.evt
}

@test "reads standard input, several files and -i" {
  [ "$(vexevt-filter -c 'uid = 1000' <a.evt)" = 2 ]
  [ "$(vexevt-filter -c 'uid = 1000' a.evt a.evt)" = 4 ]
  [ "$(vexevt-filter -c 'uid = 1000' -i a.evt)" = 2 ]
}

@test "-v keeps the others, an unknown user among them" {
  [ "$(vexevt-filter -v 'uid = 1000' a.evt | seqs)" = "1 4 " ]
}

@test "several -e: one of them must hold" {
  [ "$(vexevt-filter -e 'type = fs.create' -e 'type = fs.delete' a.evt | seqs)" = "1 4 " ]
}

@test "-q and the assertions answer by exit status" {
  run -0 vexevt-filter -q 'type = fs.delete' a.evt
  [ -z "$output" ]
  run -1 vexevt-filter -q 'type = fs.chmod' a.evt
  run -0 vexevt-filter --assert-none 'type = fs.chmod' a.evt
  run -1 bash -c "vexevt-filter --assert-none 'type = fs.delete' a.evt >/dev/null"
  run -1 vexevt-filter --assert-some 'type = fs.chmod' a.evt
  run -0 bash -c "vexevt-filter --assert-some 'type = fs.delete' a.evt >/dev/null"
}

@test "a gap passes, makes a count a lower bound and an assertion uncertain" {
  echo '{"type":"vexevt.lost","gap":{"cause":"ring","lost":5}}' | vexevt-capture --import - >gap.evt
  cat a.evt gap.evt >g.evt
  vexevt-filter 'type = fs.chmod' g.evt | cmp - gap.evt
  [ "$(vexevt-filter -c 'uid = 1000' g.evt)" = ">=2" ]
  run -1 --separate-stderr vexevt-filter --assert-none 'type = fs.chmod' -o /dev/null --format frames g.evt
  [ "$stderr" = "vexevt-filter: nothing was kept, but events were lost: not certain" ]
  run -4 vexevt-filter --strict 'type = fs.chmod' -o /dev/null --format frames g.evt
}

@test "thins out by duplicate, limit and share, the same in every run" {
  [ "$(vexevt-filter --dedupe 5s --by path,type 'type = fs.*' a.evt | seqs)" = "1 2 4 " ]
  [ "$(vexevt-filter --limit 1/10s --by uid 'type = fs.*' a.evt | seqs)" = "1 2 4 " ]
  [ "$(vexevt-filter --sample 0% 'type = fs.*' a.evt | seqs)" = "" ]
  [ "$(vexevt-filter --sample 100% 'type = fs.*' a.evt | seqs)" = "1 2 3 4 " ]
  cmp <(vexevt-filter --sample 50% 'type = fs.*' a.evt) <(vexevt-filter --sample 0.5 'type = fs.*' a.evt)
}

@test "a marked sample says its share, and that of a sample of a sample" {
  vexevt-capture --generate build --seed 5 -n 2000 -o b.evt
  vexevt-filter --sample 50% --by path --mark-sample 'type exists' b.evt >half.evt
  [ "$(vexevt-filter -c 'attr.sample.rate = 0.5' half.evt)" = "$(vexevt-filter --sample 50% --by path -c 'type exists' b.evt)" ]
  printf '[[rule]]\nsample = { rate = 0.25, mark = true }\n' >quarter.toml
  vexevt-filter -f quarter.toml half.evt >eighth.evt
  [ -s eighth.evt ]
  vexevt-filter --assert-none 'attr.sample.rate != 0.125' eighth.evt
  run -2 --separate-stderr vexevt-filter --mark-sample 'type exists' b.evt
  [ "$stderr" = "vexevt-filter: --mark-sample wants --sample" ]
}

@test "delays by the time of the events" {
  cat >delay.toml <<'TOML'
default = "keep"
[[rule]]
when = 'type = fs.create'
delay = "1500ms"
TOML
  [ "$(vexevt-filter -f delay.toml a.evt | seqs)" = "2 1 3 4 " ]
}

@test "what memory does not hold is told: delays that end early, keys that are forgotten" {
  vexevt-capture --generate build --seed 5 -n 2000 -o b.evt
  vexevt-filter --delay 1h 'type exists' b.evt | cmp - b.evt
  run -0 --separate-stderr vexevt-filter --delay 1h --delay-max 20K 'type exists' b.evt -o c.evt
  cmp b.evt c.evt
  [[ $stderr == "vexevt-filter: warning: more is delayed than memory is given to:"* ]]
  printf '[[rule]]\nname = "once"\ndedupe = { window = "1h", by = "id", keys = 500 }\n' >keys.toml
  run -0 --separate-stderr vexevt-filter --metrics keys.prom -f keys.toml b.evt -o c.evt
  cmp b.evt c.evt
  [ "$stderr" = "vexevt-filter: warning: rule 'once': there are more keys than it remembers, and the oldest are forgotten: 'keys' in vexevt-rules(5) raises the bound" ]
  evicted=$(sed -n 's/^vexevt_rule_keys_evicted_total{.*rule="once"} //p' keys.prom)
  ((evicted >= 2000 - 1032 && evicted <= 1500))
}

@test "--profile-rules says what each rule cost, the most expensive first" {
  cat >r.toml <<'TOML'
[[rule]]
name = "cheap"
when = 'type = fs.delete'
[[rule]]
name = "costly"
when = 'path matches "(a|b|c|d)+[0-9]{2,5}.*(part|parser)-[0-9]+[.]s$" or path contains "qzqzqz"'
TOML
  vexevt-capture --generate build --seed 5 -n 20000 -o b.evt
  deletes=$(vexevt-filter -c 'type = fs.delete' b.evt)
  run -0 --separate-stderr vexevt-filter --profile-rules -f r.toml b.evt -o c.evt
  cmp c.evt <(vexevt-filter -f r.toml b.evt)
  [[ ${stderr_lines[0]} =~ ^RULE\ +LOOKED\ AT\ +HELD\ +NS\ +%$ ]]
  [[ ${stderr_lines[1]} =~ ^costly\ +$((20000 - deletes))\ +[0-9]+\ +[0-9]+\.[0-9]\ +[0-9]+\.[0-9]$ ]]
  [[ ${stderr_lines[2]} =~ ^cheap\ +20000\ +$deletes\  ]]
}

@test "redaction takes a value out of the bytes" {
  vexevt-filter --redact path --redact comm:mask 'type = fs.delete' a.evt >r.evt
  run ! grep -q b.conf r.evt
  [ "$(vexevt-cat --format json r.evt | jq -r .comm)" = "**" ]
  run -2 vexevt-filter --redact comm:hash 'type = fs.delete' a.evt
  VEXEVT_REDACTION_KEY=0123456789abcdef vexevt-filter --redact comm:hash 'type = fs.delete' a.evt | vexevt-cat --format json | jq -re '.comm | length == 32'
  run -2 vexevt-filter --redact pid 'type = fs.delete' a.evt
}

@test "rules from a file, read again on SIGHUP, a wrong one refused" {
  cat >r.toml <<'TOML'
[[rule]]
when = 'type = fs.delete'
TOML
  [ "$(vexevt-filter -f r.toml a.evt | seqs)" = "4 " ]
  mkfifo in
  vexevt-filter --verbose -f r.toml in -o out.evt 2>log &
  tool=$!
  exec 7>in
  cat a.evt >&7
  until [ -s out.evt ]; do :; done
  echo '[[rule]]
whn = 1' >r.toml
  kill -HUP $tool
  until grep -q "not reloaded" log; do :; done
  grep -qF "vexevt-filter: rules not reloaded, generation 1 stays: r.toml:2:7: unknown key 'whn' in rule (did you mean 'when'?)" log
  echo '[[rule]]' >r.toml
  kill -HUP $tool
  until grep -qx "vexevt-filter: read 'r.toml' again: generation 2, 1 rules" log; do :; done
  cat a.evt >&7
  exec 7>&-
  wait $tool
  [ "$(seqs <out.evt)" = "4 1 2 3 4 " ]
}

@test "events go on under the old rules while the new ones are read" {
  cat >r.toml <<'TOML'
[lists]
wanted = { file = "wanted" }
[[rule]]
when = 'path in $wanted'
TOML
  echo /srv/a.txt >wanted
  mkfifo in
  vexevt-filter --verbose -f r.toml in -o out.evt 2>log &
  tool=$!
  exec 7>in
  rm wanted
  mkfifo wanted
  kill -HUP $tool
  exec 6>wanted # the reader has come, and waits
  cat a.evt >&7
  until [ -s out.evt ]; do :; done
  echo /etc/b.conf >&6
  exec 6>&-
  until grep -qx "vexevt-filter: read 'r.toml' again: generation 2, 1 rules" log; do :; done
  cat a.evt >&7
  exec 7>&-
  wait $tool
  [ "$(seqs <out.evt)" = "1 2 3 4 " ]
}

@test "--explain says whether an event would be kept, and why" {
  run -0 vexevt-filter --explain '{"type":"fs.delete","path":"/srv/a"}' 'type = fs.delete and path under "/srv"'
  [ "${lines[0]}" = "rule 'expression' holds: kept" ]
  [[ ${lines[2]} == *"true"*"type = fs.delete"* ]]
  [ "${lines[-1]}" = kept ]
  run -0 vexevt-filter --explain a.evt 'type = fs.delete'
  [ "${lines[-1]}" = "no rule holds: dropped" ]
  printf 'default = "keep"\n[[rule]]\nname = "noise"\nwhen = "comm = sh"\naction = "drop"\n' >r.toml
  run -0 vexevt-filter --explain a.evt -f r.toml
  [ "${lines[0]}" = "rule 'noise' holds: dropped" ]
  [ "${lines[-1]}" = dropped ]
  run -2 vexevt-filter --explain '{"type":"fs.delte"}' 'type exists'
}

@test "--check warns of rules that are never reached" {
  printf '[[rule]]\nname = "all"\n[[rule]]\nname = "some"\nwhen = "pid = 1"\n' >r.toml
  run -0 --separate-stderr vexevt-filter --check -f r.toml
  [ "$stderr" = "vexevt-filter: warning: r.toml:3:1: rule 'some' is never reached: rule 'all' always holds" ]
}

@test "lists from a file" {
  printf '/srv/a.txt\n/x\n' >paths
  [ "$(vexevt-filter -c --list known=paths 'path in $known' a.evt)" = 3 ]
  run -3 --separate-stderr vexevt-filter --list known=none 'path in $known' a.evt
  [ "$stderr" = "vexevt-filter: cannot open 'none': No such file or directory" ]
}

@test "what is wrong is said where it stands" {
  run -2 --separate-stderr vexevt-filter 'type = fs.create and pth = x' a.evt
  [ "$stderr" = "vexevt-filter: expression:22: unknown field 'pth' (did you mean 'path'?)" ]
  printf '[[rule]]\nwhen = "size > 10M and"\n' >bad.toml
  run -2 --separate-stderr vexevt-filter -f bad.toml a.evt
  [[ $stderr == "vexevt-filter: bad.toml:2:"* ]]
  run -3 --separate-stderr vexevt-filter -f . a.evt
  [ "$stderr" = "vexevt-filter: cannot read '.': Is a directory" ]
  run -2 --separate-stderr vexevt-filter --by path 'type exists' a.evt
  [[ $stderr == "vexevt-filter: --by wants --dedupe, --sample or --limit"* ]]
  run -3 --separate-stderr vexevt-filter 'type exists' none.evt
  [ "$stderr" = "vexevt-filter: cannot open 'none.evt': No such file or directory" ]
}

@test "bad data: what is before it passes, then the offset and 3" {
  size=$(stat -c %s a.evt)
  { cat a.evt; echo garbage-garbage-garbage; } >bad.evt
  run -3 --separate-stderr bash -c "vexevt-filter 'type exists' bad.evt >good.evt"
  cmp a.evt good.evt
  [[ $stderr == "vexevt-filter: bad.evt: offset $size: "* ]]
  head -c $((size - 3)) a.evt >cut.evt
  run -3 --separate-stderr bash -c "vexevt-filter 'type exists' cut.evt >good.evt"
  [[ $stderr == *"truncated event" ]]
}

@test "a full disk is an error, a closed pipe is not" {
  run -3 --separate-stderr bash -c "vexevt-filter 'type exists' a.evt >/dev/full"
  [ "$stderr" = "vexevt-filter: cannot write 'standard output': No space left on device" ]
  for ((i = 0; i < 2000; ++i)); do cat a.evt; done >many.evt
  run -0 --separate-stderr bash -c "set +o pipefail; vexevt-filter 'type exists' many.evt | head -c 1 | wc -c"
  [ -z "$stderr" ]
}

@test "--test holds rules, and an expression, to examples" {
  cat >rules.toml <<'TOML'
[[rule]]
name = "no temporary files"
when = 'path endswith ".tmp"'
action = "drop"
[[rule]]
when = 'type = fs.create'
limit = "1/h"
TOML
  cat >good.test <<'TOML'
[[case]]
name = "what is temporary goes"
event = '{"type":"fs.create","path":"/srv/a.tmp"}'
keep = false
[[case]]
event = '{"type":"fs.create","path":"/srv/a"}'
keep = true
[[case]]
event = '{"type":"fs.create","path":"/srv/b"}'
keep = true
[[case]]
event = '{"type":"fs.delete","path":"/srv/a"}'
keep = false
TOML
  run -0 vexevt-filter --test good.test -f rules.toml --verbose
  [ "$output" = "vexevt-filter: 4 of 4 cases as they should be" ]
  run -1 vexevt-filter --test good.test 'type = fs.delete'
  [ "${lines[0]}" = "good.test:5:1: case 2: is dropped by default, as no rule holds" ]
  [ "${#lines[@]}" = 3 ]
  sed 's/keep = false/keep = true/' good.test >bad.test
  run -1 vexevt-filter --test bad.test -f rules.toml
  [ "${lines[0]}" = "bad.test:1:1: case 'what is temporary goes': is dropped by rule 'no temporary files'" ]
  [ "${lines[1]}" = "bad.test:11:1: case 4: is dropped by default, as no rule holds" ]
  sed 's/keep/kept/' good.test >wrong.test
  run -2 --separate-stderr vexevt-filter --test wrong.test -f rules.toml
  [ "$stderr" = "vexevt-filter: wrong.test:4:8: unknown key 'kept' in case (known: name, event, keep)" ]
  sed '/keep/d' good.test >wrong.test
  run -2 --separate-stderr vexevt-filter --test wrong.test -f rules.toml
  [[ $stderr == "vexevt-filter: wrong.test:1:1: "*"keep"* ]]
}
