#!/usr/bin/env bats
# What vexevt-stats draws: in the terminal, as SVG, and as a page.

bats_require_minimum_version 1.5.0

setup() {
  golden=$BATS_TEST_DIRNAME/../golden
  cd "$BATS_TEST_TMPDIR"
  unset NO_COLOR LC_CTYPE LANG
  export LC_ALL=C.UTF-8
}

# sample: a minute of events in in.evt, whose numbers and sizes go up and down.
sample() {
  local second n
  for second in {0..59}; do
    for ((n = 0; n <= (second % 20) / 4; ++n)); do
      printf '{"time":"2026-01-01T00:00:%02d.%03dZ","type":"fs.%s","path":"/srv/%d","comm":"%s","size":%d,"mode":"100644","flags":["stat"]}\n' \
        "$second" "$n" "$( ((n % 3)) && echo write || echo delete)" "$n" "$( ((n % 2)) && echo nginx || echo postgres)" \
        "$((1000 * (second + 1) * (n + 1)))"
    done
  done | vexevt-capture --import - -o in.evt
}

# plots [OPTION]...: one of each kind.
plots() {
  vexevt-stats 'count, max(size) by comm' in.evt --plot auto "$@"
  vexevt-stats 'count, p50(size) by comm every 1s' in.evt --plot auto "$@"
  vexevt-stats 'count every 1s' in.evt --plot line "$@"
  vexevt-stats 'count by comm every 2s' in.evt --plot line "$@"
  vexevt-stats 'histogram(size)' in.evt --plot histogram "$@"
  vexevt-stats 'histogram(size) every 1s' in.evt --plot auto "$@"
  vexevt-stats 'topk(3, path) every 5s' in.evt --plot heatmap "$@"
}

@test "plots are as the golden files have them" {
  sample
  plots | diff "$golden/plots.utf8" -
  LC_ALL=C plots | diff "$golden/plots.ascii" -
  plots --color always | diff "$golden/plots.color" -
  LC_ALL=C plots --color always | diff "$golden/plots.ascii-color" -
}

@test "plots take 80 columns, and no colour where there is no terminal" {
  sample
  plots >out
  run -1 grep $'\e' out
  [ "$(wc -L <out)" -le 80 ]
  LC_ALL=C plots >out
  LC_ALL=C run -1 grep '[^ -~]' out
  [ "$(wc -L <out)" -le 80 ]
}

@test "the locale says whether it is UTF-8" {
  sample
  for locale in C.UTF-8 en_US.utf8 de_DE.UTF-8@euro; do
    LC_ALL=$locale vexevt-stats count in.evt --plot auto | grep -q '█'
  done
  for locale in C POSIX en_US.ISO-8859-1; do
    LC_ALL=$locale vexevt-stats count in.evt --plot auto | grep -q '##'
  done
  LC_ALL='' LC_CTYPE=C.UTF-8 LANG=C vexevt-stats count in.evt --plot auto | grep -q '█'
  LC_ALL='' LC_CTYPE='' LANG=C.UTF-8 vexevt-stats count in.evt --plot auto | grep -q '█'
  LC_ALL='' LC_CTYPE='' LANG='' vexevt-stats count in.evt --plot auto | grep -q '##'
}

@test "one event, and none" {
  run -0 vexevt-stats 'count every 1s' --plot auto </dev/null
  [ "$output" = "nothing to draw" ]
  echo '{"time":"2026-01-01T00:00:01Z","type":"fs.write","path":"/a"}' | vexevt-capture --import - -o one.evt
  for kind in auto bars spark line heatmap; do
    run -0 vexevt-stats 'count, mean(size), histogram(size) every 1s' one.evt --plot "$kind"
    [[ ${lines[0]} == "count, "* ]]
  done
}

@test "merged states are drawn as one run" {
  sample
  vexevt-stats 'count, histogram(size) by comm every 5s' in.evt --plot auto >one
  vexevt-filter 'comm = nginx' in.evt -o here.evt
  vexevt-filter -v 'comm = nginx' in.evt -o there.evt
  for host in here there; do
    vexevt-stats 'count, histogram(size) by comm every 5s' "$host.evt" --partials -o "$host.states"
  done
  vexevt-stats merge here.states there.states --plot auto | diff one -
  run -2 vexevt-stats count in.evt --partials --plot auto
}

@test "drawing is refused where it makes no sense" {
  sample
  run -2 vexevt-stats count in.evt --plot auto --format json
  [[ $output == *"--plot is text"* ]]
  run -2 vexevt-stats count in.evt --plot histogram
  [[ $output == *"there is no histogram(FIELD) in the query"* ]]
  run -2 vexevt-stats count in.evt --plot pie
  run -3 vexevt-stats count in.evt --svg nowhere/a.svg --format json
  [[ $output == *"nowhere/a.svg"* ]]
}

@test "SVG and the page are written beside the results" {
  sample
  vexevt-stats 'count by comm every 10s' in.evt --format json >plain
  vexevt-stats 'count by comm every 10s' in.evt --format json --svg a.svg --html a.html | diff plain -
  grep -q '<svg xmlns="http://www.w3.org/2000/svg"' a.svg
  grep -q '<title id="chart1-title">count by comm</title>' a.svg
  grep -q '<dd>count by comm every 10s</dd>' a.html
  grep -q '<td class="left">nginx</td>' a.html
}

# hostile: names that would be markup, in hostile.evt.
hostile() {
  printf '{"time":"2026-01-01T00:00:0%d.0Z","type":"fs.write","path":"/</text><script>alert(1)</script>%s","comm":"\\"><img src=x onerror=y>","size":%d,"mode":"100644","flags":["stat"]}\n' \
    1 '\u001b[31m&\uffff' 10 2 'b' 2000 9 'c' 100000 | vexevt-capture --import - -o hostile.evt
}

@test "SVG is XML, whatever the names" {
  command -v xmllint >/dev/null || skip "no xmllint"
  xmllint --noout "$BATS_TEST_DIRNAME"/../../docs/tutorial/*.svg
  sample
  hostile
  for file in in.evt hostile.evt; do
    for kind in auto bars spark line heatmap histogram; do
      for query in 'count, histogram(size) by path, comm' 'count, topk(5, path), histogram(size) by path every 1s'; do
        vexevt-stats "$query" "$file" --plot "$kind" --svg a.svg >/dev/null
        xmllint --noout a.svg
        [ "$(xmllint --xpath "count(//*[local-name()='script' or local-name()='img'])" a.svg)" = 0 ]
      done
    done
  done
}

# browse PAGE: what the browser makes of it in dom, and what it says in log.
browse() {
  chromium --headless --no-sandbox --disable-gpu --user-data-dir="$PWD/profile" --enable-logging=stderr --v=0 \
    --dump-dom "file://$PWD/$1" >dom 2>log
}

@test "the page opens in a browser that has nothing to say against it" {
  command -v chromium >/dev/null || skip "no chromium"
  sample
  hostile
  vexevt-stats 'count, p99(size), histogram(size) by comm every 5s' in.evt --html a.html >/dev/null
  vexevt-stats 'count, topk(5, path), first(path) by path, comm' hostile.evt --html b.html >/dev/null
  for page in a b; do
    browse "$page.html"
    run -1 grep -F CONSOLE log
    [ "$(grep -c '<svg class="chart"' dom)" -eq "$(grep -c '<svg class="chart"' "$page.html")" ]
    run -1 grep -E '<script|<img' dom
    grep -q '</table>' dom
  done
  sed 's|</h1>|</h1><script>alert(1)</script>|' a.html >script.html
  browse script.html
  grep -qF CONSOLE log  # it would have said something, and the page forbids it
}

@test "a page tells of what is missing" {
  {
    echo '{"time":"2026-01-01T00:00:01Z","type":"fs.write","path":"/a"}'
    echo '{"type":"vexevt.lost","time":"2026-01-01T00:00:02.000000000Z","gap":{"lost":3}}'
    echo '{"time":"2026-01-01T00:00:12Z","type":"fs.write","path":"/b"}'
  } | vexevt-capture --import - -o in.evt
  vexevt-stats 'count by path every 10s' in.evt --groups 1 --html a.html >/dev/null
  grep -q '<li>events are missing: 3 in 1 gaps</li>' a.html
  grep -q '1 of 2 windows are lower bounds: events are missing' a.html
}

@test "what watches find stands below the plots, and in the page" {
  for second in {0..59}; do
    for ((n = 0; n < (second == 50 ? 40 : 4); ++n)); do
      printf '{"time":"2026-01-01T00:00:%02d.%03dZ","type":"fs.write","path":"/a","comm":"a\\\\b<i>"}\n' "$second" "$n"
    done
  done | vexevt-capture --import - -o in.evt
  vexevt-stats 'anomaly(count) by comm every 1s' in.evt --plot auto --html a.html >out
  grep -qF '! 2026-01-01T00:00:50Z: anomaly_count of comm a\\b<i>: count is 40,' out
  grep -q '^anomaly_count by comm' out
  run -1 grep -q anomaly_count_low out  # a bound is no plot of its own
  grep -qF '<li>2026-01-01T00:00:50Z: anomaly_count of comm a\\b&lt;i&gt;: count is 40,' a.html
}
