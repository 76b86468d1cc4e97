# The unit tests in tests/unit, once with the machine's vector code and once with the plain loops.
load lib/helper
load lib/cbuild
load lib/golden

UNIT=$BATS_TEST_DIRNAME/unit

# plain - set PLAIN: how to compile without vector code the files that have some, of their own or of base/vec.h
plain() {
	[ "$(cd "$ROOT" && grep -l __SSE2__ lib/*/*.h cmd/*.[ch])" = lib/base/vec.h ]
	mapfile -t PLAIN < <({
		grep -l __SSE2__ "$ROOT"/lib/*/*.c
		"${CC:-cc}" -MM -I"$ROOT/lib" "$ROOT"/lib/*/*.c | sed -e ':a' -e '/\\$/N; s/\\\n//; ta' |
			sed -n 's/^[^ ]*: *\([^ ]*\) .*base\/vec[.]h.*/\1/p'
	} | sort -u)
	[ "${#PLAIN[@]}" -ge 8 ]
	PLAIN+=(-U__SSE2__)
}

unit() { # NAME [OPTION...]
	local name=$1
	shift
	cbuild "./$name" "$UNIT/$name.c" "$@"
	# shellcheck disable=SC2086
	run -0 ${ANT_WRAP-} "./$name"
	[ "$output" = '' ]
}

@test "unit: the vector loops find what the plain ones find" { unit vec; }
@test "unit: decimals are exact, to 38 digits" { unit decimal; }
@test "unit: times are those of RFC 3339, the calendar holds for 400 years" { unit utc; }
@test "unit: JSON is read strictly, text is mended, written and counted" { unit json; }
@test "unit: expressions are native where they are of the grammar" { unit expr; }
@test "unit: cells take what their type says" { unit cell; }
@test "unit: plain JSON and lines are the same wherever a block ends" { unit input; }
@test "unit: work in a process of its own gives its result and bytes, or a reason, and leaves no process" { unit apart; }
@test "unit: rows by the hour are counted in any order, cut out, written and read again" { unit buckets; }
@test "unit: a watermark follows its loads, and agrees with what a ledger says" { unit agree; }
@test "unit: what a ledger says of hours is compared with what they hold, an hour cut by a window aside" { unit audit; }
@test "unit: the scanner's values, rows, totals, double keys and errors" { unit plan; }

@test "unit: memory that runs out anywhere is an error, no crash and no leak" {
	local wrap=-Wl f
	for f in malloc calloc realloc strdup strndup; do wrap+=,--wrap=$f; done
	unit nomem "$wrap"
}

@test "unit: what a fetch asks for by its table file, and what becomes of each answer, beside a server of its own" {
	local wrap=-Wl f
	for f in malloc calloc realloc strdup strndup; do wrap+=,--wrap=$f; done
	unit crawl "$wrap"
}

@test "plain loops: json, cell and plan pass the same tests without vector code" {
	export CBUILD_LIBS='-ljq -lnettle -lcsv'
	plain
	unit vec -U__SSE2__
	unit json "${PLAIN[@]}"
	unit cell "${PLAIN[@]}"
	unit plan "${PLAIN[@]}"
}

@test "plain loops: ant-flatten without vector code gives the golden rows" {
	local name n=0
	plain
	mkdir -p plain/bin plain/share/anthill
	ln -s "$ROOT/lib/tables" plain/share/anthill/tables
	CBUILD_LIBS='-ljq -lnettle -lcsv' cbuild plain/bin/ant-flatten "$ROOT"/cmd/{ant-flatten,cli,sandbox}.c "${PLAIN[@]}"
	for name in $(golden_names); do
		answer "$name" | plain/bin/ant-flatten -q -t "${name##*.}" >have
		cat "$DATA/rows/${name##*.}.head" "$DATA/rows/$name.rows" | diff -u - have
		n=$((n + 1))
	done
	[ "$n" = 103 ]
}

@test "plain loops: ant-load-csv without vector code passes what its suite says of cells" {
	local variable unset=()
	plain
	mkdir -p plain/bin plain/share/anthill
	ln -s "$ROOT/lib/tables" plain/share/anthill/tables
	ln -s "$ANT_BIN"/ant-* plain/bin/
	rm plain/bin/ant-load-csv
	CBUILD_LIBS='-ljq -lnettle -lcsv' cbuild plain/bin/ant-load-csv "$ROOT"/cmd/{ant-load-csv,loader,cli}.c "${PLAIN[@]}"
	for variable in $(compgen -v BATS_); do unset+=(-u "$variable"); done
	ANT_BIN=$PWD/plain/bin run -0 env "${unset[@]}" "$BATS_ROOT/bin/bats" -f ' (type|quoted|dialect|spreadsheet|twice|merge|editor|null|mark|names|values)' \
		"$BATS_TEST_DIRNAME/load-csv.bats"
	[ "$(grep -c ^ok <<<"$output")" -ge 12 ]
}
