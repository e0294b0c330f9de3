#!/usr/bin/env bats
# Which events vexevt-react acts on, and when: states, queues, what is debounced, and an action that fails again and again.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  umask 022
  mkfifo in
}

teardown() {
  [[ -z ${react:-} ]] || kill -KILL "$react" 2>/dev/null || :
}

# Reads w.toml from standard input, and starts; event sends to it.
start_react() {
  [[ $# -eq 0 ]] || cat >w.toml
  vexevt-react -f w.toml --state state -i in -o out.evt --append 2>>messages 3>&- &
  react=$!
  exec 8>in
}

# event NAME [FIELD=VALUE]...: a file was created.
event() { vexevt-capture emit fs.create path="/srv/$1" "${@:2}" -o - >&8; }
load() { vexevt-capture emit observability.metric observability.name=load observability.value="$1" -o - >&8; }

end_react() {
  exec 8>&-
  wait "$react"
  react=
}

# told TEXT: out.evt tells it, "OPERATION OBJECT OUTCOME".
told() {
  vexevt-filter 'type = vexevt.audit' out.evt 2>/dev/null |
    vexevt-cat --template '{audit.operation} {audit.object} {audit.outcome}' | grep -Fxq "$1"
}

@test "states: changed by events, by time and by steps, asked for by triggers and steps, and kept" {
  start_react - <<END
[[machine]]
name = "load"
states = ["normal", "high"]
[[machine.transition]]
from = "normal"
to = "high"
on = 'type = observability.metric and observability.value > 8'
[[machine.transition]]
from = "high"
to = "normal"
on = 'type = observability.metric and observability.value < 4'

[[machine]]
name = "flash"
states = ["off", "on"]
[[machine.transition]]
from = "on"
to = "off"
after = "1ms"

[[workflow]]
name = "w"
on = 'type = fs.create and state.load = normal'
[[workflow.step]]
name = "note"
run = 'echo "\$VEXEVT_NAME" >>$PWD/log'
shell = true
[[workflow.step]]
when = 'name = flash'
after = "note"
set = { flash = "on" }
[[workflow.step]]
when = 'state.flash = on and name = dark'
after = "note"
run = ["false"]
END
  event one
  until told "run w done"; do :; done
  load 9
  until told "state load high"; do :; done
  event two
  end_react
  [ "$(<log)" = one ]
  # The state is still high after a restart.
  start_react
  event three
  load 3
  until told "state load normal"; do :; done
  event flash
  until told "state flash on" && told "state flash off"; do :; done
  event dark
  until [ "$(tail -n 1 log)" = dark ]; do :; done
  end_react
  [ "$(<log)" = $'one\nflash\ndark' ]
  run ! told "run w undone"
  # What was changed by an event names it, be it by way of a step; time names none.
  vexevt-filter 'audit.operation = state' out.evt | vexevt-cat --format json |
    jq -r '"\(.audit.object) \(.audit.outcome) \(.causes // [] | length)"' | diff - <(printf '%s\n' 'load high 1' 'load normal 1' 'flash on 1' 'flash off 0')
}

@test "what cannot wait any more is a dead letter" {
  start_react - <<END
[[workflow]]
name = "w"
on = 'type = fs.create'
concurrency = 1
queue = 1
[[workflow.step]]
run = 'echo "\$VEXEVT_NAME" >>$PWD/log; until [ -e $PWD/go ]; do sleep 0.01; done'
shell = true
END
  for name in one two three; do event "$name"; done
  until told "trigger w queue full"; do :; done
  vexevt-react list --dead --state state >dead
  grep -q "queue was full" dead
  grep -q /srv/three dead
  : >go
  until [ "$(wc -l <log)" -eq 2 ]; do :; done
  end_react
  [ "$(<log)" = $'one\ntwo' ]
}

@test "the latest of a key stands for those before it" {
  start_react - <<END
[[workflow]]
name = "w"
on = 'type = fs.create'
key = ["dir"]
if_busy = "latest"
[[workflow.step]]
run = 'echo "\$VEXEVT_NAME \$VEXEVT_EVENTS \$VEXEVT_KEY" >>$PWD/log; until [ -e $PWD/go ]; do sleep 0.01; done'
shell = true
END
  for name in a/one a/two a/three b/one a/four; do event "$name"; done
  until [ "$(wc -l 2>/dev/null <log)" = 2 ] && told "trigger w replaced by a later one"; do :; done
  : >go
  until [ "$(wc -l <log)" -eq 3 ]; do :; done
  end_react
  [ "$(sort log)" = $'four 3 /srv/a\none 1 /srv/a\none 1 /srv/b' ]
}

@test "an action that fails again and again is left alone for a while" {
  start_react - <<END
[[workflow]]
name = "w"
on = 'type = fs.create'
concurrency = 1
[[workflow.step]]
name = "fails"
run = 'echo "\$VEXEVT_NAME" >>$PWD/log; exit 1'
shell = true
breaker = { failures = 2, open = "1h" }
END
  for name in one two three four; do event "$name"; done
  until vexevt-react list --state state >runs 2>/dev/null && [ "$(grep -c undone runs)" -eq 4 ]; do :; done
  end_react
  [ "$(<log)" = $'one\ntwo' ]
  [ "$(grep -c 'exited with status 1' runs)" -eq 2 ]
}
