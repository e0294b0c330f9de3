#!/usr/bin/env bats
# Where the events of vexevt-fuse go: readers that are slow, end, and come back.

bats_require_minimum_version 1.5.0
load mounts

# A reader that stops for a while, behind a named pipe.
stalled_reader() {
  mkfifo pipe
  cat pipe >taken &
  reader=$!
  vexevt-fuse --background -o pipe --queue 256k --types fs.mknod,fs.delete "$@" "$src" "$mnt"
  kill -STOP "$reader"
}
told() { vexevt-filter -c "type = $1" "${2:-taken}" | tr -d '>='; }
lost() { vexevt-cat --format json "${1:-taken}" | jq -s '[.[] | select(.type == "vexevt.lost") | .gap.lost] | add // 0'; }
holds() { [[ -s $1 && $(told "$2" "$1" 2>/dev/null) = "$3" ]]; }
# With long paths, so that the events are more than a pipe takes.
make_fifos() {
  local deep
  deep=$mnt$(printf "/$(printf 'x%.0s' {1..240})%.0s" {1..15})
  mkdir -p "$deep"
  (cd "$deep" && seq "$1" | xargs mkfifo)
}

@test "a stalled reader costs events, which are counted, and no time" {
  stalled_reader
  make_fifos 500
  kill -CONT "$reader"
  unmounted "$mnt"
  wait "$reader"
  (( $(lost) > 0 ))
  [ $(( $(told fs.mknod) + $(lost) )) = 500 ]
}

@test "with --on-full block nothing is lost" {
  stalled_reader --on-full block
  make_fifos 500 &
  local maker=$!
  pipe_is_full() { (($(find "$src" -type p | wc -l) > 250)); }
  await pipe_is_full
  kill -CONT "$reader"
  wait "$maker"
  unmounted "$mnt"
  wait "$reader"
  [ "$(lost)" = 0 ]
  [ "$(told fs.mknod)" = 500 ]
}

@test "with --on-full spill nothing is lost, and nobody waits" {
  stalled_reader --on-full spill --spill-dir "$PWD"
  make_fifos 500
  kill -CONT "$reader"
  unmounted "$mnt"
  wait "$reader"
  [ "$(lost)" = 0 ]
  [ "$(told fs.mknod)" = 500 ]
  [ -z "$(compgen -G 'vexevt-fuse-*')" ]
}

@test "the file system outlives its reader" {
  vexevt-fuse -o 'exec:head -c 8 >/dev/null' "$src" "$mnt" 2>said &
  local pid=$!
  await is_mounted
  local i
  for ((i = 0; i < 50; ++i)); do mkdir "$mnt/$i"; done
  await grep -q "the file system goes on" said
  rmdir "$mnt"/*
  unmounted "$mnt"
  local status=0
  wait "$pid" || status=$?
  [ "$status" = 3 ]
}

# Mounts in the foreground, what is said in the file said.
mount_for() {
  vexevt-fuse --types fs.mkdir "$@" "$src" "$mnt" 2>said &
  daemon=$!
  await is_mounted
}
listen() {
  vexevt-filter 'type exists' "unix-listen:$PWD/socket" -o "$1" &
  reader=$!
  await test -S socket
}
end_reader() {
  kill -9 "$reader"
  wait "$reader" || true
}

@test "a socket's reader may end and come back" {
  listen before
  mount_for -o "unix:$PWD/socket"
  mkdir "$mnt"/{1..10}
  await holds before fs.mkdir 10
  end_reader
  rm socket
  mkdir "$mnt"/{11..40}
  await grep -q "its events are lost until it can be written again" said
  listen after
  await grep -q "takes events again, 30 were lost" said
  mkdir "$mnt"/{41..50}
  await holds after fs.mkdir 10
  [ "$(vexevt-cat --format json after | jq -r .type | head -n 1)" = vexevt.lost ]
  [ "$(lost after)" = 30 ]
  unmounted "$mnt"
  wait "$daemon"
  kill "$reader"
}

@test "a named pipe's reader may end and come back" {
  mkfifo pipe
  head -c 8 pipe >first &
  mount_for -o "$PWD/pipe"
  wait %1
  mkdir "$mnt"/{1..10}
  await grep -q "its events are lost until it can be written again" said
  cat pipe >second &
  reader=$!
  await grep -q "takes events again" said
  mkdir "$mnt"/{11..20}
  unmounted "$mnt"
  wait "$daemon" "$reader"
  [ "$(( $(told fs.mkdir second) + $(lost second) ))" -ge 20 ]  # system.mount may be among them
  (( $(told fs.mkdir second) >= 10 ))
}

@test "with --on-full spill the events wait for a reader that comes back" {
  listen before
  mount_for -o "unix:$PWD/socket" --on-full spill --spill-dir "$PWD"
  mkdir "$mnt"/{1..10}
  await holds before fs.mkdir 10
  end_reader
  rm socket
  mkdir "$mnt"/{11..40}
  await grep -q "its events wait" said
  listen after
  await holds after fs.mkdir 30
  [ "$(lost after)" = 0 ]
  unmounted "$mnt"
  wait "$daemon"
  kill "$reader"
}

@test "a file goes on when its disk has room again" {
  mkdir log
  mount -t tmpfs -o size=4m none log
  head -c 4040k /dev/zero >log/other
  mount_for -o "$PWD/log/events"
  local i
  for ((i = 0; i < 12; ++i)); do mkdir "$mnt/$i".{1..50}; done
  await grep -q "No space left on device: the file system goes on, its events are lost until" said
  rm log/other
  # A few events may have found the last room before: then the disk was full again.
  all_taken() { touch "$mnt/one"; [ "$(grep -c "takes events again" said)" = "$(grep -c "No space left" said)" ]; }
  await all_taken
  unmounted "$mnt"
  wait "$daemon"
  (( $(lost log/events) > 0 ))
  [ $(( $(told fs.mkdir log/events) + $(lost log/events) )) = 600 ]
  umount log
}

@test "a ring's reader may end and come back" {
  mount_for -o "ring:$PWD/ring"
  vexevt-filter 'type exists' "ring:$PWD/ring" -o before &
  reader=$!
  mkdir "$mnt"/{1..50}
  await holds before fs.mkdir 50
  end_reader
  mkdir "$mnt"/{51..100}
  vexevt-filter 'type exists' "ring:$PWD/ring" -o after &
  reader=$!
  await holds after fs.mkdir 100  # what the ring holds, too
  mkdir "$mnt"/{101..150}
  unmounted "$mnt"
  wait "$daemon" "$reader"
  [ "$(told fs.mkdir after)" = 150 ]
  [ "$(lost after)" = 0 ]
}

# With a ring that is full, its reader away: what is told of 300, what is lost.
full_ring() {
  vexevt-fuse --types fs.mknod --queue 256k --on-full "$1" --spill-dir "$PWD" -o "ring:$PWD/$1,block,size=64K" "$src" "$mnt" &
  daemon=$!
  await is_mounted
  make_fifos 300 &
  local maker=$!
  [[ $1 = block ]] || wait "$maker"
  vexevt-filter 'type exists' "ring:$PWD/$1" -o taken &
  wait "$maker"
  unmounted "$mnt"
  wait
  rm -r "${src:?}"/*
}

@test "a full ring: --on-full drop, block and spill" {
  full_ring drop
  (( $(lost) > 0 ))
  [ $(( $(told fs.mknod) + $(lost) )) = 300 ]
  local mode
  for mode in block spill; do
    full_ring "$mode"
    [ "$(lost)" = 0 ]
    [ "$(told fs.mknod)" = 300 ]
  done
}
