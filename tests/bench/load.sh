#!/usr/bin/env bash
# load.sh - how fast the loaders are beside the databases' own tools, and beside Miller for CSV
#
# RUNS (default 5) alternating runs each.  The data is made here and is the same every time: ROWS
# (default 1000000) for PostgreSQL, half as many for the others.
set -euo pipefail
# shellcheck source=tests/bench/bench.bash
. "$(dirname "${BASH_SOURCE[0]}")/bench.bash"
# shellcheck source=tests/lib/duckdb.bash
. "$BATS_TEST_DIRNAME/lib/duckdb.bash"
build_duck

rows=${ROWS:-1000000}
half=$((rows / 2))

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

pg() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }
pg_empty() { pg -c 'TRUNCATE usage_report' -c 'CHECKPOINT'; }
pg_ours() { ant-load-pg <window.rows; }
pg_none() { pg -c 'DROP TABLE IF EXISTS usage_report' -c CHECKPOINT; }
pg_first() { ant-load-pg --mode replace <plain.rows; }
pg_first_copy() { pg -c 'CREATE TABLE usage_report AS TABLE kept WITH NO DATA' -c "\\copy usage_report from 'plain.tsv'"; }
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
lite_ours() { ant-load-sqlite lite.db <half.rows; }
lite_table='CREATE TABLE usage_report (bucket TIMESTAMP, api_key_id TEXT, workspace_id TEXT, model TEXT, service_tier TEXT, context_window TEXT,
	serial INTEGER, input_tokens INTEGER, output_tokens INTEGER, cache_read INTEGER, searches INTEGER, cost)'
lite_index='CREATE INDEX i ON usage_report (bucket)'
lite_import() { sqlite3 lite.db "$lite_table" "$lite_index" '.mode tabs' '.import half.tsv usage_report'; }
lite_import_first() { sqlite3 lite.db "$lite_table" '.mode tabs' '.import half.tsv usage_report' "$lite_index"; }

csv_ours() { ant-load-csv <half.rows; }
csv_mlr() { mlr --itsv --ocsv cat headed.tsv; }
csv_gone() { rm -f t.csv _anthill_loads.csv; }
csv_file() { ant-load-csv -o t.csv <half.rows; }
csv_mlr_file() { mlr --itsv --ocsv cat headed.tsv >t.csv; }
csv_there() { [ -e _anthill_loads.csv ] || { csv_gone; csv_file >/dev/null; }; }
csv_cat() { cat t.csv >u.csv; }

duck_gone() { rm -f t.duckdb*; }
duck_ours() { ant-load-duckdb t.duckdb <half.rows; }
types="{'bucket':'TIMESTAMPTZ','api_key_id':'VARCHAR','workspace_id':'VARCHAR','model':'VARCHAR','service_tier':'VARCHAR','context_window':'VARCHAR','serial':'BIGINT','input_tokens':'BIGINT','output_tokens':'BIGINT','cache_read':'BIGINT','searches':'BIGINT','cost':'DECIMAL(38,12)'}"
# The same rows, into a table of the same types, in one transaction, and on the disk.
duck_read() {
	duck t.duckdb "CREATE TABLE usage_report AS FROM read_csv('half.tsv', delim = chr(9), header = false, nullstr = '\\N', quote = '', escape = '', columns = $types)" CHECKPOINT
}
# With the types that it finds itself: a DOUBLE for the cost, which is much less work.
duck_guess() {
	duck t.duckdb "CREATE TABLE usage_report AS FROM read_csv('headed.tsv', delim = chr(9), header = true, nullstr = '\\N')" CHECKPOINT
}


stream "$rows" window cat >window.rows
grep -v '^#' window.rows >plain.tsv
stream "$rows" replace cat >plain.rows
stream "$half" window cat >half.rows
grep -v '^#' half.rows >half.tsv
{ sed -n 's/^#cols\t//p' half.rows; cat half.tsv; } >headed.tsv
stream "$half" merge cat >all.rows
# every tenth row again, revised; a few of them with another key
# shellcheck disable=SC2016
stream "$rows" merge awk -F '\t' -v OFS='\t' 'NR % 10 == 0 { $8++; if (NR % 1000 == 0) $4 = "claude-model-8"; print }' >merge.rows
grep -v '^#' merge.rows >merge.tsv

start_pg
PGDATABASE=postgres ant-load-pg <window.rows >/dev/null
pg -c 'CREATE TABLE kept AS TABLE usage_report'
heading "loaders; $(nproc) processors, $(uname -m), $runs runs, $(date -u +%F); $rows rows in PostgreSQL, $half in the others"
within "PostgreSQL, window / psql copy" - pg_ours pg_copy pg_empty
within "PostgreSQL, first replace / psql copy" - pg_first pg_first_copy pg_none
within "PostgreSQL, merge of $((rows / 10)) / by hand" - pg_merge pg_hand pg_filled
within "SQLite / .import with the index" - lite_ours lite_import lite_none
within "SQLite / .import, then the index" - lite_ours lite_import_first lite_none
within "CSV on stdout / Miller's tsv to csv" - csv_ours csv_mlr
within "CSV into a file, on the disk / Miller's into a file" - csv_file csv_mlr_file csv_gone
csv_gone
within "CSV, window rewritten / cat of the file" - csv_file csv_cat csv_there
within "DuckDB, a new file / its read_csv, the same types" - duck_ours duck_read duck_gone
within "DuckDB, a new file / its read_csv, types as it finds them" - duck_ours duck_guess duck_gone

printf '\n| memory | peak | bar |\n|---|---|---|\n'
pg_empty
memory "ant-load-pg, $rows rows" constant ant-load-pg <window.rows
lite_none
memory "ant-load-sqlite" constant ant-load-sqlite lite.db <half.rows
memory "ant-load-csv on stdout" constant ant-load-csv <half.rows
memory "ant-load-csv -o, window" constant ant-load-csv -o t.csv <half.rows
memory "ant-load-csv -o, merge into as many rows" - ant-load-csv -o t.csv <all.rows
duck_gone
memory "ant-load-duckdb" constant ant-load-duckdb t.duckdb <half.rows
