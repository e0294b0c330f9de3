# fish completion for vexevt and its tools. The tables come from the tools' own options (man/gen); the rest is completions/vexevt.fish.

function __vexevt_in_command
    set -l words (commandline -opc)
    test (count $words) -gt 1; and contains -- $argv[1] $words[2..-1]
end

function __vexevt_in_no_command
    set -l words (commandline -opc)
    for word in $words[2..-1]
        string match -q -- '-*' $word; or return 1
    end
end

function __vexevt_endpoint
    printf '%s\n' unix: unix-listen: ring: exec:
    __fish_complete_path (commandline -ct)
end

function __vexevt_folder
    __fish_complete_directories (commandline -ct)
end

function __vexevt_command
    __fish_complete_command
end

function __vexevt_type
    set -l before (string replace -r '[^,]*$' '' -- (commandline -ct))
    for type in (string split ' ' '@TYPES@')
        echo $before$type
    end
end

function __vexevt_setting
    printf '%s=\n' (string split ' ' '@FIELDS@')
    echo attr.
end

function __vexevt_fields
    set -l before (string replace -r '[^,]*$' '' -- (commandline -ct))
    for field in (string split ' ' '@FIELDS@')
        echo $before$field
    end
end

# An expression is one word of the shell, mostly in quotes: what is completed is its last part.
function __vexevt_expression
    set -l text (string replace -r '^[\'"]' '' -- (commandline -ct))
    set -l before (string replace -r '[^ (,=<>!]*$' '' -- $text)
    set -l words @KEYWORDS@ @FIELDS@
    if string match -qr 'type *(=|in *\([^)]*) *$' -- $before
        set words (string split ' ' '@TYPES@')
    end
    for word in $words
        echo $before$word
    end
end

function __vexevt_tools
    for tool in (string split ' ' '@TOOLS@')
        string replace -f vexevt- '' -- $tool
    end
end

complete -c vexevt -n __vexevt_in_no_command -f -a '(__vexevt_tools)'
complete -c vexevt -n '__vexevt_in_command help' -f -a '(__vexevt_tools)'
@TABLES@
