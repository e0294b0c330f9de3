#!/usr/bin/env bats
# vexevt-cat: every form to every other, errors, pipes.
# shellcheck disable=SC2154  # run --separate-stderr sets stderr
bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  golden=$BATS_TEST_DIRNAME/../golden
  export TZ=Europe/Berlin
  unset NO_COLOR
  vexevt-cat --input-format json --format frames "$golden/cat.json" -o a.evt
}

@test "text, JSON and CSV are as the golden files have them" {
  vexevt-cat a.evt | diff "$golden/cat.text" -
  vexevt-cat --format json a.evt | diff "$golden/cat.json" -
  vexevt-cat --format csv a.evt | diff "$golden/cat.csv" -
  vexevt-cat --stat a.evt | diff "$golden/cat.stat" -
}

@test "JSON comes back as the same frames" {
  vexevt-cat --format json a.evt > a.json
  vexevt-cat --input-format json --format frames a.json | cmp - a.evt
  cp a.evt b.evt
  vexevt-cat --format frames < a.evt | cmp - b.evt
}

@test "what capnp says of a stream is what was put in" {
  command -v capnp || skip "no capnp"
  run --separate-stderr -0 capnp convert binary:json "$BATS_TEST_DIRNAME/../../lib/event/event.capnp" Event < a.evt
  [[ $output == *'"idSequence": "3"'* ]]
}

@test "what people write in JSON is an event" {
  echo '{"type":"fs.create","path":"/x"}' | vexevt-cat --input-format json --format frames > x.evt
  run -0 vexevt-cat --template '{type} {path}' x.evt
  [ "$output" = "fs.create /x" ]
}

@test "bad JSON: the line, what is wrong, and what was before it" {
  printf '%s\n' '{"type":"fs.open"}' '' '{"type":"fs.open","pth":"/x"}' '{"type":"fs.open"}' > bad.json
  run --separate-stderr -3 vexevt-cat --input-format json --template '{type}' bad.json
  [ "$output" = "fs.open" ]
  [ "$stderr" = "vexevt-cat: bad.json: line 3: unknown key 'pth' (did you mean 'path'?)" ]
}

@test "columns of CSV are chosen by name" {
  run -0 vexevt-cat --fields name,attr.n,uid -n 2 a.evt
  [ "${lines[0]}" = "name,attr.n,uid" ]
  [ "${lines[1]}" = "status.o,,1000" ]
  [ "${lines[2]}" = '"a\x1b[31m ""b""",-5,' ]
}

@test "TSV: the same columns, tabs between them" {
  vexevt-cat --format tsv a.evt | diff "$golden/cat.tsv" -
  run -0 vexevt-cat --format tsv --fields name,attr.n,uid -n 2 a.evt
  [ "${lines[2]}" = $'a\\x1b[31m "b"\t-5\t' ]
  vexevt-cat --fields name --format tsv a.evt | cmp - <(vexevt-cat --format tsv --fields name a.evt)
  vexevt-cat --format ndjson a.evt | cmp - "$golden/cat.json"
}

@test "-0 ends what a template makes with NUL" {
  vexevt-cat -0 --template '{path}' -n 2 a.evt | tr '\0\33' '|E' >out
  [ "$(cat out)" = '/srv/build/obj/status.o|/srv/aE[31m "b"|' ]
  vexevt-cat --null --template '{seq}\n' -n 1 a.evt | cmp - <(echo 1)
  run --separate-stderr -2 vexevt-cat -0 a.evt
  [ "$stderr" = "vexevt-cat: --null is for --template" ]
}

@test "templates give bytes as they are, and quote for a shell" {
  vexevt-cat --template '{path2}\0' a.evt | head -c 10 | od -An -tx1 | tr -d ' \n' > out
  [ "$(cat out)" = "002f7372762f62ff0000" ]
  vexevt-cat --template '{path:q}' a.evt | sed -n 2p > out
  [ "$(cat out)" = "\$'/srv/a\\x1b[31m \"b\"'" ]
}

@test "a wrong template or field is told before anything is read" {
  run --separate-stderr -2 vexevt-cat --template '{time} {pth}' nothing.evt
  [[ $stderr == *"column 9: unknown field 'pth' (did you mean 'path'?)"* ]]
  run --separate-stderr -2 vexevt-cat --fields time,siz nothing.evt
  [[ $stderr == *"unknown field 'siz' (did you mean 'size'?)"* ]]
  run --separate-stderr -2 vexevt-cat --template '{time}' --format json a.evt
  [[ $stderr == "vexevt-cat: --template is a format of its own"* ]]
}

@test "a truncated stream: the events before, the offset, exit 3" {
  size=$(stat -c %s a.evt)
  head -c $((size - 8)) a.evt > short.evt
  run --separate-stderr -3 vexevt-cat --template '{seq}' short.evt
  [ "$output" = "$(printf '%s\n' 1 2 3 4)" ]
  [[ $stderr == "vexevt-cat: short.evt: offset "*": truncated event"* ]]
  run --separate-stderr -3 vexevt-cat --stat short.evt
  [[ $output == "events        4"* ]]
}

@test "--resync goes on behind what is damaged, and tells it in its place" {
  vexevt-capture --generate web --seed 5 -n 1000 -o all.evt
  { head -c 100000 all.evt; echo 'an editor was here'; tail -c +100101 all.evt | head -c -20; } >bad.evt
  run -3 vexevt-cat --format frames bad.evt -o short.evt
  vexevt-cat --resync --format frames bad.evt -o good.evt
  [[ $(vexevt-cat --stat good.evt) == *"in 2 gaps"* ]]
  lost=$(comm -23 <(vexevt-cat --template '{id}' all.evt | sort) <(vexevt-cat --template '{id}' good.evt | sort) | wc -l)
  ((lost > 1 && lost < 5))
  [ "$(vexevt-cat --stat --format json good.evt | jq .out_of_order)" = 0 ]
  run -0 vexevt-filter 'type = vexevt.lost' good.evt --format json
  [[ ${lines[0]} == *' of '"'bad.evt'"' are not events"'* ]]
  run -4 vexevt-cat --resync --strict bad.evt
  run -0 vexevt-cat --resync --strict all.evt
  zstd -q all.evt
  { head -c 5000 all.evt.zst; echo damage; tail -c +5008 all.evt.zst; } >bad.zst
  vexevt-cat --resync bad.zst >/dev/null
  run -2 vexevt-cat --resync --follow bad.evt
}

@test "bytes that are no stream: exit 3" {
  head -c 4096 /dev/zero | tr '\0' '\377' > junk
  run --separate-stderr -3 vexevt-cat junk
  [ -z "$output" ]
  [[ $stderr == "vexevt-cat: junk: offset 0: "* ]]
}

@test "a missing file and a full disk: exit 3" {
  run --separate-stderr -3 vexevt-cat none.evt
  [ "$stderr" = "vexevt-cat: cannot open 'none.evt': No such file or directory" ]
  for options in '--format text' '--format json' '--format frames' '--stat'; do
    # shellcheck disable=SC2086
    run --separate-stderr -3 bash -c "vexevt-cat $options a.evt > /dev/full"
    [[ $stderr == "vexevt-cat: cannot write 'standard output': No space left on device" ]]
  done
}

@test "a reader that has enough ends it quietly, by SIGPIPE" {
  for _ in {1..2000}; do cat a.evt; done > large.evt
  set +e
  vexevt-cat --format json large.evt 2> errors | head -n 1 > /dev/null
  status=("${PIPESTATUS[@]}")
  [ "${status[0]}" -eq 141 ]
  [ ! -s errors ]
}

@test "nothing of an event reaches a terminal as a control" {
  command -v script > /dev/null || skip "no script(1)"
  script -qec "vexevt-cat a.evt" /dev/null < /dev/null > terminal
  grep -q $'\e\[32mfs.create\e\[0m' terminal
  grep -qF '/srv/a\x1b[31m "b"' terminal
  script -qec "vexevt-cat --color never --template '{path}' a.evt" /dev/null < /dev/null > terminal
  run ! grep -q $'\e' terminal
}

@test "--stat for programs is one line of JSON" {
  run -0 vexevt-cat --stat --format json a.evt
  [ "${#lines[@]}" -eq 1 ]
  [[ $output == '{"events":5,'*'"out_of_order":1,"lost":854,"gaps":1,"gaps_unknown":0,'*'"fs.create":1'* ]]
  [ "$(printf '' | vexevt-cat --stat)" = "events        0" ]
}

@test "limits count what is shown" {
  [ "$(vexevt-cat -n 2 a.evt | wc -l)" -eq 2 ]
  [ "$(vexevt-cat --since 2026-11-23T13:00:01Z --template '{seq}' a.evt | tr '\n' ' ')" = "3 5 " ]
  [[ $(vexevt-cat --stat -n 3 a.evt) == "events        3"* ]]
  run -4 vexevt-cat --strict a.evt
}

@test "--follow goes on with what is added" {
  cp a.evt growing.evt
  mkfifo lines
  vexevt-cat --follow --template '{seq}' -n 10 growing.evt > lines &
  exec 5< lines
  for _ in 1 2 3 4 5; do read -r -t 20 -u 5; done
  cat a.evt >> growing.evt
  for i in 1 2 3 4 5; do
    read -r -t 20 -u 5 seq
    [ "$seq" = "$i" ]
  done
  wait $!
}
