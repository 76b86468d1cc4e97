#!/usr/bin/env bats
# shellcheck disable=SC1003,SC2013,SC2016,SC2034,SC2053,SC2154	# quoted for another shell; lists of numbers; names of helpers; patterns
load lib/helper
load lib/streams
load lib/loads

setup_file() { export PG_FULL=1; start_pg; }
teardown_file() { stop_pg; }

each_setup() {
	rm -f "$PG_DIR/full"
	psql -qX -c 'SET client_min_messages = warning' -c 'DROP SCHEMA public CASCADE' -c 'CREATE SCHEMA public'
}

LOADER=load-pg KEEP=--history
pg() { ant load-pg "$@"; }
sql() { psql -qXAt -v ON_ERROR_STOP=1 "${@/#/-c}"; }

summary() { sql 'SELECT count(*), min(v), max(v) FROM t'; }
versions() { sql 'SELECT count(*), min(v), max(v) FROM t_history WHERE valid_to IS NULL'; }
content() { sql 'SELECT v FROM t'; }
held() { sql 'SELECT buckets FROM _anthill_loads'; }
gone() { sql 'DROP TABLE IF EXISTS t, _anthill_loads' 2>/dev/null; }

# what the database holds: tables, columns, indexes, rows.  pg_dump refuses servers that are newer.
dump() {
	psql -qXAt -v ON_ERROR_STOP=1 <<-'END'
		SELECT nspname FROM pg_namespace ORDER BY 1;
		SELECT nspname, relname, relkind, relacl, attname, format_type(atttypid, atttypmod), attnotnull
			FROM pg_class c JOIN pg_namespace n ON n.oid = relnamespace LEFT JOIN pg_attribute a ON attrelid = c.oid AND attnum > 0
			WHERE nspname NOT IN ('pg_catalog', 'information_schema', 'pg_toast') ORDER BY 1, 2, attnum;
		SELECT tgname FROM pg_trigger ORDER BY 1;
		SELECT format('COPY %I.%I TO STDOUT', schemaname, tablename) FROM pg_tables
			WHERE schemaname NOT IN ('pg_catalog', 'information_schema') ORDER BY 1 \gexec
	END
}

# is PATTERN QUERY - whether the answer is like that
is() { [[ $(sql "$2") == $1 ]]; }

# rollback leaves a moment in which the server still holds the lock of a killed load
settled() { wait_for is 0 "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory'"; }

# begun - wait until a load is in its COPY
begun() { wait_for is '[1-9]*' "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'COPY %' AND state = 'active'"; }

W='window\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z'

@test "pg: every type is stored exactly" {
	stream append '' 'text\tbigint\tdouble\tnumeric\tboolean\tdate\ttimestamptz\tjson' 't\ti\td\tn\tb\tday\tat\tj' \
		'00123\t9223372036854775807\t5\t123.78912\ttrue\t2026-11-01\t2026-11-01T12:00:00Z\t1.10\n1e5\t-9223372036854775808\t-0.1\t12345678901234567890123456789.000000000000000000001\tfalse\t0001-01-01\t2026-11-01T00:00:00.250Z\t{"a":1}\n\t\\N\t1e300\t\\N\t\\N\t\\N\t\\N\t"x"\n' \
		'3\t\\N' | PGTZ=Asia/Kathmandu PGDATESTYLE='german, dmy' pg
	run -0 sql "SET TimeZone = 'UTC'; TABLE t"
	[ "${lines[0]}" = '00123|9223372036854775807|5|123.78912|t|2026-11-01|2026-11-01 12:00:00+00|1.10' ]
	[ "${lines[1]}" = '1e5|-9223372036854775808|-0.1|12345678901234567890123456789.000000000000000000001|f|0001-01-01|2026-11-01 00:00:00.25+00|{"a": 1}' ]
	[ "${lines[2]}" = '||1e+300|||||"x"' ]
	[ "$(sql "SELECT string_agg(format_type(atttypid, atttypmod), ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = 't'::regclass AND attnum > 0")" = \
		'text,bigint,double precision,numeric,boolean,date,timestamp with time zone,jsonb' ]
}

@test "pg: a window load twice leaves the same rows, a revised one is revised, a vanished row is gone" {
	stream append '' 'timestamptz\ttext' 'b\tv' '2026-10-31T23:59:59.999999Z\tbefore\n2026-11-03T00:00:00Z\tafter\n' '2\t\\N' | pg
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\ta\n2026-11-02T23:59:59.999999Z\tb\n' '2\t2026-11-03T00:00:00Z' >one
	pg <one
	sql 'SELECT * FROM t ORDER BY b' >first
	pg <one
	sql 'SELECT * FROM t ORDER BY b' | diff first -
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-02T00:00:00Z\tB\n' '1\t2026-11-03T00:00:00Z' | pg
	[ "$(sql "SELECT string_agg(v, ',' ORDER BY b) FROM t")" = before,B,after ]
	stream "$W" b 'timestamptz\ttext' 'b\tv' '' '0\t2026-11-03T00:00:00Z' | pg
	[ "$(sql "SELECT string_agg(v, ',' ORDER BY b) FROM t")" = before,after ]
	stream 'window\tb\t2026-11-03T00:00:00Z\t2026-11-03T00:00:00Z' b 'timestamptz\ttext' 'b\tv' '' '0\t\\N' | pg
	[ "$(sql 'SELECT count(*) FROM t')" = 2 ]
	stream append '' date d '2026-10-31\n2026-11-01\n2026-11-02\n2026-11-03\n' '4\t\\N' | pg --table dates
	stream 'window\td\t2026-11-01T00:00:00Z\t2026-11-02T12:00:00Z' d date d '2026-11-02\n' | pg --table dates
	[ "$(sql "SELECT string_agg(d::text, ',' ORDER BY d) FROM dates")" = 2026-10-31,2026-11-02,2026-11-03 ]
}

@test "pg: replace leaves exactly the rows of the stream, twice the same" {
	numbered replace 1 5 | pg
	numbered replace 4 9 new >s
	pg <s
	pg <s
	[ "$(sql "SELECT count(*), min(n), max(n), string_agg(DISTINCT v, '') FROM t")" = '6|4|9|new' ]
	numbered replace 1 0 | pg
	[ "$(sql 'SELECT count(*) FROM t')" = 0 ]
}

@test "pg: merge replaces rows of the same key, null equals null, rows that share a key stay" {
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\told\n\\N\t1\told\n\\N\t\\N\told\n\t1\told\ny\t2\tkeep\n' '5\t\\N' | pg
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\tnew\n\\N\t1\tnew1\n\\N\t1\tnew2\n\\N\t\\N\tnew\nz\t3\tnew\n' '5\t\\N' >s
	pg <s
	pg <s
	sql "SELECT quote_nullable(a), k, v FROM t ORDER BY a COLLATE \"C\" NULLS LAST, k, v" >got
	printf '%s\n' "''|1|old" "'x'|1|new" "'y'|2|keep" "'z'|3|new" 'NULL|1|new1' 'NULL|1|new2' 'NULL||new' | diff - got
}

@test "pg: merge finds keys of every type, also where some are null" {
	types='timestamptz\tdouble\tnumeric\tboolean\tjson\tdate\tbigint\ttext\ttext'
	cols='ts\td\tn\tb\tj\tday\ti\tt\tv'
	row='2026-11-01T00:00:00.5Z\t0.1\t12345678901234567890.5\ttrue\t{"a":1}\t2026-11-01\t7\tx'
	none='\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N'
	for v in old new; do stream merge "${cols%\\tv}" "$types" "$cols" "$row\t$v\n$none\t$v\n" '2\t\\N' | pg; done
	[ "$(sql "SELECT count(*), min(v) FROM t")" = '2|new' ]
}

@test "pg: append adds, every time" {
	numbered append 1 3 | pg
	numbered append 1 3 | pg
	[ "$(sql 'SELECT count(*), count(DISTINCT n) FROM t')" = '6|3' ]
}

@test "pg: --mode overrules the stream where that makes sense" {
	hours a 50 | pg
	hours b 10 | pg --mode replace
	hours b 10 | pg --mode append
	[ "$(sql 'SELECT count(*) FROM t')" = 20 ]
	hours c 10 | pg --mode merge
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '10|b' ] || [ "$(sql 'SELECT count(*) FROM t')" -ge 10 ]
	numbered append 1 2 | { run -2 pg --mode window; [[ $output == *"--mode window: the rows of t come without a window"* ]]; }
	stream append '' text c 'x\n' | { run -2 pg --mode merge; [[ $output == *"--mode merge: the rows of t have no key"* ]]; }
}

@test "pg: a stream that is cut changes nothing, exit 5, no receipt" {
	dump >empty
	hours b 40 2 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' >whole
	cuts whole >all
	for at in $(awk 'NR % 3 == 0' all); do
		status=0
		head -c "$at" whole | pg --schema fresh >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
	done
	dump | diff empty -
	hours a 30 | pg
	dump >before
	for at in $(<all); do
		status=0
		head -c "$at" whole | pg >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
	done
	dump | diff before -
	pg <whole
	[ "$(sql 'SELECT count(*), min(v), min(more) FROM t')" = '40|b|x' ]
}

@test "pg: a cell that does not fit, late in the stream, undoes the whole load" { misfit_undoes_all; }

@test "pg: killed at any moment, the rows are the old or the new ones, and the next load works" { killed "${ANT_KILLS:-12}" 300; }

@test "pg: a second load of the table exits 6 within a second, one of another table goes on" {
	mkfifo pipe
	pg <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9 a | head -n 10 >&7
	begun
	numbered replace 1 9 b >s
	status=0
	seconds_of timeout 30 bash -c 'ant load-pg' <s 2>err || status=$?
	[ "$status" = 6 ]
	[ "$(<err)" = 'ant-load-pg: postgresql: another load of public.t is at work' ]
	checked "$ANT_BIN/ant-load-pg" || [ "$elapsed" -lt 1000 ]
	run -6 ant load-pg --wait 0.3 <s
	run -2 ant load-pg --wait soon <s
	pg --table other <s
	numbered replace 1 9 a | tail -n +11 >&7
	exec 7>&-
	wait "$pid"
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|a' ]
	[ "$(sql 'SELECT count(*) FROM _anthill_loads')" = 2 ]
}

@test "pg: of eight loads at once each wins or exits 6, and a reader sees one of them whole" { eight_at_once; }

@test "pg: of eight loads at once that wait each is done, one after the other" { eight_in_turn; }

@test "pg: eight first loads of eight tables into a schema that is not there all succeed" {
	numbered replace 1 50 >s
	pids=()
	for i in 1 2 3 4 5 6 7 8; do
		pg --schema 'new schema' --table "t$i" <s >"out$i" 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	[ "$(sql 'SELECT count(DISTINCT into_table), sum(rows) FROM "new schema"._anthill_loads')" = '8|400' ]
	psql -qX -c 'SET client_min_messages = warning' -c 'DROP SCHEMA "new schema" CASCADE'
}

@test "pg: a reader sees the old rows until the commit" {
	numbered replace 1 10 old | pg
	mkfifo pipe
	pg <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9000 new | head -n 8000 >&7
	begun
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '10|old' ]
	numbered replace 1 9000 new | tail -n +8001 >&7
	exec 7>&-
	wait "$pid"
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9000|new' ]
}

@test "pg: a server that is not there, or refuses, is exit 1 and says so" {
	numbered append 1 3 >s
	PGHOST=$PWD run -1 pg <s
	[[ $output == 'ant-load-pg: postgresql: connection to server on socket'* ]]
	run -1 pg -d nosuch <s
	[[ $output == *'database "nosuch" does not exist' ]]
	sql 'CREATE TABLE t (n bigint, v text CHECK (length(v) < 1))'
	run -1 pg <s
	[[ $output == *'violates check constraint "t_v_check"; COPY t, line 1'* ]]
	[ "${#lines[@]}" = 1 ]
	sql 'DROP TABLE t' 'CREATE TABLE t (n bigint, v text)' 'CREATE FUNCTION f() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$' \
		'CREATE TRIGGER f BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION f()'
	run -1 pg <s
	[[ $output == *'public.t took 0 rows of 3'* ]]
	[ "$(sql "SELECT to_regclass('_anthill_loads') IS NULL")" = t ]
	PGOPTIONS='-c search_path=nosuch' run -1 pg <s
	[[ $output == *'no schema of the search path exists: name one with --schema' ]]
}

@test "pg: a row that a trigger or a rule drops or saves fails the load, in every mode" {
	local mode what change
	sql 'CREATE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RETURN NULL; END $$'
	for change in INSERT DELETE; do
		for what in "CREATE TRIGGER g BEFORE $change ON t FOR EACH ROW EXECUTE FUNCTION keep()" \
			"CREATE RULE g AS ON $change TO t DO INSTEAD NOTHING"; do
			for mode in append replace merge; do
				[ $change$mode != DELETEappend ] || continue # that deletes nothing
				# COPY goes around a rule for INSERT: its rows are all there.
				[[ "$what" != *'RULE g AS ON INSERT'* || $mode == merge ]] || continue
				sql 'DROP TABLE IF EXISTS t' 'CREATE TABLE t (n bigint, v text)' "INSERT INTO t VALUES (1, 'old')" "$what"
				numbered $mode 1 3 >s
				run -1 pg <s
				[[ $output == *'public.t '*': a trigger or rule '* ]]
				[ "$(sql 'SELECT * FROM t')" = '1|old' ]
			done
		done
	done
	sql 'DROP TABLE t' 'CREATE TABLE t (n bigint, v text)' 'CREATE TABLE seen (n bigint)' \
		'CREATE OR REPLACE FUNCTION keep() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN INSERT INTO seen VALUES (1), (2); RETURN NULL; END $$' \
		'CREATE TRIGGER g AFTER INSERT OR DELETE ON t FOR EACH ROW EXECUTE FUNCTION keep()'
	for mode in replace merge append; do numbered $mode 1 3 | pg; done
	[ "$(sql 'SELECT count(*), (SELECT count(*) FROM seen) FROM t')" = '6|24' ]
}

@test "pg: a connection that is lost on the way is exit 1, and the rows stay" {
	numbered replace 1 9 old | pg
	mkfifo pipe
	pg <pipe >out 2>err 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 90000 new | head -n 10 >&7
	begun
	sql "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE query LIKE 'COPY %'"
	(trap '' PIPE; numbered replace 1 90000 new | tail -n +11 >&7) 2>/dev/null || :
	exec 7>&-
	status=0
	wait "$pid" || status=$?
	[ "$status" = 1 ]
	cat err
	[[ $(<err) == *'terminating connection due to administrator command'* ]]
	[ ! -s out ]
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|old' ]
}

@test "pg: a server that is stopped in the middle is exit 1, and the rows stay" {
	numbered replace 1 9 old | pg
	mkfifo pipe
	pg <pipe >out 2>err 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 90000 new | head -n 10 >&7
	begun
	server restart
	(trap '' PIPE; numbered replace 1 90000 new | tail -n +11 >&7) 2>/dev/null || :
	exec 7>&-
	status=0
	wait "$pid" || status=$?
	[ "$status" = 1 ]
	[ ! -s out ]
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|old' ]
	numbered replace 1 90 new | pg
}

# full_in_the_middle PART - a load in whose middle the server's disk with PART in its path is full
full_in_the_middle() {
	numbered replace 1 9 old | pg
	rm -f pipe
	mkfifo pipe
	pg <pipe >out 2>err 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 90000 new >s
	head -n 10 s >&7
	begun
	echo "$1" >"$PG_DIR/full"
	(trap '' PIPE; tail -n +11 s >&7) 2>/dev/null || :
	exec 7>&-
	status=0
	wait "$pid" || status=$?
	cat err
	[ "$status" = 1 ]
	[ ! -s out ]
	[ "$(wc -l <err)" = 1 ]
}

@test "pg: a disk of the server that gets full is exit 1, and the rows stay" {
	full_in_the_middle /base/
	[[ $(<err) == *'could not extend file '*'No space left on device'* ]]
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|old' ]
	run -1 pg <s
	rm "$PG_DIR/full"
	pg <s
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '90000|new' ]
	# A server that cannot write its log ends itself, and does not start while that is so.
	sql 'DROP TABLE t'
	full_in_the_middle /pg_wal/
	rm "$PG_DIR/full"
	server restart -m immediate
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|old' ]
	pg <s
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '90000|new' ]
}

@test "pg: a server that only reads, a standby, is exit 1 and says so" {
	numbered replace 1 9 old | pg
	as_postgres touch "$PG_DIR/data/standby.signal"
	server restart
	numbered replace 1 90 new >s
	status=0
	pg <s >out 2>err || status=$?
	server promote
	cat err
	[ "$status" = 1 ]
	[ ! -s out ]
	[[ $(wc -l <err) = 1 && $(<err) == *'recovery'* ]]
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|old' ]
	pg <s
}

@test "pg: of rows that are one object the last counts, in every mode" { last_of_each_counts; }

@test "pg: equal values of a key are one however they are written" { repeats_by_value; }

@test "pg: an event that a feed gives twice is one row" { repeats_in_window; }

@test "pg: the shrink guard counts objects" { repeats_shrink; }

@test "pg: hundreds of thousands of repeats" { many_repeat; }

@test "pg: a receipt that cannot be written is exit 1, and the message says that the rows are in" { receipt_lost; }

@test "pg: a load that would leave fewer than half of over 100 rows is refused" { shrink_refused; }

@test "pg: a connection that is lost at COMMIT is told as what it is, and loading again is safe" {
	lost_at_commit
}

@test "pg: the receipt and the ledger say what was loaded, --ledger prints it again" {
	[ -z "$(pg --ledger)" ]
	hours a 5 | pg --prefix p_ >receipts
	told "$(<receipts)" '{"@ant":"loaded","table":"t","target":"postgresql","into":"public.p_t","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","rows":5,"watermark":"2026-11-03T00:00:00Z"}'
	numbered replace 1 3 | pg --table 'a"b' >>receipts
	told "$(tail -n 1 receipts)" '{"@ant":"loaded","table":"t","target":"postgresql","into":"public.a\"b","mode":"replace","from":null,"to":null,"rows":3,"watermark":null}'
	PGTZ=Asia/Tokyo pg --ledger >ledger
	diff receipts <(untimed ledger)
	[ "$(finished <ledger)" = "$(sql "SELECT to_char(finished at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"') FROM _anthill_loads ORDER BY finished")" ]
	[ "$(sql "SELECT count(*) FROM _anthill_loads WHERE started <= finished")" = 2 ]
	run -1 bash -c 'ant load-pg --ledger >/dev/full'
	[[ $output == *'stdout: No space left'* ]]
}

@test "pg: a dry run prints the SQL and changes nothing" {
	dump >before
	hours a 5 >s
	pg --dry-run --schema s1 <s >plan
	dump | diff before -
	grep -qx 'CREATE SCHEMA IF NOT EXISTS "s1";' plan
	grep -qx 'COPY "s1"."t" ("b", "n", "v") FROM STDIN;' plan
	[ "$(tail -n 1 plan)" = 'COMMIT;' ]
	pg <s
	dump >before
	hours b 5 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' | pg --dry-run >plan
	grep -qx 'ALTER TABLE "public"."t" ADD COLUMN "more" text;' plan
	grep -qx "DELETE FROM \"public\".\"t\" WHERE \"b\" >= '2026-11-01T00:00:00Z' AND \"b\" < '2026-11-03T00:00:00Z';" plan
	dump | diff before -
	head -n -1 s | { run -5 pg --dry-run; }
	# The plan is SQL: without the rows, the server runs it as it stands.
	pg --dry-run --table u --mode merge <s | sed 's/^COPY.*/&\n\\./' | psql -qX -v ON_ERROR_STOP=1
	[ "$(sql "SELECT count(*) FROM u")" = 0 ]
}

@test "pg: a new column is added, one that is missing stays, a type that differs is refused" {
	stream append '' 'text\tbigint' 'a\tb' 'x\t1\n' | pg
	stream append '' 'text\tnumeric' 'a\tc' 'y\t2.5\n' | pg
	[ "$(sql 'SELECT * FROM t')" = $'x|1|\ny||2.5' ]
	dump >before
	stream append '' 'text\ttext' 'a\tb' 'z\t1\n' | { run -1 pg; [[ $output == *"table 'public.t', column 'b' is of type bigint, but the rows need text" ]]; }
	sql 'CREATE TABLE w (n numeric(38,2))'
	stream append '' numeric n '1.005\n' | { run -1 pg --table w; [[ $output == *"is of type numeric(38,2), but the rows need numeric" ]]; }
	sql 'DROP TABLE w'
	dump | diff before -
	sql 'CREATE VIEW v AS SELECT 1 AS a'
	stream append '' text a 'z\n' | { run -1 pg --table v; [[ $output == *"public.v is a view or an index, not a table" ]]; }
}

@test "pg: views and grants live on, and an index serves the next load" {
	hours a 100 | pg
	sql 'CREATE VIEW v AS SELECT count(*) AS n FROM t' 'GRANT SELECT ON t TO PUBLIC' "COMMENT ON COLUMN t.b IS 'mine'"
	oid=$(sql "SELECT 't'::regclass::oid, pg_relation_filenode('t')")
	hours b 60 | pg
	[ "$(sql 'SELECT n FROM v')" = 60 ]
	[ "$(sql "SELECT 't'::regclass::oid, pg_relation_filenode('t')")" = "$oid" ]
	[ "$(sql "SELECT has_table_privilege('public', 't', 'SELECT') || col_description('t'::regclass, 1)")" = truemine ]
	[ "$(sql "SELECT indexdef FROM pg_indexes WHERE tablename = 't'")" = 'CREATE INDEX t_b_idx ON public.t USING btree (b)' ]
	stream merge 'a\tj' 'text\tjson' 'a\tj' 'x\t{}\n' | pg --table m
	[ "$(sql "SELECT indexdef FROM pg_indexes WHERE tablename = 'm'")" = 'CREATE INDEX m_a_idx ON public.m USING btree (a)' ]
}

@test "pg: a replace builds no index, the first merge that on the key, once" {
	indexes() { sql "SELECT indexdef FROM pg_indexes WHERE tablename = '$1' ORDER BY 1"; }
	local key='CREATE INDEX r_n_idx ON public.r USING btree (n)'
	numbered replace 1 5 | pg --table r
	numbered append 1 5 | pg --table r
	[ -z "$(indexes r)" ]
	numbered merge 3 9 new >s
	pg --dry-run --table r <s | grep -nE '^(CREATE INDEX|DELETE)' | sed 's/^[0-9]*://' | diff - <(printf '%s\n' 'CREATE INDEX ON "public"."r" ("n");' 'DELETE FROM "public"."r" t USING pg_temp._anthill_rows s')
	for _ in 1 2; do
		pg --table r <s
		[ "$(indexes r)" = "$key" ]
	done
	numbered replace 1 5 | pg --table r
	[ "$(indexes r)" = "$key" ]
	run -1 grep 'CREATE INDEX' <(pg --dry-run --table r <s)
	# A primary key does as well; a partial index does not.
	sql 'CREATE TABLE p (n bigint PRIMARY KEY, v text)' 'CREATE TABLE h (n bigint, v text)' 'CREATE INDEX half ON h (n) WHERE n > 3'
	for t in p h; do pg --table $t <s; done
	[ "$(indexes p | wc -l)|$(indexes h | wc -l)" = '1|2' ]
	# Of a time column, whatever the mode; of several organizations, theirs.
	hours a 5 | pg --mode replace --table w
	[ "$(indexes w)" = 'CREATE INDEX w_b_idx ON public.w USING btree (b)' ]
	numbered replace 1 5 | sed 's/^#mode.*/&\n#organization\t11111111-2222-4333-8444-555555555555/' | pg --table o --by-organization
	[ "$(indexes o)" = 'CREATE INDEX o__organization_idx ON public.o USING btree (_organization)' ]
	# Who may only write into a table merges without.
	numbered replace 1 5 | pg --table f
	sql 'CREATE ROLE writer LOGIN' 'GRANT USAGE ON SCHEMA public TO writer' 'GRANT SELECT, INSERT, DELETE ON f, _anthill_loads TO writer'
	PGUSER=writer pg --table f <s
	[ "$(sql 'SELECT count(*) FROM f')|$(indexes f)" = '9|' ]
	sql 'DROP OWNED BY writer' 'DROP ROLE writer'
}

@test "pg: comments come from the table file of the stream's table" {
	mkdir tables
	printf '# It is '\''quoted'\''.\npath /v1/x\nmode append\ncolumn a text key = .a # The a; or b.\ncolumn b text = .b # B\n' >tables/t.table
	stream append a 'text\ttext' 'a\tx' 'y\tz\n' | ANT_TABLES=$PWD/tables pg
	[ "$(sql "SELECT obj_description('t'::regclass), col_description('t'::regclass, 1), col_description('t'::regclass, 2)")" = "It is 'quoted'.|The a; or b.|" ]
	stream append a 'text\ttext' 'a\tb' 'y\tz\n' | ANT_TABLES=$PWD/tables pg
	[ "$(sql "SELECT col_description('t'::regclass, 3)")" = B ]
}

@test "pg: names may hold anything up to 63 bytes, longer ones are refused, not cut" {
	full=$(printf '%063d' 0)
	for name in 'a"b' "a'b;DROP TABLE x;--" 'a b' '表' '%s' select "$full" 'a.b' '$1' '\'; do
		encoded=$(encode <<<"$name")
		printf '#ant-rows\t1\tt\n#mode\tmerge\n#key\t%s\n#type\ttext\ttext\n#cols\t%s\tv\nk\t1\n#end\t1\t\\N\n' "$encoded" "$encoded" >s
		for again in 1 2; do pg --table "$name" <s; done
		q=${name//\"/\"\"}
		[ "$(sql "SELECT \"$q\" || v FROM public.\"$q\"")" = k1 ]
	done
	pg --schema 'a"; DROP' --table t <s
	[ "$(sql 'SELECT count(*) FROM "a""; DROP".t')" = 1 ]
	sql 'SET client_min_messages = warning; DROP SCHEMA "a""; DROP" CASCADE'
	dump >before
	run -1 pg --table "${full}x" <s
	[[ $output == *"table '${full}x' is longer than the 63 bytes of a PostgreSQL name" ]]
	run -1 pg --schema "${full}x" <s
	[[ $output == *"schema '${full}x' is longer"* ]]
	run -1 pg --prefix x --table "$full" <s
	stream append '' text "${full}x" 'v\n' | { run -1 pg; [[ $output == *"column '${full}x' is longer"* ]]; }
	dump | diff before -
}

@test "pg: values may hold anything" {
	unicode >values
	n=$(wc -l <values)
	{ printf '#ant-rows\t1\tt\n#mode\treplace\n#key\tv\n#type\ttext\n#cols\tv\n'; encode <values; printf '#end\t%d\t\\N\n' "$n"; } >s
	pg <s
	sql 'SELECT v FROM t' >got
	cmp values got
	pg --mode merge <s
	[ "$(sql 'SELECT count(*) FROM t')" = "$n" ]
}

@test "pg: no password and no part of one is in a message" {
	numbered append 1 1 >s
	for d in "host=$PGHOST password=hunter2 dbname=hunter2" "postgresql://u:hunter2@127.0.0.1:1/hunter2" 'postgresql://u:hun@hunter2@127.0.0.1/x' \
		'postgresql://u:x/hunter2@127.0.0.1/x' 'postgresql://u:hunter2%zz@127.0.0.1/x' 'password=hunter2 nonsense=hunter2' 'host=127.0.0.1 port=hunter2' "password='hunter2"; do
		status=0
		pg -d "$d" <s >out 2>err || status=$?
		[ "$status" = 1 ] || [ "$status" = 2 ]
		[ -s err ]
		[ "$(wc -l <err)" = 1 ]
		run -1 grep hunter2 err
	done
	PGPASSWORD=hunter2 PGHOST=127.0.0.1 PGPORT=1 run -1 pg <s
	[[ $output != *hunter2* ]]
}

@test "pg: -d takes what psql takes" {
	numbered append 1 1 >s
	sql 'CREATE DATABASE "other one"'
	pg -d 'other one' <s
	env -u PGHOST -u PGDATABASE ant-load-pg -d "host=$PGHOST dbname='other one'" <s
	env -u PGHOST -u PGDATABASE -u PGUSER ant-load-pg --dbname "postgresql://postgres@/other%20one?host=$PGHOST" <s
	printf '[mine]\nhost=%s\ndbname=other one\n' "$PGHOST" >services
	PGSERVICEFILE=$PWD/services PGSERVICE=mine env -u PGHOST -u PGDATABASE ant-load-pg <s
	[ "$(psql -XAt -d 'other one' -c 'SELECT count(*) FROM t')" = 4 ]
	sql 'DROP DATABASE "other one"'
}

@test "pg: a role with the least rights can load" {
	numbered replace 1 3 | pg
	sql 'CREATE ROLE loader LOGIN' 'GRANT USAGE ON SCHEMA public TO loader' 'GRANT SELECT, INSERT, DELETE ON t TO loader' 'GRANT SELECT, INSERT ON _anthill_loads TO loader'
	numbered replace 1 4 | PGUSER=loader pg
	numbered merge 1 5 | PGUSER=loader pg
	[ "$(sql 'SELECT count(*) FROM t')" = 5 ]
	sql 'REVOKE DELETE ON t FROM loader'
	numbered replace 1 6 | { PGUSER=loader run -1 pg; [[ $output == *'postgresql: role loader may not load public.t: it needs DELETE on the table (GRANT DELETE ON public.t TO loader)' ]]; }
	sql 'DROP OWNED BY loader' 'DROP ROLE loader'
}

# forget ROLE... - drop roles of a test with all that is theirs
forget() {
	local role
	for role; do sql "DROP OWNED BY $role" "DROP ROLE $role"; done
}

@test "pg: a right that is missing is refused by name before a row is read, and the statement in the message gives it" {
	local status what given=0
	sql 'CREATE SCHEMA own' 'CREATE ROLE "the loader" LOGIN' 'REVOKE TEMPORARY ON DATABASE postgres FROM PUBLIC' \
		'CREATE TABLE own."T t" (n bigint, v text)' 'CREATE ROLE boss' 'ALTER TABLE own."T t" OWNER TO boss'
	sed 's/^#cols.*/&\tmore/; s/^#type.*/&\ttext/; s/^[0-9].*/&\tx/' <(numbered merge 1 3) >s
	for schema in own absent; do
		for _ in $(seq 12); do
			status=0
			# The stream never ends: who waits for it would hang.
			{ head -n 6 s; sleep 60 & echo $! >sleeper; wait; } 3>&- 2>/dev/null |
				PGUSER='the loader' timeout 30 ant-load-pg --schema $schema --table 'T t' >out 2>err &
			pid=$!
			# Who has all the rights says nothing, and waits for more.
			for _ in $(seq 50); do [ -s err ] || sleep 0.1; done
			kill "$(<sleeper)" || :
			wait "$pid" || status=$?
			[ "$status" = 1 ] || break
			cat err
			[ "$(wc -l <err)" = 1 ]
			[[ $(<err) == *'role "the loader" '* ]]
			PGUSER='the loader' run -1 ant load-pg --check --schema $schema --table 'T t' --mode merge
			what=$(sed -n 's/.*(\(GRANT .* TO "the loader"\).*/\1/p' err)
			[ -n "$what" ]
			sql "$what"
			given=$((given + 1))
		done
		PGUSER='the loader' pg --check --schema $schema --table 'T t' --mode merge
		PGUSER='the loader' pg --schema $schema --table 'T t' <s
		[ "$(sql "SELECT count(*), min(more) FROM $schema.\"T t\"")" = '3|x' ]
	done
	sql 'GRANT TEMPORARY ON DATABASE postgres TO PUBLIC' 'DROP SCHEMA own CASCADE' 'DROP SCHEMA absent CASCADE'
	forget '"the loader"' boss
	# The ledger: read and written, and its columns are its owner's.
	numbered append 1 3 | pg
	sql 'CREATE ROLE loader LOGIN' 'GRANT USAGE ON SCHEMA public TO loader' 'GRANT INSERT ON t, _anthill_loads TO loader'
	numbered append 1 3 >s
	PGUSER=loader run -1 pg <s
	[[ $output == *'role loader may not load public._anthill_loads: it needs SELECT on the table (GRANT SELECT ON public._anthill_loads TO loader)' ]]
	sql 'GRANT SELECT ON _anthill_loads TO loader'
	PGUSER=loader pg <s
	for v in buckets asked; do
		sql "ALTER TABLE _anthill_loads DROP COLUMN $v"
		PGUSER=loader run -1 pg <s
		[[ $output == *"role loader may not add columns to public._anthill_loads, which lacks $v: only its owner may (GRANT postgres TO loader, "* ]]
		PGUSER=loader run -1 pg --check --table t --mode append
		pg <s
		PGUSER=loader pg <s
	done
	forget loader
	[ "$given" = 6 ] # USAGE, SELECT and INSERT and DELETE, TEMPORARY, the table's owner, CREATE; CREATE on the database
}

@test "pg: --check says in one go all that keeps a role from loading, changes nothing, and says nothing where all is well" {
	sql 'CREATE SCHEMA own' 'CREATE ROLE loader LOGIN' 'CREATE TABLE own.t (n bigint, v text)' 'CREATE VIEW own.w AS SELECT 1'
	dump >before
	PGUSER=loader run -1 pg --check --schema own --table t --table 'new one' --table w
	diff - <(echo "$output") <<-'END'
		ant-load-pg: postgresql: role loader may not use schema own: it needs USAGE on the schema (GRANT USAGE ON SCHEMA own TO loader)
		ant-load-pg: postgresql: role loader may not load own.t: it needs SELECT, INSERT, DELETE on the table (GRANT SELECT, INSERT, DELETE ON own.t TO loader)
		ant-load-pg: postgresql: role loader may not create _anthill_loads in schema own: it needs CREATE on the schema (GRANT CREATE ON SCHEMA own TO loader)
		ant-load-pg: postgresql: role loader may not create "new one" in schema own: it needs CREATE on the schema (GRANT CREATE ON SCHEMA own TO loader)
		ant-load-pg: postgresql: 'w' is a view or an index, not a table
	END
	PGUSER=loader run -1 pg --check --schema own --table t --mode append
	[[ $output == *'it needs INSERT on the table'* ]]
	PGUSER=loader run -1 pg --check --schema absent
	[[ $output == 'ant-load-pg: postgresql: there is no schema absent, and role loader may not create it: it needs CREATE on the database (GRANT CREATE ON DATABASE postgres TO loader)' ]]
	run -0 pg --check --schema own --table t --table u
	[ -z "$output" ]
	run -0 pg --check --schema absent
	PGHOST=$PWD run -1 pg --check
	[[ $output == *'ant-load-pg: postgresql: '*'No such file'* ]]
	run -2 pg --check --table _anthill_loads
	dump | diff before -
	# Rights on the columns that come are enough.
	sql 'GRANT USAGE, CREATE ON SCHEMA own TO loader' 'GRANT DELETE, SELECT (n), INSERT (n) ON own.t TO loader'
	stream merge n bigint n '1\n' | PGUSER=loader pg --schema own
	numbered merge 1 3 | { PGUSER=loader run -1 pg --schema own; [[ $output == *'it needs SELECT, INSERT on the table'* ]]; }
	sql 'DROP SCHEMA own CASCADE'
	forget loader
}

@test "pg: what row security hides from the role is not doubled: the load is refused, in every mode that replaces" {
	local mode
	sql 'CREATE ROLE loader LOGIN' 'GRANT USAGE, CREATE ON SCHEMA public TO loader'
	for mode in replace merge append; do numbered $mode 1 3 | pg --table $mode; done
	hours a 3 | pg --table hours
	for t in replace merge append hours; do
		sql "ALTER TABLE $t ENABLE ROW LEVEL SECURITY" "CREATE POLICY \"p 1\" ON $t USING (n > 1) WITH CHECK (true)" \
			"GRANT SELECT, INSERT, DELETE ON $t, _anthill_loads TO loader"
	done
	dump >before
	for mode in replace merge; do
		numbered $mode 1 3 new >s
		PGUSER=loader run -1 pg --table $mode <s
		[[ $output == *"row security hides rows of public.$mode from role loader (policy \"p 1\"): a load could not replace what it does not see"*BYPASSRLS*"(CREATE POLICY anthill ON public.$mode TO loader USING (true) WITH CHECK (true))" ]]
		PGUSER=loader run -1 pg --check --table $mode
	done
	hours b 3 >s
	PGUSER=loader run -1 pg --table hours <s
	[[ $output == *'row security hides rows of public.hours'* ]]
	dump | diff before -
	PGUSER=loader pg --check --table append --mode append
	numbered append 1 3 | PGUSER=loader pg --table append # nothing to replace: nothing is doubled
	[ "$(sql 'SELECT count(*) FROM append')" = 6 ]
	# A policy that takes rows away again counts, one that is for others does not help; then the way out that the message names.
	numbered merge 1 3 new >s
	sql 'CREATE POLICY q ON merge TO loader USING (true) WITH CHECK (true)' "CREATE POLICY r ON merge AS RESTRICTIVE USING (v <> 'v')"
	PGUSER=loader run -1 pg --table merge <s
	[[ $output == *'(policy "p 1", q, r)'* ]]
	sql 'DROP POLICY r ON merge' 'DROP POLICY q ON merge' 'CREATE POLICY q ON merge TO postgres USING (true)'
	PGUSER=loader run -1 pg --table merge <s
	sql 'CREATE POLICY anthill ON merge TO loader USING (true) WITH CHECK (true)' 'CREATE POLICY anthill ON hours TO loader USING (true) WITH CHECK (true)'
	PGUSER=loader pg --table merge <s
	hours b 3 | PGUSER=loader pg --table hours
	[ "$(sql 'SELECT count(*), min(v), max(v) FROM merge' 'SELECT count(*), min(v) FROM hours')" = $'3|new|new\n3|b' ]
	sql 'ALTER ROLE loader BYPASSRLS'
	numbered replace 1 2 new | PGUSER=loader pg --table replace
	sql 'ALTER ROLE loader NOBYPASSRLS' 'ALTER TABLE replace OWNER TO loader'
	numbered replace 1 2 own | PGUSER=loader pg --table replace
	[ "$(sql 'SELECT count(*), min(v), max(v) FROM replace')" = '2|own|own' ]
	sql 'ALTER TABLE replace FORCE ROW LEVEL SECURITY'
	numbered replace 1 2 | { PGUSER=loader run -1 pg --table replace; [[ $output == *'(policy "p 1")'* ]]; }
	sql 'DROP POLICY "p 1" ON replace'
	numbered replace 1 2 | { PGUSER=loader run -1 pg --table replace; [[ $output == *'(no policy is for it)'* ]]; }
	forget loader
}

@test "pg: what the server repeats of a row that it refuses, addresses above all, is in no message" {
	local what mode n=0
	sql 'CREATE FUNCTION say() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION $q$no %, please$q$, NEW.mail; END $$' \
		'CREATE DOMAIN short AS text CHECK (length(value) < 9)'
	for what in 'CREATE TABLE t (n bigint, mail text UNIQUE)' "CREATE TABLE t (n bigint, mail text CHECK (mail LIKE 'x%'))" \
		'CREATE TABLE t (n bigint, mail text, more text NOT NULL)' \
		"CREATE TABLE t (n bigint, mail text, i integer GENERATED ALWAYS AS (mail::integer) STORED)" \
		"CREATE TABLE t (n bigint, mail text, i date GENERATED ALWAYS AS (to_date(mail, 'YYYY')) STORED)" \
		'CREATE TABLE t (n bigint, mail text, EXCLUDE (mail WITH =))' \
		'CREATE TABLE t (n bigint, mail text); CREATE TRIGGER g BEFORE INSERT ON t FOR EACH ROW EXECUTE FUNCTION say()'; do
		for mode in append merge; do
			sql 'DROP TABLE IF EXISTS t' "$what" || continue
			stream $mode n 'bigint\ttext' 'n\tmail' '1\tjane"x@example.com\n2\tjane"x@example.com\n' '2\t\\N' >s
			run -1 pg <s
			echo "$output"
			[[ $output == 'ant-load-pg: postgresql: '* && ${#lines[@]} = 1 ]]
			[[ $output != *jane* && $output != *example* ]]
			n=$((n + 1))
		done
	done
	[ "$n" -ge 12 ]
	stream append '' 'bigint\ttext' 'n\tmail' '1\tok\n1\tok\n' '2\t\\N' >s
	sql 'DROP TABLE t' 'CREATE TABLE t (n bigint, mail text UNIQUE)'
	run -1 pg <s
	[[ $output == 'ant-load-pg: postgresql: duplicate key value violates unique constraint "t_mail_key"; COPY t, line 2' ]]
}

@test "pg: a role that only reads by default is not made to write" {
	numbered replace 1 9 old | pg
	numbered replace 1 3 new >s
	sql 'CREATE ROLE reader LOGIN SUPERUSER' 'ALTER ROLE reader SET default_transaction_read_only = on'
	PGUSER=reader run -1 pg <s
	[[ $output == 'ant-load-pg: postgresql: role reader only reads here: default_transaction_read_only is on, and is not overruled; take another role, or ALTER ROLE reader SET default_transaction_read_only = off' ]]
	PGUSER=reader run -1 pg --check
	PGUSER=reader run -1 pg --views
	[[ $output == *'role reader only reads here'* ]]
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|old' ]
	PGUSER=reader pg --dry-run <s >/dev/null
	PGUSER=reader pg --ledger >/dev/null
	PGOPTIONS='-c default_transaction_read_only=off' PGUSER=reader pg <s # who says so means it
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '3|new' ]
	sql 'DROP ROLE reader'
}

@test "pg: settings of a server or user cannot change what is loaded" {
	sql "ALTER ROLE postgres SET standard_conforming_strings = off" "ALTER ROLE postgres SET TimeZone = 'Asia/Tokyo'" "ALTER ROLE postgres SET DateStyle = 'SQL, DMY'" \
		"ALTER ROLE postgres SET default_transaction_isolation = 'serializable'" "ALTER ROLE postgres SET synchronous_commit = off" "ALTER ROLE postgres SET client_encoding = 'LATIN1'" \
		"ALTER ROLE postgres SET client_min_messages = debug1"
	stream append '' 'timestamptz\tdate\ttext' 'b\td\tv' '2026-11-02T00:00:00Z\t2026-11-02\té\\\\n\n' >s
	status=0
	run -0 --separate-stderr pg --table 'a\b' <s
	stream "$W" b 'timestamptz\tdate\ttext' 'b\td\tv' '' '0\t\\N' | pg --table u || status=1
	sql 'ALTER ROLE postgres RESET ALL'
	[ "$status" = 0 ]
	[ -z "$stderr" ]
	[ "$(sql "SET TimeZone = 'UTC'; SELECT * FROM \"a\\b\"")" = '2026-11-02 00:00:00+00|2026-11-02|é\n' ]
}

@test "pg: memory does not grow with the stream" { memory_is_constant; }

@test "pg: wrong use is exit 2" {
	run -2 pg t </dev/null
	[[ $output == *"'t' is one operand too many"*'usage: ant-load-pg '* ]]
	run -2 pg --nope </dev/null
	run -2 pg --mode upsert </dev/null
	[[ $output == *"--mode: 'upsert' is not a mode"* ]]
	numbered append 1 1 | { run -2 pg --table _anthill_loads; [[ $output == *'_anthill_loads is the ledger itself' ]]; }
}

@test "pg: the options of the help, the usage and the manual are the same" {
	options_agree 24 dbname
	grep -q '^\.It Fl d Ar conninfo , Fl -dbname' "$ROOT/man/ant-load-pg.1"
}

@test "pg: the examples of the manual run" {
	examples_run 3
	[ "$(sql 'SELECT count(*) FROM t')" = 3 ]
}

@test "pg: what the API does not serve any more is never removed, in any mode" { older_stay; }
@test "pg: a merge that is read by time says its window, and removes nothing by it" { merges_by_time; }
@test "pg: rows of nobody, equal in every cell, are all kept" { nobody_repeats; }
@test "pg: an event that was loaded by the window before is one row" { feed_overlaps; }
@test "pg: rows of 115 columns with the longest names" { wide_rows 3000; }
