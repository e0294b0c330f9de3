#!/usr/bin/env bats
# --checkpoint: a run goes on where the last one ended, whatever ended it.

bats_require_minimum_version 1.5.0
load events

setup() {
  cd "$BATS_TEST_TMPDIR"
  all='type = fs.*'
}

# new [OPTION]... FILE...: the sequence numbers of what is new.
new() {
  vexevt-cat --checkpoint ck --template '{seq}' "$@" | tr '\n' ' '
}

@test "each event comes once, however often it is asked" {
  events 1 3 >a.evt
  [ "$(new a.evt)" = "1 2 3 " ]
  [ "$(new a.evt)" = "" ]
  events 4 5 >>a.evt
  [ "$(new a.evt)" = "4 5 " ]
  [ "$(stat -c %a ck)" = 600 ]
  [ "$(wc -l <ck)" = 2 ]
  [[ $(sed -n 2p ck) == "$(stat -c %i a.evt) "*" 2026-11-23T12:00:05.000000000Z $PWD/a.evt" ]]
}

@test "-n, --duration and --stat stop at an event, and the next run goes on with the next" {
  events 1 9 >a.evt
  [ "$(new -n 2 a.evt)" = "1 2 " ]
  [ "$(new --duration 2s a.evt)" = "3 4 " ]
  [ "$(new --since 2026-11-23T12:00:06Z -n 1 a.evt)" = "6 " ]
  [[ $(vexevt-cat --checkpoint ck --stat -n 1 a.evt) == "events        1"* ]]
  [ "$(new a.evt)" = "8 9 " ]
}

@test "files that are rotated are known under their new names" {
  events 1 3 >a.evt
  [ "$(new a.evt*)" = "1 2 3 " ]
  events 4 4 >>a.evt
  mv a.evt a.evt.1
  events 5 6 >a.evt
  [ "$(new a.evt*)" = "4 5 6 " ]
  mv a.evt.1 a.evt.2
  mv a.evt a.evt.1
  events 7 7 >a.evt
  [ "$(new a.evt*)" = "7 " ]
}

@test "what was replaced is read from its start behind a gap, and --strict tells" {
  events 1 3 >a.evt
  [ "$(new a.evt)" = "1 2 3 " ]
  events 7 8 >b.evt
  mv b.evt a.evt
  run -4 vexevt-filter --strict --checkpoint ck "$all" a.evt -o out.evt
  [ "$(vexevt-cat --template '{type} {gap.cause}' -n 1 out.evt)" = "vexevt.lost 'a.evt' is not the file that was read before" ]
  [ "$(vexevt-cat --template '{seq}' out.evt | tail -n +2 | tr '\n' ' ')" = "7 8 " ]
  run -0 vexevt-filter --strict --checkpoint ck "$all" a.evt -o /dev/null
}

@test "what is bad stays where it is: the events before it come once" {
  events 1 3 >a.evt
  head -c -8 a.evt >cut.evt
  cp cut.evt b.evt
  run -3 vexevt-filter --checkpoint ck "$all" b.evt -o out.evt
  [ "$(seqs <out.evt)" = "1 2 " ]
  run -3 vexevt-filter --checkpoint ck "$all" b.evt -o out.evt
  [ ! -s out.evt ]
  tail -c 8 a.evt >>b.evt
  [ "$(vexevt-filter --checkpoint ck "$all" b.evt | seqs)" = "3 " ]
}

@test "an output that failed leaves the checkpoint where it was" {
  events 1 3 >a.evt
  run -3 vexevt-filter --checkpoint ck "$all" a.evt -o /dev/full
  run -3 bash -c "vexevt-filter --checkpoint ck -c '$all' a.evt >/dev/full"
  run -3 bash -c "vexevt-cat --checkpoint ck --stat a.evt >/dev/full"
  [ "$(new a.evt)" = "1 2 3 " ]
}

@test "kill -9: nothing is missing, and what comes twice is known by its id" {
  local n tool
  vexevt-capture --generate web --seed 3 -n 100000 -o a.evt
  for ((n = 0; n < 3; ++n)); do
    mkfifo out.$n
    vexevt-filter --checkpoint ck 'type exists' a.evt >out.$n &
    tool=$!
    exec 6<out.$n
    head -c 2000000 <&6 >part.$n
    kill -9 "$tool"
    wait "$tool" || true
    exec 6<&-
    vexevt-cat --format frames part.$n >>all.evt 2>/dev/null || true  # what is whole of it
  done
  vexevt-filter --checkpoint ck 'type exists' a.evt >>all.evt
  cmp <(vexevt-cat --template '{id}' a.evt | sort) <(vexevt-cat --template '{id}' all.evt | sort -u)
}

@test "route moves on once its endpoints have all of it" {
  events 1 3 >a.evt
  printf '%s\n' 'otherwise = ["file", "command"]' 'endpoint = [ { name = "file", to = "out.evt" }, { name = "command", to = "exec:cat >&9" } ]' >rules.toml
  exec 9>copy.evt
  vexevt-route --checkpoint ck rules.toml a.evt
  events 4 5 >>a.evt
  vexevt-route --checkpoint ck rules.toml a.evt
  [ "$(seqs <out.evt)" = "1 2 3 4 5 " ]
  [ "$(seqs <copy.evt)" = "1 2 3 4 5 " ]
  sed -i 's/cat >&9/exit 1/' rules.toml
  events 6 6 >>a.evt
  run -3 vexevt-route --checkpoint ck rules.toml a.evt
  [ "$(new a.evt)" = "6 " ]
}

@test "a followed file: the place is kept while it runs" {
  events 1 2 >a.evt
  mkfifo out
  vexevt-cat --follow --checkpoint ck --template '{seq}' a.evt >out &
  local tool=$!
  exec 6<out
  read -r -t 20 -u 6
  read -r -t 20 -u 6
  until grep -q a.evt ck; do :; done
  events 3 4 >>a.evt
  read -r -t 20 -u 6
  read -r -t 20 -u 6
  kill -TERM "$tool"
  wait "$tool"
  events 5 5 >>a.evt
  [ "$(new a.evt)" = "5 " ]
}

@test "inputs that can't be read again, and files that are no checkpoints, are refused" {
  events 1 1 >a.evt
  run -2 --separate-stderr bash -c "vexevt-filter --checkpoint ck '$all' <a.evt"
  [ "$stderr" = "vexevt-filter: '-' is not a file: a checkpoint can't tell where to go on" ]
  run -2 vexevt-filter --checkpoint ck "$all" 'exec:cat a.evt'
  cp a.evt b.evt
  run -2 --separate-stderr vexevt-filter --checkpoint b.evt "$all" a.evt
  [ "$stderr" = "vexevt-filter: b.evt: not a checkpoint" ]
  cmp a.evt b.evt
  run -2 vexevt-filter --checkpoint out "$all" a.evt -o out
  run -3 vexevt-filter --checkpoint no/ck "$all" a.evt -o out.evt
  run -2 vexevt-capture --checkpoint ck /srv
}
