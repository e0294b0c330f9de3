#!/usr/bin/env bats
# vexevt-stats, as it is met in a shell.

bats_require_minimum_version 1.5.0
load examples

setup() {
  cd "$BATS_TEST_TMPDIR"
}

# at SECOND TYPE PATH SIZE: an event as JSON.
at() {
  printf '{"time":"2026-01-01T00:00:%02d.000000000Z","type":"%s","path":"%s","size":%d,"mode":"100644","flags":["stat"]}\n' \
    "$1" "$2" "$3" "$4"
}

# sample: some events in in.evt.
sample() {
  { at 1 fs.write /a 2048; at 2 fs.write /b 4096; at 3 fs.delete /a 0; at 12 fs.write /a 1024; } | vexevt-capture --import - -o in.evt
}

@test "tells of the whole stream as a table" {
  sample
  run -0 vexevt-stats 'count, max(size), distinct(path) by type' in.evt --format text
  [ "${lines[0]}" = "TYPE       COUNT  MAX_SIZE  DISTINCT_PATH" ]
  [ "${lines[1]}" = "fs.write       3        4K              2" ]
  [ "${lines[2]}" = "fs.delete      1         0              1" ]
  [ "${#lines[@]}" -eq 3 ]
}

@test "tells of each window, with its time" {
  sample
  run -0 vexevt-stats 'count every 10s' in.evt --format text
  [ "${lines[0]}" = "2026-01-01T00:00:00Z to 2026-01-01T00:00:10Z" ]
  [ "${lines[2]}" = "    3" ]
  [ "${lines[3]}" = "2026-01-01T00:00:10Z to 2026-01-01T00:00:20Z" ]
  [ "${lines[5]}" = "    1" ]
}

@test "results are events, the same in every run, that other tools take" {
  sample
  vexevt-stats 'count, mean(size) as mean by type every 10s' in.evt -o one.evt
  vexevt-stats count,'mean(size) as mean' --by type --every 10s in.evt >/dev/null
  vexevt-stats 'count, mean(size) as mean by type every 10s' in.evt -o two.evt
  cmp one.evt two.evt
  run -0 bash -c "vexevt-filter 'attr.count > 1' one.evt | vexevt-cat --template '{type} {time} {attr.type} {attr.count} {attr.mean}\n'"
  [ "$output" = "observability.metric 2026-01-01T00:00:10.000000000Z fs.write 2 3072.0" ]
}

@test "groups are by attributes of any kind" {
  echo '{"type":"fs.write","path":"/a","attributes":{"n":-5,"ok":true,"x":0.5}}' | vexevt-capture --import - -o in.evt
  run -0 vexevt-stats 'count by attr.n, attr.ok, attr.x' in.evt --format text
  [ "${lines[1]}" = "-5      true     0.5         1" ]
}

@test "the options say what the query can" {
  sample
  vexevt-stats 'count by type every 10s over 20s' in.evt --format text >query
  vexevt-stats count --by type --every 10s --over 20s in.evt --format text >options
  cmp query options
  [ -s query ]
}

@test "CSV has a column for each result" {
  sample
  run -0 vexevt-stats 'count, topk(1, path) by type' in.evt --format csv
  [ "${lines[0]}" = "attr.begin,attr.end,attr.type,attr.count,attr.topk_path,attr.other,attr.lower_bound,attr.partial" ]
  [ "${lines[1]}" = '1767225601000000000,1767225612000000000,fs.write,3,"[[""/a"",2]]",,,' ]
}

@test "a window that a gap touches is a lower bound" {
  { at 1 fs.write /a 1; echo '{"type":"vexevt.lost","time":"2026-01-01T00:00:02.000000000Z","gap":{"lost":3}}'; at 12 fs.write /a 1; } |
    vexevt-capture --import - -o in.evt
  run -0 vexevt-stats 'count, max(size) every 10s' in.evt --format text
  [ "${lines[2]}" = "  >=1         1" ]
  [ "${lines[5]}" = "    1         1" ]
  run -0 bash -c "vexevt-stats 'count every 10s' in.evt | vexevt-cat --template '{type} {attr.count} {attr.lower_bound}\n'"
  [ "${lines[0]}" = "vexevt.lost  " ]
  [ "${lines[1]}" = "observability.metric 1 true" ]
  [ "${lines[2]}" = "observability.metric 1 " ]
  run -4 vexevt-stats count in.evt --format text --strict
}

@test "groups beyond the bound are told as one, and that is said" {
  sample
  run --separate-stderr -0 vexevt-stats 'count by path' in.evt --groups 1 --format text
  [ "${lines[1]}" = "/a           3" ]
  [ "${lines[2]}" = "(other)      1" ]
  [[ $stderr == *"1 events are in the group 'other'"* ]]
}

@test "late events are counted and told, or waited for" {
  { at 11 fs.write /a 1; at 2 fs.write /a 1; } | vexevt-capture --import - -o in.evt
  run --separate-stderr -0 vexevt-stats 'count every 10s' in.evt --format text
  [ "${#lines[@]}" -eq 3 ]
  [[ $stderr == *"1 events came too late for a window"* ]]
  run --separate-stderr -0 vexevt-stats 'count every 10s' in.evt --lateness 10s --format text
  [ "${#lines[@]}" -eq 6 ]
  [ -z "$stderr" ]
}

@test "a window is told while no event comes" {
  at 1 fs.write /a 1 | vexevt-capture --import - -o in.evt
  mkfifo pipe
  { cat in.evt; exec sleep 30; } >pipe &
  writer=$!
  run -0 timeout 20 vexevt-stats -n 1 'count every 100ms' pipe --format text
  kill "$writer"
  [ "${lines[2]}" = "    1" ]
}

@test "open windows are told with --partial" {
  sample
  run -0 bash -c "vexevt-stats 'count every 1m' --partial 5s in.evt | vexevt-cat --template '{attr.count} {attr.partial}\n'"
  [ "${lines[-1]}" = "4 " ]
  [[ ${lines[0]} == *" true" ]]
}

@test "paths can do nothing to a terminal" {
  printf '{"type":"fs.write","path":"/\\u001b[31m\\nx"}\n' | vexevt-capture --import - -o in.evt
  run -0 vexevt-stats 'count, first(path), topk(1, path) by path' in.evt --format text
  [[ $output != *$'\e'* ]]
  [ "${#lines[@]}" -eq 2 ]
}

@test "says what is wrong with a query, and where" {
  run -2 vexevt-stats </dev/null
  [[ $output == *"a query is wanted"* ]]
  run -2 vexevt-stats 'count, sum(sise)' --check
  [[ $output == *"query:12: unknown field 'sise' (did you mean 'size'?)"* ]]
  run -2 vexevt-stats 'count [sise > 1] by type' --check
  [[ $output == *"query:8: unknown field 'sise'"* ]]
  run -2 vexevt-stats 'coutn by type' --check
  [[ $output == *"did you mean 'count'?"* ]]
  run -2 vexevt-stats count --groups 0 --check
  run -2 vexevt-stats 'count every 1ns' --lateness 1h --check
  run -0 vexevt-stats 'count by type every 10s' --check
}

@test "a full disk is an error" {
  sample
  run -3 bash -c "vexevt-stats 'count by type' in.evt --format text >/dev/full"
}

@test "states of several runs add up to the answer of one" {
  vexevt-capture --generate --seed 3 -n 3000 -o all.evt
  vexevt-filter 'pid < 3500' all.evt -o here.evt
  vexevt-filter -v 'pid < 3500' all.evt -o there.evt
  [ -s here.evt ] && [ -s there.evt ]
  for windows in '' 'every 10ms' 'every 5ms over 20ms' 'session gap 1ms'; do
    query="count, sum(size), max(size), p50(size), distinct(path) by type $windows"
    vexevt-stats "$query" all.evt --format json >one.json
    vexevt-stats "$query" here.evt --partials -o 1.evt
    vexevt-stats "$query" there.evt --partials -o 2.evt
    vexevt-stats merge 1.evt 2.evt --format json | sort >merged.json
    sort one.json | cmp - merged.json
    [ -s merged.json ]
    vexevt-stats merge 1.evt --partials -o 3.evt
    vexevt-stats merge 2.evt 3.evt --format json | sort | cmp - merged.json
  done
}

@test "only states of one query are merged" {
  sample
  vexevt-stats count in.evt --partials -o 1.evt
  vexevt-stats rate in.evt --partials -o 2.evt
  run -3 vexevt-stats merge 1.evt 2.evt --format json
  [[ $output == *"states of two queries can't be merged"* ]]
  run -3 vexevt-stats merge in.evt
  [[ $output == *"none of the events is a state, as --partials writes them"* ]]
  run -2 vexevt-stats 'count every 10 events' in.evt --partials
  run -2 vexevt-stats count in.evt --partials --partial 1s
  run -2 vexevt-stats merge 1.evt --format csv
  [[ $output == *"give its events to vexevt-cat --fields attr."* ]]
  run -0 bash -c 'vexevt-stats merge 1.evt | vexevt-cat --format csv --fields attr.count'
  [ "${lines[*]}" = "attr.count 4" ]
  : >none.evt
  run -0 vexevt-stats merge none.evt --format json
  [ -z "$output" ]
}

@test "ten million groups" {
  if nm -D --undefined-only "$VEXEVT_BIN/vexevt-stats" | grep -q __asan; then skip "built with AddressSanitizer: takes minutes"; fi
  vexevt-capture --generate --seed 1 -n 10000000 | vexevt-stats 'count by seq' --groups 20M --format csv |
    awk -F, '{ groups += $4 == 1 } END { print groups }' >groups
  [ "$(<groups)" = 10000000 ]
}

@test "groups by attributes are named by their values in events, too" {
  echo '{"type":"fs.open","time":"2026-01-01T00:00:01Z","attributes":{"n":5,"ok":true,"s":"x"}}' >a.json
  run -0 vexevt-stats 'count by attr.n, attr.ok, attr.s' a.json --format json
  [ "$(jq -c '.attributes | [.n, .ok, .s, .count]' <<<"$output")" = '["5","true","x",1]' ]
}

@test "the example of a value that is named after the fact says what the page says" {
  local page="$BATS_TEST_DIRNAME/../../man/vexevt-stats.1"
  example_commands "$page" frequency >script
  bash -euo pipefail script >output
  example_text "$page" frequency | grep -v '^[$>] ' >expected
  diff expected output
}

@test "a frequency of few values is their count, in each form" {
  sample
  run -0 vexevt-stats 'frequency(path, /a), frequency(type, fs.delete) as deleted' in.evt --format text
  [ "${lines[0]}" = "FREQUENCY_PATH  DELETED" ]
  [ "${lines[1]}" = "             3        1" ]
  run -0 vexevt-stats 'frequency(path, "/a") [size < 2000] as f every 10s' in.evt --format csv
  [ "${lines[0]}" = "attr.begin,attr.end,attr.f,attr.other,attr.lower_bound,attr.partial" ]
  [[ ${lines[1]} == *,1,,, ]]
  [[ ${lines[2]} == *,1,,, ]]
}

@test "merged states tell of any value what one run would have told, byte for byte" {
  vexevt-capture --generate --seed 11 -n 30000 -o all.evt
  vexevt-filter 'pid < 2000' all.evt -o part1.evt
  vexevt-filter 'pid >= 2000 and pid < 3500' all.evt -o part2.evt
  vexevt-filter 'pid >= 3500' all.evt -o part3.evt
  for part in 1 2 3; do
    [ -s part$part.evt ]
    vexevt-stats 'count, frequency(path, /never) as f by type every 10ms' part$part.evt --partials -o $part.evt
  done
  busiest=$(vexevt-stats 'topk(1, path) as t' all.evt | vexevt-cat --template '{attr.t}\n' | sed 's/^\[\["//; s/".*//')
  vexevt-stats "count, frequency(path, $busiest) as f by type every 10ms" all.evt --format json | sort >one.json
  grep -q '"f":[1-9]' one.json
  vexevt-stats merge 1.evt 2.evt 3.evt --frequency-of "$busiest" --format json | sort | cmp - one.json
  vexevt-stats merge 3.evt 1.evt --partials -o 31.evt
  vexevt-stats merge 31.evt 2.evt --frequency-of "$busiest" --format json | sort | cmp - one.json
}

@test "an estimated frequency is never too low, and rarely beyond its bound" {
  vexevt-capture --generate --seed 5 -n 200000 -o in.evt
  vexevt-stats 'frequency(path, /never) as f, distinct(path) as d' in.evt --partials -o state.evt
  vexevt-stats merge state.evt | vexevt-filter -q 'attr.d > 1024'
  vexevt-cat in.evt --template '{path}\n' | grep -v '^$' | sort | uniq -c >exact
  # 40 of them, from the rarest to the most frequent; e / 4096 of all that have a path.
  bound=$(awk '{ n += $1 } END { print int(n * 2.718281828 / 4096) }' exact)
  sort -n exact | awk -v lines="$(wc -l <exact)" 'NR % int(lines / 40) == 0' >asked
  beyond=0 count=0
  while read -r truth path; do
    estimate=$(vexevt-stats merge state.evt --frequency-of "$path" | vexevt-cat --template '{attr.f}')
    ((estimate >= truth)) || { echo "$path: $estimate is less than $truth"; false; }
    ((beyond += estimate > truth + bound, count += 1))
  done <asked
  ((count >= 40 && beyond <= 1))
}

@test "what has lost events is a lower bound of a frequency, too" {
  { at 1 fs.write /a 1; echo '{"time":"2026-01-01T00:00:02Z","type":"vexevt.lost","gap":{"cause":"ring","lost":3}}'; at 3 fs.write /a 1; } |
    vexevt-capture --import - -o in.evt
  run -0 vexevt-stats 'frequency(path, /a)' in.evt --format text
  [ "${lines[1]}" = "           >=2" ]
  run -0 bash -c "vexevt-stats 'frequency(path, /b)' in.evt --partials | vexevt-stats merge --frequency-of /a --format text"
  [ "${lines[1]}" = "           >=2" ]
}

@test "a frequency is of one value that the field can have" {
  sample
  run -2 vexevt-stats 'frequency(path)' in.evt
  [ "$output" = "vexevt-stats: query:15: expected ',', not ')'" ]
  run -2 vexevt-stats 'frequency(uid, root)' in.evt
  [ "$output" = "vexevt-stats: query:16: 'uid' is compared with a number, not with 'root'" ]
  vexevt-stats 'frequency(uid, 0)' in.evt --partials -o uid.evt
  run -2 vexevt-stats merge uid.evt --frequency-of root
  [ "$output" = "vexevt-stats: can't tell how often 'root' was: 'uid' is compared with a number, not with 'root'" ]
  vexevt-stats count in.evt --partials -o count.evt
  run -2 vexevt-stats merge count.evt --frequency-of /a
  [ "$output" = "vexevt-stats: can't tell how often '/a' was: there is no frequency in 'count'" ]
  run -2 vexevt-stats count in.evt --frequency-of /a
}
