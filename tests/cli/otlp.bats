#!/usr/bin/env bats
# --format otlp: traces as OpenTelemetry's collectors read them.
# shellcheck disable=SC2154  # run --separate-stderr sets stderr

bats_require_minimum_version 1.5.0

setup() {
  cd "$BATS_TEST_TMPDIR"
}

trace=0af7651916cd43dd8448eb211c80319c

# at SECONDS TYPE SPAN [FIELDS]: an event of the trace, as JSON.
at() {
  echo "{\"type\":\"$2\",\"time\":\"2026-11-23T12:00:0$1Z\",\"trace\":\"$trace\",\"span\":\"$3\"${4:+,$4}}"
}

# otlp [OPTION]...: of JSON on standard input.
otlp() {
  vexevt-cat --input-format json --format otlp "$@"
}

# spans: those of requests, a line each.
spans() {
  jq -c '.resourceSpans[].scopeSpans[].spans[]'
}

@test "a span, what happened within it, and one within that" {
  {
    at 0 observability.span-start 00000000000000aa '"comm":"shop","host":"web1","observability":{"name":"GET /a"},"attributes":{"span.kind":"server"}'
    at 1 observability.span-start 00000000000000bb '"observability":{"name":"load"},"attributes":{"span.parent":"00000000000000aa"}'
    at 2 fs.read 00000000000000bb '"path":"/srv/a","latency":250000000,"result":"EIO"'
    at 3 observability.span-end 00000000000000bb
    at 4 observability.span-end 00000000000000aa
    echo '{"type":"fs.read","path":"/of/no/trace"}'
  } >in
  otlp <in >out
  [ "$(wc -l <out)" -eq 1 ]
  spans <out >all
  [ "$(jq -cs 'map([.name, .kind, .spanId, .parentSpanId]) | sort_by(.[0] != "GET /a", .[0] != "load")' all | jq -c '.[:2]')" = \
    '[["GET /a",2,"00000000000000aa",null],["load",1,"00000000000000bb","00000000000000aa"]]' ]
  jq -es 'all(.traceId == "'$trace'") and length == 3' all
  jq -es '.[] | select(.name == "fs.read") | .parentSpanId == "00000000000000bb" and (.spanId | test("^[0-9a-f]{16}$"))
    and .startTimeUnixNano == "1795435201750000000" and .endTimeUnixNano == "1795435202000000000" and .status == {code: 2, message: "EIO"}' all
  jq -es '.[] | select(.name == "load") | (.endTimeUnixNano | tonumber) - (.startTimeUnixNano | tonumber) == 2e9' all
  jq -e '.resourceSpans[] | select(.scopeSpans[].spans[].name == "GET /a") |
    .resource.attributes == [{key: "host.name", value: {stringValue: "web1"}}, {key: "service.name", value: {stringValue: "shop"}}]' out
}

@test "as many spans as events have a trace, in requests that are each one line" {
  vexevt-capture --generate web --seed 3 -n 20000 --format json |
    jq -c 'select(.type != "vexevt.lost") | if input_line_number % 3 == 0 then . else .trace = "'$trace'" | .span = "00000000000000aa" end' >in
  otlp --verbose <in >out 2>ledger
  local traced
  traced=$(grep -c '"trace"' in)
  ((traced > 1000))
  [ "$(spans <out | wc -l)" -eq "$traced" ]
  [ "$(spans <out | jq .spanId | sort -u | wc -l)" -eq "$traced" ]
  grep -q ", $traced out, $(($(wc -l <in) - traced)) filtered" ledger
  [ "$(wc -l <out)" -gt 10 ]
  [ "$(wc -L <out)" -lt 200000 ]
  otlp -n 5 <in | spans | wc -l | grep -qx 5
}

@test "identifiers of zeros are none" {
  at 0 observability.span-end 0000000000000000 >in
  at 0 fs.read 00000000000000aa | sed 's/"trace":"[0-9a-f]*"/"trace":"00000000000000000000000000000000"/' >>in
  otlp <in >out
  [ ! -s out ]
  at 0 fs.read 0000000000000000 | otlp | spans | jq -e 'has("parentSpanId") | not'
}

@test "hostile names are text, and what is not UTF-8 is bytes" {
  at 0 fs.read 00000000000000aa '"path":"/a\"\u001b[2J\n","path_b64":"L2H/","comm":"\u0000\u2028","attributes":{"file.path":"forged"}' >in
  sed -i 's/"path":"[^,]*,"path_b64"/"path_b64"/' in
  otlp <in | spans >span
  jq -e '[.attributes[] | select(.key == "file.path")] == [{key: "file.path", value: {bytesValue: "L2H/"}}]' span
  jq -e 'any(.attributes[]; .value.stringValue == "\u0000\u2028")' span
  at 0 observability.span-end 00000000000000aa '"observability":{"name":"\"}]}\u001b[2J\n"}' | otlp >out
  [ "$(wc -l <out)" -eq 1 ]
  run ! grep -q $'\e' out
  spans <out | jq -e '.name == "\"}]}\u001b[2J\n"'
}

@test "what has not ended is told at the end, as open" {
  at 0 observability.span-start 00000000000000aa | otlp | spans |
    jq -e '.startTimeUnixNano == .endTimeUnixNano and any(.attributes[]; .key == "vexevt.open")'
}

@test "a request goes out as soon as nothing more is there" {
  mkfifo in out
  otlp <in >out 3>&- &
  exec 7>in 8<out
  at 0 fs.read 00000000000000aa >&7
  read -r line <&8
  spans <<<"$line" | jq -e '.name == "fs.read"'
  exec 7>&-
  wait $!
  run -0 cat <&8
  [ -z "$output" ]
}

@test "any tool writes it" {
  at 0 fs.read 00000000000000aa | vexevt-cat --input-format json --format frames |
    vexevt-filter 'type = fs.read' --format otlp | spans | jq -e '.name == "fs.read"'
}
