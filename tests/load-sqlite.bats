#!/usr/bin/env bats
# shellcheck disable=SC1003,SC2013,SC2016,SC2034,SC2154	# quoted for another shell; lists of numbers; names of helpers
load lib/helper
load lib/streams
load lib/loads

LOADER=load-sqlite FILE=t.db KEEP=--history
lite() { ant load-sqlite "$@"; }
sql() { sqlite3 -batch "${DB:-$FILE}" "$@"; }
summary() { sql -cmd '.timeout 5000' 'SELECT count(*), min(v), max(v) FROM t'; }
versions() { sql 'SELECT count(*), min(v), max(v) FROM t_history WHERE valid_to IS NULL'; }
content() { sql 'SELECT v FROM t'; }
held() { sql 'SELECT buckets FROM _anthill_loads'; }
gone() { rm -f "$FILE"; }
dump() { sql .dump 'SELECT count(*) FROM sqlite_schema'; }

W='window\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z'

@test "sqlite: every type is stored exactly, so that SQLite's functions can use it" {
	stream append '' 'text\tbigint\tdouble\tnumeric\tboolean\tdate\ttimestamptz\tjson' 't\ti\td\tn\tb\tday\tat\tj' \
		'00123\t9223372036854775807\t5\t123.78912\ttrue\t2026-11-01\t2026-11-01T12:00:00Z\t1.10\n1e5\t-9223372036854775808\t-0.1\t7\tfalse\t0001-01-01\t2026-11-01T00:00:00.250Z\t{"a":1}\n\t\\N\t1e300\t\\N\t\\N\t\\N\t\\N\t"x"\n' \
		'3\t\\N' | lite t.db
	run -0 sql 'SELECT quote(t), typeof(i), i, typeof(d), d, typeof(n), n, typeof(b), b, day, at, quote(j) FROM t'
	[ "${lines[0]}" = "'00123'|integer|9223372036854775807|real|5.0|real|123.78912|integer|1|2026-11-01|2026-11-01T12:00:00Z|'1.10'" ]
	[ "${lines[1]}" = "'1e5'|integer|-9223372036854775808|real|-0.1|real|7.0|integer|0|0001-01-01|2026-11-01T00:00:00.25Z|'{\"a\":1}'" ]
	[ "${lines[2]}" = "''|null||real|1.0e+300|null||null||||'\"x\"'" ]
	[ "$(sql "SELECT datetime(at) || strftime('%s', day) || json_extract(j, '\$') FROM t LIMIT 1")" = '2026-11-01 12:00:0017934912001.1' ]
	[ "$(sql "SELECT n / 2 FROM t WHERE n = 7")" = 3.5 ]
}

@test "sqlite: decimals of 15 digits are reals that give them back, longer ones are text and counted" {
	printf '%s\n' 0.1 123.78912 999999999999999 0.000123456789012345 1e20 -4.5e-7 100000000000000000000 0 -0.5 12.50 >short
	printf '%s\n' 1234567890.123456 0.1234567890123456 9999999999999999 1e400 1e-400 >long
	{ printf '#ant-rows\t1\tt\n#mode\tappend\n#type\tnumeric\n#cols\tn\n'; cat short long; printf '#end\t15\t\\N\n'; } >s
	run -0 --separate-stderr lite t.db <s
	[ "$stderr" = 'ant-load-sqlite: decimals of more than 15 digits, stored as text: 5' ]
	run -0 sql "SELECT typeof(n), printf('%.15g', n) FROM t WHERE rowid <= 10"
	while read -r n; do perl -e 'printf "real|%.15g\n", $ARGV[0]' -- "$n"; done <short >want
	diff want <(echo "$output")
	diff long <(sql "SELECT n FROM t WHERE typeof(n) = 'text'")
	run -0 --separate-stderr lite -q t.db <s
	[ -z "$stderr" ]
}

@test "sqlite: a window load twice leaves the same rows, a revised one is revised, a vanished row is gone" {
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-10-31T00:00:00Z\tbefore\n2026-11-03T00:00:00Z\tafter\n' '2\t\\N' |
		sed '/^#mode/s/.*/#mode\tappend/' | lite t.db
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\ta\n2026-11-02T00:00:00Z\tb\n' '2\t2026-11-03T00:00:00Z' >one
	lite t.db <one
	sql 'SELECT * FROM t ORDER BY b' >first
	lite t.db <one
	sql 'SELECT * FROM t ORDER BY b' | diff first -
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-02T00:00:00Z\tB\n' '1\t2026-11-03T00:00:00Z' | lite t.db
	[ "$(sql 'SELECT group_concat(v) FROM (SELECT v FROM t ORDER BY b)')" = before,B,after ]
	stream "$W" b 'timestamptz\ttext' 'b\tv' '' '0\t2026-11-03T00:00:00Z' | lite t.db
	[ "$(sql 'SELECT group_concat(v) FROM (SELECT v FROM t ORDER BY b)')" = before,after ]
	stream 'window\tb\t2026-11-03T00:00:00Z\t2026-11-03T00:00:00Z' b 'timestamptz\ttext' 'b\tv' '' '0\t\\N' | lite t.db
	[ "$(sql 'SELECT count(*) FROM t')" = 2 ]
}

@test "sqlite: the edges of a window are right for times with and without a fraction" {
	printf '%s\tx\n' 2026-10-31T23:59:59.999999Z 2026-11-01T00:00:00Z 2026-11-01T00:00:00.000001Z 2026-11-01T00:00:00.5Z \
		2026-11-02T23:59:59Z 2026-11-02T23:59:59.999999Z 2026-11-03T00:00:00Z 2026-11-03T00:00:00.1Z >rows
	{ printf '#ant-rows\t1\tt\n#mode\tappend\n#type\ttimestamptz\ttext\n#cols\tb\tv\n'; cat rows; printf '#end\t8\t\\N\n'; } | lite t.db
	stream "$W" b 'timestamptz\ttext' 'b\tv' '' '0\t\\N' | lite t.db
	[ "$(sql 'SELECT group_concat(b) FROM (SELECT b FROM t ORDER BY b)')" = 2026-10-31T23:59:59.999999Z,2026-11-03T00:00:00.1Z,2026-11-03T00:00:00Z ]
	stream append '' date d '2026-10-31\n2026-11-01\n2026-11-02\n2026-11-03\n' '4\t\\N' | lite --table dates t.db
	stream 'window\td\t2026-11-01T00:00:00Z\t2026-11-02T12:00:00Z' d date d '2026-11-02\n' | lite --table dates t.db
	[ "$(sql 'SELECT group_concat(d) FROM dates')" = 2026-10-31,2026-11-03,2026-11-02 ]
}

@test "sqlite: the last instants of year 9999 are no year of five digits, which four would hold wrongly" {
	stream append '' timestamptz b '9999-12-31T23:59:59.9999999Z\n9999-12-31T23:59:59.9999994Z\n' '2\t\\N' | lite t.db
	[ "$(sql 'SELECT group_concat(b) FROM t')" = 9999-12-31T23:59:59.999999Z,9999-12-31T23:59:59.999999Z ]
	stream 'window\td\t9999-12-30T00:00:00Z\t9999-12-31T00:00:00Z' d date d '9999-12-30\n' | lite --table dates t.db
	stream 'window\td\t9999-12-30T00:00:00Z\t9999-12-31T23:59:59Z' d date d '9999-12-30\n' >s
	run -5 lite --table dates t.db <s
	[ "$(sql 'SELECT group_concat(d) FROM dates')" = 9999-12-30 ]
}

@test "sqlite: replace leaves exactly the rows of the stream, twice the same" {
	numbered replace 1 5 | lite t.db
	numbered replace 4 9 new >s
	lite t.db <s
	lite t.db <s
	[ "$(sql "SELECT count(*), min(n), max(n), group_concat(DISTINCT v) FROM t")" = '6|4|9|new' ]
	numbered replace 1 0 | lite t.db
	[ "$(sql 'SELECT count(*) FROM t')" = 0 ]
}

@test "sqlite: merge replaces rows of the same key, null equals null, rows that share a key stay" {
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\told\n\\N\t1\told\n\\N\t\\N\told\n\t1\told\ny\t2\tkeep\n' '5\t\\N' | lite t.db
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\tnew\n\\N\t1\tnew1\n\\N\t1\tnew2\n\\N\t\\N\tnew\nz\t3\tnew\n' '5\t\\N' >s
	lite t.db <s
	lite t.db <s
	sql 'SELECT quote(a), quote(k), v FROM t ORDER BY 1, 2, 3' >got
	printf '%s\n' "''|1|old" "'x'|1|new" "'y'|2|keep" "'z'|3|new" 'NULL|1|new1' 'NULL|1|new2' 'NULL|NULL|new' | diff - got
}

@test "sqlite: merge finds keys of every type, and works whatever columns are named" {
	stream merge 'rowid\td\tn\tb\tj' 'timestamptz\tdouble\tnumeric\tboolean\tjson\ttext' 'rowid\td\tn\tb\tj\t_rowid_' \
		'2026-11-01T00:00:00.500Z\t0.1\t12345678901234567890.5\ttrue\t{"a":1}\tv\n' >s
	lite t.db <s
	sed 's/\tv$/\tw/; s/00.500Z/00.5Z/' s | lite t.db
	[ "$(sql 'SELECT count(*), _rowid_ FROM t')" = '1|w' ]
	stream merge k 'text\ttext\ttext\ttext' 'k\trowid\tOID\t_rowid_' 'a\tb\tc\td\n' | { run -1 lite u.db; [[ $output == *"columns hide the row's number"* ]]; }
	[ ! -e u.db ]
}

@test "sqlite: append adds, every time" {
	numbered append 1 3 | lite t.db
	numbered append 1 3 | lite t.db
	[ "$(sql 'SELECT count(*), count(DISTINCT n) FROM t')" = '6|3' ]
}

@test "sqlite: --mode overrules the stream where that makes sense" {
	hours a 50 | lite t.db
	hours b 10 | lite --mode replace t.db
	[ "$(sql 'SELECT count(*) FROM t')" = 10 ]
	hours b 10 | lite --mode append t.db
	[ "$(sql 'SELECT count(*) FROM t')" = 20 ]
	hours c 10 | lite --mode merge t.db
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '10|c' ]
	numbered append 1 2 | { run -2 lite --mode window t.db; [[ $output == *"--mode window: the rows of t come without a window"* ]]; }
	stream append '' text c 'x\n' | { run -2 lite --mode merge t.db; [[ $output == *"--mode merge: the rows of t have no key"* ]]; }
	run -2 lite --mode upsert t.db </dev/null
	[[ $output == *"--mode: 'upsert' is not a mode"* ]]
}

@test "sqlite: a stream that is cut leaves no file, no receipt, exit 5" {
	hours a 30 >whole
	for at in $(cuts whole); do
		status=0
		head -c "$at" whole | lite new.db >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
		[ ! -e new.db ]
		[ ! -e new.db-wal ]
		[ ! -e new.db-shm ]
	done
}

@test "sqlite: a stream that is cut leaves the rows as they were" {
	hours a 30 | lite t.db
	dump >before
	hours b 40 2 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' >whole
	for at in $(cuts whole); do
		status=0
		head -c "$at" whole | lite t.db >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
	done
	dump | diff before -
	lite t.db <whole
	[ "$(sql 'SELECT count(*), min(v), min(more) FROM t')" = '40|b|x' ]
}

@test "sqlite: a cell that does not fit, late in the stream, undoes the whole load" { misfit_undoes_all; }

@test "sqlite: killed at any moment, the rows are the old or the new ones, and the next load works" {
	killed "${ANT_KILLS:-12}" 200
	[ "$(sql 'PRAGMA integrity_check')" = ok ]
}

@test "sqlite: killed in its first load, it leaves nothing that the next one stumbles over" {
	mkfifo pipe
	"$ANT_BIN/ant-load-sqlite" t.db <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 30000 a | head -n 20000 >&7
	kill -9 "$pid"
	wait "$pid" || :
	exec 7>&-
	numbered replace 1 10 b | lite t.db
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '10|b' ]
}

@test "sqlite: a second load, of any table, exits 6 within a second and changes nothing" {
	mkfifo pipe
	lite t.db <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9 a | head -n 10 >&7
	wait_for [ -e t.db-wal ]
	numbered replace 1 9 b >s
	status=0
	seconds_of timeout 30 bash -c 'ant load-sqlite --table other t.db' <s 2>err || status=$?
	[ "$status" = 6 ]
	[[ $(<err) == *"t.db: another load is writing to it" ]]
	checked "$ANT_BIN/ant-load-sqlite" || [ "$elapsed" -lt 1000 ]
	numbered replace 1 9 a | tail -n +11 >&7
	exec 7>&-
	wait "$pid"
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|a' ]
}

@test "sqlite: another program that writes makes it exit 6 within a second" {
	numbered replace 1 3 | lite t.db
	mkfifo pipe
	sqlite3 t.db <pipe >ready 3>&- &
	pid=$!
	exec 7>pipe
	printf 'BEGIN IMMEDIATE;\nSELECT 1;\n' >&7
	wait_for [ -s ready ]
	numbered replace 1 9 b >s
	status=0
	seconds_of timeout 30 bash -c 'ant load-sqlite t.db' <s 2>err || status=$?
	[ "$status" = 6 ]
	[[ $(<err) == *"t.db: another process has locked it" ]]
	checked "$ANT_BIN/ant-load-sqlite" || [ "$elapsed" -lt 1000 ]
	exec 7>&-
	wait "$pid"
	lite t.db <s
}

@test "sqlite: of eight loads at once each wins or exits 6, and a reader sees one of them whole" { eight_at_once; }

@test "sqlite: of eight loads at once that wait each is done, one after the other" { eight_in_turn; }

@test "sqlite: eight first loads at once create the file once" { first_at_once; }

@test "sqlite: a reader sees the old rows until the commit, and is not held up" {
	numbered replace 1 10 old | lite t.db
	mkfifo pipe
	lite t.db <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 50000 new | head -n 40000 >&7
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '10|old' ]
	numbered replace 1 50000 new | tail -n +40001 >&7
	exec 7>&-
	wait "$pid"
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '50000|new' ]
}

@test "sqlite: what cannot be written is exit 1 with the reason" {
	numbered append 1 3 >s
	run -1 lite . <s
	[[ $output == 'ant-load-sqlite: .: Is a directory' ]]
	run -1 lite none/t.db <s
	[[ $output == 'ant-load-sqlite: none/t.db: No such file or directory' ]]
	seq 2000 >text.db
	run -1 lite text.db <s
	[[ $output == *'text.db: file is not a database' ]]
	seq 2000 | diff text.db -
	run -1 bash -c 'trap "" XFSZ; ulimit -f 30; ant load-sqlite small.db < <(awk "BEGIN { printf \"#ant-rows\t1\tt\n#mode\tappend\n#type\ttext\n#cols\tc\n\"; for (i = 0; i < 90000; i++) print \"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa\"; printf \"#end\t90000\t\\\\N\n\" }")'
	[[ $output == *'small.db: '* ]]
	[ ! -e small.db ]
}

@test "sqlite: a disk that gets full is exit 1, and the rows stay" {
	disk_gets_full
	[ "$(sql 'PRAGMA integrity_check')" = ok ]
}

@test "sqlite: a file or folder that is read-only is exit 1, and stays as it was" {
	mkdir shut
	numbered append 1 3 >s
	lite shut/t.db <s
	DB=shut/t.db dump >before
	chmod 777 .
	chmod 755 shut
	chmod 444 shut/t.db
	if [ "$(id -u)" != 0 ]; then chmod 555 shut; fi
	chmod o+rx "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" 2>/dev/null || :
	run -1 as_postgres "$ANT_BIN/ant-load-sqlite" shut/t.db <s
	[[ $output == *'shut/t.db: Permission denied' ]]
	run -1 as_postgres "$ANT_BIN/ant-load-sqlite" shut/u.db <s
	[[ $output == *'shut/u.db: Permission denied' ]]
	chmod 755 shut
	[ ! -e shut/u.db ]
	DB=shut/t.db dump | diff before -
}

@test "sqlite: of rows that are one object the last counts, in every mode" { last_of_each_counts; }

@test "sqlite: equal values of a key are one however they are written" { repeats_by_value; }

@test "sqlite: an event that a feed gives twice is one row" { repeats_in_window; }

@test "sqlite: the shrink guard counts objects" { repeats_shrink; }

@test "sqlite: hundreds of thousands of repeats" { many_repeat; }

@test "sqlite: a receipt that cannot be written is exit 1, and the message says that the rows are in" { receipt_lost; }

@test "sqlite: a load that would leave fewer than half of over 100 rows is refused" {
	shrink_refused
	numbered replace 1 200 | lite --table r t.db
	numbered merge 1 1 | lite --table r t.db
	[ "$(sql 'SELECT count(*) FROM r')" = 200 ]
}

@test "sqlite: the receipt and the ledger say what was loaded, --ledger prints it again" {
	hours a 5 | lite --prefix p_ t.db >receipts
	told "$(<receipts)" '{"@ant":"loaded","table":"t","target":"sqlite","into":"p_t","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","rows":5,"watermark":"2026-11-03T00:00:00Z"}'
	numbered replace 1 3 | lite --table 'a"b' t.db >>receipts
	told "$(tail -n 1 receipts)" '{"@ant":"loaded","table":"t","target":"sqlite","into":"a\"b","mode":"replace","from":null,"to":null,"rows":3,"watermark":null}'
	lite --ledger t.db >ledger
	diff receipts <(untimed ledger)
	[ "$(finished <ledger)" = "$(sql 'SELECT finished FROM _anthill_loads ORDER BY finished, _rowid_')" ]
	[ "$(sql "SELECT count(*) FROM _anthill_loads WHERE started <= finished AND datetime(finished) > '2020'")" = 2 ]
	run -1 lite --ledger none.db
	[[ $output == *'none.db: there is no such file' ]]
	[ ! -e none.db ]
	sqlite3 empty.db 'CREATE TABLE x (y)'
	[ -z "$(lite --ledger empty.db)" ]
	run -1 bash -c 'ant load-sqlite --ledger t.db >/dev/full'
	[[ $output == *'stdout: No space left'* ]]
}

@test "sqlite: a dry run prints the SQL and changes nothing" {
	hours a 5 >s
	lite --dry-run t.db <s >plan
	[ "$(ls)" = $'home\nplan\ns' ]
	grep -q '^CREATE TABLE IF NOT EXISTS "t" ($' plan
	grep -q '^INSERT INTO "_anthill_loads"' plan
	[ "$(tail -n 1 plan)" = 'COMMIT;' ]
	lite t.db <s
	dump >before
	hours b 5 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' | lite --dry-run t.db >plan
	grep -qx 'ALTER TABLE "t" ADD COLUMN "more" TEXT;' plan
	grep -q '^DELETE FROM "t" WHERE "b" >= ' plan
	dump | diff before -
	[ "$(ls)" = $'before\nhome\nplan\ns\nt.db' ]
	head -n -1 s | { run -5 lite --dry-run t.db; }
}

@test "sqlite: a new column is added, one that is missing stays, a type that differs is refused" {
	stream append '' 'text\tbigint' 'a\tb' 'x\t1\n' | lite t.db
	stream append '' 'text\tnumeric' 'a\tc' 'y\t2.5\n' | lite t.db
	[ "$(sql 'SELECT * FROM t')" = $'x|1|\ny||2.5' ]
	dump >before
	stream append '' 'text\ttext' 'a\tB' 'z\t1\n' | { run -1 lite t.db; [[ $output == *"table 't', column 'B' is of type INTEGER, but the rows need TEXT" ]]; }
	stream append '' 'text\tbigint' 'a\tc' 'z\t1\n' | { run -1 lite t.db; [[ $output == *"table 't', column 'c' is of type (none), but the rows need INTEGER" ]]; }
	dump | diff before -
	sql 'CREATE VIEW v AS SELECT 1'
	stream append '' text a 'z\n' | { run -1 lite --table V t.db; [[ $output == *"'V' is a view or an index, not a table" ]]; }
}

@test "sqlite: views live on, and an index serves the next load" {
	hours a 100 | lite t.db
	sql 'CREATE VIEW v AS SELECT count(*) AS n FROM t'
	hours b 60 | lite t.db
	[ "$(sql 'SELECT n FROM v')" = 60 ]
	[[ $(sql "EXPLAIN QUERY PLAN DELETE FROM t WHERE b >= '2026-11-01T00:00:00' AND b < '2026-11-03T00:00:00'") == *'USING '*'INDEX _anthill_t_window'* ]]
	[ "$(sql 'PRAGMA journal_mode')" = wal ]
	numbered merge 1 5 | lite --table m t.db
	[[ $(sql 'EXPLAIN QUERY PLAN SELECT * FROM m WHERE n IS 3') == *'_anthill_m_key'* ]]
}

@test "sqlite: a replace builds no index, the first merge that on the key" {
	indexes() { sql "SELECT name FROM sqlite_schema WHERE type = 'index' AND tbl_name = '$1' ORDER BY 1"; }
	numbered replace 1 5 | lite --table r t.db
	[ -z "$(indexes r)" ]
	numbered merge 3 9 >s
	for _ in 1 2; do
		lite --table r t.db <s
		[ "$(indexes r)" = _anthill_r_key ]
	done
	hours a 5 | lite --mode replace --table w t.db
	[ "$(indexes w)" = _anthill_w_window ]
	numbered replace 1 5 | sed 's/^#mode.*/&\n#organization\t11111111-2222-4333-8444-555555555555/' | lite --table o --by-organization t.db
	[ "$(indexes o)" = _anthill_o_organization ]
}

@test "sqlite: names may hold anything" {
	long=$(printf '%064d' 0)
	for name in 'a"b' "a'b;DROP TABLE x;--" 'a b' '表' '%s' 'select' "$long" 'a[b]' '`' 'temp.x' '_anthill_stage' '_anthill_source' 'sqlite'; do
		encoded=$(encode <<<"$name")
		printf '#ant-rows\t1\tt\n#mode\tmerge\n#key\t%s\n#type\ttext\ttext\n#cols\t%s\tv\nk\t1\n#end\t1\t\\N\n' "$encoded" "$encoded" >s
		for again in 1 2; do lite --table "$name" t.db <s; done
		q=${name//\"/\"\"}
		[ "$(sql "SELECT \"$q\" || v FROM \"$q\"")" = k1 ]
		rm t.db
	done
	for file in ':memory:' 'file:x?mode=memory' 'a b.db' '-'; do
		numbered append 1 3 | lite -- "$file"
		[ "$(DB=./$file sql 'SELECT count(*) FROM t')" = 3 ]
	done
}

@test "sqlite: values may hold anything" {
	unicode >values
	n=$(wc -l <values)
	{ printf '#ant-rows\t1\tt\n#mode\treplace\n#key\tv\n#type\ttext\n#cols\tv\n'; encode <values; printf '#end\t%d\t\\N\n' "$n"; } >s
	lite t.db <s
	sql -noheader 'SELECT v FROM t' >got
	cmp values got
	lite --mode merge t.db <s
	[ "$(sql 'SELECT count(*) FROM t')" = "$n" ]
}

@test "sqlite: columns whose names differ by case alone are refused: one's values would be lost" {
	local mode
	printf '#ant-rows\t1\tt\n#mode\treplace\n#key\tid\n#type\ttext\ttext\n#cols\tid\ta\nx\ty\n#end\t1\t\\N\n' | lite t.db
	for mode in append replace merge; do
		printf '#ant-rows\t1\tt\n#mode\t%s\n#key\tid\n#type\ttext\ttext\ttext\n#cols\tid\ta\tA\nx\ty\tz\n#end\t1\t\\N\n' $mode >s
		run -1 lite t.db <s
		[[ $output == *"'a' and 'A' are one to SQLite"* ]]
	done
	[ "$(FILE=t.db sql -noheader 'SELECT id, a FROM t')" = 'x|y' ]
}

@test "sqlite: the ledger is no table to load into, whatever the case of its name" {
	numbered append 1 1 | lite t.db
	numbered replace 1 1 | { run -2 lite --table _Anthill_LOADS t.db; [[ $output == *'is the ledger itself'* ]]; }
	[ "$(FILE=t.db sql -noheader 'SELECT count(*), min(into_table) FROM _anthill_loads')" = '1|t' ]
}

@test "sqlite: a row that a trigger or a constraint's own ON CONFLICT drops or saves fails the load" {
	local mode what saved
	for what in 'CREATE TABLE t(id TEXT UNIQUE ON CONFLICT IGNORE, v TEXT)' 'CREATE TABLE t(id TEXT UNIQUE ON CONFLICT REPLACE, v TEXT)' \
		"CREATE TABLE t(id TEXT, v TEXT); CREATE TRIGGER g BEFORE INSERT ON t WHEN NEW.v = 'new' BEGIN SELECT RAISE(IGNORE); END" \
		"CREATE TABLE t(id TEXT, v TEXT); CREATE TRIGGER g BEFORE DELETE ON t BEGIN SELECT RAISE(IGNORE); END"; do
		saved=0
		[[ $what != *DELETE* ]] || saved=1
		for mode in append replace merge; do
			[ $saved$mode != 1append ] || continue # that deletes nothing
			rm -f t.db
			sqlite3 t.db "$what; INSERT INTO t VALUES ('a', 'old')"
			printf '#ant-rows\t1\tt\n#mode\t%s\n#key\tid\n#type\ttext\ttext\n#cols\tid\tv\na\tx\nb\tnew\nb\tnew\n#end\t3\t\\N\n' $mode >s
			run -1 lite t.db <s
			[[ $output == *'a trigger drops some'* || $output == *'UNIQUE constraint failed'* || $output == *'keeps 1 old rows: a trigger'* ]]
			[ "$(FILE=t.db sql -noheader 'SELECT * FROM t')" = 'a|old' ]
		done
	done
	rm -f t.db # what stops nothing is no reason to fail
	sqlite3 t.db "CREATE TABLE t(id TEXT, v TEXT); CREATE TABLE log(id); CREATE TRIGGER g AFTER DELETE ON t BEGIN INSERT INTO log VALUES (OLD.id), (OLD.id); END;
		CREATE TRIGGER h AFTER INSERT ON t BEGIN INSERT INTO log VALUES (NEW.id), (NEW.id); END"
	lite t.db <s
	lite t.db <s
	[ "$(FILE=t.db sql -noheader 'SELECT count(*), (SELECT count(*) FROM log) FROM t')" = '3|18' ]
}

@test "sqlite: a table WITHOUT ROWID, STRICT, or both is loaded in every mode, with the values as they are anywhere" {
	local how mode columns
	types='text\tbigint\tnumeric\tboolean\ttimestamptz\tjson\tdouble\tdate'
	cols='a\tn\tm\tb\tat\tj\td\tday'
	row='\t1.5\ttrue\t2026-11-01T00:00:00Z\t[1]\t0.5\t2026-11-01'
	long='\t1234567890.1234567\tfalse\t2026-11-01T00:00:00.5Z\t{}\t2\t2026-11-02'
	for how in 'WITHOUT ROWID' STRICT 'STRICT, WITHOUT ROWID'; do
		for mode in replace merge append; do
			rm -f t.db
			columns='m ANY, b INT, at TEXT, j TEXT, d REAL, day ANY'
			[[ $how == *STRICT* ]] || columns='m, b BOOLEAN, at TIMESTAMP, j JSON_TEXT, d REAL, day DATE'
			sqlite3 t.db "CREATE TABLE t (a TEXT, n INTEGER NOT NULL, $columns, PRIMARY KEY (n, a)) $how"
			stream $mode 'a\tn' "$types" "$cols" "00123\t1$row\ny\t1$row\n" '2\t\\N' | lite -q t.db
			# The primary key would refuse an object that comes twice, but the last one counts.
			stream $mode 'a\tn\n#unique' "$types\ttext" "$cols\tmore" "00123\t$([ $mode = append ] && echo 2 || echo 1)$long\tx\nz\t1$row\told\nz\t1$row\tnew\n" '3\t\\N' >s
			lite -q t.db <s
			[ "$(sql "SELECT count(*), sum(a = 'z' AND more = 'new') FROM t")" = "$([ $mode = replace ] && echo '2|1')$([ $mode = merge ] && echo '3|1')$([ $mode = append ] && echo '4|1')" ]
			[ "$(sql "SELECT a, typeof(m), m, typeof(b), b, at, j, typeof(d), day, more FROM t WHERE more = 'x'")" = '00123|text|1234567890.1234567|integer|0|2026-11-01T00:00:00.5Z|{}|real|2026-11-02|x' ]
			[ "$(sql 'PRAGMA integrity_check')" = ok ]
		done
	done
	sqlite3 u.db 'CREATE TABLE t (n REAL) STRICT'
	stream append '' numeric n '1.5\n' | { run -1 lite u.db; [[ $output == *"table 't', column 'n' is of type STRICT REAL, but the rows need STRICT ANY" ]]; }
	stream append '' text n '1.5\n' | { run -1 lite u.db; [[ $output == *'is of type STRICT REAL, but the rows need'* ]]; }
}

@test "sqlite: a load that fails leaves the way the file keeps its journal as it was" {
	numbered append 1 3 | sed '$d' >broken
	sqlite3 t.db 'CREATE TABLE own(x); INSERT INTO own VALUES (1)'
	run -5 lite t.db <broken
	[ "$(FILE=t.db sql 'PRAGMA journal_mode' 'SELECT * FROM own')" = $'delete\n1' ]
	[ "$(ls t.db*)" = t.db ]
	numbered append 1 3 | lite t.db
	run -5 lite t.db <broken
	[ "$(FILE=t.db sql -noheader 'PRAGMA journal_mode' 'SELECT count(*) FROM t')" = $'wal\n3' ]
}

@test "sqlite: --check says what stands in the way of a load, and changes nothing" { checks_ahead; }

@test "sqlite: memory does not grow with the stream" { memory_is_constant; }

@test "sqlite: what is repeated of a row that is refused, addresses above all, is in no message" {
	local what
	for what in 'CREATE TABLE t (n INTEGER, mail TEXT UNIQUE)' "CREATE TABLE t (n INTEGER, mail TEXT CHECK (mail LIKE 'x%'))" \
		"CREATE TABLE t (n INTEGER, mail TEXT); CREATE TRIGGER g BEFORE INSERT ON t BEGIN SELECT RAISE(ABORT, 'not <jane@example.com>'); END"; do
		rm -f t.db
		sqlite3 t.db "$what"
		stream append '' 'bigint\ttext' 'n\tmail' '1\tjane@example.com\n1\tjane@example.com\n' '2\t\\N' >s
		run -1 lite t.db <s
		[[ $output == 'ant-load-sqlite: t.db: '* && ${#lines[@]} = 1 ]]
		[[ $output != *jane* && $output != *example* ]]
	done
	[[ $output == *': not <***>' ]]
}

@test "sqlite: wrong use is exit 2" {
	run -2 lite </dev/null
	[[ $output == *'one FILE is needed'*'usage: ant-load-sqlite '* ]]
	run -2 lite a b </dev/null
	run -2 lite --nope a </dev/null
	numbered append 1 1 | { run -2 lite --table _anthill_loads t.db; [[ $output == *'_anthill_loads is the ledger itself' ]]; }
	numbered append 1 1 | { run -2 lite --table '' t.db; }
	[ ! -e t.db ]
}

@test "sqlite: the options of the help, the usage and the manual are the same" { options_agree 24 -; }

@test "sqlite: the examples of the manual run" {
	examples_run 3
	[ "$(sqlite3 anthill.db 'SELECT count(*) FROM t')" = 3 ]
}

@test "sqlite: what the API does not serve any more is never removed, in any mode" { older_stay; }
@test "sqlite: a merge that is read by time says its window, and removes nothing by it" { merges_by_time; }
@test "sqlite: rows of nobody, equal in every cell, are all kept" { nobody_repeats; }
@test "sqlite: an event that was loaded by the window before is one row" { feed_overlaps; }
@test "sqlite: rows of 115 columns with the longest names" { wide_rows 3000; }
