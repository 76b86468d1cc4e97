#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2030,SC2031,SC2154	# single quotes for other shells; subshells; set by run
# Histories end to end: what changes in the simulated organization between two runs of ant-sync is what the view
# ant_changes tells, in three databases; and which tables ant-sync and ant-ingest keep a history of.
load lib/helper
load lib/duckdb
load lib/lake

NOW=2026-11-21T10:00:00Z

setup_file() {
	build_duck
	start_pg
}
teardown_file() { stop_pg; }
each_setup() {
	use_duckdb
	export ANT_STATE=$PWD/state
}

change() { curl -sf -o /dev/null -X POST "$ANTHROPIC_BASE_URL/_sim/change?$1"; }

# The same question to one of the three; nulls are NULL, times in UTC.
pg() { PGOPTIONS='-c timezone=UTC' psql -XqAt -F '|' -P null=NULL -v ON_ERROR_STOP=1 -c "SET search_path = $SCHEMA" -c "$1"; }
lite() { sqlite3 -nullvalue NULL h.db "$1"; }
ddb() { duck h.duckdb "$1"; }
each_database() { # SQL - the answer, which all three give, sorted
	lite "$1" | sort >lite.got
	pg "$1" | sort >pg.got
	diff lite.got pg.got >&2 || return
	ddb "$1" | sort >ddb.got
	diff lite.got ddb.got >&2 || return
	cat lite.got
}

# into OPTION... - a stream into all three, with --history and the views made anew
into() {
	cat >stream
	ant load-sqlite --history "$@" h.db <stream >/dev/null
	ant load-pg --history --schema "$SCHEMA" "$@" <stream >/dev/null
	ant load-duckdb --history "$@" h.duckdb <stream >/dev/null
}
views() {
	ant load-sqlite --views "$@" h.db
	ant load-pg --views --schema "$SCHEMA" "$@"
	ant load-duckdb --views "$@" h.duckdb
}
# members MODE ROW... - of workspace_members, whose key has two columns
members() {
	printf '#ant-rows\t1\tworkspace_members\n#mode\t%s\n#key\tworkspace_id\tuser_id\n#unique\n#type\ttext\ttext\ttext\n#cols\tworkspace_id\tuser_id\tworkspace_role\n' "$1"
	shift
	[ $# = 0 ] || printf '%b\n' "$@"
	printf '#end\t%d\t\\N\n' $#
}
CHANGES="SELECT table_name, id, name, what, column_name, from_value, to_value FROM ant_changes"

@test "history sync: ant_changes tells what changed in the organization between two runs, and nothing else" {
	SCHEMA=e2e
	local i dest schema users u1 u2 u3 key newkey group member limit at t
	start_sim --now "$NOW" --seed 7 --days 5
	scoped() { curl -sf -H 'x-api-key: sk-ant-api01-simulated' -H 'anthropic-version: 2023-06-01' \
		-H 'anthropic-beta: spend-limit-reads-2026-09-26' "$ANTHROPIC_BASE_URL/v1/organizations/$1"; }
	users=$(curl -sf -H 'x-api-key: sk-ant-admin01-simulated' -H 'anthropic-version: 2023-06-01' "$ANTHROPIC_BASE_URL/v1/organizations/users?limit=20" | jq -r '.data[].id')
	{ read -r u1; read -r u2; read -r u3; } <<<"$users"
	key=$(curl -sf -H 'x-api-key: sk-ant-admin01-simulated' -H 'anthropic-version: 2023-06-01' "$ANTHROPIC_BASE_URL/v1/organizations/api_keys?limit=9" | jq -r '.data[3].id')
	newkey=$(curl -sf -H 'x-api-key: sk-ant-admin01-simulated' -H 'anthropic-version: 2023-06-01' "$ANTHROPIC_BASE_URL/v1/organizations/api_keys?limit=9" | jq -r '.data[5].id')
	group=$(scoped rbac_groups | jq -r '.data[2].id')
	member=$(scoped "rbac_groups/$group/members?limit=1000" | jq -r '.data[0].user_id')
	limit=$(scoped 'spend_limits?limit=1000' | jq -r '.data[1].id')
	# Who joins is there and gone before the first run.
	change "remove=$u1"
	change "remove=$newkey"
	sync() {
		for dest in sqlite:///h.db "postgresql:///$PGDATABASE" duckdb:///h.duckdb csv:///files; do
			schema=
			[[ $dest != postgresql* ]] || schema="--schema $SCHEMA"
			# shellcheck disable=SC2086
			ant-sync -q --rate 0 --history $schema --dest "$dest" users api_keys >/dev/null
			# shellcheck disable=SC2086
			ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated ant-sync -q --rate 0 --history $schema --dest "$dest" rbac_group_members spend_limits >/dev/null
		done
	}
	sync
	[ -z "$(each_database "$CHANGES")" ]
	# With who joins or leaves come and go memberships and limits of their own.
	keys() { lite "SELECT 'rbac_group_members|' || rbac_group_id || '/' || user_id FROM rbac_group_members UNION SELECT 'spend_limits|' || id FROM spend_limits ORDER BY 1"; }
	keys >before
	change "return=$u1"
	change "remove=$u2"
	change "role=$u3&to=admin"
	change "rename=$key&name=renamed"
	change "status=$key&to=inactive"
	change "return=$newkey"
	change "leave=$group&user=$member"
	change "limit=$limit&cents=77700"
	sync
	sync # and once more: nothing is new
	each_database "SELECT table_name, id, what, column_name, to_value FROM ant_changes WHERE column_name IS NULL OR column_name <> 'updated_at'" >got
	keys >after
	{ comm -13 before after | sed 's/$/|added|NULL|NULL/'; comm -23 before after | sed 's/$/|removed|NULL|NULL/'; cat <<-END; } | sort >want
		api_keys|$key|changed|name|renamed
		api_keys|$key|changed|status|inactive
		api_keys|$newkey|added|NULL|NULL
		spend_limits|$limit|changed|amount_cents|77700
		spend_limits|$limit|changed|amount|77700
		users|$u1|added|NULL|NULL
		users|$u2|removed|NULL|NULL
		users|$u3|changed|role|admin
	END
	diff want got
	grep -qx "rbac_group_members|$group/$member|removed|NULL|NULL" got
	[ -z "$(each_database "SELECT name FROM ant_changes WHERE table_name = 'users' AND name NOT LIKE '%@example.com'")" ]
	[ "$(lite "SELECT count(DISTINCT changed_at) FROM ant_changes WHERE table_name = 'users'")" = 1 ]
	# The files have the same versions.
	for t in users api_keys rbac_group_members spend_limits; do
		[ "$(python3 -c 'import csv, sys; print(sum(1 for r in csv.DictReader(open(sys.argv[1], newline=""))))' "files/${t}_history.csv")" = "$(lite "SELECT count(*) FROM ${t}_history")" ]
	done
	# As the manual asks, of a day before all this and of one behind it, which all three answer alike.
	manual() { sed -n '/^\.Sh HISTORIES/,/^\.Sh CONF/p' "$ROOT/man/ant-sync.1" | sed -n '/^SELECT/,/;$/p' | sed "s/'2026-05-01T00:00:00Z'/'$1'/"; }
	manual x | grep -c ';$' | grep -qx 3
	for i in 1 2 3; do
		[ -z "$(each_database "$(manual 2026-05-01T00:00:00Z | awk -v n="$i" 'BEGIN { RS = ";" } NR == n' | sed 's/^SELECT changed_at, /SELECT /; s/>= .2026.*/>= '"'9999-01-01'"'/; s/^ORDER.*//')")" ]
		each_database "$(manual 2199-05-01T00:00:00Z | awk -v n="$i" 'BEGIN { RS = ";" } NR == n' | sed 's/^SELECT changed_at, /SELECT /; s/>= .2199-05-01/>= '"'2001-01-01"'/; s/^ORDER.*//')" >"answer.$i"
	done
	[ "$(wc -l <answer.1)" = "$(lite 'SELECT count(*) FROM ant_changes')" ]
	diff answer.2 <(each_database 'SELECT email, role FROM users')
	[ "$(wc -l <answer.3)" = "$(lite "SELECT count(*) FROM api_keys WHERE status = 'active'")" ]
	grep -q '@example.com$' answer.3
	# Who held which role before the change and after it; each database has its own time of it.
	at="(SELECT max(changed_at) FROM ant_changes WHERE table_name = 'users')"
	each_database "SELECT id, role FROM users_history WHERE valid_from < $at AND (valid_to IS NULL OR valid_to >= $at)" >as.before
	each_database "SELECT id, role FROM users_history WHERE valid_from <= $at AND (valid_to IS NULL OR valid_to > $at)" >as.after
	diff as.before as.after | grep '^[<>]' | sort >got
	{ echo "> $u1|$(lite "SELECT role FROM users WHERE id = '$u1'")"; echo "< $u2|$(lite "SELECT role FROM users_history WHERE id = '$u2'")"
		echo "< $u3|$(lite "SELECT role FROM users_history WHERE id = '$u3' AND valid_to IS NOT NULL")"; echo "> $u3|admin"; } | sort | diff - got
	diff as.after <(each_database 'SELECT id, role FROM users')
}

@test "history sync: added, removed, returned and changed, null and not, in three databases" {
	SCHEMA=plain
	members replace 'w1\tu1\tadmin' 'w1\tu2\tuser' 'w2\tu1\t\\N' | into
	views
	[ -z "$(each_database "$CHANGES")" ]
	members replace 'w1\tu1\tuser' 'w2\tu1\tbilling' 'w3\tu3\tuser' | into
	members replace 'w1\tu1\t\\N' 'w1\tu2\tuser' 'w2\tu1\tbilling' 'w3\tu3\tuser' | into
	members merge 'w3\tu3\t' | into
	diff <(each_database "$CHANGES") - <<-'END'
		workspace_members|w1/u1|w1/u1|changed|workspace_role|admin|user
		workspace_members|w1/u1|w1/u1|changed|workspace_role|user|NULL
		workspace_members|w1/u2|w1/u2|added|NULL|NULL|NULL
		workspace_members|w1/u2|w1/u2|removed|NULL|NULL|NULL
		workspace_members|w2/u1|w2/u1|changed|workspace_role|NULL|billing
		workspace_members|w3/u3|w3/u3|added|NULL|NULL|NULL
		workspace_members|w3/u3|w3/u3|changed|workspace_role|user|
	END
	# A row that goes and comes back in one load's time is none of these: times are those of the history.
	[ "$(lite 'SELECT count(*) FROM ant_changes WHERE changed_at NOT IN (SELECT valid_from FROM workspace_members_history UNION SELECT valid_to FROM workspace_members_history)')" = 0 ]
	[ "$(pg "SELECT DISTINCT pg_typeof(changed_at), pg_typeof(from_value) FROM ant_changes")" = 'timestamp with time zone|text' ]
}

@test "history sync: values of every type are told as rows have them" {
	SCHEMA=types
	typed() { # ROW
		printf '#ant-rows\t1\tt\n#mode\treplace\n#key\tid\tat\n#unique\n#type\tbigint\ttimestamptz\ttext\tnumeric\tdouble\tboolean\tdate\ttimestamptz\tjson\n'
		printf '#cols\tid\tat\tname\tn\td\tb\tday\tt\tj\n%b\n#end\t1\t\\N\n' "$1"
	}
	echo "path /x
sets console
paging none
unique
column id bigint key = .id
column at timestamptz key = .at
column name text = .n" >t.table
	typed '7\t2026-11-01T00:00:00Z\tAnn\t0.1\t0.5\ttrue\t2026-11-01\t2026-11-01T00:00:00Z\t{"a":1}' | into
	typed '7\t2026-11-01T00:00:00Z\tAnn {o:x} "\x27\t12345678901234567890.5\t-1.5\tfalse\t2026-11-02\t2026-11-01T00:00:00.25Z\t{"a":2}' | into
	ANT_TABLES=$PWD views
	each_database "SELECT id, column_name, replace(from_value, ' ', ''), replace(to_value, ' ', '') FROM ant_changes" >got
	sort >want <<-'END'
		7/2026-11-01T00:00:00Z|b|true|false
		7/2026-11-01T00:00:00Z|d|0.5|-1.5
		7/2026-11-01T00:00:00Z|day|2026-11-01|2026-11-02
		7/2026-11-01T00:00:00Z|j|{"a":1}|{"a":2}
		7/2026-11-01T00:00:00Z|n|0.1|12345678901234567890.5
		7/2026-11-01T00:00:00Z|name|Ann|Ann{o:x}"'
		7/2026-11-01T00:00:00Z|t|2026-11-01T00:00:00Z|2026-11-01T00:00:00.25Z
	END
	diff want got
	# Without the table file nobody knows the key: id is what is left of it, and without that the table is left out.
	views
	[ "$(each_database 'SELECT DISTINCT id FROM ant_changes')" = 7 ]
}

@test "history sync: ant_changes follows prefix, names and columns, and organizations are apart" {
	SCHEMA=named
	of() { members "${@:2}" | sed "/^#mode/a #organization\t0000000$1-0000-4000-8000-000000000000"; }
	of 1 replace 'w1\tu1\tadmin' | into --by-organization --prefix "p'_"
	of 1 replace 'w1\tu1\tuser' | into --by-organization --prefix "p'_"
	of 2 replace 'w1\tu1\tuser' | into --by-organization --prefix "p'_" # the first of its organization
	of 2 replace | into --by-organization --allow-shrink --prefix "p'_"
	members replace 'w9\tu9\tadmin' | into # another prefix is another's
	members replace | into
	members replace 'w9\tu9\tadmin' | into --table 'people "x'
	members replace | into --table 'people "x'
	views --prefix "p'_"
	views
	diff <(each_database "SELECT table_name, id, what, to_value, substr(organization, 8, 1) FROM \"p'_ant_changes\"") - <<-'END'
		workspace_members|w1/u1|changed|user|1
		workspace_members|w1/u1|removed|NULL|2
	END
	diff <(each_database "SELECT table_name, id, what FROM ant_changes") - <<-'END'
		people "x|w9/u9|removed
		workspace_members|w9/u9|removed
	END
	# Left alone where nothing is new, made again where the history is wider.
	cp h.db before.db
	views
	cmp h.db before.db
	members replace 'w9\tu9\tadmin' | into
	members replace 'w9\tu9\tadmin\tx' | sed 's/^#type.*/&\ttext/; s/^#cols.*/&\tmore}/' | into
	views
	[ "$(each_database "SELECT column_name, from_value, to_value FROM ant_changes WHERE what = 'changed'")" = 'more}|NULL|x' ]
}

@test "history sync: a view or table of somebody else's that is called ant_changes stays, and nothing is made" {
	members replace 'w1\tu1\tadmin' >s
	ant load-sqlite --history h.db <s >/dev/null
	sqlite3 h.db 'CREATE TABLE ant_changes (x)'
	run -1 ant load-sqlite --views h.db
	[[ $output == *"'ant_changes' is a table that anthill did not make"* ]]
	[ "$(sqlite3 h.db "SELECT type FROM sqlite_schema WHERE name = 'ant_changes'")" = table ]
	# What is called like a history and is none is none.
	sqlite3 h.db 'DROP TABLE ant_changes; DROP TABLE workspace_members_history; CREATE TABLE workspace_members_history (workspace_id, user_id, valid_from);
		CREATE TABLE x_history (id, valid_from, valid_to)'
	ant load-sqlite --views h.db
	[ "$(sqlite3 h.db "SELECT count(*) FROM sqlite_schema WHERE name = 'ant_changes'")" = 0 ]
}

@test "history sync: DuckLake has the view, too" {
	use_lake
	mkdir data
	members replace 'w1\tu1\tadmin' 'w1\tu2\tuser' >s
	ant load-duckdb --history 'ducklake:lake.duckdb?data=data' <s >/dev/null
	members replace 'w1\tu1\tuser' 'w1\tu2\tuser' >s
	ant load-duckdb --history 'ducklake:lake.duckdb?data=data' <s >/dev/null
	ant load-duckdb --views ducklake:lake.duckdb
	[ "$(in_lake ducklake:lake.duckdb "$CHANGES")" = 'workspace_members|w1/u1|w1/u1|changed|workspace_role|admin|user' ]
}

# kept WORD... - the tables whose loaders get --history, by the plan of ant-sync
kept() { ant-sync "$@" --plan | grep -e ' --history ' | sed 's/.* ant-fetch \([^|]* \)\?\([a-z_]*\) --pipe ant-flatten.*/\2/' | sort -u | paste -sd ' '; }

@test "history sync: on is all tables of objects, a list is what it names, and reports are loaded as ever" {
	local all=(--dest sqlite:///h.db users api_keys workspaces usage_report compliance_review_cases spend_limits_effective spend_limits)
	[ "$(kept "${all[@]}")" = '' ]
	[ "$(kept --history "${all[@]}" | wc -w)" = 5 ]
	[[ $(kept --history "${all[@]}") != *usage_report* ]]
	[[ $(kept --history "${all[@]}") != *effective* ]]
	for words in 'users api_keys:api_keys users' 'off:' '@console -users:api_keys workspaces' 'on -users -@enterprise:api_keys compliance_review_cases workspaces' \
		'-users:api_keys compliance_review_cases spend_limits workspaces' 'on spend_limits_effective:api_keys compliance_review_cases spend_limits spend_limits_effective users workspaces'; do
		echo "history ${words%:*}" >conf
		[ "$(kept -c conf "${all[@]}")" = "${words#*:}" ]
	done
	printf '%s\n' 'history users' 'organization a' 'prefix a_' 'key-env A' 'organization b' 'prefix b_' 'key-env A' 'history off' >conf
	A=k ant-sync -c conf "${all[@]}" --plan >plan
	[ "$(grep -e ' --history ' plan | grep -c -e ' --prefix a_ ')" = 1 ]
	[ "$(grep -c -e ' --history ' plan)" = 1 ]
	for bad in usage_report nope 'off users' @nope ''; do
		echo "history $bad" >conf
		run -2 ant-sync -c conf --plan
		[[ $output == *'conf:1: history: '* ]]
	done
	for mode in append window; do run -2 ant-sync --history --mode $mode --dest sqlite:///h.db --plan users; done
	run -2 ant-sync --history --dest 'parquet:///f?days' --plan users
	[[ $output == *'history: a folder of days keeps none'* ]]
	[ "$(kept --history --dest parquet:///f users usage_report)" = users ]
}

@test "history sync: --status and --check know what is kept" {
	start_sim --now "$NOW" --seed 7 --days 5
	ant-sync -q --rate 0 --history --dest sqlite:///h.db users organization >/dev/null
	ant-sync --dest sqlite:///h.db --status users usage_report >plain
	ant-sync --history --dest sqlite:///h.db --status users usage_report >status
	[[ $(<plain) != *history* ]]
	[[ $(head -n 1 status) == *' history' ]]
	[ "$(grep -c ' kept$' status)" = 1 ]
	diff plain <(sed -E 's/ +(history|kept)$//' status)
	ant-sync --history --dest sqlite:///h.db --check users organization
	sqlite3 h.db 'DROP TABLE users_history; CREATE VIEW users_history AS SELECT 1'
	run -1 ant-sync --history --dest sqlite:///h.db --check users organization
	[[ $output == *users_history* ]]
	ant-sync -q --rate 0 --json --dest sqlite:///j.db users >before
	ant-sync -q --rate 0 --json --history --dest sqlite:///k.db users >after
	diff <(jq keys before) <(jq keys after)
}

@test "history sync: ant-ingest --history keeps one, of objects alone" {
	start_sim --now "$NOW" --seed 7 --days 5
	ingest() { ant-ingest --source-uri 'anthropic://?api_key=sk-ant-admin01-simulated' "$@"; }
	ingest -q --source-table users --dest-uri sqlite:///h.db --dest-table people --history >/dev/null
	[ "$(sqlite3 h.db 'SELECT count(*) FROM people_history')" = "$(sqlite3 h.db 'SELECT count(*) FROM people')" ]
	run -2 ingest --source-table usage_report --dest-uri sqlite:///h.db --history
	[[ $output == *'--history: usage_report is a report'* ]]
	run -2 ingest --source-table users --dest-uri sqlite:///h.db --incremental-strategy scd2
	[[ $output == *'use --history'* ]]
	run -2 ingest --source-table users --dest-uri sqlite:///h.db --history --incremental-strategy append
	run -2 ingest --source-table users --dest-uri bigquery://project.dataset --history --dry-run
	[[ $output == *'bigquery keeps none'* ]]
}
