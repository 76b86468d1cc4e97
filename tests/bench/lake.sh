#!/usr/bin/env bash
# lake.sh - what a lake costs beside a plain DuckDB file: the same rows, with the catalog in PostgreSQL and the data on S3
#
# RUNS (default 5) alternating runs each of ROWS (default 500000) rows into a new table of a lake and of a file that are there:
# who makes a lake loads the extensions three times, and makes the tables of its catalog.  The time to load the extensions, most of which is the check of their signatures, is measured by itself and taken off.
set -euo pipefail
# shellcheck source=tests/bench/bench.bash
. "$(dirname "${BASH_SOURCE[0]}")/bench.bash"
# shellcheck source=tests/lib/duckdb.bash
. "$BATS_TEST_DIRNAME/lib/duckdb.bash"
# shellcheck source=tests/lib/lake.bash
. "$BATS_TEST_DIRNAME/lib/lake.bash"
build_duck
use_lake
start_s3
trap 'stop_s3; stop_pg; rm -rf "$dir"' EXIT
start_pg
use_s3

new() {
	rm -f t.duckdb* cat.db*
	psql -qXAt -d postgres -c 'DROP DATABASE IF EXISTS lake' -c 'CREATE DATABASE lake' 2>/dev/null
	round=$((${round-0} + 1))
	for made in lake here file; do $made --table other <one.rows >/dev/null; done
}
lake() { PGDATABASE=lake ant-load-duckdb "ducklake:postgres:?data=s3://lake/$round/" "$@"; }
here() { ant-load-duckdb "ducklake:sqlite:cat.db?data=$dir/data$round" "$@"; }
file() { ant-load-duckdb t.duckdb "$@"; }
loads() {
	local name sql=''
	for name in "$@"; do sql+="LOAD '$EXTENSIONS/$name.duckdb_extension'; "; done
	duck :memory: "$sql SELECT 1"
}

# beside TITLE BAR OURS EXTENSION...
beside() {
	local i title=$1 bar=$2 ours=$3
	shift 3
	for name in lake file load; do : >"$name.txt"; done
	for ((i = 0; i < runs; i++)); do
		new
		seconds "$ours" <some.rows >>lake.txt
		seconds file <some.rows >>file.txt
		seconds loads "$@" >>load.txt
	done
	row "$title" "$(median <lake.txt | awk -v off="$(median <load.txt)" '{ print $1 - off }')" "$(median <file.txt)" "$bar"
	echo "| ... loading of the extensions | $(median <load.txt) s | | | not counted |"
}

rows=${ROWS:-500000}
stream "$rows" window cat >some.rows
stream 1 window cat >one.rows
heading "lakes; $(nproc) processors, $(uname -m), $runs runs, $(date -u +%F); $rows rows"
beside "PostgreSQL and S3 / a DuckDB file" '1.5 at most' lake postgres_scanner httpfs ducklake
beside "SQLite and a folder / a DuckDB file" - here sqlite_scanner ducklake
new
printf '\n| memory | peak | bar |\n|---|---|---|\n'
PGDATABASE=lake memory "ant-load-duckdb, PostgreSQL and S3" - ant-load-duckdb "ducklake:postgres:?data=s3://lake/$round/" <some.rows
