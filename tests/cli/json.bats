#!/usr/bin/env bats
# Lines of JSON as the input of a tool.
# shellcheck disable=SC2154  # run --separate-stderr sets stderr
bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  printf '%s\n' '{"type":"fs.open","path":"/a"}' '{"type": "fs.open", "path": "/b \"x\""}' '{"path":"/é","type":"fs.close"}' >a.json
}

@test "a file of lines is read as a stream is" {
  run -0 vexevt-stats 'count by type' a.json --format text
  [ "${lines[1]}" = "fs.open       2" ]
  [ "${lines[2]}" = "fs.close      1" ]
  run -0 vexevt-filter 'path = "/é"' a.json --format json
  [ "$output" = '{"type":"fs.close","path":"/é"}' ]
}

@test "and so is what a command writes, and what is compressed" {
  command -v zstd || skip "no zstd"
  run -0 bash -c "vexevt-cat --template '{path}' <a.json"
  [ "${lines[1]}" = '/b "x"' ]
  zstd -q a.json
  run -0 vexevt-filter -c 'type = fs.open' -i a.json.zst -i 'exec:cat a.json'
  [ "$output" = 4 ]
}

@test "a bad line is named, and what was before it given" {
  echo '{"type":"fs.opn"}' >>a.json
  run --separate-stderr -3 vexevt-filter -c 'type = fs.open' a.json
  [ "$stderr" = "vexevt-filter: a.json: line 4: unknown type 'fs.opn' (did you mean 'fs.open'?)" ]
}

@test "many lines come out as they went in, whoever reads them" {
  vexevt-capture --generate --seed 5 -n 20000 -o a.evt
  vexevt-cat --format json a.evt >many.json
  vexevt-cat --format frames many.json | cmp - a.evt
  vexevt-capture --import many.json | cmp - a.evt
  vexevt-capture --import - <many.json | cmp - a.evt
  # As another program writes the same, with spaces, and with what is not ASCII.
  sed 's/":/": /g; s/,"/, "/g; s,/srv/,/sérv/,' many.json >spaced.json
  sed 's,/srv/,/sérv/,' many.json >plain.json
  vexevt-cat --format frames spaced.json | cmp - <(vexevt-cat --format frames plain.json)
}

@test "an import gives an id and a time to what has none, in its order" {
  vexevt-capture --import a.json --format json >b.json
  run -0 vexevt-filter -c 'time exists and seq >= 1' b.json
  [ "$output" = 3 ]
  [ "$(vexevt-cat --template '{seq} {path}' b.json | tail -n 1)" = "3 /é" ]
}

@test "an event too large for a frame is refused by its line" {
  printf '{"type":"fs.open","path":"%01050000d"}\n' 0 >>a.json
  run --separate-stderr -3 vexevt-capture --import a.json -o b.evt
  [ "$stderr" = "vexevt-capture: a.json: line 4: the event is larger than 1 MiB" ]
  run -0 vexevt-filter -c 'type exists' b.evt
  [ "$output" = 3 ]
}
