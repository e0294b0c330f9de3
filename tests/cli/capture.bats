#!/usr/bin/env bats
# vexevt-capture as people meet it: live by inotify, generated, imported, emitted.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR" || return
  mkdir w
}

teardown() {
  if [[ -n ${capture:-} ]]; then kill -KILL "$capture" 2>/dev/null || true; fi
  if [[ -n ${open:-} ]]; then rm -rf "$open"; fi
}

# Starts a capture in the background and waits until it says that it watches; its messages go to log. $capture is its pid.
start() {
  : >log
  "$@" 2>log 3>&- &
  capture=$!
  until grep -q "watching '" log; do
    # It may have begun and ended since.
    kill -0 "$capture" 2>/dev/null || grep -q "watching '" log || { cat log >&2; return 1; }
  done
}

# Waits for the capture to end by itself, with this exit status.
ended_with() {
  local status=0
  wait "$capture" || status=$?
  capture=
  [ "$status" = "$1" ]
}

stop() {
  kill -TERM "$capture"
  wait "$capture"
  capture=
}


@test "live: events of a tree come out as they happen, and a signal ends it well" {
  start vexevt-capture --from inotify --verbose --control c.sock --format json w -o out.json
  mkdir w/d
  echo x >w/d/f
  # What is in a new directory and gone before that is watched, inotify does not tell.
  vexevt-capture --barrier c.sock --timeout 60s
  mv w/d w/e
  rm w/e/f
  stop
  grep -q '"type":"fs.mkdir".*"path":"'"$PWD/w/d\"" out.json
  grep -q '"type":"fs.rename".*"path":"'"$PWD/w/d"'","path2":"'"$PWD/w/e\"" out.json
  grep -q '"type":"fs.delete".*"path":"'"$PWD/w/e/f\"" out.json
  grep -q ' 0 lost' log
}

@test "live: --where is evaluated, and decides what is asked for" {
  start vexevt-capture --from inotify --verbose --format json --where 'type = fs.delete and name glob "*.x"' w -o out.json
  touch w/a.x w/a.y
  rm w/a.x w/a.y
  stop
  [ "$(grep -c '"type"' out.json)" = 1 ]
  grep -q 'a\.x' out.json
}

@test "live: our own output in the watched tree makes no events" {
  start vexevt-capture --from inotify --verbose w -o w/out.evt
  touch w/a
  stop
  run ! grep -q 'out\.evt' w/out.evt
  grep -q 'w/a' w/out.evt
}

@test "live: what the pipeline behind a capture writes in the watched tree makes no events" {
  [ "$(id -u)" = 0 ] || skip "not root"
  start vexevt-capture --from fanotify --verbose --control c.sock w > >(vexevt-filter 'type = fs.*' | tee w/copy.evt | vexevt-cat --format json >w/out.json)
  touch w/a
  for _ in 1 2 3; do vexevt-capture --barrier c.sock --timeout 60s; done
  stop
  grep -q "\"path\":\"$PWD/w/a\"" w/out.json
  run ! grep -q '"comm":"\(vexevt-.*\|tee\)"' w/out.json
}

@test "live: --hash tells what a file held that was closed after writing" {
  start vexevt-capture --verbose --hash 1K --control c.sock --format json w >out.json
  printf hello >w/a
  head -c 2000 /dev/zero >w/large
  stop
  [ "$(jq -r 'select(.type == "fs.close-write" and (.path | endswith("/a"))).attributes.hash' out.json)" = "$(b2sum -l 256 w/a | cut -d' ' -f1)" ]
  [ "$(jq -r 'select(.type == "fs.close-write" and (.path | endswith("/large"))).attributes["hash.missing"]' out.json)" = "larger than 1K" ]
  run ! grep -q '"type":"fs.create".*"attributes"' out.json
  run -2 vexevt-capture --generate --hash 1K
  run -2 vexevt-capture --from inotify --auid w
}

@test "live: a command that the events are piped to may write in the watched tree" {
  [ "$(id -u)" = 0 ] || skip "not root"
  start vexevt-capture --from fanotify --verbose -o 'exec:tee w/one | cat >w/two' w
  touch w/a
  stop
  vexevt-filter --assert-some 'name = a' w/two -o /dev/null
  vexevt-filter --assert-none 'comm in (tee, cat)' w/two -o /dev/null
}

@test "live: as nobody" {
  [ "$(id -u)" = 0 ] || skip "not root"
  # The folder of the tests is not for everybody to read.
  open=$(mktemp -d)
  chmod 755 "$open"
  mkdir -m 700 "$open/private"
  cp "$(command -v vexevt-capture)" "$open/"
  start setpriv --reuid 65534 --regid 65534 --clear-groups "$open/vexevt-capture" --verbose --format json "$open" >out.json
  touch "$open/a"
  stop
  grep -q '"path":"'"$open/a\"" out.json
  grep -q "cannot watch '$open/private': Permission denied" log
}

@test "live: a closed output ends it, though nothing happens" {
  start vexevt-capture --from inotify --verbose w > >(true)
  ended_with 141
}

@test "live: --count is the end, though nothing else happens" {
  start timeout 60 vexevt-capture --verbose --types fs.mkdir -n 1 w -o out.evt
  mkdir w/d
  ended_with 0
  vexevt-cat out.evt  # where it is not what it should be
  [ "$(vexevt-filter -c 'type = fs.mkdir' out.evt)" = 1 ]
}

@test "live: a directory that vanishes is said" {
  start vexevt-capture --from inotify --verbose w -o out.evt
  rmdir w
  ended_with 3
  grep -q "the watched directory '.*/w' was deleted" log
}

@test "live: the limit of watches is an error that says what is needed" {
  mkdir w/{1,2,3,4,5,6}
  unshare -Ur true || skip "no user namespaces"
  run -3 --separate-stderr unshare -Ur sh -c 'echo 4 >/proc/sys/user/max_inotify_watches && exec vexevt-capture --from inotify w'
  # shellcheck disable=SC2154 # set by run --separate-stderr
  [[ $stderr == *"max_user_watches"* ]]
  [[ $stderr == *"has 7 directories"* ]]
}

@test "the generator gives the same bytes for the same seed" {
  vexevt-capture --generate --seed 7 -n 5000 -o a.evt
  vexevt-capture --generate --seed 7 -n 5000 | cmp - a.evt
  run ! cmp -s a.evt <(vexevt-capture --generate --seed 8 -n 5000)
  run -2 vexevt-capture --generate bild
  [[ $output == *"build|web|database|home|mixed"* ]]
}

@test "a reader that has enough ends the generator" {
  run -0 bash -c 'vexevt-capture --generate | head -c 100000 | wc -c'
  [ "$output" = 100000 ]
}

@test "a full disk is an error" {
  run -3 bash -c 'vexevt-capture --generate -n 1000 >/dev/full'
  [[ $output == *"No space left on device"* ]]
}

@test "import and json output are each other's inverse" {
  vexevt-capture --generate --seed 3 -n 2000 -o a.evt
  vexevt-capture --generate --seed 3 -n 2000 --format json >a.json
  vexevt-capture --import a.json | cmp - a.evt
}

@test "import: a bad line is named, after the events before it" {
  printf '{"type":"fs.create","path":"/a"}\n\nnonsense\n' >bad.json
  run -3 --separate-stderr vexevt-capture --import bad.json --format json
  [ "${#lines[@]}" = 1 ]
  [[ $stderr == *"bad.json: line 3:"* ]]
  run -3 vexevt-capture --import none.json
  [[ $output == *"cannot open 'none.json': No such file"* ]]
}

@test "an audit log is imported, and what is left out is counted" {
  printf '%s\n' \
    'type=SERVICE_START msg=audit(1700000000.100:6): pid=1 uid=0 msg='"'unit=cron'" \
    'type=SYSCALL msg=audit(1700000000.125:7): arch=c000003e syscall=263 success=yes exit=0 a0=ffffff9c a1=5 a2=0 a3=0 items=2 ppid=1 pid=2 auid=1000 uid=0 gid=0 comm="rm" exe="/usr/bin/rm" key=(null)' \
    'type=CWD msg=audit(1700000000.125:7): cwd="/srv"' \
    'type=PATH msg=audit(1700000000.125:7): item=0 name="/srv" inode=1 dev=08:01 mode=040755 nametype=PARENT' \
    'type=PATH msg=audit(1700000000.125:7): item=1 name=6F6C6420746578740A inode=2 dev=08:01 mode=0100644 nametype=DELETE' \
    'type=PROCTITLE msg=audit(1700000000.125:7): proctitle="rm"' >audit.log
  run -0 --separate-stderr vexevt-capture --import-audit audit.log --verbose --format json
  [ "${#lines[@]}" = 1 ]
  [[ $output == *'"type":"fs.delete"'*'"comm":"rm"'*'"path":"/srv/old text\n"'*'"auid":1000'* ]]
  [[ $stderr == *"'audit.log': 1 of its records and events tell of nothing that is imported"* ]]
  echo nonsense >>audit.log
  run -3 --separate-stderr vexevt-capture --import-audit audit.log --where 'type = fs.delete' --format json
  [ "${#lines[@]}" = 1 ]
  [[ $stderr == *"audit.log: line 7: expected 'type='" ]]
}

@test "-- COMMAND: what it and its descendants did, and its exit status" {
  [ "$(id -u)" = 0 ] || skip "not root"
  [ "$(stat -Lc %i /proc/self/ns/pid)" = 4026531836 ] || skip "not the initial pid namespace: short-lived processes are not told"
  run -7 vexevt-capture --format json -o out.json -- sh -c "mkdir w/d; (echo x >w/d/f); mv w/d/f w/g; exit 7"
  if [[ $output == *"cannot use fanotify"* ]]; then skip "no fanotify"; fi
  grep -q '"type":"fs.mkdir".*"comm":"mkdir".*"path":"[^"]*/w/d"' out.json
  grep -q '"type":"fs.rename".*"comm":"mv".*/w/d/f".*/w/g"' out.json
  run -2 vexevt-capture --from inotify -- true
  run -3 vexevt-capture -- no-such-command
}

@test "emit writes one event" {
  run -0 vexevt-capture emit vector.search vector.collection=docs vector.k=10 attr.team=ml --tenant acme --format json
  [[ $output == *'"type":"vector.search"'*'"tenant":"acme"'*'"vector":{"collection":"docs","k":10}'*'"attributes":{"team":"ml"}'* ]]
  run -2 vexevt-capture emit fs.create pth=/x
  [[ $output == *"unknown field 'pth' (did you mean 'path'?)"* ]]
  run -2 vexevt-capture emit fs.create vector.k=3
  [[ $output == "vexevt-capture: fs.create has no 'vector.k'; it may have path, path2, "*", and what every event has" ]]
  run -2 vexevt-capture emit --hst x fs.create
  [ "${lines[1]}" = "try 'vexevt-capture emit --help'" ]
  run -2 vexevt-capture emit fs.creat
  [[ $output == *"did you mean 'fs.create'?"* ]]
}

@test "lists of paths: by lines, or with NULs between them, as find writes them" {
  mkdir "$(printf 'w/new\nline')"
  touch w/one w/two w/three "$(printf 'w/new\nline/f')"
  find "$PWD/w" -name '*o*' -type f >list
  echo /nonexistent >>list
  start vexevt-capture --from inotify --verbose --control c.sock --paths-from list --format json -o out.json
  for name in one two three; do echo x >w/$name; done
  stop
  [ "$(jq -r 'select(.type == "fs.close-write").path' out.json)" = "$PWD/w/one"$'\n'"$PWD/w/two" ]
  grep -q "warning: cannot watch '/nonexistent': No such file" log

  find w -name f -print0 >list
  start bash -c 'exec vexevt-capture --verbose --paths-from - --format json -o out.json <list'
  echo x >"$(printf 'w/new\nline/f')"
  stop
  jq -e 'select(.type == "fs.close-write").path | endswith("/new\nline/f")' out.json

  run -3 --separate-stderr vexevt-capture --paths-from - <<<'/nonexistent'
  [[ $stderr == *"--paths-from: nothing to watch is named" ]]
}

@test "--types selects from what is read or made up, too" {
  vexevt-capture --generate --types 'fs.delete,fs.rename' -n 50 -o some.evt
  vexevt-filter --assert-none 'not type in (fs.delete, fs.rename)' some.evt -o /dev/null
  [ "$(vexevt-filter -c 'type = fs.*' some.evt)" = 50 ]
  printf '%s\n' '{"type":"fs.create"}' '{"type":"graph.query"}' '{"type":"vexevt.alert"}' >in.json
  [ "$(vexevt-capture --import in.json --types 'graph.*' --format json | jq -r .type)" = graph.query ]
  [ "$(vexevt-capture --import in.json --where 'type = fs.create' --format json | jq -r .type)" = fs.create ]
  vexevt-capture --generate --where 'type = fs.chmod' -n 1 -o /dev/null
  run -2 vexevt-capture --types '' w
  [[ $output == *"--types: unknown type ''"* ]]
}

@test "sources exclude each other, and one is wanted" {
  run -2 vexevt-capture
  run -2 vexevt-capture --generate --import x
  run -2 vexevt-capture --where 'pth = 1' w
  [[ $output == *"--where:1: unknown field 'pth'"* ]]
}

@test "--explain says what is asked of the source and what is left" {
  run -0 vexevt-capture --from inotify --explain --where 'type = fs.delete and size > 1' w
  [[ $output == *"source: inotify"* ]]
  [[ $output == *"types fs.delete"* ]]
  [[ $output == *"left to decide here: "*"size > 1"* ]]
  run -0 vexevt-capture --generate --explain --types fs.delete
  [ "$output" = $'source: generator, mixed\nleft to decide here: type in (fs.delete)' ]
  [ "$(id -u)" != 0 ] || vexevt-capture --explain -- no-such-command
}

@test "what no back end tells is refused, not waited for" {
  run -2 --separate-stderr vexevt-capture --types fs.chmod .
  [ "$stderr" = "vexevt-capture: fanotify and inotify do not tell fs.chmod: ask for fs.attrib" ]
  run -2 --separate-stderr vexevt-capture --where 'type = fs.truncate' .
  [ "$stderr" = "vexevt-capture: fanotify and inotify do not tell fs.truncate: ask for fs.write" ]
  for expression in 'type = graph.query' 'type = system.sync'; do
    run -2 --separate-stderr vexevt-capture --where "$expression" .
    [ "$stderr" = "vexevt-capture: fanotify and inotify tell types of fs.*, system.mount and system.unmount, and none is asked for" ]
  done
}

@test "without the kernel module it says how to load it, and what needs it" {
  run -2 --separate-stderr vexevt-capture --bus w
  [ "$stderr" = "vexevt-capture: --bus needs --from kernel" ]
  run -2 --separate-stderr vexevt-capture --from kernel --auid w
  [ "$stderr" = "vexevt-capture: only fanotify tells who logged in: --auid needs --from fanotify" ]
  [ ! -e /dev/vexevt ] || skip "the module is loaded"
  for arguments in w --bus '-- true'; do
    # shellcheck disable=SC2086  # several words
    run -3 --separate-stderr vexevt-capture --from kernel $arguments
    [ "$stderr" = "vexevt-capture: cannot use the kernel module: there is no '/dev/vexevt' (try 'modprobe vexevt')" ]
  done
}
