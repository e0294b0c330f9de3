#!/usr/bin/env bats
# The recipes of vexevt(7), run as they stand, one after the other in one folder.

bats_require_minimum_version 1.5.0
load examples

@test "every recipe of vexevt(7) runs" {
  local page=$VEXEVT_BIN/../man/vexevt.7 name ran=0
  cd "$BATS_TEST_TMPDIR"
  while IFS= read -r name; do
    example_commands "$page" "$name" >script
    [ -s script ] || { echo "recipe '$name' has no command"; false; }
    bash -euo pipefail script >output 2>&1 || { echo "recipe '$name'"; cat script output; false; }
    ((ran += 1))
  done < <(example_names "$page")
  ((ran >= 10))
}

@test "recipes give what they say" {
  cd "$BATS_TEST_TMPDIR"
  vexevt-capture --generate build --seed 7 -n 10000 -o a.evt
  vexevt-capture --generate build --seed 7 -n 10000 | cmp - a.evt
  [ "$(vexevt-filter 'type in (fs.delete, fs.rename)' a.evt --format text -n 10 | wc -l)" -eq 10 ]
  # A tenth by path: all events of a path, or none.
  vexevt-filter --sample 10% --by path 'type = fs.*' a.evt --format json | jq -r .path | sort -u >kept
  vexevt-filter 'type = fs.*' a.evt --format json | jq -r .path | grep -Fxc -f kept >all
  [ "$(vexevt-filter -c --sample 10% --by path 'type = fs.*' a.evt)" -eq "$(<all)" ]
  [ "$(wc -l <kept)" -gt 10 ]
}
