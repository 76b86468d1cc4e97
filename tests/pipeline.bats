#!/usr/bin/env bats
# The whole suite on a simulated organization: what arrives is what the simulator's own model says.
# shellcheck disable=SC2016	# "bash -c" expands these, not we
load lib/helper
load lib/duckdb

setup_file() {
	# ant-fetch asks for no more than a year back, where the API serves no more: so the clock is today's.
	NOW=$(date -u +%F)T15:30:00Z
	# Of the last days the one with the most use, since some have none.
	BUSY=$(ant-sim --now "$NOW" --days 75 --expect usage_report --from "$(day 18)" --to "$(day 3)" | sed 1d | cut -f 1 | sort | uniq -c |
		sort -rn | awk 'NR == 1 { print substr($2, 1, 10) }')
	export NOW BUSY
	start_sim --now "$NOW" --days 75
	start_pg
}

teardown_file() {
	stop_sim
	stop_pg
}

each_setup() {
	export ANT_STATE=$PWD/state
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
}

# day N - the date N days before today
day() { date -u -d "$NOW -$1 days" +%F; }

# expect TABLE ARG... - the rows that the model has for it, without the line of names
expect() { ant-sim --now "$NOW" --days 75 --expect "$@" | tail -n +2; }
# rows ARG... - what ant-fetch and ant-flatten make of it, without directives
rows() { ant-fetch -q --rate 0 "$@" | ant-flatten -q | grep -v '^#'; }
export -f day expect rows

@test "every column of every windowed table is what the model says" {
	local t
	for t in claude_code_usage claude_code_models usage_report messages_usage cost_report; do
		rows --from "$(day 71)" --to "$(day 0)" "$t" >got
		expect "$t" --from "$(day 71)" --to "$(day 0)" >want
		[ "$(wc -l <want)" -gt 500 ]
		diff -u want got | head -n 20
		cmp want got
	done
}

# whole_set SET - each table of it, with the key of the set: every column of every row, and the names of the columns
whole_set() {
	local t windowed window
	use_key "$1"
	tables_of "$1" >tables
	[ -s tables ]
	while read -r t windowed; do
		window=()
		[ "$windowed" = no ] || window=(--from "$(day 41)" --to "$(day 0)")
		ant-fetch -q --rate 0 "${window[@]}" "$t" <&- | ant-flatten -q >stream
		sed -n 's/^#cols\t//p' stream >got
		# An event of the feed may come twice, and is one row where it is loaded.
		grep -v '^#' stream | if [ "$t" = compliance_activities ]; then uniq; else cat; fi >>got
		ant-sim --now "$NOW" --days 75 --expect "$t" "${window[@]}" <&- >want
		[ "$(wc -l <want)" -gt 1 ] || { echo "$t: the model has no rows"; return 1; }
		# The largest of a request come first there, whatever their bucket.
		[ "$1" != legacy ] || { sort -o want want; sort -o got got; }
		diff -u want got | head -n 20
		cmp want got || { echo "$t differs"; return 1; }
	done <tables
}

@test "every column of every table of the set console is what the model says" { whole_set console; }
@test "every column of every table of the set enterprise is what the model says" { whole_set enterprise; }
@test "every column of every table of the set legacy is what the model says" { whole_set legacy; }
@test "every column of every table of the set identity is what the model says" { whole_set identity; }
@test "every column of every table of the set compliance is what the model says" { whole_set compliance; }

@test "hours and minutes, and other dimensions, come out as the model says" {
	rows --width 1h --from "$(day 4)" --to "$(day 0)" usage_report >got
	expect usage_report --width 1h --from "$(day 4)" --to "$(day 0)" >want
	[ -s want ]
	cmp want got
	rows --width 1m --from "${BUSY}T08:00:00Z" --to "${BUSY}T12:00:00Z" messages_usage >got
	expect messages_usage --width 1m --from "${BUSY}T08:00:00Z" --to "${BUSY}T12:00:00Z" >want
	[ -s want ]
	cmp want got
	rows --group-by model,account_id,inference_geo --from "$(day 19)" --to "$(day 0)" usage_report >got
	expect usage_report --group-by model,account_id,inference_geo --from "$(day 19)" --to "$(day 0)" >want
	[ -s want ]
	cmp want got
	rows --group-by workspace_id --from "$(day 19)" --to "$(day 0)" cost_report >got
	expect cost_report --group-by workspace_id --from "$(day 19)" --to "$(day 0)" >want
	[ -s want ]
	cmp want got
}

@test "with many jobs and short pages the rows and their order are the same" {
	rows --jobs 1 --from "$(day 71)" --to "$(day 0)" claude_code_usage >want
	rows --jobs 7 --page-limit 3 --from "$(day 71)" --to "$(day 0)" claude_code_usage >got
	cmp want got
	rows --jobs 1 --from "$(day 71)" --to "$(day 0)" cost_report >want
	rows --jobs 5 --page-limit 2 --from "$(day 71)" --to "$(day 0)" cost_report >got
	cmp want got
}

@test "the pipeline of the README works as it stands, with nothing but the environment" {
	start_sim --days 75 # by our clock, which says where the window ends
	local today
	today=$(date -u +%F)
	bash -c 'set -o pipefail; ant-fetch usage_report | ant-flatten | ant-load-pg' >receipt 2>err
	jq -e '.["@ant"] == "loaded" and .target == "postgresql" and .table == "usage_report" and .mode == "window" and .rows > 0' receipt
	ant-sim --days 75 --expect usage_report --from 2023-01-01 --to "$today" | tail -n +2 >want
	psql -qAt -c 'create temp table want (like usage_report)' -c '\copy want from want' \
		-c "delete from usage_report where bucket >= '$today'" \
		-c 'select count(*) from ((table usage_report except all table want) union all (table want except all table usage_report)) d' \
		-c 'select count(*) > 500 from usage_report' >got
	[ "$(paste -sd' ' got)" = "0 t" ]
}

@test "money is exact: every amount, and the sum of a month" {
	rows --from "$(day 50)" --to "$(day 19)" cost_report >cost.rows
	bash -c 'set -o pipefail; ant-fetch -q --from "$(day 50)" --to "$(day 19)" cost_report | ant-flatten -q | ant-load-pg --table october' >receipt
	# The sum of the texts, digit by digit: as integers of the smallest unit there is.
	cut -f 4 cost.rows | awk -F. '{ f = substr($2 "0000000000000000", 1, 16); print $1 f }' | paste -sd+ | BC_LINE_LENGTH=0 bc >want
	psql -qAt -c 'select trunc(sum(amount_cents) * 1e16) from october' >got
	diff want got
	[ "$(psql -qAt -c 'select count(*) from october where amount_cents::text <> amount')" = 0 ]
	printf '%s\n' '{"data":[{"starting_at":"2026-08-08T00:00:00Z","ending_at":"2026-08-09T00:00:00Z","results":[{"amount":"123.78912"},{"amount":"0.1"},{"amount":"0.2"}]}]}' |
		ant-flatten -q -t cost_report --mode append | ant-load-pg --table money
	[ "$(psql -qAt -c 'select amount_cents from money limit 1')" = 123.78912 ]
	[ "$(psql -qAt -c 'select sum(amount_cents) from money')" = 124.08912 ]
}

@test "what a failed curl leaves empties no table and fills none: in SQLite, PostgreSQL, DuckDB, CSV" {
	local what
	use_duckdb
	refused() { # LOADER ARG...
		run -5 bash -c 'set -o pipefail; ant-flatten -q -t users --mode replace <in | "$@"' - "$@"
	}
	to() { # COMMAND - with each destination
		"$1" ant-load-sqlite u.db
		"$1" ant-load-pg --table left_users
		"$1" ant-load-duckdb u.duckdb
		"$1" ant-load-csv -o u.csv
	}
	fill() { ant-flatten -q -t users --mode replace <in | "$@" >/dev/null; }
	held() { sqlite3 u.db 'select id from users'; psql -qAt -c 'select id from left_users'; ant-load-duckdb --ledger u.duckdb | wc -l; tail -n +2 u.csv | cut -d, -f1; }
	printf '%s\n' '[{"id":"user_1","email":"a@example.com"}]' >in
	to fill
	held >want
	for what in '' ' ' '{}' '{"error":{"type":"authentication_error","message":"invalid x-api-key"}}' '<html>' '{"data":[],"error":"x"}' '[{}]'; do
		printf '%s\n' "$what" >in
		to refused
		held | diff want -
	done
	: >in
	to refused
	held | diff want -
	printf '[]\n' >in
	to fill
	[ "$(sqlite3 u.db 'select count(*) from users')" = 0 ]
	[ "$(psql -qAt -c 'select count(*) from left_users')" = 0 ]
}

# load TABLE ARG... - one incremental step into SQLite
step() { ant-fetch -q --rate 0 "$@" | ant-flatten -q | ant-load-sqlite s.db | ant-state commit >/dev/null; }
export -f step

@test "a revised bucket is revised, and a row that vanished upstream is gone" {
	start_sim --now "$NOW" --days 20
	step --from "$(day 19)" --to "$(day 0)" cost_report
	sqlite3 s.db "select count(*), sum(amount_cents) from cost_report where bucket = '${BUSY}T00:00:00Z'" >before
	curl -sf -X POST "$ANTHROPIC_BASE_URL/_sim/revise?date=$BUSY&factor=3&drop=2" >/dev/null
	step --from "$BUSY" --to "$(day 0)" cost_report
	sqlite3 s.db "select count(*), sum(amount_cents) from cost_report where bucket = '${BUSY}T00:00:00Z'" >after
	[ "$(cut -d'|' -f1 after)" -lt "$(cut -d'|' -f1 before)" ]
	ant-fetch -q --rate 0 --from "$(day 19)" --to "$(day 0)" cost_report | ant-flatten -q | grep -v '^#' | sort >want
	sqlite3 -tabs -nullvalue '\N' s.db 'select * from cost_report' | sort >got
	[ "$(cut -f 1,2,3,7 want | sha256sum)" = "$(cut -f 1,2,3,7 got | sha256sum)" ]
	step users
	sqlite3 s.db 'select count(*) from users' >before
	curl -sf -X POST "$ANTHROPIC_BASE_URL/_sim/revise?remove=$(sqlite3 s.db 'select id from users limit 1')" >/dev/null
	step users
	[ "$(sqlite3 s.db 'select count(*) from users')" = $(($(cat before) - 1)) ]
}

@test "a pipeline that is cut anywhere changes nothing, exits 5 and leaves the watermark" {
	step --from "$(day 19)" --to "$(day 10)" usage_report
	ant-state get usage_report >mark
	sqlite3 s.db .dump >before
	ant-fetch -q --rate 0 --from "$(day 12)" --to "$(day 0)" usage_report >rec
	local size n
	size=$(wc -c <rec)
	for n in 0 1 100 $((size / 3)) $((size / 2)) $((size - 2)) $((size - 1)); do
		run -5 bash -c 'set -o pipefail; head -c "$1" rec | ant-flatten -q | ant-load-sqlite s.db | ant-state commit' - "$n"
		[[ $output != *'"loaded"'* ]]
		diff -q before <(sqlite3 s.db .dump)
		[ "$(ant-state get usage_report)" = "$(cat mark)" ]
	done
	# Whole, it loads.
	bash -c 'set -o pipefail; ant-flatten -q <rec | ant-load-sqlite s.db | ant-state commit'
	[ "$(ant-state get usage_report)" != "$(cat mark)" ]
}

@test "a destination that refuses changes nothing, exits 1 and leaves the watermark" {
	step --from "$(day 19)" --to "$(day 10)" usage_report
	ant-state get usage_report >mark
	run -1 bash -c 'set -o pipefail; ant-fetch -q --rate 0 --from "$(day 12)" --to "$(day 0)" usage_report | ant-flatten -q |
		ant-load-pg -d "host=$PWD/nowhere dbname=x" | ant-state commit'
	[ "$(ant-state get usage_report)" = "$(cat mark)" ]
}

@test "the key is nowhere: not in arguments, messages, receipts, state or databases" {
	start_sim --days 75
	# (LeakSanitizer cannot work under strace.)
	ASAN_OPTIONS=${ASAN_OPTIONS-}:detect_leaks=0 strace -f -qq -s 65536 -e trace=execve -o execs bash -c '
		ant-sync --rate 0 --start -10d --dest sqlite:///k.db -v
		ant-fetch -v --from -3d cost_report | ant-flatten -v | ant-load-csv -o k.csv
		ANTHROPIC_ADMIN_KEY=sk-ant-api03-not-an-admin-key ant-fetch -v users
		ant-fetch --check' >out 2>&1 || :
	grep -q '"loaded"' out
	run -1 grep -e sk-ant-admin01-simulated -e not-an-admin-key out
	# An execve shows its arguments, then its environment as a count.
	run -1 grep -e sk-ant-admin01-simulated execs
	run -1 grep -r -q sk-ant-admin01-simulated k.db k.csv state
}

@test "wrong calls: each says what is wrong and exits as documented" {
	run -2 ant-fetch nosuchtable
	[[ $output == *"unknown table 'nosuchtable'"*usage_report*workspaces* ]]
	run -2 ant-fetch --from 2026-02-30 usage_report
	[[ $output == *2026-02-30* ]]
	run -2 ant-fetch --jobs many usage_report
	[[ $output == *--jobs*many* ]]
	mkdir t
	printf 'path /v1/x\npaging page\ncolumn a text\n' >t/broken.table
	run -2 ant-fetch -T t broken
	[[ $output == *t/broken.table:3:* ]]
	run -2 ant-flatten -T t -t broken </dev/null
	[[ $output == *t/broken.table:3:* ]]
	ANTHROPIC_ADMIN_KEY=sk-ant-api03-ordinary run -3 ant-fetch users
	[[ $output == *"Admin key"* || $output == *"sk-ant-admin"* ]]
	ANTHROPIC_ADMIN_KEY='' run ant-fetch users
	[ "$status" = 2 ] || [ "$status" = 3 ]
	[[ $output == *ANTHROPIC_ADMIN_KEY* ]]
	ANTHROPIC_BASE_URL=http://127.0.0.1:1 run -75 ant-fetch --retries 1 --backoff 0.01 users
	[[ $output == *127.0.0.1:1* ]]
	run -1 bash -c 'ant-fetch users >/dev/full'
	[[ $output == *"No space left"* ]]
}
