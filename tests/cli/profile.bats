#!/usr/bin/env bats
# vexevt-stats profile: which place it finds to set the pace of pipelines whose slow place is known. Nothing is asserted of one
# look at a busy machine: each case looks until it sees what has to be there.
# shellcheck disable=SC2154  # run --separate-stderr sets stderr

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
  last=
}

teardown() {
  exec 8>&-
  [ -z "$last" ] || kill -KILL "$last" 2>/dev/null || true
  wait
}

# look [JQ]: what is said of the pipeline of $last.
look() {
  vexevt-stats profile --interval 100ms --json "$last" 2>/dev/null | jq -c ".pipelines[] | ${1:-.}"
}

# await JQ: until that holds.
await() {
  until [ "$(look "$1")" = true ]; do kill -0 "$last"; done
}

@test "a source that gives little" {
  vexevt-capture --generate web --rate 1k/s 3>&- | vexevt-filter 'type = fs.*' >/dev/null 3>&- &
  last=$!
  await '.bottleneck.where == "source" and .bottleneck.share > 0.5 and .tools[1].in > 0'
  await '.tools[0].time.input > 0.5 and .tools[1].time.input > 0.5'
  [ "$(look '[.tools[].tool]')" = '["vexevt-capture","vexevt-filter"]' ]
  await '(.bottleneck.because | test("^.generator, web., which vexevt-capture [(][0-9]+[)] reads: it waits for input "))'
}

@test "a reader that takes nothing" {
  mkfifo out
  exec 8<>out
  vexevt-capture --generate web 3>&- 8>&- | vexevt-filter 'type = fs.*' >out 3>&- 8>&- &
  last=$!
  await '.bottleneck.where == "reader" and .bottleneck.share > 0.9 and all(.tools[]; .time.output > 0.9 and .in == 0)'
  # The pipe between the two is full.
  await '.tools[1].queued_bytes > 60000 and .tools[1].queued_events > 100'
  [[ $(look .bottleneck.because) == "\"'$PWD/out', to which vexevt-filter ($last) writes: it waits for that "* ]]
}

@test "the last tool is slow" {
  vexevt-capture --generate web 3>&- |
    vexevt-stats 'p99(size), distinct(path), topk(5, comm) by path, pid every 10s' --format json >/dev/null 3>&- &
  last=$!
  await ".bottleneck.where == \"tool\" and .bottleneck.pid == $last and .tools[0].time.output > .tools[0].time.input"
  await '.tools[1].time.work > 0 and .tools[1].processors > 0'
  await "(.bottleneck.because | startswith(\"vexevt-stats ($last): it works \"))"
}

@test "the first tool is slow" {
  yes '{"type":"fs.open","path":"/srv/some/long/path","pid":7,"comm":"x"}' 2>/dev/null 3>&- |
    vexevt-cat --input-format json --format frames 3>&- | vexevt-filter 'pid = 8' >/dev/null 3>&- &
  last=$!
  await '.bottleneck.where == "tool" and .bottleneck.pid == .tools[0].pid and (.tools | length) == 2'
}

@test "people get a table, and as many as they ask for" {
  vexevt-capture --generate web --rate 1k/s 3>&- | vexevt-filter 'type = fs.*' >/dev/null 3>&- &
  last=$!
  await '(.tools | length) == 2'
  run -0 vexevt-stats profile --interval 10ms -n 2 "$last"
  [ "${#lines[@]}" -eq 8 ]
  [[ ${lines[0]} =~ ^TOOL\ +PID\ +IN/S\ +OUT/S\ +INPUT\ +WORK\ +READY\ +OUTPUT\ +CPU\ +QUEUE$ ]]
  [[ ${lines[2]} =~ ^vexevt-filter\ +$last\ +[^\ ]+\ +[^\ ]+\ +[0-9]+%\ +[0-9]+%\ +[0-9]+%\ +[0-9]+%\ +[0-9.]+\ +[0-9.]+[KM]?$ ]]
  [[ ${lines[3]} == "  bottleneck: "* ]]
  [ "${lines[4]}" = "${lines[0]}" ]
}

@test "what it can't look at is told" {
  run -3 --separate-stderr vexevt-stats profile --interval 1ms 1
  [ "$stderr" = "vexevt-stats: process 1 is no tool that runs here" ]
  run -2 vexevt-stats profile --interval 0
  run -2 vexevt-stats profile x
}
