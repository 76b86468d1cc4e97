#!/usr/bin/env bats
# examples/spark on Spark: a cluster of two workers, each a process of its own, all on this machine.
# shellcheck disable=SC2154	# set by run
load ../lib/helper
load ../lib/duckdb
load engines

TABLES=(usage_report cost_report users)

setup_file() {
	need spark
	export TODAY FROM
	TODAY=$(date -u +%F)
	FROM=$(date -u -d "$TODAY -120 days" +%F)
	build_duck
	use_duckdb
	start_sim --days 120 --users 5
	ANT_STATE=$BATS_FILE_TMPDIR/state ant-sync -q -c /dev/null --dest "parquet:///$BATS_FILE_TMPDIR/plain" --start "$FROM" "${TABLES[@]}" >/dev/null
}

teardown_file() {
	stop_all
	stop_sim
}

each_setup() {
	use_duckdb
	(umask 077 && echo "$ANTHROPIC_ADMIN_KEY" >key)
	# Nothing of it comes from here.
	unset ANTHROPIC_ADMIN_KEY
	PATH=$ENGINES/spark/venv/bin:$PATH
	export SPARK_LOCAL_IP=127.0.0.1 SPARK_LOCAL_DIRS=$PWD/local PYSPARK_PYTHON=$ENGINES/spark/venv/bin/python PYTHONDONTWRITEBYTECODE=1
}

submit() {
	spark-submit --master 'local-cluster[2,1,1024]' --conf spark.ui.enabled=false --conf spark.sql.shuffle.partitions=2 \
		--conf spark.executor.memory=512m "$ROOT/examples/spark/backfill.py" --dest "parquet:///$BATS_FILE_TMPDIR/lake" --start "$FROM" \
		--key-file "$PWD/key" --rate 0 "${TABLES[@]}"
}

# rows_of FOLDER - of all tables, but of days that are not over, in one order
rows_of() {
	local table
	for table in "${TABLES[@]}"; do
		duck :memory: "SELECT '$table', * FROM '$1/$table.parquet' $(ant-tables --tsv | awk -F '\t' -v name="$table" -v day="$TODAY" \
			'$1 == name && $3 != "-" { print "WHERE", $3, "< \047" day "\047" }') ORDER BY ALL"
	done
}

# months - of what the plain sync has, as DuckDB sums it
months() {
	duck :memory: "SELECT strftime(date_trunc('month', bucket), '%Y-%m-%d %H:%M:%S'), sum(amount_cents) FROM '$BATS_FILE_TMPDIR/plain/cost_report.parquet' GROUP BY 1 ORDER BY 1"
}

loaded() {
	rows_of "$BATS_FILE_TMPDIR/plain" >plain
	[ "$(wc -l <plain)" -gt 1000 ]
	rows_of "$BATS_FILE_TMPDIR/lake" | cmp - plain
	months >want
	[ "$(wc -l <want)" -ge 4 ]
	sed -nE 's/^\|(20[^|]*)\| *([0-9.]+)\|$/\1|\2/p' out | cmp - want
	# The key is in nothing that the cluster has told or left.
	run -1 grep -rl sk-ant- out err local
}

@test "spark: the lines of a plan as tasks load what one ant-sync loads, and Spark reads it; a task that is killed is tried again" {
	hold /v1/organizations/usage_report/messages 2
	submit >out 2>err 3>&- &
	pid=$!
	echo "$pid" >>"$BATS_FILE_TMPDIR/started"
	wait_long held
	kill_sync usage_report
	wait "$pid" || { tail -n 20 err; return 1; }
	grep -q 'Lost task' err
	loaded
}

@test "spark: the same job once more loads nothing twice" {
	submit >out 2>err 3>&- || { tail -n 20 err; return 1; }
	loaded
}
