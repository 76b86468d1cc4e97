#!/usr/bin/env bats
# ant_focus and ant-report --focus: every column recomputed from the API's records by focus-model.py, in three
# databases, and what the rules of FOCUS that apply say, in SQL.  The FinOps Foundation's own validator: make test-focus.
# shellcheck disable=SC2154	# set by run
load lib/helper
load lib/duckdb
load lib/report

FOCUS_TABLES='cost_report organization workspaces api_keys analytics_cost usage_report usage_by_cost'

setup_file() {
	local t window
	build_duck
	start_pg
	start_sim --now 2026-11-20T15:30:00Z --days 45
	mkdir "$BATS_FILE_TMPDIR/org"
	for t in $FOCUS_TABLES; do
		window=''
		[[ $t != *cost* && $t != *usage* ]] || window='--from 2026-10-10 --to 2026-11-20'
		# shellcheck disable=SC2086
		"$ANT_BIN/ant-fetch" -q --rate 0 $window "$t" >"$BATS_FILE_TMPDIR/org/$t.records"
		load_records "$t" "$BATS_FILE_TMPDIR/org" <"$BATS_FILE_TMPDIR/org/$t.records"
	done
	stop_sim
	make_views "$BATS_FILE_TMPDIR/org"
}
teardown_file() {
	stop_sim
	stop_pg
}
each_setup() { use_duckdb; }

# load_records TABLE FOLDER [OPTION...] - records on stdin into the three databases of a folder: o.db, o.duckdb and the
# schema that is named like the folder
load_records() {
	local table=$1 folder=$2
	shift 2
	"$ANT_BIN/ant-flatten" -q ${STREAM--t "$table" --mode append} >"$folder/rows" || return
	"$ANT_BIN/ant-load-sqlite" "$@" "$folder/o.db" <"$folder/rows" >/dev/null &&
		"$ANT_BIN/ant-load-pg" "$@" --schema "${folder##*/}" <"$folder/rows" >/dev/null &&
		"$ANT_BIN/ant-load-duckdb" "$@" "$folder/o.duckdb" <"$folder/rows" >/dev/null
}

make_views() { # FOLDER
	"$ANT_BIN/ant-load-sqlite" --views "$1/o.db" && "$ANT_BIN/ant-load-pg" --schema "${1##*/}" --views &&
		"$ANT_BIN/ant-load-duckdb" --views "$1/o.duckdb"
}

# exported FOLDER [OPTION...] - out.sqlite, out.pg and out.duckdb
exported() {
	local folder=$1
	shift
	ant report --focus "$@" -o out.sqlite "$folder/o.db" && ant report --focus "$@" --schema "${folder##*/}" -o out.pg postgresql:///postgres &&
		ant report --focus "$@" -o out.duckdb "$folder/o.duckdb"
}

# as_model FOLDER VERSION - what is exported is what the model says.  PostgreSQL writes JSON with spaces.
as_model() {
	local db
	exported "$1" --focus-version "$2" 2>err || { cat err; return 1; }
	python3 "$ROOT/tests/lib/focus-model.py" "$1" "$2" >want || return
	[ "$(wc -l <want)" -gt 1 ] || return
	for db in sqlite pg duckdb; do
		[ $db != pg ] || sed -i 's/"": ""/"":""/g; s/"", ""/"",""/g' out.pg
		cmp -s want out.$db || { echo "$db:"; diff want out.$db | head -n 4 | cut -c 1-1500; return 1; }
	done
}

ORG() { echo "$BATS_FILE_TMPDIR/org"; }
lite() { sqlite3 -nullvalue NULL "${FOLDER:-$(ORG)}/o.db" "$@"; }
pg() { PGOPTIONS="-c search_path=$(basename "${FOLDER:-$(ORG)}")" psql -XqAt -v ON_ERROR_STOP=1 -P null=NULL -c "$1"; }
ddb() { duck "${FOLDER:-$(ORG)}/o.duckdb" "$@"; }
texts() { jq -r 'select(has("@ant") | not) | .results[].amount' "${FOLDER:-$(ORG)}/cost_report.records"; } # the API's

@test "focus: the export of each database is what the model makes of the API's records, in both versions" {
	as_model "$(ORG)" 1.2
	cp out.sqlite whole.csv
	as_model "$(ORG)" 1.4
	# That is a rich organization: keys that share a charge, keys of one's own, charges of none, and no count.
	[ "$(lite 'SELECT count(DISTINCT "ResourceId") > 5, sum("ResourceId" IS NULL) > 100, sum("ConsumedQuantity" IS NULL) BETWEEN 10 AND 500 FROM ant_focus')" = '1|1|1' ]
	[ "$(lite 'SELECT count(*) > (SELECT count(*) FROM cost_report) FROM ant_focus')" = 1 ]
	# stdout is the same.
	ant report --focus "$(ORG)/o.db" | cmp - whole.csv
}

@test "focus: BilledCost adds up to the API's texts, to the last digit, in three databases" {
	texts | total | dollars >want
	lite 'SELECT "BilledCost" FROM ant_focus' | total | diff want -
	pg 'SELECT sum("BilledCost") FROM ant_focus' | trim | diff want -
	ddb 'SELECT sum("BilledCost") FROM ant_focus' | trim | diff want -
}

# What FOCUS 1.2 says of a row, each as a condition that is never null: TIME is a time as it has to be written.
rules() {
	local c
	for c in BilledCost EffectiveCost ListCost ContractedCost BillingAccountId BillingAccountName BillingAccountType BillingCurrency \
		BillingPeriodStart BillingPeriodEnd ChargeCategory ChargeDescription ChargeFrequency ChargePeriodStart ChargePeriodEnd \
		InvoiceIssuerName PricingCategory ProviderName PublisherName ServiceCategory ServiceName ServiceSubcategory SkuId SkuMeter \
		SkuPriceId SkuPriceDetails; do
		echo "\"$c\" IS NOT NULL AND CAST(\"$c\" AS $TEXT) <> ''"
	done
	for c in BillingPeriodStart BillingPeriodEnd ChargePeriodStart ChargePeriodEnd; do
		echo "\"$c\" LIKE '20__-__-__T00:00:00Z'"
	done
	cat <<-'END'
		"BillingPeriodStart" <= "ChargePeriodStart" AND "ChargePeriodEnd" <= "BillingPeriodEnd" AND "ChargePeriodStart" < "ChargePeriodEnd"
		"BillingPeriodStart" LIKE '%-01T%' AND "BillingPeriodEnd" LIKE '%-01T%' AND substr("BillingPeriodStart", 1, 7) < substr("BillingPeriodEnd", 1, 7)
		"ChargeCategory" IN ('Usage', 'Purchase', 'Tax', 'Credit', 'Adjustment')
		"ChargeClass" IS NULL
		"ChargeFrequency" IN ('One-Time', 'Recurring', 'Usage-Based')
		"PricingCategory" IN ('Standard', 'Dynamic', 'Committed', 'Other')
		"ServiceCategory" = 'AI and Machine Learning' AND "ServiceSubcategory" = 'Generative AI'
		length("BillingCurrency") = 3 AND upper("BillingCurrency") = "BillingCurrency"
		"CommitmentDiscountStatus" IS NULL AND "InvoiceId" IS NULL
		("ConsumedUnit" IS NULL) = ("ConsumedQuantity" IS NULL) AND coalesce("ConsumedUnit", 'Tokens') IN ('Tokens', 'Requests')
		("PricingUnit" IS NULL) = ("PricingQuantity" IS NULL) AND ("PricingQuantity" IS NULL) = ("ConsumedQuantity" IS NULL)
		("SubAccountId" IS NULL) = ("SubAccountName" IS NULL) AND ("SubAccountId" IS NULL) = ("SubAccountType" IS NULL)
		("ResourceId" IS NULL) = ("ResourceName" IS NULL) AND ("ResourceId" IS NULL) = ("ResourceType" IS NULL)
		("RegionId" IS NULL) = ("RegionName" IS NULL)
		CAST("EffectiveCost" AS numeric) = CAST("BilledCost" AS numeric) AND CAST("ContractedCost" AS numeric) = CAST("BilledCost" AS numeric)
		CAST("ConsumedQuantity" AS numeric) IS NULL OR CAST("ConsumedQuantity" AS numeric) > 0
		"SkuPriceDetails" LIKE '{"x_%}' AND coalesce("Tags", '{}') LIKE '{%}'
	END
}

@test "focus: what the rules of FOCUS say of columns and their relations holds in every row, in three databases" {
	local rule ask TEXT=text n
	for ask in lite pg ddb; do
		[ $ask != ddb ] || TEXT=VARCHAR
		rules >rules
		n=$($ask 'SELECT count(*) FROM ant_focus')
		[ "$n" -gt 1000 ]
		# All in one question: it is the view that takes its time.
		{
			printf 'SELECT '
			while IFS= read -r rule; do printf 'sum(CASE WHEN %s THEN 1 ELSE 0 END), ' "$rule"; done <rules
			printf '0 FROM ant_focus\n'
		} >question
		$ask "$(<question)" | tr '|' '\n' | head -n -1 >counts
		[ "$(wc -l <counts)" = "$(wc -l <rules)" ]
		paste counts rules | awk -F '\t' -v n="$n" '$1 != n { print $1 " of " n ": " $2; bad = 1 } END { exit bad }'
		[ "$($ask 'SELECT count(*) FROM (SELECT "SkuPriceId" FROM ant_focus GROUP BY 1 HAVING count(DISTINCT "SkuId") > 1 OR count(DISTINCT "SkuMeter") > 1) t')" = 0 ]
		[ "$($ask 'SELECT count(*) FROM (SELECT "SubAccountId" FROM ant_focus GROUP BY 1 HAVING count(DISTINCT "SubAccountName") > 1) t')" = 0 ]
		[ "$($ask 'SELECT count(DISTINCT "BillingAccountId") FROM ant_focus')" = 1 ]
	done
}

@test "focus: the same columns in the same order in the views of three databases, and each of them in the export" {
	lite "SELECT name FROM pragma_table_info('ant_focus')" >want
	[ "$(wc -l <want)" = 47 ]
	pg "SELECT column_name FROM information_schema.columns WHERE table_schema = 'org' AND table_name = 'ant_focus' ORDER BY ordinal_position" | diff want -
	ddb "SELECT column_name FROM information_schema.columns WHERE table_name = 'ant_focus' ORDER BY ordinal_position" | diff want -
	ant report --focus "$(ORG)/o.db" | head -n 1 | tr , '\n' | sort | diff <(sort want) -
}

@test "focus: --from and --to are whole days, none where nothing is asked for" {
	ant report --focus --from 2026-11-01 --to 2026-11-03 "$(ORG)/o.db" >some
	mlr --icsv --onidx cut -f ChargePeriodStart some | sort -u >days
	printf '%s\n' 2026-11-01T00:00:00Z 2026-11-02T00:00:00Z | diff - days
	ant report --focus --from 2026-11-01T15:00:00Z --to 2026-11-02T01:00:00Z "$(ORG)/o.db" | cmp - some
	[ "$(ant report --focus "$(ORG)/o.db" | mlr --icsv --onidx cut -f ChargePeriodStart | sort -u | wc -l)" = "$(lite 'SELECT count(DISTINCT bucket) FROM cost_report')" ]
	[ "$(ant report --focus --from 2030-01-01 "$(ORG)/o.db" | wc -l)" = 1 ]
	run -0 ant report --focus --from 2026-11-01 --to 2026-11-03 --schema org postgresql:///postgres
	[ "${#lines[@]}" = "$(wc -l <some)" ]
	run -0 ant report --focus --from 2026-11-01 --to 2026-11-03 "$(ORG)/o.duckdb"
	[ "${#lines[@]}" = "$(wc -l <some)" ]
}

@test "focus: without usage_by_cost quantities are null and stderr says how to load it; without analytics_cost there is no key" {
	cp "$(ORG)/o.db" o.db
	mkdir part
	cp "$(ORG)"/*.records part
	sqlite3 o.db 'DROP TABLE usage_by_cost'
	rm part/usage_by_cost.records
	run -0 --separate-stderr ant report --focus o.db
	[[ $stderr == 'ant-report: --focus: there is no table usage_by_cost, so that ConsumedQuantity and PricingQuantity are null: ant-sync usage_by_cost loads it'* ]]
	python3 "$ROOT/tests/lib/focus-model.py" part 1.2 | diff - <(printf '%s\n' "$output") | head -n 4
	[ "$(printf '%s\n' "$output" | mlr --icsv --onidx cut -f ConsumedQuantity,ConsumedUnit,PricingQuantity,PricingUnit | grep -c '[^ ]')" = 0 ]
	printf '%s\n' "$output" | mlr --icsv --onidx cut -f BilledCost | total | diff - <(texts | total | dollars)
	sqlite3 o.db 'DROP TABLE analytics_cost'
	rm part/analytics_cost.records
	ant report -q --focus o.db >out 2>/dev/null
	python3 "$ROOT/tests/lib/focus-model.py" part 1.2 | cmp - out
	[ "$(wc -l <out)" -gt "$(texts | wc -l)" ] # a tag has a line's end in it
	# With it nothing is said.
	run -0 --separate-stderr ant report --focus -o x.csv "$(ORG)/o.db"
	[ -z "$stderr$output" ]
}

# one_charge FIELD=JSON... - a charge of 2026-11-08, with these fields
charge() {
	local field filter='{currency: "USD", amount: "100", workspace_id: null, description: "d", cost_type: "tokens", model: "m", token_type: "output_tokens", service_tier: "standard", context_window: "0-200k", inference_geo: null}'
	for field; do filter+=" | .${field%%=*} = ${field#*=}"; done
	jq -cn "$filter"
}
bucket() { jq -cs '{starting_at: "2026-11-08T00:00:00Z", ending_at: "2026-11-09T00:00:00Z", results: .}'; }
# used FIELD=JSON...
used() {
	local field filter='{workspace_id: null, model: "m", service_tier: "standard", context_window: "0-200k", inference_geo: "us", api_key_id: null, uncached_input_tokens: 0, cache_read_input_tokens: 0, cache_creation: {ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0}, output_tokens: 7, server_tool_use: {web_search_requests: 0}}'
	for field; do filter+=" | .${field%%=*} = ${field#*=}"; done
	jq -cn "$filter"
}
# billed KEY AMOUNT [FILTER] - of analytics_cost
billed() {
	jq -cn --arg key "$1" --arg amount "$2" '{starting_at: "2026-11-08T00:00:00Z", ending_at: "2026-11-09T00:00:00Z", group: {actor: null, api_key_id: (if $key == "" then null else $key end), model: "m", product: "messages_api", workspace_id: "wrkspc_default", cost_type: "tokens", token_type: "output_tokens"}, cost: {amount: $amount, list_amount: $amount, currency: "USD", requests: null}}'" ${3-}"
}

@test "focus: odd amounts, credits, other currencies, charges that cannot be told apart, hostile names: as the model says" {
	local t
	mkdir odd
	{
		charge amount='"0.000000000001"'
		charge amount='"-12.5"' description='"credit"' model='"n"'
		charge amount='"-0.75"' model='"o"'
		charge amount='"1234567890123.123456789012"' model='"big"'
		charge amount='"5"' model='"p"' currency='"EUR"'
		charge amount='"5"' model='"p"' inference_geo='"us"'
		charge amount='"1"' model='"q"' description='"one"'
		charge amount='"2"' model='"q"' description='"its twin"'
		charge amount='"0.50"' model='"r"'
		charge amount='"7"' model='"quote\" \\ \t\u0001 ,\n{t:workspaces} %"' description='"=1+1, \"x\"\r\n; DROP"' workspace_id='"w\u0027 OR 1=1 --"'
		charge cost_type='"code_execution"' model=null token_type=null service_tier=null context_window=null amount='"3"'
		charge cost_type='"web_search"' model=null token_type=null service_tier=null context_window=null amount='"9"'
	} | bucket >odd/cost_report.records
	{
		used
		used inference_geo='"global"' output_tokens=5
		used model='"p"' output_tokens=3
		used model='"p"' inference_geo=null output_tokens=2
		used model='"q"'
		used model='"r"' service_tier='"flex"'
		used model='"r"' service_tier='"priority"' output_tokens=1000
		used model='"zero"' output_tokens=0 server_tool_use='{web_search_requests: 9}'
	} | bucket >odd/usage_by_cost.records
	jq -cn '{id: "00000000-0000-4000-8000-000000000001", type: "organization", name: "A \"quoted\" name, é"}' >odd/organization.records
	jq -cn '{id: "w\u0027 OR 1=1 --", type: "workspace", name: "<b>&,\"\n", created_at: "2026-01-01T00:00:00Z", archived_at: null, display_color: null, tags: {"a\"b": "c,d\n"}}' >odd/workspaces.records
	for t in cost_report usage_by_cost workspaces; do load_records $t odd <odd/$t.records; done
	# The endpoint answers with the object alone.
	load_records organization odd <odd/organization.records
	as_model odd 1.2
	as_model odd 1.4
	FOLDER=odd texts | total | dollars >want
	make_views "$PWD/odd"
	FOLDER=odd lite 'SELECT "BilledCost" FROM ant_focus' | total | diff want -
	FOLDER=odd pg 'SELECT sum("BilledCost") FROM ant_focus' | trim | diff want -
	FOLDER=odd ddb 'SELECT sum("BilledCost") FROM ant_focus' | trim | diff want -
}

@test "focus: a charge is of the keys that add up to it, to the last digit, and of none where a digit is wrong" {
	local t
	mkdir keyed
	{
		charge amount='"10.000000000003"'                              # of two keys and none
		charge amount='"4"' model='"n"' inference_geo='"us"'            # two charges of one key
		charge amount='"6"' model='"n"' inference_geo='"global"'
		charge amount='"4"' model='"o"' inference_geo='"us"'            # two charges of two keys
		charge amount='"6"' model='"o"' inference_geo='"global"'
		charge amount='"10"' model='"p"'                                # the last digit differs
		charge amount='"-3.5"' model='"q"'                              # a credit
		charge amount='"8"' model='"r"' service_tier='"batch"'          # the Batch API is a product there
		charge amount='"8"' model='"r"'
		charge amount='"1"' model='"s"'                                 # the Console's, no key's
		charge amount='"2"' model='"t"' currency='"EUR"'                # another currency than the keys'
	} | bucket >keyed/cost_report.records
	{
		billed k1 4.000000000001
		billed k1 1
		billed k2 2 '| .cost.list_amount = "2.5"'
		billed '' 3.000000000002
		billed k1 10 '| .group.model = "n"'
		billed k1 5 '| .group.model = "o"'
		billed k2 5 '| .group.model = "o"'
		billed k1 9.999999999999 '| .group.model = "p"'
		billed k1 -5.25 '| .group.model = "q"'
		billed k2 1.75 '| .group.model = "q"'
		billed k1 8 '| .group.model = "r" | .group.product = "message_batches_api"'
		billed k2 8 '| .group.model = "r"'
		billed '' 1 '| .group.model = "s"'
		billed k1 2 '| .group.model = "t"'
		billed k9 0 '| .cost.list_amount = "77"'                         # prepaid
		billed k1 50 '| .group.workspace_id = null | .group.product = "chat"' # Claude Enterprise
	} >keyed/analytics_cost.records
	used output_tokens=30 | bucket >keyed/usage_by_cost.records
	{ used api_key_id='"k1"' output_tokens=10; used api_key_id='"k2"' output_tokens=15 service_tier='"flex"'; used output_tokens=5; } | bucket >keyed/usage_report.records
	jq -cn '{id: "00000000-0000-4000-8000-000000000001", type: "organization", name: "A"}' >keyed/organization.records
	jq -cn '{id: "k1", name: "first", type: "api_key", status: "active", created_at: "2026-01-01T00:00:00Z"}' >keyed/api_keys.records
	for t in cost_report analytics_cost usage_by_cost usage_report organization api_keys; do load_records $t keyed <keyed/$t.records; done
	as_model keyed 1.2
	mlr --icsv --ocsv --headerless-csv-output filter '$x_Model == "m"' "then" cut -o -f ResourceName,BilledCost,ListCost,ConsumedQuantity "then" sort -f ResourceName out.sqlite >got
	printf '%s\n' ',0.03000000000002,0.03000000000002,5.0' 'first,0.05000000000001,0.05000000000001,10.0' 'k2,0.02,0.025,15.0' | sort | diff - <(sort got)
	[ "$(mlr --icsv --onidx filter 'is_not_empty($ResourceId)' "then" cut -f x_Model out.sqlite | sort | uniq -c | awk '{ print $2 "=" $1 }' | paste -sd ' ')" = 'm=2 n=2 q=2 r=2' ]
	# What the keys used is not all of the charge's use: then no one knows what was whose.
	{ used api_key_id='"k1"' output_tokens=10; } | bucket >keyed/usage_report.records
	load_records usage_report keyed --mode replace <keyed/usage_report.records
	as_model keyed 1.2
	[ "$(mlr --icsv --onidx filter '$x_Model == "m"' "then" cut -f ConsumedQuantity out.sqlite | grep -c .)" = 0 ]
}

# priced FOLDER - the view ant_prices of three databases is what the model says of the API's records
priced() {
	local db
	make_views "$1" || return
	python3 "$ROOT/tests/lib/focus-model.py" "$1" prices >want || return
	[ "$(wc -l <want)" -gt 3 ] || return
	FOLDER=$1 lite -nullvalue '' 'SELECT * FROM ant_prices' >got.sqlite
	FOLDER=$1 pg 'SELECT * FROM ant_prices' | sed 's/NULL//g' >got.pg
	FOLDER=$1 ddb "SELECT day, model, token_type, service_tier, context_window, inference_geo, tokens, $(printf 'CAST(%s AS VARCHAR), ' paid list price_per_mtok list_price_per_mtok discount)currency FROM ant_prices" | sed 's/NULL//g' >got.duckdb
	for db in sqlite pg duckdb; do
		# DuckDB fills decimals up with zeros.
		sed -E ':a; s/(\.[0-9]*[1-9])0+(\||$)/\1\2/; ta; :b; s/(\|-?[0-9]+)\.0+(\||$)/\1\2/; tb' got.$db | sort >got
		cmp -s want got || { echo "$db:"; diff want got | head -n 6; return 1; }
	done
}

@test "prices: by day, model, kind, tier, window and place, and at list price, in three databases, as the model says" {
	priced "$(ORG)"
	[ "$(cut -d '|' -f 10 want | grep -c .)" = "$(wc -l <want)" ]
	# The simulator's prices, which are the published ones: output of Haiku 4.5 in the batch, anywhere and in the US.
	[ "$(awk -F '|' '$2 == "claude-haiku-4-5-20251001" && $3 == "output_tokens" && $6 == "global" { print $4, $10 }' want | sort -u | paste -sd ' ')" = 'batch 2.5 standard 5' ]
}

@test "prices: without usage_by_cost from usage_report, of all places" {
	mkdir by_key
	cp "$(ORG)"/*.records "$(ORG)/o.db" "$(ORG)/o.duckdb" by_key
	rm by_key/usage_by_cost.records
	sqlite3 by_key/o.db 'DROP TABLE usage_by_cost'
	duck by_key/o.duckdb 'DROP VIEW ant_prices; DROP VIEW ant_focus; DROP TABLE usage_by_cost' >/dev/null
	psql -Xq -c 'CREATE SCHEMA by_key' -c 'CREATE TABLE by_key.cost_report AS SELECT * FROM org.cost_report' -c 'CREATE TABLE by_key.usage_report AS SELECT * FROM org.usage_report' -c 'CREATE TABLE by_key.analytics_cost AS SELECT * FROM org.analytics_cost'
	priced "$PWD/by_key"
	[ "$(cut -d '|' -f 6 want | sort -u)" = '' ]
	psql -Xq -c 'DROP SCHEMA by_key CASCADE'
}

@test "prices: thirds and halves at the last decimal, credits, discounts, two currencies, no count, as the model says" {
	local t
	mkdir quotients
	{
		charge amount='"10"' model='"third"'
		charge amount='"-10"' model='"credit"'
		charge amount='"0.000000000001"' model='"tiny"'
		charge amount='"123456789012.123456789012"' model='"large"'
		charge amount='"5"' model='"two"'
		charge amount='"5"' model='"two"' currency='"EUR"'
		charge amount='"5"' model='"uncounted"'
		charge amount='"7"' model='"off"'
		charge amount='"3"' model='"up"'
		charge amount='"4"' model='"half"' inference_geo='"us"'
		charge amount='"4"' model='"half"' inference_geo='"global"'
		charge amount='"9"' model='"twin"' description='"one"'
		charge amount='"9"' model='"twin"' description='"two"'
	} | bucket >quotients/cost_report.records
	{
		used model='"third"' output_tokens=3000000
		used model='"credit"' output_tokens=7
		used model='"tiny"' output_tokens=2
		used model='"large"' output_tokens=8999999999999
		used model='"two"'
		used model='"off"' output_tokens=1000000
		used model='"up"' output_tokens=1000000
		used model='"half"' output_tokens=11
		used model='"half"' output_tokens=13 inference_geo='"global"'
		used model='"twin"' output_tokens=17
	} | bucket >quotients/usage_by_cost.records
	{
		billed k1 7 '| .group.model = "off" | .cost.list_amount = "9"'
		billed k1 3 '| .group.model = "up" | .cost.list_amount = "2.000000000001"'
		billed k1 8 '| .group.model = "half" | .cost.list_amount = "10"'
		billed k1 10 '| .group.model = "third" | .cost.list_amount = "33333333333.333333333333"'
		billed k1 -10 '| .group.model = "credit"'
	} >quotients/analytics_cost.records
	jq -cn '{id: "00000000-0000-4000-8000-000000000001", type: "organization", name: "A"}' >quotients/organization.records
	for t in cost_report usage_by_cost analytics_cost organization; do load_records $t quotients <quotients/$t.records; done
	priced "$PWD/quotients"
	[ "$(awk -F '|' '{ print $2, $10, $11, $12 }' want | grep -e third -e off -e twin)" = "$(printf '%s\n' 'off 0.07 0.09 0.222222' 'third 0.033333333333 111111111.111111111111 1' 'twin 10588.235294117647  ')" ]
}

@test "focus: each organization's charges are its own account's; --organization takes one" {
	local n id
	mkdir by_org
	for n in 1 2; do
		id=00000000-0000-4000-8000-00000000000$n
		{
			printf '{"@ant":"begin","version":1,"table":"cost_report","organization":"%s","from":"2026-11-08T00:00:00Z","to":"2026-11-09T00:00:00Z","width":"1d"}\n' $id
			charge amount="\"$n.5\"" | bucket
			printf '{"@ant":"end","records":1,"pages":1,"watermark":"2026-11-09T00:00:00Z"}\n'
		} | STREAM='' load_records cost_report by_org --by-organization
		{
			printf '{"@ant":"begin","version":1,"table":"organization","organization":"%s"}\n' $id
			printf '{"id":"%s","type":"organization","name":"Org %s"}\n' $id $n
			printf '{"@ant":"end","records":1,"pages":1,"watermark":null}\n'
		} | STREAM='' load_records organization by_org --by-organization
	done
	exported "$PWD/by_org" 2>/dev/null
	mlr --icsv --onidx cut -o -f BillingAccountId,BillingAccountName,BilledCost out.sqlite >got
	printf '%s\n' '00000000-0000-4000-8000-000000000001 Org 1 0.015' '00000000-0000-4000-8000-000000000002 Org 2 0.025' | diff - got
	cmp out.sqlite out.pg
	cmp out.sqlite out.duckdb
	exported "$PWD/by_org" --organization 00000000-0000-4000-8000-000000000002 2>/dev/null
	[ "$(mlr --icsv --onidx cut -f BillingAccountName out.sqlite)" = 'Org 2' ]
	cmp out.sqlite out.pg
	cmp out.sqlite out.duckdb
	run -1 ant report --focus --organization x by_org/o.db
}

@test "focus: without cost_report or organization, or with an empty one: a reason, 1, and the file stays as it was" {
	echo old >f.csv
	ant tables --ddl sqlite organization | sqlite3 no.db
	run -1 ant report --focus -o f.csv no.db
	[ "$output" = 'ant-report: --focus: there is no table cost_report: ant-sync cost_report loads it' ]
	ant tables --ddl sqlite cost_report | sqlite3 none.db
	run -1 ant report --focus -o f.csv none.db
	[ "$output" = 'ant-report: --focus: there is no table organization: ant-sync organization loads it' ]
	cp "$(ORG)/o.db" o.db
	sqlite3 o.db 'DELETE FROM organization'
	run -1 ant report --focus -o f.csv o.db
	[[ $output == *'organization: the table is empty, and FOCUS wants to know whose the charges are' ]]
	[ "$(<f.csv)" = old ]
	[ -z "$(find . -name '.f.csv*')" ]
}

@test "focus: a file takes its place whole or not at all; a full disk, a reader that is gone" {
	echo old >f.csv
	make_full full.so
	echo "$PWD" >full # of that folder alone: the database sorts elsewhere
	LD_PRELOAD=$PWD/full.so FULL_WHEN=$PWD/full ASAN_OPTIONS=${ASAN_OPTIONS-}:verify_asan_link_order=0 run -1 ant report --focus -o f.csv "$(ORG)/o.db"
	[[ $output == *'No space left'* ]]
	[ "$(<f.csv)" = old ]
	ant report --focus -o f.csv "$(ORG)/o.db"
	ant report --focus "$(ORG)/o.db" | cmp - f.csv
	run -1 bash -c 'ant report --focus "$1" >/dev/full' - "$(ORG)/o.db"
	[[ $output == *'stdout: No space left on device' ]]
}

@test "focus: options: a version that is none, more than one thing at once" {
	run -2 ant report --focus --focus-version 1.3 x.db
	[[ $output == *"--focus-version: '1.3' is neither 1.2 nor 1.4"* ]]
	run -2 ant report --focus --text x.db
	[[ $output == *'only one of --text, '*--focus* ]]
	run -2 ant report --focus --check budget=1 x.db
	[[ $output == *'only one of --text, '*--focus* ]]
}

@test "focus: memory does not grow with the rows" {
	[ -z "${ANT_WRAP-}" ] && [[ $ANT_BIN != *asan* ]] || skip 'a checker has memory of its own'
	ant tables --ddl sqlite cost_report organization | sqlite3 large.db
	sqlite3 large.db "INSERT INTO organization (id, name, type) VALUES ('o', 'O', 'organization');
		WITH RECURSIVE n(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i < 99999)
		INSERT INTO cost_report (bucket, ending_at, workspace_id, description, amount, amount_cents, currency, cost_type, model, token_type)
		SELECT '2026-11-01T00:00:00Z', '2026-11-02T00:00:00Z', 'w' || i % 1000, 'a description of ' || i, i || '.5', i + 0.5, 'USD', 'tokens', 'model' || i, 'output_tokens' FROM n"
	command time -f %M -o peak "$ANT_BIN/ant-report" -q --focus -o f.csv large.db 2>/dev/null
	[ "$(wc -l <f.csv)" = 100001 ]
	echo "$(<peak) kB for $(stat -c %s f.csv) bytes"
	[ "$(<peak)" -lt 32768 ]
}

# priced_days - lines of stdin, "MODEL LIST PRICE...": a million output tokens a day from 2026-10-01 on, at these prices in
# cents; "-": no use that day, or no list price but the paid one
priced_days() {
	python3 -c '
import json, sys
files = {t: open("changed/%s.records" % t, "w") for t in ("cost_report", "usage_by_cost", "analytics_cost")}
for line in sys.stdin:
    model, listed, *prices = line.split()
    for day, price in enumerate(prices, 1):
        if price == "-":
            continue
        at = {"starting_at": "2026-10-%02dT00:00:00Z" % day, "ending_at": "2026-10-%02dT00:00:00Z" % (day + 1)}
        of = {"workspace_id": None, "model": model, "service_tier": "standard", "context_window": "0-200k", "inference_geo": "us"}
        cost = {"currency": "USD", "amount": price, "description": "d", "cost_type": "tokens", "token_type": "output_tokens"}
        use = dict(output_tokens=1000000, uncached_input_tokens=0, cache_read_input_tokens=0, server_tool_use={"web_search_requests": 0},
                   cache_creation={"ephemeral_5m_input_tokens": 0, "ephemeral_1h_input_tokens": 0})
        group = dict(api_key_id="k1", model=model, product="messages_api", workspace_id="w", cost_type="tokens", token_type="output_tokens")
        paid = {"amount": price, "list_amount": price if listed == "-" else listed, "currency": "USD"}
        for table, row in (("cost_report", dict(at, results=[dict(of, **cost)])), ("usage_by_cost", dict(at, results=[dict(of, **use)])),
                           ("analytics_cost", dict(at, group=group, cost=paid))):
            print(json.dumps(row), file=files[table])
'
}

@test "prices: on the page those of now, and that they changed: from two days at a price to two at another" {
	local t db
	mkdir changed
	priced_days <<-'END'
		lowered - 500 500 500 400 400
		twice - 100 100 200 200 - 100 100
		mixed - 100 110 120 130 140
		blip - 300 300 900 300 300
		last - 300 300 300 900
		off 800 800 800 600 600
		<b>&" - 1.5 1.5 1.25 1.25
	END
	jq -cn '{id: "00000000-0000-4000-8000-000000000001", type: "organization", name: "A"}' >changed/organization.records
	for t in cost_report usage_by_cost analytics_cost organization; do load_records $t changed <changed/$t.records; done
	cat >want <<-'END'
		day,model,token_type,service_tier,context_window,inference_geo,from,to,discount_from,discount_to,currency
		2026-10-06,twice,output_tokens,standard,0-200k,us,2,1,0,0,USD
		2026-10-04,lowered,output_tokens,standard,0-200k,us,5,4,0,0,USD
		2026-10-03,"<b>&""",output_tokens,standard,0-200k,us,0.015,0.0125,0,0,USD
		2026-10-03,off,output_tokens,standard,0-200k,us,8,6,0,0.25,USD
		2026-10-03,twice,output_tokens,standard,0-200k,us,1,2,0,0,USD
	END
	for db in changed/o.db changed/o.duckdb '--schema changed postgresql:///postgres'; do
		# shellcheck disable=SC2086	# an option and its value
		ant report --from 2026-10-01 --to 2026-10-10 --csv price-changes $db | diff want -
		# shellcheck disable=SC2086
		ant report --from 2026-10-01 --to 2026-10-10 --csv prices $db | mlr --icsv --ocsv --headerless-csv-output cut -o -f model,day,price_per_mtok,list_price_per_mtok,discount,steady_since >got
		diff - got <<-'END'
			"<b>&""",2026-10-04,0.0125,0.0125,0,2026-10-03
			blip,2026-10-05,3,3,0,2026-10-01
			last,2026-10-04,9,9,0,
			lowered,2026-10-05,4,4,0,2026-10-04
			mixed,2026-10-05,1.4,1.4,0,
			off,2026-10-04,6,8,0.25,2026-10-03
			twice,2026-10-07,1,1,0,2026-10-06
		END
	done
	ant report --from 2026-10-01 --to 2026-10-10 -o page.html changed/o.db
	grep -oE '<section id="prices".*' page.html | sed 's/<section id="seats".*//' >section
	grep -qF '&lt;b&gt;&amp;&quot;' section
	[[ $(<section) == *'4 Oct 2026<td><data value="5">5</data><td><data value="4">4</data><td>0.0%<td>0.0%'* ]]
	[[ $(<section) == *'<data value="8">8</data><td><data value="6">6</data><td>0.0%<td>25.0%'* ]]
	# Nothing changed, and nothing loaded: a line each.
	ant report --from 2026-10-01 --to 2026-10-02 -o page.html changed/o.db
	grep -qF 'No price and no discount changed in this period.' page.html
	sqlite3 changed/o.db 'DROP TABLE usage_by_cost'
	ant report --from 2026-10-01 --to 2026-10-10 -o page.html changed/o.db
	grep -oE '<section id="prices".*' page.html | sed 's/<section id="seats".*//' | grep -F 'ant-sync usage_by_cost'
}
