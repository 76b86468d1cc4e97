#!/usr/bin/env bash
# report.sh [RUNS] - how long ant-report takes, and how much memory, on the year of a large organization
#
# 2,000 users, 50 workspaces and 500 keys, of ant-sim, with the tables of an Enterprise organization, in SQLite, PostgreSQL and DuckDB (where its
# library is): the last 90 days and all of the year.  The databases run in turn, RUNS times
# (default 5), and what is printed is the median, with the largest memory and the page's size.
# The bar: two seconds, 64 MiB (of the program: DuckDB's library has its own), 500 KB.
set -euo pipefail
BATS_TEST_DIRNAME=$(cd "$(dirname "$0")/.." && pwd)
bats_require_minimum_version() { :; }
# shellcheck source=tests/lib/helper.bash
. "$BATS_TEST_DIRNAME/lib/helper.bash"
# shellcheck source=tests/lib/report.bash
. "$BATS_TEST_DIRNAME/lib/report.bash"

runs=${1:-5}
dir=$(mktemp -d "${TMPDIR:-/tmp}/anthill-bench.XXXXXX")
export BATS_FILE_TMPDIR=$dir
trap 'stop_sim; stop_pg; rm -rf "$dir"' EXIT
chmod 755 "$dir" # the server starts there
cd "$dir"
# shellcheck source=tests/lib/duckdb.bash
. "$BATS_TEST_DIRNAME/lib/duckdb.bash"

declare -A where=([SQLite]=year.db [PostgreSQL]=postgresql:///postgres)
start_pg
start_year
if use_duckdb 2>/dev/null; then where[DuckDB]=year.duckdb; fi
for table in $REPORT_TABLES $ANALYTICS_TABLES; do
	year_stream "$table" >stream
	ant-load-sqlite year.db <stream >receipt
	ant-load-pg <stream >receipt
	[[ -z ${where[DuckDB]-} ]] || ant-load-duckdb year.duckdb <stream >receipt
done
rm stream
stop_sim

for ((i = 0; i < runs; i++)); do
	for name in "${!where[@]}"; do
		for from in 2026-08-23 2025-11-21; do
			/usr/bin/env time -o spent -f '%e %U %M' ant-report --to "$NOW" --from "$from" -o page.html "${where[$name]}"
			echo "$name $from $(cat spent) $(stat -c %s page.html)"
		done
	done
done >all

printf '%s processors, %s, %d runs, median\n\n' "$(nproc)" "$(uname -m)" "$runs"
printf '| database | from | seconds | of them its own | memory, MiB | page, KB |\n|---|---|---|---|---|---|\n'
sort -k 1,2 -k 3n all | awk '
	function out() { if (n) printf "| %s | %s | %.2f | %.2f | %.1f | %.0f |\n", name, from, wall[int((n + 1) / 2)], own / n, most / 1024, size / 1000 }
	$1 != name || $2 != from { out(); n = own = most = 0; name = $1; from = $2 }
	{ wall[++n] = $3; own += $4; most = $5 > most ? $5 : most; size = $6 }
	END { out() }'
