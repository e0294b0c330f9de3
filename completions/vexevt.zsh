#compdef @TOOLS@
# zsh completion for vexevt and its tools. The tables come from the tools' own options (man/gen); the rest is completions/vexevt.zsh.

_vexevt_file() { _files }
_vexevt_folder() { _files -/ }
_vexevt_command() { _command_names -e }
_vexevt_other() { return 1 }

_vexevt_endpoint() {
  if compset -P '(unix|unix-listen|ring):'; then
    _files
  else
    compadd -S '' -- unix: unix-listen: ring: exec:
    _files
  fi
}

_vexevt_type() { _values -s , type ${=:-"@TYPES@"} }
_vexevt_setting() { compadd -S '' -- ${^=:-"@FIELDS@"}= attr. }
_vexevt_fields() { _values -s , field ${=:-"@FIELDS@"} }

# An expression is one word of the shell, mostly in quotes: what is completed is its last part.
_vexevt_expression() {
  local before
  compset -P '*[ (,=<>!]'
  before=${IPREFIX%%[ ]#}
  case $before in
    *type*[=\(,]|*type*' in') compadd -S '' -- ${=:-"@TYPES@"} ;;
    *[=\<\>]) ;;
    ''|*'('|*' and'|*' or'|*not) compadd -S '' -- not ${=:-"@FIELDS@"} ;;
    *) compadd -S '' -- ${=:-"@KEYWORDS@ @FIELDS@"} ;;
  esac
}

# _vexevt_specs COMMAND: sets specs, for _arguments.
_vexevt_specs() {
  case $1 in
@TABLES@
  esac
}

_vexevt() {
  local -a specs
  local tools=(${${=:-"@TOOLS@"}#vexevt-})
  local name=$service
  setopt local_options extended_glob
  # `vexevt filter …` is vexevt-filter …
  if [[ $name == vexevt ]] && (( CURRENT == 2 )); then
    compadd -- ${tools:#vexevt}
  elif [[ $name == vexevt ]] && (( ${tools[(Ie)$words[2]]} )); then
    name=vexevt-$words[2]
    shift words
    (( CURRENT -= 1 ))
  fi
  if [[ "$name $words[2]" == 'vexevt help' ]] && (( CURRENT == 3 )); then
    compadd -- ${tools:#vexevt}
    return
  fi
  _vexevt_specs "$name"
  # A command within the tool has options of its own.
  if (( CURRENT > 2 )) && [[ $words[2] != -* ]]; then
    local -a outer=("${specs[@]}")
    specs=()
    _vexevt_specs "$name $words[2]"
    if (( ${#specs} )); then
      shift words
      (( CURRENT -= 1 ))
    else
      specs=("${outer[@]}")
    fi
  fi
  # What follows -- is a command of its own.
  local dashes=${words[(i)--]}
  if (( dashes < CURRENT )); then
    shift $dashes words
    (( CURRENT -= dashes ))
    _normal
    return
  fi
  _arguments -s -S : "${specs[@]}"
}

_vexevt "$@"
