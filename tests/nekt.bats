#!/usr/bin/env bats
# anthill-nekt(7): each block of settings on the page is taken from it and does what it says.
# shellcheck disable=SC2016,SC2154	# single quotes are for other shells; set by run
load lib/helper
load lib/docs
load lib/duckdb

setup_file() {
	start_sim --days 40 --users 5 --workspaces 3 --api-keys 4
	start_pg
	createdb catalog
	build_duck
}

teardown_file() {
	stop_sim
	stop_pg
}

each_setup() {
	PAGE=$ROOT/man/anthill-nekt.7
	use_duckdb
	unset XDG_CONFIG_HOME XDG_STATE_HOME
	mkdir -p home/.config/anthill
	CONF=$HOME/.config/anthill/sync.conf
	(umask 077 && echo sk-ant-admin01-simulated >home/.config/anthill/key)
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
}

# block SECTION N - the Nth block of settings in a section of the page
block() {
	sed -n "/^\.S[sh] $1\$/,/^\.S[sh] /p" "$PAGE" | awk -v n="$2" '
		/^\.Ed/ { on = 0 }
		on { print }
		/^\.Bd/ && ++seen == n { on = 1 }' >taken
	[ -s taken ] || { echo "no block $2 in '$1'" >&2; return 1; }
	cat taken
}

# settings LINE... - write the file: these lines, then what is on stdin
settings() {
	printf '%s\n' 'rate 0' 'views off' "$@" >"$CONF"
	cat >>"$CONF"
}

ask() { sqlite3 "${DB-anthill.db}" "$1"; }

# as_cron LINE - check the fields of a crontab's line and run its command, as cron runs it
as_cron() {
	local field='([0-9*][0-9*/,-]*)[[:space:]]+'
	[[ $1 =~ ^$field$field$field$field$field(ant-sync.*)$ && $1 != *%* ]] || { echo "no line of a crontab: $1"; return 1; }
	bare HOME="$HOME" SHELL=/bin/sh PATH="$PATH" ANTHROPIC_BASE_URL="$ANTHROPIC_BASE_URL" \
		sh -c "cd && ${BASH_REMATCH[6]}" >mail 2>&1 && [ ! -s mail ] || { cat mail; return 1; }
}

@test "nekt: Admin API Key: from a file, a variable or a command" {
	unset ANTHROPIC_ADMIN_KEY
	block 'Admin API Key' 1 | settings 'tables users'
	ant-sync -q >/dev/null
	[ "$(ask 'select count(*) from users')" = 5 ]
	block 'Admin API Key' 2 | settings 'tables users'
	CLAUDE_ADMIN_KEY=sk-ant-admin01-simulated ant-sync -q >/dev/null
	CLAUDE_ADMIN_KEY=sk-ant-admin01-wrong run -3 ant-sync -q
	run -2 ant-sync -q
	[[ $output == *CLAUDE_ADMIN_KEY* ]]
	block 'Admin API Key' 3 | settings 'tables users'
	ant-sync -q >/dev/null
	echo sk-ant-admin01-wrong >home/.config/anthill/key
	run -3 ant-sync -q
}

@test "nekt: Start Date: the first day that is loaded" {
	block 'Start Date' 1 | settings 'chunk 0' 'tables messages_usage cost_report'
	run -0 ant-sync --plan
	[[ ${lines[0]} == *'--from 2026-01-01T00:00:00Z '*' messages_usage '* ]]
	[[ ${lines[1]} == *'--from 2026-01-01T00:00:00Z '*' cost_report '* ]]
	block 'Start Date' 2 | settings 'chunk 0' 'tables messages_usage cost_report'
	local day
	day=$(date -u -d '-10 days' +%F)
	ant-sync -q >/dev/null
	# Where midnight came in between it is the next one.
	[[ $(ask 'select min(substr(starting_at, 1, 10)) from messages_usage') == "$day" || $(date -u -d '-10 days' +%F) != "$day" ]]
	[[ $(ask 'select min(substr(starting_at, 1, 10)) from cost_report') == "$day" || $(date -u -d '-10 days' +%F) != "$day" ]]
}

@test "nekt: Streams: these two tables and no other, with every documented column" {
	block Streams 1 | settings 'start -5d'
	ant-sync -q >/dev/null
	[ "$(ask "select group_concat(name) from (select name from sqlite_schema where type in ('table', 'view') and name not like '\\_%' escape '\\' order by 1)")" = cost_report,messages_usage ]
	ask "select name from pragma_table_info('messages_usage')" >columns
	cat >documented <<-'END'
		starting_at
		ending_at
		model
		workspace_id
		api_key_id
		service_tier
		context_window
		uncached_input_tokens
		cache_read_input_tokens
		cache_creation_ephemeral_5m_input_tokens
		cache_creation_ephemeral_1h_input_tokens
		output_tokens
		web_search_requests
	END
	diff columns documented
	ask "select name from pragma_table_info('cost_report')" | sort >columns
	printf '%s\n' amount amount_cents bucket context_window cost_type currency description ending_at inference_geo model service_tier starting_at \
		token_type workspace_id >documented
	diff columns documented
	[ "$(ask 'select count(*) from cost_report where bucket is not starting_at or amount_cents + 0 is not amount + 0')" = 0 ]
	[ "$(ask 'select count(*) > 10 from cost_report')" = 1 ]
}

@test "nekt: Layer, Folder: a schema that is made where it is missing, or a file" {
	psql -qc 'drop schema if exists nekt_raw cascade' catalog 2>/dev/null
	block Folder 1 | settings 'start -5d' 'tables messages_usage users'
	ant-sync -q >/dev/null
	[ "$(psql -qAtc "select string_agg(table_schema || '.' || table_name, ' ' order by table_name) from information_schema.tables where table_name in ('messages_usage', 'users')" catalog)" = 'nekt_raw.messages_usage nekt_raw.users' ]
	block Folder 2 | settings 'start -5d' 'tables users'
	ant-sync -q >/dev/null
	[ "$(DB=$HOME/nekt_raw.db ask 'select count(*) from users')" = 5 ]
}

@test "nekt: Streams: with analytics_cost the cost of each API key and person, which is that of cost_report" {
	block Streams 2 | settings 'start -12d' 'look-back 1d'
	ant-sync -q >/dev/null
	[ "$(ask 'select count(distinct api_key_id) > 1 and count(distinct actor_email) > 1 from analytics_cost')" = 1 ]
	# What people do in seats is in analytics_cost alone.
	[ "$(ask "select sum(amount_cents) >= (select sum(amount_cents) from cost_report) from analytics_cost")" = 1 ]
}

@test "nekt: Table name and Prefix: alone, and together" {
	{ block Streams 1; block 'Table name' 1; } | settings 'start -5d'
	ant-sync -q >/dev/null
	[ "$(ask 'select (select count(*) from tokens) > 5 and (select count(*) from costs) > 5')" = 1 ]
	{ block Streams 1; block Prefix 1; } | settings 'start -5d'
	ant-sync -q >/dev/null
	[ "$(ask 'select (select count(*) from claude_messages_usage) = (select count(*) from tokens)')" = 1 ]
	{ block Streams 1; block 'Table name' 1; block Prefix 1; } | settings 'start -5d'
	ant-sync -q >/dev/null
	[ "$(ask 'select (select count(*) from claude_tokens) = (select count(*) from tokens)')" = 1 ]
}

@test "nekt: INCREMENTAL: a later run loads what is new, and the look-back of all or of one table" {
	{ block Streams 1; block 'Sync Type: INCREMENTAL' 1; } | settings 'start -30d' 'chunk 0'
	ant-sync -q >/dev/null
	ask "update messages_usage set output_tokens = -1; update cost_report set amount = 'old'"
	ant-sync -q --json >result
	local mark
	mark=$(jq -r 'select(.table == "messages_usage").watermark' result)
	[ "$(jq -r 'select(.table == "messages_usage").from' result)" = "$(date -u -d "$mark -3 days" +%FT%TZ)" ]
	mark=$(jq -r 'select(.table == "cost_report").watermark' result)
	[ "$(jq -r 'select(.table == "cost_report").from' result)" = "$(date -u -d "$mark -7 days" +%FT%TZ)" ]
	# What lies further back is left alone, what lies within is replaced, and nothing is there twice.
	[ "$(ask 'select min(output_tokens) = -1 and max(output_tokens) > 0 from messages_usage')" = 1 ]
	[ "$(ask "select sum(amount = 'old') > 0 and sum(amount <> 'old') > 0 from cost_report")" = 1 ]
	[ "$(ask 'select count(*) - count(distinct starting_at || ifnull(model, 0) || ifnull(workspace_id, 0) || ifnull(api_key_id, 0) || ifnull(service_tier, 0) || ifnull(context_window, 0)) from messages_usage')" = 0 ]
}

@test "nekt: FULL_TABLE: every run loads this table from its start, the other one not" {
	{ block Streams 1; block 'Sync Type: FULL_TABLE' 1; } | settings 'start -30d' 'chunk 0'
	ant-sync -q >/dev/null
	ask "update messages_usage set output_tokens = -1; update cost_report set amount = 'old'"
	ant-sync -q >/dev/null
	[ "$(ask 'select min(output_tokens) from messages_usage')" = -1 ]
	[ "$(ask "select count(*) from cost_report where amount = 'old'")" = 0 ]
	# From the start, and not the week that a run looks back; some days are without use.
	[ "$(ask "select count(distinct substr(starting_at, 1, 10)) > 20 from cost_report")" = 1 ]
	run -0 ant-sync --plan
	[[ ${lines[1]} == *"--from $(date -u -d '-30 days' +%F)"*' cost_report '* ]]
	# A table without a time column is loaded in every run even where full-sync says otherwise.
	settings 'tables users' 'full-sync every 9d' 'full-refresh users' </dev/null
	ant-sync -q >/dev/null
	run -0 ant-sync -q
	[[ $output == *'"table":"users"'* ]]
	settings 'tables users' 'full-refresh nosuch' </dev/null
	run -2 ant-sync -q
	[[ $output == *"unknown table 'nosuch'"* ]]
}

@test "nekt: Description: a comment, or an organization's section with its key and prefix" {
	block Description 1 | settings 'tables users'
	ant-sync -q >/dev/null
	[ "$(ask 'select count(*) from users')" = 5 ]
	block Description 2 | settings 'tables users'
	KEY_ACME=sk-ant-admin01-simulated KEY_BETA=sk-ant-admin01-simulated ant-sync -q >/dev/null
	[ "$(ask 'select (select count(*) from acme_users) + (select count(*) from beta_users)')" = 10 ]
	unset ANTHROPIC_ADMIN_KEY
	KEY_ACME=sk-ant-admin01-simulated KEY_BETA=sk-ant-admin01-wrong run -3 ant-sync -q
}

@test "nekt: Trigger: lines that cron takes, a drop-in that systemd takes" {
	local line time=0
	settings 'key-file ${HOME}/.config/anthill/key' 'tables users' </dev/null
	block Trigger 1 >lines
	[ "$(wc -l <lines)" = 3 ]
	while IFS= read -r line; do as_cron "$line"; done <lines
	[ "$(grep -c '"table":"users"' home/anthill.log)" = 3 ]
	block Trigger 2 >drop-in
	[ "$(head -n 2 drop-in)" = $'[Timer]\nOnCalendar=' ]
	time=$(sed -n 's/^OnCalendar=\(..*\)/\1/p' drop-in)
	systemd-analyze calendar "$time" >when
	grep -q 'Normalized form: Mon' when
	grep -q '^OnCalendar=' "$ROOT/packaging/systemd/anthill-sync@.timer"
}

@test "nekt: Additional Full Sync: the second line loads everything again" {
	{ block Streams 1; echo 'key-file ${HOME}/.config/anthill/key'; } | settings 'start -30d' 'chunk 0'
	cd home
	ant-sync -q >/dev/null
	ask "update messages_usage set output_tokens = -1; update cost_report set amount = 'old'"
	as_cron "$(block 'Additional Full Sync' 1)"
	[ "$(ask 'select min(output_tokens) >= 0 from messages_usage')" = 1 ]
	[ "$(ask "select count(*) from cost_report where amount = 'old'")" = 0 ]
}

@test "nekt: all of it: the file and the crontab as a whole" {
	block 'ALL OF IT' 1 >"$CONF"
	ant-sync --rate 0 --check >/dev/null
	# The file leaves the rate to the default, that of the API: the simulator has none.
	stub ant-fetch "exec $ANT_BIN/ant-fetch \"\$@\" --rate 0"
	block 'ALL OF IT' 2 >lines
	[ "$(wc -l <lines)" = 2 ]
	as_cron "$(sed -n 1p lines)"
	DB=$HOME/nekt_raw.db
	[ "$(ask 'select (select count(*) from claude_messages_usage) > 100 and (select count(*) from claude_cost_report) > 100')" = 1 ]
	ask 'update claude_messages_usage set output_tokens = -1'
	as_cron "$(sed -n 1p lines)"
	[ "$(ask 'select min(output_tokens) from claude_messages_usage')" = -1 ]
	as_cron "$(sed -n 2p lines)"
	[ "$(ask 'select min(output_tokens) >= 0 from claude_messages_usage')" = 1 ]
}

@test "nekt: the queries: ours in PostgreSQL, Nekt's own in DuckDB, with the same sums" {
	psql -qc 'drop schema if exists nekt_raw cascade' catalog 2>/dev/null
	{ block Streams 1; block Prefix 1; } | settings 'start -35d' 'chunk 0'
	ant-sync -q --to today --dest postgresql:///catalog --schema nekt_raw >/dev/null
	ant-sync -q --to today --dest duckdb:///nekt_raw.duckdb >/dev/null
	block QUERIES 1 | psql -qAt -F '|' catalog >tokens
	block QUERIES 2 | psql -qAt -F '|' catalog >cost
	[ "$(wc -l <tokens)" -ge 3 ]
	[ "$(wc -l <cost)" -ge 3 ]
	# As Nekt's page has them.
	duck nekt_raw.duckdb "SELECT model, context_window, SUM(uncached_input_tokens) AS uncached_input_tokens,
		SUM(cache_read_input_tokens) AS cache_read_input_tokens, SUM(output_tokens) AS output_tokens, SUM(web_search_requests) AS web_search_requests
		FROM nekt_raw.claude_messages_usage WHERE starting_at >= current_timestamp - interval '30' day
		GROUP BY model, context_window ORDER BY output_tokens DESC" >theirs
	diff <(sort tokens) <(sed 's/NULL//g' theirs | sort)
	duck nekt_raw.duckdb "SELECT cost_type, model, token_type, SUM(CAST(amount AS DOUBLE)) / 100.0 AS cost_usd
		FROM nekt_raw.claude_cost_report WHERE starting_at >= current_timestamp - interval '30' day AND cost_type = 'tokens'
		GROUP BY cost_type, model, token_type ORDER BY cost_usd DESC" >theirs
	join -t @ <(sed 's/|\([^|]*\)$/@\1/' cost | sort) <(sed 's/|\([^|]*\)$/@\1/' theirs | sort) >both
	[ "$(wc -l <both)" = "$(wc -l <cost)" ]
	awk -F @ '($2 - $3) ^ 2 > 1e-12 * $2 ^ 2 { print; bad = 1 } END { exit bad }' both
}

@test "nekt: every block of the page is one of those above, and its table names no setting that is not" {
	sed -n '/^\.Sh SETTINGS/,$p' "$PAGE" | awk '
		/^\.S[sh] / { section = substr($0, 5); n = 0 }
		/^\.Bd/ { printf "%s\t%d\n", section, ++n }' >blocks
	[ "$(wc -l <blocks)" -ge 18 ]
	local section n
	while IFS=$'\t' read -r section n; do
		[[ $section == *' '* ]] && section="'$section'"
		grep -qF "block $section $n" "$BATS_TEST_FILENAME" || { echo "block $section $n is not tested"; return 1; }
	done <blocks
	# Nekt's settings, as its page calls them.
	for section in 'Admin API Key' 'Start Date' Streams Layer Folder 'Table name' Prefix 'Sync Type: INCREMENTAL' 'Sync Type: FULL_TABLE' \
		Description Trigger 'Additional Full Sync' 'Delta Log Retention' 'Check your new source'; do
		grep -qx "\.Ss $section" "$PAGE" || { echo "no section '$section'"; return 1; }
	done
}
