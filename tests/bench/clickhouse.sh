#!/usr/bin/env bash
# clickhouse.sh - ROWS (default 500000) rows into ClickHouse
#
# The stage beside a plain INSERT by curl of the same bytes, on Debian's server; the whole load beside that
# INSERT, in chdb.  RUNS (default 5) alternating runs each.
set -euo pipefail
# shellcheck source=tests/bench/bench.bash
. "$(dirname "${BASH_SOURCE[0]}")/bench.bash"
# shellcheck source=tests/lib/clickhouse.bash
. "$BATS_TEST_DIRNAME/lib/clickhouse.bash"
# shellcheck source=tests/lib/cbuild.bash
. "$BATS_TEST_DIRNAME/lib/cbuild.bash"
trap 'stop_clickhouse; stop_chdb; rm -rf "$dir"' EXIT

rows=${ROWS:-500000}
CBUILD_LIBS=-lcurl cbuild ./stage "$BATS_TEST_DIRNAME/lib/clickhouse_stage.c"
start_clickhouse
start_chdb
DB=bench
create_database bench

awk -v n="$rows" 'BEGIN {
	OFS = "\t"
	for (i = 0; i < n; i++) {
		hour = int(i * 696 / n)
		print sprintf("2026-10-%02dT%02d:00:00Z", 1 + int(hour / 24), hour % 24), (i % 10 ? sprintf("apikey_01%022d", i * 7919 % 5000) : "\\N"), \
			(i % 3 ? sprintf("wrkspc_01%022d", i % 40) : "\\N"), "claude-model-" i % 7, (i % 2 ? "standard" : "batch"), (i % 4 ? "0-200k" : "200k-1M"), \
			i, i * 7907 % 1000003, i * 31 % 100003, i % 977, i % 13, (i % 100000) "." (i % 89999 + 10000)
	}
}' >plain.tsv
{
	printf '#ant-rows\t1\tusage_report\n#mode\twindow\tbucket\t2026-10-01T00:00:00Z\t2026-10-31T00:00:00Z\n'
	printf '#key\tbucket\tapi_key_id\tworkspace_id\tmodel\tservice_tier\tcontext_window\tserial\n'
	printf '#type\ttimestamptz\ttext\ttext\ttext\ttext\ttext\tbigint\tbigint\tbigint\tbigint\tbigint\tnumeric\n'
	printf '#cols\tbucket\tapi_key_id\tworkspace_id\tmodel\tservice_tier\tcontext_window\tserial\tinput_tokens\toutput_tokens\tcache_read\tsearches\tcost\n'
	cat plain.tsv
	printf '#end\t%d\t\\N\n' "$rows"
} >window.rows

columns="api_key_id Nullable(String), workspace_id Nullable(String), model Nullable(String), service_tier Nullable(String), context_window Nullable(String),
	serial Nullable(Int64), input_tokens Nullable(Int64), output_tokens Nullable(Int64), cache_read Nullable(Int64), searches Nullable(Int64), cost Nullable(Decimal(38,12))"
settings=date_time_input_format=best_effort
empty_old() { old 'DROP TABLE IF EXISTS s' "CREATE TABLE s (bucket Nullable(DateTime), $columns) ENGINE = MergeTree ORDER BY tuple()"; }
old_ours() { ./stage "$OLD_URI" s <window.rows; }
old_curl() { curl -sS --fail "$OLD/?$settings&query=INSERT+INTO+s+FORMAT+TabSeparated" -H Expect: --data-binary @plain.tsv; }
empty_chdb() { ask 'DROP TABLE IF EXISTS s' "CREATE TABLE s (bucket DateTime64(6,'UTC'), $columns) ENGINE = MergeTree PARTITION BY toYYYYMM(bucket) ORDER BY bucket"; }
chdb_ours() { ant-load-clickhouse "$CHDB_URI/bench" <window.rows; }
chdb_curl() { curl -sS --fail "$CHDB/?database=bench&$settings&query=INSERT+INTO+s+FORMAT+TabSeparated" -H Expect: --data-binary @plain.tsv; }

heading "$rows rows into ClickHouse ($(stat -c %s plain.tsv) bytes; $runs runs)"
within 'the stage, on Debian'"'"'s server, against curl' 'at most 1.3' old_ours old_curl empty_old
[ "$(old 'SELECT count(), sum(serial), toString(sum(cost)) FROM s')" = "$(old 'DROP TABLE s' "CREATE TABLE s (bucket Nullable(DateTime), $columns) ENGINE = MergeTree ORDER BY tuple()"; old_curl; old 'SELECT count(), sum(serial), toString(sum(cost)) FROM s')" ] || { echo 'not the same rows' >&2; exit 1; }
ask 'DROP TABLE IF EXISTS usage_report'
within 'a first load, in chdb, against curl' 'at most 3' chdb_ours chdb_curl "empty_chdb; ask 'DROP TABLE IF EXISTS usage_report'"
chdb_ours >/dev/null
within 'a load over the same rows, in chdb, against curl' 'at most 3' chdb_ours chdb_curl empty_chdb
[ "$(ask 'SELECT count(), sum(serial), sum(cost) FROM s')" = "$(ask 'SELECT count(), sum(serial), sum(cost) FROM usage_report')" ] || { echo 'not the same rows' >&2; exit 1; }
memory 'ant-load-clickhouse, its memory' 'none' sh -c "exec ant-load-clickhouse $CHDB_URI/bench <window.rows"
