#!/usr/bin/env bats
# Two organizations that take turns in one destination: what ant-sync finds of the one is not what it finds of the other.
# shellcheck disable=SC2016,SC2154	# "bash -c" expands these, not we; run sets stderr
load lib/helper
load lib/duckdb
load lib/dests

# As in agree.bats.
setup_file() {
	export TODAY DAYS=20 URL_A URL_B PID_A
	TODAY=$(date -u -d yesterday +%F)
	TODAY=$(date -u -d "$TODAY -$((($(date -u -d "$TODAY" +%u) + 3) % 7)) days" +%F)
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

# whole A|B - all of its rows are there, and it has no gaps
whole() {
	local uuid wanted seed=()
	[ "$1" = A ] || seed=(--seed 2 --users 7)
	uuid=$(ant-sim "${seed[@]}" --expect organization | cut -f 1 | tail -n 1)
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
