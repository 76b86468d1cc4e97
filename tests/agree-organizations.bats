#!/usr/bin/env bats
# Two organizations that take turns in one destination: what ant-sync finds of the one is not what it finds of the other.
# shellcheck disable=SC2016,SC2154	# "bash -c" expands these, not we; run sets stderr
load lib/helper
load lib/duckdb
load lib/dests

# As in agree.bats.
setup_file() {
	export TODAY DAYS=20 URL_A URL_B PID_A
	TODAY=$(still_day)
	start_sim --days 60 --now "${TODAY}T12:00:00Z"
	URL_A=$ANTHROPIC_BASE_URL PID_A=$SIM_PID
	start_sim --days 60 --now "${TODAY}T12:00:00Z" --seed 2 --users 7
	URL_B=$ANTHROPIC_BASE_URL
	start_pg
	build_duck
}

teardown_file() {
	stop_sim
	SIM_PID=$PID_A stop_sim
	stop_pg
}

each_setup() { use_duckdb; }

day() { date -u -d "$TODAY $1 days" +%F; } # +N or -N

# sync A|B ARG... - by this organization
sync() {
	local url=URL_$1
	shift
	ANTHROPIC_BASE_URL=${!url} ant-sync --dest "$URI" --by-organization --start "$(day -$DAYS)" --to "$TODAY" "$@"
}

uuid_of() { # A|B
	local seed=1
	[ "$1" = A ] || seed=2
	ant-sim --seed "$seed" --expect organization | cut -f 1 | tail -n 1
}

# whole A|B - all of its rows are there, and it has no gaps
whole() {
	local uuid wanted seed=()
	[ "$1" = A ] || seed=(--seed 2 --users 7)
	uuid=$(uuid_of "$1")
	wanted=$(ant-sim "${seed[@]}" --days 60 --now "${TODAY}T12:00:00Z" --expect cost_report --from "$(day -$DAYS)" --to "$TODAY" | tail -n +2 | wc -l)
	[ "$(count cost_report "_organization = '$uuid'")" = "$wanted" ] || { echo "$1: $wanted rows are expected"; return 1; }
	run -0 sync "$1" --gaps cost_report
	[ -z "$output" ]
}

nothing_new() {
	sync A -q cost_report >receipts
	run -0 sync A -q --lookback 0d cost_report
	[ "$(jq .rows <<<"$output")" = 0 ]
	whole A
}

@test "agree: a window in which nothing is new needs no answer of an organization, by organization too" { in_each nothing_new; }

made_by_other() {
	sync A -q cost_report >receipts
	sync B -q cost_report >receipts
	drop_table cost_report
	drop_ledger
	sync A -q cost_report >receipts
	run -0 --separate-stderr sync B cost_report
	[[ $stderr == *'cost_report: the table is empty, and no load of it is known: loading it again from '"$(day -$DAYS)"* ]]
	whole A
	whole B
	# So it is where somebody had set the watermark before.
	ant-state --scope "$(scope)#organization=$(uuid_of B)" set cost_report "$(day -6)"
	drop_table cost_report
	drop_ledger
	sync A -q cost_report >receipts
	sync B -q cost_report >receipts
	whole B
	ant-state --scope "$(scope)#organization=$(uuid_of B)" set cost_report "$(day -6)"
	drop_table cost_report
	sync A -q cost_report >receipts
	run -0 --separate-stderr sync B cost_report
	[[ $stderr == *"cost_report: the table is empty: loading it again from $(day -$DAYS)"* ]]
	whole B
	# Where the ledger is there, it knows.
	drop_table cost_report
	sync A -q cost_report >receipts
	rm -r state
	sync B -q --start "$(day -5)" cost_report >receipts
	whole A
	whole B
}

@test "agree: a table that was lost and that another organization has made again lacks what is ours" { in_each made_by_other; }

gaps_apart() {
	sync A -q cost_report users >receipts
	sync B -q --to "$(day -9)" cost_report >receipts
	sync B -q --from "$(day -5)" --to "$TODAY" cost_report >receipts
	sync B -q users >receipts
	sync A -q users >receipts
	run -1 sync B --gaps cost_report users
	[ "$output" = $'cost_report\t'"$(day -9)T00:00:00Z"$'\t'"$(day -5)T00:00:00Z" ]
	run -0 sync A --gaps cost_report users
	[ -z "$output" ]
	sync B -q cost_report >receipts
	whole B
}

@test "agree: --gaps of one organization are not hidden, nor made, by loads of the other" { in_each gaps_apart; }

copy_of_remade() {
	sync A -q cost_report >receipts
	sync B -q cost_report >receipts
	drop_table cost_report
	sync B -q cost_report >receipts
	# What A loads goes before this copy: that knows of A's rows that are gone with the table, and of none since.
	copy_dest d before
	sync A -q cost_report >receipts
	move_dest before d
	sync A -q --lookback 2d cost_report >receipts
	whole A
	whole B
}

@test "agree: an older copy, of a table that the other organization has made again, lacks what is ours" { in_each copy_of_remade; }
