#!/usr/bin/env bats
# vexevt: the dispatcher and the doctor.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
}

@test "a tool's name runs the tool, with its arguments and its status" {
  [ "$(vexevt filter --version)" = "$(vexevt-filter --version)" ]
  run -2 --separate-stderr vexevt filter --nonsense
  [[ $stderr == "vexevt-filter: unknown option '--nonsense'"* ]]
}

@test "tools in PATH are tools as well" {
  mkdir own
  printf '#!/bin/sh\necho "$# $1"\n' >own/vexevt-own
  chmod +x own/vexevt-own
  [ "$(PATH=own:$PATH vexevt own 'a b' c)" = "2 a b" ]
  PATH=own:$PATH vexevt --list | grep -qx own
}

@test "an unknown command is 2, with the nearest name" {
  run -2 --separate-stderr vexevt fliter
  [ "$stderr" = "vexevt: unknown command 'fliter' (did you mean 'filter'?)" ]
  run -2 --separate-stderr vexevt doctr
  [ "$stderr" = "vexevt: unknown command 'doctr' (did you mean 'doctor'?)" ]
  run -2 --separate-stderr vexevt zzzzzz
  [ "$stderr" = "vexevt: unknown command 'zzzzzz' (see 'vexevt --list')" ]
  run -2 vexevt ../bin/vexevt
  run -2 vexevt
}

@test "help opens the manual, and is the tool's own where there is no man" {
  mkdir own
  printf '#!/bin/sh\necho "man $*"\n' >own/man
  chmod +x own/man
  [ "$(PATH=own:$PATH vexevt help filter)" = "man vexevt-filter" ]
  [ "$(PATH=own:$PATH vexevt help)" = "man vexevt" ]
  run -2 env PATH="own:$PATH" "$VEXEVT_BIN/vexevt" help fliter
  mkdir empty
  [ "$(PATH=empty "$VEXEVT_BIN/vexevt" help filter)" = "$(vexevt-filter --help)" ]
  [ "$(PATH=empty "$VEXEVT_BIN/vexevt" help)" = "$(vexevt --help)" ]
}

@test "doctor says the same to people and programs" {
  vexevt doctor >text
  vexevt doctor --json >json
  [ "$(wc -l <json)" -eq 1 ]
  jq -e '.can_capture == true and ([.findings[].health] - ["ok", "warn", "missing"] == [])' json
  [ "$(jq -r '.findings[].topic' json)" = "$(sed -n 's/^\(ok\|warn\|missing\) *\(.*\)$/\2/p' text | sed 's/  .*//')" ]
}

@test "doctor knows what root has and nobody lacks" {
  [ "$(id -u)" -eq 0 ] || skip "needs root"
  run -0 setpriv --reuid=65534 --regid=65534 --clear-groups --inh-caps=-all "$VEXEVT_BIN/vexevt" doctor --json
  jq -e '.findings[] | select(.topic == "fanotify") | .health == "missing" and (.remedy | contains("root"))' <<<"$output"
  jq -e '.can_capture' <<<"$output"  # by inotify
  jq -e '.findings[] | select(.topic == "proc connector") | .health == "warn"' <<<"$output"
}

@test "doctor sees a used-up inotify limit" {
  [ "$(id -u)" -eq 0 ] || skip "needs root"
  unshare --user --map-root-user true || skip "needs user namespaces"
  # In a user namespace of its own, the limit is the namespace's: nothing else on this machine notices.
  run -1 unshare --user --map-root-user bash -c "echo 0 >/proc/sys/user/max_inotify_instances && '$VEXEVT_BIN/vexevt' doctor --json"
  jq -e '.findings[] | select(.topic == "inotify") | .health == "missing"' <<<"$output"
  jq -e '.can_capture | not' <<<"$output"
}
