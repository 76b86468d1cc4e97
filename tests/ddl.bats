#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034,SC2129	# backticks are SQL's; loops that count; a stream is put together
# What ant-tables --ddl prints is run for real where a database can be had here.
load lib/helper
load lib/streams
load lib/duckdb
load lib/mariadb

setup_file() {
	build_duck
	start_pg
	start_mariadb
}

teardown_file() {
	stop_pg
	stop_mariadb
}

each_setup() { use_duckdb; }
pg() { psql -qXAt -v ON_ERROR_STOP=1 "$@"; }

# types TABLE - the columns of a table file: name and type, tab separated
types() { ant tables --json "$1" | jq -r '.columns[] | [.name, .type] | @tsv'; }

# empty TABLE - a complete stream of no rows, with the columns of the table file
empty() {
	printf '#ant-rows\t1\t%s\n#mode\tappend\n' "$1"
	printf '#type%s\n#cols%s\n' "$(types "$1" | cut -f 2 | sed 's/^/\t/' | tr -d '\n')" "$(types "$1" | cut -f 1 | sed 's/^/\t/' | tr -d '\n')"
	printf '#end\t0\t\\N\n'
}

@test "ddl: PostgreSQL takes every table, and it is what ant-load-pg makes, comments too" {
	ant tables --ddl postgresql >all.sql
	pg -c 'CREATE SCHEMA ddl' -c 'SET search_path = ddl' -f all.sql
	PGOPTIONS='-c search_path=ddl' pg -f all.sql # it can be run again; NOTICEs aside
	for t in $(ant tables --names); do empty "$t" | ant load-pg --schema loaded >/dev/null; done
	columns="SELECT c.relname, a.attname, format_type(a.atttypid, a.atttypmod), col_description(c.oid, a.attnum), obj_description(c.oid)
		FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 JOIN pg_namespace n ON n.oid = c.relnamespace
		WHERE c.relkind = 'r' AND c.relname <> '_anthill_loads' AND n.nspname ="
	pg -c "$columns 'ddl' ORDER BY c.relname, a.attnum" >got
	pg -c "$columns 'loaded' ORDER BY c.relname, a.attnum" >want
	diff want got
	[ "$(cut -d '|' -f 1 got | uniq | wc -l)" = "$(ant tables --names | wc -l)" ]
	[ "$(pg -c "SELECT count(*) FROM pg_indexes WHERE schemaname = 'ddl' AND tablename = 'usage_report' AND indexdef LIKE '%(bucket)'")" -ge 1 ]
}

@test "ddl: SQLite takes every table, and it is what ant-load-sqlite makes" {
	ant tables --ddl sqlite >all.sql
	for again in 1 2; do sqlite3 -bail ddl.db <all.sql; done
	for t in $(ant tables --names); do
		empty "$t" | ant load-sqlite loaded.db >/dev/null
		diff <(sqlite3 ddl.db "SELECT cid, name, type FROM pragma_table_info('$t')") <(sqlite3 loaded.db "SELECT cid, name, type FROM pragma_table_info('$t')")
	done
	[ "$(sqlite3 ddl.db "SELECT count(*) FROM sqlite_schema WHERE name = '_anthill_usage_report_window'")" = 1 ]
	# A table that was made so is one that the loader loads into.
	empty users | ant load-sqlite ddl.db
}

@test "ddl: DuckDB takes every table, and it is what ant-load-duckdb makes" {
	for again in 1 2; do duck ddl.duckdb "$(ant tables --ddl duckdb)" >"out$again"; done
	for t in $(ant tables --names); do
		empty "$t" | ant load-duckdb loaded.duckdb >/dev/null
		q="SELECT column_name, data_type FROM duckdb_columns() WHERE table_name = '$t' ORDER BY column_index"
		diff <(duck ddl.duckdb "$q") <(duck loaded.duckdb "$q")
	done
	[ "$(duck ddl.duckdb "SELECT comment FROM duckdb_columns() WHERE table_name = 'usage_report' AND column_name = 'model'")" = 'Model.' ]
	empty users | ant load-duckdb ddl.duckdb
}

@test "ddl: MariaDB takes every table, comments too" {
	ant tables --ddl mysql >all.sql
	for again in 1 2; do my anthill <all.sql >"out$again"; done
	for t in $(ant tables --names); do
		my -BN -e "SELECT column_name, column_comment FROM information_schema.columns WHERE table_schema = 'anthill' AND table_name = '$t' ORDER BY ordinal_position" --raw >got
		ant tables --json "$t" | jq -r '.columns[] | .name + "\t" + .text' | diff - got
	done
	[ "$(my -BN -e 'SHOW INDEX FROM usage_report' anthill | cut -f 5)" = bucket ]
}

@test "ddl: MariaDB reads the rows of a stream by LOAD DATA, unchanged" {
	mkdir tables
	cat >tables/loaded.table <<-'END'
		# It's a table for this test; it has every type: \ and ' too.
		path    /v1/organizations/users
		paging  id
		mode    replace
		column  t    text        key = .t  # Text: a 'quote', a \ backslash.
		column  i    bigint          = .i
		column  d    double          = .d
		column  n    numeric         = .n
		column  b    boolean         = .b
		column  day  date            = .day
		column  at   timestamptz     = .at
		column  j    json            = .j
	END
	ant tables -T tables --ddl mysql loaded >ddl.sql
	unicode | grep -v '^#' >values # a row that starts with # is told from a directive by its escape
	n=$(wc -l <values)
	types='text\tbigint\tdouble\tnumeric\tboolean\tdate\ttimestamptz\tjson'
	stream append '' "$types" 't\ti\td\tn\tb\tday\tat\tj' '' "$((n + 3))\t\\\\N" | sed '$d' >s
	encode <values | sed 's/$/\t1\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N/' >>s
	printf '%s\n' 'a\t9223372036854775807\t-0.1\t1234567890123456789012345678.000000000000000000000001\ttrue\t2026-11-01\t2026-11-01T12:34:56.789012Z\t{"a":"x\\\\ny","b":[1.10]}' \
		'b\t-9223372036854775808\t1e300\t-1.5e-7\tfalse\t1000-01-01\t2026-11-01T00:00:00Z\tnull' | sed 's/\\t/\t/g; s/\\\\\\\\/\\\\/' >>s
	printf '\\#c\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n#end\t%d\t\\N\n' "$((n + 3))" >>s
	ant load-csv -q <s >/dev/null # the stream is whole and right
	grep -v '^#' s >loaded.tsv
	sed -n 's/^-- //p' ddl.sql >load.sql
	my anthill <ddl.sql
	my -vv anthill -e "$(<load.sql) SHOW WARNINGS" >out
	grep -q 'Warnings: 0' out
	my -BN --raw anthill -e "SELECT i, d, n, b, day, at, j FROM loaded WHERE t IN ('a', 'b') AND b IS NOT NULL ORDER BY t" >got
	diff got - <<-'END'
		9223372036854775807	-0.1	1234567890123456789012345678.000000000000000000000001	1	2026-11-01	2026-11-01 12:34:56.789012	{"a":"x\ny","b":[1.10]}
		-9223372036854775808	1e300	-0.000000150000000000000000	0	1000-01-01	2026-11-01 00:00:00.000000	null
	END
	[ "$(my -BN anthill -e "SELECT count(*) FROM loaded WHERE t = '#c' AND i IS NULL AND d IS NULL AND n IS NULL AND b IS NULL AND day IS NULL AND at IS NULL AND j IS NULL")" = 1 ]
	my -BN anthill -e 'SELECT hex(t) FROM loaded WHERE i = 1' | sort >got
	while IFS= read -r v; do printf %s "$v" | od -An -v -tx1 | tr -d ' \n' | tr a-f A-F; echo; done <values | sort | diff - got
}

# block PAGE SECTION - the commands of the first literal block of a section
block() { sed -n "/^\.Sh $2/,/^\.Ed/p" "$1" | sed -n '/^\.Bd/,/^\.Ed/{//d; s/\\e/\\/g; s/^\\&//; p}'; }

@test "ddl: the recipe for MySQL runs, and twice leaves the same rows" {
	start_sim --days 9
	my -e 'CREATE DATABASE `usage`'
	stub mysql "exec mariadb --no-defaults -u root -S '$MY_DIR/s' \"\$@\""
	block "$ROOT/man/anthill-recipes.7" DESCRIPTION | sed '/^\.\.\./,$d; s/ant-fetch/& --rate 0/' >fetch.sh
	block "$ROOT/man/anthill-recipes.7" MYSQL >recipe.sh
	grep -q 'ant-load-csv -o x.csv' fetch.sh
	grep -q 'START TRANSACTION' recipe.sh
	cat fetch.sh recipe.sh >both.sh
	PATH=$PWD/bin:$ANT_BIN:$PATH bash -eu -o pipefail both.sh
	rows=$(grep -vc '^#' x.rows)
	[ "$rows" -gt 10 ]
	my -BN usage -e 'SELECT * FROM usage_report ORDER BY 1, 2, 3, 4, 5, 6, 7' >first
	[ "$(wc -l <first)" = "$rows" ]
	my -BN usage -e "INSERT INTO usage_report (bucket, model) VALUES ('2020-01-01', 'before')"
	PATH=$PWD/bin:$ANT_BIN:$PATH bash -eu -o pipefail both.sh
	my -BN usage -e "SELECT * FROM usage_report WHERE bucket > '2021-01-01' ORDER BY 1, 2, 3, 4, 5, 6, 7" | diff first -
	[ "$(my -BN usage -e 'SELECT count(*) FROM usage_report')" = "$((rows + 1))" ]
	ant state --scope warehouse commit <receipt >/dev/null
}

@test "ddl: BigQuery, Snowflake and ClickHouse get a definition of every column of every table" {
	for d in bigquery snowflake clickhouse; do
		ant tables --ddl "$d" >all.sql
		[ "$(grep -c '^CREATE TABLE IF NOT EXISTS ' all.sql)" = "$(ant tables --names | wc -l)" ]
		for t in $(ant tables --names); do
			ant tables --ddl "$d" "$t" >one.sql
			[ "$(grep -c $'^\t' one.sql)" = "$(types "$t" | wc -l)" ]
			[ "$(tail -c 2 one.sql)" = ';' ]
		done
	done
	ant tables --ddl bigquery usage_report | grep -qx 'PARTITION BY DATE(`bucket`)'
	ant tables --ddl clickhouse usage_report | grep -q "^	.bucket. DateTime64(6,'UTC') COMMENT 'Start of the time bucket.'"
	ant tables --ddl clickhouse users | grep -qx 'ORDER BY tuple()'
	ant tables --ddl snowflake cost_report | grep -q '^	"AMOUNT_CENTS" NUMBER(38,12)'
}

@test "ddl: what it prints is one table, some, or all; a wrong dialect is exit 2 and names them" {
	[ "$(ant tables --ddl postgresql users invites | grep -c '^CREATE TABLE')" = 2 ]
	run -2 ant tables --ddl oracle users
	[[ $output == *"'oracle' is none of postgresql, sqlite, duckdb, bigquery, snowflake, clickhouse and mysql"* ]]
	run -2 ant tables --ddl mysql nosuchtable
	run -2 ant tables --ddl mysql --json users
	run -1 bash -c 'ant tables --ddl mysql >/dev/full'
}
