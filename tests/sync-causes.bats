#!/usr/bin/env bats
# ant-sync and its siblings where something fails: one cause is one message, and what is in is said to be in.
# shellcheck disable=SC2016,SC2154	# the stubs' shell expands these, not we; run sets stderr
load lib/helper

setup_file() {
	start_sim --days 20
	export SIM_URL=$ANTHROPIC_BASE_URL
	export PG_FULL=1
	start_pg
	make_full "$BATS_FILE_TMPDIR/full.so"
}

teardown_file() {
	stop_sim
	stop_pg
}

each_setup() {
	export ANT_STATE=$PWD/state ANTHROPIC_BASE_URL=$SIM_URL ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	curl -sSf -X DELETE "$SIM_URL/_sim/faults" --next -sSf -X DELETE "$SIM_URL/_sim/log"
}

sync() { ant-sync --rate 0 --to today --start -4d "$@"; }
export -f sync

arm() { printf '%s\n' "$@" | curl -sSf -X DELETE "$SIM_URL/_sim/faults" --next -sSf --data-binary @- "$SIM_URL/_sim/faults" >/dev/null; }
requests() { curl -sSf "$SIM_URL/_sim/log" | wc -l; }
objects() { jq -s -c "map([.table, .status, .outcome]) | $1" <<<"$output"; } # FILTER

# A patient client is not what these are about.
hasty() { stub ant-fetch "exec '$ANT_BIN/ant-fetch' --backoff 0.001 --retries 2 \"\$@\""; }

@test "causes: without a key, or with one that is refused, one message and at most one request" {
	local how
	for how in 'no key' 'refused'; do
		if [ "$how" = 'no key' ]; then unset ANTHROPIC_ADMIN_KEY; want=2; else export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-wrong want=3; fi
		run "-$want" --separate-stderr sync --metrics m.prom
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" = 1 ]
		[[ $stderr == 'ant-sync: no table was begun: ant-fetch: '*"$how"*'an Admin key (sk-ant-admin...'* ]]
		[ "$(grep -c "^anthill_sync_status.* $want\$" m.prom)" = 16 ]
		run "-$want" --separate-stderr sync --json
		[ "$(objects 'map(.[1:]) | unique')" = "[[$want,\"not run\"]]" ]
		[ "${#lines[@]}" = 16 ]
	done
	[ "$(requests)" = 2 ] # of two runs
	[ ! -e anthill.db ]
}

@test "causes: a destination that cannot be had is one message, with one connection and no table asked for" {
	local dest
	mkdir folder
	echo 'no database' >text.db
	for dest in "postgresql:///nosuch?host=$PGHOST" "postgresql:///x?host=$PWD" sqlite:///no/such/x.db sqlite:///folder \
		sqlite:///text.db csv:////proc/no csv:///text.db; do
		run -1 --separate-stderr sync --dest "$dest"
		echo "$dest: $stderr"
		[ -z "$output" ]
		[ "${#stderr_lines[@]}" = 1 ]
		[[ $stderr == 'ant-sync: no table was begun, the destination (--dest) is not ready: '* ]]
	done
	run -1 eval 'curl -sSf "$SIM_URL/_sim/log" | grep -v organizations/me'
	# Two causes are two messages.
	ANTHROPIC_ADMIN_KEY=wrong run -3 --separate-stderr sync --dest sqlite:///no/such/x.db
	[ "${#stderr_lines[@]}" = 2 ]
}

@test "causes: an API that is away is tried as patiently as for a table, for all of them once" {
	hasty
	arm '* always reset'
	run -75 --separate-stderr sync
	[ "$(requests)" = 4 ] # the last one asks whether that was the table's endpoint alone
	run -0 grep -v 'trying again in' <<<"$stderr"
	[ "${#lines[@]}" = 1 ]
	[[ $output == 'ant-sync: no table was begun, try again later: ant-fetch: '*'after 3 attempts'* ]]
}

@test "causes: a folder of watermarks that cannot be made is one message" {
	ANT_STATE=/proc/no run -1 --separate-stderr sync
	[ "$stderr" = 'ant-sync: no table was begun: ant-state: the folder of the watermarks (ANT_STATE): /proc/no: No such file or directory' ]
	[ "$(requests)" = 0 ]
}

@test "causes: what the trial cannot decide is left to the tables, and what needs no trial has none" {
	# A key may read a table and not the organization.
	arm '*/organizations/me always status=403'
	run -0 --separate-stderr sync users cost_report
	# Another has the destination open, or a table's lock.
	stub ant-load-sqlite "case \$* in *--check*) exit 6 ;; esac; exec '$ANT_BIN/ant-load-sqlite' \"\$@\""
	run -0 --separate-stderr sync users cost_report
	# A table alone asks for itself.
	arm '# nothing'
	curl -sSf -X DELETE "$SIM_URL/_sim/log"
	run -0 --separate-stderr sync users
	[ "$(requests)" = 1 ]
	# Nothing is due.
	printf 'full-sync every 7d\ntables users invites\n' >c
	run -0 sync -c c
	rm trace
	curl -sSf -X DELETE "$SIM_URL/_sim/log"
	run -0 sync -c c
	[ "$(requests)" = 0 ]
	run -1 grep -v -e ' --audit$' trace # which says when they were loaded
	run -0 sync --plan
	[ "$(requests)" = 0 ]
}

@test "causes: each organization has its own trial, and one that fails does not stop the next" {
	cat >c <<-'END'
		tables users invites
		organization us
		  key-env WRONG
		  prefix us_
		organization eu
		  prefix eu_
	END
	WRONG=wrong run -3 --separate-stderr sync -c c
	[[ ${stderr_lines[0]} == 'ant-sync: organization us: no table was begun: ant-fetch: '* ]]
	[[ $stderr == *eu/users*done* && $stderr != *us/users* ]]
	[ "$(sqlite3 anthill.db 'select count(*) > 0 from eu_users')" = 1 ]
	[ "$(grep -c 'no table was begun' <<<"$stderr")" = 1 ]
	WRONG=wrong run -3 --separate-stderr sync -c c --json
	[ "$(jq -s -c 'map([.organization, .table, .outcome])' <<<"$output")" = '[["us","users","not run"],["us","invites","not run"],["eu","users","done"],["eu","invites","done"]]' ]
}

@test "causes: what two organizations cannot have is told once" {
	printf 'tables users invites\norganization us\norganization eu\n' >c
	run -1 --separate-stderr sync -c c --dest sqlite:///no/x.db
	[ "${#stderr_lines[@]}" = 2 ]
	[[ ${stderr_lines[0]} == 'ant-sync: organization us: no table was begun, the destination (--dest) is not ready: ant-load-sqlite: '* ]]
	[ "${stderr_lines[1]}" = 'ant-sync: organization eu: no table was begun, the destination (--dest) is not ready: as of organization us' ]
}

@test "causes: a run that is stopped during the trial ends at once" {
	local driver status=0
	stub ant-fetch 'echo >at; exec sleep 60'
	ant-sync >out 2>err 3>&- &
	driver=$!
	wait_for [ -e at ]
	kill "$driver"
	wait "$driver" || status=$?
	[ "$status" = 143 ]
	grep -q '^ant-sync: stopped: 0 tables are done' err
	run -1 grep 'no table was begun' err
	run -1 pgrep -f "$PWD/bin/ant-fetch"
}

@test "causes: a key that is revoked in the middle is said once, with the tables it hit, and no other is begun" {
	arm '* from=5 status=401'
	run -3 --separate-stderr sync --parallel 1
	echo "$stderr"
	[ "$(grep -c 'refused the key' <<<"$stderr")" = 1 ]
	run -0 grep '^ant-sync: that stopped claude_code_models, claude_code_usage; not begun: cost_report, external_keys, .*, workspaces$' <<<"$stderr"
	[ "${#lines[@]}" = 1 ]
	[ "$(requests)" -lt 20 ]
	[[ $stderr =~ (^|$'\n')workspaces\ +-\ +0\ .*not\ run($'\n'|$) ]]
	# One that may not read some tables is as good for the others.
	arm '*/api_keys always status=403' '*/external_keys always status=403' '*/rate_limits always status=403'
	run -3 --separate-stderr sync --json api_keys external_keys cost_report rate_limits workspaces
	[ "$(objects 'map(.[2])')" = '["failed (3)","failed (3)","done","failed (3)","done"]' ]
	[ "$(grep -c 'refused the key' <<<"$stderr")" = 1 ]
	run -0 grep -o '^ant-sync: the same as of [a-z_]*: [a-z_]*, [a-z_]*$' <<<"$stderr"
	# With -v each is told.
	run -3 --separate-stderr sync -v --json api_keys external_keys cost_report rate_limits workspaces
	[ "$(grep -c 'ant-fetch: .*refused the key' <<<"$stderr")" = 3 ]
}

@test "causes: a table that the key does not open says which kind of key it wants, and the others are loaded" {
	run -3 --separate-stderr sync --json @all
	[ "${#lines[@]}" = 49 ]
	[ "$(jq -r 'select(.status == 0) | .table' <<<"$output" | sort | paste -sd ' ')" = "$(ant-tables --tsv | awk -F '\t' '$8 ~ /console/ { print $1 }' | { cat; echo compliance_activities; } | sort | paste -sd ' ')" ]
	[ "$(jq -r 'select(.status != 0) | .status' <<<"$output" | sort -u)" = 3 ]
	[ "$(grep -c 'it takes a scoped key of a Claude Enterprise organization' <<<"$stderr")" -ge 1 ]
	[ "$(grep -c 'it takes an OAuth token with the scope org:admin' <<<"$stderr")" -ge 1 ]
	[ "$(grep -c 'it takes a Compliance Access Key' <<<"$stderr")" -ge 1 ]
	# No request was spent on asking whether the key is one.
	[ "$(curl -sSf "$SIM_URL/_sim/log" | jq -r .path | grep -c organizations/me)" = 1 ]
	# With the credentials of each set, from a section each, all are.
	export SCOPED=sk-ant-api01-simulated TOKEN=simulated-oauth-token
	cat >c <<-END
		start -4d
		organization console
		  key-env ANTHROPIC_ADMIN_KEY
		  tables @console @identity
		  token-env TOKEN
		organization enterprise
		  key-env SCOPED
		  tables @enterprise @legacy @compliance -users -invites -analytics_usage -analytics_cost
		  allow-cut yes
	END
	run -0 --separate-stderr ant-sync -c c --to today --json
	[ "$(jq -r 'select(.status == 0) | .table' <<<"$output" | sort -u | wc -l)" = 49 ]
	# What opens which.
	run -0 --separate-stderr sync --check @console @identity
	[[ $output == *'console: the key opens 16 of 16 tables'* && $output == *'identity: the key opens 0 of 5 tables; they take an OAuth token'* ]]
	[[ $output != *enterprise_* && $output != *plugins* ]]
}

@test "causes: an API that goes away in the middle is said once, and no other table is begun" {
	hasty
	arm '* from=6 reset'
	run -75 --separate-stderr sync
	run -0 eval 'grep -v "trying again in" <<<"$stderr"'
	[ "$(grep -c 'after 3 attempts' <<<"$output")" = 1 ]
	[ "$(grep -c '^ant-sync: that stopped .*; not begun: .*workspaces$' <<<"$output")" = 1 ]
	# One endpoint alone is no reason to stop.
	arm '*/users always reset'
	run -75 --separate-stderr sync --json users invites workspaces
	[ "$(objects .)" = '[["users",75,"unavailable"],["invites",0,"done"],["workspaces",0,"done"]]' ]
}

@test "causes: a server that goes away in the middle is said once, with the tables it hit; what is in stays" {
	PGDATABASE=template1 psql -qc 'create database away'
	# Two tables are held up until the database is gone for everybody.
	stub ant-fetch "case \$* in *cost_report | *usage_report) echo >>'$PWD/at'; until [ -e '$PWD/go' ]; do sleep 0.05; done ;; esac; exec '$ANT_BIN/ant-fetch' \"\$@\""
	sync --dest postgresql:///away --parallel 2 invites users cost_report usage_report api_keys workspaces >out 2>err 3>&- &
	local driver=$! status=0
	gone() { [ "$(psql -d template1 -Atc "select count(*) from pg_stat_activity where datname = 'away'")" = 0 ]; }
	wait_for eval '[ -e at ] && [ "$(wc -l <at)" = 2 ]'
	PGDATABASE=template1 psql -qc "alter database away with allow_connections false" -c "select pg_terminate_backend(pid) from pg_stat_activity where datname = 'away'" >killed
	wait_for gone
	touch go
	wait "$driver" || status=$?
	cat err
	[ "$status" = 1 ]
	[ "$(grep -c 'not currently accepting connections' err)" = 1 ]
	[ "$(grep -cE '^ant-sync: that stopped (cost_report, usage_report|usage_report, cost_report); not begun: api_keys, workspaces$' err)" = 1 ]
	grep -q '^invites .* done$' err
	run -1 grep 'views were not made' err
	PGDATABASE=template1 psql -qc "alter database away with allow_connections true"
	[ "$(psql -d away -Atc 'select count(*) > 0 from invites')" = t ]
	run -0 --separate-stderr sync --dest postgresql:///away invites users messages_usage usage_report cost_report workspaces
}

@test "causes: --check finds what stands in the way of a load, of each destination, and changes nothing" {
	run -0 --separate-stderr sync --check
	[[ $output == *'usage_report: readable'*"destination sqlite:///$PWD/anthill.db: ready" ]]
	[ ! -e anthill.db ]
	run -1 sync --check --dest sqlite:///no/such/x.db users
	[[ $output == *'not ready' ]]
	psql -qc 'create role poor login' -c 'create schema own' -c 'grant usage on schema own to poor' -c 'create table own.users(id text primary key)' \
		-c 'grant select on own.users to poor'
	run -0 sync --check --dest "postgresql://postgres@/postgres?host=$PGHOST" --schema own users
	run -1 sync --check --dest "postgresql://poor@/postgres?host=$PGHOST" --schema own users
	[[ $output == *'own'*'not ready' ]]
	echo "$output"
	[ "$(psql -Atc "select count(*) from pg_tables where schemaname = 'own'")" = 1 ]
	run -1 sync --check --dest csv:////proc/x/y users
	mkdir out
	run -0 sync --check --dest csv:///out users cost_report
	[ -z "$(ls -A out)" ]
}

@test "causes: all tables on a terminal of 80 columns and of 200: what is left there fits, and is no more than that" {
	local width
	for width in 80 200; do
		rm -rf state anthill.db
		TERM=xterm python3 "$ROOT/tests/lib/terminal.py" "${width}x40" -- "$ANT_BIN/ant-sync" --rate 0 --to today --start -4d >screens
		# The last screen, whole: what the terminal wraps is one line of raw.
		awk '/^====/ { s = "" } { s = s $0 "\n" } END { printf "%s", s }' screens >last
		tr -d '\r' <raw | sed 's/.*\x1b\[J//' | awk '/^ant-sync: fields that no column reads/ { s = "" } { s = s $0 "\n" } END { printf "%s", s }' >end
		cat end
		[ "$(wc -l <end)" = 18 ] # the fields, a head and 16 tables
		awk -v w="$width" 'NR > 1 && length($0) > w { exit 1 }' end
		[ "$(grep -c ' done$' end)" = 16 ]
		[ "$(grep -c ' done$' last)" = 16 ] # none is wrapped
		run -1 grep '@ant' raw
	done
	[[ $(sed -n 2p end) =~ ^table\ +window\ +rows\ +pages\ +retries\ +seconds\ +watermark\ +status$ ]]
	# A cause does not disturb it.  Those of two sets say of two kinds of keys.
	arm '* from=5 status=401'
	TERM=xterm run -3 python3 "$ROOT/tests/lib/terminal.py" 80x40 -- "$ANT_BIN/ant-sync" --rate 0 --to today --start -4d \
		-analytics_cost -analytics_usage -users -invites
	tr -d '\r' <raw | sed 's/.*\x1b\[J//' >end
	[ "$(grep -c 'the API refused the key' end)" = 1 ]
	grep -q '^ant-sync: that stopped .*; not begun: ' end
	[ "$(grep -cE '^[a-z_]+ +.* (done|failed \(3\)|not run)$' end)" = 12 ]
}

# ---- rows that are in, though not all was done

@test "committed: rows whose watermark could not be stored are said to be in, with how many" {
	# The sanitizers want to be the first that is loaded.
	local full=(env "ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0" "LD_PRELOAD=$BATS_FILE_TMPDIR/full.so${LD_PRELOAD:+:$LD_PRELOAD}" "FULL_WHEN=$PWD/full")
	sync -q users >receipts # makes the folder of the state
	echo "$ANT_STATE/" >full
	run -1 --separate-stderr "${full[@]}" ant-sync --rate 0 --to today --start -4d usage_report
	echo "$stderr"
	[ -z "$output" ]
	[[ $stderr == *'usage_report: ant-state: '*'No space left on device'* ]]
	[[ $stderr == *'usage_report: the rows are in, but where the table is up to was not kept: the next run loads them again'* ]]
	local n
	n=$(sqlite3 anthill.db 'select count(*) from usage_report')
	[ "$n" -gt 0 ]
	[[ $stderr =~ usage_report\ .*\ $n\ .*\ committed($|$'\n') ]]
	run -1 --separate-stderr "${full[@]}" ant-sync --dest sqlite:///b.db --rate 0 --to today --start -4d --json usage_report
	[ "$(jq -c '[.status, .outcome, .rows, .watermark]' <<<"$output")" = "[1,\"committed\",$n,null]" ]
	# The ledger knows it; where that cannot be kept either, nothing is begun that would be loaded again and again.
	run -1 --separate-stderr "${full[@]}" ant-sync --rate 0 --to today --start -4d --json usage_report
	[ "$(jq -c '[.status, .outcome, .rows]' <<<"$output")" = '[1,"failed (1)",0]' ]
	[[ $stderr == *'usage_report: '*'No space left on device'* ]]
	# When a table without a window was refreshed is the ledger's to know.
	printf 'full-sync every 7d\ntables invites\n' >c
	run -0 --separate-stderr "${full[@]}" ant-sync --rate 0 -c c
	run -0 --separate-stderr "${full[@]}" ant-sync --rate 0 -c c
	[[ $stderr != *invites*done* ]]
	rm full
	run -0 sync usage_report
	[ "$(sqlite3 anthill.db 'select count(*) from usage_report')" = "$n" ]
}

@test "committed: views that cannot be made are exit 1, and the rows are said to be in" {
	sqlite3 anthill.db 'create table ant_cost_daily(mine int)'
	run -1 --separate-stderr sync users cost_report
	echo "$stderr"
	[ "${#lines[@]}" -ge 2 ]
	[[ $stderr == *'ant-sync: ant-load-sqlite: '*ant_cost_daily*'ant-sync: the views were not made; the rows are in.'* ]]
	[ "$(grep -c ' committed$' <<<"$stderr")" = 2 ]
	run -1 --separate-stderr sync --json --metrics m.prom users cost_report
	[ "$(objects .)" = '[["users",1,"committed"],["cost_report",1,"committed"]]' ]
	[ "$(jq -s 'map(.rows > 0) | all' <<<"$output")" = true ]
	grep -qF 'anthill_sync_status{table="users",organization=""} 1' m.prom
	echo 'views off' >c
	run -0 sync -c c users cost_report
}
