#!/usr/bin/env bats
# forecast of vexevt-stats.

bats_require_minimum_version 1.5.0

load examples

setup() {
  cd "$BATS_TEST_TMPDIR"
}

# hours HOURS FORMULA [TYPE]: an event in each hour whose length FORMULA says, by h, the hour.
hours() {
  awk -v type="${3:-fs.write}" "BEGIN {
      for (h = 0; h < $1; ++h) printf \"{\\\"time\\\":\\\"2026-01-%02dT%02d:30:00Z\\\",\\\"type\\\":\\\"%s\\\",\\\"path\\\":\\\"/srv/a\\\",\\\"length\\\":%.0f}\\n\",
        1 + int(h / 24), h % 24, type, $2 }" | vexevt-capture --import - -o -
}

@test "the example of the man page says what the page says" {
  local page="$BATS_TEST_DIRNAME/../../man/vexevt-stats.1"
  example_commands "$page" forecast >script
  bash -euo pipefail script >output
  example_text "$page" forecast | grep -v '^[$>] ' >expected
  diff expected output
}

@test "growth goes on, and the interval holds it" {
  hours 100 '1000 + 10 * h' >in.evt
  run -0 bash -c "vexevt-stats 'forecast(max(length), ahead 5 windows) as f every 1h' in.evt | vexevt-cat -n 100 --template '{attr.f} {attr.f_low} {attr.f_high}\n'"
  [ "${lines[0]}" = "warming up  " ]
  [[ ${lines[20]} =~ ^12[0-9]+\.[0-9]*\ \ $ ]]
  awk '{ exit !($1 > 2039 && $1 < 2041 && $2 <= $1 && $1 <= $3 && $3 - $2 < 5) }' <<<"${lines[99]}"
}

@test "each group has its own forecast" {
  { hours 60 '1000 * h'; hours 60 '5' fs.read; } >in.evt
  run -0 bash -c "vexevt-stats 'forecast(max(length)) as f by type every 1h' --lateness 60h in.evt | vexevt-cat --template '{time} {attr.type} {attr.f}\n' | tail -n 2"
  [[ ${lines[0]} =~ \ fs.write\ (60000\.0|59999\.9|60000\.0).* ]]
  [ "${lines[1]%% *}" = "2026-01-03T12:00:00.000000000Z" ]
  [ "${lines[1]##* }" = "5.0" ]
}

@test "a sum is reached by all that came, a level by itself" {
  hours 48 '1000 + 10 * (h % 2)' >in.evt
  run -0 bash -c "vexevt-stats 'forecast(sum(length)) reach 100000 as full every 1h' in.evt --format text | tail -n 2"
  [[ ${lines[0]} == "full: 100000 at 2026-01-05T03:"* ]]
  run -0 bash -c "vexevt-stats 'forecast(max(length)) reach 2K as full every 1h' in.evt --format text | tail -n 2"
  [[ ${lines[0]} == "full: 2K not in 1000 windows"* ]]
  run -0 bash -c "vexevt-stats 'forecast(sum(length)) reach 50% of 10K as full every 1h' in.evt --format text | tail -n 2"
  [ "${lines[0]}" = "full: 50% of 10K already" ]
}

@test "a level can be one that falls" {
  hours 48 '100000 - 1000 * h' >in.evt
  run -0 bash -c "vexevt-stats 'forecast(last(length)) reach below 0 as gone every 1h' in.evt --format text | tail -n 2"
  [[ ${lines[0]} == "gone: below 0 at 2026-01-05T05:00:00Z, between "* ]]
}

@test "a file system fills up from what is on it" {
  hours 48 "$(df --output=avail -B1 . | tail -n 1) / 200" >in.evt
  run -0 bash -c "vexevt-stats 'forecast(sum(length)) reach 100% of $PWD as disk every 1h' in.evt --format text | tail -n 2"
  [[ ${lines[0]} == "disk: 100% of $PWD at 2026-01-1"* ]]
  run -3 vexevt-stats 'forecast(sum(length)) reach 90% of /no/such every 1h' in.evt
  [[ $output == *"cannot look at the file system of '/no/such'"* ]]
}

@test "windows without events count for sums and counts" {
  hours 100 '(h % 2) * 1000' | vexevt-filter 'length > 0' >in.evt
  run -0 bash -c "vexevt-stats 'forecast(sum(length)) reach 100000 as full every 1h' in.evt --format text | tail -n 2"
  [[ ${lines[0]} == "full: 100000 at 2026-01-09T"[0-9]* ]]
}

@test "a back-test compares with naive forecasts, by group" {
  { hours 240 '100 + 50 * sin(h * 3.14159265 / 6) + h * 7919 % 11'; hours 240 '5' fs.read; } >in.evt
  vexevt-stats 'forecast(max(length), ahead 3 windows) as f by type every 1h' --lateness 240h --backtest in.evt -o out.evt
  run -0 vexevt-cat --template '{observability.name} {attr.type} {attr.forecasts} {attr.mase} {attr.in_95}\n' out.evt
  [ "${#lines[@]}" -eq 2 ]
  [ "${lines[0]}" = "f fs.read 229  1.0" ]
  awk '{ exit !($2 == "fs.write" && $3 == 229 && $4 < 0.6 && $5 > 0.9) }' <<<"${lines[1]}"
  run -0 vexevt-stats 'forecast(count) as f every 1h' --backtest in.evt --lateness 240h --format csv
  [ "${lines[0]}" = "observability.name,attr.begin,attr.end,attr.mase,attr.seasonal_mase,attr.in_80,attr.in_95,attr.forecasts" ]
  run -2 vexevt-stats 'anomaly(count) every 1h' --backtest in.evt
  [[ $output == *"--backtest: the query has no forecast"* ]]
}

# The window within which the first run ends is seen whole by the second.
@test "what was learnt goes on in the next run" {
  hours 100 '100 + h % 7 * 10' >all.evt
  vexevt-cat -n 60 --format frames all.evt >one.evt
  vexevt-filter 'time >= 2026-01-03T11:00:00Z' all.evt >two.evt
  query='forecast(max(length), ahead 2 windows) as f every 1h'
  vexevt-stats "$query" all.evt --format json | tail -n 40 >expected
  vexevt-stats "$query" --model models one.evt -o /dev/null
  vexevt-stats "$query" --model models two.evt --format json | tail -n 40 >output
  diff expected output
}

@test "says what is wrong with a forecast, and where" {
  run -2 vexevt-stats 'forecast(count)' --check
  [[ $output == *"query:16: 'forecast_count' goes from window to window"* ]]
  run -2 vexevt-stats 'forecast(count) reach 90% every 1h' --check
  [[ $output == *"query:27: expected 'of' and a size"* ]]
  run -2 vexevt-stats 'forecast(count) reach below 5 every 1h' --check
  [[ $output == *"query:23: what adds up does not fall: 'below' is for levels"* ]]
  run -2 vexevt-stats 'forcast(count) every 1h' --check
  [[ $output == *"did you mean 'forecast'?"* ]]
}
