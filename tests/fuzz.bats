# The fuzz targets, from their committed corpora, for a short fixed time each.  For longer: tests/fuzz/run SECONDS
load lib/helper

@test "fuzz: scanner, expressions, text, table files, rows, assets of Bruin and their connections survive what is thrown at them" {
	cd "$ROOT" || return
	run -0 tests/fuzz/run 2
	[ "$(grep -c 'runs without a finding' <<<"$output")" = 6 ]
	[ ! -e fuzz-found ]
}
