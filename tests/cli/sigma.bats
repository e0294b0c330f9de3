#!/usr/bin/env bats
# vexevt-correlate import-sigma: each kind of rule, turned, and run on events.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
}

# at SECOND TYPE PATH EXE [PID]: an event as JSON.
at() {
  printf '{"time":"2026-01-01T00:00:%02d.000000000Z","type":"%s","path":"%s","exe":"%s","pid":%d,"uid":0}\n' "$1" "$2" "$3" "$4" "${5:-1}"
}

# matches: what the rules of r.yml find in the events on standard input: a pattern and a number of events a line.
matches() {
  vexevt-capture --import - -o in.evt
  vexevt-correlate import-sigma r.yml >p.toml
  vexevt-correlate -f p.toml in.evt | vexevt-cat --template '{match.pattern} {match.count}\n'
}

# rule NAME CATEGORY DETECTION: a rule about one event.
rule() {
  printf 'title: %s\nname: %s\nlogsource: {product: linux, category: %s}\ndetection: %s\nlevel: high\n---\n' "$1" "$1" "$2" "$3"
}

@test "a rule about one event" {
  cat >r.yml <<'YML'
title: Program dropped by a download
status: test
logsource:
  product: linux
  category: file_event
detection:
  selection_path:
    TargetFilename|startswith:
      - /tmp/
      - /dev/shm/
  selection_image:
    - Image|endswith: ['/curl', '/wget']
    - Image|contains|all: [down, LOAD]
  filter_list:
    TargetFilename|re: '\.(txt|html)$'
  condition: all of selection_* and not 1 of filter_*
level: critical
YML
  run -0 matches < <(
    at 1 fs.close-write /tmp/x /usr/bin/curl
    at 2 fs.close-write /TMP/x /usr/bin/WGET # a value is in any case
    at 3 fs.close-write /tmp/x /opt/loader-down
    at 4 fs.close-write /tmp/x /usr/bin/cp
    at 5 fs.close-write /home/x /usr/bin/curl
    at 6 fs.close-write /tmp/x.html /usr/bin/curl
    at 7 fs.delete /tmp/x /usr/bin/curl
  )
  [ "$output" = $'Program dropped by a download 1\nProgram dropped by a download 1\nProgram dropped by a download 1' ]
  grep -q 'severity = "critical"' p.toml
}

@test "event_count" {
  {
    rule gone file_delete '{s: {TargetFilename|startswith: /srv/}, condition: s}'
    printf 'title: many\ncorrelation:\n  type: event_count\n  rules: [gone]\n  group-by: [ProcessId]\n  timespan: 10s\n  condition: {gte: 3}\n'
  } >r.yml
  run -0 matches < <(
    for i in 1 2 3; do at "$i" fs.delete "/srv/$i" rm 7; at "$i" fs.delete "/tmp/$i" rm 7; done
    at 11 fs.delete /srv/a rm 8
    at 12 fs.delete /srv/b rm 8
    at 30 fs.delete /srv/c rm 8
  )
  [ "$output" = "many 3" ]
}

@test "value_count" {
  {
    rule gone file_delete '{s: {User: root}, condition: s}'
    printf 'title: different\ncorrelation:\n  type: value_count\n  rules: gone\n  timespan: 1m\n  condition: {field: TargetFilename, gt: 1}\n'
  } >r.yml
  run -0 matches < <(at 1 fs.delete /a rm; at 2 fs.delete /a rm; at 3 fs.delete /a rm; at 4 fs.delete /b rm)
  [[ $output == "different "* && $output != *$'\n'* ]]
}

@test "temporal and temporal_ordered" {
  {
    rule made file_event '{s: {TargetFilename|endswith: .sh}, condition: s}'
    rule gone file_delete '{s: {TargetFilename: "/var/log/*"}, condition: s}'
    printf 'title: in order\ncorrelation: {type: temporal_ordered, rules: [made, gone], group-by: ProcessId, timespan: 10s}\n---\n'
    printf 'title: in any\ncorrelation: {type: temporal, rules: [made, gone], group-by: ProcessId, timespan: 10s}\n'
  } >r.yml
  run -0 matches < <(
    at 1 fs.close-write /tmp/a.sh sh 1
    at 2 fs.delete /var/log/x sh 1
    at 3 fs.delete /var/log/y sh 2
    at 4 fs.close-write /tmp/b.sh sh 2
    at 5 fs.close-write /tmp/c.sh sh 3
    at 6 fs.delete /var/log/z sh 4
    at 40 fs.delete /var/log/z sh 3
  )
  [ "$(sort <<<"$output")" = $'in any 2\nin any 2\nin order 2' ]
}

@test "several files, of which one refers to another" {
  rule gone file_delete '{s: {User: 0}, condition: s}' >a.yml
  printf 'title: many\ncorrelation: {type: event_count, rules: gone, timespan: 1h, condition: {gte: 2}}\n' >b.yml
  vexevt-correlate import-sigma b.yml a.yml >p.toml
  [ "$(grep -c '^name' p.toml)" -eq 1 ]
  vexevt-correlate --check -f p.toml
}

@test "what can't be turned is told, and nothing is written" {
  {
    rule good file_delete '{s: {User: 0}, condition: s}'
    rule bad file_delete '{s: {CommandLine: x}, condition: s}'
  } >r.yml
  run -2 --separate-stderr vexevt-correlate import-sigma r.yml
  [ -z "$output" ]
  [[ $stderr == "vexevt-correlate: r.yml:10:17: the field 'CommandLine' is none that events have"* ]]
  run -3 vexevt-correlate import-sigma missing.yml
  run -2 vexevt-correlate import-sigma
  printf 'a: &a [x]\nb: *a\n' >r.yml
  run -2 vexevt-correlate import-sigma r.yml
  rule good file_delete '{s: {User: 0}, condition: s}' >r.yml
  run -3 bash -c 'vexevt-correlate import-sigma r.yml >/dev/full'
}
