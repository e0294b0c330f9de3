# What the cases of vexevt-fuse share: a folder of their own with a source and a mount point, and what waits.

setup() {
  [[ -w /dev/fuse ]] || skip "no /dev/fuse"
  ((EUID == 0)) || skip "needs root"
  work=$(mktemp -d /tmp/vexevt-fuse-XXXXXX)  # where others may go, too
  cd "$work"
  chmod 755 .
  mkdir src mnt
  src=$PWD/src mnt=$PWD/mnt
}

teardown() {
  [[ -z ${mnt:-} ]] || umount -l "$mnt" 2>/dev/null || true
  [[ -z ${src:-} ]] || umount -l "$src" 2>/dev/null || true
  cd /
  [[ -z ${work:-} ]] || rm -rf "$work"
}

# Mounts in the background; events go to the file events.
start() {
  vexevt-fuse --background -o events "$src" "$mnt"
}

# Until the condition holds, 20 s at most.
await() {
  local try
  for ((try = 0; try < 2000; ++try)); do
    "$@" && return
    sleep 0.01
  done
  echo "in vain: $*"
  return 1
}

# unmounted PATH: unmounts it once nobody holds it: who has just ended, or looks at all mounts, may for a moment.
unmounted() {
  await umount "$1" 2>busy || { cat busy; return 1; }
}

is_mounted() { grep -q " $mnt .*fuse.vexevt" /proc/self/mountinfo; }
ended() { [[ $(vexevt-cat --format json events 2>/dev/null | tail -n 1 | jq -r .type) = system.unmount ]]; }
# The daemon of this case.
daemon() { pgrep -f "^vexevt-fuse .*$src $mnt$"; }

finish() {
  unmounted "$mnt"
  await ended
}
