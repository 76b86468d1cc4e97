#!/usr/bin/env bats
# Who pays: the owners file, the views of chargeback, ant-report --by and --check owners.
# shellcheck disable=SC2016,SC2030,SC2031	# single quotes are for other shells; subshells
load lib/helper
load lib/duckdb
load lib/report
load lib/streams

VIEWS='ant_charge ant_charge_by_owner ant_charge_by_tag ant_charge_by_person ant_charge_by_key ant_charge_by_service_account ant_charge_by_workspace ant_charge_by_product ant_charge_by_model ant_charge_by_day ant_charge_by_month'
TABLES='cost_report usage_report analytics_cost api_keys users workspaces service_accounts'

# What the simulator has: the days from 1 to 9 November are those of analytics_cost, others of cost_report alone; rows
# that are awkward; and owners, by all five kinds.
setup_file() {
	local t window
	build_duck
	start_pg
	start_sim --now "$NOW" --days 40
	mkdir "$BATS_FILE_TMPDIR/rows"
	cd "$BATS_FILE_TMPDIR/rows" || return
	for t in $TABLES; do
		case $t in
		analytics_cost) window='--from 2026-11-01 --to 2026-11-10' ;;
		*_report) window='--from 2026-10-28 --to 2026-11-16' ;;
		*) window='' ;;
		esac
		if [ "$t" = service_accounts ]; then unset ANTHROPIC_ADMIN_KEY; export ANTHROPIC_AUTH_TOKEN=simulated-oauth-token; fi
		# shellcheck disable=SC2086
		as_of "$NOW" "$ANT_BIN/ant-fetch" -q --rate 0 $window "$t" | "$ANT_BIN/ant-flatten" -q >"$t.rows" || return
	done
	stop_sim
	unset ANTHROPIC_AUTH_TOKEN
	model add analytics_cost.rows <<-'END' || return
		{"starting_at": "2026-11-03T00:00:00Z", "actor_type": "user_actor", "actor_id": "user_x", "actor_email": "EVE@example.com", "actor_name": "=cmd|' /C calc'!A0", "product": "chat", "cost_type": "tokens", "amount": "-1234.567890123456", "amount_cents": "-1234.567890123456", "currency": "USD"}
		{"starting_at": "2026-11-03T00:00:00Z", "actor_type": "user_actor", "actor_id": "user_x", "actor_name": "'); DROP TABLE owners; --", "product": "{t:users}%", "model": "m \"1\"\nnew line", "cost_type": "tokens", "amount": "0.000000000001", "amount_cents": "0.000000000001", "currency": "USD"}
		{"starting_at": "2026-11-03T00:00:00Z", "actor_type": "api_actor", "actor_id": "apikey_x", "product": "messages_api", "cost_type": "web_search", "amount": "0.5", "amount_cents": "0.5", "currency": "EUR"}
		{"starting_at": "2026-11-04T00:00:00Z", "actor_type": "user_actor", "actor_id": "user_x", "cost_type": "later", "amount": "99999999999.999999999999", "amount_cents": "99999999999.999999999999", "currency": "USD"}
		{"starting_at": "2026-11-04T00:00:00Z", "actor_type": "user_actor", "actor_id": "user_x", "cost_type": "later", "amount": null, "currency": "USD"}
	END
	model add cost_report.rows <<-'END' || return
		{"bucket": "2026-11-12T00:00:00Z", "workspace_id": "wrkspc_odd", "model": "m", "token_type": "output_tokens", "service_tier": "standard", "cost_type": "tokens", "amount": "-10.000000000003", "amount_cents": "-10.000000000003", "currency": "USD"}
		{"bucket": "2026-11-12T00:00:00Z", "workspace_id": "wrkspc_odd", "model": "m", "token_type": "output_tokens", "service_tier": "standard", "cost_type": "tokens", "amount": "100.000000000001", "amount_cents": "100.000000000001", "currency": "EUR"}
		{"bucket": "2026-11-13T00:00:00Z", "workspace_id": "wrkspc_dev", "cost_type": "code_execution", "amount": "7", "amount_cents": "7", "currency": "USD"}
	END
	model add usage_report.rows <<-'END' || return
		{"bucket": "2026-11-12T00:00:00Z", "workspace_id": "wrkspc_odd", "model": "m", "service_tier": "standard", "api_key_id": "apikey_b", "output_tokens": "1"}
		{"bucket": "2026-11-12T00:00:00Z", "workspace_id": "wrkspc_odd", "model": "m", "service_tier": "flex", "api_key_id": "apikey_a", "output_tokens": "4000000000"}
		{"bucket": "2026-11-12T00:00:00Z", "workspace_id": "wrkspc_odd", "model": "m", "service_tier": "standard", "output_tokens": "5000000000"}
	END
	model add workspaces.rows <<-'END' || return
		{"id": "wrkspc_dev", "name": "dev", "tags": "{\"env\": \"dev\"}"}
		{"id": "wrkspc_odd", "name": "odd", "tags": "{\"team\": \"a|b'\\\"/~\", \"~/\\\"'\": \"x\", \"n\": 1, \"o\": {\"p\": \"q\"}}"}
	END
	write_owners "$(nth_id api_keys 1)" "$(nth_id api_keys 2)" "$(nth_id service_accounts 5)" "$(nth_id users 1)" "$(nth_id workspaces 2)" >owners.csv
	# A key of that service account, which goes before it.
	sed -n 's/.*\t'"$(nth_id service_accounts 5)"'\t.*\(apikey_[A-Za-z0-9]*\).*/key,\1,Key of robots,2026-11-06,/p' analytics_cost.rows | sort -u | head -n 1 >robots
	[ -s robots ] || return
	cat robots >>owners.csv
	"$ANT_BIN/ant-flatten" -t owners <owners.csv >owners.rows || return
	for t in $TABLES owners; do
		"$ANT_BIN/ant-load-sqlite" "$BATS_FILE_TMPDIR/org.db" <"$t.rows" >/dev/null || return
		"$ANT_BIN/ant-load-pg" <"$t.rows" >/dev/null || return
		"$ANT_BIN/ant-load-duckdb" "$BATS_FILE_TMPDIR/org.duckdb" <"$t.rows" >/dev/null || return
	done
	"$ANT_BIN/ant-load-sqlite" --views "$BATS_FILE_TMPDIR/org.db" && "$ANT_BIN/ant-load-pg" --views &&
		"$ANT_BIN/ant-load-duckdb" --views "$BATS_FILE_TMPDIR/org.duckdb"
}
teardown_file() {
	stop_sim
	stop_pg
}
each_setup() { use_duckdb; }

model() { python3 "$ROOT/tests/lib/charge-model.py" "$@"; }
# nth_id TABLE N - the first cell of row N of a stream
nth_id() { grep -v '^#' "$1.rows" | sed -n "$2p" | cut -f 1; }
write_owners() { # KEY KEY SERVICE-ACCOUNT USER WORKSPACE
	cat <<-END
		kind,id,owner,from,to
		key,$1,Key from the 5th,2026-11-05,
		key,$1,Key before,,2026-11-05
		key,$2,Two at once B,,
		key,$2,Two at once A,,
		key,$2,For two days,2026-11-08,2026-11-10
		service account,$3,Robots,,
		person,$4,"Some, ""one""",,
		person,Eve@EXAMPLE.com,"=Eve",,2026-11-04
		person,user_x,X,2026-11-04,
		workspace,$5,Space,2026-11-02,
		workspace,default,Default,,
		tag,team:platform / core,Platform,,
		tag,env:prod,Production,2026-11-04,2026-11-12
		tag,env,Any environment,,
		tag,"team:a|b'""/~",Odd,,
	END
}

FILES() { echo "$BATS_FILE_TMPDIR/rows"; }
lite() { sqlite3 -nullvalue NULL "$BATS_FILE_TMPDIR/org.db" "$@"; }
pg() { psql -XqAt -v ON_ERROR_STOP=1 -P null=NULL -c "$1"; }
ddb() { duck "$BATS_FILE_TMPDIR/org.duckdb" "$@"; }
# Numbers without zeros at their end.
plain() { sed -E ':a; s/(^|\|)(-?[0-9]+\.[0-9]*[1-9])0+(\||$)/\1\2\3/; s/(^|\|)(-?[0-9]+)\.0+(\||$)/\1\2\3/; ta'; }
# columns VIEW - what to select of it, so that a row is a line; chr10 is the newline, as each database has it
columns() { lite "SELECT group_concat('replace(CAST(' || name || ' AS VARCHAR), chr10, ''\\n'')', ', ') FROM pragma_table_info('$1') WHERE name <> 'tags'"; }

@test "charge: every view is the model's, row by row and to the last digit, in three databases" {
	local v all
	for v in $VIEWS; do
		model $v "$(FILES)" >want
		[ -s want ]
		all=$(columns $v)
		lite "SELECT ${all//chr10/char(10)} FROM $v" | plain | sort >got
		diff want got | head -n 6
		cmp want got
		pg "SELECT ${all//chr10/chr(10)} FROM $v" | plain | sort | cmp want -
		ddb "SELECT ${all//chr10/chr(10)} FROM $v" | plain | sort | cmp want -
	done
	# What the model has is no empty case: each rule has decided something, and there are rows of both tables.
	model ant_charge "$(FILES)" >all
	[ "$(cut -d '|' -f 3 all | sort -u | paste -sd ,)" = 'NULL,key,person,service account,tag,workspace' ]
	[ "$(sed 's/.*|//' all | sort -u | paste -sd ,)" = 'billed,shared by tokens' ]
	for v in 'Key before' 'Key from the 5th' 'Two at once A' 'For two days' 'Some, "one"' =Eve X Space Platform Production 'Any environment' Odd Robots Default; do
		cut -d '|' -f 2 all | grep -qxF -- "$v"
	done
	! cut -d '|' -f 2 all | grep -qx 'Two at once B'
}

@test "charge: the sum of every view is that of the API's texts, and in SQLite no amount is a real" {
	local v cents euro
	# The bill: all of analytics_cost, and of cost_report the days that it does not have.
	{
		grep -v '^#' "$(FILES)/analytics_cost.rows" | cut -f 30,34
		grep -v '^#' "$(FILES)/cost_report.rows" | awk -F '\t' '$1 < "2026-11-01" || $1 >= "2026-11-10"' | cut -f 7,8
	} >amounts
	cents=$(awk -F '\t' '$2 == "USD" && $1 != "\\N" { print $1 }' amounts | total)
	euro=$(awk -F '\t' '$2 == "EUR" { print $1 }' amounts | total)
	[ "$(wc -l <amounts)" -gt 1000 ]
	for v in $VIEWS; do
		[ "$v" != ant_charge_by_tag ] || continue
		[ "$(lite "SELECT cost_cents FROM $v WHERE currency = 'USD'" | total)" = "$cents" ]
		[ "$(lite "SELECT cost_usd FROM $v WHERE currency = 'USD'" | total)" = "$(dollars <<<"$cents")" ]
		[ "$(lite "SELECT cost_cents FROM $v WHERE currency = 'EUR'" | total)" = "$euro" ]
		[ "$(lite "SELECT count(*) FROM $v WHERE typeof(cost_cents) <> 'text' OR typeof(cost_usd) <> CASE currency WHEN 'USD' THEN 'text' ELSE 'null' END")" = 0 ]
		[ "$(pg "SELECT sum(cost_cents), sum(cost_usd) FROM $v WHERE currency = 'USD'" | plain)" = "$cents|$(dollars <<<"$cents")" ]
		[ "$(ddb "SELECT sum(cost_cents), sum(cost_usd) FROM $v WHERE currency = 'USD'" | plain)" = "$cents|$(dollars <<<"$cents")" ]
	done
	# By tag, that of each key; what is not text is no tag.
	[ "$(lite 'SELECT DISTINCT tag FROM ant_charge_by_tag ORDER BY 1' | grep -cvxE 'n|o')" = "$(lite 'SELECT count(DISTINCT tag) FROM ant_charge_by_tag')" ]
	lite 'SELECT DISTINCT tag FROM ant_charge_by_tag' >keys
	grep -qxF -- "~"/\"\' keys
	while IFS= read -r v; do
		v=${v//\'/\'\'}
		[ "$(lite "SELECT cost_cents FROM ant_charge_by_tag WHERE currency = 'USD' AND tag = '$v'" | total)" = "$cents" ]
		[ "$(pg "SELECT sum(cost_cents) FROM ant_charge_by_tag WHERE currency = 'USD' AND tag = '$v'" | plain)" = "$cents" ]
		[ "$(ddb "SELECT sum(cost_cents) FROM ant_charge_by_tag WHERE currency = 'USD' AND tag = '$v'" | plain)" = "$cents" ]
	done <keys
}

@test "charge: 20 and 24 decimals are added to the last digit; what has more, or is no number, is an error and no figure" {
	local n=1234.56789012345678901234 m=-0.000000000000000000000001
	ant tables --ddl sqlite cost_report | sqlite3 d.db
	{ echo 'CREATE SCHEMA digits; SET search_path = digits;'; ant tables --ddl postgresql cost_report; } | psql -Xq -v ON_ERROR_STOP=1
	cents() { # AMOUNT... - as the only rows
		local a
		{
			echo 'DELETE FROM cost_report;'
			for a; do echo "INSERT INTO cost_report (bucket, amount, amount_cents, model) VALUES ('2026-11-01T00:00:00Z', '$a', '$a', 'm');"; done
		} | tee sql | sqlite3 d.db
		{ echo 'SET search_path = digits;'; cat sql; } | psql -Xq -v ON_ERROR_STOP=1
	}
	cents $n -1000.00000000000000000001 $m
	ant load-sqlite --views d.db
	ant load-pg --schema digits --views
	[ "$(sqlite3 d.db 'SELECT cost_cents, cost_usd FROM ant_charge_by_model')" = '234.567890123456789012329999|2.34567890123456789012329999' ]
	[ "$(psql -XqAtc 'SELECT cost_cents, cost_usd FROM digits.ant_charge_by_model')" = '234.567890123456789012329999|2.34567890123456789012329999' ]
	[ "$(ant report --by model --format csv --from 2026-11-01 --to 2026-11-02 d.db | tail -n 1)" = 'm,234.567890123456789012329999,2.34567890123456789012329999,USD' ]
	# Carried and borrowed over the parts of an amount, and around zero.
	local v
	for v in '0.5 -0.5:0:0' '-0.01 -0.99:-1:-0.01' '1 -0.000000000001:0.999999999999:0.00999999999999' \
		'-1 0.000000000000000000000001:-0.999999999999999999999999:-0.00999999999999999999999999' \
		'0.999999999999 0.000000000001:1:0.01' '-100 0.5:-99.5:-0.995' '12:12:0.12' '-7:-7:-0.07'; do
		# shellcheck disable=SC2086
		cents ${v%%:*}
		[ "$(sqlite3 -separator : d.db 'SELECT cost_cents, cost_usd FROM ant_charge_by_day')" = "${v#*:}" ]
	done
	# No figure is better than a wrong one.
	for v in 0.0000000000000000000000001 1e3 abc '' 1.2.3 --1 1000000000000; do
		sqlite3 d.db "UPDATE cost_report SET amount = '$v'"
		run -1 sqlite3 d.db 'SELECT cost_cents FROM ant_charge_by_day'
		[[ $output == *'an amount is no decimal number, or has too many digits'* ]]
		run -1 ant report --by day --from 2026-11-01 --to 2026-11-02 d.db
		[[ $output == *'an amount is no decimal number, or has too many digits'* ]]
	done
	# DuckDB has 12 decimals, and its loader refuses what has more.
	cp "$(FILES)/cost_report.rows" c.rows
	model add c.rows <<<'{"bucket": "2026-11-12T00:00:00Z", "amount": "0.0000000000001", "amount_cents": "0.0000000000001"}'
	run -1 ant load-duckdb c.duckdb <c.rows
	[[ $output == *'more than DECIMAL(38,12) holds exactly'* ]]
}

@test "charge: over tables of several organizations, each has its own bill, day by day" {
	local t v
	for t in $TABLES owners; do
		sed '/^#organization/d; /^#mode/a #organization\taaaaaaaa-0000-4000-8000-000000000000' "$(FILES)/$t.rows" >a
		# The second has no analytics_cost on the 3rd, and of cost_report all days.
		sed '/^#organization/d; /^#mode/a #organization\tbbbbbbbb-0000-4000-8000-000000000000' "$(FILES)/$t.rows" >b
		[ $t != analytics_cost ] || { grep -v '^2026-11-03' b | awk -F '\t' -v OFS='\t' '/^#end/ { $2 = n } !/^#/ { n++ } 1' >c; mv c b; }
		if [ $t = owners ]; then
			ant load-sqlite o.db <"$(FILES)/owners.rows" >/dev/null
			ant load-pg --schema several <"$(FILES)/owners.rows" >/dev/null
			ant load-duckdb o.duckdb <"$(FILES)/owners.rows" >/dev/null
			continue
		fi
		for v in a b; do
			ant load-sqlite --by-organization o.db <$v >/dev/null
			ant load-pg --by-organization --schema several <$v >/dev/null
			ant load-duckdb --by-organization o.duckdb <$v >/dev/null
		done
	done
	ant load-sqlite --views o.db
	ant load-pg --schema several --views
	ant load-duckdb --views o.duckdb
	# The first is as if it were alone; the second has the days of its own tables.
	model ant_charge_by_owner "$(FILES)" >want
	sqlite3 -nullvalue NULL o.db "SELECT month, owner, cost_cents, cost_usd, currency FROM ant_charge_by_owner WHERE organization LIKE 'aaaa%'" | sort >got
	diff want got
	mkdir second
	cp "$(FILES)"/*.rows second
	grep -v '^2026-11-03' "$(FILES)/analytics_cost.rows" >second/analytics_cost.rows
	cp "$(FILES)/workspaces.rows" second/workspaces.rows
	for v in ant_charge_by_owner ant_charge_by_key ant_charge_by_day; do
		model $v second >want
		t=$(columns $v)
		sqlite3 -nullvalue NULL o.db "SELECT ${t//chr10/char(10)} FROM $v WHERE organization LIKE 'bbbb%'" | plain | sort | diff want -
		psql -XqAt -P null=NULL -c "SELECT ${t//chr10/chr(10)} FROM several.$v WHERE organization LIKE 'bbbb%'" | plain | sort | cmp want -
		duck o.duckdb "SELECT ${t//chr10/chr(10)} FROM $v WHERE organization LIKE 'bbbb%'" | plain | sort | cmp want -
	done
	# ant-report shows each apart, or one alone.
	ant report --by owner --format csv --from 2026-11-01 --to 2026-11-16 o.db >got
	[ "$(head -n 1 got)" = owner,cost_cents,cost_usd,currency,organization ]
	[ "$(cut -d , -f 5 got | sed 1d | sed 's/.*,//' | sort -u | grep -c -- -0000-)" -ge 2 ]
	ant report --by owner --format csv --organization bbbbbbbb-0000-4000-8000-000000000000 --from 2026-11-01 --to 2026-11-16 o.db | sed 1d >one
	grep 'bbbbbbbb-0000' got | diff - one
	run -0 ant report --by product --from 2026-11-01 --to 2026-11-16 o.db
	[ "$(grep -c '^  Sum ' <<<"$output")" = 4 ] # of two organizations and two currencies
}

@test "owners: a file is rows of the table, its header in any order; damage is 5, with its line" {
	printf '\ufeffto,owner,id,kind,from\r\n,"Te,am ""A""",apikey_1,key,2026-11-01\r\n\r\n2026-12-01,"two\nlines",a@b.c,person,\r\n' | ant flatten -t owners >got
	printf '%s\n' $'#ant-rows\t1\towners' $'#mode\treplace' $'#key\tkind\tid\tfrom_day' $'#type\ttext\ttext\ttext\tdate\tdate' $'#cols\tkind\tid\towner\tfrom_day\tto_day' \
		$'key\tapikey_1\tTe,am "A"\t2026-11-01\t\\N' $'person\ta@b.c\ttwo\\nlines\t\\N\t2026-12-01' $'#end\t2\t\\N' | diff - got
	local head='kind,id,owner,from,to\nkey,a,A,,\n' text
	while IFS='~' read -r file text; do
		# shellcheck disable=SC2059	# the file has \n and others
		printf "$file" >in
		run -5 --separate-stderr ant flatten -t owners <in
		[[ $stderr == *"ant-flatten: stdin"*"$text"* && $output != *'#end'* ]] || { echo "$file: $stderr"; false; }
	done <<-END
		~:1: the first line is no header: it holds the names kind,id,owner,from,to, each once
		kind,id,owner,from\n~:1: the first line is no header
		kind,id,owner,from,to,to\n~:1: the first line is no header
		kind,id,owner,from,from\n~:1: the first line is no header
		{"@ant":"begin","version":1,"table":"owners"}\n~ line 1: 
		kind;id;owner;from;to\n~:1: the first line is no header
		${head}team,a,A,,\n~:3: owners: jq: kind is one of
		${head}\n\nkey,,A,,\n~:5: owners: jq: no id
		${head}key,"a\nb",,,\n~:3: owners: jq: no owner
		${head}key,"a\n\nb",A,,\nkey,a,A,2026-02-30,\n~:6: owners.from_day (date): "2026-02-30" is not a date
		${head}key,a,A,01.11.2026,\n~:3: owners.from_day (date): "01.11.2026" is not a date
		${head}key,a,A,2026-11-01,2026-11-01\n~:3: owners: jq: from is not before to
		${head}key,a,A,,,\n~:3: 6 fields, not 5
		${head}key,a,A,\n~:3: 4 fields, not 5
		${head}key,a\\0b,A,,\n~:3: id: a NUL byte
		${head}key,a,\\xff,,\n~:3: owner: no UTF-8
		${head}key,a,"A,,\n~ line 3: a quote without its end
		${head}key,a"b,A,,\n~ line 3: 
	END
	# A header alone is an empty list, which is loaded as one.
	printf 'kind,id,owner,from,to\n' | ant flatten -t owners | ant load-sqlite e.db >/dev/null
	[ "$(sqlite3 e.db 'SELECT count(*) FROM owners')" = 0 ]
	# It is nowhere to be fetched, and no record stream is it.
	run -2 ant fetch owners
	[ "$output" = 'ant-fetch: table owners comes from a CSV file, not from the API: ant-flatten -t owners <FILE' ]
	run -5 ant flatten <<<'{"@ant":"begin","version":1,"table":"owners"}'
	[[ $output == *'stdin:1: table owners comes from a CSV file, not from a record stream' ]]
	run -2 ant flatten -t users <<<'{"@ant":"begin","version":1,"table":"owners"}'
	[[ $output == *'the stream holds table owners, of another endpoint' ]]
	# A table of one's own may come from a file, too; it has nothing of a request.
	mkdir t
	printf '%s\n' 'csv a b' 'mode merge' 'column a text key = .a' 'column n bigint = .b | tonumber' >t/mine.table
	[ "$(printf 'b,a\n12,x\n' | ant flatten -T t -t mine | tail -n 2 | head -n 1)" = $'x\t12' ]
	for text in 'path /v1/x' 'paging id' 'param a=b' 'width 1d' 'sets console' 'opened_by console' 'csv c' 'foreach users .id'; do
		printf '%s\n' 'csv a b' "$text" 'column a text = .a' >t/bad.table
		run -2 ant flatten -T t -t bad
		[[ $output == *"t/bad.table:"* ]]
	done
	printf '%s\n' 'path /v1/{}' 'foreach mine .a' 'column a text = .a' >t/child.table
	run -2 ant fetch -T t child
	[[ $output == *'foreach of table mine, which comes from a CSV file' ]]
}

@test "ant-report --by: text, CSV and JSON, the largest first, and the sum is the bill" {
	local d f want
	cd "$BATS_TEST_TMPDIR"
	PERIOD=(--from 2026-11-01 --to 2026-11-16)
	for d in owner tag:team person key service-account workspace product model month day; do
		f=ant_charge_by_${d%%:*}
		f=${f//-/_}
		ant report --by $d --format json "${PERIOD[@]}" "$BATS_FILE_TMPDIR/org.db" >json
		# The rows of the view, of November and in the order of their amounts; a day's are in its own.
		case $d in
		day) want="SELECT day, cost_cents, currency FROM $f WHERE day >= '2026-11-01'" ;;
		month) want="SELECT month, cost_cents, currency FROM $f WHERE month = '2026-11-01'" ;;
		tag:team) want="SELECT value, cost_cents, currency FROM $f WHERE tag = 'team' AND month = '2026-11-01'" ;;
		*) want="SELECT $(lite "SELECT name FROM pragma_table_info('$f') LIMIT 1 OFFSET 1"), cost_cents, currency FROM $f WHERE month = '2026-11-01'" ;;
		esac
		lite -json "$want" | jq -c 'map([.[]]) | sort | .[]' >want
		jq -c '.rows | map([to_entries[0].value, .cost_cents, .currency]) | sort | .[]' json | diff want -
		jq -e --arg d "$d" '.by == $d and .from == "2026-11-01" and .to == "2026-11-16"' json
		jq -r '.rows[] | select(.currency == "USD") | .cost_cents' json >cents
		[ "$(total <cents)" = "$(jq -r '.totals[] | select(.currency == "USD") | .cost_cents' json)" ]
		[ "$(jq -r '.rows[] | select(.currency == "USD") | .cost_usd' json | total)" = "$(total <cents | dollars)" ]
		[[ $d == day || $d == month ]] || sort -gr cents | diff - cents
		[[ $d != day ]] || jq -e '.rows | map(select(.currency == "USD").day) | . == sort' json
		# The other databases say the same, and so does CSV.
		ant report --by $d --format json "${PERIOD[@]}" "$BATS_FILE_TMPDIR/org.duckdb" | cmp json -
		ant report --by $d --format json "${PERIOD[@]}" "postgresql:///$PGDATABASE" | cmp json -
		ant report --by $d --format csv "${PERIOD[@]}" "$BATS_FILE_TMPDIR/org.db" >csv
		python3 -c 'import csv, json, sys
rows = list(csv.DictReader(open("csv", newline="")))
want = [{k: v or "" for k, v in row.items()} for row in json.load(open("json"))["rows"]]
# Taking a quote away gives the name back.
plain = lambda v: v[1:] if v[:1] == "\x27" and v.lstrip("\x27")[:1] in tuple("=+-@") else v
assert [{k: plain(v) for k, v in row.items()} for row in rows] == want, (rows, want)'
		# As text: each name, and a sum that the rows add up to.
		COLUMNS=100 ant report --by $d "${PERIOD[@]}" "$BATS_FILE_TMPDIR/org.db" >text
		head -n 1 text | grep -qxF "Cost by $d, 1 Nov 2026 to 15 Nov 2026"
		awk '/^Cost by .*EUR/ { exit } / Sum / { gsub(/[$,]/, "", $2); print $2 }' text >sum
		awk '/^Cost by .*EUR/ || / Sum / { exit } match($0, /-?\$[0-9,.]+/) { v = substr($0, RSTART, RLENGTH); gsub(/[$,]/, "", v); print v }' text | total | diff - <(trim <sum)
		[ "$(printf '%.2f' "$(total <cents | dollars)")" = "$(cat sum)" ]
		grep -q '^Cost by .*, EUR$' text
	done
	COLUMNS=100 ant report --by owner "${PERIOD[@]}" "$BATS_FILE_TMPDIR/org.db" >text
	grep -q '^  No owner ' text
	COLUMNS=100 ant report --by tag:team --ascii "${PERIOD[@]}" "$BATS_FILE_TMPDIR/org.db" >text
	grep -q '^  No tag team .*#' text
	run ! grep -P '[^\x00-\x7f]' text
	# What stands in names does nothing to a terminal or a spreadsheet.
	ant report --by person --format csv "${PERIOD[@]}" "$BATS_FILE_TMPDIR/org.db" | grep -qF "\"'=HYPERLINK("
}

@test "ant-report --by: what is wrong is said, and a tag that nobody has is no table of nobody" {
	local db=$BATS_FILE_TMPDIR/org.db
	for by in team tag tag: owner:x day: ''; do
		run -2 ant report --by "$by" "$db"
		[[ $output == *"--by: '$by' is none of owner, tag:KEY, person, key, service-account, workspace, product, model, day and month"* ]]
	done
	run -2 ant report --by owner --format html "$db"
	[[ $output == *"--format: 'html' is not text, csv or json"* ]]
	run -2 ant report --format csv "$db"
	[[ $output == *'--format goes with --by'* ]]
	run -2 ant report --by owner --text "$db"
	[[ $output == *'only one of'* ]]
	run -1 ant report --by tag:nosuch "$db"
	[ "$output" = "ant-report: --by tag:nosuch: no workspace has that tag; there are env, team, ~/\"', クライアント" ]
	ant load-sqlite none.db <"$(FILES)/users.rows" >/dev/null
	run -1 ant report --by owner none.db
	[[ $output == *'there is no bill, neither analytics_cost nor cost_report: ant-sync cost_report' ]]
	run -0 ant report --by owner --from 2026-01-01 --to 2026-01-02 "$db"
	[ "$output" = 'There is no cost in this period.' ]
	run -0 ant report --by owner --format csv --from 2026-01-01 --to 2026-01-02 "$db"
	[ "$output" = owner,cost_cents,cost_usd,currency ]
	# Into a file, as any other form.
	ant report --by month --format csv --from 2026-11-01 --to 2026-11-16 -o f.csv "$db"
	ant report --by month --format csv --from 2026-11-01 --to 2026-11-16 "$db" | cmp - f.csv
}

@test "ant-report --check owners: what nobody has, two at once, tags that tie, and what is charged no more; in three databases" {
	local where
	write_owners "$(cd "$(FILES)" && nth_id api_keys 1)" "$(cd "$(FILES)" && nth_id api_keys 2)" svac_nosuch nobody@example.com wrkspc_nosuch >o.csv
	cat >>o.csv <<-END
		key,apikey_old,Long ago,,
		tag,team,Any team,,
		tag,cost,Nothing,,
	END
	cp "$(FILES)"/*.rows .
	ant flatten -t owners <o.csv >owners.rows
	model add analytics_cost.rows <<<'{"starting_at": "2026-11-02T00:00:00Z", "api_key_id": "apikey_old", "cost_type": "tokens", "amount": "1", "amount_cents": "1", "currency": "USD"}'
	for t in $TABLES owners; do
		ant load-sqlite c.db <$t.rows >/dev/null 2>&1
		ant load-duckdb c.duckdb <$t.rows >/dev/null
		ant load-pg --schema checked <$t.rows >/dev/null
	done
	sed "s/KEY1/$(nth_id api_keys 1)/; s/KEY2/$(nth_id api_keys 2)/; s/WORKSPACE/$(nth_id workspaces 1)/" >want <<-'END'
		owners: person nobody@example.com (Some, "one"): there is none such
		owners: service account svac_nosuch (Robots): there is none such
		owners: tag cost (Nothing): there is none such
		owners: workspace wrkspc_nosuch (Space): there is none such
		owners: key KEY2 (Two at once A): it is of Two at once B as well
		owners: key KEY2 (Two at once A): it is of For two days as well, from 2026-11-08 on
		owners: key KEY2 (Two at once B): it is of For two days as well, from 2026-11-08 on
		owners: workspace WORKSPACE: the tag env says Any environment, which counts, and team says Any team
		owners: workspace WORKSPACE: the tag env:prod says Production, which counts, and team:platform / core says Platform
	END
	for where in c.db c.duckdb "--schema checked postgresql:///$PGDATABASE"; do
		# shellcheck disable=SC2086
		run -1 ant report --check owners --from 2026-11-10 --to 2026-11-16 $where
		grep -vE "workspace ($(nth_id workspaces 5)|wrkspc_odd)|nothing was charged" <<<"$output" | LC_ALL=C sort >got
		LC_ALL=C sort want | diff - got
		grep -qxF 'owners: key apikey_old (Long ago): nothing was charged to it after 2026-11-02' <<<"$output"
		# What was charged in the period, and what had ended before it, is no news.
		[[ $output != *'(Any team): nothing'* && $output != *'(=Eve): nothing'* ]]
	done
	# All well is silent; a list that is missing is told, and so is that there are no owners.
	printf 'kind,id,owner,from,to\nworkspace,default,Us,,\n' | ant flatten -t owners | ant load-sqlite c.db >/dev/null
	run -0 ant report --check owners --from 2026-11-10 --to 2026-11-16 c.db
	[ -z "$output" ]
	sqlite3 c.db 'DROP TABLE service_accounts'
	run -0 ant report --check owners --from 2026-11-10 --to 2026-11-16 c.db
	[ "$output" = 'ant-report: owners: service_accounts is missing: only what was charged is known of it' ]
	sqlite3 c.db 'DROP TABLE owners'
	run -1 ant report --check owners c.db
	[[ $output == *'--check owners: the table owners is missing'* ]]
	run -2 ant report --check owners=1 c.db
	# With others, which are of each organization.
	ant load-sqlite c.db <owners.rows >/dev/null
	run -1 ant report --check owners --check budget=1 --from 2026-11-10 --to 2026-11-16 c.db
	[[ $output == *'owners: '*'budget: '* ]]
}

@test "ant-sync: the setting owners loads the file in each run, and --check and --status know it" {
	start_sim --days 3
	export ANT_STATE=$PWD/state
	write_owners a b c d e >'my owners.csv'
	printf '%s\n' 'destination sqlite:///s.db' 'owners my owners.csv' 'tables users workspaces' 'full-sync every 7d' >conf
	ant-sync -q -c conf >/dev/null 2>&1
	[ "$(sqlite3 s.db 'SELECT count(*) FROM owners')" = 15 ]
	# The next run reads it again, though the other lists are fresh, and reads all of it.
	sed -i '3,$d' 'my owners.csv'
	run -0 --separate-stderr ant-sync -q -c conf --json
	[ "$(jq -r .table <<<"$output")" = owners ]
	[ "$(sqlite3 s.db 'SELECT count(*) FROM owners')" = 1 ]
	run -0 ant-sync -c conf --status
	[[ $output == *$'\nowners  '*' replace   1' ]]
	run -0 ant-sync -c conf --check
	[[ $output == *$'\nowners my owners.csv: ready\n'* ]]
	run -0 ant-sync -c conf --plan
	[[ $output == *'ant-run ant-flatten -t owners --pipe '*'ant-load-sqlite '*' <my\ owners.csv' ]]
	mv s.db r.db
	bash -c "$(ant-sync -c conf --plan | grep owners)" >/dev/null
	[ "$(sqlite3 s.db 'SELECT count(*) FROM owners')" = 1 ]
	# Damage is that table's alone, and says its line.
	echo key,a >>'my owners.csv'
	run -5 --separate-stderr ant-sync -q -c conf owners users --json
	[[ $stderr == *'owners: ant-flatten: stdin:3: 2 fields, not 5'* ]]
	[ "$(jq -r 'select(.status == 0).table' <<<"$output")" = users ]
	run -5 ant-sync -c conf --check
	[[ $output == *'stdin:3: 2 fields, not 5'* ]]
	rm 'my owners.csv'
	run -1 ant-sync -q -c conf owners
	[[ $output == *'owners: my owners.csv: cannot be read'* ]]
	run -2 ant-sync owners
	[[ $output == *'owners: it is loaded from a file: name that with the setting owners, or --owners'* ]]
	# By itself, and of several organizations in one database, for which one file is.
	write_owners a b c d e >o.csv
	ant-sync -q --owners o.csv --dest csv:///folder owners >/dev/null 2>&1
	[ "$(wc -l <folder/owners.csv)" = 16 ]
	printf '%s\n' 'destination sqlite:///t.db' 'owners o.csv' 'by-organization on' 'tables users' 'organization one' 'organization two' >conf
	ant-sync -q -c conf >/dev/null 2>&1
	ant-sync -q -c conf >/dev/null 2>&1
	[ "$(sqlite3 t.db 'SELECT count(*), (SELECT count(DISTINCT _organization) FROM users) FROM owners')" = '15|1' ]
	run -0 ant-sync -c conf --status
	echo 'owners o.csv' >>conf
	run -2 ant-sync -c conf
	[[ $output == *'with by-organization one file is for all'* ]]
}
