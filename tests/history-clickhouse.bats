#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034	# backticks are SQL's; read by helpers
# ant-load-clickhouse --history: without a transaction, yet never behind its table, and no version twice.
load lib/helper
load lib/streams
load lib/loads
load lib/clickhouse

setup_file() {
	"${CC:-cc}" -O1 -shared -fPIC -o "$BATS_FILE_TMPDIR/clock.so" "$ROOT/tests/lib/clock_preload.c"
	start_chdb
}
teardown_file() { stop_chdb; }
each_setup() {
	unset CLICKHOUSE_PASSWORD
	rm -f "$CHDB_DIR/fault" "$CHDB_DIR/held"
	export DB=t$BATS_TEST_NUMBER
	URI=$CHDB_URI/$DB FILE=$CHDB_URI/$DB
	create_database "$DB"
}
each_teardown() { drop_database "$DB"; }

LOADER=load-clickhouse
keep() { into --history "$@"; }
sql() { ask "$@" | tr '\t' '|'; }
fault() { echo "$*" >"$CHDB_DIR/fault"; }
# objects MODE FROM TO [TEXT] - the same as numbered(), of objects
objects() { numbered "$@" | sed 's/^#key.*/&\n#unique/'; }
# versions - how many there are of each text, and how many of these are open
versions() { ask 'SELECT v, count(), countIf(valid_to IS NULL) FROM t_history GROUP BY v ORDER BY v' | awk '{ printf "%s%s=%s/%s", sep, $1, $2, $3; sep = " " }'; }
# agrees - each row of the table has one open version, which is the same, and there is none but those; none is empty, none overlap
agrees() {
	[ "$(ask 'SELECT count() FROM (SELECT n, v FROM t UNION ALL SELECT n, v FROM t_history WHERE valid_to IS NULL) GROUP BY n, v HAVING count() != 2')" = '' ]
	[ "$(ask 'SELECT count() FROM t_history WHERE valid_to <= valid_from')" = 0 ]
	[ "$(ask 'SELECT count() FROM t_history a JOIN t_history b ON a.n = b.n WHERE a.valid_from < b.valid_from AND (a.valid_to IS NULL OR a.valid_to > b.valid_from)')" = 0 ]
}
# unlock - what the message of a load that was killed says
unlock() {
	local said status=0
	said=$(keep <s 2>&1 >/dev/null) || status=$?
	[ "$status" = 6 ]
	ask "DROP TABLE ${said##*: DROP TABLE }"
}
# left - what a load works with and has not removed
left() { ask "SELECT name FROM system.tables WHERE database = '$DB' AND name LIKE '\\_anthill\\_%' AND name != '_anthill_loads'"; }

@test "clickhouse history: 100 snapshots at random, and a model beside them" {
	ANT_HISTORY_CLOCK=$BATS_FILE_TMPDIR/clock.so python3 "$ROOT/tests/lib/history-model.py" clickhouse=100
}

@test "clickhouse history: what is so still makes no version, what changes one, and what goes and comes back two" {
	objects replace 1 4 a | keep
	objects replace 1 4 a | keep >receipt
	[[ $(<receipt) == *'"history":{"opened":0,"closed":0}}' ]]
	[ "$(versions)" = a=4/4 ]
	objects replace 2 4 b >s
	keep <s >receipt
	[[ $(<receipt) == *'"history":{"opened":3,"closed":4}}' ]]
	objects merge 1 1 a | keep
	[ "$(versions)" = 'a=5/1 b=3/3' ]
	agrees
	[ -z "$(left)" ]
	# Loads without the option leave it behind; the next one with it catches up.
	objects replace 1 9 c | into
	[ "$(versions)" = 'a=5/1 b=3/3' ]
	objects merge 1 1 c | keep
	[ "$(versions)" = 'a=5/0 b=3/3 c=1/1' ]
	objects replace 1 9 c | keep
	[ "$(versions)" = 'a=5/0 b=3/0 c=9/9' ]
	agrees
}

@test "clickhouse history: values are compared by what they are, texts and json by their bytes" {
	row() { stream 'replace' 'id\n#unique' 'text\tdouble\tnumeric\ttimestamptz\tjson' 'id\td\tn\tat\tj' "$1" "1\t\\\\N"; }
	row 'a\t0\t1.5\t2026-11-01T00:00:00Z\t{"a":1}\n' | keep
	row 'a\t-0\t1.50\t2026-11-01T00:00:00.000Z\t{"a":1}\n' | keep
	[ "$(ask 'SELECT count() FROM t_history')" = 1 ]
	for text in '{"a": 1}' '{"a":1.0}' '\\N' null '\\N'; do row "a\t0\t1.5\t2026-11-01T00:00:00Z\t$text\n" | keep; done
	[ "$(ask 'SELECT count() FROM t_history')" = 6 ]
	row 'a\t0.1\t1.5\t2026-11-01T00:00:00Z\t\\N\n' | keep
	row 'a\t1e-1\t1.5\t2026-11-01T00:00:00.000001Z\t\\N\n' | keep
	[ "$(ask 'SELECT count() FROM t_history')" = 8 ]
}

@test "clickhouse history: a column of somebody's own is kept, of its own type, and one that is new makes a version only where it is not null" {
	ask "CREATE TABLE t (n Nullable(Int64), v LowCardinality(Nullable(String)), own Enum8('x' = 1, 'y' = 2) DEFAULT 'x') ENGINE = MergeTree ORDER BY tuple()"
	objects replace 1 3 a | keep
	[ "$(ask "SELECT type FROM system.columns WHERE database = '$DB' AND table = 't_history' AND name = 'own'")" = "Enum8(\\'x\\' = 1, \\'y\\' = 2)" ]
	objects replace 1 3 a | keep
	[ "$(versions)" = a=3/3 ]
	ask "ALTER TABLE t UPDATE own = 'y' WHERE n = 2 SETTINGS mutations_sync = 2"
	objects merge 1 1 a | keep
	[ "$(versions)" = a=3/3 ]
	objects replace 1 3 a | keep
	[ "$(versions)" = a=3/3 ]
	stream 'replace' 'n\n#unique' 'bigint\ttext\ttext' 'n\tv\tmore' '1\ta\t\\N\n2\ta\tb\n3\ta\t\\N\n' '3\t\\N' | keep
	[ "$(sql 'SELECT n, own, more, valid_to IS NULL FROM t_history ORDER BY n, valid_from')" = $'1|x|\\N|1\n2|x|\\N|0\n2|x|b|1\n3|x|\\N|1' ]
	agrees
}

@test "clickhouse history: whatever the server refuses, or does without saying so, it is never behind, and the repeat makes no second version" {
	local at word step=0
	for at in 'CREATE TABLE `_anthill_versions' 'ALTER TABLE `_anthill_versions' 'INSERT INTO `_anthill_versions' 'SELECT throwIf' \
		'EXCHANGE TABLES `_anthill_versions' 'EXCHANGE TABLES `_anthill_next' 'INSERT INTO `_anthill_loads'; do
		for word in refused lost unanswered; do
			# What is lost on the way to the versions is as if it were refused.
			[[ $word == refused || $at == INSERT* || $at == EXCHANGE* ]] || continue
			step=$((step + 1))
			ask 'DROP TABLE IF EXISTS t' 'DROP TABLE IF EXISTS t_history'
			objects replace 1 20 old | keep
			objects replace 11 30 new >s
			fault "$word" "$at"
			run -1 keep <s
			[ ! -e "$CHDB_DIR/fault" ] || { echo "$word at $at: not reached"; false; }
			case $word-$at in
			*-*versions | *-*throwIf | refused-* | lost-*next) [ "$(sql 'SELECT count(), min(v) FROM t')" = '20|old' ] ;;
			unanswered-*next | *_loads) [ "$(sql 'SELECT count(), min(v) FROM t')" = '20|new' ] ;;
			esac
			case $word-$at in
			unanswered-EXCHANGE*versions) [[ $output == *'the answer was lost when the history was exchanged, so it may have versions of rows that the table does not have; loading them again is safe: '* ]] ;;
			unanswered-EXCHANGE*next | lost-EXCHANGE*next) [[ $output == *"the answer was lost when the rows became the table's, so whether they are in is not known; "* ]] ;;
			esac
			case $word-$at in
			refused-* | lost-*versions | lost-*throwIf | unanswered-[!E]*versions | unanswered-*throwIf) [ "$(versions)" = old=20/20 ] ;;
			*) [ "$(versions)" = 'new=20/20 old=20/0' ] ;;
			esac
			[ -z "$(ask "SHOW TABLES LIKE '\\_anthill\\_lock\\_t'")" ] || unlock
			keep <s
			[ "$(versions)" = 'new=20/20 old=20/0' ] || { echo "$word at $at: $(versions)"; false; }
			agrees
			[ -z "$(left)" ]
		done
	done
	[ "$step" = 15 ]
}

@test "clickhouse history: killed between any two steps, it is never behind, and the repeat makes no second version" {
	local at pid steps=('CREATE TABLE `_anthill_lock' 'DROP TABLE IF EXISTS `_anthill_versions' 'CREATE TABLE `_anthill_versions' 'ALTER TABLE `_anthill_versions' 'INSERT INTO `_anthill_rows' \
		'INSERT INTO `_anthill_versions' 'SELECT throwIf' 'EXCHANGE TABLES `_anthill_versions' 'EXCHANGE TABLES `_anthill_next' 'INSERT INTO `_anthill_loads' 'DROP TABLE `_anthill_lock') \
		first=('CREATE TABLE IF NOT EXISTS `_anthill_versions' 'RENAME TABLE `_anthill_versions' 'RENAME TABLE `_anthill_next' 'INSERT INTO `_anthill_loads')
	objects replace 11 30 new >s
	for at in "${steps[@]}" first "${first[@]}"; do
		ask 'DROP TABLE IF EXISTS t' 'DROP TABLE IF EXISTS t_history'
		if [ "$at" = first ]; then steps=(); continue; fi
		[ ${#steps[@]} = 0 ] || objects replace 1 20 old | keep
		fault held "$at"
		"$ANT_BIN/ant-load-clickhouse" --history "$URI" <s >out 2>err 3>&- &
		pid=$!
		wait_for [ -e "$CHDB_DIR/held" ]
		kill -9 "$pid"
		wait "$pid" || :
		rm "$CHDB_DIR/held"
		[ ! -s out ]
		# It can be ahead of the table between the two, and at no moment the table of it.
		if [[ $at == EXCHANGE*next* || $at == RENAME*next* || $at == *_loads || $at == DROP*lock ]]; then
			[ "$(sql 'SELECT count(), min(v) FROM t')" = '20|new' ]
			agrees
		elif [ ${#steps[@]} != 0 ]; then
			[ "$(sql 'SELECT count(), min(v) FROM t')" = '20|old' ]
		fi
		[[ $at == DROP*lock ]] || unlock
		keep <s
		[ "$(versions)" = "new=20/20${steps:+ old=20/0}" ] || { echo "$at: $(versions)"; false; }
		agrees
		[ -z "$(left)" ]
	done
}

@test "clickhouse history: closed versions are taken as they lie, and only what changed is written to them" {
	local before
	objects replace 1 3000 a | keep
	for v in b c; do objects replace 1 3000 $v | keep; done
	ask 'OPTIMIZE TABLE t_history FINAL'
	files() { ask "SELECT path FROM system.parts WHERE database = '$DB' AND table = 't_history' AND active AND partition_id = '0' ORDER BY rows DESC LIMIT 1" | { read -r f; stat -c '%n %i' "$f"*.bin | sed 's|.*/||'; }; }
	before=$(files)
	[ -n "$before" ]
	{ objects replace 11 3000 c | sed '$d'; seq 1 10 | sed 's/$/\td/'; printf '#end\t3000\t\\N\n'; } | keep >receipt
	[[ $(<receipt) == *'"history":{"opened":10,"closed":10}}' ]]
	[ "$(files)" = "$before" ]
	[ "$(ask "SELECT rows FROM system.parts WHERE database = '$DB' AND table = 't_history' AND active AND partition_id = '0' ORDER BY rows" | paste -sd ' ')" = '10 6000' ]
	[ "$(ask "SELECT sum(rows) FROM system.parts WHERE database = '$DB' AND table = 't_history' AND active AND partition_id = '1'")" = 3000 ]
	agrees
}

@test "clickhouse history: a table of that name that is none, or does not fit, is refused, and so is a column of its names" {
	objects replace 1 3 a >s
	refused() {
		run -1 keep <s
		[ "${#lines[@]}" = 1 ]
		[[ $output == "ant-load-clickhouse: $1" ]] || { echo "$output"; false; }
		[ -z "$(left)" ]
		[ -z "$(ask "SHOW TABLES LIKE 't'")" ]
	}
	ask 'CREATE TABLE t_history (n Nullable(Int64)) ENGINE = MergeTree ORDER BY tuple()'
	refused "clickhouse: 't_history' is no history: it has no column 'valid_from'; --history would keep one in a table of that name"
	ask 'DROP TABLE t_history' 'CREATE VIEW t_history AS SELECT 1 AS n'
	refused "clickhouse: 't_history' is a view or a table of another engine than MergeTree, not a table"
	run -1 keep --check --table t
	[ "$output" = "ant-load-clickhouse: clickhouse: 't_history' is a view or a table of another engine than MergeTree, not a table" ]
	columns="n Nullable(Int64), v Nullable(String), valid_from DateTime64(6, 'UTC'), valid_to Nullable(DateTime64(6, 'UTC'))"
	ask 'DROP VIEW t_history' "CREATE TABLE t_history ($columns) ENGINE = MergeTree ORDER BY tuple()"
	refused "clickhouse: 't_history' keeps no history: it is not PARTITION BY isNull(valid_to)"
	ask 'DROP TABLE t_history' "CREATE TABLE t_history (${columns/Int64/String}) ENGINE = MergeTree PARTITION BY isNull(valid_to) ORDER BY tuple()"
	refused "table 't_history', column 'n' is of type Nullable(String), but the rows need Nullable(Int64)"
	# An engine that lets versions vanish, and a filter that hides those that are open.
	ask 'DROP TABLE t_history' "CREATE TABLE t_history ($columns) ENGINE = ReplacingMergeTree PARTITION BY isNull(valid_to) ORDER BY valid_from"
	refused "clickhouse: 't_history' took 1 versions of 3: a row policy or the table's engine drops some"
	ask 'DROP TABLE t_history' "CREATE TABLE t_history ($columns) ENGINE = MergeTree PARTITION BY valid_to IS NULL ORDER BY valid_from TTL toDateTime(valid_from) + INTERVAL 9 YEAR COMMENT 'mine'"
	keep <s
	[ "$(sql "SELECT comment, sorting_key FROM system.tables WHERE database = '$DB' AND name = 't_history'")" = 'mine|valid_from' ]
	objects replace 1 9 b >s
	ask "SET additional_table_filters = {'t_history': 'n != 2'}"
	run -1 keep <s
	ask "SET additional_table_filters = {}"
	[ "$output" = "ant-load-clickhouse: clickhouse: 't_history' hides 1 versions that are open: a row policy keeps them from this user" ]
	[ "$(versions)" = a=3/3 ]
	stream replace 'n\n#unique' 'bigint\ttext' 'n\tvalid_to' '1\ta\n' | { run -2 keep; [[ $output == *"the column 'valid_to' of t has the name of one of the history's own"* ]]; }
}

@test "clickhouse history: what another program writes into it meanwhile is not lost, and what it deletes by hand stays deleted" {
	objects replace 1 3 a | keep
	objects replace 1 3 b >s
	fault before 'SELECT throwIf(count() = 0'
	echo "INSERT INTO $DB.t_history (n, v, valid_from, valid_to) VALUES (7, 'hand', '2020-01-01 00:00:00', '2020-01-02 00:00:00')" >"$CHDB_DIR/fault.sql"
	run -1 keep <s
	[ "$output" = "ant-load-clickhouse: clickhouse: 't_history' was changed by another program during the load: it stays as that left it; load again" ]
	[ "$(versions)" = 'a=3/3 hand=1/0' ]
	[ "$(sql 'SELECT count(), min(v) FROM t')" = '3|a' ]
	keep <s
	[ "$(versions)" = 'a=3/0 b=3/3 hand=1/0' ]
	ask 'DELETE FROM t_history WHERE n = 2 OR n = 7'
	keep <s
	[ "$(versions)" = 'a=2/0 b=3/3' ]
	agrees
}

@test "clickhouse history: a dry run prints SQL that ClickHouse reads, on a cluster too, and changes nothing" {
	objects replace 1 3 a | keep --dry-run >plan
	[ -z "$(ask 'SHOW TABLES')" ]
	grep -qx 'RENAME TABLE `_anthill_versions_t` TO `t_history`;' plan
	objects replace 1 3 a | keep
	for how in '' '--mode merge' "--cluster my"; do
		# shellcheck disable=SC2086	# words
		stream replace 'n\n#unique' 'bigint\ttext\ttext' 'n\tv\tmore' '1\tb\tc\n' | keep $how --dry-run >plan
		grep -q '^EXCHANGE TABLES `_anthill_versions_t` AND `t_history`' plan
		awk 'BEGIN { RS = ";\n" } { f = "sql." NR; printf "EXPLAIN AST %s", $0 >f; close(f) }' plan
		for f in sql.*; do
			grep -qE '^EXPLAIN AST INSERT .* FORMAT TabSeparated|VALUES' "$f" || ask "$(<"$f")" >/dev/null || { cat "$f"; false; }
		done
		rm sql.*
	done
	[ "$(versions)" = a=3/3 ]
	[ -z "$(left)" ]
}

@test "clickhouse history: ant-sync keeps it of tables of objects" {
	start_sim --days 3
	export ANT_STATE=$PWD/state
	run -0 ant-sync --dest "$URI" --history --check users
	for _ in 1 2; do ant-sync -q --dest "$URI" --rate 0 --history users api_keys; done
	[ "$(sql 'SELECT (SELECT count() FROM users_history) = (SELECT count() FROM users), (SELECT count() FROM api_keys_history) = (SELECT count() FROM api_keys)')" = '1|1' ]
	[ "$(ask 'SELECT count() FROM users_history WHERE valid_to IS NOT NULL')" = 0 ]
}
