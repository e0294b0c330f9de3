#!/usr/bin/env bats
# Rules in plain words: what is understood does what the sentence says, what is not is told, and a model's answer is only a
# proposal.

bats_require_minimum_version 1.5.0
load examples

setup() {
  cd "$BATS_TEST_TMPDIR"
  unset http_proxy https_proxy all_proxy HTTPS_PROXY ALL_PROXY VEXEVT_MODEL_KEY
  server=
}

teardown() {
  [ -z "$server" ] || kill "$server" 2>/dev/null || true
}

# at SECOND TYPE PATH [PID [UID]]: an event as JSON.
at() {
  printf '{"time":"2026-01-01T00:%02d:%02d.000000000Z","type":"%s","path":"%s","pid":%d,"uid":%d}\n' \
    $(($1 / 60)) $(($1 % 60)) "$2" "$3" "${4:-1}" "${5:-1000}"
}

# matches SENTENCE: how many there are in the events of standard input, the pattern being what the sentence means.
matches() {
  vexevt-correlate ask "$1" >p.toml
  vexevt-capture --import - -o in.evt
  vexevt-correlate -f p.toml in.evt -o found.evt
  vexevt-filter -c 'type = vexevt.match' found.evt
}

@test "prints the pattern that was understood, and runs nothing" {
  run -0 --separate-stderr vexevt-correlate ask \
    "tell me when someone other than root deletes more than 20 files under /etc within 10 seconds"
  [ -z "$stderr" ]
  [ "$output" = '# tell me when someone other than root deletes more than 20 files under /etc within 10 seconds
[[pattern]]
name = "someone other than root deletes more than 20 files under /etc within 10 seconds"
match = "count [type = fs.delete and uid exists and uid != 0 and path under /etc] > 20"
by = ["uid"]
within = "10s"' ]
}

@test "a sentence needs no quotes, and a rule may be named" {
  [ "$(vexevt-route ask drop reads of /etc/motd --name quiet)" = "$(vexevt-route ask --name quiet 'drop reads of /etc/motd')" ]
  vexevt-route ask --name 'a "b"' 'drop reads of /etc/motd' | grep -qxF "name = 'a \"b\"'"
}

@test "counts: more than so many by one user, of different files, in time" {
  many() { for ((i = 0; i < $2; ++i)); do at "$i" fs.delete "/etc/$i" 1 "$1"; done; }
  local sentence='tell me when someone other than root deletes more than 3 files under /etc within 10 seconds'
  [ "$(many 1000 4 | matches "$sentence")" -eq 1 ]
  [ "$(many 1000 3 | matches "$sentence")" -eq 0 ]
  [ "$(many 0 4 | matches "$sentence")" -eq 0 ]
  [ "$({ many 1000 2; many 1001 2; } | matches "$sentence")" -eq 0 ]
  local reads='tell me when a process reads more than 2 files within 10 seconds'
  [ "$({ at 1 fs.read /a; at 2 fs.read /a; at 3 fs.read /a; } | matches "$reads")" -eq 0 ]
  [ "$({ at 1 fs.read /a; at 2 fs.read /b; at 3 fs.read /c; } | matches "$reads")" -eq 1 ]
  [ "$({ at 1 fs.read /a; at 2 fs.read /b; at 30 fs.read /c; } | matches "$reads")" -eq 0 ]
  local users='tell me when more than 1 different users open /etc/shadow within 1 minute'
  [ "$({ at 1 fs.open /etc/shadow 1 5; at 2 fs.open /etc/shadow 1 5; } | matches "$users")" -eq 0 ]
  [ "$({ at 1 fs.open /etc/shadow 1 5; at 2 fs.open /etc/shadow 1 6; } | matches "$users")" -eq 1 ]
}

@test "sequences: the same process and file, another one, and what does not happen" {
  local both='tell me when a process writes a file and then deletes it within a minute'
  [ "$({ at 1 fs.write /a 7; at 2 fs.delete /a 7; } | matches "$both")" -eq 1 ]
  [ "$({ at 1 fs.write /a 7; at 2 fs.delete /b 7; } | matches "$both")" -eq 0 ]
  [ "$({ at 1 fs.write /a 7; at 2 fs.delete /a 8; } | matches "$both")" -eq 0 ]
  [ "$({ at 1 fs.write /a 7; at 62 fs.delete /a 7; } | matches "$both")" -eq 0 ]
  local other='tell me when someone creates a file and then someone else deletes it within 1 hour'
  [ "$({ at 1 fs.create /a 1 5; at 2 fs.delete /a 1 6; } | matches "$other")" -eq 1 ]
  [ "$({ at 1 fs.create /a 1 5; at 2 fs.delete /a 1 5; } | matches "$other")" -eq 0 ]
  local open='tell me when a process opens a file and does not close it within 30 seconds'
  [ "$({ at 1 fs.open /a; at 2 fs.close /b; at 59 fs.open /z; } | matches "$open")" -eq 1 ]
  [ "$({ at 1 fs.open /a; at 2 fs.close /a; at 59 fs.open /z; } | matches "$open")" -eq 0 ]
  local silent='tell me when nothing is written under /var/log for 10 seconds'
  [ "$({ at 1 fs.write /var/log/a; at 9 fs.write /var/log/a; at 18 fs.write /var/log/a; at 20 fs.read /x; } | matches "$silent")" -eq 0 ]
  [ "$({ at 1 fs.write /var/log/a; at 9 fs.write /tmp/a; at 20 fs.read /x; } | matches "$silent")" -eq 1 ]
}

@test "in any order, and how much in all" {
  local both='tell me when a process reads /a and writes /b in any order within 10 seconds'
  [ "$({ at 1 fs.write /b; at 2 fs.read /a; } | matches "$both")" -eq 1 ]
  [ "$({ at 1 fs.read /a; at 2 fs.write /b; } | matches "$both")" -eq 1 ]
  [ "$({ at 1 fs.read /a 1; at 2 fs.write /b 2; } | matches "$both")" -eq 0 ]
  local much='tell me when a process writes more than 1 MB within 10 seconds'
  wrote() { at "$1" fs.write /a | sed 's/"pid"/"length":600000,"pid"/'; }
  [ "$(wrote 1 | matches "$much")" -eq 0 ]
  [ "$({ wrote 1; wrote 2; } | matches "$much")" -eq 1 ]
  [ "$({ wrote 1; wrote 20; } | matches "$much")" -eq 0 ]
}

@test "a file that is renamed is followed to its new name" {
  local moved='tell me when a process renames a file and then deletes it within 5s'
  event='{"time":"2026-01-01T00:00:01.000000000Z","type":"fs.rename","path":"/a","path2":"/b","pid":1}'
  [ "$({ echo "$event"; at 2 fs.delete /b; } | matches "$moved")" -eq 1 ]
  [ "$({ echo "$event"; at 2 fs.delete /a; } | matches "$moved")" -eq 0 ]
}

@test "single events, with their severity" {
  local sentence='tell me when /etc/passwd or *.key is changed by a process other than passwd as critical'
  { at 1 fs.write /etc/passwd; at 2 fs.write /home/a.key; at 3 fs.write /a; } |
    sed 's/"pid"/"comm":"vi","pid"/' >events
  [ "$(matches "$sentence" <events)" -eq 2 ]
  [ "$(vexevt-filter -c 'priority = critical' found.evt)" -eq 2 ]
  [ "$(sed 's/"vi"/"passwd"/' events | matches "$sentence")" -eq 0 ]
}

@test "rules send, drop and mark what the sentence says" {
  { at 1 fs.delete /etc/a 1 0; at 2 fs.delete /etc/b 1 1000; at 3 fs.read /x.tmp; at 4 fs.create /y; } |
    vexevt-capture --import - -o in.evt
  vexevt-route ask "send what root deletes under /etc to the file $PWD/removed.evt as critical with attribute team sec" --write rules.toml
  vexevt-route ask 'drop reads of *.tmp files' --write rules.toml
  vexevt-route ask "send everything else to the file $PWD/rest.evt" --write rules.toml
  vexevt-route --check rules.toml
  vexevt-route rules.toml in.evt
  [ "$(vexevt-cat --template '{path} {priority} {attr.team}' removed.evt)" = "/etc/a critical sec" ]
  [ "$(vexevt-cat --template '{path}' rest.evt)" = $'/etc/b\n/y' ]
}

@test "a rule that keeps is one for vexevt-filter" {
  { at 1 fs.delete /a; at 2 fs.read /a; } | vexevt-capture --import - -o in.evt
  vexevt-route ask 'keep deletes or renames' --write rules.toml
  [ "$(vexevt-filter -f rules.toml -c in.evt)" -eq 1 ]
}

@test "what is not understood is told with its column, a caret and an offer" {
  run -2 --separate-stderr vexevt-correlate ask 'tell me when someone deltes a file'
  [ -z "$output" ]
  [ "$stderr" = "vexevt-correlate: 22: 'deltes' is not understood (did you mean 'deletes'?)
  tell me when someone deltes a file
                       ^^^^^^
perhaps: tell me when someone deletes a file" ]
  run -2 vexevt-route ask $'drop \x1b[31m'
  [[ $output == *'6: control characters'* ]]
  [[ $output != *$'\x1b'* ]]
  run -2 vexevt-route ask
  [[ $output == *'there is no sentence'* ]]
  run -2 vexevt-route rules.toml ask 'drop reads of /a'
  [ "$output" = "vexevt-route: 'rules.toml' does not go with ask: --write adds a rule to a file" ]
  run -3 bash -c "vexevt-route ask 'drop reads of /a' >/dev/full"
  [[ $output == *'No space left on device'* ]]
}

@test "--write adds to a file, and never replaces a rule or spoils a file" {
  vexevt-correlate ask 'tell me when root opens /a' --write p.toml >shown
  cmp shown p.toml
  vexevt-correlate ask 'tell me when root opens /b' --write p.toml >/dev/null
  [ "$(grep -c '^\[\[pattern\]\]' p.toml)" -eq 2 ]
  vexevt-correlate --check -f p.toml
  cp p.toml before
  run -2 --separate-stderr vexevt-correlate ask 'warn me when root opens /a' --write p.toml
  [ "$stderr" = "vexevt-correlate: 'p.toml' has a pattern named 'root opens /a' already" ]
  [ -z "$output" ]
  cmp p.toml before
  echo 'nonsense = ' >bad.toml
  run -2 vexevt-correlate ask 'tell me when root opens /a' --write bad.toml
  [[ $output == *'bad.toml:1:'* ]]
  [ "$(<bad.toml)" = 'nonsense = ' ]
  run -2 vexevt-route ask 'send deletes to siem' --write rules.toml
  [[ $output == *siem* ]]
  [ ! -e rules.toml ]
  run -2 vexevt-correlate ask 'tell me when root opens /a' --write .
  run -3 vexevt-correlate ask 'tell me when root opens /a' --write none/p.toml
}

@test "--write keeps a file's mode, and the link that leads to it" {
  : >real.toml
  chmod 600 real.toml
  ln -s real.toml link.toml
  vexevt-correlate ask 'tell me when root opens /a' --write link.toml >/dev/null
  [ -L link.toml ]
  [ "$(stat -c %a real.toml)" = 600 ]
  grep -q '^\[\[pattern\]\]' real.toml
}

# serve STATUS BODY: a server that gives that answer to each request, and keeps requests in ./requests; its URL is $url.
serve() {
  printf '%s' "$2" >body
  cat >answer <<'SH'
#!/bin/bash
length=0
while IFS= read -r line && line=${line%$'\r'} && [ -n "$line" ]; do
  echo "$line" >>requests
  [[ ${line,,} == content-length:* ]] && length=${line#*: }
done
head -c "$length" >>requests
printf 'HTTP/1.1 %s\r\nContent-Length: %d\r\nConnection: close\r\n\r\n' "$(<status)" "$(stat -c %s body)"
cat body
SH
  chmod +x answer
  echo "$1" >status
  socat -d -d TCP-LISTEN:0,bind=127.0.0.1,fork EXEC:./answer 2>server.log &
  server=$!
  local deadline=$((SECONDS + 20))
  until port=$(sed -n 's/.*listening on .*127.0.0.1:\([0-9]*\).*/\1/p' server.log) && [ -n "$port" ]; do
    ((SECONDS < deadline))
    read -rt 0.02 <> <(:) || true
  done
  url=http://127.0.0.1:$port
}

# completion TEXT: what a model that says TEXT answers.
completion() { jq -cn --arg text "$1" '{choices: [{message: {role: "assistant", content: $text}}]}'; }

@test "a model is asked for what is not understood, and its answer checked and shown" {
  serve '200 OK' "$(completion $'Here:\n```toml\n[[pattern]]\nname = "gone"\nmatch = "[type = fs.delete]"\n```')"
  VEXEVT_MODEL_KEY=sesame run -0 --separate-stderr vexevt-correlate ask 'shout when stuff vanishes' --model "$url" --model-name tiny
  [ "$output" = '# shout when stuff vanishes
# as a model understood it
[[pattern]]
name = "gone"
match = "[type = fs.delete]"' ]
  [ -z "$stderr" ]
  grep -q '^POST /v1/chat/completions HTTP/1.1$' requests
  grep -q '^Authorization: Bearer sesame$' requests
  tail -1 requests | jq -e '.model == "tiny" and .messages[1].content == "shout when stuff vanishes"' >/dev/null
  tail -1 requests | jq -r '.messages[0].content' | grep -q 'fs.close-write'
  vexevt-correlate ask 'shout when stuff vanishes' --model "$url/v1/chat/completions" --write p.toml >/dev/null
  vexevt-correlate --check -f p.toml
}

@test "what is understood is asked of no model" {
  serve '200 OK' "$(completion x)"
  vexevt-correlate ask 'tell me when root opens /a' --model "$url" >/dev/null
  [ ! -e requests ]
  run -2 vexevt-correlate ask $'shout \x01' --model "$url"
  [ ! -e requests ]
}

@test "a model's answer that is no rule is refused, with line and column" {
  serve '200 OK' "$(completion $'Sure!\n```\n[[pattern]]\nname = "x"\nmatch = "[pth = 1]"\n```')"
  run -3 --separate-stderr vexevt-correlate ask 'shout' --model "$url" --write p.toml
  [ -z "$output" ]
  [[ $stderr == *"the model's answer is no rule: answer:5:11: unknown field 'pth'"* ]]
  [[ $stderr == *'Sure!'* ]]
  [ ! -e p.toml ]
  completion '= 1' >body
  run -3 vexevt-correlate ask 'shout' --model "$url"
  [[ $output == *'answer:1:1: '* ]]
  completion $'[[rule]]\nname = "x"\nto = "evil"\n[[endpoint]]\nname = "evil"\nto = "exec:touch evil"' >body
  run -3 vexevt-route ask 'shout' --model "$url" --write rules.toml
  [[ $output == *"answer:4:1: unknown key 'endpoint'"* ]]
  [ ! -e rules.toml ]
  completion $'[[rule]]\nname = "x"\naction = "drop"\n[[rule]]\nname = "y"\naction = "drop"' >body
  run -3 vexevt-route ask 'shout' --model "$url"
  [[ $output == *'one [[rule]] with a name is wanted, not 2'* ]]
  completion $'\e]0;owned\a[[pattern]]' >body
  run -3 vexevt-correlate ask 'shout' --model "$url"
  [[ $output != *$'\e'* ]]
}

@test "a model's server that fails is told of, without its key" {
  serve '401 Unauthorized' '{"error":{"message":"no such key"}}'
  VEXEVT_MODEL_KEY=sesame run -3 vexevt-correlate ask 'shout' --model "http://me:pass@127.0.0.1:$port"
  [ "$output" = "vexevt-correlate: the model's server answers with HTTP status 401: no such key" ]
  echo '200 OK' >status
  echo '{"choices":[]}' >body
  run -3 vexevt-correlate ask 'shout' --model "$url"
  [[ $output == *"no completion: JSON without a text at '/choices/0/message/content'" ]]
  head -c 2000000 /dev/zero >body
  run -3 vexevt-correlate ask 'shout' --model "$url"
  [[ $output == *"answers with more than 1M" ]]
  kill "$server"
  wait "$server" || true
  run -3 vexevt-correlate ask 'shout' --model "$url"
  [[ $output == *"cannot connect to '127.0.0.1:$port': Connection refused" ]]
  run -2 vexevt-correlate ask 'shout' --model file:///etc/passwd
  [[ $output == *"'file:'"* ]]
  VEXEVT_MODEL_KEY=$'a\nX-Evil: 1' run -2 vexevt-correlate ask 'shout' --model "$url"
  [[ $output == *"'Authorization' is more than a line"* ]]
}

@test "a certificate that nobody vouches for is refused" {
  command -v openssl >/dev/null || skip "no openssl"
  openssl req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes -subj /CN=localhost -keyout key.pem -out cert.pem -days 2 2>/dev/null
  socat -d -d OPENSSL-LISTEN:0,bind=127.0.0.1,cert=cert.pem,key=key.pem,verify=0,fork SYSTEM:'cat' 2>server.log &
  server=$!
  local deadline=$((SECONDS + 20))
  until port=$(sed -n 's/.*listening on .*127.0.0.1:\([0-9]*\).*/\1/p' server.log) && [ -n "$port" ]; do
    ((SECONDS < deadline))
    read -rt 0.02 <> <(:) || true
  done
  run -3 vexevt-correlate ask 'shout' --model "https://127.0.0.1:$port"
  [[ $output == *"no TLS with '127.0.0.1:$port': SSL certificate problem: self-signed certificate"* ]]
}

@test "what vexevt-ask(7) shows is understood" {
  local page=$VEXEVT_BIN/../man/vexevt-ask.7 tool sentence shown=0
  for tool in correlate route; do
    while IFS= read -r sentence; do
      "vexevt-$tool" ask "$sentence" >/dev/null || { echo "$sentence"; false; }
      ((shown += 1))
    done < <(example_text "$page" "sentences $tool")
  done
  ((shown >= 20))
  run -2 --separate-stderr vexevt-correlate ask 'tell me when someone deltes a file'
  [[ $(roff_text <"$page") == *"$stderr"* ]]
  # The rule that the first sentence means stands behind the examples.
  run -0 vexevt-correlate ask "$(example_text "$page" 'sentences correlate' | head -1)"
  [[ $(roff_text <"$page") == *"$output"* ]]
}
