#!/usr/bin/env bats
# ant-ingest --bruin-asset: what an asset and its connections become, and every way in which they can be wrong.
# shellcheck disable=SC2016,SC2154	# what is in single quotes is for Bruin or a stub; set by run
load lib/helper
load lib/cbuild

each_setup() {
	export ANT_STATE=$PWD/state ANTHROPIC_ADMIN_KEY='' SECRET_KEY='sk-ant-admin01-bruin &+%x' PG_PASSWORD='p@ss:w/ord'
	stub ant-sync 'echo "dest=$ANT_DEST key=$ANTHROPIC_ADMIN_KEY"; for a; do printf "%s " "$a"; done; echo; ps axww -o args= >ps'
	mkdir -p project/pipe/assets
	cat >project/.bruin.yml <<-'END'
		default_environment: default
		environments:
		  default:
		    connections:
		      anthropic:
		        - name: "my_anthropic"
		          api_key: "{{ env_var('SECRET_KEY') }}"
		        - name: braces
		          api_key: ${SECRET_KEY}
		        - name: other
		          api_key: ${NOT_SET_ANYWHERE}
		      duckdb:
		        - name: "duckdb-default"
		          path: "duck.db"
		      sqlite:
		        - {name: lite, path: /srv/lite.db}
		      postgres:
		        - name: postgres-default
		          username: me
		          password: ${PG_PASSWORD}
		          host: db.example.com
		          port: 5432
		          database: analytics
		      snowflake:
		        - name: snowflake-default
		          username: me
		          password: snowsecret
		          account: acc-1
		          database: dev
		          schema: raw
		          warehouse: wh
		          role: r
		      google_cloud_platform:
		        - name: gcp-default
		          project_id: my-project
		          location: EU
		          service_account_json: '{"private_key": "gsecret"}'
		      shopify:
		        - {name: shop, api_key: x}
	END
}

# asset LINE... - the file of the asset, with what every one has in front
asset() {
	printf '%s\n' 'name: raw.users' 'type: ingestr' "$@" >project/pipe/assets/a.asset.yml
}
# parameters LINE... - one with a source and a destination
parameters() {
	asset 'parameters:' '  source_connection: my_anthropic' '  source_table: users' '  destination: postgres' "$@"
}
ingest() { timeout 60 ant-ingest --bruin-asset project/pipe/assets/a.asset.yml "$@"; }

@test "bruin: the documented asset, a comment in SQL, runs into Snowflake" {
	sed -n '/^\/\* @bruin/,/^select/p' >project/pipe/assets/a.sql <<-'END'
		/* @bruin

		name: anthropic.claude_code_usage
		type: ingestr

		@ingestr
		source_connection: my_anthropic
		source_table: claude_code_usage

		destination: snowflake

		@end
		*/

		select * from {{ source() }}
	END
	stub snow :
	run -0 ant-ingest --bruin-asset project/pipe/assets/a.sql
	[ "${lines[0]}" = "dest=snowflake://me@acc-1/dev/anthropic?warehouse=wh&role=r key=$SECRET_KEY" ]
	[[ ${lines[1]} == *'-- claude_code_usage ' ]]
}

@test "bruin: an asset in YAML and one between two @bruin are the same" {
	parameters
	run -0 ingest
	want=$output
	[ "${lines[0]}" = "dest=postgresql://me:p%40ss%3Aw%2Ford@db.example.com:5432/analytics key=$SECRET_KEY" ]
	[ "${lines[1]}" = '-c /dev/null --parallel 1 --schema raw -- users ' ]
	{
		printf '\n/*  @bruin\n'
		cat project/pipe/assets/a.asset.yml
		printf '@bruin  */\nselect 1\n'
	} >project/pipe/assets/b.sql
	run -0 ant-ingest --bruin-asset project/pipe/assets/b.sql
	[ "$output" = "$want" ]
	sed 's/$/\r/' project/pipe/assets/b.sql >project/pipe/assets/c.sql # as Windows writes it
	run -0 ant-ingest --bruin-asset project/pipe/assets/c.sql
	[ "$output" = "$want" ]
}

@test "bruin: variables in both spellings; one that is not set is an error at its line, one that nobody uses is not" {
	parameters
	sed -i 's/my_anthropic/braces/' project/pipe/assets/a.asset.yml
	run -0 ingest
	[[ ${lines[0]} == *"key=$SECRET_KEY" ]]
	sed -i 's/braces/other/' project/pipe/assets/a.asset.yml
	run -2 ingest
	[[ $output == "ant-ingest: "*/project/.bruin.yml:11:\ the\ variable\ NOT_SET_ANYWHERE\ is\ not\ set ]]
	parameters '  page_size: "{{ start_date }}"'
	run -2 ingest
	[ "$output" = "ant-ingest: project/pipe/assets/a.asset.yml:7: of templates, only {{ env_var('NAME') }} can be honoured" ]
}

@test "bruin: what a variable holds is not looked at again" {
	export SECRET_KEY='${HOME}{{ env_var("HOME") }}'
	parameters
	run -0 ingest
	[[ ${lines[0]} == *"key=$SECRET_KEY" ]]
}

@test "bruin: key and passwords are in no process list, trace or message" {
	local case
	for case in postgres snowflake bigquery; do
		stub snow :
		stub bq :
		parameters
		sed -i "s/destination: postgres/destination: $case/" project/pipe/assets/a.asset.yml
		rm -f ps
		run -0 --separate-stderr ingest
		[ -s ps ]
		printf '%s\n' "$stderr" >err
		run -1 grep -E 'admin01-bruin|p@ss|p%40ss|snowsecret|gsecret|eyJwcml2' ps trace err
	done
	[[ $(<trace) == *ant-sync* ]]
	printf '  my_anthropic: sk-ant-admin01-bruin: x\n' >>project/.bruin.yml # even where the file is wrong
	run -2 ingest
	[[ $output == *.bruin.yml:* && $output != *admin01-bruin* ]]
}

@test "bruin: destinations: DuckDB and SQLite by a path from the file's folder, BigQuery with its credentials" {
	parameters
	sed -i 's/destination: postgres/destination: duckdb/' project/pipe/assets/a.asset.yml
	run -0 ingest
	[[ $output == *"raw.users becomes raw_users: duckdb has no schemas"* ]]
	[[ $output == *"dest=duckdb:///$PWD/project/duck.db "* && $output == *'--into raw_users -- users'* ]]
	run -0 ingest --bruin-config project/.bruin.yml
	[[ $output == *"dest=duckdb:///project/duck.db "* ]]
	parameters 'connection: lite'
	run -0 ingest --dest-table people
	[[ $output == *"dest=sqlite:////srv/lite.db "* && $output == *'--into people -- users'* && $output != *becomes* ]]
	parameters '  destination_connection: gcp-default'
	stub bq :
	run -0 ingest
	[[ $output == *'dest=bigquery://my-project/raw?location=EU '* ]]
}

@test "bruin: the default connection is the pipeline's, where it names one; else the usual one" {
	cat >project/pipe/pipeline.yml <<-'END'
		name: pipe
		default_connections:
		  postgres: warehouse
	END
	sed -i 's/name: postgres-default/name: warehouse/' project/.bruin.yml
	parameters
	run -0 ingest
	[[ ${lines[0]} == dest=postgresql://me* ]]
	rm project/pipe/pipeline.yml
	run -2 ingest
	[[ $output == *"a.asset.yml:6: no connection postgres-default in "*/project/.bruin.yml* ]]
}

@test "bruin: the environment's schema prefix stands before the schema; merged keys and aliases count" {
	cat >config.yml <<-'END'
		default_environment: dev
		environments:
		  prod: &prod
		    connections: &connections
		      anthropic: [&key {name: my_anthropic, api_key: k1}]
		      postgres: [{name: postgres-default, username: u, host: h, database: d}]
		  dev:
		    <<: *prod
		    schema_prefix: dev_
	END
	parameters
	run -0 ingest --bruin-config config.yml
	[ "${lines[0]}" = 'dest=postgresql://u@h/d key=k1' ]
	[[ ${lines[1]} == *'--schema dev_raw -- users ' ]]
}

@test "bruin: an environment that is not there is named by its place" {
	parameters
	printf '%s\n' 'environments: {prod: {}}' 'default_environment: ${WHICH}' >config.yml
	WHICH=topsecret run -2 ingest --bruin-config config.yml
	[ "$output" = 'ant-ingest: config.yml:2: there is no environment of this name' ]
	sed -i 2d config.yml
	run -2 ingest --bruin-config config.yml
	[ "$output" = 'ant-ingest: config.yml:1: no environment default' ]
}

@test "bruin: strategy, keys, masks and parameters become flags; the command line's own win" {
	asset 'parameters: {source_connection: my_anthropic, source_table: usage_report, destination: postgres, extract_parallelism: 3, no_inference: false, schema_naming: direct}' \
		'materialization: {type: table, strategy: merge, incremental_key: bucket}' \
		'columns:' ' - {name: bucket, primary_key: true}' ' - {name: model, mask: hash}' ' - {name: other, type: string}'
	run -0 ingest
	[ "${lines[1]}" = '-c /dev/null --parallel 1 --flatten --mask=model=hash --schema raw --into users --mode merge --jobs 3 -- usage_report ' ]
	run -0 ingest --incremental-strategy delete+insert --dest-table x.y --interval-start 2026-01-01
	[[ ${lines[1]} == *'--schema x --into y --from 2026-01-01'* && $output != *--mode* ]]
	asset 'parameters: {source_connection: my_anthropic, source_table: users, destination: postgres}' 'materialization: {strategy: create+replace}'
	run -0 ingest
	[[ $output == *'--mode replace --chunk 0 --full-refresh'* ]]
}

@test "bruin: source and destination of the command line need no connections" {
	rm project/.bruin.yml
	parameters
	run -2 ingest
	[[ $output == *'no .bruin.yml with its connections here or above: name it by --bruin-config' ]]
	ANTHROPIC_ADMIN_KEY='k' run -0 ingest --source-uri anthropic:// --dest-uri sqlite:///a.db --dest-table t
	[[ ${lines[0]} == 'dest=sqlite:///a.db key=k' ]]
	run -2 ingest --bruin-config nosuch.yml
	[[ $output == *'nosuch.yml: there is no such file'* ]]
	run -2 ant-ingest --bruin-config x --source-table users
	[[ $output == *'give --bruin-asset as well'* ]]
}

@test "bruin: what is not run is said, what cannot be honoured is an error with file, line and what to use" {
	parameters 'custom_checks: [{name: c, query: select 1}]' 'columns: [{name: id, checks: [{name: unique}]}]' 'owner: me' 'tags: [a]'
	run -0 --separate-stderr ingest
	[[ $stderr == *'a.asset.yml:7: custom_checks are not run'*'a.asset.yml:8: the checks of the columns are not run'* ]]
	while IFS='|' read -r line want; do
		parameters "$line"
		run -2 ingest
		[[ $output == "ant-ingest: project/pipe/assets/a.asset.yml:7: $want"* ]] || { echo "$line: $output"; return 1; }
	done <<-'END'
		  page_size: 5|page_size cannot be honoured: use ant-fetch --page-limit
		  loader_file_format: jsonl|loader_file_format cannot be honoured: leave it out: rows are streamed
		  enforce_schema: true|enforce_schema cannot be honoured: types are in the table files: see anthill-table(5)
		  incremental_strategy: scd2|--incremental-strategy: 'scd2' cannot be honoured: use --history, which keeps the versions in a table of their own
		  version: v1|parameter version cannot be honoured: leave it out: no ingestr is run
		  cdc: "true"|parameter cdc cannot be honoured: leave it out: the source is no database
		  incremental_stratgy: merge|parameter incremental_stratgy cannot be honoured; did you mean incremental_strategy?
		  source: gsheets|source is another: only anthropic can be honoured
		interval_modifiers: {start: -2h}|interval_modifiers cannot be honoured: use --interval-start and --interval-end
		start_date: 2026-01-01|start_date cannot be honoured: use --interval-start
		materialisation: {}|the setting materialisation cannot be honoured; did you mean materialization?
		materialization: {type: view}|this type of materialization cannot be honoured: use table
		materialization: {strategie: x}|materialization strategie cannot be honoured; did you mean strategy?
		materialization: {partition_by: bucket}|partition_by cannot be honoured: create the table before the first load, or a view over it
		connection: nosuch|no connection nosuch in /
		name: raw.again|name is there twice
		  source_table: users|source_table is there twice
	END
	parameters
	sed -i 's/_anthropic/_antropic/' project/pipe/assets/a.asset.yml
	run -2 ingest
	[[ $output == *"a.asset.yml:4: no connection my_antropic in "*"; did you mean my_anthropic?" ]]
	sed -i 's/my_antropic/shop/' project/pipe/assets/a.asset.yml
	run -2 ingest
	[[ $output == *'a.asset.yml:4: the connection shop is not of anthropic: only that source can be honoured' ]]
	parameters
	sed -i 's/: postgres/: postgers/' project/pipe/assets/a.asset.yml
	run -2 ingest
	[[ $output == *'a.asset.yml:6: this destination cannot be honoured: use bigquery, snowflake, postgres, duckdb or sqlite; did you mean postgres?' ]]
	parameters
	sed -i 's/: users/: usres/' project/pipe/assets/a.asset.yml
	run -2 ingest
	[[ $output == *"a.asset.yml:5: --source-table: unknown table 'usres'; did you mean users?" ]]
}

@test "bruin: files that are no asset" {
	local name
	printf 'name: a\ntype: sf.sql\n' >a.yml
	printf 'select 1\n' >a.sql
	printf '/* @bruin\nname: a\n' >b.sql
	printf 'name: [a\n' >b.yml
	: >c.yml
	printf -- '- a\n' >d.yml
	printf 'name: "a\\0b"\ntype: ingestr\nparameters: {source_table: "a\\0b"}\n' >e.yml
	printf 'x\n' >a.py
	printf 'a: [%s\n' "$(head -c 300000 /dev/zero | tr '\0' '[')" >huge.yml
	printf '%s' "$(for ((i = 0; i < 2000; i++)); do echo "k$i: 1"; done)" >many.yml
	printf 'name: &a [*a, *a]\ntype: ingestr\nparameters: *a\n' >loop.yml
	while IFS='|' read -r name want; do
		run -2 timeout 20 ant-ingest --bruin-asset "$name"
		[[ $output == "ant-ingest: $name"*$want* ]] || { echo "$name: $output"; return 1; }
	done <<-'END'
		a.yml|:2: the type is not ingestr: no other asset can be run
		a.sql|:1: no asset: the first lines are no /* @bruin ... @bruin */
		b.sql|:1: the comment of the asset does not end
		b.yml|:2:
		c.yml|:1: nothing is in it
		d.yml|:1: the asset is no mapping
		e.yml|:3: source-table holds a NUL
		a.py|:1: an asset is a .sql, .yml or .yaml file
		huge.yml|: Message too long
		many.yml|:1: the asset has more than 512 keys
		loop.yml|:1: parameters is no mapping
		nosuch.yml|: there is no such file
	END
}

@test "bruin: a billion laughs are answered at once" {
	local i
	{
		echo 'a0: &a0 ha'
		for ((i = 1; i < 60; i++)); do echo "a$i: &a$i [*a$((i - 1)), *a$((i - 1)), *a$((i - 1))]"; done
		echo 'parameters: *a59'
	} >l.yml
	run -2 timeout 10 ant-ingest --bruin-asset l.yml
	head -c 250000 /dev/zero | tr '\0' '[' >deep.yml
	run -2 timeout 10 ant-ingest --bruin-asset deep.yml
	[[ $output == *'deep.yml:1: nested deeper than 32' ]]
}

@test "bruin: hostile text stays text: control characters in a message, words of a shell in a value" {
	parameters
	sed -i 's/raw.users/"raw.$(touch pwned);`touch pwned`"/' project/pipe/assets/a.asset.yml
	run -0 ingest
	[[ ${lines[1]} == *'--schema raw --into $(touch pwned);`touch pwned` '* ]]
	printf 'type: "\\e[31mingestr"\n"\\e[2Jx": 1\n' >c.yml
	run -2 ant-ingest --bruin-asset c.yml
	[[ $output != *$'\e'* ]]
	[ ! -e pwned ]
}

@test "bruin: a run from asset to rows, with the simulated organization" {
	start_sim --days 3
	rm bin/ant-sync
	export SECRET_KEY=$ANTHROPIC_ADMIN_KEY
	unset ANTHROPIC_ADMIN_KEY
	parameters
	sed -i 's/destination: postgres/destination_connection: lite/' project/pipe/assets/a.asset.yml
	sed -i "s,/srv/lite.db,$PWD/lite.db," project/.bruin.yml
	run -0 ingest -q
	[ "$(sqlite3 lite.db 'select count(*) from raw_users')" = 25 ]
}
