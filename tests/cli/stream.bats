#!/usr/bin/env bats
# Streams as bytes, and every kind of endpoint, through the real tools.

bats_require_minimum_version 1.5.0
load events

setup() {
  cd "$BATS_TEST_TMPDIR"
  all='type exists'
}

# Runs "$@" until it no longer fails: who connects first must try again, as no tool says when it listens.
retry() {
  local n
  for ((n = 0; n < 500; ++n)); do
    "$@" 2>/dev/null && return
  done
  return 1
}

@test "capnp's own tool reads what is written, and joined streams" {
  vexevt-capture --generate mixed -n 500 --seed 3 -o a.evt
  vexevt-capture emit vector.search vector.collection=docs vector.k=10 >b.evt
  cat a.evt b.evt >c.evt
  capnp convert binary:json "$schema" Event <c.evt | jq -r .idSequence >by-capnp
  vexevt-cat --template '{seq}\n' c.evt >by-cat
  [ "$(wc -l <by-capnp)" = 501 ]
  cmp by-capnp by-cat
}

@test "capnp's canonical form of a stream is the stream" {
  vexevt-capture --generate mixed -n 200 --seed 4 -o a.evt
  capnp convert binary:text "$schema" Event <a.evt | capnp convert text:binary "$schema" Event | vexevt-filter "$all" >b.evt
  cmp <(vexevt-cat --format json a.evt) <(vexevt-cat --format json b.evt)
}

@test "segments and far pointers are read, and written plain" {
  event 1 "payload = (fs = (path = \"/srv/1\"))" >plain.evt
  # The same root, in a second segment behind a far pointer.
  words=$((($(stat -c %s plain.evt) - 8) / 8))
  {
    printf '\1\0\0\0\1\0\0\0'
    printf "%b" "\\x$(printf %x $words)\\0\\0\\0\\0\\0\\0\\0"
    printf '\2\0\0\0\1\0\0\0'
    tail -c +9 plain.evt
  } >far.evt
  [ "$(capnp convert binary:json "$schema" Event <far.evt | jq -r .idSequence)" = 1 ]
  vexevt-filter "$all" far.evt >out.evt
  [ "$(seqs <out.evt)" = "1 " ]
  [ "$(stat -c %s out.evt)" -lt "$(stat -c %s far.evt)" ]
}

@test "garbage in the middle: exit 3, its offset, and all before it" {
  events 1 3 >a.evt
  size=$(stat -c %s a.evt)
  { cat a.evt; head -c 64 /dev/zero | tr '\0' '\377'; cat a.evt; } >bad.evt
  run -3 --separate-stderr vexevt-filter "$all" bad.evt -o out.evt
  [[ $stderr == "vexevt-filter: bad.evt: offset $size: "* ]]
  cmp out.evt a.evt
}

@test "several files are merged by time" {
  event 3 >a.evt
  event 5 >>a.evt
  event 2 >b.evt
  event 4 >>b.evt
  [ "$(vexevt-filter "$all" a.evt b.evt | seqs)" = "2 3 4 5 " ]
  [ "$(vexevt-filter "$all" <(cat a.evt) <(cat b.evt) | seqs)" = "2 3 4 5 " ]
}

@test "an input is not overwritten" {
  events 1 2 >a.evt
  cp a.evt b.evt
  run --separate-stderr vexevt-filter "$all" a.evt -o ./a.evt
  [ "$status" != 0 ]
  [[ $stderr == *"input file is output file" ]]
  run --separate-stderr bash -c 'vexevt-filter "$0" <a.evt 1<>a.evt' "$all"
  [ "$status" != 0 ]
  cmp a.evt b.evt
}

@test "commands as endpoints: their data and their failure" {
  events 1 3 >a.evt
  [ "$(vexevt-filter "$all" 'exec:cat a.evt' | seqs)" = "1 2 3 " ]
  vexevt-filter "$all" a.evt -o 'exec:gzip >a.gz'
  cmp a.evt <(gunzip <a.gz)
  run -3 --separate-stderr vexevt-filter "$all" 'exec:cat a.evt; exit 7' -o out.evt
  [ "$stderr" = "vexevt-filter: 'exec:cat a.evt; exit 7' exited with status 7" ]
  cmp a.evt out.evt
  run -3 vexevt-filter "$all" a.evt -o 'exec:cat >/dev/null; exit 1'
}

@test "many writers to one socket" {
  events 1 3 >a.evt
  vexevt-filter "$all" unix-listen:s -n 6 -o out.evt &
  retry vexevt-filter "$all" a.evt -o unix:s
  [ "$(stat -c %a s)" = 600 ]
  vexevt-filter "$all" a.evt -o unix:s
  wait $!
  [ "$(seqs <out.evt)" = "1 2 3 1 2 3 " ]
  [ ! -e s ]
}

@test "one writer, a socket, and its reader" {
  events 1 3 >a.evt
  vexevt-filter "$all" a.evt -o unix-listen:s &
  retry vexevt-filter "$all" unix:s -o out.evt
  [ "$(seqs <out.evt)" = "1 2 3 " ]
  wait $!
}

@test "endpoints of later versions say so" {
  for endpoint in journal:x nats:x; do
    run -3 --separate-stderr vexevt-filter "$all" "$endpoint"
    [[ $stderr == "vexevt-filter: '$endpoint': endpoints of kind "*" are not in this version" ]]
  done
}

@test "a file that grows is followed, and a truncation is a gap" {
  events 1 2 >a.evt
  mkfifo out
  vexevt-cat --follow --format frames a.evt >out &
  tool=$!
  exec 6<out
  size=$(stat -c %s a.evt)
  cmp <(head -c "$size" <&6) a.evt
  event 3 "comm = \"x\"" >c.evt
  cat c.evt >>a.evt
  cmp <(head -c "$(stat -c %s c.evt)" <&6) c.evt
  event 4 >d.evt
  cat d.evt >a.evt
  [ "$(vexevt-cat -n 2 --template '{type}' <&6 | paste -sd ' ')" = "vexevt.lost fs.read" ]
  kill -TERM "$tool"
  wait "$tool"
}

@test "files that are rotated faster than they are read are all followed" {
  events 1 1 >a.evt
  mkfifo out
  vexevt-cat --follow --template '{type} {seq}' a.evt >out &
  tool=$!
  exec 6<out
  read -r -t 20 -u 6
  kill -STOP "$tool"
  for n in 2 3 4; do
    [ ! -f a.evt.1 ] || mv a.evt.1 a.evt.2
    mv a.evt a.evt.1
    events "$n" "$n" >a.evt
  done
  kill -CONT "$tool"
  for n in 2 3 4; do
    read -r -t 20 -u 6 line
    [ "$line" = "fs.read $n" ]
  done
  kill -TERM "$tool"
  wait "$tool"
}
