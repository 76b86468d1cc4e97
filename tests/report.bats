#!/usr/bin/env bats
# ant-report: figures against the simulator's model, hostile names, text, checks.
# shellcheck disable=SC2016,SC2030,SC2031,SC2154	# single quotes are for other shells; subshells; set by run
load lib/helper
load lib/duckdb
load lib/report

setup_file() {
	build_duck
	start_pg
	load_organization sqlite pg duckdb
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
# figure NAME - the exact value of a key figure of the page on stdin
figure() { grep -o "<dt>$1</dt><dd class=\"big\"><data value=\"[^\"]*\"" | sed 's/.*"\(.*\)"/\1/'; }
# section ID - a section of the page on stdin
section() { awk -v start="<section id=\"$1\"" 'index($0, start) { on = 1 } on { print } on && /<\/section>/ { exit }'; }
# values - exact values, one a line
values() { grep -o '<data value="[^"]*"' | sed 's/.*"\(.*\)"/\1/'; }

@test "report: the key figures are the model's, to the last digit" {
	page "$ORG" >page.html
	[ "$(figure 'Month to date' <page.html)" = "$(cents 2026-11-01 2026-11-20 | dollars)" ]
	[ "$(figure 'Last 30 days' <page.html)" = "$(cents 2026-10-21 2026-11-20 | dollars)" ]
	[ "$(figure 'Tokens, last 30 days' <page.html)" = "$(expect usage_report | awk -F '\t' 'substr($1, 1, 10) >= "2026-10-21" && substr($1, 1, 10) < "2026-11-20" { s += $7 + $23 + $24 + $25 + $26 } END { printf "%d", s }')" ]
	grep -q "$(expect usage_report | awk -F '\t' 'substr($1, 1, 10) >= "2026-10-21" && substr($1, 1, 10) < "2026-11-20" { r += $24; s += $23 + $24 + $25 + $26 } END { printf "Cache hit rate, last 30 days</dt><dd class=\"big\">%.1f%%<", 100 * r / s }')" page.html
	grep -q "Claude Code users, last 30 days</dt><dd class=\"big\">$(expect claude_code_usage | awk -F '\t' 'substr($1, 1, 10) >= "2026-10-21" && substr($1, 1, 10) < "2026-11-20" { print $3 }' | sort -u | wc -l)<" page.html
	# The change against the 30 days before, by the model.
	local now before
	now=$(cents 2026-10-21 2026-11-20) before=$(cents 2026-09-21 2026-10-21)
	awk -v a="$now" -v b="$before" 'BEGIN { c = 100 * (a / b - 1); printf "%s%.1f%% against the 30 days before\n", c < 0 ? "−" : "+", c < 0 ? -c : c }' >want
	grep -qF "$(cat want)" page.html
	# The view and the page tell the same forecast.
	[ "$(figure 'Forecast for the month' <page.html | xargs printf '%.2f')" = "$(sqlite3 "$ORG" "SELECT printf('%.2f', forecast_usd) FROM ant_spend_month")" ]
}

@test "report: every figure of every section is the model's" {
	page "$ORG" >page.html
	local t section
	for t in $REPORT_TABLES; do expect "$t" >"$t.rows"; done
	for section in $(grep -o '<section id="[a-z]*"' page.html | cut -d '"' -f 2); do
		python3 "$BATS_TEST_DIRNAME/lib/report-model.py" page.html . "$section" || { echo "in $section"; return 1; }
		echo "$section" >>seen
	done
	# All sections, in the order in which they are promised.
	[ "$(paste -sd' ' seen)" = 'figures models workspaces products month tokens cache matrix kinds users tools code activity keys people tags changes odd fresh elsewhere' ]
	# One figure that is not the model's is noticed.
	for section in models tokens users keys tags; do
		sed "/<section id=\"$section\"/,/<\\/section>/s/<td>\\$\\?[0-9]/&7/" page.html >wrong.html
		run -1 cmp -s page.html wrong.html
		run -1 python3 "$BATS_TEST_DIRNAME/lib/report-model.py" wrong.html . "$section"
	done
}

@test "report: cost by key and by person is the API's own where analytics_cost is loaded" {
	local t
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	start_sim --now "$NOW" --days 75
	cp "$ORG" billed.db
	as_of "$NOW" ant-fetch -q --rate 0 --from 2026-08-20 --to 2026-11-20 analytics_cost | ant-flatten -q | ant load-sqlite billed.db >/dev/null
	stop_sim
	page billed.db >page.html
	for t in $REPORT_TABLES; do expect "$t" >"$t.rows"; done
	ant sim --now "$NOW" --days 75 --from 2026-08-20 --to 2026-11-20 --expect analytics_cost | tail -n +2 >analytics_cost.rows
	for t in keys people; do
		python3 "$BATS_TEST_DIRNAME/lib/report-model.py" page.html . $t
	done
	sed '/<section id="people"/,/<\/section>/s/">\$/&7/' page.html >wrong.html
	run -1 cmp -s page.html wrong.html
	run -1 python3 "$BATS_TEST_DIRNAME/lib/report-model.py" wrong.html . people
}

@test "report --text: cost by key and by person of analytics_cost is shown where no other table of cost is loaded" {
	export ANTHROPIC_ADMIN_KEY=sk-ant-admin01-simulated
	start_sim --now "$NOW" --days 75
	cp "$ORG" both.db
	ant-fetch -q --rate 0 --from 2026-08-20 --to 2026-11-20 analytics_cost | ant-flatten -q | tee stream | ant load-sqlite both.db >/dev/null
	ant load-sqlite alone.db <stream >/dev/null
	stop_sim
	# Amounts and shares: the names are those of other tables.
	spent() { ant report --to "$NOW" --text --ascii "$1" | sed -n '/^Cost by API key/,/^Cost by tag/p' | grep -oE '\$[0-9,.]+ +[0-9.]+%'; }
	spent both.db >want
	[ "$(wc -l <want)" -gt 20 ]
	spent alone.db | diff want -
}

@test "report: cost by model, workspace and token type of the period is the model's" {
	page --from 2026-10-01 "$ORG" >page.html
	local id column
	for id in models:10 workspaces:2; do
		column=${id#*:}
		expect cost_report | awk -F '\t' -v c="$column" 'substr($1, 1, 10) >= "2026-10-01" { k = $c == "\\N" ? (c == 10 ? $9 : "") : $c; print k "\t" $4 }' | sort >rows
		cut -f 1 rows | uniq | while read -r key; do key=$key awk -F '\t' '$1 == ENVIRON["key"] { print $2 }' rows | total | dollars; done | sort -rn >want
		# The last row of the table has the sums: all, then the eight largest, then the rest.
		section "${id%:*}" <page.html | grep -o '<tfoot>.*</tfoot>' | values | tail -n +2 >got
		head -n 8 want | diff - <(head -n 8 got)
		diff <(tail -n +9 want | total | grep -vx 0) <(tail -n +9 got)
		[ "$(total <got)" = "$(cents 2026-10-01 2026-11-20 | dollars)" ]
	done
	section kinds <page.html | values | sed '$d' | total >got
	cents 2026-10-01 2026-11-20 | dollars | diff - got
	cents 2026-10-01 2026-11-20 '$11 == "output_tokens"' | dollars >want
	section kinds <page.html | grep -o 'Output</bdi>.*' | values | head -n 1 | diff want -
}

@test "report: what is shown rounded adds up: columns, shares, and every row of every day" {
	page "$ORG" >page.html
	local id
	for id in matrix kinds keys; do
		section "$id" <page.html | grep -o '<data value="[^"]*">[^<]*' | sed 's/.*>\$//; s/,//g' >shown
		[ "$(wc -l <shown)" -gt 5 ]
		[ "$(sed '$d' shown | total)" = "$(tail -n 1 shown | trim)" ]
	done
	for id in matrix kinds; do
		[ "$(section "$id" <page.html | grep -o '<td>[0-9.]*%' | sed 's/<td>//; s/%//' | sed '$d' | total)" = 100 ]
	done
	section models <page.html | tr '\n' ' ' | sed 's/<tr>/\n/g' | grep '^<th scope="row">[0-9]' | sed 's/.*<\/th>//; s/<\/tbody.*//; s/<td>\$/ /g; s/,//g' |
		awk 'NF > 2 { s = 0; for (i = 2; i <= NF; i++) s += $i; d = s - $1; if (d > 0.001 || d < -0.001) exit 1; n++ } END { exit n < 60 }'
}

@test "report: Claude Code's users, tools, lines, commits and sessions are the model's" {
	page --from 2026-10-01 "$ORG" >page.html
	expect claude_code_usage | awk -F '\t' 'substr($1, 1, 10) >= "2026-10-01" { s[$3] += $7; c[$3] += $10; y = n = 0
		for (i = 12; i <= 18; i += 2) { yes[$3] += $i == "\\N" ? 0 : $i; no[$3] += $(i + 1) == "\\N" ? 0 : $(i + 1) } }
		END { for (k in s) printf "%d %d %.1f%%\n", s[k], c[k], 100 * yes[k] / (yes[k] + no[k]) }' | sort >want
	section users <page.html | grep -o '</svg><td>[0-9,]*<td>[^<]*<td>[0-9,]*<td>[0-9,]*<td>[0-9.]*%' | sed 's/<\/svg><td>//; s/<td>[^<]*<td>\([^<]*\)<td>[^<]*<td>/ \1 /; s/,//g' | sort >got
	[ "$(wc -l <got)" -gt 10 ]
	# Twenty are shown; here are fewer.
	diff want got
	section users <page.html | values | total >got
	expect claude_code_usage | awk -F '\t' 'substr($1, 1, 10) >= "2026-10-01" { print $24 }' | total | dollars | diff - got
	expect claude_code_usage | awk -F '\t' 'substr($1, 1, 10) >= "2026-10-01" { y += $12 == "\\N" ? 0 : $12; n += $13 == "\\N" ? 0 : $13 } END { printf "%d %d\n", y, n }' >want
	section tools <page.html | grep -o '>Edit</th>.*' | sed 's/.*Edit<[^%]*%<td>\([0-9,]*\)<td>\([0-9,]*\).*/\1 \2/; s/,//g' | diff want - ||
		section tools <page.html | tr '\n' ' ' | grep -oE '>Edit</th>.*>MultiEdit' | grep -oE '%<td>[0-9,]+<td>[0-9,]+' | sed 's/%<td>//; s/<td>/ /; s/,//g' | diff want -
	local day=2026-11-12
	expect claude_code_usage | awk -F '\t' -v d=$day 'substr($1, 1, 10) == d { a += $8; r += $9; c += $10; p += $11; s += $7 } END { printf "%d %d\n%d %d\n%d\n", a, r, c, p, s }' >want
	{
		section code <page.html | grep -o '12 Nov 2026</th><td>[0-9,]*<td>[0-9,]*' | sed 's/.*<\/th><td>//; s/<td>/ /; s/,//g'
		section activity <page.html | grep -o '12 Nov 2026</th><td>[0-9,]*' | sed 's/.*<td>//; s/,//g' | tail -n 1
	} >got
	diff want got
	[ "$(section activity <page.html | grep -o '12 Nov 2026</th><td>[0-9,]*' | sed 's/.*<td>//' | head -n 1)" = "$(expect claude_code_usage | awk -F '\t' -v d=$day 'substr($1, 1, 10) == d { print $3 }' | sort -u | wc -l)" ]
}

@test "report: the same page from SQLite, PostgreSQL and DuckDB" {
	page "$ORG" | grep -v '<section id="fresh"' >want
	[ "$(wc -c <want)" -gt 100000 ]
	page "postgresql:///$PGDATABASE" | grep -v '<section id="fresh"' | cmp want -
	page "dbname=$PGDATABASE" | grep -v '<section id="fresh"' | cmp want -
	page "$BATS_FILE_TMPDIR/org.duckdb" | grep -v '<section id="fresh"' | cmp want -
	page "sqlite:///$ORG" | grep -v '<section id="fresh"' | cmp want -
}

@test "report: nothing is written to the database, and nothing left beside it" {
	cp "$ORG" a.db
	sha256sum a.db >before
	page a.db >/dev/null
	sha256sum a.db | diff before -
	[ "$(ls a.db*)" = a.db ]
}

@test "report: a WAL database is read in a folder that cannot be written, but not without what waits in its WAL" {
	# A folder whose name would mean something in a URI, which another user can reach.
	local d="$BATS_FILE_TMPDIR/re?d #1%41"
	chmod 755 "$BATS_RUN_TMPDIR" "$BATS_FILE_TMPDIR/.." "$BATS_FILE_TMPDIR"
	mkdir -p "$d"
	cp "$ORG" "$d/w.db"
	[ "$(sqlite3 "$d/w.db" 'PRAGMA journal_mode=WAL')" = wal ]
	"$ANT_BIN/ant-report" --to "$NOW" "$ORG" >want.html
	chmod 444 "$d/w.db"
	chmod 555 "$d"
	as_postgres "$ANT_BIN/ant-report" --to "$NOW" "$d/w.db" | cmp want.html -
	[ "$(ls "$d")" = w.db ]
	# A copy that was made while something had changed it.
	chmod 755 "$d"
	cp "$ORG" live.db
	printf '%s\n' 'PRAGMA journal_mode=WAL;' 'CREATE TABLE more (x);' ".shell cp live.db '$d/c.db'; cp live.db-wal '$d/c.db-wal'" | sqlite3 live.db
	[ -s "$d/c.db-wal" ]
	chmod 555 "$d"
	run -1 as_postgres "$ANT_BIN/ant-report" --to "$NOW" "$d/c.db"
	[[ $output == *"c.db-wal holds changes"* ]]
	chmod 755 "$d"
	"$ANT_BIN/ant-report" --to "$NOW" "$d/c.db" | cmp want.html -
}

# One transaction changes cost and use; another takes it back.
CHANGE="BEGIN; INSERT INTO cost_report (bucket, description, amount_cents, cost_type) VALUES ('2026-11-10T00:00:00Z', 'more', 4200, 'tokens');
	INSERT INTO claude_code_usage (date, actor_type, actor_id, num_sessions) VALUES ('2026-11-10T00:00:00Z', 'user_actor', 'more', 7); COMMIT"
BACK="BEGIN; DELETE FROM claude_code_usage WHERE actor_id = 'more'; DELETE FROM cost_report WHERE description = 'more'; COMMIT"

# toggle COMMAND... - back and forth until `stop` is there
toggle() {
	while [ ! -e stop ]; do
		"$@" "$CHANGE" >/dev/null || return
		"$@" "$BACK" >/dev/null || return
	done
}

@test "report: of a database that is being loaded all figures are of one moment, and nobody waits" {
	local dest pid
	local -a change
	cp "$ORG" live.db
	sqlite3 live.db 'PRAGMA journal_mode=WAL' >/dev/null
	psql -Xq -d template1 -c "CREATE DATABASE live TEMPLATE $PGDATABASE"
	for dest in live.db postgresql:///live; do
		change=(sqlite3 -bail -cmd '.timeout 60000' live.db)
		[ "$dest" = live.db ] || change=(psql -Xq -v ON_ERROR_STOP=1 -d live -c)
		rm -f stop
		page "$dest" | grep -v 'id="fresh"' >a.html
		"${change[@]}" "$CHANGE" >/dev/null
		page "$dest" | grep -v 'id="fresh"' >b.html
		"${change[@]}" "$BACK" >/dev/null
		run -1 cmp -s a.html b.html
		toggle "${change[@]}" 3>&- &
		pid=$!
		for _ in $(seq 12); do
			page "$dest" | grep -v 'id="fresh"' >got.html
			cmp -s got.html a.html || cmp -s got.html b.html || { touch stop; wait "$pid"; return 1; }
		done
		touch stop
		wait "$pid"
		# A change that is not committed yet is not seen, and nothing is waited for.
		coproc OPEN { if [ "$dest" = live.db ]; then sqlite3 live.db; else psql -XqAt -d live; fi 3>&-; }
		echo 'BEGIN; DELETE FROM cost_report; SELECT 1;' >&"${OPEN[1]}"
		read -r _ <&"${OPEN[0]}"
		page "$dest" | grep -v 'id="fresh"' | cmp a.html -
		kill "$OPEN_PID"
		wait "$OPEN_PID" || :
	done
}

@test "report: cost by key adds up to all cost, and what no key used is told" {
	page "$ORG" >page.html
	section keys <page.html | values | sed '$d' | total >got
	cents 2026-01-01 2026-11-20 | dollars | diff - got
	section keys <page.html | grep -q 'Not by key'
	cents 2026-01-01 2026-11-20 '$9 == "code_execution" || $9 == "session_usage"' | dollars >want
	section keys <page.html | grep -o 'Not by key</th>.*' | values | head -n 1 | diff want -
}

@test "report: hostile names are text on the page and in its titles" {
	cp "$ORG" h.db
	local long
	long=$(printf 'W%.0s' $(seq 500))
	sqlite3 h.db "UPDATE workspaces SET name = '<script>alert(1)</script>\"''&<' WHERE name = 'Production';
		UPDATE workspaces SET name = '$long' WHERE name = 'Claude Code';
		UPDATE users SET name = '</table><img src=x onerror=alert(1)>' || char(8238) || 'evil' || char(27) || '[31m' WHERE name <> '';
		UPDATE api_keys SET name = '\"><svg onload=alert(1)>' || id;
		UPDATE organization SET name = '</title><script>'"
	page h.db >page.html
	run -1 grep -n -i -e '<script' -e '<img' -e ' on[a-z]*="' -e 'onerror=alert(1)>' page.html
	grep -q '&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&amp;&lt;' page.html
	grep -q '<bdi>&lt;/table&gt;&lt;img src=x onerror=alert(1)&gt;' page.html
	grep -q "<bdi>$long</bdi>" page.html
	run -1 grep -q -P '[\x00-\x08\x0b-\x1f\x7f]' page.html
	page --title '<b>"x"</b>' h.db | grep -q '<h1><bdi>&lt;b&gt;&quot;x&quot;&lt;/b&gt;</bdi></h1>'
	COLUMNS=60 page --text h.db >text
	run -1 grep -q -P '[\x00-\x08\x0b-\x1f\x7f]' text
	run -1 grep -q $'\u202e' text
}

@test "report: the page asks for nothing and has no script" {
	page "$ORG" >page.html
	run -1 grep -o -i -E '(src|href)="[^#"][^"]*"|url\(|@import|<link|<script|<iframe|https?://' page.html
	[ "$(grep -o '<svg class="plot' page.html | wc -l)" -ge 9 ]
	[ "$(grep -o 'Figures as a table' page.html | wc -l)" -ge 9 ]
	# Tags are balanced as far as HTML wants them to be, and ids are there once.
	grep -o 'id="[^"]*"' page.html | sort | uniq -d >twice
	[ ! -s twice ]
	local tag
	for tag in section table svg details ul div figure h2 dl main; do
		[ "$(grep -o "<${tag}[ >]" page.html | wc -l)" = "$(grep -o "</$tag>" page.html | wc -l)" ]
	done
}

@test "report: a table that is missing or empty gets a sentence that says what to load" {
	sqlite3 none.db 'CREATE TABLE other (x)'
	page none.db >page.html
	[ "$(grep -o '<svg class="plot' page.html | wc -l)" = 0 ]
	grep -q 'Load the table first: <code>ant-sync cost_report</code>' page.html
	grep -q '<code>ant-sync usage_report</code>' page.html
	grep -q '<code>ant-sync claude_code_usage</code>' page.html
	page --text none.db | grep -q 'ant-sync cost_report'
	cp "$ORG" empty.db
	sqlite3 empty.db 'DELETE FROM claude_code_usage; DROP TABLE workspaces; DROP TABLE users; DROP TABLE api_keys; DROP TABLE organization; DROP TABLE _anthill_loads'
	page empty.db >page.html
	grep -q 'claude_code_usage has nothing for these days' page.html
	[ "$(figure 'Month to date' <page.html)" = "$(cents 2026-11-01 2026-11-20 | dollars)" ]
	grep -q 'wrkspc_01' page.html
	psql -Xq -c 'CREATE SCHEMA bare'
	page --schema bare "postgresql:///$PGDATABASE" | grep -q 'ant-sync cost_report'
}

@test "report: without the views, with each table alone, without each, and with each empty: a page, and the others' figures" {
	local t v
	cp "$ORG" full.db
	for v in $(sqlite3 full.db "SELECT name FROM sqlite_schema WHERE type = 'view'"); do sqlite3 full.db "DROP VIEW $v"; done
	page "$ORG" >want.html
	page full.db | cmp want.html -
	local spent
	spent=$(figure 'Month to date' <want.html)
	for t in $REPORT_TABLES _anthill_loads; do
		cp full.db less.db
		sqlite3 less.db "DROP TABLE $t"
		page less.db >less.html
		grep -q '</html>' less.html
		[ "$t" = cost_report ] || [ "$(figure 'Month to date' <less.html)" = "$spent" ]
		cp full.db empty.db
		sqlite3 empty.db "DELETE FROM $t"
		page empty.db >empty.html
		grep -q '</html>' empty.html
		[ "$t" = cost_report ] || [ "$(figure 'Month to date' <empty.html)" = "$spent" ]
		sqlite3 full.db ".dump $t" | sqlite3 one.$t.db
		page one.$t.db >one.html
		grep -q '</html>' one.html
		page --text one.$t.db >/dev/null
		page --check budget=1000000 --check daily-change=1000% one.$t.db
		# Where a chart would be empty there is a sentence.
		case $t in
		cost_report | usage_report | claude_code_usage)
			run -1 grep -q "ant-sync $t" one.html
			grep -q "Load the table first: <code>ant-sync $t<" less.html
			grep -q "$t has nothing for these days: <code>ant-sync $t<" empty.html
			;;
		*) [ "$(grep -c '<svg class="plot' one.html)" = 0 ] ;;
		esac
	done
	# The same of the others, empty.
	psql -Xq -c 'CREATE SCHEMA hollow'
	for t in $REPORT_TABLES _anthill_loads; do
		psql -Xq -c "CREATE TABLE hollow.$t AS TABLE public.$t WITH NO DATA"
		echo "CREATE TABLE hollow_$t AS SELECT * FROM $t LIMIT 0;"
	done >sql
	cp "$BATS_FILE_TMPDIR/org.duckdb" hollow.duckdb
	duck hollow.duckdb "$(cat sql)" >/dev/null
	cp full.db hollow.db
	sqlite3 hollow.db <sql
	page --prefix hollow_ hollow.db | grep -v 'id="fresh"' >want.html
	page --prefix hollow_ hollow.duckdb | grep -v 'id="fresh"' | cmp want.html -
	page --schema hollow "postgresql:///$PGDATABASE" | grep -v 'id="fresh"' | cmp want.html -
}

@test "report: today is drawn as open, and a period that ends before it is not" {
	page "$ORG" >page.html
	section models <page.html | grep -q '<rect class="open"'
	section tokens <page.html | grep -q 'class="t3 o"'
	section models <page.html | grep -q '20 Nov 2026: not over yet'
	ant report --from 2026-10-01 --to 2026-11-01 "$ORG" >page.html
	run -1 grep -q -e 'class="open"' -e 'not over yet' page.html
	[ "$(figure 'Month to date' <page.html)" = "$(cents 2026-10-01 2026-11-01 | dollars)" ]
	[ "$(figure 'Forecast for the month' <page.html)" = "$(cents 2026-10-01 2026-11-01 | dollars)" ]
}

@test "report: at most eight series and others; a model has one colour in all charts" {
	page "$ORG" >page.html
	[ "$(section models <page.html | grep -o '<path class="m[0-9]' | sort -u | wc -l)" -le 9 ]
	[ "$(section models <page.html | grep -o '<li><i class="m[0-9]"></i><bdi>[^<]*' | sort)" = "$(section matrix <page.html | grep -o '<li><i class="m[0-9]"></i><bdi>[^<]*' | sort)" ]
}

@test "report: long periods are shown by week and by month" {
	page --from 2026-01-01 "$ORG" | grep -q 'Cost per week by model'
	page --from 2023-01-01 "$ORG" >page.html
	grep -q 'Cost per month by model' page.html
	section models <page.html | grep -o '<tfoot>.*</tfoot>' | values | head -n 1 >got
	expect cost_report | cut -f 4 | total | dollars | diff - got
	run -2 page --from 1999-01-01 "$ORG"
	[[ $output == *'ten years'* ]]
	run -2 page --from 2026-12-01 "$ORG"
	[[ $output == *'period is empty'* ]]
}

@test "report: the budget is a figure and a line" {
	page --budget 20000.50 "$ORG" >page.html
	grep -q 'of the budget of \$20,000.50' page.html
	section month <page.html | grep -q 'class="line c1 dash"'
	grep -q 'over the budget' page.html
	run -1 grep -q 'budget of' <(page "$ORG")
}

@test "report: --text fits its width, shows the same figures, and --ascii is ASCII" {
	page --text "$ORG" >text
	grep -q "Month to date .*\$$(cents 2026-11-01 2026-11-20 | dollars | xargs printf '%.2f' | sed -E 's/([0-9])([0-9]{3}\.)/\1,\2/') " text
	grep -q '█' text
	[ "$(grep -c '^  2026-' text)" -ge 90 ]
	local w
	for w in 40 80 120; do
		COLUMNS=$w page --text --ascii "$ORG" >text
		run -1 grep -q -P '[^\x20-\x7e\n]' text
		[ "$(awk '{ if (length($0) > m) m = length($0) } END { print m }' text)" -le "$w" ]
	done
	grep -q '####' text
}

@test "report: the others, and what no key used, can be more than the first: all bars are of one scale" {
	cp "$ORG" others.db
	sqlite3 others.db "UPDATE cost_report SET workspace_id = 'wrkspc_' || (rowid % 60) WHERE bucket < '2026-11-05'"
	page others.db >page.html
	# The rows of the table: what the bar's parts add up to, and the amount.
	section matrix <page.html | tr '\n' ' ' | sed 's/.*<tbody>//; s/<\/tbody>.*//; s/<tr>/\n/g' | grep barcell | while read -r row; do
		echo "$(grep -o 'width="[0-9.]*"' <<<"$row" | tr -dc '0-9.\n' | total) $(values <<<"$row")"
	done >bars
	[ "$(wc -l <bars)" = 20 ]
	grep -q '[0-9] others</bdi>' page.html
	awk '$2 > most { most = $2; at = NR } { bar[NR] = $1; cost[NR] = $2 }
		END { for (i = 1; i <= NR; i++) { d = bar[i] - 100 * cost[i] / most; if (d > 0.1 || d < -0.1) { print i, bar[i], cost[i]; exit 1 } } exit at != NR }' bars
	local w title
	for w in 60 100; do
		COLUMNS=$w page --text --ascii others.db >text
		[ "$(awk '{ if (length($0) > m) m = length($0) } END { print m }' text)" -le "$w" ]
		for title in 'Cost by workspace' 'Cost by API key'; do
			awk -v t="$title" 'index($0, t) == 1 { on = 1; next } on && !NF { exit } on' text >rows
			[ "$(wc -l <rows)" = 11 ]
			# The last is the largest, its bar is the longest and all others are in proportion.
			sed -E 's/.*\$([0-9,.]+) +[0-9.]+% ?(#*)$/\1 \2/; s/,//g' rows | awk '{ cost[NR] = $1; bar[NR] = length($2) }
				END { for (i = 1; i <= NR; i++) { d = bar[i] - bar[NR] * cost[i] / cost[NR]; if (d > 0.6 || d < -0.6) { print i, cost[i], bar[i]; exit 1 } } exit bar[NR] < 10 || cost[NR] < cost[1] }'
		done
	done
}

@test "report: --check of cost says where there is no cost report to compare with" {
	ant load-sqlite x.db <<<$'#ant-rows\t1\tt\n#mode\treplace\n#type\ttext\n#cols\ta\n#end\t0\t\\N' >/dev/null
	run -0 --separate-stderr page --check budget=1 --check forecast=1 --check daily-change=1% x.db
	[ -z "$output" ]
	[ "${#stderr_lines[@]}" = 3 ]
	[ "${stderr_lines[1]}" = 'ant-report: forecast: cost_report is missing, so nothing was compared' ]
	run -0 --separate-stderr page --check forecast=9999999 "$ORG"
	[ -z "$stderr" ]
	run -0 --separate-stderr page --check stale=9999d x.db
	[ -z "$stderr" ]
}

@test "report: --check prints what is exceeded and exits 1, else nothing and 0" {
	run -0 page --check budget=9999999 --check forecast=9999999 --check daily-change=100000% --check stale=9999d "$ORG"
	[ -z "$output" ]
	run -1 page --check budget=5000 "$ORG"
	[[ $output == 'budget: $'*' is spent in November 2026, over $5,000.00' ]]
	run -1 page --check forecast=5000 --check budget=9999999 "$ORG"
	[[ ${#lines[@]} = 1 && $output == 'forecast: $'* ]]
	cp "$ORG" old.db
	sqlite3 old.db "UPDATE _anthill_loads SET watermark = '2026-11-18T00:00:00Z' WHERE table_name = 'cost_report'; UPDATE _anthill_loads SET finished = '2026-11-20T15:00:00Z', watermark = NULL WHERE table_name <> 'cost_report'"
	run -1 page --check stale=36h old.db
	[[ $output == 'stale: cost_report is 2 days behind: it is complete up to 2026-11-18T00:00:00Z' ]]
	sqlite3 old.db "UPDATE cost_report SET amount_cents = amount_cents * 9 WHERE bucket = '2026-11-19T00:00:00Z'"
	run -1 page --check daily-change=50% old.db
	[[ $output == 'daily-change: $'*' on 2026-11-19, +'* ]]
	local bad
	for bad in budget budget= budget=x budget=-5 nothing=1 daily-change=50 daily-change=% stale=soon =; do
		run -2 page --check "$bad" "$ORG"
		[[ $output == *--check* ]]
	done
}

# The currency of a row by its model and its user; those without a model have none.
CURRENCIES="UPDATE cost_report SET currency = CASE WHEN model IS NULL THEN NULL WHEN model LIKE '%opus%' THEN 'EUR' WHEN model LIKE '%haiku%' THEN 'JPY' ELSE 'USD' END;
	UPDATE claude_code_usage SET currency = CASE WHEN actor_id LIKE '%a%' THEN 'EUR' ELSE currency END;"

# apart ID - a section on stdin as if its currency were the only one, without what is said of all keys
apart() { section "$1" | tr -d '\n' | sed -E 's/-EUR"/"/g; s/, (EUR|USD|US dollars)//g; s/<h3>Active keys.*/<\/section>/'; }

@test "report: of two currencies each has the sections that it would have alone, and nothing adds them" {
	local id
	cp "$ORG" eur.db
	# A third of the rows, three times as expensive: no figure is by chance the same.
	sqlite3 eur.db "UPDATE cost_report SET currency = 'EUR', amount_cents = amount_cents * 3; DELETE FROM cost_report WHERE rowid % 3 = 0;
		UPDATE claude_code_usage SET currency = 'EUR', total_estimated_cost_cents = total_estimated_cost_cents * 3"
	cp "$ORG" both.db
	sqlite3 both.db "ATTACH 'eur.db' AS e; INSERT INTO cost_report SELECT * FROM e.cost_report; INSERT INTO claude_code_usage SELECT * FROM e.claude_code_usage"
	page "$ORG" >usd.html
	page eur.db >eur.html
	page both.db >both.html
	for id in models workspaces month matrix kinds users keys odd; do
		apart $id <usd.html >want
		[ "$(wc -c <want)" -gt 300 ]
		apart $id <both.html | cmp want -
		apart $id <eur.html >want
		sed -n "/<section id=\"$id-EUR\"/,/<\/section>/p" both.html | sed "s/$id-EUR/$id/g" | apart $id | cmp want -
		grep -q "<section id=\"$id-EUR\"[^>]*><h2[^>]*>[^<]*, EUR</h2>" both.html
		[ "$(grep -c "<section id=\"$id\"[^>]*><h2[^>]*>[^<]*, EUR" eur.html)" = 0 ]
	done
	for id in 'Month to date' 'Forecast for the month' 'Last 30 days'; do
		[ "$(figure "$id, USD" <both.html)" = "$(figure "$id" <usd.html)" ]
		[ "$(figure "$id, EUR" <both.html)" = "$(figure "$id" <eur.html)" ]
	done
	grep -q '>EUR [0-9,]*\.[0-9][0-9]<' both.html
	# What is no amount is there once, with all rows.
	for id in tokens cache fresh; do section $id <usd.html | diff - <(section $id <both.html); done
	for id in tools code activity; do [ "$(grep -c "<section id=\"$id" both.html)" = 1 ]; done
	grep -o 'id="[^"]*"' both.html | sort | uniq -d >twice
	[ ! -s twice ]
	page --text both.db >both.text
	page --text "$ORG" | sed -n '/^Cost by model/,/^$/p' >want
	sed -n '/^Cost by model, USD/,/^$/p' both.text | sed 's/, USD//' | diff want -
	[ "$(grep -c '^Cost by model, EUR$' both.text)" = 1 ]
	[ "$(grep '^  Month to date, EUR' both.text | grep -o 'EUR [0-9,.]*$')" = "$(page --text eur.db | grep '^  Month to date' | grep -o 'EUR [0-9,.]*$')" ]
}

@test "report: currencies and rows without one: the same page from SQLite, PostgreSQL and DuckDB, and the view's figures" {
	cp "$ORG" c.db
	cp "$BATS_FILE_TMPDIR/org.duckdb" c.duckdb
	psql -Xq -d template1 -c "CREATE DATABASE currencies TEMPLATE $PGDATABASE"
	sqlite3 c.db "$CURRENCIES"
	duck c.duckdb "$CURRENCIES" >/dev/null
	psql -Xq -v ON_ERROR_STOP=1 -d currencies -c "$CURRENCIES"
	page c.db | grep -v '<section id="fresh"' >want
	[ "$(grep -c '<section id="models' want)" = 3 ]
	page postgresql:///currencies | grep -v '<section id="fresh"' | cmp want -
	page c.duckdb | grep -v '<section id="fresh"' | cmp want -
	[ "$(figure 'Month to date, USD' <want)" = "$(sqlite3 c.db "SELECT spent_usd FROM ant_spend_month WHERE currency = 'USD'" | trim)" ]
	[ "$(figure 'Forecast for the month, USD' <want | xargs printf '%.2f')" = "$(sqlite3 c.db "SELECT printf('%.2f', forecast_usd) FROM ant_spend_month WHERE currency = 'USD'")" ]
	# The smallest unit of the yen is the yen.
	[ "$(figure 'Month to date, JPY' <want)" = "$(sqlite3 c.db "SELECT CAST(amount_cents AS TEXT) FROM cost_report WHERE currency = 'JPY' AND bucket >= '2026-11-01'" | total)" ]
	grep -q '>JPY [0-9,]*<' want
	run -1 grep -q '>JPY [0-9,]*\.' want
	# Old tables have no such column; and one of another currency alone is its own.
	sqlite3 c.db "SELECT 'DROP VIEW ' || name || ';' FROM sqlite_schema WHERE type = 'view'" | sqlite3 c.db
	sqlite3 c.db "ALTER TABLE cost_report DROP COLUMN currency; ALTER TABLE claude_code_usage DROP COLUMN currency"
	page "$ORG" | cmp - <(page c.db)
	sqlite3 c.db "ALTER TABLE cost_report ADD COLUMN currency; ALTER TABLE claude_code_usage ADD COLUMN currency;
		UPDATE cost_report SET currency = 'CHF'; UPDATE claude_code_usage SET currency = 'CHF'"
	page c.db >chf.html
	grep -q '>CHF [0-9,]*\.[0-9][0-9]<' chf.html
	grep -q 'Cost per day and model, CHF' chf.html
	run -1 grep -q -e '-CHF"' -e '>\$' -e ', CHF</h2>' chf.html
	sqlite3 c.db "UPDATE cost_report SET currency = 'KWD'; UPDATE claude_code_usage SET currency = 'KWD'"
	page c.db >kwd.html
	grep -q '>KWD [0-9,]*\.[0-9][0-9][0-9]<' kwd.html
	[ "$(figure 'Month to date' <kwd.html)" = "$(cents 2026-11-01 2026-11-20 | { read -r n; BC_LINE_LENGTH=0 bc <<<"scale=24; $n / 1000"; } | trim)" ]
	sqlite3 c.db "UPDATE cost_report SET currency = '<b>' WHERE workspace_id IS NULL"
	run -1 page c.db
	[[ $output == *"cost_report: '<b>' is no currency"* ]]
}

@test "report: a budget is in US dollars and says what it leaves out; a change is told in each currency" {
	cp "$ORG" c.db
	sqlite3 c.db "$CURRENCIES"
	page --budget 9999999 c.db >page.html
	grep -q '<p class="none">The budget is in US dollars: EUR [0-9,.]*, JPY [0-9,]* spent in this month are not held against it' page.html
	[ "$(grep -o 'of the budget of' page.html | wc -l)" = 1 ]
	page --text --budget 9999999 c.db | grep -A 1 'The budget is in US dollars, without' | grep -q '^    EUR [0-9,.]*, JPY [0-9,]*$'
	run -0 --separate-stderr page --check budget=9999999 --check forecast=9999999 c.db
	[[ -z $output && ${#stderr_lines[@]} = 2 ]]
	[[ ${stderr_lines[0]} =~ ^'ant-report: budget: is in US dollars, without EUR '[0-9,.]+', JPY '[0-9,]+' spent in November 2026, too'$ ]]
	[[ ${stderr_lines[1]} =~ ^'ant-report: forecast: is in US dollars, without EUR '[0-9,.]+', JPY '[0-9,]+' expected in November 2026, too'$ ]]
	run -1 --separate-stderr page --check budget=1 c.db
	[[ $output == 'budget: $'* && ${#lines[@]} = 1 && $stderr == *EUR* ]]
	# Of dollars alone there is nothing to say.
	run -0 --separate-stderr page --check budget=9999999 "$ORG"
	[[ -z $output && -z $stderr ]]
	sqlite3 c.db "UPDATE cost_report SET amount_cents = amount_cents * 9 WHERE bucket = '2026-11-19T00:00:00Z'"
	run -1 page --check daily-change=50% c.db
	[[ ${#lines[@]} = 3 && ${lines[0]} == 'daily-change: $'* && ${lines[1]} == 'daily-change: EUR '* && ${lines[2]} == 'daily-change: JPY '* ]]
}

# part NUMBER - what a page of several organizations has of one, as if it were the only one
part() { awk -v id="<article id=\"o$1\">" '$0 == id { on = 1; next } $0 == "</article>" { on = 0 } on' | sed "s/o$1-//g; s/Contents of [0-9a-f-]*/Contents/"; }
# body - what a page of one has of it
body() { sed -n '/<header>/,/^<\/main>/p' | sed 's/.*<header>/<header>/; /^<\/main>/d; /^<main/d'; }

# apart_from_order - a page without when loads were, and without the last digits of what is shared out among keys, where
# each part begins at the one before it
apart_from_order() { grep -v 'id="o[12]-fresh"' | sed -E 's/(value="[0-9]+\.[0-9]{14})[0-9]+/\1/g'; }

@test "report: of several organizations each has its own part of the page, or is chosen; they are never mixed" {
	by_organization >sql
	cp "$ORG" m.db
	sqlite3 m.db "SELECT 'DROP VIEW ' || name || ';' FROM sqlite_schema WHERE type = 'view'" | sqlite3 m.db
	sqlite3 -bail m.db <sql
	# The first alone is what it was, but for its name below the title.
	page --organization $FIRST m.db >first.html
	sed 's/Organization <bdi>aaaaaaaa-0000<\/bdi>\. //' first.html | cmp - <(page "$ORG")
	page --organization $SECOND m.db >second.html
	[ "$(figure 'Month to date' <first.html)" = "$(cents 2026-11-01 2026-11-20 | dollars)" ]
	[ "$(figure 'Month to date' <second.html)" = "$(cents 2026-11-01 2026-11-20 '$10 !~ /opus/' | dollars)" ]
	page m.db >both.html
	part 1 <both.html >got
	[ "$(wc -c <got)" -gt 100000 ]
	body <first.html | diff - got
	part 2 <both.html >got
	body <second.html | diff - got
	grep -q '<a href="#o2"><bdi>Second ' both.html
	grep -o 'id="[^"]*"' both.html | sort | uniq -d >twice
	[ ! -s twice ]
	[ "$(grep -o 'href="#[^"]*"' both.html | cut -d '#' -f 2 | tr -d '"' | sort -u | grep -vxFf <(grep -o 'id="[^"]*"' both.html | cut -d '"' -f 2))" = '' ]
	# The same from the other databases.
	psql -Xq -d template1 -c "CREATE DATABASE organizations TEMPLATE $PGDATABASE"
	{ psql -XqAt -c "SELECT 'DROP VIEW ' || relname || ';' FROM pg_class WHERE relkind = 'v' AND relname LIKE 'ant%'"; cat sql; } | psql -Xq -v ON_ERROR_STOP=1 -d organizations
	page postgresql:///organizations | apart_from_order | diff <(apart_from_order <both.html) -
	cp "$BATS_FILE_TMPDIR/org.duckdb" m.duckdb
	duck m.duckdb "$(cat sql)" >/dev/null
	page m.duckdb | apart_from_order | diff <(apart_from_order <both.html) -
	page --text m.db >text
	[ "$(grep -c '^Organization ' text)" = 2 ]
	page --text --organization $SECOND m.db >second
	sed -n "/^Second/,\$p" text | diff - second
	# Checks are held against each.
	run -1 page --check budget=1 m.db
	[[ ${#lines[@]} = 2 && ${lines[0]} == "$FIRST: budget: \$"* && ${lines[1]} == "$SECOND: budget: \$"* ]]
	run -1 page --check budget=1 --organization $SECOND m.db
	[[ ${#lines[@]} = 1 && $output == "$SECOND: budget: \$"* ]]
	run -1 page --organization none m.db
	[[ $output == *"there is nothing of 'none', but of '$FIRST' and others"* ]]
	run -1 page --organization $FIRST "$ORG"
	[[ $output == *'no column _organization'* ]]
	sqlite3 m.db "UPDATE users SET _organization = NULL WHERE _organization = '$SECOND'"
	run -1 page m.db
	[[ $output == *'a row is of no organization'* ]]
}

@test "report: -o replaces the file whole; a full disk and a lost database are failures that leave it" {
	page -o out.html "$ORG"
	grep -q '</html>' out.html
	echo old >keep.html
	run -1 page -o keep.html nowhere.db
	[[ $output == *nowhere.db* ]]
	[ "$(cat keep.html)" = old ]
	run -1 page -o no/such/folder.html "$ORG"
	run -1 bash -c 'ant report --to "$1" "$2" >/dev/full' - "$NOW" "$ORG"
	[[ $output == *'No space left'* ]]
	echo 'no database' >text.db
	run -1 page text.db
	run -1 page 'postgresql://nobody:s3cret@127.0.0.1:1/x'
	[[ $output != *s3cret* ]]
	[ -z "$(find . -name "*anthill*")" ]
}

@test "report: wrong calls say what is wrong; options, help and manual agree" {
	run -2 ant report
	[[ $output == *'one DB is needed'* ]]
	run -2 ant report a b
	run -2 ant report --budget much x.db
	run -2 ant report --from yesterday x.db
	run -2 ant report --ascii x.db
	run -2 ant report --text --check budget=1 x.db
	run -2 ant report mysql://h/d
	[[ $output == *'is no database'* ]]
	run -2 ant report --schema s "$ORG"
	run -0 --separate-stderr ant report --help
	[[ -z $stderr && ${#lines[@]} -le 26 ]]
	mandoc -T lint -W warning "$ROOT/man/ant-report.1"
	local o
	for o in $(grep -o '^	{"[a-z-]*"' "$ROOT/cmd/ant-report.c" | tr -d '\t{"'); do
		mandoc -T ascii "$ROOT/man/ant-report.1" | col -b | grep -q -e "--$o"
		[[ $o == output || $output == *--$o* ]]
	done
}

@test "report: a year of 2,000 users, 50 workspaces and 500 keys: under 64 MiB, and a page under 500 KB" {
	start_year
	local t
	for t in $REPORT_TABLES; do year_stream "$t" | ant-load-sqlite year.db >/dev/null; done
	/usr/bin/time -f '%M %e %U' -o spent "$ANT_BIN/ant-report" --to "$NOW" --from 2025-11-21 -o weeks.html year.db
	# With the tables of an Enterprise organization, of which there are 1.3 million rows of cost in the period.
	for t in $ANALYTICS_TABLES; do year_stream "$t" | ant-load-sqlite year.db >/dev/null; done
	stop_sim
	/usr/bin/time -f '%M %e %U' -a -o spent "$ANT_BIN/ant-report" --to "$NOW" -o year.html year.db
	/usr/bin/time -f '%M %e %U' -a -o spent "$ANT_BIN/ant-report" --to "$NOW" --json -o year.json year.db
	cat spent
	# Time is measured, and told; on a busy machine only the processor's own counts.
	# A sanitizer has a memory of its own.
	[ -n "${ANT_WRAP-}" ] || nm "$ANT_BIN/ant-report" | grep -q __asan_init || awk '$1 > 65536 || $3 > 10 { exit 1 }' spent
	[ "$(stat -c %s year.html)" -lt 500000 ]
	[ "$(stat -c %s weeks.html)" -lt 500000 ]
}
