#!/usr/bin/env bats
# vexevt-fuse as its users run it: mounted by root, by mount(8) and by an ordinary user, over a small file system, killed, and with
# real work in it.

bats_require_minimum_version 1.5.0

load mounts

@test "mount.fuse.vexevt takes the words of mount(8)" {
  "$VEXEVT_BIN/../sbin/mount.fuse.vexevt" "$src" "$mnt" -s -o "rw,noatime,output=$PWD/events,cache=never,x-systemd.automount,nofail,where=\"type in (fs.mkdir, system.unmount)\""
  is_mounted
  grep " $mnt " /proc/self/mountinfo | grep -q noatime
  mkdir "$mnt/d"
  echo x >"$mnt/f"
  finish
  [ "$(vexevt-cat --format json events | jq -r .type | tr '\n' ' ')" = "fs.mkdir system.unmount " ]
  run ! "$VEXEVT_BIN/../sbin/mount.fuse.vexevt" "$src" "$mnt" -o rw
  [[ $output == *"--output ENDPOINT"* ]]
  "$VEXEVT_BIN/../sbin/mount.fuse.vexevt" "$src" "$mnt" -o "ro,output=$PWD/events"
  run -1 touch "$mnt/x"
  [[ $output == *"Read-only"* ]]
}

# In a namespace of its own, where mount(8) finds the helper as if it were installed.
in_own_namespace() {
  mkdir -p sbin
  ln -sf "$VEXEVT_BIN/vexevt-fuse" sbin/mount.fuse.vexevt
  unshare --mount --propagation private bash -euc 'mount --bind sbin /usr/sbin; '"$1" - "$src" "$mnt"
}

@test "mount -t fuse.vexevt, and a line of fstab" {
  # shellcheck disable=SC2016  # of the other shell
  in_own_namespace '
    mount -t fuse.vexevt -o output="$PWD/events",nosuid "$1" "$2"
    mkdir "$2/d"
    umount "$2"
    printf "%s %s fuse.vexevt noauto,nofail,noexec,output=%s,\"types=fs.mkdir,fs.rmdir\",timeout=0 0 0\n" "$1" "$2" "$PWD/second" >fstab
    mount --bind fstab /etc/fstab
    mount "$2"
    findmnt -n -o OPTIONS "$2" | grep -q noexec
    rmdir "$2/d"
    touch "$2/untold"
    umount "$2"
  '
  await ended
  ended_second() { [[ $(vexevt-cat --format json second 2>/dev/null | tail -n 1 | jq -r .type) = system.unmount ]]; }
  await ended_second
  vexevt-filter -q "type = fs.mkdir and path = \"$mnt/d\"" events
  [ "$(vexevt-cat --format json second | jq -r .type | tr '\n' ' ')" = "system.mount fs.rmdir system.unmount " ]
}

@test "a mount of fstab is recovered by mounting it again" {
  # shellcheck disable=SC2016  # of the other shell
  in_own_namespace '
    printf "%s %s fuse.vexevt output=%s 0 0\n" "$1" "$2" "$PWD/events" >fstab
    mount --bind fstab /etc/fstab
    mount "$2"
    touch "$2/before"
    kill -9 "$(pgrep -f "^/sbin/mount.fuse.vexevt $1 $2 ")"
    while stat "$2"; do :; done >/dev/null 2>&1
    mount "$2" 2>said
    [[ -e $2/before ]]
    umount "$2"
  '
  grep -q "took a dead mount off '$mnt'" said
  await ended
}

@test "mount.fuse3 runs it by its own name" {
  command -v mount.fuse3 || skip "no mount.fuse3"
  mount.fuse3 "vexevt-fuse#$src" "$mnt" -o "rw,output=$PWD/events"
  is_mounted
  mkdir "$mnt/d"
  finish
  [ -d src/d ]
}

@test "it refuses what it can't do, and says why" {
  run -3 vexevt-fuse -o events "$PWD/none" "$mnt"
  [[ $output == *"cannot open '$PWD/none': No such file or directory"* ]]
  run -3 vexevt-fuse -o events "$src" "$PWD/none"
  [[ $output == *"cannot mount at '$PWD/none'"* ]]
  touch file
  run -3 vexevt-fuse -o events "$src" "$PWD/file"
  [[ $output == *"Not a directory"* ]]
  run -3 vexevt-fuse -o events "$PWD/file" "$mnt"
  run -2 vexevt-fuse --background "$src" "$mnt"
  run -2 vexevt-fuse -o events --where 'pth = x' "$src" "$mnt"
  [[ $output == *"did you mean 'path'"* ]]
  run -2 vexevt-fuse -o events --types fs.nope "$src" "$mnt"
  run ! vexevt-fuse -o events --mount-options no_such_option "$src" "$mnt"
  run ! is_mounted
}

@test "an ordinary user mounts, works and unmounts" {
  command -v fusermount3 >/dev/null || skip "no fusermount3"
  command -v setpriv >/dev/null || skip "no setpriv"
  chown nobody src mnt .
  as_nobody=(setpriv --reuid nobody --regid nogroup --clear-groups env "PATH=$PATH" "HOME=$PWD")
  "${as_nobody[@]}" test -x "$VEXEVT_BIN/vexevt-fuse" || skip "nobody can't reach the build"
  "${as_nobody[@]}" vexevt-fuse --background -o events "$src" "$mnt" 2>err || { cat err; grep -q "Operation not permitted\|Permission denied" err && skip "users may not mount here"; false; }
  "${as_nobody[@]}" bash -euc 'cd "$1"; echo hi >a; mkdir d; mv a d/; chmod 600 d/a; ln -s d/a l; [ "$(cat l)" = hi ]' - "$mnt"
  run ! ls "$mnt"  # root has no business there
  "${as_nobody[@]}" fusermount3 -u "$mnt"
  await ended
  [ "$(stat -c %U src/d/a)" = nobody ]
  [ "$(vexevt-cat --format json events | jq -r 'select(.type == "fs.mkdir") | .uid')" = "$(id -u nobody)" ]
}

@test "SIGTERM unmounts and writes what there is" {
  vexevt-fuse -o events "$src" "$mnt" &
  local pid=$!
  await is_mounted
  mkdir "$mnt/d"
  kill "$pid"
  wait "$pid"
  run ! is_mounted
  ended
  # with a file open, too: its user gets errors
  vexevt-fuse -o events "$src" "$mnt" &
  pid=$!
  await is_mounted
  exec 7>"$mnt/open"
  kill -HUP "$pid"
  wait "$pid"
  run ! is_mounted
  ended
  run ! eval 'echo x >&7'
  exec 7>&-
}

@test "over the source itself" {
  mnt=$src
  start
  mkdir "$src/d"
  finish
  [ -d src/d ]
  vexevt-cat --format json events | jq -r .path | grep -qx "$src/d"
}

@test "a daemon that is killed while four write is recovered from" {
  start
  head -c 3M /dev/urandom >"$mnt/whole"
  cp src/whole before
  exec 8>"$mnt/open"
  local i writers=()
  for i in 1 2 3 4; do
    dd if=/dev/zero of="$mnt/big$i" bs=64k count=100000 status=none 2>"err$i" &
    writers+=($!)
  done
  for i in 1 2 3 4; do await test -s "src/big$i"; done
  kill -9 "$(daemon)"
  for i in 1 2 3 4; do
    ! wait "${writers[i - 1]}" || false
    grep -q "not connected\|Software caused connection abort" "err$i"
  done
  run ! ls "$mnt"
  [[ $output == *"not connected"* ]]
  run ! eval 'echo x >&8'
  exec 8>&- || true
  start 2>said
  grep -q "took a dead mount off '$mnt'" said
  cmp before "$mnt/whole"
  for i in 1 2 3 4; do
    cmp -n "$(stat -c %s "$mnt/big$i")" /dev/zero "$mnt/big$i"
    echo more >>"$mnt/big$i"
    [ "$(tail -n 1 "src/big$i" | tr -d '\0')" = more ]
  done
  finish
  [ "$(grep -c " $mnt " /proc/self/mountinfo)" = 0 ]
}

@test "a full disk below is an error above, and an event" {
  mount -t tmpfs -o size=1m none "$src"
  start
  run ! dd if=/dev/zero of="$mnt/big" bs=64k count=100
  [[ $output == *"No space left"* ]]
  rm "$mnt/big"
  echo fits >"$mnt/small"
  [ "$(cat "$mnt/small")" = fits ]
  finish
  vexevt-filter -q 'type = fs.write and result = ENOSPC' events
}

@test "more files than descriptors" {
  prlimit --nofile=600:600 vexevt-fuse --background -o events --types system.mount "$src" "$mnt"
  mkdir "$mnt/d"
  seq -f "$mnt/d/%g" 2000 | xargs touch
  [ "$(find "$mnt/d" -type f | wc -l)" = 2000 ]
  stat -c %i "$mnt"/d/* | sort -u >inodes
  [ "$(wc -l <inodes)" = 2000 ]
  exec 9<"$mnt/d/17"
  rm -r "$mnt/d"
  exec 9<&-
  [ -z "$(ls -A src)" ]
  finish
}

@test "git clone and make in it" {
  command -v git >/dev/null && command -v make >/dev/null && command -v cc >/dev/null || skip "no git, make or cc"
  git -c init.defaultBranch=main init -q repo
  local i
  for i in $(seq 30); do echo "int f$i(void) { return $i; }" >"repo/f$i.c"; done
  echo 'int f30(void); int main(void) { return f30() - 30; }' >repo/main.c
  printf 'OBJECTS = $(patsubst %%.c,%%.o,$(wildcard *.c))\nprogram: $(OBJECTS)\n\tcc -o $@ $^\n%%.o: %%.c\n\tcc -c -o $@ $<\n' >repo/Makefile
  git -C repo add . && git -C repo -c user.name=x -c user.email=x@x commit -qm x
  start
  git clone -q --no-hardlinks repo "$mnt/clone"
  make -s -j4 -C "$mnt/clone"
  "$mnt/clone/program"
  git -C "$mnt/clone" fsck 2>&1 | grep -v notice || true
  [ -z "$(git -C "$mnt/clone" status --porcelain -uno)" ]
  run make -C "$mnt/clone"  # nothing to do: times are right
  [[ $output == *"up to date"* ]]
  (cd "$mnt/clone" && tar -cf - . | tar -C .. --one-top-level=copy -xf -)
  diff -r "$mnt/clone" "$mnt/copy"
  rm -rf "$mnt/clone" "$mnt/copy"
  finish
  vexevt-filter -q 'comm = git and type = fs.create' events
  vexevt-filter -q 'comm = cc1 and type = fs.read' events
}

@test "fio finds what it wrote" {
  command -v fio >/dev/null || skip "no fio"
  local how
  for how in "--cache auto:psync" "--cache never:psync" "--writeback:mmap" "--splice:psync" "--passthrough:psync"; do
    # shellcheck disable=SC2086  # two words
    vexevt-fuse --background -o events ${how%:*} "$src" "$mnt" 2>/dev/null
    fio --name=verify --directory="$mnt" --ioengine="${how#*:}" --rw=randrw --bsrange=4k-128k --size=2m --numjobs=4 --end_fsync=1 \
      --verify=crc32c --verify_fatal=1 --verify_state_save=0 --output=said
    finish
    rm "$src"/*
  done
}

# Becomes a command of the unit, for this case's paths.
become() {
  local words
  read -ra words < <(sed -n "s,^$1=-\?,,p" "$BATS_TEST_DIRNAME/../../packaging/systemd/vexevt-fuse@.service" |
    sed "s,/usr/bin/vexevt,$VEXEVT_BIN/vexevt,; s,/run/vexevt/events.sock,$PWD/socket,; s,%f,$src,g")
  NOTIFY_SOCKET=$PWD/notify exec "${words[@]}"
}

@test "as systemd's unit starts and ends it" {
  command -v socat >/dev/null || skip "no socat"
  mnt=$src
  vexevt-filter 'type exists' "unix-listen:$PWD/socket" -o events &
  local reader=$!
  socat -u UNIX-RECV:notify OPEN:told,creat,append 3>&- &
  local notified=$! pid
  await test -S socket
  await test -S notify
  for _ in 1 2; do
    become ExecStart &
    pid=$!
    await grep -q READY=1 told
    is_mounted
    touch "$src/f"
    kill "$pid"
    wait "$pid"
    await grep -q STOPPING=1 told
    run ! is_mounted
    : >told
  done
  become ExecStart &
  pid=$!
  await grep -q READY=1 told
  kill -9 "$pid"
  wait "$pid" || true
  is_mounted
  (become ExecStopPost)
  run ! is_mounted
  [ -e "$src/f" ]
  kill "$reader" "$notified"
}
