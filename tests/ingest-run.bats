#!/usr/bin/env bats
# The command lines of ingestr's and omniload's documentation, run as they are: against the simulated
# organization, into DuckDB, PostgreSQL, SQLite and CSV.  Only key and server of the examples are replaced.
# shellcheck disable=SC2016,SC2154	# the stubs' shell expands these, not we; set by run
load lib/helper
load lib/duckdb

setup_file() {
	build_duck
	# The examples ask for 2024: its second half is enough.
	start_sim --days $((($(date +%s) - $(date -d 2024-06-01 +%s)) / 86400)) --users 3
	start_pg
	psql -qc 'create role "user" superuser login' -c 'create database analytics owner "user"'
}
teardown_file() {
	stop_sim
	stop_pg
}
each_setup() {
	use_duckdb
	export ANT_STATE=$PWD/state
	unset ANTHROPIC_ADMIN_KEY # the one in the URI counts
	stub ant-sync "exec $ANT_BIN/ant-sync --rate 0 \"\$@\"" # the simulator has no limit
	stub ingestr 'exec ant-ingest "$@"'
}

# documented NAME - the command lines of the documentation, whatever NAME the program has there
documented() {
	cat <<-'END'
		NAME ingest \
		    --source-uri "anthropic://?api_key=sk-ant-admin-..." \
		    --source-table "claude_code_usage" \
		    --dest-uri "duckdb:///anthropic_data.db" \
		    --dest-table "claude_code_usage"
		NAME ingest \
		    --source-uri "anthropic://?api_key=sk-ant-admin-..." \
		    --source-table "claude_code_usage" \
		    --dest-uri "postgresql://user:password@localhost:5432/analytics" \
		    --dest-table "claude_code_usage" \
		    --interval-start "2024-01-01" \
		    --interval-end "2024-12-31"
		NAME ingest \
		    --source-uri "anthropic://?api_key=sk-ant-admin-..." \
		    --source-table "organization" \
		    --dest-uri "duckdb:///anthropic_data.db" \
		    --dest-table "organization"
		NAME ingest \
		    --source-uri "anthropic://?api_key=sk-ant-admin-..." \
		    --source-table "usage_report" \
		    --dest-uri "postgresql://user:password@localhost:5432/analytics" \
		    --dest-table "api_usage" \
		    --interval-start "2024-01-01" \
		    --interval-end "2024-12-31"
		NAME ingest \
		    --source-uri "anthropic://?api_key=sk-ant-admin-..." \
		    --source-table "cost_report" \
		    --dest-uri "duckdb:///costs.db" \
		    --dest-table "anthropic_costs"
		NAME ingest \
		    --source-uri "anthropic://?api_key=sk-ant-admin-..." \
		    --source-table "users" \
		    --dest-uri "duckdb:///org_data.db" \
		    --dest-table "users"
		NAME ingest \
		    --source-uri "anthropic://?api_key=sk-ant-admin-..." \
		    --source-table "workspaces" \
		    --dest-uri "duckdb:///org_data.db" \
		    --dest-table "workspaces"
		NAME ingest \
		    --source-uri "anthropic://?api_key=sk-ant-admin-..." \
		    --source-table "workspace_members" \
		    --dest-uri "duckdb:///org_data.db" \
		    --dest-table "workspace_members"
	END
}

# run_documented DEST-EDIT - all of them, with the address of the destination changed by this sed script
run_documented() {
	documented | sed -e 's/^NAME/ingestr/' -e 's/sk-ant-admin-\.\.\./sk-ant-admin01-simulated/' -e "$1" >lines.sh
	[ "$(grep -c '^ingestr ingest' lines.sh)" = 8 ]
	run -0 timeout 500 bash -euc "$(<lines.sh)"
	[[ $output != *simulated* ]]
}

PG='s,postgresql://user:password@localhost:5432/analytics,postgresql://user:password@/analytics?host='

@test "documented: every example runs, into DuckDB and PostgreSQL, and what they promise is there" {
	run_documented "$PG$PGHOST,"
	[ "$(duck org_data.db 'select count(*) from users')" = 3 ]
	[ "$(duck org_data.db 'select count(*) > 0 from workspaces')" = true ]
	[ "$(duck org_data.db 'select count(*) > 0 from workspace_members')" = true ]
	[ "$(duck anthropic_data.db 'select count(*) from organization')" = 1 ]
	[ "$(duck anthropic_data.db 'select count(*) > 300 from claude_code_usage')" = true ]
	[ "$(duck costs.db 'select count(*) > 300 from anthropic_costs')" = true ]
	# The year of the example: from its first day to its last, and no other.
	[ "$(psql -d analytics -Atc "select max(bucket) at time zone 'utc' from api_usage")" = '2024-12-31 00:00:00' ]
	[ "$(psql -d analytics -Atc "select count(*) from api_usage where bucket < '2024-01-01'")" = 0 ]
	[ "$(psql -d analytics -Atc 'select count(*) from claude_code_usage')" = 0 ] # the API has none before 2025
	# Run again, the same command lines bring what is new and change nothing.
	before=$(duck costs.db 'select count(*), sum(amount_cents) from anthropic_costs')
	run_documented "$PG$PGHOST,"
	[ "$(duck costs.db 'select count(*), sum(amount_cents) from anthropic_costs')" = "$before" ]
}

@test "documented: the same lines with SQLite and CSV as the destination give the same rows" {
	run_documented 's,"\(duckdb\|postgresql\)://.*/\([a-z_]*\)\(\.db\)*","sqlite:///\2.db",'
	[ "$(sqlite3 org_data.db 'select count(*) from users')" = 3 ]
	[ "$(sqlite3 anthropic_data.db 'select count(*) from organization')" = 1 ]
	rows=$(sqlite3 analytics.db 'select count(*) from api_usage')
	[ "$rows" -gt 100 ]
	rm -r state
	run_documented 's,"\(duckdb\|postgresql\)://.*/\([a-z_]*\)\(\.db\)*","csv:///\2",'
	[ "$(wc -l <org_data/users.csv)" = 4 ]
	[ "$(tail -n +2 analytics/api_usage.csv | wc -l)" = "$rows" ]
	[ "$(tail -n +2 costs/anthropic_costs.csv | wc -l)" = "$(sqlite3 costs.db 'select count(*) from anthropic_costs')" ]
}
