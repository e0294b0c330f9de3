#!/usr/bin/env bats
# The workflows of packaging/workflows. That quarantine.toml stops a process, and lets it go, is in react-end-to-end.bats.

bats_require_minimum_version 1.5.0

workflows=$BATS_TEST_DIRNAME/../../packaging/workflows

setup() {
  cd "$BATS_TEST_TMPDIR"
}

# stand_in NAME [STATUS]: a command of this name that keeps its arguments in calls.
stand_in() {
  printf '#!/bin/sh\necho "${0##*/} $*" >>"%s/calls"\nexit %s\n' "$PWD" "${2:-0}" >"$1"
  chmod +x "$1"
}

# The packaged workflow, with these commands in place of the machine's, and no pause between two attempts.
make_workflow() {
  sed "s|\[\"systemctl\"|[\"$PWD/systemctl\"|; s|\[\"logger\"|[\"$PWD/logger\"|; s|first = \"10s\", most = \"1m\"|first = \"1ms\"|" \
    "$workflows/$1" >workflow.toml
}

# half_written PATH: the match that half-written.toml has of it.
half_written() {
  vexevt-capture emit vexevt.match match.pattern="half written" attr.path="$1" -o -
}

react() {
  vexevt-react -f workflow.toml --state state --once -o react.evt
}

@test "every workflow is right" {
  for file in "$workflows"/*.toml; do
    # As it will be installed: a file that others can write is refused.
    cp "$file" . && chmod 644 "${file##*/}"
    vexevt-react --check -f "${file##*/}"
  done
}

@test "a stalled backup is restarted, once" {
  stand_in systemctl
  stand_in logger
  make_workflow stalled-backup.toml
  { half_written "/srv/backup/full; touch x"; half_written /srv/backup/full; half_written /srv/other; } | react
  diff calls - <<'END'
systemctl restart backup.service
logger -p daemon.warning vexevt: backup.service was restarted: /srv/backup/full; touch x was left half written
END
  half_written /srv/backup/later | react
  [ "$(wc -l <calls)" -eq 2 ]
}

@test "a backup that cannot be restarted is tried again, and nobody is told that it was" {
  stand_in systemctl 1
  stand_in logger
  make_workflow stalled-backup.toml
  half_written /srv/backup/full | react
  diff calls - <<'END'
systemctl restart backup.service
systemctl restart backup.service
systemctl restart backup.service
END
  vexevt-react list --state state | grep -q undone
}

@test "what has ended cannot be quarantined, and nothing is left of it" {
  stand_in logger
  make_workflow quarantine.toml
  sed -i "s|/var/lib/vexevt/evidence|$PWD/evidence|" workflow.toml
  true &
  wait $!
  vexevt-capture emit vexevt.match match.pattern="rewrite, then delete" match.count=40 attr.pid=$! attr.comm=true -o - | react
  [ ! -e calls ] && [ ! -e evidence ]
  vexevt-react show 1 --state state | grep -q "^stop: failed"
}
