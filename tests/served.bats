#!/usr/bin/env bats
# What the API does not serve any more: ant-sync that starts before it, over what was loaded when it was, in each kind of destination.
# shellcheck disable=SC2016,SC2154	# quoted for others; run sets stderr
load lib/helper
load lib/duckdb
load lib/dests

# The simulator's clock stands still at noon of a day that is over.
setup_file() {
	export TODAY
	TODAY=$(still_day)
	start_sim --days 60 --now "${TODAY}T12:00:00Z"
	start_pg
	build_duck
}

teardown_file() {
	stop_sim
	stop_pg
}

each_setup() { use_duckdb; }

day() { date -u -d "$TODAY $1 days" +%F; } # +N or -N
midnight() { echo "$(day "$1")T00:00:00Z"; }

# serve_from DAY - from now on cost_report is a table that is served from there on alone
serve_from() {
	mkdir -p "$BATS_TEST_TMPDIR/tables"
	{ grep -v '^earliest' "$ROOT/lib/tables/cost_report.table" | sed "s/^mode .*/oldest $1\n&/"; } >"$BATS_TEST_TMPDIR/tables/cost_report.table"
	export ANT_TABLES=$BATS_TEST_TMPDIR/tables
}

sync() { ant-sync --dest "$URI" --rate 0 --to "$TODAY" "$@"; }
watermark() { ant-state --scope "$(scope)" get cost_report; }

# A table that holds 20 days, of which the API serves the last ten from now on.
narrowed() {
	local how
	unset ANT_TABLES
	sync -q --start "$(day -20)" cost_report >/dev/null
	all_rows cost_report >whole
	[ "$(days cost_report bucket)" -gt 12 ]
	serve_from "$(day -10)"
	# Two years back, and again; all anew, also where less than half would be left.
	for how in -730 -730 '-730 --full-refresh' '-730 --full-refresh' '-730 --full-refresh --allow-shrink' '-60 --full-refresh --chunk 5' '-730 --full-refresh --chunk 0'; do
		# shellcheck disable=SC2086	# words
		set -- $how
		run -0 --separate-stderr sync --start "$(day "$1")" "${@:2}" cost_report
		all_rows cost_report | diff whole -
		[ "$(watermark)" = "$TODAY"T00:00:00Z ]
	done
	[[ $(jq -sr 'map(.asked // empty) | min' <<<"$output") == "$(midnight -730)" ]]
	# Nobody can fill what lies before the first load: it is no gap.
	run -0 sync --gaps cost_report
	[ "$output" = "cost_report"$'\t'"$(midnight -730)"$'\t'"$(midnight -20)"$'\tnot served' ]
	run -0 sync --gaps --start "$(day -800)" cost_report
	[ "$output" = "cost_report"$'\t'"$(midnight -800)"$'\t'"$(midnight -20)"$'\tnot served' ]
	# What was lost since is missing, whether it is served or not.
	delete_days cost_report bucket "$(day -5)" "$(day -4)"
	delete_days cost_report bucket "$(day -15)" "$(day -14)"
	run -1 sync --gaps cost_report
	[ "$(wc -l <<<"$output")" = 3 ]
	[[ $output == *"$(midnight -15)"$'\t'"$(midnight -14)"*'rows are gone'*"$(midnight -5)"$'\t'"$(midnight -4)"*'rows are gone'*'not served' ]]
	run -0 sync -q --start "$(day -730)" --full-refresh cost_report
	run -1 sync --gaps cost_report
	[[ $output == *"$(midnight -15)"$'\t'"$(midnight -14)"*'rows are gone'*'not served' && $(wc -l <<<"$output") = 2 ]]
}

@test "served: a start of two years ago over a table that holds older rows: they stay, and --gaps says what is not served" { in_each narrowed; }

# A first load from where nothing is served, and what was lost of it.
from_nothing() {
	serve_from "$(day -10)"
	local how first chunk
	for how in '-730 31' '-60 5' '-730 0'; do # -60 5: a step that ends where the first begins that is served
		read -r first chunk <<<"$how"
		first=$(day "$first")
		run -0 --separate-stderr sync --start "$first" --chunk "$chunk" cost_report
		[ "$(days cost_report bucket)" -ge 8 ]
		all_rows cost_report >whole
		[ "$(watermark)" = "$TODAY"T00:00:00Z ]
		run -0 sync --gaps cost_report
		[ "$output" = "cost_report"$'\t'"${first}T00:00:00Z"$'\t'"$(midnight -10)"$'\tnot served' ]
		# The next one goes on from the watermark.
		run -0 --separate-stderr sync --start "$first" cost_report
		[ "$(jq -sr '.[0].from' <<<"$output")" = "$(midnight -3)" ]
		[ "$(wc -l <<<"$output")" = 1 ]
		drop_table cost_report
		run -0 --separate-stderr sync --start "$first" --chunk "$chunk" cost_report
		[[ $stderr == *'the table is not there any more: loading it again from '* ]]
		all_rows cost_report | diff whole -
		[ "$(watermark)" = "$TODAY"T00:00:00Z ]
		rm -r state
		# The ledger knows it all, too.
		run -0 --separate-stderr sync --start "$first" cost_report
		[ "$(jq -sr '.[0].from' <<<"$output")" = "$(midnight -3)" ]
		all_rows cost_report | diff whole -
		drop_table cost_report
		drop_ledger
		rm -r state
	done
	# Windows in any order.
	for how in '-10 0' '-730 -300' '-300 -10'; do
		# shellcheck disable=SC2086	# words
		set -- $how
		run -0 --separate-stderr ant-sync --dest "$URI" --rate 0 --start "$(day -730)" --from "$(day "$1")" --to "$(day "$2")" --chunk 0 cost_report
	done
	[ "$(watermark)" = "$TODAY"T00:00:00Z ]
	all_rows cost_report | diff whole -
}

@test "served: a first load from where nothing is served ends with a watermark, in steps of any length, and in any order" { in_each from_nothing; }

# All of it before what is served.
nothing() {
	serve_from "$(day -10)"
	for _ in 1 2; do
		run -0 --separate-stderr ant-sync --dest "$URI" --rate 0 --start "$(day -730)" --to "$(day -400)" --chunk 0 cost_report
		[ "$(jq -c '[.from, .to, .asked, .rows, .watermark]' <<<"$output")" = "[\"$(midnight -400)\",\"$(midnight -400)\",\"$(midnight -730)\",0,null]" ]
		run -1 watermark
		[ "$(count cost_report)" = 0 ]
		run -0 sync --gaps cost_report
		[ "$output" = "cost_report"$'\t'"$(midnight -730)"$'\t'"$(midnight -400)"$'\tnot served' ]
	done
	# The start is still that of the command line.
	run -0 --separate-stderr sync --start "$(day -5)" cost_report
	[ "$(jq -r .from <<<"$output")" = "$(midnight -5)" ]
	[ "$(watermark)" = "$TODAY"T00:00:00Z ]
}

@test "served: a window wholly before what is served moves nothing" { in_each nothing; }

# The state in the destination, and a ledger without the last column.
in_destination() {
	serve_from "$(day -10)"
	for how in '' '' ; do
		run -0 --separate-stderr sync --state destination --start "$(day -730)" cost_report
	done
	[ "$(jq -sr '.[0].from' <<<"$output")" = "$(midnight -3)" ]
	all_rows cost_report >whole
	[ ! -e state ]
	case $KIND in
	csv) sql cut _anthill_loads 16 ;;
	sqlite | postgresql) drop_views; sql 'ALTER TABLE _anthill_loads DROP COLUMN asked' ;;
	duckdb) sql 'DROP INDEX IF EXISTS _anthill_loads_line'; sql 'ALTER TABLE _anthill_loads DROP COLUMN asked' ;;
	esac
	loader_of cost_report
	"${LOADER[@]}" --ledger >ledger
	[ "$(jq -sc 'map(.line) | max' <ledger)" -gt 1 ]
	[[ $(<ledger) != *asked* ]]
	run -0 --separate-stderr sync --state destination --start "$(day -730)" cost_report
	[ "$(jq -sr '.[0].from' <<<"$output")" = "$(midnight -3)" ]
	run -0 --separate-stderr sync --state destination --start "$(day -730)" --full-refresh cost_report
	all_rows cost_report | diff whole -
	"${LOADER[@]}" --ledger | jq -r '.asked // empty' | grep -q "^$(midnight -730)$"
	! grep -q asked ledger
}

@test "served: the ledger alone tells it, and gets the column with the next load" { in_each in_destination; }

# merge_by_time - cost_report is a table whose rows are merged by their key, and read by time
merge_by_time() {
	mkdir -p "$BATS_TEST_TMPDIR/tables"
	sed 's/^mode .*/mode merge/' "$ROOT/lib/tables/cost_report.table" >"$BATS_TEST_TMPDIR/tables/cost_report.table"
	export ANT_TABLES=$BATS_TEST_TMPDIR/tables
}

# A table of mode merge that is read by time: watermark, look-back, gaps and what is lost are as of a window.
merged() {
	merge_by_time
	run -0 --separate-stderr sync --start "$(day -20)" cost_report
	[ "$(jq -c '[.mode, .from, .to, .watermark]' <<<"$output")" = "[\"merge\",\"$(midnight -20)\",\"$(midnight 0)\",\"$(midnight 0)\"]" ]
	all_rows cost_report >whole
	[ "$(watermark)" = "$(midnight 0)" ]
	run -0 --separate-stderr sync cost_report
	[ "$(jq -r .from <<<"$output")" = "$(midnight -3)" ]
	all_rows cost_report | diff whole -
	run -0 sync --gaps cost_report
	[ -z "$output" ]
	# How far behind it is, is told by its watermark.
	run -0 ant-sync --dest "$URI" --status cost_report
	[[ ${lines[1]} =~ ^cost_report\ +$(midnight 0)\ +.*merge ]]
	[[ ${lines[1]} != *' 0 min '* ]]
	# All rows are gone.
	empty_table cost_report
	run -1 sync --gaps cost_report
	[[ $output == "cost_report"$'\t'"$(midnight -20)"$'\t'"$(midnight 0)"$'\t'*'rows are gone' ]]
	run -0 --separate-stderr sync cost_report
	[[ $stderr == *"are gone: loading them again"* ]]
	all_rows cost_report | diff whole -
	run -0 sync --gaps cost_report
	[ -z "$output" ]
	# So is the table, or the state.
	drop_table cost_report
	rm -r state
	run -0 --separate-stderr sync --start "$(day -20)" cost_report
	all_rows cost_report | diff whole -
	rm -r state
	run -0 --separate-stderr sync --start "$(day -20)" cost_report
	[ "$(jq -r .from <<<"$output")" = "$(midnight -3)" ]
	# A window that leaves a gap does not move the watermark.
	drop_table cost_report
	drop_ledger
	rm -r state
	run -0 --separate-stderr sync --start "$(day -20)" --to "$(day -10)" cost_report
	loader_of cost_report
	run -1 bash -c '"$@" | ant-state --scope "$0" commit' "$(scope)" bash -c 'ant-fetch -q --rate 0 --from "$0" --to "$1" cost_report | ant-flatten -q | "${@:2}"' "$(day -5)" "$TODAY" "${LOADER[@]}"
	[[ $output == *"cost_report: nothing was loaded from $(midnight -10) to $(midnight -5): the watermark stays"* ]]
	[ "$(watermark)" = "$(midnight -10)" ]
	run -1 sync --gaps cost_report
	[ "$output" = "cost_report"$'\t'"$(midnight -10)"$'\t'"$(midnight -5)" ]
	run -0 --separate-stderr sync cost_report
	all_rows cost_report | diff whole -
	[ "$(watermark)" = "$(midnight 0)" ]
}

@test "served: a merge that is read by time has watermark and gaps as a window has, and is loaded again where all of it is gone" { in_each merged; }
