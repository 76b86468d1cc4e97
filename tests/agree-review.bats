# Watermarks and what a destination says of itself: sequences of loads by hand, drops, copies put back,
# in every destination.  What is missing is asked for again, and what is there is not.
load lib/helper
load lib/duckdb
load lib/streams

setup_file() { build_duck && start_pg; }
teardown_file() { stop_pg; }

each_setup() { use_duckdb; }

# each_kind FUNCTION - call it for each kind of destination, in a folder of its own, with KIND set
each_kind() {
	for KIND in sqlite duckdb postgresql csv; do
		mkdir "$KIND"
		cd "$KIND" || return
		export ANT_STATE=$PWD/marks
		[ "$KIND" != postgresql ] || PGOPTIONS="-c client_min_messages=error" psql -qAtXc "CREATE SCHEMA s$BATS_TEST_NUMBER"
		echo "in $KIND"
		"$1"
		cd ..
	done
}

# loader OPTION... - that of the destination, whose table is t
loader() {
	case $KIND in
	postgresql) ant load-pg --schema "s$BATS_TEST_NUMBER" "$@" ;;
	csv) ant load-csv -o t.csv "$@" ;;
	*) ant "load-$KIND" "$@" db ;;
	esac
}

# window FROM TO [ROWS [ORGANIZATION]] - a stream of that window of table t with ROWS rows a day
window() {
	printf '#ant-rows\t1\tt\n#mode\twindow\tb\t%sT00:00:00Z\t%sT00:00:00Z\n' "$1" "$2"
	[ -z "${4-}" ] || printf '#organization\t%s\n' "$4"
	printf '#key\tb\tn\n#type\ttimestamptz\tbigint\n#cols\tb\tn\n'
	awk -v from="$(date -u -d "$1" +%s)" -v to="$(date -u -d "$2" +%s)" -v rows="${3:-2}" -v end="$2" 'BEGIN {
		for (; from < to; from += 86400)
			for (i = 0; i < rows; i++) { print strftime("%Y-%m-%dT%H:00:00Z", from + i * 3600, 1) "\t" i; n++ }
		printf "#end\t%d\t%sT00:00:00Z\n", n, end }'
}

sql() {
	case $KIND in
	sqlite) sqlite3 db "$1" ;;
	duckdb) duck db "$1" ;;
	postgresql) PGOPTIONS='-c search_path=s'"$BATS_TEST_NUMBER" psql -qAtX -c "$1" ;;
	esac
}

drop() { if [ "$KIND" = csv ]; then rm t.csv; else sql 'DROP TABLE t'; fi; }

# agreed - compare the watermark with the destination, as ant-sync does
agreed() {
	printf 't\t-\tt%s\t3d\t-\n' "$([ "$KIND" != csv ] || echo .csv)" >wanted
	ant state ask wanted >asked
	loader --audit <asked >answers || return
	ant state agree wanted <answers >agreed
}

# starts TIME - the next load begins there
starts() {
	run -0 ant state window --start 2026-01-01 t
	[[ $output == "--from $1"* ]] || { echo "not from $1: $output" >&2; cat agreed >&2; return 1; }
}

dropped_then_by_hand() {
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	drop
	agreed
	starts 2026-09-01
	# The load that was to follow failed, and somebody loads a few days.
	window 2026-09-20 2026-09-25 | loader >/dev/null
	agreed
	starts 2026-09-01
}

@test "agree: a table that is gone is wanted from where it began, whatever was loaded by hand since" {
	each_kind dropped_then_by_hand
}

twice_dropped() {
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	drop
	window 2026-09-20 2026-09-25 | loader >/dev/null
	drop
	agreed
	starts 2026-09-01
	grep -q '^note.*from 2026-09-01' agreed
}

@test "agree: a table that is gone again is wanted from where it first began" { each_kind twice_dropped; }

no_file_but_the_ledger() {
	window 2026-09-01 2026-09-10 | loader >/dev/null
	drop
	window 2026-09-20 2026-09-25 | loader >/dev/null
	agreed
	starts 2026-09-01
	rm -r marks
	window 2026-09-01 2026-09-20 | loader >/dev/null
	agreed
	starts 2026-09-22
}

@test "agree: without a file the ledger knows of a table that was made anew" { each_kind no_file_but_the_ledger; }

truncated() {
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	window 2026-09-10 2026-09-20 0 | loader | ant state commit >/dev/null
	if [ "$KIND" = csv ]; then sed -i '2,$d' t.csv; else sql 'DELETE FROM t'; fi
	agreed
	grep -q '^missing.*2026-09-01T00:00:00Z.2026-09-10T00:00:00Z.18.0$' agreed
}

@test "agree: a table whose rows are all gone is seen beyond the look-back, too" { each_kind truncated; }

copy_then_by_hand() {
	local copy
	window 2026-09-01 2026-09-05 | loader | ant state commit >/dev/null
	case $KIND in
	postgresql) sql 'CREATE TABLE old AS SELECT * FROM t; CREATE TABLE old_loads AS SELECT * FROM _anthill_loads' ;;
	csv)
		mkdir copy
		cp ./*.csv copy
		;;
	*) cp db copy ;;
	esac
	for copy in 05:10 10:15 15:20; do
		window "2026-09-${copy%:*}" "2026-09-${copy#*:}" | loader | ant state commit >/dev/null
	done
	case $KIND in
	postgresql) sql 'DELETE FROM t; INSERT INTO t SELECT * FROM old; DELETE FROM _anthill_loads; INSERT INTO _anthill_loads SELECT * FROM old_loads' ;;
	csv) cp copy/*.csv . ;;
	*) cp copy db ;;
	esac
	# One that is committed, and three before it that are not.
	for _ in $1; do window 2026-09-02 2026-09-03 | loader >/dev/null; done
	window 2026-09-02 2026-09-03 | loader | ant state commit >/dev/null
	agreed
	starts 2026-09-02
	grep -q '^note.*ends at 2026-09-05T00:00:00Z: going on from the ledger' agreed
}

@test "agree: an older copy is seen after a load by hand whose receipt was committed" {
	one() { copy_then_by_hand ''; }
	each_kind one
}

@test "agree: an older copy is seen after as many loads by hand as it lacks" {
	three() { copy_then_by_hand '1 2 3'; }
	each_kind three
}

forgotten() {
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	# Another destination has the table already.
	case $KIND in
	postgresql) sql 'DELETE FROM _anthill_loads' ;;
	csv) rm _anthill_loads.csv ;;
	*) sql 'DROP TABLE _anthill_loads' ;;
	esac
	window 2026-09-10 2026-09-12 | loader >receipt
	run -1 ant state commit <receipt
	ant state reset t
	run -0 ant state commit <receipt
	run -0 ant state get t
	[ "$output" = 2026-09-12T00:00:00Z ]
}

@test "commit: after a reset the watermark may be of another destination" { each_kind forgotten; }

declared_complete() {
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	case $KIND in
	postgresql) sql 'DELETE FROM _anthill_loads' ;;
	csv) rm _anthill_loads.csv ;;
	*) sql 'DROP TABLE _anthill_loads' ;;
	esac
	run -1 agreed
	grep -q '^failed.*ant-state set' agreed
	ant state set t 2026-09-10
	agreed
	window 2026-09-07 2026-09-12 | loader >receipt
	run -0 ant state commit <receipt
	agreed
	starts 2026-09-09
}

@test "agree: a table that a human says is complete goes on in a new ledger" { each_kind declared_complete; }

A=11111111-1111-4111-8111-111111111111 B=22222222-2222-4222-8222-222222222222

# of ORGANIZATION COMMAND... - with that one's own watermarks
of() { ANT_STATE=$PWD/marks-$1 "${@:2}"; }

# agreed_for ORGANIZATION - agreed, for its rows alone
agreed_for() {
	printf 't\t-\tt%s\t3d\t%s\n' "$([ "$KIND" != csv ] || echo .csv)" "$1" >wanted
	of "$1" ant state ask wanted >asked
	loader --audit <asked >answers
	of "$1" ant state agree wanted <answers >agreed
}

made_by_another() {
	local who
	for who in $A $B $A $B; do
		window 2026-09-01 2026-09-10 2 $who | loader --by-organization | of $who ant state commit >/dev/null
	done
	drop
	agreed_for $A
	window 2026-09-01 2026-09-10 2 $A | loader --by-organization | of $A ant state commit >/dev/null
	[ -z "$1" ] || window 2026-09-09 2026-09-12 2 $B | loader --by-organization >/dev/null
	agreed_for $B
	run -0 of $B ant state window --start 2026-01-01 t
	[[ $output == '--from 2026-09-01'* ]]
	grep -q '^note.*made anew since it was loaded: loading it again from 2026-09-01' agreed
	# Neither is in the way of the other from then on.
	window 2026-09-01 2026-09-12 2 $B | loader --by-organization | of $B ant state commit >/dev/null
	window 2026-09-07 2026-09-12 2 $A | loader --by-organization | of $A ant state commit >/dev/null
	agreed_for $B
	! grep -q '^[nf]' agreed || return
	run -0 of $B ant state window t
	[[ $output == '--from 2026-09-09'* ]]
	agreed_for $A
	! grep -q '^[nf]' agreed || return
}

@test "agree: a table of several organizations that one of them made anew is wanted whole by the other" {
	none() { made_by_another ''; }
	each_kind none
}

@test "agree: also where the other loaded a few days of it before" {
	few() { made_by_another some; }
	each_kind few
}

replaced_by_hand() {
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	window 2026-09-08 2026-09-12 | loader --mode replace >receipt
	agreed
	starts 2026-09-01
	ant state commit <receipt >/dev/null
	starts 2026-09-01
	! grep -q '^missing' agreed || return
	rm -r marks
	agreed
	starts 2026-09-01
}

@test "agree: a window that took the place of the whole table leaves the rest to be loaded" { each_kind replaced_by_hand; }

lost_state_then_by_hand() {
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	rm -r marks
	window 2026-09-20 2026-09-25 | loader | ant state commit >/dev/null
	agreed
	starts 2026-09-07
}

@test "agree: without the file a load by hand does not hide what the ledger lacks before it" { each_kind lost_state_then_by_hand; }

later_than() { [ "$(date +%s)" -gt "$1" ]; }

set_after_others() {
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	window 2026-09-01 2026-09-20 | loader >/dev/null # from another machine
	wait_for later_than "$(date +%s)"
	ant state set t 2026-09-05
	agreed
	starts 2026-09-02
	window 2026-09-02 2026-09-20 | loader | ant state commit >/dev/null
	agreed
	starts 2026-09-17
}

@test "agree: what was set by hand is not overruled by a load that had ended before" { each_kind set_after_others; }

of_another_stream() {
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	if [ "$KIND" = csv ]; then
		window 2026-09-10 2026-10-10 | sed '1s/t$/u/' | loader >/dev/null
	else
		window 2026-09-10 2026-10-10 | sed '1s/t$/u/' | loader --table t >/dev/null
	fi
	agreed
	starts 2026-09-07
}

@test "agree: rows of another stream in the table say nothing about its own" { each_kind of_another_stream; }

@test "agree: an answer that breaks off stops the run, also where it is whole for the first tables" {
	stub ant-load-sqlite 'case "$*" in *--audit*)
		read -r line; printf "%s\n" "$line" | command "$ANT_BIN/ant-load-sqlite" "$@"
		echo "ant-load-sqlite: lost" >&2; exit 1 ;; esac
		exec "$ANT_BIN/ant-load-sqlite" "$@"'
	export ANTHROPIC_ADMIN_KEY=x ANTHROPIC_BASE_URL=http://127.0.0.1:1
	stub ant-fetch 'case "$*" in *--whose*|*--check*) exit 0 ;; esac; exit 9'
	run -1 ant-sync --dest sqlite:///db --json usage_report cost_report users
	[[ $output == *'ant-load-sqlite: lost'* ]]
	[ "$(grep -c '"outcome":"not run"' <<<"$output")" = 3 ]
	! grep -q '^ant-fetch.*--from' trace || return
}

@test "ledger: a number after which there is none is refused, and sums of rows do not wrap" {
	KIND=sqlite
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	sql "UPDATE _anthill_loads SET buckets = '{\"2026-09-08T00\":9223372036854775807,\"2026-09-08T01\":9223372036854775807,\"2026-09-09T00\":-9223372036854775808}'"
	agreed
	grep -q '^missing.*2026-09-08' agreed
	sql 'UPDATE _anthill_loads SET line = 9223372036854775807'
	window 2026-09-10 2026-09-12 >in
	run -1 loader <in
	[[ $output == *'line of number 9223372036854775807'* ]]
	agreed
}

damaged_ledger() {
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	case $KIND in
	csv) sed -i 's/"{""2026.*}"/[1/' _anthill_loads.csv ;;
	*) sql "UPDATE _anthill_loads SET buckets = '[1'" ;;
	esac
	run -1 agreed
	[[ $output == *"the ledger: rows by the hour of 't"*"': Invalid argument"* ]]
	case $KIND in
	csv) sed -i 's/\[1/{}/; s/2026-09-01T00:00:00Z,/x,/' _anthill_loads.csv ;;
	*) sql "UPDATE _anthill_loads SET load_id = load_id || 'x', buckets = '{}'" ;;
	esac
	run -5 agreed
	[[ $output == 'ant-state: t: the ledger: receipt: '* ]]
}

@test "agree: a line of the ledger that cannot be read is told with its table" { each_kind damaged_ledger; }

renamed_column() {
	[ "$KIND" != csv ] || return 0
	window 2026-09-01 2026-09-10 | loader | ant state commit >/dev/null
	sql 'ALTER TABLE t RENAME COLUMN b TO other'
	agreed
	! grep -q '^missing' agreed || return
}

@test "agree: a time column that was renamed is no loss of rows" { each_kind renamed_column; }
