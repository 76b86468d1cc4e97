#!/usr/bin/env bats
# What ant-sync asks the API for: each endpoint with the same parameters once, for all tables that it feeds.
# shellcheck disable=SC2016,SC2094,SC2154	# "asked" is a command and a file; the stubs' shell expands these, not we; run sets stderr
load lib/helper
load lib/duckdb

setup_file() {
	start_sim --days 100
	export SIM_URL=$ANTHROPIC_BASE_URL
	start_pg
	build_duck
}

teardown_file() {
	stop_sim
	stop_pg
}

each_setup() {
	export ANT_STATE=$PWD/state ANTHROPIC_BASE_URL=$SIM_URL ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	curl -sSf -X DELETE "$SIM_URL/_sim/faults" --next -sSf -X DELETE "$SIM_URL/_sim/log"
}

sync() { ant-sync --rate 0 "$@"; }
export -f sync

arm() { printf '%s\n' "$@" | curl -sSf -X DELETE "$SIM_URL/_sim/faults" --next -sSf --data-binary @- "$SIM_URL/_sim/faults" >/dev/null; }
# What was asked for since the last call, a line a request: path?query
asked() { curl -sSf "$SIM_URL/_sim/log" --next -sSf -X DELETE "$SIM_URL/_sim/log" | jq -r '.path + "?" + .query'; }
count() { grep -cE "^/v1/organizations/${1}[?]" asked || :; } # PATH
mark() { ant-state --scope "${2:-sqlite:///$PWD/anthill.db}" get "$1"; } # TABLE [SCOPE]
midnight() { date -u -d "${1:-today}" +%FT00:00:00Z; }

csv_rows() { python3 -c 'import csv, sys; print(sum(1 for _ in csv.reader(open(sys.argv[1], newline=""))) - 1)' "$1"; } # FILE

readonly CODE='claude_code_usage claude_code_models'
readonly PAIRS="$CODE usage_report messages_usage"

# all_rows FILE TABLE... - in one order
all_rows() {
	local file=$1 table
	for table in "${@:2}"; do
		echo "== $table"
		sqlite3 -nullvalue '\N' "$file" "select * from $table" | sort
	done
}

# apart FILE OPTION... TABLE... - each table by a run of its own
apart() {
	local file=$1 word
	local -a how=() tables=()
	for word in "${@:2}"; do
		if [[ $word == -* ]]; then how+=("$word"); else tables+=("$word"); fi
	done
	for word in "${tables[@]}"; do sync -q --dest "sqlite:///$file" "${how[@]}" "$word" >>receipts; done
}

# pages PATH QUERY - how many requests the cursors of a list ask for
pages() {
	local cursor='' n=0
	while :; do
		curl -sSf -G "$SIM_URL/v1/organizations/$1?$2" ${cursor:+--data-urlencode "page=$cursor"} -H "x-api-key: $ANTHROPIC_ADMIN_KEY" \
			-H 'anthropic-version: 2023-06-01' -H 'anthropic-beta: analytics-usage-cost-2026-08-24' >page
		n=$((n + 1))
		[ "$(jq .has_more page)" != false ] || break
		cursor=$(jq -r '.next_page // empty' page)
		[ -n "$cursor" ] || break
	done
	echo "$n"
}

# The requests of analytics/WHAT for the windows of a run, as its own log has them.
pages_of_windows() { # WHAT
	local query n sum=0
	grep -E "^/v1/organizations/analytics/${1}[?]" asked | grep -v '&page=' | sed 's/.*?//' >first
	while IFS= read -r query; do
		n=$(pages "analytics/$1" "${query//[/%5B}")
		sum=$((sum + n))
	done < <(sed 's/\]/%5D/g' first)
	echo "$sum"
}

@test "crawl: a first sync of 90 days of the set console asks as often as the API's limits want, and the next one, too" {
	local workspaces what n windows
	curl -sSf -X DELETE "$SIM_URL/_sim/log"
	sync -q --start -90d >receipts
	asked >asked
	[ -z "$(sort asked | uniq -d)" ] # no request twice
	workspaces=$(sqlite3 anthill.db 'select count(*) from workspaces')
	for what in me api_keys external_keys invites rate_limits users workspaces; do [ "$(count "$what")" = 1 ]; done
	[ "$(count 'workspaces/[^/]*/members')" = "$workspaces" ]
	[ "$(count 'workspaces/[^/]*/rate_limits')" = "$workspaces" ]
	[ "$(count usage_report/claude_code)" = 91 ] # a day is one request; today is the 91st
	[ "$(count usage_report/messages)" = 3 ]     # 31 days are one, of both tables
	[ "$(count cost_report)" = 3 ]
	for what in cost usage; do
		[ "$(grep -E "^/v1/organizations/analytics/${what}[?]" asked | grep -vc '&page=')" = 3 ]
		n=$(pages_of_windows "$what")
		[ "$(count "analytics/$what")" = "$n" ]
	done
	[ "$(grep -vc /analytics/ asked)" = $((7 + 2 * workspaces + 91 + 3 + 3)) ]
	asked >/dev/null
	# What is read again: three days and today, of cost without today; 30 days of analytics, which come hours late: just
	# after midnight they are 32 days with yesterday and today, and a window has 31.
	windows=$((($(date -u -d tomorrow +%s) / 86400 - $(date -u -d "$(mark analytics_cost)" +%s) / 86400 + 30 + 30) / 31))
	[[ $windows == [12] ]]
	sync -q >receipts
	asked >asked
	[ -z "$(sort asked | uniq -d)" ]
	[ "$(count usage_report/claude_code)" = 4 ]
	[ "$(count usage_report/messages)" = 1 ]
	[ "$(count cost_report)" = 1 ]
	for what in cost usage; do
		[ "$(grep -E "^/v1/organizations/analytics/${what}[?]" asked | grep -vc '&page=')" = "$windows" ]
		n=$(pages_of_windows "$what")
		[ "$(count "analytics/$what")" = "$n" ]
	done
	[ "$(grep -vc /analytics/ asked)" = $((7 + 2 * workspaces + 4 + 1 + 1)) ]
}

@test "crawl: the rows of tables that are fetched at once are those of each alone, in every destination" {
	local dest table n=''
	# shellcheck disable=SC2086	# words
	apart want.db --start=-40d --to=today $PAIRS
	# shellcheck disable=SC2086
	all_rows want.db $PAIRS >want
	for dest in sqlite:///a.db sqlite:///b.db; do
		# shellcheck disable=SC2086
		sync -q --dest "$dest" --start -40d --to today --parallel $((1 + ${n:-0})) --chunk 9 $PAIRS >receipts
		# shellcheck disable=SC2086
		all_rows "${dest##*/}" $PAIRS | cmp - want
		n=3
	done
	# Where a stream is loaded as it comes, one loader waits for the other's table of loads, and holds nothing up.
	# shellcheck disable=SC2086
	sync -q --dest "postgresql:///$PGDATABASE" --start -40d --to today --chunk 0 $PAIRS >receipts
	use_duckdb
	# shellcheck disable=SC2086
	sync -q --dest duckdb:///d.db --start -40d --to today --parallel 1 $PAIRS >receipts
	# shellcheck disable=SC2086
	sync -q --dest csv:///out --start -40d --to today $PAIRS >receipts
	for table in $PAIRS; do
		n=$(sqlite3 want.db "select count(*) from $table")
		[ "$(psql -Atc "select count(*) from $table")" = "$n" ]
		[ "$(duck d.db "select count(*) from $table")" = "$n" ]
		[ "$(csv_rows "out/$table.csv")" = "$n" ]
		[ "$(mark "$table" "postgresql:///$PGDATABASE")" = "$(midnight)" ]
	done
}

@test "crawl: the plan has one line for both, which does what the sync does, in any order" {
	apart want.db --start=-20d --to=today usage_report messages_usage
	local how dest n
	for dest in sqlite:///p.db "postgresql:///$PGDATABASE?application_name=plan" csv:///planned; do
		sync --plan --dest "$dest" --prefix p_ --start -20d --to today --chunk 4 usage_report messages_usage >plan
		[ "$(wc -l <plan)" = 5 ]
		[ "$(grep -c 'ant-run --aside ant-fetch .* usage_report --branch ant-flatten --pipe .* --branch ant-flatten -t messages_usage --pipe ' plan)" = 5 ]
		[ "$(grep -o 'lock --wait --shared [a-z_]*' plan | sort | uniq -c | awk '{print $1}' | paste -sd ,)" = 5,5 ]
		tac plan | xargs -d '\n' -n 1 -P 5 bash -c >receipts
		[ "$(wc -l <receipts)" = 10 ]
		for how in usage_report messages_usage; do
			n=$(sqlite3 want.db "select count(*) from $how")
			case $dest in
			sqlite:*) [ "$(sqlite3 p.db "select count(*) from p_$how")" = "$n" ] ;;
			csv:*) [ "$(csv_rows "planned/p_$how.csv")" = "$n" ] ;;
			*) [ "$(psql -Atc "select count(*) from p_$how")" = "$n" ] ;;
			esac
		done
	done
	sync --plan --dest sqlite:///p.db --prefix p_ --to today --lookback 0 usage_report messages_usage >plan
	[ ! -s plan ] # the watermarks are there
}

@test "crawl: the earliest start counts; what the user says of one table crawls it apart" {
	sync -q --start -9d --to today claude_code_models >receipts
	sync -q --start -4d --to today claude_code_usage >receipts
	asked >/dev/null
	sync --json --lookback 2d --to today claude_code_models claude_code_usage >out
	asked >asked
	[ "$(count usage_report/claude_code)" = 2 ]
	[ "$(jq -s -c 'map(.pages)' out)" = '[2,0]' ] # counted with the first
	# One is further behind: its start is that of both.
	ant-state --scope "sqlite:///$PWD/anthill.db" set claude_code_usage "$(midnight -5days)"
	sync --json --lookback 2d --to today claude_code_models claude_code_usage >out
	asked >asked
	[ "$(count usage_report/claude_code)" = 7 ]
	[ "$(jq -r .from out | sort -u)" = "$(midnight -7days)" ]
	[ "$(mark claude_code_usage)" = "$(midnight)" ]
	[ "$(mark claude_code_models)" = "$(midnight)" ]
	# Look-backs of their own, and one that is loaded in full.
	printf 'look-back claude_code_usage 1d\nlook-back claude_code_models 2d\ntables claude_code_usage claude_code_models\n' >c
	sync -q -c c --to today >receipts
	asked >asked
	[ "$(count usage_report/claude_code)" = 3 ]
	printf 'look-back 1d\nfull-refresh claude_code_usage\ntables claude_code_usage claude_code_models\n' >c
	sync -q -c c --to today --start -4d >receipts
	asked >asked
	[ "$(count usage_report/claude_code)" = 5 ]
	# What is appended must not be appended twice.
	sync -q --mode append --prefix a_ --start -2d --to today claude_code_models >receipts
	sync -q --mode append --prefix a_ --lookback 0 --start -2d --to today claude_code_models claude_code_usage >receipts
	[ "$(sqlite3 anthill.db 'select count(*) from a_claude_code_models')" = "$(sqlite3 anthill.db "select count(*) from claude_code_models where date >= '$(date -u -d '-2 days' +%F)' and date < '$(date -u +%F)'")" ]
}

@test "crawl: a branch that fails leaves the others loaded, each with its own watermark and cause" {
	local dest
	printf 'tables claude_code_usage claude_code_models\ntable-name claude_code_models m\nchunk 2\n' >c
	stub ant-load-sqlite "case \$* in *'--table m'*'--audit'* | *--check* | *--ledger* | *--views*) ;; *'--table m'*) cat >/dev/null; echo 'ant-load-sqlite: no room' >&2; exit 1 ;; esac; exec '$ANT_BIN/ant-load-sqlite' \"\$@\""
	stub ant-load-pg "case \$* in *'--audit'* | *--check* | *--ledger* | *--views*) ;; *'--table m'*) cat >/dev/null; echo 'ant-load-pg: no room' >&2; exit 1 ;; esac; exec '$ANT_BIN/ant-load-pg' \"\$@\""
	PGDATABASE=template1 psql -qc 'create database broken'
	for dest in "sqlite:///$PWD/a.db" postgresql:///broken; do
		asked >/dev/null
		run -1 --separate-stderr sync -c c --dest "$dest" --start -6d --to today --json
		[ "$(jq -s -c 'map([.table, .status, .loads])' <<<"$output")" = '[["claude_code_usage",0,3],["claude_code_models",1,0]]' ]
		[[ $stderr == *"claude_code_models: ant-load-"*": no room"* ]]
		[ "$(mark claude_code_usage "${dest/sqlite:\/\/\//sqlite:///}")" = "$(midnight)" ]
		run -1 mark claude_code_models "$dest#table=m"
		asked >asked
		[ "$(count usage_report/claude_code)" = 6 ] # the one that failed wants no more
	done
	# The next run loads what is missing, for both.
	rm bin/ant-load-sqlite
	sync -q -c c --dest "sqlite:///$PWD/a.db" --start -6d --to today >receipts
	sync -q --dest sqlite:///want.db --start -6d --to today claude_code_models claude_code_usage >receipts
	diff <(sqlite3 a.db 'select * from m' | sort) <(sqlite3 want.db 'select * from claude_code_models' | sort)
	diff <(all_rows a.db claude_code_usage) <(all_rows want.db claude_code_usage)
	# Where the fetch fails all do, with one message.
	arm '*/claude_code always status=400'
	run -4 --separate-stderr sync -c c --dest "sqlite:///$PWD/a.db" --to today --json
	[ "$(jq -s -c 'map(.status)' <<<"$output")" = '[4,4]' ]
	[ "$(grep -c 'HTTP 400' <<<"$stderr")" = 1 ]
	grep -qx 'ant-sync: the same as of claude_code_usage: claude_code_models' <<<"$stderr"
}

@test "crawl: a table that another run holds is left with status 6, and the others are loaded" {
	local name scope="sqlite:///$PWD/anthill.db"
	for name in $CODE; do
		rm -f go held
		ant-state --scope "$scope" lock "$name" -- sh -c 'echo >held; until [ -e go ]; do sleep 0.05; done' 3>&- &
		wait_for [ -e held ]
		run -6 --separate-stderr sync --start -3d --to today --json claude_code_usage claude_code_models
		[ "$(jq -r --arg t "$name" 'select((.table == $t) != (.status == 6)) | .table' <<<"$output")" = '' ]
		[ "$(jq -s 'map(.pages) | add' <<<"$output")" = 3 ]
		[[ $stderr == *"$name: another run holds the lock"* ]]
		touch go
		wait
	done
	[ "$(mark claude_code_usage)" = "$(midnight)" ]
	[ "$(mark claude_code_models)" = "$(midnight)" ]
	# All held.
	rm -f go held
	ant-state --scope "$scope" lock claude_code_models -- ant-state --scope "$scope" lock claude_code_usage -- \
		sh -c 'echo >held; until [ -e go ]; do sleep 0.05; done' 3>&- &
	wait_for [ -e held ]
	asked >/dev/null
	run -6 --separate-stderr sync --to today --json claude_code_usage claude_code_models
	[ "$(jq -s -c 'map(.status)' <<<"$output")" = '[6,6]' ]
	[ -z "$(asked)" ]
	# With --wait it is waited for.
	(sleep 0.5; touch go) 3>&- &
	run -0 sync --wait --to today -q claude_code_usage claude_code_models
	wait
}

@test "crawl: a filter of the user's is each table's own, and so are the fields that nobody reads" {
	run -0 --separate-stderr sync --start -3d --to today --flatten --raw --flatten '--where=.input_tokens != 1' claude_code_models claude_code_usage
	[ "$(sqlite3 anthill.db 'select count(raw) > 0 from claude_code_usage')" = 1 ]
	[ "$(sqlite3 anthill.db 'select count(raw) = count(*) from claude_code_models')" = 1 ]
	sync -q --dest sqlite:///want.db --start -3d --to today claude_code_models >receipts
	[ "$(sqlite3 anthill.db 'select count(*) from claude_code_models')" = "$(sqlite3 want.db 'select count(*) from claude_code_models where input_tokens is not 1')" ]
}

# by_day DESTINATION TABLE - the days of its rows, each with their number and sum of what they count
by_day() {
	local sum='input_tokens'
	[ "$2" = claude_code_models ] || sum='num_sessions'
	sum="select substr(cast(date as text), 1, 10), count(*), sum($sum) from $2 group by 1 order by 1"
	case $1 in
	sqlite:*) sqlite3 "${1#sqlite:///}" "$sum" ;;
	*) psql -d "${1##*/}" -Atc "$sum" ;;
	esac
}

# whole_chunks - after a run that was stopped each table holds all days before its watermark, and no other
whole_chunks() {
	local table at
	for table in $CODE; do
		at=$(mark "$table" "$DEST")
		by_day "$CALM" "$table" | awk -v at="${at%T*}" 'substr($0, 1, 10) < at' >want
		[ -s want ]
		by_day "$DEST" "$table" | diff want - >differs || { echo "$table, up to $at:"; head -n 5 differs; return 1; }
	done
}

# stopped - SIGTERM for the run $driver: it says how to go on, and leaves no process that works on
stopped() {
	local status=0
	kill "$driver"
	wait "$driver" || status=$?
	[ "$status" = 143 ] || { cat err; return 1; }
	grep -q 'the same command goes on from there' err
	group_ended "$driver"
	whole_chunks
}

# goes_on FROM - the next run asks for nothing before FROM, and completes both
goes_on() {
	local table
	curl -sSf -X DELETE "$SIM_URL/_sim/faults"
	asked >/dev/null
	sync -q --dest "$DEST" "${how[@]}" >receipts
	asked >asked
	[ "$(sed -n 's/.*starting_at=\([0-9-]*\).*/\1/p' asked | sort | head -n 1)" = "$1" ]
	for table in $CODE; do
		diff <(by_day "$CALM" "$table") <(by_day "$DEST" "$table")
		[ "$(mark "$table" "$DEST")" = "$(midnight)" ]
	done
	ant-sync --gaps --dest "$DEST" $CODE
}

@test "crawl: stopped by SIGTERM in the middle of a chunk, each table holds whole chunks, and the next run goes on" {
	local DEST CALM driver how third
	# shellcheck disable=SC2206	# words
	how=(--start -30d --to today --lookback 0 --chunk 3 $CODE)
	third=$(date -u -d '-24 days' +%F)
	PGDATABASE=template1 psql -qc 'create database stop' -c 'create database stop_calm'
	for DEST in "sqlite:///$PWD/stop.db" postgresql:///stop; do
		CALM=${DEST/stop/stop_calm}
		sync -q --dest "$CALM" "${how[@]}" >receipts
		asked >/dev/null
		# Of the third chunk the first day is there, and the second does not come.
		arm "*/claude_code query=starting_at=$(date -u -d "$third +1 day" +%F) always delay=60000"
		setsid ant-sync --rate 0 --dest "$DEST" "${how[@]}" >out 2>err 3>&- &
		driver=$!
		wait_for eval 'curl -sSf "$SIM_URL/_sim/log" | grep -q "starting_at=$third"'
		stopped
		[ "$(mark claude_code_usage "$DEST"),$(mark claude_code_models "$DEST")" = "${third}T00:00:00Z,${third}T00:00:00Z" ]
		goes_on "$third"
	done
}

@test "crawl: stopped by SIGTERM while one of its tables is being loaded, the others keep what they have, and nothing is doubled" {
	local DEST CALM driver how second
	# shellcheck disable=SC2206	# words
	how=(--start -30d --to today --lookback 0 --chunk 3 $CODE)
	second=$(date -u -d '-27 days' +%F)
	PGDATABASE=template1 psql -qc 'create database held' -c 'create database held_calm'
	for DEST in "sqlite:///$PWD/held.db" postgresql:///held; do
		CALM=${DEST/held/held_calm}
		sync -q --dest "$CALM" "${how[@]}" >receipts
		# The second chunk of one table stays on its way; its loader ends with the run.
		for loader in sqlite pg; do
			stub ant-load-$loader "case \$* in *--check* | *--audit* | *--ledger* | *--views*) exec '$ANT_BIN/ant-load-$loader' \"\$@\" ;; esac
				head=\$(mktemp '$PWD/head.XXXXXX')
				head -c 300 >\$head
				[ -e '$PWD/go' ] || case \$(cat \$head) in *claude_code_models*window?date?$second*) exec sleep 60 ;; esac
				cat \$head - | '$ANT_BIN/ant-load-$loader' \"\$@\""
		done
		rm -f go
		setsid ant-sync --rate 0 --dest "$DEST" "${how[@]}" >out 2>err 3>&- &
		driver=$!
		wait_for eval '[ "$(mark claude_code_usage "$DEST")" \> "${second}T00:00:00Z" ]'
		stopped
		[ "$(mark claude_code_models "$DEST")" = "${second}T00:00:00Z" ]
		touch go
		goes_on "$second"
	done
}

@test "parents: the list that others go through is asked for once, kept for its owner alone, and gone when all is done" {
	local n
	sync -q workspaces >receipts
	n=$(sqlite3 anthill.db 'select count(*) from workspaces')
	asked >/dev/null
	mkdir tmp
	stub ant-fetch "case \$* in *--parents*) ls -l '$PWD'/tmp/*/parents.* >>'$PWD/seen'; head -n 1 '$PWD'/tmp/*/parents.workspaces >>'$PWD/head' ;; esac; exec '$ANT_BIN/ant-fetch' \"\$@\""
	TMPDIR=$PWD/tmp sync -q workspace_members workspaces workspace_rate_limits >receipts
	asked >asked
	[ "$(count workspaces)" = 1 ]
	[ "$(count 'workspaces/[^/]*/(members|rate_limits)')" = $((2 * n)) ]
	[ "$(grep -c '^-rw------- ' seen)" = 2 ]
	[ "$(grep -vc '^-rw------- ' seen)" = 0 ]
	[ "$(jq -r .table head | sort -u)" = workspaces ]
	[ -z "$(ls -A tmp)" ]
	# The rows are those of each alone.
	apart want.db workspace_members workspace_rate_limits
	all_rows want.db workspace_members workspace_rate_limits >want
	all_rows anthill.db workspace_members workspace_rate_limits | cmp - want
	# Its rows failed, but its records are all there.
	stub ant-load-sqlite "case \$* in *'--table w'*) case \$* in *--audit* | *--check* | *--views*) ;; *) exit 1 ;; esac ;; esac; exec '$ANT_BIN/ant-load-sqlite' \"\$@\""
	printf 'table-name workspaces w\ntables workspaces workspace_members\n' >c
	asked >/dev/null
	run -1 sync -q -c c
	asked >asked
	[ "$(count workspaces)" = 1 ]
}

@test "parents: where the list failed or was not due, who goes through it asks for itself" {
	sync -q workspaces workspace_members >receipts
	asked >/dev/null
	printf 'full-sync every 7d\ntables workspaces\n' >c
	sync -q -c c >receipts
	[ -z "$(asked)" ] # it is fresh
	printf 'full-sync every 7d\ntables workspaces workspace_rate_limits\n' >c
	sync -q -c c >receipts
	asked >asked
	[ "$(count workspaces)" = 1 ]
	[ "$(count 'workspaces/[^/]*/rate_limits')" -gt 3 ]
	# The first request fails for good, the next ones do not.
	arm '*/workspaces first=1 status=400'
	run -4 --separate-stderr sync --json workspaces workspace_members
	[ "$(jq -s -c 'map(.status)' <<<"$output")" = '[4,0]' ]
	asked >asked
	[ "$(count workspaces)" = 2 ]
}

# planned ARG... - the tables that a run with these arguments loads
planned() { ant-sync --plan --start 2026-01-01 --to 2026-02-01 "$@" | sed -nE 's/.* ant-fetch (.* )?([a-z_]+)( --pipe.*)$/\2/p' | sort -u | paste -sd ' '; }

@test "crawl: with \"focus on\" usage_by_cost is loaded as well, where the command line names no tables, unless it is left out" {
	printf 'focus on\n' >on
	printf 'focus on\ntables users\n' >some
	printf 'focus on\ntables @console -usage_by_cost\n' >without
	[ "$(planned -c some)" = 'usage_by_cost users' ]
	[ "$(planned -c some users)" = users ]
	[ "$(planned -c some usage_by_cost users)" = 'usage_by_cost users' ]
	[[ " $(planned -c on) " == *' usage_by_cost '* ]]
	[[ " $(planned -c on -users) " == *' usage_by_cost '* ]]
	[[ " $(planned -c on -usage_by_cost) $(planned -c without) $(planned)" != *' usage_by_cost '* ]]
	printf 'focus yes\n' >wrong
	run -2 ant-sync -c wrong --plan
	[[ $output == *"wrong:1: focus: 'yes' is neither on nor off"* ]]
}

@test "crawl: with \"reconcile on\" the totals of the tables that are loaded are loaded as well" {
	printf 'reconcile on\n' >on
	printf 'reconcile on\ntables usage_report analytics_cost users\n' >some
	printf 'reconcile on\ntables usage_report analytics_cost -usage_report_total\n' >without
	[ "$(planned -c some)" = 'analytics_cost analytics_cost_total usage_report usage_report_total users' ]
	[ "$(planned -c some usage_report)" = usage_report ]
	[ "$(planned -c without)" = 'analytics_cost analytics_cost_total usage_report' ]
	[[ "$(planned -c some -analytics_cost)" = 'usage_report usage_report_total users' ]]
	[ "$(planned -c on | tr ' ' '\n' | grep -c '_total$')" = 4 ]
	[ "$(planned | tr ' ' '\n' | grep -c '_total$')" = 0 ]
	printf 'reconcile yes\n' >wrong
	run -2 ant-sync -c wrong --plan
	[[ $output == *"wrong:1: reconcile: 'yes' is neither on nor off"* ]]
}
