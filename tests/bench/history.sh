#!/usr/bin/env bash
# history.sh - what a history costs: a load with a million closed versions beside the same with none, and beside one without
#
# RUNS (default 5) alternating runs each, of snapshots of OBJECTS (default 10000), each of which changes ten of them, and of
# merges of those ten; CLOSED (default 1000000) versions are put into the longer history by hand.
set -euo pipefail
# shellcheck source=tests/bench/bench.bash
. "$(dirname "${BASH_SOURCE[0]}")/bench.bash"
# shellcheck source=tests/lib/duckdb.bash
. "$BATS_TEST_DIRNAME/lib/duckdb.bash"
# shellcheck source=tests/lib/lake.bash
. "$BATS_TEST_DIRNAME/lib/lake.bash"
build_duck
use_lake
start_pg

objects=${OBJECTS:-10000} closed=${CLOSED:-1000000}

# people MODE N SERIAL - N users, the first ten of which have a role of this SERIAL
people() {
	printf '#ant-rows\t1\tusers\n#mode\t%s\n#key\tid\n#unique\n#type\ttext\ttext\ttext\ttext\tjson\n#cols\tid\temail\tname\trole\tx\n' "$1"
	awk -v n="$2" -v serial="$3" 'BEGIN { OFS = "\t"
		for (i = 0; i < n; i++) print "user_" i, "u" i "@example.com", "Name " i, i < 10 ? "role" serial : "user", "{\"a\": " i % 7 "}" }'
	printf '#end\t%d\t\\N\n' "$2"
}

# next MODE NAME - the next snapshot, or merge of the ten, for the database NAME
next() {
	serial=$((serial + 1))
	if [ "$1" = merge ]; then people merge 10 $serial; else people replace "$objects" $serial; fi >"$2.rows"
}
pg() { PGDATABASE=$1 ant-load-pg "${@:2}" <"$1.rows"; }
sqlite() { ant-load-sqlite "${@:2}" "$1.db" <"$1.rows"; }
duckdb() { ant-load-duckdb "${@:2}" "$1.duckdb" <"$1.rows"; }
lake() { ant-load-duckdb "${@:2}" "ducklake:sqlite:$1.cat?data=$dir/$1.data/" <"$1.rows"; }

# versions NUMBERS DIVIDED DAY - the INSERT of versions for each i of NUMBERS; DIVIDED is how whole numbers are, and DAY a function of
# this SQL that makes a time of a day's number
versions() {
	echo "INSERT INTO users_history (id, email, name, role, x, valid_from, valid_to)
		SELECT concat('user_', i % $objects), 'e', 'n', 'r', '{}', $3(i $2 $objects), $3(i $2 $objects + 1) FROM $1"
}
lengthen_pg() {
	psql -qX -d long -c "CREATE FUNCTION day(bigint) RETURNS timestamptz LANGUAGE sql IMMUTABLE AS \$\$ SELECT to_timestamp(\$1 * 86400) \$\$" \
		-c "$(versions "generate_series(0, $closed - 1) i" / day)"
}
lengthen_sqlite() {
	sqlite3 long.db "WITH RECURSIVE g(i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM g WHERE i < $closed - 1)
		$(versions g / day | sed "s/concat('user_', \([^)]*\))/'user_' || (\1)/; s/day(\([^)]*\))/strftime('%Y-%m-%dT%H:%M:%SZ', (\1) * 86400, 'unixepoch')/g")"
}
in_duckdb() { echo "CREATE TEMP MACRO day(d) AS make_timestamptz(CAST(d AS BIGINT) * 86400000000); $(versions "range($closed) t(i)" // day)"; }
lengthen_duckdb() { duck long.duckdb "$(in_duckdb)"; }
lengthen_lake() { LAKE_OPTIONS='META_BUSY_TIMEOUT 5000' in_lake ducklake:sqlite:long.cat "$(in_duckdb)"; }

serial=0
heading "a load that changes 10 of $objects objects, with $closed closed versions; $(nproc) processors, $(uname -m), $runs runs, $(date -u +%F)"
for name in none short long; do createdb $name; done
for kind in pg sqlite duckdb lake; do
	for name in none short long; do
		next replace $name
		if [ $name = none ]; then $kind none; else $kind $name --history; fi >/dev/null
	done
	lengthen_$kind
	for mode in replace merge; do
		within "$kind, $mode / with an empty history" 'about 1' "$kind long --history" "$kind short --history" "next $mode long; next $mode short"
		within "$kind, $mode / without a history" - "$kind long --history" "$kind none" "next $mode long; next $mode none"
	done
done
