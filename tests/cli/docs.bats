#!/usr/bin/env bats
# Man pages, --help and completions say the same, and what they show works.

bats_require_minimum_version 1.5.0
load examples

setup() {
  man=$VEXEVT_BIN/../man
  completions=$VEXEVT_BIN/../completions
  cd "$BATS_TEST_TMPDIR"
}

# Every tool that is built.
tools() {
  local tool
  for tool in "$VEXEVT_BIN"/vexevt*; do basename "$tool"; done
}

# Options as --help lists them: -n and --count of "  -n, --count COUNT".
options_of() {
  "$@" --help | sed -n '/^Exit status:/q; s/^  \(-.*\)$/\1/p' | grep -oE '(^|, )--?[a-zA-Z][a-zA-Z0-9-]*' | sed 's/^, //' | sort -u
}

commands_of() {
  "$1" --help | sed -n '/^Commands:/,/^$/s/^  \([a-z-]*\) .*/\1/p'
}

@test "every option is in the man page and in each completion" {
  local tool option words count=0
  for tool in $(tools); do
    for option in $(options_of "$tool"; for command in $(commands_of "$tool"); do options_of "$tool" "$command"; done); do
      ((count += 1))
      grep -qF -- "\\fB${option//-/\\-}\\fR" "$man/$tool".[18] || { echo "the page of $tool lacks $option"; false; }
      awk -v tool="'$tool" 'index($1, tool) == 1 { on = 1 } /^      ;;/ { on = 0 } on' "$completions/vexevt.bash" |
        grep -qE -- "[' ]${option}[' ]" || { echo "bash lacks $option of $tool"; false; }
      awk -v tool="'$tool" 'index($1, tool) == 1 { on = 1 } /^      ;;/ { on = 0 } on' "$completions/vexevt.zsh" |
        grep -qE -- "[{,*' ]${option}[=+,}'[]" || { echo "zsh lacks $option of $tool"; false; }
      words="-s ${option#-}"
      [[ $option == --* ]] && words="-l ${option#--}"
      grep -qE -- "^complete -c $tool .*$words( |$)" "$completions/vexevt.fish" || { echo "fish lacks $option of $tool"; false; }
    done
  done
  ((count > 20))
}

@test "no man page lists an option that --help does not" {
  local tool option
  for tool in $(tools); do
    { options_of "$tool"; for command in $(commands_of "$tool"); do options_of "$tool" "$command"; done; } | sort -u >known
    sed -n '/^\.SH OPTIONS/,/^\.SH EXIT/p' "$man/$tool".[18] | grep -A1 '^\.TP' | grep -oE '\\fB(\\-)+[a-zA-Z][^\\]*(\\-[^\\]*)*\\fR' |
      sed 's/\\fB//; s/\\fR//; s/\\-/-/g' | sort -u >listed
    [ -s listed ]
    run -0 comm -13 known listed
    [ -z "$output" ]
  done
}

@test "completions are scripts of their shells" {
  bash -n "$completions/vexevt.bash"
  command -v zsh >/dev/null || skip "no zsh"
  zsh -n "$completions/vexevt.zsh"
  command -v fish >/dev/null || skip "no fish"
  fish --no-execute "$completions/vexevt.fish"
}

# complete WORD…: what bash offers for the last one.
complete_words() {
  bash -c '
    source "$1"; shift
    compopt() { :; }
    COMP_WORDS=("$@") COMP_CWORD=$(($# - 1)) COMPREPLY=()
    _vexevt
    printf "%s\n" "${COMPREPLY[@]}"' bash "$completions/vexevt.bash" "$@"
}

@test "bash completes tools, options, choices, fields, types and endpoints" {
  [ "$(complete_words vexevt fil)" = filter ]
  [ "$(complete_words vexevt doc)" = doctor ]
  [ "$(complete_words vexevt help fil)" = filter ]
  [ "$(complete_words vexevt doctor --j)" = --json ]
  [ "$(complete_words vexevt filter --form)" = --format ]
  [ "$(complete_words vexevt-filter --format j)" = json ]
  [ "$(complete_words vexevt-filter --format = j)" = json ]
  [ "$(complete_words vexevt-filter "'open")" = openflags ]
  [ "$(complete_words vexevt-filter "'type = fs.ren")" = 'type = fs.rename' ]
  [ "$(complete_words vexevt-filter "'type in (fs.create, fs.del")" = 'type in (fs.create, fs.delete' ]
  [ "$(complete_words vexevt-filter "'path starts")" = 'path startswith' ]
  [ "$(complete_words vexevt-filter --by path,tenan)" = path,tenant ]
  [ "$(complete_words vexevt-filter -i unix-)" = unix-listen: ]
  [ "$(complete_words vexevt-capture --types fs.create,fs.del)" = fs.create,fs.delete ]
  [ "$(complete_words vexevt-capture --generate da)" = database ]
  [ "$(complete_words vexevt-capture emit fs.create tenan)" = tenant= ]
  complete_words vexevt-capture --hash 1M -- ls | grep -qx ls
  complete_words vexevt-capture -- ls --ba | grep -qx '' # the command's, not ours
  touch events.evt
  [ "$(complete_words vexevt-filter 'type = fs.*' eve)" = events.evt ]
}

@test "fish completes options and choices" {
  command -v fish >/dev/null || skip "no fish"
  fish -c "source '$completions/vexevt.fish'; complete -C 'vexevt-filter --format j'" | grep -q '^json'
  fish -c "source '$completions/vexevt.fish'; complete -C 'vexevt-filter --assert-n'" | grep -q -- '^--assert-none'
  fish -c "source '$completions/vexevt.fish'; complete -C 'vexevt doctor --js'" | grep -q -- '^--json'
}

# run_example PAGE NAME: runs one marked example in the current folder. One that is "rules TOOL" is a rules file, rules.toml for the
# examples after it, one that is "tests TOOL" tests it, and one that is "workflows react" is a file of workflows.
run_example() {
  case $2 in
    "rules filter") example_text "$1" "$2" >rules.toml && vexevt-filter --check -f rules.toml ;;
    "rules route") example_text "$1" "$2" >rules.toml && vexevt-route --check rules.toml ;;
    "rules stats") example_text "$1" "$2" >alerts.toml && vexevt-stats alert --check -f alerts.toml ;;
    "workflows react"*) example_text "$1" "$2" >workflows.toml && vexevt-react --check -f workflows.toml ;;
    "rules correlate"*) example_text "$1" "$2" >patterns.toml && vexevt-correlate --check -f patterns.toml ;;
    "tests filter") example_text "$1" "$2" >rules.test && vexevt-filter --test rules.test -f rules.toml ;;
    "tests route") example_text "$1" "$2" >rules.test && vexevt-route --test rules.test rules.toml ;;
    *)
      example_commands "$1" "$2" >script
      [ -s script ] || { echo "no command"; return 1; }
      bash -euo pipefail script
      ;;
  esac
}

# Each page has a folder of its own, in which a.evt is a stream to show things on.
@test "the marked examples of the man pages run" {
  local page name ran=0
  for page in "$man"/vexevt*.[1-6]; do
    mkdir "$BATS_TEST_TMPDIR/${page##*/}"
    cd "$BATS_TEST_TMPDIR/${page##*/}"
    vexevt-capture --generate --seed 7 -n 1000 -o a.evt
    while IFS= read -r name; do
      run_example "$page" "$name" >output 2>&1 || { echo "${page##*/}: example '$name'"; cat output; false; }
      ((ran += 1))
    done < <(example_names "$page")
  done
  ((ran >= 6))
}

@test "the examples that man pages name are installed" {
  local folder count=0
  cmake --install "$VEXEVT_BIN/.." --prefix "$PWD/root" --component Unspecified >/dev/null
  while read -r folder; do
    ((count += 1))
    [ -n "$(ls "root/${folder#/usr/}")" ]
  done < <(grep -oh '/usr/share/doc/vexevt/examples/[a-z]*' "$man"/*.[1-8] | sort -u)
  ((count > 0))
}
