#!/usr/bin/env bats
# vexevt-capture --from fanotify --from fuse=…: what is done in a mount is told once, with what the kernel and vexevt-fuse know.

bats_require_minimum_version 1.5.0

setup() {
  [[ -w /dev/fuse ]] || skip "no /dev/fuse"
  ((EUID == 0)) || skip "needs root"
  work=$(mktemp -d /tmp/vexevt-bridge-XXXXXX)
  cd "$work"
  mkdir src mnt
  mount -t tmpfs none src
  src=$PWD/src mnt=$PWD/mnt ring=ring:$PWD/ring
}

teardown() {
  [[ -z ${mnt:-} ]] || umount -l "$mnt" 2>/dev/null || true
  [[ -z ${src:-} ]] || umount -l "$src" 2>/dev/null || true
  cd /
  [[ -z ${work:-} ]] || rm -rf "$work"
}

# start_capture OPTION...: from both, into all.json; returns when it watches.
start_capture() {
  vexevt-capture --from fanotify --from fuse="$ring" --verbose --control c.sock --format json -o all.json "$@" "$src" 2>log &
  capture=$!
  local try
  for ((try = 0; try < 2000; ++try)); do
    if grep -qs "^vexevt-capture: watching" log; then return; fi
    kill -0 $capture 2>/dev/null || break
    sleep 0.01
  done
  if grep -q "cannot use fanotify" log; then skip "no fanotify"; fi
  cat log
  return 1
}

# Everything that was done is told when it returns: the daemon, however late, tells the rest when the mount ends.
stop_capture() {
  unmount
  await_log "warning: fuse '.*' has ended: the other sources go on"
  vexevt-capture --barrier c.sock --timeout 60s
  kill -INT $capture
  wait $capture
}

# Whoever looks at the mounts of the machine may hold it for a moment.
unmount() {
  local try
  for ((try = 0; try < 2000; ++try)); do
    if umount "$mnt" 2>umount.log; then return; fi
    sleep 0.01
  done
  cat umount.log
  return 1
}

await_log() {
  local try
  for ((try = 0; try < 2000; ++try)); do
    if grep -q "$1" log; then return; fi
    sleep 0.01
  done
  cat log
  return 1
}

@test "bridge: each operation once, with the context of both" {
  command -v python3 >/dev/null || skip "no python3"
  vexevt-fuse --background --cache never --types 'fs.*' --where 'not type in (fs.lookup, fs.stat, fs.list, fs.readlink, fs.getxattr, fs.listxattr, fs.statfs)' -o "$ring" "$src" "$mnt"
  start_capture --types 'fs.*'
  python3 - "$mnt" <<'EOF'
import os, subprocess, sys

# Each is told before the next: what waits in the kernel's queue is merged, and then fewer of its events are to be joined.
def do(operation, *words):
    result = operation(*words)
    subprocess.run(['vexevt-capture', '--barrier', control, '--timeout', '60s'], check=True)
    return result

control = os.path.abspath('c.sock')
os.chdir(sys.argv[1])
fd = do(os.open, 'f', os.O_CREAT | os.O_RDWR, 0o644)
do(os.write, fd, b'x' * 10)
do(os.ftruncate, fd, 7)
do(os.fsync, fd)
do(os.pread, fd, 5, 0)
do(os.close, fd)
do(os.mkdir, 'd')
do(os.rename, 'f', 'd/g')
do(os.symlink, 't', 's')
do(os.link, 'd/g', 'h')
do(os.mkfifo, 'p')
do(os.chmod, 'p', 0o600)
do(os.truncate, 'h', 5)
do(os.close, do(os.open, 'h', os.O_RDONLY))
for name in ('h', 's', 'p', 'd/g'):
    do(os.unlink, name)
do(os.rmdir, 'd')
EOF
  stop_capture
  cat log

  # In the order in which it was done, and nothing of the kernel's beside it.
  jq -r 'select(.comm == "python3") | .type[3:] + " " + (.path | ltrimstr($mnt + "/"))' --arg mnt "$mnt" all.json >told
  diff told - <<'EOF'
create f
write f
truncate f
sync f
read f
close-write f
mkdir d
rename f
symlink s
hardlink d/g
mknod p
chmod p
truncate h
open h
close h
delete h
delete s
delete p
delete d/g
rmdir d
EOF
  [ "$(jq -c 'select(.boundary == "kernel" and (.path | startswith($src + "/")))' --arg src "$src" all.json)" = "" ]

  # All but what no kernel tells of name the kernel's event, and say what only it knew.
  [ "$(jq -r 'select(.comm == "python3" and (.causes | length) == 0) | .type' all.json)" = fs.sync ]
  [ "$(jq 'select(.type == "fs.create") | .causes | length' all.json)" = 2 ]
  jq -se --arg src "$src" '.[] | select(.type == "fs.mkdir") |
    .boundary == "fuse" and .latency > 0 and (.path | endswith("/mnt/d")) and .generation > 0 and
    .attributes["kernel.path"] == $src + "/d" and .attributes["kernel.comm"] == "vexevt-fuse" and
    .attributes["kernel.pid"] != .pid and .attributes["kernel.time"] > 0' all.json
  [ "$(jq -r 'select(.type == "fs.chmod") | .attributes["kernel.type"]' all.json)" = fs.attrib ]

  # The create has two doubles: it opened the file, too.
  grep -q "^vexevt-capture: 19 of 19 FUSE events joined with 20 of the kernel's; fanotify: .* 20 doubles; fuse 'ring:.*: 2[0-9] events" log
}

@test "bridge: the metrics say what was joined, and what is not of the mount passes" {
  vexevt-fuse --background -o "$ring" "$src" "$mnt"
  start_capture --metrics metrics.prom
  mkdir "$mnt/a" "$src/b"
  for ((try = 0; try < 2000; ++try)); do
    grep -q '"comm":"mkdir".*/mnt/a"' all.json && break
    vexevt-capture --barrier c.sock --timeout 60s
  done
  kill -USR1 $capture
  await_log '^{"tool":"vexevt-capture"'
  mkdir "$src/c"
  stop_capture
  cat log
  [ "$(jq -r '[.boundary, .comm, .path] | join(" ")' all.json | grep -c "^fuse mkdir $mnt/a$")" = 1 ]
  [ "$(jq -r '[.boundary, .comm, .path] | join(" ")' all.json | grep -c "^kernel mkdir $src/[bc]$")" = 2 ]
  [ "$(jq -r 'select(.type == "fs.mkdir") | .path' all.json | wc -l)" = 3 ]
  grep -q '"vexevt_fuse_joined_total":1' log
  grep -q '^vexevt_source_doubles_total{.*source="fanotify"} 1' metrics.prom
  grep -q '"vexevt_source_doubles_total{source=\\"fanotify\\"}":1' log
}

@test "bridge: the output may lie in the mount" {
  vexevt-fuse --background -o "$ring" "$src" "$mnt"
  vexevt-capture --from fanotify --from fuse="$ring" --verbose --control c.sock --format json -o "$mnt/all.json" "$src" 2>log &
  capture=$!
  await_log "^vexevt-capture: watching"
  mkdir "$mnt/a"
  for ((try = 0; try < 2000; ++try)); do
    grep -q '"comm":"mkdir".*/mnt/a"' "$src/all.json" && break
    vexevt-capture --barrier c.sock --timeout 60s
  done
  # What that made is written by now, and what that made.
  for _ in 1 2 3; do vexevt-capture --barrier c.sock --timeout 60s; done
  kill -INT $capture
  wait $capture
  [ "$(jq -r 'select(.type == "fs.mkdir") | .path' "$src/all.json")" = "$mnt/a" ]
  # A few of the kernel's may miss their own: each could make others, but fewer.
  (($(wc -l <"$src/all.json") < 200))
}

@test "bridge: the end of one source does not end the others" {
  vexevt-fuse --background -o "$ring" "$src" "$mnt"
  start_capture
  mkdir "$mnt/a"
  unmount
  await_log "warning: fuse '.*' has ended: the other sources go on"
  mkdir "$src/b"
  vexevt-capture --barrier c.sock --timeout 60s
  kill -INT $capture
  wait $capture
  [ "$(jq -r 'select(.type == "fs.mkdir") | .path' all.json)" = "$mnt/a"$'\n'"$src/b" ]
}

@test "bridge: from vexevt-fuse alone, where PATH has no meaning" {
  vexevt-fuse --background -o "$ring" "$src" "$mnt"
  run -2 vexevt-capture --from fuse="$ring" "$mnt"
  [[ $output == *"of what --from fuse tells, --where selects"* ]]
  mkdir "$mnt/a"
  vexevt-capture --from fuse="$ring" --types fs.sync,fs.mkdir --format json -o all.json &
  capture=$!
  unmount
  wait $capture
  [ "$(jq -r 'select(.type != "system.unmount" and .type != "system.mount") | .path' all.json)" = "$mnt/a" ]
}

@test "bridge: sources that can't be, or can't be together" {
  for wrong in fusex fuse= kernelx 'fuse=unix:' ''; do
    run -2 vexevt-capture --from "$wrong" "$src"
  done
  run -2 vexevt-capture --from fusex "$src"
  [[ $output == *"--from: 'fusex' is none of fanotify|inotify|kernel|fuse[=ENDPOINT]"* ]]
  run -2 vexevt-capture --from fanotify --from fanotify "$src"
  [[ $output == *"'fanotify' is named already"* ]]
  run -2 vexevt-capture --from inotify
  run -2 vexevt-capture --from fuse --auid
  [[ $output == *"needs --from fanotify"* ]]
  run -2 vexevt-capture --from fanotify --from fuse -- true
  run -2 vexevt-capture --from fuse --generate
  run -3 vexevt-capture --from fuse="ring:$PWD/none"
}
