# Streams for tests, made by capnp's own tool from the schema: no tool of ours has a hand in them.

schema=$BATS_TEST_DIRNAME/../../lib/event/event.capnp

# event N [FIELD]...: one frame, event N of its source, N seconds after 2026-11-23T12:00:00Z.
event() {
  local fields=("type = 259" "boundary = kernel" "${@:2}")
  local IFS=,
  echo "(idSource = 1, idSequence = $1, wallNs = $((1795435200 + $1))000000000, ${fields[*]})" |
    capnp convert text:binary "$schema" Event
}

# events FROM TO: frames, paths /srv/FROM to /srv/TO.
events() {
  local n
  for ((n = $1; n <= $2; ++n)); do
    event "$n" "payload = (fs = (path = \"/srv/$n\"))"
  done
}

# gap [COUNT]: a vexevt.lost event.
gap() {
  event 99 "type = 4102" "payload = (gap = (cause = \"queue\", lost = ${1:-0}))"
}

# seqs: the sequence numbers of the events on standard input.
seqs() {
  capnp convert binary:json "$schema" Event | jq -j '.idSequence | tostring + " "'
}
