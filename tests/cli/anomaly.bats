#!/usr/bin/env bats
# anomaly and change of vexevt-stats.

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
}

# events FROM TO [SECOND COUNT]: in each second from FROM to before TO 20 events of user 1, in SECOND so many, and 9 of user 2, until
# second 50.
events() {
  awk -v from="$1" -v to="$2" -v at="${3:--1}" -v count="${4:-20}" '
    function event(second, i, uid) {
      printf "{\"time\":\"2026-01-01T00:%02d:%02d.%03d000000Z\",\"type\":\"fs.write\",\"path\":\"/a\",\"uid\":%d,", second / 60, second % 60, i, uid
      print "\"flags\":[\"credentials\"]}"
    }
    BEGIN {
      for (second = from; second < to; ++second) {
        for (i = 0; i < (second == at ? count : 20); ++i) event(second, i, 1)
        for (i = 20; second < 50 && i < 29; ++i) event(second, i, 2)
      }
    }' | vexevt-capture --import - -o -
}

@test "a value that is not as expected is a line under its table" {
  events 0 45 40 80 >in.evt
  run -0 bash -c "vexevt-stats 'anomaly(rate) by uid every 1s' in.evt --format text | grep -A5 '00:00:40Z to'"
  [ "${lines[1]}" = "UID  RATE  ANOMALY_RATE  ANOMALY_RATE_LOW  ANOMALY_RATE_HIGH" ]
  [ "${lines[2]}" = "1      80            12                15                 25" ]
  [ "${lines[3]}" = "2       9             0                 4                 14" ]
  [ "${lines[4]}" = "! anomaly_rate of uid 1: rate is 80, 15 to 25 was expected; score 12" ]
}

@test "it is an event, caused by the one that tells of the window" {
  events 0 45 40 80 >in.evt
  vexevt-stats 'anomaly(rate by uid) every 1s' in.evt -o out.evt
  run -0 bash -c "vexevt-filter 'type = vexevt.anomaly' out.evt |
    vexevt-cat --template '{time} {attr.uid} {attr.rate} {attr.anomaly_rate} {attr.anomaly_rate_low} {attr.anomaly_rate_high} {observability.name}\n'"
  [ "$output" = "2026-01-01T00:00:41.000000000Z 1 80.0 12.0 15.0 25.0 anomaly_rate" ]
  cause=$(vexevt-cat --format json out.evt | grep '"vexevt.anomaly"' | grep -o '"causes":\["[0-9a-f]*"' | grep -o '[0-9a-f]\{32\}')
  run -0 bash -c "vexevt-cat --format json out.evt | grep '\"id\":\"$cause\"'"
  [[ $output == *'"observability.metric"'*'"anomaly_rate":12.0'* ]]
}

@test "rows say that they warm up, and CSV what each line is" {
  events 0 18 >in.evt
  run -0 vexevt-stats 'anomaly(count) by uid every 1s' in.evt --format csv
  [ "${lines[0]}" = "type,attr.begin,attr.end,attr.uid,attr.count,attr.anomaly_count,attr.anomaly_count_low,attr.anomaly_count_high,attr.other,attr.lower_bound,attr.partial" ]
  [ "${lines[1]}" = "observability.metric,1767225600000000000,1767225601000000000,1,20,warming up,,,,," ]
  [ "${lines[35]}" = "observability.metric,1767225617000000000,1767225618000000000,1,20,0.0,15.0,25.0,,," ]
}

@test "a group that falls silent is told once" {
  events 0 60 >in.evt
  run -0 bash -c "vexevt-stats 'anomaly(count) by uid every 1s' in.evt --format text | grep '^!'"
  [ "$output" = "! anomaly_count of uid 2: count is 0, 4 to 14 was expected; score 1.8, 2026-01-01T00:00:50.000000000Z to 2026-01-01T00:00:51.000000000Z" ]
}

@test "change tells of another level, and of several values the forest" {
  events 0 100 >in.evt
  run -0 bash -c "vexevt-stats 'change(count), change(count, adwin) as slow every 1s' in.evt --format text | grep '^!'"
  [ "${lines[0]}" = "! change_count: count is 20, 22.8211 to 34.6019 was usual before; score 1.2" ]
  [[ ${lines[1]} == "! slow: count is 20, "*" was usual before; score "* ]]
  run -0 bash -c "vexevt-stats 'anomaly(count, distinct(uid)) as both every 1s' in.evt --format text | head -2"
  [ "${lines[1]}" = "COUNT  DISTINCT_UID        BOTH  BOTH_COUNT_LOW  BOTH_COUNT_HIGH  BOTH_DISTINCT_UID_LOW  BOTH_DISTINCT_UID_HIGH" ]
}

@test "of several values that do not go together each has its edges, and the line those of the odd one" {
  awk 'function event(type, second, i) {
      printf "{\"time\":\"2026-01-01T00:%02d:%02d.%03d000000Z\",\"type\":\"%s\"}\n", second / 60, second % 60, i, type
    }
    BEGIN {
      for (second = 0; second < 200; ++second) {
        count = 20 + second * 7 % 20
        for (i = 0; i < count; ++i) event("fs.read", second, i)
        for (i = 0; i < (second == 190 ? 60 : count); ++i) event("fs.write", second, i + 100)
      }
    }' >in.ndjson
  query='anomaly(count [type = fs.write] as writes, count [type = fs.read] as reads) as both every 1s'
  run -0 bash -c "vexevt-stats '$query' in.ndjson --format text | grep '^!'"
  [[ $output =~ ^"! both: writes is 60, "(2[0-9.]+)" to "(3[0-9.]+)" was expected, reads is 30; score "2 ]]
  run -0 bash -c "vexevt-stats '$query' in.ndjson | vexevt-filter 'type = vexevt.anomaly' |
    vexevt-cat --template '{attr.both_writes_low} {attr.both_writes_high} {attr.both_reads_low} {attr.both_reads_high}\n'"
  [[ $output =~ ^2[0-9.]+" "3[0-9.]+" "[0-9.]+" "[0-9.]+$ ]]
}

@test "models go on where the last run ended" {
  query='anomaly(count), anomaly(count, ewma) as e, anomaly(count, seasonal 3) as s, anomaly(count, rate) as f, change(count) by uid every 1s'
  events 0 120 100 70 >all.evt
  events 0 61 >first.evt  # in whose last second it is not known whether more would come
  events 60 120 100 70 >second.evt
  vexevt-stats "$query" all.evt --model all.model --format json >all.json
  vexevt-stats "$query" first.evt --model m --format json | grep -v '"time":"2026-01-01T00:01:01' >halves.json
  vexevt-stats "$query" second.evt --model m --format json >>halves.json
  cmp all.json halves.json
  cmp all.model m
  grep -q '"vexevt.anomaly"' all.json
  [ "$(stat -c %a m)" = 600 ]
}

@test "models are kept on SIGTERM, too" {
  events 0 30 >in.evt
  mkfifo pipe
  vexevt-stats --follow 'anomaly(count) every 1s' in.evt --model m --format json >out.json &
  tool=$!
  until grep -q '00:00:29' out.json; do :; done
  kill -TERM "$tool"
  wait "$tool" || [ $? -eq 143 ]
  [ -s m ]
}

@test "says what is wrong with a watch, and with a file of models" {
  run -2 vexevt-stats 'anomaly(rate)' --check
  [[ $output == *"query:14: 'anomaly_rate' goes from window to window"* ]]
  run -2 vexevt-stats 'anomaly(rate, count, mad) every 1s' --check
  [[ $output == *"query:1: 'mad' watches one aggregate"* ]]
  run -2 vexevt-stats 'count' --model m --check
  run -2 vexevt-stats 'anomaly(count) every 1s' --model m --partials --check
  run -2 vexevt-stats 'anomaly(count) every 1s' --models 0 --check
  events 0 20 >in.evt
  vexevt-stats 'anomaly(count) every 1s' in.evt --model m -o /dev/null
  run -2 vexevt-stats 'anomaly(rate) every 1s' in.evt --model m -o /dev/null
  [[ $output == *"cannot go on from 'm': its models are of another query, 'anomaly(count) every 1s'"* ]]
  truncate -s -1 m
  run -3 vexevt-stats 'anomaly(count) every 1s' in.evt --model m -o /dev/null
  [[ $output == *"cannot go on from 'm': it is damaged"* ]]
  echo x >m
  run -3 vexevt-stats 'anomaly(count) every 1s' in.evt --model m -o /dev/null
  [[ $output == *"it is not a file of models of vexevt-stats"* ]]
  run -3 vexevt-stats 'anomaly(count) every 1s' in.evt --model no/m -o /dev/null
}

@test "more groups than there is room for are forgotten, which is said" {
  events 0 20 >in.evt
  run --separate-stderr -0 vexevt-stats 'anomaly(count) by uid every 1s' in.evt --models 1 -o /dev/null
  [[ $stderr == *"models of 39 groups were forgotten: --models keeps more"* ]]
}

@test "merged states are watched as one stream is" {
  events 0 45 40 80 >in.evt
  vexevt-stats 'anomaly(rate) by uid every 1s' in.evt --format json >one.json
  vexevt-filter 'uid = 1' in.evt | vexevt-stats 'anomaly(rate) by uid every 1s' --partials -o 1.evt
  vexevt-filter 'uid = 2' in.evt | vexevt-stats 'anomaly(rate) by uid every 1s' --partials -o 2.evt
  vexevt-stats merge 1.evt 2.evt --format json | cmp - one.json
  grep -q '"vexevt.anomaly"' one.json
}
