#!/usr/bin/env bats
# The endpoint ring:PATH through the real tools.

bats_require_minimum_version 1.5.0
load events

setup() {
  cd "$BATS_TEST_TMPDIR"
  all='type exists'
}

# Until a writer has made the ring r.
await_ring() {
  until [[ -s r && $(head -c 8 r) == vexring1 ]]; do :; done
}

@test "what is written to a ring is read from it, byte for byte, by every reader" {
  vexevt-capture --generate mixed --seed 3 -n 2000 -o a.evt
  vexevt-filter "$all" a.evt -o ring:r
  [ "$(stat -c %a r)" = 600 ]
  vexevt-filter "$all" ring:r >b.evt
  cmp a.evt b.evt
  vexevt-cat --format frames ring:r | cmp a.evt -
  # Joined with files in the order of time, as any input.
  [ "$(vexevt-filter -c "$all" ring:r a.evt)" = 4000 ]
}

@test "a ring ends for its readers when its last writer has ended" {
  mkfifo in
  vexevt-filter "$all" -o ring:r <in &
  exec 5>in
  events 1 2 >&5
  await_ring
  mkfifo out
  vexevt-cat --template '{seq}\n' ring:r >out 5>&- &
  reader=$!
  exec 6<out
  read -r -u 6 first
  read -r -u 6 second
  events 3 3 >&5
  read -r -u 6 third
  [ "$first $second $third" = "1 2 3" ]
  exec 5>&-
  wait "$reader"
  run -1 read -r -u 6 none
}

@test "a reader that is overrun tells exactly how many events it missed" {
  vexevt-capture --generate mixed --seed 3 -n 20000 | vexevt-filter 'not tenant exists' >a.evt
  mkfifo in
  vexevt-filter "$all" -o ring:r,size=256K <in &
  exec 5>in
  events 1 1 >&5
  await_ring
  mkfifo out
  vexevt-filter "$all" ring:r >out 5>&- &
  reader=$!
  exec 6<out
  head -c 8 <&6 >first
  # Nobody takes its output: it stands still, and the ring goes round.
  cat a.evt >&5
  exec 5>&-
  wait %1
  { cat first; cat <&6; } >b.evt
  wait "$reader"
  vexevt-cat --format json b.evt >b.json
  kept=$(grep -vc '"type":"vexevt.lost"' b.json)
  lost=$(jq -s '[.[].gap.lost | select(.)] | add' b.json)
  [ "$lost" -gt 0 ]
  [ $((kept + lost)) = $(($(vexevt-filter -c "$all" a.evt) + 1)) ]
}

@test "a ring that blocks loses nothing, however small it is" {
  vexevt-capture --generate mixed --seed 3 -n 20000 -o a.evt
  vexevt-filter "$all" a.evt -o ring:r,block,size=64K &
  await_ring
  vexevt-filter "$all" ring:r >b.evt
  wait %1
  cmp a.evt b.evt
}

@test "a writer that is killed is told, and the ring goes on" {
  mkfifo in
  vexevt-filter "$all" -o ring:r <in &
  exec 5>in
  events 1 2 >&5
  await_ring
  until [[ $(vexevt-cat -n 2 --template '{seq}' ring:r | tr -d '\n') == 12 ]]; do :; done
  kill -9 $!
  wait $! || true
  exec 5>&-
  [ "$(vexevt-cat --template '{type}' ring:r | xargs)" = "fs.read fs.read vexevt.lost" ]
  vexevt-cat --format json ring:r | grep -q '"cause":"ring:r lost a writer, which died"'
  events 3 3 | vexevt-filter "$all" -o ring:r
  [ "$(vexevt-cat --format frames ring:r | seqs)" = "1 2 3 " ]
}

@test "followed, a ring goes on over its writers" {
  events 1 1 | vexevt-filter "$all" -o ring:r
  mkfifo out
  vexevt-cat --follow --template '{seq}\n' ring:r >out &
  reader=$!
  exec 6<out
  read -r -u 6 first
  events 2 2 | vexevt-filter "$all" -o ring:r
  read -r -u 6 second
  [ "$first $second" = "1 2" ]
  kill -TERM "$reader"
  wait "$reader"
}

@test "a route leads into rings, also those that block" {
  vexevt-capture --generate mixed --seed 3 -n 20000 -o a.evt
  printf '[[endpoint]]\nname = "%s"\nto = "%s"\n' all ring:all,block,size=64K fs ring:fs,size=16M >rules.toml
  printf '[[rule]]\nwhen = "%s"\nto = %s\n' "$all" '"all"' 'type = fs.*' '"fs"' >>rules.toml
  sed -i '1i match = "all"' rules.toml
  vexevt-route rules.toml a.evt &
  until [[ -s all && $(head -c 8 all) == vexring1 ]]; do :; done
  vexevt-filter "$all" ring:all >b.evt
  wait %1
  cmp a.evt b.evt
  vexevt-filter 'type = fs.*' a.evt | cmp - <(vexevt-filter "$all" ring:fs)
}

@test "rings that are none, are made otherwise, or are misspelt" {
  echo precious >file
  run -2 --separate-stderr vexevt-filter "$all" /dev/null -o ring:file
  [ "$stderr" = "vexevt-filter: 'file' is not a ring" ]
  [ "$(<file)" = precious ]
  run -3 --separate-stderr vexevt-cat ring:none
  [ "$stderr" = "vexevt-cat: cannot open 'none': No such file or directory" ]
  vexevt-filter "$all" /dev/null -o ring:r,size=64K
  run -2 --separate-stderr vexevt-filter "$all" /dev/null -o ring:r,block
  [ "$stderr" = "vexevt-filter: the ring 'r' was made with overwrite,size=65536,lanes=32" ]
  run -2 --separate-stderr vexevt-cat ring:r,fast
  [ "$stderr" = "vexevt-cat: 'ring:r,fast': 'fast' is no option of a ring: those are block, overwrite, size=SIZE and lanes=COUNT" ]
  run -2 --separate-stderr vexevt-cat ring:
  [ "$stderr" = "vexevt-cat: 'ring:' needs a path" ]
}

@test "a ring that somebody shortens or scribbles on ends in an error or a gap, never in a crash" {
  vexevt-capture --generate mixed --seed 3 -n 500 -o ring:r,size=64K,lanes=1
  size=$(stat -c %s r)
  cp r scribbled
  dd if=/dev/urandom of=scribbled bs=1024 seek=$(((size - 60000) / 1024)) count=40 conv=notrunc status=none
  run vexevt-cat --format json ring:scribbled
  ((status == 0 || status == 3))
  head -c 100 r >short
  run -3 --separate-stderr vexevt-cat ring:short
  [ "$stderr" = "vexevt-cat: 'short' is a damaged ring" ]
}
