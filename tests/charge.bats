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
	grep -qxF "~/\"'" keys
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
