#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031	# single quotes for other shells
# What ant-load-parquet --history keeps beside its file: every version of every row.
load lib/helper
load lib/duckdb
load lib/streams

setup_file() { build_duck; }
each_setup() { use_duckdb; }

parquet() { ant load-parquet "$@"; }

# people MODE ROW... - a stream of table t: id, name, n; keep - such a load with --history
people() {
	local mode=$1
	shift
	stream "$mode" 'id\n#unique' 'text\ttext\tnumeric' 'id\tname\tn' "$([ $# = 0 ] || printf '%s\\n' "$@")" "$#\t\\N"
}
keep() { people "$@" | parquet -q --history -o t.parquet; }

# versions - the history with its times as numbers, in their order
versions() {
	duck :memory: "SELECT * EXCLUDE (valid_from, valid_to), epoch_us(valid_from), coalesce(epoch_us(valid_to), 0) FROM 't_history.parquet'" |
		python3 -c '
import sys
rows = [line.rstrip("\n").split("|") for line in sys.stdin]
times = sorted({t for r in rows for t in r[-2:] if t != "0"})
for r in sorted(rows):
    print(*r[:-2], times.index(r[-2]), "-" if r[-1] == "0" else times.index(r[-1]), sep="|")' | sed 's/\.0*|/|/'
}

@test "history parquet: only what differs makes a version, what vanished ends, what returns begins anew" {
	keep replace 'a\tAnn\t1' 'b\t\\N\t2' >one
	cp t_history.parquet first
	keep replace 'b\t\\N\t2.00' 'a\tAnn\t1e0' >two
	cmp first t_history.parquet
	keep replace 'a\tAnne\t1' 'c\tx\t2' >three
	keep merge 'b\t\\N\t2' 'c\ty\t2' >four
	diff <(versions) - <<-'END'
		a|Ann|1|0|1
		a|Anne|1|1|-
		b|NULL|2|0|1
		b|NULL|2|2|-
		c|x|2|1|2
		c|y|2|2|-
	END
	[ "$(jq -c .history one two three four | paste -sd' ')" = '{"opened":2,"closed":0} {"opened":0,"closed":0} {"opened":2,"closed":2} {"opened":2,"closed":1}' ]
	[ "$(duck :memory: "SELECT column_name, column_type FROM (DESCRIBE FROM 't_history.parquet')" | tail -n 2)" = $'valid_from|TIMESTAMP WITH TIME ZONE\nvalid_to|TIMESTAMP WITH TIME ZONE' ]
	# A column that is new makes a version where it has a value, and one that comes no more is null.
	stream replace 'id\n#unique' 'text\ttext' 'id\trole' 'a\tadmin\nb\t\\N\n' '2\t\\N' | parquet -q --history -o t.parquet
	[ "$(duck :memory: "SELECT id, name, n, role FROM 't_history.parquet' WHERE valid_to IS NULL ORDER BY id")" = $'a|NULL|NULL|admin\nb|NULL|NULL|NULL' ]
}

@test "history parquet: organizations in one file have their own versions" {
	of() {
		people "${@:2}" | sed "/^#mode/a #organization\t0000000$1-0000-4000-8000-000000000000" | parquet -q --history --by-organization -o t.parquet
	}
	of 1 replace 'a\tAnn\t1' 'b\tBob\t2'
	of 2 replace 'a\tAnn\t1'
	of 1 replace 'a\tAnn\t1'
	of 2 merge 'a\tAl\t1'
	diff <(duck :memory: "SELECT substr(_organization, 8, 1), id, name, valid_to IS NULL FROM 't_history.parquet' ORDER BY ALL") - <<-'END'
		1|a|Ann|true
		1|b|Bob|false
		2|a|Al|true
		2|a|Ann|false
	END
	rm t.parquet
	people replace 'a\tAnn\t1' >plain
	run -1 parquet --history -o t.parquet <plain
	[[ $output == *'t_history.parquet: it holds several organizations'* ]]
}

@test "history parquet: a load that dies between two renames is repeated without a second version" {
	for at in 1 2 3; do # before the history, the file, the ledger has its name
		rm -f t.parquet t_history.parquet _anthill_loads.csv
		keep replace 'a\tAnn\t1' 'b\tBob\t2'
		people replace 'a\tAnne\t1' 'c\tCid\t3' >next
		run -137 strace -f -o trace -e trace=renameat -e "inject=renameat:signal=SIGKILL:when=$at" "$ANT_BIN/ant-load-parquet" -q --history -o t.parquet <next
		[ "$(duck :memory: "SELECT count(*) FROM 't_history.parquet' WHERE name = 'Anne'")" = $((at > 1)) ]
		[ "$(duck :memory: "SELECT count(*) FROM 't.parquet' WHERE name = 'Anne'")" = $((at > 2)) ]
		parquet -q --history -o t.parquet <next
		diff <(versions) <(printf '%s\n' 'a|Ann|1|0|1' 'a|Anne|1|1|-' 'b|Bob|2|0|1' 'c|Cid|3|1|-')
	done
}

@test "history parquet: what has the history's name and is none is refused; folders of days and objects keep none" {
	echo text >t_history.parquet
	run -1 keep replace 'a\tAnn\t1'
	[ ! -e t.parquet ]
	rm t_history.parquet
	people replace 'a\tAnn\t1' | parquet -q -o t_history.parquet
	run -1 keep replace 'a\tAnn\t1'
	[[ $output == *"t_history.parquet: it has no column 'valid_from'"* ]]
	rm t_history.parquet
	people replace 'a\tAnn\t1' | { run -2 parquet --history --days -o t; }
	people replace 'a\tAnn\t1' >plain
	run -2 parquet --history -o s3://bucket/t.parquet <plain
	[[ $output == *'--history needs one FILE'* ]]
	people append 'a\tAnn\t1' | { run -2 parquet --history -o t.parquet; }
	keep replace 'a\tAnn\t1'
	cp t_history.parquet before
	people replace 'b\tBob\t1' | parquet --history --dry-run -o t.parquet >plan
	[ "$(sed -n 2p plan)" = 't_history.parquet: rewrite, end the versions that changed, append new ones' ]
	people replace 'b\tBob\t1' | sed '$d' | { run -5 parquet --history -o t.parquet; }
	cmp before t_history.parquet
	parquet --history --check -o t.parquet
}

@test "history parquet: random snapshots are as the model has them" {
	run -0 python3 "$ROOT/tests/lib/history-files.py" parquet "$ANT_BIN/ant-load-parquet" 40 15
	[[ $output == *'in 40 snapshots: as the model has them' ]]
}
