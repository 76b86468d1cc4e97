#!/usr/bin/env bats
# BigQuery and Snowflake: what their tools are told, and what a failure of theirs leaves.  The tools are stubs
# that keep arguments, input, files and environment of each call; the organization is the simulated one.
# shellcheck disable=SC2016,SC2154	# the stubs' shell expands these, not we; set by run
load lib/helper

setup_file() { start_sim --days 5 --seed 7; }
teardown_file() { stop_sim; }

each_setup() {
	export ANT_STATE=$PWD/state TMPDIR=$PWD/tmp
	mkdir tmp
	local keep='n=$(($(cat "$W/n" 2>/dev/null || echo 0) + 1)); echo $n >"$W/n"
		printf "%s\n" "$@" >"$W/$n.args"; cat >"$W/$n.in"; env >"$W/$n.env"; 
		for p in $(grep -lzxF "W=$W" /proc/[0-9]*/environ 2>/dev/null); do # the processes of this test alone
			tr "\\0" " " <${p%environ}cmdline; echo
		done >"$W/$n.ps" 2>/dev/null
		for a; do [ ! -f "$a" ] || cp "$a" "$W/$n.${a##*/}"; done
		[ ! -f "${GOOGLE_APPLICATION_CREDENTIALS-}" ] || cp -p "$GOOGLE_APPLICATION_CREDENTIALS" "$W/$n.key"
		[ ! -f "${SNOWFLAKE_PRIVATE_KEY_FILE-}" ] || cp -p "$SNOWFLAKE_PRIVATE_KEY_FILE" "$W/$n.key"'
	export W=$PWD/w
	mkdir w
	stub bq "$keep"'
		[ "$n" != "${FAIL-}" ] || { echo "Error in query string: the vendor says why"; exit 1; }'
	stub snow "$keep"'
		d=$(dirname "$6"); cp "$d/rows.csv" "$d/this.csv" "$W"
		[ "$n" != "${FAIL-}" ] || { echo "001003: the vendor says why" >&2; exit 1; }'
	# What of these tools is installed on this machine is none of the test.
	mkdir sys
	ln -s /usr/bin/* /bin/* sys/ 2>/dev/null || :
	rm -f sys/bq sys/snow sys/snowsql
	PATH=$PWD/bin:$ANT_BIN:$PWD/sys
}

KEY=sk-ant-admin01-simulated
ingest() { ant-ingest --source-uri "anthropic://?api_key=$KEY" "$@"; }
day() { date -u -d "$1 days ago" +%F; }
# The second and the last of these days are the interval: its end is included.
D0=$(day 6) D1=$(day 3) D2=$(day 2) D3=$(day 1) TODAY=$(day 0)
DAYS=(--interval-start "$D1" --interval-end "$D2")
BQ=(--dest-uri bigquery://my-project.usage --source-table)
SF=(--dest-uri 'snowflake://me:pw%40secret@acc-1/analytics/raw?warehouse=WH&role=R' --source-table)
calls() { cat w/n 2>/dev/null || echo 0; }
marks() { ant-state list; }

# no_secret WORD... - in nothing that a process list, a message or a statement has shown
no_secret() {
	local word
	grep -q 'ant-sync' w/1.ps
	for word; do
		run -1 grep -rF -e "$word" --include='*.args' --include='*.in' --include='*.ps' --include='*.sql' w trace out
	done
}

@test "bigquery: tables, stage, transaction, clean-up, in this order; then receipt and watermark" {
	ingest "${BQ[@]}" cost_report "${DAYS[@]}" >out 2>messages
	[ "$(calls)" = 4 ]
	[ "$(sed -n 5p w/1.args) $(sed -n 5p w/2.args) $(sed -n 5p w/3.args) $(sed -n 5p w/4.args)" = 'query load query rm' ]
	rows=$(($(wc -l <w/2.rows.csv) - 1))
	[ "$rows" -gt 100 ]
	[ "$(cat out)" = '{"@ant":"loaded","table":"cost_report","target":"bigquery","into":"usage.cost_report","mode":"window","from":"'$D1'T00:00:00Z","to":"'$D3'T00:00:00Z","rows":'$rows',"watermark":"'$D3'T00:00:00Z"}' ]
	ant-state --scope bigquery://my-project/usage set cost_report $D1
	ingest "${BQ[@]}" cost_report >out 2>messages # what is new, from the look-back on
	[[ $(<out) == *"\"from\":\"${D0}T00:00:00Z\",\"to\":\"${TODAY}T00:00:00Z\""* ]]
	[[ $(marks) == cost_report$'\t'${TODAY}T00:00:00Z$'\t'bigquery://my-project/usage ]]
}

@test "bigquery: the table is as ant-tables --ddl says, new columns are added, the stage has its types and an end" {
	ingest "${BQ[@]}" cost_report "${DAYS[@]}" --dest-table other.spend >out
	ant-tables --ddl bigquery cost_report | tail -n +2 >ddl
	[ "$(head -n 1 w/1.in)" = 'CREATE TABLE IF NOT EXISTS `my-project`.`other`.`spend` (' ]
	diff ddl <(tail -n +2 w/1.in | head -n "$(wc -l <ddl)")
	grep -q 'ADD COLUMN IF NOT EXISTS `amount_cents` BIGNUMERIC' w/1.in
	stage=$(grep -o '_anthill_stage_spend_[0-9]*' w/1.in | head -n 1)
	grep -q 'OPTIONS(expiration_timestamp=TIMESTAMP_ADD(CURRENT_TIMESTAMP(), INTERVAL 1 DAY))' w/1.in
	grep -qx "my-project:other.$stage" w/2.args
	grep -qx "my-project:other.$stage" w/4.args
	grep -q '^--null_marker=.N$' w/2.args
}

@test "bigquery: one transaction; names are quoted, no value is in a statement" {
	ingest "${BQ[@]}" cost_report "${DAYS[@]}" >out
	[ "$(head -n 1 w/3.in)" = 'BEGIN TRANSACTION;' ]
	[ "$(tail -n 1 w/3.in)" = 'COMMIT TRANSACTION;' ]
	[ "$(grep -oE '^(BEGIN|SELECT IF|DELETE|INSERT|COMMIT)' w/3.in | tr '\n' ' ')" = 'BEGIN SELECT IF SELECT IF DELETE INSERT INSERT COMMIT ' ]
	grep -qF 'DELETE FROM `my-project`.`usage`.`cost_report` WHERE `bucket` >= TIMESTAMP(NULLIF(@window_from, '"''"')) AND `bucket` < TIMESTAMP(NULLIF(@window_to, '"''"'));' w/3.in
	run -1 grep -E '20[0-9][0-9]-' w/3.in
	grep -qx -- "--parameter=window_from:STRING:${D1}T00:00:00Z" w/3.args
	grep -qx -- "--parameter=window_to:STRING:${D3}T00:00:00Z" w/3.args
	grep -qx -- "--parameter=rows:INT64:$(($(wc -l <w/2.rows.csv) - 1))" w/3.args
}

@test "bigquery: replace empties the table, merge takes out the keys of the rows, append what was not appended yet" {
	ingest "${BQ[@]}" users >out
	grep -qF 'DELETE FROM `my-project`.`usage`.`users` WHERE TRUE;' w/3.in
	grep -qF 'held <= 100' w/3.in
	echo 0 >w/n
	ingest "${BQ[@]}" users --incremental-strategy merge >out
	grep -qF 'WHERE TO_JSON_STRING(STRUCT(`id`)) IN (SELECT TO_JSON_STRING(STRUCT(`id`)) FROM ' w/3.in
	[[ $(<w/3.in) != *held* ]]
	echo 0 >w/n
	ingest "${BQ[@]}" cost_report "${DAYS[@]}" --incremental-strategy append >out
	[[ $(<w/3.in) != *DELETE* ]]
	grep -qF "WHERE done.into_table = @into_table AND done.mode = 'append' AND \`bucket\` >= done.window_from AND \`bucket\` < done.window_to)" w/3.in
	[[ $(<out) == *'"mode":"append"'* ]]
}

@test "bigquery: replace leaves what the API does not serve any more, and the receipt says from where it was asked" {
	mkdir tables
	{ grep -v '^earliest' "$ROOT/lib/tables/cost_report.table" | sed "s/^mode .*/oldest $D2\n&/"; } >tables/cost_report.table
	ANT_TABLES=$PWD/tables ingest "${BQ[@]}" cost_report --incremental-strategy replace --interval-start "$D0" --interval-end "$D3" >out 2>messages
	grep -qF 'WHERE (`bucket` >= TIMESTAMP(NULLIF(@window_from, '"''"')) OR `bucket` IS NULL);' w/3.in
	grep -qF "\"from\":\"${D2}T00:00:00Z\"" out
	grep -qF "\"asked\":\"${D0}T00:00:00Z\",\"rows\":" out
	ANT_TABLES=$PWD/tables ingest "${BQ[@]}" cost_report --incremental-strategy replace --interval-start "$D0" --interval-end "$D1" >out 2>messages
	grep -q '^DELETE FROM .* WHERE FALSE;$' w/7.in
}

@test "bigquery: a step that fails ends the load: its words, status 1, no receipt, no watermark, nothing after it" {
	local n
	for n in 1 2 3; do
		rm -rf w state
		mkdir w
		FAIL=$n run -1 --separate-stderr ingest "${BQ[@]}" cost_report "${DAYS[@]}"
		[ -z "$output" ]
		[[ $stderr == *'bigquery: Error in query string: the vendor says why'*'bq failed with status 1'* ]]
		[ "$(calls)" = "$n" ]
		[ -z "$(marks)" ]
		[ -z "$(ls -A tmp)" ]
	done
}

@test "bigquery: a watermark that was there stays where it was" {
	ant-state --scope bigquery://my-project/usage set cost_report $D1
	before=$(marks)
	FAIL=3 run -1 ingest "${BQ[@]}" cost_report
	[ -n "$before" ]
	[ "$(marks)" = "$before" ]
	echo 0 >w/n
	run -0 ingest "${BQ[@]}" cost_report # and the same command heals it
}

@test "bigquery: a stage that cannot be dropped is a note, for the rows are in" {
	FAIL=4 run -0 --separate-stderr ingest "${BQ[@]}" cost_report "${DAYS[@]}"
	[[ $output == *'"@ant":"loaded"'* ]]
	[[ $stderr == *'which will be gone in a day by itself: bq failed'* ]]
}

@test "warehouses: an incomplete stream reaches no tool" {
	stub ant-fetch 'echo "{\"@ant\":\"begin\",\"version\":1,\"table\":\"users\"}"; echo "{\"id\":\"user_1\"}"; exit 75'
	run -75 ingest "${BQ[@]}" users
	[ "$(calls)" = 0 ]
	run -75 ingest "${SF[@]}" users
	[ "$(calls)" = 0 ]
	[ -z "$(marks)" ]
	"$ANT_BIN/../lib/anthill/warehouse" bigquery://p/d <<<$'#ant-rows\t1\tusers' >out 2>messages || code=$?
	[ "$code" = 5 ]
	[ ! -s out ] && [ "$(calls)" = 0 ]
}

@test "bigquery: credentials are a file, made for the run from those in the URI; the key is nowhere else" {
	echo '{"type":"service_account","private_key":"gsecret"}' >sa.json
	ingest --dest-uri "bigquery://my-project.usage?credentials_path=$PWD/sa.json&location=EU" --source-table users >out
	grep -qx -- '--location=EU' w/1.args
	cmp sa.json w/1.key
	grep -qx "CLOUDSDK_AUTH_CREDENTIAL_FILE_OVERRIDE=$PWD/sa.json" w/1.env
	echo 0 >w/n
	ingest --dest-uri "bigquery://my-project/usage?credentials_base64=$(base64 -w 0 sa.json)" --source-table users >out
	cmp sa.json w/1.key
	[ "$(stat -c %a w/1.key)" = 600 ]
	no_secret gsecret "$(base64 -w 0 sa.json)" "$KEY"
	run -1 grep -lF "$(base64 -w 0 sa.json)" w/1.env
}

@test "bigquery: project and dataset are taken from URI and --dest-table; without a dataset, or with a wrong one, nothing runs" {
	ingest --dest-uri bigquery://p1 --source-table users --dest-table d1.t1 >out
	[[ $(<out) == *'"into":"d1.t1"'* ]]
	grep -qx -- --project_id=p1 w/1.args
	echo 0 >w/n
	ingest --dest-uri bigquery://corp.com:p1/d2 --source-table users --dest-table t >out
	grep -qF '`corp.com:p1`.`d2`.`t`' w/1.in
	rm w/n
	run -2 ingest --dest-uri bigquery://p1 --source-table users
	[[ $output == *'use bigquery://PROJECT.DATASET, or --dest-table DATASET.TABLE'* ]]
	run -2 ingest --dest-uri 'bigquery://p1.d?priority=high' --source-table users
	[[ $output == *"parameter 'priority' cannot be honoured: use credentials_path credentials_base64 location"* ]]
	run -2 ingest --dest-uri bigquery://p1.d --source-table users --dest-table 'x`; DROP TABLE y'
	[[ $output == *'letters, digits, _ and - only'* ]]
	[ "$(calls)" = 0 ]
}

@test "snowflake: one script for snow, in one session: tables, stage, files, one transaction" {
	ingest "${SF[@]}" cost_report "${DAYS[@]}" >out
	[ "$(calls)" = 1 ]
	[ "$(head -n 5 w/1.args | tr '\n' ' ')" = 'sql --temporary-connection --enable-templating NONE --filename ' ]
	[ "$(grep -oE '^(ALTER SESSION|CREATE( TEMPORARY)? [A-Z]+|PUT|COPY|BEGIN|SELECT TO|DELETE|INSERT|COMMIT)' w/1.load.sql | tr '\n' ',')" = \
		'ALTER SESSION,CREATE TABLE,CREATE TABLE,CREATE TEMPORARY TABLE,CREATE TEMPORARY TABLE,CREATE TEMPORARY STAGE,PUT,PUT,COPY,COPY,BEGIN,SELECT TO,SELECT TO,DELETE,INSERT,INSERT,COMMIT,' ]
	[ "$(tail -n 1 w/1.load.sql)" = 'COMMIT;' ]
	[ "$(grep -c 'ON_ERROR = ABORT_STATEMENT' w/1.load.sql)" = 2 ]
	grep -q 'ESCAPE_UNENCLOSED_FIELD = NONE' w/1.load.sql
	rows=$(($(wc -l <w/rows.csv) - 1))
	[ "$(cut -d, -f 1-7 w/this.csv)" = "cost_report,cost_report,window,${D1}T00:00:00Z,${D3}T00:00:00Z,$rows,${D3}T00:00:00Z" ]
	[[ $(<out) == *'"target":"snowflake","into":"RAW.COST_REPORT","mode":"window"'*"\"rows\":$rows,"* ]]
	[[ $(marks) == *'snowflake://acc-1/analytics/raw' ]]
}

@test "snowflake: names are quoted and in capitals, no value is in a statement" {
	ingest "${SF[@]}" cost_report "${DAYS[@]}" >out
	grep -qF 'CREATE TABLE IF NOT EXISTS "ANALYTICS"."RAW"."COST_REPORT" (' w/1.load.sql
	diff <(ant-tables --ddl snowflake cost_report | tail -n +2) <(sed -n '/^CREATE TABLE.*COST_REPORT/,/;$/p' w/1.load.sql | tail -n +2)
	grep -qF 'DELETE FROM "ANALYTICS"."RAW"."COST_REPORT" WHERE "BUCKET" >= (SELECT "WINDOW_FROM" FROM "ANALYTICS"."RAW"."_ANTHILL_THIS")' w/1.load.sql
	run -1 grep -E '20[0-9][0-9]-|cost_report' w/1.load.sql
}

@test "snowflake: a json is parsed on its way in, and compared as one" {
	ingest "${SF[@]}" rate_limits --incremental-strategy merge >out
	grep -qF 'WHERE TO_JSON(ARRAY_CONSTRUCT("GROUP_TYPE", "MODELS", "LIMIT_TYPE", "GROUP_ID")) IN (SELECT TO_JSON(ARRAY_CONSTRUCT("GROUP_TYPE", PARSE_JSON("MODELS"::VARCHAR), "LIMIT_TYPE", "GROUP_ID"))' w/1.load.sql
	grep -qF 'SELECT "GROUP_TYPE", PARSE_JSON("MODELS"::VARCHAR), "LIMIT_TYPE", "VALUE", "GROUP_ID"' w/1.load.sql
}

@test "snowflake: the connection is in the environment, password and key are nowhere else" {
	ingest "${SF[@]}" users >out
	grep -qx 'SNOWFLAKE_PASSWORD=pw@secret' w/1.env
	for pair in ACCOUNT=acc-1 USER=me DATABASE=ANALYTICS SCHEMA=RAW WAREHOUSE=WH ROLE=R; do grep -qx "SNOWFLAKE_$pair" w/1.env; done
	no_secret 'pw@secret' 'pw%40secret' "$KEY"
	echo 0 >w/n
	ingest --dest-uri 'snowflake://me@acc/db?private_key=QUJD+RA%3D%3D&private_key_passphrase=phrase1' --source-table users --dest-table raw.people >out
	[ "$(tr -d '\n' <w/1.key)" = '-----BEGIN PRIVATE KEY-----QUJD+RA==-----END PRIVATE KEY-----' ]
	[ "$(stat -c %a w/1.key)" = 600 ]
	grep -qx 'SNOWFLAKE_AUTHENTICATOR=SNOWFLAKE_JWT' w/1.env
	grep -qx 'PRIVATE_KEY_PASSPHRASE=phrase1' w/1.env
	no_secret 'QUJD+RA' phrase1
	[[ $(<out) == *'"into":"RAW.PEOPLE"'* ]]
}

@test "snowflake: snowsql where there is no snow, told to stop at the first error" {
	mv bin/snow bin/snowsql
	sed -i 's/"$6"/"${@: -1}"/; 1s,sh,bash,' bin/snowsql
	ingest "${SF[@]}" users >out
	[ "$(head -n 9 w/1.args | tr '\n' ' ')" = '-o exit_on_error=true -o variable_substitution=false -o friendly=false -o quiet=true --noup ' ]
	grep -qx 'SNOWSQL_PWD=pw@secret' w/1.env
	grep -qx 'SNOWSQL_ACCOUNT=acc-1' w/1.env
	no_secret 'pw@secret'
}

@test "snowflake: a failure is told and leaves no receipt, no watermark and no file" {
	FAIL=1 run -1 --separate-stderr ingest "${SF[@]}" cost_report "${DAYS[@]}"
	[ -z "$output" ]
	[[ $stderr == *'snowflake: 001003: the vendor says why'*'snow failed with status 1'* ]]
	[ -z "$(marks)" ]
	[ -z "$(ls -A tmp)" ]
}

@test "warehouses: a tool that is missing is named, with how to get it, before anything is fetched" {
	rm bin/bq bin/snow
	stub ant-fetch 'exit 1'
	: >trace
	run -1 ingest "${BQ[@]}" users
	[[ $output == *'bq is not installed'*'https://cloud.google.com/sdk/docs/install'* ]]
	run -1 ingest "${SF[@]}" users
	[[ $output == *'snow or snowsql is not installed'*'https://docs.snowflake.com/'* ]]
	[ ! -s trace ]
	run -0 ingest "${SF[@]}" users --dry-run # a plan needs none, and holds no secret
	[[ $output == *'/warehouse '*'snowflake://me@acc-1/analytics/raw'*'warehouse=WH'* && $output != *secret* ]]
}

@test "warehouses: a long interval goes in chunks, each with its own transaction and watermark" {
	run -0 ingest "${BQ[@]}" usage_report --interval-start 2026-09-01 --interval-end 2026-11-10 --incremental-strategy delete+insert
	[ "$(calls)" = 12 ]
	[ "$(grep -c '"@ant":"loaded"' <<<"$output")" = 3 ]
	rm -rf w/* state
	FAIL=7 run -1 ingest "${BQ[@]}" usage_report --interval-start 2026-09-01 --interval-end 2026-11-10
	[ "$(grep -c '"@ant":"loaded"' <<<"$output")" = 1 ]
	[ "$(calls)" = 7 ]
}

@test "warehouses: a run that is stopped stops the tool, and leaves nothing" {
	stub bq 'echo $$ >"$W/pid"; exec sleep 60'
	ant-ingest --source-uri anthropic:// "${BQ[@]}" users >out 2>messages 3>&- &
	local job=$!
	wait_for [ -s w/pid ]
	kill -TERM "$job"
	wait "$job" || code=$?
	[ "$code" = 143 ]
	run -1 kill -0 "$(cat w/pid)"
	[ -z "$(ls -A tmp)" ]
	[ ! -s out ] && [ -z "$(marks)" ]
}

@test "ant-sync itself says that these are for ant-ingest" {
	run -2 ant-sync --dest bigquery://p/d users
	[[ $output == *'ant-ingest'* ]]
}
