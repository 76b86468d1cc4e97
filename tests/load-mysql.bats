#!/usr/bin/env bats
# shellcheck disable=SC1003,SC2013,SC2016,SC2034,SC2053,SC2154	# quoted for another shell; lists of numbers; names of helpers; patterns
load lib/helper
load lib/streams
load lib/loads
load lib/mariadb

# Without asynchronous writes, a full disk is met where full_preload.c sees it.
setup_file() {
	export MY_FULL=1
	start_mariadb --innodb-use-native-aio=0
}
teardown_file() { stop_mariadb; }

LOADER=load-mysql KEEP=--history
each_setup() {
	unset MYSQL_PWD MYSQL_HOST MYSQL_TCP_PORT MYSQL_UNIX_PORT MYSQL_HOME
	rm -f "$MY_DIR/full"
	my -e 'SET GLOBAL local_infile = 1; SET GLOBAL net_read_timeout = 30; DROP DATABASE anthill; CREATE DATABASE anthill'
	FILE=$(uri)
}

# uri [USER [DATABASE]] - of the server, by its socket
uri() { echo "mysql://${1-root}@localhost/${2-anthill}?socket=$MY_DIR/s"; }
sql() { my -BN --raw anthill -e "$*" | tr '\t' '|'; }

summary() { sql 'SELECT count(*), min(v), max(v) FROM t'; }
versions() { sql 'SELECT count(*), min(v), max(v) FROM t_history WHERE valid_to IS NULL'; }
content() { sql 'SELECT v FROM t'; }
held() { sql 'SELECT buckets FROM _anthill_loads'; }
gone() { sql 'DROP TABLE IF EXISTS t, _anthill_loads'; }

# what the database holds: tables, columns, indexes, rows
everything() {
	sql "SELECT table_name, column_name, column_type, collation_name FROM information_schema.columns WHERE table_schema = 'anthill' ORDER BY table_name, ordinal_position"
	sql "SELECT table_name, index_name, column_name, sub_part FROM information_schema.statistics WHERE table_schema = 'anthill' ORDER BY 1, 2, seq_in_index"
	dump
}
# each row of each table that has any: what a load that fails leaves as it was
dump() {
	local t
	sql "SELECT table_name FROM information_schema.tables WHERE table_schema = 'anthill' ORDER BY 1" | while IFS= read -r t; do
		my -BN --raw anthill -e "SELECT '${t//\'/_}: ', t.* FROM \`${t//\`/\`\`}\` t" | sort
	done
}

# is PATTERN QUERY - whether the answer is like that
is() { [[ $(sql "$2") == $1 ]]; }

# the server sees after a moment that a killed load has gone
settled() { wait_for is 0 "SELECT count(*) FROM information_schema.processlist WHERE db = 'anthill' AND id <> CONNECTION_ID()"; }

# begun - wait until a load is in its rows
begun() { wait_for is '[1-9]*' "SELECT count(*) FROM information_schema.processlist WHERE info LIKE 'LOAD DATA %'"; }

W='window\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z'
TYPES='text\tbigint\tdouble\tnumeric\tboolean\tdate\ttimestamptz\tjson'

# both COMMAND... - run it, then once more where the server takes no LOAD DATA LOCAL
both() {
	local off
	for off in 1 0; do
		my -e "SET GLOBAL local_infile = $off"
		gone
		"$@" || { echo "with local_infile = $off"; return 1; }
	done
}

every_type() {
	stream append '' "$TYPES" 't\ti\td\tn\tb\tday\tat\tj' \
		'00123\t9223372036854775807\t5\t123.78912\ttrue\t2026-11-01\t2026-11-01T12:00:00Z\t1.10\n1e5\t-9223372036854775808\t-0.1\t12345678901234567890123456789012345678901.000000000000000000000001\tfalse\t0001-01-01\t2026-11-01T00:00:00.250Z\t{"a":"\\\\\\\\n"}\n\t\\N\t1e300\t\\N\t\\N\t\\N\t\\N\t"x"\nr\t0\t4.9e-324\t-1.5e-7\ttrue\t9999-12-31\t9999-12-31T23:59:59.999999Z\tnull\n\\N\t\\N\t\\N\t100.000000000000000000000000000000\tfalse\t\\N\t0001-01-01T00:00:00.1234565Z\t\\N\n' \
		'5\t\\N' | into
	sql 'SELECT * FROM t' >got
	diff got - <<-'END'
		00123|9223372036854775807|5|123.789120000000000000000000|1|2026-11-01|2026-11-01 12:00:00.000000|1.10
		1e5|-9223372036854775808|-0.1|12345678901234567890123456789012345678901.000000000000000000000001|0|0001-01-01|2026-11-01 00:00:00.250000|{"a":"\\n"}
		|NULL|1e300|NULL|NULL|NULL|NULL|"x"
		r|0|5e-324|-0.000000150000000000000000|1|9999-12-31|9999-12-31 23:59:59.999999|null
		NULL|NULL|NULL|100.000000000000000000000000|0|NULL|0001-01-01 00:00:00.123457|NULL
	END
}
@test "mysql: every type is stored exactly, by LOAD DATA and by INSERT" {
	both every_type
	[ "$(sql "SELECT group_concat(column_type ORDER BY ordinal_position) FROM information_schema.columns WHERE table_schema = 'anthill' AND table_name = 't'")" = \
		'longtext,bigint(20),double,decimal(65,24),tinyint(1),date,datetime(6),longtext' ]
}

misfits() {
	local n=0 value type
	while IFS=' ' read -r type value; do
		stream append '' "$type" c "1\n$value\n" '2\t\\N' >s
		run -1 into --table "m$n" <s
		echo "$type $value: $output"
		[[ $output == 'ant-load-mysql: mysql: '* && ${#lines[@]} = 1 ]]
		[ "$(sql "SELECT count(*) FROM m$n")" = 0 ]
		n=$((n + 1))
	done <<-'END'
		numeric 1.0000000000000000000000001
		numeric 123456789012345678901234567890123456789012
		numeric 1e-1000
		numeric 1e1000
	END
	[ "$n" = 4 ]
}
@test "mysql: what a type of the server does not hold exactly is refused, and no row is left" {
	misfits
	my -e 'SET GLOBAL local_infile = 0'
	sql 'DROP TABLE m0, m1, m2, m3'
	misfits
}

@test "mysql: numbers at random are those that came, to the last digit" {
	python3 - >s <<-'END'
		import random
		r = random.Random(5)
		print("#ant-rows\t1\tt\n#mode\tappend\n#type\tbigint\tnumeric\tdouble\n#cols\ti\tn\td")
		for i in range(3000):
		    n = "".join(r.choice("0123456789") for _ in range(r.randint(1, 41))).lstrip("0") or "0"
		    n += r.choice(["", "." + "".join(r.choice("0123456789") for _ in range(r.randint(1, 24)))])
		    d = repr(r.uniform(-1, 1) * 10 ** r.randint(-300, 300))
		    print(i, r.choice(["", "-"]) + n, d, sep="\t")
		print("#end\t3000\t\\N")
	END
	into <s
	sql 'SELECT i, n, d FROM t' >got
	python3 - <<-'END'
		from decimal import Decimal
		want = [l.rstrip("\n").split("\t") for l in open("s") if l[0] != "#"]
		got = {l.split("|")[0]: l.rstrip("\n").split("|") for l in open("got")}
		for i, n, d in want:
		    assert Decimal(got[i][1]) == Decimal(n), (n, got[i])
		    assert float(got[i][2]) == float(d), (d, got[i])
	END
}

@test "mysql: a window load twice leaves the same rows, a revised one is revised, a vanished row is gone" {
	stream append '' 'timestamptz\ttext' 'b\tv' '2026-10-31T23:59:59.999999Z\tbefore\n2026-11-03T00:00:00Z\tafter\n' '2\t\\N' | into
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\ta\n2026-11-02T23:59:59.999999Z\tb\n' '2\t2026-11-03T00:00:00Z' >one
	into <one
	sql 'SELECT * FROM t ORDER BY b' >first
	into <one
	sql 'SELECT * FROM t ORDER BY b' | diff first -
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-02T00:00:00Z\tB\n' '1\t2026-11-03T00:00:00Z' | into
	[ "$(sql 'SELECT group_concat(v ORDER BY b) FROM t')" = before,B,after ]
	stream "$W" b 'timestamptz\ttext' 'b\tv' '' '0\t2026-11-03T00:00:00Z' | into
	[ "$(sql 'SELECT group_concat(v ORDER BY b) FROM t')" = before,after ]
	stream append '' date d '2026-10-31\n2026-11-01\n2026-11-02\n2026-11-03\n' '4\t\\N' | into --table dates
	stream 'window\td\t2026-11-01T00:00:00Z\t2026-11-02T12:00:00Z' d date d '2026-11-02\n' | into --table dates
	[ "$(sql 'SELECT group_concat(d ORDER BY d) FROM dates')" = 2026-10-31,2026-11-02,2026-11-03 ]
}

@test "mysql: replace leaves exactly the rows of the stream, twice the same" {
	numbered replace 1 5 | into
	numbered replace 4 9 new >s
	into <s
	into <s
	[ "$(sql "SELECT count(*), min(n), max(n), group_concat(DISTINCT v) FROM t")" = '6|4|9|new' ]
	numbered replace 1 0 | into
	[ "$(sql 'SELECT count(*) FROM t')" = 0 ]
}

@test "mysql: merge replaces rows of the same key, null equals null, rows that share a key stay" {
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\told\n\\N\t1\told\n\\N\t\\N\told\n\t1\told\ny\t2\tkeep\n' '5\t\\N' | into
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\tnew\n\\N\t1\tnew1\n\\N\t1\tnew2\n\\N\t\\N\tnew\nz\t3\tnew\n' '5\t\\N' >s
	into <s
	into <s
	sql 'SELECT quote(a), k, v FROM t ORDER BY a IS NULL, a, k IS NULL, k, v' >got
	printf '%s\n' "''|1|old" "'x'|1|new" "'y'|2|keep" "'z'|3|new" 'NULL|1|new1' 'NULL|1|new2' 'NULL|NULL|new' | diff - got
}

# keys_differ - texts that many a collation takes for equal are keys of their own, in every way that keys are compared
keys_differ() {
	local long all n
	long=$(printf 'x%.0s' {1..300})
	all='a\nA\na \n á\ná\nss\nß\nSS\n\\t\n\n \n'$long'1\n'$long'2\n'$long'1 \n'
	stream merge k 'text' 'k' "$all" '14\t\\N' >s
	for _ in 1 2; do into <s; done
	[ "$(sql 'SELECT count(*), count(DISTINCT hex(k)) FROM t')" = '14|14' ]
	stream merge 'k\n#unique' 'text' 'k' "$all$all" '28\t\\N' >s
	into -q <s
	[ "$(sql 'SELECT count(*), count(DISTINCT hex(k)) FROM t')" = '14|14' ]
}
@test "mysql: keys that differ in case, accents, spaces at the end or behind 300 bytes are two, whatever the collation" {
	keys_differ
	sql 'DROP TABLE t; CREATE TABLE t (k longtext) DEFAULT CHARSET utf8mb4 COLLATE utf8mb4_unicode_ci'
	keys_differ
}

@test "mysql: merge finds keys of every type, also where some are null" {
	types='timestamptz\tdouble\tnumeric\tboolean\tjson\tdate\tbigint\ttext\ttext'
	cols='ts\td\tn\tb\tj\tday\ti\tt\tv'
	row='2026-11-01T00:00:00.5Z\t0.1\t12345678901234567890.5\ttrue\t{"a":1}\t2026-11-01\t7\tx'
	none='\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N'
	for v in old new; do stream merge "${cols%\\tv}" "$types" "$cols" "$row\t$v\n$none\t$v\n" '2\t\\N' | into; done
	[ "$(sql "SELECT count(*), min(v) FROM t")" = '2|new' ]
	# A key of JSON alone has no index; one of twenty texts has one that the server takes.
	for v in old new; do stream merge j 'json\ttext' 'j\tv' "{\"a\":1}\t$v\n" '1\t\\N' | into --table j; done
	[ "$(sql "SELECT count(*), min(v) FROM j")" = '1|new' ]
	cols=$(printf 'c%d\\t' {1..20}) row=$(printf 'x%d\\t' {1..20}) types=$(printf 'text\\t%.0s' {1..20})
	for v in old new; do stream merge "${cols%\\t}" "${types}text" "${cols}v" "$row$v\n" '1\t\\N' | into --table wide; done
	[ "$(sql "SELECT count(*), min(v) FROM wide")" = '1|new' ]
}

@test "mysql: append adds, every time" {
	numbered append 1 3 | into
	numbered append 1 3 | into
	[ "$(sql 'SELECT count(*), count(DISTINCT n) FROM t')" = '6|3' ]
}

@test "mysql: --mode overrules the stream where that makes sense" {
	hours a 50 | into
	hours b 10 | into --mode replace
	hours b 10 | into --mode append
	[ "$(sql 'SELECT count(*) FROM t')" = 20 ]
	hours c 10 | into --mode merge
	[ "$(sql 'SELECT count(*) FROM t')" -ge 10 ]
	numbered append 1 2 | { run -2 into --mode window; [[ $output == *"--mode window: the rows of t come without a window"* ]]; }
	stream append '' text c 'x\n' | { run -2 into --mode merge; [[ $output == *"--mode merge: the rows of t have no key"* ]]; }
}

# cut_short STEP - a stream that is cut anywhere, of all places each so many, leaves every row as it was, and a column more or an empty table at most
cut_short() {
	hours b 40 2 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' >whole
	ANT_CUTS=${ANT_CUTS:-50} cuts whole | awk -v step="$1" 'NR % step == 0' >all
	for at in $(awk 'NR % 4 == 0' all); do
		status=0
		head -c "$at" whole | into >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; return 1; }
		[ ! -s out ]
	done
	dump >got
	[ ! -s got ]
	# What was left there is no load: the first one that is has made the table.
	into <whole | jq -e .created
	[ "$(sql "SELECT group_concat(DISTINCT index_name) FROM information_schema.statistics WHERE table_schema = 'anthill' AND table_name = 't'")" = _anthill_window ]
	gone
	hours a 30 | into
	dump >before
	for at in $(<all); do
		status=0
		head -c "$at" whole | into >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; return 1; }
		[ ! -s out ]
	done
	sql 'ALTER TABLE t DROP COLUMN IF EXISTS more'
	dump | diff before -
	into <whole
	[ "$(sql 'SELECT count(*), min(v), min(more) FROM t')" = '40|b|x' ]
}
@test "mysql: a stream that is cut changes no row, exit 5, no receipt" { cut_short 1; }
@test "mysql: a stream that is cut changes no row where rows come by INSERT" {
	my -e 'SET GLOBAL local_infile = 0'
	cut_short 4
}

@test "mysql: a cell that does not fit, late in the stream, undoes the whole load" { both misfit_undoes_all; }

@test "mysql: killed at any moment, the rows are the old or the new ones, and the next load works" { killed "${ANT_KILLS:-12}" 400; }

@test "mysql: a second load of the table exits 6 within a second, one of another table goes on" {
	mkfifo pipe
	into <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9 a | head -n 10 >&7
	begun
	numbered replace 1 9 b >s
	status=0
	seconds_of timeout 30 "$ANT_BIN/ant-load-mysql" "$FILE" <s 2>err || status=$?
	[ "$status" = 6 ]
	[ "$(<err)" = 'ant-load-mysql: mysql: another load of anthill.t is at work' ]
	checked "$ANT_BIN/ant-load-mysql" || [ "$elapsed" -lt 1000 ]
	into --table other <s
	numbered replace 1 9 a | tail -n +11 >&7
	exec 7>&-
	wait "$pid"
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|a' ]
	[ "$(sql 'SELECT count(*) FROM _anthill_loads')" = 2 ]
}

@test "mysql: of eight loads at once each wins or exits 6, and a reader sees one of them whole" { eight_at_once; }

@test "mysql: of eight loads at once that wait each is done, one after the other" { eight_in_turn; }

@test "mysql: eight first loads of eight tables all succeed, and name the ledger once" {
	numbered replace 1 50 >s
	pids=()
	for i in 1 2 3 4 5 6 7 8; do
		into --table "t$i" <s >"out$i" 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	[ "$(sql 'SELECT count(DISTINCT into_table), sum(`rows`), count(DISTINCT destination_id) FROM _anthill_loads')" = '8|400|1' ]
	# An older ledger gets its columns once, too.
	sql 'ALTER TABLE _anthill_loads DROP COLUMN asked, DROP COLUMN buckets'
	pids=()
	for i in 1 2 3 4; do
		into --table "t$i" <s >"out$i" 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	[ "$(sql 'SELECT count(asked), count(*) FROM _anthill_loads')" = '0|12' ]
}

@test "mysql: a reader sees the old rows until the commit" {
	numbered replace 1 10 old | into
	mkfifo pipe
	into <pipe >out 3>&- &
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

@test "mysql: a stream that pauses for longer than the server waits for a packet is waited for" {
	my -e 'SET GLOBAL net_read_timeout = 1, GLOBAL wait_timeout = 1'
	numbered replace 1 9 new >s
	for off in 1 0; do
		my -e "SET GLOBAL local_infile = $off"
		{ head -n 8 s; sleep 3; tail -n +9 s; } | into
		[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|new' ]
	done
	my -e 'SET GLOBAL wait_timeout = 28800'
}

@test "mysql: a server that is not there, or refuses, is exit 1 and says so" {
	numbered append 1 3 >s
	FILE="mysql://root@localhost/anthill?socket=$PWD/none" run -1 into <s
	[[ $output == "ant-load-mysql: mysql: Can't connect to local server through socket"* ]]
	FILE=$(uri root nosuch) run -1 into <s
	[[ $output == *"Unknown database 'nosuch'" ]]
	sql 'CREATE TABLE t (n bigint, v longtext CHECK (length(v) < 1))'
	run -1 into <s
	[[ $output == *'CONSTRAINT `t.v` failed for `anthill`.`t`'* ]]
	[ "${#lines[@]}" = 1 ]
	sql 'DROP TABLE t; CREATE TABLE t (n bigint UNIQUE, v longtext); INSERT INTO t VALUES (2, "mine")'
	for off in 1 0; do
		my -e "SET GLOBAL local_infile = $off"
		run -1 into <s
		[[ $output == *'Duplicate entry '* ]]
		[ "$(sql 'SELECT * FROM t')" = '2|mine' ]
	done
}

@test "mysql: an engine that cannot take a load back is refused, of the table and of the ledger" {
	numbered replace 1 3 >s
	sql 'CREATE TABLE t (n bigint, v longtext) ENGINE = MyISAM; INSERT INTO t VALUES (1, "old")'
	run -1 into <s
	[[ $output == *'mysql: anthill.t is of engine MyISAM, which takes back no load that fails: ALTER TABLE ... ENGINE = InnoDB first' ]]
	run -1 into --check --table t
	[[ $output == *'anthill.t is of engine MyISAM'* ]]
	[ "$(sql 'SELECT * FROM t')" = '1|old' ]
	sql 'ALTER TABLE t ENGINE = InnoDB'
	into <s
	sql 'ALTER TABLE _anthill_loads ENGINE = Aria'
	run -1 into <s
	[[ $output == *'anthill._anthill_loads is of engine Aria'* ]]
}

@test "mysql: triggers run, and what one of them refuses fails the load" {
	sql 'CREATE TABLE seen (n bigint); CREATE TABLE t (n bigint, v longtext)'
	sql 'CREATE TRIGGER g AFTER INSERT ON t FOR EACH ROW INSERT INTO seen VALUES (NEW.n)'
	for mode in replace merge append; do numbered $mode 1 3 | into; done
	[ "$(sql 'SELECT count(*), (SELECT count(*) FROM seen) FROM t')" = '6|9' ]
	sql "CREATE TRIGGER h BEFORE INSERT ON t FOR EACH ROW SIGNAL SQLSTATE '45000' SET MESSAGE_TEXT = 'no jane@example.com please'"
	dump >before
	for mode in replace merge append; do
		numbered $mode 1 3 new | {
			run -1 into
			[[ $output == 'ant-load-mysql: mysql: no *** please' ]]
		}
	done
	dump | diff before -
}

# lost HOW - the connection of a load in its middle is ended by HOW
lost() {
	numbered replace 1 9 old | into
	rm -f pipe
	mkfifo pipe
	into <pipe >out 2>err 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 90000 new | head -n 10 >&7
	begun
	"$@"
	(trap '' PIPE; numbered replace 1 90000 new | tail -n +11 >&7) 2>/dev/null || :
	exec 7>&-
	status=0
	wait "$pid" || status=$?
	cat err
	[ "$status" = 1 ]
	[[ $(<err) == 'ant-load-mysql: mysql: '* && $(wc -l <err) = 1 ]]
	[ ! -s out ]
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|old' ]
}
kill_session() { my -e "KILL $(sql "SELECT id FROM information_schema.processlist WHERE info LIKE 'LOAD DATA %'")"; }
kill_server() {
	kill -9 "$MY_PID"
	wait_for eval '! kill -0 "$MY_PID" 2>/dev/null || [[ $(ps -o stat= -p "$MY_PID") == Z* ]]'
	launch_mariadb
}

@test "mysql: a connection that is lost on the way is exit 1, and the rows stay" { lost kill_session; }

@test "mysql: a server that is killed in the middle is exit 1, and the rows stay" {
	my -e 'SET GLOBAL innodb_flush_log_at_trx_commit = 1' # else it could forget the rows that are to stay
	lost kill_server
	numbered replace 1 90 new | into
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '90|new' ]
}

@test "mysql: a disk of the server that gets full is exit 1, and the rows stay" {
	numbered replace 1 9 old | into
	numbered replace 1 90000 "$(printf 'new%.0s' {1..30})" >s
	echo /anthill/t.ibd >"$MY_DIR/full"
	status=0
	into <s >out 2>err || status=$?
	rm "$MY_DIR/full"
	cat err
	[ "$status" = 1 ]
	[ ! -s out ]
	[[ $(<err) == *"The table 't' is full" && $(wc -l <err) = 1 ]]
	[ "$(sql 'SELECT count(*), min(v) FROM t')" = '9|old' ]
	into <s
	[ "$(sql 'SELECT count(*) FROM t')" = 90000 ]
}

@test "mysql: of rows that are one object the last counts, in every mode" { last_of_each_counts; }
@test "mysql: of rows that are one object the last counts where rows come by INSERT" {
	my -e 'SET GLOBAL local_infile = 0'
	last_of_each_counts
}
@test "mysql: equal values of a key are one however they are written" { repeats_by_value; }
@test "mysql: an event that a feed gives twice is one row" { repeats_in_window; }
@test "mysql: the shrink guard counts objects" { repeats_shrink; }
@test "mysql: hundreds of thousands of repeats" { many_repeat; }
@test "mysql: a receipt that cannot be written is exit 1, and the message says that the rows are in" { receipt_lost; }
@test "mysql: a load that would leave fewer than half of over 100 rows is refused" { shrink_refused; }

@test "mysql: a connection that is lost at COMMIT is told as what it is, and loading again is safe" {
	lost_at_commit
}

@test "mysql: the receipt and the ledger say what was loaded, --ledger prints it again" {
	[ -z "$(into --ledger)" ]
	hours a 5 | into --prefix p_ >receipts
	told "$(<receipts)" '{"@ant":"loaded","table":"t","target":"mysql","into":"anthill.p_t","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","rows":5,"watermark":"2026-11-03T00:00:00Z"}'
	numbered replace 1 3 | into --table 'a"b`c' >>receipts
	told "$(tail -n 1 receipts)" '{"@ant":"loaded","table":"t","target":"mysql","into":"anthill.a\"b`c","mode":"replace","from":null,"to":null,"rows":3,"watermark":null}'
	into --ledger >ledger
	diff receipts <(untimed ledger)
	[ "$(finished <ledger)" = "$(sql "SELECT date_format(finished, '%Y-%m-%dT%H:%i:%sZ') FROM _anthill_loads ORDER BY finished")" ]
	into --set-watermark t=2026-11-02 
	into --ledger | tail -n 1 | jq -e '.mode == "set" and .watermark == "2026-11-02T00:00:00Z"'
	printf 't\t-\t-\t-\t-\t-\n' | into --audit | head -n 1 | jq -e .
	run -1 bash -c "ant load-mysql --ledger '$FILE' >/dev/full"
	[[ $output == *'stdout: No space left'* ]]
}

@test "mysql: a dry run prints the SQL and changes nothing" {
	everything >before
	hours a 5 >s
	into --dry-run <s >plan
	everything | diff before -
	grep -q '^CREATE TABLE IF NOT EXISTS `anthill`.`t` ($' plan
	grep -qx 'CREATE INDEX _anthill_window ON `anthill`.`t` (`b`);' plan
	grep -q '^LOAD DATA LOCAL INFILE .rows. INTO TABLE `anthill`.`t` CHARACTER SET utf8mb4$' plan
	[ "$(tail -n 1 plan)" = 'COMMIT;' ]
	# What commits stands before the transaction.
	sed -n '/^START TRANSACTION/,$p' plan >inside
	run -1 grep -E '^(CREATE (TABLE|INDEX)|ALTER)' inside
	into <s
	everything >before
	hours b 5 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' | into --dry-run >plan
	grep -qx 'ALTER TABLE `anthill`.`t` ADD COLUMN `more` LONGTEXT;' plan
	grep -qx 'DELETE FROM `anthill`.`t` WHERE `b` >= '"'2026-11-01 00:00:00' AND .b. < '2026-11-03 00:00:00';" plan
	everything | diff before -
	head -n -1 s | { run -5 into --dry-run; }
	# The plan is SQL: without the rows, the server runs it as it stands.
	into --dry-run --table u --mode merge <s | sed "s|INFILE 'rows'|INFILE '/dev/null'|" | my anthill
	[ "$(sql 'SELECT count(*) FROM u')" = 0 ]
}

@test "mysql: a new column is added, one that is missing stays, a type that differs is refused" {
	stream append '' 'text\tbigint' 'a\tb' 'x\t1\n' | into
	stream append '' 'text\tnumeric' 'a\tc' 'y\t2.5\n' | into
	[ "$(sql 'SELECT * FROM t')" = $'x|1|NULL\ny|NULL|2.500000000000000000000000' ]
	everything >before
	stream append '' 'text\ttext' 'a\tb' 'z\t1\n' | { run -1 into; [[ $output == *"table 'anthill.t', column 'b' is of type BIGINT, but the rows need LONGTEXT" ]]; }
	for type in 'decimal(38,2)' 'double' 'bigint unsigned'; do
		sql "CREATE OR REPLACE TABLE w (n $type)"
		stream append '' numeric n '1.005\n' | { run -1 into --table w; [[ $output == *"column 'n' is of type "*", but the rows need DECIMAL(65,24)" ]]; }
	done
	sql 'CREATE OR REPLACE TABLE w (n bigint unsigned)'
	stream append '' bigint n '1\n' | { run -1 into --table w; [[ $output == *"but the rows need BIGINT" ]]; }
	sql 'DROP TABLE w'
	# A name that is another's to the server alone is a column that cannot be made, never that one.
	sql 'ALTER TABLE t RENAME COLUMN c TO `cé`'
	stream append '' 'text\ttext' 'a\tcÉ' 'z\t1\n' >s
	run -1 into <s
	sql 'ALTER TABLE t RENAME COLUMN `cé` TO c'
	[[ $output == *'Duplicate column name'* ]]
	everything | diff before -
	sql 'CREATE VIEW v AS SELECT 1 AS a'
	stream append '' text a 'z\n' | { run -1 into --table v; [[ $output == *"anthill.v is a view, not a table" ]]; }
}

@test "mysql: a table that ant-tables defines is one that a load needs not change" {
	ant tables --ddl mysql usage_report users | my anthill
	for t in usage_report users; do
		ant tables --json "$t" >table.json
		{ printf '#ant-rows\t1\t%s\n' "$t"
			if [ "$t" = users ]; then printf '#mode\treplace\n'; else printf '#mode\twindow\tbucket\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z\n'; fi
			for what in type name; do jq -r --arg w "$what" '[if $w == "type" then "#type" else "#cols" end] + [.columns[][$w]] | @tsv' table.json; done
			printf '#end\t0\t\\N\n'; } >"$t.rows"
	done
	into --table none <users.rows # which makes the ledger
	sql 'DROP TABLE none; TRUNCATE _anthill_loads'
	everything >before
	for t in usage_report users; do into <"$t.rows"; done
	everything | grep -v '^_anthill_loads:' | diff before -
}

@test "mysql: views and grants live on, and an index serves the next load" {
	hours a 100 | into
	sql "CREATE VIEW v AS SELECT count(*) AS n FROM t; ALTER TABLE t MODIFY b datetime(6) COMMENT 'mine'"
	id=$(sql "SELECT table_id FROM information_schema.innodb_sys_tables WHERE name = 'anthill/t'")
	hours b 60 | into
	[ "$(sql 'SELECT n FROM v')" = 60 ]
	[ "$(sql "SELECT table_id FROM information_schema.innodb_sys_tables WHERE name = 'anthill/t'")" = "$id" ]
	[ "$(sql "SELECT group_concat(index_name, ' ', column_name) FROM information_schema.statistics WHERE table_schema = 'anthill' AND table_name = 't'")" = '_anthill_window b' ]
	numbered replace 1 3 | into --table m
	for _ in 1 2; do numbered merge 1 3 | into --table m; done
	[ "$(sql "SELECT group_concat(index_name, ' ', column_name) FROM information_schema.statistics WHERE table_schema = 'anthill' AND table_name = 'm'")" = '_anthill_key n' ]
}

@test "mysql: names may hold anything that the server takes up to 64 characters, others are refused, not cut" {
	full=$(printf '%064d' 0)
	for name in 'a"b' "a'b;DROP TABLE x;--" 'a b' '表' '%s' select "$full" 'a.b' '$1' '\' 'a`b' '@c1' "ein\\'"; do
		encoded=$(encode <<<"$name")
		printf '#ant-rows\t1\tt\n#mode\tmerge\n#key\t%s\n#type\ttext\ttext\n#cols\t%s\tv\nk\t1\n#end\t1\t\\N\n' "$encoded" "$encoded" >s
		for again in 1 2; do into --table "$name" <s; done
		q=${name//\`/\`\`}
		[ "$(sql "SELECT concat(\`$q\`, v) FROM \`$q\`")" = k1 ]
	done
	my -e 'CREATE DATABASE `a"``; DROP`'
	FILE=$(uri root 'a%22%60%3B%20DROP') into --table t <s
	[ "$(my -BN -e 'SELECT count(*) FROM `a"``; DROP`.t; DROP DATABASE `a"``; DROP`')" = 1 ]
	everything >before
	run -1 into --table "${full}x" <s
	[[ $output == *"Incorrect table name '${full}x'" ]]
	run -1 into --prefix x --table "$full" <s
	run -1 into --table 'ends ' <s
	run -1 into --table _anthill_Rows <s
	[[ $output == *"table '_anthill_rows': the name is anthill's own" ]]
	stream append '' text "${full}x" 'v\n' | { run -1 into; }
	stream append '' 'text\ttext' 'a\tA' 'v\tw\n' | { run -1 into; [[ $output == *"Duplicate column name 'A'" ]]; }
	everything | diff before -
	stream merge '_anthill_order\n#unique' 'text\ttext' '_Anthill_order\tv' 'x\ty\n' | sed '/^#key/s/_a/_A/' | into
}

values_of_all_kinds() {
	unicode >values
	n=$(wc -l <values)
	{ printf '#ant-rows\t1\tt\n#mode\treplace\n#key\tv\n#type\ttext\n#cols\tv\n'; encode <values; printf '#end\t%d\t\\N\n' "$n"; } >s
	into <s
	sql 'SELECT lower(hex(v)) FROM t' | sort >got
	perl -ne 'chomp; print unpack("H*", $_), "\n"' values | sort | diff - got
	into --mode merge <s
	[ "$(sql 'SELECT count(*) FROM t')" = "$n" ]
}
@test "mysql: values may hold anything, by LOAD DATA and by INSERT" { both values_of_all_kinds; }

@test "mysql: rows are as many in an INSERT as the server takes, and one that is longer is refused" {
	my -e 'SET GLOBAL local_infile = 0, GLOBAL max_allowed_packet = 65536'
	status=0
	{
		stream replace '' 'bigint\ttext' 'n\tv' '' '200\t\\N' | sed '$d'
		for i in {1..200}; do printf '%d\t%s\n' "$i" "$(printf '%01000d' "$i")"; done
		printf '#end\t200\t\\N\n'
	} >s
	run -0 --separate-stderr into -v <s
	[[ $stderr == *'the server takes no LOAD DATA LOCAL: rows come by INSERT'* ]]
	into --check -v 2>&1 | grep -q 'rows come by INSERT'
	[ "$(sql 'SELECT count(*), min(length(v)), sum(v = lpad(n, 1000, "0")) FROM t')" = '200|1000|200' ]
	# A long row behind short ones is a statement of its own.
	{ stream replace '' 'bigint\ttext' 'n\tv' '' '3\t\\N' | sed '$d'; printf '%d\t%0*d\n' 1 20000 1 2 60000 2 3 65536 3; echo '#end	3	\N'; } >long
	run -1 into --allow-shrink <long
	[[ $output == 'ant-load-mysql: mysql: row 3 needs an INSERT of 655'*' bytes, and the server'*' max_allowed_packet is 65536: '* ]]
	[ "$(sql 'SELECT count(*) FROM t')" = 200 ]
	sed '/^3/d; /^#end/s/3/2/' long | into --allow-shrink
	my -e 'SET GLOBAL max_allowed_packet = 16777216'
	[ "$(sql 'SELECT count(*), max(length(v)) FROM t')" = '2|60000' ]
}

@test "mysql: no password and no part of one is in a message, and none is taken from a URI" {
	numbered append 1 1 >s
	for u in 'mysql://u:hunter2@127.0.0.1:1/x' 'mysql://u:hun@hunter2@127.0.0.1/x' 'mysql://u:x/hunter2@127.0.0.1/x' 'mysql://u:hunter2%zz@127.0.0.1/x' \
		'mysql://u@127.0.0.1:hunter2/x' 'mysql://h/db?password=hunter2' 'mysql://h/db?hunter2' 'mysql://h' 'mysql://h/' 'mysql://h/a/hunter2' 'postgresql://hunter2/x' hunter2 \
		'mysql://h/db?ssl-mode=hunter2' 'mysql://h/%hunter2' 'mysql://h/%00'; do
		FILE=$u run -2 into <s
		[[ $output != *hunter2* ]]
	done
	FILE=mysql://u:hunter2@h/db run -2 into <s
	[[ $output == *'a password in a URI can be seen by everybody: use MYSQL_PWD or an option file'* ]]
	FILE=$(uri nobody) MYSQL_PWD=hunter2 run -1 into <s
	[[ $output == *'Access denied for user '* && $output != *hunter2* ]]
}

@test "mysql: the password comes from MYSQL_PWD or an option file, which names the rest, too" {
	my -e "CREATE USER 'an@other'@localhost IDENTIFIED BY 'it''s %40'; GRANT ALL ON anthill.* TO 'an@other'@localhost"
	numbered append 1 1 >s
	FILE=$(uri an%40other) MYSQL_PWD="it's %40" into <s
	FILE=$(uri an%40other) MYSQL_PWD=wrong run -1 into <s
	printf "[client]\nuser = an@other\npassword = \"it's %%40\"\n[anthill]\nsocket = $MY_DIR/s\nreconnect = 1\ndefault-character-set = latin1\nlocal-infile = 0\n" >home/.my.cnf
	FILE=mysql:///anthill into <s
	FILE=mariadb:///anthill into <s
	[ "$(sql 'SELECT count(*) FROM t')" = 3 ]
	my -e "DROP USER 'an@other'@localhost"
}

@test "mysql: TLS is required or verified where the URI says so" {
	local port
	openssl req -x509 -newkey rsa:2048 -nodes -keyout ca.key -out ca.pem -days 2 -subj /CN=ca 2>/dev/null
	openssl req -newkey rsa:2048 -nodes -keyout key.pem -out req.pem -subj /CN=localhost 2>/dev/null
	openssl x509 -req -in req.pem -CA ca.pem -CAkey ca.key -CAcreateserial -out cert.pem -days 2 2>/dev/null
	openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -out wrong.pem -days 2 -subj /CN=wrong 2>/dev/null
	chmod 644 -- *.pem
	chmod o+rx "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" 2>/dev/null || :
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	numbered replace 1 3 >s
	(
		unset MY_FULL
		start_mariadb --port="$port" --bind-address=127.0.0.1 --skip-ssl
		trap stop_mariadb EXIT
		my -e "CREATE USER me IDENTIFIED BY 'x'; GRANT ALL ON anthill.* TO me"
		into_tcp() { MYSQL_PWD=x ant load-mysql "mysql://me@$1:$port/anthill${2-}" <s; }
		into_tcp 127.0.0.1 >receipt
		run -1 into_tcp localhost '?ssl-mode=required'
		[[ $output == *'mysql: the connection is not encrypted' ]]
		run -1 into_tcp localhost '?ssl-mode=verify_identity'
		[[ $output == *'SSL is required, but the server does not support it' ]]
		end_process "$MY_PID"
		MY_OPTIONS="--port=$port --bind-address=127.0.0.1 --ssl-cert=$PWD/cert.pem --ssl-key=$PWD/key.pem --ssl-ca=$PWD/ca.pem"
		launch_mariadb
		my -e 'ALTER USER me REQUIRE SSL'
		run -1 into_tcp 127.0.0.1
		into_tcp 127.0.0.1 '?ssl-mode=REQUIRED' >receipt
		into_tcp localhost "?ssl-mode=verify_identity&ssl-ca=$PWD/ca.pem" >receipt
		run -1 into_tcp 127.0.0.1 "?ssl-mode=verify_identity&ssl-ca=$PWD/ca.pem"
		[[ $output == *'ant-load-mysql: mysql: TLS/SSL error: '* ]]
		run -1 into_tcp localhost "?ssl-mode=verify_identity&ssl-ca=$PWD/wrong.pem"
		[[ $output == *'ant-load-mysql: mysql: TLS/SSL error: '* ]]
		run -1 into_tcp localhost '?ssl-mode=verify_identity'
		[ "$(sql 'SELECT count(*) FROM t')" = 3 ]
	)
}

@test "mysql: settings of a server cannot change what is loaded" {
	my -e "SET GLOBAL sql_mode = 'NO_BACKSLASH_ESCAPES,NO_AUTO_VALUE_ON_ZERO', GLOBAL time_zone = '+09:00', GLOBAL sql_notes = 0, GLOBAL autocommit = 0, GLOBAL completion_type = 1,
		GLOBAL sql_safe_updates = 1, GLOBAL character_set_server = 'latin1', GLOBAL default_storage_engine = 'MyISAM', GLOBAL tx_isolation = 'SERIALIZABLE', GLOBAL sql_select_limit = 1"
	status=0
	stream append '' 'timestamptz\tdate\ttext\tnumeric' 'b\td\tv\tn' "2026-11-02T00:00:00Z\t2026-11-02\té\\\\\\\\n'表\t1\n" >s
	run -0 --separate-stderr into --table "a\\b'" <s || status=1
	sed 's/\t1$/\t1e-30/' s | into >out 2>&1 || status=$((status + 10))
	stream "$W" b 'timestamptz\tdate\ttext' 'b\td\tv' '' '0\t2026-11-03T00:00:00Z' >w
	for _ in 1 2; do into --table u <w >/dev/null || status=1; done
	last=$(into --ledger | jq -r .finished | sort | tail -n 1)
	my -e "SET GLOBAL sql_mode = DEFAULT, GLOBAL time_zone = 'SYSTEM', GLOBAL sql_notes = 1, GLOBAL autocommit = 1, GLOBAL completion_type = 0, GLOBAL sql_safe_updates = 0,
		GLOBAL character_set_server = DEFAULT, GLOBAL default_storage_engine = 'InnoDB', GLOBAL tx_isolation = DEFAULT, GLOBAL sql_select_limit = DEFAULT"
	[ "$status" = 10 ]
	[ -z "$stderr" ]
	[ "$(sql "SELECT * FROM \`a\\b'\`" | cut -d '|' -f 1-3)" = "2026-11-02 00:00:00.000000|2026-11-02|é\\n'表" ]
	[ $(($(date +%s) - $(date -d "$last" +%s))) -lt 300 ]
}

@test "mysql: a user with the least rights can load, and --check says what is missing and the statement that gives it" {
	local status given=0 what
	my -e "CREATE USER 'the loader'@localhost; CREATE USER less@localhost"
	numbered merge 1 3 >s
	everything >before
	for _ in $(seq 12); do
		status=0
		FILE=$(uri 'the%20loader') into --check --table 'T t' --mode merge >out 2>err || status=$?
		[ "$status" = 1 ] || break
		cat err
		if [[ $(<err) == *'Access denied'* ]]; then
			my -e "GRANT SELECT ON anthill.nothing TO 'the loader'@localhost" 2>/dev/null || my -e "CREATE TABLE anthill.nothing (n int); GRANT SELECT ON anthill.nothing TO 'the loader'@localhost; DROP TABLE anthill.nothing"
			continue
		fi
		what=$(sed -n '1s/.*(\(GRANT .* TO .the loader.@.localhost.\)).*/\1/p' err)
		[ -n "$what" ]
		my -e "$what"
		given=$((given + 1))
	done
	everything | diff before -
	[ "$given" = 3 ] # the table, the ledger, temporary tables
	FILE=$(uri 'the%20loader') into --table 'T t' <s
	FILE=$(uri 'the%20loader') into --table 'T t' <s
	[ "$(sql 'SELECT count(*) FROM `T t`')" = 3 ]
	# What is there needs no more than this.
	numbered replace 1 3 | into
	my -e 'GRANT SELECT, INSERT, DELETE ON anthill.t TO less@localhost; GRANT SELECT, INSERT ON anthill._anthill_loads TO less@localhost'
	FILE=$(uri less) run -0 into --check --table t
	[ -z "$output" ]
	numbered replace 1 4 | FILE=$(uri less) into
	numbered append 1 4 | FILE=$(uri less) into
	my -e 'REVOKE DELETE ON anthill.t FROM less@localhost'
	numbered replace 1 6 | { FILE=$(uri less) run -1 into; [[ $output == *"DELETE command denied to user 'less'@'localhost' for table"* ]]; }
	FILE=$(uri less) run -1 into --check --table t --table other
	[[ $output == *"needs DELETE on anthill.t (GRANT DELETE ON \`anthill\`.\`t\` TO 'less'@'localhost')"* ]]
	[[ $output == *'needs SELECT, INSERT, DELETE, CREATE, INDEX on anthill.other ('* ]]
	FILE=$(uri less) run -0 into --check --table t --mode append
	# A role's rights are as good.
	my -e 'CREATE ROLE loads; GRANT ALL ON anthill.* TO loads; GRANT loads TO less@localhost; SET DEFAULT ROLE loads FOR less@localhost'
	FILE=$(uri less) run -0 into --check --table t --table other --mode merge
	numbered merge 1 6 | FILE=$(uri less) into --table other
	my -e "DROP USER 'the loader'@localhost, less@localhost; DROP ROLE loads"
}

@test "mysql: --check says nothing where all is well, and changes nothing" {
	run -0 into --check
	[ -z "$output" ]
	numbered replace 1 3 | into
	sql 'CREATE VIEW w AS SELECT 1'
	everything >before
	run -0 into --check --table t --table new --mode merge -v
	[ "$output" = 'ant-load-mysql: ready for a load' ]
	run -1 into --check --table w
	[[ $output == "ant-load-mysql: mysql: 'w' is a view, not a table" ]]
	run -2 into --check --table _anthill_loads
	FILE=$(uri nobody) run -1 into --check
	everything | diff before -
}

@test "mysql: what the server repeats of a row that it refuses, addresses above all, is in no message" {
	local what mode off n=0
	for what in 'mail longtext UNIQUE' "mail longtext CHECK (mail LIKE 'x%')" 'mail longtext, i int GENERATED ALWAYS AS (mail) STORED' \
		'mail longtext, i date GENERATED ALWAYS AS (mail) STORED'; do
		for off in 1 0; do
			my -e "SET GLOBAL local_infile = $off"
			for mode in append merge; do
				sql "CREATE OR REPLACE TABLE t (n bigint, $what)"
				stream $mode n 'bigint\ttext' 'n\tmail' "1\tjane'x@example.com\n2\tjane'x@example.com\n" '2\t\\N' >s
				run -1 into <s
				echo "$output"
				[[ $output == 'ant-load-mysql: '* && ${#lines[@]} = 1 ]]
				[[ $output != *jane* && $output != *example* ]]
				n=$((n + 1))
			done
		done
	done
	[ "$n" = 16 ]
}

@test "mysql: rows of several organizations in one table, told apart" {
	local a=11111111-1111-4111-8111-111111111111 b=22222222-2222-4222-8222-222222222222
	of() { hours "$2" 30 | sed "/^#mode/a #organization\t$1"; }
	of $a one | into --by-organization
	of $b two | into --by-organization
	of $a new | into --by-organization
	[ "$(sql 'SELECT _organization, count(*), min(v), max(v) FROM t GROUP BY 1 ORDER BY 1')" = "$a|30|new|new
$b|30|two|two" ]
	of $a x | { run -1 into; [[ $output == *'anthill.t holds several organizations'* ]]; }
	of $a x | into --table single
	of $b x | { run -1 into --table single; [[ $output == *"holds rows of organization $a"* ]]; }
	of $a x | { run -1 into --by-organization --table single; echo "$output" | sed 's/.*converts it: //' >convert; }
	my anthill --init-command="SET sql_mode = ''" <convert
	of $b y | into --by-organization --table single
	[ "$(sql 'SELECT count(DISTINCT _organization), count(*) FROM single')" = '2|60' ]
}

@test "mysql: memory does not grow with the stream" { memory_is_constant; }

@test "mysql: ant-sync loads tables, then what is new, with its watermarks in files or in the database" {
	local state sync tables='usage_report cost_report claude_code_usage users' t
	start_sim --days 20
	sync=(timeout 300 ant-sync -q --rate 0)
	# shellcheck disable=SC2086	# words
	"${sync[@]}" --dest sqlite:///lite.db --start -20d $tables
	for state in file destination; do
		"${sync[@]}" --check --state $state --dest "$FILE" --prefix ${state}_ $tables
		for _ in 1 2; do "${sync[@]}" --json --state $state --dest "$FILE" --prefix ${state}_ --start -20d $tables >out; done
		[ "$(jq -s 'map(.status) | unique == [0]' out)" = true ]
		"${sync[@]}" --gaps --state $state --dest "$FILE" --prefix ${state}_ $tables
		for t in $tables; do [ "$(sql "SELECT count(*) FROM ${state}_$t")" = "$(sqlite3 lite.db "SELECT count(*) FROM $t")" ]; done
		[ "$(sql "SELECT sum(output_tokens), count(DISTINCT model), min(bucket) FROM ${state}_usage_report" | sed 's/ 00:.*//')" = \
			"$(sqlite3 lite.db "SELECT sum(output_tokens), count(DISTINCT model), substr(min(bucket), 1, 10) FROM usage_report")" ]
		[ "$(sql "SELECT count(*) FROM _anthill_loads WHERE into_table = '${state}_usage_report'")" = 2 ]
	done
	ant ingest -q --source-uri anthropic:// --source-table users --dest-uri "$FILE" --dest-table anthill.people >out
	[ "$(sql 'SELECT count(*) FROM people')" = "$(sqlite3 lite.db 'SELECT count(*) FROM users')" ]
	stop_sim
}

@test "mysql: wrong use is exit 2" {
	run -2 ant load-mysql </dev/null
	[[ $output == *'one URI is needed'*'usage: ant-load-mysql '* ]]
	run -2 into --nope </dev/null
	run -2 into --views </dev/null
	run -2 into --mode upsert </dev/null
	[[ $output == *"--mode: 'upsert' is not a mode"* ]]
	numbered append 1 1 | { run -2 into --table _anthill_loads; [[ $output == *'_anthill_loads is the ledger itself' ]]; }
}

@test "mysql: the options of the help, the usage and the manual are the same" { options_agree 24 none; }

@test "mysql: the examples of the manual run" {
	sed "s|mysql://me@db/usage|$FILE|" "$ROOT/man/ant-load-mysql.1" >page.1
	mkdir root root/man
	cp page.1 root/man/ant-load-mysql.1
	ROOT=$PWD/root examples_run 3
	[ "$(sql 'SELECT count(*) FROM t')" = 3 ]
}

@test "mysql: what the API does not serve any more is never removed, in any mode" { older_stay; }
@test "mysql: a merge that is read by time says its window, and removes nothing by it" { merges_by_time; }
@test "mysql: rows of nobody, equal in every cell, are all kept" { nobody_repeats; }
@test "mysql: an event that was loaded by the window before is one row" { feed_overlaps; }
@test "mysql: rows of 115 columns with the longest names" { wide_rows 3000; }
