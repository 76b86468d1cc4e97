#!/usr/bin/env bats
# A random walk of ant-sync over all that happens to destinations, states and runs, with a model beside it.
load lib/helper
load lib/duckdb

setup_file() {
	export PG_FULL=1
	start_pg
	build_duck
	make_full "$BATS_FILE_TMPDIR/full.so"
	"${CC:-cc}" -O1 -shared -fPIC -o "$BATS_FILE_TMPDIR/clock.so" "$ROOT/tests/lib/clock_preload.c"
}

teardown_file() {
	stop_pg
}

each_setup() {
	use_duckdb
}

# 200 steps; ANT_WALK are others, see walk.py, ANT_WALK_SEED one that was printed, with the episode in ANT_WALK to see it alone.
@test "walk: whatever happens, exit 0 means complete, and a run that fails leaves each day as it was or whole" {
	local walks
	read -r -a walks <<<"${ANT_WALK:-sqlite/file=60 sqlite/destination=30 sqlite/both=30 csv/file=20 csv/destination=10 csv/both=10 pg/file=15 pg/destination=10 duckdb/file=15}"
	ANT_WALK_CLOCK=$BATS_FILE_TMPDIR/clock.so ANT_WALK_FULL=$BATS_FILE_TMPDIR/full.so python3 "$ROOT/tests/lib/walk.py" "${walks[@]}"
}
