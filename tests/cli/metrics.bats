#!/usr/bin/env bats
# What the tools show to Prometheus, and the alerts and the dashboard that read it.

bats_require_minimum_version 1.5.0

packaging=$BATS_TEST_DIRNAME/../../packaging

setup() {
  cd "$BATS_TEST_TMPDIR"
}

teardown() {
  if [[ ${tool-} ]]; then kill -9 "$tool" 2>/dev/null || true; fi
}

needs_promtool() {
  command -v promtool >/dev/null || skip "needs promtool"
}

# every_tool: NAME.prom of each, with metrics of every kind that it has.
every_tool() {
  vexevt-capture --generate mixed -n 200 --metrics capture.prom -o in.evt
  vexevt-cat --metrics cat.prom --format json in.evt >/dev/null
  printf '[[rule]]\nname = "a"\nwhen = "type = fs.*"\n' >filter.toml
  vexevt-filter --profile-rules --metrics filter.prom -f filter.toml in.evt -o /dev/null 2>/dev/null
  printf '[[endpoint]]\nname = "e"\nto = "e.evt"\n[[rule]]\nname = "a"\nwhen = "type = fs.*"\nto = ["e"]\n' >route.toml
  vexevt-route --profile-rules --metrics route.prom route.toml in.evt 2>/dev/null
  vexevt-correlate -e '[type = fs.open] then [type = fs.delete]' --within 1h --metrics correlate.prom in.evt -o /dev/null
  printf '[[workflow]]\nname = "w"\non = "path = \\"/none\\""\n[[workflow.step]]\nrun = ["true"]\n' >react.toml
  vexevt-react --state state -f react.toml --metrics react.prom in.evt -o /dev/null
}

@test "every tool's metrics are as Prometheus wants them" {
  needs_promtool
  every_tool
  for tool in capture cat filter route correlate react; do
    promtool check metrics <"$tool.prom"
    grep -q "^vexevt_build_info{tool=\"vexevt-$tool\",version=\"$(vexevt --version | cut -d' ' -f2)\"} 1$" "$tool.prom"
  done
  unset tool
}

@test "bytes and latencies are counted" {
  vexevt-capture --generate mixed -n 200 -o in.evt
  vexevt-filter --metrics m.prom 'type = fs.*' in.evt -o out.evt
  grep -qx "vexevt_bytes_in_total{tool=\"vexevt-filter\"} $(stat -c %s in.evt)" m.prom
  grep -qx "vexevt_bytes_out_total{tool=\"vexevt-filter\"} $(stat -c %s out.evt)" m.prom
  # The last bucket is the count, and holds what all others do.
  read -r batches < <(sed -n 's/^vexevt_event_latency_seconds_count{.*} //p' m.prom)
  ((batches > 0))
  grep -qx "vexevt_event_latency_seconds_bucket{tool=\"vexevt-filter\",le=\"+Inf\"} $batches" m.prom

  # An event of the past is late by as much, and one of a clock that is ahead is not.
  jq -nc --argjson now "$(date +%s)" '{type: "fs.read", time: ($now - 300 | todate)}' | vexevt-capture --import - -o late.evt
  vexevt-filter --metrics m.prom 'type = fs.*' late.evt -o /dev/null
  grep -qx 'vexevt_event_latency_seconds_bucket{tool="vexevt-filter",le="120"} 0' m.prom
  grep -qx 'vexevt_event_latency_seconds_bucket{tool="vexevt-filter",le="600"} 1' m.prom
  jq -nc --argjson now "$(date +%s)" '{type: "fs.read", time: ($now + 300 | todate)}' | vexevt-capture --import - -o early.evt
  vexevt-filter --metrics m.prom 'type = fs.*' early.evt -o /dev/null
  grep -qx 'vexevt_event_latency_seconds_bucket{tool="vexevt-filter",le="0.0001"} 1' m.prom
}

@test "a Unix socket answers while the tool runs, and is gone afterwards" {
  mkfifo in messages
  vexevt-filter --verbose --metrics "unix:$PWD/m.sock" 'type = fs.*' <in >/dev/null 2>messages 3>&- &
  tool=$!
  exec 7>in 8<messages
  read -r -t 20 _ <&8
  printf 'GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n' | socat -t 20 - "UNIX-CONNECT:$PWD/m.sock" >answer
  [ "$(head -n 1 answer)" = $'HTTP/1.1 200 OK\r' ]
  grep -qx 'vexevt_events_in_total{tool="vexevt-filter"} 0' answer
  exec 7>&-
  wait "$tool"
  [ ! -e m.sock ]
}

@test "more metrics than may be shown are counted" {
  seq 7000 | sed 's/.*/[[rule]]\nname = "r&"\nwhen = "size = &"/' >many.toml
  vexevt-filter --metrics m.prom -f many.toml -o /dev/null </dev/null
  shown=$(grep -c '^vexevt_rule_' m.prom)
  ((shown < 20000 && shown > 19900))
  grep -qx "vexevt_metrics_omitted{tool=\"vexevt-filter\"} $((21000 - shown))" m.prom
}

@test "alerts fire when they should, and not before" {
  needs_promtool
  cd "$packaging/prometheus"
  promtool check rules vexevt.rules.yml
  promtool check config prometheus.yml
  promtool test rules vexevt.rules.test.yml
  # Each is tested.
  while read -r alert; do grep -q "alertname=\"$alert\"" vexevt.rules.test.yml; done < <(sed -n 's/.*- alert: //p' vexevt.rules.yml)
}

@test "alerts and the dashboard ask for what the tools show" {
  every_tool
  cat ./*.prom | sed -n 's/^# TYPE \([a-z_]*\) .*/\1/p' | sort -u >shown
  echo vexevt_metrics_omitted >>shown  # of its own test
  {
    jq -r '.. | .expr?, .query? | strings' "$packaging/grafana/vexevt.json"
    sed '/^ *#/d; /description:/d; /summary:/d' "$packaging/prometheus/vexevt.rules.yml"
  } | grep -o 'vexevt_[a-z_]*' | sed 's/_bucket$//' | sort -u >asked
  [ "$(wc -l <asked)" -gt 25 ]
  run -1 grep -vxFf shown asked
  [ -z "$output" ]
}

@test "every expression of the dashboard is one" {
  needs_promtool
  # As rules, which promtool can check; Grafana puts in its variables.
  jq '[.. | .expr? | strings | gsub("\\$__rate_interval"; "1m") | gsub("\\$(job|instance|tool)"; ".*")] |
    {groups: [{name: "dashboard", rules: to_entries | map({record: "panel:\(.key)", expr: .value})}]}' \
    "$packaging/grafana/vexevt.json" >dashboard.yml
  [ "$(jq '.groups[0].rules | length' dashboard.yml)" -gt 30 ]
  promtool check rules dashboard.yml
  # Panels lie side by side, and each has a number of its own.
  jq -e '[.panels[].id] | length == (unique | length)' "$packaging/grafana/vexevt.json"
  jq -e '[.panels[].gridPos] | all(.x + .w <= 24) and ([.[] | [.x, .y]] | length == (unique | length))' "$packaging/grafana/vexevt.json"
}

@test "Prometheus scrapes a tool, and finds what it shows" {
  command -v prometheus >/dev/null || skip "needs prometheus"
  mkfifo in messages
  vexevt-filter --verbose --metrics 127.0.0.1:0 'type = fs.*' <in >/dev/null 2>messages 3>&- &
  tool=$!
  exec 7>in 8<messages
  read -r -t 20 line <&8
  [[ $line =~ http://(127.0.0.1:[0-9]+)/metrics ]]
  echo '{"type":"vexevt.lost","gap":{"lost":3}}' | vexevt-capture --import - >&7
  cp "$packaging/prometheus/vexevt.rules.yml" .
  sed "s/scrape_interval: 15s/scrape_interval: 100ms/; s/targets: .*/targets: [\"${BASH_REMATCH[1]}\"]/" \
    "$packaging/prometheus/prometheus.yml" >prometheus.yml
  # It takes any free port, and says which.
  : >log
  prometheus --config.file=prometheus.yml --storage.tsdb.path=db --web.listen-address=127.0.0.1:0 2>>log 3>&- 7>&- &
  prometheus=$!
  address=
  until [[ $address ]]; do
    kill -0 "$prometheus"
    address=$(sed -n 's/.*"Listening on" address=//p' log)
  done
  until promtool query instant "http://$address" 'vexevt_gaps_total' 2>/dev/null | grep -q 'instance="127.*tool="vexevt-filter".* => 1 '; do
    kill -0 "$prometheus"
  done
  kill "$prometheus"
  wait "$prometheus" || true
  exec 7>&-
  wait "$tool"
}
