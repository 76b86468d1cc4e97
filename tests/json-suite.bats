# The JSON test suite: in plain JSON, in a record stream, and among the rows of a record.
load lib/helper

# All texts once: texts/NAME, and streams/TABLE.NAME where the text is of one line.
setup_file() {
	local name count bytes
	cd "$BATS_FILE_TMPDIR" || return
	mkdir texts streams tables
	while IFS=$'\t' read -r name count bytes; do
		case $name in \#*) continue ;; esac
		if ((count == 1)); then
			base64 -d <<<"$bytes" >"texts/$name"
		else
			bytes=$(base64 -d <<<"$bytes")
			printf "%.0s$bytes" $(seq "$count") >"texts/$name"
		fi
		one_line "texts/$name" || continue
		as_stream v '' "texts/$name" '' >"streams/v.$name"
		as_stream r '{"z":1,"rows":[' "texts/$name" ']}' >"streams/r.$name"
		# This table does not read it: what is skipped is checked as well.
		as_stream p '{"rows":[{"a":' "texts/$name" '}]}' >"streams/p.$name"
	done <"$BATS_TEST_DIRNAME/data/json-suite/texts.tsv"
	printf 'path /v1/v\nmode append\ncolumn v json = .\n' >tables/v.table
	printf 'path /v1/r\nmode append\nrows .rows[]\ncolumn v json = .\ncolumn z json = $record.z\n' >tables/r.table
	printf 'path /v1/p\nmode append\nrows .rows[]\ncolumn v text = .b\n' >tables/p.table
}

each_setup() { export ANT_TABLES=$BATS_FILE_TMPDIR/tables; }

as_stream() { # TABLE BEFORE FILE BEHIND
	printf '{"@ant":"begin","version":1,"table":"%s"}\n%s' "$1" "$2"
	cat "$3"
	printf '%s\n{"@ant":"end","records":1,"pages":1}\n' "$4"
}

one_line() {
	! IFS= read -r -d $'\n' _ <"$1"
}

# each_text FOLDER PREFIX COMMAND - COMMAND NAME FILE for each file whose name starts so; a line
# a file in ./done.  Without the trap of bats, which takes longer than the program.
each_text() (
	trap - DEBUG
	for file in "$BATS_FILE_TMPDIR/$1/$2"*; do
		"$3" "${file##*/}" "$file"
		echo "$file" >>"done"
	done
)

count_done() { [ "$(wc -l <"done")" = "$1" ]; }

bad() {
	echo "$1: $2" >>bad
}

# taken NAME ROWS - ant-flatten, whose output is in ./out, took the text
taken() {
	local last=('')
	mapfile -t -O 1 last <out
	[ "$status" = 0 ] && [ "${last[-1]-}" = $'#end\t'"$2"$'\t\\N' ] ||
		bad "$1" "status $status, $(head -c 200 err)"
}

# refused NAME LINE - it did not, at a byte of LINE, and no trailer came out
refused() {
	local why last=('') re="^ant-flatten: stdin:$2:[0-9]+: [^ ]"
	why=$(<err)
	mapfile -t -O 1 last <out
	[ "$status" = 5 ] && [[ $why =~ $re && ${last[-1]-} != '#end'* ]] ||
		bad "$1" "status $status, $(head -c 200 err)"
}

flat() { # runs it; the status is left in $status
	status=0
	ant flatten "$@" >out 2>err || status=$?
}

none_bad() { [ ! -e bad ] || { head -n 20 bad; false; }; }

@test "json suite: plain JSON: every y_ is taken, and each is one row" {
	one() { flat -t v --mode append <"$2"; taken "$1" 1; }
	each_text texts y_ one
	count_done 95
	none_bad
}

@test "json suite: plain JSON: every n_ is refused with line, byte and reason" {
	one() {
		flat -t v --mode append <"$2"
		case $1 in
		# Plain JSON is any number of texts, one behind the other.
		n_structure_double_array | n_structure_object_with_trailing_garbage) taken "$1" 2 ;;
		*) refused "$1" '[0-9]+' ;;
		esac
	}
	each_text texts n_ one
	count_done 188
	none_bad
}

@test "json suite: record stream: every y_ of one line is taken, every n_ is refused" {
	one() {
		flat <"$2"
		case $1 in v.y_*) taken "$1" 1 ;; *) refused "$1" 2 ;; esac
	}
	each_text streams v.y_ one
	each_text streams v.n_ one
	count_done 274
	none_bad
}

@test "json suite: among the rows: every y_ of one line is taken, every n_ is refused" {
	one() {
		# Between brackets these two are JSON.
		case $1 in r.n_structure_no_data | r.n_single_space) return 0 ;; esac
		flat <"$2"
		case $1 in
		?.y_*) taken "$1" 1 ;;
		*) refused "$1" 2 ;;
		esac
	}
	each_text streams r.y_ one
	each_text streams p.y_ one
	each_text streams r.n_ one
	each_text streams p.n_ one
	count_done 548
	none_bad
}

@test "json suite: i_ is as the manual says: numbers of any size, text mended, UTF-8 with a mark or without" {
	one() {
		flat -t v --mode append <"$2"
		case $1 in
		i_string_UTF-16LE_with_BOM | i_string_utf16BE_no_BOM | i_string_utf16LE_no_BOM)
			refused "$1" 1
			grep -q 'it is UTF-16' err || bad "$1" 'not named'
			;;
		i_structure_UTF-8_BOM_empty_object)
			taken "$1" 1
			[ "$(grep -v '^#' out)" = '{}' ] || bad "$1" 'another text'
			;;
		i_number_* | i_structure_500_nested_arrays)
			taken "$1" 1
			[ "$(grep -v '^#' out)" = "$(tr -d '\n' <"$2")" ] || bad "$1" 'another text'
			;;
		*)
			taken "$1" 1
			grep -q $'\xef\xbf\xbd' out || bad "$1" 'nothing was mended'
			grep -q 'became U+FFFD' err || bad "$1" 'not reported'
			;;
		esac
	}
	each_text texts i_ one
	count_done 35
	none_bad
}
