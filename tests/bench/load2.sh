#!/usr/bin/env bash
# load2.sh [RUNS] - how fast ant-load-csv is beside Miller, and ant-load-duckdb beside DuckDB's own read_csv
#
# Each pair runs in turn, RUNS times (default 5); what is printed is the median of each and
# their ratio.  The data is made here and is the same every time.  ANT_ROWS: default 500000.
set -euo pipefail
BATS_TEST_DIRNAME=$(cd "$(dirname "$0")/.." && pwd)
bats_require_minimum_version() { :; }
# shellcheck source=tests/helper.bash
. "$BATS_TEST_DIRNAME/helper.bash"
BATS_FILE_TMPDIR=$(mktemp -d "${TMPDIR:-/tmp}/anthill-bench.XXXXXX")
trap 'rm -rf "$BATS_FILE_TMPDIR"' EXIT
# shellcheck source=tests/duckdb.bash
. "$BATS_TEST_DIRNAME/duckdb.bash"
build_duck
cd "$BATS_FILE_TMPDIR"

runs=${1:-5}
rows=${ANT_ROWS:-500000}

# The rows of a usage report: hourly buckets, ids, null ids, counts, and a cost.
awk -v n="$rows" 'BEGIN {
	OFS = "\t"
	for (i = 0; i < n; i++) {
		hour = int(i * 696 / n)
		b = sprintf("2026-10-%02dT%02d:00:00Z", 1 + int(hour / 24), hour % 24)
		k = (i * 7919) % 5000
		print b, k % 10 ? sprintf("apikey_01%022d", k) : "\\N", k % 3 ? sprintf("wrkspc_01%022d", k % 40) : "\\N", \
			"claude-model-" k % 7, k % 2 ? "standard" : "batch", k % 4 ? "0-200k" : "200k-1M", i, \
			(i * 7907) % 1000003, (i * 31) % 100003, i % 977, i % 13, (i % 100000) "." (i % 89999 + 10000)
	}
}' >plain.tsv
cols=$'bucket\tapi_key_id\tworkspace_id\tmodel\tservice_tier\tcontext_window\tserial\tinput_tokens\toutput_tokens\tcache_read\tsearches\tcost'
{ echo "$cols"; cat plain.tsv; } >headed.tsv

# stream MODE - the same as a row stream
stream() {
	printf '#ant-rows\t1\tusage_report\n#mode\t%b\n' "$1"
	printf '#key\tbucket\tapi_key_id\tworkspace_id\tmodel\tservice_tier\tcontext_window\tserial\n'
	printf '#type\ttimestamptz\ttext\ttext\ttext\ttext\ttext\tbigint\tbigint\tbigint\tbigint\tbigint\tnumeric\n'
	printf '#cols\t%s\n' "$cols"
	cat plain.tsv
	printf '#end\t%d\t\\N\n' "$rows"
}
stream 'window\tbucket\t2026-10-01T00:00:00Z\t2026-10-31T00:00:00Z' >window.rows
stream merge >merge.rows

# seconds COMMAND... - the wall time of COMMAND
seconds() {
	local TIMEFORMAT=%R
	{ time "$@" >/dev/null 2>err.txt; } 2>&1 || { cat err.txt >&2; return 1; }
}

median() { sort -n | awk '{ v[NR] = $1 } END { print NR % 2 ? v[(NR + 1) / 2] : (v[NR / 2] + v[NR / 2 + 1]) / 2 }'; }

# against TITLE BEFORE OURS THEIRS - run both in turn, BEFORE before each
against() {
	: >ours.txt
	: >theirs.txt
	for _ in $(seq "$runs"); do
		"$2" && seconds "$3" >>ours.txt
		"$2" && seconds "$4" >>theirs.txt
	done
	awk -v t="$1" -v a="$(median <ours.txt)" -v b="$(median <theirs.txt)" 'BEGIN { printf "%-58s %7.3f s %7.3f s  ratio %.2f\n", t, a, b, a / b }'
}

memory() { # TITLE COMMAND... - the most memory that COMMAND holds
	local title=$1
	shift
	printf '%-58s %s KiB\n' "$title" "$(/usr/bin/time -f 'peak %M' "$@" 2>&1 >/dev/null | sed -n 's/^peak //p')"
}

nothing() { :; }
csv_ours() { ant-load-csv <window.rows; }
csv_mlr() { mlr --itsv --ocsv cat headed.tsv; }
csv_gone() { rm -f t.csv _anthill_loads.csv; }
csv_file() { ant-load-csv -o t.csv <window.rows; }
csv_mlr_file() { mlr --itsv --ocsv cat headed.tsv >t.csv; }
csv_there() { [ -e _anthill_loads.csv ] || { csv_gone; csv_file >/dev/null; }; }
csv_cat() { cat t.csv >u.csv; }

duck_gone() { rm -f t.duckdb*; }
duck_ours() { ant-load-duckdb t.duckdb <window.rows; }
types="{'bucket':'TIMESTAMPTZ','api_key_id':'VARCHAR','workspace_id':'VARCHAR','model':'VARCHAR','service_tier':'VARCHAR','context_window':'VARCHAR','serial':'BIGINT','input_tokens':'BIGINT','output_tokens':'BIGINT','cache_read':'BIGINT','searches':'BIGINT','cost':'DECIMAL(38,12)'}"
# The same rows, into a table of the same types, in one transaction, and on the disk.
duck_read() {
	duck t.duckdb "CREATE TABLE usage_report AS FROM read_csv('plain.tsv', delim = chr(9), header = false, nullstr = '\\N', quote = '', escape = '', columns = $types)" CHECKPOINT
}
# With the types that it finds itself: a DOUBLE for the cost, which is much less work.
duck_guess() {
	duck t.duckdb "CREATE TABLE usage_report AS FROM read_csv('headed.tsv', delim = chr(9), header = true, nullstr = '\\N')" CHECKPOINT
}

printf '%s\n' "$(nproc) processors, $(uname -m), $runs runs of each, median; $rows rows"
against "CSV on stdout / Miller's tsv to csv" nothing csv_ours csv_mlr
against "CSV into a file, on the disk / Miller's into a file" csv_gone csv_file csv_mlr_file
csv_gone
against "CSV, window rewritten / cat of the file" csv_there csv_file csv_cat
against "DuckDB, a new file / its read_csv, the same types" duck_gone duck_ours duck_read
against "DuckDB, a new file / its read_csv, types as it finds them" duck_gone duck_ours duck_guess
if [ -x /usr/bin/time ]; then
	memory "ant-load-csv on stdout" ant-load-csv <window.rows
	memory "ant-load-csv -o, window" ant-load-csv -o t.csv <window.rows
	memory "ant-load-csv -o, merge of $rows into $rows rows" ant-load-csv -o t.csv <merge.rows
	duck_gone
	memory "ant-load-duckdb" ant-load-duckdb t.duckdb <window.rows
fi
