#!/usr/bin/env bats
# The sections of ant-report about products, tags, seats, activity, limits and changes, and every section as data: figures
# against the simulator's model, advice that fits the kind of key, hostile names.
# shellcheck disable=SC1010,SC2016,SC2030,SC2031,SC2154	# the then of mlr; single quotes are for other shells; subshells; set by run
load lib/helper
load lib/duckdb
load lib/report

setup_file() {
	build_duck
	start_pg
	load_organization sqlite pg duckdb
	cp "$BATS_FILE_TMPDIR/org.db" "$BATS_FILE_TMPDIR/console.db"
	load_analytics sqlite pg duckdb enterprise.db
	local t
	for t in $REPORT_TABLES $ANALYTICS_TABLES; do expect "$t" >/dev/null; done
}
teardown_file() {
	stop_sim
	stop_pg
}
each_setup() {
	use_duckdb
	ORG=$BATS_FILE_TMPDIR/org.db
	unset COLUMNS
}

# page ARG... - the page at the simulator's time
page() { ant report --to "$NOW" "$@"; }
# section ID - a section of the page on stdin
section() { awk -v start="<section id=\"$1\"" 'index($0, start) { on = 1 } on { print } on && /<\/section>/ { exit }'; }
# sheets - their names
sheets() { ant report --csv help x 2>&1 | sed -n '/^$/,$p' | awk 'NF { print $1 }'; }
# model PAGE [SHEET...] - tests/lib/page-model.py over the rows of this suite, with the sheets that are here
model() { cp "$BATS_FILE_TMPDIR"/*.rows "$BATS_FILE_TMPDIR"/*.tsv . && python3 "$BATS_TEST_DIRNAME/lib/page-model.py" "$1" . "${@:2}"; }
# wrong ID - the page on stdin with another figure in each row of a section
wrong() { awk -v start="<section id=\"$1\"" 'index($0, start) { on = 1 } on { gsub(/<td>\$?[0-9]/, "&7"); gsub(/<data value="[0-9]/, "&7") } on && /<\/section>/ { on = 0 } { print }'; }

@test "sections: cost by product and tag, seats, activity and limits are the model's, to the last digit" {
	page "$ORG" >page.html
	model page.html
	local id
	for id in products tags seats engagement limits; do
		wrong "$id" <page.html >wrong.html
		run -1 cmp -s page.html wrong.html
		run -1 model wrong.html "section $id"
		[[ $output == *'the model says'* ]]
	done
	# The other sections are what they are without these tables.
	page "$BATS_FILE_TMPDIR/console.db" >console.html
	for id in models workspaces month tokens cache matrix kinds users tools code activity odd; do
		section $id <page.html | diff <(section $id <console.html) -
	done
}

@test "sections: every sheet is the model's, with all of its rows, and its amounts are exact" {
	page "$ORG" >page.html
	local s
	for s in $(sheets); do page --csv "$s" "$ORG" >"$s.csv"; done
	model page.html figures models workspaces products month tokens cache cache-models matrix kinds seats engagement engagement-days \
		limits users tools code activity keys people tags odd
	# One figure that is not the model's is noticed.
	for s in products people limits seats engagement-days; do
		cp "$s.csv" keep
		sed -i '0,/,[0-9]/s/,\([0-9]\)/,9\1/' "$s.csv"
		run -1 cmp -s keep "$s.csv"
		run -1 model page.html "$s"
		cp keep "$s.csv"
	done
	# The sums are those of the API's texts.
	for s in products people; do
		[ "$(mlr --icsv --onidx cut -f amount "$s.csv" | total)" = "$(model_bill)" ]
	done
}

# model_bill - what the API bills in the last 90 days, in dollars
model_bill() { expect analytics_cost | awk -F '\t' 'substr($1, 1, 10) >= "2026-08-23" { print $30 }' | total | dollars; }

@test "sections: the same page, sheets and document from SQLite, PostgreSQL and DuckDB" {
	local s dest
	page "$ORG" | grep -v 'id="fresh"' >want.html
	page --json "$ORG" | jq 'del(.organizations[].sections.fresh)' >want.json
	page --text "$ORG" >want.text
	for dest in "postgresql:///$PGDATABASE" "$BATS_FILE_TMPDIR/org.duckdb"; do
		page "$dest" | grep -v 'id="fresh"' | cmp want.html -
		page --json "$dest" | jq 'del(.organizations[].sections.fresh)' | cmp want.json -
		page --text "$dest" | cmp want.text -
		for s in products people tags limits seats changes; do page --csv "$s" "$dest" | cmp <(page --csv "$s" "$ORG") -; done
	done
}

@test "sections: --json is one document of what each --csv says" {
	local s
	page --json "$ORG" >all.json
	jq -e '.from == "2026-08-23" and .to == "2026-11-20T15:30:00Z" and (.organizations | length) == 1 and .organizations[0].id == null' all.json
	sheets | sort >names
	jq -r '.organizations[0].sections | keys[]' all.json | sort | diff names -
	[ "$(wc -l <names)" -ge 24 ]
	cat >rows.py <<-'END'
		import csv, json, sys
		rows = json.load(open('all.json'))['organizations'][0]['sections'][sys.argv[1]]
		got = list(csv.reader(open('one.csv', newline='')))
		text = lambda v: '' if v is None else str(v)
		bare = lambda v: v[1:] if v[:1] == "'" else v
		assert [list(r) for r in rows[:1]] in ([], [got[0]]), got[0]
		want = [[text(v) for v in r.values()] for r in rows]
		assert [[bare(v) for v in r] for r in got[1:]] == [[bare(v) for v in r] for r in want], sys.argv[1]
		assert all(type(r[k]) is str for r in rows for k in r if k in ('amount', 'estimated_cost', 'spent') and r[k] is not None)
	END
	while read -r s; do
		page --csv "$s" "$ORG" >one.csv
		python3 rows.py "$s"
	done <names
	run -1 bash -c 'ant report --to "$1" --json "$2" >/dev/full' - "$NOW" "$ORG"
	[[ $output == *'No space left'* ]]
	page --csv limits -o out.csv "$ORG"
	page --csv limits "$ORG" | cmp - out.csv
}

@test "sections: a name that is none lists them, and one form is asked for at a time" {
	local name args
	for name in help nothing '' 'models '; do
		run -2 page --csv "$name" "$ORG"
		[[ $output == *'none of the sections'* && $output == *engagement-days* && $output == *'cost by day and model'* ]]
	done
	for args in '--csv models --json' '--text --json' '--csv models --text' '--json --check budget=1' '--csv models --check stale=1h'; do
		# shellcheck disable=SC2086
		run -2 page $args "$ORG"
		[[ $output == *'only one of --text, --csv, --json, '*'--check'* ]]
	done
}

# advised - the tables that a page or text on stdin advises to load
advised() { grep -oE 'ant-sync [a-z_]+' | cut -d ' ' -f 2 | sort -u; }

@test "sections: what is advised can be loaded with the organization's kind of key" {
	local t kind db
	for kind in console enterprise; do
		# The tables of a set, by the table files.
		for t in $REPORT_TABLES $ANALYTICS_TABLES; do
			sets=$(sed -n 's/^sets *//p' "$ROOT/lib/tables/$t.table")
			[[ " ${sets:-console} " != *" $kind "* ]] || echo "$t"
		done | { cat; [ $kind != console ] || echo usage_by_cost; } | sort >$kind.tables # in no set, and the Console's
		[ "$(wc -l <$kind.tables)" -ge 5 ]
	done
	cp "$BATS_FILE_TMPDIR/console.db" console.db
	cp "$BATS_FILE_TMPDIR/enterprise.db" enterprise.db
	for kind in console enterprise; do
		for db in $kind.db less.db hollow.db; do
			if [ $db != $kind.db ]; then cp $kind.db $db; fi
			for t in $(sqlite3 $db "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT LIKE '\_%' ESCAPE '\'"); do
				case $db:$t in
				less.db:api_keys | less.db:users | less.db:spend_limits_effective) ;;
				less.db:*) sqlite3 $db "DROP TABLE $t" ;;
				hollow.db:*) sqlite3 $db "DELETE FROM $t" ;;
				esac
			done
			page $db >page.html
			page --text $db >text
			cat page.html text | advised >got
			comm -23 got $kind.tables >not
			[ ! -s not ] || { echo "$db of $kind:"; cat not; return 1; }
			# What is left out is told, with the key that it takes.
			case $kind in
			console) section elsewhere <page.html | grep -q 'Seats and active users: analytics_summaries takes a key of a Claude Enterprise organization\.' ;;
			enterprise) section elsewhere <page.html | grep -q 'Tokens · Cache hit rate.*: usage_report takes an Admin key of the Console\.' ;;
			esac
			[ "$(grep -o 'href="#[^"]*"' page.html | cut -d '#' -f 2 | tr -d '"' | sort -u | grep -vxFf <(grep -o 'id="[^"]*"' page.html | cut -d '"' -f 2))" = '' ]
		done
	done
	# One of which nothing is known is told of both, and whose the tables are.
	sqlite3 none.db 'CREATE TABLE x (y)'
	page none.db >page.html
	advised <page.html | diff - <(printf '%s\n' analytics_cost analytics_summaries analytics_users claude_code_usage cost_report spend_limits_effective usage_by_cost usage_report workspaces api_keys | sort)
	grep -q 'Load the table first: <code>ant-sync analytics_summaries</code>, of a Claude Enterprise organization\.' page.html
}

@test "sections: an organization without a cost report has its cost from analytics_cost" {
	local s
	cp "$BATS_FILE_TMPDIR/enterprise.db" e.db
	page e.db >page.html
	expect analytics_cost | awk -F '\t' 'substr($1, 1, 10) >= "2026-11-01" { print $30 }' | total | dollars >want
	grep -o '<dt>Month to date</dt><dd class="big"><data value="[^"]*"' page.html | sed 's/.*"\(.*\)"/\1/' | diff want -
	for s in models products kinds matrix people; do
		[ "$(page --csv $s e.db | mlr --icsv --onidx cut -f amount | total)" = "$(model_bill)" ]
	done
	for s in models month products kinds seats engagement limits people; do
		section $s <page.html | grep -qE '<(svg|table)'
		run -1 grep -q "id=\"$s\".*ant-sync" page.html
	done
	grep -q 'Cost is that of analytics_cost' page.html
	run -1 grep -q 'Cost is that of the cost report' page.html
	run -1 page --check budget=100 e.db
	[[ $output == "budget: \$"*' is spent in November 2026, over $100.00' ]]
	page --text e.db | grep -q '^Cost by model'
	# Of which none is of a workspace, as the API has it for such an organization.
	sqlite3 e.db 'UPDATE analytics_cost SET workspace_id = NULL'
	page e.db >page.html
	run -1 grep -q -e 'id="workspaces"' -e 'id="matrix"' -e 'No workspace' page.html
	section elsewhere <page.html | grep -q 'Cost · Cost by workspace and model · Cost by workspace tag: workspaces takes an Admin key'
	run -1 grep -q '^Cost by workspace' <(page --text e.db)
}

# bare_of_views FILE - the database without its views
bare_of_views() {
	cp "$ORG" "$1"
	sqlite3 "$1" "SELECT 'DROP VIEW ' || name || ';' FROM sqlite_schema WHERE type = 'view'" | sqlite3 "$1"
}

# What changed, as the view tells it, in each dialect; TIME is written by PostgreSQL's and DuckDB's own types.
changes_view() {
	local time=${1:-timestamptz}
	cat <<-END
		CREATE TABLE told (changed_at $time, table_name text, id text, name text, what text, column_name text, from_value text, to_value text, organization text);
		INSERT INTO told VALUES ('2026-11-10T09:30:00Z', 'users', 'user_1', 'Ada', 'added', NULL, NULL, NULL, 'aaaaaaaa-0000'),
		('2026-11-11T10:00:00Z', 'users', 'user_2', '=cmd|''/c calc''!A0', 'changed', 'role', 'developer', 'admin', 'aaaaaaaa-0000'),
		('2026-11-11T10:00:00Z', 'users', 'user_2', '=cmd|''/c calc''!A0', 'changed', 'name', '', '<script>alert(1)</script>', 'aaaaaaaa-0000'),
		('2026-11-12T00:00:00Z', 'api_keys', 'apikey_9', '<img src=x>', 'removed', NULL, NULL, NULL, 'bbbbbbbb-1111'),
		('2026-11-13T00:00:00Z', 'spend_limits_effective', 'user_1/monthly', 'Ada', 'changed', 'period_to_date_spend', '1', '2', 'aaaaaaaa-0000'),
		('2026-11-13T00:00:00Z', 'spend_limits_effective', 'user_1/monthly', 'Ada', 'changed', 'amount', '10000', '20000', 'aaaaaaaa-0000'),
		('2026-08-22T23:59:59Z', 'users', 'user_3', 'before the period', 'added', NULL, NULL, NULL, 'aaaaaaaa-0000'),
		('2026-11-21T00:00:00Z', 'users', 'user_4', 'behind it', 'added', NULL, NULL, NULL, 'aaaaaaaa-0000');
		CREATE VIEW ant_changes AS SELECT changed_at, table_name, id, name, what, column_name, from_value, to_value FROM told;
	END
}

@test "sections: what changed is what the view ant_changes tells, from all three databases" {
	bare_of_views v.db
	changes_view text | sqlite3 -bail v.db
	page v.db >page.html
	page --csv changes v.db >got.csv
	cat >want.csv <<-'END'
		changed_at,table,id,name,what,column,from,to
		2026-11-13T00:00:00Z,spend_limits_effective,user_1/monthly,Ada,changed,amount,10000,20000
		2026-11-12T00:00:00Z,api_keys,apikey_9,<img src=x>,removed,,,
		2026-11-11T10:00:00Z,users,user_2,'=cmd|'/c calc'!A0,changed,name,,<script>alert(1)</script>
		2026-11-11T10:00:00Z,users,user_2,'=cmd|'/c calc'!A0,changed,role,developer,admin
		2026-11-10T09:30:00Z,users,user_1,Ada,added,,,
	END
	diff want.csv got.csv
	section changes <page.html >part
	grep -q 'Limit of a member changed: 1 · API key removed: 1 · Member changed: 1 · Member added: 1' part
	grep -q '2026-11-11 10:00</th><td class="l name">Member changed<td class="l name"><bdi>=cmd' part
	grep -q 'role: <bdi>developer</bdi> → <bdi>admin</bdi>' part
	grep -q 'name: <span class="soft">nothing</span> → <bdi>&lt;script&gt;alert(1)&lt;/script&gt;</bdi>' part
	run -1 grep -q -e 'ant-sync' -e '<img' -e '<script' part
	page --text v.db | grep -q "^  2026-11-11 Member changed =cmd|'/c calc'!A0, role: developer > admin$"
	psql -Xq -d template1 -c "CREATE DATABASE changed TEMPLATE $PGDATABASE"
	changes_view | psql -Xq -v ON_ERROR_STOP=1 -d changed
	page --csv changes postgresql:///changed | diff want.csv -
	cp "$BATS_FILE_TMPDIR/org.duckdb" v.duckdb
	duck v.duckdb "$(changes_view)" >/dev/null
	page --csv changes v.duckdb | diff want.csv -
	page v.duckdb | section changes | diff part -
	# Of several organizations each has its own.
	sqlite3 v.db 'DROP VIEW ant_changes; CREATE VIEW ant_changes AS SELECT * FROM told;'
	sqlite3 v.db "CREATE TABLE u AS SELECT 'aaaaaaaa-0000' AS _organization, t.* FROM users t; DROP TABLE users; ALTER TABLE u RENAME TO users"
	page --csv changes v.db >got.csv
	[ "$(mlr --icsv --onidx cut -f organization got.csv | sort | uniq -c | xargs)" = '4 aaaaaaaa-0000' ]
	# Those that do not say whose they are are nobody's there.
	sqlite3 v.db 'DROP VIEW ant_changes; CREATE VIEW ant_changes AS SELECT changed_at, table_name, id, name, what, column_name, from_value, to_value FROM told'
	[ "$(page --csv changes v.db | wc -l)" = 1 ]
}

# people ROLE OF... - the stream of users: these members, whose role is ROLE
people() {
	printf '#ant-rows\t1\tusers\n#mode\treplace\n#key\tid\n#unique\n#type\ttext\ttext\ttext\ttext\ttimestamptz\ttimestamptz\ttext\ttimestamptz\n#cols\tid\temail\tname\trole\tcreated_at\tlast_login_at\ttype\tadded_at\n'
	local n
	for n in "${@:2}"; do printf 'user_%s\t%s@example.com\t%s\t%s\t2024-01-01T00:00:00Z\t\\N\tuser\t2024-01-01T00:00:00Z\n' "$n" "$n" "$n" "$1"; done
	printf '#end\t%d\t\\N\n' $(($# - 1))
}

@test "sections: who joined, left and changed role between two loads with --history is on the page, from all three databases" {
	local dest
	psql -Xq -d template1 -c "CREATE DATABASE kept"
	cat >want.csv <<-'END'
		table,id,name,what,column,from,to
		users,user_ada,ada@example.com,changed,role,user,admin
		users,user_bo,bo@example.com,removed,,,
		users,user_cy,cy@example.com,added,,,
	END
	for dest in 'sqlite k.db' 'pg -d postgresql:///kept' 'duckdb k.duckdb'; do
		people user ada bo | as_of 2026-11-01T00:00:00Z bash -c "ant-load-$dest --history" >/dev/null
		people admin ada cy | as_of 2026-11-15T00:00:00Z bash -c "ant-load-$dest --history" >/dev/null
		# shellcheck disable=SC2086
		ant-load-$dest --views >/dev/null
		page --csv changes "${dest##* }" >got.csv
		[ "$(mlr --icsv --onidx cut -f changed_at then uniq -g changed_at got.csv | cut -c 1-10)" = 2026-11-15 ]
		mlr --csv cut -x -f changed_at got.csv | diff want.csv -
		page "${dest##* }" | section changes | grep -q 'role: <bdi>user</bdi> → <bdi>admin</bdi>'
	done
}

@test "sections: without that view, what was created and archived is told, and how the rest is recorded" {
	cp "$ORG" c.db
	sqlite3 c.db "UPDATE users SET created_at = '2026-11-01T12:00:00Z' WHERE id = (SELECT min(id) FROM users);
		UPDATE api_keys SET created_at = '2026-10-05T01:02:03.5Z' WHERE id = (SELECT min(id) FROM api_keys);
		UPDATE workspaces SET archived_at = '2026-09-09T09:09:09Z' WHERE id = (SELECT min(id) FROM workspaces)"
	page --csv changes c.db | mlr --csv cut -f changed_at,table,what >got
	diff - got <<-'END'
		changed_at,table,what
		2026-11-01T12:00:00Z,users,added
		2026-10-05T01:02:03Z,api_keys,added
		2026-09-09T09:09:09Z,workspaces,archived
	END
	page c.db | section changes | grep -q 'is on record with <code>ant-sync --history</code>, or <code>history on</code> in sync.conf'
	page --text c.db | grep -q '^  2026-09-09 Workspace archived '
}

@test "sections: a limit is near at 80 % and reached at all of it, to the last digit; none is no limit" {
	cp "$BATS_FILE_TMPDIR/enterprise.db" l.db
	sqlite3 l.db "DELETE FROM spend_limits_effective"
	local row
	while read -r row; do
		sqlite3 l.db "INSERT INTO spend_limits_effective (actor_id, actor_name, period, amount_cents, period_to_date_spend_cents, currency) VALUES $row"
	done <<-'END'
		('a', 'almost near', 'monthly', '1000', '799.999999999999999999', 'USD')
		('b', 'near', 'monthly', '1000', '800', 'USD')
		('c', 'almost reached', 'daily', '1000', '999.999999999999999999', 'USD')
		('d', 'reached', 'weekly', '1000', '1000', 'USD')
		('e', 'included only', 'monthly', '0', '0', 'USD')
		('f', 'included only, spent', 'monthly', '0', '0.000000000000000001', 'USD')
		('g', 'no limit', 'monthly', NULL, '123456', 'USD')
		('h', 'credit', 'monthly', '1000', '-5', 'USD')
		('i', 'yen', 'monthly', '1000', '900', 'JPY')
		('j', 'a trifle', 'monthly', '0.000000000000000001', '90000000000000000', 'USD')
	END
	page --csv limits l.db | mlr --icsv --onidx --ofs ' ' sort -f member_id then cut -o -f member_id,state,spent,limit,currency >got
	diff - got <<-'END'
		a below 7.99999999999999999999 10 USD
		b near 8 10 USD
		c near 9.99999999999999999999 10 USD
		d reached 10 10 USD
		e below 0 0 USD
		f reached 0.00000000000000000001 0 USD
		g none 1234.56  USD
		h below -0.05 10 USD
		i near 900 1000 JPY
		j reached 900000000000000 0.00000000000000000001 USD
	END
	page l.db >page.html
	section limits <page.html | grep -q '3 reached, 3 near (80% spent), 3 below, 1 without a limit'
	section limits <page.html | grep -q '>JPY 900<'
	sqlite3 l.db "UPDATE spend_limits_effective SET period_to_date_spend_cents = 'much'"
	run -1 page l.db
	[[ $output == *'spend_limits_effective: an amount that is no number'* ]]
}

@test "sections: of two currencies each has its own products, people and tags, and nothing adds them" {
	cp "$ORG" c.db
	sqlite3 c.db "UPDATE analytics_cost SET currency = CASE WHEN model LIKE '%opus%' THEN 'EUR' ELSE 'USD' END"
	page c.db >page.html
	local s
	for s in products people tags; do grep -q "<section id=\"$s-EUR\"" page.html; done
	for s in products people; do
		page --csv $s c.db | mlr --icsv --onidx filter '$currency == "EUR"' then cut -f amount | total >got
		expect analytics_cost | awk -F '\t' 'substr($1, 1, 10) >= "2026-08-23" && $18 ~ /opus/ { print $30 }' | total | dollars | diff - got
	done
	[ "$(grep -c '<section id="seats' page.html)" = 1 ]
}

@test "sections: hostile tags, names and values are text on the page, guarded in CSV, whole in JSON" {
	cp "$ORG" h.db
	sqlite3 h.db "UPDATE workspaces SET tags = '{\"=HYPERLINK(1)\":\"<script>x</script>\",\"\\u202eevil\":\"\\u001b[31m\",\"long\":\"' || printf('%.5000c', 'x') || '\"}' WHERE name = 'Production';
		INSERT INTO workspaces (id, name, tags) VALUES ('wrkspc_idle', 'Idle', '{\"idle\":\"without cost\"}');
		UPDATE workspaces SET tags = '{\"twice\":\"one\",\"twice\":\"two\"}' WHERE name = 'Claude Code';
		UPDATE workspaces SET tags = 'no json' WHERE name = 'Legacy import';
		UPDATE workspaces SET tags = '[1,{\"a\":2}]' WHERE name LIKE 'Data%';
		UPDATE workspaces SET tags = '{\"number\":1.50,\"object\":{\"a\":[1]},\"null\":null,\"\":\"empty\"}' WHERE name LIKE 'Support%';
		UPDATE spend_limits_effective SET actor_name = '</table><img src=x onerror=alert(1)>' || char(27) WHERE actor_name IS NOT NULL;
		UPDATE analytics_cost SET product = '\"><svg onload=alert(1)>' WHERE product = 'chat'; UPDATE analytics_cost SET product = '@SUM(1)' WHERE product = 'cowork'"
	page h.db >page.html
	run -1 grep -n -i -e '<script' -e '<img' -e ' on[a-z]*="' -e '<svg onload' page.html
	run -1 grep -q -P '[\x00-\x08\x0b-\x1f\x7f]' page.html
	section tags <page.html | grep -q '&lt;script&gt;x&lt;/script&gt;'
	page --csv tags h.db >tags.csv
	grep -q "^'=HYPERLINK(1),<script>x</script>," tags.csv
	grep -q '^twice,two,' tags.csv
	run -1 grep -q -e '^twice,one' -e '^a,' tags.csv
	grep -q '^number,1.50,' tags.csv
	grep -q '^idle,without cost,0,USD$' tags.csv
	grep -q '^object,"{""a"":\[1\]}",' tags.csv
	# Every key's rows add up to all that is billed.
	mlr --icsv --onidx cut -f tag then uniq -a tags.csv >keys
	[ "$(wc -l <keys)" -ge 8 ]
	while read -r key; do
		[ "$(mlr --icsv --onidx filter "\$tag == \"$key\"" then cut -f amount tags.csv | total)" = "$(model_bill)" ]
	done < <(printf '%s\n' long twice number object null)
	page --csv products h.db | grep -q ",'@SUM(1),"
	page --json h.db | jq -e '[.organizations[0].sections.products[] | select(.product == "@SUM(1)")] | length > 0'
	page --json h.db | jq -e '[.organizations[0].sections.tags[] | select(.value == "\u001b[31m")] | length == 1'
	local w
	for w in 40 80; do
		COLUMNS=$w page --text --ascii h.db >text
		run -1 grep -q -P '[^\x20-\x7e\n]' text
		[ "$(awk '{ if (length($0) > m) m = length($0) } END { print m }' text)" -le "$w" ]
	done
}

@test "sections: --text has short forms of them, in its width" {
	local w title
	for w in 40 60 80 120; do
		COLUMNS=$w page --text --ascii "$ORG" >text
		[ "$(awk '{ if (length($0) > m) m = length($0) } END { print m }' text)" -le "$w" ]
		for title in 'Cost by product' 'Cost by tag env' 'Active users on 2026-11-19' 'Activity by product' 'Spend limits that are reached or near'; do
			grep -q "^$title" text
		done
	done
	# The figures are the page's.
	page --csv engagement "$ORG" | mlr --icsv --onidx head -n 1 then cut -o -f product,people,active_days,sessions,messages >want
	awk '/^Activity by product/ { getline; getline; gsub(",", ""); print $1, $2, $3, $4, $5 }' text | diff want -
}

@test "sections: each organization of a database has the advice and the sections of its own kind" {
	cp "$BATS_FILE_TMPDIR/console.db" m.db
	sqlite3 m.db "SELECT 'DROP VIEW ' || name || ';' FROM sqlite_schema WHERE type = 'view'" | sqlite3 m.db
	{
		by_organization | grep -v "INSERT INTO new_[a-z_]* SELECT '$SECOND'" | sed "s/^INSERT INTO new_[a-z_]* SELECT '$SECOND.*//"
		echo "ATTACH '$BATS_FILE_TMPDIR/enterprise.db' AS e;"
		local t
		for t in $ANALYTICS_TABLES; do echo "CREATE TABLE $t AS SELECT '$SECOND' AS _organization, t.* FROM e.$t t;"; done
		echo "DELETE FROM _anthill_loads WHERE organization = '$SECOND';
			INSERT INTO _anthill_loads SELECT * FROM e._anthill_loads;
			UPDATE _anthill_loads SET organization = '$SECOND' WHERE organization IS NOT '$FIRST'"
	} >sql
	sqlite3 -bail m.db <sql
	for t in $REPORT_TABLES; do sqlite3 m.db "DELETE FROM $t WHERE _organization = '$SECOND'"; done
	page --organization $FIRST m.db >first.html
	page --organization $SECOND m.db >second.html
	advised <first.html >got
	run -1 grep -qE 'analytics_(users|summaries)|spend' got
	advised <second.html >got
	run -1 grep -qE 'cost_report|usage|workspaces|api_keys' got
	[ "$(grep -o 'Month to date</dt><dd class="big"><data value="[^"]*"' first.html)" = "$(page "$BATS_FILE_TMPDIR/console.db" | grep -o 'Month to date</dt><dd class="big"><data value="[^"]*"')" ]
	[ "$(grep -o 'Month to date</dt><dd class="big"><data value="[^"]*"' second.html)" = "$(page "$BATS_FILE_TMPDIR/enterprise.db" | grep -o 'Month to date</dt><dd class="big"><data value="[^"]*"')" ]
	grep -q 'id="seats"' second.html
	run -1 grep -q 'id="seats"' first.html
	page --json m.db | jq -e --arg a $FIRST --arg b $SECOND '[.organizations[].id] == [$a, $b] and (.organizations[0].sections.seats == []) and (.organizations[1].sections.seats | length > 70)'
	page --csv models m.db | mlr --icsv --onidx cut -f organization then uniq -g organization | cut -d ' ' -f 1 | sort -u | diff - <(printf '%s\n' $FIRST $SECOND)
}
