#!/usr/bin/env bats
# ant-sync with all sets, killed again and again: what the next run leaves is what an undisturbed one does.
load lib/helper
load lib/duckdb

setup_file() {
	[[ ${ANT_KILLS_INTO-} != *pg=* ]] || start_pg
	build_duck
}

teardown_file() {
	stop_pg
}

each_setup() {
	use_duckdb
}

# 12 kills into SQLite; ANT_KILLS_INTO are others, see kills.py, and ANT_KILLS_SEED a seed that was printed.
@test "kills: a sync of all sets that was killed is completed by the next one, row for row, with nothing twice in the feed" {
	local kills
	read -r -a kills <<<"${ANT_KILLS_INTO:-sqlite=12}"
	python3 "$ROOT/tests/lib/kills.py" "${kills[@]}"
}
