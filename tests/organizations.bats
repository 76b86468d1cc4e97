#!/usr/bin/env bats
# Rows of several organizations: never mixed by accident, and told apart where they share tables.
# shellcheck disable=SC2016,SC2154	# "bash -c" expands these, not we; run sets stderr
load lib/helper
load lib/duckdb
load lib/dests

A=aaaaaaaa-0000-4000-8000-000000000001 B=bbbbbbbb-0000-4000-8000-000000000002

# Two simulated organizations, whose clocks stand still at noon of a day that is over.
setup_file() {
	export TODAY ONE TWO ONE_ID TWO_ID ONE_PID
	TODAY=$(still_day)
	start_sim --days 40 --now "${TODAY}T12:00:00Z"
	ONE=$ANTHROPIC_BASE_URL ONE_PID=$SIM_PID ONE_ID=$(ant-fetch --whose)
	start_sim --days 40 --now "${TODAY}T12:00:00Z" --seed 2
	TWO=$ANTHROPIC_BASE_URL TWO_ID=$(ant-fetch --whose)
	[ "$ONE_ID" != "$TWO_ID" ]
	start_pg
	build_duck
}

teardown_file() {
	stop_sim
	SIM_PID=$ONE_PID
	stop_sim
	stop_pg
}

each_setup() { use_duckdb; }

day() { date -u -d "$TODAY $1 days" +%F; } # +N or -N

one() { ANTHROPIC_BASE_URL=$ONE sync "$@"; }
two() { ANTHROPIC_BASE_URL=$TWO sync "$@"; }
sync() { ant-sync --dest "$URI" --start "$(day -8)" --to "$TODAY" "$@"; }
export -f one two sync day

# rows_of ORGANIZATION MODE FROM TO TEXT - a stream of table t with rows FROM to TO, each of an hour; no organization: -
rows_of() {
	printf '#ant-rows\t1\tt\n#mode\t%b\n' "${2/window/window\\tb\\t2026-11-01T00:00:00Z\\t2026-11-03T00:00:00Z}"
	[ "$1" = - ] || printf '#organization\t%s\n' "$1"
	printf '#key\tn\n#type\tbigint\ttimestamptz\ttext\n#cols\tn\tb\tv\n'
	seq "$3" "$4" | awk -v v="$5" '{ printf "%d\t2026-11-01T%02d:00:00Z\t%s\n", $1, $1 % 24, v }'
	printf '#end\t%d\t%s\n' "$(($4 < $3 ? 0 : $4 - $3 + 1))" "$([ "$2" = window ] && echo 2026-11-03T00:00:00Z || echo '\N')"
}

# into OPTION... - load the stream on stdin
into() {
	[ "$KIND" != csv ] || mkdir -p "$NAME"
	loader_of t
	"${LOADER[0]}" "$@" "${LOADER[@]:1}"
}

of() { count t "_organization = '$1'"; }     # ORGANIZATION
texts() { # how many rows each text has
	if [ "$KIND" = csv ]; then
		python3 -c 'import collections, csv, sys; print(",".join(f"{k}{n}" for k, n in sorted(collections.Counter(r["v"] for r in csv.DictReader(open(sys.argv[1]))).items())))' "$NAME/t.csv"
	else
		sql 'SELECT v, count(*) FROM t GROUP BY v ORDER BY v' | tr -d '|' | paste -sd ,
	fi
}
first_column() {
	case $KIND in
	csv) head -n 1 "$NAME/t.csv" | cut -d , -f 1 ;;
	sqlite) sql "SELECT name FROM pragma_table_info('t') WHERE cid = 0" ;;
	*) sql "SELECT column_name FROM information_schema.columns WHERE table_name = 't' AND ordinal_position = 1" ;;
	esac
}

mixed() {
	one -q organization users usage_report >receipts
	[ "$(jq -r .organization receipts | sort -u)" = "$ONE_ID" ]
	local table
	for table in organization users usage_report; do all_rows "$table" >"$table.before"; done
	run -1 --separate-stderr two organization users usage_report
	[ -z "$output" ]
	[[ $stderr == *"$ONE_ID"*"$TWO_ID"*'--by-organization'* || $stderr == *"$TWO_ID"*"$ONE_ID"*'--by-organization'* ]]
	for table in organization users usage_report; do all_rows "$table" | diff "$table.before" -; done
	# Nor by hand, whether or not the watermarks are known.
	loader_of users
	ANTHROPIC_BASE_URL=$TWO ant-fetch -q users | ant-flatten -q >rows
	run -1 --separate-stderr "${LOADER[@]}" <rows
	[ -z "$output" ]
	[[ $stderr == *"holds rows of organization $ONE_ID, and these are of $TWO_ID: "* ]]
	all_rows users | diff users.before -
	rm -r state
	run -1 two -q users
	all_rows users | diff users.before -
	one -q organization users usage_report >/dev/null
	for table in organization users usage_report; do all_rows "$table" | diff "$table.before" -; done
}

@test "organizations: rows of another one are refused, both are named, and nothing is changed" { in_each mixed; }

anew() {
	one -q users cost_report >/dev/null
	drop_table users
	drop_table cost_report
	run -0 --separate-stderr two users cost_report
	[ "$(count cost_report)" = "$(expected 2 cost_report)" ]
	[ "$(count users)" = "$(expected 2 users)" ]
	run -1 one -q users cost_report
	[ "$(count cost_report)" = "$(expected 2 cost_report)" ]
}

@test "organizations: a table that is gone holds nobody's rows, and takes those of another" { in_each anew; }

unnamed() {
	rows_of "$A" window 1 30 a | into >/dev/null
	rows_of - window 1 31 n | into >/dev/null # no answer named one: nothing is known against it
	[ "$(texts)" = n31 ]
	run -1 into < <(rows_of "$B" window 1 32 b)
	[ "$(texts)" = n31 ]
	rows_of "$A" window 1 32 a | into --organization "$A" >/dev/null
	run -1 --separate-stderr into --organization "$B" < <(rows_of "$A" window 1 33 a)
	[[ $stderr == *"of organization $A, and those of $B are expected"* ]]
	[ "$(texts)" = a32 ]
	run -2 into --organization 'no body' < <(rows_of "$A" window 1 33 a)
	[[ $output == *"--organization: 'no body' is not the name of one: it is a UUID"* ]]
}

@test "organizations: what names none is not checked, --organization lets in its own alone" { in_each unnamed; }

together() {
	rows_of "$A" window 1 30 a | into --by-organization >receipt
	[ "$(jq -r '.organization, .created' receipt | paste -sd ' ')" = "$A true" ]
	[ "$(first_column)" = _organization ]
	rows_of "$B" window 11 50 b | into --by-organization >/dev/null
	[ "$(texts)" = a30,b40 ]
	# A load is about the rows of its own organization, in each mode.
	rows_of "$A" window 1 25 c | into --by-organization >/dev/null
	[ "$(texts)" = b40,c25 ]
	[ "$(of "$A"),$(of "$B")" = 25,40 ]
	rows_of "$B" merge 11 12 m | into --by-organization >/dev/null
	[ "$(texts)" = b38,c25,m2 ]
	rows_of "$B" append 1 1 p | into --by-organization >/dev/null
	[ "$(texts)" = b38,c25,m2,p1 ]
	rows_of "$B" replace 1 21 r | into --by-organization >/dev/null
	[ "$(texts)" = c25,r21 ]
	[ "$(of "$A"),$(of "$B")" = 25,21 ]
	into --ledger >ledger </dev/null
	[ "$(jq -r .organization ledger | sort | uniq -c | awk '{ print $1 }' | paste -sd ,)" = 2,4 ]
}

@test "by organization: the first column says whose each row is, and a load touches its own alone, in each mode" { in_each together; }

shrinks() {
	rows_of "$A" window 1 300 a | into --by-organization >/dev/null
	rows_of "$B" window 1 300 b | into --by-organization >/dev/null
	run -1 into --by-organization < <(rows_of "$A" window 1 149 c)
	[[ $output == *'holds 300 rows and would be left with 149'* ]]
	[ "$(texts)" = a300,b300 ]
	rows_of "$A" window 1 150 c | into --by-organization >/dev/null
	run -1 into --by-organization < <(rows_of "$B" replace 1 20 d)
	[[ $output == *'holds 300 rows and would be left with 20'* ]]
	rows_of "$B" replace 1 20 d | into --by-organization --allow-shrink >/dev/null
	[ "$(texts)" = c150,d20 ]
}

@test "by organization: a load must not leave fewer than half of its own organization's rows" { in_each shrinks; }

refusals() {
	rows_of "$A" window 1 30 a | into --by-organization >/dev/null
	local organization
	for organization in "$A" "$B" -; do
		run -1 --separate-stderr into < <(rows_of "$organization" window 1 30 x)
		[ -z "$output" ]
		[[ $stderr == *'holds several organizations: load it with --by-organization' ]]
	done
	run -5 --separate-stderr into --by-organization < <(rows_of - window 1 30 x)
	[[ $stderr == *organization* ]]
	[ "$(texts)" = a30 ]
}

@test "by organization: a table of several takes no load without the option, and no rows of nobody" { in_each refusals; }

converted() {
	local command
	rows_of "$A" window 1 30 a | into >/dev/null
	run -1 --separate-stderr into --by-organization < <(rows_of "$B" window 1 40 b)
	[ -z "$output" ]
	[[ $stderr == *'made without --by-organization'* ]]
	[ "$(texts)" = a30 ]
	if [ "$KIND" = csv ]; then
		[[ $stderr == *"a column _organization that says $A in every row"* ]]
		sql own t "$A"
	else
		command=${stderr#*this converts it: }
		sql "$command"
	fi
	[ "$(of "$A")" = 30 ]
	rows_of "$B" window 1 40 b | into --by-organization >/dev/null
	rows_of "$A" window 1 29 c | into --by-organization >/dev/null
	rows_of "$A" merge 1 1 m | into --by-organization >/dev/null
	[ "$(texts)" = b40,c28,m1 ]
	[ "$(of "$A"),$(of "$B")" = 29,40 ]
}

@test "by organization: a table that was made without is refused, with what converts it, and then it loads" { in_each converted; }

# count_of ID TABLE, and what the simulator says
count_of() { count "$2" "_organization = '$1'"; }
expected() { ant-sim --days 40 --now "${TODAY}T12:00:00Z" --seed "$1" --expect "$2" --from "$(day -8)" --to "$TODAY" | tail -n +2 | wc -l; }

turns() {
	local how=$1 table
	one -q --by-organization --state "$how" --to "$(day -3)" users cost_report >/dev/null
	two -q --by-organization --state "$how" users cost_report >/dev/null
	one -q --by-organization --state "$how" users cost_report >receipts
	[ "$(jq -r 'select(.table == "cost_report") | .from' receipts)" = "$(day -6)T00:00:00Z" ] # from its own watermark on
	for table in users cost_report; do
		[ "$(count_of "$ONE_ID" "$table")" = "$(expected 1 "$table")" ]
		[ "$(count_of "$TWO_ID" "$table")" = "$(expected 2 "$table")" ]
	done
	all_rows cost_report >whole
	run -0 --separate-stderr two --by-organization --state "$how" cost_report
	[ "$(jq -r .from <<<"$output")" = "$(day -3)T00:00:00Z" ]
	[[ $stderr != *again* ]]
	all_rows cost_report | diff whole -
	# Rows that are gone are missed by the one whose they are.
	delete_days cost_report bucket "$(day -6)" "$(day -5)"
	run -1 one --by-organization --state "$how" --gaps cost_report
	run -1 two --by-organization --state "$how" --gaps cost_report
	one -q --by-organization --state "$how" --from "$(day -6)" --to "$(day -5)" cost_report >/dev/null
	run -0 one --by-organization --state "$how" --gaps cost_report
	run -1 two --by-organization --state "$how" --gaps cost_report
	two -q --by-organization --state "$how" --from "$(day -6)" --to "$(day -5)" cost_report >/dev/null
	all_rows cost_report | diff whole -
	# A table that is gone is gone for both.
	drop_table cost_report
	run -0 --separate-stderr one --by-organization --state "$how" cost_report
	[[ $stderr == *"the table is not there any more: loading it again from $(day -8)T00:00:00Z"* ]]
	run -0 --separate-stderr two --by-organization --state "$how" --start "$(day -3)" cost_report
	[ "$how" = destination ] || [[ $stderr == *"the table was made anew since it was loaded: loading it again from $(day -8)T00:00:00Z"* ]]
	all_rows cost_report | diff whole -
	[ "$how" = file ] || [ -z "$(find . -name '*.watermark')" ]
	# Without the option, nothing goes in.
	run -1 one -q --state "$how" cost_report
	all_rows cost_report | diff whole -
}

@test "by organization: two keys take turns, each with its own watermarks" { in_each turns file; }

@test "by organization: two keys take turns, with their watermarks in the destination" { in_each turns destination; }

apart() {
	local database=$URI
	[ "$KIND" = postgresql ] || database=$NAME.${URI##*.}
	one -q --by-organization organization users workspaces usage_report cost_report >/dev/null
	two -q --by-organization organization users workspaces usage_report cost_report >/dev/null
	[ "$(sql 'SELECT DISTINCT organization FROM ant_cost_daily ORDER BY 1' | sort)" = "$(printf '%s\n' "$ONE_ID" "$TWO_ID" | sort)" ]
	ant-report --text --organization "$ONE_ID" "$database" >one.txt
	ant-report --text --organization "$TWO_ID" "$database" >two.txt
	run -1 diff -q one.txt two.txt
	# What each costs is what it costs alone.
	new_dest alone
	ANT_STATE=$PWD/alone.state one -q --dest "$URI" organization users workspaces usage_report cost_report >/dev/null
	sql 'SELECT sum(CAST(amount AS numeric)) FROM cost_report' >alone.sum
	use_dest d
	sql "SELECT sum(CAST(amount AS numeric)) FROM cost_report WHERE _organization = '$ONE_ID'" | diff alone.sum -
	ant-report -o page.html "$database"
	grep -q "$ONE_ID" page.html
	grep -q "$TWO_ID" page.html
}

@test "by organization: views and ant-report show each apart" { KINDS='sqlite duckdb postgresql' in_each apart; }

@test "by organization: sections of a file share a table, with one key each" {
	KIND=sqlite
	new_dest d
	export ANT_STATE=$PWD/state KEY=$ANTHROPIC_ADMIN_KEY
	printf '%s\n' 'destination sqlite:///d.db' "start $(day -8)" 'tables users cost_report' 'by-organization on' 'state destination' \
		'organization us' 'key-env KEY' >sync.conf
	ANTHROPIC_BASE_URL=$ONE ant-sync -q -c sync.conf --to "$TODAY" >/dev/null
	ANTHROPIC_BASE_URL=$TWO ant-sync -q -c sync.conf --to "$TODAY" >/dev/null
	[ "$(count_of "$ONE_ID" cost_report)" = "$(expected 1 cost_report)" ]
	[ "$(count_of "$TWO_ID" cost_report)" = "$(expected 2 cost_report)" ]
	[ -z "$(find . -name '*.watermark')" ]
	# ant-ingest, too.
	ANTHROPIC_BASE_URL=$ONE ant-ingest -q --source-uri "anthropic://?api_key=$KEY" --source-table cost_report --dest-uri sqlite:///d.db \
		--by-organization --state destination --interval-start "$(day -8)" --interval-end "$(day -4)" >/dev/null
	[ "$(count_of "$TWO_ID" cost_report)" = "$(expected 2 cost_report)" ]
	run -1 env ANTHROPIC_BASE_URL="$ONE" ant-ingest -q --source-uri "anthropic://?api_key=$KEY" --source-table cost_report --dest-uri sqlite:///d.db --state destination
}
