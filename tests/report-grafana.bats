#!/usr/bin/env bats
# examples/grafana: every query of the dashboard runs on the views in a real PostgreSQL.
# shellcheck disable=SC2016,SC2154	# $__timeFilter is Grafana's; set by run
load lib/helper
load lib/report

setup_file() {
	start_pg
	load_organization pg
}
teardown_file() {
	stop_sim
	stop_pg
}
each_setup() { DASHBOARD=$ROOT/examples/grafana/dashboards/anthill.json; }

# Grafana's macro as its PostgreSQL data source writes it.
filled() { sed -E "s/\\\$__timeFilter\(([a-z.]+)\)/\1 BETWEEN '2026-09-01T00:00:00Z' AND '2026-11-20T15:30:00Z'/g"; }

@test "grafana: every query runs, and gives rows" {
	local n=0 sql
	while IFS= read -r sql; do
		sql=$(filled <<<"$sql")
		[[ $sql != *'$__'* ]]
		psql -XqAt -v ON_ERROR_STOP=1 -c 'SET default_transaction_read_only = on' -c "SET TimeZone = 'America/New_York'" -c "$sql" >rows || { echo "$sql"; return 1; }
		[ -s rows ] || { echo "no rows: $sql"; return 1; }
		n=$((n + 1))
	done < <(jq -r '.panels[].targets[].rawSql' "$DASHBOARD")
	[ "$n" -ge 20 ]
}

@test "grafana: time series have a time first, and the same figures as the model" {
	local sql
	while IFS= read -r sql; do
		[[ $sql =~ ^SELECT\ .*AS\ time ]]
	done < <(jq -r '.panels[] | select(.type == "timeseries") | .targets[].rawSql' "$DASHBOARD")
	sql=$(jq -r '.panels[] | select(.title == "Cost per day by model") | .targets[0].rawSql' "$DASHBOARD" | filled)
	psql -XqAt -c "SELECT sum(usd) FROM ($sql) q" | trim >got
	expect cost_report | cut -f 4 | total | dollars | diff - got
}

@test "grafana: with several currencies the figures are those of the dollars alone" {
	psql -Xq -d template1 -c "CREATE DATABASE several TEMPLATE $PGDATABASE"
	export PGDATABASE=several
	psql -Xq -v ON_ERROR_STOP=1 -c "UPDATE cost_report SET currency = 'EUR' WHERE model LIKE '%opus%'"
	local sql title
	sql=$(jq -r '.panels[] | select(.title == "Cost per day by model") | .targets[0].rawSql' "$DASHBOARD" | filled)
	psql -XqAt -c "SELECT sum(usd) FROM ($sql) q" | trim >got
	expect cost_report | awk -F '\t' '$10 !~ /opus/ { print $4 }' | total | dollars | diff - got
	sql=$(jq -r '.panels[] | select(.title == "Month to date") | .targets[0].rawSql' "$DASHBOARD")
	cents 2026-11-01 2026-11-20 '$10 !~ /opus/' | dollars | diff - <(psql -XqAt -c "$sql" | trim)
	sql=$(jq -r '.panels[] | select(.title == "The month so far, and the last one") | .targets[0].rawSql' "$DASHBOARD" | filled)
	cents 2026-11-01 2026-11-20 '$10 !~ /opus/' | dollars | diff - <(psql -XqAt -c "SELECT max(usd) FROM ($sql) q" | trim)
	# No row or line without an amount, and none before those with one.
	for title in 'Cost per day by model' 'Cost per day by workspace' 'Cost by workspace and model' 'Cost by token type'; do
		sql=$(jq -r --arg title "$title" '.panels[] | select(.title == $title) | .targets[0].rawSql' "$DASHBOARD" | filled)
		[ "$(psql -XqAt -c "SELECT count(*) > 3, count(*) FILTER (WHERE usd IS NULL) FROM ($sql) q")" = 't|0' ]
	done
	sql=$(jq -r '.panels[] | select(.title == "Cost by API key") | .targets[0].rawSql' "$DASHBOARD" | filled)
	[ -n "$(psql -XqAt -c "SELECT usd FROM ($sql) q LIMIT 1")" ]
}

@test "grafana: panels do not overlap, and data source and dashboard fit together" {
	jq -e '[.panels[] | .gridPos | select(.x + .w > 24)] == []' "$DASHBOARD"
	jq -e '[.panels[] | .gridPos as $p | range($p.x; $p.x + $p.w) as $x | range($p.y; $p.y + $p.h) as $y | "\($x),\($y)"] | length == (unique | length)' "$DASHBOARD"
	jq -e '[.panels[].id] | length == (unique | length)' "$DASHBOARD"
	[ "$(jq -r '.panels[].datasource.uid' "$DASHBOARD" | sort -u)" = anthill ]
	grep -q '^    uid: anthill$' "$ROOT/examples/grafana/provisioning/datasources/anthill.yaml"
	run -1 grep -r -i -E 'password: *[^$ ]' "$ROOT/examples/grafana/provisioning"
}
