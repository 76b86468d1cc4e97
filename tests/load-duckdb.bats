#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2012,SC2034,SC2154,SC2030,SC2031	# single quotes for other shells, ls -A, loops that count, set by a helper, subshells
load lib/helper
load lib/streams
load lib/loads
load lib/duckdb

setup_file() { build_duck; }
each_setup() { use_duckdb; }

LOADER=load-duckdb FILE=t.duckdb KEEP=--history
ddb() { ant load-duckdb "$@"; }
sql() { duck "${DB:-$FILE}" "$@"; }
summary() { sql 'SELECT count(*), min(v), max(v) FROM t'; }
versions() { sql 'SELECT count(*), min(v), max(v) FROM t_history WHERE valid_to IS NULL'; }
# Row for row, with the order in which they are stored; the file's bytes are DuckDB's own business.
content() { sql 'SELECT v FROM t'; }
held() { sql 'SELECT buckets FROM _anthill_loads'; }
gone() { rm -f "$FILE"; }
dump() { sql "SELECT sql FROM duckdb_tables() ORDER BY 1" 'SELECT * FROM t' 'SELECT * FROM _anthill_loads'; }
only() { diff <(printf '%s\n' home "$@" | sort -u) <(ls -A | sort -u); }

W='window\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z'

@test "duckdb: every type is stored exactly" {
	stream append '' 'text\tbigint\tdouble\tnumeric\tboolean\tdate\ttimestamptz\tjson' 't\ti\td\tn\tb\tday\tat\tj' \
		'00123\t9223372036854775807\t5\t123.78912\ttrue\t2026-11-01\t2026-11-01T12:00:00Z\t{"a": 1.10}\na text of more than twelve bytes\t-9223372036854775808\t-0.1\t-7\tfalse\t0001-01-01\t1969-12-31T23:59:59.250001Z\t"x"\n\t\\N\t1e300\t\\N\t\\N\t\\N\t\\N\t\\N\n\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n' \
		'4\t\\N' | ddb t.duckdb
	sql 'SELECT t, i, d, n, b, day, epoch_us("at"), j FROM t' >got
	diff got - <<-'END'
		00123|9223372036854775807|5.0|123.789120000000|true|2026-11-01|1793534400000000|{"a": 1.10}
		a text of more than twelve bytes|-9223372036854775808|-0.1|-7.000000000000|false|0001-01-01|-749999|"x"
		|NULL|1e+300|NULL|NULL|NULL|NULL|NULL
		NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL
	END
	[ "$(sql "SELECT string_agg(data_type, ',' ORDER BY column_index) FROM duckdb_columns() WHERE table_name = 't'")" = \
		'VARCHAR,BIGINT,DOUBLE,DECIMAL(38,12),BOOLEAN,DATE,TIMESTAMP WITH TIME ZONE,JSON' ]
	[ "$(sql "SELECT j->>'a' FROM t LIMIT 1")" = 1.1 ]
}

@test "duckdb: a decimal is exact or refused, never rounded" {
	printf '%s\n' 0 -0 0.1 -0.000000000001 123456789012345678.9 12345678901234567890123456.123456789012 -99999999999999999999999999.999999999999 \
		1e20 1.5e-11 1.0000000000000000 100000000000000000000000000e-1 999999999999999999 99999999999999999999e-12 >fit
	{ printf '#ant-rows\t1\tt\n#mode\tappend\n#type\tnumeric\ttext\n#cols\tn\tv\n'; sed 's/.*/&\t&/' fit; printf '#end\t13\t\\N\n'; } | ddb t.duckdb
	sql 'SELECT n FROM t' >got
	printf '%s\n' 0 0 0.1 -0.000000000001 123456789012345678.9 12345678901234567890123456.123456789012 -99999999999999999999999999.999999999999 \
		100000000000000000000 0.000000000015 1 10000000000000000000000000 999999999999999999 99999999.999999999999 >want
	sed -E 's/(\.[0-9]*[1-9])0+$/\1/; s/\.0+$//' got | diff want -
	for n in 0.1234567890123 100000000000000000000000000 1e26 1e-13 -1e300 1234567890123456.1234567890123; do
		stream append '' numeric n "$n\n" | { run -1 ddb t.duckdb; [[ $output == *"t.duckdb: column 'n': $n is more than DECIMAL(38,12) holds exactly" ]]; }
	done
	[ "$(sql 'SELECT count(*) FROM t')" = 13 ]
}

@test "duckdb: chunks, nulls and texts of every length" {
	awk -v OFS='\t' 'BEGIN { srand(3); print "#ant-rows\t1\tt\n#mode\treplace\n#type\tbigint\ttext\ttext\n#cols\tn\ta\tb"
		for (i = 0; i < 7000; i++) { s = ""; k = int(rand() * 30); while (length(s) < k) s = s sprintf("%c", 97 + int(rand() * 26))
			print i, (i % 3 ? s : "\\N"), (i % 2048 == 2047 ? "\\N" : s) } printf "#end\t7000\t\\N\n" }' >s
	ddb t.duckdb <s
	sql 'SELECT * FROM t ORDER BY n' | sed 's/|NULL/|\\N/g; s/|/\t/g' | diff <(grep -v '^#' s) -
}

@test "duckdb: a window load twice leaves the same rows, a revised one is revised, a vanished row is gone" {
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-10-31T23:59:59.999999Z\tbefore\n2026-11-03T00:00:00Z\tafter\n\\N\tnull\n' '3\t\\N' |
		sed '/^#mode/s/.*/#mode\tappend/' | ddb t.duckdb
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\ta\n2026-11-02T23:59:59.999999Z\tb\n' '2\t2026-11-03T00:00:00Z' >one
	ddb t.duckdb <one
	sql 'SELECT * FROM t ORDER BY v' >first
	ddb t.duckdb <one
	sql 'SELECT * FROM t ORDER BY v' | diff first -
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-02T00:00:00Z\tB\n' '1\t2026-11-03T00:00:00Z' | ddb t.duckdb
	[ "$(sql 'SELECT string_agg(v, $$,$$ ORDER BY b NULLS FIRST) FROM t')" = null,before,B,after ]
	stream "$W" b 'timestamptz\ttext' 'b\tv' '' '0\t2026-11-03T00:00:00Z' | ddb t.duckdb
	[ "$(sql 'SELECT count(*) FROM t')" = 3 ]
	stream append '' date d '2026-10-31\n2026-11-01\n2026-11-02\n2026-11-03\n' '4\t\\N' | ddb --table dates t.duckdb
	stream 'window\td\t2026-11-01T00:00:00Z\t2026-11-02T12:00:00Z' d date d '2026-11-02\n' | ddb --table dates t.duckdb
	[ "$(sql 'SELECT string_agg(d::VARCHAR, $$,$$ ORDER BY d) FROM dates')" = 2026-10-31,2026-11-02,2026-11-03 ]
}

@test "duckdb: the time zone of the user changes nothing" {
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\ta\n2026-11-02T23:59:59Z\tb\n' '2\t2026-11-03T00:00:00Z' >s
	for zone in Asia/Kathmandu America/Los_Angeles; do
		TZ=$zone ddb t.duckdb <s
		TZ=$zone ddb --ledger t.duckdb >ledger
		[ "$(sql 'SELECT count(*), min(epoch(b))::BIGINT FROM t')" = '2|1793491200' ]
		[[ $(<ledger) == *'"from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z"'* ]]
	done
}

@test "duckdb: replace leaves exactly the rows of the stream, append adds" {
	numbered replace 1 5 | ddb t.duckdb
	numbered replace 4 9 new >s
	ddb t.duckdb <s
	ddb t.duckdb <s
	[ "$(sql 'SELECT count(*), min(n), max(n), string_agg(DISTINCT v) FROM t')" = '6|4|9|new' ]
	numbered append 1 2 | ddb t.duckdb
	[ "$(sql 'SELECT count(*) FROM t')" = 8 ]
	numbered replace 1 0 | ddb t.duckdb
	[ "$(sql 'SELECT count(*) FROM t')" = 0 ]
}

@test "duckdb: merge replaces rows of the same key, null equals null, rows that share a key stay" {
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\told\n\\N\t1\told\n\\N\t\\N\told\n\t1\told\ny\t2\tkeep\n' '5\t\\N' | ddb t.duckdb
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\tnew\n\\N\t1\tnew1\n\\N\t1\tnew2\n\\N\t\\N\tnew\nz\t3\tnew\n' '5\t\\N' >s
	ddb t.duckdb <s
	ddb t.duckdb <s
	sql 'SELECT * FROM t ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3' >got
	printf '%s\n' '|1|old' 'x|1|new' 'y|2|keep' 'z|3|new' 'NULL|1|new1' 'NULL|1|new2' 'NULL|NULL|new' | diff - got
	stream merge 'at\td\tn\tb\tj' 'timestamptz\tdouble\tnumeric\tboolean\tjson\ttext' 'at\td\tn\tb\tj\tv' '2026-11-01T00:00:00.500Z\t0.1\t1.10\ttrue\t{"a":1}\tv\n' >s
	ddb --table u t.duckdb <s
	sed '/^#/!s/\tv$/\tw/; s/00.500Z/00.5Z/; s/1\.10/1.1/' s | ddb --table u t.duckdb
	[ "$(sql 'SELECT count(*), min(v) FROM u')" = '1|w' ]
}

@test "duckdb: --mode overrules the stream where that makes sense" {
	hours a 50 | ddb t.duckdb
	hours b 10 | ddb --mode replace t.duckdb
	hours b 10 | ddb --mode append t.duckdb
	[ "$(sql 'SELECT count(*) FROM t')" = 20 ]
	hours c 10 | ddb --mode merge t.duckdb
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '10|c' ]
	numbered append 1 2 | { run -2 ddb --mode window t.duckdb; }
	run -2 ddb --mode upsert t.duckdb </dev/null
}

@test "duckdb: a stream that is cut leaves no file, no receipt, exit 5" {
	hours a 20 >whole
	for at in $(cuts whole); do
		status=0
		head -c "$at" whole | ddb new.duckdb >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
		only whole out err
	done
}

@test "duckdb: a stream that is cut leaves the rows as they were, in every mode" {
	hours a 30 | ddb t.duckdb
	dump >before
	hours b 40 2 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' >whole
	i=0
	for at in $(cuts whole) $(awk -v n="${ANT_CUTS:-50}" -v size="$(stat -c %s whole)" 'BEGIN { srand(5); while (n-- > 0) print int(rand() * size) }'); do
		modes=(window replace merge append)
		status=0
		head -c "$at" whole | ddb --mode "${modes[i++ % 4]}" t.duckdb >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
		[ $((i % 10)) != 0 ] || dump | diff before -
	done
	dump | diff before -
	ddb t.duckdb <whole
	[ "$(sql 'SELECT count(*), min(v), min(more) FROM t')" = '40|b|x' ]
}

@test "duckdb: a cell that does not fit, late in the stream, undoes the whole load" { misfit_undoes_all; }

@test "duckdb: killed at any moment, the rows are the old or the new ones, and the next load works" {
	KEEP='' killed $((${ANT_KILLS:-40} * 3 / 4)) 300
	gone
	killed $((${ANT_KILLS:-40} / 4)) 300
}

@test "duckdb: killed in its first load at any moment, it leaves nothing that the next one stumbles over" {
	numbered replace 1 20000 x >s
	for i in $(seq $((${ANT_KILLS:-40} / 2))); do
		rm -f t.duckdb
		: >out # who is killed before it starts leaves that of the load before
		"$ANT_BIN/ant-load-duckdb" t.duckdb <s >out 2>err 3>&- &
		pid=$!
		sleep "0.$((i * 7 % 3))$((i * 3 % 10))"
		kill -9 "$pid" 2>/dev/null || :
		wait "$pid" || :
		[ ! -e t.duckdb ] || [ "$(sql 'SELECT count(*) FROM t')" = 20000 ]
		[ ! -s out ] || [ -e t.duckdb ]
	done
	numbered replace 1 20000 b | ddb t.duckdb
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '20000|b' ]
	rm t.duckdb
	ddb t.duckdb <s
	only s out err t.duckdb
}

@test "duckdb: a second load, of any table, exits 6 within a second and changes nothing" {
	numbered replace 1 3 x | ddb t.duckdb
	mkfifo pipe
	ddb t.duckdb <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9 a | head -n 10 >&7
	until_open t.duckdb
	numbered replace 1 9 b >s
	status=0
	seconds_of ddb --table other t.duckdb <s 2>err || status=$?
	[ "$status" = 6 ]
	[[ $(<err) == *"t.duckdb: another process has it open" ]]
	checked "$ANT_BIN/ant-load-duckdb" || [ "$elapsed" -lt 1000 ]
	numbered replace 1 9 a | tail -n +11 >&7
	exec 7>&-
	wait "$pid"
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|a' ]
}

@test "duckdb: a second first load exits 6, and another program that has it open makes it exit 6" {
	mkfifo pipe
	ddb t.duckdb <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9 a | head -n 10 >&7
	wait_for [ -e .t.duckdb.anthill ]
	numbered replace 1 9 b >s
	run -6 ddb t.duckdb <s
	[ ! -e t.duckdb ]
	numbered replace 1 9 a | tail -n +11 >&7
	exec 7>&-
	wait "$pid"
	only pipe out s t.duckdb
	DUCK_HOLD=1 duck t.duckdb 'SELECT 1' <pipe >ready 3>&- &
	pid=$!
	exec 7>pipe
	wait_for [ -s ready ]
	run -6 ddb t.duckdb <s
	run -6 ddb --ledger t.duckdb
	exec 7>&-
	wait "$pid"
	ddb t.duckdb <s
}

@test "duckdb: of eight loads at once each wins or exits 6, and a reader sees one of them whole" {
	numbered replace 1 5000 0 | ddb t.duckdb
	for i in 1 2 3 4 5 6 7 8; do numbered replace 1 5000 "$i" >"s$i"; done
	# DuckDB lets nobody in while somebody writes: a reader is refused, or sees it whole.
	touch going
	(while [ -e going ]; do sql 'SELECT count(*), count(DISTINCT v) FROM t' 2>/dev/null || :; done >seen) 3>&- &
	reader=$!
	pids=()
	for i in 1 2 3 4 5 6 7 8; do
		(for try in $(seq 200); do
			status=0
			ddb t.duckdb <"s$i" >"out$i" 2>"err$i" || status=$?
			[ "$status" = 6 ] || exit "$status"
			sleep "0.0$((RANDOM % 9))"
		done; exit 6) 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	rm going
	wait "$reader"
	sort -u seen | diff - <(echo '5000|1')
	[ "$(cat out? | wc -l)" = 8 ]
	[ "$(sql 'SELECT count(*) FROM _anthill_loads')" = 9 ]
}

@test "duckdb: eight first loads at once create the file once" { first_at_once; }

@test "duckdb: of eight loads at once that wait each is done, one after the other" { eight_in_turn; }

@test "duckdb: a library that is missing, or is none, is exit 1 and says how to get it" {
	cp "$ANT_BIN/ant-load-duckdb" here
	unset ANT_LIBDUCKDB
	if ! ldconfig -p | grep -q libduckdb && [ ! -e /usr/local/lib/anthill/libduckdb.so ]; then
		run -1 ./here t.duckdb </dev/null
		[[ $output == *"DuckDB's library was not found: scripts/setup --duckdb gets it, or set ANT_LIBDUCKDB"* ]]
	fi
	ANT_LIBDUCKDB=/nowhere.so run -1 ./here t.duckdb </dev/null
	[[ $output == *'ANT_LIBDUCKDB: /nowhere.so: cannot open'* ]]
	libc=$(ldd "$ANT_BIN/ant-load-duckdb" | awk '/libc\.so/ { print $3 }')
	ANT_LIBDUCKDB=$libc run -1 ./here t.duckdb </dev/null
	[[ $output == *'has no duckdb_'*'scripts/setup --duckdb'* ]]
	run -0 ./here --help
	mkdir -p prefix/bin prefix/lib/anthill
	mv here prefix/bin/ant-load-duckdb
	use_duckdb
	ln -s "$ANT_LIBDUCKDB" prefix/lib/anthill/libduckdb.so
	unset ANT_LIBDUCKDB
	numbered append 1 3 | prefix/bin/ant-load-duckdb t.duckdb
	run -1 bash -c 'ldd prefix/bin/ant-load-duckdb | grep duckdb'
}

@test "duckdb: what cannot be written is exit 1 with the reason" {
	numbered append 1 3 >s
	mkdir d
	run -1 ddb d <s
	run -1 ddb none/t.duckdb <s
	[[ $output == *'none/t.duckdb: No such file or directory' ]]
	seq 2000 >text.db
	run -1 ddb text.db <s
	[[ $output == *'not a valid DuckDB database file'* ]]
	seq 2000 | diff text.db -
	: >empty.db
	run -1 ddb empty.db <s
	ln -s nowhere/x.db dangling.db
	run -1 ddb dangling.db <s
	ddb t.duckdb <s
	dump >before
	numbered append 1 400000 'text that takes some room' >large
	run -1 bash -c 'trap "" XFSZ; ulimit -f 600; ant load-duckdb t.duckdb <large'
	run -1 bash -c 'trap "" XFSZ; ulimit -f 100; ant load-duckdb u.duckdb <large'
	dump | diff before -
	only s d text.db empty.db dangling.db t.duckdb before large
}

@test "duckdb: a disk that gets full is exit 1, and the rows stay" { disk_gets_full; }

@test "duckdb: a file or folder that is read-only is exit 1, and stays as it was" {
	mkdir shut
	numbered append 1 3 >s
	ddb shut/t.duckdb <s
	cp shut/t.duckdb before.duckdb
	chmod 777 .
	chmod 755 shut
	chmod 444 shut/t.duckdb
	if [ "$(id -u)" != 0 ]; then chmod 555 shut; fi
	chmod o+rx "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" 2>/dev/null || :
	run -1 as_postgres "$ANT_BIN/ant-load-duckdb" shut/t.duckdb <s
	[[ $output == *'shut/t.duckdb: '*'Permission denied'* ]]
	run -1 as_postgres "$ANT_BIN/ant-load-duckdb" shut/u.duckdb <s
	[[ $output == *'shut/u.duckdb: '*'Permission denied'* ]]
	chmod 755 shut
	cmp before.duckdb shut/t.duckdb
	[ "$(ls -A shut)" = t.duckdb ]
}

@test "duckdb: of rows that are one object the last counts, in every mode" { last_of_each_counts; }

@test "duckdb: equal values of a key are one however they are written" { repeats_by_value; }

@test "duckdb: an event that a feed gives twice is one row" { repeats_in_window; }

@test "duckdb: the shrink guard counts objects" { repeats_shrink; }

@test "duckdb: hundreds of thousands of repeats" { many_repeat; }

@test "duckdb: a receipt that cannot be written is exit 1, and the message says that the rows are in" { receipt_lost; }

@test "duckdb: a load that would leave fewer than half of over 100 rows is refused" { shrink_refused; }

@test "duckdb: the receipt and the ledger say what was loaded, --ledger prints it again" {
	hours a 5 | ddb --prefix p_ t.duckdb >receipts
	told "$(<receipts)" '{"@ant":"loaded","table":"t","target":"duckdb","into":"p_t","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","rows":5,"watermark":"2026-11-03T00:00:00Z"}'
	numbered replace 1 3 | ddb --table 'a"b' t.duckdb >>receipts
	told "$(tail -n 1 receipts)" '{"@ant":"loaded","table":"t","target":"duckdb","into":"a\"b","mode":"replace","from":null,"to":null,"rows":3,"watermark":null}'
	ddb --ledger t.duckdb >ledger
	diff receipts <(untimed ledger)
	[ "$(finished <ledger)" = "$(sql "SELECT strftime(make_timestamp(epoch_us(finished)), '%Y-%m-%dT%H:%M:%SZ') FROM _anthill_loads ORDER BY finished, rowid")" ]
	run -1 ddb --ledger none.duckdb
	[[ $output == *'none.duckdb: there is no such file' ]]
	duck empty.duckdb 'CREATE TABLE x (y INT)'
	[ -z "$(ddb --ledger empty.duckdb)" ]
	[ ! -e none.duckdb ]
}

@test "duckdb: a dry run prints the SQL and changes nothing" {
	hours a 5 >s
	ddb --dry-run t.duckdb <s >plan
	only s plan
	grep -q '^CREATE TABLE IF NOT EXISTS "t" ($' plan
	ddb t.duckdb <s
	dump >before
	hours b 5 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' | ddb --dry-run t.duckdb >plan
	grep -qx 'ALTER TABLE "t" ADD COLUMN "more" VARCHAR;' plan
	grep -q '^DELETE FROM "t" WHERE "b" >= ' plan
	[ "$(tail -n 1 plan)" = 'CHECKPOINT;' ]
	dump | diff before -
	only s plan before t.duckdb
	head -n -1 s | { run -5 ddb --dry-run t.duckdb; }
}

@test "duckdb: a new column is added, one that is missing stays, a type that differs is refused" {
	stream append '' 'text\tbigint' 'a\tb' 'x\t1\n' | ddb t.duckdb
	stream append '' 'numeric\ttext' 'c\ta' '2.5\ty\n' | ddb t.duckdb
	[ "$(sql 'SELECT a, b, c FROM t ORDER BY a')" = $'x|1|NULL\ny|NULL|2.500000000000' ]
	dump >before
	stream append '' 'text\ttext' 'a\tB' 'z\t1\n' | { run -1 ddb t.duckdb; [[ $output == *"table 't', column 'B' is of type BIGINT, but the rows need VARCHAR" ]]; }
	dump | diff before -
	sql 'CREATE VIEW v AS SELECT a FROM t'
	stream append '' text a 'z\n' | { run -1 ddb --table V t.duckdb; [[ $output == *"'V' is a view, not a table" ]]; }
	stream replace '' text a 'z\n' | ddb t.duckdb
	[ "$(sql 'SELECT * FROM v')" = z ]
}

@test "duckdb: names may hold anything" {
	long=$(printf '%064d' 0)
	for name in 'a"b' "a'b;DROP TABLE x;--" 'a b' '表' '%s' 'select' "$long" 'temp.x' '_anthill_stage'; do
		encoded=$(encode <<<"$name")
		printf '#ant-rows\t1\tt\n#mode\tmerge\n#key\t%s\n#type\ttext\ttext\n#cols\t%s\tv\nk\t1\n#end\t1\t\\N\n' "$encoded" "$encoded" >s
		for again in 1 2; do ddb --table "$name" t.duckdb <s; done
		q=${name//\"/\"\"}
		[ "$(sql "SELECT \"$q\" || v FROM \"$q\"")" = k1 ]
		rm t.duckdb
	done
	for file in ':memory:' 'md:x' 'a b.db' '-' 's3:x'; do
		for again in 1 2; do numbered replace 1 3 | ddb -- "$file"; done
		[ "$(DB=./$file sql 'SELECT count(*) FROM t')" = 3 ]
	done
}

@test "duckdb: values may hold anything" {
	unicode >values
	n=$(wc -l <values)
	{ printf '#ant-rows\t1\tt\n#mode\treplace\n#key\tv\n#type\ttext\tbigint\n#cols\tv\tn\n'; encode <values | awk '{ print $0 "\t" NR }'; printf '#end\t%d\t\\N\n' "$n"; } >s
	ddb t.duckdb <s
	sql 'SELECT v FROM t ORDER BY n' | cmp values -
	ddb --mode merge t.duckdb <s
	[ "$(sql 'SELECT count(*) FROM t')" = "$n" ]
}

@test "duckdb: --check says what stands in the way of a load, and changes nothing" { checks_ahead; }

@test "duckdb: what the library repeats of a row that it refuses, addresses above all, is in no message" {
	local what n=0
	for what in 'CREATE TABLE t (n BIGINT, mail VARCHAR UNIQUE)' 'CREATE TABLE t (n BIGINT PRIMARY KEY, mail VARCHAR PRIMARY KEY)' \
		"CREATE TABLE t (n BIGINT, mail VARCHAR CHECK (mail LIKE 'x%'))" 'CREATE TABLE t (n BIGINT, mail VARCHAR, more VARCHAR NOT NULL)'; do
		rm -f t.duckdb
		FILE=t.duckdb sql "$what" || continue
		stream append '' 'bigint\ttext' 'n\tmail' '1\tjane"x@example.com\n1\tjane"x@example.com\n' '2\t\\N' >s
		run -1 ddb t.duckdb <s
		echo "$output"
		[[ $output == 'ant-load-duckdb: t.duckdb: '*onstraint* && ${#lines[@]} = 1 ]]
		[[ $output != *jane* && $output != *example* ]]
		n=$((n + 1))
	done
	[ "$n" = 3 ]
}

@test "duckdb: wrong use is exit 2" {
	run -2 ddb </dev/null
	[[ $output == *'one FILE is needed'*'usage: ant-load-duckdb '* ]]
	run -2 ddb a b </dev/null
	run -2 ddb --nope a </dev/null
	numbered append 1 1 | { run -2 ddb --table _anthill_loads t.duckdb; }
	numbered merge 1 1 | { run -2 ddb --table _ANTHILL_rows t.duckdb; [[ $output == *"the loader's own"* ]]; } # where a merge has its rows
	[ ! -e t.duckdb ]
}

@test "duckdb: the options of the help, the usage and the manual are the same" { options_agree 24 -; }

@test "duckdb: the examples of the manual run" {
	examples_run 4
	[ "$(duck anthill.duckdb 'SELECT count(*) FROM t')" = 3 ]
}

@test "duckdb: setup-duckdb does nothing where a library that loads is there, and takes no other" {
	folder=$(dirname "$ANT_LIBDUCKDB")
	run -0 "$ROOT/scripts/setup-duckdb" "$folder"
	[ "$output" = "setup-duckdb: $folder/libduckdb.so is there" ]
	stub npm 'exit 1'
	mkdir none
	echo text >none/libduckdb.so
	run -1 "$ROOT/scripts/setup-duckdb" "$PWD/none"
	[[ $output == *'npm could not fetch @duckdb/node-bindings-linux-'* ]]
	[ "$(<none/libduckdb.so)" = text ]
}

@test "duckdb: what the API does not serve any more is never removed, in any mode" { older_stay; }
@test "duckdb: a merge that is read by time says its window, and removes nothing by it" { merges_by_time; }
@test "duckdb: rows of nobody, equal in every cell, are all kept" { nobody_repeats; }
@test "duckdb: an event that was loaded by the window before is one row" { feed_overlaps; }
@test "duckdb: rows of 115 columns with the longest names" { wide_rows 3000; }
