# The marked examples of man pages. In a page, from a line `.\" example: NAME` to `.\" end`, each line that starts with "$ " is a
# command, with lines that start with "> " its continuation; the others are what it may print.

# roff_text: standard input without roff: requests, font changes and escapes.
roff_text() {
  sed -E '/^\./d; s/\\f[BIRP]//g; s/\\-/-/g; s/\\\(dq/"/g; s/\\\(aq|\\\(cq/'\''/g; s/\\\(ha/^/g; s/\\\(ti/~/g; s/\\\(ga/`/g; s/\\&//g; s/\\e/\\/g'
}

# example_blocks PAGE: the names of its marked examples, one a line.
example_names() {
  sed -n 's/^\.\\" example: //p' "$1"
}

# example_text PAGE NAME
example_text() {
  awk -v name="$2" '
    $0 == ".\\\" end" { on = 0 }
    on { print }
    $0 == ".\\\" example: " name { on = 1 }' "$1" | roff_text
}

# example_commands PAGE NAME: as a script.
example_commands() {
  example_text "$1" "$2" | sed -n 's/^\$ //p; s/^> //p'
}
