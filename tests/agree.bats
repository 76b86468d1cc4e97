#!/usr/bin/env bats
# Watermarks and destinations that do not agree: what ant-sync finds, says, and makes good, in each kind of destination.
# shellcheck disable=SC2016,SC2154	# "bash -c" expands these, not we; run sets stderr
load lib/helper
load lib/duckdb
load lib/dests

# The simulator's clock stands still at noon of a day that is over.
setup_file() {
	export TODAY DAYS=20
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

# sync ARG... - cost_report from DAYS before TODAY up to it
sync() { ant-sync --dest "$URI" --start "$(day -$DAYS)" --to "$TODAY" "$@"; }
export -f sync day

# expected N - how many rows there are from N days before TODAY up to it
expected() { ant-sim --days 60 --now "${TODAY}T12:00:00Z" --expect cost_report --from "$(day "$1")" --to "$TODAY" | tail -n +2 | wc -l; }

# expected_on N [M] - ... on the day that is N days from it, or from then up to day M
expected_on() { ant-sim --days 60 --now "${TODAY}T12:00:00Z" --expect cost_report --from "$(day "$1")" --to "$(day "${2-$(($1 + 1))}")" | tail -n +2 | wc -l; }

# first_load - what the table must hold ever after goes to the file whole
first_load() {
	sync -q cost_report >receipts
	all_rows cost_report >whole
	[ "$(count cost_report)" = "$(expected -$DAYS)" ]
}

is_whole() {
	all_rows cost_report | diff whole -
	run -0 sync --gaps cost_report
	[ -z "$output" ]
}

# loaded_from FILE - where the first load of the receipts in FILE began
loaded_from() { jq -sr '.[0].from' "$1"; }

watermark() { ant-state --scope "$(scope)" get cost_report; }

# by_hand FROM TO - a load of these days that no watermark is told of
by_hand() {
	[ "$KIND" != csv ] || mkdir -p "$NAME"
	loader_of cost_report
	ant-fetch -q --rate 0 --from "$(day "$1")" --to "$(day "$2")" cost_report | ant-flatten -q | "${LOADER[@]}"
}

# says TEXT... - what the run of sync before said
says() {
	local text
	for text; do
		[[ $stderr == *"cost_report: $text"* ]] || { echo "not said: $text"; echo "$stderr"; return 1; }
	done
}

# went_on FROM - that run agreed with everything, and loaded from FROM on
went_on() {
	[[ $stderr != *again* && $stderr != *ledger* ]] || { echo "$stderr"; return 1; }
	[ "$(loaded_from <(echo "$output"))" = "$(day "$1")T00:00:00Z" ]
}

dropped() {
	first_load
	drop_table cost_report
	run -1 sync --gaps cost_report
	[[ $output == *'the table is not there any more'* ]]
	run -0 --separate-stderr sync cost_report
	says "the table is not there any more: loading it again from $(day -$DAYS)T00:00:00Z"
	is_whole
	run -0 --separate-stderr sync cost_report
	went_on -3
}

@test "agree: a table that was dropped is loaded from where its first load began" { in_each dropped; }

older_copy() {
	sync -q --to "$(day -8)" cost_report
	copy_dest d old
	first_load
	move_dest old d
	run -0 --separate-stderr sync cost_report
	says "the destination is an older copy of itself: its ledger ends at $(day -8)T00:00:00Z, the watermark is ${TODAY}T00:00:00Z: going on from the ledger"
	is_whole
	run -0 --separate-stderr sync cost_report
	went_on -3
}

@test "agree: an older copy that was put back goes on from its own ledger" { in_each older_copy; }

reset_over_copy() {
	local start
	start=$(day -$((DAYS + 2)))
	sync -q --to "$(day -8)" cost_report
	copy_dest d old
	first_load
	ant-state --scope "$(scope)" reset cost_report
	move_dest old d
	# A run that fails changes nothing about what was wanted.
	stub ant-flatten 'cat >/dev/null; exit 5'
	run -5 sync --start "$start" cost_report
	rm bin/ant-flatten
	run -0 --separate-stderr sync --start "$start" cost_report
	[ "$(loaded_from <(echo "$output"))" = "${start}T00:00:00Z" ]
	[ "$(count cost_report)" = "$(expected -$((DAYS + 2)))" ]
}

@test "agree: a reset by hand holds over an older copy, and over a run that fails" { in_each reset_over_copy; }

exchanged() {
	first_load
	new_dest e
	ANT_STATE=$PWD/other sync -q --start "$(day -15)" --to "$(day -5)" cost_report
	use_dest d
	move_dest e d
	run -0 --separate-stderr sync cost_report
	says "this is another destination than the one that was loaded: its ledger ends at $(day -5)T00:00:00Z, the watermark is ${TODAY}T00:00:00Z: going on from the ledger"
	[ "$(count cost_report)" = "$(expected -15)" ]
	run -0 --separate-stderr sync cost_report
	went_on -3
}

@test "agree: another destination in the place of ours goes on from its own ledger" { in_each exchanged; }

@test "agree: a schema that was renamed is not there any more, and has its watermarks under its new name" {
	KIND=postgresql
	new_dest d
	export ANT_STATE=$PWD/state
	sync -q --schema a cost_report
	sql 'ALTER SCHEMA a RENAME TO b'
	run -0 --separate-stderr sync --schema a cost_report
	says 'the table is not there any more'
	run -0 --separate-stderr sync --schema b cost_report
	[[ $stderr == *'taking over the watermarks in the ledger'* ]]
	[ "$(loaded_from <(echo "$output"))" = "$(day -3)T00:00:00Z" ]
	[ "$(sql 'SELECT count(*) FROM a.cost_report')" = "$(expected -$DAYS)" ]
	[ "$(sql 'SELECT count(*) FROM b.cost_report')" = "$(expected -$DAYS)" ]
}

deleted_near() {
	first_load
	delete_days cost_report bucket "$(day -2)" "$(day -1)"
	run -0 --separate-stderr sync cost_report
	says "$(expected_on -2) of $(expected_on -2) rows from $(day -2) to $(day -1) are gone: loading them again"
	[ "$(loaded_from <(echo "$output"))" = "$(day -3)T00:00:00Z" ] # what the API may have revised is read again all the same
	is_whole
	# Up to an end that was given, too, and all that are gone where one of them is near.
	delete_days cost_report bucket "$(day -2)" "$(day -1)"
	delete_days cost_report bucket "$(day -10)" "$(day -8)"
	run -0 --separate-stderr sync cost_report
	says "$(expected_on -2) of $(expected_on -2) rows from $(day -2) to $(day -1) are gone: loading them again" \
		"$(expected_on -10 -8) of $(expected_on -10 -8) rows from $(day -10) to $(day -8) are gone: loading them again"
	[ "$(loaded_from <(echo "$output"))" = "$(day -10)T00:00:00Z" ]
	is_whole
	# What is to be loaded in full is, from the start.
	printf 'full-refresh cost_report\n' >c
	delete_days cost_report bucket "$(day -2)" "$(day -1)"
	run -0 --separate-stderr sync -c c --start "$(day -$DAYS)" cost_report
	[ "$(loaded_from <(echo "$output"))" = "$(day -$DAYS)T00:00:00Z" ]
	is_whole
}

@test "agree: rows deleted by hand in the look-back are loaded again, and then all that are gone" { in_each deleted_near; }

deleted_far() {
	first_load
	delete_days cost_report bucket "$(day -10)" "$(day -8)"
	run -0 --separate-stderr sync cost_report # the window that is loaded anyway is what is compared
	went_on -3
	run -1 sync --gaps cost_report
	[ "$output" = "cost_report"$'\t'"$(day -10)T00:00:00Z"$'\t'"$(day -8)T00:00:00Z"$'\t'"$(expected_on -10 -8) of $(expected_on -10 -8) rows are gone" ]
	sync -q --from "$(day -10)" --to "$(day -8)" cost_report
	is_whole
}

@test "agree: --gaps finds rows deleted by hand before the look-back" { in_each deleted_far; }

emptied() {
	first_load
	empty_table cost_report
	run -0 --separate-stderr sync cost_report
	[[ $stderr == *'are gone: loading them again'* ]]
	is_whole
}

@test "agree: a table that was emptied is loaded again" { in_each emptied; }

# mends N - run the Nth command that the message before names
mends() {
	local command
	command=$(grep -o '`[^`]*`' <<<"$stderr" | sed -n "$1p")
	[ -n "$command" ]
	eval "${command//\`/}"
}

ledger_gone() {
	local command
	for command in 1 2; do
		first_load
		drop_ledger
		run -1 --separate-stderr sync cost_report
		says "the watermark says that it is loaded up to ${TODAY}T00:00:00Z, and the table's ledger knows of no load"
		all_rows cost_report | diff whole -
		[ "$(watermark)" = "${TODAY}T00:00:00Z" ]
		run -1 --separate-stderr sync cost_report
		mends "$command"
		run -0 --separate-stderr sync cost_report
		[ "$(loaded_from <(echo "$output"))" = "$(if [ "$command" = 1 ]; then day -$DAYS; else day -3; fi)T00:00:00Z" ]
		all_rows cost_report | diff whole -
		run -0 --separate-stderr sync cost_report
		went_on -3
	done
}

@test "agree: without any line in the ledger nobody knows what is missing, and each command that is named mends it" { in_each ledger_gone; }

newer_by_hand() {
	sync -q --to "$(day -5)" cost_report
	by_hand -6 0 >/dev/null
	run -0 --separate-stderr sync cost_report
	went_on -3
	[ "$(watermark)" = "${TODAY}T00:00:00Z" ]
	[ "$(count cost_report)" = "$(expected -$DAYS)" ]
}

@test "agree: a load by hand moves the watermark" { in_each newer_by_hand; }

gap_by_hand() {
	sync -q --to "$(day -9)" cost_report
	by_hand -2 0 >/dev/null
	run -0 --separate-stderr sync cost_report
	went_on -12
	[ "$(watermark)" = "${TODAY}T00:00:00Z" ]
	[ "$(count cost_report)" = "$(expected -$DAYS)" ]
}

@test "agree: a load by hand that leaves a gap hides nothing" { in_each gap_by_hand; }

two_machines() {
	sync -q --to "$(day -8)" cost_report
	run -0 --separate-stderr env ANT_STATE="$PWD/other" bash -c 'sync cost_report'
	[[ $stderr == *'taking over the watermarks in the ledger of the destination'* ]]
	[ "$(loaded_from <(echo "$output"))" = "$(day -11)T00:00:00Z" ]
	run -0 --separate-stderr sync cost_report
	went_on -3
	[ "$(count cost_report)" = "$(expected -$DAYS)" ]
	run -0 --separate-stderr env ANT_STATE="$PWD/other" bash -c 'sync cost_report'
	went_on -3
}

@test "agree: two machines with watermarks of their own go on from each other" { in_each two_machines; }

lost_state() {
	first_load
	rm -r state
	run -0 --separate-stderr sync cost_report
	[[ $stderr == *'taking over the watermarks in the ledger of the destination'* ]]
	[ "$(loaded_from <(echo "$output"))" = "$(day -3)T00:00:00Z" ]
	is_whole
	# Not even then are rows missed that are gone.
	rm -r state
	delete_days cost_report bucket "$(day -2)" "$(day -1)"
	delete_days cost_report bucket "$(day -10)" "$(day -8)"
	run -0 --separate-stderr sync cost_report
	says "$(expected_on -10 -8) of $(expected_on -10 -8) rows from $(day -10) to $(day -8) are gone: loading them again"
	is_whole
	rm -r state
	drop_table cost_report
	sync -q --start "$(day -5)" cost_report
	is_whole
}

@test "agree: watermarks that were lost come back from the ledger, and what is missing is found" { in_each lost_state; }

# The ledger and the watermarks of 0.1.0.
aged() {
	first_load
	age_ledger
	age_state
	run -0 --separate-stderr sync cost_report
	went_on -3
	is_whole
	grep -q '^load 1 ' state/*.watermark
	loader_of
	[ "$("${LOADER[@]}" --ledger | jq -r 'select(.line == 1) | .destination')" = "$(sed -n 's/^destination //p' state/*.watermark)" ]
	# From here on they know each other.
	drop_table cost_report
	run -0 --separate-stderr sync cost_report
	says "the table is not there any more: loading it again from $(day -$DAYS)T00:00:00Z"
	is_whole
	# Without watermarks, or where the table went before they took names.
	age_ledger
	rm -r state
	run -0 --separate-stderr sync cost_report
	[ "$(loaded_from <(echo "$output"))" = "$(day -3)T00:00:00Z" ]
	is_whole
	age_ledger
	age_state
	drop_table cost_report
	run -0 --separate-stderr sync cost_report
	says "the table is not there any more: loading it again from $(day -$DAYS)T00:00:00Z"
	is_whole
	age_state
	run -0 --separate-stderr sync cost_report
	went_on -3
}

@test "agree: a ledger and watermarks of before take names with their next load, without loading all again" { in_each aged; }

by_hand_obeyed() {
	first_load
	ant-state --scope "$(scope)" set cost_report "$(day -10)"
	cp state/*.watermark set
	sync --gaps cost_report
	cmp set state/*.watermark
	run -0 --separate-stderr sync cost_report
	went_on -13
	[ "$(watermark)" = "${TODAY}T00:00:00Z" ]
	is_whole
	ant-state --scope "$(scope)" reset cost_report
	run -0 --separate-stderr sync --start "$(day -5)" cost_report
	went_on -5
	ant-state --scope "$(scope)" reset cost_report
	drop_table cost_report
	run -0 --separate-stderr sync --start "$(day -5)" cost_report
	went_on -5
	[ "$(count cost_report)" = "$(expected -5)" ]
}

@test "agree: set and reset by hand are obeyed" { in_each by_hand_obeyed; }

reset_over_loads() {
	local start
	start=$(day -$((DAYS + 2)))
	first_load
	loader_of cost_report
	ant-state --scope "$(scope)" reset cost_report
	# What others load, also into a table of their own, is no answer to it.
	ant-fetch -q --from "$(day -6)" --to "$(day -4)" cost_report | ant-flatten -q | "${LOADER[@]}" >/dev/null
	drop_table cost_report
	ant-fetch -q --from "$(day -5)" --to "$(day -3)" cost_report | ant-flatten -q | "${LOADER[@]}" >/dev/null
	run -0 --separate-stderr sync --start "$start" cost_report
	[ "$(loaded_from <(echo "$output"))" = "${start}T00:00:00Z" ]
	[ "$(count cost_report)" = "$(expected -$((DAYS + 2)))" ]
	run -0 --separate-stderr sync cost_report
	went_on -3
}

@test "agree: a reset by hand holds until the next sync, whatever is loaded by hand before it" { in_each reset_over_loads; }

created_by_hand() {
	first_load
	drop_table cost_report
	by_hand -2 0 >/dev/null
	run -0 --separate-stderr sync cost_report
	says "the table was made anew since it was loaded: loading it again from $(day -$DAYS)T00:00:00Z"
	[ "$(loaded_from <(echo "$output"))" = "$(day -$DAYS)T00:00:00Z" ]
	is_whole
	run -0 --separate-stderr sync cost_report
	went_on -3
}

@test "agree: a table that a load by hand made anew is loaded from where it began before" { in_each created_by_hand; }

created_while_lost() {
	first_load
	drop_table cost_report
	by_hand -2 0 >/dev/null
	rm -r state
	run -0 --separate-stderr sync cost_report
	[ "$(loaded_from <(echo "$output"))" = "$(day -$DAYS)T00:00:00Z" ]
	is_whole
	drop_table cost_report
	by_hand -2 0 >/dev/null
	run -0 --separate-stderr sync --state destination cost_report
	[ "$(loaded_from <(echo "$output"))" = "$(day -$DAYS)T00:00:00Z" ]
	is_whole
	run -0 --separate-stderr sync --state destination cost_report
	went_on -3
	# Who resets it before means that it begins elsewhere from now on.
	ant-state --dest "$URI" reset cost_report
	drop_table cost_report
	by_hand -2 0 >/dev/null
	run -0 --separate-stderr sync --state destination --lookback 0d cost_report
	[ "$(loaded_from <(echo "$output"))" = "${TODAY}T00:00:00Z" ]
}

@test "agree: ... also where the ledger alone knows where that was" { in_each created_while_lost; }

older_copy_lacks() {
	sync -q --to "$(day -8)" cost_report
	copy_dest d old
	first_load
	move_dest old d
	delete_days cost_report bucket "$(day -10)" "$(day -9)"
	delete_days cost_report bucket "$(day -15)" "$(day -14)"
	run -0 --separate-stderr sync cost_report
	says 'the destination is an older copy of itself' "$(expected_on -15) of $(expected_on -15) rows from $(day -15) to $(day -14) are gone: loading them again"
	is_whole
}

@test "agree: rows that an older copy lacks before its own watermark are found, and then all that are gone" { in_each older_copy_lacks; }

other_destination() {
	by_hand -7 -5 | ant-state commit >/dev/null
	by_hand -5 -3 >ours
	new_dest e
	by_hand -5 -3 >/dev/null # makes its table: what one scope knew before would be void
	by_hand -3 0 >theirs
	run -1 --separate-stderr ant-state commit <theirs
	[ -z "$output" ]
	[[ $stderr == "ant-state: cost_report: the watermark is of destination $(jq -r .destination ours), and this load went into $(jq -r .destination theirs): "* ]]
	[ "$(ant-state get cost_report)" = "$(day -5)T00:00:00Z" ]
	ant-state commit <ours >/dev/null
	ant-state --scope e commit <theirs >/dev/null
	ant-state reset cost_report # as the message says
	ant-state commit <theirs >/dev/null
	[ "$(ant-state get cost_report)" = "${TODAY}T00:00:00Z" ]
}

@test "agree: a watermark is of one destination: a receipt of another is refused under the same scope" { in_each other_destination; }

in_destination() {
	# Where nothing was loaded yet, there is nothing to forget, and a start can be set.
	ant-state --dest "$URI" reset cost_report
	sync -q --state destination --to "$(day -8)" cost_report
	[ -z "$(find . -name '*.watermark')" ]
	run -0 --separate-stderr env HOME="$PWD/other" XDG_STATE_HOME= bash -c 'sync --state destination cost_report'
	went_on -11
	[ -z "$(find . -name '*.watermark')" ]
	all_rows cost_report >whole
	is_whole
	ant-state --dest "$URI" set cost_report "$(day -10)"
	run -0 --separate-stderr sync --state destination cost_report
	went_on -13
	run -0 --separate-stderr sync --state destination cost_report
	went_on -3
	ant-state --dest "$URI" reset cost_report
	run -0 --separate-stderr sync --state destination cost_report
	went_on -$DAYS
	delete_days cost_report bucket "$(day -2)" "$(day -1)"
	run -0 --separate-stderr sync --state destination cost_report
	[[ $stderr == *'are gone: loading them again'* ]]
	drop_table cost_report
	run -0 --separate-stderr sync --state destination --start "$(day -5)" cost_report
	says "the table is not there any more: loading it again from $(day -$DAYS)T00:00:00Z"
	all_rows cost_report | diff whole -
	[ -z "$(find . -name '*.watermark')" ]
}

@test "agree: with the state in the destination no file is left, and any machine goes on" { in_each in_destination; }

killed() {
	setsid "$ANT_BIN/ant-sync" -q --state destination --dest "$URI" --start "$(day -$DAYS)" --to "$TODAY" --chunk 1 --rate 0 cost_report >receipts 3>&- &
	wait_for eval '[ "$(wc -l <receipts)" -ge 4 ]'
	kill -KILL -- "-$!"
	group_ended "$!"
	local n
	n=$(wc -l <receipts)
	run -0 --separate-stderr env HOME="$PWD/other" bash -c 'sync --state destination cost_report'
	[[ ! $(loaded_from <(echo "$output")) < $(day $((n - DAYS - 3)))T00:00:00Z ]]
	[ "$(count cost_report)" = "$(expected -$DAYS)" ]
}

@test "agree: killed with the state in the destination, another machine goes on from the last commit" { in_each killed; }

at_once() {
	local machine pid status
	local -A pids=()
	for machine in 1 2 3 4; do
		HOME=$PWD/$machine "$ANT_BIN/ant-sync" -q --state destination --dest "$URI" --start "$(day -$DAYS)" --to "$TODAY" --chunk 4 --rate 0 cost_report >"receipts.$machine" 2>"err.$machine" 3>&- &
		pids[$!]=$machine
	done
	for pid in "${!pids[@]}"; do
		status=0
		wait "$pid" || status=$?
		[ "$status" = 0 ] || [ "$status" = 6 ] || { echo "status $status"; cat "err.${pids[$pid]}"; return 1; }
	done
	sync -q --state destination cost_report >/dev/null
	all_rows cost_report >whole
	[ "$(count cost_report)" = "$(expected -$DAYS)" ]
	is_whole
}

@test "agree: four machines at once, with the state in the destination: the destination's lock lets one in" { in_each at_once; }
