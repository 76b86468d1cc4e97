#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034,SC2030,SC2031,SC2053	# single quotes for SQL; for helpers; subshells; patterns
# --history of the loaders of SQLite, PostgreSQL and DuckDB, in each of them.
load lib/helper
load lib/streams
load lib/duckdb
load lib/dests

setup_file() {
	start_pg
	build_duck
	"${CC:-cc}" -O1 -shared -fPIC -o "$BATS_FILE_TMPDIR/clock.so" "$ROOT/tests/lib/clock_preload.c"
}
teardown_file() { stop_pg; }
each_setup() {
	use_duckdb
	KINDS='sqlite duckdb postgresql'
}

# people MODE ROWS [HEAD] - a stream of table users with printf's escapes: id, email, role; HEAD is #unique unless told
people() {
	printf '#ant-rows\t1\tusers\n#mode\t%b\n#key\tid\n%b#type\ttext\ttext\ttext\n#cols\tid\temail\trole\n' "$1" "${3-#unique\n}"
	printf '%b' "$2"
	printf '#end\t%d\t\\N\n' "$(printf '%b' "$2" | wc -l)"
}

into() {
	loader_of
	"${LOADER[@]}" "$@"
}

# versions [COLUMNS] - of all, in order; whether each is open instead of its times
versions() { sql "SELECT ${1-id, role}, CASE WHEN valid_to IS NULL THEN 'open' ELSE 'closed' END FROM users_history ORDER BY valid_from, 1" | tr '\n' ' '; }

# told OPENED CLOSED - what the receipt in $output says
told() { [[ $output == *'"history":{"opened":'"$1"',"closed":'"$2"'}}' ]] || { echo "$output"; return 1; }; }

refused() { # STATUS PATTERN OPTION... - of the stream s, and nothing is changed
	local status=$1 pattern=$2 before
	before=$(everything)
	shift 2
	run "-$status" into "$@" <s
	[[ $output == $pattern ]] || { echo "$output"; return 1; }
	[ "$(everything)" = "$before" ]
}

everything() {
	case $KIND in
	sqlite) [ ! -e d.db ] || sqlite3 d.db .dump ;;
	duckdb) [ ! -e d.duckdb ] || sql "SELECT sql FROM duckdb_tables() ORDER BY 1" ;;
	postgresql) sql "SELECT relname, attname FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid WHERE relnamespace = 'public'::regnamespace ORDER BY 1, 2" ;;
	esac
}

# 300 for SQLite and for PostgreSQL, fewer where a load takes longer; ANT_HISTORIES are others, see history-model.py.
@test "history: after random snapshots it is the model's, in each kind of database" {
	local histories
	read -r -a histories <<<"${ANT_HISTORIES:-duckdb=100 pg=300 sqlite=300 lake=14}"
	EXTENSIONS=$(dirname "$ANT_LIBDUCKDB")/duckdb-extensions ANT_HISTORY_CLOCK=$BATS_FILE_TMPDIR/clock.so python3 "$ROOT/tests/lib/history-model.py" "${histories[@]}"
}

lives() {
	people replace 'a\ta@x\tadmin\nb\tb@x\tuser\n' >s
	run -0 into --history <s
	told 2 0
	run -0 into --history <s # twice is nothing new
	told 0 0
	[ "$(versions)" = 'a|admin|open b|user|open ' ]
	people replace 'b\tb@x\tadmin\nc\tc@x\tuser\n' >s
	run -0 into --history <s # a is gone, b is another one, c is new
	told 2 2
	[ "$(versions)" = 'a|admin|closed b|user|closed b|admin|open c|user|open ' ]
	people replace 'a\ta@x\tadmin\nb\tb@x\tadmin\nc\tc@x\tuser\n' | into --history >/dev/null # a returns
	[ "$(versions)" = 'a|admin|closed b|user|closed b|admin|open c|user|open a|admin|open ' ]
	people merge 'c\tc@x\t\\N\nd\td@x\tuser\n' >s
	run -0 into --history <s # null is a value; nobody is gone, since nobody was brought
	told 2 1
	[ "$(versions)" = 'a|admin|closed b|user|closed b|admin|open c|user|closed a|admin|open c|NULL|open d|user|open ' ] ||
		[ "$(versions)" = 'a|admin|closed b|user|closed b|admin|open c|user|closed a|admin|open c||open d|user|open ' ]
	# Loads without the option leave it as it is; the next with it catches up, a merge for what it brings.
	people replace 'a\ta@x\tuser\nb\tb@x\tuser\n' | into --allow-shrink >/dev/null
	people merge 'a\ta@x\tuser\n' >s
	run -0 into --history <s
	told 1 1
	people replace 'a\ta@x\tuser\nb\tb@x\tuser\n' >s
	run -0 into --history <s
	told 1 3
	[ "$(sql 'SELECT count(*) FROM users_history WHERE valid_to IS NULL')" = 2 ]
	[ "$(sql 'SELECT count(*) FROM users_history WHERE valid_to <= valid_from')" = 0 ]
}
@test "history: a version begins and ends with what it is of, and once only" { in_each lives; }

grows() {
	# The table is older than its history, and has a column that the stream does not bring.
	people replace 'a\ta@x\tuser\n' | into >/dev/null
	sql 'ALTER TABLE users ADD COLUMN note text'
	people replace 'a\ta@x\tuser\nb\tb@x\tuser\n' >s
	run -0 into --history <s
	told 2 0
	[ "$(versions 'id, note' | sed 's/NULL//g')" = 'a||open b||open ' ]
	# One that is new makes versions where it is not null.
	sed 's/^#type.*/&\tbigint\tjson/; s/^#cols.*/&\tseats\ttags/; s/^a\t.*/&\t3\t{"x": 1}/; s/^b\t.*/&\t\\N\t\\N/' s >s2
	run -0 into --history <s2
	told 1 1
	[ "$(versions 'id, seats' | sed 's/NULL//g')" = 'a||closed b||open a|3|open ' ]
	sed -i 's/{"x": 1}/{"x": 2}/' s2
	run -0 into --history <s2
	told 1 1
	# It stays, and is null, where the stream has it no more.
	run -0 into --history <s
	told 1 1
	[ "$(versions 'id, seats' | sed 's/NULL//g')" = 'a||closed b||open a|3|closed a|3|closed a||open ' ]
	# A name of its own, prefix and all; and a table that is called like a history has one.
	run -0 into --history --table users_history --prefix old_ <s
	[ "$(sql 'SELECT count(*) FROM old_users_history_history')" = 2 ]
}
@test "history: columns come and go as in the table, and its name is the table's" { in_each grows; }

misfits() {
	people append 'a\ta@x\tuser\n' >s
	refused 2 '*--history: the mode of users is append, and only replace and merge tell versions' --history
	refused 2 '*the mode of users is window*' --history --mode window || refused 2 '*come without a window' --history --mode window
	people replace 'a\ta@x\tuser\n' '' >s
	refused 2 '*--history: rows of users may share a key: its table file does not say unique' --history
	people replace 'a\ta@x\tuser\n' | sed '/^#key/d; /^#unique/d' >s
	refused 2 '*--history: the rows of users have no key' --history
	people replace 'a\ta@x\tuser\n' | sed 's/email/Valid_From/' >s
	refused 2 "*the column 'Valid_From' of users has the name of one of the history's own" --history
	people replace 'a\ta@x\tuser\n' >s
	into <s >/dev/null
	sql 'CREATE VIEW users_history AS SELECT 1 AS id'
	refused 1 "*users_history* is a view*, not a table" --history
	sql 'DROP VIEW users_history'
	sql 'CREATE TABLE users_history (id text, valid_to text)'
	refused 1 "*users_history* is no history: it has no column 'valid_from'; --history would keep one in a table of that name" --history
	sql 'DROP TABLE users_history'
	sql "CREATE TABLE users_history (id text, valid_from $TIME, valid_to text)"
	refused 1 "*table '*users_history', column 'valid_to' is of type *, but the rows need *" --history
	sql 'DROP TABLE users_history'
	sql "CREATE TABLE users_history (email text, valid_from $TIME, valid_to $TIME)"
	refused 1 "*users_history* is no history: it has no column 'id'*" --history
	sql 'DROP TABLE users_history'
	sql "CREATE TABLE users_history (id text, role integer, valid_from $TIME, valid_to $TIME)"
	refused 1 "*table '*users_history', column 'role' is of type *, but the rows need *" --history
	sql 'DROP TABLE users_history'
	into --history <s >/dev/null
	sql 'ALTER TABLE users ADD COLUMN valid_to text'
	refused 1 "*users' has a column 'valid_to', a name that --history needs for one of its own" --history
}
@test "history: what can have none, and what is none, is refused before anything is changed" {
	TIME='timestamp with time zone' KINDS='duckdb postgresql' in_each misfits
	TIME=timestamp KINDS=sqlite in_each misfits
}

A=11111111-1111-4111-8111-111111111111 B=22222222-2222-4222-8222-222222222222
of() { # UUID ROWS
	people replace "$2" | sed "s/^#mode.*/&\n#organization\t$1/"
}

apart() {
	of $A 'a\ta@x\tuser\n' | into --history --by-organization >/dev/null
	of $B 'a\ta@x\tadmin\nb\tb@x\tadmin\n' | into --history --by-organization >/dev/null
	of $A 'a\ta@x\tadmin\n' >s
	run -0 into --history --by-organization <s
	told 1 1
	[ "$(sql "SELECT _organization, id, role FROM users_history WHERE valid_to IS NULL ORDER BY 1, 2")" = "$A|a|admin
$B|a|admin
$B|b|admin" ]
	# The times of one are nothing to the other: the first of B is not after the second of A.
	[ "$(sql "SELECT count(*) FROM users_history WHERE _organization = '$B' AND valid_to IS NOT NULL")" = 0 ]
	drop_table users
	refused 1 "*users_history* holds several organizations: load with --by-organization" --history
	drop_table users_history
	into --history <s >/dev/null
	drop_table users
	refused 1 "*users_history* was made without --by-organization; this converts it: ALTER TABLE *users_history* ADD COLUMN *" --history --by-organization
}
@test "history: organizations in one table have histories apart" { in_each apart; }

clocks() {
	local at
	as_of '2026-11-28 12:00' into --history < <(people replace 'a\ta@x\tuser\n') >/dev/null
	as_of '2026-11-20 12:00' into --history < <(people replace 'a\ta@x\tadmin\n') >/dev/null # the clock went back
	as_of '2026-11-20 12:00' into --history < <(people replace '') >/dev/null
	as_of '2026-11-29 12:00' into --history < <(people replace 'a\ta@x\tadmin\n') >/dev/null
	case $KIND in
	sqlite) at='substr(%s, 1, 10)' ;;
	duckdb) at="strftime(make_timestamp(epoch_us(%s)), '%%Y-%%m-%%d')" ;;
	*) at="to_char(%s AT TIME ZONE 'UTC', 'YYYY-MM-DD')" ;;
	esac
	# shellcheck disable=SC2059
	sql "SELECT role, $(printf "$at" valid_from), $(printf "$at" valid_to) FROM users_history ORDER BY valid_from" | sed 's/NULL$//' >got
	diff got - <<-'END'
		user|2026-11-28|2026-11-28
		admin|2026-11-28|2026-11-28
		admin|2026-11-29|
	END
	[ "$(sql 'SELECT count(*) FROM users_history WHERE valid_to <= valid_from')" = 0 ]
	[ "$(sql 'SELECT count(*) FROM users_history a JOIN users_history b ON a.valid_to = b.valid_from')" = 1 ]
}
@test "history: where the clock goes back, versions follow each other all the same" { in_each clocks; }

plans() {
	people replace 'a\ta@x\tuser\n' >s
	into --history --dry-run <s >plan
	grep -q '^CREATE TABLE IF NOT EXISTS .*"users_history" ($' plan
	grep -q '^UPDATE .*"users_history"' plan
	grep -q '^INSERT .*INTO .*"users_history" ("id", "email", "role", "valid_from")$' plan
	[ -z "$(everything)" ]
	into --history <s >/dev/null
	into --history --dry-run <s >plan
	run -1 grep -q 'CREATE TABLE' plan
	[ "$(versions)" = 'a|user|open ' ]
	run -0 into --check --history --table users --mode replace
	[ -z "$output" ]
	sql 'ALTER TABLE users_history RENAME TO x'
	sql 'CREATE VIEW users_history AS SELECT 1 AS id'
	run -1 into --check --history --table users
	[[ $output == *"'users_history' is a view"* ]]
	into --check --table users
}
@test "history: a dry run prints what it would do, and --check looks at it" { in_each plans; }

# The example of the manual, which is the README's.
as_of_then() {
	as_of '2026-10-01 12:00' into --history < <(people replace 'a\ta@x\tuser\nb\tb@x\tuser\n') >/dev/null
	as_of '2026-11-01 12:00' into --history < <(people replace 'a\ta@x\tadmin\n') >/dev/null
	sed -n '/^SELECT email, role/,/^\.Ed/p' "$ROOT/man/ant-load-sqlite.1" | sed '$d' >query
	sed -n '/^SELECT email, role/,/;$/p' "$ROOT/README.md" | diff query -
	[ "$(sql "$(tr '\n;' '  ' <query) ORDER BY 1")" = $'a@x|user\nb@x|user' ]
	[ "$(sql "$(sed 's/2026-11-01T00/2026-11-02T00/' query | tr '\n;' '  ') ORDER BY 1")" = 'a@x|admin' ]
}
@test "history: the manual's query tells who had which role on a day" { in_each as_of_then; }

@test "history: a closed version is neither read nor written again, by the plans" {
	local KIND=sqlite
	new_dest s
	{ people replace '' | head -n 6; seq 2000 | sed 's/.*/&\t&@x\tuser/'; printf '#end\t2000\t\\N\n'; } >s
	into --history <s >/dev/null
	for mode in replace merge; do
		into --history --dry-run --mode $mode <s | sed -n "/^CREATE TABLE temp/,/;\$/p; /^UPDATE .*_history/,/;\$/p; /^INSERT .*_history/,/;\$/p" |
			sed 's/AS SELECT \* FROM temp._anthill_source/(c0, c1, c2)/; s/^UPDATE\|^INSERT/EXPLAIN QUERY PLAN &/' | sqlite3 s.db >plan
		cat plan
		run -1 grep -E 'SCAN (main\.)?(h|"?users_history"?)( |$)' plan
		[ "$(grep -cE 'SEARCH h USING (COVERING )?INDEX _anthill_users_history_key' plan)" -ge 2 ]
	done
	KIND=postgresql
	new_dest p
	into --history <s >/dev/null
	sql "INSERT INTO users_history SELECT id, email, 'x', valid_from - i * interval '1 day', valid_from - (i - 1) * interval '1 day' FROM users_history, generate_series(1, 40) i" 
	sql 'ANALYZE users_history'
	people merge '7\t7@x\tadmin\n' | into --mode merge >/dev/null # the table has its index, too
	for mode in replace merge; do
		{ [ $mode = merge ] || cat s; [ $mode = replace ] || people merge '7\t7@x\tadmin\n'; } | into --history --dry-run |
			sed "s/^\(UPDATE\|INSERT INTO\) .*_history.*/EXPLAIN &/; /^COPY/d" | psql -AtXq -v ON_ERROR_STOP=1 -d "$URI" >plan
		cat plan
		[ "$(grep -cE 'Index (Only )?Scan using users_history_(id|valid_to)_idx' plan)" = 2 ]
		[ $mode = replace ] || grep -q users_history_id_idx plan
		run -1 grep 'Seq Scan on users_history' plan
	done
}

@test "history: what a trigger keeps from it fails the load" {
	local KIND=sqlite
	new_dest s
	people replace 'a\ta@x\tuser\n' | into --history >/dev/null
	sql "CREATE TRIGGER keep BEFORE UPDATE ON users_history BEGIN SELECT raise(IGNORE); END"
	people replace 'a\ta@x\tadmin\n' >s
	refused 1 "*users_history* lacks 1 changes of this load: a trigger keeps them out" --history
	KIND=postgresql
	new_dest p
	people replace 'a\ta@x\tuser\n' | into --history >/dev/null
	sql 'CREATE RULE keep AS ON INSERT TO users_history DO INSTEAD NOTHING'
	run -1 into --history <s
	[[ $output == *"users_history lacks 1 changes of this load: a trigger or rule keeps them out" ]]
	[ "$(versions)" = 'a|user|open ' ]
}

@test "history: PostgreSQL: rights are looked at before a row is read, and names that are too long" {
	local KIND=postgresql long name
	new_dest p
	people replace 'a\ta@x\tuser\n' >s
	into --history <s >/dev/null
	sql "DROP ROLE IF EXISTS keeper; CREATE ROLE keeper LOGIN; GRANT INSERT, DELETE ON users TO keeper; GRANT SELECT, INSERT ON _anthill_loads TO keeper"
	export PGUSER=keeper
	run -1 into --check --history --table users --mode replace
	[ "$output" = "ant-load-pg: postgresql: role keeper may not load public.users: it needs SELECT on the table (GRANT SELECT ON public.users TO keeper)
ant-load-pg: postgresql: role keeper may not load public.users_history: it needs SELECT, INSERT, UPDATE on the table (GRANT SELECT, INSERT, UPDATE ON public.users_history TO keeper)" ]
	run -1 into --history <s
	[[ $output == *'may not load public.users: it needs SELECT'*'; and 1 more: --check says them all' ]]
	PGUSER=postgres sql 'GRANT SELECT ON users TO keeper; GRANT SELECT, INSERT, UPDATE (valid_to) ON users_history TO keeper'
	people replace 'a\ta@x\tadmin\n' >s
	run -0 into --history <s
	told 1 1
	PGUSER=postgres sql 'ALTER TABLE users_history ENABLE ROW LEVEL SECURITY; CREATE POLICY few ON users_history TO keeper USING (id > $$b$$)'
	run -1 into --history <s
	[[ $output == *'row security hides rows of public.users_history from role keeper'* ]]
	export PGUSER=postgres
	name=$(printf 'u%055d' 1)
	refused 1 "*table '${name}_history' is longer than the 63 bytes of a PostgreSQL name" --history --table "$name"
	run -1 into --check --history --table "$name"
	[[ $output == *"'${name}_history' is longer than the 63 bytes"* ]]
	into --history --table "${name:1}" <s >/dev/null
	[ "$(sql "SELECT count(*) FROM \"${name:1}_history\"")" = 1 ]
}
