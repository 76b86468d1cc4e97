#!/usr/bin/env bash
# load.sh [RUNS] - how fast the loaders are beside the databases' own tools
#
# Each pair runs in turn, RUNS times (default 5); what is printed is the median of
# each and their ratio.  The data is made here and is the same every time.  ANT_ROWS
# is the number of rows of the large stream (default 1000000).
set -euo pipefail
BATS_TEST_DIRNAME=$(cd "$(dirname "$0")/.." && pwd)
bats_require_minimum_version() { :; }
# shellcheck source=tests/helper.bash
. "$BATS_TEST_DIRNAME/helper.bash"

runs=${1:-5}
rows=${ANT_ROWS:-1000000}
dir=$(mktemp -d "${TMPDIR:-/tmp}/anthill-bench.XXXXXX")
chmod 755 "$dir" # the server's user reads files in it
trap 'stop_pg; rm -rf "$dir"' EXIT
cd "$dir"

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

# seconds COMMAND... - the wall time of COMMAND
seconds() {
	local TIMEFORMAT=%R
	{ time "$@" >/dev/null 2>err.txt; } 2>&1 || { cat err.txt >&2; return 1; }
}

median() { sort -n | awk '{ v[NR] = $1 } END { print v[int((NR + 1) / 2)] }'; }

# against TITLE PREPARE OURS THEIRS - run both in turn, each after PREPARE
against() {
	local title=$1 prepare=$2 ours=$3 theirs=$4 i a b
	: >ours.txt
	: >theirs.txt
	for ((i = 0; i < runs; i++)); do
		"$prepare"
		seconds "$ours" >>ours.txt
		"$prepare"
		seconds "$theirs" >>theirs.txt
	done
	a=$(median <ours.txt)
	b=$(median <theirs.txt)
	awk -v t="$title" -v a="$a" -v b="$b" 'BEGIN { printf "%-58s %7.3f s %7.3f s  ratio %.2f\n", t, a, b, a / b }'
}

pg() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }
pg_empty() { pg -c 'TRUNCATE usage_report' -c 'CHECKPOINT'; }
pg_ours() { ant-load-pg <window.rows; }
pg_copy() { pg -c "\\copy usage_report from 'plain.tsv'"; }
pg_filled() {
	pg -c 'DROP TABLE IF EXISTS usage_report' -c 'CREATE TABLE usage_report AS TABLE kept' \
		-c 'CREATE INDEX ON usage_report (bucket, api_key_id, workspace_id, model, service_tier, context_window, serial)' -c 'VACUUM ANALYZE usage_report' -c CHECKPOINT
}
pg_merge() { ant-load-pg <merge.rows; }
pg_hand() { # what a careful person writes: a stage, delete what is replaced, insert
	pg <<-'SQL'
		BEGIN;
		CREATE TEMP TABLE s (LIKE usage_report) ON COMMIT DROP;
		\copy s from 'merge.tsv'
		ANALYZE s;
		DELETE FROM usage_report t USING s WHERE t.bucket = s.bucket AND t.serial = s.serial
			AND t.model = s.model AND t.service_tier = s.service_tier AND t.context_window = s.context_window
			AND t.api_key_id IS NOT DISTINCT FROM s.api_key_id AND t.workspace_id IS NOT DISTINCT FROM s.workspace_id;
		INSERT INTO usage_report SELECT * FROM s;
		COMMIT;
	SQL
}

lite_none() { rm -f lite.db*; }
lite_ours() { ant-load-sqlite lite.db <lite.rows; }
lite_table='CREATE TABLE usage_report (bucket TIMESTAMP, api_key_id TEXT, workspace_id TEXT, model TEXT, service_tier TEXT, context_window TEXT,
	serial INTEGER, input_tokens INTEGER, output_tokens INTEGER, cache_read INTEGER, searches INTEGER, cost)'
lite_index='CREATE INDEX i ON usage_report (bucket)'
lite_import() { sqlite3 lite.db "$lite_table" "$lite_index" '.mode tabs' '.import lite.tsv usage_report'; }
lite_import_first() { sqlite3 lite.db "$lite_table" '.mode tabs' '.import lite.tsv usage_report' "$lite_index"; }

memory() { # TITLE COMMAND... - the most memory that COMMAND holds
	local title=$1
	shift
	printf '%-58s %s KiB\n' "$title" "$("$@" 2>&1 >/dev/null | sed -n 's/^peak //p')"
}

stream "$rows" window cat >window.rows
grep -v '^#' window.rows >plain.tsv
stream $((rows / 2)) window cat >lite.rows
grep -v '^#' lite.rows >lite.tsv
# every tenth row again, revised; a few of them with another key
# shellcheck disable=SC2016
stream "$rows" merge awk -F '\t' -v OFS='\t' 'NR % 10 == 0 { $8++; if (NR % 1000 == 0) $4 = "claude-model-8"; print }' >merge.rows
grep -v '^#' merge.rows >merge.tsv

start_pg
PGDATABASE=postgres ant-load-pg <window.rows >/dev/null
pg -c 'CREATE TABLE kept AS TABLE usage_report'
printf '%s\n' "$(nproc) processors, $(uname -m), $runs runs of each, median"
against "PostgreSQL, window, $rows rows / psql copy" pg_empty pg_ours pg_copy
against "PostgreSQL, merge of $((rows / 10)) into $rows rows / by hand" pg_filled pg_merge pg_hand
against "SQLite, $((rows / 2)) rows / .import with the index" lite_none lite_ours lite_import
against "SQLite, $((rows / 2)) rows / .import, then the index" lite_none lite_ours lite_import_first
if [ -x /usr/bin/time ]; then
	pg_empty
	memory "ant-load-pg, $rows rows" /usr/bin/time -f 'peak %M' ant-load-pg <window.rows
	lite_none
	memory "ant-load-sqlite, $((rows / 2)) rows" /usr/bin/time -f 'peak %M' ant-load-sqlite lite.db <lite.rows
fi
