# For the suites of views and reports: `load lib/report`.  One organization in SQLite, PostgreSQL and
# DuckDB, and beside it what the simulator's model says, which is what figures are compared with.

NOW=2026-11-20T15:30:00Z
REPORT_TABLES='cost_report usage_report claude_code_usage organization workspaces api_keys users workspace_members'

# expect TABLE - the model's rows without the line of names; into a file once
expect() {
	local window=''
	case $1 in analytics_*) window='--from 2026-08-20 --to 2026-11-20' ;; esac
	# shellcheck disable=SC2086
	[ -s "$BATS_FILE_TMPDIR/$1.rows" ] ||
		"$ANT_BIN/ant-sim" --now "$NOW" --days 75 $window --expect "$1" | tee "$BATS_FILE_TMPDIR/$1.tsv" | tail -n +2 >"$BATS_FILE_TMPDIR/$1.rows"
	cat "$BATS_FILE_TMPDIR/$1.rows"
}

# Those of a Claude Enterprise organization, of which analytics_cost is of both kinds.
ANALYTICS_TABLES='analytics_cost analytics_users analytics_summaries spend_limits_effective'

# load_stream DESTINATION... - what stdin holds
load_stream() {
	local dest
	cat >"$BATS_FILE_TMPDIR/stream"
	for dest; do
		case $dest in
		sqlite) "$ANT_BIN/ant-load-sqlite" "$BATS_FILE_TMPDIR/org.db" ;;
		pg) "$ANT_BIN/ant-load-pg" ;;
		duckdb) "$ANT_BIN/ant-load-duckdb" "$BATS_FILE_TMPDIR/org.duckdb" ;;
		*) "$ANT_BIN/ant-load-sqlite" "$BATS_FILE_TMPDIR/$dest" ;;
		esac <"$BATS_FILE_TMPDIR/stream" >/dev/null || return
	done
}

# load_organization DESTINATION... - sqlite, pg, duckdb: all that a report reads of the Console, with views
load_organization() {
	local t dest window
	start_sim --now "$NOW" --days 75
	for t in $REPORT_TABLES; do
		case $t in
		cost_report) window='--from 2026-09-01 --to 2026-11-20' ;;
		usage_report | claude_code_usage) window='--from 2026-09-01 --to 2026-11-21' ;;
		*) window='' ;;
		esac
		# shellcheck disable=SC2086
		"$ANT_BIN/ant-fetch" -q --rate 0 $window "$t" | "$ANT_BIN/ant-flatten" -q | load_stream "$@" || return
	done
	stop_sim
	for dest; do
		case $dest in
		sqlite) "$ANT_BIN/ant-load-sqlite" --views "$BATS_FILE_TMPDIR/org.db" ;;
		pg) "$ANT_BIN/ant-load-pg" --views ;;
		duckdb) "$ANT_BIN/ant-load-duckdb" --views "$BATS_FILE_TMPDIR/org.duckdb" ;;
		esac || return
	done
}

# load_analytics DESTINATION... - the tables of an Enterprise organization, with its key
load_analytics() {
	local t window
	start_sim --now "$NOW" --days 75
	for t in $ANALYTICS_TABLES; do
		window='--from 2026-08-20 --to 2026-11-20'
		[ "$t" != spend_limits_effective ] || window=''
		# shellcheck disable=SC2086
		ANTHROPIC_ADMIN_KEY=sk-ant-api01-simulated as_of "$NOW" "$ANT_BIN/ant-fetch" -q --rate 0 $window "$t" |
			"$ANT_BIN/ant-flatten" -q | load_stream "$@" || return
	done
	stop_sim
}

# total - the sum of the numbers on stdin, exact, as bc adds them
total() { { paste -sd+ | sed 's/+-/-/g' | grep . || echo 0; } | BC_LINE_LENGTH=0 bc | trim; }
# trim - without zeros at the end, and with one before the point
trim() { sed -E 's/^(-?)\./\10./; /\./s/\.?0+$//'; }
# dollars - cents as dollars, exact
dollars() { while read -r n; do BC_LINE_LENGTH=0 bc <<<"scale=24; $n / 100"; done | trim; }
# cents FROM TO [AWK-CONDITION] - the model's cost of the days, to exclusive
cents() { expect cost_report | awk -F '\t' -v a="$1" -v b="$2" "substr(\$1, 1, 10) >= a && substr(\$1, 1, 10) < b ${3:+&& ($3)} { print \$4 }" | total; }

# year_stream TABLE - the row stream of a year of an organization of 2,000 users, 50 workspaces and 500
# keys, which the simulator serves already (start_year): a report's rows come from the model at once;
# of analytics the last 90 days, the period of a report
YEAR=(--now "$NOW" --days 365 --users 2000 --workspaces 50 --api-keys 500)
start_year() { start_sim "${YEAR[@]}"; }
year_stream() {
	local heading key=$ANTHROPIC_ADMIN_KEY from=2025-01-01
	case $1 in
	analytics_*) from=2026-08-23 key=sk-ant-api01-simulated ;;
	spend_*) key=sk-ant-api01-simulated ;;
	esac
	case $1 in
	*_report | *_usage | analytics_*) ;;
	*)
		ANTHROPIC_ADMIN_KEY=$key "$ANT_BIN/ant-fetch" -q --rate 0 "$1" | "$ANT_BIN/ant-flatten" -q
		return
		;;
	esac
	heading=$(ANTHROPIC_ADMIN_KEY=$key as_of "$NOW" "$ANT_BIN/ant-fetch" -q --rate 0 --from 2026-11-17 --to 2026-11-18 "$1" | "$ANT_BIN/ant-flatten" -q | grep '^#') || return
	sed -e "s/2026-11-17T/${from}T/; s/2026-11-18T/2026-11-21T/" -e '/^#end/d' <<<"$heading"
	"$ANT_BIN/ant-sim" "${YEAR[@]}" --from "$from" --expect "$1" | awk 'NR > 1; END { printf "#end\t%d\t2026-11-20T00:00:00Z\n", NR - 1 }'
}

# by_organization - SQL that makes the tables such of two organizations: of the first are all rows, of the second those of
# the cheaper models alone, whose cost is complete a day longer
FIRST=aaaaaaaa-0000 SECOND=bbbbbbbb-1111
by_organization() {
	local t change
	for t in $REPORT_TABLES; do
		case $t in
		cost_report | usage_report) change="DELETE FROM new_$t WHERE _organization = '$SECOND' AND model LIKE '%opus%';" ;;
		organization | users) change="UPDATE new_$t SET name = 'Second ' || name WHERE _organization = '$SECOND';" ;;
		*) change='' ;;
		esac
		echo "CREATE TABLE new_$t AS SELECT CAST('$FIRST' AS VARCHAR(99)) AS _organization, t.* FROM $t t;
			INSERT INTO new_$t SELECT '$SECOND', t.* FROM $t t; $change
			DROP TABLE $t; ALTER TABLE new_$t RENAME TO $t;"
	done
	echo "CREATE TABLE new_loads AS SELECT * FROM _anthill_loads;
		UPDATE new_loads SET organization = '$FIRST';
		CREATE TABLE second_loads AS SELECT * FROM new_loads;
		UPDATE second_loads SET organization = '$SECOND';
		INSERT INTO new_loads SELECT * FROM second_loads;
		DROP TABLE second_loads;
		UPDATE new_loads SET watermark = '2026-11-21T00:00:00Z' WHERE organization = '$SECOND' AND table_name = 'cost_report';
		DROP TABLE _anthill_loads; ALTER TABLE new_loads RENAME TO _anthill_loads;"
}
