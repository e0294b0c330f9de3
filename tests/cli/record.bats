#!/usr/bin/env bats
# Record files: compressed ones, and streams as rows of files.

bats_require_minimum_version 1.5.0
load events

setup() {
  cd "$BATS_TEST_TMPDIR"
  all='type exists'
}

ids() {
  vexevt-cat --template '{id}' "$@"
}

@test "a file named .zst is compressed, and zstd and we read each other's" {
  vexevt-capture --generate web --seed 5 -n 50000 -o a.evt
  vexevt-filter "$all" a.evt -o b.evt.zst
  [ "$(stat -c %s b.evt.zst)" -lt "$(($(stat -c %s a.evt) / 4))" ]
  zstd -tq b.evt.zst
  zstd -dcq b.evt.zst | cmp - a.evt
  zstd -dcq b.evt.zst | vexevt-filter "$all" | cmp - a.evt
  vexevt-filter "$all" b.evt.zst | cmp - a.evt
  vexevt-filter "$all" <b.evt.zst | cmp - a.evt
  zstd -q -7 -c a.evt | vexevt-filter "$all" | cmp - a.evt
  cat b.evt.zst b.evt.zst | vexevt-filter "$all" | cmp - <(cat a.evt a.evt)
  vexevt-cat --format json a.evt -o a.json.zst
  zstd -dcq a.json.zst | vexevt-cat --input-format json --format frames | cmp - a.evt
  vexevt-cat --input-format json --format frames a.json.zst | cmp - a.evt
  vexevt-filter 'type = agent.query' a.evt -o none.evt.zst
  zstd -tq none.evt.zst
}

@test "compressed data that is cut off or damaged: all before it, its offset, exit 3" {
  vexevt-capture --generate web --seed 5 -n 50000 -o a.evt
  vexevt-filter "$all" a.evt -o b.evt.zst
  size=$(stat -c %s b.evt.zst)
  head -c $((size / 2)) b.evt.zst >cut.evt.zst
  run -3 --separate-stderr vexevt-filter "$all" cut.evt.zst -o out.evt
  [[ $stderr == "vexevt-filter: cut.evt.zst: the zstd data is cut off behind offset "* ]]
  offset=${stderr##* }
  ((offset <= size / 2 && offset > size / 2 - 65536))
  [ "$(stat -c %s out.evt)" -gt "$(($(stat -c %s a.evt) / 3))" ]
  cmp -n "$(stat -c %s out.evt)" out.evt a.evt
  { head -c "$offset" b.evt.zst; head -c 100 /dev/zero | tr '\0' '\377'; tail -c +$((offset + 101)) b.evt.zst; } >bad.evt.zst
  run -3 --separate-stderr vexevt-filter "$all" bad.evt.zst -o out.evt
  [ "$stderr" = "vexevt-filter: bad.evt.zst: the zstd data is damaged behind offset $offset: no block begins there" ]
  head -c 100000 a.evt | zstd -q --long=27 >wide.zst
  run -3 --separate-stderr vexevt-filter "$all" wide.zst -o /dev/null
  [[ $stderr == "vexevt-filter: wide.zst: the zstd data at offset 0 needs a window of more than 8 MiB" ]]
  run -3 vexevt-filter "$all" a.evt -o no/such.evt.zst
}

@test "a compressed file is read while it is written, and followed" {
  events 1 2 >a.evt
  events 3 4 >b.evt
  mkfifo in lines
  vexevt-filter "$all" <in -o live.evt.zst &
  exec 7>in
  cat a.evt >&7
  until [ "$(vexevt-cat --template '{seq}' live.evt.zst 2>/dev/null | wc -l)" = 2 ]; do :; done
  vexevt-cat --follow --template '{seq}' live.evt.zst -n 4 >lines &
  exec 6<lines
  read -r -t 20 -u 6
  read -r -t 20 -u 6
  cat b.evt >&7
  read -r -t 20 -u 6 seq
  [ "$seq" = 3 ]
  read -r -t 20 -u 6 seq
  [ "$seq" = 4 ]
  exec 7>&-
  wait
  zstd -tq live.evt.zst
}

@test "a compressed file and a checkpoint" {
  vexevt-capture --generate web --seed 5 -n 3000 -o a.evt.zst
  for ((n = 0; n < 3; ++n)); do vexevt-cat --checkpoint ck --template '{id}' -n 1000 a.evt.zst >>got; done
  vexevt-cat --template '{id}' a.evt.zst | cmp - got
}

@test "--rotate: files by size, complete, in order, and nothing between them" {
  vexevt-capture --generate web --seed 5 -n 50000 -o a.evt
  vexevt-filter "$all" a.evt -o rec.evt --rotate 1M
  [ "$(find . -name 'rec-*.evt' -size +1024k | wc -l)" = 0 ]
  files=(rec-*.evt)
  ((${#files[@]} > 5))
  cat rec-*.evt | cmp - a.evt
  for file in rec-*; do vexevt-cat --stat "$file" >/dev/null; done
  [ "${files[0]}" = rec-000001-20260101T000000Z.evt ]
  # Live is replay: the same files, however it comes.
  mkdir again
  vexevt-cat --format frames a.evt | vexevt-filter "$all" -o again/rec.evt --rotate 1M
  for file in rec-*; do cmp "$file" "again/$file"; done
  # The next run goes on behind them.
  events 1 1 | vexevt-filter "$all" -o rec.evt --rotate 1M
  printf -v last 'rec-%06d-20261123T120001Z.evt' $((${#files[@]} + 1))
  [ -f "$last" ]
}

@test "--rotate: files by time, and compressed ones" {
  events 1 9 | vexevt-filter "$all" -o rec.evt.zst --rotate 5s --rotate 1G
  [ "$(for file in rec-*; do vexevt-cat --template '{seq}' "$file" | tr '\n' ' '; echo; done)" = "$(printf '%s \n' '1 2 3 4' '5 6 7 8 9')" ]
  zstd -tq rec-*
}

@test "a record file that is being written is .part, and one that was killed is taken up" {
  mkfifo in
  events 1 3 >a.evt
  vexevt-filter "$all" <in -o rec.evt --rotate 1h &
  local tool=$!
  exec 7>in
  cat a.evt >&7
  until cmp -s rec-*.part a.evt; do :; done
  events 5 5 | vexevt-filter "$all" -o rec.evt --rotate 1h  # does not touch what another one writes
  files=(rec-*)
  [ "${#files[@]}" = 2 ]
  kill -9 "$tool"
  wait "$tool" || true
  exec 7>&-
  run -0 --separate-stderr vexevt-filter "$all" /dev/null -o rec.evt --rotate 1h
  [ "$stderr" = "vexevt-filter: took up 'rec-000001-20261123T120001Z.evt', which a run that did not end in order had left" ]
  cmp rec-000001-20261123T120001Z.evt a.evt
  run ! compgen -G '*part*'
}

@test "--rotate is for files of frames" {
  events 1 1 >a.evt
  run -2 vexevt-filter --rotate 1M "$all" a.evt
  run -2 --separate-stderr vexevt-filter --rotate 1M "$all" a.evt -o exec:cat
  [ "$stderr" = "vexevt-filter: --rotate needs the name of a file: -o FILE" ]
  run -2 vexevt-filter --rotate 1M --format json "$all" a.evt -o x.json
  run -2 --separate-stderr vexevt-filter --rotate often "$all" a.evt -o x.evt
  [[ $stderr == "vexevt-filter: --rotate: 'often' is neither a size (100M, 1G) nor a duration (10m, 1h)"* ]]
  run -2 vexevt-filter --rotate 0 "$all" a.evt -o x.evt
  run -3 vexevt-filter --rotate 1M "$all" a.evt -o no/such.evt
}

@test "a capture does not tell of the record files that it writes" {
  mkdir w
  vexevt-capture --from inotify w -o w/rec.evt --rotate 1K --control c.sock &
  local tool=$!
  until [ -S c.sock ]; do :; done
  until vexevt-capture --barrier c.sock 2>/dev/null; do :; done
  for ((n = 0; n < 30; ++n)); do : >w/made.$n; done
  vexevt-capture --barrier c.sock
  kill -TERM "$tool"
  wait "$tool"
  files=(w/rec-*)
  ((${#files[@]} > 3))
  [ "$(vexevt-cat --template '{path}' w/rec-* | grep -c rec)" = 0 ]
  [ "$(vexevt-filter 'type = fs.create' w/rec-* --format json | wc -l)" -ge 30 ]
}
