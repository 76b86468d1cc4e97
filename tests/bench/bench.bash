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

# rows_of N - N rows as the usage report has them: hourly buckets, ids, null ids, counts
rows_of() {
	awk -v n="$1" 'BEGIN {
		OFS = "\t"
		for (i = 0; i < n; i++) {
			hour = int(i * 696 / n)
			b = sprintf("2026-10-%02dT%02d:00:00Z", 1 + int(hour / 24), hour % 24)
			k = (i * 7919) % 5000
			print b, k % 10 ? sprintf("apikey_01%022d", k) : "\\N", k % 3 ? sprintf("wrkspc_01%022d", k % 40) : "\\N", \
				"claude-model-" k % 7, k % 2 ? "standard" : "batch", k % 4 ? "0-200k" : "200k-1M", i, \
				(i * 7907) % 1000003, (i * 31) % 100003, i % 977, i % 13, (i % 100000) "." (i % 89999 + 10000)
		}
	}'
}

# stream N MODE [FILTER...] - the same as a row stream, through a filter of rows
stream() {
	local mode=$2
	[ "$mode" != window ] || mode=$'window\tbucket\t2026-10-01T00:00:00Z\t2026-10-31T00:00:00Z'
	printf '#ant-rows\t1\tusage_report\n#mode\t%s\n' "$mode"
	printf '#key\tbucket\tapi_key_id\tworkspace_id\tmodel\tservice_tier\tcontext_window\tserial\n'
	printf '#type\ttimestamptz\ttext\ttext\ttext\ttext\ttext\tbigint\tbigint\tbigint\tbigint\tbigint\tnumeric\n'
	printf '#cols\tbucket\tapi_key_id\tworkspace_id\tmodel\tservice_tier\tcontext_window\tserial\tinput_tokens\toutput_tokens\tcache_read\tsearches\tcost\n'
	rows_of "$1" | "${@:3}" >part.tsv
	cat part.tsv
	printf '#end\t%d\t\\N\n' "$(wc -l <part.tsv)"
}
