#!/usr/bin/env bats
# The patterns of packaging/patterns on what was really captured: fanotify, in a directory that stands for / .

bats_require_minimum_version 1.5.0

patterns=$BATS_TEST_DIRNAME/../../packaging/patterns

setup() {
  cd "$BATS_TEST_TMPDIR"
  mkdir w
  ((EUID == 0)) || skip "fanotify needs root"
  vexevt-capture --from fanotify --explain w >/dev/null || skip "no fanotify"
}

# capture SCRIPT: what the shell script does in w, as a stream in in.evt. It ends with a sign by which we know that all is there.
capture() {
  rm -f in.evt
  vexevt-capture --from fanotify --types 'fs.*' w -o in.evt 2>messages 3>&- &
  capture=$!
  until [[ -s in.evt ]]; do : >w/begin; done
  (cd w && bash -c "$1")
  : >w/end
  until vexevt-cat in.evt 2>/dev/null | grep -q '/w/end'; do :; done
  kill "$capture"
  wait "$capture"
}

# found FILE [SED]: the matches of a file of patterns, in which paths may be replaced: pattern, count and attributes of interest.
found() {
  sed "${2:-}" "$patterns/$1" >p.toml
  vexevt-correlate -f p.toml in.evt | vexevt-cat --template '{match.pattern}\n'
}

@test "every pattern is right, and named in its file once" {
  for file in "$patterns"/*.toml; do
    vexevt-correlate --check -f "$file"
  done
}

@test "mass delete" {
  capture 'perl -e "for (1..150) { open(F, q(>), qq(f\$_)); close F } unlink(qq(f\$_)) for 1..150"'
  [ "$(found mass-delete.toml)" = "mass delete" ]
  capture 'perl -e "for (1..50) { open(F, q(>), qq(f\$_)); close F } unlink(qq(f\$_)) for 1..50"'
  [ -z "$(found mass-delete.toml)" ]
}

@test "ransomware: each file rewritten, and its original deleted" {
  for i in {1..200}; do echo "$i" >"w/f$i"; done
  capture 'perl -e "for (1..200) { open(F, qq(f\$_)); \$_x = <F>; close F; open(G, q(>), qq(f\$_.enc)); print G \$_x; close G; unlink(qq(f\$_)) }"'
  [ "$(found ransomware.toml | head -n 1)" = "rewrite and delete in turn" ]
}

@test "ransomware: all rewritten, then all deleted" {
  for i in {1..50}; do echo "$i" >"w/f$i"; done
  capture 'perl -e "for (1..50) { open(G, q(>), qq(f\$_.enc)); print G 1; close G } unlink(qq(f\$_)) for 1..50"'
  [ "$(found ransomware.toml)" = "rewrite, then delete" ]
  # Copies alone are none.
  capture 'perl -e "for (1..50) { open(G, q(>), qq(g\$_)); print G 1; close G }"'
  [ -z "$(found ransomware.toml)" ]
}

@test "secrets" {
  mkdir -p w/root/.ssh && echo key >w/root/.ssh/id_ed25519 && echo x >w/note
  capture 'perl -e "open(F, q(root/.ssh/id_ed25519)); <F>; open(F, q(note)); <F>"'
  [ "$(found secrets.toml "s,\"/,\"$PWD/w/,g")" = "secret opened" ]
}

@test "configuration drift" {
  mkdir w/etc && echo a >w/etc/conf && cp "$(command -v perl)" dpkg
  capture 'echo b >>etc/conf'
  [ "$(found config-drift.toml "s,under /etc,under $PWD/w/etc,")" = "configuration changed" ]
  # It stays until it has been looked at: who has ended may go without a name.
  capture "\"$PWD/dpkg\" -e 'open(F, q(>>), q(etc/conf)); print F 1; close F; system(q(until vexevt-cat ../in.evt 2>&1 | grep -q close-write.*conf; do :; done))'"
  [ -z "$(found config-drift.toml "s,under /etc,under $PWD/w/etc,")" ]
}

@test "log tampering" {
  mkdir -p w/var/log && echo a >w/var/log/auth.log
  capture 'sed -i /a/d var/log/auth.log; rm var/log/auth.log'
  [[ "$(found log-tampering.toml "s,under /var/log,under $PWD/w/var/log,")" == "log changed"* ]]
}

@test "a build that reads outside of its tree" {
  mkdir w/src w/elsewhere && echo 1 >w/src/a && echo 2 >w/elsewhere/b
  capture 'cat src/a elsewhere/b >/dev/null'
  sed "s,\"/src\",\"$PWD/w/src\",; s,\"/tmp\"\, ,," "$patterns/hermetic-build.toml" >p.toml
  vexevt-filter "path under $PWD/w" in.evt | vexevt-correlate -f p.toml | vexevt-cat --template '{attr.read.path}\n' | grep -v '/w/begin\|/w/end' >out
  [ "$(cat out)" = "$PWD/w/elsewhere/b" ]
}

@test "a half-written file" {
  capture 'exec 9>slow; echo a >&9; sleep 0.3; : >later; sleep 0.3; : >last; exec 9>&-'
  sed 's/within = .*/within = "200ms"/' "$patterns/half-written.toml" >p.toml
  [ "$(vexevt-correlate -f p.toml in.evt | vexevt-cat --template '{attr.written.path}\n')" = "$PWD/w/slow" ]
}

@test "a runaway creator" {
  capture 'perl -e "for (1..2500) { open(F, q(>), qq(f\$_)); close F }"'
  [ "$(found runaway-writer.toml)" = "runaway creator" ]
}
