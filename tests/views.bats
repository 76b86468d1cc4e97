#!/usr/bin/env bats
# The SQL views: the same in three databases, and their figures those of the simulator's model.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154	# single quotes are for other shells; subshells; set by run
load lib/helper
load lib/duckdb
load lib/report
load lib/streams

VIEWS='ant_api_keys ant_charge ant_charge_by_day ant_charge_by_key ant_charge_by_model ant_charge_by_month ant_charge_by_owner ant_charge_by_person ant_charge_by_product ant_charge_by_service_account ant_charge_by_tag ant_charge_by_workspace ant_claude_code_daily ant_claude_code_tools ant_cost_by_key ant_cost_daily ant_freshness ant_members ant_spend_month ant_tokens_daily'

setup_file() {
	build_duck
	start_pg
	load_organization sqlite pg duckdb
}
teardown_file() {
	stop_sim
	stop_pg
}
each_setup() { use_duckdb; }

lite() { sqlite3 -nullvalue NULL "$BATS_FILE_TMPDIR/org.db" "$@"; }
pg() { psql -XqAt -v ON_ERROR_STOP=1 -P null=NULL -c "$1"; }
# SQLite writes a small real with an exponent, which bc does not know.
digits() { echo "CASE WHEN typeof($1) = 'real' AND abs($1) < 0.001 THEN printf('%.14f', $1) ELSE CAST($1 AS TEXT) END"; }
ddb() { duck "$BATS_FILE_TMPDIR/org.duckdb" "$@"; }
# Numbers in one form: no zeros at the end, no .0.
plain() { sed -E ':a; s/(^|\|)(-?[0-9]+)\.0+(\||$)/\1\2\3/; s/(\.[0-9]*[1-9])0+(\||$)/\1\2/; ta'; }

@test "views: the same names and columns, in the same order, in three databases" {
	local v
	[ "$(lite "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY 1" | paste -sd' ')" = "$VIEWS" ]
	for v in $VIEWS; do
		lite "SELECT name FROM pragma_table_info('$v')" >want
		[ "$(wc -l <want)" -ge 4 ]
		pg "SELECT column_name FROM information_schema.columns WHERE table_name = '$v' ORDER BY ordinal_position" >got
		diff want got
		ddb "SELECT column_name FROM information_schema.columns WHERE table_name = '$v' ORDER BY ordinal_position" >got
		diff want got
	done
}

@test "views: the same rows in three databases" {
	local v columns
	for v in ant_cost_daily ant_tokens_daily ant_claude_code_daily ant_claude_code_tools ant_spend_month ant_members; do
		columns=$(lite "SELECT group_concat(name, ' || ''|'' || ') FROM (SELECT 'coalesce(CAST(' || name || ' AS VARCHAR), '''')' AS name FROM pragma_table_info('$v') WHERE name NOT IN ('added_at'))")
		lite "SELECT ${columns//"CAST(cost_usd AS VARCHAR)"/"$(digits cost_usd)"} FROM $v" | plain | sort >want
		[ -s want ]
		pg "SELECT $columns FROM $v" | plain | sort >got
		diff want got | head -n 6
		cmp want got
		ddb "SELECT $columns FROM $v" | plain | sort >got
		diff want got | head -n 6
		cmp want got
	done
}

@test "views: cost by day, model, workspace and token type is the model's, to the last digit" {
	lite "SELECT $(digits cost_usd) FROM ant_cost_daily" | total >got
	expect cost_report | cut -f 4 | total | dollars >want
	diff want got
	[ "$(pg 'SELECT sum(cost_usd) FROM ant_cost_daily' | trim)" = "$(cat want)" ]
	[ "$(ddb 'SELECT sum(cost_usd) FROM ant_cost_daily' | trim)" = "$(cat want)" ]
	# Row by row: a day, each workspace, model and token type.
	expect cost_report | awk -F '\t' '{ print substr($1, 1, 10) "|" $2 "|" $10 "|" $11 "\t" $4 }' | sort >rows
	cut -f 1 rows | uniq | while read -r key; do
		echo "$key|$(key=$key awk -F '\t' '$1 == ENVIRON["key"] { print $2 }' rows | total | dollars)"
	done < <(cut -f 1 rows | uniq | grep '^2026-11-1[0-2]') | sed 's/\\N/NULL/g' | sort >want
	[ "$(wc -l <want)" -gt 100 ]
	pg "SELECT day, workspace_id, CASE WHEN cost_type = 'tokens' THEN model END, token_type, trim_scale(sum(cost_usd)) FROM ant_cost_daily
		WHERE day BETWEEN '2026-11-10' AND '2026-11-12' GROUP BY 1, 2, 3, 4" | sort >got
	# What is not of tokens has neither model nor token type, and is one row here.
	diff want got | head -n 4
	cmp want got
}

@test "views: cost by key adds up to the cost of every day, workspace and model, to the last digit" {
	local join="FROM (SELECT day, workspace_id, model, sum(cost_usd) AS k FROM ant_cost_by_key GROUP BY 1, 2, 3) a FULL JOIN (SELECT day, workspace_id, model, sum(cost_usd) AS c FROM ant_cost_daily GROUP BY 1, 2, 3) b ON a.day = b.day AND coalesce(a.workspace_id, '') = coalesce(b.workspace_id, '') AND a.model = b.model WHERE k IS DISTINCT FROM c"
	[ "$(pg "SELECT count(*) $join")" = 0 ]
	[ "$(ddb "SELECT count(*) $join")" = 0 ]
	lite "SELECT $(digits cost_usd) FROM ant_cost_by_key" | total >got
	expect cost_report | cut -f 4 | total | dollars >want
	diff want got
	# And a key's part is what its tokens say, computed apart from it, with doubles.
	join -t $'\t' <(expect usage_report | awk -F '\t' '
		{ tier = $5 == "batch" || $5 == "priority" ? $5 : "standard"
		split("23 24 25 26 7", c, " "); split("uncached_input_tokens cache_read_input_tokens cache_creation.ephemeral_5m_input_tokens cache_creation.ephemeral_1h_input_tokens output_tokens", n, " ")
		for (i = 1; i <= 5; i++) if ($c[i] > 0) print substr($1, 1, 10) "|" $3 "|" $4 "|" tier "|" $19 "|" n[i] "\t" $2 "\t" $c[i] }' | sort) \
		<(expect cost_report | awk -F '\t' '{ s[substr($1, 1, 10) "|" $2 "|" $10 "|" $12 "|" $13 "|" $11] += $4 } END { for (k in s) printf "%s\t%.9f\n", k, s[k] }' | sort) >joined
	awk -F '\t' 'NR == FNR { t[$1] += $3; next } { s[$2] += $4 * $3 / t[$1] / 100 } END { for (k in s) printf "%s %.2f\n", k, s[k] }' joined joined | sort >want
	[ "$(wc -l <want)" -gt 10 ]
	pg "SELECT coalesce(api_key_id, '\\N') || ' ' || round(sum(cost_usd), 2) FROM ant_cost_by_key WHERE api_key <> 'Not by key' AND model <> 'Web search' GROUP BY api_key_id" | sort >got
	diff want got
	[ "$(pg "SELECT string_agg(DISTINCT model, ',' ORDER BY model) FROM ant_cost_by_key WHERE api_key = 'Not by key'")" = 'Agent sessions,Code execution' ]
}

@test "views: tokens and cache hit rate are the model's" {
	expect usage_report | awk -F '\t' 'substr($1, 1, 10) == "2026-11-12" && $4 == "claude-opus-4-6" { u += $23; r += $24; a += $25; b += $26; o += $7 }
		END { printf "%d|%d|%d|%d|%d|%.4f\n", u, a, b, r, o, r / (u + a + b + r) }' >want
	pg "SELECT sum(uncached_input_tokens), sum(cache_creation_5m_tokens), sum(cache_creation_1h_tokens), sum(cache_read_tokens), sum(output_tokens), round(sum(cache_read_tokens) / (sum(total_tokens) - sum(output_tokens)), 4) FROM ant_tokens_daily WHERE day = '2026-11-12' AND model = 'claude-opus-4-6'" >got
	diff want got
	[ "$(lite "SELECT count(*) FROM ant_tokens_daily WHERE abs(cache_hit_rate - 1.0 * cache_read_tokens / (total_tokens - output_tokens)) > 0.000001")" = 0 ]
}

@test "views: the month's spend, the last one's and the forecast are the model's" {
	lite 'SELECT month, as_of, days_left FROM ant_spend_month' >got
	echo '2026-11-01|2026-11-20|11' | diff - got
	lite 'SELECT spent_usd FROM ant_spend_month' >got
	cents 2026-11-01 2026-11-20 | dollars | diff - got
	lite 'SELECT last_month_usd FROM ant_spend_month' >got
	cents 2026-10-01 2026-11-01 | dollars | diff - got
	lite 'SELECT last_30_days_usd FROM ant_spend_month' >got
	cents 2026-10-21 2026-11-20 | dollars | diff - got
	lite 'SELECT prior_30_days_usd FROM ant_spend_month' >got
	cents 2026-09-21 2026-10-21 | dollars | diff - got
	# 20 to 30 November: Friday to Monday of the week after next, so Friday to Monday twice, the others once.
	local sum=0 d
	for d in $(seq 23 31 | sed 's/^/2026-10-/') $(seq -w 1 19 | sed 's/^/2026-11-/'); do
		local n=1
		case $(date -ud "$d" +%u) in 5 | 6 | 7 | 1) n=2 ;; esac
		sum="$sum + $n * $(cents "$d" "$(date -ud "$d + 1 day" +%F)")"
	done
	echo "scale=20; x = ($(cents 2026-11-01 2026-11-20) + ($sum) / 4) / 100 + 0.005; scale=2; x / 1" | bc >want
	lite "SELECT printf('%.2f', forecast_usd) FROM ant_spend_month" | diff want -
	pg 'SELECT forecast_usd FROM ant_spend_month' | diff want -
}

@test "views: Claude Code by user and day is the model's, with names and acceptance" {
	expect claude_code_usage | awk -F '\t' 'substr($1, 1, 10) == "2026-11-12" { k = $3; s[k] += $7; l[k] += $8; c[k] += $10; p[k] += $11; for (i = 12; i <= 18; i += 2) { y[k] += $i == "\\N" ? 0 : $i; n[k] += $(i + 1) == "\\N" ? 0 : $(i + 1) } }
		END { for (k in s) printf "%s|%d|%d|%d|%d|%d|%d\n", k, s[k], l[k], c[k], p[k], y[k], n[k] }' | sort >want
	[ "$(wc -l <want)" -gt 5 ]
	pg "SELECT replace(actor, chr(10), '\\n'), sessions, lines_added, commits, pull_requests, accepted, rejected FROM ant_claude_code_daily WHERE day = '2026-11-12'" | sort >got
	diff want got
	lite 'SELECT estimated_cost_usd FROM ant_claude_code_daily' | total >got
	expect claude_code_usage | cut -f 24 | total | dollars | diff - got
	[ "$(lite "SELECT count(DISTINCT name) FROM ant_claude_code_daily WHERE name <> actor")" -gt 5 ]
	[ "$(lite "SELECT sum(accepted) FROM ant_claude_code_daily")" = "$(lite "SELECT sum(accepted) FROM ant_claude_code_tools")" ]
}

@test "views: null is the default workspace and the Console; archived and deleted things keep their cost" {
	[ "$(lite "SELECT count(DISTINCT workspace) FROM ant_cost_daily WHERE workspace_id IS NULL")" = 1 ]
	[ "$(lite "SELECT DISTINCT workspace FROM ant_cost_daily WHERE workspace_id IS NULL")" = 'Default workspace' ]
	[ "$(lite "SELECT count(*) > 0 FROM ant_cost_by_key WHERE api_key = 'Console' AND api_key_id IS NULL")" = 1 ]
	[ "$(lite "SELECT count(*) > 0 FROM ant_cost_daily WHERE workspace = 'Legacy import'")" = 1 ]
	cp "$BATS_FILE_TMPDIR/org.db" gone.db
	sqlite3 gone.db "DELETE FROM workspaces WHERE name = 'Production'; DELETE FROM api_keys"
	[ "$(sqlite3 gone.db 'SELECT sum(cost_usd) FROM ant_cost_by_key')" = "$(lite 'SELECT sum(cost_usd) FROM ant_cost_by_key')" ]
	[ "$(sqlite3 gone.db "SELECT count(*) > 0 FROM ant_cost_daily WHERE workspace = workspace_id")" = 1 ]
	# A name that is there twice does not count twice.
	sqlite3 gone.db 'INSERT INTO workspaces SELECT * FROM workspaces'
	[ "$(sqlite3 gone.db 'SELECT sum(cost_usd) FROM ant_cost_daily')" = "$(lite 'SELECT sum(cost_usd) FROM ant_cost_daily')" ]
}

@test "views: amounts beyond what a double holds, tiny ones and credits add up exactly in SQLite" {
	{
		printf '%s' '{"data":[{"starting_at":"2026-11-08T00:00:00Z","ending_at":"2026-11-09T00:00:00Z","results":['
		for a in 1234567890123.123456789 -0.000000000001 0.1 0.2 -500.75 0.0000125 99999999999999 1e3; do
			printf '%s{"amount":"%s","model":"m"}' "${sep-}" "$a"
			local sep=,
		done
		echo ']}]}'
	} | ant flatten -q -t cost_report --mode append | ant load-sqlite -q m.db >/dev/null
	ant load-sqlite --views m.db
	[ "$(sqlite3 m.db 'SELECT cost_usd FROM ant_cost_daily')" = "$(echo 1234567890123.123456789 -0.000000000001 0.1 0.2 -500.75 0.0000125 99999999999999 1000 | tr ' ' '\n' | total | dollars)" ]
	[ "$(sqlite3 m.db 'SELECT typeof(cost_usd) FROM ant_cost_daily')" = text ]
}

@test "views: made over what tables there are; again when there are more; left alone when nothing changed" {
	sqlite3 "$BATS_FILE_TMPDIR/org.db" ".dump cost_report" | sqlite3 part.db
	ant load-sqlite --views -v part.db 2>err
	grep -q '13 views' err
	[ "$(sqlite3 part.db "SELECT group_concat(DISTINCT workspace) FROM ant_cost_daily WHERE workspace LIKE 'Prod%'")" = '' ]
	sqlite3 "$BATS_FILE_TMPDIR/org.db" ".dump workspaces" ".dump usage_report" | sqlite3 part.db
	ant load-sqlite --views -v part.db 2>err
	grep -q '15 views' err
	[ "$(sqlite3 part.db "SELECT group_concat(DISTINCT workspace) FROM ant_cost_daily WHERE workspace LIKE 'Prod%'")" = Production ]
	sqlite3 part.db 'PRAGMA schema_version' >before
	ant load-sqlite --views part.db
	sqlite3 part.db 'PRAGMA schema_version' | diff before -
	pg "SELECT oid, xmin FROM pg_class WHERE relname = 'ant_cost_daily'" >before
	ant load-pg --views
	pg "SELECT oid, xmin FROM pg_class WHERE relname = 'ant_cost_daily'" | diff before -
}

@test "views: over each table alone, and over all but that one, three databases make the same" {
	local all="$REPORT_TABLES analytics_cost analytics_usage" t kind names
	for t in $all; do
		for kind in alone others; do
			names=$t
			[ $kind = alone ] || names=$(tr ' ' '\n' <<<"$all" | grep -vx "$t")
			# shellcheck disable=SC2086
			{
				ant tables --ddl sqlite $names | sqlite3 $kind.$t.db
				{ printf 'CREATE SCHEMA %s_%s; SET search_path = %s_%s;\n' $kind $t $kind $t; ant tables --ddl postgresql $names; } | psql -Xq -v ON_ERROR_STOP=1
				duck $kind.$t.duckdb "$(ant tables --ddl duckdb $names)"
			}
			ant load-sqlite --views $kind.$t.db
			ant load-pg --schema ${kind}_$t --views
			ant load-duckdb --views $kind.$t.duckdb
			sqlite3 $kind.$t.db "SELECT name FROM sqlite_schema WHERE type = 'view' ORDER BY 1" >want
			pg "SELECT viewname FROM pg_views WHERE schemaname = '${kind}_$t' ORDER BY 1" | diff want -
			duck $kind.$t.duckdb "SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1" | diff want -
		done
	done
}

# several - a day's cost in three currencies and in none, with keys that used what was paid for in two of them, and
# Claude Code in two, into the databases of the words
several() {
	local dest table
	psql -Xq -c 'SET client_min_messages = error' -c 'DROP SCHEMA IF EXISTS several CASCADE'
	jq -nc '[["USD", "10000.5", "w1"], ["EUR", "300", "w1"], ["EUR", "20.25", "w2"], ["JPY", "777", "w3"], [null, "0.5", "w1"]] as $costs |
		{data: [("2026-10-08", "2026-11-07", "2026-11-08") as $day | {starting_at: ($day + "T00:00:00Z"), ending_at: ($day + "T23:00:00Z"),
			results: [$costs[] | {currency: .[0], amount: .[1], workspace_id: .[2], description: "d", cost_type: "tokens", model: "m", token_type: "output_tokens", service_tier: "standard", context_window: "0-200k"}]}],
		has_more: false, next_page: null}' | ant flatten -q -t cost_report --mode append >cost.rows
	jq -nc '{data: [{starting_at: "2026-11-08T00:00:00Z", ending_at: "2026-11-09T00:00:00Z", results: [("k1", "k2", "k2") as $key | {api_key_id: $key, workspace_id: "w1", model: "m",
			service_tier: "standard", context_window: "0-200k", output_tokens: 10, uncached_input_tokens: 0, cache_read_input_tokens: 0, cache_creation: {ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0}, server_tool_use: {web_search_requests: 0}}]}],
		has_more: false, next_page: null}' | ant flatten -q -t usage_report --mode append >usage.rows
	jq -nc '{data: [["ada", "USD"], ["ada", "EUR"], ["ben", null] | {date: "2026-11-08T00:00:00Z", actor: {type: "user_actor", email_address: .[0]}, customer_type: "api", terminal_type: .[1], organization_id: "o",
			core_metrics: {num_sessions: 1, lines_of_code: {added: 2, removed: 0}, commits_by_claude_code: 0, pull_requests_by_claude_code: 0}, tool_actions: {},
			model_breakdown: [{model: "m", tokens: {input: 1, output: 1, cache_read: 0, cache_creation: 0}, estimated_cost: ({amount: 250} + if .[1] then {currency: .[1]} else {} end)}]}],
		has_more: false, next_page: null}' | ant flatten -q -t claude_code_usage --mode append >code.rows
	for dest; do
		for table in cost usage code; do
			case $dest in
			pg) ant load-pg --schema several ;;
			*.duckdb) ant load-duckdb "$dest" ;;
			*) ant load-sqlite "$dest" ;;
			esac <$table.rows >/dev/null || return
		done
	done
	ant load-pg --schema several --views
	ant load-duckdb --views s.duckdb
	ant load-sqlite --views s.db
}

@test "views: currencies are never added: dollars are told as such, the others have rows of their own, null is dollars" {
	several pg s.duckdb s.db
	local v sql columns
	for v in ant_cost_daily ant_cost_by_key ant_spend_month ant_claude_code_daily; do
		sqlite3 s.db "SELECT name FROM pragma_table_info('$v') WHERE name <> 'basis'" | tail -n 1 | grep -qx currency
		# Parts of a cost are cut at different places.
		columns=$(sqlite3 s.db "SELECT group_concat(name) FROM pragma_table_info('$v')")
		[ $v != ant_cost_by_key ] || columns=${columns/cost_usd/'round(cost_usd, 6)'}
		# In each view the same rows in all three.
		sqlite3 -nullvalue NULL s.db "SELECT $columns FROM $v" | plain | sort >want
		psql -XqAt -P null=NULL -c "SELECT $columns FROM several.$v" | plain | sort >got
		diff want got
		duck s.duckdb "SELECT $columns FROM $v" | plain | sort >got
		diff want got
		# What is called _usd is there in dollars, and nowhere else.
		sql="SELECT count(*) FROM $v WHERE ($(sqlite3 s.db "SELECT group_concat('(' || name || ' IS NULL) <> (currency <> ''USD'')', ' OR ') FROM pragma_table_info('$v') WHERE name LIKE '%usd'"))"
		[ "$(sqlite3 s.db "$sql")" = 0 ]
		[ "$(sqlite3 s.db "SELECT group_concat(c) FROM (SELECT DISTINCT currency AS c FROM $v ORDER BY 1)")" = "$([ $v = ant_claude_code_daily ] && echo EUR,USD || echo EUR,JPY,USD)" ]
	done
	[ "$(sqlite3 s.db "SELECT count(*), sum(cost_usd) FROM ant_cost_daily WHERE currency = 'USD'")" = '3|300.03' ]
	[ "$(sqlite3 s.db "SELECT sum(cost_usd) FROM ant_cost_by_key")" = 300.03 ]
	[ "$(sqlite3 s.db "SELECT api_key, tokens, round(cost_usd, 8) FROM ant_cost_by_key WHERE day = '2026-11-08' AND currency = 'USD' ORDER BY 1" | paste -sd' ')" = 'k1|0|33.33666667 k2|0|66.67333333' ]
	# Tokens were used once, whatever they were paid in.
	[ "$(sqlite3 s.db 'SELECT sum(tokens) FROM ant_cost_by_key')" = 30 ]
	[ "$(sqlite3 s.db "SELECT month, as_of, spent_usd, last_month_usd, forecast_usd > spent_usd FROM ant_spend_month WHERE currency = 'USD'")" = '2026-11-01|2026-11-09|200.02|100.01|1' ]
	[ "$(sqlite3 s.db "SELECT month, as_of FROM ant_spend_month WHERE currency = 'JPY'")" = '2026-11-01|2026-11-09' ]
	[ "$(sqlite3 s.db "SELECT actor, sessions, estimated_cost_usd, currency FROM ant_claude_code_daily ORDER BY 1, 4" | plain | paste -sd' ')" = 'ada|1||EUR ada|1|2.5|USD ben|1|2.5|USD' ]
}

# before - SQL that makes views of PostgreSQL as they were before they had a currency: anthill's mark, the columns, no row
before() {
	local v
	for v in ant_cost_daily ant_claude_code_daily; do
		sqlite3 s.db "SELECT 'DROP VIEW several.$v; CREATE VIEW several.$v AS SELECT ' || group_concat('CAST(NULL AS ' || CASE WHEN name = 'day' THEN 'date' WHEN name LIKE '%usd' OR name LIKE '%rate' THEN 'numeric'
			WHEN name LIKE '%tokens' OR name IN ('sessions', 'lines_added', 'lines_removed', 'commits', 'pull_requests', 'accepted', 'rejected') THEN 'bigint' ELSE 'text' END || ') AS ' || name) ||
			'; COMMENT ON VIEW several.$v IS ''anthill 0'';' FROM pragma_table_info('$v') WHERE name <> 'currency'"
	done
}

@test "views: those of before the currency are replaced where they stand, and what others made of them stays" {
	several pg s.duckdb s.db
	before >sql
	psql -Xq -v ON_ERROR_STOP=1 -f sql -c 'CREATE VIEW several.mine AS SELECT day, sum(cost_usd) AS usd FROM several.ant_cost_daily GROUP BY day; GRANT SELECT ON several.ant_cost_daily TO public'
	psql -XqAt -c "SELECT oid FROM pg_class WHERE oid = 'several.ant_cost_daily'::regclass" >oid
	ant load-pg --schema several --views
	psql -XqAt -c "SELECT oid FROM pg_class WHERE oid = 'several.ant_cost_daily'::regclass" | diff oid -
	[ "$(psql -XqAt -c "SELECT usd FROM several.mine WHERE day = '2026-11-08'")" = 100.01 ]
	[ "$(psql -XqAt -c "SELECT has_table_privilege('pg_monitor', 'several.ant_cost_daily', 'SELECT')")" = t ]
	# In SQLite they have no mark; they begin as those of now do.
	sqlite3 s.db "SELECT 'DROP VIEW ' || name || ';' || replace(sql, '/* anthill */ ', '') || ';' FROM sqlite_schema WHERE type = 'view'" >sql
	run -1 grep -q '/\*' sql
	sqlite3 s.db 'SELECT * FROM ant_cost_daily' >want
	sqlite3 -bail s.db 'CREATE VIEW mine AS SELECT sum(cost_usd) AS usd FROM ant_cost_daily' <sql
	sqlite3 -bail s.db <sql
	ant load-sqlite --views s.db
	[ "$(sqlite3 s.db "SELECT count(*) FROM sqlite_schema WHERE type = 'view' AND sql LIKE '% AS /* anthill */ SELECT%' OR sql LIKE '% AS /* anthill */ WITH%'")" = "$(wc -l <sql)" ]
	sqlite3 s.db 'SELECT * FROM ant_cost_daily' | diff want -
	[ "$(sqlite3 s.db 'SELECT usd FROM mine')" = 300.03 ]
}

@test "views: over tables without a currency column all is dollars, and the column comes with the table's" {
	several pg s.duckdb s.db
	local t
	for t in cost_report claude_code_usage; do
		sqlite3 s.db "DELETE FROM $t WHERE currency <> 'USD'; ALTER TABLE $t DROP COLUMN currency" 2>/dev/null || {
			sqlite3 s.db "SELECT 'DROP VIEW ' || name || ';' FROM sqlite_schema WHERE type = 'view'" | sqlite3 s.db
			sqlite3 s.db "DELETE FROM $t WHERE currency <> 'USD'; ALTER TABLE $t DROP COLUMN currency"
		}
		psql -Xq -v ON_ERROR_STOP=1 -c "DELETE FROM several.$t WHERE currency <> 'USD'; ALTER TABLE several.$t DROP COLUMN currency CASCADE" 2>/dev/null
	done
	ant load-sqlite --views s.db
	ant load-pg --schema several --views
	[ "$(sqlite3 s.db 'SELECT DISTINCT currency, sum(cost_usd) OVER () FROM ant_cost_daily')" = 'USD|300.03' ]
	[ "$(psql -XqAt -c 'SELECT currency, spent_usd FROM several.ant_spend_month')" = 'USD|200.02' ]
	[ "$(psql -XqAt -c 'SELECT currency, sum(estimated_cost_usd) FROM several.ant_claude_code_daily GROUP BY 1' | plain)" = 'USD|5' ]
	psql -Xq -v ON_ERROR_STOP=1 -c "ALTER TABLE several.cost_report ADD COLUMN currency text; UPDATE several.cost_report SET currency = 'EUR' WHERE bucket < '2026-11-08'"
	ant load-pg --schema several --views
	[ "$(psql -XqAt -c 'SELECT currency, spent_usd FROM several.ant_spend_month ORDER BY 1' | paste -sd' ')" = 'EUR| USD|100.01' ]
}

@test "views: what has a view's name and is not anthill's is named, and left with all the rest as it was" {
	several pg s.duckdb s.db
	local kind
	# SQLite: a table, an index, a view of somebody's.
	for kind in 'TABLE ant_members (mine int)' 'TABLE Ant_Members (mine int)' 'INDEX ant_members ON cost_report (model)' 'VIEW ant_members AS SELECT 1 AS mine'; do
		cp s.db way.db
		sqlite3 way.db "SELECT 'DROP VIEW ' || name || ';' FROM sqlite_schema WHERE type = 'view'" | sqlite3 way.db
		sqlite3 way.db "CREATE TABLE users (id, email, name, role, added_at); CREATE $kind"
		sqlite3 way.db .schema >want
		run -1 ant load-sqlite --views way.db
		[[ ${output,,} == *"'ant_members' is a $(cut -d ' ' -f 1 <<<"${kind,,}") that anthill did not make"* && ${#lines[@]} = 1 ]]
		sqlite3 way.db .schema | diff want -
	done
	for kind in 'TABLE several.ant_freshness (mine int)' 'VIEW several.ant_freshness AS SELECT 1 AS mine' 'MATERIALIZED VIEW several.ant_freshness AS SELECT 1 AS mine' 'SEQUENCE several.ant_freshness'; do
		psql -Xq -v ON_ERROR_STOP=1 -c 'DROP VIEW several.ant_freshness, several.ant_cost_daily' -c "CREATE $kind"
		run -1 ant load-pg --schema several --views
		[[ $output == *"'ant_freshness' is a $(sed 's/ several.*//; s/.*/\L&/' <<<"$kind") that anthill did not make"* ]]
		[ "$(psql -XqAt -c "SELECT to_regclass('several.ant_cost_daily')")" = '' ]
		psql -Xq -v ON_ERROR_STOP=1 -c "DROP $(sed 's/ (.*//; s/ AS .*//' <<<"$kind")"
		ant load-pg --schema several --views
	done
	duck s.duckdb 'DROP VIEW ant_freshness; DROP VIEW ant_cost_daily; CREATE TABLE Ant_Freshness (mine INTEGER)' >/dev/null
	run -1 ant load-duckdb --views s.duckdb
	[[ $output == *"is a table that anthill did not make"* ]]
	[ "$(duck s.duckdb "SELECT count(*) FROM duckdb_views() WHERE view_name = 'ant_cost_daily'")" = 0 ]
	duck s.duckdb 'DROP TABLE Ant_Freshness; CREATE VIEW ant_freshness AS SELECT 1 AS mine' >/dev/null
	run -1 ant load-duckdb --views s.duckdb
	[[ $output == *"'ant_freshness' is a view that anthill did not make"* ]]
	[ "$(duck s.duckdb 'SELECT mine FROM ant_freshness')" = 1 ]
}

@test "views: over tables of several organizations each has its own rows, and the same as alone" {
	local v columns one=$BATS_FILE_TMPDIR/org.db
	{ for v in $VIEWS; do echo "DROP VIEW $v;"; done; by_organization; } >sql
	cp "$one" m.db
	sqlite3 -bail m.db <sql
	ant load-sqlite --views m.db
	cp "$BATS_FILE_TMPDIR/org.duckdb" m.duckdb
	duck m.duckdb "$(cat sql)" >/dev/null
	ant load-duckdb --views m.duckdb
	psql -Xq -d template1 -c "CREATE DATABASE organizations TEMPLATE $PGDATABASE"
	psql -Xq -v ON_ERROR_STOP=1 -d organizations -f sql
	PGDATABASE=organizations ant load-pg --views
	# What the second would have alone.
	cp m.db second.db
	for v in $REPORT_TABLES; do
		sqlite3 second.db "DELETE FROM $v WHERE _organization = '$FIRST'"
	done
	sqlite3 second.db "DELETE FROM _anthill_loads WHERE organization = '$FIRST'"
	for v in $VIEWS; do
		[ "$(sqlite3 m.db "SELECT name FROM pragma_table_info('$v') WHERE name <> 'basis' ORDER BY cid DESC LIMIT 1")" = organization ]
		columns=$(sqlite3 "$one" "SELECT group_concat(name) FROM pragma_table_info('$v') WHERE name NOT IN ('hours_behind', 'added_at', 'created_at', 'expires_at', 'tags', 'last_load', 'watermark', 'acceptance_rate', 'cache_hit_rate')")
		[ $v != ant_cost_by_key ] || columns=${columns/cost_usd/'round(cost_usd, 6)'}
		lite "SELECT $columns FROM $v" | plain | sort >want
		[ -s want ]
		sqlite3 -nullvalue NULL m.db "SELECT $columns FROM $v WHERE organization = '$FIRST'" | plain | sort | cmp want - || { echo "$v"; return 1; }
		# The second: not those of the first, and not twice.
		sqlite3 -nullvalue NULL second.db "SELECT $columns FROM $v" | plain | sort >want
		sqlite3 -nullvalue NULL m.db "SELECT $columns FROM $v WHERE organization = '$SECOND'" | plain | sort | cmp want - || { echo "$v"; return 1; }
		PGDATABASE=organizations pg "SELECT $columns, organization FROM $v" | plain | sort >want
		[ "$(wc -l <want)" = "$(sqlite3 m.db "SELECT $columns, organization FROM $v" | wc -l)" ]
		duck m.duckdb "SELECT $columns, organization FROM $v" | plain | sort >got
		diff want got | head -n 4
		cmp want got || { echo "$v"; return 1; }
	done
	[ "$(sqlite3 m.db "SELECT as_of FROM ant_spend_month ORDER BY organization" | paste -sd' ')" = '2026-11-20 2026-11-21' ]
	[ "$(PGDATABASE=organizations pg "SELECT as_of FROM ant_spend_month ORDER BY organization" | paste -sd' ')" = '2026-11-20 2026-11-21' ]
	[ "$(duck m.duckdb "SELECT as_of FROM ant_spend_month ORDER BY organization" | paste -sd' ')" = '2026-11-20 2026-11-21' ]
}

@test "views: names of schemas and prefixes are quoted, whatever they hold" {
	expect cost_report | head -n 5 >rows
	stream append '' 'timestamptz\ttext\ttext\tnumeric\ttimestamptz\ttimestamptz\ttext\ttext\ttext\ttext\ttext\ttext\ttext\ttext' 'bucket\tworkspace_id\tdescription\tamount_cents\tstarting_at\tending_at\tamount\tcurrency\tcost_type\tmodel\ttoken_type\tservice_tier\tcontext_window\tinference_geo' "$(sed 's/\\/\\\\/g; s/\t/\\t/g' rows | paste -sd'~' | sed 's/~/\\n/g')\n" '5\t\\N' >s.rows
	sed -i '1s/\t[^\t]*$/\tcost_report/' s.rows
	ant load-sqlite --prefix 'a"b; ' p.db <s.rows >/dev/null
	ant load-sqlite --prefix 'a"b; ' --views p.db
	[ "$(sqlite3 p.db 'SELECT count(*) > 0 FROM "a""b; ant_cost_daily"')" = 1 ]
	ant load-pg --schema "s'x" --prefix 'q"' <s.rows >/dev/null
	ant load-pg --schema "s'x" --prefix 'q"' --views
	[ "$(psql -XqAt -c "SELECT count(*) > 0 FROM \"s'x\".\"q\"\"ant_cost_daily\"")" = t ]
}

# moved SCHEMA - SQL that copies the tables there: two with names of their own, all with a prefix
moved() {
	local t
	for t in $REPORT_TABLES; do
		case $t in
		cost_report) echo "CREATE TABLE $1\"p'_a=b\\\" AS SELECT * FROM cost_report;" ;;
		users) echo "CREATE TABLE $1\"p'_people\" AS SELECT * FROM users;" ;;
		*) echo "CREATE TABLE $1\"p'_$t\" AS SELECT * FROM $t;" ;;
		esac
	done
	echo "CREATE TABLE $1_anthill_loads AS SELECT * FROM _anthill_loads;"
	echo "UPDATE $1_anthill_loads SET into_table = 'p''_' || CASE table_name WHEN 'cost_report' THEN 'a=b\\' WHEN 'users' THEN 'people' ELSE table_name END;"
}
NAMES=(--prefix "p'_" --table-name 'cost_report=a=b\' --table-name users=people)

@test "views: names of one's own, a prefix and a schema: the same figures, on the page, too" {
	local v t
	ant report --to "$NOW" "$BATS_FILE_TMPDIR/org.db" >want.html
	# In SQLite and DuckDB the old tables go away.
	cp "$BATS_FILE_TMPDIR/org.db" m.db
	{
		for v in $VIEWS; do echo "DROP VIEW $v;"; done
		echo 'ALTER TABLE _anthill_loads RENAME TO old;'
		moved '' | sed 's/FROM _anthill_loads/FROM old/'
		for t in $REPORT_TABLES old; do echo "DROP TABLE $t;"; done
	} | sqlite3 -bail m.db
	ant load-sqlite --views -v "${NAMES[@]}" m.db 2>err
	grep -q '20 views' err
	cp "$BATS_FILE_TMPDIR/org.duckdb" m.duckdb
	{
		for v in $VIEWS; do echo "DROP VIEW $v;"; done
		echo 'CREATE TABLE old AS SELECT * FROM _anthill_loads; DROP TABLE _anthill_loads;'
		moved '' | sed 's/FROM _anthill_loads/FROM old/'
		for t in $REPORT_TABLES old; do echo "DROP TABLE $t;"; done
	} >sql
	duck m.duckdb "$(cat sql)" >/dev/null
	ant load-duckdb --views "${NAMES[@]}" m.duckdb
	{
		echo "CREATE SCHEMA \"t'x\";"
		moved "\"t'x\"."
		echo "INSERT INTO _anthill_loads (table_name, into_table, mode, rows, watermark, started, finished) SELECT 'cost_report', 'other', 'window', 1, '2026-11-20T12:00:00Z', now(), now();"
	} | psql -Xq -v ON_ERROR_STOP=1
	ant load-pg --views --schema "t'x" "${NAMES[@]}"
	for v in $VIEWS; do
		t=$(lite "SELECT group_concat(name) FROM pragma_table_info('$v') WHERE name NOT IN ('hours_behind', 'into_table')")
		lite "SELECT $t FROM $v" | sort >want
		[ -s want ]
		sqlite3 -nullvalue NULL m.db "SELECT $t FROM \"p'_$v\"" | sort | cmp want -
		ddb "SELECT $t FROM $v" | sort >want
		duck m.duckdb "SELECT $t FROM \"p'_$v\"" | sort | cmp want -
		[ "$v" != ant_freshness ] || continue
		pg "SELECT $t FROM $v" | sort >want
		pg "SELECT $t FROM \"t'x\".\"p'_$v\"" | sort | cmp want -
	done
	ant report --to "$NOW" "${NAMES[@]}" m.db | cmp want.html -
	ant report --to "$NOW" "${NAMES[@]}" m.duckdb >got.html
	diff <(grep -v 'id="fresh"' want.html) <(grep -v 'id="fresh"' got.html)
	ant report --to "$NOW" "${NAMES[@]}" --schema "t'x" "postgresql:///$PGDATABASE" >got.html
	diff <(grep -v 'id="fresh"' want.html) <(grep -v 'id="fresh"' got.html)
	# Without the names there is nothing: nothing is guessed.
	ant report --to "$NOW" m.db | grep -q 'Load the table first: <code>ant-sync cost_report</code>'
	psql -Xq -c "DELETE FROM _anthill_loads WHERE into_table = 'other'"
}

@test "views: what was loaded under another prefix is not taken for one's own, nor is its freshness" {
	sqlite3 "$BATS_FILE_TMPDIR/org.db" ".dump cost_report" ".dump _anthill_loads" | sqlite3 two.db
	sqlite3 two.db "DELETE FROM _anthill_loads WHERE table_name <> 'cost_report';
		INSERT INTO _anthill_loads (table_name, into_table, mode, rows, watermark, started, finished) SELECT table_name, 'b_' || into_table, mode, rows, '2026-11-28T00:00:00Z', started, finished FROM _anthill_loads;
		CREATE TABLE b_cost_report AS SELECT * FROM cost_report WHERE bucket < '2026-11-10'"
	ant load-sqlite --views two.db
	ant load-sqlite --views --prefix b_ two.db
	[ "$(sqlite3 two.db 'SELECT as_of FROM ant_spend_month')" = 2026-11-20 ]
	[ "$(sqlite3 two.db 'SELECT as_of FROM b_ant_spend_month')" = 2026-11-28 ]
	sqlite3 two.db "UPDATE _anthill_loads SET watermark = '2026-11-10T00:00:00Z', finished = watermark WHERE into_table LIKE 'b\_%' ESCAPE '\'"
	run -0 ant report --to "$NOW" --check stale=36h two.db
	run -1 ant report --to "$NOW" --prefix b_ --check stale=36h two.db
	[[ $output == *'cost_report is 10 days behind'* ]]
}

@test "views: --table-name takes TABLE=NAME of a table that views read, and goes with --views" {
	local bad
	for bad in cost_report cost_report= =x invites=x _anthill_loads=x; do
		run -2 ant tables --views sqlite --table-name "$bad"
		[[ $output == *'--table-name: '* ]]
		run -2 ant report --table-name "$bad" x.db
		[[ $output == *'--table-name: '* ]]
		run -2 ant load-sqlite --views --table-name "$bad" x.db
		[[ $output == *'--table-name: '* ]]
	done
	run -2 ant load-sqlite --table-name cost_report=x x.db </dev/null
	[[ $output == *'--table-name goes with --views'* && ! -e x.db ]]
	run -2 ant tables --prefix x
	run -2 ant tables --views sqlite --schema x
	run -0 ant tables --views postgresql --schema 's"' --prefix p_ --table-name cost_report=costs
	[[ $output == *'"s""".p_ant_cost_daily'*'"s""".p_costs'* || $output == *'"s"""."p_ant_cost_daily"'*'"s"""."p_costs"'* ]]
}

@test "views: cost by key and by person is the API's own where analytics_cost is loaded, in three databases" {
	local t v
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	start_sim --now "$NOW" --days 75
	for t in analytics_cost analytics_usage api_keys users workspaces cost_report usage_report; do
		case $t in
		analytics* | *report) as_of "$NOW" ant-fetch -q --rate 0 --from 2026-11-01 --to 2026-11-15 $t ;;
		*) ant-fetch -q --rate 0 $t ;;
		esac | ant-flatten -q >$t.rows
		ant load-sqlite b.db <$t.rows >/dev/null
		ant load-duckdb b.duckdb <$t.rows >/dev/null
		ant load-pg --schema billed <$t.rows >/dev/null
	done
	stop_sim
	ant load-sqlite --views b.db
	ant load-duckdb --views b.duckdb
	ant load-pg --schema billed --views
	for v in ant_cost_by_key ant_cost_by_person; do
		sqlite3 -nullvalue NULL b.db "SELECT * FROM $v" | plain | sort >want
		[ "$(wc -l <want)" -gt 50 ]
		psql -XqAt -P null=NULL -c "SELECT * FROM billed.$v" | plain | sort >got
		diff want got | head -n 6
		cmp want got
		duck b.duckdb "SELECT * FROM $v" | plain | sort | cmp want -
		# To the last digit: with the cost of the rows themselves.
		grep -v '^#' analytics_cost.rows | cut -f "$(grep '^#cols' analytics_cost.rows | tr '\t' '\n' | grep -nx amount | cut -d: -f1 | awk '{print $1 - 1}')" | total | dollars >want
		sqlite3 b.db "SELECT $(digits cost_usd) FROM $v" | total >got
		diff want got
	done
	[ "$(sqlite3 b.db "SELECT DISTINCT basis FROM ant_cost_by_key")" = billed ]
	[ "$(lite "SELECT DISTINCT basis FROM ant_cost_by_key")" = 'shared by tokens' ]
	[ "$(sqlite3 b.db 'SELECT sum(tokens) FROM ant_cost_by_key')" = "$(sqlite3 b.db "SELECT sum(total_tokens) FROM analytics_usage")" ]
	# A person goes by a name, and whom nobody knows by none.
	[ "$(sqlite3 b.db "SELECT count(*) FROM ant_cost_by_person WHERE person IS NULL OR person = '' OR (actor_id IS NULL) <> (person = 'Nobody known')")" = 0 ]
	[ "$(sqlite3 b.db "SELECT count(*) > 0 FROM ant_cost_by_person WHERE actor_type = 'user_actor' AND person <> actor_id")" = 1 ]
	# The report reads it, too.
	run -0 --separate-stderr ant report --text --from 2026-11-01 --to 2026-11-15 b.db
	[[ $output == *'Cost by API key'*'Cost by person'* && $output != *'shared out by tokens'* ]]
}

@test "views: ant-tables --views prints what makes them, for each dialect" {
	sqlite3 "$BATS_FILE_TMPDIR/org.db" .dump | grep -v '^CREATE VIEW' | sqlite3 t.db
	for t in analytics_cost analytics_usage service_accounts owners; do # as if they were loaded
		ant tables --ddl sqlite $t | sqlite3 t.db
		ant tables --ddl postgresql $t | psql -Xq
	done
	ant tables --views sqlite | sqlite3 -bail t.db
	[ "$(sqlite3 t.db "SELECT count(*) FROM sqlite_schema WHERE type = 'view'")" = 21 ]
	ant tables --views postgresql | psql -Xq -v ON_ERROR_STOP=1
	psql -Xq -c 'DROP TABLE analytics_cost, analytics_usage, service_accounts, owners CASCADE'
	ant load-pg --views
	run -2 ant tables --views oracle
	[[ $output == *'none of postgresql, sqlite and duckdb'* ]]
	run -2 ant tables --views mysql
	run -2 ant tables --views sqlite users
	run -2 ant tables --views sqlite --json
}

@test "views: ant-sync makes them when all is loaded, unless they are off" {
	local start
	start=$(date -u -d '-6 days' +%F)
	start_sim --days 10
	export ANT_STATE=$PWD/state
	ant-sync -q --rate 0 --start "$start" --dest sqlite:///v.db cost_report workspaces >/dev/null 2>&1
	[ "$(sqlite3 v.db "SELECT count(*) FROM sqlite_schema WHERE type = 'view'")" = 14 ]
	printf '%s\n' 'views off' 'destination sqlite:///w.db' 'rate 0' >conf
	ant-sync -q -c conf users >/dev/null 2>&1
	[ "$(sqlite3 w.db "SELECT count(*) FROM sqlite_schema WHERE type = 'view'")" = 0 ]
	# Names and a prefix of the settings are those of the views.
	printf '%s\n' 'destination sqlite:///n.db' 'prefix p_' 'table-name cost_report costs' 'table-name invites guests' "start $start" 'rate 0' >conf
	ant-sync -q -c conf cost_report workspaces invites >/dev/null 2>&1
	[ "$(sqlite3 n.db 'SELECT sum(cost_usd) FROM p_ant_cost_daily')" = "$(sqlite3 v.db 'SELECT sum(cost_usd) FROM ant_cost_daily')" ]
	# What one table is called on the command line is apart.
	ant-sync -q --dest sqlite:///v.db --full-refresh --start -3d --into once cost_report >/dev/null 2>&1
	[ "$(sqlite3 n.db 'SELECT sum(cost_usd) FROM p_ant_cost_daily')" = "$(sqlite3 v.db 'SELECT sum(cost_usd) FROM ant_cost_daily')" ]
	printf '%s\n' 'views perhaps' >conf
	run -2 ant-sync -c conf users
	[[ $output == *'neither on nor off'* ]]
}
