#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034,SC2053	# backticks are SQL's; read by helpers; patterns
# ant-load-mysql --history: the table, its history and the ledger, in one transaction.
load lib/helper
load lib/streams
load lib/loads
load lib/mariadb

setup_file() {
	"${CC:-cc}" -O1 -shared -fPIC -o "$BATS_FILE_TMPDIR/clock.so" "$ROOT/tests/lib/clock_preload.c"
	start_mariadb
}
teardown_file() { stop_mariadb; }
each_setup() {
	unset MYSQL_PWD MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT MYSQL_HOME
	my -e 'DROP DATABASE anthill; CREATE DATABASE anthill'
	FILE=$(uri)
}

LOADER=load-mysql
keep() { into --history "$@"; }
uri() { echo "mysql://${1-root}@localhost/anthill?socket=$MY_DIR/s"; }
sql() { my -BN --raw anthill -e "$*" | tr '\t' '|'; }
is() { [[ $(sql "$2") == $1 ]]; }
settled() { wait_for is 0 "SELECT count(*) FROM information_schema.processlist WHERE db = 'anthill' AND id <> CONNECTION_ID()"; }
# objects MODE FROM TO [TEXT] - the same as numbered(), of objects
objects() { numbered "$@" | sed 's/^#key.*/&\n#unique/'; }
# versions - how many there are of each text, and how many of these are open
versions() { sql 'SELECT v, count(*), sum(valid_to IS NULL) FROM t_history GROUP BY v ORDER BY v' | awk -F '|' '{ printf "%s%s=%s/%s", sep, $1, $2, $3; sep = " " }'; }
# agrees - each row of the table has one open version, which is the same, and there is none but those; none is empty, none overlap
agrees() {
	[ -z "$(sql 'SELECT n FROM (SELECT n, v FROM t UNION ALL SELECT n, v FROM t_history WHERE valid_to IS NULL) x GROUP BY n, v HAVING count(*) <> 2')" ]
	[ "$(sql 'SELECT count(*) FROM t_history WHERE valid_to <= valid_from')" = 0 ]
	[ "$(sql 'SELECT count(*) FROM t_history a JOIN t_history b ON a.n = b.n WHERE a.valid_from < b.valid_from AND (a.valid_to IS NULL OR a.valid_to > b.valid_from)')" = 0 ]
}

@test "mysql history: 100 snapshots at random, and a model beside them" {
	ANT_HISTORY_CLOCK=$BATS_FILE_TMPDIR/clock.so python3 "$ROOT/tests/lib/history-model.py" mysql=100
}

@test "mysql history: what is so still makes no version, what changes one, and what goes and comes back two" {
	objects replace 1 4 a | keep
	objects replace 1 4 a | keep >receipt
	[[ $(<receipt) == *'"history":{"opened":0,"closed":0}}' ]]
	objects replace 2 4 b | keep >receipt
	[[ $(<receipt) == *'"history":{"opened":3,"closed":4}}' ]]
	objects merge 1 1 a | keep
	[ "$(versions)" = 'a=5/1 b=3/3' ]
	agrees
	# Loads without the option leave it behind; the next one with it catches up.
	objects replace 1 9 c | into
	objects merge 1 1 c | keep
	[ "$(versions)" = 'a=5/0 b=3/3 c=1/1' ]
	objects replace 1 9 c | keep
	[ "$(versions)" = 'a=5/0 b=3/0 c=9/9' ]
	agrees
}

@test "mysql history: texts and json are compared by their bytes, numbers by value, whatever the collation" {
	row() { stream replace 'id\n#unique' 'text\ttext\tdouble\tnumeric\tjson' 'id\tv\td\tn\tj' "$1" '1\t\\N' | keep; }
	# Every text of it equals the next one for the server, and all are of one index entry.
	id=$(printf 'x%.0s' {1..300})
	sql 'CREATE TABLE t (id longtext, v longtext, d double, n decimal(65,24), j json) CHARSET = utf8mb4 COLLATE = utf8mb4_general_ci'
	row "$id\ta\t0\t1.5\t\\\\N\n"
	row "$id\ta\t-0\t1.50\t\\\\N\n"
	[ "$(sql 'SELECT count(*) FROM t_history')" = 1 ]
	for text in A Á 'a ' a; do row "$id\t$text\t0\t1.5\t\\\\N\n"; done
	[ "$(sql 'SELECT count(*) FROM t_history')" = 5 ]
	for text in '{"a":1}' '{"a": 1}' '{"a":1.0}' '{"A":1.0}' null '\\N'; do row "$id\ta\t0\t1.5\t$text\n"; done
	[ "$(sql 'SELECT count(*) FROM t_history')" = 11 ]
	for key in "${id}X" "${id}x" "${id}x "; do row "$key\ta\t0\t1.5\t\\\\N\n"; done
	[ "$(sql 'SELECT count(*), sum(valid_to IS NULL), count(DISTINCT CAST(id AS BINARY)) FROM t_history')" = '14|1|4' ]
}

@test "mysql history: a column of somebody's own is kept, of its own type, and one that is new makes a version only where it is not null" {
	sql "CREATE TABLE t (n bigint, v longtext, own enum('x','Y') DEFAULT 'x')"
	objects replace 1 3 a | keep
	[ "$(sql "SELECT column_type FROM information_schema.columns WHERE table_schema = 'anthill' AND table_name = 't_history' AND column_name = 'own'")" = "enum('x','Y')" ]
	sql "UPDATE t SET own = 'Y' WHERE n = 2"
	objects merge 2 2 a | keep
	[ "$(versions)" = a=3/3 ]
	stream replace 'n\n#unique' 'bigint\ttext\ttext' 'n\tv\tmore' '1\ta\t\\N\n2\ta\tb\n3\ta\t\\N\n' '3\t\\N' | keep
	[ "$(sql 'SELECT n, own, more, valid_to IS NULL FROM t_history ORDER BY n, valid_from')" = $'1|x|NULL|1\n2|x|NULL|0\n2|x|b|1\n3|x|NULL|1' ]
	agrees
}

@test "mysql history: a connection that is lost at COMMIT: the same rows once more make no second version" {
	"${CC:-cc}" -O1 -shared -fPIC -o lost.so "$ROOT/tests/lib/lost_preload.c" -ldl
	objects replace 1 5 a | keep
	objects replace 3 9 b >s
	LD_PRELOAD=$PWD/lost.so ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 run -1 keep <s
	[[ $output == *'the connection was lost at COMMIT'* ]]
	settled
	[ "$(versions)" = 'a=5/0 b=7/7' ]
	keep <s
	[ "$(versions)" = 'a=5/0 b=7/7' ]
	agrees
}

@test "mysql history: a load that fails, and be it at its last step, leaves table and history as they were" {
	objects replace 1 5 a | keep
	objects merge 3 9 b >s
	head -n -1 s | { run -5 keep; }
	sed 's/^9\t/x\t/' s | { run -5 keep; }
	sql "CREATE TRIGGER g BEFORE INSERT ON _anthill_loads FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no'"
	run -1 keep <s
	[ "$(versions)" = a=5/5 ]
	agrees
	sql 'DROP TRIGGER g'
	# A history that is there without its indexes, as a load leaves it that is killed when it has made it, gets them.
	sql 'DROP TABLE t_history; CREATE TABLE t_history (n bigint, v longtext, valid_from datetime(6), valid_to datetime(6))'
	keep <s
	[ "$(versions)" = 'b=7/7' ]
	[ "$(sql "SELECT count(DISTINCT index_name) FROM information_schema.statistics WHERE table_schema = 'anthill' AND table_name = 't_history'")" = 2 ]
}

@test "mysql history: a load looks at the versions that are open, however many were closed before, and at the keys that a merge brings" {
	objects replace 1 200 a | keep
	# rows_read COMMAND... - how many rows of tables the server reads for it; what it reads of its own schema aside
	rows_read() {
		sql 'FLUSH TABLES' # what a table was not opened for yet
		my -e 'FLUSH STATUS; SET GLOBAL userstat = 1; FLUSH TABLE_STATISTICS'
		"$@" >/dev/null
		sql "SELECT coalesce(sum(rows_read), 0) FROM information_schema.table_statistics WHERE table_schema = 'anthill' AND table_name = 't_history'"
	}
	objects replace 1 200 a >same
	{ objects replace 11 200 a | sed '$d'; seq 1 10 | sed 's/$/\tb/'; printf '#end\t200\t\\N\n'; } >ten
	objects merge 1 3 c >three
	empty_same=$(rows_read keep <same)
	sql "INSERT INTO t_history SELECT seq % 200, concat('old ', seq), '2020-01-01' + INTERVAL floor(seq / 200) HOUR, '2020-01-01' + INTERVAL floor(seq / 200) + 1 HOUR FROM seq_1_to_50000"
	sql 'ANALYZE TABLE t_history' >analyzed
	full_same=$(rows_read keep <same)
	ten=$(rows_read keep <ten)
	three=$(rows_read keep <three)
	echo "rows read: $empty_same, $full_same, $ten, $three"
	[ "$full_same" -le $((empty_same + 10)) ]
	[ "$ten" -lt 1500 ]
	[ "$three" -lt 100 ]
	[ "$(sql 'SELECT v, count(*) FROM t_history WHERE valid_to IS NULL GROUP BY v ORDER BY v')" = $'a|190\nb|7\nc|3' ]
}

@test "mysql history: a table of that name that is none, or does not fit, is refused, and so are names" {
	objects replace 1 3 a >s
	refused() {
		run -1 keep <s
		[ "${#lines[@]}" = 1 ]
		[[ $output == "ant-load-mysql: $1" ]] || { echo "$output"; false; }
		[ -z "$(sql "SHOW TABLES LIKE 't'")" ]
	}
	sql 'CREATE TABLE t_history (n bigint)'
	refused "mysql: anthill.t_history is no history: it has no column 'valid_from'; --history would keep one in a table of that name"
	sql 'DROP TABLE t_history; CREATE VIEW t_history AS SELECT 1 AS n'
	refused 'mysql: anthill.t_history is a view, not a table'
	run -1 keep --check --table t
	[ "$output" = "ant-load-mysql: mysql: 't_history' is a view, not a table" ]
	sql 'DROP VIEW t_history; CREATE TABLE t_history (n bigint, v longtext, valid_from datetime(6), valid_to datetime(6)) ENGINE = Aria'
	refused 'mysql: anthill.t_history is of engine Aria, which takes back no load that fails: ALTER TABLE ... ENGINE = InnoDB first'
	sql 'ALTER TABLE t_history ENGINE = InnoDB, MODIFY v varchar(9)'
	refused "table 'anthill.t_history', column 'v' is of type VARCHAR(9), but the rows need LONGTEXT"
	stream replace 'n\n#unique' 'bigint\ttext' 'n\tVALID_TO' '1\ta\n' | { run -2 keep; [[ $output == *"the column 'VALID_TO' of t has the name of one of the history's own"* ]]; }
	# 64 characters, not bytes.
	long=$(printf 'é%.0s' {1..56})
	keep --table "$long" <s
	keep --table "$long" --check
	run -1 keep --table "é$long" <s
	[ "$output" = "ant-load-mysql: --history: the name 'é${long}_history' has 65 characters, and a table's has 64 at most" ]
	run -1 keep --table "é$long" --check
	[[ $output == *'65 characters'* ]]
	[ -z "$(sql "SHOW TABLES LIKE 'é$long'")" ]
}

@test "mysql history: a user with the least rights keeps one, and --check says what is missing" {
	my -e 'CREATE USER less@localhost'
	objects replace 1 3 a | keep
	my -e 'GRANT SELECT, INSERT, DELETE ON anthill.t TO less@localhost; GRANT SELECT, INSERT ON anthill._anthill_loads TO less@localhost; GRANT SELECT, INSERT ON anthill.t_history TO less@localhost'
	FILE=$(uri less) run -0 into --check --table t
	FILE=$(uri less) run -1 keep --check --table t
	[ "$output" = "ant-load-mysql: mysql: user 'less'@'localhost' needs UPDATE on anthill.t_history (GRANT UPDATE ON \`anthill\`.\`t_history\` TO 'less'@'localhost')" ]
	my -e 'GRANT UPDATE ON anthill.t_history TO less@localhost'
	FILE=$(uri less) run -0 keep --check --table t
	objects replace 2 4 b | FILE=$(uri less) keep
	[ "$(versions)" = 'a=3/0 b=3/3' ]
	FILE=$(uri less) run -1 keep --check --table u
	[[ $output == *'needs SELECT, INSERT, UPDATE, CREATE, INDEX on anthill.u_history ('* ]]
	my -e 'DROP USER less@localhost'
}

@test "mysql history: a dry run prints the SQL, which the server takes, and changes nothing" {
	objects replace 1 3 a | keep --dry-run >plan
	[ -z "$(sql 'SHOW TABLES')" ]
	grep -q '^CREATE TABLE IF NOT EXISTS `anthill`.`t_history`' plan
	objects replace 1 3 a | keep
	for mode in replace merge; do
		objects $mode 1 3 b | keep --mode $mode --dry-run >plan
		grep -q 'INSERT INTO `anthill`.`t_history`' plan
		{ printf 'CREATE TEMPORARY TABLE _anthill_rows (n bigint, v longtext);\n'; grep -v '^CREATE TEMPORARY\|_anthill_loads' plan | awk 'BEGIN { RS = ";\n" } /t_history/ { print $0 ";" }'; echo 'ROLLBACK;'; } >run
		my -e "SET sql_mode = 'ANSI_QUOTES,PIPES_AS_CONCAT'; START TRANSACTION; $(<run)" anthill
	done
	[ "$(versions)" = a=3/3 ]
}

@test "mysql history: ant-sync keeps it of tables of objects" {
	start_sim --days 3
	export ANT_STATE=$PWD/state
	run -0 ant-sync --dest "$FILE" --history --check users
	for _ in 1 2; do ant-sync -q --dest "$FILE" --rate 0 --history users api_keys; done
	[ "$(sql 'SELECT (SELECT count(*) FROM users_history) = (SELECT count(*) FROM users), (SELECT count(*) FROM api_keys_history) = (SELECT count(*) FROM api_keys)')" = '1|1' ]
	[ "$(sql 'SELECT count(*) FROM users_history WHERE valid_to IS NOT NULL')" = 0 ]
}
