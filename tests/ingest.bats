#!/usr/bin/env bats
# ingestr's command line, turned into one of ant-sync.  ant-sync is a stub that says what it got.
# shellcheck disable=SC2016	# the stubs' shell expands these, not we
load lib/helper

each_setup() {
	export ANT_STATE=$PWD/state ANTHROPIC_ADMIN_KEY=''
	stub ant-sync 'echo "dest=$ANT_DEST key=$ANTHROPIC_ADMIN_KEY"; for a; do printf "%s " "$a"; done; echo; ps axww -o args= >ps'
}

ingest() { "$ANT_BIN/ant-ingest" "$@"; }
export -f ingest

# Everything needed, then the test's own.
usage_report() { ingest --source-uri 'anthropic://?api_key=k' --source-table usage_report --dest-uri sqlite:///a.db "$@"; }


@test "ingest: the documented examples run unchanged, the program's name aside" {
	cat >examples.txt <<'END'
ingest --source-uri "anthropic://?api_key=sk-ant-admin-..." --source-table "claude_code_usage" --dest-uri "duckdb:///anthropic_data.db" --dest-table "claude_code_usage"
ingest --source-uri "anthropic://?api_key=sk-ant-admin-..." --source-table "claude_code_usage" --dest-uri "postgresql://user:password@localhost:5432/analytics" --dest-table "claude_code_usage" --interval-start "2024-01-01" --interval-end "2024-12-31"
ingest --source-uri "anthropic://?api_key=sk-ant-admin-..." --source-table "organization" --dest-uri "duckdb:///anthropic_data.db" --dest-table "organization"
ingest --source-uri "anthropic://?api_key=sk-ant-admin-..." --source-table "usage_report" --dest-uri "postgresql://user:password@localhost:5432/analytics" --dest-table "api_usage" --interval-start "2024-01-01" --interval-end "2024-12-31"
ingest --source-uri "anthropic://?api_key=sk-ant-admin-..." --source-table "cost_report" --dest-uri "duckdb:///costs.db" --dest-table "anthropic_costs"
ingest --source-uri "anthropic://?api_key=sk-ant-admin-..." --source-table "users" --dest-uri "duckdb:///org_data.db" --dest-table "users"
ingest --source-uri "anthropic://?api_key=sk-ant-admin-..." --source-table "workspaces" --dest-uri "duckdb:///org_data.db" --dest-table "workspaces"
ingest --source-uri "anthropic://?api_key=sk-ant-admin-..." --source-table "workspace_members" --dest-uri "duckdb:///org_data.db" --dest-table "workspace_members"
END
	local line n=0
	while IFS= read -r line; do
		eval "set -- $line"
		run -0 ingest "$@"
		[[ ${lines[0]} == *'key=sk-ant-admin-...' ]]
		n=$((n + 1))
		printf '%s\n' "$output" >>out
	done <examples.txt
	[ "$n" = 8 ]
	sed 's/ $//' >want <<'END'
dest=duckdb:///anthropic_data.db key=sk-ant-admin-...
-c /dev/null --parallel 1 -- claude_code_usage 
dest=postgresql://user:password@localhost:5432/analytics key=sk-ant-admin-...
-c /dev/null --parallel 1 --from 2024-01-01 --to 2024-12-31T23:59:59Z -- claude_code_usage 
dest=duckdb:///anthropic_data.db key=sk-ant-admin-...
-c /dev/null --parallel 1 -- organization 
dest=postgresql://user:password@localhost:5432/analytics key=sk-ant-admin-...
-c /dev/null --parallel 1 --into api_usage --from 2024-01-01 --to 2024-12-31T23:59:59Z -- usage_report 
dest=duckdb:///costs.db key=sk-ant-admin-...
-c /dev/null --parallel 1 --into anthropic_costs -- cost_report 
dest=duckdb:///org_data.db key=sk-ant-admin-...
-c /dev/null --parallel 1 -- users 
dest=duckdb:///org_data.db key=sk-ant-admin-...
-c /dev/null --parallel 1 -- workspaces 
dest=duckdb:///org_data.db key=sk-ant-admin-...
-c /dev/null --parallel 1 -- workspace_members 
END
	diff -u want <(sed 's/ $//' out)
}

@test "ingest: key and password are in no process list, whatever way the flag is written" {
	local uri='anthropic://?x=1&api_key=sk%2Dant-secret&y=2' pg='postgresql://me:pgsecret@h/db'
	run -0 ingest --source-uri "$uri" --source-table users --dest-uri "$pg"
	[[ $output == *'key=sk-ant-secret'* ]]
	run -1 grep -E 'ant-secret|pgsecret' ps trace
	run -0 ingest --source-uri="$uri" --source-table=users --dest-uri="$pg"
	[[ $output == *"dest=$pg key=sk-ant-secret"* ]]
	run -1 grep -E 'ant-secret|pgsecret' ps trace
	SOURCE_URI=$uri DESTINATION_URI=$pg run -0 ingest --source-table users
	[[ $output == *"dest=$pg key=sk-ant-secret"* ]]
	run -1 grep -E 'ant-secret|pgsecret' ps trace
	[ "$(wc -l <trace)" = 3 ]
}

@test "ingest: the key leaves argv before a single other command runs" {
	# The first process that the new self starts must already see a clean list.
	stub ant-tables 'ps axww -o args= >>early; exit 1'
	run -1 ingest --source-uri 'anthropic://?api_key=sk-ant-secret' --source-table users --dest-uri sqlite:///a.db
	[ -s early ]
	run -1 grep ant-secret early
}

@test "ingest: what is said about a wrong command line holds no secret" {
	run -2 ingest --source-uri 'anthropic://?api_key=sk-ant-secret' --source-table nosuch --dest-uri 'postgresql://me:pgsecret@h/d'
	[[ $output != *secret* && $output == *"unknown table 'nosuch'"* ]]
	run -2 ingest --source-uri 'openai://?api_key=sk-ant-secret' --source-table users --dest-uri 'x://me:pgsecret@h/d'
	[[ $output != *secret* && $output == *"no source openai"* ]]
}

@test "ingest: without a key in the URI the environment's counts, and none is an error" {
	ANTHROPIC_ADMIN_KEY="env" run -0 ingest --source-uri anthropic:// --source-table users --dest-uri sqlite:///a.db
	[[ $output == *'key=env'* ]]
	run -2 ingest --source-uri anthropic:// --source-table users --dest-uri sqlite:///a.db
	[[ $output == *"no key"* ]]
}

@test "ingest: a key of any kind will do, and a token: in the URI, where it is hidden as the key is, or in the environment" {
	stub ant-sync 'ps axww -o args= >>ps; echo "key=${ANTHROPIC_ADMIN_KEY-} token=${ANTHROPIC_AUTH_TOKEN-}"'
	run -0 ingest --source-uri 'anthropic://?auth_token=t%2Dsecret' --source-table service_accounts --dest-uri sqlite:///a.db
	[ "$output" = 'key= token=t-secret' ]
	run -0 ingest --source-uri='anthropic://?api_key=sk-ant-api01-x&auth_token=t-secret' --source-table service_accounts --dest-uri sqlite:///a.db
	[ "$output" = 'key=sk-ant-api01-x token=t-secret' ]
	SOURCE_URI='anthropic://?auth_token=t-secret' run -0 ingest --source-table service_accounts --dest-uri sqlite:///a.db
	[ "$output" = 'key= token=t-secret' ]
	run -1 grep -E 't-secret' ps
	ANTHROPIC_AUTH_TOKEN="env" run -0 ingest --source-uri anthropic:// --source-table service_accounts --dest-uri sqlite:///a.db
	[ "$output" = 'key= token=env' ]
	# What the URI names counts alone: the other one may be of another organization.
	ANTHROPIC_ADMIN_KEY="env" run -0 ingest --source-uri 'anthropic://?auth_token=t' --source-table users --dest-uri sqlite:///a.db
	[ "$output" = 'key= token=t' ]
	ANTHROPIC_AUTH_TOKEN="env" SOURCE_URI='anthropic://?api_key=k' run -0 ingest --source-table service_accounts --dest-uri sqlite:///a.db
	[ "$output" = 'key=k token=' ]
}

@test "ingest: a table that is asked for by time has an interval, whatever its mode" {
	run -0 ingest --source-uri 'anthropic://?api_key=k' --source-table compliance_review_cases --dest-uri sqlite:///a.db --interval-start 2026-01-01
	[[ $output == *'--from 2026-01-01 -- compliance_review_cases'* ]]
	run -2 ingest --source-uri 'anthropic://?api_key=k' --source-table compliance_groups --dest-uri sqlite:///a.db --interval-start 2026-01-01
	[[ $output == *'--interval-start cannot be honoured: compliance_groups is always loaded whole: leave it out'* ]]
}

@test "ingest: the word ingest may be left out" {
	run -0 ingest --source-uri 'anthropic://?api_key=k' --source-table users --dest-uri sqlite:///a.db
	[ "${lines[1]}" = '-c /dev/null --parallel 1 -- users ' ]
}

@test "ingest: --dest-table is a table or schema.table" {
	local base=(ingest --source-uri 'anthropic://?api_key=k' --source-table users)
	run -0 "${base[@]}" --dest-uri postgresql:///d --dest-table raw.people
	[[ $output == *'--schema raw --into people '* ]]
	run -0 "${base[@]}" --dest-uri postgresql:///d --dest-table raw.users
	[[ $output == *'--schema raw -- users'* ]]
	run -0 "${base[@]}" --dest-uri sqlite:///d.db --dest-table main.people
	[[ $output == *'--into people '* && $output != *schema* ]]
	run -2 "${base[@]}" --dest-uri duckdb:///d.db --dest-table raw.people
	[[ $output == *'use --dest-table raw_people'* ]]
	run -0 "${base[@]}" --dest-uri 'mysql://me:pw@h/d?ssl-mode=required' --dest-table people
	[[ $output == *'dest=mysql://me:pw@h/d?ssl-mode=required '*'--into people '* ]]
	run -0 "${base[@]}" --dest-uri 'mariadb://h/d?ssl-mode=required' --dest-table raw.people
	[[ $output == *'dest=mysql://h/raw?ssl-mode=required '*'--into people '* ]]
	run -0 "${base[@]}" --dest-uri mysql://h --dest-table raw.users
	[[ $output == *'dest=mysql://h/raw '* ]]
	run -2 "${base[@]}" --dest-uri mysql://h
	run -2 "${base[@]}" --dest-uri mysql://h/d --dest-table 'a b.users'
}

@test "ingest: csv is a folder, or the one file" {
	local base=(ingest --source-uri 'anthropic://?api_key=k' --source-table users)
	run -0 "${base[@]}" --dest-uri csv:///out
	[[ ${lines[0]} == 'dest=csv:///out '* && $output != *--into* ]]
	run -0 "${base[@]}" --dest-uri csv:///out/people.csv
	[[ ${lines[0]} == 'dest=csv:///out '* && $output == *'--into people '* ]]
	run -0 "${base[@]}" --dest-uri csv://people.csv
	[[ ${lines[0]} == 'dest=csv:///. '* && $output == *'--into people '* ]]
	run -0 "${base[@]}" --dest-uri csv:////srv/people.csv
	[[ ${lines[0]} == 'dest=csv:////srv '* && $output == *'--into people '* ]]
}

@test "ingest: an interval takes dates and times; its last day is included, its last moment is not" {
	run -0 usage_report --interval-start 2024-01-01 --interval-end 2024-01-31
	[[ $output == *'--from 2024-01-01 --to 2024-01-31T23:59:59Z '* ]]
	run -0 usage_report --interval-start '2024-01-01 06:00:00' --interval-end 2024-01-31T12:00
	[[ $output == *'--from 2024-01-01T06:00:00Z --to 2024-01-31T12:00:00Z '* ]]
	run -0 usage_report --interval-start 2024-01-01T00:00:00+02:00
	[[ $output == *'--from 2024-01-01T00:00:00+02:00 -- '* ]]
	run -0 usage_report --interval-end 2024-01-31
	[[ $output == *'--from 2023-01-01 --to 2024-01-31T23:59:59Z '* ]]
	run -2 ingest --source-uri 'anthropic://?api_key=k' --source-table users --dest-uri sqlite:///a.db --interval-start 2024-01-01
	[[ $output == *"users is always loaded whole"* ]]
}

@test "ingest: strategies" {
	run -0 usage_report --incremental-strategy replace
	[[ $output == *'--mode replace --chunk 0 --full-refresh '* ]]
	run -0 usage_report --incremental-strategy merge
	[[ $output == *'--mode merge '* ]]
	run -0 usage_report --incremental-strategy append
	[[ $output == *'--mode append '* && $output != *--lookback* ]] # ant-sync leaves out what is there
	run -0 usage_report --incremental-strategy delete+insert
	[[ $output != *--mode* ]]
	run -0 usage_report --full-refresh
	[[ $output == *'--full-refresh '* && $output != *--mode* ]]
	run -0 usage_report --full-refresh --interval-start 2026-01-01
	[[ $output == *'--from 2026-01-01 --mode replace --chunk 0'* ]]
	run -2 usage_report --incremental-strategy scd2
	[[ $output == *"use replace, append, merge or delete+insert"* ]]
	run -2 ingest --source-uri 'anthropic://?api_key=k' --source-table users --dest-uri sqlite:///a.db --incremental-strategy delete+insert
	[[ $output == *"use replace or merge"* ]]
}

@test "ingest: keys may say what holds anyway, nothing else" {
	run -0 usage_report --incremental-key bucket --primary-key bucket --primary-key api_key_id,model
	run -2 usage_report --incremental-key ending_at
	[[ $output == *"usage_report is loaded by bucket"* ]]
	run -2 usage_report --primary-key output_tokens
	[[ $output == *"the key of usage_report is bucket api_key_id"* ]]
}

@test "ingest: flags that change nothing here are taken, others say what to use" {
	run -0 usage_report --yes --no-load-timestamp --progress interactive --schema-naming direct --schema-contract evolve
	run -0 usage_report --debug --progress json --extract-parallelism 3 --mask actor_id:sha256 --sql-exclude-columns a,b --dry-run
	[[ $output == *'-v --flatten --mask=actor_id=hash --plan --json --jobs 3 --flatten --exclude=a,b '* ]]
	local flag
	for flag in --page-size=5 --columns=a:text --loader-file-size=5 --staging-bucket=x --pipelines-dir=x --partition-by=a \
		--cluster-by=a --sql-limit=5 --yield-limit=5 --metrics-addr=x --trim-whitespace --stream --no-inference; do
		run -2 usage_report "$flag"
		[[ $output == *"${flag%%=*} cannot be honoured: "* ]]
	done
	run -2 usage_report --schema-contract freeze
	run -2 usage_report --mask a:uuid
	run -0 usage_report --progress log --dry-run
	[[ $output == *' --plain '* ]]
	run -2 usage_report --progress dots
}

@test "ingest: where the watermark is kept, and whether organizations share a table, is ant-sync's to do" {
	run -0 usage_report --by-organization --state destination
	[ "${lines[1]}" = '-c /dev/null --parallel 1 --by-organization --state destination -- usage_report ' ]
	run -0 usage_report --state=file
	[ "${lines[1]}" = '-c /dev/null --parallel 1 --state file -- usage_report ' ]
	run -2 usage_report --state nowhere
	[[ ${lines[0]} == 'ant-ingest: --state: use file or destination' ]]
	run -2 usage_report --by-organisation
	[[ ${lines[0]} == *'did you mean --by-organization?' ]]
}

@test "ingest: wrong usage is said on stderr with status 2" {
	run -2 --separate-stderr ingest
	[[ -z $output && $stderr == *"usage: ant-ingest "* ]]
	run -2 ingest --source-uri 'anthropic://?api_key=k' --source-table users
	[[ $output == *"--dest-uri is needed"* ]]
	run -2 ingest --source-uri 'anthropic://?api_key=k' --dest-uri sqlite:///a
	[[ $output == *"--source-table is needed"* ]]
	run -2 ingest --frob
	[[ $output == *"unknown option '--frob'"* ]]
	run -2 ingest --source-uri
	[[ $output == *"--source-uri: no value"* ]]
}

@test "ingest: a mistyped option, table or address is guessed at; a value is never shown" {
	run -2 ingest --sorce-uri=anthropic://?api_key=sk-ant-secret
	[[ ${lines[0]} == "ant-ingest: unknown option '--sorce-uri'; did you mean --source-uri?" && $output != *secret* ]]
	run -2 ingest --interval_start 2026-01-01
	[[ ${lines[0]} == "ant-ingest: unknown option '--interval_start'; did you mean --interval-start?" ]]
	run -2 ingest --zebra
	[[ ${lines[0]} == "ant-ingest: unknown option '--zebra'" ]]
	run -2 ingest --source-uri 'anthropic://?api_key=k' --source-table usage_reprot --dest-uri sqlite:///a.db
	[[ ${lines[0]} == "ant-ingest: --source-table: unknown table 'usage_reprot'; did you mean usage_report?" ]]
	run -2 ingest --source-uri 'antropic://?api_key=k' --source-table users --dest-uri sqlite:///a.db
	[[ ${lines[0]} == 'ant-ingest: --source-uri: no source antropic; did you mean anthropic?' ]]
	run -2 ingest --source-uri 'anthropic://?api_key=k' --source-table users --dest-uri postgersql://me:pgsecret@h/db
	[[ ${lines[0]} == 'ant-ingest: --dest-uri: no destination postgersql; did you mean postgresql?' && $output != *secret* ]]
	run -2 ingest --source-uri 'anthropic://?api_key=k' --source-table users --dest-uri oracle://h/db
	[[ ${lines[0]} == *'no destination oracle'* ]]
	run -2 ingest postgresql://me:pgsecret@h/db
	[[ $output != *secret* ]]
	[ ! -e trace ] # nothing was run
}

@test "ingest: what is mistyped is in no process list either" {
	stub ant-tables 'ps axww -o args= >>early'
	run -2 ingest --sorce-uri 'anthropic://?api_key=sk-ant-secret' --dest-urri=snowflake://me:pgsecret@a/d
	run -2 ingest --dest-urri='bigquery://p.d?credentials_base64=c2VjcmV0pgsecret' --sorce-uri=anthropic://?api_key=sk-ant-secret
	[ -s early ]
	run -1 grep -E 'ant-secret|pgsecret' early trace
}

@test "ingest: --help is an answer on stdout that fits a screen, with the two most common uses" {
	run -0 --separate-stderr ingest --help
	[ -z "$stderr" ]
	[ "$(wc -l <<<"$output")" -le 24 ]
	[ "$(awk '{ if (length($0) > n) n = length($0) } END { print n }' <<<"$output")" -le 80 ]
	[ "$(grep -c '^  ant-ingest --source-uri' <<<"$output")" = 2 ]
	# Both are run as they stand there.
	sed -n '/^  ant-ingest/,$p' <<<"$output" >uses
	KEY=sk-ant-admin-1 run -0 bash -euc "ant-ingest() { ingest \"\$@\"; }; $(<uses)"
	[ "$(grep -c 'key=sk-ant-admin-1$' <<<"$output")" = 2 ]
	run -0 ingest --version
	[ "$output" = "ant-ingest $(cat "$ROOT/VERSION")" ]
}

@test "ingest: without its parts beside it, it says so and does nothing" {
	mkdir -p alone
	cp "$ANT_BIN/ant-ingest" alone/
	run -1 alone/ant-ingest --source-uri 'anthropic://?api_key=canary' --source-table users --dest-uri sqlite:///a.db
	[[ $output == *'words.bash is not beside the commands'* && $output != *canary* ]]
	[ ! -e trace ]
}
