#!/usr/bin/env bats
# What `make run` does when all is built.
# shellcheck disable=SC2154	# set by run
load lib/helper

@test "make run: without a key all tables of a simulated organization, none of them empty, and what they can be asked" {
	local table
	START=-9d run -0 --separate-stderr "$ROOT/scripts/try-out" "$ANT_BIN"
	for table in $(ant-tables --names | grep -vx owners); do # that one is a file of the user's
		grep -qE "(^|\s)$table\s+[1-9][0-9]* rows" <<<"$output" || { echo "$table"; echo "$output"; return 1; }
	done
	[[ $output == *'analytics_cost where currency'*messages_api* ]]
	# Again: what is new, and nothing twice.
	sqlite3 anthill.db 'select count(*) from users' >before
	START=-9d run -0 --separate-stderr "$ROOT/scripts/try-out" "$ANT_BIN"
	sqlite3 anthill.db 'select count(*) from users' | cmp - before
	# What is not simulated stays as it is.
	rm anthill.db.simulated
	run -1 "$ROOT/scripts/try-out" "$ANT_BIN"
	[[ $output == *'is not from a simulated organization'* ]]
}

@test "make run: with a key that organization, its set or the one named, in place of what was simulated" {
	start_sim --days 12 --users 5
	touch anthill.db anthill.db.simulated
	START=-3d run -0 "$ROOT/scripts/try-out" "$ANT_BIN"
	[ ! -e anthill.db.simulated ]
	grep -qE 'cost_report\s+[1-9]' <<<"$output"
	[[ $output != *rbac_groups* ]]
	ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated START=-3d SETS='@enterprise -plugins' run -0 "$ROOT/scripts/try-out" "$ANT_BIN"
	grep -qE 'rbac_groups\s+[1-9]' <<<"$output"
	[ "$(sqlite3 anthill.db "select count(*) from sqlite_schema where name = 'plugins'")" = 0 ]
}
