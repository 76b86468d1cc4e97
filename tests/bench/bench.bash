# Loaded by the benchmarks: a folder of their own, and two commands timed in turn.
# What is printed is the median of each and their ratio; only ratios of one run mean anything.
ROOT=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd)
: "${ANT_BIN:=$ROOT/build/bin}"
export ROOT ANT_BIN LC_ALL=C.UTF-8 TZ=UTC PATH="$ANT_BIN:$PATH"

runs=${RUNS:-5}
dir=$(mktemp -d "${TMPDIR:-/tmp}/anthill-bench.XXXXXX")
trap 'rm -rf "$dir"' EXIT
cd "$dir" || exit 1

# seconds COMMAND... - the wall time of COMMAND; its error where it fails
seconds() {
	local TIMEFORMAT=%R
	{ time "$@" >/dev/null 2>err.txt; } 2>&1 || { cat err.txt >&2; return 1; }
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# peak COMMAND... - its largest resident memory, in KiB
peak() { /usr/bin/env time -f %M "$@" 2>&1 >/dev/null | tail -n 1; }

# faster TITLE BAR OURS THEIRS - how many times faster OURS is than THEIRS
faster() { compare "$1" "$2" "$3" "$4" 'their / our' 'times faster'; }

# within TITLE BAR OURS THEIRS - how many times its time OURS takes
within() { compare "$1" "$2" "$3" "$4" 'our / their' 'times its time'; }

compare() {
	local title=$1 bar=$2 ours=$3 theirs=$4 i a b
	: >ours.txt
	: >theirs.txt
	for ((i = 0; i < runs; i++)); do
		a=$(seconds bash -c "$ours") && echo "$a" >>ours.txt || return 1
		b=$(seconds bash -c "$theirs") && echo "$b" >>theirs.txt || return 1
	done
	a=$(median <ours.txt) b=$(median <theirs.txt)
	awk -v t="$title" -v our="$a" -v their="$b" -v bar="$bar" -v unit="$6" \
		"BEGIN { printf \"| %-52s | %8.3f s | %8.3f s | %6.2f %s | %s |\n\", t, our, their, $5, unit, bar }"
}

heading() {
	printf '\n%s\n\n| work | ours | theirs | ratio | bar |\n|---|---|---|---|---|\n' "$1"
}
