#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031	# single quotes for other shells
# What ant-load-csv --history keeps beside its file: every version of every row.
load lib/helper
load lib/streams

csv() { ant load-csv "$@"; }

# people MODE ROW... - a stream of table t: id, name, n
people() {
	local mode=$1
	shift
	stream "$mode" 'id\n#unique' 'text\ttext\tnumeric' 'id\tname\tn' "$([ $# = 0 ] || printf '%s\\n' "$@")" "$#\t\\N"
}

# keep MODE ROW... - such a load with --history; $options are more of its options
keep() { people "$@" | csv -q ${options-} --history -o t.csv; }

# many FROM TO - such a load of as many objects
many() { numbered replace "$@" | sed '/^#key/a #unique'; }

# versions - the history with its times as numbers, in their order
versions() {
	python3 - "${1-t_history.csv}" <<'PY'
import csv, sys
rows = list(csv.reader(open(sys.argv[1], newline='', encoding='utf-8-sig')))
times = sorted({t for r in rows[1:] for t in r[-2:] if t})
for r in rows[1:]:
    print(','.join(r[:-2]), times.index(r[-2]), times.index(r[-1]) if r[-1] else '-', sep='|')
PY
}

@test "history csv: only what differs makes a version, what vanished ends, what returns begins anew" {
	keep replace 'a\tAnn\t1.0' 'b\t\\N\t2'
	[ "$(head -n 1 t_history.csv)" = id,name,n,valid_from,valid_to ]
	cp t_history.csv first
	keep replace 'b\t\\N\t2.00' 'a\tAnn\t1e0'
	cmp first t_history.csv # equal values, however they are written
	keep replace 'a\tAnne\t1.0' 'c\t=x\t2'
	keep replace 'a\tAnne\t1.0' 'c\t=x\t2' 'b\t\\N\t2'
	diff <(versions) - <<-'END'
		a,Ann,1.0|0|1
		b,,2|0|1
		a,Anne,1.0|1|-
		c,=x,2|1|-
		b,,2|2|-
	END
	keep replace
	[ "$(versions | grep -c -- '-$')" = 0 ]
}

@test "history csv: a merge ends and begins what it brings, and leaves alone all else" {
	keep replace 'a\tAnn\t1' 'b\tBob\t2'
	keep merge 'b\tBert\t2' 'c\tCid\t3'
	keep merge 'b\tBert\t2'
	diff <(versions) - <<-'END'
		a,Ann,1|0|-
		b,Bob,2|0|1
		b,Bert,2|1|-
		c,Cid,3|1|-
	END
}

@test "history csv: null is not the empty text, and null equals null" {
	keep replace 'a\t\\N\t1'
	keep replace 'a\t\t1'
	keep replace 'a\t\\N\t1'
	[ "$(grep -c '^a' t_history.csv)" = 3 ]
	keep replace 'a\t\\N\t1'
	[ "$(grep -c '^a' t_history.csv)" = 3 ]
}

@test "history csv: it is written and read back in every dialect" {
	for options in --no-header '--no-header --null \N' '--bom --crlf --safe' '--delimiter ; --null NULL' '--delimiter \t --crlf'; do
		rm -f t.csv t_history.csv
		keep replace 'a\t=Ann, "1"\t1' 'b\tNULL\t2' 'c\t\t\\N' 'd\t\\N\t4'
		cp t_history.csv first
		keep replace 'a\t=Ann, "1"\t1' 'b\tNULL\t2' 'c\t\t\\N' 'd\t\\N\t4'
		cmp first t_history.csv
		keep replace 'a\t=Ann, "1"\t1' 'b\tNULL\t2' 'c\tC\t\\N'
		[ "$(wc -l <t_history.csv)" -ge "$(($(wc -l <first) + 1))" ]
		run -1 cmp -s first t_history.csv
		[[ $options != *--bom* ]] || [ "$(head -c 3 t_history.csv)" = $'\ufeff' ]
		[[ $options != *--crlf* ]] || [ "$(grep -c $'\r$' t_history.csv)" = "$(wc -l <t_history.csv)" ]
	done
	# Read in another one, it is refused rather than misread.
	options=
	rm t.csv t_history.csv
	keep replace 'a\tAnn\t1'
	cp t_history.csv first
	for options in '--null NULL' '--delimiter ;' --no-header; do
		rm -f t.csv
		run -1 keep replace 'a\tAnn\t1'
		[[ $output == *'t_history.csv: '* ]]
		cmp first t_history.csv
	done
}

@test "history csv: a column that is new makes a version where it has a value" {
	keep replace 'a\tAnn\t1' 'b\tBob\t2'
	stream replace 'id\n#unique' 'text\ttext\tnumeric\ttext' 'id\tname\tn\trole' 'a\tAnn\t1\tadmin\nb\tBob\t2\t\\N\n' '2\t\\N' | csv -q --history -o t.csv
	[ "$(head -n 1 t_history.csv)" = id,name,n,valid_from,valid_to,role ]
	[ "$(tail -n +2 t_history.csv | cut -d, -f1,6)" = $'a,\nb,\na,admin' ]
	# One that comes no more is null from now on, as in the file.
	keep replace 'a\tAnn\t1' 'b\tBob\t2'
	[ "$(tail -n +2 t_history.csv | cut -d, -f1,6)" = $'a,\nb,\na,admin\na,' ]
	[ "$(grep -c ',,$' t_history.csv)" = 2 ]
}

@test "history csv: where it was not kept for a while, the next load with it catches up" {
	keep replace 'a\tAnn\t1' 'b\tBob\t2'
	people replace 'a\tAnne\t1' | csv -q -o t.csv
	keep replace 'a\tAnna\t1'
	diff <(versions) <(printf '%s\n' 'a,Ann,1|0|1' 'b,Bob,2|0|1' 'a,Anna,1|1|-')
	# The file as it was before the first load with the option is in no version.
	people replace 'a\tAnn\t1' | csv -q -o u.csv
	people merge 'b\tBob\t2' | csv -q --history -o u.csv
	[ "$(versions u_history.csv)" = 'b,Bob,2|0|-' ]
}

@test "history csv: organizations in one file have their own versions" {
	of() { # NUMBER MODE ROW... - a load of that organization
		local who=0000000$1-0000-4000-8000-000000000000
		people "${@:2}" | sed "/^#mode/a #organization\t$who" | csv -q --history --by-organization -o t.csv
	}
	of 1 replace 'a\tAnn\t1' 'b\tBob\t2'
	of 2 replace 'a\tAnn\t1'
	of 1 replace 'a\tAnn\t1'
	of 2 merge 'a\tAl\t1'
	diff <(versions | cut -c 8- | sed 's/-[0-9a-f-]*,/,/; s/|.*|-$/|-/; s/|[0-9].*|.*[0-9]$/|over/') - <<-'END'
		1,a,Ann,1|-
		1,b,Bob,2|over
		2,a,Ann,1|over
		2,a,Al,1|-
	END
	people replace 'a\tAnn\t1' | { run -1 csv --history -o t.csv; }
	rm t.csv
	people replace 'a\tAnn\t1' | { run -1 csv --history -o t.csv; [[ $output == *'t_history.csv: it holds several organizations: load it with --by-organization' ]]; }
}

@test "history csv: a load that dies between two renames is repeated without a second version" {
	for at in 1 2 3; do # before the history, the file, the ledger has its name
		rm -f t.csv t_history.csv _anthill_loads.csv
		keep replace 'a\tAnn\t1' 'b\tBob\t2'
		people replace 'a\tAnne\t1' 'c\tCid\t3' >next
		run -137 strace -f -o trace -e trace=renameat -e "inject=renameat:signal=SIGKILL:when=$at" "$ANT_BIN/ant-load-csv" -q --history -o t.csv <next
		[ "$(grep -c renameat trace)" = "$at" ]
		[ "$(grep -c Anne t_history.csv)" = $((at > 1)) ]
		[ "$(grep -c Anne t.csv)" = $((at > 2)) ]
		csv -q --history -o t.csv <next
		diff <(versions) <(printf '%s\n' 'a,Ann,1|0|1' 'b,Bob,2|0|1' 'a,Anne,1|1|-' 'c,Cid,3|1|-')
		diff <(ls -A) <(printf '%s\n' _anthill_loads.csv home next t.csv t_history.csv trace)
	done
}

@test "history csv: a load that fails leaves file and history as they were" {
	keep replace 'a\tAnn\t1'
	mkdir before
	cp t.csv t_history.csv _anthill_loads.csv before
	people replace 'b\tBob\t1' | sed '$d' | { run -5 csv --history -o t.csv; }
	people replace 'b\tBob\tx' | { run -5 csv --history -o t.csv; }
	many 1 90000 | sed 's/^#cols.*/#cols\tid\tname/; s/^#key.*/#key\tid/; s/^#type.*/#type\ttext\ttext/' >large
	run -1 bash -c "trap '' XFSZ; ulimit -f 1500; ant load-csv --history -o t.csv <large"
	[[ $output == *'t_history.csv: File too large' ]] # the file itself has room
	cp _anthill_loads.csv held
	chmod 444 t_history.csv
	[ "$(id -u)" = 0 ] || { people replace 'b\tBob\t1' | { run -1 csv --history -o t.csv; }; }
	for name in t.csv t_history.csv _anthill_loads.csv; do cmp "before/$name" "$name"; done
	diff <(ls -A) <(printf '%s\n' _anthill_loads.csv before held home large t.csv t_history.csv)
}

@test "history csv: what has the history's name and is none is refused, and stays" {
	for text in 'id,name' 'id,name,n,valid_from' 'name,n,valid_from,valid_to' $'id,name,n,valid_from,valid_to\na,Ann,1,yesterday,' \
		$'id,name,n,valid_from,valid_to\na,Ann,1,,' $'id,name,n,valid_from,valid_to\na,Ann,1,2026-11-01T00:00:00Z'; do
		printf '%s\n' "$text" >t_history.csv
		cp t_history.csv before
		run -1 keep replace 'a\tAnn\t1'
		[[ $output == *'t_history.csv: '* ]]
		[ ! -e t.csv ]
		cmp before t_history.csv
	done
	rm t_history.csv
	mkdir t_history.csv
	run -1 keep replace 'a\tAnn\t1'
	[[ $output == *'t_history.csv: not a regular file' ]]
}

@test "history csv: versions never overlap, whatever the clock says" {
	keep replace 'a\tAnn\t1'
	sed -i 's/,2[0-9-]*T[0-9:]*Z,/,2199-12-31T23:59:59.5Z,/' t_history.csv
	keep replace 'a\tAnne\t1'
	[ "$(cut -d, -f4,5 t_history.csv | tail -n 2)" = $'2199-12-31T23:59:59.5Z,2200-01-01T00:00:00Z\n2200-01-01T00:00:00Z,' ]
	# Two that are open at once, as a hand can leave them: one ends.
	sed -i '$p' t_history.csv
	keep replace 'a\tAnne\t1'
	[ "$(grep -c ',$' t_history.csv)" = 1 ]
}

@test "history csv: --check looks at its place, too" {
	keep replace 'a\tAnn\t1'
	csv --history --check -o t.csv
	rm t_history.csv
	mkdir t_history.csv
	run -1 csv --history --check -o t.csv
	[[ $output == *t_history.csv* ]]
	csv --check -o t.csv
}

@test "history csv: the name of the file, a link, and what is no load" {
	for name in a.b.csv plain .csv; do
		people replace 'a\tAnn\t1' | csv -q --history -o "$name"
	done
	for name in a.b_history.csv plain_history .csv_history; do [ -s "$name" ]; done
	mkdir real
	people replace 'a\tAnn\t1' | csv -q -o real/t.csv
	ln -s real/t.csv link.csv
	people replace 'a\tAnn\t1' | csv -q --history -o link.csv
	[ -s real/t_history.csv ]
	keep replace 'a\tAnn\t1'
	cp t_history.csv before
	people replace 'b\tBob\t1' | csv --history --dry-run -o t.csv >plan
	[ "$(sed -n 2p plan)" = 't_history.csv: rewrite, end the versions that changed, append new ones' ]
	cmp before t_history.csv
	people replace 'a\tAnn\t1' | { run -2 csv --history; [[ $output == *'--history'*'need -o FILE'* ]]; }
	people append 'a\tAnn\t1' | { run -2 csv --history -o t.csv; }
}

@test "history csv: of an object that comes twice the last one counts; rows that may share a key have no versions" {
	keep replace 'a\tAnn\t1' 'a\tAnne\t2' 'b\tBob\t2'
	keep replace 'a\tAnn\t1' 'a\tAnne\t2' 'b\tBob\t2'
	diff <(versions | sort) <(printf '%s\n' 'a,Anne,2|0|-' 'b,Bob,2|0|-')
	people replace 'a\tAnn\t1' | sed '/^#unique/d' | { run -2 csv --history -o u.csv; }
	printf 'id,valid_to\na,x\n' >u.csv
	people replace 'a\tAnn\t1' | { run -1 csv --history -o u.csv; [[ $output == *"u_history.csv: the file beside it has a column 'valid_to'"* ]]; }
}

@test "history csv: the receipt says how many versions began and ended" {
	people replace 'a\tAnn\t1' 'b\tBob\t1' | csv -q --history -o t.csv >one
	people replace 'a\tAnn\t1' 'b\tBert\t1' 'c\tCid\t1' | csv -q --history -o t.csv >two
	people replace 'a\tAnn\t1' 'b\tBert\t1' 'c\tCid\t1' | csv -q --history -o t.csv >three
	[ "$(jq -c .history one two three)" = '{"opened":2,"closed":0}
{"opened":2,"closed":1}
{"opened":0,"closed":0}' ]
}

@test "history csv: more objects than are compared at a time, in bounded memory" {
	many 1 200000 | csv -q --history -o t.csv
	many 101 200100 | sed 's/^77777\tv/77777\tw/' >s
	mkfifo pipe
	"$ANT_BIN/ant-load-csv" -q --history -o t.csv <pipe >out 3>&- &
	pid=$!
	cat s >pipe
	wait "$pid"
	[ "$(wc -l <t_history.csv)" = 200102 ]
	[ "$(tail -n +2 t_history.csv | grep -c 'Z$')" = 101 ]
	[ "$(grep -c '^77777,' t_history.csv)" = 2 ]
	cp t_history.csv before
	/usr/bin/env time -f %M -o peak "$ANT_BIN/ant-load-csv" -q --history -o t.csv <s
	cmp before t_history.csv
	echo "$(<peak) KiB"
	checked "$ANT_BIN/ant-load-csv" || [ "$(<peak)" -lt 30000 ]
}

@test "history csv: after 300 random snapshots it is the model's" {
	# make torture-history has more of them, and another seed.
	python3 "$ROOT/tests/lib/history-files.py" csv "$ANT_BIN/ant-load-csv" "${ANT_SNAPSHOTS:-300}" "${ANT_SEED:-15}"
}
