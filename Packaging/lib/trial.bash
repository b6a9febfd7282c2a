# What trials of what is packaged have in common; sourced. Whoever does so defines `fail REASON`.

# skip REASON ends with 77: something is missing that a trial needs.
skip() {
    printf 'skipped: %s\n' "$1" >&2
    exit 77
}

step() { printf -- '- %s\n' "$1"; }

# within SECONDS COMMAND... waits until a command succeeds.
within() {
    local deadline=$((SECONDS + $1))
    shift
    until "$@" > /dev/null 2>&1; do
        ((SECONDS < deadline)) || return 1
        sleep 0.2
    done
}

# expect TEXT COMMAND... compares what a command prints.
expect() {
    local wanted=$1 found
    shift
    found=$("$@" 2>&1) || true
    [[ "$found" == "$wanted" ]] || fail "$* printed '$found' instead of '$wanted'"
}
