# Random tables and records: the native engine and libjq give the same rows, or both refuse.
load lib/helper
load lib/cbuild

setup_file() {
	CBUILD_LIBS=-ljq cbuild "$BATS_FILE_TMPDIR/diff" "$BATS_TEST_DIRNAME/diff/diff.c"
}

# libjq itself leaks where an expression fails.
each_setup() { export LSAN_OPTIONS=suppressions=$BATS_TEST_DIRNAME/diff/lsan.supp:print_suppressions=0; }

# The seed changes each day, so that time covers more; a failure prints it.
today() { date -u +%Y%m%d; }

@test "differential: a fixed set of tables" {
	run -0 "$BATS_FILE_TMPDIR/diff" 1 60 40
	[[ $output == *' 0 differ' ]]
	# The cases are worth something: rows come out, and some records are refused.
	[[ $output =~ ([0-9]+)' refused by both, '([0-9]+)' rows' ]]
	((BASH_REMATCH[1] > 200 && BASH_REMATCH[2] > 1000))
}

@test "differential: the tables of today" {
	run "$BATS_FILE_TMPDIR/diff" "$(today)" 60 40
	echo "$output" | tail -n 20
	[ "$status" = 0 ]
}

@test "differential: the command's engines, on whole streams" {
	local seed a b rows=0
	for seed in {1..25}; do
		"$BATS_FILE_TMPDIR/diff" --emit $seed .
		a=0 b=0
		ant flatten -q -T . --engine auto <t.records >auto 2>auto.err || a=$?
		ant flatten -q -T . --engine jq <t.records >jq 2>jq.err || b=$?
		[ $a = $b ] || { echo "seed $seed: auto $a, jq $b"; cat auto.err jq.err; false; }
		[ $a = 0 ] || { [ $a = 5 ] && continue; }
		cmp auto jq || { echo "seed $seed"; false; }
		rows=$((rows + $(grep -vc '^#' auto || :)))
	done
	[ $rows -gt 100 ]
}
