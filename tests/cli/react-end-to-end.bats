#!/usr/bin/env bats
# From the kernel to an action and back: what a live capture sees is matched, and the match sets off a workflow that quarantines the
# process and, when a step fails, undoes that.

bats_require_minimum_version 1.5.0

packaged=$BATS_TEST_DIRNAME/../../packaging

setup() {
  cd "$BATS_TEST_TMPDIR"
  mkdir w
  ((EUID == 0)) || skip "fanotify needs root"
  vexevt-capture --from fanotify --explain w >/dev/null || skip "no fanotify"
  local i
  for i in {1..200}; do echo "precious $i" >"w/f$i"; done
  mkfifo hold
}

teardown() {
  if [[ -n ${culprit:-} ]]; then
    kill -KILL "$culprit"
    wait "$culprit" 2>/dev/null || :
  fi
  [[ -z ${capture:-} ]] || kill "$capture" || :
}

# The packaged workflow, whose last step tells by this script; what is kept as evidence lies here.
make_workflow() {
  printf '#!/bin/sh\n%s\n' "$1" >tell
  chmod +x tell
  sed "s|/var/lib/vexevt/evidence|$PWD/evidence|; s|^run = \[\"logger.*|run = [\"$PWD/tell\"]|; s|first = \"1s\"|first = \"10ms\"|" \
    "$packaged/workflows/quarantine.toml" >workflow.toml
  grep -q "\"$PWD/tell\"" workflow.toml
}

# Captures w, looks for the first of the packaged patterns, and acts: react.evt tells what was done, matches.evt of what.
start_pipeline() {
  awk '/^\[\[pattern\]\]/ && ++patterns > 1 { exit } { print }' "$packaged/patterns/ransomware.toml" >pattern.toml
  {
    vexevt-capture --from fanotify --types 'fs.*' w -o - 2>messages &
    echo $! >capture.pid
    wait
  } 3>&- | tee captured.evt | vexevt-correlate -f pattern.toml | tee matches.evt |
    vexevt-react -f workflow.toml --state state -o react.evt 3>&- 2>>messages &
  pipeline=$!
  until [[ -s captured.evt ]]; do : >w/begin; done
  capture=$(<capture.pid)
}

# Rewrites all files and deletes each original, then stays until it is let go.
start_culprit() {
  exec 7<>hold
  perl -e '
    for (1 .. 200) {
      open(my $old, "<", "w/f$_"); my $text = <$old>; close $old;
      open(my $new, ">", "w/f$_.locked"); print $new scalar reverse $text; close $new;
      unlink "w/f$_";
    }
    open(my $done, ">", "rewritten"); close $done;
    <STDIN>;' <hold 3>&- 7>&- &
  culprit=$!
}

state_of() { sed -n 's/^State:\t\(.\).*/\1/p' "/proc/$culprit/status"; }

run_is() { vexevt-react list --state state 2>/dev/null | grep -qw "$1"; }

# Ends the capture, and waits until all that is behind it has ended, too.
end_pipeline() {
  kill "$capture"
  wait "$pipeline"
  capture=
}

the_match() { vexevt-filter 'type = vexevt.match' matches.evt | vexevt-cat --template '{match.pattern} {attr.pid}\n'; }

actions() {
  vexevt-filter 'type = vexevt.action' react.evt | vexevt-cat --template '{action.step}: {action.outcome}\n' >actions
}

@test "200 files are rewritten and deleted: one match, and the process is stopped" {
  make_workflow 'echo told >"${0%/*}/told"'
  start_pipeline
  start_culprit
  until run_is "done"; do :; done
  [ "$(state_of)" = T ]
  grep -q perl evidence/*/cmdline
  [ "$(<told)" = told ]
  end_pipeline
  [ "$(the_match)" = "rewrite and delete in turn $culprit" ]
  actions
  diff actions - <<'END'
stop: started
stop: done
keep evidence: started
keep evidence: done
tell: started
tell: done
END
}

@test "a step fails: what was done is undone, the last step first, and the process goes on" {
  # It fails once it has seen that the process was stopped, and the evidence.
  make_workflow 'grep -q ^State:.T "/proc/$VEXEVT_ATTR_PID/status" && ls "$EVIDENCE" >>"${0%/*}/seen"; exit 3'
  start_pipeline
  start_culprit
  until run_is "undone"; do :; done
  [ "$(<seen)" = $'1\n1\n1' ]
  [ -z "$(ls evidence)" ]
  until [[ -e rewritten && $(state_of) = S ]]; do :; done
  [ "$(find w -name 'f*.locked' | wc -l)" -eq 200 ]
  [ "$(find w -name 'f*' ! -name '*.locked' | wc -l)" -eq 0 ]
  end_pipeline
  [ "$(the_match)" = "rewrite and delete in turn $culprit" ]
  actions
  diff actions - <<'END'
stop: started
stop: done
keep evidence: started
keep evidence: done
tell: started
tell: failed
tell: started
tell: failed
tell: started
tell: failed
keep evidence: undo started
keep evidence: undone
stop: undo started
stop: undone
END
}
