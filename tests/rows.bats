#!/usr/bin/env bats
# shellcheck disable=SC1003
# The row stream, anthill-rows(5): what a reader takes and what it refuses.  A dry run
# of ant-load-sqlite reads and checks a whole stream, and changes nothing.
load lib/helper
load lib/streams

check() { ant load-sqlite --dry-run none.db; }

# cell TYPE TEXT - one row of one cell; TEXT is taken as it is
cell() {
	printf '#ant-rows\t1\tt\n#mode\tappend\n#type\t%s\n#cols\tc\n%s\n#end\t1\t\\N\n' "$1" "$2"
}

takes() { cell "$1" "$2" | check >out.txt 2>err.txt || { echo "$1 refused: $2: $(<err.txt)"; return 1; }; }

refuses() {
	local status=0
	cell "$1" "$2" | check >out.txt 2>err.txt || status=$?
	[ "$status" = 5 ] || { echo "$1 gave $status: $2"; return 1; }
	grep -q "stdin:5: column 'c': " err.txt || { cat err.txt; return 1; }
}

# broken MESSAGE - stdin is refused with status 5 and this message
broken() {
	run -5 check
	echo "$output"
	[[ $output == *"$1"* ]]
	[ "${#lines[@]}" = 1 ]
	[ ! -e none.db ]
}

W='window\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z'

@test "rows: the example of the manual is read" {
	awk '/^#ant-rows/ { on = 1 } /^\.Ed/ { on = 0 } on' "$ROOT/man/anthill-rows.5" |
		sed 's/\\e/\\/g; s/^\\&//' >example.rows
	[ "$(wc -l <example.rows)" -ge 7 ]
	check <example.rows
}

@test "rows: each type takes what is documented" {
	for v in '' 'a b' '\\' 'a\tb\n\r' 'é😀' '\#x' '\\N' $'\001\177' '00123' '1e5' '\N'; do takes text "$v"; done
	for v in 0 -1 9223372036854775807 -9223372036854775808 '\N'; do takes bigint "$v"; done
	for v in 0 -0.5 1e5 1E+5 1e-300 123456789012345678901234567890 0e999 1.7976931348623157e308; do takes double "$v"; done
	for v in 0 123.78912 -1e5 0.000000000000000000000000001 1e500 99999999999999999999999999999999.5; do takes numeric "$v"; done
	for v in true false '\N'; do takes boolean "$v"; done
	for v in 2024-02-29 0001-01-01 9999-12-31; do takes date "$v"; done
	for v in 2026-11-01T00:00:00Z 2026-11-01T23:59:59.123456789Z 1969-12-31T23:59:59.5Z; do takes timestamptz "$v"; done
	for v in null '""' '{"a":[1,2,{"b":null}]}' '"\\u00e9\\n\\\\"' '"\\ud83d\\ude00"' 1.10 '"\t"'; do
		[ "$v" = '"\t"' ] || takes json "$v"
	done
}

@test "rows: each type refuses what does not fit, with line and column" {
	for v in '' x 1.0 1e3 +1 007 -0x1 9223372036854775808 -9223372036854775809 ' 1' '1 ' '1\t' - 99999999999999999999; do refuses bigint "$v"; done
	for v in '' . 1. .5 NaN Infinity 1e400 -1e400 1e-400 0x10 1e 1e+ '1 ' 01; do refuses double "$v"; done
	for v in '' NaN inf 1e1001 1,5 --1 '1\\' 1e99999999999999999999; do refuses numeric "$v"; done
	refuses numeric "$(printf '%01001d' 1)"
	for v in '' t f 1 0 TRUE True yes; do refuses boolean "$v"; done
	for v in '' 2026-02-29 2026-13-01 2026-1-1 0000-01-01 2026-11-01T00:00:00Z 20261101 infinity; do refuses date "$v"; done
	for v in '' 2026-11-01 '2026-11-01 00:00:00Z' 2026-11-01T00:00:00 2026-11-01T24:00:00Z 2026-11-01T00:00:60Z \
		2026-11-01T00:00:00+01:00 2026-11-01t00:00:00z 2026-11-01T00:00:00.Z 2016-12-31T23:59:60Z now infinity; do refuses timestamptz "$v"; done
	for v in '' '{' '{"a":1,}' 'nul' "{'a':1}" '"\t"' '"\\u0000"' '"\\ud800"' '"\\udc00x"' '"\\ud800\\n"' '1 2'; do refuses json "$v"; done
}

@test "rows: a value that does not fit is shown where it is like a number or a time, else only how long it is" {
	cell bigint 12.5 | broken "stdin:5: column 'c': '12.5' is not of type bigint"
	cell timestamptz '2026-11-01 00:00:00Z' | broken "'2026-11-01 00:00:00Z' is not of type timestamptz"
	cell bigint '' | broken "'' is not of type bigint"
	for type in bigint double numeric boolean date timestamptz json; do
		cell "$type" jane@example.com >s
		broken "column 'c': a text of 16 bytes is not of type $type" <s
		[[ $output != *jane* ]]
		cell "$type" '{"email":"jane@example.com"' >s
		broken 'a text of 27 bytes' <s
	done
	cell bigint "$(printf '%060d' 0)" | broken 'a text of 60 bytes'
}

@test "rows: wrong escapes, raw carriage returns, NUL bytes and invalid UTF-8 are refused" {
	for v in '\' '\a' '\x41' '\101' '\.' 'a\.' 'a\N' '\Na' '\N\N' 'a\#' '\ '; do refuses text "$v"; done
	refuses text $'a\rb'
	for v in '\xff' '\xc0\x80' '\xed\xa0\x80' '\xf4\x90\x80\x80' '\xe2\x82' '\x80'; do refuses text "$(printf '%b' "$v")"; done
	stream append '' text c 'a\0000b\n' >nul.rows
	broken "stdin:5: column 'c': a NUL byte" <nul.rows
}

@test "rows: too few and too many cells are refused" {
	stream append '' 'text\ttext' 'a\tb' 'x\n' | broken 'stdin:5: fewer than the 2 cells of #cols'
	stream append '' 'text\ttext' 'a\tb' 'x\ty\tz\n' | broken 'stdin:5: more than the 2 cells of #cols'
	stream append '' 'text\ttext' 'a\tb' '\n' | broken 'stdin:5: fewer'
	stream append '' text a '\n' | check
}

@test "rows: what is no row stream at all is named, with what to do" {
	printf '#ant-rows\t1\tt\n#mode\tappend\n#type\ttext\n#cols\tc\n#end\t0\t\\N\n' >in
	gzip -c in | broken 'stdin:1: expected #ant-rows: it is compressed by gzip: unpack it with gzip -dc'
	printf '\xfd7zXZ\0\n' | broken 'it is compressed by xz'
	iconv -f UTF-8 -t UTF-16 in | broken 'it is UTF-16'
	printf '<!DOCTYPE html>\n<html></html>\n' | broken 'it is an HTML page'
	printf '[{"id":"1"}]\n' | broken 'is ant-flatten missing in between?'
	check <in
}

@test "rows: the head must be whole, known and in order" {
	broken 'stdin:1: the stream breaks off' </dev/null
	printf '{"@ant":"begin"}\n' | broken "stdin:1: expected #ant-rows, not '{\"@ant\":\"begin\"}': is ant-flatten missing"
	printf '#ant-rows\t2\tt\n' | broken "stdin:1: version '2' of the row stream is not known here"
	printf '#ant-rows\t1\n' | broken 'stdin:1: #ant-rows has 1 fields, not 2'
	printf '#ant-rows\t1\tt\tx\n' | broken 'stdin:1: #ant-rows has more than 2 fields'
	printf '#ant-rows\t1\t../t\n' | broken "stdin:1: '../t' is not a table's name"
	printf '#ant-rowsx\t1\tt\n' | broken 'stdin:1: expected #ant-rows'
	stream upsert '' text c 'x\n' | broken "stdin:2: #mode: 'upsert' is not a mode"
	stream 'append\tx' '' text c 'x\n' | broken 'stdin:2: #mode append has 2 fields, not 1'
	stream window '' text c 'x\n' | broken 'stdin:2: #mode window has 1 fields, not 4'
	stream 'window\tb\t2026-11-01\t2026-11-03' '' timestamptz b '' | broken 'stdin:2: #mode window: from and to are'
	stream 'window\tb\t2026-11-03T00:00:00Z\t2026-11-01T00:00:00Z' '' timestamptz b '' | broken 'stdin:2: #mode window: from and to are'
	stream "$W" '' text b 'x\n' | broken "stdin:4: #mode window: column 'b' is text, not a time"
	stream "$W" '' text c 'x\n' | broken "stdin:4: #mode window: there is no column 'b'"
	stream append k text c 'x\n' | broken "stdin:5: #key: there is no column 'k'"
	stream append 'c\tc' text c 'x\n' | broken "stdin:5: #key: 'c' is there twice"
	stream merge '' text c 'x\n' | broken 'stdin:4: #mode merge without a #key'
	stream append '' varchar c 'x\n' | broken "stdin:3: #type: 'varchar' is not a type"
	stream append '' 'text\ttext' c 'x\n' | broken 'stdin:4: #cols has 1 fields, not 2'
	stream append '' text 'c\td' 'x\n' | broken 'stdin:4: #cols has more than 1 fields'
	stream append '' 'text\ttext' 'c\tc' 'x\n' | broken "stdin:4: #cols: column 2: 'c' is there twice"
	stream append '' 'text\ttext' 'c\t' 'x\n' | broken 'stdin:4: #cols: column 2 has no name'
	printf '#ant-rows\t1\tt\n#type\ttext\n' | broken "stdin:2: expected #mode, not '#type"
	printf '#ant-rows\t1\tt\n#mode\tappend\n#cols\tc\n' | broken 'stdin:3: expected #type'
}

@test "rows: a directive between the rows is refused" {
	stream append '' text c 'x\n#note\ty\n' | broken "stdin:6: expected #end, not '#note"
	stream append '' text c 'x\n#\n' | broken "stdin:6: expected #end, not '#'"
}

@test "rows: the trailer must count the rows, name a watermark, and be the last line" {
	stream append '' text c 'x\ny\n' '1\t\\N' | broken 'stdin:7: #end counts 1 rows, but 2 have come'
	stream append '' text c 'x\n' '2\t\\N' | broken 'stdin:6: #end counts 2 rows, but 1 have come'
	stream append '' text c 'x\n' '1' | broken 'stdin:6: #end: the number of rows and a watermark must follow'
	stream append '' text c 'x\n' 'x\t\\N' | broken 'stdin:6: #end: the number of rows'
	stream append '' text c 'x\n' '1\tsoon' | broken 'stdin:6: #end: the watermark is not'
	stream append '' text c 'x\n' '1\t2026-11-01' | broken 'stdin:6: #end: the watermark is not'
	{ stream append '' text c 'x\n'; printf 'y\n'; } | broken 'stdin:7: there is more behind #end'
	{ stream append '' text c 'x\n'; printf '\n'; } | broken 'stdin:7: there is more behind #end'
	{ stream append '' text c 'x\n'; stream append '' text c 'x\n'; } | broken 'stdin:7: there is more behind #end'
	stream append '' text c 'x\n' | head -c -1 | broken 'stdin:6: the stream breaks off inside a line'
	stream append '' text c 'x\n' | sed '$d' | broken 'stdin:6: the stream breaks off: it has no #end'
}

@test "rows: a row outside the window is refused, its edges are inside and outside" {
	for t in 2026-10-31T23:59:59.999999Z 2026-11-03T00:00:00Z 2026-11-02T23:59:59.9999999Z '\\N'; do
		stream "$W" b timestamptz b "$t\n" | broken 'is outside the window 2026-11-01T00:00:00Z to 2026-11-03T00:00:00Z'
	done
	for t in 2026-11-01T00:00:00Z 2026-11-02T23:59:59.999999Z; do
		stream "$W" b timestamptz b "$t\n" | check
	done
	stream "$W" b date b '2026-11-02\n' | check
	stream "$W" b date b '2026-11-03\n' | broken "'2026-11-03' is outside the window"
	stream "$W" b timestamptz b '' '0\t2026-11-03T00:00:00Z' | check
	stream 'window\tb\t2026-11-01T00:00:00Z\t2026-11-01T00:00:00Z' b timestamptz b '' '0\t\\N' | check
	stream 'window\tb\t2026-11-01T00:00:00Z\t2026-11-01T00:00:00Z' b timestamptz b '2026-11-01T00:00:00Z\n' |
		broken 'is outside the window'
}

@test "rows: a stream that is cut at any byte is refused" {
	stream "$W" b 'timestamptz\ttext\tjson' 'b\tt\tj' '2026-11-01T00:00:00Z\ta\\\\tb\t{"x":"é"}\n2026-11-02T00:00:00Z\t\\\\N\t1\n' '2\t2026-11-03T00:00:00Z' >whole.rows
	check <whole.rows
	size=$(stat -c %s whole.rows)
	for ((n = 0; n < size; n += ${ANT_WRAP:+20}1)); do
		status=0
		head -c "$n" whole.rows | check >out.txt 2>err.txt || status=$?
		[ "$status" = 5 ] || { echo "cut at $n: $status"; false; }
		[ ! -s out.txt ]
	done
}

@test "rows: what arrives in small pieces or in long lines is the same" {
	awk 'BEGIN { printf "#ant-rows\t1\tt\n#mode\tappend\n#type\tbigint\ttext\n#cols\tn\tt\n"
		for (i = 0; i < 3000; i++) { printf "%d\t", i; for (j = i % 700; j > 0; j--) printf "é\\\\"; printf "\n" }
		printf "3\t"; for (j = 0; j < 400000; j++) printf "0123456789"; printf "\n#end\t3001\t\\N\n" }' >big.rows
	ant load-sqlite one.db <big.rows
	perl -e '$/ = \997; $| = 1; while (<>) { print }' big.rows | ant load-sqlite two.db
	sqlite3 one.db 'SELECT count(*), sum(length(t)), max(length(t)) FROM t' >one
	[ "$(<one)" = "$(awk 'BEGIN { for (i = 0; i < 3000; i++) s += 2 * (i % 700); print 3001 "|" s + 4000000 "|" 4000000 }')" ]
	sqlite3 one.db 'SELECT * FROM t' >a
	sqlite3 two.db 'SELECT * FROM t' >b
	cmp a b
}

@test "rows: a line over the limit is refused before it is held" {
	{ printf '#ant-rows\t1\tt\n#mode\tappend\n#type\ttext\n#cols\tc\n'; head -c 70000000 /dev/zero | tr '\0' x; echo; } |
		broken 'stdin:5: line is longer than 67108864 bytes'
}

@test "rows: the organization and #unique stand in their places, and nowhere else" {
	local head='#ant-rows\t1\tt\n#mode\tappend\n' tail='#type\ttext\n#cols\tc\na\n#end\t1\t\\N\n'
	for v in '#organization\t5a3b-C_9\n' '#organization\tx\n#key\tc\n' '#key\tc\n#unique\n' '#organization\tx\n#key\tc\n#unique\n'; do
		printf "$head$v$tail" | check
	done
	broken "#organization: 'a b' is not the name of one" < <(printf "$head#organization\ta b\n$tail")
	broken "is not the name of one" < <(printf "$head#organization\t%065d\n$tail" 1)
	broken '#organization has 0 fields, not 1' < <(printf "$head#organization\n$tail")
	broken '#unique has more than 0 fields' < <(printf "$head#key\tc\n#unique\tc\n$tail")
	broken '#unique without a #key' < <(printf "$head#unique\n$tail")
	broken 'expected #type' < <(printf "$head#key\tc\n#organization\tx\n$tail")
}

@test "rows: the organization of a record stream goes on with the rows" {
	printf '%s\n' '{"@ant":"begin","version":1,"table":"users","organization":"1d6f-e"}' '{"id":"u"}' \
		'{"@ant":"end","records":1,"pages":1}' >in
	ant flatten <in | sed -n 3p >out
	printf '#organization\t1d6f-e\n' | cmp - out
	sed -i 's/1d6f-e/not one/' in
	run -5 ant flatten <in
	[[ $output == *'"organization" of the begin record names none'* ]]
}

@test "rows: #window is of a merge, #asked of a window, each in its place" {
	local first='#ant-rows\t1\tt\n' tail='#key\tc\n#type\ttimestamptz\n#cols\tc\n2026-11-02T00:00:00Z\n#end\t1\t\\N\n'
	local window='#mode\twindow\tc\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z\n' merge='#mode\tmerge\n#window\t2026-11-03T00:00:00Z\t2026-11-04T00:00:00Z\n'
	for v in "$window#asked\t2025-01-01T00:00:00Z\n" "$window#asked\t2026-11-01T00:00:00Z\n#organization\tx\n" "$merge" \
		"$merge#asked\t2025-01-01T00:00:00Z\n#organization\tx\n"; do
		printf "$first$v$tail" | check
	done
	broken '#window is of mode merge, not of append' < <(printf "$first#mode\tappend\n#window\t2026-11-03T00:00:00Z\t2026-11-04T00:00:00Z\n$tail")
	broken '#window is of mode merge, not of window' < <(printf "$first$window#window\t2026-11-03T00:00:00Z\t2026-11-04T00:00:00Z\n$tail")
	broken '#window: from and to are' < <(printf "$first#mode\tmerge\n#window\t2026-11-04T00:00:00Z\t2026-11-03T00:00:00Z\n$tail")
	broken '#asked without a window' < <(printf "$first#mode\tmerge\n#asked\t2025-01-01T00:00:00Z\n$tail")
	broken '#asked without a window' < <(printf "$first#mode\treplace\n#asked\t2025-01-01T00:00:00Z\n$tail")
	broken '#asked: it is' < <(printf "$first$window#asked\t2026-11-01T00:00:01Z\n$tail")
	broken '#asked: it is' < <(printf "$first$window#asked\t2025-01-01\n$tail")
	broken 'expected #type' < <(printf "$first$window#organization\tx\n#asked\t2025-01-01T00:00:00Z\n${tail#*\\n}")
}

@test "rows: where a window was asked to start, and that of a merge by time, go on with the rows" {
	mkdir tables
	printf '%s\n' '# Cases.' 'path /v1/cases' 'paging page' 'from since' 'to until' 'mode merge' 'column id text key = .id # Case.' >tables/cases.table
	printf '%s\n' '{"@ant":"begin","version":1,"table":"cases","asked":"2025-01-01T00:00:00Z","from":"2026-11-01T00:00:00Z","to":"2026-11-03T00:00:00Z"}' '{"id":"u"}' \
		'{"@ant":"end","records":1,"pages":1,"watermark":"2026-11-03T00:00:00Z"}' >in
	ant flatten -T tables <in >out
	printf '%b' '#ant-rows\t1\tcases\n#mode\tmerge\n#window\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z\n#asked\t2025-01-01T00:00:00Z\n' >want
	printf '%b' '#key\tid\n#type\ttext\n#cols\tid\nu\n#end\t1\t2026-11-03T00:00:00Z\n' >>want
	cmp want out
	check <out
	ant flatten -T tables --mode append <in | sed -n 2,3p | diff <(printf '#mode\tappend\n#key\tid\n') -
	sed -i 's/cases/cost_report/' in
	printf "%s\n" "$(sed -n 1p in)" "{\"@ant\":\"end\",\"records\":0,\"pages\":0}" >empty
	ant flatten <empty | sed -n 2,3p | diff <(printf '#mode\twindow\tbucket\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z\n#asked\t2025-01-01T00:00:00Z\n') -
	run -2 ant flatten --mode replace <empty
	[[ $output == *'give the loader --mode replace, which keeps it' ]]
}
