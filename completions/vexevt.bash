# bash completion for vexevt and its tools. The tables come from the tools' own options (man/gen); the rest is completions/vexevt.bash.
# Needs nothing but bash.

# _vexevt_table COMMAND OPTION: options, operands, rest and commands of COMMAND; kind: of OPTION's argument, empty where it has none.
_vexevt_table() {
  options='' operands=() rest='none' commands='' kind=''
  case $1 in
@TABLES@
  esac
}

# _vexevt_words WORDS PREFIX: those of WORDS that start with PREFIX. No word is expanded: types hold stars.
_vexevt_words() {
  local word
  local -
  set -f
  for word in $1; do
    [[ $word == "$2"* ]] && COMPREPLY+=("$word")
  done
}

_vexevt_files() {
  local name
  compopt -o filenames
  while IFS= read -r name; do COMPREPLY+=("$name"); done < <(compgen "$1" -- "$2")
}

# An expression is one word of the shell, mostly in quotes: what is completed is its last part.
_vexevt_expression() {
  local text=${1#[\'\"]} last before token i
  last=${text##*[ (,=<>!]}
  before=${text%"$last"}
  token=${before%"${before##*[! ]}"}
  compopt -o nospace
  case $token in
    *type*[=\(,] | *type*' in') _vexevt_words '@TYPES@' "$last" ;;
    *[=\<\>]) ;;
    '' | *'(' | *' and' | *' or' | *not) _vexevt_words 'not @FIELDS@' "$last" ;;
    *) _vexevt_words '@KEYWORDS@ @FIELDS@' "$last" ;;
  esac
  for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=$before${COMPREPLY[i]}; done
}

# _vexevt_argument KIND WORD
_vexevt_argument() {
  local i before
  case $1 in
    choice*) _vexevt_words "${1#choice }" "$2" ;;
    file) _vexevt_files -f "$2" ;;
    folder) _vexevt_files -d "$2" ;;
    endpoint)
      case $2 in
        unix:* | unix-listen:* | ring:*) _vexevt_files -f "${2#*:}" ;;
        exec:*) ;;
        *)
          _vexevt_files -f "$2"
          _vexevt_words 'unix: unix-listen: ring: exec:' "$2"
          compopt -o nospace
          ;;
      esac
      ;;
    expression) _vexevt_expression "$2" ;;
    fields | type)
      before=${2%"${2##*,}"}
      if [[ $1 == fields ]]; then
        _vexevt_words '@FIELDS@' "${2##*,}"
      else
        _vexevt_words '@TYPES@' "${2##*,}"
      fi
      for i in "${!COMPREPLY[@]}"; do COMPREPLY[i]=$before${COMPREPLY[i]}; done
      ;;
    setting)
      _vexevt_words '@FIELDS@ attr.' "$2"
      for i in "${!COMPREPLY[@]}"; do [[ ${COMPREPLY[i]} == *. ]] || COMPREPLY[i]+='='; done
      compopt -o nospace
      ;;
    command) _vexevt_files -c "$2" ;;
  esac
}

_vexevt() {
  local options operands rest commands kind
  local cur=${COMP_WORDS[COMP_CWORD]} prev=${COMP_WORDS[COMP_CWORD - 1]} option=''
  local command=${COMP_WORDS[0]##*/} i=1 count=0 word
  COMPREPLY=()

  # What follows -- is a command of its own.
  for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    [[ $word == -- ]] || continue
    if [[ $prev == -- ]]; then _vexevt_files -c "$cur"; else _vexevt_files -f "$cur"; fi
    return
  done

  # `vexevt filter …` is vexevt-filter …
  if [[ $command == vexevt && $COMP_CWORD -gt 1 && " @TOOLS@ " == *" vexevt-${COMP_WORDS[1]} "* ]]; then
    command=vexevt-${COMP_WORDS[1]}
    i=2
  fi

  # --option=value are three words where = breaks them, as it does by default.
  if [[ $cur == '=' ]]; then
    option=$prev cur=''
  elif [[ $prev == '=' ]]; then
    option=${COMP_WORDS[COMP_CWORD - 2]}
  elif [[ $prev == -* && $COMP_CWORD -gt $i ]]; then
    option=$prev
  fi

  # The command within the tool, and how many operands stand before.
  for (( ; i < COMP_CWORD; ++i)); do
    word=${COMP_WORDS[i]}
    _vexevt_table "$command" "$word"
    if [[ $count -eq 0 && " $commands " == *" $word "* && $word != -* ]]; then
      command+=" $word"
    elif [[ $word == '=' ]]; then
      ((i += 1))
    elif [[ $word == -* ]]; then
      [[ $kind && ${COMP_WORDS[i + 1]} != '=' ]] && ((i += 1))
    else
      ((count += 1))
    fi
  done

  _vexevt_table "$command" "$option"
  if [[ $option && $kind ]]; then
    _vexevt_argument "$kind" "$cur"
  elif [[ $cur == -* ]]; then
    _vexevt_words "$options" "$cur"
  else
    [[ $commands && $count -eq 0 ]] && _vexevt_words "$commands" "$cur"
    if [[ $command == vexevt && $count -eq 0 ]]; then
      for word in @TOOLS@; do
        [[ $word == "vexevt-$cur"* ]] && COMPREPLY+=("${word#vexevt-}")
      done
    elif [[ $command == 'vexevt help' ]]; then
      for word in @TOOLS@; do
        [[ $word == "vexevt-$cur"* ]] && COMPREPLY+=("${word#vexevt-}")
      done
    else
      _vexevt_argument "${operands[count]:-$rest}" "$cur"
    fi
  fi
}

complete -F _vexevt @TOOLS@
