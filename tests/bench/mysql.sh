#!/usr/bin/env bash
# mysql.sh - ant-load-mysql beside the client's own `mysql --local-infile`, in MariaDB
#
# RUNS (default 5) alternating runs each.  The data is made here and is the same every time: ROWS
# (default 500000), into the same table with the same index, in one transaction each.
set -euo pipefail
# shellcheck source=tests/bench/bench.bash
. "$(dirname "${BASH_SOURCE[0]}")/bench.bash"
# shellcheck source=tests/lib/mariadb.bash
. "$BATS_TEST_DIRNAME/lib/mariadb.bash"
trap 'stop_mariadb; rm -rf "$dir"' EXIT

rows=${ROWS:-500000}

ours() { ant-load-mysql "$uri" <window.rows; }
theirs() { my anthill <load.sql; }
by_insert() { my -e 'SET GLOBAL local_infile = 0' && ours && my -e 'SET GLOBAL local_infile = 1'; }
# An empty table each time, and a server that has nothing left to do.
empty() {
	my anthill -e 'TRUNCATE usage_report'
	settle
}
filled() {
	my anthill -e 'TRUNCATE usage_report; INSERT INTO usage_report SELECT * FROM kept'
	settle
}
settle() {
	my -e "SET GLOBAL innodb_max_dirty_pages_pct = 0, GLOBAL innodb_max_dirty_pages_pct_lwm = 0"
	wait_for eval "[ \"\$(my -BN -e \"SELECT variable_value < 20 FROM information_schema.global_status WHERE variable_name = 'innodb_buffer_pool_pages_dirty'\")\" = 1 ]"
	my -e "SET GLOBAL innodb_max_dirty_pages_pct = 90, GLOBAL innodb_max_dirty_pages_pct_lwm = 0"
}
merged() { ant-load-mysql "$uri" <merge.rows; }

start_mariadb --innodb-buffer-pool-size=1G --innodb-log-file-size=512M
uri="mysql://root@localhost/anthill?socket=$MY_DIR/s"
stream "$rows" window cat >window.rows
stream "$rows" merge awk -F '\t' -v OFS='\t' 'NR % 10 == 0 { $8++; print }' >merge.rows
grep -v '^#' window.rows >plain.tsv
{
	echo "SET sql_mode = 'STRICT_ALL_TABLES'; START TRANSACTION;"
	echo "DELETE FROM usage_report WHERE bucket >= '2026-10-01' AND bucket < '2026-10-31';"
	echo "LOAD DATA LOCAL INFILE 'plain.tsv' INTO TABLE usage_report CHARACTER SET utf8mb4 (@b, $(sed -n 's/^#cols\tbucket\t//p' window.rows | sed 's/\t/, /g'))"
	echo "SET bucket = REPLACE(REPLACE(@b, 'T', ' '), 'Z', ''); COMMIT;"
} >load.sql
ours >/dev/null
my anthill -e 'CREATE TABLE kept AS SELECT * FROM usage_report'
heading "MariaDB; $(nproc) processors, $(uname -m), $runs runs, $(date -u +%F); $rows rows"
within "window into an empty table / mysql --local-infile" 1.3 ours theirs empty
within "window again, over as many rows / the same by mysql" - ours theirs filled
within "window by INSERT, local_infile off / mysql --local-infile" - by_insert theirs empty
[ "$(my -BN anthill -e 'SELECT count(*), sum(cost), sum(serial) FROM usage_report')" = "$(my -BN anthill -e 'SELECT count(*), sum(cost), sum(serial) FROM kept')" ]
filled
merged >/dev/null # which makes the index of the key
for _ in $(seq "$runs"); do seconds merged; done >times.txt
printf '| %-58s | %8.3f s |\n' "merge of $((rows / 10)) into $rows" "$(median <times.txt)"
empty
memory "ant-load-mysql, $rows rows" constant ant-load-mysql "$uri" <window.rows
