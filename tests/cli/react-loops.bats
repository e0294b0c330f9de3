#!/usr/bin/env bats
# What actions do sets off nothing, unless it is asked for: live, in a folder in which the actions themselves write.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  mkdir w
  ((EUID == 0)) || skip "fanotify needs root"
  vexevt-capture --from fanotify --explain w >/dev/null || skip "no fanotify"
}

teardown() {
  [[ -z ${capture:-} ]] || kill "$capture" || :
}

# make_workflow SCRIPT [KEYS]: on each file that is written to its end in w, but those named end.
make_workflow() {
  printf '%s\n' '[[workflow]]' 'name = "w"' "on = 'type = fs.close-write and path under $PWD/w and name != end'" "${2:-}" \
    "environment = { HERE = '$PWD' }" '[[workflow.step]]' "run = '''cd \"\$HERE\" || exit; $1'''" 'shell = true' >workflow.toml
}

# start_pipeline [STATE]: captures w and acts; react.evt tells what was done.
start_pipeline() {
  state=${1:-state}
  {
    vexevt-capture --from fanotify w -o - 2>messages &
    echo $! >capture.pid
    wait
  } 3>&- | tee captured.evt | vexevt-react -f workflow.toml --state "$state" -o react.evt 3>&- 2>>messages &
  pipeline=$!
  until [[ -s captured.evt ]]; do : >w/end; done
  capture=$(<capture.pid)
}

# captured NAME COUNT: so many files of that name were seen to be written.
captured() {
  [ "$(vexevt-filter -c "type = fs.close-write and name = $1" captured.evt 2>/dev/null)" -ge "$2" ]
}

# All that was captured has been dealt with once this returns.
end_pipeline() {
  kill "$capture"
  wait "$pipeline"
  capture=
}

runs() { vexevt-react list --state "$state" -n 100 | grep -c ' done ' || :; }

audits() {
  vexevt-filter "type = vexevt.audit and audit.operation = trigger and audit.outcome = \"$1\"" react.evt -c
}

@test "an action that writes where it is set off by writes" {
  # They stay until their events have been looked at: who has ended before, with its parent, is not known.
  make_workflow 'echo "$VEXEVT_PATH" >>w/log; (sh -c "echo x >w/grandchild; sleep 0.3"); sleep 0.1'
  start_pipeline w/state
  echo 1 >w/a
  until captured log 1 && captured grandchild 1; do :; done
  echo 2 >w/b
  until captured log 2 && captured grandchild 2; do :; done
  end_pipeline
  [ "$(<w/log)" = "$PWD/w/a"$'\n'"$PWD/w/b" ]
  [ "$(runs)" -eq 2 ]
  (($(audits "caused by ourselves") >= 4))
}

@test "what an action has left behind in a session of its own" {
  make_workflow 'setsid sh -c "echo x >w/early; : >up; until [ -e go ]; do :; done; echo x >w/late; sleep 0.3" >/dev/null 2>&1 &
    until [ -e up ]; do :; done'
  start_pipeline
  echo 1 >w/a
  until [[ $(vexevt-react list --state state 2>/dev/null) == *' done '* ]]; do :; done
  : >go
  until captured early 1 && captured late 1; do :; done
  end_pipeline
  [ "$(runs)" -eq 1 ]
  [ "$(audits "caused by ourselves")" -ge 2 ]
}

@test "with loops it goes on and on" {
  make_workflow 'n=$(cat w/log | wc -l); [ "$n" -ge 5 ] || echo x >>w/log; sleep 0.1' 'loops = true'
  start_pipeline
  echo 1 >w/a
  until captured log 5; do :; done
  until (($(runs) == 6)); do :; done
  end_pipeline
  [ "$(runs)" -eq 6 ]
}
