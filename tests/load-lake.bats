#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2012,SC2034,SC2154,SC2030,SC2031	# single quotes for other shells, ls -A, loops that count, set by a helper, subshells
load lib/helper
load lib/streams
load lib/loads
load lib/duckdb
load lib/lake

setup_file() {
	build_duck
	start_pg
	start_s3
}
teardown_file() {
	stop_s3
	stop_pg
}
each_setup() {
	use_duckdb
	use_lake
	unset AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_SESSION_TOKEN
}

LOADER=load-duckdb FILE='ducklake:sqlite:cat.db?data=data' KEEP=--history
lake() { ant load-duckdb "$@"; }
sql() { in_lake "$FILE" "$@"; }
summary() { sql 'SELECT count(*), min(v), max(v) FROM t'; }
versions() { sql 'SELECT count(*), min(v), max(v) FROM t_history WHERE valid_to IS NULL'; }
content() { sql 'SELECT v FROM t'; }
held() { sql 'SELECT buckets FROM _anthill_loads'; }
gone() { rm -rf cat.db* data; }
dump() { sql "SELECT table_name, column_name, data_type FROM duckdb_columns() WHERE database_name = 'lake' ORDER BY ALL" 'SELECT * FROM t ORDER BY ALL' 'SELECT * FROM _anthill_loads ORDER BY ALL'; }
files() { find data -name '*.parquet' | wc -l; }

# use_pg - a lake of this test's own, with its catalog in PostgreSQL
use_pg() {
	export PGDATABASE=t$BATS_SUITE_TEST_NUMBER
	createdb "$PGDATABASE"
	FILE="ducklake:postgres:?data=data"
}

W='window\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z'

@test "lake: every type is stored exactly, a decimal that does not fit is refused" {
	stream append '' 'text\tbigint\tdouble\tnumeric\tboolean\tdate\ttimestamptz\tjson' 't\ti\td\tn\tb\tday\tat\tj' \
		'00123\t9223372036854775807\t5\t12345678901234567890123456.123456789012\ttrue\t2026-11-01\t2026-11-01T12:00:00Z\t{"a": 1.10}\na text of more than twelve bytes\t-9223372036854775808\t-0.1\t-7\tfalse\t0001-01-01\t1969-12-31T23:59:59.250001Z\t"x"\n\t\\N\t1e300\t\\N\t\\N\t\\N\t\\N\t\\N\n\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n' \
		'4\t\\N' >s
	into <s
	sql 'SELECT t, i, d, n, b, day, epoch_us("at"), j FROM t' "SELECT string_agg(data_type, ',' ORDER BY column_index) FROM duckdb_columns() WHERE table_name = 't' AND database_name = 'lake'" >got
	diff got - <<-'END'
		00123|9223372036854775807|5.0|12345678901234567890123456.123456789012|true|2026-11-01|1793534400000000|{"a": 1.10}
		a text of more than twelve bytes|-9223372036854775808|-0.1|-7.000000000000|false|0001-01-01|-749999|"x"
		|NULL|1e+300|NULL|NULL|NULL|NULL|NULL
		NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL
		VARCHAR,BIGINT,DOUBLE,DECIMAL(38,12),BOOLEAN,DATE,TIMESTAMP WITH TIME ZONE,JSON
	END
	stream append '' numeric n '0.1234567890123\n' | { run -1 lake --table other "$FILE"; [[ $output == *"column 'n': 0.1234567890123 is more than DECIMAL(38,12) holds exactly" ]]; }
	# In Parquet, too: rows that are not kept in the catalog.
	{ printf '#ant-rows\t1\tu\n#mode\tappend\n#type\tnumeric\tjson\n#cols\tn\tj\n'; seq 1 100 | sed 's/.*/99999999999999999999999999.9999999999&\t{"n":&}/; s/\(\.[0-9]\{12\}\)[0-9]*/\1/'; printf '#end\t100\t\\N\n'; } | into
	[ "$(sql "SELECT count(*), min(n), sum((j->>'n')::INT) FROM u")" = '100|99999999999999999999999999.999999999910|5050' ]
}

@test "lake: a window load twice leaves the same rows, a revised one is revised, a vanished row is gone" {
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-10-31T23:59:59.999999Z\tbefore\n2026-11-03T00:00:00Z\tafter\n\\N\tnull\n' '3\t\\N' |
		sed '/^#mode/s/.*/#mode\tappend/' | into
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\ta\n2026-11-02T23:59:59.999999Z\tb\n' '2\t2026-11-03T00:00:00Z' >one
	TZ=Asia/Kathmandu into <one
	sql 'SELECT epoch_us(b), v FROM t ORDER BY v' >first
	TZ=America/Los_Angeles into <one
	sql 'SELECT epoch_us(b), v FROM t ORDER BY v' | diff first -
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-02T00:00:00Z\tB\n' '1\t2026-11-03T00:00:00Z' | into
	[ "$(sql 'SELECT string_agg(v, $$,$$ ORDER BY b NULLS FIRST) FROM t')" = null,before,B,after ]
	stream "$W" b 'timestamptz\ttext' 'b\tv' '' '0\t2026-11-03T00:00:00Z' | into
	[ "$(sql 'SELECT count(*) FROM t')" = 3 ]
}

@test "lake: tables with a time column are partitioned by month, in UTC, and who reads in another zone misses no row" {
	{ printf '#ant-rows\t1\tt\n#mode\twindow\tb\t2026-10-01T00:00:00Z\t2026-12-01T00:00:00Z\n#key\tb\n#type\ttimestamptz\tbigint\n#cols\tb\tn\n'
		for day in 10-01 10-31 11-01 11-30; do seq 0 23 | awk -v d=$day '{ printf "2026-%sT%02d:30:00Z\t%d\n", d, $1, $1 }'; done; printf '#end\t96\t2026-12-01T00:00:00Z\n'; } | TZ=Asia/Kathmandu into
	find data -name '*.parquet' | cut -d / -f 3-5 | sort >got
	printf 't/year=2026/month=%s\n' 10 11 | diff got -
	for zone in UTC Asia/Kathmandu America/Los_Angeles; do
		[ "$(sql "SET TimeZone = '$zone'" "SELECT count(*) FROM t WHERE b >= '2026-10-31T20:00:00Z' AND b < '2026-11-01T04:00:00Z'")" = 8 ]
	done
	numbered replace 1 50 | lake --table plain "$FILE"
	[ "$(find data -path '*plain*' -name '*.parquet' | cut -d / -f 2-3)" = main/plain ]
}

@test "lake: merge replaces rows of the same key, null equals null, rows that share a key stay" {
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\told\n\\N\t1\told\n\\N\t\\N\told\n\t1\told\ny\t2\tkeep\n' '5\t\\N' | into
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\tnew\n\\N\t1\tnew1\n\\N\t1\tnew2\n\\N\t\\N\tnew\nz\t3\tnew\n' '5\t\\N' >s
	into <s
	into <s
	sql 'SELECT * FROM t ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3' >got
	printf '%s\n' '|1|old' 'x|1|new' 'y|2|keep' 'z|3|new' 'NULL|1|new1' 'NULL|1|new2' 'NULL|NULL|new' | diff - got
}

@test "lake: a stream that is cut leaves the rows as they were, in every mode, and no file" {
	local i=0 before
	hours a 30 | into
	dump >before
	before=$(files)
	hours b 6 2 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' >whole
	modes=(window replace merge append)
	for at in $(ANT_CUTS=${ANT_CUTS:-4} cuts whole); do
		status=0
		head -c "$at" whole | lake --allow-shrink --mode "${modes[i++ % 4]}" "$FILE" >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
	done
	dump | diff before -
	[ "$(files)" = "$before" ]
	into <whole
	[ "$(sql 'SELECT count(*), min(v), min(more) FROM t')" = '6|b|x' ]
}

@test "lake: a first load that is cut leaves a lake without a table" {
	hours a 20 | head -n 15 | { run -5 into; }
	hours a 20 | head -n 3 | { run -5 into; }
	[ -z "$(in_lake "$FILE" "SELECT table_name FROM duckdb_tables() WHERE database_name = 'lake'")" ]
	[ -z "$(into --ledger)" ]
	[ -z "$(find data -type f)" ]
	hours a 20 | into
}

@test "lake: a cell that does not fit, late in the stream, undoes the whole load" { misfit_undoes_all; }

@test "lake: killed at any moment, the rows are the old or the new ones, and the next load works" { killed "${ANT_KILLS:-10}" 999; }

@test "lake: a disk that gets full is exit 1, and the rows stay" {
	local room status refused=0
	kept replace 1 1000 old | into $KEEP
	kept replace 1 20000 new >s
	for ((room = 5000; ; room = room * 2 + 97)); do
		status=0
		full "$room" into $KEEP <s >out 2>err || status=$?
		[ "$status" != 0 ] || break
		[ "$status" = 1 ] || { echo "room for $room: status $status"; cat err; return 1; }
		[ ! -s out ]
		[[ $(<err) == "ant-load-duckdb: ducklake:sqlite:cat.db: "* && $(wc -l <err) = 1 ]]
		[ "$(summary)" = '1000|old|old' ]
		agree
		refused=$((refused + 1))
	done
	echo "refused $refused times"
	[ "$refused" -ge 4 ]
	[ "$(summary)" = '20000|new|new' ]
	agree
}

@test "lake: a receipt that cannot be written is exit 1, and the message says that the rows are in" { receipt_lost; }
@test "lake: a load that would leave fewer than half of over 100 rows is refused" { shrink_refused; }
@test "lake: of a repeated key the last row counts, by value, and an event that comes twice is one" {
	repeats_by_value
	repeats_in_window
}
@test "lake: rows of nobody, equal in every cell, are all kept" { nobody_repeats; }
@test "lake: an event that was loaded by the window before is one row" { feed_overlaps; }
@test "lake: rows of 115 columns with the longest names" { wide_rows 300; }

@test "lake: eight loads at once into a catalog of SQLite: each wins or exits 6, and a reader sees one of them whole" { eight_at_once; }

@test "lake: with --wait what another load overtakes is loaded again, from a file" {
	numbered append 1 500 0 | into
	for i in 1 2 3 4 5 6; do numbered append 1 500 "$i" >"s$i"; done
	pids=()
	for i in 1 2 3 4 5 6; do
		into --wait 600 <"s$i" >"out$i" 2>"err$i" 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid" || { cat err?; false; }; done
	[ "$(summary)" = '3500|0|6' ]
	diff <(sort out?) <(into --ledger | sed 1d | sed -E 's/,"finished":"[^"]*"}$/}/' | sort)
}

@test "lake: eight first loads at once make the lake once" { first_at_once; }

@test "lake: of two loads into a catalog of SQLite the later one to commit is exit 6, into an empty window, too" {
	hours a 5 | lake --table other "$FILE"
	mkfifo pipe
	into <pipe >out 2>err 3>&- &
	pid=$!
	exec 7>pipe
	hours b 300 >s
	head -n 200 s >&7
	until_open cat.db
	sleep 0.5 # what it sees is settled with its first question
	hours c 7 | into
	tail -n +201 s >&7
	exec 7>&-
	status=0
	wait "$pid" || status=$?
	[ "$status" = 6 ]
	[[ $(<err) == *'ducklake:sqlite:cat.db: another load is at work, or was faster: nothing was changed' ]]
	[ "$(summary)" = '7|c|c' ]
}

@test "lake: the receipt and the ledger say what was loaded, --ledger prints it again" {
	hours a 5 | lake --prefix p_ "$FILE" >receipts
	told "$(<receipts)" '{"@ant":"loaded","table":"t","target":"ducklake","into":"p_t","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","rows":5,"watermark":"2026-11-03T00:00:00Z"}'
	numbered replace 1 3 | lake --table 'a"b' "$FILE" >>receipts
	lake --ledger "$FILE" >ledger
	# A lake's table has no order of its own: of the loads of one second any may be the first.
	diff <(sort receipts) <(untimed ledger | sort)
	finished <ledger | sort -c
	run -1 lake --ledger ducklake:sqlite:none.db
	[[ $output == *'ducklake:sqlite:none.db: there is no such lake' ]]
	[ ! -e none.db ]
}

@test "lake: a dry run prints the SQL and changes nothing" {
	hours a 5 >s
	lake --dry-run "$FILE" <s >plan
	[ ! -e cat.db ]
	[ ! -e data ]
	grep -qx 'ALTER TABLE "t" SET PARTITIONED BY (year("b"), month("b"));' plan
	into <s
	dump >before
	lake --dry-run "$FILE" <s >plan
	grep -q '^DELETE FROM "t" WHERE "b" >= ' plan
	[ "$(tail -n 1 plan)" = 'COMMIT;' ]
	dump | diff before -
}

@test "lake: a new column is added, one of another type is refused, names and values may hold anything" {
	local name
	stream append '' 'text\tbigint' 'a\tb' 'x\t1\n' | into
	stream append '' 'numeric\ttext' 'c\ta' '2.5\ty\n' | into
	[ "$(sql 'SELECT a, b, c FROM t ORDER BY a')" = $'x|1|NULL\ny|NULL|2.500000000000' ]
	stream append '' 'text\ttext' 'a\tB' 'z\t1\n' | { run -1 into; [[ $output == *"table 't', column 'B' is of type BIGINT, but the rows need VARCHAR" ]]; }
	for name in 'a"b' "a'b;DROP TABLE x;--" '表 %s/../..' "$(printf '%064d' 0)"; do
		printf '#ant-rows\t1\tt\n#mode\tmerge\n#key\t%s\n#type\ttext\ttext\n#cols\t%s\tv\nk\t1\n#end\t1\t\\N\n' "$name" "$name" >s
		for again in 1 2; do lake --table "$name" "$FILE" <s; done
		[ "$(sql "SELECT \"${name//\"/\"\"}\" || v FROM \"${name//\"/\"\"}\"")" = k1 ]
	done
	[ -z "$(find . -name '*.parquet' -not -path './data/*')" ]
	unicode >values
	{ printf '#ant-rows\t1\tu\n#mode\treplace\n#key\tv\n#type\ttext\tbigint\n#cols\tv\tn\n'; encode <values | awk '{ print $0 "\t" NR }'; printf '#end\t%d\t\\N\n' "$(wc -l <values)"; } >s
	into <s
	sql 'SELECT v FROM u ORDER BY n' | cmp values -
}

@test "lake: --check says what stands in the way of a load, and changes nothing" {
	run -2 lake --check ducklake:sqlite:cat.db
	[[ $output == *'there is no lake yet; say where its data goes: ducklake:sqlite:cat.db?data=PATH' ]]
	run -0 lake --check "$FILE"
	[ -z "$output" ]
	[ ! -e cat.db ]
	[ ! -e data ]
	hours a 5 | into
	run -0 lake --check -v ducklake:sqlite:cat.db
	[ "$output" = 'ant-load-duckdb: ready for a load' ]
	run -1 lake --check 'ducklake:sqlite:none/cat.db?data=data'
	[[ $output == *'none/cat.db: No such file or directory' ]]
	mv data elsewhere
	run -1 lake --check ducklake:sqlite:cat.db
	[[ $output == *data* ]]
}

@test "lake: wrong use is exit 2, another place of the data is refused, a file that is no lake is left alone" {
	run -2 lake ducklake: </dev/null
	run -2 lake 'ducklake:sqlite:cat.db?data=' </dev/null
	run -2 lake 'ducklake:sqlite:cat.db?data=gs://b/' </dev/null
	for catalog in 'postgres:password=hush' "postgres:host=h password = 'hush'" 'postgres:postgresql://u:hush@h/db' 'postgres:postgresql://h/db?password=hush'; do
		run -2 lake "ducklake:$catalog?data=data" </dev/null
		[[ $output == *PGPASSWORD* && $output != *hush* ]]
	done
	hours a 5 >s
	run -2 lake ducklake:sqlite:cat.db <s
	[[ $output == *'there is no lake yet; say where its data goes: ducklake:sqlite:cat.db?data=PATH' ]]
	into <s
	mkdir other
	run -1 lake 'ducklake:sqlite:cat.db?data=other' <s
	[[ $output == *'does not match existing data path'* ]]
	numbered replace 1 3 | ant load-sqlite plain.db
	cp plain.db before.db
	run -1 lake 'ducklake:sqlite:plain.db?data=data' <s
	cmp plain.db before.db
}

@test "lake: extensions that are missing or changed are exit 1, and a bucket's is loaded for a bucket alone" {
	hours a 5 >s
	ANT_DUCKDB_EXTENSIONS=$PWD/none run -1 into <s
	[[ $output == *'ANT_DUCKDB_EXTENSIONS: No such file or directory' ]]
	mkdir changed
	for file in "$EXTENSIONS"/*.duckdb_extension; do ln -s "$file" changed/; done
	rm changed/httpfs.duckdb_extension
	ANT_DUCKDB_EXTENSIONS=$PWD/changed into <s
	rm changed/ducklake.duckdb_extension
	cp "$EXTENSIONS/ducklake.duckdb_extension" changed/
	printf x | dd of=changed/ducklake.duckdb_extension bs=1 seek=1000000 conv=notrunc status=none
	ANT_DUCKDB_EXTENSIONS=$PWD/changed run -1 into <s
	[[ $output == *'signature is either missing or invalid'* ]]
	[ "$(sql 'SELECT count(*) FROM t')" = 5 ]
}

@test "lake: no other file is read or written, and nothing of the user's home is" {
	hours a 300 >s
	mkdir -p home/.duckdb/stored_secrets
	into <s
	# (LeakSanitizer cannot work under strace.)
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 ANT_WRAP="strace -f -e trace=%file -o trace $ANT_WRAP" into <s
	sed -nE 's/.*open(at)?\((AT_FDCWD, )?"([^"]*)", .*\) = [0-9]+.*/\3/p' trace | grep -vE '^(/lib|/usr|/etc/(ld|ssl|localtime|nsswitch|passwd|host|resolv)|/proc|/sys|/dev|/tmp/ant-unique)' | grep -vF -e "$EXTENSIONS" -e "$(dirname "$ANT_LIBDUCKDB")" -e "$ROOT" |
		sed "s|^$PWD/||; s|^$PWD\$|.|" | sort -u >got
	run -1 grep -vE '^(cat\.db(-wal|-shm|-journal)?|data/.*|\.|.*\.so)$' got
	run -1 grep duckdb/ <(grep -F "$PWD/home" trace | grep -v ENOENT)
}

@test "lake: a catalog that is a file of DuckDB: the same rows, one process at a time, nothing left of a killed first load" {
	FILE='ducklake:cat.ducklake?data=data'
	numbered replace 1 20000 x >s
	for i in 1 2 3 4; do
		rm -rf cat.ducklake* data
		"$ANT_BIN/ant-load-duckdb" "$FILE" <s >out 2>err 3>&- &
		pid=$!
		sleep "0.$((i * 2))"
		kill -9 "$pid" 2>/dev/null || :
		wait "$pid" || :
		into <s
	done
	[ "$(summary)" = '20000|x|x' ]
	numbered replace 1 9 y | { run -1 into; }
	numbered replace 1 9 y | into --allow-shrink
	[ "$(summary)" = '9|y|y' ]
	mkfifo pipe
	into <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9 a | head -n 10 >&7
	until_open cat.ducklake
	numbered replace 1 9 b >s
	run -6 into <s
	[[ $output == *'ducklake:cat.ducklake: another process has it open' ]]
	numbered replace 1 9 a | tail -n +11 >&7
	exec 7>&-
	wait "$pid"
	[ "$(summary)" = '9|a|a' ]
	ls -A >left
	run -1 grep anthill left
}

@test "lake: PostgreSQL: of eight loads at once into an empty window one counts, and the others exit 6" {
	use_pg
	hours x 20 | lake --table other "$FILE"
	for i in 1 2 3 4 5 6 7 8; do hours "$i" 200 "$i" >"s$i"; done
	for round in 1 2; do
		pids=() won=0
		for i in 1 2 3 4 5 6 7 8; do
			lake --table "t$round" "$FILE" <"s$i" >"out$i" 2>"err$i" 3>&- &
			pids+=($!)
		done
		for pid in "${pids[@]}"; do
			status=0
			wait "$pid" || status=$?
			case $status in 0) won=$((won + 1)) ;; 6) ;; *) cat err*; false ;; esac
		done
		[ "$won" -ge 1 ]
		[ "$(sql "SELECT count(*), count(DISTINCT v) FROM t$round")" = '200|1' ]
		[ "$(sql "SELECT count(*) FROM _anthill_loads WHERE into_table = 't$round'")" = "$won" ]
	done
}

@test "lake: PostgreSQL: a second load of a table exits 6 at once, one of another table goes on beside it" {
	use_pg
	mkfifo pipe
	hours x 20 | lake --table other "$FILE"
	into <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	hours a 300 >s
	head -n 200 s >&7
	wait_for eval '[ "$(psql -AtXqc "SELECT count(*) FROM pg_locks WHERE locktype = '"'advisory'"' AND database = (SELECT oid FROM pg_database WHERE datname = current_database())")" = 1 ]'
	hours b 300 3 >b
	run -6 into <b
	[[ $output == *"ducklake:postgres:: another load of 't' is at work" ]]
	run -6 lake --table T "$FILE" <b
	run -0 lake --table other "$FILE" <b
	lake --wait 60 "$FILE" <b >waited 2>&1 3>&- 7>&- &
	waits=$!
	tail -n +201 s >&7
	exec 7>&-
	wait "$pid"
	wait "$waits" || { cat waited; false; }
	[ "$(summary)" = '300|b|b' ]
	[ "$(sql 'SELECT count(*), count(DISTINCT destination_id) FROM _anthill_loads')" = '4|1' ]
}

@test "lake: PostgreSQL: first loads of eight tables at once make one lake and one ledger with one name" {
	use_pg
	pids=()
	for i in 1 2 3 4 5 6 7 8; do
		hours "$i" 20 >"s$i"
		lake --table "t$i" "$FILE" <"s$i" >"out$i" 2>"err$i" 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid" || { cat err*; false; }; done
	[ "$(sql 'SELECT count(*), count(DISTINCT destination_id), count(DISTINCT into_table) FROM _anthill_loads')" = '8|1|8' ]
}

@test "lake: PostgreSQL: a server that is gone before the end is exit 1, and the rows stay" {
	use_pg
	hours a 50 | into
	mkfifo pipe
	# What cannot be closed any more without ending the process is left to its end, which looks like a leak.
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 into <pipe >out 2>err 3>&- &
	pid=$!
	exec 7>pipe
	hours b 300 >s
	head -n 200 s >&7
	wait_for eval '[ "$(psql -AtXqc "SELECT count(*) FROM pg_locks WHERE locktype = '"'advisory'"'")" -ge 1 ]'
	psql -AtXqc 'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()' >/dev/null
	tail -n +201 s >&7
	exec 7>&-
	status=0
	wait "$pid" || status=$?
	cat err
	[ "$status" = 1 ]
	[ ! -s out ]
	[[ $(<err) == 'ant-load-duckdb: ducklake:postgres:: '* && $(wc -l <err) = 1 ]]
	[ "$(summary)" = '50|a|a' ]
	hours c 60 | into
	PGHOST=$PWD/nowhere run -1 into <s
}

@test "lake: S3: the same rows, the keys in no message and no argument" {
	use_s3
	FILE="ducklake:sqlite:cat.db?data=s3://lake/a b'c"
	hours a 300 | into
	hours b 200 | lake ducklake:sqlite:cat.db
	[ "$(summary)" = '200|b|b' ]
	hours b 200 | head -n 100 | { run -5 into; }
	[ "$(summary)" = '200|b|b' ]
	run -0 lake --check ducklake:sqlite:cat.db
	hours c 150 >s
	run -1 lake 'ducklake:sqlite:other.db?data=s3://nobody/x/' <s
	AWS_SECRET_ACCESS_KEY='' run -2 into <s
	[[ $output == *'set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY' ]]
	AWS_ENDPOINT_URL=ftp://x run -2 into <s
	# A server that repeats all that it was asked with.
	python3 "$ROOT/tests/lib/echo403.py" >port 3>&- &
	pid=$!
	wait_for [ -s port ]
	AWS_ENDPOINT_URL=http://127.0.0.1:$(<port)
	export AWS_ENDPOINT_URL AWS_ACCESS_KEY_ID=AKIAVERYSECRETID AWS_SECRET_ACCESS_KEY="s3cr'et" AWS_SESSION_TOKEN=token-of-a-session
	for what in --check --allow-shrink; do
		run -1 lake -v $what "$FILE" <s
		echo "$output"
		[[ $output == *403* && $output != *AKIAVERY* && $output != *s3cr* && $output != *token-of* ]]
	done
	end_process "$pid"
}

@test "lake: the recipe keeps a lake small: the rows stay, old files go, and files that no catalog knows" {
	for i in 1 2 3; do hours "$i" 300 "$i" | into; done
	block() { sed -n '/^\.Sh DUCKLAKE/,/^\.Sh SEE/p' "$ROOT/man/anthill-recipes.7" | awk -v n="$1" '/^\.Ed/ { on = 0 } on { print } /^\.Bd/ && ++seen == n { on = 1 }'; }
	block 1 | sed "s/usage_report/t/; s/now() - INTERVAL 1 DAY/'9999-01-01'/" >look.sql
	block 2 | sed 's/now() - INTERVAL [0-9]* DAYS*/now()/' >keep.sql
	[ "$(wc -l <keep.sql)" = 6 ]
	cp "$(find data/main/t -name '*.parquet' | head -n 1)" data/main/t/ducklake-left-by-a-killed-load.parquet
	before=$(files)
	LAKE_OPTIONS='META_BUSY_TIMEOUT 5000' sql "$(<look.sql)" >/dev/null
	LAKE_OPTIONS='META_BUSY_TIMEOUT 5000' sql "$(<keep.sql)" >/dev/null
	[ "$(summary)" = '300|3|3' ]
	[ "$(into --ledger | wc -l)" = 3 ]
	[ "$(find data/main/t -name '*.parquet' | wc -l)" = 1 ]
	[ "$(files)" -lt "$before" ]
	hours 4 200 | into
	[ "$(summary)" = '200|4|4' ]
}

@test "lake: ant-sync fills lakes as it fills SQLite, goes on from their ledger, and ant-report says the same of them" {
	local tables='usage_report cost_report claude_code_usage workspaces api_keys users organization' now
	now=$(date -u -d '12:00 yesterday' +%FT%TZ)
	start_sim --days 40 --now "$now"
	export ANT_STATE=$PWD/state PGDATABASE=t$BATS_SUITE_TEST_NUMBER
	createdb "$PGDATABASE"
	sync() { timeout 300 "$ANT_BIN/ant-sync" -q --rate 0 --to "${now%T*}" --start "$(date -u -d "${now%T*} -20 days" +%F)" "$@" >receipts; }
	sync --dest sqlite:///ref.db $tables
	rm -rf state
	sync --dest 'ducklake:sqlite:cat.db?data=data' $tables
	[ "$(grep -c '"target":"ducklake"' receipts)" = 7 ]
	sync --dest 'ducklake:postgres:password=hush?data=pgdata' cost_report users
	# No watermark is kept here, but there.
	[ ! -e state ]
	sync --dest ducklake:sqlite:cat.db cost_report
	grep -q "\"table\":\"cost_report\".*\"from\":\"$(date -u -d "${now%T*} -3 days" +%F)T" receipts
	sqlite3 ref.db 'SELECT count(*), sum(CAST(round(amount_cents * 1e9) AS INTEGER)) FROM cost_report' >want
	for name in ducklake:sqlite:cat.db ducklake:postgres:; do
		in_lake "$name" 'SELECT count(*), CAST(sum(amount_cents) * 1000000000 AS BIGINT) FROM cost_report' 'SELECT count(*) > 0 FROM ant_cost_daily' >got
		printf '%s\ntrue\n' "$(<want)" | diff - got
	done
	ant report --text --to "${now%T*}" ref.db >ref.txt
	ant report --text --to "${now%T*}" ducklake:sqlite:cat.db | diff ref.txt -
	run -0 ant sync --dest ducklake:postgres: --check users
	[[ $output == *'destination ducklake:postgres:: ready'* ]]
	run -0 ant sync --dest ducklake:postgres: --gaps cost_report
	run -0 ant ingest --source-uri anthropic:// --source-table users --dest-uri ducklake:sqlite:cat.db --dest-table people -q
	[ "$(in_lake ducklake:sqlite:cat.db 'SELECT count(*) FROM people')" = "$(sqlite3 ref.db 'SELECT count(*) FROM users')" ]
}

@test "lake: a password in the catalog's name leaves the command line for the environment" {
	printf '#!/bin/sh\ntr "\\0" "\\n" </proc/$PPID/cmdline >>seen; echo "argv $*" >>seen; echo "password $PGPASSWORD" >>seen; exit 1\n' >spy
	chmod +x spy
	mkdir -p bin
	cp spy bin/ant-load-duckdb
	start_sim --days 3
	for uri in "ducklake:postgres:host=h password='it is\\\\ \\'hush' user=me?data=data" 'ducklake:postgres:postgresql://me:it%20is%5C%20%27hush@h/db?data=data'; do
		rm -f seen
		PATH=$PWD/bin:$PATH run ant sync --dest "$uri" users
		[[ $output != *hush* ]]
		grep -qxF "password it is\\ 'hush" seen
		run -1 grep -v '^password' <(grep hush seen)
		PATH=$PWD/bin:$PATH run ant ingest --source-uri anthropic:// --source-table users --dest-uri "$uri"
		[[ $output != *hush* ]]
		run -1 grep -v '^password' <(grep hush seen)
	done
}
