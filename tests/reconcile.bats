#!/usr/bin/env bats
# ant-report --check reconcile: tables that tell the same, with differences planted in one report alone.
# shellcheck disable=SC2030,SC2031,SC2154	# subshells; set by run
load lib/helper
load lib/duckdb

NOW=2026-11-20T15:30:00Z
TABLES='cost_report usage_report analytics_cost analytics_usage cost_report_total usage_report_total analytics_cost_total analytics_usage_total claude_code_usage workspaces api_keys'

setup_file() {
	local table first
	start_pg
	start_sim --now "$NOW" --days 60
	use_duckdb
	for table in $TABLES; do
		case $table in
		analytics*) first=2026-10-05 ;;
		*) first=2026-10-01 ;;
		esac
		case $table in
		workspaces | api_keys) brought "$table" ;;
		*)
			echo "$table $first 2026-11-20" >>"$BATS_FILE_TMPDIR/windows"
			brought "$table" --from "$first" --to 2026-11-20
			;;
		esac || return
	done
}
teardown_file() {
	stop_sim
	stop_pg
}
each_setup() {
	use_duckdb
	DB=$BATS_FILE_TMPDIR/org
}

# brought TABLE OPTION... - what the simulator has of it, into all three databases
brought() {
	local stream=$BATS_FILE_TMPDIR/stream
	as_of "$NOW" ant-fetch -q --rate 0 "${@:2}" "$1" | ant-flatten -q >"$stream" || return
	ant-load-sqlite -q --allow-shrink "$BATS_FILE_TMPDIR/org.db" <"$stream" >/dev/null &&
		ant-load-pg -q --allow-shrink <"$stream" >/dev/null &&
		ant-load-duckdb -q --allow-shrink "$BATS_FILE_TMPDIR/org.duckdb" <"$stream" >/dev/null
}

# plant DAY TABLE GROUP FACTOR - one report alone differs, and its day is loaded again
plant() {
	curl -fsS -X POST "$ANTHROPIC_BASE_URL/_sim/change?date=$1&report=$2&group=$3&factor=$4" >/dev/null || return
	brought "$2" --from "$1" --to "$(date -u -d "$1 + 1 day" +%F)"
}

# model TOLERANCE... - what must be found, by the model: lines of final days in `want`, of others in `revised`
model() {
	local table
	cp "$BATS_FILE_TMPDIR/windows" .
	for table in $TABLES; do curl -fsS "$ANTHROPIC_BASE_URL/_sim/expect?table=$table" >"$table.rows" || return; done
	python3 "$BATS_TEST_DIRNAME/lib/reconcile-model.py" . "$@" >all || return
	sed '/^---$/,$d' all >want
	sed '1,/^---$/d; /^$/d' all >revised
}

# check DATABASE LIMIT - its lines to `got`, the differences that are no failure to `noted`, other notes to `notes`
check() {
	local status=0
	ant report --to "$NOW" --check "$2" "$1" >got 2>said || status=$?
	sed -n 's/^ant-report: \(.* has .*\)/\1/p' said >noted
	sed -n '/ has .*;/!s/^ant-report: //p' said >notes
	return "$status"
}

databases() { echo "$DB.db" postgresql:/// "$DB.duckdb"; }

@test "reconcile: the reports of an organization agree to the last digit, in each database" {
	local db
	model 0
	[ "$(cat want revised)" = '' ]
	for db in $(databases); do
		check "$db" reconcile=0
		[ "$(cat got noted)" = '' ]
		diff - notes <<-'END'
		reconcile: cost_report with analytics_cost: 2026-08-23 to 2026-09-30 are not loaded into cost_report, 2026-10-01 to 2026-10-04 are not loaded into analytics_cost, 2026-11-20 is not complete in cost_report, 2026-10-21 to 2026-11-19 may still be revised
		reconcile: usage_report with analytics_usage: 2026-08-23 to 2026-09-30 are not loaded into usage_report, 2026-10-01 to 2026-10-04 are not loaded into analytics_usage, 2026-11-20 is not complete in usage_report, 2026-10-21 to 2026-11-19 may still be revised
		reconcile: cost_report with cost_report_total: 2026-08-23 to 2026-09-30 are not loaded into cost_report, 2026-11-20 is not complete in cost_report, 2026-11-17 to 2026-11-19 may still be revised
		reconcile: usage_report with usage_report_total: 2026-08-23 to 2026-09-30 are not loaded into usage_report, 2026-11-20 is not complete in usage_report, 2026-11-17 to 2026-11-19 may still be revised
		reconcile: analytics_cost with analytics_cost_total: 2026-08-23 to 2026-10-04 are not loaded into analytics_cost, 2026-11-20 is not complete in analytics_cost, 2026-10-21 to 2026-11-19 may still be revised
		reconcile: analytics_usage with analytics_usage_total: 2026-08-23 to 2026-10-04 are not loaded into analytics_usage, 2026-11-20 is not complete in analytics_usage, 2026-10-21 to 2026-11-19 may still be revised
		reconcile: claude_code_usage with the bill of Claude Code: 2026-08-23 to 2026-09-30 are not loaded into claude_code_usage, 2026-11-20 is not complete in claude_code_usage, 2026-11-17 to 2026-11-19 may still be revised
		END
	done
}

@test "reconcile: a group lost, doubled, revised, tokens off, a day missing: each is found in its day and dimension, and nothing else" {
	local db day
	plant 2026-10-06 cost_report 3 0
	plant 2026-10-07 cost_report 9 2
	plant 2026-10-08 analytics_cost 1 1.001
	plant 2026-10-09 analytics_usage 1 0.99
	plant 2026-10-10 usage_report 4 0
	plant 2026-10-11 cost_report_total 1 1.5
	plant 2026-10-12 usage_report_total 1 0
	plant 2026-10-13 analytics_cost_total 1 0.5
	plant 2026-10-15 analytics_usage_total 1 1.1
	plant 2026-10-16 claude_code_usage 2 3
	plant 2026-11-10 analytics_cost 1 2
	plant 2026-11-18 cost_report_total 1 0
	model 0
	for day in 06 07 08 09 10 11 12 13 15 16; do grep -q "^reconcile: 2026-10-$day" want || { echo "nothing of $day"; return 1; }; done
	[ "$(sed 's/^reconcile: \([-0-9]*\).*/\1/' want | sort -u | wc -l)" = 10 ]
	[ "$(sed 's/^reconcile: \([-0-9]*\).*/\1/' revised | sort -u | paste -sd ' ')" = '2026-11-10 2026-11-18' ]
	for db in $(databases); do
		run -1 check "$db" reconcile
		diff want got
		diff revised noted
	done
	# Within a tolerance, and another one for the estimate.
	model 0.5
	! grep -q '^reconcile: 2026-10-08, model' want || return
	for db in $(databases); do
		run -1 check "$db" reconcile=0.5%
		diff want got
		diff revised noted
	done
	model 0.5 70
	! grep -q claude_code want || return
	run -1 check "$DB.db" reconcile=0.5%,estimate=70%
	diff want got
	# The days of a period, and none of them beyond it.
	ant report --from 2026-10-17 --to "$NOW" --check reconcile=0 "$DB.db" >got 2>/dev/null
	[ ! -s got ]
}

# rows TABLE COLUMNS WINDOW ROW... - a row stream of a window of days, a row with blanks for tabs, into each database
rows() {
	local table=$1 columns=$2 from=${3% *} to=${3#* } name types=''
	local -a names
	read -r -a names <<<"$columns"
	for name in "${names[@]}"; do
		case $name in
		bucket | starting_at) types+=$'\ttimestamptz' ;;
		amount_cents) types+=$'\tnumeric' ;;
		*) types+=$'\ttext' ;;
		esac
	done
	shift 3
	{
		printf '#ant-rows\t1\t%s\n#mode\twindow\t%s\t%sT00:00:00Z\t%sT00:00:00Z\n#type%s\n#cols\t%s\n' \
			"$table" "${names[0]}" "$from" "$to" "$types" "${columns// /$'\t'}"
		(($# == 0)) || printf '%s\n' "$@" | tr ' ' '\t'
		printf '#end\t%d\t%sT00:00:00Z\n' $# "$to"
	} >stream
	ant-load-sqlite -q odd.db <stream >/dev/null &&
		ant-load-pg -q --schema "odd$BATS_TEST_NUMBER" <stream >/dev/null &&
		ant-load-duckdb -q odd.duckdb <stream >/dev/null
}

# odd LIMIT - check these tables, of the days of June, in each database: all have to say the same
odd() {
	local status=0 db
	for db in odd.db "--schema odd$BATS_TEST_NUMBER postgresql:///" odd.duckdb; do
		# shellcheck disable=SC2086
		ant report --from 2026-06-01 --to 2026-06-11 --check "$1" $db >now 2>said || status=$?
		[ "$db" = odd.db ] || diff got now || return 9
		mv now got
	done
	return $status
}

COST='bucket workspace_id model cost_type token_type service_tier context_window currency amount_cents' TOTAL='bucket currency amount_cents'

@test "reconcile: currencies are apart, negative amounts and all decimals count, a day without a row is a difference, a limit is reached but not passed" {
	rows cost_report "$COST" '2026-06-01 2026-06-20' \
		'2026-06-02T00:00:00Z \N m tokens output_tokens standard 0-200k USD 200' '2026-06-02T00:00:00Z \N m tokens output_tokens standard 0-200k EUR 200' \
		'2026-06-03T00:00:00Z \N m tokens output_tokens standard 0-200k USD -5' '2026-06-03T00:00:00Z w m tokens output_tokens standard 0-200k \N 5' \
		'2026-06-04T00:00:00Z \N m tokens output_tokens standard 0-200k USD -7' \
		'2026-06-05T00:00:00Z \N m tokens output_tokens standard 0-200k USD 12345678901234567.000000000001' \
		'2026-06-06T00:00:00Z w m tokens output_tokens standard 0-200k JPY 1000' \
		'2026-06-08T00:00:00Z \N \N web_search \N standard 0-200k USD 0'
	rows cost_report_total "$TOTAL" '2026-06-01 2026-06-20' \
		'2026-06-02T00:00:00Z USD 199' '2026-06-02T00:00:00Z EUR 198.9999' \
		'2026-06-04T00:00:00Z USD 7' \
		'2026-06-05T00:00:00Z USD 12345678901234567.000000000002' \
		'2026-06-07T00:00:00Z USD 0.1'
	run -1 odd reconcile=0
	diff - got <<-'END'
	reconcile: 2026-06-02: cost_report has 2 EUR, cost_report_total 1.989999 EUR: -0.010001 EUR, 0.50%
	reconcile: 2026-06-02: cost_report has 2 USD, cost_report_total 1.99 USD: -0.01 USD, 0.50%
	reconcile: 2026-06-04: cost_report has -0.07 USD, cost_report_total 0.07 USD: 0.14 USD, 200.00%
	reconcile: 2026-06-05: cost_report has 123456789012345.67000000000001 USD, cost_report_total 123456789012345.67000000000002 USD: 0.00000000000001 USD, less than 0.01%
	reconcile: 2026-06-06: cost_report has 1000 JPY, cost_report_total 0 JPY: -1000 JPY, 100.00%
	reconcile: 2026-06-07: cost_report has 0 USD, cost_report_total 0.001 USD: 0.001 USD, 100.00%
	END
	run -1 odd reconcile=0.5%
	[ "$(grep -c 2026-06-02 got)" = 1 ]
	grep -q '2026-06-02: cost_report has 2 EUR' got
	run -1 odd reconcile=0.499999%
	[ "$(grep -c 2026-06-02 got)" = 2 ]
	run -1 odd reconcile=100%
	[ "$(cut -d ' ' -f 2 got)" = 2026-06-04: ]
	# Of more decimals than DuckDB holds, where a database does.
	printf '#ant-rows\t1\tcost_report_total\n#mode\tappend\n#type\ttimestamptz\ttext\tnumeric\n#cols\tbucket\tcurrency\tamount_cents\n2026-06-09T00:00:00Z\tUSD\t0.000000000000000001\n#end\t1\t\\N\n' |
		tee >(ant-load-pg -q --schema "odd$BATS_TEST_NUMBER" >/dev/null) | ant-load-sqlite -q odd.db >/dev/null
	wait_for eval '[ "$(psql -qAtc "SELECT count(*) FROM odd$BATS_TEST_NUMBER.cost_report_total")" = 6 ]'
	for db in odd.db "--schema odd$BATS_TEST_NUMBER postgresql:///"; do
		# shellcheck disable=SC2086
		run -1 --separate-stderr ant report --from 2026-06-09 --to 2026-06-10 --check reconcile $db
		[ "$output" = 'reconcile: 2026-06-09: cost_report has 0 USD, cost_report_total 0.00000000000000000001 USD: 0.00000000000000000001 USD, 100.00%' ]
	done
	# What cannot be held is said, and never rounded.
	sqlite3 odd.db "UPDATE cost_report_total SET amount_cents = '0.0000000000000000001' WHERE bucket LIKE '2026-06-09%'"
	run -1 --separate-stderr ant report --from 2026-06-09 --to 2026-06-10 --check reconcile odd.db
	[[ $stderr == 'ant-report: cost_report_total: an amount that is no number, or too large' ]]
}

@test "reconcile: what is missing, not grouped or not known is said, and is no difference" {
	local line
	rows cost_report "$COST" '2026-06-01 2026-07-20' '2026-06-02T00:00:00Z \N \N \N \N standard 0-200k USD 200' '2026-06-03T00:00:00Z \N \N \N \N standard 0-200k USD 100'
	rows analytics_cost "starting_at api_key_id product actor_id actor_subject actor_name actor_email ${COST#bucket }" '2026-06-03 2026-07-20' \
		'2026-06-03T00:00:00Z \N \N \N \N \N \N w1 m tokens output_tokens standard 0-200k USD 70' '2026-06-03T00:00:00Z \N \N \N \N \N \N w2 m tokens output_tokens standard 0-200k USD 30' \
		'2026-06-03T00:00:00Z \N \N \N \N \N \N \N m tokens output_tokens standard 0-200k USD 1000'
	odd reconcile
	[ ! -s got ]
	for line in 'cost_report with analytics_cost: not compared by workspace: cost_report is not grouped by it' \
		'cost_report with analytics_cost: not compared by model: cost_report is not grouped by it' \
		'cost_report with analytics_cost: not compared by kind of cost: cost_report is not grouped by it' \
		'cost_report with analytics_cost: 2026-06-01 to 2026-06-02 are not loaded into analytics_cost' \
		'usage_report with analytics_usage: not compared: usage_report is missing; ant-sync usage_report loads it' \
		"cost_report with cost_report_total: not compared: cost_report_total is missing; ant-sync cost_report_total loads it, and so does 'reconcile on' in sync.conf" \
		'claude_code_usage with the bill of Claude Code: not compared: claude_code_usage is missing; ant-sync claude_code_usage loads it'; do
		grep -qxF "ant-report: reconcile: $line" said || { echo "$line"; cat said; return 1; }
	done
	[ "$(wc -l <said)" = 10 ]
	# Analytics without workspaces: what is of seats is in them.
	sqlite3 odd.db 'UPDATE analytics_cost SET workspace_id = NULL'
	ant report --from 2026-06-01 --to 2026-06-11 --check reconcile odd.db 2>said
	grep -qx 'ant-report: reconcile: cost_report with analytics_cost: not compared: analytics_cost is not grouped by workspace, so what is of seats cannot be told from what is of the Console' said
	# Without a ledger nobody knows what is complete.
	sqlite3 odd.db "UPDATE analytics_cost SET workspace_id = 'w'; UPDATE cost_report SET amount_cents = 7; DROP TABLE _anthill_loads"
	ant report --from 2026-06-01 --to 2026-06-11 --check reconcile odd.db 2>said
	grep -qx 'ant-report: reconcile: cost_report with analytics_cost: 2026-06-01 to 2026-06-10 are not complete in cost_report' said
	sqlite3 empty.db 'CREATE TABLE t (a)'
	ant report --check reconcile empty.db 2>said
	[ "$(grep -c 'not compared: .* is missing; ant-sync .* loads it' said)" = 7 ]
}

@test "reconcile: organizations in one table are compared each for itself" {
	local table organization cents
	for organization in aaaaaaaa-0000 bbbbbbbb-1111; do
		for table in cost_report cost_report_total; do
			cents=100
			[ "$organization/$table" != bbbbbbbb-1111/cost_report_total ] || cents=90
			rows "$table" "$COST" '2026-06-01 2026-06-20' "2026-06-02T00:00:00Z \\N m tokens output_tokens standard 0-200k USD $cents"
			sed "/^#mode/a #organization\t$organization" stream | ant-load-sqlite -q --by-organization both.db >/dev/null
		done
	done
	run -1 ant report --from 2026-06-01 --to 2026-06-11 --check reconcile both.db
	[ "$(grep -v ^ant-report <<<"$output")" = 'bbbbbbbb-1111: reconcile: 2026-06-02: cost_report has 1 USD, cost_report_total 0.9 USD: -0.1 USD, 10.00%' ]
	run -0 --separate-stderr ant report --from 2026-06-01 --to 2026-06-11 --organization aaaaaaaa-0000 --check reconcile both.db
	[ -z "$output" ]
}

@test "reconcile: its limit is a percentage of at most six decimals, perhaps with another one for the estimate" {
	local limit
	sqlite3 empty.db 'CREATE TABLE t (a)'
	for limit in reconcile reconcile=0 reconcile=0% reconcile=0.123456% reconcile=100% reconcile=0.5%,estimate=5% reconcile=0,estimate=0; do
		run -0 ant report --check "$limit" empty.db
	done
	for limit in reconcile= reconcile=5 reconcile=-1% reconcile=101% reconcile=0.1234567% reconcile=x% reconcile=% reconcile=1%% reconcile=1%,estimate reconcile=1%,estimate= reconcile=1%,bill=2%; do
		run -2 ant report --check "$limit" empty.db
		[[ $output == *"--check: reconcile: "*" is no percentage up to 100%, such as 0.5%"* ]]
	done
	run -2 ant report --check reconciled=1% empty.db
	[[ $output == *'is none of budget=USD, '* ]]
}

@test "sim: of no report but those that are compared, and no group that is no number, one differs" {
	local change
	for change in 'report=users&group=1&factor=2' 'report=cost_report&group=0&factor=2' 'report=cost_report&group=x&factor=2' 'report=cost_report&factor=2' \
		'report=cost_report&group=1' 'report=cost_report&group=1&factor=x'; do
		[ "$(curl -sS -o said -w '%{http_code}' -X POST "$ANTHROPIC_BASE_URL/_sim/change?date=2026-10-01&$change")" = 400 ]
		grep -q error said
	done
}
