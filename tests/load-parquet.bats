#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2012,SC2034,SC2154,SC2030,SC2031	# single quotes for other shells, ls -A, loops that count, set by a helper, subshells
load lib/helper
load lib/streams
load lib/loads
load lib/duckdb
load lib/lake
load lib/parquet

setup_file() {
	need_pyarrow
	build_duck
	start_s3
}
teardown_file() { stop_s3; }
each_setup() { use_duckdb; }

LOADER=load-parquet WITH=-o FILE=t.parquet
pqt() { ant load-parquet "$@"; }
ask() { duck :memory: "$@"; } # SQL...
from() { # [FILE] - of a folder of days, its files
	local file=${1-$FILE}
	if [ -d "$file" ]; then file+='/*.parquet'; fi
	printf "FROM read_parquet('%s', union_by_name = true)" "$file"
}
summary() {
	[ ! -d "$FILE" ] || [ -n "$(ls "$FILE")" ] || { echo '0|NULL|NULL'; return; }
	ask "SELECT count(*), min(v), max(v) $(from)"
}
content() { ask "SELECT v $(from)"; }
held() { python3 -c 'import csv; [print(r["buckets"]) for r in csv.DictReader(open("_anthill_loads.csv", newline=""))]'; }
gone() { rm -rf "$FILE" _anthill_loads.csv; }
dump() { find "$FILE" _anthill_loads.csv -type f | sort | while read -r f; do echo "$f"; cat "$f"; done; }

W='window\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z'

# only FILE... - nothing but these (and HOME) is in the folder: no leftovers
only() { diff <(printf '%s\n' home "$@" | sort -u) <(ls -A | sort -u); }

@test "parquet: every type is stored exactly, and DuckDB and pyarrow read the same" {
	stream append '' 'text\tbigint\tdouble\tnumeric\tboolean\tdate\ttimestamptz\tjson' 't\ti\td\tn\tb\tday\tat\tj' \
		'00123\t9223372036854775807\t5\t123.78912\ttrue\t2026-11-01\t2026-11-01T12:00:00Z\t{"a": 1.10}\na text of more than twelve bytes\t-9223372036854775808\t-0.1\t-7\tfalse\t0001-01-01\t1969-12-31T23:59:59.250001Z\t"x"\n\t\\N\t1e300\t\\N\t\\N\t\\N\t\\N\t\\N\n\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n' \
		'4\t\\N' | pqt -o t.parquet
	ask "SELECT t, i, d, n, b, day, epoch_us(\"at\"), j $(from)" | diff - <(cat <<-'END'
		00123|9223372036854775807|5.0|123.789120000000|true|2026-11-01|1793534400000000|{"a": 1.10}
		a text of more than twelve bytes|-9223372036854775808|-0.1|-7.000000000000|false|0001-01-01|-749999|"x"
		|NULL|1e+300|NULL|NULL|NULL|NULL|NULL
		NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL
	END
	)
	[ "$(ask "SELECT string_agg(column_type, ',') FROM (DESCRIBE $(from))")" = 'VARCHAR,BIGINT,DOUBLE,DECIMAL(38,12),BOOLEAN,DATE,TIMESTAMP WITH TIME ZONE,JSON' ]
	arrow --types t.parquet | cut -f 2 | paste -sd '|' >types
	[ "$(<types)" = 'string|int64|double|decimal128(38, 12)|bool|date32[day]|timestamp[us, tz=UTC]|extension<arrow.json>' ]
	arrow t.parquet | diff - <(printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' 00123 9223372036854775807 5.0 123.78912 true 2026-11-01 2026-11-01T12:00:00Z '{"a": 1.10}' \
		'a text of more than twelve bytes' -9223372036854775808 -0.1 -7 false 0001-01-01 1969-12-31T23:59:59.250001Z '"x"' \
		'' '\N' 1e+300 '\N' '\N' '\N' '\N' '\N' '\N' '\N' '\N' '\N' '\N' '\N' '\N' '\N')
	[ "$(ask "SELECT DISTINCT compression FROM parquet_metadata('t.parquet')")" = ZSTD ]
}

@test "parquet: a decimal is exact or refused, never rounded" {
	printf '%s\n' 0 0.1 -0.000000000001 12345678901234567890123456.123456789012 -99999999999999999999999999.999999999999 >fit
	{ printf '#ant-rows\t1\tt\n#mode\tappend\n#type\tnumeric\n#cols\tn\n'; cat fit; printf '#end\t5\t\\N\n'; } | pqt -o t.parquet
	arrow t.parquet | diff fit -
	cp t.parquet before
	for n in 0.1234567890123 100000000000000000000000000 1e-13 -1e300; do
		stream append '' numeric n "$n\n" | { run -1 pqt -o t.parquet; [[ $output == *"t.parquet: column 'n': $n is more than DECIMAL(38,12) holds exactly" ]]; }
	done
	cmp before t.parquet
}

@test "parquet: tens of thousands of rows of all kinds come back as they went in, by DuckDB and by pyarrow" {
	unicode | tr -d '\0' >texts
	awk -F '\n' -v OFS='\t' 'BEGIN { srand(3); print "#ant-rows\t1\tt\n#mode\treplace\n#key\ti\n#type\tbigint\ttext\ttext\tnumeric\ttimestamptz\tdate\tboolean\n#cols\ti\ta\tb\tn\tat\tday\tyes" }
		{ gsub(/\\/, "\\\\"); gsub(/\t/, "\\t"); gsub(/\r/, "\\r"); text[n++] = $0 }
		END { for (i = 0; i < 40000; i++) {
			s = text[i % n]; if (s == "" && i % 3) s = "\\N"
			t = text[int(rand() * n)] text[int(rand() * n)]
			print i - 20000, s, (i % 7 ? t : "\\N"), (i % 5 ? (i % 11 - 5) * 1000003 "." 1 + i % 9 : "\\N"), sprintf("2026-%02d-%02dT%02d:%02d:%02d%sZ", 1 + i % 12, 1 + i % 28, i % 24, i % 60, i * 7 % 60, i % 4 ? "" : ".00025"), (i % 6 ? sprintf("20%02d-02-28", i % 100) : "\\N"), (i % 2 ? "true" : "false") }
			printf "#end\t40000\t\\N\n" }' texts >s
	pqt -q -o t.parquet <s
	grep -v '^#[a-z]' s >want
	arrow t.parquet | cmp want -
	for mode in merge replace; do # read and written again by DuckDB
		pqt -q --mode $mode -o t.parquet <s
		arrow t.parquet | cmp want -
	done
	ask "COPY (SELECT i, a, b $(from)) TO 'got.csv' (HEADER, FORCE_QUOTE *)"
	python3 -c 'import csv; [print(r["i"], r["a"], sep="\t") for r in csv.DictReader(open("got.csv", newline="")) if r["a"] != ""]' | wc -l >seen
	[ "$(<seen)" -ge 39000 ]
}

@test "parquet: a window load twice leaves the same rows, a revised one is revised, a vanished row is gone" {
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-10-31T23:59:59.999999Z\tbefore\n2026-11-03T00:00:00Z\tafter\n\\N\tnull\n' '3\t\\N' |
		sed '/^#mode/s/.*/#mode\tappend/' | pqt -o t.parquet
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\ta\n2026-11-02T23:59:59.999999Z\tb\n' '2\t2026-11-03T00:00:00Z' >one
	for _ in 1 2; do
		pqt -o t.parquet <one
		[ "$(arrow t.parquet | cut -f 2 | paste -sd ,)" = before,after,null,a,b ]
	done
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-02T00:00:00Z\tB\n' '1\t2026-11-03T00:00:00Z' | pqt -o t.parquet
	[ "$(content | paste -sd ,)" = before,after,null,B ]
	stream "$W" b 'timestamptz\ttext' 'b\tv' '' '0\t2026-11-03T00:00:00Z' | pqt -o t.parquet
	[ "$(content | paste -sd ,)" = before,after,null ]
	stream append '' date d '2026-10-31\n2026-11-01\n2026-11-02\n2026-11-03\n' '4\t\\N' | pqt -o d.parquet
	stream 'window\td\t2026-11-01T00:00:00Z\t2026-11-02T12:00:00Z' d date d '2026-11-02\n' | pqt -o d.parquet
	[ "$(arrow d.parquet | paste -sd ,)" = 2026-10-31,2026-11-03,2026-11-02 ]
	held | tail -n 1 | grep -qxF '{"2026-11-02T00":1}'
}

@test "parquet: the time zone of the user changes nothing" {
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\ta\n2026-11-02T23:59:59Z\tb\n' '2\t2026-11-03T00:00:00Z' >s
	for zone in Asia/Kathmandu America/Los_Angeles; do
		TZ=$zone pqt -o t.parquet <s
		TZ=$zone pqt --mode merge -o t.parquet <s
		[ "$(arrow t.parquet | cut -f 1 | paste -sd ' ')" = '2026-11-01T00:00:00Z 2026-11-02T23:59:59Z' ]
		held | sort -u | grep -qxF '{"2026-11-01T00":1,"2026-11-02T23":1}'
	done
}

@test "parquet: replace, append and merge; null equals null, rows that share a key stay" {
	numbered replace 1 5 | pqt -o t.parquet
	numbered replace 4 9 new | pqt -o t.parquet
	[ "$(summary)" = '6|new|new' ]
	numbered append 1 2 | pqt -o t.parquet
	[ "$(summary)" = '8|new|v' ]
	numbered replace 1 0 | pqt -o t.parquet
	[ "$(summary)" = '0|NULL|NULL' ]
	gone
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\told\n\\N\t1\told\n\\N\t\\N\told\n\t1\told\ny\t2\tkeep\n' '5\t\\N' | pqt -o t.parquet
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\tnew\n\\N\t1\tnew1\n\\N\t1\tnew2\n\\N\t\\N\tnew\nz\t3\tnew\n' '5\t\\N' >s
	for _ in 1 2; do pqt -o t.parquet <s; done
	ask "SELECT * $(from) ORDER BY 1 NULLS LAST, 2 NULLS LAST, 3" | diff - <(printf '%s\n' '|1|old' 'x|1|new' 'y|2|keep' 'z|3|new' 'NULL|1|new1' 'NULL|1|new2' 'NULL|NULL|new')
	stream merge 'at\td\tn\tb\tj' 'timestamptz\tdouble\tnumeric\tboolean\tjson\ttext' 'at\td\tn\tb\tj\tv' '2026-11-01T00:00:00.500Z\t0.1\t1.10\ttrue\t{"a":1}\tv\n' >s
	pqt -o u.parquet <s
	sed '/^#/!s/\tv$/\tw/; s/00.500Z/00.5Z/; s/1\.10/1.1/' s | pqt -o u.parquet
	[ "$(FILE=u.parquet summary)" = '1|w|w' ]
}

@test "parquet: a new column is added, one that is missing stays, one of another type is refused and named" {
	stream append '' 'text\tbigint' 'a\tb' 'x\t1\n' | pqt -o t.parquet
	stream append '' 'numeric\ttext' 'c\ta' '2.5\ty\n' | pqt -o t.parquet
	arrow t.parquet | diff - <(printf 'x\t1\t\\N\ny\t\\N\t2.5\n')
	stream merge 'a\tnew' 'text\ttext' 'a\tnew' 'y\t\\N\n' | pqt -o t.parquet
	arrow t.parquet | diff - <(printf 'x\t1\t\\N\t\\N\ny\t\\N\t\\N\t\\N\n')
	cp t.parquet before
	stream append '' 'text\ttext' 'a\tb' 'x\ty\n' | { run -1 pqt -o t.parquet; [[ $output == *"t.parquet: column 'b' is of type BIGINT, but the rows need VARCHAR" ]]; }
	cmp before t.parquet
	# A file of somebody else's, of another writer and other types.
	"$PYARROW" -c 'import pyarrow as a, pyarrow.parquet as p; p.write_table(a.table({"n": a.array([1, 2], a.int64()), "v": ["mine", "too"], "m": a.array([b"x", None])}), "o.parquet")'
	numbered merge 2 3 | pqt -o o.parquet
	[ "$(ask "SELECT n, v, m $(from o.parquet)" | paste -sd ' ')" = '1|mine|x 2|v|NULL 3|v|NULL' ]
	"$PYARROW" -c 'import pyarrow as a, pyarrow.parquet as p; p.write_table(a.table({"n": a.array([1, 2], a.int32()), "v": ["mine", "too"]}), "i.parquet")'
	numbered merge 2 3 | { run -1 pqt -o i.parquet; [[ $output == *"i.parquet: column 'n' is of type INTEGER, but the rows need BIGINT" ]]; }
}

@test "parquet: a stream that is cut leaves no file, no receipt, exit 5" {
	hours a 20 >whole
	for at in $(cuts whole); do
		status=0
		head -c "$at" whole | pqt -o new.parquet >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
		only whole out err
	done
}

@test "parquet: a stream that is cut leaves the file as it was, in every mode" {
	hours a 30 | pqt -o t.parquet
	dump >before
	hours b 40 2 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' >whole
	i=0
	for at in $(cuts whole); do
		modes=(window replace merge append)
		status=0
		head -c "$at" whole | pqt --mode "${modes[i++ % 4]}" -o t.parquet >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
		dump | cmp before -
	done
	only whole out err before t.parquet _anthill_loads.csv
	pqt -o t.parquet <whole
	[ "$(ask "SELECT count(*), min(v), min(more) $(from)")" = '40|b|x' ]
}

@test "parquet: a cell that does not fit, late in the stream, undoes the whole load" { misfit_undoes_all; }

@test "parquet: killed at any moment, the rows are the old or the new ones, nothing piles up, the next load works" {
	killed "${ANT_KILLS:-40}" 300
	only s out err t.parquet _anthill_loads.csv
}

@test "parquet: what a killed load left, of whichever user, does not block the next one" {
	for left in .t.parquet.anthill .t.parquet.anthill.db .t.parquet.anthill.db.wal ._anthill_loads.csv.anthill; do echo old >$left; done
	mkdir .t.parquet.anthill.db.tmp
	echo old >.t.parquet.anthill.db.tmp/duckdb_temp_block-1.block
	numbered replace 1 3 | pqt -o t.parquet
	only t.parquet _anthill_loads.csv
}

@test "parquet: a second load exits 6 within a second, one of another file goes on" {
	mkfifo pipe
	pqt -o t.parquet <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9 a | head -n 10 >&7
	wait_for [ -e .t.parquet.anthill ]
	numbered replace 1 9 b >s
	status=0
	seconds_of pqt -o t.parquet <s 2>err || status=$?
	[ "$status" = 6 ]
	[[ $(<err) == *"t.parquet: another load is writing to it" ]]
	checked "$ANT_BIN/ant-load-parquet" || [ "$elapsed" -lt 1000 ]
	[ ! -e t.parquet ]
	pqt -o u.parquet <s
	numbered replace 1 9 a | tail -n +11 >&7
	exec 7>&-
	wait "$pid"
	[ "$(summary)" = '9|a|a' ]
	[ "$(pqt -o t.parquet --ledger | wc -l)" = 2 ]
}

@test "parquet: of eight loads at once each wins or exits 6, and a reader sees one of them whole" { eight_at_once; }

@test "parquet: of eight loads at once that wait each is done, one after the other" { eight_in_turn; }

@test "parquet: eight first loads at once create the file once" { first_at_once; }

@test "parquet: loads of eight files at once into one folder all succeed, and the ledger has them all" {
	pids=()
	for i in 1 2 3 4 5 6 7 8; do
		numbered replace 1 100 "$i" >"s$i"
		pqt -o "t$i.parquet" <"s$i" >>out 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	untimed <(pqt -o t1.parquet --ledger) | sort >got
	sort out | diff - got
	[ "$(wc -l <got)" = 8 ]
	[ "$(jq -r .destination got | sort -u | wc -l)" = 1 ]
}

@test "parquet: what cannot be written is exit 1 with the reason, and nothing is left" {
	numbered append 1 3 >s
	mkdir d
	run -1 pqt -o d <s
	[[ $output == 'ant-load-parquet: d: not a regular file' ]]
	run -1 pqt -o none/t.parquet <s
	[[ $output == *'none/t.parquet: No such file or directory' ]]
	ln -s nowhere/x.parquet dangling
	run -1 pqt -o dangling <s
	for text in '' PAR1 "$(seq 2000)"; do
		printf '%s' "$text" >x.parquet
		cp x.parquet was
		run -1 pqt -o x.parquet <s
		[[ $output == 'ant-load-parquet: x.parquet: '* ]]
		cmp was x.parquet
	done
	pqt -o t.parquet <s
	cp t.parquet before
	numbered append 1 400000 'text that takes some room' | awk -F '\t' -v OFS='\t' '!/^#/ { $2 = $2 rand() } { print }' >large
	for mode in append merge; do
		run -1 bash -c "trap '' XFSZ; ulimit -f 1000; ant load-parquet --mode $mode -o t.parquet <large"
		cmp before t.parquet
	done
	run -1 bash -c 'trap "" XFSZ; ulimit -f 1000; ant load-parquet -o u.parquet <large'
	only s d dangling x.parquet was t.parquet before large _anthill_loads.csv
}

@test "parquet: a disk that gets full is exit 1, and the file stays" {
	numbered replace 1 3 | pqt -o u.parquet # the ledger is there: it must stay as it is, too
	disk_gets_full
	only full.so s out err u.parquet t.parquet first.t.parquet _anthill_loads.csv
}

@test "parquet: a file or folder that is read-only is exit 1, and stays as it was" {
	mkdir shut
	numbered append 1 3 >s
	pqt -o shut/t.parquet <s
	cp shut/t.parquet before
	chmod 777 .
	chmod 755 shut
	chmod 444 shut/t.parquet
	chmod o+rx "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" 2>/dev/null || :
	run -1 as_postgres "$ANT_BIN/ant-load-parquet" -o shut/t.parquet <s
	[[ $output == *'shut/t.parquet: .t.parquet.anthill in its folder: Permission denied' ]]
	chmod 777 shut
	run -1 as_postgres "$ANT_BIN/ant-load-parquet" -o shut/t.parquet <s
	[[ $output == *'shut/t.parquet: Permission denied' ]]
	cmp before shut/t.parquet
	diff <(printf '%s\n' _anthill_loads.csv t.parquet) <(ls -A shut)
}

@test "parquet: a ledger that is not ours stops the load before the file is touched" {
	numbered append 1 3 | pqt -o t.parquet
	cp t.parquet before
	echo hello >_anthill_loads.csv
	numbered append 1 3 | { run -1 pqt -o t.parquet; [[ $output == *'_anthill_loads.csv: this is no ledger'* ]]; }
	cmp before t.parquet
	run -2 pqt -o _anthill_loads.csv </dev/null
}

@test "parquet: a link stays a link, and the permissions stay" {
	mkdir real
	numbered replace 1 3 | pqt -o real/t.parquet
	chmod 640 real/t.parquet
	ln -s real/t.parquet link
	numbered replace 1 4 | pqt -o link
	[ -L link ]
	[ "$(FILE=real/t.parquet summary)" = '4|v|v' ]
	[ "$(stat -c %a real/t.parquet)" = 640 ]
	[ ! -e _anthill_loads.csv ]
}

@test "parquet: names of files and columns may hold anything, and no other file is read or written" {
	numbered replace 1 7 other | pqt -o ax.parquet
	cp ax.parquet before
	for name in 'a*.parquet' 'a?.parquet' 'a[x].parquet' "a'b" $'a\nb' ' a ' '-a' ':memory:' 's3:x' 'md:x' 'é表'; do
		for mode in replace append; do numbered $mode 1 3 | pqt -q --output="$name"; done
		cp -- "$name" got
		[ "$(FILE=got summary)" = '6|v|v' ]
		cmp before ax.parquet
	done
	mkdir 'x*[y]?'
	numbered merge 1 3 | pqt -o 'x*[y]?/t'
	numbered merge 2 4 | pqt -o 'x*[y]?/t'
	cp 'x*[y]?/t' got
	[ "$(FILE=got summary)" = '4|v|v' ]
	for name in 'a"b' "a'b;DROP TABLE x;--" 'a,b' $'line\nbreak' '表' "$(printf '%064d' 0)" ' a ' 'select' '\.'; do
		encoded=${name//\\/\\\\}
		encoded=${encoded//$'\n'/\\n}
		printf '#ant-rows\t1\tt\n#mode\tmerge\n#key\t%s\n#type\ttext\ttext\n#cols\t%s\tv\nk\t1\n#end\t1\t\\N\n' "$encoded" "$encoded" >s
		rm -f t.parquet
		for _ in 1 2; do pqt -q -o t.parquet <s; done
		"$PYARROW" -c 'import sys, pyarrow.parquet as p; t = p.read_table("t.parquet"); assert t.column_names == [sys.argv[1], "v"] and t.to_pylist() == [{sys.argv[1]: "k", "v": "1"}], t' "$name"
	done
}

@test "parquet: DuckDB opens no file outside the folder of the file" {
	mkdir here
	numbered merge 1 3 | pqt -o here/t.parquet
	numbered merge 2 4 >s
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -qq -e trace=openat,unlink,unlinkat,rename,renameat,renameat2,connect -o trace "$ANT_BIN/ant-load-parquet" -o here/t.parquet <s
	sed -nE 's/.*openat\([^"]*"([^"]*)", [A-Z_|]*(O_WRONLY|O_RDWR|O_CREAT).*/\1/p' trace | sort -u >written
	[ -s written ]
	run -1 grep -vE '^(here/|\./here/|\.?_?.*\.anthill|/proc/self/fd/[0-9]+$|/dev/null$)|'"^$PWD/here/" written
	run -1 grep -E 'connect\(.*sa_family=AF_INET' trace
}

@test "parquet: of rows that are one object the last counts, in every mode" { last_of_each_counts; }

@test "parquet: equal values of a key are one however they are written" { repeats_by_value; }

@test "parquet: an event that a feed gives twice is one row" { repeats_in_window; }

@test "parquet: the shrink guard counts objects" { repeats_shrink; }

@test "parquet: hundreds of thousands of repeats" { many_repeat; }

@test "parquet: a receipt that cannot be written is exit 1, and the message says that the rows are in" { receipt_lost; }

@test "parquet: a load that would leave fewer than half of over 100 rows is refused" {
	shrink_refused
	only half t.parquet before _anthill_loads.csv
}

@test "parquet: the receipt and the ledger say what was loaded, --ledger prints it again" {
	mkdir o
	hours a 5 | pqt -o o/p.parquet >receipts
	told "$(<receipts)" '{"@ant":"loaded","table":"t","target":"parquet","into":"o/p.parquet","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","rows":5,"watermark":"2026-11-03T00:00:00Z"}'
	numbered replace 1 3 | pqt -o 'o/a,"b' >>receipts
	pqt -o o/p.parquet --ledger >ledger
	diff <(sed 's#"into":"o/#"into":"#' receipts) <(untimed ledger)
	[ "$(ls -A o)" = $'_anthill_loads.csv\na,"b\np.parquet' ]
	run -1 pqt --ledger -o none/x
	run -1 pqt --ledger -o x
	[[ $output == *'/_anthill_loads.csv: there is no such file' ]]
	# A watermark by hand; a file that was removed is void before a new one is there.
	pqt --set-watermark t=2026-11-02 -o o/p.parquet
	[ "$(pqt --ledger -o o/p.parquet | tail -n 1 | jq -r '.mode + " " + .watermark')" = 'set 2026-11-02T00:00:00Z' ]
	rm o/p.parquet
	hours a 5 | pqt -o o/p.parquet
	[ "$(pqt --ledger -o o/p.parquet | jq -r 'select(.into == "p.parquet").mode' | paste -sd ' ')" = 'window set reset window' ]
}

@test "parquet: --audit tells what the file holds of what was loaded" {
	{ cat <<-'END'; seq 1 40 | sed 's/.*/2026-11-01T05:00:00Z\t&\tv/'; printf '#end\t40\t2026-11-03T00:00:00Z\n'; } >s
		#ant-rows	1	t
		#mode	window	b	2026-11-01T00:00:00Z	2026-11-03T00:00:00Z
		#type	timestamptz	bigint	text
		#cols	b	n	v
	END
	pqt -o t.parquet <s >receipt
	load=$(jq -r .load receipt)
	question="t.parquet\t-\t1\t$load\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z\n"
	printf "$question" | pqt --audit -o x.parquet >answer
	[ "$(head -n 1 answer)" = '{"@ant":"table","target":"parquet","into":"t.parquet","there":true,"empty":false,"found":true,"since":1}' ]
	run -1 grep differs answer
	ask "COPY (SELECT * $(from) WHERE n > 23) TO 'fewer.parquet'"
	mv fewer.parquet t.parquet
	printf "$question" | pqt --audit -o x.parquet >answer
	grep -qxF '{"@ant":"differs","into":"t.parquet","from":"2026-11-01T00:00:00Z","to":"2026-11-02T00:00:00Z","rows":40,"held":17}' answer
	rm t.parquet
	printf "$question" | pqt --audit -o x.parquet >answer
	[[ $(head -n 1 answer) == *'"there":false'* ]]
}

@test "parquet: one organization a file, or several told apart" {
	one=11111111-2222-4333-8444-555555555555 two=99999999-2222-4333-8444-555555555555
	of() { sed "s/^#mode.*/&\n#organization\t$1/"; }
	numbered replace 1 3 a | of $one | pqt -o t.parquet
	numbered replace 1 4 b | of $two | { run -1 pqt -o t.parquet; [[ $output == *"t.parquet: it holds rows of organization $one, and these are of $two: "* ]]; }
	numbered replace 1 4 b | of $one | { run -1 pqt --by-organization -o t.parquet; [[ $output == *'it was made without --by-organization'* ]]; }
	for n in 3 4; do
		numbered replace 1 $n a | of $one | pqt --by-organization -o m.parquet
		numbered replace 1 $((n + 2)) b | of $two | pqt --by-organization -o m.parquet
	done
	[ "$(ask "SELECT _organization, v, count(*) $(from m.parquet) GROUP BY ALL ORDER BY 1")" = "$one|a|4"$'\n'"$two|b|6" ]
	[ "$(arrow --types m.parquet | head -n 1 | cut -f 1)" = _organization ]
	numbered replace 1 3 a | of $one | { run -1 pqt -o m.parquet; [[ $output == *'it holds several organizations: load it with --by-organization' ]]; }
}

@test "parquet: a dry run says what would be done and changes nothing" {
	hours a 5 >s
	[ "$(pqt --dry-run -o t.parquet <s)" = $'t.parquet: create, keep 0 rows, remove 0, append 5\n./_anthill_loads.csv: append 1 row' ]
	only s
	pqt -o t.parquet <s
	cp t.parquet before
	hours b 7 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' | pqt --dry-run -o t.parquet >plan
	diff plan <(printf "t.parquet: add column 'more'\nt.parquet: rewrite, keep 0 rows, remove 5, append 7\n./_anthill_loads.csv: append 1 row\n")
	hours b 7 | pqt --dry-run --mode merge -o t.parquet | head -n 1 | diff - <(echo 't.parquet: rewrite, keep those of 5 rows whose key does not come, append 7')
	head -n -1 s | { run -5 pqt --dry-run -o t.parquet; }
	cmp before t.parquet
	only s before plan t.parquet _anthill_loads.csv
}

@test "parquet: --check says what stands in the way of a load, and changes nothing" { checks_ahead; }

@test "parquet: memory does not grow with the stream or the file" {
	row='some text that makes the row about as long as rows are, a hundred bytes or so'
	for n in 300000 1200000; do
		hours "$row" $n | awk -F '\t' -v OFS='\t' '!/^#/ { $3 = $3 NR } { print }' >s
		/usr/bin/env time -f %M -o "peak$n" "$ANT_BIN/ant-load-parquet" --mode append -o t.parquet <s
		cat "peak$n"
	done
	checked "$ANT_BIN/ant-load-parquet" || [ "$(<peak1200000)" -lt 700000 ]
}

@test "parquet: a library that is missing is exit 1 and says how to get it" {
	ANT_LIBDUCKDB=/nowhere.so run -1 pqt -o t.parquet </dev/null
	[[ $output == *'ANT_LIBDUCKDB: /nowhere.so: cannot open'* ]]
}

@test "parquet: wrong use is exit 2" {
	run -2 pqt </dev/null
	[[ $output == *'-o FILE is needed'*'usage: ant-load-parquet '* ]]
	run -2 pqt a </dev/null
	[[ $output == *"'a' is one operand too many"* ]]
	run -5 pqt -o t.parquet </dev/null
	only
}

@test "parquet: the options of the help, the usage and the manual are the same" { options_agree 24 output; }

@test "parquet: the examples of the manual run" {
	examples_run 4
	[ "$(FILE=usage_report.parquet summary)" = '3|a|a' ]
	[ "$(FILE=usage_report summary)" = "3|a|a" ]
}

@test "parquet: what the API does not serve any more is never removed, in any mode" { older_stay; }
@test "parquet: a merge that is read by time says its window, and removes nothing by it" { merges_by_time; }
@test "parquet: rows of nobody, equal in every cell, are all kept" { nobody_repeats; }
@test "parquet: an event that was loaded by the window before is one row" { feed_overlaps; }
@test "parquet: rows of 115 columns with the longest names" { wide_rows 3000; }

# in_days - from here on the destination is a folder of days
in_days() { WITH='--days -o' FILE=t; }

# files - the days of the folder, with how many files each has
files() { ls "$FILE" | cut -d . -f 1 | uniq -c | awk '{ printf "%s%s=%s", sep, $2, $1; sep = " " }'; }

@test "parquet days: a window replaces the files of its days, and the others stay as they are" {
	in_days
	stream 'window\tb\t2026-10-30T00:00:00Z\t2026-11-05T00:00:00Z' b 'timestamptz\ttext' 'b\tv' '2026-10-31T23:59:59.999999Z\told\n2026-11-01T00:00:00Z\told\n2026-11-02T12:00:00Z\told\n2026-11-03T00:00:00Z\told\n' '4\t2026-11-05T00:00:00Z' | into
	[ "$(files)" = '2026-10-31=1 2026-11-01=1 2026-11-02=1 2026-11-03=1' ]
	ls t >before
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T10:00:00Z\tnew\n' '1\t2026-11-03T00:00:00Z' >s
	for _ in 1 2; do into <s; done
	[ "$(files)" = '2026-10-31=1 2026-11-01=1 2026-11-03=1' ]
	[ "$(content | paste -sd ' ')" = 'old new old' ]
	[ "$(ls t | comm -12 - before | cut -d . -f 1 | paste -sd ' ')" = '2026-10-31 2026-11-03' ]
	# Part of a day: the rest of it stays.
	stream 'window\tb\t2026-11-01T11:00:00Z\t2026-11-01T12:00:00Z' b 'timestamptz\ttext' 'b\tv' '2026-11-01T11:30:00Z\thour\n' '1\t2026-11-01T12:00:00Z' | into
	[ "$(content | paste -sd ' ')" = 'old new hour old' ]
	arrow t/*.parquet | cut -f 1 | diff - <(printf '%s\n' 2026-10-31T23:59:59.999999Z 2026-11-01T10:00:00Z 2026-11-01T11:30:00Z 2026-11-03T00:00:00Z)
	# Rows without a time, a new column, and a slash behind the name.
	stream 'append' b 'timestamptz\ttext\tbigint' 'b\tv\tmore' '\\N\tnone\t7\n' '1\t\\N' | sed '/^#mode/s/.*/#mode\tappend/' | { FILE=t/ into; }
	[ "$(ask "SELECT v, more $(from) ORDER BY 2, 1" | tail -n 2 | paste -sd ' ')" = 'old|NULL old|NULL' ]
	# A table without a time column is one file.
	FILE=u
	numbered replace 1 5 | into
	numbered merge 4 9 new | into
	[ "$(files)|$(summary)" = 'rows=1|9|new|v' ]
	only before s t u _anthill_loads.csv
}

@test "parquet days: a stream that is cut leaves the folder as it was, or none, in every mode" {
	in_days
	hours b 40 2 >whole
	for at in $(cuts whole | awk 'NR % 7 == 0'); do
		status=0
		head -c "$at" whole | into >out 2>err || status=$?
		[ "$status" = 5 ]
	done
	only whole out err
	hours a 30 | into
	dump >before
	i=0
	for at in $(cuts whole | awk 'NR % 3 == 0'); do
		modes=(window replace merge append)
		status=0
		head -c "$at" whole | into --mode "${modes[i++ % 4]}" >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
		dump | cmp before -
	done
	only whole out err before t _anthill_loads.csv
}

@test "parquet days: killed at any moment, the rows are the old or the new ones, nothing piles up" {
	in_days
	killed "${ANT_KILLS:-20}" 300
	only s out err t _anthill_loads.csv
	[ "$(files)" = rows=1 ]
}

@test "parquet days: who reads while the folder is exchanged sees one version whole, or a file gone, and never a mix" {
	in_days
	for i in 1 2; do hours "$i" 400 $i >"s$i"; done
	into <s1 >/dev/null
	(while [ ! -e stop ]; do ask "SELECT count(*), count(DISTINCT v) $(from)" 2>err || grep -c 'No such file\|No files found' err; done >seen) 3>&- &
	reader=$!
	for i in $(seq 15); do into <"s$((i % 2 + 1))" >/dev/null; done
	touch stop
	wait "$reader"
	sort seen | uniq -c
	grep -qxF '400|1' seen
	run -1 grep -vxE '400[|]1|1' seen
}

@test "parquet days: what is no file of a day, and a file where the folder should be, are refused" {
	in_days
	numbered append 1 3 >s
	into <s
	echo mine >t/notes.txt
	run -1 into <s
	[[ $output == "ant-load-parquet: t: 'notes.txt' in it is no file of a day: a load would lose it" ]]
	rm t/notes.txt
	into --check -v
	ant load-parquet -o f <s
	FILE=f run -1 into <s
	[[ $output == 'ant-load-parquet: f: Not a directory' ]]
	mkdir real
	mv t real/t
	ln -s real/t t
	into <s
	[ -L t ]
	[ "$(ls real/t | wc -l)" = 2 ]
}

@test "parquet days: a second load exits 6; eight first loads at once create it once" {
	in_days
	first_at_once
	mkfifo pipe
	into <pipe >out2 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9 a | head -n 10 >&7
	wait_for [ -e .t.days.anthill ]
	run -6 into <s1
	numbered replace 1 9 a | tail -n +11 >&7
	exec 7>&-
	wait "$pid"
	[ "$(summary)" = '9|a|a' ]
}

@test "parquet days: a disk that gets full is exit 1, and the folder stays" {
	in_days
	numbered replace 1 3 | FILE=u into
	disk_gets_full
	only full.so s out err u t first.t _anthill_loads.csv
}

@test "parquet days: the last of each key counts, repeats of a feed are one, the guard counts" {
	in_days
	repeats_by_value
	repeats_in_window
	gone
	repeats_shrink
}
@test "parquet days: what the API does not serve any more is never removed, in any mode" { in_days; older_stay; }
@test "parquet days: rows of nobody are all kept; a merge by time removes nothing by it; an event of two windows is one row" {
	in_days
	nobody_repeats
	merges_by_time
	feed_overlaps
}

@test "parquet days: --audit tells which days hold fewer rows than were loaded" {
	in_days
	hours a 90 | into >receipt
	question="t\t-\t1\t$(jq -r .load receipt)\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z\n"
	printf "$question" | FILE=x into --audit >answer
	[ "$(head -n 1 answer)" = '{"@ant":"table","target":"parquet","into":"t","there":true,"empty":false,"found":true,"since":1}' ]
	run -1 grep differs answer
	rm t/2026-11-02.*
	printf "$question" | FILE=x into --audit | grep -qE '"differs","into":"t","from":"2026-11-02T00:00:00Z","to":"2026-11-03T00:00:00Z","rows":[0-9]+,"held":0'
	rm -r t
	printf "$question" | FILE=x into --audit >answer
	[[ $(head -n 1 answer) == *'"there":false'* ]]
}

# bucket EXPRESSION - ask the bucket, with the client in build/s3; object KEY - what it has under it, to ./object
bucket() { "$ROOT/build/s3/bin/python" -c "import boto3; s = boto3.client('s3', endpoint_url='$S3_URL'); $1"; }
object() { bucket "s.download_file('lake', '$1', 'object')"; }
objects() { bucket "print(*(o['Key'] for o in s.list_objects_v2(Bucket='lake').get('Contents', [])))"; }

@test "parquet s3: one stream is one object, whole or as it was, and the keys are nowhere" {
	use_s3
	use_lake
	numbered replace 1 30000 old >s
	run -0 --separate-stderr pqt -o s3://lake/x/t.parquet <s
	[[ $output == '{"@ant":"loaded","table":"t","target":"parquet","into":"s3://lake/x/t.parquet","mode":"replace","from":null,"to":null,"rows":30000,"watermark":null}' && -z $stderr ]]
	object x/t.parquet
	[ "$(FILE=object summary)" = '30000|old|old' ]
	# Nothing is sent before the end of a whole stream.
	cp object before
	numbered replace 1 30000 new >whole
	for at in 10 5000 $(($(stat -c %s whole) - 1)); do
		head -c "$at" whole | run -5 pqt -o s3://lake/x/t.parquet
		head -c "$at" whole | run -5 pqt -o s3://lake/first.parquet
	done
	sed 's/^29999\t/x\t/' whole >misfit
	run -5 pqt -o s3://lake/x/t.parquet <misfit
	object x/t.parquet
	cmp before object
	[ "$(objects)" = x/t.parquet ]
	for i in 1 2 3 4 5 6; do # killed, it is the old or the new one
		"$ANT_BIN/ant-load-parquet" -o s3://lake/x/t.parquet <whole >out 2>err 3>&- &
		sleep "0.$((i * 17 % 10))"
		kill -9 "$!" 2>/dev/null || :
		wait "$!" || :
		object x/t.parquet
		FILE=object summary | grep -qxE '30000[|](old[|]old|new[|]new)'
	done
	mkdir tmp
	export TMPDIR=$PWD/tmp
	pqt -o s3://lake/x/t.parquet <whole
	object x/t.parquet
	[ "$(FILE=object summary)" = '30000|new|new' ]
	arrow object | cmp <(seq 30000 | sed 's/$/\tnew/') -
	# Of objects the last of a key counts, here, too.
	{ numbered replace 1 50 | sed -e 's/^#key.*/&\n#unique/' -e '$d'; seq 1 50 | sed 's/$/\tw/'; printf '#end\t100\t\\N\n'; } | pqt -q -o s3://lake/u.parquet
	object u.parquet
	[ "$(FILE=object summary)" = '50|w|w' ]
	[ -z "$(ls -A tmp)" ]
}

@test "parquet s3: what cannot be is refused with the reason, without the keys" {
	use_s3
	use_lake
	hours a 5 >s
	run -2 pqt -o s3://lake/t.parquet <s
	[[ $output == *"ant-load-parquet: s3://lake/t.parquet: an object is written whole, by --mode replace: "* ]]
	for bad in s3://lake s3://lake/ s3:///x s3://lake/x/ 's3://lake/a*b'; do
		run -2 pqt --mode replace -o "$bad" <s
		[[ $output == *"-o: '$bad'"* ]]
	done
	run -2 pqt --ledger -o s3://lake/t.parquet
	run -1 pqt --mode replace -o s3://nobody/t.parquet <s
	[[ $output == 'ant-load-parquet: s3://nobody/t.parquet: '* && $output != *"$AWS_ACCESS_KEY_ID"* && $output != *"$AWS_SECRET_ACCESS_KEY"* ]]
	run -0 pqt --check -v -o s3://lake/t.parquet
	run -1 pqt --check -o s3://nobody/t.parquet
	[ "$(pqt --dry-run --mode replace -o s3://lake/t.parquet <s)" = 's3://lake/t.parquet: write 5 rows' ]
	AWS_ENDPOINT_URL=http://127.0.0.1:1 run -1 pqt --mode replace -o s3://lake/t.parquet <s
	[[ $output != *"$AWS_SECRET_ACCESS_KEY"* ]]
	unset AWS_ACCESS_KEY_ID
	run -2 pqt --mode replace -o s3://lake/t.parquet <s
	[[ $output == *'S3 wants a key: set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY'* ]]
	run -1 compgen -G 't.parquet'
}
