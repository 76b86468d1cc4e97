# Loaded by the benchmarks: a folder of their own, the tests' servers, and two commands timed in turn.
# What is printed is the median of each and their ratio; only ratios of one run mean anything.
BATS_TEST_DIRNAME=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
bats_require_minimum_version() { :; }
# shellcheck source=tests/lib/helper.bash
. "$BATS_TEST_DIRNAME/lib/helper.bash" # ROOT, ANT_BIN, start_sim, start_pg

runs=${RUNS:-5}
dir=$(mktemp -d "${TMPDIR:-/tmp}/anthill-bench.XXXXXX")
chmod 755 "$dir" # the database's user reads files in it
BATS_FILE_TMPDIR=$dir
trap 'stop_sim; stop_pg; rm -rf "$dir"' EXIT
cd "$dir" || exit 1

# seconds COMMAND... - the wall time of COMMAND; its error where it fails
seconds() {
	local TIMEFORMAT=%R
	{ time "$@" >/dev/null 2>err.txt; } 2>&1 || { cat err.txt >&2; return 1; }
}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# peak COMMAND... - its largest resident memory, in KiB
peak() { /usr/bin/env time -f %M "$@" 2>&1 >/dev/null | tail -n 1; }

# memory TITLE BAR COMMAND... - a line with the largest resident memory of COMMAND
memory() { printf '| %-58s | %8d KiB | %s |\n' "$1" "$(peak "${@:3}")" "$2"; }

# faster TITLE BAR OURS THEIRS - how many times faster OURS is than THEIRS, both shell commands
faster() { compare "$1" "$2" "$3" "$4" 'their / our' 'times faster'; }

# within TITLE BAR OURS THEIRS [BEFORE] - how many times its time OURS takes; BEFORE runs before each
within() { compare "$1" "$2" "$3" "$4" 'our / their' 'times its time' "${5-}"; }

compare() {
	local i a b
	: >ours.txt
	: >theirs.txt
	for ((i = 0; i < runs; i++)); do
		eval "${7-}" && a=$(seconds eval "$3") && echo "$a" >>ours.txt || return 1
		eval "${7-}" && b=$(seconds eval "$4") && echo "$b" >>theirs.txt || return 1
	done
	row "$1" "$(median <ours.txt)" "$(median <theirs.txt)" "$2" "$5" "$6"
}

# row TITLE OUR THEIR BAR [EXPRESSION UNIT] - one line of a table
row() {
	awk -v t="$1" -v our="$2" -v their="$3" -v bar="$4" -v unit="${6-times its time}" \
		"BEGIN { printf \"| %-58s | %8.3f s | %8.3f s | %6.2f %s | %s |\n\", t, our, their, ${5-our / their}, unit, bar }"
}

heading() {
	printf '\n%s\n\n| work | ours | theirs | ratio | bar |\n|---|---|---|---|---|\n' "$1"
}
