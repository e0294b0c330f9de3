#!/usr/bin/env bats
# vexevt-filter --ignore-file, held against git itself: what git check-ignore says of every path of a tree.

bats_require_minimum_version 1.5.0

setup() {
  command -v git >/dev/null || skip "no git"
  cd "$BATS_TEST_TMPDIR"
  export HOME=$PWD XDG_CONFIG_HOME=$PWD GIT_CONFIG_NOSYSTEM=1
  mkdir tree
  cd tree
  git init -q
  make_tree
  # Every path as an event; -print0 and JSON's escapes, for names of all kinds.
  find . -path ./.git -prune -o -mindepth 1 -printf '%P\0' | sort -z >../paths
  find . -path ./.git -prune -o -mindepth 1 -printf '%y%P\0' | sort -z -k 1.2 |
    jq -Rsc --arg root "$PWD" 'split("\u0000")[] | select(. != "") |
      {type: "fs.attrib", path: ($root + "/" + .[1:]), flags: (if .[0:1] == "d" then ["directory"] else [] end)}' |
    vexevt-capture --import - -o ../events.evt
}

make_tree() {
  local one two
  for one in a b ab abc a.c b.o .hidden 'a b' 'a ' 'a[b]' '!a' '#a' 'a\b' '*' foo foobar; do
    for two in a b ab b.c c.o bar 'a b' '{a,b}'; do mkdir -p "$one/sub/a" && touch "$one/$two" "$one/sub/$two" "$one/sub/a/$two"; done
  done
  touch x xy a.o abc.o 'x ' $'tab\tname' café
}

# ours [OPTION]...: what vexevt-filter leaves out, a path a line.
ours() {
  vexevt-filter "$@" 'type exists' ../events.evt | vexevt-cat --format json | jq -r --arg root "$PWD/" '.path | ltrimstr($root)' |
    sort >../kept
  tr '\0' '\n' <../paths | sort | comm -23 - ../kept
}

theirs() {
  git check-ignore --no-index --stdin -z <../paths | tr '\0' '\n' | sort
}

# same OPTION...
same() {
  diff <(theirs) <(ours "$@") || { head -n 50 .gitignore; false; }
}

@test "the cases of gitignore(5)" {
  local pattern
  for pattern in a /a a/ a/b /a/b '*.o' '/*.o' 'a*' '**/a' 'a/**' 'a/**/b' '**/sub/a' '?' '[ab]' '[!ab]' '[^a-c]*' '[]a]*' '[a-]' '*/' \
    '**' '***' 'foo**/bar' 'foo**' '/foo**' 'a**b' '/a**b' 'sub/a**' '/*/sub' '\#a' '\!a' 'a\ b' 'a b' 'a ' 'a\ ' 'a\\b' '\*' '\a' '{a,b}' \
    '[[:alpha:]]' '[[:punct:]]*' '[[:bogus:]]' '[a' "a\\" '/' '//' '!' '#' 'caf?' 'caf??' '*	*' 'a/sub/**/' 'a//b' './a' 'a/.' '**\/b' 'a/[/]b' \
    'a[/]b' '?b' 'a/*' '/a/*/' 'ab/sub' 'sub' '[[:alpha:]b-d]*' '[a-c-e]' '[\]]' '[a\]b]*' '**/' '/**/' '/**' 'a/**/**/b' '**a' '/**a' 'a**/'; do
    printf '%s\n' "$pattern" >.gitignore
    same --ignore-file .gitignore
  done
}

@test "what is taken back, and what can't be" {
  printf '%s\n' '*.o' '!a.o' >.gitignore
  same --ignore-file .gitignore
  printf '%s\n' 'a/' '!a/b' >.gitignore
  same --ignore-file .gitignore
  printf '%s\n' 'a/*' '!a/b' '!a/sub/' 'a/sub/*' '!a/sub/c.o' >.gitignore
  same --ignore-file .gitignore
  printf '/*\n!/foo\n/foo/*\n!/foo/bar\n' >.gitignore
  same --ignore-file .gitignore
  printf '\xef\xbb\xbfa\r\n# b\r\nab  \r\n' >.gitignore
  same --ignore-file .gitignore
}

@test "files of deeper folders go before those above" {
  printf '%s\n' 'a' '*.o' >.gitignore
  printf '%s\n' '!a' '/b' '!*.o' >foo/.gitignore
  printf '%s\n' '*.o' '!b' >foo/sub/.gitignore
  same --ignore-file .gitignore --ignore-file foo/.gitignore --ignore-file foo/sub/.gitignore
}

@test "random files, with and without negation" {
  local parts=(a b ab abc foo bar sub c o . '*' '**' '?' / / / '**/' '/**' '[ab]' '[!a]' '[a-c]' '[' ']' "\\" ' ' '!' '#' '-' '*.o' '{' ',')
  local round line part
  RANDOM=4711
  for ((round = 0; round < 60; ++round)); do
    for ((line = RANDOM % 6 + 1; line > 0; --line)); do
      ((RANDOM % 4)) || printf '!'
      for ((part = RANDOM % 5 + 1; part > 0; --part)); do printf '%s' "${parts[RANDOM % ${#parts[@]}]}"; done
      ((RANDOM % 4)) || printf '/'
      printf '\n'
    done >.gitignore
    same --ignore-file .gitignore
  done
}

@test "a rename is left out only where both names are; -v does not invert it; what is wrong is said" {
  printf '*.tmp\n' >.gitignore
  jq -nc --arg root "$PWD" '{type: "fs.rename", path: "\($root)/x.tmp", path2: "\($root)/x"},
    {type: "fs.rename", path: "\($root)/x.tmp", path2: "\($root)/y.tmp"}, {type: "fs.create", path: "\($root)/x.tmp"},
    {type: "fs.create", path: "/elsewhere/x.tmp"}, {type: "agent.query"}' | vexevt-capture --import - -o ../r.evt
  [ "$(vexevt-filter --ignore-file .gitignore -c 'type exists' ../r.evt)" = 3 ]
  [ "$(vexevt-filter --ignore-file .gitignore -v -c 'type = fs.create' ../r.evt)" = 2 ]
  mkfifo in
  vexevt-filter --ignore-file .gitignore 'type = fs.create' in -o out.evt 2>log 3>&- &
  exec 7>in
  cat ../r.evt >&7
  until [ -s out.evt ]; do :; done
  : >.gitignore
  kill -HUP $!
  until grep -qx "vexevt-filter: read '.gitignore' again: generation 2, 1 rules" log; do :; done
  cat ../r.evt >&7
  exec 7>&-
  wait $!
  [ "$(vexevt-filter -c 'type exists' out.evt)" = 3 ]
  run -3 --separate-stderr vexevt-filter --ignore-file none 'type exists' ../r.evt
  [ "$stderr" = "vexevt-filter: cannot open 'none': No such file or directory" ]
}
