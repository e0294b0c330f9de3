# Sourced by the benches of whole processes: timing, medians, ratios. Each bench prints one table: the figure of ours, the peer's of the
# same run, the ratio of both, and the bar it has to reach.

top=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
bin=${VEXEVT_BIN:-$top/build/release/bin}
runs=${RUNS:-5}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

[[ -x $bin/vexevt-filter ]] || { echo "bench: no tools in '$bin': cmake --build --preset release, or set VEXEVT_BIN" >&2; exit 2; }
PATH=$bin:$PATH

# seconds COMMAND...: the median wall time of several runs of a shell command, after one that isn't counted.
seconds() {
  local run start
  bash -c "$*" >/dev/null || return
  for ((run = 0; run < runs; ++run)); do
    start=$EPOCHREALTIME
    bash -c "$*" >/dev/null || return
    awk -v a="$start" -v b="$EPOCHREALTIME" 'BEGIN { print b - a }'
  done | sort -g | awk '{ t[NR] = $1 } END { print t[int((NR + 1) / 2)] }'
}

# about_machine: what the figures depend upon.
about_machine() {
  echo "$(nproc) x $(sed -n 's/^model name[^:]*: //p' /proc/cpuinfo | head -n 1), Linux $(uname -r), load $(cut -d' ' -f1 /proc/loadavg), median of $runs runs"
}

compare() { awk -v a="$1" -v b="$2" "BEGIN { exit !(a ${3/#=/==} b) }"; }

# row NAME VALUE UNIT BAR: one line of the table, and whether the bar (">= 12", "<= 250") is reached.
row() {
  local verdict=missed
  # shellcheck disable=SC2086  # the bar is two words
  set -- "$1" "$2" "$3" ${4:-}
  if [[ -z ${4:-} ]]; then
    printf '%-52s %12.4g %s\n' "$1" "$2" "$3"
    return
  fi
  compare "$2" "$5" "$4" && verdict=reached
  printf '%-52s %12.4g %-10s bar %s %s: %s\n' "$1" "$2" "$3" "$4" "$5" "$verdict"
}
