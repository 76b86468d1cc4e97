#!/usr/bin/env bats
# shellcheck disable=SC2016,SC2034,SC2154	# single quotes for other shells, for a helper, set by a helper
# Not among the suites of `make test`, for it needs Java: `make test-iceberg`.
load lib/helper
load lib/streams
load lib/loads
load lib/duckdb
load lib/lake

setup_file() {
	local port
	build_duck
	start_s3
	port=$(python3 -c 'import socket; s = socket.socket(); s.bind(("127.0.0.1", 0)); print(s.getsockname()[1])')
	AWS_ACCESS_KEY_ID=catalog AWS_SECRET_ACCESS_KEY=catalog AWS_REGION=us-east-1 CATALOG_WAREHOUSE=s3://lake/ice \
		CATALOG_IO__IMPL=org.apache.iceberg.aws.s3.S3FileIO CATALOG_S3_ENDPOINT=$S3_URL CATALOG_S3_PATH__STYLE__ACCESS=true \
		CATALOG_HTTP__CLIENT_TYPE=urlconnection CATALOG_URI=jdbc:sqlite:$BATS_FILE_TMPDIR/cat.db CATALOG_REST_PORT=$port \
		java -cp "$ROOT/build/iceberg/lib/*" org.apache.iceberg.rest.RESTCatalogServer >"$BATS_FILE_TMPDIR/java.log" 2>&1 3>&- &
	export JAVA_PID=$! CATALOG=http://127.0.0.1:$port
	wait_for curl -sf -o /dev/null --noproxy '*' "$CATALOG/v1/config"
}
teardown_file() {
	[ -z "${JAVA_PID-}" ] || end_process "$JAVA_PID"
	stop_s3
}
each_setup() {
	use_duckdb
	use_lake
	use_s3
	unset ICEBERG_TOKEN
	FILE="iceberg+$CATALOG/?namespace=t$BATS_SUITE_TEST_NUMBER"
}

LOADER=load-duckdb
lake() { ant load-duckdb "$@"; }
sql() {
	DUCK_UNSIGNED=1 duck :memory: "LOAD '$EXTENSIONS/httpfs.duckdb_extension'; LOAD '$EXTENSIONS/avro.duckdb_extension'; LOAD '$EXTENSIONS/iceberg.duckdb_extension'; SET TimeZone = 'UTC'; CREATE SECRET (TYPE s3, KEY_ID 'reader', SECRET 'reader', REGION 'us-east-1', ENDPOINT '${S3_URL#http://}', URL_STYLE 'path', USE_SSL false)" \
		"ATTACH '' AS lake (TYPE iceberg, READ_ONLY, ENDPOINT '$CATALOG', AUTHORIZATION_TYPE 'none', ACCESS_DELEGATION_MODE 'none')" "USE lake.\"${FILE##*=}\"" "$@"
}
summary() { sql 'SELECT count(*), min(v), max(v) FROM t'; }
content() { sql 'SELECT v FROM t'; }
held() { sql 'SELECT buckets FROM _anthill_loads'; }
gone() { FILE=$FILE-x; }
dump() { sql 'SELECT * FROM t ORDER BY ALL' 'SELECT * FROM _anthill_loads ORDER BY ALL'; }

W='window\tb\t2026-11-01T00:00:00Z\t2026-11-03T00:00:00Z'

@test "iceberg: every type is stored exactly, JSON as its text" {
	stream append '' 'text\tbigint\tdouble\tnumeric\tboolean\tdate\ttimestamptz\tjson' 't\ti\td\tn\tb\tday\tat\tj' \
		'00123\t9223372036854775807\t5\t12345678901234567890123456.123456789012\ttrue\t2026-11-01\t2026-11-01T12:00:00Z\t{"a": 1.10}\n\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\t\\N\n' '2\t\\N' >s
	into <s
	into <s
	sql 'SELECT DISTINCT t, i, d, n, b, day, epoch_us("at"), j FROM t ORDER BY t NULLS LAST' >got
	diff got - <<-'END'
		00123|9223372036854775807|5.0|12345678901234567890123456.123456789012|true|2026-11-01|1793534400000000|{"a": 1.10}
		NULL|NULL|NULL|NULL|NULL|NULL|NULL|NULL
	END
	[ "$(sql 'SELECT count(*) FROM t')" = 4 ]
}

@test "iceberg: window, replace and merge do what they do elsewhere, a column is added, the ledger prints" {
	hours a 60 | into >receipts
	hours b 40 | into >>receipts
	[ "$(summary)" = '40|b|b' ]
	numbered replace 1 5 | lake --table r "$FILE" >>receipts
	numbered replace 4 9 new | lake --table r "$FILE" >>receipts
	numbered merge 8 12 newer | lake --table r "$FILE" >>receipts
	[ "$(sql 'SELECT count(*), min(n), max(n), string_agg(DISTINCT v ORDER BY v) FROM r')" = '9|4|12|new,newer' ]
	hours c 50 | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^2026/s/$/\tx/' | into >>receipts
	[ "$(sql 'SELECT count(*), min(more) FROM t')" = '50|x' ]
	diff <(sort receipts) <(lake --ledger "$FILE" | sed -E 's/,"finished":"[^"]*"}$/}/' | sort)
	grep -q '"target":"iceberg"' receipts
}

@test "iceberg: a history is as elsewhere: what differs is closed and opened, once" {
	kept() { numbered "$@" | sed 's/^#key.*/&\n#unique/'; }
	kept replace 1 5 a | into --history >receipts
	kept replace 1 5 a | into --history >>receipts
	kept replace 3 7 b | into --history >>receipts
	kept merge 7 9 c | into --history >>receipts
	kept merge 7 9 c | sed '/^#type/s/$/\ttext/; /^#cols/s/$/\tmore/; /^[0-9]/s/$/\tx/' | into --history >>receipts
	sed 's/.*"history"://' receipts >got
	printf '{"opened":%d,"closed":%d}}\n' 5 0 0 0 5 5 3 1 3 3 | diff got -
	[ "$(sql "SELECT v, coalesce(more, ''), valid_to IS NULL, count(*) FROM t_history GROUP BY ALL ORDER BY ALL")" = 'a||false|5
b||false|1
b||true|4
c||false|3
c|x|true|3' ]
	[ "$(sql 'SELECT count(*) FROM t_history WHERE valid_to <= valid_from')" = 0 ]
}

@test "iceberg: of a repeated key the last row counts, rows of nobody stay" {
	repeats_by_value
	repeats_in_window
}

@test "iceberg: a stream that is cut, a row that does not fit and a kill leave the rows as they were" {
	hours a 30 | into
	dump >before
	hours b 40 >whole
	for lines in 3 6 20 45; do
		head -n $lines whole | { run -5 into; }
	done
	sed '40s/^2026/x/' whole | { run -5 into; }
	for i in 1 2 3; do
		"$ANT_BIN/ant-load-duckdb" "$FILE" <whole >out 2>err 3>&- &
		pid=$!
		sleep "0.$((i * 3))"
		kill -9 "$pid" 2>/dev/null || :
		wait "$pid" || :
		[ ! -s out ] || [ "$(summary)" = '40|b|b' ]
		[ -s out ] || [[ $(summary) =~ ^(30\|a\|a|40\|b\|b)$ ]]
	done
	into <whole
	[ "$(summary)" = '40|b|b' ]
}

@test "iceberg: of loads at once each wins or exits 6, into an empty window, too" {
	hours x 20 | lake --table other "$FILE"
	for i in 1 2 3 4; do hours "$i" 200 "$i" >"s$i"; done
	for round in 1 2; do
		pids=() won=0
		for i in 1 2 3 4; do
			into <"s$i" >"out$i" 2>"err$i" 3>&- &
			pids+=($!)
		done
		for pid in "${pids[@]}"; do
			status=0
			wait "$pid" || status=$?
			case $status in 0) won=$((won + 1)) ;; 6) ;; *) cat err*; false ;; esac
		done
		[ "$won" -ge 1 ]
		[ "$(sql 'SELECT count(*), count(DISTINCT v) FROM t')" = '200|1' ]
	done
}

@test "iceberg: with --wait what another load overtakes is loaded again, from a file, and none with a receipt is lost" {
	numbered merge 1 10 0 | into
	for i in 1 2 3 4 5 6; do numbered merge $((i * 100)) $((i * 100 + 9)) "$i" >"s$i"; done
	pids=()
	for i in 1 2 3 4 5 6; do
		into --wait 600 <"s$i" >"out$i" 2>"err$i" 3>&- &
		pids+=($!)
	done
	for pid in "${pids[@]}"; do wait "$pid" || { cat err?; false; }; done
	[ "$(sql 'SELECT count(*), count(DISTINCT v) FROM t')" = '70|7' ]
	diff <(sort out?) <(into --ledger | sed 1d | sed -E 's/,"finished":"[^"]*"}$/}/' | sort)
}

@test "iceberg: a server that is gone is exit 1, a token is in no message, wrong use is exit 2" {
	hours a 5 >s
	run -1 lake 'iceberg+http://127.0.0.1:1/?namespace=n' <s
	python3 "$ROOT/tests/lib/echo403.py" >port 3>&- &
	pid=$!
	wait_for [ -s port ]
	ICEBERG_TOKEN=hush-hush-hush run -1 lake "iceberg+http://127.0.0.1:$(<port)/?namespace=n" <s
	echo "$output"
	[[ $output != *hush* ]]
	end_process "$pid"
	for uri in iceberg+http://example.com/x?namespace=n iceberg+https://example.com/x iceberg+https://hush@example.com/x?namespace=n 'iceberg+https://example.com/x?namespace='; do
		run -2 lake "$uri" <s
	done
	run -1 lake --ledger "$FILE"
	[[ $output == *': there is no such lake' ]]
	run -0 lake --check "$FILE"
}

@test "iceberg: ant-sync fills it as it fills SQLite, and goes on from its ledger" {
	local tables='cost_report workspaces users' now
	now=$(date -u -d '12:00 yesterday' +%FT%TZ)
	start_sim --days 30 --now "$now"
	sync() { timeout 300 "$ANT_BIN/ant-sync" -q --rate 0 --to "${now%T*}" --start "$(date -u -d "${now%T*} -20 days" +%F)" "$@" $tables >receipts; }
	sync --dest sqlite:///ref.db
	sync --dest "$FILE"
	[ "$(grep -c '"target":"iceberg"' receipts)" = 3 ]
	sync --dest "$FILE"
	grep -q "\"table\":\"cost_report\".*\"from\":\"$(date -u -d "${now%T*} -3 days" +%F)T" receipts
	[ "$(sql 'SELECT count(*), CAST(sum(amount_cents) * 1000000000 AS BIGINT) FROM cost_report')" = "$(sqlite3 ref.db 'SELECT count(*), sum(CAST(round(amount_cents * 1e9) AS INTEGER)) FROM cost_report')" ]
	ant report --text --to "${now%T*}" ref.db >ref.txt
	ant report --text --to "${now%T*}" "$FILE" | diff ref.txt -
}
