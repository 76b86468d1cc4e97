#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2034,SC2154	# backticks are SQL's; variables of one test; loops that count; set by helpers
# Two servers: the engine of today behind tests/lib/chdb_server.py, and Debian's of 2018 for the protocol.
load lib/helper
load lib/streams
load lib/loads
load lib/cbuild
load lib/clickhouse

setup_file() {
	CBUILD_LIBS="$(pkg-config --libs libcurl)" cbuild "$BATS_FILE_TMPDIR/stage" "$BATS_TEST_DIRNAME/lib/clickhouse_stage.c"
	start_clickhouse
	start_chdb
}
teardown_file() {
	stop_chdb
	stop_clickhouse
}
# A database of its own for each test.
each_setup() {
	unset CLICKHOUSE_PASSWORD
	rm -f "$CHDB_DIR/fault" "$OLD_DIR/full"
	DB=t$BATS_TEST_NUMBER
	URI=$CHDB_URI/$DB FILE=$CHDB_URI/$DB
	create_database "$DB"
	old 'DROP TABLE IF EXISTS s'
}
each_teardown() { drop_database "$DB"; }

LOADER=load-clickhouse
ch() { ant load-clickhouse "$@" "$URI"; }
stage() { "$BATS_FILE_TMPDIR/stage" "$@"; }
sql() { ask "$@" | tr '\t' '|'; }
summary() { sql 'SELECT count(), min(v), max(v) FROM t'; }
content() { ask 'SELECT v FROM t'; }
held() { ask 'SELECT buckets FROM _anthill_loads'; }
gone() { ask 'DROP TABLE IF EXISTS t' 'DROP TABLE IF EXISTS _anthill_loads'; }
# Names of tables and columns, types, rows; and nothing that a load works with.
dump() {
	local name
	for name in $(ask 'SHOW TABLES'); do
		[[ $name != _anthill_* || $name == _anthill_loads ]] || { echo "left: $name" >&2; return 1; }
		ask "SELECT name, type, comment FROM system.columns WHERE database = '$DB' AND table = '$name' ORDER BY position" "SELECT * FROM \`$name\` ORDER BY ALL"
	done
}
# What a killed load has locked its message says how to unlock.
settled() {
	local lock said status
	for lock in $(ask "SELECT name FROM system.tables WHERE database = '$DB' AND name LIKE '\\_anthill\\_lock\\_%' ORDER BY name DESC"); do
		status=0
		said=$(ch <s 2>&1 >/dev/null) || status=$?
		[ "$status" = 6 ]
		[[ $said == "ant-load-clickhouse: clickhouse: another load of 't' is at work, process "*" of "*", since "*" UTC; if that one was killed, this lets others in: DROP TABLE "* ]]
		ask "DROP TABLE ${said##*: DROP TABLE }"
	done
}
locked() { [ -n "$(ask "SHOW TABLES LIKE '\\_anthill\\_lock\\_$1'")" ]; }
# fault WORD TEXT - see chdb_server.py
fault() { echo "$*" >"$CHDB_DIR/fault"; }

W='window\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z'

@test "clickhouse: every type is stored exactly" {
	stream append '' 'text\tbigint\tdouble\tnumeric\tboolean\tdate\ttimestamptz\tjson' 't\ti\td\tn\tb\tday\tat\tj' \
		'00123\t9223372036854775807\t5\t123.78912\ttrue\t2026-11-01\t2026-11-01T12:00:00Z\t{"a": 1.10}\n\\#e5\t-9223372036854775808\t-0.1\t-7\tfalse\t1900-01-01\t1969-12-31T23:59:59.250001Z\t"x"\n\t\\N\t1e300\t\\N\t\\N\t\\N\t\\N\t\\N\n\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\nx\t1\t1\t1\ttrue\t2299-12-31\t2299-12-31T23:59:59.999999Z\tnull\n' \
		'5\t\\N' | ch
	ask 'SELECT * FROM t FORMAT TSVRaw' | sed 's/^\t/(empty)\t/' | sort >got
	sort <<-'END' | diff got -
		00123	9223372036854775807	5	123.78912	true	2026-11-01	2026-11-01 12:00:00.000000	{"a": 1.10}
		#e5	-9223372036854775808	-0.1	-7	false	1900-01-01	1969-12-31 23:59:59.250001	"x"
		(empty)	\N	1e300	\N	\N	\N	\N	\N
		\N	\N	\N	\N	\N	\N	\N	\N
		x	1	1	1	true	2299-12-31	2299-12-31 23:59:59.999999	null
	END
	[ "$(ask "SELECT arrayStringConcat(groupArray(type), ' ') FROM (SELECT type FROM system.columns WHERE database = '$DB' AND table = 't' ORDER BY position) FORMAT TSVRaw")" = \
		"Nullable(String) Nullable(Int64) Nullable(Float64) Nullable(Decimal(38, 12)) Nullable(Bool) Nullable(Date32) Nullable(DateTime64(6, 'UTC')) Nullable(String)" ]
}

@test "clickhouse: doubles come back as they were sent, to the last bit" {
	python3 -c 'import random, struct
random.seed(5)
for i in range(20000):
    v = struct.unpack("<d", random.getrandbits(64).to_bytes(8, "little"))[0] if i % 2 else random.random() * 10 ** random.randint(-9, 9)
    if v == v and abs(v) != float("inf"): print(repr(v))' >values
	{ printf '#ant-rows\t1\tt\n#mode\treplace\n#type\tbigint\tdouble\n#cols\tn\td\n'; awk '{ print NR "\t" $0 }' values; printf '#end\t%d\t\\N\n' "$(wc -l <values)"; } | ch
	ask 'SELECT d FROM t ORDER BY n' | python3 -c 'import sys
want = [float(x) for x in open("values")]
got = [float(x) for x in sys.stdin]
assert len(got) == len(want) and all(a == b for a, b in zip(got, want))'
}

@test "clickhouse: a decimal is exact or refused, and so is a time" {
	printf '%s\n' 0 -0 0.1 -0.000000000001 123456789012345678.9 12345678901234567890123456.123456789012 -99999999999999999999999999.999999999999 \
		1e20 1.5e-11 1.0000000000000000 100000000000000000000000000e-1 999999999999999999 99999999999999999999e-12 >fit
	{ printf '#ant-rows\t1\tt\n#mode\tappend\n#type\tnumeric\tbigint\n#cols\tn\ti\n'; awk '{ print $0 "\t" NR }' fit; printf '#end\t13\t\\N\n'; } | ch
	printf '%s\n' 0 0 0.1 -0.000000000001 123456789012345678.9 12345678901234567890123456.123456789012 -99999999999999999999999999.999999999999 \
		100000000000000000000 0.000000000015 1 10000000000000000000000000 999999999999999999 99999999.999999999999 >want
	ask 'SELECT n FROM t ORDER BY i' | diff want -
	for n in 0.1234567890123 100000000000000000000000000 1e26 1e-13 -1e300 1234567890123456.1234567890123; do
		stream append '' 'text\tnumeric' 's\tn' "x\t$n\n" | { run -1 ch; [[ $output == *"column 'n': $n is more than DECIMAL(38,12) holds exactly" ]]; }
	done
	for at in 1899-12-31 2300-01-01 0001-01-01 9999-12-31; do
		stream append '' date d "$at\n" | { run -1 ch; [[ $output == *"column 'd': $at is not within 1900 to 2299" ]]; }
		stream append '' timestamptz d "${at}T00:00:00Z\n" | { run -1 ch; [[ $output == *"column 'd': ${at}T00:00:00Z is not within"* ]]; }
	done
	[ "$(ask 'SELECT count() FROM t')" = 13 ]
}

@test "clickhouse: a window load twice leaves the same rows, a revised one is revised, a vanished row is gone" {
	stream append b 'timestamptz\ttext' 'b\tv' '2026-10-31T23:59:59.999999Z\tbefore\n2026-11-03T00:00:00Z\tafter\n\\N\tnull\n' '3\t\\N' | ch
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\ta\n2026-11-02T23:59:59.999999Z\tb\n' '2\t2026-11-03T00:00:00Z' >one
	ch <one
	dump | grep -v '^t	' >first
	ch <one
	[ "$(ask 'SELECT v FROM t ORDER BY b NULLS FIRST' | paste -sd ,)" = null,before,a,b,after ]
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-02T00:00:00Z\tB\n' '1\t2026-11-03T00:00:00Z' | ch
	[ "$(ask 'SELECT v FROM t ORDER BY b NULLS FIRST' | paste -sd ,)" = null,before,B,after ]
	stream "$W" b 'timestamptz\ttext' 'b\tv' '' '0\t2026-11-03T00:00:00Z' | ch
	[ "$(ask 'SELECT count() FROM t')" = 3 ]
	stream append '' date d '2026-10-31\n2026-11-01\n2026-11-02\n2026-11-03\n' '4\t\\N' | ch --table dates
	stream 'window\td\t2026-11-01T00:00:00Z\t2026-11-02T12:00:00Z' d date d '2026-11-02\n' | ch --table dates
	[ "$(ask 'SELECT d FROM dates ORDER BY d' | paste -sd ,)" = 2026-10-31,2026-11-02,2026-11-03 ]
	[ "$(ask "SELECT buckets FROM _anthill_loads WHERE into_table = 'dates' AND mode = 'window'")" = '{"2026-11-02T00":1}' ]
}

@test "clickhouse: replace leaves exactly the rows of the stream, append adds" {
	numbered replace 1 5 | ch
	numbered replace 4 9 new >s
	ch <s
	ch <s
	[ "$(sql 'SELECT count(), min(n), max(n), min(v), max(v) FROM t')" = '6|4|9|new|new' ]
	numbered append 1 2 | ch
	[ "$(ask 'SELECT count() FROM t')" = 8 ]
	numbered replace 1 0 | ch
	[ "$(ask 'SELECT count() FROM t')" = 0 ]
}

@test "clickhouse: merge replaces rows of the same key, null equals null, rows that share a key stay" {
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\told\n\\N\t1\told\n\\N\t\\N\told\n\t1\told\ny\t2\tkeep\n' '5\t\\N' | ch
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\tnew\n\\N\t1\tnew1\n\\N\t1\tnew2\n\\N\t\\N\tnew\nz\t3\tnew\n' '5\t\\N' >s
	ch <s
	ch <s
	ask 'SELECT * FROM t ORDER BY a NULLS LAST, k NULLS LAST, v' >got
	printf '%b' '\t1\told\nx\t1\tnew\ny\t2\tkeep\nz\t3\tnew\n\\N\t1\tnew1\n\\N\t1\tnew2\n\\N\t\\N\tnew\n' | diff - got
	stream merge 'at\td\tn\tb\tj' 'timestamptz\tdouble\tnumeric\tboolean\tjson\ttext' 'at\td\tn\tb\tj\tv' '2026-11-01T00:00:00.500Z\t0.1\t1.10\ttrue\t{"a":1}\tv\n' >s
	ch --table u <s
	sed '/^#/!s/\tv$/\tw/; s/00.500Z/00.5Z/; s/1\.10/1.1/' s | ch --table u
	[ "$(sql 'SELECT count(), min(v) FROM u')" = '1|w' ]
}

@test "clickhouse: a stream that is cut leaves nothing, or the rows as they were, in every mode, and no lock" {
	hours b 12 2 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' >whole
	cuts whole >all
	for at in $(awk 'NR % 6 == 0' all); do
		status=0
		head -c "$at" whole | ch >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
	done
	[ -z "$(ask 'SHOW TABLES')" ]
	hours a 30 | ch
	dump >before
	i=0
	# Behind each line, and at random.
	for at in $(head -n 18 all) $(tail -n +19 all | awk 'NR % 4 == 0'); do
		modes=(window replace merge append)
		status=0
		head -c "$at" whole | ch --mode "${modes[i++ % 4]}" >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
		[ $((i % 10)) != 0 ] || dump | diff before -
	done
	dump | diff before -
	ch --allow-shrink <whole
	[ "$(sql 'SELECT count(), min(v), min(more) FROM t')" = '12|b|x' ]
}

@test "clickhouse: a cell that does not fit, late in the stream, undoes the whole load" { misfit_undoes_all; }

@test "clickhouse: killed at any moment, the rows are the old or the new ones, and its lock says how the next load works" { killed "${ANT_KILLS:-12}" 900; }

@test "clickhouse: a second load of the table exits 6 within a second, one of another table goes on" {
	mkfifo pipe
	ch <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9 a | head -n 10 >&7
	wait_for locked t
	numbered replace 1 9 b >s
	status=0
	seconds_of timeout 30 bash -c 'ant load-clickhouse "$0"' "$URI" <s 2>err || status=$?
	[ "$status" = 6 ]
	[[ $(<err) == "ant-load-clickhouse: clickhouse: another load of 't' is at work, process "*" DROP TABLE \`$DB\`.\`_anthill_lock_t\`" ]]
	checked "$ANT_BIN/ant-load-clickhouse" || [ "$elapsed" -lt 2000 ]
	ch --table other <s
	ch --wait 60 <s >waited 3>&- 7>&- &
	waits=$!
	sleep 0.3
	numbered replace 1 9 a | tail -n +11 >&7
	exec 7>&-
	wait "$pid"
	wait "$waits"
	[ "$(wc -l <out)" = 1 ]
	[ "$(sql 'SELECT count(), min(v) FROM t')" = '9|b' ]
	[ "$(ask 'SELECT count() FROM _anthill_loads')" = 3 ]
}

@test "clickhouse: a signal ends the stream: the load undoes what it has begun, and one that waits ends" {
	local signal
	numbered replace 1 9 old | ch
	numbered replace 1 90000 new >s
	dump >before
	for signal in TERM HUP; do # INT is ignored in the background
		rm -f pipe
		mkfifo pipe
		"$ANT_BIN/ant-load-clickhouse" "$URI" <pipe >out 2>err 3>&- &
		pid=$!
		exec 7>pipe
		head -n 40000 s >&7
		wait_for locked t
		"$ANT_BIN/ant-load-clickhouse" --wait 60 "$URI" <s >waited 2>waiting 3>&- 7>&- &
		waits=$!
		wait_for eval '((0x$(sed -n "s/^SigCgt:[[:space:]]*//p" "/proc/$waits/status") & 0x4000))' # it catches SIGTERM
		sleep 0.5
		kill -$signal "$waits"
		status=0
		wait "$waits" || status=$?
		[ "$status" = 6 ]
		kill -$signal "$pid"
		status=0
		wait "$pid" || status=$?
		exec 7>&-
		[ "$status" = 5 ]
		[[ $(<err) == *'the stream breaks off: it has no #end'* ]]
		[ ! -s out ]
		[ ! -s waited ]
		dump | diff before -
	done
}

@test "clickhouse: of eight loads at once each wins or exits 6, and a reader sees one of them whole" { eight_at_once; }

@test "clickhouse: eight first loads of eight tables at once all succeed, and name the destination once" {
	numbered replace 1 50 >s
	pids=()
	for i in 1 2 3 4 5 6 7 8; do
		ch --table "t$i" <s >"out$i" 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	[ "$(sql 'SELECT uniqExact(into_table), sum(rows), uniqExact(destination_id) FROM _anthill_loads')" = '8|400|1' ]
	! locked %
}

@test "clickhouse: a reader sees the old rows until they are exchanged, and what others write meanwhile is not lost" {
	numbered replace 1 10 old | ch
	mkfifo pipe
	ch <pipe >out 2>err 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9000 new >s
	head -n 8000 s >&7
	wait_for locked t
	wait_for eval '[ -n "$(ask "SHOW TABLES LIKE '"'\_anthill\_rows\_t'"'")" ]'
	[ "$(sql 'SELECT count(), min(v) FROM t')" = '10|old' ]
	ask "INSERT INTO t VALUES (11, 'by hand')"
	tail -n +8001 s >&7
	exec 7>&-
	status=0
	wait "$pid" || status=$?
	[ "$status" = 1 ]
	[ "$(<err)" = "ant-load-clickhouse: clickhouse: 't' was changed by another program during the load: it stays as that left it; load again" ]
	[ "$(sql 'SELECT count(), max(v) FROM t')" = '11|old' ]
	[ "$(ask "SELECT count() FROM t WHERE v = 'by hand'")" = 1 ]
	# Merged parts are no change; a deletion, a partition and another table of that name are.
	ask 'OPTIMIZE TABLE t FINAL'
	for change in 'OPTIMIZE TABLE t FINAL' 'DELETE FROM t WHERE n = 1' "ALTER TABLE t DROP PARTITION ID 'all'" 'EXCHANGE TABLES t AND u'; do
		ask 'DROP TABLE IF EXISTS u' 'CREATE TABLE u AS t'
		fault before 'SELECT throwIf(count() = 0'
		echo "$change" >"$CHDB_DIR/fault.sql"
		status=0
		ch --allow-shrink <s >out 2>err || status=$?
		if [[ $change == OPTIMIZE* ]]; then
			[ "$status" = 0 ]
			ask "INSERT INTO t VALUES (1, 'again')"
		else
			[ "$status" = 1 ]
			grep -q 'was changed by another program' err
		fi
	done
	dump >/dev/null
}

@test "clickhouse: what the server refuses at any step undoes all; an answer that is lost is exit 1, and says what is known" {
	numbered replace 1 200 old | ch
	dump >before
	numbered merge 50 300 new >s
	steps=0
	for at in 'CREATE TABLE `_anthill_lock' 'CREATE TABLE `_anthill_next' 'ALTER TABLE `_anthill_next' 'CREATE TABLE `_anthill_rows' 'INSERT INTO `_anthill_rows' \
		'DELETE FROM' 'INSERT INTO `_anthill_next' 'SELECT throwIf' 'EXCHANGE' 'INSERT INTO `_anthill_loads'; do
		for word in refused lost unanswered; do
			fault "$word" "$at"
			status=0
			ch <s >out 2>err || status=$?
			[ "$status" = 1 ] || { echo "$word at $at: $status"; cat err; false; }
			[ ! -s out ]
			[ "$(wc -l <err)" = 1 ]
			[ ! -e "$CHDB_DIR/fault" ]
			case $word-$at in
			unanswered-EXCHANGE | lost-EXCHANGE) grep -q 'whether they are in is not known; loading them again is safe unless the mode is append: ' err ;;
			unanswered-*_loads | lost-*_loads) grep -q ': the rows are in, and whether the ledger has its line is not known' err ;;
			esac
			# Nobody could take the lock away where nobody answered.
			if locked t; then settled; fi
			for name in $(ask "SELECT name FROM system.tables WHERE database = '$DB' AND name LIKE '\\_anthill\\_%' AND name != '_anthill_loads'"); do ask "DROP TABLE $name"; done
			case $word-$at in
			unanswered-EXCHANGE | *-*_loads)
				[ "$word" != refused ] || dump | diff before -
				ch --mode replace < <(numbered replace 1 200 old) >/dev/null
				ask "ALTER TABLE _anthill_loads DELETE WHERE line > 1 SETTINGS mutations_sync = 2"
				;;
			esac
			[[ $word$at == *_loads ]] && continue
			ask 'SELECT * FROM t ORDER BY ALL' | cmp - <(seq 1 200 | sed 's/$/\told/' | sort -n) || { echo "$word at $at"; false; }
			steps=$((steps + 1))
		done
	done
	[ "$steps" = 27 ]
	ch <s
	[ "$(sql "SELECT count(), countIf(v = 'new') FROM t")" = '300|251' ]
}

@test "clickhouse: a first load that fails at its end leaves no table" {
	numbered replace 1 20 >s
	for at in RENAME 'INSERT INTO `_anthill_loads' 'CREATE TABLE IF NOT EXISTS `_anthill_loads'; do
		fault refused "$at"
		run -1 ch <s
		ask 'DROP TABLE IF EXISTS _anthill_loads'
		[ -z "$(ask 'SHOW TABLES')" ]
	done
	ch <s
}

@test "clickhouse: what is left when a load is done is told, and removed by the next one" {
	numbered replace 1 20 >s
	ask 'CREATE TABLE _anthill_rows_t (x Int8) ENGINE = Memory' 'CREATE TABLE _anthill_next_t (x Int8) ENGINE = Memory' 'CREATE TABLE _anthill_again_t (x Int8) ENGINE = Memory'
	ch <s >out
	dump >/dev/null
	fault refused 'DROP TABLE `_anthill_lock'
	run -0 --separate-stderr ch <s
	[[ $stderr == 'ant-load-clickhouse: the rows are committed, but what the load worked with is still there: '* ]]
	settled
	ch <s
	dump >/dev/null
}

@test "clickhouse: a server that is not there, is none, or is too old is exit 1 and says so" {
	numbered append 1 3 >s
	run -1 ant load-clickhouse clickhouse://127.0.0.1:1/x <s
	[[ $output == 'ant-load-clickhouse: clickhouse: http://127.0.0.1:1: '*'onnect'* ]]
	run -1 ant load-clickhouse "$CHDB_URI/nosuch" <s
	[[ $output == 'ant-load-clickhouse: clickhouse: Database nosuch does not exist. (UNKNOWN_DATABASE)' ]]
	run -1 ant load-clickhouse "$OLD_URI" <s
	[ "$output" = 'ant-load-clickhouse: clickhouse: the server is version 18.16.1, and ClickHouse 24.8 or newer is needed' ]
	start_sim
	run -1 ant load-clickhouse "clickhouse://${ANTHROPIC_BASE_URL#http://}" <s
	[[ $output == 'ant-load-clickhouse: clickhouse: HTTP status '* ]]
	ask "CREATE DATABASE m ENGINE = Memory"
	run -1 ant load-clickhouse "$CHDB_URI/m" <s
	[[ $output == *"the database 'm' has the engine Memory, which exchanges no tables: it takes one with ENGINE = Atomic" ]]
	ask "DROP DATABASE m"
}

@test "clickhouse: a disk of the server that gets full is exit 1, and the rows stay" {
	numbered replace 1 9 old | ch
	dump >before
	numbered replace 1 90000 new >s
	# For the engine no file may grow further, which is as near as its library lets one come.
	prlimit --pid "$CHDB_PID" --fsize=50000:
	run -1 ch <s
	prlimit --pid "$CHDB_PID" --fsize=unlimited:
	[[ ${#lines[@]} = 1 && $output == 'ant-load-clickhouse: clickhouse: '* ]]
	dump | diff before -
	[ "$(sql 'SELECT count(), min(v) FROM t')" = '9|old' ]
	ch <s
	[ "$(sql 'SELECT count(), min(v) FROM t')" = '90000|new' ]
}

@test "clickhouse: user and password go in header lines, and stand in no message and no argument" {
	export CLICKHOUSE_PASSWORD='pass word-of-many-bytes'
	first=("$CHDB_DIR" "$CHDB_PID" "$CHDB")
	CHDB_USER='us er' CHDB_KEY=$CLICKHOUSE_PASSWORD start_chdb
	create_database "$DB"
	numbered append 1 3 >s
	keyed="${CHDB_URI/:\/\//://us%20er@}/$DB"
	ant load-clickhouse "$keyed" <s
	run -1 env CLICKHOUSE_PASSWORD=another-password ant-load-clickhouse "$keyed" <s
	[[ $output == 'ant-load-clickhouse: clickhouse: us er: Authentication failed: '* && $output != *another* ]]
	run -1 env -u CLICKHOUSE_PASSWORD ant-load-clickhouse "$keyed" <s
	[[ $output == *'Authentication failed'* ]]
	run -2 ant load-clickhouse "${URI/:\/\//://user:hunter2@}" <s
	[[ $output == *'put it into CLICKHOUSE_PASSWORD'* && $output != *hunter2* ]]
	run -2 ant load-clickhouse clickhouse://db.example.com/x <s
	[[ $output == *'a password would go to another machine for everyone to read: use clickhouses://, or ?insecure-http' ]]
	for uri in mysql://x 'clickhouse://' 'clickhouse://h:x/d' 'clickhouse://h/d?x=1' 'clickhouse://a%0ab@127.0.0.1/d'; do
		run -2 ant load-clickhouse "$uri" <s
		[[ $output == *'clickhouse'* ]]
	done
	stop_chdb
	CHDB_DIR=${first[0]} CHDB_PID=${first[1]} CHDB=${first[2]}
}

@test "clickhouse: the ledger is read back, a dry run prints the SQL and changes nothing" {
	hours a 5 >s
	ch --dry-run <s >plan
	[ -z "$(ask 'SHOW TABLES')" ]
	grep -q '^RENAME TABLE `_anthill_next_t` TO `t`;$' plan
	ch --prefix p_ <s >receipts
	told "$(<receipts)" '{"@ant":"loaded","table":"t","target":"clickhouse","into":"p_t","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","rows":5,"watermark":"2026-11-03T00:00:00Z"}'
	ch <s
	dump >before
	hours b 5 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' | ch --dry-run >plan
	grep -qx 'ALTER TABLE `_anthill_next_t` ADD COLUMN `more` Nullable(String);' plan
	grep -q '^EXCHANGE TABLES `_anthill_next_t` AND `t`;$' plan
	dump | diff before -
	head -n -1 s | { run -5 ch --dry-run; }
	numbered replace 1 3 | ch --table 'a"b' >>receipts
	ch --ledger >ledger
	# A table there has no order of its own: of the loads of one second any may be the first.
	diff <(sort receipts) <(untimed ledger | grep -v '"into":"t"' | sort)
	finished <ledger | sort -c
	ch --set-watermark t=2026-11-02
	[ "$(ch --ledger | tail -n 1 | jq -r .watermark)" = 2026-11-02T00:00:00Z ]
	dump >/dev/null
}

@test "clickhouse: --cluster writes replicated tables on each host, in SQL that ClickHouse reads" {
	hours a 5 >s
	ch <s
	for how in ch "ch --mode merge"; do
		$how --cluster 'my "c`' --dry-run <s >plan
		grep -qxF 'EXCHANGE TABLES `_anthill_next_t` AND `t` ON CLUSTER `my "c\``;' plan
		grep -qxF 'SYSTEM SYNC REPLICA ON CLUSTER `my "c\`` `'"$DB"'`.`_anthill_next_t`;' plan
		grep -qxF 'CREATE TABLE `_anthill_next_t` ON CLUSTER `my "c\`` AS `t`;' plan
		# Each of the statements, as its parser has it.
		awk 'BEGIN { RS = ";\n" } { f = "sql." NR; printf "EXPLAIN AST %s", $0 >f; close(f) }' plan
		for f in sql.*; do
			grep -qE '^EXPLAIN AST INSERT .* FORMAT TabSeparated|VALUES' "$f" || ask "$(<"$f")" >/dev/null || { cat "$f"; false; }
		done
		rm sql.*
	done
	URI="$URI?cluster=c" ch --table new --dry-run <s >plan
	grep -q '^ENGINE = ReplicatedMergeTree$' plan
	grep -qF 'CREATE TABLE IF NOT EXISTS `_anthill_next_new` ON CLUSTER `c` (' plan
	# What a server says that knows no such cluster.
	run -1 ch --cluster nosuch <s
	[[ $output == *"nosuch"*"CLUSTER"* ]]
}

@test "clickhouse: a new column is added, one that is missing stays, a type that differs is refused, one that holds the rows is not" {
	stream append '' 'text\tbigint' 'a\tb' 'x\t1\n' | ch
	stream append '' 'numeric\ttext' 'c\ta' '2.5\ty\n' | ch
	[ "$(sql 'SELECT a, b, c FROM t ORDER BY a')" = $'x|1|\\N\ny|\\N|2.5' ]
	dump >before
	stream append '' 'text\ttext' 'a\tb' 'z\t1\n' | { run -1 ch; [[ $output == *"table 't', column 'b' is of type Nullable(Int64), but the rows need Nullable(String)" ]]; }
	dump | diff before -
	ask 'CREATE VIEW v AS SELECT a FROM t'
	stream append '' text a 'z\n' | { run -1 ch --table v; [[ $output == *"'v' is a view or a table of another engine than MergeTree, not a table" ]]; }
	ask 'DROP VIEW v' "CREATE TABLE own (b DateTime64(6, 'UTC'), a LowCardinality(String), c Decimal(38, 12)) ENGINE = MergeTree ORDER BY (a, b) COMMENT 'mine'"
	stream "$W" b 'timestamptz\ttext\tnumeric' 'b\ta\tc' '2026-11-01T00:00:00Z\tx\t1.5\n' '1\t\\N' >s
	ch --table own <s
	ch --table own <s
	[ "$(sql 'SELECT count(), min(a), min(c) FROM own')" = '1|x|1.5' ]
	[ "$(ask "SELECT comment, sorting_key FROM system.tables WHERE database = '$DB' AND name = 'own'")" = $'mine\ta, b' ]
	sed 's/\tx\t/\t\\N\t/' s | { run -1 ch --table own; [[ $output == *'NULL'* ]]; }
	[ "$(sql 'SELECT count(), min(a), min(c) FROM own')" = '1|x|1.5' ]
	# A table whose engine lets rows vanish is no place for them.
	ask 'CREATE TABLE few (n Nullable(Int64), v Nullable(String)) ENGINE = ReplacingMergeTree ORDER BY tuple()'
	numbered append 1 5 | { run -1 ch --table few; [[ $output == *"'few' took 1 rows of 5: a row policy or the table's engine drops some" ]]; }
	[ "$(ask 'SELECT count() FROM few')" = 0 ]
}

@test "clickhouse: the tables are those that ant-tables --ddl clickhouse prints" {
	for t in users cost_report claude_code_usage; do
		ant tables --json "$t" >json
		{ printf '#ant-rows\t1\t%s\n#mode\t%s\n' "$t" "$(jq -r 'if .mode == "window" then "window\t\(.time_column // .mode_column)\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z" else .mode end' json)"
			jq -r '"#type\t" + ([.columns[].type] | join("\t")), "#cols\t" + ([.columns[].name] | join("\t"))' json; printf '#end\t0\t\\N\n'; } >s
		sed -i "s/\tnull\t2026/\t$(ant tables --tsv | awk -F '\t' -v t="$t" '$1 == t { print $3 }')\t2026/" s
		ch <s >/dev/null
		ask "SHOW CREATE TABLE $t FORMAT TSVRaw" >"loaded.$t"
		ask "DROP TABLE $t"
	done
	ant tables --ddl clickhouse users cost_report claude_code_usage | awk 'BEGIN { RS = ";\n" } { f = "ddl." NR; print >f; close(f) }'
	for f in ddl.*; do [ ! -s "$f" ] || ask "$(<"$f")"; done
	for t in users cost_report claude_code_usage; do ask "SHOW CREATE TABLE $t FORMAT TSVRaw" | diff - "loaded.$t"; done
}

@test "clickhouse: names may hold anything" {
	for name in 'a"b' 'a`b' "a'b;DROP TABLE x;--" 'a b' '表' '%s' 'select' 'temp.x' 'a\b'; do
		encoded=$(encode <<<"$name")
		printf '#ant-rows\t1\tt\n#mode\tmerge\n#key\t%s\n#unique\n#type\ttext\ttext\n#cols\t%s\tv\nk\t0\nk\t1\n#end\t2\t\\N\n' "$encoded" "$encoded" >s
		for again in 1 2; do ch -q --table "$name" <s >/dev/null; done
		q=${name//\\/\\\\} q=${q//\`/\\\`}
		[ "$(ask "SELECT concat(\`$q\`, v) FROM \`$q\`")" = k1 ]
	done
	[ "$(ask 'SELECT count() FROM _anthill_loads')" = 18 ]
}

@test "clickhouse: values may hold anything" {
	unicode >values
	n=$(wc -l <values)
	{ printf '#ant-rows\t1\tt\n#mode\treplace\n#key\tv\n#type\ttext\tbigint\n#cols\tv\tn\n'; encode <values | awk '{ print $0 "\t" NR }'; printf '#end\t%d\t\\N\n' "$n"; } >s
	ch <s
	ask 'SELECT v FROM t ORDER BY n FORMAT TSVRaw' | cmp values -
	ch --mode merge <s
	[ "$(ask 'SELECT count() FROM t')" = "$n" ]
}

@test "clickhouse: of rows that are one object the last counts, in every mode" { last_of_each_counts; }
@test "clickhouse: equal values of a key are one however they are written" { repeats_by_value; }
@test "clickhouse: an event that a feed gives twice is one row" { repeats_in_window; }
@test "clickhouse: the shrink guard counts objects" { repeats_shrink; }
@test "clickhouse: hundreds of thousands of repeats" { many_repeat; }
@test "clickhouse: a receipt that cannot be written is exit 1, and the message says that the rows are in" { receipt_lost; }
@test "clickhouse: a load that would leave fewer than half of over 100 rows is refused" { shrink_refused; }
@test "clickhouse: what the API does not serve any more is never removed, in any mode" { older_stay; }
@test "clickhouse: a merge that is read by time says its window, and removes nothing by it" { merges_by_time; }
@test "clickhouse: rows of nobody, equal in every cell, are all kept" { nobody_repeats; }
@test "clickhouse: an event that was loaded by the window before is one row" { feed_overlaps; }
@test "clickhouse: rows of 115 columns with the longest names" { wide_rows 3000; }
@test "clickhouse: memory does not grow with the rows" { memory_is_constant; }

@test "clickhouse: --check says what stands in the way of a load, and changes nothing" {
	run -0 ch --check --table t
	[ -z "$output" ]
	run -0 ch --check -v
	[ "$output" = 'ant-load-clickhouse: ready for a load' ]
	ask 'CREATE VIEW v AS SELECT 1 AS x'
	run -1 ch --check --table v --table t
	[ "$output" = "ant-load-clickhouse: clickhouse: 'v' is a view or a table of another engine than MergeTree, not a table" ]
	run -1 ant load-clickhouse --check "$OLD_URI"
	[[ $output == *'24.8 or newer is needed' ]]
	[ "$(ask 'SHOW TABLES')" = v ]
}

@test "clickhouse: ant-sync, ant-state and ant-ingest know it" {
	start_sim --days 20
	export ANT_STATE=$PWD/state
	ant-sync -q --dest "$URI" --state destination --start -10d --lookback 2d usage_report users
	n=$(ask 'SELECT count() FROM usage_report')
	[ "$n" -gt 0 ]
	[ "$(ask 'SELECT uniqExact(into_table) FROM _anthill_loads')" = 2 ]
	[ ! -d state ] || [ -z "$(find state -name '*.watermark')" ]
	ant-sync -q --dest "$URI" --state destination --start -10d --lookback 2d usage_report users
	[ "$(ask "SELECT toString(date_diff('day', window_from, window_to) < 6) FROM _anthill_loads WHERE into_table = 'usage_report' ORDER BY line DESC LIMIT 1")" = 1 ]
	ant-state --dest "$URI" set usage_report 2026-11-01
	[[ $(ask "SELECT watermark FROM _anthill_loads WHERE mode = 'set'") == 2026-11-01* ]]
	run -0 ant-sync --dest "$URI" --plan --start -3d users
	[[ $output == *"ant-load-clickhouse "*"$URI"* ]]
	# A password in a URI is in no argument of what runs, and in no scope.
	run -0 ant-sync --dest "${URI/:\/\//://default:hunter2@}" --plan --start -3d users
	[[ $output == *"clickhouse://default@127."* && $output != *hunter2* ]]
	ant-ingest -q --source-uri 'anthropic://' --source-table users --dest-uri "$CHDB_URI" --dest-table "$DB.people"
	[ "$(ask 'SELECT count() FROM people')" = "$(ask 'SELECT count() FROM users')" ]
	run -2 ant-ingest --source-uri 'anthropic://' --source-table users --dest-uri clickhouse://u@h:9000/db
	[[ $output == *"9000 is the port of ClickHouse's own protocol: say http_port=8123 as well"* ]]
	# Rows that vanish are found, as in any other destination.
	ask 'DROP TABLE users'
	ant-sync -q --dest "$URI" --state destination users
	[ "$(ask 'SELECT count() FROM users')" = "$(ask 'SELECT count() FROM people')" ]
}

@test "clickhouse: wrong use is exit 2" {
	run -2 ant load-clickhouse </dev/null
	[[ $output == *'one URI is needed'*'usage: ant-load-clickhouse '* ]]
	run -2 ant load-clickhouse a b </dev/null
	run -2 ch --views </dev/null
	numbered append 1 1 | { run -2 ch --table _anthill_loads; }
	numbered append 1 1 | { run -2 ch --table _anthill_lock_t; [[ $output == *"a name of the loader's own"* ]]; }
}

@test "clickhouse: the options of the help, the usage and the manual are the same" { options_agree 24 -; }

@test "clickhouse: the examples of the manual run" {
	sed "s|clickhouse://127.0.0.1/anthill|$URI|" "$ROOT/man/ant-load-clickhouse.1" >page
	mkdir -p root/man
	mv page root/man/ant-load-clickhouse.1
	ROOT=$PWD/root examples_run 3
	[ "$(ask 'SELECT count() FROM t')" = 3 ]
}

@test "clickhouse: Debian's server takes the stage's rows as they are" {
	old 'CREATE TABLE s (s Nullable(String), i Nullable(Int64), d Nullable(Float64), n Nullable(Decimal(38,12)), at Nullable(DateTime)) ENGINE = MergeTree ORDER BY tuple()'
	stream append '' 'text\tbigint\tdouble\tnumeric\ttimestamptz' 's\ti\td\tn\tat' '\\#x\t9223372036854775807\t0.1\t12345678901234567890123456.123456789012\t2026-11-01T12:00:00Z\n#\t1\t1\t1\t\\N\n\\N\t-1\t1e300\t1e-3\t\\N\n' '3\t\\N' | sed 's/^#\t1/\\#\t1/' >s
	stage "$OLD_URI" s <s
	old 'SELECT * FROM s ORDER BY i' >got
	printf '%b' '\\N\t-1\t1e300\t0.001000000000\t\\N\n#\t1\t1\t1.000000000000\t\\N\n#x\t9223372036854775807\t0.1\t12345678901234567890123456.123456789012\t2026-11-01 12:00:00\n' | diff got - ||
		{ cat got; false; }
	old 'DROP TABLE s' 'CREATE TABLE s (v Nullable(String), n Nullable(Int64)) ENGINE = MergeTree ORDER BY tuple()'
	unicode >values
	{ printf '#ant-rows\t1\tt\n#mode\treplace\n#type\ttext\tbigint\n#cols\tv\tn\n'; encode <values | awk '{ print $0 "\t" NR }'; printf '#end\t%d\t\\N\n' "$(wc -l <values)"; } | stage "$OLD_URI" s
	old 'SELECT v FROM s ORDER BY n FORMAT TSVRaw' | cmp values -
}

@test "clickhouse: Debian's server is told user and password, and refuses others" {
	old 'CREATE TABLE s (n Int64, v String) ENGINE = MergeTree ORDER BY n'
	numbered append 1 3 >s
	CLICKHOUSE_PASSWORD='a secret key' stage "${OLD_URI/:\/\//://keyed@}" s <s
	CLICKHOUSE_PASSWORD='a secret kex' run -1 stage "${OLD_URI/:\/\//://keyed@}" s <s
	[ "$output" = 'clickhouse: Wrong password for user keyed' ]
	run -1 stage "${OLD_URI/:\/\//://nobody@}" s <s
	[[ $output == 'clickhouse: Unknown user nobody' ]]
	[ "$(old 'SELECT count() FROM s')" = 3 ]
}

@test "clickhouse: rows that come slowly are several INSERTs to Debian's server, and all there" {
	old 'CREATE TABLE s (n Int64, v String) ENGINE = MergeTree ORDER BY n'
	numbered append 1 40000 >s
	(head -n 20000 s; sleep 5.5; tail -n +20001 s) | stage "$OLD_URI" s
	[ "$(old 'SELECT count(), sum(n) FROM s')" = $'40000\t800020000' ]
	[ "$(old "SELECT count() FROM system.parts WHERE table = 's' AND active")" = 2 ]
	[ "$(old "SELECT min(min_block_number) != max(max_block_number) FROM system.parts WHERE table = 's'")" = 1 ]
}

@test "clickhouse: Debian's server: a cut, a server that goes, and a full disk end as they must" {
	old 'CREATE TABLE s (n Int64, v String) ENGINE = MergeTree ORDER BY n'
	numbered append 1 400000 >s
	head -n 200000 s | { run -5 stage "$OLD_URI" s; [[ $output == *'the stream breaks off'* ]]; }
	sed 's/^200000\t.*/x\ty/' s | { run -5 stage "$OLD_URI" s; }
	wait_for eval '[ "$(old "SELECT count() FROM system.processes")" = 1 ]'
	old 'TRUNCATE TABLE s'
	echo /data/data/ >"$OLD_DIR/full"
	run -1 stage "$OLD_URI" s <s
	[[ ${#lines[@]} = 1 && $output == 'clickhouse: '*'No space left on device'* ]]
	rm "$OLD_DIR/full"
	(head -n 200000 s; touch half; sleep 1; tail -n +200001 s) | {
		(wait_for [ -e half ]; kill -9 "$(<"$OLD_DIR/pid")") 3>&- &
		run -1 stage "$OLD_URI" s
		echo "$output"
		[[ ${#lines[@]} = 1 && $output == "clickhouse: $OLD: "* ]]
	}
	run_clickhouse
}

@test "clickhouse: setup-clickhouse does nothing where it is done, and says what it cannot fetch" {
	run -0 "$ROOT/scripts/setup-clickhouse" "$(clickhouse_parts)"
	[[ $output == 'setup-clickhouse: '*' is there' ]]
	PYTHON=/bin/false run -1 "$ROOT/scripts/setup-clickhouse" "$PWD/none"
	[[ $output == *'setup-clickhouse: /bin/false -m venv does not work here'* ]]
}
