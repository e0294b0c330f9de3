#!/usr/bin/env bats
# --append: what runs write behind what is there.

bats_require_minimum_version 1.5.0
load events

setup() {
  cd "$BATS_TEST_TMPDIR"
  all='type exists'
}

@test "runs append to one stream, whichever tool they are" {
  events 1 3 >a.evt
  events 4 5 >b.evt
  vexevt-filter "$all" a.evt -o out.evt --append
  vexevt-cat --format frames --append b.evt -o out.evt
  vexevt-capture emit fs.create path=/x -o out.evt --append
  cmp <(cat a.evt b.evt) <(head -c "$(cat a.evt b.evt | wc -c)" out.evt)
  [ "$(vexevt-cat --template '{path} ' out.evt | tr -d '\n')" = "/srv/1 /srv/2 /srv/3 /srv/4 /srv/5 /x " ]
  cp a.evt plain.evt
  vexevt-filter "$all" b.evt -o plain.evt
  cmp b.evt plain.evt
}

@test "an event that was cut off goes with a warning, and the stream is whole again" {
  events 1 3 >a.evt
  cp a.evt out.evt
  events 4 4 | head -c 20 >>out.evt
  run --separate-stderr -0 vexevt-filter "$all" a.evt -o out.evt --append
  [ "$stderr" = "vexevt-filter: warning: 'out.evt' ended within an event, as a run that was killed leaves it: took its last 20 bytes away" ]
  cmp <(cat a.evt a.evt) out.evt
}

@test "what is no stream is not appended to, and stays" {
  echo "- buy milk, and two eggs" | tee notes >before
  run --separate-stderr -3 vexevt-capture --generate web -n 5 -o notes --append
  [ "$stderr" = "vexevt-capture: cannot append: notes: offset 0: not an event: its frame would be larger than 1 MiB" ]
  cmp before notes
}

@test "a compressed file is appended to, unless its last frame has no end" {
  events 1 3 >a.evt
  vexevt-filter "$all" a.evt -o out.evt.zst --append
  vexevt-filter "$all" a.evt -o out.evt.zst --append
  zstd -tq out.evt.zst
  zstd -dcq out.evt.zst | cmp - <(cat a.evt a.evt)
  mkfifo in
  vexevt-filter "$all" <in -o open.evt.zst &
  writer=$!
  exec 7>in
  cat a.evt >&7
  until [ "$(vexevt-cat open.evt.zst 2>/dev/null | wc -l)" = 3 ]; do :; done
  kill -9 $writer
  wait $writer || true
  exec 7>&-
  run --separate-stderr -3 vexevt-filter "$all" a.evt -o open.evt.zst --append
  [ "$stderr" = "vexevt-filter: cannot append: the last zstd frame of 'open.evt.zst' has no end, as a run that was killed leaves it; vexevt-cat copies what is whole" ]
  vexevt-cat --format frames open.evt.zst -o whole.evt.zst
  vexevt-filter "$all" a.evt -o whole.evt.zst --append
  zstd -dcq whole.evt.zst | cmp - <(cat a.evt a.evt)
}

@test "CSV has one header, and lines are ended" {
  events 1 2 >a.evt
  vexevt-cat --format csv a.evt -o out.csv --append
  vexevt-cat --format csv a.evt -o out.csv --append
  vexevt-cat --format csv a.evt >once.csv
  cmp out.csv <(cat once.csv; tail -n +2 once.csv)
  printf '{"type":"fs.read"}' >out.json
  vexevt-cat --format json a.evt -o out.json --append
  [ "$(wc -l <out.json)" = 3 ]
  [ "$(vexevt-cat --input-format json out.json --template '{type}' | head -n 1)" = fs.read ]
}

@test "one run at a time, and only files" {
  events 1 2 >a.evt
  mkfifo in
  vexevt-filter "$all" <in -o out.evt --append &
  exec 7>in
  cat a.evt >&7
  until [ -s out.evt ]; do :; done
  run --separate-stderr -3 vexevt-filter "$all" a.evt -o out.evt --append
  [ "$stderr" = "vexevt-filter: cannot append: another run writes 'out.evt'" ]
  exec 7>&-
  wait
  cmp a.evt out.evt
  for output in - exec:cat unix:x unix-listen:x ring:x; do
    run --separate-stderr -2 vexevt-filter "$all" a.evt -o $output --append
    [ "$stderr" = "vexevt-filter: --append needs the name of a file: -o FILE" ]
  done
  run --separate-stderr -2 vexevt-filter "$all" a.evt -o out.evt --append --rotate 1M
  [ "$stderr" = "vexevt-filter: --rotate never overwrites, and goes on behind the last file: leave out --append" ]
  run --separate-stderr -2 vexevt-filter "$all" out.evt -o out.evt --append
  [ "$stderr" = "vexevt-filter: 'out.evt': input file is output file" ]
  vexevt-filter "$all" a.evt -o /dev/null --append
}

@test "a checkpoint and --append: each run adds what is new" {
  events 1 2 >a.evt
  vexevt-filter "$all" a.evt --checkpoint ck -o out.evt --append
  events 3 4 >>a.evt
  vexevt-filter "$all" a.evt --checkpoint ck -o out.evt --append
  vexevt-filter "$all" a.evt --checkpoint ck -o out.evt --append
  cmp a.evt out.evt
}
