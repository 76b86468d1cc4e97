#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2012,SC2034,SC2154,SC2030,SC2031	# single quotes for other shells, ls -A, loops that count, set by a helper
load lib/helper
load lib/streams
load lib/loads

LOADER=load-csv WITH=-o FILE=t.csv
csv() { ant load-csv "$@"; }
summary() { awk -F, 'NR > 1 { if (!n++) least = most = $NF; if ($NF < least) least = $NF; if ($NF > most) most = $NF } END { print n + 0 "|" least "|" most }' "$FILE"; }
column() { python3 -c 'import csv, sys; [print(r[sys.argv[2]]) for r in csv.DictReader(open(sys.argv[1], newline=""))]' "$@"; } # FILE NAME
content() { column "$FILE" v; }
held() { column _anthill_loads.csv buckets; }
gone() { rm -f "$FILE" _anthill_loads.csv; }
dump() { cat "$FILE" _anthill_loads.csv; }

W='window\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z'

# only FILE... - nothing but these (and HOME) is in the folder: no leftovers
only() { diff <(printf '%s\n' home "$@" | sort -u) <(ls -A | sort -u); }

# random_cuts FILE N - N random places to cut it at, and behind each line but the last
random_cuts() {
	cuts "$1"
	awk -v size="$(stat -c %s "$1")" -v n="$2" 'BEGIN { srand(11); for (i = 0; i < n; i++) print int(rand() * size) }'
}

@test "csv: every type, null and the empty text, on stdout" {
	stream append '' 'text\tbigint\tdouble\tnumeric\tboolean\tdate\ttimestamptz\tjson' 't\ti\td\tn\tb\tday\tat\tj' \
		'x\t9223372036854775807\t-0.10\t123.78912\ttrue\t2026-11-01\t2026-11-01T12:00:00.5Z\t{"a":1}\n\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n\\N\t-1\t1e300\t-0.00\tfalse\t0001-01-01\t2026-11-01T00:00:00Z\t1.10\n' \
		'3\t\\N' | csv >got
	printf '%s\n' 't,i,d,n,b,day,at,j' \
		'x,9223372036854775807,-0.10,123.78912,true,2026-11-01,2026-11-01T12:00:00.5Z,"{""a"":1}"' \
		'"",,,,,,,' ',-1,1e300,-0.00,false,0001-01-01,2026-11-01T00:00:00Z,1.10' | diff - got
}

@test "csv: what must be quoted is quoted, and nothing else" {
	stream append '' 'text\ttext' 'a\tb' 'plain\tp q\n,\ta"b\nx\\ny\tx\\ry\n end\tend \n\\\\.\t\x27\n' '5\t\\N' | csv >got
	printf 'a,b\nplain,p q\n",","a""b"\n"x\ny","x\ry"\n" end","end "\n"\\.",'"'"'\n' | diff - got
}

@test "csv: the options change the dialect, and a text is never taken for null" {
	stream append '' 'text\ttext\tbigint' 'a\tb\tn' 'NULL\t\\N\t1\n\tx;y\t\\N\n' '2\t\\N' >s
	csv --null NULL --delimiter ';' <s | diff <(printf 'a;b;n\n"NULL";NULL;1\n"";"x;y";NULL\n') -
	csv --null 1 <s | diff <(printf 'a,b,n\nNULL,1,"1"\n"",x;y,1\n') -
	csv --delimiter '\t' --no-header <s | diff <(printf 'NULL\t\t1\n""\tx;y\t\n') -
	csv --bom --crlf <s | diff <(printf '\xef\xbb\xbfa,b,n\r\nNULL,,1\r\n"",x;y,\r\n') -
	for bad in '"' xx 1 a - . : '' é; do
		run -2 csv --delimiter "$bad" <s
		[[ $output == *--delimiter* ]]
	done
	for bad in 'a,b' 'a"' $'a\nb'; do run -2 csv --null "$bad" <s; done
}

@test "csv: --safe guards what a spreadsheet would run, so that it can be undone; without it they are counted" {
	printf '%s\n' '=1+1' '+1+1' '-1e' '@SUM(A1)' "'=x" "''=x" "'x" '＝1' 'x=1' '1' '' >texts
	printf '\\tx\n\\rx\n\\nx\n' >escaped
	{ printf '#ant-rows\t1\tt\n#mode\tappend\n#type\ttext\tbigint\n#cols\t=a\tb\n'; cat texts escaped | sed 's/$/\t-5/'; printf '#end\t14\t\\N\n'; } >s
	run -0 --separate-stderr csv --safe -o t.csv <s
	[ -z "$stderr" ]
	sqlite3 :memory: '.import --csv t.csv t' 'SELECT * FROM t' >got
	sed "s/^\('*\)\([=+@-]\|＝\)/'\1\2/; s/\$/|-5/" texts >want
	printf "'\tx|-5\n'\rx|-5\n'\nx|-5\n" >>want
	diff want got
	[ "$(head -n 1 t.csv)" = "'=a,b" ]
	run -0 --separate-stderr bash -c 'ant load-csv <s >u.csv'
	[ "$stderr" = 'ant-load-csv: texts that a spreadsheet could run as formulas: 10; --safe guards them' ]
	run -0 --separate-stderr bash -c 'ant load-csv -q <s >u.csv'
	[ -z "$stderr" ]
	# Rewritten, they are guarded once.
	sed 's/^#mode.*/#mode\tmerge/; s/^#type/#key\t=a\n#type/' s >m
	cp t.csv before.csv
	csv --safe -o t.csv <m
	diff before.csv t.csv
}

@test "csv: a number in a text column is no formula, and one that is nearly so may be one" {
	printf '%s\n' -250.005 +1 1e5 -1E+5 +.5 -.5e-3 -5. -0 >numbers
	printf '%s\n' - + -. -1e -1e+ --1 +-1 -1-1 -1.2.3 '-1 ' -1a '-1,5' "'-1" -e5 +1/2 >texts
	{ printf '#ant-rows\t1\tt\n#mode\tappend\n#type\ttext\n#cols\ta\n'; cat numbers texts; printf '#end\t23\t\\N\n'; } >s
	run -0 --separate-stderr csv --safe -o t.csv <s
	[ -z "$stderr" ]
	{ echo a; cat numbers; sed "s/^/'/" texts; } >want
	sqlite3 -csv -noheader -separator '	' :memory: '.import --csv t.csv t' '.mode list' 'SELECT a FROM t' | diff <(tail -n +2 want) -
	run -0 --separate-stderr bash -c 'ant load-csv <s >u.csv'
	[ "$stderr" = 'ant-load-csv: texts that a spreadsheet could run as formulas: 15; --safe guards them' ]
}

@test "csv: a stream that is cut is exit 5 on stdout, too" {
	hours a 30 >whole
	for at in $(cuts whole); do
		status=0
		head -c "$at" whole | csv >out 2>err || status=$?
		[ "$status" = 5 ]
		grep -q 'ant-load-csv: stdin:' err
	done
	run -1 bash -c 'ant load-csv <whole >/dev/full'
	[[ $output == 'ant-load-csv: stdout: No space left on device' ]]
}

@test "csv: a window load twice leaves the same rows, a revised one is revised, a vanished row is gone" {
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-10-31T00:00:00Z\tbefore\n2026-11-03T00:00:00Z\tafter\n' '2\t\\N' |
		sed '/^#mode/s/.*/#mode\tappend/' | csv -o t.csv
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\ta\n2026-11-02T00:00:00Z\tb\n' '2\t2026-11-03T00:00:00Z' >one
	csv -o t.csv <one
	cp t.csv first
	csv -o t.csv <one
	cmp first t.csv
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-02T00:00:00Z\tB\n' '1\t2026-11-03T00:00:00Z' | csv -o t.csv
	diff <(printf 'b,v\n2026-10-31T00:00:00Z,before\n2026-11-03T00:00:00Z,after\n2026-11-02T00:00:00Z,B\n') t.csv
	stream "$W" b 'timestamptz\ttext' 'b\tv' '' '0\t2026-11-03T00:00:00Z' | csv -o t.csv
	[ "$(wc -l <t.csv)" = 3 ]
}

@test "csv: the edges of a window are right for times with and without a fraction, and for dates" {
	printf '%s\tx\n' 2026-10-31T23:59:59.999999Z 2026-11-01T00:00:00Z 2026-11-01T00:00:00.5Z 2026-11-02T23:59:59.999999Z 2026-11-03T00:00:00Z '\N' >rows
	{ printf '#ant-rows\t1\tt\n#mode\tappend\n#type\ttimestamptz\ttext\n#cols\tb\tv\n'; cat rows; printf '#end\t6\t\\N\n'; } | csv -o t.csv
	stream "$W" b 'timestamptz\ttext' 'b\tv' '' '0\t\\N' | csv -o t.csv
	diff <(printf 'b,v\n2026-10-31T23:59:59.999999Z,x\n2026-11-03T00:00:00Z,x\n,x\n') t.csv
	stream append '' date d '2026-10-31\n2026-11-01\n2026-11-02\n2026-11-03\n' '4\t\\N' | csv -o d.csv
	stream 'window\td\t2026-11-01T00:00:00Z\t2026-11-02T12:00:00Z' d date d '2026-11-02\n' | csv -o d.csv
	diff <(printf 'd\n2026-10-31\n2026-11-03\n2026-11-02\n') d.csv
}

@test "csv: replace leaves exactly the rows of the stream, append adds" {
	numbered replace 1 5 | csv -o t.csv
	numbered replace 4 9 new >s
	csv -o t.csv <s
	csv -o t.csv <s
	diff <(echo n,v; seq 4 9 | sed 's/$/,new/') t.csv
	numbered append 1 2 | csv -o t.csv
	[ "$(tail -n 2 t.csv)" = $'1,v\n2,v' ]
	numbered replace 1 0 | csv -o t.csv
	diff <(echo n,v) t.csv
}

@test "csv: merge replaces rows of the same key, null equals null, rows that share a key stay" {
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\told\n\\N\t1\told\n\\N\t\\N\told\n\t1\told\ny\t2\tkeep\n' '5\t\\N' | csv -o t.csv
	stream merge 'a\tk' 'text\tbigint\ttext' 'a\tk\tv' 'x\t1\tnew\n\\N\t1\tnew1\n\\N\t1\tnew2\n\\N\t\\N\tnew\nz\t3\tnew\n' '5\t\\N' >s
	csv -o t.csv <s
	csv -o t.csv <s
	diff <(printf '%s\n' a,k,v '"",1,old' y,2,keep x,1,new ,1,new1 ,1,new2 ,,new z,3,new) t.csv
}

@test "csv: merge compares values, not their texts" {
	stream merge 'at\td\tn\tb' 'timestamptz\tdouble\tnumeric\tboolean\ttext' 'at\td\tn\tb\tv' '2026-11-01T00:00:00.500Z\t0.1\t1.10\ttrue\tv\n' >s
	csv -o t.csv <s
	sed '/^#/!s/\tv$/\tw/; s/00.500Z/00.5Z/; s/0\.1\t/1e-1\t/; s/1\.10/11e-1/' s | csv -o t.csv
	diff <(printf 'at,d,n,b,v\n2026-11-01T00:00:00.5Z,1e-1,11e-1,true,w\n') t.csv
}

@test "csv: merge of more keys than are held at a time" {
	numbered replace 1 600100 old | csv -o t.csv
	numbered merge 50 600000 new >s
	csv -o t.csv <s
	[ "$(wc -l <t.csv)" = 600101 ]
	[ "$(grep -c ,old t.csv)" = 149 ]
	csv -o t.csv <s
	[ "$(sort -u t.csv | wc -l)" = 600101 ]
	[ "$(sort -u -t, -k1,1 t.csv | wc -l)" = 600101 ]
	only s t.csv _anthill_loads.csv
	# A column that is new is so in each of the turns.
	sed '/^#type/s/$/\ttext/; /^#cols/s/$/\t=new,/; /^[0-9]/s/$/\t=1/' s | csv --safe -o t.csv
	[ "$(head -n 1 t.csv)" = "n,v,\"'=new,\"" ]
	[ "$(grep -c "^[0-9]*,new,'=1\$" t.csv)" = 599951 ]
	[ "$(grep -c '^[0-9]*,old,$' t.csv)" = 149 ]
}

@test "csv: --mode overrules the stream where that makes sense, and needs -o" {
	hours a 50 | csv -o t.csv
	hours b 10 | csv --mode replace -o t.csv
	[ "$(wc -l <t.csv)" = 11 ]
	hours b 10 | csv --mode append -o t.csv
	[ "$(wc -l <t.csv)" = 21 ]
	numbered append 1 2 | { run -2 csv --mode window -o t.csv; [[ $output == *"come without a window"* ]]; }
	run -2 csv --mode upsert -o t.csv </dev/null
	for option in '--mode append' --allow-shrink --ledger --dry-run; do
		# shellcheck disable=SC2086
		run -2 csv $option </dev/null
		[[ $output == *'need -o FILE'* ]]
	done
}

@test "csv: a stream that is cut leaves no file and no receipt" {
	hours a 20 >whole
	for at in $(cuts whole); do
		status=0
		head -c "$at" whole | csv -o new.csv >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
		only whole out err
	done
}

@test "csv: a stream that is cut leaves the file byte for byte as it was, in every mode" {
	hours a 30 | csv -o t.csv
	cp t.csv before
	cp _anthill_loads.csv ledger
	hours b 40 2 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' >whole
	i=0
	for at in $(random_cuts whole "${ANT_CUTS:-400}"); do
		modes=(window replace merge append)
		status=0
		head -c "$at" whole | csv --mode "${modes[i++ % 4]}" -o t.csv >out 2>err || status=$?
		[ "$status" = 5 ] || { echo "cut at $at: $status"; cat err; false; }
		[ ! -s out ]
		cmp before t.csv
	done
	cmp ledger _anthill_loads.csv
	only whole out err before ledger t.csv _anthill_loads.csv
	csv -o t.csv <whole
	[ "$(sed -n 1p t.csv)" = b,n,v,more ]
	[ "$(wc -l <t.csv)" = 41 ]
}

@test "csv: a cell that does not fit, late in the stream, undoes the whole load" { misfit_undoes_all; }

@test "csv: killed at any moment, the rows are the old or the new ones, nothing piles up, the next load works" {
	killed "${ANT_KILLS:-60}" 40
	csv -o t.csv --ledger >/dev/null
	only s out err t.csv _anthill_loads.csv
}

@test "csv: what a killed load left, of whichever user, does not block the next one" {
	echo old >.t.csv.anthill
	echo old >.t.csv.anthill~
	echo old >._anthill_loads.csv.anthill
	numbered replace 1 3 | csv -o t.csv
	only t.csv _anthill_loads.csv
	ln -s /dev/null .t.csv.anthill
	numbered replace 1 3 new | { run -1 csv -o t.csv; [[ $output == *'t.csv: .t.csv.anthill in its folder: '* ]]; }
	[ "$(wc -l <t.csv)" = 4 ]
}

@test "csv: a second load exits 6 within a second, one of another table goes on" {
	mkfifo pipe
	csv -o t.csv <pipe >out 3>&- &
	pid=$!
	exec 7>pipe
	numbered replace 1 9 a | head -n 10 >&7
	wait_for [ -e .t.csv.anthill ]
	numbered replace 1 9 b >s
	status=0
	seconds_of csv -o t.csv <s 2>err || status=$?
	[ "$status" = 6 ]
	[[ $(<err) == *"t.csv: another load is writing to it" ]]
	checked "$ANT_BIN/ant-load-csv" || [ "$elapsed" -lt 1000 ]
	[ ! -e t.csv ]
	csv -o u.csv <s
	numbered replace 1 9 a | tail -n +11 >&7
	exec 7>&-
	wait "$pid"
	diff <(echo n,v; seq 9 | sed 's/$/,a/') t.csv
	[ "$(csv -o t.csv --ledger | wc -l)" = 2 ]
}

@test "csv: of eight loads at once each wins or exits 6, and a reader sees one of them whole" { eight_at_once; }

@test "csv: of eight loads at once that wait each is done, one after the other" { eight_in_turn; }

@test "csv: four hundred loads in a hurry: each wins or exits 6, and the ledger has the winners" {
	local each=50 pids=()
	! checked "$ANT_BIN/ant-load-csv" || each=5
	numbered append 1 1 >s
	for i in 1 2 3 4 5 6 7 8; do
		(for again in $(seq $each); do
			status=0
			csv -o t.csv <s >>"out$i" 2>>err || status=$?
			echo "$status"
		done >"statuses$i") 3>&- &
		pids+=($!)
	done
	for i in "${pids[@]}"; do wait "$i"; done
	cat statuses? | sort | uniq -c
	[ "$(cat statuses? | wc -l)" = "$((8 * each))" ]
	! grep -vE '^(0|6)$' statuses? || { cat err; false; }
	won=$(cat statuses? | grep -c '^0$')
	[ "$(cat out? | wc -l)" = "$won" ]
	[ "$(tail -n +2 t.csv | wc -l)" = "$won" ]
	[ "$(tail -n +2 _anthill_loads.csv | wc -l)" = "$won" ]
}

@test "csv: loads of eight files at once into one folder all succeed, and the ledger has them all" {
	pids=()
	for i in 1 2 3 4 5 6 7 8; do
		numbered replace 1 100 "$i" >"s$i"
		csv -o "t$i.csv" <"s$i" >>out 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid"; done
	untimed <(csv -o t1.csv --ledger) | sed 's/"into":"[^"]*"//' | sort >got
	sed 's/"into":"[^"]*"//' out | sort | diff - got
	[ "$(wc -l <got)" = 8 ]
}

@test "csv: what cannot be written is exit 1 with the reason, and nothing is left" {
	numbered append 1 3 >s
	mkdir d
	run -1 csv -o d <s
	[[ $output == 'ant-load-csv: d: not a regular file' ]]
	run -1 csv -o d/ <s
	run -1 csv -o /dev/full <s
	[[ $output == *'/dev/full: not a regular file' ]]
	run -1 csv -o none/t.csv <s
	[[ $output == *'none/t.csv: No such file or directory' ]]
	csv -o t.csv <s
	cp t.csv before
	numbered append 1 90000 >large
	for mode in append merge; do
		run -1 bash -c "trap '' XFSZ; ulimit -f 30; ant load-csv --mode $mode -o t.csv <large"
		[[ $output == *'t.csv: File too large' ]]
		cmp before t.csv
	done
	run -1 bash -c 'trap "" XFSZ; ulimit -f 30; ant load-csv -o u.csv <large'
	only s d t.csv before large _anthill_loads.csv
}

@test "csv: a disk that gets full is exit 1, and the file stays" {
	numbered replace 1 3 | csv -o u.csv # the ledger is there: it must stay as it is, too
	disk_gets_full
	only full.so s out err u.csv t.csv first.t.csv _anthill_loads.csv
}

@test "csv: a folder that is read-only is exit 1, and the file stays" {
	mkdir shut
	numbered append 1 3 >s
	csv -o shut/t.csv <s
	cp shut/t.csv before
	chmod 777 .
	chmod o+rx "$BATS_RUN_TMPDIR" "$BATS_RUN_TMPDIR"/* "$BATS_FILE_TMPDIR" "$BATS_TEST_TMPDIR" 2>/dev/null || :
	[ "$(id -u)" = 0 ] || chmod 555 shut
	run -1 as_postgres "$ANT_BIN/ant-load-csv" -o shut/t.csv <s
	[[ $output == *'shut/t.csv: .t.csv.anthill in its folder: Permission denied' ]]
	chmod 755 shut
	cmp before shut/t.csv
	# The folder may be written to, the file may not.
	chmod 777 shut
	chmod 444 shut/t.csv
	run -1 as_postgres "$ANT_BIN/ant-load-csv" -o shut/t.csv <s
	[[ $output == *'shut/t.csv: Permission denied' ]]
	cmp before shut/t.csv
	diff <(printf "%s\n" _anthill_loads.csv t.csv) <(ls -A shut)
}

@test "csv: a ledger that is not ours stops the load before the file is touched" {
	numbered append 1 3 | csv -o t.csv
	cp t.csv before
	echo hello >_anthill_loads.csv
	numbered append 1 3 | { run -1 csv -o t.csv; [[ $output == *'_anthill_loads.csv: this is no ledger'* ]]; }
	cmp before t.csv
	only t.csv before _anthill_loads.csv
	run -2 csv -o _anthill_loads.csv </dev/null
}

@test "csv: of rows that are one object the last counts, in every mode" { last_of_each_counts; }

@test "csv: equal values of a key are one however they are written" { repeats_by_value; }

@test "csv: an event that a feed gives twice is one row" { repeats_in_window; }

@test "csv: the shrink guard counts objects" { repeats_shrink; }

@test "csv: of rows that are one object the last counts on stdout, too, and in a column alone that may be null" {
	listed merge 1 400 150 >s
	csv <s >out.csv 2>err
	[[ $(<err) == *' rows repeated a key; '* ]]
	[ "$(wc -l <want)" -lt 151 ]
	column out.csv v | sort | diff <(sort want) -
	for options in '' --safe '--null NULL' '--no-header' '--crlf --bom'; do
		stream replace 'a\n#unique' text a '\\N\n=x\n\\N\n\xef\xbb\xbf\n=x\n\\N\n\n\xef\xbb\xbf\n' '8\t\\N' >s
		# shellcheck disable=SC2086
		csv -q $options -o u.csv <s
		stream replace a text a '\\N\n=x\n\n\xef\xbb\xbf\n' '4\t\\N' >once
		rm -f v.csv
		# shellcheck disable=SC2086
		csv -q $options -o v.csv <once
		diff <(sort u.csv) <(sort v.csv)
		rm u.csv v.csv
	done
}

@test "csv: hundreds of thousands of repeats" { many_repeat; }

@test "csv: a receipt that cannot be written is exit 1, and the message says that the rows are in" { receipt_lost; }

@test "csv: a load that would leave fewer than half of over 100 rows is refused" {
	shrink_refused
	only half t.csv before _anthill_loads.csv
}

@test "csv: the receipt and the ledger say what was loaded, --ledger prints it again" {
	mkdir o
	hours a 5 | csv -o o/p.csv >receipts
	told "$(<receipts)" '{"@ant":"loaded","table":"t","target":"csv","into":"o/p.csv","mode":"window","from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z","rows":5,"watermark":"2026-11-03T00:00:00Z"}'
	numbered replace 1 3 | csv --delimiter ';' -o 'o/a,"b.csv' >>receipts
	csv -o o/p.csv --ledger >ledger
	diff <(sed 's#"into":"o/#"into":"#' receipts) <(untimed ledger)
	[ "$(finished <ledger)" = "$(python3 -c 'import csv; print("\n".join(r["finished"] for r in csv.DictReader(open("o/_anthill_loads.csv"))))')" ]
	[ "$(ls o)" = $'_anthill_loads.csv\na,"b.csv\np.csv' ]
	run -1 csv --ledger -o none/x.csv
	run -1 csv --ledger -o x.csv
	[[ $output == *'/_anthill_loads.csv: there is no such file' ]]
}

@test "csv: a dry run says what would be done and changes nothing" {
	hours a 5 >s
	[ "$(csv --dry-run -o t.csv <s)" = $'t.csv: create, keep 0 rows, remove 0, append 5\n./_anthill_loads.csv: append 1 row' ]
	only s
	csv -o t.csv <s
	cp t.csv before
	hours b 7 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' | csv --dry-run -o t.csv >plan
	diff plan <(printf "t.csv: add column 'more'\nt.csv: rewrite, keep 0 rows, remove 5, append 7\n./_anthill_loads.csv: append 1 row\n")
	head -n -1 s | { run -5 csv --dry-run -o t.csv; }
	cmp before t.csv
	only s before plan t.csv _anthill_loads.csv
}

@test "csv: a new column is added, one that is missing stays, a value of another type is refused" {
	stream append '' 'text\tbigint' 'a\tb' 'x\t1\n' | csv -o t.csv
	stream append '' 'text\tnumeric' 'c\ta' 'y\t2\n' | { run -1 bash -c "sed 's/numeric/bigint/' | ant load-csv -o t.csv"; } || :
	stream append '' 'numeric\ttext' 'c\ta' '2.5\ty\n' | csv -o t.csv
	diff <(printf 'a,b,c\nx,1,\ny,,2.5\n') t.csv
	stream replace '' 'text' 'a' 'z\n' | csv -o t.csv
	diff <(printf 'a,b,c\nz,,\n') t.csv
	printf 'a,b\nx,one\n' >u.csv
	cp u.csv before
	stream append '' 'text\tbigint' 'a\tb' 'y\t1\n' | { run -1 csv -o u.csv; [[ $output == *"u.csv: record 2, column 'b': a text of 3 bytes is not of type bigint, which the rows need" ]]; }
	cmp before u.csv
}

@test "csv: a file that is no such CSV is refused and stays" {
	stream 'window\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z' b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\tx\n' >s
	refused() { # MESSAGE - t.csv is
		cp t.csv before
		run -1 csv -o t.csv <s
		[[ $output == *"$1"* ]] || { echo "$output"; return 1; }
		cmp before t.csv
	}
	printf 'b;v\n2026-11-01T00:00:00Z;x\n' >t.csv
	refused 'its header has no column of the rows'
	printf 'id,name\n1,x\n' >t.csv
	refused 'its header has no column of the rows'
	printf 'v,w\n1,x\n' >t.csv
	refused "its header lacks 'b'"
	printf 'b,v\n2026-11-01T00:00:00Z\n' >t.csv
	refused 'record 2 has 1 fields, not 2'
	printf 'b,v\n2026-11-01T00:00:00Z,x,y\n' >t.csv
	refused 'record 2 has 3 fields, not 2'
	printf 'b,v\n01.11.2026 00:00,x\n' >t.csv
	refused "'01.11.2026 00:00' is not of type timestamptz"
	printf 'b,v\n2026-11-01T00:00:00Z,"x' >t.csv
	refused 'line 2: a quote without its end'
	printf 'b,v\n2026-11-01T00:00:00Z,x"y\n' >t.csv
	refused 'line 2: '
	printf 'b,v,b\n' >t.csv
	refused "'b' is there twice"
	printf 'b,v,\n' >t.csv
	refused 'column 3 has no name'
	head -c 3000 /dev/urandom >t.csv
	cp t.csv before
	run -1 csv -o t.csv <s
	cmp before t.csv
	: >t.csv
	csv -o t.csv <s
	[ "$(<t.csv)" = $'b,v\n2026-11-01T00:00:00Z,x' ]
}

@test "csv: a file as an editor or a spreadsheet leaves it is taken" {
	printf '\xef\xbb\xbfb,v\r\n2026-10-01T00:00:00Z,"a, b"\r\n\r\n"2026-10-02T00:00:00Z",""' >t.csv
	stream "$W" b 'timestamptz\ttext' 'b\tv' '2026-11-01T00:00:00Z\tx\n' '1\t\\N' | csv -o t.csv
	diff <(printf 'b,v\n2026-10-01T00:00:00Z,"a, b"\n2026-10-02T00:00:00Z,""\n2026-11-01T00:00:00Z,x\n') t.csv
}

@test "csv: without a header the columns must be as many as the stream's" {
	stream append '' 'text\tbigint' 'a\tb' 'x\t1\n' >s
	csv --no-header -o t.csv <s
	csv --no-header -o t.csv <s
	diff <(printf 'x,1\nx,1\n') t.csv
	stream append '' 'text\tbigint\ttext' 'a\tb\tc' 'x\t1\tz\n' | { run -1 csv --no-header -o t.csv; [[ $output == *'have 2 fields, and the stream'*'have 3'* ]]; }
	for options in '--bom --no-header' '--null NULL' '--delimiter |' '--crlf --safe'; do
		rm -f u.csv
		# shellcheck disable=SC2086
		for again in 1 2; do csv $options -o u.csv <s; done
		[ "$(grep -c 'x.1' u.csv)" = 2 ]
	done
}

@test "csv: a column alone may be null" {
	stream append '' text a '\\N\nx\n\n\\N\n' '4\t\\N' >s
	csv -o t.csv <s
	csv -o t.csv <s
	diff <(printf 'a\n\nx\n""\n\n\nx\n""\n\n') t.csv
	stream replace '' text a '\\N\n' | csv --crlf -o u.csv
	stream append '' text a '\\N\n' | csv --crlf -o u.csv
	diff <(printf 'a\r\n\r\n\r\n') u.csv
}

@test "csv: a text that starts with a byte order mark stays, even as the first of the file" {
	stream append '' text a '\xef\xbb\xbfx\n' >s
	for again in 1 2; do csv --no-header -o t.csv <s; done
	diff <(printf '"\xef\xbb\xbfx"\n"\xef\xbb\xbfx"\n') t.csv
}

@test "csv: a link stays a link, and the permissions stay" {
	mkdir real
	numbered replace 1 3 | csv -o real/t.csv
	chmod 640 real/t.csv
	ln -s real/t.csv link.csv
	numbered replace 1 4 | csv -o link.csv
	[ -L link.csv ]
	[ "$(wc -l <real/t.csv)" = 5 ]
	[ "$(stat -c %a real/t.csv)" = 640 ]
	[ ! -e _anthill_loads.csv ]
	ln -s nowhere/x.csv dangling.csv
	numbered replace 1 4 | { run -1 csv -o dangling.csv; }
	umask 077
	numbered replace 1 4 | csv -o new.csv
	[ "$(stat -c %a new.csv)" = 600 ]
}

@test "csv: names of columns may hold anything" {
	for name in 'a"b' "a'b;DROP TABLE x;--" 'a,b' $'line\nbreak' '表' "$(printf '%064d' 0)" ' a ' '=x' '\.'; do
		encoded=${name//\\/\\\\}
		encoded=${encoded//$'\n'/\\n}
		printf '#ant-rows\t1\tt\n#mode\tmerge\n#key\t%s\n#type\ttext\ttext\n#cols\t%s\tv\nk\t1\n#end\t1\t\\N\n' "$encoded" "$encoded" >s
		rm -f t.csv
		for again in 1 2; do csv -q -o t.csv <s; done
		quoted=${name//\"/\"\"}
		[ "$(cat t.csv)" = "$name,v"$'\nk,1' ] || [ "$(cat t.csv)" = "\"$quoted\",v"$'\nk,1' ]
	done
}

@test "csv: values may hold anything, and come back through a rewrite" {
	unicode >values
	n=$(wc -l <values)
	{ printf '#ant-rows\t1\tt\n#mode\treplace\n#key\tv\n#type\ttext\tbigint\n#cols\tv\tn\n'; encode <values | sed 's/$/\t1/'; printf '#end\t%d\t\\N\n' "$n"; } >s
	csv -q -o t.csv <s
	# The byte order mark that is a value must not be taken for the file's.
	sqlite3 :memory: '.import --csv t.csv t' 'SELECT v FROM t' | cmp values -
	cp t.csv before
	csv -q --mode merge -o t.csv <s
	cmp before t.csv
	stream append '' 'text\tbigint' 'v\tn' '' '0\t\\N' | csv -o t.csv
	cmp before t.csv
}

@test "csv: --check says what stands in the way of a load, and changes nothing" { checks_ahead; }

@test "csv: memory does not grow with the stream, the file or the keys" {
	hours 'some text that makes the row about as long as rows are, a hundred bytes or so' 400000 >s
	csv -o t.csv <s
	for mode in window replace merge append; do
		mkfifo pipe
		"$ANT_BIN/ant-load-csv" --mode "$mode" -o t.csv <pipe >out 3>&- &
		pid=$!
		exec 7>pipe
		sed '$d' s >&7
		hwm=$(awk '/VmHWM/ { print $2 }' "/proc/$pid/status")
		tail -n 1 s >&7
		exec 7>&-
		wait "$pid"
		rm pipe
		echo "$mode: $hwm KiB"
		[ "$hwm" -gt 500 ]
		checked "$ANT_BIN/ant-load-csv" || [ "$hwm" -lt 16384 ]
	done
}

@test "csv: wrong use is exit 2" {
	run -2 csv a </dev/null
	[[ $output == *"'a' is one operand too many"*'usage: ant-load-csv '* ]]
	run -2 csv --nope </dev/null
	run -5 csv </dev/null
}

@test "csv: the options of the help, the usage and the manual are the same" { options_agree 25 output; }

@test "csv: the examples of the manual run" {
	examples_run 4
	[ "$(wc -l <usage_report.csv)" = 4 ]
}

@test "csv: what the API does not serve any more is never removed, in any mode" { older_stay; }
@test "csv: a merge that is read by time says its window, and removes nothing by it" { merges_by_time; }
@test "csv: rows of nobody, equal in every cell, are all kept" { nobody_repeats; }
@test "csv: an event that was loaded by the window before is one row" { feed_overlaps; }
@test "csv: rows of 115 columns with the longest names" { wide_rows 3000; }
